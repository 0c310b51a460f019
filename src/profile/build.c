/* build.c: puts functions, locations, stacks, label sets and samples into a profile, each once.
 *
 * Invariants while a profile has an index:
 *   I1. Each table of the index holds exactly the ids of its vector, each once.
 *   I2. No two entries of a vector are equal in what their hash covers (P3 for samples).
 *   I3. stacks, and the label sets, follow each other in their backing vector without holes: so the
 *       newest can be cut off again when it turns out to be there already. */
#include <stdlib.h>

#include "profile/profile_int.h"

/* Ids are 32 bits wide, and the last is PROFILE_NONE. */
#define MAX_IDS ((size_t)UINT32_MAX - 1)

struct profile_limits profile_limits_default(void)
{
    return (struct profile_limits){
        .stacks = LIMIT_PROFILE_STACKS,
        .samples = LIMIT_PROFILE_SAMPLES,
        .frames = LIMIT_PROFILE_FRAMES,
        .http_bytes = LIMIT_HTTP_BYTES,
        .part_bytes = 4 << 20,
    };
}

struct profile *profile_new(const struct memory *memory, struct profile_limits limits)
{
    struct profile *profile = memory_get(memory, sizeof(*profile));
    memset(profile, 0, sizeof(*profile));
    profile->memory = memory;
    intern_init(&profile->strings, memory);
    profile_index_make(profile, limits);
    build_label_set(profile, 0); /* set 0 is the empty one */
    return profile;
}

static void index_release(struct profile *profile)
{
    struct profile_index *index = profile->index;
    slots_release(profile->memory, &index->functions);
    slots_release(profile->memory, &index->locations);
    slots_release(profile->memory, &index->stacks);
    slots_release(profile->memory, &index->label_sets);
    slots_release(profile->memory, &index->samples);
    memory_put(profile->memory, index);
    profile->index = NULL;
}

void profile_index_drop(struct profile *profile)
{
    if (profile->index)
        index_release(profile);
}

void profile_free(struct profile *profile)
{
    if (!profile)
        return;
    const struct memory *memory = profile->memory;
    profile_index_drop(profile);
    intern_release(&profile->strings);
    VEC_RELEASE(memory, &profile->functions);
    VEC_RELEASE(memory, &profile->frames);
    VEC_RELEASE(memory, &profile->locations);
    VEC_RELEASE(memory, &profile->stack_locations);
    VEC_RELEASE(memory, &profile->stacks);
    VEC_RELEASE(memory, &profile->labels);
    VEC_RELEASE(memory, &profile->label_sets);
    VEC_RELEASE(memory, &profile->samples);
    VEC_RELEASE(memory, &profile->values);
    VEC_RELEASE(memory, &profile->mappings);
    VEC_RELEASE(memory, &profile->comments);
    memory_put(memory, profile);
}

/* ---- functions ---- */

static uint64_t function_hash(const struct profile_function *function)
{
    uint64_t names = hash_mix(function->name, function->system_name);
    return hash_mix(names, hash_mix(function->file, (uint64_t)function->start_line));
}

static bool function_equal(const struct profile_function *a, const struct profile_function *b)
{
    return a->name == b->name && a->system_name == b->system_name && a->file == b->file &&
           a->start_line == b->start_line;
}

uint32_t build_function(struct profile *profile, const struct profile_function *function)
{
    struct slots *slots = &profile->index->functions;
    uint64_t hash = function_hash(function);
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;)
        if (function_equal(&profile->functions.at[id], function))
            return id;
    uint32_t id = (uint32_t)profile->functions.len;
    struct profile_function copy = *function; /* it may stand in the vector that grows */
    VEC_PUSH(profile->memory, &profile->functions, copy);
    slots_insert(profile->memory, slots, hash, id);
    return id;
}

/* ---- locations ---- */

static uint64_t location_hash(const struct profile *profile,
                              const struct profile_location *location)
{
    uint64_t hash = hash_mix(location->address, location->mapping);
    for (uint32_t i = 0; i < location->frame_count; i++) {
        const struct profile_frame *frame = &profile->frames.at[location->first_frame + i];
        hash = hash_mix(hash, (uint64_t)frame->function << 32 ^ (uint64_t)frame->line);
    }
    return hash_mix(hash, location->frame_count);
}

static bool frame_equal(const struct profile_frame *a, const struct profile_frame *b)
{
    return a->function == b->function && a->line == b->line && a->column == b->column;
}

static bool location_equal(const struct profile *profile, const struct profile_location *a,
                           const struct profile_location *b)
{
    if (a->address != b->address || a->mapping != b->mapping || a->folded != b->folded ||
        a->frame_count != b->frame_count)
        return false;
    const struct profile_frame *frames = profile->frames.at;
    for (uint32_t i = 0; i < a->frame_count; i++)
        if (!frame_equal(&frames[a->first_frame + i], &frames[b->first_frame + i]))
            return false;
    return true;
}

uint32_t build_location(struct profile *profile, const struct profile_location *location)
{
    struct slots *slots = &profile->index->locations;
    uint64_t hash = location_hash(profile, location);
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;)
        if (location_equal(profile, &profile->locations.at[id], location))
            return id;
    uint32_t id = (uint32_t)profile->locations.len;
    struct profile_location copy = *location;
    VEC_PUSH(profile->memory, &profile->locations, copy);
    slots_insert(profile->memory, slots, hash, id);
    return id;
}

/* ---- stacks ---- */

uint32_t build_stack(struct profile *profile, size_t first)
{
    struct slots *slots = &profile->index->stacks;
    size_t count = profile->stack_locations.len - first;
    const uint32_t *ids = count ? profile->stack_locations.at + first : NULL;
    uint64_t hash = hash_bytes(ids, count * sizeof(*ids));
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;) {
        const struct profile_stack *stack = &profile->stacks.at[id];
        if (stack->count != count)
            continue;
        if (count &&
            memcmp(profile->stack_locations.at + stack->first, ids, count * sizeof(*ids)) != 0)
            continue;
        profile->stack_locations.len = first; /* I3 */
        return id;
    }
    uint32_t id = (uint32_t)profile->stacks.len;
    struct profile_stack stack = {.first = first, .count = (uint32_t)count};
    VEC_PUSH(profile->memory, &profile->stacks, stack);
    slots_insert(profile->memory, slots, hash, id);
    return id;
}

/* ---- labels ---- */

static const struct profile_label *labels_at(const struct profile *profile, size_t first)
{
    return profile->labels.len ? profile->labels.at + first : NULL;
}

static uint64_t labels_hash(const struct profile_label *labels, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++) {
        hash = hash_mix(hash, (uint64_t)labels[i].key << 32 | labels[i].text);
        hash = hash_mix(hash, (uint64_t)labels[i].number ^ (uint64_t)labels[i].unit << 40);
    }
    return hash_mix(hash, count);
}

static bool labels_equal(const struct profile_label *a, const struct profile_label *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].key != b[i].key || a[i].text != b[i].text || a[i].unit != b[i].unit ||
            a[i].number != b[i].number)
            return false;
    return true;
}

uint32_t build_label_set(struct profile *profile, size_t first)
{
    struct slots *slots = &profile->index->label_sets;
    const struct profile_label *labels = labels_at(profile, first);
    size_t count = profile->labels.len - first;
    if (!count && profile->label_sets.len)
        return 0;
    uint64_t hash = labels_hash(labels, count);
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;) {
        const struct profile_label_set *set = &profile->label_sets.at[id];
        if (set->count != count || !labels_equal(labels_at(profile, set->first), labels, count))
            continue;
        profile->labels.len = first; /* I3 */
        return id;
    }
    uint32_t id = (uint32_t)profile->label_sets.len;
    struct profile_label_set set = {.first = (uint32_t)first, .count = (uint32_t)count};
    VEC_PUSH(profile->memory, &profile->label_sets, set);
    slots_insert(profile->memory, slots, hash, id);
    return id;
}

static int compare_numbers(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int label_compare(const struct profile *profile, const struct profile_label *a,
                         const struct profile_label *b)
{
    if (a->key != b->key)
        return str_compare(profile_string(profile, a->key), profile_string(profile, b->key));
    if (a->text != b->text)
        return str_compare(profile_string(profile, a->text), profile_string(profile, b->text));
    if (a->number != b->number)
        return compare_numbers(a->number, b->number);
    return str_compare(profile_string(profile, a->unit), profile_string(profile, b->unit));
}

static int compare_labels(const void *a, const void *b, void *profile)
{
    return label_compare(profile, a, b);
}

void profile_labels_sort(struct profile *profile, size_t first)
{
    size_t count = profile->labels.len - first;
    if (count > 1)
        qsort_r(profile->labels.at + first, count, sizeof(struct profile_label), compare_labels,
                profile);
}

/* ---- samples ---- */

static uint64_t sample_hash(const struct profile_sample *sample)
{
    return hash_mix((uint64_t)sample->stack << 32 | sample->label_set,
                    (uint64_t)sample->object_bytes);
}

static bool sample_equal(const struct profile_sample *a, const struct profile_sample *b)
{
    return a->stack == b->stack && a->label_set == b->label_set &&
           a->object_bytes == b->object_bytes;
}

static void sample_add_values(struct profile *profile, size_t id, const int64_t *values)
{
    size_t first = id * profile->type_count;
    for (uint32_t i = 0; i < profile->type_count; i++)
        profile->values.at[first + i] = add_saturating(profile->values.at[first + i], values[i]);
}

void build_sample(struct profile *profile, struct profile_sample sample, const int64_t *values)
{
    struct slots *slots = &profile->index->samples;
    uint64_t hash = sample_hash(&sample);
    size_t at = slots_start(slots, hash);
    for (uint32_t id; !profile->index->apart && (id = slots_next(slots, hash, &at)) != SLOT_NONE;) {
        if (sample_equal(&profile->samples.at[id], &sample)) {
            sample_add_values(profile, id, values);
            return;
        }
    }
    uint32_t id = (uint32_t)profile->samples.len;
    VEC_PUSH(profile->memory, &profile->samples, sample);
    for (uint32_t i = 0; i < profile->type_count; i++)
        VEC_PUSH(profile->memory, &profile->values, values[i]);
    slots_insert(profile->memory, slots, hash, id);
}

/* ---- the index as a whole ---- */

static void index_samples(struct profile *profile)
{
    for (size_t i = 0; i < profile->samples.len; i++)
        slots_insert(profile->memory, &profile->index->samples,
                     sample_hash(&profile->samples.at[i]), (uint32_t)i);
}

static void index_stacks(struct profile *profile)
{
    for (size_t i = 0; i < profile->stacks.len; i++) {
        const struct profile_stack *stack = &profile->stacks.at[i];
        const uint32_t *ids = stack->count ? profile->stack_locations.at + stack->first : NULL;
        uint64_t hash = hash_bytes(ids, stack->count * sizeof(*ids));
        slots_insert(profile->memory, &profile->index->stacks, hash, (uint32_t)i);
    }
}

static void index_label_sets(struct profile *profile)
{
    for (size_t i = 0; i < profile->label_sets.len; i++) {
        const struct profile_label_set *set = &profile->label_sets.at[i];
        uint64_t hash = labels_hash(labels_at(profile, set->first), set->count);
        slots_insert(profile->memory, &profile->index->label_sets, hash, (uint32_t)i);
    }
}

void profile_index_make(struct profile *profile, struct profile_limits limits)
{
    profile_index_drop(profile);
    profile->index = memory_get(profile->memory, sizeof(*profile->index));
    memset(profile->index, 0, sizeof(*profile->index));
    profile->index->limits = limits;
    for (size_t i = 0; i < profile->functions.len; i++)
        slots_insert(profile->memory, &profile->index->functions,
                     function_hash(&profile->functions.at[i]), (uint32_t)i);
    for (size_t i = 0; i < profile->locations.len; i++)
        slots_insert(profile->memory, &profile->index->locations,
                     location_hash(profile, &profile->locations.at[i]), (uint32_t)i);
    index_stacks(profile);
    index_label_sets(profile);
    index_samples(profile);
}

bool build_over_limit(const struct profile *profile, const char **limit)
{
    const struct profile_limits *limits = &profile->index->limits;
    if (profile->stacks.len > limits->stacks)
        *limit = "LIMIT_PROFILE_STACKS";
    else if (profile->samples.len > limits->samples)
        *limit = "LIMIT_PROFILE_SAMPLES";
    else if (profile->locations.len > MAX_IDS || profile->labels.len > MAX_IDS ||
             profile->frames.len > MAX_IDS)
        *limit = "32-bit ids";
    else
        return false;
    return true;
}
