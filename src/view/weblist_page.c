/* weblist_page.c: the page of -weblist: source lines with what they weigh, and below them, opened
 * by a click or a key, their machine code (internal/report source.go generate). A page needs
 * nothing else, not even a script. */
#include "view/weblist.h"

enum { EXPANDED = 5, MERGED = 20, CODE_WIDTH = 80, INDENT = 4 };

static const char page_head[] =
    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
    "<meta name=\"viewport\" content=\"width=device-width\">\n<title>";
static const char page_style[] =
    "</title>\n<style>\n"
    ":root { color-scheme: light dark; }\n"
    "body { font: 14px/1.4 system-ui, sans-serif; margin: 1.5em;\n"
    "       background: light-dark(#fff, #111); color: light-dark(#111, #eee); }\n"
    "h2 { font-size: 1.1em; margin: 2em 0 0.2em; overflow-wrap: anywhere; }\n"
    "p { margin: 0.2em 0; overflow-wrap: anywhere; }\n"
    ".listing { font: 12px/1.5 ui-monospace, monospace; white-space: pre; tab-size: 8;\n"
    "           overflow-x: auto; }\n"
    ".nop, .number, .place { color: light-dark(#666, #aaa); }\n"
    "summary { list-style: none; cursor: pointer; }\n"
    "summary:hover { background: #8883; }\n"
    "summary:focus-visible { outline: 2px solid Highlight; outline-offset: -2px; }\n"
    ".asm { color: light-dark(#060, #8d8); }\n"
    ".call { color: light-dark(#006, #aaf); }\n"
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

struct page {
    struct weblist *list;
    struct report *report;
    struct sb *out;
    struct source_reader reader;
    struct str file; /* of the lines that are written */
};
/* Lines of one function that stand near each other: entries[first..end). */
struct part {
    uint32_t function;
    size_t first, end;
    int64_t from, to; /* lines, without the last */
    int64_t flat, cum;
};
typedef VEC(struct part) part_list;

static struct str source_line(struct page *page, struct str path, int64_t number)
{
    struct source_file *file = source_file_open(&page->reader, path, true);
    return file && !file->err ? source_file_line(file, number) : STR_NONE;
}

/* ---- one line ---- */

/* As wide as on a terminal: to the next multiple of 8, counted as pprof does. */
static void add_padded(struct sb *out, size_t blanks, struct str text)
{
    size_t column = blanks;
    sb_repeat(out, ' ', blanks);
    for (size_t i = 0; i < text.len; i++) {
        bool tab = text.ptr[i] == '\t', rest = (text.ptr[i] & 0xc0) == 0x80; /* of a letter */
        column += !rest;
        if (!tab)
            add_html(out, str_slice(text, i, i + 1));
        size_t fill = tab ? 1 + (8 - column % 8) % 8 : 0;
        sb_repeat(out, ' ', fill);
        column += fill - tab;
    }
    if (column < CODE_WIDTH)
        sb_repeat(out, ' ', CODE_WIDTH - column);
}

static size_t indentation(struct str line)
{
    size_t column = 0;
    for (size_t i = 0; i < line.len && (line.ptr[i] == ' ' || line.ptr[i] == '\t'); i++)
        column += line.ptr[i] == ' ' ? 1 : 8 - column % 8;
    return column;
}

static bool same_call(const struct web_call *a, const struct web_call *b)
{
    return a->line == b->line && str_equal(a->file, b->file);
}

/* The calls that led to an instruction, as far as they are not those of the one before. */
static void write_calls(struct page *page, size_t indent, const struct web_entry *entry,
                        const struct web_entry *before)
{
    size_t known = before ? before->call_count : 0;
    for (size_t i = 0; i < entry->call_count; i++) {
        const struct web_call *call = &entry->calls[i];
        if (i < known && same_call(&before->calls[i], call))
            continue;
        known = 0;
        sb_addf(page->out, " %8s %10s %10s %8s  <span class=\"call\">", "", "", "", "");
        add_padded(page->out, indent + INDENT + INDENT * i,
                   str_trim(source_line(page, call->file, call->line)));
        sb_adds(page->out, "</span> <span class=\"place\">");
        add_html(page->out, names_base(call->file));
        sb_addf(page->out, ":%lld</span>\n", (long long)call->line);
    }
}

static void write_instruction(struct page *page, size_t indent, const struct web_entry *entry)
{
    const struct web_instruction *instruction =
        &page->list->instructions.at[entry->instruction];
    if (!instruction->text.ptr)
        return;
    sb_addf(page->out, " %8s %10s %10s %8llx: ", "",
            show_amount_or_dot(page->report, instruction->flat).text,
            show_amount_or_dot(page->report, instruction->cum).text,
            (unsigned long long)instruction->shown);
    add_padded(page->out, indent + INDENT + INDENT * entry->call_count, instruction->text);
    sb_adds(page->out, " <span class=\"place\">");
    if (instruction->file.len) {
        add_html(page->out, names_base(instruction->file));
        sb_addf(page->out, ":%lld", (long long)instruction->line);
    }
    sb_adds(page->out, "</span>\n");
}

static void write_code(struct page *page, size_t indent, size_t first, size_t end)
{
    const struct web_entry *before = NULL;
    uint64_t next = 0;
    sb_adds(page->out, "<div class=\"asm\">");
    for (size_t i = first; i < end; i++) {
        const struct web_entry *entry = &page->list->entries.at[i];
        const struct web_instruction *instruction =
            &page->list->instructions.at[entry->instruction];
        if (before && instruction->address != next)
            sb_addf(page->out, " %8s %28s\n", "", "⋮");
        next = instruction->address + instruction->length;
        write_calls(page, indent, entry, before);
        write_instruction(page, indent, entry);
        before = entry;
    }
    sb_adds(page->out, "</div>");
}

static bool has_code(const struct weblist *list, size_t first, size_t end)
{
    for (size_t i = first; i < end; i++) {
        const struct web_entry *entry = &list->entries.at[i];
        if (entry->call_count || list->instructions.at[entry->instruction].text.ptr)
            return true;
    }
    return false;
}

/* entries[first..end) are those of the line. */
static void write_line(struct page *page, int64_t number, size_t first, size_t end)
{
    struct str text = source_line(page, page->file, number);
    bool code = has_code(page->list, first, end);
    int64_t flat = 0, cum = 0;
    if (!text.ptr && first == end)
        return;
    if (!text.ptr)
        text = number ? STR("???") : STR("<instructions with unknown line numbers>");
    for (size_t i = first; i < end; i++) {
        const struct web_entry *entry = &page->list->entries.at[i];
        flat = added(flat, page->list->instructions.at[entry->instruction].flat);
        cum = added(cum, page->list->instructions.at[entry->instruction].cum);
    }
    sb_adds(page->out, code           ? "<details><summary>"
                       : first == end ? "<div class=\"nop\">"
                                      : "<div>");
    sb_addf(page->out, "<span class=\"number\"> %6lld</span>   %10s %10s %8s  ", (long long)number,
            show_amount_or_dot(page->report, flat).text,
            show_amount_or_dot(page->report, cum).text, "");
    add_html(page->out, text);
    if (code) {
        sb_adds(page->out, " </summary>");
        write_code(page, indentation(text), first, end);
    }
    sb_adds(page->out, code ? "</details>\n" : " </div>\n");
}

/* ---- functions ---- */

static uint32_t function_of(const struct weblist *list, const struct web_entry *entry)
{
    const uint64_t *pretty = map_get(&list->pretty, entry->function);
    return pretty ? (uint32_t)*pretty : entry->function;
}

static struct part part_of_line(const struct weblist *list, size_t first, size_t max)
{
    const struct web_entry *entry = &list->entries.at[first];
    struct part part = {.function = function_of(list, entry), .first = first, .end = first,
                        .from = entry->line, .to = entry->line + 1};
    for (; part.end < max && list->entries.at[part.end].line == entry->line; part.end++) {
        size_t instruction = list->entries.at[part.end].instruction;
        part.flat = added(part.flat, list->instructions.at[instruction].flat);
        part.cum = added(part.cum, list->instructions.at[instruction].cum);
    }
    return part;
}

/* Shows lines around, where there is room. */
static void expand(part_list *parts)
{
    for (size_t i = 0; i < parts->len; i++) {
        struct part *part = &parts->at[i];
        if (i == 0) {
            part->from = part->from > EXPANDED ? part->from - EXPANDED
                                               : part->from > 1 ? 1 : part->from;
            continue;
        }
        int64_t half = (part->from - parts->at[i - 1].to) / 2;
        half = half < EXPANDED ? half : EXPANDED;
        parts->at[i - 1].to += half;
        part->from -= half;
    }
    if (parts->len)
        parts->at[parts->len - 1].to += EXPANDED;
}

static void find_parts(struct weblist *list, size_t first, size_t end, part_list *parts)
{
    while (first < end) {
        struct part part = part_of_line(list, first, end);
        struct part *last = parts->len ? &parts->at[parts->len - 1] : NULL;
        first = part.end;
        if (!last || part.from - last->to >= MERGED || last->function != part.function) {
            VEC_PUSH(list->report->view->memory, parts, part);
            continue;
        }
        last->to = part.to;
        last->end = part.end;
        last->flat = added(last->flat, part.flat);
        last->cum = added(last->cum, part.cum);
    }
    expand(parts);
}

static void write_part(struct page *page, const struct part *part)
{
    struct report *report = page->report;
    sb_adds(page->out, "<h2>");
    add_html(page->out, view_str(report->view, part->function));
    sb_adds(page->out, "</h2>\n<p>");
    add_html(page->out, page->file);
    sb_adds(page->out, "</p>\n<div class=\"listing\">");
    sb_addf(page->out, "<div>  Total:  %10s %10s (flat, cum) %s</div>\n",
            show_amount(report, part->flat).text, show_amount(report, part->cum).text,
            units_percent(part->cum, report->total).text);
    size_t first = part->first;
    for (int64_t line = part->from; line < part->to; line++) {
        size_t end = first;
        while (end < part->end && page->list->entries.at[end].line == line)
            end++;
        write_line(page, line, first, end);
        first = end;
    }
    sb_adds(page->out, "</div>\n");
}

static void write_file(struct page *page, size_t first, size_t end)
{
    struct weblist *list = page->list;
    part_list parts = {0};
    page->file = view_str(list->report->view, list->entries.at[first].file);
    find_parts(list, first, end, &parts);
    for (size_t i = 0; i < parts.len; i++)
        if (parts.at[i].cum)
            write_part(page, &parts.at[i]);
    VEC_RELEASE(list->report->view->memory, &parts);
}

/* ---- all ---- */

static void write_head(struct report *report)
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

void weblist_page(struct weblist *list)
{
    struct page page = {.list = list, .report = list->report, .out = list->report->out};
    source_reader_init(&page.reader, list->report);
    write_head(list->report);
    const struct web_entry *entries = list->entries.at;
    for (size_t first = 0, end; first < list->entries.len; first = end) {
        end = first + 1;
        while (end < list->entries.len && entries[end].file == entries[first].file)
            end++;
        write_file(&page, first, end);
    }
    sb_adds(list->report->out, "</body>\n</html>\n");
    source_reader_release(&page.reader);
}
