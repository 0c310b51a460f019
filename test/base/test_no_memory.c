/* test_no_memory.c: each allocation of this room is made to fail once; nothing is left behind, and
 * the sizes that packed files claim are not believed. */
#include <libdeflate.h>
#include <zstd.h>

#include "failing_memory.h"

static void use_arena(const struct memory *memory)
{
    struct arena arena;
    arena_init(&arena, memory);
    for (size_t i = 0; i < 100; i++)
        memset(arena_alloc(&arena, i * i), 1, i * i);
    arena_release(&arena);
}

static void use_pool(const struct memory *memory)
{
    struct pool pool;
    pool_init(&pool, memory);
    for (size_t n = 1; n < 8 << 20; n *= 4) {
        size_t cap;
        void *buf = pool_get(&pool, n, &cap);
        pool_put(&pool, buf, cap);
    }
    pool_release(&pool);
}

static void use_builder_and_vector(const struct memory *memory)
{
    struct sb sb;
    sb_init(&sb, memory);
    VEC(size_t) lengths = {0};
    for (int i = 0; i < 500; i++) {
        sb_addf(&sb, "%d ", i);
        VEC_PUSH(memory, &lengths, sb.len);
    }
    sb_release(&sb);
    VEC_RELEASE(memory, &lengths);
}

static void use_tables(const struct memory *memory)
{
    struct intern intern;
    struct map map;
    intern_init(&intern, memory);
    map_init(&map, memory);
    for (uint64_t i = 0; i < 500; i++) {
        bool added;
        char text[32];
        int n = snprintf(text, sizeof(text), "name %d", (int)i);
        *map_put(&map, i, &added) = intern_add(&intern, (struct str){text, (size_t)n});
        assert_true(added);
    }
    intern_release(&intern);
    map_release(&map);
}

static void use_diagnostics(const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct sb out;
    sb_init(&out, memory);
    for (int i = 0; i < 5; i++) {
        diag_add(sink, DIAG_USAGE, STR("file"), 1, DIAG_NO_OFFSET, "number %d", i);
        diag_format(diag_at(sink, (size_t)i), &out);
    }
    sb_release(&out);
    diag_sink_free(sink);
}

static struct scratch scratch; /* made by main: the work gets nothing but its memory */

static void use_files(const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct file file;
    static char long_text[200000];
    memset(long_text, 'x', sizeof(long_text));
    const char *path = scratch_path(&scratch, "file");
    for (size_t n = 0; n < sizeof(long_text); n += 70000) {
        struct str text = {long_text, n};
        assert_int_equal(file_write_atomic(path, text, memory, sink), STATUS_OK);
        assert_int_equal(file_open(&file, path, memory, sink), STATUS_OK);
        assert_int_equal(file.size, n);
        file_close(&file);
    }
    assert_int_equal(file_open(&file, "/proc/self/maps", memory, sink), STATUS_OK);
    file_close(&file);
    struct arena arena;
    arena_init(&arena, memory);
    struct str *names;
    size_t count;
    assert_int_equal(dir_list(scratch.dir, &arena, &names, &count, sink), STATUS_OK);
    arena_release(&arena);
    diag_sink_free(sink);
}

/* Read through a small first buffer, so that it has to grow while the file is open. */
static void use_growing_read(const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], scratch_path(&scratch, "x"), 20), 20);
    close(ends[1]);
    struct read_request request = {.fd = ends[0], .size_hint = 1, .max_bytes = 1000,
                                   .limit_name = "", .name = STR("pipe")};
    struct file file;
    assert_int_equal(file_read_all(&file, &request, memory, sink), STATUS_OK);
    assert_int_equal(file.size, 20);
    close(ends[0]);
    file_close(&file);
    diag_sink_free(sink);
}

/* What the packed tests unpack: a megabyte that packs too well for any claim to be believed. */
static char packed_gzip[5000], packed_zstd[5000];
static size_t gzip_size, zstd_size;

static void unpack_one(const struct memory *memory, const char *packed, size_t n)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct str in = {packed, n};
    struct str out;
    assert_int_equal(unpack(in, 1 << 30, memory, STR("x"), sink, &out), STATUS_OK);
    assert_int_equal(out.len, 1 << 20);
    memory_put(memory, (void *)out.ptr);
    diag_sink_free(sink);
}

static void use_gzip(const struct memory *memory)
{
    unpack_one(memory, packed_gzip, gzip_size);
}

static void use_zstd(const struct memory *memory)
{
    unpack_one(memory, packed_zstd, zstd_size);
}

static void count_up(void *ctx, size_t index, unsigned worker)
{
    (void)worker;
    ((unsigned char *)ctx)[index]++;
}

static void use_workers(const struct memory *memory)
{
    struct workers *workers = workers_new(memory, 2);
    unsigned char done[100] = {0};
    workers_run(workers, 100, count_up, done);
    workers_free(workers);
    assert_int_equal(done[99], 1);
}

static bool ignore(void *ctx, const char *bytes, size_t n)
{
    (void)ctx;
    (void)bytes;
    (void)n;
    return true;
}

static void use_child(const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    const char *argv[] = {"true", NULL}, *missing[] = {"unheap-no-such-program", NULL};
    struct child_request request = {.argv = argv, .on_stdout = ignore, .on_stderr = ignore};
    int exit_code;
    assert_int_equal(child_run(&request, memory, sink, &exit_code), STATUS_OK);
    request.argv = missing;
    assert_int_equal(child_run(&request, memory, sink, &exit_code), STATUS_NOT_FOUND);
    diag_sink_free(sink);
}

static void each_allocation_fails_once(void **state)
{
    (void)state;
    assert_in_range(fail_each_allocation(use_arena), 5, 100);
    assert_in_range(fail_each_allocation(use_pool), 8, 20);
    assert_in_range(fail_each_allocation(use_builder_and_vector), 10, 40);
    assert_in_range(fail_each_allocation(use_tables), 15, 60);
    assert_in_range(fail_each_allocation(use_diagnostics), 7, 20);
    assert_in_range(fail_each_allocation(use_files), 10, 60);
    assert_in_range(fail_each_allocation(use_growing_read), 5, 10);
    assert_in_range(fail_each_allocation(use_gzip), 4, 20);
    assert_in_range(fail_each_allocation(use_zstd), 4, 20);
    assert_in_range(fail_each_allocation(use_workers), 1, 1);
    assert_in_range(fail_each_allocation(use_child), 4, 10);
}

/* The whole work with the claim in place: how much is asked for at a time? */
static void unpack_lie(const struct memory *memory, const char *packed, size_t n)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct str in = {packed, n};
    struct str out;
    assert_int_equal(unpack(in, LIMIT_UNPACKED_BYTES, memory, STR("x"), sink, &out),
                     STATUS_BAD_INPUT);
    diag_sink_free(sink);
}

static void unpack_gzip_lie(const struct memory *memory)
{
    unpack_lie(memory, "\x1f\x8b\x08\0\0\0\0\0\0\xff" "rubbish" "\0\0\0\0\xff\xff\xff\xff", 25);
}

static void unpack_zstd_lie(const struct memory *memory)
{
    unpack_lie(memory, "\x28\xb5\x2f\xfd\xe0\0\0\0\x07\0\0\0\0\xff\xff\xff", 16); /* 112 MiB */
}

static void claims_are_not_believed(void **state)
{
    (void)state;
    assert_true(run_failing(unpack_gzip_lie, 0));
    assert_in_range(heap.largest, 1, 64 << 10);
    assert_true(run_failing(unpack_zstd_lie, 0));
    assert_in_range(heap.largest, 1, 64 << 10);
}

static void pack(void)
{
    char *text = calloc(1, 1 << 20);
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    gzip_size = libdeflate_gzip_compress(compressor, text, 1 << 20, packed_gzip,
                                         sizeof(packed_gzip));
    libdeflate_free_compressor(compressor);
    zstd_size = ZSTD_compress(packed_zstd, sizeof(packed_zstd), text, 1 << 20, 3);
    free(text);
}

static int setup(void **state)
{
    void *made = NULL;
    int result = scratch_setup(&made);
    scratch = *(struct scratch *)made;
    *state = made;
    pack();
    return result;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_allocation_fails_once),
        cmocka_unit_test(claims_are_not_believed),
    };
    return cmocka_run_group_tests(tests, setup, scratch_teardown);
}
