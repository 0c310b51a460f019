/* The history: it stays as large as it may be, survives restarts and SIGKILL, and a disk that is
 * full, a database that is locked or damaged is told and got over. Time is made up. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch/sqlite_int.h"
#include "watch_test.h"

#define MB INT64_C(1048576)

static struct watch_rule rules[2];

/* ---- a watch with a history ---- */

static const char *history_path(const struct test_watch *test)
{
    static char path[LIVE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s/history.db", test->dir);
    return path;
}

static enum status open_history(struct test_watch *test, int64_t bytes)
{
    return history_open(history_path(test), bytes, &test_memory, test->sink, &test->watch.history);
}

static void begin(struct test_watch *test, int64_t bytes)
{
    rules[0] = rule_of("near: rss>85%");
    rules[1] = rule_of("growth>20%/1m");
    test_watch_begin(test, rules, COUNT_OF(rules));
    assert_int_equal(open_history(test, bytes), STATUS_OK);
}

static void close_history(struct test_watch *test)
{
    history_close(test->watch.history);
    test->watch.history = NULL;
}

static void end(struct test_watch *test)
{
    close_history(test);
    for (size_t i = 0; i < test->watch.targets.len; i++)
        memory_put(&test_memory, test->watch.targets.at[i]);
    test_watch_end(test);
}

static struct target *add_target(struct test_watch *test, int pid)
{
    struct target *target = memory_get(&test_memory, sizeof(*target));
    *target = (struct target){.pid = pid, .name = "shop", .go_version = "go1.26.8"};
    target->sample = sample_at(1, 100 * MB, 512 * MB);
    VEC_PUSH(&test_memory, &test->watch.targets, target);
    return target;
}

static int64_t add_event(struct test_watch *test, struct target *target, const char *text)
{
    const struct history_event event = {.kind = "fired", .rule = "near", .text = text};
    return history_event(&test->watch, &event, target);
}

/* ---- reading it back ---- */

struct seen {
    size_t samples, events, strangers; /* strangers: of a process that is not there */
    double last_sample;
};

static void see_sample(void *ctx, const struct watch_past_sample *sample)
{
    struct seen *seen = ctx;
    seen->samples++;
    seen->last_sample = sample->at;
    seen->strangers += sample->process.id == 0;
}

static void see_event(void *ctx, const struct watch_past_event *event)
{
    struct seen *seen = ctx;
    seen->events++;
    seen->strangers += strcmp(event->process.name, "shop") != 0;
}

static struct seen read_back(const struct test_watch *test)
{
    struct seen seen = {0};
    struct watch_past_span span;
    struct watch_past_visitor visitor = {see_sample, see_event, &seen};
    assert_int_equal(watch_past_read(history_path(test), INFINITY, &visitor, test->sink, &span),
                     STATUS_OK);
    return seen;
}

static int64_t size_of_history(const struct test_watch *test)
{
    struct stat info;
    assert_int_equal(stat(history_path(test), &info), 0);
    return info.st_size;
}

/* ---- how large it gets ---- */

/* Some ten times what fits: the oldest go, the newest are there, the file is as large as it may. */
static void test_samples_stay_bounded(void **state)
{
    enum { TARGETS = 100, ROUNDS = 800 };
    struct test_watch test;
    (void)state;
    begin(&test, MB);
    test.watch.options.history_every = 1;
    for (int i = 0; i < TARGETS; i++)
        add_target(&test, 100 + i);
    for (int round = 1; round <= ROUNDS; round++) {
        for (size_t i = 0; i < TARGETS; i++)
            test.watch.targets.at[i]->sample = sample_at(round * 31, 100 * MB, 512 * MB);
        history_samples(&test.watch, round * 31);
    }
    assert_int_equal(test.watch.totals.history_failures, 0);
    struct seen seen = read_back(&test);
    assert_in_range(seen.samples, 3000, TARGETS * ROUNDS / 2);
    assert_true(seen.last_sample >= 1e9 + ROUNDS * 31 - 1);
    assert_int_equal(seen.strangers, 0);
    assert_in_range(size_of_history(&test), 1, MB + MB / 4);
    end(&test);
}

static void test_events_stay_bounded(void **state)
{
    enum { EVENTS = 3000, TEXT = 1500 };
    struct test_watch test;
    char text[TEXT];
    (void)state;
    begin(&test, MB);
    struct target *target = add_target(&test, 7);
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    for (int i = 1; i <= EVENTS; i++) {
        target->sample = sample_at(i * 31, 100 * MB, 512 * MB);
        assert_int_not_equal(add_event(&test, target, text), 0);
        history_samples(&test.watch, i * 31);
    }
    assert_int_equal(test.watch.totals.history_failures, 0);
    assert_in_range(read_back(&test).events, 100, EVENTS / 2);
    assert_in_range(size_of_history(&test), 1, MB + MB / 4);
    end(&test);
}

/* ---- restarts ---- */

static void test_counts_and_deliveries_survive(void **state)
{
    struct test_watch test;
    (void)state;
    begin(&test, MB);
    struct target *target = add_target(&test, 7);
    for (int i = 0; i < 3; i++)
        watch_count(&test.watch, target, 0, "fired", "shop");
    watch_count(&test.watch, target, 0, "capture", "a.pb.gz");
    watch_count(&test.watch, NULL, 1, "not delivered", "refused");
    close_history(&test);
    memset(test.watch.counts, 0, COUNT_OF(rules) * sizeof(*test.watch.counts));
    assert_int_equal(open_history(&test, MB), STATUS_OK);
    history_restore(&test.watch);
    assert_int_equal(test.watch.counts[0].fired, 3);
    assert_int_equal(test.watch.counts[0].captures, 1);
    assert_int_equal(test.watch.counts[1].delivery_failures, 1);
    assert_int_equal(test.watch.counts[1].fired, 0);
    end(&test);
}

NORETURN static void write_for_ever(struct test_watch *test, int acknowledged)
{
    if (open_history(test, MB))
        _exit(1);
    struct target *target = add_target(test, 7);
    for (uint32_t i = 1;; i++)
        if (!add_event(test, target, "x") || write(acknowledged, &i, sizeof(i)) != sizeof(i))
            _exit(1);
}

/* Killed in the middle of writing, again and again: what was acknowledged is there (H1). */
static void test_killed_while_it_writes(void **state)
{
    enum { KILLS = 8, LEAST = 40 };
    struct test_watch test;
    size_t acknowledged = 0;
    (void)state;
    begin(&test, MB);
    close_history(&test);
    for (int turn = 0; turn < KILLS; turn++) {
        int ends[2], status;
        uint32_t number = 0;
        assert_int_equal(pipe(ends), 0);
        pid_t child = fork();
        if (child == 0)
            write_for_ever(&test, ends[1]);
        close(ends[1]);
        for (uint32_t want = (uint32_t)(LEAST + turn); number < want;)
            assert_int_equal(read(ends[0], &number, sizeof(number)), sizeof(number));
        assert_int_equal(kill(child, SIGKILL), 0);
        assert_int_equal(waitpid(child, &status, 0), child);
        while (read(ends[0], &number, sizeof(number)) == sizeof(number))
            continue;
        close(ends[0]);
        acknowledged += number;
        struct seen seen = read_back(&test);
        assert_in_range(seen.events, acknowledged, acknowledged + (size_t)turn + 1);
        acknowledged = seen.events; /* one may be written and not yet acknowledged */
        assert_int_equal(seen.strangers, 0);
    }
    assert_int_equal(open_history(&test, MB), STATUS_OK);
    end(&test);
}

/* ---- what goes wrong ---- */

/* In a child: files may not grow beyond what the history has now, then they may. */
static int write_to_a_full_disk(struct test_watch *test)
{
    struct rlimit limit = {(rlim_t)size_of_history(test), RLIM_INFINITY};
    struct target *target = add_target(test, 7);
    char text[5000];
    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = 0;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    int64_t good = 0;
    for (int i = 0; i < 30; i++)
        good += add_event(test, target, text) != 0;
    uint64_t failures = test->watch.totals.history_failures;
    limit.rlim_cur = RLIM_INFINITY;
    setrlimit(RLIMIT_FSIZE, &limit);
    if (!add_event(test, target, "room again"))
        return 2;
    if (failures != 30 - (uint64_t)good || failures == 0)
        return 3;
    const char *told = strstr(test->told.text, "the history cannot be written: ");
    if (!told || strstr(told + 1, "the history") || strstr(told, "not an error"))
        return 4; /* once, and with the reason */
    struct seen seen = read_back(test);
    return seen.events == (size_t)good + 1 && seen.strangers == 0 ? 0 : 5;
}

static void test_a_full_disk(void **state)
{
    struct test_watch test;
    int status = 0;
    (void)state;
    begin(&test, MB);
    pid_t child = fork();
    if (child == 0) { /* which opens it anew: SQLite wants no connection carried over a fork */
        close_history(&test);
        if (open_history(&test, MB))
            _exit(1);
        _exit(write_to_a_full_disk(&test));
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    end(&test);
}

/* Another program holds the database: the loop waits no longer than BUSY_MILLISECONDS, and goes on
 * writing afterwards. */
static void test_a_database_that_is_locked(void **state)
{
    struct test_watch test;
    struct sqlite sqlite;
    sqlite3 *other;
    (void)state;
    begin(&test, MB);
    struct target *target = add_target(&test, 7);
    assert_int_equal(sqlite_load(&sqlite, test.sink), STATUS_OK);
    assert_int_equal(sqlite.sqlite3_open_v2(history_path(&test), &other, SQLITE_OPEN_READWRITE,
                                            NULL), SQLITE_OK);
    assert_int_equal(sqlite.sqlite3_exec(other, "BEGIN IMMEDIATE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(add_event(&test, target, "lost"), 0);
    assert_int_equal(test.watch.totals.history_failures, 1);
    assert_non_null(strstr(test.told.text, "locked"));
    assert_int_equal(sqlite.sqlite3_exec(other, "ROLLBACK", NULL, NULL, NULL), SQLITE_OK);
    assert_int_not_equal(add_event(&test, target, "kept"), 0);
    assert_int_equal(read_back(&test).events, 1);
    assert_int_equal(read_back(&test).strangers, 0);
    sqlite.sqlite3_close_v2(other);
    sqlite_release(&sqlite);
    end(&test);
}

static void test_what_is_no_history(void **state)
{
    struct test_watch test;
    (void)state;
    begin(&test, MB);
    close_history(&test);
    FILE *file = fopen(history_path(&test), "we");
    assert_non_null(file);
    for (int i = 0; i < 10000; i++)
        fputs("nonsense", file);
    assert_int_equal(fclose(file), 0);
    assert_int_not_equal(open_history(&test, MB), STATUS_OK);
    assert_null(test.watch.history);
    assert_int_equal(diag_at(test.sink, 0)->code, DIAG_WATCH_HISTORY);
    assert_true(str_contains(diag_at(test.sink, 0)->message, STR("not a database")));
    end(&test);
}

/* Rows keep the order in which they were written, whatever the clock on the wall says. */
static void test_a_clock_that_is_set_back(void **state)
{
    struct test_watch test;
    struct watch_past_span span;
    struct seen seen = {0};
    struct watch_past_visitor visitor = {see_sample, see_event, &seen};
    (void)state;
    begin(&test, MB);
    struct target *target = add_target(&test, 7);
    for (int i = 1; i <= 20; i++) {
        target->sample = sample_at(i, 100 * MB, 512 * MB);
        target->sample.wall = i <= 10 ? 2e9 + i : 1e9 + i;
        history_samples(&test.watch, i);
    }
    assert_int_equal(watch_past_read(history_path(&test), 5, &visitor, test.sink, &span),
                     STATUS_OK);
    assert_true(span.last == 1e9 + 20 && span.first == 1e9 + 15);
    assert_true(seen.samples >= 6 && seen.last_sample == 1e9 + 20);
    end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_samples_stay_bounded),
        cmocka_unit_test(test_events_stay_bounded),
        cmocka_unit_test(test_counts_and_deliveries_survive),
        cmocka_unit_test(test_killed_while_it_writes),
        cmocka_unit_test(test_a_full_disk),
        cmocka_unit_test(test_a_database_that_is_locked),
        cmocka_unit_test(test_what_is_no_history),
        cmocka_unit_test(test_a_clock_that_is_set_back),
    };
    return cmocka_run_group_tests_name("watch history", tests, NULL, NULL);
}
