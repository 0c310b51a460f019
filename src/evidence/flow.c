/* gc's explanation of an allocation, as steps.
 *
 * Each "from" line is a step with a category. Where the last one passes the value to a known
 * function that keeps it, the explanation of that parameter's leak goes on from there, so that
 * everything that one function stores shares its storing step. Where it ends in another allocation,
 * that one's explanation goes on (chain.c). */
#include "evidence_int.h"

enum { LEAK_DEPTH = 6, INLINED_DEPTH = 4 };

/* ---- what kind of step it is ---- */

static enum cause_category category_of_call(struct tracer *tracer, const struct step *step)
{
    struct str name = expression_called(step->expression), path, callee;
    struct str filled = expression_filled(step->expression);
    if (filled.len > 0)
        return target_is_global(tracer->atlas, step, filled) ? CAUSE_GLOBAL : CAUSE_CONTAINER;
    if (str_starts(step->expression, STR("<node "))) /* unsafe.String and the like: a conversion */
        return CAUSE_OTHER;
    if (str_is(name, "panic"))
        return CAUSE_INTERFACE;
    if (atlas_function(tracer->atlas, tracer->arena, step->import_path, name, &path, &callee))
        return CAUSE_PARAMETER;
    return CAUSE_UNKNOWN_CALL;
}

/* What the step was given: what the step before it in the same flow made ("&o", "p.next"), else the
 * flow's source, without gc's "{storage for ...}". */
static struct str passed_value(const struct story_step *step)
{
    if (!step->first_of_flow)
        return step[-1].expression;
    struct str value = step->source;
    struct str storage = STR("{storage for ");
    if (str_starts(value, storage))
        value = str_slice(value, storage.len, value.len - 1);
    return value;
}

/* Where an assignment puts what it was given: "b" of "a, b = x, y" and y. */
static struct str target_of_value(const struct story_step *told, struct str value)
{
    struct str all = expression_target(told->expression), left = all, target, source;
    struct str right = str_skip(told->expression, all.len + sizeof(" =") - 1);
    if (str_starts(right, STR("="))) /* of := */
        right = str_skip(right, 1);
    while (expression_next_part(&left, &target) && expression_next_part(&right, &source))
        if (str_equal(source, value))
            return target;
    return all; /* one value, or several of one call */
}

/* value: what the step was given. alone: no other step is told. A closure that goes to the heap
 * without one is a go or defer statement's. */
static enum cause_category category_of_step(struct tracer *tracer, const struct step *step,
                                            const struct story_step *told, struct str value,
                                            bool alone)
{
    bool to_heap = str_is(told->destination, "{heap}");
    if (str_is(step->expression, "... argument")) /* the call is the step, not its argument slice */
        return CAUSE_OTHER;
    switch (told->reason) {
    case FLOW_SPILL:
        return alone && to_heap ? CAUSE_GO_DEFER : CAUSE_CLOSURE;
    case FLOW_CALL_PARAMETER:
        return category_of_call(tracer, step);
    case FLOW_STRUCT_LITERAL_ELEMENT: case FLOW_ARRAY_LITERAL_ELEMENT:
        /* T{f: x} that has no memory of its own is a value on its way */
        return str_starts(told->destination, STR("{storage for ")) ? CAUSE_CONTAINER : CAUSE_OTHER;
    default:
        if (to_heap && flow_is_assignment(told->reason))
            return target_is_global(tracer->atlas, step, target_of_value(told, value))
                       ? CAUSE_GLOBAL : CAUSE_CONTAINER;
        return cause_category_of_reason(told->reason);
    }
}

/* ---- from a story to steps ---- */

struct flow_builder {
    struct tracer *tracer;
    VEC(uint32_t) steps;
    const struct located *function; /* that was compiled with the allocation in it */
    struct flow *flow;
    unsigned depth;
    bool in_callee; /* in the explanation of a callee's parameter */
    bool bound_to_method; /* the last explanation ends on the heap without saying how */
};

static void place_step(struct tracer *tracer, const struct story_step *told, struct step *step)
{
    struct atlas *atlas = tracer->atlas;
    uint32_t path = intern_find(&atlas->compiler->strings, told->path);
    uint32_t package = path ? compiler_index_package_of_path(atlas->index, path) : 0;
    step->import_path = package ? compiler_str(atlas->compiler, package) : STR_NONE;
    step->base_name = str_base_name(told->path);
    step->own = package && atlas_owns(atlas, step->import_path);
    step->place = (struct place){.line = told->line, .column = told->column};
    step->place.file = atlas_display(atlas, step->import_path, step->base_name, told->path);
}

/* Steps without a choice: the spill is the allocation itself (but a closure takes what it captures
 * with it), and a flow without a "from" line moves nothing. */
static bool says_nothing(const struct story_step *told)
{
    switch (told->reason) {
    case FLOW_SPILL:
        return !str_is(told->expression, "func literal");
    case FLOW_NONE: case FLOW_DOT: case FLOW_DOT_OF_POINTER: case FLOW_INDIRECTION:
    case FLOW_RANGE: case FLOW_RANGE_DEREF: case FLOW_FIXED_ARRAY_INDEX: case FLOW_SLICE:
        return true;
    default:
        return false;
    }
}

/* The category and place of a step; a step of inlined own code is where it is written. */
static struct step read_step(struct tracer *tracer, struct story_step *told, struct str value,
                             bool alone)
{
    struct step step = {.class = STEP_FLOW, .expression = told->expression};
    place_step(tracer, told, &step);
    step.category = category_of_step(tracer, &step, told, value, alone);
    for (unsigned depth = 0; depth < INLINED_DEPTH && step.category != CAUSE_OTHER && step.own &&
                             chain_written(tracer, &step, told); depth++) {
        step.expression = told->expression;
        place_step(tracer, told, &step);
        step.category = category_of_step(tracer, &step, told, value, alone);
    }
    step.class = step.category == CAUSE_RETURNED ? STEP_RETURN : STEP_FLOW;
    step.detail = expression_filled(step.expression);
    step.passed = value;
    step.boxes = told->reason == FLOW_INTERFACE_CONVERTED;
    return step;
}

static void keep_step(struct flow_builder *builder, uint32_t id)
{
    if (builder->steps.len < LIMIT_STORY_STEPS)
        VEC_PUSH(builder->tracer->atlas->memory, &builder->steps, id);
}

static void add_step(struct flow_builder *builder, const struct story *story, size_t index)
{
    struct tracer *tracer = builder->tracer;
    struct story_step told = story->steps[index];
    struct str value = passed_value(&story->steps[index]);
    struct step step = read_step(tracer, &told, value, story->count == 1);
    struct str called =
        told.reason == FLOW_CALL_PARAMETER ? expression_called(told.expression) : STR_NONE;
    uint32_t payer = payer_of_step(tracer, &step, called, &step.library_body);
    bool added;
    sb_clear(&tracer->text);
    sb_addf(&tracer->text, "%.*s/%.*s", STR_ARGS(step.import_path), STR_ARGS(step.base_name));
    struct step_key key = {.class = step.class,
                           .place = sb_str(&tracer->text),
                           .line = told.line,
                           .column = told.column,
                           .expression = told.expression};
    uint32_t id = steps_add(tracer->steps, tracer->atlas->memory, &key, &added);
    if (added) {
        step.sentence = tell_flow_step(tracer->arena, story, index);
        tracer->steps->at.at[id] = step;
    }
    keep_step(builder, id);
    if (payer != NONE)
        keep_step(builder, payer);
}

static bool holds_value(enum flow_reason reason)
{
    return reason == FLOW_STRUCT_LITERAL_ELEMENT || reason == FLOW_SLICE_LITERAL_ELEMENT ||
           reason == FLOW_ARRAY_LITERAL_ELEMENT || reason == FLOW_MAP_LITERAL_VALUE ||
           reason == FLOW_CAPTURED;
}

static void end_story(struct flow_builder *builder, uint32_t message,
                      const struct story_step *last, const struct step *step);

static void add_story(struct flow_builder *builder, uint32_t message)
{
    struct tracer *tracer = builder->tracer;
    struct story story;
    story_read(tracer->atlas->compiler, &tracer->atlas->compiler->messages.at[message],
               tracer->arena, &story);
    const struct story_step *last = NULL;
    for (size_t i = 0; i < story.count; i++) {
        builder->flow->contained |= holds_value(story.steps[i].reason);
        if (says_nothing(&story.steps[i]))
            continue;
        add_step(builder, &story, i);
        last = &story.steps[i];
    }
    if (!last || builder->depth >= LEAK_DEPTH)
        return;
    const struct story_step *end = &story.steps[story.count - 1];
    builder->bound_to_method = end->reason == FLOW_NONE && str_is(end->destination, "{heap}");
    builder->depth++;
    struct step step = {0}; /* place of the last, as gc printed it */
    place_step(tracer, last, &step);
    end_story(builder, message, last, &step);
}

/* The number of the argument whose text is `value`, or of the only argument there is. */
static int argument_number(struct str expression, struct str value, struct str callee)
{
    size_t open = expression_called(expression).len;
    struct str rest = str_slice(expression, open + 1, expression.len - 1);
    struct str argument;
    bool method = str_find(callee, STR(".")) >= 0; /* gc prints the receiver as first argument */
    for (int number = method ? -1 : 0; expression_next_part(&rest, &argument); number++) {
        if (str_ends(argument, STR("...")))
            argument.len -= 3;
        if (str_equal(argument, value))
            return number;
    }
    return -2;
}

static void continue_in_callee(struct flow_builder *builder, const struct story_step *last,
                               struct str import_path)
{
    struct str path, callee;
    struct str name = expression_called(last->expression);
    if (name.len == 0 || !atlas_function(builder->tracer->atlas, builder->tracer->arena,
                                         import_path, name, &path, &callee))
        return;
    int number = argument_number(last->expression, passed_value(last), callee);
    uint32_t message = NONE;
    if (number < -1)
        return;
    enum leak leak = parameter_leak(builder->tracer->atlas, path, callee, number, &message);
    builder->in_callee = true;
    if (message != NONE && (leak == LEAK_HEAP || leak == LEAK_CONTENT))
        add_story(builder, message);
}

/* ---- results ---- */

/* Which result of the function a flow ends in; NONE when it is none. */
static uint32_t result_number(struct tracer *tracer, struct str destination,
                              const struct located *function)
{
    uint64_t number;
    if (str_starts(destination, STR("~r")) || str_starts(destination, STR("~R")))
        return str_to_u64(str_skip(destination, 2), &number) ? (uint32_t)number : NONE;
    struct source *source = atlas_source(tracer->atlas, function->import_path, function->base_name,
                                         function->file);
    uint32_t id = source ? syntax_function_named(&source->syntax, function->name) : SYNTAX_NONE;
    if (id == SYNTAX_NONE)
        return NONE;
    const struct syntax_function *syntax = &source->syntax.functions[id];
    for (uint32_t i = 0; i < syntax->result_count; i++)
        if (str_equal(syntax->results[i].name, destination))
            return i;
    return NONE;
}

/* The last step of the explanation tells by its end what it is: a named result is returned, a
 * variable that stays in the function outlives the iteration that made the value. */
static void set_last_category(struct flow_builder *builder, enum cause_category category)
{
    if (builder->steps.len == 0)
        return;
    struct step *step = &builder->tracer->steps->at.at[builder->steps.at[builder->steps.len - 1]];
    if (step->category == CAUSE_OTHER)
        step->category = category;
    if (step->class == STEP_FLOW && category == CAUSE_RETURNED)
        step->class = STEP_RETURN;
}

/* What the explanation ends in: a callee that keeps it, a result, something that escapes itself, or
 * a variable. */
static void end_story(struct flow_builder *builder, uint32_t message,
                      const struct story_step *last, const struct step *step)
{
    struct tracer *tracer = builder->tracer;
    if (str_is(last->destination, "{heap}")) {
        if (last->reason == FLOW_CALL_PARAMETER)
            continue_in_callee(builder, last, step->import_path);
        return;
    }
    uint32_t result = builder->in_callee
                          ? NONE : result_number(tracer, last->destination, builder->function);
    if (result != NONE || last->reason == FLOW_RETURN) {
        builder->flow->returned = result != NONE;
        builder->flow->result = result;
        set_last_category(builder, CAUSE_RETURNED);
        return;
    }
    uint32_t next = builder->bound_to_method
                        ? chain_method_value(tracer->atlas, message, last, step)
                        : chain_next(tracer->atlas, message, last, step);
    if (next == NONE) {
        if (!builder->in_callee && !builder->bound_to_method &&
            !str_starts(last->destination, STR("{")))
            set_last_category(builder, CAUSE_LOOP);
        return;
    }
    builder->flow->contained = true;
    add_story(builder, next);
}

const struct flow *flow_of(struct tracer *tracer, uint32_t message, const struct located *function)
{
    bool added;
    uint64_t *at = map_put(&tracer->flows, (uint64_t)message + 1, &added);
    if (!added)
        return (const struct flow *)(uintptr_t)*at;
    struct flow *flow = ARENA_NEW(tracer->arena, struct flow);
    *at = (uint64_t)(uintptr_t)flow;
    struct flow_builder builder = {.tracer = tracer, .flow = flow, .function = function,
                                   .in_callee = function == NULL};
    add_story(&builder, message);
    flow->steps = ARENA_ARRAY(tracer->arena, uint32_t, builder.steps.len + 1);
    memcpy(flow->steps, builder.steps.at ? builder.steps.at : flow->steps,
           builder.steps.len * sizeof(uint32_t));
    flow->count = builder.steps.len;
    VEC_RELEASE(tracer->atlas->memory, &builder.steps);
    return flow;
}
