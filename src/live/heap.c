/* heap.c: the runtime's memory-profile buckets, read from outside (runtime/mprof.go).
 *
 * Buckets are never freed and never move; only their counts change. They hang on one another by
 * `allnext`, the newest first. A bucket is: next, allnext, type, hash, size, number of stack
 * addresses, 8 bytes each (Go 1.18 to 1.26); then the addresses; then a memRecord, that is the
 * published counts and those of three cycles that are not yet published.
 *
 * What is written while it is read shows itself: the cycle's number is read before and after, and
 * all is read anew when it changed. */
#include "live_int.h"

enum {
    BUCKET_ALLNEXT = 8, BUCKET_TYPE = 16, BUCKET_STACK_LEN = 40, BUCKET_BYTES = 48,
    MEM_PROFILE = 1, /* bucketType of memory */
    CYCLE_BYTES = 32, FUTURES = 3, RECORD_BYTES = CYCLE_BYTES * (1 + FUTURES),
    ATTEMPTS = 5,
};

static uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

/* ---- which cycle is published ---- */

/* The number of the cycle that is published next, or has just been. Since Go 1.19 the lowest bit
 * of mProfCycle says whether that has been done (mProfCycleHolder). */
static bool read_cycle(const struct live_target *target, uint32_t *cycle)
{
    if (target->minor < 19)
        return live_variable_u32(target, LIVE_VARIABLE_MPROF, 0, cycle);
    uint32_t value;
    if (!live_variable_u32(target, LIVE_VARIABLE_MPROF_CYCLE, 0, &value))
        return false;
    *cycle = value >> 1;
    return true;
}

/* ---- one bucket ---- */

static struct live_counts counts_at(const unsigned char *bytes)
{
    return (struct live_counts){word_at(bytes), word_at(bytes + 8), word_at(bytes + 16),
                                word_at(bytes + 24)};
}

static void add_counts(struct live_counts *to, const struct live_counts *counts)
{
    to->allocs += counts->allocs;
    to->frees += counts->frees;
    to->alloc_bytes += counts->alloc_bytes;
    to->free_bytes += counts->free_bytes;
}

/* Counts that no program can have are a bucket in the middle of a change, or no bucket at all. */
static bool is_sound(const struct live_counts *counts)
{
    const uint64_t most = (uint64_t)1 << 62;
    return counts->allocs < most && counts->alloc_bytes < most &&
           counts->frees <= counts->allocs && counts->free_bytes <= counts->alloc_bytes;
}

static bool read_body(const struct live_target *target, uint64_t address, size_t depth,
                      struct live_heap *heap, struct live_bucket *bucket)
{
    unsigned char record[RECORD_BYTES];
    uint64_t *stack = ARENA_ARRAY(&heap->arena, uint64_t, depth + 1);
    struct live_piece pieces[] = {{address + BUCKET_BYTES, stack, depth * sizeof(*stack)},
                                  {address + BUCKET_BYTES + depth * 8, record, sizeof(record)}};
    if (!live_read_pieces(target, pieces, COUNT_OF(pieces)))
        return false;
    *bucket = (struct live_bucket){.stack = stack, .depth = depth, .published = counts_at(record)};
    for (int i = 0; i < FUTURES; i++)
        bucket->future[i] = counts_at(record + CYCLE_BYTES * (1 + i));
    return true;
}

/* Reads the bucket at an address and says where the next is. False at the chain's end, or where it
 * cannot be followed (then heap->broken). */
static bool read_bucket(const struct live_target *target, uint64_t address, struct live_heap *heap,
                        uint64_t *next)
{
    unsigned char header[BUCKET_BYTES];
    struct live_bucket bucket;
    if (!live_read(target, address, header, sizeof(header))) {
        heap->broken = true;
        return false;
    }
    *next = word_at(header + BUCKET_ALLNEXT);
    uint64_t depth = word_at(header + BUCKET_STACK_LEN);
    if (word_at(header + BUCKET_TYPE) != MEM_PROFILE || depth > LIMIT_LIVE_STACK ||
        !read_body(target, address, depth, heap, &bucket))
        heap->skipped++;
    else
        VEC_PUSH(target->memory, &heap->buckets, bucket);
    return *next != 0;
}

/* ---- all of them ---- */

static enum status say(struct diag_sink *sink, const struct live_target *target, const char *what)
{
    diag_add(sink, DIAG_LIVE_NO_PROFILE, target->name, 0, DIAG_NO_OFFSET, "process %d: %s",
             target->pid, what);
    return STATUS_BAD_INPUT;
}

/* A chain that goes round comes to `mark` again, an address on it that is moved to wherever the
 * reader is after 1, 2, 4, ... steps (Brent). */
static void read_chain(const struct live_target *target, uint64_t head, struct live_heap *heap)
{
    bool more = head != 0;
    uint64_t mark = 0, next_mark = 1;
    for (uint64_t at = head, n = 0; more; n++) {
        if (n >= LIMIT_LIVE_BUCKETS || heap->arena.bytes > LIMIT_LIVE_PROFILE_BYTES ||
            at == mark) {
            heap->broken = true;
            return;
        }
        if (n == next_mark) {
            mark = at;
            next_mark *= 2;
        }
        more = read_bucket(target, at, heap, &at);
    }
}

/* memProfileInternal: the counts of the published cycle; before the first collection has ended,
 * those of all cycles, since nothing is published yet. */
static void publish(struct live_heap *heap, bool current)
{
    bool nothing = true;
    for (size_t i = 0; i < heap->buckets.len; i++) {
        struct live_bucket *bucket = &heap->buckets.at[i];
        add_counts(&bucket->published, &bucket->future[heap->cycle % FUTURES]);
        bucket->future[heap->cycle % FUTURES] = (struct live_counts){0};
        nothing &= bucket->published.allocs == 0 && bucket->published.frees == 0;
    }
    for (size_t i = 0; (nothing || current) && i < heap->buckets.len; i++)
        for (int k = 0; k < FUTURES; k++)
            add_counts(&heap->buckets.at[i].published, &heap->buckets.at[i].future[k]);
}

static void drop_unsound(struct live_heap *heap)
{
    size_t kept = 0;
    for (size_t i = 0; i < heap->buckets.len; i++) {
        if (is_sound(&heap->buckets.at[i].published))
            heap->buckets.at[kept++] = heap->buckets.at[i];
        else
            heap->skipped++;
    }
    heap->buckets.len = kept;
}

static void heap_begin(const struct live_target *target, struct live_heap *heap)
{
    heap->buckets.len = 0;
    heap->skipped = 0;
    heap->broken = false;
    arena_release(&heap->arena);
    arena_init(&heap->arena, target->memory);
}

/* The linker turns profiling off where nothing refers to runtime.MemProfile. */
static const char *why_rate_is_zero(const struct live_target *target)
{
    unsigned char off = 0;
    uint64_t place = live_variable(target, LIVE_VARIABLE_DISABLE_PROFILING);
    return place && live_read(target, place, &off, 1) && off == 1
               ? "it was linked without heap profiling, since nothing in it uses runtime.MemProfile"
               : "it keeps no heap profile: runtime.MemProfileRate is 0";
}

enum status live_heap_read(const struct live_target *target, bool current, struct diag_sink *sink,
                           struct live_heap *heap)
{
    uint64_t head = 0, rate = 0;
    uint32_t after = 0;
    *heap = (struct live_heap){.memory = target->memory, .current = current};
    arena_init(&heap->arena, target->memory);
    if (!live_variable(target, LIVE_VARIABLE_MBUCKETS))
        return say(sink, target, "runtime.mbuckets is not found: the program has no symbol table, "
                                 "and its code does not show it");
    if (!live_variable_u64(target, LIVE_VARIABLE_MEM_PROFILE_RATE, 0, &rate) || rate == 0)
        return say(sink, target, why_rate_is_zero(target));
    heap->rate = (int64_t)rate;
    for (int i = 0; i < ATTEMPTS; i++) {
        heap_begin(target, heap);
        if (!read_cycle(target, &heap->cycle) ||
            !live_variable_u64(target, LIVE_VARIABLE_MBUCKETS, 0, &head))
            return say(sink, target, "its memory cannot be read");
        read_chain(target, head, heap);
        if (read_cycle(target, &after) && after == heap->cycle)
            break;
    }
    publish(heap, current);
    drop_unsound(heap);
    if (heap->buckets.len == 0)
        return say(sink, target, "it has no sampled allocation yet");
    return STATUS_OK;
}

void live_heap_release(struct live_heap *heap)
{
    VEC_RELEASE(heap->memory, &heap->buckets);
    arena_release(&heap->arena);
}
