/* test_legacy.c: the forms of C++ and Java programs: what is read, and where it is wrong. That the
 * numbers are pprof's is test/oracle/prof_matrix.sh's matter. */
#include "profile_test.h"

static void read_text(struct reading *reading, const char *text)
{
    read_bytes(reading, text, strlen(text));
}

/* ---- gperftools' CPU profiles ---- */

struct cpu_writer {
    unsigned char bytes[1024];
    size_t len, size;
    bool big;
};

static void put_word(struct cpu_writer *writer, uint64_t value)
{
    for (size_t i = 0; i < writer->size; i++) {
        size_t at = writer->big ? writer->size - 1 - i : i;
        writer->bytes[writer->len + i] = (unsigned char)(value >> (8 * at));
    }
    writer->len += writer->size;
}

static void put_words(struct cpu_writer *writer, const uint64_t *words)
{
    for (; *words != END; words++)
        put_word(writer, *words);
}
#define WORDS(writer, ...) put_words((writer), (uint64_t[]){__VA_ARGS__, END})

static void put_string(struct cpu_writer *writer, const char *text)
{
    memcpy(writer->bytes + writer->len, text, strlen(text));
    writer->len += strlen(text);
}

static void both_sizes_and_orders_are_read(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        struct cpu_writer writer = {.size = kind & 1 ? 8 : 4, .big = kind & 2};
        struct reading reading;
        WORDS(&writer, 0, 3, 0, 10000, 0);
        WORDS(&writer, 5, 2, 0x401000, 0x402001, 1, 1, 0x401000, 0, 1, 0);
        put_string(&writer, "00400000-00500000 r-xp 00000000 08:01 1 /usr/bin/app\n");
        read_bytes(&reading, writer.bytes, writer.len);
        assert_has(&reading, "type samples/count\ntype cpu/nanoseconds\n"
                             "period cpu/nanoseconds 10000000\n");
        assert_has(&reading, "sample 5 50000000\n");
        assert_has(&reading, "sample 1 10000000\n");
        assert_int_equal(reading.profile->locations.len, 2);
        assert_true(reading.profile->locations.at[1].address == 0x402000);
        assert_int_equal(reading.profile->mappings.len, 1);
        assert_true(str_is(profile_string(reading.profile, reading.profile->mappings.at[0].file),
                           "/usr/bin/app"));
        reading_release(&reading);
    }
}

/* Of 40 stacks, 39 have the signal handler second, and the leaf twice. */
static void the_profiler_leaves_no_frames(void **state)
{
    (void)state;
    struct cpu_writer writer = {.size = 4};
    struct reading reading;
    WORDS(&writer, 0, 3, 0, 1, 0);
    for (uint64_t i = 0; i < 39; i++)
        WORDS(&writer, 1, 4, 0x1000, 0x9001, 0x1000, 0x3001);
    WORDS(&writer, 1, 2, 0x1000, 0x3001);
    read_bytes(&reading, writer.bytes, writer.len);
    assert_int_equal(reading.profile->samples.len, 1);
    assert_int_equal(reading.profile->stacks.at[0].count, 2);
    reading_release(&reading);
}

static void assert_cut(struct cpu_writer *writer, uint64_t offset, const char *part)
{
    struct reading reading;
    read_bytes(&reading, writer->bytes, writer->len);
    assert_refused(&reading, DIAG_PROFILE_DAMAGED, part);
    assert_true(reading.diag->offset == offset);
    reading_release(&reading);
}

static void a_cut_cpu_profile_says_where(void **state)
{
    (void)state;
    struct cpu_writer writer = {.size = 8};
    WORDS(&writer, 0, 3, 0, 1, 0, 1, 1, 0x1000, 7, 2, 0x1000);
    assert_cut(&writer, 64, "deeper than the rest of the file");
    writer.len -= 16;
    assert_cut(&writer, 64, "a count and a depth were expected");
    writer.len = 0;
    WORDS(&writer, 0, 3, 1, 1, 0, 1, 1, 0x1000, 0, 1, 0);
    put_string(&writer, "\n0x11112222333344445 too long\n");
    assert_cut(&writer, 89, "more than 64 bits");
}

static void a_deep_cpu_profile_is_refused(void **state)
{
    (void)state;
    struct cpu_writer writer = {.size = 4};
    struct reading reading;
    struct profile_limits limits = profile_limits_default();
    limits.frames = 2;
    WORDS(&writer, 0, 3, 0, 1, 0, 1, 3, 0x1000, 0x2000, 0x3000);
    read_limited(&reading, writer.bytes, writer.len, limits);
    assert_refused(&reading, DIAG_PROFILE_LIMIT, "LIMIT_PROFILE_FRAMES");
    reading_release(&reading);
    limits = profile_limits_default();
    limits.samples = 1;
    WORDS(&writer, 1, 1, 0x1000, 1, 1, 0x2000);
    read_limited(&reading, writer.bytes, writer.len, limits);
    assert_refused(&reading, DIAG_PROFILE_LIMIT, "LIMIT_PROFILE_SAMPLES");
    reading_release(&reading);
}

/* ---- memory maps ---- */

#define HEAP "heap profile: 1: 16 [1: 16] @ heapprofile\n1: 16 [1: 16] @ 0x401001 0x7f0000001001\n"

struct map_case {
    const char *map;
    size_t count;
    const char *first; /* the first mapping's file */
    uint64_t start;    /* and its start */
};

static const struct map_case maps[] = {
    {"MAPPED_LIBRARIES:\n7f0000000000-7f0000100000 r-xp 00000000 08:01 1 /lib/libc.so.6\n"
     "00400000-00500000 r-xp 00000000 08:01 1 /bin/app\n", 2, "/bin/app", 0x400000},
    {"--- Memory map: ---\nI01 a.cc:12] b=/opt\n 400000-500000: $b/app (@0) abc\n", 2, "/opt/app",
     0x400000},
    {"MAPPED_LIBRARIES:\n00400000-00410000 r-xp 00000000 08:01 1 /a\n"
     "00410000-00500000 r-xp 00010000 08:01 1 /a\n"
     "00500000-00600000 rw-p 00000000 08:01 1 /a\n", 2, "/a", 0x400000},
    {"MAPPED_LIBRARIES:\n00410000-00500000 r-xp 00010000 08:01 1 /a\n", 2, "/a", 0x400000},
    {"MAPPED_LIBRARIES:\n00411000-00500000 r-xp 00012000 08:01 1 /a\n", 2, "/a", 0x3ff000},
};

/* What no line covers is one mapping of all memory. */
static void maps_of_all_kinds_are_read(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(maps); i++) {
        struct sb text;
        struct reading reading;
        sb_init(&text, &plenty);
        sb_addf(&text, "%s%s", HEAP, maps[i].map);
        read_text(&reading, text.text);
        assert_int_equal(reading.status, STATUS_OK);
        const struct profile_mapping *first = reading.profile->mappings.at;
        assert_int_equal(reading.profile->mappings.len, maps[i].count);
        assert_true(str_is(profile_string(reading.profile, first->file), maps[i].first));
        assert_true(first->start == maps[i].start);
        assert_int_equal(reading.profile->locations.at[0].mapping, 0);
        assert_int_equal(reading.profile->locations.at[1].mapping, 1);
        reading_release(&reading);
        sb_release(&text);
    }
}

/* ---- threads ---- */

static void threads_are_counted(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "--- threadz 1 ---\n\n"
                        "--- Thread 7f79 (name: main/12) stack: ---\n"
                        "  PC: 0x00001000: f(x)\n  0x00002001\n"
                        "--- Thread 7f80 (name: /13) stack: ---\n  [same as previous thread]\n"
                        "--- Memory map: ---\n");
    assert_has(&reading, "type thread/count\n");
    assert_has(&reading, "sample 2\n");
    assert_true(reading.profile->locations.at[1].address == 0x2000);
    reading_release(&reading);
}

/* ---- Java ---- */

#define JAVA_HEAP "--- heapz 1 ---\nformat = java\nresolution=bytes\n"

static void java_places_have_names(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, JAVA_HEAP "  1048576 1 @ 0x1 0x2\n  2097152 2 @ 0x3 0x4\n\n"
                                  "0x1 com.Foo.run (Foo.java:12)\n0x2 native (/lib/libx.so)\n"
                                  "0x3 a generated stub/JIT\n");
    assert_has(&reading, "type inuse_objects/count\ntype inuse_space/bytes\n");
    assert_has(&reading, "sample 1 1212696 bytes=1048576\n"
                         "  \"com.Foo.run\" \"Foo.java\":12\n  \"native\" \"libx.so\":0\n");
    assert_has(&reading, "  \"STUB\" \"\":0\n  (no symbol)\n");
    reading_release(&reading);
}

static void java_locks_are_read(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "--- contentionz 1 ---\nformat = java\nresolution = microseconds\n"
                        "sampling period = 100\nms since reset = 5\n 7 2 @ 0x1\n0x1 GC\n");
    assert_has(&reading, "type contentions/count\ntype delay/microseconds\n");
    assert_has(&reading, "sample 200 700\n  \"GC\"");
    assert_true(reading.profile->duration_nanos == 5000000);
    reading_release(&reading);
}

/* ---- labels of goroutines ---- */

static void goroutines_have_labels(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "goroutine profile: total 4\n"
                        "1 @ 0x1001\n# labels: {\"a\":\"x \\\"y\\\"\", \"b\\n\":\"\\u00e9\\xff\"}\n"
                        "#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
                        "2 @ 0x1001\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
                        "1 @ 0x1001\n# labels: {\"a\":\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n");
    assert_int_equal(reading.profile->samples.len, 2);
    assert_has(&reading, "sample 3\n");
    const struct profile_label *label = reading.profile->labels.at;
    assert_true(str_is(profile_string(reading.profile, label[0].text), "x \"y\""));
    assert_true(str_is(profile_string(reading.profile, label[1].key), "b\n"));
    assert_true(str_is(profile_string(reading.profile, label[1].text), "\xc3\xa9\xff"));
    reading_release(&reading);
}

/* ---- what is wrong ---- */

struct bad {
    const char *text;
    uint64_t line;
    const char *part;
};

#define THREAD "--- Thread 7f79 (name: main/12) stack: ---\n"

static const struct bad all_bad[] = {
    {"--- threadz 1 ---\n", 1, "before the first thread"},
    {"--- threadz 1 ---\n\n--- odd ---\n", 3, "stack: ---' was expected"},
    {"--- threadz 1 ---\n" THREAD "  0x1\n", 3, "before '--- Memory map: ---'"},
    {THREAD "  0x11112222333344445\n--- Memory map: ---\n", 2, "more than 64 bits"},
    {"--- Thread 7f79 (name: main/12x) stack: ---\n 0x1\n", 1, "stack: ---' was expected"},
    {"--- heapz 1 ---\nformat = perl\n", 2, "only the format java is known"},
    {"--- heapz 1 ---\nformat = java\n 1 1 @ 0x1\n", 2, "'resolution = UNIT' was expected"},
    {JAVA_HEAP "cost = 3\n", 4, "no line of a Java profile's header"},
    {"--- contentionz 1 ---\nformat = java\nsampling period = x\n", 3, "a number was expected"},
    {JAVA_HEAP "\n 12 0 @ 0x1\n", 5, "bytes but no objects"},
    {JAVA_HEAP " 12 1 @ 0x1 x\n", 4, "places like 0x4a2b3c were expected"},
    {JAVA_HEAP " 12 1 @ 0x1", 4, "ends in the middle of this line"},
    {JAVA_HEAP " 12 1 @ 0x1\n\n0x1 a\n0x11112222333344445 b\n", 7, "more than 64 bits"},
    {"--- contentionz 1 ---\ncycles/second = x\n", 2, "a number was expected"},
    {"# comment\n\nthreadcreate profile: total x\n", 3, "is not a number"},
};

static void what_is_wrong_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(all_bad); i++) {
        struct reading reading;
        read_text(&reading, all_bad[i].text);
        assert_refused(&reading, DIAG_PROFILE_DAMAGED, all_bad[i].part);
        assert_int_equal(reading.diag->line, all_bad[i].line);
        reading_release(&reading);
    }
}

static void deep_stacks_are_refused(void **state)
{
    (void)state;
    static const char *const texts[] = {JAVA_HEAP " 12 1 @ 0x1 0x2 0x3\n0x1 a\n",
                                        THREAD " 0x1 0x2 0x3\n--- Memory map: ---\n"};
    struct profile_limits limits = profile_limits_default();
    limits.frames = 2;
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        struct reading reading;
        read_limited(&reading, texts[i], strlen(texts[i]), limits);
        assert_refused(&reading, DIAG_PROFILE_LIMIT, "LIMIT_PROFILE_FRAMES");
        reading_release(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sizes_and_orders_are_read),
        cmocka_unit_test(the_profiler_leaves_no_frames),
        cmocka_unit_test(a_cut_cpu_profile_says_where),
        cmocka_unit_test(a_deep_cpu_profile_is_refused),
        cmocka_unit_test(maps_of_all_kinds_are_read),
        cmocka_unit_test(threads_are_counted),
        cmocka_unit_test(java_places_have_names),
        cmocka_unit_test(java_locks_are_read),
        cmocka_unit_test(goroutines_have_labels),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(deep_stacks_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
