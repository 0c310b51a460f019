/* nodelets.c: the labels of samples as small boxes at the nodes of a drawing (internal/graph
 * addSample, internal/graph/dotgraph.go addNodelets). Of the numbers only the size of objects is
 * drawn, and what marks the samples of a base is not. */
#include "view/view_int.h"

/* ---- the tags of a node ---- */

static struct tag *find_tag(struct graph *graph, uint32_t index, uint32_t group, uint32_t name,
                            bool numeric)
{
    struct view *view = graph->report->view;
    struct node *node = &graph->nodes.at[index];
    uint64_t hash = hash_mix((uint64_t)index << 1 | numeric, (uint64_t)group << 32 | name);
    for (;; hash = hash_mix(hash, 1)) {
        bool is_new;
        uint64_t *slot = map_put(&graph->tag_index, hash, &is_new);
        if (is_new) {
            *slot = (uint64_t)index << 32 | node->tags.len;
            VEC_PUSH(view->memory, &node->tags,
                     ((struct tag){.name = view_str(view, name), .name_id = name, .group = group,
                                   .numeric = numeric}));
        }
        if (*slot >> 32 != index)
            continue;
        struct tag *tag = &node->tags.at[(uint32_t)*slot];
        if (tag->name_id == name && tag->group == group && tag->numeric == numeric)
            return tag;
    }
}

static void add_to_tag(struct tag *tag, int64_t value, int64_t divisor, bool flat)
{
    if (flat) {
        tag->flat = added(tag->flat, value);
        tag->flat_div = added(tag->flat_div, divisor);
    } else {
        tag->cum = added(tag->cum, value);
        tag->cum_div = added(tag->cum_div, divisor);
    }
}

static int compare_texts(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* All text labels of a set as one: "key:value", sorted, with DOT's mark for a new line between. */
static uint32_t joined_labels(struct report *report, struct view_span set)
{
    struct view *view = report->view;
    struct str *texts = ARENA_ARRAY(&report->arena, struct str, set.count + 1);
    struct sb sb;
    size_t count = 0;
    sb_init(&sb, view->memory);
    for (uint32_t i = 0; i < set.count; i++) {
        const struct view_label *label = &view->labels.at[set.first + i];
        if (label->numeric || str_is(view_str(view, label->key), "pprof::base"))
            continue;
        sb_clear(&sb);
        sb_addf(&sb, "%.*s:%.*s", STR_ARGS(view_str(view, label->key)),
                STR_ARGS(view_str(view, label->text)));
        texts[count++] = str_copy(&report->arena, sb_str(&sb));
    }
    qsort(texts, count, sizeof(*texts), compare_texts);
    sb_clear(&sb);
    for (size_t i = 0; i < count; i++) {
        sb_adds(&sb, i ? "\\n" : "");
        sb_add(&sb, texts[i]);
    }
    uint32_t joined = view_intern(view, sb_str(&sb));
    sb_release(&sb);
    return joined;
}

static uint32_t size_name(struct graph *graph, int64_t number, struct str unit)
{
    struct sb sb;
    sb_init(&sb, graph->report->view->memory);
    units_add(&sb, number, unit, graph->report->unit);
    uint32_t name = view_intern(graph->report->view, sb_str(&sb));
    sb_release(&sb);
    return name;
}

/* What a set of labels means for tags, found out once: tag_sets[set] is where its own begin. */
static struct tag_set *set_of(struct graph *graph, uint32_t labels)
{
    struct report *report = graph->report;
    struct view *view = report->view;
    if (!graph->tag_sets)
        graph->tag_sets = ARENA_ARRAY(&report->arena, struct tag_set, view->label_sets.len);
    struct tag_set *tag_set = &graph->tag_sets[labels];
    if (tag_set->known)
        return tag_set;
    struct view_span set = view->label_sets.at[labels];
    *tag_set = (struct tag_set){.known = true, .joined = joined_labels(report, set)};
    tag_set->sizes = ARENA_ARRAY(&report->arena, struct tag_size, set.count + 1);
    for (uint32_t i = 0; i < set.count; i++) {
        struct view_label label = view->labels.at[set.first + i];
        if (!label.numeric || !str_is(view_str(view, label.key), "bytes"))
            continue;
        struct str unit = label_units_get(&report->units, view, label.key);
        tag_set->sizes[tag_set->count++] = (struct tag_size){
            .name = size_name(graph, label.number, unit), .number = label.number, .unit = unit};
    }
    return tag_set;
}

void nodelets_add(struct graph *graph, uint32_t node, int64_t value, int64_t divisor, bool flat,
                  uint32_t labels)
{
    const struct tag_set *set = set_of(graph, labels);
    if (set->joined)
        add_to_tag(find_tag(graph, node, 0, set->joined, false), value, divisor, flat);
    for (uint32_t i = 0; i < set->count; i++) {
        struct tag *tag = find_tag(graph, node, set->joined, set->sizes[i].name, true);
        if (!tag->unit.ptr) {
            tag->unit = set->sizes[i].unit;
            tag->value = set->sizes[i].number;
        }
        add_to_tag(tag, value, divisor, flat);
    }
}

void nodelets_trim(struct graph *graph, int64_t cutoff)
{
    for (size_t i = 0; graph->tags && i < graph->order.len; i++) {
        struct node *node = &graph->nodes.at[graph->order.at[i]];
        size_t kept = 0;
        for (size_t j = 0; j < node->tags.len; j++) {
            const struct tag *tag = &node->tags.at[j];
            if (absolute(tag->flat) >= cutoff || absolute(tag->cum) >= cutoff)
                node->tags.at[kept++] = *tag;
        }
        node->tags.len = kept;
    }
}

size_t nodelets_count(const struct node *node)
{
    size_t count = 0;
    for (size_t i = 0; i < node->tags.len; i++)
        count += node->tags.at[i].flat != 0;
    return count;
}

/* ---- drawing ---- */

struct nodelet_writer {
    struct graph *graph;
    struct node *node;
    bool flat; /* inner nodes show what is their own, leaves also what stood below them */
    bool any;
};

static int64_t tag_flat(const struct tag *tag)
{
    return divided(tag->flat, tag->flat_div);
}

static int64_t tag_cum(const struct tag *tag)
{
    return divided(tag->cum, tag->cum_div);
}

static double distance(const struct tag *tag, const struct tag *other)
{
    double value = units_scale(other->value, other->unit, tag->unit).value;
    return value < (double)tag->value ? (double)tag->value - value : value - (double)tag->value;
}

struct tag_group {
    struct tag *heaviest; /* it gives the group its place */
    const struct tag *min, *max;
    int64_t flat, flat_div, cum, cum_div;
    size_t count;
};

static void join_group(struct tag_group *group, struct tag *tag)
{
    if (group->count++ == 0) {
        group->heaviest = tag;
        group->min = group->max = tag;
    }
    if (to_int64(units_scale(tag->value, tag->unit, group->min->unit).value) < group->min->value)
        group->min = tag;
    if (to_int64(units_scale(tag->value, tag->unit, group->max->unit).value) > group->max->value)
        group->max = tag;
    group->flat = added(group->flat, tag->flat);
    group->flat_div = added(group->flat_div, tag->flat_div);
    group->cum = added(group->cum, tag->cum);
    group->cum_div = added(group->cum_div, tag->cum_div);
}

/* "512B" or "1kB..4kB". Divisors are used up. */
static struct tag group_tag(struct report *report, const struct tag_group *group)
{
    struct sb sb;
    struct str automatic = STR("auto");
    sb_init(&sb, report->view->memory);
    units_add(&sb, group->min->value, group->min->unit, automatic);
    if (group->count > 1) {
        sb_adds(&sb, "..");
        units_add(&sb, group->max->value, group->max->unit, automatic);
    }
    struct tag tag = {.name = str_copy(&report->arena, sb_str(&sb)),
                      .flat = divided(group->flat, group->flat_div),
                      .cum = divided(group->cum, group->cum_div)};
    sb_release(&sb);
    return tag;
}

/* Makes at most MAX_NODELETS of them; those that are left out join the nearest. */
static size_t collapse(struct nodelet_writer *writer, struct tag **tags, size_t count)
{
    struct report *report = writer->graph->report;
    struct tag_group groups[MAX_NODELETS];
    order_tags(tags, count, writer->flat);
    if (count <= MAX_NODELETS)
        return count;
    memset(groups, 0, sizeof(groups));
    for (size_t i = 0; i < count; i++) {
        size_t nearest = i < MAX_NODELETS ? i : 0;
        for (size_t j = 1; i >= MAX_NODELETS && j < MAX_NODELETS; j++)
            if (distance(tags[i], groups[j].heaviest) < distance(tags[i], groups[nearest].heaviest))
                nearest = j;
        join_group(&groups[nearest], tags[i]);
    }
    for (size_t i = 0; i < MAX_NODELETS; i++) {
        tags[i] = ARENA_NEW(&report->arena, struct tag);
        *tags[i] = group_tag(report, &groups[i]);
    }
    order_tags(tags, MAX_NODELETS, writer->flat);
    return MAX_NODELETS;
}

static void write_box(struct nodelet_writer *writer, const char *from, const char *box,
                      struct str label, const char *weight)
{
    struct sb *out = writer->graph->report->out;
    sb_addf(out, "%s [label = \"%.*s\" id=\"%s\" fontsize=8 shape=box3d tooltip=\"%s\"]\n", box,
            STR_ARGS(label), box, weight);
    sb_addf(out, "%s -> %s [label=\" %s\" weight=100 tooltip=\"%s\" labeltooltip=\"%s\"", from, box,
            weight, weight, weight);
    writer->any = true;
}

static void write_sizes(struct nodelet_writer *writer, uint32_t group, const char *from)
{
    struct report *report = writer->graph->report;
    size_t count = 0;
    struct tag **tags = arena_alloc(&report->arena, (writer->node->tags.len + 1) * sizeof(*tags));
    for (size_t i = 0; i < writer->node->tags.len; i++)
        if (writer->node->tags.at[i].numeric && writer->node->tags.at[i].group == group)
            tags[count++] = &writer->node->tags.at[i];
    count = collapse(writer, tags, count);
    for (size_t i = 0; i < count; i++) {
        bool whole = writer->flat || tag_flat(tags[i]) == tag_cum(tags[i]);
        int64_t value = whole ? tag_flat(tags[i]) : tag_cum(tags[i]);
        char box[96];
        if (!value)
            continue;
        snprintf(box, sizeof(box), "N%s_%zu", from, i);
        write_box(writer, from, box, tags[i]->name, show_amount(report, value).text);
        sb_adds(report->out, whole ? "]\n" : " style=\"dotted\"]\n");
    }
}

static void write_texts(struct nodelet_writer *writer, size_t id)
{
    struct report *report = writer->graph->report;
    size_t count = 0;
    struct tag **tags = arena_alloc(&report->arena, (writer->node->tags.len + 1) * sizeof(*tags));
    for (size_t i = 0; i < writer->node->tags.len; i++)
        if (!writer->node->tags.at[i].numeric)
            tags[count++] = &writer->node->tags.at[i];
    order_tags(tags, count, writer->flat);
    for (size_t i = 0; i < count && i < MAX_NODELETS; i++) {
        int64_t value = writer->flat ? tag_flat(tags[i]) : tag_cum(tags[i]);
        char from[32], box[64];
        if (!value)
            continue;
        snprintf(from, sizeof(from), "N%zu", id);
        snprintf(box, sizeof(box), "N%zu_%zu", id, i);
        write_box(writer, from, box, tags[i]->name, show_amount(report, value).text);
        sb_adds(report->out, "]\n");
        write_sizes(writer, tags[i]->name_id, box);
    }
}

bool nodelets_write(struct graph *graph, uint32_t node, size_t id)
{
    struct nodelet_writer writer = {.graph = graph, .node = &graph->nodes.at[node]};
    char from[32];
    writer.flat = graph_out(graph, writer.node->first_out) != NONE;
    snprintf(from, sizeof(from), "N%zu", id);
    write_texts(&writer, id);
    write_sizes(&writer, 0, from);
    return writer.any;
}
