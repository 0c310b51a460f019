/* weblist.h: what -weblist collects (weblist.c) and shows (weblist_page.c). */
#ifndef UNHEAP_VIEW_WEBLIST_H
#define UNHEAP_VIEW_WEBLIST_H

#include "view/view_int.h"

/* An address that samples have. */
struct web_address {
    uint64_t address;  /* locations without one get one that no mapping has */
    uint32_t location; /* the first one that is wanted, else NONE */
    int64_t flat, cum;
};
/* An instruction, or what stands for one where there is no executable to read. */
struct web_instruction {
    uint64_t address, length;
    uint64_t shown;        /* the address in the executable */
    struct str text, file; /* text.ptr is NULL without an executable */
    int64_t line, flat, cum;
};
struct web_call {
    struct str file;
    int64_t line;
};
/* An instruction below a line of source; several where calls were inlined. */
struct web_entry {
    uint32_t file; /* string id of its path */
    uint32_t function;
    int64_t line;
    size_t order;       /* in which it came */
    size_t instruction;
    const struct web_call *calls; /* inlined into the line, outermost first */
    size_t call_count;
};
struct weblist {
    struct report *report;
    VEC(struct web_address) addresses; /* by address, in the end */
    VEC(struct web_instruction) instructions;
    VEC(struct web_entry) entries; /* by file's name, line and order, in the end */
    struct map by_address; /* index of a web_address */
    struct map by_instruction;
    struct map interest; /* string ids of functions that are looked for */
    struct map pretty;   /* by system name: the name */
};

/* Writes the page. */
void weblist_page(struct weblist *list);

#endif
