/* cgroup_usage.c: what the kernel counts for a cgroup (Documentation/admin-guide/cgroup-v2.rst and
 * cgroup-v1/memory.rst).
 *
 * A limit holds for all that is below it, so the one that is hit first is the smallest on the way
 * up. The working set is what kubelet evicts by: usage without file pages that were not used
 * lately (cAdvisor, container/libcontainer/handler.go). */
#include "live_int.h"

#include <stdio.h>

/* v1 has no word for "none": it says the largest number of pages. */
static int64_t limit_number(int64_t value)
{
    return value >= INT64_C(1) << 60 ? LIVE_NO_LIMIT : value;
}

static int64_t smaller(int64_t a, int64_t b)
{
    if (a == LIVE_UNKNOWN || b == LIVE_UNKNOWN)
        return a == LIVE_UNKNOWN ? b : a;
    return a < b ? a : b;
}

/* Takes the last folder off a path that stays below the first `mount` bytes. */
static bool go_up(char *path, size_t mount)
{
    char *slash = strrchr(path, '/');
    if (!slash || strlen(path) <= mount || (size_t)(slash - path) < mount)
        return false;
    *slash = 0;
    return true;
}

static int64_t effective(const char *folder, size_t mount, const char *name, bool *above)
{
    char path[LIVE_PATH_BYTES];
    if (!folder[0])
        return LIVE_UNKNOWN;
    snprintf(path, sizeof(path), "%s", folder);
    int64_t own = limit_number(kernel_file_number(path, name)), least = own;
    while (go_up(path, mount))
        least = smaller(least, limit_number(kernel_file_number(path, name)));
    if (above)
        *above = least != own && least != LIVE_NO_LIMIT;
    return least;
}


static int64_t difference(int64_t a, int64_t b)
{
    if (a < 0 || b < 0)
        return LIVE_UNKNOWN;
    return a > b ? a - b : 0;
}

/* ---- processor time ---- */

static double quota(int64_t time, int64_t period)
{
    return time > 0 && time != LIVE_NO_LIMIT && period > 0 ? (double)time / (double)period
                                                           : LIVE_UNKNOWN_SHARE;
}

static double quota_of(const char *folder, unsigned version)
{
    struct kernel_file file;
    if (version == 1)
        return quota(kernel_file_number(folder, "cpu.cfs_quota_us"),
                     kernel_file_number(folder, "cpu.cfs_period_us"));
    if (!kernel_file_in(&file, folder, "cpu.max"))
        return LIVE_UNKNOWN_SHARE;
    struct str text = str_trim(file.text);
    int64_t time = kernel_number(kernel_word(&text));
    return quota(time, kernel_number(kernel_word(&text)));
}

static double effective_quota(const struct live_cgroup *cgroup)
{
    char path[LIVE_PATH_BYTES];
    double least = LIVE_UNKNOWN_SHARE;
    if (!cgroup->cpu[0])
        return least;
    snprintf(path, sizeof(path), "%s", cgroup->cpu);
    do {
        double one = quota_of(path, cgroup->version);
        least = one > 0 && (least < 0 || one < least) ? one : least;
    } while (go_up(path, cgroup->cpu_mount));
    return least;
}

static double seconds(int64_t value, double unit)
{
    return value < 0 ? LIVE_UNKNOWN_SHARE : (double)value * unit;
}

static void take_cpu(const struct live_cgroup *cgroup, struct live_group_usage *usage)
{
    static const double micro = 1e-6, nano = 1e-9;
    struct kernel_file file;
    usage->cpu_limit = effective_quota(cgroup);
    (void)kernel_file_in(&file, cgroup->cpu, "cpu.stat");
    usage->throttled = kernel_value(file.text, "nr_throttled");
    if (cgroup->version == 1) {
        usage->throttled_seconds = seconds(kernel_value(file.text, "throttled_time"), nano);
        usage->cpu_seconds = seconds(kernel_file_number(cgroup->accounting, "cpuacct.usage"), nano);
        return;
    }
    usage->throttled_seconds = seconds(kernel_value(file.text, "throttled_usec"), micro);
    usage->cpu_seconds = seconds(kernel_value(file.text, "usage_usec"), micro);
}

/* ---- memory, v2 ---- */

/* "kernel" since Linux 5.18; before, the sum of what there is. */
static int64_t kernel_bytes(struct str stat)
{
    static const char *const parts[] = {"kernel_stack", "pagetables", "percpu", "slab", "sock",
                                        "vmalloc"};
    int64_t all = kernel_value(stat, "kernel"), total = LIVE_UNKNOWN;
    for (size_t i = 0; all < 0 && i < COUNT_OF(parts); i++) {
        int64_t part = kernel_value(stat, parts[i]);
        if (part >= 0)
            total = part + (total < 0 ? 0 : total);
    }
    return all >= 0 ? all : total;
}

static void take_unified(const struct live_cgroup *cgroup, struct live_group_usage *usage)
{
    struct kernel_file file;
    const char *folder = cgroup->memory;
    usage->limit = effective(folder, cgroup->memory_mount, "memory.max", &usage->limit_above);
    usage->high = effective(folder, cgroup->memory_mount, "memory.high", NULL);
    usage->usage = kernel_file_number(folder, "memory.current");
    usage->peak = kernel_file_number(folder, "memory.peak");
    usage->swap = kernel_file_number(folder, "memory.swap.current");
    usage->swap_limit = kernel_file_number(folder, "memory.swap.max");
    if (kernel_file_in(&file, folder, "memory.events")) {
        usage->ooms = kernel_value(file.text, "oom");
        usage->oom_kills = kernel_value(file.text, "oom_kill");
        usage->highs = kernel_value(file.text, "high");
        usage->maxes = kernel_value(file.text, "max");
    }
    if (!kernel_file_in(&file, folder, "memory.stat"))
        return;
    usage->anonymous = kernel_value(file.text, "anon");
    usage->file = kernel_value(file.text, "file");
    usage->kernel = kernel_bytes(file.text);
    usage->inactive_file = kernel_value(file.text, "inactive_file");
    usage->active_file = kernel_value(file.text, "active_file");
    usage->shared = kernel_value(file.text, "shmem");
    usage->slab = kernel_value(file.text, "slab");
    usage->sockets = kernel_value(file.text, "sock");
}

/* ---- memory, v1 ---- */

/* What is below is taken in ("total_"): so the usage is counted. */
static void take_first_stat(struct str stat, struct live_group_usage *usage)
{
    int64_t hierarchical = kernel_value(stat, "hierarchical_memory_limit");
    if (hierarchical >= 0 && limit_number(hierarchical) < usage->limit) {
        usage->limit = limit_number(hierarchical);
        usage->limit_above = true;
    }
    usage->anonymous = kernel_value(stat, "total_rss");
    usage->file = kernel_value(stat, "total_cache");
    usage->inactive_file = kernel_value(stat, "total_inactive_file");
    usage->active_file = kernel_value(stat, "total_active_file");
    usage->shared = kernel_value(stat, "total_shmem");
    usage->swap = kernel_value(stat, "total_swap");
}

static void take_first(const struct live_cgroup *cgroup, struct live_group_usage *usage)
{
    struct kernel_file file;
    const char *folder = cgroup->memory;
    usage->limit = effective(folder, cgroup->memory_mount, "memory.limit_in_bytes",
                             &usage->limit_above);
    usage->usage = kernel_file_number(folder, "memory.usage_in_bytes");
    usage->peak = kernel_file_number(folder, "memory.max_usage_in_bytes");
    usage->kernel = kernel_file_number(folder, "memory.kmem.usage_in_bytes");
    usage->maxes = kernel_file_number(folder, "memory.failcnt");
    if (kernel_file_in(&file, folder, "memory.oom_control"))
        usage->oom_kills = kernel_value(file.text, "oom_kill");
    if (kernel_file_in(&file, folder, "memory.stat"))
        take_first_stat(file.text, usage);
    int64_t both = limit_number(kernel_file_number(folder, "memory.memsw.limit_in_bytes"));
    usage->swap_limit = both == LIVE_NO_LIMIT ? both : difference(both, usage->limit);
}

/* ---- both ---- */

static void set_unknown(struct live_group_usage *usage)
{
    *usage = (struct live_group_usage){
        .limit = LIVE_UNKNOWN, .high = LIVE_UNKNOWN, .usage = LIVE_UNKNOWN, .peak = LIVE_UNKNOWN,
        .working_set = LIVE_UNKNOWN, .anonymous = LIVE_UNKNOWN, .file = LIVE_UNKNOWN,
        .kernel = LIVE_UNKNOWN, .inactive_file = LIVE_UNKNOWN, .active_file = LIVE_UNKNOWN,
        .shared = LIVE_UNKNOWN, .slab = LIVE_UNKNOWN, .sockets = LIVE_UNKNOWN,
        .swap = LIVE_UNKNOWN, .swap_limit = LIVE_UNKNOWN, .ooms = LIVE_UNKNOWN,
        .oom_kills = LIVE_UNKNOWN, .highs = LIVE_UNKNOWN, .maxes = LIVE_UNKNOWN,
        .cpu_limit = LIVE_UNKNOWN_SHARE, .cpu_seconds = LIVE_UNKNOWN_SHARE,
        .throttled_seconds = LIVE_UNKNOWN_SHARE, .throttled = LIVE_UNKNOWN};
}

void live_group_usage_read(const struct live_cgroup *cgroup, struct live_group_usage *usage)
{
    struct kernel_file file;
    set_unknown(usage);
    if (cgroup->version == 1)
        take_first(cgroup, usage);
    else if (cgroup->version == 2)
        take_unified(cgroup, usage);
    usage->working_set = difference(usage->usage, usage->inactive_file);
    take_cpu(cgroup, usage);
    (void)kernel_file_in(&file, cgroup->version == 2 ? cgroup->memory : "", "memory.pressure");
    kernel_pressure(file.text, &usage->pressure);
}
