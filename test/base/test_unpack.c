/* test_unpack.c: packed files come out whole, damaged ones are told, and none grows past its
 * ceiling. */
#include <libdeflate.h>
#include <zstd.h>

#include "base_test.h"

static const struct unpack_limits wide = {(size_t)1 << 30, LIMIT_UNPACK_RATIO, 1 << 20};

/* Text that packs about four to one; the caller puts it back. */
static struct str some_text(size_t n)
{
    char *text = memory_get(&plenty, n);
    uint64_t random = 9;
    for (size_t i = 0; i < n; i++)
        text[i] = "abcd"[next_number(&random) >> 13 & 3];
    return (struct str){text, n};
}

static void put(struct str text)
{
    memory_put(&plenty, (void *)text.ptr);
}

static void add_gzip(struct sb *out, struct str text)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    size_t bound = libdeflate_gzip_compress_bound(compressor, text.len);
    char *packed = memory_get(&plenty, bound);
    size_t n = libdeflate_gzip_compress(compressor, text.len ? text.ptr : "", text.len, packed,
                                        bound);
    assert_true(n > 0);
    sb_addn(out, packed, n);
    memory_put(&plenty, packed);
    libdeflate_free_compressor(compressor);
}

/* A frame with a checksum, and with its content's size only if `sized`. */
static void add_zstd(struct sb *out, struct str text, bool sized)
{
    ZSTD_CCtx *compressor = ZSTD_createCCtx();
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_checksumFlag, 1);
    ZSTD_CCtx_setParameter(compressor, ZSTD_c_contentSizeFlag, sized);
    size_t bound = ZSTD_compressBound(text.len);
    char *packed = memory_get(&plenty, bound);
    size_t n = ZSTD_compress2(compressor, packed, bound, text.len ? text.ptr : "", text.len);
    assert_false(ZSTD_isError(n));
    sb_addn(out, packed, n);
    memory_put(&plenty, packed);
    ZSTD_freeCCtx(compressor);
}

/* Unpacks and compares: `copies` times the text. */
static void assert_unpacks(struct str packed, struct str text, size_t copies)
{
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct str unpacked;
    assert_int_equal(unpack_within(packed, wide, &plenty, STR("x"), sink, &unpacked), STATUS_OK);
    assert_int_equal(unpacked.len, copies * text.len);
    for (size_t i = 0; i < copies && text.len; i++)
        assert_memory_equal(unpacked.ptr + i * text.len, text.ptr, text.len);
    put(unpacked);
    assert_int_equal(diag_count(sink), 0);
    diag_sink_free(sink);
}

static enum status status_of(struct str packed, struct unpack_limits limits, const char *message)
{
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct str unpacked = STR_NONE;
    enum status status = unpack_within(packed, limits, &plenty, STR("x"), sink, &unpacked);
    assert_int_equal(diag_count(sink), status ? 1 : 0);
    if (status == STATUS_BAD_INPUT)
        assert_last_diag(sink, DIAG_UNPACK_DAMAGED, message);
    if (status == STATUS_LIMIT)
        assert_last_diag(sink, DIAG_UNPACK_LIMIT, message);
    put(unpacked);
    diag_sink_free(sink);
    return status;
}

/* ---- what is there ---- */

static void packings_are_known_by_their_first_bytes(void **state)
{
    (void)state;
    static const unsigned char gzip[] = {0x1f, 0x8b}, zstd[] = {0x28, 0xb5, 0x2f, 0xfd};
    assert_int_equal(packing_of(gzip, 2), PACKING_GZIP);
    assert_int_equal(packing_of(gzip, 1), PACKING_NONE);
    assert_int_equal(packing_of(zstd, 4), PACKING_ZSTD);
    assert_int_equal(packing_of(zstd, 3), PACKING_NONE);
    assert_int_equal(packing_of((const unsigned char *)"heap profile", 12), PACKING_NONE);
    assert_int_equal(packing_of(NULL, 0), PACKING_NONE);
}

static void all_sizes_come_out_whole(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 100, 65535, 65536, 65537, 131072, 3000000};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct str text = some_text(sizes[i]);
        struct sb gzip, sized, unsized;
        sb_init(&gzip, &plenty);
        sb_init(&sized, &plenty);
        sb_init(&unsized, &plenty);
        for (size_t copies = 1; copies <= 3; copies++) {
            add_gzip(&gzip, text);
            add_zstd(&sized, text, true);
            add_zstd(&unsized, text, false);
            assert_unpacks(sb_str(&gzip), text, copies);
            assert_unpacks(sb_str(&sized), text, copies);
            assert_unpacks(sb_str(&unsized), text, copies);
        }
        sb_release(&gzip);
        sb_release(&sized);
        sb_release(&unsized);
        put(text);
    }
}

/* Far beyond CLAIM_RATIO, so that claims are not prepared for and growing does it all. */
static void text_that_packs_very_well(void **state)
{
    (void)state;
    struct sb text, gzip, zstd;
    sb_init(&text, &plenty);
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    sb_repeat(&text, 'a', 20000000);
    add_gzip(&gzip, sb_str(&text));
    add_zstd(&zstd, sb_str(&text), true);
    assert_unpacks(sb_str(&gzip), sb_str(&text), 1);
    assert_unpacks(sb_str(&zstd), sb_str(&text), 1);
    sb_release(&text);
    sb_release(&gzip);
    sb_release(&zstd);
}

static void members_of_different_sizes(void **state)
{
    (void)state;
    struct sb packed, expected;
    sb_init(&packed, &plenty);
    sb_init(&expected, &plenty);
    static const size_t sizes[] = {3, 0, 500000, 1, 0, 70000, 2};
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        struct str text = some_text(sizes[i]);
        add_gzip(&packed, text);
        sb_add(&expected, text);
        put(text);
    }
    assert_unpacks(sb_str(&packed), sb_str(&expected), 1);
    sb_repeat(&packed, '\0', 512); /* padding */
    assert_unpacks(sb_str(&packed), sb_str(&expected), 1);
    sb_release(&packed);
    sb_release(&expected);
}

/* ---- what is broken ---- */

static void cut_off_at_every_byte(void **state)
{
    (void)state;
    struct str text = some_text(300);
    struct sb gzip, zstd;
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    add_gzip(&gzip, text);
    add_zstd(&zstd, text, false);
    for (size_t n = 0; n < gzip.len; n++)
        assert_int_equal(status_of(str_slice(sb_str(&gzip), 0, n), wide, ""), STATUS_BAD_INPUT);
    for (size_t n = 0; n < zstd.len; n++)
        assert_int_equal(status_of(str_slice(sb_str(&zstd), 0, n), wide, ""), STATUS_BAD_INPUT);
    sb_release(&gzip);
    sb_release(&zstd);
    put(text);
}

/* Flips each bit in turn. What then still unpacks must be the text. Returns how often it did. */
static size_t survived_flips(struct sb *packed, struct str text)
{
    size_t survived = 0;
    for (size_t bit = 0; bit < 8 * packed->len; bit++) {
        struct diag_sink *sink = diag_sink_new(&plenty);
        struct str unpacked;
        packed->text[bit / 8] ^= (char)(1 << bit % 8);
        if (!unpack_within(sb_str(packed), wide, &plenty, STR("x"), sink, &unpacked)) {
            survived++;
            assert_true(str_equal(unpacked, text));
            put(unpacked);
        }
        packed->text[bit / 8] ^= (char)(1 << bit % 8);
        diag_sink_free(sink);
    }
    return survived;
}

static void damaged_at_every_bit(void **state)
{
    (void)state;
    struct str text = some_text(300);
    struct sb gzip, zstd;
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    add_gzip(&gzip, text);
    add_zstd(&zstd, text, true);
    /* Nothing checks 6 bytes of a gzip header (time, level, system), the flag FTEXT, and at most 7
     * bits behind the last block (RFC 1952 section 2.3.1, RFC 1951 section 3.2.3). */
    assert_in_range(survived_flips(&gzip, text), 6 * 8 + 1, 6 * 8 + 1 + 7);
    /* In zstd: the unused bit of the frame header (RFC 8878 section 3.1.1.1.1.3), and some more. */
    assert_in_range(survived_flips(&zstd, text), 1, 16);
    sb_release(&gzip);
    sb_release(&zstd);
    put(text);
}

static void the_place_of_the_damage_is_told(void **state)
{
    (void)state;
    struct str text = some_text(300);
    struct sb packed;
    sb_init(&packed, &plenty);
    add_gzip(&packed, text);
    size_t second = packed.len;
    add_gzip(&packed, text);
    packed.text[second + 30] ^= 1;
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct str unpacked;
    assert_int_equal(unpack_within(sb_str(&packed), wide, &plenty, STR("a.gz"), sink, &unpacked),
                     STATUS_BAD_INPUT);
    assert_last_diag(sink, DIAG_UNPACK_DAMAGED, "gzip member");
    assert_int_equal(diag_at(sink, 0)->offset, second);
    assert_str(diag_at(sink, 0)->file, "a.gz");
    diag_sink_free(sink);
    sb_release(&packed);
    put(text);
}

static void rubbish_behind_the_end(void **state)
{
    (void)state;
    struct sb gzip, zstd;
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    add_gzip(&gzip, STR("text"));
    add_zstd(&zstd, STR("text"), true);
    sb_addn(&gzip, "\0\0\0rubbish", 10);
    sb_adds(&zstd, "rubbish");
    assert_int_equal(status_of(sb_str(&gzip), wide, "gzip"), STATUS_BAD_INPUT);
    assert_int_equal(status_of(sb_str(&zstd), wide, "zstd"), STATUS_BAD_INPUT);
    sb_release(&gzip);
    sb_release(&zstd);
}

static void what_is_not_packed_at_all(void **state)
{
    (void)state;
    assert_int_equal(status_of(STR("heap profile: 1: 2"), wide, "neither"), STATUS_BAD_INPUT);
    assert_int_equal(status_of(STR_NONE, wide, "neither"), STATUS_BAD_INPUT);
}

/* ---- ceilings ---- */

static void the_ceiling_on_bytes(void **state)
{
    (void)state;
    struct str text = some_text(200000);
    struct sb packed[3];
    for (int i = 0; i < 3; i++)
        sb_init(&packed[i], &plenty);
    add_gzip(&packed[0], text);
    add_zstd(&packed[1], text, true);
    add_zstd(&packed[2], text, false);
    for (int i = 0; i < 3; i++) {
        struct unpack_limits limits = wide;
        limits.max_bytes = text.len;
        assert_int_equal(status_of(sb_str(&packed[i]), limits, ""), STATUS_OK);
        limits.max_bytes = text.len - 1;
        assert_int_equal(status_of(sb_str(&packed[i]), limits, "LIMIT_UNPACKED_BYTES"),
                         STATUS_LIMIT);
        limits.max_bytes = 0;
        assert_int_equal(status_of(sb_str(&packed[i]), limits, "LIMIT_UNPACKED_BYTES"),
                         STATUS_LIMIT);
        sb_release(&packed[i]);
    }
    put(text);
}

static void the_ceiling_by_ratio(void **state)
{
    (void)state;
    struct sb text, gzip, zstd;
    sb_init(&text, &plenty);
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    sb_repeat(&text, 'a', 2000000);
    add_gzip(&gzip, sb_str(&text));
    add_zstd(&zstd, sb_str(&text), false);
    struct unpack_limits limits = {.max_bytes = 1 << 30, .ratio = 100, .ratio_from = 1000};
    assert_int_equal(status_of(sb_str(&gzip), limits, "LIMIT_UNPACK_RATIO"), STATUS_LIMIT);
    assert_int_equal(status_of(sb_str(&zstd), limits, ""), STATUS_OK); /* zstd is exempt */
    limits.ratio_from = 2000000;
    assert_int_equal(status_of(sb_str(&gzip), limits, ""), STATUS_OK);
    sb_release(&text);
    sb_release(&gzip);
    sb_release(&zstd);
}

/* Members that unpack to nothing behind a text that fills the ceiling to the byte. */
static void nothing_more_fits_a_full_ceiling(void **state)
{
    (void)state;
    struct str text = some_text(5000);
    struct sb gzip, zstd;
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    add_gzip(&gzip, text);
    add_zstd(&zstd, text, true);
    add_gzip(&gzip, STR(""));
    add_zstd(&zstd, STR(""), true);
    struct unpack_limits limits = wide;
    limits.max_bytes = 5000;
    assert_int_equal(status_of(sb_str(&gzip), limits, ""), STATUS_OK);
    assert_int_equal(status_of(sb_str(&zstd), limits, ""), STATUS_OK);
    sb_release(&gzip);
    sb_release(&zstd);
    put(text);
}

static void nothing_unpacks_under_a_ceiling_of_0(void **state)
{
    (void)state;
    struct sb gzip, zstd;
    sb_init(&gzip, &plenty);
    sb_init(&zstd, &plenty);
    add_gzip(&gzip, STR(""));
    add_zstd(&zstd, STR(""), true);
    struct unpack_limits limits = wide;
    limits.max_bytes = 0;
    assert_int_equal(status_of(sb_str(&gzip), limits, ""), STATUS_OK);
    assert_int_equal(status_of(sb_str(&zstd), limits, ""), STATUS_OK);
    sb_release(&gzip);
    sb_release(&zstd);
}

/* The public ceiling: a bomb of 64 MiB against 1 MiB. */
static void a_bomb_stops_at_the_callers_ceiling(void **state)
{
    (void)state;
    struct sb text, bomb;
    sb_init(&text, &plenty);
    sb_init(&bomb, &plenty);
    sb_repeat(&text, '\0', 64 << 20);
    add_gzip(&bomb, sb_str(&text));
    sb_release(&text);
    assert_true(bomb.len < 70000);
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct str unpacked;
    assert_int_equal(unpack(sb_str(&bomb), 1 << 20, &plenty, STR("bomb"), sink, &unpacked),
                     STATUS_LIMIT);
    assert_last_diag(sink, DIAG_UNPACK_LIMIT, "more than 1048576");
    diag_sink_free(sink);
    sb_release(&bomb);
}

/* A frame that says it unpacks to 2^31 bytes in one segment (RFC 8878 section 3.1.1.1). */
static void a_frame_that_looks_back_too_far(void **state)
{
    (void)state;
    struct str frame = STR("\x28\xb5\x2f\xfd\xe0\0\0\0\x80\0\0\0\0\x01\0\0");
    assert_int_equal(status_of(frame, wide, "LIMIT_ZSTD_WINDOW_LOG"), STATUS_LIMIT);
}

/* ---- files ---- */

static void open_unpacked(struct scratch *scratch, struct str content, const char *expected)
{
    struct diag_sink *sink = diag_sink_new(&plenty);
    const char *path = scratch_path(scratch, "file");
    put_file(path, content.ptr, content.len);
    struct file file;
    assert_int_equal(file_open_unpacked(&file, path, &plenty, sink), STATUS_OK);
    assert_str((struct str){(const char *)file.bytes, file.size}, expected);
    file_close(&file);
    assert_int_equal(diag_count(sink), 0);
    diag_sink_free(sink);
}

static void files_are_unpacked_by_their_content(void **state)
{
    struct sb packed;
    sb_init(&packed, &plenty);
    add_gzip(&packed, STR("from gzip"));
    open_unpacked(*state, sb_str(&packed), "from gzip");
    sb_clear(&packed);
    add_zstd(&packed, STR("from zstd"), true);
    open_unpacked(*state, sb_str(&packed), "from zstd");
    sb_clear(&packed);
    add_gzip(&packed, STR(""));
    open_unpacked(*state, sb_str(&packed), "");
    open_unpacked(*state, STR("plain"), "plain");
    open_unpacked(*state, STR(""), "");
    sb_release(&packed);
}

static void files_that_cannot_be_unpacked(void **state)
{
    struct diag_sink *sink = diag_sink_new(&plenty);
    const char *path = scratch_path(*state, "file");
    struct file file;
    assert_int_equal(file_open_unpacked(&file, path, &plenty, sink), STATUS_NOT_FOUND);
    put_file(path, "\x1f\x8b\x08", 3);
    assert_int_equal(file_open_unpacked(&file, path, &plenty, sink), STATUS_BAD_INPUT);
    assert_str(diag_at(sink, 1)->file, path);
    file_close(&file); /* nothing to close, and harmless */
    diag_sink_free(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(packings_are_known_by_their_first_bytes),
        cmocka_unit_test(all_sizes_come_out_whole),
        cmocka_unit_test(text_that_packs_very_well),
        cmocka_unit_test(members_of_different_sizes),
        cmocka_unit_test(cut_off_at_every_byte),
        cmocka_unit_test(damaged_at_every_bit),
        cmocka_unit_test(the_place_of_the_damage_is_told),
        cmocka_unit_test(rubbish_behind_the_end),
        cmocka_unit_test(what_is_not_packed_at_all),
        cmocka_unit_test(the_ceiling_on_bytes),
        cmocka_unit_test(the_ceiling_by_ratio),
        cmocka_unit_test(nothing_more_fits_a_full_ceiling),
        cmocka_unit_test(nothing_unpacks_under_a_ceiling_of_0),
        cmocka_unit_test(a_bomb_stops_at_the_callers_ceiling),
        cmocka_unit_test(a_frame_that_looks_back_too_far),
        cmocka_unit_test_setup_teardown(files_are_unpacked_by_their_content, scratch_setup,
                                        scratch_teardown),
        cmocka_unit_test_setup_teardown(files_that_cannot_be_unpacked, scratch_setup,
                                        scratch_teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
