/* merge.c: one profile into another, added or subtracted.
 *
 * What counts as the same follows google/pprof profile/merge.go, so that sums and samples come out
 * as there: mappings by size, offset and build id (or file), so that a program loaded elsewhere is
 * still the same; locations by address within their mapping and by their frames; functions by
 * names, file and start line; samples by stack and labels (the object size is a label there). */
#include "profile/profile_int.h"

/* How the source's numbers are found again in the target. */
struct merge {
    struct profile *target;
    const struct profile *source;
    uint32_t *strings, *functions, *mappings, *locations, *stacks, *label_sets;
    bool keep_zeros;
};

/* ---- may they be merged? ---- */

static bool types_equal(const struct profile *a, struct profile_type x, const struct profile *b,
                        struct profile_type y)
{
    return str_equal(profile_string(a, x.type), profile_string(b, y.type)) &&
           str_equal(profile_string(a, x.unit), profile_string(b, y.unit));
}

static void list_types(const struct profile *profile, struct sb *out)
{
    for (uint32_t i = 0; i < profile->type_count; i++)
        sb_addf(out, "%s%.*s/%.*s", i ? ", " : "", STR_ARGS(profile_type_name(profile, i)),
                STR_ARGS(profile_type_unit(profile, i)));
}

static bool same_types(const struct profile *a, const struct profile *b)
{
    if (a->type_count != b->type_count || !types_equal(a, a->period_type, b, b->period_type))
        return false;
    for (uint32_t i = 0; i < a->type_count; i++)
        if (!types_equal(a, a->types[i], b, b->types[i]))
            return false;
    return true;
}

static enum status check_types(const struct profile *target, const struct profile *source,
                               struct str name, struct diag_sink *sink)
{
    if (same_types(target, source))
        return STATUS_OK;
    struct sb ours, theirs;
    sb_init(&ours, target->memory);
    sb_init(&theirs, target->memory);
    list_types(target, &ours);
    list_types(source, &theirs);
    struct str period = profile_string(target, target->period_type.type);
    struct str their_period = profile_string(source, source->period_type.type);
    diag_add(sink, DIAG_PROFILE_MISMATCH, name, 0, DIAG_NO_OFFSET,
             "its sample types are %.*s (sampled by %.*s); those of the other profile are %.*s "
             "(sampled by %.*s)",
             STR_ARGS(sb_str(&theirs)), STR_ARGS(their_period), STR_ARGS(sb_str(&ours)),
             STR_ARGS(period));
    sb_release(&ours);
    sb_release(&theirs);
    return STATUS_BAD_INPUT;
}

/* ---- finding the source's things in the target ---- */

static uint32_t map_string(struct merge *merge, uint32_t id)
{
    if (id && !merge->strings[id])
        merge->strings[id] =
            intern_add(&merge->target->strings, profile_string(merge->source, id));
    return merge->strings[id];
}

static void map_functions(struct merge *merge)
{
    for (size_t i = 0; i < merge->source->functions.len; i++) {
        struct profile_function function = merge->source->functions.at[i];
        function.name = map_string(merge, function.name);
        function.system_name = map_string(merge, function.system_name);
        function.file = map_string(merge, function.file);
        merge->functions[i] = build_function(merge->target, &function);
    }
}

/* Sizes are rounded up to 4 KiB, as pprof does against small differences. */
static uint64_t mapping_size(const struct profile_mapping *mapping)
{
    return (mapping->limit - mapping->start + 0xfff) & ~UINT64_C(0xfff);
}

static uint32_t mapping_name(const struct profile_mapping *mapping)
{
    return mapping->build_id ? mapping->build_id : mapping->file;
}

static uint64_t mapping_hash(const struct profile_mapping *mapping)
{
    return hash_mix(hash_mix(mapping_size(mapping), mapping->offset), mapping_name(mapping));
}

static bool mapping_equal(const struct profile_mapping *a, const struct profile_mapping *b)
{
    return mapping_size(a) == mapping_size(b) && a->offset == b->offset &&
           mapping_name(a) == mapping_name(b);
}

/* The mapping's index in the target; put in when it is new there. */
static uint32_t map_mapping(struct merge *merge, struct slots *slots,
                            const struct profile_mapping *mapping)
{
    struct profile *target = merge->target;
    uint64_t hash = mapping_hash(mapping);
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;)
        if (mapping_equal(&target->mappings.at[id], mapping))
            return id;
    uint32_t id = (uint32_t)target->mappings.len;
    VEC_PUSH(target->memory, &target->mappings, *mapping);
    slots_insert(target->memory, slots, hash, id);
    return id;
}

static void map_mappings(struct merge *merge)
{
    struct profile *target = merge->target;
    struct slots slots = {0};
    for (size_t i = 0; i < target->mappings.len; i++)
        slots_insert(target->memory, &slots, mapping_hash(&target->mappings.at[i]), (uint32_t)i);
    for (size_t i = 0; i < merge->source->mappings.len; i++) {
        struct profile_mapping mapping = merge->source->mappings.at[i];
        mapping.file = map_string(merge, mapping.file);
        mapping.build_id = map_string(merge, mapping.build_id);
        merge->mappings[i] = map_mapping(merge, &slots, &mapping);
    }
    slots_release(target->memory, &slots);
}

static uint32_t map_location(struct merge *merge, struct profile_location location)
{
    struct profile *target = merge->target;
    size_t old_frames = target->frames.len, old_locations = target->locations.len;
    if (location.mapping != PROFILE_NONE) {
        uint64_t start = merge->source->mappings.at[location.mapping].start;
        location.mapping = merge->mappings[location.mapping];
        location.address += target->mappings.at[location.mapping].start - start;
    }
    for (uint32_t i = 0; i < location.frame_count; i++) {
        struct profile_frame frame = merge->source->frames.at[location.first_frame + i];
        frame.function = merge->functions[frame.function];
        VEC_PUSH(target->memory, &target->frames, frame);
    }
    location.first_frame = (uint32_t)old_frames;
    uint32_t id = build_location(target, &location);
    if (id < old_locations)
        target->frames.len = old_frames;
    return id;
}

static void map_locations(struct merge *merge)
{
    for (size_t i = 0; i < merge->source->locations.len; i++)
        merge->locations[i] = map_location(merge, merge->source->locations.at[i]);
}

static void map_stacks(struct merge *merge)
{
    struct profile *target = merge->target;
    for (size_t i = 0; i < merge->source->stacks.len; i++) {
        const struct profile_stack *stack = &merge->source->stacks.at[i];
        size_t first = target->stack_locations.len;
        for (uint32_t j = 0; j < stack->count; j++) {
            uint32_t id = merge->source->stack_locations.at[stack->first + j];
            VEC_PUSH(target->memory, &target->stack_locations, merge->locations[id]);
        }
        merge->stacks[i] = build_stack(target, first);
    }
}

static void map_label_sets(struct merge *merge)
{
    struct profile *target = merge->target;
    for (size_t i = 0; i < merge->source->label_sets.len; i++) {
        const struct profile_label_set *set = &merge->source->label_sets.at[i];
        size_t first = target->labels.len;
        for (uint32_t j = 0; j < set->count; j++) {
            struct profile_label label = merge->source->labels.at[set->first + j];
            label.key = map_string(merge, label.key);
            label.text = map_string(merge, label.text);
            label.unit = map_string(merge, label.unit);
            VEC_PUSH(target->memory, &target->labels, label);
        }
        merge->label_sets[i] = build_label_set(target, first);
    }
}

/* ---- samples and header ---- */

static bool is_zero_sample(const struct profile *profile, size_t sample)
{
    for (uint32_t i = 0; i < profile->type_count; i++)
        if (profile_value(profile, sample, i))
            return false;
    return true;
}

static int64_t times_sign(int64_t value, int sign)
{
    if (sign > 0)
        return value;
    return value == INT64_MIN ? INT64_MAX : -value;
}

static void merge_samples(struct merge *merge, int sign)
{
    int64_t values[LIMIT_PROFILE_SAMPLE_TYPES];
    for (size_t i = 0; i < merge->source->samples.len; i++) {
        struct profile_sample sample = merge->source->samples.at[i];
        if (!merge->keep_zeros && is_zero_sample(merge->source, i))
            continue;
        for (uint32_t j = 0; j < merge->source->type_count; j++)
            values[j] = times_sign(profile_value(merge->source, i, j), sign);
        sample.stack = merge->stacks[sample.stack];
        sample.label_set = merge->label_sets[sample.label_set];
        build_sample(merge->target, sample, values);
    }
}

static void merge_comments(struct merge *merge)
{
    struct profile *target = merge->target;
    struct map seen;
    bool added;
    map_init(&seen, target->memory);
    for (size_t i = 0; i < target->comments.len; i++)
        (void)map_put(&seen, target->comments.at[i], &added);
    for (size_t i = 0; i < merge->source->comments.len; i++) {
        uint32_t comment = map_string(merge, merge->source->comments.at[i]);
        (void)map_put(&seen, comment, &added);
        if (added)
            VEC_PUSH(target->memory, &target->comments, comment);
    }
    map_release(&seen);
}

/* The earliest time, the summed duration, the longest period (google/pprof combineHeaders). */
static void merge_header(struct merge *merge)
{
    struct profile *target = merge->target;
    const struct profile *source = merge->source;
    if (target->time_nanos == 0 || source->time_nanos < target->time_nanos)
        target->time_nanos = source->time_nanos;
    target->duration_nanos = add_saturating(target->duration_nanos, source->duration_nanos);
    if (target->period < source->period)
        target->period = source->period;
    if (!target->default_type)
        target->default_type = map_string(merge, source->default_type);
    if (!target->doc_url)
        target->doc_url = map_string(merge, source->doc_url);
    merge_comments(merge);
}

void profile_drop_zero_samples(struct profile *profile)
{
    size_t kept = 0, types = profile->type_count;
    for (size_t i = 0; i < profile->samples.len; i++) {
        if (is_zero_sample(profile, i))
            continue;
        profile->samples.at[kept] = profile->samples.at[i];
        for (size_t j = 0; j < types; j++)
            profile->values.at[kept * types + j] = profile->values.at[i * types + j];
        kept++;
    }
    profile->samples.len = kept;
    profile->values.len = kept * types;
}

/* ---- all of it ---- */

static uint32_t *number_array(struct merge *merge, size_t count)
{
    uint32_t *numbers = memory_get(merge->target->memory, count * sizeof(*numbers));
    return memset(numbers, 0, count * sizeof(*numbers));
}

static void merge_init(struct merge *merge, struct profile *target, const struct profile *source)
{
    *merge = (struct merge){.target = target, .source = source};
    merge->strings = number_array(merge, source->strings.len);
    merge->functions = number_array(merge, source->functions.len);
    merge->mappings = number_array(merge, source->mappings.len);
    merge->locations = number_array(merge, source->locations.len);
    merge->stacks = number_array(merge, source->stacks.len);
    merge->label_sets = number_array(merge, source->label_sets.len);
}

static void merge_release(struct merge *merge)
{
    const struct memory *memory = merge->target->memory;
    memory_put(memory, merge->strings);
    memory_put(memory, merge->functions);
    memory_put(memory, merge->mappings);
    memory_put(memory, merge->locations);
    memory_put(memory, merge->stacks);
    memory_put(memory, merge->label_sets);
}

static void map_all(struct merge *merge)
{
    map_functions(merge);
    map_mappings(merge);
    map_locations(merge);
    map_stacks(merge);
    map_label_sets(merge);
}

void profile_append(struct profile *profile, const struct profile *part)
{
    struct merge merge;
    merge_init(&merge, profile, part);
    merge.keep_zeros = true;
    map_all(&merge);
    merge_samples(&merge, 1);
    merge_release(&merge);
}

enum status profile_merge(struct profile *profile, const struct profile *source, int sign,
                          struct str name, struct diag_sink *sink)
{
    struct merge merge;
    const char *limit;
    enum status status = check_types(profile, source, name, sink);
    if (status)
        return status;
    merge_init(&merge, profile, source);
    map_all(&merge);
    merge_samples(&merge, sign);
    merge_header(&merge);
    merge_release(&merge);
    if (!build_over_limit(profile, &limit))
        return STATUS_OK;
    diag_add(sink, DIAG_PROFILE_LIMIT, name, 0, DIAG_NO_OFFSET,
             "together with the profiles before it, this one is larger than %s allows", limit);
    return STATUS_LIMIT;
}

enum status profile_subtract(struct profile *profile, const struct profile *base,
                             struct diag_sink *sink)
{
    profile_index_make(profile, profile_limits_default());
    enum status status = profile_merge(profile, base, -1, STR("the base profile"), sink);
    profile_index_drop(profile);
    if (!status)
        profile_drop_zero_samples(profile);
    return status;
}
