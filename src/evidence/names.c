/* Names in the expressions that gc prints: packages before them, shapes in them. */
#include "evidence_int.h"

struct str package_name_of_path(struct str import_path)
{
    struct str name = str_base_name(import_path);
    if (name.len > 1 && name.ptr[0] == 'v' && name.ptr[1] >= '0' && name.ptr[1] <= '9') {
        struct str dir = str_dir_name(import_path);
        if (dir.ptr)
            name = str_base_name(dir);
    }
    ptrdiff_t version = str_find(name, STR(".v"));
    return version > 0 ? str_slice(name, 0, (size_t)version) : name;
}

bool is_cgo_generated(struct str base_name)
{
    return str_is(base_name, "_cgo_gotypes.go");
}

struct str name_in_c(struct str function)
{
    struct str prefix = STR("_Cfunc_");
    return str_starts(function, prefix) ? str_skip(function, prefix.len) : STR_NONE;
}

/* Does "package." stand at an index of a text? */
static bool qualifies(struct str text, size_t at, struct str package)
{
    struct str rest = str_skip(text, at);
    bool starts = at == 0 || (!is_name_byte(text.ptr[at - 1]) && text.ptr[at - 1] != '.');
    return starts && str_starts(rest, package) && rest.len > package.len &&
           rest.ptr[package.len] == '.';
}

struct str unqualified(struct arena *arena, struct str text, struct str package)
{
    if (package.len == 0 || str_find(text, package) < 0)
        return text;
    char *out = arena_text(arena, text.len + 1);
    size_t len = 0;
    for (size_t i = 0; i < text.len;) {
        if (qualifies(text, i, package)) {
            i += package.len + 1;
            continue;
        }
        out[len++] = text.ptr[i++];
    }
    return (struct str){out, len};
}

bool names_private(struct str text, struct str package)
{
    for (size_t i = 0; package.len > 0 && i + package.len + 1 < text.len; i++) {
        char name = text.ptr[i + package.len + 1];
        bool private = (name >= 'a' && name <= 'z') || name == '_' || name == '~';
        if (private && qualifies(text, i, package))
            return true;
    }
    return false;
}

struct str without_shapes(struct arena *arena, struct str text)
{
    if (str_find(text, STR("[go.shape.")) < 0)
        return text;
    char *out = arena_text(arena, text.len + 4);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        out[len++] = text.ptr[i];
        if (!str_starts(str_skip(text, i), STR("[go.shape.")))
            continue;
        memcpy(out + len, "...]", 4);
        len += 4;
        for (int depth = 1; depth > 0 && ++i < text.len;)
            depth += (text.ptr[i] == '[') - (text.ptr[i] == ']');
    }
    return (struct str){out, len};
}
