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

/* Of files alone, what the profile keeps apart by function has the same name: one place. */
static void join_places(struct graph *graph)
{
    struct intern names;
    VEC(uint32_t) first = {0}; /* by name: its first place */
    intern_init(&names, graph->report->view->memory);
    for (size_t i = 0; i < graph->slots.len; i++) {
        uint32_t place = graph->slots.at[i];
        if (graph->places.at[place].name || graph->places.at[place].address)
            continue;
        uint32_t name = intern_add(&names, graph_place_name(graph, place));
        while (first.len <= name)
            VEC_PUSH(graph->report->view->memory, &first, CALL_NONE);
        if (first.at[name] == CALL_NONE)
            first.at[name] = place;
        graph->slots.at[i] = first.at[name];
    }
    VEC_RELEASE(graph->report->view->memory, &first);
    intern_release(&names);
}

/* Adds a stack's value to what ends in its innermost call, and to what goes through each of its
 * calls, once. last[call] is the last stack that was added there, plus one. */
static void add_sums(const struct graph *graph, const struct call_cursor *cursor,
                     struct view_calls *calls, uint32_t *last)
{
    const struct view *view = graph->report->view;
    struct view_span stack = view->stacks.at[graph->weights.at[cursor->stack].stack];
    bool innermost = true;
    for (uint32_t i = 0; i < stack.count; i++) {
        uint32_t location = view->stack_locations.at[stack.first + i];
        for (uint32_t at = graph->location_first[location];
             at < graph->location_first[location + 1]; at++) {
            uint32_t call = graph->slots.at[at];
            if (innermost)
                calls->flat[call] = added(calls->flat[call], cursor->value);
            if (last[call] != cursor->stack + 1)
                calls->cum[call] = added(calls->cum[call], cursor->value);
            last[call] = cursor->stack + 1;
            innermost = false;
        }
    }
}

static void grow(struct graph *graph, const struct calls_request *request)
{
    const struct memory *memory = graph->report->view->memory;
    VEC(struct call_cursor) cursors = {0};
    size_t calls = graph->places.len;
    uint32_t *last = memory_get(memory, (calls + 1) * sizeof(*last));
    int64_t total = 0;
    memset(last, 0, (calls + 1) * sizeof(*last));
    for (size_t i = 0; i < graph->weights.len; i++) {
        struct call_cursor cursor = cursor_for(graph, i);
        request->out->below_zero |= cursor.value < 0;
        if (cursor.value <= 0)
            continue;
        total = total > INT64_MAX - cursor.value ? INT64_MAX : total + cursor.value;
        add_sums(graph, &cursor, request->out, last);
        VEC_PUSH(memory, &cursors, cursor);
    }
    memory_put(memory, last);
    struct call_stacks stacks = {cursors.at, cursors.len, step, graph};
    int64_t least = request->max_nodes ? total / LIMIT_PAGE_FLAME_PARTS : 0;
    call_tree_grow(&request->out->tree, &stacks, least > 0 ? least : 1,
                   request->max_nodes ? request->max_nodes : SIZE_MAX, memory);
    VEC_RELEASE(memory, &cursors);
}

static void keep_names(struct graph *graph, struct view_calls *calls)
{
    calls->names = ARENA_ARRAY(&calls->arena, struct str, graph->places.len + 1);
    for (uint32_t call = 0; call < calls->call_count; call++)
        if (calls->cum[call])
            calls->names[call] = str_copy(&calls->arena, graph_place_name(graph, call));
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
    join_places(&graph);
    calls->call_count = graph.places.len;
    calls->flat = ARENA_ARRAY(&calls->arena, int64_t, calls->call_count + 1);
    calls->cum = ARENA_ARRAY(&calls->arena, int64_t, calls->call_count + 1);
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
