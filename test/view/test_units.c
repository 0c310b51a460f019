/* test_units.c: amounts as pprof scales, rounds and writes them. */
#include "view_test.h"

static void assert_amount(int64_t value, const char *from, const char *to, const char *should)
{
    struct sb sb;
    sb_init(&sb, &plenty);
    view_amount(value, str_from(from), str_from(to), &sb);
    assert_string_equal(sb.text, should);
    sb_release(&sb);
}

static void amounts(void **state)
{
    (void)state;
    assert_amount(0, "bytes", "auto", "0");
    assert_amount(1023, "bytes", "auto", "1023B");
    assert_amount(1024, "bytes", "minimum", "1kB");
    assert_amount(1536, "byte", "auto", "1.50kB");
    assert_amount(-1536, "Bytes", "auto", "-1.50kB");
    assert_amount(1, "bytes", "mb", "0");
    assert_amount(1, "tb", "GB", "1024GB");
    assert_amount(90, "seconds", "auto", "90s");
    assert_amount(3600, "s", "auto", "1hrs");
    assert_amount(1500, "us", "auto", "1.50ms");
    assert_amount(5, "ns", "furlongs", "0");
    assert_amount(7, "count", "auto", "7");
    assert_amount(7, "count", "count", "7");
    assert_amount(7, "widgets", "widgets", "7widgets");
    assert_amount(2, "kilogcu", "auto", "2k*GCU");
    assert_amount(INT64_MIN, "count", "auto", "-9223372036854775808");
}

static void percents(void **state)
{
    (void)state;
    assert_string_equal(units_percent(1, 3).text, "33.33%");
    assert_string_equal(units_percent(-1, 3).text, "33.33%");
    assert_string_equal(units_percent(99951, 100000).text, "  100%");
    assert_string_equal(units_percent(2, 1).text, "200.00%");
    assert_string_equal(units_percent(1, 1000).text, "  0.1%");
    assert_string_equal(units_percent(1, 10000000).text, "1e-05%");
    assert_string_equal(units_percent(5, 0).text, "    0%");
}

static void numbers(void **state)
{
    (void)state;
    assert_int_equal(to_int64(-1.9), -1);
    assert_int_equal(to_int64(1e300), INT64_MIN);
    assert_int_equal(divided(INT64_MIN, -1), INT64_MIN);
    assert_int_equal(divided(7, 0), 7);
    assert_int_equal(divided(-7, 2), -3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(amounts), cmocka_unit_test(percents), cmocka_unit_test(numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
