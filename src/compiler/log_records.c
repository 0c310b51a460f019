/* log records: one log file's diagnostics as lines of -m=2.
 *
 * A record of an expression that escapes has its message and explanation; a second one without a
 * message follows when the analysis is done, but not for variables. So
 * R1. A name for which no silent record of its place is left, after the expressions there have
 *     taken theirs, is a variable: "moved to heap: x".
 * R2. Of a parameter's leaks, one to the heap without dereference is all that -m prints. */
#include <jansson.h>
#include <stdio.h>

#include "compiler/log_int.h"

/* ---- reading ---- */

enum log_code { LOG_ESCAPE, LOG_LEAK, LOG_CAN_INLINE, LOG_CANNOT_INLINE, LOG_OTHER };

struct log_record {
    enum log_code code;
    uint32_t line, column;
    struct str message;
    json_t *related; /* borrowed from `root` */
    json_t *root;
};

struct log_reader {
    struct log_text *text;
    struct log_source source;
    VEC(struct log_record) records; /* of the whole file, by place */
};

static struct str json_str(const json_t *value)
{
    if (!json_is_string(value))
        return STR_NONE;
    return (struct str){json_string_value(value), json_string_length(value)};
}

static uint32_t json_number(const json_t *value)
{
    json_int_t number = json_integer_value(value);
    return number > 0 && number < UINT32_MAX ? (uint32_t)number : 0;
}

static void range_start(const json_t *holder, uint32_t *line, uint32_t *column)
{
    const json_t *start = json_object_get(json_object_get(holder, "range"), "start");
    *line = json_number(json_object_get(start, "line"));
    *column = json_number(json_object_get(start, "character"));
    if (*column >= 255) /* logs clamp there; the text leaves such columns out */
        *column = 0;
}

static enum log_code code_of(struct str code)
{
    static const struct {
        const char *name;
        enum log_code code;
    } codes[] = {{"escape", LOG_ESCAPE}, {"escapes", LOG_ESCAPE}, {"leak", LOG_LEAK},
                 {"canInlineFunction", LOG_CAN_INLINE},
                 {"cannotInlineFunction", LOG_CANNOT_INLINE}};
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        if (str_is(code, codes[i].name))
            return codes[i].code;
    }
    return LOG_OTHER;
}

/* Keeps the record, if it is one that text has too; takes root over. */
static void record_add(struct log_reader *reader, json_t *root)
{
    struct log_record record = {.root = root};
    record.code = code_of(json_str(json_object_get(root, "code")));
    record.message = json_str(json_object_get(root, "message"));
    record.related = json_object_get(root, "relatedInformation");
    range_start(root, &record.line, &record.column);
    bool odd = record.code == LOG_LEAK && !str_contains(record.message, STR(" with derefs="));
    if (record.code == LOG_OTHER || odd || record.line == 0) {
        json_decref(root);
        return;
    }
    VEC_PUSH(reader->text->arena.memory, &reader->records, record);
}

/* ---- writing ---- */

static void place_print(struct sb *out, struct str path, uint32_t line, uint32_t column)
{
    sb_add(out, path);
    if (line)
        sb_addf(out, ":%u", line);
    if (line && column)
        sb_addf(out, ":%u", column);
}

static void line_begin(struct log_reader *reader, const struct log_record *record)
{
    place_print(&reader->text->text, reader->text->source, record->line, record->column);
    sb_adds(&reader->text->text, ": ");
}

/* "file:///a%20b/x.go" is /a b/x.go. */
static struct str path_of_uri(struct str uri, struct arena *arena)
{
    struct str path = str_starts(uri, STR("file://")) ? str_skip(uri, 7) : uri;
    return percent_decode(path, arena);
}

struct log_location {
    struct str path;
    uint32_t line, column;
};

static struct log_location location_of(const struct log_reader *reader, const json_t *related)
{
    const json_t *location = json_object_get(related, "location");
    struct log_location found;
    found.path = path_of_uri(json_str(json_object_get(location, "uri")), &reader->text->arena);
    range_start(location, &found.line, &found.column);
    return found;
}

/* "escflow:    flow: D <- S:" and "escflow:      from E (why)". */
static void explanation_print(struct log_reader *reader, const struct log_record *record)
{
    struct sb *out = &reader->text->text;
    for (size_t i = 0; i < json_array_size(record->related); i++) {
        const json_t *related = json_array_get(record->related, i);
        struct str message = json_str(json_object_get(related, "message"));
        if (!str_starts(message, STR("escflow: ")))
            continue;
        struct str words = str_trim(str_skip(message, 9));
        bool from = str_starts(words, STR("from "));
        line_begin(reader, record);
        sb_addf(out, "%s%.*s", from ? "    " : "  ", STR_ARGS(words));
        if (from) {
            struct log_location location = location_of(reader, related);
            sb_adds(out, " at ");
            place_print(out, location.path, location.line, location.column);
        }
        sb_addc(out, '\n');
    }
}

/* The calls through which inlining brought the record here: they come before the explanation, from
 * the second outermost to the innermost place. */
static void copy_note(struct log_reader *reader, const struct log_record *record)
{
    struct log_text *text = reader->text;
    struct inlined_copy copy = {.offset = text->text.len, .first = (uint32_t)text->places.len};
    for (size_t i = 0; i < json_array_size(record->related); i++) {
        const json_t *related = json_array_get(record->related, i);
        if (!str_is(json_str(json_object_get(related, "message")), "inlineLoc"))
            break;
        struct log_location location = location_of(reader, related);
        struct inline_place place = {intern_add(&text->strings, location.path), location.line,
                                     location.column};
        VEC_PUSH(text->arena.memory, &text->places, place);
        copy.count++;
    }
    if (copy.count)
        VEC_PUSH(text->arena.memory, &text->copies, copy);
}

static void verdict_print(struct log_reader *reader, const struct log_record *record,
                          const char *before, struct str subject, const char *after)
{
    line_begin(reader, record);
    copy_note(reader, record);
    sb_addf(&reader->text->text, "%s%.*s%s\n", before, STR_ARGS(subject), after);
}

/* ---- escapes ---- */

static void escape_print(struct log_reader *reader, const struct log_record *record, bool variable)
{
    struct str subject = record->message;
    if (str_ends(subject, STR(" escapes to heap")))
        subject.len -= sizeof(" escapes to heap") - 1;
    line_begin(reader, record);
    sb_addf(&reader->text->text, "%.*s escapes to heap:\n", STR_ARGS(subject));
    explanation_print(reader, record);
    if (variable)
        verdict_print(reader, record, "moved to heap: ", subject, "");
    else if (str_starts(subject, STR("append(")))
        verdict_print(reader, record, "", STR("append"), " escapes to heap");
    else
        verdict_print(reader, record, "", subject, " escapes to heap");
}

/* Could it be the name of a variable, "x" or "pkg.x"? */
static bool looks_like_variable(struct str message)
{
    struct str name = str_slice(message, 0, (size_t)(str_find_char(message, ' ')));
    bool rest = str_is(str_skip(message, name.len), " escapes to heap");
    for (size_t i = 0; i < name.len; i++)
        rest &= !memchr("\"'`()[]{}&*!", name.ptr[i], 13);
    return rest && name.len && (name.ptr[0] < '0' || name.ptr[0] > '9');
}

static bool is_explained(const struct log_record *record)
{
    return record->code == LOG_ESCAPE && record->message.len > 0;
}

static void escapes_print(struct log_reader *reader, const struct log_record *records, size_t count)
{
    size_t silent = 0, expressions = 0;
    for (size_t i = 0; i < count; i++) {
        silent += records[i].code == LOG_ESCAPE && records[i].message.len == 0;
        expressions += is_explained(&records[i]) && !looks_like_variable(records[i].message);
    }
    size_t named = silent > expressions ? silent - expressions : 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_explained(&records[i]))
            continue;
        bool name = looks_like_variable(records[i].message);
        escape_print(reader, &records[i], name && named == 0); /* R1 */
        named -= name && named > 0;
    }
}

/* ---- leaks ---- */

static bool is_plain_leak(const struct message_parts *parts)
{
    return parts->derefs == 0 && str_starts(parts->target, STR("{"));
}

static struct message_parts leak_parts(const struct log_record *record)
{
    return message_parts_of(MESSAGE_STORY_LEAKS, record->message);
}

static void leak_print(struct log_reader *reader, const struct log_record *record, bool plain)
{
    struct message_parts parts = leak_parts(record);
    line_begin(reader, record);
    sb_addf(&reader->text->text, "%.*s:\n", STR_ARGS(record->message));
    explanation_print(reader, record);
    bool heap = str_starts(parts.target, STR("{"));
    if (plain && !is_plain_leak(&parts)) /* R2 */
        return;
    if (heap && parts.derefs == 0) {
        verdict_print(reader, record, "leaking param: ", parts.subject, "");
    } else if (heap) {
        verdict_print(reader, record, "leaking param content: ", parts.subject, "");
    } else {
        line_begin(reader, record);
        sb_addf(&reader->text->text, "leaking param: %.*s to result %.*s level=%u\n",
                STR_ARGS(parts.subject), STR_ARGS(parts.target), parts.derefs);
    }
}

static void leaks_print(struct log_reader *reader, const struct log_record *records, size_t count)
{
    bool plain = false;
    for (size_t i = 0; i < count; i++) {
        struct message_parts parts = leak_parts(&records[i]);
        plain |= records[i].code == LOG_LEAK && is_plain_leak(&parts);
    }
    for (size_t i = 0; i < count; i++) {
        if (records[i].code == LOG_LEAK)
            leak_print(reader, &records[i], plain);
    }
}

/* ---- functions ---- */

static void judgements_print(struct log_reader *reader, const struct log_record *records,
                             size_t count)
{
    struct sb *out = &reader->text->text;
    for (size_t i = 0; i < count; i++) {
        const struct log_record *record = &records[i];
        if (record->code != LOG_CAN_INLINE && record->code != LOG_CANNOT_INLINE)
            continue;
        struct str name = log_source_function(&reader->source, record->line, record->column);
        if (name.len == 0)
            continue;
        line_begin(reader, record);
        struct str message = record->message; /* "cost: 5", or a reason */
        if (record->code == LOG_CANNOT_INLINE)
            sb_addf(out, "cannot inline %.*s: %.*s\n", STR_ARGS(name), STR_ARGS(message));
        else
            sb_addf(out, "can inline %.*s with cost %.*s as: {}\n", STR_ARGS(name),
                    STR_ARGS(str_trim(str_skip(message, sizeof("cost:") - 1))));
    }
}

/* ---- a file ---- */

/* All records of one place together: gc sorts them by place. */
static void records_print(struct log_reader *reader)
{
    const struct log_record *records = reader->records.at;
    for (size_t from = 0, to; from < reader->records.len; from = to) {
        to = from + 1;
        while (to < reader->records.len && records[to].line == records[from].line &&
               records[to].column == records[from].column)
            to++;
        judgements_print(reader, records + from, to - from);
        leaks_print(reader, records + from, to - from);
        escapes_print(reader, records + from, to - from);
    }
}

/* The first line: {"version":0,"package":"p",...,"gc_version":"go1.26.8","file":"/x.go"}. */
static bool header_read(struct log_reader *reader, const json_t *root)
{
    struct log_text *text = reader->text;
    struct str version = json_str(json_object_get(root, "gc_version"));
    if (version.len == 0)
        return false;
    struct str package = json_str(json_object_get(root, "package"));
    bool nameless = package.len == 0 || package.ptr[0] == '\0';
    text->version = str_copy(&text->arena, version);
    text->package = nameless ? STR("command-line-arguments") : str_copy(&text->arena, package);
    text->source = str_copy(&text->arena, json_str(json_object_get(root, "file")));
    log_source_open(&reader->source, text->source, &text->arena);
    return true;
}

static void records_read(struct log_reader *reader, struct str bytes, struct diag_sink *sink)
{
    uint64_t line = 0, damaged = 0;
    struct str rest = bytes;
    while (rest.ptr) {
        struct str record = str_trim(str_cut(&rest, '\n'));
        line++;
        if (record.len == 0)
            continue;
        json_error_t error;
        json_t *root = json_loadb(record.ptr, record.len, 0, &error);
        if (root && reader->text->version.len) {
            record_add(reader, root);
            continue;
        }
        bool header = root && header_read(reader, root);
        const char *why = root ? "its gc_version is missing" : error.text;
        if (!header && damaged++ == 0)
            diag_add(sink, DIAG_COMPILER_LINE, str_from(reader->text->path), line, DIAG_NO_OFFSET,
                     "this is no log of the Go compiler: %s", why);
        json_decref(root);
        if (!header && !reader->text->version.len)
            return; /* some other JSON file */
    }
}

void log_file_read(struct log_text *text, struct str bytes, struct diag_sink *sink)
{
    struct log_reader reader = {.text = text};
    records_read(&reader, bytes, sink);
    records_print(&reader);
    for (size_t i = 0; i < reader.records.len; i++)
        json_decref(reader.records.at[i].root);
    VEC_RELEASE(text->arena.memory, &reader.records);
    if (text->version.len)
        log_source_close(&reader.source);
}

void log_text_init(struct log_text *text, const char *path, const struct memory *memory)
{
    *text = (struct log_text){.path = path};
    arena_init(&text->arena, memory);
    sb_init(&text->text, memory);
    intern_init(&text->strings, memory);
}

void log_text_release(struct log_text *text)
{
    VEC_RELEASE(text->arena.memory, &text->copies);
    VEC_RELEASE(text->arena.memory, &text->places);
    sb_release(&text->text);
    intern_release(&text->strings);
    arena_release(&text->arena);
}
