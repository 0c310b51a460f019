/* diag.c: what is wrong with the input, for people.
 *
 * A diagnostic is one block of memory with its texts behind it, made before the sink's lock is
 * taken: so nothing under the lock can fail, and a diagnostic never moves. */
#include <pthread.h>
#include <stdio.h>

#include "base/base_int.h"

struct diag_sink {
    const struct memory *memory;
    pthread_mutex_t lock; /* over everything below */
    size_t count, errors, dropped;
    struct diag *items[LIMIT_DIAGNOSTICS];
};

static const struct {
    const char *name;
    enum diag_severity severity;
    const char *hint;
} codes[] = {
#define X(name, code, severity, hint) {code, severity, hint},
#include "diag_codes.h"
#undef X
};

const char *diag_code_name(enum diag_code code)
{
    return codes[code].name;
}

const char *diag_hint(enum diag_code code)
{
    return codes[code].hint;
}

enum diag_severity diag_severity(enum diag_code code)
{
    return codes[code].severity;
}

/* The lock is never held across a call that can wait or fail, so locking cannot fail either. */
static void lock(const struct diag_sink *sink)
{
    pthread_mutex_lock((pthread_mutex_t *)&sink->lock);
}

static void unlock(const struct diag_sink *sink)
{
    pthread_mutex_unlock((pthread_mutex_t *)&sink->lock);
}

struct diag_sink *diag_sink_new(const struct memory *memory)
{
    struct diag_sink *sink = memory_get(memory, sizeof(*sink));
    memset(sink, 0, sizeof(*sink));
    sink->memory = memory;
    pthread_mutex_init(&sink->lock, NULL); /* cannot fail without attributes (Linux, macOS) */
    return sink;
}

void diag_sink_free(struct diag_sink *sink)
{
    if (!sink)
        return;
    for (size_t i = 0; i < sink->count; i++)
        memory_put(sink->memory, sink->items[i]);
    pthread_mutex_destroy(&sink->lock);
    memory_put(sink->memory, sink);
}

/* Copies text to *to, which moves behind it. */
static struct str put_text(char **to, struct str text)
{
    struct str copy = {*to, text.len};
    if (text.len)
        memcpy(*to, text.ptr, text.len);
    *to += text.len;
    return copy;
}

/* `place` has code, line and offset; the texts are copied. */
static struct diag *diag_new(const struct memory *memory, struct diag place, struct str file,
                             struct str message)
{
    struct diag *diag = memory_get(memory, sizeof(*diag) + file.len + message.len);
    char *texts = (char *)(diag + 1);
    *diag = place;
    diag->file = put_text(&texts, file);
    diag->message = put_text(&texts, message);
    return diag;
}

/* With the lock held: whether there is no place for one more of this code, which is then counted.
 */
static bool drop_when_full(struct diag_sink *sink, enum diag_code code)
{
    bool full = sink->count == LIMIT_DIAGNOSTICS;
    sink->dropped += full;
    sink->errors += full && diag_severity(code) == DIAG_ERROR;
    return full;
}

static bool is_full(struct diag_sink *sink, enum diag_code code)
{
    lock(sink);
    bool full = drop_when_full(sink, code);
    unlock(sink);
    return full;
}

static void keep(struct diag_sink *sink, struct diag *diag)
{
    lock(sink);
    bool full = drop_when_full(sink, diag->code); /* others may have come between */
    if (!full) {
        sink->items[sink->count++] = diag;
        sink->errors += diag_severity(diag->code) == DIAG_ERROR;
    }
    unlock(sink);
    if (full)
        memory_put(sink->memory, diag);
}

/* Puts three dots at the end of a text that was cut. */
static struct str mark_cut(char *message, size_t size, int wanted)
{
    if (wanted < 0)
        BUG("diag_add: a format that cannot be printed");
    if ((size_t)wanted < size)
        return (struct str){message, (size_t)wanted};
    memcpy(message + size - 4, "...", 4);
    return (struct str){message, size - 1};
}

void diag_add(struct diag_sink *sink, enum diag_code code, struct str file, uint64_t line,
              uint64_t offset, const char *fmt, ...)
{
    if (is_full(sink, code))
        return;
    char buf[LIMIT_DIAGNOSTIC_BYTES];
    va_list args;
    va_start(args, fmt);
    struct str message = mark_cut(buf, sizeof(buf), vsnprintf(buf, sizeof(buf), fmt, args));
    va_end(args);
    struct diag place = {.code = code, .line = line, .offset = offset};
    keep(sink, diag_new(sink->memory, place, str_slice(file, 0, LIMIT_DIAGNOSTIC_BYTES), message));
}

size_t diag_count(const struct diag_sink *sink)
{
    lock(sink);
    size_t count = sink->count;
    unlock(sink);
    return count;
}

size_t diag_errors(const struct diag_sink *sink)
{
    lock(sink);
    size_t errors = sink->errors;
    unlock(sink);
    return errors;
}

size_t diag_dropped(const struct diag_sink *sink)
{
    lock(sink);
    size_t dropped = sink->dropped;
    unlock(sink);
    return dropped;
}

const struct diag *diag_at(const struct diag_sink *sink, size_t index)
{
    lock(sink);
    const struct diag *diag = index < sink->count ? sink->items[index] : NULL;
    unlock(sink);
    if (!diag)
        BUG("diag_at: no such diagnostic");
    return diag;
}

/* Messages quote foreign bytes: what could move the cursor of a terminal is written as \xNN. */
static void add_printable(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if ((c < ' ' && c != '\n' && c != '\t') || c == 0x7f)
            sb_addf(out, "\\x%02x", c);
        else
            sb_addc(out, (char)c);
    }
}

/* "file:line: ", "file: byte N: " or nothing. */
static void add_place(const struct diag *diag, struct sb *out)
{
    size_t start = out->len;
    add_printable(out, diag->file);
    if (diag->line)
        sb_addf(out, "%s%llu", diag->file.len ? ":" : "line ", (unsigned long long)diag->line);
    else if (diag->offset != DIAG_NO_OFFSET)
        sb_addf(out, "%sbyte %llu", diag->file.len ? ": " : "", (unsigned long long)diag->offset);
    if (out->len > start)
        sb_adds(out, ": ");
}

void diag_format_short(const struct diag *diag, struct sb *out)
{
    add_place(diag, out);
    add_printable(out, diag->message);
    sb_addc(out, '\n');
}

void diag_format(const struct diag *diag, struct sb *out)
{
    static const char *const severities[] = {"error", "warning", "note"};
    add_place(diag, out);
    sb_addf(out, "%s: ", severities[diag_severity(diag->code)]);
    add_printable(out, diag->message);
    sb_addf(out, " [%s]\n  %s\n", diag_code_name(diag->code), diag_hint(diag->code));
}
