/* watch_int.h: what the files of this room share.
 *
 *   rule, figure, trend, judge   from words and samples to "now"
 *   metrics, sites               what is answered
 *   target, url, group, find     processes, their cgroups, and finding them
 *   capture, ring, history       what is done and kept
 *   sqlite, past                 reading what was kept
 *   hand, json, confine          telling others, and what is given up
 *   watch                        the loop */
#ifndef UNHEAP_WATCH_INT_H
#define UNHEAP_WATCH_INT_H

#include <inttypes.h>
#include <poll.h>
#include <pthread.h>

#include "regex/regex.h"
#include "watch.h"

/* ---- figure.c ---- */

enum field_kind { FIELD_INT, FIELD_DOUBLE, FIELD_SIGNED };
/* A part of a struct watch_sample. */
struct field {
    size_t offset;
    enum field_kind kind;
};
#define FIELD_WHOLE(part) {offsetof(struct watch_sample, part), FIELD_INT}
#define FIELD_REAL(part) {offsetof(struct watch_sample, part), FIELD_DOUBLE}
#define FIELD_ANY(part) {offsetof(struct watch_sample, part), FIELD_SIGNED}
/* Its value: NAN when unknown, INFINITY where there is no limit. Of FIELD_SIGNED, a double, values
 * below zero are known too. */
double field_value(const struct watch_sample *sample, const struct field *field);

/* ---- rule.c ---- */

/* Digits with or without a point at the start of a text; 0 when there are none. */
double number_read(struct str text);

/* ---- trend.c ---- */

enum { TREND_POINTS = 66, TREND_SERIES = 5, TREND_SECONDS = 60, BURST_SECONDS = 3 };
/* Points of one figure in time, at least `spacing` seconds apart but for the newest. */
struct series {
    double spacing;
    unsigned next, count;
    double at[TREND_POINTS];
    float values[TREND_POINTS];
};
struct trend {
    struct series series[TREND_SERIES];
    struct series burst; /* `used` of the last BURST_SECONDS */
};
bool trend_follows(enum watch_figure figure);
/* For windows of up to that many seconds. */
void trend_init(struct trend *trend, double seconds);
void trend_add(struct trend *trend, const struct watch_sample *sample);
/* Growth as the condition wants it, in bytes or as a share; NAN when it is not yet known. */
double trend_growth(const struct trend *trend, const struct watch_condition *condition);
/* Sets the sample's growth_rate and time_to_oom. */
void trend_judge(const struct trend *trend, struct watch_sample *sample);

/* ---- judge.c ---- */

struct rule_state {
    bool active, fired;
    double since, last; /* active since; last fired */
};
/* Does it fire now? Keeps the state. */
bool rule_fires(const struct watch_rule *rule, const struct watch_sample *sample,
                const struct trend *trend, struct rule_state *state);
/* Seconds until its memory is to be looked at again: the sooner the nearer the limit or a rule
 * about memory is, the later the more targets there are. */
double rules_patience(const struct watch_rule *rules, size_t count,
                      const struct watch_sample *sample, size_t target_count);

/* ---- group.c: cgroups, shared by the processes in them ---- */

struct group {
    struct live_cgroup cgroup;
    struct live_group_usage usage;
    unsigned users;
    double read_at;   /* when usage was read */
    int usage_fd;     /* of the file with its usage, kept open; -1: none */
    int pressure_fd;  /* a PSI trigger, -1: none */
    int event_fd;     /* memory.events (v2) or an eventfd of thresholds (v1), -1: none */
};

/* ---- events.c: what the kernel wakes us by ---- */

/* Opens a PSI trigger, where a rule speaks of pressure, and the events of the cgroup's memory: v2
 * says when memory.events changes, v1 when usage crosses what rules speak of. What is not to be had
 * is left out; looking often enough does then. */
void events_open(struct watch *watch, struct group *group);
void events_close(struct group *group);
/* Takes note of what poll said of a descriptor, so that the next event is waited for. */
void events_take(struct group *group, int fd, short events);

/* ---- target.c: one process ---- */

enum { SITES_MAX = WATCH_SITES_MAX, SITE_BYTES = 160 };
struct target_site {
    int64_t bytes;
    char function[SITE_BYTES], line[SITE_BYTES];
};
struct target {
    int pid;
    uint64_t start_ticks;
    uint64_t device, inode; /* of its executable; inode 0: not known */
    char name[LIVE_NAME_BYTES];
    char go_version[LIVE_NAME_BYTES];
    bool named;             /* on the command line: stays when it has ended */
    bool ended;
    bool remote;            /* asked over HTTP */
    struct group *group;    /* NULL: none */
    struct live_target *live; /* NULL: not a Go program, or not readable */
    struct live_runtime_reader *reader;
    int statm_fd, stat_fd;
    double full_at, all_at; /* when it was read; when all of it was */
    double next_at;         /* when it is to be looked at */
    double cpu_before, cpu_at;       /* for rates */
    int64_t allocated_before;
    double allocated_at, gc_before, gc_total_before;
    struct watch_sample sample;
    struct trend trend;
    struct rule_state *states; /* by rule */
    struct target_site *sites;
    size_t site_count;
    int64_t row;            /* in the history; 0: none */
    double row_at;
};

struct rule_counts {
    uint64_t fired, captures, capture_failures, deliveries, delivery_failures, commands;
};
/* The count that an event of that kind adds to (judge.c); NULL: none. */
uint64_t *count_of(struct rule_counts *counts, const char *kind);
struct watch_totals {
    uint64_t alive, samples, failures, restarts, history_failures;
    int64_t own_resident;
    double own_cpu;
};

struct job;
struct history;
struct hand;

struct watch {
    const struct memory *memory;
    struct diag_sink *sink;
    struct watch_options options;
    struct live *live;
    pthread_mutex_t lock;        /* over what the answers read: all below but what is private */
    VEC(struct target *) targets;
    VEC(struct group *) groups;
    struct rule_counts *counts;  /* by rule */
    struct watch_totals totals;
    struct live_machine machine;
    bool landlocked;             /* what answers is */
    bool labelled;               /* several processes: samples are labelled */

    /* Private to the loop. */
    double machine_at, found_at, own_at, sites_at, history_at, slim_at, ends_at;
    size_t sites_next;
    double trend_seconds;        /* the longest window of a rule */
    struct regex *pattern;       /* of -match */
    bool full;                   /* LIMIT_WATCH_TARGETS was told */
    struct group *group;         /* of -cgroup */
    struct map seen;             /* PIDs that were looked at, and in which round */
    uint64_t round;
    struct map written;          /* names of captures of this run, and in which order */
    uint64_t orders;
    VEC(struct job *) jobs;      /* captures under way */
    VEC(struct pollfd) polled;
    size_t url_path;             /* which one answered last */
    bool url_told;               /* that none does */
    struct history *history;
    struct hand *hand;
};

/* ---- group.c ---- */

/* That of a process, made when it is new; NULL when it has none. Each gets a user. */
struct group *group_join(struct watch *watch, int pid);
struct group *group_named(struct watch *watch, const char *path);
void group_leave(struct watch *watch, struct group *group);
/* Reads all of it, unless that was done just before. One that was removed and made again is opened
 * again. */
void group_read(struct watch *watch, struct group *group, double now);
/* Only its usage, by the open file; LIVE_UNKNOWN when that fails. */
int64_t group_usage(const struct group *group);

/* ---- target.c ---- */

/* Not yet attached. */
struct target *target_new(struct watch *watch, int pid);
void target_free(struct watch *watch, struct target *target);
/* Attaches; failures are told to the sink when that is not NULL. */
NODISCARD enum status target_attach(struct watch *watch, struct target *target,
                                    struct diag_sink *sink);
/* Another program in the same process (exec), by its executable. False when that cannot be seen. */
bool target_runs_another(const struct watch *watch, const struct target *target);
/* That, or another process with its number: what was just read may be another's. False when there
 * is none any more: then it was its own, up to its end. */
bool target_is_another(const struct watch *watch, const struct target *target);
/* What is worth reading each time, into *sample; with `all` also what costs more and changes less.
 * False when the process has ended. */
bool target_read(struct watch *watch, struct target *target, double now, bool all,
                 struct watch_sample *sample);
/* Resident memory and the cgroup's usage alone, into the sample. False when it has ended. */
bool target_pulse(struct target *target, double now, struct watch_sample *sample);

/* ---- url.c: a target over HTTP ---- */

void url_open(struct watch *watch);
/* Usage and runtime into the sample. False when there is no answer, which is told once. */
bool url_read(struct watch *watch, struct watch_sample *sample);
/* Its own heap profile. */
NODISCARD enum status url_capture(struct watch *watch, struct diag_sink *sink, struct sb *profile);

/* ---- find.c: which processes ---- */

/* Takes in the processes that are new in the cgroup, or fit -match. */
void find_targets(struct watch *watch, double now);

/* ---- capture.c: a profile of a target, written by a child process ---- */

/* Begins one; `rule` is its number. Once it has ended, deliveries follow. False when it cannot be
 * begun, which is told. */
bool capture_start(struct watch *watch, struct target *target, size_t rule);
/* Begins to look for the top sites of a target. */
void sites_start(struct watch *watch, struct target *target);
/* Takes in what the children have said, and ends those that take too long. Descriptors of those
 * under way are for poll(2). */
void jobs_collect(struct watch *watch, double now);
void jobs_stop(struct watch *watch);
/* The target will be gone, or another: captures of it that are under way go on by themselves. */
void jobs_forget(struct watch *watch, const struct target *target);
int job_fd(const struct job *job);

/* ---- sites.c: the lines that hold most ---- */

/* Of one target after the other, when it is time. */
void sites_look(struct watch *watch, double now);
/* In a child process: reads them and writes them to the descriptor. */
int sites_work(const struct watch *watch, const struct target *target, int out_fd);
/* Takes the answer for the metrics. */
void sites_take(struct watch *watch, struct target *target, struct str answer);

/* ---- ring.c: a folder that holds so many files, and so many bytes ---- */

/* The name of a capture's file in the folder: unheap-TIME-NAME-PID-RULE.pb.gz. */
void ring_name(const struct watch *watch, const struct target *target, size_t rule, double wall,
               struct sb *path);
/* Removes the oldest captures of ours beyond the number and the size; `newest` was just written. */
void ring_trim(struct watch *watch, const char *newest);

/* ---- history.c ---- */

struct history_event {
    int64_t process;  /* row; 0: none, or that of the target */
    const char *kind; /* "watched", "ended", "fired", "capture", "capture failed", "delivered",
                         "not delivered", "command"; "webhook": one that waits */
    const char *rule, *text; /* rule: "" where none led to it */
    int64_t waits;    /* 1: a delivery that has not yet arrived */
};
/* Failures are told: no library, no database, damaged. */
NODISCARD enum status history_open(const char *path, int64_t bytes, const struct memory *memory,
                                   struct diag_sink *sink, struct history **out);
void history_close(struct history *history);
/* Puts the counts of rules back to where they were. */
void history_restore(struct watch *watch);
/* One row for each process, when it is time. */
void history_samples(struct watch *watch, double now);
/* Written at once, with the target's sample when there is one. Returns its row, 0 when there is no
 * history or it could not be written. */
int64_t history_event(struct watch *watch, const struct history_event *event,
                      struct target *target);

/* A delivery has arrived, or is given up. */
void history_done(struct watch *watch, int64_t row);
/* Hands deliveries that wait from before to hand_take_up. */
void history_waiting(struct watch *watch);

/* ---- json.c: lines ---- */

/* Without line feed. */
void line_of_sample(const struct target *target, struct sb *out);
/* Of a target, or of none. */
void line_of_event(const struct target *target, double wall, const struct history_event *event,
                   struct sb *out);

/* ---- hand.c, json.c: webhooks and commands ---- */

/* What a rule fired for. */
struct occasion {
    size_t rule;
    int pid;
    const char *name, *capture; /* capture: "" when there is none */
    struct sb *event;           /* the JSON */
};
/* Appends the JSON to occasion->event. */
void event_write(const struct watch *watch, const struct watch_sample *sample,
                 const struct occasion *occasion);
/* Starts the process, where a webhook or a command is set; failures are told. */
NODISCARD enum status hand_start(struct watch *watch);
void hand_stop(struct watch *watch);
int hand_fd(const struct watch *watch);
/* Queues what the rule's actions want; capture is "" when there is none. */
void occasion_deliver(struct watch *watch, size_t rule, int pid, const char *name,
                      const char *capture, const struct watch_sample *sample);
/* Queues a delivery of a former run. */
void hand_take_up(struct watch *watch, int64_t row, const char *rule, const char *event);
void hand_send(struct watch *watch, double now);
void hand_hear(struct watch *watch);
/* When the next is to be sent; INFINITY: none waits. */
double hand_due(const struct watch *watch);

/* ---- confine.c ---- */

/* Gives up the right to read others' memory, unless it is root's own; without commands to run, also
 * writing files and starting programs. */
void confine_hand(bool runs_commands);

/* ---- watch.c ---- */

/* Something happened: into the history, and as a line. */
void watch_note(struct watch *watch, struct target *target, const struct history_event *event);
/* Something was done for a rule: noted, then counted for the metrics. */
void watch_count(struct watch *watch, struct target *target, size_t rule, const char *kind,
                 const char *text);
/* Takes a target among those that are looked at. */
void watch_take(struct watch *watch, struct target *target);
/* A line for the log, behind the time. */
void watch_tell(struct watch *watch, const char *fmt, ...) PRINTF_LIKE(2, 3);
double clock_wall(void); /* since 1970 */

#endif
