/* order.c: in which order nodes, edges and tags are shown (internal/graph, Nodes.Sort,
 * EdgeMap.Sort, SortTags). Where pprof leaves the order open, that of the profile decides. */
#include "view/view_int.h"

#include <math.h>

/* ---- nodes ---- */

struct ranked_node {
    int64_t score, flat, cum;
    uint64_t address;
    struct str name;
    uint32_t node;
    size_t before; /* its place in the order so far */
};

static int compare_sizes(int64_t a, int64_t b)
{
    a = absolute(a);
    b = absolute(b);
    return a > b ? -1 : a < b;
}

static int compare_by_weight(const struct ranked_node *x, const struct ranked_node *y)
{
    int order = compare_sizes(x->score, y->score);
    if (!order && x->address && y->address && x->address != y->address)
        return x->address < y->address ? -1 : 1;
    if (!order)
        order = str_compare(x->name, y->name);
    if (!order)
        order = compare_sizes(x->flat, y->flat);
    if (!order)
        order = compare_sizes(x->cum, y->cum);
    return order;
}

static int compare_nodes(const void *a, const void *b)
{
    const struct ranked_node *x = a, *y = b;
    int order = compare_by_weight(x, y);
    return order ? order : x->before < y->before ? -1 : 1;
}

static bool is_node_before(const void *a, const void *b)
{
    return compare_by_weight(a, b) < 0;
}

/* Nodes of a tree may be alike in all that is compared: then Go's sort decides. */
static void sort_tree_nodes(struct graph *graph, struct ranked_node *ranked, size_t count)
{
    void **items = arena_alloc(&graph->report->arena, (count + 1) * sizeof(*items));
    for (size_t i = 0; i < count; i++)
        items[i] = &ranked[i];
    go_sort(items, count, is_node_before);
    for (size_t i = 0; i < count; i++)
        graph->order.at[i] = ((const struct ranked_node *)items[i])->node;
}

/* As Go has it, so that the last bits are the same (math/log10.go). */
static double go_log2(double x)
{
    int exponent;
    double fraction = frexp(x, &exponent);
    if (fraction == 0.5)
        return exponent - 1;
    return log(fraction) * (1 / 0.693147180559945309417232121458176568) + exponent;
}

/* How much an edge set tells: a plain way through tells nothing (information theory's entropy). */
static double edge_entropy(const struct graph *graph, uint32_t first, bool out, int64_t self)
{
    double score = 0;
    int64_t total = self;
    const struct edge *edges = graph->edges.at;
    for (uint32_t e = first; e != NONE; e = out ? edges[e].next_out : edges[e].next_in)
        if (!edges[e].dead && edges[e].weight > 0)
            total = added(total, edges[e].weight);
    if (total == 0)
        return 0;
    for (uint32_t e = first; e != NONE; e = out ? edges[e].next_out : edges[e].next_in) {
        if (edges[e].dead)
            continue;
        double part = (double)absolute(edges[e].weight) / (double)total;
        score += -part * go_log2(part);
    }
    if (self > 0) {
        double part = (double)self / (double)total;
        score += -part * go_log2(part);
    }
    return score;
}

static int64_t entropy_score(const struct graph *graph, const struct node *node)
{
    bool root = graph_in(graph, node->first_in) == NONE;
    bool leaf = graph_out(graph, node->first_out) == NONE;
    double score = root ? 1 : edge_entropy(graph, node->first_in, false, 0);
    score += leaf ? 1 : edge_entropy(graph, node->first_out, true, node->flat);
    return added(to_int64(score * (double)node->cum), node->flat);
}

void order_nodes(struct graph *graph, bool cum, bool visual)
{
    const struct memory *memory = graph->report->view->memory;
    size_t count = graph->order.len;
    struct ranked_node *ranked = memory_get(memory, (count + 1) * sizeof(*ranked));
    for (size_t i = 0; i < count; i++) {
        uint32_t index = graph->order.at[i];
        const struct node *node = &graph->nodes.at[index];
        ranked[i] = (struct ranked_node){
            .score = visual ? entropy_score(graph, node) : cum ? node->cum : node->flat,
            .flat = node->flat, .cum = visual ? 0 : node->cum, .node = index, .before = i,
            .address = graph_place(graph, index)->address, .name = graph_name(graph, index)};
    }
    if (graph->tree)
        sort_tree_nodes(graph, ranked, count);
    else
        qsort(ranked, count, sizeof(*ranked), compare_nodes);
    for (size_t i = 0; i < count && !graph->tree; i++)
        graph->order.at[i] = ranked[i].node;
    memory_put(memory, ranked);
}

/* ---- edges ---- */

struct ranked_edge {
    int64_t weight;
    struct str src, dest;
    uint32_t edge;
};

static int compare_edges(const void *a, const void *b)
{
    const struct ranked_edge *x = a, *y = b;
    int order = compare_sizes(x->weight, y->weight);
    if (!order)
        order = str_compare(x->src, y->src);
    if (!order)
        order = str_compare(x->dest, y->dest);
    return order ? order : x->edge < y->edge ? -1 : 1;
}

static struct ranked_edge rank_edge(struct graph *graph, uint32_t index)
{
    const struct edge *edge = &graph->edges.at[index];
    return (struct ranked_edge){edge->weight, graph_name(graph, edge->src),
                                graph_name(graph, edge->dest), index};
}

static uint32_t *sort_edges(struct graph *graph, struct ranked_edge *ranked, size_t count)
{
    if (count)
        qsort(ranked, count, sizeof(*ranked), compare_edges);
    uint32_t *edges = arena_alloc(&graph->report->arena, (count + 1) * sizeof(*edges));
    for (size_t i = 0; i < count; i++)
        edges[i] = ranked[i].edge;
    memory_put(graph->report->view->memory, ranked);
    return edges;
}

uint32_t *order_edges(struct graph *graph, uint32_t first, bool out, size_t *count)
{
    VEC(struct ranked_edge) ranked = {0};
    const struct memory *memory = graph->report->view->memory;
    for (uint32_t e = first; e != NONE;
         e = out ? graph->edges.at[e].next_out : graph->edges.at[e].next_in)
        if (!graph->edges.at[e].dead)
            VEC_PUSH(memory, &ranked, rank_edge(graph, e));
    *count = ranked.len;
    return sort_edges(graph, ranked.at, ranked.len);
}

uint32_t *order_all_edges(struct graph *graph, size_t *count)
{
    VEC(struct ranked_edge) ranked = {0};
    const struct memory *memory = graph->report->view->memory;
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t e = graph->nodes.at[graph->order.at[i]].first_out;
        for (; e != NONE; e = graph->edges.at[e].next_out)
            if (!graph->edges.at[e].dead)
                VEC_PUSH(memory, &ranked, rank_edge(graph, e));
    }
    *count = ranked.len;
    return sort_edges(graph, ranked.at, ranked.len);
}

/* ---- tags ---- */

/* Equal but for the sign is no reason to look further: then Go's sort decides. */
static bool is_flat_tag_before(const void *a, const void *b)
{
    const struct tag *x = a, *y = b;
    if (x->flat != y->flat)
        return compare_sizes(x->flat, y->flat) < 0;
    return str_compare(x->name, y->name) < 0;
}

static bool is_cum_tag_before(const void *a, const void *b)
{
    const struct tag *x = a, *y = b;
    if (x->cum != y->cum)
        return compare_sizes(x->cum, y->cum) < 0;
    return is_flat_tag_before(a, b);
}

void order_tags(struct tag **tags, size_t count, bool flat)
{
    go_sort((void **)tags, count, flat ? is_flat_tag_before : is_cum_tag_before);
}
