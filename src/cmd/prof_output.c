/* prof_output.c: where a finished report goes: standard output, a file, another program. */
#include "prof.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- files ---- */

/* A device or a pipe is written to as it is, a file whole or not at all. */
static int write_special(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(text.ptr, 1, text.len, file) == text.len;
    if (file)
        good = fclose(file) == 0 && good;
    if (!good)
        fprintf(stderr, "unheap: %s: %s\n", path, strerror(errno));
    return good ? EXIT_CLEAN : EXIT_COULD_NOT;
}

static int write_output(struct cmd *cmd, const char *path, struct str text)
{
    struct stat status;
    fprintf(stderr, "Generating report in %s\n", path);
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_special(path, text);
    return file_write_atomic(path, text, &cmd->memory, cmd->sink) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* A new file FOLDER/NAME001.SUFFIX or with the first number that is free; its descriptor, or -1. */
static int make_file(struct sb *path, const char *folder, const char *name, const char *suffix)
{
    for (int number = 1; number < 10000; number++) {
        sb_clear(path);
        sb_addf(path, "%s%s%03d.%s", folder, name, number, suffix);
        int fd = open(path->text, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0644);
        if (fd >= 0 || errno != EEXIST)
            return fd;
    }
    return -1;
}

int prof_write_new(struct sb *path, const char *folder, const char *name, const char *suffix,
                   struct str text)
{
    int fd = make_file(path, folder, name, suffix);
    bool good = fd >= 0 && file_write_all(fd, text);
    if (fd >= 0)
        good = close(fd) == 0 && good;
    if (!good)
        fprintf(stderr, "unheap: %s: %s\n", path->text, strerror(errno));
    return good ? EXIT_CLEAN : EXIT_COULD_NOT;
}

static int put_in_new_file(struct cmd *cmd, const char *suffix, struct str text)
{
    struct sb path;
    sb_init(&path, &cmd->memory);
    int code = prof_write_new(&path, "", "profile", suffix, text);
    if (code == EXIT_CLEAN)
        fprintf(stderr, "Generating report in %s\n", path.text);
    sb_release(&path);
    return code;
}

/* ---- programs that show it ---- */

extern char **environ;

static bool start_viewer(struct cmd *cmd, struct str viewer, const char *path)
{
    struct sb sb;
    pid_t pid;
    const char *browser = str_is(viewer, "$BROWSER") ? getenv("BROWSER") : NULL;
    if (str_starts(viewer, STR("$")) && !browser)
        return false;
    sb_init(&sb, &cmd->memory);
    sb_add(&sb, browser ? str_from(browser) : viewer);
    char *argv[] = {sb.text, (char *)(uintptr_t)path, NULL};
    bool started = posix_spawnp(&pid, sb.text, NULL, NULL, argv, environ) == 0;
    sb_release(&sb);
    return started;
}

static int show(struct cmd *cmd, const struct prof_command *command, struct str text)
{
    struct sb path, folder;
    const char *tmp = getenv("TMPDIR");
    sb_init(&path, &cmd->memory);
    sb_init(&folder, &cmd->memory);
    sb_addf(&folder, "%s/", tmp && *tmp ? tmp : "/tmp");
    int code = prof_write_new(&path, folder.text, "pprof", command->suffix, text);
    bool started = false;
    struct str rest = str_from(command->viewers);
    while (code == EXIT_CLEAN && rest.ptr && !started)
        started = start_viewer(cmd, str_cut(&rest, '|'), path.text);
    if (code == EXIT_CLEAN)
        fprintf(stderr, started ? "Showing %s\n" : "There is no program to show %s\n", path.text);
    sb_release(&path);
    sb_release(&folder);
    return code;
}

/* ---- which of them ---- */

int prof_put(struct cmd *cmd, const struct prof_flags *flags, struct str text, bool in_shell)
{
    const struct prof_command *command = flags->command;
    bool on_screen = in_shell || isatty(STDOUT_FILENO);
    if (flags->output && *flags->output)
        return write_output(cmd, flags->output, text);
    if (command->viewers && on_screen)
        return show(cmd, command, text);
    if (command->suffix && on_screen)
        return put_in_new_file(cmd, command->suffix, text);
    return cmd_print(cmd, text);
}

/* ---- Graphviz ---- */

static bool take_drawing(void *ctx, const char *bytes, size_t n)
{
    sb_addn(ctx, bytes, n);
    return true;
}

static bool pass_on(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    return fwrite(bytes, 1, n, stderr) == n;
}

static int run_dot(struct cmd *cmd, const char *format, const char *path, struct sb *out)
{
    char option[32];
    snprintf(option, sizeof(option), "-T%s", format);
    const char *const argv[] = {"dot", option, path, NULL};
    struct child_request request = {
        .argv = argv, .on_stdout = take_drawing, .on_stderr = pass_on, .ctx = out};
    int code;
    if (child_run(&request, &cmd->memory, cmd->sink, &code) == STATUS_OK && code == 0)
        return EXIT_CLEAN;
    fputs("unheap: could not run dot, which draws the graph: is Graphviz installed?\n", stderr);
    return EXIT_COULD_NOT;
}

int prof_draw(struct cmd *cmd, const char *format, struct str graph, struct sb *out)
{
    const char *tmp = getenv("TMPDIR");
    struct sb path;
    sb_init(&path, &cmd->memory);
    sb_addf(&path, "%s/unheapXXXXXX", tmp && *tmp ? tmp : "/tmp");
    int fd = mkstemp(path.text);
    bool good = fd >= 0 && file_write_all(fd, graph);
    if (fd >= 0)
        good = close(fd) == 0 && good;
    if (!good)
        fprintf(stderr, "unheap: %s: %s\n", path.text, strerror(errno));
    int code = good ? run_dot(cmd, format, path.text, out) : EXIT_COULD_NOT;
    if (fd >= 0)
        unlink(path.text);
    sb_release(&path);
    return code;
}
