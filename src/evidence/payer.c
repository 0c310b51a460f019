/* The call in own code that a library's allocations are paid by.
 *
 * What a library function allocates, own code can only stop by calling it less or otherwise: so its
 * bytes belong to the call. The values that own code hands to that same call, and that are on the
 * heap only for it, belong to it too: ten values through one fmt.Errorf and what Errorf itself
 * allocates go away together. */
#include "evidence_int.h"

struct call {
    struct str import_path, base_name, file; /* of own code */
    uint32_t line;
    struct str caller, callee; /* symbols; caller may be unknown */
};

static uint32_t call_step(struct tracer *tracer, const struct call *call)
{
    bool added;
    sb_clear(&tracer->text);
    sb_addf(&tracer->text, "%.*s/%.*s", STR_ARGS(call->import_path), STR_ARGS(call->base_name));
    struct step_key key = {.class = STEP_PAYING_CALL,
                           .place = sb_str(&tracer->text),
                           .line = call->line,
                           .expression = call->callee};
    uint32_t id = steps_add(tracer->steps, tracer->atlas->memory, &key, &added);
    struct step *step = &tracer->steps->at.at[id];
    if (added) {
        *step = (struct step){.class = STEP_PAYING_CALL, .category = CAUSE_LIBRARY_CALL,
                              .own = true, .detail = call->callee,
                              .import_path = call->import_path, .base_name = call->base_name};
        step->place = (struct place){.line = call->line};
        step->place.file = atlas_display(tracer->atlas, call->import_path, call->base_name,
                                         call->file);
        step->title = atlas_function_title(tracer->atlas, call->callee);
        step->sentence = arena_fmt(tracer->arena, "%.*s is called here", STR_ARGS(step->title));
    }
    if (step->function.len == 0)
        step->function = call->caller;
    return id;
}

static size_t first_own(const struct located *functions, const struct profile_frame *frames,
                        size_t count, size_t i)
{
    while (i < count && !functions[frames[i].function].own)
        i++;
    return i;
}

/* "Sorted[...]" of "slices.Collect[...].Sorted[...]". */
static struct str last_element(struct str name)
{
    size_t begin = name.len;
    for (int depth = 0; begin > 0; begin--) {
        char c = name.ptr[begin - 1];
        depth += (c == ']') - (c == '[');
        if (c == '.' && depth == 0)
            break;
    }
    return str_skip(name, begin);
}

/* The body of a loop over an iterator is called by the iterator, which may be own code: what a
 * library's loop allocates is paid by the call of the function around it. Returns where that lies
 * on the stack, or 0. */
static size_t around_loop(const struct located *functions, const struct profile_frame *frames,
                          size_t count, size_t body)
{
    struct str name = functions[frames[body].function].name;
    if (str_find(name, STR("-range")) < 0)
        return 0;
    struct str around = last_element(root_function(name));
    for (size_t i = body + 1; i < count; i++)
        if (str_equal(last_element(functions[frames[i].function].name), around))
            return i;
    return 0;
}

uint32_t payer_of_stack(struct tracer *tracer, const struct profile_frame *frames, size_t count)
{
    const struct located *functions = tracer->atlas->functions;
    size_t i = first_own(functions, frames, count, 0);
    for (size_t around; i > 0 && i < count; i = first_own(functions, frames, count, around)) {
        around = around_loop(functions, frames, count, i - 1);
        if (around <= i)
            break;
    }
    if (i == 0 || i >= count)
        return NONE;
    const struct located *caller = &functions[frames[i].function];
    struct call call = {.import_path = caller->import_path, .base_name = caller->base_name,
                        .file = caller->file, .caller = caller->symbol,
                        .callee = functions[frames[i - 1].function].symbol,
                        .line = frames[i].line > 0 ? (uint32_t)frames[i].line : 0};
    return call_step(tracer, &call);
}

/* "fmt.errorf" in own code -> "fmt" and the symbol "fmt.errorf", when it is a library's. */
static bool library_symbol(struct tracer *tracer, struct str import_path, struct str called,
                           struct str *path, struct str *symbol)
{
    const struct atlas *atlas = tracer->atlas;
    struct str name;
    if (called.len == 0 ||
        !atlas_function(atlas, tracer->arena, import_path, called, path, &name) ||
        atlas_owns(atlas, *path))
        return false;
    *symbol = arena_fmt(tracer->arena, "%.*s.%.*s", STR_ARGS(*path),
                        STR_ARGS(without_shapes(tracer->arena, name)));
    return true;
}

/* The library function whose inlined body lies at a step. gc prints all that was inlined at one
 * call there, the outermost first: when that is own code, only a name that none but the library's
 * package can use tells its body from own code's. */
static bool library_body_at(struct tracer *tracer, const struct step *step, struct str *symbol)
{
    const struct atlas *atlas = tracer->atlas;
    bool outermost = true;
    size_t count;
    const uint32_t *at = compiler_index_at(atlas->index, step->import_path, step->base_name,
                                           step->place.line, &count);
    for (size_t i = 0; i < count; i++) {
        const struct message *message = &atlas->compiler->messages.at[at[i]];
        if (message->kind != MESSAGE_INLINING_CALL || message->column != step->place.column)
            continue;
        struct str path;
        if (library_symbol(tracer, step->import_path, inlined_callee(message), &path, symbol) &&
            (outermost || names_private(step->expression, atlas_package_name(atlas, path))))
            return true;
        outermost = false;
    }
    return false;
}

uint32_t payer_of_step(struct tracer *tracer, const struct step *step, struct str called,
                       bool *library_body)
{
    struct call call = {.import_path = step->import_path, .base_name = step->base_name,
                        .file = step->place.file, .line = step->place.line};
    struct str path;
    *library_body = step->own && library_body_at(tracer, step, &call.callee);
    if (*library_body ||
        (step->own && library_symbol(tracer, step->import_path, called, &path, &call.callee)))
        return call_step(tracer, &call);
    return NONE;
}

uint32_t payer_of_message(struct tracer *tracer, uint32_t index)
{
    const struct compiler *compiler = tracer->atlas->compiler;
    const struct message *message = &compiler->messages.at[index];
    struct str path = compiler_str(compiler, message->path);
    struct step step = {.own = true, .expression = message->text,
                        .base_name = str_base_name(path),
                        .place = {.file = path, .line = message->line, .column = message->column}};
    uint32_t package = compiler_index_package_of_path(tracer->atlas->index, message->path);
    step.import_path = package ? compiler_str(compiler, package) : STR_NONE;
    bool library_body;
    uint32_t payer = payer_of_step(tracer, &step, STR_NONE, &library_body);
    return library_body ? payer : NONE;
}
