/* gc_text.c: `gc` on the terminal. */
#include "gc_int.h"

enum { LABEL = 12 };

static void add_label(struct sb *out, const char *label)
{
    sb_addf(out, "%-*s", LABEL, label);
}

/* A label and its text, which goes on below itself where the terminal is narrow. */
static void add_line(struct sb *out, const char *label, const struct sb *text, size_t columns)
{
    add_label(out, label);
    wrap_add(out, sb_str(text), LABEL, columns);
}

static void add_head(const struct gc_summary *summary, struct sb *text)
{
    sb_addf(text, "%zu in ", summary->cycles);
    gc_add_seconds(text, summary->seconds);
    sb_addf(text, ", %.1f a minute, on %u processors", summary->cycles_per_minute,
            summary->processors);
    if (summary->forced)
        sb_addf(text, "; %zu forced", summary->forced);
    if (summary->runs > 1)
        sb_addf(text, "; the program started %zu times", summary->runs);
}

static void add_pauses(const struct gc_summary *summary, struct sb *text)
{
    static const char *const names[] = {"p50", "p95", "p99", "max"};
    const double values[] = {summary->pause_p50, summary->pause_p95, summary->pause_p99,
                             summary->pause_max};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        sb_addf(text, "%s%s ", i ? ", " : "", names[i]);
        gc_add_seconds(text, values[i]);
    }
    sb_addf(text, "; %zu, ", summary->pauses);
    gc_add_seconds(text, summary->pause_total);
    sb_adds(text, " in all");
}

static void add_processors(const struct gc_summary *summary, struct sb *text)
{
    sb_addf(text, "%.1f%% for collecting, of that %.1f%% in assists of goroutines that allocate",
            100 * summary->cpu_share, 100 * summary->assist_share);
}

static void add_heap(const struct gc_summary *summary, struct sb *text)
{
    sb_adds(text, "live ");
    gc_add_bytes(text, (double)summary->live_first);
    sb_adds(text, " to ");
    gc_add_bytes(text, (double)summary->live_last);
    sb_adds(text, ", at most ");
    gc_add_bytes(text, (double)summary->live_max);
    sb_adds(text, "; peak ");
    gc_add_bytes(text, (double)summary->peak);
    sb_adds(text, ", goal ");
    gc_add_bytes(text, (double)summary->goal_last);
    if (summary->headroom > 0)
        sb_addf(text, " (as GOGC=%.0f)", 100 * summary->headroom);
}

static void add_allocation(const struct gc_summary *summary, struct sb *text)
{
    gc_add_bytes(text, summary->allocation_rate);
    sb_adds(text, " a second");
}

static void add_limit(const struct gc_summary *summary, struct sb *text)
{
    gc_add_bytes(text, (double)summary->limit);
    sb_adds(text, summary->distance < 0 ? ", exceeded by " : ", from the peak it is ");
    gc_add_bytes(text, (double)(summary->distance < 0 ? -summary->distance : summary->distance));
}

static void add_figures(const struct gc_summary *summary, size_t columns, struct sb *out)
{
    static const struct {
        const char *label;
        void (*add)(const struct gc_summary *summary, struct sb *text);
    } lines[] = {{"cycles", add_head}, {"pauses", add_pauses}, {"processors", add_processors},
                 {"heap", add_heap}, {"allocation", add_allocation}, {"limit", add_limit}};
    struct sb text;
    sb_init(&text, out->memory);
    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        if (lines[i].add == add_limit && !summary->limit)
            continue;
        sb_clear(&text);
        lines[i].add(summary, &text);
        add_line(out, lines[i].label, &text, columns);
    }
    sb_release(&text);
}

static void add_curves(const struct gc_trace *trace, const struct report_style *style,
                       struct sb *out)
{
    static const char *const names[] = {"live heap", "pauses", "processors"};
    size_t width = style->columns > 90 ? 64 : style->columns > 62 ? style->columns - 34 : 28;
    for (int curve = 0; curve < GC_CURVE_COUNT; curve++) {
        double most;
        add_label(out, names[curve]);
        sb_adds(out, style->color ? "\x1b[36m" : "");
        gc_add_curve(trace, (enum gc_curve)curve, width, &most, out);
        sb_adds(out, style->color ? "\x1b[0m" : "");
        sb_adds(out, "  up to ");
        if (curve == GC_CURVE_LIVE)
            gc_add_bytes(out, most);
        else if (curve == GC_CURVE_PAUSE)
            gc_add_seconds(out, most);
        else
            sb_addf(out, "%.0f%%", 100 * most);
        sb_addc(out, '\n');
    }
}

static void add_explanation(const struct gc_summary *summary, const struct report_style *style,
                            struct sb *out)
{
    struct sb text;
    sb_init(&text, out->memory);
    gc_explain(summary, &text);
    sb_addc(out, '\n');
    wrap_add(out, sb_str(&text), 0, style->columns < 100 ? style->columns : 100);
    sb_release(&text);
}

void report_gc_text(const struct report_gc *report, const struct report_style *style,
                    struct sb *out)
{
    if (report->summary->cycles) {
        add_figures(report->summary, style->columns < 100 ? style->columns : 100, out);
        sb_addc(out, '\n');
        add_curves(report->trace, style, out);
    }
    add_explanation(report->summary, style, out);
}

/* ---- two traces ---- */

enum unit { UNIT_COUNT, UNIT_SECONDS, UNIT_BYTES, UNIT_SHARE };

static void add_value(struct sb *out, enum unit unit, double value)
{
    switch (unit) {
    case UNIT_COUNT: sb_addf(out, "%.1f", value); break;
    case UNIT_SECONDS: gc_add_seconds(out, value); break;
    case UNIT_BYTES: gc_add_bytes(out, value); break;
    case UNIT_SHARE: sb_addf(out, "%.2f%%", 100 * value); break;
    }
}

static void add_cell(struct sb *out, enum unit unit, double value)
{
    struct sb cell;
    sb_init(&cell, out->memory);
    add_value(&cell, unit, value);
    sb_addf(out, "%14s", cell.text);
    sb_release(&cell);
}

static void add_row(struct sb *out, const char *name, enum unit unit, double old, double now)
{
    sb_addf(out, "%-24s", name);
    add_cell(out, unit, old);
    add_cell(out, unit, now);
    double more = old > 0 && now > 0 ? now / old : 1;
    if (more > 1.005)
        sb_addf(out, "   %.2f times more", more);
    else if (more < 0.995)
        sb_addf(out, "   %.2f times less", 1 / more);
    sb_addc(out, '\n');
}

void report_gc_compare_text(const struct report_gc *old, const struct report_gc *now,
                            const struct report_style *style, struct sb *out)
{
    const struct gc_summary *a = old->summary, *b = now->summary;
    sb_addf(out, "%-24s%14s%14s\n", "", "old", "new");
    add_row(out, "cycles a minute", UNIT_COUNT, a->cycles_per_minute, b->cycles_per_minute);
    add_row(out, "pause p50", UNIT_SECONDS, a->pause_p50, b->pause_p50);
    add_row(out, "pause p99", UNIT_SECONDS, a->pause_p99, b->pause_p99);
    add_row(out, "pause max", UNIT_SECONDS, a->pause_max, b->pause_max);
    add_row(out, "processors, collecting", UNIT_SHARE, a->cpu_share, b->cpu_share);
    add_row(out, "processors, assists", UNIT_SHARE, a->assist_share, b->assist_share);
    add_row(out, "allocated a second", UNIT_BYTES, a->allocation_rate, b->allocation_rate);
    add_row(out, "live heap, last", UNIT_BYTES, (double)a->live_last, (double)b->live_last);
    add_row(out, "heap, peak", UNIT_BYTES, (double)a->peak, (double)b->peak);
    add_explanation(b, style, out);
}
