/* compare_int.h: what the files of this room share.
 *
 *   gather.c   samples to sums, for each side alone
 *   tree.c     samples to the differential call tree
 *   match.c    rows of one side to rows of the other
 *   chance.c   distributions
 *   verdict.c  intervals, p-values, dispersion, many sites
 *   factor.c   whether one side only did more work
 *   compare.c  all of it in order; rows for the outside
 *   rule.c     what -fail-on says */
#ifndef UNHEAP_COMPARE_INT_H
#define UNHEAP_COMPARE_INT_H

#include "compare/compare.h"

/* ---- gather.c ---- */

/* Sums of one row on one side, over its runs; each run is scaled by its own factor first. */
struct side_sum {
    double value, unseen, chance; /* sum of c*w, c*w^2*(1-p), c*w^2 */
    double missing, atoms;        /* sum of c*w*(1-p), c*w^2*p*(1-p) */
    double sizes;                 /* sum of c*w*s where values are bytes, else of c*w/s */
    double samples;
    double run, squares;          /* value of the run being read; sum of runs' values squared */
};

struct side_row {
    uint32_t key, file, text; /* string ids; key is what is matched, of a line its function */
    uint32_t line, start;     /* start: the function's first line, 0 when unknown */
    uint64_t sizes;           /* a set of object sizes (of causes: of texts), hashed to 64 */
    struct side_sum sum;
};

struct side_table {
    struct map ids; /* of key, line and text: index + 1 */
    VEC(struct side_row) rows;
};

struct gather_side {
    struct side_table tables[COMPARE_ROW_KINDS];
    struct side_sum totals[LIMIT_PROFILE_SAMPLE_TYPES];
    uint32_t runs;
    double factors; /* sum of the runs' factors */
    double rates;   /* sum of the runs' sampling rates */
    bool unknown_rate; /* of a run */
};

struct tree;
struct gather {
    const struct memory *memory;
    struct intern strings;
    struct gather_side sides[COMPARE_SIDES];
    uint32_t types[LIMIT_PROFILE_SAMPLE_TYPES], units[LIMIT_PROFILE_SAMPLE_TYPES]; /* of OLD's
                                                                                      first run */
    uint32_t type_count, selected; /* selected: index into types */
    struct tree *tree;
};
void gather_init(struct gather *gather, const struct memory *memory);
void gather_release(struct gather *gather);
/* One run: type of gather->types[i] is profile_types[i] of the profile. */
struct gather_run {
    const struct profile *profile;
    const struct evidence *evidence;
    uint32_t profile_types[LIMIT_PROFILE_SAMPLE_TYPES]; /* PROFILE_NONE: it has none */
    double factor;
};
void gather_add(struct gather *gather, enum compare_side side, const struct gather_run *run);

/* ---- tree.c ---- */

/* A tree of nothing but its root. Beyond max_nodes calls end in their callers. */
struct tree *tree_new(const struct memory *memory, size_t max_nodes);
void tree_free(struct tree *tree);
/* Adds a run's stacks. */
void tree_add(struct tree *tree, struct intern *strings, enum compare_side side,
              const struct gather_run *run, uint32_t type);
/* Puts nodes and names into the comparison's arena. `scales`: what each side's sums are multiplied
 * with. */
void tree_finish(struct tree *tree, const struct intern *strings, const double *scales,
                 struct comparison *comparison);

/* ---- match.c ---- */

/* A matched row: indexes into the sides' rows, or MATCH_NONE. */
#define MATCH_NONE UINT32_MAX
struct match {
    uint32_t rows[COMPARE_SIDES];
};
/* Every row of both is in exactly one match, which are in order of key and line. */
struct match *match_rows(const struct side_table *old, const struct side_table *new,
                         struct arena *arena, size_t *count);

/* ---- chance.c ---- */

/* P(X >= k) and P(X <= k) of a binomial X of n trials with chance q each; k and n need not be
 * whole. */
double chance_binomial_least(double k, double n, double q);
double chance_binomial_most(double k, double n, double q);
double chance_normal_quantile(double tail);      /* z with that tail; tail in (0, 0.5] */
double chance_student_tail(double t, double freedom); /* freedom INFINITY: normal */
double chance_student_quantile(double tail, double freedom);
/* P(F > ratio) of the F distribution. */
double chance_f_tail(double ratio, double freedom, double other_freedom);
double chance_digamma(double x);
double chance_trigamma(double x);
double chance_trigamma_inverse(double y);

/* ---- verdict.c ---- */

/* What one side says about a row, in final units, as the mean of its runs. */
struct side_measure {
    double value, unseen, chance; /* mean, and the two variances of the mean */
    double samples;
    double zero;     /* what one unseen object would be worth where none was seen: M2 */
    double other;    /* variance for each unit of value that the other side's objects would have */
    double atom;     /* value of one object that was missed, and how many likely were */
    double missed;
    double sizes;    /* as of side_sum, in final units */
    double rate;     /* mean bytes between two samples */
    bool bytes;      /* values are bytes, else objects */
    double exposure; /* final units for each unit of the profiles' values */
    double spread;   /* sum of squared distances of the runs from their mean */
    double expected; /* what `spread` is for each degree of freedom when runs are Poisson */
    double freedom;  /* runs - 1 */
};
/* What the sampling at `rate` makes of one seen object like the side's: a value, in the profile's
 * units. */
double verdict_weight(const struct side_measure *side, double rate);
/* How runs vary: M5. freedom INFINITY: there was one run a side, nothing is known. */
struct dispersion {
    double all, prior; /* of all sites, and its weight in degrees of freedom */
    double freedom;    /* of one site */
    bool told;         /* by sites enough; else `all` is taken for 1 */
};
struct dispersion verdict_dispersion(struct side_measure (*pairs)[COMPARE_SIDES], size_t count,
                                     struct arena *arena);
/* All but the verdict. */
struct change verdict_change(const struct side_measure *sides,
                             const struct dispersion *dispersion);
/* M6 over all of them: sets their verdicts; returns the size of the family. */
double verdict_many(struct change **changes, size_t count, struct arena *arena);
/* M8: where all runs of a side vary together, the sites prove no more than their total does. */
void verdict_together(struct change **changes, size_t count, double factor);
/* M7 */
void verdict_total(struct change *change);

/* ---- factor.c ---- */

/* The factor by which most of OLD changed; 0 when there is none, or it is about 1. */
double common_factor(const struct compare_row *rows, size_t count, struct arena *arena);

#endif
