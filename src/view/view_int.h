/* view_int.h: what the files of this room share.
 *
 * How a source becomes a report:
 *   decode.c, fold.c, convert.c   a profile file to tables (V1); text profiles through the
 *   profile room
 *   load.c, group.c, repeats.c, combine.c   several sources to one, minus a base
 *   symbolize.c, demangle.c, prune.c   addresses named, names tidied, frames dropped
 *   filter.c, tagfilter.c, tagroot.c, aggregate.c   what the settings leave of it
 *   graph.c, order.c, trim.c   nodes and edges, sorted and cut down
 *   text.c, tree.c, traces.c, raw.c, tags.c, dot.c, nodelets.c, callgrind.c, encode.c, list.c,
 *   weblist.c (weblist_page.c), disasm.c, calls.c   one report each; header.c writes what stands
 *   above most of them
 *   names.c, units.c   texts and amounts */
#ifndef UNHEAP_VIEW_INT_H
#define UNHEAP_VIEW_INT_H

#include <stdio.h>
#include <stdlib.h>

#include "regex/regex.h"
#include "view/view.h"

#define NONE UINT32_MAX

/* ---- units.c ---- */

struct view_amount {
    double value;
    struct str unit; /* empty when it says nothing */
};
struct percent_text {
    char text[32];
};
struct view_amount units_scale(int64_t value, struct str from, struct str to);
bool units_related(struct str a, struct str b);
void units_add(struct sb *out, int64_t value, struct str from, struct str to);
struct percent_text units_percent(int64_t value, int64_t total);

/* ---- tables.c: a profile as pprof holds it ---- */

/* Ids are those of the file. Texts are ids of `strings`. Indices are checked when read (NONE where
 * a reference is allowed to lead nowhere). */
struct view_function {
    uint64_t id;
    uint32_t name, system_name, file;
    int64_t start_line;
};
struct view_line {
    uint32_t function;
    int64_t line, column;
};
struct view_location {
    uint64_t id, address;
    uint32_t mapping, first_line, line_count; /* innermost call first */
    bool folded;
};
struct view_mapping {
    uint64_t id, start, limit, offset;
    uint32_t file, build_id;
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};
struct view_label {
    uint32_t key, text, unit;
    int64_t number;
    bool numeric;
    bool with_unit; /* one of the numbers of this key has a unit */
};
/* A run of another table. */
struct view_span {
    uint64_t first;
    uint32_t count;
};
struct view_sample {
    uint32_t stack, labels;
};
struct view_type {
    uint32_t type, unit;
};

/* Samples with equal locations share a stack, with equal labels a set. A set's labels are texts
 * first, then numbers, each by key; values of one key keep the file's order. Set 0 is empty. */
struct view {
    const struct memory *memory;
    struct intern *strings; /* shared by copies */
    unsigned *shared;       /* how many views share it */
    VEC(struct view_type) types;
    VEC(struct view_function) functions;
    VEC(struct view_line) lines;
    VEC(struct view_location) locations;
    VEC(struct view_mapping) mappings;
    VEC(uint32_t) stack_locations; /* leaf first */
    VEC(struct view_span) stacks;
    VEC(struct view_label) labels;
    VEC(struct view_span) label_sets;
    VEC(struct view_sample) samples;
    VEC(int64_t) values; /* values[sample * types.len + type] */
    VEC(uint32_t) comments;
    uint32_t default_type, drop_frames, keep_frames, doc_url;
    struct view_type period_type;
    int64_t period, time_nanos, duration_nanos;
    struct slots stack_index, label_index; /* while tables grow */
    const struct view_programs *programs;
};

/* An empty view; `shared` counts the views of these strings. */
struct view *tables_new(const struct memory *memory, struct intern *strings, unsigned *shared);
/* Strings that no view shares yet. */
struct intern *tables_strings_new(const struct memory *memory, unsigned **shared);
/* One view less shares them; the last takes them along. */
void tables_strings_drop(const struct memory *memory, struct intern *strings, unsigned *shared);
/* Makes the view one of those that share these strings instead of its own. */
void tables_adopt(struct view *view, struct intern *strings, unsigned *shared);
struct str view_str(const struct view *view, uint32_t id);
uint32_t view_intern(struct view *view, struct str text);
/* The newest locations, stack_locations[first..len), as a stack; cut off if it is there. */
uint32_t tables_stack(struct view *view, size_t first);
/* The newest labels[first..len), in the file's order, as a set; cut off if it is there. */
uint32_t tables_label_set(struct view *view, size_t first);
void tables_index_drop(struct view *view);
uint64_t tables_hash_labels(const struct view_label *labels, size_t count);
bool tables_labels_equal(const struct view_label *a, const struct view_label *b, size_t count);
static inline const int64_t *view_values(const struct view *view, size_t sample)
{
    return view->values.at + sample * view->types.len;
}
static inline struct view_span view_stack(const struct view *view, size_t sample)
{
    return view->stacks.at[view->samples.at[sample].stack];
}
static inline struct view_span view_labels(const struct view *view, size_t sample)
{
    return view->label_sets.at[view->samples.at[sample].labels];
}
/* Keeps the samples for which keep() says so. */
void tables_keep_samples(struct view *view, bool (*keep)(void *ctx, size_t sample), void *ctx);

/* ---- load.c, group.c, repeats.c ---- */

/* What reading a source needs. */
struct loader {
    const struct view_sources *sources;
    const struct memory *memory;
    struct diag_sink *sink;
    struct intern *strings;
    unsigned *shared;
    struct workers *workers; /* while a source is read alone; or NULL */
    enum view_fold fold;
};
NODISCARD enum status load_one(struct loader *loader, const char *path, struct view **out);
/* The same in two steps for a source that is to be merged, of which the first only needs memory,
 * strings and fold, and tells nobody anything. NULL when the path is no faultless protobuf file:
 * then load_one is the way. */
struct view *load_quietly(const struct loader *loader, const char *path);
void load_finish(const struct loader *loader, struct view *view);
/* All of them merged. */
NODISCARD enum status group_load(struct loader *loader, const char *const *paths, size_t count,
                                 struct view **out);
/* By source, into `first`: the first with the same bytes, itself when no earlier one has them. */
void repeats_find(const char *const *paths, size_t count, const struct memory *memory,
                  uint32_t *first);

/* ---- decode.c, fold.c, convert.c, combine.c ---- */

/* All of a profile's bytes, or a stream of them. */
struct decode_input {
    const unsigned char *bytes;
    size_t size;
    struct stream *stream; /* or NULL */
    size_t window;         /* of a stream, bytes in memory at first; 0: as usual */
    enum view_fold fold;
    bool unshared; /* every sample has a stack of its own: faster where it is merged at once */
};
/* NULL when the bytes are not a whole protobuf profile without a fault: the profile room then says
 * what is wrong, or reads another format. */
struct view *decode_profile(const struct decode_input *input, struct intern *strings,
                            unsigned *shared, const struct memory *memory);
struct view *convert_profile(const struct profile *profile, struct intern *strings,
                             unsigned *shared);
/* Makes all have the same sample types and units, then merges them into the first; takes the
 * others. `all` holds views of the same strings. */
NODISCARD enum status combine_views(struct view **all, size_t count, struct diag_sink *sink);
/* The same for views that come one after the other and need not be there at a time. */
struct combiner;
struct combiner *combiner_new(const struct memory *memory);
/* Takes the view, which counts `times` times. False when its types or units are not those of the
 * others, or not clear: then only combine_views knows what all have in common, and the combiner can
 * only be ended. */
NODISCARD bool combiner_add(struct combiner *combiner, struct view *view, int64_t times);
/* Gives what was merged, NULL when nothing was; frees the combiner. */
struct view *combiner_end(struct combiner *combiner);
/* Multiplies the values of each type; samples whose values all become 0 go away. */
void combine_scale(struct view *view, const double *ratios);
NODISCARD enum status combine_normalize(struct view *view, const struct view *base,
                                        struct diag_sink *sink);

/* ---- symbolize.c ---- */

/* Takes executables that the search path has instead of those the profile names. */
void symbolize_locate(struct view *view, const struct view_sources *sources);
/* Names the addresses of mappings that have no names, or of all. */
void symbolize_view(struct view *view, const struct view_sources *sources);
/* A mapping's executable, and how far it was moved; NULL with why when it cannot be read. */
void *symbolize_open(const struct view *view, uint32_t mapping, uint64_t *moved, struct sb *why);

/* ---- names.c, demangle.c, prune.c ---- */

/* The shortest path that means the same (Go's path/filepath.Clean). */
struct str names_clean_path(struct str path, struct arena *arena);
struct str names_base(struct str path); /* Go's filepath.Base */
struct str names_simplified(struct str function); /* without argument list */
/* Function names without package path, version, namespaces (internal/graph ShortenFunctionName). */
struct shortener {
    struct regex *anonymous, *version, *forms[3];
};
void shortener_init(struct shortener *shortener);
void shortener_release(struct shortener *shortener);
struct str names_shortened(const struct shortener *shortener, struct str function,
                           struct arena *arena);
/* A path with the settings' prefixes taken off; a part of `path`. */
struct str names_trim_path(struct str path, const char *trim_path, const char *source_path);
void demangle_names(struct view *view, bool force, enum view_demangle how);
/* What the profile itself wants dropped; a pattern that does not compile is passed over. */
void prune_uninteresting(struct view *view);
void prune_from(struct view *view, struct regex *pattern);

/* A pattern whose answers are remembered for each text of a view. */
struct matcher {
    struct regex *regex; /* NULL: matches nothing and is not asked */
    unsigned char *known; /* by string id: 0 not asked, 1 no, 2 yes */
    size_t count;
};
bool matcher_matches(struct matcher *matcher, const struct view *view, uint32_t text);
void matcher_release(struct matcher *matcher, const struct memory *memory);
/* Compiles a setting's pattern; an empty one gives NULL. `what` is for the diagnostic. */
NODISCARD enum status matcher_init(struct matcher *matcher, const char *pattern, const char *what,
                                   const struct view *view, struct diag_sink *sink);

/* ---- filter.c, tagfilter.c, tagroot.c, aggregate.c ---- */

/* Units by key of numeric labels: the first one met, else what the key suggests. */
struct label_unit {
    uint32_t key, unit;
};
struct label_units {
    VEC(struct label_unit) list;
};
void label_units_find(struct label_units *units, struct view *view, struct sb *notes);
struct str label_units_get(const struct label_units *units, const struct view *view, uint32_t key);

struct filter_ctx {
    struct view *view;
    const struct view_settings *settings;
    const struct label_units *units;
    struct diag_sink *sink;
    struct sb *notes;
};
NODISCARD enum status filter_apply(struct filter_ctx *ctx);
NODISCARD enum status tagfilter_apply(struct filter_ctx *ctx);
void tagroot_apply(struct filter_ctx *ctx);
void aggregate_apply(struct view *view, const struct view_settings *settings);
void filter_note(struct sb *notes, bool matched, const char *option);

/* ---- report.c and show.c: what all reports share ---- */

struct calls_request {
    size_t max_nodes;
    struct view_calls *out;
};
struct report {
    struct view *view;
    enum view_report kind;
    struct view_settings settings; /* as the report overrides them */
    struct label_units units;
    struct regex *symbol; /* the report's argument, or NULL */
    uint32_t type;        /* index of the sample type shown */
    struct str type_name, type_unit;
    struct str unit;      /* of amounts: the setting, or what selected for the graph */
    double ratio;
    int64_t total;
    struct diag_sink *sink;
    struct sb *out;
    struct calls_request *calls; /* of VIEW_CALLS, which writes no text */
    struct view_graph *graph;    /* of VIEW_GRAPH, the same */
    struct arena arena;
};
static inline int64_t report_value(const struct report *report, size_t sample)
{
    return view_values(report->view, sample)[report->type];
}
static inline int64_t report_divisor(const struct report *report, size_t sample)
{
    return report->settings.mean ? view_values(report->view, sample)[0] : 0;
}
static inline int64_t absolute(int64_t value)
{
    return value < 0 && value != INT64_MIN ? -value : value;
}
static inline int64_t divided(int64_t value, int64_t divisor)
{
    return divisor == 0 ? value : divisor == -1 ? (int64_t)(0 - (uint64_t)value) : value / divisor;
}
/* Two's complement, as Go's. */
static inline int64_t added(int64_t a, int64_t b)
{
    return (int64_t)((uint64_t)a + (uint64_t)b);
}
static inline int64_t multiplied(int64_t value, int64_t times)
{
    return (int64_t)((uint64_t)value * (uint64_t)times);
}
int64_t to_int64(double value); /* cut towards zero; out of range as amd64 has it */
/* An amount of the report's sample type. */
struct amount_text {
    char text[160];
};
struct amount_text show_amount(const struct report *report, int64_t value);
struct amount_text show_amount_or_dot(const struct report *report, int64_t value);
/* Lets the settings' flush take what is written when that is much. */
/* How many columns pprof counts: one for each character, and for each byte that is none. */
size_t show_width(struct str text);
void show_flush(struct report *report);
/* A line beside the report, which comes out though the report fails: pprof prints some that way. */
void show_aside(struct report *report, struct str line);
NODISCARD enum status show_no_match(struct report *report);

/* ---- graph.c ---- */

/* What makes two places in the code the same node. */
struct place {
    uint32_t name, file, objfile;
    uint64_t address;
    int64_t line, column, start_line;
};
struct tag {
    struct str name, unit;
    int64_t value;
    int64_t flat, flat_div, cum, cum_div;
    uint32_t name_id;
    uint32_t group; /* numeric: the string id of the labels it stands under; 0 for none */
    bool numeric;
};
struct node {
    uint32_t place;
    uint32_t parent;            /* of a call tree */
    uint32_t first_in, first_out; /* edges, linked through next_in and next_out */
    uint32_t stamp;
    int64_t flat, flat_div, cum, cum_div;
    VEC(struct tag) tags;
};
struct edge {
    uint32_t src, dest, next_in, next_out, stamp;
    int64_t weight, weight_div;
    bool residual, inlined, dead;
};
struct edge_slot {
    uint64_t ends; /* source and destination, 0 when free */
    uint32_t edge;
};
/* What a set of labels means for tags. */
struct tag_size {
    uint32_t name;
    int64_t number;
    struct str unit;
};
struct tag_set {
    bool known;
    uint32_t joined; /* its text labels as one text; 0 when it has none */
    uint32_t count;
    struct tag_size *sizes;
};
/* What all samples of one stack (and, where tags are shown, one set of labels) weigh together. */
struct weight {
    uint32_t stack, labels;
    int64_t value, divisor;
};
struct graph {
    struct report *report;
    bool tree, tags;
    bool sums_only; /* no edges, all nodes: when only their weights are asked for */
    VEC(struct place) places;
    struct str *place_names; /* printable; made when asked for */
    uint32_t *location_first; /* by location: its first slot */
    VEC(uint32_t) slots;      /* places of a location's lines, innermost first */
    VEC(struct weight) weights;
    VEC(struct node) nodes;   /* of a graph: by place */
    VEC(struct edge) edges;
    VEC(uint32_t) order;      /* the nodes that count, sorted in the end */
    unsigned char *kept;      /* by node; NULL: all */
    bool *gaps;               /* by location, with `kept` of a graph: none of its places is kept */
    struct tag_set *tag_sets; /* by label set */
    struct map node_index, edge_index, tag_index;
    struct edge_slot *edge_cache; /* the edges met last: most stacks go the same ways */
    uint32_t stamp;
};
void graph_init(struct graph *graph, struct report *report);
void graph_release(struct graph *graph);
/* Adds up the samples anew; with `kept`, only those nodes are there. */
void graph_fill(struct graph *graph);
/* Adds the tags of the marked nodes of a graph (not a tree) that was filled without tags. */
void graph_tag(struct graph *graph, const bool *marks);
struct str graph_name(struct graph *graph, uint32_t node);
struct str graph_place_name(struct graph *graph, uint32_t place);
static inline const struct place *graph_place(const struct graph *graph, uint32_t node)
{
    return &graph->places.at[graph->nodes.at[node].place];
}
static inline int64_t node_flat(const struct node *node)
{
    return divided(node->flat, node->flat_div);
}
static inline int64_t node_cum(const struct node *node)
{
    return divided(node->cum, node->cum_div);
}
/* The next live edge of a node's list, starting with its first. */
uint32_t graph_in(const struct graph *graph, uint32_t edge);
uint32_t graph_out(const struct graph *graph, uint32_t edge);
void graph_drop_edge(struct graph *graph, uint32_t edge);
/* Hangs an edge under another source (trees). */
void graph_move_edge(struct graph *graph, uint32_t edge, uint32_t src);

/* ---- order.c ---- */
void order_nodes(struct graph *graph, bool cum, bool visual);
/* Live edges, sorted by weight and names, in the arena. */
uint32_t *order_edges(struct graph *graph, uint32_t first, bool out, size_t *count);
uint32_t *order_all_edges(struct graph *graph, size_t *count);
/* By weight; `flat` looks at the flat weight alone. */
void order_tags(struct tag **tags, size_t count, bool flat);

/* ---- go_sort.c ---- */

/* Sorts pointers step by step as Go's sort.Sort, which moves equals about in its own way. */
void go_sort(void **items, size_t count, bool (*is_less)(const void *a, const void *b));

/* ---- trim.c ---- */
struct trim_counts {
    size_t original, dropped_nodes, dropped_edges;
};
struct trim_counts trim_graph(struct graph *graph);
void trim_select_unit(struct graph *graph);

/* ---- nodelets.c ---- */
void nodelets_add(struct graph *graph, uint32_t node, int64_t value, int64_t divisor, bool flat,
                  uint32_t labels);
void nodelets_trim(struct graph *graph, int64_t cutoff);
size_t nodelets_count(const struct node *node);
/* Writes a node's tags in DOT; true if there was one. */
bool nodelets_write(struct graph *graph, uint32_t node, size_t id);
enum { MAX_NODELETS = 4 };

/* ---- sources.c: lines of source files ---- */
struct source_file {
    struct str path; /* as the profile has it */
    struct file file;
    VEC(struct str) lines;
    char *err; /* why it cannot be read, or NULL */
    struct source_file *next;
};
struct source_reader {
    const struct report *report;
    const char *search_path;
    char *working_dir;
    struct source_file *files;
    struct arena *arena;
};
void source_reader_init(struct source_reader *reader, struct report *report);
void source_reader_release(struct source_reader *reader);
/* Without `look` only what is known already; NULL when it is not. */
struct source_file *source_file_open(struct source_reader *reader, struct str path, bool look);
/* Line 1 is the first; no pointer beyond the last. */
struct str source_file_line(const struct source_file *file, int64_t number);

/* ---- the reports ---- */
void header_profile(struct report *report, struct sb *out);
/* The first of the labels that header_profile wrote; a comment may have several lines. */
struct str header_first_label(const struct view *view, struct str labels);
void header_graph(struct graph *graph, const struct trim_counts *counts, bool full, struct sb *out);
enum status text_write(struct report *report);
enum status tree_write(struct report *report);
enum status traces_write(struct report *report);
enum status raw_write(struct report *report);
enum status tags_write(struct report *report);
enum status comments_write(struct report *report);
enum status dot_write(struct report *report);
enum status callgrind_write(struct report *report);
enum status proto_write(struct report *report);
enum status topproto_write(struct report *report);
enum status list_write(struct report *report);
enum status weblist_write(struct report *report);
enum status calls_write(struct report *report);
enum status graph_write(struct report *report);
enum status disasm_write(struct report *report);

#endif
