/* metrics.c: everything as Prometheus text 0.0.4 and as OpenMetrics 1.0.
 *
 * Both demand that a family's samples stand together, so families are the outer loop and processes
 * the inner. A figure that is unknown has no sample; a family without samples is left out. */
#include <math.h>

#include "watch_int.h"

enum kind { KIND_gauge, KIND_counter, KIND_summary };
struct family {
    const char *name;
    enum kind kind;
    struct field field;
    const char *help;
};

static const struct family process_families[] = {
#define X(name, kind, part, type, help) {#name, KIND_##kind, FIELD_##type(part), help},
#include "watch_metrics.h"
#undef X
};
static const struct family group_families[] = {
#define X(name, kind, part, type, help) {#name, KIND_##kind, FIELD_##type(group.part), help},
#include "watch_group_metrics.h"
#undef X
};

struct page {
    const struct watch *watch;
    struct sb *out;
    bool open;     /* OpenMetrics */
    const struct family *pending; /* its head is not yet written */
};

/* ---- parts ---- */

static void add_escaped(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '\\' || c == '"')
            sb_addf(out, "\\%c", c);
        else if (c == '\n')
            sb_adds(out, "\\n");
        else
            sb_addc(out, c < ' ' || c > '~' ? '?' : (char)c);
    }
}

static void add_value(struct sb *out, double value)
{
    if (isinf(value))
        sb_adds(out, value > 0 ? "+Inf" : "-Inf");
    else if (value == floor(value) && fabs(value) < 0x1p53)
        sb_addf(out, "%.0f", value);
    else
        sb_addf(out, "%.13g", value);
}

/* OpenMetrics names a counter's family without _total. */
static void add_head(struct page *page, const char *name, enum kind kind, const char *help)
{
    static const char *const kinds[] = {"gauge", "counter", "summary"};
    struct str family = str_from(name), total = STR("_total");
    if (page->open && kind == KIND_counter && str_ends(family, total))
        family.len -= total.len;
    sb_addf(page->out, "# HELP %.*s %s\n# TYPE %.*s %s\n", STR_ARGS(family), help,
            STR_ARGS(family), kinds[kind]);
}

/* Which process, where there can be several. */
static void add_process_labels(const struct page *page, const struct target *target)
{
    if (!page->watch->labelled)
        return;
    sb_addf(page->out, "pid=\"%d\",name=\"", target->pid);
    add_escaped(page->out, str_from(target->name));
    sb_addc(page->out, '"');
}

static void add_line(struct page *page, const struct target *target, const struct family *family,
                     double value)
{
    if (page->pending == family)
        add_head(page, family->name, family->kind, family->help);
    page->pending = NULL;
    sb_adds(page->out, family->name);
    if (page->watch->labelled) {
        sb_addc(page->out, '{');
        add_process_labels(page, target);
        sb_addc(page->out, '}');
    }
    sb_addc(page->out, ' ');
    add_value(page->out, value);
    sb_addc(page->out, '\n');
}

/* ---- processes and cgroups ---- */

static void add_process_family(struct page *page, const struct family *family)
{
    page->pending = family;
    for (size_t i = 0; i < page->watch->targets.len; i++) {
        const struct target *target = page->watch->targets.at[i];
        double value = target->sample.alive ? field_value(&target->sample, &family->field) : NAN;
        if (!isnan(value))
            add_line(page, target, family, value);
    }
}

/* Once for each cgroup: by the first process that is in it. */
static void add_group_family(struct page *page, const struct family *family)
{
    bool headed = false;
    for (size_t i = 0; i < page->watch->groups.len; i++) {
        const struct group *group = page->watch->groups.at[i];
        struct watch_sample sample;
        sample.group = group->usage;
        double value = field_value(&sample, &family->field);
        if (isnan(value))
            continue;
        if (!headed)
            add_head(page, family->name, family->kind, family->help);
        headed = true;
        sb_adds(page->out, family->name);
        if (page->watch->labelled) {
            sb_adds(page->out, "{cgroup=\"");
            add_escaped(page->out, str_from(group->cgroup.path));
            sb_adds(page->out, "\"}");
        }
        sb_addc(page->out, ' ');
        add_value(page->out, value);
        sb_addc(page->out, '\n');
    }
}

static void add_pauses(struct page *page, const struct target *target)
{
    static const char *const quantiles[] = {"0", "0.25", "0.5", "0.75", "1"};
    const struct live_runtime *runtime = &target->sample.runtime;
    const char *labelled = page->watch->labelled ? "," : "";
    for (size_t i = 0; i < COUNT_OF(quantiles); i++) {
        if (!(runtime->pauses[i] >= 0))
            continue;
        sb_adds(page->out, "go_gc_duration_seconds{");
        add_process_labels(page, target);
        sb_addf(page->out, "%squantile=\"%s\"} %.9g\n", labelled, quantiles[i],
                runtime->pauses[i]);
    }
    for (int i = 0; i < 2; i++) {
        sb_adds(page->out, i ? "go_gc_duration_seconds_count" : "go_gc_duration_seconds_sum");
        if (*labelled) {
            sb_addc(page->out, '{');
            add_process_labels(page, target);
            sb_addc(page->out, '}');
        }
        sb_addc(page->out, ' ');
        add_value(page->out, i ? (double)runtime->cycles : runtime->pause_total);
        sb_addc(page->out, '\n');
    }
}

static void add_pause_family(struct page *page)
{
    bool headed = false;
    for (size_t i = 0; i < page->watch->targets.len; i++) {
        const struct target *target = page->watch->targets.at[i];
        if (!target->sample.alive || !(target->sample.runtime.pause_total >= 0) ||
            target->sample.runtime.cycles < 0)
            continue;
        if (!headed)
            add_head(page, "go_gc_duration_seconds", KIND_summary,
                     "Pauses of the collector; quantiles are of the last 256.");
        headed = true;
        add_pauses(page, target);
    }
}

/* One sample for each target with `text` as the value of a label. */
static void add_info_family(struct page *page)
{
    bool headed = false;
    for (size_t i = 0; i < page->watch->targets.len; i++) {
        const struct target *target = page->watch->targets.at[i];
        if (!target->go_version[0] || !target->sample.alive)
            continue;
        if (!headed)
            add_head(page, "go_info", KIND_gauge, "The Go release the program was built with.");
        headed = true;
        sb_adds(page->out, "go_info{");
        add_process_labels(page, target);
        sb_addf(page->out, "%sversion=\"", page->watch->labelled ? "," : "");
        add_escaped(page->out, str_from(target->go_version));
        sb_adds(page->out, "\"} 1\n");
    }
}

static void add_site_family(struct page *page)
{
    bool headed = false;
    for (size_t i = 0; i < page->watch->targets.len; i++) {
        const struct target *target = page->watch->targets.at[i];
        for (size_t k = 0; k < target->site_count && target->sample.alive; k++) {
            const struct target_site *site = &target->sites[k];
            if (!headed)
                add_head(page, "unheap_site_inuse_bytes", KIND_gauge,
                         "Bytes in use that a line allocated, by the sampled heap profile; the "
                         "largest ones.");
            headed = true;
            sb_adds(page->out, "unheap_site_inuse_bytes{");
            add_process_labels(page, target);
            sb_addf(page->out, "%sfunction=\"", page->watch->labelled ? "," : "");
            add_escaped(page->out, str_from(site->function));
            sb_adds(page->out, "\",line=\"");
            add_escaped(page->out, str_from(site->line));
            sb_addf(page->out, "\"} %" PRId64 "\n", site->bytes);
        }
    }
}

/* ---- unheap itself ---- */

static void add_number(struct page *page, const char *name, enum kind kind, double value,
                       const char *help)
{
    add_head(page, name, kind, help);
    sb_addf(page->out, "%s ", name);
    add_value(page->out, value);
    sb_addc(page->out, '\n');
}

/* Of each rule, all processes together: how often it led to `what`. */
static void add_rule_family(struct page *page, const char *name, const char *help,
                            size_t counter_offset)
{
    const struct watch *watch = page->watch;
    if (watch->options.rule_count)
        add_head(page, name, KIND_counter, help);
    for (size_t i = 0; i < watch->options.rule_count; i++) {
        uint64_t value;
        memcpy(&value, (const char *)&watch->counts[i] + counter_offset, sizeof(value));
        sb_addf(page->out, "%s{trigger=\"", name);
        add_escaped(page->out, str_from(watch->options.rules[i].name));
        sb_addf(page->out, "\"} %" PRIu64 "\n", value);
    }
}

static void add_active(struct page *page)
{
    const struct watch *watch = page->watch;
    if (watch->options.rule_count && watch->targets.len)
        add_head(page, "unheap_trigger_active", KIND_gauge,
                 "1 while the trigger's words are true.");
    for (size_t i = 0; i < watch->options.rule_count; i++) {
        for (size_t k = 0; k < watch->targets.len; k++) {
            sb_adds(page->out, "unheap_trigger_active{");
            add_process_labels(page, watch->targets.at[k]);
            sb_addf(page->out, "%strigger=\"", watch->labelled ? "," : "");
            add_escaped(page->out, str_from(watch->options.rules[i].name));
            sb_addf(page->out, "\"} %d\n", watch->targets.at[k]->states[i].active);
        }
    }
}

static void add_up(struct page *page)
{
    if (page->watch->targets.len)
        add_head(page, "unheap_up", KIND_gauge, "1 while the process can be read.");
    for (size_t i = 0; i < page->watch->targets.len; i++) {
        const struct target *target = page->watch->targets.at[i];
        sb_adds(page->out, "unheap_up");
        if (page->watch->labelled) {
            sb_addc(page->out, '{');
            add_process_labels(page, target);
            sb_addc(page->out, '}');
        }
        sb_addf(page->out, " %d\n", target->sample.alive);
    }
}

static void add_own(struct page *page)
{
    const struct watch_totals *totals = &page->watch->totals;
    add_number(page, "unheap_targets", KIND_gauge, (double)totals->alive,
               "Processes that are watched.");
    add_number(page, "unheap_samples_total", KIND_counter, (double)totals->samples,
               "Looks at a process.");
    add_number(page, "unheap_sample_failures_total", KIND_counter, (double)totals->failures,
               "Looks at a process that failed.");
    add_number(page, "unheap_restarts_total", KIND_counter, (double)totals->restarts,
               "Processes that ended, or run another program now.");
    add_number(page, "unheap_history_failures_total", KIND_counter,
               (double)totals->history_failures, "Rows of the history that could not be written.");
    add_number(page, "unheap_own_resident_memory_bytes", KIND_gauge,
               (double)totals->own_resident, "Resident memory of unheap itself.");
    add_number(page, "unheap_own_cpu_seconds_total", KIND_counter, totals->own_cpu,
               "Processor time of unheap itself.");
}

static void add_rules(struct page *page)
{
    add_rule_family(page, "unheap_triggers_fired_total", "How often a trigger fired.",
                    offsetof(struct rule_counts, fired));
    add_rule_family(page, "unheap_captures_total", "Heap profiles that a trigger left.",
                    offsetof(struct rule_counts, captures));
    add_rule_family(page, "unheap_capture_failures_total", "Captures that failed.",
                    offsetof(struct rule_counts, capture_failures));
    add_rule_family(page, "unheap_deliveries_total", "Webhook deliveries that arrived.",
                    offsetof(struct rule_counts, deliveries));
    add_rule_family(page, "unheap_delivery_failures_total", "Webhook deliveries that did not.",
                    offsetof(struct rule_counts, delivery_failures));
    add_rule_family(page, "unheap_commands_total", "Commands that were run.",
                    offsetof(struct rule_counts, commands));
    add_active(page);
}

void watch_metrics(struct watch *watch, bool open_metrics, struct sb *out)
{
    struct page page = {.watch = watch, .out = out, .open = open_metrics};
    pthread_mutex_lock(&watch->lock);
    add_up(&page);
    for (size_t i = 0; i < COUNT_OF(process_families); i++)
        add_process_family(&page, &process_families[i]);
    add_pause_family(&page);
    add_info_family(&page);
    add_site_family(&page);
    for (size_t i = 0; i < COUNT_OF(group_families); i++)
        add_group_family(&page, &group_families[i]);
    add_rules(&page);
    add_own(&page);
    pthread_mutex_unlock(&watch->lock);
    if (open_metrics)
        sb_adds(out, "# EOF\n");
}

/* ---- which of the two ---- */

/* The quality that an Accept header gives to a type, 0 to 1; -1: it is not named. */
static double quality(struct str accept, struct str type)
{
    double best = -1;
    while (accept.ptr) {
        struct str item = str_cut(&accept, ','), name = str_cut(&item, ';');
        double q = 1;
        if (!str_equal(str_trim(name), type))
            continue;
        while (item.ptr) {
            struct str option = str_trim(str_cut(&item, ';'));
            if (str_starts(option, STR("q=")))
                q = number_read(str_skip(option, 2));
        }
        best = fmax(best, q);
    }
    return best;
}

bool watch_wants_open_metrics(struct str accept)
{
    double open = quality(accept, STR("application/openmetrics-text"));
    return open > 0 && open >= quality(accept, STR("text/plain"));
}
