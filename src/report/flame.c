/* flame.c: the evidence's profile as a tree of calls, each sample with its cause. */
#include "report_int.h"

static const struct profile_location *location_at(const struct profile *profile,
                                                  const struct call_cursor *cursor)
{
    const struct profile_sample *sample = &profile->samples.at[cursor->stack];
    const struct profile_stack *stack = &profile->stacks.at[sample->stack];
    uint32_t id = profile->stack_locations.at[stack->first + cursor->locations - 1];
    return &profile->locations.at[id];
}

/* Stacks are leaf first, so this walks backwards: `locations` are not yet done, nor `frames` of the
 * last of them. A location without symbols is a call of no name and is passed over. */
static void step(const void *ctx, struct call_cursor *cursor)
{
    const struct profile *profile = ctx;
    while (cursor->locations) {
        const struct profile_location *location = location_at(profile, cursor);
        if (cursor->frames) {
            uint32_t frame = location->first_frame + --cursor->frames;
            cursor->call = profile->frames.at[frame].function;
            if (cursor->frames == 0)
                cursor->locations--;
            if (cursor->locations && cursor->frames == 0)
                cursor->frames = location_at(profile, cursor)->frame_count;
            return;
        }
        if (--cursor->locations)
            cursor->frames = location_at(profile, cursor)->frame_count;
    }
    cursor->call = CALL_NONE;
}

static struct call_cursor cursor_for(const struct evidence *evidence, size_t sample)
{
    const struct profile *profile = evidence->profile;
    struct call_cursor cursor = {
        .stack = (uint32_t)sample,
        .locations = profile->stacks.at[profile->samples.at[sample].stack].count,
        .label = evidence->sample_cause ? evidence->sample_cause[sample] : EVIDENCE_NONE,
        .value = profile_value(profile, sample, evidence->type),
    };
    if (cursor.locations)
        cursor.frames = location_at(profile, &cursor)->frame_count;
    step(profile, &cursor);
    return cursor;
}

void flame_build(struct call_tree *tree, const struct evidence *evidence, int64_t least,
                 size_t max_nodes, bool *below_zero)
{
    const struct profile *profile = evidence->profile;
    VEC(struct call_cursor) cursors = {0};
    *below_zero = false;
    for (size_t i = 0; i < profile->samples.len; i++) {
        int64_t value = profile_value(profile, i, evidence->type);
        *below_zero |= value < 0;
        if (value > 0)
            VEC_PUSH(evidence->memory, &cursors, cursor_for(evidence, i));
    }
    struct call_stacks stacks = {cursors.at, cursors.len, step, profile};
    call_tree_grow(tree, &stacks, least, max_nodes, evidence->memory);
    VEC_RELEASE(evidence->memory, &cursors);
}
