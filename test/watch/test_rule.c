/* Triggers: what they mean, and where they are wrong. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "watch_test.h"

/* Is no rule, and the message holds `what`, at that column. */
static void is_wrong(const char *text, unsigned column, const char *what)
{
    struct watch_rule rule;
    char place[32];
    struct diag_sink *sink = diag_sink_new(&test_memory);
    if (watch_rule_parse(str_from(text), sink, &rule))
        fail_msg("\"%s\" is taken for a rule", text);
    assert_int_equal(diag_count(sink), 1);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_WATCH_RULE);
    struct str message = diag_at(sink, 0)->message;
    snprintf(place, sizeof(place), "column %u: ", column);
    if (!str_starts(message, str_from(place)) || !str_contains(message, str_from(what)))
        fail_msg("\"%s\": %.*s", text, STR_ARGS(message));
    diag_sink_free(sink);
}

static void is_near(double got, double wanted)
{
    if (got < wanted * (1 - 1e-12) || got > wanted * (1 + 1e-12))
        fail_msg("%.12f, wanted %.12f", got, wanted);
}

static void test_the_rules_of_the_contract(void **state)
{
    (void)state;
    struct watch_rule rule = rule_of("rss>85%");
    assert_int_equal(rule.condition_count, 1);
    assert_int_equal(rule.conditions[0].figure, WATCH_RSS);
    assert_true(rule.conditions[0].relative);
    assert_false(rule.conditions[0].growth);
    is_near(rule.conditions[0].value, 0.85);
    is_near(rule.cool, WATCH_COOL_SECONDS);
    assert_string_equal(rule.name, "rss>85%");
    rule = rule_of("growth>20%/1m");
    assert_true(rule.conditions[0].growth && rule.conditions[0].relative);
    is_near(rule.conditions[0].window, 60);
    rule = rule_of("psi>15%");
    assert_false(rule.conditions[0].relative);
    is_near(rule.conditions[0].value, 0.15);
    rule = rule_of("goroutines>10000");
    is_near(rule.conditions[0].value, 10000);
    rule = rule_of("time_to_oom<60s");
    assert_int_equal(rule.conditions[0].comparison, WATCH_BELOW);
    is_near(rule.conditions[0].value, 60);
}

static void test_amounts_have_units(void **state)
{
    (void)state;
    is_near(rule_of("rss > 512MB").conditions[0].value, 512 << 20);
    is_near(rule_of("heap >= 1.5 GiB").conditions[0].value, 1.5 * (1 << 30));
    is_near(rule_of("used>1000000").conditions[0].value, 1e6);
    is_near(rule_of("goroutines > 10k").conditions[0].value, 1e4);
    is_near(rule_of("gc_pause > 5ms").conditions[0].value, 5e-3);
    is_near(rule_of("time_to_oom <= 2m").conditions[0].value, 120);
    is_near(rule_of("alloc_rate > 500MB").conditions[0].value, 500.0 * (1 << 20));
    is_near(rule_of("cpu > 1.5").conditions[0].value, 1.5);
    struct watch_rule rule = rule_of("growth(goroutines)>1000/10s");
    assert_int_equal(rule.conditions[0].figure, WATCH_GOROUTINES);
    assert_false(rule.conditions[0].relative);
    is_near(rule_of("growth(heap)>100MB/m").conditions[0].window, 60);
    is_near(rule_of("growth(heap)>100MB / 90 s").conditions[0].window, 90);
}

static void test_conditions_and_options(void **state)
{
    (void)state;
    struct watch_rule rule =
        rule_of("leak: rss>60% and growth>5%/10m for 30s cool 1h do capture+run");
    assert_string_equal(rule.name, "leak");
    assert_int_equal(rule.condition_count, 2);
    is_near(rule.hold, 30);
    is_near(rule.cool, 3600);
    assert_int_equal(rule.actions, WATCH_CAPTURE | WATCH_COMMAND);
    assert_int_equal(rule_of("rss>1GB && psi>1%").condition_count, 2);
    assert_int_equal(rule_of("rss>1GB do webhook").actions, WATCH_WEBHOOK);
}

static void test_where_it_is_wrong(void **state)
{
    (void)state;
    is_wrong("", 1, "expected a figure");
    is_wrong("rs>85%", 1, "goroutines");
    is_wrong("rss=85%", 4, "expected a comparison");
    is_wrong("rss>", 5, "expected a number, found its end");
    is_wrong("rss>85", 7, "85% (of the limit)");
    is_wrong(" : rss>85%", 2, "a name before the colon");
    is_wrong(":rss>85%", 1, "a name before the colon");
}

static void test_units_that_do_not_fit(void **state)
{
    (void)state;
    is_wrong("rss>85s", 7, "85% (of the limit)");
    is_wrong("goroutines>10%", 14, "a number, as in 10000");
    is_wrong("psi>15", 7, "a share, as in 15%");
    is_wrong("psi>15MB", 7, "a share");
    is_wrong("time_to_oom<60", 15, "a unit of time");
    is_wrong("growth>20%", 11, "the time it grows in");
    is_wrong("growth>20%/", 12, "a time, as in 1m");
    is_wrong("growth>20%/5", 13, "a unit of time");
    is_wrong("growth>20%/2d", 12, "at most one day");
    is_wrong("growth(threads)>2/1m", 8, "a figure whose growth is followed");
    is_wrong("growth(heap>2/1m", 12, "\")\"");
}

static void test_options_that_are_none(void **state)
{
    (void)state;
    is_wrong("rss>85% until 3s", 9, "and, for, cool or do");
    is_wrong("rss>85% for", 12, "a time, as in for 10s");
    is_wrong("rss>85% for 0s", 12, "a time above 0");
    is_wrong("rss>85% do dance", 12, "capture, webhook or run");
    is_wrong("rss>1% and rss>2% and rss>3% and rss>4% and rss>5%", 45, "at most four");
    is_wrong("rss>85%\n", 1, "plain text");
    char text[WATCH_RULE_BYTES + 10];
    memset(text, ' ', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    is_wrong(text, WATCH_RULE_BYTES + 1, "no more than 255");
}

static void test_amounts_of_flags(void **state)
{
    int64_t bytes;
    double seconds;
    (void)state;
    assert_true(watch_bytes_parse(STR("512MB"), &bytes) && bytes == 512 << 20);
    assert_true(watch_bytes_parse(STR("2Gi"), &bytes) && bytes == INT64_C(2) << 30);
    assert_false(watch_bytes_parse(STR("MB"), &bytes));
    assert_false(watch_bytes_parse(STR("0"), &bytes));
    assert_false(watch_bytes_parse(STR("-1"), &bytes));
    assert_false(watch_bytes_parse(STR("9999999999TB"), &bytes));
    assert_true(watch_seconds_parse(STR("500ms"), &seconds) && seconds == 0.5);
    assert_false(watch_seconds_parse(STR("5"), &seconds));
    assert_false(watch_seconds_parse(STR("1.2.3s"), &seconds));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_rules_of_the_contract),
        cmocka_unit_test(test_amounts_have_units),
        cmocka_unit_test(test_conditions_and_options),
        cmocka_unit_test(test_where_it_is_wrong),
        cmocka_unit_test(test_units_that_do_not_fit),
        cmocka_unit_test(test_options_that_are_none),
        cmocka_unit_test(test_amounts_of_flags),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
