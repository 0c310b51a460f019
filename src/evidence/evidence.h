/* evidence: the join. What the compiler decided, beside what production paid.
 *
 * A profile's samples are laid on allocation sites, each site gets the compiler's verdict and story
 * or its run-time reason, the stories are carried on through the callers, and the single steps
 * whose removal takes most bytes off the heap are ranked: the causes. This room does not know how a
 * witness works, nor how a report looks.
 *
 * Invariants
 * E1. Every sample has exactly one site, or is unexplained; every explained sample has exactly one
 *     cause. So sum(causes.value) == explained and explained + sum(unexplained.value) == total, in
 *     exact integers.
 * E2. total is the profile's own total for the sample type.
 * E3. A step is a cause of a sample's bytes only if it dominates them: every known way from the
 *     allocation to the heap leads through it.
 * E4. Nothing depends on the number of threads or on addresses: equal input, equal output. */
#ifndef UNHEAP_EVIDENCE_H
#define UNHEAP_EVIDENCE_H

#include "base/base.h"
#include "binary/binary.h"
#include "compiler/compiler.h"
#include "profile/profile.h"

/* What removes a cause: X(NAME, "name in JSON", "what it is, for people", "the advice") */
enum cause_category {
#define X(name, json, title, advice) CAUSE_##name,
#include "categories.h"
#undef X
    CAUSE_CATEGORY_COUNT
};
const char *cause_category_name(enum cause_category category);
const char *cause_category_title(enum cause_category category);
/* Of the reasons of a story that are a category by themselves; else CAUSE_OTHER. */
enum cause_category cause_category_of_reason(enum flow_reason reason);
/* What takes such a cause off the heap: a sentence or two. */
struct str cause_category_advice(enum cause_category category);

enum site_verdict { VERDICT_HEAP, VERDICT_STACK, VERDICT_MAYBE, VERDICT_ELIDED, VERDICT_NONE };
const char *site_verdict_name(enum site_verdict verdict);

/* How sure a figure is. n is the number of sampled objects behind it. The 95 % interval treats
 * sampling as Poisson at the profile's rate (see interval.c for the mathematics and its source). */
struct measure {
    int64_t value;
    int64_t low, high;
    uint64_t samples;
};

struct place {
    struct str file;    /* for people and JSON: relative to the current directory when below it */
    uint32_t line, column; /* column 0 when unknown */
};

struct place_frame {
    struct str function;
    struct place place;
};

/* One numbered step of a story. */
struct told_step {
    struct place place;
    struct str text; /* a sentence */
};

struct site {
    uint32_t id; /* 1-based */
    struct str package, function; /* function as in profiles: "net/http.(*conn).serve" */
    struct place place;
    enum site_kind kind;
    struct str text;   /* gc's message; empty when gc says nothing */
    struct str type;   /* empty when unknown */
    uint64_t size;     /* bytes of one object; 0 when unknown or various */
    struct str callee; /* what the shipped program calls here; empty when unknown */
    enum site_verdict verdict;
    struct str reason; /* gc's last step in words, or the run-time reason */
    uint32_t copies;   /* how many inlined copies the profile shows, at least 1 */
    struct place_frame *inlined_at; /* of the copy that costs most, inside outwards */
    size_t inlined_count;
    uint32_t cause;    /* index of the cause that carries most of it */
    struct measure measure;
    int64_t cumulative; /* bytes of all samples with this function and line on their stack */
    bool ambiguous;     /* several allocations of this line that object sizes do not tell apart */
    struct str source_path; /* where the source can be read; empty when it cannot */
    struct told_step *story;
    size_t story_count;
};

/* A part of a cause: what it takes from one site. */
struct cause_part {
    uint32_t site; /* index into sites */
    int64_t value;
};

/* The picture of a cause: allocations, steps, heap. */
struct flow_node {
    enum { FLOW_NODE_SITE, FLOW_NODE_STEP, FLOW_NODE_CAUSE, FLOW_NODE_HEAP } kind;
    struct str text;
    struct place place;
    int64_t value; /* bytes that flow through it */
};
struct flow_edge {
    uint32_t from, to; /* indexes into nodes */
    int64_t value;
};

struct cause {
    uint32_t id; /* 1-based, by rank */
    enum cause_category category;
    struct str text;    /* "stored in the global map orders" */
    struct str function; /* that the step is in; empty when unknown */
    struct place place;
    struct measure measure;
    struct str advice;  /* a sentence or two that fits, naming lines */
    struct cause_part *parts; /* by value, largest first; a site may be in several causes */
    size_t part_count;
    struct told_step *story;
    size_t story_count;
    struct flow_node *nodes; /* node 0 is the heap */
    size_t node_count;
    struct flow_edge *edges;
    size_t edge_count;
    bool supported; /* enough samples for its rank; see evidence_join */
    struct str source_path;
};

struct unexplained {
    struct str function;
    struct place place;
    int64_t value;
    struct str why;
};

/* How well profile and diagnostics fit: shares of the sample type's total. */
struct match_quality {
    int64_t matched;          /* functions found in the diagnostics */
    int64_t unknown_function; /* the package is there, the function or line is not */
    int64_t unknown_package;
    int64_t by_mapping, by_import_path; /* how the matched ones were found */
    struct str first_unknown; /* an example, for the message */
};

struct evidence {
    const struct memory *memory;
    struct arena arena;
    const struct profile *profile;
    uint32_t type;            /* index of the sample type */
    struct str type_name, unit, go_version;
    int64_t total, explained;
    struct site *sites;       /* by value, largest first */
    size_t site_count;
    struct site *elided;      /* on the heap by verdict, without a call in the binary: no value, no
                                 cause, ids after those of sites; in order of place */
    size_t elided_count;
    struct cause *causes;     /* ranked */
    size_t cause_count;
    struct unexplained *unexplained; /* by value, largest first */
    size_t unexplained_count;
    struct match_quality quality;
    uint32_t *sample_site;    /* by sample: index into sites, or EVIDENCE_NONE */
    uint32_t *sample_cause;   /* by sample: index into causes, or EVIDENCE_NONE */
    /* The other question: where inuse_space (or, for inuse, alloc_space) ranks otherwise. Empty
     * text when it does not, or when the profile has no such type. */
    struct str other_ranking;
    struct diag_sink *sink; /* where a source that can no longer be read is told; may be NULL */
    struct atlas *atlas; /* private: keeps the sources that texts lie in */
};
#define EVIDENCE_NONE UINT32_MAX

struct evidence_request {
    const char *dir;              /* -C: where the module is; NULL: the current directory */
    const char *goroot, *modcache; /* where sources of std and of modules may lie; may be NULL */
    struct str sample_type;       /* empty: alloc_space, else the profile's default */
    const struct binary *binary; /* the shipped program: what its calls allocate; may be NULL */
    const char *const *maps; /* FROM=TO, applied to the profile's file names, first match wins */
    size_t map_count;
};

/* The whole join, one flat pipeline: see the reading guide at the top of join.c. The compiler and
 * the profile must outlive the result. compiler may not be NULL. Fails only when the sample type
 * does not exist (PROFILE_SAMPLE_TYPE); a poor fit is told as JOIN_FOREIGN or JOIN_PARTIAL. */
NODISCARD enum status evidence_join(const struct evidence_request *request,
                                    const struct profile *profile,
                                    const struct compiler *compiler, const struct memory *memory,
                                    struct diag_sink *sink, struct evidence **out);
void evidence_free(struct evidence *evidence);

/* The 95 % interval of a value made of `samples` sampled objects, with the variance that sampling
 * adds to it; the mathematics and its source stand in measure.c. Variance 0 gives low == high ==
 * value. */
struct measure measure_of(int64_t value, double samples, double variance);
/* The limits of a Poisson mean of which n was counted (n >= 0, need not be whole). `spread` is the
 * quantile of the normal or of Student's distribution: MEASURE_SPREAD for 95 %. */
#define MEASURE_SPREAD 1.959964
void measure_limits(double n, double spread, double *low, double *high);

#endif
