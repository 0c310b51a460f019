/* diff_text.c: `diff` on the terminal. No line is longer than style->columns. */
#include "report_int.h"

enum {
    DEFAULT_ROWS = 30,
    OTHER_ROWS = 8,      /* of changes that are not significant */
    MIN_COLUMNS = 60,
    PROSE_COLUMNS = 100,
    WIDE_COLUMNS = 150,
    LABEL = 15,
    OLD_FROM = 96,       /* columns from which OLD has a column of its own */
    RANK = 3, DELTA = 10, PERCENT = 7, RANGE = 20, VALUE = 9,
};

static struct str amount(struct text_ctx *ctx, double value, struct str unit, bool sign)
{
    sb_clear(&ctx->scratch);
    diff_amount(&ctx->scratch, value, unit, sign);
    return sb_str(&ctx->scratch);
}

static struct str percent(struct text_ctx *ctx, const struct change *change)
{
    sb_clear(&ctx->scratch);
    diff_percent(&ctx->scratch, change);
    return sb_str(&ctx->scratch);
}

static struct str range(struct text_ctx *ctx, const struct change *change, struct str unit)
{
    sb_clear(&ctx->scratch);
    diff_range(&ctx->scratch, change->low, change->high, unit);
    return sb_str(&ctx->scratch);
}

/* ---- the head ---- */

static void add_fact(struct text_ctx *ctx, const char *label, struct str text)
{
    paint_on(ctx, PAINT_DIM);
    column_left(ctx->out, str_from(label), LABEL);
    paint_off(ctx);
    wrap_add(ctx->out, text, LABEL, ctx->prose);
}

static void add_side(struct text_ctx *ctx, const struct report_diff *report,
                     enum compare_side side)
{
    const struct comparison *comparison = report->comparison;
    const struct change *total = &comparison->totals[comparison->selected].change;
    struct sb *text = &ctx->scratch;
    sb_clear(text);
    utf8_add_line(text, str_from(side ? report->new_name : report->old_name));
    sb_adds(text, ", ");
    amount_grouped(text, (uint64_t)(total->samples[side] + 0.5));
    sb_adds(text, " sampled objects");
    add_fact(ctx, side ? "new" : "old", sb_str(text));
}

static void add_total(struct text_ctx *ctx, const struct report_diff *report,
                      const struct compare_total *total)
{
    static const char *const words[] = {
        "within the noise",
        "changed, but another pair of runs may differ",
        "significant",
    };
    struct sb line, room;
    sb_init(&line, ctx->out->memory);
    sb_init(&room, ctx->out->memory);
    diff_amount(&line, total->change.old, total->unit, false);
    sb_adds(&line, " -> ");
    diff_amount(&line, total->change.new, total->unit, false);
    if (diff_per(report).len)
        sb_addf(&line, " per %.*s", STR_ARGS(diff_per(report)));
    sb_adds(&line, ": ");
    diff_amount(&line, total->change.delta, total->unit, true);
    sb_adds(&line, " (");
    diff_percent(&line, &total->change);
    sb_adds(&line, "), 95% range ");
    diff_range(&line, total->change.low, total->change.high, total->unit);
    sb_addf(&line, ", %s", words[total->change.verdict]);
    utf8_add_line(&room, total->type);
    add_fact(ctx, room.text, sb_str(&line));
    sb_release(&line);
    sb_release(&room);
}

static void add_notes(struct text_ctx *ctx, const struct report_diff *report)
{
    struct sb notes;
    sb_init(&notes, ctx->out->memory);
    diff_notes(report, &notes);
    struct str rest = sb_str(&notes);
    while (rest.len) {
        sb_clear(&ctx->scratch);
        wrap_add(&ctx->scratch, str_cut(&rest, '\n'), 0, ctx->prose);
        paint_lines(ctx, PAINT_DIM, sb_str(&ctx->scratch));
    }
    sb_release(&notes);
}

static void add_head(struct text_ctx *ctx, const struct report_diff *report)
{
    const struct comparison *comparison = report->comparison;
    add_total(ctx, report, &comparison->totals[comparison->selected]);
    for (size_t i = 0; i < comparison->total_count; i++)
        if (i != comparison->selected && diff_has_total(&comparison->totals[i]))
            add_total(ctx, report, &comparison->totals[i]);
    add_side(ctx, report, COMPARE_OLD);
    add_side(ctx, report, COMPARE_NEW);
    add_notes(ctx, report);
}

/* ---- the table ---- */

static void add_column_names(struct text_ctx *ctx, const struct report_diff *report)
{
    struct sb *out = ctx->out;
    struct sb room;
    sb_init(&room, out->memory);
    struct str unit = diff_unit(report, report->comparison->unit, &room);
    bool wide = ctx->columns >= OLD_FROM;
    paint_on(ctx, PAINT_DIM);
    column_right(out, STR("#"), RANK);
    column_right(out, STR("change"), DELTA + 1);
    column_right(out, STR("%"), PERCENT + 1);
    column_right(out, STR("95% range"), RANGE + 2);
    if (wide)
        column_right(out, STR("old"), VALUE + 1);
    column_right(out, STR("new"), VALUE + 1);
    sb_adds(out, "  ");
    size_t used = RANK + DELTA + 1 + PERCENT + 1 + RANGE + 2 + VALUE + 1 + 2 +
                  (wide ? VALUE + 1 : 0);
    sb_clear(&ctx->scratch);
    sb_addf(&ctx->scratch, "%s (%.*s)", diff_rows_name(report, 1), STR_ARGS(unit));
    report_fit(out, sb_str(&ctx->scratch), ctx->columns - used);
    paint_off(ctx);
    sb_addc(out, '\n');
    sb_release(&room);
}

/* Where it is, and where it was when its line moved. */
static void add_place(struct text_ctx *ctx, const struct compare_row *row, size_t indent)
{
    char moved[32] = "";
    size_t width = ctx->columns - indent;
    if (row->old_line)
        snprintf(moved, sizeof(moved), " (was :%u)", row->old_line);
    sb_repeat(ctx->out, ' ', indent);
    paint_on(ctx, PAINT_DIM);
    place_add(ctx->out, &row->place, width - strlen(moved));
    sb_adds(ctx->out, moved);
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

static void add_row(struct text_ctx *ctx, const struct report_diff *report, size_t rank,
                    const struct compare_row *row)
{
    const struct change *change = &row->change;
    struct str unit = report->comparison->unit;
    bool wide = ctx->columns >= OLD_FROM;
    struct sb *out = ctx->out;
    sb_clear(&ctx->scratch);
    sb_addf(&ctx->scratch, "%zu", rank);
    column_right(out, sb_str(&ctx->scratch), RANK);
    sb_addc(out, ' ');
    paint_on(ctx, change->delta > 0 ? PAINT_WARNING : PAINT_BAR);
    column_right(out, amount(ctx, change->delta, unit, true), DELTA);
    paint_off(ctx);
    column_right(out, percent(ctx, change), PERCENT + 1);
    column_right(out, range(ctx, change, unit), RANGE + 2);
    if (wide)
        column_right(out, amount(ctx, change->old, unit, false), VALUE + 1);
    column_right(out, amount(ctx, change->new, unit, false), VALUE + 1);
    size_t used = RANK + 1 + DELTA + PERCENT + 1 + RANGE + 2 + VALUE + 1 + 2 +
                  (wide ? VALUE + 1 : 0);
    sb_adds(out, "  ");
    struct str name = row->text.len ? row->text : function_short(row->function);
    report_fit(out, name.len ? name : STR("(no name)"), ctx->columns - used);
    sb_addc(out, '\n');
    if (row->place.file.len)
        add_place(ctx, row, used);
}

static size_t add_rows(struct text_ctx *ctx, const struct report_diff *report, size_t first,
                       size_t count)
{
    size_t all;
    const struct compare_row *rows = diff_rows(report, &all);
    for (size_t i = first; i < first + count; i++)
        add_row(ctx, report, i + 1, &rows[i]);
    return first + count;
}

static void add_more(struct text_ctx *ctx, size_t count, const char *what)
{
    if (count == 0)
        return;
    paint_on(ctx, PAINT_DIM);
    sb_addf(ctx->out, "    and %zu more%s", count, what);
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

static void add_title(struct text_ctx *ctx, const char *text)
{
    sb_clear(&ctx->scratch);
    wrap_add(&ctx->scratch, str_from(text), 0, ctx->prose);
    sb_addc(ctx->out, '\n');
    paint_lines(ctx, PAINT_TITLE, sb_str(&ctx->scratch));
}

static void add_group(struct text_ctx *ctx, const struct report_diff *report, size_t first,
                      size_t count, size_t limit)
{
    size_t shown = count < limit ? count : limit;
    if (shown == 0)
        return;
    add_column_names(ctx, report);
    add_rows(ctx, report, first, shown);
    add_more(ctx, count - shown, "; -n shows more");
}

static void add_table(struct text_ctx *ctx, const struct report_diff *report)
{
    size_t all, rows = ctx->style->rows ? ctx->style->rows : DEFAULT_ROWS;
    size_t others = ctx->style->rows ? ctx->style->rows : OTHER_ROWS;
    size_t significant = diff_verdicts(report, COMPARE_SIGNIFICANT);
    size_t possible = diff_verdicts(report, COMPARE_POSSIBLE);
    char title[400];
    (void)diff_rows(report, &all);
    if (significant)
        snprintf(title, sizeof(title), "%zu of %zu %s changed significantly", significant, all,
                 diff_rows_name(report, all));
    else
        snprintf(title, sizeof(title), "None of %zu %s changed significantly", all,
                 diff_rows_name(report, all));
    add_title(ctx, title);
    add_group(ctx, report, 0, significant, rows);
    if (possible) {
        snprintf(title, sizeof(title),
                 "Possible: %zu of which the range alone excludes zero; among so many %s, or with "
                 "so few objects, another run may show otherwise",
                 possible, diff_rows_name(report, all));
        add_title(ctx, title);
        add_group(ctx, report, significant, possible, others);
    }
    size_t noise = all - significant - possible;
    if (noise) {
        snprintf(title, sizeof(title), "Within the noise: %zu", noise);
        add_title(ctx, title);
        add_group(ctx, report, significant + possible, noise, others / 2 ? others / 2 : 1);
    }
}

static void add_rules(struct text_ctx *ctx, const struct report_diff *report)
{
    if (report->rule_count)
        sb_addc(ctx->out, '\n');
    for (size_t i = 0; i < report->rule_count; i++) {
        struct sb line;
        sb_init(&line, ctx->out->memory);
        diff_rule(report, &report->rules[i], &line);
        sb_clear(&ctx->scratch);
        wrap_add(&ctx->scratch, sb_str(&line), 2, ctx->prose);
        paint_lines(ctx, report->rules[i].broken ? PAINT_WARNING : PAINT_DIM,
                    sb_str(&ctx->scratch));
        sb_release(&line);
    }
}

void report_diff_text(const struct report_diff *report, const struct report_style *style,
                      struct sb *out)
{
    size_t columns = style->columns < MIN_COLUMNS ? MIN_COLUMNS : style->columns;
    struct text_ctx ctx = {.style = style, .out = out};
    ctx.columns = columns < WIDE_COLUMNS ? columns : WIDE_COLUMNS;
    ctx.prose = columns < PROSE_COLUMNS ? columns : PROSE_COLUMNS;
    sb_init(&ctx.scratch, out->memory);
    add_head(&ctx, report);
    add_table(&ctx, report);
    add_rules(&ctx, report);
    sb_release(&ctx.scratch);
}
