/* tell: a step of a story as a sentence. */
#include "compiler/compiler_int.h"

/* "{storage for X}" is X; a variable is itself; "{heap}" and "{temp}" are no name. */
static struct str holder_of(struct str destination)
{
    if (str_starts(destination, STR("{storage for ")) && str_ends(destination, STR("}")))
        return str_slice(destination, sizeof("{storage for ") - 1, destination.len - 1);
    return str_starts(destination, STR("{")) ? STR_NONE : destination;
}

/* gc's names for results without one ("~r0", before Go 1.22 "~R0"). */
static bool is_nameless_result(struct str name)
{
    name = str_skip(name, (size_t)(str_find_last(name, '.') + 1)); /* "lib.~r0" */
    return name.len > 2 && name.ptr[0] == '~' && (name.ptr[1] == 'r' || name.ptr[1] == 'R');
}

/* Whether the step itself says all there is to say. */
static bool is_complete(enum flow_reason reason)
{
    return reason == FLOW_RETURN || reason == FLOW_SEND || reason == FLOW_TOO_LARGE ||
           reason == FLOW_TOO_ALIGNED || reason == FLOW_ZERO_SIZED ||
           reason == FLOW_NON_CONSTANT_SIZE;
}

/* What is allocated, where the expression alone does not say it. */
static const char *allocation_words(struct str expression)
{
    switch (site_kind_of(MESSAGE_ESCAPES, expression)) {
    case SITE_INTERFACE:
        return "is copied to new memory, to become the value of an interface";
    case SITE_VARIADIC:
        return "the slice of arguments is allocated";
    case SITE_APPEND:
        return "allocates a larger array when the old one is full";
    case SITE_CLOSURE:
        return "is allocated, with room for what it captures";
    default:
        return flow_reason_sentence(FLOW_SPILL);
    }
}

/* Where the value is after the last step of a flow. */
static void holder_tell(const struct story_step *step, bool last, struct sb *out)
{
    struct str holder = holder_of(step->destination);
    bool heap = str_is(step->destination, "{heap}");
    if (step->reason == FLOW_CALL_PARAMETER && heap)
        sb_adds(out, " that may keep it");
    else if (flow_is_assignment(step->reason) && is_nameless_result(holder))
        sb_adds(out, " as the result of an inlined call");
    else if (flow_is_assignment(step->reason) && holder.len)
        sb_addf(out, " to %.*s", STR_ARGS(holder));
    else if (heap)
        sb_adds(out, flow_is_assignment(step->reason) ? " to something that outlives the function"
                                                 : ", where it outlives the function");
    else if (holder.len)
        sb_addf(out, "; %.*s holds it", STR_ARGS(holder));
    if (last && !heap)
        sb_adds(out, ", which lives longer");
}

/* gc counts append among the calls: what is appended goes to the heap with the slice's array
 * (escape/call.go, OAPPEND). */
static bool is_appended(const struct story_step *step)
{
    return step->reason == FLOW_CALL_PARAMETER && str_is(step->destination, "{heap}") &&
           str_is(expression_called(step->expression), "append");
}

static void tell_step(const struct story_step *step, bool last_of_flow, bool last,
                      struct sb *out)
{
    if (step->expression.len)
        sb_addf(out, "%.*s: ", STR_ARGS(step->expression));
    if (is_appended(step)) {
        sb_adds(out, "is appended to a slice, whose elements may outlive the function");
        return;
    }
    bool allocation = step->reason == FLOW_SPILL;
    sb_adds(out, allocation ? allocation_words(step->expression)
                            : flow_reason_sentence(step->reason));
    if (last_of_flow && !is_complete(step->reason))
        holder_tell(step, last, out);
    else if (step->reason == FLOW_RETURN && last)
        sb_adds(out, ", so it outlives the function");
}

void story_tell(const struct story *story, size_t index, struct sb *out)
{
    const struct story_step *step = &story->steps[index];
    bool last = index + 1 == story->count;
    tell_step(step, last || story->steps[index + 1].first_of_flow, last, out);
}
