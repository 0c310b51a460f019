/* symbol: Go's symbol names, and "./..." patterns of packages.
 *
 * A symbol is "import/path.name"; in the import path, dots after the last slash and bytes that are
 * not plain are written %xx (cmd/internal/objabi, PathToPrefix). */
#include "compiler/compiler_int.h"

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

struct str percent_decode(struct str text, struct arena *arena)
{
    if (str_find_char(text, '%') < 0)
        return text;
    char *decoded = arena_text(arena, text.len);
    size_t len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool coded = text.ptr[i] == '%' && i + 2 < text.len && hex_digit(text.ptr[i + 1]) >= 0 &&
                     hex_digit(text.ptr[i + 2]) >= 0;
        if (coded) {
            decoded[len++] = (char)(hex_digit(text.ptr[i + 1]) << 4 | hex_digit(text.ptr[i + 2]));
            i += 2;
        } else {
            decoded[len++] = text.ptr[i];
        }
    }
    return (struct str){decoded, len};
}

struct str symbol_shorten(struct str name, struct arena *arena)
{
    if (str_find_char(name, '[') < 0)
        return name;
    char *text = arena_text(arena, 3 * name.len + 2);
    size_t len = 0;
    int depth = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '[' && depth++ == 0) {
            memcpy(text + len, "[...]", 5);
            len += 5;
        }
        if (depth == 0)
            text[len++] = c;
        if (c == ']' && depth > 0)
            depth--;
    }
    return (struct str){text, len};
}

/* Where the name of a function begins: after the first dot behind the last slash of the import
 * path. Type arguments hold slashes and dots of their own, so only what stands before '[' and '('
 * counts. */
static size_t name_start(struct str symbol)
{
    size_t end = 0;
    while (end < symbol.len && symbol.ptr[end] != '[' && symbol.ptr[end] != '(' &&
           symbol.ptr[end] != '{')
        end++;
    ptrdiff_t slash = str_find_last(str_slice(symbol, 0, end), '/');
    size_t from = (size_t)(slash + 1);
    ptrdiff_t dot = str_find_char(str_slice(symbol, from, symbol.len), '.');
    return dot < 0 ? symbol.len : from + (size_t)dot + 1;
}

void symbol_split(struct str symbol, struct arena *arena, struct str *import_path,
                  struct str *name)
{
    size_t start = name_start(symbol);
    if (start >= symbol.len) {
        *import_path = STR_NONE;
        *name = symbol_shorten(symbol, arena);
        return;
    }
    *import_path = percent_decode(str_slice(symbol, 0, start - 1), arena);
    *name = symbol_shorten(str_skip(symbol, start), arena);
}
