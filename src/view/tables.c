/* tables.c: the tables of a view: made, copied, and "put this in unless it is there". */
#include "view/view_int.h"

struct intern *tables_strings_new(const struct memory *memory, unsigned **shared)
{
    struct intern *strings = memory_get(memory, sizeof(*strings));
    intern_init(strings, memory);
    *shared = memory_get(memory, sizeof(**shared));
    **shared = 0;
    return strings;
}

/* Room for a first element, so that tables without any may be pointed into. */
#define RESERVE(view, field)                                                                   \
    ((view)->field.at =                                                                        \
         vec_grow((view)->memory, NULL, &(view)->field.cap, sizeof(*(view)->field.at)))

struct view *tables_new(const struct memory *memory, struct intern *strings, unsigned *shared)
{
    struct view *view = memory_get(memory, sizeof(*view));
    memset(view, 0, sizeof(*view));
    view->memory = memory;
    view->strings = strings;
    view->shared = shared;
    ++*shared;
    RESERVE(view, types);
    RESERVE(view, lines);
    RESERVE(view, labels);
    RESERVE(view, stack_locations);
    RESERVE(view, values);
    tables_label_set(view, 0);
    return view;
}

void tables_index_drop(struct view *view)
{
    slots_release(view->memory, &view->stack_index);
    slots_release(view->memory, &view->label_index);
}

void tables_strings_drop(const struct memory *memory, struct intern *strings, unsigned *shared)
{
    if (--*shared)
        return;
    intern_release(strings);
    memory_put(memory, strings);
    memory_put(memory, shared);
}

void view_free(struct view *view)
{
    if (!view)
        return;
    const struct memory *memory = view->memory;
    VEC_RELEASE(memory, &view->types);
    VEC_RELEASE(memory, &view->functions);
    VEC_RELEASE(memory, &view->lines);
    VEC_RELEASE(memory, &view->locations);
    VEC_RELEASE(memory, &view->mappings);
    VEC_RELEASE(memory, &view->stack_locations);
    VEC_RELEASE(memory, &view->stacks);
    VEC_RELEASE(memory, &view->labels);
    VEC_RELEASE(memory, &view->label_sets);
    VEC_RELEASE(memory, &view->samples);
    VEC_RELEASE(memory, &view->values);
    VEC_RELEASE(memory, &view->comments);
    tables_index_drop(view);
    tables_strings_drop(memory, view->strings, view->shared);
    memory_put(memory, view);
}

#define COPY_VEC(to, from, field)                                                              \
    do {                                                                                       \
        size_t size = (from)->field.len * sizeof(*(from)->field.at);                           \
        (to)->field.at = memory_get((to)->memory, size);                                       \
        if (size)                                                                              \
            memcpy((to)->field.at, (from)->field.at, size);                                    \
        (to)->field.cap = (from)->field.len;                                                   \
    } while (0)

struct view *view_copy(const struct view *view)
{
    struct view *copy = memory_get(view->memory, sizeof(*copy));
    *copy = *view;
    ++*copy->shared;
    COPY_VEC(copy, view, types);
    COPY_VEC(copy, view, functions);
    COPY_VEC(copy, view, lines);
    COPY_VEC(copy, view, locations);
    COPY_VEC(copy, view, mappings);
    COPY_VEC(copy, view, stack_locations);
    COPY_VEC(copy, view, stacks);
    COPY_VEC(copy, view, labels);
    COPY_VEC(copy, view, label_sets);
    COPY_VEC(copy, view, samples);
    COPY_VEC(copy, view, values);
    COPY_VEC(copy, view, comments);
    copy->stack_index = copy->label_index = (struct slots){0};
    return copy;
}

struct str view_program_path(const struct view *view)
{
    return view->mappings.len ? view_str(view, view->mappings.at[0].file) : STR_NONE;
}

struct str view_str(const struct view *view, uint32_t id)
{
    return intern_str(view->strings, id);
}

uint32_t view_intern(struct view *view, struct str text)
{
    return intern_add(view->strings, text);
}

static void adopt_header(struct view *view, const uint32_t *ids)
{
    for (size_t i = 0; i < view->types.len; i++) {
        struct view_type *type = &view->types.at[i];
        *type = (struct view_type){ids[type->type], ids[type->unit]};
    }
    for (size_t i = 0; i < view->comments.len; i++)
        view->comments.at[i] = ids[view->comments.at[i]];
    view->default_type = ids[view->default_type];
    view->drop_frames = ids[view->drop_frames];
    view->keep_frames = ids[view->keep_frames];
    view->doc_url = ids[view->doc_url];
    view->period_type =
        (struct view_type){ids[view->period_type.type], ids[view->period_type.unit]};
}

static void adopt_tables(struct view *view, const uint32_t *ids)
{
    for (size_t i = 0; i < view->functions.len; i++) {
        struct view_function *function = &view->functions.at[i];
        function->name = ids[function->name];
        function->system_name = ids[function->system_name];
        function->file = ids[function->file];
    }
    for (size_t i = 0; i < view->mappings.len; i++) {
        struct view_mapping *mapping = &view->mappings.at[i];
        mapping->file = ids[mapping->file];
        mapping->build_id = ids[mapping->build_id];
    }
    for (size_t i = 0; i < view->labels.len; i++) {
        struct view_label *label = &view->labels.at[i];
        label->key = ids[label->key];
        label->text = ids[label->text];
        label->unit = ids[label->unit];
    }
}

void tables_adopt(struct view *view, struct intern *strings, unsigned *shared)
{
    size_t count = view->strings->len;
    uint32_t *ids = memory_get(view->memory, count * sizeof(*ids));
    for (uint32_t i = 0; i < count; i++)
        ids[i] = intern_add(strings, intern_str(view->strings, i));
    adopt_header(view, ids);
    adopt_tables(view, ids);
    memory_put(view->memory, ids);
    tables_strings_drop(view->memory, view->strings, view->shared);
    view->strings = strings;
    view->shared = shared;
    ++*shared;
}

/* ---- stacks ---- */

uint32_t tables_stack(struct view *view, size_t first)
{
    uint32_t count = (uint32_t)(view->stack_locations.len - first);
    const uint32_t *locations = view->stack_locations.at + first;
    uint64_t hash = hash_bytes(locations, count * sizeof(*locations));
    size_t at = slots_start(&view->stack_index, hash);
    for (uint32_t id; (id = slots_next(&view->stack_index, hash, &at)) != SLOT_NONE;) {
        const struct view_span *known = &view->stacks.at[id];
        const uint32_t *others = view->stack_locations.at + known->first;
        if (known->count != count || memcmp(others, locations, count * sizeof(*others)) != 0)
            continue;
        view->stack_locations.len = first;
        return id;
    }
    uint32_t id = (uint32_t)view->stacks.len;
    slots_insert(view->memory, &view->stack_index, hash, id);
    VEC_PUSH(view->memory, &view->stacks, ((struct view_span){first, count}));
    return id;
}

/* ---- labels ---- */

static int compare_labels(const struct view *view, const struct view_label *a,
                          const struct view_label *b)
{
    if (a->numeric != b->numeric)
        return a->numeric ? 1 : -1;
    return a->key == b->key ? 0 : str_compare(view_str(view, a->key), view_str(view, b->key));
}

/* By insertion: sets are small, and values of one key must keep their order. */
static void sort_labels(struct view *view, size_t first)
{
    struct view_label *labels = view->labels.at;
    for (size_t i = first + 1; i < view->labels.len; i++) {
        struct view_label label = labels[i];
        size_t j = i;
        for (; j > first && compare_labels(view, &labels[j - 1], &label) > 0; j--)
            labels[j] = labels[j - 1];
        labels[j] = label;
    }
}

/* A unit at one number of a key makes the key's other numbers have an empty one. */
static void spread_units(struct view *view, size_t first)
{
    struct view_label *labels = view->labels.at;
    for (size_t i = first; i < view->labels.len;) {
        size_t end = i;
        bool with_unit = false;
        for (; end < view->labels.len && compare_labels(view, &labels[i], &labels[end]) == 0; end++)
            with_unit |= labels[end].with_unit;
        for (; i < end; i++)
            labels[i].with_unit = with_unit;
    }
}

uint64_t tables_hash_labels(const struct view_label *labels, size_t count)
{
    uint64_t hash = count;
    for (size_t i = 0; i < count; i++) {
        hash = hash_mix(hash, (uint64_t)labels[i].key << 32 | labels[i].text);
        hash = hash_mix(hash, (uint64_t)labels[i].number);
        hash = hash_mix(hash, (uint64_t)labels[i].unit << 2 | labels[i].numeric * 2u |
                                  labels[i].with_unit);
    }
    return hash;
}

bool tables_labels_equal(const struct view_label *a, const struct view_label *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (a[i].key != b[i].key || a[i].text != b[i].text || a[i].unit != b[i].unit ||
            a[i].number != b[i].number || a[i].numeric != b[i].numeric ||
            a[i].with_unit != b[i].with_unit)
            return false;
    return true;
}

uint32_t tables_label_set(struct view *view, size_t first)
{
    uint32_t count = (uint32_t)(view->labels.len - first);
    sort_labels(view, first);
    spread_units(view, first);
    uint64_t hash = tables_hash_labels(view->labels.at + first, count);
    size_t at = slots_start(&view->label_index, hash);
    for (uint32_t id; (id = slots_next(&view->label_index, hash, &at)) != SLOT_NONE;) {
        const struct view_span *known = &view->label_sets.at[id];
        if (known->count != count ||
            !tables_labels_equal(view->labels.at + known->first, view->labels.at + first, count))
            continue;
        view->labels.len = first;
        return id;
    }
    uint32_t id = (uint32_t)view->label_sets.len;
    slots_insert(view->memory, &view->label_index, hash, id);
    VEC_PUSH(view->memory, &view->label_sets, ((struct view_span){first, count}));
    return id;
}

void tables_keep_samples(struct view *view, bool (*keep)(void *ctx, size_t sample), void *ctx)
{
    size_t types = view->types.len, kept = 0;
    for (size_t i = 0; i < view->samples.len; i++) {
        if (!keep(ctx, i))
            continue;
        if (kept < i) {
            view->samples.at[kept] = view->samples.at[i];
            memcpy(view->values.at + kept * types, view->values.at + i * types,
                   types * sizeof(*view->values.at));
        }
        kept++;
    }
    view->samples.len = kept;
    view->values.len = kept * types;
}

size_t view_function_count(const struct view *view)
{
    return view->functions.len;
}

struct str view_function_name(const struct view *view, size_t index)
{
    return view_str(view, view->functions.at[index].name);
}
