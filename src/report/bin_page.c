/* bin_page.c: `bin -html`: the allocation map as one page that needs nothing else. Tables by kind,
 * type and package, then the calls; a field above them keeps only the rows that hold a word. */
#include "report_int.h"

#include "binary/binary.h"

static const char style[] =
    ":root{color-scheme:light dark;--line:light-dark(#d5dae0,#2f3945);"
    "--muted:light-dark(#56606b,#9ba6b2);--panel:light-dark(#f5f6f8,#191f26);"
    "--ground:light-dark(#fff,#11151a);--text:light-dark(#1c2126,#dfe4ea)}"
    "body{margin:0 auto;max-width:1400px;padding:16px 20px 60px;background:var(--ground);"
    "color:var(--text);font:14px/1.45 system-ui,\"Segoe UI\",Roboto,\"DejaVu Sans\",sans-serif}"
    "h1{font-size:17px}h2{font-size:15px;margin:26px 0 8px}p{margin:4px 0;color:var(--muted)}"
    "input{font:inherit;width:min(100%,32em);padding:5px 9px;position:sticky;top:8px}"
    ".scroll{overflow-x:auto}table{border-collapse:collapse;width:100%}"
    "th,td{padding:3px 10px 3px 0;border-bottom:1px solid var(--line);text-align:left;"
    "vertical-align:top}th{background:var(--panel);font-weight:600}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}"
    "td.c{font-family:ui-monospace,Menlo,Consolas,\"DejaVu Sans Mono\",monospace;font-size:12.5px;"
    "overflow-wrap:anywhere}";

static const char script[] =
    "const field=document.getElementById('filter');"
    "const rows=[...document.querySelectorAll('tbody tr')];"
    "const texts=rows.map(r=>r.textContent.toLowerCase());"
    "field.addEventListener('input',()=>{const word=field.value.toLowerCase();"
    "rows.forEach((r,i)=>{r.hidden=!texts[i].includes(word)})});";

static void add_cell(struct sb *out, const char *class, struct str text)
{
    sb_addf(out, "<td class=%s>", class);
    page_add_escaped(out, text);
    sb_adds(out, "</td>");
}

static void add_number(struct sb *out, int64_t number)
{
    sb_adds(out, "<td class=n>");
    if (number >= 0)
        amount_grouped(out, (uint64_t)number);
    sb_adds(out, "</td>");
}

static void add_left_out(struct sb *out, size_t shown, size_t count)
{
    if (shown == count)
        return;
    sb_adds(out, "<p>The first ");
    amount_grouped(out, shown);
    sb_adds(out, " of ");
    amount_grouped(out, count);
    sb_adds(out, "; -type, -package, -symbols and -kind choose others.</p>");
}

void bin_page_begin(struct str title, struct sb *out)
{
    sb_adds(out, "<!doctype html><html lang=en><meta charset=utf-8>"
                 "<meta name=viewport content=\"width=device-width\"><title>unheap bin: ");
    page_add_escaped(out, title);
    sb_addf(out, "</title><style>%s</style><h1>unheap bin: ", style);
    page_add_escaped(out, title);
    sb_adds(out, "</h1>");
}

static void add_head(const struct report_bin *report, struct sb *out)
{
    const struct binary *binary = report->binary;
    uint64_t counts[3] = {0};
    bin_count_status(report, counts);
    bin_page_begin(binary->path, out);
    sb_adds(out, "<p>");
    page_add_escaped(out, binary->go_version);
    sb_addf(out, " %.*s/%.*s, ", STR_ARGS(binary->goos), STR_ARGS(binary->goarch));
    amount_grouped(out, binary->function_count);
    sb_adds(out, " functions, ");
    amount_grouped(out, report->count);
    sb_adds(out, " calls into the allocator: ");
    amount_grouped(out, counts[BINARY_RESOLVED]);
    sb_adds(out, " with what they allocate, ");
    amount_grouped(out, counts[BINARY_PARTIAL]);
    sb_adds(out, " in part, ");
    amount_grouped(out, counts[BINARY_UNRESOLVED]);
    sb_adds(out, " unknown</p>");
    bin_add_cuts(binary, "<p>", "</p>", out);
    sb_adds(out, "<p>Build id ");
    page_add_escaped(out, binary->build_id.len ? binary->build_id : STR("unknown"));
    sb_adds(out, "</p><p><label>Show rows with <input id=filter type=search></label></p>");
}

static void add_group(const struct report_bin *report, enum bin_group group, const char *title,
                      struct sb *out)
{
    struct bin_tallies tallies;
    bin_tally(report, group, &tallies);
    size_t count = tallies.list.len, shown = count < LIMIT_PAGE_BIN_ROWS ? count
                                                                         : LIMIT_PAGE_BIN_ROWS;
    sb_addf(out, "<h2>By %s</h2>", title);
    add_left_out(out, shown, count);
    sb_addf(out, "<div class=scroll><table><thead><tr><th class=n>Calls<th class=n>Known"
                 "<th class=n>Bytes, each once<th>%s</tr></thead><tbody>", title);
    for (size_t i = 0; i < shown; i++) {
        const struct bin_tally *tally = &tallies.list.at[i];
        sb_adds(out, "<tr>");
        add_number(out, (int64_t)tally->sites);
        add_number(out, (int64_t)tally->resolved);
        add_number(out, (int64_t)tally->bytes);
        add_cell(out, "c", tally->name);
        sb_adds(out, "</tr>\n");
    }
    sb_adds(out, "</tbody></table></div>");
    bin_tallies_release(&tallies);
}

static void add_site(const struct report_bin *report, const struct binary_site *site,
                     struct sb *out)
{
    const struct binary *binary = report->binary;
    struct str file = str_starts(site->file, report->directory)
                          ? str_skip(site->file, report->directory.len) : site->file;
    sb_adds(out, "<tr>");
    add_cell(out, "c", binary->functions[site->function].name);
    sb_adds(out, "<td class=c>");
    page_add_escaped(out, file);
    sb_addf(out, ":%u</td>", site->line);
    add_cell(out, "c", binary->callees.at[site->callee]);
    uint32_t type = site->type ? site->type : site->used_as;
    add_cell(out, "c", type ? binary->types.at[type - 1].name : STR_NONE);
    add_number(out, site->size);
    add_number(out, site->count);
    sb_adds(out, "</tr>\n");
}

void report_bin_html(const struct report_bin *report, struct sb *out)
{
    size_t shown = report->count < LIMIT_PAGE_BIN_SITES ? report->count : LIMIT_PAGE_BIN_SITES;
    add_head(report, out);
    add_group(report, BIN_BY_KIND, "kind", out);
    add_group(report, BIN_BY_TYPE, "type", out);
    add_group(report, BIN_BY_PACKAGE, "package", out);
    sb_adds(out, "<h2>Calls</h2>");
    add_left_out(out, shown, report->count);
    sb_adds(out, "<div class=scroll><table><thead><tr><th>Function<th>Place<th>Callee<th>Type"
                 "<th class=n>Size<th class=n>Count</tr></thead><tbody>");
    for (size_t i = 0; i < shown; i++)
        add_site(report, &report->binary->sites.at[report->sites[i]], out);
    sb_addf(out, "</tbody></table></div><script>%s</script></html>\n", script);
}
