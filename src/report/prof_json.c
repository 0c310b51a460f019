/* prof_json.c: `prof -json`, schema "unheap.prof/1". Amounts in the profile's own unit, `time` in
 * seconds since 1970. */
#include "report_int.h"

#include "view/view.h"

static void put_text(struct json_out *json, json_t *object, const char *name, struct str text)
{
    if (text.len)
        json_put(json, object, name, json_new_text(json, text));
}

static void put_number(struct json_out *json, json_t *object, const char *name, int64_t number)
{
    json_put(json, object, name, json_new_number(json, number));
}

static void write_header(struct json_out *json, const struct view_graph *graph)
{
    json_write(json, "schema", json_new_text(json, STR("unheap.prof/1")));
    if (graph->program.len)
        json_write(json, "program", json_new_text(json, graph->program));
    if (graph->build_id.len)
        json_write(json, "build_id", json_new_text(json, graph->build_id));
    json_write(json, "sample_type", json_new_text(json, graph->type));
    json_write(json, "unit", json_new_text(json, graph->unit));
    if (graph->time_nanos) /* whole seconds: a fraction of nine digits would be less */
        json_write(json, "time", json_new_number(json, graph->time_nanos / 1000000000));
    if (graph->duration_nanos)
        json_write(json, "duration", json_new_fraction(json, (double)graph->duration_nanos / 1e9));
    json_write(json, "total", json_new_number(json, graph->total));
    json_write(json, "dropped_nodes", json_new_number(json, (int64_t)graph->dropped_nodes));
    json_write(json, "dropped_edges", json_new_number(json, (int64_t)graph->dropped_edges));
}

static void write_node(struct json_out *json, size_t id, const struct view_graph_node *node)
{
    json_t *object = json_new_object(json);
    put_number(json, object, "id", (int64_t)id);
    json_put(json, object, "name", json_new_text(json, node->name));
    put_text(json, object, "function", node->function);
    put_text(json, object, "file", node->file);
    if (node->line)
        put_number(json, object, "line", node->line);
    if (node->address) {
        char text[20];
        snprintf(text, sizeof(text), "0x%llx", (unsigned long long)node->address);
        json_put(json, object, "address", json_new_text(json, str_from(text)));
    }
    put_number(json, object, "flat", node->flat);
    put_number(json, object, "cum", node->cum);
    json_write(json, NULL, object);
}

static void write_edge(struct json_out *json, const struct view_graph_edge *edge)
{
    json_t *object = json_new_object(json);
    put_number(json, object, "from", edge->from);
    put_number(json, object, "to", edge->to);
    put_number(json, object, "value", edge->value);
    json_put(json, object, "inline", json_new_bool(json, edge->inlined));
    json_write(json, NULL, object);
}

void report_prof_json(const struct view_graph *graph, const struct memory *memory, struct sb *out)
{
    struct json_out json;
    json_out_init(&json, memory, out, false);
    json_begin(&json, NULL, '{');
    write_header(&json, graph);
    json_begin(&json, "nodes", '[');
    for (size_t i = 0; i < graph->node_count; i++)
        write_node(&json, i, &graph->nodes[i]);
    json_end(&json, ']');
    json_begin(&json, "edges", '[');
    for (size_t i = 0; i < graph->edge_count; i++)
        write_edge(&json, &graph->edges[i]);
    json_end(&json, ']');
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
