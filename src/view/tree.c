/* tree.c: -tree and -peek: each node between its callers and callees (internal/report
 * printTree). */
#include "view/view_int.h"

static const char separator[] =
    "----------------------------------------------------------+-------------\n";
static const char legend[] =
    "      flat  flat%   sum%        cum   cum%   calls calls% + context \t \t \n";

static void add_edges(struct graph *graph, uint32_t first, bool out, int64_t cum)
{
    struct report *report = graph->report;
    size_t count;
    uint32_t *edges = order_edges(graph, first, out, &count);
    for (size_t i = 0; i < count; i++) {
        const struct edge *edge = &graph->edges.at[edges[i]];
        sb_addf(report->out, "%50s %s |   ", show_amount(report, edge->weight).text,
                units_percent(edge->weight, cum).text);
        sb_add(report->out, graph_name(graph, out ? edge->dest : edge->src));
        sb_adds(report->out, edge->inlined ? " (inline)\n" : "\n");
    }
}

static void add_node(struct graph *graph, uint32_t index, int64_t *sum)
{
    struct report *report = graph->report;
    const struct node *node = &graph->nodes.at[index];
    int64_t flat = node_flat(node), cum = node_cum(node);
    sb_adds(report->out, separator);
    add_edges(graph, node->first_in, false, cum);
    *sum = added(*sum, flat);
    sb_addf(report->out, "%10s %s %s %10s %s                | ", show_amount(report, flat).text,
            units_percent(flat, report->total).text, units_percent(*sum, report->total).text,
            show_amount(report, cum).text, units_percent(cum, report->total).text);
    sb_add(report->out, graph_name(graph, index));
    sb_addc(report->out, '\n');
    add_edges(graph, node->first_out, true, cum);
}

enum status tree_write(struct report *report)
{
    struct graph graph;
    int64_t sum = 0;
    size_t matched = 0;
    graph_init(&graph, report);
    struct trim_counts counts = trim_graph(&graph);
    trim_select_unit(&graph);
    header_graph(&graph, &counts, false, report->out);
    sb_adds(report->out, separator);
    sb_adds(report->out, legend);
    for (size_t i = 0; i < graph.order.len; i++) {
        struct str name = graph_name(&graph, graph.order.at[i]);
        if (report->symbol && !regex_matches(report->symbol, name.ptr, name.len))
            continue;
        matched++;
        add_node(&graph, graph.order.at[i], &sum);
    }
    if (graph.order.len)
        sb_adds(report->out, separator);
    graph_release(&graph);
    return report->symbol && !matched ? show_no_match(report) : STATUS_OK;
}
