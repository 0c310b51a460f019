/* callgrind.c: -callgrind: for KCachegrind (internal/report printCallgrind; the format's own
 * manual is Valgrind's "Callgrind Format Specification"). */
#include "view/view_int.h"

struct callgrind {
    struct graph *graph;
    struct map objects, files, names; /* string id to number, as the format abbreviates */
    uint32_t *whole;                  /* by node: the function it is part of */
    uint32_t *ranks, *rivals;         /* by node: which of how many functions of its name */
};

/* "(1) text" the first time, "(1)" from then on. */
static void add_name(struct callgrind *callgrind, const char *what, struct map *map, uint32_t text)
{
    struct report *report = callgrind->graph->report;
    bool is_new;
    sb_adds(report->out, what);
    if (text) {
        uint64_t *number = map_put(map, text, &is_new);
        if (is_new)
            *number = map->len;
        sb_addf(report->out, "(%llu)", (unsigned long long)*number);
        if (is_new) {
            sb_addc(report->out, ' ');
            sb_add(report->out, view_str(report->view, text));
        }
    }
    sb_addc(report->out, '\n');
}

/* Relative to the node before where that is shorter. */
static void add_address(struct sb *out, const struct place *before, uint64_t address)
{
    char absolute_text[32], relative[32];
    int len = snprintf(absolute_text, sizeof(absolute_text), "0x%llx", (unsigned long long)address);
    if (!before) {
        sb_adds(out, absolute_text);
        return;
    }
    if (before->address == address) {
        sb_addc(out, '*');
        return;
    }
    int64_t difference = (int64_t)(address - before->address);
    int relative_len = snprintf(relative, sizeof(relative), "%+lld", (long long)difference);
    sb_adds(out, relative_len < len ? relative : absolute_text);
}

/* ---- functions that share a name ---- */

/* The function of a node: its place without address and line, under the same parent. */
static bool same_function(const struct graph *graph, uint32_t a, uint32_t b)
{
    const struct place *x = graph_place(graph, a), *y = graph_place(graph, b);
    return x->name == y->name && x->file == y->file && x->objfile == y->objfile &&
           x->start_line == y->start_line && graph->nodes.at[a].parent == graph->nodes.at[b].parent;
}

static uint64_t hash_function(const struct graph *graph, uint32_t node, bool whole)
{
    const struct place *place = graph_place(graph, node);
    uint64_t hash = (uint64_t)place->name << 32 | place->file;
    if (whole)
        hash = hash_mix(hash, hash_mix((uint64_t)place->objfile << 32 ^ (uint64_t)place->start_line,
                                       graph->nodes.at[node].parent));
    return hash;
}

/* Finds for each node the first with the same function. */
static void find_wholes(struct callgrind *callgrind)
{
    struct graph *graph = callgrind->graph;
    struct map index;
    map_init(&index, graph->report->view->memory);
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t node = graph->order.at[i];
        bool is_new = false;
        for (uint64_t hash = hash_function(graph, node, true);; hash = hash_mix(hash, 1)) {
            uint64_t *slot = map_put(&index, hash, &is_new);
            if (is_new)
                *slot = node;
            callgrind->whole[node] = (uint32_t)*slot;
            if (is_new || same_function(graph, node, (uint32_t)*slot))
                break;
        }
    }
    map_release(&index);
}

/* Callgrind would make functions of the same file and name one: they are numbered. */
static void number_rivals(struct callgrind *callgrind)
{
    struct graph *graph = callgrind->graph;
    struct map counts; /* (name, file) to how many functions */
    map_init(&counts, graph->report->view->memory);
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t node = graph->order.at[i];
        bool is_new;
        if (callgrind->whole[node] != node)
            continue;
        uint64_t *count = map_put(&counts, hash_function(graph, node, false), &is_new);
        callgrind->ranks[node] = (uint32_t)++*count;
    }
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t node = graph->order.at[i];
        callgrind->rivals[node] =
            (uint32_t)*map_get(&counts, hash_function(graph, node, false));
        callgrind->ranks[node] = callgrind->ranks[callgrind->whole[node]];
    }
    map_release(&counts);
}

/* A callee that weighs nothing, as differences have them, is no node: pprof leaves its name out. */
static uint32_t callee_name(struct callgrind *callgrind, uint32_t node)
{
    struct view *view = callgrind->graph->report->view;
    uint32_t name = graph_place(callgrind->graph, node)->name;
    if (callgrind->rivals[node] <= 1)
        return callgrind->rivals[node] ? name : 0;
    struct sb sb;
    sb_init(&sb, view->memory);
    sb_addf(&sb, "%.*s [%u/%u]", STR_ARGS(view_str(view, name)), callgrind->ranks[node],
            callgrind->rivals[node]);
    name = view_intern(view, sb_str(&sb));
    sb_release(&sb);
    return name;
}

/* ---- nodes ---- */

static int64_t cost(const struct report *report, int64_t value)
{
    return to_int64(units_scale(value, report->type_unit, report->unit).value);
}

static void add_calls(struct callgrind *callgrind, uint32_t node, const struct place *before)
{
    struct graph *graph = callgrind->graph;
    struct report *report = graph->report;
    size_t count;
    uint32_t *edges = order_edges(graph, graph->nodes.at[node].first_out, true, &count);
    for (size_t i = 0; i < count; i++) {
        const struct edge *edge = &graph->edges.at[edges[i]];
        const struct place *callee = graph_place(graph, edge->dest);
        add_name(callgrind, "cfl=", &callgrind->files, callee->file);
        add_name(callgrind, "cfn=", &callgrind->names, callee_name(callgrind, edge->dest));
        sb_adds(report->out, "calls=0 ");
        add_address(report->out, before, callee->address);
        sb_addf(report->out, " %lld\n* * %lld\n", (long long)callee->line,
                (long long)cost(report, edge->weight));
    }
}

static void add_node(struct callgrind *callgrind, uint32_t node, const struct place *before)
{
    struct report *report = callgrind->graph->report;
    const struct place *place = graph_place(callgrind->graph, node);
    if (!before || place->objfile != before->objfile || place->file != before->file ||
        place->name != before->name) {
        sb_addc(report->out, '\n');
        add_name(callgrind, "ob=", &callgrind->objects, place->objfile);
        add_name(callgrind, "fl=", &callgrind->files, place->file);
        add_name(callgrind, "fn=", &callgrind->names, place->name);
    }
    add_address(report->out, before, place->address);
    sb_addf(report->out, " %lld %lld\n", (long long)place->line,
            (long long)cost(report, node_flat(&callgrind->graph->nodes.at[node])));
    add_calls(callgrind, node, before);
}

static void write_all(struct callgrind *callgrind)
{
    struct graph *graph = callgrind->graph;
    struct report *report = graph->report;
    const struct memory *memory = report->view->memory;
    map_init(&callgrind->objects, memory);
    map_init(&callgrind->files, memory);
    map_init(&callgrind->names, memory);
    sb_addf(report->out, "positions: instr line\nevents: %s%.*s(%.*s)\n",
            report->settings.mean ? "mean_" : "", STR_ARGS(report->type_name),
            STR_ARGS(report->unit));
    const struct place *before = NULL;
    for (size_t i = 0; i < graph->order.len; i++) {
        add_node(callgrind, graph->order.at[i], before);
        before = graph_place(graph, graph->order.at[i]);
    }
    map_release(&callgrind->objects);
    map_release(&callgrind->files);
    map_release(&callgrind->names);
}

enum status callgrind_write(struct report *report)
{
    struct graph graph;
    struct callgrind callgrind = {.graph = &graph};
    graph_init(&graph, report);
    trim_graph(&graph);
    trim_select_unit(&graph);
    callgrind.whole = ARENA_ARRAY(&report->arena, uint32_t, graph.nodes.len + 1);
    callgrind.ranks = ARENA_ARRAY(&report->arena, uint32_t, graph.nodes.len + 1);
    callgrind.rivals = ARENA_ARRAY(&report->arena, uint32_t, graph.nodes.len + 1);
    find_wholes(&callgrind);
    number_rivals(&callgrind);
    write_all(&callgrind);
    graph_release(&graph);
    return STATUS_OK;
}
