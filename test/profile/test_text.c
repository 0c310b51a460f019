/* test_text.c: Go's text profiles. The wanted numbers are those of `go tool pprof -raw` on the
 * same text (Go 1.26). */
#include "profile_test.h"

static void read_text(struct reading *reading, const char *text)
{
    read_bytes(reading, text, strlen(text));
}

#define HEADER "heap profile: 3: 1536 [10: 5120] @ heap/1048576\n"
#define BUCKET "3: 1536 [10: 5120] @ 0x4a2b3c 0x4a2000\n"

static void buckets_are_scaled_up(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER BUCKET);
    assert_has(&reading, "profile a heap profile, of 1\n"
                         "type alloc_objects/count\ntype alloc_space/bytes\n"
                         "type inuse_objects/count\ntype inuse_space/bytes\n"
                         "period space/bytes 524288\n");
    assert_has(&reading, "sample 10245 5245440 3073 1573632 bytes=512\n");
    assert_int_equal(count_lines(&reading, "  (no symbol)"), 2);
    assert_true(reading.profile->locations.at[0].address == 0x4a2b3b);
    reading_release(&reading);
}

static void at_rate_1_nothing_is_scaled(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 3: 1536 [10: 5120] @ heap/2\n" BUCKET);
    assert_has(&reading, "sample 10 5120 3 1536 bytes=512\n");
    reading_release(&reading);
    read_text(&reading, "heap profile: 3: 1536 [10: 5120] @ heapprofile\n" BUCKET);
    assert_has(&reading, "sample 10 5120 3 1536 bytes=512\n");
    assert_has(&reading, "period space/bytes 1\n");
    reading_release(&reading);
    read_text(&reading, "heap profile: 3: 1536 [10: 5120] @ heap_v2/524288\n" BUCKET);
    assert_has(&reading, "sample 10245 5245440 3073 1573632 bytes=512\n");
    reading_release(&reading);
}

static void freed_objects_have_an_allocated_size(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 0: 0 [10: 5120] @ heap/2\n"
                        "0: 0 [10: 5120] @ 0x4a2b3c\n");
    assert_has(&reading, "sample 10 5120 0 0 bytes=512\n");
    reading_release(&reading);
}

/* pprof takes a header in which both pairs are equal for one without allocations. */
static void equal_pairs_are_one_pair(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 3: 1536 [3: 1536] @ heap/2\n"
                        "3: 1536 [3: 1536] @ 0x4a2b3c\n");
    assert_has(&reading, "type objects/count\ntype space/bytes\n");
    assert_has(&reading, "sample 3 1536 bytes=512\n");
    assert_int_equal(profile_kind(reading.profile), PROFILE_HEAP);
    reading_release(&reading);
}

/* ---- symbols ---- */

static void comment_lines_are_the_stack(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER BUCKET "#\t0x4a2b3b\tmain.(*T).fill+0x1b\t\t/src/a b/main.go:12\n"
                                      "#\t0x4a1fff\tmain.main+0xff\t/src/main.go:40\n"
                                      "\n# runtime.MemStats\n# Alloc = 12\n# BySize = 3\n");
    assert_has(&reading, "bytes=512\n"
                         "  \"main.(*T).fill\" \"/src/a b/main.go\":12\n"
                         "  \"main.main\" \"/src/main.go\":40\n");
    assert_int_equal(count_lines(&reading, "  "), 2);
    reading_release(&reading);
}

/* The shape of real Go 1.26 output: f and g inlined into main.run, each with its own address; all
 * share main.run's entry, 0x1000. */
static void inlined_frames_with_own_addresses_are_one_location(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER "3: 1536 [10: 5120] @ 0x1051 0x1041 0x1031 0x2011 0x3001\n"
                               "#\t0x1050\tmain.f+0x50\t/m.go:1\n"
                               "#\t0x1040\tmain.g+0x40\t/m.go:2\n"
                               "#\t0x1030\tmain.run+0x30\t/m.go:3\n"
                               "#\t0x2010\tmain.main+0x10\t/m.go:4\n");
    assert_has(&reading, "  (inlined) \"main.f\" \"/m.go\":1\n"
                         "  (inlined) \"main.g\" \"/m.go\":2\n"
                         "  \"main.run\" \"/m.go\":3\n"
                         "  \"main.main\" \"/m.go\":4\n");
    assert_int_equal(reading.profile->stacks.at[0].count, 2);
    reading_release(&reading);
}

static void lines_that_share_an_address_are_one_location(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER "3: 1536 [10: 5120] @ 0x1051 0x2011\n"
                               "#\t0x1050\tmain.f+0x50\t/m.go:1\n"
                               "#\t0x1050\tmain.run+0x50\t/m.go:3\n"
                               "#\t0x2010\tmain.main+0x10\t/m.go:4\n");
    assert_has(&reading, "  (inlined) \"main.f\" \"/m.go\":1\n"
                         "  \"main.run\" \"/m.go\":3\n"
                         "  \"main.main\" \"/m.go\":4\n");
    reading_release(&reading);
}

/* A recursive function calls itself for real: its frames share an entry, and none is inlined but f.
 * */
static void recursion_is_not_inlining(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER "3: 1536 [10: 5120] @ 0x1051 0x1041 0x1041 0x1061\n"
                               "#\t0x1050\tmain.f+0x50\t/m.go:1\n"
                               "#\t0x1040\tmain.walk+0x40\t/m.go:2\n"
                               "#\t0x1040\tmain.walk+0x40\t/m.go:2\n"
                               "#\t0x1060\tmain.walk+0x60\t/m.go:3\n");
    assert_has(&reading, "  (inlined) \"main.f\" \"/m.go\":1\n"
                         "  \"main.walk\" \"/m.go\":2\n"
                         "  \"main.walk\" \"/m.go\":2\n"
                         "  \"main.walk\" \"/m.go\":3\n");
    assert_int_equal(reading.profile->stacks.at[0].count, 3);
    reading_release(&reading);
}

static void an_address_without_a_name_stays_alone(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER "3: 1536 [10: 5120] @ 0x1051 0x2011\n"
                               "#\t0x1050\n"
                               "#\t0x2010\tmain.main+0x10\t/m.go:4\n");
    assert_has(&reading, "bytes=512\n  (no symbol)\n  \"main.main\" \"/m.go\":4\n");
    reading_release(&reading);
}

static void equal_buckets_are_one_sample(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 6: 3072 [20: 10240] @ heap/2\n" BUCKET BUCKET
                        "1: 64 [1: 64] @ 0x4a2b3c 0x4a2000\n");
    assert_has(&reading, "sample 1 64 1 64 bytes=64\n  (no symbol)\n");
    assert_has(&reading, "sample 20 10240 6 3072 bytes=512\n  (no symbol)\n");
    assert_int_equal(reading.profile->stacks.len, 1);
    reading_release(&reading);
}

/* Lines are expected to follow each other as they did before: here they do not, or only begin
 * alike, or the file ends in the middle of the expected one. */
static void lines_that_come_again_elsewhere(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 4: 4 [4: 5] @ heap/2\n"
                        "1: 1 [1: 1] @ 0x11 0x21 0x31\n"
                        "#\t0x10\tmain.a+0x1\t/m.go:1\n"
                        "#\t0x20\tmain.b+0x1\t/m.go:2\n"
                        "#\t0x30\tmain.c+0x1\t/m.go:3\n\n"
                        "1: 1 [1: 1] @ 0x11 0x31\n"
                        "#\t0x10\tmain.a+0x1\t/m.go:1\n"
                        "#\t0x30\tmain.c+0x1\t/m.go:3\n\n"
                        "1: 1 [1: 1] @ 0x11 0x31\n"
                        "#\t0x10\tmain.a+0x1\t/m.go:1\n"
                        "#\t0x30\tmain.c+0x1\t/m.go:33\n\n"
                        "1: 1 [1: 1] @ 0x11 0x21 0x31\n"
                        "#\t0x10\tmain.a+0x1\t/m.go:1\n"
                        "#\t0x20\tmain.b+0x1\t/m.go:2\n"
                        "#\t0x30\tmain.c+0x1\t/m.go:3");
    assert_has(&reading, "sample 2 2 2 2 bytes=1\n  \"main.a\" \"/m.go\":1\n"
                         "  \"main.b\" \"/m.go\":2\n  \"main.c\" \"/m.go\":3\n");
    assert_has(&reading, "sample 1 1 1 1 bytes=1\n  \"main.a\" \"/m.go\":1\n"
                         "  \"main.c\" \"/m.go\":3\nsample");
    assert_has(&reading, "  \"main.c\" \"/m.go\":33\n");
    assert_int_equal(count_lines(&reading, "sample "), 3);
    reading_release(&reading);
}

static void memory_maps_end_the_buckets(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, HEADER BUCKET "MAPPED_LIBRARIES:\n00400000-00500000 r-xp 0 /bin/x\n");
    assert_int_equal(reading.status, STATUS_OK);
    assert_int_equal(reading.profile->samples.len, 1);
    reading_release(&reading);
}

static void carriage_returns_and_blanks_do_no_harm(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile:  3:  1536 [ 10:  5120 ] @ heap/2\r\n\r\n"
                        "   3:  1536 [  10:   5120 ] @ 0x4a2b3c\r\n"
                        "#\t0x4a2b3b\tmain.f+0x1\t/m.go:7\r\n");
    assert_has(&reading, "sample 10 5120 3 1536 bytes=512\n  \"main.f\" \"/m.go\":7\n");
    reading_release(&reading);
}

/* ---- what is wrong ---- */

static void assert_line_refused(const char *text, uint64_t line, const char *part)
{
    struct reading reading;
    read_text(&reading, text);
    assert_refused(&reading, DIAG_PROFILE_DAMAGED, part);
    assert_int_equal(reading.diag->line, line);
    reading_release(&reading);
}

static void damaged_lines_are_named(void **state)
{
    (void)state;
    assert_line_refused("heap profile: 3\n", 1, "the first line should be");
    assert_line_refused("heap profile: 3: 1536 [10: 5120] @ stack/2\n", 1, "heap/RATE");
    assert_line_refused("heap profile: 3: 1536 [10: 5120] @ heap/x\n", 1, "rate");
    assert_line_refused("heap profile: 3: 1536 [10: 5120] @ heap/99999999999999999999\n", 1,
                        "rate");
    assert_line_refused(HEADER "\n3: 1536 [10: 5120 @ 0x1\n", 3, "a line 'N: BYTES");
    assert_line_refused(HEADER "what is this\n", 2, "a line 'N: BYTES");
    assert_line_refused(HEADER "3: 1536 [10: 5120] @ 0x\n", 2, "addresses like");
    assert_line_refused(HEADER "3: 1536 [10: 5120] @ 0x1 zzz\n", 2, "addresses like");
    assert_line_refused(HEADER "3: 1536 [10: 5120] @ 0x11112222333344445\n", 2, "addresses like");
    assert_line_refused(HEADER "0: 1536 [10: 5120] @ 0x1\n", 2, "bytes but no objects");
    assert_line_refused(HEADER "-9223372036854775808: 1 [10: 5120] @ 0x1\n", 2, "out of range");
    assert_line_refused(HEADER "3: 99999999999999999999 [10: 5120] @ 0x1\n", 2, "a line 'N:");
}

static void a_cut_off_file_is_noticed(void **state)
{
    (void)state;
    assert_line_refused(HEADER "3: 1536 [10: 5120] @ 0x4a2", 2, "the file ends in the middle");
    assert_line_refused(HEADER "1: 512 [4: 2048] @ 0x4a2b3c\n", 2, "the file ends here");
    struct reading reading;
    /* With Go's trailer it is whole, whatever the header says. */
    read_text(&reading, HEADER "1: 512 [4: 2048] @ 0x4a2b3c\n\n# runtime.MemStats\n");
    assert_int_equal(reading.status, STATUS_OK);
    reading_release(&reading);
    /* Go's header counts one allocated byte too many where nothing was freed. */
    read_text(&reading, "heap profile: 3: 1536 [3: 1537] @ heap/2\n"
                        "3: 1536 [3: 1536] @ 0x4a2b3c\n");
    assert_has(&reading, "sample 3 1536 3 1536 bytes=512\n");
    reading_release(&reading);
}

static void a_header_alone_is_an_empty_profile(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 0: 0 [0: 1] @ heap/1048576\n");
    assert_int_equal(reading.status, STATUS_OK);
    assert_int_equal(reading.profile->samples.len, 0);
    reading_release(&reading);
}

static void huge_numbers_stay_in_range(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "heap profile: 1: 1 [1: 1] @ heap_v2/9223372036854775807\n"
                        "4611686018427387904: 4611686018427387904 "
                        "[9223372036854775807: 9223372036854775807] @ 0x1\n"
                        "-3: -1536 [1: 1] @ 0x1\n");
    assert_int_equal(reading.status, STATUS_OK);
    assert_has(&reading, "sample 9223372036854775807 9223372036854775807");
    reading_release(&reading);
}

/* ---- goroutine, threadcreate, mutex, block ---- */

static void counted_stacks_have_one_type(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "goroutine profile: total 6\n"
                        "5 @ 0x47dbee 0x4158ee\n"
                        "# labels: {\"user\":\"7\"}\n"
                        "#\t0x4d9f78\tmain.wait+0x18\t/src/main.go:10\n"
                        "\n"
                        "1 @ 0x4429b1\n");
    assert_has(&reading, "type goroutine/count\nperiod goroutine/count 1\n");
    assert_has(&reading, "sample 5 \"user\"=\"7\"\n");
    assert_has(&reading, "main.wait");
    assert_has(&reading, "sample 1\n");
    assert_int_equal(count_lines(&reading, "  (no symbol)"), 1);
    reading_release(&reading);
}

static void a_program_may_count_what_it_likes(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "example.com/open.files profile: total 2\n2 @ 0x47dbee\n");
    assert_has(&reading, "type example.com/open.files/count\n");
    assert_has(&reading, "sample 2\n");
    reading_release(&reading);
}

static void cycles_become_nanoseconds(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "--- mutex:\ncycles/second=2500000000\nsampling period=5\n"
                        "ms since reset = 20\ndiscarded samples=9\n"
                        "1000 7 @ 0x4da038 0x4d9fba\n");
    assert_has(&reading, "type contentions/count\ntype delay/nanoseconds\n"
                         "period contentions/count 5\n");
    assert_has(&reading, "sample 35 2000\n");
    assert_true(reading.profile->duration_nanos == 20000000);
    reading_release(&reading);
    /* Nothing is known of the clock: the numbers stay. */
    read_text(&reading, "--- contention:\n1000 7 @ 0x4da038\n");
    assert_has(&reading, "sample 7 1000\n");
    reading_release(&reading);
    read_text(&reading, "--- contentionz 1 ---\nsampling period=9223372036854775807\n"
                        "1000 7 @ 0x4da038\n");
    assert_has(&reading, "sample 9223372036854775807 1000\n");
    reading_release(&reading);
}

static void damaged_counts_are_refused(void **state)
{
    (void)state;
    static const struct {
        const char *text, *part;
    } cases[] = {
        {"goroutine profile: total many\n", "the total at the line's end is not a number"},
        {"goroutine profile: total 1\nx @ 0x1\n", "a line 'N @ 0x...'"},
        {"goroutine profile: total 1\n1 0x1\n", "a line 'N @ 0x...'"},
        {"goroutine profile: total 1\n1 @ hello\n", "addresses like 0x4a2b3c"},
        {"--- mutex:\nformat=java\n", "no line of a contention profile's header"},
        {"--- mutex:\ncycles/second=fast\n", "after the =, a number was expected"},
        {"--- mutex:\ncycles/second=1\n1 @ 0x1\n", "a line 'CYCLES EVENTS @ 0x...'"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading reading;
        read_text(&reading, cases[i].text);
        assert_refused(&reading, DIAG_PROFILE_DAMAGED, cases[i].part);
        reading_release(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_are_scaled_up),
        cmocka_unit_test(at_rate_1_nothing_is_scaled),
        cmocka_unit_test(freed_objects_have_an_allocated_size),
        cmocka_unit_test(equal_pairs_are_one_pair),
        cmocka_unit_test(comment_lines_are_the_stack),
        cmocka_unit_test(inlined_frames_with_own_addresses_are_one_location),
        cmocka_unit_test(lines_that_share_an_address_are_one_location),
        cmocka_unit_test(recursion_is_not_inlining),
        cmocka_unit_test(an_address_without_a_name_stays_alone),
        cmocka_unit_test(equal_buckets_are_one_sample),
        cmocka_unit_test(lines_that_come_again_elsewhere),
        cmocka_unit_test(memory_maps_end_the_buckets),
        cmocka_unit_test(carriage_returns_and_blanks_do_no_harm),
        cmocka_unit_test(damaged_lines_are_named),
        cmocka_unit_test(a_cut_off_file_is_noticed),
        cmocka_unit_test(a_header_alone_is_an_empty_profile),
        cmocka_unit_test(huge_numbers_stay_in_range),
        cmocka_unit_test(counted_stacks_have_one_type),
        cmocka_unit_test(a_program_may_count_what_it_likes),
        cmocka_unit_test(cycles_become_nanoseconds),
        cmocka_unit_test(damaged_counts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
