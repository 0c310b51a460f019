/* demangle.c: names as pprof tidies them after symbolising (internal/symbolizer/symbolizer.go):
 * mangled ones are made readable; another that looks like C++ loses its arguments. Generic
 * functions of Go look so too. */
#include "demangle/demangle.h"
#include "view/view_int.h"

static bool has_any(struct str text, const char *chars)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr(chars, text.ptr[i]) && text.ptr[i])
            return true;
    return false;
}

static bool looks_like_cpp(struct str name)
{
    if (str_contains(name, STR(".<")) || str_contains(name, STR("]).")))
        return false;
    return has_any(name, "<>[]") || str_contains(name, STR("::"));
}

/* Takes all that stands in matching brackets out of text[0..len). Where a bracket closes that did
 * not open, the rest stays as it is. */
static size_t remove_bracketed(char *text, size_t len, char open, char close)
{
    size_t depth = 0, first = 0;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == open && depth++ == 0)
            first = i;
        if (text[i] != close)
            continue;
        if (depth == 0)
            return len;
        if (--depth > 0)
            continue;
        memmove(text + first, text + i + 1, len - i - 1);
        len -= i + 1 - first;
        i = first - 1;
    }
    return len;
}

static uint32_t tidied(struct view *view, uint32_t name, bool templates)
{
    struct str text = view_str(view, name);
    if (!looks_like_cpp(text) || !has_any(text, "(<"))
        return name;
    char *copy = memory_get(view->memory, text.len + 1);
    memcpy(copy, text.ptr, text.len);
    size_t len = remove_bracketed(copy, text.len, '(', ')');
    if (!templates)
        len = remove_bracketed(copy, len, '<', '>');
    uint32_t result = view_intern(view, (struct str){copy, len});
    memory_put(view->memory, copy);
    return result;
}

/* The text as a name, when it is a mangled one; else 0. */
static uint32_t demangled(struct view *view, struct str text, enum view_demangle how,
                          struct sb *name)
{
    static const enum demangle_detail details[] = {
        [VIEW_SIMPLE_NAMES] = DEMANGLE_NAME,
        [VIEW_TEMPLATE_NAMES] = DEMANGLE_TEMPLATES,
        [VIEW_FULL_NAMES] = DEMANGLE_FULL,
    };
    sb_clear(name);
    if (!str_starts(text, STR("_")) || !demangle_name(text, details[how], name))
        return 0;
    return view_intern(view, sb_str(name));
}

static uint32_t readable(struct view *view, uint32_t system_name, enum view_demangle how,
                         struct sb *sb)
{
    struct str text = view_str(view, system_name);
    uint32_t name = demangled(view, text, how, sb);
    if (!name) /* macOS puts one more _ before */
        name = demangled(view, str_skip(text, 1), how, sb);
    if (name)
        return name;
    return how == VIEW_FULL_NAMES ? system_name
                                  : tidied(view, system_name, how == VIEW_TEMPLATE_NAMES);
}

void demangle_names(struct view *view, bool force, enum view_demangle how)
{
    struct sb sb;
    sb_init(&sb, view->memory);
    for (size_t i = 0; i < view->functions.len; i++) {
        struct view_function *function = &view->functions.at[i];
        if (force && function->name && function->system_name)
            function->name = function->system_name;
        if (how == VIEW_SYSTEM_NAMES || (function->name && function->name != function->system_name))
            continue;
        function->name = readable(view, function->system_name, how, &sb);
    }
    sb_release(&sb);
}
