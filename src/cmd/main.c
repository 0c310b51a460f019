/* unheap: picks the verb and sets up what all verbs need. */
#include "cmd.h"

#include "regex/regex.h"

#include <jansson.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const struct verb {
    const char *name;
    int (*run)(struct cmd *cmd, int argc, char **argv);
    const char *question;
} verbs[] = {
    {"hot", verb_hot, "what do I change first? Ranks what puts bytes on the heap, and why"},
    {"why", verb_why, "why is this on the heap? The compiler's reasoning, as a story"},
    {"prof", verb_prof, "the profile as go tool pprof shows it: -top, -peek, -list, ..."},
    {"diff", verb_diff, "what changed between two profiles, and is it real?"},
    {"bin", verb_bin, "where does the shipped program allocate, what type, how much?"},
    {"gate", verb_gate, "did this change put something new on the heap? For CI"},
    {"ledger", verb_ledger, "where did the memory limit go? From the cgroup down to the line"},
    {"capture", verb_capture, "one heap profile, now, from outside of a running process"},
    {"watch", verb_watch, "a daemon: metrics, triggers, a profile before the kernel kills"},
    {"gc", verb_gc, "what does the collector do to latency? Traces of GODEBUG=gctrace=1"},
    {"version", verb_version, "which unheap is this?"},
};

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    if (wanted)
        fprintf(stderr, "unheap: out of memory (%zu bytes wanted)\n", wanted);
    else
        fputs("unheap: out of memory\n", stderr);
    _exit(EXIT_COULD_NOT); /* from any thread; nothing half-written is left: files are renamed whole
                            */
}

/* jansson says nothing when it runs out of memory in the middle of a document: it gets memory that
 * never comes back NULL (base.h, B1). Its allocator has no context, hence the one global. */
static const struct memory json_memory = {.exhausted = exhausted};

static void *get_json_memory(size_t n)
{
    return memory_get(&json_memory, n);
}

static void exhausted_in_cpp(void)
{
    exhausted(NULL, 0);
}

static void put_json_memory(void *ptr)
{
    memory_put(&json_memory, ptr);
}

static void print_usage(FILE *to)
{
    fputs("unheap: what a Go service puts on the heap, why, and what it costs\n\n"
          "usage: unheap VERB [flags] [arguments]\n\n", to);
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        fprintf(to, "  %-8s %s\n", verbs[i].name, verbs[i].question);
    fputs("\n`unheap VERB -h` tells a verb's flags, with an example.\n", to);
}

static unsigned terminal_columns(void)
{
    struct winsize size;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 40)
        return size.ws_col;
    return 100;
}

static int run_verb(const struct verb *verb, int argc, char **argv)
{
    struct cmd cmd = {.verb = verb->name, .memory = {.exhausted = exhausted}};
    cmd.sink = diag_sink_new(&cmd.memory);
    cmd.workers = workers_new(&cmd.memory, 0);
    cmd.stdout_terminal = isatty(STDOUT_FILENO) && !getenv("NO_COLOR");
    cmd.stderr_terminal = isatty(STDERR_FILENO);
    cmd.columns = isatty(STDOUT_FILENO) ? terminal_columns() : 100;
    int code = verb->run(&cmd, argc, argv);
    workers_free(cmd.workers);
    diag_sink_free(cmd.sink);
    return code;
}

static const struct verb *find_verb(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (strcmp(name, verbs[i].name) == 0)
            return &verbs[i];
    return NULL;
}

static int unknown_verb(const char *name)
{
    struct nearest nearest;
    nearest_init(&nearest, str_from(name));
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        nearest_offer(&nearest, verbs[i].name);
    fprintf(stderr, "unheap: there is no verb %s\n", name);
    if (nearest.name)
        fprintf(stderr, "did you mean unheap %s?\n", nearest.name);
    fputs("unheap -h lists them\n", stderr);
    return EXIT_USAGE;
}

/* "unheap help" and "unheap help VERB". */
static int help(int argc, char **argv)
{
    static char dash_h[] = "-h";
    char *words[] = {dash_h, NULL};
    if (argc > 0) {
        const struct verb *verb = find_verb(argv[0]);
        return verb ? run_verb(verb, 1, words) : unknown_verb(argv[0]);
    }
    print_usage(stdout);
    return fflush(stdout) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

static bool is_one_of(const char *word, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(word, *words) == 0)
            return true;
    return false;
}

int main(int argc, char **argv)
{
    static const char *const help_words[] = {"help", "-h", "-help", "--help", NULL};
    static const char *const version_words[] = {"-version", "--version", NULL};
    regex_set_exhausted(exhausted_in_cpp);
    json_set_alloc_funcs(get_json_memory, put_json_memory);
    signal(SIGPIPE, SIG_IGN); /* a closed pipe is a failed write, told as exit code 1 */
    if (argc < 2) {
        print_usage(stderr);
        return EXIT_USAGE;
    }
    if (is_one_of(argv[1], help_words))
        return help(argc - 2, argv + 2);
    if (vettool_asked(argc - 1, argv + 1)) {
        static const struct verb vettool = {"vet", verb_vettool, ""};
        return run_verb(&vettool, argc - 1, argv + 1);
    }
    const struct verb *verb = find_verb(is_one_of(argv[1], version_words) ? "version" : argv[1]);
    return verb ? run_verb(verb, argc - 2, argv + 2) : unknown_verb(argv[1]);
}
