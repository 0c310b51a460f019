/* diff_words.c: amounts and sentences that all reports of a comparison share. */
#include "report_int.h"

#include <math.h>
#include <stdio.h>

/* ---- amounts ---- */

static int64_t whole(double value)
{
    if (value >= 9.2e18)
        return INT64_MAX;
    return value <= -9.2e18 ? INT64_MIN + 1 : (int64_t)llround(value);
}

/* "bytes/second" counts bytes. */
static struct str base_unit(struct str unit)
{
    ptrdiff_t slash = str_find_char(unit, '/');
    return slash < 0 ? unit : str_slice(unit, 0, (size_t)slash);
}

void diff_amount(struct sb *out, double value, struct str unit, bool sign)
{
    unit = base_unit(unit);
    if (sign && value > 0)
        sb_addc(out, '+');
    if (value != 0 && fabs(value) < 100 && value != floor(value))
        sb_addf(out, "%.3g%s", value, str_is(unit, "bytes") ? "B" : "");
    else
        report_amount(out, whole(value), unit);
}

void diff_range(struct sb *out, double low, double high, struct str unit)
{
    diff_amount(out, low, unit, true);
    sb_adds(out, " – ");
    diff_amount(out, high, unit, true);
}

static void add_ratio(struct sb *out, double ratio)
{
    if (isinf(ratio))
        sb_adds(out, "any");
    else if (ratio >= 10)
        sb_addf(out, "x%.0f", ratio);
    else
        sb_addf(out, "%+.1f%%", 100 * (ratio - 1));
}

/* The range in per cent of OLD. */
static void add_ratios(struct sb *out, const struct change *change)
{
    add_ratio(out, change->ratio_low);
    sb_adds(out, " – ");
    add_ratio(out, change->ratio_high);
}

bool diff_has_total(const struct compare_total *total)
{
    return total->selected || total->change.old != 0 || total->change.new != 0;
}

void diff_percent(struct sb *out, const struct change *change)
{
    if (change->old == 0 && change->new == 0)
        return;
    if (change->old == 0)
        sb_adds(out, "new");
    else if (change->new == 0)
        sb_adds(out, "gone");
    else if (change->new >= 10 * change->old)
        sb_addf(out, "x%.0f", change->new / change->old);
    else
        sb_addf(out, "%+.1f%%", 100 * change->delta / change->old);
}

/* "requests" as "request". */
static struct str one_of(const char *work)
{
    struct str name = str_from(work);
    bool plural = str_ends(name, STR("s")) && !str_ends(name, STR("ss")) && name.len > 2;
    return plural ? str_slice(name, 0, name.len - 1) : name;
}

struct str diff_per(const struct report_diff *report)
{
    if (report->work)
        return one_of(report->work);
    return report->comparison->request.scale == COMPARE_BY_TIME ? STR("second") : STR_NONE;
}

struct str diff_unit(const struct report_diff *report, struct str unit, struct sb *room)
{
    struct str per = diff_per(report);
    unit = base_unit(unit);
    if (per.len == 0)
        return unit;
    sb_clear(room);
    sb_addf(room, "%.*s per %.*s", STR_ARGS(unit), STR_ARGS(per));
    return sb_str(room);
}

/* ---- rows ---- */

const struct compare_row *diff_rows(const struct report_diff *report, size_t *count)
{
    *count = report->comparison->row_count[report->by];
    return report->comparison->rows[report->by];
}

size_t diff_verdicts(const struct report_diff *report, enum compare_verdict verdict)
{
    return report->comparison->verdicts[report->by][verdict];
}

const char *diff_rows_name(const struct report_diff *report, size_t count)
{
    static const char *const names[][2] = {
        {"site", "sites"}, {"function", "functions"}, {"cause", "causes"}};
    return names[report->by][count != 1];
}

/* ---- sentences ---- */

enum { FEW_SAMPLES = 100, FINE_RATE = 65536 };
static const double STRANGERS = 0.1;

static void add_scale(const struct report_diff *report, struct sb *out)
{
    const struct comparison *comparison = report->comparison;
    switch (comparison->request.scale) {
    case COMPARE_AS_IS: return;
    case COMPARE_BY_TOTAL:
        sb_adds(out, "note: OLD is scaled to NEW's total: what changed is each one's share of it. "
                     "The doubt about the totals themselves is not in the ranges, which are too "
                     "wide, if anything, for what is most of the total.\n");
        return;
    case COMPARE_BY_TIME:
        sb_adds(out, "note: values are per second of the profiles' own duration.\n");
        return;
    case COMPARE_PER_WORK:
        sb_addf(out, "note: values are per %.*s (%s: OLD %.15g, NEW %.15g).\n",
                STR_ARGS(one_of(report->work)), report->work, report->work_count[0],
                report->work_count[1]);
    }
}

static void add_runs(const struct comparison *comparison, struct sb *out)
{
    uint32_t old = comparison->runs[COMPARE_OLD], new = comparison->runs[COMPARE_NEW];
    if (old + new == 2) {
        sb_adds(out, "note: one profile a side tells sampling noise from change, not run from run: "
                     "several (OLD1 OLD2 -- NEW1 NEW2) tell both.\n");
        return;
    }
    sb_addf(out, "note: values are means of %u and %u runs; ", old, new);
    if (comparison->dispersion > 0)
        sb_addf(out, "between them they vary %.2g times as much as chance alone makes them, which "
                     "is in the ranges.\n", comparison->dispersion);
    else
        sb_adds(out, "how much they vary from run to run is in the ranges, of each site alone (too "
                     "few have objects enough to tell for all).\n");
}

static void add_factor(const struct comparison *comparison, struct sb *out)
{
    if (comparison->factor > 0)
        sb_addf(out, "note: most of it changed by one factor (%.3g), as if NEW had done %.3g times "
                     "the work: -normalize=total compares shares, -per rounds=OLD,NEW values for "
                     "each round.\n", comparison->factor, comparison->factor);
}

/* How the profiles were sampled, where that says something about what can be seen. */
static void add_rates(const struct comparison *comparison, struct sb *out)
{
    const struct change *total = &comparison->totals[comparison->selected].change;
    double old = comparison->rates[COMPARE_OLD], new = comparison->rates[COMPARE_NEW];
    if (old == 0 || new == 0) {
        sb_adds(out, "note: a profile says no sampling rate: its values are taken for complete.\n");
        return;
    }
    if (old != new) {
        sb_adds(out, "note: OLD was sampled every ");
        diff_amount(out, old, STR("bytes"), false);
        sb_adds(out, ", NEW every ");
        diff_amount(out, new, STR("bytes"), false);
        sb_adds(out, "; the ranges count with that.\n");
    }
    if (fmin(total->samples[0], total->samples[1]) < FEW_SAMPLES && fmin(old, new) > FINE_RATE)
        sb_adds(out, "note: so few sampled objects show large changes only; more rounds, or go "
                     "test -memprofilerate=4096, sample more.\n");
}

static void add_strangers(const struct comparison *comparison, struct sb *out)
{
    if (comparison->shared < STRANGERS)
        sb_addf(out, "note: functions that are in both make up %.1f%% of OLD and NEW: are these "
                     "profiles of one program?\n", 100 * comparison->shared);
}

void diff_notes(const struct report_diff *report, struct sb *out)
{
    add_strangers(report->comparison, out);
    add_factor(report->comparison, out);
    add_scale(report, out);
    add_rates(report->comparison, out);
    add_runs(report->comparison, out);
}

static void add_rows_of_rule(const struct report_diff *report, const struct report_rule *rule,
                             struct sb *out)
{
    static const enum compare_rows kinds[] = {[RULE_SITE] = COMPARE_LINES,
                                              [RULE_FUNCTION] = COMPARE_FUNCTIONS,
                                              [RULE_CAUSE] = COMPARE_CAUSES};
    const struct comparison *comparison = report->comparison;
    const struct compare_row *row =
        &comparison->rows[kinds[rule->rule->subject]][rule->first];
    struct str name = row->text.len ? row->text : row->function;
    sb_addf(out, ": %ld, first ", rule->broken);
    utf8_add_line(out, function_short(name));
    if (row->place.line) {
        sb_addc(out, ' ');
        place_add(out, &row->place, 200);
    }
    sb_addc(out, ' ');
    diff_amount(out, row->change.delta, comparison->unit, true);
    sb_adds(out, " (");
    diff_percent(out, &row->change);
    sb_addc(out, ')');
}

static void add_total_of_rule(const struct report_diff *report, const struct report_rule *rule,
                              struct sb *out)
{
    const struct compare_total *total = &report->comparison->totals[rule->first];
    sb_addf(out, ": %.*s ", STR_ARGS(total->type));
    diff_amount(out, total->change.old, total->unit, false);
    sb_adds(out, " -> ");
    diff_amount(out, total->change.new, total->unit, false);
    sb_adds(out, " (");
    diff_percent(out, &total->change);
    sb_adds(out, "), 95% range of the change ");
    if (rule->rule->percent && total->change.ratio_high > 0)
        add_ratios(out, &total->change);
    else
        diff_range(out, total->change.low, total->change.high, total->unit);
}

void diff_rule(const struct report_diff *report, const struct report_rule *rule, struct sb *out)
{
    sb_adds(out, rule->broken ? "FAILED " : "passed ");
    utf8_add_line(out, rule->rule->text);
    if (rule->rule->subject == RULE_TOTAL)
        add_total_of_rule(report, rule, out);
    else if (rule->broken)
        add_rows_of_rule(report, rule, out);
    sb_addc(out, '\n');
}
