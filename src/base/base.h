/* base: what every room stands on.
 *
 * Memory by lifetime, strings, vectors, hash maps, interning, files, decompression, worker threads,
 * diagnostics, limits. This room knows nothing of Go, profiles or reports.
 *
 * Three rules hold for the whole room, and through it for the product:
 *
 * B1. Memory never comes back NULL. Running out is answered by `struct memory`'s `exhausted`
 *     callback, which does not return (the command line exits with 1, a test jumps out). So callers
 *     have no failure path for allocation, and only this room calls malloc.
 * B2. Nothing here prints or exits. Bad input goes to a `struct diag_sink`; a failed file, socket
 *     or thread is an `enum status` that must be checked.
 * B3. There is no hidden state: no writable global, no thread-local. One object is used by one
 *     thread at a time unless its comment says otherwise. */
#ifndef UNHEAP_BASE_H
#define UNHEAP_BASE_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "limits.h"

#define NODISCARD __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt_arg, first_arg) __attribute__((format(printf, fmt_arg, first_arg)))
#define NORETURN __attribute__((noreturn))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* A broken invariant: says where on standard error and aborts. Never used for bad input. */
#define BUG(what) bug_at(__FILE__, __LINE__, (what))
NORETURN void bug_at(const char *file, int line, const char *what);

/* What the environment answered. STATUS_OK is 0, so `if (status)` reads as "if it failed". */
enum status {
    STATUS_OK = 0,
    STATUS_IO,          /* open, read, write, rename, stat failed: errno text in the diagnostic */
    STATUS_NOT_FOUND,   /* no such file, host or program */
    STATUS_BAD_INPUT,   /* the bytes are not what they should be; a diagnostic says where */
    STATUS_LIMIT,       /* a ceiling of limits.h was reached; the diagnostic names it */
    STATUS_NETWORK,     /* connection, TLS, time limit, HTTP status */
    STATUS_CHILD,       /* a child process could not be started or failed */
    STATUS_INTERRUPTED, /* the caller asked to stop */
};

/* ---- memory.c: where bytes come from (the only caller of malloc) ---- */

/* The bottom of all allocation. Shared by all threads; `exhausted` may be called from any of them,
 * is told the number of bytes wanted, and must not return. */
struct memory {
    void (*exhausted)(void *ctx, size_t wanted);
    void *ctx;
};

/* n bytes, uninitialised, aligned for any type. Never NULL (B1). n == 0 gives a valid pointer. */
void *memory_get(const struct memory *memory, size_t n);
/* Like realloc; ptr may be NULL. */
void *memory_resize(const struct memory *memory, void *ptr, size_t n);
/* NULL is fine, and so is what a C library has from malloc. */
void memory_put(const struct memory *memory, void *ptr);
/* Gives the system back what is free, and the pages of code and constants of all loaded libraries:
 * what is needed of them comes back by itself. For a daemon, once its start is behind it. */
void memory_give_back(void);
/* Advice to the C library for a program that frees and gets tables of the same size over and over:
 * up to 32 MB that are freed stay with the process, so the kernel need not clear them again. */
void memory_keep_freed(void);

/* ---- arena.c: memory by lifetime; the hot path bumps a pointer ---- */

/* Everything allocated from an arena lives until arena_clear or arena_release. One arena belongs to
 * one thread: that makes it the thread-local allocation buffer this product preaches. Blocks double
 * from 4 KiB to 1 MiB; a request over a quarter of a block gets a block of its own. Under ASan the
 * bytes between objects and after arena_clear are poisoned. */
struct arena_block;
struct arena {
    const struct memory *memory;
    struct arena_block *blocks; /* newest first */
    char *next, *end;           /* the free part of the newest block */
    size_t bytes;               /* handed out since init or clear */
};

/* An empty arena, without a block yet. */
void arena_init(struct arena *arena, const struct memory *memory);
/* Drops all objects, keeps the largest block for reuse. */
void arena_clear(struct arena *arena);
/* Drops all objects and gives all blocks back. The arena may be initialised again. */
void arena_release(struct arena *arena);
/* n uninitialised bytes, aligned to max_align_t. */
void *arena_alloc(struct arena *arena, size_t n) __attribute__((alloc_size(2), returns_nonnull));
/* count * size zeroed bytes; a product that overflows is answered by `exhausted`. */
void *arena_zalloc(struct arena *arena, size_t count, size_t size) __attribute__((returns_nonnull));
/* n bytes without alignment, for text. */
char *arena_text(struct arena *arena, size_t n) __attribute__((returns_nonnull));
/* A NUL-terminated copy of n bytes. */
char *arena_strndup(struct arena *arena, const char *text, size_t n);

#define ARENA_NEW(arena, type) ((type *)arena_zalloc((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_zalloc((arena), (count), sizeof(type)))

/* ---- pool.c: buffers reused by size class ---- */

/* Byte buffers in classes of powers of two from 512 bytes to 4 MiB; larger ones go straight to
 * memory. At most `POOL_KEEP` free buffers are kept per class. One thread. */
enum { POOL_CLASSES = 14, POOL_KEEP = 8 };
struct pool {
    const struct memory *memory;
    void *free_list[POOL_CLASSES];
    unsigned char kept[POOL_CLASSES];
    size_t gets, reuses; /* for the benchmark and tests */
};
void pool_init(struct pool *pool, const struct memory *memory);
void pool_release(struct pool *pool);
/* A buffer of at least n bytes; *cap gets its real size, which pool_put wants back. */
void *pool_get(struct pool *pool, size_t n, size_t *cap);
void pool_put(struct pool *pool, void *buf, size_t cap);

/* ---- str.c: slices of text (never owned, not NUL-terminated) ---- */

/* Whoever made the text owns it; a slice is valid as long as that owner says. */
struct str {
    const char *ptr;
    size_t len;
};
#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
#define STR_NONE ((struct str){NULL, 0})
/* For printf: printf("%.*s", STR_ARGS(s)). Texts over INT_MAX are cut. */
#define STR_ARGS(s) (int)((s).len > 0x7fffffff ? 0x7fffffff : (s).len), (s).ptr ? (s).ptr : ""

struct str str_from(const char *nul_terminated); /* NULL gives STR_NONE */
struct str str_span(const char *begin, const char *end);
bool str_equal(struct str a, struct str b);
bool str_is(struct str a, const char *nul_terminated);
int str_compare(struct str a, struct str b); /* bytewise, as memcmp then length */
bool str_starts(struct str text, struct str prefix);
bool str_ends(struct str text, struct str suffix);
bool str_contains(struct str text, struct str part);
/* Can a byte be part of a Go identifier? Those of UTF-8 beyond ASCII count. */
static inline bool is_name_byte(char c)
{
    return c == '_' || (unsigned char)c >= 0x80 || (unsigned)((c | 0x20) - 'a') < 26 ||
           (unsigned)(c - '0') < 10;
}
/* Index of the first (last) occurrence, or -1. */
ptrdiff_t str_find(struct str text, struct str part);
ptrdiff_t str_find_char(struct str text, char c);
ptrdiff_t str_find_last(struct str text, char c);
struct str str_trim(struct str text); /* ASCII white space at both ends */
/* [from, to) clamped to the text. */
struct str str_slice(struct str text, size_t from, size_t to);
struct str str_skip(struct str text, size_t n);
/* Cuts *rest at the first sep: returns what is before it, leaves what is after. The last piece
 * leaves *rest as STR_NONE; so the loop is `while (rest.ptr) piece = str_cut(&rest, ',')`. */
struct str str_cut(struct str *rest, char sep);
/* Decimal digits only, no sign, no overflow; false otherwise. */
bool str_to_u64(struct str text, uint64_t *value);
bool str_to_i64(struct str text, int64_t *value); /* an optional '-' */
uint64_t str_hash(struct str text);
struct str str_copy(struct arena *arena, struct str text); /* NUL follows the copy */
/* The part after the last '/', and the part before it (STR_NONE when there is none). */
struct str str_base_name(struct str path);
struct str str_dir_name(struct str path);

/* ---- sb.c: the one string builder ---- */

/* Grows by doubling, up to LIMIT_BUILDER_BYTES; an append that does not fit is left out whole, and
 * then `full` stays set and appends do nothing until sb_clear. The text is always NUL-terminated.
 * What is appended must not be part of the builder's own text. */
struct sb {
    const struct memory *memory;
    char *text;
    size_t len, cap;
    bool full;
};
void sb_init(struct sb *sb, const struct memory *memory);
void sb_release(struct sb *sb);
void sb_clear(struct sb *sb); /* keeps the buffer; `full` is over */
void sb_add(struct sb *sb, struct str text);
void sb_adds(struct sb *sb, const char *nul_terminated);
void sb_addc(struct sb *sb, char c);
void sb_addn(struct sb *sb, const void *bytes, size_t n);
void sb_addf(struct sb *sb, const char *fmt, ...) PRINTF_LIKE(2, 3);
void sb_vaddf(struct sb *sb, const char *fmt, va_list args);
void sb_repeat(struct sb *sb, char c, size_t n);
/* Appends n bytes for the caller to fill before the next call; NULL when the builder is full. */
char *sb_extend(struct sb *sb, size_t n);
struct str sb_str(const struct sb *sb); /* valid until the next append */

/* ---- vec.h part: growing arrays, typed by macro ---- */

/* VEC(int) numbers = {0};
 * VEC_PUSH(memory, &numbers, 7);
 * use(numbers.at[0], numbers.len);
 * VEC_RELEASE(memory, &numbers);
 * Doubles; element addresses move on growth. */
#define VEC(type)        \
    struct {             \
        type *at;        \
        size_t len, cap; \
    }
#define VEC_PUSH(memory, vec, value)                                                         \
    do {                                                                                     \
        if ((vec)->len == (vec)->cap)                                                        \
            (vec)->at = vec_grow((memory), (vec)->at, &(vec)->cap, sizeof(*(vec)->at));      \
        (vec)->at[(vec)->len++] = (value);                                                   \
    } while (0)
#define VEC_RELEASE(memory, vec)             \
    do {                                     \
        memory_put((memory), (vec)->at);     \
        (vec)->at = NULL;                    \
        (vec)->len = (vec)->cap = 0;         \
    } while (0)
void *vec_grow(const struct memory *memory, void *at, size_t *cap, size_t size);

/* ---- sums of what foreign input says, which may be any number ---- */

/* a + b, or the end of int64 that the sum would pass. */
static inline int64_t add_saturating(int64_t a, int64_t b)
{
    int64_t sum;
    if (__builtin_add_overflow(a, b, &sum))
        return a < 0 ? INT64_MIN : INT64_MAX;
    return sum;
}
static inline void add_to_sum(int64_t *sum, int64_t value)
{
    *sum = add_saturating(*sum, value);
}

/* ---- slots.c: open addressing over small numbers ---- */

/* A hash table of 32-bit ids whose keys live elsewhere: the caller compares. A slot is the upper
 * half of the key's hash and the id + 1; 0 is free. The place follows from the stored half, so that
 * growing needs no keys. */
struct slots {
    uint64_t *at;
    size_t count, used; /* count is 0 or a power of two, at most three quarters used */
};
#define SLOT_NONE UINT32_MAX

/* Empties the table; it may be filled again. */
void slots_release(const struct memory *memory, struct slots *slots);
/* Adds an id that is not in it. */
void slots_insert(const struct memory *memory, struct slots *slots, uint64_t hash, uint32_t id);
/* The walk over all ids whose hash may be `hash`:
 *   size_t at = slots_start(slots, hash);
 *   for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;) if (same) return id; */
static inline size_t slots_start(const struct slots *slots, uint64_t hash)
{
    return slots->count ? (size_t)(hash >> 32) & (slots->count - 1) : 0;
}
static inline uint32_t slots_next(const struct slots *slots, uint64_t hash, size_t *at)
{
    if (!slots->count)
        return SLOT_NONE;
    for (;;) {
        uint64_t slot = slots->at[*at];
        if (!slot)
            return SLOT_NONE;
        *at = (*at + 1) & (slots->count - 1);
        if (slot >> 32 == hash >> 32)
            return (uint32_t)slot - 1;
    }
}

/* ---- intern.c: equal texts get equal small numbers ---- */

/* Id 0 is always the empty text. Ids count up from 1 in order of first appearance. Texts are copied
 * and live as long as the table. More than LIMIT_INTERNED_BYTES of them is answered by `exhausted`.
 * One thread. */
struct intern {
    struct arena texts;
    struct str *strings; /* by id */
    uint64_t *slots;     /* open addressing: half a hash and an id; 0 is free */
    size_t len, cap, slot_count;
};
void intern_init(struct intern *intern, const struct memory *memory);
void intern_release(struct intern *intern);
uint32_t intern_add(struct intern *intern, struct str text);
/* 0 when it was never added (or is empty). */
uint32_t intern_find(const struct intern *intern, struct str text);
struct str intern_str(const struct intern *intern, uint32_t id);

/* ---- map.c: hash map from 64-bit keys to 64-bit values ---- */

/* Open addressing, grows at three quarters full. For composite keys hash with hash_mix and keep the
 * full key in the value's object (compare it there), or use intern ids packed into 64 bits. More
 * than LIMIT_MAP_ENTRIES is answered by `exhausted`. One thread. */
struct map {
    const struct memory *memory;
    struct map_slot *slots;
    size_t len, slot_count;
};
void map_init(struct map *map, const struct memory *memory);
void map_release(struct map *map);
void map_clear(struct map *map);
/* The value's place, made with value 0 when the key is new (*added says which). Valid until the
 * next map_put. */
uint64_t *map_put(struct map *map, uint64_t key, bool *added);
/* NULL when absent. */
uint64_t *map_get(const struct map *map, uint64_t key);
uint64_t hash_mix(uint64_t a, uint64_t b);
uint64_t hash_bytes(const void *bytes, size_t n);

/* ---- diag.c: what is wrong with the input, for people ---- */

/* The closed set of codes. X(NAME, "code", severity, "what to do, always the same for this code")
 * stands in diag_codes.h; each has a test that provokes it. */
enum diag_severity { DIAG_ERROR, DIAG_WARNING, DIAG_NOTE };
enum diag_code {
#define X(name, code, severity, hint) DIAG_##name,
#include "diag_codes.h"
#undef X
    DIAG_CODE_COUNT
};

struct diag {
    enum diag_code code;
    struct str file;    /* empty when there is none */
    uint64_t line;      /* 1-based; 0 when there is none */
    uint64_t offset;    /* bytes from the start; DIAG_NO_OFFSET when there is none */
    struct str message; /* what was found and what was expected */
};
#define DIAG_NO_OFFSET UINT64_MAX

/* Collects diagnostics. diag_add may be called from several threads at a time. At most
 * LIMIT_DIAGNOSTICS are kept; `dropped` counts the rest. File and message are copied; a message
 * over LIMIT_DIAGNOSTIC_BYTES is cut and ends in three dots. */
struct diag_sink;
struct diag_sink *diag_sink_new(const struct memory *memory);
void diag_sink_free(struct diag_sink *sink);
void diag_add(struct diag_sink *sink, enum diag_code code, struct str file, uint64_t line,
              uint64_t offset, const char *fmt, ...) PRINTF_LIKE(6, 7);
size_t diag_count(const struct diag_sink *sink);
size_t diag_errors(const struct diag_sink *sink); /* of severity error, dropped ones too */
size_t diag_dropped(const struct diag_sink *sink);
/* By order of arrival; valid as long as the sink. */
const struct diag *diag_at(const struct diag_sink *sink, size_t index);
/* "file:line: error: message [code]\n  hint\n" (or "file: byte N: ..."). Control characters of the
 * input are written as \xNN, so that it cannot play with a terminal. */
void diag_format(const struct diag *diag, struct sb *out);
/* "file:line: message\n", for whoever has just typed what it is about. */
void diag_format_short(const struct diag *diag, struct sb *out);
const char *diag_code_name(enum diag_code code);
const char *diag_hint(enum diag_code code);
enum diag_severity diag_severity(enum diag_code code);

/* ---- file.c: reading and writing files ---- */

/* A file's bytes. Mapped when that pays (regular files over 64 KiB), else read. `bytes` is valid
 * until file_close; one byte past the end may NOT be read. A mapped file that shrinks while it is
 * read raises SIGBUS: file_open therefore reads files below 64 KiB and maps only larger ones. */
struct file {
    const struct memory *memory;
    const unsigned char *bytes;
    size_t size;
    bool mapped;
};
/* path "-" reads standard input (fd 0) to its end. Failures are told to the sink too; after one
 * there is nothing to close. */
NODISCARD enum status file_open(struct file *file, const char *path, const struct memory *memory,
                                struct diag_sink *sink);
void file_close(struct file *file);
/* Tells the kernel that [from, to) will not be read again soon, so that resident memory stays
 * small; reading it again still works. Does nothing to files that are not mapped. */
void file_drop(const struct file *file, size_t from, size_t to);

/* Writes a whole file or nothing: a temporary file beside it, fsync, rename. On failure the old
 * file is untouched and the temporary is gone. A symbolic link stays one, its target is replaced;
 * permissions stay; what is not a regular file (/dev/stdout) is refused. "-" is not special here.
 */
NODISCARD enum status file_write_atomic(const char *path, struct str bytes,
                                        const struct memory *memory, struct diag_sink *sink);
/* write(2) until all is written; false, with errno, when it fails. For descriptors that somebody
 * else opened (a pipe, standard output); whole files are written by file_write_atomic. */
NODISCARD bool file_write_all(int fd, struct str bytes);
bool file_exists(const char *path);
bool file_is_regular(const char *path); /* which can be read more than once */
uint64_t file_size(const char *path);   /* 0 when it is no regular file */
bool dir_exists(const char *path);
/* Names in a directory (without . and ..), sorted, in the arena. */
NODISCARD enum status dir_list(const char *path, struct arena *arena, struct str **names,
                               size_t *count, struct diag_sink *sink);

/* ---- unpack.c: gzip and zstd ---- */

enum packing { PACKING_NONE, PACKING_GZIP, PACKING_ZSTD };
/* By the first bytes (gzip 1f 8b: RFC 1952 section 2.3.1; zstd 28 b5 2f fd: RFC 8878, 3.1.1). */
enum packing packing_of(const unsigned char *bytes, size_t n);
/* Unpacks all members of a gzip file (libdeflate) or all frames of a zstd file. Checksums are
 * verified. The ceiling is the smaller of `max_bytes` and LIMIT_UNPACK_RATIO times the packed size
 * (zstd is exempt from the ratio but not from max_bytes). *unpacked is memory_get'd: memory_put its
 * ptr. `name` is for diagnostics, which give the packed byte offset. */
NODISCARD enum status unpack(struct str packed, size_t max_bytes, const struct memory *memory,
                             struct str name, struct diag_sink *sink, struct str *unpacked);
/* file_open, then unpack when the content is packed: `file` then holds the unpacked bytes. */
NODISCARD enum status file_open_unpacked(struct file *file, const char *path,
                                         const struct memory *memory, struct diag_sink *sink);

/* ---- stream.c: what a file unpacks to, piece by piece ---- */

/* For files whose content need not be in memory at a time. The file is mapped, and what is behind
 * is dropped from memory. A stream says only that it failed: who wants to know why unpacks the file
 * as a whole. The same ceilings hold. One thread. */
struct stream;
/* A regular file that is not empty, plain, gzip or zstd; NULL for any other, and when it cannot be
 * opened. */
struct stream *stream_open(const char *path, const struct memory *memory);
size_t stream_packed_size(const struct stream *stream);
/* Fills `to` with the next n bytes; fewer at the end, and *got says how many. False when the file
 * is damaged or a ceiling is reached. */
NODISCARD bool stream_read(struct stream *stream, void *to, size_t n, size_t *got);
void stream_close(struct stream *stream);

/* ---- threads.c: a pool of workers ---- */

/* Runs work(ctx, index, worker) for each index in [0, count) on the pool's workers and the calling
 * thread, and returns when all are done. `worker` is in [0, workers_count): index per-thread arenas
 * with it; 0 is the calling thread. Which worker gets which index is not determined; results must
 * not depend on it. A job must not run another on the same pool. Workers block all signals. */
struct workers;
/* count 0: as many as the machine has processors, at most LIMIT_THREADS. A pool of one runs
 * everything on the calling thread; where threads cannot be started the pool is smaller, not an
 * error. */
struct workers *workers_new(const struct memory *memory, unsigned count);
void workers_free(struct workers *workers);
unsigned workers_count(const struct workers *workers);
void workers_run(struct workers *workers, size_t count,
                 void (*work)(void *ctx, size_t index, unsigned worker), void *ctx);

/* ---- child.c: running another program ---- */

/* Runs argv[0] (looked up in PATH) with its output read through callbacks as it comes, no shell.
 * Either callback may be NULL (that output is then kept out of the way and dropped). The callbacks
 * are called from the calling thread. `dir` NULL: the current directory. `extra_env` is a
 * NULL-terminated list of NAME=VALUE or NULL. Standard input is empty. *exit_code gets the exit
 * status, or 128 + signal; STATUS_OK says that the child ran to its end, not that it succeeded. A
 * callback that returns false ends the child (STATUS_INTERRUPTED). A program or directory that is
 * not there is STATUS_NOT_FOUND. */
struct child_request {
    const char *const *argv;
    const char *dir;
    const char *const *extra_env;
    bool (*on_stdout)(void *ctx, const char *bytes, size_t n);
    bool (*on_stderr)(void *ctx, const char *bytes, size_t n);
    void *ctx;
    /* The caller's handler of a signal ran while the child was waited for: false asks the child to
     * end, with SIGINT, so that it can clean up (STATUS_INTERRUPTED). May be NULL. */
    bool (*on_signal)(void *ctx);
};
NODISCARD enum status child_run(const struct child_request *request, const struct memory *memory,
                                struct diag_sink *sink, int *exit_code);

/* ---- clock.c ---- */

/* Seconds of CLOCK_MONOTONIC, which nobody sets. Any thread. */
double clock_now(void);

/* ---- library.c: libraries of others, loaded when they are used ---- */

/* `target` is the address of a pointer to a function of that name's type. */
struct library_function {
    const char *name;
    void *target;
};

/* Loads the first library of that list that is there (sonames, newest last if any will do) and sets
 * the targets. NULL when there is none, or when it lacks one of the functions: then nothing stays
 * loaded and no target may be used. The handle is for library_close, which takes NULL too. Any
 * thread. */
void *library_open(const char *const *names, size_t name_count,
                   const struct library_function *functions, size_t function_count);
void library_close(void *handle);

/* ---- task.c: work in a child process of our own ---- */

/* For what may take long, or break on foreign data: the caller goes on. `work` runs in a child with
 * a copy of the caller's memory and writes its result, at most LIMIT_TASK_BYTES, to a pipe; what it
 * returns is the exit code. The child is killed when the starting thread ends. */
struct task {
    int pid; /* -1: none */
    int fd;  /* can be read (poll) when there is something to collect */
};
NODISCARD enum status task_start(struct task *task, int (*work)(void *ctx, int out_fd), void *ctx);
/* Takes in what it has written. True when it has ended: *exit_code is its, or 128 + signal, and the
 * task is over. Never waits while the child still writes. */
bool task_collect(struct task *task, struct sb *out, int *exit_code);
void task_stop(struct task *task);

#endif
