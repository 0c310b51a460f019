/* test_sum.c: sums stop at the ends of int64. */
#include "base_test.h"

static void sums_stop_at_the_ends(void **state)
{
    (void)state;
    assert_int_equal(add_saturating(2, -5), -3);
    assert_int_equal(add_saturating(INT64_MAX, INT64_MIN), -1);
    assert_int_equal(add_saturating(INT64_MAX - 1, 1), INT64_MAX);
    assert_int_equal(add_saturating(INT64_MAX, 1), INT64_MAX);
    assert_int_equal(add_saturating(INT64_MAX, INT64_MAX), INT64_MAX);
    assert_int_equal(add_saturating(INT64_MIN + 1, -1), INT64_MIN);
    assert_int_equal(add_saturating(-1, INT64_MIN), INT64_MIN);
    assert_int_equal(add_saturating(INT64_MIN, INT64_MIN), INT64_MIN);
}

static void a_sum_goes_on_from_its_end(void **state)
{
    (void)state;
    int64_t sum = INT64_MAX - 3;
    add_to_sum(&sum, 10);
    assert_int_equal(sum, INT64_MAX);
    add_to_sum(&sum, -10);
    assert_int_equal(sum, INT64_MAX - 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_stop_at_the_ends),
        cmocka_unit_test(a_sum_goes_on_from_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
