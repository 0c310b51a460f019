/* Packages on disk, and the declarations in them.
 *
 * A package's files are opened when it is first asked for, but scanned only when their text shows a
 * line on which the wanted name may be declared: most packages are asked for one or two types. */
#include "types_int.h"

static void open_file(struct syntax_types *types, struct type_package *package, struct str dir,
                      struct str name)
{
    struct package_file *file = &package->files[package->file_count];
    size_t len = dir.len + 1 + name.len;
    char *path = arena_text(&types->arena, len + 1);
    memcpy(path, dir.ptr, dir.len);
    path[dir.len] = '/';
    memcpy(path + dir.len + 1, name.ptr, name.len);
    path[len] = '\0';
    if (file_open(&file->bytes, path, types->memory, types->sink))
        return;
    enum build_answer answer =
        build_takes_text((struct str){(const char *)file->bytes.bytes, file->bytes.size});
    if (answer == BUILD_NO) {
        file_close(&file->bytes);
        return;
    }
    file->uncertain = answer == BUILD_MAYBE;
    file->syntax = NULL;
    package->file_count++;
}

static void open_package(struct syntax_types *types, struct type_package *package)
{
    struct str dir = types->find_dir(types->find_ctx, package->path);
    struct str *names;
    size_t count;
    if (dir.len == 0)
        return;
    dir = str_copy(&types->arena, dir);
    if (dir_list(dir.ptr, &types->arena, &names, &count, types->sink))
        return;
    package->opened = true;
    package->files = ARENA_ARRAY(&types->arena, struct package_file, count);
    for (size_t i = 0; i < count; i++) {
        if (build_takes_name(names[i]))
            open_file(types, package, dir, names[i]);
    }
}

struct type_package *package_at(struct syntax_types *types, struct str path)
{
    for (struct type_package *known = types->packages; known; known = known->next) {
        if (str_equal(known->path, path))
            return known;
    }
    struct type_package *package = ARENA_NEW(&types->arena, struct type_package);
    package->path = str_copy(&types->arena, path);
    package->next = types->packages;
    types->packages = package;
    open_package(types, package);
    return package;
}

static struct str text_of(const struct package_file *file)
{
    return (struct str){(const char *)file->bytes.bytes, file->bytes.size};
}

static const struct syntax_file *scanned(struct syntax_types *types, struct package_file *file)
{
    if (file->syntax == NULL) {
        file->syntax = ARENA_NEW(&types->arena, struct syntax_file);
        syntax_read(file->syntax, text_of(file), &types->arena);
    }
    return file->syntax;
}

/* ---- imports ---- */

static struct str package_name(struct syntax_types *types, struct type_package *package)
{
    if (package->file_count == 0)
        return STR_NONE;
    return scanned(types, &package->files[0])->package;
}

/* Could the package at this path be called so, going by the path alone? */
static bool path_suggests(struct str path, struct str name)
{
    return str_equal(str_base_name(path), name) || str_equal(path, name);
}

struct type_package *package_imported(struct syntax_types *types, const struct syntax_file *file,
                                      struct str qualifier)
{
    for (size_t i = 0; i < file->import_count; i++) {
        const struct syntax_import *import = &file->imports[i];
        if (str_equal(import->name, qualifier) ||
            (import->name.len == 0 && path_suggests(import->path, qualifier)))
            return package_at(types, import->path);
    }
    /* "gopkg.in/yaml.v3", "example.com/yaml/v2", "example.com/go-yaml" */
    for (size_t i = 0; i < file->import_count; i++) {
        const struct syntax_import *import = &file->imports[i];
        if (import->name.len > 0 || !str_contains(import->path, qualifier))
            continue;
        struct type_package *package = package_at(types, import->path);
        if (str_equal(package_name(types, package), qualifier))
            return package;
    }
    return NULL;
}

/* ---- declarations ---- */

/* Does the line up to `end` leave room for a declared name: nothing, a keyword, or names before? */
static bool may_declare(const char *text, const char *end)
{
    const char *begin = end;
    while (begin > text && begin[-1] != '\n')
        begin--;
    struct str before = str_trim(str_span(begin, end));
    return before.len == 0 || str_starts(before, STR("type")) || str_starts(before, STR("const")) ||
           before.ptr[before.len - 1] == ',' || before.ptr[before.len - 1] == '(' ||
           before.ptr[before.len - 1] == ';' || str_ends(before, STR("*/"));
}

static bool shows_declaration(struct str text, struct str name)
{
    const char *pos = text.ptr, *end = text.ptr + text.len;
    while (pos < end && (pos = memmem(pos, (size_t)(end - pos), name.ptr, name.len)) != NULL) {
        const char *after = pos + name.len;
        bool word = (pos == text.ptr || !is_name_byte(pos[-1])) &&
                    (after == end || !is_name_byte(*after));
        if (word && may_declare(text.ptr, pos))
            return true;
        pos = after;
    }
    return false;
}

/* The = of a constant's specification, or its end. */
static uint32_t values_of(const struct syntax_file *file, const struct declaration *declaration)
{
    uint32_t index = declaration->begin;
    while (index < declaration->end && kind_at(file, index) != TOKEN_ASSIGN)
        index = step(file, index);
    return index < declaration->end ? index : declaration->end;
}

static bool file_declares(const struct syntax_file *file, struct str name, enum token_kind keyword,
                   struct declared *declared)
{
    struct declaration_cursor cursor = {0};
    struct declaration declaration, source = {0};
    while (next_declaration(file, &cursor, &declaration)) {
        if (declaration.keyword != keyword)
            continue;
        /* "Within a parenthesized const declaration list the expression list may be omitted" */
        if (keyword == TOKEN_CONST &&
            (declaration.index == 0 || values_of(file, &declaration) < declaration.end))
            source = declaration;
        for (uint32_t i = declaration.begin; kind_at(file, i) == TOKEN_IDENT; i += 2) {
            if (str_equal(text_at(file, i), name)) {
                *declared = (struct declared){.scope = {.file = file},
                                              .declaration = declaration,
                                              .name = i,
                                              .values_begin = values_of(file, &source),
                                              .values_end = source.end};
                return true;
            }
            if (kind_at(file, i + 1) != TOKEN_COMMA)
                break;
        }
    }
    return false;
}

static bool search_package(struct syntax_types *types, struct type_package *package,
                           struct str name, enum token_kind keyword, struct declared *declared)
{
    bool found = false;
    for (size_t i = 0; i < package->file_count; i++) {
        struct package_file *file = &package->files[i];
        struct declared here;
        if (!shows_declaration(text_of(file), name) ||
            !file_declares(scanned(types, file), name, keyword, &here))
            continue;
        if (found)
            return false; /* one for each answer to a build tag */
        *declared = here;
        declared->scope.package = package;
        found = true;
    }
    return found;
}

/* What was found when a name was first looked for. */
struct known_name {
    const struct type_package *package;
    struct str name;
    enum token_kind keyword;
    bool found;
    struct declared declared;
};

/* The same few names are asked for again and again, and each time the text of all files would be
 * searched: for hot on the standard library that was a seventh of the whole. */
bool package_declares(struct syntax_types *types, struct type_package *package, struct str name,
                      enum token_kind keyword, struct declared *declared)
{
    bool added;
    uint64_t key = hash_mix(str_hash(name), (uint64_t)(uintptr_t)package + keyword);
    uint64_t *at = map_put(&types->names, key, &added);
    struct known_name *known = added ? NULL : (struct known_name *)(uintptr_t)*at;
    if (known && (known->package != package || known->keyword != keyword ||
                  !str_equal(known->name, name)))
        return search_package(types, package, name, keyword, declared);
    if (!known) {
        known = ARENA_NEW(&types->arena, struct known_name);
        *at = (uint64_t)(uintptr_t)known;
        *known = (struct known_name){.package = package, .name = str_copy(&types->arena, name),
                                     .keyword = keyword};
        known->found = search_package(types, package, name, keyword, &known->declared);
    }
    if (known->found)
        *declared = known->declared;
    return known->found;
}

bool find_declared(const struct sizer *sizer, const struct scope *scope, struct str name,
                   enum token_kind keyword, struct declared *declared)
{
    if (scope->package && scope->package->opened)
        return package_declares(sizer->types, scope->package, name, keyword, declared);
    if (!sizer->fallback || !file_declares(sizer->fallback, name, keyword, declared))
        return false;
    declared->scope.package = scope->package;
    return true;
}
