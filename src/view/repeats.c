/* repeats.c: which of several sources are one file again: the same bytes, wherever they lie. Who
 * merges what a fleet sent has many of those, and each need only be read once. */
#include "view/view_int.h"

struct repeats {
    const char *const *paths;
    const struct memory *memory;
    struct diag_sink *nobody; /* whoever reads the file says what is wrong with it */
    struct map by_size;       /* the only source of this size, or MANY, which were looked at */
    struct map by_contents;   /* by their hash: the first source that has them */
    uint32_t *first;
};
#define MANY UINT64_MAX

/* Large files pass through memory in pieces. */
enum { PIECE = 1 << 20 };

static size_t piece_at(const struct file *file, size_t at)
{
    return file->size - at < PIECE ? file->size - at : PIECE;
}

static uint64_t hash_file(const struct file *file)
{
    uint64_t hash = file->size;
    for (size_t at = 0; at < file->size; at += PIECE) {
        size_t n = piece_at(file, at);
        hash = hash_mix(hash, hash_bytes(file->bytes + at, n));
        file_drop(file, at, at + n);
    }
    return hash;
}

static bool same_bytes(const struct file *a, const struct file *b)
{
    bool same = a->size == b->size;
    for (size_t at = 0; same && at < a->size; at += PIECE) {
        size_t n = piece_at(a, at);
        same = memcmp(a->bytes + at, b->bytes + at, n) == 0;
        file_drop(a, at, at + n);
        file_drop(b, at, at + n);
    }
    return same;
}

static bool is_again(const struct repeats *repeats, size_t known, const struct file *file)
{
    struct file other;
    if (file_open(&other, repeats->paths[known], repeats->memory, repeats->nobody))
        return false;
    bool same = same_bytes(&other, file);
    file_close(&other);
    return same;
}

static void look_at(struct repeats *repeats, size_t source)
{
    struct file file;
    bool is_new;
    if (file_open(&file, repeats->paths[source], repeats->memory, repeats->nobody))
        return;
    uint64_t *known = map_put(&repeats->by_contents, hash_file(&file), &is_new);
    if (is_new)
        *known = source;
    else if (is_again(repeats, *known, &file))
        repeats->first[source] = (uint32_t)*known;
    file_close(&file);
}

/* Where sizes differ, which is told without reading, bytes do. */
static void look_at_size(struct repeats *repeats, size_t source)
{
    bool is_new;
    uint64_t size = file_size(repeats->paths[source]);
    if (!size)
        return;
    uint64_t *only = map_put(&repeats->by_size, size, &is_new);
    if (is_new) {
        *only = source;
        return;
    }
    if (*only != MANY)
        look_at(repeats, *only);
    *only = MANY;
    look_at(repeats, source);
}

void repeats_find(const char *const *paths, size_t count, const struct memory *memory,
                  uint32_t *first)
{
    struct repeats repeats = {.paths = paths, .memory = memory, .first = first,
                              .nobody = diag_sink_new(memory)};
    map_init(&repeats.by_size, memory);
    map_init(&repeats.by_contents, memory);
    for (size_t i = 0; i < count; i++)
        first[i] = (uint32_t)i;
    for (size_t i = 0; i < count; i++)
        look_at_size(&repeats, i);
    map_release(&repeats.by_size);
    map_release(&repeats.by_contents);
    diag_sink_free(repeats.nobody);
}
