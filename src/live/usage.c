/* usage.c: what the kernel counts for one process, and for the machine (proc(5)). */
#include "live_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Fields of /proc/PID/stat. */
enum {
    FIELD_STATE = 3, FIELD_PARENT = 4, FIELD_MINOR_FAULTS = 10, FIELD_MAJOR_FAULTS = 12,
    FIELD_USER = 14, FIELD_SYSTEM = 15, FIELD_THREADS = 20, FIELD_START = 22,
    FIELD_VIRTUAL = 23, FIELD_RESIDENT = 24, FIELDS = 25,
    STAT_BYTES = 2048,
};

void usage_set_unknown(struct live_usage *usage, int pid)
{
    *usage = (struct live_usage){
        .pid = pid, .parent = LIVE_UNKNOWN, .user_id = LIVE_UNKNOWN, .state = '?',
        .user_seconds = LIVE_UNKNOWN_SHARE, .system_seconds = LIVE_UNKNOWN_SHARE,
        .age_seconds = LIVE_UNKNOWN_SHARE, .start_seconds = LIVE_UNKNOWN_SHARE,
        .threads = LIVE_UNKNOWN, .minor_faults = LIVE_UNKNOWN, .major_faults = LIVE_UNKNOWN,
        .virtual_bytes = LIVE_UNKNOWN, .resident = LIVE_UNKNOWN, .resident_peak = LIVE_UNKNOWN,
        .resident_anonymous = LIVE_UNKNOWN, .resident_file = LIVE_UNKNOWN,
        .resident_shared = LIVE_UNKNOWN, .swapped = LIVE_UNKNOWN, .oom_score = LIVE_UNKNOWN,
        .oom_score_adj = LIVE_NO_LIMIT, .files = LIVE_UNKNOWN, .files_limit = LIVE_UNKNOWN,
        .memory_limit = LIVE_UNKNOWN, .proportional = LIVE_UNKNOWN,
        .private_dirty = LIVE_UNKNOWN, .anonymous = LIVE_UNKNOWN, .huge = LIVE_UNKNOWN};
}

/* The name stands in brackets and may hold anything; the last ')' ends it. */
static bool split_stat(struct str text, struct str *name, struct str *fields)
{
    ptrdiff_t open = str_find_char(text, '('), close = str_find_last(text, ')');
    if (open < 0 || close < open)
        return false;
    *name = str_slice(text, (size_t)open + 1, (size_t)close);
    struct str rest = str_skip(text, (size_t)close + 1);
    for (unsigned i = FIELD_STATE; i < FIELDS; i++)
        fields[i] = kernel_word(&rest);
    return fields[FIELD_START].len > 0;
}

/* Since the machine was started: the age is counted on the same clock as the start. */
static double uptime(const char *root)
{
    struct kernel_file file;
    char path[LIVE_PATH_BYTES];
    struct timespec now;
    if (root[0] == 0 && clock_gettime(CLOCK_BOOTTIME, &now) == 0)
        return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
    if (snprintf(path, sizeof(path), "%s/proc/uptime", root) >= (int)sizeof(path) ||
        !kernel_file_read(&file, path))
        return LIVE_UNKNOWN_SHARE;
    int64_t seconds = kernel_number(str_cut(&file.text, '.'));
    return seconds < 0 ? LIVE_UNKNOWN_SHARE : (double)seconds;
}

static void take_times(const char *root, const struct str *fields, struct live_usage *usage)
{
    double ticks = (double)sysconf(_SC_CLK_TCK), up = uptime(root);
    int64_t user = kernel_number(fields[FIELD_USER]), system = kernel_number(fields[FIELD_SYSTEM]);
    struct timespec now;
    usage->user_seconds = user < 0 ? LIVE_UNKNOWN_SHARE : (double)user / ticks;
    usage->system_seconds = system < 0 ? LIVE_UNKNOWN_SHARE : (double)system / ticks;
    if (up < 0)
        return;
    double age = up - (double)usage->start_ticks / ticks;
    usage->age_seconds = age > 0 ? age : 0;
    clock_gettime(CLOCK_REALTIME, &now);
    usage->start_seconds = (double)now.tv_sec + (double)now.tv_nsec * 1e-9 - usage->age_seconds;
}

static bool take_stat(const char *root, struct str text, struct live_usage *usage)
{
    struct str name, fields[FIELDS];
    if (!split_stat(text, &name, fields) ||
        !str_to_u64(fields[FIELD_START], &usage->start_ticks))
        return false;
    snprintf(usage->name, sizeof(usage->name), "%.*s", STR_ARGS(name));
    usage->state = fields[FIELD_STATE].ptr[0];
    usage->parent = kernel_number(fields[FIELD_PARENT]);
    usage->minor_faults = kernel_number(fields[FIELD_MINOR_FAULTS]);
    usage->major_faults = kernel_number(fields[FIELD_MAJOR_FAULTS]);
    usage->threads = kernel_number(fields[FIELD_THREADS]);
    usage->virtual_bytes = kernel_number(fields[FIELD_VIRTUAL]);
    int64_t pages = kernel_number(fields[FIELD_RESIDENT]);
    usage->resident = pages < 0 ? LIVE_UNKNOWN : pages * sysconf(_SC_PAGESIZE);
    take_times(root, fields, usage);
    return usage->state != 'Z' && usage->state != 'X';
}

/* The parts and their sum are of one moment here; stat's count may lag behind. */
static void take_status(const char *root, int pid, struct live_usage *usage)
{
    struct kernel_file file;
    if (!kernel_file_of_process(&file, root, pid, "status"))
        return;
    int64_t resident = kernel_value(file.text, "VmRSS");
    usage->resident = resident < 0 ? usage->resident : resident;
    usage->resident_peak = kernel_value(file.text, "VmHWM");
    usage->resident_anonymous = kernel_value(file.text, "RssAnon");
    usage->resident_file = kernel_value(file.text, "RssFile");
    usage->resident_shared = kernel_value(file.text, "RssShmem");
    usage->swapped = kernel_value(file.text, "VmSwap");
    usage->user_id = kernel_value(file.text, "Uid");
}

static void take_limits(const char *root, int pid, struct live_usage *usage)
{
    struct kernel_file file;
    if (kernel_file_of_process(&file, root, pid, "limits")) {
        usage->files_limit = kernel_value(file.text, "Max open files");
        usage->memory_limit = kernel_value(file.text, "Max address space");
    }
    if (kernel_file_of_process(&file, root, pid, "oom_score"))
        usage->oom_score = kernel_number(str_trim(file.text));
    if (kernel_file_of_process(&file, root, pid, "oom_score_adj"))
        usage->oom_score_adj = kernel_number(str_trim(file.text));
}

static int64_t count_files(const char *root, int pid)
{
    char path[LIVE_PATH_BYTES];
    int64_t count = 0;
    snprintf(path, sizeof(path), "%s/proc/%d/fd", root, pid);
    DIR *dir = opendir(path);
    if (!dir)
        return LIVE_UNKNOWN;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(dir);
    return count;
}

static void take_rollup(const char *root, int pid, struct live_usage *usage)
{
    struct kernel_file file;
    if (!kernel_file_of_process(&file, root, pid, "smaps_rollup"))
        return;
    usage->proportional = kernel_value(file.text, "Pss");
    usage->private_dirty = kernel_value(file.text, "Private_Dirty");
    usage->anonymous = kernel_value(file.text, "Anonymous");
    usage->huge = kernel_value(file.text, "AnonHugePages");
}

bool live_usage_read(const char *root, int pid, unsigned flags, struct live_usage *usage)
{
    struct kernel_file file;
    usage_set_unknown(usage, pid);
    if (pid <= 0 || !kernel_file_of_process(&file, root, pid, "stat") ||
        !take_stat(root, file.text, usage))
        return false;
    take_status(root, pid, usage);
    take_limits(root, pid, usage);
    if (flags & LIVE_USAGE_FILES)
        usage->files = count_files(root, pid);
    if (flags & LIVE_USAGE_ROLLUP)
        take_rollup(root, pid, usage);
    return true;
}

int live_usage_open(const char *root, int pid)
{
    char path[LIVE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s/proc/%d/stat", root, pid);
    return open(path, O_RDONLY | O_CLOEXEC);
}

bool live_usage_refresh(const char *root, int fd, struct live_usage *usage)
{
    char bytes[STAT_BYTES];
    uint64_t before = usage->start_ticks;
    ssize_t n = fd < 0 ? -1 : pread(fd, bytes, sizeof(bytes), 0);
    return n > 0 && take_stat(root, (struct str){bytes, (size_t)n}, usage) &&
           usage->start_ticks == before;
}

void live_machine_read(const char *root, struct live_machine *machine)
{
    struct kernel_file file;
    char folder[LIVE_PATH_BYTES];
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    *machine = (struct live_machine){.memory = LIVE_UNKNOWN, .available = LIVE_UNKNOWN,
                                     .swap_free = LIVE_UNKNOWN,
                                     .processors = processors > 0 ? (unsigned)processors : 1};
    snprintf(folder, sizeof(folder), "%s/proc", root);
    if (kernel_file_in(&file, folder, "meminfo")) {
        machine->memory = kernel_value(file.text, "MemTotal");
        machine->available = kernel_value(file.text, "MemAvailable");
        machine->swap_free = kernel_value(file.text, "SwapFree");
    }
    snprintf(folder, sizeof(folder), "%s/proc/pressure", root);
    (void)kernel_file_in(&file, folder, "memory");
    kernel_pressure(file.text, &machine->pressure);
}
