/* why: what the files of this verb share. */
#ifndef UNHEAP_CMD_WHY_H
#define UNHEAP_CMD_WHY_H

#include "cmd.h"
#include "compiler/compiler.h"

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

/* One line of gc that is shown. */
struct why_site {
    uint32_t message;
    uint32_t file;       /* index into files */
    uint32_t times;      /* equal ones that were collapsed into this one */
    bool parameter;      /* it speaks of a parameter, not of an allocation */
    struct str function; /* gc's name of the function it lies in; empty when not known */
};

/* What is shown: sites in the order of files, lines, columns and text. */
struct why_view {
    struct cmd *cmd;
    const struct compiler *compiler;
    const struct why_flags *flags;
    struct why_line line;
    struct arena arena;
    struct str here;         /* the current directory */
    struct str base;         /* what gc's relative paths are relative to */
    uint32_t *file_of_path;  /* by string id of a path: index into files + 1 */
    VEC(struct str) files;   /* for people: relative when below the current directory */
    VEC(struct why_site) sites;
    size_t package_count;    /* that were asked for */
};

/* ---- why_sites.c ---- */

void why_view_init(struct why_view *view, struct cmd *cmd, const struct why_flags *flags,
                   const struct compiler *compiler, const struct why_line *line);
void why_view_release(struct why_view *view);
/* all: also what does not escape; on a chosen line, whatever gc says. */
void why_collect(struct why_view *view, bool all);
/* Equal sites become one, with a count. */
void why_collapse(struct why_view *view);
/* A printed path for people. */
struct str why_file(struct why_view *view, uint32_t path);
/* Import path of the package that a message's function belongs to. */
struct str why_package(const struct why_view *view, const struct message *message);
/* The import path of a printed path's package; empty when it is not known. */
struct str why_package_of_path(const struct why_view *view, uint32_t path);
/* "package.name" as symbol tables have it. */
void why_symbol(const struct why_view *view, struct str package, struct str name, struct sb *out);
/* "net/http.(*conn).serve", as in symbol tables and profiles; empty when the function is not
 * known. */
void why_function(const struct why_view *view, const struct why_site *site, struct sb *out);

/* ---- why_source.c ---- */

/* Asks the source, where it can be read, which function a site lies in and whether it is a
 * parameter, unless gc told. Sites must be in the order of files. */
void why_ask_source(struct why_view *view);
/* gc's name of the function at a place; empty when the source does not tell. */
struct str why_source_function(struct why_view *view, const struct inline_place *place);

/* ---- why_line.c ---- */

/* Is the argument FILE:LINE[:COLUMN]? */
bool why_line_read(const char *argument, const char *dir, struct arena *arena,
                   struct why_line *line);
bool why_line_fits(struct why_view *view, const struct message *message);

/* ---- why_verdict.c ---- */

enum why_verdict { WHY_HEAP, WHY_STACK, WHY_MAYBE, WHY_NONE };
const char *why_verdict_name(enum why_verdict verdict);
enum why_verdict why_verdict_of(const struct message *message);
/* The expression, variable or parameter that a verdict is about. */
struct str why_subject(const struct message *message);
/* Why something that does not escape may be on the heap after all; NULL when it may not. */
const char *why_maybe_reason(enum site_kind kind);

/* ---- why_text.c, why_json.c: append to out, and print it when it has grown ---- */
int why_print_text(struct why_view *view);
int why_print_json(struct why_view *view);
int why_print_gc(struct why_view *view);
/* Prints and empties out when it holds much, or in any case. */
int why_flush(struct why_view *view, struct sb *out, bool all);

#endif
