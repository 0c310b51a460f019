/* test_match.c: which line of OLD is which of NEW (C1, C2 of compare.h). */
#include "compare_test.h"

enum { MANY = 1000 };

static uint64_t chance = 0x9e3779b97f4a7c15u;

static struct stream line_of(const char *function, uint32_t line, uint32_t start, double size)
{
    return (struct stream){function, line, start, size, MANY};
}

static struct comparison *compare(const struct stream *old, size_t old_count,
                                  const struct stream *new, size_t new_count)
{
    return compare_profiles(sampled_profile(old, old_count, 1, &chance),
                            sampled_profile(new, new_count, 1, &chance));
}

static void assert_pair(const struct comparison *comparison, uint32_t line, uint32_t old_line)
{
    const struct compare_row *row = row_of_line(comparison, "main.f", line);
    assert_true(row->in_old && row->in_new);
    assert_int_equal(row->old_line, old_line);
    assert_true(row->change.delta == 0);
}

static void lines_above_the_function_were_added(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 11, 8, 32),
                                 line_of("main.f", 12, 8, 48)};
    const struct stream new[] = {line_of("main.f", 11, 9, 16), line_of("main.f", 12, 9, 32),
                                 line_of("main.f", 13, 9, 48)};
    struct comparison *comparison = compare(old, 3, new, 3);
    assert_int_equal(comparison->row_count[COMPARE_LINES], 3);
    assert_pair(comparison, 11, 10);
    assert_pair(comparison, 12, 11);
    assert_pair(comparison, 13, 12);
    compare_free(comparison);
}

/* Text profiles, and those of Go before 1.20, do not say where a function starts. */
static void starts_are_unknown(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 0, 16), line_of("main.f", 11, 0, 32),
                                 line_of("main.f", 30, 0, 48)};
    const struct stream new[] = {line_of("main.f", 17, 0, 16), line_of("main.f", 18, 0, 32),
                                 line_of("main.f", 37, 0, 48)};
    struct comparison *comparison = compare(old, 3, new, 3);
    assert_int_equal(comparison->row_count[COMPARE_LINES], 3);
    assert_pair(comparison, 17, 10);
    assert_pair(comparison, 37, 30);
    compare_free(comparison);
}

static void lines_inside_the_function_were_added(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 20, 8, 32)};
    const struct stream new[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 27, 8, 32)};
    struct comparison *comparison = compare(old, 2, new, 2);
    assert_pair(comparison, 10, 0);
    assert_pair(comparison, 27, 20);
    compare_free(comparison);
}

static void one_line_always_pairs(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 8, 16)};
    const struct stream new[] = {line_of("main.f", 900, 8, 4096)};
    struct comparison *comparison = compare(old, 1, new, 1);
    assert_int_equal(comparison->row_count[COMPARE_LINES], 1);
    const struct compare_row *row = row_of_line(comparison, "main.f", 900);
    assert_int_equal(row->old_line, 10);
    compare_free(comparison);
}

/* A new allocation between two old ones is new, and takes nobody's place. */
static void a_line_between_is_new(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 12, 8, 32)};
    const struct stream new[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 11, 8, 4096),
                                 line_of("main.f", 13, 8, 32)};
    struct comparison *comparison = compare(old, 2, new, 3);
    assert_pair(comparison, 10, 0);
    assert_pair(comparison, 13, 12);
    const struct compare_row *row = row_of_line(comparison, "main.f", 11);
    assert_true(!row->in_old && row->in_new);
    assert_int_equal(row->change.verdict, COMPARE_SIGNIFICANT);
    compare_free(comparison);
}

/* Objects of another size, and far away: another allocation. */
static void one_went_and_another_came(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 12, 8, 32)};
    const struct stream new[] = {line_of("main.f", 10, 8, 16), line_of("main.f", 60, 8, 4096)};
    struct comparison *comparison = compare(old, 2, new, 2);
    assert_int_equal(comparison->row_count[COMPARE_LINES], 3);
    assert_true(!row_of_line(comparison, "main.f", 12)->in_new);
    assert_true(!row_of_line(comparison, "main.f", 60)->in_old);
    compare_free(comparison);
}

static void functions_do_not_mix(void **state)
{
    (void)state;
    const struct stream old[] = {line_of("main.f", 10, 8, 16)};
    const struct stream new[] = {line_of("main.g", 10, 8, 16)};
    struct comparison *comparison = compare(old, 1, new, 1);
    assert_int_equal(comparison->row_count[COMPARE_LINES], 2);
    assert_int_equal(comparison->row_count[COMPARE_FUNCTIONS], 2);
    compare_free(comparison);
}

/* A generator's function with more lines than the table of costs may have cells. */
static void very_many_lines(void **state)
{
    (void)state;
    enum { LINES = 1500 };
    static struct stream old[LINES], new[LINES];
    for (uint32_t i = 0; i < LINES; i++) {
        old[i] = line_of("main.f", 10 + 2 * i, 8, 16);
        new[i] = line_of("main.f", 14 + 2 * i, 12, 16);
    }
    struct comparison *comparison = compare(old, LINES, new, LINES);
    assert_int_equal(comparison->row_count[COMPARE_LINES], LINES);
    assert_pair(comparison, 14, 10);
    compare_free(comparison);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_above_the_function_were_added),
        cmocka_unit_test(starts_are_unknown),
        cmocka_unit_test(lines_inside_the_function_were_added),
        cmocka_unit_test(one_line_always_pairs),
        cmocka_unit_test(a_line_between_is_new),
        cmocka_unit_test(one_went_and_another_came),
        cmocka_unit_test(functions_do_not_mix),
        cmocka_unit_test(very_many_lines),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
