/* find.c: which processes belong to -cgroup and -match. Threads of the kernel and programs that are
 * not Go's are looked at once and left alone; a PID that comes back is looked at again. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "watch_int.h"

enum { PATH_BYTES = 512, LINE_BYTES = 4096, LOOK_AGAIN = 20 };

static struct target *known(const struct watch *watch, int pid)
{
    for (size_t i = 0; i < watch->targets.len; i++)
        if (watch->targets.at[i]->pid == pid)
            return watch->targets.at[i];
    return NULL;
}

/* Told once. */
static void leave_out(struct watch *watch, const char *limit, size_t count)
{
    if (!watch->full)
        watch_tell(watch, "more than %s, %zu processes: the rest are left out", limit, count);
    watch->full = true;
}

static void take_in(struct watch *watch, int pid)
{
    if (known(watch, pid) || pid == getpid())
        return;
    if (watch->targets.len >= LIMIT_WATCH_TARGETS) {
        leave_out(watch, "LIMIT_WATCH_TARGETS", LIMIT_WATCH_TARGETS);
        return;
    }
    struct target *target = target_new(watch, pid);
    enum status status = target_attach(watch, target, NULL);
    if (status == STATUS_LIMIT)
        leave_out(watch, "RLIMIT_NOFILE (ulimit -n) has files for", watch->targets.len);
    if (status) {
        target_free(watch, target); /* not Go's, not ours to read, or gone */
        return;
    }
    watch_tell(watch, "process %d, %s, %s: watched", pid, target->name, target->go_version);
    watch_take(watch, target);
}

/* ---- a pattern ---- */

static size_t read_line(const struct watch *watch, int pid, const char *name, char *line)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/proc/%d/%s", watch->options.root, pid, name);
    FILE *file = fopen(path, "re");
    size_t n = file ? fread(line, 1, LINE_BYTES - 1, file) : 0;
    if (file)
        fclose(file);
    for (size_t i = 0; i + 1 < n; i++)
        if (line[i] == 0)
            line[i] = ' ';
    while (n && (line[n - 1] == '\n' || line[n - 1] == 0 || line[n - 1] == ' '))
        n--;
    line[n] = 0;
    return n;
}

/* On the name, or on the command line with its arguments. */
static bool fits(const struct watch *watch, int pid)
{
    char line[LINE_BYTES];
    size_t len = read_line(watch, pid, "comm", line);
    if (len && regex_matches(watch->pattern, line, len))
        return true;
    len = read_line(watch, pid, "cmdline", line);
    return len && regex_matches(watch->pattern, line, len);
}

/* Each process is looked at when it is new, and now and then, for it may run another program. */
static void look_at(struct watch *watch, int pid)
{
    bool added;
    uint64_t *round = map_put(&watch->seen, (uint64_t)pid, &added);
    bool due = added || watch->round - *round >= LOOK_AGAIN || *round == 0;
    if (due)
        *round = watch->round;
    if (due && fits(watch, pid))
        take_in(watch, pid);
}

static void match_processes(struct watch *watch)
{
    char path[PATH_BYTES];
    uint64_t pid;
    snprintf(path, sizeof(path), "%s/proc", watch->options.root);
    DIR *dir = opendir(path);
    struct dirent *entry;
    if (!dir)
        return;
    watch->round++;
    if (watch->seen.len > LIMIT_WATCH_SEEN)
        map_clear(&watch->seen);
    while ((entry = readdir(dir)) != NULL)
        if (str_to_u64(str_from(entry->d_name), &pid) && pid <= INT32_MAX)
            look_at(watch, (int)pid);
    closedir(dir);
}

/* ---- a cgroup ---- */

static void cgroup_processes(struct watch *watch)
{
    int pids[LIMIT_WATCH_TARGETS];
    size_t count = live_cgroup_processes(&watch->group->cgroup, pids, COUNT_OF(pids));
    for (size_t i = 0; i < count && i < COUNT_OF(pids); i++) {
        bool added;
        uint64_t *round = map_put(&watch->seen, (uint64_t)pids[i], &added);
        if (added || watch->round - *round >= LOOK_AGAIN) {
            *round = watch->round;
            take_in(watch, pids[i]);
        }
    }
    watch->round++;
    if (watch->seen.len > LIMIT_WATCH_SEEN)
        map_clear(&watch->seen);
}

void find_targets(struct watch *watch, double now)
{
    watch->found_at = now;
    if (watch->options.match)
        match_processes(watch);
    if (watch->group)
        cgroup_processes(watch);
}
