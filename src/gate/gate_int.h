/* What the files of the gate share. The way through them: module.c finds the module, collect.c asks
 * said for what gc says, copies.c leaves out what inlining copied, source.c reads marks and
 * annotations off the source; baseline.c and baseline_read.c keep it; match.c pairs; toml.c and
 * policy.c read what the team decided; cost.c estimates; judge.c puts it together. */
#ifndef UNHEAP_GATE_INT_H
#define UNHEAP_GATE_INT_H

#include "gate.h"
#include "said/said.h"

/* ---- source.c ---- */

/* One file of Go, read once. */
struct gate_source {
    struct arena arena;
    struct file file;
    struct syntax_file syntax; /* function_count 0 when it cannot be read */
    uint32_t outside;          /* hash of all that lies outside of functions */
    /* The marks that were asked for last, and of which tokens and function they are. */
    struct gate_marks marks;
    size_t begin, end;
    const struct syntax_function *function;
    bool generated;
};
/* Opens and reads a file; one that is not there leaves an empty source. */
void gate_source_open(struct gate_source *source, struct str path, const struct memory *memory);
void gate_source_close(struct gate_source *source);
/* The marks of a place; zeros without a source. */
struct gate_marks gate_source_marks(struct gate_source *source, uint32_t line, uint32_t column);
/* marks.source of each function and of what lies outside, into list->functions. */
void gate_source_functions(const struct gate_source *source, struct gate_list *list);
/* Clears the marks in `aside` of sites whose function is, word for word, in its file no more. */
void gate_source_still_there(const struct gate_list *old, struct str module_dir, bool *aside);
/* Finds //unheap:noescape and //gcassert:noescape and the lines they hold for. */
void gate_source_annotations(const struct gate_source *source, struct str shown,
                             struct gate_list *list);

/* ---- copies.c ---- */

/* Which messages stand for code that inlining copied from elsewhere. */
struct gate_copies;
struct gate_copies *gate_copies_new(const struct said *said, const struct memory *memory);
void gate_copies_free(struct gate_copies *copies);
/* Is it a copy of an expression that is written, and reported, somewhere else? */
bool gate_is_copy(const struct gate_copies *copies, const struct message *message);

/* ---- expression.c ---- */

/* The expression with type arguments as "[...]", in the arena. */
struct str gate_expression(struct str subject, struct arena *arena);
/* Of a text without its packages' names: "&T{...}" and "&pkg.T{...}" alike, since gc qualifies
 * names in other packages' code. */
uint64_t gate_unqualified_hash(struct str text);
/* What names mean where a site stands. */
struct gate_scope {
    const struct syntax_file *syntax;
    const struct map *globals; /* keys of gate_global_key: of all files of all packages */
    struct str package;
    struct arena *arena; /* for what is looked up */
};
/* A package-level variable. */
uint64_t gate_global_key(struct str package, struct str name);
/* Why a site is on the heap, by its story. */
enum cause_category gate_category(enum site_kind kind, const struct story *story,
                                  const struct gate_scope *scope);

/* ---- module.c ---- */

int gate_str_order(const void *left, const void *right);

/* ---- list order ---- */

/* By package, function, kind, expression, type, ordinal, place. */
int gate_site_order(const void *left, const void *right);

/* ---- toml.c ---- */

enum toml_kind { TOML_TEXT, TOML_NUMBER, TOML_BOOL, TOML_TEXTS };
/* One "key = value" with the table it stands in: "severity", "allow". */
struct toml_entry {
    struct str table, key;
    bool in_list;       /* of a [[table]] */
    uint32_t element;   /* which one, from 1 */
    enum toml_kind kind;
    struct str text;    /* TEXT */
    double number;
    bool truth;
    struct str *texts;  /* TEXTS */
    size_t text_count;
    uint64_t line;
};
struct toml {
    struct arena *arena;
    const struct memory *memory;
    VEC(struct toml_entry) entries;
};
/* Reads the subset of TOML 1.0 that a policy needs: comments, [tables], [[lists of tables]], plain
 * and quoted keys; texts, whole and decimal numbers, booleans, dates (as texts), arrays of texts.
 * What else TOML knows is told as a mistake with its line. */
NODISCARD enum status toml_read(struct str bytes, struct str name, struct diag_sink *sink,
                                struct toml *toml);
void toml_release(struct toml *toml);

/* ---- cost.c ---- */

/* A profile by functions and lines; the profile must outlive it. */
struct gate_costs;
struct gate_costs *gate_costs_new(const struct profile *profile, const struct memory *memory);
void gate_costs_free(struct gate_costs *costs);
/* The ground is written into the arena. */
struct gate_cost gate_cost_of(struct gate_costs *costs, const struct gate_site *site,
                              double hot_share, struct arena *arena);

#endif
