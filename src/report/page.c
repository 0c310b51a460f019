/* page.c: `hot -html`: the template of page/ with three things put in: title, data, and the
 * terminal's text for readers without JavaScript. */
#include "report/page_pieces.h"
#include "report_int.h"

enum { NOSCRIPT_COLUMNS = 100 };

void page_add_escaped(struct sb *out, struct str text)
{
    struct sb valid;
    sb_init(&valid, out->memory);
    utf8_add_valid(&valid, text);
    for (size_t i = 0; i < valid.len; i++) {
        switch (valid.text[i]) {
        case '&': sb_adds(out, "&amp;"); break;
        case '<': sb_adds(out, "&lt;"); break;
        case '>': sb_adds(out, "&gt;"); break;
        case '"': sb_adds(out, "&quot;"); break;
        case '\'': sb_adds(out, "&#39;"); break;
        default: sb_addc(out, valid.text[i]);
        }
    }
    sb_release(&valid);
}

static void add_title(struct sb *out, const struct evidence *evidence)
{
    struct sb title;
    sb_init(&title, out->memory);
    sb_addf(&title, "unheap hot: %.*s ", STR_ARGS(evidence->type_name));
    report_amount(&title, evidence->total, evidence->unit);
    page_add_escaped(out, sb_str(&title));
    sb_release(&title);
}

static void add_text(struct sb *out, const struct evidence *evidence,
                     const struct report_style *style)
{
    struct report_style plain = *style;
    plain.columns = NOSCRIPT_COLUMNS;
    plain.color = false;
    struct sb text;
    sb_init(&text, out->memory);
    report_hot_text(evidence, &plain, &text);
    page_add_escaped(out, sb_str(&text));
    sb_release(&text);
}

static void add_data(struct sb *out, const struct evidence *evidence,
                     const struct report_style *style)
{
    struct json_out json;
    json_out_init(&json, out->memory, out, true);
    page_write_data(&json, evidence, style);
    json_out_release(&json);
}

void report_hot_html(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out)
{
    for (size_t i = 0; i < COUNT_OF(page_pieces); i++) {
        sb_addn(out, page_pieces[i].text, page_pieces[i].len);
        switch (page_pieces[i].slot) {
        case PAGE_SLOT_TITLE: add_title(out, evidence); break;
        case PAGE_SLOT_DATA: add_data(out, evidence, style); break;
        case PAGE_SLOT_TEXT: add_text(out, evidence, style); break;
        case PAGE_SLOT_END: break;
        }
    }
}
