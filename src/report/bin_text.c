/* bin_text.c: a binary's allocation map on the terminal. */
#include "report_int.h"

#include "binary/binary.h"

enum { COUNT_WIDTH = 9, KIND_WIDTH = 16, BYTES_WIDTH = 12 };

void bin_flush(const struct report_bin *report, struct sb *out)
{
    enum { ENOUGH = 1 << 20 };
    if (report->flush && out->len >= ENOUGH)
        report->flush(report->flush_ctx, out);
}

/* ---- the head ---- */

void bin_count_status(const struct report_bin *report, uint64_t counts[3])
{
    for (size_t i = 0; i < report->count; i++)
        counts[report->binary->sites.at[report->sites[i]].status]++;
}

void bin_add_cuts(const struct binary *binary, const char *before, const char *after,
                  struct sb *out)
{
    for (int i = 0; i < BINARY_LIMIT_COUNT; i++) {
        enum binary_limit limit = (enum binary_limit)i;
        if (binary_cut(binary, limit) == 0)
            continue;
        sb_adds(out, before);
        amount_grouped(out, binary_cut(binary, limit));
        sb_addf(out, " %s are left out (%s)%s", binary_limit_beyond(limit),
                binary_limit_name(limit), after);
    }
}

static void add_head(const struct report_bin *report, struct sb *out)
{
    const struct binary *binary = report->binary;
    uint64_t counts[3] = {0};
    bin_count_status(report, counts);
    utf8_add_line(out, binary->go_version.len ? binary->go_version : STR("Go of unknown version"));
    sb_addf(out, " %.*s/%.*s", STR_ARGS(binary->goos), STR_ARGS(binary->goarch));
    if (binary->path.len) {
        sb_addc(out, ' ');
        utf8_add_line(out, binary->path);
    }
    sb_adds(out, ", ");
    amount_grouped(out, binary->function_count);
    sb_adds(out, " functions\n");
    amount_grouped(out, report->count);
    sb_adds(out, report->count == 1 ? " call into the allocator: " : " calls into the allocator: ");
    amount_grouped(out, counts[BINARY_RESOLVED]);
    sb_adds(out, " with what they allocate, ");
    amount_grouped(out, counts[BINARY_PARTIAL]);
    sb_adds(out, " in part, ");
    amount_grouped(out, counts[BINARY_UNRESOLVED]);
    sb_adds(out, " unknown\n");
    bin_add_cuts(binary, "", "\n", out);
    sb_addc(out, '\n');
}

/* ---- by function ---- */

static void add_type(const struct report_bin *report, const struct binary_site *site,
                     struct sb *out)
{
    if (site->used_as) {
        utf8_add_line(out, report->binary->types.at[site->used_as - 1].name);
        sb_adds(out, " (as it is used)");
    } else if (!site->type) {
        sb_adds(out, site->status == BINARY_RESOLVED ? "bytes" : "?");
    } else {
        if (site->kind == BINARY_KIND_MAKE_SLICE || site->kind == BINARY_KIND_APPEND)
            sb_adds(out, "[]");
        utf8_add_line(out, report->binary->types.at[site->type - 1].name);
    }
    if (site->count > 1 || (site->count >= 0 && site->kind != BINARY_KIND_NEW &&
                            site->kind != BINARY_KIND_CLOSURE))
        sb_addf(out, " x%lld", (long long)site->count);
}

/* "208 B", "40 B in 48": the object, and the slot it gets. */
static void add_size(const struct report_bin *report, const struct binary_site *site,
                     struct sb *out)
{
    uint64_t bytes;
    if (site->size < 0)
        return;
    sb_addf(out, "%lld", (long long)site->size);
    if (binary_site_bytes(report->binary, site, &bytes) && site->count <= 1 &&
        bytes != (uint64_t)site->size)
        sb_addf(out, "->%llu", (unsigned long long)bytes);
}

static void add_place(const struct report_bin *report, struct str file, uint32_t line,
                      struct sb *out)
{
    if (str_starts(file, report->directory))
        file = str_skip(file, report->directory.len);
    utf8_add_line(out, file.len ? file : STR("?"));
    sb_addf(out, ":%u", line);
}

static void add_site(const struct report_bin *report, const struct binary_site *site,
                     struct sb *scratch, struct sb *out)
{
    sb_addf(out, "  +0x%-5x ", site->offset);
    column_left(out, str_from(binary_kind_name((enum binary_kind)site->kind)), KIND_WIDTH);
    sb_clear(scratch);
    add_size(report, site, scratch);
    column_right(out, sb_str(scratch), BYTES_WIDTH);
    sb_adds(out, "  ");
    add_type(report, site, out);
    sb_adds(out, "  ");
    add_place(report, site->file, site->line, out);
    if (site->inlined_count) {
        sb_adds(out, " in ");
        utf8_add_line(out, site->written_in);
    }
    for (uint32_t i = 0; i < site->inlined_count; i++) {
        const struct binary_frame *frame = &report->binary->frames.at[site->first_inlined + i];
        sb_adds(out, " < ");
        add_place(report, frame->file, frame->line, out);
    }
    sb_addc(out, '\n');
}

static void add_functions(const struct report_bin *report, const struct report_style *style,
                          struct sb *out)
{
    struct sb scratch;
    size_t shown = 0;
    uint32_t function = UINT32_MAX;
    sb_init(&scratch, report->binary->memory);
    for (size_t i = 0; i < report->count; i++) {
        const struct binary_site *site = &report->binary->sites.at[report->sites[i]];
        if (site->function != function) {
            if (style->rows && shown++ == style->rows) {
                sb_addf(out, "and %zu more calls; -n tells how many functions to show\n",
                        report->count - i);
                break;
            }
            function = site->function;
            utf8_add_line(out, report->binary->functions[function].name);
            sb_addc(out, '\n');
        }
        add_site(report, site, &scratch, out);
        bin_flush(report, out);
    }
    sb_release(&scratch);
}

/* ---- by something else ---- */

static void add_tallies(const struct bin_tallies *tallies, const struct report_style *style,
                        struct sb *out)
{
    static const char *const titles[] = {"function", "package", "type", "kind"};
    column_right(out, STR("calls"), COUNT_WIDTH);
    column_right(out, STR("known"), COUNT_WIDTH);
    column_right(out, STR("bytes, each once"), COUNT_WIDTH * 2);
    sb_addf(out, "  %s\n", titles[tallies->group]);
    for (size_t i = 0; i < tallies->list.len; i++) {
        const struct bin_tally *tally = &tallies->list.at[i];
        if (style->rows && i == style->rows) {
            sb_adds(out, "  ...; -n tells how many rows to show\n");
            break;
        }
        sb_addf(out, "%*llu%*llu%*llu  ", COUNT_WIDTH, (unsigned long long)tally->sites,
                COUNT_WIDTH, (unsigned long long)tally->resolved, COUNT_WIDTH * 2,
                (unsigned long long)tally->bytes);
        utf8_add_line(out, tally->name);
        sb_addc(out, '\n');
    }
}

void report_bin_text(const struct report_bin *report, const struct report_style *style,
                     struct sb *out)
{
    struct bin_tallies tallies;
    add_head(report, out);
    if (report->group == BIN_BY_FUNCTION) {
        add_functions(report, style, out);
        return;
    }
    bin_tally(report, report->group, &tallies);
    add_tallies(&tallies, style, out);
    bin_tallies_release(&tallies);
}
