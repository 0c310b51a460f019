/* Where the profile's samples allocate.
 *
 * Go's heap profiles hide the runtime's frames on top of a stack (runtime/pprof/protomem.go,
 * writeHeapProto: hideRuntime), but text profiles, other producers and stacks that are nothing but
 * runtime show them. They are taken off here: what remains of the location on top is the point, and
 * the last runtime frame taken off tells which allocating function was called. Of a stack that is
 * nothing but runtime (the scheduler's, the collector's) the innermost function that has a reason
 * of its own stands for it, else the outermost. */
#include "evidence_int.h"

/* A runtime function that was inlined into another one is no entry: it is code like any other. */
static bool all_runtime(const struct atlas *atlas, const struct profile_location *location)
{
    for (uint32_t f = 0; f < location->frame_count; f++) {
        const struct profile_frame *frame = &atlas->profile->frames.at[location->first_frame + f];
        if (!atlas->functions[frame->function].runtime)
            return false;
    }
    return true;
}

/* The frame that stands for a stack of nothing but runtime. */
static struct profile_frame runtime_point(const struct atlas *atlas,
                                          const struct profile_stack *stack)
{
    const struct profile *profile = atlas->profile;
    struct profile_frame outermost = {0};
    for (uint32_t i = 0; i < stack->count; i++) {
        uint32_t id = profile->stack_locations.at[stack->first + i];
        const struct profile_location *location = &profile->locations.at[id];
        for (uint32_t f = 0; f < location->frame_count; f++) {
            struct runtime_reason reason;
            outermost = profile->frames.at[location->first_frame + f];
            if (reason_of_symbol(atlas->functions[outermost.function].symbol, &reason) &&
                reason.category == CAUSE_RUNTIME && !reason.general)
                return outermost;
        }
    }
    return outermost;
}

/* The location that allocates: the first with a function that is not the runtime's. */
static void read_point(const struct atlas *atlas, const struct profile_stack *stack,
                       struct points *points, const struct memory *memory, struct point *point)
{
    const struct profile *profile = atlas->profile;
    *point = (struct point){.first_frame = (uint32_t)points->frames.len, .runtime_entry = NONE};
    for (uint32_t i = 0; i < stack->count && point->frame_count == 0; i++) {
        uint32_t id = profile->stack_locations.at[stack->first + i];
        const struct profile_location *location = &profile->locations.at[id];
        const struct profile_frame *frames = profile->frames.at + location->first_frame;
        bool runtime = all_runtime(atlas, location);
        if (runtime && location->frame_count > 0)
            point->runtime_entry = frames[location->frame_count - 1].function;
        if (runtime)
            point->skipped += location->frame_count;
        else
            point->call = shipped_call(atlas->shipped, id);
        for (uint32_t f = 0; f < location->frame_count && !runtime; f++) {
            VEC_PUSH(memory, &points->frames, frames[f]);
            point->frame_count++;
        }
    }
    if (point->frame_count > 0 || point->runtime_entry == NONE)
        return;
    struct profile_frame frame = runtime_point(atlas, stack);
    point->inside_runtime = true;
    point->runtime_entry = frame.function;
    point->frame_count = 1;
    VEC_PUSH(memory, &points->frames, frame);
}

static uint64_t point_hash(const struct points *points, const struct point *point)
{
    const struct profile_frame *frames = points->frames.at + point->first_frame;
    uint64_t hash = hash_mix(point->runtime_entry, point->frame_count);
    hash = hash_mix(hash, point->call);
    for (uint32_t i = 0; i < point->frame_count; i++)
        hash = hash_mix(hash, hash_mix(frames[i].function, (uint64_t)frames[i].line));
    return hash;
}

static bool same_point(const struct points *points, const struct point *a, const struct point *b)
{
    if (a->frame_count != b->frame_count || a->runtime_entry != b->runtime_entry ||
        a->skipped != b->skipped || a->call != b->call)
        return false;
    for (uint32_t i = 0; i < a->frame_count; i++) {
        const struct profile_frame *x = &points->frames.at[a->first_frame + i];
        const struct profile_frame *y = &points->frames.at[b->first_frame + i];
        if (x->function != y->function || x->line != y->line)
            return false;
    }
    return true;
}

/* The index of an equal point, or of this one, newly kept. */
static uint32_t keep_point(struct points *points, struct map *seen, const struct point *point,
                           const struct memory *memory)
{
    for (uint64_t hash = point_hash(points, point);; hash++) {
        bool added;
        uint64_t *at = map_put(seen, hash, &added);
        if (added) {
            *at = points->points.len;
            VEC_PUSH(memory, &points->points, *point);
            return (uint32_t)*at;
        }
        if (same_point(points, &points->points.at[*at], point)) {
            points->frames.len = point->first_frame; /* give the copy back */
            return (uint32_t)*at;
        }
    }
}

void points_read(struct points *points, const struct atlas *atlas, const struct memory *memory)
{
    const struct profile *profile = atlas->profile;
    *points = (struct points){.of_sample = NULL};
    points->of_sample = memory_get(memory, (profile->samples.len + 1) * sizeof(uint32_t));
    uint32_t *of_stack = memory_get(memory, (profile->stacks.len + 1) * sizeof(uint32_t));
    memset(of_stack, 0xff, (profile->stacks.len + 1) * sizeof(uint32_t));
    struct map seen;
    map_init(&seen, memory);
    for (size_t i = 0; i < profile->samples.len; i++) {
        uint32_t stack = profile->samples.at[i].stack;
        if (of_stack[stack] == NONE) {
            struct point point;
            read_point(atlas, &profile->stacks.at[stack], points, memory, &point);
            of_stack[stack] = keep_point(points, &seen, &point, memory);
        }
        points->of_sample[i] = of_stack[stack];
    }
    map_release(&seen);
    memory_put(memory, of_stack);
}

void points_release(struct points *points, const struct memory *memory)
{
    VEC_RELEASE(memory, &points->points);
    VEC_RELEASE(memory, &points->frames);
    memory_put(memory, points->of_sample);
}
