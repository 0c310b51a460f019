/* task.c: work in a child process of our own, whose result comes back through a pipe.
 *
 * K1. The child gets the parent's memory as it is at the fork, no other thread, no blocked signals,
 *     default actions for them, and dies with the thread that started it.
 * K2. A task that was started is waited for: task_collect or task_stop. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base_int.h"

static void reset_signals(void)
{
    static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGALRM, SIGUSR1, SIGUSR2};
    sigset_t none;
    for (size_t i = 0; i < COUNT_OF(handled); i++)
        signal(handled[i], SIG_DFL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
}

NORETURN static void run_child(struct task *task, pid_t parent,
                               int (*work)(void *ctx, int out_fd), void *ctx, int out_fd)
{
    close(task->fd);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) /* it died before that took effect */
        _exit(1);
    reset_signals();
    _exit(work(ctx, out_fd));
}

enum status task_start(struct task *task, int (*work)(void *ctx, int out_fd), void *ctx)
{
    int ends[2];
    pid_t parent = getpid();
    *task = (struct task){.pid = -1, .fd = -1};
    if (pipe2(ends, O_CLOEXEC))
        return STATUS_IO;
    task->fd = ends[0];
    task->pid = fork();
    if (task->pid == 0)
        run_child(task, parent, work, ctx, ends[1]);
    close(ends[1]);
    if (task->pid > 0) {
        (void)fcntl(task->fd, F_SETFL, O_NONBLOCK);
        return STATUS_OK;
    }
    close(task->fd);
    task->fd = -1;
    return STATUS_CHILD;
}

static int wait_for(struct task *task)
{
    int status = 0;
    while (waitpid(task->pid, &status, 0) < 0 && errno == EINTR)
        ;
    close(task->fd);
    *task = (struct task){.pid = -1, .fd = -1};
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

bool task_collect(struct task *task, struct sb *out, int *exit_code)
{
    char bytes[4096];
    for (;;) {
        ssize_t n = read(task->fd, bytes, sizeof(bytes));
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return false;
        if (n <= 0)
            break;
        size_t room = out->len < LIMIT_TASK_BYTES ? LIMIT_TASK_BYTES - out->len : 0;
        sb_addn(out, bytes, (size_t)n < room ? (size_t)n : room);
    }
    *exit_code = wait_for(task);
    return true;
}

void task_stop(struct task *task)
{
    if (task->pid <= 0)
        return;
    kill(task->pid, SIGKILL);
    (void)wait_for(task);
}
