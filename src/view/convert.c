/* convert.c: a profile that the profile room has read (a text profile, or one from a URL) as a
 * view. */
#include "view/view_int.h"

struct conversion {
    const struct profile *profile;
    struct view *view;
    bool is_heap;
};

static uint32_t text(struct conversion *conversion, uint32_t id)
{
    return view_intern(conversion->view, profile_string(conversion->profile, id));
}

static void convert_header(struct conversion *c)
{
    const struct profile *profile = c->profile;
    struct view *view = c->view;
    for (uint32_t i = 0; i < profile->type_count; i++) {
        struct view_type type = {text(c, profile->types[i].type), text(c, profile->types[i].unit)};
        VEC_PUSH(view->memory, &view->types, type);
    }
    for (size_t i = 0; i < profile->comments.len; i++)
        VEC_PUSH(view->memory, &view->comments, text(c, profile->comments.at[i]));
    view->default_type = text(c, profile->default_type);
    view->drop_frames = text(c, profile->drop_frames);
    view->keep_frames = text(c, profile->keep_frames);
    view->doc_url = text(c, profile->doc_url);
    view->period_type = (struct view_type){text(c, profile->period_type.type),
                                           text(c, profile->period_type.unit)};
    view->period = profile->period;
    view->time_nanos = profile->time_nanos;
    view->duration_nanos = profile->duration_nanos;
}

static void convert_functions(struct conversion *c)
{
    const struct profile *profile = c->profile;
    for (size_t i = 0; i < profile->functions.len; i++) {
        const struct profile_function *from = &profile->functions.at[i];
        struct view_function function = {
            .id = i + 1,
            .name = text(c, from->name),
            .system_name = text(c, from->system_name),
            .file = text(c, from->file),
            .start_line = from->start_line,
        };
        VEC_PUSH(c->view->memory, &c->view->functions, function);
    }
}

static void convert_mappings(struct conversion *c)
{
    const struct profile *profile = c->profile;
    for (size_t i = 0; i < profile->mappings.len; i++) {
        const struct profile_mapping *from = &profile->mappings.at[i];
        struct view_mapping mapping = {
            .id = i + 1,
            .start = from->start,
            .limit = from->limit,
            .offset = from->offset,
            .file = text(c, from->file),
            .build_id = text(c, from->build_id),
            .has_functions = from->has_functions,
            .has_filenames = from->has_filenames,
            .has_line_numbers = from->has_line_numbers,
            .has_inline_frames = from->has_inline_frames,
        };
        VEC_PUSH(c->view->memory, &c->view->mappings, mapping);
    }
}

static void convert_locations(struct conversion *c)
{
    const struct profile *profile = c->profile;
    struct view *view = c->view;
    for (size_t i = 0; i < profile->locations.len; i++) {
        const struct profile_location *from = &profile->locations.at[i];
        struct view_location location = {
            .id = i + 1,
            .address = from->address,
            .mapping = from->mapping == PROFILE_NONE ? NONE : from->mapping,
            .first_line = (uint32_t)view->lines.len,
            .line_count = from->frame_count,
            .folded = from->folded,
        };
        for (uint32_t j = 0; j < from->frame_count; j++) {
            const struct profile_frame *frame = &profile->frames.at[from->first_frame + j];
            struct view_line line = {frame->function, frame->line, frame->column};
            VEC_PUSH(view->memory, &view->lines, line);
        }
        VEC_PUSH(view->memory, &view->locations, location);
    }
}

/* The profile room keeps the size of objects beside the labels; pprof has it among them. */
static uint32_t convert_labels(struct conversion *c, const struct profile_sample *sample)
{
    const struct profile *profile = c->profile;
    struct view *view = c->view;
    struct profile_label_set set = profile->label_sets.at[sample->label_set];
    size_t first = view->labels.len;
    for (uint32_t i = 0; i < set.count; i++) {
        const struct profile_label *from = &profile->labels.at[set.first + i];
        struct view_label label = {
            .key = text(c, from->key),
            .text = text(c, from->text),
            .unit = text(c, from->unit),
            .number = from->number,
            .numeric = !from->text,
            .with_unit = !from->text && from->unit,
        };
        VEC_PUSH(view->memory, &view->labels, label);
    }
    if (sample->object_bytes || (profile->from_text && c->is_heap)) {
        struct view_label label = {
            .key = view_intern(view, STR("bytes")),
            .number = sample->object_bytes,
            .numeric = true,
        };
        VEC_PUSH(view->memory, &view->labels, label);
    }
    return view->labels.len > first ? tables_label_set(view, first) : 0;
}

/* Each is there once on both sides. */
static void convert_stacks(struct conversion *c)
{
    const struct profile *profile = c->profile;
    struct view *view = c->view;
    for (size_t i = 0; i < profile->stacks.len; i++) {
        const struct profile_stack *stack = &profile->stacks.at[i];
        VEC_PUSH(view->memory, &view->stacks, ((struct view_span){stack->first, stack->count}));
    }
    for (size_t i = 0; i < profile->stack_locations.len; i++)
        VEC_PUSH(view->memory, &view->stack_locations, profile->stack_locations.at[i]);
}

static void convert_samples(struct conversion *c)
{
    const struct profile *profile = c->profile;
    struct view *view = c->view;
    for (size_t i = 0; i < profile->samples.len; i++) {
        const struct profile_sample *from = &profile->samples.at[i];
        struct view_sample sample = {from->stack, convert_labels(c, from)};
        VEC_PUSH(view->memory, &view->samples, sample);
        for (uint32_t j = 0; j < profile->type_count; j++)
            VEC_PUSH(view->memory, &view->values, profile_value(profile, i, j));
    }
}

struct view *convert_profile(const struct profile *profile, struct intern *strings,
                             unsigned *shared)
{
    struct conversion c = {profile, tables_new(profile->memory, strings, shared),
                           profile_kind(profile) == PROFILE_HEAP};
    convert_header(&c);
    convert_functions(&c);
    convert_mappings(&c);
    convert_locations(&c);
    convert_stacks(&c);
    convert_samples(&c);
    tables_index_drop(c.view);
    return c.view;
}
