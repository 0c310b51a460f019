/* test_units.c: amounts as pprof scales, rounds and writes them. */
#include "view_test.h"

#include <math.h>

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

/* Whatever is just between two numbers with two digits, and what is around it. */
static int64_t odd_number(int64_t i)
{
    static const int64_t units[] = {1, 7, 64, 128, 1021, 1024, 52428, 104857600, 1234567891011};
    int64_t unit = units[i % (int64_t)COUNT_OF(units)];
    return i * unit + (i / 16 % 3 - 1);
}

static void digits_are_those_of_printf(void **state)
{
    (void)state;
    for (int64_t i = -3000; i < 30000; i++) {
        char wanted[64], fmt[] = "%5.2f%%";
        int64_t value = odd_number(i < 0 ? -i : i) * (i < 0 ? -1 : 1);
        snprintf(wanted, sizeof(wanted), "%.2f", (double)value / 0x1p20);
        size_t len = strlen(wanted);
        len -= strcmp(wanted + len - 3, ".00") == 0 ? 3 : 0;
        memcpy(wanted + len, "MB", 3);
        bool is_zero = strcmp(wanted, "0MB") == 0 || strcmp(wanted, "-0MB") == 0;
        assert_amount(value, "bytes", "mb", is_zero ? "0" : wanted);
        int64_t total = 20000 + i % 7 * 1000000000;
        double percent = fabs((double)value / (double)total) * 100;
        fmt[4] = percent >= 1.0 ? 'f' : 'g';
        snprintf(wanted, sizeof(wanted), fmt, percent);
        if (percent < 99.95 || percent > 100.05)
            assert_string_equal(units_percent(value, total).text, wanted);
    }
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
        cmocka_unit_test(amounts), cmocka_unit_test(digits_are_those_of_printf),
        cmocka_unit_test(percents), cmocka_unit_test(numbers)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
