/* calls_page.c: `prof -flame`: the template of page_calls/ with its data, and the dearest calls as
 * a list for readers without JavaScript. */
#include "report_int.h"

#include "report/page_calls_pieces.h"
#include "view/view.h"

/* ---- a profile's values on the nodes of all profiles' tree ---- */

struct matching {
    struct intern names;
    struct map children; /* parent << 32 | name -> node + 1 */
};

static uint64_t child_key(uint32_t parent, uint32_t name)
{
    return (uint64_t)parent << 32 | name;
}

static void matching_init(struct matching *matching, const struct view_calls *calls,
                          const struct memory *memory)
{
    intern_init(&matching->names, memory);
    map_init(&matching->children, memory);
    for (uint32_t i = 1; i < calls->tree.nodes.len; i++) {
        const struct call_node *node = &calls->tree.nodes.at[i];
        uint32_t name = intern_add(&matching->names, calls->names[node->call]);
        bool added;
        uint64_t *slot = map_put(&matching->children, child_key(node->parent, name), &added);
        if (added)
            *slot = i + 1;
    }
}

static void matching_release(struct matching *matching)
{
    intern_release(&matching->names);
    map_release(&matching->children);
}

/* The node of all profiles' tree that stands for node `index` of a profile's own; CALL_NONE when
 * there is none. */
static uint32_t match_node(const struct matching *matching, const struct view_calls *own,
                           const uint32_t *matched, uint32_t index)
{
    const struct call_node *node = &own->tree.nodes.at[index];
    uint32_t parent = matched[node->parent];
    if (parent == CALL_NONE)
        return CALL_NONE;
    uint32_t name = intern_find(&matching->names, own->names[node->call]);
    const uint64_t *slot = map_get(&matching->children, child_key(parent, name));
    return slot ? (uint32_t)(*slot - 1) : CALL_NONE;
}

static void write_values(struct json_out *json, const struct matching *matching,
                         const struct view_calls *own, size_t count)
{
    size_t own_count = own->tree.nodes.len;
    int64_t *values = memory_get(json->memory, count * sizeof(*values));
    uint32_t *matched = memory_get(json->memory, own_count * sizeof(*matched));
    memset(values, 0, count * sizeof(*values));
    matched[0] = 0;
    values[0] = own->tree.nodes.at[0].value;
    for (uint32_t i = 1; i < own_count; i++) {
        matched[i] = match_node(matching, own, matched, i);
        if (matched[i] != CALL_NONE)
            add_to_sum(&values[matched[i]], own->tree.nodes.at[i].value);
    }
    json_begin(json, "value", '[');
    for (size_t i = 0; i < count; i++)
        json_write(json, NULL, json_new_number(json, values[i]));
    json_end(json, ']');
    memory_put(json->memory, matched);
    memory_put(json->memory, values);
}

static void write_sources(struct json_out *json, const struct report_calls *report)
{
    struct matching matching;
    matching_init(&matching, report->calls, json->memory);
    json_begin(json, "sources", '[');
    for (size_t i = 0; i < report->source_count; i++) {
        const struct report_calls_source *source = &report->sources[i];
        json_begin(json, NULL, '{');
        json_write(json, "name", json_new_text(json, source->name));
        json_write(json, "time_seconds",
                   json_new_fraction(json, (double)source->calls->time_nanos / 1e9));
        write_values(json, &matching, source->calls, report->calls->tree.nodes.len);
        json_end(json, '}');
    }
    json_end(json, ']');
    matching_release(&matching);
}

/* ---- the tree ---- */

/* The names that the tree has, each once; names[0] is the root's. */
static void write_names(struct json_out *json, const struct view_calls *calls, uint32_t *names)
{
    uint32_t next = 1;
    memset(names, 0, (calls->call_count + 1) * sizeof(*names));
    json_begin(json, "names", '[');
    json_write(json, NULL, json_new_text(json, STR("all")));
    for (size_t i = 1; i < calls->tree.nodes.len; i++) {
        uint32_t call = calls->tree.nodes.at[i].call;
        if (names[call])
            continue;
        names[call] = next++;
        json_write(json, NULL, json_new_text(json, calls->names[call]));
    }
    json_end(json, ']');
}

static void add_data(const void *ctx, struct sb *out)
{
    const struct report_calls *report = ctx;
    const struct view_calls *calls = report->calls;
    const struct memory *memory = out->memory;
    struct json_out json;
    json_out_init(&json, memory, out, true);
    uint32_t *names = memory_get(memory, (calls->call_count + 1) * sizeof(*names));
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.calls-page/1")));
    json_write(&json, "command", json_new_text(&json, report->command));
    json_write(&json, "sample_type", json_new_text(&json, calls->type));
    json_write(&json, "unit", json_new_text(&json, calls->unit));
    json_write(&json, "least", json_new_number(&json, calls->tree.least));
    json_write(&json, "below_zero", json_new_bool(&json, calls->below_zero));
    write_names(&json, calls, names);
    tree_write_nodes(&json, &calls->tree, names);
    write_sources(&json, report);
    json_end(&json, '}');
    memory_put(memory, names);
    json_out_release(&json);
}

/* ---- what stands around it ---- */

static void add_title(const void *ctx, struct sb *out)
{
    const struct view_calls *calls = ((const struct report_calls *)ctx)->calls;
    sb_addf(out, "unheap prof: %.*s ", STR_ARGS(calls->type));
    view_amount(calls->tree.total, calls->unit, STR("auto"), out);
}

/* Calls of the tree down to a hundredth of the whole, indented, dearest siblings first. */
static void add_calls(struct sb *out, const struct view_calls *calls, uint32_t node,
                      unsigned depth)
{
    enum { DEEPEST = 60, PARTS = 100 };
    const struct call_node *nodes = calls->tree.nodes.at;
    for (uint32_t i = node + 1; i < calls->tree.nodes.len && depth < DEEPEST; i++) {
        if (nodes[i].parent != node || nodes[i].value < calls->tree.total / PARTS)
            continue;
        sb_repeat(out, ' ', (size_t)depth * 2);
        view_amount(nodes[i].value, calls->unit, STR("auto"), out);
        sb_addf(out, "  %.*s\n", STR_ARGS(calls->names[nodes[i].call]));
        add_calls(out, calls, i, depth + 1);
    }
}

static void add_text(const void *ctx, struct sb *out)
{
    add_calls(out, ((const struct report_calls *)ctx)->calls, 0, 0);
}

void report_calls_html(const struct report_calls *report, struct sb *out)
{
    const struct page_filler filler = {report, add_title, add_text, add_data};
    page_fill(page_pieces, COUNT_OF(page_pieces), &filler, out);
}
