/* evidence_test.h: what the tests of this room share. */
#ifndef UNHEAP_TEST_EVIDENCE_TEST_H
#define UNHEAP_TEST_EVIDENCE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "evidence/evidence_int.h"

static inline void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "memory ended: %zu bytes wanted\n", wanted);
    abort();
}

static const struct memory plenty = {memory_must_not_end, NULL};

#define assert_str(actual, expected)                                        \
    do {                                                                    \
        struct str actual_ = (actual);                                      \
        if (!str_is(actual_, expected))                                     \
            fail_msg("%s is \"%.*s\", not \"%s\"", #actual, STR_ARGS(actual_), expected); \
    } while (0)

#endif
