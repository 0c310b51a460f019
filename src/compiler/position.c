/* position: where a message is, "path:line:col: message".
 *
 * gc prints "path:line:col" (base.FmtPos; cmd/internal/src XPos.Format), "path:line" for columns of
 * 255 and more, "<unknown line number>" or nothing at all for nodes without a position. Paths may
 * hold spaces and colons ("C:\x.go"), so a position ends at the first ":digits[:digits]: ". */
#include "compiler/compiler_int.h"

/* Lines end at 1,048,574 (cmd/internal/src, lineMax); more than this many digits is no position. */
enum { POSITION_DIGITS = 8 };

/* Reads digits at *at; false when there are none or too many. */
static bool digits_read(struct str text, size_t *at, uint32_t *value)
{
    size_t start = *at;
    uint32_t number = 0;
    while (*at < text.len && text.ptr[*at] >= '0' && text.ptr[*at] <= '9') {
        if (*at - start >= POSITION_DIGITS)
            return false;
        number = number * 10 + (uint32_t)(text.ptr[(*at)++] - '0');
    }
    *value = number;
    return *at > start;
}

/* Reads ":line[:col]: " at `colon`. */
static bool numbers_read(struct str line, size_t colon, struct position *position)
{
    size_t at = colon + 1;
    if (!digits_read(line, &at, &position->line))
        return false;
    position->column = 0;
    if (at + 1 < line.len && line.ptr[at] == ':' && line.ptr[at + 1] != ' ') {
        at++;
        if (!digits_read(line, &at, &position->column))
            return false;
    }
    if (at + 1 >= line.len || line.ptr[at] != ':' || line.ptr[at + 1] != ' ')
        return false;
    position->path = str_slice(line, 0, colon);
    position->length = at + 2;
    return true;
}

bool position_leading(struct str line, struct position *position)
{
    static const struct str unknown = {"<unknown line number>: ", 23};
    if (position->path.len && line.len > position->path.len &&
        line.ptr[position->path.len] == ':' && str_starts(line, position->path) &&
        numbers_read(line, position->path.len, position))
        return true;
    if (line.len && line.ptr[0] == '<' && str_starts(line, unknown)) {
        *position = (struct position){str_slice(line, 0, unknown.len - 2), 0, 0, unknown.len};
        return true;
    }
    for (size_t from = 0; from < line.len;) {
        const char *colon = memchr(line.ptr + from, ':', line.len - from);
        if (!colon)
            return false;
        size_t at = (size_t)(colon - line.ptr);
        if (at > 0 && numbers_read(line, at, position))
            return true;
        from = at + 1;
    }
    return false;
}

/* The last ':' and the digits after it; false when the text does not end so. */
static bool cut_number(struct str *text, uint32_t *value)
{
    ptrdiff_t colon = str_find_last(*text, ':');
    size_t at = (size_t)(colon + 1);
    if (colon < 1 || !digits_read(*text, &at, value) || at != text->len)
        return false;
    *text = str_slice(*text, 0, (size_t)colon);
    return true;
}

bool position_whole(struct str text, struct position *position)
{
    uint32_t last, before;
    *position = (struct position){.path = text, .length = text.len};
    if (!cut_number(&position->path, &last))
        return false;
    if (cut_number(&position->path, &before)) {
        position->line = before;
        position->column = last;
    } else {
        position->line = last;
    }
    return true;
}
