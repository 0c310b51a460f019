/* rule.c: triggers as people write them, and what was expected where they are none. The grammar
 * stands in watch.h. */
#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "watch_int.h"

struct reader {
    struct str text;
    size_t at;
    struct diag_sink *sink;
};

static const struct figure {
    const char *name;
    enum watch_unit unit;
    bool relative;
    const char *help;
} figures[] = {
#define X(name, text, unit, relative, help) {text, WATCH_##unit, relative, help},
#include "watch_figures.h"
#undef X
};

const char *watch_figure_name(enum watch_figure figure)
{
    return figures[figure].name;
}

const char *watch_figure_help(enum watch_figure figure)
{
    return figures[figure].help;
}

/* ---- words ---- */

static bool expected(const struct reader *reader, size_t at, const char *what)
{
    struct str rest = str_skip(reader->text, at);
    size_t len = 0;
    while (len < rest.len && !isspace((unsigned char)rest.ptr[len]) && len < 20)
        len++;
    if (len)
        diag_add(reader->sink, DIAG_WATCH_RULE, reader->text, 0, at,
                 "column %zu: expected %s, found \"%.*s\"", at + 1, what, (int)len, rest.ptr);
    else
        diag_add(reader->sink, DIAG_WATCH_RULE, reader->text, 0, at,
                 "column %zu: expected %s, found its end", at + 1, what);
    return false;
}

static void skip_blanks(struct reader *reader)
{
    while (reader->at < reader->text.len &&
           isspace((unsigned char)reader->text.ptr[reader->at]))
        reader->at++;
}

static bool at_end(struct reader *reader)
{
    skip_blanks(reader);
    return reader->at == reader->text.len;
}

/* Letters, digits and underscores; STR_NONE where there are none. */
static struct str peek_word(struct reader *reader)
{
    skip_blanks(reader);
    size_t end = reader->at;
    while (end < reader->text.len &&
           (isalnum((unsigned char)reader->text.ptr[end]) || reader->text.ptr[end] == '_'))
        end++;
    return str_slice(reader->text, reader->at, end);
}

static bool take(struct reader *reader, struct str token)
{
    skip_blanks(reader);
    if (!str_starts(str_skip(reader->text, reader->at), token))
        return false;
    reader->at += token.len;
    return true;
}

static bool take_word(struct reader *reader, const char *word)
{
    struct str found = peek_word(reader);
    if (!str_is(found, word))
        return false;
    reader->at += found.len;
    return true;
}

/* ---- amounts ---- */

struct unit {
    const char *name;
    double factor;
};
static const struct unit byte_units[] = {
    {"", 1},          {"B", 1},         {"k", 0x1p10},   {"K", 0x1p10},  {"kB", 0x1p10},
    {"KB", 0x1p10},   {"KiB", 0x1p10},  {"Ki", 0x1p10},  {"M", 0x1p20},  {"MB", 0x1p20},
    {"MiB", 0x1p20},  {"Mi", 0x1p20},   {"G", 0x1p30},   {"GB", 0x1p30}, {"GiB", 0x1p30},
    {"Gi", 0x1p30},   {"T", 0x1p40},    {"TB", 0x1p40},  {"TiB", 0x1p40}, {"Ti", 0x1p40},
};
static const struct unit count_units[] = {{"", 1}, {"k", 1e3}, {"M", 1e6}};
static const struct unit time_units[] = {
    {"s", 1}, {"ms", 1e-3}, {"us", 1e-6}, {"m", 60}, {"h", 3600}, {"d", 86400},
};

/* Digits, with a point in them or not; how many characters. */
static size_t number_of(struct str text, double *value)
{
    enum { DIGITS_MAX = 30 };
    char digits[DIGITS_MAX + 1];
    size_t len = 0;
    while (len < text.len && len < DIGITS_MAX &&
           (isdigit((unsigned char)text.ptr[len]) || text.ptr[len] == '.'))
        len++;
    memcpy(digits, text.ptr ? text.ptr : "", len);
    digits[len] = 0;
    char *end = digits;
    *value = strtod(digits, &end);
    return len && *end == 0 ? len : 0;
}

double number_read(struct str text)
{
    double value;
    return number_of(text, &value) ? value : 0;
}

static bool scale(struct str unit, const struct unit *units, size_t count, double *value)
{
    for (size_t i = 0; i < count; i++) {
        if (str_is(unit, units[i].name)) {
            *value *= units[i].factor;
            return true;
        }
    }
    return false;
}

bool watch_bytes_parse(struct str text, int64_t *bytes)
{
    double value;
    size_t digits = number_of(text, &value);
    if (!digits || !scale(str_skip(text, digits), byte_units, COUNT_OF(byte_units), &value) ||
        value < 1 || value >= 0x1p62)
        return false;
    *bytes = (int64_t)value;
    return true;
}

bool watch_seconds_parse(struct str text, double *seconds)
{
    size_t digits = number_of(text, seconds);
    return digits && scale(str_skip(text, digits), time_units, COUNT_OF(time_units), seconds) &&
           *seconds > 0 && *seconds <= LIMIT_FLAG_NUMBER;
}

static bool take_number(struct reader *reader, double *value, const char *what)
{
    skip_blanks(reader);
    size_t len = number_of(str_skip(reader->text, reader->at), value);
    if (!len)
        return expected(reader, reader->at, what);
    reader->at += len;
    return true;
}

static bool take_time(struct reader *reader, double *seconds, const char *what)
{
    size_t start = reader->at;
    if (!take_number(reader, seconds, what))
        return false;
    struct str unit = peek_word(reader);
    if (!scale(unit, time_units, COUNT_OF(time_units), seconds))
        return expected(reader, reader->at, "a unit of time: ms, s, m, h or d");
    reader->at += unit.len;
    if (*seconds > 0 && *seconds <= LIMIT_FLAG_NUMBER)
        return true;
    return expected(reader, start, "a time above 0");
}

/* What an amount of a unit is written like. */
static const char *wanted_unit(enum watch_unit unit, bool percent)
{
    switch (unit) {
    case WATCH_BYTES:
        return percent ? "a unit, as in 85% (of the limit), 512MB or 1GiB"
                       : "a unit of bytes, as in 512MB or 1GiB";
    case WATCH_COUNT:
        return percent ? "a number, as in 10000 or 10k, or a share, as in 20%"
                       : "a number, as in 10000 or 10k";
    case WATCH_SHARE:
        return "a share, as in 15%";
    case WATCH_SECONDS:
        return "a unit of time: ms, s, m, h or d";
    }
    BUG("watch: unknown unit");
}

static bool take_amount(struct reader *reader, struct watch_condition *condition)
{
    enum watch_unit unit = figures[condition->figure].unit;
    bool percent = condition->growth || figures[condition->figure].relative || unit == WATCH_SHARE;
    if (!take_number(reader, &condition->value, "a number"))
        return false;
    if (percent && take(reader, STR("%"))) {
        condition->value /= 100;
        condition->relative = unit != WATCH_SHARE;
        return true;
    }
    struct str name = peek_word(reader);
    bool foreign = str_starts(str_skip(reader->text, reader->at), STR("%"));
    bool known = unit == WATCH_BYTES
                     ? scale(name, byte_units, COUNT_OF(byte_units), &condition->value)
                 : unit == WATCH_COUNT
                     ? scale(name, count_units, COUNT_OF(count_units), &condition->value)
                 : unit == WATCH_SECONDS
                     ? scale(name, time_units, COUNT_OF(time_units), &condition->value)
                     : false;
    /* A handful of bytes is a forgotten unit. */
    if (!known || foreign || (unit == WATCH_BYTES && !name.len && condition->value < 0x1p10))
        return expected(reader, reader->at, wanted_unit(unit, percent));
    reader->at += name.len;
    return true;
}

/* ---- conditions ---- */

static bool find_figure(struct str name, enum watch_figure *figure)
{
    for (size_t i = 0; i < COUNT_OF(figures); i++) {
        if (str_is(name, figures[i].name)) {
            *figure = (enum watch_figure)i;
            return true;
        }
    }
    return false;
}

static bool expected_figure(const struct reader *reader, size_t at, const char *more)
{
    char what[WATCH_RULE_BYTES * 2];
    size_t len = (size_t)snprintf(what, sizeof(what), "a figure (");
    for (size_t i = 0; i < COUNT_OF(figures) && len < sizeof(what); i++)
        len += (size_t)snprintf(what + len, sizeof(what) - len, "%s%s", i ? ", " : "",
                                figures[i].name);
    if (len < sizeof(what))
        snprintf(what + len, sizeof(what) - len, "%s)", more);
    return expected(reader, at, what);
}

/* "growth" or "growth(figure)". */
static bool take_growth(struct reader *reader, struct watch_condition *condition)
{
    condition->growth = true;
    condition->figure = WATCH_RSS;
    if (!take(reader, STR("(")))
        return true;
    struct str name = peek_word(reader);
    if (!find_figure(name, &condition->figure) || !trend_follows(condition->figure))
        return expected(reader, reader->at,
                        "a figure whose growth is followed: rss, used, heap, live, goroutines");
    reader->at += name.len;
    return take(reader, STR(")")) || expected(reader, reader->at, "\")\"");
}

static bool take_figure(struct reader *reader, struct watch_condition *condition)
{
    struct str name = peek_word(reader);
    if (!str_is(name, "growth") && !find_figure(name, &condition->figure))
        return expected_figure(reader, reader->at, ", growth");
    reader->at += name.len;
    return str_is(name, "growth") ? take_growth(reader, condition) : true;
}

static bool take_comparison(struct reader *reader, enum watch_comparison *comparison)
{
    static const struct {
        struct str sign;
        enum watch_comparison comparison;
    } signs[] = {{STR(">="), WATCH_AT_LEAST}, {STR(">"), WATCH_ABOVE},
                 {STR("<="), WATCH_AT_MOST}, {STR("<"), WATCH_BELOW}};
    for (size_t i = 0; i < COUNT_OF(signs); i++) {
        if (take(reader, signs[i].sign)) {
            *comparison = signs[i].comparison;
            return true;
        }
    }
    return expected(reader, reader->at, "a comparison: > >= < <=");
}

static bool take_condition(struct reader *reader, struct watch_condition *condition)
{
    *condition = (struct watch_condition){0};
    if (!take_figure(reader, condition) || !take_comparison(reader, &condition->comparison) ||
        !take_amount(reader, condition))
        return false;
    if (!condition->growth)
        return true;
    if (!take(reader, STR("/")))
        return expected(reader, reader->at, "the time it grows in, as in growth>20%/1m");
    skip_blanks(reader);
    size_t start = reader->at;
    /* "/m" is "/1m". */
    struct str unit = peek_word(reader);
    condition->window = 1;
    if (unit.len && scale(unit, time_units, COUNT_OF(time_units), &condition->window))
        reader->at += unit.len;
    else if (!take_time(reader, &condition->window, "a time, as in 1m"))
        return false;
    return condition->window <= LIMIT_WATCH_WINDOW ||
           expected(reader, start, "a time of at most one day");
}

static bool take_conditions(struct reader *reader, struct watch_rule *rule)
{
    do {
        skip_blanks(reader);
        if (rule->condition_count == WATCH_CONDITIONS)
            return expected(reader, reader->at, "at most four conditions");
        if (!take_condition(reader, &rule->conditions[rule->condition_count++]))
            return false;
    } while (take_word(reader, "and") || take(reader, STR("&&")));
    return true;
}

/* ---- options ---- */

static bool take_actions(struct reader *reader, unsigned *actions)
{
    static const struct {
        const char *name;
        enum watch_action action;
    } names[] = {{"capture", WATCH_CAPTURE}, {"webhook", WATCH_WEBHOOK}, {"run", WATCH_COMMAND}};
    do {
        size_t i = 0;
        while (i < COUNT_OF(names) && !take_word(reader, names[i].name))
            i++;
        if (i == COUNT_OF(names))
            return expected(reader, reader->at, "an action: capture, webhook or run");
        *actions |= names[i].action;
    } while (take(reader, STR("+")));
    return true;
}

static bool take_options(struct reader *reader, struct watch_rule *rule)
{
    while (!at_end(reader)) {
        bool good;
        if (take_word(reader, "for"))
            good = take_time(reader, &rule->hold, "a time, as in for 10s");
        else if (take_word(reader, "cool"))
            good = take_time(reader, &rule->cool, "a time, as in cool 5m");
        else if (take_word(reader, "do"))
            good = take_actions(reader, &rule->actions);
        else
            good = expected(reader, reader->at, "and, for, cool or do");
        if (!good)
            return false;
    }
    return true;
}

/* ---- a rule ---- */

static bool take_name(struct reader *reader, struct watch_rule *rule)
{
    struct str name = str_trim(reader->text);
    ptrdiff_t colon = str_find_char(reader->text, ':');
    if (colon >= 0) {
        name = str_trim(str_slice(reader->text, 0, (size_t)colon));
        if (!name.len)
            return expected(reader, (size_t)colon, "a name before the colon");
        reader->at = (size_t)colon + 1;
    }
    snprintf(rule->name, sizeof(rule->name), "%.*s", STR_ARGS(name));
    return true;
}

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if ((unsigned char)text.ptr[i] < ' ' || (unsigned char)text.ptr[i] > '~')
            return false;
    return true;
}

bool watch_rule_parse(struct str text, struct diag_sink *sink, struct watch_rule *rule)
{
    struct reader reader = {text, 0, sink};
    *rule = (struct watch_rule){.cool = WATCH_COOL_SECONDS};
    if (text.len >= sizeof(rule->text))
        return expected(&reader, sizeof(rule->text), "no more than 255 characters");
    if (!is_plain(text))
        return expected(&reader, 0, "plain text");
    snprintf(rule->text, sizeof(rule->text), "%.*s", STR_ARGS(str_trim(text)));
    return take_name(&reader, rule) && take_conditions(&reader, rule) &&
           take_options(&reader, rule);
}
