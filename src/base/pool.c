/* pool.c: buffers reused by size class.
 *
 * A free buffer's first bytes link to the next free one of its class; under ASan all of it is
 * poisoned while it is free, so that a use after pool_put is caught. */
#include "base/base_int.h"

enum { CLASS_MIN = 512 };
#define CLASS_MAX ((size_t)CLASS_MIN << (POOL_CLASSES - 1))
_Static_assert(CLASS_MAX == (size_t)4 << 20, "the classes end at 4 MiB");

void pool_init(struct pool *pool, const struct memory *memory)
{
    *pool = (struct pool){.memory = memory};
}

/* The smallest class whose buffers hold n bytes; n <= CLASS_MAX. */
static unsigned class_of(size_t n)
{
    if (n <= CLASS_MIN)
        return 0;
    unsigned bits = 64 - (unsigned)__builtin_clzll(n - 1); /* 2^bits is the power at or over n */
    return bits - 9;                                       /* CLASS_MIN is 2^9 */
}

static size_t class_size(unsigned class)
{
    return (size_t)CLASS_MIN << class;
}

static void *take_free(struct pool *pool, unsigned class)
{
    void *buf = pool->free_list[class];
    UNPOISON(buf, class_size(class));
    memcpy(&pool->free_list[class], buf, sizeof(void *));
    pool->kept[class]--;
    return buf;
}

void pool_release(struct pool *pool)
{
    for (unsigned class = 0; class < POOL_CLASSES; class++) {
        while (pool->free_list[class])
            memory_put(pool->memory, take_free(pool, class));
    }
    pool_init(pool, pool->memory);
}

void *pool_get(struct pool *pool, size_t n, size_t *cap)
{
    pool->gets++;
    if (n > CLASS_MAX) {
        *cap = n;
        return memory_get(pool->memory, n);
    }
    unsigned class = class_of(n);
    *cap = class_size(class);
    if (!pool->free_list[class])
        return memory_get(pool->memory, *cap);
    pool->reuses++;
    return take_free(pool, class);
}

void pool_put(struct pool *pool, void *buf, size_t cap)
{
    unsigned class = cap > CLASS_MAX ? POOL_CLASSES : class_of(cap);
    if (class < POOL_CLASSES && class_size(class) != cap)
        BUG("pool_put: cap is not what pool_get gave");
    if (class == POOL_CLASSES || pool->kept[class] == POOL_KEEP) {
        memory_put(pool->memory, buf);
        return;
    }
    memcpy(buf, &pool->free_list[class], sizeof(void *));
    pool->free_list[class] = buf;
    pool->kept[class]++;
    POISON(buf, cap);
}
