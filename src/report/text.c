/* text.c: `hot` on the terminal: what was read, the ranked table, the stories, the rest.
 *
 * T1. No line is longer than style->columns, escape sequences not counted.
 * T2. Without style->color there is no escape sequence (paint.c): it may be piped and compared. */
#include <stdio.h>

#include "report_int.h"

enum {
    DEFAULT_ROWS = 20,
    DEFAULT_STORIES = 3,
    MIN_COLUMNS = 60,    /* below that lines break; nobody reads tables on less */
    PROSE_COLUMNS = 100, /* wider prose is hard to read */
    WIDE_COLUMNS = 140,  /* a table gains nothing beyond */
    BAR_FROM = 96,       /* columns from which there is room for a bar */
    UNSUPPORTED_ROWS = 5,
    UNEXPLAINED_ROWS = 10,
    LABEL = 13,
};

/* ---- the head ---- */

static void add_fact(struct text_ctx *ctx, const char *label)
{
    paint_on(ctx, PAINT_DIM);
    column_left(ctx->out, str_from(label), LABEL);
    paint_off(ctx);
    wrap_add(ctx->out, sb_str(&ctx->scratch), LABEL, ctx->prose);
    sb_clear(&ctx->scratch);
}

static void add_type(struct text_ctx *ctx)
{
    struct str meaning = fact_meaning(ctx->evidence->type_name);
    utf8_add_line(&ctx->scratch, ctx->evidence->type_name);
    if (meaning.len) {
        sb_adds(&ctx->scratch, ", ");
        sb_add(&ctx->scratch, meaning);
    }
    add_fact(ctx, "sample type");
}

static void add_total(struct text_ctx *ctx)
{
    const struct evidence *evidence = ctx->evidence;
    report_amount(&ctx->scratch, evidence->total, evidence->unit);
    sb_adds(&ctx->scratch, "; ");
    report_share(&ctx->scratch, evidence->explained, evidence->total);
    sb_adds(&ctx->scratch, " explained, from ");
    amount_grouped(&ctx->scratch, fact_samples(evidence));
    sb_adds(&ctx->scratch, " sampled objects");
    if (evidence->go_version.len) {
        sb_adds(&ctx->scratch, " and the verdicts of ");
        utf8_add_line(&ctx->scratch, evidence->go_version);
    }
    add_fact(ctx, "total");
}

static void add_coverage(struct text_ctx *ctx)
{
    struct coverage coverage = fact_coverage(ctx->evidence);
    sb_addf(&ctx->scratch, "the first %zu of %zu cover ", coverage.causes,
            ctx->evidence->cause_count);
    report_share(&ctx->scratch, coverage.value, ctx->evidence->total);
    sb_adds(&ctx->scratch, " of the total");
    add_fact(ctx, "causes");
}

static void add_notices(struct text_ctx *ctx)
{
    struct sb notices;
    sb_init(&notices, ctx->out->memory);
    fact_notices(ctx->evidence, &notices);
    struct str rest = sb_str(&notices);
    while (rest.len) {
        struct str notice = str_cut(&rest, '\n');
        enum paint paint = str_starts(notice, STR("warning")) ? PAINT_WARNING : PAINT_DIM;
        wrap_add(&ctx->scratch, notice, 0, ctx->prose);
        paint_lines(ctx, paint, sb_str(&ctx->scratch));
        sb_clear(&ctx->scratch);
    }
    sb_release(&notices);
}

static void add_head(struct text_ctx *ctx)
{
    add_type(ctx);
    add_total(ctx);
    if (ctx->evidence->cause_count)
        add_coverage(ctx);
    if (ctx->evidence->other_ranking.len) {
        sb_add(&ctx->scratch, ctx->evidence->other_ranking);
        add_fact(ctx, "otherwise");
    }
    add_notices(ctx);
}

/* ---- the table ---- */

/* Columns of a row: rank share value interval [bar] text place, with blanks between. */
struct table {
    size_t text, place, bar;
    size_t text_lines;  /* a row's text goes on below, up to so many lines */
    size_t before_text; /* columns in front of the text */
    int64_t largest;    /* what a full bar means */
};
enum { RANK = 3, SHARE = 6, VALUE = 9, RANGE = 11 };

static struct table table_for(const struct text_ctx *ctx)
{
    struct table table = {.before_text = RANK + 2 + SHARE + 1 + VALUE + 2 + RANGE + 2};
    size_t columns = ctx->columns < WIDE_COLUMNS ? ctx->columns : WIDE_COLUMNS;
    if (ctx->style->color && columns >= BAR_FROM) {
        table.bar = 6;
        table.before_text += table.bar + 2;
    }
    size_t rest = columns - table.before_text - 2;
    table.place = rest * 2 / 5;
    table.text = rest - table.place;
    table.text_lines = columns < BAR_FROM ? 3 : 2;
    for (size_t i = 0; i < ctx->evidence->cause_count; i++)
        if (ctx->evidence->causes[i].measure.value > table.largest)
            table.largest = ctx->evidence->causes[i].measure.value;
    return table;
}

static void add_table_head(struct text_ctx *ctx, const struct table *table)
{
    struct sb *out = ctx->out;
    paint_on(ctx, PAINT_DIM);
    column_right(out, STR("#"), RANK);
    column_right(out, STR("share"), SHARE + 2);
    column_right(out, ctx->evidence->unit, VALUE + 1);
    column_right(out, STR("95% range"), RANGE + 2);
    sb_repeat(out, ' ', table->bar ? table->bar + 4 : 2);
    column_left(out, STR("cause"), table->text + 2);
    sb_adds(out, "where");
    paint_off(ctx);
    sb_addc(out, '\n');
}

/* Eighths of a column, U+2588 FULL BLOCK down to U+258F. */
static void add_bar(struct text_ctx *ctx, const struct table *table, int64_t value)
{
    double fraction = value > 0 ? amount_fraction(value, table->largest) : 0;
    size_t eighths = (size_t)(fraction * (double)table->bar * 8 + 0.5);
    paint_on(ctx, PAINT_BAR);
    for (size_t col = 0; col < table->bar; col++) {
        size_t left = eighths > col * 8 ? eighths - col * 8 : 0;
        utf8_add(ctx->out, left == 0 ? ' ' : left >= 8 ? 0x2588 : 0x2590 - (uint32_t)left);
    }
    paint_off(ctx);
    sb_adds(ctx->out, "  ");
}

static void add_figures(struct text_ctx *ctx, const struct cause *cause)
{
    struct sb *scratch = &ctx->scratch;
    sb_addf(scratch, "%u", cause->id);
    column_right(ctx->out, sb_str(scratch), RANK);
    sb_clear(scratch);
    report_share(scratch, cause->measure.value, ctx->evidence->total);
    column_right(ctx->out, sb_str(scratch), SHARE + 2);
    sb_clear(scratch);
    report_amount(scratch, cause->measure.value, ctx->evidence->unit);
    column_right(ctx->out, sb_str(scratch), VALUE + 1);
    sb_clear(scratch);
    amount_range(scratch, cause->measure.low, cause->measure.high, ctx->evidence->unit);
    column_right(ctx->out, sb_str(scratch), RANGE + 2);
    sb_clear(scratch);
    sb_adds(ctx->out, "  ");
}

/* What does not fit beside the figures goes on below. */
static void add_row_rest(struct text_ctx *ctx, const struct table *table, struct str rest)
{
    for (size_t line = 2; rest.len && line <= table->text_lines; line++) {
        sb_repeat(ctx->out, ' ', table->before_text);
        if (line < table->text_lines)
            utf8_add_line(ctx->out, wrap_next(&rest, table->text));
        else
            report_fit(ctx->out, rest, table->text);
        sb_addc(ctx->out, '\n');
    }
}

static void add_row(struct text_ctx *ctx, const struct table *table, const struct cause *cause)
{
    struct str rest = fact_cause_text(cause);
    add_figures(ctx, cause);
    if (table->bar)
        add_bar(ctx, table, cause->supported ? cause->measure.value : 0);
    column_left(ctx->out, wrap_next(&rest, table->text), table->text + 2);
    place_add(ctx->out, &cause->place, table->place);
    sb_addc(ctx->out, '\n');
    add_row_rest(ctx, table, rest);
}

/* "3 more causes: 1.2MB (0.1%)" */
static void add_rest(struct text_ctx *ctx, size_t count, int64_t value, const char *hint)
{
    if (count == 0)
        return;
    paint_on(ctx, PAINT_DIM);
    sb_addf(ctx->out, "     %zu more cause%s: ", count, count == 1 ? "" : "s");
    report_amount(ctx->out, value, ctx->evidence->unit);
    sb_adds(ctx->out, " (");
    report_share(ctx->out, value, ctx->evidence->total);
    sb_addf(ctx->out, ")%s", hint);
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

static size_t add_supported(struct text_ctx *ctx, const struct table *table, size_t rows)
{
    const struct evidence *evidence = ctx->evidence;
    size_t shown = 0, left_out = 0;
    int64_t value = 0;
    for (size_t i = 0; i < evidence->cause_count; i++) {
        const struct cause *cause = &evidence->causes[i];
        if (!cause->supported)
            continue;
        if (shown < rows) {
            add_row(ctx, table, cause);
            shown++;
        } else {
            left_out++;
            add_to_sum(&value, cause->measure.value);
        }
    }
    add_rest(ctx, left_out, value, "; -n shows more");
    return shown;
}

static void add_unsupported_rows(struct text_ctx *ctx, const struct table *table)
{
    const struct evidence *evidence = ctx->evidence;
    size_t shown = 0, left_out = 0;
    int64_t value = 0;
    for (size_t i = 0; i < evidence->cause_count; i++) {
        const struct cause *cause = &evidence->causes[i];
        if (cause->supported)
            continue;
        if (shown == 0)
            sb_adds(ctx->out, "\n     too few samples to rank:\n");
        if (shown < UNSUPPORTED_ROWS) {
            add_row(ctx, table, cause);
            shown++;
        } else {
            left_out++;
            add_to_sum(&value, cause->measure.value);
        }
    }
    add_rest(ctx, left_out, value, "");
}

/* Causes that too few samples stand behind: named apart and dimmed, so that nobody reads a rank
 * into them. */
static void add_unsupported(struct text_ctx *ctx, const struct table *table)
{
    struct sb rows;
    sb_init(&rows, ctx->out->memory);
    struct report_style plain = *ctx->style;
    plain.color = false;
    struct text_ctx inner = {.evidence = ctx->evidence, .style = &plain, .columns = ctx->columns,
                             .prose = ctx->prose, .out = &rows};
    sb_init(&inner.scratch, ctx->out->memory);
    add_unsupported_rows(&inner, table);
    paint_lines(ctx, PAINT_DIM, sb_str(&rows));
    sb_release(&inner.scratch);
    sb_release(&rows);
}

static void add_table(struct text_ctx *ctx)
{
    const struct report_style *style = ctx->style;
    struct table table = table_for(ctx);
    sb_addc(ctx->out, '\n');
    add_table_head(ctx, &table);
    add_supported(ctx, &table, style->rows ? style->rows : DEFAULT_ROWS);
    add_unsupported(ctx, &table);
}

/* ---- stories, and what nobody explains ---- */

static void add_stories(struct text_ctx *ctx)
{
    size_t wanted = ctx->style->stories ? ctx->style->stories : DEFAULT_STORIES;
    for (size_t i = 0; i < ctx->evidence->cause_count && wanted; i++) {
        if (!ctx->evidence->causes[i].supported)
            continue;
        story_add(ctx, i);
        wanted--;
    }
}

static void add_unexplained_row(struct text_ctx *ctx, const struct unexplained *unexplained)
{
    struct sb *scratch = &ctx->scratch;
    report_amount(scratch, unexplained->value, ctx->evidence->unit);
    column_right(ctx->out, sb_str(scratch), VALUE + 4);
    sb_clear(scratch);
    report_share(scratch, unexplained->value, ctx->evidence->total);
    column_right(ctx->out, sb_str(scratch), SHARE + 2);
    sb_clear(scratch);
    sb_adds(ctx->out, "  ");
    size_t indent = VALUE + 4 + SHARE + 4;
    utf8_add_line(scratch, function_short(unexplained->function));
    sb_adds(scratch, " at ");
    place_add(scratch, &unexplained->place, ctx->columns);
    sb_adds(scratch, ": ");
    utf8_add_line(scratch, unexplained->why);
    wrap_add(ctx->out, sb_str(scratch), indent, ctx->prose);
    sb_clear(scratch);
}

static void add_unexplained(struct text_ctx *ctx)
{
    const struct evidence *evidence = ctx->evidence;
    if (evidence->unexplained_count == 0)
        return;
    sb_addc(ctx->out, '\n');
    paint_on(ctx, PAINT_TITLE);
    sb_adds(ctx->out, "Unexplained: ");
    report_amount(ctx->out, evidence->total - evidence->explained, evidence->unit);
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
    int64_t rest = 0;
    for (size_t i = 0; i < evidence->unexplained_count; i++) {
        if (i < UNEXPLAINED_ROWS)
            add_unexplained_row(ctx, &evidence->unexplained[i]);
        else
            add_to_sum(&rest, evidence->unexplained[i].value);
    }
    if (evidence->unexplained_count > UNEXPLAINED_ROWS) {
        sb_addf(ctx->out, "     %zu more: ", evidence->unexplained_count - UNEXPLAINED_ROWS);
        report_amount(ctx->out, rest, evidence->unit);
        sb_addc(ctx->out, '\n');
    }
}

/* A few of what the compiler puts on the heap and the shipped program does not: constants are known
 * not to allocate, so others come first. */
static void add_elided(struct text_ctx *ctx)
{
    const struct evidence *evidence = ctx->evidence;
    size_t shown = 0;
    if (evidence->elided_count == 0)
        return;
    sb_addc(ctx->out, '\n');
    paint_on(ctx, PAINT_TITLE);
    sb_addf(ctx->out, "Elided: %zu", evidence->elided_count);
    paint_off(ctx);
    sb_adds(ctx->out, "\n  on the heap by verdict, without a call in the binary\n");
    for (size_t i = 0; i < evidence->elided_count && shown < UNEXPLAINED_ROWS; i++) {
        const struct site *site = &evidence->elided[i];
        if (site->kind == SITE_INTERFACE)
            continue;
        place_add(&ctx->scratch, &site->place, ctx->columns);
        sb_adds(&ctx->scratch, ": ");
        utf8_add_line(&ctx->scratch, site->text);
        sb_adds(ctx->out, "    ");
        wrap_add(ctx->out, sb_str(&ctx->scratch), 4, ctx->prose);
        sb_clear(&ctx->scratch);
        shown++;
    }
    if (shown < evidence->elided_count)
        sb_addf(ctx->out, "     %zu more: see -json\n", evidence->elided_count - shown);
}

void report_hot_text(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out)
{
    struct text_ctx ctx = {.evidence = evidence, .style = style, .out = out};
    ctx.columns = style->columns < MIN_COLUMNS ? MIN_COLUMNS : style->columns;
    ctx.prose = ctx.columns < PROSE_COLUMNS ? ctx.columns : PROSE_COLUMNS;
    sb_init(&ctx.scratch, out->memory);
    add_head(&ctx);
    if (evidence->cause_count) {
        add_table(&ctx);
        add_stories(&ctx);
    }
    add_unexplained(&ctx);
    add_elided(&ctx);
    sb_release(&ctx.scratch);
}
