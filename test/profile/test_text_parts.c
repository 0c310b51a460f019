/* test_text_parts.c: a text profile read by several threads is the one that a single thread reads,
 * wherever it is cut. */
#include "profile_test.h"

/* What `a` and `b` say of a text: profiles or faults. */
static void assert_same_reading(const struct reading *a, const struct reading *b)
{
    assert_int_equal(a->status, b->status);
    assert_int_equal(a->code, b->code);
    assert_true(str_equal(sb_str(&a->dump), sb_str(&b->dump)));
    assert_int_equal(diag_count(a->sink), diag_count(b->sink));
    if (!a->profile) {
        assert_int_equal(a->diag->line, b->diag->line);
        assert_true(str_equal(a->diag->message, b->diag->message));
        return;
    }
    assert_int_equal(a->profile->locations.len, b->profile->locations.len);
    for (size_t i = 0; i < a->profile->locations.len; i++)
        assert_true(a->profile->locations.at[i].address == b->profile->locations.at[i].address);
}

static void assert_parts_agree(struct str text)
{
    struct reading alone, parts;
    struct profile_limits limits = profile_limits_default();
    read_bytes(&alone, text.ptr, text.len);
    for (size_t part = 1; part < text.len; part += 1 + part / 8) {
        limits.part_bytes = part;
        read_in_parts(&parts, text, limits);
        assert_same_reading(&alone, &parts);
        reading_release(&parts);
    }
    reading_release(&alone);
}

/* Lines known and new, inlined frames (one address or one each), frames that Go hides, buckets
 * without lines, and one of zeros. */
static const char heap[] =
    "heap profile: 9: 4608 [40: 20480] @ heap/1048576\n"
    "3: 1536 [10: 5120] @ 0x1011 0x1021 0x1031\n"
    "#\t0x1010\tmain.leaf+0x10\t/src/main.go:7\n"
    "#\t0x1020\tmain.mid+0x10\t/src/main.go:17\n"
    "#\t0x1030\tmain.main+0x10\t/src/main.go:27\n\n"
    "0: 0 [0: 0] @ 0x1011 0x1031\n"
    "#\t0x1010\tmain.leaf+0x10\t/src/main.go:7\n"
    "#\t0x1030\tmain.main+0x10\t/src/main.go:27\n\n"
    "3: 1536 [10: 5120] @ 0x2001 0x2011 0x1021 0x1031\n"
    "#\t0x1020\tmain.mid+0x10\t/src/main.go:17\n"
    "#\t0x1030\tmain.main+0x10\t/src/main.go:27\n\n"
    "1: 64 [2: 128] @ 0x3001 0x3002\n\n"
    "3: 1536 [10: 5120] @ 0x1042 0x1031\n"
    "#\t0x1041\tmain.small+0x1\t/src/main.go:8\n"
    "#\t0x1041\tmain.mid+0x1\t/src/main.go:17\n"
    "#\t0x1030\tmain.main+0x10\t/src/main.go:27\n\n"
    "3: 1536 [10: 5120] @ 0x1011 0x1021 0x1031\n"
    "#\t0x1010\tmain.leaf+0x10\t/src/main.go:7\n"
    "#\t0x1020\tmain.mid+0x10\t/src/main.go:17\n"
    "#\t0x1030\tmain.main+0x10\t/src/main.go:27\n\n"
    "\n# runtime.MemStats\n# Alloc = 1\n";

static void a_heap_is_the_same_wherever_it_is_cut(void **state)
{
    (void)state;
    assert_parts_agree(STR(heap));
}

static const char *const others[] = {
    "goroutine profile: total 5\n"
    "1 @ 0x1001\n# labels: {\"a\":\"x\"}\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
    "2 @ 0x1001\n# labels: {\"b\":\"y\"}\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
    "1 @ 0x1001 0x2001\n# labels: {\"a\":\"x\"}\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
    "1 @ 0x1001\n# labels: {\"a\":\"x\"}\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n",
    "--- mutex:\ncycles/second=2000000000\nsampling period=5\n"
    "100 2 @ 0x1001 0x1002\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
    "300 4 @ 0x1001 0x1002\n#\t0x1000\tmain.run+0x1\t/src/main.go:7\n\n"
    "400 5 @ 0x1001 0x1003\n",
    /* A memory map, whose lines look like buckets. */
    "heap profile: 2: 32 [2: 32] @ heapprofile\n"
    "1: 16 [1: 16] @ 0x401001 0x7f0000001001\n1: 16 [1: 16] @ 0x401001\n"
    "MAPPED_LIBRARIES:\n00400000-00500000 r-xp 00000000 08:01 1 /bin/app\n"
    "10000000-10100000 r-xp 00000000 08:01 1 /lib/a.so\n"
    "7f0000000000-7f0000100000 r-xp 00000000 08:01 1 /lib/libc.so.6\n",
};

static void other_forms_are_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_parts_agree(str_from(others[i]));
}

static const char *const faulty[] = {
    "heap profile: 3: 48 [3: 48] @ heap/2\n"
    "1: 16 [1: 16] @ 0x1001\n1: 16 [1: 16] @ 0x1002\n1: 16 [x: 16] @ 0x1003\n"
    "1: 16 [1: 16] @ 0x1004\n# runtime.MemStats\n",
    "heap profile: 3: 48 [4: 64] @ heap/2\n" /* it ends before all it counts */
    "1: 16 [1: 16] @ 0x1001\n1: 16 [1: 16] @ 0x1002\n1: 16 [1: 16] @ 0x1003\n",
    "heap profile: 3: 48 [3: 48] @ heap/2\n"
    "1: 16 [1: 16] @ 0x1001\n1: 16 [1: 16] @ 0x1002\n1: 16 [1: 16] @ 0x10", /* so does this */
    "goroutine profile: total x\n1 @ 0x1001\n1 @ 0x1002\n",
};

static void faults_are_named_by_their_line(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(faulty); i++)
        assert_parts_agree(str_from(faulty[i]));
}

/* No part alone is too large. */
static void ceilings_hold_for_all_parts(void **state)
{
    (void)state;
    struct reading reading;
    struct profile_limits limits = profile_limits_default();
    struct str text = STR("heap profile: 2: 32 [2: 32] @ heapprofile\n"
                          "1: 16 [1: 16] @ 0x401001 0x7f0000001001\n1: 16 [1: 16] @ 0x401001\n");
    limits.part_bytes = text.len / 2;
    limits.stacks = 1;
    read_in_parts(&reading, text, limits);
    assert_refused(&reading, DIAG_PROFILE_LIMIT, "LIMIT_PROFILE_STACKS");
    reading_release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_heap_is_the_same_wherever_it_is_cut),
        cmocka_unit_test(other_forms_are_the_same),
        cmocka_unit_test(faults_are_named_by_their_line),
        cmocka_unit_test(ceilings_hold_for_all_parts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
