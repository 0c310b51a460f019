/* compare: what changed between two groups of heap profiles, and is it real?
 *
 * Samples are added up by function and line (and by function, and by cause when evidence is given),
 * each side's rows are matched though lines moved, and each change gets a 95 % interval and a
 * verdict. This room knows nothing of Go source or of how a report looks.
 *
 * The mathematics
 * M1. Sampling. Of objects of s bytes Go sees each with probability p = 1 - exp(-s/rate); c seen
 *     ones are scaled to c*w, w = s/p, an unbiased estimate whose variance, given what was really
 *     allocated, is c*w^2*(1-p) (profile_sampling). That leaves no doubt about objects much larger
 *     than the rate, nor about profiles of rate 1.
 * M2. The interval of one side: Jeffreys' limits of a Poisson mean with n = V^2/Var counts
 *     (measure_limits, shared with `hot`). Where nothing was seen (V = 0) the unseen bytes still
 *     have an upper limit: (1-p)^N = exp(-bytes/rate) for any size, so the limit is that of zero
 *     counts, times the rate. An upper limit also counts with objects of the other side that were
 *     seen on this one by no chance (their variance for each unit of value, at this side's rate, is
 *     mixed in by value); and since objects as large as the rate are seen or not, with nothing
 *     between, it is at least one of them above V, and half of one above the limit of Poisson's
 *     distribution, where it is likelier than 2.5 % that one was missed at all.
 * M3. The interval of the change: G. Zou and A. Donner's "method of variance estimates recovery"
 *     (Statistics in Medicine 27, 2008) with the limits of M2:
 *     low = D - sqrt((V1-l1)^2 + (u0-V0)^2), high = D + sqrt((u1-V1)^2 + (V0-l0)^2).
 *     The limits of the ratio are the factors c at which those of V1 - c*V0 reach zero (A. Donner
 *     and G. Zou, Statistical Methods in Medical Research 21, 2012). test/compare/test_interval.c
 *     measures the coverage: 94 to 97 % from three sampled objects on, more (conservative) below,
 *     and where less than one object of a line is likely to have been missed.
 * M4. The p-value: given the seen objects of both sides, how many of them are NEW's is binomial
 *     when nothing changed (J. Przyborowski and H. Wilenski, Biometrika 31, 1940). Exact, both
 *     tails; fractional counts by the incomplete beta function. Its counts are of whole objects, as
 *     if runs vary as a Poisson process does even where sampling leaves no doubt: what another pair
 *     of runs would not show again is not significant. Objects of various sizes are counted as
 *     Var/V = (sum of c*w^2)/(sum of c*w) each. Where the sides were sampled at different rates,
 *     NEW's are worth w(rate1)/w(rate0) times OLD's, at the objects' mean size (of bytes by bytes,
 *     of objects the harmonic one).
 * M5. Several runs a side. The spread between them, as a multiple of what M4 assumes (the
 *     dispersion), is estimated for each site and drawn towards that of all sites in proportion to
 *     how much they agree (G. Smyth, Statistical Applications in Genetics 3, 2004), unless the site
 *     is an outlier among them: then its own runs count alone. What all sites say has no more
 *     degrees of freedom than their runs together. Of totals, and where there are fewer than five
 *     sites to tell, M4's own spread is taken for theirs, unless the runs vary more than half of
 *     such would: then they count alone. The variance is the larger of sampling's and dispersion
 *     times M4's; quantiles are Student's with the degrees of freedom of both.
 * M6. Many sites. Y. Benjamini and Y. Hochberg (J. Royal Statistical Society B 57, 1995) at 1 %:
 *     of what is called significant one in a hundred may be chance, and between two profiles of
 *     the same thing there is anything significant in one of a hundred comparisons at most. Sites
 *     with so few objects that no outcome could be significant do not count (R. Tarone, Biometrics
 *     46, 1990). Significant also means that the 95 % interval excludes zero.
 * M7. A total's change is significant when its interval excludes zero and its own p-value is at
 *     most 1 %.
 * M8. Runs that vary as a whole (all sites by one factor, as with the load) make sites look as if
 *     each of them proved a change. So with several runs a side, where most of OLD changed by one
 *     factor and the total's change is not significant, no site is whose interval holds that
 *     factor.
 *
 * Matching: C1. A function is the same when its symbol is. C2. Its lines are paired in order,
 * by distance from the function's start, sizes of objects considered; a function with one line on
 * each side always pairs. So an edit above or inside a function makes nothing gone and new. */
#ifndef UNHEAP_COMPARE_H
#define UNHEAP_COMPARE_H

#include "base/base.h"
#include "evidence/evidence.h"
#include "profile/profile.h"

enum compare_side { COMPARE_OLD, COMPARE_NEW, COMPARE_SIDES };
enum compare_scale {
    COMPARE_AS_IS,    /* values as they are; with several runs their mean */
    COMPARE_BY_TOTAL, /* each run scaled to the mean total of NEW: shares, in NEW's bytes */
    COMPARE_BY_TIME,  /* per second of the profile's duration */
    COMPARE_PER_WORK, /* per request, or whatever the caller counted */
};
enum compare_rows { COMPARE_LINES, COMPARE_FUNCTIONS, COMPARE_CAUSES, COMPARE_ROW_KINDS };
enum compare_verdict {
    COMPARE_NOISE,       /* the 95 % interval holds zero */
    COMPARE_POSSIBLE,    /* it does not; but of so many sites, or with so few objects, that is no
                            proof: another run may show otherwise */
    COMPARE_SIGNIFICANT, /* M6 */
};
const char *compare_verdict_name(enum compare_verdict verdict);

/* A change. Values are in `unit`, scaled. */
struct change {
    double old, new, delta, low, high;
    double ratio_low, ratio_high;  /* of NEW to OLD, M3; INFINITY: no limit; both 0 without OLD */
    double p, least_p;             /* M4, and the least that so many objects could give */
    double samples[COMPARE_SIDES]; /* objects really sampled */
    enum compare_verdict verdict;
};

struct compare_row {
    struct str function, text; /* text: of a cause; empty otherwise */
    struct place place;        /* of NEW, or of OLD when it is gone */
    uint32_t old_line;         /* where the line moved; 0: it did not */
    bool in_old, in_new;       /* it has samples there */
    struct change change;
};

struct compare_total {
    struct str type, unit;
    struct change change;
    bool selected;
};

struct compare_request {
    struct str sample_type;     /* empty: alloc_space, else the profile's default */
    struct str directory;       /* ends in "/": files below it are relative to it; may be empty */
    enum compare_scale scale;
    bool tree;                  /* for the flame graph */
};

/* The differential call tree: node 0 is the root; parents stand before their children. */
struct compare_node {
    uint32_t parent, function; /* index into comparison->tree_names */
    double value[COMPARE_SIDES];
};

struct comparison {
    const struct memory *memory;
    struct arena arena;
    struct str type, unit;      /* of the selected type; unit "bytes/second" when scaled so */
    struct compare_request request;
    uint32_t runs[COMPARE_SIDES];
    double rates[COMPARE_SIDES]; /* mean bytes between two samples; 0: a profile does not say */
    double shared;              /* how much of both is in functions that both have, a share of 1 */
    double family;              /* M6: how many sites could have been significant */
    struct compare_total *totals;
    size_t total_count, selected;
    struct compare_row *rows[COMPARE_ROW_KINDS]; /* significant first, then by size of change */
    size_t row_count[COMPARE_ROW_KINDS];
    size_t verdicts[COMPARE_ROW_KINDS][COMPARE_SIGNIFICANT + 1];
    double dispersion;          /* M5: of all sites; 0 with one run a side, and where too few sites
                                   have objects enough to tell (then it is taken for 1) */
    double factor;              /* most of OLD changed by this factor, as if NEW did so much more
                                   work; 0: there is none, or values are scaled */
    struct str *tree_names;
    struct compare_node *nodes;
    size_t node_count;
    bool tree_cut;              /* LIMIT_COMPARE_NODES was reached */
    double tree_least;          /* nodes below it on both sides are left out; 0: none are */
    struct gather *gather;      /* private; NULL once finished */
};

/* An empty comparison. Release with compare_free. */
struct comparison *compare_new(const struct compare_request *request, const struct memory *memory);
/* One run. */
struct compare_run {
    const struct profile *profile;
    const struct evidence *evidence; /* of this profile and sample type; may be NULL */
    double work;                     /* of COMPARE_PER_WORK, above zero */
    struct str name;                 /* for diagnostics */
};
/* Takes one run in; nothing of it is needed afterwards. Fails (with a diagnostic that names it)
 * when it is no heap profile, is empty, has not the sample type, has no duration where one is
 * needed, or has nothing to be scaled by. */
NODISCARD enum status compare_add(struct comparison *comparison, enum compare_side side,
                                  const struct compare_run *run, struct diag_sink *sink);
/* Matches and judges, once both sides have a run. */
void compare_finish(struct comparison *comparison);
void compare_free(struct comparison *comparison);

/* ---- rule.c: -fail-on ---- */

/* RULE  = WHAT SIGN AMOUNT [ "measured" | "sure" ]
 * WHAT  = sample type | "total" | ( "site" | "function" | "cause" ) [ ":" PART ]
 * SIGN  = ">" | "<"
 * AMOUNT = [ "+" | "-" ] number [ "%" | unit ], unit B, kB, MB, GB, TB (of 1024) for bytes,
 *          k, M, G, T (of 1000) for objects, or nothing; letters' case does not count
 *
 * With + or -, and for sites, functions and causes, the change is meant (a percentage of OLD, or
 * an amount); without, the value of NEW itself. A percentage is always a change. PART is a part of
 * the function's or file's name. A change counts when it is beyond AMOUNT and significant;
 * "measured" takes it as it was measured, "sure" wants the whole interval beyond AMOUNT. */
enum rule_subject { RULE_TOTAL, RULE_SITE, RULE_FUNCTION, RULE_CAUSE };
enum rule_unit { RULE_PLAIN, RULE_BYTES, RULE_OBJECTS };
enum rule_proof { RULE_SIGNIFICANT, RULE_MEASURED, RULE_SURE };
struct compare_rule {
    enum rule_subject subject;
    struct str text, type, part; /* type: of a total; empty: the selected one */
    bool greater, change, percent;
    enum rule_unit unit;
    double amount;
    enum rule_proof proof;
};
/* NULL when text is a rule, else what is wrong with it. The rule points into text. */
const char *compare_rule_parse(struct str text, struct compare_rule *rule);
/* How many rows (or the total) break it; *first, when there is one and it is a row, gets its index.
 * RULE_NO_TYPE: there is no such sample type, or no causes were asked for. RULE_OTHER_UNIT: bytes
 * are asked of objects, or the other way round. */
enum { RULE_NO_TYPE = -1, RULE_OTHER_UNIT = -2 };
long compare_rule_broken(const struct compare_rule *rule, const struct comparison *comparison,
                         size_t *first);

#endif
