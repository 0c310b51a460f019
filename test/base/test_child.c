/* test_child.c: other programs are started, read on both sides, ended and waited for. */
#include <dirent.h>
#include <fcntl.h>
#include <sys/resource.h>

#include "base_test.h"

struct heard {
    struct sb out, err;
    size_t stop_after; /* bytes of output; then the callback wants no more */
};

static bool hear_out(void *ctx, const char *bytes, size_t n)
{
    struct heard *heard = ctx;
    sb_addn(&heard->out, bytes, n);
    return heard->out.len < heard->stop_after;
}

static bool hear_err(void *ctx, const char *bytes, size_t n)
{
    struct heard *heard = ctx;
    sb_addn(&heard->err, bytes, n);
    return heard->err.len < heard->stop_after;
}

struct here {
    struct heard heard;
    struct diag_sink *sink;
    int exit_code;
};

static int setup(void **state)
{
    struct here *here = calloc(1, sizeof(*here));
    sb_init(&here->heard.out, &plenty);
    sb_init(&here->heard.err, &plenty);
    here->heard.stop_after = SIZE_MAX;
    here->sink = diag_sink_new(&plenty);
    here->exit_code = -5;
    *state = here;
    return 0;
}

static int teardown(void **state)
{
    struct here *here = *state;
    sb_release(&here->heard.out);
    sb_release(&here->heard.err);
    diag_sink_free(here->sink);
    free(here);
    return 0;
}

static struct child_request request_of(struct here *here, const char *const *argv)
{
    return (struct child_request){.argv = argv, .on_stdout = hear_out, .on_stderr = hear_err,
                                  .ctx = &here->heard};
}

static enum status run(struct here *here, const struct child_request *request)
{
    return child_run(request, &plenty, here->sink, &here->exit_code);
}

static enum status run_shell(struct here *here, const char *script)
{
    const char *argv[] = {"sh", "-c", script, NULL};
    struct child_request request = request_of(here, argv);
    return run(here, &request);
}

static void both_outputs_are_heard(void **state)
{
    struct here *here = *state;
    assert_int_equal(run_shell(here, "echo out; echo err >&2"), STATUS_OK);
    assert_int_equal(here->exit_code, 0);
    assert_string_equal(here->heard.out.text, "out\n");
    assert_string_equal(here->heard.err.text, "err\n");
    assert_int_equal(diag_count(here->sink), 0);
}

static void arguments_are_not_looked_at_by_a_shell(void **state)
{
    struct here *here = *state;
    const char *argv[] = {"printf", "%s|", "a b", "$HOME", "*", "", "'", NULL};
    struct child_request request = request_of(here, argv);
    assert_int_equal(run(here, &request), STATUS_OK);
    assert_string_equal(here->heard.out.text, "a b|$HOME|*||'|");
}

static void how_it_ended(void **state)
{
    struct here *here = *state;
    assert_int_equal(run_shell(here, "exit 7"), STATUS_OK);
    assert_int_equal(here->exit_code, 7);
    assert_int_equal(run_shell(here, "kill -TERM $$"), STATUS_OK);
    assert_int_equal(here->exit_code, 128 + SIGTERM);
}

/* A pipe holds 64 KiB: each side alone would stop a child whose other side is not read. */
static void more_than_a_pipe_holds_on_both_sides(void **state)
{
    struct here *here = *state;
    const char *script = "seq 200000 >&2; seq 200000; seq 200000 >&2";
    assert_int_equal(run_shell(here, script), STATUS_OK);
    assert_int_equal(here->heard.out.len, 1288895);
    assert_int_equal(here->heard.err.len, 2 * 1288895);
    assert_true(str_ends(sb_str(&here->heard.err), STR("\n199999\n200000\n")));
}

static void outputs_nobody_wants_are_dropped(void **state)
{
    struct here *here = *state;
    const char *argv[] = {"sh", "-c", "seq 100000; seq 100000 >&2; echo end", NULL};
    struct child_request request = {.argv = argv};
    assert_int_equal(run(here, &request), STATUS_OK);
    assert_int_equal(here->exit_code, 0);
    request.on_stderr = hear_err;
    request.ctx = &here->heard;
    assert_int_equal(run(here, &request), STATUS_OK);
    assert_int_equal(here->heard.out.len, 0);
    assert_int_equal(here->heard.err.len, 588895);
}

static void standard_input_is_empty(void **state)
{
    struct here *here = *state;
    assert_int_equal(run_shell(here, "cat; echo end"), STATUS_OK);
    assert_string_equal(here->heard.out.text, "end\n");
}

static void it_runs_in_a_directory(void **state)
{
    struct here *here = *state;
    const char *argv[] = {"sh", "-c", "pwd -P", NULL};
    struct child_request request = request_of(here, argv);
    request.dir = "/usr";
    assert_int_equal(run(here, &request), STATUS_OK);
    assert_string_equal(here->heard.out.text, "/usr\n");
}

static void variables_are_added_and_replaced(void **state)
{
    struct here *here = *state;
    setenv("UNHEAP_TEST_A", "old", 1);
    setenv("UNHEAP_TEST_B", "kept", 1);
    setenv("UNHEAP_TEST_AB", "longer name", 1);
    const char *argv[] = {"sh", "-c", "env | grep ^UNHEAP_TEST | sort", NULL};
    const char *extra[] = {"UNHEAP_TEST_A=new", "UNHEAP_TEST_C=", NULL};
    struct child_request request = request_of(here, argv);
    request.extra_env = extra;
    assert_int_equal(run(here, &request), STATUS_OK);
    assert_string_equal(here->heard.out.text, "UNHEAP_TEST_A=new\nUNHEAP_TEST_AB=longer name\n"
                                              "UNHEAP_TEST_B=kept\nUNHEAP_TEST_C=\n");
    assert_string_equal(getenv("UNHEAP_TEST_A"), "old");
}

static void a_program_that_is_not_there(void **state)
{
    struct here *here = *state;
    const char *argv[] = {"unheap-no-such-program", NULL};
    struct child_request request = request_of(here, argv);
    assert_int_equal(run(here, &request), STATUS_NOT_FOUND);
    assert_last_diag(here->sink, DIAG_CHILD_START, "No such file");
    assert_str(diag_at(here->sink, 0)->file, "unheap-no-such-program");
    assert_int_equal(here->exit_code, -5); /* untouched */
}

static void a_program_that_cannot_be_run(void **state)
{
    struct here *here = *state;
    const char *argv[] = {"/dev/null", NULL};
    struct child_request request = request_of(here, argv);
    assert_int_equal(run(here, &request), STATUS_CHILD);
    assert_last_diag(here->sink, DIAG_CHILD_START, "Permission denied");
}

static void a_directory_that_is_not_there(void **state)
{
    struct here *here = *state;
    const char *argv[] = {"true", NULL};
    struct child_request request = request_of(here, argv);
    request.dir = "/nonexistent/dir";
    assert_int_equal(run(here, &request), STATUS_NOT_FOUND);
    assert_last_diag(here->sink, DIAG_CHILD_START, "/nonexistent/dir");
}

static void a_callback_ends_the_child(void **state)
{
    struct here *here = *state;
    here->heard.stop_after = 100000;
    assert_int_equal(run_shell(here, "yes"), STATUS_INTERRUPTED);
    assert_int_equal(here->exit_code, 128 + SIGKILL);
    assert_true(here->heard.out.len >= 100000 && here->heard.out.len < 200000);
    assert_int_equal(diag_count(here->sink), 0);
    assert_int_equal(run_shell(here, "exec yes >&2"), STATUS_INTERRUPTED);
}

static size_t open_descriptors(void)
{
    size_t count = 0;
    DIR *dir = opendir("/proc/self/fd");
    assert_non_null(dir);
    while (readdir(dir))
        count++;
    closedir(dir);
    return count;
}

static void no_descriptor_is_left_or_passed_on(void **state)
{
    struct here *here = *state;
    for (int fd = 3; fd < 1024; fd++)
        fcntl(fd, F_SETFD, FD_CLOEXEC); /* what this test itself was given is not the question */
    size_t before = open_descriptors();
    assert_int_equal(run_shell(here, "ls /proc/self/fd | tr '\\n' ' '"), STATUS_OK);
    assert_string_equal(here->heard.out.text, "0 1 2 3 "); /* 3 is ls's own, of the folder */
    const char *argv[] = {"unheap-no-such-program", NULL};
    struct child_request request = request_of(here, argv);
    assert_int_equal(run(here, &request), STATUS_NOT_FOUND);
    here->heard.stop_after = 1;
    assert_int_equal(run_shell(here, "yes"), STATUS_INTERRUPTED);
    assert_int_equal(open_descriptors(), before);
}

/* With room for 0, 1, 2 and so many more: at each number another pipe or copy is what fails. */
static void too_few_descriptors_are_told(void **state)
{
    struct here *here = *state;
    struct rlimit old;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
    int lowest = dup(0);
    close(lowest);
    const char *argv[] = {"true", NULL};
    struct child_request request = request_of(here, argv);
    size_t before = open_descriptors();
    for (int more = 0; more < 4; more++) {
        struct rlimit small = {(rlim_t)(lowest + more), old.rlim_max};
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &small), 0);
        enum status status = run(here, &request);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
        assert_int_equal(status, STATUS_CHILD);
        assert_last_diag(here->sink, DIAG_CHILD_START, "Too many open files");
    }
    assert_int_equal(open_descriptors(), before);
    assert_int_equal(run(here, &request), STATUS_OK);
}

static void it_works_without_standard_descriptors(void **state)
{
    struct here *here = *state;
    int saved[3];
    for (int fd = 0; fd < 3; fd++) {
        saved[fd] = fcntl(fd, F_DUPFD_CLOEXEC, 20);
        close(fd);
    }
    const char *argv[] = {"sh", "-c", "echo out; echo err >&2", NULL};
    struct child_request request = request_of(here, argv);
    enum status status = run(here, &request);
    request.on_stdout = NULL; /* then the other pipe gets the numbers 0 and 1 */
    enum status other = run(here, &request);
    for (int fd = 0; fd < 3; fd++) {
        dup2(saved[fd], fd);
        close(saved[fd]);
    }
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(other, STATUS_OK);
    assert_string_equal(here->heard.out.text, "out\n");
    assert_string_equal(here->heard.err.text, "err\nerr\n");
}

static void blocked_and_ignored_signals_are_not_passed_on(void **state)
{
    struct here *here = *state;
    sigset_t blocked, old;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, &old);
    signal(SIGPIPE, SIG_IGN);
    enum status status = run_shell(here, "kill -TERM $$");
    int by_term = here->exit_code;
    enum status other = run_shell(here, "kill -PIPE $$");
    signal(SIGPIPE, SIG_DFL);
    sigprocmask(SIG_SETMASK, &old, NULL);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(by_term, 128 + SIGTERM);
    assert_int_equal(other, STATUS_OK);
    assert_int_equal(here->exit_code, 128 + SIGPIPE);
}

static void an_end_that_cannot_be_known_is_told(void **state)
{
    struct here *here = *state;
    signal(SIGCHLD, SIG_IGN); /* then the system keeps no exit status */
    enum status status = run_shell(here, "exit 0");
    signal(SIGCHLD, SIG_DFL);
    assert_int_equal(status, STATUS_CHILD);
    assert_last_diag(here->sink, DIAG_CHILD_FAILED, "how it ended");
}

static void do_nothing(int number)
{
    (void)number;
}

/* Signals every millisecond: each wait is interrupted many times. */
static void interrupted_calls_are_taken_up_again(void **state)
{
    struct here *here = *state;
    struct sigaction action = {.sa_handler = do_nothing}; /* without SA_RESTART */
    sigaction(SIGALRM, &action, NULL);
    ualarm(1000, 1000);
    enum status status = run_shell(here, "sleep 0.1; seq 100000; exec >&- 2>&-; sleep 0.1; exit 3");
    ualarm(0, 0);
    signal(SIGALRM, SIG_DFL);
    assert_int_equal(status, STATUS_OK);
    assert_int_equal(here->exit_code, 3);
    assert_int_equal(here->heard.out.len, 588895);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(both_outputs_are_heard),
        TEST(arguments_are_not_looked_at_by_a_shell),
        TEST(how_it_ended),
        TEST(more_than_a_pipe_holds_on_both_sides),
        TEST(outputs_nobody_wants_are_dropped),
        TEST(standard_input_is_empty),
        TEST(it_runs_in_a_directory),
        TEST(variables_are_added_and_replaced),
        TEST(a_program_that_is_not_there),
        TEST(a_program_that_cannot_be_run),
        TEST(a_directory_that_is_not_there),
        TEST(a_callback_ends_the_child),
        TEST(no_descriptor_is_left_or_passed_on),
        TEST(too_few_descriptors_are_told),
        TEST(it_works_without_standard_descriptors),
        TEST(blocked_and_ignored_signals_are_not_passed_on),
        TEST(an_end_that_cannot_be_known_is_told),
        TEST(interrupted_calls_are_taken_up_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
