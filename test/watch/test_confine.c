/* What the daemon can no longer do once it is confined, each tried in a process of its own: by the
 * threads that answer, by the loop's, and by the hand. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "watch_test.h"

#if defined(__SANITIZE_ADDRESS__) || !(defined(__x86_64__) || defined(__aarch64__))
enum { HAS_FILTER = 0 }; /* see confine.c */
#else
enum { HAS_FILTER = 1 };
#endif
enum { GOOD = 0, NOT_HERE = 77 };

/* ---- what is tried ---- */

static bool refused(bool failed, int error)
{
    return failed && errno == error;
}

static bool cannot_open(const char *path, int flags, int error)
{
    int fd = open(path, flags | O_CLOEXEC, 0600);
    bool good = refused(fd < 0, error);
    if (fd >= 0)
        close(fd);
    return good;
}

static bool cannot_start_programs(int error)
{
    char *const words[] = {(char[]){"true"}, NULL}, *const none[] = {NULL};
    execve("/bin/true", words, none);
    return refused(true, error);
}

static bool can_start_programs(void)
{
    int status = 1;
    pid_t child = fork();
    char *const words[] = {(char[]){"true"}, NULL}, *const none[] = {NULL};
    if (child == 0) {
        execve("/bin/true", words, none);
        _exit(1);
    }
    return waitpid(child, &status, 0) == child && status == 0;
}

/* Reading still works, so that it is not everything that fails. */
static bool can_read(void)
{
    int fd = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
    char byte;
    bool good = fd >= 0 && read(fd, &byte, 1) == 1;
    if (fd >= 0)
        close(fd);
    return good;
}

static int say(const char *what)
{
    fprintf(stderr, "confined, and yet: %s (%s)\n", what, strerror(errno));
    return 1;
}

static int try_writing(const char *dir, int exec_error)
{
    char path[LIVE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s/new", dir);
    if (!can_read())
        return say("nothing can be read");
    if (!cannot_open("/etc/passwd", O_WRONLY, EACCES) ||
        !cannot_open("/etc/passwd", O_RDWR | O_APPEND, EACCES))
        return say("/etc/passwd is opened for writing");
    if (!cannot_open(path, O_WRONLY | O_CREAT, EACCES))
        return say("a file is made");
    return cannot_start_programs(exec_error) ? GOOD : say("a program is started");
}

/* ---- in a process of its own ---- */

/* What `work` answers there, with a watch. */
static int in_a_child(int (*work)(struct test_watch *test))
{
    struct test_watch test;
    int status = 1;
    test_watch_begin(&test, NULL, 0);
    pid_t child = fork();
    if (child == 0)
        _exit(work(&test));
    assert_int_equal(waitpid(child, &status, 0), child);
    test_watch_end(&test);
    assert_true(WIFEXITED(status));
    if (WEXITSTATUS(status) == NOT_HERE)
        skip();
    return WEXITSTATUS(status);
}

struct answering {
    struct test_watch *test;
    int answer;
};

/* Reading memory of others fails too: nothing of it can leave by this thread (C2). */
static void *answer(void *ctx)
{
    struct answering *answering = ctx;
    struct watch *watch = &answering->test->watch;
    watch_confine_answers(watch);
    answering->answer = watch->landlocked ? try_writing(answering->test->dir, EACCES) : NOT_HERE;
    char byte;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    if (answering->answer == GOOD && process_vm_readv(getppid(), &here, 1, &there, 1, 0) == 1)
        answering->answer = say("another process is read");
    return NULL;
}

static int confine_answers(struct test_watch *test)
{
    struct answering answering = {test, 1};
    pthread_t thread;
    if (pthread_create(&thread, NULL, answer, &answering) || pthread_join(thread, NULL))
        return 1;
    char path[LIVE_PATH_BYTES];
    snprintf(path, sizeof(path), "%s/capture", test->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    return fd < 0 ? say("the loop's thread cannot write") : answering.answer;
}

static int confine_all(struct test_watch *test)
{
    char path[LIVE_PATH_BYTES], byte = 0;
    int status = 1;
    struct iovec here = {&byte, 1}, there = {&byte, 1};
    watch_confine(&test->watch);
    bool filtered = !strstr(test->told.text, "no seccomp");
    if (!HAS_FILTER)
        return filtered ? say("a filter is told of that there is not") : GOOD;
    if (!filtered)
        return NOT_HERE;
    if (!can_read())
        return say("nothing can be read");
    if (!cannot_start_programs(EPERM))
        return say("a program is started");
    if (!refused(socket(AF_INET, SOCK_STREAM, 0) < 0, EPERM))
        return say("a connection can be opened");
    if (!refused(ptrace(PTRACE_ATTACH, getppid(), NULL, NULL) < 0, EPERM))
        return say("a process can be traced");
    if (!refused(process_vm_writev(getppid(), &here, 1, &there, 1, 0) < 0, EPERM))
        return say("memory of another process can be written");
    if (!refused(truncate(test->dir, 0) < 0, EPERM) ||
        !refused(mount("none", test->dir, "tmpfs", 0, NULL) < 0, EPERM) ||
        !refused(chroot(test->dir) < 0, EPERM) || !refused(setuid(1) < 0, EPERM))
        return say("the system can be changed");
    snprintf(path, sizeof(path), "%s/capture", test->dir);
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    pid_t child = fork();
    if (child == 0) /* as one that captures */
        _exit(write(fd, &byte, 1) == 1 && cannot_start_programs(EPERM) ? 0 : 1);
    return waitpid(child, &status, 0) == child && status == 0 ? GOOD : say("a child fails");
}

static int confine_the_hand(struct test_watch *test)
{
    watch_confine_answers(&test->watch); /* only to see whether there is landlock */
    return test->watch.landlocked ? GOOD : NOT_HERE;
}

static int hand_without_commands(struct test_watch *test)
{
    confine_hand(false);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    return fd < 0 ? say("no webhook can be sent") : try_writing(test->dir, EACCES);
}

static int hand_with_commands(struct test_watch *test)
{
    (void)test;
    confine_hand(true);
    return can_start_programs() ? GOOD : say("no command can be run");
}

/* ---- tests ---- */

static void test_what_answers_the_network(void **state)
{
    (void)state;
    assert_int_equal(in_a_child(confine_answers), GOOD);
}

static void test_the_whole_daemon(void **state)
{
    (void)state;
    assert_int_equal(in_a_child(confine_all), GOOD);
}

static void test_the_hand(void **state)
{
    (void)state;
    assert_int_equal(in_a_child(hand_with_commands), GOOD);
    assert_int_equal(in_a_child(confine_the_hand), GOOD); /* else this test ends here */
    assert_int_equal(in_a_child(hand_without_commands), GOOD);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_answers_the_network),
        cmocka_unit_test(test_the_whole_daemon),
        cmocka_unit_test(test_the_hand),
    };
    return cmocka_run_group_tests_name("watch confine", tests, NULL, NULL);
}
