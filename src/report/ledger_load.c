/* ledger_load.c: what taking a site's allocations away would be worth. */
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

size_t ledger_changes(const struct live_ledger *ledger, struct ledger_change *changes)
{
    const struct live_ledger_site *sites[LEDGER_CHANGES - 1];
    struct live_load now;
    const struct live_span span = {.now = &ledger->runtime,
                                   .then = ledger->interval > 0 ? &ledger->then : NULL,
                                   .seconds = ledger->interval};
    if (!live_load_now(&span, ledger->facts.allocation_rate, &now))
        return 0;
    changes[0] = (struct ledger_change){.load = now};
    size_t count = by_allocated(ledger, sites, LEDGER_CHANGES - 1);
    for (size_t i = 0; i < count; i++) {
        const struct live_ledger_site *site = sites[i];
        double share = (double)site->allocated / (double)ledger->profile_allocated;
        changes[i + 1] = (struct ledger_change){
            .site = site, .share = share,
            .load = live_load_without(&now, &ledger->runtime, share, (double)site->in_use)};
    }
    return count + 1;
}
