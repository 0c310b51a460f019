/* group.c: cgroups, read once for all processes in them. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "watch_int.h"

enum { PATH_BYTES = LIVE_PATH_BYTES + 64, NUMBER_BYTES = 32 };
static const double FRESH_SECONDS = 0.05;

static int open_usage(const struct live_cgroup *cgroup)
{
    char path[PATH_BYTES];
    if (!cgroup->version || !cgroup->memory[0])
        return -1;
    snprintf(path, sizeof(path), "%s/%s", cgroup->memory,
             cgroup->version == 1 ? "memory.usage_in_bytes" : "memory.current");
    return open(path, O_RDONLY | O_CLOEXEC);
}

/* Events too, which want to know the limit. */
static void open_files(struct watch *watch, struct group *group)
{
    group->usage_fd = open_usage(&group->cgroup);
    if (group->pressure_fd < 0 && group->event_fd < 0) /* the root's has no usage, but pressure */
        events_open(watch, group);
}

static void close_files(struct group *group)
{
    events_close(group);
    if (group->usage_fd >= 0)
        close(group->usage_fd);
    group->usage_fd = -1;
}

static struct group *group_find(struct watch *watch, const struct live_cgroup *cgroup)
{
    for (size_t i = 0; i < watch->groups.len; i++) {
        struct group *group = watch->groups.at[i];
        if (strcmp(group->cgroup.memory, cgroup->memory) == 0 &&
            strcmp(group->cgroup.cpu, cgroup->cpu) == 0) {
            group->users++;
            return group;
        }
    }
    struct group *group = memory_get(watch->memory, sizeof(*group));
    *group = (struct group){.cgroup = *cgroup, .users = 1, .read_at = -1, .pressure_fd = -1,
                            .event_fd = -1, .usage_fd = -1};
    group_read(watch, group, 0);
    pthread_mutex_lock(&watch->lock);
    VEC_PUSH(watch->memory, &watch->groups, group);
    pthread_mutex_unlock(&watch->lock);
    return group;
}

struct group *group_join(struct watch *watch, int pid)
{
    struct live_cgroup cgroup;
    return live_cgroup_of(watch->options.root, pid, &cgroup) ? group_find(watch, &cgroup) : NULL;
}

struct group *group_named(struct watch *watch, const char *path)
{
    struct live_cgroup cgroup;
    return live_cgroup_named(watch->options.root, path, &cgroup) ? group_find(watch, &cgroup)
                                                                 : NULL;
}

void group_leave(struct watch *watch, struct group *group)
{
    if (!group || --group->users)
        return;
    pthread_mutex_lock(&watch->lock);
    for (size_t i = 0; i < watch->groups.len; i++)
        if (watch->groups.at[i] == group)
            watch->groups.at[i] = watch->groups.at[--watch->groups.len];
    pthread_mutex_unlock(&watch->lock);
    close_files(group);
    memory_put(watch->memory, group);
}

void group_read(struct watch *watch, struct group *group, double now)
{
    if (group->read_at >= 0 && now - group->read_at < FRESH_SECONDS)
        return;
    live_group_usage_read(&group->cgroup, &group->usage);
    group->read_at = now;
    if (group->usage_fd >= 0 && group_usage(group) == LIVE_UNKNOWN)
        close_files(group); /* it was removed */
    if (group->usage_fd < 0)
        open_files(watch, group);
}

int64_t group_usage(const struct group *group)
{
    char text[NUMBER_BYTES];
    int64_t value;
    if (group->usage_fd < 0)
        return LIVE_UNKNOWN;
    ssize_t n = pread(group->usage_fd, text, sizeof(text), 0);
    struct str number = str_trim((struct str){text, n > 0 ? (size_t)n : 0});
    return str_to_i64(number, &value) ? value : LIVE_UNKNOWN;
}
