/* view: what `go tool pprof` shows of a profile: its filters, graphs and text reports.
 *
 * The rules are those of github.com/google/pprof as the Go distribution carries it
 * (cmd/vendor/github.com/google/pprof: internal/driver, internal/graph, internal/report,
 * internal/measurement, profile). Each file names the part whose rules it follows. Where pprof's
 * own output changes from run to run (it walks hash maps), one of its possible outputs is given,
 * always the same. The code is ours.
 *
 * V1. A view is pprof's picture of its sources, sample by sample and id by id: nothing is merged
 *     that pprof does not merge, because -raw, -traces and -proto show it. For other reports equal
 *     samples may be added up while they are read (enum view_fold).
 * V2. Filters work on distinct stacks and on distinct sets of labels, not on samples.
 * V3. Making a report changes the view (filters cut stacks): who wants another report of the same
 *     profile makes a copy first. */
#ifndef UNHEAP_VIEW_H
#define UNHEAP_VIEW_H

#include "base/base.h"
#include "profile/profile.h"

enum view_report {
    VIEW_TOP, /* -top and -text */
    VIEW_TREE,
    VIEW_PEEK,
    VIEW_TRACES,
    VIEW_RAW,
    VIEW_TAGS,
    VIEW_COMMENTS,
    VIEW_DOT,
    VIEW_CALLGRIND,
    VIEW_PROTO,
    VIEW_TOPPROTO,
    VIEW_LIST,
    VIEW_WEBLIST,
    VIEW_DISASM,
    VIEW_GREETING, /* what stands above every report, of the whole profile, filters or not */
    VIEW_CALLS, /* no text: see view_calls_read */
    VIEW_GRAPH, /* no text: see view_graph_read */
    VIEW_REPORT_COUNT,
};

enum view_granularity {
    VIEW_DEFAULT_GRANULARITY, /* functions */
    VIEW_FUNCTIONS,
    VIEW_FILEFUNCTIONS,
    VIEW_FILES,
    VIEW_LINES,
    VIEW_ADDRESSES,
};

/* pprof's variables, with their names. Texts that are not set are NULL or empty. */
struct view_settings {
    bool call_tree, relative_percentages, compact_labels, mean, drop_negative, trim, noinlines,
        showcolumns, cum;
    const char *unit; /* "minimum" */
    const char *source_path, *trim_path, *sample_index, *tagroot, *tagleaf;
    const char *focus, *ignore, *prune_from, *hide, *show, *show_from;
    const char *tagfocus, *tagignore, *tagshow, *taghide;
    double divide_by;   /* 1 */
    int64_t nodecount;  /* -1: as the report likes it */
    double nodefraction, edgefraction; /* 0.005, 0.001 */
    enum view_granularity granularity;
    const char *argument; /* of peek, list, weblist: a regular expression */
    size_t most_functions; /* of disasm: the heaviest so many, these first; 0: all, by name */
    /* Takes what there is so far of a report of every sample, which may be larger than memory; the
     * builder is emptied after it. NULL: all is left in the builder. */
    void (*flush)(void *ctx, struct str text);
    /* Takes a line that comes out beside the report, even though this fails; NULL: it becomes a
     * part of it. */
    void (*aside)(void *ctx, struct str text);
    void *flush_ctx; /* for both */
};
void view_settings_init(struct view_settings *settings);

/* ---- programs: what a view asks about the executables that a profile names ---- */

struct view_symbol {
    struct str name;
    uint64_t address, size; /* as the executable has them */
    uint64_t entry;         /* means something to the executable's reader */
};
struct view_instruction {
    uint64_t address;
    struct str text, file; /* the file's base name; valid for the call that gives them */
    int64_t line;
};
struct view_code {
    const struct view_symbol *symbols;
    size_t count;
    void (*take)(void *to, size_t symbol, const struct view_instruction *instruction);
    void *to;
};
struct view_position {
    struct str function, file;
    int64_t line;
};
/* This room knows nothing of executables: who does answers here. Programs live as long as `ctx`. */
struct view_programs {
    void *ctx;
    /* NULL when it cannot be read, with why appended to `why`. */
    void *(*open)(void *ctx, struct str path, struct sb *why);
    /* Where its code would lie if it were not moved. */
    uint64_t (*load_address)(void *program);
    bool (*position)(void *program, uint64_t address, struct view_position *position);
    void (*symbols)(void *program, void (*take)(void *to, const struct view_symbol *symbol),
                    void *to);
    /* Gives take() the instructions, each symbol's in order. */
    enum status (*disassemble)(void *program, const struct view_code *code,
                               struct diag_sink *sink);
};

/* How much of a C++ name is shown (pprof's -symbolize=demangle=...). */
enum view_demangle { VIEW_SIMPLE_NAMES, VIEW_TEMPLATE_NAMES, VIEW_FULL_NAMES, VIEW_SYSTEM_NAMES };

/* What is done while reading, so that memory grows with what is distinct and not with the file. */
enum view_fold {
    VIEW_FOLD_NONE,    /* every sample stays, for any report */
    VIEW_FOLD_SAMPLES, /* those of equal stack and equal labels are added up */
    VIEW_FOLD_STACKS,  /* those of equal stack; labels are forgotten where all are numbers */
};

/* Where a view comes from. */
struct view_sources {
    const char *const *paths; /* at least one */
    size_t path_count;
    const char *const *bases; /* -base or -diff_base */
    size_t base_count;
    bool diff_base, normalize;
    const char *binary;   /* the program's name, instead of the first mapping's; or NULL */
    const char *build_id; /* -buildid, or NULL */
    const char *comment;  /* -add_comment, or NULL */
    bool force;           /* -symbolize=force or =demangle=...: names are made anew */
    bool keep_names;      /* -symbolize=none: names stay as they are */
    bool remote;          /* -symbolize=remote: no executables are looked at */
    bool local;           /* -symbolize=local: no server would be asked either */
    enum view_demangle demangle;
    const char *binary_path; /* where executables are looked for ($PPROF_BINARY_PATH), or NULL */
    const struct view_programs *programs; /* lives as long as the view; or NULL */
    struct sb *notes;        /* what pprof says on standard error, a line each; or NULL */
    struct profile_options options;
    bool *fetched;        /* set when a source came over the net; or NULL */
    enum view_fold fold;  /* see view_fold_for */
    bool repacked;        /* as if written and read back, which pprof's shell and pages do */
    struct workers *workers; /* read several sources ahead; or NULL */
};

struct view;

/* How much may be added up while reading, for this one report to be the same. */
enum view_fold view_fold_for(enum view_report report, const struct view_settings *settings,
                             const struct view_sources *sources);

/* Reads, merges, subtracts, and takes off the frames that the profile itself wants dropped. A
 * source that cannot be read is told and passed over as long as one is left, as in pprof. */
NODISCARD enum status view_load(const struct view_sources *sources, const struct memory *memory,
                                struct diag_sink *sink, struct view **out);
struct view *view_copy(const struct view *view);
/* The first mapping's file, or nothing. */
struct str view_program_path(const struct view *view);
void view_free(struct view *view);

/* Appends the report to `out`, and to `notes` what pprof says on standard error beside it ("Focus
 * expression matched no samples"), a line each. On failure a diagnostic says why. */
NODISCARD enum status view_write(struct view *view, enum view_report report,
                                 const struct view_settings *settings, struct diag_sink *sink,
                                 struct sb *notes, struct sb *out);

/* The sample types. `name` is one of them, its number, or empty for the one that is shown unless
 * asked otherwise; for another name a diagnostic lists those there are. */
size_t view_type_count(const struct view *view);
struct str view_type_name(const struct view *view, size_t index);
NODISCARD enum status view_type_find(const struct view *view, const char *name,
                                     struct diag_sink *sink, uint32_t *index);

/* The functions that the profile names, some of them perhaps several times. */
size_t view_function_count(const struct view *view);
struct str view_function_name(const struct view *view, size_t index);
/* What the settings leave of a profile as one tree of calls, for flame graphs, treemaps and
 * timelines: nodes are what the granularity makes of frames, inlined ones included. Samples below
 * zero (of a difference) are left out, and then below_zero is set. Releases with
 * view_calls_release; all texts live that long. */
struct view_calls {
    struct call_tree tree;
    struct str *names;     /* by call; empty for those that no value goes through */
    int64_t *flat, *cum;   /* by call: what ends in it and what goes through it, nothing cut */
    size_t call_count;
    struct str type, unit; /* of the values, "alloc_space" and "bytes" */
    int64_t time_nanos;    /* when the profile was taken; 0 when it does not say */
    bool below_zero;
    struct arena arena;    /* of the texts */
};
/* Nodes that weigh less than 1 / LIMIT_PAGE_FLAME_PARTS of the whole are cut, and no more than
 * max_nodes are made; with max_nodes 0, all there are. The view is changed (V3). On failure there
 * is nothing to release. */
NODISCARD enum status view_calls_read(struct view *view, const struct view_settings *settings,
                                      size_t max_nodes, struct diag_sink *sink, struct sb *notes,
                                      struct view_calls *out);
void view_calls_release(struct view_calls *calls);

/* What -top and -dot show, as data: what the settings leave, heaviest first. Amounts are in the
 * unit of the profile; with -mean they are means. Releases with view_graph_release; all texts live
 * that long. */
struct view_graph_node {
    struct str name;           /* as in -top, for the granularity */
    struct str function, file; /* empty where the granularity leaves them out */
    int64_t line;              /* 0 where it leaves it out, or unknown */
    uint64_t address;          /* the same */
    int64_t flat, cum;
};
struct view_graph_edge {
    uint32_t from, to; /* indexes of nodes: caller, callee */
    int64_t value;
    bool inlined;
};
struct view_graph {
    struct view_graph_node *nodes;
    struct view_graph_edge *edges; /* heaviest first */
    size_t node_count, edge_count;
    size_t dropped_nodes, dropped_edges; /* too light to be here */
    struct str program, build_id;        /* empty when the profile does not say */
    struct str type, unit;
    struct str shown_unit; /* in which -top shows amounts, times `ratio` (-divide_by) */
    double ratio;
    int64_t total;
    int64_t time_nanos, duration_nanos; /* 0 when the profile does not say */
    struct arena arena;
};
/* The view is changed (V3). On failure there is nothing to release. */
NODISCARD enum status view_graph_read(struct view *view, const struct view_settings *settings,
                                      struct diag_sink *sink, struct sb *notes,
                                      struct view_graph *out);
void view_graph_release(struct view_graph *graph);

/* pprof's own way to write an amount, for other users of the same numbers: "1.50MB". `to` is a
 * unit, or "auto" or "minimum". */
void view_amount(int64_t value, struct str from, struct str to, struct sb *out);

#endif
