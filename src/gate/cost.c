/* cost: what a new site is going to cost, judged by what its function does in a profile.
 *
 * A heap profile does not count calls. What it shows is how often the function's other allocations
 * ran: the busiest of its lines is the best witness of how often the new one will, and the size of
 * what it allocates of how large that will be. A function of which the profile shows no allocation
 * of its own is judged by what passes through it. All of that is said with the estimate. */
#include "gate_int.h"

/* What the profile knows of one function. */
struct function_cost {
    int64_t through;       /* bytes of stacks that it is on */
    int64_t flat, objects; /* of its own lines; of the busiest one */
    int64_t line_objects, line_bytes, line;
};

struct line_sum {
    int64_t objects, bytes;
};

struct gate_costs {
    const struct profile *profile;
    const struct memory *memory;
    int space, objects; /* sample types; objects -1 when there is none */
    int64_t total;
    struct map functions; /* hash of the name: index + 1 */
    struct map lines;     /* hash of name and line: index + 1 into sums */
    VEC(struct function_cost) costs;
    VEC(struct line_sum) sums;
};

static uint64_t name_hash(struct str name)
{
    return hash_bytes(name.ptr ? name.ptr : "", name.len) | 1;
}

static struct str frame_name(const struct gate_costs *costs, const struct profile_frame *frame)
{
    const struct profile *profile = costs->profile;
    return intern_str(&profile->strings, profile->functions.at[frame->function].name);
}

static struct function_cost *cost_at(struct gate_costs *costs, uint64_t name)
{
    bool added;
    uint64_t *index = map_put(&costs->functions, name, &added);
    if (added) {
        VEC_PUSH(costs->memory, &costs->costs, ((struct function_cost){.line = 0}));
        *index = costs->costs.len;
    }
    return &costs->costs.at[*index - 1];
}

/* The leaf of the code's own: the allocation's line. */
static void leaf_add(struct gate_costs *costs, const struct profile_frame *frame, int64_t objects,
                     int64_t bytes)
{
    bool added;
    uint64_t name = name_hash(frame_name(costs, frame));
    uint64_t *index = map_put(&costs->lines, hash_mix(name, (uint64_t)frame->line), &added);
    if (added) {
        VEC_PUSH(costs->memory, &costs->sums, ((struct line_sum){0, 0}));
        *index = costs->sums.len;
    }
    struct line_sum *sum = &costs->sums.at[*index - 1];
    sum->objects += objects;
    sum->bytes += bytes;
    struct function_cost *cost = cost_at(costs, name);
    cost->flat += bytes;
    if (sum->objects >= cost->line_objects) {
        cost->line_objects = sum->objects;
        cost->line_bytes = sum->bytes;
        cost->line = frame->line;
    }
}

static bool is_runtime(struct str name)
{
    return str_starts(name, STR("runtime."));
}

/* Each function of a stack once. */
static void sample_add(struct gate_costs *costs, size_t sample, struct map *seen)
{
    const struct profile *profile = costs->profile;
    const struct profile_stack *stack = &profile->stacks.at[profile->samples.at[sample].stack];
    int64_t bytes = profile_value(profile, sample, (uint32_t)costs->space);
    int64_t objects =
        costs->objects < 0 ? 0 : profile_value(profile, sample, (uint32_t)costs->objects);
    bool leaf = true, added;
    map_clear(seen);
    for (uint32_t i = 0; i < stack->count; i++) {
        uint32_t at = profile->stack_locations.at[stack->first + i];
        const struct profile_location *location = &profile->locations.at[at];
        for (uint32_t k = 0; k < location->frame_count; k++) {
            const struct profile_frame *frame = &profile->frames.at[location->first_frame + k];
            struct str name = frame_name(costs, frame);
            if (leaf && is_runtime(name))
                continue;
            if (leaf)
                leaf_add(costs, frame, objects, bytes);
            leaf = false;
            map_put(seen, name_hash(name), &added);
            if (added)
                cost_at(costs, name_hash(name))->through += bytes;
        }
    }
}

struct gate_costs *gate_costs_new(const struct profile *profile, const struct memory *memory)
{
    struct gate_costs *costs = memory_get(memory, sizeof(*costs));
    *costs = (struct gate_costs){.profile = profile, .memory = memory};
    map_init(&costs->functions, memory);
    map_init(&costs->lines, memory);
    costs->space = profile_type_index(profile, STR("alloc_space"));
    costs->objects = profile_type_index(profile, STR("alloc_objects"));
    if (costs->space < 0)
        costs->space = profile_type_index(profile, STR_NONE);
    if (costs->space < 0)
        return costs;
    costs->total = profile_total(profile, (uint32_t)costs->space);
    struct map seen;
    map_init(&seen, memory);
    for (size_t i = 0; i < profile->samples.len; i++)
        sample_add(costs, i, &seen);
    map_release(&seen);
    return costs;
}

void gate_costs_free(struct gate_costs *costs)
{
    if (!costs)
        return;
    map_release(&costs->functions);
    map_release(&costs->lines);
    VEC_RELEASE(costs->memory, &costs->costs);
    VEC_RELEASE(costs->memory, &costs->sums);
    memory_put(costs->memory, costs);
}

static struct str ground_of(const struct function_cost *cost, struct arena *arena)
{
    struct sb out;
    sb_init(&out, arena->memory);
    if (cost->line_objects > 0)
        sb_addf(&out, "line %lld of its function allocated %lld objects of %lld bytes on average "
                      "in the profile; the new one is taken to be as frequent and as large",
                (long long)cost->line, (long long)cost->line_objects,
                (long long)(cost->line_bytes / cost->line_objects));
    else
        sb_addf(&out, "%lld bytes of the profile were allocated below its function, none by its "
                      "own lines: how often it runs is not known", (long long)cost->through);
    struct str text = str_copy(arena, sb_str(&out));
    sb_release(&out);
    return text;
}

struct gate_cost gate_cost_of(struct gate_costs *costs, const struct gate_site *site,
                              double hot_share, struct arena *arena)
{
    struct gate_cost result = {.known = true};
    const uint64_t *index = map_get(&costs->functions, name_hash(site->function));
    if (!index || costs->total <= 0) {
        result.ground = STR("its function is not in the profile");
        return result;
    }
    const struct function_cost *cost = &costs->costs.at[*index - 1];
    result.share = 100.0 * (double)cost->through / (double)costs->total;
    result.hot = result.share >= hot_share;
    result.bytes = cost->line_bytes;
    result.ground = ground_of(cost, arena);
    return result;
}
