/* Which steps to change: the fewest, each taking as many bytes off the heap as it can.
 *
 * R1. Only dominating steps count (evidence.h, E3), and of those the best there are: steps in own
 *     code before others (a change in the standard library is no advice; nor is a step inside an
 *     inlined library body, for an allocation of the library's), and steps with a known remedy
 *     before mere assignments.
 * R2. Greedy: the step that carries most of what is left is a cause and takes those groups; each
 *     group is taken once, so causes add up to what is explained (E1).
 * R3. Of a returned value whose callers are known, what they do with it is the cause, not that it
 *     is returned: the bytes are split by the callers.
 * R4. Of equal steps the category that stands first in categories.h wins; then, of returns, the one
 *     nearest to the allocation, of other steps the one nearest to the heap; then the place. Never
 *     an address or an order of arrival. */
#include "evidence_int.h"

#include <stdlib.h>

struct weighed {
    uint32_t step;
    double weight;
    uint32_t order; /* position in the trace of the first group: larger is nearer to the heap */
};

struct ranking {
    struct group *groups;
    size_t group_count;
    const struct steps *steps;
    double *weights;         /* by step: what its free groups would bring */
    uint32_t *first, *next;  /* by step: list of (group) through entries */
    uint32_t *entry_group;
    uint32_t *order;         /* by step */
    struct weighed *heap;
    size_t heap_len;
};

/* Does the step only pass on a value that is known to be kept, or to die, later? R3. */
static bool hands_on(const struct group *group, const struct step *step)
{
    return group->followed && (step->class == STEP_RETURN || step->class == STEP_CALL ||
                               step->class == STEP_SITE);
}

/* How good a candidate a link is; 0: none. R1. */
static int quality(const struct group *group, size_t link, const struct steps *steps)
{
    const struct step *step = &steps->at.at[group->links[link].step];
    if (!group->links[link].dominates)
        return 0;
    bool own = step->own && !(step->library_body && !steps->at.at[group->links[0].step].own);
    bool known = step->category != CAUSE_OTHER && !hands_on(group, step);
    return 1 + known + 2 * own;
}

static int best_quality(const struct group *group, const struct steps *steps)
{
    int best = 0;
    for (size_t i = 0; i < group->link_count; i++) {
        int this = quality(group, i, steps);
        best = this > best ? this : best;
    }
    return best;
}

static double weight_of(const struct group *group)
{
    return group->value < 0 ? -(double)group->value : (double)group->value;
}

static int compare_places(const struct place *a, const struct place *b)
{
    int order = str_compare(a->file, b->file);
    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    return order != 0 ? order : (a->column > b->column) - (a->column < b->column);
}

/* Does a rank before b? R4. */
static bool before(const struct ranking *ranking, const struct weighed *a, const struct weighed *b)
{
    if (a->weight != b->weight)
        return a->weight > b->weight;
    const struct step *x = &ranking->steps->at.at[a->step], *y = &ranking->steps->at.at[b->step];
    if (x->category != y->category)
        return x->category < y->category;
    if (a->order != b->order)
        return (a->order > b->order) != (x->category == CAUSE_RETURNED);
    int order = compare_places(&x->place, &y->place);
    return order != 0 ? order < 0 : str_compare(x->expression, y->expression) < 0;
}

/* ---- a binary heap, largest first ---- */

static void sift_down(struct ranking *ranking, size_t at)
{
    for (;;) {
        size_t best = at;
        for (size_t child = 2 * at + 1; child <= 2 * at + 2; child++)
            if (child < ranking->heap_len &&
                before(ranking, &ranking->heap[child], &ranking->heap[best]))
                best = child;
        if (best == at)
            return;
        struct weighed swap = ranking->heap[at];
        ranking->heap[at] = ranking->heap[best];
        ranking->heap[best] = swap;
        at = best;
    }
}

static void drop_top(struct ranking *ranking)
{
    ranking->heap[0] = ranking->heap[--ranking->heap_len];
    sift_down(ranking, 0);
}

/* ---- building ---- */

static size_t count_entries(const struct group *groups, size_t count)
{
    size_t entries = 0;
    for (size_t i = 0; i < count; i++)
        entries += groups[i].link_count;
    return entries;
}

static void enter_group(struct ranking *ranking, uint32_t index, uint32_t *entries)
{
    const struct group *group = &ranking->groups[index];
    int best = best_quality(group, ranking->steps);
    for (size_t i = 0; i < group->link_count; i++) {
        if (quality(group, i, ranking->steps) != best)
            continue;
        uint32_t step = group->links[i].step, entry = (*entries)++;
        ranking->entry_group[entry] = index;
        ranking->next[entry] = ranking->first[step];
        ranking->first[step] = entry;
        ranking->weights[step] += weight_of(group);
        if (ranking->order[step] < i + 1)
            ranking->order[step] = (uint32_t)i + 1;
    }
}

static void build(struct ranking *ranking, const struct memory *memory)
{
    size_t steps = ranking->steps->at.len + 1;
    size_t entries = count_entries(ranking->groups, ranking->group_count) + 1;
    ranking->weights = memory_get(memory, steps * sizeof(double));
    ranking->first = memory_get(memory, steps * sizeof(uint32_t));
    ranking->order = memory_get(memory, steps * sizeof(uint32_t));
    ranking->heap = memory_get(memory, steps * sizeof(struct weighed));
    ranking->next = memory_get(memory, entries * sizeof(uint32_t));
    ranking->entry_group = memory_get(memory, entries * sizeof(uint32_t));
    memset(ranking->weights, 0, steps * sizeof(double));
    memset(ranking->first, 0xff, steps * sizeof(uint32_t));
    memset(ranking->order, 0, steps * sizeof(uint32_t));
    uint32_t used = 0;
    for (size_t i = 0; i < ranking->group_count; i++)
        enter_group(ranking, (uint32_t)i, &used);
    for (uint32_t step = 0; step + 1 < steps; step++)
        if (ranking->first[step] != NONE)
            ranking->heap[ranking->heap_len++] = (struct weighed){
                .step = step, .weight = ranking->weights[step], .order = ranking->order[step]};
    for (size_t at = ranking->heap_len; at-- > 0;)
        sift_down(ranking, at);
}

static void release(struct ranking *ranking, const struct memory *memory)
{
    memory_put(memory, ranking->weights);
    memory_put(memory, ranking->first);
    memory_put(memory, ranking->order);
    memory_put(memory, ranking->heap);
    memory_put(memory, ranking->next);
    memory_put(memory, ranking->entry_group);
}

/* ---- choosing ---- */

static double free_weight(const struct ranking *ranking, uint32_t step, bool *any)
{
    double weight = 0;
    *any = false;
    for (uint32_t entry = ranking->first[step]; entry != NONE; entry = ranking->next[entry]) {
        const struct group *group = &ranking->groups[ranking->entry_group[entry]];
        if (group->cause != NONE)
            continue;
        *any = true;
        weight += weight_of(group);
    }
    return weight;
}

static void take(struct ranking *ranking, uint32_t step, uint32_t cause, struct ranked *out)
{
    *out = (struct ranked){.step = step};
    for (uint32_t entry = ranking->first[step]; entry != NONE; entry = ranking->next[entry]) {
        struct group *group = &ranking->groups[ranking->entry_group[entry]];
        if (group->cause != NONE)
            continue;
        group->cause = cause;
        add_to_sum(&out->value, group->value);
        out->samples += group->samples;
        out->variance += group->variance;
    }
}

size_t rank_groups(struct group *groups, size_t group_count, const struct steps *steps,
                   const struct memory *memory, struct arena *arena, struct ranked **ranked)
{
    struct ranking ranking = {.groups = groups, .group_count = group_count, .steps = steps};
    build(&ranking, memory);
    *ranked = ARENA_ARRAY(arena, struct ranked, ranking.heap_len + 1);
    size_t count = 0;
    while (ranking.heap_len > 0) {
        struct weighed top = ranking.heap[0];
        bool any;
        double weight = free_weight(&ranking, top.step, &any);
        if (!any) {
            drop_top(&ranking);
        } else if (weight < top.weight) { /* others took part of it: weigh again */
            ranking.heap[0].weight = weight;
            sift_down(&ranking, 0);
        } else { /* R2 */
            take(&ranking, top.step, (uint32_t)count, &(*ranked)[count]);
            count++;
            drop_top(&ranking);
        }
    }
    release(&ranking, memory);
    return count;
}
