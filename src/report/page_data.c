/* page_data.c: what the page knows, as one JSON object; its reader is page/data.js.
 *
 * The elements of unheap.hot/1 with what the page draws besides. Everything has a ceiling
 * (limits.h, LIMIT_PAGE_*), dearest first, and the page says what was left out. */
#include <stdlib.h>

#include "report_int.h"

static size_t smaller(size_t a, size_t b)
{
    return a < b ? a : b;
}

static void write_text(struct json_out *json, const char *name, struct str text)
{
    json_write(json, name, json_new_text(json, text));
}

static void write_number(struct json_out *json, const char *name, int64_t number)
{
    json_write(json, name, json_new_number(json, number));
}

/* ---- the picture of a cause ---- */

struct ranked_node {
    uint32_t index;
    const struct flow_node *node;
};

/* The heap and the causes themselves, then by bytes; of equals a step goes before an allocation,
 * so that no allocation is left without its way. */
static int by_weight(const void *left, const void *right)
{
    const struct ranked_node *a = left, *b = right;
    bool a_fixed = a->node->kind == FLOW_NODE_HEAP || a->node->kind == FLOW_NODE_CAUSE;
    bool b_fixed = b->node->kind == FLOW_NODE_HEAP || b->node->kind == FLOW_NODE_CAUSE;
    if (a_fixed != b_fixed)
        return a_fixed ? -1 : 1;
    if (a->node->value != b->node->value)
        return a->node->value > b->node->value ? -1 : 1;
    bool a_site = a->node->kind == FLOW_NODE_SITE, b_site = b->node->kind == FLOW_NODE_SITE;
    if (a_site != b_site)
        return a_site ? 1 : -1;
    return a->index < b->index ? -1 : 1;
}

static const char *node_kind_name(const struct flow_node *node)
{
    switch (node->kind) {
    case FLOW_NODE_SITE: return "site";
    case FLOW_NODE_STEP: return "step";
    case FLOW_NODE_CAUSE: return "cause";
    case FLOW_NODE_HEAP: return "heap";
    }
    return "step";
}

static json_t *new_node(struct json_out *json, const struct flow_node *node)
{
    json_t *object = json_new_object(json);
    json_put(json, object, "kind", json_new_text(json, str_from(node_kind_name(node))));
    struct str text = node->kind == FLOW_NODE_SITE ? fact_without_verb(node->text) : node->text;
    json_put(json, object, "text", json_new_text(json, text));
    json_put(json, object, "file", json_new_text(json, node->place.file));
    json_put(json, object, "line", json_new_number(json, node->place.line));
    json_put(json, object, "value", json_new_number(json, node->value));
    return object;
}

static json_t *new_edge(struct json_out *json, uint32_t from, uint32_t to, int64_t value)
{
    json_t *list = json_new_list(json);
    json_push(json, list, json_new_number(json, from));
    json_push(json, list, json_new_number(json, to));
    json_push(json, list, json_new_number(json, value));
    return list;
}

/* place[index of a node] = its index in the page, or EVIDENCE_NONE. */
static json_t *new_edges(struct json_out *json, const struct cause *cause, const uint32_t *place)
{
    json_t *list = json_new_list(json);
    for (size_t i = 0; i < cause->edge_count; i++) {
        const struct flow_edge *edge = &cause->edges[i];
        uint32_t from = place[edge->from], to = place[edge->to];
        if (from != EVIDENCE_NONE && to != EVIDENCE_NONE)
            json_push(json, list, new_edge(json, from, to, edge->value));
    }
    return list;
}

static void put_graph(struct json_out *json, json_t *object, const struct cause *cause)
{
    struct ranked_node *ranked = memory_get(json->memory, cause->node_count * sizeof(*ranked));
    uint32_t *place = memory_get(json->memory, cause->node_count * sizeof(*place));
    for (uint32_t i = 0; i < cause->node_count; i++)
        ranked[i] = (struct ranked_node){i, &cause->nodes[i]};
    if (cause->node_count)
        qsort(ranked, cause->node_count, sizeof(*ranked), by_weight);
    size_t kept = smaller(cause->node_count, LIMIT_PAGE_GRAPH_NODES);
    json_t *nodes = json_new_list(json);
    for (size_t i = 0; i < cause->node_count; i++) {
        place[ranked[i].index] = i < kept ? (uint32_t)i : EVIDENCE_NONE;
        if (i < kept)
            json_push(json, nodes, new_node(json, ranked[i].node));
    }
    json_put(json, object, "nodes", nodes);
    json_put(json, object, "edges", new_edges(json, cause, place));
    json_put(json, object, "nodes_cut",
             json_new_number(json, (int64_t)(cause->node_count - kept)));
    memory_put(json->memory, place);
    memory_put(json->memory, ranked);
}

/* ---- lists ---- */

static void write_causes(struct json_out *json, const struct evidence *evidence, size_t count)
{
    json_begin(json, "causes", '[');
    for (size_t i = 0; i < count; i++) {
        const struct cause *cause = &evidence->causes[i];
        json_t *object = hot_json_cause(json, evidence, i, LIMIT_PAGE_PARTS);
        json_put(json, object, "part_count",
                 json_new_number(json, (int64_t)cause->part_count));
        put_graph(json, object, cause);
        json_write(json, NULL, object);
    }
    json_end(json, ']');
}

static void write_sites(struct json_out *json, const struct evidence *evidence, size_t count)
{
    json_begin(json, "sites", '[');
    for (size_t i = 0; i < count; i++) {
        const struct site *site = &evidence->sites[i];
        json_t *object = hot_json_site(json, evidence, i);
        json_put(json, object, "expression", json_new_text(json, fact_expression(site)));
        json_put(json, object, "story", hot_json_story(json, site->story, site->story_count));
        json_write(json, NULL, object);
    }
    json_end(json, ']');
}

static void write_unexplained(struct json_out *json, const struct evidence *evidence,
                              size_t count)
{
    json_begin(json, "unexplained", '[');
    for (size_t i = 0; i < count; i++)
        json_write(json, NULL, hot_json_unexplained(json, &evidence->unexplained[i]));
    json_end(json, ']');
}

static json_t *new_elided(struct json_out *json, const struct site *site)
{
    json_t *object = json_new_object(json);
    json_put(json, object, "function", json_new_text(json, site->function));
    json_put(json, object, "file", json_new_text(json, site->place.file));
    json_put(json, object, "line", json_new_number(json, site->place.line));
    json_put(json, object, "kind", json_new_text(json, str_from(site_kind_name(site->kind))));
    json_put(json, object, "text", json_new_text(json, site->text));
    return object;
}

/* Conversions to interfaces last: constants among them are known not to allocate. */
static void write_elided(struct json_out *json, const struct evidence *evidence)
{
    size_t left = LIMIT_PAGE_ELIDED;
    json_begin(json, "elided", '[');
    for (int conversions = 0; conversions < 2; conversions++) {
        for (size_t i = 0; i < evidence->elided_count && left > 0; i++) {
            const struct site *site = &evidence->elided[i];
            if ((site->kind == SITE_INTERFACE) != (conversions == 1))
                continue;
            json_write(json, NULL, new_elided(json, site));
            left--;
        }
    }
    json_end(json, ']');
}

static void write_notices(struct json_out *json, const struct evidence *evidence)
{
    struct sb text;
    sb_init(&text, json->memory);
    fact_notices(evidence, &text);
    struct str rest = sb_str(&text);
    json_begin(json, "notices", '[');
    while (rest.len)
        write_text(json, NULL, str_cut(&rest, '\n'));
    json_end(json, ']');
    sb_release(&text);
}

/* ---- the flame graph ---- */

/* Names of the functions that the tree has, each once; names[0] is the root's. */
static void write_flame_names(struct json_out *json, const struct evidence *evidence,
                              const struct call_tree *flame, uint32_t *names)
{
    const struct profile *profile = evidence->profile;
    uint32_t next = 1;
    memset(names, 0, profile->functions.len * sizeof(*names));
    json_begin(json, "names", '[');
    write_text(json, NULL, STR("all"));
    for (size_t i = 1; i < flame->nodes.len; i++) {
        uint32_t function = flame->nodes.at[i].call;
        if (names[function])
            continue;
        names[function] = next++;
        write_text(json, NULL, profile_string(profile, profile->functions.at[function].name));
    }
    json_end(json, ']');
}

static void write_selfs(struct json_out *json, const struct call_tree *flame)
{
    json_begin(json, "selfs", '[');
    for (size_t i = 0; i < flame->selfs.len; i++) {
        const struct call_self *self = &flame->selfs.at[i];
        write_number(json, NULL, self->node);
        write_number(json, NULL, self->label == EVIDENCE_NONE ? -1 : (int64_t)self->label);
        write_number(json, NULL, self->value);
    }
    json_end(json, ']');
}

static void write_flame(struct json_out *json, const struct evidence *evidence)
{
    struct call_tree flame;
    bool below_zero;
    int64_t least = evidence->total / LIMIT_PAGE_FLAME_PARTS;
    flame_build(&flame, evidence, least > 0 ? least : 1, LIMIT_PAGE_FLAME_NODES, &below_zero);
    uint32_t *names =
        memory_get(json->memory, evidence->profile->functions.len * sizeof(*names));
    json_begin(json, "flame", '{');
    write_flame_names(json, evidence, &flame, names);
    tree_write_nodes(json, &flame, names);
    write_selfs(json, &flame);
    write_number(json, "least", flame.least);
    json_write(json, "below_zero", json_new_bool(json, below_zero));
    json_end(json, '}');
    memory_put(json->memory, names);
    call_tree_release(&flame);
}

/* ---- the whole ---- */

static void write_profile(struct json_out *json, const struct profile *profile)
{
    json_begin(json, "profile", '{');
    write_number(json, "time_seconds", profile->time_nanos / 1000000000);
    write_number(json, "period", profile->period);
    write_number(json, "sources", profile->source_count);
    json_end(json, '}');
}

static void write_head(struct json_out *json, const struct evidence *evidence,
                       const struct report_style *style)
{
    struct coverage coverage = fact_coverage(evidence);
    write_text(json, "schema", STR("unheap.page/1"));
    write_text(json, "command", str_from(style->command));
    write_text(json, "go_version", evidence->go_version);
    write_text(json, "sample_type", evidence->type_name);
    write_text(json, "meaning", fact_meaning(evidence->type_name));
    write_text(json, "unit", evidence->unit);
    write_number(json, "total", evidence->total);
    write_number(json, "explained", evidence->explained);
    write_number(json, "samples", (int64_t)fact_samples(evidence));
    write_number(json, "cover_causes", (int64_t)coverage.causes);
    write_number(json, "cover_value", coverage.value);
    write_number(json, "cause_count", (int64_t)evidence->cause_count);
    write_number(json, "site_count", (int64_t)evidence->site_count);
    write_number(json, "unexplained_count", (int64_t)evidence->unexplained_count);
    write_number(json, "elided_count", (int64_t)evidence->elided_count);
    write_text(json, "other_ranking", evidence->other_ranking);
}

void page_write_data(struct json_out *json, const struct evidence *evidence,
                     const struct report_style *style)
{
    struct page_extent extent = {
        .causes = smaller(evidence->cause_count, LIMIT_PAGE_CAUSES),
        .sites = smaller(evidence->site_count, LIMIT_PAGE_SITES),
        .unexplained = smaller(evidence->unexplained_count, LIMIT_PAGE_UNEXPLAINED),
        .whole_bytes = LIMIT_PAGE_SOURCE_BYTES,
        .excerpt_bytes = LIMIT_PAGE_EXCERPT_BYTES,
    };
    json_begin(json, NULL, '{');
    write_head(json, evidence, style);
    write_profile(json, evidence->profile);
    write_notices(json, evidence);
    write_causes(json, evidence, extent.causes);
    write_sites(json, evidence, extent.sites);
    write_unexplained(json, evidence, extent.unexplained);
    write_elided(json, evidence);
    page_write_files(json, evidence, &extent);
    write_flame(json, evidence);
    json_end(json, '}');
}
