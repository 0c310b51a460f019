/* page.c: `hot -html`: the template of page/ with title, data, and the terminal's text put in. */
#include "report_int.h"

#include "report/page_pieces.h"

struct hot_page {
    const struct evidence *evidence;
    const struct report_style *style;
};

static void add_title(const void *ctx, struct sb *out)
{
    const struct hot_page *page = ctx;
    sb_addf(out, "unheap hot: %.*s ", STR_ARGS(page->evidence->type_name));
    report_amount(out, page->evidence->total, page->evidence->unit);
}

static void add_text(const void *ctx, struct sb *out)
{
    const struct hot_page *page = ctx;
    struct report_style plain = *page->style;
    plain.columns = PAGE_TEXT_COLUMNS;
    plain.color = false;
    report_hot_text(page->evidence, &plain, out);
}

static void add_data(const void *ctx, struct sb *out)
{
    const struct hot_page *page = ctx;
    struct json_out json;
    json_out_init(&json, out->memory, out, true);
    page_write_data(&json, page->evidence, page->style);
    json_out_release(&json);
}

void report_hot_html(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out)
{
    const struct hot_page page = {evidence, style};
    const struct page_filler filler = {&page, add_title, add_text, add_data};
    page_fill(page_pieces, COUNT_OF(page_pieces), &filler, out);
}
