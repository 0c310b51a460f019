/* stream.c: what a file unpacks to, piece by piece.
 *
 * zlib for gzip: it keeps its place between pieces, which libdeflate cannot.
 *
 * T1. in_pos is what the unpacker has taken of the packed bytes; pages behind it are dropped.
 * T2. `out` counts all unpacked bytes and never passes `ceiling`. */
#include <zlib.h>
#include <zstd.h>

#include "base/base_int.h"

enum {
    DROP_BYTES = 4 << 20,           /* packed bytes between two droppings */
    GZIP_WINDOW_BITS = 15 + 16,     /* the largest window, and gzip's header and trailer */
    PIECE_MAX = 1 << 30,            /* zlib counts in 32 bits */
};

struct stream {
    const struct memory *memory;
    struct file file;
    enum packing packing;
    size_t in_pos, dropped, out, ceiling;
    z_stream gzip;
    ZSTD_DCtx *zstd;
    bool between; /* two members or frames: the end is allowed here */
};

/* ---- opening ---- */

static bool start(struct stream *stream)
{
    switch (stream->packing) {
    case PACKING_GZIP:
        return inflateInit2(&stream->gzip, GZIP_WINDOW_BITS) == Z_OK;
    case PACKING_ZSTD:
        stream->zstd = ZSTD_createDCtx();
        return stream->zstd && !ZSTD_isError(ZSTD_DCtx_setParameter(
                                   stream->zstd, ZSTD_d_windowLogMax, LIMIT_ZSTD_WINDOW_LOG));
    case PACKING_NONE:
        break;
    }
    return true;
}

/* Why it cannot be opened is told by whoever opens it as a whole. */
static bool open_quietly(struct file *file, const char *path, const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    enum status status = file_open(file, path, memory, sink);
    diag_sink_free(sink);
    return !status;
}

struct stream *stream_of(struct file *file, struct unpack_limits limits)
{
    const struct memory *memory = file->memory;
    struct stream *stream = memory_get(memory, sizeof(*stream));
    *stream = (struct stream){.memory = memory, .file = *file, .between = true,
                              .packing = packing_of(file->bytes, file->size)};
    stream->ceiling = unpack_ceiling(limits, file->size, stream->packing);
    if (file->size && start(stream))
        return stream;
    stream_close(stream);
    return NULL;
}

struct stream *stream_open(const char *path, const struct memory *memory)
{
    struct file file;
    if (!file_is_regular(path) || !open_quietly(&file, path, memory))
        return NULL;
    return stream_of(&file, unpack_limits(LIMIT_UNPACKED_BYTES));
}

size_t stream_packed_size(const struct stream *stream)
{
    return stream->file.size;
}

void stream_close(struct stream *stream)
{
    if (!stream)
        return;
    if (stream->packing == PACKING_GZIP)
        inflateEnd(&stream->gzip);
    ZSTD_freeDCtx(stream->zstd);
    file_close(&stream->file);
    memory_put(stream->memory, stream);
}

/* ---- reading: each gives how much it wrote, and false when the bytes are damaged ---- */

static size_t packed_left(const struct stream *stream)
{
    return stream->file.size - stream->in_pos;
}

static bool read_plain(struct stream *stream, void *to, size_t n, size_t *got)
{
    *got = n < packed_left(stream) ? n : packed_left(stream);
    memcpy(to, stream->file.bytes + stream->in_pos, *got);
    stream->in_pos += *got;
    return true;
}

/* Zeros behind the last member are padding (as in unpack.c). */
static bool gzip_ended(const struct stream *stream)
{
    for (size_t i = stream->in_pos; i < stream->file.size; i++)
        if (stream->file.bytes[i])
            return false;
    return true;
}

static bool read_gzip(struct stream *stream, void *to, size_t n, size_t *got)
{
    z_stream *gzip = &stream->gzip;
    *got = 0;
    if (stream->between && gzip_ended(stream))
        return true;
    size_t left = packed_left(stream);
    gzip->next_in = (Bytef *)(uintptr_t)(stream->file.bytes + stream->in_pos);
    gzip->avail_in = left < PIECE_MAX ? (uInt)left : PIECE_MAX;
    gzip->next_out = to;
    gzip->avail_out = n < PIECE_MAX ? (uInt)n : PIECE_MAX;
    uInt in = gzip->avail_in, out = gzip->avail_out;
    int result = inflate(gzip, Z_NO_FLUSH);
    stream->in_pos += in - gzip->avail_in;
    *got = out - gzip->avail_out;
    stream->between = result == Z_STREAM_END;
    if (stream->between)
        return inflateReset(gzip) == Z_OK;
    return result == Z_OK; /* Z_BUF_ERROR: nothing moved, so the member is cut off */
}

static bool read_zstd(struct stream *stream, void *to, size_t n, size_t *got)
{
    ZSTD_inBuffer in = {stream->file.bytes, stream->file.size, stream->in_pos};
    ZSTD_outBuffer out = {to, n, 0};
    *got = 0;
    if (stream->between && !packed_left(stream))
        return true;
    size_t left = ZSTD_decompressStream(stream->zstd, &out, &in);
    bool moved = in.pos > stream->in_pos || out.pos;
    stream->in_pos = in.pos;
    *got = out.pos;
    stream->between = left == 0;
    return !ZSTD_isError(left) && moved;
}

static bool read_some(struct stream *stream, void *to, size_t n, size_t *got)
{
    switch (stream->packing) {
    case PACKING_GZIP:
        return read_gzip(stream, to, n, got);
    case PACKING_ZSTD:
        return read_zstd(stream, to, n, got);
    case PACKING_NONE:
        break;
    }
    return read_plain(stream, to, n, got);
}

static bool has_ended(const struct stream *stream)
{
    if (!stream->between)
        return false;
    return stream->packing == PACKING_GZIP ? gzip_ended(stream) : !packed_left(stream);
}

static void drop_behind(struct stream *stream)
{
    if (stream->in_pos - stream->dropped < DROP_BYTES)
        return;
    file_drop(&stream->file, stream->dropped, stream->in_pos); /* T1 */
    stream->dropped = stream->in_pos;
}

bool stream_read(struct stream *stream, void *to, size_t n, size_t *got)
{
    *got = 0;
    while (*got < n && !has_ended(stream)) {
        size_t more;
        if (!read_some(stream, (char *)to + *got, n - *got, &more))
            return false;
        *got += more;
        stream->out += more;
        if (stream->out > stream->ceiling) /* T2 */
            return false;
        drop_behind(stream);
    }
    return true;
}
