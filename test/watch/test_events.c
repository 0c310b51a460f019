/* What the kernel wakes the daemon by: triggers of pressure, cgroups that come and go. With the
 * real kernel where it lets us, and with files that look like a cgroup of version 2. */
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch_test.h"

static void put_file(const char *dir, const char *name, const char *text)
{
    char path[LIVE_PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "we");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static struct str get_file(const char *dir, const char *name, char *text, size_t size)
{
    char path[LIVE_PATH_BYTES * 2];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t n = fread(text, 1, size - 1, file);
    fclose(file);
    text[n] = 0;
    return (struct str){text, n};
}

/* As Linux 6 writes them. */
static void make_cgroup_v2(const char *dir)
{
    put_file(dir, "memory.current", "62914560\n");
    put_file(dir, "memory.max", "104857600\n");
    put_file(dir, "memory.high", "max\n");
    put_file(dir, "memory.peak", "94371840\n");
    put_file(dir, "memory.stat", "anon 41943040\nfile 10485760\nkernel 1048576\n"
                                 "inactive_file 8388608\nactive_file 2097152\n");
    put_file(dir, "memory.events", "low 0\nhigh 3\nmax 7\noom 2\noom_kill 1\noom_group_kill 0\n");
    put_file(dir, "memory.pressure", "some avg10=12.50 avg60=3.00 avg300=1.00 total=1500000\n"
                                     "full avg10=2.25 avg60=1.00 avg300=0.50 total=250000\n");
}

static struct group *group_of(struct test_watch *test, const char *dir)
{
    struct live_cgroup cgroup = {.version = 2, .path = "/shop"};
    struct group *group = memory_get(&test_memory, sizeof(*group));
    snprintf(cgroup.memory, sizeof(cgroup.memory), "%s", dir);
    *group = (struct group){.cgroup = cgroup, .users = 1, .read_at = -1, .usage_fd = -1,
                            .pressure_fd = -1, .event_fd = -1};
    VEC_PUSH(&test_memory, &test->watch.groups, group);
    group_read(&test->watch, group, 1);
    return group;
}

/* Figures of a cgroup of version 2, and a trigger for the smallest share that a rule speaks of. */
static void test_files_of_version_2(void **state)
{
    struct watch_rule rules[] = {rule_of("psi>15%"), rule_of("psi_full>5%"), rule_of("rss>80%")};
    struct test_watch test;
    char text[200];
    (void)state;
    test_watch_begin(&test, rules, COUNT_OF(rules));
    make_cgroup_v2(test.dir);
    struct group *group = group_of(&test, test.dir);
    assert_int_equal(group->usage.limit, 104857600);
    assert_int_equal(group->usage.working_set, 62914560 - 8388608);
    assert_int_equal(group->usage.oom_kills, 1);
    assert_true(fabs(group->usage.pressure.some10 - 0.125) < 1e-9);
    assert_true(group->pressure_fd >= 0 && group->event_fd >= 0 && group->usage_fd >= 0);
    assert_true(str_starts(get_file(test.dir, "memory.pressure", text, sizeof(text)),
                           STR("some 100000 2000000")));
    put_file(test.dir, "memory.current", "73400320\n");
    assert_int_equal(group_usage(group), 73400320);
    group_leave(&test.watch, group);
    assert_int_equal(test.watch.groups.len, 0);
    test_watch_end(&test);
}

/* No rule about pressure, no trigger; files that are not there are done without. */
static void test_looking_often_is_enough(void **state)
{
    struct watch_rule rules[] = {rule_of("rss>80%")};
    struct test_watch test;
    char path[LIVE_PATH_BYTES];
    (void)state;
    test_watch_begin(&test, rules, COUNT_OF(rules));
    make_cgroup_v2(test.dir);
    snprintf(path, sizeof(path), "%s/memory.events", test.dir);
    unlink(path);
    struct group *group = group_of(&test, test.dir);
    assert_int_equal(group->pressure_fd, -1);
    assert_int_equal(group->event_fd, -1);
    assert_int_equal(group->usage.oom_kills, LIVE_UNKNOWN);
    assert_int_equal(group->usage.limit, 104857600);
    group_leave(&test.watch, group);
    test_watch_end(&test);
}

/* A folder for a cgroup of version 2 of the kernel's own; false where none can be made. */
static bool make_real_cgroup(char *dir, size_t size)
{
    static const char *const mounts[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
    for (size_t i = 0; i < COUNT_OF(mounts); i++) {
        char pressure[LIVE_PATH_BYTES * 2];
        snprintf(dir, size, "%s/unheap-test-%d", mounts[i], (int)getpid());
        snprintf(pressure, sizeof(pressure), "%s/memory.pressure", dir);
        if (mkdir(dir, 0755))
            continue;
        if (access(pressure, R_OK | W_OK) == 0)
            return true;
        rmdir(dir);
    }
    return false;
}

static short poll_once(int fd, int milliseconds)
{
    struct pollfd polled = {.fd = fd, .events = POLLPRI};
    return poll(&polled, 1, milliseconds) > 0 ? polled.revents : 0;
}

/* A trigger that the kernel takes; when the cgroup goes, it would wake for ever: it is closed. */
static void test_a_cgroup_that_is_removed(void **state)
{
    struct watch_rule rules[] = {rule_of("psi>0.1%")};
    struct test_watch test;
    char dir[LIVE_PATH_BYTES];
    (void)state;
    if (!make_real_cgroup(dir, sizeof(dir)))
        skip();
    test_watch_begin(&test, rules, COUNT_OF(rules));
    struct group *group = group_of(&test, dir);
    if (group->pressure_fd < 0) { /* a kernel that keeps triggers for itself */
        rmdir(dir);
        group_leave(&test.watch, group);
        test_watch_end(&test);
        skip();
    }
    assert_int_equal(poll_once(group->pressure_fd, 0), 0);
    assert_int_equal(rmdir(dir), 0);
    short events = poll_once(group->pressure_fd, 5000);
    assert_true(events & POLLERR);
    events_take(group, group->pressure_fd, events);
    assert_int_equal(group->pressure_fd, -1);
    if (group->event_fd >= 0) { /* where the memory controller is of version 2 */
        events_take(group, group->event_fd, poll_once(group->event_fd, 5000));
        assert_int_equal(group->event_fd, -1);
    }
    assert_int_equal(mkdir(dir, 0755), 0);
    group_read(&test.watch, group, 2);
    assert_true(group->pressure_fd >= 0);
    assert_int_equal(poll_once(group->pressure_fd, 0), 0);
    assert_int_equal(rmdir(dir), 0);
    group_leave(&test.watch, group);
    test_watch_end(&test);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_files_of_version_2),
        cmocka_unit_test(test_looking_often_is_enough),
        cmocka_unit_test(test_a_cgroup_that_is_removed),
    };
    return cmocka_run_group_tests_name("watch events", tests, NULL, NULL);
}
