/* bin_diff.c: two builds compared. */
#include "report_int.h"

#include "binary/binary.h"

static void add_change(const struct binary_change *change, struct sb *out)
{
    int64_t more = (int64_t)change->new_sites - (int64_t)change->old_sites;
    sb_addf(out, "%+6lld  ", (long long)more);
    utf8_add_line(out, change->callee);
    sb_adds(out, "  ");
    utf8_add_line(out, change->type.len ? change->type : STR("?"));
    if (change->size >= 0)
        sb_addf(out, " (%lld B)", (long long)change->size);
    sb_adds(out, "  in ");
    utf8_add_line(out, change->function);
    sb_adds(out, "  ");
    utf8_add_line(out, str_base_name(change->file));
    sb_addf(out, ":%u\n", change->line);
}

void report_bin_diff_text(const struct binary_change *changes, size_t count,
                          const struct report_style *style, struct sb *out)
{
    uint64_t more = 0, fewer = 0;
    for (size_t i = 0; i < count; i++) {
        if (changes[i].new_sites > changes[i].old_sites)
            more += changes[i].new_sites - changes[i].old_sites;
        else
            fewer += changes[i].old_sites - changes[i].new_sites;
    }
    amount_grouped(out, more);
    sb_adds(out, " calls into the allocator are new, ");
    amount_grouped(out, fewer);
    sb_adds(out, " are gone\n");
    for (size_t i = 0; i < count; i++) {
        if (style->rows && i == style->rows) {
            sb_adds(out, "  ...; -n tells how many rows to show\n");
            break;
        }
        add_change(&changes[i], out);
    }
}

static void put_text(struct json_out *json, json_t *object, const char *name, struct str text)
{
    json_put(json, object, name, json_new_text(json, text));
}

static void put_size(struct json_out *json, json_t *object, const char *name, int64_t number)
{
    json_put(json, object, name, number < 0 ? json_null() : json_new_number(json, number));
}

void report_bin_diff_json(const struct binary_change *changes, size_t count,
                          const struct memory *memory, struct sb *out)
{
    struct json_out json;
    json_out_init(&json, memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.bin-diff/1")));
    json_begin(&json, "changes", '[');
    for (size_t i = 0; i < count; i++) {
        json_t *change = json_new_object(&json);
        put_text(&json, change, "function", changes[i].function);
        put_text(&json, change, "written_in", changes[i].written_in);
        put_text(&json, change, "file", changes[i].file);
        json_put(&json, change, "line", json_new_number(&json, changes[i].line));
        put_text(&json, change, "callee", changes[i].callee);
        put_text(&json, change, "type", changes[i].type);
        put_size(&json, change, "size", changes[i].size);
        put_size(&json, change, "count", changes[i].count);
        json_put(&json, change, "old", json_new_number(&json, changes[i].old_sites));
        json_put(&json, change, "new", json_new_number(&json, changes[i].new_sites));
        json_write(&json, NULL, change);
    }
    json_end(&json, ']');
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
