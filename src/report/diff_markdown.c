/* diff_markdown.c: `diff -format=markdown`, a comment for a pull request.
 *
 * Names come from profiles, so whatever Markdown, HTML or GitHub (@mentions, #numbers) would take
 * for its own is escaped or stands in code spans. */
#include "report_int.h"

enum { DEFAULT_ROWS = 15, PLACE_COLUMNS = 60 };

/* A code span inside a table: no backtick, no bar. */
static void add_code(struct sb *out, struct str text)
{
    struct sb line;
    sb_init(&line, out->memory);
    utf8_add_line(&line, text);
    sb_addc(out, '`');
    for (size_t i = 0; i < line.len; i++) {
        char c = line.text[i];
        if (c == '`')
            sb_addc(out, '\'');
        else if (c == '|')
            sb_adds(out, "\\|");
        else
            sb_addc(out, c);
    }
    sb_addc(out, '`');
    sb_release(&line);
}

static void add_verdict(struct sb *out, const struct change *change)
{
    if (change->verdict == COMPARE_SIGNIFICANT)
        sb_adds(out, "**significant**");
    else
        sb_adds(out, change->verdict == COMPARE_POSSIBLE ? "possible" : "noise");
}

static void add_figures(struct sb *out, const struct change *change, struct str unit)
{
    diff_amount(out, change->delta, unit, true);
    sb_adds(out, " | ");
    diff_percent(out, change);
    sb_adds(out, " | ");
    diff_range(out, change->low, change->high, unit);
    sb_adds(out, " | ");
    diff_amount(out, change->old, unit, false);
    sb_adds(out, " | ");
    diff_amount(out, change->new, unit, false);
}

static void add_totals(struct sb *out, const struct report_diff *report)
{
    const struct comparison *comparison = report->comparison;
    sb_adds(out, "| total | change | % | 95% range | old | new | |\n"
                 "|---|---:|---:|---:|---:|---:|---|\n");
    for (size_t i = 0; i < comparison->total_count; i++) {
        const struct compare_total *total = &comparison->totals[i];
        if (!diff_has_total(total))
            continue;
        sb_adds(out, "| ");
        add_code(out, total->type);
        sb_adds(out, " | ");
        add_figures(out, &total->change, total->unit);
        sb_adds(out, " | ");
        add_verdict(out, &total->change);
        sb_adds(out, " |\n");
    }
    sb_addc(out, '\n');
}

static void add_row(struct sb *out, const struct report_diff *report,
                    const struct compare_row *row)
{
    struct sb place;
    sb_init(&place, out->memory);
    sb_adds(out, "| ");
    add_figures(out, &row->change, report->comparison->unit);
    sb_adds(out, " | ");
    add_code(out, row->text.len ? row->text : function_short(row->function));
    sb_adds(out, " | ");
    if (row->place.file.len) {
        place_add(&place, &row->place, PLACE_COLUMNS);
        add_code(out, sb_str(&place));
    }
    if (row->old_line)
        sb_addf(out, " was :%u", row->old_line);
    sb_adds(out, " |\n");
    sb_release(&place);
}

static void add_changes(struct sb *out, const struct report_diff *report, size_t limit)
{
    size_t all, significant = diff_verdicts(report, COMPARE_SIGNIFICANT);
    const struct compare_row *rows = diff_rows(report, &all);
    if (significant == 0) {
        sb_addf(out, "None of %zu %s changed significantly.\n\n", all,
                diff_rows_name(report, all));
        return;
    }
    sb_addf(out, "**%zu of %zu %s changed significantly**\n\n", significant, all,
            diff_rows_name(report, all));
    sb_addf(out, "| change | %% | 95%% range | old | new | %s | where |\n",
            diff_rows_name(report, 1));
    sb_adds(out, "|---:|---:|---:|---:|---:|---|---|\n");
    for (size_t i = 0; i < significant && i < limit; i++)
        add_row(out, report, &rows[i]);
    if (significant > limit)
        sb_addf(out, "\nand %zu more.\n", significant - limit);
    sb_addc(out, '\n');
}

static void add_rules(struct sb *out, const struct report_diff *report)
{
    for (size_t i = 0; i < report->rule_count; i++) {
        struct sb line;
        sb_init(&line, out->memory);
        diff_rule(report, &report->rules[i], &line);
        sb_adds(out, "- ");
        add_code(out, str_trim(sb_str(&line)));
        sb_addc(out, '\n');
        sb_release(&line);
    }
    if (report->rule_count)
        sb_addc(out, '\n');
}

void report_diff_markdown(const struct report_diff *report, const struct report_style *style,
                          struct sb *out)
{
    struct sb room;
    sb_init(&room, out->memory);
    sb_adds(out, "### Heap profile: ");
    add_code(out, str_from(report->old_name));
    sb_adds(out, " → ");
    add_code(out, str_from(report->new_name));
    sb_adds(out, "\n\n");
    add_rules(out, report);
    add_totals(out, report);
    add_changes(out, report, style->rows ? style->rows : DEFAULT_ROWS);
    diff_notes(report, &room);
    sb_adds(out, "<sub>");
    struct str rest = sb_str(&room);
    while (rest.len) {
        struct str line = str_cut(&rest, '\n');
        sb_add(out, line);
        sb_adds(out, rest.len ? " " : "");
    }
    sb_adds(out, "</sub>\n");
    sb_release(&room);
}
