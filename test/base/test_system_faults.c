/* test_system_faults.c: each call of the system behind file.c, threads.c and child.c is made to
 * fail, to be interrupted, or to do only a part of what was asked.
 *
 * These files are included here with those calls replaced; the library's own copies are not linked.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "base_test.h"

enum call { NONE, READ, WRITE, FSTAT, MMAP, FSYNC, FCHMOD, RENAME, CLOSE, READDIR, OPEN, THREAD };

/* The n-th call of this kind fails with `error`; `each` first answers EINTR, then does one byte. */
static struct {
    enum call call;
    unsigned at, count;
    int error;
    bool small_steps;
    bool interrupt; /* turn by turn */
} fault;

static bool fails(enum call call)
{
    if (fault.call != call || ++fault.count != fault.at)
        return false;
    errno = fault.error;
    return true;
}

/* Whether this call of a kind that takes steps is interrupted; the next one is not. */
static bool interrupted(void)
{
    if (!fault.small_steps)
        return false;
    fault.interrupt = !fault.interrupt;
    errno = EINTR;
    return fault.interrupt;
}

static size_t step(size_t n)
{
    return fault.small_steps && n > 1 ? 1 : n;
}

static ssize_t faulty_read(int fd, void *buf, size_t n)
{
    return interrupted() || fails(READ) ? -1 : read(fd, buf, step(n));
}

static ssize_t faulty_write(int fd, const void *buf, size_t n)
{
    return interrupted() || fails(WRITE) ? -1 : write(fd, buf, step(n));
}

static int faulty_open(const char *path, int flags, mode_t mode)
{
    return interrupted() || fails(OPEN) ? -1 : open(path, flags, mode);
}

static int faulty_fstat(int fd, struct stat *facts)
{
    return fails(FSTAT) ? -1 : fstat(fd, facts);
}

static void *faulty_mmap(size_t n, int fd)
{
    return fails(MMAP) ? MAP_FAILED : mmap(NULL, n, PROT_READ, MAP_PRIVATE, fd, 0);
}

static int faulty_fsync(int fd)
{
    return fails(FSYNC) ? -1 : fsync(fd);
}

static int faulty_fchmod(int fd, mode_t mode)
{
    return fails(FCHMOD) ? -1 : fchmod(fd, mode);
}

static int faulty_rename(const char *from, const char *to)
{
    return fails(RENAME) ? -1 : rename(from, to);
}

static int faulty_close(int fd)
{
    bool failing = fails(CLOSE);
    int error = errno;
    int result = close(fd); /* the descriptor is gone either way */
    errno = error;
    return failing ? -1 : result;
}

static struct dirent *faulty_readdir(DIR *dir)
{
    return fails(READDIR) ? NULL : readdir(dir);
}

static int faulty_create(pthread_t *thread, void *(*run)(void *), void *ctx)
{
    return fails(THREAD) ? EAGAIN : pthread_create(thread, NULL, run, ctx);
}

#define read(fd, buf, n) faulty_read(fd, buf, n)
#define write(fd, buf, n) faulty_write(fd, buf, n)
#define open(path, flags, mode) faulty_open(path, flags, mode)
#define fstat(fd, facts) faulty_fstat(fd, facts)
#define mmap(at, n, protection, flags, fd, from) faulty_mmap(n, fd)
#define fsync(fd) faulty_fsync(fd)
#define fchmod(fd, mode) faulty_fchmod(fd, mode)
#define rename(from, to) faulty_rename(from, to)
#define close(fd) faulty_close(fd)
#define readdir(dir) faulty_readdir(dir)
#include "../../src/base/file.c"
#undef read
#undef write
#undef open
#undef fstat
#undef mmap
#undef fsync
#undef fchmod
#undef rename
#undef close
#undef readdir
#define pthread_create(thread, attributes, run, ctx) faulty_create(thread, run, ctx)
#include "../../src/base/threads.c"
#undef pthread_create
#define read(fd, buf, n) faulty_read(fd, buf, n)
#include "../../src/base/child.c"
#undef read

enum { SIZE = 100000 };

struct here {
    struct scratch *scratch;
    struct diag_sink *sink;
    char path[300];
};

static int setup(void **state)
{
    struct here *here = calloc(1, sizeof(*here));
    void *scratch = NULL;
    memset(&fault, 0, sizeof(fault));
    if (scratch_setup(&scratch))
        return -1;
    *here = (struct here){.scratch = scratch, .sink = diag_sink_new(&plenty)};
    snprintf(here->path, sizeof(here->path), "%s", scratch_path(here->scratch, "file"));
    char *text = malloc(SIZE);
    memset(text, 'x', SIZE);
    put_file(here->path, text, SIZE);
    free(text);
    *state = here;
    return 0;
}

static int teardown(void **state)
{
    struct here *here = *state;
    void *scratch = here->scratch;
    diag_sink_free(here->sink);
    free(here);
    return scratch_teardown(&scratch);
}

static void set_fault(enum call call, unsigned at, int error)
{
    memset(&fault, 0, sizeof(fault));
    fault.call = call;
    fault.at = at;
    fault.error = error;
}

static enum status open_and_close(struct here *here, size_t expected)
{
    struct file file;
    enum status status = file_open(&file, here->path, &plenty, here->sink);
    if (!status)
        assert_int_equal(file.size, expected);
    file_close(&file);
    return status;
}

static void a_file_that_cannot_be_mapped_is_read(void **state)
{
    set_fault(MMAP, 1, ENODEV);
    assert_int_equal(open_and_close(*state, SIZE), STATUS_OK);
    assert_int_equal(fault.count, 1);
}

static void each_read_fails_once(void **state)
{
    struct here *here = *state;
    put_file(here->path, "0123456789", 10);
    for (unsigned at = 1;; at++) {
        set_fault(READ, at, EIO);
        enum status status = open_and_close(here, 10);
        if (fault.count < at) {
            assert_int_equal(status, STATUS_OK);
            assert_true(at > 2); /* the bytes, and the end */
            return;
        }
        assert_int_equal(status, STATUS_IO);
        assert_last_diag(here->sink, DIAG_FILE_READ, "Input/output error");
    }
}

static void small_and_interrupted_reads_make_a_whole(void **state)
{
    struct here *here = *state;
    put_file(here->path, "0123456789", 10);
    fault.small_steps = true;
    assert_int_equal(open_and_close(here, 10), STATUS_OK);
    assert_int_equal(diag_count(here->sink), 0);
}

static void a_file_that_says_nothing_of_itself(void **state)
{
    struct here *here = *state;
    set_fault(FSTAT, 1, EIO);
    assert_int_equal(open_and_close(here, SIZE), STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_READ, "Input/output error");
}

static enum status write_new(struct here *here)
{
    return file_write_atomic(here->path, STR("new"), &plenty, here->sink);
}

static size_t names_here(struct here *here)
{
    struct arena arena;
    arena_init(&arena, &plenty);
    struct str *names;
    size_t count;
    assert_int_equal(dir_list(here->scratch->dir, &arena, &names, &count, here->sink), STATUS_OK);
    arena_release(&arena);
    return count;
}

static void a_failed_write_leaves_the_old_file(void **state)
{
    struct here *here = *state;
    static const struct {
        enum call call;
        int error;
        const char *message;
    } faults[] = {
        {OPEN, EACCES, "Permission denied"},  {FCHMOD, EPERM, "not permitted"},
        {WRITE, ENOSPC, "No space left"},     {FSYNC, EIO, "Input/output error"},
        {CLOSE, EDQUOT, "quota"},             {RENAME, EBUSY, "busy"},
    };
    for (size_t i = 0; i < COUNT_OF(faults); i++) {
        set_fault(faults[i].call, 1, faults[i].error);
        assert_int_equal(write_new(here), STATUS_IO);
        assert_last_diag(here->sink, DIAG_FILE_WRITE, faults[i].message);
        set_fault(NONE, 0, 0);
        assert_int_equal(open_and_close(here, SIZE), STATUS_OK);
        assert_int_equal(names_here(here), 1);
    }
}

static void a_folder_that_cannot_be_synced_is_no_failure(void **state)
{
    struct here *here = *state;
    set_fault(FSYNC, 2, EINVAL);
    assert_int_equal(write_new(here), STATUS_OK);
    assert_int_equal(fault.count, 2);
    set_fault(OPEN, 2, EACCES);
    assert_int_equal(write_new(here), STATUS_OK);
    assert_int_equal(fault.count, 2);
    assert_int_equal(diag_count(here->sink), 0);
}

static void small_and_interrupted_writes_make_a_whole(void **state)
{
    struct here *here = *state;
    fault.small_steps = true;
    assert_int_equal(write_new(here), STATUS_OK);
    assert_int_equal(open_and_close(here, 3), STATUS_OK);
}

static void a_directory_that_breaks_off(void **state)
{
    struct here *here = *state;
    struct arena arena;
    arena_init(&arena, &plenty);
    struct str *names;
    size_t count;
    for (unsigned at = 1; at <= 3; at++) {
        set_fault(READDIR, at, EIO);
        assert_int_equal(dir_list(here->scratch->dir, &arena, &names, &count, here->sink),
                         STATUS_IO);
        assert_last_diag(here->sink, DIAG_FILE_READ, "read the directory");
    }
    arena_release(&arena);
}

static void count_up(void *ctx, size_t index, unsigned worker)
{
    (void)worker;
    ((unsigned char *)ctx)[index]++;
}

static void a_pool_without_threads_is_smaller(void **state)
{
    (void)state;
    for (unsigned at = 1; at <= 4; at++) {
        set_fault(THREAD, at, EAGAIN);
        struct workers *workers = workers_new(&plenty, 4);
        assert_int_equal(workers_count(workers), at);
        unsigned char done[100] = {0};
        workers_run(workers, 100, count_up, done);
        for (int i = 0; i < 100; i++)
            assert_int_equal(done[i], 1);
        workers_free(workers);
    }
}

static bool collect(void *ctx, const char *bytes, size_t n)
{
    sb_addn(ctx, bytes, n);
    return true;
}

static enum status run_echo(struct here *here, struct sb *out)
{
    static const char *const argv[] = {"echo", "0123456789", NULL};
    struct child_request request = {.argv = argv, .on_stdout = collect, .ctx = out};
    int exit_code;
    return child_run(&request, &plenty, here->sink, &exit_code);
}

static void small_and_interrupted_reads_of_a_child(void **state)
{
    struct sb out;
    sb_init(&out, &plenty);
    fault.small_steps = true;
    assert_int_equal(run_echo(*state, &out), STATUS_OK);
    assert_string_equal(out.text, "0123456789\n");
    sb_release(&out);
}

static void a_pipe_that_cannot_be_read_has_ended(void **state)
{
    struct sb out;
    sb_init(&out, &plenty);
    set_fault(READ, 1, EIO);
    assert_int_equal(run_echo(*state, &out), STATUS_OK);
    assert_int_equal(out.len, 0);
    sb_release(&out);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_file_that_cannot_be_mapped_is_read),
        TEST(each_read_fails_once),
        TEST(small_and_interrupted_reads_make_a_whole),
        TEST(a_file_that_says_nothing_of_itself),
        TEST(a_failed_write_leaves_the_old_file),
        TEST(a_folder_that_cannot_be_synced_is_no_failure),
        TEST(small_and_interrupted_writes_make_a_whole),
        TEST(a_directory_that_breaks_off),
        TEST(small_and_interrupted_reads_of_a_child),
        TEST(a_pipe_that_cannot_be_read_has_ended),
        cmocka_unit_test(a_pool_without_threads_is_smaller),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
