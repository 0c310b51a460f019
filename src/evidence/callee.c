/* What a call in a caller's source calls.
 *
 * K1. "F", "pkg.F", "x.M" and "x.field.M" are followed through declared types (syntax_named_of); a
 *     method counts only when gc judged one of that name on that type.
 * K2. A method called through an interface is unknown to gc, unless it can see the one concrete
 *     type behind it (cmd/compile/internal/devirtualize, static): after inlining, a constructor
 *     that has one result that is no interface before it is returned. */
#include "evidence_int.h"

static struct str find_dir(void *ctx, struct str import_path)
{
    return atlas_directory(ctx, import_path);
}

struct syntax_types *sites_types(struct sites *sites)
{
    if (!sites->types)
        sites->types = syntax_types_new(sites->atlas->memory, find_dir, sites->atlas);
    return sites->types;
}

/* The method of a declared type, as gc names it. */
static enum callee_kind method_of(const struct sites *sites, const struct syntax_named *type,
                                  struct str method, struct callee *callee)
{
    const struct compiler_index *index = sites->atlas->index;
    if (type->interface)
        return CALLEE_INTERFACE;
    callee->import_path = type->import_path;
    callee->name = arena_fmt(sites->arena, "(*%.*s).%.*s", STR_ARGS(type->name), STR_ARGS(method));
    if (compiler_index_function(index, callee->import_path, callee->name))
        return CALLEE_FUNCTION;
    callee->name = arena_fmt(sites->arena, "%.*s.%.*s", STR_ARGS(type->name), STR_ARGS(method));
    return compiler_index_function(index, callee->import_path, callee->name) ? CALLEE_FUNCTION
                                                                             : CALLEE_UNKNOWN;
}

/* "x.a.b.M": from the type of x through the fields to the method. */
static enum callee_kind resolve_chain(struct sites *sites, const struct located *caller,
                                      const struct source *source, const struct called *called,
                                      struct callee *callee)
{
    struct syntax_types *types = sites_types(sites);
    struct str rest = called->text, variable = str_cut(&rest, '.');
    struct str type =
        syntax_variable_type(&source->syntax, variable, called->line, sites->arena);
    struct syntax_named named;
    if (type.len == 0 ||
        !syntax_named_of(types, caller->import_path, &source->syntax, type, &named))
        return CALLEE_UNKNOWN;
    for (struct str name = str_cut(&rest, '.'); name.ptr; name = str_cut(&rest, '.')) {
        if (!rest.ptr)
            return method_of(sites, &named, name, callee);
        if (!syntax_field_of(types, &named, name, &named))
            return CALLEE_UNKNOWN;
    }
    return CALLEE_UNKNOWN;
}

enum callee_kind callee_resolve(struct sites *sites, const struct located *caller,
                                const struct source *source, const struct called *called,
                                struct callee *callee)
{
    struct str rest = called->text, first = str_cut(&rest, '.');
    callee->import_path = caller->import_path;
    callee->name = first;
    if (!rest.ptr)
        return CALLEE_FUNCTION;
    struct str imported = str_find_char(rest, '.') < 0
                              ? atlas_imported(sites->atlas, &source->syntax, first) : STR_NONE;
    if (imported.len > 0) {
        callee->import_path = imported;
        callee->name = rest;
        return CALLEE_FUNCTION;
    }
    return resolve_chain(sites, caller, source, called, callee);
}

const struct syntax_function *callee_declared(struct atlas *atlas, struct str import_path,
                                              struct str name, struct source **source,
                                              struct str *path)
{
    const struct judged_function *judged =
        compiler_index_function(atlas->index, import_path, name);
    if (!judged)
        return NULL;
    *path = compiler_str(atlas->compiler, atlas->compiler->messages.at[judged->message].path);
    *source = atlas_source(atlas, import_path, str_base_name(*path), *path);
    if (!*source)
        return NULL;
    const struct syntax_file *syntax = &(*source)->syntax;
    uint32_t id = syntax_function_named(syntax, symbol_shorten(judged->name, atlas->arena));
    return id == SYNTAX_NONE ? NULL : &syntax->functions[id];
}

/* ---- K2 ---- */

static bool is_token(const struct syntax_file *file, size_t at, const char *text)
{
    const struct token *token = &file->tokens[at];
    return str_is((struct str){file->text.ptr + token->offset, token->len}, text);
}

/* Is what stands behind "return" a value of a type that is no interface: "&T{", or a variable that
 * is declared as such? */
static bool returns_concrete(const struct syntax_file *file, size_t at, struct arena *arena)
{
    if (is_token(file, at, "&"))
        return true;
    const struct token *token = &file->tokens[at];
    struct str name = {file->text.ptr + token->offset, token->len};
    return token->kind == TOKEN_IDENT &&
           str_starts(syntax_variable_type(file, name, token->line, arena), STR("*"));
}

/* Has the function one place that returns something, of a concrete type? */
static bool returns_one_type(const struct syntax_file *file, const struct syntax_function *function,
                             struct arena *arena)
{
    size_t returns = 0, concrete = 0;
    for (size_t i = function->body_begin;
         i < function->body_end && i + 1 < file->token_count; i++) {
        if (file->tokens[i].kind != TOKEN_RETURN || is_token(file, i + 1, "nil"))
            continue;
        returns++;
        concrete += returns_concrete(file, i + 1, arena);
    }
    return returns == 1 && concrete == 1;
}

bool callee_hides_type(struct sites *sites, const struct located *function, uint32_t result)
{
    struct source *source = atlas_source(sites->atlas, function->import_path, function->base_name,
                                         function->file);
    uint32_t id = source ? syntax_function_named(&source->syntax, function->name) : SYNTAX_NONE;
    if (id == SYNTAX_NONE)
        return false;
    const struct syntax_function *syntax = &source->syntax.functions[id];
    struct syntax_named named;
    return result < syntax->result_count &&
           syntax_named_of(sites_types(sites), function->import_path, &source->syntax,
                           syntax->results[result].type, &named) &&
           named.interface && !returns_one_type(&source->syntax, syntax, sites->arena);
}
