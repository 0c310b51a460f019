/* scan.h: calls as they are found, before types are decoded. */
#ifndef UNHEAP_BINARY_SCAN_H
#define UNHEAP_BINARY_SCAN_H

#include "binary_int.h"

struct found {
    uint32_t function, offset;
    const struct target *target;
    struct value type, size, count;
    struct value map;     /* what a mapassign puts into */
    struct value used_as; /* of makemap_small: the type that the next mapassigns into it have */
    bool tail_call;
    uint32_t first_frame, frame_count; /* from the innermost outwards */
};
struct found_list {
    VEC(struct found) calls;
    VEC(struct binary_frame) frames;
};
/* In the order of addresses; the list is the caller's to release. */
void scan_calls(const struct binary *binary, const struct targets *targets,
                struct workers *workers, struct found_list *out);

/* sites.c: what the calls allocate, and where they are written. Takes the frames over. */
void sites_make(struct binary *binary, struct found_list *found);

#endif
