/* Evidence made by hand, for tests of the report: a small shop as unheap would see it, with 8
 * causes and 40 sites. Its sources are test/report/testdata/shop/. */
#ifndef TEST_REPORT_SAMPLE_H
#define TEST_REPORT_SAMPLE_H

#include "evidence/evidence.h"

enum sample_kind {
    SAMPLE_SHOP,
    SAMPLE_HOSTILE, /* the shop, with names made to break out of whatever they are printed into */
    SAMPLE_BIG,     /* more of everything than a page may hold */
    SAMPLE_EMPTY,   /* a profile with nothing in it */
};

/* Freed by sample_free. The test program's folder is found through ROOT, as scripts/run-tests.sh
 * sets it, else from the current directory. */
struct evidence *sample_new(enum sample_kind kind, const struct memory *memory);
void sample_free(struct evidence *evidence);

/* Memory for tests: running out aborts. */
extern const struct memory sample_memory;

#endif
