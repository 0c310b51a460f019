/* fuzz_live.c: any bytes as the memory of a process: every address leads somewhere into them, so
 * that chains go round, lists have no end and counts are what they like. Reading ends, within its
 * ceilings. */
#include "live/live_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

struct memory_of {
    const uint8_t *bytes;
    size_t size;
};

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_live: memory ran out");
}

/* What lies above 48 bits is not there. */
static bool read_memory(void *ctx, const struct live_piece *pieces, size_t count)
{
    const struct memory_of *memory = ctx;
    for (size_t i = 0; i < count; i++) {
        unsigned char *to = pieces[i].to;
        if (pieces[i].address >> 48)
            return false;
        for (size_t k = 0; k < pieces[i].size; k++)
            to[k] = memory->bytes[(pieces[i].address + k) % memory->size];
    }
    return true;
}

static void read_heap(const struct live_target *target, struct diag_sink *sink)
{
    struct live_heap heap;
    uint64_t allocs = 0;
    (void)!live_heap_read(target, target->minor % 2, sink, &heap);
    for (size_t i = 0; i < heap.buckets.len; i++) {
        if (heap.buckets.at[i].depth > LIMIT_LIVE_STACK)
            BUG("a stack that is too deep");
        allocs += heap.buckets.at[i].published.allocs;
    }
    if (heap.arena.bytes > LIMIT_LIVE_PROFILE_BYTES + (1 << 20) || (allocs && !heap.buckets.len))
        BUG("too much was kept");
    live_heap_release(&heap);
}

static void read_runtime(const struct live_target *target)
{
    struct live_runtime runtime;
    struct live_sizes sizes;
    struct live_runtime_reader *reader = live_runtime_open(target);
    for (int i = 0; i < 2; i++)
        if (live_runtime_read(reader, &runtime) && runtime.heap_in_use < LIVE_UNKNOWN)
            BUG("less than nothing");
    if (live_sizes_read(reader, &sizes))
        for (size_t i = 0; i < sizes.count; i++)
            if (sizes.list[i].objects <= 0 || sizes.list[i].bytes <= 0 ||
                (i && sizes.list[i].bytes > sizes.list[i - 1].bytes))
                BUG("sizes make no sense");
    live_runtime_close(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    enum { OLDEST = 18, RELEASES = 9, STEP = 104729 };
    static const struct memory memory = {give_up, NULL};
    struct memory_of image = {bytes + 2, n - 2};
    if (n < 16)
        return 0;
    struct binary_code code = {.memory = &memory, .go_version = STR("go1"),
                               .goarch = bytes[1] % 2 ? STR("amd64") : STR("arm64")};
    struct live_program program = {.code = &code};
    struct live *live = live_new(&memory);
    struct live_target target = {.memory = &memory, .program = &program, .live = live,
                                 .minor = OLDEST + bytes[0] % RELEASES,
                                 .reader = {.read = read_memory, .ctx = &image}};
    for (int i = 0; i < LIVE_VARIABLE_COUNT; i++)
        program.variables[i] = 8 + STEP * (uint64_t)i;
    struct diag_sink *sink = diag_sink_new(&memory);
    read_heap(&target, sink);
    read_runtime(&target);
    diag_sink_free(sink);
    live_free(live);
    return 0;
}
