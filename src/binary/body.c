/* body.c: the instructions of one function, in order, and the edges between them.
 *
 * Requires: the function's bytes, all of one segment. Provides: body->list by offset; leaders
 * marked; edges for every direct branch within the function and for every indirect jump whose table
 * is understood. Where one is not, `lost` says that a leader may have further predecessors. */
#include "binary_int.h"

#include <stdlib.h>

enum { MAX_JUMP_TABLE = 65536, SPARE_EDGES = 65536 };

/* Index of the instruction at an offset, or BODY_OUTSIDE. */
static uint32_t body_find(const struct body *body, uint32_t offset)
{
    size_t low = 0, high = body->list.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (body->list.at[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    return low < body->list.len && body->list.at[low].offset == offset ? (uint32_t)low
                                                                       : BODY_OUTSIDE;
}

bool body_falls_through(const struct body *body, uint32_t index)
{
    const struct instruction *instruction = &body->list.at[index];
    if (instruction->flow == FLOW_CALL) {
        const struct target *target =
            targets_at(body->targets, body_target(body, instruction));
        return !target || target->effect != CALL_ENDS;
    }
    return instruction->flow == FLOW_NEXT || instruction->flow == FLOW_BRANCH;
}

static void add_edge(struct body *body, uint32_t from, uint32_t to)
{
    struct edge edge = {.to = to, .from = from};
    body->list.at[to].leader = true;
    VEC_PUSH(body->memory, &body->edges, edge);
}

/* A table of code addresses ends where an entry is not one of this function's instructions. Where
 * two tables lie side by side the second's targets come along: more ways than there are, which can
 * only make an answer less certain. */
static bool add_table(struct body *body, uint32_t from, uint64_t table)
{
    for (uint32_t i = 0; i < MAX_JUMP_TABLE; i++) {
        const unsigned char *at = image_constant(body->image, table + 8 * (uint64_t)i, 8);
        uint64_t target = at ? read_u64(at) - body->entry : UINT64_MAX;
        uint32_t to = target < body->size ? body_find(body, (uint32_t)target) : BODY_OUTSIDE;
        if (to == BODY_OUTSIDE)
            return i > 0;
        if (body->edges.len > body->list.len + SPARE_EDGES)
            return false; /* damaged: many tables that share their entries */
        add_edge(body, from, to);
    }
    return false; /* it goes on */
}

static void add_edges(struct body *body, const struct decoder *decoder)
{
    for (uint32_t i = 0; i < body->list.len; i++) {
        const struct instruction *instruction = &body->list.at[i];
        if (instruction->flow == FLOW_BRANCH || instruction->flow == FLOW_JUMP) {
            if (instruction->target == BODY_OUTSIDE)
                continue;
            uint32_t to = body_find(body, instruction->target);
            if (to == BODY_OUTSIDE)
                body->lost = true; /* into the middle of an instruction */
            else
                add_edge(body, i, to);
        } else if (instruction->flow == FLOW_INDIRECT) {
            uint64_t table = body->image->machine == MACHINE_AMD64
                                 ? amd64_jump_table(decoder, body, i)
                                 : arm64_jump_table(decoder, body, i);
            if (!table || !add_table(body, i, table))
                body->lost = true;
        }
    }
}

static int by_target(const void *a, const void *b)
{
    const struct edge *left = a, *right = b;
    if (left->to != right->to)
        return left->to < right->to ? -1 : 1;
    return left->from < right->from ? -1 : left->from > right->from;
}

void body_read(struct body *body, const struct decoder *decoder, uint64_t entry,
               const unsigned char *bytes, uint32_t size)
{
    body->entry = entry;
    body->bytes = bytes;
    body->size = size;
    body->list.len = 0;
    body->edges.len = 0;
    body->lost = body->taken_known = false;
    body->taken.len = 0;
    if (body->image->machine == MACHINE_AMD64)
        amd64_list(decoder, body);
    else
        arm64_list(body);
    add_edges(body, decoder);
    if (body->edges.len > 1)
        qsort(body->edges.at, body->edges.len, sizeof(*body->edges.at), by_target);
}

void body_release(struct body *body)
{
    VEC_RELEASE(body->memory, &body->list);
    VEC_RELEASE(body->memory, &body->edges);
    VEC_RELEASE(body->memory, &body->taken);
}

uint64_t body_target(const struct body *body, const struct instruction *instruction)
{
    return body->image->machine == MACHINE_AMD64 ? amd64_target(body, instruction)
                                                 : arm64_target(body, instruction);
}
