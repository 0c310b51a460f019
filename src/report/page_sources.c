/* page_sources.c: the source that the page carries with it.
 *
 * Files go in by the bytes that they allocate: whole while LIMIT_PAGE_SOURCE_BYTES lasts, then only
 * the lines around those that the report speaks of while LIMIT_PAGE_EXCERPT_BYTES lasts. What is
 * left is known to the page by name. */
#include <stdlib.h>

#include "report_int.h"

enum {
    AROUND = 4,         /* lines before and after one that is spoken of */
    LINE_COLUMNS = 400, /* longer lines are cut: generated tables, embedded data */
};

struct page_file {
    struct str name, path; /* as shown, and where it is read */
    int64_t value;
    VEC(uint32_t) lines; /* spoken of */
};

struct shelf {
    const struct memory *memory;
    struct diag_sink *sink;
    struct intern names;
    VEC(struct page_file) files; /* by id of names - 1; sorted once all is known */
    size_t whole_left, excerpt_left;
};

/* ---- which files, which lines ---- */

static void shelf_speak(struct shelf *shelf, const struct place *place, int64_t value)
{
    uint32_t id = intern_find(&shelf->names, place->file);
    if (id == 0)
        return;
    struct page_file *file = &shelf->files.at[id - 1];
    add_to_sum(&file->value, value);
    VEC_PUSH(shelf->memory, &file->lines, place->line);
}

static void shelf_know(struct shelf *shelf, struct str name, struct str path)
{
    if (name.len == 0 || path.len == 0 || intern_find(&shelf->names, name))
        return;
    struct page_file file = {.name = name, .path = path};
    intern_add(&shelf->names, name);
    VEC_PUSH(shelf->memory, &shelf->files, file);
}

static void speak_steps(struct shelf *shelf, const struct told_step *steps, size_t count)
{
    for (size_t i = 0; i < count; i++)
        shelf_speak(shelf, &steps[i].place, 0);
}

static void collect(struct shelf *shelf, const struct evidence *evidence,
                    const struct page_extent *extent)
{
    for (size_t i = 0; i < extent->sites; i++)
        shelf_know(shelf, evidence->sites[i].place.file, evidence->sites[i].source_path);
    for (size_t i = 0; i < extent->causes; i++)
        shelf_know(shelf, evidence->causes[i].place.file, evidence->causes[i].source_path);
    for (size_t i = 0; i < extent->sites; i++) {
        const struct site *site = &evidence->sites[i];
        shelf_speak(shelf, &site->place, site->measure.value);
        speak_steps(shelf, site->story, site->story_count);
    }
    for (size_t i = 0; i < extent->causes; i++) {
        shelf_speak(shelf, &evidence->causes[i].place, 0);
        speak_steps(shelf, evidence->causes[i].story, evidence->causes[i].story_count);
    }
}

static int by_value(const void *left, const void *right)
{
    const struct page_file *a = left, *b = right;
    if (a->value != b->value)
        return a->value > b->value ? -1 : 1;
    return str_compare(a->name, b->name);
}

static int by_line(const void *left, const void *right)
{
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    return a < b ? -1 : a > b;
}

static void sort_lines(struct page_file *file)
{
    if (file->lines.len)
        qsort(file->lines.at, file->lines.len, sizeof(*file->lines.at), by_line);
}

/* ---- writing ---- */

/* [first line, "text\ntext"] */
static void push_piece(struct json_out *json, json_t *pieces, const struct source_file *source,
                       size_t from, size_t to)
{
    struct sb text;
    sb_init(&text, json->memory);
    for (size_t line = from; line <= to; line++) {
        if (line > from)
            sb_addc(&text, '\n');
        struct str whole = source_line(source, line);
        utf8_add_valid(&text, str_slice(whole, 0, LINE_COLUMNS));
        if (whole.len > LINE_COLUMNS)
            sb_adds(&text, "…");
    }
    json_t *piece = json_new_list(json);
    json_push(json, piece, json_new_number(json, (int64_t)from));
    json_push(json, piece, json_new_text(json, sb_str(&text)));
    json_push(json, pieces, piece);
    sb_release(&text);
}

/* Lines [from, to] around some that are spoken of. */
struct window {
    size_t from, to;
};

static struct window window_around(const struct source_file *source, uint32_t line)
{
    size_t last = source->starts.len, to = (size_t)line + AROUND;
    return (struct window){line > AROUND ? line - AROUND : 1, to < last ? to : last};
}

/* The next window of a file, those that touch in one. *next counts the lines that are done; false
 * at the end. */
static bool next_window(const struct source_file *source, const struct page_file *file,
                        size_t *next, struct window *window)
{
    size_t last = source->starts.len;
    while (*next < file->lines.len && (file->lines.at[*next] == 0 || file->lines.at[*next] > last))
        ++*next;
    if (*next == file->lines.len)
        return false;
    *window = window_around(source, file->lines.at[*next]);
    while (++*next < file->lines.len && file->lines.at[*next] <= last) {
        struct window other = window_around(source, file->lines.at[*next]);
        if (other.from > window->to + 1)
            break;
        window->to = other.to;
    }
    return true;
}

static size_t windows_bytes(const struct source_file *source, const struct page_file *file)
{
    struct window window;
    size_t bytes = 0;
    for (size_t next = 0; next_window(source, file, &next, &window);)
        for (size_t line = window.from; line <= window.to; line++)
            bytes += source_line(source, line).len + 1;
    return bytes;
}

static void push_windows(struct json_out *json, json_t *pieces, const struct source_file *source,
                         const struct page_file *file)
{
    struct window window;
    for (size_t next = 0; next_window(source, file, &next, &window);)
        push_piece(json, pieces, source, window.from, window.to);
}

static bool take(size_t *left, size_t bytes)
{
    if (bytes > *left)
        return false;
    *left -= bytes;
    return true;
}

static json_t *read_pieces(struct shelf *shelf, struct json_out *json,
                           const struct page_file *file, bool *whole)
{
    json_t *pieces = json_new_list(json);
    struct source_file source;
    *whole = false;
    if (!source_open(&source, file->path, shelf->memory, shelf->sink))
        return pieces;
    if (source.starts.len && take(&shelf->whole_left, source.file.size)) {
        *whole = true;
        push_piece(json, pieces, &source, 1, source.starts.len);
    } else if (take(&shelf->excerpt_left, windows_bytes(&source, file))) {
        push_windows(json, pieces, &source, file);
    }
    source_close(&source);
    return pieces;
}

static void write_file(struct shelf *shelf, struct json_out *json, struct page_file *file)
{
    bool whole;
    sort_lines(file);
    json_t *pieces = read_pieces(shelf, json, file, &whole);
    json_t *object = json_new_object(json);
    json_put(json, object, "file", json_new_text(json, file->name));
    json_put(json, object, "value", json_new_number(json, file->value));
    json_put(json, object, "whole", json_new_bool(json, whole));
    json_put(json, object, "pieces", pieces);
    json_write(json, NULL, object);
}

void page_write_files(struct json_out *json, const struct evidence *evidence,
                      const struct page_extent *extent)
{
    struct shelf shelf = {.memory = json->memory, .sink = evidence->sink,
                          .whole_left = extent->whole_bytes,
                          .excerpt_left = extent->excerpt_bytes};
    intern_init(&shelf.names, json->memory);
    collect(&shelf, evidence, extent);
    if (shelf.files.len)
        qsort(shelf.files.at, shelf.files.len, sizeof(*shelf.files.at), by_value);
    json_begin(json, "files", '[');
    for (size_t i = 0; i < shelf.files.len; i++) {
        write_file(&shelf, json, &shelf.files.at[i]);
        VEC_RELEASE(shelf.memory, &shelf.files.at[i].lines);
    }
    json_end(json, ']');
    VEC_RELEASE(shelf.memory, &shelf.files);
    intern_release(&shelf.names);
}
