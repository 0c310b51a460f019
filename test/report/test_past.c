/* What `watch` has seen, as text: no line is wider than asked for, whatever the names and figures;
 * what is beyond its ceilings is counted. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "report/report_int.h"
#include "watch/watch.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fail_msg("out of memory: %zu", wanted);
    abort();
}
static const struct memory memory = {give_up, NULL};

static void show(struct report_past *past, int64_t id, double at, const char *name, double used)
{
    struct watch_past_sample sample = {.at = at, .process = {id, (int)id, 0, name, "go1.26.8"}};
    for (int i = 0; i < WATCH_COLUMNS; i++)
        sample.values[i] = used;
    sample.values[WATCH_COLUMN_GC_CPU] = NAN;
    report_past_sample(past, &sample);
}

static void check_widths(struct str text, size_t columns)
{
    while (text.len) {
        struct str line = str_cut(&text, '\n');
        if (utf8_width(line) > columns)
            fail_msg("%zu columns: %.*s", utf8_width(line), STR_ARGS(line));
        if (str_ends(line, STR(" ")))
            fail_msg("blanks at the end: %.*s", STR_ARGS(line));
    }
}

static void test_no_line_is_too_wide(void **state)
{
    static const unsigned widths[] = {60, 80, 100, 200};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(widths); i++) {
        struct report_style style = {.columns = widths[i]};
        struct watch_past_span span = {1e9, 1e9 + 600};
        struct watch_past_event event = {1e9 + 3, {1, 1, 0, "a\033[2Jname", ""}, "capture",
                                         "a rule with so many words that it alone fills a line and "
                                         "then goes on", "/a/very/long/path/without/a/blank/in/it/"
                                         "which/is/longer/than/any/of/the/widths/of/this/test.gz"};
        struct report_past past;
        struct sb out;
        report_past_init(&past, &span, &style, &memory);
        sb_init(&out, &memory);
        for (int k = 0; k <= 60; k++) {
            show(&past, 1, 1e9 + k * 10, "a\033[2Jname", 1e15 + k * 1e13);
            show(&past, 2, 1e9 + 600 - k * 10, "backwards", k);
        }
        report_past_event(&past, &event);
        report_past_text(&past, &style, &out);
        check_widths(sb_str(&out), widths[i]);
        assert_null(strchr(out.text, '\033'));
        sb_release(&out);
        report_past_release(&past);
    }
}

static void test_ceilings(void **state)
{
    struct report_style style = {.columns = 100, .rows = 3};
    struct watch_past_span span = {0, 100};
    struct watch_past_event event = {1, {1, 1, 0, "shop", ""}, "fired", "near", "shop"};
    struct report_past past;
    struct sb out;
    (void)state;
    report_past_init(&past, &span, &style, &memory);
    sb_init(&out, &memory);
    for (int i = 1; i <= LIMIT_REPORT_PAST_PROCESSES + 5; i++)
        show(&past, i, 50, "shop", i);
    for (int i = 0; i < LIMIT_REPORT_PAST_EVENTS + 7; i++)
        report_past_event(&past, &event);
    report_past_text(&past, &style, &out);
    assert_int_equal(past.processes.len, LIMIT_REPORT_PAST_PROCESSES);
    assert_int_equal(past.events.len, LIMIT_REPORT_PAST_EVENTS);
    assert_non_null(strstr(out.text, "997 more processes; -json has all"));
    assert_non_null(strstr(out.text, "5 samples of processes beyond LIMIT_REPORT_PAST_PROCESSES"));
    assert_non_null(strstr(out.text, "(7 earlier ones are left out"));
    sb_release(&out);
    report_past_release(&past);
}

/* Few samples make one curve; a time in which nobody looked is blank. */
static void test_gaps_are_blank(void **state)
{
    struct report_style style = {.columns = 100};
    struct watch_past_span span = {0, 600};
    struct report_past past;
    struct sb out;
    (void)state;
    report_past_init(&past, &span, &style, &memory);
    sb_init(&out, &memory);
    for (int i = 0; i <= 60; i += 5)
        if (i < 20 || i > 40)
            show(&past, 1, i * 10, "shop", 8);
    report_past_text(&past, &style, &out);
    const char *used = strstr(out.text, "\nused"), *end = strchr(used + 1, '\n');
    size_t blanks = 0, blocks = 0;
    for (const char *at = strstr(used, "█"); at && at < end; at++) {
        blanks += *at == ' ';
        blocks += (unsigned char)*at == 0xe2;
    }
    assert_in_range(blanks, 25, 29); /* from sample 15 to 45, of 57 */
    assert_int_equal(blanks + blocks, 57);
    sb_release(&out);
    report_past_release(&past);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_line_is_too_wide),
        cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_gaps_are_blank),
    };
    return cmocka_run_group_tests_name("report past", tests, NULL, NULL);
}
