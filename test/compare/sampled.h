/* sampled.h: streams of allocations, sampled as Go samples. */
#ifndef UNHEAP_TEST_COMPARE_SAMPLED_H
#define UNHEAP_TEST_COMPARE_SAMPLED_H

#include "profile/profile.h"

extern const struct memory plenty; /* memory that must not end */
enum { RATE = 524288 };

/* What one line of a program allocates in one run. */
struct stream {
    const char *function;
    uint32_t line, start;
    double size;
    double count; /* objects; a fraction is rounded */
};
/* A profile of rate `rate` in which each object was sampled as runtime/malloc.go does (rate 1: all
 * are), with all four sample types; what is in use is what was allocated. */
struct profile *sampled_profile(const struct stream *streams, size_t count, double rate,
                                uint64_t *chance);
/* How many of `count` objects of `size` are sampled. */
double sampled_objects(double size, double count, double rate, uint64_t *chance);
double normal_number(uint64_t *chance);

#endif
