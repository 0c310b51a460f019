/* paths: from the paths gc prints to directories, base names and import paths.
 *
 * A printed path may be absolute, relative to where the compiler ran ("./x.go"), or of the
 * import-path form of -trimpath ("net/http/server.go", "host/x@v1.2.3/f.go", cmd/go
 * internal/work/gc.go). The package a file belongs to is, in order of trust: the one that declares
 * plain functions in it; the one whose directory the go command named; the one that declares plain
 * functions in other files of its directory; what the form of the path says. */
#include <unistd.h>

#include "compiler/compiler_int.h"

/* ---- parts of a path ---- */

static ptrdiff_t last_separator(struct str path)
{
    ptrdiff_t slash = str_find_last(path, '/'), backslash = str_find_last(path, '\\');
    return slash > backslash ? slash : backslash;
}

struct str path_dir(struct str path)
{
    ptrdiff_t at = last_separator(path);
    return at < 0 ? STR_NONE : str_slice(path, 0, (size_t)at);
}

struct str path_base(struct str path)
{
    return str_skip(path, (size_t)(last_separator(path) + 1));
}

static bool is_absolute(struct str path)
{
    return path.len && (path.ptr[0] == '/' || (path.len > 2 && path.ptr[1] == ':'));
}

/* dir/relative without "." and ".." elements, as far as that goes by text alone. */
static struct str path_join(struct str dir, struct str relative, struct arena *arena)
{
    char *text = arena_text(arena, dir.len + relative.len + 2);
    memcpy(text, dir.ptr ? dir.ptr : "", dir.len);
    struct str joined = {text, dir.len};
    struct str rest = relative;
    while (rest.ptr) {
        struct str element = str_cut(&rest, '/');
        if (element.len == 0 || str_is(element, "."))
            continue;
        if (str_is(element, "..")) {
            joined.len = path_dir(joined).len;
            continue;
        }
        text[joined.len++] = '/';
        memcpy(text + joined.len, element.ptr, element.len);
        joined.len += element.len;
    }
    return joined;
}

struct str absolute_dir(struct str dir, struct arena *arena)
{
    char buf[4096];
    if (is_absolute(dir))
        return dir;
    if (!getcwd(buf, sizeof(buf)))
        return STR_NONE;
    return path_join(str_from(buf), dir, arena);
}

/* ---- directories of packages ---- */

/* A plain declaration: gc prints instances of generic functions in every package that uses them, at
 * positions of other packages. */
static bool is_plain(struct str name)
{
    return name.len && str_find_char(name, '[') < 0;
}

/* A small tally: which id was named most often, the first of equals. */
enum { TALLY_IDS = 64 };
struct tally {
    uint32_t ids[TALLY_IDS], counts[TALLY_IDS];
    size_t len;
};

static void tally_add(struct tally *tally, uint32_t id)
{
    for (size_t i = 0; i < tally->len; i++) {
        if (tally->ids[i] == id) {
            tally->counts[i]++;
            return;
        }
    }
    if (tally->len == TALLY_IDS)
        return;
    tally->ids[tally->len] = id;
    tally->counts[tally->len++] = 1;
}

static uint32_t tally_winner(const struct tally *tally)
{
    size_t best = 0;
    for (size_t i = 1; i < tally->len; i++) {
        if (tally->counts[i] > tally->counts[best])
            best = i;
    }
    return tally->len ? tally->ids[best] : 0;
}

static uint32_t directory_of(struct compiler *compiler, uint32_t path)
{
    struct str dir = path_dir(compiler_str(compiler, path));
    return dir.len ? intern_add(&compiler->strings, dir) : 0;
}

/* The judgements [from, *to) of one package. */
static void package_locate(struct compiler *compiler, size_t from, size_t *to)
{
    struct tally tally = {.len = 0};
    uint32_t package = compiler->judged.at[from].package, path = 0, directory = 0;
    size_t i = from;
    for (; i < compiler->judged.len && compiler->judged.at[i].package == package; i++) {
        const struct message *message = &compiler->messages.at[compiler->judged.at[i].message];
        if (!message->path || !is_plain(compiler_str(compiler, message->function)))
            continue;
        if (message->path != path)
            directory = directory_of(compiler, message->path);
        path = message->path;
        if (directory)
            tally_add(&tally, directory);
    }
    compiler->packages.at[package].directory = tally_winner(&tally);
    *to = i;
}

/* "atomic.(*Pointer[int]).Load" printed in another package than sync/atomic is (*Pointer[int]).Load
 * of its own. */
static void qualifier_drop(struct compiler *compiler, struct message *message)
{
    uint32_t home = compiler->packages.at[message->package].directory;
    struct str dir = path_dir(compiler_str(compiler, message->path));
    struct str name = compiler_str(compiler, message->function);
    ptrdiff_t dot = str_find_char(name, '.');
    if (!home || !message->path || dot <= 0 || str_equal(dir, compiler_str(compiler, home)))
        return;
    if (str_find_char(str_slice(name, 0, (size_t)dot), '(') >= 0 ||
        str_find_char(str_slice(name, 0, (size_t)dot), '[') >= 0 ||
        str_find_char(compiler_str(compiler, message->path), '<') == 0)
        return;
    message->function = intern_add(&compiler->strings, str_skip(name, (size_t)dot + 1));
}

void packages_locate(struct compiler *compiler, size_t first_package, size_t first_judged)
{
    for (size_t i = first_judged; i < compiler->judged.len;)
        package_locate(compiler, i, &i);
    if (first_package == compiler->packages.len)
        return;
    size_t first = compiler->packages.at[first_package].first_message;
    for (size_t i = first; i < compiler->messages.len; i++) {
        struct message *message = &compiler->messages.at[i];
        if (message->kind == MESSAGE_CAN_INLINE || message->kind == MESSAGE_CANNOT_INLINE ||
            message->kind == MESSAGE_CAPTURING)
            qualifier_drop(compiler, message);
    }
    for (size_t i = first_judged; i < compiler->judged.len; i++) {
        struct judged_function *judged = &compiler->judged.at[i];
        judged->name = compiler_str(compiler, compiler->messages.at[judged->message].function);
    }
}

/* ---- import paths by form ---- */

/* "!burnt!sushi" is BurntSushi (golang.org/x/mod/module, EscapePath). */
static struct str unescape(struct str path, struct arena *arena)
{
    if (str_find_char(path, '!') < 0)
        return path;
    char *text = arena_text(arena, path.len);
    size_t len = 0;
    for (size_t i = 0; i < path.len; i++) {
        bool upper = path.ptr[i] == '!' && i + 1 < path.len && path.ptr[i + 1] >= 'a' &&
                     path.ptr[i + 1] <= 'z';
        text[len++] = upper ? (char)(path.ptr[++i] - 'a' + 'A') : path.ptr[i];
    }
    return (struct str){text, len};
}

/* "host/x@v1.2.3/sub" is host/x/sub: drops from '@' to the next '/'. */
static struct str without_version(struct str path, struct arena *arena)
{
    ptrdiff_t at = str_find(path, STR("@"));
    if (at < 0)
        return path;
    struct str rest = str_skip(path, (size_t)at);
    ptrdiff_t slash = str_find_char(rest, '/');
    struct str tail = slash < 0 ? STR_NONE : str_skip(rest, (size_t)slash);
    char *text = arena_text(arena, path.len);
    memcpy(text, path.ptr, (size_t)at);
    memcpy(text + at, tail.ptr ? tail.ptr : "", tail.len);
    return (struct str){text, (size_t)at + tail.len};
}

/* What follows the last `mark` in the directory; STR_NONE when it does not occur. */
static struct str after_last(struct str dir, struct str mark)
{
    struct str found = STR_NONE, rest = dir;
    for (ptrdiff_t at; (at = str_find(rest, mark)) >= 0;) {
        rest = str_skip(rest, (size_t)at + mark.len);
        found = rest;
    }
    return found;
}

/* Is the first element without a dot, as the standard library's are? */
static bool looks_standard(struct str import_path)
{
    struct str first = str_cut(&import_path, '/');
    return first.len && str_find_char(first, '.') < 0;
}

struct str import_path_by_form(struct str path, struct arena *arena)
{
    struct str dir = path_dir(path);
    struct str found = after_last(dir, STR("/pkg/mod/"));
    if (found.len && !str_starts(found, STR("golang.org/toolchain@")))
        return without_version(unescape(found, arena), arena);
    found = after_last(dir, STR("/src/"));
    if (found.len && looks_standard(found))
        return found;
    found = after_last(dir, STR("/vendor/"));
    if (found.len && is_absolute(path))
        return found;
    if (dir.len == 0 || is_absolute(path) || dir.ptr[0] == '.' || dir.ptr[0] == '<')
        return STR_NONE;
    return without_version(dir, arena);
}

/* ---- import paths of all printed paths ---- */

struct path_resolver {
    struct compiler *compiler;
    struct arena *arena;   /* scratch */
    struct map directories; /* string id of an absolute or printed directory -> import path id */
    struct listed_packages listed;
    struct str dir;
};

static void vote(struct map *votes, uint32_t path, uint32_t import_path)
{
    bool added;
    uint64_t *best = map_put(votes, path, &added);
    if (added)
        *best = (uint64_t)import_path << 32;
    if (*best >> 32 == import_path)
        ++*best;
    else if ((*best & UINT32_MAX) == 0)
        *best = (uint64_t)import_path << 32 | 1;
    else
        --*best;
}

/* A majority vote (Boyer and Moore) of the plain declarations of each file. */
static void paths_by_declarations(struct path_resolver *resolver)
{
    struct compiler *compiler = resolver->compiler;
    struct map votes;
    map_init(&votes, compiler->memory);
    for (size_t i = 0; i < compiler->judged.len; i++) {
        const struct judged_function *judged = &compiler->judged.at[i];
        uint32_t path = compiler->messages.at[judged->message].path;
        uint32_t import_path = compiler->packages.at[judged->package].import_path;
        if (!path || !import_path || !is_plain(judged->name) ||
            compiler_str(compiler, path).ptr[0] == '<')
            continue;
        vote(&votes, path, import_path);
        compiler->package_of_path[path] = (uint32_t)(*map_get(&votes, path) >> 32);
    }
    map_release(&votes);
}

static void directory_learn(struct path_resolver *resolver, struct str dir, uint32_t import_path)
{
    bool added;
    uint64_t *known = map_put(&resolver->directories, str_hash(dir), &added);
    if (added)
        *known = import_path;
}

/* Directories from the go command and from the files that are known already. External tests share
 * their directory with the package they test and must not speak for it. */
static void directories_learn(struct path_resolver *resolver)
{
    struct compiler *compiler = resolver->compiler;
    for (size_t i = 0; i < resolver->listed.len; i++) {
        const struct listed_package *listed = &resolver->listed.at[i];
        if (listed->for_test.len == 0 && listed->directory.len)
            directory_learn(resolver, listed->directory,
                            intern_add(&compiler->strings, listed->import_path));
    }
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *package = &compiler->packages.at[i];
        struct str dir = compiler_str(compiler, package->directory);
        if (dir.len && !(package->for_test &&
                         str_ends(compiler_str(compiler, package->import_path), STR("_test"))))
            directory_learn(resolver, dir, package->import_path);
    }
}

static uint32_t package_of_directory(const struct path_resolver *resolver, struct str dir)
{
    const uint64_t *known = map_get(&resolver->directories, str_hash(dir));
    return known ? (uint32_t)*known : 0;
}

/* A directory below that of a known package: its import path goes on as the path does. */
static uint32_t package_below(struct path_resolver *resolver, struct str dir)
{
    struct intern *strings = &resolver->compiler->strings;
    for (struct str above = path_dir(dir);; above = path_dir(above)) {
        bool top = above.len == 0;
        uint32_t package = package_of_directory(resolver, top ? STR(".") : above);
        if (package) {
            struct str base = intern_str(strings, package);
            struct str rest = top ? dir : str_skip(dir, above.len + 1);
            char *text = arena_text(resolver->arena, base.len + 1 + rest.len);
            memcpy(text, base.ptr, base.len);
            text[base.len] = '/';
            memcpy(text + base.len + 1, rest.ptr, rest.len);
            return intern_add(strings, (struct str){text, base.len + 1 + rest.len});
        }
        if (top)
            return 0;
    }
}

static uint32_t path_resolve(struct path_resolver *resolver, struct str path)
{
    struct str dir = path_dir(path);
    if (dir.len == 0 || path.ptr[0] == '<')
        return 0;
    bool absolute = is_absolute(path);
    uint32_t package = package_of_directory(resolver, dir);
    if (!package && !absolute)
        package = package_of_directory(resolver, path_join(resolver->dir, dir, resolver->arena));
    struct str by_form = import_path_by_form(path, resolver->arena);
    if (!package && !(absolute && by_form.len) && !str_starts(dir, STR("..")))
        package = package_below(resolver, dir);
    return package ? package : intern_add(&resolver->compiler->strings, by_form);
}

static void path_resolve_once(struct path_resolver *resolver, uint32_t path)
{
    uint32_t *package = &resolver->compiler->package_of_path[path];
    if (path && !*package)
        *package = path_resolve(resolver, compiler_str(resolver->compiler, path));
}

void paths_resolve(struct compiler *compiler, struct listed_packages listed, struct str dir)
{
    struct arena scratch;
    arena_init(&scratch, compiler->memory);
    struct path_resolver resolver = {compiler, &scratch, {0}, listed, absolute_dir(dir, &scratch)};
    map_init(&resolver.directories, compiler->memory);
    size_t count = compiler->strings.len;
    compiler->package_of_path = ARENA_ARRAY(&compiler->arena, uint32_t, count);
    compiler->package_of_path_len = count;
    paths_by_declarations(&resolver);
    directories_learn(&resolver);
    uint32_t last = 0;
    for (size_t i = 0; i < compiler->messages.len; i++) {
        if (compiler->messages.at[i].path != last)
            path_resolve_once(&resolver, compiler->messages.at[i].path);
        last = compiler->messages.at[i].path;
    }
    for (size_t i = 0; i < compiler->inline_places.len; i++)
        path_resolve_once(&resolver, compiler->inline_places.at[i].path);
    map_release(&resolver.directories);
    arena_release(&scratch);
}
