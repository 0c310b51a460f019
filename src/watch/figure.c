/* figure.c: the figures of a sample, by their names. */
#include <math.h>

#include "watch_int.h"

/* Where each stands, by number. */
static const struct field fields[WATCH_FIGURES] = {
    [WATCH_RSS] = FIELD_WHOLE(usage.resident),
    [WATCH_USED] = FIELD_WHOLE(used),
    [WATCH_HEADROOM] = FIELD_WHOLE(headroom),
    [WATCH_HEAP] = FIELD_WHOLE(runtime.heap_in_use),
    [WATCH_LIVE] = FIELD_WHOLE(runtime.live),
    [WATCH_GOAL] = FIELD_WHOLE(runtime.goal),
    [WATCH_STACKS] = FIELD_WHOLE(runtime.stacks),
    [WATCH_ANON] = FIELD_WHOLE(group.anonymous),
    [WATCH_FILE] = FIELD_WHOLE(group.file),
    [WATCH_SWAP] = FIELD_WHOLE(usage.swapped),
    [WATCH_ALLOC_RATE] = FIELD_REAL(alloc_rate),
    [WATCH_GOROUTINES] = FIELD_WHOLE(runtime.goroutines),
    [WATCH_THREADS] = FIELD_WHOLE(usage.threads),
    [WATCH_FILES] = FIELD_WHOLE(usage.files),
    [WATCH_OOM_KILLS] = FIELD_WHOLE(group.oom_kills),
    [WATCH_CPU] = FIELD_REAL(cpu),
    [WATCH_PSI] = FIELD_REAL(group.pressure.some10),
    [WATCH_PSI_FULL] = FIELD_REAL(group.pressure.full10),
    [WATCH_GC_CPU] = FIELD_REAL(gc_cpu),
    [WATCH_GC_PAUSE] = FIELD_REAL(runtime.pauses[4]),
    [WATCH_TIME_TO_OOM] = FIELD_REAL(time_to_oom),
};

/* LIVE_UNKNOWN has all bits set, and a double of such bits is no number. */
void watch_sample_init(struct watch_sample *sample)
{
    memset(sample, 0xff, sizeof(*sample));
    sample->alive = sample->is_go = sample->by_group = false;
    sample->at = sample->wall = 0;
    sample->usage.name[0] = sample->usage.state = 0;
    sample->usage.start_ticks = 0;
    sample->group.limit_above = false;
    sample->limit = LIVE_NO_LIMIT;
    sample->growth_rate = NAN;
    sample->time_to_oom = INFINITY;
}

double field_value(const struct watch_sample *sample, const struct field *field)
{
    const char *place = (const char *)sample + field->offset;
    double real;
    int64_t whole;
    if (field->kind != FIELD_INT) {
        memcpy(&real, place, sizeof(real));
        return real >= 0 || field->kind == FIELD_SIGNED ? real : NAN;
    }
    memcpy(&whole, place, sizeof(whole));
    if (whole == LIVE_NO_LIMIT)
        return INFINITY;
    return whole >= 0 ? (double)whole : NAN;
}

double watch_figure_value(const struct watch_sample *sample, enum watch_figure figure)
{
    return field_value(sample, &fields[figure]);
}
