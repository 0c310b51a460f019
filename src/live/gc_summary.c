/* gc_summary.c: what the lines of a trace come to.
 *
 * A death spiral is what the soft memory limit warns of (golang.org/design/48409): so little room
 * is left that the collector runs all the time. Here: at least SPIRAL_CYCLES cycles in a row that
 * were not forced, that each leave less than SPIRAL_ROOM of their live heap as room to their goal,
 * and together take at least SPIRAL_SHARE of all processor time. */
#include <math.h>
#include <stdlib.h>

#include "live_int.h"

enum { SPIRAL_CYCLES = 5 };
static const double SPIRAL_ROOM = 0.2, SPIRAL_SHARE = 0.25;

/* ---- one cycle ---- */

static double cycle_end(const struct gc_cycle *cycle)
{
    return cycle->at + cycle->sweep_stop + cycle->mark + cycle->mark_stop;
}

/* Where the time begins that a cycle ends: the cycle before it, or its program's start. */
static double span_start(const struct gc_trace *trace, size_t i)
{
    const struct gc_cycle *cycles = trace->cycles.at;
    bool first = i == 0 || cycles[i - 1].run != cycles[i].run;
    if (!first)
        return cycle_end(&cycles[i - 1]);
    return cycles[i].number == 1 ? 0 : cycles[i].at; /* a trace may begin in the middle of a run */
}

double gc_cycle_span(const struct gc_trace *trace, size_t i)
{
    double seconds = cycle_end(&trace->cycles.at[i]) - span_start(trace, i);
    return seconds > 0 ? seconds : 0;
}

static double busy(const struct gc_cycle *cycle)
{
    return cycle->cpu_stop + cycle->assist + cycle->background;
}

double gc_cycle_share(const struct gc_trace *trace, size_t cycle)
{
    double whole = gc_cycle_span(trace, cycle) * trace->cycles.at[cycle].processors;
    double share = whole > 0 ? busy(&trace->cycles.at[cycle]) / whole : 0;
    return share < 1 ? share : 1;
}

/* ---- distributions ---- */

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The smallest value that at least `part` of all do not exceed (nearest rank). */
static double quantile(const double *sorted, size_t count, double part)
{
    size_t rank = (size_t)ceil(part * (double)count);
    return count ? sorted[rank ? rank - 1 : 0] : 0;
}

static void sum_pauses(const struct gc_trace *trace, struct gc_summary *summary)
{
    size_t count = 2 * trace->cycles.len;
    double *pauses = memory_get(trace->memory, count * sizeof(*pauses));
    for (size_t i = 0; i < trace->cycles.len; i++) {
        pauses[2 * i] = trace->cycles.at[i].sweep_stop;
        pauses[2 * i + 1] = trace->cycles.at[i].mark_stop;
        summary->pause_total += pauses[2 * i] + pauses[2 * i + 1];
    }
    if (count)
        qsort(pauses, count, sizeof(*pauses), by_size);
    summary->pauses = count;
    summary->pause_p50 = quantile(pauses, count, 0.50);
    summary->pause_p95 = quantile(pauses, count, 0.95);
    summary->pause_p99 = quantile(pauses, count, 0.99);
    summary->pause_max = quantile(pauses, count, 1);
    memory_put(trace->memory, pauses);
}

static void measure_headroom(const struct gc_trace *trace, struct gc_summary *summary)
{
    double *rooms = memory_get(trace->memory, trace->cycles.len * sizeof(*rooms));
    size_t count = 0;
    /* A cycle's line has the goal that it ran against, set from the live heap of the one before. */
    for (size_t i = 1; i < trace->cycles.len; i++) {
        const struct gc_cycle *before = &trace->cycles.at[i - 1], *cycle = &trace->cycles.at[i];
        if (before->run == cycle->run && before->live > 0)
            rooms[count++] = (double)(cycle->goal - before->live) / (double)before->live;
    }
    if (count)
        qsort(rooms, count, sizeof(*rooms), by_size);
    summary->headroom = quantile(rooms, count, 0.5);
    memory_put(trace->memory, rooms);
}

/* ---- over time ---- */

/* What was allocated from the end of one cycle to the end of the next, as far as whole MiB tell. */
static double allocated(const struct gc_trace *trace, size_t i)
{
    const struct gc_cycle *cycle = &trace->cycles.at[i];
    bool first = i == 0 || cycle[-1].run != cycle->run;
    double before = first ? (cycle->number == 1 ? 0 : (double)cycle->heap_start)
                          : (double)cycle[-1].live;
    double grown = (double)cycle->heap_end - before;
    return grown > 0 ? grown : 0;
}

/* Least squares of the live heap over time, in the last half of the last run. */
static double live_growth(const struct gc_trace *trace)
{
    size_t count = trace->cycles.len, first = count;
    while (first > 0 && trace->cycles.at[first - 1].run == trace->cycles.at[count - 1].run)
        first--;
    first += (count - first) / 2;
    double n = 0, sum_x = 0, sum_y = 0, sum_xx = 0, sum_xy = 0;
    for (size_t i = first; i < count; i++) {
        double x = trace->cycles.at[i].at - trace->cycles.at[first].at;
        double y = (double)trace->cycles.at[i].live;
        n += 1;
        sum_x += x;
        sum_y += y;
        sum_xx += x * x;
        sum_xy += x * y;
    }
    double spread = n * sum_xx - sum_x * sum_x;
    return n >= 3 && spread > 0 ? (n * sum_xy - sum_x * sum_y) / spread : 0;
}

static bool is_cramped(const struct gc_trace *trace, size_t i)
{
    const struct gc_cycle *cycle = &trace->cycles.at[i];
    if (cycle->forced || cycle->live <= 0)
        return false;
    return (double)(cycle->goal - cycle->live) < SPIRAL_ROOM * (double)cycle->live;
}

static void find_spiral(const struct gc_trace *trace, struct gc_summary *summary)
{
    for (size_t first = 0, end; first < trace->cycles.len; first = end + 1) {
        double used = 0, whole = 0;
        for (end = first; end < trace->cycles.len && is_cramped(trace, end) &&
                          trace->cycles.at[end].run == trace->cycles.at[first].run; end++) {
            used += busy(&trace->cycles.at[end]);
            whole += gc_cycle_span(trace, end) * trace->cycles.at[end].processors;
        }
        size_t count = end - first;
        if (count < SPIRAL_CYCLES || count <= summary->spiral || used < SPIRAL_SHARE * whole)
            continue;
        summary->spiral = count;
        summary->spiral_at = trace->cycles.at[first].at;
        summary->spiral_share = whole > 0 ? used / whole : 0;
    }
}

/* ---- the whole ---- */

struct sums {
    double seconds, processor_seconds, busy, assist, allocated;
};

static void add_cycle(const struct gc_trace *trace, size_t i, struct sums *sums,
                      struct gc_summary *summary)
{
    const struct gc_cycle *cycle = &trace->cycles.at[i];
    sums->seconds += gc_cycle_span(trace, i);
    sums->processor_seconds += gc_cycle_span(trace, i) * cycle->processors;
    sums->busy += busy(cycle);
    sums->assist += cycle->assist;
    sums->allocated += allocated(trace, i);
    summary->forced += cycle->forced;
    if (cycle->live > summary->live_max)
        summary->live_max = cycle->live;
    if (cycle->heap_end > summary->peak)
        summary->peak = cycle->heap_end;
}

void gc_summarize(const struct gc_trace *trace, int64_t limit, struct gc_summary *summary)
{
    struct sums sums = {0};
    *summary = (struct gc_summary){.cycles = trace->cycles.len, .limit = limit};
    if (trace->cycles.len == 0)
        return;
    const struct gc_cycle *last = &trace->cycles.at[trace->cycles.len - 1];
    for (size_t i = 0; i < trace->cycles.len; i++)
        add_cycle(trace, i, &sums, summary);
    summary->runs = last->run + 1;
    summary->seconds = sums.seconds;
    summary->processors = last->processors;
    summary->live_first = trace->cycles.at[0].live;
    summary->live_last = last->live;
    summary->goal_last = last->goal;
    if (sums.seconds > 0) {
        summary->cycles_per_minute = (double)summary->cycles * 60 / sums.seconds;
        summary->cpu_share = sums.busy / sums.processor_seconds;
        summary->assist_share = sums.assist / sums.processor_seconds;
        summary->allocation_rate = sums.allocated / sums.seconds;
    }
    summary->distance = limit ? limit - summary->peak : 0;
    summary->live_growth = live_growth(trace);
    sum_pauses(trace, summary);
    measure_headroom(trace, summary);
    find_spiral(trace, summary);
}
