/* failing_memory.h: memory.c with a malloc that fails when told to. Include it in one test program;
 * its memory then takes the place of the library's, in all rooms.
 *
 *     static void work(const struct memory *memory) { ...whatever allocates... }
 *     fail_each_allocation(work);
 *
 * runs the work once for each allocation that it makes, letting that one fail, and then once whole.
 * After the whole run nothing may be left allocated. After a failed one everything that was got
 * through struct memory is given back here, so what AddressSanitizer then still calls a leak is
 * what the work held of others: a foreign library's object. Files left open make the test fail. */
#ifndef UNHEAP_TEST_FAILING_MEMORY_H
#define UNHEAP_TEST_FAILING_MEMORY_H

#include <dirent.h>
#include <pthread.h>

#include "base_test.h"

struct tracked { /* the object's bytes follow */
    _Alignas(max_align_t) struct tracked *next;
    struct tracked *previous;
    size_t size;
};

static struct {
    pthread_mutex_t lock;
    struct tracked list; /* its head, in a ring */
    size_t calls;        /* allocations asked for */
    size_t fail_at;      /* the number of the one that fails; 0 for none */
    size_t largest;      /* most bytes asked for at a time */
} heap = {.lock = PTHREAD_MUTEX_INITIALIZER, .list = {.next = &heap.list, .previous = &heap.list}};

static void link_block(struct tracked *block)
{
    block->next = heap.list.next;
    block->previous = &heap.list;
    block->next->previous = block->previous->next = block;
}

static void unlink_block(struct tracked *block)
{
    block->next->previous = block->previous;
    block->previous->next = block->next;
}

static void *failing_realloc(void *ptr, size_t n)
{
    struct tracked *old = ptr ? (struct tracked *)ptr - 1 : NULL;
    struct tracked *block = NULL;
    pthread_mutex_lock(&heap.lock);
    heap.largest = n > heap.largest ? n : heap.largest;
    if (++heap.calls != heap.fail_at)
        block = malloc(sizeof(*block) + n);
    if (block) {
        block->size = n;
        link_block(block);
        if (old) {
            memcpy(block + 1, old + 1, n < old->size ? n : old->size);
            unlink_block(old);
            free(old);
        }
    }
    pthread_mutex_unlock(&heap.lock);
    return block ? block + 1 : NULL;
}

static void *failing_malloc(size_t n)
{
    return failing_realloc(NULL, n);
}

static void failing_free(void *ptr)
{
    if (!ptr)
        return;
    struct tracked *block = (struct tracked *)ptr - 1;
    pthread_mutex_lock(&heap.lock);
    unlink_block(block);
    pthread_mutex_unlock(&heap.lock);
    free(block);
}

#define malloc failing_malloc
#define realloc failing_realloc
#define free failing_free
#include "../../src/base/memory.c"
#undef malloc
#undef realloc
#undef free

static inline bool nothing_left(void)
{
    return heap.list.next == &heap.list;
}

static inline void give_all_back(void)
{
    while (!nothing_left()) {
        struct tracked *block = heap.list.next;
        unlink_block(block);
        free(block);
    }
}

static inline size_t open_files(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

/* One run; true when it went through to its end. */
static inline bool run_failing(void (*work)(const struct memory *memory), size_t fail_at)
{
    struct ending ending;
    ending_init(&ending);
    heap.calls = heap.largest = 0;
    heap.fail_at = fail_at;
    bool whole = setjmp(ending.out) == 0;
    if (whole)
        work(&ending.memory);
    heap.fail_at = 0;
    return whole;
}

/* Returns how many allocations the work makes. */
static inline size_t fail_each_allocation(void (*work)(const struct memory *memory))
{
    size_t files = open_files();
    size_t fail_at = 1;
    while (!run_failing(work, fail_at) || heap.calls >= fail_at) {
        give_all_back();
        assert_int_equal(open_files(), files);
        fail_at++;
    }
    assert_true(nothing_left());
    assert_int_equal(open_files(), files);
    return fail_at - 1;
}

#endif
