/* verdict.c: how sure a change is. The mathematics stand in compare.h, M1 to M7. */
#include "compare/compare_int.h"

#include <math.h>
#include <stdlib.h>

static const double level = 0.01;         /* M6, M7 */
static const double half_percent = 0.025; /* each tail of a 95 % interval */
static const double least_dispersion = 0.02;
static const double outlier_chance = 0.01; /* of a site among the others */
static const double guess_chance = 0.5;    /* of the guess that runs vary by chance alone */
static const double least_missed = 0.025; /* objects that are likely to have been missed */
static const double rounding = 1e-12; /* of scaled values that are equal */
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
    dispersion->prior = fmin((double)(count - 1) * dispersion->freedom, MAX_PRIOR);
    if (beyond > 0)
        dispersion->prior = fmin(2 * chance_trigamma_inverse(beyond), dispersion->prior);
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

double verdict_weight(const struct side_measure *side, double rate)
{
    if (side->sizes <= 0 || side->value <= 0)
        return 1;
    double size = side->bytes ? side->sizes / side->value : side->value / side->sizes;
    return (side->bytes ? size : 1) / (rate > 1 ? -expm1(-size / rate) : 1);
}

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
    double rare = dispersion->told ? outlier_chance : guess_chance;
    return freedom > 0 && chance_f_tail(ratio, freedom, dispersion->prior) < rare;
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

/* M2: the upper limit's, which counts with unseen objects as heavy as the other side's. */
static double upper_variance(const struct side_measure *sides, int index, double variance)
{
    double here = sides[index].value, there = sides[1 - index].value;
    if (here <= 0 || there <= 0)
        return variance;
    return fmax(variance, here * (variance + there * sides[index].other) / (here + there));
}

/* M2: an object that is seen or not; none where it is rarer than a tail that one was missed. */
static double missable(const struct side_measure *sides, double object)
{
    return object * fmin(1, (sides[0].missed + sides[1].missed) / least_missed);
}

static void counted_limits(double value, double variance, double spread, double *low, double *high)
{
    double n = value * value / variance;
    measure_limits(n, spread, low, high);
    *low *= value / n;
    *high *= value / n;
}

static void side_limits(const struct side_measure *sides, int index, double variance, double spread,
                        double *low, double *high)
{
    const struct side_measure *side = &sides[index];
    double upper = upper_variance(sides, index, variance), unused;
    *low = *high = side->value;
    if (side->value == 0) {
        measure_limits(0, spread, low, high);
        *low *= side->zero;
        *high = *high * side->zero + missable(sides, sides[1 - index].atom) / 2;
    } else if (side->value < 0) { /* of a profile with another one subtracted */
        *low -= spread * sqrt(variance);
        *high += spread * sqrt(variance);
    } else {
        if (variance > 0)
            counted_limits(side->value, variance, spread, low, high);
        if (upper > variance)
            counted_limits(side->value, upper, spread, &unused, high);
        double object = missable(sides, side->atom);
        *high = fmax(*high + object / 2, side->value + object);
    }
}

struct limits {
    double value, low, high;
};

/* M3: the least and the largest factor c for which the interval of NEW - c*OLD holds zero: roots of
 * (V1 - c*V0)^2 = (V1-l1)^2 + c^2*(u0-V0)^2, and of the same with u1 and l0. */
static double ratio_low(const struct limits *old, const struct limits *new)
{
    double a = old->high * (2 * old->value - old->high), b = old->value * new->value;
    double c = new->low * (2 * new->value - new->low);
    return c > 0 ? c / (b + sqrt(fmax(b * b - a * c, 0))) : 0;
}

static double ratio_high(const struct limits *old, const struct limits *new)
{
    double a = old->low * (2 * old->value - old->low), b = old->value * new->value;
    double c = new->high * (2 * new->value - new->high);
    return a > 0 ? (b + sqrt(fmax(b * b - a * c, 0))) / a : INFINITY;
}

static void change_limits(const struct side_measure *sides, const struct doubt *doubt,
                          struct change *change)
{
    double spread = MEASURE_SPREAD, old_low, old_high, new_low, new_high;
    if (!isinf(doubt->freedom))
        spread = chance_student_quantile(half_percent, doubt->freedom);
    side_limits(sides, 0, doubt->variance[0], spread, &old_low, &old_high);
    side_limits(sides, 1, doubt->variance[1], spread, &new_low, &new_high);
    change->low = change->delta - hypot(change->new - new_low, old_high - change->old);
    change->high = change->delta + hypot(new_high - change->new, change->old - old_low);
    if (change->old <= 0 || change->new < 0)
        return;
    const struct limits old = {change->old, old_low, old_high};
    const struct limits new = {change->new, new_low, new_high};
    change->ratio_low = ratio_low(&old, &new);
    change->ratio_high = ratio_high(&old, &new);
}

/* ---- M4: the p-value ---- */

/* A p-value of counts whose spread was estimated, by Student's distribution. */
static double with_freedom(double p, double freedom)
{
    if (isinf(freedom) || p >= 1)
        return fmin(p, 1);
    return 2 * chance_student_tail(chance_normal_quantile(fmax(p, 1e-300) / 2), freedom);
}

/* How many times as much one seen object is worth on NEW's side as on OLD's: 1 unless they were
 * sampled at other rates. */
static double weight_ratio(const struct side_measure *sides)
{
    if (sides[0].rate == sides[1].rate)
        return 1;
    struct side_measure both = sides[0];
    both.value = sides[0].value / sides[0].exposure + sides[1].value / sides[1].exposure;
    both.sizes = sides[0].sizes / sides[0].exposure + sides[1].sizes / sides[1].exposure;
    return verdict_weight(&both, sides[1].rate) / verdict_weight(&both, sides[0].rate);
}

/* Profiles with others subtracted have no counts. */
static void difference_chance(const struct doubt *doubt, struct change *change)
{
    double variance = doubt->variance[0] + doubt->variance[1];
    if (variance > 0)
        change->p = change->least_p =
            2 * chance_student_tail(fabs(change->delta) / sqrt(variance), doubt->freedom);
}

static void change_chance(const struct side_measure *sides, const struct doubt *doubt,
                          struct change *change)
{
    double ratio = weight_ratio(sides);
    double raw[COMPARE_SIDES], variance = 0; /* in units of the profiles' values */
    for (int side = 0; side < COMPARE_SIDES; side++) {
        raw[side] = sides[side].value / sides[side].exposure;
        variance += doubt->variance[side] / (sides[side].exposure * sides[side].exposure);
    }
    double weighted = raw[0] + ratio * raw[1];
    if (weighted <= 0 || variance <= 0)
        return;
    double each = variance / weighted, old = raw[0] / each, new = raw[1] / (ratio * each);
    double share = sides[0].exposure / (sides[0].exposure + ratio * sides[1].exposure);
    double tail = fmin(chance_binomial_least(new, old + new, share),
                       chance_binomial_most(new, old + new, share));
    change->p = with_freedom(2 * tail, doubt->freedom);
    change->least_p = 2 * pow(fmin(share, 1 - share), old + new);
}

struct change verdict_change(const struct side_measure *sides,
                             const struct dispersion *dispersion)
{
    struct change change = {.old = sides[0].value, .new = sides[1].value};
    change.delta = change.new - change.old;
    if (fabs(change.delta) < rounding * fmax(fabs(change.old), fabs(change.new)))
        change.delta = 0;
    for (int side = 0; side < COMPARE_SIDES; side++)
        change.samples[side] = sides[side].samples;
    struct doubt sampling = doubt_of(sides, dispersion, false);
    struct doubt whole = doubt_of(sides, dispersion, true);
    change_limits(sides, &sampling, &change);
    change.p = change.least_p = 1;
    if (sides[0].value < 0 || sides[1].value < 0)
        difference_chance(&whole, &change);
    else
        change_chance(sides, &whole, &change);
    return change;
}

/* ---- M6 to M8 ---- */

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

void verdict_together(struct change **changes, size_t count, double factor)
{
    for (size_t i = 0; i < count; i++) {
        struct change *change = changes[i];
        double explained = (factor - 1) * change->old;
        if (change->verdict == COMPARE_SIGNIFICANT && change->low <= explained &&
            explained <= change->high)
            change->verdict = COMPARE_POSSIBLE;
    }
}

void verdict_total(struct change *change)
{
    judge(change, level);
}
