/* combine.c: several profiles as one (google/pprof profile/merge.go, internal/measurement
 * ScaleProfiles).
 *
 *   C1. Things enter the merged profile in the order in which samples mention them, and get ids 1,
 *       2, ... in that order. Samples that are all zero mention nothing.
 *   C2. Two locations are one if they lie equally far into the same mapping and have the same
 *       lines. Of the columns only that of the last line counts.
 *   C3. The first mapping of the first profile that has one stays the first: it is the program. */
#include "view/view_int.h"

#include <math.h>

struct merger {
    struct view *to; /* NULL until there is a first */
    const struct view *from;
    int64_t times; /* how often `from` counts */
    struct slots samples, functions, locations;
    uint32_t *stacks, *label_sets;                      /* of `from`; NONE: not yet there */
    uint32_t *from_functions, *from_locations, *from_mappings;
};

/* ---- sample types and units ---- */

static uint32_t type_position(const struct view *view, uint32_t name)
{
    for (uint32_t i = 0; i < view->types.len; i++)
        if (view->types.at[i].type == name)
            return i;
    return NONE;
}

/* pprof counts the name in all of them together: one that a view has twice is not common to all. */
static bool is_common_type(struct view **all, size_t count, uint32_t name)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t j = 0; j < all[i]->types.len; j++)
            found += all[i]->types.at[j].type == name;
    return found == count;
}

/* Leaves the types at `positions`, in that order. */
static void pick_types(struct view *view, const uint32_t *positions, size_t count)
{
    size_t old_count = view->types.len;
    bool same = count == old_count;
    for (size_t i = 0; i < count; i++)
        same &= positions[i] == i;
    if (same)
        return;
    struct view_type types[LIMIT_PROFILE_SAMPLE_TYPES];
    bool has_default = false;
    for (size_t i = 0; i < count; i++) {
        types[i] = view->types.at[positions[i]];
        has_default |= types[i].type == view->default_type;
    }
    if (!has_default)
        view->default_type = types[0].type;
    for (size_t s = 0; s < view->samples.len; s++) {
        int64_t values[LIMIT_PROFILE_SAMPLE_TYPES];
        for (size_t i = 0; i < count; i++)
            values[i] = view->values.at[s * old_count + positions[i]];
        memcpy(view->values.at + s * count, values, count * sizeof(*values));
    }
    memcpy(view->types.at, types, count * sizeof(*types));
    view->types.len = count;
    view->values.len = view->samples.len * count;
}

static void add_types(const struct view *view, struct sb *out)
{
    for (size_t i = 0; i < view->types.len; i++)
        sb_addf(out, "%s%.*s", i ? " " : "[", STR_ARGS(view_type_name(view, i)));
    sb_adds(out, view->types.len ? "]" : "[]");
}

/* Names the types of the first, and of the first that has others. */
static enum status say_types_differ(struct view **all, size_t count, struct diag_sink *sink)
{
    struct sb types;
    size_t other = count > 1;
    sb_init(&types, all[0]->memory);
    add_types(all[0], &types);
    for (size_t i = count - 1; i > 0; i--)
        for (size_t j = 0; j < all[0]->types.len; j++)
            if (type_position(all[i], all[0]->types.at[j].type) == NONE)
                other = i;
    if (other) {
        sb_adds(&types, " and ");
        add_types(all[other], &types);
    }
    diag_add(sink, DIAG_PROFILE_MISMATCH, STR_NONE, 0, DIAG_NO_OFFSET,
             "profiles have empty common sample type list: %s", types.text);
    sb_release(&types);
    return STATUS_BAD_INPUT;
}

/* Types that all have, in the first's order. */
static enum status agree_on_types(struct view **all, size_t count, struct diag_sink *sink)
{
    uint32_t names[LIMIT_PROFILE_SAMPLE_TYPES], positions[LIMIT_PROFILE_SAMPLE_TYPES];
    size_t common = 0;
    for (size_t i = 0; i < all[0]->types.len; i++)
        if (is_common_type(all, count, all[0]->types.at[i].type))
            names[common++] = all[0]->types.at[i].type;
    if (common == 0)
        return say_types_differ(all, count, sink);
    for (size_t i = 0; i < count; i++) {
        for (size_t j = 0; j < common; j++) {
            positions[j] = type_position(all[i], names[j]);
            if (positions[j] == NONE) /* another has it twice */
                return say_types_differ(all, count, sink);
        }
        pick_types(all[i], positions, common);
    }
    return STATUS_OK;
}

static struct str without_plural(struct str name)
{
    return str_ends(name, STR("s")) ? str_slice(name, 0, name.len - 1) : name;
}

typedef const struct view_type *pick_fn(const struct view *view, size_t index);

/* The finest of the units of the types that pick() gives; false when they do not go together. */
static bool finest(struct view **all, size_t count, pick_fn *pick, size_t index, uint32_t *unit)
{
    const struct view_type *first = pick(all[0], index);
    struct str name = view_str(all[0], first->type);
    *unit = first->unit;
    for (size_t i = 1; i < count; i++) {
        const struct view_type *type = pick(all[i], index);
        struct str own = view_str(all[0], type->unit), best = view_str(all[0], *unit);
        if (!str_equal(without_plural(name), without_plural(view_str(all[0], type->type))) ||
            !units_related(own, best))
            return false;
        if (units_scale(1, own, best).value < 1)
            *unit = type->unit;
    }
    return true;
}

static const struct view_type *pick_period(const struct view *view, size_t index)
{
    (void)index;
    return &view->period_type;
}

static const struct view_type *pick_type(const struct view *view, size_t index)
{
    return &view->types.at[index];
}

static enum status say_mismatch(struct diag_sink *sink, const char *what)
{
    diag_add(sink, DIAG_PROFILE_MISMATCH, STR_NONE, 0, DIAG_NO_OFFSET,
             "the profiles have incompatible %s", what);
    return STATUS_BAD_INPUT;
}

static void rescale(struct view *view, uint32_t period_unit, const uint32_t *units)
{
    double ratios[LIMIT_PROFILE_SAMPLE_TYPES] = {0};
    struct str from = view_str(view, view->period_type.unit), to = view_str(view, period_unit);
    view->period = to_int64(units_scale(view->period, from, to).value);
    view->period_type.unit = period_unit;
    for (size_t i = 0; i < view->types.len; i++) {
        struct str own = view_str(view, view->types.at[i].unit);
        ratios[i] = units_scale(1, own, view_str(view, units[i])).value;
        view->types.at[i].unit = units[i];
    }
    combine_scale(view, ratios);
}

static enum status agree_on_units(struct view **all, size_t count, struct diag_sink *sink)
{
    uint32_t period_unit, units[LIMIT_PROFILE_SAMPLE_TYPES] = {0};
    if (!finest(all, count, pick_period, 0, &period_unit))
        return say_mismatch(sink, "period types");
    for (size_t i = 0; i < all[0]->types.len; i++)
        if (!finest(all, count, pick_type, i, &units[i]))
            return say_mismatch(sink, "sample types");
    for (size_t i = 0; i < count; i++)
        rescale(all[i], period_unit, units);
    for (size_t i = 1; i < count; i++)
        if (all[i]->period_type.type != all[0]->period_type.type)
            return say_mismatch(sink, "period types");
    return STATUS_OK;
}

/* ---- values ---- */

void combine_scale(struct view *view, const double *ratios)
{
    size_t types = view->types.len, kept = 0;
    bool all_ones = true;
    for (size_t i = 0; i < types; i++)
        all_ones &= ratios[i] == 1;
    if (all_ones)
        return;
    for (size_t s = 0; s < view->samples.len; s++) {
        bool keep = false;
        for (size_t i = 0; i < types; i++) {
            int64_t value = view->values.at[s * types + i];
            if (ratios[i] != 1) {
                value = to_int64(round((double)value * ratios[i]));
                keep |= value != 0;
            }
            view->values.at[kept * types + i] = value;
        }
        view->samples.at[kept] = view->samples.at[s];
        kept += keep;
    }
    view->samples.len = kept;
    view->values.len = kept * types;
}

/* Adds to sums, which start at 0. */
static void sum_values(const struct view *view, int64_t *sums)
{
    size_t types = view->types.len;
    for (size_t s = 0; s < view->samples.len; s++)
        for (size_t i = 0; i < types; i++)
            sums[i] = added(sums[i], view_values(view, s)[i]);
}

enum status combine_normalize(struct view *view, const struct view *base, struct diag_sink *sink)
{
    int64_t own[LIMIT_PROFILE_SAMPLE_TYPES] = {0}, other[LIMIT_PROFILE_SAMPLE_TYPES] = {0};
    double ratios[LIMIT_PROFILE_SAMPLE_TYPES] = {0};
    if (view->types.len != base->types.len ||
        memcmp(&view->period_type, &base->period_type, sizeof(view->period_type)) != 0 ||
        memcmp(view->types.at, base->types.at, base->types.len * sizeof(*base->types.at)) != 0)
        return say_mismatch(sink, "sample types");
    sum_values(view, own);
    sum_values(base, other);
    for (size_t i = 0; i < view->types.len; i++)
        ratios[i] = own[i] ? (double)other[i] / (double)own[i] : 0;
    combine_scale(view, ratios);
    return STATUS_OK;
}

/* ---- mappings, functions, locations ---- */

static uint32_t mapping_name(const struct view_mapping *mapping)
{
    return mapping->build_id ? mapping->build_id : mapping->file;
}

static uint64_t mapping_size(const struct view_mapping *mapping)
{
    uint64_t size = mapping->limit - mapping->start + 0xfff;
    return size - size % 0x1000;
}

static bool mapping_equal(const struct view_mapping *a, const struct view_mapping *b)
{
    return mapping_size(a) == mapping_size(b) && a->offset == b->offset &&
           mapping_name(a) == mapping_name(b);
}

static uint32_t merge_mapping(struct merger *merger, uint32_t index)
{
    if (index == NONE || merger->from_mappings[index] != NONE)
        return index == NONE ? NONE : merger->from_mappings[index];
    struct view *to = merger->to;
    struct view_mapping mapping = merger->from->mappings.at[index];
    uint32_t found = 0;
    while (found < to->mappings.len && !mapping_equal(&to->mappings.at[found], &mapping))
        found++;
    if (found == to->mappings.len) {
        mapping.id = found + 1;
        VEC_PUSH(to->memory, &to->mappings, mapping);
    }
    merger->from_mappings[index] = found;
    return found;
}

typedef bool same_fn(const struct view *view, uint32_t index, const void *wanted);

/* The index of the entry that same() accepts; `next`, and from now on there, when there is none. */
static uint32_t find_slot(struct merger *merger, struct slots *slots, uint64_t hash,
                          const void *wanted, uint32_t next, same_fn *same)
{
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;)
        if (same(merger->to, id, wanted))
            return id;
    slots_insert(merger->to->memory, slots, hash, next);
    return next;
}

static bool same_function(const struct view *view, uint32_t index, const void *wanted)
{
    const struct view_function *a = &view->functions.at[index], *b = wanted;
    return a->name == b->name && a->system_name == b->system_name && a->file == b->file &&
           a->start_line == b->start_line;
}

static uint32_t merge_function(struct merger *merger, uint32_t index)
{
    if (merger->from_functions[index] != NONE)
        return merger->from_functions[index];
    struct view *to = merger->to;
    struct view_function function = merger->from->functions.at[index];
    uint64_t hash = hash_mix((uint64_t)function.name << 32 | function.system_name,
                             (uint64_t)function.file << 32 | (uint32_t)function.start_line);
    uint32_t next = (uint32_t)to->functions.len;
    uint32_t found = find_slot(merger, &merger->functions, hash, &function, next, same_function);
    if (found == next) {
        function.id = next + 1;
        VEC_PUSH(to->memory, &to->functions, function);
    }
    merger->from_functions[index] = found;
    return found;
}

static uint64_t address_in_mapping(const struct view *view, const struct view_location *location)
{
    if (location->mapping == NONE)
        return location->address;
    return location->address - view->mappings.at[location->mapping].start;
}

static bool same_location(const struct view *view, uint32_t index, const void *wanted)
{
    const struct view_location *a = &view->locations.at[index], *b = wanted;
    if (a->mapping != b->mapping || a->folded != b->folded || a->line_count != b->line_count ||
        address_in_mapping(view, a) != address_in_mapping(view, b))
        return false;
    const struct view_line *x = view->lines.at + a->first_line, *y = view->lines.at + b->first_line;
    for (uint32_t i = 0; i < a->line_count; i++)
        if (x[i].function != y[i].function || x[i].line != y[i].line ||
            (i + 1 == a->line_count && x[i].column != y[i].column)) /* C2 */
            return false;
    return true;
}

static uint64_t hash_location(const struct view *view, const struct view_location *location)
{
    uint64_t hash = hash_mix(address_in_mapping(view, location),
                             (uint64_t)location->mapping << 1 | location->folded);
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct view_line *line = &view->lines.at[location->first_line + i];
        hash = hash_mix(hash, (uint64_t)line->function << 32 ^ (uint64_t)line->line);
    }
    return hash;
}

static uint32_t merge_location(struct merger *merger, uint32_t index)
{
    struct view *to = merger->to;
    const struct view *from = merger->from;
    struct view_location location = from->locations.at[index];
    const struct view_line *lines = from->lines.at + location.first_line;
    uint32_t mapping = merge_mapping(merger, location.mapping);
    if (mapping != NONE)
        location.address +=
            to->mappings.at[mapping].start - from->mappings.at[location.mapping].start;
    location.mapping = mapping;
    location.first_line = (uint32_t)to->lines.len;
    for (uint32_t i = 0; i < location.line_count; i++) {
        struct view_line line = lines[i];
        line.function = merge_function(merger, line.function);
        VEC_PUSH(to->memory, &to->lines, line);
    }
    uint32_t next = (uint32_t)to->locations.len;
    uint32_t found = find_slot(merger, &merger->locations, hash_location(to, &location), &location,
                               next, same_location);
    location.id = next + 1;
    if (found == next)
        VEC_PUSH(to->memory, &to->locations, location);
    else
        to->lines.len = location.first_line;
    merger->from_locations[index] = found;
    return found;
}

/* ---- samples ---- */

static uint32_t merge_stack(struct merger *merger, uint32_t index)
{
    if (merger->stacks[index] != NONE)
        return merger->stacks[index];
    struct view *to = merger->to;
    struct view_span stack = merger->from->stacks.at[index];
    const uint32_t *locations = merger->from->stack_locations.at + stack.first;
    size_t first = to->stack_locations.len;
    for (uint32_t i = 0; i < stack.count; i++) {
        uint32_t location = merger->from_locations[locations[i]];
        if (location == NONE)
            location = merge_location(merger, locations[i]);
        VEC_PUSH(to->memory, &to->stack_locations, location);
    }
    return merger->stacks[index] = tables_stack(to, first);
}

static uint32_t merge_labels(struct merger *merger, uint32_t index)
{
    if (merger->label_sets[index] != NONE)
        return merger->label_sets[index];
    struct view *to = merger->to;
    struct view_span set = merger->from->label_sets.at[index];
    size_t first = to->labels.len;
    for (uint32_t i = 0; i < set.count; i++)
        VEC_PUSH(to->memory, &to->labels, merger->from->labels.at[set.first + i]);
    return merger->label_sets[index] = set.count ? tables_label_set(to, first) : 0;
}

static bool is_zero(const struct view *view, size_t sample)
{
    for (size_t i = 0; i < view->types.len; i++)
        if (view_values(view, sample)[i])
            return false;
    return true;
}

static bool same_sample(const struct view *view, uint32_t index, const void *wanted)
{
    const struct view_sample *a = &view->samples.at[index], *b = wanted;
    return a->stack == b->stack && a->labels == b->labels;
}

static void merge_sample(struct merger *merger, size_t index)
{
    struct view *to = merger->to;
    struct view_sample from = merger->from->samples.at[index];
    struct view_sample sample = {merge_stack(merger, from.stack),
                                 merge_labels(merger, from.labels)};
    const int64_t *values = view_values(merger->from, index);
    uint32_t next = (uint32_t)to->samples.len;
    uint32_t found = find_slot(merger, &merger->samples, hash_mix(sample.stack, sample.labels),
                               &sample, next, same_sample);
    if (found == next) {
        VEC_PUSH(to->memory, &to->samples, sample);
        for (size_t i = 0; i < to->types.len; i++)
            VEC_PUSH(to->memory, &to->values, multiplied(values[i], merger->times));
        return;
    }
    int64_t *sums = to->values.at + (size_t)found * to->types.len;
    for (size_t i = 0; i < to->types.len; i++)
        sums[i] = added(sums[i], multiplied(values[i], merger->times));
}

/* ---- all of it ---- */

static uint32_t *unknown(const struct memory *memory, size_t count)
{
    uint32_t *at = memory_get(memory, (count + 1) * sizeof(*at));
    memset(at, 0xff, (count + 1) * sizeof(*at));
    return at;
}

static void merge_tables(struct merger *merger, const struct view *from)
{
    const struct memory *memory = from->memory;
    merger->from = from;
    merger->stacks = unknown(memory, from->stacks.len);
    merger->label_sets = unknown(memory, from->label_sets.len);
    merger->from_functions = unknown(memory, from->functions.len);
    merger->from_locations = unknown(memory, from->locations.len);
    merger->from_mappings = unknown(memory, from->mappings.len);
    if (merger->to->mappings.len == 0 && from->mappings.len > 0)
        merge_mapping(merger, 0); /* C3 */
    for (size_t i = 0; i < from->samples.len; i++)
        if (!is_zero(from, i)) /* C1 */
            merge_sample(merger, i);
    memory_put(memory, merger->stacks);
    memory_put(memory, merger->label_sets);
    memory_put(memory, merger->from_functions);
    memory_put(memory, merger->from_locations);
    memory_put(memory, merger->from_mappings);
}

static void merge_comments(struct view *to, const struct view *from)
{
    for (size_t i = 0; i < from->comments.len; i++) {
        size_t known = 0;
        while (known < to->comments.len && to->comments.at[known] != from->comments.at[i])
            known++;
        if (known == to->comments.len)
            VEC_PUSH(to->memory, &to->comments, from->comments.at[i]);
    }
}

/* The first one's types are those of all. */
static void merge_header(struct merger *merger, const struct view *from)
{
    if (!merger->to) {
        merger->to = tables_new(from->memory, from->strings, from->shared);
        for (size_t i = 0; i < from->types.len; i++)
            VEC_PUSH(from->memory, &merger->to->types, from->types.at[i]);
        merger->to->drop_frames = from->drop_frames;
        merger->to->keep_frames = from->keep_frames;
        merger->to->period_type = from->period_type;
    }
    struct view *to = merger->to;
    if (to->time_nanos == 0 || from->time_nanos < to->time_nanos)
        to->time_nanos = from->time_nanos;
    to->duration_nanos =
        added(to->duration_nanos, multiplied(from->duration_nanos, merger->times));
    if (to->period == 0 || to->period < from->period)
        to->period = from->period;
    merge_comments(to, from);
    if (!to->default_type)
        to->default_type = from->default_type;
    if (!to->doc_url)
        to->doc_url = from->doc_url;
}

static void merge_view(struct merger *merger, const struct view *from, int64_t times)
{
    merger->times = times;
    merge_header(merger, from);
    merge_tables(merger, from);
}

static bool has_zero_sample(const struct view *view)
{
    for (size_t i = 0; i < view->samples.len; i++)
        if (is_zero(view, i))
            return true;
    return false;
}

static struct view *merger_end(struct merger *merger)
{
    struct view *merged = merger->to;
    if (!merged)
        BUG("nothing was merged");
    slots_release(merged->memory, &merger->samples);
    slots_release(merged->memory, &merger->functions);
    slots_release(merged->memory, &merger->locations);
    tables_index_drop(merged);
    if (!has_zero_sample(merged))
        return merged;
    struct merger again = {0}; /* what cancelled out leaves no trace */
    merge_view(&again, merged, 1);
    view_free(merged);
    return merger_end(&again);
}

enum status combine_views(struct view **all, size_t count, struct diag_sink *sink)
{
    struct merger merger = {0};
    enum status status = agree_on_types(all, count, sink);
    if (status || count == 1)
        return status;
    status = agree_on_units(all, count, sink);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++) {
        merge_view(&merger, all[i], 1);
        view_free(all[i]);
        all[i] = NULL;
    }
    all[0] = merger_end(&merger);
    return STATUS_OK;
}

/* ---- one after the other ---- */

struct combiner {
    const struct memory *memory;
    struct merger merger;
    struct view *first; /* while it is the only one, which stays as it is */
    int64_t first_times;
};

struct combiner *combiner_new(const struct memory *memory)
{
    struct combiner *combiner = memory_get(memory, sizeof(*combiner));
    *combiner = (struct combiner){.memory = memory};
    return combiner;
}

/* Types that no other of the view has the name of, and that are the other's too. */
static bool are_alike(const struct view *a, const struct view *b)
{
    if (a->types.len != b->types.len || a->period_type.type != b->period_type.type ||
        a->period_type.unit != b->period_type.unit)
        return false;
    for (uint32_t i = 0; i < a->types.len; i++)
        if (a->types.at[i].type != b->types.at[i].type ||
            a->types.at[i].unit != b->types.at[i].unit ||
            type_position(a, a->types.at[i].type) != i)
            return false;
    return true;
}

static void merge_first(struct combiner *combiner)
{
    merge_view(&combiner->merger, combiner->first, combiner->first_times);
    view_free(combiner->first);
    combiner->first = NULL;
}

bool combiner_add(struct combiner *combiner, struct view *view, int64_t times)
{
    if (!combiner->first && !combiner->merger.to) {
        if (!are_alike(view, view)) { /* a type that it has twice */
            view_free(view);
            return false;
        }
        combiner->first = view;
        combiner->first_times = times;
        return true;
    }
    bool alike = are_alike(combiner->first ? combiner->first : combiner->merger.to, view);
    if (alike && combiner->first)
        merge_first(combiner);
    if (alike)
        merge_view(&combiner->merger, view, times);
    view_free(view);
    return alike;
}

struct view *combiner_end(struct combiner *combiner)
{
    if (combiner->first && combiner->first_times > 1)
        merge_first(combiner);
    struct view *view = combiner->first;
    if (combiner->merger.to)
        view = merger_end(&combiner->merger);
    memory_put(combiner->memory, combiner);
    return view;
}
