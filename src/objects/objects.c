/* objects.c: a profile's samples added up by the size of their objects, and by type. */
#include "objects/objects_int.h"

#include "allocator/allocator.h"

#include <math.h>
#include <stdlib.h>

const char *object_witness_name(enum object_witness witness)
{
    static const char *const names[] = {"unknown", "binary", "compiler"};
    return names[witness];
}

/* Sums of a row while samples are read. */
struct sum {
    struct object_row row;
    double samples, variance;
    int64_t value;
};

struct table {
    struct map ids; /* of size or type: index + 1 */
    VEC(struct sum) sums;
};

struct adding {
    struct objects *objects;
    const struct profile *profile;
    struct profile_sampler sampler;
    struct typing typing;
    struct intern names;
    struct table by_size, by_type;
    uint32_t type;
};

/* ---- one sample ---- */

/* The least that an object in such a slot can have asked for. */
static uint64_t least_size(uint64_t slot)
{
    uint64_t low = 1, high = slot;
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;
        if (allocator_slot_bytes(middle, true, ALLOCATOR_NEWEST) < slot)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

struct facts {
    uint64_t slot;
    int64_t value, objects, bytes, waste, most_waste;
    bool size_known;
    double samples, variance;
};

static int64_t product(uint64_t each, int64_t count)
{
    double bytes = (double)each * (double)count;
    return bytes >= 9e18 ? INT64_MAX : (int64_t)each * count;
}

static uint64_t slot_of(const struct adding *adding, size_t sample, int64_t objects, int64_t bytes)
{
    int64_t told = adding->profile->samples.at[sample].object_bytes;
    if (told > 0)
        return (uint64_t)told;
    return objects > 0 && bytes > 0 ? (uint64_t)(bytes / objects) : 0;
}

static struct facts facts_of(const struct adding *adding, size_t sample)
{
    const struct profile_sampler *sampler = &adding->sampler;
    struct facts facts = {.value = profile_value(adding->profile, sample, adding->type)};
    if (sampler->objects != PROFILE_NONE)
        facts.objects = profile_value(adding->profile, sample, sampler->objects);
    if (sampler->space != PROFILE_NONE)
        facts.bytes = profile_value(adding->profile, sample, sampler->space);
    facts.slot = slot_of(adding, sample, facts.objects, facts.bytes);
    if (facts.slot && facts.objects > 0)
        facts.most_waste = product(facts.slot - least_size(facts.slot), facts.objects);
    struct profile_sampling sampling = profile_sampling(sampler, sample);
    facts.samples = sampling.objects;
    facts.variance = sampling.objects * sampling.weight * sampling.weight * (1 - sampling.seen);
    return facts;
}

/* ---- rows ---- */

static struct sum *table_sum(const struct memory *memory, struct table *table, uint64_t key)
{
    bool added;
    uint64_t *id = map_put(&table->ids, key, &added);
    if (added) {
        const struct sum none = {0};
        VEC_PUSH(memory, &table->sums, none);
        *id = table->sums.len;
    }
    return &table->sums.at[*id - 1];
}

static void sum_add(struct sum *sum, const struct facts *facts)
{
    struct object_row *row = &sum->row;
    if (facts->slot && (row->slot == 0 || facts->slot < row->slot))
        row->slot = facts->slot;
    if (facts->slot > row->largest_slot)
        row->largest_slot = facts->slot;
    add_to_sum(&row->objects, facts->objects);
    add_to_sum(&row->bytes, facts->bytes);
    add_to_sum(&row->most_waste, facts->most_waste);
    if (facts->size_known) {
        add_to_sum(&row->waste_bytes_known, facts->bytes);
        add_to_sum(&row->waste, facts->waste);
    }
    sum->samples += facts->samples;
    sum->variance += facts->variance;
    add_to_sum(&sum->value, facts->value);
}

static void add_sample(struct adding *adding, size_t sample)
{
    const struct memory *memory = adding->objects->memory;
    struct facts facts = facts_of(adding, sample);
    if (facts.value == 0 && facts.objects == 0 && facts.bytes == 0)
        return;
    struct object_type type = typing_of(&adding->typing, sample, facts.slot);
    facts.size_known = type.size > 0 && type.size <= facts.slot;
    if (facts.size_known)
        facts.waste = product(facts.slot - type.size, facts.objects);
    sum_add(table_sum(memory, &adding->by_size, facts.slot), &facts);
    struct sum *typed = table_sum(memory, &adding->by_type,
                                  (uint64_t)type.witness << 32 |
                                      intern_add(&adding->names, type.name));
    typed->row.type = type.name;
    typed->row.witness = type.witness;
    sum_add(typed, &facts);
    add_to_sum(&adding->objects->objects, facts.objects);
    add_to_sum(&adding->objects->bytes, facts.bytes);
    if (type.name.len)
        add_to_sum(&adding->objects->typed, facts.value);
}

static int by_value(const void *left, const void *right)
{
    const struct object_row *a = left, *b = right;
    if (a->measure.value != b->measure.value)
        return a->measure.value > b->measure.value ? -1 : 1;
    if (a->slot != b->slot)
        return a->slot < b->slot ? -1 : 1;
    int names = str_compare(a->type, b->type);
    return names ? names : (int)a->witness - (int)b->witness;
}

static struct object_row *rows_of(struct objects *objects, const struct table *table)
{
    struct object_row *rows =
        ARENA_ARRAY(&objects->arena, struct object_row, table->sums.len + 1);
    for (size_t i = 0; i < table->sums.len; i++) {
        const struct sum *sum = &table->sums.at[i];
        rows[i] = sum->row;
        rows[i].type = str_copy(&objects->arena, sum->row.type);
        rows[i].measure = measure_of(sum->value, sum->samples, sum->variance);
    }
    if (table->sums.len > 1)
        qsort(rows, table->sums.len, sizeof(*rows), by_value);
    return rows;
}

/* ---- all of it ---- */

static enum status choose_type(const struct profile *profile, struct str wanted, struct str name,
                               struct diag_sink *sink, uint32_t *type)
{
    enum profile_kind kind = profile_kind(profile);
    if (kind != PROFILE_HEAP) {
        diag_add(sink, DIAG_PROFILE_KIND, name, 0, DIAG_NO_OFFSET,
                 "this is %s; only heap profiles know sizes and types", profile_kind_name(kind));
        return STATUS_BAD_INPUT;
    }
    if (wanted.len == 0 && profile_type_index(profile, STR("alloc_space")) >= 0)
        wanted = STR("alloc_space");
    int index = profile_type_index(profile, wanted);
    if (index < 0) {
        diag_add(sink, DIAG_PROFILE_SAMPLE_TYPE, name, 0, DIAG_NO_OFFSET,
                 "the profile has no sample type %.*s", STR_ARGS(wanted));
        return STATUS_BAD_INPUT;
    }
    *type = (uint32_t)index;
    return STATUS_OK;
}

static void add_all(struct adding *adding, const struct objects_request *request)
{
    struct objects *objects = adding->objects;
    intern_init(&adding->names, objects->memory);
    map_init(&adding->by_size.ids, objects->memory);
    map_init(&adding->by_type.ids, objects->memory);
    typing_init(&adding->typing, adding->profile, request, &objects->arena);
    for (size_t i = 0; i < adding->profile->samples.len; i++)
        add_sample(adding, i);
    typing_release(&adding->typing);
    objects->by_size = rows_of(objects, &adding->by_size);
    objects->by_type = rows_of(objects, &adding->by_type);
    objects->size_count = adding->by_size.sums.len;
    objects->type_count = adding->by_type.sums.len;
    map_release(&adding->by_size.ids);
    map_release(&adding->by_type.ids);
    VEC_RELEASE(objects->memory, &adding->by_size.sums);
    VEC_RELEASE(objects->memory, &adding->by_type.sums);
    intern_release(&adding->names);
}

enum status objects_read(const struct profile *profile, const struct objects_request *request,
                         const struct memory *memory, struct str name, struct diag_sink *sink,
                         struct objects **out)
{
    uint32_t type;
    *out = NULL;
    enum status status = choose_type(profile, request->sample_type, name, sink, &type);
    if (status)
        return status;
    struct objects *objects = memory_get(memory, sizeof(*objects));
    *objects = (struct objects){.memory = memory};
    arena_init(&objects->arena, memory);
    objects->type_name = str_copy(&objects->arena, profile_type_name(profile, type));
    objects->unit = str_copy(&objects->arena, profile_type_unit(profile, type));
    objects->total = profile_total(profile, type);
    struct adding adding = {.objects = objects, .profile = profile, .type = type,
                            .sampler = profile_sampler(profile, type)};
    add_all(&adding, request);
    *out = objects;
    return STATUS_OK;
}

void objects_free(struct objects *objects)
{
    if (!objects)
        return;
    arena_release(&objects->arena);
    memory_put(objects->memory, objects);
}
