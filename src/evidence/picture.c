/* The flow graph of a cause: its allocations, the steps they share, the heap.
 *
 * G1. Node 0 is the heap. Edges lead from the allocation to the heap.
 * G2. The value of a node is the sum of the groups that pass it; at most MAX_NODES nodes are drawn,
 *     the largest groups first, so that the picture stays readable. */
#include "evidence_int.h"

enum { MAX_NODES = 40, MAX_GROUPS = 24 };

struct picture {
    const struct joiner *joiner;
    uint32_t cause_step;
    struct cause *cause;
    uint32_t step_of[MAX_NODES];
};

static uint32_t node_of(struct picture *picture, uint32_t step_id)
{
    struct cause *cause = picture->cause;
    for (uint32_t i = 1; i < cause->node_count; i++)
        if (picture->step_of[i] == step_id)
            return i;
    if (cause->node_count == MAX_NODES)
        return 0;
    const struct step *step = &picture->joiner->steps.at.at[step_id];
    struct flow_node *node = &cause->nodes[cause->node_count];
    node->kind = step_id == picture->cause_step ? FLOW_NODE_CAUSE
                 : step->class == STEP_SITE ? FLOW_NODE_SITE : FLOW_NODE_STEP;
    node->text = step->sentence.len > 0 ? step->sentence : step->expression;
    node->place = step->place;
    picture->step_of[cause->node_count] = step_id;
    return (uint32_t)cause->node_count++;
}

static void add_edge(struct cause *cause, uint32_t from, uint32_t to, int64_t value)
{
    for (size_t i = 0; i < cause->edge_count; i++)
        if (cause->edges[i].from == from && cause->edges[i].to == to) {
            add_to_sum(&cause->edges[i].value, value);
            return;
        }
    if (cause->edge_count < 2 * MAX_NODES)
        cause->edges[cause->edge_count++] = (struct flow_edge){from, to, value};
}

static void draw_group(struct picture *picture, const struct group *group)
{
    struct cause *cause = picture->cause;
    uint32_t from = NONE;
    for (size_t i = 0; i < group->link_count; i++) {
        if (!group->links[i].dominates && group->links[i].step != picture->cause_step)
            continue;
        uint32_t node = node_of(picture, group->links[i].step);
        if (node == 0) /* G2: no room */
            continue;
        add_to_sum(&cause->nodes[node].value, group->value);
        if (from != NONE && from != node)
            add_edge(cause, from, node, group->value);
        from = node;
    }
    if (from != NONE)
        add_edge(cause, from, 0, group->value);
    add_to_sum(&cause->nodes[0].value, group->value);
}

void draw_cause(const struct joiner *joiner, uint32_t cause_step, const uint32_t *groups,
                size_t group_count, struct cause *cause)
{
    struct arena *arena = &joiner->evidence->arena;
    struct picture picture = {.joiner = joiner, .cause_step = cause_step, .cause = cause};
    cause->nodes = ARENA_ARRAY(arena, struct flow_node, MAX_NODES);
    cause->edges = ARENA_ARRAY(arena, struct flow_edge, 2 * MAX_NODES);
    cause->nodes[0].kind = FLOW_NODE_HEAP; /* G1 */
    cause->nodes[0].text = STR("heap");
    cause->node_count = 1;
    for (size_t i = 0; i < group_count && i < MAX_GROUPS; i++)
        draw_group(&picture, &joiner->tracer.groups.at[groups[i]]);
}
