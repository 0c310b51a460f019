/* page_fill.c: a page from its template: the pieces of the template, and between them its title,
 * its text for readers without JavaScript, and its data. */
#include "report_int.h"

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

static void add_escaped_part(void (*part)(const void *ctx, struct sb *out), const void *ctx,
                             struct sb *out)
{
    struct sb text;
    sb_init(&text, out->memory);
    part(ctx, &text);
    page_add_escaped(out, sb_str(&text));
    sb_release(&text);
}

void page_fill(const struct page_piece *pieces, size_t count, const struct page_filler *filler,
               struct sb *out)
{
    for (size_t i = 0; i < count; i++) {
        sb_addn(out, pieces[i].text, pieces[i].len);
        switch (pieces[i].slot) {
        case PAGE_SLOT_TITLE: add_escaped_part(filler->title, filler->ctx, out); break;
        case PAGE_SLOT_TEXT: add_escaped_part(filler->text, filler->ctx, out); break;
        case PAGE_SLOT_DATA: filler->data(filler->ctx, out); break;
        case PAGE_SLOT_END: break;
        }
    }
}
