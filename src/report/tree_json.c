/* tree_json.c: a tree of calls for a page: one list for each field, which packs well and reads
 * fast. */
#include "report_int.h"

enum field { FIELD_PARENT, FIELD_NAME, FIELD_VALUE };

static void write_field(struct json_out *json, const char *name, const struct call_tree *tree,
                        enum field field, const uint32_t *names)
{
    json_begin(json, name, '[');
    for (size_t i = 0; i < tree->nodes.len; i++) {
        const struct call_node *node = &tree->nodes.at[i];
        int64_t number = field == FIELD_PARENT  ? node->parent
                         : field == FIELD_VALUE ? node->value
                         : i == 0               ? 0
                                                : names[node->call];
        json_write(json, NULL, json_new_number(json, number));
    }
    json_end(json, ']');
}

void tree_write_nodes(struct json_out *json, const struct call_tree *tree, const uint32_t *names)
{
    write_field(json, "parent", tree, FIELD_PARENT, names);
    write_field(json, "name", tree, FIELD_NAME, names);
    write_field(json, "value", tree, FIELD_VALUE, names);
}
