/* arena.c: memory by lifetime; allocating bumps a pointer.
 *
 * A1. arena->blocks is NULL, or the block that [next, end) lies in, followed by all others.
 * A2. Blocks made for one large object are put behind the first, so they never end the bumping.
 * A3. Under ASan every byte of a block that is in no object is poisoned, and objects start at
 *     multiples of 8, ASan's granule, with a gap behind each. */
#include <assert.h>

#include "base/base_int.h"

enum {
    BLOCK_MIN = 4 << 10,
    BLOCK_MAX = 1 << 20,
    ALIGNMENT = _Alignof(max_align_t),
#ifdef BASE_ASAN
    TEXT_ALIGNMENT = 8, /* A3 */
#else
    TEXT_ALIGNMENT = 1,
#endif
};

struct arena_block {
    struct arena_block *older;
    size_t size; /* of data */
    _Alignas(max_align_t) char data[];
};

void arena_init(struct arena *arena, const struct memory *memory)
{
    *arena = (struct arena){.memory = memory};
}

static struct arena_block *block_new(struct arena *arena, size_t size)
{
    if (size > PTRDIFF_MAX - sizeof(struct arena_block))
        memory_exhausted(arena->memory, size);
    struct arena_block *block = memory_get(arena->memory, sizeof(*block) + size);
    block->older = NULL;
    block->size = size;
    POISON(block->data, size);
    return block;
}

static void block_put(struct arena *arena, struct arena_block *block)
{
    UNPOISON(block->data, block->size);
    memory_put(arena->memory, block);
}

static void use_block(struct arena *arena, struct arena_block *block)
{
    arena->blocks = block;
    arena->next = block->data;
    arena->end = block->data + block->size;
}

/* Takes the largest block out of the list and gives the others back. */
static struct arena_block *keep_largest(struct arena *arena)
{
    struct arena_block *kept = NULL;
    struct arena_block *older;
    for (struct arena_block *block = arena->blocks; block; block = older) {
        older = block->older;
        struct arena_block *dropped = block;
        if (!kept || block->size > kept->size) {
            dropped = kept;
            kept = block;
        }
        if (dropped)
            block_put(arena, dropped);
    }
    return kept;
}

void arena_clear(struct arena *arena)
{
    struct arena_block *kept = keep_largest(arena);
    arena->bytes = 0;
    if (!kept)
        return;
    kept->older = NULL;
    POISON(kept->data, kept->size);
    use_block(arena, kept);
}

void arena_release(struct arena *arena)
{
    struct arena_block *older;
    for (struct arena_block *block = arena->blocks; block; block = older) {
        older = block->older;
        block_put(arena, block);
    }
    arena_init(arena, arena->memory);
}

static size_t next_block_size(const struct arena *arena)
{
    if (!arena->blocks)
        return BLOCK_MIN;
    size_t size = arena->blocks->size;
    return size < BLOCK_MAX / 2 ? 2 * size : BLOCK_MAX;
}

static char *alloc_alone(struct arena *arena, size_t n)
{
    struct arena_block *block = block_new(arena, n);
    block->older = arena->blocks->older;
    arena->blocks->older = block; /* A2 */
    UNPOISON(block->data, n);
    return block->data;
}

/* The slow path: the newest block is full. `n` already has its gap. */
static __attribute__((noinline)) char *alloc_in_new_block(struct arena *arena, size_t n)
{
    size_t size = next_block_size(arena);
    if (!arena->blocks || n <= size / 4) {
        struct arena_block *block = block_new(arena, size);
        block->older = arena->blocks;
        use_block(arena, block); /* A1 */
    }
    if (n > size / 4)
        return alloc_alone(arena, n);
    char *object = arena->next;
    arena->next += n;
    return object;
}

static inline char *alloc_aligned(struct arena *arena, size_t n, size_t alignment)
{
    size_t taken = (n ? n : 1) + POISON_GAP;
    if (taken < n)
        memory_exhausted(arena->memory, n);
    size_t padding = -(uintptr_t)arena->next & (alignment - 1);
    size_t room = (size_t)((uintptr_t)arena->end - (uintptr_t)arena->next);
    char *object;
    if (padding <= room && taken <= room - padding) {
        object = arena->next + padding;
        arena->next = object + taken;
    } else {
        object = alloc_in_new_block(arena, taken);
    }
    arena->bytes += n;
    UNPOISON(object, n);
    if (POISON_GAP)
        POISON(object + n, taken - n); /* A3 */
    return object;
}

void *arena_alloc(struct arena *arena, size_t n)
{
    return alloc_aligned(arena, n, ALIGNMENT);
}

char *arena_text(struct arena *arena, size_t n)
{
    return alloc_aligned(arena, n, TEXT_ALIGNMENT);
}

void *arena_zalloc(struct arena *arena, size_t count, size_t size)
{
    size_t n = memory_product(arena->memory, count, size);
    return memset(arena_alloc(arena, n), 0, n);
}

char *arena_strndup(struct arena *arena, const char *text, size_t n)
{
    if (n == SIZE_MAX)
        memory_exhausted(arena->memory, n);
    char *copy = arena_text(arena, n + 1);
    if (n)
        memcpy(copy, text, n);
    copy[n] = '\0';
    return copy;
}
