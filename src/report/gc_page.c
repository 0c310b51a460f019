/* gc_page.c: `gc -html`: the template of page_gc/ with title, data, and the terminal's text for
 * readers without JavaScript put in.
 *
 * A trace may have a million cycles. Then neighbours share a point, which has the longest of their
 * pauses, the largest of their heaps, and processor time over all their time; cycles of two runs
 * never do. */
#include "gc_int.h"

#include "report/page_gc_pieces.h"

struct gc_page {
    const struct report_gc *report;
    const struct report_gc *old; /* NULL: one run */
};

/* What a point of the page has; lists of one length in the page's data, in this order. */
#define POINT_FIELDS                                                                      \
    X(at) X(number) X(run) X(of) X(forced) X(pause) X(sweep_stop) X(mark) X(mark_stop)   \
    X(live) X(heap_end) X(goal) X(cpu) X(assist) X(idle)
enum point_field {
#define X(name) POINT_##name,
    POINT_FIELDS
#undef X
    POINT_FIELD_COUNT
};
static const char *const field_names[] = {
#define X(name) #name,
    POINT_FIELDS
#undef X
};
struct point {
    double field[POINT_FIELD_COUNT];
    double processor_seconds; /* of the time that its cycles end; the shares are sums before */
};

static double larger(double a, double b)
{
    return a > b ? a : b;
}

static void add_cycle(const struct gc_trace *trace, size_t index, double at, struct point *point)
{
    const struct gc_cycle *cycle = &trace->cycles.at[index];
    double *field = point->field, stop = larger(cycle->sweep_stop, cycle->mark_stop);
    point->processor_seconds += gc_cycle_span(trace, index) * cycle->processors;
    field[POINT_at] = at;
    field[POINT_number] = cycle->number;
    field[POINT_run] = cycle->run;
    field[POINT_of]++;
    field[POINT_forced] = cycle->forced;
    if (stop >= field[POINT_pause]) {
        field[POINT_pause] = stop;
        field[POINT_sweep_stop] = cycle->sweep_stop;
        field[POINT_mark_stop] = cycle->mark_stop;
    }
    field[POINT_mark] = larger(field[POINT_mark], cycle->mark);
    field[POINT_live] = (double)cycle->live;
    field[POINT_goal] = (double)cycle->goal;
    field[POINT_heap_end] = larger(field[POINT_heap_end], (double)cycle->heap_end);
    field[POINT_cpu] += cycle->cpu_stop + cycle->assist + cycle->background;
    field[POINT_assist] += cycle->assist;
    field[POINT_idle] += cycle->idle;
}

/* Processor times become shares; together they are not more than the whole. */
static void close_point(struct point *point)
{
    static const enum point_field shares[] = {POINT_cpu, POINT_assist, POINT_idle};
    for (size_t i = 0; i < COUNT_OF(shares); i++) {
        double *field = &point->field[shares[i]];
        *field = point->processor_seconds > 0 ? *field / point->processor_seconds : 0;
        *field = *field < 1 ? *field : 1;
    }
    if (point->field[POINT_idle] > 1 - point->field[POINT_cpu])
        point->field[POINT_idle] = 1 - point->field[POINT_cpu];
}

struct points {
    VEC(struct point) list;
    VEC(double) starts; /* when a run began, without the first */
};

static void make_points(const struct gc_trace *trace, struct points *points)
{
    size_t count = trace->cycles.len;
    size_t shared = (count + LIMIT_PAGE_GC_POINTS - 1) / LIMIT_PAGE_GC_POINTS;
    struct point here = {.processor_seconds = 0};
    double base = 0;
    for (size_t i = 0; i < count; i++) {
        double at = gc_time(trace, i, &base);
        bool begins = i > 0 && trace->cycles.at[i].run != trace->cycles.at[i - 1].run;
        if (begins)
            VEC_PUSH(trace->memory, &points->starts, base);
        if (begins || here.field[POINT_of] >= (double)shared) {
            close_point(&here);
            VEC_PUSH(trace->memory, &points->list, here);
            here = (struct point){.processor_seconds = 0};
        }
        add_cycle(trace, i, at, &here);
    }
    close_point(&here);
    if (count)
        VEC_PUSH(trace->memory, &points->list, here);
}

/* ---- data ---- */

static bool is_whole(double value)
{
    return value < 9e15 && value == (double)(int64_t)value;
}

static json_t *number_of(struct json_out *json, double value)
{
    return is_whole(value) ? json_new_number(json, (int64_t)value)
                           : json_new_fraction(json, value);
}

static void write_trace(struct json_out *json, const char *name, const struct report_gc *report)
{
    const struct memory *memory = report->trace->memory;
    struct points points = {0};
    make_points(report->trace, &points);
    json_begin(json, name, '{');
    json_write(json, "name", json_new_text(json, report->name));
    gc_json_summary(json, "summary", report->summary);
    for (int field = 0; field < POINT_FIELD_COUNT; field++) {
        json_begin(json, field_names[field], '[');
        for (size_t i = 0; i < points.list.len; i++)
            json_write(json, NULL, number_of(json, points.list.at[i].field[field]));
        json_end(json, ']');
    }
    json_begin(json, "starts", '[');
    for (size_t i = 0; i < points.starts.len; i++)
        json_write(json, NULL, json_new_fraction(json, points.starts.at[i]));
    json_end(json, ']');
    json_end(json, '}');
    VEC_RELEASE(memory, &points.list);
    VEC_RELEASE(memory, &points.starts);
}

static void add_data(const void *ctx, struct sb *out)
{
    const struct gc_page *page = ctx;
    const struct report_gc *report = page->report;
    struct json_out json;
    json_out_init(&json, out->memory, out, true);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.gc-page/1")));
    if (report->summary->limit)
        json_write(&json, "limit", json_new_number(&json, report->summary->limit));
    write_trace(&json, "trace", report);
    if (page->old)
        write_trace(&json, "old_trace", page->old);
    json_end(&json, '}');
    json_out_release(&json);
}

/* ---- the page ---- */

static void add_title(const void *ctx, struct sb *out)
{
    const struct gc_page *page = ctx;
    sb_adds(out, "unheap gc: ");
    if (page->old)
        sb_addf(out, "%.*s and ", STR_ARGS(str_base_name(page->old->name)));
    sb_add(out, str_base_name(page->report->name));
}

static void add_text(const void *ctx, struct sb *out)
{
    const struct gc_page *page = ctx;
    const struct report_style plain = {.columns = PAGE_TEXT_COLUMNS};
    if (page->old)
        report_gc_compare_text(page->old, page->report, &plain, out);
    else
        report_gc_text(page->report, &plain, out);
}

void report_gc_html(const struct report_gc *report, const struct report_gc *old, struct sb *out)
{
    const struct gc_page page = {report, old};
    const struct page_filler filler = {&page, add_title, add_text, add_data};
    page_fill(page_pieces, COUNT_OF(page_pieces), &filler, out);
}
