/* resolve.c: the file's numbers to indices, once all of the file has been read.
 *
 * Requires D1 and D2 of decode.c. Provides P3 and P4 of profile.h: everything is looked up and
 * checked here, equal functions and locations become one, "bytes" labels become object sizes. All
 * tables are rewritten in place: what is written never overtakes what is still to be read, since
 * each old entry yields at most one new one. In the common case (no two locations, functions or
 * label sets turn out to be equal) stacks and samples stay as they are. */
#include <assert.h>

#include "profile/profile_int.h"

struct resolve {
    struct decode *decode;
    struct profile *profile;
    uint32_t *functions, *locations, *mappings, *stacks; /* old number to new index */
    uint32_t *label_sets;
    int64_t *object_bytes; /* by old label set */
    bool locations_merged, samples_merged;
};

static bool has_string(const struct decode *decode, uint64_t ref)
{
    return ref < decode->strings.len;
}

/* Looks up a string of the thing that `mention` defines: "function 3, name: ..." */
static bool take_string(struct resolve *resolve, uint32_t *string, const struct mention *mention,
                        const char *what, const char *field)
{
    struct decode *decode = resolve->decode;
    if (!has_string(decode, *string))
        return decode_fail_at(decode, mention->offset,
                              "%s %u, %s: there is no string %u; the string table has %zu", what,
                              mention->number, field, *string, decode->strings.len);
    *string = decode->strings.at[*string];
    return true;
}

static bool take_header_string(struct resolve *resolve, uint64_t ref, const char *field,
                               uint32_t *string)
{
    struct decode *decode = resolve->decode;
    *string = 0;
    if (!has_string(decode, ref))
        return decode_fail_at(decode, decode->input->size,
                              "profile, %s: there is no string %llu; the string table has %zu",
                              field, (unsigned long long)ref, decode->strings.len);
    *string = decode->strings.at[ref];
    return true;
}

static bool resolve_types(struct resolve *resolve)
{
    struct decode *decode = resolve->decode;
    struct profile *profile = resolve->profile;
    for (uint32_t i = 0; i < decode->type_count; i++) {
        struct profile_type *type = &profile->types[i];
        if (!take_header_string(resolve, decode->type_strings[2 * i], "sample_type", &type->type) ||
            !take_header_string(resolve, decode->type_strings[2 * i + 1], "sample_type",
                                &type->unit))
            return false;
    }
    if (!decode->type_count)
        return decode_fail_at(decode, decode->input->size, "profile, sample_type: there is none");
    if (profile->samples.len && decode->type_count != decode->value_count)
        return decode_fail_at(decode, decode->input->size,
                              "the samples have %u values each, but there are %u sample types",
                              decode->value_count, decode->type_count);
    profile->type_count = decode->type_count;
    return true;
}

static bool resolve_header(struct resolve *resolve)
{
    struct decode *decode = resolve->decode;
    struct profile *profile = resolve->profile;
    if (!decode->strings.len)
        return decode_fail_at(decode, decode->input->size,
                              "profile, string_table: there is none; the profile is cut off");
    const uint64_t *strings = decode->header_strings;
    return take_header_string(resolve, strings[0], "drop_frames", &profile->drop_frames) &&
           take_header_string(resolve, strings[1], "keep_frames", &profile->keep_frames) &&
           take_header_string(resolve, strings[2], "default_sample_type", &profile->default_type) &&
           take_header_string(resolve, strings[3], "doc_url", &profile->doc_url) &&
           take_header_string(resolve, decode->period_strings[0], "period_type",
                              &profile->period_type.type) &&
           take_header_string(resolve, decode->period_strings[1], "period_type",
                              &profile->period_type.unit);
}

static bool resolve_comments(struct resolve *resolve)
{
    struct decode *decode = resolve->decode;
    for (size_t i = 0; i < decode->comments.len; i++) {
        uint32_t comment;
        if (!take_header_string(resolve, decode->comments.at[i], "comment", &comment))
            return false;
        VEC_PUSH(decode->input->memory, &resolve->profile->comments, comment);
    }
    return true;
}

/* ---- mappings ---- */

/* Puts the defined mappings into the order of their definitions: the first is the program itself
 * (google/pprof profile/merge.go relies on that). A location whose mapping does not exist has none,
 * as in pprof. */
static bool resolve_mappings(struct resolve *resolve)
{
    struct decode *decode = resolve->decode;
    const struct memory *memory = decode->input->memory;
    struct profile *profile = resolve->profile;
    size_t count = profile->mappings.len, defined = decode->counts[MESSAGE_MAPPING];
    assert(count == decode->mappings.len); /* D1 */
    struct profile_mapping *ordered = memory_get(memory, (defined + 1) * sizeof(*ordered));
    bool good = true;
    for (size_t i = 0; i < count && good; i++) {
        const struct mention *mention = &decode->mappings.at[i];
        struct profile_mapping mapping = profile->mappings.at[i];
        resolve->mappings[i] = mention->defined ? mention->number - 1 : PROFILE_NONE;
        if (!mention->defined)
            continue;
        good = take_string(resolve, &mapping.file, mention, "mapping", "filename") &&
               take_string(resolve, &mapping.build_id, mention, "mapping", "build_id");
        ordered[mention->number - 1] = mapping;
    }
    profile->mappings.len = 0;
    for (size_t i = 0; i < defined && good; i++)
        VEC_PUSH(memory, &profile->mappings, ordered[i]);
    memory_put(memory, ordered);
    return good;
}

/* ---- functions and locations ---- */

static bool resolve_functions(struct resolve *resolve)
{
    struct decode *decode = resolve->decode;
    struct profile *profile = resolve->profile;
    size_t count = profile->functions.len;
    assert(count == decode->functions.len); /* D1 */
    profile->functions.len = 0;
    for (size_t i = 0; i < count; i++) {
        const struct mention *mention = &decode->functions.at[i];
        struct profile_function function = profile->functions.at[i];
        if (!mention->defined)
            return decode_fail_at(decode, mention->offset,
                                  "location %u, line: there is no function with id %llu",
                                  mention->number, (unsigned long long)mention->id);
        if (!take_string(resolve, &function.name, mention, "function", "name") ||
            !take_string(resolve, &function.system_name, mention, "function", "system_name") ||
            !take_string(resolve, &function.file, mention, "function", "filename"))
            return false;
        resolve->functions[i] = build_function(profile, &function);
    }
    for (size_t i = 0; i < profile->frames.len; i++)
        profile->frames.at[i].function = resolve->functions[profile->frames.at[i].function];
    return true;
}

static bool resolve_locations(struct resolve *resolve)
{
    struct decode *decode = resolve->decode;
    struct profile *profile = resolve->profile;
    size_t count = profile->locations.len;
    assert(count == decode->locations.len); /* D1 */
    profile->locations.len = 0;
    for (size_t i = 0; i < count; i++) {
        const struct mention *mention = &decode->locations.at[i];
        struct profile_location location = profile->locations.at[i];
        if (!mention->defined)
            return decode_fail_at(decode, mention->offset,
                                  "sample %u, location_id: there is no location with id %llu",
                                  mention->number, (unsigned long long)mention->id);
        if (location.mapping != PROFILE_NONE)
            location.mapping = resolve->mappings[location.mapping];
        resolve->locations[i] = build_location(profile, &location);
    }
    resolve->locations_merged = profile->locations.len < count;
    return true;
}

/* ---- stacks ---- */

/* Only when locations were merged: the stacks are made unique again. */
static void merge_stacks(struct resolve *resolve)
{
    struct profile *profile = resolve->profile;
    size_t count = profile->stacks.len;
    profile->stacks.len = 0;
    profile->stack_locations.len = 0;
    slots_release(profile->memory, &profile->index->stacks);
    for (size_t i = 0; i < count; i++) {
        struct profile_stack old = profile->stacks.at[i];
        size_t first = profile->stack_locations.len;
        for (uint32_t j = 0; j < old.count; j++) {
            uint32_t number = profile->stack_locations.at[old.first + j];
            profile->stack_locations.at[first + j] = resolve->locations[number];
        }
        profile->stack_locations.len = first + old.count;
        resolve->stacks[i] = build_stack(profile, first);
    }
    resolve->samples_merged = true;
}

static uint64_t count_frames(const struct profile *profile, const struct profile_stack *stack)
{
    uint64_t frames = 0;
    for (uint32_t i = 0; i < stack->count; i++)
        frames += profile->locations.at[profile->stack_locations.at[stack->first + i]].frame_count;
    return frames;
}

/* Stacks are counted frame by frame only where the longest stack of the most inlined locations
 * would pass the limit. */
static bool check_frames(struct resolve *resolve)
{
    struct profile *profile = resolve->profile;
    uint64_t limit = profile->index->limits.frames, most_frames = 0;
    for (size_t i = 0; i < profile->locations.len; i++)
        if (profile->locations.at[i].frame_count > most_frames)
            most_frames = profile->locations.at[i].frame_count;
    for (size_t i = 0; i < profile->stacks.len; i++) {
        const struct profile_stack *stack = &profile->stacks.at[i];
        if (stack->count * most_frames > limit && count_frames(profile, stack) > limit)
            return decode_fail_limit(resolve->decode, "LIMIT_PROFILE_FRAMES");
    }
    return true;
}

/* ---- labels and samples ---- */

/* The numeric label "bytes" is the size of the sampled objects (runtime/pprof/protomem.go). */
static bool is_object_size(const struct profile *profile, const struct profile_label *label)
{
    struct str unit = profile_string(profile, label->unit);
    return !label->text && str_is(profile_string(profile, label->key), "bytes") &&
           (!unit.len || str_is(unit, "bytes"));
}

static bool resolve_label(struct resolve *resolve, struct profile_label label, size_t set)
{
    const struct mention *mention = &resolve->decode->label_sets.at[set];
    struct profile *profile = resolve->profile;
    if (!take_string(resolve, &label.key, mention, "sample", "label key") ||
        !take_string(resolve, &label.text, mention, "sample", "label str") ||
        !take_string(resolve, &label.unit, mention, "sample", "label num_unit"))
        return false;
    if (!resolve->object_bytes[set] && is_object_size(profile, &label))
        resolve->object_bytes[set] = label.number;
    else
        VEC_PUSH(profile->memory, &profile->labels, label);
    return true;
}

/* Two label sets that the file tells apart but that mean the same: their samples are merged. */
static bool label_sets_meet(const struct resolve *resolve, size_t count)
{
    const struct memory *memory = resolve->profile->memory;
    struct slots slots = {0};
    bool meet = false;
    for (uint32_t i = 0; i < count && !meet; i++) {
        uint64_t hash = hash_mix(resolve->label_sets[i], (uint64_t)resolve->object_bytes[i]);
        size_t at = slots_start(&slots, hash);
        for (uint32_t j; (j = slots_next(&slots, hash, &at)) != SLOT_NONE;)
            meet |= resolve->label_sets[i] == resolve->label_sets[j] &&
                    resolve->object_bytes[i] == resolve->object_bytes[j];
        slots_insert(memory, &slots, hash, i);
    }
    slots_release(memory, &slots);
    return meet;
}

static bool rebuild_label_sets(struct resolve *resolve, const struct profile_label *labels,
                               const struct profile_label_set *sets, size_t count)
{
    struct profile *profile = resolve->profile;
    build_label_set(profile, 0);
    for (size_t i = 0; i < count; i++) {
        size_t first = profile->labels.len;
        for (uint32_t j = 0; j < sets[i].count; j++)
            if (!resolve_label(resolve, labels[sets[i].first + j], i))
                return false;
        profile_labels_sort(profile, first);
        resolve->label_sets[i] = build_label_set(profile, first);
    }
    resolve->samples_merged |= label_sets_meet(resolve, count);
    return true;
}

static bool resolve_labels(struct resolve *resolve)
{
    struct profile *profile = resolve->profile;
    struct profile_label *labels = profile->labels.at;
    struct profile_label_set *sets = profile->label_sets.at;
    size_t count = profile->label_sets.len;
    profile->labels.at = NULL;
    profile->labels.len = profile->labels.cap = 0;
    profile->label_sets.at = NULL;
    profile->label_sets.len = profile->label_sets.cap = 0;
    slots_release(profile->memory, &profile->index->label_sets);
    bool good = rebuild_label_sets(resolve, labels, sets, count);
    memory_put(profile->memory, labels);
    memory_put(profile->memory, sets);
    return good;
}

static void resolve_samples(struct resolve *resolve)
{
    struct profile *profile = resolve->profile;
    size_t count = profile->samples.len;
    slots_release(profile->memory, &profile->index->samples);
    if (resolve->samples_merged)
        profile->samples.len = profile->values.len = 0;
    for (size_t i = 0; i < count; i++) {
        struct profile_sample sample = profile->samples.at[i];
        sample.object_bytes = resolve->object_bytes[sample.label_set];
        sample.label_set = resolve->label_sets[sample.label_set];
        if (resolve->locations_merged)
            sample.stack = resolve->stacks[sample.stack];
        if (resolve->samples_merged)
            build_sample(profile, sample, profile->values.at + i * profile->type_count);
        else
            profile->samples.at[i] = sample;
    }
}

/* ---- all of it ---- */

static bool resolve_all(struct resolve *resolve)
{
    if (!resolve_header(resolve) || !resolve_types(resolve) || !resolve_comments(resolve) ||
        !resolve_mappings(resolve) || !resolve_functions(resolve) || !resolve_locations(resolve))
        return false;
    if (resolve->locations_merged)
        merge_stacks(resolve);
    if (!check_frames(resolve) || !resolve_labels(resolve))
        return false;
    resolve_samples(resolve);
    return true;
}

static uint32_t *number_array(const struct memory *memory, size_t count)
{
    return memory_get(memory, count * sizeof(uint32_t));
}

bool decode_resolve(struct decode *decode)
{
    struct profile *profile = decode->profile;
    const struct memory *memory = decode->input->memory;
    size_t label_sets = profile->label_sets.len;
    struct resolve resolve = {
        .decode = decode,
        .profile = profile,
        .functions = number_array(memory, profile->functions.len),
        .locations = number_array(memory, profile->locations.len),
        .mappings = number_array(memory, profile->mappings.len),
        .stacks = number_array(memory, profile->stacks.len),
        .label_sets = number_array(memory, label_sets),
        .object_bytes = memory_get(memory, label_sets * sizeof(int64_t)),
    };
    memset(resolve.object_bytes, 0, label_sets * sizeof(int64_t));
    bool good = resolve_all(&resolve);
    memory_put(memory, resolve.functions);
    memory_put(memory, resolve.locations);
    memory_put(memory, resolve.mappings);
    memory_put(memory, resolve.stacks);
    memory_put(memory, resolve.label_sets);
    memory_put(memory, resolve.object_bytes);
    return good;
}
