/* pb.c: protobuf's wire format, one field at a time. Nothing is copied and nothing is believed: a
 * length is checked against the message that holds it before it is used. */
#include "profile/profile_int.h"

bool pb_varint_slow(struct pb *pb, uint64_t *value)
{
    uint64_t result = 0;
    const unsigned char *at = pb->at;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        if (at == pb->end)
            return false;
        unsigned char byte = *at++;
        result |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            pb->at = at;
            *value = result;
            return true;
        }
    }
    return false;
}

static bool pb_fixed(struct pb *pb, size_t size, uint64_t *value)
{
    if ((size_t)(pb->end - pb->at) < size)
        return false;
    uint64_t result = 0;
    for (size_t i = 0; i < size; i++)
        result |= (uint64_t)pb->at[i] << (8 * i);
    pb->at += size;
    *value = result;
    return true;
}

static const char *pb_body(struct pb *pb, struct pb_field *field)
{
    uint64_t len;
    if (!pb_varint(pb, &len))
        return "its length is not a complete number";
    if (len > (uint64_t)(pb->end - pb->at))
        return "it is longer than what is left of the message around it";
    field->bytes = (struct pb){pb->at, pb->at + len};
    pb->at += len;
    return NULL;
}

const char *pb_next(struct pb *pb, struct pb_field *field)
{
    uint64_t key;
    field->start = pb->at;
    if (!pb_varint(pb, &key))
        return "a field's key is not a complete number";
    field->number = key >> 3;
    field->wire = key & 7;
    if (field->number == 0 || field->number > 0x1fffffff)
        return "a field's number is out of range";
    switch (field->wire) {
    case PB_VARINT:
        return pb_varint(pb, &field->value) ? NULL : "its number is not complete";
    case PB_BYTES:
        return pb_body(pb, field);
    case PB_FIXED64:
        return pb_fixed(pb, 8, &field->value) ? NULL : "its eight bytes are cut off";
    case PB_FIXED32:
        return pb_fixed(pb, 4, &field->value) ? NULL : "its four bytes are cut off";
    default:
        return "its wire type is none that pprof uses";
    }
}
