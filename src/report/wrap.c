/* wrap.c: text in columns. A column is a code point. */
#include "report_int.h"

/* The byte at which column `width` starts, or the end. */
static size_t byte_of_column(struct str text, size_t width)
{
    size_t pos = 0;
    for (size_t col = 0; col < width && pos < text.len; col++)
        utf8_next(text, &pos);
    return pos;
}

void report_fit(struct sb *out, struct str text, size_t width)
{
    if (width == 0)
        return;
    if (byte_of_column(text, width) == text.len) {
        utf8_add_line(out, text);
        return;
    }
    utf8_add_line(out, str_slice(text, 0, byte_of_column(text, width - 1)));
    sb_adds(out, "…");
}

void column_left(struct sb *out, struct str text, size_t width)
{
    size_t used = utf8_width(text);
    report_fit(out, text, width);
    if (used < width)
        sb_repeat(out, ' ', width - used);
}

void column_right(struct sb *out, struct str text, size_t width)
{
    size_t used = utf8_width(text);
    if (used < width)
        sb_repeat(out, ' ', width - used);
    report_fit(out, text, width);
}

/* Where a line of at most the text's length ends: at a blank, else after a sign that Go's names and
 * paths have, unless that leaves half of the line empty. */
static size_t break_of(struct str text)
{
    for (size_t i = text.len; i-- > 1;)
        if (text.ptr[i] == ' ')
            return i;
    for (size_t i = text.len; i > text.len / 2; i--)
        if (strchr("/.,:()[]{}", text.ptr[i - 1]))
            return i;
    return text.len;
}

struct str wrap_next(struct str *rest, size_t width)
{
    struct str text = str_trim(*rest);
    size_t end = byte_of_column(text, width ? width : 1);
    if (end < text.len && text.ptr[end] != ' ')
        end = break_of(str_slice(text, 0, end));
    *rest = str_trim(str_skip(text, end));
    return str_trim(str_slice(text, 0, end));
}

void wrap_add(struct sb *out, struct str text, size_t indent, size_t columns)
{
    size_t width = columns > indent ? columns - indent : 1;
    struct str rest = text;
    for (bool first = true; first || rest.len; first = false) {
        if (!first)
            sb_repeat(out, ' ', indent);
        utf8_add_line(out, wrap_next(&rest, width));
        sb_addc(out, '\n');
    }
}

/* Cuts folders off the front of a path until it fits, "…/order/order.go"; a name that is too long
 * alone is cut at its end. */
static void path_add(struct sb *out, struct str path, size_t width)
{
    if (utf8_width(path) <= width) {
        utf8_add_line(out, path);
        return;
    }
    struct str rest = path;
    while (utf8_width(rest) + 2 > width) {
        ptrdiff_t slash = str_find_char(rest, '/');
        if (slash < 0) {
            report_fit(out, rest, width);
            return;
        }
        rest = str_skip(rest, (size_t)slash + 1);
    }
    sb_adds(out, "…/");
    utf8_add_line(out, rest);
}

void place_add(struct sb *out, const struct place *place, size_t width)
{
    char line[16] = "";
    if (place->line)
        snprintf(line, sizeof(line), ":%u", place->line);
    size_t used = strlen(line);
    path_add(out, place->file.len ? place->file : STR("(no source)"),
             width > used ? width - used : 0);
    sb_adds(out, line);
}

struct str function_short(struct str function)
{
    size_t start = 0;
    for (size_t i = 0; i < function.len; i++) {
        char c = function.ptr[i];
        if (c == '(' || c == '[')
            break;
        if (c == '/')
            start = i + 1;
    }
    return str_skip(function, start);
}
