/* unpack.c: gzip and zstd, with a ceiling that the packed file's own claims cannot lift.
 *
 * U1. Output capacity follows what was really unpacked: sizes claimed by the file (gzip's ISIZE,
 *     zstd's content size) only choose the first capacity, and only within CLAIM_RATIO.
 * U2. Capacity never passes the ceiling; needing more is STATUS_LIMIT.
 * U3. The foreign library's object is freed before `exhausted` is called. */
#include <libdeflate.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/base_int.h"

enum {
    OUT_FIRST = 64 << 10,
    CLAIM_RATIO = 64,     /* a claim beyond this is not prepared for, only reached by growing */
    RATIO_FROM = 1 << 20, /* unpacked bytes below which LIMIT_UNPACK_RATIO does not bite */
    GZIP_MIN = 18,        /* RFC 1952: 10 bytes of header, 8 of trailer */
};

struct unpacking {
    const unsigned char *in;
    size_t in_size, in_pos;
    unsigned char *out;
    size_t out_len, out_cap;
    size_t ceiling;
};

enum step { STEP_DONE, STEP_FULL, STEP_WINDOW, STEP_DAMAGED, STEP_NO_MEMORY };

/* More room, up to the ceiling. `claimed` is the whole size as the file tells it, or 0. */
static enum step grow_out(struct unpacking *u, uint64_t claimed)
{
    size_t believed = u->in_size > SIZE_MAX / CLAIM_RATIO ? SIZE_MAX : u->in_size * CLAIM_RATIO;
    size_t first = !claimed ? OUT_FIRST : claimed < believed ? (size_t)claimed : believed; /* U1 */
    size_t cap = capacity_after(u->out_cap, u->out_cap + 1, first, u->ceiling);
    if (cap == 0 && u->out) /* a ceiling of 0 still lets nothing be unpacked */
        return STEP_FULL;   /* U2 */
    void *grown = memory_try_resize(u->out, cap);
    if (!grown)
        return STEP_NO_MEMORY;
    u->out = grown;
    u->out_cap = cap;
    return STEP_DONE;
}

/* ---- gzip ---- */

/* The last member's size modulo 2^32 (RFC 1952 section 2.3.1): with one member, the whole size. */
static uint64_t gzip_claim(const struct unpacking *u)
{
    if (u->in_size < GZIP_MIN)
        return 0;
    const unsigned char *isize = u->in + u->in_size - 4;
    return isize[0] | (uint32_t)isize[1] << 8 | (uint32_t)isize[2] << 16 | (uint32_t)isize[3] << 24;
}

/* Unpacks the member at in_pos. STEP_FULL: it needs more room, and nothing has changed. */
static enum step gzip_member(struct unpacking *u, struct libdeflate_decompressor *decompressor)
{
    size_t used, made;
    enum libdeflate_result result = libdeflate_gzip_decompress_ex(
        decompressor, u->in + u->in_pos, u->in_size - u->in_pos, u->out + u->out_len,
        u->out_cap - u->out_len, &used, &made);
    if (result == LIBDEFLATE_INSUFFICIENT_SPACE)
        return STEP_FULL;
    if (result != LIBDEFLATE_SUCCESS)
        return STEP_DAMAGED;
    u->in_pos += used;
    u->out_len += made;
    return STEP_DONE;
}

/* gzip(1) accepts zeros behind the last member (files padded to blocks), and so do we. */
static bool only_zeros_left(const struct unpacking *u)
{
    for (size_t i = u->in_pos; i < u->in_size; i++) {
        if (u->in[i])
            return false;
    }
    return true;
}

static enum step gzip_all(struct unpacking *u)
{
    struct libdeflate_decompressor *decompressor = libdeflate_alloc_decompressor();
    if (!decompressor)
        return STEP_NO_MEMORY;
    enum step step = grow_out(u, gzip_claim(u));
    while (step == STEP_DONE && !only_zeros_left(u)) {
        step = gzip_member(u, decompressor);
        if (step == STEP_FULL)
            step = grow_out(u, 0);
    }
    libdeflate_free_decompressor(decompressor);
    return step;
}

/* ---- zstd ---- */

static uint64_t zstd_claim(const struct unpacking *u)
{
    unsigned long long size = ZSTD_getFrameContentSize(u->in, u->in_size);
    bool known = size != ZSTD_CONTENTSIZE_UNKNOWN && size != ZSTD_CONTENTSIZE_ERROR;
    return known ? size : 0;
}

static enum step zstd_error(size_t result)
{
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_frameParameter_windowTooLarge:
        return STEP_WINDOW;
    case ZSTD_error_memory_allocation:
        return STEP_NO_MEMORY;
    default:
        return STEP_DAMAGED;
    }
}

/* One call of the decompressor. *left is 0 at the end of a frame. STEP_FULL: it can do nothing more
 * without room, which shows only then, since a checksum may follow the last unpacked byte. */
static enum step zstd_step(struct unpacking *u, ZSTD_DCtx *decompressor, size_t *left)
{
    ZSTD_inBuffer in = {u->in, u->in_size, u->in_pos};
    ZSTD_outBuffer out = {u->out, u->out_cap, u->out_len};
    *left = ZSTD_decompressStream(decompressor, &out, &in);
    bool moved = in.pos > u->in_pos || out.pos > u->out_len;
    u->in_pos = in.pos;
    u->out_len = out.pos;
    if (ZSTD_isError(*left))
        return zstd_error(*left);
    if (moved)
        return STEP_DONE;
    return out.pos == out.size ? STEP_FULL : STEP_DAMAGED; /* cut off in the middle of a frame */
}

static enum step zstd_all(struct unpacking *u)
{
    ZSTD_DCtx *decompressor = ZSTD_createDCtx();
    if (!decompressor)
        return STEP_NO_MEMORY;
    ZSTD_DCtx_setParameter(decompressor, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG);
    enum step step = grow_out(u, zstd_claim(u));
    size_t left = 1;
    while (step == STEP_DONE && (left || u->in_pos < u->in_size)) {
        step = zstd_step(u, decompressor, &left);
        if (step == STEP_FULL)
            step = grow_out(u, 0);
    }
    ZSTD_freeDCtx(decompressor);
    return step;
}

/* ---- both ---- */

enum packing packing_of(const unsigned char *bytes, size_t n)
{
    if (n >= 2 && bytes[0] == 0x1f && bytes[1] == 0x8b)
        return PACKING_GZIP;
    if (n >= 4 && memcmp(bytes, "\x28\xb5\x2f\xfd", 4) == 0)
        return PACKING_ZSTD;
    return PACKING_NONE;
}

struct unpack_limits unpack_limits(size_t max_bytes)
{
    return (struct unpack_limits){max_bytes, LIMIT_UNPACK_RATIO, RATIO_FROM};
}

size_t unpack_ceiling(struct unpack_limits limits, size_t packed, enum packing packing)
{
    size_t by_ratio;
    if (packing == PACKING_ZSTD || __builtin_mul_overflow(packed, limits.ratio, &by_ratio))
        return limits.max_bytes;
    if (by_ratio < limits.ratio_from)
        by_ratio = limits.ratio_from;
    return by_ratio < limits.max_bytes ? by_ratio : limits.max_bytes;
}

static enum step unpack_all(struct unpacking *u, enum packing packing)
{
    switch (packing) {
    case PACKING_GZIP:
        return gzip_all(u);
    case PACKING_ZSTD:
        return zstd_all(u);
    case PACKING_NONE:
        break;
    }
    return STEP_DAMAGED;
}

static enum status tell_damaged(const struct unpacking *u, enum packing packing, struct str name,
                                struct diag_sink *sink)
{
    static const char *const expected[] = {
        [PACKING_NONE] = "neither gzip nor zstd",
        [PACKING_GZIP] = "the gzip member that starts here is damaged or cut off",
        [PACKING_ZSTD] = "the zstd data is damaged or cut off here",
    };
    diag_add(sink, DIAG_UNPACK_DAMAGED, name, 0, u->in_pos, "%s (%zu packed bytes in all)",
             expected[packing], u->in_size);
    return STATUS_BAD_INPUT;
}

static enum status tell_ceiling(const struct unpacking *u, struct unpack_limits limits,
                                struct str name, struct diag_sink *sink)
{
    bool by_ratio = u->ceiling < limits.max_bytes;
    diag_add(sink, DIAG_UNPACK_LIMIT, name, 0, u->in_pos,
             "%zu packed bytes unpack to more than %zu (%s)", u->in_size, u->ceiling,
             by_ratio ? "LIMIT_UNPACK_RATIO" : "LIMIT_UNPACKED_BYTES");
    return STATUS_LIMIT;
}

static enum status tell_window(const struct unpacking *u, struct str name,
                               struct diag_sink *sink)
{
    diag_add(sink, DIAG_UNPACK_LIMIT, name, 0, u->in_pos,
             "this zstd frame looks back over more than 2^%d bytes (LIMIT_ZSTD_WINDOW_LOG)",
             LIMIT_ZSTD_WINDOW_LOG);
    return STATUS_LIMIT;
}

enum status unpack_within(struct str packed, struct unpack_limits limits,
                          const struct memory *memory, struct str name, struct diag_sink *sink,
                          struct str *unpacked)
{
    const unsigned char *bytes = (const unsigned char *)packed.ptr;
    enum packing packing = packing_of(bytes, packed.len);
    struct unpacking u = {.in = bytes, .in_size = packed.len,
                          .ceiling = unpack_ceiling(limits, packed.len, packing)};
    enum step step = unpack_all(&u, packing);
    if (step == STEP_DONE) {
        *unpacked = (struct str){memory_resize(memory, u.out, u.out_len), u.out_len};
        return STATUS_OK;
    }
    memory_put(memory, u.out);
    if (step == STEP_NO_MEMORY)
        memory_exhausted(memory, u.out_cap); /* U3 */
    if (step == STEP_FULL)
        return tell_ceiling(&u, limits, name, sink);
    if (step == STEP_WINDOW)
        return tell_window(&u, name, sink);
    return tell_damaged(&u, packing, name, sink);
}

enum status unpack(struct str packed, size_t max_bytes, const struct memory *memory,
                   struct str name, struct diag_sink *sink, struct str *unpacked)
{
    return unpack_within(packed, unpack_limits(max_bytes), memory, name, sink, unpacked);
}

enum status file_open_unpacked(struct file *file, const char *path, const struct memory *memory,
                               struct diag_sink *sink)
{
    enum status status = file_open(file, path, memory, sink);
    if (status || packing_of(file->bytes, file->size) == PACKING_NONE)
        return status;
    struct str packed = {(const char *)file->bytes, file->size};
    struct str unpacked;
    struct str name = strcmp(path, "-") == 0 ? STR("standard input") : str_from(path);
    status = unpack(packed, LIMIT_UNPACKED_BYTES, memory, name, sink, &unpacked);
    file_close(file);
    if (!status)
        *file = (struct file){.memory = memory, .bytes = (const unsigned char *)unpacked.ptr,
                              .size = unpacked.len};
    return status;
}
