/* Memory-profile buckets in images of memory: counts, what is published, and what is refused of a
 * hostile or changing process. */
#include "live_test.h"

#include <elf.h>

#include "profile/profile.h"

enum { CYCLE = 7, BUCKET = 48 };

/* Writes a bucket with two stack addresses; `allocs` of 64 bytes published, half of them freed. */
static void put_bucket(struct image_test *image, uint64_t at, uint64_t next, uint64_t allocs)
{
    const uint64_t words[] = {0, next, 1, 99, 64, 2, image_pc(IN_NEWOBJECT, 8),
                              image_pc(IN_MAIN, 8), allocs, allocs / 2, allocs * 64,
                              allocs / 2 * 64};
    image_put(image, at, words, sizeof(words));
    for (size_t i = 0; i < 12; i++)
        image_u64(image, at + sizeof(words) + 8 * i, 0);
}

/* Counts of one of the cycles that are not yet published. */
static void put_future(struct image_test *image, uint64_t at, int index, uint64_t allocs)
{
    uint64_t place = at + BUCKET + 16 + 32 + 32 * (uint64_t)index;
    image_u64(image, place, allocs);
    image_u64(image, place + 16, allocs * 64);
}

static struct image_test *new_process(void)
{
    struct image_test *image = image_new(EM_X86_64, 26, false);
    image_u64(image, image_variable(LIVE_VARIABLE_MBUCKETS), IMAGE_HEAP);
    image_u64(image, image_variable(LIVE_VARIABLE_MPROF_CYCLE), CYCLE << 1 | 1);
    image_u64(image, image_variable(LIVE_VARIABLE_MEM_PROFILE_RATE), 1);
    return image;
}

static void test_what_is_published(void **state)
{
    struct live_heap heap;
    struct image_test *image = new_process();
    (void)state;
    put_bucket(image, IMAGE_HEAP, IMAGE_HEAP + 0x1000, 10);
    put_bucket(image, IMAGE_HEAP + 0x1000, 0, 20);
    put_future(image, IMAGE_HEAP, CYCLE % 3, 4);       /* done, but not yet added up */
    put_future(image, IMAGE_HEAP, (CYCLE + 1) % 3, 8); /* not done */
    assert_int_equal(live_heap_read(image->target, false, image->sink, &heap), STATUS_OK);
    assert_int_equal(heap.buckets.len, 2);
    assert_int_equal(heap.buckets.at[0].depth, 2);
    assert_int_equal(heap.buckets.at[0].published.allocs, 14);
    assert_int_equal(heap.buckets.at[0].published.frees, 5);
    assert_int_equal(heap.buckets.at[1].published.allocs, 20);
    assert_int_equal(heap.skipped, 0);
    live_heap_release(&heap);
    assert_int_equal(live_heap_read(image->target, true, image->sink, &heap), STATUS_OK);
    assert_int_equal(heap.buckets.at[0].published.allocs, 22);
    live_heap_release(&heap);
    image_free(image);
}

/* Before the first collection nothing is published, and all cycles are shown. */
static void test_before_the_first_collection(void **state)
{
    struct live_heap heap;
    struct image_test *image = new_process();
    (void)state;
    put_bucket(image, IMAGE_HEAP, 0, 0);
    put_future(image, IMAGE_HEAP, 0, 3);
    assert_int_equal(live_heap_read(image->target, false, image->sink, &heap), STATUS_OK);
    assert_int_equal(heap.buckets.at[0].published.allocs, 3);
    live_heap_release(&heap);
    image_free(image);
}

static void test_the_profile_that_comes_out(void **state)
{
    struct live_heap heap;
    struct profile *profile;
    struct sb bytes;
    struct image_test *image = new_process();
    (void)state;
    put_bucket(image, IMAGE_HEAP, 0, 10);
    assert_int_equal(live_heap_read(image->target, false, image->sink, &heap), STATUS_OK);
    sb_init(&bytes, &plenty);
    live_heap_write(image->target, &heap, &bytes);
    assert_int_equal(profile_read_bytes((const unsigned char *)bytes.text, bytes.len, STR("it"),
                                        &plenty, image->sink, &profile),
                     STATUS_OK);
    assert_int_equal(profile_kind(profile), PROFILE_HEAP);
    assert_int_equal(profile->samples.len, 1);
    assert_int_equal(profile_value(profile, 0, 0), 10);
    assert_int_equal(profile_value(profile, 0, 1), 640);
    assert_int_equal(profile_value(profile, 0, 2), 5);
    assert_int_equal(profile_value(profile, 0, 3), 320);
    assert_int_equal(profile->samples.at[0].object_bytes, 64);
    assert_int_equal(profile->frames.len, 1); /* runtime.newobject is not shown */
    assert_true(str_is(profile_string(profile, profile->functions.at[0].name), "main.main"));
    profile_free(profile);
    sb_release(&bytes);
    live_heap_release(&heap);
    image_free(image);
}

static size_t count_skipped(struct image_test *image, bool *broken)
{
    struct live_heap heap;
    (void)!live_heap_read(image->target, false, image->sink, &heap);
    size_t skipped = heap.skipped;
    *broken = heap.broken;
    live_heap_release(&heap);
    return skipped;
}

static void test_buckets_that_make_no_sense(void **state)
{
    bool broken;
    struct image_test *image = new_process();
    (void)state;
    put_bucket(image, IMAGE_HEAP, IMAGE_HEAP + 0x1000, 10);
    put_bucket(image, IMAGE_HEAP + 0x1000, 0, 20);
    image_u64(image, IMAGE_HEAP + 40, LIMIT_LIVE_STACK + 1);
    assert_int_equal(count_skipped(image, &broken), 1);
    image_u64(image, IMAGE_HEAP + 40, 2);
    image_u64(image, IMAGE_HEAP + 16, 2); /* a bucket of blocking */
    assert_int_equal(count_skipped(image, &broken), 1);
    image_u64(image, IMAGE_HEAP + 16, 1);
    image_u64(image, IMAGE_HEAP + BUCKET + 16 + 8, 11); /* more frees than allocations */
    assert_int_equal(count_skipped(image, &broken), 1);
    assert_false(broken);
    image_free(image);
}

/* A chain that leads nowhere, or round and round, comes to an end. */
static void test_chains_without_end(void **state)
{
    bool broken;
    struct image_test *image = new_process();
    (void)state;
    put_bucket(image, IMAGE_HEAP, 0x10, 10);
    assert_int_equal(count_skipped(image, &broken), 0);
    assert_true(broken);
    put_bucket(image, IMAGE_HEAP, IMAGE_HEAP, 10);
    image_u64(image, IMAGE_HEAP + 16, 2); /* skipped each time */
    assert_in_range(count_skipped(image, &broken), 1, 8);
    assert_true(broken);
    image_free(image);
}

/* A bucket at every address, with the next one behind it; of `depth` addresses, or (0) none that
 * makes sense. */
static bool read_endless(void *ctx, const struct live_piece *pieces, size_t count)
{
    const uint64_t *depth = ctx;
    for (size_t i = 0; i < count; i++) {
        uint64_t words[] = {0, pieces[i].address + 64, *depth ? 1 : 2, 99, 64, *depth};
        memset(pieces[i].to, 0, pieces[i].size);
        if (pieces[i].size == sizeof(words) || pieces[i].size == sizeof(words[0]))
            memcpy(pieces[i].to, words + (pieces[i].size == sizeof(words[0])), pieces[i].size);
    }
    return true;
}

static void test_LIMIT_LIVE_BUCKETS_and_PROFILE_BYTES(void **state)
{
    bool broken;
    uint64_t depth = 0;
    struct live_heap heap;
    struct image_test *image = new_process();
    (void)state;
    image->target->reader = (struct live_reader){.read = read_endless, .ctx = &depth};
    assert_int_equal(count_skipped(image, &broken), LIMIT_LIVE_BUCKETS);
    assert_true(broken);
    depth = LIMIT_LIVE_STACK;
    (void)!live_heap_read(image->target, false, image->sink, &heap);
    assert_true(heap.broken);
    assert_in_range(heap.arena.bytes, 0, LIMIT_LIVE_PROFILE_BYTES + (1 << 20));
    live_heap_release(&heap);
    image_free(image);
}

static void test_no_profile(void **state)
{
    struct live_heap heap;
    struct image_test *image = new_process();
    (void)state;
    assert_int_not_equal(live_heap_read(image->target, false, image->sink, &heap), STATUS_OK);
    live_heap_release(&heap);
    image_u64(image, image_variable(LIVE_VARIABLE_MEM_PROFILE_RATE), 0);
    assert_int_not_equal(live_heap_read(image->target, false, image->sink, &heap), STATUS_OK);
    live_heap_release(&heap);
    assert_true(image_says(image, DIAG_LIVE_NO_PROFILE, "MemProfileRate is 0"));
    image_free(image);
    image = image_new(EM_X86_64, 26, true);
    assert_int_not_equal(live_heap_read(image->target, false, image->sink, &heap), STATUS_OK);
    live_heap_release(&heap);
    assert_true(image_says(image, DIAG_LIVE_NO_PROFILE, "no symbol table"));
    image_free(image);
}

/* Whichever read fails: an answer, and nothing that was not there. */
static void test_every_read_fails_once(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 12; at++) {
        struct live_heap heap;
        struct image_test *image = new_process();
        put_bucket(image, IMAGE_HEAP, IMAGE_HEAP + 0x1000, 10);
        put_bucket(image, IMAGE_HEAP + 0x1000, 0, 20);
        image->fail_at = image->reads + at;
        if (live_heap_read(image->target, false, image->sink, &heap) == STATUS_OK)
            assert_true(heap.buckets.len + heap.skipped + heap.broken >= 2);
        live_heap_release(&heap);
        image_free(image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_published),
        cmocka_unit_test(test_before_the_first_collection),
        cmocka_unit_test(test_the_profile_that_comes_out),
        cmocka_unit_test(test_buckets_that_make_no_sense),
        cmocka_unit_test(test_chains_without_end),
        cmocka_unit_test(test_LIMIT_LIVE_BUCKETS_and_PROFILE_BYTES),
        cmocka_unit_test(test_no_profile),
        cmocka_unit_test(test_every_read_fails_once),
    };
    return cmocka_run_group_tests_name("heap", tests, NULL, NULL);
}
