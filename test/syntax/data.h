/* Data tests of the room syntax: folders of x.go with x.want beside it. */
#ifndef UNHEAP_TEST_SYNTAX_DATA_H
#define UNHEAP_TEST_SYNTAX_DATA_H

#include "base/base.h"
#include "syntax/syntax.h"

struct fixture {
    struct memory memory;
    struct arena arena;
    struct diag_sink *sink;
};
void fixture_init(struct fixture *fixture);
void fixture_release(struct fixture *fixture);

/* The text of a file below test/syntax (the folder of this file), copied into the arena. */
struct str fixture_text(struct fixture *fixture, const char *path);
/* Scans a text that must outlive the fixture. */
void fixture_read(struct fixture *fixture, const char *text, struct syntax_file *file);
/* For each x.go of a folder: what `print` writes about it must equal x.want; fails with the first
 * line that differs. Returns the number of lines compared. With UNHEAP_UPDATE_WANT set in the
 * environment it writes x.want instead. */
size_t fixture_compare_folder(const char *folder,
                              void (*print)(struct fixture *fixture, const struct syntax_file *file,
                                            struct sb *out));

#endif
