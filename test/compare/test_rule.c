/* test_rule.c: the grammar of -fail-on, and when a rule is broken. */
#include "compare_test.h"

static uint64_t chance = 0x2545f4914f6cdd1du;

static struct compare_rule rule_of(const char *text)
{
    struct compare_rule rule;
    const char *wrong = compare_rule_parse(str_from(text), &rule);
    if (wrong)
        fail_msg("%s: %s", text, wrong);
    return rule;
}

static void rules_are_read(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        enum rule_subject subject;
        const char *type, *part;
        bool greater, change, percent;
        double amount;
        enum rule_proof proof;
    } cases[] = {
        {"alloc_space>+5%", RULE_TOTAL, "alloc_space", "", true, true, true, 5, RULE_SIGNIFICANT},
        {"alloc_space>5%", RULE_TOTAL, "alloc_space", "", true, true, true, 5, RULE_SIGNIFICANT},
        {" inuse_space > +10MB ", RULE_TOTAL, "inuse_space", "", true, true, false, 10485760,
         RULE_SIGNIFICANT},
        {"total>500MB", RULE_TOTAL, "", "", true, false, false, 524288000, RULE_SIGNIFICANT},
        {"total<-1.5GiB", RULE_TOTAL, "", "", false, true, false, -1610612736, RULE_SIGNIFICANT},
        {"alloc_objects>+1000", RULE_TOTAL, "alloc_objects", "", true, true, false, 1000,
         RULE_SIGNIFICANT},
        {"alloc_objects>+2.5K", RULE_TOTAL, "alloc_objects", "", true, true, false, 2500,
         RULE_SIGNIFICANT},
        {"site>+20%", RULE_SITE, "", "", true, true, true, 20, RULE_SIGNIFICANT},
        {"site>1kb", RULE_SITE, "", "", true, true, false, 1024, RULE_SIGNIFICANT},
        {"function:json.Marshal>+1MB sure", RULE_FUNCTION, "", "json.Marshal", true, true, false,
         1048576, RULE_SURE},
        {"cause : a->b >+0% measured", RULE_CAUSE, "", "a->b", true, true, true, 0,
         RULE_MEASURED},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_rule rule = rule_of(cases[i].text);
        assert_int_equal(rule.subject, cases[i].subject);
        assert_true(str_equal(rule.type, str_from(cases[i].type)));
        assert_true(str_equal(rule.part, str_from(cases[i].part)));
        assert_int_equal(rule.greater, cases[i].greater);
        assert_int_equal(rule.change, cases[i].change);
        assert_int_equal(rule.percent, cases[i].percent);
        assert_true(rule.amount == cases[i].amount);
        assert_int_equal(rule.proof, cases[i].proof);
    }
}

static void mistakes_are_told(void **state)
{
    (void)state;
    static const char *const cases[] = {
        "",          "alloc_space",    "alloc_space>",       "alloc_space>+",  "alloc_space>+%",
        ">+5%",      "alloc_space=5%", "alloc_space>+5%%",   "site:>+5%",      "total:x>+5%",
        "a b>+5%",   "total>1e5",      "total>+5 MBs",       "total>+5X",      "total>+1.2.3",
        "total>+.",  "total>+5%sure",  "alloc_space:x>+5%",  "total>+5% maybe", "sure",
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_rule rule;
        if (!compare_rule_parse(str_from(cases[i]), &rule))
            fail_msg("'%s' was taken for a rule", cases[i]);
    }
}

/* f grows by half, g is new, h shrinks; all is seen. */
static struct comparison *usual(void)
{
    const struct stream old[] = {{"main.f", 10, 1, 1024, 2000}, {"main.h", 30, 25, 1024, 1000}};
    const struct stream new[] = {{"main.f", 10, 1, 1024, 3000}, {"main.g", 20, 15, 64, 5000},
                                 {"main.h", 30, 25, 1024, 600}};
    return compare_profiles(sampled_profile(old, 2, 1, &chance),
                            sampled_profile(new, 3, 1, &chance));
}

static void rules_are_judged(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        long broken;
    } cases[] = {
        {"total>+20%", 1},         {"total>+40%", 0},          {"alloc_space>+100kB", 1},
        {"total>3MB", 1},          {"total>4MB", 0},           {"alloc_objects>+10%", 1},
        {"inuse_space<-1%", 0},    {"site>+20%", 2},           {"site>+400kB", 1},
        {"site<-10%", 1},          {"site:main.f>+0%", 1},     {"site:nowhere>+0%", 0},
        {"site:main.go>+0%", 2},   {"function>+20%", 2},       {"function:main.f>+49% sure", 1},
        {"cpu>+5%", RULE_NO_TYPE}, {"cause>+5%", RULE_NO_TYPE}, {"total>+20% measured", 1},
        {"alloc_objects>+1k", 1},  {"alloc_objects>+1kB", RULE_OTHER_UNIT},
        {"site>+1kB", 2},          {"site>+1k", RULE_OTHER_UNIT},
    };
    struct comparison *comparison = usual();
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct compare_rule rule = rule_of(cases[i].text);
        size_t first = 0;
        long broken = compare_rule_broken(&rule, comparison, &first);
        if (broken != cases[i].broken)
            fail_msg("%s: %ld, wanted %ld", cases[i].text, broken, cases[i].broken);
    }
    compare_free(comparison);
}

/* Twelve sampled objects became sixteen: +33 % that mean nothing. */
static void noise_breaks_no_rule(void **state)
{
    (void)state;
    struct change change = {.old = 12, .new = 16, .delta = 4, .low = -7, .high = 15,
                            .verdict = COMPARE_NOISE};
    struct compare_total total = {.type = STR("alloc_space"), .unit = STR("bytes"),
                                  .change = change, .selected = true};
    struct comparison comparison = {.totals = &total, .total_count = 1};
    size_t first;
    struct compare_rule rule = rule_of("total>+10%");
    assert_int_equal(compare_rule_broken(&rule, &comparison, &first), 0);
    rule = rule_of("total>+10% sure");
    assert_int_equal(compare_rule_broken(&rule, &comparison, &first), 0);
    rule = rule_of("total>+10% measured");
    assert_int_equal(compare_rule_broken(&rule, &comparison, &first), 1);
}

/* OLD is in doubt too: that all of the change is beyond 10 % of what was measured of it is no proof
 * that all of the ratio is. */
static void sure_counts_with_both(void **state)
{
    (void)state;
    struct change change = {.old = 12, .new = 30, .delta = 18, .low = 2, .high = 40,
                            .ratio_low = 1.05, .ratio_high = 6, .verdict = COMPARE_SIGNIFICANT};
    struct compare_total total = {.type = STR("alloc_space"), .unit = STR("bytes"),
                                  .change = change, .selected = true};
    struct comparison comparison = {.unit = STR("bytes"), .totals = &total, .total_count = 1};
    static const struct {
        const char *text;
        long broken;
    } cases[] = {{"total>+10%", 1}, {"total>+10% sure", 0}, {"total>+4% sure", 1},
                 {"total>+1B sure", 1}, {"total<+600% sure", 1}, {"total<+400% sure", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t first;
        struct compare_rule rule = rule_of(cases[i].text);
        assert_int_equal(compare_rule_broken(&rule, &comparison, &first), cases[i].broken);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_are_read),
        cmocka_unit_test(mistakes_are_told),
        cmocka_unit_test(rules_are_judged),
        cmocka_unit_test(noise_breaks_no_rule),
        cmocka_unit_test(sure_counts_with_both),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
