/* sources.c: finds source files by the paths a profile has, and gives their lines
 * (internal/report/source.go sourceReader). */
#include "view/view_int.h"

#include <errno.h>
#include <unistd.h>

void source_reader_init(struct source_reader *reader, struct report *report)
{
    enum { PATH_BYTES = 4096 };
    *reader = (struct source_reader){.report = report, .arena = &report->arena};
    reader->working_dir = arena_text(&report->arena, PATH_BYTES);
    if (!getcwd(reader->working_dir, PATH_BYTES))
        reader->working_dir[0] = '\0';
    const char *path = report->settings.source_path;
    reader->search_path = path && *path ? path : reader->working_dir;
}

void source_reader_release(struct source_reader *reader)
{
    for (struct source_file *file = reader->files; file; file = file->next) {
        if (!file->err)
            file_close(&file->file);
        VEC_RELEASE(reader->report->view->memory, &file->lines);
    }
    reader->files = NULL;
}

static char *message(struct source_reader *reader, const char *fmt, ...) PRINTF_LIKE(2, 3);
static char *message(struct source_reader *reader, const char *fmt, ...)
{
    va_list args;
    struct sb sb;
    sb_init(&sb, reader->report->view->memory);
    va_start(args, fmt);
    sb_vaddf(&sb, fmt, args);
    va_end(args);
    char *text = arena_strndup(reader->arena, sb.text, sb.len);
    sb_release(&sb);
    return text;
}

/* A relative path is looked for in each search folder and in all folders above it. */
static char *find_below(struct source_reader *reader, struct str path)
{
    struct str rest = str_from(reader->search_path);
    while (rest.ptr) {
        struct str dir = names_clean_path(str_cut(&rest, ':'), reader->arena);
        for (;;) {
            char *name = message(reader, "%.*s/%.*s", STR_ARGS(dir), STR_ARGS(path));
            if (file_exists(name))
                return name;
            ptrdiff_t slash = str_find_last(dir, '/');
            if (slash < 0 || dir.len <= 1)
                break;
            dir = str_slice(dir, 0, slash ? (size_t)slash : 1);
        }
    }
    return NULL;
}

static char *find_source(struct source_reader *reader, struct source_file *file)
{
    struct str path =
        names_trim_path(file->path, reader->report->settings.trim_path, reader->search_path);
    char *name = str_starts(path, STR("/")) ? message(reader, "%.*s", STR_ARGS(path)) : NULL;
    if (!name) {
        name = find_below(reader, path);
        if (!name)
            file->err = message(reader, "could not find file %.*s on path %s", STR_ARGS(path),
                                reader->search_path);
    } else if (access(name, R_OK) != 0) {
        file->err = message(reader, "open %s: %s", name,
                            errno == ENOENT ? "no such file or directory"
                            : errno == EACCES ? "permission denied" : strerror(errno));
    }
    return file->err ? NULL : name;
}

static void split_lines(struct source_file *file, const struct memory *memory)
{
    struct str rest = {(const char *)file->file.bytes, file->file.size};
    while (rest.len) {
        ptrdiff_t end = str_find_char(rest, '\n');
        struct str line = str_slice(rest, 0, end < 0 ? rest.len : (size_t)end);
        rest = str_skip(rest, line.len + (end >= 0));
        if (str_ends(line, STR("\r")))
            line.len--;
        VEC_PUSH(memory, &file->lines, line);
    }
}

struct source_file *source_file_open(struct source_reader *reader, struct str path, bool look)
{
    const struct memory *memory = reader->report->view->memory;
    for (struct source_file *file = reader->files; file; file = file->next)
        if (str_equal(file->path, path))
            return file;
    if (!look)
        return NULL;
    struct source_file *file = ARENA_NEW(reader->arena, struct source_file);
    file->path = path;
    file->next = reader->files;
    reader->files = file;
    const char *name = find_source(reader, file);
    if (name && file_open(&file->file, name, memory, reader->report->sink))
        file->err = message(reader, "open %s: it cannot be read", name);
    if (!file->err)
        split_lines(file, memory);
    return file;
}

struct str source_file_line(const struct source_file *file, int64_t number)
{
    if (number < 1 || (uint64_t)number > file->lines.len)
        return STR_NONE;
    struct str line = file->lines.at[number - 1];
    return line.ptr ? line : STR("");
}
