/* show.c: what all reports say alike: amounts, patterns without a match, text that leaves early. */
#include "view/view_int.h"

int64_t to_int64(double value)
{
    if (!(value >= -0x1p63 && value < 0x1p63))
        return INT64_MIN;
    return (int64_t)value;
}

struct amount_text show_amount(const struct report *report, int64_t value)
{
    struct amount_text amount;
    struct sb sb;
    if (report->ratio > 0 && report->ratio != 1)
        value = to_int64((double)value * report->ratio);
    sb_init(&sb, report->view->memory);
    units_add(&sb, value, report->type_unit, report->unit);
    size_t len = sb.len < sizeof(amount.text) ? sb.len : sizeof(amount.text) - 1;
    memcpy(amount.text, sb.text ? sb.text : "", len + 1);
    amount.text[len] = '\0';
    sb_release(&sb);
    return amount;
}

struct amount_text show_amount_or_dot(const struct report *report, int64_t value)
{
    if (value)
        return show_amount(report, value);
    return (struct amount_text){"."};
}

/* How long the character is that the text begins with (RFC 3629, no surrogates); 1 for a byte that
 * begins none. */
static size_t character_length(struct str text)
{
    const unsigned char *bytes = (const unsigned char *)text.ptr;
    unsigned char first = bytes[0], low = 0x80, high = 0xbf;
    size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if (first < 0xc2 || first > 0xf4 || length > text.len)
        return 1;
    if (first == 0xe0 || first == 0xf0)
        low = first == 0xe0 ? 0xa0 : 0x90;
    if (first == 0xed || first == 0xf4)
        high = first == 0xed ? 0x9f : 0x8f;
    if (bytes[1] < low || bytes[1] > high)
        return 1;
    for (size_t i = 2; i < length; i++)
        if ((bytes[i] & 0xc0) != 0x80)
            return 1;
    return length;
}

size_t show_width(struct str text)
{
    size_t width = 0;
    for (; text.len; width++)
        text = str_skip(text, character_length(text));
    return width;
}

void show_flush(struct report *report)
{
    enum { MUCH = 1 << 18 };
    if (!report->settings.flush || report->out->len < MUCH)
        return;
    report->settings.flush(report->settings.flush_ctx, sb_str(report->out));
    sb_clear(report->out);
}

void show_aside(struct report *report, struct str line)
{
    struct sb text;
    sb_init(&text, report->view->memory);
    sb_addf(&text, "%.*s\n", STR_ARGS(line));
    if (report->settings.aside)
        report->settings.aside(report->settings.flush_ctx, sb_str(&text));
    else
        sb_add(report->out, sb_str(&text));
    sb_release(&text);
}

enum status show_no_match(struct report *report)
{
    diag_add(report->sink, DIAG_PROFILE_NO_MATCH, STR_NONE, 0, DIAG_NO_OFFSET,
             "no matches found for regexp: %s", report->settings.argument);
    return STATUS_NOT_FOUND;
}
