/* load_model.c: what a Go program under load pays for collecting, and what it would pay.
 *
 * What is measured comes from whole cycles: all that the runtime counts of them changes when
 * marking ends (gcMarkTermination), and it keeps when that was (last_gc_unix). From one such end
 * to another there are no parts of cycles; a count over a plain second has one more or less,
 * which of five is 20 %.
 *
 * M1. A cycle comes each time the room between what is live and the goal has been allocated. It
 *     ends somewhat before, since it is started in good time, or when stacks are scanned
 *     quickly; by how much is measured, and taken to stay so: bytes a cycle = measured * (room
 *     then / room now). One comes after two minutes at the latest (sysmon, forcegcperiod), and
 *     those of runtime.GC come whatever is allocated.
 * M2. Marking takes processor time in proportion to what is scanned: pointers of the live heap,
 *     stacks and globals (gcController.lastHeapScan, lastStackScan, globalsScan). Stopping takes
 *     as long as before.
 * M3. Who marks: workers that take a quarter of the processors, idle processors, and, when those
 *     do not keep up with what is allocated meanwhile, the goroutines that allocate (assists).
 *     The idle part stays; the part of assists falls as allocation does, since the debt is made
 *     by allocating.
 * M4. The goal follows GOGC: live + (live + roots) * GOGC / 100, at least 4 MiB * GOGC / 100,
 *     and is not above what the memory limit leaves (mgcpacer.go, commit, memoryLimitHeapGoal). */
#include "live_int.h"

static const double heap_minimum = 4 << 20;
static const double least_room = 64 << 10;  /* mgcpacer.go, minRunway */
static const double longest_cycle = 120;    /* seconds */

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

/* ---- the goal ---- */

/* What the memory limit leaves for the heap: the limit less all that is mapped and no objects. */
static double room_of_limit(const struct live_runtime *runtime)
{
    static const double headroom = 0.97;
    double others = known(runtime->stacks) + known(runtime->metadata) + known(runtime->profiling) +
                    known(runtime->other) + known(runtime->system_stacks) +
                    larger(known(runtime->heap_in_use) - known(runtime->heap_objects), 0);
    return larger((double)runtime->memory_limit - others, 0) * headroom;
}

static double roots_of(const struct live_runtime *runtime)
{
    return known(runtime->stack_scan) + known(runtime->globals_scan);
}

static double goal_for(const struct live_runtime *runtime, double live)
{
    static const double hundred = 100;
    double goal = 1e300;
    if (runtime->gogc != LIVE_NO_LIMIT && runtime->gogc >= 0) {
        double percent = (double)runtime->gogc / hundred;
        goal = larger(live + (live + roots_of(runtime)) * percent, heap_minimum * percent);
    }
    if (runtime->memory_limit > 0 && runtime->memory_limit != LIVE_NO_LIMIT)
        goal = smaller(goal, room_of_limit(runtime));
    return larger(goal, live);
}

static double room_of(const struct live_load *load)
{
    return larger(load->goal - load->live, least_room);
}

/* ---- what is measured ---- */

/* Counts of whole cycles: between two samples, or since the start. */
struct counted {
    double cycles, forced;
    double mark, assist, idle, pause; /* processor seconds; below 0: not counted */
};

static struct counted count(const struct live_runtime *runtime)
{
    double assist = runtime->cpu_assist, idle = runtime->cpu_idle_mark;
    return (struct counted){.cycles = known(runtime->cycles), .forced = known(runtime->forced),
                            .mark = assist + runtime->cpu_background + idle, .assist = assist,
                            .idle = idle, .pause = runtime->cpu_pause};
}

static struct counted count_between(const struct live_span *span)
{
    struct counted now = count(span->now), then = count(span->then);
    return (struct counted){.cycles = now.cycles - then.cycles,
                            .forced = larger(now.forced - then.forced, 0),
                            .mark = larger(now.mark - then.mark, 0),
                            .assist = larger(now.assist - then.assist, 0),
                            .idle = larger(now.idle - then.idle, 0),
                            .pause = larger(now.pause - then.pause, 0)};
}

/* Seconds from the end of the last cycle that the first sample saw to that of the second one; 0
 * when none ended between, or the former is so long ago that the load may have been another. */
static double between_ends(const struct live_span *span)
{
    enum { SPANS = 3 };
    if (!span->then || span->then->last_gc <= 0 || span->now->cycles <= span->then->cycles)
        return 0;
    double seconds = span->now->last_gc - span->then->last_gc;
    return seconds > 0 && seconds < SPANS * span->seconds ? seconds : 0;
}

/* Live heap and goal may have moved between the samples: cycles had their mean room. */
static void take_pace(const struct live_span *span, double seconds, const struct counted *counted,
                      struct live_load *load)
{
    double by_allocation = larger(counted->cycles - counted->forced, 0);
    double before = larger((double)span->then->goal - (double)span->then->live, least_room);
    double room = span->then->goal > 0 && span->then->goal != LIVE_NO_LIMIT
                      ? (before + room_of(load)) / 2
                      : room_of(load);
    load->cycles = (unsigned)counted->cycles;
    load->forced_per_second = counted->forced / seconds;
    if (by_allocation <= 0)
        return;
    load->bytes_per_cycle = larger(load->allocation_rate * seconds / by_allocation, 1);
    load->fill = load->bytes_per_cycle / room;
}

static void take_cost(const struct live_runtime *runtime, const struct counted *counted,
                      struct live_load *load)
{
    load->mark_per_cycle = load->pause_per_cycle = LIVE_UNKNOWN_SHARE;
    if (runtime->cpu_gc < 0 || counted->cycles < 1)
        return;
    load->mark_per_cycle = counted->mark / counted->cycles;
    load->pause_per_cycle = counted->pause / counted->cycles;
    if (counted->mark <= 0)
        return;
    load->assist_part = smaller(counted->assist / counted->mark, 1);
    load->idle_part = smaller(counted->idle / counted->mark, 1 - load->assist_part);
}

/* ---- pace and cost ---- */

static void pace(struct live_load *load)
{
    double by_allocation = load->allocation_rate / larger(load->bytes_per_cycle, 1);
    load->cycles_per_second = larger(by_allocation + load->forced_per_second, 1 / longest_cycle);
    load->peak = load->live + load->fill * room_of(load);
    load->cpu_share = load->assist_share = load->idle_share = LIVE_UNKNOWN_SHARE;
    if (load->mark_per_cycle < 0)
        return;
    double cycles = load->cycles_per_second / load->processors;
    double mark = cycles * load->mark_per_cycle;
    load->assist_share = smaller(mark * load->assist_part, 1);
    load->idle_share = smaller(mark * load->idle_part, 1);
    load->cpu_share = smaller(mark * (1 - load->idle_part) + cycles * load->pause_per_cycle, 1);
}

bool live_load_now(const struct live_span *span, double allocation_rate, struct live_load *load)
{
    const struct live_runtime *now = span->now;
    if (now->cycles <= 0 || now->goal <= 0 || now->goal == LIVE_NO_LIMIT || now->live < 0 ||
        allocation_rate < 0 || now->processors <= 0)
        return false;
    *load = (struct live_load){.allocation_rate = allocation_rate, .live = (double)now->live,
                               .goal = (double)now->goal, .processors = (double)now->processors};
    double seconds = between_ends(span);
    struct counted counted = seconds > 0 ? count_between(span) : count(now);
    load->bytes_per_cycle = room_of(load);
    load->fill = 1;
    if (seconds > 0)
        take_pace(span, seconds, &counted, load);
    take_cost(now, &counted, load);
    pace(load);
    return true;
}

/* ---- what would be ---- */

/* What is scanned with so much less alive, as a part of what is scanned now. */
static double scanned_part(const struct live_runtime *runtime, double live_part)
{
    double heap = known(runtime->heap_scan) > 0 ? known(runtime->heap_scan) : known(runtime->live);
    double all = heap + roots_of(runtime);
    return all > 0 ? (heap * live_part + roots_of(runtime)) / all : 1;
}

struct live_load live_load_without(const struct live_load *load, const struct live_runtime *runtime,
                                   double share, double live_less)
{
    static const double no_goal = 1e299;
    struct live_load less = *load;
    double rate_part = smaller(larger(1 - share, 0), 1);
    less.allocation_rate = load->allocation_rate * rate_part;
    less.live = larger(load->live - live_less, 0);
    /* The goal there is came about by the same rule; what the pacer adds is kept as a ratio. */
    double before = goal_for(runtime, load->live);
    if (before > 0 && before < no_goal)
        less.goal = larger(goal_for(runtime, less.live) * (load->goal / before), less.live);
    less.bytes_per_cycle = load->bytes_per_cycle * (room_of(&less) / room_of(load));
    if (load->live > 0 && load->mark_per_cycle > 0)
        less.mark_per_cycle *= scanned_part(runtime, less.live / load->live);
    less.assist_part = load->assist_part * rate_part;
    pace(&less);
    return less;
}
