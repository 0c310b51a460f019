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
 * N2. A step of inlined code is looked for in the callee's own explanations by its text; of several
 *     places with that text none is taken. */
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

/* ---- steps of inlined code ---- */

struct search {
    struct tracer *tracer;
    enum flow_reason reason;
    struct str expression; /* as the callee's own package prints it */
    struct story_step found;
    size_t count; /* of different places */
};

static void search_story(struct search *search, uint32_t message)
{
    struct tracer *tracer = search->tracer;
    struct story story;
    story_read(tracer->atlas->compiler, &tracer->atlas->compiler->messages.at[message],
               &tracer->scratch, &story);
    for (size_t i = 0; i < story.count; i++) {
        const struct story_step *step = &story.steps[i];
        if (step->reason != search->reason || !str_equal(step->expression, search->expression))
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
                            const struct source *source, uint32_t id)
{
    const struct atlas *atlas = search->tracer->atlas;
    const struct syntax_function *function = &source->syntax.functions[id];
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

/* The step as the inlined function has it, when that is own code and says where. */
static bool step_in_callee(struct tracer *tracer, const struct step *step, struct str callee,
                           struct story_step *told)
{
    struct atlas *atlas = tracer->atlas;
    struct str path, name;
    if (!atlas_function(atlas, tracer->arena, step->import_path, callee, &path, &name) ||
        !atlas_owns(atlas, path))
        return false;
    const struct judged_function *judged = compiler_index_function(atlas->index, path, name);
    struct str file = compiler_str(atlas->compiler,
                                   atlas->compiler->messages.at[judged->message].path);
    struct source *source = atlas_source(atlas, path, str_base_name(file), file);
    uint32_t id = source ? syntax_function_named(&source->syntax, judged->name) : SYNTAX_NONE;
    if (id == SYNTAX_NONE)
        return false;
    struct search search = {.tracer = tracer, .reason = told->reason,
                            .expression = told->expression};
    if (!str_equal(path, step->import_path))
        search.expression = unqualified(tracer->arena, told->expression, package_name(path));
    search_function(&search, path, source, id);
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
