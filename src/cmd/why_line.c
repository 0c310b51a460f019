/* why FILE:LINE: which line is meant, and which messages lie on it. */
#include "why.h"

#include <limits.h>
#include <stdlib.h>

/* "x.go:12" or "x.go:12:5": the file must look like one of Go. */
static bool split(struct str argument, struct str *file, uint32_t *line)
{
    uint64_t number;
    for (int numbers = 0; numbers < 2; numbers++) {
        ptrdiff_t colon = str_find_last(argument, ':');
        if (colon <= 0 || !str_to_u64(str_skip(argument, (size_t)colon + 1), &number) ||
            number > UINT32_MAX)
            return false;
        argument = str_slice(argument, 0, (size_t)colon);
        if (str_ends(argument, STR(".go"))) {
            *file = argument;
            *line = (uint32_t)number;
            return true;
        }
    }
    return false;
}

bool why_line_read(const char *argument, const char *dir, struct arena *arena,
                   struct why_line *line)
{
    struct str file;
    if (!split(str_from(argument), &file, &line->line))
        return false;
    line->file = line->path = file;
    struct sb path;
    sb_init(&path, arena->memory);
    if (dir && file.ptr[0] != '/')
        sb_addf(&path, "%s/", dir);
    sb_add(&path, file);
    char real[PATH_MAX];
    line->exists = realpath(path.text, real) != NULL;
    if (line->exists)
        line->path = str_copy(arena, str_from(real));
    sb_release(&path);
    return true;
}

/* Is `tail` the end of path, from a separator on? */
static bool ends_in_path(struct str path, struct str tail)
{
    if (!str_ends(path, tail))
        return false;
    return path.len == tail.len || path.ptr[path.len - tail.len - 1] == '/';
}

/* With -trimpath gc prints an import path and a file, which is no path of any machine. */
static bool is_trimmed(struct str printed)
{
    return printed.ptr[0] != '/' && printed.ptr[0] != '.' && str_find_char(printed, '/') >= 0;
}

bool why_line_fits(void *ctx, const struct message *message)
{
    struct why_view *view = ctx;
    if (message->line != view->line.line || !message->path)
        return false;
    struct str shown = said_file(&view->said, message->path);
    struct str printed = compiler_str(view->said.compiler, message->path);
    struct str given = view->line.file;
    if (str_starts(given, STR("./")))
        given = str_skip(given, 2);
    if (str_equal(printed, view->line.path) || str_equal(shown, view->line.path) ||
        str_equal(shown, given))
        return true;
    if (!view->line.exists || is_trimmed(printed))
        return ends_in_path(printed, given);
    struct str here = view->said.here; /* "/here/x.go" is shown as "x.go" */
    return str_starts(view->line.path, here) && view->line.path.len > here.len &&
           str_equal(str_skip(view->line.path, here.len + 1), shown);
}
