/* source.c: lines of source files. */
#include "report_int.h"

/* Binary files and sockets are no source; a NUL gives them away. */
static bool is_text(const struct file *file)
{
    return file->size <= LIMIT_SOURCE_BYTES && !memchr(file->bytes, '\0', file->size);
}

static enum status open_quietly(struct file *file, struct str path, const struct memory *memory)
{
    struct sb name;
    sb_init(&name, memory);
    sb_add(&name, path);
    struct diag_sink *sink = diag_sink_new(memory);
    enum status status = file_open(file, name.text, memory, sink);
    diag_sink_free(sink);
    sb_release(&name);
    return status;
}

static void find_lines(struct source_file *source)
{
    const char *text = (const char *)source->file.bytes, *end = text + source->file.size;
    for (const char *line = text; line < end;) {
        VEC_PUSH(source->memory, &source->starts, (size_t)(line - text));
        const char *feed = memchr(line, '\n', (size_t)(end - line));
        line = feed ? feed + 1 : end;
    }
}

/* A source that was there when the join looked and cannot be read now is worth a word. */
static void tell_unread(struct diag_sink *sink, struct str path)
{
    if (sink)
        diag_add(sink, DIAG_SOURCE_READ, path, 0, DIAG_NO_OFFSET, "this source cannot be read");
}

bool source_open(struct source_file *source, struct str path, const struct memory *memory,
                 struct diag_sink *sink)
{
    *source = (struct source_file){.memory = memory};
    bool named = path.len && !str_is(path, "-") && !memchr(path.ptr, '\0', path.len);
    if (!named)
        return false;
    if (open_quietly(&source->file, path, memory)) {
        tell_unread(sink, path);
        return false;
    }
    if (!is_text(&source->file)) {
        file_close(&source->file);
        return false;
    }
    find_lines(source);
    return true;
}

void source_close(struct source_file *source)
{
    VEC_RELEASE(source->memory, &source->starts);
    file_close(&source->file);
}

struct str source_line(const struct source_file *source, size_t line)
{
    if (line == 0 || line > source->starts.len)
        return STR_NONE;
    size_t from = source->starts.at[line - 1];
    size_t to = line < source->starts.len ? source->starts.at[line] : source->file.size;
    const char *text = (const char *)source->file.bytes;
    while (to > from && (text[to - 1] == '\n' || text[to - 1] == '\r'))
        to--;
    return (struct str){text + from, to - from};
}

void source_add_line(struct sb *out, struct str line, size_t tab, size_t width)
{
    struct sb wide;
    sb_init(&wide, out->memory);
    for (size_t i = 0; i < line.len; i++) {
        if (line.ptr[i] == '\t')
            sb_repeat(&wide, ' ', tab);
        else
            sb_addc(&wide, line.ptr[i]);
    }
    report_fit(out, sb_str(&wide), width);
    sb_release(&wide);
}
