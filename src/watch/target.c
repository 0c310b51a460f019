/* target.c: one process: attaching to it, reading all of it, and reading only how large it is. */
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "watch_int.h"

enum { PATH_BYTES = 512, STATM_BYTES = 128 };

/* ---- a target's life ---- */

static int open_statm(const struct watch *watch, int pid)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/proc/%d/statm", watch->options.root, pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

struct target *target_new(struct watch *watch, int pid)
{
    const struct memory *memory = watch->memory;
    size_t rules = watch->options.rule_count;
    struct target *target = memory_get(memory, sizeof(*target));
    *target = (struct target){.pid = pid, .statm_fd = -1, .stat_fd = -1, .cpu_before = -1,
                              .allocated_before = LIVE_UNKNOWN, .gc_before = -1};
    target->states = memory_get(memory, (rules + 1) * sizeof(*target->states));
    memset(target->states, 0, (rules + 1) * sizeof(*target->states));
    watch_sample_init(&target->sample);
    trend_init(&target->trend, watch->trend_seconds);
    return target;
}

static void detach(struct target *target)
{
    if (target->reader)
        live_runtime_close(target->reader);
    live_detach(target->live);
    target->reader = NULL;
    target->live = NULL;
    if (target->statm_fd >= 0)
        close(target->statm_fd);
    if (target->stat_fd >= 0)
        close(target->stat_fd);
    target->statm_fd = target->stat_fd = -1;
}

void target_free(struct watch *watch, struct target *target)
{
    detach(target);
    group_leave(watch, target->group);
    memory_put(watch->memory, target->states);
    memory_put(watch->memory, target->sites);
    memory_put(watch->memory, target);
}

/* ---- which program it runs ---- */

static bool find_program(const struct watch *watch, int pid, struct stat *info)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/proc/%d/exe", watch->options.root, pid);
    return stat(path, info) == 0;
}

static void note_program(const struct watch *watch, struct target *target)
{
    struct stat info;
    bool found = find_program(watch, target->pid, &info);
    target->device = found ? info.st_dev : 0;
    target->inode = found ? info.st_ino : 0;
}

bool target_runs_another(const struct watch *watch, const struct target *target)
{
    struct stat info;
    return target->inode && find_program(watch, target->pid, &info) &&
           (info.st_ino != target->inode || info.st_dev != target->device);
}

bool target_is_another(const struct watch *watch, const struct target *target)
{
    struct live_usage usage;
    if (target->remote || !live_usage_read(watch->options.root, target->pid, 0, &usage))
        return false;
    return usage.start_ticks != target->start_ticks || target_runs_another(watch, target);
}

enum status target_attach(struct watch *watch, struct target *target, struct diag_sink *sink)
{
    struct live_usage usage;
    detach(target);
    target->statm_fd = open_statm(watch, target->pid);
    target->stat_fd = live_usage_open(watch->options.root, target->pid);
    enum status status = live_attach(watch->live, target->pid, sink, &target->live);
    if (!live_usage_read(watch->options.root, target->pid, 0, &usage)) {
        detach(target);
        return status ? status : STATUS_NOT_FOUND;
    }
    target->start_ticks = usage.start_ticks;
    note_program(watch, target);
    snprintf(target->name, sizeof(target->name), "%s", usage.name);
    if (!target->group)
        target->group = group_join(watch, target->pid);
    if (!status && (target->statm_fd < 0 || target->stat_fd < 0)) { /* it is there, and yet */
        if (sink)
            diag_add(sink, DIAG_FILE_OPEN, STR("/proc"), 0, DIAG_NO_OFFSET,
                     "files of process %d cannot be opened: too many are open", target->pid);
        detach(target);
        return STATUS_LIMIT;
    }
    if (status)
        return status;
    snprintf(target->go_version, sizeof(target->go_version), "%.*s",
             STR_ARGS(target->live->go_version));
    target->reader = live_runtime_open(target->live);
    return STATUS_OK;
}

/* ---- what the limit is, and what counts against it ---- */

static void set_limit(const struct watch *watch, const struct target *target,
                      struct watch_sample *sample)
{
    int64_t usage = LIVE_UNKNOWN;
    sample->limit = watch->machine.memory > 0 ? watch->machine.memory : LIVE_NO_LIMIT;
    if (target->group && sample->group.limit > 0 && sample->group.limit < sample->limit) {
        sample->limit = sample->group.limit;
        usage = sample->group.working_set >= 0 ? sample->group.working_set : sample->group.usage;
    }
    if (watch->options.limit != LIVE_NO_LIMIT) {
        sample->limit = watch->options.limit;
        usage = LIVE_UNKNOWN;
    }
    sample->by_group = usage >= 0;
    sample->used = sample->by_group ? usage : sample->usage.resident;
}

static void set_headroom(struct watch_sample *sample)
{
    sample->headroom = LIVE_UNKNOWN;
    if (sample->limit != LIVE_NO_LIMIT && sample->used >= 0)
        sample->headroom = sample->limit > sample->used ? sample->limit - sample->used : 0;
}

/* ---- rates ---- */

static void set_cpu(struct target *target, struct watch_sample *sample)
{
    const struct live_usage *usage = &sample->usage;
    sample->cpu_seconds = usage->user_seconds >= 0 && usage->system_seconds >= 0
                              ? usage->user_seconds + usage->system_seconds
                              : LIVE_UNKNOWN_SHARE;
    double seconds = sample->at - target->cpu_at;
    if (sample->cpu_seconds >= 0 && target->cpu_before >= 0 && seconds > 0)
        sample->cpu = fmax(0, sample->cpu_seconds - target->cpu_before) / seconds;
    target->cpu_before = sample->cpu_seconds;
    target->cpu_at = sample->at;
}

static void set_alloc_rate(struct target *target, struct watch_sample *sample)
{
    int64_t allocated = sample->runtime.allocated, before = target->allocated_before;
    double seconds = sample->at - target->allocated_at;
    if (allocated >= 0 && before >= 0 && allocated >= before && seconds > 0)
        sample->alloc_rate = (double)(allocated - before) / seconds;
    target->allocated_before = allocated;
    target->allocated_at = sample->at;
}

/* The runtime adds its processor times up at each collection: between two of these, the last share
 * stays. */
static void set_gc_cpu(struct target *target, struct watch_sample *sample)
{
    double gc = sample->runtime.cpu_gc, total = sample->runtime.cpu_total;
    sample->gc_cpu = target->sample.gc_cpu;
    if (!(gc >= 0) || !(total >= 0))
        return;
    if (target->gc_before >= 0 && total > target->gc_total_before)
        sample->gc_cpu = (gc - target->gc_before) / (total - target->gc_total_before);
    target->gc_before = gc;
    target->gc_total_before = total;
}

static int64_t sum_known(int64_t a, int64_t b)
{
    return a >= 0 && b >= 0 ? a + b : LIVE_UNKNOWN;
}

static void derive(struct target *target, struct watch_sample *sample)
{
    const struct live_runtime *runtime = &sample->runtime;
    sample->heap_idle = sum_known(runtime->heap_free, runtime->heap_released);
    sample->heap_system = sum_known(sample->heap_idle, runtime->heap_in_use);
    sample->heap_object_count = runtime->allocs >= 0 && runtime->frees >= 0
                                    ? runtime->allocs - runtime->frees
                                    : LIVE_UNKNOWN;
    set_cpu(target, sample);
    set_alloc_rate(target, sample);
    set_gc_cpu(target, sample);
}

/* ---- reading ---- */

static bool read_remote(struct watch *watch, struct target *target, struct watch_sample *sample)
{
    sample->alive = sample->is_go = url_read(watch, sample);
    sample->limit = watch->options.limit;
    sample->used = sample->usage.resident;
    set_headroom(sample);
    derive(target, sample);
    return sample->alive;
}

bool target_read(struct watch *watch, struct target *target, double now, bool all,
                 struct watch_sample *sample)
{
    watch_sample_init(sample);
    sample->at = now;
    sample->wall = clock_wall();
    if (target->remote)
        return read_remote(watch, target, sample);
    sample->usage = target->sample.usage;
    sample->alive = all ? live_usage_read(watch->options.root, target->pid, LIVE_USAGE_FILES,
                                          &sample->usage) &&
                              sample->usage.start_ticks == target->start_ticks
                        : live_usage_refresh(watch->options.root, target->stat_fd, &sample->usage);
    if (!sample->alive)
        return false;
    if (target->group) {
        group_read(watch, target->group, now);
        sample->group = target->group->usage;
    }
    if (!(sample->group.pressure.some10 >= 0))
        sample->group.pressure = watch->machine.pressure;
    sample->is_go = target->reader && live_runtime_read(target->reader, &sample->runtime);
    set_limit(watch, target, sample);
    set_headroom(sample);
    derive(target, sample);
    return true;
}

/* Resident pages are the second number of statm (proc(5)). */
static int64_t read_resident(const struct target *target)
{
    char text[STATM_BYTES];
    uint64_t pages;
    ssize_t n = target->statm_fd < 0 ? -1 : pread(target->statm_fd, text, sizeof(text), 0);
    struct str rest = {text, n > 0 ? (size_t)n : 0};
    (void)str_cut(&rest, ' ');
    if (!rest.ptr || !str_to_u64(str_cut(&rest, ' '), &pages))
        return LIVE_UNKNOWN;
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

bool target_pulse(struct target *target, double now, struct watch_sample *sample)
{
    int64_t resident = read_resident(target);
    if (resident <= 0)
        return false;
    sample->at = now;
    sample->usage.resident = resident;
    int64_t usage = sample->by_group ? group_usage(target->group) : LIVE_UNKNOWN;
    if (!sample->by_group) {
        sample->used = resident;
    } else if (usage >= 0 && sample->group.usage >= 0) {
        sample->used += usage - sample->group.usage;
        sample->group.usage = usage;
    }
    set_headroom(sample);
    return true;
}

void watch_take(struct watch *watch, struct target *target)
{
    pthread_mutex_lock(&watch->lock);
    VEC_PUSH(watch->memory, &watch->targets, target);
    watch->totals.alive++;
    pthread_mutex_unlock(&watch->lock);
    watch_note(watch, target,
               &(struct history_event){.kind = "watched", .rule = "", .text = target->go_version});
}
