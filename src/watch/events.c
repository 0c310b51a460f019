/* events.c: waking by the kernel rather than by the clock: pressure (Documentation/accounting/
 * psi.rst), memory.events of cgroup v2, thresholds of usage of cgroup v1 (Documentation/
 * admin-guide/cgroup-v1/memory.rst, section 9). */
#include <fcntl.h>
#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "watch_int.h"

enum { PATH_BYTES = LIVE_PATH_BYTES + 64, TEXT_BYTES = 128 };

/* A window of two seconds may be watched without CAP_SYS_RESOURCE. */
static const double PRESSURE_WINDOW = 2, PRESSURE_LEAST = 0.001;

/* The least share of time that a rule speaks of; 0: none does. */
static double pressure_wanted(const struct watch *watch)
{
    double least = 0;
    for (size_t i = 0; i < watch->options.rule_count; i++) {
        const struct watch_rule *rule = &watch->options.rules[i];
        for (size_t k = 0; k < rule->condition_count; k++) {
            enum watch_figure figure = rule->conditions[k].figure;
            double value = rule->conditions[k].value;
            if ((figure == WATCH_PSI || figure == WATCH_PSI_FULL) && value > 0 &&
                (least == 0 || value < least))
                least = value;
        }
    }
    return least;
}

static int open_pressure(const struct watch *watch, const struct live_cgroup *cgroup)
{
    char path[PATH_BYTES], text[TEXT_BYTES];
    double share = pressure_wanted(watch);
    if (share == 0)
        return -1;
    if (share < PRESSURE_LEAST)
        share = PRESSURE_LEAST;
    snprintf(path, sizeof(path), "%s/memory.pressure", cgroup->memory);
    if (cgroup->version != 2)
        snprintf(path, sizeof(path), "%s/proc/pressure/memory", watch->options.root);
    int fd = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0)
        return -1;
    int n = snprintf(text, sizeof(text), "some %.0f %.0f",
                     (share < 1 ? share : 1) * PRESSURE_WINDOW * 1e6, PRESSURE_WINDOW * 1e6);
    if (write(fd, text, (size_t)n + 1) == n + 1)
        return fd;
    close(fd);
    return -1;
}

/* ---- cgroup v1 ---- */

static void add_threshold(const struct group *group, int events, int control, double bytes)
{
    char text[TEXT_BYTES];
    if (bytes < 1 || bytes > 0x1p62)
        return;
    int n = snprintf(text, sizeof(text), "%d %d %.0f", events, group->usage_fd, bytes);
    (void)!write(control, text, (size_t)n);
}

static void add_thresholds(const struct watch *watch, const struct group *group, int events,
                           int control)
{
    double limit = (double)group->usage.limit;
    for (size_t i = 0; i < watch->options.rule_count; i++) {
        const struct watch_rule *rule = &watch->options.rules[i];
        for (size_t k = 0; k < rule->condition_count; k++) {
            const struct watch_condition *condition = &rule->conditions[k];
            if (condition->growth ||
                (condition->figure != WATCH_RSS && condition->figure != WATCH_USED))
                continue;
            if (!condition->relative)
                add_threshold(group, events, control, condition->value);
            else if (group->usage.limit > 0 && group->usage.limit != LIVE_NO_LIMIT)
                add_threshold(group, events, control, condition->value * limit);
        }
    }
}

static int open_thresholds(const struct watch *watch, const struct group *group)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "%s/cgroup.event_control", group->cgroup.memory);
    int control = group->usage_fd < 0 ? -1 : open(path, O_WRONLY | O_CLOEXEC);
    if (control < 0)
        return -1;
    int events = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (events >= 0)
        add_thresholds(watch, group, events, control);
    close(control);
    return events;
}

/* ---- both ---- */

void events_open(struct watch *watch, struct group *group)
{
    char path[PATH_BYTES];
    group->pressure_fd = open_pressure(watch, &group->cgroup);
    if (group->cgroup.version == 1) {
        group->event_fd = open_thresholds(watch, group);
    } else if (group->cgroup.version == 2) {
        snprintf(path, sizeof(path), "%s/memory.events", group->cgroup.memory);
        group->event_fd = open(path, O_RDONLY | O_CLOEXEC);
    }
}

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

void events_close(struct group *group)
{
    close_fd(&group->pressure_fd);
    close_fd(&group->event_fd);
}

/* The files of a cgroup that was removed would wake for ever: an event then comes with POLLERR, and
 * memory.events (for which POLLERR goes with every event) cannot be read (fs/kernfs/file.c). */
void events_take(struct group *group, int fd, short events)
{
    char text[TEXT_BYTES * 4];
    if (fd == group->pressure_fd && events & (POLLERR | POLLHUP | POLLNVAL))
        close_fd(&group->pressure_fd);
    else if (fd == group->event_fd && group->cgroup.version == 1)
        (void)!read(fd, text, sizeof(uint64_t));
    else if (fd == group->event_fd && pread(fd, text, sizeof(text), 0) < 0)
        close_fd(&group->event_fd);
}
