/* calls.c: what is left of a profile as one tree of calls (profile.h, call_tree_grow). */
#include "view/view_int.h"

/* A cursor's `locations` are those of its stack that are not yet done, its `frames` the places of
 * the last of them that are not. */
static void enter_location(const struct graph *graph, struct view_span stack,
                           struct call_cursor *cursor)
{
    const struct view *view = graph->report->view;
    uint32_t location = view->stack_locations.at[stack.first + cursor->locations - 1];
    cursor->frames = graph->location_first[location + 1] - graph->location_first[location];
}

static void step(const void *ctx, struct call_cursor *cursor)
{
    const struct graph *graph = ctx;
    const struct view *view = graph->report->view;
    struct view_span stack = view->stacks.at[graph->weights.at[cursor->stack].stack];
    cursor->call = CALL_NONE;
    while (cursor->locations && cursor->call == CALL_NONE) {
        uint32_t location = view->stack_locations.at[stack.first + cursor->locations - 1];
        if (cursor->frames)
            cursor->call =
                graph->slots.at[graph->location_first[location] + --cursor->frames];
        if (!cursor->frames && --cursor->locations)
            enter_location(graph, stack, cursor);
    }
}

static struct call_cursor cursor_for(const struct graph *graph, size_t index)
{
    const struct view *view = graph->report->view;
    const struct weight *weight = &graph->weights.at[index];
    struct view_span stack = view->stacks.at[weight->stack];
    struct call_cursor cursor = {.stack = (uint32_t)index, .locations = stack.count,
                                 .value = divided(weight->value, weight->divisor)};
    if (graph->report->ratio != 1)
        cursor.value = to_int64((double)cursor.value * graph->report->ratio);
    if (stack.count)
        enter_location(graph, stack, &cursor);
    step(graph, &cursor);
    return cursor;
}

static void grow(struct graph *graph, const struct calls_request *request)
{
    const struct memory *memory = graph->report->view->memory;
    VEC(struct call_cursor) cursors = {0};
    int64_t total = 0;
    for (size_t i = 0; i < graph->weights.len; i++) {
        struct call_cursor cursor = cursor_for(graph, i);
        request->out->below_zero |= cursor.value < 0;
        if (cursor.value <= 0)
            continue;
        total = total > INT64_MAX - cursor.value ? INT64_MAX : total + cursor.value;
        VEC_PUSH(memory, &cursors, cursor);
    }
    struct call_stacks stacks = {cursors.at, cursors.len, step, graph};
    int64_t least = request->max_nodes ? total / LIMIT_PAGE_FLAME_PARTS : 0;
    call_tree_grow(&request->out->tree, &stacks, least > 0 ? least : 1,
                   request->max_nodes ? request->max_nodes : SIZE_MAX, memory);
    VEC_RELEASE(memory, &cursors);
}

static void keep_names(struct graph *graph, struct view_calls *calls)
{
    calls->call_count = graph->places.len;
    calls->names = ARENA_ARRAY(&calls->arena, struct str, graph->places.len + 1);
    for (size_t i = 1; i < calls->tree.nodes.len; i++) {
        uint32_t call = calls->tree.nodes.at[i].call;
        if (!calls->names[call].ptr)
            calls->names[call] = str_copy(&calls->arena, graph_place_name(graph, call));
    }
}

enum status calls_write(struct report *report)
{
    const struct view *view = report->view;
    struct view_calls *calls = report->calls->out;
    struct graph graph;
    *calls = (struct view_calls){.time_nanos = view->time_nanos};
    arena_init(&calls->arena, view->memory);
    calls->type = str_copy(&calls->arena, report->type_name);
    calls->unit = str_copy(&calls->arena, report->type_unit);
    graph_init(&graph, report);
    grow(&graph, report->calls);
    keep_names(&graph, calls);
    graph_release(&graph);
    return STATUS_OK;
}

void view_calls_release(struct view_calls *calls)
{
    call_tree_release(&calls->tree);
    arena_release(&calls->arena);
}
