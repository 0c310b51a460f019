/* watch_test.c: see watch_test.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "watch_test.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fail_msg("out of memory: %zu", wanted);
    abort();
}
const struct memory test_memory = {give_up, NULL};

struct watch_rule rule_of(const char *text)
{
    struct watch_rule rule;
    struct diag_sink *sink = diag_sink_new(&test_memory);
    if (!watch_rule_parse(str_from(text), sink, &rule))
        fail_msg("%s: %.*s", text, STR_ARGS(diag_at(sink, 0)->message));
    diag_sink_free(sink);
    return rule;
}

struct watch_sample sample_at(double at, int64_t used, int64_t limit)
{
    struct watch_sample sample;
    watch_sample_init(&sample);
    sample.at = at;
    sample.wall = 1e9 + at;
    sample.alive = true;
    sample.limit = limit;
    sample.used = sample.usage.resident = used;
    sample.headroom = limit == LIVE_NO_LIMIT ? LIVE_UNKNOWN : limit > used ? limit - used : 0;
    return sample;
}

static void keep_told(void *ctx, struct str line)
{
    struct test_watch *test = ctx;
    sb_add(&test->told, line);
    sb_addc(&test->told, '\n');
}

void test_watch_begin(struct test_watch *test, const struct watch_rule *rules, size_t count)
{
    *test = (struct test_watch){.sink = diag_sink_new(&test_memory),
                                .dir = "/tmp/unheap-watch-XXXXXX"};
    assert_non_null(mkdtemp(test->dir));
    sb_init(&test->told, &test_memory);
    struct watch *watch = &test->watch;
    *watch = (struct watch){
        .memory = &test_memory,
        .sink = test->sink,
        .options = {.rules = rules, .rule_count = count, .root = "", .dir = test->dir,
                    .limit = LIVE_NO_LIMIT, .tell = keep_told, .ctx = test},
        .counts = memory_get(&test_memory, (count + 1) * sizeof(*watch->counts)),
    };
    memset(watch->counts, 0, (count + 1) * sizeof(*watch->counts));
    pthread_mutex_init(&watch->lock, NULL);
    map_init(&watch->seen, &test_memory);
    map_init(&watch->written, &test_memory);
}

void test_watch_end(struct test_watch *test)
{
    char line[100];
    struct watch *watch = &test->watch;
    VEC_RELEASE(&test_memory, &watch->targets);
    VEC_RELEASE(&test_memory, &watch->groups);
    VEC_RELEASE(&test_memory, &watch->polled);
    map_release(&watch->seen);
    map_release(&watch->written);
    memory_put(&test_memory, watch->counts);
    pthread_mutex_destroy(&watch->lock);
    sb_release(&test->told);
    diag_sink_free(test->sink);
    snprintf(line, sizeof(line), "rm -rf '%s'", test->dir);
    assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
}
