/* exposition.c: what a Go program tells about itself over HTTP, in one of three forms:
 *
 *   /debug/vars                  JSON of package expvar, "memstats": {...} (runtime.MemStats)
 *   /metrics                     Prometheus text of client_golang (go_collector.go)
 *   /debug/pprof/heap?debug=1    "# HeapInuse = 123" at the end (runtime/pprof, writeHeapInternal)
 *
 * All three have the same figures, under three names each. */
#include "live_int.h"

#include <stdlib.h>

enum figure {
    FIGURE_HEAP_ALLOC, FIGURE_HEAP_IN_USE, FIGURE_HEAP_IDLE, FIGURE_HEAP_RELEASED,
    FIGURE_STACK_IN_USE, FIGURE_STACK_SYS, FIGURE_MSPAN_SYS, FIGURE_MCACHE_SYS,
    FIGURE_BUCKETS_SYS, FIGURE_GC_SYS, FIGURE_OTHER_SYS, FIGURE_SYS, FIGURE_TOTAL_ALLOC,
    FIGURE_MALLOCS, FIGURE_FREES, FIGURE_NEXT_GC, FIGURE_NUM_GC, FIGURE_GOROUTINES,
    FIGURE_THREADS, FIGURE_LIVE, FIGURE_GOGC, FIGURE_LIMIT, FIGURE_PROCESSORS, FIGURE_RESIDENT,
    FIGURE_VIRTUAL, FIGURE_COUNT
};

/* A name that a form does not have is NULL. */
static const struct name {
    const char *memstats, *metric, *pprof;
} names[FIGURE_COUNT] = {
    [FIGURE_HEAP_ALLOC] = {"HeapAlloc", "go_memstats_heap_alloc_bytes", "HeapAlloc"},
    [FIGURE_HEAP_IN_USE] = {"HeapInuse", "go_memstats_heap_inuse_bytes", "HeapInuse"},
    [FIGURE_HEAP_IDLE] = {"HeapIdle", "go_memstats_heap_idle_bytes", "HeapIdle"},
    [FIGURE_HEAP_RELEASED] = {"HeapReleased", "go_memstats_heap_released_bytes", "HeapReleased"},
    [FIGURE_STACK_IN_USE] = {"StackInuse", "go_memstats_stack_inuse_bytes", "Stack"},
    [FIGURE_STACK_SYS] = {"StackSys", "go_memstats_stack_sys_bytes", "Stack /"},
    [FIGURE_MSPAN_SYS] = {"MSpanSys", "go_memstats_mspan_sys_bytes", "MSpan /"},
    [FIGURE_MCACHE_SYS] = {"MCacheSys", "go_memstats_mcache_sys_bytes", "MCache /"},
    [FIGURE_BUCKETS_SYS] = {"BuckHashSys", "go_memstats_buck_hash_sys_bytes", "BuckHashSys"},
    [FIGURE_GC_SYS] = {"GCSys", "go_memstats_gc_sys_bytes", "GCSys"},
    [FIGURE_OTHER_SYS] = {"OtherSys", "go_memstats_other_sys_bytes", "OtherSys"},
    [FIGURE_SYS] = {"Sys", "go_memstats_sys_bytes", "Sys"},
    [FIGURE_TOTAL_ALLOC] = {"TotalAlloc", "go_memstats_alloc_bytes_total", "TotalAlloc"},
    [FIGURE_MALLOCS] = {"Mallocs", "go_memstats_mallocs_total", "Mallocs"},
    [FIGURE_FREES] = {"Frees", "go_memstats_frees_total", "Frees"},
    [FIGURE_NEXT_GC] = {"NextGC", "go_memstats_next_gc_bytes", "NextGC"},
    [FIGURE_NUM_GC] = {"NumGC", "go_gc_duration_seconds_count", "NumGC"},
    [FIGURE_GOROUTINES] = {NULL, "go_goroutines", NULL},
    [FIGURE_THREADS] = {NULL, "go_threads", NULL},
    [FIGURE_LIVE] = {NULL, "go_gc_heap_live_bytes", NULL},
    [FIGURE_GOGC] = {NULL, "go_gc_gogc_percent", NULL},
    [FIGURE_LIMIT] = {NULL, "go_gc_gomemlimit_bytes", NULL},
    [FIGURE_PROCESSORS] = {NULL, "go_sched_gomaxprocs_threads", NULL},
    [FIGURE_RESIDENT] = {NULL, "process_resident_memory_bytes", NULL},
    [FIGURE_VIRTUAL] = {NULL, "process_virtual_memory_bytes", NULL},
};

/* "123", "1.23456789e+08"; LIVE_UNKNOWN for what is no number that can be. */
static int64_t read_number(struct str text)
{
    char digits[64], *end;
    static const double most = 9.2e18;
    size_t n = text.len < sizeof(digits) - 1 ? text.len : sizeof(digits) - 1;
    if (n == 0)
        return LIVE_UNKNOWN;
    memcpy(digits, text.ptr, n);
    digits[n] = 0;
    double value = strtod(digits, &end);
    if (end == digits || !(value >= 0))
        return LIVE_UNKNOWN;
    return value >= most ? LIVE_NO_LIMIT : (int64_t)value;
}

/* ---- the three forms ---- */

/* The value of a key of the object that the text begins with; keys of lists in it come later. */
static int64_t find_key(struct str object, const char *key)
{
    struct str name = str_from(key);
    for (size_t at = 0; at + name.len + 2 < object.len; at++) {
        struct str rest = str_skip(object, at);
        if (rest.ptr[0] != '"' || !str_starts(str_skip(rest, 1), name) ||
            rest.ptr[name.len + 1] != '"')
            continue;
        rest = str_trim(str_skip(rest, name.len + 2));
        if (rest.len > 1 && rest.ptr[0] == ':')
            return read_number(str_trim(str_skip(rest, 1)));
    }
    return LIVE_UNKNOWN;
}

static bool read_variables(struct str text, int64_t *figures)
{
    static const struct str head = {"\"memstats\"", 10};
    ptrdiff_t at = str_find(text, head);
    if (at < 0)
        return false;
    struct str object = str_skip(text, (size_t)at + head.len);
    for (int i = 0; i < FIGURE_COUNT; i++)
        if (names[i].memstats)
            figures[i] = find_key(object, names[i].memstats);
    return true;
}

static bool read_metrics(struct str text, int64_t *figures)
{
    bool any = false;
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        struct str name = kernel_word(&line);
        for (int i = 0; name.len && i < FIGURE_COUNT; i++)
            if (names[i].metric && str_is(name, names[i].metric)) {
                figures[i] = read_number(kernel_word(&line));
                any = true;
            }
    }
    return any;
}

/* "# Stack = 1081344 / 1081344" is what is in use and what was taken from the system. */
static void take_comment(struct str name, struct str value, int64_t *figures)
{
    struct str second = value;
    (void)str_cut(&second, '/');
    for (int i = 0; i < FIGURE_COUNT; i++) {
        struct str wanted = str_from(names[i].pprof);
        bool other = str_ends(wanted, STR(" /"));
        if (other)
            wanted = str_slice(wanted, 0, wanted.len - 2);
        if (wanted.len && str_equal(name, wanted))
            figures[i] = read_number(other ? str_trim(second) : value);
    }
}

static bool read_comments(struct str text, int64_t *figures)
{
    if (!str_starts(text, STR("heap profile:")))
        return false;
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        if (!str_starts(line, STR("# ")))
            continue;
        struct str value = str_skip(line, 2);
        struct str name = str_trim(str_cut(&value, '='));
        if (value.ptr)
            take_comment(name, str_trim(value), figures);
    }
    return true;
}

/* ---- as the runtime has them ---- */

static void keep(int64_t *to, int64_t value)
{
    if (value != LIVE_UNKNOWN)
        *to = value;
}

static int64_t minus(int64_t a, int64_t b)
{
    return a < 0 || b < 0 ? LIVE_UNKNOWN : a > b ? a - b : 0;
}

static int64_t plus(int64_t a, int64_t b)
{
    return a < 0 || b < 0 ? LIVE_UNKNOWN : a + b;
}

/* What no process has of memory is not believed, so that sums of such figures are numbers, too. */
static void drop_senseless(int64_t *figures)
{
    static const int64_t most = INT64_C(1) << 48;
    for (int i = 0; i < FIGURE_COUNT; i++) {
        bool memory = i <= FIGURE_SYS || i == FIGURE_LIVE || i == FIGURE_RESIDENT;
        if (memory && figures[i] >= most)
            figures[i] = LIVE_UNKNOWN;
    }
}

static void take_memory(const int64_t *figures, struct live_runtime *runtime)
{
    keep(&runtime->heap_objects, figures[FIGURE_HEAP_ALLOC]);
    keep(&runtime->heap_in_use, figures[FIGURE_HEAP_IN_USE]);
    keep(&runtime->heap_free,
         minus(figures[FIGURE_HEAP_IDLE], figures[FIGURE_HEAP_RELEASED]));
    keep(&runtime->heap_released, figures[FIGURE_HEAP_RELEASED]);
    keep(&runtime->stacks, figures[FIGURE_STACK_IN_USE]);
    keep(&runtime->system_stacks, minus(figures[FIGURE_STACK_SYS], figures[FIGURE_STACK_IN_USE]));
    keep(&runtime->metadata, plus(plus(figures[FIGURE_MSPAN_SYS], figures[FIGURE_MCACHE_SYS]),
                                  figures[FIGURE_GC_SYS]));
    keep(&runtime->profiling, figures[FIGURE_BUCKETS_SYS]);
    keep(&runtime->other, figures[FIGURE_OTHER_SYS]);
    keep(&runtime->total, figures[FIGURE_SYS]);
}

static void take_rest(const int64_t *figures, struct live_runtime *runtime,
                      struct live_usage *usage)
{
    keep(&runtime->allocated, figures[FIGURE_TOTAL_ALLOC]);
    keep(&runtime->freed, minus(figures[FIGURE_TOTAL_ALLOC], figures[FIGURE_HEAP_ALLOC]));
    keep(&runtime->allocs, figures[FIGURE_MALLOCS]);
    keep(&runtime->frees, figures[FIGURE_FREES]);
    keep(&runtime->goal, figures[FIGURE_NEXT_GC]);
    keep(&runtime->cycles, figures[FIGURE_NUM_GC]);
    keep(&runtime->goroutines, figures[FIGURE_GOROUTINES]);
    keep(&runtime->threads, figures[FIGURE_THREADS]);
    keep(&runtime->live, figures[FIGURE_LIVE]);
    keep(&runtime->gogc, figures[FIGURE_GOGC]);
    keep(&runtime->memory_limit, figures[FIGURE_LIMIT]);
    keep(&runtime->processors, figures[FIGURE_PROCESSORS]);
    keep(&usage->resident, figures[FIGURE_RESIDENT]);
    keep(&usage->virtual_bytes, figures[FIGURE_VIRTUAL]);
}

void live_exposition_init(struct live_runtime *runtime, struct live_usage *usage)
{
    runtime_set_unknown(runtime);
    usage_set_unknown(usage, 0);
}

bool live_exposition_read(struct str text, struct live_runtime *runtime, struct live_usage *usage)
{
    int64_t figures[FIGURE_COUNT];
    memset(figures, 0xff, sizeof(figures)); /* LIVE_UNKNOWN */
    if (!read_comments(text, figures) && !read_variables(text, figures) &&
        !read_metrics(text, figures))
        return false;
    drop_senseless(figures);
    take_memory(figures, runtime);
    take_rest(figures, runtime, usage);
    return true;
}
