/* child.c: running another program, without a shell, its output read as it comes.
 *
 * C1. Every descriptor made here is closed on exec; the child gets exactly 0, 1 and 2.
 * C2. Both outputs are read in turn as they fill, so a child never waits for us on one while we
 *     wait for it on the other.
 * C3. A child that was started is always waited for. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base_int.h"

extern char **environ;

enum { STREAMS = 2, READ_BYTES = 32 << 10, ABOVE_STANDARD = 3 };

struct stream {
    int read_end, write_end; /* -1 when closed or not there */
    bool (*on_bytes)(void *ctx, const char *bytes, size_t n);
};

struct child {
    const struct child_request *request;
    struct stream streams[STREAMS]; /* of its descriptors 1 and 2 */
    pid_t pid;
};

static void close_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
    *fd = -1;
}

static void close_streams(struct child *child)
{
    for (int i = 0; i < STREAMS; i++) {
        close_fd(&child->streams[i].read_end);
        close_fd(&child->streams[i].write_end);
    }
}

/* Moves *fd above the standard three, should this program have been started without them: else
 * laying one stream on 1 or 2 in the child could cover the other. */
static bool lift(int *fd)
{
    if (*fd >= ABOVE_STANDARD)
        return true;
    int lifted = fcntl(*fd, F_DUPFD_CLOEXEC, ABOVE_STANDARD);
    if (lifted < 0)
        return false;
    close(*fd);
    *fd = lifted;
    return true;
}

static bool open_stream(struct stream *stream)
{
    int ends[2];
    if (!stream->on_bytes)
        return true;
    if (pipe2(ends, O_CLOEXEC)) /* C1 */
        return false;
    stream->read_end = ends[0];
    stream->write_end = ends[1];
    return lift(&stream->read_end) && lift(&stream->write_end);
}

static bool open_streams(struct child *child)
{
    const struct child_request *request = child->request;
    child->streams[0] = (struct stream){-1, -1, request->on_stdout};
    child->streams[1] = (struct stream){-1, -1, request->on_stderr};
    return open_stream(&child->streams[0]) && open_stream(&child->streams[1]);
}

/* Whether NAME=VALUE `a` is about the same NAME as `b`. */
static bool same_name(const char *a, const char *b)
{
    size_t name = strcspn(a, "=");
    return strncmp(a, b, name) == 0 && b[name] == '=';
}

static bool is_replaced(const char *variable, const char *const *extra)
{
    for (; *extra; extra++) {
        if (same_name(*extra, variable))
            return true;
    }
    return false;
}

static size_t list_len(const char *const *list)
{
    size_t len = 0;
    while (list[len])
        len++;
    return len;
}

/* This program's environment with `extra` in place of what it names. */
static const char **merged_environment(const struct memory *memory, const char *const *extra)
{
    static const char *const nothing[] = {NULL};
    const char *const *own = environ ? (const char *const *)environ : nothing;
    if (!extra)
        extra = nothing;
    size_t most = list_len(own) + list_len(extra) + 1;
    const char **merged = memory_get(memory, memory_product(memory, most, sizeof(*merged)));
    size_t len = 0;
    for (; *own; own++) {
        if (!is_replaced(*own, extra))
            merged[len++] = *own;
    }
    for (; *extra; extra++)
        merged[len++] = *extra;
    merged[len] = NULL;
    return merged;
}

/* 0 or an errno value. */
static int describe_files(const struct child *child, posix_spawn_file_actions_t *files)
{
    int error = posix_spawn_file_actions_addopen(files, 0, "/dev/null", O_RDONLY, 0);
    for (int i = 0; i < STREAMS && !error; i++) {
        int write_end = child->streams[i].write_end;
        error = write_end < 0
                    ? posix_spawn_file_actions_addopen(files, i + 1, "/dev/null", O_WRONLY, 0)
                    : posix_spawn_file_actions_adddup2(files, write_end, i + 1);
    }
    if (!error && child->request->dir)
        error = posix_spawn_file_actions_addchdir_np(files, child->request->dir);
    return error;
}

/* What a thread of ours blocks or ignores is none of the child's business. */
static int describe_signals(posix_spawnattr_t *attributes)
{
    sigset_t none, usual;
    sigemptyset(&none);
    sigemptyset(&usual);
    sigaddset(&usual, SIGPIPE);
    int error = posix_spawnattr_setsigmask(attributes, &none);
    if (!error)
        error = posix_spawnattr_setsigdefault(attributes, &usual);
    if (!error)
        error = posix_spawnattr_setflags(attributes,
                                         POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    return error;
}

/* 0 or an errno value. */
static int spawn(struct child *child, const char **environment)
{
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    int error = posix_spawn_file_actions_init(&files);
    if (error)
        return error;
    error = posix_spawnattr_init(&attributes);
    if (!error) {
        error = describe_files(child, &files);
        if (!error)
            error = describe_signals(&attributes);
        if (!error)
            error = posix_spawnp(&child->pid, child->request->argv[0], &files, &attributes,
                                 (char *const *)child->request->argv, (char *const *)environment);
        posix_spawnattr_destroy(&attributes);
    }
    posix_spawn_file_actions_destroy(&files);
    return error;
}

/* Hands on what is there. False when the callback wants no more. */
static bool read_stream(const struct child *child, struct stream *stream)
{
    char buf[READ_BYTES];
    ssize_t got = read(stream->read_end, buf, sizeof(buf));
    if (got > 0)
        return stream->on_bytes(child->request->ctx, buf, (size_t)got);
    if (got == 0 || errno != EINTR)
        close_fd(&stream->read_end); /* a pipe that cannot be read has nothing more to say */
    return true;
}

/* Did the caller's handler of a signal want the child to end? EAGAIN, under pressure, is none. */
static bool is_called_off(const struct child *child)
{
    const struct child_request *request = child->request;
    return errno == EINTR && request->on_signal && !request->on_signal(request->ctx);
}

/* Reads both streams to their ends (C2). False when a callback wants no more: then *signal is what
 * the child is told it with. */
static bool read_streams(struct child *child, int *signal)
{
    struct stream *streams = child->streams;
    while (streams[0].read_end >= 0 || streams[1].read_end >= 0) {
        struct pollfd waiting[STREAMS]; /* poll passes over descriptors below 0 */
        for (int i = 0; i < STREAMS; i++)
            waiting[i] = (struct pollfd){.fd = streams[i].read_end, .events = POLLIN};
        if (poll(waiting, STREAMS, -1) < 0) {
            *signal = SIGINT;
            if (is_called_off(child))
                return false;
            continue;
        }
        *signal = SIGKILL;
        for (int i = 0; i < STREAMS; i++) {
            if (waiting[i].revents && !read_stream(child, &streams[i]))
                return false;
        }
    }
    return true;
}

/* C3 */
static int wait_for(pid_t pid)
{
    int state;
    pid_t waited;
    do
        waited = waitpid(pid, &state, 0);
    while (waited < 0 && errno == EINTR);
    if (waited < 0)
        return -1; /* someone set SIGCHLD to be ignored: how it ended is lost */
    return WIFSIGNALED(state) ? 128 + WTERMSIG(state) : WEXITSTATUS(state);
}

static enum status follow(struct child *child, struct diag_sink *sink, int *exit_code)
{
    for (int i = 0; i < STREAMS; i++)
        close_fd(&child->streams[i].write_end); /* else our own end would keep the pipe open */
    int signal = SIGKILL;
    bool wanted = read_streams(child, &signal);
    if (!wanted)
        kill(child->pid, signal);
    close_streams(child);
    *exit_code = wait_for(child->pid);
    if (!wanted)
        return STATUS_INTERRUPTED;
    if (*exit_code >= 0)
        return STATUS_OK;
    diag_add(sink, DIAG_CHILD_FAILED, str_from(child->request->argv[0]), 0, DIAG_NO_OFFSET,
             "it ran, but how it ended cannot be known: %s", strerror(errno));
    return STATUS_CHILD;
}

static enum status tell_start(const struct child_request *request, int error,
                              struct diag_sink *sink)
{
    if (request->dir && !dir_exists(request->dir)) {
        diag_add(sink, DIAG_CHILD_START, str_from(request->argv[0]), 0, DIAG_NO_OFFSET,
                 "cannot start it in %s: that is not a directory", request->dir);
        return STATUS_NOT_FOUND;
    }
    diag_add(sink, DIAG_CHILD_START, str_from(request->argv[0]), 0, DIAG_NO_OFFSET,
             "cannot start it: %s", strerror(error));
    return error == ENOENT || error == ENOTDIR ? STATUS_NOT_FOUND : STATUS_CHILD;
}

enum status child_run(const struct child_request *request, const struct memory *memory,
                      struct diag_sink *sink, int *exit_code)
{
    struct child child = {.request = request};
    const char **environment = merged_environment(memory, request->extra_env);
    int error = open_streams(&child) ? spawn(&child, environment) : errno;
    memory_put(memory, environment);
    if (!error)
        return follow(&child, sink, exit_code);
    close_streams(&child);
    return tell_start(request, error, sink);
}
