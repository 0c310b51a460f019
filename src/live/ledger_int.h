/* ledger_int.h: what the files that make a ledger share. */
#ifndef UNHEAP_LIVE_LEDGER_INT_H
#define UNHEAP_LIVE_LEDGER_INT_H

#include "live.h"

enum { LEDGER_NO_ROW = -1 };

struct ledger_maker {
    const struct live_ledger_input *input;
    struct live_ledger *ledger;
};

/* ---- ledger_rows.c ---- */

/* A text in the ledger's arena. */
struct str ledger_text(struct ledger_maker *maker, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* A row below another (or LEDGER_NO_ROW); none when the bytes are unknown. */
int ledger_row(struct ledger_maker *maker, int parent, struct str name, int64_t bytes,
               const char *source);
/* What people are told beside a row that is there. */
void ledger_note(struct ledger_maker *maker, int row, struct str note);
/* The remainder of a row that has children: `more` is what is left over, `less` what is counted
 * below and not in it. Returns it. */
int64_t ledger_close(struct ledger_maker *maker, int parent, struct str more, struct str less);

/* ---- ledger_sites.c ---- */

/* Sums the profile up by function and line. */
void ledger_read_sites(struct ledger_maker *maker);
/* The largest as rows below what is live. */
void ledger_add_sites(struct ledger_maker *maker, int live);

#endif
