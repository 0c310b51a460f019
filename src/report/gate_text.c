/* gate_text: the gate's verdict for people. The compiler's own words come first on a line, so that
 * what reads `go build -gcflags=-m` reads this too. */
#include "gate_int.h"

static size_t columns_of(const struct report_style *style)
{
    return style->columns < 60 ? 60 : style->columns;
}

static void story_lines(const struct gate_site *site, const struct report_style *style,
                        struct sb *out)
{
    struct sb line;
    sb_init(&line, out->memory);
    for (size_t i = 0; i < site->story_count; i++) {
        const struct told_step *step = &site->story[i];
        sb_clear(&line);
        if (!str_equal(step->place.file, site->shown))
            sb_addf(&line, "%.*s:", STR_ARGS(step->place.file));
        sb_addf(&line, "%u: %.*s", step->place.line, STR_ARGS(step->text));
        sb_addf(out, "    %zu. ", i + 1);
        wrap_add(out, sb_str(&line), 7, columns_of(style));
    }
    sb_release(&line);
}

static void cost_line(const struct gate_finding *finding, const struct report_style *style,
                      struct sb *out)
{
    const struct gate_cost *cost = &finding->cost;
    if (!cost->known)
        return;
    struct sb line;
    sb_init(&line, out->memory);
    sb_addf(&line, "%s: ", cost->hot ? "hot" : "not hot");
    if (cost->bytes && !finding->site->given) {
        sb_adds(&line, "about ");
        report_amount(&line, cost->bytes, STR("bytes"));
        sb_adds(&line, " over the profile; ");
    }
    if (cost->share > 0 && !finding->site->given)
        sb_addf(&line, "%.1f%% of it go through the function; ", cost->share);
    sb_add(&line, cost->ground);
    sb_adds(out, "    ");
    wrap_add(out, sb_str(&line), 7, columns_of(style));
    sb_release(&line);
}

static void item_print(const struct gate_item *item, const struct report_style *style,
                       struct sb *out)
{
    const struct gate_site *site = item->site;
    sb_addf(out, "%.*s:%u:", STR_ARGS(site->shown), site->line);
    if (site->column)
        sb_addf(out, "%u:", site->column);
    sb_addf(out, " %.*s\n    %s: ", STR_ARGS(site->text), gate_severity_name(item->severity));
    if (item->finding && site->given)
        sb_addf(out, "%sin %.*s\n",
                item->finding->cause == GATE_BY_DEPENDENCY ? "since a dependency changed, " : "",
                STR_ARGS(site->function));
    else if (item->finding)
        sb_addf(out, "%s%s in %.*s\n", cause_category_title(site->category),
                item->finding->cause == GATE_BY_DEPENDENCY ? ", since a dependency changed," : "",
                STR_ARGS(site->function));
    else
        sb_addf(out, "%.*s\n", STR_ARGS(item->message));
    story_lines(site, style, out);
    if (item->finding)
        cost_line(item->finding, style, out);
    struct sb advice;
    sb_init(&advice, out->memory);
    gate_item_advice(site, &advice);
    sb_adds(out, "    -> ");
    wrap_add(out, sb_str(&advice), 7, columns_of(style));
    sb_addc(out, '\n');
    sb_release(&advice);
}

static void fixed_print(const struct gate_verdict *verdict, struct sb *out)
{
    enum { SHOWN = 10 };
    for (size_t i = 0; i < verdict->fixed.len && i < SHOWN; i++) {
        const struct gate_site *site = verdict->fixed.at[i].site;
        sb_addf(out, "%s: %.*s in %.*s (%.*s",
                verdict->measured ? "shrank" : "no longer on the heap",
                STR_ARGS(site->given ? site->text : site->expression), STR_ARGS(site->function),
                STR_ARGS(site->shown));
        if (site->line)
            sb_addf(out, ":%u", site->line);
        sb_adds(out, ")\n");
    }
    if (verdict->fixed.len > SHOWN)
        sb_addf(out, "... and %zu more\n", verdict->fixed.len - SHOWN);
}

static void allowed_print(const struct gate_verdict *verdict, struct sb *out)
{
    for (size_t i = 0; i < verdict->allowed.len; i++) {
        const struct gate_finding *finding = &verdict->allowed.at[i];
        sb_addf(out, "allowed: %.*s:%u: %.*s: %.*s\n", STR_ARGS(finding->site->shown),
                finding->site->line, STR_ARGS(finding->site->text),
                STR_ARGS(finding->allow->reason));
    }
}

static void upgrades_print(const struct gate_verdict *verdict, struct sb *out)
{
    bool told = false;
    for (size_t i = 0; i < verdict->found.len && !told; i++)
        told = verdict->found.at[i].cause == GATE_BY_DEPENDENCY;
    for (size_t i = 0; told && i < verdict->upgrades.len; i++)
        sb_addf(out, "%s%.*s %.*s", i ? ", " : "changed dependencies: ",
                STR_ARGS(verdict->upgrades.at[i].path), STR_ARGS(verdict->upgrades.at[i].version));
    if (told && verdict->upgrades.len)
        sb_addc(out, '\n');
}

static void closing_print(const struct report_gate *report, struct sb *out)
{
    const struct gate_verdict *verdict = report->verdict;
    sb_addf(out, "%s: %zu new, %zu fixed, %zu moved, %zu kept", verdict->fails ? "FAIL" : "pass",
            verdict->found.len, verdict->fixed.len, verdict->moved, verdict->kept);
    if (verdict->changed.len)
        sb_addf(out, ", %zu by another compiler (%.*s, the baseline's is %.*s)",
                verdict->changed.len, STR_ARGS(verdict->new->go_version),
                STR_ARGS(verdict->old->go_version));
    if (verdict->allowed.len)
        sb_addf(out, ", %zu allowed", verdict->allowed.len);
    if (verdict->overruns.len)
        sb_addf(out, ", %zu budget%s exceeded", verdict->overruns.len,
                verdict->overruns.len == 1 ? "" : "s");
    if (verdict->breaches.len)
        sb_addf(out, ", %zu where an annotation says none", verdict->breaches.len);
    sb_addf(out, ", against %s\n", report->against);
    if (report->name.len && (verdict->found.len || verdict->fixed.len || verdict->changed.len))
        sb_adds(out, "unheap gate -update accepts this as the new baseline\n");
}

void report_gate_text(const struct report_gate *report, const struct report_style *style,
                      struct sb *out)
{
    struct gate_items items;
    gate_items_init(&items, report->verdict);
    for (size_t i = 0; i < items.list.len; i++)
        item_print(&items.list.at[i], style, out);
    gate_items_release(&items);
    allowed_print(report->verdict, out);
    fixed_print(report->verdict, out);
    upgrades_print(report->verdict, out);
    closing_print(report, out);
}
