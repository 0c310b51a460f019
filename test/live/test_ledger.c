/* Rows of ledgers: they add up whatever is known or not; what an endpoint says; the model. */
#include "live_test.h"

#include "profile/profile.h"

/* Every row that has children is their sum; names are unique. */
static void adds_up(const struct live_ledger *ledger)
{
    for (size_t i = 0; i < ledger->rows.len; i++) {
        int64_t sum = 0;
        size_t children = 0;
        for (size_t k = 0; k < ledger->rows.len; k++) {
            const struct live_ledger_row *row = &ledger->rows.at[k];
            if (k != i && str_equal(row->name, ledger->rows.at[i].name))
                fail_msg("two rows are called %.*s", STR_ARGS(row->name));
            sum += row->parent == (int)i ? row->bytes : 0;
            children += row->parent == (int)i;
        }
        if (children && sum != ledger->rows.at[i].bytes)
            fail_msg("%.*s: %lld, its parts %lld", STR_ARGS(ledger->rows.at[i].name),
                     (long long)ledger->rows.at[i].bytes, (long long)sum);
    }
}

static const struct live_ledger_row *row_of(const struct live_ledger *ledger, const char *name)
{
    for (size_t i = 0; i < ledger->rows.len; i++)
        if (str_is(ledger->rows.at[i].name, name))
            return &ledger->rows.at[i];
    return NULL;
}

static struct live_group_usage group_of(int64_t limit, int64_t usage)
{
    struct live_group_usage group;
    const struct live_cgroup none = {0};
    live_group_usage_read(&none, &group);
    group.limit = limit;
    group.usage = usage;
    group.working_set = usage - 1000;
    group.inactive_file = 1000;
    group.anonymous = usage - 5000;
    group.file = 3000;
    group.kernel = 700;
    return group;
}

static struct live_runtime runtime_of(int64_t live)
{
    struct live_runtime runtime;
    struct live_usage usage;
    live_exposition_init(&runtime, &usage);
    runtime.live = live;
    runtime.heap_objects = live + live / 2;
    runtime.heap_in_use = 2 * live;
    runtime.heap_free = live / 4;
    runtime.heap_released = live;
    runtime.stacks = 8192;
    runtime.metadata = 4096;
    runtime.profiling = runtime.other = runtime.system_stacks = 512;
    runtime.total = runtime.heap_in_use + runtime.heap_free + runtime.heap_released + 8192 + 4096 +
                    3 * 512;
    runtime.goal = 2 * live;
    runtime.gogc = 100;
    runtime.memory_limit = LIVE_NO_LIMIT;
    runtime.goroutines = 12;
    return runtime;
}

static struct live_ledger_process process_of(int pid, const struct live_runtime *runtime,
                                             int64_t resident)
{
    struct live_ledger_process process = {.runtime = runtime};
    struct live_runtime unused;
    live_exposition_init(&unused, &process.usage);
    process.usage.pid = pid;
    process.usage.resident = resident;
    process.usage.resident_anonymous = resident - 100;
    process.usage.resident_file = 90;
    process.usage.age_seconds = 10;
    snprintf(process.usage.name, sizeof(process.usage.name), "svc");
    return process;
}

static void test_a_cgroup_with_two_processes(void **state)
{
    struct live_ledger ledger;
    const struct live_cgroup cgroup = {.version = 2, .path = "/pods/a"};
    struct live_group_usage group = group_of(1 << 20, 900000);
    struct live_runtime runtime = runtime_of(200000);
    struct live_ledger_process processes[] = {process_of(7, &runtime, 600000),
                                              process_of(8, &runtime, 200000),
                                              process_of(9, NULL, 5000)};
    struct live_ledger_input input = {.cgroup = &cgroup, .group = &group, .processes = processes,
                                      .process_count = 3};
    (void)state;
    live_ledger_make(&input, &plenty, &ledger);
    adds_up(&ledger);
    assert_int_equal(row_of(&ledger, "limit")->bytes, 1 << 20);
    assert_int_equal(row_of(&ledger, "not in use")->bytes, (1 << 20) - 900000);
    assert_int_equal(row_of(&ledger, "live heap (7)")->bytes, 200000);
    assert_int_equal(row_of(&ledger, "svc (process 9)")->bytes, 4900);
    assert_true(row_of(&ledger, "other processes, and pages of ended ones")->remainder);
    live_ledger_release(&ledger);
}

/* Whatever is not known: no row is lost, no level wrong. */
static void test_whatever_is_missing(void **state)
{
    struct live_ledger ledger;
    const struct live_cgroup cgroup = {.version = 1, .path = "/x"};
    (void)state;
    for (unsigned mask = 0; mask < 1u << 10; mask++) {
        struct live_group_usage group = group_of(1 << 20, 900000);
        struct live_runtime runtime = runtime_of(200000);
        struct live_ledger_process process = process_of(7, &runtime, 600000);
        int64_t *const figures[] = {
            &group.limit, &group.usage, &group.working_set, &group.anonymous, &group.kernel,
            &runtime.live, &runtime.heap_objects, &runtime.heap_in_use, &runtime.total,
            &process.usage.resident_anonymous};
        for (size_t i = 0; i < COUNT_OF(figures); i++)
            if (mask >> i & 1)
                *figures[i] = LIVE_UNKNOWN;
        struct live_ledger_input input = {.cgroup = &cgroup, .group = &group,
                                          .processes = &process, .process_count = 1};
        live_ledger_make(&input, &plenty, &ledger);
        adds_up(&ledger);
        live_ledger_release(&ledger);
        input.group = NULL;
        live_ledger_make(&input, &plenty, &ledger);
        adds_up(&ledger);
        live_ledger_release(&ledger);
    }
}

/* ---- endpoints ---- */

static const char variables[] =
    "{\"cmdline\": [\"/svc\"],\n\"memstats\": {\"Alloc\":5,\"TotalAlloc\":900,\"Sys\":4000,"
    "\"Mallocs\":7,\"Frees\":3,\"HeapAlloc\":500,\"HeapSys\":2000,\"HeapIdle\":1200,"
    "\"HeapInuse\":800,\"HeapReleased\":1000,\"StackInuse\":300,\"StackSys\":320,"
    "\"MSpanInuse\":1,\"MSpanSys\":40,\"MCacheSys\":50,\"BuckHashSys\":60,\"GCSys\":70,"
    "\"OtherSys\":80,\"NextGC\":1600,\"NumGC\":3,\"BySize\":[{\"Size\":0,\"Mallocs\":99}]}}\n";
static const char metrics[] =
    "# HELP go_goroutines Number\n# TYPE go_goroutines gauge\ngo_goroutines 12\n"
    "go_memstats_heap_alloc_bytes 5.12e+02\ngo_memstats_heap_inuse_bytes 800\n"
    "go_memstats_sys_bytes 1.234567e+06\nprocess_resident_memory_bytes 5000\n"
    "go_gc_duration_seconds_count 9\ngo_gc_gomemlimit_bytes 9.223372036854775807e+18\n";
static const char text_profile[] =
    "heap profile: 0: 0 [0: 0] @ heap/1048576\n\n\n# runtime.MemStats\n# Alloc = 5\n"
    "# Sys = 4000\n# HeapAlloc = 500\n# HeapInuse = 800\n# HeapIdle = 1200\n"
    "# HeapReleased = 1000\n# Stack = 300 / 320\n# MSpan = 1 / 40\n# MCache = 2 / 50\n"
    "# BuckHashSys = 60\n# GCSys = 70\n# OtherSys = 80\n# NextGC = 1600\n# NumGC = 3\n";

static void test_endpoints(void **state)
{
    struct live_runtime runtime;
    struct live_usage usage;
    const struct str texts[] = {str_from(variables), str_from(text_profile)};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        live_exposition_init(&runtime, &usage);
        assert_true(live_exposition_read(texts[i], &runtime, &usage));
        assert_int_equal(runtime.heap_objects, 500);
        assert_int_equal(runtime.heap_free, 200);
        assert_int_equal(runtime.system_stacks, 20);
        assert_int_equal(runtime.metadata, 160);
        assert_int_equal(runtime.total, 4000);
        assert_int_equal(runtime.cycles, 3);
        assert_int_equal(runtime.goroutines, LIVE_UNKNOWN);
    }
    live_exposition_init(&runtime, &usage);
    assert_true(live_exposition_read(STR(metrics), &runtime, &usage));
    assert_int_equal(runtime.heap_objects, 512);
    assert_int_equal(runtime.total, 1234567);
    assert_int_equal(runtime.goroutines, 12);
    assert_true(runtime.memory_limit == LIVE_NO_LIMIT);
    assert_int_equal(usage.resident, 5000);
    assert_int_equal(runtime.heap_free, LIVE_UNKNOWN);
    assert_false(live_exposition_read(STR("<html>"), &runtime, &usage));
    assert_false(live_exposition_read(STR(""), &runtime, &usage));
}

static void test_endpoints_cut_anywhere(void **state)
{
    struct live_runtime runtime;
    struct live_usage usage;
    const struct str texts[] = {str_from(variables), str_from(metrics), str_from(text_profile)};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        for (size_t n = 0; n < texts[i].len; n++) {
            char *copy = malloc(n + 1);
            memcpy(copy, texts[i].ptr, n);
            live_exposition_init(&runtime, &usage);
            (void)live_exposition_read((struct str){copy, n}, &runtime, &usage);
            free(copy);
        }
}

/* ---- the model ---- */

static void is_about(double got, double wanted)
{
    if (got < wanted * 0.999 || got > wanted * 1.001)
        fail_msg("%f, wanted %f", got, wanted);
}

static void test_less_allocation_is_fewer_cycles(void **state)
{
    struct live_load now;
    struct live_runtime runtime = runtime_of(100 << 20);
    (void)state;
    runtime.stack_scan = runtime.globals_scan = 0;
    runtime.processors = 4;
    runtime.cycles = 100;
    const struct live_span one = {.now = &runtime};
    assert_false(live_load_now(&one, 5e8, &now));
    runtime.cpu_gc = 25;
    runtime.cpu_idle_mark = 5;
    runtime.cpu_assist = 2;
    assert_true(live_load_now(&one, (double)(500 << 20), &now));
    is_about(now.cycles_per_second, 5);
    is_about(now.cpu_share, 5 * 0.2 / 4);
    is_about(now.assist_share, 0.25 * 0.1);
    is_about(now.peak, 200 << 20);
    struct live_load less = live_load_without(&now, &runtime, 0.38, 0);
    is_about(less.cycles_per_second, 5 * 0.62);
    is_about(less.cpu_share, 0.25 * 0.62);
    is_about(less.peak, now.peak);
    /* Six cycles in the second between two samples, of 0.1 s each: more than the model's five. */
    struct live_runtime then = runtime;
    struct live_load seen;
    then.cycles -= 6;
    then.cpu_gc -= 0.6;
    const struct live_span two = {.now = &runtime, .then = &then, .seconds = 1};
    assert_true(live_load_now(&two, (double)(500 << 20), &seen));
    is_about(seen.cycles_per_second, 6);
    is_about(seen.cpu_share, 6 * 0.1 / 4);
    seen = live_load_without(&seen, &runtime, 0.5, 0);
    is_about(seen.cycles_per_second, 3);
    /* Half of what is live goes too: half the marking, half the room. */
    less = live_load_without(&now, &runtime, 0, 50 << 20);
    is_about(less.peak, 100 << 20);
    is_about(less.cycles_per_second, 10);
    is_about(less.cpu_share, 0.25);
    /* A memory limit governs: what is no longer live becomes room. */
    runtime.gogc = LIVE_NO_LIMIT;
    runtime.memory_limit = 300 << 20;
    less = live_load_without(&now, &runtime, 0, 50 << 20);
    is_about(less.peak, now.peak);
    assert_true(less.cycles_per_second < now.cycles_per_second);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cgroup_with_two_processes),
        cmocka_unit_test(test_whatever_is_missing),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_endpoints_cut_anywhere),
        cmocka_unit_test(test_less_allocation_is_fewer_cycles),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
