/* The folder of captures: how many stay, which, and what a clock that is set back does to them. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch_test.h"

static struct watch_rule rules[1];

static void begin(struct test_watch *test, unsigned keep, int64_t keep_bytes)
{
    rules[0] = rule_of("near: rss>85%");
    test_watch_begin(test, rules, 1);
    test->watch.options.keep = keep;
    test->watch.options.keep_bytes = keep_bytes;
}

/* Writes a capture of that moment and trims; its path is in `path`. */
static void capture(struct test_watch *test, double wall, size_t size, struct sb *path)
{
    struct target target = {.pid = 4711, .name = "shop > /cart"};
    sb_clear(path);
    ring_name(&test->watch, &target, 0, wall, path);
    FILE *file = fopen(path->text, "we");
    assert_non_null(file);
    for (size_t i = 0; i < size; i++)
        fputc('x', file);
    assert_int_equal(fclose(file), 0);
    ring_trim(&test->watch, path->text);
}

static size_t count_files(const char *path)
{
    DIR *dir = opendir(path);
    size_t count = 0;
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void test_names_sort_by_time(void **state)
{
    struct test_watch test;
    struct sb path;
    (void)state;
    begin(&test, 5, 1 << 20);
    sb_init(&path, &test_memory);
    capture(&test, 1700000000.25, 1, &path);
    assert_true(str_ends(sb_str(&path), STR("/unheap-20231114T221320.250Z-shop_+__cart-4711-near"
                                            ".pb.gz")));
    sb_release(&path);
    test_watch_end(&test);
}

static void test_so_many_files_and_so_many_bytes(void **state)
{
    struct test_watch test;
    struct sb path;
    (void)state;
    begin(&test, 3, 1000);
    sb_init(&path, &test_memory);
    for (int i = 0; i < 10; i++) {
        capture(&test, 1.7e9 + i, 100, &path);
        assert_int_equal(count_files(test.dir), i < 3 ? i + 1 : 3);
        assert_int_equal(access(path.text, F_OK), 0);
    }
    capture(&test, 1.7e9 + 20, 900, &path); /* with one of before: 1000 */
    assert_int_equal(count_files(test.dir), 2);
    capture(&test, 1.7e9 + 21, 5000, &path); /* too large by itself: the newest stays */
    assert_int_equal(count_files(test.dir), 1);
    assert_int_equal(access(path.text, F_OK), 0);
    sb_release(&path);
    test_watch_end(&test);
}

/* The clock is set back by an hour, then forward by a day: what was written last stays (R1). */
static void test_a_clock_that_jumps(void **state)
{
    struct test_watch test;
    struct sb path, last[3];
    (void)state;
    begin(&test, 3, 1 << 20);
    sb_init(&path, &test_memory);
    for (int i = 0; i < 3; i++) {
        sb_init(&last[i], &test_memory);
        capture(&test, 1.7e9 + i, 10, &path);
    }
    for (int i = 0; i < 7; i++) {
        double wall = 1.7e9 - 3600 + i + (i > 3 ? 86400 : 0);
        capture(&test, wall, 10, &last[i % 3]);
        assert_int_equal(count_files(test.dir), 3);
    }
    for (int i = 0; i < 3; i++) {
        assert_int_equal(access(last[i].text, F_OK), 0);
        sb_release(&last[i]);
    }
    assert_int_equal(test.watch.written.len, 3);
    sb_release(&path);
    test_watch_end(&test);
}

/* Files of a former run go first, by their names; what is not ours stays. */
static void test_what_was_there_before(void **state)
{
    static const char *const names[] = {"unheap-20990101T000000.000Z-shop-1-x.pb.gz",
                                        "unheap-20200101T000000.000Z-shop-1-x.pb.gz",
                                        "notes.txt", "other.pb.gz"};
    struct test_watch test;
    struct sb path, name;
    (void)state;
    begin(&test, 2, 1 << 20);
    sb_init(&path, &test_memory);
    sb_init(&name, &test_memory);
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        sb_clear(&name);
        sb_addf(&name, "%s/%s", test.dir, names[i]);
        fclose(fopen(name.text, "we"));
    }
    capture(&test, 1.7e9, 10, &path);
    assert_int_equal(count_files(test.dir), 4); /* the one of 2020 is gone */
    capture(&test, 1.7e9 + 1, 10, &path);
    assert_int_equal(count_files(test.dir), 4); /* and the one of 2099 */
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        sb_clear(&name);
        sb_addf(&name, "%s/%s", test.dir, names[i]);
        assert_int_equal(access(name.text, F_OK) == 0, i >= 2);
    }
    sb_release(&name);
    sb_release(&path);
    test_watch_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names_sort_by_time),
        cmocka_unit_test(test_so_many_files_and_so_many_bytes),
        cmocka_unit_test(test_a_clock_that_jumps),
        cmocka_unit_test(test_what_was_there_before),
    };
    return cmocka_run_group_tests_name("watch ring", tests, NULL, NULL);
}
