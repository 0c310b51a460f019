/* intern.c: equal texts get equal small numbers.
 *
 * I1. strings has len entries by id; id 0 is the empty text and is in no slot.
 * I2. A slot is 0 (free), or the upper half of a text's hash in its upper half and the id in its
 *     lower. Its place follows from that half hash alone, so growing looks at slots only, and a
 *     search looks at a text only where the half hash agrees.
 * I3. slot_count is a power of two, and at most three quarters of the slots are taken.
 * I4. Each id but 0 stands for at least one byte, so the ceiling on bytes keeps ids in 32 bits. */
#include "base/base_int.h"

enum { INTERN_FIRST = 64 };
_Static_assert(LIMIT_INTERNED_BYTES <= UINT32_MAX, "I4");

static void set_capacity(struct intern *intern, size_t cap)
{
    const struct memory *memory = intern->texts.memory;
    intern->strings = memory_resize(memory, intern->strings,
                                    memory_product(memory, cap, sizeof(*intern->strings)));
    intern->cap = cap;
}

/* Puts a slot's content into the first free slot from its place on. */
static void place(uint64_t *slots, size_t slot_count, uint64_t content)
{
    size_t mask = slot_count - 1;
    size_t index = (content >> 32) & mask; /* I2 */
    while (slots[index])
        index = (index + 1) & mask; /* I3: there is one */
    slots[index] = content;
}

static void set_slot_count(struct intern *intern, size_t slot_count)
{
    const struct memory *memory = intern->texts.memory;
    size_t n = memory_product(memory, slot_count, sizeof(*intern->slots));
    uint64_t *slots = memset(memory_get(memory, n), 0, n);
    for (size_t i = 0; i < intern->slot_count; i++) {
        if (intern->slots[i])
            place(slots, slot_count, intern->slots[i]);
    }
    memory_put(memory, intern->slots);
    intern->slots = slots;
    intern->slot_count = slot_count;
}

void intern_init(struct intern *intern, const struct memory *memory)
{
    *intern = (struct intern){.len = 0};
    arena_init(&intern->texts, memory);
    set_capacity(intern, INTERN_FIRST);
    intern->strings[0] = STR("");
    intern->len = 1; /* I1 */
    set_slot_count(intern, 2 * INTERN_FIRST);
}

void intern_release(struct intern *intern)
{
    const struct memory *memory = intern->texts.memory;
    memory_put(memory, intern->strings);
    memory_put(memory, intern->slots);
    arena_release(&intern->texts);
    *intern = (struct intern){.texts = intern->texts};
}

/* The slot's content where this hash belongs, without an id. */
static inline uint64_t upper_half(uint64_t hash)
{
    return hash >> 32 << 32;
}

static inline uint32_t find(const struct intern *intern, struct str text, uint64_t hash)
{
    size_t mask = intern->slot_count - 1;
    size_t index = (hash >> 32) & mask;
    uint64_t slot;
    for (; (slot = intern->slots[index]) != 0; index = (index + 1) & mask) { /* I3 */
        uint32_t id = (uint32_t)slot;
        if (upper_half(slot) == upper_half(hash) && str_equal(intern->strings[id], text))
            return id;
    }
    return 0;
}

static uint32_t add_new(struct intern *intern, struct str text, uint64_t hash)
{
    if (intern->len == intern->cap)
        set_capacity(intern, 2 * intern->cap);
    if (intern->len >= intern->slot_count / 4 * 3)
        set_slot_count(intern, 2 * intern->slot_count);
    uint32_t id = (uint32_t)intern->len;
    intern->strings[id] = str_copy(&intern->texts, text);
    intern->len++;
    place(intern->slots, intern->slot_count, upper_half(hash) | id);
    return id;
}

uint32_t intern_add_up_to(struct intern *intern, struct str text, size_t max_bytes)
{
    if (text.len == 0)
        return 0;
    uint64_t hash = str_hash(text);
    uint32_t id = find(intern, text, hash);
    if (id)
        return id;
    if (text.len >= max_bytes || intern->texts.bytes > max_bytes - text.len - 1)
        memory_exhausted(intern->texts.memory, text.len);
    return add_new(intern, text, hash);
}

uint32_t intern_add(struct intern *intern, struct str text)
{
    return intern_add_up_to(intern, text, LIMIT_INTERNED_BYTES);
}

uint32_t intern_find(const struct intern *intern, struct str text)
{
    return text.len ? find(intern, text, str_hash(text)) : 0;
}

struct str intern_str(const struct intern *intern, uint32_t id)
{
    if (id >= intern->len)
        BUG("intern_str: no such id");
    return intern->strings[id];
}
