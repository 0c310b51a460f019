/* graph.c: samples to a graph of callers and callees, or to a tree of them (internal/graph).
 *
 *   G1. A place is what two lines of the profile share to be one node. In a graph a node is a
 *       place; in a tree it is a place reached in one way.
 *   G2. A stack adds its weight to a node and to an edge at most once, however often it recurs
 *       there.
 *   G3. A place that is not kept leaves a gap: the edge over it is residual, and a stack that ends
 *       in one has no leaf.
 *   G4. Filling again keeps places and weights: only sums and edges are made anew. */
#include "view/view_int.h"

/* ---- places ---- */

static bool places_equal(const struct place *a, const struct place *b)
{
    return a->name == b->name && a->file == b->file && a->objfile == b->objfile &&
           a->address == b->address && a->line == b->line && a->column == b->column &&
           a->start_line == b->start_line;
}

static uint32_t find_place(struct graph *graph, struct map *index, const struct place *place)
{
    uint64_t hash = hash_mix((uint64_t)place->name << 32 | place->file, place->address);
    hash = hash_mix(hash, hash_mix((uint64_t)place->line << 20 ^ (uint64_t)place->column,
                                   (uint64_t)place->start_line << 32 ^ place->objfile));
    for (;; hash = hash_mix(hash, 1)) {
        bool is_new;
        uint64_t *slot = map_put(index, hash, &is_new);
        if (is_new) {
            *slot = graph->places.len;
            VEC_PUSH(graph->report->view->memory, &graph->places, *place);
        }
        if (is_new || places_equal(&graph->places.at[*slot], place))
            return (uint32_t)*slot;
    }
}

/* Reports about binaries keep their names; else functions of several binaries are one. */
static bool keeps_objects(const struct report *report)
{
    return report->kind == VIEW_LIST || report->kind == VIEW_CALLGRIND ||
           report->kind == VIEW_RAW || report->kind == VIEW_DISASM;
}

static struct place make_place(const struct report *report, const struct view_location *location,
                               const struct view_line *line)
{
    const struct view *view = report->view;
    uint32_t objfile = location->mapping == NONE ? 0 : view->mappings.at[location->mapping].file;
    if (!line)
        return (struct place){.address = location->address, .objfile = objfile};
    const struct view_function *function = &view->functions.at[line->function];
    struct place place = {
        .address = location->address,
        .line = line->line,
        .column = line->column,
        .name = function->name,
        .file = function->file,
    };
    if (keeps_objects(report) || !place.name) {
        place.objfile = objfile;
        place.start_line = function->start_line;
    }
    return place;
}

/* Paths are trimmed as the settings say, then cleaned. pprof does not trim for -traces. */
static void tidy_paths(struct graph *graph)
{
    struct report *report = graph->report;
    struct view *view = report->view;
    for (size_t i = 0; i < view->functions.len; i++) {
        struct view_function *function = &view->functions.at[i];
        struct str file = view_str(view, function->file), tidy = file;
        if (!file.len)
            continue;
        if (report->kind != VIEW_TRACES)
            tidy = names_trim_path(file, report->settings.trim_path, report->settings.source_path);
        tidy = tidy.len ? names_clean_path(tidy, &report->arena) : tidy;
        if (tidy.ptr != file.ptr || tidy.len != file.len)
            function->file = view_intern(view, tidy);
    }
}

static void make_places(struct graph *graph)
{
    struct view *view = graph->report->view;
    struct map index;
    map_init(&index, view->memory);
    graph->location_first = memory_get(view->memory, (view->locations.len + 1) * sizeof(uint32_t));
    for (size_t i = 0; i < view->locations.len; i++) {
        const struct view_location *location = &view->locations.at[i];
        graph->location_first[i] = (uint32_t)graph->slots.len;
        for (uint32_t j = 0; j < location->line_count || j == 0; j++) {
            const struct view_line *line =
                location->line_count ? &view->lines.at[location->first_line + j] : NULL;
            struct place place = make_place(graph->report, location, line);
            VEC_PUSH(view->memory, &graph->slots, find_place(graph, &index, &place));
        }
    }
    graph->location_first[view->locations.len] = (uint32_t)graph->slots.len;
    map_release(&index);
}

static void place_text(const struct view *view, const struct place *place, struct sb *out)
{
    const char *before = "";
    if (place->address) {
        sb_addf(out, "%016llx", (unsigned long long)place->address);
        before = " ";
    }
    if (place->name) {
        sb_adds(out, before);
        sb_add(out, view_str(view, place->name));
        before = " ";
    }
    if (place->line || place->file) {
        sb_adds(out, before);
        sb_add(out, view_str(view, place->file));
        if (place->line)
            sb_addf(out, ":%lld", (long long)place->line);
        if (place->line && place->column)
            sb_addf(out, ":%lld", (long long)place->column);
    } else if (!place->name && place->objfile) {
        struct str base = names_base(view_str(view, place->objfile));
        sb_addf(out, "%s[%.*s]", before, STR_ARGS(base));
    } else if (!place->name) {
        sb_addf(out, "%s<unknown>", before);
    }
}

struct str graph_place_name(struct graph *graph, uint32_t place)
{
    struct str *name = &graph->place_names[place];
    if (name->ptr)
        return *name;
    struct sb sb;
    sb_init(&sb, graph->report->view->memory);
    place_text(graph->report->view, &graph->places.at[place], &sb);
    *name = str_copy(&graph->report->arena, sb_str(&sb));
    sb_release(&sb);
    return *name;
}

struct str graph_name(struct graph *graph, uint32_t node)
{
    return graph_place_name(graph, graph->nodes.at[node].place);
}

/* ---- weights ---- */

static void add_weight(struct graph *graph, struct map *index, size_t sample)
{
    const struct report *report = graph->report;
    int64_t value = report_value(report, sample), divisor = report_divisor(report, sample);
    struct view_sample key = report->view->samples.at[sample];
    bool is_new;
    if (!value && !divisor)
        return;
    if (!graph->tags)
        key.labels = 0;
    uint64_t *slot = map_put(index, (uint64_t)key.labels << 32 | key.stack, &is_new);
    if (is_new) {
        *slot = graph->weights.len;
        struct weight fresh = {.stack = key.stack, .labels = key.labels};
        VEC_PUSH(report->view->memory, &graph->weights, fresh);
    }
    struct weight *weight = &graph->weights.at[*slot];
    weight->value = added(weight->value, value);
    weight->divisor = added(weight->divisor, divisor);
}

static void make_weights(struct graph *graph)
{
    struct map index;
    map_init(&index, graph->report->view->memory);
    for (size_t i = 0; i < graph->report->view->samples.len; i++)
        add_weight(graph, &index, i);
    map_release(&index);
}

/* ---- nodes and edges ---- */

static uint32_t add_node(struct graph *graph, uint32_t place, uint32_t parent)
{
    struct node node = {.place = place, .parent = parent, .first_in = NONE, .first_out = NONE};
    VEC_PUSH(graph->report->view->memory, &graph->nodes, node);
    return (uint32_t)graph->nodes.len - 1;
}

static uint32_t find_child(struct graph *graph, uint32_t place, uint32_t parent)
{
    bool is_new;
    uint64_t *slot = map_put(&graph->node_index, (uint64_t)(parent + 1) << 32 | place, &is_new);
    if (is_new)
        *slot = add_node(graph, place, parent);
    return (uint32_t)*slot;
}

enum { EDGE_CACHE_BITS = 14 };

static struct edge *add_edge(struct graph *graph, uint32_t src, uint32_t dest)
{
    bool is_new;
    uint64_t *slot = map_put(&graph->edge_index, (uint64_t)src << 32 | dest, &is_new);
    if (!is_new)
        return &graph->edges.at[*slot];
    *slot = graph->edges.len;
    struct edge edge = {.src = src, .dest = dest, .inlined = true,
                        .next_in = graph->nodes.at[dest].first_in,
                        .next_out = graph->nodes.at[src].first_out};
    graph->nodes.at[dest].first_in = graph->nodes.at[src].first_out = (uint32_t)*slot;
    VEC_PUSH(graph->report->view->memory, &graph->edges, edge);
    return &graph->edges.at[*slot];
}

static struct edge *find_edge(struct graph *graph, uint32_t src, uint32_t dest)
{
    uint64_t ends = (uint64_t)(src + 1) << 32 | dest;
    uint64_t hash = ends * 0x9e3779b97f4a7c15u;
    struct edge_slot *slot = &graph->edge_cache[hash >> (64 - EDGE_CACHE_BITS)];
    if (slot->ends == ends)
        return &graph->edges.at[slot->edge];
    struct edge *edge = add_edge(graph, src, dest);
    *slot = (struct edge_slot){ends, (uint32_t)(edge - graph->edges.at)};
    return edge;
}

uint32_t graph_in(const struct graph *graph, uint32_t edge)
{
    while (edge != NONE && graph->edges.at[edge].dead)
        edge = graph->edges.at[edge].next_in;
    return edge;
}

uint32_t graph_out(const struct graph *graph, uint32_t edge)
{
    while (edge != NONE && graph->edges.at[edge].dead)
        edge = graph->edges.at[edge].next_out;
    return edge;
}

void graph_drop_edge(struct graph *graph, uint32_t edge)
{
    graph->edges.at[edge].dead = true;
}

void graph_move_edge(struct graph *graph, uint32_t edge, uint32_t src)
{
    graph->edges.at[edge].src = src;
    graph->edges.at[edge].next_out = graph->nodes.at[src].first_out;
    graph->nodes.at[src].first_out = edge;
}

/* ---- one stack ---- */

static void add_to_node(struct graph *graph, uint32_t index, const struct weight *weight, bool flat)
{
    struct node *node = &graph->nodes.at[index];
    if (flat) {
        node->flat = added(node->flat, weight->value);
        node->flat_div = added(node->flat_div, weight->divisor);
    } else {
        node->cum = added(node->cum, weight->value);
        node->cum_div = added(node->cum_div, weight->divisor);
    }
    if (graph->tags)
        nodelets_add(graph, index, weight->value, weight->divisor, flat, weight->labels);
}

static void add_to_edge(struct graph *graph, struct edge *edge, const struct weight *weight,
                        bool inlined)
{
    edge->stamp = graph->stamp;
    edge->weight = added(edge->weight, weight->value);
    edge->weight_div = added(edge->weight_div, weight->divisor);
    edge->inlined &= inlined;
}

struct walk {
    uint32_t parent;
    bool residual;
};

static void visit(struct graph *graph, struct walk *walk, uint32_t place, bool inlined,
                  const struct weight *weight)
{
    if (!graph->tree && graph->kept && !graph->kept[place]) {
        walk->residual = true; /* G3 */
        return;
    }
    uint32_t node = graph->tree ? find_child(graph, place, walk->parent) : place;
    if (graph->tree || graph->nodes.at[node].stamp != graph->stamp) { /* G2 */
        graph->nodes.at[node].stamp = graph->stamp;
        add_to_node(graph, node, weight, false);
    }
    if (walk->parent != NONE && walk->parent != node) {
        struct edge *edge = find_edge(graph, walk->parent, node);
        if (edge->stamp != graph->stamp) {
            add_to_edge(graph, edge, weight, inlined);
            edge->residual |= walk->residual;
        }
    }
    walk->parent = node;
    walk->residual = false;
}

/* From the root to the leaf. */
static void add_stack(struct graph *graph, const struct weight *weight)
{
    const struct view *view = graph->report->view;
    struct view_span stack = view->stacks.at[weight->stack];
    struct walk walk = {.parent = NONE};
    graph->stamp++;
    for (uint32_t i = stack.count; i-- > 0;) {
        uint32_t location = view->stack_locations.at[stack.first + i];
        if (graph->gaps && graph->gaps[location]) {
            walk.residual = true; /* G3 */
            continue;
        }
        uint32_t first = graph->location_first[location], end = graph->location_first[location + 1];
        for (uint32_t slot = end; slot-- > first;)
            visit(graph, &walk, graph->slots.at[slot], slot + 1 != end, weight);
    }
    if (walk.parent != NONE && !walk.residual)
        add_to_node(graph, walk.parent, weight, true);
}

/* ---- sums alone ---- */

/* What all stacks through a place weigh. A graph with all its nodes is only wanted to know which to
 * keep; most of a large profile's time goes here, so what is touched is small. */
struct sum {
    int64_t cum, cum_div;
    uint32_t stamp;
};

static void sum_stack(struct graph *graph, struct sum *sums, const struct weight *weight)
{
    const struct view *view = graph->report->view;
    struct view_span stack = view->stacks.at[weight->stack];
    uint32_t leaf = NONE;
    graph->stamp++;
    for (uint32_t i = stack.count; i-- > 0;) {
        uint32_t location = view->stack_locations.at[stack.first + i];
        uint32_t first = graph->location_first[location];
        for (uint32_t slot = graph->location_first[location + 1]; slot-- > first;) {
            leaf = graph->slots.at[slot];
            struct sum *sum = &sums[leaf];
            if (sum->stamp == graph->stamp) /* G2 */
                continue;
            sum->stamp = graph->stamp;
            sum->cum = added(sum->cum, weight->value);
            sum->cum_div = added(sum->cum_div, weight->divisor);
        }
    }
    if (leaf != NONE)
        add_to_node(graph, leaf, weight, true);
}

static void sum_stacks(struct graph *graph)
{
    const struct memory *memory = graph->report->view->memory;
    size_t size = graph->places.len * sizeof(struct sum);
    struct sum *sums = memset(memory_get(memory, size), 0, size);
    for (size_t i = 0; i < graph->weights.len; i++)
        sum_stack(graph, sums, &graph->weights.at[i]);
    for (size_t i = 0; i < graph->places.len; i++) {
        graph->nodes.at[i].cum = sums[i].cum;
        graph->nodes.at[i].cum_div = sums[i].cum_div;
    }
    memory_put(memory, sums);
}

/* ---- tags alone ---- */

/* The same walk. */
static void tag_stack(struct graph *graph, const struct weight *weight, const bool *marks)
{
    const struct view *view = graph->report->view;
    struct view_span stack = view->stacks.at[weight->stack];
    struct walk walk = {.parent = NONE};
    graph->stamp++;
    for (uint32_t i = stack.count; i-- > 0;) {
        uint32_t location = view->stack_locations.at[stack.first + i];
        uint32_t first = graph->location_first[location];
        for (uint32_t slot = graph->location_first[location + 1]; slot-- > first;) {
            uint32_t node = graph->slots.at[slot];
            walk.residual = graph->kept && !graph->kept[node];
            if (walk.residual)
                continue;
            walk.parent = node;
            if (marks[node] && graph->nodes.at[node].stamp != graph->stamp) /* G2 */
                nodelets_add(graph, node, weight->value, weight->divisor, false, weight->labels);
            graph->nodes.at[node].stamp = graph->stamp;
        }
    }
    if (walk.parent != NONE && !walk.residual && marks[walk.parent])
        nodelets_add(graph, walk.parent, weight->value, weight->divisor, true, weight->labels);
}

void graph_tag(struct graph *graph, const bool *marks)
{
    for (size_t i = 0; i < graph->weights.len; i++)
        tag_stack(graph, &graph->weights.at[i], marks);
}

/* ---- all of it ---- */

static void release_nodes(struct graph *graph)
{
    const struct memory *memory = graph->report->view->memory;
    for (size_t i = 0; i < graph->nodes.len; i++)
        VEC_RELEASE(memory, &graph->nodes.at[i].tags);
    graph->nodes.len = graph->edges.len = graph->order.len = 0;
}

static void select_nodes(struct graph *graph)
{
    for (uint32_t i = 0; i < graph->nodes.len; i++) {
        const struct node *node = &graph->nodes.at[i];
        bool negative = node->flat < 0 || (node->flat == 0 && node->cum < 0);
        if (node->cum == 0 && node->flat == 0)
            continue;
        if (negative && graph->report->settings.drop_negative)
            continue;
        VEC_PUSH(graph->report->view->memory, &graph->order, i);
    }
}

/* Most locations of most graphs are not kept. */
static void find_gaps(struct graph *graph)
{
    size_t count = graph->report->view->locations.len;
    if (!graph->gaps)
        graph->gaps = memory_get(graph->report->view->memory, count + 1);
    for (size_t i = 0; i < count; i++) {
        uint32_t slot = graph->location_first[i], end = graph->location_first[i + 1];
        while (slot < end && !graph->kept[graph->slots.at[slot]])
            slot++;
        graph->gaps[i] = slot == end;
    }
}

void graph_fill(struct graph *graph)
{
    if (graph->kept && !graph->tree)
        find_gaps(graph);
    release_nodes(graph);
    map_clear(&graph->node_index);
    map_clear(&graph->edge_index);
    map_clear(&graph->tag_index);
    memset(graph->edge_cache, 0, sizeof(*graph->edge_cache) << EDGE_CACHE_BITS);
    graph->stamp = 0;
    if (!graph->tree)
        for (uint32_t i = 0; i < graph->places.len; i++)
            add_node(graph, i, NONE);
    if (graph->sums_only)
        sum_stacks(graph);
    for (size_t i = 0; i < graph->weights.len && !graph->sums_only; i++)
        add_stack(graph, &graph->weights.at[i]);
    select_nodes(graph);
}

void graph_init(struct graph *graph, struct report *report)
{
    const struct memory *memory = report->view->memory;
    bool drawn = report->kind == VIEW_DOT;
    *graph = (struct graph){.report = report, .tags = drawn};
    graph->tree = report->settings.call_tree && (drawn || report->kind == VIEW_CALLGRIND);
    map_init(&graph->node_index, memory);
    map_init(&graph->edge_index, memory);
    map_init(&graph->tag_index, memory);
    graph->edge_cache = memory_get(memory, sizeof(*graph->edge_cache) << EDGE_CACHE_BITS);
    tidy_paths(graph);
    make_places(graph);
    make_weights(graph);
    graph->place_names = memory_get(memory, (graph->places.len + 1) * sizeof(struct str));
    memset(graph->place_names, 0, (graph->places.len + 1) * sizeof(struct str));
}

void graph_release(struct graph *graph)
{
    const struct memory *memory = graph->report->view->memory;
    release_nodes(graph);
    map_release(&graph->node_index);
    map_release(&graph->edge_index);
    map_release(&graph->tag_index);
    VEC_RELEASE(memory, &graph->places);
    VEC_RELEASE(memory, &graph->slots);
    VEC_RELEASE(memory, &graph->weights);
    VEC_RELEASE(memory, &graph->nodes);
    VEC_RELEASE(memory, &graph->edges);
    VEC_RELEASE(memory, &graph->order);
    memory_put(memory, graph->edge_cache);
    memory_put(memory, graph->place_names);
    memory_put(memory, graph->location_first);
    memory_put(memory, graph->kept);
    memory_put(memory, graph->gaps);
}
