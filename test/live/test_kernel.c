/* What the kernel counts, from trees of files: processes, mappings, cgroups of both versions, and
 * what is not there. */
#include "live_test.h"

#include <errno.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof(whole), "%s/%s", root, path);
    for (char *at = whole + strlen(root) + 1; (at = strchr(at, '/')) != NULL; at++) {
        *at = 0;
        assert_true(mkdir(whole, 0755) == 0 || errno == EEXIST);
        *at = '/';
    }
    FILE *file = fopen(whole, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static int new_root(void **state)
{
    (void)state;
    snprintf(root, sizeof(root), "/tmp/kernel-test-%d-XXXXXX", (int)getpid());
    return mkdtemp(root) ? 0 : -1;
}

static int drop_root(void **state)
{
    char command[128];
    (void)state;
    snprintf(command, sizeof(command), "rm -rf '%s'", root);
    return system(command);
}

static void is_near(double got, double wanted)
{
    if (got < wanted - 1e-9 || got > wanted + 1e-9)
        fail_msg("%.12f, wanted %.12f", got, wanted);
}

/* ---- processes ---- */

static void put_process(const char *name)
{
    char text[512];
    snprintf(text, sizeof(text),
             "7 (%s) S 3 7 7 0 -1 4194304 500 0 20 0 1234 66 0 0 20 0 9 0 6000 1048576000 2500 "
             "18446744073709551615 1 1\n",
             name);
    put("proc/7/stat", text);
    put("proc/uptime", "100.50 180.00\n");
    put("proc/7/status", "Name:\tsvc\nUid:\t1000\t1000\t1000\t1000\nVmHWM:\t   20000 kB\n"
                         "VmRSS:\t   10000 kB\nRssAnon:\t    8000 kB\nRssFile:\t    1500 kB\n"
                         "RssShmem:\t     500 kB\nVmSwap:\t       0 kB\n");
}

static void test_a_process(void **state)
{
    struct live_usage usage;
    (void)state;
    put_process("a ) (b");
    put("proc/7/limits", "Limit               Soft Limit     Hard Limit     Units\n"
                         "Max open files      1024           4096           files\n"
                         "Max address space   unlimited      unlimited      bytes\n");
    put("proc/7/oom_score_adj", "-997\n");
    put("proc/7/fd/0", "");
    put("proc/7/fd/17", "");
    put("proc/7/smaps_rollup", "00400000-7fff r--p 00000000 00:00 0 [rollup]\nRss: 10004 kB\n"
                               "Pss:  9000 kB\nPrivate_Dirty: 8100 kB\nAnonymous: 8000 kB\n"
                               "AnonHugePages: 2048 kB\n");
    assert_true(live_usage_read(root, 7, LIVE_USAGE_FILES | LIVE_USAGE_ROLLUP, &usage));
    assert_string_equal(usage.name, "a ) (b");
    assert_int_equal(usage.start_ticks, 6000);
    assert_int_equal(usage.parent, 3);
    assert_int_equal(usage.user_id, 1000);
    assert_int_equal(usage.threads, 9);
    assert_int_equal(usage.resident, 10000 << 10);
    assert_int_equal(usage.resident_peak, 20000 << 10);
    assert_int_equal(usage.resident_anonymous, 8000 << 10);
    assert_int_equal(usage.swapped, 0);
    assert_int_equal(usage.files, 2);
    assert_int_equal(usage.files_limit, 1024);
    assert_true(usage.memory_limit == LIVE_NO_LIMIT);
    assert_int_equal(usage.oom_score_adj, -997);
    assert_int_equal(usage.oom_score, LIVE_UNKNOWN); /* there is no such file */
    assert_int_equal(usage.proportional, 9000 << 10);
    assert_int_equal(usage.huge, 2048 << 10);
    is_near(usage.age_seconds, 100 - 60);
    is_near(usage.user_seconds, 12.34);
}

static void test_a_process_that_says_little(void **state)
{
    struct live_usage usage;
    (void)state;
    assert_false(live_usage_read(root, 7, 0, &usage));
    put("proc/7/stat", "7 (x) S 3\n");
    assert_false(live_usage_read(root, 7, 0, &usage));
    put_process("x");
    put("proc/7/status", "");
    assert_true(live_usage_read(root, 7, LIVE_USAGE_FILES, &usage));
    assert_int_equal(usage.resident, 2500 * sysconf(_SC_PAGESIZE));
    assert_int_equal(usage.resident_anonymous, LIVE_UNKNOWN);
    assert_int_equal(usage.files, LIVE_UNKNOWN);
    put("proc/7/stat", "7 (x) Z 3 7 7 0 -1 4194304 500 0 20 0 1234 66 0 0 20 0 9 0 6000 0 0\n");
    assert_false(live_usage_read(root, 7, 0, &usage));
}

static void test_this_process(void **state)
{
    struct live_usage usage;
    (void)state;
    assert_true(live_usage_read("", (int)getpid(), LIVE_USAGE_FILES | LIVE_USAGE_ROLLUP, &usage));
    assert_true(usage.resident > 0 && usage.files > 2 && usage.age_seconds >= 0);
    assert_int_equal(usage.resident,
                     usage.resident_anonymous + usage.resident_file + usage.resident_shared);
}

static void test_mappings(void **state)
{
    struct live_mappings mappings;
    struct diag_sink *sink = diag_sink_new(&plenty);
    char link[128];
    (void)state;
    put("proc/7/smaps",
        "00400000-0049f000 r-xp 00000000 fe:00 99   /opt/my svc\nRss: 600 kB\nPss: 300 kB\n"
        "VmFlags: rd ex mr\n"
        "0057a000-00585000 rw-p 0017a000 fe:00 99   /opt/my svc\nRss: 44 kB\n"
        "00585000-005bb000 rw-p 00000000 00:00 0 \nRss: 100 kB\n"
        "01000000-01200000 rw-p 00000000 00:00 0    [heap]\nRss: 7 kB\n"
        "c000000000-c000400000 rw-p 00000000 00:00 0 \nRss: 4096 kB\nAnonymous: 4096 kB\n"
        "277e1c000000-277e1e800000 rw-p 00000000 00:00 0   [anon: Go: heap]\nRss: 10 kB\n"
        "7fbbd0900000-7fbbd0b00000 rw-p 00000000 00:00 0   [anon: Go: immortal metadata]\n"
        "Rss: 20 kB\n"
        "7fbbe0000000-7fbbe0100000 rw-p 00000000 00:00 0 \nRss: 30 kB\n"
        "7fbbf0000000-7fbbf0100000 r-xp 00000000 fe:00 5   /lib/libc.so.6\nRss: 40 kB\n"
        "7fbbf2000000-7fbbf2100000 r--p 00000000 fe:00 5   /data/index.db\nRss: 50 kB\n"
        "7ffe50dc1000-7ffe50de2000 rw-p 00000000 00:00 0   [stack]\nRss: 12 kB\n");
    snprintf(link, sizeof(link), "%s/proc/7/exe", root);
    assert_int_equal(symlink("/opt/my svc", link), 0);
    assert_int_equal(live_mappings_read(root, 7, &plenty, sink, &mappings), STATUS_OK);
    assert_int_equal(mappings.list.len, 11);
    assert_int_equal(mappings.resident[LIVE_MAPPING_EXECUTABLE], 744 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_GO_HEAP], 4106 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_GO_OTHER], 20 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_C_HEAP], 7 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_ANONYMOUS], 30 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_LIBRARY], 40 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_FILE], 50 << 10);
    assert_int_equal(mappings.resident[LIVE_MAPPING_STACK], 12 << 10);
    assert_int_equal(mappings.total, 5009 << 10);
    assert_string_equal(live_mapping_words(mappings.list.at[3].kind), "C heap (brk)");
    assert_int_equal(mappings.list.at[0].proportional, 300 << 10);
    live_mappings_release(&mappings);
    assert_int_equal(live_mappings_read(root, 8, &plenty, sink, &mappings), STATUS_NOT_FOUND);
    live_mappings_release(&mappings);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_LIVE_ENDED);
    diag_sink_free(sink);
}

/* ---- cgroups ---- */

static void put_second_version(void)
{
    put("proc/self/mountinfo", "23 1 0:20 / / rw - ext4 /dev/root rw\n"
                               "41 31 0:38 / /sys/fs/cgroup rw,relatime shared:4 - cgroup2 cgroup2 "
                               "rw,nsdelegate\n");
    put("proc/7/cgroup", "0::/pods/a b\n");
    put("sys/fs/cgroup/cgroup.procs", "1\n");
    put("sys/fs/cgroup/pods/memory.max", "500000000\n");
    put("sys/fs/cgroup/pods/cpu.max", "150000 100000\n");
    put("sys/fs/cgroup/pods/a b/memory.max", "max\n");
    put("sys/fs/cgroup/pods/a b/memory.current", "400000000\n");
    put("sys/fs/cgroup/pods/a b/memory.stat",
        "anon 300000000\nfile 80000000\nkernel 15000000\nkernel_stack 100\nslab 9\nsock 5\n"
        "shmem 1000\ninactive_file 60000000\nactive_file 19999000\n");
    put("sys/fs/cgroup/pods/a b/memory.events", "low 0\nhigh 3\nmax 12\noom 2\noom_kill 1\n");
    put("sys/fs/cgroup/pods/a b/memory.pressure",
        "some avg10=1.50 avg60=0.25 avg300=0.00 total=2500000\n"
        "full avg10=0.75 avg60=0.00 avg300=0.00 total=1000000\n");
    put("sys/fs/cgroup/pods/a b/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/pods/a b/cpu.stat", "usage_usec 7000000\nnr_throttled 4\n"
                                           "throttled_usec 500000\n");
    put("sys/fs/cgroup/pods/a b/cgroup.procs", "9\n7\n");
    put("sys/fs/cgroup/pods/a b/inner/cgroup.procs", "8\n0\n");
}

static void test_second_version(void **state)
{
    struct live_cgroup cgroup;
    struct live_group_usage usage;
    int pids[2];
    (void)state;
    put_second_version();
    assert_true(live_cgroup_of(root, 7, &cgroup));
    assert_int_equal(cgroup.version, 2);
    assert_string_equal(cgroup.path, "/pods/a b");
    live_group_usage_read(&cgroup, &usage);
    assert_int_equal(usage.limit, 500000000);
    assert_true(usage.limit_above);
    assert_int_equal(usage.usage, 400000000);
    assert_int_equal(usage.working_set, 340000000);
    assert_int_equal(usage.kernel, 15000000);
    assert_int_equal(usage.oom_kills, 1);
    assert_int_equal(usage.ooms, 2);
    assert_int_equal(usage.highs, 3);
    assert_int_equal(usage.peak, LIVE_UNKNOWN);
    assert_int_equal(usage.high, LIVE_UNKNOWN);
    is_near(usage.cpu_limit, 1.5);
    is_near(usage.cpu_seconds, 7);
    is_near(usage.throttled_seconds, 0.5);
    is_near(usage.pressure.some10, 0.015);
    is_near(usage.pressure.full10, 0.0075);
    is_near(usage.pressure.some_seconds, 2.5);
    assert_int_equal(live_cgroup_processes(&cgroup, pids, 2), 3);
    assert_int_equal(pids[0], 7);
}

static void test_kernels_that_do_not_sum_up(void **state)
{
    struct live_cgroup cgroup;
    struct live_group_usage usage;
    (void)state;
    put_second_version();
    put("sys/fs/cgroup/pods/a b/memory.stat", "anon 3\nkernel_stack 100\nslab 9\nsock 5\n");
    assert_true(live_cgroup_of(root, 7, &cgroup));
    live_group_usage_read(&cgroup, &usage);
    assert_int_equal(usage.kernel, 114);
    assert_int_equal(usage.file, LIVE_UNKNOWN);
    assert_int_equal(usage.working_set, LIVE_UNKNOWN);
}

static void put_first_version(void)
{
    put("proc/self/mountinfo",
        "32 31 0:29 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct\n"
        "35 31 0:32 /docker/abc /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
        "41 31 0:38 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n");
    put("proc/7/cgroup", "4:memory:/docker/abc/x\n2:cpu,cpuacct:/y\n0::/\n");
    put("sys/fs/cgroup/memory/memory.limit_in_bytes", "300000000\n");
    put("sys/fs/cgroup/memory/x/memory.limit_in_bytes", "9223372036854771712\n");
    put("sys/fs/cgroup/memory/x/memory.memsw.limit_in_bytes", "9223372036854771712\n");
    put("sys/fs/cgroup/memory/x/memory.usage_in_bytes", "250000000\n");
    put("sys/fs/cgroup/memory/x/memory.max_usage_in_bytes", "260000000\n");
    put("sys/fs/cgroup/memory/x/memory.oom_control",
        "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");
    put("sys/fs/cgroup/memory/x/memory.stat",
        "cache 1\nrss 2\nhierarchical_memory_limit 200000000\ntotal_cache 70000000\n"
        "total_rss 170000000\ntotal_inactive_file 50000000\ntotal_active_file 20000000\n");
    put("sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_quota_us", "50000\n");
    put("sys/fs/cgroup/cpu,cpuacct/y/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/cpu,cpuacct/y/cpuacct.usage", "3000000000\n");
    put("sys/fs/cgroup/unified/cgroup.procs", "");
}

static void test_first_version(void **state)
{
    struct live_cgroup cgroup;
    struct live_group_usage usage;
    (void)state;
    put_first_version();
    assert_true(live_cgroup_of(root, 7, &cgroup));
    assert_int_equal(cgroup.version, 1);
    live_group_usage_read(&cgroup, &usage);
    assert_int_equal(usage.limit, 200000000); /* of one above that is not seen */
    assert_int_equal(usage.working_set, 200000000);
    assert_int_equal(usage.anonymous, 170000000);
    assert_int_equal(usage.file, 70000000);
    assert_int_equal(usage.peak, 260000000);
    assert_int_equal(usage.oom_kills, 5);
    assert_int_equal(usage.kernel, LIVE_UNKNOWN);
    is_near(usage.cpu_limit, 0.5);
    is_near(usage.cpu_seconds, 3);
    is_near(usage.pressure.some10, LIVE_UNKNOWN_SHARE);
}

static void test_by_name(void **state)
{
    struct live_cgroup cgroup;
    (void)state;
    put_first_version();
    assert_true(live_cgroup_named(root, "/sys/fs/cgroup/memory/x/", &cgroup));
    assert_int_equal(cgroup.version, 1);
    assert_string_equal(cgroup.path, "/x");
    assert_true(live_cgroup_named(root, "/x", &cgroup));
    assert_int_equal(cgroup.version, 1);
    assert_false(live_cgroup_named(root, "/nowhere", &cgroup));
    put_second_version();
    assert_true(live_cgroup_named(root, "/sys/fs/cgroup/pods/a b", &cgroup));
    assert_int_equal(cgroup.version, 2);
    put("elsewhere/memory.usage_in_bytes", "5\n");
    assert_true(live_cgroup_named(root, "/elsewhere", &cgroup));
    assert_int_equal(cgroup.version, 1);
}

static void test_no_limit_and_nothing_at_all(void **state)
{
    struct live_cgroup cgroup;
    struct live_group_usage usage;
    struct live_machine machine;
    (void)state;
    assert_false(live_cgroup_of(root, 7, &cgroup));
    live_group_usage_read(&cgroup, &usage);
    assert_int_equal(usage.limit, LIVE_UNKNOWN);
    assert_int_equal(usage.usage, LIVE_UNKNOWN);
    put_second_version();
    put("sys/fs/cgroup/pods/memory.max", "max\n");
    assert_true(live_cgroup_of(root, 7, &cgroup));
    live_group_usage_read(&cgroup, &usage);
    assert_true(usage.limit == LIVE_NO_LIMIT);
    assert_false(usage.limit_above);
    live_machine_read(root, &machine);
    assert_int_equal(machine.memory, LIVE_UNKNOWN);
    put("proc/meminfo", "MemTotal:       16326428 kB\nMemAvailable:   12000000 kB\n");
    live_machine_read(root, &machine);
    assert_int_equal(machine.memory, INT64_C(16326428) << 10);
}

/* Outside of the reader's namespace a path begins with "/..". */
static void test_a_path_outside(void **state)
{
    struct live_cgroup cgroup;
    (void)state;
    put_second_version();
    put("proc/7/cgroup", "0::/../../pods/a b\n");
    assert_true(live_cgroup_of(root, 7, &cgroup));
    assert_non_null(strstr(cgroup.memory, "/sys/fs/cgroup/pods/a b"));
    put("proc/7/cgroup", "0::/gone\n");
    assert_true(live_cgroup_of(root, 7, &cgroup));
    assert_int_equal(strlen(cgroup.memory), cgroup.memory_mount);
}

#define IN_ROOT(test) cmocka_unit_test_setup_teardown(test, new_root, drop_root)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_ROOT(test_a_process),
        IN_ROOT(test_a_process_that_says_little),
        IN_ROOT(test_this_process),
        IN_ROOT(test_mappings),
        IN_ROOT(test_second_version),
        IN_ROOT(test_kernels_that_do_not_sum_up),
        IN_ROOT(test_first_version),
        IN_ROOT(test_by_name),
        IN_ROOT(test_no_limit_and_nothing_at_all),
        IN_ROOT(test_a_path_outside),
    };
    return cmocka_run_group_tests_name("kernel", tests, NULL, NULL);
}
