/* watch_test.h: what the tests of `watch` share: rules from words, samples from figures, and a
 * watch without a loop. */
#ifndef UNHEAP_WATCH_TEST_H
#define UNHEAP_WATCH_TEST_H

#include "watch/watch_int.h"

/* Fails the test when it runs out. */
extern const struct memory test_memory;

/* Fails the test when it is no rule. */
struct watch_rule rule_of(const char *text);
/* A process that is alive, at that time, with so many bytes in use of a limit. */
struct watch_sample sample_at(double at, int64_t used, int64_t limit);

/* A watch that finds nobody and runs no loop; what it tells is in `told`. */
struct test_watch {
    struct watch watch;
    struct diag_sink *sink;
    struct sb told;
    char dir[64]; /* a folder of its own, which test_watch_end removes */
};
void test_watch_begin(struct test_watch *test, const struct watch_rule *rules, size_t count);
void test_watch_end(struct test_watch *test);

#endif
