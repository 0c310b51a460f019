/* decode_sample.c: samples, the bulk of every profile and the hot path of reading one. */
#include "profile/profile_int.h"

/* Grows the vector so that `more` pushes need no check. */
static void reserve_locations(struct decode *decode, size_t more)
{
    struct profile *profile = decode->profile;
    while (profile->stack_locations.cap - profile->stack_locations.len < more)
        profile->stack_locations.at =
            vec_grow(profile->memory, profile->stack_locations.at, &profile->stack_locations.cap,
                     sizeof(*profile->stack_locations.at));
}

static inline uint32_t location_number(struct decode *decode, uint64_t id,
                                       const unsigned char *where)
{
    const struct id_table *table = &decode->location_ids;
    if (id < table->dense.len && table->dense.at[id])
        return table->dense.at[id] - 1;
    return decode_location_number(decode, id, where);
}

static bool read_packed_locations(struct decode *decode, const struct message *message,
                                  const struct pb_field *field)
{
    struct pb packed = field->bytes;
    struct profile *profile = decode->profile;
    reserve_locations(decode, (size_t)(packed.end - packed.at)); /* an id takes a byte or more */
    while (packed.at < packed.end) {
        const unsigned char *where = packed.at;
        uint64_t id;
        if (!pb_varint(&packed, &id))
            return message_fail(decode, message, field, "a packed number is not complete");
        profile->stack_locations.at[profile->stack_locations.len++] =
            location_number(decode, id, where);
    }
    return true;
}

static bool read_locations(struct decode *decode, const struct message *message,
                           const struct pb_field *field)
{
    if (field->wire == PB_BYTES)
        return read_packed_locations(decode, message, field);
    if (!message_want(decode, message, field, PB_VARINT))
        return false;
    uint32_t number = location_number(decode, field->value, field->start);
    VEC_PUSH(decode->input->memory, &decode->profile->stack_locations, number);
    return true;
}

static bool add_value(struct decode *decode, const struct message *message,
                      const struct pb_field *field, uint32_t *count, uint64_t value)
{
    if (*count == LIMIT_PROFILE_SAMPLE_TYPES)
        return message_fail(decode, message, field,
                            "more values than LIMIT_PROFILE_SAMPLE_TYPES allows");
    decode->values[(*count)++] = (int64_t)value;
    return true;
}

static bool read_values(struct decode *decode, const struct message *message,
                        const struct pb_field *field, uint32_t *count)
{
    if (field->wire != PB_BYTES)
        return message_want(decode, message, field, PB_VARINT) &&
               add_value(decode, message, field, count, field->value);
    struct pb packed = field->bytes;
    while (packed.at < packed.end) {
        uint64_t value;
        if (!pb_varint(&packed, &value))
            return message_fail(decode, message, field, "a packed number is not complete");
        if (!add_value(decode, message, field, count, value))
            return false;
    }
    return true;
}

static uint32_t label_ref(uint64_t index)
{
    return index < UINT32_MAX ? (uint32_t)index : UINT32_MAX;
}

/* A label is a text when it has one, else a number; one with neither says nothing and is left out,
 * as pprof does (google/pprof profile/encode.go postDecode). */
static bool read_label(struct decode *decode, const struct message *sample,
                       const struct pb_field *outer)
{
    uint64_t values[5] = {0};
    struct message message = {outer->bytes, MESSAGE_LABEL, ++decode->counts[MESSAGE_LABEL]};
    struct pb_field field;
    if (!message_want(decode, sample, outer, PB_BYTES))
        return false;
    while (message_next(decode, &message, &field)) {
        if (field.number >= COUNT_OF(values))
            continue;
        if (!message_want(decode, &message, &field, PB_VARINT))
            return false;
        values[field.number] = field.value;
    }
    if (decode->status)
        return false;
    if (!values[2] && !values[3] && !values[4])
        return true;
    struct profile_label label = {
        .key = label_ref(values[1]),
        .text = label_ref(values[2]),
        .unit = values[2] ? 0 : label_ref(values[4]),
        .number = values[2] ? 0 : (int64_t)values[3],
    };
    VEC_PUSH(decode->input->memory, &decode->profile->labels, label);
    return true;
}

static bool check_value_count(struct decode *decode, const struct message *message,
                              const unsigned char *where, uint32_t count)
{
    if (message->number == 1)
        decode->value_count = count;
    if (count == decode->value_count)
        return true;
    return decode_fail(decode, where, "sample %llu, value: %u values, but %u in the samples before",
                       (unsigned long long)message->number, count, decode->value_count);
}

static bool read_fields(struct decode *decode, struct message *message, uint32_t *value_count)
{
    struct pb_field field;
    while (message_next(decode, message, &field)) {
        bool good = true;
        if (field.number == 1)
            good = read_locations(decode, message, &field);
        else if (field.number == 2)
            good = read_values(decode, message, &field, value_count);
        else if (field.number == 3)
            good = read_label(decode, message, &field);
        if (!good)
            return false;
    }
    return !decode->status;
}

static uint32_t take_label_set(struct decode *decode, size_t first, const unsigned char *where)
{
    struct profile *profile = decode->profile;
    uint32_t set = build_label_set(profile, first);
    if (set == decode->label_sets.len) { /* a new one: where it was first seen */
        struct mention mention = {.number = (uint32_t)decode->counts[MESSAGE_SAMPLE],
                                  .offset = (uint64_t)(where - decode->input->bytes)};
        VEC_PUSH(decode->input->memory, &decode->label_sets, mention);
    }
    return set;
}

bool decode_sample(struct decode *decode, struct pb body)
{
    struct profile *profile = decode->profile;
    struct message message = {body, MESSAGE_SAMPLE, ++decode->counts[MESSAGE_SAMPLE]};
    size_t first_location = profile->stack_locations.len, first_label = profile->labels.len;
    uint32_t value_count = 0;
    const char *limit;
    if (!read_fields(decode, &message, &value_count) ||
        !check_value_count(decode, &message, body.at, value_count))
        return false;
    profile->type_count = value_count; /* so that build_sample copies as many */
    if (profile->stack_locations.len - first_location > decode->input->limits.frames)
        return decode_fail_limit(decode, "LIMIT_PROFILE_FRAMES");
    struct profile_sample sample = {
        .stack = build_stack(profile, first_location),
        .label_set = take_label_set(decode, first_label, body.at),
    };
    build_sample(profile, sample, decode->values);
    return build_over_limit(profile, &limit) ? decode_fail_limit(decode, limit) : true;
}
