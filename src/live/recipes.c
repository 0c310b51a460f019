/* recipes.c: variables of stripped programs, by the code that uses them.
 *
 * pclntab names the runtime's functions in stripped programs too. A recipe says: the first
 * variable of that width that this function reads is the one. Each holds for the releases whose
 * function begins so (runtime/mprof.go, runtime/malloc.go); seen in Go 1.26 on amd64. */
#include "live_int.h"

static const struct recipe {
    enum live_variable variable;
    const char *function;
    uint8_t width;
} recipes[] = {
    /* for b := (*bucket)(mbuckets.Load()); b != nil; b = b.allnext */
    {LIVE_VARIABLE_MBUCKETS, "runtime.mProf_FlushLocked", 8},
    /* cycle := mProfCycle.read() + 1 */
    {LIVE_VARIABLE_MPROF_CYCLE, "runtime.mProf_PostSweep", 4},
    /* nextSample: switch rate := MemProfileRate; inlined, or a function of its own */
    {LIVE_VARIABLE_MEM_PROFILE_RATE, "runtime.nextSample", 8},
    {LIVE_VARIABLE_MEM_PROFILE_RATE, "runtime.allocmcache", 8},
};

static uint64_t first_read(const struct binary_code *code, const struct recipe *recipe)
{
    enum { REFERENCES = 32 };
    struct binary_reference found[REFERENCES];
    uint64_t entry;
    uint32_t size;
    if (!binary_code_function(code, str_from(recipe->function), &entry, &size))
        return 0;
    size_t count = binary_code_references(code, entry, size, found, COUNT_OF(found));
    for (size_t i = 0; i < count; i++)
        if (found[i].width == recipe->width && !found[i].stores)
            return found[i].address;
    return 0;
}

void recipes_apply(struct live_program *program)
{
    for (size_t i = 0; i < COUNT_OF(recipes); i++) {
        uint64_t *address = &program->variables[recipes[i].variable];
        if (*address == 0)
            *address = first_read(program->code, &recipes[i]);
    }
}
