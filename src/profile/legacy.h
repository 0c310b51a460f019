/* legacy.h: what the readers of C++ and Java programs' profiles share: forms that came before the
 * protobuf and that google/pprof still reads (profile/legacy_profile.go and
 * legacy_java_profile.go). */
#ifndef UNHEAP_PROFILE_LEGACY_H
#define UNHEAP_PROFILE_LEGACY_H

#include "profile/profile_int.h"

/* Stacks of addresses as the file has them, before locations are made of them. */
struct legacy_sample {
    size_t first; /* addresses[first..first+count), leaf first */
    size_t count;
    int64_t values[2];
    int64_t object_bytes;
};
struct legacy_stacks {
    VEC(uint64_t) addresses;
    VEC(struct legacy_sample) samples;
};
void legacy_stacks_release(struct legacy_stacks *stacks, const struct memory *memory);
/* Makes a location of every address, in order of appearance. */
void legacy_locations(struct profile *profile, const struct legacy_stacks *stacks);
/* Adds the samples. The profiler may have taken the leaf both from the stack and from the signal's
 * context: a second address that is one less than the first is left out. False when there are
 * too many, with the limit's name. */
bool legacy_samples(struct profile *profile, const struct legacy_stacks *stacks,
                    const char **limit);
/* Whether a stack of so many frames is within the limits. */
static inline bool legacy_depth_allowed(const struct profile_input *input, uint64_t frames)
{
    return frames <= input->limits.frames;
}

/* ---- maps.c: which file's code lies where ---- */

/* Reads a memory map and finds each location's mapping. With no map at all, addresses belong to one
 * mapping of all memory if `always`, and else to none. */
void maps_place(struct profile *profile, struct str map, bool always);

/* ---- java.c ---- */

/* What java_names makes of stacks of addresses whose names come after them. Addresses are not kept:
 * they mean nothing in another run. Returns NULL when that worked, else what is wrong with the
 * line at *fault. */
const char *java_names(struct profile *profile, const struct legacy_stacks *stacks, struct str text,
                       const char **fault, const char **limit);

/* ---- finishing ---- */

/* The profile when there was no failure; else it is freed and *out is NULL. */
enum status legacy_finish(struct profile *profile, enum status status, struct profile **out);

#endif
