/* bin_text.c: a binary's allocation map on the terminal. */
#include "report_int.h"

#include "binary/binary.h"

#include <stdlib.h>

enum { COUNT_WIDTH = 9, KIND_WIDTH = 16, BYTES_WIDTH = 12 };

struct tally {
    struct str name;
    uint64_t sites, resolved;
    uint64_t bytes; /* of one run of each of its sites, where that is a constant */
};

struct tallies {
    const struct report_bin *report;
    struct intern names;
    VEC(struct tally) list; /* by id of names */
};

void bin_flush(const struct report_bin *report, struct sb *out)
{
    enum { ENOUGH = 1 << 20 };
    if (report->flush && out->len >= ENOUGH)
        report->flush(report->flush_ctx, out);
}

/* ---- the head ---- */

static void count_status(const struct report_bin *report, uint64_t *counts)
{
    for (size_t i = 0; i < report->count; i++)
        counts[report->binary->sites.at[report->sites[i]].status]++;
}

static void add_head(const struct report_bin *report, struct sb *out)
{
    const struct binary *binary = report->binary;
    uint64_t counts[3] = {0};
    count_status(report, counts);
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
    sb_adds(out, " unknown\n\n");
}

/* ---- by function ---- */

static void add_type(const struct report_bin *report, const struct binary_site *site,
                     struct sb *out)
{
    if (!site->type) {
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

struct str report_package_of(struct str function)
{
    ptrdiff_t bracket = str_find_char(function, '[');
    if (bracket >= 0)
        function = str_slice(function, 0, (size_t)bracket);
    ptrdiff_t slash = str_find_last(function, '/');
    ptrdiff_t dot = str_find_char(str_skip(function, (size_t)(slash + 1)), '.');
    return dot < 0 ? function : str_slice(function, 0, (size_t)(slash + 1 + dot));
}

static struct str group_name(const struct report_bin *report, const struct binary_site *site)
{
    if (report->group == BIN_BY_KIND)
        return str_from(binary_kind_name((enum binary_kind)site->kind));
    if (report->group == BIN_BY_PACKAGE)
        return report_package_of(report->binary->functions[site->function].name);
    if (site->type)
        return report->binary->types.at[site->type - 1].name;
    return site->status == BINARY_RESOLVED ? STR("bytes without a type") : STR("unknown");
}

static void count_site(struct tallies *tallies, const struct binary_site *site)
{
    const struct memory *memory = tallies->report->binary->memory;
    struct str name = group_name(tallies->report, site);
    uint32_t id = intern_add(&tallies->names, name);
    uint64_t bytes;
    while (tallies->list.len <= id) {
        struct tally tally = {.name = intern_str(&tallies->names, (uint32_t)tallies->list.len)};
        VEC_PUSH(memory, &tallies->list, tally);
    }
    struct tally *tally = &tallies->list.at[id];
    tally->sites++;
    tally->resolved += site->status == BINARY_RESOLVED;
    if (binary_site_bytes(tallies->report->binary, site, &bytes))
        tally->bytes += bytes;
}

static int by_sites(const void *a, const void *b)
{
    const struct tally *left = a, *right = b;
    if (left->sites != right->sites)
        return left->sites < right->sites ? 1 : -1;
    return str_compare(left->name, right->name);
}

static void add_tallies(struct tallies *tallies, const struct report_style *style, struct sb *out)
{
    static const char *const titles[] = {"function", "package", "type", "kind"};
    qsort(tallies->list.at, tallies->list.len, sizeof(struct tally), by_sites);
    column_right(out, STR("calls"), COUNT_WIDTH);
    column_right(out, STR("known"), COUNT_WIDTH);
    column_right(out, STR("bytes, each once"), COUNT_WIDTH * 2);
    sb_addf(out, "  %s\n", titles[tallies->report->group]);
    for (size_t i = 0; i < tallies->list.len; i++) {
        const struct tally *tally = &tallies->list.at[i];
        if (tally->sites == 0)
            break;
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
    struct tallies tallies = {.report = report};
    add_head(report, out);
    if (report->group == BIN_BY_FUNCTION) {
        add_functions(report, style, out);
        return;
    }
    intern_init(&tallies.names, report->binary->memory);
    for (size_t i = 0; i < report->count; i++)
        count_site(&tallies, &report->binary->sites.at[report->sites[i]]);
    add_tallies(&tallies, style, out);
    VEC_RELEASE(report->binary->memory, &tallies.list);
    intern_release(&tallies.names);
}
