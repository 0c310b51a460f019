/* Which package, file and source a name of the profile belongs to.
 *
 * The profile comes from a machine we do not see: its paths may name a container, a CI folder or,
 * with -trimpath, no folder at all. The import path inside each symbol and the file's base name are
 * the same everywhere, so those two are the key; functions are checked later, by name and line. */
#include "evidence_int.h"

#include <stdlib.h>
#include <unistd.h>

struct str root_function(struct str name)
{
    if (str_ends(name, STR("-fm")))
        name.len -= 3;
    size_t from = 0;
    if (name.len > 0 && name.ptr[0] == '(') { /* (*T).M: look behind the type */
        ptrdiff_t close = str_find(name, STR(")."));
        from = close < 0 ? 0 : (size_t)close + 2;
    }
    static const struct str tails[] = {
        {".func", 5}, {"-range", 6}, {".gowrap", 7}, {".deferwrap", 10},
    };
    size_t end = name.len;
    for (size_t i = 0; i < COUNT_OF(tails); i++) {
        struct str rest = str_skip(name, from);
        for (size_t at = from;;) {
            ptrdiff_t found = str_find(rest, tails[i]);
            if (found < 0)
                break;
            at += (size_t)found;
            size_t after = at + tails[i].len;
            if (after < name.len && name.ptr[after] >= '0' && name.ptr[after] <= '9') {
                end = at < end ? at : end;
                break;
            }
            at = after;
            rest = str_skip(name, after);
        }
    }
    return str_slice(name, 0, end);
}

static struct str join_path(struct arena *arena, struct str dir, struct str name)
{
    while (str_starts(name, STR("./")))
        name = str_skip(name, 2);
    if (name.len == 0 || str_is(name, "."))
        return dir;
    if (dir.len == 0 || str_is(dir, ".") || name.ptr[0] == '/')
        return str_copy(arena, name);
    return arena_fmt(arena, "%.*s/%.*s", STR_ARGS(dir), STR_ARGS(name));
}

static struct str absolute(struct atlas *atlas, struct str path)
{
    if (path.len > 0 && path.ptr[0] == '/')
        return path;
    return join_path(atlas->arena, atlas->cwd, path);
}

static bool path_exists(struct atlas *atlas, struct str path)
{
    return path.len > 0 && file_exists(arena_strndup(atlas->arena, path.ptr, path.len));
}

/* "module x" of a go.mod, without its comment. */
static struct str module_of(struct str text, struct arena *arena)
{
    while (text.ptr) {
        struct str line = str_trim(str_cut(&text, '\n'));
        if (!str_starts(line, STR("module")) || line.len < 8)
            continue;
        line = str_trim(str_skip(line, 6));
        ptrdiff_t comment = str_find(line, STR("//"));
        if (comment >= 0)
            line = str_trim(str_slice(line, 0, (size_t)comment));
        if (line.len >= 2 && (line.ptr[0] == '"' || line.ptr[0] == '`'))
            line = str_slice(line, 1, line.len - 1);
        return str_copy(arena, line);
    }
    return STR_NONE;
}

/* The module that the command was asked about: the go.mod at or above its directory. */
static void find_module(struct atlas *atlas, struct str dir)
{
    for (struct str at = dir; at.ptr && at.len > 0; at = str_dir_name(at)) {
        struct str path = arena_fmt(atlas->arena, "%.*s/go.mod", STR_ARGS(at));
        struct file file;
        if (!file_exists(path.ptr))
            continue;
        if (file_open(&file, path.ptr, atlas->memory, atlas->sink))
            return;
        atlas->module_path =
            module_of((struct str){(const char *)file.bytes, file.size}, atlas->arena);
        atlas->module_dir = at;
        file_close(&file);
        return;
    }
}

/* ---- packages ---- */

static void index_packages(struct atlas *atlas)
{
    bool any_own = false;
    for (size_t i = 0; i < atlas->compiler->packages.len; i++) {
        const struct compiled_package *package = &atlas->compiler->packages.at[i];
        bool added;
        uint64_t *at = map_put(&atlas->packages, package->import_path, &added);
        if (added || (package->for_test != 0) == atlas->tests)
            *at = i + 1;
        any_own |= package->own;
    }
    atlas->all_own = !any_own;
}

static const struct compiled_package *atlas_package(const struct atlas *atlas,
                                                    struct str import_path)
{
    uint32_t id = intern_find(&atlas->compiler->strings, import_path);
    uint64_t *at = id ? map_get(&atlas->packages, id) : NULL;
    return at ? &atlas->compiler->packages.at[*at - 1] : NULL;
}

bool atlas_owns(const struct atlas *atlas, struct str import_path)
{
    const struct compiled_package *package = atlas_package(atlas, import_path);
    if (!package)
        return false;
    if (package->own || (atlas->all_own && !package->standard))
        return true;
    if (!str_ends(import_path, STR("_test"))) /* an external test belongs to its package */
        return false;
    package = atlas_package(atlas, str_slice(import_path, 0, import_path.len - 5));
    return package && package->own;
}

/* "(*zapcore.T).M" -> package "zapcore", bare "(*T).M". */
static bool split_qualified(struct arena *arena, struct str name, struct str *package,
                            struct str *bare)
{
    size_t skip = str_starts(name, STR("(*")) ? 2 : 0;
    ptrdiff_t dot = str_find_char(str_skip(name, skip), '.');
    if (dot < 0)
        return false;
    *package = str_slice(name, skip, skip + (size_t)dot);
    struct str rest = str_skip(name, skip + (size_t)dot + 1);
    *bare = skip ? arena_fmt(arena, "(*%.*s", STR_ARGS(rest)) : rest;
    return true;
}

bool atlas_function(const struct atlas *atlas, struct arena *arena, struct str import_path,
                    struct str name, struct str *found_path, struct str *found_name)
{
    *found_path = import_path;
    *found_name = name;
    if (compiler_index_function(atlas->index, import_path, name))
        return true;
    struct str package;
    if (!split_qualified(arena, name, &package, found_name))
        return false;
    struct str inner = STR_NONE; /* sync/atomic before internal/runtime/atomic */
    for (size_t i = 0; i < atlas->compiler->packages.len; i++) {
        *found_path = compiler_str(atlas->compiler, atlas->compiler->packages.at[i].import_path);
        if (!str_equal(atlas_package_name(atlas, *found_path), package) ||
            !compiler_index_function(atlas->index, *found_path, *found_name))
            continue;
        if (!str_starts(*found_path, STR("internal/")))
            return true;
        inner = *found_path;
    }
    *found_path = inner;
    return inner.len > 0;
}

struct str atlas_package_name(const struct atlas *atlas, struct str import_path)
{
    const struct compiled_package *package = atlas_package(atlas, import_path);
    struct str told = package && package->name ? compiler_str(atlas->compiler, package->name)
                                               : STR_NONE;
    return told.len > 0 ? told : package_name_of_path(import_path);
}

struct str atlas_imported(const struct atlas *atlas, const struct syntax_file *file,
                          struct str name)
{
    for (size_t i = 0; i < file->import_count; i++) {
        const struct syntax_import *import = &file->imports[i];
        struct str known = import->name.len > 0 ? import->name
                                                : atlas_package_name(atlas, import->path);
        if (str_equal(known, name))
            return import->path;
    }
    return STR_NONE;
}

struct str atlas_function_title(const struct atlas *atlas, struct str symbol)
{
    struct str path, name;
    symbol_split(symbol, atlas->arena, &path, &name);
    if (path.len == 0)
        return symbol;
    if (name_in_c(name).len > 0)
        return arena_fmt(atlas->arena, "C.%.*s", STR_ARGS(name_in_c(name)));
    return arena_fmt(atlas->arena, "%.*s.%.*s", STR_ARGS(atlas_package_name(atlas, path)),
                     STR_ARGS(name));
}

static bool directory_works(struct atlas *atlas, struct str dir)
{
    return dir.len > 0 && dir_exists(arena_strndup(atlas->arena, dir.ptr, dir.len));
}

static struct str find_directory(struct atlas *atlas, struct str import_path)
{
    struct str base = str_from(atlas->dir);
    const struct compiled_package *package = atlas_package(atlas, import_path);
    if (package && package->directory) {
        struct str dir = join_path(atlas->arena, absolute(atlas, base),
                                   compiler_str(atlas->compiler, package->directory));
        if (directory_works(atlas, dir))
            return dir;
    }
    if (atlas->module_path.len > 0 && str_starts(import_path, atlas->module_path)) {
        struct str rest = str_skip(import_path, atlas->module_path.len);
        if (rest.len == 0)
            return atlas->module_dir;
        if (rest.ptr[0] == '/')
            return join_path(atlas->arena, atlas->module_dir, str_skip(rest, 1));
    }
    struct str dir = arena_fmt(atlas->arena, "%.*s/src/%.*s", STR_ARGS(atlas->goroot),
                               STR_ARGS(import_path));
    return atlas->goroot.len > 0 && directory_works(atlas, dir) ? dir : STR_NONE;
}

struct str atlas_directory(struct atlas *atlas, struct str import_path)
{
    uint32_t id = intern_add(&atlas->keys, import_path);
    bool added;
    uint64_t *at = map_put(&atlas->directories, id, &added);
    if (added)
        *at = (uint64_t)(uintptr_t)str_copy(atlas->arena, find_directory(atlas, import_path)).ptr;
    return str_from((const char *)(uintptr_t)*at);
}

/* ---- sources ---- */

/* In the module cache a capital letter is written !lower (golang.org/x/mod/module, EscapePath). */
static struct str in_modcache(struct atlas *atlas, struct str path)
{
    if (atlas->modcache.len == 0 || str_find_char(path, '@') < 0)
        return STR_NONE;
    struct sb sb;
    sb_init(&sb, atlas->memory);
    sb_add(&sb, atlas->modcache);
    sb_addc(&sb, '/');
    for (size_t i = 0; i < path.len; i++) {
        char c = path.ptr[i];
        if (c >= 'A' && c <= 'Z')
            sb_addc(&sb, '!');
        sb_addc(&sb, c >= 'A' && c <= 'Z' ? (char)(c + 'a' - 'A') : c);
    }
    struct str copy = str_copy(atlas->arena, sb_str(&sb));
    sb_release(&sb);
    return copy;
}

static struct str find_source(struct atlas *atlas, struct str import_path, struct str base_name,
                              struct str hint)
{
    if (str_ends(import_path, STR("_test")) && str_ends(base_name, STR("_test.go")))
        import_path.len -= 5;
    struct str dir = atlas_directory(atlas, import_path);
    struct str path = join_path(atlas->arena, dir, base_name);
    if (dir.len > 0 && path_exists(atlas, path))
        return path;
    if (hint.len > 0 && hint.ptr[0] == '/' && path_exists(atlas, hint))
        return str_copy(atlas->arena, hint);
    path = in_modcache(atlas, hint);
    return path_exists(atlas, path) ? path : STR_NONE;
}

static void read_source(struct atlas *atlas, struct source *source)
{
    if (source->path.len == 0)
        return;
    if (file_open(&source->file, arena_strndup(atlas->arena, source->path.ptr, source->path.len),
                  atlas->memory, atlas->sink))
        return;
    struct str text = {(const char *)source->file.bytes, source->file.size};
    syntax_read(&source->syntax, text, atlas->arena);
    source->readable = true;
}

static struct source *source_entry(struct atlas *atlas, struct str import_path,
                                   struct str base_name, struct str hint)
{
    struct str key = arena_fmt(atlas->arena, "%.*s\t%.*s", STR_ARGS(import_path),
                               STR_ARGS(base_name));
    uint32_t id = intern_add(&atlas->keys, key);
    while (atlas->sources.len < id)
        VEC_PUSH(atlas->memory, &atlas->sources, NULL);
    struct source *source = atlas->sources.at[id - 1];
    if (source)
        return source;
    source = ARENA_NEW(atlas->arena, struct source);
    source->import_path = str_copy(atlas->arena, import_path);
    source->base_name = str_copy(atlas->arena, base_name);
    source->path = find_source(atlas, import_path, base_name, hint);
    read_source(atlas, source);
    atlas->sources.at[id - 1] = source;
    return source;
}

struct source *atlas_source(struct atlas *atlas, struct str import_path, struct str base_name,
                            struct str hint)
{
    struct source *source = source_entry(atlas, import_path, base_name, hint);
    return source->readable ? source : NULL;
}

struct str atlas_display(struct atlas *atlas, struct str import_path, struct str base_name,
                         struct str hint)
{
    struct source *source = source_entry(atlas, import_path, base_name, hint);
    struct str path = source->path.len > 0 ? absolute(atlas, source->path) : hint;
    if (path.len == 0)
        return base_name;
    if (str_starts(path, atlas->cwd) && path.len > atlas->cwd.len + 1 &&
        path.ptr[atlas->cwd.len] == '/')
        return str_skip(path, atlas->cwd.len + 1);
    return str_copy(atlas->arena, path);
}

/* ---- functions of the profile ---- */

static struct str apply_maps(struct atlas *atlas, const struct evidence_request *request,
                             struct str file, bool *mapped)
{
    for (size_t i = 0; i < request->map_count; i++) {
        struct str to = str_from(request->maps[i]);
        struct str from = str_cut(&to, '=');
        if (!to.ptr || !str_starts(file, from))
            continue;
        *mapped = true;
        return arena_fmt(atlas->arena, "%.*s%.*s", STR_ARGS(to),
                         STR_ARGS(str_skip(file, from.len)));
    }
    return file;
}

/* How many trailing folders two paths share. */
static unsigned shared_folders(struct str a, struct str b)
{
    unsigned count = 0;
    while (a.len > 0 && b.len > 0 && str_equal(str_base_name(a), str_base_name(b))) {
        count++;
        a = str_dir_name(a);
        b = str_dir_name(b);
        if (!a.ptr || !b.ptr)
            break;
    }
    return count;
}

/* A module's folder in the cache has its version: "zap@v1.27.0/buffer" -> "zap/buffer". */
static struct str unversioned(struct arena *arena, struct str folder)
{
    ptrdiff_t at = str_find_char(folder, '@');
    if (at < 0)
        return folder;
    struct str rest = str_skip(folder, (size_t)at);
    ptrdiff_t slash = str_find_char(rest, '/');
    rest = slash < 0 ? STR_NONE : str_skip(rest, (size_t)slash);
    return arena_fmt(arena, "%.*s%.*s", STR_ARGS(str_slice(folder, 0, (size_t)at)), STR_ARGS(rest));
}

/* All main packages are called "main" in symbols. Which one a folder of the profile is: the one
 * whose path or directory the folder ends in, else the one that the functions and lines fit best,
 * else the one that shares most folders. */
struct main_match {
    bool whole;
    size_t fitting;
    unsigned folders;
};

static bool ends_in_path(struct str folder, struct str path)
{
    return path.len > 0 && !str_is(path, ".") && str_ends(folder, path) &&
           (folder.len == path.len || folder.ptr[folder.len - path.len - 1] == '/');
}

/* Is the line in that function there, and, what counts far less, does the compiler speak of it? -m
 * names only the functions that can be inlined. */
static size_t fit_line(const struct atlas *atlas, struct str path, const struct located *located,
                       uint32_t line)
{
    enum { FUNCTION_FITS = 16 };
    const struct judged_function *judged =
        compiler_index_enclosing(atlas->index, path, located->base_name, line);
    size_t count, fits = atlas->compiler->level < 2 ? FUNCTION_FITS : 0;
    compiler_index_at(atlas->index, path, located->base_name, line, &count);
    if (judged && str_equal(root_function(judged->name), root_function(located->name)))
        fits = FUNCTION_FITS;
    return fits + (fits && count > 0);
}

static struct main_match match_main(const struct atlas *atlas, struct str folder,
                                    const struct compiled_package *package)
{
    const struct compiler *compiler = atlas->compiler;
    struct str path = compiler_str(compiler, package->import_path);
    struct str dir = compiler_str(compiler, package->directory);
    unsigned by_dir = shared_folders(folder, dir);
    struct main_match match = {.whole = ends_in_path(folder, path) || ends_in_path(folder, dir),
                               .folders = shared_folders(folder, path)};
    match.folders = by_dir > match.folders ? by_dir : match.folders;
    for (size_t i = 0; i < atlas->profile->frames.len; i++) {
        const struct profile_frame *frame = &atlas->profile->frames.at[i];
        const struct located *located = &atlas->functions[frame->function];
        if (frame->line > 0 && str_is(located->import_path, "main") &&
            compiler_index_has_file(atlas->index, path, located->base_name) &&
            str_equal(str_dir_name(located->file), folder))
            match.fitting += fit_line(atlas, path, located, (uint32_t)frame->line);
    }
    return match;
}

static bool better_match(const struct main_match *a, const struct main_match *b)
{
    if (a->whole != b->whole)
        return a->whole;
    return a->fitting != b->fitting ? a->fitting > b->fitting : a->folders > b->folders;
}

/* Does the source say so? With -m alone the compiler names no main package. */
static bool is_main(struct atlas *atlas, const struct compiled_package *package,
                    struct str base_name)
{
    struct str path = compiler_str(atlas->compiler, package->import_path);
    if (package->standard || !compiler_index_has_file(atlas->index, path, base_name))
        return false;
    struct source *source = atlas_source(atlas, path, base_name, STR_NONE);
    return source && str_is(source->syntax.package, "main");
}

/* The import path of the main package that lies in a folder of the profile; "main" when none does.
 */
static struct str find_main(struct atlas *atlas, const struct located *located)
{
    struct str folder = str_dir_name(located->file), best_path = located->import_path;
    struct main_match best = {0};
    size_t count;
    const uint32_t *mains = compiler_index_mains(atlas->index, &count);
    size_t all = count > 0 ? count : atlas->compiler->packages.len;
    for (size_t i = 0; i < all; i++) {
        const struct compiled_package *package =
            &atlas->compiler->packages.at[count > 0 ? mains[i] : i];
        struct str path = compiler_str(atlas->compiler, package->import_path);
        if (count == 0 && !is_main(atlas, package, located->base_name))
            continue;
        struct main_match match = match_main(atlas, folder, package);
        if (match.fitting == 0 || !better_match(&match, &best))
            continue;
        best = match;
        best_path = path;
    }
    return best_path;
}

/* Decided once for a folder. */
static struct str locate_main(struct atlas *atlas, struct map *found, const struct located *located)
{
    struct str key = arena_fmt(atlas->arena, "main\t%.*s", STR_ARGS(str_dir_name(located->file)));
    bool added;
    uint64_t *at = map_put(found, intern_add(&atlas->keys, key), &added);
    if (added)
        *at = (uint64_t)(uintptr_t)str_copy(atlas->arena, find_main(atlas, located)).ptr;
    return str_from((const char *)(uintptr_t)*at);
}

/* Decides for all before it changes any: the decision looks at the others of the folder. */
static void locate_mains(struct atlas *atlas)
{
    size_t count = atlas->profile->functions.len;
    struct str *paths = ARENA_ARRAY(atlas->arena, struct str, count + 1);
    struct map found;
    map_init(&found, atlas->memory);
    for (size_t i = 0; i < count; i++)
        if (str_is(atlas->functions[i].import_path, "main"))
            paths[i] = locate_main(atlas, &found, &atlas->functions[i]);
    for (size_t i = 0; i < count; i++)
        if (paths[i].len > 0)
            atlas->functions[i].import_path = paths[i];
    map_release(&found);
}

/* A closure that came with an inlined body has the caller's symbol and the callee's file. */
static void locate_by_folder(struct atlas *atlas, struct located *located)
{
    struct str folder = str_dir_name(located->file);
    unsigned best = 0;
    for (size_t i = 0; folder.ptr && i < atlas->compiler->packages.len; i++) {
        struct str path =
            compiler_str(atlas->compiler, atlas->compiler->packages.at[i].import_path);
        unsigned shared = shared_folders(unversioned(atlas->arena, folder), path);
        if (shared <= best ||
            !compiler_index_has_file(atlas->index, path, located->base_name))
            continue;
        best = shared;
        located->import_path = path;
        located->of_other_package = true;
    }
}

static bool is_runtime(struct str symbol)
{
    return str_starts(symbol, STR("runtime.")) || str_starts(symbol, STR("internal/runtime/"));
}

/* The symbol for people: type arguments as "[...]" (reference/cli.md, Sites). */
static struct str display_symbol(struct atlas *atlas, struct str symbol, struct str name)
{
    ptrdiff_t bracket = str_find_char(symbol, '[');
    ptrdiff_t same = str_find_char(name, '['); /* up to there both are equal but for the package */
    if (same < 0 || bracket < same)
        return symbol;
    struct str package = str_slice(symbol, 0, (size_t)(bracket - same));
    return arena_fmt(atlas->arena, "%.*s%.*s", STR_ARGS(package), STR_ARGS(name));
}

/* What a function of the profile is called. */
static void name_function(struct atlas *atlas, const struct evidence_request *request,
                          const struct profile_function *function, struct located *located)
{
    located->symbol = profile_string(atlas->profile, function->name);
    if (located->symbol.len == 0)
        located->symbol = profile_string(atlas->profile, function->system_name);
    symbol_split(located->symbol, atlas->arena, &located->import_path, &located->name);
    located->symbol = display_symbol(atlas, located->symbol, located->name);
    located->file = apply_maps(atlas, request, profile_string(atlas->profile, function->file),
                               &located->mapped);
    located->base_name = str_base_name(located->file);
    located->runtime = is_runtime(located->symbol);
}

static void locate_package(struct atlas *atlas, struct located *located)
{
    if (!compiler_index_has_file(atlas->index, located->import_path, located->base_name))
        locate_by_folder(atlas, located);
    located->package = atlas_package(atlas, located->import_path);
    located->own = atlas_owns(atlas, located->import_path) &&
                   !is_cgo_generated(located->base_name);
    located->known_file = compiler_index_has_file(atlas->index, located->import_path,
                                                  located->base_name);
}

static bool names_tests(const struct profile *profile)
{
    for (size_t i = 0; i < profile->functions.len; i++) {
        struct str file = profile_string(profile, profile->functions.at[i].file);
        if (str_ends(file, STR("_test.go")))
            return true;
    }
    return false;
}

static struct str current_directory(struct arena *arena)
{
    char *text = arena_text(arena, 4096);
    return getcwd(text, 4096) ? str_from(text) : STR(".");
}

void atlas_init(struct atlas *atlas, const struct evidence_request *request,
                const struct profile *profile, const struct compiler *compiler,
                struct arena *arena, struct diag_sink *sink)
{
    const struct memory *memory = arena->memory;
    *atlas = (struct atlas){.memory = memory, .arena = arena, .profile = profile,
                            .compiler = compiler, .sink = sink};
    atlas->dir = request->dir ? request->dir : ".";
    atlas->cwd = current_directory(arena);
    atlas->goroot = str_from(request->goroot);
    atlas->modcache = str_from(request->modcache);
    intern_init(&atlas->keys, memory);
    map_init(&atlas->packages, memory);
    map_init(&atlas->directories, memory);
    intern_init(&atlas->globals, memory);
    atlas->index = compiler_index_new(compiler, memory);
    atlas->tests = names_tests(profile);
    find_module(atlas, absolute(atlas, str_from(atlas->dir)));
    index_packages(atlas);
    atlas->functions = ARENA_ARRAY(arena, struct located, profile->functions.len + 1);
    for (size_t i = 0; i < profile->functions.len; i++)
        name_function(atlas, request, &profile->functions.at[i], &atlas->functions[i]);
    locate_mains(atlas);
    for (size_t i = 0; i < profile->functions.len; i++)
        locate_package(atlas, &atlas->functions[i]);
    if (request->binary)
        atlas->shipped = shipped_new(request->binary, atlas);
}

void atlas_release(struct atlas *atlas)
{
    shipped_release(atlas->shipped);
    for (size_t i = 0; i < atlas->sources.len; i++)
        if (atlas->sources.at[i] && atlas->sources.at[i]->readable)
            file_close(&atlas->sources.at[i]->file);
    VEC_RELEASE(atlas->memory, &atlas->sources);
    compiler_index_free(atlas->index);
    map_release(&atlas->packages);
    map_release(&atlas->directories);
    intern_release(&atlas->globals);
    intern_release(&atlas->keys);
}
