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
