/* objects_int.h: what the files of this room share.
 *
 *   objects.c   samples to rows
 *   types.c     which type a sample's objects have (O2) */
#ifndef UNHEAP_OBJECTS_INT_H
#define UNHEAP_OBJECTS_INT_H

#include "objects/objects.h"

/* A sample's type. */
struct object_type {
    struct str name; /* empty: unknown */
    enum object_witness witness;
    uint64_t size;   /* of one object; 0 when unknown or various */
};

struct typing {
    const struct profile *profile;
    const struct objects_request *request;
    struct binary_index *index; /* NULL without a binary */
    struct arena *arena;
    struct sb scratch;
};
void typing_init(struct typing *typing, const struct profile *profile,
                 const struct objects_request *request, struct arena *arena);
void typing_release(struct typing *typing);
/* The type of a sample's objects, which lie in slots of `slot` bytes (0: not told). */
struct object_type typing_of(struct typing *typing, size_t sample, uint64_t slot);

#endif
