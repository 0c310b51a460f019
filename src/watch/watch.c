/* watch.c: the loop: who is looked at when, what then happens, and waiting for the next.
 *
 * Every process is read whole once an interval. Between that only its size is read, the sooner the
 * nearer the limit or a rule about memory is (rules_patience). */
#include <errno.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "watch_int.h"

static const double FIND_SECONDS = 2, MACHINE_SECONDS = 5, OWN_SECONDS = 5,
                    ALL_SECONDS = 10, SLIM_FIRST = 3, SLIM_SECONDS = 300,
                    ALMOST = 0.005; /* so near its time, a look is not put off */

/* ---- targets come and go ---- */

/* Did the kernel kill in its cgroup since the last look? */
static bool was_killed(struct watch *watch, struct target *target)
{
    struct group *group = target->group;
    int64_t before = target->sample.group.oom_kills;
    if (!group || before < 0)
        return false;
    pthread_mutex_lock(&watch->lock);
    group->read_at = -1;
    group_read(watch, group, clock_now());
    pthread_mutex_unlock(&watch->lock);
    return group->usage.oom_kills > before;
}

static void target_gone(struct watch *watch, size_t index)
{
    struct target *target = watch->targets.at[index];
    const char *how = was_killed(watch, target)
                          ? "it has ended; the kernel killed in its cgroup, for memory"
                          : "it has ended";
    watch_tell(watch, "process %d, %s: %s", target->pid, target->name, how);
    watch_note(watch, target, &(struct history_event){.kind = "ended", .rule = "", .text = how});
    jobs_forget(watch, target);
    pthread_mutex_lock(&watch->lock);
    target->sample.alive = false;
    target->ended = true;
    watch->totals.alive--;
    watch->totals.restarts++;
    for (size_t i = 0; i < watch->options.rule_count; i++)
        target->states[i].active = false;
    if (!target->named)
        watch->targets.at[index] = watch->targets.at[--watch->targets.len];
    pthread_mutex_unlock(&watch->lock);
    if (!target->named)
        target_free(watch, target);
}

/* Another program in the same process: begins anew. False when there is none any more. */
static bool attach_again(struct watch *watch, struct target *target)
{
    struct diag_sink *sink = diag_sink_new(watch->memory);
    uint64_t before = target->start_ticks;
    jobs_forget(watch, target);
    pthread_mutex_lock(&watch->lock);
    enum status status = target_attach(watch, target, sink);
    bool same = target->start_ticks == before;
    trend_init(&target->trend, watch->trend_seconds);
    target->cpu_before = target->gc_before = -1;
    target->allocated_before = LIVE_UNKNOWN;
    if (status || !same)
        target->go_version[0] = 0;
    target->row = 0; /* of another program's history */
    watch->totals.restarts += same;
    pthread_mutex_unlock(&watch->lock);
    if (same)
        watch_tell(watch, "process %d: runs another program now: %s%s", target->pid, target->name,
                   status ? ", which is no Go program that can be read" : "");
    diag_sink_free(sink);
    return same;
}

/* ---- what rules lead to ---- */

static void fire(struct watch *watch, struct target *target, size_t rule)
{
    unsigned actions = watch->options.rules[rule].actions;
    bool wanted = watch->options.dir && (!actions || actions & WATCH_CAPTURE);
    /* First: the process may not live long. */
    bool captures = wanted && capture_start(watch, target, rule);
    watch_count(watch, target, rule, "fired", target->name);
    watch_tell(watch, "%s: process %d, %s: fires", watch->options.rules[rule].name, target->pid,
               target->name);
    if (!captures)
        occasion_deliver(watch, rule, target->pid, target->name, "", &target->sample);
}

static void write_line(struct watch *watch, const struct target *target)
{
    struct sb line;
    sb_init(&line, watch->memory);
    line_of_sample(target, &line);
    watch->options.line(watch->options.ctx, sb_str(&line));
    sb_release(&line);
}

/* Rules see what was just read; the answers see it afterwards. */
static void take_sample(struct watch *watch, struct target *target, struct watch_sample *sample)
{
    trend_add(&target->trend, sample);
    trend_judge(&target->trend, sample);
    pthread_mutex_lock(&watch->lock);
    target->sample = *sample;
    watch->totals.samples++;
    pthread_mutex_unlock(&watch->lock);
    for (size_t i = 0; i < watch->options.rule_count; i++)
        if (rule_fires(&watch->options.rules[i], sample, &target->trend, &target->states[i]))
            fire(watch, target, i);
}

/* ---- looking ---- */

/* A service that does not answer is down, and asked again. */
static void look_afar(struct watch *watch, struct target *target, double now)
{
    struct watch_sample sample;
    bool good = target_read(watch, target, now, true, &sample);
    target->full_at = now;
    target->next_at = now + watch->options.interval;
    if (good) {
        take_sample(watch, target, &sample);
        if (watch->options.line)
            write_line(watch, target);
        return;
    }
    pthread_mutex_lock(&watch->lock);
    target->sample.alive = false;
    watch->totals.failures++;
    pthread_mutex_unlock(&watch->lock);
}

/* Does it run another program than the one that was just read for? */
static bool is_another(const struct watch *watch, const struct target *target,
                       const struct watch_sample *sample)
{
    return (target->reader && !sample->is_go) || target_runs_another(watch, target) ||
           strcmp(sample->usage.name, target->name) != 0;
}

/* All that is worth reading; what another program's memory said is read again. */
static bool look_whole(struct watch *watch, struct target *target, double now,
                       struct watch_sample *sample)
{
    bool all = now - target->all_at >= ALL_SECONDS;
    target->full_at = now;
    if (all)
        target->all_at = now;
    if (all && target->live && !live_is_same(target->live) && !attach_again(watch, target))
        return false;
    if (!target_read(watch, target, now, all, sample))
        return false;
    if (!is_another(watch, target, sample))
        return true;
    return attach_again(watch, target) && target_read(watch, target, now, true, sample);
}

/* False when the process has ended. */
static bool look(struct watch *watch, struct target *target, double now)
{
    struct watch_sample sample = target->sample;
    bool whole = now - target->full_at >= watch->options.interval - ALMOST;
    if (target->remote) {
        look_afar(watch, target, now);
        return true;
    }
    if (whole ? !look_whole(watch, target, now, &sample) : !target_pulse(target, now, &sample))
        return false;
    take_sample(watch, target, &sample);
    if (whole && watch->options.line)
        write_line(watch, target);
    target->next_at = fmin(target->full_at + watch->options.interval,
                           now + rules_patience(watch->options.rules, watch->options.rule_count,
                                                &target->sample, watch->targets.len));
    return true;
}

static void look_at_all(struct watch *watch, double now)
{
    for (size_t i = watch->targets.len; i-- > 0;) {
        struct target *target = watch->targets.at[i];
        if (!target->ended && now >= target->next_at && !look(watch, target, now))
            target_gone(watch, i);
    }
}

static void look_at_own(struct watch *watch, double now)
{
    struct live_usage usage;
    watch->own_at = now;
    if (!live_usage_read(watch->options.root, getpid(), 0, &usage))
        return;
    pthread_mutex_lock(&watch->lock);
    watch->totals.own_resident = usage.resident;
    watch->totals.own_cpu = usage.user_seconds + usage.system_seconds;
    pthread_mutex_unlock(&watch->lock);
}

static void look_around(struct watch *watch, double now)
{
    if (now - watch->machine_at >= MACHINE_SECONDS) {
        live_machine_read(watch->options.root, &watch->machine);
        watch->machine_at = now;
    }
    if (now - watch->found_at >= FIND_SECONDS && (watch->options.match || watch->group))
        find_targets(watch, now);
    if (now - watch->own_at >= OWN_SECONDS)
        look_at_own(watch, now);
    if (now >= watch->slim_at) {
        watch->slim_at = now + SLIM_SECONDS;
        memory_give_back();
    }
    if (watch->group && !watch->targets.len) {
        pthread_mutex_lock(&watch->lock);
        group_read(watch, watch->group, now);
        pthread_mutex_unlock(&watch->lock);
    }
}

/* ---- waiting ---- */

static double next_time(const struct watch *watch, double now)
{
    double next = fmin(fmin(now + watch->options.interval, watch->ends_at), hand_due(watch));
    if (watch->options.match || watch->group)
        next = fmin(next, watch->found_at + FIND_SECONDS);
    for (size_t i = 0; i < watch->targets.len; i++)
        if (!watch->targets.at[i]->ended)
            next = fmin(next, watch->targets.at[i]->next_at);
    return next;
}

static void add_fd(struct watch *watch, int fd, short events)
{
    if (fd >= 0)
        VEC_PUSH(watch->memory, &watch->polled, ((struct pollfd){.fd = fd, .events = events}));
}

static void collect_fds(struct watch *watch, int stop_fd)
{
    watch->polled.len = 0;
    add_fd(watch, stop_fd, POLLIN);
    add_fd(watch, hand_fd(watch), POLLIN);
    for (size_t i = 0; i < watch->jobs.len; i++)
        add_fd(watch, job_fd(watch->jobs.at[i]), POLLIN);
    for (size_t i = 0; i < watch->groups.len; i++) {
        const struct group *group = watch->groups.at[i];
        add_fd(watch, group->pressure_fd, POLLPRI);
        add_fd(watch, group->event_fd, group->cgroup.version == 1 ? POLLIN : POLLPRI);
    }
}

/* What the kernel has to say of a cgroup: its processes are looked at now. */
static void wake_group(struct watch *watch, struct group *group)
{
    for (size_t i = 0; i < watch->targets.len; i++)
        if (watch->targets.at[i]->group == group)
            watch->targets.at[i]->next_at = watch->targets.at[i]->full_at = 0;
    group->read_at = -1;
}

static void take_events(struct watch *watch)
{
    for (size_t i = 0; i < watch->polled.len; i++) {
        const struct pollfd *polled = &watch->polled.at[i];
        for (size_t k = 0; polled->revents && k < watch->groups.len; k++) {
            struct group *group = watch->groups.at[k];
            if (polled->fd != group->pressure_fd && polled->fd != group->event_fd)
                continue;
            events_take(group, polled->fd, polled->revents);
            wake_group(watch, group);
        }
    }
}

/* True when it was asked to stop. */
static bool wait(struct watch *watch, int stop_fd)
{
    double now = clock_now(), seconds = fmax(0, next_time(watch, now) - now);
    struct timespec timeout = {.tv_sec = (time_t)seconds};
    timeout.tv_nsec = (long)((seconds - (double)timeout.tv_sec) * 1e9);
    collect_fds(watch, stop_fd);
    int ready = ppoll(watch->polled.at, watch->polled.len, &timeout, NULL);
    if (ready <= 0)
        return false;
    take_events(watch);
    return watch->polled.at[0].revents != 0;
}

static bool all_ended(const struct watch *watch)
{
    bool named = false;
    for (size_t i = 0; i < watch->targets.len; i++) {
        named |= watch->targets.at[i]->named;
        if (!watch->targets.at[i]->ended)
            return false;
    }
    return named;
}

static bool is_over(const struct watch *watch, double now)
{
    return now >= watch->ends_at ||
           (watch->options.exit_with_target && all_ended(watch) && !watch->jobs.len);
}

enum status watch_run(struct watch *watch, int stop_fd)
{
    if (watch->options.duration > 0)
        watch->ends_at = clock_now() + watch->options.duration;
    for (;;) {
        double now = clock_now();
        look_around(watch, now);
        look_at_all(watch, now);
        jobs_collect(watch, now);
        hand_hear(watch);
        hand_send(watch, now);
        history_samples(watch, now);
        sites_look(watch, now);
        if (is_over(watch, now) || wait(watch, stop_fd))
            return STATUS_OK;
    }
}

/* ---- beginning and end ---- */

static enum status check_folder(struct watch *watch, const char *dir)
{
    if (mkdir(dir, 0755) && errno != EEXIST) {
        diag_add(watch->sink, DIAG_WATCH_FOLDER, str_from(dir), 0, DIAG_NO_OFFSET,
                 "cannot be made: %s", strerror(errno));
        return STATUS_IO;
    }
    if (access(dir, W_OK | X_OK) == 0 && dir_exists(dir))
        return STATUS_OK;
    diag_add(watch->sink, DIAG_WATCH_FOLDER, str_from(dir), 0, DIAG_NO_OFFSET,
             "cannot be written into: %s", dir_exists(dir) ? strerror(errno) : "no folder");
    return STATUS_IO;
}

static enum status open_named(struct watch *watch)
{
    for (size_t i = 0; i < watch->options.pid_count; i++) {
        struct target *target = target_new(watch, watch->options.pids[i]);
        enum status status = target_attach(watch, target, watch->sink);
        if (status) {
            target_free(watch, target);
            return status;
        }
        target->named = true;
        watch_take(watch, target);
    }
    return STATUS_OK;
}

static enum status open_pattern(struct watch *watch)
{
    char why[200];
    const char *match = watch->options.match;
    if (!match)
        return STATUS_OK;
    watch->pattern = regex_compile(match, strlen(match), why, sizeof(why));
    if (watch->pattern)
        return STATUS_OK;
    diag_add(watch->sink, DIAG_WATCH_PATTERN, str_from(match), 0, DIAG_NO_OFFSET, "%s", why);
    return STATUS_BAD_INPUT;
}

static enum status open_group(struct watch *watch)
{
    const char *path = watch->options.cgroup;
    if (!path)
        return STATUS_OK;
    watch->group = group_named(watch, path);
    if (watch->group)
        return STATUS_OK;
    diag_add(watch->sink, DIAG_WATCH_CGROUP, str_from(path), 0, DIAG_NO_OFFSET,
             "there is no such cgroup");
    return STATUS_NOT_FOUND;
}

static void take_options(struct watch *watch)
{
    const struct watch_options *options = &watch->options;
    watch->labelled = options->cgroup || options->match ||
                      options->pid_count + (options->url != NULL) > 1;
    for (size_t i = 0; i < options->rule_count; i++)
        for (size_t k = 0; k < options->rules[i].condition_count; k++)
            watch->trend_seconds = fmax(watch->trend_seconds,
                                        options->rules[i].conditions[k].window);
    watch->counts = memory_get(watch->memory, (options->rule_count + 1) * sizeof(*watch->counts));
    memset(watch->counts, 0, (options->rule_count + 1) * sizeof(*watch->counts));
}

enum status watch_new(const struct watch_options *options, const struct memory *memory,
                      struct diag_sink *sink, struct watch **out)
{
    struct watch *watch = memory_get(memory, sizeof(*watch));
    *watch = (struct watch){.memory = memory, .sink = sink, .options = *options,
                            .live = live_new(memory), .found_at = -FIND_SECONDS,
                            .own_at = -OWN_SECONDS, .machine_at = clock_now(),
                            .ends_at = INFINITY,
                            .slim_at = clock_now() + SLIM_FIRST,
                            .sites_at = clock_now() + SLIM_FIRST / 2};
    pthread_mutex_init(&watch->lock, NULL);
    map_init(&watch->seen, memory);
    map_init(&watch->written, memory);
    take_options(watch);
    live_machine_read(options->root, &watch->machine);
    enum status status = options->dir ? check_folder(watch, options->dir) : STATUS_OK;
    if (!status && options->history)
        status = history_open(options->history, options->history_bytes, memory, sink,
                              &watch->history);
    if (!status && watch->history)
        history_restore(watch);
    if (!status)
        status = hand_start(watch);
    if (!status)
        status = open_pattern(watch);
    if (!status)
        status = open_group(watch);
    if (!status)
        status = open_named(watch);
    if (!status && options->url)
        url_open(watch);
    *out = watch;
    if (status) {
        watch_free(watch);
        *out = NULL;
    }
    return status;
}

void watch_free(struct watch *watch)
{
    if (!watch)
        return;
    jobs_stop(watch);
    hand_stop(watch);
    history_close(watch->history);
    for (size_t i = 0; i < watch->targets.len; i++)
        target_free(watch, watch->targets.at[i]);
    VEC_RELEASE(watch->memory, &watch->targets);
    group_leave(watch, watch->group);
    VEC_RELEASE(watch->memory, &watch->groups);
    VEC_RELEASE(watch->memory, &watch->polled);
    regex_free(watch->pattern);
    map_release(&watch->seen);
    map_release(&watch->written);
    live_free(watch->live);
    pthread_mutex_destroy(&watch->lock);
    memory_put(watch->memory, watch->counts);
    memory_put(watch->memory, watch);
}
