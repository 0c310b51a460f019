/* capture.c: a heap profile of a target, written by a child process: the daemon goes on sampling,
 * and what a hostile process may do to the reader happens to the child.
 *
 * The profile holds what was allocated up to now, unlike the process's own, which shows the last
 * collection but one: at 500 MB/s half of what kills may be younger. The price is garbage among
 * what is in use, which its comment says; the lines that only grow still come first (on the example
 * service at its limit the cause has 24 to 34 % instead of 33 to 40 %). */
#include <math.h>
#include <stdio.h>
#include <unistd.h>

#include "watch_int.h"

#define SITES SIZE_MAX

struct job {
    struct task task;
    struct watch *watch;     /* in the child: a copy of all */
    struct target *target;   /* NULL: it is gone, or another */
    int pid;
    size_t rule;             /* SITES: no rule, it reads the top sites */
    double started, wall;
    struct sb path, answer;
    struct watch_sample sample; /* as it was when the rule fired */
    char name[LIVE_NAME_BYTES];
};

/* ---- in the child ---- */

static int say_failure(struct job *job, struct diag_sink *sink, int out_fd)
{
    struct sb text;
    sb_init(&text, job->watch->memory);
    for (size_t i = 0; i < diag_count(sink) && i < 1; i++)
        sb_add(&text, diag_at(sink, i)->message);
    (void)!write(out_fd, text.text ? text.text : "", text.len);
    return 1;
}

static int say(int out_fd, const char *text)
{
    (void)!write(out_fd, text, strlen(text));
    return 1;
}

static int write_capture(void *ctx, int out_fd)
{
    struct job *job = ctx;
    if (job->rule == SITES)
        return sites_work(job->watch, job->target, out_fd);
    const struct memory *memory = job->watch->memory;
    struct diag_sink *sink = diag_sink_new(memory);
    struct live_heap heap;
    struct sb profile;
    sb_init(&profile, memory);
    if (job->target->remote) {
        if (url_capture(job->watch, sink, &profile))
            return say_failure(job, sink, out_fd);
    } else {
        if (live_heap_read(job->target->live, true, sink, &heap))
            return say_failure(job, sink, out_fd);
        if (target_is_another(job->watch, job->target))
            return say(out_fd, "another process has its number now, or it runs another program");
        live_heap_write(job->target->live, &heap, &profile);
    }
    if (file_write_atomic(job->path.text, sb_str(&profile), memory, sink))
        return say_failure(job, sink, out_fd);
    return 0;
}

/* ---- in the daemon ---- */

static void job_free(struct job *job)
{
    task_stop(&job->task);
    sb_release(&job->path);
    sb_release(&job->answer);
    memory_put(job->watch->memory, job);
}

static struct job *job_new(struct watch *watch, struct target *target, size_t rule)
{
    struct job *job = memory_get(watch->memory, sizeof(*job));
    *job = (struct job){.task = {-1, -1}, .watch = watch, .target = target, .pid = target->pid,
                        .rule = rule, .started = clock_now(), .wall = clock_wall(),
                        .sample = target->sample};
    memcpy(job->name, target->name, sizeof(job->name));
    sb_init(&job->path, watch->memory);
    sb_init(&job->answer, watch->memory);
    return job;
}

void sites_start(struct watch *watch, struct target *target)
{
    if (watch->jobs.len >= LIMIT_WATCH_JOBS)
        return;
    struct job *job = job_new(watch, target, SITES);
    if (task_start(&job->task, write_capture, job))
        job_free(job);
    else
        VEC_PUSH(watch->memory, &watch->jobs, job);
}

bool capture_start(struct watch *watch, struct target *target, size_t rule)
{
    const char *name = watch->options.rules[rule].name;
    bool readable = target->live || target->remote;
    if (!readable || watch->jobs.len >= LIMIT_WATCH_JOBS) {
        watch_count(watch, target, rule, "capture failed", target->name);
        watch_tell(watch, "%s: process %d, %s: no capture: %s", name, target->pid, target->name,
                   readable ? "LIMIT_WATCH_JOBS captures are under way"
                            : "it is no Go program that can be read");
        return false;
    }
    struct job *job = job_new(watch, target, rule);
    ring_name(watch, target, rule, job->wall, &job->path);
    if (task_start(&job->task, write_capture, job)) {
        watch_count(watch, target, rule, "capture failed", target->name);
        watch_tell(watch, "%s: process %d: no capture: no child process can be started", name,
                   target->pid);
        job_free(job);
        return false;
    }
    VEC_PUSH(watch->memory, &watch->jobs, job);
    return true;
}

static void finish(struct watch *watch, struct job *job, int exit_code, bool late)
{
    if (job->rule == SITES) {
        if (exit_code == 0 && job->target)
            sites_take(watch, job->target, sb_str(&job->answer));
        return;
    }
    const char *name = watch->options.rules[job->rule].name;
    double seconds = clock_now() - job->started;
    if (exit_code == 0) {
        watch_count(watch, job->target, job->rule, "capture", job->path.text);
        watch_tell(watch, "%s: process %d: %s, on disk after %.0f ms", name, job->pid,
                   job->path.text, seconds * 1000);
        ring_trim(watch, job->path.text);
        occasion_deliver(watch, job->rule, job->pid, job->name, job->path.text, &job->sample);
        return;
    }
    occasion_deliver(watch, job->rule, job->pid, job->name, "", &job->sample);
    const char *why = job->answer.len ? job->answer.text
                      : late          ? "LIMIT_WATCH_JOB_SECONDS have passed"
                                      : "its reader ended early";
    watch_count(watch, job->target, job->rule, "capture failed", why);
    watch_tell(watch, "%s: process %d: no capture: %s", name, job->pid, why);
}

void jobs_collect(struct watch *watch, double now)
{
    size_t kept = 0;
    for (size_t i = 0; i < watch->jobs.len; i++) {
        struct job *job = watch->jobs.at[i];
        int exit_code = 1;
        bool late = now - job->started > LIMIT_WATCH_JOB_SECONDS;
        if (!late && !task_collect(&job->task, &job->answer, &exit_code)) {
            watch->jobs.at[kept++] = job;
            continue;
        }
        finish(watch, job, exit_code, late);
        job_free(job);
    }
    watch->jobs.len = kept;
}

void jobs_stop(struct watch *watch)
{
    for (size_t i = 0; i < watch->jobs.len; i++)
        job_free(watch->jobs.at[i]);
    VEC_RELEASE(watch->memory, &watch->jobs);
}

void jobs_forget(struct watch *watch, const struct target *target)
{
    for (size_t i = 0; i < watch->jobs.len; i++)
        if (watch->jobs.at[i]->target == target)
            watch->jobs.at[i]->target = NULL;
}

int job_fd(const struct job *job)
{
    return job->task.fd;
}
