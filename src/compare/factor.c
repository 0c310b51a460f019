/* factor.c: whether one side simply did more work than the other: whether most of it changed by one
 * factor. A benchmark that chose another number of rounds looks so, and its reader should compare
 * shares, or values per round. */
#include "compare/compare_int.h"

#include <math.h>
#include <stdlib.h>

enum { ENOUGH_SAMPLES = 10, ENOUGH_ROWS = 4 };
static const double most = 0.8, worth_telling = 0.02;

struct ratio {
    double ratio, weight;
};

static int by_ratio(const void *left, const void *right)
{
    const struct ratio *a = left, *b = right;
    return a->ratio < b->ratio ? -1 : a->ratio > b->ratio;
}

static size_t collect(const struct compare_row *rows, size_t count, struct ratio *ratios)
{
    size_t taken = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *change = &rows[i].change;
        if (change->old <= 0 || change->new <= 0 || change->samples[0] < ENOUGH_SAMPLES ||
            change->samples[1] < ENOUGH_SAMPLES)
            continue;
        ratios[taken].ratio = change->new / change->old;
        ratios[taken++].weight = change->old;
    }
    if (taken > 1)
        qsort(ratios, taken, sizeof(*ratios), by_ratio);
    return taken;
}

static double weighted_median(const struct ratio *ratios, size_t count, double weight)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += ratios[i].weight;
        if (2 * sum >= weight)
            return ratios[i].ratio;
    }
    return 1;
}

/* How much of OLD (a share of 1) changed by the factor, as far as the intervals tell. */
static double share_that_fits(const struct compare_row *rows, size_t count, double factor)
{
    double all = 0, fitting = 0;
    for (size_t i = 0; i < count; i++) {
        const struct change *change = &rows[i].change;
        double wanted = (factor - 1) * change->old;
        if (change->old <= 0)
            continue;
        all += change->old;
        fitting += change->low <= wanted && wanted <= change->high ? change->old : 0;
    }
    return all > 0 ? fitting / all : 0;
}

double common_factor(const struct compare_row *rows, size_t count, struct arena *arena)
{
    struct ratio *ratios = ARENA_ARRAY(arena, struct ratio, count + 1);
    size_t taken = collect(rows, count, ratios);
    double weight = 0;
    for (size_t i = 0; i < taken; i++)
        weight += ratios[i].weight;
    double factor = weighted_median(ratios, taken, weight);
    bool common = taken >= ENOUGH_ROWS && share_that_fits(rows, count, factor) >= most;
    return common && fabs(factor - 1) > worth_telling ? factor : 0;
}
