/* runtime.c: what the Go runtime counts, read from outside (runtime/mstats.go, mgcpacer.go,
 * proc.go), as runtime/metrics would tell it.
 *
 * R1. One sample is one process_vm_readv of all pieces: what it says is of one moment, as far as
 *     the runtime itself changes things together.
 * R2. Counts of memory are kept three times over (consistentHeapStats), their sum counts; what is
 *     inside spans that a processor allocates from is counted when it took the span, as in
 *     runtime/metrics.
 * R3. What makes no sense is unknown: a block that fails its check is not used at all. */
#include "live_int.h"

#include <stdlib.h>

#include "allocator/allocator.h"

enum {
    STATS_BYTES = 12 << 10, CONTROLLER_BYTES = 512, SCHED_BYTES = 256, CPU_BYTES = 96,
    SLICE_BYTES = 24, ALLGS_LEN = 8, DELTAS = 3, PAUSES = 256,
    PAGE = 8192, PROCESSORS = 512, FIXED_PIECES = 8,
};

/* A piece of the process's memory; size 0: it was not read. */
struct block {
    const unsigned char *bytes;
    size_t size;
};

/* What one sample is read into; shared by all readers of a session, for one sample is over before
 * the next begins. */
struct live_scratch {
    unsigned char stats[STATS_BYTES], controller[CONTROLLER_BYTES], sched[SCHED_BYTES];
    unsigned char cpu[CPU_BYTES], slice[SLICE_BYTES];
    uint64_t goroutines, rate;
    uint32_t free_goroutines[PROCESSORS];
    struct live_piece pieces[FIXED_PIECES + PROCESSORS];
};
struct live_runtime_reader {
    const struct live_target *target;
    const struct layout *layout;
    struct live_scratch *scratch;
    uint64_t list, count;            /* runtime.allp: where and how many */
    uint64_t *processors;            /* addresses of runtime.p, as they were last seen */
    size_t piece_count;
    bool has_stats, has_controller, has_sched, has_cpu, has_goroutines, has_slice, has_rate;
};

/* ---- numbers in blocks ---- */

static int32_t offset_of(const struct live_runtime_reader *reader, enum layout_field field)
{
    return layout_offset(reader->layout, field);
}

static struct block block(const unsigned char *bytes, size_t size, bool read)
{
    return (struct block){bytes, read ? size : 0};
}

static bool in_block(struct block from, int32_t offset, size_t size)
{
    return offset >= 0 && (size_t)offset + size <= from.size;
}

static int64_t number(struct block from, int32_t offset)
{
    int64_t value;
    if (!in_block(from, offset, sizeof(value)))
        return LIVE_UNKNOWN;
    memcpy(&value, from.bytes + offset, sizeof(value));
    return value;
}

static int64_t small_number(struct block from, int32_t offset)
{
    int32_t value;
    if (!in_block(from, offset, sizeof(value)))
        return LIVE_UNKNOWN;
    memcpy(&value, from.bytes + offset, sizeof(value));
    return value;
}

/* A number of bytes that a process can have. */
static int64_t amount(struct block from, int32_t offset)
{
    int64_t value = number(from, offset);
    return value >= 0 && value < INT64_C(1) << 48 ? value : LIVE_UNKNOWN;
}

static int64_t field(const struct live_runtime_reader *reader, struct block from,
                     enum layout_field name)
{
    return amount(from, offset_of(reader, name));
}

static double seconds(int64_t nanoseconds)
{
    return nanoseconds < 0 ? LIVE_UNKNOWN_SHARE : (double)nanoseconds * 1e-9;
}

/* ---- reading ---- */

static bool add_piece(struct live_runtime_reader *reader, enum live_variable variable,
                      int32_t offset, void *to, size_t size)
{
    uint64_t address = live_variable(reader->target, variable);
    if (!address || offset < 0)
        return false;
    reader->scratch->pieces[reader->piece_count++] =
        (struct live_piece){.address = address + (uint64_t)offset, .to = to, .size = size};
    return true;
}

static size_t stats_size(const struct live_runtime_reader *reader)
{
    int32_t counts = offset_of(reader, FIELD_HEAP_STATS) +
                     DELTAS * offset_of(reader, FIELD_DELTA_BYTES);
    int32_t last = offset_of(reader, FIELD_ENABLE_GC) + 8;
    size_t size = (size_t)(counts > last ? counts : last);
    return size < STATS_BYTES ? size : STATS_BYTES;
}

static void plan(struct live_runtime_reader *reader)
{
    struct live_scratch *scratch = reader->scratch;
    reader->has_stats = add_piece(reader, LIVE_VARIABLE_MEMSTATS, 0, scratch->stats,
                                  stats_size(reader));
    reader->has_controller = add_piece(reader, LIVE_VARIABLE_GC_CONTROLLER, 0, scratch->controller,
                                       sizeof(scratch->controller));
    reader->has_sched = add_piece(reader, LIVE_VARIABLE_SCHED, 0, scratch->sched,
                                  sizeof(scratch->sched));
    reader->has_cpu = add_piece(reader, LIVE_VARIABLE_WORK, offset_of(reader, FIELD_CPU_STATS),
                                scratch->cpu, sizeof(scratch->cpu));
    reader->has_goroutines = add_piece(reader, LIVE_VARIABLE_ALLGS, ALLGS_LEN,
                                       &scratch->goroutines, sizeof(scratch->goroutines));
    reader->has_rate = add_piece(reader, LIVE_VARIABLE_MEM_PROFILE_RATE, 0, &scratch->rate,
                                 sizeof(scratch->rate));
    reader->has_slice = add_piece(reader, LIVE_VARIABLE_ALLP, 0, scratch->slice,
                                  sizeof(scratch->slice));
}

static void add_processors(struct live_runtime_reader *reader)
{
    uint64_t at = (uint64_t)offset_of(reader, FIELD_P_FREE);
    for (size_t i = 0; i < reader->count; i++)
        reader->scratch->pieces[reader->piece_count++] =
            (struct live_piece){.address = reader->processors[i] + at,
                                .to = &reader->scratch->free_goroutines[i],
                                .size = sizeof(uint32_t)};
}

/* runtime.allp changes with GOMAXPROCS only. True when it is as it was when last looked at. */
static bool know_processors(struct live_runtime_reader *reader)
{
    uint64_t list, count;
    memcpy(&list, reader->scratch->slice, sizeof(list));
    memcpy(&count, reader->scratch->slice + sizeof(list), sizeof(count));
    if (!reader->has_slice || (list == reader->list && count == reader->count))
        return true;
    reader->list = list;
    reader->count = count > PROCESSORS ? 0 : count;
    reader->processors = memory_resize(reader->target->memory, reader->processors,
                                       (reader->count + 1) * sizeof(uint64_t));
    if (!live_read(reader->target, list, reader->processors, reader->count * sizeof(uint64_t)))
        reader->count = 0;
    return false;
}

static bool sample(struct live_runtime_reader *reader)
{
    enum { ATTEMPTS = 3 };
    for (int i = 0; i < ATTEMPTS; i++) {
        reader->piece_count = 0;
        plan(reader);
        add_processors(reader);
        if (!live_read_pieces(reader->target, reader->scratch->pieces, reader->piece_count)) {
            if (reader->count == 0)
                return false;
            reader->count = reader->list = 0; /* a processor that is not there any more */
            continue;
        }
        if (know_processors(reader))
            return true;
    }
    return true;
}

struct live_runtime_reader *live_runtime_open(const struct live_target *target)
{
    struct live_runtime_reader *reader = memory_get(target->memory, sizeof(*reader));
    if (!target->live->scratch) {
        target->live->scratch = memory_get(target->memory, sizeof(struct live_scratch));
        memset(target->live->scratch, 0, sizeof(struct live_scratch));
    }
    *reader = (struct live_runtime_reader){.target = target, .layout = layout_of(target),
                                           .scratch = target->live->scratch};
    return reader;
}

void live_runtime_close(struct live_runtime_reader *reader)
{
    if (!reader)
        return;
    memory_put(reader->target->memory, reader->processors);
    memory_put(reader->target->memory, reader);
}

/* ---- memory ---- */

/* The sum of one count over the three; several fields that follow one another, weighed. */
static int64_t delta(const struct live_runtime_reader *reader, struct block stats,
                     enum layout_field name)
{
    int32_t at = offset_of(reader, name), start = offset_of(reader, FIELD_HEAP_STATS);
    int64_t sum = 0;
    if (at < 0)
        return 0; /* a release without it has none of it */
    for (int32_t i = 0; i < DELTAS; i++) {
        int32_t place = start + i * offset_of(reader, FIELD_DELTA_BYTES) + at;
        if (!in_block(stats, place, sizeof(int64_t)))
            return LIVE_UNKNOWN;
        sum = (int64_t)((uint64_t)sum + (uint64_t)number(stats, place));
    }
    return sum;
}

static int64_t by_class(const struct live_runtime_reader *reader, struct block stats,
                        enum layout_field name, bool bytes)
{
    int32_t start = offset_of(reader, FIELD_HEAP_STATS) + offset_of(reader, name);
    uint64_t sum = 0;
    for (int32_t i = 0; i < DELTAS; i++)
        for (int32_t k = 0; k < ALLOCATOR_CLASSES; k++) {
            uint64_t count = (uint64_t)number(
                stats, start + i * offset_of(reader, FIELD_DELTA_BYTES) + k * 8);
            sum += bytes ? count * allocator_class_bytes((unsigned)k) : count;
        }
    return (int64_t)sum;
}

static bool is_amount(int64_t value, int64_t unit)
{
    return value >= 0 && value < INT64_C(1) << 48 && value % unit == 0;
}

/* R3: does this block look like memstats? */
static bool check_stats(const struct live_runtime_reader *reader, struct block stats)
{
    int32_t enabled = offset_of(reader, FIELD_ENABLE_GC);
    return in_block(stats, enabled, 1) && stats.bytes[enabled] <= 1 &&
           is_amount(delta(reader, stats, FIELD_DELTA_IN_HEAP), PAGE) &&
           is_amount(delta(reader, stats, FIELD_DELTA_IN_STACKS), PAGE) &&
           is_amount(delta(reader, stats, FIELD_DELTA_RELEASED), PAGE / 2) &&
           is_amount(delta(reader, stats, FIELD_DELTA_COMMITTED), PAGE / 2) &&
           delta(reader, stats, FIELD_DELTA_COMMITTED) > 0;
}

static int64_t plus(int64_t a, int64_t b)
{
    int64_t sum;
    return a < 0 || b < 0 || __builtin_add_overflow(a, b, &sum) ? LIVE_UNKNOWN : sum;
}

/* Of what stands in another process's memory, which may be nonsense: then the result is, too. */
static int64_t wrapped_sum(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}

static int64_t wrapped_difference(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a - (uint64_t)b);
}

static void take_system(const struct live_runtime_reader *reader, struct block stats,
                        struct live_runtime *runtime)
{
    runtime->system_stacks = field(reader, stats, FIELD_STACKS_SYS);
    runtime->profiling = field(reader, stats, FIELD_BUCKHASH_SYS);
    runtime->other = field(reader, stats, FIELD_OTHER_SYS);
    int64_t spans = plus(field(reader, stats, FIELD_MSPAN_SYS),
                         field(reader, stats, FIELD_MCACHE_SYS));
    int64_t collector = plus(field(reader, stats, FIELD_GC_MISC_SYS),
                             plus(delta(reader, stats, FIELD_DELTA_IN_WORK_BUFS),
                                  delta(reader, stats, FIELD_DELTA_IN_PTR_BITS)));
    runtime->metadata = plus(spans, collector);
}

static void take_heap(const struct live_runtime_reader *reader, struct block stats,
                      struct live_runtime *runtime)
{
    runtime->heap_in_use = delta(reader, stats, FIELD_DELTA_IN_HEAP);
    runtime->stacks = delta(reader, stats, FIELD_DELTA_IN_STACKS);
    runtime->heap_released = delta(reader, stats, FIELD_DELTA_RELEASED);
    int64_t collector = wrapped_sum(delta(reader, stats, FIELD_DELTA_IN_WORK_BUFS),
                                    delta(reader, stats, FIELD_DELTA_IN_PTR_BITS));
    int64_t used = wrapped_sum(runtime->heap_in_use + runtime->stacks, collector);
    int64_t committed = delta(reader, stats, FIELD_DELTA_COMMITTED);
    runtime->heap_free = committed > used ? wrapped_difference(committed, used) : 0;
    runtime->total = plus(plus(runtime->heap_in_use, runtime->heap_free),
                          plus(runtime->heap_released, runtime->stacks));
    runtime->total = plus(plus(runtime->total, runtime->system_stacks),
                          plus(runtime->metadata, plus(runtime->profiling, runtime->other)));
}

static void take_objects(const struct live_runtime_reader *reader, struct block stats,
                         struct live_runtime *runtime)
{
    int64_t tiny = delta(reader, stats, FIELD_DELTA_TINY_COUNT);
    runtime->allocated = wrapped_sum(delta(reader, stats, FIELD_DELTA_LARGE_ALLOC),
                                     by_class(reader, stats, FIELD_DELTA_SMALL_ALLOCS, true));
    runtime->freed = wrapped_sum(delta(reader, stats, FIELD_DELTA_LARGE_FREE),
                                 by_class(reader, stats, FIELD_DELTA_SMALL_FREES, true));
    runtime->allocs = wrapped_sum(
        tiny, wrapped_sum(delta(reader, stats, FIELD_DELTA_LARGE_ALLOCS),
                          by_class(reader, stats, FIELD_DELTA_SMALL_ALLOCS, false)));
    runtime->frees = wrapped_sum(
        tiny, wrapped_sum(delta(reader, stats, FIELD_DELTA_LARGE_FREES),
                          by_class(reader, stats, FIELD_DELTA_SMALL_FREES, false)));
    runtime->heap_objects = wrapped_difference(runtime->allocated, runtime->freed);
    if (runtime->heap_objects < 0 || runtime->heap_objects > runtime->heap_in_use)
        runtime->heap_objects = LIVE_UNKNOWN; /* in the middle of a change */
}

/* ---- collections ---- */

static int compare_pauses(const void *a, const void *b)
{
    uint64_t left, right;
    memcpy(&left, a, sizeof(left));
    memcpy(&right, b, sizeof(right));
    return (left > right) - (left < right);
}

/* As runtime/debug.ReadGCStats does it for five quantiles. */
static void take_pauses(const struct live_runtime_reader *reader, struct block stats,
                        struct live_runtime *runtime)
{
    uint64_t pauses[PAUSES];
    int32_t at = offset_of(reader, FIELD_PAUSES);
    size_t n = runtime->cycles < PAUSES ? (size_t)runtime->cycles : PAUSES;
    if (!in_block(stats, at, sizeof(pauses)) || n == 0)
        return;
    memcpy(pauses, stats.bytes + at, sizeof(pauses));
    qsort(pauses, n, sizeof(*pauses), compare_pauses);
    for (size_t i = 0; i < COUNT_OF(runtime->pauses); i++) {
        size_t k = i * n / (COUNT_OF(runtime->pauses) - 1);
        runtime->pauses[i] = seconds((int64_t)pauses[k < n ? k : n - 1]);
    }
}

static void take_cycles(const struct live_runtime_reader *reader, struct block stats,
                        struct live_runtime *runtime)
{
    runtime->cycles = small_number(stats, offset_of(reader, FIELD_NUM_GC));
    runtime->forced = small_number(stats, offset_of(reader, FIELD_NUM_FORCED));
    runtime->last_gc = seconds(number(stats, offset_of(reader, FIELD_LAST_GC)));
    runtime->pause_total = seconds(number(stats, offset_of(reader, FIELD_PAUSE_TOTAL)));
    if (runtime->cycles >= 0)
        take_pauses(reader, stats, runtime);
}

/* memoryLimitHeapGoal (mgcpacer.go): what the memory limit leaves for the heap, less 3 % and at
 * least 1 MiB, not below what is live. */
static int64_t goal_of_limit(const struct live_runtime_reader *reader, struct block controller,
                             int64_t limit, int64_t marked)
{
    enum { HUNDRED = 100, HEADROOM_PERCENT = 3, HEADROOM = 1 << 20 };
    int64_t ready = field(reader, controller, FIELD_MAPPED_READY);
    int64_t spare = plus(field(reader, controller, FIELD_HEAP_FREE),
                         wrapped_difference(field(reader, controller, FIELD_TOTAL_ALLOC),
                                            field(reader, controller, FIELD_TOTAL_FREE)));
    if (ready < 0 || spare < 0)
        return LIVE_NO_LIMIT;
    int64_t taken = plus(ready > spare ? ready - spare : 0, ready > limit ? ready - limit : 0);
    if (taken < 0 || taken >= limit)
        return marked;
    int64_t goal = limit - taken, headroom = goal / HUNDRED * HEADROOM_PERCENT;
    headroom = headroom < HEADROOM ? HEADROOM : headroom;
    goal = goal < 2 * headroom ? headroom : goal - headroom;
    return goal < marked ? marked : goal;
}

/* heapGoalInternal (mgcpacer.go); before Go 1.19 the goal is simply kept. */
static int64_t goal_of(const struct live_runtime_reader *reader, struct block controller,
                       const struct live_runtime *runtime)
{
    enum { RUNWAY = 64 << 10 };
    uint64_t goal = (uint64_t)number(controller, offset_of(reader, FIELD_HEAP_GOAL));
    if (!in_block(controller, offset_of(reader, FIELD_HEAP_GOAL), sizeof(goal)))
        return LIVE_UNKNOWN;
    if (offset_of(reader, FIELD_SWEEP_TRIGGER) >= 0) {
        uint64_t sweep = (uint64_t)number(controller, offset_of(reader, FIELD_SWEEP_TRIGGER));
        uint64_t triggered = (uint64_t)number(controller, offset_of(reader, FIELD_TRIGGERED));
        uint64_t limited = (uint64_t)goal_of_limit(reader, controller, runtime->memory_limit,
                                                   runtime->live);
        if (limited < goal)
            return (int64_t)limited;
        goal = sweep > goal ? sweep : goal;
        if (triggered != UINT64_MAX && goal < triggered + RUNWAY)
            goal = triggered + RUNWAY;
    }
    return goal > INT64_MAX ? LIVE_NO_LIMIT : (int64_t)goal;
}

static void take_controller(const struct live_runtime_reader *reader, struct live_runtime *runtime)
{
    struct block controller = block(reader->scratch->controller,
                                    sizeof(reader->scratch->controller), reader->has_controller);
    int64_t percent = small_number(controller, offset_of(reader, FIELD_GC_PERCENT));
    int64_t limit = number(controller, offset_of(reader, FIELD_MEMORY_LIMIT));
    bool sound = reader->has_controller && percent >= -1 && percent <= INT32_MAX;
    if (offset_of(reader, FIELD_MEMORY_LIMIT) >= 0)
        sound = sound && limit >= 0;
    if (!sound)
        return;
    runtime->gogc = percent < 0 ? LIVE_NO_LIMIT : percent;
    runtime->memory_limit = limit < 0 ? LIVE_NO_LIMIT : limit;
    runtime->live = field(reader, controller, FIELD_HEAP_MARKED);
    runtime->heap_scan = field(reader, controller, FIELD_HEAP_SCAN);
    runtime->stack_scan = field(reader, controller, FIELD_STACK_SCAN);
    runtime->globals_scan = field(reader, controller, FIELD_GLOBALS_SCAN);
    runtime->goal = goal_of(reader, controller, runtime);
}

static void take_cpu(const struct live_runtime_reader *reader, struct live_runtime *runtime)
{
    struct block cpu = block(reader->scratch->cpu, sizeof(reader->scratch->cpu), reader->has_cpu);
    static const enum layout_field fields[] = {FIELD_CPU_ASSIST, FIELD_CPU_DEDICATED,
                                               FIELD_CPU_IDLE,   FIELD_CPU_PAUSE,
                                               FIELD_CPU_GC,     FIELD_CPU_TOTAL};
    double *values[] = {&runtime->cpu_assist, &runtime->cpu_background, &runtime->cpu_idle_mark,
                        &runtime->cpu_pause,  &runtime->cpu_gc,         &runtime->cpu_total};
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        *values[i] = seconds(number(cpu, offset_of(reader, fields[i])));
}

/* ---- goroutines ---- */

/* gcount (proc.go): all that were ever made, less those that wait to be used again and the
 * runtime's own. */
static void take_goroutines(const struct live_runtime_reader *reader, struct live_runtime *runtime)
{
    enum { MOST = 1 << 28 };
    struct block sched = block(reader->scratch->sched, sizeof(reader->scratch->sched),
                               reader->has_sched);
    int64_t unused = small_number(sched, offset_of(reader, FIELD_SCHED_FREE));
    int64_t own = small_number(sched, offset_of(reader, FIELD_SCHED_SYSTEM));
    if (offset_of(reader, FIELD_SCHED_FREE_NO_STACK) >= 0)
        unused += small_number(sched, offset_of(reader, FIELD_SCHED_FREE_NO_STACK));
    for (size_t i = 0; i < reader->count; i++)
        unused += reader->scratch->free_goroutines[i];
    int64_t made = number(sched, offset_of(reader, FIELD_SCHED_M_NEXT));
    int64_t gone = number(sched, offset_of(reader, FIELD_SCHED_M_FREED));
    int64_t count = wrapped_difference((int64_t)reader->scratch->goroutines,
                                       wrapped_sum(unused, own));
    if (reader->has_sched && made > 0 && gone >= 0 && gone < made && made < MOST)
        runtime->threads = made - gone;
    if (reader->has_sched && reader->has_goroutines && reader->count && unused >= 0 && own >= 0 &&
        reader->scratch->goroutines < MOST && count > 0)
        runtime->goroutines = count;
    if (reader->has_slice && reader->count)
        runtime->processors = (int64_t)reader->count;
}

/* ---- objects by size ---- */

/* One class of the counts that stand one behind the other, over the three. */
static int64_t of_class(const struct live_runtime_reader *reader, struct block stats,
                        enum layout_field name, int32_t class)
{
    int32_t start = offset_of(reader, FIELD_HEAP_STATS) + offset_of(reader, name) + class * 8;
    int64_t sum = 0;
    for (int32_t i = 0; i < DELTAS; i++)
        sum = wrapped_sum(sum, number(stats, start + i * offset_of(reader, FIELD_DELTA_BYTES)));
    return sum;
}

static struct live_size size_of_class(const struct live_runtime_reader *reader,
                                      struct block stats, int32_t class)
{
    struct live_size size = {.size = allocator_class_bytes((unsigned)class)};
    size.objects = wrapped_difference(of_class(reader, stats, FIELD_DELTA_SMALL_ALLOCS, class),
                                      of_class(reader, stats, FIELD_DELTA_SMALL_FREES, class));
    if (size.objects > 0 && size.objects < INT64_C(1) << 40)
        size.bytes = size.objects * (int64_t)size.size;
    return size;
}

static struct live_size large_size(const struct live_runtime_reader *reader, struct block stats)
{
    return (struct live_size){
        .objects = wrapped_difference(delta(reader, stats, FIELD_DELTA_LARGE_ALLOCS),
                                      delta(reader, stats, FIELD_DELTA_LARGE_FREES)),
        .bytes = wrapped_difference(delta(reader, stats, FIELD_DELTA_LARGE_ALLOC),
                                    delta(reader, stats, FIELD_DELTA_LARGE_FREE))};
}

static int compare_sizes(const void *a, const void *b)
{
    const struct live_size *left = a, *right = b;
    if (left->bytes != right->bytes)
        return left->bytes < right->bytes ? 1 : -1;
    return (left->size > right->size) - (left->size < right->size);
}

_Static_assert((int)LIVE_SIZES == (int)ALLOCATOR_CLASSES, "one size for each class");

bool live_sizes_read(struct live_runtime_reader *reader, struct live_sizes *sizes)
{
    static const int64_t most = INT64_C(1) << 48;
    sizes->count = 0;
    if (!sample(reader))
        return false;
    struct block stats = block(reader->scratch->stats, stats_size(reader), reader->has_stats);
    if (!check_stats(reader, stats))
        return false;
    for (int32_t class = 0; class < ALLOCATOR_CLASSES; class++) {
        struct live_size size = class ? size_of_class(reader, stats, class)
                                      : large_size(reader, stats);
        if (size.objects > 0 && size.bytes > 0 && size.bytes < most)
            sizes->list[sizes->count++] = size;
    }
    qsort(sizes->list, sizes->count, sizeof(*sizes->list), compare_sizes);
    return true;
}

/* ---- the whole ---- */

void runtime_set_unknown(struct live_runtime *runtime)
{
    memset(runtime, 0xff, sizeof(*runtime)); /* LIVE_UNKNOWN everywhere */
    double *shares[] = {&runtime->last_gc,       &runtime->pause_total, &runtime->cpu_assist,
                        &runtime->cpu_background, &runtime->cpu_idle_mark, &runtime->cpu_pause,
                        &runtime->cpu_gc,        &runtime->cpu_total};
    for (size_t i = 0; i < COUNT_OF(shares); i++)
        *shares[i] = LIVE_UNKNOWN_SHARE;
    for (size_t i = 0; i < COUNT_OF(runtime->pauses); i++)
        runtime->pauses[i] = LIVE_UNKNOWN_SHARE;
}

bool live_runtime_read(struct live_runtime_reader *reader, struct live_runtime *runtime)
{
    runtime_set_unknown(runtime);
    if (!sample(reader))
        return false;
    struct block stats = block(reader->scratch->stats, stats_size(reader), reader->has_stats);
    if (check_stats(reader, stats)) {
        take_system(reader, stats, runtime);
        take_heap(reader, stats, runtime);
        take_objects(reader, stats, runtime);
        take_cycles(reader, stats, runtime);
    }
    take_controller(reader, runtime);
    take_cpu(reader, runtime);
    take_goroutines(reader, runtime);
    if (reader->has_rate)
        runtime->profile_rate = (int64_t)reader->scratch->rate;
    return true;
}
