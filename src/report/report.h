/* report: what the person, the script and the browser see.
 *
 * Every function appends a whole document to a string builder; nothing here prints, and nothing
 * here knows how a fact was found. The same evidence gives the same bytes. */
#ifndef UNHEAP_REPORT_H
#define UNHEAP_REPORT_H

#include "base/base.h"
#include "evidence/evidence.h"
#include "gate/gate.h"

struct report_style {
    unsigned columns; /* of the terminal; 100 when it is not one; no line gets longer (but for less
                         than 60, which is taken for 60) */
    bool color;       /* ANSI colours and the bytes bar: on a terminal only */
    size_t rows;      /* -n: how many causes; 0: 20 */
    size_t stories;   /* how many of them with their story and source lines; 0: 3 */
    const char *command; /* the command line, for the page's head; may be NULL */
};

/* `hot` on the terminal: ranked table, then the stories of the top causes with source lines. */
void report_hot_text(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out);
/* `hot -json`: schema "unheap.hot/1" (reference/cli.md). */
void report_hot_json(const struct evidence *evidence, struct sb *out);
/* `hot -html`: one self-contained page, for any browser of the last two years. Sources are read
 * through evidence's source_path; files that cannot be read are left out. The page holds the
 * dearest causes, sites, frames and sources up to LIMIT_PAGE_* and says what it leaves out. */
void report_hot_html(const struct evidence *evidence, const struct report_style *style,
                     struct sb *out);

/* ---- bin: the allocation map of a binary ---- */

struct binary;
enum bin_group { BIN_BY_FUNCTION, BIN_BY_PACKAGE, BIN_BY_TYPE, BIN_BY_KIND };
/* What of a binary is shown: indexes of sites, in their order. */
struct report_bin {
    const struct binary *binary;
    const uint32_t *sites;
    size_t count;
    enum bin_group group; /* of the text */
    struct str directory; /* ends in "/": files below it are shown relative to it; may be empty */
    void (*flush)(void *ctx, struct sb *out); /* takes what is there, so that it need not be kept;
                                                 may be NULL */
    void *flush_ctx;
};
/* Schema "unheap.bin/1" (reference/cli.md). */
void report_bin_json(const struct report_bin *report, struct sb *out);
/* A head with totals; then the sites below the functions that hold them, or counts by package, type
 * or kind. Not more than style->rows functions or rows (0: all). */
void report_bin_text(const struct report_bin *report, const struct report_style *style,
                     struct sb *out);
/* One self-contained page: tables by kind, type and package, and the calls, up to LIMIT_PAGE_BIN_*;
 * it says what it leaves out. */
void report_bin_html(const struct report_bin *report, struct sb *out);
/* "net/http.(*conn).serve" -> "net/http" */
struct str report_package_of(struct str function);
struct binary_change;
/* What a new build adds and loses; JSON lists the same ("unheap.bin-diff/1"). */
void report_bin_diff_text(const struct binary_change *changes, size_t count,
                          const struct report_style *style, struct sb *out);
void report_bin_diff_json(const struct binary_change *changes, size_t count,
                          const struct memory *memory, struct sb *out);
/* A struct's fields with padding, its size class, and the order that needs least room. `type` is
 * index + 1 into binary->types. */
void report_bin_layout_text(struct binary *binary, uint32_t type, struct sb *out);
/* The same: schema unheap.bin-layout/1; a page that needs nothing else. */
void report_bin_layout_json(struct binary *binary, uint32_t type, struct sb *out);
void report_bin_layout_html(struct binary *binary, uint32_t type, struct sb *out);

/* ---- diff: what changed between two groups of profiles ---- */

struct comparison;
struct compare_rule;
/* A rule of -fail-on, and what became of it. */
struct report_rule {
    const struct compare_rule *rule;
    long broken;  /* rows that break it, or 1 for the total */
    size_t first; /* index of the first of them */
};
enum report_diff_by { DIFF_BY_LINE, DIFF_BY_FUNCTION, DIFF_BY_CAUSE };
struct report_diff {
    const struct comparison *comparison;
    const char *old_name, *new_name; /* how the two sides are called */
    const char *work;                /* of -per: "requests"; NULL */
    double work_count[2];            /* of all runs of a side */
    enum report_diff_by by;          /* of the terminal and Markdown */
    const struct report_rule *rules;
    size_t rule_count;
};
/* On the terminal: totals, then significant changes, then the largest of the others. */
void report_diff_text(const struct report_diff *report, const struct report_style *style,
                      struct sb *out);
/* Schema "unheap.diff/1" (reference/cli.md). */
void report_diff_json(const struct report_diff *report, struct sb *out);
/* For a pull request: GitHub's Markdown, at most style->rows changes; names cannot break out. */
void report_diff_markdown(const struct report_diff *report, const struct report_style *style,
                          struct sb *out);
/* One self-contained page with a differential flame graph (of compare_request.tree). */
void report_diff_html(const struct report_diff *report, const struct report_style *style,
                      struct sb *out);

/* ---- prof -sizes, prof -types ---- */

struct objects;
/* By type, or by size. Not more than style->rows rows (0: 40). */
void report_objects_text(const struct objects *objects, bool types,
                         const struct report_style *style, struct sb *out);
/* Schema "unheap.types/1" or "unheap.sizes/1". */
void report_objects_json(const struct objects *objects, bool types, struct sb *out);

/* ---- prof -flame: a profile as a tree of calls ---- */

struct view_calls;
struct report_calls_source {
    struct str name;
    const struct view_calls *calls;
};
struct report_calls_link {
    struct str title, address;
};
struct report_calls {
    const struct view_calls *calls; /* of all profiles together */
    /* Each profile alone, for the timeline; what the tree above has not of them is left out. */
    const struct report_calls_source *sources;
    size_t source_count; /* 0: no timeline */
    struct str command;  /* for the page's head */
    /* Other views of the same profile, when it is served; without an address, a gap between them.
     * Those of one function take it as the regular expression "f". */
    const struct report_calls_link *links, *function_links;
    size_t link_count, function_link_count;
};
/* One self-contained page: flame graph, treemap by package, timeline. */
void report_calls_html(const struct report_calls *report, struct sb *out);
/* The flame graph as an SVG picture of its own, light and dark as the reader has it. */
void report_calls_svg(const struct report_calls *report, struct sb *out);

/* ---- prof -json ---- */

struct view_graph;
/* Schema "unheap.prof/1": what -top and -dot show. */
void report_prof_json(const struct view_graph *graph, const struct memory *memory, struct sb *out);

/* ---- gate: what is new on the heap ---- */

/* What a report needs beside the verdict. */
struct report_gate {
    const struct gate_verdict *verdict;
    struct str root;     /* the folder that paths in CI formats are relative to, absolute; ends in
                            "/"; may be empty */
    struct str here;     /* the current directory */
    const char *against; /* what was compared with: "the baseline", "origin/main" */
    struct str name;     /* of the baseline file, for hints; may be empty */
};

/* For people: one paragraph for each new site, with its story and the smallest change that undoes
 * it; then what else there is to say; a closing line. */
void report_gate_text(const struct report_gate *report, const struct report_style *style,
                      struct sb *out);
/* For `go vet` about one package, whose ID it names: what fails as unitchecker's JSON, an empty
 * object when nothing does. */
void report_gate_vet_json(const struct report_gate *report, struct str id, struct sb *out);
/* The same as lines "file:line:column: text", of what fails or of what only warns. */
void report_gate_vet_lines(const struct report_gate *report, bool failing, struct sb *out);
/* Schema "unheap.gate/1" (reference/cli.md). */
void report_gate_json(const struct report_gate *report, struct sb *out);
/* SARIF 2.1.0 (OASIS standard), at most LIMIT_SARIF_RESULTS results, the dearest first. */
void report_gate_sarif(const struct report_gate *report, struct sb *out);
/* GitHub's workflow commands, ten of a kind at most: "::error file=...". */
void report_gate_github(const struct report_gate *report, struct sb *out);
/* A job summary. */
void report_gate_markdown(const struct report_gate *report, struct sb *out);
/* GitLab's code quality report. */
void report_gate_gitlab(const struct report_gate *report, struct sb *out);
/* JUnit's XML: a failed test for each finding. */
void report_gate_junit(const struct report_gate *report, struct sb *out);

/* ---- gc: what the collector does ---- */

struct gc_trace;
struct gc_summary;
struct report_gc {
    const struct gc_trace *trace;
    const struct gc_summary *summary;
    struct str name; /* of the file, for comparisons */
};
/* Figures, three pictures over time, and what they mean. */
void report_gc_text(const struct report_gc *report, const struct report_style *style,
                    struct sb *out);
/* Two traces side by side. */
void report_gc_compare_text(const struct report_gc *old, const struct report_gc *now,
                            const struct report_style *style, struct sb *out);
/* A page with heap, pauses and processors over time; with `old`, of both. */
void report_gc_html(const struct report_gc *report, const struct report_gc *old, struct sb *out);
/* Schema "unheap.gc/1": {"schema","cycles":[...],"summary":{...}}, with `old` "old_summary" too. */
void report_gc_json(const struct report_gc *report, const struct report_gc *old, struct sb *out);

/* ---- watch: the history, read back ---- */

struct report_past_process;
struct watch_past_span;
/* What watch_past_read shows, collected: per process a fixed room, LIMIT_REPORT_PAST_PROCESSES of
 * them, and the newest LIMIT_REPORT_PAST_EVENTS events; what is beyond is counted (samples of
 * further processes). */
struct report_past {
    const struct memory *memory;
    const struct watch_past_span *span; /* as watch_past_read sets it */
    size_t width;                       /* of the curves */
    VEC(struct report_past_process *) processes;
    VEC(struct sb) events;              /* lines; the oldest at first_event */
    size_t first_event, events_left_out, processes_left_out, samples;
};
struct watch_past_sample;
struct watch_past_event;
void report_past_init(struct report_past *past, const struct watch_past_span *span,
                      const struct report_style *style, const struct memory *memory);
void report_past_release(struct report_past *past);
/* For a struct watch_past_visitor; ctx is the struct report_past. */
void report_past_sample(void *past, const struct watch_past_sample *sample);
void report_past_event(void *past, const struct watch_past_event *event);
/* Each process, the largest first, with its figures over the time; then what happened. */
void report_past_text(struct report_past *past, const struct report_style *style, struct sb *out);

/* ---- ledger: where the memory limit went ---- */

struct live_ledger;
struct report_ledger {
    const struct live_ledger *ledger;
    struct str title;   /* "svc (process 17), go1.26.8" */
    struct str missing; /* what could not be read, in words; may be empty */
    struct str directory; /* ends in "/": files below it are shown relative to it; may be empty */
};
/* The sentence, the table, what to do, and what a change is worth under load. */
void report_ledger_text(const struct report_ledger *report, const struct report_style *style,
                        struct sb *out);
/* Schema "unheap.ledger/1" (reference/cli.md). */
void report_ledger_json(const struct report_ledger *report, struct sb *out);

/* "512.05kB", "1.50MB", "12B": bytes as `go tool pprof` writes them, digit for digit (kB, MB, GB of
 * 1024, two decimals, ".00" left out). Other units are counts: "999", "12.3k", "1.23M" of 1000. */
void report_amount(struct sb *out, int64_t value, struct str unit);
/* "38.1%"; "<0.1%" for what is more than nothing but would round to it. */
void report_share(struct sb *out, int64_t value, int64_t total);
/* Text cut to `width` columns (code points) with an ellipsis. What comes out is valid UTF-8 on one
 * line, without characters that a terminal could be steered with. */
void report_fit(struct sb *out, struct str text, size_t width);

#endif
