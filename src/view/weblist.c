/* weblist.c: -weblist: what -list shows, as a page of its own that needs nothing else. */
#include "view/view_int.h"

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>";
static const char page_style[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em; }\n"
    "h2 { font-size: 1.1em; margin: 2em 0 0.2em; overflow-wrap: anywhere; }\n"
    "p { margin: 0.2em 0; opacity: 0.8; }\n"
    "table { border-collapse: collapse; font: 12px/1.5 ui-monospace, monospace; width: 100%; }\n"
    "td { padding: 0 0.6em; white-space: pre; tab-size: 8; }\n"
    "td.amount, td.number { text-align: right; width: 1px; }\n"
    "td.number { opacity: 0.6; }\n"
    "tr.idle { opacity: 0.55; }\n"
    "tr:hover { background: #8883; }\n"
    "</style>\n</head>\n<body>\n";

static void add_html(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        switch (text.ptr[i]) {
        case '&': sb_adds(out, "&amp;"); break;
        case '<': sb_adds(out, "&lt;"); break;
        case '>': sb_adds(out, "&gt;"); break;
        case '"': sb_adds(out, "&quot;"); break;
        default: sb_addc(out, text.ptr[i]);
        }
    }
}

static void page_begin(struct list_writer *writer, struct str name, struct str file, int64_t flat,
                       int64_t cum)
{
    struct report *report = writer->report;
    struct sb *out = report->out;
    sb_adds(out, "<h2>");
    add_html(out, name);
    sb_adds(out, "</h2>\n<p>");
    add_html(out, file);
    sb_addf(out, "</p>\n<p>flat %s, cum %s: %s of the total</p>\n<table>\n",
            show_amount(report, flat).text, show_amount(report, cum).text,
            units_percent(cum, report->total).text);
}

static void page_line(struct list_writer *writer, int64_t number, int64_t flat, int64_t cum,
                      struct str text)
{
    struct report *report = writer->report;
    struct sb *out = report->out;
    sb_addf(out, "<tr%s><td class=\"amount\">%s</td><td class=\"amount\">%s</td>",
            flat || cum ? "" : " class=\"idle\"", show_amount_or_dot(report, flat).text,
            show_amount_or_dot(report, cum).text);
    sb_addf(out, "<td class=\"number\">%lld</td><td>", (long long)number);
    add_html(out, text);
    sb_adds(out, "</td></tr>\n");
}

static void page_fail(struct list_writer *writer, const char *why)
{
    sb_adds(writer->report->out, "<tr><td>");
    add_html(writer->report->out, str_from(why));
    sb_adds(writer->report->out, "</td></tr>\n");
}

static void page_end(struct list_writer *writer)
{
    sb_adds(writer->report->out, "</table>\n");
}

static void page_no_source(struct list_writer *writer, struct str name)
{
    sb_adds(writer->report->out, "<h2>");
    add_html(writer->report->out, name);
    sb_adds(writer->report->out, "</h2>\n<p>the profile names no source file for it</p>\n");
}

static void add_head(struct report *report)
{
    struct sb header;
    sb_init(&header, report->view->memory);
    header_profile(report, &header);
    struct str rest = sb_str(&header);
    sb_adds(report->out, page_head);
    add_html(report->out, str_from(report->settings.argument));
    sb_adds(report->out, page_style);
    while (rest.len) {
        sb_adds(report->out, "<p>");
        add_html(report->out, str_cut(&rest, '\n'));
        sb_adds(report->out, "</p>\n");
    }
    sb_addf(report->out, "<p>Total: %s</p>\n", show_amount(report, report->total).text);
    sb_release(&header);
}

/* By lines, as a page without machine code has no use for addresses. */
enum status weblist_write(struct report *report)
{
    struct list_writer writer = {
        .begin = page_begin,
        .line = page_line,
        .fail = page_fail,
        .end = page_end,
        .no_source = page_no_source,
    };
    add_head(report);
    enum status status = list_functions(report, &writer);
    sb_adds(report->out, "</body>\n</html>\n");
    return status;
}
