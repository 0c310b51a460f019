/* cgroup.c: where a cgroup's files are.
 *
 * /proc/PID/cgroup names the cgroup of each hierarchy ("4:memory:/a/b", "0::/a/b"), relative to the
 * reader's own cgroup namespace, so with "/.." in front for one outside of it; mountinfo says where
 * a hierarchy is mounted, and from which cgroup on (cgroups(7), proc(5)). */
#include "live_int.h"

#include <ctype.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

/* A mounted hierarchy. */
struct mount {
    char point[LIVE_PATH_BYTES]; /* `root` in front */
    char from[LIVE_PATH_BYTES];  /* the cgroup that is seen there */
};
/* The hierarchies that matter. */
struct mounts {
    const char *root;
    struct mount unified, memory, cpu, accounting;
};

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static bool has_file(const char *folder, const char *name)
{
    char path[LIVE_PATH_BYTES + 64];
    struct stat info;
    return folder[0] &&
           snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path) &&
           stat(path, &info) == 0;
}

/* mountinfo writes blanks and the like as \040. */
static void copy_path(char *to, const char *before, struct str path)
{
    enum { OCTAL_DIGITS = 3 };
    size_t n = (size_t)snprintf(to, LIVE_PATH_BYTES, "%s", before);
    for (size_t i = 0; i < path.len && n + 1 < LIVE_PATH_BYTES; i++) {
        char c = path.ptr[i];
        if (c == '\\' && i + OCTAL_DIGITS < path.len && isdigit((unsigned char)path.ptr[i + 1])) {
            c = (char)((path.ptr[i + 1] - '0') << 6 | (path.ptr[i + 2] - '0') << 3 |
                       (path.ptr[i + 3] - '0'));
            i += OCTAL_DIGITS;
        }
        to[n++] = c;
    }
    to[n < LIVE_PATH_BYTES ? n : LIVE_PATH_BYTES - 1] = 0;
}

/* ---- mounts ---- */

static bool has_option(struct str options, const char *name)
{
    while (options.ptr)
        if (str_is(str_cut(&options, ','), name))
            return true;
    return false;
}

static void set_mount(struct mount *mount, const char *root, struct str from, struct str point)
{
    if (mount->point[0])
        return; /* the first one counts; others are the same, mounted again */
    copy_path(mount->point, root, point);
    copy_path(mount->from, "", from);
}

/* "32 31 0:29 /from /point rw,relatime - cgroup cgroup rw,memory" */
static void take_mount(void *ctx, struct str line)
{
    struct mounts *mounts = ctx;
    const char *root = mounts->root;
    ptrdiff_t dash = str_find(line, STR(" - "));
    if (dash < 0)
        return;
    struct str rest = str_skip(line, (size_t)dash + 3), head = line;
    struct str type = kernel_word(&rest);
    (void)kernel_word(&rest);
    struct str options = kernel_word(&rest);
    for (int i = 0; i < 3; i++)
        (void)kernel_word(&head);
    struct str from = kernel_word(&head), point = kernel_word(&head);
    if (str_is(type, "cgroup2"))
        set_mount(&mounts->unified, root, from, point);
    if (!str_is(type, "cgroup"))
        return;
    if (has_option(options, "memory"))
        set_mount(&mounts->memory, root, from, point);
    if (has_option(options, "cpu"))
        set_mount(&mounts->cpu, root, from, point);
    if (has_option(options, "cpuacct"))
        set_mount(&mounts->accounting, root, from, point);
}

static bool read_mounts(const char *root, struct mounts *mounts)
{
    char path[LIVE_PATH_BYTES];
    memset(mounts, 0, sizeof(*mounts));
    mounts->root = root;
    snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
    return kernel_file_lines(path, take_mount, mounts) &&
           (mounts->unified.point[0] || mounts->memory.point[0]);
}

/* ---- a cgroup's folders ---- */

static bool is_above(struct str above, struct str path)
{
    return str_starts(path, above) &&
           (path.len == above.len || path.ptr[above.len] == '/');
}

/* The folder of a cgroup under a mount; what lies above the mount, or beside it, is not seen: then
 * the mount point itself is the nearest that is. */
static void place(const struct mount *mount, struct str cgroup, char *folder, size_t *mount_len)
{
    struct str from = str_from(mount->from);
    folder[0] = 0;
    if (!mount->point[0])
        return;
    while (str_starts(cgroup, STR("/..")))
        cgroup = str_skip(cgroup, 3);
    if (!str_is(from, "/") && is_above(from, cgroup))
        cgroup = str_skip(cgroup, from.len);
    if (str_is(cgroup, "/"))
        cgroup = STR_NONE;
    int n = snprintf(folder, LIVE_PATH_BYTES, "%s%.*s", mount->point, STR_ARGS(cgroup));
    if (n >= LIVE_PATH_BYTES || !is_folder(folder))
        snprintf(folder, LIVE_PATH_BYTES, "%s", mount->point);
    if (mount_len)
        *mount_len = strlen(mount->point);
}

static void copy_str(char *to, struct str text)
{
    snprintf(to, LIVE_PATH_BYTES, "%.*s", STR_ARGS(text));
}

/* v1 where the memory controller is mounted so, else v2 where it is switched on. */
static bool settle(const struct mounts *mounts, struct str memory, struct str unified,
                   struct live_cgroup *cgroup)
{
    if (memory.ptr && mounts->memory.point[0]) {
        cgroup->version = 1;
        copy_str(cgroup->path, memory);
        place(&mounts->memory, memory, cgroup->memory, &cgroup->memory_mount);
    } else if (unified.ptr && mounts->unified.point[0]) {
        cgroup->version = 2;
        copy_str(cgroup->path, unified);
        place(&mounts->unified, unified, cgroup->memory, &cgroup->memory_mount);
    }
    return cgroup->version != 0;
}

static void settle_cpu(const struct mounts *mounts, struct str cpu, struct str accounting,
                       struct str unified, struct live_cgroup *cgroup)
{
    if (cpu.ptr && mounts->cpu.point[0]) {
        place(&mounts->cpu, cpu, cgroup->cpu, &cgroup->cpu_mount);
        place(&mounts->accounting, accounting, cgroup->accounting, NULL);
    } else if (unified.ptr) {
        place(&mounts->unified, unified, cgroup->cpu, &cgroup->cpu_mount);
        memcpy(cgroup->accounting, cgroup->cpu, sizeof(cgroup->accounting));
    }
}

bool live_cgroup_of(const char *root, int pid, struct live_cgroup *cgroup)
{
    struct kernel_file file;
    struct mounts mounts;
    struct str memory = STR_NONE, cpu = STR_NONE, accounting = STR_NONE, unified = STR_NONE;
    memset(cgroup, 0, sizeof(*cgroup));
    if (!kernel_file_of_process(&file, root, pid, "cgroup") || !read_mounts(root, &mounts))
        return false;
    for (struct str rest = file.text; rest.ptr;) {
        struct str path = str_cut(&rest, '\n'); /* ID:CONTROLLERS:PATH */
        (void)str_cut(&path, ':');
        struct str controllers = str_cut(&path, ':');
        if (path.ptr && controllers.len == 0)
            unified = path;
        memory = has_option(controllers, "memory") ? path : memory;
        cpu = has_option(controllers, "cpu") ? path : cpu;
        accounting = has_option(controllers, "cpuacct") ? path : accounting;
    }
    settle_cpu(&mounts, cpu, accounting, unified, cgroup);
    return settle(&mounts, memory, unified, cgroup);
}

/* ---- by a path ---- */

/* A folder below a mount point: the cgroup's name. */
static struct str name_below(const struct mount *mount, struct str path)
{
    struct str point = str_from(mount->point);
    if (point.len == 0 || !is_above(point, path))
        return STR_NONE;
    struct str name = str_skip(path, point.len);
    return name.len ? name : STR("/");
}

static struct str without_slash(struct str path)
{
    while (path.len > 1 && path.ptr[path.len - 1] == '/')
        path.len--;
    return path;
}

static bool exists_below(const struct mount *mount, struct str name)
{
    char path[2 * LIVE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s%.*s", mount->point, STR_ARGS(name));
    return mount->point[0] && is_folder(path);
}

/* What lies beside the mount's own cgroup is not to be had by name. */
static void settle_named(struct mounts *mounts, struct str name, struct live_cgroup *cgroup)
{
    struct mount *all[] = {&mounts->unified, &mounts->memory, &mounts->cpu, &mounts->accounting};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        snprintf(all[i]->from, LIVE_PATH_BYTES, "/");
    struct str memory = exists_below(&mounts->memory, name) ? name : STR_NONE;
    struct str unified = exists_below(&mounts->unified, name) ? name : STR_NONE;
    struct str cpu = exists_below(&mounts->cpu, name) ? name : STR_NONE;
    (void)settle(mounts, memory, unified, cgroup);
    settle_cpu(mounts, cpu, cpu, unified, cgroup);
}

bool live_cgroup_named(const char *root, const char *path, struct live_cgroup *cgroup)
{
    struct mounts mounts;
    char folder[LIVE_PATH_BYTES];
    struct str name = without_slash(str_from(path));
    memset(cgroup, 0, sizeof(*cgroup));
    bool mounted = read_mounts(root, &mounts);
    snprintf(folder, sizeof(folder), "%s%.*s", root, STR_ARGS(name));
    struct str below = STR_NONE;
    const struct mount *all[] = {&mounts.memory, &mounts.cpu, &mounts.accounting, &mounts.unified};
    for (size_t i = 0; mounted && i < COUNT_OF(all) && !below.ptr; i++)
        below = name_below(all[i], str_from(folder));
    if (mounted)
        settle_named(&mounts, below.ptr ? below : name, cgroup);
    if (cgroup->version || !is_folder(folder))
        return cgroup->version != 0;
    /* Not below a mount that is known: a folder with the files of a cgroup. */
    cgroup->version = has_file(folder, "memory.usage_in_bytes") ? 1
                      : has_file(folder, "cgroup.procs")        ? 2
                                                                : 0;
    copy_str(cgroup->path, name);
    memcpy(cgroup->memory, folder, sizeof(folder));
    cgroup->memory_mount = strlen(folder);
    if (cgroup->version == 2) {
        memcpy(cgroup->cpu, folder, sizeof(folder));
        memcpy(cgroup->accounting, folder, sizeof(folder));
        cgroup->cpu_mount = cgroup->memory_mount;
    }
    return cgroup->version != 0;
}

/* ---- its processes ---- */

struct gather {
    int *pids;
    size_t count, max;
};

static void add_process(void *ctx, struct str line)
{
    struct gather *gather = ctx;
    uint64_t pid;
    if (!str_to_u64(str_trim(line), &pid) || pid == 0 || pid > INT32_MAX)
        return; /* 0: of another namespace */
    if (gather->count < gather->max)
        gather->pids[gather->count] = (int)pid;
    gather->count++;
}

static void walk(const char *folder, unsigned depth, struct gather *gather)
{
    enum { DEEPEST = 32 };
    char path[LIVE_PATH_BYTES + 64];
    snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
    (void)kernel_file_lines(path, add_process, gather);
    DIR *dir = depth < DEEPEST ? opendir(folder) : NULL;
    if (!dir)
        return;
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
            continue;
        if (snprintf(path, LIVE_PATH_BYTES, "%s/%s", folder, entry->d_name) < LIVE_PATH_BYTES &&
            (entry->d_type == DT_DIR || is_folder(path)))
            walk(path, depth + 1, gather);
    }
    closedir(dir);
}

static int compare_pids(const void *a, const void *b)
{
    int left = *(const int *)a, right = *(const int *)b;
    return (left > right) - (left < right);
}

size_t live_cgroup_processes(const struct live_cgroup *cgroup, int *pids, size_t max)
{
    struct gather gather = {.pids = pids, .max = max};
    if (cgroup->memory[0])
        walk(cgroup->memory, 0, &gather);
    qsort(pids, gather.count < max ? gather.count : max, sizeof(*pids), compare_pids);
    return gather.count;
}
