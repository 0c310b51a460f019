/* gate_items: all that a verdict has to say, as one list that every format goes through: new sites,
 * budgets that are exceeded, annotations that do not hold, what the compiler changed. */
#include "gate_int.h"

#include <stdio.h>

static void item_push(struct gate_items *items, struct gate_item item)
{
    VEC_PUSH(items->memory, &items->list, item);
}

static struct str item_fmt(struct gate_items *items, const char *fmt, ...) PRINTF_LIKE(2, 3);

static struct str item_fmt(struct gate_items *items, const char *fmt, ...)
{
    struct sb out;
    sb_init(&out, items->memory);
    va_list args;
    va_start(args, fmt);
    sb_vaddf(&out, fmt, args);
    va_end(args);
    struct str text = str_copy(&items->arena, sb_str(&out));
    sb_release(&out);
    return text;
}

static void findings_push(struct gate_items *items, const struct gate_finding *findings,
                          size_t count, const char *what)
{
    for (size_t i = 0; i < count; i++) {
        const struct gate_finding *finding = &findings[i];
        struct gate_item item = {
            .site = finding->site, .finding = finding, .severity = finding->severity,
            .rule = str_from(cause_category_name(finding->site->category))};
        if (finding->site->given)
            item.message = item_fmt(items, "%s: %.*s", what, STR_ARGS(finding->site->text));
        else
            item.message = item_fmt(items, "%s: %.*s (%s)", what, STR_ARGS(finding->site->text),
                                    cause_category_title(finding->site->category));
        item_push(items, item);
    }
}

static void overrun_push(struct gate_items *items, const struct gate_overrun *overrun)
{
    for (size_t i = 0; i < overrun->count; i++) {
        struct gate_item item = {.site = overrun->sites[i], .severity = GATE_ERROR,
                                 .rule = STR("budget")};
        item.message = item_fmt(items, "over the budget of %.*s (%llu allowed, %llu there): %.*s",
                                STR_ARGS(overrun->pattern), (unsigned long long)overrun->limit,
                                (unsigned long long)overrun->count,
                                STR_ARGS(overrun->sites[i]->text));
        item_push(items, item);
    }
}

static void breach_push(struct gate_items *items, const struct gate_list *list,
                        const struct gate_breach *breach)
{
    const struct gate_annotation *annotation = &list->annotations.at[breach->annotation];
    struct gate_item item = {.site = breach->site, .severity = GATE_ERROR, .rule = STR("noescape")};
    item.message = item_fmt(items, "%.*s in line %u does not hold: %.*s",
                            STR_ARGS(annotation->directive), annotation->line,
                            STR_ARGS(breach->site->text));
    item_push(items, item);
}

void gate_items_init(struct gate_items *items, const struct gate_verdict *verdict)
{
    *items = (struct gate_items){.memory = verdict->memory};
    arena_init(&items->arena, verdict->memory);
    findings_push(items, verdict->found.at, verdict->found.len,
                  verdict->measured ? "grew" : "new on the heap");
    for (size_t i = 0; i < verdict->overruns.len; i++)
        overrun_push(items, &verdict->overruns.at[i]);
    for (size_t i = 0; i < verdict->breaches.len; i++)
        breach_push(items, verdict->new, verdict->breaches.at[i]);
    findings_push(items, verdict->changed.at, verdict->changed.len,
                  "on the heap with this compiler");
}

void gate_items_release(struct gate_items *items)
{
    VEC_RELEASE(items->memory, &items->list);
    arena_release(&items->arena);
}

/* Is it the allocation itself that is to change, not the step that its story ends in? */
static bool is_mended_at_site(enum cause_category category)
{
    switch (category) {
    case CAUSE_SLICE_GROWTH: case CAUSE_STRING_BUILDING: case CAUSE_CHANNEL_MADE:
    case CAUSE_DYNAMIC_SIZE: case CAUSE_TOO_LARGE: case CAUSE_MAP_GROWTH: return true;
    default: return false;
    }
}

void gate_item_advice(const struct gate_site *site, struct sb *out)
{
    if (site->given) {
        sb_addf(out, "unheap why %.*s:%u says what is on the heap there, and why.",
                STR_ARGS(site->shown), site->line);
        return;
    }
    if (site->story_count && !is_mended_at_site(site->category)) {
        const struct told_step *last = &site->story[site->story_count - 1];
        sb_addf(out, "At %.*s:%u, where %.*s: ", STR_ARGS(last->place.file), last->place.line,
                STR_ARGS(last->text));
    }
    sb_add(out, cause_category_advice(site->category));
}

/* Eight bytes of what identifies a site, so that it is the same in the next run. */
uint64_t gate_fingerprint(const struct gate_item *item)
{
    const struct gate_site *site = item->site;
    const struct str parts[] = {site->package, site->function, site->expression, item->rule,
                                str_from(site_kind_name(site->kind))};
    uint64_t hash = site->ordinal;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        hash = hash_mix(hash, hash_bytes(parts[i].ptr ? parts[i].ptr : "", parts[i].len));
    return hash;
}

void gate_path(const struct report_gate *report, struct str shown, struct sb *out)
{
    struct sb full;
    sb_init(&full, report->verdict->memory);
    if (shown.len && shown.ptr[0] != '/')
        sb_addf(&full, "%.*s/", STR_ARGS(report->here));
    sb_add(&full, shown);
    bool below = report->root.len && str_starts(sb_str(&full), report->root);
    sb_add(out, below ? str_skip(sb_str(&full), report->root.len) : shown);
    sb_release(&full);
}
