/* test_stream.c: what files unpack to piece by piece is what they unpack to as a whole. */
#include <libdeflate.h>
#include <zstd.h>

#include "base_test.h"

enum { TEXT_BYTES = 300000 };

/* Text that packs about four to one. */
static void add_text(struct sb *out)
{
    for (uint64_t random = 9; out->len < TEXT_BYTES;)
        sb_addc(out, "abcd"[next_number(&random) >> 13 & 3]);
}

static void add_gzip(struct sb *out, struct str text)
{
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(6);
    size_t bound = libdeflate_gzip_compress_bound(compressor, text.len);
    char *packed = memory_get(&plenty, bound);
    sb_addn(out, packed,
            libdeflate_gzip_compress(compressor, text.ptr, text.len, packed, bound));
    memory_put(&plenty, packed);
    libdeflate_free_compressor(compressor);
}

static void add_zstd(struct sb *out, struct str text)
{
    size_t bound = ZSTD_compressBound(text.len);
    char *packed = memory_get(&plenty, bound);
    sb_addn(out, packed, ZSTD_compress(packed, bound, text.ptr, text.len, 3));
    memory_put(&plenty, packed);
}

/* A stream of a copy of the bytes. */
static struct stream *stream_over(struct str bytes, struct unpack_limits limits)
{
    struct file file = {.memory = &plenty, .size = bytes.len,
                        .bytes = memory_get(&plenty, bytes.len + 1)};
    memcpy((void *)(uintptr_t)file.bytes, bytes.ptr, bytes.len);
    return stream_of(&file, limits);
}

static void assert_streams(struct str packed, struct str text, size_t copies, size_t piece)
{
    struct stream *stream = stream_over(packed, unpack_limits(LIMIT_UNPACKED_BYTES));
    struct sb all;
    size_t got = piece;
    char *buf = memory_get(&plenty, piece);
    assert_non_null(stream);
    assert_int_equal(stream_packed_size(stream), packed.len);
    sb_init(&all, &plenty);
    while (got == piece) {
        assert_true(stream_read(stream, buf, piece, &got));
        sb_addn(&all, buf, got);
    }
    assert_int_equal(all.len, copies * text.len);
    for (size_t i = 0; i < copies; i++)
        assert_memory_equal(all.text + i * text.len, text.ptr, text.len);
    stream_close(stream);
    sb_release(&all);
    memory_put(&plenty, buf);
}

static bool reads_all(struct str packed, struct unpack_limits limits)
{
    struct stream *stream = stream_over(packed, limits);
    char buf[1000];
    size_t got = sizeof(buf);
    bool good = stream != NULL;
    while (good && got == sizeof(buf))
        good = stream_read(stream, buf, sizeof(buf), &got);
    stream_close(stream);
    return good;
}

struct fixture {
    struct sb text, gzip, zstd;
};

static void fixture_init(struct fixture *fixture)
{
    sb_init(&fixture->text, &plenty);
    sb_init(&fixture->gzip, &plenty);
    sb_init(&fixture->zstd, &plenty);
    add_text(&fixture->text);
    for (int i = 0; i < 2; i++) {
        add_gzip(&fixture->gzip, sb_str(&fixture->text));
        add_zstd(&fixture->zstd, sb_str(&fixture->text));
    }
}

static void fixture_release(struct fixture *fixture)
{
    sb_release(&fixture->text);
    sb_release(&fixture->gzip);
    sb_release(&fixture->zstd);
}

static void pieces_make_the_whole(void **state)
{
    static const size_t pieces[] = {1, 7, 4096, TEXT_BYTES, 1000000};
    struct fixture fixture;
    (void)state;
    fixture_init(&fixture);
    struct str text = sb_str(&fixture.text);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        assert_streams(text, text, 1, pieces[i]);
        assert_streams(sb_str(&fixture.gzip), text, 2, pieces[i]);
        assert_streams(sb_str(&fixture.zstd), text, 2, pieces[i]);
    }
    sb_repeat(&fixture.gzip, '\0', 512); /* padding, as gzip(1) takes it */
    assert_streams(sb_str(&fixture.gzip), text, 2, 4096);
    fixture_release(&fixture);
}

static void damage_is_noticed(void **state)
{
    struct fixture fixture;
    struct unpack_limits limits = unpack_limits(LIMIT_UNPACKED_BYTES);
    (void)state;
    fixture_init(&fixture);
    struct str gzip = sb_str(&fixture.gzip), zstd = sb_str(&fixture.zstd);
    assert_true(reads_all(gzip, limits));
    assert_false(reads_all(str_slice(gzip, 0, gzip.len - 1), limits));
    assert_false(reads_all(str_slice(gzip, 0, gzip.len / 2 + 5), limits));
    assert_false(reads_all(str_slice(zstd, 0, zstd.len - 1), limits));
    fixture.gzip.text[gzip.len - 6] ^= 1; /* the checksum */
    assert_false(reads_all(gzip, limits));
    fixture.gzip.text[gzip.len - 6] ^= 1;
    fixture.gzip.text[gzip.len / 4] ^= 64;
    assert_false(reads_all(gzip, limits));
    fixture.zstd.text[zstd.len - 3] ^= 64;
    assert_false(reads_all(zstd, limits));
    assert_false(reads_all(STR(""), limits));
    fixture_release(&fixture);
}

static void ceilings_hold(void **state)
{
    struct fixture fixture;
    (void)state;
    fixture_init(&fixture);
    struct str packed[] = {sb_str(&fixture.gzip), sb_str(&fixture.zstd)};
    for (size_t i = 0; i < COUNT_OF(packed); i++) {
        struct unpack_limits limits = {2 * TEXT_BYTES, 1000, 0};
        assert_true(reads_all(packed[i], limits));
        limits.max_bytes--;
        assert_false(reads_all(packed[i], limits));
    }
    assert_false(reads_all(packed[0], (struct unpack_limits){2 * TEXT_BYTES, 2, 0}));
    assert_true(reads_all(packed[1], (struct unpack_limits){2 * TEXT_BYTES, 2, 0}));
    fixture_release(&fixture);
}

static void only_files_are_streams(void **state)
{
    (void)state;
    assert_null(stream_open("/nowhere/at/all", &plenty));
    assert_null(stream_open("/dev/null", &plenty));
    assert_null(stream_open("/", &plenty));
    stream_close(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_make_the_whole),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(ceilings_hold),
        cmocka_unit_test(only_files_are_streams),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
