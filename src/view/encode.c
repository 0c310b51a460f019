/* encode.c: -proto and -topproto: a view as a gzip-packed protobuf profile, field by field in the
 * order in which pprof writes it (google/pprof profile/encode.go, profile/proto.go). */
#include "view/view_int.h"

#include <libdeflate.h>

struct encoder {
    struct view *view;
    struct intern strings; /* numbered in order of first use */
    struct sb bytes, body, inner;
};

/* ---- the wire format ---- */

static void add_varint(struct sb *sb, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        sb_addc(sb, (char)(value | 0x80));
    sb_addc(sb, (char)value);
}

static void add_number(struct sb *sb, unsigned field, uint64_t value)
{
    add_varint(sb, (uint64_t)field << 3);
    add_varint(sb, value);
}

static void add_optional(struct sb *sb, unsigned field, uint64_t value)
{
    if (value)
        add_number(sb, field, value);
}

static void add_bytes(struct sb *sb, unsigned field, struct str bytes)
{
    add_varint(sb, (uint64_t)field << 3 | 2);
    add_varint(sb, bytes.len);
    sb_add(sb, bytes);
}

/* Takes the body built so far. */
static void end_message(struct sb *to, unsigned field, struct sb *body)
{
    add_bytes(to, field, sb_str(body));
    sb_clear(body);
}

/* Up to two numbers stand alone, more are packed. `numbers` holds `count` varints. */
static void add_list(struct encoder *encoder, unsigned field, const uint64_t *numbers, size_t count)
{
    if (count <= 2) {
        for (size_t i = 0; i < count; i++)
            add_number(&encoder->body, field, numbers[i]);
        return;
    }
    for (size_t i = 0; i < count; i++)
        add_varint(&encoder->inner, numbers[i]);
    end_message(&encoder->body, field, &encoder->inner);
}

static uint64_t text(struct encoder *encoder, uint32_t id)
{
    return intern_add(&encoder->strings, view_str(encoder->view, id));
}

/* ---- messages; texts are numbered by types, samples, mappings, functions, header ---- */

static void add_type(struct encoder *encoder, unsigned field, struct view_type type)
{
    add_optional(&encoder->body, 1, text(encoder, type.type));
    add_optional(&encoder->body, 2, text(encoder, type.unit));
    end_message(&encoder->bytes, field, &encoder->body);
}

static void add_labels(struct encoder *encoder, struct view_span set)
{
    for (uint32_t i = 0; i < set.count; i++) {
        const struct view_label *label = &encoder->view->labels.at[set.first + i];
        add_optional(&encoder->inner, 1, text(encoder, label->key));
        if (label->numeric) {
            add_optional(&encoder->inner, 3, (uint64_t)label->number);
            if (label->with_unit)
                add_optional(&encoder->inner, 4, text(encoder, label->unit));
        } else {
            add_optional(&encoder->inner, 2, text(encoder, label->text));
        }
        end_message(&encoder->body, 3, &encoder->inner);
    }
}

static void add_sample(struct encoder *encoder, size_t index)
{
    const struct view *view = encoder->view;
    struct view_span stack = view_stack(view, index);
    uint64_t *ids = memory_get(view->memory, (stack.count + 1) * sizeof(*ids));
    for (uint32_t i = 0; i < stack.count; i++)
        ids[i] = view->locations.at[view->stack_locations.at[stack.first + i]].id;
    add_list(encoder, 1, ids, stack.count);
    memory_put(view->memory, ids);
    add_list(encoder, 2, (const uint64_t *)view_values(view, index), view->types.len);
    add_labels(encoder, view_labels(view, index));
    end_message(&encoder->bytes, 2, &encoder->body);
}

static void add_mapping(struct encoder *encoder, const struct view_mapping *mapping)
{
    struct sb *body = &encoder->body;
    add_optional(body, 1, mapping->id);
    add_optional(body, 2, mapping->start);
    add_optional(body, 3, mapping->limit);
    add_optional(body, 4, mapping->offset);
    add_optional(body, 5, text(encoder, mapping->file));
    add_optional(body, 6, text(encoder, mapping->build_id));
    add_optional(body, 7, mapping->has_functions);
    add_optional(body, 8, mapping->has_filenames);
    add_optional(body, 9, mapping->has_line_numbers);
    add_optional(body, 10, mapping->has_inline_frames);
    end_message(&encoder->bytes, 3, body);
}

static void add_location(struct encoder *encoder, const struct view_location *location)
{
    const struct view *view = encoder->view;
    struct sb *body = &encoder->body, *inner = &encoder->inner;
    add_optional(body, 1, location->id);
    if (location->mapping != NONE)
        add_optional(body, 2, view->mappings.at[location->mapping].id);
    add_optional(body, 3, location->address);
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct view_line *line = &view->lines.at[location->first_line + i];
        add_optional(inner, 1, view->functions.at[line->function].id);
        add_optional(inner, 2, (uint64_t)line->line);
        add_optional(inner, 3, (uint64_t)line->column);
        end_message(body, 4, inner);
    }
    add_optional(body, 5, location->folded);
    end_message(&encoder->bytes, 4, body);
}

static void add_function(struct encoder *encoder, const struct view_function *function)
{
    struct sb *body = &encoder->body;
    add_optional(body, 1, function->id);
    add_optional(body, 2, text(encoder, function->name));
    add_optional(body, 3, text(encoder, function->system_name));
    add_optional(body, 4, text(encoder, function->file));
    add_optional(body, 5, (uint64_t)function->start_line);
    end_message(&encoder->bytes, 5, body);
}

/* The texts stand before the header, but the header's own must be among them. */
static void add_header(struct encoder *encoder)
{
    struct view *view = encoder->view;
    struct sb header;
    uint64_t *comments = memory_get(view->memory, (view->comments.len + 1) * sizeof(*comments));
    sb_init(&header, view->memory);
    add_optional(&header, 7, text(encoder, view->drop_frames));
    add_optional(&header, 8, text(encoder, view->keep_frames));
    add_optional(&header, 9, (uint64_t)view->time_nanos);
    add_optional(&header, 10, (uint64_t)view->duration_nanos);
    add_optional(&encoder->body, 1, text(encoder, view->period_type.type));
    add_optional(&encoder->body, 2, text(encoder, view->period_type.unit));
    if (encoder->body.len)
        end_message(&header, 11, &encoder->body);
    add_optional(&header, 12, (uint64_t)view->period);
    for (size_t i = 0; i < view->comments.len; i++)
        comments[i] = text(encoder, view->comments.at[i]);
    add_list(encoder, 13, comments, view->comments.len);
    sb_add(&header, sb_str(&encoder->body));
    sb_clear(&encoder->body);
    memory_put(view->memory, comments);
    add_number(&header, 14, text(encoder, view->default_type));
    add_optional(&header, 15, text(encoder, view->doc_url));
    for (uint32_t i = 0; i < encoder->strings.len; i++)
        add_bytes(&encoder->bytes, 6, intern_str(&encoder->strings, i));
    sb_add(&encoder->bytes, sb_str(&header));
    sb_release(&header);
}

static void encode(struct encoder *encoder)
{
    const struct view *view = encoder->view;
    for (size_t i = 0; i < view->types.len; i++)
        add_type(encoder, 1, view->types.at[i]);
    for (size_t i = 0; i < view->samples.len; i++)
        add_sample(encoder, i);
    for (size_t i = 0; i < view->mappings.len; i++)
        add_mapping(encoder, &view->mappings.at[i]);
    for (size_t i = 0; i < view->locations.len; i++)
        add_location(encoder, &view->locations.at[i]);
    for (size_t i = 0; i < view->functions.len; i++)
        add_function(encoder, &view->functions.at[i]);
    add_header(encoder);
}

/* ---- packing ---- */

static enum status pack(struct encoder *encoder, struct sb *out)
{
    enum { LEVEL = 6 };
    const struct memory *memory = encoder->view->memory;
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
    if (!compressor)
        memory->exhausted(memory->ctx, encoder->bytes.len);
    size_t room = libdeflate_gzip_compress_bound(compressor, encoder->bytes.len);
    char *packed = memory_get(memory, room);
    size_t n = libdeflate_gzip_compress(compressor, encoder->bytes.text, encoder->bytes.len, packed,
                                        room);
    sb_addn(out, packed, n);
    memory_put(memory, packed);
    libdeflate_free_compressor(compressor);
    return encoder->bytes.full || out->full ? STATUS_LIMIT : STATUS_OK;
}

static enum status write_view(struct view *view, struct sb *out)
{
    struct encoder encoder = {.view = view};
    intern_init(&encoder.strings, view->memory);
    sb_init(&encoder.bytes, view->memory);
    sb_init(&encoder.body, view->memory);
    sb_init(&encoder.inner, view->memory);
    encode(&encoder);
    enum status status = pack(&encoder, out);
    intern_release(&encoder.strings);
    sb_release(&encoder.bytes);
    sb_release(&encoder.body);
    sb_release(&encoder.inner);
    return status;
}

enum status proto_write(struct report *report)
{
    struct view *view = report->view;
    if (report->ratio > 0 && report->ratio != 1)
        for (size_t i = 0; i < view->values.len; i++)
            view->values.at[i] = to_int64((double)view->values.at[i] * report->ratio);
    return write_view(view, report->out);
}

/* ---- -topproto: the nodes of -top, each as a sample ---- */

static uint32_t top_function(struct view *top, const struct place *place, struct map *index)
{
    for (uint64_t hash = hash_mix((uint64_t)place->name << 32 | place->file,
                                  (uint64_t)place->start_line);;
         hash = hash_mix(hash, 1)) {
        bool is_new;
        uint64_t *slot = map_put(index, hash, &is_new);
        if (is_new) {
            *slot = top->functions.len;
            struct view_function function = {.id = *slot + 1, .name = place->name,
                                             .file = place->file, .start_line = place->start_line};
            VEC_PUSH(top->memory, &top->functions, function);
            return (uint32_t)*slot;
        }
        const struct view_function *known = &top->functions.at[*slot];
        if (known->name == place->name && known->file == place->file &&
            known->start_line == place->start_line)
            return (uint32_t)*slot;
    }
}

static void top_sample(struct view *top, struct graph *graph, uint32_t index, struct map *functions)
{
    const struct report *report = graph->report;
    const struct node *node = &graph->nodes.at[index];
    const struct place *place = graph_place(graph, index);
    int64_t flat = node_flat(node), cum = node_cum(node);
    struct view_line line = {top_function(top, place, functions), place->line, place->column};
    uint32_t number = (uint32_t)top->locations.len;
    struct view_location location = {.id = number + 1, .address = place->address, .mapping = NONE,
                                     .first_line = (uint32_t)top->lines.len, .line_count = 1};
    VEC_PUSH(top->memory, &top->lines, line);
    VEC_PUSH(top->memory, &top->locations, location);
    VEC_PUSH(top->memory, &top->stack_locations, number);
    struct view_sample sample = {.stack = tables_stack(top, top->stack_locations.len - 1)};
    VEC_PUSH(top->memory, &top->samples, sample);
    VEC_PUSH(top->memory, &top->values,
             to_int64(units_scale(cum, report->type_unit, report->unit).value));
    VEC_PUSH(top->memory, &top->values,
             to_int64(units_scale(flat, report->type_unit, report->unit).value));
}

static struct view *make_top(struct graph *graph)
{
    struct report *report = graph->report;
    struct view *view = report->view;
    struct view *top = tables_new(view->memory, view->strings, view->shared);
    struct map functions;
    uint32_t unit = view_intern(view, report->unit);
    VEC_PUSH(top->memory, &top->types, ((struct view_type){view_intern(view, STR("cum")), unit}));
    VEC_PUSH(top->memory, &top->types, ((struct view_type){view_intern(view, STR("flat")), unit}));
    top->time_nanos = view->time_nanos;
    top->duration_nanos = view->duration_nanos;
    top->period_type = view->period_type;
    top->period = view->period;
    map_init(&functions, top->memory);
    for (size_t i = 0; i < graph->order.len; i++)
        top_sample(top, graph, graph->order.at[i], &functions);
    map_release(&functions);
    return top;
}

enum status topproto_write(struct report *report)
{
    struct graph graph;
    graph_init(&graph, report);
    trim_graph(&graph);
    trim_select_unit(&graph);
    struct view *top = make_top(&graph);
    enum status status = write_view(top, report->out);
    view_free(top);
    graph_release(&graph);
    return status;
}
