/* live: a Go process seen from outside, while it runs.
 *
 * Nothing here stops, traces or writes to the process: its memory is read with process_vm_readv,
 * its files in /proc are read, and what its runtime keeps about itself is found by the symbol table
 * or, in stripped programs, by the code that uses it. Go 1.18 to 1.26, amd64 and arm64.
 *
 * What a process says is not believed: it may be hostile, or in the middle of a change. Every loop
 * over its memory has an end, every size a ceiling (limits.h), every record is checked.
 *
 * Sections: target process; what the kernel counts; what the Go runtime counts; capture;
 * goroutines; ledger; what the collector says of itself. */
#ifndef UNHEAP_LIVE_H
#define UNHEAP_LIVE_H

#include "base/base.h"

/* ======== target process ======== */

/* A session: executables are opened once for each build and shared by all processes that run them
 * (mapped, their pages given back after use). One thread. */
struct live;
struct live *live_new(const struct memory *memory);
/* All targets must be detached before. */
void live_free(struct live *live);

/* Several pieces are read in one call, in their order, so that what the first and the last say
 * brackets the others in time. */
struct live_piece {
    uint64_t address;
    void *to;
    size_t size;
};
/* Where a target's memory is read from: a process, or an image in a test. Returns false unless all
 * bytes of all pieces were read. */
struct live_reader {
    bool (*read)(void *ctx, const struct live_piece *pieces, size_t count);
    void *ctx;
};

/* The runtime's variables that this room reads: LIVE_VARIABLE_MHEAP is runtime.mheap_. */
enum live_variable {
#define X(name, symbol) LIVE_VARIABLE_##name,
#include "live_variables.h"
#undef X
    LIVE_VARIABLE_COUNT
};
const char *live_variable_name(enum live_variable variable);

struct live_program;
struct live_process;

/* A Go process that can be read. */
struct live_target {
    const struct memory *memory;
    struct live *live;
    int pid;
    uint64_t start_time;        /* field 22 of /proc/PID/stat: with pid it names one process */
    struct str name;            /* comm */
    struct str executable;      /* path as the process sees it */
    struct str go_version;      /* "go1.26.8" */
    unsigned minor;             /* 26 */
    uint64_t bias;              /* how far above the file's addresses it was loaded */
    struct live_program *program;
    struct live_process *process; /* private */
    struct live_reader reader;
};

/* Attaches to a process: opens its executable through /proc/PID/exe (which works across containers'
 * file systems and for deleted files), finds the runtime's tables. Failures are told to the sink:
 * no such process, refused (with what is missing), not a Go program. */
NODISCARD enum status live_attach(struct live *live, int pid, struct diag_sink *sink,
                                  struct live_target **out);
void live_detach(struct live_target *target);
/* Is it still the same process, running the same program? Cheap: one file in /proc. */
bool live_is_same(const struct live_target *target);

/* Reads n bytes; false when not all of them are there. */
bool live_read(const struct live_target *target, uint64_t address, void *to, size_t n);
bool live_read_u64(const struct live_target *target, uint64_t address, uint64_t *value);
bool live_read_u32(const struct live_target *target, uint64_t address, uint32_t *value);
/* Several pieces in one call. At most LIVE_PIECES. */
enum { LIVE_PIECES = 1000 };
bool live_read_pieces(const struct live_target *target, const struct live_piece *pieces,
                      size_t count);

/* Address of a runtime variable in the process; 0 when the program does not have it or it cannot be
 * found. Looked up once for each program. */
uint64_t live_variable(const struct live_target *target, enum live_variable variable);
/* The eight bytes of a variable, or of the field `offset` bytes into it. */
bool live_variable_u64(const struct live_target *target, enum live_variable variable,
                       uint64_t offset, uint64_t *value);
bool live_variable_u32(const struct live_target *target, enum live_variable variable,
                       uint64_t offset, uint32_t *value);

/* The whole of a file in /proc/PID ("maps", "smaps_rollup"), appended to out. Its absence or
 * refusal is told to the sink when that is not NULL. */
NODISCARD enum status live_proc_file(int pid, const char *name, struct diag_sink *sink,
                                     struct sb *out);

/* ======== what the kernel counts: processes, mappings, cgroups ======== */

/* Figures are bytes unless their name says otherwise. What a kernel does not say, or a file that
 * may not be read, is LIVE_UNKNOWN (LIVE_UNKNOWN_SHARE for doubles), never zero; a limit that is
 * not set is LIVE_NO_LIMIT. `root` is put before every path ("" for this machine), so that files
 * can be tested and a host's /proc and /sys can be mounted elsewhere. Nothing here allocates,
 * except live_mappings_read. */
#define LIVE_UNKNOWN INT64_C(-1)
#define LIVE_UNKNOWN_SHARE (-1.0)
#define LIVE_NO_LIMIT INT64_MAX
enum { LIVE_PATH_BYTES = 1024, LIVE_NAME_BYTES = 64 };

/* One process: stat, status, oom_score_adj, limits; with the flags also fd and smaps_rollup, which
 * cost time in proportion to open files and to memory. */
enum { LIVE_USAGE_FILES = 1, LIVE_USAGE_ROLLUP = 2 };
struct live_usage {
    int pid;
    int64_t parent, user_id;
    char name[LIVE_NAME_BYTES];           /* comm */
    char state;                           /* 'R', 'S', ... */
    uint64_t start_ticks;                 /* field 22 of stat; with pid it names one process */
    double user_seconds, system_seconds;  /* processor time so far */
    double age_seconds;                   /* since it started */
    double start_seconds;                 /* the same as a point of time, since 1970 */
    int64_t threads, minor_faults, major_faults;
    int64_t virtual_bytes, resident, resident_peak;
    int64_t resident_anonymous, resident_file, resident_shared, swapped;
    int64_t oom_score, oom_score_adj;     /* adj may be negative: LIVE_NO_LIMIT when unknown */
    int64_t files, files_limit, memory_limit; /* RLIMIT_AS */
    int64_t proportional, private_dirty, anonymous, huge; /* with LIVE_USAGE_ROLLUP */
};
/* False when there is no such process (or it has ended). */
bool live_usage_read(const char *root, int pid, unsigned flags, struct live_usage *usage);
/* For whoever looks often: stat alone, by a descriptor that stays open (-1 when there is no such
 * process). Resident memory, faults, threads and times are brought up to date, the rest stays as
 * live_usage_read left it. False when the process has ended; another one with its number is none.
 */
int live_usage_open(const char *root, int pid);
bool live_usage_refresh(const char *root, int fd, struct live_usage *usage);

/* Mappings of a process by what they are, from smaps. Go names its own since 1.25 (Linux 5.17 with
 * CONFIG_ANON_VMA_NAME); before that the heap shows itself by its addresses. */
enum live_mapping_kind {
    LIVE_MAPPING_GO_HEAP,     /* "[anon: Go: heap]"; older: anonymous at 0xc000000000 and above */
    LIVE_MAPPING_GO_OTHER,    /* other "[anon: Go: ...]": metadata, stacks of the collector */
    LIVE_MAPPING_EXECUTABLE,  /* the program's own file */
    LIVE_MAPPING_LIBRARY,     /* other files that are mapped to be executed, and what belongs */
    LIVE_MAPPING_FILE,        /* other files */
    LIVE_MAPPING_C_HEAP,      /* "[heap]": brk */
    LIVE_MAPPING_STACK,       /* "[stack]" */
    LIVE_MAPPING_SHARED,      /* shared memory */
    LIVE_MAPPING_ANONYMOUS,   /* unnamed: C allocations, thread stacks, and Go's before 1.25 */
    LIVE_MAPPING_KERNEL,      /* [vdso], [vvar], [vsyscall] */
    LIVE_MAPPING_KINDS
};
const char *live_mapping_words(enum live_mapping_kind kind);
struct live_mapping {
    uint64_t start, end;
    enum live_mapping_kind kind;
    struct str name; /* in the arena */
    int64_t resident, proportional, anonymous, swapped;
};
struct live_mappings {
    VEC(struct live_mapping) list;
    int64_t resident[LIVE_MAPPING_KINDS]; /* sums; adding up to `total` */
    int64_t anonymous[LIVE_MAPPING_KINDS];
    int64_t total;
    const struct memory *memory;
    struct arena arena;
};
/* Failures are told to the sink. Always live_mappings_release. */
NODISCARD enum status live_mappings_read(const char *root, int pid, const struct memory *memory,
                                         struct diag_sink *sink, struct live_mappings *mappings);
/* Tells the Go heap among unnamed mappings by the runtime's own list of its arenas. */
void live_mappings_place_heap(struct live_mappings *mappings, const struct live_target *target);
void live_mappings_release(struct live_mappings *mappings);

/* Where a cgroup's files are. Both hierarchies may be there (v1 with some controllers on v2). */
struct live_cgroup {
    unsigned version;               /* of the memory controller: 1, 2; 0: there is none */
    char path[LIVE_PATH_BYTES];     /* as /proc/PID/cgroup has it */
    char memory[LIVE_PATH_BYTES];   /* folders, `root` and mount point included; "" for none */
    char cpu[LIVE_PATH_BYTES];
    char accounting[LIVE_PATH_BYTES]; /* v1: cpuacct; v2: as cpu */
    size_t memory_mount, cpu_mount; /* how much of the path is the mount point */
};
/* That of a process. False when neither file nor mount tells. */
bool live_cgroup_of(const char *root, int pid, struct live_cgroup *cgroup);
/* By a path a user wrote: a folder ("/sys/fs/cgroup/a/b", also of one v1 controller) or a cgroup
 * ("/a/b"). False when there is no such folder. */
bool live_cgroup_named(const char *root, const char *path, struct live_cgroup *cgroup);
/* Processes in it and below, ascending; at most `max` are written. Returns how many there are. */
size_t live_cgroup_processes(const struct live_cgroup *cgroup, int *pids, size_t max);

struct live_pressure { /* PSI: share of time in which some, or all, tasks waited; 0 to 1 */
    double some10, some60, some300, full10, full60, full300;
    double some_seconds, full_seconds; /* in all */
};
struct live_group_usage {
    int64_t limit;       /* effective: the smallest of this cgroup and those above it */
    bool limit_above;    /* it is one of those above that sets it */
    int64_t high;        /* memory.high, effective in the same way */
    int64_t usage, peak;
    int64_t working_set; /* usage without inactive_file, as kubelet and cAdvisor count it */
    int64_t anonymous, file, kernel, inactive_file, active_file, shared, slab, sockets;
    int64_t swap, swap_limit;
    int64_t ooms, oom_kills, highs, maxes; /* memory.events: how often so far */
    double cpu_limit;    /* processors; LIVE_UNKNOWN_SHARE: none */
    double cpu_seconds, throttled_seconds;
    int64_t throttled;   /* how many periods */
    struct live_pressure pressure;
};
void live_group_usage_read(const struct live_cgroup *cgroup, struct live_group_usage *usage);

/* The machine: what is the limit where no cgroup sets one. */
struct live_machine {
    int64_t memory, available, swap_free;
    unsigned processors;
    struct live_pressure pressure;
};
void live_machine_read(const char *root, struct live_machine *machine);

/* ======== what the Go runtime counts, read from outside ======== */

/* Figures at one moment, of one process_vm_readv; LIVE_UNKNOWN where this release does not keep it
 * or it cannot be found. Names in runtime/metrics stand behind. */
struct live_runtime {
    int64_t heap_objects;     /* allocated and not yet freed, as the collector counts: /memory/
                                 classes/heap/objects */
    int64_t heap_in_use;      /* spans in use: objects and unused */
    int64_t heap_free;        /* kept for reuse: /memory/classes/heap/free */
    int64_t heap_released;    /* given back to the system: /memory/classes/heap/released */
    int64_t stacks;           /* of goroutines, in use: /memory/classes/heap/stacks */
    int64_t system_stacks;    /* /memory/classes/os-stacks */
    int64_t metadata;         /* spans, caches, collector: /memory/classes/metadata/... */
    int64_t profiling;        /* buckets: /memory/classes/profiling/buckets */
    int64_t other;            /* /memory/classes/other */
    int64_t total;            /* all that was mapped, released too: /memory/classes/total */
    int64_t live;             /* marked by the last collection: /gc/heap/live */
    int64_t goal;             /* at which the next one shall end: /gc/heap/goal; NextGC */
    int64_t allocated, freed; /* bytes, cumulative: /gc/heap/allocs, /gc/heap/frees */
    int64_t allocs, frees;    /* objects, cumulative; tiny ones as the runtime counts them */
    int64_t cycles, forced;   /* collections completed */
    int64_t gogc;             /* percent; LIVE_NO_LIMIT: off */
    int64_t memory_limit;     /* GOMEMLIMIT; LIVE_NO_LIMIT: none */
    int64_t goroutines, threads, processors; /* processors: GOMAXPROCS */
    int64_t heap_scan;        /* bytes of the heap the last collection looked at for pointers */
    int64_t stack_scan, globals_scan; /* what it scans besides */
    int64_t profile_rate;     /* MemProfileRate */
    double last_gc;           /* seconds since 1970; 0: none yet */
    double pause_total;       /* seconds */
    double pauses[5];         /* of the last 256: least, quarter, half, three quarters, most */
    /* Processor time in seconds, updated at each collection (Go 1.20 and newer). */
    double cpu_assist, cpu_background, cpu_idle_mark, cpu_pause, cpu_gc, cpu_total;
};
/* A reader that stays with a target: what does not move is looked up once, so that a sample costs
 * one process_vm_readv. */
struct live_runtime_reader;
struct live_runtime_reader *live_runtime_open(const struct live_target *target);
void live_runtime_close(struct live_runtime_reader *reader);
/* False when the process cannot be read any more (ended, or another program now). A release that is
 * newer than known is read with the newest known layout and checked; figures that make no sense are
 * LIVE_UNKNOWN. */
bool live_runtime_read(struct live_runtime_reader *reader, struct live_runtime *runtime);

/* Objects allocated and not yet freed, by the size of their slots: what can be said of a program
 * that keeps no heap profile. As runtime.MemStats.BySize has it, but for spans that a processor
 * allocates from: they count as when it took them, up to Go 1.18 as full. */
struct live_size {
    uint64_t size;   /* bytes of a slot; 0: larger than all classes, each of its own size */
    int64_t objects; /* slots; several tiny ones may share one of 16 bytes */
    int64_t bytes;
};
enum { LIVE_SIZES = 68 };
struct live_sizes {
    struct live_size list[LIVE_SIZES]; /* most bytes first */
    size_t count;                      /* those of which there are objects */
};
/* A sample of its own. False when the process cannot be read, or what it says makes no sense. */
bool live_sizes_read(struct live_runtime_reader *reader, struct live_sizes *sizes);

/* ======== capture: the heap profile, from outside ======== */

/* Sampled objects and bytes, as the runtime counts them. */
struct live_counts {
    uint64_t allocs, frees, alloc_bytes, free_bytes;
};
/* All allocations of one size by one stack. */
struct live_bucket {
    const uint64_t *stack; /* return addresses, the innermost first */
    size_t depth;
    struct live_counts published; /* what the process's own profile would show */
    struct live_counts future[3]; /* of cycles that are not yet published */
};
struct live_heap {
    const struct memory *memory;
    struct arena arena; /* of the stacks */
    VEC(struct live_bucket) buckets;
    int64_t rate;     /* runtime.MemProfileRate: mean bytes between two samples */
    uint32_t cycle;
    bool current;     /* up to now: what no collection has ended for is in it */
    size_t skipped;   /* buckets that were being written, or make no sense */
    bool broken;      /* the chain could not be followed to its end */
};
/* Reads what /debug/pprof/heap would show now: allocations and frees up to the last collection but
 * one that has ended; with `current`, up to now. Nothing in the process changes. Failures are told:
 * no such variables, no profile kept, nothing sampled. Always live_heap_release. */
NODISCARD enum status live_heap_read(const struct live_target *target, bool current,
                                     struct diag_sink *sink, struct live_heap *heap);
void live_heap_release(struct live_heap *heap);
/* Appends it as a gzipped pprof profile with the four sample types of Go's. One up to now says so
 * in its comment. */
void live_heap_write(const struct live_target *target, const struct live_heap *heap,
                     struct sb *out);

/* ======== goroutines, from outside ======== */

/* Goroutines that stand at the same place. */
struct live_goroutine_group {
    const uint64_t *stack; /* return addresses, the innermost first; inlined frames have one too */
    size_t depth;
    uint64_t count;
};
struct live_goroutines {
    const struct memory *memory;
    struct arena arena;
    VEC(struct live_goroutine_group) groups; /* the largest first */
    uint64_t count;
    uint64_t running;  /* of them: their stack moves, so that only where they started is told */
    uint64_t skipped;  /* those that were changing, or make no sense */
};
/* By where they wait, as /debug/pprof/goroutine has it; with `created`, by the go statement that
 * started them. The runtime's own are left out. Failures are told: no such variables. Always
 * live_goroutines_release. */
NODISCARD enum status live_goroutines_read(const struct live_target *target, bool created,
                                           struct diag_sink *sink,
                                           struct live_goroutines *goroutines);
void live_goroutines_release(struct live_goroutines *goroutines);
/* Appends them as a gzipped pprof profile, sample type goroutine/count. */
void live_goroutines_write(const struct live_target *target,
                           const struct live_goroutines *goroutines, struct sb *out);

/* ======== ledger: where the memory went, from the limit to the line of code ======== */

/* One process of a ledger. What is not known is left as it was initialised. */
struct live_ledger_process {
    struct live_usage usage;
    const struct live_mappings *mappings; /* NULL: not read */
    const struct live_runtime *runtime;   /* NULL: not a Go program, or it cannot be read */
    struct str go_version;
    double interval;        /* seconds since the sample before; 0: there was none */
    const struct live_runtime *then; /* that sample; NULL */
    const struct live_sizes *sizes;  /* NULL: not read */
};
struct profile;
struct live_ledger_input {
    const struct live_cgroup *cgroup;    /* NULL: no cgroup, or none that sets a limit */
    const struct live_group_usage *group;
    struct live_machine machine;
    const struct live_ledger_process *processes;
    size_t process_count;
    size_t main;                         /* the largest one in Go: the profile is of it */
    const struct profile *profile;       /* NULL: none */
};
/* A row; texts are in the ledger's arena. Children of a row add up to it. */
struct live_ledger_row {
    struct str name; /* unique in the ledger */
    int64_t bytes;   /* below 0: what is counted above and not there */
    int parent;      /* index; -1: a root */
    unsigned depth;
    bool remainder;  /* what is left over of the parent */
    struct str source, note;
};
struct live_ledger_site {
    struct str function, file;
    int64_t line, in_use, allocated; /* bytes, scaled up from the samples */
};
/* A cause of a report of `hot`, biggest share of all allocated bytes first. */
struct live_ledger_cause {
    struct str id, text, file;
    int64_t line;
    double share;
    int64_t in_use; /* bytes of its sites that are live now; 0 when the ledger has no profile */
};
/* What reports speak of; LIVE_UNKNOWN where it is not known. */
struct live_ledger_facts {
    int64_t limit, usage, working_set, cache, kernel;
    int64_t anonymous;      /* of the cgroup, or of the process */
    int64_t go;             /* resident memory of the Go heap's mappings */
    int64_t not_go;         /* resident memory of the process that is not Go's */
    int64_t resident;
    int64_t live, garbage, unused, free, stacks, metadata;
    double allocation_rate; /* bytes a second, over the interval or the process's life */
    bool since_start;       /* the latter */
};
struct live_ledger {
    const struct memory *memory;
    struct arena arena;
    VEC(struct live_ledger_row) rows; /* a parent before its children, depth first */
    VEC(struct live_ledger_site) sites; /* by in_use, the largest first */
    VEC(struct live_ledger_cause) causes; /* live_ledger_add_causes */
    struct live_sizes sizes;          /* of the main process */
    struct live_ledger_facts facts;
    struct live_runtime runtime;      /* of the main process; all unknown when there is none */
    struct live_runtime then;         /* the sample before, */
    double interval;                  /* so many seconds; 0: there is none */
    int64_t profile_in_use, profile_allocated; /* totals */
};
/* What an HTTP endpoint says about its process: the memstats of /debug/vars, go_memstats_* and the
 * like of /metrics, the figures at the end of /debug/pprof/heap?debug=1; known by their form. Takes
 * what there is into runtime and usage, which the first call must find all unknown
 * (live_exposition_init). False when the text is none of these. */
void live_exposition_init(struct live_runtime *runtime, struct live_usage *usage);
bool live_exposition_read(struct str text, struct live_runtime *runtime, struct live_usage *usage);

/* Always live_ledger_release. */
void live_ledger_make(const struct live_ledger_input *input, const struct memory *memory,
                      struct live_ledger *ledger);
/* Adds the causes of what `unheap hot -json` wrote (schema unheap.hot/1, ranked by alloc_space).
 * What is no such report is told to the sink. */
NODISCARD enum status live_ledger_add_causes(struct live_ledger *ledger, struct str report,
                                             struct str name, struct diag_sink *sink);
void live_ledger_release(struct live_ledger *ledger);

/* What a Go program under load does, and would do with less allocation: a model of the collector's
 * pace (load_model.c). Shares are of GOMAXPROCS, 0 to 1; LIVE_UNKNOWN_SHARE before Go 1.20, which
 * does not count processor time. */
struct live_load {
    double allocation_rate;   /* bytes a second */
    double live, goal;        /* bytes */
    double bytes_per_cycle;   /* allocated from the end of one cycle to the end of the next */
    double fill;              /* of the room between live heap and goal, when a cycle ends */
    double cycles_per_second; /* those of runtime.GC, forced_per_second, among them */
    double forced_per_second;
    double mark_per_cycle;    /* processor seconds, by whomever: workers, assists, idle ones */
    double pause_per_cycle;
    double assist_part;       /* of marking: what goroutines that allocate had to do */
    double idle_part;         /* what processors did that nobody wanted: "idle", it is free */
    double cpu_share;         /* of pauses and marking without the idle part */
    double assist_share;
    double idle_share;
    double peak;              /* of the heap, when a cycle ends */
    double processors;
    unsigned cycles;          /* whole ones that this was measured on; 0: all since the start */
};
/* Two samples of a runtime, `seconds` apart; then NULL: one. */
struct live_span {
    const struct live_runtime *now, *then;
    double seconds;
};
/* From what the runtime counts; false before the first collection, or when it does not tell. Where
 * collections ended between the two samples, pace and cost are theirs, measured from end to end of
 * whole cycles; else the pace follows from goal and live heap, and the cost is the mean so far. */
bool live_load_now(const struct live_span *span, double allocation_rate, struct live_load *load);
/* The same program, allocating a share less, and keeping `live_less` bytes less alive. The goal
 * follows GOGC and the memory limit. */
struct live_load live_load_without(const struct live_load *load, const struct live_runtime *runtime,
                                   double share, double live_less);

/* ======== what the collector says of itself: GODEBUG=gctrace=1 ======== */

/* One line "gc N @T s P%: ..." of Go 1.18 to 1.26 (runtime/mgc.go, gcMarkTermination). Times are in
 * seconds, heaps in bytes (gc prints whole MiB). */
struct gc_cycle {
    uint64_t line;                 /* of the input */
    uint32_t number, run;          /* a program that starts again begins a new run, from 0 */
    double at;                     /* since the program started */
    unsigned percent;              /* of all processor time since then, as gc has it */
    double sweep_stop, mark, mark_stop;              /* on the clock; the stops stop the program */
    double cpu_stop, assist, background, idle;       /* processor time; cpu_stop is both stops' */
    int64_t heap_start, heap_end, live, goal;
    int64_t stacks, globals;       /* scanned; -1 before Go 1.19 */
    unsigned processors;
    bool forced;                   /* by runtime.GC or debug.FreeOSMemory */
};
/* One line "scav ..." of GODEBUG=scavtrace=1: memory given back to the system, in bytes. */
struct gc_scavenge {
    uint64_t line;
    size_t after_cycle; /* how many cycles were seen before it */
    int64_t background, eager; /* since the last line; before Go 1.21 all in background */
    int64_t released;          /* in all */
    unsigned used_percent;
};
struct gc_trace {
    const struct memory *memory;
    struct str name;                 /* for diagnostics */
    struct diag_sink *sink;
    VEC(struct gc_cycle) cycles;
    VEC(struct gc_scavenge) scavenges;
    uint64_t lines, damaged; /* damaged: began like a trace line and did not go on like one */
    uint64_t amid;           /* runs that begin in their middle: lines of several programs? */
    struct sb rest;          /* of a line that is not yet whole */
    struct sb clean;         /* a line without colours */
    bool dropping;           /* a line longer than LIMIT_GC_LINE_BYTES, until its end */
    bool full;               /* LIMIT_GC_CYCLES was reached; what follows is not kept */
};
/* Reads a stream piece by piece; trace lines may stand behind anything in a line of a log. */
void gc_trace_init(struct gc_trace *trace, struct str name, const struct memory *memory,
                   struct diag_sink *sink);
void gc_trace_feed(struct gc_trace *trace, const char *bytes, size_t n);
/* The last line, with or without its end. */
void gc_trace_finish(struct gc_trace *trace);
void gc_trace_release(struct gc_trace *trace);

/* What a trace comes to. Shares are of the processors' whole time, 0 to 1. */
struct gc_summary {
    size_t cycles, forced, runs;
    double seconds;                       /* that the trace covers, all runs together */
    size_t pauses;                        /* two a cycle: sweep termination, mark termination */
    double pause_total, pause_p50, pause_p95, pause_p99, pause_max; /* nearest rank */
    double cycles_per_minute;
    double cpu_share;                     /* of stops, assists and background marking; not idle */
    double assist_share;                  /* of assists: what allocating goroutines had to do */
    double allocation_rate;               /* bytes a second */
    int64_t live_first, live_last, live_max, peak, goal_last; /* peak: the largest heap_end */
    double live_growth;                   /* bytes a second, least squares over the last half */
    double headroom;                      /* median of (goal - live) / live: what GOGC amounts to */
    int64_t limit;                        /* as given; 0: none */
    int64_t distance;                     /* from the peak to it */
    size_t spiral;                        /* cycles of the longest death spiral, see gc_summary.c */
    double spiral_at, spiral_share;       /* when it began, and its share of processor time */
    unsigned processors;
};
void gc_summarize(const struct gc_trace *trace, int64_t limit, struct gc_summary *summary);
/* The share of processor time of one cycle, from the end of the one before it (or the run's start)
 * to its own end. */
double gc_cycle_share(const struct gc_trace *trace, size_t cycle);
/* That time, in seconds. */
double gc_cycle_span(const struct gc_trace *trace, size_t cycle);

#endif
