/* decode_ids.c: the file's ids, any 64-bit numbers, to numbers from 0 in order of first mention;
 * and what is known of each: where it was named, whether it was defined. */
#include "profile/profile_int.h"

void id_table_init(struct id_table *table, const struct profile_input *input)
{
    memset(table, 0, sizeof(*table));
    map_init(&table->sparse, input->memory);
    /* A definition takes eight bytes of file at the very least, so that an array up to this limit
     * costs no more than half of what was read, however the ids are chosen. */
    table->dense_limit = input->size / 8 + 2;
}

void id_table_release(const struct memory *memory, struct id_table *table)
{
    VEC_RELEASE(memory, &table->dense);
    map_release(&table->sparse);
}

/* The number of an id: `next` when it has none yet (*added). */
static uint32_t id_table_number(const struct memory *memory, struct id_table *table, uint64_t id,
                                uint32_t next, bool *added)
{
    if (id >= table->dense_limit) {
        uint64_t *value = map_put(&table->sparse, id, added);
        if (*added)
            *value = next;
        return (uint32_t)*value;
    }
    while (table->dense.len <= id)
        VEC_PUSH(memory, &table->dense, 0);
    *added = !table->dense.at[id];
    if (*added)
        table->dense.at[id] = next + 1;
    return table->dense.at[id] - 1;
}

static struct mention mention_of(struct decode *decode, uint64_t id, enum message_kind by,
                                 const unsigned char *where)
{
    return (struct mention){
        .id = id,
        .number = (uint32_t)decode->counts[by],
        .offset = (uint64_t)(where - decode->input->bytes),
    };
}

uint32_t decode_location_number(struct decode *decode, uint64_t id, const unsigned char *where)
{
    bool added;
    const struct memory *memory = decode->input->memory;
    uint32_t next = (uint32_t)decode->locations.len;
    uint32_t number = id_table_number(memory, &decode->location_ids, id, next, &added);
    if (added) {
        struct mention mention = mention_of(decode, id, MESSAGE_SAMPLE, where);
        VEC_PUSH(memory, &decode->locations, mention); /* D1 */
        VEC_PUSH(memory, &decode->profile->locations, (struct profile_location){0});
    }
    return number;
}

uint32_t decode_function_number(struct decode *decode, uint64_t id, const unsigned char *where)
{
    bool added;
    const struct memory *memory = decode->input->memory;
    uint32_t next = (uint32_t)decode->functions.len;
    uint32_t number = id_table_number(memory, &decode->function_ids, id, next, &added);
    if (added) {
        struct mention mention = mention_of(decode, id, MESSAGE_LOCATION, where);
        VEC_PUSH(memory, &decode->functions, mention); /* D1 */
        VEC_PUSH(memory, &decode->profile->functions, (struct profile_function){0});
    }
    return number;
}

uint32_t decode_mapping_number(struct decode *decode, uint64_t id, const unsigned char *where)
{
    bool added;
    const struct memory *memory = decode->input->memory;
    uint32_t next = (uint32_t)decode->mappings.len;
    uint32_t number = id_table_number(memory, &decode->mapping_ids, id, next, &added);
    if (added) {
        struct mention mention = mention_of(decode, id, MESSAGE_LOCATION, where);
        VEC_PUSH(memory, &decode->mappings, mention); /* D1 */
        VEC_PUSH(memory, &decode->profile->mappings, (struct profile_mapping){0});
    }
    return number;
}

bool decode_define(struct decode *decode, struct mention *mention, enum message_kind kind,
                   const unsigned char *where)
{
    if (mention->id == 0)
        return decode_fail(decode, where, "%s %llu, id: it is missing or 0, which is reserved",
                           message_name(kind), (unsigned long long)decode->counts[kind]);
    if (mention->defined)
        return decode_fail(decode, where, "%s %llu, id: there is a %s with id %llu already",
                           message_name(kind), (unsigned long long)decode->counts[kind],
                           message_name(kind), (unsigned long long)mention->id);
    mention->defined = true;
    mention->number = (uint32_t)decode->counts[kind];
    mention->offset = (uint64_t)(where - decode->input->bytes);
    return true;
}
