/* watch: a daemon beside Go processes. It samples them from outside, keeps a bounded history,
 * answers with metrics, and acts when a trigger says so, before the kernel does.
 *
 * W1. One thread, the caller's, does everything but answering: it samples, judges, writes. What
 *     the answering threads read is under the watch's own lock, which is held for copying only.
 * W2. Time is CLOCK_MONOTONIC; the clock on the wall only stamps what is written.
 * W3. What can take long, or break on what a process holds, is done by a child process: captures,
 *     deliveries, commands. The daemon goes on sampling.
 * W4. What a process or a folder can make grow has a ceiling (limits.h, LIMIT_WATCH_*).
 *
 * Sections: triggers; figures; the daemon; the history, read back. */
#ifndef UNHEAP_WATCH_H
#define UNHEAP_WATCH_H

#include "live/live.h"

/* ======== triggers ======== */

enum watch_unit { WATCH_BYTES, WATCH_COUNT, WATCH_SHARE, WATCH_SECONDS };
enum watch_figure {
#define X(name, text, unit, relative, help) WATCH_##name,
#include "watch_figures.h"
#undef X
    WATCH_FIGURES
};
/* As triggers call it, and what it is. */
const char *watch_figure_name(enum watch_figure figure);
const char *watch_figure_help(enum watch_figure figure);

enum watch_comparison { WATCH_ABOVE, WATCH_AT_LEAST, WATCH_BELOW, WATCH_AT_MOST };
/* A condition: `figure > value`, or how much a figure grew within `window` seconds. */
struct watch_condition {
    enum watch_figure figure;
    bool growth;             /* of the figure, over `window` */
    bool relative;           /* value is a share: of the limit; of growth: of the value before */
    enum watch_comparison comparison;
    double value;            /* bytes, seconds, a number; a share as 0 to 1 */
    double window;           /* seconds; of growth */
};

enum watch_action { WATCH_CAPTURE = 1, WATCH_WEBHOOK = 2, WATCH_COMMAND = 4 };
enum { WATCH_CONDITIONS = 4, WATCH_RULE_BYTES = 256 };
/* The grammar, in words:
 *     rule       = [ name ":" ] condition { "and" condition } { option }
 *     condition  = figure comparison amount
 *                | "growth" [ "(" figure ")" ] comparison amount "/" time
 *     comparison = ">" | ">=" | "<" | "<="
 *     option     = "for" time | "cool" time | "do" action { "+" action }
 *     action     = "capture" | "webhook" | "run"
 * "growth" alone is that of rss. All conditions must hold, for at least the time after "for"; then
 * the rule fires, and again each "cool" (60 s unless said) as long as they hold. Without "do", all
 * actions that are set up are done. */
struct watch_rule {
    char text[WATCH_RULE_BYTES];  /* as written */
    char name[WATCH_RULE_BYTES];  /* before the colon, else the text */
    struct watch_condition conditions[WATCH_CONDITIONS];
    size_t condition_count;
    double hold, cool;            /* seconds */
    unsigned actions;             /* of enum watch_action; 0: all */
};
enum { WATCH_COOL_SECONDS = 60, WATCH_SITES_MAX = 50 };
/* False when it is no rule: told with the column and what was expected. */
bool watch_rule_parse(struct str text, struct diag_sink *sink, struct watch_rule *rule);
/* "512MB", "1.5GiB", "20k": bytes, powers of 1024. False when it is no amount above 0. */
bool watch_bytes_parse(struct str text, int64_t *bytes);
/* "90s", "5m", "1.5h", "500ms". */
bool watch_seconds_parse(struct str text, double *seconds);

/* ======== figures ======== */

/* What is known of a target at one moment. */
struct watch_sample {
    double at;               /* seconds of CLOCK_MONOTONIC */
    double wall;             /* seconds since 1970 */
    bool alive;              /* the process is there */
    bool is_go;              /* and its runtime could be read */
    struct live_usage usage;
    struct live_group_usage group;
    struct live_runtime runtime;
    int64_t limit;           /* the nearest that kills; LIVE_NO_LIMIT */
    int64_t used;            /* what counts against it: */
    bool by_group;           /* the cgroup's working set, else resident memory */
    int64_t headroom;        /* limit - used; never below 0; LIVE_UNKNOWN without a limit */
    double cpu_seconds;      /* user and system */
    int64_t heap_idle, heap_system, heap_object_count;
    /* By comparing samples; LIVE_UNKNOWN_SHARE (growth_rate: NAN) when not yet known. */
    double cpu, gc_cpu, alloc_rate, growth_rate; /* growth_rate: of `used`, bytes a second */
    double time_to_oom;      /* seconds; INFINITY: not by this trend */
};
/* All unknown. */
void watch_sample_init(struct watch_sample *sample);
/* A figure's value, NAN when it is unknown. */
double watch_figure_value(const struct watch_sample *sample, enum watch_figure figure);

/* ======== the daemon ======== */

struct watch_options {
    const int *pids;
    size_t pid_count;
    const char *cgroup;      /* a folder or a path: all processes in it and below; or NULL */
    const char *match;       /* regular expression, on name or command line; or NULL */
    const char *url;         /* of a Go service's /metrics or /debug/vars; or NULL */
    const char *root;        /* before /proc and /sys; "" for this machine */
    const struct watch_rule *rules;
    size_t rule_count;
    double interval;         /* seconds between samples, when nothing is near */
    int64_t limit;           /* instead of the cgroup's; LIVE_NO_LIMIT: as found */

    const char *dir;         /* where captures go, or NULL */
    unsigned keep;           /* so many of them */
    int64_t keep_bytes;      /* and no more than this, together */
    const char *history;     /* the database, or NULL */
    int64_t history_bytes;   /* its size, at most about */
    double history_every;    /* seconds between two rows of one target */
    const char *webhook;     /* where to POST, or NULL */
    const char *command;     /* for sh -c, or NULL */
    unsigned sites;          /* top sites among the metrics; 0: none */
    double sites_every;      /* seconds between two looks */
    bool exit_with_target;   /* ends when all named processes have ended */
    double duration;         /* seconds until it ends; 0: it does not */

    /* A line for the log; called by the caller's thread. */
    void (*tell)(void *ctx, struct str line);
    /* Each whole sample and each event as JSON, schema unheap.watch/1, without line feed; in the
     * caller's thread, which should not be held up. NULL: not wanted. */
    void (*line)(void *ctx, struct str json);
    /* Sends one delivery, in a child process. */
    enum status (*post)(void *ctx, const char *url, struct str body, const struct memory *memory,
                 struct diag_sink *sink);
    /* Fetches a URL in the caller's thread. */
    enum status (*fetch)(void *ctx, const char *url, const struct memory *memory,
                         struct diag_sink *sink, struct sb *body);
    void *ctx;
};

struct watch;
/* Finds the targets, opens history and folder. Failures are told: no such process, refused, a
 * history that is damaged, a folder that may not be written. The options' texts must live as long
 * as the watch. */
NODISCARD enum status watch_new(const struct watch_options *options, const struct memory *memory,
                                struct diag_sink *sink, struct watch **out);
/* Gives up what watch_run does not need: capabilities but sys_ptrace, starting programs, opening
 * connections, and most system calls. Once all threads run. Tells what this system has of it. */
void watch_confine(struct watch *watch);
/* For the thread that will answer the network, before it starts: it can write no file and read no
 * process, where the kernel has landlock. */
void watch_confine_answers(struct watch *watch);
/* Samples and acts until `stop_fd` can be read, or all named targets have ended and that was asked
 * for. Call it once. */
NODISCARD enum status watch_run(struct watch *watch, int stop_fd);
void watch_free(struct watch *watch);

/* From any thread, while the watch lives: */

/* Everything as Prometheus text 0.0.4, or as OpenMetrics 1.0. */
void watch_metrics(struct watch *watch, bool open_metrics, struct sb *out);
/* Does an Accept header ask for OpenMetrics rather than for plain text? */
bool watch_wants_open_metrics(struct str accept);

/* ======== the history, read back ======== */

enum watch_column {
#define X(NAME, column, part, type, unit) WATCH_COLUMN_##NAME,
#include "watch_columns.h"
#undef X
    WATCH_COLUMNS
};
/* As in the database and in JSON. */
const char *watch_column_name(enum watch_column column);
enum watch_unit watch_column_unit(enum watch_column column);

/* Texts are valid until the visitor returns; none is NULL. */
struct watch_past_process {
    int64_t id;              /* in this history; 0: none */
    int pid;
    double since;            /* first seen; seconds since 1970, as all times here */
    const char *name, *go_version;
};
struct watch_past_sample {
    double at;
    struct watch_past_process process;
    double values[WATCH_COLUMNS]; /* NAN: not known */
};
struct watch_past_event {
    double at;
    struct watch_past_process process;
    const char *kind, *rule, *text; /* kind: as in watch_int.h, "fired", "capture", "ended" ... */
};
struct watch_past_visitor {
    void (*sample)(void *ctx, const struct watch_past_sample *sample);
    void (*event)(void *ctx, const struct watch_past_event *event);
    void *ctx;
};
struct watch_past_span {
    double first, last;      /* of what was shown; last: the newest in the history */
};
/* Shows what the history holds of the `seconds` before its newest row, as it was written: samples,
 * then events. The daemon may be writing meanwhile. *span is set before the first is shown; it is
 * all 0 when there is nothing. Failures are told: no library, no such file, no history, damaged. */
NODISCARD enum status watch_past_read(const char *path, double seconds,
                                      const struct watch_past_visitor *visitor,
                                      struct diag_sink *sink, struct watch_past_span *span);
/* As a line of unheap.watch/1, without line feed. */
void watch_past_sample_json(const struct watch_past_sample *sample, struct sb *out);
void watch_past_event_json(const struct watch_past_event *event, struct sb *out);


#endif
