/* sort: a stable radix sort of 64-bit keys, one byte at a time from the lowest. */
#include "compiler/compiler_int.h"

enum { SORT_BYTES = 8, SORT_VALUES = 256 };

static void count_bytes(const struct sort_pair *pairs, size_t count,
                        size_t counts[SORT_BYTES][SORT_VALUES])
{
    for (size_t i = 0; i < count; i++) {
        for (unsigned byte = 0; byte < SORT_BYTES; byte++)
            counts[byte][pairs[i].key >> 8 * byte & 0xff]++;
    }
}

/* Places pairs by one byte of their keys; counts become the places. */
static void place_by(const struct sort_pair *from, struct sort_pair *to, size_t count,
                     unsigned byte, size_t *counts)
{
    size_t place = 0;
    for (unsigned value = 0; value < SORT_VALUES; value++) {
        size_t n = counts[value];
        counts[value] = place;
        place += n;
    }
    for (size_t i = 0; i < count; i++)
        to[counts[from[i].key >> 8 * byte & 0xff]++] = from[i];
}

void sort_pairs(struct sort_pair *pairs, size_t count, struct arena *arena)
{
    if (count < 2)
        return;
    size_t(*counts)[SORT_VALUES] = arena_zalloc(arena, SORT_BYTES, sizeof(*counts));
    struct sort_pair *from = pairs;
    struct sort_pair *to = ARENA_ARRAY(arena, struct sort_pair, count);
    count_bytes(pairs, count, counts);
    for (unsigned byte = 0; byte < SORT_BYTES; byte++) {
        if (counts[byte][pairs[0].key >> 8 * byte & 0xff] == count)
            continue; /* the byte is the same in all keys */
        place_by(from, to, count, byte, counts[byte]);
        struct sort_pair *swap = from;
        from = to;
        to = swap;
    }
    if (from != pairs)
        memcpy(pairs, from, count * sizeof(*pairs));
}
