/* bin_layout.c: how a type lies in memory: its fields, what padding and the size class lose, and
 * the order of the fields that needs least. As text, JSON and a page. */
#include "report_int.h"

#include "binary/binary.h"

#include <stdlib.h>

struct layout {
    struct binary_type type;
    struct binary_field *fields; /* as they lie */
    struct binary_field *best;   /* in the order that needs least; NULL when no other needs less */
    size_t count;
    uint64_t heap_bytes, padding, best_size, best_heap_bytes;
};

/* ---- finding the order ---- */

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

/* The fields in this order: their offsets, and the size of the struct (cmd/compile/internal/types/
 * size.go). */
static uint64_t lay_out(struct binary_field *fields, size_t count, uint64_t align)
{
    uint64_t offset = 0;
    for (size_t i = 0; i < count; i++) {
        fields[i].offset = round_up(offset, fields[i].align);
        offset = fields[i].offset + fields[i].size;
    }
    if (count > 0 && offset > 0 && fields[count - 1].size == 0)
        offset++;
    return round_up(offset, align);
}

static uint64_t field_end(const struct binary_field *field)
{
    return field->offset + field->size;
}

/* Between the field and the one before it. */
static uint64_t padding_before(const struct layout *layout, size_t i)
{
    uint64_t end = i > 0 ? field_end(&layout->fields[i - 1]) : 0;
    return layout->fields[i].offset > end ? layout->fields[i].offset - end : 0;
}

static uint64_t padding_after(const struct layout *layout)
{
    uint64_t end = layout->count ? field_end(&layout->fields[layout->count - 1]) : 0;
    return layout->count && layout->type.size > end ? layout->type.size - end : 0;
}

static void find_best(struct binary *binary, struct layout *layout)
{
    layout->best =
        arena_alloc(&binary->arena, sizeof(*layout->best) * (layout->count ? layout->count : 1));
    memcpy(layout->best, layout->fields, sizeof(*layout->best) * layout->count);
    qsort(layout->best, layout->count, sizeof(*layout->best), by_room);
    layout->best_size = lay_out(layout->best, layout->count, layout->type.align);
    if (layout->best_size >= layout->type.size) {
        layout->best_size = layout->type.size;
        layout->best = NULL;
    }
    layout->best_heap_bytes =
        binary_heap_bytes(binary, layout->best_size, layout->type.pointer_bytes != 0);
}

static void read_layout(struct binary *binary, uint32_t type, struct layout *layout)
{
    *layout = (struct layout){.type = binary->types.at[type - 1]};
    layout->heap_bytes =
        binary_heap_bytes(binary, layout->type.size, layout->type.pointer_bytes != 0);
    layout->best_size = layout->type.size;
    layout->best_heap_bytes = layout->heap_bytes;
    layout->fields = binary_type_fields(binary, type, &layout->count);
    for (size_t i = 0; i < layout->count; i++)
        layout->padding += padding_before(layout, i);
    layout->padding += padding_after(layout);
    if (layout->count)
        find_best(binary, layout);
}

/* ---- text ---- */

static void add_padding(uint64_t bytes, struct sb *out)
{
    if (bytes)
        sb_addf(out, "%8s%8llu  (padding)\n", "", (unsigned long long)bytes);
}

static void add_field(const struct binary_field *field, struct sb *out)
{
    utf8_add_line(out, field->name);
    sb_addc(out, ' ');
    utf8_add_line(out, field->type.len ? field->type : STR("?"));
    sb_addc(out, '\n');
}

static void add_fields(const struct layout *layout, struct sb *out)
{
    sb_adds(out, "  offset    size  field\n");
    for (size_t i = 0; i < layout->count; i++) {
        add_padding(padding_before(layout, i), out);
        sb_addf(out, "%8llu%8llu  ", (unsigned long long)layout->fields[i].offset,
                (unsigned long long)layout->fields[i].size);
        add_field(&layout->fields[i], out);
    }
    add_padding(padding_after(layout), out);
}

static void add_best(const struct layout *layout, struct sb *out)
{
    if (!layout->best) {
        sb_adds(out, "no order of the fields needs less room\n");
        return;
    }
    sb_addf(out, "in this order it needs %llu bytes (%llu on the heap):\n",
            (unsigned long long)layout->best_size, (unsigned long long)layout->best_heap_bytes);
    for (size_t i = 0; i < layout->count; i++) {
        sb_adds(out, "    ");
        add_field(&layout->best[i], out);
    }
}

/* "bytes, alignment, pointers; on the heap (lost)" */
static void add_sizes(const struct layout *layout, struct sb *out)
{
    const struct binary_type *type = &layout->type;
    sb_addf(out, "%llu bytes, aligned to %u, pointers in the first %llu; on the heap %llu",
            (unsigned long long)type->size, type->align, (unsigned long long)type->pointer_bytes,
            (unsigned long long)layout->heap_bytes);
    if (layout->heap_bytes > type->size)
        sb_addf(out, " (%llu lost)", (unsigned long long)(layout->heap_bytes - type->size));
}

void report_bin_layout_text(struct binary *binary, uint32_t type, struct sb *out)
{
    struct layout layout;
    read_layout(binary, type, &layout);
    utf8_add_line(out, layout.type.name);
    sb_adds(out, ": ");
    add_sizes(&layout, out);
    sb_addc(out, '\n');
    if (layout.count == 0)
        return;
    add_fields(&layout, out);
    add_best(&layout, out);
}

/* ---- JSON ---- */

static void put_number(struct json_out *json, json_t *object, const char *name, uint64_t number)
{
    json_put(json, object, name, json_new_number(json, (int64_t)(number & INT64_MAX)));
}

static json_t *new_field(struct json_out *json, const struct binary_field *field)
{
    json_t *object = json_new_object(json);
    json_put(json, object, "name", json_new_text(json, field->name));
    json_put(json, object, "type", json_new_text(json, field->type));
    put_number(json, object, "size", field->size);
    put_number(json, object, "align", field->align);
    put_number(json, object, "pointer_bytes", field->pointer_bytes);
    json_put(json, object, "embedded", json_boolean(field->embedded));
    return object;
}

static void put_fields(struct json_out *json, const struct layout *layout)
{
    json_begin(json, "fields", '[');
    for (size_t i = 0; i < layout->count; i++) {
        json_t *field = new_field(json, &layout->fields[i]);
        put_number(json, field, "offset", layout->fields[i].offset);
        put_number(json, field, "padding_before", padding_before(layout, i));
        json_write(json, NULL, field);
    }
    json_end(json, ']');
}

static void write_number(struct json_out *json, const char *name, uint64_t number)
{
    json_write(json, name, json_new_number(json, (int64_t)(number & INT64_MAX)));
}

void report_bin_layout_json(struct binary *binary, uint32_t type, struct sb *out)
{
    struct layout layout;
    struct json_out json;
    read_layout(binary, type, &layout);
    json_out_init(&json, binary->memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.bin-layout/1")));
    json_write(&json, "type", json_new_text(&json, layout.type.name));
    write_number(&json, "size", layout.type.size);
    write_number(&json, "align", layout.type.align);
    write_number(&json, "pointer_bytes", layout.type.pointer_bytes);
    write_number(&json, "heap_bytes", layout.heap_bytes);
    write_number(&json, "padding", layout.padding);
    put_fields(&json, &layout);
    write_number(&json, "padding_after", padding_after(&layout));
    json_begin(&json, "best", '{');
    write_number(&json, "size", layout.best_size);
    write_number(&json, "heap_bytes", layout.best_heap_bytes);
    json_begin(&json, "order", '[');
    for (size_t i = 0; i < layout.count; i++)
        json_write(&json, NULL, json_new_text(&json, (layout.best ? layout.best
                                                                  : layout.fields)[i].name));
    json_end(&json, ']');
    json_end(&json, '}');
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}

/* ---- a page ---- */

static const char layout_style[] =
    ".bytes{display:flex;height:26px;border:1px solid var(--line);margin:10px 0;max-width:900px}"
    ".bytes span{border-right:1px solid var(--ground);background:#5b8dd6;min-width:1px}"
    ".bytes span.p{background:repeating-linear-gradient(45deg,#d9822b,#d9822b 3px,#f3c99f 3px,"
    "#f3c99f 6px)}.bytes span.o{background:#7fb069}"
    "tr.p td{color:#b5651d}.key{display:inline-block;width:12px;height:12px;margin:0 4px 0 14px}";

static void add_span(uint64_t size, const char *class, struct str title, struct sb *out)
{
    if (size == 0)
        return;
    sb_addf(out, "<span class=%s style=\"flex:%llu\" title=\"", class, (unsigned long long)size);
    page_add_escaped(out, title);
    sb_addf(out, ": %llu\"></span>", (unsigned long long)size);
}

/* One strip, as wide as the struct; with pointers blue, without green, padding striped. */
static void add_strip(const struct binary_field *fields, size_t count, uint64_t size,
                      struct sb *out)
{
    uint64_t end = 0;
    sb_adds(out, "<div class=bytes>");
    for (size_t i = 0; i < count; i++) {
        if (fields[i].offset > end)
            add_span(fields[i].offset - end, "p", STR("padding"), out);
        add_span(fields[i].size, fields[i].pointer_bytes ? "f" : "o", fields[i].name, out);
        end = field_end(&fields[i]);
    }
    if (size > end)
        add_span(size - end, "p", STR("padding"), out);
    sb_adds(out, "</div>");
}

static void add_row(uint64_t offset, uint64_t size, const struct binary_field *field,
                    struct sb *out)
{
    sb_addf(out, "<tr%s><td class=n>%llu<td class=n>%llu<td class=c>", field ? "" : " class=p",
            (unsigned long long)offset, (unsigned long long)size);
    page_add_escaped(out, field ? field->name : STR("(padding)"));
    sb_adds(out, "<td class=c>");
    page_add_escaped(out, field ? field->type : STR_NONE);
    sb_adds(out, "</tr>\n");
}

static void add_rows(const struct binary_field *fields, size_t count, uint64_t size,
                     struct sb *out)
{
    uint64_t end = 0;
    sb_adds(out, "<div class=scroll><table><thead><tr><th class=n>Offset<th class=n>Size<th>Field"
                 "<th>Type</tr></thead><tbody>");
    for (size_t i = 0; i < count; i++) {
        if (fields[i].offset > end)
            add_row(end, fields[i].offset - end, NULL, out);
        add_row(fields[i].offset, fields[i].size, &fields[i], out);
        end = field_end(&fields[i]);
    }
    if (size > end)
        add_row(end, size - end, NULL, out);
    sb_adds(out, "</tbody></table></div>");
}

void report_bin_layout_html(struct binary *binary, uint32_t type, struct sb *out)
{
    struct layout layout;
    read_layout(binary, type, &layout);
    bin_page_begin(layout.type.name, out);
    sb_addf(out, "<style>%s</style><p>", layout_style);
    add_sizes(&layout, out);
    sb_addf(out, "; %llu of padding</p>", (unsigned long long)layout.padding);
    if (layout.count) {
        sb_adds(out, "<p><span class=key style=\"background:#5b8dd6\"></span>with pointers"
                     "<span class=key style=\"background:#7fb069\"></span>without"
                     "<span class=key style=\"background:#d9822b\"></span>padding</p>");
        add_strip(layout.fields, layout.count, layout.type.size, out);
        add_rows(layout.fields, layout.count, layout.type.size, out);
    }
    if (layout.best) {
        sb_addf(out, "<h2>In this order: %llu bytes, %llu on the heap</h2>",
                (unsigned long long)layout.best_size, (unsigned long long)layout.best_heap_bytes);
        add_strip(layout.best, layout.count, layout.best_size, out);
        add_rows(layout.best, layout.count, layout.best_size, out);
    } else if (layout.count) {
        sb_adds(out, "<p>No order of the fields needs less room.</p>");
    }
    sb_adds(out, "</html>\n");
}
