/* past_text.c: what `watch` has seen, read back: each process with its figures over the time, and
 * what happened. Rows are shown as they come, so only curves are kept: a fixed room per process. */
#include <math.h>
#include <stdlib.h>
#include <time.h>

#include "report_int.h"
#include "watch/watch.h"

enum { WIDTH_MAX = 64, WIDTH_LEAST = 16, NAME_BYTES = 64, STAMP_BYTES = 32, LABEL = 11, CELL = 10,
       SHOWN_PROCESSES = 10 };

/* A row of a process: a column, or how fast one grows. */
static const struct curve {
    const char *label;
    enum watch_column column;
    bool rate; /* of a counter, per second */
} curves[] = {
    {"used", WATCH_COLUMN_USED, false},
    {"rss", WATCH_COLUMN_RSS, false},
    {"heap", WATCH_COLUMN_HEAP, false},
    {"live heap", WATCH_COLUMN_LIVE, false},
    {"allocated/s", WATCH_COLUMN_ALLOCATED, true},
    {"goroutines", WATCH_COLUMN_GOROUTINES, false},
    {"processors", WATCH_COLUMN_CPU_SECONDS, true},
    {"gc", WATCH_COLUMN_GC_CPU, false},
    {"pressure", WATCH_COLUMN_PSI, false},
};
struct points {
    double first, last, most;
    double bins[WIDTH_MAX];
};
struct report_past_process {
    int64_t id;
    int pid;
    char name[NAME_BYTES], go_version[NAME_BYTES];
    double from, to; /* first and last sample */
    double step;     /* the least time between two */
    size_t samples, bin;
    double before[WATCH_COLUMNS];
    double limit, nearest; /* nearest: the largest share of the limit in use */
    bool apart;            /* used is not rss */
    struct points points[COUNT_OF(curves)];
};

/* ---- collecting ---- */

void report_past_init(struct report_past *past, const struct watch_past_span *span,
                      const struct report_style *style, const struct memory *memory)
{
    size_t taken = LABEL + 3 * CELL + 2;
    size_t room = style->columns > taken ? style->columns - taken : 0;
    *past = (struct report_past){.memory = memory, .span = span};
    past->width = room > WIDTH_MAX ? WIDTH_MAX : room < WIDTH_LEAST ? WIDTH_LEAST : room;
}

void report_past_release(struct report_past *past)
{
    for (size_t i = 0; i < past->processes.len; i++)
        memory_put(past->memory, past->processes.at[i]);
    for (size_t i = 0; i < past->events.len; i++)
        sb_release(&past->events.at[i]);
    VEC_RELEASE(past->memory, &past->processes);
    VEC_RELEASE(past->memory, &past->events);
}

static void copy_text(char *to, const char *text)
{
    size_t n = strlen(text);
    n = n < NAME_BYTES ? n : NAME_BYTES - 1;
    memcpy(to, text, n);
    to[n] = 0;
}

static struct report_past_process *process_of(struct report_past *past,
                                              const struct watch_past_process *wanted)
{
    for (size_t i = past->processes.len; i-- > 0;)
        if (past->processes.at[i]->id == wanted->id)
            return past->processes.at[i];
    if (past->processes.len >= LIMIT_REPORT_PAST_PROCESSES) {
        past->processes_left_out++;
        return NULL;
    }
    struct report_past_process *process = memory_get(past->memory, sizeof(*process));
    *process = (struct report_past_process){.id = wanted->id, .pid = wanted->pid, .limit = NAN};
    copy_text(process->name, wanted->name);
    copy_text(process->go_version, wanted->go_version);
    for (size_t i = 0; i < COUNT_OF(curves); i++)
        process->points[i].first = process->points[i].last = process->points[i].most = NAN;
    for (size_t i = 0; i < WATCH_COLUMNS; i++)
        process->before[i] = NAN;
    VEC_PUSH(past->memory, &past->processes, process);
    return process;
}

/* In all bins from one to another. */
static void add_point(struct points *points, size_t from, size_t to, double value)
{
    if (isnan(value))
        return;
    if (isnan(points->first))
        points->first = value;
    points->last = value;
    points->most = fmax(points->most, value);
    for (size_t bin = from; bin <= to; bin++)
        points->bins[bin] = fmax(points->bins[bin], value);
}

/* Where there are fewer samples than blocks, each fills those since the one before; a gap of some
 * samples, in which nobody looked, stays one. */
static size_t first_bin(struct report_past_process *process, double at, size_t bin)
{
    double step = at - process->to;
    if (!process->samples || !(step > 0))
        return bin;
    process->step = process->samples == 1 ? step : fmin(step, process->step);
    return bin > process->bin && step < 3 * process->step ? process->bin + 1 : bin;
}

/* Which part of the time; what a clock set back puts outside counts for the nearest. */
static size_t bin_of(const struct report_past *past, double at)
{
    double whole = past->span->last - past->span->first;
    double part = whole > 0 ? (at - past->span->first) / whole : 1;
    return (size_t)(fmin(fmax(part, 0), 1) * (double)(past->width - 1));
}

static void add_limit(struct report_past_process *process, const struct watch_past_sample *sample)
{
    double used = sample->values[WATCH_COLUMN_USED], rss = sample->values[WATCH_COLUMN_RSS];
    double limit = used + sample->values[WATCH_COLUMN_HEADROOM];
    process->apart |= !isnan(used) && !isnan(rss) && used != rss;
    if (!(limit > 0))
        return;
    process->limit = limit;
    process->nearest = fmax(process->nearest, used / limit);
}

void report_past_sample(void *ctx, const struct watch_past_sample *sample)
{
    struct report_past *past = ctx;
    struct report_past_process *process = process_of(past, &sample->process);
    past->samples++;
    if (!process)
        return;
    size_t bin = bin_of(past, sample->at), from = first_bin(process, sample->at, bin);
    for (size_t i = 0; i < COUNT_OF(curves); i++) {
        double value = sample->values[curves[i].column];
        if (curves[i].rate)
            value = sample->at > process->to
                        ? (value - process->before[curves[i].column]) / (sample->at - process->to)
                        : NAN;
        add_point(&process->points[i], from, bin, value);
    }
    add_limit(process, sample);
    if (!process->samples++)
        process->from = sample->at;
    process->to = sample->at;
    process->bin = bin;
    memcpy(process->before, sample->values, sizeof(process->before));
}

/* ---- what happened ---- */

static void add_time(struct sb *out, double at)
{
    char stamp[STAMP_BYTES] = "";
    struct tm parts;
    time_t seconds = (time_t)fmin(fmax(at, 0), 1e12);
    if (localtime_r(&seconds, &parts))
        strftime(stamp, sizeof(stamp), "%Y-%m-%d %H:%M:%S", &parts);
    sb_adds(out, stamp);
}

/* A ring of lines: the newest stay. */
static struct sb *event_line(struct report_past *past)
{
    struct sb line;
    if (past->events.len < LIMIT_REPORT_PAST_EVENTS) {
        sb_init(&line, past->memory);
        VEC_PUSH(past->memory, &past->events, line);
        return &past->events.at[past->events.len - 1];
    }
    struct sb *oldest = &past->events.at[past->first_event];
    past->first_event = (past->first_event + 1) % past->events.len;
    past->events_left_out++;
    sb_clear(oldest);
    return oldest;
}

void report_past_event(void *ctx, const struct watch_past_event *event)
{
    struct sb *line = event_line(ctx);
    bool named = *event->process.name && strcmp(event->text, event->process.name) != 0;
    add_time(line, event->at);
    sb_addf(line, "  %-14s  ", event->kind);
    if (*event->rule)
        sb_addf(line, "%s  ", event->rule);
    if (*event->process.name)
        sb_addf(line, "%s, %d", event->process.name, event->process.pid);
    if (*event->text && (named || !*event->process.name))
        sb_addf(line, "%s%s", *event->process.name ? ": " : "", event->text);
}

/* ---- the text ---- */

/* What a file says may be any number: within those of an int64_t. */
static double bounded(double value)
{
    return fmin(fmax(value, -0x1p62), 0x1p62);
}

static void add_value(struct sb *out, const struct curve *curve, double value)
{
    switch (watch_column_unit(curve->column)) {
    case WATCH_BYTES:
        report_amount(out, (int64_t)bounded(value), STR("bytes"));
        return;
    case WATCH_COUNT:
        amount_grouped(out, (uint64_t)fmax(bounded(value), 0));
        return;
    case WATCH_SHARE:
        sb_addf(out, "%.1f%%", 100 * value);
        return;
    case WATCH_SECONDS: /* a second: processors */
        sb_addf(out, "%.2f", value);
        return;
    }
    BUG("report: unknown unit of a column");
}

static void add_cell(struct sb *out, const struct curve *curve, double value)
{
    struct sb cell;
    sb_init(&cell, out->memory);
    add_value(&cell, curve, value);
    column_right(out, sb_str(&cell), CELL);
    sb_release(&cell);
}

static void add_curve(const struct report_past *past, const struct report_style *style,
                      const struct report_past_process *process, size_t number, struct sb *out)
{
    const struct curve *curve = &curves[number];
    const struct points *points = &process->points[number];
    bool twice = curve->column == WATCH_COLUMN_RSS && !process->apart;
    if (isnan(points->first) || !(points->most > 0) || twice)
        return;
    column_left(out, str_from(curve->label), LABEL);
    add_cell(out, curve, points->first);
    add_cell(out, curve, points->last);
    add_cell(out, curve, points->most);
    sb_adds(out, style->color ? "  \x1b[36m" : "  ");
    curve_add(out, points->bins, past->width, points->most);
    while (out->text[out->len - 1] == ' ') /* no blanks at a line's end */
        out->text[--out->len] = 0;
    sb_adds(out, style->color ? "\x1b[0m\n" : "\n");
}

static void add_process(const struct report_past *past, const struct report_style *style,
                        const struct report_past_process *process, struct sb *out)
{
    struct sb head;
    sb_init(&head, out->memory);
    sb_addf(&head, "%s, process %d", process->name, process->pid);
    if (process->go_version[0])
        sb_addf(&head, ", %s", process->go_version);
    sb_adds(&head, ": ");
    add_time(&head, process->from);
    sb_adds(&head, " to ");
    add_time(&head, process->to);
    sb_addf(&head, ", %zu samples", process->samples);
    sb_addc(out, '\n');
    wrap_add(out, sb_str(&head), 0, style->columns);
    if (!isnan(process->limit)) {
        sb_adds(out, "limit ");
        report_amount(out, (int64_t)bounded(process->limit), STR("bytes"));
        sb_addf(out, ", at most %.0f%% of it in use\n", 100 * process->nearest);
    }
    sb_addf(out, "%-*s%*s%*s%*s\n", LABEL, "", CELL, "first", CELL, "last", CELL, "highest");
    for (size_t i = 0; i < COUNT_OF(curves); i++)
        add_curve(past, style, process, i, out);
    sb_release(&head);
}

static void add_events(const struct report_past *past, const struct report_style *style,
                       struct sb *out)
{
    size_t count = past->events.len;
    if (!count)
        return;
    sb_adds(out, "\nwhat happened\n");
    if (past->events_left_out)
        sb_addf(out, "(%zu earlier ones are left out; -json has all)\n", past->events_left_out);
    for (size_t i = 0; i < count; i++) {
        struct sb clean;
        sb_init(&clean, out->memory);
        utf8_add_line(&clean, sb_str(&past->events.at[(past->first_event + i) % count]));
        wrap_add(out, sb_str(&clean), 4, style->columns);
        sb_release(&clean);
    }
}

/* The nearest to its limit first, then the largest. */
static int by_need(const void *a, const void *b)
{
    const struct report_past_process *left = *(struct report_past_process *const *)a;
    const struct report_past_process *right = *(struct report_past_process *const *)b;
    double l = left->nearest, r = right->nearest;
    if (l == r) {
        l = fmax(left->points[0].most, 0);
        r = fmax(right->points[0].most, 0);
    }
    if (l != r)
        return l < r ? 1 : -1;
    return left->id < right->id ? -1 : 1;
}

static void add_head(const struct report_past *past, const struct report_style *style,
                     struct sb *out)
{
    struct sb head;
    sb_init(&head, out->memory);
    add_time(&head, past->span->first);
    sb_adds(&head, " to ");
    add_time(&head, past->span->last);
    sb_addf(&head, ": %zu sample%s of %zu process%s", past->samples,
            past->samples == 1 ? "" : "s", past->processes.len,
            past->processes.len == 1 ? "" : "es");
    wrap_add(out, sb_str(&head), 0, style->columns);
    sb_release(&head);
}

void report_past_text(struct report_past *past, const struct report_style *style, struct sb *out)
{
    size_t shown = style->rows ? style->rows : SHOWN_PROCESSES, count = past->processes.len;
    if (!past->samples && !past->events.len) {
        sb_adds(out, "nothing was seen yet\n");
        return;
    }
    add_head(past, style, out);
    if (count)
        qsort(past->processes.at, count, sizeof(*past->processes.at), by_need);
    for (size_t i = 0; i < count && i < shown; i++)
        add_process(past, style, past->processes.at[i], out);
    if (count > shown)
        sb_addf(out, "\n%zu more processes; -json has all\n", count - shown);
    if (past->processes_left_out)
        sb_addf(out, "%zu samples of processes beyond LIMIT_REPORT_PAST_PROCESSES\n",
                past->processes_left_out);
    add_events(past, style, out);
}
