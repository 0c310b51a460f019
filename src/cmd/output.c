/* Where the command line speaks: results on standard output, everything else on standard error. */
#include "cmd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* A pipe of the default 64 KB makes writer and reader take turns, which costs more than to make the
 * text. Where standard output is no pipe, or may not be larger, nothing happens. */
static void widen_pipe(struct cmd *cmd)
{
    enum { PIPE_BYTES = 1 << 20 }; /* what everybody is allowed: /proc/sys/fs/pipe-max-size */
    if (!cmd->pipe_widened)
        (void)fcntl(STDOUT_FILENO, F_SETPIPE_SZ, PIPE_BYTES);
    cmd->pipe_widened = true;
}

int cmd_print(struct cmd *cmd, struct str text)
{
    enum { MUCH = 1 << 17 };
    if (text.len > MUCH)
        widen_pipe(cmd);
    if (file_write_all(STDOUT_FILENO, text))
        return EXIT_CLEAN;
    if (errno != EPIPE)
        fprintf(stderr, "unheap: standard output: %s\n", strerror(errno));
    return EXIT_COULD_NOT;
}

int cmd_diagnose(struct cmd *cmd)
{
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    for (size_t i = 0; i < diag_count(cmd->sink); i++)
        diag_format(diag_at(cmd->sink, i), &sb);
    if (diag_dropped(cmd->sink) > 0)
        sb_addf(&sb, "(%zu more)\n", diag_dropped(cmd->sink));
    (void)!file_write_all(STDERR_FILENO, sb_str(&sb));
    sb_release(&sb);
    return diag_errors(cmd->sink) > 0 ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* A terminal need not be told more often than one can read. */
static bool too_soon(struct cmd *cmd)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    int64_t milliseconds = (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
    if (milliseconds - cmd->progress_milliseconds < 100)
        return true;
    cmd->progress_milliseconds = milliseconds;
    return false;
}

void cmd_progress_wipe(struct cmd *cmd)
{
    if (cmd->stderr_terminal)
        fputs("\r\033[K", stderr);
}

bool cmd_compiler_progress(void *ctx, size_t packages_done, size_t bytes)
{
    struct cmd *cmd = ctx;
    if (cmd->stderr_terminal && !too_soon(cmd)) {
        fprintf(stderr, "\r\033[Kasking the compiler: %zu packages, %zu MB", packages_done,
                bytes >> 20);
        fflush(stderr);
    }
    return true;
}

bool cmd_make_dirs(const char *path)
{
    char dir[PATH_MAX];
    struct str whole = str_dir_name(str_from(path));
    if (whole.len >= sizeof(dir))
        return true;
    for (size_t i = 0; i <= whole.len && whole.len; i++) {
        if (i > 0 && (i == whole.len || whole.ptr[i] == '/')) {
            memcpy(dir, whole.ptr, i);
            dir[i] = 0;
            if (mkdir(dir, 0777) != 0 && errno != EEXIST)
                return true;
        }
    }
    return false;
}
