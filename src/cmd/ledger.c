/* unheap ledger: where did the memory limit go? */
#include "cmd.h"

#include "live/live.h"
#include "profile/profile.h"
#include "report/report.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: unheap ledger [flags] PID\n"
    "       unheap ledger [flags] -cgroup PATH\n"
    "       unheap ledger [flags] -url URL\n\n"
    "One table from the container's limit down to the line of code: cgroup, process, Go runtime,\n"
    "heap, sites. Every level adds up. The process is read from outside; with -url it tells\n"
    "itself (/debug/vars, /metrics, /debug/pprof/heap).\n\n"
    "  unheap ledger 4711\n"
    "  unheap ledger -cgroup /sys/fs/cgroup/kubepods.slice/pod1\n"
    "  unheap ledger -profile heap.pb.gz -json 4711\n"
    "  unheap hot -json -profile heap.pb.gz ./... >hot.json && unheap ledger -hot hot.json 4711\n";

enum { MOST_PROCESSES = 256 };

struct ledger_flags {
    const char *cgroup, *url, *profile, *root, *hot;
    unsigned seconds;
    bool json;
};

/* A process and what is read of it. */
struct subject {
    struct live_target *target; /* NULL: not Go, or it may not be read */
    struct live_runtime_reader *reader;
    struct live_runtime runtime, then;
    struct live_mappings mappings;
    struct live_sizes sizes;
    bool has_mappings, has_sizes;
};
/* All that a ledger is made of. */
struct gathering {
    struct cmd *cmd;
    const struct ledger_flags *flags;
    struct live *live;
    struct live_cgroup cgroup;
    struct live_group_usage group;
    bool grouped;
    VEC(struct subject) subjects;
    VEC(struct live_ledger_process) processes;
    size_t main;
    struct profile *profile;
    struct sb missing, title;
    struct live_ledger ledger;
};

static const char *root_of(const struct ledger_flags *flags)
{
    return flags->root ? flags->root : "";
}

/* ---- what cannot be read is told beside the table, not instead of it ---- */

static void add_missing(struct gathering *gathering, const struct diag_sink *sink)
{
    for (size_t i = 0; i < diag_count(sink); i++) {
        if (gathering->missing.len)
            sb_adds(&gathering->missing, ". ");
        sb_add(&gathering->missing, diag_at(sink, i)->message);
    }
}

/* ---- processes ---- */

static void read_runtime(struct gathering *gathering, int pid, struct subject *subject)
{
    struct diag_sink *sink = diag_sink_new(&gathering->cmd->memory);
    if (root_of(gathering->flags)[0] == 0 &&
        live_attach(gathering->live, pid, sink, &subject->target) == STATUS_OK) {
        subject->reader = live_runtime_open(subject->target);
        if (!live_runtime_read(subject->reader, &subject->runtime)) {
            live_runtime_close(subject->reader);
            subject->reader = NULL;
        }
    }
    add_missing(gathering, sink);
    diag_sink_free(sink);
}

static void read_mappings(struct gathering *gathering, int pid, struct subject *subject)
{
    struct diag_sink *sink = diag_sink_new(&gathering->cmd->memory);
    subject->has_mappings = !live_mappings_read(root_of(gathering->flags), pid,
                                                &gathering->cmd->memory, sink,
                                                &subject->mappings);
    if (subject->has_mappings && subject->target)
        live_mappings_place_heap(&subject->mappings, subject->target);
    add_missing(gathering, sink);
    diag_sink_free(sink);
}

static bool add_process(struct gathering *gathering, int pid)
{
    struct live_ledger_process process = {0};
    struct subject subject = {0};
    if (!live_usage_read(root_of(gathering->flags), pid, 0, &process.usage))
        return false;
    read_runtime(gathering, pid, &subject);
    read_mappings(gathering, pid, &subject);
    if (subject.target)
        process.go_version = subject.target->go_version;
    VEC_PUSH(&gathering->cmd->memory, &gathering->processes, process);
    VEC_PUSH(&gathering->cmd->memory, &gathering->subjects, subject);
    return true;
}

static void wait_seconds(unsigned seconds)
{
    struct timespec left = {.tv_sec = (time_t)seconds};
    while (nanosleep(&left, &left) != 0)
        continue;
}

/* The allocation rate of the main process, by a second look at it. */
static void look_again(struct gathering *gathering)
{
    struct subject *subject = &gathering->subjects.at[gathering->main];
    struct live_ledger_process *process = &gathering->processes.at[gathering->main];
    struct live_runtime later;
    struct timespec before, after;
    if (!subject->reader || gathering->flags->seconds == 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &before);
    wait_seconds(gathering->flags->seconds);
    if (!live_runtime_read(subject->reader, &later) || later.allocated < 0)
        return;
    clock_gettime(CLOCK_MONOTONIC, &after);
    process->interval = (double)(after.tv_sec - before.tv_sec) +
                        (double)(after.tv_nsec - before.tv_nsec) * 1e-9;
    subject->then = subject->runtime;
    subject->runtime = later;
    if (subject->has_mappings)
        live_mappings_release(&subject->mappings);
    read_mappings(gathering, process->usage.pid, subject);
    (void)live_usage_read(root_of(gathering->flags), process->usage.pid, 0, &process->usage);
}

/* The pointers, once nothing moves any more. The main process is the largest one in Go. */
static void connect(struct gathering *gathering)
{
    for (size_t i = 0; i < gathering->processes.len; i++) {
        struct subject *subject = &gathering->subjects.at[i];
        struct live_ledger_process *process = &gathering->processes.at[i];
        process->runtime = subject->reader ? &subject->runtime : NULL;
        process->then = process->interval > 0 ? &subject->then : NULL;
        process->mappings = subject->has_mappings ? &subject->mappings : NULL;
        process->sizes = subject->has_sizes ? &subject->sizes : NULL;
    }
}

static void choose_main(struct gathering *gathering)
{
    int64_t most = -1;
    for (size_t i = 0; i < gathering->processes.len; i++) {
        int64_t resident = gathering->processes.at[i].usage.resident;
        if (gathering->subjects.at[i].reader && resident > most) {
            most = resident;
            gathering->main = i;
        }
    }
}

/* ---- the profile ---- */

static enum status read_profile(struct gathering *gathering)
{
    struct cmd *cmd = gathering->cmd;
    const struct profile_options options = {.workers = gathering->cmd->workers};
    enum status status = profile_read(&gathering->flags->profile, 1, &options, &cmd->memory,
                                      cmd->sink, &gathering->profile);
    if (status == STATUS_OK && profile_kind(gathering->profile) != PROFILE_HEAP) {
        diag_add(cmd->sink, DIAG_PROFILE_KIND, str_from(gathering->flags->profile), 0,
                 DIAG_NO_OFFSET, "this is %s; ledger needs a heap profile",
                 profile_kind_name(profile_kind(gathering->profile)));
        status = STATUS_BAD_INPUT;
    }
    return status;
}

static void capture_profile(struct gathering *gathering, const struct live_target *target)
{
    const struct memory *memory = &gathering->cmd->memory;
    struct diag_sink *sink = diag_sink_new(memory);
    struct live_heap heap;
    struct sb bytes;
    sb_init(&bytes, memory);
    if (!live_heap_read(target, false, sink, &heap)) {
        live_heap_write(target, &heap, &bytes);
        if (profile_read_bytes((const unsigned char *)bytes.text, bytes.len, target->name, memory,
                               sink, &gathering->profile))
            gathering->profile = NULL;
    }
    live_heap_release(&heap);
    sb_release(&bytes);
    add_missing(gathering, sink);
    diag_sink_free(sink);
}

static enum status get_profile(struct gathering *gathering)
{
    if (gathering->flags->profile)
        return read_profile(gathering);
    if (gathering->subjects.len && gathering->subjects.at[gathering->main].reader)
        capture_profile(gathering, gathering->subjects.at[gathering->main].target);
    return STATUS_OK;
}

static void read_sizes(struct gathering *gathering)
{
    if (!gathering->subjects.len)
        return;
    struct subject *subject = &gathering->subjects.at[gathering->main];
    subject->has_sizes = subject->reader && live_sizes_read(subject->reader, &subject->sizes);
}

/* ---- by process, by cgroup, by address ---- */

static void make(struct gathering *gathering)
{
    struct live_ledger_input input = {
        .cgroup = gathering->grouped ? &gathering->cgroup : NULL,
        .group = gathering->grouped ? &gathering->group : NULL,
        .processes = gathering->processes.at,
        .process_count = gathering->processes.len,
        .main = gathering->main,
        .profile = gathering->profile};
    live_machine_read(root_of(gathering->flags), &input.machine);
    live_ledger_make(&input, &gathering->cmd->memory, &gathering->ledger);
}

static enum status gather_process(struct gathering *gathering, int pid)
{
    const char *root = root_of(gathering->flags);
    if (!add_process(gathering, pid)) {
        diag_add(gathering->cmd->sink, DIAG_LIVE_NO_PROCESS, STR_NONE, 0, DIAG_NO_OFFSET,
                 "process %d: there is no such process", pid);
        return STATUS_NOT_FOUND;
    }
    look_again(gathering);
    if (live_cgroup_of(root, pid, &gathering->cgroup)) {
        live_group_usage_read(&gathering->cgroup, &gathering->group);
        gathering->grouped = gathering->group.limit != LIVE_UNKNOWN &&
                             gathering->group.limit != LIVE_NO_LIMIT;
    }
    const struct live_ledger_process *process = &gathering->processes.at[0];
    sb_addf(&gathering->title, "%s, process %d%s%.*s", process->usage.name, pid,
            process->go_version.len ? ", " : "", STR_ARGS(process->go_version));
    return STATUS_OK;
}

static enum status gather_cgroup(struct gathering *gathering)
{
    int pids[MOST_PROCESSES];
    const struct ledger_flags *flags = gathering->flags;
    if (!live_cgroup_named(root_of(flags), flags->cgroup, &gathering->cgroup)) {
        diag_add(gathering->cmd->sink, DIAG_LIVE_NO_CGROUP, str_from(flags->cgroup), 0,
                 DIAG_NO_OFFSET, "there is no such cgroup, neither as a folder nor below the "
                                 "mounted hierarchies");
        return STATUS_NOT_FOUND;
    }
    size_t count = live_cgroup_processes(&gathering->cgroup, pids, MOST_PROCESSES);
    for (size_t i = 0; i < count && i < MOST_PROCESSES; i++)
        (void)add_process(gathering, pids[i]);
    choose_main(gathering);
    if (gathering->processes.len)
        look_again(gathering);
    live_group_usage_read(&gathering->cgroup, &gathering->group);
    gathering->grouped = true;
    sb_addf(&gathering->title, "cgroup %s, version %u, %zu process%s", gathering->cgroup.path,
            gathering->cgroup.version, count, count == 1 ? "" : "es");
    return STATUS_OK;
}

static bool fetch_into(struct gathering *gathering, const char *url, struct diag_sink *sink,
                       struct live_usage *process, struct live_runtime *runtime)
{
    const struct profile_options options = {0};
    struct sb body;
    sb_init(&body, &gathering->cmd->memory);
    bool known = !profile_fetch_text(url, &options, &gathering->cmd->memory, sink, &body) &&
                 live_exposition_read(sb_str(&body), runtime, process);
    if (known && str_starts(sb_str(&body), STR("heap profile:")) && !gathering->profile &&
        !gathering->flags->profile &&
        profile_read_bytes((const unsigned char *)body.text, body.len, str_from(url),
                           &gathering->cmd->memory, sink, &gathering->profile))
        gathering->profile = NULL;
    sb_release(&body);
    return known;
}

/* Does the address name a file of the server, or only the server? */
static bool has_path(struct str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"));
    struct str rest = scheme < 0 ? url : str_skip(url, (size_t)scheme + 3);
    ptrdiff_t slash = str_find_char(rest, '/');
    return slash >= 0 && (size_t)slash + 1 < rest.len;
}

static bool fetch_all(struct gathering *gathering, struct diag_sink *sink,
                      struct live_usage *process, struct live_runtime *runtime)
{
    static const char *const paths[] = {"/debug/vars", "/metrics", "/debug/pprof/heap?debug=1"};
    struct str url = str_from(gathering->flags->url);
    struct sb whole;
    bool any = false;
    if (str_ends(url, STR("/debug/pprof/")) || str_ends(url, STR("/debug/pprof")))
        url = str_slice(url, 0, (size_t)str_find(url, STR("/debug/pprof")));
    if (has_path(url))
        return fetch_into(gathering, gathering->flags->url, sink, process, runtime);
    sb_init(&whole, &gathering->cmd->memory);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        sb_clear(&whole);
        sb_addf(&whole, "%.*s%s", STR_ARGS(url), str_ends(url, STR("/")) ? paths[i] + 1 : paths[i]);
        any |= fetch_into(gathering, whole.text, sink, process, runtime);
    }
    sb_release(&whole);
    return any;
}

static enum status gather_url(struct gathering *gathering)
{
    struct cmd *cmd = gathering->cmd;
    struct live_ledger_process process = {0};
    struct subject subject = {0};
    struct diag_sink *sink = diag_sink_new(&cmd->memory);
    live_exposition_init(&subject.runtime, &process.usage);
    bool any = fetch_all(gathering, sink, &process.usage, &subject.runtime);
    if (!any) {
        for (size_t i = 0; i < diag_count(sink); i++) {
            const struct diag *diag = diag_at(sink, i);
            diag_add(cmd->sink, diag->code, diag->file, diag->line, diag->offset, "%.*s",
                     STR_ARGS(diag->message));
        }
        diag_add(cmd->sink, DIAG_LIVE_NO_FIGURES, str_from(gathering->flags->url), 0,
                 DIAG_NO_OFFSET, "nothing there is an answer of /debug/vars, /metrics or "
                                 "/debug/pprof/heap?debug=1 of a Go program");
    }
    diag_sink_free(sink);
    VEC_PUSH(&cmd->memory, &gathering->processes, process);
    VEC_PUSH(&cmd->memory, &gathering->subjects, subject);
    sb_adds(&gathering->title, gathering->flags->url);
    return any ? STATUS_OK : STATUS_NETWORK;
}

static enum status gather(struct gathering *gathering, int pid)
{
    enum status status = gathering->flags->url      ? gather_url(gathering)
                         : gathering->flags->cgroup ? gather_cgroup(gathering)
                                                    : gather_process(gathering, pid);
    if (status == STATUS_OK) {
        read_sizes(gathering);
        status = get_profile(gathering);
    }
    connect(gathering);
    if (gathering->flags->url && gathering->processes.len)
        gathering->processes.at[0].runtime = &gathering->subjects.at[0].runtime;
    return status;
}

/* ---- the whole ---- */

static void gathering_release(struct gathering *gathering)
{
    const struct memory *memory = &gathering->cmd->memory;
    for (size_t i = 0; i < gathering->subjects.len; i++) {
        struct subject *subject = &gathering->subjects.at[i];
        live_runtime_close(subject->reader);
        if (subject->mappings.memory)
            live_mappings_release(&subject->mappings);
        live_detach(subject->target);
    }
    VEC_RELEASE(memory, &gathering->subjects);
    VEC_RELEASE(memory, &gathering->processes);
    if (gathering->profile)
        profile_free(gathering->profile);
    sb_release(&gathering->missing);
    sb_release(&gathering->title);
    live_free(gathering->live);
}

static enum status add_causes(struct gathering *gathering)
{
    struct cmd *cmd = gathering->cmd;
    const char *path = gathering->flags->hot;
    struct file file;
    if (!path)
        return STATUS_OK;
    enum status status = file_open(&file, path, &cmd->memory, cmd->sink);
    if (status)
        return status;
    const struct str report = {(const char *)file.bytes, file.size};
    status = live_ledger_add_causes(&gathering->ledger, report, str_from(path), cmd->sink);
    file_close(&file);
    return status;
}

static int print_report(struct gathering *gathering)
{
    struct cmd *cmd = gathering->cmd;
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal};
    struct report_ledger report = {.ledger = &gathering->ledger,
                                   .title = sb_str(&gathering->title),
                                   .missing = sb_str(&gathering->missing)};
    char room[4096];
    struct sb out;
    if (getcwd(room, sizeof(room) - 1)) {
        snprintf(room + strlen(room), 2, "/");
        report.directory = str_from(room);
    }
    sb_init(&out, &cmd->memory);
    if (gathering->flags->json)
        report_ledger_json(&report, &out);
    else
        report_ledger_text(&report, &style, &out);
    int code = cmd_print(cmd, sb_str(&out));
    sb_release(&out);
    return code;
}

static int write_report(struct gathering *gathering)
{
    make(gathering);
    int code = add_causes(gathering) ? EXIT_COULD_NOT : print_report(gathering);
    live_ledger_release(&gathering->ledger);
    return code;
}

static int ledger(struct cmd *cmd, const struct ledger_flags *flags, int pid)
{
    struct gathering gathering = {.cmd = cmd, .flags = flags, .live = live_new(&cmd->memory)};
    sb_init(&gathering.missing, &cmd->memory);
    sb_init(&gathering.title, &cmd->memory);
    int code = gather(&gathering, pid) ? EXIT_COULD_NOT : write_report(&gathering);
    gathering_release(&gathering);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int verb_ledger(struct cmd *cmd, int argc, char **argv)
{
    struct ledger_flags flags = {.seconds = 1};
    const struct flag list[] = {
        {"cgroup", FLAG_STRING, &flags.cgroup, "PATH", "a cgroup and the processes in it"},
        {"url", FLAG_STRING, &flags.url, "URL", "a program that tells about itself"},
        {"profile", FLAG_STRING, &flags.profile, "FILE|URL",
         "heap profile for the sites (else it is captured from the process)"},
        {"hot", FLAG_STRING, &flags.hot, "FILE",
         "what unheap hot -json wrote: what each cause is worth under this load"},
        {"seconds", FLAG_UNSIGNED, &flags.seconds, "N",
         "how long to watch the allocation rate (default 1; 0: since the start)"},
        {"root", FLAG_STRING, &flags.root, "DIR", "where another machine's /proc and /sys are"},
        {"json", FLAG_BOOL, &flags.json, NULL, "one JSON document, schema unheap.ledger/1"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    if (code >= 0)
        return code;
    uint64_t pid = 0;
    size_t given = words.count + (flags.cgroup != NULL) + (flags.url != NULL);
    if (given != 1 ||
        (words.count && (!str_to_u64(str_from(argv[0]), &pid) || pid > INT32_MAX))) {
        fprintf(stderr, "unheap ledger: give one process id, -cgroup or -url\n\n%s", usage);
        return EXIT_USAGE;
    }
    return ledger(cmd, &flags, (int)pid);
}
