/* flame.c: the profile as a tree of calls, cut while it is built.
 *
 * A tree of all stacks of a large profile has millions of nodes of which a screen shows some
 * thousand. So samples are sorted into their places level by level, from the root: those that share
 * the calls so far stand side by side in one array, and a group that is too small is never opened.
 * Memory is in proportion to the samples and to the nodes that are kept.
 *
 * F1. A group is samples[first..first+count), all with the same calls up to its node.
 * F2. A cursor stands on the call that follows its group's node, or has none left.
 * F3. A node's value is the sum of its children's values and of its own selfs. */
#include <stdlib.h>

#include "report_int.h"

/* Where a sample's stack has been read to. Stacks are leaf first, so this walks backwards. */
struct cursor {
    uint32_t sample;
    uint32_t locations; /* how many of the stack's locations are not yet done */
    uint32_t frames;    /* how many frames of the location before them are not yet done */
    uint32_t function;  /* of the call it stands on; PROFILE_NONE when none is left (F2) */
    uint32_t cause;
    int64_t value;
};

struct group {
    size_t first, count;
    uint32_t node;
};

struct growing {
    struct flame *flame;
    const struct profile *profile;
    VEC(struct cursor) cursors;
    VEC(struct group) open; /* groups whose children are not yet known: a heap, dearest first */
};

/* ---- cursors ---- */

static const struct profile_location *location_at(const struct profile *profile,
                                                  const struct cursor *cursor)
{
    const struct profile_sample *sample = &profile->samples.at[cursor->sample];
    const struct profile_stack *stack = &profile->stacks.at[sample->stack];
    uint32_t id = profile->stack_locations.at[stack->first + cursor->locations - 1];
    return &profile->locations.at[id];
}

/* Steps to the next call; a location without symbols is a call of no name and is passed over. */
static void cursor_step(const struct profile *profile, struct cursor *cursor)
{
    while (cursor->locations) {
        const struct profile_location *location = location_at(profile, cursor);
        if (cursor->frames) {
            uint32_t frame = location->first_frame + --cursor->frames;
            cursor->function = profile->frames.at[frame].function;
            if (cursor->frames == 0)
                cursor->locations--;
            if (cursor->locations && cursor->frames == 0)
                cursor->frames = location_at(profile, cursor)->frame_count;
            return;
        }
        if (--cursor->locations)
            cursor->frames = location_at(profile, cursor)->frame_count;
    }
    cursor->function = PROFILE_NONE; /* F2 */
}

static struct cursor cursor_for(const struct evidence *evidence, size_t sample)
{
    const struct profile *profile = evidence->profile;
    struct cursor cursor = {
        .sample = (uint32_t)sample,
        .locations = profile->stacks.at[profile->samples.at[sample].stack].count,
        .cause = evidence->sample_cause ? evidence->sample_cause[sample] : EVIDENCE_NONE,
        .value = profile_value(profile, sample, evidence->type),
    };
    if (cursor.locations)
        cursor.frames = location_at(profile, &cursor)->frame_count;
    cursor_step(profile, &cursor);
    return cursor;
}

static void read_samples(struct growing *growing, const struct evidence *evidence)
{
    const struct profile *profile = evidence->profile;
    for (size_t i = 0; i < profile->samples.len; i++) {
        int64_t value = profile_value(profile, i, evidence->type);
        if (value < 0)
            growing->flame->below_zero = true;
        if (value <= 0)
            continue;
        growing->flame->total += value;
        VEC_PUSH(growing->flame->memory, &growing->cursors, cursor_for(evidence, i));
    }
}

/* ---- the heap of open groups ---- */

/* The dearest group is opened next, so that the ceiling cuts what matters least. */
static bool is_before(const struct growing *growing, size_t a, size_t b)
{
    const struct group *left = &growing->open.at[a], *right = &growing->open.at[b];
    int64_t left_value = growing->flame->nodes.at[left->node].value;
    int64_t right_value = growing->flame->nodes.at[right->node].value;
    return left_value != right_value ? left_value > right_value : left->node < right->node;
}

static void heap_swap(struct growing *growing, size_t a, size_t b)
{
    struct group kept = growing->open.at[a];
    growing->open.at[a] = growing->open.at[b];
    growing->open.at[b] = kept;
}

static void heap_push(struct growing *growing, struct group group)
{
    VEC_PUSH(growing->flame->memory, &growing->open, group);
    for (size_t i = growing->open.len - 1; i && is_before(growing, i, (i - 1) / 2); i = (i - 1) / 2)
        heap_swap(growing, i, (i - 1) / 2);
}

static struct group heap_pop(struct growing *growing)
{
    struct group dearest = growing->open.at[0];
    size_t last = --growing->open.len;
    growing->open.at[0] = growing->open.at[last];
    for (size_t i = 0, child; (child = 2 * i + 1) < last; i = child) {
        if (child + 1 < last && is_before(growing, child + 1, child))
            child++;
        if (!is_before(growing, child, i))
            break;
        heap_swap(growing, i, child);
    }
    return dearest;
}

/* ---- groups ---- */

static int by_function(const void *left, const void *right)
{
    const struct cursor *a = left, *b = right;
    if (a->function != b->function)
        return a->function < b->function ? -1 : 1;
    if (a->cause != b->cause)
        return a->cause < b->cause ? -1 : 1;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

static int by_cause(const void *left, const void *right)
{
    const struct cursor *a = left, *b = right;
    if (a->cause != b->cause)
        return a->cause < b->cause ? -1 : 1;
    return a->sample < b->sample ? -1 : a->sample > b->sample;
}

static void sort_cursors(struct cursor *cursors, size_t count,
                         int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(cursors, count, sizeof(*cursors), compare);
}

struct run {
    size_t first, count;
    int64_t value;
    uint32_t function;
};

static int by_value(const void *left, const void *right)
{
    const struct run *a = left, *b = right;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return a->first < b->first ? -1 : 1;
}

static struct run run_at(const struct growing *growing, size_t first, size_t end)
{
    struct run run = {.first = first, .function = growing->cursors.at[first].function};
    while (first < end && growing->cursors.at[first].function == run.function)
        run.value += growing->cursors.at[first++].value;
    run.count = first - run.first;
    return run;
}

/* What ends in a node or is not followed any further, by cause. */
static void add_selfs(struct growing *growing, uint32_t node, size_t first, size_t count)
{
    struct flame *flame = growing->flame;
    struct cursor *cursors = growing->cursors.at + first;
    size_t before = flame->selfs.len;
    for (size_t i = 0; i < count; i++) {
        if (flame->selfs.len == before ||
            flame->selfs.at[flame->selfs.len - 1].cause != cursors[i].cause) {
            struct flame_self self = {.node = node, .cause = cursors[i].cause};
            VEC_PUSH(flame->memory, &flame->selfs, self);
        }
        flame->selfs.at[flame->selfs.len - 1].value += cursors[i].value;
    }
}

static void step_all(struct growing *growing, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        cursor_step(growing->profile, &growing->cursors.at[i]);
}

static uint32_t add_node(struct growing *growing, uint32_t parent, const struct run *run)
{
    struct flame_node node = {.parent = parent, .function = run->function, .value = run->value};
    VEC_PUSH(growing->flame->memory, &growing->flame->nodes, node);
    return (uint32_t)(growing->flame->nodes.len - 1);
}

static bool is_kept(const struct growing *growing, const struct run *run)
{
    return run->function != PROFILE_NONE && run->value >= growing->flame->least;
}

/* Moves the runs that are not followed to the group's front, in order of cause, and gives their
 * number of samples. */
static size_t gather_rest(struct growing *growing, const struct group *group)
{
    struct cursor *cursors = growing->cursors.at + group->first;
    size_t end = group->first + group->count, rest = 0;
    for (size_t first = group->first; first < end;) {
        struct run run = run_at(growing, first, end);
        first += run.count;
        if (is_kept(growing, &run))
            continue;
        for (size_t i = run.first; i < first; i++, rest++) {
            struct cursor moved = growing->cursors.at[i];
            growing->cursors.at[i] = cursors[rest];
            cursors[rest] = moved;
        }
    }
    sort_cursors(cursors, rest, by_cause);
    return rest;
}

/* The children of a group that are followed, largest first, are to be opened. */
static void open_children(struct growing *growing, const struct group *group)
{
    VEC(struct run) runs = {0};
    size_t end = group->first + group->count;
    for (size_t first = group->first; first < end;) {
        struct run run = run_at(growing, first, end);
        VEC_PUSH(growing->flame->memory, &runs, run);
        first += run.count;
    }
    if (runs.len)
        qsort(runs.at, runs.len, sizeof(*runs.at), by_value);
    size_t before = growing->flame->nodes.len;
    for (size_t i = 0; i < runs.len; i++)
        add_node(growing, group->node, &runs.at[i]);
    for (size_t i = 0; i < runs.len; i++) {
        struct group child = {runs.at[i].first, runs.at[i].count, (uint32_t)(before + i)};
        step_all(growing, child.first, child.count);
        heap_push(growing, child);
    }
    VEC_RELEASE(growing->flame->memory, &runs);
}

static void open_group(struct growing *growing, struct group group)
{
    sort_cursors(growing->cursors.at + group.first, group.count, by_function);
    size_t rest = gather_rest(growing, &group);
    add_selfs(growing, group.node, group.first, rest);
    group.first += rest;
    group.count -= rest;
    sort_cursors(growing->cursors.at + group.first, group.count, by_function);
    open_children(growing, &group);
}

/* Beyond the ceiling nothing is opened any more: what is left ends where it stands. */
static void close_group(struct growing *growing, const struct group *group)
{
    struct cursor *cursors = growing->cursors.at + group->first;
    sort_cursors(cursors, group->count, by_cause);
    add_selfs(growing, group->node, group->first, group->count);
}

void flame_build(struct flame *flame, const struct evidence *evidence, int64_t least,
                 size_t max_nodes)
{
    *flame = (struct flame){.memory = evidence->memory, .least = least};
    struct growing growing = {.flame = flame, .profile = evidence->profile};
    read_samples(&growing, evidence);
    struct run all = {.function = PROFILE_NONE, .value = flame->total};
    struct group root = {0, growing.cursors.len, add_node(&growing, 0, &all)};
    heap_push(&growing, root);
    while (growing.open.len) {
        struct group group = heap_pop(&growing);
        if (flame->nodes.len < max_nodes)
            open_group(&growing, group);
        else
            close_group(&growing, &group);
    }
    VEC_RELEASE(flame->memory, &growing.cursors);
    VEC_RELEASE(flame->memory, &growing.open);
}

void flame_release(struct flame *flame)
{
    VEC_RELEASE(flame->memory, &flame->nodes);
    VEC_RELEASE(flame->memory, &flame->selfs);
}
