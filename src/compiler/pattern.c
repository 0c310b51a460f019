/* pattern: which packages a pattern of the go command names ("go help packages"), and which
 * packages of a text were asked for when no go command can tell. */
#include "compiler/compiler_int.h"

/* ---- one pattern ---- */

/* "..." stands for any text, also none. */
static bool wildcard_fits(struct str text, struct str pattern)
{
    ptrdiff_t dots = str_find(pattern, STR("..."));
    if (dots < 0)
        return str_equal(text, pattern);
    if (!str_starts(text, str_slice(pattern, 0, (size_t)dots)))
        return false;
    struct str rest = str_skip(pattern, (size_t)dots + 3);
    for (size_t at = (size_t)dots; at <= text.len; at++) {
        if (wildcard_fits(str_skip(text, at), rest))
            return true;
    }
    return false;
}

/* "net/..." names net itself too. */
static bool import_pattern_fits(struct str import_path, struct str pattern)
{
    if (str_ends(pattern, STR("/...")) &&
        wildcard_fits(import_path, str_slice(pattern, 0, pattern.len - 4)))
        return true;
    return wildcard_fits(import_path, pattern);
}

/* The last element of dir goes. */
static struct str parent(struct str dir)
{
    ptrdiff_t slash = str_find_last(dir, '/');
    return str_slice(dir, 0, slash < 0 ? 0 : (size_t)slash);
}

/* What `pattern` ("./x/...") means when it is said in the directory of import path `base`: compares
 * element by element, so that no text has to be built. */
static bool relative_pattern_fits(struct str import_path, struct str pattern, struct str base)
{
    while (pattern.len) {
        struct str rest = pattern;
        struct str element = str_cut(&rest, '/');
        if (str_is(element, ".."))
            base = parent(base);
        else if (element.len && !str_is(element, "."))
            break;
        pattern = rest;
    }
    if (!str_starts(import_path, base))
        return false;
    struct str below = str_skip(import_path, base.len);
    if (pattern.len == 0 || (below.len == 0 && str_is(pattern, "...")))
        return below.len == 0;
    if (below.len == 0 || (base.len && below.ptr[0] != '/'))
        return false;
    return import_pattern_fits(base.len ? str_skip(below, 1) : below, pattern);
}

static bool is_relative_pattern(struct str pattern)
{
    return str_is(pattern, ".") || str_is(pattern, "..") || str_starts(pattern, STR("./")) ||
           str_starts(pattern, STR("../"));
}

/* module_path/relative_dir in buf, or one of the two. */
static struct str package_of_place(struct str module_path, struct str relative_dir, char *buf,
                                   size_t cap)
{
    if (relative_dir.len == 0 || str_is(relative_dir, ".") ||
        module_path.len + relative_dir.len + 1 > cap)
        return module_path;
    memcpy(buf, module_path.ptr, module_path.len);
    buf[module_path.len] = '/';
    memcpy(buf + module_path.len + 1, relative_dir.ptr, relative_dir.len);
    return (struct str){buf, module_path.len + 1 + relative_dir.len};
}

bool package_matches(struct str import_path, bool standard, struct str pattern,
                     struct str module_path, struct str relative_dir)
{
    while (pattern.len > 1 && str_ends(pattern, STR("/")))
        pattern.len--;
    bool command = str_is(import_path, "cmd") || str_starts(import_path, STR("cmd/"));
    if (str_is(pattern, "all"))
        return true;
    if (str_is(pattern, "std"))
        return standard && !command;
    if (str_is(pattern, "cmd"))
        return standard && command;
    if (!is_relative_pattern(pattern))
        return import_pattern_fits(import_path, pattern);
    if (module_path.len == 0)
        return !standard;
    char buf[4096];
    struct str base = package_of_place(module_path, relative_dir, buf, sizeof(buf));
    return relative_pattern_fits(import_path, pattern, base);
}

/* ---- the module around a directory ---- */

struct module_place {
    struct str path, dir;    /* of the module; empty when there is none */
    struct str relative_dir; /* of the directory that was asked for, inside the module */
};

/* `module example.com/x` or `module "example.com/x" // comment` (go.dev/ref/mod). */
static struct str module_line(struct str text)
{
    struct str rest = text;
    while (rest.ptr) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (!str_starts(line, STR("module")) || line.len < 8 || line.ptr[6] > ' ')
            continue;
        struct str name = str_trim(str_skip(line, 6));
        name = str_cut(&name, ' ');
        name = str_cut(&name, '\t');
        if (name.len > 1 && (name.ptr[0] == '"' || name.ptr[0] == '`'))
            name = str_slice(name, 1, name.len - 1);
        return name;
    }
    return STR_NONE;
}

static struct str module_path_read(const char *go_mod, const struct memory *memory,
                                   struct arena *arena)
{
    struct diag_sink *sink = diag_sink_new(memory); /* an unreadable go.mod only means no module */
    struct file file;
    struct str path = STR_NONE;
    if (file_open(&file, go_mod, memory, sink) == STATUS_OK) {
        struct str text = {(const char *)file.bytes, file.size};
        path = str_copy(arena, module_line(text));
        file_close(&file);
    }
    diag_sink_free(sink);
    return path;
}

static struct module_place module_find(const char *dir, const struct memory *memory,
                                       struct arena *arena)
{
    struct module_place place = {.dir = absolute_dir(str_from(dir), arena)};
    struct str below = place.dir;
    for (; place.dir.len; place.dir = parent(place.dir)) {
        char *name = arena_text(arena, place.dir.len + sizeof("/go.mod"));
        memcpy(name, place.dir.ptr, place.dir.len);
        memcpy(name + place.dir.len, "/go.mod", sizeof("/go.mod"));
        if (!file_exists(name))
            continue;
        place.path = module_path_read(name, memory, arena);
        place.relative_dir = str_skip(below, place.dir.len + 1);
        return place;
    }
    return place;
}

struct str import_path_of_dir(const char *dir, const struct memory *memory, struct arena *arena)
{
    struct module_place place = module_find(dir, memory, arena);
    if (place.path.len == 0 || place.relative_dir.len == 0)
        return place.path;
    char *text = arena_text(arena, place.path.len + place.relative_dir.len + 1);
    memcpy(text, place.path.ptr, place.path.len);
    text[place.path.len] = '/';
    memcpy(text + place.path.len + 1, place.relative_dir.ptr, place.relative_dir.len);
    return (struct str){text, place.path.len + 1 + place.relative_dir.len};
}

/* ---- packages of a text ---- */

static bool is_below(struct str path, struct str root)
{
    return root.len && str_starts(path, root) &&
           (path.len == root.len || path.ptr[root.len] == '/');
}

/* The standard library's import paths have no dot in their first element; its directories end in
 * src/<import path>, or are the import path itself with -trimpath. */
static bool is_standard(struct str import_path, struct str directory, struct str module_path)
{
    struct str rest = import_path;
    struct str first = str_cut(&rest, '/');
    if (first.len == 0 || str_find_char(first, '.') >= 0 || is_below(import_path, module_path) ||
        str_is(first, "command-line-arguments") || str_is(first, "main"))
        return false;
    if (directory.len == 0 || str_equal(directory, import_path))
        return true;
    if (!str_ends(directory, import_path))
        return false;
    struct str above = str_slice(directory, 0, directory.len - import_path.len);
    return str_ends(above, STR("/src/"));
}

/* The package that a test variant tests: "p" of "p_test [p.test]". */
static struct str tested_package(const struct compiler *compiler,
                                 const struct compiled_package *package)
{
    struct str test = compiler_str(compiler, package->for_test);
    if (str_ends(test, STR(".test")))
        return str_slice(test, 0, test.len - 5);
    return compiler_str(compiler, package->import_path);
}

static bool is_wanted(const struct compiler *compiler, const struct compiled_package *package,
                      const struct compiler_request *request, const struct module_place *module)
{
    struct str import_path = tested_package(compiler, package);
    if (request->pattern_count == 0 || str_is(import_path, "command-line-arguments") ||
        import_path.len == 0)
        return true;
    for (size_t i = 0; i < request->pattern_count; i++) {
        if (package_matches(import_path, package->standard, str_from(request->patterns[i]),
                            module->path, module->relative_dir))
            return true;
    }
    return false;
}

/* A text does not tell package names; programs are known by their function main. */
static void mains_mark(struct compiler *compiler)
{
    for (size_t i = 0; i < compiler->judged.len; i++) {
        const struct judged_function *judged = &compiler->judged.at[i];
        if (str_is(judged->name, "main"))
            compiler->packages.at[judged->package].name =
                intern_add(&compiler->strings, STR("main"));
    }
}

void packages_mark(struct compiler *compiler, const struct compiler_request *request,
                   struct arena *arena)
{
    struct module_place module = module_find(request->dir, compiler->memory, arena);
    for (size_t i = 0; i < compiler->packages.len; i++) {
        struct compiled_package *package = &compiler->packages.at[i];
        package->standard = is_standard(compiler_str(compiler, package->import_path),
                                        compiler_str(compiler, package->directory), module.path);
        package->wanted = is_wanted(compiler, package, request, &module);
        package->own = package->wanted ||
                       is_below(tested_package(compiler, package), module.path);
    }
    mains_mark(compiler);
}
