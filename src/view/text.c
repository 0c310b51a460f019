/* text.c: -top and -text: nodes as rows (internal/report printText), and -comments. */
#include "view/view_int.h"

static const char *inline_note(const struct graph *graph, const struct node *node)
{
    bool inlined = false, called = false;
    for (uint32_t e = graph_in(graph, node->first_in); e != NONE;
         e = graph_in(graph, graph->edges.at[e].next_in)) {
        inlined |= graph->edges.at[e].inlined;
        called |= !graph->edges.at[e].inlined;
    }
    return !inlined ? "" : called ? " (partial-inline)" : " (inline)";
}

static void add_rows(struct graph *graph)
{
    struct report *report = graph->report;
    int64_t sum = 0;
    for (size_t i = 0; i < graph->order.len; i++) {
        const struct node *node = &graph->nodes.at[graph->order.at[i]];
        int64_t flat = node_flat(node), cum = node_cum(node);
        sum = added(sum, flat);
        sb_addf(report->out, "%10s %s %s %10s %s  ", show_amount(report, flat).text,
                units_percent(flat, report->total).text, units_percent(sum, report->total).text,
                show_amount(report, cum).text, units_percent(cum, report->total).text);
        sb_add(report->out, graph_name(graph, graph->order.at[i]));
        sb_adds(report->out, inline_note(graph, node));
        sb_addc(report->out, '\n');
    }
}

enum status text_write(struct report *report)
{
    struct graph graph;
    graph_init(&graph, report);
    struct trim_counts counts = trim_graph(&graph);
    trim_select_unit(&graph);
    header_graph(&graph, &counts, false, report->out);
    sb_adds(report->out, "      flat  flat%   sum%        cum   cum%\n");
    add_rows(&graph);
    graph_release(&graph);
    return STATUS_OK;
}

enum status comments_write(struct report *report)
{
    const struct view *view = report->view;
    for (size_t i = 0; i < view->comments.len; i++) {
        sb_add(report->out, view_str(view, view->comments.at[i]));
        sb_addc(report->out, '\n');
    }
    return STATUS_OK;
}
