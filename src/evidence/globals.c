/* Is what a statement stores into a package-level variable?
 *
 * gc prints "orders[id] = o" for a global and for a local alike. The name at the root of the target
 * decides: a local variable, parameter or receiver of that name hides the package's. "lib.last" is
 * another package's when lib is an import that declares it; in inlined code gc prints that
 * package's locals so, too. */
#include "evidence_int.h"

/* ---- the names of a package ---- */

/* Adds the package-level variables of a file, when it speaks of that name at all: scanning is what
 * takes time. */
static bool read_file(struct atlas *atlas, struct str import_path, const char *path,
                      struct str name)
{
    struct file file;
    if (file_open(&file, path, atlas->memory, atlas->sink))
        return true;
    struct str text = {(const char *)file.bytes, file.size};
    bool speaks = str_find(text, name) >= 0 && str_find(text, STR("\nvar")) >= 0;
    if (speaks) {
        struct arena arena;
        struct syntax_file syntax;
        arena_init(&arena, atlas->memory);
        syntax_read(&syntax, text, &arena);
        for (size_t i = 0; i < syntax.global_count; i++)
            intern_add(&atlas->globals, arena_fmt(&arena, "%.*s\t%.*s", STR_ARGS(import_path),
                                                  STR_ARGS(syntax.globals[i])));
        arena_release(&arena);
    }
    file_close(&file);
    return speaks;
}

/* Looks for the name in those files of the package that were not read yet. */
static void read_globals(struct atlas *atlas, struct str import_path, struct str name)
{
    struct str dir = atlas_directory(atlas, import_path), *names;
    size_t count;
    struct arena scratch;
    arena_init(&scratch, atlas->memory);
    if (dir.len == 0 || dir_list(arena_strndup(&scratch, dir.ptr, dir.len), &scratch, &names,
                                 &count, atlas->sink))
        count = 0;
    for (size_t i = 0; i < count; i++) {
        if (!str_ends(names[i], STR(".go")) ||
            (!atlas->tests && str_ends(names[i], STR("_test.go"))))
            continue;
        struct str path = arena_fmt(&scratch, "%.*s/%.*s", STR_ARGS(dir), STR_ARGS(names[i]));
        if (!intern_find(&atlas->globals, path) && read_file(atlas, import_path, path.ptr, name))
            intern_add(&atlas->globals, path);
    }
    arena_release(&scratch);
}

static bool package_declares(struct atlas *atlas, struct str import_path, struct str name)
{
    struct arena scratch;
    arena_init(&scratch, atlas->memory);
    struct str key = arena_fmt(&scratch, "%.*s\t%.*s", STR_ARGS(import_path), STR_ARGS(name));
    struct str asked = arena_fmt(&scratch, "%.*s\t", STR_ARGS(key));
    if (!intern_find(&atlas->globals, key) && !intern_find(&atlas->globals, asked)) {
        read_globals(atlas, import_path, name);
        intern_add(&atlas->globals, asked);
    }
    bool found = intern_find(&atlas->globals, key) != 0;
    arena_release(&scratch);
    return found;
}

/* ---- what hides them ---- */

static bool has_param(const struct syntax_param *params, uint32_t count, struct str name)
{
    for (uint32_t i = 0; i < count; i++)
        if (str_equal(params[i].name, name))
            return true;
    return false;
}

/* Is this identifier one that is declared here: "name :=", "a, name :=", "var name"? */
static bool declares(const struct syntax_file *file, size_t at)
{
    if (at > 0 && file->tokens[at - 1].kind == TOKEN_VAR)
        return true;
    while (at + 2 < file->token_count && file->tokens[at + 1].kind == TOKEN_COMMA &&
           file->tokens[at + 2].kind == TOKEN_IDENT)
        at += 2;
    return at + 1 < file->token_count && file->tokens[at + 1].kind == TOKEN_DEFINE;
}

static bool hides(const struct syntax_file *file, const struct syntax_function *function,
                  struct str name)
{
    if (has_param(function->params, function->param_count, name) ||
        has_param(function->results, function->result_count, name) ||
        has_param(&function->receiver, 1, name))
        return true;
    for (size_t i = function->body_begin; i < function->body_end && i < file->token_count; i++) {
        const struct token *token = &file->tokens[i];
        if (token->kind == TOKEN_IDENT && token->len == name.len &&
            memcmp(file->text.ptr + token->offset, name.ptr, name.len) == 0 && declares(file, i))
            return true;
    }
    return false;
}

static bool is_local(const struct syntax_file *file, uint32_t line, struct str name)
{
    for (uint32_t id = syntax_function_at(file, line); id != SYNTAX_NONE;
         id = file->functions[id].parent)
        if (hides(file, &file->functions[id], name))
            return true;
    return false;
}

/* The name at the root of "orders[id]", "s.items", "*p", "pkg.Last": "orders", "s", "p", "pkg". */
static struct str root_name(struct str target)
{
    size_t from = 0;
    while (from < target.len && (target.ptr[from] == '*' || target.ptr[from] == '('))
        from++;
    size_t to = from;
    while (to < target.len && !strchr(".[ ()", target.ptr[to]))
        to++;
    return str_slice(target, from, to);
}

bool target_is_global(struct atlas *atlas, const struct step *step, struct str target)
{
    struct str root = root_name(target);
    if (root.len == 0)
        return false;
    struct source *source =
        atlas_source(atlas, step->import_path, step->base_name, step->place.file);
    if (source && is_local(&source->syntax, step->place.line, root))
        return false;
    if (!source)
        return str_equal(root, target); /* a plain variable that lives on the heap: a package's */
    for (size_t i = 0; i < source->syntax.global_count; i++)
        if (str_equal(source->syntax.globals[i], root))
            return true;
    struct str path = atlas_imported(atlas, &source->syntax, root);
    if (path.len == 0)
        return package_declares(atlas, step->import_path, root);
    struct str name = root_name(str_skip(target, root.len + 1));
    return package_declares(atlas, path, name);
}
