/* trim.c: cuts a graph down to what is worth showing (internal/report newTrimmedGraph,
 * selectOutputUnit). A graph that loses nodes is filled again from the samples, so that the rest
 * stays exact; a tree is mended where it was cut. */
#include "view/view_int.h"

static int64_t sum_flat(const struct graph *graph)
{
    int64_t sum = 0;
    for (size_t i = 0; i < graph->order.len; i++)
        sum = added(sum, graph->nodes.at[graph->order.at[i]].flat);
    return sum;
}

static bool *marks_new(struct graph *graph)
{
    bool *marks = memory_get(graph->report->view->memory, graph->nodes.len + 1);
    memset(marks, 0, graph->nodes.len + 1);
    return marks;
}

/* ---- edges ---- */

static size_t trim_edges(struct graph *graph, int64_t cutoff)
{
    size_t dropped = 0;
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t e = graph_in(graph, graph->nodes.at[graph->order.at[i]].first_in);
        for (; e != NONE; e = graph_in(graph, graph->edges.at[e].next_in)) {
            if (absolute(graph->edges.at[e].weight) >= cutoff)
                continue;
            graph_drop_edge(graph, e);
            dropped++;
        }
    }
    return dropped;
}

/* Whether the edge's source reaches its end without it. */
static bool is_redundant(const struct graph *graph, uint32_t edge, uint32_t *queue, bool *seen)
{
    const struct edge *edges = graph->edges.at;
    uint32_t src = edges[edge].src;
    size_t head = 0, tail = 0;
    bool found = false;
    queue[tail++] = edges[edge].dest;
    seen[edges[edge].dest] = true;
    while (head < tail && !found) {
        uint32_t e = graph_in(graph, graph->nodes.at[queue[head++]].first_in);
        for (; e != NONE && !found; e = graph_in(graph, edges[e].next_in)) {
            if (e == edge || seen[edges[e].src])
                continue;
            found = edges[e].src == src;
            seen[edges[e].src] = true;
            queue[tail++] = edges[e].src;
        }
    }
    for (size_t i = 0; i < tail; i++)
        seen[queue[i]] = false;
    return found;
}

/* The lightest first; one that is not residual ends it: heavier ones tell more than it does. */
static void drop_redundant_edges(struct graph *graph)
{
    const struct memory *memory = graph->report->view->memory;
    uint32_t *queue = memory_get(memory, (graph->nodes.len + 1) * sizeof(*queue));
    bool *seen = marks_new(graph);
    for (size_t i = graph->order.len; i-- > 0;) {
        size_t count;
        uint32_t *in =
            order_edges(graph, graph->nodes.at[graph->order.at[i]].first_in, false, &count);
        while (count-- > 0 && graph->edges.at[in[count]].residual)
            if (is_redundant(graph, in[count], queue, seen))
                graph_drop_edge(graph, in[count]);
    }
    memory_put(memory, queue);
    memory_put(memory, seen);
}

/* ---- trees ---- */

/* The node's children become its parent's, or roots. */
static void take_out(struct graph *graph, uint32_t node)
{
    uint32_t in = graph_in(graph, graph->nodes.at[node].first_in);
    uint32_t e = graph_out(graph, graph->nodes.at[node].first_out);
    while (e != NONE) {
        struct edge *edge = &graph->edges.at[e];
        uint32_t next = graph_out(graph, edge->next_out);
        if (in == NONE) {
            graph_drop_edge(graph, e);
        } else {
            edge->residual = true;
            edge->inlined &= graph->edges.at[in].inlined;
            graph_move_edge(graph, e, graph->edges.at[in].src);
        }
        e = next;
    }
    if (in != NONE)
        graph_drop_edge(graph, in);
    graph->nodes.at[node].first_out = NONE;
}

static void trim_tree(struct graph *graph, const bool *kept)
{
    size_t count = 0;
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t node = graph->order.at[i];
        if (kept[node])
            graph->order.at[count++] = node;
        else
            take_out(graph, node);
    }
    graph->order.len = count;
    drop_redundant_edges(graph);
}

/* ---- nodes ---- */

/* Leaves the marked nodes; takes `marks`. */
static void keep_nodes(struct graph *graph, bool *marks)
{
    const struct memory *memory = graph->report->view->memory;
    if (graph->tree) {
        trim_tree(graph, marks);
        memory_put(memory, marks);
        return;
    }
    memory_put(memory, graph->kept);
    graph->kept = (unsigned char *)marks;
    graph_fill(graph);
}

static size_t drop_light_nodes(struct graph *graph, int64_t cutoff)
{
    bool *marks = marks_new(graph);
    size_t kept = 0, all = graph->order.len;
    for (size_t i = 0; i < all; i++) {
        uint32_t node = graph->order.at[i];
        marks[node] = absolute(graph->nodes.at[node].cum) >= cutoff;
        kept += marks[node];
    }
    if (kept == all)
        memory_put(graph->report->view->memory, marks);
    else
        keep_nodes(graph, marks);
    return all - kept;
}

static bool loses_nodes(const struct graph *graph, int64_t cutoff)
{
    for (size_t i = 0; i < graph->order.len; i++)
        if (absolute(graph->nodes.at[graph->order.at[i]].cum) < cutoff)
            return true;
    return false;
}

/* In a drawing tags take room too. */
static size_t top_count(const struct graph *graph, size_t max, bool visual)
{
    size_t count = 0;
    for (size_t i = 0; visual && i < graph->order.len; i++) {
        size_t tags = nodelets_count(&graph->nodes.at[graph->order.at[i]]);
        count += (tags < MAX_NODELETS ? tags : MAX_NODELETS) + 1;
        if (count >= max)
            return i + 1;
    }
    return max < graph->order.len ? max : graph->order.len;
}

static void keep_top_nodes(struct graph *graph, size_t max, bool visual)
{
    size_t top = top_count(graph, max, visual);
    if (top == graph->order.len)
        return;
    bool *marks = marks_new(graph);
    for (size_t i = 0; i < top; i++)
        marks[graph->order.at[i]] = true;
    keep_nodes(graph, marks);
    order_nodes(graph, graph->report->settings.cum, visual);
}

/* Only those that may stay get their tags before it is known which do. */
static void tag_first_nodes(struct graph *graph, size_t max)
{
    bool *marks = marks_new(graph);
    for (size_t i = 0; i < graph->order.len && i < max; i++)
        marks[graph->order.at[i]] = true;
    graph_tag(graph, marks);
    memory_put(graph->report->view->memory, marks);
}

static int64_t cutoff_of(int64_t total, double fraction)
{
    return absolute(to_int64((double)total * fraction));
}

struct trim_counts trim_graph(struct graph *graph)
{
    const struct view_settings *settings = &graph->report->settings;
    bool visual = graph->report->kind == VIEW_DOT;
    struct trim_counts counts = {0};
    bool tags = graph->tags;
    /* Of a graph that is filled again, tags and edges would be for nothing. */
    graph->tags = false;
    graph->sums_only = !graph->tree && settings->nodefraction > 0;
    graph_fill(graph);
    int64_t total = sum_flat(graph);
    int64_t node_cutoff = cutoff_of(total, settings->nodefraction);
    int64_t edge_cutoff = cutoff_of(total, settings->edgefraction);
    bool late = tags && !graph->tree && settings->nodecount > 0; /* tags come when nodes are few */
    bool again = graph->sums_only || (tags && !late);
    graph->tags = tags && !late;
    graph->sums_only = false;
    if (again && (graph->tree || !loses_nodes(graph, node_cutoff)))
        graph_fill(graph);
    if (node_cutoff > 0)
        counts.dropped_nodes = drop_light_nodes(graph, node_cutoff);
    counts.original = graph->order.len;
    order_nodes(graph, settings->cum, visual);
    graph->tags = tags;
    if (late)
        tag_first_nodes(graph, (size_t)settings->nodecount);
    if (settings->nodecount > 0) {
        nodelets_trim(graph, node_cutoff);
        trim_edges(graph, edge_cutoff);
        keep_top_nodes(graph, (size_t)settings->nodecount, visual);
    }
    nodelets_trim(graph, node_cutoff);
    counts.dropped_edges = trim_edges(graph, edge_cutoff);
    if (visual)
        drop_redundant_edges(graph);
    return counts;
}

/* ---- the unit of amounts ---- */

static int64_t smallest_amount(const struct graph *graph)
{
    int64_t smallest = 0;
    for (size_t i = 0; i < graph->order.len; i++) {
        const struct node *node = &graph->nodes.at[graph->order.at[i]];
        int64_t value = absolute(node_flat(node));
        if (value == 0)
            value = absolute(node_cum(node));
        if (value > 0 && (smallest == 0 || value < smallest))
            smallest = value;
    }
    return smallest;
}

/* One unit for all: that of the smallest amount, or a larger one when the largest is much
 * larger. */
void trim_select_unit(struct graph *graph)
{
    struct report *report = graph->report;
    if (!str_is(report->unit, "minimum") || graph->order.len == 0)
        return;
    int64_t smallest = smallest_amount(graph), largest = report->total;
    if (smallest == 0)
        smallest = largest;
    if (report->ratio > 0 && report->ratio != 1) {
        smallest = to_int64((double)smallest * report->ratio);
        largest = to_int64((double)largest * report->ratio);
    }
    struct str minimum = STR("minimum");
    struct str unit = units_scale(smallest, report->type_unit, minimum).unit;
    struct str other = units_scale(largest, report->type_unit, minimum).unit;
    int64_t hundred = (int64_t)((uint64_t)smallest * 100);
    if (!str_equal(unit, other) && hundred < largest && report->kind != VIEW_CALLGRIND)
        unit = units_scale(hundred, report->type_unit, minimum).unit;
    report->unit = unit.len ? unit : report->type_unit;
}
