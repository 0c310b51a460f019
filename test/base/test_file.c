/* test_file.c: files of every kind are read whole, and written whole or not at all. */
#include <fcntl.h>
#include <pthread.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include "base_test.h"

struct here {
    struct scratch *scratch;
    struct diag_sink *sink;
};

static int setup(void **state)
{
    struct here *here = calloc(1, sizeof(*here));
    void *scratch = NULL;
    if (scratch_setup(&scratch))
        return -1;
    *here = (struct here){scratch, diag_sink_new(&plenty)};
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

/* n bytes that differ from place to place. */
static unsigned char *pattern(size_t n)
{
    unsigned char *bytes = memory_get(&plenty, n);
    for (size_t i = 0; i < n; i++)
        bytes[i] = (unsigned char)(i * 31 + i / 251);
    return bytes;
}

static void assert_pattern(const struct file *file, size_t n)
{
    unsigned char *expected = pattern(n);
    assert_int_equal(file->size, n);
    assert_memory_equal(file->bytes, expected, n);
    memory_put(&plenty, expected);
}

/* ---- reading ---- */

static void files_of_all_sizes_are_whole(void **state)
{
    struct here *here = *state;
    static const size_t sizes[] = {0, 1, 4096, 65535, 65536, 65537, 131072, 1 << 20, 5000001};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        const char *path = scratch_path(here->scratch, "file");
        unsigned char *bytes = pattern(sizes[i]);
        put_file(path, bytes, sizes[i]);
        memory_put(&plenty, bytes);
        struct file file;
        assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_OK);
        assert_pattern(&file, sizes[i]);
        assert_non_null(file.bytes);
        assert_int_equal(file.mapped, sizes[i] > 64 << 10);
        file_close(&file);
        assert_null(file.bytes);
    }
    assert_int_equal(diag_count(here->sink), 0);
}

static void a_missing_file(void **state)
{
    struct here *here = *state;
    struct file file;
    const char *path = scratch_path(here->scratch, "none");
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_NOT_FOUND);
    assert_last_diag(here->sink, DIAG_FILE_OPEN, "No such file");
    assert_str(diag_at(here->sink, 0)->file, path);
    put_file(scratch_path(here->scratch, "file"), "", 0);
    assert_int_equal(file_open(&file, scratch_path(here->scratch, "file/x"), &plenty, here->sink),
                     STATUS_NOT_FOUND);
}

static void a_file_that_cannot_be_opened(void **state)
{
    struct here *here = *state;
    struct file file;
    const char *path = scratch_path(here->scratch, "loop");
    assert_int_equal(symlink("loop", path), 0);
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_OPEN, "symbolic links");
}

static void a_directory_is_not_a_file(void **state)
{
    struct here *here = *state;
    struct file file;
    assert_int_equal(file_open(&file, here->scratch->dir, &plenty, here->sink), STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_OPEN, "directory");
}

static void files_that_say_0_and_have_content(void **state)
{
    struct here *here = *state;
    struct file file;
    assert_int_equal(file_open(&file, "/proc/self/status", &plenty, here->sink), STATUS_OK);
    assert_true(file.size > 100);
    assert_memory_equal(file.bytes, "Name:", 5);
    file_close(&file);
    assert_int_equal(file_open(&file, "/dev/null", &plenty, here->sink), STATUS_OK);
    assert_int_equal(file.size, 0);
    file_close(&file);
}

struct writer {
    const char *path; /* NULL: writes into fd */
    int fd;
    size_t n;
};

static void *write_pattern(void *ctx)
{
    const struct writer *writer = ctx;
    int fd = writer->path ? open(writer->path, O_WRONLY) : writer->fd;
    unsigned char *bytes = pattern(writer->n);
    bool written = file_write_all(fd, (struct str){(const char *)bytes, writer->n});
    memory_put(&plenty, bytes);
    close(fd);
    return written ? ctx : NULL;
}

static void a_fifo_is_read_to_its_end(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    struct writer writer = {.path = path, .n = 700001};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_pattern, &writer), 0);
    struct file file;
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_OK);
    void *written;
    pthread_join(thread, &written);
    assert_non_null(written);
    assert_pattern(&file, 700001);
    assert_false(file.mapped);
    file_close(&file);
}

/* Puts fd in the place of standard input; returns what was there. */
static int replace_stdin(int fd)
{
    int old = dup(STDIN_FILENO);
    assert_true(fd >= 0);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    close(fd);
    return old;
}

static void restore_stdin(int old)
{
    dup2(old, STDIN_FILENO);
    close(old);
}

static void standard_input_from_a_pipe(void **state)
{
    struct here *here = *state;
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    struct writer writer = {.fd = ends[1], .n = 200001};
    pthread_t thread;
    assert_int_equal(pthread_create(&thread, NULL, write_pattern, &writer), 0);
    int old = replace_stdin(ends[0]);
    struct file file;
    assert_int_equal(file_open(&file, "-", &plenty, here->sink), STATUS_OK);
    pthread_join(thread, NULL);
    restore_stdin(old);
    assert_pattern(&file, 200001);
    file_close(&file);
}

static void standard_input_from_a_file(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "file");
    unsigned char *bytes = pattern(300000);
    put_file(path, bytes, 300000);
    for (int at = 0; at <= 1000; at += 1000) { /* from its start, and with a part already read */
        int fd = open(path, O_RDONLY);
        assert_int_equal(lseek(fd, at, SEEK_SET), at);
        int old = replace_stdin(fd);
        struct file file;
        assert_int_equal(file_open(&file, "-", &plenty, here->sink), STATUS_OK);
        restore_stdin(old);
        assert_int_equal(file.mapped, at == 0);
        assert_int_equal(file.size, 300000 - at);
        assert_memory_equal(file.bytes, bytes + at, file.size);
        file_close(&file);
    }
    memory_put(&plenty, bytes);
}

static void standard_input_that_cannot_be_read(void **state)
{
    struct here *here = *state;
    int old = replace_stdin(open(here->scratch->dir, O_RDONLY));
    struct file file;
    enum status status = file_open(&file, "-", &plenty, here->sink);
    restore_stdin(old);
    assert_int_equal(status, STATUS_IO);
    assert_str(diag_at(here->sink, 0)->file, "standard input");
}

static enum status read_with_ceiling(struct here *here, const char *path, size_t max,
                                     struct file *file)
{
    int fd = open(path, O_RDONLY);
    assert_true(fd >= 0);
    struct read_request request = {.fd = fd, .size_hint = 16, .max_bytes = max,
                                   .limit_name = "LIMIT_FILE_BYTES", .name = STR("input")};
    enum status status = file_read_all(file, &request, &plenty, here->sink);
    close(fd);
    return status;
}

static void the_ceiling_is_told(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "file");
    unsigned char *bytes = pattern(1000);
    put_file(path, bytes, 1000);
    memory_put(&plenty, bytes);
    struct file file;
    assert_int_equal(read_with_ceiling(here, path, 1000, &file), STATUS_OK);
    assert_pattern(&file, 1000);
    file_close(&file);
    assert_int_equal(read_with_ceiling(here, path, 999, &file), STATUS_LIMIT);
    assert_last_diag(here->sink, DIAG_FILE_LIMIT, "LIMIT_FILE_BYTES");
    assert_int_equal(read_with_ceiling(here, path, 512, &file), STATUS_LIMIT); /* a full buffer */
    assert_int_equal(read_with_ceiling(here, "/dev/zero", 100000, &file), STATUS_LIMIT);
}

static void a_file_longer_than_the_ceiling_is_not_even_read(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "sparse");
    put_file(path, "", 0);
    if (truncate(path, (off_t)LIMIT_FILE_BYTES + 1) != 0)
        skip(); /* a file system without sparse files */
    struct file file;
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_LIMIT);
    assert_last_diag(here->sink, DIAG_FILE_LIMIT, "LIMIT_FILE_BYTES");
}

static void standard_input_has_a_ceiling_of_its_own(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "sparse");
    put_file(path, "", 0);
    if (truncate(path, (off_t)LIMIT_STDIN_BYTES + 1) != 0)
        skip(); /* a file system without sparse files */
    int old = replace_stdin(open(path, O_RDONLY));
    struct file file;
    enum status status = file_open(&file, "-", &plenty, here->sink);
    restore_stdin(old);
    assert_int_equal(status, STATUS_LIMIT);
    assert_last_diag(here->sink, DIAG_FILE_LIMIT, "LIMIT_STDIN_BYTES");
}

static void a_read_that_fails(void **state)
{
    struct here *here = *state;
    struct file file;
    assert_int_equal(read_with_ceiling(here, here->scratch->dir, 1000, &file), STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_READ, "Is a directory");
}

/* Resident pages that belong to files: third number of /proc/self/statm. */
static long resident_file_pages(void)
{
    long size, resident, shared;
    FILE *in = fopen("/proc/self/statm", "r");
    assert_non_null(in);
    assert_int_equal(fscanf(in, "%ld %ld %ld", &size, &resident, &shared), 3);
    fclose(in);
    return shared;
}

static void dropped_bytes_leave_memory_and_can_be_read_again(void **state)
{
    struct here *here = *state;
    enum { SIZE = (16 << 20) + 100 };
    const char *path = scratch_path(here->scratch, "file");
    unsigned char *bytes = pattern(SIZE);
    put_file(path, bytes, SIZE);
    memory_put(&plenty, bytes);
    struct file file;
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_OK);
    assert_pattern(&file, SIZE);
    long before = resident_file_pages();
    file_drop(&file, 1, SIZE - 1);
    long page = sysconf(_SC_PAGESIZE);
    assert_true(before - resident_file_pages() > (15 << 20) / page);
    assert_pattern(&file, SIZE);
    file_drop(&file, 0, SIZE_MAX); /* beyond the end, empty, backwards, less than a page */
    file_drop(&file, 5000, 5000);
    file_drop(&file, 50000, 0);
    file_drop(&file, 10, 4000);
    file_drop(&file, SIZE_MAX, SIZE_MAX);
    assert_pattern(&file, SIZE);
    file_close(&file);
}

static void dropping_a_file_that_was_read_does_nothing(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "file");
    unsigned char *bytes = pattern(60000);
    put_file(path, bytes, 60000);
    memory_put(&plenty, bytes);
    struct file file;
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_OK);
    file_drop(&file, 0, 60000);
    assert_pattern(&file, 60000);
    file_close(&file);
}

/* ---- writing ---- */

static void assert_content(struct here *here, const char *path, const char *expected)
{
    struct file file;
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_OK);
    assert_str((struct str){(const char *)file.bytes, file.size}, expected);
    file_close(&file);
}

/* Names in the scratch folder: what a failed write may not have added to. */
static size_t count_names(struct here *here)
{
    struct arena arena;
    arena_init(&arena, &plenty);
    struct str *names;
    size_t count;
    assert_int_equal(dir_list(here->scratch->dir, &arena, &names, &count, here->sink), STATUS_OK);
    arena_release(&arena);
    return count;
}

static enum status write_text(struct here *here, const char *path, const char *text)
{
    return file_write_atomic(path, str_from(text), &plenty, here->sink);
}

static void a_new_file_obeys_the_umask(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "new");
    mode_t old = umask(027);
    assert_int_equal(write_text(here, path, "hello"), STATUS_OK);
    umask(old);
    assert_content(here, path, "hello");
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0640);
    assert_int_equal(count_names(here), 1);
}

static void an_old_file_is_replaced_and_keeps_its_permissions(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "old");
    put_file(path, "a longer old text", 17);
    assert_int_equal(chmod(path, 0604), 0);
    assert_int_equal(write_text(here, path, "new"), STATUS_OK);
    assert_content(here, path, "new");
    struct stat facts;
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_mode & 07777, 0604);
    assert_int_equal(write_text(here, path, ""), STATUS_OK);
    assert_content(here, path, "");
    assert_int_equal(file_write_atomic(path, STR_NONE, &plenty, here->sink), STATUS_OK);
    assert_int_equal(count_names(here), 1);
}

static void a_large_file_is_written_whole(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "large");
    unsigned char *bytes = pattern(3000001);
    struct str text = {(const char *)bytes, 3000001};
    assert_int_equal(file_write_atomic(path, text, &plenty, here->sink), STATUS_OK);
    memory_put(&plenty, bytes);
    struct file file;
    assert_int_equal(file_open(&file, path, &plenty, here->sink), STATUS_OK);
    assert_pattern(&file, 3000001);
    file_close(&file);
}

static void a_link_stays_a_link(void **state)
{
    struct here *here = *state;
    char target[256];
    snprintf(target, sizeof(target), "%s", scratch_path(here->scratch, "target"));
    put_file(target, "old", 3);
    const char *link = scratch_path(here->scratch, "link");
    assert_int_equal(symlink("target", link), 0);
    assert_int_equal(write_text(here, link, "new"), STATUS_OK);
    struct stat facts;
    assert_int_equal(lstat(link, &facts), 0);
    assert_true(S_ISLNK(facts.st_mode));
    assert_content(here, target, "new");
}

static void a_name_without_a_directory(void **state)
{
    struct here *here = *state;
    char *old = getcwd(NULL, 0);
    assert_int_equal(chdir(here->scratch->dir), 0);
    enum status status = write_text(here, "plain", "text");
    assert_int_equal(chdir(old), 0);
    free(old);
    assert_int_equal(status, STATUS_OK);
    assert_content(here, scratch_path(here->scratch, "plain"), "text");
}

static void a_full_disk_leaves_the_old_file(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "file");
    put_file(path, "old", 3);
    struct rlimit old, small;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
    small = (struct rlimit){1000, old.rlim_max};
    signal(SIGXFSZ, SIG_IGN); /* then write(2) answers EFBIG after 1000 bytes */
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    unsigned char *bytes = pattern(5000);
    struct str text = {(const char *)bytes, 5000};
    enum status status = file_write_atomic(path, text, &plenty, here->sink);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
    signal(SIGXFSZ, SIG_DFL);
    memory_put(&plenty, bytes);
    assert_int_equal(status, STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_WRITE, "File too large");
    assert_content(here, path, "old");
    assert_int_equal(count_names(here), 1);
}

static void what_is_no_regular_file_is_refused(void **state)
{
    struct here *here = *state;
    assert_int_equal(write_text(here, here->scratch->dir, "x"), STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_WRITE, "not a regular file");
    assert_int_equal(write_text(here, "/dev/null", "x"), STATUS_IO);
    const char *path = scratch_path(here->scratch, "fifo");
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(write_text(here, path, "x"), STATUS_IO);
}

static void a_folder_that_is_not_there(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "none/file");
    assert_int_equal(write_text(here, path, "x"), STATUS_NOT_FOUND);
    assert_last_diag(here->sink, DIAG_FILE_WRITE, "No such file");
}

static void a_leftover_temporary_is_stepped_around(void **state)
{
    struct here *here = *state;
    char tmp[300];
    const char *path = scratch_path(here->scratch, "file");
    snprintf(tmp, sizeof(tmp), "%s.%ld-0.tmp", path, (long)getpid());
    put_file(tmp, "not ours", 8);
    assert_int_equal(write_text(here, path, "new"), STATUS_OK);
    assert_content(here, path, "new");
    assert_content(here, tmp, "not ours");
}

static void too_many_leftovers_are_told(void **state)
{
    struct here *here = *state;
    char tmp[300];
    const char *path = scratch_path(here->scratch, "file");
    for (int i = 0; i < 100; i++) {
        snprintf(tmp, sizeof(tmp), "%s.%ld-%d.tmp", path, (long)getpid(), i);
        put_file(tmp, "", 0);
    }
    assert_int_equal(write_text(here, path, "new"), STATUS_IO);
    assert_last_diag(here->sink, DIAG_FILE_WRITE, "File exists");
}

/* ---- looking ---- */

static void existence(void **state)
{
    struct here *here = *state;
    const char *path = scratch_path(here->scratch, "file");
    assert_false(file_exists(path));
    put_file(path, "", 0);
    assert_true(file_exists(path));
    assert_false(dir_exists(path));
    assert_true(dir_exists(here->scratch->dir));
    assert_false(file_exists(here->scratch->dir));
    assert_false(dir_exists(scratch_path(here->scratch, "none")));
}

static void names_are_sorted_and_in_the_arena(void **state)
{
    struct here *here = *state;
    static const char *const names[] = {"b", "a", "B", "ab", ".hidden", "ü"};
    static const char *const sorted[] = {".hidden", "B", "a", "ab", "b", "ü"};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        put_file(scratch_path(here->scratch, names[i]), "", 0);
    struct arena arena;
    arena_init(&arena, &plenty);
    struct str *list;
    size_t count;
    assert_int_equal(dir_list(here->scratch->dir, &arena, &list, &count, here->sink), STATUS_OK);
    assert_int_equal(count, COUNT_OF(sorted));
    for (size_t i = 0; i < count; i++)
        assert_str(list[i], sorted[i]);
    arena_release(&arena);
}

static void an_empty_directory(void **state)
{
    struct here *here = *state;
    assert_int_equal(count_names(here), 0);
}

static void directories_that_cannot_be_listed(void **state)
{
    struct here *here = *state;
    struct arena arena;
    arena_init(&arena, &plenty);
    struct str *list;
    size_t count;
    const char *path = scratch_path(here->scratch, "none");
    assert_int_equal(dir_list(path, &arena, &list, &count, here->sink), STATUS_NOT_FOUND);
    assert_last_diag(here->sink, DIAG_FILE_OPEN, "No such file");
    put_file(path, "", 0);
    assert_int_equal(dir_list(path, &arena, &list, &count, here->sink), STATUS_NOT_FOUND);
    assert_last_diag(here->sink, DIAG_FILE_OPEN, "Not a directory");
    arena_release(&arena);
}

static void more_names_than_the_ceiling(void **state)
{
    struct here *here = *state;
    for (int i = 0; i < 5; i++) {
        char name[] = {(char)('a' + i), '\0'};
        put_file(scratch_path(here->scratch, name), "", 0);
    }
    struct arena arena;
    arena_init(&arena, &plenty);
    struct str *list;
    size_t count;
    const char *dir = here->scratch->dir;
    assert_int_equal(dir_list_up_to(dir, &arena, &list, &count, here->sink, 5), STATUS_OK);
    assert_int_equal(dir_list_up_to(dir, &arena, &list, &count, here->sink, 4), STATUS_LIMIT);
    assert_last_diag(here->sink, DIAG_FILE_LIMIT, "LIMIT_DIR_NAMES");
    arena_release(&arena);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(files_of_all_sizes_are_whole),
        TEST(a_missing_file),
        TEST(a_file_that_cannot_be_opened),
        TEST(a_directory_is_not_a_file),
        TEST(files_that_say_0_and_have_content),
        TEST(a_fifo_is_read_to_its_end),
        TEST(standard_input_from_a_pipe),
        TEST(standard_input_from_a_file),
        TEST(standard_input_that_cannot_be_read),
        TEST(the_ceiling_is_told),
        TEST(a_file_longer_than_the_ceiling_is_not_even_read),
        TEST(standard_input_has_a_ceiling_of_its_own),
        TEST(a_read_that_fails),
        TEST(dropped_bytes_leave_memory_and_can_be_read_again),
        TEST(dropping_a_file_that_was_read_does_nothing),
        TEST(a_new_file_obeys_the_umask),
        TEST(an_old_file_is_replaced_and_keeps_its_permissions),
        TEST(a_large_file_is_written_whole),
        TEST(a_link_stays_a_link),
        TEST(a_name_without_a_directory),
        TEST(a_full_disk_leaves_the_old_file),
        TEST(what_is_no_regular_file_is_refused),
        TEST(a_folder_that_is_not_there),
        TEST(a_leftover_temporary_is_stepped_around),
        TEST(too_many_leftovers_are_told),
        TEST(existence),
        TEST(names_are_sorted_and_in_the_arena),
        TEST(an_empty_directory),
        TEST(directories_that_cannot_be_listed),
        TEST(more_names_than_the_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
