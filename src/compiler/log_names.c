/* log names: the function that is declared at a place, from the line of source there.
 *
 * gc positions a function at its name, a method at its name too; the line begins with "func". Only
 * declarations on one line are understood, which is how gofmt writes them. */
#include "compiler/log_int.h"

void log_source_open(struct log_source *source, struct str path, struct arena *arena)
{
    *source = (struct log_source){.arena = arena, .file = {.memory = arena->memory}};
    struct diag_sink *quiet = diag_sink_new(arena->memory); /* a missing source is no fault */
    char *name = arena_strndup(arena, path.ptr ? path.ptr : "", path.len);
    if (str_ends(path, STR(".go")) && file_exists(name)) /* the log may name anything */
        (void)!file_open(&source->file, name, arena->memory, quiet);
    diag_sink_free(quiet);
    struct str rest = {(const char *)source->file.bytes, source->file.size};
    if (rest.len > LIMIT_SOURCE_BYTES)
        rest.len = LIMIT_SOURCE_BYTES;
    while (rest.len) {
        VEC_PUSH(arena->memory, &source->lines, rest.ptr);
        const char *end = memchr(rest.ptr, '\n', rest.len);
        rest = end ? str_skip(rest, (size_t)(end - rest.ptr) + 1) : STR_NONE;
        if (!rest.len && end)
            VEC_PUSH(arena->memory, &source->lines, end + 1);
    }
}

void log_source_close(struct log_source *source)
{
    VEC_RELEASE(source->arena->memory, &source->lines);
    if (source->file.bytes)
        file_close(&source->file);
}

static struct str line_at(const struct log_source *source, uint32_t line)
{
    if (line == 0 || line > source->lines.len)
        return STR_NONE;
    const char *start = source->lines.at[line - 1];
    const char *end = (const char *)source->file.bytes + source->file.size;
    if (line < source->lines.len)
        end = source->lines.at[line];
    return str_span(start, end);
}

static struct str name_at(struct str text)
{
    size_t len = 0;
    while (len < text.len && is_name_byte(text.ptr[len]))
        len++;
    return str_slice(text, 0, len);
}

/* "T" and whether it is a pointer, of "(t *T[K]) " or "(T) ". */
static struct str receiver_type(struct str between, bool *pointer, bool *generic)
{
    ptrdiff_t open = str_find_char(between, '('), close = str_find_last(between, ')');
    if (open < 0 || close < open)
        return STR_NONE;
    struct str type = str_trim(str_slice(between, (size_t)open + 1, (size_t)close));
    ptrdiff_t bracket = str_find_char(type, '[');
    *generic = bracket >= 0;
    type = str_trim(*generic ? str_slice(type, 0, (size_t)bracket) : type);
    ptrdiff_t star = str_find_last(type, '*'), blank = str_find_last(type, ' ');
    *pointer = star >= 0;
    return str_skip(type, (size_t)((star > blank ? star : blank) + 1));
}

struct str log_source_function(const struct log_source *source, uint32_t line, uint32_t column)
{
    struct str text = line_at(source, line);
    if (column == 0 || column > text.len || !str_starts(text, STR("func ")))
        return STR_NONE;
    struct str name = name_at(str_skip(text, column - 1));
    struct str between = str_trim(str_slice(text, 5, column - 1));
    if (name.len == 0)
        return STR_NONE;
    struct str after = str_skip(text, column - 1 + name.len);
    bool pointer = false, generic = after.len && after.ptr[0] == '[';
    struct sb full;
    sb_init(&full, source->arena->memory);
    if (between.len) {
        struct str type = receiver_type(between, &pointer, &generic);
        sb_addf(&full, "%s%.*s%s%s.%.*s", pointer ? "(*" : "", STR_ARGS(type),
                generic ? "[...]" : "", pointer ? ")" : "", STR_ARGS(name));
    } else {
        sb_addf(&full, "%.*s%s", STR_ARGS(name), generic ? "[...]" : "");
    }
    struct str copy = str_copy(source->arena, sb_str(&full));
    sb_release(&full);
    return copy;
}
