/* decode_int.h: what decode.c and fold.c share. */
#ifndef UNHEAP_VIEW_DECODE_INT_H
#define UNHEAP_VIEW_DECODE_INT_H

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

/* Samples as they come, with the file's numbers:
 *   F1. stack_locations of the view are ids of the file, those from LARGE_ID on numbers of
 *       large_ids. Ids are unique, so equal stacks have equal numbers.
 *   F2. labels of a sample are a number of label_sets here, 0 for none; their texts are indices
 *       of the file. Two sets may turn out to be equal. */
struct fold {
    enum view_fold how;
    bool unshared; /* see decode_input */
    uint32_t value_count; /* of the first sample, so of all */
    uint32_t text_max;    /* the largest text index met in labels */
    VEC(uint64_t) large_ids;
    struct map large_index;
    VEC(struct view_label) labels;
    VEC(struct view_span) label_sets;
    struct slots label_index;
    struct map units_met;     /* of labels: key and unit */
    uint64_t last_unit;       /* the one met last */
    VEC(uint32_t) by_stack;   /* VIEW_FOLD_STACKS: the stack's sample + 1, or 0 */
    struct slots by_key;      /* samples by stack and labels */
};
#define LARGE_ID UINT32_C(0x80000000)

struct decoder {
    struct view *view;
    VEC(uint32_t) strings; /* the file's string index to ours */
    struct id_map functions, locations, mappings;
    VEC(uint64_t) line_functions;    /* the file's ids, by line */
    VEC(uint64_t) location_mappings; /* by location */
    struct fold fold;
    bool failed;
};

/* ---- decode.c ---- */

/* The next field; false at the end, or at a fault (decoder->failed). */
bool decode_field(struct decoder *decoder, struct bytes *bytes, struct field *field);
/* The value of a varint field; another wire type is a fault. */
uint64_t decode_number(struct decoder *decoder, const struct field *field);
struct bytes decode_body(struct decoder *decoder, const struct field *field);
uint32_t decode_text_index(struct decoder *decoder, const struct field *field);
void decode_resolve_text(struct decoder *decoder, uint32_t *text);
/* NONE when there is none. */
uint32_t decode_index(const struct id_map *map, uint64_t id);

/* ---- fold.c ---- */

void fold_init(struct fold *fold, const struct decode_input *input, const struct memory *memory);
void fold_release(struct fold *fold, const struct memory *memory);
/* Takes in one sample, or sets decoder->failed. */
void fold_sample(struct decoder *decoder, struct bytes bytes);
/* When all of the file was read: numbers of the file become ours. */
void fold_resolve(struct decoder *decoder);

/* ---- varints ---- */

bool decode_varint_slow(struct bytes *bytes, uint64_t *value);
static inline bool decode_varint(struct bytes *bytes, uint64_t *value)
{
    const unsigned char *at = bytes->at;
    if (at < bytes->end && at[0] < 0x80) {
        *value = at[0];
        bytes->at++;
        return true;
    }
    if (bytes->end - at >= 2 && at[1] < 0x80) {
        *value = (at[0] & 0x7fu) | (uint64_t)at[1] << 7;
        bytes->at += 2;
        return true;
    }
    return decode_varint_slow(bytes, value);
}
/* decode_field for the short ones that samples are made of. */
static inline bool decode_short_field(struct decoder *decoder, struct bytes *bytes,
                                      struct field *field)
{
    const unsigned char *at = bytes->at;
    bool is_short = bytes->end - at >= 2 && (at[0] & 7) == WIRE_BYTES && at[0] < 0x80 &&
                    at[1] < 0x80 && at[1] <= bytes->end - at - 2;
    if (!is_short)
        return decode_field(decoder, bytes, field);
    field->number = at[0] >> 3;
    field->wire = WIRE_BYTES;
    field->value = 0;
    field->body = (struct bytes){at + 2, at + 2 + at[1]};
    bytes->at = field->body.end;
    return true;
}

#endif
