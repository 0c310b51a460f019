/* objects.c: `prof -sizes` and `prof -types`, as text and as JSON. */
#include "report_int.h"

#include "objects/objects.h"

enum {
    DEFAULT_ROWS = 40,
    MIN_COLUMNS = 60,
    WIDE_COLUMNS = 140,
    SHARE = 6, VALUE = 9, RANGE = 15, COUNT = 8, SLOT = 16, WASTE = 9,
    NAME = 24, /* of a type, at least, as long as something else can go */
};

/* ---- text ---- */

/* What there is room for: the range goes first, then a type's slots. */
struct layout {
    bool range, slots;
    size_t used; /* columns before the type */
};

static struct layout layout_for(size_t columns, bool types)
{
    size_t name = types ? NAME + 2 : 0;
    struct layout layout = {true, true,
                            SHARE + VALUE + 1 + RANGE + 1 + COUNT + 1 + SLOT + 1 + WASTE + 2};
    if (layout.used + name > columns) {
        layout.range = false;
        layout.used -= RANGE + 1;
    }
    if (types && layout.used + name > columns) {
        layout.slots = false;
        layout.used -= SLOT + 1;
    }
    return layout;
}

static struct sb *cell(struct text_ctx *ctx)
{
    sb_clear(&ctx->scratch);
    return &ctx->scratch;
}

static void add_slots(struct text_ctx *ctx, const struct object_row *row)
{
    struct sb *text = cell(ctx);
    if (row->slot == 0)
        sb_addc(text, '?');
    else
        amount_grouped(text, row->slot);
    if (row->largest_slot != row->slot) {
        sb_adds(text, "–");
        amount_grouped(text, row->largest_slot);
    }
    column_right(ctx->out, sb_str(text), SLOT + 1);
}

static bool in_path(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           strchr("_.~/-", c) != NULL;
}

/* "[]*example.com/shop/order.Item" as "[]*order.Item", of all names in it. */
static void add_type(struct text_ctx *ctx, struct str type, size_t width)
{
    struct sb *text = cell(ctx);
    for (size_t i = 0; i < type.len;) {
        size_t end = i;
        while (end < type.len && type.ptr[end] && in_path(type.ptr[end]))
            end++;
        struct str name = str_slice(type, i, end > i ? end : i + 1);
        sb_add(text, end > i && name.ptr[0] != '/' ? str_base_name(name) : name);
        i += name.len;
    }
    report_fit(ctx->out, type.len ? sb_str(text) : STR("(unknown)"), width);
}

/* What is wasted: known, or "<" the most it can be. */
static void add_waste(struct text_ctx *ctx, const struct object_row *row)
{
    struct sb *text = cell(ctx);
    bool known = row->waste_bytes_known > 0 && row->waste_bytes_known == row->bytes;
    if (!known && row->most_waste)
        sb_adds(text, "<");
    report_amount(text, known ? row->waste : row->most_waste, STR("bytes"));
    column_right(ctx->out, sb_str(text), WASTE + 2);
}

static void add_figures(struct text_ctx *ctx, const struct objects *objects,
                        const struct layout *layout, const struct object_row *row)
{
    report_share(cell(ctx), row->measure.value, objects->total);
    column_right(ctx->out, sb_str(&ctx->scratch), SHARE);
    report_amount(cell(ctx), row->measure.value, objects->unit);
    column_right(ctx->out, sb_str(&ctx->scratch), VALUE + 1);
    if (layout->range) {
        amount_range(cell(ctx), row->measure.low, row->measure.high, objects->unit);
        column_right(ctx->out, sb_str(&ctx->scratch), RANGE + 1);
    }
    report_amount(cell(ctx), row->objects, STR("count"));
    column_right(ctx->out, sb_str(&ctx->scratch), COUNT + 1);
    if (layout->slots)
        add_slots(ctx, row);
    add_waste(ctx, row);
}

static void add_column_names(struct text_ctx *ctx, const struct objects *objects,
                             const struct layout *layout, bool types)
{
    paint_on(ctx, PAINT_DIM);
    column_right(ctx->out, STR("share"), SHARE);
    column_right(ctx->out, objects->unit, VALUE + 1);
    if (layout->range)
        column_right(ctx->out, STR("95% range"), RANGE + 1);
    column_right(ctx->out, STR("objects"), COUNT + 1);
    if (layout->slots)
        column_right(ctx->out, STR("slot bytes"), SLOT + 1);
    column_right(ctx->out, STR("waste"), WASTE + 2);
    if (types)
        sb_adds(ctx->out, "  type");
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

static void add_head(struct text_ctx *ctx, const struct objects *objects, bool types)
{
    struct sb line;
    sb_init(&line, ctx->out->memory);
    utf8_add_line(&line, objects->type_name);
    sb_addc(&line, ' ');
    report_amount(&line, objects->total, objects->unit);
    sb_adds(&line, ": ");
    report_amount(&line, objects->objects, STR("count"));
    sb_adds(&line, " objects in ");
    report_amount(&line, objects->bytes, STR("bytes"));
    if (types) {
        sb_adds(&line, "; the type of ");
        report_share(&line, objects->typed, objects->total);
        sb_adds(&line, " is known");
    }
    wrap_add(ctx->out, sb_str(&line), 0, ctx->prose);
    sb_clear(&line);
    sb_adds(&line, "slot: what the allocator took, as profiles tell it; waste: slot less object, "
                   "\"<\" where the object's size is not known and it is less than that");
    wrap_add(&ctx->scratch, sb_str(&line), 0, ctx->prose);
    paint_lines(ctx, PAINT_DIM, sb_str(&ctx->scratch));
    sb_addc(ctx->out, '\n');
    sb_release(&line);
}

void report_objects_text(const struct objects *objects, bool types,
                         const struct report_style *style, struct sb *out)
{
    size_t columns = style->columns < MIN_COLUMNS ? MIN_COLUMNS : style->columns;
    struct text_ctx ctx = {.style = style, .out = out};
    ctx.columns = columns < WIDE_COLUMNS ? columns : WIDE_COLUMNS;
    ctx.prose = columns < 100 ? columns : 100;
    sb_init(&ctx.scratch, out->memory);
    add_head(&ctx, objects, types);
    struct layout layout = layout_for(ctx.columns, types);
    add_column_names(&ctx, objects, &layout, types);
    const struct object_row *rows = types ? objects->by_type : objects->by_size;
    size_t count = types ? objects->type_count : objects->size_count;
    size_t limit = style->rows ? style->rows : DEFAULT_ROWS;
    for (size_t i = 0; i < count && i < limit; i++) {
        add_figures(&ctx, objects, &layout, &rows[i]);
        if (types) {
            sb_adds(out, "  ");
            add_type(&ctx, rows[i].type, ctx.columns - layout.used - 2);
        }
        sb_addc(out, '\n');
    }
    if (count > limit)
        sb_addf(out, "   and %zu more; -n shows more\n", count - limit);
    sb_release(&ctx.scratch);
}

/* ---- JSON ---- */

static void write_row(struct json_out *json, const struct object_row *row, bool types)
{
    json_t *object = json_new_object(json);
    if (types) {
        json_put(json, object, "type", json_new_text(json, row->type));
        json_put(json, object, "witness",
                 json_new_text(json, str_from(object_witness_name(row->witness))));
        json_put(json, object, "largest_slot",
                 json_new_number(json, (int64_t)row->largest_slot));
    }
    json_put(json, object, "slot", json_new_number(json, (int64_t)row->slot));
    json_put(json, object, "objects", json_new_number(json, row->objects));
    json_put(json, object, "bytes", json_new_number(json, row->bytes));
    json_put(json, object, "value", json_new_number(json, row->measure.value));
    json_put(json, object, "low", json_new_number(json, row->measure.low));
    json_put(json, object, "high", json_new_number(json, row->measure.high));
    json_put(json, object, "samples", json_new_number(json, (int64_t)row->measure.samples));
    json_put(json, object, "known_bytes", json_new_number(json, row->waste_bytes_known));
    json_put(json, object, "waste", json_new_number(json, row->waste));
    json_put(json, object, "most_waste", json_new_number(json, row->most_waste));
    json_write(json, NULL, object);
}

void report_objects_json(const struct objects *objects, bool types, struct sb *out)
{
    struct json_out json;
    const struct object_row *rows = types ? objects->by_type : objects->by_size;
    size_t count = types ? objects->type_count : objects->size_count;
    json_out_init(&json, out->memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema",
               json_new_text(&json, types ? STR("unheap.types/1") : STR("unheap.sizes/1")));
    json_write(&json, "sample_type", json_new_text(&json, objects->type_name));
    json_write(&json, "unit", json_new_text(&json, objects->unit));
    json_write(&json, "total", json_new_number(&json, objects->total));
    json_write(&json, "objects", json_new_number(&json, objects->objects));
    json_write(&json, "bytes", json_new_number(&json, objects->bytes));
    if (types)
        json_write(&json, "typed", json_new_number(&json, objects->typed));
    json_begin(&json, types ? "types" : "sizes", '[');
    for (size_t i = 0; i < count; i++)
        write_row(&json, &rows[i], types);
    json_end(&json, ']');
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
