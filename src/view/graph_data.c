/* graph_data.c: the trimmed graph as data, for whoever does not want it as text. */
#include "view/view_int.h"

static struct str keep(struct view_graph *out, struct str text)
{
    return str_copy(&out->arena, text);
}

static void keep_header(const struct report *report, struct view_graph *out)
{
    const struct view *view = report->view;
    const struct view_mapping *first = view->mappings.at;
    out->type = keep(out, report->type_name);
    out->unit = keep(out, report->type_unit);
    out->total = report->total;
    out->time_nanos = view->time_nanos;
    out->duration_nanos = view->duration_nanos;
    if (view->mappings.len) {
        out->program = keep(out, view_str(view, first->file));
        out->build_id = keep(out, view_str(view, first->build_id));
    }
}

/* numbers[node] gets its index among those that are kept. */
static void keep_nodes(struct graph *graph, struct view_graph *out, uint32_t *numbers)
{
    const struct view *view = graph->report->view;
    out->node_count = graph->order.len;
    out->nodes = ARENA_ARRAY(&out->arena, struct view_graph_node, graph->order.len + 1);
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t index = graph->order.at[i];
        const struct place *place = graph_place(graph, index);
        numbers[index] = (uint32_t)i;
        out->nodes[i] = (struct view_graph_node){
            .name = keep(out, graph_name(graph, index)),
            .function = keep(out, view_str(view, place->name)),
            .file = keep(out, view_str(view, place->file)),
            .line = place->line,
            .address = place->address,
            .flat = node_flat(&graph->nodes.at[index]),
            .cum = node_cum(&graph->nodes.at[index]),
        };
    }
}

static void keep_edges(struct graph *graph, struct view_graph *out, const uint32_t *numbers)
{
    size_t count;
    uint32_t *edges = order_all_edges(graph, &count);
    out->edges = ARENA_ARRAY(&out->arena, struct view_graph_edge, count + 1);
    out->edge_count = count;
    for (size_t i = 0; i < count; i++) {
        const struct edge *edge = &graph->edges.at[edges[i]];
        out->edges[i] = (struct view_graph_edge){numbers[edge->src], numbers[edge->dest],
                                                 divided(edge->weight, edge->weight_div),
                                                 edge->inlined};
    }
}

enum status graph_write(struct report *report)
{
    const struct memory *memory = report->view->memory;
    struct view_graph *out = report->graph;
    struct graph graph;
    *out = (struct view_graph){0};
    arena_init(&out->arena, memory);
    keep_header(report, out);
    graph_init(&graph, report);
    struct trim_counts counts = trim_graph(&graph);
    out->dropped_nodes = counts.dropped_nodes;
    out->dropped_edges = counts.dropped_edges;
    trim_select_unit(&graph);
    out->shown_unit = keep(out, report->unit);
    out->ratio = report->ratio > 0 ? report->ratio : 1;
    uint32_t *numbers = memory_get(memory, (graph.nodes.len + 1) * sizeof(*numbers));
    keep_nodes(&graph, out, numbers);
    keep_edges(&graph, out, numbers);
    memory_put(memory, numbers);
    graph_release(&graph);
    return STATUS_OK;
}

void view_graph_release(struct view_graph *graph)
{
    arena_release(&graph->arena);
}
