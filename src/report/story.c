/* story.c: one cause at length: what it is, what to do, how it comes about, where, and who pays. */
#include <stdio.h>

#include "report_int.h"

enum {
    INDENT = 3,
    EXCERPT_AROUND = 1,  /* lines before and after the one that counts */
    TAB = 4,
    SITE_ROWS = 8,
    MAX_STEP_PLACE = 34,
    VALUE = 9,
    SHARE = 6,
};

static void indent_to(struct text_ctx *ctx, size_t columns)
{
    sb_repeat(ctx->out, ' ', columns);
}

static void add_title_rest(struct text_ctx *ctx, struct str rest)
{
    if (rest.len == 0)
        return;
    sb_repeat(&ctx->scratch, ' ', INDENT);
    wrap_add(&ctx->scratch, rest, INDENT, ctx->prose);
    paint_lines(ctx, PAINT_TITLE, sb_str(&ctx->scratch));
    sb_clear(&ctx->scratch);
}

/* "1. stored in the global map orders            743.21MB  31.4%" */
static void add_title(struct text_ctx *ctx, const struct cause *cause)
{
    struct sb *scratch = &ctx->scratch, *out = ctx->out;
    report_amount(scratch, cause->measure.value, ctx->evidence->unit);
    sb_adds(scratch, "  ");
    report_share(scratch, cause->measure.value, ctx->evidence->total);
    size_t figures = utf8_width(sb_str(scratch));
    char rank[16];
    int used = snprintf(rank, sizeof(rank), "%u. ", cause->id);
    size_t width = ctx->prose - (size_t)used - figures - 2;
    sb_addc(out, '\n');
    paint_on(ctx, PAINT_TITLE);
    sb_adds(out, rank);
    struct str rest = fact_cause_text(cause);
    column_left(out, wrap_next(&rest, width), width);
    sb_adds(out, "  ");
    sb_add(out, sb_str(scratch));
    paint_off(ctx);
    sb_addc(out, '\n');
    sb_clear(scratch);
    add_title_rest(ctx, rest);
}

static void add_where(struct text_ctx *ctx, const struct cause *cause)
{
    struct sb *scratch = &ctx->scratch;
    place_add(scratch, &cause->place, ctx->columns - INDENT);
    if (cause->function.len) {
        sb_adds(scratch, " in ");
        utf8_add_line(scratch, function_short(cause->function));
    }
    sb_addf(scratch, "; %s; 95%% range ", cause_category_title(cause->category));
    amount_range(scratch, cause->measure.low, cause->measure.high, ctx->evidence->unit);
    sb_adds(scratch, " from ");
    amount_grouped(scratch, cause->measure.samples);
    sb_adds(scratch, cause->measure.samples == 1 ? " sample" : " samples");
    struct sb lines;
    sb_init(&lines, ctx->out->memory);
    sb_repeat(&lines, ' ', INDENT);
    wrap_add(&lines, sb_str(scratch), INDENT, ctx->prose);
    paint_lines(ctx, PAINT_DIM, sb_str(&lines));
    sb_release(&lines);
    sb_clear(scratch);
}

static void add_heading(struct text_ctx *ctx, const char *text)
{
    sb_addc(ctx->out, '\n');
    indent_to(ctx, INDENT);
    paint_on(ctx, PAINT_TITLE);
    sb_adds(ctx->out, text);
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

static void add_advice(struct text_ctx *ctx, const struct cause *cause)
{
    if (cause->advice.len == 0)
        return;
    add_heading(ctx, "What to change");
    indent_to(ctx, INDENT);
    wrap_add(ctx->out, cause->advice, INDENT, ctx->prose);
}

/* ---- the numbered story ---- */

static size_t place_width(const struct place *place, struct sb *scratch)
{
    place_add(scratch, place, MAX_STEP_PLACE);
    size_t width = utf8_width(sb_str(scratch));
    sb_clear(scratch);
    return width;
}

static bool same_place(const struct place *a, const struct place *b)
{
    return a->line == b->line && str_equal(a->file, b->file);
}

/* Steps on one line name it once. */
static void add_step(struct text_ctx *ctx, const struct told_step *steps, size_t i, size_t width)
{
    struct sb *scratch = &ctx->scratch;
    indent_to(ctx, INDENT);
    sb_addf(ctx->out, "%2zu. ", i + 1);
    if (i == 0 || !same_place(&steps[i].place, &steps[i - 1].place))
        place_add(scratch, &steps[i].place, MAX_STEP_PLACE);
    paint_on(ctx, PAINT_DIM);
    column_left(ctx->out, sb_str(scratch), width + 2);
    paint_off(ctx);
    sb_clear(scratch);
    wrap_add(ctx->out, steps[i].text, INDENT + 4 + width + 2, ctx->prose);
}

static void add_steps(struct text_ctx *ctx, const struct cause *cause)
{
    if (cause->story_count == 0)
        return;
    add_heading(ctx, "How it gets to the heap");
    size_t width = 0;
    for (size_t i = 0; i < cause->story_count; i++) {
        size_t used = place_width(&cause->story[i].place, &ctx->scratch);
        width = used > width ? used : width;
    }
    for (size_t i = 0; i < cause->story_count; i++)
        add_step(ctx, cause->story, i, width);
}

/* ---- source lines ---- */

static void add_source_line(struct text_ctx *ctx, const struct source_file *source, size_t line,
                            bool marked)
{
    indent_to(ctx, INDENT);
    paint_on(ctx, marked ? PAINT_MARK : PAINT_DIM);
    sb_addf(ctx->out, "%s %5zu | ", marked ? ">" : " ", line);
    if (!marked)
        paint_off(ctx);
    source_add_line(ctx->out, source_line(source, line), TAB, ctx->columns - INDENT - 10);
    if (marked)
        paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

/* The title has named the cause's own place; another one needs its name. */
static void add_excerpt_head(struct text_ctx *ctx, const struct place *place)
{
    indent_to(ctx, INDENT + 2);
    paint_on(ctx, PAINT_DIM);
    place_add(ctx->out, place, ctx->columns - INDENT - 2);
    paint_off(ctx);
    sb_addc(ctx->out, '\n');
}

static void add_excerpt(struct text_ctx *ctx, const struct source_file *source,
                        const struct place *place, bool named)
{
    size_t last = source->starts.len;
    if (place->line == 0 || place->line > last)
        return;
    size_t from = place->line > EXCERPT_AROUND ? place->line - EXCERPT_AROUND : 1;
    size_t to = place->line + EXCERPT_AROUND < last ? place->line + EXCERPT_AROUND : last;
    sb_addc(ctx->out, '\n');
    if (!named)
        add_excerpt_head(ctx, place);
    for (size_t line = from; line <= to; line++)
        add_source_line(ctx, source, line, line == place->line);
}

static void add_excerpt_of(struct text_ctx *ctx, struct str path, const struct place *place,
                           bool named)
{
    struct source_file source;
    if (!source_open(&source, path, ctx->out->memory, ctx->evidence->sink))
        return;
    add_excerpt(ctx, &source, place, named);
    source_close(&source);
}

static bool near(const struct place *a, const struct place *b)
{
    uint32_t apart = a->line > b->line ? a->line - b->line : b->line - a->line;
    return str_equal(a->file, b->file) && apart <= EXCERPT_AROUND;
}

/* The step itself, and the dearest allocation when that is elsewhere. */
static void add_sources(struct text_ctx *ctx, const struct cause *cause)
{
    add_excerpt_of(ctx, cause->source_path, &cause->place, true);
    if (cause->part_count == 0)
        return;
    const struct site *site = &ctx->evidence->sites[cause->parts[0].site];
    if (!near(&site->place, &cause->place))
        add_excerpt_of(ctx, site->source_path, &site->place, false);
}

/* ---- who pays ---- */

static void describe_site(struct sb *out, const struct site *site)
{
    utf8_add_line(out, fact_expression(site));
    if (site->size)
        sb_addf(out, ", %llu B each", (unsigned long long)site->size);
    bool told = site->text.len == 0 && site->type.len == 0; /* the reason was the expression */
    if (site->verdict != VERDICT_HEAP && site->reason.len && !told) {
        sb_adds(out, ", ");
        utf8_add_line(out, site->reason);
    }
    if (site->copies > 1)
        sb_addf(out, ", %u inlined copies", site->copies);
    if (site->ambiguous)
        sb_adds(out, " ~");
}

static void add_site(struct text_ctx *ctx, const struct cause_part *part, size_t place_columns)
{
    struct sb *scratch = &ctx->scratch, *out = ctx->out;
    const struct site *site = &ctx->evidence->sites[part->site];
    report_amount(scratch, part->value, ctx->evidence->unit);
    column_right(out, sb_str(scratch), INDENT + VALUE);
    sb_clear(scratch);
    report_share(scratch, part->value, ctx->evidence->total);
    column_right(out, sb_str(scratch), SHARE + 1);
    sb_clear(scratch);
    sb_adds(out, "  ");
    place_add(scratch, &site->place, MAX_STEP_PLACE);
    column_left(out, sb_str(scratch), place_columns + 2);
    sb_clear(scratch);
    describe_site(scratch, site);
    wrap_add(out, sb_str(scratch), INDENT + VALUE + SHARE + 3 + place_columns + 2,
             ctx->prose);
    sb_clear(scratch);
}

static void add_sites_left(struct text_ctx *ctx, const struct cause *cause)
{
    int64_t rest = 0;
    for (size_t i = SITE_ROWS; i < cause->part_count; i++)
        add_to_sum(&rest, cause->parts[i].value);
    report_amount(&ctx->scratch, rest, ctx->evidence->unit);
    column_right(ctx->out, sb_str(&ctx->scratch), INDENT + VALUE);
    sb_clear(&ctx->scratch);
    size_t left = cause->part_count - SITE_ROWS;
    sb_addf(ctx->out, "         %zu more place%s\n", left, left == 1 ? "" : "s");
}

static void add_sites(struct text_ctx *ctx, const struct cause *cause)
{
    if (cause->part_count == 0)
        return;
    add_heading(ctx, "Allocated at");
    size_t shown = cause->part_count < SITE_ROWS ? cause->part_count : SITE_ROWS;
    size_t width = 0;
    for (size_t i = 0; i < shown; i++) {
        const struct site *site = &ctx->evidence->sites[cause->parts[i].site];
        size_t used = place_width(&site->place, &ctx->scratch);
        width = used > width ? used : width;
    }
    for (size_t i = 0; i < shown; i++)
        add_site(ctx, &cause->parts[i], width);
    if (shown < cause->part_count)
        add_sites_left(ctx, cause);
}

void story_add(struct text_ctx *ctx, size_t cause_index)
{
    const struct cause *cause = &ctx->evidence->causes[cause_index];
    add_title(ctx, cause);
    add_where(ctx, cause);
    add_advice(ctx, cause);
    add_steps(ctx, cause);
    add_sources(ctx, cause);
    add_sites(ctx, cause);
}
