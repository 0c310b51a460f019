/* vec.c: how everything that grows in this room grows: by doubling. */
#include "base/base_int.h"

enum { VEC_FIRST = 8 };

size_t capacity_after(size_t cap, size_t wanted, size_t first, size_t max)
{
    if (wanted > max)
        return 0;
    size_t grown = cap > max / 2 ? max : 2 * cap;
    if (grown < first)
        grown = first < max ? first : max;
    return grown < wanted ? wanted : grown;
}

void *vec_grow(const struct memory *memory, void *at, size_t *cap, size_t size)
{
    size_t grown = capacity_after(*cap, *cap + 1, VEC_FIRST, PTRDIFF_MAX);
    at = memory_resize(memory, at, memory_product(memory, grown, size));
    *cap = grown;
    return at;
}
