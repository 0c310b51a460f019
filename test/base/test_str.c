/* test_str.c: slices, at their ends above all: empty, NULL, longer than the text. */
#include "base_test.h"

static void making(void **state)
{
    (void)state;
    assert_null(str_from(NULL).ptr);
    assert_int_equal(str_from("abc").len, 3);
    const char *text = "abcdef";
    assert_str(str_span(text + 1, text + 3), "bc");
    assert_int_equal(STR("").len, 0);
    assert_int_equal(STR("a\0b").len, 3);
}

static void comparing(void **state)
{
    (void)state;
    assert_true(str_equal(STR("ab"), STR("ab")));
    assert_false(str_equal(STR("ab"), STR("ac")));
    assert_false(str_equal(STR("ab"), STR("abc")));
    assert_true(str_equal(STR_NONE, STR("")));
    assert_true(str_is(STR("ab"), "ab"));
    assert_false(str_is(STR("ab"), "a"));
    assert_true(str_is(STR_NONE, ""));
    assert_true(str_is(STR_NONE, NULL));
    assert_int_equal(str_compare(STR("ab"), STR("ab")), 0);
    assert_true(str_compare(STR("ab"), STR("abc")) < 0);
    assert_true(str_compare(STR("b"), STR("abc")) > 0);
    assert_true(str_compare(STR("\xff"), STR("a")) > 0);
    assert_int_equal(str_compare(STR_NONE, STR("")), 0);
    assert_true(str_compare(STR_NONE, STR("a")) < 0);
}

static void ends(void **state)
{
    (void)state;
    assert_true(str_starts(STR("abc"), STR("ab")));
    assert_true(str_starts(STR("abc"), STR("abc")));
    assert_false(str_starts(STR("abc"), STR("abcd")));
    assert_false(str_starts(STR("abc"), STR("b")));
    assert_false(str_starts((struct str){"abc", 2}, STR("abc"))); /* 2 of 3 bytes */
    assert_true(str_starts(STR_NONE, STR("")));
    assert_true(str_starts(STR("abc"), STR_NONE));
    assert_true(str_ends(STR("abc"), STR("bc")));
    assert_true(str_ends(STR("abc"), STR("abc")));
    assert_false(str_ends(STR("abc"), STR("xabc")));
    assert_false(str_ends(STR("abc"), STR("b")));
    assert_true(str_ends(STR_NONE, STR_NONE));
    assert_true(str_ends(STR("abc"), STR("")));
    assert_false(str_ends(STR_NONE, STR("a")));
}

static void finding(void **state)
{
    (void)state;
    assert_int_equal(str_find(STR("abcabc"), STR("bc")), 1);
    assert_int_equal(str_find(STR("abcabc"), STR("cb")), -1);
    assert_int_equal(str_find(STR("abc"), STR("abcd")), -1);
    assert_int_equal(str_find(STR("abc"), STR("")), 0);
    assert_int_equal(str_find(STR_NONE, STR_NONE), 0);
    assert_int_equal(str_find(STR_NONE, STR("a")), -1);
    assert_int_equal(str_find(STR("a\0bc"), STR("bc")), 2);
    assert_true(str_contains(STR("abc"), STR("c")));
    assert_false(str_contains(STR("abc"), STR("d")));
    assert_int_equal(str_find_char(STR("abcb"), 'b'), 1);
    assert_int_equal(str_find_char(STR("abc"), 'd'), -1);
    assert_int_equal(str_find_char(STR_NONE, 'd'), -1);
    assert_int_equal(str_find_char((struct str){"abc", 2}, 'c'), -1);
    assert_int_equal(str_find_last(STR("abcb"), 'b'), 3);
    assert_int_equal(str_find_last(STR("abc"), 'a'), 0);
    assert_int_equal(str_find_last(STR("abc"), 'd'), -1);
    assert_int_equal(str_find_last(STR_NONE, 'd'), -1);
}

static ptrdiff_t find_slowly(struct str text, struct str part)
{
    for (size_t i = 0; i + part.len <= text.len; i++) {
        if (str_starts(str_skip(text, i), part))
            return (ptrdiff_t)i;
    }
    return -1;
}

static void finding_agrees_with_the_slow_way(void **state)
{
    (void)state;
    uint64_t random = 42;
    char text[40], part[5];
    for (int round = 0; round < 20000; round++) {
        struct str in = {text, next_number(&random) % sizeof(text)};
        struct str of = {part, 1 + next_number(&random) % (sizeof(part) - 1)};
        for (size_t i = 0; i < sizeof(text); i++)
            text[i] = (char)('a' + next_number(&random) % 2);
        for (size_t i = 0; i < sizeof(part); i++)
            part[i] = (char)('a' + next_number(&random) % 2);
        assert_int_equal(str_find(in, of), find_slowly(in, of));
    }
}

static void trimming(void **state)
{
    (void)state;
    assert_str(str_trim(STR(" \t\r\n\v\fab c \n")), "ab c");
    assert_str(str_trim(STR("   ")), "");
    assert_str(str_trim(STR("")), "");
    assert_str(str_trim(STR_NONE), "");
    assert_str(str_trim(STR("x")), "x");
    assert_str(str_trim(STR("\b\x0e")), "\b\x0e"); /* the neighbours of white space */
}

static void slicing(void **state)
{
    (void)state;
    assert_str(str_slice(STR("abcdef"), 1, 3), "bc");
    assert_str(str_slice(STR("abcdef"), 0, 99), "abcdef");
    assert_str(str_slice(STR("abcdef"), 4, 2), "");
    assert_str(str_slice(STR("abcdef"), 99, 100), "");
    assert_str(str_slice(STR("abcdef"), SIZE_MAX, SIZE_MAX), "");
    assert_str(str_slice(STR_NONE, 1, 2), "");
    assert_str(str_skip(STR("abc"), 1), "bc");
    assert_str(str_skip(STR("abc"), 3), "");
    assert_str(str_skip(STR("abc"), 4), "");
}

static void cutting(void **state)
{
    (void)state;
    struct str rest = STR("a,,bc,");
    static const char *const pieces[] = {"a", "", "bc", ""};
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        assert_non_null(rest.ptr);
        assert_str(str_cut(&rest, ','), pieces[i]);
    }
    assert_null(rest.ptr);
    assert_int_equal(rest.len, 0);
    rest = STR("");
    struct str piece = str_cut(&rest, ',');
    assert_non_null(piece.ptr);
    assert_int_equal(piece.len, 0);
    assert_null(rest.ptr);
    piece = str_cut(&rest, ',');
    assert_null(piece.ptr);
}

static void numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_number;
        uint64_t value;
    } cases[] = {
        {"0", true, 0},
        {"007", true, 7},
        {"18446744073709551615", true, UINT64_MAX},
        {"18446744073709551616", false, 0},
        {"18446744073709551619", false, 0},
        {"99999999999999999999", false, 0},
        {"100000000000000000000000000000000000000", false, 0},
        {"", false, 0},
        {"-1", false, 0},
        {"+1", false, 0},
        {" 1", false, 0},
        {"1 ", false, 0},
        {"1a", false, 0},
        {"/", false, 0},
        {":", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        uint64_t value = 0;
        assert_int_equal(str_to_u64(str_from(cases[i].text), &value), cases[i].is_number);
        assert_true(!cases[i].is_number || value == cases[i].value);
    }
    uint64_t value;
    assert_false(str_to_u64(STR_NONE, &value));
}

static void signed_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        bool is_number;
        int64_t value;
    } cases[] = {
        {"0", true, 0},
        {"-0", true, 0},
        {"-1", true, -1},
        {"9223372036854775807", true, INT64_MAX},
        {"9223372036854775808", false, 0},
        {"-9223372036854775808", true, INT64_MIN},
        {"-9223372036854775809", false, 0},
        {"-", false, 0},
        {"--1", false, 0},
        {"", false, 0},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        int64_t value = 0;
        assert_int_equal(str_to_i64(str_from(cases[i].text), &value), cases[i].is_number);
        assert_true(!cases[i].is_number || value == cases[i].value);
    }
}

static void paths(void **state)
{
    (void)state;
    assert_str(str_base_name(STR("a/b/c.go")), "c.go");
    assert_str(str_base_name(STR("c.go")), "c.go");
    assert_str(str_base_name(STR("a/")), "");
    assert_str(str_base_name(STR_NONE), "");
    assert_str(str_dir_name(STR("a/b/c.go")), "a/b");
    assert_str(str_dir_name(STR("a/")), "a");
    assert_null(str_dir_name(STR("c.go")).ptr);
    assert_non_null(str_dir_name(STR("/c.go")).ptr);
    assert_int_equal(str_dir_name(STR("/c.go")).len, 0);
}

static void printing(void **state)
{
    (void)state;
    char out[20];
    snprintf(out, sizeof(out), "<%.*s><%.*s>", STR_ARGS(STR("ab")), STR_ARGS(STR_NONE));
    assert_string_equal(out, "<ab><>");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(making),
        cmocka_unit_test(comparing),
        cmocka_unit_test(ends),
        cmocka_unit_test(finding),
        cmocka_unit_test(finding_agrees_with_the_slow_way),
        cmocka_unit_test(trimming),
        cmocka_unit_test(slicing),
        cmocka_unit_test(cutting),
        cmocka_unit_test(numbers),
        cmocka_unit_test(signed_numbers),
        cmocka_unit_test(paths),
        cmocka_unit_test(printing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
