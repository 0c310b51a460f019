/* track.c: what a register holds before a call, found by walking backwards.
 *
 * T1. The value of a place after an instruction is what the instruction writes there, or, if it
 *     does not touch it, the value before it.
 * T2. Where ways meet, the value is known when it is the same on all of them. A way that leads back
 *     to where the question came from adds nothing: what it carries came in on another way. That is
 *     true of copies only; so a sum or a load of such a value is unknown.
 * T3. A stack slot is the variable's own as long as no address of it is taken: see slot_is_safe.
 * T4. On entry a register holds an argument; a slot above the frame is the caller's. */
#include "decoder.h"

enum { SEEN_MAX = 512, DEPTH_MAX = 200 };

struct question {
    uint32_t index; /* before this leader */
    struct place place;
    struct value answer;
};

struct track {
    const struct decoder *decoder;
    struct body *body;
    struct question seen[SEEN_MAX];
    unsigned seen_count, depth;
    uint64_t steps;
    struct budget *budget;
    int cut; /* the enum binary_limit that ended the search, or -1 */
    bool number; /* a number is asked for, not the address of a type */
};

static const struct value unknown = {VALUE_UNKNOWN, 0};

static struct value value_before(struct track *track, uint32_t index, struct place place);

struct value value_meet(struct value a, struct value b)
{
    if (a.kind == VALUE_NONE)
        return b;
    if (b.kind == VALUE_NONE || (a.kind == b.kind && a.number == b.number))
        return a;
    return unknown;
}

static bool same_place(struct place a, struct place b)
{
    return a.slot == b.slot && a.number == b.number;
}

/* ---- stack slots ---- */

static bool may_step(struct track *track)
{
    if (++track->steps > track->budget->limits->max[BINARY_LIMIT_TRACK_STEPS])
        track->cut = BINARY_LIMIT_TRACK_STEPS;
    else if (track->budget->instructions == 0)
        track->cut = BINARY_LIMIT_JOB_STEPS;
    else
        track->budget->instructions--;
    return track->cut < 0;
}

static void find_taken(struct track *track)
{
    struct body *body = track->body;
    for (uint32_t i = 0; i < body->list.len; i++) {
        struct action action;
        if (body->list.at[i].flow != FLOW_NEXT)
            continue;
        if (track->budget->instructions == 0) {
            track->cut = BINARY_LIMIT_JOB_STEPS;
            return;
        }
        track->budget->instructions--;
        decoder_action(track->decoder, body, i, &action);
        if (action.takes_stack)
            VEC_PUSH(body->memory, &body->taken, action.taken);
    }
    body->taken_known = true;
}

/* Is the slot out of reach for pointers? The address of the slot itself must never be taken. For a
 * number, nor may an address below: the variable there could reach up to the slot and be written
 * through the pointer. The address of a type descriptor is never part of such a variable that is
 * then given to the allocator: interfaces hold types too, but Go code outside of the runtime and
 * reflect cannot allocate by them. */
static bool slot_is_safe(struct track *track, int32_t number)
{
    struct body *body = track->body;
    if (!body->taken_known)
        find_taken(track);
    if (!body->taken_known)
        return false;
    for (size_t i = 0; i < body->taken.len; i++)
        if (body->taken.at[i] == number || (track->number && body->taken.at[i] < number))
            return false;
    return true;
}

/* ---- one instruction ---- */

static struct value add(struct value value, int64_t number)
{
    if (value.kind != VALUE_NUMBER)
        return unknown; /* T2 */
    value.number += (uint64_t)number;
    return value;
}

static struct value load(struct track *track, uint32_t index, const struct effect *effect)
{
    struct value base = {VALUE_NUMBER, 0};
    if (effect->from.number >= 0)
        base = value_before(track, index, effect->from);
    if (base.kind != VALUE_NUMBER)
        return unknown;
    const unsigned char *at =
        image_constant(track->body->image, base.number + (uint64_t)effect->number, 8);
    return at ? (struct value){VALUE_NUMBER, read_u64(at)} : unknown;
}

static struct value evaluate(struct track *track, uint32_t index, const struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_CONSTANT:
        return (struct value){VALUE_NUMBER, (uint64_t)effect->number};
    case EFFECT_COPY:
        if (effect->from.slot && !slot_is_safe(track, effect->from.number))
            return unknown;
        return value_before(track, index, effect->from);
    case EFFECT_ADD:
        return add(value_before(track, index, effect->from), effect->number);
    case EFFECT_LOAD:
        return load(track, index, effect);
    case EFFECT_SELECT:
        return value_meet(value_before(track, index, effect->from),
                    value_before(track, index, effect->other));
    case EFFECT_UNKNOWN:
        break;
    }
    return unknown;
}

static bool overlaps(const struct effect *effect, struct place place)
{
    return effect->to.slot && place.slot && effect->to.number < place.number + 8 &&
           place.number < effect->to.number + effect->width;
}

/* A function's first result comes back in the register of its first argument (abi-internal.md). */
static bool is_result(const struct track *track, uint32_t index, struct place place)
{
    const struct body *body = track->body;
    const struct instruction *instruction = &body->list.at[index];
    if (instruction->flow != FLOW_CALL || place.slot ||
        place.number != argument_register(body->image->machine, 0))
        return false;
    const struct target *target = targets_at(body->targets, body_target(body, instruction));
    return target && target->callee;
}

/* Does the instruction write the place? Then *value is what it holds afterwards. */
static bool written(struct track *track, uint32_t index, struct place place, struct value *value)
{
    struct action action;
    if (is_result(track, index, place)) {
        *value = (struct value){VALUE_RESULT, index};
        return true;
    }
    decoder_action(track->decoder, track->body, index, &action);
    for (unsigned i = 0; i < action.count; i++) {
        const struct effect *effect = &action.effects[i];
        if (same_place(effect->to, place) && (!place.slot || effect->width == 8)) {
            *value = evaluate(track, index, effect);
            return true;
        }
        if (overlaps(effect, place)) {
            *value = unknown;
            return true;
        }
    }
    *value = unknown;
    return place.slot ? action.moves_stack : (action.lost >> place.number & 1);
}

/* ---- the way back ---- */

static struct value value_after(struct track *track, uint32_t index, struct place place)
{
    struct value value;
    if (written(track, index, place, &value))
        return value;
    return value_before(track, index, place);
}

static size_t first_edge(const struct body *body, uint32_t to)
{
    size_t low = 0, high = body->edges.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (body->edges.at[middle].to < to)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* All ways to a leader. */
static struct value all_ways(struct track *track, uint32_t index, struct place place)
{
    const struct body *body = track->body;
    struct value value = {VALUE_NONE, 0};
    if (body->lost)
        return unknown;
    if (index == 0)
        value = place.slot ? unknown : (struct value){VALUE_ARGUMENT, (uint64_t)place.number};
    else if (body_falls_through(body, index - 1))
        value = value_after(track, index - 1, place);
    for (size_t i = first_edge(body, index);
         i < body->edges.len && body->edges.at[i].to == index && value.kind != VALUE_UNKNOWN; i++)
        value = value_meet(value, value_after(track, body->edges.at[i].from, place));
    return value;
}

/* T2: a question that is being asked already answers NONE until it has an answer. */
static struct value at_leader(struct track *track, uint32_t index, struct place place)
{
    for (unsigned i = 0; i < track->seen_count; i++)
        if (track->seen[i].index == index && same_place(track->seen[i].place, place))
            return track->seen[i].answer;
    if (track->seen_count == SEEN_MAX || track->depth == DEPTH_MAX)
        return unknown;
    unsigned mine = track->seen_count++;
    track->seen[mine] = (struct question){.index = index, .place = place};
    track->depth++;
    struct value value = all_ways(track, index, place);
    track->depth--;
    track->seen[mine].answer = value;
    return value;
}

static struct value value_before(struct track *track, uint32_t index, struct place place)
{
    const struct body *body = track->body;
    while (index > 0 && !body->list.at[index].leader && body_falls_through(body, index - 1)) {
        struct value value;
        if (!may_step(track))
            return unknown;
        if (written(track, --index, place, &value))
            return value;
    }
    return at_leader(track, index, place);
}

struct value track_register(const struct decoder *decoder, struct body *body, uint32_t index,
                            int number, bool is_number, struct budget *budget)
{
    struct track track;
    track.decoder = decoder;
    track.body = body;
    track.seen_count = track.depth = 0;
    track.steps = 0;
    track.number = is_number;
    track.budget = budget;
    track.cut = -1;
    struct value value = value_before(&track, index, (struct place){.number = number});
    if (track.cut >= 0)
        budget->cut[track.cut]++;
    return value;
}
