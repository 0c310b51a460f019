/* base_int.h: what the files of this room share with each other and with this room's tests.
 *
 * Allocation without a jump, the ceilings as parameters (so that tests reach them with small
 * inputs), and the marks that tell AddressSanitizer which bytes of our own blocks are out of use.
 */
#ifndef UNHEAP_BASE_INT_H
#define UNHEAP_BASE_INT_H

#include "base/base.h"

#if defined(__SANITIZE_ADDRESS__)
#define BASE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define BASE_ASAN 1
#endif
#endif

#ifdef BASE_ASAN
#include <sanitizer/asan_interface.h>
#define POISON(ptr, n) __asan_poison_memory_region((ptr), (n))
#define UNPOISON(ptr, n) __asan_unpoison_memory_region((ptr), (n))
enum { POISON_GAP = 16 }; /* unusable bytes behind each object of an arena */
#else
#define POISON(ptr, n) ((void)(ptr), (void)(n))
#define UNPOISON(ptr, n) ((void)(ptr), (void)(n))
enum { POISON_GAP = 0 };
#endif

/* memory.c. For code that holds a file, a process or a foreign library's object: NULL when there is
 * no memory, and ptr is then untouched; clean up, then call memory_exhausted. */
NODISCARD void *memory_try_resize(void *ptr, size_t n);
NORETURN void memory_exhausted(const struct memory *memory, size_t wanted);
/* count * size; a product that overflows is answered by `exhausted`. */
size_t memory_product(const struct memory *memory, size_t count, size_t size);

/* vec.c: the next capacity after cap of a growing buffer that needs `wanted`: doubling, from
 * `first`, never over max. 0 when wanted is over max. */
size_t capacity_after(size_t cap, size_t wanted, size_t first, size_t max);

/* sb.c, intern.c and map.c with their ceilings as parameters. */
bool sb_reserve_up_to(struct sb *sb, size_t n, size_t max_bytes);
uint32_t intern_add_up_to(struct intern *intern, struct str text, size_t max_bytes);
uint64_t *map_put_up_to(struct map *map, uint64_t key, bool *added, size_t max_entries);

/* file.c: reads all of fd, which stays open. `size_hint` is the first capacity. `name` is for
 * diagnostics, `limit_name` is the ceiling's name in limits.h. */
struct read_request {
    int fd;
    size_t size_hint;
    size_t max_bytes;
    const char *limit_name;
    struct str name;
};
NODISCARD enum status file_read_all(struct file *file, const struct read_request *request,
                                    const struct memory *memory, struct diag_sink *sink);
NODISCARD enum status dir_list_up_to(const char *path, struct arena *arena, struct str **names,
                                     size_t *count, struct diag_sink *sink, size_t max_names);

/* unpack.c: both ceilings as parameters. */
struct unpack_limits {
    size_t max_bytes;
    size_t ratio;      /* unpacked : packed, for gzip */
    size_t ratio_from; /* the ratio does not bite below this many unpacked bytes */
};
struct unpack_limits unpack_limits(size_t max_bytes);
/* What so many packed bytes may unpack to. */
size_t unpack_ceiling(struct unpack_limits limits, size_t packed, enum packing packing);
NODISCARD enum status unpack_within(struct str packed, struct unpack_limits limits,
                                    const struct memory *memory, struct str name,
                                    struct diag_sink *sink, struct str *unpacked);

/* stream.c: a file that is open already, which the stream closes; NULL (and it is closed) when it
 * is empty or cannot be unpacked. */
struct stream *stream_of(struct file *file, struct unpack_limits limits);

#endif
