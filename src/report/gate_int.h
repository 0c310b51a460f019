/* What the files of the gate's reports share. */
#ifndef UNHEAP_REPORT_GATE_INT_H
#define UNHEAP_REPORT_GATE_INT_H

#include "report_int.h"

/* One thing that a format tells. */
struct gate_item {
    const struct gate_site *site;
    const struct gate_finding *finding; /* NULL for budgets and annotations */
    enum gate_severity severity;
    struct str rule; /* a category's name, "budget" or "noescape" */
    struct str message;
};
struct gate_items {
    const struct memory *memory;
    struct arena arena;
    VEC(struct gate_item) list;
};
/* All of them: new sites, the dearest first, budgets, annotations, what the compiler changed. */
void gate_items_init(struct gate_items *items, const struct gate_verdict *verdict);
void gate_items_release(struct gate_items *items);
/* The smallest change that takes the site off the heap. */
void gate_item_advice(const struct gate_site *site, struct sb *out);
/* Stays the same from run to run, wherever the lines go. */
uint64_t gate_fingerprint(const struct gate_item *item);
/* ---- gate_columns.c ---- */

struct gate_columns_file {
    struct source_file source;
    bool is_open;
};
/* Sources that were looked at. */
struct gate_columns {
    const struct memory *memory;
    struct map known; /* of a path: index + 1 */
    VEC(struct gate_columns_file) files;
};
void gate_columns_init(struct gate_columns *columns, const struct memory *memory);
void gate_columns_release(struct gate_columns *columns);
/* The place's column, 1-based, counted in UTF-16 code units. */
uint32_t gate_column_utf16(struct gate_columns *columns, const struct place *place);

/* A shown path relative to the report's root. */
void gate_path(const struct report_gate *report, struct str shown, struct sb *out);

#endif
