/* compare_test.h: what the tests of this room share. */
#ifndef UNHEAP_TEST_COMPARE_TEST_H
#define UNHEAP_TEST_COMPARE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compare/compare_int.h"
#include "sampled.h"

/* Compares one profile a side, and frees them. */
struct comparison *compare_profiles(struct profile *old, struct profile *new);
/* The same of that sample type. */
struct comparison *compare_typed(struct profile *old, struct profile *new, const char *type);
/* Several a side. */
struct comparison *compare_runs(struct profile **old, size_t old_count, struct profile **new,
                                size_t new_count, enum compare_scale scale);
/* The row of that function and line of NEW (or of OLD); fails the test when there is none. */
const struct compare_row *row_of_line(const struct comparison *comparison, const char *function,
                                      uint32_t line);

#endif
