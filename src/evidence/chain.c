/* Where gc's explanation of an allocation goes on.
 *
 * gc explains why a value escapes up to the first place that escapes itself: a value in a literal
 * up to "{storage for &T{...}}", a captured variable up to "{storage for func literal}", a value
 * kept in a variable that was moved to the heap up to that variable
 * (cmd/compile/internal/escape/solve.go, explainPath: the walk's root). That place has an
 * explanation of its own, which goes on from there. And where code was inlined, gc names the
 * outermost call: the step itself stands in the callee.
 *
 * N1. The next explanation is of the same package's compilation and of the same outermost function,
 *     and it is the nearest at or before the step: a literal's position is not behind its
 *     elements'.
 * N2. A step of inlined code is looked for in the callee's own explanations by its text, and when
 *     it has none in its source; of several places with that text none is taken. */
#include "evidence_int.h"

enum { LINES_BACK = 2000 };

/* What an explanation's flow ends in, as gc would print it: "&T{...}" or "o"; empty for the heap.
 */
static struct str ending_expression(const struct story_step *last)
{
    struct str storage = STR("{storage for "), value = last->destination;
    if (str_starts(value, storage))
        return str_slice(value, storage.len, value.len - 1);
    return str_starts(value, STR("{")) ? STR_NONE : value;
}

static bool same_root(const struct compiler *compiler, uint32_t a, uint32_t b)
{
    return a == 0 || b == 0 || a == b ||
           str_equal(root_function(compiler_str(compiler, a)),
                     root_function(compiler_str(compiler, b)));
}

static bool explains(const struct compiler *compiler, const struct message *story,
                     const struct message *from, struct str expression)
{
    return story->kind == MESSAGE_STORY_ESCAPES && story->package == from->package &&
           story != from && str_starts(story->text, expression) &&
           str_starts(str_skip(story->text, expression.len), STR(" escapes to heap")) &&
           same_root(compiler, story->function, from->function);
}

/* The record of a message's explanation: the message itself when it is one. */
static const struct message *story_of(const struct compiler *compiler,
                                      const struct message *message)
{
    return message->story ? &compiler->messages.at[message->story - 1] : message;
}

uint32_t chain_next(const struct atlas *atlas, uint32_t message, const struct story_step *last,
                    const struct step *step)
{
    const struct compiler *compiler = atlas->compiler;
    const struct message *from = story_of(compiler, &compiler->messages.at[message]);
    struct str expression = ending_expression(last);
    if (expression.len == 0)
        return NONE;
    uint32_t first = last->line > LINES_BACK ? last->line - LINES_BACK : 1;
    for (uint32_t line = last->line; line >= first; line--) {
        size_t count;
        const uint32_t *at = compiler_index_at(atlas->index, step->import_path, step->base_name,
                                               line, &count);
        uint32_t best = NONE, best_column = 0;
        for (size_t i = 0; i < count; i++) {
            const struct message *story = &compiler->messages.at[at[i]];
            if (!explains(compiler, story, from, expression) ||
                (line == last->line && story->column > last->column) ||
                (best != NONE && story->column < best_column))
                continue;
            best = at[i];
            best_column = story->column;
        }
        if (best != NONE) /* N1 */
            return best;
    }
    return NONE;
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (!is_name_byte(text.ptr[i]))
            return false;
    return text.len > 0;
}

/* Is it the explanation of a method value of the variable, "state.Iterator"? A field that becomes
 * an interface looks the same, but does not take the variable with it. */
static bool binds_method(const struct compiler *compiler, const struct message *story,
                         const struct message *from, struct str variable)
{
    ptrdiff_t verdict = str_find(story->text, STR(" escapes to heap"));
    struct str expression = verdict > 0 ? str_slice(story->text, 0, (size_t)verdict) : STR_NONE;
    struct str method = str_skip(expression, variable.len);
    return story->kind == MESSAGE_STORY_ESCAPES && story->package == from->package &&
           str_starts(expression, variable) && str_starts(method, STR(".")) &&
           is_name(str_skip(method, 1)) &&
           same_root(compiler, story->function, from->function);
}

uint32_t chain_method_value(const struct atlas *atlas, uint32_t message,
                            const struct story_step *last, const struct step *step)
{
    const struct compiler *compiler = atlas->compiler;
    const struct message *from = story_of(compiler, &compiler->messages.at[message]);
    struct str variable = ending_expression(last);
    for (uint32_t line = last->line; variable.len > 0 && line < last->line + LINES_BACK; line++) {
        size_t count;
        const uint32_t *at = compiler_index_at(atlas->index, step->import_path, step->base_name,
                                               line, &count);
        for (size_t i = 0; i < count; i++)
            if (binds_method(compiler, &compiler->messages.at[at[i]], from, variable))
                return at[i];
    }
    return NONE;
}

/* ---- steps of inlined code ---- */

struct search {
    struct tracer *tracer;
    enum flow_reason reason;
    struct str expression; /* as the callee's own package prints it */
    const struct syntax_function *function;
    struct story_step found;
    size_t count; /* of different places */
};

/* A promoted method's wrapper has no place; a generic one's has the place of the declaration. */
static bool is_wrapper(const struct search *search, const struct story_step *step)
{
    return str_is(step->path, "<autogenerated>") ||
           (step->line == search->function->line && step->column == search->function->column);
}

static void search_story(struct search *search, uint32_t message)
{
    struct tracer *tracer = search->tracer;
    struct story story;
    story_read(tracer->atlas->compiler, &tracer->atlas->compiler->messages.at[message],
               &tracer->scratch, &story);
    for (size_t i = 0; i < story.count; i++) {
        const struct story_step *step = &story.steps[i];
        if (step->reason != search->reason || !str_equal(step->expression, search->expression) ||
            is_wrapper(search, step))
            continue;
        if (search->count > 0 && search->found.line == step->line &&
            search->found.column == step->column)
            continue;
        search->found = *step;
        search->count++;
    }
}

/* Looks through the explanations that a function's own compilation has. */
static void search_function(struct search *search, struct str import_path,
                            const struct source *source)
{
    const struct atlas *atlas = search->tracer->atlas;
    const struct syntax_function *function = search->function;
    for (uint32_t line = function->first_line; line <= function->last_line; line++) {
        size_t count;
        const uint32_t *at =
            compiler_index_at(atlas->index, import_path, source->base_name, line, &count);
        for (size_t i = 0; i < count; i++) {
            enum message_kind kind = atlas->compiler->messages.at[at[i]].kind;
            if (kind == MESSAGE_STORY_ESCAPES || kind == MESSAGE_STORY_LEAKS)
                search_story(search, at[i]);
        }
    }
    arena_clear(&search->tracer->scratch);
}

/* A generic function has explanations only as part of its callers: its source is looked through. */
static bool step_in_source(const struct search *search, const struct source *source,
                           struct str path, struct story_step *told)
{
    uint32_t line, column, id = (uint32_t)(search->function - source->syntax.functions);
    if (!syntax_find_text(&source->syntax, id, search->expression, search->tracer->arena, &line,
                          &column))
        return false;
    told->expression = search->expression;
    told->path = path;
    told->line = line;
    told->column = column;
    return true;
}

/* The step as the inlined function has it, when that is own code and says where. */
static bool step_in_callee(struct tracer *tracer, const struct step *step, struct str callee,
                           struct story_step *told)
{
    struct atlas *atlas = tracer->atlas;
    struct str path, name;
    if (!atlas_function(atlas, tracer->arena, step->import_path, callee, &path, &name) ||
        !atlas_owns(atlas, path))
        return false;
    struct source *source;
    struct str file;
    const struct syntax_function *function = callee_declared(atlas, path, name, &source, &file);
    if (!function)
        return false;
    struct search search = {.tracer = tracer, .reason = told->reason, .function = function,
                            .expression = told->expression};
    if (!str_equal(path, step->import_path))
        search.expression = unqualified(tracer->arena, told->expression,
                                        atlas_package_name(atlas, path));
    search_function(&search, path, source);
    if (search.count == 0)
        return step_in_source(&search, source, file, told);
    if (search.count != 1) /* N2 */
        return false;
    told->expression = search.found.expression;
    told->path = search.found.path;
    told->line = search.found.line;
    told->column = search.found.column;
    return true;
}

bool chain_written(struct tracer *tracer, const struct step *step, struct story_step *told)
{
    const struct atlas *atlas = tracer->atlas;
    size_t count;
    const uint32_t *at = compiler_index_at(atlas->index, step->import_path, step->base_name,
                                           told->line, &count);
    for (size_t i = 0; i < count; i++) {
        const struct message *message = &atlas->compiler->messages.at[at[i]];
        if (message->kind == MESSAGE_INLINING_CALL && message->column == told->column &&
            step_in_callee(tracer, step, inlined_callee(message), told))
            return true;
    }
    return false;
}

struct str inlined_callee(const struct message *message)
{
    return str_skip(message->text, sizeof("inlining call to ") - 1);
}
