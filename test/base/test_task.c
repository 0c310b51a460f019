/* test_task.c: work in a child of our own: its result, how it ended, how much of it is kept. */
#include "base_test.h"

#include <poll.h>
#include <unistd.h>

/* Writes `*ctx` bytes, and returns 7. */
static int write_bytes(void *ctx, int out_fd)
{
    char bytes[1000];
    memset(bytes, 'x', sizeof(bytes));
    for (size_t left = *(size_t *)ctx; left > 0;) {
        ssize_t n = write(out_fd, bytes, left < sizeof(bytes) ? left : sizeof(bytes));
        if (n < 0)
            return 1;
        left -= (size_t)n;
    }
    return 7;
}

static int wait_for_ever(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    while (pause() < 0)
        ;
    return 0;
}

static int abort_itself(void *ctx, int out_fd)
{
    (void)ctx, (void)out_fd;
    _exit(200);
}

static int collect(struct task *task, struct sb *out)
{
    int exit_code = -1;
    while (!task_collect(task, out, &exit_code)) {
        struct pollfd one = {.fd = task->fd, .events = POLLIN};
        (void)poll(&one, 1, -1);
    }
    return exit_code;
}

static void check_result(size_t written, size_t kept)
{
    struct task task;
    struct sb out;
    sb_init(&out, &plenty);
    assert_int_equal(task_start(&task, write_bytes, &written), STATUS_OK);
    assert_int_equal(collect(&task, &out), 7);
    assert_int_equal(out.len, kept);
    sb_release(&out);
}

static void the_result_is_kept_up_to_the_limit(void **state)
{
    (void)state;
    check_result(0, 0);
    check_result(100000, 100000);
    check_result(LIMIT_TASK_BYTES, LIMIT_TASK_BYTES);
    check_result(LIMIT_TASK_BYTES + 100001, LIMIT_TASK_BYTES);
}

static void how_it_ended_is_told(void **state)
{
    (void)state;
    struct task task;
    struct sb out;
    sb_init(&out, &plenty);
    assert_int_equal(task_start(&task, abort_itself, NULL), STATUS_OK);
    assert_int_equal(collect(&task, &out), 200);
    assert_int_equal(task_start(&task, wait_for_ever, NULL), STATUS_OK);
    int exit_code = -1;
    assert_false(task_collect(&task, &out, &exit_code));
    task_stop(&task);
    assert_int_equal(task.pid, -1);
    sb_release(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_result_is_kept_up_to_the_limit),
        cmocka_unit_test(how_it_ended_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
