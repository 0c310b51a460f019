/* Amounts, ranges and shares. With arguments it prints report_amount of each, for
 * test/oracle/amounts.sh. */
#include "report_test.h"

static void amount_is(int64_t value, const char *unit, const char *want)
{
    struct sb out;
    sb_init(&out, &sample_memory);
    report_amount(&out, value, str_from(unit));
    assert_string_equal(out.text, want);
    sb_release(&out);
}

/* What `go tool pprof -top` of Go 1.26 prints for these (test/oracle/amounts.sh asks it again). */
static void test_bytes_as_pprof_writes_them(void **state)
{
    (void)state;
    amount_is(0, "bytes", "0");
    amount_is(1, "bytes", "1B");
    amount_is(1023, "bytes", "1023B");
    amount_is(1024, "bytes", "1kB");
    amount_is(1536, "bytes", "1.50kB");
    amount_is(524339, "bytes", "512.05kB");
    amount_is(1048575, "bytes", "1024kB");
    amount_is(1048576, "bytes", "1MB");
    amount_is(1572864, "bytes", "1.50MB");
    amount_is(1073741824, "bytes", "1GB");
    amount_is(INT64_C(1) << 42, "bytes", "4TB");
    amount_is(INT64_MAX, "bytes", "8192PB");
    amount_is(-1572864, "bytes", "-1.50MB");
    amount_is(INT64_MIN, "bytes", "-8192PB");
}

static void test_counts(void **state)
{
    (void)state;
    amount_is(0, "count", "0");
    amount_is(999, "count", "999");
    amount_is(1000, "count", "1.00k");
    amount_is(12345, "count", "12.3k");
    amount_is(999500, "count", "1000k");
    amount_is(1234567, "count", "1.23M");
    amount_is(-2500000000, "count", "-2.50G");
}

static void share_is(int64_t value, int64_t total, const char *want)
{
    struct sb out;
    sb_init(&out, &sample_memory);
    report_share(&out, value, total);
    assert_string_equal(out.text, want);
    sb_release(&out);
}

static void test_shares(void **state)
{
    (void)state;
    share_is(381, 1000, "38.1%");
    share_is(1, 1, "100.0%");
    share_is(0, 100, "0.0%");
    share_is(5, 0, "0.0%");
    share_is(1, 100000, "<0.1%");
    share_is(6, 10000, "0.1%");
    share_is(-25, 100, "-25.0%");
    share_is(INT64_MAX, INT64_MAX, "100.0%");
}

static void range_is(int64_t low, int64_t high, const char *unit, const char *want)
{
    struct sb out;
    sb_init(&out, &sample_memory);
    amount_range(&out, low, high, str_from(unit));
    assert_string_equal(out.text, want);
    sb_release(&out);
}

static void test_ranges(void **state)
{
    (void)state;
    range_is(708837376, 788529152, "bytes", "676–752MB");
    range_is(39426458, 59139686, "bytes", "37.6–56.4MB");
    range_is(0, 2097152, "bytes", "0–2.00MB");
    range_is(524288, 2097152, "bytes", "0.50–2.00MB");
    range_is(7, 900, "bytes", "7–900B");
    range_is(0, 0, "bytes", "0–0B");
    range_is(-2097152, 1048576, "bytes", "-2.00–1.00MB");
    range_is(900, 12345, "count", "0.90–12.3k");
}

static void test_grouped(void **state)
{
    (void)state;
    static const struct {
        uint64_t count;
        const char *want;
    } cases[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"},
                 {UINT64_MAX, "18,446,744,073,709,551,615"}};
    struct sb out;
    sb_init(&out, &sample_memory);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        amount_grouped(&out, cases[i].count);
        assert_string_equal(out.text, cases[i].want);
        sb_clear(&out);
    }
    sb_release(&out);
}

static int print_amounts(int count, char **values)
{
    struct sb out;
    sb_init(&out, &sample_memory);
    for (int i = 0; i < count; i++) {
        sb_addf(&out, "%s ", values[i]);
        report_amount(&out, strtoll(values[i], NULL, 10), STR("bytes"));
        sb_addc(&out, '\n');
    }
    fwrite(out.text, 1, out.len, stdout);
    sb_release(&out);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return print_amounts(argc - 1, argv + 1);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bytes_as_pprof_writes_them), cmocka_unit_test(test_counts),
        cmocka_unit_test(test_shares), cmocka_unit_test(test_ranges),
        cmocka_unit_test(test_grouped),
    };
    return cmocka_run_group_tests_name("report_amount", tests, NULL, NULL);
}
