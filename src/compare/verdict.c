/* verdict.c: how sure a change is. The mathematics stand in compare.h, M1 to M7. */
#include "compare/compare_int.h"

#include <math.h>
#include <stdlib.h>

static const double level = 0.01;         /* M6, M7 */
static const double half_percent = 0.025; /* each tail of a 95 % interval */
static const double least_dispersion = 0.02;
static const double outlier_chance = 0.01;
enum { ENOUGH_OBJECTS = 5, ENOUGH_SITES = 5, FREEDOM_WITHOUT_SITES = 4, MAX_PRIOR = 1000 };

const char *compare_verdict_name(enum compare_verdict verdict)
{
    static const char *const names[] = {"noise", "possible", "significant"};
    return names[verdict];
}

/* ---- M5: how much runs vary ---- */

/* Of one row; *freedom 0 when it does not tell. */
static double own_dispersion(const struct side_measure *sides, double *freedom)
{
    double sum = 0;
    *freedom = 0;
    for (int side = 0; side < COMPARE_SIDES; side++) {
        if (sides[side].freedom <= 0 || sides[side].expected <= 0)
            continue;
        sum += sides[side].spread / sides[side].expected * sides[side].freedom;
        *freedom += sides[side].freedom;
    }
    return *freedom > 0 ? sum / *freedom : 0;
}

static bool has_enough(const struct side_measure *sides)
{
    for (int side = 0; side < COMPARE_SIDES; side++)
        if (sides[side].freedom > 0 &&
            sides[side].samples < ENOUGH_OBJECTS * (sides[side].freedom + 1))
            return false;
    return true;
}

/* Smyth's moments of the logarithms: their mean gives the common dispersion; what they vary beyond
 * chance gives its weight. */
static void fit_prior(const double *logs, size_t count, struct dispersion *dispersion)
{
    double mean = 0, variance = 0, half = dispersion->freedom / 2;
    for (size_t i = 0; i < count; i++)
        mean += logs[i] / (double)count;
    for (size_t i = 0; i < count; i++)
        variance += (logs[i] - mean) * (logs[i] - mean) / (double)(count - 1);
    double beyond = variance - chance_trigamma(half);
    dispersion->prior = MAX_PRIOR;
    if (beyond > 0)
        dispersion->prior = fmin(2 * chance_trigamma_inverse(beyond), MAX_PRIOR);
    double weight = dispersion->prior / 2;
    dispersion->all = exp(mean - chance_digamma(half) + log(half) + chance_digamma(weight) -
                          log(weight));
}

struct dispersion verdict_dispersion(struct side_measure (*pairs)[COMPARE_SIDES], size_t count,
                                     struct arena *arena)
{
    struct dispersion dispersion = {.all = 1, .prior = INFINITY};
    if (count > 0)
        dispersion.freedom = pairs[0][COMPARE_OLD].freedom + pairs[0][COMPARE_NEW].freedom;
    if (dispersion.freedom <= 0)
        return dispersion;
    dispersion.prior = FREEDOM_WITHOUT_SITES;
    double *logs = ARENA_ARRAY(arena, double, count);
    size_t told = 0;
    for (size_t i = 0; i < count; i++) {
        double freedom, own = own_dispersion(pairs[i], &freedom);
        if (freedom >= dispersion.freedom && has_enough(pairs[i]))
            logs[told++] = log(fmax(own, least_dispersion));
    }
    dispersion.told = told >= ENOUGH_SITES;
    if (dispersion.told)
        fit_prior(logs, told, &dispersion);
    return dispersion;
}

/* ---- M2, M3: the interval ---- */

/* What a change's limits and p-value are made of: each side's variance, and the quantile. */
struct doubt {
    double variance[COMPARE_SIDES];
    double freedom;
};

/* A row that varies far more than the rest may (F distribution) is not of their kind: it is judged
 * by its own runs alone. */
static bool is_outlier(double own, double freedom, const struct dispersion *dispersion)
{
    double ratio = own / dispersion->all;
    return freedom > 0 && chance_f_tail(ratio, freedom, dispersion->prior) < outlier_chance;
}

static struct doubt doubt_of(const struct side_measure *sides, const struct dispersion *dispersion,
                             bool whole)
{
    struct doubt doubt = {.freedom = INFINITY};
    double freedom, own = own_dispersion(sides, &freedom), all = 1;
    if (!isinf(dispersion->prior) && is_outlier(own, freedom, dispersion)) {
        all = own;
        doubt.freedom = freedom;
    } else if (!isinf(dispersion->prior)) {
        all = (own * freedom + dispersion->all * dispersion->prior) / (freedom + dispersion->prior);
        doubt.freedom = freedom + dispersion->prior;
    }
    for (int side = 0; side < COMPARE_SIDES; side++) {
        double chance = all * sides[side].chance;
        bool asked = whole || !isinf(dispersion->prior);
        doubt.variance[side] = asked ? fmax(sides[side].unseen, chance) : sides[side].unseen;
    }
    return doubt;
}

static void side_limits(const struct side_measure *side, double variance, double spread,
                        double *low, double *high)
{
    *low = *high = side->value;
    if (side->value == 0) {
        measure_limits(0, spread, low, high);
        *low *= side->zero;
        *high *= side->zero;
    } else if (side->value < 0) { /* of a profile with another one subtracted */
        *low -= spread * sqrt(variance);
        *high += spread * sqrt(variance);
    } else if (variance > 0) {
        double n = side->value * side->value / variance;
        measure_limits(n, spread, low, high);
        *low *= side->value / n;
        *high *= side->value / n;
    }
}

static void change_limits(const struct side_measure *sides, const struct doubt *doubt,
                          struct change *change)
{
    double spread = MEASURE_SPREAD, old_low, old_high, new_low, new_high;
    if (!isinf(doubt->freedom))
        spread = chance_student_quantile(half_percent, doubt->freedom);
    side_limits(&sides[0], doubt->variance[0], spread, &old_low, &old_high);
    side_limits(&sides[1], doubt->variance[1], spread, &new_low, &new_high);
    change->low = change->delta - hypot(change->new - new_low, old_high - change->old);
    change->high = change->delta + hypot(new_high - change->new, change->old - old_low);
}

/* ---- M4: the p-value ---- */

/* A p-value of counts whose spread was estimated, by Student's distribution. */
static double with_freedom(double p, double freedom)
{
    if (isinf(freedom) || p >= 1)
        return fmin(p, 1);
    return 2 * chance_student_tail(chance_normal_quantile(fmax(p, 1e-300) / 2), freedom);
}

static void change_chance(const struct side_measure *sides, const struct doubt *doubt,
                          struct change *change)
{
    double exposure[COMPARE_SIDES], raw = 0, variance = 0;
    change->p = change->least_p = 1;
    for (int side = 0; side < COMPARE_SIDES; side++) {
        exposure[side] = sides[side].exposure;
        raw += sides[side].value / exposure[side];
        variance += doubt->variance[side] / (exposure[side] * exposure[side]);
    }
    double both = doubt->variance[0] + doubt->variance[1];
    if (sides[0].value < 0 || sides[1].value < 0) {
        if (both > 0)
            change->p = change->least_p =
                2 * chance_student_tail(fabs(change->delta) / sqrt(both), doubt->freedom);
        return;
    }
    if (raw <= 0 || variance <= 0)
        return;
    double weight = variance / raw, share = exposure[0] / (exposure[0] + exposure[1]);
    double all = raw / weight, k = sides[1].value / exposure[1] / weight;
    double tail = fmin(chance_binomial_least(k, all, share), chance_binomial_most(k, all, share));
    change->p = with_freedom(2 * tail, doubt->freedom);
    change->least_p = 2 * pow(fmin(share, 1 - share), all);
}

struct change verdict_change(const struct side_measure *sides,
                             const struct dispersion *dispersion)
{
    struct change change = {.old = sides[0].value, .new = sides[1].value};
    change.delta = change.new - change.old;
    for (int side = 0; side < COMPARE_SIDES; side++)
        change.samples[side] = sides[side].samples;
    struct doubt sampling = doubt_of(sides, dispersion, false);
    struct doubt whole = doubt_of(sides, dispersion, true);
    change_limits(sides, &sampling, &change);
    change_chance(sides, &whole, &change);
    return change;
}

/* ---- M6, M7 ---- */

static int by_p(const void *left, const void *right)
{
    const double *a = left, *b = right;
    return *a < *b ? -1 : *a > *b;
}

static bool excludes_zero(const struct change *change)
{
    return change->low > 0 || change->high < 0;
}

static void judge(struct change *change, double largest_p)
{
    change->verdict = COMPARE_NOISE;
    if (excludes_zero(change))
        change->verdict = change->p <= largest_p ? COMPARE_SIGNIFICANT : COMPARE_POSSIBLE;
}

double verdict_many(struct change **changes, size_t count, struct arena *arena)
{
    double *values = ARENA_ARRAY(arena, double, count + 1), largest = -1;
    size_t family = 0;
    for (size_t i = 0; i < count; i++)
        if (changes[i]->least_p <= level)
            values[family++] = changes[i]->p;
    if (family > 1)
        qsort(values, family, sizeof(*values), by_p);
    for (size_t i = 0; i < family; i++)
        if (values[i] <= level * (double)(i + 1) / (double)family)
            largest = values[i];
    for (size_t i = 0; i < count; i++)
        judge(changes[i], changes[i]->least_p <= level ? largest : -1);
    return (double)family;
}

void verdict_total(struct change *change)
{
    judge(change, level);
}
