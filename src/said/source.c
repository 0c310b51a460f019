/* said: what the source knows better than gc's text: where a function ends, and what is a
 * parameter. */
#include "said.h"

#include "syntax/syntax.h"

/* The source of one file; functions empty when it cannot be read. */
struct said_source {
    struct arena arena;
    struct file file;
    struct syntax_file syntax;
};

static void source_open(struct said *sites, struct said_source *source, struct str path)
{
    struct diag_sink *quiet = diag_sink_new(sites->memory); /* a missing source is no fault */
    char *name = arena_strndup(&source->arena, path.ptr, path.len);
    if (file_exists(name) &&
        file_open(&source->file, name, sites->memory, quiet) == STATUS_OK) {
        struct str text = {(const char *)source->file.bytes, source->file.size};
        syntax_read(&source->syntax, text, &source->arena);
    }
    diag_sink_free(quiet);
}

static void source_close(struct said_source *source)
{
    if (source->file.bytes)
        file_close(&source->file);
    source->syntax = (struct syntax_file){0};
    arena_clear(&source->arena);
}

static bool is_before(const struct token *token, uint32_t line, uint32_t column)
{
    return token->line < line || (token->line == line && token->column < column);
}

const struct syntax_function *said_function_around(const struct syntax_file *syntax, uint32_t line,
                                                    uint32_t column)
{
    const struct syntax_function *found = NULL;
    for (size_t i = 0; i < syntax->function_count; i++) {
        const struct syntax_function *function = &syntax->functions[i];
        if (function->last_line < line || function->first_line > line)
            continue;
        if (is_before(&syntax->tokens[function->func], line, column) &&
            !is_before(&syntax->tokens[function->body_end], line, column))
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

static void site_ask(const struct said *sites, const struct syntax_file *syntax,
                     struct said_site *site, struct arena *arena)
{
    const struct message *message = &sites->compiler->messages.at[site->message];
    const struct syntax_function *function =
        said_function_around(syntax, message->line, message->column);
    if (message->kind == MESSAGE_STAYS && message->column)
        site->parameter = function && is_parameter_of(function, message);
    if (!is_told(sites->compiler, message)) /* package-level values belong to init */
        site->function = function ? str_copy(arena, function->name) : STR("init");
}

struct str said_source_function(struct said *sites, const struct inline_place *place)
{
    struct said_source source = {.file = {.memory = sites->memory}};
    arena_init(&source.arena, sites->memory);
    source_open(sites, &source, compiler_str(sites->compiler, place->path));
    const struct syntax_function *function =
        said_function_around(&source.syntax, place->line, place->column);
    struct str name = function ? str_copy(&sites->arena, function->name) : STR_NONE;
    source_close(&source);
    arena_release(&source.arena);
    return name;
}

void said_ask_source(struct said *sites)
{
    struct said_source source = {.file = {.memory = sites->memory}};
    arena_init(&source.arena, sites->memory);
    for (size_t i = 0; i < sites->list.len; i++) {
        struct said_site *site = &sites->list.at[i];
        if (i == 0 || site->file != sites->list.at[i - 1].file) {
            source_close(&source);
            source_open(sites, &source, sites->files.at[site->file]);
        }
        if (source.syntax.function_count)
            site_ask(sites, &source.syntax, site, &sites->arena);
    }
    source_close(&source);
    arena_release(&source.arena);
}
