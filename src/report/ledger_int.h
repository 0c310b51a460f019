/* ledger_int.h: what the files about the ledger share. */
#ifndef UNHEAP_REPORT_LEDGER_INT_H
#define UNHEAP_REPORT_LEDGER_INT_H

#include "live/live.h"
#include "report_int.h"

/* ---- ledger_words.c ---- */

/* Where the memory went, in a sentence or two, without line feed. */
void ledger_explain(const struct live_ledger *ledger, struct sb *out);

/* Something to set or to do. */
struct ledger_proposal {
    const char *setting; /* "GOMEMLIMIT"; "" for what is no setting */
    char value[32];      /* "430MiB"; "" */
    struct sb reason;
};
enum { LEDGER_PROPOSALS = 4 };
/* Writes at most LEDGER_PROPOSALS; each reason is the caller's to release. Returns how many. */
size_t ledger_propose(const struct live_ledger *ledger, struct ledger_proposal *proposals);

/* ---- ledger_load.c ---- */

/* The program under load as it is, or without what one site, one cause or all causes that are shown
 * allocate. */
struct ledger_change {
    const struct live_ledger_site *site;   /* NULL: none, */
    const struct live_ledger_cause *cause; /* likewise, */
    bool all;                              /* and it is all causes; none of the three: as it is */
    double share;                          /* of all allocated bytes */
    double live_less;                      /* bytes that would no longer be live */
    struct live_load load;
};
enum { LEDGER_SITE_CHANGES = 3, LEDGER_CAUSE_CHANGES = 5 };
enum { LEDGER_CHANGES = LEDGER_CAUSE_CHANGES + 2 };
/* The first is as it is. 0 when the runtime does not count enough. */
size_t ledger_changes(const struct live_ledger *ledger, struct ledger_change *changes);

#endif
