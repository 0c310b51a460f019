/* diff_page.c: `diff -html`: the template of page_diff/ with title, data, and the terminal's text
 * for readers without JavaScript put in. Its data are what -json has, with the call tree. */
#include "report_int.h"

#include "report/page_diff_pieces.h"

#include <math.h>

struct diff_page {
    const struct report_diff *report;
    const struct report_style *style;
};

static void add_title(const void *ctx, struct sb *out)
{
    const struct diff_page *page = ctx;
    const struct comparison *comparison = page->report->comparison;
    sb_addf(out, "unheap diff: %.*s ", STR_ARGS(comparison->type));
    diff_amount(out, comparison->totals[comparison->selected].change.delta, comparison->unit,
                true);
}

static void add_text(const void *ctx, struct sb *out)
{
    const struct diff_page *page = ctx;
    struct report_style plain = *page->style;
    plain.columns = PAGE_TEXT_COLUMNS;
    plain.color = false;
    report_diff_text(page->report, &plain, out);
}

/* ---- data ---- */

static void write_notices(struct json_out *json, const struct report_diff *report)
{
    struct sb lines;
    sb_init(&lines, json->memory);
    for (size_t i = 0; i < report->rule_count; i++)
        diff_rule(report, &report->rules[i], &lines);
    diff_notes(report, &lines);
    json_begin(json, "notices", '[');
    struct str rest = sb_str(&lines);
    while (rest.len)
        json_write(json, NULL, json_new_text(json, str_cut(&rest, '\n')));
    json_end(json, ']');
    sb_release(&lines);
}

static void write_counts(struct json_out *json, const struct comparison *comparison)
{
    static const char *const names[] = {"sites", "functions", "causes"};
    json_begin(json, "counts", '{');
    for (int kind = 0; kind < COMPARE_ROW_KINDS; kind++)
        json_write(json, names[kind],
                   json_new_number(json, (int64_t)comparison->row_count[kind]));
    json_end(json, '}');
}

/* Bytes are whole; what is per second or request is not. */
static json_t *tree_value(struct json_out *json, double value)
{
    if (fabs(value) < 9e18 && (fabs(value) >= 1e6 || value == floor(value)))
        return json_new_number(json, llround(value));
    return json_new_fraction(json, value);
}

static void write_tree(struct json_out *json, const struct comparison *comparison)
{
    static const char *const sides[] = {"old", "new"};
    json_begin(json, "tree", '{');
    json_begin(json, "parent", '[');
    for (size_t i = 0; i < comparison->node_count; i++)
        json_write(json, NULL, json_new_number(json, comparison->nodes[i].parent));
    json_end(json, ']');
    json_begin(json, "names", '[');
    for (size_t i = 0; i < comparison->node_count; i++) {
        struct str name = comparison->tree_names[comparison->nodes[i].function];
        json_write(json, NULL, json_new_text(json, name));
    }
    json_end(json, ']');
    for (int side = 0; side < COMPARE_SIDES; side++) {
        json_begin(json, sides[side], '[');
        for (size_t i = 0; i < comparison->node_count; i++)
            json_write(json, NULL, tree_value(json, comparison->nodes[i].value[side]));
        json_end(json, ']');
    }
    json_end(json, '}');
    json_write(json, "tree_least", json_new_fraction(json, comparison->tree_least));
    json_write(json, "tree_cut", json_new_bool(json, comparison->tree_cut));
}

static void add_data(const void *ctx, struct sb *out)
{
    const struct report_diff *report = ((const struct diff_page *)ctx)->report;
    struct json_out json;
    json_out_init(&json, out->memory, out, true);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.diff-page/1")));
    json_write(&json, "old_name", json_new_text(&json, str_from(report->old_name)));
    json_write(&json, "new_name", json_new_text(&json, str_from(report->new_name)));
    diff_json_body(&json, report, LIMIT_PAGE_SITES);
    write_counts(&json, report->comparison);
    write_notices(&json, report);
    write_tree(&json, report->comparison);
    json_end(&json, '}');
    json_out_release(&json);
}

void report_diff_html(const struct report_diff *report, const struct report_style *style,
                      struct sb *out)
{
    const struct diff_page page = {report, style};
    const struct page_filler filler = {&page, add_title, add_text, add_data};
    page_fill(page_pieces, COUNT_OF(page_pieces), &filler, out);
}
