/* header.c: the lines above a report (internal/report ProfileLabels, reportLabels). */
#include "view/view_int.h"

#include <time.h>

static void add_time(struct sb *out, int64_t nanos)
{
    time_t seconds = (time_t)(nanos / 1000000000);
    struct tm tm;
    char text[80];
    if (nanos < 0 && nanos % 1000000000)
        seconds--;
    if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S %Z", &tm))
        return;
    sb_addf(out, "Time: %s\n", text);
}

static void add_duration(struct report *report, struct sb *out)
{
    struct view *view = report->view;
    struct view_amount total = units_scale(report->total, report->type_unit, STR("nanoseconds"));
    sb_adds(out, "Duration: ");
    units_add(out, view->duration_nanos, STR("nanoseconds"), STR("auto"));
    sb_addf(out, ", Total samples = %s ", show_amount(report, report->total).text);
    if (str_is(total.unit, "ns") && total.value != 0)
        sb_addf(out, "(%s)",
                units_percent(to_int64(total.value), view->duration_nanos).text);
    sb_addc(out, '\n');
}

static void add_file(const struct view *view, struct sb *out)
{
    if (!view->mappings.len)
        return;
    const struct view_mapping *first = view->mappings.at;
    if (first->file)
        sb_addf(out, "File: %.*s\n", STR_ARGS(names_base(view_str(view, first->file))));
    if (first->build_id)
        sb_addf(out, "Build ID: %.*s\n", STR_ARGS(view_str(view, first->build_id)));
}

void header_profile(struct report *report, struct sb *out)
{
    struct view *view = report->view;
    add_file(view, out);
    for (size_t i = 0; i < view->comments.len; i++) {
        struct str comment = view_str(view, view->comments.at[i]);
        if (!str_starts(comment, STR("#")))
            sb_addf(out, "%.*s\n", STR_ARGS(comment));
    }
    if (report->type_name.len || report->settings.mean)
        sb_addf(out, "Type: %s%.*s\n", report->settings.mean ? "mean_" : "",
                STR_ARGS(report->type_name));
    if (view->doc_url)
        sb_addf(out, "Doc: %.*s\n", STR_ARGS(view_str(view, view->doc_url)));
    if (view->time_nanos)
        add_time(out, view->time_nanos);
    if (view->duration_nanos)
        add_duration(report, out);
}

struct str header_first_label(const struct view *view, struct str labels)
{
    const struct view_mapping *first = view->mappings.len ? view->mappings.at : NULL;
    bool has_file = first && (first->file || first->build_id);
    for (size_t i = 0; i < view->comments.len && !has_file; i++) {
        struct str comment = view_str(view, view->comments.at[i]);
        if (!str_starts(comment, STR("#")))
            return comment;
    }
    return str_cut(&labels, '\n');
}

static void add_filters(const struct view_settings *settings, struct sb *out)
{
    enum { SHOWN_BYTES = 80 };
    const struct {
        const char *name, *value;
    } filters[] = {
        {"focus", settings->focus},       {"ignore", settings->ignore},
        {"hide", settings->hide},         {"show", settings->show},
        {"show_from", settings->show_from}, {"tagfocus", settings->tagfocus},
        {"tagignore", settings->tagignore}, {"tagshow", settings->tagshow},
        {"taghide", settings->taghide},
    };
    bool any = false;
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        struct str value = str_from(filters[i].value);
        if (!value.len)
            continue;
        size_t room = SHOWN_BYTES - strlen(filters[i].name) - 1;
        sb_addf(out, "%s   %s=%.*s%s\n", any ? "" : "Active filters:\n", filters[i].name,
                STR_ARGS(str_slice(value, 0, room)), value.len > room ? "\xe2\x80\xa6" : "");
        any = true;
    }
}

static void add_dropped(const struct report *report, size_t count, const char *what,
                        double fraction, struct sb *out)
{
    int64_t limit = absolute(to_int64((double)report->total * fraction));
    bool node = what[0] == 'n';
    if (count > 0)
        sb_addf(out, "Dropped %zu %s%s (%s <= %s)\n", count, what, count > 1 ? "s" : "",
                node ? "cum" : "freq", show_amount(report, limit).text);
}

static const char *without_blanks(const char *text)
{
    while (*text == ' ')
        text++;
    return text;
}

void header_graph(struct graph *graph, const struct trim_counts *counts, bool full, struct sb *out)
{
    struct report *report = graph->report;
    const struct view_settings *settings = &report->settings;
    int64_t shown = 0;
    for (size_t i = 0; i < graph->order.len; i++)
        shown = added(shown, node_flat(&graph->nodes.at[graph->order.at[i]]));
    if (full || !settings->compact_labels)
        header_profile(report, out);
    add_filters(settings, out);
    struct percent_text percent = units_percent(shown, report->total);
    sb_addf(out, "Showing nodes accounting for %s, %s of %s total\n",
            show_amount(report, shown).text, without_blanks(percent.text),
            show_amount(report, report->total).text);
    if (report->total) {
        add_dropped(report, counts->dropped_nodes, "node", settings->nodefraction, out);
        if (full)
            add_dropped(report, counts->dropped_edges, "edge", settings->edgefraction, out);
        if (graph->order.len > 0 && graph->order.len < counts->original)
            sb_addf(out, "Showing top %zu nodes out of %zu\n", graph->order.len, counts->original);
    }
    if (full)
        sb_adds(out, "\nSee https://git.io/JfYMW for how to read the graph\n");
}
