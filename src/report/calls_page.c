/* calls_page.c: `prof -flame`: the template of page_calls/ with its data, and the dearest calls as
 * a list for readers without JavaScript. */
#include "report_int.h"

#include "report/page_calls_pieces.h"
#include "view/view.h"

/* ---- the names that the page has ---- */

/* As functionOf() in page_calls/packages.js does it. */
struct str call_function(struct str name)
{
    enum { ADDRESS_DIGITS = 16 };
    size_t digits = 0, end = 0;
    int depth = 0;
    while (digits < name.len && strchr("0123456789abcdef", name.ptr[digits]))
        digits++;
    if (digits == ADDRESS_DIGITS && digits + 1 < name.len && name.ptr[digits] == ' ')
        name = str_skip(name, digits + 1);
    for (; end < name.len && (name.ptr[end] != ' ' || depth > 0); end++) {
        char c = name.ptr[end];
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
    }
    return str_slice(name, 0, end);
}

enum { NAMED_PARTS = 10000 }; /* what ends in a call is named from that part of the whole on */

struct naming {
    struct intern texts; /* an id is an index of "names"; index 0 is the root's */
    uint32_t *of_call;   /* by call of all profiles together; 0: the page has not its name */
    size_t count;
};

/* Those of the tree, and those of all other calls in which something worth a name ends. */
static void naming_init(struct naming *naming, const struct view_calls *calls,
                        const struct memory *memory)
{
    naming->of_call = memory_get(memory, (calls->call_count + 1) * sizeof(*naming->of_call));
    memset(naming->of_call, 0, (calls->call_count + 1) * sizeof(*naming->of_call));
    intern_init(&naming->texts, memory);
    for (size_t i = 1; i < calls->tree.nodes.len; i++) {
        uint32_t call = calls->tree.nodes.at[i].call;
        naming->of_call[call] = intern_add(&naming->texts, calls->names[call]);
    }
    for (size_t call = 0; call < calls->call_count; call++)
        if (calls->flat[call] > calls->tree.total / NAMED_PARTS)
            naming->of_call[call] = intern_add(&naming->texts, calls->names[call]);
    naming->count = naming->texts.len;
}

static void naming_release(struct naming *naming, const struct memory *memory)
{
    intern_release(&naming->texts);
    memory_put(memory, naming->of_call);
}

static void write_names(struct json_out *json, const struct naming *naming)
{
    json_begin(json, "names", '[');
    json_write(json, NULL, json_new_text(json, STR("all")));
    for (uint32_t id = 1; id < naming->count; id++)
        json_write(json, NULL, json_new_text(json, intern_str(&naming->texts, id)));
    json_end(json, ']');
}

static void write_numbers(struct json_out *json, const char *name, const int64_t *numbers,
                          size_t count)
{
    json_begin(json, name, '[');
    for (size_t i = 0; i < count; i++)
        json_write(json, NULL, json_new_number(json, numbers[i]));
    json_end(json, ']');
}

/* Sums of a profile's calls (`of`), by name of the page. */
static void write_sums(struct json_out *json, const char *name, const struct naming *naming,
                       const struct view_calls *calls, const int64_t *of)
{
    int64_t *sums = memory_get(json->memory, naming->count * sizeof(*sums));
    memset(sums, 0, naming->count * sizeof(*sums));
    for (size_t call = 0; call < calls->call_count; call++)
        if (of[call])
            add_to_sum(&sums[intern_find(&naming->texts, calls->names[call])], of[call]);
    sums[0] = calls->tree.total;
    write_numbers(json, name, sums, naming->count);
    memory_put(json->memory, sums);
}

/* What ends in calls that the page does not name, by their package: [[package, value], ...]. */
static void write_rest(struct json_out *json, const struct naming *naming,
                       const struct view_calls *calls)
{
    struct intern packages;
    VEC(int64_t) sums = {0}; /* by id */
    intern_init(&packages, json->memory);
    for (size_t call = 0; call < calls->call_count; call++) {
        if (!calls->flat[call] || intern_find(&naming->texts, calls->names[call]))
            continue;
        uint32_t id = intern_add(&packages, report_package_of(call_function(calls->names[call])));
        while (sums.len <= id)
            VEC_PUSH(json->memory, &sums, 0);
        add_to_sum(&sums.at[id], calls->flat[call]);
    }
    json_begin(json, "rest", '[');
    for (uint32_t id = 0; id < sums.len; id++) {
        if (sums.at[id] <= calls->tree.total / NAMED_PARTS)
            continue;
        json_begin(json, NULL, '[');
        json_write(json, NULL, json_new_text(json, intern_str(&packages, id)));
        json_write(json, NULL, json_new_number(json, sums.at[id]));
        json_end(json, ']');
    }
    json_end(json, ']');
    VEC_RELEASE(json->memory, &sums);
    intern_release(&packages);
}

/* ---- a profile's values on the nodes of all profiles' tree ---- */

struct matching {
    const struct naming *naming;
    struct map children; /* parent << 32 | name -> node + 1 */
};

static uint64_t child_key(uint32_t parent, uint32_t name)
{
    return (uint64_t)parent << 32 | name;
}

static void matching_init(struct matching *matching, const struct view_calls *calls,
                          const struct naming *naming, const struct memory *memory)
{
    matching->naming = naming;
    map_init(&matching->children, memory);
    for (uint32_t i = 1; i < calls->tree.nodes.len; i++) {
        const struct call_node *node = &calls->tree.nodes.at[i];
        bool added;
        uint64_t *slot = map_put(&matching->children,
                                 child_key(node->parent, naming->of_call[node->call]), &added);
        if (added)
            *slot = i + 1;
    }
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
    uint32_t name = intern_find(&matching->naming->texts, own->names[node->call]);
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
    write_numbers(json, "value", values, count);
    memory_put(json->memory, matched);
    memory_put(json->memory, values);
}

static void write_sources(struct json_out *json, const struct report_calls *report,
                          const struct naming *naming)
{
    struct matching matching;
    matching_init(&matching, report->calls, naming, json->memory);
    json_begin(json, "sources", '[');
    for (size_t i = 0; i < report->source_count; i++) {
        const struct report_calls_source *source = &report->sources[i];
        json_begin(json, NULL, '{');
        json_write(json, "name", json_new_text(json, source->name));
        json_write(json, "time_seconds",
                   json_new_fraction(json, (double)source->calls->time_nanos / 1e9));
        write_values(json, &matching, source->calls, report->calls->tree.nodes.len);
        write_sums(json, "flat", naming, source->calls, source->calls->flat);
        write_sums(json, "cum", naming, source->calls, source->calls->cum);
        write_rest(json, naming, source->calls);
        json_end(json, '}');
    }
    json_end(json, ']');
    map_release(&matching.children);
}

/* ---- all of it ---- */

/* [[title, address], ...] */
static void write_links(struct json_out *json, const char *name,
                        const struct report_calls_link *links, size_t count)
{
    json_begin(json, name, '[');
    for (size_t i = 0; i < count; i++) {
        json_begin(json, NULL, '[');
        json_write(json, NULL, json_new_text(json, links[i].title));
        json_write(json, NULL, json_new_text(json, links[i].address));
        json_end(json, ']');
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
    struct naming naming;
    naming_init(&naming, calls, memory);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.calls-page/1")));
    json_write(&json, "command", json_new_text(&json, report->command));
    json_write(&json, "sample_type", json_new_text(&json, calls->type));
    json_write(&json, "unit", json_new_text(&json, calls->unit));
    json_write(&json, "least", json_new_number(&json, calls->tree.least));
    json_write(&json, "below_zero", json_new_bool(&json, calls->below_zero));
    write_links(&json, "links", report->links, report->link_count);
    write_links(&json, "function_links", report->function_links, report->function_link_count);
    write_names(&json, &naming);
    tree_write_nodes(&json, &calls->tree, naming.of_call);
    write_sums(&json, "flat", &naming, calls, calls->flat);
    write_sums(&json, "cum", &naming, calls, calls->cum);
    write_rest(&json, &naming, calls);
    write_sources(&json, report, &naming);
    json_end(&json, '}');
    naming_release(&naming, memory);
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
