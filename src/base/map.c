/* map.c: hashing, and the hash map from 64-bit keys to 64-bit values.
 *
 * Hashing multiplies 64 by 64 bits and folds the two halves of the product into one. One factor is
 * always an odd constant of ours, so no input can bring a product to 0 but a single value of the
 * other factor, and what was hashed before is never wiped out.
 *
 * M1. slots has slot_count + 1 entries; slot_count is 0 or a power of two.
 * M2. Key 0 marks a free slot. The real key 0 lives in slots[slot_count], whose `key` field is then
 *     1.
 * M3. At most three quarters of the slots are taken: every search ends at a free one. */
#include <assert.h>

#include "base/base_int.h"

enum { MAP_FIRST = 16 };

struct map_slot {
    uint64_t key;
    uint64_t value;
};

__extension__ typedef unsigned __int128 wide;

/* From the system's random source, kept when odd and with about half of the bits set. */
static const uint64_t factor_a = 0xc8647e4c55ea6d3du;
static const uint64_t factor_b = 0x09226fbdccf5c7a9u;
static const uint64_t seed_a = 0x1fa564b27c9576bdu;
static const uint64_t seed_b = 0xed1190e9a6f855cdu;

static inline uint64_t fold(uint64_t value, uint64_t factor)
{
    wide product = (wide)value * factor;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t load64(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static inline uint64_t load32(const unsigned char *bytes)
{
    uint32_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* Every input bit goes through two folds: one leaves a visible bias in the bits of the result. */
uint64_t hash_mix(uint64_t a, uint64_t b)
{
    return fold(fold(a ^ seed_a, factor_a) ^ fold(b ^ seed_b, factor_b), factor_a);
}

/* n < 8 bytes in one word: two overlapping halves, or first, middle and last byte. */
static inline uint64_t load_short(const unsigned char *bytes, size_t n)
{
    if (n >= 4)
        return load32(bytes) << 32 | load32(bytes + n - 4);
    if (n == 0)
        return 0;
    return (uint64_t)bytes[0] << 16 | (uint64_t)bytes[n / 2] << 8 | bytes[n - 1];
}

/* Two lanes of 8 bytes, so that two multiplications are under way at a time. The length is part of
 * the start value: texts that overlapping loads would confuse differ in it. */
uint64_t hash_bytes(const void *bytes, size_t n)
{
    const unsigned char *at = bytes;
    if (n < 8)
        return hash_mix(n, load_short(at, n));
    uint64_t lane_a = seed_a ^ n;
    uint64_t lane_b = seed_b;
    const unsigned char *last = at + n - 8;
    while (last - at >= 8) {
        lane_a = fold(lane_a ^ load64(at), factor_a);
        lane_b = fold(lane_b ^ load64(at + 8), factor_b);
        at += 16;
    }
    if (at <= last)
        lane_a = fold(lane_a ^ load64(at), factor_a);
    return hash_mix(lane_a ^ load64(last), lane_b);
}

void map_init(struct map *map, const struct memory *memory)
{
    *map = (struct map){.memory = memory};
}

void map_release(struct map *map)
{
    memory_put(map->memory, map->slots);
    map_init(map, map->memory);
}

void map_clear(struct map *map)
{
    if (map->slots)
        memset(map->slots, 0, (map->slot_count + 1) * sizeof(*map->slots));
    map->len = 0;
}

/* The slot that has the key, or the free one where it belongs (M3). key is not 0. */
static inline struct map_slot *slot_of(struct map_slot *slots, size_t slot_count, uint64_t key)
{
    size_t mask = slot_count - 1;
    size_t index = hash_mix(key, 0) & mask;
    while (slots[index].key != key && slots[index].key != 0)
        index = (index + 1) & mask;
    return &slots[index];
}

static void grow(struct map *map)
{
    size_t slot_count = map->slot_count ? 2 * map->slot_count : MAP_FIRST;
    size_t n = memory_product(map->memory, slot_count + 1, sizeof(struct map_slot));
    struct map_slot *slots = memset(memory_get(map->memory, n), 0, n);
    for (size_t i = 0; i < map->slot_count; i++) {
        if (map->slots[i].key)
            *slot_of(slots, slot_count, map->slots[i].key) = map->slots[i];
    }
    if (map->slots)
        slots[slot_count] = map->slots[map->slot_count]; /* M2 */
    memory_put(map->memory, map->slots);
    map->slots = slots;
    map->slot_count = slot_count;
}

uint64_t *map_put_up_to(struct map *map, uint64_t key, bool *added, size_t max_entries)
{
    uint64_t *value = map_get(map, key);
    *added = !value;
    if (value)
        return value;
    if (map->len >= max_entries)
        memory_exhausted(map->memory, memory_product(map->memory, map->len, sizeof(*map->slots)));
    if (map->len >= map->slot_count / 4 * 3)
        grow(map);
    map->len++;
    struct map_slot *slot = key ? slot_of(map->slots, map->slot_count, key)
                                : &map->slots[map->slot_count];
    slot->key = key ? key : 1; /* M2 */
    slot->value = 0;
    return &slot->value;
}

uint64_t *map_put(struct map *map, uint64_t key, bool *added)
{
    return map_put_up_to(map, key, added, LIMIT_MAP_ENTRIES);
}

uint64_t *map_get(const struct map *map, uint64_t key)
{
    if (map->slot_count == 0)
        return NULL;
    struct map_slot *slot = key ? slot_of(map->slots, map->slot_count, key)
                                : &map->slots[map->slot_count];
    return slot->key ? &slot->value : NULL;
}
