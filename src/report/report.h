/* report: what the person, the script and the browser see.
 *
 * Every function appends a whole document to a string builder; nothing here prints, and nothing here
 * knows how a fact was found. The same evidence gives the same bytes. */
#ifndef UNHEAP_REPORT_H
#define UNHEAP_REPORT_H

#include "base/base.h"
#include "evidence/evidence.h"

struct report_style {
    unsigned columns; /* of the terminal; 100 when it is not one; lines never get longer than that */
    bool color;       /* ANSI colours and the bytes bar: on a terminal only */
    size_t rows;      /* -n: how many causes; 0: 20 */
    size_t stories;   /* how many of them with their story and source lines; 0: 3 */
    const char *command; /* the command line, for the page's head; may be NULL */
};

/* `hot` on the terminal: ranked table, then the stories of the top causes with source lines. */
void report_hot_text(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out);
/* `hot -json`: schema "unheap.hot/1" (reference/cli.md). */
void report_hot_json(const struct evidence *evidence, struct sb *out);
/* `hot -html`: one self-contained page. Sources are read through evidence's source_path; files that
 * cannot be read are left out. */
void report_hot_html(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out);

/* "12.3 MB": binary multiples as pprof prints them (kB, MB, GB of 1024); counts with k, M, G of 1000
 * are for unit "count". Bytes exactly below 1024. */
void report_amount(struct sb *out, int64_t value, struct str unit);
/* "38.1%" */
void report_share(struct sb *out, int64_t value, int64_t total);
/* Text cut to `width` columns with an ellipsis; UTF-8 aware by code points. */
void report_fit(struct sb *out, struct str text, size_t width);

#endif
