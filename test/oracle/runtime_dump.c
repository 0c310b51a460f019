/* runtime_dump.c: prints what is read of a process from outside, one "name value" a line, for
 * test/oracle/runtime.sh. Exit code 1 when it cannot be read. */
#include <stdio.h>
#include <stdlib.h>

#include "live/live.h"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    exit(1);
}

static void print_runtime(const struct live_runtime *runtime)
{
#define PRINT(name) printf(#name " %lld\n", (long long)runtime->name)
#define PRINT_SECONDS(name) printf(#name " %.17g\n", runtime->name)
    PRINT(heap_objects);
    PRINT(heap_in_use);
    PRINT(heap_free);
    PRINT(heap_released);
    PRINT(stacks);
    PRINT(system_stacks);
    PRINT(metadata);
    PRINT(profiling);
    PRINT(other);
    PRINT(total);
    PRINT(live);
    PRINT(goal);
    PRINT(allocated);
    PRINT(freed);
    PRINT(allocs);
    PRINT(frees);
    PRINT(cycles);
    PRINT(forced);
    PRINT(gogc);
    PRINT(memory_limit);
    PRINT(goroutines);
    PRINT(threads);
    PRINT(processors);
    PRINT(heap_scan);
    PRINT(stack_scan);
    PRINT(globals_scan);
    PRINT(profile_rate);
    PRINT_SECONDS(last_gc);
    PRINT_SECONDS(pause_total);
    PRINT_SECONDS(cpu_assist);
    PRINT_SECONDS(cpu_background);
    PRINT_SECONDS(cpu_idle_mark);
    PRINT_SECONDS(cpu_pause);
    PRINT_SECONDS(cpu_gc);
    PRINT_SECONDS(cpu_total);
    for (size_t i = 0; i < COUNT_OF(runtime->pauses); i++)
        printf("pause%zu %.17g\n", i, runtime->pauses[i]);
}

/* All sizes that MemStats.BySize has, and the large ones; the sum of their bytes. */
static void print_sizes(const struct live_sizes *sizes)
{
    int64_t sum = 0;
    for (size_t i = 0; i < sizes->count; i++) {
        printf("size%llu %lld\n", (unsigned long long)sizes->list[i].size,
               (long long)sizes->list[i].objects);
        sum += sizes->list[i].bytes;
    }
    printf("bytes_by_size %lld\n", (long long)sum);
}

static int fail(const struct memory *memory, const struct diag_sink *sink)
{
    struct sb text;
    sb_init(&text, memory);
    for (size_t i = 0; i < diag_count(sink); i++)
        diag_format(diag_at(sink, i), &text);
    fwrite(text.text, 1, text.len, stderr);
    sb_release(&text);
    return 1;
}

int main(int argc, char **argv)
{
    const struct memory memory = {.exhausted = exhausted};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct live *live = live_new(&memory);
    struct live_target *target;
    struct live_runtime runtime;
    struct live_sizes sizes;
    uint64_t pid;
    if (argc != 2 || !str_to_u64(str_from(argv[1]), &pid) || pid > INT32_MAX ||
        live_attach(live, (int)pid, sink, &target))
        return fail(&memory, sink);
    struct live_runtime_reader *reader = live_runtime_open(target);
    bool first = live_runtime_read(reader, &runtime); /* finds the processors too */
    bool read = first && live_runtime_read(reader, &runtime);
    if (read)
        print_runtime(&runtime);
    if (read && live_sizes_read(reader, &sizes))
        print_sizes(&sizes);
    live_runtime_close(reader);
    live_detach(target);
    live_free(live);
    diag_sink_free(sink);
    return !read;
}
