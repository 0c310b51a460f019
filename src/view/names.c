/* names.c: paths and names of functions, as pprof rewrites them. */
#include "view/view_int.h"

/* ---- paths ---- */

/* Appends one element of a path; ".." takes the one before away where there is one. */
static size_t add_element(char *out, size_t n, size_t root, struct str element)
{
    size_t before = n;
    while (before > root && out[before - 1] != '/')
        before--;
    bool last_is_up = n - before == 2 && out[before] == '.' && out[before + 1] == '.';
    if (str_is(element, "..") && n > root && !last_is_up)
        return before > root ? before - 1 : root;
    if (str_is(element, "..") && root == 1)
        return n;
    if (n > root)
        out[n++] = '/';
    memcpy(out + n, element.ptr, element.len);
    return n + element.len;
}

static bool is_clean(struct str path)
{
    char before = '/';
    for (size_t i = 0; i < path.len; before = path.ptr[i++])
        if (before == '/' && (path.ptr[i] == '.' || (path.ptr[i] == '/' && i > 0)))
            return false;
    return path.len > 0 && (path.len == 1 || before != '/');
}

struct str names_clean_path(struct str path, struct arena *arena)
{
    if (is_clean(path))
        return path;
    char *out = arena_text(arena, path.len + 2);
    size_t root = path.len > 0 && path.ptr[0] == '/', n = root;
    if (root)
        out[0] = '/';
    struct str rest = path;
    while (rest.ptr) {
        struct str element = str_cut(&rest, '/');
        if (element.len && !str_is(element, "."))
            n = add_element(out, n, root, element);
    }
    if (n == 0)
        out[n++] = '.';
    return (struct str){out, n};
}

struct str names_base(struct str path)
{
    if (path.len == 0)
        return STR(".");
    while (path.len && path.ptr[path.len - 1] == '/')
        path.len--;
    struct str base = str_skip(path, (size_t)(str_find_last(path, '/') + 1));
    return base.len ? base : STR("/");
}

/* Without a prefix to take off, what stands before a search folder's own name is taken off: a build
 * elsewhere has the project under another path (internal/report/source.go trimPath). */
static bool trim_by_guess(struct str *path, const char *source_path)
{
    struct str rest = str_from(source_path);
    while (rest.ptr && rest.len) {
        struct str base = names_base(str_cut(&rest, ':'));
        for (size_t at = 0; at + base.len + 2 <= path->len; at++) {
            if (path->ptr[at] != '/' || path->ptr[at + 1 + base.len] != '/' ||
                memcmp(path->ptr + at + 1, base.ptr, base.len) != 0)
                continue;
            *path = str_skip(*path, at + base.len + 2);
            return true;
        }
    }
    return false;
}

static bool trim_prefix(struct str *path, struct str prefix)
{
    bool slash = prefix.len && prefix.ptr[prefix.len - 1] == '/';
    if (!str_starts(*path, prefix))
        return false;
    if (!slash && (path->len == prefix.len || path->ptr[prefix.len] != '/'))
        return false;
    *path = str_skip(*path, prefix.len + !slash);
    return true;
}

struct str names_trim_path(struct str path, const char *trim_path, const char *source_path)
{
    struct str rest = str_from(trim_path);
    if (!rest.len && trim_by_guess(&path, source_path))
        return path;
    while (rest.ptr && str_from(trim_path).len)
        if (trim_prefix(&path, str_cut(&rest, ':')))
            return path;
    if (!trim_prefix(&path, STR("/proc/self/cwd/./")))
        (void)trim_prefix(&path, STR("/proc/self/cwd/"));
    return path;
}

/* ---- functions ---- */

struct str names_simplified(struct str function)
{
    if (str_starts(function, STR(".")))
        function = str_skip(function, 1);
    struct str rest = function;
    for (ptrdiff_t open; (open = str_find_char(rest, '(')) >= 0;) {
        struct str before = str_slice(rest, 0, (size_t)open), from = str_skip(rest, (size_t)open);
        if (str_starts(from, STR("(anonymous namespace)")))
            rest = str_skip(from, sizeof("(anonymous namespace)") - 1);
        else if (str_ends(before, STR("operator")) && str_starts(from, STR("()")))
            rest = str_skip(from, 2);
        else
            return str_span(function.ptr, from.ptr);
    }
    return function;
}

/* The first that fits gives the name: its group 1. Go, Java, C++. */
static const char *const short_forms[] = {
    "^(?:[-\\w.]+/)+([^.]+\\..+)",
    "^(?:[a-z]\\w*\\.)*([A-Z][\\w$]*\\.(?:<init>|[a-z][\\w$]*(?:\\$\\d+)?))(?:\\(|$)",
    "^(?:[_a-zA-Z]\\w*::)+(_*[A-Z]\\w*::~?[_a-zA-Z]\\w*(?:<.*>)?)",
};

static struct regex *compile(const char *pattern)
{
    char err[128];
    return regex_compile(pattern, strlen(pattern), err, sizeof(err));
}

void shortener_init(struct shortener *shortener)
{
    shortener->anonymous = compile("^\\(anonymous namespace\\)::");
    shortener->version = compile("^(.*?)/v(?:[2-9]|[1-9][0-9]+)([./].*)$");
    for (size_t i = 0; i < COUNT_OF(short_forms); i++)
        shortener->forms[i] = compile(short_forms[i]);
}

void shortener_release(struct shortener *shortener)
{
    regex_free(shortener->anonymous);
    regex_free(shortener->version);
    for (size_t i = 0; i < COUNT_OF(short_forms); i++)
        regex_free(shortener->forms[i]);
}

static struct str join(struct arena *arena, struct regex_group a, struct regex_group b)
{
    char *text = arena_text(arena, a.len + b.len + 1);
    if (a.len)
        memcpy(text, a.at, a.len);
    memcpy(text + a.len, b.at, b.len);
    return (struct str){text, a.len + b.len};
}

struct str names_shortened(const struct shortener *shortener, struct str function,
                           struct arena *arena)
{
    struct regex_group groups[REGEX_MAX_GROUPS];
    if (regex_groups(shortener->anonymous, function.ptr, function.len, groups, 1))
        function = str_skip(function, groups[0].len);
    if (regex_groups(shortener->version, function.ptr, function.len, groups, 3))
        function = join(arena, groups[1], groups[2]);
    for (size_t i = 0; i < COUNT_OF(short_forms); i++)
        if (regex_groups(shortener->forms[i], function.ptr, function.len, groups, 2))
            return (struct str){groups[1].at, groups[1].len};
    return function;
}
