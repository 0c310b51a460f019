/* How memory grows and when it reaches the limit, with time that is made up. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "watch_test.h"

#define MB INT64_C(1000000)

static void is_near(double got, double wanted, double share)
{
    if (!(fabs(got - wanted) <= fabs(wanted) * share))
        fail_msg("%g, wanted %g", got, wanted);
}

/* Adds a sample and judges it. */
static struct watch_sample feed(struct trend *trend, double at, int64_t used, int64_t limit)
{
    struct watch_sample sample = sample_at(at, used, limit);
    trend_add(trend, &sample);
    trend_judge(trend, &sample);
    return sample;
}

static void test_a_steady_leak(void **state)
{
    struct trend trend;
    struct watch_sample sample;
    (void)state;
    trend_init(&trend, 0);
    for (int i = 0; i <= 100; i++)
        sample = feed(&trend, 1000 + i, 100 * MB + i * MB, 1000 * MB);
    is_near(sample.growth_rate, 1e6, 1e-3);
    is_near(sample.time_to_oom, 800, 1e-3);
}

static void test_too_few_points_are_no_trend(void **state)
{
    struct trend trend;
    (void)state;
    trend_init(&trend, 0);
    assert_true(isnan(feed(&trend, 1, 100 * MB, 1000 * MB).growth_rate));
    struct watch_sample sample = feed(&trend, 2, 200 * MB, 1000 * MB);
    assert_true(isnan(sample.growth_rate));
    assert_true(isinf(sample.time_to_oom));
    assert_false(isnan(feed(&trend, 3, 300 * MB, 1000 * MB).growth_rate));
}

static void test_standing_still_and_shrinking(void **state)
{
    struct trend trend;
    struct watch_sample sample;
    (void)state;
    trend_init(&trend, 0);
    for (int i = 0; i < 100; i++)
        sample = feed(&trend, i, 500 * MB + i % 2, 1000 * MB);
    assert_true(isinf(sample.time_to_oom));
    for (int i = 100; i < 200; i++)
        sample = feed(&trend, i, 500 * MB - i * MB, 1000 * MB);
    is_near(sample.growth_rate, -1e6, 1e-2);
    assert_true(isinf(sample.time_to_oom));
}

/* 500 MB/s after a minute of silence: a second later it is known to within a factor of three. */
static void test_a_burst_is_not_hidden_by_what_was_before(void **state)
{
    struct trend trend;
    struct watch_sample sample;
    (void)state;
    trend_init(&trend, 0);
    for (int i = 0; i < 60; i++)
        feed(&trend, i, 100 * MB, 2000 * MB);
    for (int i = 0; i <= 100; i++)
        sample = feed(&trend, 60 + i * 0.01, 100 * MB + i * 5 * MB, 2000 * MB);
    assert_true(sample.growth_rate > 167e6 && sample.growth_rate < 501e6);
    assert_true(sample.time_to_oom < 10);
}

/* A collector's saw tooth is no burst (T2): at its top the last three seconds fell somewhere. */
static void test_a_saw_tooth_is_no_burst(void **state)
{
    struct trend trend;
    (void)state;
    trend_init(&trend, 0);
    for (int i = 0; i < 600; i++) {
        struct watch_sample sample = feed(&trend, i * 0.1, 100 * MB + i % 10 * 10 * MB, 1000 * MB);
        if (i > 300)
            assert_true(!(sample.growth_rate > 5e6));
    }
}

static void test_growth_over_a_window(void **state)
{
    struct trend trend;
    struct watch_rule rule = rule_of("growth>20%/1m"), bytes = rule_of("growth(used)>1MB/10s");
    (void)state;
    trend_init(&trend, 60);
    for (int i = 0; i <= 14; i++)
        feed(&trend, i, 100 * MB + i * MB, LIVE_NO_LIMIT);
    assert_true(isnan(trend_growth(&trend, &rule.conditions[0]))); /* not yet a quarter of it */
    for (int i = 15; i <= 200; i++)
        feed(&trend, i, 100 * MB + i * MB, LIVE_NO_LIMIT);
    is_near(trend_growth(&trend, &rule.conditions[0]), 60.0 / 240, 0.03);
    is_near(trend_growth(&trend, &bytes.conditions[0]), 10e6, 0.11);
}

/* However often it is looked at, a ring reaches back over its window, in its fixed room (T1). */
static void test_a_day_in_a_fixed_room(void **state)
{
    struct trend trend;
    struct watch_rule rule = rule_of("growth(used)>1MB/1d");
    double at = 0;
    (void)state;
    trend_init(&trend, LIMIT_WATCH_WINDOW);
    for (; at < 2 * LIMIT_WATCH_WINDOW; at += 0.5)
        feed(&trend, at, (int64_t)(at * 1000), LIVE_NO_LIMIT);
    is_near(trend_growth(&trend, &rule.conditions[0]), 1000.0 * LIMIT_WATCH_WINDOW, 0.03);
    for (int i = 0; i < TREND_SERIES; i++)
        assert_in_range(trend.series[i].count, 0, TREND_POINTS);
}

/* Two looks at one moment (an event of the kernel wakes in between), and time that stands. */
static void test_time_that_stands(void **state)
{
    struct trend trend;
    (void)state;
    trend_init(&trend, 0);
    for (int i = 0; i < 200; i++) {
        struct watch_sample sample = feed(&trend, 5, 100 * MB + i * MB, 1000 * MB);
        assert_true(isnan(sample.growth_rate) || sample.growth_rate == 0);
        assert_true(isinf(sample.time_to_oom));
    }
}

static void test_unknown_figures_leave_no_points(void **state)
{
    struct trend trend;
    (void)state;
    trend_init(&trend, 0);
    for (int i = 0; i < 10; i++)
        feed(&trend, i, LIVE_UNKNOWN, 1000 * MB);
    assert_int_equal(trend.burst.count, 0);
    assert_true(isnan(feed(&trend, 11, 1, 1000 * MB).growth_rate));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_steady_leak),
        cmocka_unit_test(test_too_few_points_are_no_trend),
        cmocka_unit_test(test_standing_still_and_shrinking),
        cmocka_unit_test(test_a_burst_is_not_hidden_by_what_was_before),
        cmocka_unit_test(test_a_saw_tooth_is_no_burst),
        cmocka_unit_test(test_growth_over_a_window),
        cmocka_unit_test(test_a_day_in_a_fixed_room),
        cmocka_unit_test(test_time_that_stands),
        cmocka_unit_test(test_unknown_figures_leave_no_points),
    };
    return cmocka_run_group_tests_name("watch trend", tests, NULL, NULL);
}
