/* bin_diff.c: two builds compared, and one struct laid out. */
#include "report_int.h"

#include "binary/binary.h"

#include <stdlib.h>

/* ---- two builds ---- */

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

/* ---- one struct ---- */

/* Widest alignment first; of equal ones those with pointers, so that the collector's part is short;
 * what has no size comes first, where it needs no room behind it. */
static int by_room(const void *a, const void *b)
{
    const struct binary_field *left = a, *right = b;
    if ((left->size == 0) != (right->size == 0))
        return left->size == 0 ? -1 : 1;
    if (left->align != right->align)
        return left->align > right->align ? -1 : 1;
    if ((left->pointer_bytes == 0) != (right->pointer_bytes == 0))
        return left->pointer_bytes ? -1 : 1;
    return left->offset < right->offset ? -1 : left->offset > right->offset;
}

static uint64_t round_up(uint64_t value, uint64_t align)
{
    return align ? (value + align - 1) / align * align : value;
}

/* The size of a struct with the fields in this order (cmd/compile/internal/types/size.go). */
static uint64_t size_in_order(const struct binary_field *fields, size_t count, uint64_t align)
{
    uint64_t offset = 0;
    for (size_t i = 0; i < count; i++)
        offset = round_up(offset, fields[i].align) + fields[i].size;
    if (count > 0 && offset > 0 && fields[count - 1].size == 0)
        offset++;
    return round_up(offset, align);
}

static void add_padding(uint64_t bytes, struct sb *out)
{
    if (bytes)
        sb_addf(out, "%8s%8llu  (padding)\n", "", (unsigned long long)bytes);
}

static void add_fields(const struct binary_field *fields, size_t count, uint64_t size,
                       struct sb *out)
{
    uint64_t end = 0;
    sb_adds(out, "  offset    size  field\n");
    for (size_t i = 0; i < count; i++) {
        if (fields[i].offset > end)
            add_padding(fields[i].offset - end, out);
        sb_addf(out, "%8llu%8llu  ", (unsigned long long)fields[i].offset,
                (unsigned long long)fields[i].size);
        utf8_add_line(out, fields[i].name);
        sb_addc(out, ' ');
        utf8_add_line(out, fields[i].type.len ? fields[i].type : STR("?"));
        sb_addc(out, '\n');
        end = fields[i].offset + fields[i].size;
    }
    if (size > end)
        add_padding(size - end, out);
}

static void add_order(struct binary *binary, const struct binary_type *type,
                      struct binary_field *fields, size_t count, struct sb *out)
{
    qsort(fields, count, sizeof(*fields), by_room);
    uint64_t best = size_in_order(fields, count, type->align);
    if (best >= type->size) {
        sb_adds(out, "no order of the fields needs less room\n");
        return;
    }
    sb_addf(out, "in this order it needs %llu bytes (%llu on the heap):\n",
            (unsigned long long)best,
            (unsigned long long)binary_heap_bytes(binary, best, type->pointer_bytes != 0));
    for (size_t i = 0; i < count; i++) {
        sb_adds(out, "    ");
        utf8_add_line(out, fields[i].name);
        sb_addc(out, ' ');
        utf8_add_line(out, fields[i].type);
        sb_addc(out, '\n');
    }
}

void report_bin_layout(struct binary *binary, uint32_t type, struct sb *out)
{
    struct binary_type shown = binary->types.at[type - 1];
    uint64_t bytes = binary_heap_bytes(binary, shown.size, shown.pointer_bytes != 0);
    size_t count;
    struct binary_field *fields = binary_type_fields(binary, type, &count);
    utf8_add_line(out, shown.name);
    sb_addf(out, ": %llu bytes, aligned to %u, pointers in the first %llu; on the heap %llu",
            (unsigned long long)shown.size, shown.align, (unsigned long long)shown.pointer_bytes,
            (unsigned long long)bytes);
    if (bytes > shown.size)
        sb_addf(out, " (%llu lost)", (unsigned long long)(bytes - shown.size));
    sb_addc(out, '\n');
    if (count == 0)
        return;
    add_fields(fields, count, shown.size, out);
    add_order(binary, &shown, fields, count, out);
}
