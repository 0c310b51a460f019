/* said: where the compiler says that something is allocated, and which function that is.
 *
 * gc's messages as allocation expressions: which of them speak of allocations, in which order, with
 * paths for people and with functions as symbol tables and profiles name them. Where the source can
 * be read it is asked for what gc's text leaves open. This room knows nothing of profiles, of
 * baselines or of reports. One struct said is used by one thread. */
#ifndef UNHEAP_SAID_H
#define UNHEAP_SAID_H

#include "base/base.h"
#include "compiler/compiler.h"
#include "syntax/syntax.h"

/* One line of gc that is shown. */
struct said_site {
    uint32_t message;    /* index into the compiler's messages */
    uint32_t file;       /* index into files */
    uint32_t times;      /* equal ones that were collapsed into this one */
    bool parameter;      /* it speaks of a parameter, not of an allocation */
    struct str function; /* gc's name of the function it lies in; empty when not known */
};

/* What to collect. */
struct said_request {
    const struct compiler *compiler; /* must outlive the sites */
    const char *dir;                 /* -C: what gc's relative paths are relative to; NULL: here */
    bool all;                        /* also what does not escape */
    /* Not NULL: only what it says yes to, whatever it speaks of, parameters too. */
    bool (*fits)(void *ctx, const struct message *message);
    void *ctx;
};

/* Sites in the order of files, lines, columns and text. */
struct said {
    const struct memory *memory;
    const struct compiler *compiler;
    struct said_request request;
    struct arena arena;
    struct str here;        /* the current directory */
    struct str base;        /* what gc's relative paths are relative to */
    uint32_t *file_of_path; /* by string id of a path: index into files + 1 */
    VEC(struct str) files;  /* for people: relative when below the current directory */
    VEC(struct said_site) list;
    size_t package_count;   /* that were asked for */
};

/* ---- collect.c ---- */

/* An empty list that knows its places; said_collect fills it, said_release gives it back. */
void said_init(struct said *sites, const struct said_request *request,
                const struct memory *memory);
void said_release(struct said *sites);
/* Fills the list from the packages that are wanted. */
void said_collect(struct said *sites);
/* Equal sites become one, with a count. */
void said_collapse(struct said *sites);
/* A printed path for people; valid as long as the sites. */
struct str said_file(struct said *sites, uint32_t path);
/* Import path of the package that a message's file belongs to. */
struct str said_package(const struct said *sites, const struct message *message);
/* The import path of a printed path's package; empty when it is not known. */
struct str said_package_of_path(const struct said *sites, uint32_t path);
/* "package.name" as symbol tables have it. */
void said_symbol(const struct said *sites, struct str package, struct str name, struct sb *out);
/* "net/http.(*conn).serve", as in symbol tables and profiles; empty when the function is not
 * known. */
void said_function(const struct said *sites, const struct said_site *site, struct sb *out);

/* ---- source.c ---- */

/* Asks the source, where it can be read, which function a site lies in and whether it is a
 * parameter, unless gc told. Sites must be in the order of files. */
void said_ask_source(struct said *sites);
/* gc's name of the function at a place; empty when the source does not tell. */
struct str said_source_function(struct said *sites, const struct inline_place *place);
/* The innermost function with the place in its text, NULL at package level; a func literal's own
 * "func" lies outside of it. */
const struct syntax_function *said_function_around(const struct syntax_file *syntax, uint32_t line,
                                                    uint32_t column);

/* ---- verdict.c ---- */

enum said_verdict { SAID_HEAP, SAID_STACK, SAID_MAYBE, SAID_NONE };
/* The verdict's word in JSON. */
const char *said_verdict_name(enum said_verdict verdict);
/* What a message means for the heap; SAID_NONE when it speaks of something else. */
enum said_verdict said_verdict_of(const struct message *message);
/* The expression, variable or parameter that a verdict is about. */
struct str said_subject(const struct message *message);
/* Why something that does not escape may be on the heap after all; NULL when it may not. */
const char *said_maybe_reason(enum site_kind kind);
/* "T" of "&T{...}", "new(T)", "make(T, n)" and "T{...}"; empty where the text does not tell. */
struct str said_type(enum site_kind kind, struct str subject);

#endif
