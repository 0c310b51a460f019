/* toml: the part of TOML 1.0 that a policy is written in (toml.io/en/v1.0.0). Debian has no C
 * library for it that is kept, so this is our own, with a line for each mistake. */
#include "gate_int.h"

#include <stdlib.h>

struct toml_reader {
    struct str rest;
    struct str name;
    uint64_t line;
    struct diag_sink *sink;
    struct toml *toml;
    struct str table;
    bool in_list;
    uint32_t elements; /* of all lists so far */
    bool failed;
};

static void mistake(struct toml_reader *reader, const char *what)
{
    diag_add(reader->sink, DIAG_GATE_POLICY, reader->name, reader->line, DIAG_NO_OFFSET, "%s",
             what);
    reader->failed = true;
}

static char peek(const struct toml_reader *reader)
{
    return reader->rest.len ? reader->rest.ptr[0] : 0;
}

static void step(struct toml_reader *reader)
{
    reader->line += peek(reader) == '\n';
    reader->rest = str_skip(reader->rest, 1);
}

static void blanks_skip(struct toml_reader *reader)
{
    while (peek(reader) == ' ' || peek(reader) == '\t' || peek(reader) == '\r')
        step(reader);
}

static void line_skip(struct toml_reader *reader)
{
    while (reader->rest.len && peek(reader) != '\n')
        step(reader);
}

/* Blanks, line ends and comments. */
static void gap_skip(struct toml_reader *reader)
{
    for (;;) {
        blanks_skip(reader);
        if (peek(reader) == '#')
            line_skip(reader);
        else if (peek(reader) == '\n')
            step(reader);
        else
            return;
    }
}

/* After a value or a head nothing but a comment may follow. */
static void line_end(struct toml_reader *reader)
{
    blanks_skip(reader);
    if (peek(reader) == '#')
        line_skip(reader);
    if (reader->rest.len && peek(reader) != '\n' && !reader->failed)
        mistake(reader, "the line does not end where it should");
    line_skip(reader);
}

/* ---- texts ---- */

static void escape_add(struct toml_reader *reader, struct sb *out)
{
    static const char names[] = "btnfr\"\\", values[] = "\b\t\n\f\r\"\\";
    char c = peek(reader);
    const char *at = c ? strchr(names, c) : NULL;
    if (at)
        sb_addc(out, values[at - names]);
    else
        mistake(reader, "there is no such escape; these are known: \\b \\t \\n \\f \\r \\\" \\\\");
    step(reader);
}

/* "..." with escapes, '...' without. */
static struct str quoted(struct toml_reader *reader)
{
    char quote = peek(reader);
    struct sb out;
    sb_init(&out, reader->toml->memory);
    step(reader);
    while (reader->rest.len && peek(reader) != quote && peek(reader) != '\n' && !reader->failed) {
        char c = peek(reader);
        step(reader);
        if (c == '\\' && quote == '"')
            escape_add(reader, &out);
        else
            sb_addc(&out, c);
    }
    if (peek(reader) == quote)
        step(reader);
    else if (!reader->failed)
        mistake(reader, "the text has no closing quote on its line");
    struct str text = str_copy(reader->toml->arena, sb_str(&out));
    sb_release(&out);
    return text;
}

static bool is_bare(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

static struct str key_read(struct toml_reader *reader)
{
    if (peek(reader) == '"' || peek(reader) == '\'')
        return quoted(reader);
    size_t len = 0;
    while (len < reader->rest.len && is_bare(reader->rest.ptr[len]))
        len++;
    struct str key = str_slice(reader->rest, 0, len);
    reader->rest = str_skip(reader->rest, len);
    if (len == 0)
        mistake(reader, "a key was expected: letters, digits, - and _, or a text in quotes");
    return key;
}

/* ---- values ---- */

static void texts_read(struct toml_reader *reader, struct toml_entry *entry)
{
    VEC(struct str) texts = {0};
    step(reader);
    for (gap_skip(reader); !reader->failed && peek(reader) != ']'; gap_skip(reader)) {
        if (peek(reader) != '"' && peek(reader) != '\'') {
            mistake(reader, reader->rest.len ? "a list here holds texts in quotes"
                                             : "the list has no closing bracket");
            break;
        }
        VEC_PUSH(reader->toml->memory, &texts, quoted(reader));
        gap_skip(reader);
        if (peek(reader) == ',')
            step(reader);
        else if (peek(reader) != ']' && !reader->failed)
            mistake(reader, "a comma or a closing bracket was expected");
    }
    if (peek(reader) == ']')
        step(reader);
    entry->kind = TOML_TEXTS;
    entry->text_count = texts.len;
    entry->texts = ARENA_ARRAY(reader->toml->arena, struct str, texts.len + 1);
    if (texts.len)
        memcpy(entry->texts, texts.at, texts.len * sizeof(*texts.at));
    VEC_RELEASE(reader->toml->memory, &texts);
}

/* "2027-01-31" */
static bool is_date(struct str word)
{
    for (size_t i = 0; i < word.len; i++) {
        bool dash = i == 4 || i == 7;
        if (dash ? word.ptr[i] != '-' : word.ptr[i] < '0' || word.ptr[i] > '9')
            return false;
    }
    return word.len == 10;
}

static bool number_read(struct str word, double *number)
{
    char text[32], *end;
    size_t len = 0;
    for (size_t i = 0; i < word.len && len + 1 < sizeof(text); i++) {
        if (!memchr("0123456789.-", word.ptr[i], 12) && word.ptr[i] != '_')
            return false;
        if (word.ptr[i] != '_')
            text[len++] = word.ptr[i];
    }
    text[len] = 0;
    *number = strtod(text, &end);
    return len > 0 && *end == 0 && word.len < sizeof(text);
}

static void word_read(struct toml_reader *reader, struct toml_entry *entry)
{
    size_t len = 0;
    while (len < reader->rest.len && (is_bare(reader->rest.ptr[len]) ||
                                      reader->rest.ptr[len] == '.'))
        len++;
    struct str word = str_slice(reader->rest, 0, len);
    reader->rest = str_skip(reader->rest, len);
    if (str_is(word, "true") || str_is(word, "false")) {
        entry->kind = TOML_BOOL;
        entry->truth = str_is(word, "true");
    } else if (is_date(word)) {
        entry->kind = TOML_TEXT;
        entry->text = word;
    } else if (number_read(word, &entry->number)) {
        entry->kind = TOML_NUMBER;
    } else {
        mistake(reader, "a value was expected: a text in quotes, a number, true, false, a date, or "
                        "a list of texts");
    }
}

static void value_read(struct toml_reader *reader, struct toml_entry *entry)
{
    char c = peek(reader);
    if (c == '[') {
        texts_read(reader, entry);
    } else if (c == '"' || c == '\'') {
        entry->kind = TOML_TEXT;
        entry->text = quoted(reader);
    } else {
        word_read(reader, entry);
    }
}

/* ---- lines ---- */

/* "[table]" and "[[list]]" */
static void head_read(struct toml_reader *reader)
{
    step(reader);
    reader->in_list = peek(reader) == '[';
    if (reader->in_list)
        step(reader);
    blanks_skip(reader);
    reader->table = key_read(reader);
    blanks_skip(reader);
    reader->elements += reader->in_list;
    for (int i = 0; i <= reader->in_list && !reader->failed; i++) {
        if (peek(reader) != ']')
            mistake(reader, "a closing bracket was expected");
        step(reader);
    }
    line_end(reader);
}

static bool is_set(const struct toml_reader *reader, const struct toml_entry *entry)
{
    for (size_t i = 0; i < reader->toml->entries.len; i++) {
        const struct toml_entry *before = &reader->toml->entries.at[i];
        if (before->element == entry->element && str_equal(before->table, entry->table) &&
            str_equal(before->key, entry->key))
            return true;
    }
    return false;
}

static void entry_read(struct toml_reader *reader)
{
    struct toml_entry entry = {.table = reader->table, .in_list = reader->in_list,
                               .element = reader->in_list ? reader->elements : 0,
                               .line = reader->line};
    entry.key = key_read(reader);
    blanks_skip(reader);
    if (!reader->failed && peek(reader) != '=')
        mistake(reader, "a = was expected after the key");
    if (!reader->failed) {
        step(reader);
        blanks_skip(reader);
        value_read(reader, &entry);
    }
    if (!reader->failed && is_set(reader, &entry))
        mistake(reader, "the key was set before");
    line_end(reader);
    if (!reader->failed)
        VEC_PUSH(reader->toml->memory, &reader->toml->entries, entry);
}

enum status toml_read(struct str bytes, struct str name, struct diag_sink *sink, struct toml *toml)
{
    struct toml_reader reader = {.rest = bytes, .name = name, .line = 1, .sink = sink,
                                 .toml = toml};
    bool any = false;
    for (gap_skip(&reader); reader.rest.len; gap_skip(&reader)) {
        reader.failed = false;
        if (toml->entries.len >= LIMIT_POLICY_ENTRIES) {
            mistake(&reader, "there are more than LIMIT_POLICY_ENTRIES entries");
            return STATUS_LIMIT;
        }
        if (peek(&reader) == '[')
            head_read(&reader);
        else
            entry_read(&reader);
        any |= reader.failed;
    }
    return any ? STATUS_BAD_INPUT : STATUS_OK;
}

void toml_release(struct toml *toml)
{
    VEC_RELEASE(toml->memory, &toml->entries);
}
