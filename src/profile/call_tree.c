/* call_tree.c: many stacks as one tree of calls, cut while it is built.
 *
 * A tree of all stacks of a large profile has millions of nodes of which a screen shows some
 * thousand. So stacks are sorted into their places level by level, from the root: those that share
 * the calls so far stand side by side in one array, and a group that is too small is never opened.
 * Memory is in proportion to the stacks and to the nodes that are kept.
 *
 * C1. A group is cursors[first..first+count), all with the same calls up to its node.
 * C2. A cursor stands on the call that follows its group's node, or has none left.
 * C3. A node's value is the sum of its children's values and of its own selfs. */
#include <stdlib.h>

#include "profile_int.h"

struct open_group {
    size_t first, count;
    uint32_t node;
};

struct growing {
    struct call_tree *tree;
    const struct call_stacks *stacks;
    VEC(struct open_group) open; /* children not yet known: a heap, dearest first */
};

/* ---- the heap of open groups ---- */

/* The dearest group is opened next, so that the ceiling cuts what matters least. */
static bool is_before(const struct growing *growing, size_t a, size_t b)
{
    const struct open_group *left = &growing->open.at[a], *right = &growing->open.at[b];
    int64_t left_value = growing->tree->nodes.at[left->node].value;
    int64_t right_value = growing->tree->nodes.at[right->node].value;
    return left_value != right_value ? left_value > right_value : left->node < right->node;
}

static void heap_swap(struct growing *growing, size_t a, size_t b)
{
    struct open_group kept = growing->open.at[a];
    growing->open.at[a] = growing->open.at[b];
    growing->open.at[b] = kept;
}

static void heap_push(struct growing *growing, struct open_group group)
{
    VEC_PUSH(growing->tree->memory, &growing->open, group);
    for (size_t i = growing->open.len - 1; i && is_before(growing, i, (i - 1) / 2); i = (i - 1) / 2)
        heap_swap(growing, i, (i - 1) / 2);
}

static struct open_group heap_pop(struct growing *growing)
{
    struct open_group dearest = growing->open.at[0];
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

static int by_call(const void *left, const void *right)
{
    const struct call_cursor *a = left, *b = right;
    if (a->call != b->call)
        return a->call < b->call ? -1 : 1;
    if (a->label != b->label)
        return a->label < b->label ? -1 : 1;
    return a->stack < b->stack ? -1 : a->stack > b->stack;
}

static int by_label(const void *left, const void *right)
{
    const struct call_cursor *a = left, *b = right;
    if (a->label != b->label)
        return a->label < b->label ? -1 : 1;
    return a->stack < b->stack ? -1 : a->stack > b->stack;
}

static void sort_cursors(struct call_cursor *cursors, size_t count,
                         int (*compare)(const void *, const void *))
{
    if (count > 1)
        qsort(cursors, count, sizeof(*cursors), compare);
}

struct run {
    size_t first, count;
    int64_t value;
    uint32_t call;
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
    struct run run = {.first = first, .call = growing->stacks->cursors[first].call};
    while (first < end && growing->stacks->cursors[first].call == run.call)
        run.value = add_saturating(run.value, growing->stacks->cursors[first++].value);
    run.count = first - run.first;
    return run;
}

/* What ends in a node or is not followed any further, by label. */
static void add_selfs(struct growing *growing, uint32_t node, size_t first, size_t count)
{
    struct call_tree *tree = growing->tree;
    struct call_cursor *cursors = growing->stacks->cursors + first;
    size_t before = tree->selfs.len;
    for (size_t i = 0; i < count; i++) {
        if (tree->selfs.len == before ||
            tree->selfs.at[tree->selfs.len - 1].label != cursors[i].label) {
            struct call_self self = {.node = node, .label = cursors[i].label};
            VEC_PUSH(tree->memory, &tree->selfs, self);
        }
        struct call_self *self = &tree->selfs.at[tree->selfs.len - 1];
        self->value = add_saturating(self->value, cursors[i].value);
    }
}

static void step_all(struct growing *growing, size_t first, size_t count)
{
    for (size_t i = first; i < first + count; i++)
        growing->stacks->step(growing->stacks->ctx, &growing->stacks->cursors[i]);
}

static uint32_t add_node(struct growing *growing, uint32_t parent, const struct run *run)
{
    struct call_node node = {.parent = parent, .call = run->call, .value = run->value};
    VEC_PUSH(growing->tree->memory, &growing->tree->nodes, node);
    return (uint32_t)(growing->tree->nodes.len - 1);
}

static bool is_kept(const struct growing *growing, const struct run *run)
{
    return run->call != CALL_NONE && run->value >= growing->tree->least;
}

/* Moves the runs that are not followed to the group's front, in order of label, and gives their
 * number of samples. */
static size_t gather_rest(struct growing *growing, const struct open_group *group)
{
    struct call_cursor *cursors = growing->stacks->cursors + group->first;
    size_t end = group->first + group->count, rest = 0;
    for (size_t first = group->first; first < end;) {
        struct run run = run_at(growing, first, end);
        first += run.count;
        if (is_kept(growing, &run))
            continue;
        for (size_t i = run.first; i < first; i++, rest++) {
            struct call_cursor moved = growing->stacks->cursors[i];
            growing->stacks->cursors[i] = cursors[rest];
            cursors[rest] = moved;
        }
    }
    sort_cursors(cursors, rest, by_label);
    return rest;
}

/* The children of a group that are followed, largest first, are to be opened. */
static void open_children(struct growing *growing, const struct open_group *group)
{
    VEC(struct run) runs = {0};
    size_t end = group->first + group->count;
    for (size_t first = group->first; first < end;) {
        struct run run = run_at(growing, first, end);
        VEC_PUSH(growing->tree->memory, &runs, run);
        first += run.count;
    }
    if (runs.len)
        qsort(runs.at, runs.len, sizeof(*runs.at), by_value);
    size_t before = growing->tree->nodes.len;
    for (size_t i = 0; i < runs.len; i++)
        add_node(growing, group->node, &runs.at[i]);
    for (size_t i = 0; i < runs.len; i++) {
        struct open_group child = {runs.at[i].first, runs.at[i].count, (uint32_t)(before + i)};
        step_all(growing, child.first, child.count);
        heap_push(growing, child);
    }
    VEC_RELEASE(growing->tree->memory, &runs);
}

static void open_group(struct growing *growing, struct open_group group)
{
    sort_cursors(growing->stacks->cursors + group.first, group.count, by_call);
    size_t rest = gather_rest(growing, &group);
    add_selfs(growing, group.node, group.first, rest);
    group.first += rest;
    group.count -= rest;
    sort_cursors(growing->stacks->cursors + group.first, group.count, by_call);
    open_children(growing, &group);
}

/* Beyond the ceiling nothing is opened any more: what is left ends where it stands. */
static void close_group(struct growing *growing, const struct open_group *group)
{
    struct call_cursor *cursors = growing->stacks->cursors + group->first;
    sort_cursors(cursors, group->count, by_label);
    add_selfs(growing, group->node, group->first, group->count);
}

void call_tree_grow(struct call_tree *tree, const struct call_stacks *stacks, int64_t least,
                    size_t max_nodes, const struct memory *memory)
{
    *tree = (struct call_tree){.memory = memory, .least = least};
    struct growing growing = {.tree = tree, .stacks = stacks};
    for (size_t i = 0; i < stacks->count; i++)
        tree->total = add_saturating(tree->total, stacks->cursors[i].value);
    struct run all = {.call = CALL_NONE, .value = tree->total};
    struct open_group root = {0, stacks->count, add_node(&growing, 0, &all)};
    if (stacks->count)
        heap_push(&growing, root);
    while (growing.open.len) {
        struct open_group group = heap_pop(&growing);
        if (tree->nodes.len < max_nodes)
            open_group(&growing, group);
        else
            close_group(&growing, &group);
    }
    VEC_RELEASE(memory, &growing.open);
}

void call_tree_release(struct call_tree *tree)
{
    VEC_RELEASE(tree->memory, &tree->nodes);
    VEC_RELEASE(tree->memory, &tree->selfs);
}
