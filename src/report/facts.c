/* facts.c: what holds for a whole report, said once for the terminal and the page. */
#include "report_int.h"

struct meaning {
    const char *type, *words;
};

/* runtime/pprof/protomem.go names the four sample types of a Go heap profile. */
static const struct meaning meanings[] = {
    {"alloc_space", "all bytes allocated since start: GC load, P99"},
    {"alloc_objects", "all objects allocated since start: GC load, P99"},
    {"inuse_space", "bytes live at the last GC: what fills the limit"},
    {"inuse_objects", "objects live at the last GC: what the GC must mark"},
};

struct str fact_meaning(struct str type_name)
{
    for (size_t i = 0; i < COUNT_OF(meanings); i++)
        if (str_is(type_name, meanings[i].type))
            return str_from(meanings[i].words);
    return STR_NONE;
}

struct coverage fact_coverage(const struct evidence *evidence)
{
    struct coverage coverage = {0};
    int64_t enough = evidence->total / 5 * 4;
    for (size_t i = 0; i < evidence->cause_count && coverage.value < enough; i++) {
        if (!evidence->causes[i].supported)
            continue;
        coverage.causes++;
        add_to_sum(&coverage.value, evidence->causes[i].measure.value);
    }
    return coverage;
}

uint64_t fact_samples(const struct evidence *evidence)
{
    uint64_t samples = 0;
    for (size_t i = 0; i < evidence->cause_count; i++)
        samples += evidence->causes[i].measure.samples;
    return samples;
}

struct str fact_cause_text(const struct cause *cause)
{
    return cause->text.len ? cause->text : str_from(cause_category_title(cause->category));
}

struct str fact_without_verb(struct str text)
{
    static const char *const heads[] = {"moved to heap: "};
    static const char *const tails[] = {" escapes to heap", " does not escape"};
    for (size_t i = 0; i < COUNT_OF(heads); i++)
        if (str_starts(text, str_from(heads[i])))
            return str_skip(text, strlen(heads[i]));
    for (size_t i = 0; i < COUNT_OF(tails); i++)
        if (str_ends(text, str_from(tails[i])))
            return str_slice(text, 0, text.len - strlen(tails[i]));
    return text;
}

struct str fact_expression(const struct site *site)
{
    if (site->text.len)
        return fact_without_verb(site->text);
    if (site->type.len)
        return site->type;
    if (site->reason.len)
        return site->reason;
    return str_from(site_kind_name(site->kind));
}

/* ---- notices ---- */

static void add_match(const struct evidence *evidence, struct sb *out)
{
    const struct match_quality *quality = &evidence->quality;
    int64_t unknown = quality->unknown_function + quality->unknown_package;
    double share = amount_fraction(unknown, evidence->total);
    if (share < 0.01)
        return;
    sb_adds(out, share > 0.25 ? "warning: " : "note: ");
    report_share(out, unknown, evidence->total);
    sb_adds(out, " of the bytes lie in functions that these diagnostics do not know");
    if (quality->first_unknown.len) {
        sb_adds(out, ", such as ");
        utf8_add_line(out, quality->first_unknown);
    }
    sb_adds(out, ". Analyse the commit that the profile's program was built from, or use "
                 "-map FROM=TO.\n");
}

static void add_ambiguous(const struct evidence *evidence, struct sb *out)
{
    size_t count = 0;
    int64_t value = 0;
    for (size_t i = 0; i < evidence->site_count; i++) {
        if (!evidence->sites[i].ambiguous)
            continue;
        count++;
        add_to_sum(&value, evidence->sites[i].measure.value);
    }
    if (count == 0)
        return;
    sb_addf(out, "note: %zu site%s (", count, count == 1 ? "" : "s");
    report_share(out, value, evidence->total);
    sb_addf(out, ") stand%s for several allocations of one line that object sizes do not tell "
                 "apart; marked ~.\n", count == 1 ? "s" : "");
}

static void add_unexplained(const struct evidence *evidence, struct sb *out)
{
    int64_t rest = evidence->total - evidence->explained;
    if (amount_fraction(rest, evidence->total) < 0.02)
        return;
    sb_adds(out, "note: ");
    report_share(out, rest, evidence->total);
    sb_adds(out, " of the bytes have no explanation; they are listed at the end.\n");
}

static void add_below_zero(const struct evidence *evidence, struct sb *out)
{
    for (size_t i = 0; i < evidence->cause_count; i++)
        if (evidence->causes[i].measure.value < 0) {
            sb_adds(out, "note: figures below zero are bytes that the base profile has more of.\n");
            return;
        }
}

void fact_notices(const struct evidence *evidence, struct sb *out)
{
    add_match(evidence, out);
    add_unexplained(evidence, out);
    add_ambiguous(evidence, out);
    add_below_zero(evidence, out);
}
