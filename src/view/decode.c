/* decode.c: a protobuf profile (google/pprof proto/profile.proto) into the tables of a view,
 * as it stands there (V1), or with equal samples added up (enum view_fold).
 *
 * The profile room reads the same format for joining: it makes equal things one and knows every
 * fault by name. Here a fault is only noticed; the caller then asks the profile room what it is.
 *
 * One walk over the message's fields, of which only the one that is read need be in memory.
 * Profiles name things before they define them (Go writes its texts last), so everything is kept
 * with the file's own numbers, and those are resolved in the end. */
#include "view/decode_int.h"

/* ---- the wire format ---- */

bool decode_varint_slow(struct bytes *bytes, uint64_t *value)
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
    if (!decode_varint(bytes, &n))
        return false;
    field->body.at = bytes->at;
    if (!skip_bytes(bytes, n))
        return false;
    field->body.end = bytes->at;
    return true;
}

bool decode_field(struct decoder *decoder, struct bytes *bytes, struct field *field)
{
    uint64_t key;
    if (decoder->failed || bytes->at == bytes->end)
        return false;
    bool good = decode_varint(bytes, &key);
    if (good) {
        field->number = key >> 3 > 1000 ? 1000 : (unsigned)(key >> 3);
        field->wire = key & 7;
        switch (field->wire) {
        case WIRE_VARINT:
            good = decode_varint(bytes, &field->value);
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

uint64_t decode_number(struct decoder *decoder, const struct field *field)
{
    if (field->wire == WIRE_VARINT)
        return field->value;
    decoder->failed = true;
    return 0;
}

struct bytes decode_body(struct decoder *decoder, const struct field *field)
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

uint32_t decode_index(const struct id_map *map, uint64_t id)
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

/* ---- all but samples; texts are the file's indices ---- */

uint32_t decode_text_index(struct decoder *decoder, const struct field *field)
{
    uint64_t index = decode_number(decoder, field);
    decoder->failed |= index >= UINT32_MAX;
    return (uint32_t)index;
}

static struct view_type read_type(struct decoder *decoder, struct bytes bytes)
{
    struct view_type type = {0};
    struct field field;
    while (decode_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            type.type = decode_text_index(decoder, &field);
        else if (field.number == 2)
            type.unit = decode_text_index(decoder, &field);
    }
    return type;
}

static void read_mapping(struct decoder *decoder, struct bytes bytes)
{
    struct view_mapping mapping = {0};
    struct field field;
    while (decode_field(decoder, &bytes, &field)) {
        if (field.number < 1 || field.number > 10)
            continue;
        uint64_t value = decode_number(decoder, &field);
        switch (field.number) {
        case 1: mapping.id = value; break;
        case 2: mapping.start = value; break;
        case 3: mapping.limit = value; break;
        case 4: mapping.offset = value; break;
        case 5: mapping.file = decode_text_index(decoder, &field); break;
        case 6: mapping.build_id = decode_text_index(decoder, &field); break;
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
    while (decode_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            function = decode_number(decoder, &field);
        else if (field.number == 2)
            line.line = (int64_t)decode_number(decoder, &field);
        else if (field.number == 3)
            line.column = (int64_t)decode_number(decoder, &field);
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
    while (decode_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            location.id = decode_number(decoder, &field);
        else if (field.number == 2)
            mapping = decode_number(decoder, &field);
        else if (field.number == 3)
            location.address = decode_number(decoder, &field);
        else if (field.number == 4)
            read_line(decoder, decode_body(decoder, &field));
        else if (field.number == 5)
            location.folded = decode_number(decoder, &field) != 0;
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
    while (decode_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            function.id = decode_number(decoder, &field);
        else if (field.number == 2)
            function.name = decode_text_index(decoder, &field);
        else if (field.number == 3)
            function.system_name = decode_text_index(decoder, &field);
        else if (field.number == 4)
            function.file = decode_text_index(decoder, &field);
        else if (field.number == 5)
            function.start_line = (int64_t)decode_number(decoder, &field);
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
    for (struct bytes bytes = decode_body(decoder, field); bytes.at < bytes.end;) {
        uint64_t index;
        decoder->failed |= !decode_varint(&bytes, &index);
        if (decoder->failed)
            return;
        VEC_PUSH(decoder->view->memory, &decoder->view->comments, (uint32_t)index);
    }
}

/* Fields 7 to 15 but for the period's type and comments. */
static void read_header(struct decoder *decoder, const struct field *field)
{
    struct view *view = decoder->view;
    int64_t value = (int64_t)decode_number(decoder, field);
    switch (field->number) {
    case 7: view->drop_frames = decode_text_index(decoder, field); break;
    case 8: view->keep_frames = decode_text_index(decoder, field); break;
    case 9:
        decoder->failed |= view->time_nanos != 0; /* two profiles one after the other */
        view->time_nanos = value;
        break;
    case 10: view->duration_nanos = value; break;
    case 12: view->period = value; break;
    case 14: view->default_type = decode_text_index(decoder, field); break;
    case 15: view->doc_url = decode_text_index(decoder, field); break;
    }
}

static void read_field(struct decoder *decoder, const struct field *field)
{
    struct view *view = decoder->view;
    switch (field->number) {
    case 1:
        VEC_PUSH(view->memory, &view->types, read_type(decoder, decode_body(decoder, field)));
        break;
    case 3: read_mapping(decoder, decode_body(decoder, field)); break;
    case 4: read_location(decoder, decode_body(decoder, field)); break;
    case 5: read_function(decoder, decode_body(decoder, field)); break;
    case 6: read_string(decoder, decode_body(decoder, field)); break;
    case 11: view->period_type = read_type(decoder, decode_body(decoder, field)); break;
    case 13: read_comments(decoder, field); break;
    case 7: case 8: case 9: case 10: case 12: case 14: case 15:
        read_header(decoder, field);
        break;
    }
}

/* ---- references ---- */

void decode_resolve_text(struct decoder *decoder, uint32_t *text)
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
        decode_resolve_text(decoder, &view->types.at[i].type);
        decode_resolve_text(decoder, &view->types.at[i].unit);
    }
    for (size_t i = 0; i < view->comments.len; i++)
        decode_resolve_text(decoder, &view->comments.at[i]);
    decode_resolve_text(decoder, &view->period_type.type);
    decode_resolve_text(decoder, &view->period_type.unit);
    decode_resolve_text(decoder, &view->drop_frames);
    decode_resolve_text(decoder, &view->keep_frames);
    decode_resolve_text(decoder, &view->default_type);
    decode_resolve_text(decoder, &view->doc_url);
}

static void resolve_tables(struct decoder *decoder)
{
    struct view *view = decoder->view;
    for (size_t i = 0; i < view->mappings.len; i++) {
        decode_resolve_text(decoder, &view->mappings.at[i].file);
        decode_resolve_text(decoder, &view->mappings.at[i].build_id);
    }
    for (size_t i = 0; i < view->functions.len; i++) {
        decode_resolve_text(decoder, &view->functions.at[i].name);
        decode_resolve_text(decoder, &view->functions.at[i].system_name);
        decode_resolve_text(decoder, &view->functions.at[i].file);
    }
    for (size_t i = 0; i < view->lines.len; i++) {
        uint32_t function = decode_index(&decoder->functions, decoder->line_functions.at[i]);
        decoder->failed |= function == NONE; /* a line without a function is refused by pprof */
        view->lines.at[i].function = function;
    }
    for (size_t i = 0; i < view->locations.len; i++)
        view->locations.at[i].mapping =
            decode_index(&decoder->mappings, decoder->location_mappings.at[i]);
}

/* ---- windows ---- */

/* The part of a file that is in memory. */
struct window {
    const struct memory *memory;
    struct stream *stream; /* what follows; NULL: nothing does */
    unsigned char *buf;
    size_t cap;
    struct bytes bytes; /* not yet read */
};

/* Brings more: what is not yet read goes to the front, and the buffer grows where that fills it. */
static bool window_read(struct decoder *decoder, struct window *window)
{
    size_t kept = (size_t)(window->bytes.end - window->bytes.at), got = 0;
    if (!window->stream)
        return false;
    if (kept)
        memmove(window->buf, window->bytes.at, kept);
    if (kept > window->cap / 2) {
        window->cap *= 2;
        window->buf = memory_resize(window->memory, window->buf, window->cap);
    }
    decoder->failed |= !stream_read(window->stream, window->buf + kept, window->cap - kept, &got);
    window->bytes = (struct bytes){window->buf, window->buf + kept + got};
    if (kept + got < window->cap)
        window->stream = NULL;
    return got > 0 && !decoder->failed;
}

/* Whether the field that begins here is there as a whole. */
static bool is_whole(struct bytes bytes)
{
    uint64_t key, n = 0;
    if (!decode_varint(&bytes, &key))
        return false;
    switch (key & 7) {
    case WIRE_VARINT:
        return decode_varint(&bytes, &n);
    case WIRE_BYTES:
        return decode_varint(&bytes, &n) && n <= (uint64_t)(bytes.end - bytes.at);
    default:
        return bytes.end - bytes.at >= 8;
    }
}

static bool next_whole_field(struct decoder *decoder, struct window *window, struct field *field)
{
    while (!decoder->failed && !is_whole(window->bytes))
        if (!window_read(decoder, window))
            break; /* at the end, or cut off: the next says which */
    return decode_field(decoder, &window->bytes, field);
}

/* ---- all of it ---- */

static void read_all(struct decoder *decoder, struct window *window)
{
    struct field field;
    while (next_whole_field(decoder, window, &field))
        if (field.number == 2)
            fold_sample(decoder, decode_body(decoder, &field));
        else
            read_field(decoder, &field);
    if (decoder->failed)
        return;
    resolve_header(decoder);
    resolve_tables(decoder);
    fold_resolve(decoder);
    decoder->failed |= decoder->view->types.len == 0 ||
                       decoder->view->types.len > LIMIT_PROFILE_SAMPLE_TYPES;
}

static struct window open_window(const struct decode_input *input, const struct memory *memory)
{
    enum { WINDOW_FIRST = 1 << 18 };
    struct window window = {.memory = memory, .stream = input->stream,
                            .bytes = {input->bytes, input->bytes}};
    if (!window.stream && input->size) /* else there may be no bytes to point to */
        window.bytes.end += input->size;
    if (window.stream) {
        window.cap = input->window ? input->window : WINDOW_FIRST;
        window.buf = memory_get(memory, window.cap);
        window.bytes = (struct bytes){window.buf, window.buf};
    }
    return window;
}

struct view *decode_profile(const struct decode_input *input, struct intern *strings,
                            unsigned *shared, const struct memory *memory)
{
    struct decoder decoder = {.view = tables_new(memory, strings, shared)};
    struct window window = open_window(input, memory);
    map_init(&decoder.functions.sparse, memory);
    map_init(&decoder.locations.sparse, memory);
    map_init(&decoder.mappings.sparse, memory);
    fold_init(&decoder.fold, input, memory);
    read_all(&decoder, &window);
    memory_put(memory, window.buf);
    VEC_RELEASE(memory, &decoder.strings);
    VEC_RELEASE(memory, &decoder.line_functions);
    VEC_RELEASE(memory, &decoder.location_mappings);
    id_map_release(&decoder.functions, memory);
    id_map_release(&decoder.locations, memory);
    id_map_release(&decoder.mappings, memory);
    fold_release(&decoder.fold, memory);
    tables_index_drop(decoder.view);
    if (!decoder.failed)
        return decoder.view;
    view_free(decoder.view);
    return NULL;
}
