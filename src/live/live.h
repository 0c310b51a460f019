/* live: a Go process seen from outside, while it runs.
 *
 * Nothing here stops, traces or writes to the process: its memory is read with process_vm_readv,
 * its files in /proc are read, and what its runtime keeps about itself is found by the symbol table
 * or, in stripped programs, by the code that uses it. Go 1.18 to 1.26, amd64 and arm64.
 *
 * What a process says is not believed: it may be hostile, or in the middle of a change. Every loop
 * over its memory has an end, every size a ceiling (limits.h), every record is checked.
 *
 * Sections: target process; capture; what the collector says of itself. */
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
    size_t skipped;   /* buckets that were being written, or make no sense */
    bool broken;      /* the chain could not be followed to its end */
};
/* Reads what /debug/pprof/heap would show now: allocations and frees up to the last collection but
 * one that has ended; with `current`, up to now. Nothing in the process changes. Failures are told:
 * no such variables, no profile kept, nothing sampled. Always live_heap_release. */
NODISCARD enum status live_heap_read(const struct live_target *target, bool current,
                                     struct diag_sink *sink, struct live_heap *heap);
void live_heap_release(struct live_heap *heap);
/* Appends it as a gzipped pprof profile with the four sample types of Go's. */
void live_heap_write(const struct live_target *target, const struct live_heap *heap,
                     struct sb *out);

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
    struct sb rest;          /* of a line that is not yet whole */
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

#endif
