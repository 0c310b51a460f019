/* fuzz_binary.c: any bytes as an executable. What is read has no dangling index (N2) and differs in
 * nothing from itself; what is refused has exactly one error. */
#include <stdlib.h>

#include "binary/binary.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_binary: memory ran out");
}

static void check(bool good)
{
    if (!good)
        BUG("fuzz_binary: an invariant does not hold");
}

static void check_binary(struct binary *binary)
{
    size_t count, fields;
    for (size_t i = 0; i < binary->sites.len; i++) {
        const struct binary_site *site = &binary->sites.at[i];
        check(site->function < binary->function_count);
        check(site->type <= binary->types.len);
        check(site->callee < binary->callees.len);
        check((size_t)site->first_inlined + site->inlined_count <= binary->frames.len);
    }
    memory_put(binary->memory, binary_diff(binary, binary, &count));
    check(count == 0);
    binary_type_find(binary, STR("no.Such"));
    for (size_t i = 0; i < binary->types.len && i < 100; i++)
        binary_type_fields(binary, (uint32_t)i + 1, &fields);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct memory memory = {give_up, NULL};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct workers *workers = workers_new(&memory, 1);
    struct binary *binary;
    enum status status = binary_read_bytes((struct str){(const char *)bytes, n}, STR("input"),
                                           workers, &memory, sink, &binary);
    check((status == STATUS_OK) == (binary != NULL));
    check((diag_errors(sink) == 0) == (status == STATUS_OK));
    if (binary)
        check_binary(binary);
    binary_free(binary);
    workers_free(workers);
    diag_sink_free(sink);
    return 0;
}
