/* recipes.c: variables of stripped programs, by the code that uses them.
 *
 * pclntab names the runtime's functions in stripped programs too. A recipe says: the n-th place of
 * that width which this function reads (writes; takes the address of) is this variable, or this
 * field of it. They were found by looking, in the programs of nine releases on both machines, for
 * what holds in all; test/oracle/runtime.sh compares with the symbol table. Go 1.18 and 1.19 on
 * arm64 write addresses in a way that shows less. */
#include "live_int.h"

/* No field: where the variable begins. */
#define START LAYOUT_FIELDS
/* How the place is used. */
enum use { READS, WRITES, TAKES };

static const struct recipe {
    enum live_variable variable;
    const char *function;
    enum use use;
    uint8_t width; /* 0 for TAKES */
    uint8_t index; /* among those of the same use and width, from 0 */
    enum layout_field field;
} recipes[] = {
    /* for b := (*bucket)(mbuckets.Load()); b != nil; b = b.allnext */
    {LIVE_VARIABLE_MBUCKETS, "runtime.mProf_FlushLocked", READS, 8, 0, START},
    {LIVE_VARIABLE_MBUCKETS, "runtime.mProf_FlushLocked", TAKES, 0, 0, START},
    /* mProfCycle.setFlushed() */
    {LIVE_VARIABLE_MPROF_CYCLE, "runtime.mProf_Flush", TAKES, 0, 0, START},
    /* cycle := mProfCycle.read() + 1 */
    {LIVE_VARIABLE_MPROF_CYCLE, "runtime.mProf_PostSweep", READS, 4, 0, START},
    /* nextSample: switch rate := MemProfileRate; inlined, or a function of its own */
    {LIVE_VARIABLE_MEM_PROFILE_RATE, "runtime.nextSample", READS, 8, 0, START},
    {LIVE_VARIABLE_MEM_PROFILE_RATE, "runtime.allocmcache", READS, 8, 0, START},
    /* b := (*bucket)(persistentalloc(size, 0, &memstats.buckhash_sys)) */
    {LIVE_VARIABLE_MEMSTATS, "runtime.newBucket", TAKES, 0, 0, FIELD_BUCKHASH_SYS},
    {LIVE_VARIABLE_MEMSTATS, "runtime.recordspan", TAKES, 0, 0, FIELD_OTHER_SYS},
    /* v = h.arena.alloc(n, heapArenaBytes, &gcController.heapReleased) */
    {LIVE_VARIABLE_GC_CONTROLLER, "runtime.(*mheap).sysAlloc", TAKES, 0, 0, FIELD_HEAP_RELEASED},
    /* gcController.init(readGOGC()) */
    {LIVE_VARIABLE_GC_CONTROLLER, "runtime.gcinit", TAKES, 0, 1, START},
    /* s := mheap_.alloc(npages, spc) */
    {LIVE_VARIABLE_MHEAP, "runtime.(*mcache).allocLarge", TAKES, 0, 0, START},
    /* work.full.push(&b.node): the first field */
    {LIVE_VARIABLE_WORK, "runtime.putfull", TAKES, 0, 0, START},
    /* id := sched.mnext */
    {LIVE_VARIABLE_SCHED, "runtime.mReserveID", READS, 8, 0, FIELD_SCHED_M_NEXT},
    /* allgs = append(allgs, gp) */
    {LIVE_VARIABLE_ALLGS, "runtime.allgadd", WRITES, 8, 1, START},
    /* for _, pp := range allp */
    {LIVE_VARIABLE_ALLP, "runtime.preemptall", READS, 8, 0, START},
    {LIVE_VARIABLE_ALLP, "runtime.timeSleepUntil", TAKES, 0, 1, START},
};

static bool fits(const struct binary_reference *found, const struct recipe *recipe)
{
    if (recipe->use == TAKES)
        return found->width == 0;
    return found->width == recipe->width && found->stores == (recipe->use == WRITES);
}

static uint64_t follow(const struct binary_code *code, const struct recipe *recipe)
{
    enum { REFERENCES = 64 };
    struct binary_reference found[REFERENCES];
    uint64_t entry;
    uint32_t size;
    size_t seen = 0;
    if (!binary_code_function(code, str_from(recipe->function), &entry, &size))
        return 0;
    size_t count = binary_code_references(code, entry, size, found, COUNT_OF(found));
    for (size_t i = 0; i < count; i++)
        if (fits(&found[i], recipe) && seen++ == recipe->index)
            return found[i].address;
    return 0;
}

static uint64_t apply(const struct live_target *target, const struct recipe *recipe)
{
    int32_t offset = recipe->field == START ? 0 : layout_offset(layout_of(target), recipe->field);
    uint64_t address = offset < 0 ? 0 : follow(target->program->code, recipe);
    return address ? address - (uint64_t)offset : 0;
}

void recipes_apply(const struct live_target *target)
{
    uint64_t *variables = target->program->variables;
    for (size_t i = 0; i < COUNT_OF(recipes); i++)
        if (variables[recipes[i].variable] == 0)
            variables[recipes[i].variable] = apply(target, &recipes[i]);
}
