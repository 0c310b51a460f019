/* What processes and folders can make grow has a ceiling, LIMIT_WATCH_*: reached, it is told and
 * the daemon goes on. Nobody is watched really; time is made up. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch_test.h"

static struct watch_rule rules[1];

static void begin(struct test_watch *test)
{
    rules[0] = rule_of("near: rss>85%");
    test_watch_begin(test, rules, 1);
    test->watch.options.root = test->dir;
}

static size_t times_told(const struct test_watch *test, const char *what)
{
    size_t times = 0;
    for (const char *at = test->told.text; at && (at = strstr(at, what)) != NULL; at++)
        times++;
    return times;
}

/* A process as the pattern sees it: its name. */
static void make_process(const struct test_watch *test, int pid)
{
    char path[200];
    snprintf(path, sizeof(path), "%s/proc", test->dir);
    (void)mkdir(path, 0755);
    snprintf(path, sizeof(path), "%s/proc/%d", test->dir, pid);
    assert_int_equal(mkdir(path, 0755), 0);
    snprintf(path, sizeof(path), "%s/proc/%d/comm", test->dir, pid);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs("shop\n", file);
    assert_int_equal(fclose(file), 0);
}

static void look_for(struct test_watch *test, const char *pattern)
{
    char why[200];
    test->watch.options.match = pattern;
    test->watch.pattern = regex_compile(pattern, strlen(pattern), why, sizeof(why));
    assert_non_null(test->watch.pattern);
}

static void test_limit_watch_targets(void **state)
{
    struct test_watch test;
    struct target target = {.pid = -1};
    (void)state;
    begin(&test);
    for (int i = 0; i < LIMIT_WATCH_TARGETS; i++)
        VEC_PUSH(&test_memory, &test.watch.targets, &target);
    make_process(&test, 11);
    make_process(&test, 12);
    look_for(&test, "^shop");
    find_targets(&test.watch, 1);
    assert_int_equal(test.watch.targets.len, LIMIT_WATCH_TARGETS);
    assert_int_equal(times_told(&test, "LIMIT_WATCH_TARGETS"), 1);
    regex_free(test.watch.pattern);
    test_watch_end(&test);
}

static void test_limit_watch_seen(void **state)
{
    struct test_watch test;
    bool added;
    (void)state;
    begin(&test);
    for (uint64_t i = 0; i <= LIMIT_WATCH_SEEN; i++)
        *map_put(&test.watch.seen, i + 1000, &added) = 1;
    make_process(&test, 11);
    look_for(&test, "^nothing");
    find_targets(&test.watch, 1);
    assert_int_equal(test.watch.seen.len, 1);
    regex_free(test.watch.pattern);
    test_watch_end(&test);
}

/* ---- captures ---- */

static enum status fetch_for_ever(void *ctx, const char *url, const struct memory *memory,
                                  struct diag_sink *sink, struct sb *body)
{
    (void)ctx;
    (void)url;
    (void)memory;
    (void)sink;
    (void)body;
    for (;;)
        pause();
    return STATUS_OK;
}

static struct target *add_remote(struct test_watch *test)
{
    static struct target target;
    target = (struct target){.name = "shop", .remote = true};
    test->watch.options.url = "http://127.0.0.1:1";
    test->watch.options.fetch = fetch_for_ever;
    return &target;
}

static void test_limit_watch_jobs(void **state)
{
    struct test_watch test;
    (void)state;
    begin(&test);
    struct target *target = add_remote(&test);
    for (int i = 0; i < LIMIT_WATCH_JOBS; i++)
        assert_true(capture_start(&test.watch, target, 0));
    assert_false(capture_start(&test.watch, target, 0));
    sites_start(&test.watch, target);
    assert_int_equal(test.watch.jobs.len, LIMIT_WATCH_JOBS);
    assert_int_equal(times_told(&test, "LIMIT_WATCH_JOBS"), 1);
    assert_int_equal(test.watch.counts[0].capture_failures, 1);
    jobs_stop(&test.watch);
    test_watch_end(&test);
}

static void test_limit_watch_job_seconds(void **state)
{
    struct test_watch test;
    (void)state;
    begin(&test);
    double now = clock_now();
    assert_true(capture_start(&test.watch, add_remote(&test), 0));
    jobs_collect(&test.watch, now + LIMIT_WATCH_JOB_SECONDS - 1);
    assert_int_equal(test.watch.jobs.len, 1);
    jobs_collect(&test.watch, clock_now() + LIMIT_WATCH_JOB_SECONDS + 1);
    assert_int_equal(test.watch.jobs.len, 0);
    assert_int_equal(times_told(&test, "LIMIT_WATCH_JOB_SECONDS"), 1);
    assert_int_equal(test.watch.counts[0].capture_failures, 1);
    jobs_stop(&test.watch);
    test_watch_end(&test);
}

/* ---- deliveries ---- */

static void test_limit_watch_deliveries(void **state)
{
    struct test_watch test;
    struct watch_sample sample = sample_at(1, 1, 2);
    (void)state;
    begin(&test);
    test.watch.options.webhook = "http://127.0.0.1:1/";
    assert_int_equal(hand_start(&test.watch), STATUS_OK);
    for (int i = 0; i < LIMIT_WATCH_DELIVERIES + 2; i++) /* none is sent */
        occasion_deliver(&test.watch, 0, 7, "shop", "", &sample);
    assert_int_equal(times_told(&test, "LIMIT_WATCH_DELIVERIES"), 2);
    hand_stop(&test.watch);
    test_watch_end(&test);
}

/* ---- the process for webhooks and commands ---- */

static enum status kill_the_hand(void *ctx, const char *url, struct str body,
                                 const struct memory *memory, struct diag_sink *sink)
{
    (void)ctx;
    (void)url;
    (void)body;
    (void)memory;
    (void)sink;
    kill(getppid(), SIGKILL);
    _exit(1);
}

/* It is killed: that is told once, and wakes nobody any more. */
static void test_the_hand_is_lost(void **state)
{
    struct test_watch test;
    struct watch_sample sample = sample_at(1, 1, 2);
    (void)state;
    begin(&test);
    test.watch.options.webhook = "http://127.0.0.1:1/";
    test.watch.options.post = kill_the_hand;
    assert_int_equal(hand_start(&test.watch), STATUS_OK);
    occasion_deliver(&test.watch, 0, 7, "shop", "", &sample);
    hand_send(&test.watch, 1);
    for (int i = 0; i < 300 && hand_fd(&test.watch) >= 0; i++) {
        struct pollfd polled = {.fd = hand_fd(&test.watch), .events = POLLIN};
        (void)poll(&polled, 1, 1000);
        hand_hear(&test.watch);
    }
    assert_int_equal(hand_fd(&test.watch), -1);
    assert_int_equal(times_told(&test, "has ended: none are sent"), 1);
    hand_send(&test.watch, 1e6);
    hand_hear(&test.watch);
    assert_true(hand_due(&test.watch) > 1e9);
    hand_stop(&test.watch);
    test_watch_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limit_watch_targets),
        cmocka_unit_test(test_limit_watch_seen),
        cmocka_unit_test(test_limit_watch_jobs),
        cmocka_unit_test(test_limit_watch_job_seconds),
        cmocka_unit_test(test_limit_watch_deliveries),
        cmocka_unit_test(test_the_hand_is_lost),
    };
    return cmocka_run_group_tests_name("watch limits", tests, NULL, NULL);
}
