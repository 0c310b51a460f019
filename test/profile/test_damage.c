/* test_damage.c: profiles cut off, bent, or no profiles at all: refused with the place and a
 * reason, or read as what they still are; never a crash. */
#include <libdeflate.h>
#include <zstd.h>

#include "profile_test.h"

/* ---- the same bytes in all packings ---- */

struct bytes {
    unsigned char at[20000];
    size_t len;
};

static void as_is(const struct message_writer *plain, struct bytes *out)
{
    memcpy(out->at, plain->bytes, plain->len);
    out->len = plain->len;
}

static void as_gzip(const struct message_writer *plain, struct bytes *out)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    assert_non_null(compressor);
    out->len = libdeflate_gzip_compress(compressor, plain->bytes, plain->len, out->at,
                                        sizeof(out->at));
    libdeflate_free_compressor(compressor);
    assert_true(out->len > 0);
}

static void as_zstd(const struct message_writer *plain, struct bytes *out)
{
    out->len = ZSTD_compress(out->at, sizeof(out->at), plain->bytes, plain->len, 3);
    assert_false(ZSTD_isError(out->len));
}

static void (*const packings[])(const struct message_writer *, struct bytes *) = {as_is, as_gzip,
                                                                                 as_zstd};

static void usual(struct message_writer *writer)
{
    writer->len = 0;
    put_usual(writer);
}

static const char usual_text[] =
    "heap profile: 3: 1536 [10: 5120] @ heap/1048576\n"
    "3: 1536 [10: 5120] @ 0x4a2b3c 0x4a2000\n"
    "#\t0x4a2b3b\tmain.fill+0x1b\t/src/main.go:12\n"
    "#\t0x4a1fff\tmain.main+0xff\t/src/main.go:40\n"
    "\n"
    "# runtime.MemStats\n"
    "# Alloc = 1\n";

static void text(struct message_writer *writer)
{
    writer->len = 0;
    put_raw(writer, usual_text, strlen(usual_text));
}

static void (*const forms[])(struct message_writer *) = {usual, text};

/* Each form in each packing. */
static void for_all(void (*check)(const struct bytes *))
{
    for (size_t form = 0; form < COUNT_OF(forms); form++) {
        for (size_t packing = 0; packing < COUNT_OF(packings); packing++) {
            struct message_writer plain;
            struct bytes bytes;
            forms[form](&plain);
            packings[packing](&plain, &bytes);
            check(&bytes);
        }
    }
}

/* Reading is either right or refused with an error: reading_take checks both. */
static enum status read_exact(const unsigned char *bytes, size_t n)
{
    struct reading reading;
    unsigned char *exact = malloc(n ? n : 1);
    memcpy(exact, bytes, n);
    read_bytes(&reading, exact, n);
    enum status status = reading.status;
    free(exact);
    reading_release(&reading);
    return status;
}

static void check_whole(const struct bytes *bytes)
{
    assert_int_equal(read_exact(bytes->at, bytes->len), STATUS_OK);
}

static void all_packings_are_read(void **state)
{
    (void)state;
    for_all(check_whole);
}

static void check_cuts(const struct bytes *bytes)
{
    for (size_t n = 0; n < bytes->len; n++)
        (void)read_exact(bytes->at, n);
}

static void cut_off_at_every_byte(void **state)
{
    (void)state;
    for_all(check_cuts);
}

static void check_bends(const struct bytes *bytes)
{
    static const unsigned char masks[] = {0x01, 0x80, 0xff};
    struct bytes bent = *bytes;
    for (size_t i = 0; i < bytes->len; i++) {
        for (size_t j = 0; j < sizeof(masks); j++) {
            bent.at[i] = bytes->at[i] ^ masks[j];
            (void)read_exact(bent.at, bent.len);
        }
        bent.at[i] = bytes->at[i];
    }
}

static void bent_at_every_byte(void **state)
{
    (void)state;
    for_all(check_bends);
}

static void check_insertions(const struct bytes *bytes)
{
    struct bytes longer = {.len = bytes->len + 1};
    for (size_t i = 0; i <= bytes->len; i++) {
        memcpy(longer.at, bytes->at, i);
        longer.at[i] = 0x7f;
        memcpy(longer.at + i + 1, bytes->at + i, bytes->len - i);
        (void)read_exact(longer.at, longer.len);
    }
}

static void one_byte_more_at_every_place(void **state)
{
    (void)state;
    for_all(check_insertions);
}

/* A packed profile that is cut off is always noticed: its checksum is at the end. */
static void a_cut_gzip_is_always_refused(void **state)
{
    (void)state;
    struct message_writer plain;
    struct bytes packed;
    usual(&plain);
    as_gzip(&plain, &packed);
    for (size_t n = 2; n < packed.len; n++) {
        struct reading reading;
        read_bytes(&reading, packed.at, n);
        assert_refused(&reading, DIAG_UNPACK_DAMAGED, "");
        reading_release(&reading);
    }
}

/* Text that is cut off is noticed too, as long as a bucket or the end of one is missing. */
static void a_cut_text_is_refused(void **state)
{
    (void)state;
    size_t buckets = (size_t)(strstr(usual_text, "0x4a2000\n") - usual_text) + 9;
    for (size_t n = 1; n < buckets; n++) {
        struct reading reading;
        read_bytes(&reading, usual_text, n);
        assert_int_not_equal(reading.status, STATUS_OK);
        reading_release(&reading);
    }
}

/* ---- what is said ---- */

static void assert_message_refused(const struct message_writer *writer, enum diag_code code,
                                   uint64_t offset, const char *part)
{
    struct reading reading;
    read_message(&reading, writer);
    assert_refused(&reading, code, part);
    assert_true(str_is(reading.diag->file, "test.pb"));
    if (offset != DIAG_NO_OFFSET)
        assert_int_equal(reading.diag->offset, offset);
    reading_release(&reading);
}

static void dangling_ids_are_named(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    put_usual(&writer);
    size_t offset = writer.len + 4; /* key and length of sample, key and length of location_id */
    put_sample(&writer, LIST(1234), LIST(1, 1), 0);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, offset,
                           "sample 3, location_id: there is no location with id 1234");
    writer.len = 0;
    put_usual(&writer);
    LOCATION(&writer, 9, 1, 4321);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "location 3, line: there is no function with id 4321");
}

static void dangling_strings_are_named(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0}, label = {.len = 0};
    put_usual(&writer);
    put_function(&writer, 9, 200, S_FILE);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "function 4, name: there is no string 200; the string table has 9");
    writer.len = 0;
    put_usual(&writer);
    put_number(&writer, 14, 300);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len,
                           "profile, default_sample_type: there is no string 300");
    writer.len = 0;
    put_usual(&writer);
    put_number(&writer, 13, UINT64_MAX);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len, "profile, comment: ");
    writer.len = 0;
    put_usual(&writer);
    put_number(&label, 1, 5000);
    put_number(&label, 3, 1);
    put_message(&sample, 3, &label);
    PACKED(&sample, 2, 1, 1);
    put_message(&writer, 2, &sample);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "sample 3, label key: there is no string 5000");
}

static void ids_are_defined_once_and_not_zero(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    put_usual(&writer);
    LOCATION(&writer, 1, 7, 1);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "location 3, id: there is a location with id 1 already");
    writer.len = 0;
    put_usual(&writer);
    put_function(&writer, 0, S_LEAF, S_FILE);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "function 4, id: it is missing or 0");
    writer.len = 0;
    put_usual(&writer);
    LOCATION(&writer, 9, 7, 0);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "location 3, line: function_id is missing or 0");
}

static void value_counts_agree(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    put_usual(&writer);
    put_sample(&writer, LIST(1), LIST(1, 2, 3), 0);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "sample 3, value: 3 values, but 2 in the samples before");
    writer.len = 0;
    put_usual(&writer);
    put_type(&writer, 1, S_COUNT, S_COUNT);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len,
                           "the samples have 2 values each, but there are 3 sample types");
}

/* Found by fuzzing: there is no array of values to add to. */
static void samples_without_values_are_refused(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    put_text(&writer, 2, "");
    put_text(&writer, 2, "");
    put_text(&writer, 6, "");
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len, "sample_type: there is none");
}

static void wire_types_agree(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0};
    put_usual(&writer);
    size_t offset = writer.len + 2;
    put_text(&sample, 3, "\x0a\x01x"); /* a label whose key is a text */
    put_message(&writer, 2, &sample);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, offset + 2,
                           "label 3, key: its wire type is not that of a number");
    writer.len = 0;
    put_usual(&writer);
    put_number(&writer, 2, 5);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len - 2,
                           "profile, sample: its wire type is not that of a text or message");
    writer.len = 0;
    put_usual(&writer);
    put_raw(&writer, "\x13\x14", 2); /* a group in field 2 */
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len - 2,
                           "profile, sample: its wire type is none that pprof uses");
}

static void lengths_are_checked(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    put_usual(&writer);
    put_raw(&writer, "\x12\x7f\x0a", 3);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len - 3,
                           "profile, sample: it is longer than what is left");
    writer.len = 0;
    put_usual(&writer);
    put_raw(&writer, "\x12\x03\x0a\x01\x80", 5);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len - 3,
                           "sample 3, location_id: a packed number is not complete");
}

static void the_string_table_begins_with_nothing(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    put_usual_head(&writer);
    put_text(&writer, 6, "first");
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "string_table: its first entry must be empty");
    writer.len = 0;
    put_usual_head(&writer);
    assert_message_refused(&writer, DIAG_PROFILE_DAMAGED, writer.len,
                           "profile, string_table: there is none");
}

static void concatenated_profiles_are_told_apart(void **state)
{
    (void)state;
    struct message_writer one = {.len = 0}, two = {.len = 0};
    put_usual(&one);
    put_number(&one, 9, 1700000000);
    put_raw(&two, one.bytes, one.len);
    put_raw(&two, one.bytes, one.len);
    assert_message_refused(&two, DIAG_PROFILE_DAMAGED, DIAG_NO_OFFSET,
                           "there is a location with id 1 already");
    two.len = 0;
    put_raw(&two, one.bytes, one.len);
    put_number(&two, 9, 1700000001);
    assert_message_refused(&two, DIAG_PROFILE_DAMAGED, two.len - 6, "concatenated");
}

static void offsets_of_packed_profiles_say_so(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct bytes packed;
    struct reading reading;
    put_usual(&writer);
    put_sample(&writer, LIST(1234), LIST(1, 1), 0);
    as_gzip(&writer, &packed);
    read_bytes(&reading, packed.at, packed.len);
    assert_refused(&reading, DIAG_PROFILE_DAMAGED, "(offset in the unpacked bytes)");
    reading_release(&reading);
}

/* ---- no profiles ---- */

struct foreign {
    const char *bytes;
    size_t len;
    enum diag_code code;
    const char *part;
};
#define FOREIGN(literal, code, part) {literal, sizeof(literal) - 1, code, part}

static const struct foreign foreign[] = {
    FOREIGN("", DIAG_PROFILE_DAMAGED, "it is empty (0 bytes)"),
    FOREIGN("\x7f" "ELF\2\1\1\0\0", DIAG_PROFILE_FORMAT, "an ELF executable"),
    FOREIGN("{\"error\": \"no\"}", DIAG_PROFILE_FORMAT,
            "but JSON; it begins with '{\"error\": \"no\"}'"),
    FOREIGN("\n  [1, 2]", DIAG_PROFILE_FORMAT, "JSON"),
    FOREIGN("<!DOCTYPE html>\n<title>x</title>", DIAG_PROFILE_FORMAT, "an HTML page"),
    FOREIGN("<HTML>", DIAG_PROFILE_FORMAT, "an HTML page"),
    FOREIGN("<div>", DIAG_PROFILE_FORMAT, "HTML or XML"),
    FOREIGN("hello there\n", DIAG_PROFILE_FORMAT, "some other text; it begins with 'hello there"),
    FOREIGN("PERFILE2\0\0\0", DIAG_PROFILE_FORMAT, "perf.data"),
    FOREIGN("PK\x03\x04....", DIAG_PROFILE_FORMAT, "a zip file"),
    FOREIGN("MZ\x90\0\3\0", DIAG_PROFILE_FORMAT, "a Windows executable"),
    FOREIGN("go 1.22 trace\0\0\0", DIAG_PROFILE_FORMAT, "a Go execution trace"),
    FOREIGN("goroutine 1 [running]:\nmain.main()\n", DIAG_PROFILE_FORMAT, "a goroutine dump"),
    FOREIGN("\0\0\0\0\3\0\0\0", DIAG_PROFILE_FORMAT, "not a pprof profile"),
    FOREIGN("\xff\xff\xff\xff\xff\xff", DIAG_PROFILE_FORMAT, "not a pprof profile"),
    FOREIGN("\x1f\x8b\x08", DIAG_UNPACK_DAMAGED, ""),
    FOREIGN("\x28\xb5\x2f\xfd", DIAG_UNPACK_DAMAGED, ""),
    FOREIGN("\x90\x03\x07", DIAG_PROFILE_FORMAT, "string_table: there is none"),
};

static void what_is_no_profile_is_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(foreign); i++) {
        struct reading reading;
        read_bytes(&reading, foreign[i].bytes, foreign[i].len);
        assert_refused(&reading, foreign[i].code, foreign[i].part);
        reading_release(&reading);
    }
}

static void snippets_print(void **state)
{
    (void)state;
    char snippet[100], small[5];
    profile_snippet(STR("  a\t\nb\x01\xff" "c"), snippet, sizeof(snippet));
    assert_string_equal(snippet, "a b??c");
    profile_snippet(STR("abcdefgh"), small, sizeof(small));
    assert_string_equal(small, "abcd");
    profile_snippet(STR_NONE, snippet, sizeof(snippet));
    assert_string_equal(snippet, "");
}

/* ---- packed twice, and bombs ---- */

static void packed_twice_is_read(void **state)
{
    (void)state;
    struct message_writer plain, once = {.len = 0};
    struct bytes packed, twice;
    usual(&plain);
    as_gzip(&plain, &packed);
    put_raw(&once, packed.at, packed.len);
    as_gzip(&once, &twice);
    assert_int_equal(read_exact(twice.at, twice.len), STATUS_OK);
}

static void a_bomb_is_refused(void **state)
{
    (void)state;
    size_t size = (size_t)64 << 20;
    unsigned char *zeros = calloc(1, size);
    unsigned char *packed = malloc(size);
    assert_non_null(zeros);
    assert_non_null(packed);
    size_t len = ZSTD_compress(packed, size, zeros, size, 1);
    assert_false(ZSTD_isError(len));
    struct reading reading;
    read_bytes(&reading, packed, len);
    assert_refused(&reading, DIAG_PROFILE_FORMAT, "");
    reading_release(&reading);
    free(zeros);
    free(packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_packings_are_read),
        cmocka_unit_test(cut_off_at_every_byte),
        cmocka_unit_test(bent_at_every_byte),
        cmocka_unit_test(one_byte_more_at_every_place),
        cmocka_unit_test(a_cut_gzip_is_always_refused),
        cmocka_unit_test(a_cut_text_is_refused),
        cmocka_unit_test(dangling_ids_are_named),
        cmocka_unit_test(dangling_strings_are_named),
        cmocka_unit_test(ids_are_defined_once_and_not_zero),
        cmocka_unit_test(value_counts_agree),
        cmocka_unit_test(samples_without_values_are_refused),
        cmocka_unit_test(wire_types_agree),
        cmocka_unit_test(lengths_are_checked),
        cmocka_unit_test(the_string_table_begins_with_nothing),
        cmocka_unit_test(concatenated_profiles_are_told_apart),
        cmocka_unit_test(offsets_of_packed_profiles_say_so),
        cmocka_unit_test(what_is_no_profile_is_named),
        cmocka_unit_test(snippets_print),
        cmocka_unit_test(packed_twice_is_read),
        cmocka_unit_test(a_bomb_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
