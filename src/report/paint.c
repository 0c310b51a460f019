/* paint.c: the colours of a terminal, by what they mean (ECMA-48, SGR). Only the sixteen that every
 * theme defines, so that the reader's own light or dark background stays readable. */
#include "report_int.h"

static const char *const paints[] = {
    [PAINT_TITLE] = "\x1b[1m", [PAINT_DIM] = "\x1b[2m",      [PAINT_BAR] = "\x1b[36m",
    [PAINT_MARK] = "\x1b[33m", [PAINT_WARNING] = "\x1b[33m",
};
_Static_assert(COUNT_OF(paints) == PAINT_COUNT, "a sequence for each paint");

void paint_on(struct text_ctx *ctx, enum paint paint)
{
    if (ctx->style->color)
        sb_adds(ctx->out, paints[paint]);
}

void paint_off(struct text_ctx *ctx)
{
    if (ctx->style->color)
        sb_adds(ctx->out, "\x1b[0m");
}

void paint_lines(struct text_ctx *ctx, enum paint paint, struct str lines)
{
    while (lines.len) {
        struct str line = str_cut(&lines, '\n');
        if (line.len) {
            paint_on(ctx, paint);
            sb_add(ctx->out, line);
            paint_off(ctx);
        }
        sb_addc(ctx->out, '\n');
    }
}
