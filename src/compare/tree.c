/* tree.c: both sides' stacks in one tree of calls, for the differential flame graph.
 *
 * A node is a function below its caller; callers are the same when their symbols are. */
#include "compare/compare_int.h"

#include <math.h>
#include <stdlib.h>

struct tree {
    const struct memory *memory;
    size_t max_nodes;
    struct map children; /* of parent and name: index */
    VEC(struct compare_node) nodes; /* function: a string id until the tree is finished */
    bool cut;
};

struct tree *tree_new(const struct memory *memory, size_t max_nodes)
{
    struct tree *tree = memory_get(memory, sizeof(*tree));
    *tree = (struct tree){.memory = memory, .max_nodes = max_nodes};
    map_init(&tree->children, memory);
    const struct compare_node root = {0};
    VEC_PUSH(memory, &tree->nodes, root);
    return tree;
}

void tree_free(struct tree *tree)
{
    if (!tree)
        return;
    map_release(&tree->children);
    VEC_RELEASE(tree->memory, &tree->nodes);
    memory_put(tree->memory, tree);
}

/* The child of that name; the parent itself when there is no room for more. */
static uint32_t child_of(struct tree *tree, uint32_t parent, uint32_t name)
{
    bool added;
    uint64_t key = (uint64_t)parent << 32 | name, *known = map_get(&tree->children, key);
    if (known)
        return (uint32_t)*known;
    if (tree->nodes.len >= tree->max_nodes) {
        tree->cut = true;
        return parent;
    }
    const struct compare_node node = {.parent = parent, .function = name};
    *map_put(&tree->children, key, &added) = tree->nodes.len;
    VEC_PUSH(tree->memory, &tree->nodes, node);
    return (uint32_t)(tree->nodes.len - 1);
}

/* Adds one stack, from the root outwards to the leaf. */
static void add_stack(struct tree *tree, const struct profile *profile, const uint32_t *names,
                      size_t sample, struct compare_node *amount)
{
    struct profile_frame frames[LIMIT_PROFILE_FRAMES];
    size_t count = profile_frames(profile, sample, frames, NULL, LIMIT_PROFILE_FRAMES);
    uint32_t node = 0;
    if (count > LIMIT_PROFILE_FRAMES)
        count = LIMIT_PROFILE_FRAMES;
    for (size_t i = count + 1; i-- > 0;) {
        tree->nodes.at[node].value[0] += amount->value[0];
        tree->nodes.at[node].value[1] += amount->value[1];
        uint32_t before = node;
        if (i > 0)
            node = child_of(tree, node, names[frames[i - 1].function]);
        if (node == before)
            break;
    }
}

void tree_add(struct tree *tree, struct intern *strings, enum compare_side side,
              const struct gather_run *run, uint32_t type)
{
    const struct profile *profile = run->profile;
    uint32_t *names = memory_get(tree->memory, profile->functions.len * sizeof(*names));
    for (size_t i = 0; i < profile->functions.len; i++)
        names[i] = intern_add(strings, profile_string(profile, profile->functions.at[i].name));
    for (size_t i = 0; i < profile->samples.len; i++) {
        struct compare_node amount = {0};
        amount.value[side] = (double)profile_value(profile, i, type) * run->factor;
        if (amount.value[side] > 0)
            add_stack(tree, profile, names, i, &amount);
    }
    memory_put(tree->memory, names);
}

static double larger(const struct compare_node *node)
{
    return fmax(node->value[COMPARE_OLD], node->value[COMPARE_NEW]);
}

/* Node indexes of what the page shows: a node is kept when it is large enough, and then its parent
 * is too. kept[i] is the new index + 1. */
static size_t keep(const struct tree *tree, double least, uint32_t *kept)
{
    size_t count = 0;
    for (size_t i = 0; i < tree->nodes.len; i++) {
        kept[i] = 0;
        if (i == 0 || (larger(&tree->nodes.at[i]) >= least && kept[tree->nodes.at[i].parent]))
            kept[i] = (uint32_t)++count;
    }
    return count;
}

/* *least: the least value at which no more than LIMIT_PAGE_FLAME_NODES are left. */
static size_t keep_enough(const struct tree *tree, uint32_t *kept, double *least)
{
    *least = larger(&tree->nodes.at[0]) / LIMIT_PAGE_FLAME_PARTS;
    size_t count = keep(tree, *least, kept);
    while (count > LIMIT_PAGE_FLAME_NODES) {
        *least *= 1.5;
        count = keep(tree, *least, kept);
    }
    return count;
}

void tree_finish(struct tree *tree, const struct intern *strings, const double *scales,
                 struct comparison *comparison)
{
    for (size_t i = 0; i < tree->nodes.len; i++)
        for (int side = 0; side < COMPARE_SIDES; side++)
            tree->nodes.at[i].value[side] *= scales[side];
    uint32_t *kept = memory_get(tree->memory, tree->nodes.len * sizeof(*kept));
    double least;
    comparison->node_count = keep_enough(tree, kept, &least);
    comparison->tree_least = comparison->node_count < tree->nodes.len ? least : 0;
    comparison->nodes = ARENA_ARRAY(&comparison->arena, struct compare_node,
                                    comparison->node_count);
    comparison->tree_names = ARENA_ARRAY(&comparison->arena, struct str, comparison->node_count);
    for (size_t i = 0; i < tree->nodes.len; i++) {
        if (!kept[i])
            continue;
        struct compare_node *node = &comparison->nodes[kept[i] - 1];
        *node = tree->nodes.at[i];
        node->parent = kept[node->parent] - 1;
        comparison->tree_names[kept[i] - 1] =
            str_copy(&comparison->arena, intern_str(strings, node->function));
        node->function = kept[i] - 1;
    }
    comparison->tree_cut = tree->cut;
    memory_put(tree->memory, kept);
}
