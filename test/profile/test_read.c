/* test_read.c: sources: files, standard input, several at a time. */
#include <unistd.h>

#include "profile_test.h"

struct scratch {
    char dir[64], one[128], two[128], other[128];
};

static void put_file(const char *path, const void *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

/* one: the usual profile; two: a text profile; other: one with other sample types. */
static int setup(void **state)
{
    static const char text[] = "heap profile: 1: 16 [2: 32] @ heap/2\n1: 16 [2: 32] @ 0x10\n";
    struct message_writer writer = {.len = 0};
    struct scratch *scratch = calloc(1, sizeof(*scratch));
    *state = scratch;
    snprintf(scratch->dir, sizeof(scratch->dir), "/tmp/unheap-test-XXXXXX");
    if (!mkdtemp(scratch->dir))
        return -1;
    snprintf(scratch->one, sizeof(scratch->one), "%s/one.pb", scratch->dir);
    snprintf(scratch->two, sizeof(scratch->two), "%s/two.txt", scratch->dir);
    snprintf(scratch->other, sizeof(scratch->other), "%s/localhost:6060", scratch->dir);
    put_usual(&writer);
    put_file(scratch->one, writer.bytes, writer.len);
    put_file(scratch->two, text, strlen(text));
    put_sample(&writer, LIST(2), LIST(0, 0), 7); /* all zero */
    put_file(scratch->other, writer.bytes, writer.len);
    return 0;
}

static int teardown(void **state)
{
    struct scratch *scratch = *state;
    unlink(scratch->one);
    unlink(scratch->two);
    unlink(scratch->other);
    rmdir(scratch->dir);
    free(scratch);
    return 0;
}

static void read_sources(struct reading *reading, const char *const *sources, size_t count)
{
    struct profile *profile;
    reading_init(reading);
    enum status status = profile_read(sources, count, NULL, &plenty, reading->sink, &profile);
    reading_take(reading, status, profile);
}

static void a_file_is_read(void **state)
{
    struct scratch *scratch = *state;
    struct reading reading;
    read_sources(&reading, (const char *const[]){scratch->one}, 1);
    assert_has(&reading, "profile a heap profile, of 1\n");
    assert_has(&reading, "sample 10 480 bytes=48\n");
    reading_release(&reading);
}

static void files_are_merged(void **state)
{
    struct scratch *scratch = *state;
    struct reading reading;
    const char *const sources[] = {scratch->one, scratch->other, scratch->one};
    read_sources(&reading, sources, 3);
    assert_has(&reading, "profile a heap profile, of 3\n");
    assert_has(&reading, "sample 30 1440 bytes=48\n");
    assert_has(&reading, "sample 9 288 bytes=32\n");
    assert_int_equal(count_lines(&reading, "sample "), 2); /* the zeros are gone, as in pprof */
    reading_release(&reading);
    read_sources(&reading, sources + 1, 1);
    assert_has(&reading, "sample 0 0 bytes=7\n"); /* but not where nothing is merged */
    reading_release(&reading);
}

static void a_file_that_looks_like_an_address_is_a_file(void **state)
{
    struct scratch *scratch = *state;
    struct reading reading;
    char old[4096];
    assert_non_null(getcwd(old, sizeof(old)));
    assert_int_equal(chdir(scratch->dir), 0);
    read_sources(&reading, (const char *const[]){"localhost:6060"}, 1);
    assert_int_equal(chdir(old), 0);
    assert_has(&reading, "sample 10 480 bytes=48\n");
    reading_release(&reading);
}

static void standard_input_is_read(void **state)
{
    struct scratch *scratch = *state;
    struct reading reading;
    int saved = dup(STDIN_FILENO);
    assert_non_null(freopen(scratch->two, "rb", stdin));
    read_sources(&reading, (const char *const[]){"-"}, 1);
    dup2(saved, STDIN_FILENO);
    close(saved);
    assert_has(&reading, "sample 2 32 1 16 bytes=16\n");
    reading_release(&reading);
}

static void the_first_fault_ends_it(void **state)
{
    struct scratch *scratch = *state;
    struct reading reading;
    read_sources(&reading, (const char *const[]){scratch->one, scratch->two}, 2);
    assert_refused(&reading, DIAG_PROFILE_MISMATCH, "alloc_objects/count, alloc_space/bytes");
    assert_true(str_is(reading.diag->file, scratch->two));
    reading_release(&reading);
    read_sources(&reading, (const char *const[]){scratch->one, "/nonexistent/x.pb"}, 2);
    assert_refused(&reading, DIAG_FILE_OPEN, "");
    assert_int_equal(reading.status, STATUS_NOT_FOUND);
    reading_release(&reading);
    read_sources(&reading, (const char *const[]){scratch->dir}, 1);
    assert_refused(&reading, DIAG_FILE_OPEN, "directory");
    reading_release(&reading);
}

static void more_files_than_allowed_are_refused(void **state)
{
    struct scratch *scratch = *state;
    const char *sources[LIMIT_PROFILES + 1];
    struct reading reading;
    for (size_t i = 0; i <= LIMIT_PROFILES; i++)
        sources[i] = scratch->one;
    read_sources(&reading, sources, LIMIT_PROFILES + 1);
    assert_refused(&reading, DIAG_PROFILE_LIMIT, "LIMIT_PROFILES");
    assert_int_equal(reading.status, STATUS_LIMIT);
    reading_release(&reading);
    read_sources(&reading, sources, LIMIT_PROFILES);
    assert_has(&reading, "sample 10000 480000 bytes=48\n");
    reading_release(&reading);
}

/* Large files are mapped and given back while they are read: what comes after must still be right.
 * */
static void a_large_file_is_read_to_its_end(void **state)
{
    struct scratch *scratch = *state;
    struct message_writer head = {.len = 0}, tail = {.len = 0};
    size_t padding = (size_t)9 << 20, len;
    unsigned char *bytes = calloc(1, 3 * padding); /* the padding is zeros */
    struct reading reading;
    assert_non_null(bytes);
    put_usual_head(&head);
    memcpy(bytes, head.bytes, len = head.len);
    for (int i = 0; i < 2; i++) {
        struct message_writer key = {.len = 0};
        put_varint(&key, 99 << 3 | PB_BYTES);
        put_varint(&key, padding);
        memcpy(bytes + len, key.bytes, key.len);
        len += key.len + padding;
    }
    put_usual_tail(&tail);
    memcpy(bytes + len, tail.bytes, tail.len);
    len += tail.len;
    put_file(scratch->one, bytes, len);
    free(bytes);
    read_sources(&reading, (const char *const[]){scratch->one}, 1);
    assert_has(&reading, "sample 10 480 bytes=48\n  (inlined) \"main.leaf\"");
    reading_release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_file_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(files_are_merged, setup, teardown),
        cmocka_unit_test_setup_teardown(a_file_that_looks_like_an_address_is_a_file, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(standard_input_is_read, setup, teardown),
        cmocka_unit_test_setup_teardown(the_first_fault_ends_it, setup, teardown),
        cmocka_unit_test_setup_teardown(more_files_than_allowed_are_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(a_large_file_is_read_to_its_end, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
