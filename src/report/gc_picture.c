/* gc_picture.c: a trace over time as one line of blocks. */
#include "gc_int.h"

enum { WIDTH_MAX = 200 };

/* Of one cycle: bytes, seconds or a share. */
static double curve_value(const struct gc_trace *trace, enum gc_curve curve, size_t cycle)
{
    const struct gc_cycle *at = &trace->cycles.at[cycle];
    switch (curve) {
    case GC_CURVE_LIVE: return (double)at->live;
    case GC_CURVE_PAUSE: return at->sweep_stop > at->mark_stop ? at->sweep_stop : at->mark_stop;
    case GC_CURVE_SHARE: return gc_cycle_share(trace, cycle);
    case GC_CURVE_COUNT: break;
    }
    return 0;
}

double gc_time(const struct gc_trace *trace, size_t cycle, double *base)
{
    const struct gc_cycle *cycles = trace->cycles.at;
    if (cycle > 0 && cycles[cycle].run != cycles[cycle - 1].run)
        *base += cycles[cycle - 1].at;
    return *base + cycles[cycle].at;
}

void gc_add_curve(const struct gc_trace *trace, enum gc_curve curve, size_t width, double *most,
                  struct sb *out)
{
    double highest[WIDTH_MAX] = {0}, base = 0, first = 0, last = 0;
    size_t count = trace->cycles.len;
    *most = 0;
    width = width < WIDTH_MAX ? width : WIDTH_MAX;
    for (size_t i = 0; i < count; i++)
        last = gc_time(trace, i, &base);
    base = 0;
    for (size_t i = 0; i < count; i++) {
        double at = gc_time(trace, i, &base), value = curve_value(trace, curve, i);
        first = i ? first : at;
        double part = last > first ? (at - first) / (last - first) : 0;
        size_t place = (size_t)(part * (double)(width - 1));
        highest[place] = value > highest[place] ? value : highest[place];
        *most = value > *most ? value : *most;
    }
    curve_add(out, highest, width, *most);
}
