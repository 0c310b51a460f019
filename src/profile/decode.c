/* decode.c: the fields of a profile.proto message, taken over as they come.
 *
 * One pass. Go and pprof write the string table last, and locations before or after the samples
 * that name them, so nothing can be looked up while reading: the profile first holds the file's own
 * numbers, made small (id_table) but not yet checked, and resolve.c turns them into indices when
 * all has been read. Stacks are made unique at once, by those small numbers, so that memory grows
 * with the distinct stacks and not with the file.
 *
 *   D1. locations.len == decode->locations.len, and the same for functions and mappings: the
 *       mention at a number says where it came from and whether its definition was seen.
 *   D2. Until resolve, every string in profile is an index of the file's string table, and frames
 *       and locations hold numbers of decode's tables. */
#include <assert.h>

#include "profile/profile_int.h"

/* What has been read of a mapped file is given back to the kernel in steps of this size. */
#define DROP_STEP ((size_t)8 << 20)

static struct message message_begin(struct decode *decode, enum message_kind kind, struct pb body)
{
    return (struct message){.pb = body, .kind = kind, .number = ++decode->counts[kind]};
}

/* Reads a message all of whose known fields are numbers: values[field] gets field's last value. */
static bool read_numbers(struct decode *decode, enum message_kind kind, struct pb body,
                         uint64_t *values, size_t count)
{
    struct message message = message_begin(decode, kind, body);
    struct pb_field field;
    memset(values, 0, count * sizeof(*values));
    while (message_next(decode, &message, &field)) {
        if (field.number >= count)
            continue;
        if (!message_want(decode, &message, &field, PB_VARINT))
            return false;
        values[field.number] = field.value;
    }
    return !decode->status;
}

/* A string index, kept in 32 bits: one that does not fit names no string in any file we read. */
static uint32_t string_ref(uint64_t index)
{
    return index < UINT32_MAX ? (uint32_t)index : UINT32_MAX;
}

/* ---- the parts of a profile ---- */

static bool decode_type(struct decode *decode, struct pb body)
{
    uint64_t values[3];
    if (!read_numbers(decode, MESSAGE_TYPE, body, values, COUNT_OF(values)))
        return false;
    if (decode->type_count == LIMIT_PROFILE_SAMPLE_TYPES)
        return decode_fail_limit(decode, "LIMIT_PROFILE_SAMPLE_TYPES");
    decode->type_strings[2 * decode->type_count] = values[1];
    decode->type_strings[2 * decode->type_count + 1] = values[2];
    decode->type_count++;
    return true;
}

static bool decode_mapping(struct decode *decode, struct pb body)
{
    uint64_t values[11];
    if (!read_numbers(decode, MESSAGE_MAPPING, body, values, COUNT_OF(values)))
        return false;
    uint32_t number = decode_mapping_number(decode, values[1], body.at);
    decode->profile->mappings.at[number] = (struct profile_mapping){
        .start = values[2],
        .limit = values[3],
        .offset = values[4],
        .file = string_ref(values[5]),
        .build_id = string_ref(values[6]),
        .has_functions = values[7] != 0,
        .has_filenames = values[8] != 0,
        .has_line_numbers = values[9] != 0,
        .has_inline_frames = values[10] != 0,
    };
    return decode_define(decode, &decode->mappings.at[number], MESSAGE_MAPPING, body.at);
}

static bool decode_function(struct decode *decode, struct pb body)
{
    uint64_t values[6];
    if (!read_numbers(decode, MESSAGE_FUNCTION, body, values, COUNT_OF(values)))
        return false;
    uint32_t number = decode_function_number(decode, values[1], body.at);
    decode->profile->functions.at[number] = (struct profile_function){
        .name = string_ref(values[2]),
        .system_name = string_ref(values[3]),
        .file = string_ref(values[4]),
        .start_line = (int64_t)values[5],
    };
    return decode_define(decode, &decode->functions.at[number], MESSAGE_FUNCTION, body.at);
}

static bool decode_line(struct decode *decode, struct pb body)
{
    uint64_t values[4];
    if (!read_numbers(decode, MESSAGE_LINE, body, values, COUNT_OF(values)))
        return false;
    if (values[1] == 0)
        return decode_fail(decode, body.at, "location %llu, line: function_id is missing or 0",
                           (unsigned long long)decode->counts[MESSAGE_LOCATION]);
    struct profile_frame frame = {
        .function = decode_function_number(decode, values[1], body.at),
        .column = values[3] < UINT32_MAX ? (uint32_t)values[3] : 0,
        .line = (int64_t)values[2],
    };
    VEC_PUSH(decode->input->memory, &decode->profile->frames, frame);
    return true;
}

/* Field 1 (id) to 3 (address) and 5 (is_folded). */
static bool decode_location_number_field(struct decode *decode, const struct message *message,
                                         const struct pb_field *field, uint64_t *id,
                                         struct profile_location *location)
{
    if (!message_want(decode, message, field, PB_VARINT))
        return false;
    if (field->number == 1)
        *id = field->value;
    else if (field->number == 2)
        location->mapping =
            field->value ? decode_mapping_number(decode, field->value, field->start) : PROFILE_NONE;
    else if (field->number == 3)
        location->address = field->value;
    else
        location->folded = field->value != 0;
    return true;
}

static bool decode_location(struct decode *decode, struct pb body)
{
    struct message message = message_begin(decode, MESSAGE_LOCATION, body);
    struct profile_location location = {.mapping = PROFILE_NONE};
    location.first_frame = (uint32_t)decode->profile->frames.len;
    struct pb_field field;
    uint64_t id = 0;
    while (message_next(decode, &message, &field)) {
        bool good = true;
        if (field.number == 4)
            good = message_want(decode, &message, &field, PB_BYTES) &&
                   decode_line(decode, field.bytes);
        else if (field.number <= 5)
            good = decode_location_number_field(decode, &message, &field, &id, &location);
        if (!good)
            return false;
    }
    if (decode->status)
        return false;
    location.frame_count = (uint32_t)(decode->profile->frames.len - location.first_frame);
    uint32_t number = decode_location_number(decode, id, body.at);
    decode->profile->locations.at[number] = location;
    return decode_define(decode, &decode->locations.at[number], MESSAGE_LOCATION, body.at);
}

static bool decode_string(struct decode *decode, const struct pb_field *field)
{
    struct str text = {(const char *)field->bytes.at,
                       (size_t)(field->bytes.end - field->bytes.at)};
    if (!decode->strings.len && text.len)
        return decode_fail(decode, field->start,
                           "profile, string_table: its first entry must be empty");
    uint32_t id = intern_add(&decode->profile->strings, text);
    VEC_PUSH(decode->input->memory, &decode->strings, id);
    return true;
}

/* comment is a repeated number: one at a time or packed. */
static bool decode_comment(struct decode *decode, const struct message *message,
                           const struct pb_field *field)
{
    if (field->wire != PB_BYTES) {
        if (!message_want(decode, message, field, PB_VARINT))
            return false;
        VEC_PUSH(decode->input->memory, &decode->comments, string_ref(field->value));
        return true;
    }
    struct pb packed = field->bytes;
    while (packed.at < packed.end) {
        uint64_t value;
        if (!pb_varint(&packed, &value))
            return message_fail(decode, message, field, "a packed number is not complete");
        VEC_PUSH(decode->input->memory, &decode->comments, string_ref(value));
    }
    return true;
}

static bool decode_period_type(struct decode *decode, struct pb body)
{
    uint64_t values[3];
    if (!read_numbers(decode, MESSAGE_TYPE, body, values, COUNT_OF(values)))
        return false;
    decode->period_strings[0] = values[1];
    decode->period_strings[1] = values[2];
    return true;
}

/* The plain numbers of the profile itself. */
static bool decode_header(struct decode *decode, const struct message *message,
                          const struct pb_field *field)
{
    struct profile *profile = decode->profile;
    if (!message_want(decode, message, field, PB_VARINT))
        return false;
    switch (field->number) {
    case 7:
    case 8:
        decode->header_strings[field->number - 7] = field->value;
        break;
    case 9:
        if (decode->seen_time && profile->time_nanos)
            return message_fail(decode, message, field,
                                "it comes twice: two profiles were concatenated, which does not "
                                "merge them");
        decode->seen_time = true;
        profile->time_nanos = (int64_t)field->value;
        break;
    case 10:
        profile->duration_nanos = (int64_t)field->value;
        break;
    case 12:
        profile->period = (int64_t)field->value;
        break;
    default:
        assert(field->number == 14 || field->number == 15);
        decode->header_strings[field->number - 12] = field->value;
    }
    return true;
}

static bool decode_part(struct decode *decode, const struct message *message,
                        const struct pb_field *field)
{
    if (field->number == 13)
        return decode_comment(decode, message, field);
    if (field->number > 15)
        return true;
    if (field->number > 6 && field->number != 11)
        return decode_header(decode, message, field);
    if (!message_want(decode, message, field, PB_BYTES))
        return false;
    switch (field->number) {
    case 1:
        return decode_type(decode, field->bytes);
    case 2:
        return decode_sample(decode, field->bytes);
    case 3:
        return decode_mapping(decode, field->bytes);
    case 4:
        return decode_location(decode, field->bytes);
    case 5:
        return decode_function(decode, field->bytes);
    case 6:
        return decode_string(decode, field);
    default:
        return decode_period_type(decode, field->bytes);
    }
}

static void drop_read(struct decode *decode, const struct message *message, size_t *dropped)
{
    size_t pos = (size_t)(message->pb.at - decode->input->bytes);
    if (!decode->input->file || pos - *dropped < DROP_STEP)
        return;
    file_drop(decode->input->file, *dropped, pos);
    *dropped = pos;
}

static bool decode_all(struct decode *decode)
{
    const struct profile_input *input = decode->input;
    struct message message = {.kind = MESSAGE_PROFILE,
                              .pb = {input->bytes, input->bytes + input->size}};
    struct pb_field field;
    size_t dropped = 0;
    while (message_next(decode, &message, &field)) {
        if (!decode_part(decode, &message, &field))
            return false;
        drop_read(decode, &message, &dropped);
    }
    return !decode->status;
}

/* ---- beginning and end ---- */

static void decode_init(struct decode *decode, const struct profile_input *input)
{
    memset(decode, 0, sizeof(*decode));
    decode->input = input;
    decode->profile = profile_new(input->memory, input->limits);
    VEC_PUSH(input->memory, &decode->label_sets, (struct mention){.defined = true});
    id_table_init(&decode->location_ids, input);
    id_table_init(&decode->function_ids, input);
    id_table_init(&decode->mapping_ids, input);
}

static void decode_release(struct decode *decode)
{
    const struct memory *memory = decode->input->memory;
    profile_free(decode->profile);
    VEC_RELEASE(memory, &decode->strings);
    VEC_RELEASE(memory, &decode->locations);
    VEC_RELEASE(memory, &decode->functions);
    VEC_RELEASE(memory, &decode->mappings);
    VEC_RELEASE(memory, &decode->label_sets);
    VEC_RELEASE(memory, &decode->comments);
    id_table_release(memory, &decode->location_ids);
    id_table_release(memory, &decode->function_ids);
    id_table_release(memory, &decode->mapping_ids);
}

enum status profile_decode(const struct profile_input *input, struct profile **out)
{
    struct decode decode;
    decode_init(&decode, input);
    *out = NULL;
    if (decode_all(&decode) && decode_resolve(&decode)) {
        decode.profile->source_count = 1;
        profile_index_drop(decode.profile);
        *out = decode.profile;
        decode.profile = NULL;
    }
    decode_release(&decode);
    return decode.status;
}
