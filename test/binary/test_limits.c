/* test_limits.c: each ceiling of binary_limits.h reached, on a small executable with a lower one:
 * refused or cut, with one diagnostic that names the limit, and counted. */
#include "binary_test.h"

#include <elf.h>

/* Two sections after the empty one, both with the same bytes. */
static void add_sections(struct small *small)
{
    Elf64_Shdr section = {.sh_name = 1, .sh_type = SHT_STRTAB,
                          .sh_offset = SMALL_SECTIONS + 3 * sizeof(section), .sh_size = 8};
    Elf64_Ehdr header;
    memcpy(&header, small->bytes, sizeof(header));
    header.e_shoff = SMALL_SECTIONS;
    header.e_shnum = 3;
    header.e_shentsize = sizeof(section);
    header.e_shstrndx = 1;
    memcpy(small->bytes, &header, sizeof(header));
    memcpy(small->bytes + SMALL_SECTIONS + sizeof(section), &section, sizeof(section));
    memcpy(small->bytes + SMALL_SECTIONS + 2 * sizeof(section), &section, sizeof(section));
    memcpy(small->bytes + section.sh_offset, "\0.names", 8);
}

/* main.T as a struct of five fields that lead nowhere. */
static void add_fields(struct small *small)
{
    small->bytes[SMALL_TYPE + 23] = 25;
    small_u64(small, SMALL_TYPE + 64, 5);
    small_u32(small, SMALL_TYPE + 40, 0x60);
    memcpy(small->bytes + SMALL_TYPE + 0x60, "\x01\x06main.T", 8);
}

struct limit_case {
    enum binary_limit limit;
    uint64_t max;
    uint64_t cut; /* 0: refused */
};
static const struct limit_case cases[] = {
    {BINARY_LIMIT_BYTES, SMALL_SIZE - 1, 0},
    {BINARY_LIMIT_SEGMENTS, 1, 0},
    {BINARY_LIMIT_FUNCTIONS, 1, 0},
    {BINARY_LIMIT_SECTIONS, 1, 1},
    {BINARY_LIMIT_MODULES, 1, 4},
    {BINARY_LIMIT_FUNCTION_BYTES, 63, 2},
    {BINARY_LIMIT_CALLEES, 0, 1},
    {BINARY_LIMIT_SITES, 0, 1},
    {BINARY_LIMIT_INLINED, 0, 1},
    {BINARY_LIMIT_LINE_STEPS, 0, 1},
    {BINARY_LIMIT_TRACK_STEPS, 0, 1},
    {BINARY_LIMIT_JOB_STEPS, 0, 1},
    {BINARY_LIMIT_TYPES, 0, 1},
    {BINARY_LIMIT_NAMES, 1, 1},
    {BINARY_LIMIT_TYPE_DEPTH, 0, 1},
    {BINARY_LIMIT_TYPE_NAME, 5, 1},
    {BINARY_LIMIT_FIELDS, 2, 3},
};

static void check_case(const struct limit_case *limit_case)
{
    struct small small;
    struct limits limits;
    struct binary *binary;
    size_t fields;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    add_sections(&small);
    add_fields(&small);
    limits_init(&limits);
    limits.max[limit_case->limit] = limit_case->max;
    struct str bytes = {(const char *)small.bytes, small.len};
    enum status status = binary_read_within(&limits, bytes, &plenty, sink, &binary);
    assert_int_equal(status, limit_case->cut ? STATUS_OK : STATUS_LIMIT);
    if (binary && binary->types.len)
        binary_type_fields(binary, 1, &fields);
    print_message("%.*s\n", STR_ARGS(diag_at(sink, 0)->message));
    assert_int_equal(diag_count(sink), 1);
    assert_int_equal(diag_at(sink, 0)->code, limit_case->cut ? DIAG_BINARY_CUT
                                                             : DIAG_BINARY_LIMIT);
    assert_true(str_contains(diag_at(sink, 0)->message,
                             str_from(binary_limit_name(limit_case->limit))));
    for (int i = 0; binary && i < BINARY_LIMIT_COUNT; i++)
        assert_true((binary_cut(binary, (enum binary_limit)i) >= limit_case->cut) ==
                    (i == (int)limit_case->limit));
    binary_free(binary);
    diag_sink_free(sink);
}

static void each_limit(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_case(&cases[i]);
    for (int limit = 0; limit < BINARY_LIMIT_COUNT; limit++)
        assert_int_equal(cases[limit].limit, limit);
    assert_int_equal(COUNT_OF(cases), BINARY_LIMIT_COUNT);
}

/* The same program within all limits. */
static void nothing_is_cut(void **state)
{
    (void)state;
    struct small small;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    add_sections(&small);
    struct binary *binary = small_read(&small, sink);
    assert_non_null(binary);
    assert_int_equal(diag_count(sink), 0);
    for (int i = 0; i < BINARY_LIMIT_COUNT; i++)
        assert_int_equal(binary_cut(binary, (enum binary_limit)i), 0);
    binary_free(binary);
    diag_sink_free(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_limit),
        cmocka_unit_test(nothing_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
