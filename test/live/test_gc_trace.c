/* Lines of GODEBUG=gctrace=1 as Go 1.18 to 1.26 print them, out of logs, whole and damaged. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "live/live.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fail_msg("out of memory: %zu", wanted);
    abort();
}
static const struct memory memory = {give_up, NULL};

#define NEW_TIMES "0.030+44+0.015 ms clock, 0.12+29/43/1+0.060 ms cpu, "
#define NEW_HEAP "173->203->101 MB, 203 MB goal, 2 MB stacks, 3 MB globals, 4 P"
#define NEW_LINE "gc 18 @1.824s 13%: " NEW_TIMES NEW_HEAP
#define OLD_LINE                                                                      \
    "gc 1 @0.012s 2%: 0.021+0.49+0.003 ms clock, 0.17+0.25/0.44/0.39+0.028 ms cpu, " \
    "4->4->1 MB, 5 MB goal, 8 P"

static void read_text(struct gc_trace *trace, const char *text, size_t piece)
{
    gc_trace_init(trace, STR("log"), &memory, NULL);
    for (size_t at = 0, len = strlen(text); at < len; at += piece)
        gc_trace_feed(trace, text + at, len - at < piece ? len - at : piece);
    gc_trace_finish(trace);
}

static void is_near(double got, double wanted)
{
    if (got < wanted - 1e-9 || got > wanted + 1e-9)
        fail_msg("%.12f, wanted %.12f", got, wanted);
}

static void test_every_field_of_a_new_line(void **state)
{
    struct gc_trace trace;
    (void)state;
    read_text(&trace, NEW_LINE " (forced)\n", 1000);
    assert_int_equal(trace.cycles.len, 1);
    const struct gc_cycle *cycle = &trace.cycles.at[0];
    assert_int_equal(cycle->number, 18);
    assert_int_equal(cycle->line, 1);
    is_near(cycle->at, 1.824);
    assert_int_equal(cycle->percent, 13);
    is_near(cycle->sweep_stop, 30e-6);
    is_near(cycle->mark, 44e-3);
    is_near(cycle->mark_stop, 15e-6);
    is_near(cycle->cpu_stop, 180e-6);
    is_near(cycle->assist, 29e-3);
    is_near(cycle->background, 43e-3);
    is_near(cycle->idle, 1e-3);
    assert_int_equal(cycle->heap_start, 173 << 20);
    assert_int_equal(cycle->heap_end, 203 << 20);
    assert_int_equal(cycle->live, 101 << 20);
    assert_int_equal(cycle->goal, 203 << 20);
    assert_int_equal(cycle->stacks, 2 << 20);
    assert_int_equal(cycle->globals, 3 << 20);
    assert_int_equal(cycle->processors, 4);
    assert_true(cycle->forced);
    gc_trace_release(&trace);
}

static void test_lines_before_stacks_and_globals(void **state)
{
    struct gc_trace trace;
    (void)state;
    read_text(&trace, OLD_LINE, 1000); /* without its end */
    assert_int_equal(trace.cycles.len, 1);
    assert_int_equal(trace.cycles.at[0].stacks, -1);
    assert_int_equal(trace.cycles.at[0].processors, 8);
    assert_false(trace.cycles.at[0].forced);
    gc_trace_release(&trace);
}

/* Behind a date, in a container's log, in JSON; with carriage returns; in pieces of any size. */
static void test_lines_out_of_logs(void **state)
{
    static const char text[] =
        "2026/01/02 03:04:05 starting\n"
        "2026-01-02T03:04:05Z stderr F " NEW_LINE "\r\n"
        "{\"log\":\"" NEW_LINE "\\n\",\"stream\":\"stderr\"}\n"
        "not a magic 7 @ sign, nor gc 12 times\n"
        "gc 19 @2.000s 13% (checking for goroutine leaks): " NEW_TIMES NEW_HEAP "\n"
        "scav 72 KiB work (bg), 8 KiB work (eager), 3872 KiB now, 57% util\n"
        "scav 16 KiB work, 3704 KiB total, 65% util (forced)\n";
    (void)state;
    for (size_t piece = 1; piece < sizeof(text); piece += 7) {
        struct gc_trace trace;
        read_text(&trace, text, piece);
        assert_int_equal(trace.cycles.len, 3);
        assert_int_equal(trace.damaged, 0);
        assert_int_equal(trace.cycles.at[2].line, 5);
        assert_int_equal(trace.scavenges.len, 2);
        assert_int_equal(trace.scavenges.at[0].eager, 8 << 10);
        assert_int_equal(trace.scavenges.at[0].released, 3872 << 10);
        assert_int_equal(trace.scavenges.at[1].released, 3704 << 10);
        assert_int_equal(trace.scavenges.at[1].after_cycle, 3);
        gc_trace_release(&trace);
    }
}

/* Colours, and what JSON makes of '>' and of colours. */
static void test_lines_that_logs_dress_up(void **state)
{
#define ESCAPED_HEAP "173-\\u003e203-\\u003E101 MB, 203 MB goal, 2 MB stacks, 3 MB globals, 4 P"
    static const char text[] =
        "\033[31m" NEW_LINE "\033[0m\n"
        "\033[2;38;5;7mgc\033[0m 19 @1.9s 13%: " NEW_TIMES NEW_HEAP "\n"
        "{\"log\":\"gc 20 @2.0s 13%: " NEW_TIMES ESCAPED_HEAP "\\n\"}\n"
        "{\"log\":\"\\u001b[36mgc 21 @2.1s 13%: " NEW_TIMES ESCAPED_HEAP "\\u001b[0m\\n\"}\n"
        "svc_1  | gc 22 @2.2s 13%: " NEW_TIMES NEW_HEAP "\n"
        "a colour that does not end \033[31";
    (void)state;
    for (size_t piece = 1; piece < sizeof(text); piece += 7) {
        struct gc_trace trace;
        read_text(&trace, text, piece);
        assert_int_equal(trace.cycles.len, 5);
        for (size_t i = 0; i < trace.cycles.len; i++) {
            assert_int_equal(trace.cycles.at[i].number, 18 + i);
            assert_int_equal(trace.cycles.at[i].heap_end, 203 << 20);
            is_near(trace.cycles.at[i].assist, 29e-3);
        }
        assert_int_equal(trace.damaged, 0);
        gc_trace_release(&trace);
    }
}

/* A line that is cut off anywhere, or has another character anywhere, is never read as something
 * else. */
static void test_damaged_lines_are_left_out(void **state)
{
    static const char line[] = NEW_LINE;
    (void)state;
    for (size_t cut = 0; cut < sizeof(line) - 1; cut++) {
        struct gc_trace trace;
        char text[sizeof(line)];
        memcpy(text, line, sizeof(line));
        text[cut] = 0;
        read_text(&trace, text, 1000);
        assert_int_equal(trace.cycles.len, 0);
        gc_trace_release(&trace);
        memcpy(text, line, sizeof(line));
        text[cut] = '#';
        read_text(&trace, text, 1000);
        assert_int_equal(trace.cycles.len, 0);
        gc_trace_release(&trace);
    }
}

static void test_numbers_that_are_too_large(void **state)
{
    struct gc_trace trace;
    (void)state;
    read_text(&trace,
              "gc 1 @0.0s 1%: 0+0+0 ms clock, 0+0/0/0+0 ms cpu, 99999999999999->4->1 MB, "
              "5 MB goal, 8 P\n"
              "gc 1 @0.0s 1%: 0+0+0 ms clock, 0+0/0/0+0 ms cpu, 4->4->1 MB, 5 MB goal, 0 P\n"
              "gc 99999999999999999999 @0.0s 1%: 0+0+0 ms clock\n",
              1000);
    assert_int_equal(trace.cycles.len, 0);
    assert_int_equal(trace.damaged, 3);
    gc_trace_release(&trace);
}

static void test_a_line_longer_than_LIMIT_GC_LINE_BYTES(void **state)
{
    struct gc_trace trace;
    static char block[4096];
    (void)state;
    memset(block, 'x', sizeof(block));
    gc_trace_init(&trace, STR("log"), &memory, NULL);
    for (int i = 0; i < 2 * LIMIT_GC_LINE_BYTES / (int)sizeof(block); i++)
        gc_trace_feed(&trace, block, sizeof(block));
    gc_trace_feed(&trace, "\n" NEW_LINE "\n", sizeof(NEW_LINE) + 1);
    gc_trace_finish(&trace);
    assert_in_range(trace.rest.cap, 0, 2 * LIMIT_GC_LINE_BYTES);
    assert_int_equal(trace.cycles.len, 1);
    assert_int_equal(trace.lines, 2);
    gc_trace_release(&trace);
}

static void test_more_cycles_than_LIMIT_GC_CYCLES(void **state)
{
    struct gc_trace trace;
    struct diag_sink *sink = diag_sink_new(&memory);
    (void)state;
    gc_trace_init(&trace, STR("log"), &memory, sink);
    for (int i = 0; i < LIMIT_GC_CYCLES + 2; i++)
        gc_trace_feed(&trace, OLD_LINE "\n", sizeof(OLD_LINE));
    gc_trace_finish(&trace);
    assert_int_equal(trace.cycles.len, LIMIT_GC_CYCLES);
    assert_int_equal(diag_count(sink), 1);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_GC_LIMIT);
    gc_trace_release(&trace);
    diag_sink_free(sink);
}

/* ---- what they come to ---- */

/* A program with that live heap at each cycle, in MB, one a second, on 2 processors; `busy` ms of
 * assists and marking in each. */
static void make_trace(struct gc_trace *trace, const int *live, size_t count, int goal,
                       double busy)
{
    char line[300];
    gc_trace_init(trace, STR("log"), &memory, NULL);
    for (size_t i = 0; i < count; i++) {
        int n = snprintf(line, sizeof(line),
                         "gc %zu @%.3fs 1%%: 1.0+0.5+2.0 ms clock, 1.0+%.1f/%.1f/5.0+1.0 ms cpu, "
                         "%d->%d->%d MB, %d MB goal, 0 MB stacks, 0 MB globals, 2 P\n",
                         i + 1, (double)(i + 1), busy / 2, busy / 2, live[i] + 10, live[i] + 20,
                         live[i], goal ? goal : 2 * live[i]);
        gc_trace_feed(trace, line, (size_t)n);
    }
    gc_trace_finish(trace);
}

static void test_the_summary_adds_up(void **state)
{
    static const int live[] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
    struct gc_trace trace;
    struct gc_summary summary;
    (void)state;
    make_trace(&trace, live, COUNT_OF(live), 0, 100);
    gc_summarize(&trace, (int64_t)200 << 20, &summary);
    assert_int_equal(summary.cycles, 12);
    assert_int_equal(summary.pauses, 24);
    is_near(summary.pause_total, 36e-3);
    is_near(summary.pause_p50, 1e-3);
    is_near(summary.pause_p99, 2e-3);
    is_near(summary.seconds, 12.0035);
    is_near(summary.cpu_share, 12 * 0.102 / (2 * 12.0035));
    is_near(summary.assist_share, 12 * 0.050 / (2 * 12.0035));
    is_near(summary.live_growth / (10 << 20), 1);
    assert_int_equal(summary.peak, 140 << 20);
    assert_int_equal(summary.distance, 60 << 20);
    assert_int_equal(summary.spiral, 0);
    gc_trace_release(&trace);
}

static void test_a_death_spiral(void **state)
{
    static const int live[] = {50, 60, 95, 96, 96, 97, 97, 98, 60, 50};
    struct gc_trace trace;
    struct gc_summary summary;
    (void)state;
    make_trace(&trace, live, COUNT_OF(live), 100, 1500);
    gc_summarize(&trace, 0, &summary);
    assert_int_equal(summary.spiral, 6);
    is_near(summary.spiral_at, 3);
    gc_trace_release(&trace);
    make_trace(&trace, live, COUNT_OF(live), 100, 10); /* cramped, but cheap */
    gc_summarize(&trace, 0, &summary);
    assert_int_equal(summary.spiral, 0);
    gc_trace_release(&trace);
}

static void test_a_program_that_starts_again(void **state)
{
    struct gc_trace trace;
    struct gc_summary summary;
    (void)state;
    read_text(&trace, OLD_LINE "\n" NEW_LINE "\n" OLD_LINE "\n", 1000);
    gc_summarize(&trace, 0, &summary);
    assert_int_equal(summary.runs, 2);
    is_near(summary.seconds, 1.824 + 0.030e-3 + 44e-3 + 0.015e-3 + 0.012514);
    gc_trace_release(&trace);
    read_text(&trace, "", 1);
    gc_summarize(&trace, 0, &summary);
    assert_int_equal(summary.cycles, 0);
    gc_trace_release(&trace);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_field_of_a_new_line),
        cmocka_unit_test(test_lines_before_stacks_and_globals),
        cmocka_unit_test(test_lines_out_of_logs),
        cmocka_unit_test(test_lines_that_logs_dress_up),
        cmocka_unit_test(test_damaged_lines_are_left_out),
        cmocka_unit_test(test_numbers_that_are_too_large),
        cmocka_unit_test(test_a_line_longer_than_LIMIT_GC_LINE_BYTES),
        cmocka_unit_test(test_more_cycles_than_LIMIT_GC_CYCLES),
        cmocka_unit_test(test_the_summary_adds_up),
        cmocka_unit_test(test_a_death_spiral),
        cmocka_unit_test(test_a_program_that_starts_again),
    };
    return cmocka_run_group_tests_name("gc_trace", tests, NULL, NULL);
}
