/* gate_ci: what CI systems show: GitHub's annotations and job summary, GitLab's code quality,
 * JUnit's XML. */
#include "gate_int.h"

#include <inttypes.h>
#include <stdio.h>

/* ---- GitHub ---- */

/* Workflow commands end at a line feed, and properties at a comma or colon
 * (actions/toolkit, core command escaping). */
static void command_add(struct sb *out, struct str text, bool property)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '%' || c == '\n' || c == '\r' || (property && (c == ',' || c == ':')))
            sb_addf(out, "%%%02X", (unsigned char)c);
        else
            sb_addc(out, c);
    }
}

static void annotation_add(const struct report_gate *report, const struct gate_item *item,
                           struct sb *out)
{
    static const char *const commands[] = {"notice", "notice", "warning", "error"};
    struct sb text;
    sb_init(&text, out->memory);
    gate_path(report, item->site->shown, &text);
    sb_addf(out, "::%s file=", commands[item->severity]);
    command_add(out, sb_str(&text), true);
    sb_addf(out, ",line=%u,", item->site->line);
    if (item->site->column)
        sb_addf(out, "col=%u,", item->site->column);
    sb_adds(out, "title=");
    command_add(out, str_from("unheap gate"), true);
    sb_adds(out, "::");
    sb_clear(&text);
    sb_addf(&text, "%.*s\n", STR_ARGS(item->message));
    gate_item_advice(item->site, &text);
    command_add(out, sb_str(&text), false);
    sb_addc(out, '\n');
    sb_release(&text);
}

void report_gate_github(const struct report_gate *report, struct sb *out)
{
    struct gate_items items;
    size_t told[GATE_SEVERITY_COUNT] = {0}, left = 0;
    gate_items_init(&items, report->verdict);
    for (size_t i = 0; i < items.list.len; i++) {
        const struct gate_item *item = &items.list.at[i];
        enum gate_severity kind = item->severity == GATE_OFF ? GATE_NOTE : item->severity;
        if (told[kind]++ < LIMIT_ANNOTATIONS)
            annotation_add(report, item, out);
        else
            left++;
    }
    if (left)
        sb_addf(out, "%zu more are not annotated: GitHub shows %d of a kind\n", left,
                LIMIT_ANNOTATIONS);
    gate_items_release(&items);
    sb_addf(out, "%s: %zu new, %zu fixed, %zu moved, %zu kept\n",
            report->verdict->fails ? "FAIL" : "pass", report->verdict->found.len,
            report->verdict->fixed.len, report->verdict->moved, report->verdict->kept);
}

/* ---- Markdown ---- */

/* In a table's cell, as code. */
static void cell_add(struct sb *out, struct str text)
{
    sb_addc(out, '`');
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '|')
            sb_addc(out, '\\');
        sb_addc(out, c == '`' ? '\'' : c == '\n' ? ' ' : c);
    }
    sb_addc(out, '`');
}

static void row_add(const struct report_gate *report, const struct gate_item *item, struct sb *out)
{
    struct sb place;
    sb_init(&place, out->memory);
    gate_path(report, item->site->shown, &place);
    sb_addf(&place, ":%u", item->site->line);
    sb_addf(out, "| %s | ", gate_severity_name(item->severity));
    cell_add(out, sb_str(&place));
    sb_adds(out, " | ");
    cell_add(out, item->site->expression);
    sb_addf(out, " | %s | ",
            item->finding ? cause_category_title(item->site->category) : item->rule.ptr);
    if (item->finding && item->finding->cost.bytes)
        report_amount(out, item->finding->cost.bytes, STR("bytes"));
    sb_adds(out, " |\n");
    sb_release(&place);
}

static void details_add(const struct report_gate *report, const struct gate_item *item,
                        struct sb *out)
{
    struct sb path;
    sb_init(&path, out->memory);
    gate_path(report, item->site->shown, &path);
    sb_addf(out, "\n**%.*s:%u** ", STR_ARGS(sb_str(&path)), item->site->line);
    cell_add(out, item->site->text);
    sb_addc(out, '\n');
    for (size_t i = 0; i < item->site->story_count; i++) {
        sb_addf(out, "%s%zu. line %u: ", i ? "" : "\n", i + 1, item->site->story[i].place.line);
        cell_add(out, item->site->story[i].text);
        sb_addc(out, '\n');
    }
    sb_addf(out, "\n%.*s\n", STR_ARGS(cause_category_advice(item->site->category)));
    sb_release(&path);
}

void report_gate_markdown(const struct report_gate *report, struct sb *out)
{
    enum { ROWS = 100, STORIES = 10 };
    const struct gate_verdict *verdict = report->verdict;
    struct gate_items items;
    gate_items_init(&items, verdict);
    sb_addf(out, "## unheap gate: %s\n\n%zu new, %zu fixed, %zu moved, %zu kept, against %s\n",
            verdict->fails ? "something new is on the heap" : "nothing new", verdict->found.len,
            verdict->fixed.len, verdict->moved, verdict->kept, report->against);
    if (items.list.len)
        sb_adds(out, "\n| | where | what | why | bytes |\n|---|---|---|---|---:|\n");
    for (size_t i = 0; i < items.list.len && i < ROWS; i++)
        row_add(report, &items.list.at[i], out);
    if (items.list.len > ROWS)
        sb_addf(out, "\n%zu more are left out.\n", items.list.len - ROWS);
    for (size_t i = 0; i < items.list.len && i < STORIES; i++)
        details_add(report, &items.list.at[i], out);
    gate_items_release(&items);
}

/* ---- GitLab ---- */

static json_t *issue_json(struct json_out *json, const struct report_gate *report,
                          const struct gate_item *item)
{
    static const char *const severities[] = {"info", "info", "minor", "major"};
    char print[32];
    snprintf(print, sizeof(print), "%016" PRIx64, gate_fingerprint(item));
    struct sb path;
    sb_init(&path, json->memory);
    gate_path(report, item->site->shown, &path);
    json_t *issue = json_new_object(json), *location = json_new_object(json);
    json_t *lines = json_new_object(json);
    json_put(json, lines, "begin", json_new_number(json, item->site->line));
    json_put(json, location, "path", json_new_text(json, sb_str(&path)));
    json_put(json, location, "lines", lines);
    json_put(json, issue, "description", json_new_text(json, item->message));
    json_put(json, issue, "check_name", json_new_text(json, item->rule));
    json_put(json, issue, "fingerprint", json_new_text(json, str_from(print)));
    json_put(json, issue, "severity", json_new_text(json, str_from(severities[item->severity])));
    json_put(json, issue, "location", location);
    sb_release(&path);
    return issue;
}

void report_gate_gitlab(const struct report_gate *report, struct sb *out)
{
    struct gate_items items;
    struct json_out json;
    gate_items_init(&items, report->verdict);
    json_out_init(&json, report->verdict->memory, out, false);
    json_begin(&json, NULL, '[');
    for (size_t i = 0; i < items.list.len; i++)
        json_write(&json, NULL, issue_json(&json, report, &items.list.at[i]));
    json_end(&json, ']');
    json_out_release(&json);
    sb_addc(out, '\n');
    gate_items_release(&items);
}

/* ---- JUnit ---- */

/* XML 1.0: markup characters as entities; control characters cannot stand in it at all. */
static void xml_add(struct sb *out, struct str text)
{
    static const char plain[] = "<>&\"", *const entities[] = {"&lt;", "&gt;", "&amp;", "&quot;"};
    struct sb line;
    sb_init(&line, out->memory);
    utf8_add_line(&line, text);
    for (size_t i = 0; i < line.len; i++) {
        const char *at = strchr(plain, line.text[i]);
        if (at)
            sb_adds(out, entities[at - plain]);
        else
            sb_addc(out, line.text[i]);
    }
    sb_release(&line);
}

static void case_add(const struct report_gate *report, const struct gate_item *item,
                     struct sb *out)
{
    struct sb text;
    sb_init(&text, out->memory);
    gate_path(report, item->site->shown, &text);
    sb_addf(&text, ":%u", item->site->line);
    sb_adds(out, "<testcase classname=\"");
    xml_add(out, item->site->package);
    sb_adds(out, "\" name=\"");
    xml_add(out, sb_str(&text));
    sb_adds(out, "\">");
    if (item->severity == GATE_ERROR) {
        sb_adds(out, "<failure message=\"");
        xml_add(out, item->message);
        sb_adds(out, "\">");
        sb_clear(&text);
        gate_item_advice(item->site, &text);
        xml_add(out, sb_str(&text));
        sb_adds(out, "</failure>");
    } else {
        sb_adds(out, "<system-out>");
        xml_add(out, item->message);
        sb_adds(out, "</system-out>");
    }
    sb_adds(out, "</testcase>\n");
    sb_release(&text);
}

void report_gate_junit(const struct report_gate *report, struct sb *out)
{
    struct gate_items items;
    gate_items_init(&items, report->verdict);
    size_t failures = 0;
    for (size_t i = 0; i < items.list.len; i++)
        failures += items.list.at[i].severity == GATE_ERROR;
    sb_addf(out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                 "<testsuites><testsuite name=\"unheap gate\" tests=\"%zu\" failures=\"%zu\">\n",
            items.list.len + 1, failures);
    sb_addf(out, "<testcase classname=\"unheap\" name=\"gate\"><system-out>%zu kept, %zu moved, "
                 "%zu fixed</system-out></testcase>\n",
            report->verdict->kept, report->verdict->moved, report->verdict->fixed.len);
    for (size_t i = 0; i < items.list.len; i++)
        case_add(report, &items.list.at[i], out);
    sb_adds(out, "</testsuite></testsuites>\n");
    gate_items_release(&items);
}
