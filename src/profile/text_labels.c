/* text_labels.c: the labels of goroutines in the text form (runtime/pprof/pprof.go
 * printCountProfile, label.go labelMap.String):
 *
 *   # labels: {"route":"/cart", "user":"7"}
 *
 * Texts are as strconv.Quote writes them. A line that is not so is a comment like any other. */
#include "profile/text_form.h"

/* ---- what a backslash stands for ---- */

static bool take_code(struct str *text, size_t digits, uint32_t *code)
{
    uint64_t value;
    if (text_count_hex(*text) < digits || !text_to_hex(str_slice(*text, 0, digits), &value))
        return false;
    *code = (uint32_t)value;
    *text = str_skip(*text, digits);
    return true;
}

static void add_utf8(struct sb *out, uint32_t code)
{
    if (code < 0x80) {
        sb_addc(out, (char)code);
        return;
    }
    if (code >= 0x10000) {
        sb_addc(out, (char)(0xf0 | code >> 18));
        sb_addc(out, (char)(0x80 | (code >> 12 & 0x3f)));
    } else if (code >= 0x800) {
        sb_addc(out, (char)(0xe0 | code >> 12));
    }
    if (code >= 0x800)
        sb_addc(out, (char)(0x80 | (code >> 6 & 0x3f)));
    else
        sb_addc(out, (char)(0xc0 | code >> 6));
    sb_addc(out, (char)(0x80 | (code & 0x3f)));
}

/* Takes what follows a backslash. */
static bool take_escape(struct str *text, struct sb *out)
{
    static const char letters[] = "abfnrtv\\\"", meanings[] = "\a\b\f\n\r\t\v\\\"";
    uint32_t code;
    if (!text->len || !text->ptr[0])
        return false;
    char letter = text->ptr[0];
    const char *known = strchr(letters, letter);
    *text = str_skip(*text, 1);
    if (known) {
        sb_addc(out, meanings[known - letters]);
        return true;
    }
    if (letter != 'x' && letter != 'u' && letter != 'U')
        return false;
    if (!take_code(text, letter == 'x' ? 2 : letter == 'u' ? 4 : 8, &code) || code > 0x10ffff)
        return false;
    if (letter == 'x') /* a byte that is no part of UTF-8 */
        sb_addc(out, (char)code);
    else
        add_utf8(out, code);
    return true;
}

static bool take_quoted(struct str *text, struct sb *out)
{
    sb_clear(out);
    if (!text_take_char(text, '"'))
        return false;
    while (text->len) {
        char c = text->ptr[0];
        *text = str_skip(*text, 1);
        if (c == '"')
            return true;
        if (c != '\\')
            sb_addc(out, c);
        else if (!take_escape(text, out))
            return false;
    }
    return false;
}

/* ---- the line ---- */

static bool take_label(struct profile *profile, struct str *text, struct sb *word)
{
    struct profile_label label = {0};
    if (!take_quoted(text, word))
        return false;
    label.key = intern_add(&profile->strings, sb_str(word));
    if (!text_take_char(text, ':') || !take_quoted(text, word))
        return false;
    label.text = intern_add(&profile->strings, sb_str(word));
    if (label.text) /* an empty text cannot be told from a number */
        VEC_PUSH(profile->memory, &profile->labels, label);
    return true;
}

static bool take_labels(struct profile *profile, struct str text, struct sb *word)
{
    if (!text_take_char(&text, '{'))
        return false;
    while (!text_take_char(&text, '}'))
        if (!take_label(profile, &text, word) ||
            (!text_take_char(&text, ',') && !str_starts(text, STR("}"))))
            return false;
    return !str_trim(text).len;
}

uint32_t text_labels(struct profile *profile, struct str line)
{
    size_t first = profile->labels.len;
    struct sb word;
    sb_init(&word, profile->memory);
    if (!take_labels(profile, str_skip(line, sizeof("# labels:") - 1), &word))
        profile->labels.len = first;
    sb_release(&word);
    profile_labels_sort(profile, first);
    return build_label_set(profile, first);
}
