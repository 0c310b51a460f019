/* chance.c: the distributions that intervals and p-values need. The formulas are those of
 * M. Abramowitz and I. Stegun, Handbook of Mathematical Functions (1964), by their numbers. */
#include "compare/compare_int.h"

#include <math.h>

enum { FRACTION_STEPS = 500, BISECTIONS = 200 };
/* Above so many trials the normal distribution is as good, and the fraction slow. */
static const double many_trials = 1e6;
/* ... if so many hits are expected. Where fewer are, only they count, not of how many trials they
 * are: more than these are as good as any. */
static const double many_hits = 1e4, trials_enough = 1e7;

static double log_gamma(double x)
{
    int sign;
    return lgamma_r(x, &sign);
}

/* 26.5.8: the continued fraction of the incomplete beta function, by W. Lentz's method. */
static double beta_fraction(double x, double a, double b)
{
    const double tiny = 1e-300;
    double c = 1, d = 1 - (a + b) * x / (a + 1);
    d = 1 / (fabs(d) < tiny ? tiny : d);
    double value = d;
    for (int m = 1; m <= FRACTION_STEPS; m++) {
        double odd = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
        double even = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
        const double terms[] = {odd, even};
        double before = value;
        for (int i = 0; i < 2; i++) {
            d = 1 + terms[i] * d;
            c = 1 + terms[i] / c;
            d = 1 / (fabs(d) < tiny ? tiny : d);
            c = fabs(c) < tiny ? tiny : c;
            value *= c * d;
        }
        if (fabs(value - before) < 1e-13 * fabs(value))
            break;
    }
    return value;
}

/* I_x(a, b), a and b above zero. 26.5.2 turns the slow half of x over. */
static double incomplete_beta(double x, double a, double b)
{
    if (x <= 0)
        return 0;
    if (x >= 1)
        return 1;
    double front = exp(log_gamma(a + b) - log_gamma(a) - log_gamma(b) + a * log(x) +
                       b * log1p(-x));
    if (x < (a + 1) / (a + b + 2))
        return front * beta_fraction(x, a, b) / a;
    return 1 - front * beta_fraction(1 - x, b, a) / b;
}

static double many(double k, double n, double q)
{
    return (k - n * q) / sqrt(n * q * (1 - q));
}

/* P(Z > z) */
static double normal_tail(double z)
{
    return 0.5 * erfc(z * 0.70710678118654752);
}

static void take_enough(double *n, double *q)
{
    if (*n > trials_enough && *n * *q < many_hits) {
        *q *= *n / trials_enough;
        *n = trials_enough;
    }
}

static bool are_many(double n, double q)
{
    return n > many_trials && n * fmin(q, 1 - q) >= many_hits;
}

/* 26.5.24 */
double chance_binomial_least(double k, double n, double q)
{
    if (k <= 0)
        return 1;
    if (n > trials_enough && n * (1 - q) < many_hits)
        return chance_binomial_most(n - k, n, 1 - q);
    take_enough(&n, &q);
    if (are_many(n, q))
        return normal_tail(many(k, n, q));
    return k <= n ? incomplete_beta(q, k, n - k + 1) : 0;
}

double chance_binomial_most(double k, double n, double q)
{
    if (k >= n)
        return 1;
    if (n > trials_enough && n * (1 - q) < many_hits)
        return chance_binomial_least(n - k, n, 1 - q);
    take_enough(&n, &q);
    if (are_many(n, q))
        return normal_tail(-many(k, n, q));
    return k < n ? incomplete_beta(1 - q, n - k, k + 1) : 1;
}

/* The x above zero at which a falling tail has that value. */
static double quantile(double (*tail_of)(double, double), double freedom, double tail)
{
    double low = 0, high = 1;
    while (tail_of(high, freedom) > tail && high < 1e12)
        high *= 2;
    for (int i = 0; i < BISECTIONS && high - low > 1e-12 * high; i++) {
        double middle = (low + high) / 2;
        if (tail_of(middle, freedom) > tail)
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

/* 26.7.1 */
double chance_student_tail(double t, double freedom)
{
    if (isinf(freedom) || freedom > many_trials)
        return normal_tail(t);
    double half = 0.5 * incomplete_beta(freedom / (freedom + t * t), freedom / 2, 0.5);
    return t >= 0 ? half : 1 - half;
}

double chance_normal_quantile(double tail)
{
    return quantile(chance_student_tail, INFINITY, tail);
}

double chance_student_quantile(double tail, double freedom)
{
    return quantile(chance_student_tail, freedom, tail);
}

/* 26.6.2 */
double chance_f_tail(double ratio, double freedom, double other_freedom)
{
    return incomplete_beta(other_freedom / (other_freedom + freedom * ratio), other_freedom / 2,
                           freedom / 2);
}

/* 6.3.5 up to where 6.3.18 holds. */
double chance_digamma(double x)
{
    double sum = 0;
    for (; x < 8; x++)
        sum -= 1 / x;
    double square = 1 / (x * x);
    return sum + log(x) - 0.5 / x -
           square * (1.0 / 12 - square * (1.0 / 120 - square * (1.0 / 252 - square / 240)));
}

/* 6.4.6 up to where 6.4.12 holds. */
double chance_trigamma(double x)
{
    double sum = 0;
    for (; x < 8; x++)
        sum += 1 / (x * x);
    double square = 1 / (x * x);
    return sum + 1 / x + square / 2 +
           square / x * (1.0 / 6 - square * (1.0 / 30 - square * (1.0 / 42 - square / 30)));
}

double chance_trigamma_inverse(double y)
{
    double low = 1e-8, high = 1e8;
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = sqrt(low * high);
        if (chance_trigamma(middle) > y)
            low = middle;
        else
            high = middle;
    }
    return sqrt(low * high);
}
