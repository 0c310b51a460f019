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

/* The program under load as it is, and without what one site allocates. */
struct ledger_change {
    const struct live_ledger_site *site; /* NULL: as it is */
    double share;                        /* of all allocated bytes */
    struct live_load load;
};
enum { LEDGER_CHANGES = 4 };
/* The first is as it is. 0 when the runtime does not count enough. */
size_t ledger_changes(const struct live_ledger *ledger, struct ledger_change *changes);

#endif
