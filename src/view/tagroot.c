/* tagroot.c: labels as frames at the root or the leaf of stacks (google/pprof
 * internal/driver/tagroot.go), and the merging of places by granularity (profile.go Aggregate). */
#include "view/view_int.h"

/* ---- -tagroot, -tagleaf ---- */

struct tag_frames {
    struct view *view;
    struct str unit;
    const char *root_keys, *leaf_keys;
    bool root_met, leaf_met;
    struct map locations; /* (text, key) to location */
    uint64_t next_location_id, next_function_id;
};

static uint32_t frame_location(struct tag_frames *frames, uint32_t text, uint32_t key)
{
    struct view *view = frames->view;
    bool is_new;
    uint64_t *slot = map_put(&frames->locations, (uint64_t)text << 32 | key, &is_new);
    if (!is_new)
        return (uint32_t)*slot;
    *slot = view->locations.len;
    struct view_function function = {.id = frames->next_function_id++, .name = text, .file = key};
    struct view_line line = {.function = (uint32_t)view->functions.len};
    struct view_location location = {.id = frames->next_location_id++, .mapping = NONE,
                                     .first_line = (uint32_t)view->lines.len, .line_count = 1};
    VEC_PUSH(view->memory, &view->functions, function);
    VEC_PUSH(view->memory, &view->lines, line);
    VEC_PUSH(view->memory, &view->locations, location);
    return (uint32_t)*slot;
}

/* The values of a key, texts first; "" when there are none. */
static uint32_t label_values(struct tag_frames *frames, uint32_t set_index, uint32_t key, bool *met)
{
    struct view *view = frames->view;
    struct view_span set = view->label_sets.at[set_index];
    struct sb sb;
    const char *before = "";
    sb_init(&sb, view->memory);
    for (uint32_t i = 0; i < set.count; i++) {
        const struct view_label *label = &view->labels.at[set.first + i];
        if (label->key != key)
            continue;
        sb_adds(&sb, before);
        before = ",";
        if (!label->numeric)
            sb_add(&sb, view_str(view, label->text));
        else if (label->with_unit)
            units_add(&sb, label->number, view_str(view, label->unit), frames->unit);
        else
            units_add(&sb, label->number, STR(""), STR(""));
    }
    *met |= before[0] != '\0';
    uint32_t text = view_intern(view, sb_str(&sb));
    sb_release(&sb);
    return text;
}

/* Keys from the last to the first: the first is next to the root, the last next to the leaf. */
static void push_frames(struct tag_frames *frames, const char *keys, uint32_t set, bool *met)
{
    struct view *view = frames->view;
    struct str rest = str_from(keys);
    while (rest.len) {
        ptrdiff_t comma = str_find_last(rest, ',');
        struct str key = str_skip(rest, (size_t)(comma + 1));
        rest = str_slice(rest, 0, comma < 0 ? 0 : (size_t)comma);
        if (!key.len)
            continue;
        uint32_t id = view_intern(view, key);
        uint32_t location = frame_location(frames, label_values(frames, set, id, met), id);
        VEC_PUSH(view->memory, &view->stack_locations, location);
    }
}

static uint32_t framed_stack(struct tag_frames *frames, struct view_sample sample)
{
    struct view *view = frames->view;
    struct view_span stack = view->stacks.at[sample.stack];
    size_t first = view->stack_locations.len;
    /* Those of the root are numbered first, and put in last. */
    push_frames(frames, frames->root_keys, sample.labels, &frames->root_met);
    view->stack_locations.len = first;
    push_frames(frames, frames->leaf_keys, sample.labels, &frames->leaf_met);
    for (uint32_t i = 0; i < stack.count; i++) {
        uint32_t location = view->stack_locations.at[stack.first + i];
        VEC_PUSH(view->memory, &view->stack_locations, location);
    }
    push_frames(frames, frames->root_keys, sample.labels, &frames->root_met);
    return tables_stack(view, first);
}

static void find_next_ids(struct tag_frames *frames)
{
    const struct view *view = frames->view;
    for (size_t i = 0; i < view->locations.len; i++)
        if (view->locations.at[i].id >= frames->next_location_id)
            frames->next_location_id = view->locations.at[i].id + 1;
    for (size_t i = 0; i < view->functions.len; i++)
        if (view->functions.at[i].id >= frames->next_function_id)
            frames->next_function_id = view->functions.at[i].id + 1;
}

static void add_frames(struct tag_frames *frames)
{
    struct view *view = frames->view;
    struct map framed; /* (stack, labels) to stack */
    map_init(&framed, view->memory);
    for (size_t i = 0; i < view->samples.len; i++) {
        struct view_sample sample = view->samples.at[i];
        bool is_new;
        uint64_t *slot =
            map_put(&framed, (uint64_t)sample.stack << 32 | sample.labels, &is_new);
        if (is_new)
            *slot = framed_stack(frames, sample);
        view->samples.at[i].stack = (uint32_t)*slot;
    }
    map_release(&framed);
}

static bool is_set(const char *setting)
{
    return setting && *setting;
}

void tagroot_apply(struct filter_ctx *ctx)
{
    const struct view_settings *settings = ctx->settings;
    if (!is_set(settings->tagroot) && !is_set(settings->tagleaf))
        return;
    struct tag_frames frames = {.view = ctx->view, .unit = str_from(settings->unit),
                                .root_keys = settings->tagroot, .leaf_keys = settings->tagleaf,
                                .next_location_id = 1, .next_function_id = 1};
    map_init(&frames.locations, ctx->view->memory);
    find_next_ids(&frames);
    add_frames(&frames);
    map_release(&frames.locations);
    tables_index_drop(ctx->view);
    filter_note(ctx->notes, !is_set(settings->tagroot) || frames.root_met, "TagRoot");
    filter_note(ctx->notes, !is_set(settings->tagleaf) || frames.leaf_met, "TagLeaf");
}

/* ---- granularity ---- */

struct kept_parts {
    bool inlines, function, file, line, column, address;
};

static void aggregate_functions(struct view *view, const struct kept_parts *kept)
{
    for (size_t i = 0; i < view->functions.len; i++) {
        struct view_function *function = &view->functions.at[i];
        if (!kept->function)
            function->name = function->system_name = 0;
        if (!kept->file)
            function->file = 0;
    }
}

static void aggregate_locations(struct view *view, const struct kept_parts *kept)
{
    for (size_t i = 0; i < view->locations.len; i++) {
        struct view_location *location = &view->locations.at[i];
        if (!kept->inlines && location->line_count > 1) {
            location->first_line += location->line_count - 1;
            location->line_count = 1;
        }
        if (!kept->address)
            location->address = 0;
    }
    for (size_t i = 0; i < view->lines.len; i++) {
        if (!kept->line)
            view->lines.at[i].line = 0;
        if (!kept->line || !kept->column)
            view->lines.at[i].column = 0;
    }
}

static void aggregate_mappings(struct view *view, const struct kept_parts *kept)
{
    for (size_t i = 0; i < view->mappings.len; i++) {
        struct view_mapping *mapping = &view->mappings.at[i];
        mapping->has_inline_frames &= kept->inlines;
        mapping->has_functions &= kept->function;
        mapping->has_filenames &= kept->file;
        mapping->has_line_numbers &= kept->line;
    }
}

void aggregate_apply(struct view *view, const struct view_settings *settings)
{
    /* ORDER: enum view_granularity. */
    static const struct kept_parts parts[] = {
        {.function = true},
        {.function = true},
        {.function = true, .file = true},
        {.file = true},
        {.function = true, .file = true, .line = true},
        {.function = true, .file = true, .line = true, .address = true},
    };
    struct kept_parts kept = parts[settings->granularity];
    if (settings->granularity == VIEW_ADDRESSES && !settings->noinlines)
        return;
    kept.inlines = !settings->noinlines;
    kept.column = settings->showcolumns;
    aggregate_mappings(view, &kept);
    aggregate_functions(view, &kept);
    aggregate_locations(view, &kept);
}
