/* unheap capture: one heap profile, now, from outside. */
#include "cmd.h"

#include "live/live.h"

#include <stdio.h>

static const char usage[] =
    "usage: unheap capture [flags] PID\n\n"
    "Reads the heap profile of a running Go process out of its memory: no endpoint, no library,\n"
    "and the process is not stopped. A pprof profile comes out, with Go's four sample types.\n\n"
    "  unheap capture -o heap.pb.gz 4711\n"
    "  unheap hot -profile heap.pb.gz ./...\n";

struct capture_flags {
    const char *output;
    bool current;
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

static int capture(struct cmd *cmd, const struct capture_flags *flags, int pid)
{
    struct live *live = live_new(&cmd->memory);
    struct live_target *target = NULL;
    int code = EXIT_COULD_NOT;
    if (!live_attach(live, pid, cmd->sink, &target)) {
        struct live_heap heap;
        struct sb profile;
        sb_init(&profile, &cmd->memory);
        if (!live_heap_read(target, flags->current, cmd->sink, &heap)) {
            live_heap_write(target, &heap, &profile);
            tell(cmd, target, &heap, flags->current);
            code = put_profile(cmd, flags, sb_str(&profile));
        }
        live_heap_release(&heap);
        sb_release(&profile);
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
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    if (code >= 0)
        return code;
    uint64_t pid;
    if (words.count != 1 || !str_to_u64(str_from(argv[0]), &pid) || pid > INT32_MAX) {
        fprintf(stderr, "unheap capture: give one process id\n\n%s", usage);
        return EXIT_USAGE;
    }
    return capture(cmd, &flags, (int)pid);
}
