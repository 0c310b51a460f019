/* ledger_text.c: `ledger` on the terminal. */
#include "ledger_int.h"

enum { AMOUNT = 11, SHARE = 8, PROSE = 100, NARROWEST = 60, NOTE_MIN = 12, INDENT = 2 };

static size_t columns_of(const struct report_style *style)
{
    return style->columns < NARROWEST ? NARROWEST : style->columns;
}

static void add_prose(struct str text, size_t indent, const struct report_style *style,
                      struct sb *out)
{
    size_t columns = columns_of(style);
    wrap_add(out, text, indent, columns < PROSE ? columns : PROSE);
}

/* ---- the table ---- */

static int root_of(const struct live_ledger *ledger, size_t row)
{
    int at = (int)row;
    while (ledger->rows.at[at].parent >= 0)
        at = ledger->rows.at[at].parent;
    return at;
}

static size_t widest(const struct live_ledger *ledger, size_t most)
{
    size_t width = 0;
    for (size_t i = 0; i < ledger->rows.len; i++) {
        const struct live_ledger_row *row = &ledger->rows.at[i];
        size_t one = (size_t)INDENT * row->depth + utf8_width(row->name);
        width = one > width ? one : width;
    }
    return width < most ? width : most;
}

static void add_amount(int64_t bytes, size_t width, struct sb *out)
{
    struct sb cell;
    sb_init(&cell, out->memory);
    if (bytes < 0)
        sb_addc(&cell, '-');
    report_amount(&cell, bytes < 0 ? -bytes : bytes, STR("bytes"));
    column_right(out, sb_str(&cell), width);
    sb_release(&cell);
}

static void add_share(int64_t bytes, int64_t whole, struct sb *out)
{
    if (whole > 0)
        sb_addf(out, "%*.1f%%", SHARE - 1, 100 * (double)bytes / (double)whole);
    else
        sb_repeat(out, ' ', SHARE);
}

static void add_row(const struct live_ledger *ledger, size_t index, size_t width, size_t columns,
                    struct sb *out)
{
    const struct live_ledger_row *row = &ledger->rows.at[index];
    struct sb name;
    sb_init(&name, out->memory);
    sb_repeat(&name, ' ', (size_t)INDENT * row->depth);
    report_fit(&name, row->name, width - (size_t)INDENT * row->depth);
    column_left(out, sb_str(&name), width);
    add_amount(row->bytes, AMOUNT, out);
    add_share(row->bytes, ledger->rows.at[root_of(ledger, index)].bytes, out);
    size_t used = width + AMOUNT + SHARE;
    if (row->note.len && columns >= used + 2 + NOTE_MIN) {
        sb_adds(out, "  ");
        report_fit(out, row->note, columns - used - 2);
    }
    sb_addc(out, '\n');
    sb_release(&name);
}

static void add_table(const struct live_ledger *ledger, const struct report_style *style,
                      struct sb *out)
{
    size_t columns = columns_of(style);
    size_t width = widest(ledger, columns - AMOUNT - SHARE);
    for (size_t i = 0; i < ledger->rows.len; i++)
        add_row(ledger, i, width, columns, out);
}

/* ---- objects by size, where there is no profile that tells lines ---- */

static void add_size(const struct live_size *size, int64_t all, struct sb *out)
{
    enum { SIZE = 14, OBJECTS = 14 };
    struct sb cell;
    sb_init(&cell, out->memory);
    if (size->size)
        sb_addf(&cell, "%llu B", (unsigned long long)size->size);
    else
        sb_adds(&cell, "over 32 kB");
    column_right(out, sb_str(&cell), SIZE);
    sb_release(&cell);
    sb_addf(out, "%*lld", OBJECTS, (long long)size->objects);
    add_amount(size->bytes, AMOUNT, out);
    add_share(size->bytes, all, out);
    sb_addc(out, '\n');
}

static void add_sizes(const struct live_ledger *ledger, struct sb *out)
{
    enum { SHOWN = 10 };
    const struct live_sizes *sizes = &ledger->sizes;
    int64_t all = 0;
    for (size_t i = 0; i < sizes->count; i++)
        all += sizes->list[i].bytes;
    if (ledger->sites.len || !all)
        return;
    sb_adds(out, "\n  size of slot       objects      bytes   share\n");
    for (size_t i = 0; i < sizes->count && i < SHOWN; i++)
        add_size(&sizes->list[i], all, out);
}

/* ---- what to do ---- */

static void add_proposal(const struct ledger_proposal *proposal, const struct report_style *style,
                         struct sb *out)
{
    struct sb text;
    sb_init(&text, out->memory);
    if (proposal->setting[0])
        sb_addf(&text, "%s=%s: ", proposal->setting, proposal->value);
    sb_add(&text, sb_str(&proposal->reason));
    sb_addc(&text, '.');
    sb_adds(out, "- ");
    add_prose(sb_str(&text), INDENT, style, out);
    sb_release(&text);
}

static void add_proposals(const struct live_ledger *ledger, const struct report_style *style,
                          struct sb *out)
{
    struct ledger_proposal proposals[LEDGER_PROPOSALS];
    size_t count = ledger_propose(ledger, proposals);
    for (size_t i = 0; i < count; i++) {
        sb_adds(out, i ? "" : "\n");
        add_proposal(&proposals[i], style, out);
        sb_release(&proposals[i].reason);
    }
}

/* ---- under load ---- */

/* "-28% call.go:61 make([]byte, 16384) passed to c.r.Body.Read" */
static void add_change_name(const struct ledger_change *change, struct sb *out)
{
    if (change->site || change->cause || change->all)
        sb_addf(out, "-%.0f%% ", 100 * change->share);
    if (change->site) {
        utf8_add_line(out, function_short(change->site->function));
        sb_addf(out, ":%lld", (long long)change->site->line);
    } else if (change->cause) {
        utf8_add_line(out, str_base_name(change->cause->file));
        sb_addf(out, ":%lld ", (long long)change->cause->line);
        utf8_add_line(out, change->cause->text);
    } else {
        sb_adds(out, change->all ? "all of these" : "now");
    }
}

static void add_load_share(double share, size_t width, struct sb *out)
{
    if (share < 0)
        sb_addf(out, "%*s", (int)width, "-");
    else
        sb_addf(out, "%*.2f%%", (int)width - 1, 100 * share);
}

static void add_change(const struct ledger_change *change, size_t width, struct sb *out)
{
    enum { CYCLES = 9, SHARES = 8 };
    const struct live_load *load = &change->load;
    struct sb name, fitted;
    sb_init(&name, out->memory);
    sb_init(&fitted, out->memory);
    add_change_name(change, &name);
    report_fit(&fitted, sb_str(&name), width);
    column_left(out, sb_str(&fitted), width);
    add_amount((int64_t)load->allocation_rate, AMOUNT, out);
    sb_addf(out, "%*.2f", CYCLES, load->cycles_per_second);
    add_load_share(load->cpu_share, SHARES, out);
    add_load_share(load->assist_share, SHARES, out);
    add_amount((int64_t)load->peak, AMOUNT, out);
    sb_addc(out, '\n');
    sb_release(&fitted);
    sb_release(&name);
}

/* What the first line rests on, and what the others mean. */
static void add_basis(const struct live_ledger *ledger, const struct ledger_change *now,
                      size_t count, const struct report_style *style, struct sb *out)
{
    struct sb text;
    sb_init(&text, out->memory);
    if (now->load.cycles)
        sb_addf(&text, "Measured on %u collection%s", now->load.cycles,
                now->load.cycles == 1 ? "" : "s");
    else
        sb_addf(&text, "No collection ended meanwhile: the cost is the mean of all %lld so far",
                (long long)ledger->runtime.cycles);
    if (now->load.idle_share >= 0.0005)
        sb_addf(&text, "; idle processors did another %.2f%%, which costs nobody",
                100 * now->load.idle_share);
    sb_addc(&text, '.');
    if (count > 1)
        sb_adds(&text, ledger->causes.len
                           ? " A line with -N% is the same load once that cause is gone."
                           : " A line with -N% is the same load once that line no longer "
                             "allocates; with -hot REPORT.json, by cause.");
    add_prose(sb_str(&text), 0, style, out);
    sb_release(&text);
}

static void add_load(const struct live_ledger *ledger, const struct report_style *style,
                     struct sb *out)
{
    enum { FIGURES = 2 * AMOUNT + 25, NAME_MOST = 75 };
    struct ledger_change changes[LEDGER_CHANGES];
    size_t count = ledger_changes(ledger, changes), width = columns_of(style) - FIGURES;
    if (!count)
        return;
    width = width < NAME_MOST ? width : NAME_MOST;
    sb_addc(out, '\n');
    column_left(out,
                ledger->facts.since_start ? STR("load since the start") : STR("load"), width);
    sb_addf(out, "%*s%9s%8s%8s%*s\n", AMOUNT, "allocated/s", "cycles/s", "GC CPU", "assists",
            AMOUNT, "heap peak");
    for (size_t i = 0; i < count; i++)
        add_change(&changes[i], width, out);
    add_basis(ledger, &changes[0], count, style, out);
}

void report_ledger_text(const struct report_ledger *report, const struct report_style *style,
                        struct sb *out)
{
    struct sb sentence;
    sb_init(&sentence, out->memory);
    ledger_explain(report->ledger, &sentence);
    add_prose(sb_str(&sentence), 0, style, out);
    sb_release(&sentence);
    sb_addc(out, '\n');
    if (report->title.len) {
        report_fit(out, report->title, columns_of(style));
        sb_addc(out, '\n');
    }
    add_table(report->ledger, style, out);
    add_sizes(report->ledger, out);
    if (report->missing.len) {
        sb_addc(out, '\n');
        add_prose(report->missing, 0, style, out);
    }
    add_proposals(report->ledger, style, out);
    add_load(report->ledger, style, out);
}
