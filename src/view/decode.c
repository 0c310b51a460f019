/* decode.c: a protobuf profile (google/pprof proto/profile.proto) into the tables of a view,
 * exactly as it stands there (V1).
 *
 * The profile room reads the same format for joining: it makes equal things one and knows every
 * fault by name. Here a fault is only noticed; the caller then asks the profile room what it is.
 *
 * Two walks over the message's fields. Profiles may name things before they define them (Go writes
 * its texts last), so the first takes everything but the samples, then references are resolved,
 * and the second takes the samples. */
#include "view/view_int.h"

struct bytes {
    const unsigned char *at, *end;
};

struct field {
    unsigned number, wire;
    uint64_t value;
    struct bytes body;
};

enum { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* An id of the file to an index: an array where ids are dense, as nearly always, else a map. */
struct id_map {
    VEC(uint32_t) dense; /* index + 1 */
    struct map sparse;
};

struct decoder {
    struct view *view;
    VEC(uint32_t) strings; /* the file's string index to ours */
    struct id_map functions, locations, mappings;
    VEC(uint64_t) line_functions;    /* the file's ids, by line */
    VEC(uint64_t) location_mappings; /* by location */
    bool failed;
};

/* ---- the wire format ---- */

static bool take_varint_slow(struct bytes *bytes, uint64_t *value)
{
    uint64_t result = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (bytes->at == bytes->end)
            return false;
        unsigned char c = *bytes->at++;
        if (shift < 64)
            result |= (uint64_t)(c & 0x7f) << shift;
        if (c < 0x80) {
            *value = result;
            return true;
        }
    }
    return false;
}

static inline bool take_varint(struct bytes *bytes, uint64_t *value)
{
    if (bytes->at < bytes->end && *bytes->at < 0x80) {
        *value = *bytes->at++;
        return true;
    }
    return take_varint_slow(bytes, value);
}

static bool skip_bytes(struct bytes *bytes, uint64_t n)
{
    if ((uint64_t)(bytes->end - bytes->at) < n)
        return false;
    bytes->at += n;
    return true;
}

static bool take_body(struct bytes *bytes, struct field *field)
{
    uint64_t n;
    if (!take_varint(bytes, &n))
        return false;
    field->body.at = bytes->at;
    if (!skip_bytes(bytes, n))
        return false;
    field->body.end = bytes->at;
    return true;
}

/* The next field; false at the end, or at a fault (decoder->failed). */
static bool next_field(struct decoder *decoder, struct bytes *bytes, struct field *field)
{
    uint64_t key;
    if (decoder->failed || bytes->at == bytes->end)
        return false;
    bool good = take_varint(bytes, &key);
    if (good) {
        field->number = key >> 3 > 1000 ? 1000 : (unsigned)(key >> 3);
        field->wire = key & 7;
        switch (field->wire) {
        case WIRE_VARINT:
            good = take_varint(bytes, &field->value);
            break;
        case WIRE_FIXED64:
            good = skip_bytes(bytes, 8);
            break;
        case WIRE_BYTES:
            good = take_body(bytes, field);
            break;
        case WIRE_FIXED32:
            good = skip_bytes(bytes, 4);
            break;
        default:
            good = false;
        }
    }
    decoder->failed |= !good;
    return good;
}

/* The value of a varint field; another wire type is a fault. */
static uint64_t number_of(struct decoder *decoder, const struct field *field)
{
    if (field->wire == WIRE_VARINT)
        return field->value;
    decoder->failed = true;
    return 0;
}

static struct bytes body_of(struct decoder *decoder, const struct field *field)
{
    if (field->wire == WIRE_BYTES)
        return field->body;
    decoder->failed = true;
    return (struct bytes){NULL, NULL};
}

/* ---- ids ---- */

static void id_map_set(struct decoder *decoder, struct id_map *map, uint64_t id, size_t index)
{
    const struct memory *memory = decoder->view->memory;
    bool is_new = true;
    if (id < 2 * index + 1024) {
        while (map->dense.len <= id)
            VEC_PUSH(memory, &map->dense, 0);
        is_new = map->dense.at[id] == 0;
        map->dense.at[id] = (uint32_t)index + 1;
    } else {
        *map_put(&map->sparse, id, &is_new) = index + 1;
    }
    decoder->failed |= !is_new || id == 0; /* pprof refuses ids that are 0 or given twice */
}

static uint32_t id_map_get(const struct id_map *map, uint64_t id)
{
    if (id < map->dense.len && map->dense.at[id])
        return map->dense.at[id] - 1;
    const uint64_t *index = map_get(&map->sparse, id);
    return index ? (uint32_t)(*index - 1) : NONE;
}

static void id_map_release(struct id_map *map, const struct memory *memory)
{
    VEC_RELEASE(memory, &map->dense);
    map_release(&map->sparse);
}

/* ---- the first walk; texts are the file's indices ---- */

static uint32_t text_index(struct decoder *decoder, const struct field *field)
{
    uint64_t index = number_of(decoder, field);
    decoder->failed |= index >= UINT32_MAX;
    return (uint32_t)index;
}

static struct view_type read_type(struct decoder *decoder, struct bytes bytes)
{
    struct view_type type = {0};
    struct field field;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            type.type = text_index(decoder, &field);
        else if (field.number == 2)
            type.unit = text_index(decoder, &field);
    }
    return type;
}

static void read_mapping(struct decoder *decoder, struct bytes bytes)
{
    struct view_mapping mapping = {0};
    struct field field;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number < 1 || field.number > 10)
            continue;
        uint64_t value = number_of(decoder, &field);
        switch (field.number) {
        case 1: mapping.id = value; break;
        case 2: mapping.start = value; break;
        case 3: mapping.limit = value; break;
        case 4: mapping.offset = value; break;
        case 5: mapping.file = text_index(decoder, &field); break;
        case 6: mapping.build_id = text_index(decoder, &field); break;
        case 7: mapping.has_functions = value != 0; break;
        case 8: mapping.has_filenames = value != 0; break;
        case 9: mapping.has_line_numbers = value != 0; break;
        case 10: mapping.has_inline_frames = value != 0; break;
        }
    }
    id_map_set(decoder, &decoder->mappings, mapping.id, decoder->view->mappings.len);
    VEC_PUSH(decoder->view->memory, &decoder->view->mappings, mapping);
}

static void read_line(struct decoder *decoder, struct bytes bytes)
{
    struct view_line line = {.function = NONE};
    struct field field;
    uint64_t function = 0;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            function = number_of(decoder, &field);
        else if (field.number == 2)
            line.line = (int64_t)number_of(decoder, &field);
        else if (field.number == 3)
            line.column = (int64_t)number_of(decoder, &field);
    }
    VEC_PUSH(decoder->view->memory, &decoder->view->lines, line);
    VEC_PUSH(decoder->view->memory, &decoder->line_functions, function);
}

static void read_location(struct decoder *decoder, struct bytes bytes)
{
    struct view *view = decoder->view;
    struct view_location location = {.mapping = NONE, .first_line = (uint32_t)view->lines.len};
    struct field field;
    uint64_t mapping = 0;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            location.id = number_of(decoder, &field);
        else if (field.number == 2)
            mapping = number_of(decoder, &field);
        else if (field.number == 3)
            location.address = number_of(decoder, &field);
        else if (field.number == 4)
            read_line(decoder, body_of(decoder, &field));
        else if (field.number == 5)
            location.folded = number_of(decoder, &field) != 0;
    }
    location.line_count = (uint32_t)view->lines.len - location.first_line;
    id_map_set(decoder, &decoder->locations, location.id, view->locations.len);
    VEC_PUSH(view->memory, &view->locations, location);
    VEC_PUSH(view->memory, &decoder->location_mappings, mapping);
}

static void read_function(struct decoder *decoder, struct bytes bytes)
{
    struct view_function function = {0};
    struct field field;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            function.id = number_of(decoder, &field);
        else if (field.number == 2)
            function.name = text_index(decoder, &field);
        else if (field.number == 3)
            function.system_name = text_index(decoder, &field);
        else if (field.number == 4)
            function.file = text_index(decoder, &field);
        else if (field.number == 5)
            function.start_line = (int64_t)number_of(decoder, &field);
    }
    id_map_set(decoder, &decoder->functions, function.id, decoder->view->functions.len);
    VEC_PUSH(decoder->view->memory, &decoder->view->functions, function);
}

static void read_string(struct decoder *decoder, struct bytes bytes)
{
    struct str text = {(const char *)bytes.at, (size_t)(bytes.end - bytes.at)};
    decoder->failed |= !decoder->strings.len && text.len; /* the first is the empty one */
    VEC_PUSH(decoder->view->memory, &decoder->strings, view_intern(decoder->view, text));
}

static void read_comments(struct decoder *decoder, const struct field *field)
{
    if (field->wire == WIRE_VARINT) {
        VEC_PUSH(decoder->view->memory, &decoder->view->comments, (uint32_t)field->value);
        return;
    }
    for (struct bytes bytes = body_of(decoder, field); bytes.at < bytes.end;) {
        uint64_t index;
        decoder->failed |= !take_varint(&bytes, &index);
        if (decoder->failed)
            return;
        VEC_PUSH(decoder->view->memory, &decoder->view->comments, (uint32_t)index);
    }
}

/* Fields 7 to 15 but for the period's type and comments. */
static void read_header(struct decoder *decoder, const struct field *field)
{
    struct view *view = decoder->view;
    int64_t value = (int64_t)number_of(decoder, field);
    switch (field->number) {
    case 7: view->drop_frames = text_index(decoder, field); break;
    case 8: view->keep_frames = text_index(decoder, field); break;
    case 9:
        decoder->failed |= view->time_nanos != 0; /* two profiles one after the other */
        view->time_nanos = value;
        break;
    case 10: view->duration_nanos = value; break;
    case 12: view->period = value; break;
    case 14: view->default_type = text_index(decoder, field); break;
    case 15: view->doc_url = text_index(decoder, field); break;
    }
}

static void read_field(struct decoder *decoder, const struct field *field)
{
    struct view *view = decoder->view;
    switch (field->number) {
    case 1:
        VEC_PUSH(view->memory, &view->types, read_type(decoder, body_of(decoder, field)));
        break;
    case 3: read_mapping(decoder, body_of(decoder, field)); break;
    case 4: read_location(decoder, body_of(decoder, field)); break;
    case 5: read_function(decoder, body_of(decoder, field)); break;
    case 6: read_string(decoder, body_of(decoder, field)); break;
    case 11: view->period_type = read_type(decoder, body_of(decoder, field)); break;
    case 13: read_comments(decoder, field); break;
    case 7: case 8: case 9: case 10: case 12: case 14: case 15:
        read_header(decoder, field);
        break;
    }
}

/* ---- references ---- */

static void resolve_text(struct decoder *decoder, uint32_t *text)
{
    if (*text < decoder->strings.len)
        *text = decoder->strings.at[*text];
    else
        decoder->failed = true;
}

static void resolve_header(struct decoder *decoder)
{
    struct view *view = decoder->view;
    for (size_t i = 0; i < view->types.len; i++) {
        resolve_text(decoder, &view->types.at[i].type);
        resolve_text(decoder, &view->types.at[i].unit);
    }
    for (size_t i = 0; i < view->comments.len; i++)
        resolve_text(decoder, &view->comments.at[i]);
    resolve_text(decoder, &view->period_type.type);
    resolve_text(decoder, &view->period_type.unit);
    resolve_text(decoder, &view->drop_frames);
    resolve_text(decoder, &view->keep_frames);
    resolve_text(decoder, &view->default_type);
    resolve_text(decoder, &view->doc_url);
}

static void resolve_tables(struct decoder *decoder)
{
    struct view *view = decoder->view;
    for (size_t i = 0; i < view->mappings.len; i++) {
        resolve_text(decoder, &view->mappings.at[i].file);
        resolve_text(decoder, &view->mappings.at[i].build_id);
    }
    for (size_t i = 0; i < view->functions.len; i++) {
        resolve_text(decoder, &view->functions.at[i].name);
        resolve_text(decoder, &view->functions.at[i].system_name);
        resolve_text(decoder, &view->functions.at[i].file);
    }
    for (size_t i = 0; i < view->lines.len; i++) {
        uint32_t function = id_map_get(&decoder->functions, decoder->line_functions.at[i]);
        decoder->failed |= function == NONE; /* a line without a function is refused by pprof */
        view->lines.at[i].function = function;
    }
    for (size_t i = 0; i < view->locations.len; i++)
        view->locations.at[i].mapping =
            id_map_get(&decoder->mappings, decoder->location_mappings.at[i]);
}

/* ---- the second walk ---- */

static void add_location(struct decoder *decoder, uint64_t id)
{
    uint32_t location = id_map_get(&decoder->locations, id);
    decoder->failed |= location == NONE;
    VEC_PUSH(decoder->view->memory, &decoder->view->stack_locations, location);
}

static void add_locations(struct decoder *decoder, const struct field *field)
{
    uint64_t id = field->value;
    if (field->wire == WIRE_VARINT) {
        add_location(decoder, id);
        return;
    }
    for (struct bytes bytes = body_of(decoder, field); bytes.at < bytes.end && !decoder->failed;) {
        if (take_varint(&bytes, &id))
            add_location(decoder, id);
        else
            decoder->failed = true;
    }
}

static void add_values(struct decoder *decoder, const struct field *field)
{
    struct view *view = decoder->view;
    uint64_t value = field->value;
    if (field->wire == WIRE_VARINT) {
        VEC_PUSH(view->memory, &view->values, (int64_t)value);
        return;
    }
    for (struct bytes bytes = body_of(decoder, field); bytes.at < bytes.end && !decoder->failed;) {
        decoder->failed |= !take_varint(&bytes, &value);
        VEC_PUSH(view->memory, &view->values, (int64_t)value);
    }
}

/* A number that is 0 and has no unit is no label (google/pprof profile/encode.go postDecode). */
static void add_label(struct decoder *decoder, struct bytes bytes)
{
    struct view_label label = {0};
    struct field field;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            label.key = text_index(decoder, &field);
        else if (field.number == 2)
            label.text = text_index(decoder, &field);
        else if (field.number == 3)
            label.number = (int64_t)number_of(decoder, &field);
        else if (field.number == 4)
            label.unit = text_index(decoder, &field);
    }
    label.numeric = label.text == 0;
    label.with_unit = label.numeric && label.unit != 0;
    if (label.numeric && !label.number && !label.unit)
        return;
    if (!label.numeric)
        label.number = label.unit = 0;
    resolve_text(decoder, &label.key);
    resolve_text(decoder, &label.text);
    resolve_text(decoder, &label.unit);
    VEC_PUSH(decoder->view->memory, &decoder->view->labels, label);
}

static void read_sample(struct decoder *decoder, struct bytes bytes)
{
    struct view *view = decoder->view;
    size_t first_location = view->stack_locations.len, first_label = view->labels.len;
    size_t first_value = view->values.len;
    struct field field;
    while (next_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            add_locations(decoder, &field);
        else if (field.number == 2)
            add_values(decoder, &field);
        else if (field.number == 3)
            add_label(decoder, body_of(decoder, &field));
    }
    decoder->failed |= view->values.len - first_value != view->types.len;
    if (decoder->failed)
        return;
    struct view_sample sample = {.stack = tables_stack(view, first_location)};
    sample.labels = view->labels.len > first_label ? tables_label_set(view, first_label) : 0;
    VEC_PUSH(view->memory, &view->samples, sample);
}

static void read_all(struct decoder *decoder, struct bytes bytes)
{
    struct field field;
    struct bytes again = bytes;
    while (next_field(decoder, &bytes, &field))
        read_field(decoder, &field);
    resolve_header(decoder);
    resolve_tables(decoder);
    while (next_field(decoder, &again, &field))
        if (field.number == 2)
            read_sample(decoder, body_of(decoder, &field));
    decoder->failed |= decoder->view->types.len == 0 ||
                       decoder->view->types.len > LIMIT_PROFILE_SAMPLE_TYPES;
}

struct view *decode_profile(const unsigned char *bytes, size_t n, struct intern *strings,
                            unsigned *shared, const struct memory *memory)
{
    struct decoder decoder = {.view = tables_new(memory, strings, shared)};
    map_init(&decoder.functions.sparse, memory);
    map_init(&decoder.locations.sparse, memory);
    map_init(&decoder.mappings.sparse, memory);
    decoder.failed = n == 0;
    read_all(&decoder, (struct bytes){bytes, bytes + n});
    VEC_RELEASE(memory, &decoder.strings);
    VEC_RELEASE(memory, &decoder.line_functions);
    VEC_RELEASE(memory, &decoder.location_mappings);
    id_map_release(&decoder.functions, memory);
    id_map_release(&decoder.locations, memory);
    id_map_release(&decoder.mappings, memory);
    tables_index_drop(decoder.view);
    if (!decoder.failed)
        return decoder.view;
    view_free(decoder.view);
    return NULL;
}
