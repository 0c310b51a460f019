/* objects: what a heap profile's objects are, by size and by Go type.
 *
 * O1. Go's profiles name the size of the slot that an object lies in (runtime/malloc.go profiles
 *     elemsize): its size class, or whole pages above 32 kB. What is wasted in a slot is known when
 *     the object's own size is: from the type that a binary or the compiler names. Otherwise only
 *     the most that can be wasted is known: a byte more and the object would have needed its class,
 *     one less than the class below and it would not be in it.
 * O2. A type is named by the binary's call into the allocator on the sample's function and line, or
 *     by the compiler's verdict there. Where several fit, those whose slot has the sample's size
 *     decide; where they still differ, all are named ("A or B"). Nothing is guessed.
 * O3. Rows add up: the sums of objects and of bytes over either list are the profile's totals. */
#ifndef UNHEAP_OBJECTS_H
#define UNHEAP_OBJECTS_H

#include "base/base.h"
#include "binary/binary.h"
#include "evidence/evidence.h"
#include "profile/profile.h"

enum object_witness { OBJECT_UNKNOWN, OBJECT_BINARY, OBJECT_COMPILER };
const char *object_witness_name(enum object_witness witness);

struct object_row {
    struct str type;              /* of by_type: empty when unknown */
    enum object_witness witness;
    uint64_t slot, largest_slot;  /* bytes; the smallest and largest of a type; 0: not told */
    int64_t objects, bytes;       /* of the family that was asked for: allocated, or in use */
    int64_t waste_bytes_known;    /* bytes of objects whose own size is known, */
    int64_t waste;                /* and what of them is waste */
    int64_t most_waste;           /* O1, of all */
    struct measure measure;       /* of the sample type that was asked for */
};

struct objects {
    const struct memory *memory;
    struct arena arena;
    struct str type_name, unit;
    int64_t total, objects, bytes;
    struct object_row *by_size, *by_type; /* by value, largest first */
    size_t size_count, type_count;
    int64_t typed;                /* of total, with a type */
};

struct objects_request {
    struct str sample_type;          /* empty: alloc_space, else the default */
    const struct binary *binary;     /* may be NULL */
    const struct evidence *evidence; /* of this profile and sample type; may be NULL */
};
/* Fails (PROFILE_KIND, PROFILE_SAMPLE_TYPE) when the profile is none of the heap or has not that
 * type. */
NODISCARD enum status objects_read(const struct profile *profile,
                                   const struct objects_request *request,
                                   const struct memory *memory, struct str name,
                                   struct diag_sink *sink, struct objects **out);
void objects_free(struct objects *objects);

#endif
