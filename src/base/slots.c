/* slots.c: a hash table of small numbers whose keys live elsewhere. */
#include "base/base_int.h"

void slots_release(const struct memory *memory, struct slots *slots)
{
    memory_put(memory, slots->at);
    *slots = (struct slots){0};
}

static void slots_place(struct slots *slots, uint64_t slot)
{
    size_t at = (size_t)(slot >> 32) & (slots->count - 1);
    while (slots->at[at])
        at = (at + 1) & (slots->count - 1);
    slots->at[at] = slot;
}

static void slots_grow(const struct memory *memory, struct slots *slots)
{
    struct slots old = *slots;
    slots->count = old.count ? old.count * 2 : 64;
    slots->at = memory_get(memory, slots->count * sizeof(*slots->at));
    memset(slots->at, 0, slots->count * sizeof(*slots->at));
    for (size_t i = 0; i < old.count; i++)
        if (old.at[i])
            slots_place(slots, old.at[i]);
    memory_put(memory, old.at);
}

void slots_insert(const struct memory *memory, struct slots *slots, uint64_t hash, uint32_t id)
{
    if (slots->used >= slots->count / 4 * 3)
        slots_grow(memory, slots);
    slots_place(slots, (hash >> 32) << 32 | ((uint64_t)id + 1));
    slots->used++;
}
