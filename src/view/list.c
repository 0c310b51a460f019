/* list.c: -list: source lines with what they weigh (internal/report/source.go printSource). */
#include "view/view_int.h"

enum { MARGIN = 5 }; /* lines shown before the first and after the last that weighs something */

struct listing {
    struct graph graph;
    struct source_reader reader;
    struct report *report;
    uint32_t *nodes; /* that fit, by function, then file, then line */
    size_t count;
};

/* ---- which nodes, in which order ---- */

struct listed_node {
    struct str name, file;
    int64_t line;
    uint32_t node;
};

static int compare_listed(const void *a, const void *b)
{
    const struct listed_node *x = a, *y = b;
    int order = str_compare(x->name, y->name);
    if (!order)
        order = str_compare(x->file, y->file);
    if (!order)
        order = (x->line > y->line) - (x->line < y->line);
    return order ? order : x->node < y->node ? -1 : 1;
}

static void collect(struct listing *listing, struct report *report)
{
    const struct view *view = report->view;
    struct graph *graph = &listing->graph;
    VEC(struct listed_node) found = {0};
    for (size_t i = 0; i < graph->order.len; i++) {
        const struct place *place = graph_place(graph, graph->order.at[i]);
        struct str name = view_str(view, place->name);
        if (regex_matches(report->symbol, name.ptr, name.len))
            VEC_PUSH(view->memory, &found,
                     ((struct listed_node){name, view_str(view, place->file), place->line,
                                           graph->order.at[i]}));
    }
    if (found.len)
        qsort(found.at, found.len, sizeof(*found.at), compare_listed);
    listing->nodes = ARENA_ARRAY(&report->arena, uint32_t, found.len + 1);
    listing->count = found.len;
    for (size_t i = 0; i < found.len; i++)
        listing->nodes[i] = found.at[i].node;
    VEC_RELEASE(view->memory, &found);
}

/* ---- one function in one file: nodes[first..end) ---- */

static void find_range(const struct listing *listing, size_t first, size_t end, int64_t *from,
                       int64_t *to)
{
    *from = INT64_MAX;
    *to = 0;
    for (size_t i = first; i < end; i++) {
        const struct place *place = graph_place(&listing->graph, listing->nodes[i]);
        int64_t start = place->start_line ? place->start_line : place->line - MARGIN;
        if (start < *from)
            *from = start;
        if (place->line + MARGIN > *to)
            *to = place->line + MARGIN;
    }
    if (*from < 1)
        *from = 1;
}

static void sum(const struct listing *listing, size_t first, size_t end, int64_t *flat,
                int64_t *cum)
{
    *flat = *cum = 0;
    for (size_t i = first; i < end; i++) {
        *flat = added(*flat, listing->graph.nodes.at[listing->nodes[i]].flat);
        *cum = added(*cum, listing->graph.nodes.at[listing->nodes[i]].cum);
    }
}

static int64_t line_of(const struct listing *listing, size_t index)
{
    return graph_place(&listing->graph, listing->nodes[index])->line;
}

static void write_line(struct report *report, int64_t number, int64_t flat, int64_t cum,
                       struct str text)
{
    sb_addf(report->out, "%10s %10s %6lld:", show_amount_or_dot(report, flat).text,
            show_amount_or_dot(report, cum).text, (long long)number);
    sb_add(report->out, text);
    sb_addc(report->out, '\n');
}

static void list_lines(struct listing *listing, const struct source_file *file, size_t first,
                       size_t end, int64_t from, int64_t to)
{
    while (first < end && line_of(listing, first) < from)
        first++;
    for (int64_t number = from; number <= to; number++) {
        struct str text = source_file_line(file, number);
        int64_t flat, cum;
        size_t next = first;
        if (!text.ptr)
            return;
        while (next < end && line_of(listing, next) == number)
            next++;
        sum(listing, first, next, &flat, &cum);
        first = next;
        write_line(listing->report, number, flat, cum, text);
    }
}

static void list_file(struct listing *listing, size_t first, size_t end)
{
    struct report *report = listing->report;
    const struct place *place = graph_place(&listing->graph, listing->nodes[first]);
    struct str path = view_str(report->view, place->file);
    struct str name = view_str(report->view, place->name);
    int64_t flat, cum, from, to;
    find_range(listing, first, end, &from, &to);
    /* Where lines before the function's start leave no range, the file is not looked for. */
    struct source_file *file = source_file_open(&listing->reader, path, from <= to);
    sum(listing, first, end, &flat, &cum);
    sb_addf(report->out, "ROUTINE ======================== %.*s in %.*s\n", STR_ARGS(name),
            STR_ARGS(path));
    sb_addf(report->out, "%10s %10s (flat, cum) %s of Total\n", show_amount(report, flat).text,
            show_amount(report, cum).text, units_percent(cum, report->total).text);
    if (file && file->err)
        sb_addf(report->out, " Error: %s\n", file->err);
    else if (file)
        list_lines(listing, file, first, end, from, to);
}

/* ---- all ---- */

static bool same_function(const struct listing *listing, size_t a, size_t b, bool file_too)
{
    const struct place *x = graph_place(&listing->graph, listing->nodes[a]);
    const struct place *y = graph_place(&listing->graph, listing->nodes[b]);
    return x->name == y->name && (!file_too || x->file == y->file);
}

static void list_function(struct listing *listing, size_t first, size_t end)
{
    bool any = false;
    for (size_t i = first; i < end;) {
        size_t next = i + 1;
        while (next < end && same_function(listing, i, next, true))
            next++;
        if (graph_place(&listing->graph, listing->nodes[i])->file) {
            list_file(listing, i, next);
            any = true;
        }
        i = next;
    }
    const struct place *place = graph_place(&listing->graph, listing->nodes[first]);
    if (!any)
        sb_addf(listing->report->out, "No source information for %.*s\n",
                STR_ARGS(view_str(listing->report->view, place->name)));
}

static void list_all(struct listing *listing)
{
    for (size_t i = 0; i < listing->count;) {
        size_t next = i + 1;
        while (next < listing->count && same_function(listing, i, next, false))
            next++;
        list_function(listing, i, next);
        i = next;
    }
}

enum status list_write(struct report *report)
{
    struct listing listing = {.report = report};
    sb_addf(report->out, "Total: %s\n", show_amount(report, report->total).text);
    graph_init(&listing.graph, report);
    listing.graph.sums_only = true;
    graph_fill(&listing.graph);
    collect(&listing, report);
    source_reader_init(&listing.reader, report);
    list_all(&listing);
    source_reader_release(&listing.reader);
    graph_release(&listing.graph);
    return listing.count ? STATUS_OK : show_no_match(report);
}
