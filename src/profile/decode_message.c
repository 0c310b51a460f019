/* decode_message.c: messages and their fields, by name when something is wrong with them. */
#include <stdio.h>

#include "profile/profile_int.h"

struct message_names {
    const char *name;
    const char *fields[16];
};

/* ORDER: enum message_kind. Field numbers and names are profile.proto's. */
static const struct message_names names[] = {
    {"profile",
     {"", "sample_type", "sample", "mapping", "location", "function", "string_table", "drop_frames",
      "keep_frames", "time_nanos", "duration_nanos", "period_type", "period", "comment",
      "default_sample_type", "doc_url"}},
    {"value type", {"", "type", "unit"}},
    {"sample", {"", "location_id", "value", "label"}},
    {"label", {"", "key", "str", "num", "num_unit"}},
    {"mapping",
     {"", "id", "memory_start", "memory_limit", "file_offset", "filename", "build_id",
      "has_functions", "has_filenames", "has_line_numbers", "has_inline_frames"}},
    {"location", {"", "id", "mapping_id", "address", "line", "is_folded"}},
    {"line", {"", "function_id", "line", "column"}},
    {"function", {"", "id", "name", "system_name", "filename", "start_line"}},
};
_Static_assert(COUNT_OF(names) == MESSAGE_FUNCTION + 1, "a name for each message");

const char *message_name(enum message_kind kind)
{
    return names[kind].name;
}

/* ---- failing ---- */

/* Bytes in which neither a sample type nor a sample was found before the first fault are no damaged
 * profile but none at all. */
static void fail(struct decode *decode, enum diag_code code, uint64_t offset, const char *message)
{
    if (decode->status)
        return;
    bool foreign = !decode->type_count && !decode->counts[MESSAGE_SAMPLE];
    if (foreign && code == DIAG_PROFILE_DAMAGED)
        code = DIAG_PROFILE_FORMAT;
    decode->status = code == DIAG_PROFILE_LIMIT ? STATUS_LIMIT : STATUS_BAD_INPUT;
    diag_add(decode->input->sink, code, decode->input->name, 0, offset, "%s%s%s",
             code == DIAG_PROFILE_FORMAT ? "this is not a pprof profile: " : "", message,
             decode->input->unpacked ? " (offset in the unpacked bytes)" : "");
}

bool decode_fail_at(struct decode *decode, uint64_t offset, const char *fmt, ...)
{
    char message[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    fail(decode, DIAG_PROFILE_DAMAGED, offset, message);
    return false;
}

bool decode_fail(struct decode *decode, const unsigned char *where, const char *fmt, ...)
{
    char message[400];
    va_list args;
    va_start(args, fmt);
    vsnprintf(message, sizeof(message), fmt, args);
    va_end(args);
    fail(decode, DIAG_PROFILE_DAMAGED, (uint64_t)(where - decode->input->bytes), message);
    return false;
}

bool decode_fail_limit(struct decode *decode, const char *limit)
{
    char message[120];
    snprintf(message, sizeof(message), "the profile is larger than %s allows", limit);
    fail(decode, DIAG_PROFILE_LIMIT, DIAG_NO_OFFSET, message);
    return false;
}

/* "sample 12, location_id: its number is not complete" */
bool message_fail(struct decode *decode, const struct message *message,
                  const struct pb_field *field, const char *problem)
{
    const struct message_names *known = &names[message->kind];
    bool in_table = field->number < COUNT_OF(known->fields);
    const char *name = in_table ? known->fields[field->number] : NULL;
    char number[24] = "", unknown[40];
    if (message->number)
        snprintf(number, sizeof(number), " %llu", (unsigned long long)message->number);
    snprintf(unknown, sizeof(unknown), "field %llu", (unsigned long long)field->number);
    if (!name || !*name)
        name = unknown;
    return decode_fail(decode, field->start, "%s%s, %s: %s", known->name, number,
                       name, problem);
}

/* ---- messages ---- */

bool message_next(struct decode *decode, struct message *message, struct pb_field *field)
{
    if (message->pb.at == message->pb.end || decode->status)
        return false;
    field->number = 0;
    const char *problem = pb_next(&message->pb, field);
    return problem ? message_fail(decode, message, field, problem) : true;
}

bool message_want(struct decode *decode, const struct message *message,
                  const struct pb_field *field, unsigned wire)
{
    if (field->wire == wire)
        return true;
    return message_fail(decode, message, field,
                        wire == PB_BYTES ? "its wire type is not that of a text or message"
                                         : "its wire type is not that of a number");
}
