/* unheap capture: one heap profile, now, from outside. */
#include "cmd.h"

#include "live/live.h"
#include "report/report.h"

#include <stdio.h>

static const char usage[] =
    "usage: unheap capture [flags] PID\n"
    "       unheap capture [flags] -cgroup PATH\n\n"
    "Reads the heap profile of a running Go process out of its memory: no endpoint, no library,\n"
    "and the process is not stopped. A pprof profile comes out, with Go's four sample types; with\n"
    "-goroutines one of where they wait. Of a cgroup the largest Go process is taken.\n\n"
    "  unheap capture -o heap.pb.gz 4711\n"
    "  unheap capture -goroutines -o waiting.pb.gz 4711\n"
    "  unheap hot -profile heap.pb.gz ./...\n";

struct capture_flags {
    const char *output, *cgroup;
    bool current, goroutines, created;
};

static int put_profile(struct cmd *cmd, const struct capture_flags *flags, struct str profile)
{
    if (flags->output && strcmp(flags->output, "-") != 0)
        return file_write_atomic(flags->output, profile, &cmd->memory, cmd->sink) ? EXIT_COULD_NOT
                                                                                  : EXIT_CLEAN;
    if (cmd->stdout_terminal) {
        fputs("unheap capture: a profile is no text for a terminal: use -o FILE\n", stderr);
        return EXIT_USAGE;
    }
    return cmd_print(cmd, profile);
}

static void tell(struct cmd *cmd, const struct live_target *target, const struct live_heap *heap,
                 bool current)
{
    if (heap->skipped || heap->broken)
        diag_add(cmd->sink, DIAG_LIVE_SKIPPED, target->name, 0, DIAG_NO_OFFSET,
                 "%zu of %zu buckets were changing%s", heap->skipped,
                 heap->skipped + heap->buckets.len,
                 heap->broken ? ", and the chain of buckets breaks off" : "");
    if (cmd->stderr_terminal)
        fprintf(stderr, "%.*s, process %d, %.*s: %zu stacks%s\n", STR_ARGS(target->name),
                target->pid, STR_ARGS(target->go_version), heap->buckets.len,
                current ? ", up to now (more than its own profile would show)" : "");
}

static enum status make_heap(struct cmd *cmd, const struct capture_flags *flags,
                             const struct live_target *target, struct sb *profile)
{
    struct live_heap heap;
    enum status status = live_heap_read(target, flags->current, cmd->sink, &heap);
    if (status == STATUS_OK) {
        live_heap_write(target, &heap, profile);
        tell(cmd, target, &heap, flags->current);
    }
    live_heap_release(&heap);
    return status;
}

static enum status make_goroutines(struct cmd *cmd, const struct capture_flags *flags,
                                   const struct live_target *target, struct sb *profile)
{
    struct live_goroutines goroutines;
    enum status status = live_goroutines_read(target, flags->created, cmd->sink, &goroutines);
    if (status == STATUS_OK) {
        live_goroutines_write(target, &goroutines, profile);
        if (goroutines.skipped)
            diag_add(cmd->sink, DIAG_LIVE_SKIPPED, target->name, 0, DIAG_NO_OFFSET,
                     "%llu of %llu goroutines were changing",
                     (unsigned long long)goroutines.skipped,
                     (unsigned long long)goroutines.count);
        if (cmd->stderr_terminal)
            fprintf(stderr, "%.*s, process %d, %.*s: %llu goroutines at %zu places, %llu running\n",
                    STR_ARGS(target->name), target->pid, STR_ARGS(target->go_version),
                    (unsigned long long)goroutines.count, goroutines.groups.len,
                    (unsigned long long)goroutines.running);
    }
    live_goroutines_release(&goroutines);
    return status;
}

/* "; 38912 objects of 1024 B: 38MB; 3 larger than 32 kB: 12MB" */
static void add_sizes(const struct live_sizes *sizes, struct sb *out)
{
    enum { SHOWN = 5 };
    for (size_t i = 0; i < sizes->count && i < SHOWN; i++) {
        const struct live_size *size = &sizes->list[i];
        sb_addf(out, "; %lld objects ", (long long)size->objects);
        if (size->size)
            sb_addf(out, "of %llu B: ", (unsigned long long)size->size);
        else
            sb_adds(out, "larger than 32 kB: ");
        report_amount(out, size->bytes, STR("bytes"));
    }
}

/* A profile in words: what can be known of a process that keeps no heap profile. */
static void tell_what_is_known(struct cmd *cmd, const struct live_target *target)
{
    struct live_runtime runtime;
    struct live_sizes sizes;
    struct live_runtime_reader *reader = live_runtime_open(target);
    struct sb text;
    sb_init(&text, &cmd->memory);
    if (live_sizes_read(reader, &sizes))
        add_sizes(&sizes, &text);
    if (live_runtime_read(reader, &runtime) && runtime.heap_in_use >= 0)
        diag_add(cmd->sink, DIAG_LIVE_INSTEAD, target->name, 0, DIAG_NO_OFFSET,
                 "known without a profile: heap in use %lld bytes, of that %lld live at the last "
                 "collection; stacks %lld bytes, %lld goroutines%.*s",
                 (long long)runtime.heap_in_use, (long long)runtime.live,
                 (long long)runtime.stacks, (long long)runtime.goroutines,
                 STR_ARGS(sb_str(&text)));
    sb_release(&text);
    live_runtime_close(reader);
}

/* What was read of a process that has ended meanwhile is good; what was read across an exec, or of
 * another one with its number, may be of two programs. */
static bool became_another(const struct live_target *target)
{
    struct live_usage process;
    return !live_is_same(target) && live_usage_read("", target->pid, 0, &process);
}

static int capture_target(struct cmd *cmd, const struct capture_flags *flags,
                          const struct live_target *target)
{
    struct sb profile;
    int code = EXIT_COULD_NOT;
    sb_init(&profile, &cmd->memory);
    enum status status = flags->goroutines ? make_goroutines(cmd, flags, target, &profile)
                                           : make_heap(cmd, flags, target, &profile);
    if (status == STATUS_OK && became_another(target))
        diag_add(cmd->sink, DIAG_LIVE_ENDED, target->name, 0, DIAG_NO_OFFSET,
                 "process %d began to run another program while it was read", target->pid);
    else if (status == STATUS_OK)
        code = put_profile(cmd, flags, sb_str(&profile));
    else if (!flags->goroutines)
        tell_what_is_known(cmd, target);
    sb_release(&profile);
    return code;
}

/* The process of a cgroup with most memory among those that are Go's; 0 and a diagnostic. */
static int find_in_cgroup(struct cmd *cmd, struct live *live, const char *path)
{
    enum { MOST_PROCESSES = 1024 };
    struct live_cgroup cgroup;
    int pids[MOST_PROCESSES], found = 0;
    int64_t most = -1;
    size_t count = live_cgroup_named("", path, &cgroup)
                       ? live_cgroup_processes(&cgroup, pids, MOST_PROCESSES)
                       : 0;
    struct diag_sink *quiet = diag_sink_new(&cmd->memory);
    for (size_t i = 0; i < count && i < MOST_PROCESSES; i++) {
        struct live_usage process;
        struct live_target *target;
        if (!live_usage_read("", pids[i], 0, &process) || process.resident <= most ||
            live_attach(live, pids[i], quiet, &target))
            continue;
        most = process.resident;
        found = pids[i];
        live_detach(target);
    }
    diag_sink_free(quiet);
    if (!found)
        diag_add(cmd->sink, DIAG_LIVE_NO_CGROUP, str_from(path), 0, DIAG_NO_OFFSET,
                 count ? "none of its processes is a Go program that may be read"
                       : "there is no such cgroup, or no process in it");
    return found;
}

static int capture(struct cmd *cmd, const struct capture_flags *flags, int pid)
{
    struct live *live = live_new(&cmd->memory);
    struct live_target *target = NULL;
    int code = EXIT_COULD_NOT;
    if (flags->cgroup)
        pid = find_in_cgroup(cmd, live, flags->cgroup);
    if (pid && !live_attach(live, pid, cmd->sink, &target)) {
        code = capture_target(cmd, flags, target);
        live_detach(target);
    }
    live_free(live);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int verb_capture(struct cmd *cmd, int argc, char **argv)
{
    struct capture_flags flags = {0};
    const struct flag list[] = {
        {"o", FLAG_STRING, &flags.output, "FILE", "write the profile there (else standard output)"},
        {"current", FLAG_BOOL, &flags.current, NULL,
         "with what the runtime has not published yet, of the last two collections' time"},
        {"goroutines", FLAG_BOOL, &flags.goroutines, NULL,
         "where goroutines wait, as /debug/pprof/goroutine has it"},
        {"created", FLAG_BOOL, &flags.created, NULL,
         "with -goroutines: by the go statement that started them"},
        {"cgroup", FLAG_STRING, &flags.cgroup, "PATH", "of its largest Go process"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    if (code >= 0)
        return code;
    uint64_t pid = 0;
    if (words.count + (flags.cgroup != NULL) != 1 ||
        (words.count && (!str_to_u64(str_from(argv[0]), &pid) || pid > INT32_MAX))) {
        fprintf(stderr, "unheap capture: give one process id, or -cgroup\n\n%s", usage);
        return EXIT_USAGE;
    }
    flags.goroutines |= flags.created;
    return capture(cmd, &flags, (int)pid);
}
