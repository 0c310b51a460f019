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
    live_exposition_init(&runtime, &usage);
    assert_true(live_exposition_read(STR("{\"memstats\":{\"MCacheSys\":7777777777777777777777,"
                                         "\"MSpanSys\":40,\"GCSys\":70,\"NextGC\":1600}}"),
                                     &runtime, &usage));
    assert_int_equal(runtime.metadata, LIVE_UNKNOWN); /* and no sum that overflows */
    assert_int_equal(runtime.goal, 1600);
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

/* 100 collections so far, of 0.25 processor seconds each, at 4 processors: 0.19 of workers, 0.02 of
 * assists, 0.03 of idle processors, 0.01 of stops. */
static struct live_runtime loaded_runtime(void)
{
    struct live_runtime runtime = runtime_of(100 << 20);
    runtime.stack_scan = runtime.globals_scan = 0;
    runtime.heap_scan = 60 << 20;
    runtime.processors = 4;
    runtime.cycles = 100;
    runtime.forced = 10;
    runtime.cpu_background = 19;
    runtime.cpu_assist = 2;
    runtime.cpu_idle_mark = 3;
    runtime.cpu_pause = 1;
    runtime.cpu_gc = 25;
    runtime.last_gc = 1000;
    return runtime;
}

static void test_less_allocation_is_fewer_cycles(void **state)
{
    struct live_load now;
    struct live_runtime runtime = loaded_runtime();
    (void)state;
    const struct live_span one = {.now = &runtime};
    assert_true(live_load_now(&one, (double)(500 << 20), &now));
    is_about(now.cycles_per_second, 5);
    is_about(now.cpu_share, 5 * 0.22 / 4);
    is_about(now.assist_share, 5 * 0.02 / 4);
    is_about(now.idle_share, 5 * 0.03 / 4);
    is_about(now.peak, 200 << 20);
    assert_int_equal(now.cycles, 0);
    struct live_load less = live_load_without(&now, &runtime, 0.38, 0);
    is_about(less.cycles_per_second, 5 * 0.62);
    is_about(less.cpu_share, 5 * 0.62 * 0.22 / 4);
    is_about(less.peak, now.peak);
    /* Assists are a part of fewer cycles, and each has allocation to pay for less. */
    is_about(less.assist_share, 5 * 0.62 * 0.62 * 0.02 / 4);
    /* Nothing is left but what comes every two minutes. */
    less = live_load_without(&now, &runtime, 1, 0);
    is_about(less.cycles_per_second, 1 / 120.0);
}

static void test_less_that_lives_is_less_marking(void **state)
{
    struct live_load now;
    struct live_runtime runtime = loaded_runtime();
    (void)state;
    const struct live_span one = {.now = &runtime};
    assert_true(live_load_now(&one, (double)(500 << 20), &now));
    /* Half of what is live goes: half the marking, half the room, stops as before. */
    struct live_load less = live_load_without(&now, &runtime, 0, 50 << 20);
    is_about(less.peak, 100 << 20);
    is_about(less.cycles_per_second, 10);
    is_about(less.cpu_share, 10 * (0.21 / 2 + 0.01) / 4);
    /* Stacks and globals are scanned as before. */
    runtime.stack_scan = runtime.globals_scan = 30 << 20;
    less = live_load_without(&now, &runtime, 0, 50 << 20);
    is_about(less.mark_per_cycle, 0.24 * 0.75);
    /* A memory limit governs: what is no longer live becomes room. */
    runtime = loaded_runtime();
    runtime.gogc = LIVE_NO_LIMIT;
    runtime.memory_limit = 300 << 20;
    less = live_load_without(&now, &runtime, 0, 50 << 20);
    assert_true(less.cycles_per_second < now.cycles_per_second);
}

/* What is told of whole cycles between two samples. */
static void test_load_between_two_samples(void **state)
{
    struct live_load seen;
    struct live_runtime runtime = loaded_runtime(), then = runtime;
    (void)state;
    then.cycles -= 6;
    then.last_gc -= 1.2;
    then.cpu_background -= 0.5;
    then.cpu_assist -= 0.04;
    then.cpu_idle_mark -= 0.1;
    then.cpu_pause -= 0.06;
    const struct live_span two = {.now = &runtime, .then = &then, .seconds = 1};
    assert_true(live_load_now(&two, (double)(500 << 20), &seen));
    assert_int_equal(seen.cycles, 6);
    is_about(seen.cycles_per_second, 5); /* not six: they took 1.2 s from end to end */
    is_about(seen.cpu_share, 5 * 0.1 / 4);
    is_about(seen.assist_share, 5 * 0.04 / 6 / 4);
    is_about(seen.bytes_per_cycle, 100 << 20);
    is_about(seen.peak, 200 << 20);
    /* The heap grew meanwhile: a room of 50 MB then, 100 MB now, 75 MB on average were 100 MB a
     * cycle. */
    then.goal = then.live + (50 << 20);
    assert_true(live_load_now(&two, (double)(500 << 20), &seen));
    is_about(seen.peak, (100 << 20) + 4.0 / 3 * (100 << 20));
    then.goal = runtime.goal;
    /* Half of the cycles are the program's own runtime.GC: those stay. */
    then.forced -= 3;
    assert_true(live_load_now(&two, (double)(500 << 20), &seen));
    is_about(seen.cycles_per_second, 5);
    is_about(live_load_without(&seen, &runtime, 0.5, 0).cycles_per_second, 2.5 + 1.25);
    /* The collection before is too long ago to have been under this load. */
    then = runtime;
    then.cycles -= 1;
    then.last_gc -= 60;
    assert_true(live_load_now(&two, (double)(500 << 20), &seen));
    assert_int_equal(seen.cycles, 0);
}

static void test_load_without_processor_times(void **state)
{
    struct live_load now;
    struct live_runtime runtime = loaded_runtime();
    (void)state;
    const struct live_span one = {.now = &runtime};
    runtime.cpu_gc = runtime.cpu_assist = runtime.cpu_background = runtime.cpu_idle_mark =
        runtime.cpu_pause = LIVE_UNKNOWN_SHARE; /* before Go 1.20 */
    assert_true(live_load_now(&one, (double)(500 << 20), &now));
    is_about(now.cycles_per_second, 5);
    assert_true(now.cpu_share == LIVE_UNKNOWN_SHARE && now.assist_share == LIVE_UNKNOWN_SHARE);
    struct live_load less = live_load_without(&now, &runtime, 0.5, 50 << 20);
    is_about(less.cycles_per_second, 5);
    assert_true(less.cpu_share == LIVE_UNKNOWN_SHARE);
    runtime.cycles = 0;
    assert_false(live_load_now(&one, 5e8, &now));
}

/* ---- causes of a report of hot ---- */

static const char report_of_hot[] =
    "{\"schema\":\"unheap.hot/1\",\"sample_type\":\"alloc_space\",\"causes\":["
    "{\"id\":\"c2\",\"text\":\"call of fmt.Sprintf\",\"file\":\"b.go\",\"line\":9,\"share\":0.25,"
    "\"parts\":[{\"site\":\"s2\",\"value\":30},{\"site\":\"s9\",\"value\":1}]},"
    "{\"id\":\"c1\",\"text\":\"out += row\",\"file\":\"x/a.go\",\"line\":4,\"share\":0.5,"
    "\"parts\":[{\"site\":\"s1\",\"value\":100},{\"site\":\"s2\",\"value\":10}]}],"
    "\"sites\":[{\"id\":\"s1\",\"function\":\"main.a\",\"file\":\"/there/a.go\","
    "\"line\":5,\"value\":100},{\"id\":\"s2\",\"function\":\"fmt.Sprintf\","
    "\"file\":\"/go/print.go\",\"line\":240,\"value\":40}]}";

static void ledger_with_sites(struct live_ledger *ledger)
{
    const struct live_ledger_input input = {0};
    live_ledger_make(&input, &plenty, ledger);
    const struct live_ledger_site sites[] = {
        {STR("main.a"), STR("/build/a.go"), 5, 1000, 100},
        {STR("fmt.Sprintf"), STR("/go/print.go"), 240, 400, 40}};
    for (size_t i = 0; i < COUNT_OF(sites); i++)
        VEC_PUSH(&plenty, &ledger->sites, sites[i]);
}

static void test_causes_are_joined_with_what_is_live(void **state)
{
    struct live_ledger ledger;
    struct diag_sink *sink = diag_sink_new(&plenty);
    (void)state;
    ledger_with_sites(&ledger);
    const struct str report = str_from(report_of_hot);
    assert_int_equal(live_ledger_add_causes(&ledger, report, STR("hot.json"), sink), STATUS_OK);
    assert_int_equal(ledger.causes.len, 2);
    assert_true(str_is(ledger.causes.at[0].id, "c1"));
    assert_true(ledger.causes.at[0].share == 0.5);
    assert_int_equal(ledger.causes.at[0].in_use, 1000 + 100); /* all of main.a, a quarter of fmt */
    assert_int_equal(ledger.causes.at[1].in_use, 300);
    live_ledger_release(&ledger);
    diag_sink_free(sink);
}

static enum status add_causes(const char *report, struct str *told)
{
    struct live_ledger ledger;
    static char message[256];
    struct diag_sink *sink = diag_sink_new(&plenty);
    ledger_with_sites(&ledger);
    enum status status = live_ledger_add_causes(&ledger, str_from(report), STR("hot.json"), sink);
    *told = STR("");
    if (diag_count(sink) == 1 && diag_at(sink, 0)->code == DIAG_LEDGER_CAUSES) {
        snprintf(message, sizeof(message), "%.*s", STR_ARGS(diag_at(sink, 0)->message));
        *told = str_from(message);
    }
    live_ledger_release(&ledger);
    diag_sink_free(sink);
    return status;
}

static void test_reports_that_are_refused(void **state)
{
    static const char *const reports[][2] = {
        {"", "expected"},
        {"[1,2", "expected"},
        {"{\"schema\":\"unheap.why/1\"}", "no report of hot"},
        {"{\"schema\":\"unheap.hot/1\",\"sample_type\":\"inuse_space\"}", "alloc_space"},
        {"{\"schema\":\"unheap.hot/1\",\"sample_type\":\"alloc_space\",\"causes\":7}", "missing"},
        {"{\"schema\":\"unheap.hot/1\",\"sample_type\":\"alloc_space\",\"causes\":[{\"share\":1}]}",
         "no text"},
        {"{\"schema\":\"unheap.hot/1\",\"sample_type\":\"alloc_space\",\"causes\":"
         "[{\"text\":\"x\",\"share\":1.5}]}", "from 0 to 1"},
    };
    struct str told;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(reports); i++) {
        assert_int_equal(add_causes(reports[i][0], &told), STATUS_BAD_INPUT);
        if (!str_contains(told, str_from(reports[i][1])))
            fail_msg("%s: %.*s", reports[i][0], STR_ARGS(told));
    }
}

static void test_more_causes_than_LIMIT_LEDGER_CAUSES(void **state)
{
    struct sb report;
    struct str told;
    (void)state;
    sb_init(&report, &plenty);
    sb_adds(&report, "{\"schema\":\"unheap.hot/1\",\"sample_type\":\"alloc_space\",\"causes\":[");
    for (int i = 0; i <= LIMIT_LEDGER_CAUSES; i++)
        sb_adds(&report, i ? ",{\"text\":\"\",\"share\":0}" : "{\"text\":\"\",\"share\":0}");
    sb_adds(&report, "]}");
    assert_int_equal(add_causes(report.text, &told), STATUS_BAD_INPUT);
    assert_true(str_contains(told, STR("LIMIT_LEDGER_CAUSES")));
    sb_release(&report);
}

static void test_causes_cut_anywhere(void **state)
{
    struct str told;
    (void)state;
    for (size_t n = 0; n + 1 < sizeof(report_of_hot); n++) {
        char *copy = malloc(n + 1);
        memcpy(copy, report_of_hot, n);
        copy[n] = 0;
        assert_int_equal(add_causes(copy, &told), STATUS_BAD_INPUT);
        free(copy);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_cgroup_with_two_processes),
        cmocka_unit_test(test_whatever_is_missing),
        cmocka_unit_test(test_endpoints),
        cmocka_unit_test(test_endpoints_cut_anywhere),
        cmocka_unit_test(test_less_allocation_is_fewer_cycles),
        cmocka_unit_test(test_less_that_lives_is_less_marking),
        cmocka_unit_test(test_load_between_two_samples),
        cmocka_unit_test(test_load_without_processor_times),
        cmocka_unit_test(test_causes_are_joined_with_what_is_live),
        cmocka_unit_test(test_reports_that_are_refused),
        cmocka_unit_test(test_more_causes_than_LIMIT_LEDGER_CAUSES),
        cmocka_unit_test(test_causes_cut_anywhere),
    };
    return cmocka_run_group_tests_name("ledger", tests, NULL, NULL);
}
