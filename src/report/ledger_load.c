/* ledger_load.c: what taking allocations away would be worth under load: of each cause that `hot`
 * found, else of the sites that allocate most. */
#include "ledger_int.h"

/* The sites that allocate most, largest first. */
static size_t by_allocated(const struct live_ledger *ledger, const struct live_ledger_site **sites,
                           size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < ledger->sites.len; i++) {
        const struct live_ledger_site *site = &ledger->sites.at[i];
        size_t at = count;
        while (at > 0 && sites[at - 1]->allocated < site->allocated)
            at--;
        if (at >= max || site->allocated <= 0)
            continue;
        count += count < max;
        for (size_t k = count - 1; k > at; k--)
            sites[k] = sites[k - 1];
        sites[at] = site;
    }
    return count;
}

/* What is to go, before it is known what that is worth. */
static size_t list_sites(const struct live_ledger *ledger, struct ledger_change *changes)
{
    const struct live_ledger_site *sites[LEDGER_SITE_CHANGES];
    size_t count = by_allocated(ledger, sites, LEDGER_SITE_CHANGES);
    for (size_t i = 0; i < count; i++)
        changes[i] = (struct ledger_change){
            .site = sites[i], .live_less = (double)sites[i]->in_use,
            .share = (double)sites[i]->allocated / (double)ledger->profile_allocated};
    return count;
}

/* The largest causes, and all of them together: each byte is in one cause only. */
static size_t list_causes(const struct live_ledger *ledger, struct ledger_change *changes)
{
    struct ledger_change all = {.all = true};
    size_t count = 0;
    for (; count < ledger->causes.len && count < LEDGER_CAUSE_CHANGES; count++) {
        const struct live_ledger_cause *cause = &ledger->causes.at[count];
        changes[count] = (struct ledger_change){.cause = cause, .share = cause->share,
                                                .live_less = (double)cause->in_use};
        all.share += cause->share;
        all.live_less += (double)cause->in_use;
    }
    if (count > 1)
        changes[count++] = all;
    return count;
}

size_t ledger_changes(const struct live_ledger *ledger, struct ledger_change *changes)
{
    struct live_load now;
    const struct live_span span = {.now = &ledger->runtime,
                                   .then = ledger->interval > 0 ? &ledger->then : NULL,
                                   .seconds = ledger->interval};
    if (!live_load_now(&span, ledger->facts.allocation_rate, &now))
        return 0;
    changes[0] = (struct ledger_change){.load = now};
    size_t count = ledger->causes.len ? list_causes(ledger, changes + 1)
                                      : list_sites(ledger, changes + 1);
    for (size_t i = 1; i <= count; i++)
        changes[i].load = live_load_without(&now, &ledger->runtime, changes[i].share,
                                            changes[i].live_less);
    return count + 1;
}
