/* gc_words.c: a trace's figures in words. */
#include "gc_int.h"

#include <math.h>

void gc_add_seconds(struct sb *out, double seconds)
{
    if (seconds >= 120)
        sb_addf(out, "%.0fm%02.0fs", floor(seconds / 60), fmod(seconds, 60));
    else if (seconds >= 1)
        sb_addf(out, "%.*fs", seconds < 10 ? 2 : 1, seconds);
    else if (seconds >= 1e-3)
        sb_addf(out, "%.*fms", seconds < 10e-3 ? 2 : 1, seconds * 1e3);
    else
        sb_addf(out, "%.0fus", seconds * 1e6);
}

void gc_add_bytes(struct sb *out, double bytes)
{
    report_amount(out, (int64_t)bytes, STR("bytes"));
}

/* ---- the sentence ---- */

enum { FEW_CYCLES = 5 };

/* What is worth saying, the gravest first; the thresholds are where people begin to notice. */
static const double NEAR_LIMIT = 0.1, NOTED_ASSISTS = 0.03, NOTED_SHARE = 0.1, LONG_PAUSE = 0.01,
                    GROWTH_A_MINUTE = 0.05;

static void explain_spiral(const struct gc_summary *summary, struct sb *out)
{
    sb_adds(out, "Death spiral from ");
    gc_add_seconds(out, summary->spiral_at);
    sb_addf(out, " on: %zu cycles in a row left less than 20%% of the live heap as room and took "
                 "%.0f%% of the processors. The live heap is as large as GOMEMLIMIT or a small "
                 "GOGC lets it be: raise the limit, or take bytes off the live heap (unheap hot "
                 "-sample_index=inuse_space).",
            summary->spiral, 100 * summary->spiral_share);
}

static void explain_growth(const struct gc_summary *summary, struct sb *out)
{
    sb_adds(out, "The live heap grows by ");
    gc_add_bytes(out, summary->live_growth * 60);
    sb_adds(out, " a minute, and what is live is kept by somebody: a cache without end or a leak.");
    if (summary->distance > 0) {
        sb_adds(out, " At this pace the heap is at the limit in ");
        gc_add_seconds(out, (double)summary->distance /
                                (summary->live_growth * (1 + fmax(summary->headroom, 0))));
        sb_adds(out, ".");
    }
    sb_adds(out, " Look at who holds it: unheap hot -sample_index=inuse_space.");
}

static void explain_limit(const struct gc_summary *summary, struct sb *out)
{
    sb_adds(out, "The heap came to ");
    gc_add_bytes(out, (double)summary->peak);
    if (summary->distance < 0)
        sb_adds(out, ", over the limit of ");
    else
        sb_adds(out, ", close to the limit of ");
    gc_add_bytes(out, (double)summary->limit);
    sb_adds(out, ". Set GOMEMLIMIT some 10% below it, so that the collector runs sooner instead of "
                 "the kernel killing the program.");
}

static void explain_share(const struct gc_summary *summary, struct sb *out)
{
    bool assists = summary->assist_share >= NOTED_ASSISTS;
    sb_addf(out, "Collecting takes %.1f%% of the processors", 100 * summary->cpu_share);
    if (assists)
        sb_addf(out, ", %.1f%% in assists, which goroutines that allocate have to wait for (P99)",
                100 * summary->assist_share);
    sb_addf(out, ": %.0f cycles a minute, since ", summary->cycles_per_minute);
    gc_add_bytes(out, summary->allocation_rate);
    sb_adds(out, " a second are allocated and ");
    gc_add_bytes(out, (double)(summary->goal_last - summary->live_last));
    sb_adds(out, " is the room between live heap and goal. Allocate less (unheap hot), or give "
                 "more room: a larger GOGC with GOMEMLIMIT as its ceiling.");
}

static void explain_pauses(const struct gc_summary *summary, struct sb *out)
{
    sb_adds(out, "Collecting is cheap, but stopping the program takes up to ");
    gc_add_seconds(out, summary->pause_max);
    sb_adds(out, ": stops are long when goroutines are slow to stop, or when the program does not "
                 "get the processors it counts on (CPU limit below GOMAXPROCS, a busy machine).");
}

void gc_explain(const struct gc_summary *summary, struct sb *out)
{
    double growth = summary->live_growth * 60;
    if (summary->cycles == 0)
        sb_adds(out, "There is no cycle of the collector in this input.");
    else if (summary->cycles < FEW_CYCLES)
        sb_adds(out, "Too few cycles to say more: trace the program under load.");
    else if (summary->spiral)
        explain_spiral(summary, out);
    else if (summary->limit && (double)summary->distance < NEAR_LIMIT * (double)summary->limit)
        explain_limit(summary, out);
    else if (summary->cycles >= 10 && growth > GROWTH_A_MINUTE * (double)summary->live_max &&
             summary->live_last * 10 > summary->live_max * 9)
        explain_growth(summary, out);
    else if (summary->cpu_share >= NOTED_SHARE || summary->assist_share >= NOTED_ASSISTS)
        explain_share(summary, out);
    else if (summary->pause_p99 >= LONG_PAUSE)
        explain_pauses(summary, out);
    else
        sb_addf(out, "The collector is at ease: %.1f%% of the processors, stops far below what a "
                     "request notices.",
                100 * summary->cpu_share);
}
