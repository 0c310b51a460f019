/* test_chance.c: the distributions against figures that can be had otherwise: sums of the
 * binomial's own terms, and tables (Abramowitz and Stegun, 26.10 for Student's t; 6.3 and 6.4). */
#include "compare_test.h"

#include <math.h>

static void assert_near(double got, double wanted, double relative)
{
    if (fabs(got - wanted) > relative * fabs(wanted))
        fail_msg("%.12g is not near %.12g", got, wanted);
}

static double binomial_term(int n, int k, double q)
{
    return exp(lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1) + k * log(q) +
               (n - k) * log(1 - q));
}

static void binomial_tails_are_sums(void **state)
{
    (void)state;
    static const int trials[] = {1, 2, 7, 40, 900};
    static const double shares[] = {0.5, 0.1, 0.93};
    for (size_t t = 0; t < COUNT_OF(trials); t++)
        for (size_t s = 0; s < COUNT_OF(shares); s++)
            for (int k = 0; k <= trials[t]; k += 1 + trials[t] / 9) {
                double most = 0, least = 0;
                for (int i = 0; i <= trials[t]; i++) {
                    double term = binomial_term(trials[t], i, shares[s]);
                    most += i <= k ? term : 0;
                    least += i >= k ? term : 0;
                }
                if (most > 1e-8)
                    assert_near(chance_binomial_most(k, trials[t], shares[s]), most, 1e-8);
                if (least > 1e-8)
                    assert_near(chance_binomial_least(k, trials[t], shares[s]), least, 1e-8);
            }
}

/* Where the normal distribution takes over nothing jumps. */
static void many_trials_join(void **state)
{
    (void)state;
    double below = chance_binomial_least(500500, 1000000, 0.5);
    double above = chance_binomial_least(500501, 1000002, 0.5);
    assert_near(above, below, 0.02);
}

/* Few hits of very many trials are Poisson's, whose tail at 7 expected and none seen is exp(-7). */
static void few_hits_of_many(void **state)
{
    (void)state;
    static const double trials[] = {2e6, 1e8, 1e12, 1e18};
    for (size_t i = 0; i < COUNT_OF(trials); i++) {
        double n = trials[i], q = 7 / n;
        assert_near(chance_binomial_most(0, n, q), 9.118819656e-4, 1e-4);
        assert_near(chance_binomial_least(20, n, q), 4.440248e-5, 1e-4);
        if (n > 1e12) /* n - 20 is n */
            continue;
        assert_near(chance_binomial_least(n, n, 1 - q), 9.118819656e-4, 1e-3);
        assert_near(chance_binomial_most(n - 20, n, 1 - q), 4.440248e-5, 1e-3);
    }
}

static void quantiles(void **state)
{
    (void)state;
    assert_near(chance_normal_quantile(0.025), 1.959963985, 1e-8);
    assert_near(chance_normal_quantile(1e-12), 7.034483825, 1e-7);
    assert_near(chance_student_quantile(0.025, 1), 12.70620474, 1e-7);
    assert_near(chance_student_quantile(0.025, 2), 4.30265273, 1e-7);
    assert_near(chance_student_quantile(0.025, 8), 2.306004135, 1e-7);
    assert_near(chance_student_quantile(0.005, 30), 2.749995654, 1e-7);
    assert_near(chance_student_tail(-1, 3), 1 - chance_student_tail(1, 3), 1e-12);
    assert_near(chance_f_tail(4.102821015, 2, 10), 0.05, 1e-6);
}

static void gammas(void **state)
{
    (void)state;
    assert_near(chance_digamma(1), -0.5772156649, 1e-8);
    assert_near(chance_digamma(0.5), -1.9635100260, 1e-8);
    assert_near(chance_trigamma(1), 1.6449340668, 1e-8);
    assert_near(chance_trigamma(0.5), 4.9348022005, 1e-8);
    for (double x = 0.05; x < 1000; x *= 3)
        assert_near(chance_trigamma_inverse(chance_trigamma(x)), x, 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(binomial_tails_are_sums), cmocka_unit_test(few_hits_of_many),
        cmocka_unit_test(many_trials_join),
        cmocka_unit_test(quantiles),
        cmocka_unit_test(gammas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
