/* When rules fire, and how soon memory is looked at again, with time that is made up: a program
 * that grows at a known rate is watched at the moments the daemon would choose. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "watch_test.h"

#define MB INT64_C(1000000)

/* Does it fire at that time, with so many bytes in use of 1000 MB? */
static bool fires(const struct watch_rule *rule, struct rule_state *state, double at, int64_t used)
{
    static const struct trend none;
    struct watch_sample sample = sample_at(at, used, 1000 * MB);
    return rule_fires(rule, &sample, &none, state);
}

static void test_fires_once_in_its_cool_time(void **state)
{
    struct watch_rule rule = rule_of("rss>80% cool 10s");
    struct rule_state kept = {0};
    (void)state;
    assert_false(fires(&rule, &kept, 100, 700 * MB));
    assert_true(fires(&rule, &kept, 101, 801 * MB));
    assert_true(kept.active);
    for (double at = 101.01; at < 110.99; at += 0.05)
        assert_false(fires(&rule, &kept, at, 900 * MB));
    assert_true(fires(&rule, &kept, 111, 900 * MB));
    /* Falling below and rising again does not shorten it. */
    assert_false(fires(&rule, &kept, 112, 100 * MB));
    assert_false(kept.active);
    assert_false(fires(&rule, &kept, 113, 900 * MB));
    assert_true(kept.active);
    assert_true(fires(&rule, &kept, 122, 900 * MB));
}

static void test_must_hold_for_its_time(void **state)
{
    struct watch_rule rule = rule_of("rss>80% for 5s cool 1s");
    struct rule_state kept = {0};
    (void)state;
    assert_false(fires(&rule, &kept, 10, 900 * MB));
    assert_false(fires(&rule, &kept, 14, 900 * MB));
    assert_false(fires(&rule, &kept, 14.5, 700 * MB)); /* begins anew */
    assert_false(fires(&rule, &kept, 15, 900 * MB));
    assert_false(fires(&rule, &kept, 19.9, 900 * MB));
    assert_true(fires(&rule, &kept, 20, 900 * MB));
}

static void test_what_is_unknown_never_holds(void **state)
{
    static const char *const texts[] = {"goroutines>1", "goroutines<1", "heap>1%", "heap<1%",
                                        "gc_cpu>=1%", "growth>1%/1m", "psi<1%", "cpu<9"};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct watch_rule rule = rule_of(texts[i]);
        struct rule_state kept = {0};
        assert_false(fires(&rule, &kept, 1, 900 * MB));
    }
}

/* No limit: shares of it hold nowhere, bytes do. */
static void test_without_a_limit(void **state)
{
    static const struct trend none;
    struct watch_sample sample = sample_at(1, 900 * MB, LIVE_NO_LIMIT);
    struct watch_rule share = rule_of("rss>1%"), bytes = rule_of("rss>800MB"),
                      soon = rule_of("time_to_oom<1h"), room = rule_of("headroom<1GB");
    struct rule_state kept = {0};
    (void)state;
    assert_false(rule_fires(&share, &sample, &none, &kept));
    assert_false(rule_fires(&soon, &sample, &none, &kept));
    assert_false(rule_fires(&room, &sample, &none, &kept));
    assert_true(rule_fires(&bytes, &sample, &none, &kept));
}

static void test_all_conditions_must_hold(void **state)
{
    struct watch_rule rule = rule_of("rss>80% and used>500MB and headroom<150MB");
    struct rule_state kept = {0};
    (void)state;
    assert_false(fires(&rule, &kept, 1, 801 * MB));
    assert_true(fires(&rule, &kept, 2, 851 * MB));
}

/* ---- a program that grows, and looks at the times the daemon chooses ---- */

struct run {
    double rate;  /* bytes a second */
    double begin; /* between two looks of the interval, when it begins to grow */
    int64_t limit;
    size_t targets;
};
/* Bytes in use when the rule fires; the limit when it never does. */
static double used_when_it_fires(const struct watch_rule *rule, const struct run *run, int *looks)
{
    static const double interval = 1;
    struct rule_state kept = {0};
    double full_at = 0, at = 0;
    for (*looks = 1; *looks < 100000; ++*looks) {
        double used = at < run->begin ? 1e6 : 1e6 + (at - run->begin) * run->rate;
        static const struct trend none;
        struct watch_sample sample = sample_at(at, (int64_t)used, run->limit);
        if (used >= (double)run->limit)
            return (double)run->limit;
        if (rule_fires(rule, &sample, &none, &kept))
            return used;
        if (at >= full_at + interval)
            full_at = at;
        at = fmin(full_at + interval, at + rules_patience(rule, 1, &sample, run->targets));
    }
    fail_msg("it never comes to an end");
    return 0;
}

/* 500 MB/s and a limit of 400 MB, begun at any moment of the interval: what is passed of the rule's
 * amount is what grows in the least time between two looks (J1), so that 80 % leave 150 ms. */
static void test_a_burst_is_caught_before_the_limit(void **state)
{
    static const char *const texts[] = {"rss>80%", "used>60%", "rss>320MB", "rss>85%"};
    int looks;
    (void)state;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct watch_rule rule = rule_of(texts[i]);
        double share = rule.conditions[0].value, line = share > 1 ? share : share * 400e6;
        for (double begin = 0; begin < 1; begin += 0.0137) {
            struct run run = {500e6, begin, 400 * MB, 1};
            double used = used_when_it_fires(&rule, &run, &looks);
            assert_true(used > line && used <= line + 500e6 * 0.0106);
            assert_true(looks < 80);
        }
    }
}

/* A hundred processes are looked at less often, and still before a burst is through. */
static void test_a_burst_among_a_hundred(void **state)
{
    struct watch_rule rule = rule_of("rss>80%");
    struct run run = {500e6, 0.3, 400 * MB, 100};
    int looks;
    (void)state;
    assert_true(used_when_it_fires(&rule, &run, &looks) < 360e6);
}

/* What stands far from the limit is looked at once an interval. */
static void test_far_from_the_limit_it_waits(void **state)
{
    struct watch_rule rule = rule_of("rss>85%");
    struct watch_sample far = sample_at(0, 100 * MB, 4000 * MB), near = far;
    (void)state;
    assert_true(rules_patience(&rule, 1, &far, 1) > 1);
    near.used = near.usage.resident = 3399 * MB;
    near.headroom = 601 * MB;
    assert_true(rules_patience(&rule, 1, &near, 1) < 0.02);
    far.limit = LIVE_NO_LIMIT;
    far.headroom = LIVE_UNKNOWN;
    assert_true(isinf(rules_patience(&rule, 1, &far, 1)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fires_once_in_its_cool_time),
        cmocka_unit_test(test_must_hold_for_its_time),
        cmocka_unit_test(test_what_is_unknown_never_holds),
        cmocka_unit_test(test_without_a_limit),
        cmocka_unit_test(test_all_conditions_must_hold),
        cmocka_unit_test(test_a_burst_is_caught_before_the_limit),
        cmocka_unit_test(test_a_burst_among_a_hundred),
        cmocka_unit_test(test_far_from_the_limit_it_waits),
    };
    return cmocka_run_group_tests_name("watch judge", tests, NULL, NULL);
}
