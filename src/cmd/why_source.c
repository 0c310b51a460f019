/* why: what the source knows better than gc's text: where a function ends, and what is a
 * parameter. */
#include "why.h"

#include "syntax/syntax.h"

/* The source of one file; functions empty when it cannot be read. */
struct why_source {
    struct arena arena;
    struct file file;
    struct syntax_file syntax;
};

static void source_open(struct why_view *view, struct why_source *source, struct str path)
{
    struct diag_sink *quiet = diag_sink_new(&view->cmd->memory); /* a missing source is no fault */
    char *name = arena_strndup(&source->arena, path.ptr, path.len);
    if (file_exists(name) &&
        file_open(&source->file, name, &view->cmd->memory, quiet) == STATUS_OK) {
        struct str text = {(const char *)source->file.bytes, source->file.size};
        syntax_read(&source->syntax, text, &source->arena);
    }
    diag_sink_free(quiet);
}

static void source_close(struct why_source *source)
{
    if (source->file.bytes)
        file_close(&source->file);
    source->syntax = (struct syntax_file){0};
    arena_clear(&source->arena);
}

static bool is_before(const struct token *token, const struct message *message)
{
    return token->line < message->line ||
           (token->line == message->line && token->column < message->column);
}

/* The innermost function with the place in its text; a func literal's own "func" lies outside. */
static const struct syntax_function *function_around(const struct syntax_file *syntax,
                                                     const struct message *message)
{
    const struct syntax_function *found = NULL;
    for (size_t i = 0; i < syntax->function_count; i++) {
        const struct syntax_function *function = &syntax->functions[i];
        if (function->last_line < message->line || function->first_line > message->line)
            continue;
        if (is_before(&syntax->tokens[function->func], message) &&
            !is_before(&syntax->tokens[function->body_end], message))
            found = function; /* S3: inner ones come later */
    }
    return found;
}

static bool is_at(const struct syntax_param *param, const struct message *message)
{
    return param->line == message->line && param->column == message->column;
}

static bool is_parameter_of(const struct syntax_function *function, const struct message *message)
{
    if (function->receiver.type.len && is_at(&function->receiver, message))
        return true;
    for (size_t i = 0; i < function->param_count; i++) {
        if (is_at(&function->params[i], message))
            return true;
    }
    return false;
}

/* gc names the function in its story (Go 1.25 and newer); inlining calls name another one. */
static bool is_told(const struct compiler *compiler, const struct message *message)
{
    if (message->kind == MESSAGE_CAN_INLINE || message->kind == MESSAGE_CANNOT_INLINE ||
        message->kind == MESSAGE_CAPTURING)
        return true;
    if (!message->story)
        return false;
    return message_names_function(&compiler->messages.at[message->story - 1]);
}

static void site_ask(const struct why_view *view, const struct syntax_file *syntax,
                     struct why_site *site, struct arena *arena)
{
    const struct message *message = &view->compiler->messages.at[site->message];
    const struct syntax_function *function = function_around(syntax, message);
    if (message->kind == MESSAGE_STAYS && message->column)
        site->parameter = function && is_parameter_of(function, message);
    if (!is_told(view->compiler, message)) /* package-level values belong to init */
        site->function = function ? str_copy(arena, function->name) : STR("init");
}

struct str why_source_function(struct why_view *view, const struct inline_place *place)
{
    struct why_source source = {.file = {.memory = &view->cmd->memory}};
    arena_init(&source.arena, &view->cmd->memory);
    source_open(view, &source, compiler_str(view->compiler, place->path));
    struct message at = {.line = place->line, .column = (uint16_t)place->column};
    const struct syntax_function *function = function_around(&source.syntax, &at);
    struct str name = function ? str_copy(&view->arena, function->name) : STR_NONE;
    source_close(&source);
    arena_release(&source.arena);
    return name;
}

void why_ask_source(struct why_view *view)
{
    struct why_source source = {.file = {.memory = &view->cmd->memory}};
    arena_init(&source.arena, &view->cmd->memory);
    for (size_t i = 0; i < view->sites.len; i++) {
        struct why_site *site = &view->sites.at[i];
        if (i == 0 || site->file != view->sites.at[i - 1].file) {
            source_close(&source);
            source_open(view, &source, view->files.at[site->file]);
        }
        if (source.syntax.function_count)
            site_ask(view, &source.syntax, site, &view->arena);
    }
    source_close(&source);
    arena_release(&source.arena);
}
