/* memory.c: the bottom of all allocation; the only caller of malloc in the product.
 *
 * Sizes over PTRDIFF_MAX are refused before the C library sees them: such an object could not be
 * indexed anyway, and sanitizers abort on them instead of answering NULL. */
#include <stdlib.h>

#include "base/base_int.h"

void *memory_try_resize(void *ptr, size_t n)
{
    return n > PTRDIFF_MAX ? NULL : realloc(ptr, n ? n : 1);
}

void memory_exhausted(const struct memory *memory, size_t wanted)
{
    memory->exhausted(memory->ctx, wanted);
    BUG("struct memory: `exhausted` returned"); /* B1 */
}

void *memory_get(const struct memory *memory, size_t n)
{
    void *ptr = n > PTRDIFF_MAX ? NULL : malloc(n ? n : 1);
    if (!ptr)
        memory_exhausted(memory, n);
    return ptr;
}

void *memory_resize(const struct memory *memory, void *ptr, size_t n)
{
    void *resized = memory_try_resize(ptr, n);
    if (!resized)
        memory_exhausted(memory, n);
    return resized;
}

void memory_put(const struct memory *memory, void *ptr)
{
    (void)memory;
    free(ptr);
}

size_t memory_product(const struct memory *memory, size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product))
        memory_exhausted(memory, SIZE_MAX);
    return product;
}
