/* why: what the files of this verb share. */
#ifndef UNHEAP_CMD_WHY_H
#define UNHEAP_CMD_WHY_H

#include "cmd.h"
#include "said/said.h"

enum why_format { WHY_TEXT, WHY_GC, WHY_JSON };

struct why_flags {
    const char *dir, *diagnostics, *format, *tags, *goos, *goarch, *pgo;
    unsigned level;
    bool json, tests;
};

/* FILE:LINE of the command line; file is empty when packages were named. */
struct why_line {
    struct str file; /* as given */
    struct str path; /* absolute, when the file exists; else as given */
    bool exists;
    uint32_t line;
};

/* What is shown, and how. */
struct why_view {
    struct cmd *cmd;
    const struct why_flags *flags;
    struct why_line line;
    struct said said;
};

/* ---- why_line.c ---- */

/* Is the argument FILE:LINE[:COLUMN]? */
bool why_line_read(const char *argument, const char *dir, struct arena *arena,
                   struct why_line *line);
/* Does a message lie on the line that was asked for? ctx: the struct why_view. */
bool why_line_fits(void *ctx, const struct message *message);

/* ---- why_text.c, why_json.c: append to out, and print it when it has grown ---- */
int why_print_text(struct why_view *view);
int why_print_json(struct why_view *view);
int why_print_gc(struct why_view *view);
/* Prints and empties out when it holds much, or in any case. */
int why_flush(struct why_view *view, struct sb *out, bool all);

#endif
