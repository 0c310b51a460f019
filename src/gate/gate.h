/* gate: is there anything new on the heap?
 *
 * Allocation sites of two states of a module, identified by what they are and not by where they
 * stand, paired with each other; what is left over on the new side is new. Then the policy: what of
 * that matters, what is allowed, which packages and functions must have none.
 *
 * Invariants
 * G1. A site is an allocation expression where it is written. Copies made by inlining and instances
 *     of generic code are one site; two expressions on one line are two.
 * G2. A pair joins one old with one new site; nothing is paired twice. So
 *     kept + moved + new + changed == new side, kept + moved + fixed == old side (both without
 *     packages that only one of them was asked about).
 * G3. Equal input gives equal bytes: lists are in a total order, hashes do not depend on addresses.
 * G4. Every text of a list lives in that list's arena. */
#ifndef UNHEAP_GATE_H
#define UNHEAP_GATE_H

#include "base/base.h"
#include "compiler/compiler.h"
#include "evidence/evidence.h"
#include "profile/profile.h"

/* ---- sites and lists of them ---- */

/* What a site's surroundings look like, so that it is found again after an edit. Hashes of tokens:
 * blanks, comments, line ends and trailing commas do not count. */
struct gate_marks {
    uint32_t code;   /* of its statement */
    uint32_t like;   /* of its statement, with all names alike */
    uint32_t shape;  /* of its function, with all names alike */
    uint32_t source; /* of its function, word for word */
    /* Of these few bits differ when few tokens do; 0 when not known: */
    uint32_t near;   /* of its statement */
    uint32_t around; /* of what stands before and behind that */
};

/* What a new site is going to cost. */
struct gate_cost {
    bool known;
    bool hot;
    int64_t bytes;     /* the estimate */
    double share;      /* percent of the profile that goes through its function */
    struct str ground; /* a sentence */
};

enum gate_cause { GATE_BY_EDIT, GATE_BY_COMPILER, GATE_BY_DEPENDENCY };
/* The word of JSON. */
const char *gate_cause_name(enum gate_cause cause);

/* What is known beforehand of a site that no compiler told of: a profile measured it, or an
 * executable holds it. */
struct gate_given {
    enum gate_cause cause;
    struct gate_cost cost;
};

struct gate_site {
    struct str package, function; /* function as in profiles, closures by their chain */
    struct str file;              /* relative to the module's folder when below it */
    struct str shown;             /* for people: relative to the current directory */
    uint32_t line, column;        /* 0 in a baseline */
    enum site_kind kind;
    enum cause_category category; /* why it is on the heap */
    struct str text;              /* gc's message; empty in a baseline */
    struct str expression;        /* as gc prints it, instances of generic types alike */
    struct str type;              /* empty when unknown */
    struct str reason;            /* the story's last step in words; empty in a baseline */
    struct gate_marks marks;
    uint32_t ordinal;             /* from 1, among sites that are otherwise equal */
    uint32_t copies;              /* by inlining, at least 1 */
    bool test, generated;
    struct told_step *story;
    size_t story_count;
    const struct gate_given *given; /* NULL for what the compiler told */
};

struct gate_module {
    struct str path, version;
};

/* A place where the source says that nothing may be on the heap. */
struct gate_annotation {
    struct str shown;
    uint32_t line;              /* of the comment */
    uint32_t first, last;       /* lines that it holds for */
    struct str directive;       /* "//unheap:noescape" */
};

/* What is on the heap at one of those, with the copies that inlining brought there. */
struct gate_breach {
    uint32_t annotation;    /* index into annotations */
    struct gate_site *site;
};

struct gate_list {
    const struct memory *memory;
    struct arena arena;
    struct str go_version;
    struct str module;               /* module path; empty when there is no go.mod */
    VEC(struct gate_site) sites;     /* by package, function, kind, expression, type, ordinal */
    VEC(uint32_t) functions;         /* marks.source of all functions, sorted */
    VEC(struct gate_module) modules; /* what go.mod requires, sorted */
    VEC(struct str) packages;        /* import paths that were analysed, sorted */
    VEC(struct gate_annotation) annotations;
    VEC(struct gate_breach) breaches;
};

/* ---- collect.c ---- */

struct gate_request {
    const struct compiler *compiler;
    const char *dir;        /* -C; NULL: the current directory */
    struct str module_dir;  /* absolute; empty when there is none */
    bool elsewhere;         /* dir is a copy of the module: */
    struct str shown_dir;   /* then paths for people are this and the file's own */
    struct str only_dir;    /* absolute; not empty: only files right in it, others are instances of
                               other packages' generic code */
};
/* The sites of what the compiler said. The list does not refer to the compiler afterwards. */
void gate_collect(const struct gate_request *request, const struct memory *memory,
                  struct gate_list *list);
void gate_list_init(struct gate_list *list, const struct memory *memory);
void gate_list_release(struct gate_list *list);
/* For those who fill a list themselves: sorts the sites and numbers equal ones. */
void gate_list_sort(struct gate_list *list);
/* Counts the packages of another, sorted list as analysed. */
void gate_list_asks(struct gate_list *list, const struct gate_list *other);

/* ---- module.c ---- */

/* The folder at or above dir (NULL: the current one) that holds `name`, absolute, in the arena;
 * empty when there is none. */
struct str gate_find_up(const char *dir, const char *name, struct arena *arena);

/* go.mod's module path and requirements, into the list. */
void gate_module_read(struct str module_dir, struct gate_list *list);

/* ---- baseline.c, baseline_read.c ---- */

/* The whole file: a JSON document with one site a line, sorted, without lines and columns, so that
 * edits elsewhere do not change it and two branches merge. */
void gate_baseline_write(const struct gate_list *list, struct sb *out);
/* Damage, conflict markers and newer schemas are BAD_INPUT, told with line numbers. name is for
 * messages. */
NODISCARD enum status gate_baseline_read(struct str bytes, struct str name,
                                         const struct memory *memory, struct diag_sink *sink,
                                         struct gate_list *list);
/* Adds to `list` what `old` knows of packages that were not analysed this time and that the
 * patterns do not name either. */
void gate_baseline_carry(struct gate_list *list, const struct gate_list *old,
                         const char *const *patterns, size_t pattern_count);

/* ---- match.c ---- */

enum { GATE_UNPAIRED = -1 };
/* Pairs old with new sites: pair_of_new[i] is the old one's index or GATE_UNPAIRED, and the other
 * way round. Both arrays are as long as the lists. Old ones that are `aside` (may be NULL) are not
 * paired. */
struct gate_pairs {
    int32_t *of_old, *of_new;
};
void gate_match(const struct gate_list *old, const struct gate_list *new, const bool *aside,
                const struct gate_pairs *pairs);

/* ---- policy.c ---- */

enum gate_severity { GATE_OFF, GATE_NOTE, GATE_WARNING, GATE_ERROR, GATE_SEVERITY_COUNT };
/* The word of the policy and of JSON. */
const char *gate_severity_name(enum gate_severity severity);

struct gate_budget {
    struct str pattern;
    uint64_t limit;
};

/* What somebody allowed. Empty texts fit everything; "*" stands for any text. */
struct gate_allow {
    struct str package, function, expression, kind, category;
    struct str reason, expires; /* "2027-01-31"; empty: never */
    uint64_t line;              /* of the policy file */
    bool expired;
};

struct gate_policy {
    struct arena arena;
    struct str file; /* the policy's own path; empty when there is none */
    struct str baseline;
    VEC(struct str) packages, exclude;
    bool tests, generated;
    bool ignored[SITE_KIND_COUNT];
    enum gate_severity fallback;     /* [severity] default */
    enum gate_severity by_category[CAUSE_CATEGORY_COUNT];
    bool set_category[CAUSE_CATEGORY_COUNT];
    enum gate_severity by_compiler, by_dependency;
    VEC(struct gate_budget) budgets;
    VEC(struct gate_allow) allows;
    struct str profile;
    double hot_share; /* percent of the profile from which on a function is hot */
};

/* What holds without a policy file. */
void gate_policy_init(struct gate_policy *policy, const struct memory *memory);
void gate_policy_release(struct gate_policy *policy);
/* Reads .unheap.toml. Every mistake is told with its line; one makes it BAD_INPUT. today
 * ("2026-11-27") decides what has expired. */
NODISCARD enum status gate_policy_read(struct str bytes, struct str name, struct str today,
                                       struct diag_sink *sink, struct gate_policy *policy);
/* "PATTERN=N" of the command line. */
bool gate_budget_read(struct gate_policy *policy, const char *argument);
/* Is the package or site looked at at all? */
bool gate_policy_takes(const struct gate_policy *policy, const struct gate_list *list,
                       const struct gate_site *site);
/* Does an import path fit "./x/...", "x/..." of this module, or a whole import path? */
bool gate_pattern_fits(struct str pattern, struct str import_path, struct str module);

/* ---- judge.c ---- */

struct gate_finding {
    const struct gate_site *site;
    enum gate_cause cause;
    enum gate_severity severity;
    struct gate_cost cost;
    const struct gate_allow *allow; /* not NULL: somebody allowed it */
};

struct gate_overrun {
    struct str pattern;
    uint64_t limit, count;
    const struct gate_site **sites; /* `count` of them, in the list's order */
};

struct gate_verdict {
    const struct memory *memory;
    struct arena arena;
    const struct gate_list *old, *new;
    const struct gate_policy *policy;
    VEC(struct gate_finding) found;   /* new; the dearest first, then by place */
    VEC(struct gate_finding) changed; /* by the compiler */
    VEC(struct gate_finding) allowed;
    VEC(struct gate_finding) fixed;
    VEC(struct gate_overrun) overruns;
    VEC(const struct gate_breach *) breaches; /* of annotations, without what is allowed */
    VEC(struct gate_module) upgrades;         /* dependencies that are new or of another version */
    size_t moved, kept;
    bool measured; /* sites are a profile's lines, and new ones those that grew */
    bool fails;
};

struct gate_question {
    const struct gate_list *old, *new;
    const struct gate_policy *policy;
    const char *const *patterns; /* what was asked for: old sites of other packages do not count */
    size_t pattern_count;
    const struct profile *profile; /* may be NULL */
    bool measured;                 /* for the verdict */
    struct str module_dir; /* where old sites of other packages may still stand; empty: they do not
                              count */
};
/* The whole comparison. Lists and policy must outlive the verdict. */
void gate_judge(const struct gate_question *question, const struct memory *memory,
                struct gate_verdict *verdict);
void gate_verdict_release(struct gate_verdict *verdict);

#endif
