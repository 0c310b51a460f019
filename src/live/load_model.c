/* load_model.c: what a Go program under load pays for collecting, and what it would pay.
 *
 * M1. A cycle comes each time the room between what is live and the goal has been allocated:
 *     cycles a second = rate / (goal - live).
 * M2. A cycle's processor time is marking, in proportion to what is live; the mean of those between
 *     the two samples, or of all so far, is taken (work.cpuStats: assists, background workers,
 *     pauses), idle marking left out, since it uses what nobody wants.
 * M3. The goal follows GOGC: live + (live + roots) * GOGC / 100, at least 4 MiB * GOGC / 100, and
 *     is not above what the memory limit leaves (mgcpacer.go, commit, memoryLimitHeapGoal).
 * M4. A cycle ends somewhat before its goal, since it is started in good time; by how much is
 *     measured where cycles came between the samples, and taken to stay so. */
#include "live_int.h"

static const double heap_minimum = 4 << 20;

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static double smaller(double a, double b)
{
    return a < b ? a : b;
}

static double known(int64_t bytes)
{
    return bytes > 0 ? (double)bytes : 0;
}

/* What the memory limit leaves for the heap: the limit less all that is mapped and no objects. */
static double room_of_limit(const struct live_runtime *runtime)
{
    static const double headroom = 0.97;
    double others = known(runtime->stacks) + known(runtime->metadata) + known(runtime->profiling) +
                    known(runtime->other) + known(runtime->system_stacks) +
                    larger(known(runtime->heap_in_use) - known(runtime->heap_objects), 0);
    return larger((double)runtime->memory_limit - others, 0) * headroom;
}

static double goal_for(const struct live_runtime *runtime, double live)
{
    static const double hundred = 100;
    double goal = 1e300;
    if (runtime->gogc != LIVE_NO_LIMIT && runtime->gogc >= 0) {
        double roots = known(runtime->stack_scan) + known(runtime->globals_scan);
        double percent = (double)runtime->gogc / hundred;
        goal = larger(live + (live + roots) * percent, heap_minimum * percent);
    }
    if (runtime->memory_limit > 0 && runtime->memory_limit != LIVE_NO_LIMIT)
        goal = smaller(goal, room_of_limit(runtime));
    return larger(goal, live);
}

static void pace(struct live_load *load, double least_room)
{
    load->cycles_per_second = load->calibration * load->allocation_rate /
                              larger(load->goal - load->live, least_room);
    load->cpu_share = smaller(load->cycles_per_second * load->cpu_per_cycle / load->processors, 1);
    load->peak = load->goal;
}

/* Processor time of collections without what idle processors did. */
static double busy(const struct live_runtime *runtime)
{
    return larger(runtime->cpu_gc - larger(runtime->cpu_idle_mark, 0), 0);
}

static void calibrate(const struct live_span *span, struct live_load *load)
{
    enum { FEW = 3 };
    static const double most = 2, least = 0.5;
    int64_t cycles = span->now->cycles - span->then->cycles;
    if (cycles < 1 || span->seconds <= 0)
        return;
    load->cpu_per_cycle = larger(busy(span->now) - busy(span->then), 0) / (double)cycles;
    double said = load->allocation_rate * span->seconds / larger(load->goal - load->live, 1);
    if (cycles >= FEW && said > 0)
        load->calibration = smaller(larger((double)cycles / said, least), most);
}

bool live_load_now(const struct live_span *span, double allocation_rate, struct live_load *load)
{
    static const double least_room = 64 << 10;
    const struct live_runtime *now = span->now;
    if (now->cycles <= 0 || now->goal <= 0 || now->live < 0 || allocation_rate < 0 ||
        now->cpu_gc < 0 || now->processors <= 0)
        return false;
    *load = (struct live_load){
        .allocation_rate = allocation_rate, .live = (double)now->live, .goal = (double)now->goal,
        .processors = (double)now->processors, .calibration = 1,
        .cpu_per_cycle = busy(now) / (double)now->cycles};
    if (span->then)
        calibrate(span, load);
    pace(load, least_room);
    double share = busy(now) > 0 ? now->cpu_assist / busy(now) : 0;
    load->assist_share = load->cpu_share * smaller(larger(share, 0), 1);
    return true;
}

struct live_load live_load_without(const struct live_load *load, const struct live_runtime *runtime,
                                   double share, double live_less)
{
    static const double least_room = 64 << 10;
    struct live_load less = *load;
    less.allocation_rate = load->allocation_rate * larger(1 - share, 0);
    less.live = larger(load->live - live_less, 0);
    /* The goal there is came about by the same rule; what the pacer adds is kept as a ratio. */
    double before = goal_for(runtime, load->live);
    less.goal = before > 0 && before < 1e299 ? goal_for(runtime, less.live) * (load->goal / before)
                                             : load->goal;
    less.goal = larger(less.goal, less.live);
    if (load->live > 0)
        less.cpu_per_cycle = load->cpu_per_cycle * (less.live / load->live);
    pace(&less, least_room);
    less.assist_share = load->cpu_share > 0
                            ? load->assist_share * (less.cpu_share / load->cpu_share)
                            : 0;
    return less;
}
