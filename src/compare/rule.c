/* rule.c: what -fail-on says, and whether it is broken. The grammar stands in compare.h. */
#include "compare/compare_int.h"

#include <math.h>
#include <stdlib.h>

/* ---- reading ---- */

static const struct {
    const char *word;
    enum rule_subject subject;
} subjects[] = {
    {"total", RULE_TOTAL}, {"site", RULE_SITE}, {"function", RULE_FUNCTION}, {"cause", RULE_CAUSE},
};

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!(c == '_' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
              (c >= '0' && c <= '9')))
            return false;
    }
    return text.len > 0;
}

static const char *parse_subject(struct str what, struct compare_rule *rule)
{
    ptrdiff_t colon = str_find_char(what, ':');
    struct str word = str_trim(colon < 0 ? what : str_slice(what, 0, (size_t)colon));
    rule->part = colon < 0 ? STR_NONE : str_trim(str_skip(what, (size_t)colon + 1));
    for (size_t i = 0; i < COUNT_OF(subjects); i++) {
        if (!str_is(word, subjects[i].word))
            continue;
        rule->subject = subjects[i].subject;
        if (rule->subject == RULE_TOTAL && colon >= 0)
            return "only site, function and cause can be followed by a colon and a part of a name";
        return colon >= 0 && rule->part.len == 0 ? "there is no name after the colon" : NULL;
    }
    if (!is_name(word) || colon >= 0)
        return "it must begin with a sample type, total, site, function or cause";
    rule->subject = RULE_TOTAL;
    rule->type = word;
    return NULL;
}

/* A unit's worth; 0 when it is none. Letters' case does not count, nor does the i of KiB. */
static double unit_worth(struct str unit, enum rule_unit *kind)
{
    static const char letters[] = "kmgt";
    *kind = RULE_PLAIN;
    if (unit.len == 0)
        return 1;
    bool bytes = (unit.ptr[unit.len - 1] | 0x20) == 'b';
    *kind = bytes ? RULE_BYTES : RULE_OBJECTS;
    unit.len -= bytes;
    if (bytes && unit.len == 2 && unit.ptr[1] == 'i')
        unit.len--;
    if (unit.len == 0)
        return 1;
    const char *letter = unit.len == 1 ? strchr(letters, unit.ptr[0] | 0x20) : NULL;
    return letter ? pow(bytes ? 1024 : 1000, (double)(letter - letters + 1)) : 0;
}

/* Digits and at most one point; strtod would take more. */
static size_t number_length(struct str text)
{
    size_t len = 0, points = 0, digits = 0;
    for (; len < text.len; len++) {
        bool digit = text.ptr[len] >= '0' && text.ptr[len] <= '9';
        if (!digit && (text.ptr[len] != '.' || points++))
            break;
        digits += digit;
    }
    return digits ? len : 0;
}

static const char *parse_amount(struct str text, struct compare_rule *rule)
{
    char number[64];
    double sign = 1;
    if (text.len && (text.ptr[0] == '+' || text.ptr[0] == '-')) {
        rule->change = true;
        sign = text.ptr[0] == '-' ? -1 : 1;
        text = str_skip(text, 1);
    }
    if (str_starts(text, STR("=")))
        return "the sign is > or <, alone";
    size_t len = number_length(text);
    if (len == 0 || len >= sizeof(number))
        return "there is no number after the sign";
    memcpy(number, text.ptr, len);
    number[len] = '\0';
    rule->amount = sign * strtod(number, NULL);
    struct str unit = str_trim(str_skip(text, len));
    rule->percent = str_is(unit, "%");
    if (rule->percent || rule->subject != RULE_TOTAL)
        rule->change = true;
    double worth = rule->percent ? 1 : unit_worth(unit, &rule->unit);
    rule->amount *= worth;
    if (worth > 0)
        return NULL;
    return "the unit must be %, B, kB, MB, GB or TB (bytes), k, M, G or T (objects), or nothing";
}

/* Takes a word off the end. */
static bool take_word(struct str *text, const char *word)
{
    struct str end = str_from(word);
    if (!str_ends(*text, end) || text->len == end.len)
        return false;
    struct str rest = str_slice(*text, 0, text->len - end.len);
    if (str_trim(rest).len == rest.len)
        return false;
    *text = str_trim(rest);
    return true;
}

const char *compare_rule_parse(struct str text, struct compare_rule *rule)
{
    *rule = (struct compare_rule){.text = text};
    struct str rest = str_trim(text);
    if (take_word(&rest, "measured"))
        rule->proof = RULE_MEASURED;
    else if (take_word(&rest, "sure"))
        rule->proof = RULE_SURE;
    /* Function names hold no such sign, but operators of generic instances do: the last counts. */
    ptrdiff_t greater = str_find_last(rest, '>'), less = str_find_last(rest, '<');
    ptrdiff_t sign = greater > less ? greater : less;
    if (sign < 0)
        return "there is no > or <";
    rule->greater = sign == greater;
    const char *wrong = parse_subject(str_slice(rest, 0, (size_t)sign), rule);
    if (wrong)
        return wrong;
    return parse_amount(str_trim(str_skip(rest, (size_t)sign + 1)), rule);
}

/* ---- judging ---- */

static bool beyond(const struct compare_rule *rule, double value, double limit)
{
    return rule->greater ? value > limit : value < limit;
}

/* For a total the threshold says what is worth failing for; that it is no sampling noise suffices.
 * Among many sites M6 must hold. */
static bool is_proved(const struct compare_rule *rule, const struct change *change)
{
    if (rule->proof != RULE_SIGNIFICANT)
        return true;
    if (rule->subject == RULE_TOTAL)
        return change->verdict != COMPARE_NOISE;
    return change->verdict == COMPARE_SIGNIFICANT;
}

static bool change_breaks(const struct compare_rule *rule, const struct change *change)
{
    if (!rule->change) /* a budget for NEW: what was measured is what is compared */
        return beyond(rule, change->new, rule->amount);
    double limit = rule->percent ? rule->amount / 100 * change->old : rule->amount;
    double value = change->delta;
    if (rule->proof == RULE_SURE && rule->percent && change->ratio_high > 0) {
        limit = 1 + rule->amount / 100;
        value = rule->greater ? change->ratio_low : change->ratio_high;
    } else if (rule->proof == RULE_SURE) {
        value = rule->greater ? change->low : change->high;
    }
    return beyond(rule, value, limit) && is_proved(rule, change);
}

static bool concerns(const struct compare_rule *rule, const struct compare_row *row)
{
    return rule->part.len == 0 || str_contains(row->function, rule->part) ||
           str_contains(row->place.file, rule->part) || str_contains(row->text, rule->part);
}

static long rows_broken(const struct compare_rule *rule, const struct comparison *comparison,
                        enum compare_rows kind, size_t *first)
{
    long broken = 0;
    for (size_t i = 0; i < comparison->row_count[kind]; i++) {
        const struct compare_row *row = &comparison->rows[kind][i];
        if (!concerns(rule, row) || !change_breaks(rule, &row->change))
            continue;
        if (broken++ == 0)
            *first = i;
    }
    return broken;
}

static bool fits(const struct compare_rule *rule, struct str unit)
{
    bool bytes = str_starts(unit, STR("bytes"));
    return rule->unit == RULE_PLAIN || bytes == (rule->unit == RULE_BYTES);
}

long compare_rule_broken(const struct compare_rule *rule, const struct comparison *comparison,
                         size_t *first)
{
    if (rule->type.len == 0 && !fits(rule, comparison->unit))
        return RULE_OTHER_UNIT;
    switch (rule->subject) {
    case RULE_SITE: return rows_broken(rule, comparison, COMPARE_LINES, first);
    case RULE_FUNCTION: return rows_broken(rule, comparison, COMPARE_FUNCTIONS, first);
    case RULE_CAUSE:
        if (comparison->row_count[COMPARE_CAUSES] == 0)
            return RULE_NO_TYPE;
        return rows_broken(rule, comparison, COMPARE_CAUSES, first);
    case RULE_TOTAL: break;
    }
    for (size_t i = 0; i < comparison->total_count; i++) {
        const struct compare_total *total = &comparison->totals[i];
        if (rule->type.len ? str_equal(total->type, rule->type) : total->selected) {
            *first = i;
            if (!fits(rule, total->unit))
                return RULE_OTHER_UNIT;
            return change_breaks(rule, &total->change);
        }
    }
    return RULE_NO_TYPE;
}
