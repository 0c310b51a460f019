/* trend.c: how a target's memory grew, from rings of points, and when it reaches the limit.
 *
 * T1. A ring holds the longest time that a rule asks for, at least TREND_SECONDS, in at most
 *     TREND_POINTS points: a new point replaces the newest while that is closer to the one before
 *     it than the spacing.
 * T2. The slope is that of least squares. Two are looked at, of the last TREND_SECONDS and of the
 *     last BURST_SECONDS; the steeper decides, so that neither a slow leak nor a burst is missed.
 *     A burst counts only when it takes at least a hundredth of the limit and never falls. */
#include <math.h>

#include "watch_int.h"

static const enum watch_figure followed[TREND_SERIES] = {WATCH_RSS, WATCH_USED, WATCH_HEAP,
                                                         WATCH_LIVE, WATCH_GOROUTINES};
enum { USED_SERIES = 1, LEAST_POINTS = 3 };

static int series_of(enum watch_figure figure)
{
    for (int i = 0; i < TREND_SERIES; i++)
        if (followed[i] == figure)
            return i;
    return -1;
}

bool trend_follows(enum watch_figure figure)
{
    return series_of(figure) >= 0;
}

/* ---- one ring ---- */

static unsigned place(const struct series *series, unsigned back)
{
    return (series->next + TREND_POINTS - 1 - back) % TREND_POINTS;
}

static double time_at(const struct series *series, unsigned back)
{
    return series->at[place(series, back)];
}

static double value_at(const struct series *series, unsigned back)
{
    return (double)series->values[place(series, back)];
}

static void series_add(struct series *series, double at, double value)
{
    if (isnan(value))
        return;
    if (series->count >= 2 && time_at(series, 0) - time_at(series, 1) < series->spacing) {
        series->next = place(series, 0); /* T1 */
        series->count--;
    }
    series->at[series->next] = at;
    series->values[series->next] = (float)value;
    series->next = (series->next + 1) % TREND_POINTS;
    if (series->count < TREND_POINTS)
        series->count++;
}

/* ---- growth ---- */

void trend_init(struct trend *trend, double seconds)
{
    *trend = (struct trend){.burst.spacing = (double)BURST_SECONDS / (TREND_POINTS - 2)};
    for (int i = 0; i < TREND_SERIES; i++)
        trend->series[i].spacing = fmax(seconds, TREND_SECONDS) / (TREND_POINTS - 2);
}

void trend_add(struct trend *trend, const struct watch_sample *sample)
{
    for (int i = 0; i < TREND_SERIES; i++)
        series_add(&trend->series[i], sample->at, watch_figure_value(sample, followed[i]));
    series_add(&trend->burst, sample->at, watch_figure_value(sample, WATCH_USED));
}

double trend_growth(const struct trend *trend, const struct watch_condition *condition)
{
    int number = series_of(condition->figure);
    if (number < 0 || trend->series[number].count < 2)
        return NAN;
    const struct series *series = &trend->series[number];
    double now = time_at(series, 0);
    unsigned back = 1;
    while (back + 1 < series->count && time_at(series, back) > now - condition->window)
        back++;
    /* A program that has just started grows: wait for a quarter of the window. */
    if (now - time_at(series, back) < condition->window / 4)
        return NAN;
    double then = value_at(series, back), grown = value_at(series, 0) - then;
    return condition->relative ? grown / then : grown;
}

/* ---- time to the limit ---- */

struct line {
    unsigned count;
    double sum_t, sum_v, sum_tt, sum_tv, first, last;
    bool falls; /* somewhere */
};

/* Points of the last `seconds`, the newest first; times count from the newest. */
static struct line gather(const struct series *series, double seconds)
{
    struct line line = {0};
    for (unsigned back = 0; back < series->count; back++) {
        double t = time_at(series, back) - time_at(series, 0), v = value_at(series, back);
        if (t < -seconds)
            break;
        if (line.count == 0)
            line.last = v;
        else if (v > line.first)
            line.falls = true;
        line.first = v;
        line.count++;
        line.sum_t += t;
        line.sum_v += v;
        line.sum_tt += t * t;
        line.sum_tv += t * v;
    }
    return line;
}

static double slope(const struct line *line)
{
    double n = line->count, spread = n * line->sum_tt - line->sum_t * line->sum_t;
    return line->count >= LEAST_POINTS && spread > 0
               ? (n * line->sum_tv - line->sum_t * line->sum_v) / spread
               : NAN;
}

static double steepest(const struct trend *trend, double limit)
{
    struct line whole = gather(&trend->series[USED_SERIES], TREND_SECONDS);
    struct line burst = gather(&trend->burst, BURST_SECONDS);
    double rate = slope(&whole), fast = slope(&burst);
    bool counts = !burst.falls && burst.last - burst.first > limit / 100; /* T2 */
    return counts ? fmax(rate, fast) : rate;
}

void trend_judge(const struct trend *trend, struct watch_sample *sample)
{
    /* Less than this, a thousandth of the limit in a minute, is standing still. */
    double still = (double)sample->limit / 1000 / 60;
    sample->growth_rate = steepest(trend, (double)sample->limit);
    sample->time_to_oom = INFINITY;
    if (sample->limit != LIVE_NO_LIMIT && sample->headroom >= 0 && sample->growth_rate > still)
        sample->time_to_oom = (double)sample->headroom / sample->growth_rate;
}
