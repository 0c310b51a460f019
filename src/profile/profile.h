/* profile: heap profiles as they come, decoded, merged and ready to be walked.
 *
 * Reads pprof's protobuf (google/pprof, proto/profile.proto; raw, gzip or zstd), Go's text forms
 * (`/debug/pprof/heap?debug=1`, written by runtime/pprof/pprof.go) and all else that google/pprof's
 * profile/legacy_profile.go reads of C++ and Java, from files, standard input or HTTP. Own decoder,
 * one pass, memory in proportion to the number of distinct stacks, not to the file. This room knows
 * nothing of Go source or of escapes.
 *
 * Shapes and units
 * P1. A stack is a list of locations, leaf first. A location is one or more frames, the innermost
 *     inlined call first; the last frame is the function that was compiled (proto: Location.line).
 * P2. Values are in the units of their sample type: for heap profiles counts and bytes, already
 *     scaled up from the sampling. Text profiles hold raw counts: they are scaled when read, by
 *     1/(1-exp(-size/rate)) per bucket (runtime/pprof/protomem.go scaleHeapSample).
 * P3. Samples with the same stack, object size and labels are one sample; their values are added
 *     (saturating at the ends of int64).
 * P4. Every index below is checked when read: a decoded profile has no dangling id. */
#ifndef UNHEAP_PROFILE_H
#define UNHEAP_PROFILE_H

#include "base/base.h"

struct profile_function {
    uint32_t name;        /* string id: "net/http.(*conn).serve", as in Go's symbol table */
    uint32_t system_name; /* string id */
    uint32_t file;        /* string id */
    int64_t start_line;   /* 0 when unknown */
};

struct profile_frame {
    uint32_t function; /* index into functions */
    uint32_t column;   /* 1-based; 0 when unknown, as always in Go's own profiles */
    int64_t line;      /* 1-based; 0 when unknown */
};

struct profile_location {
    uint64_t address;
    uint32_t mapping;                  /* index into mappings, or PROFILE_NONE */
    uint32_t first_frame, frame_count; /* frames[first..first+count), innermost first; 0 frames when
                                          the address was not symbolised */
    bool folded; /* proto: several functions share this code after linking */
};

struct profile_stack {
    uint64_t first; /* stack_locations[first..first+count), leaf first */
    uint32_t count;
};

/* A pair from Sample.label. Numbers have unit ids, texts have text ids. */
struct profile_label {
    uint32_t key, text, unit; /* string ids; text 0 for a number */
    int64_t number;
};

struct profile_label_set {
    uint32_t first, count; /* labels[first..first+count), sorted by key, text, number */
};

struct profile_sample {
    uint32_t stack;       /* index into stacks */
    uint32_t label_set;   /* index into label_sets; set 0 is the empty one. "bytes" is not in it */
    int64_t object_bytes; /* the numeric label "bytes": size of one object; 0 when there is none */
};

struct profile_mapping {
    uint64_t start, limit, offset;
    uint32_t file, build_id; /* string ids */
    bool has_functions, has_filenames, has_line_numbers, has_inline_frames;
};

struct profile_type {
    uint32_t type, unit; /* string ids: "alloc_space", "bytes" */
};

#define PROFILE_NONE UINT32_MAX

enum profile_kind {
    PROFILE_HEAP,       /* alloc_ and inuse_, _objects and _space, or a pair of them */
    PROFILE_CPU,        /* samples/count, cpu/nanoseconds */
    PROFILE_GOROUTINE,  /* goroutine/count */
    PROFILE_CONTENTION, /* contentions/count, delay/nanoseconds: mutex and block */
    PROFILE_THREADCREATE,
    PROFILE_OTHER,
};

/* Owns everything it points to; release with profile_free. After it has been read it is constant
 * and may be shared by threads. */
struct profile {
    const struct memory *memory;
    struct intern strings;
    VEC(struct profile_function) functions;
    VEC(struct profile_frame) frames;
    VEC(struct profile_location) locations;
    VEC(uint32_t) stack_locations;
    VEC(struct profile_stack) stacks;
    VEC(struct profile_label) labels;
    VEC(struct profile_label_set) label_sets;
    VEC(struct profile_sample) samples;
    VEC(int64_t) values; /* values[sample * type_count + type] */
    VEC(struct profile_mapping) mappings;
    VEC(uint32_t) comments; /* string ids */
    struct profile_type types[LIMIT_PROFILE_SAMPLE_TYPES];
    uint32_t type_count;
    uint32_t default_type;  /* string id, or 0 */
    uint32_t drop_frames, keep_frames, doc_url; /* string ids */
    struct profile_type period_type;
    int64_t period; /* heap: mean bytes between two samples (runtime.MemProfileRate) */
    int64_t time_nanos, duration_nanos;
    uint32_t source_count; /* how many files were merged into it */
    bool from_text;        /* the first of them was in a text form */
    struct profile_index *index; /* private: for merging */
};

/* How profiles are read, and fetched when a source is a URL. Zero means the default. */
struct profile_options {
    unsigned seconds;         /* -seconds: asks for a delta over that time */
    unsigned timeout_seconds; /* -timeout: for the whole transfer; default LIMIT_HTTP_SECONDS */
    const char *tls_ca, *tls_cert, *tls_key;
    bool tls_insecure; /* https+insecure://, as pprof has it */
    struct workers *workers; /* for large text profiles; NULL: the calling thread alone */
    /* Told before each transfer, which may take long: what is asked for, without a password. */
    void (*fetching)(struct str address, unsigned seconds);
};

/* Reads sources and merges them into one profile. A source is a path, "-", or a URL:
 * http://, https://, https+insecure://, or host:port[/path] when no such file exists; without a
 * path it gets /debug/pprof/heap (google/pprof internal/driver/fetch.go adjustURL does so for
 * /profile). Sources must agree in sample types. On failure *out is NULL, and the sink says which
 * source, at which byte or line, what was expected and what to do. */
NODISCARD enum status profile_read(const char *const *sources, size_t count,
                                   const struct profile_options *options,
                                   const struct memory *memory, struct diag_sink *sink,
                                   struct profile **out);
/* The same from memory; name is for diagnostics. bytes may be packed. */
NODISCARD enum status profile_read_bytes(const unsigned char *bytes, size_t n, struct str name,
                                         const struct memory *memory, struct diag_sink *sink,
                                         struct profile **out);
/* The same of an open file, of which what is behind is dropped from memory; and equal samples of a
 * text form stay apart, as they stand there (P3 does not hold). workers may be NULL. */
NODISCARD enum status profile_read_samples(const struct file *file, struct str name,
                                           struct workers *workers, const struct memory *memory,
                                           struct diag_sink *sink, struct profile **out);
void profile_free(struct profile *profile);
/* Keeps libcurl loaded until library_close, for who fetches again and again; NULL when it is not
 * there. */
void *profile_http_hold(void);
/* What an address answers, of any kind, appended to body; without a path it is asked for
 * /debug/pprof/heap. Failures are told to the sink. */
NODISCARD enum status profile_fetch_text(const char *url, const struct profile_options *options,
                                         const struct memory *memory, struct diag_sink *sink,
                                         struct sb *body);
/* Would profile_read ask for it over the net? What is "host:port" may be a file too. */
bool profile_is_address(const char *source);
/* Appends what an address answers, unpacked, which may be a profile in any form: what is sure to be
 * something else is told. `name`, in the arena, is what was asked for, for diagnostics. */
NODISCARD enum status profile_fetch_bytes(const char *url, const struct profile_options *options,
                                          struct arena *arena, struct diag_sink *sink,
                                          struct sb *body, struct str *name);
/* POSTs JSON to an address, as webhooks have it. Failures, and answers that are not 2xx, are told
 * to the sink. */
NODISCARD enum status profile_post_json(const char *url, struct str body, struct diag_sink *sink);

/* Subtracts base's values from profile's (pprof's -base): samples are matched as when merging, by
 * addresses within their mapping, functions, files, lines, sizes and labels; what only base has
 * becomes negative. All-zero samples go away. Between two builds of a program addresses differ:
 * then nothing is matched sample by sample, and the sums by function and line are still right. */
NODISCARD enum status profile_subtract(struct profile *profile, const struct profile *base,
                                       struct diag_sink *sink);

/* By the sample types. */
enum profile_kind profile_kind(const struct profile *profile);
const char *profile_kind_name(enum profile_kind kind); /* "a CPU profile" */

/* Index of a sample type by name ("alloc_space"; also pprof's short forms "alloc" and "inuse" are
 * not taken), or of the default type when name is empty: default_sample_type, else the last. -1
 * when there is none. */
int profile_type_index(const struct profile *profile, struct str name);
struct str profile_type_name(const struct profile *profile, uint32_t type);
struct str profile_type_unit(const struct profile *profile, uint32_t type);

static inline int64_t profile_value(const struct profile *profile, size_t sample, uint32_t type)
{
    return profile->values.at[sample * profile->type_count + type];
}

/* Sum over all samples, as pprof's "total" (plain sum; saturating). */
int64_t profile_total(const struct profile *profile, uint32_t type);

/* ---- sampling.c: what a value stands for ---- */

/* Which values tell how a type was sampled; PROFILE_NONE where the profile has none. */
struct profile_sampler {
    const struct profile *profile;
    uint32_t objects, space; /* "alloc_objects" and "alloc_space" for either */
    bool bytes;              /* the type's values are bytes, else objects */
    double rate;             /* mean bytes between two samples, at least 1 */
};
struct profile_sampler profile_sampler(const struct profile *profile, uint32_t type);
/* The objects behind a sample's value, and what each was scaled up to. Go sees an object of s bytes
 * with probability seen = 1 - exp(-s/rate) (runtime/malloc.go nextSample) and divides by it
 * (runtime/pprof/protomem.go scaleHeapSample). objects is 0 when the profile does not tell. */
struct profile_sampling {
    double objects; /* really sampled */
    double weight;  /* in units of the type */
    double seen;
    double size;    /* bytes of one object; 0 when the profile does not tell */
};
struct profile_sampling profile_sampling(const struct profile_sampler *sampler, size_t sample);

/* The frames of a sample, leaf first, inlined ones included, into frames[0..max): returns how many
 * there are (which may be more than max). `outer[i]`, when not NULL, is true for the last frame of
 * its location, that is, a function that was really called. */
size_t profile_frames(const struct profile *profile, size_t sample, struct profile_frame *frames,
                      bool *outer, size_t max);
struct str profile_string(const struct profile *profile, uint32_t id);

/* ---- call_tree.c: many stacks as one tree of calls, for flame graphs ---- */

#define CALL_NONE UINT32_MAX

/* Where a stack has been read to, from its root. */
struct call_cursor {
    uint32_t stack;             /* the caller's number of it */
    uint32_t locations, frames; /* the caller's, for step(): what is left of the stack */
    uint32_t call;              /* the call it stands on, as the caller numbers them; CALL_NONE when
                                   none is left */
    uint32_t label;             /* what the sums of a node's own bytes are told apart by */
    int64_t value;              /* above 0 */
};
/* The stacks. Cursors stand on their first call; their order and state change. step() moves one to
 * its next call. */
struct call_stacks {
    struct call_cursor *cursors;
    size_t count;
    void (*step)(const void *ctx, struct call_cursor *cursor);
    const void *ctx;
};

/* A call. Parents stand before their children, and siblings together, by value. Node 0 is the root,
 * whose call is CALL_NONE. */
struct call_node {
    uint32_t parent; /* index; 0 for the root itself */
    uint32_t call;
    int64_t value; /* of what goes through it, what the cut left out included */
};
/* What ends in a node (or below it, where the tree was cut), by label. */
struct call_self {
    uint32_t node, label;
    int64_t value;
};
struct call_tree {
    const struct memory *memory;
    VEC(struct call_node) nodes;
    VEC(struct call_self) selfs; /* those of a node stand together, by label */
    int64_t total;               /* of all stacks */
    int64_t least;               /* nodes below it were cut: their values are in parents' selfs */
};
/* Leaves nodes below `least` out; the children of the dearest nodes come first, and no more are
 * added once there are `max_nodes`. The same stacks give the same tree. */
void call_tree_grow(struct call_tree *tree, const struct call_stacks *stacks, int64_t least,
                    size_t max_nodes, const struct memory *memory);
void call_tree_release(struct call_tree *tree);

/* Stable text of everything, for tests and for comparing with `go tool pprof -raw`; no addresses
 * unless asked. */
void profile_dump(const struct profile *profile, struct sb *out);

#endif
