/* view_test.h: what the tests of this room share. */
#ifndef UNHEAP_TEST_VIEW_TEST_H
#define UNHEAP_TEST_VIEW_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/view_int.h"

static inline void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fail_msg("memory ended: %zu bytes wanted", wanted);
    abort();
}

static const struct memory plenty = {memory_must_not_end, NULL};

#define assert_text(is, should)                                      \
    do {                                                             \
        struct str is_ = (is), should_ = STR(should);                \
        assert_int_equal(is_.len, should_.len);                      \
        assert_memory_equal(is_.ptr, should_.ptr, should_.len);      \
    } while (0)

#endif
