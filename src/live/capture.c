/* capture.c: buckets as the profile that the process itself would write (runtime/pprof:
 * protomem.go, proto.go), packed.
 *
 * Addresses of a stack are return addresses, one for each frame, inlined ones included. Those of
 * functions that were inlined into one another are put into one location, as the runtime does it
 * (proto.go, pcDeck). */
#include <libdeflate.h>
#include <math.h>
#include <time.h>

#include "live_int.h"

/* Fields of perftools.profiles.Profile (google/pprof, proto/profile.proto). */
enum {
    PROFILE_SAMPLE_TYPE = 1, PROFILE_SAMPLE = 2, PROFILE_MAPPING = 3, PROFILE_LOCATION = 4,
    PROFILE_FUNCTION = 5, PROFILE_STRING = 6, PROFILE_TIME = 9, PROFILE_PERIOD_TYPE = 11,
    PROFILE_PERIOD = 12, PROFILE_COMMENT = 13,
};
enum { MAX_FRAMES = LIMIT_LIVE_STACK };

struct writer {
    const struct live_target *target;
    const struct binary_code *code;
    struct sb out, part, inner; /* the profile; a message of it; one in that */
    struct intern strings;
    struct map functions; /* name and file -> id */
    struct map locations; /* address of the innermost frame -> id */
};

/* A location: the frames that were inlined into one another. */
struct deck {
    struct binary_call calls[MAX_FRAMES];
    size_t count;
    uint64_t address; /* of the first */
};

/* ---- protocol buffers ---- */

static void add_varint(struct sb *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        sb_addc(out, (char)(value | 0x80));
    sb_addc(out, (char)value);
}

static void add_number(struct sb *out, unsigned field, uint64_t value)
{
    if (value == 0)
        return;
    add_varint(out, (uint64_t)field << 3);
    add_varint(out, value);
}

static void add_message(struct sb *out, unsigned field, struct str bytes)
{
    add_varint(out, (uint64_t)field << 3 | 2);
    add_varint(out, bytes.len);
    sb_add(out, bytes);
}

static uint64_t text_id(struct writer *writer, struct str text)
{
    return intern_add(&writer->strings, text);
}

static void add_value_type(struct writer *writer, unsigned field, struct str type, struct str unit)
{
    sb_clear(&writer->part);
    add_number(&writer->part, 1, text_id(writer, type));
    add_number(&writer->part, 2, text_id(writer, unit));
    add_message(&writer->out, field, sb_str(&writer->part));
}

/* ---- functions and locations ---- */

static uint64_t function_id(struct writer *writer, const struct binary_call *call)
{
    uint64_t name = text_id(writer, call->function), file = text_id(writer, call->file);
    bool is_new;
    uint64_t *id = map_put(&writer->functions, name << 32 | file, &is_new);
    if (!is_new)
        return *id;
    *id = writer->functions.len;
    uint64_t made = *id;
    sb_clear(&writer->inner);
    add_number(&writer->inner, 1, made);
    add_number(&writer->inner, 2, name);
    add_number(&writer->inner, 3, name);
    add_number(&writer->inner, 4, file);
    add_number(&writer->inner, 5, call->start_line);
    add_message(&writer->out, PROFILE_FUNCTION, sb_str(&writer->inner));
    return made;
}

static uint64_t location_id(struct writer *writer, const struct deck *deck)
{
    bool is_new;
    uint64_t *id = map_put(&writer->locations, deck->address, &is_new);
    if (!is_new)
        return *id;
    *id = writer->locations.len;
    uint64_t made = *id;
    struct sb location;
    sb_init(&location, writer->target->memory);
    add_number(&location, 1, made);
    add_number(&location, 2, 1);
    add_number(&location, 3, deck->address + writer->target->bias);
    for (size_t i = 0; i < deck->count; i++) {
        uint64_t function = function_id(writer, &deck->calls[i]);
        sb_clear(&writer->inner);
        add_number(&writer->inner, 1, function);
        add_number(&writer->inner, 2, deck->calls[i].line);
        add_message(&location, 4, sb_str(&writer->inner));
    }
    add_message(&writer->out, PROFILE_LOCATION, sb_str(&location));
    sb_release(&location);
    return made;
}

/* ---- stacks ---- */

static bool is_runtime(const struct writer *writer, uint64_t address)
{
    struct binary_call call;
    return binary_code_call(writer->code, address - writer->target->bias, &call) &&
           (str_starts(call.function, STR("runtime.")) ||
            str_starts(call.function, STR("internal/runtime/")));
}

/* The allocator's own frames are not shown, unless there is nothing else (writeHeapProto). */
static size_t first_shown(const struct writer *writer, const struct live_bucket *bucket)
{
    for (size_t i = 0; i < bucket->depth; i++)
        if (!is_runtime(writer, bucket->stack[i]))
            return i;
    return 0;
}

static bool joins(const struct deck *deck, const struct binary_call *call)
{
    const struct binary_call *last = &deck->calls[deck->count - 1];
    return last->inlined && last->entry == call->entry &&
           !str_equal(last->function, call->function);
}

static void flush(struct writer *writer, struct deck *deck, struct sb *ids)
{
    if (deck->count)
        add_varint(ids, location_id(writer, deck));
    deck->count = 0;
}

/* Location ids of a stack, packed. */
static void add_stack(struct writer *writer, struct deck *deck, const uint64_t *stack,
                      size_t depth, struct sb *ids)
{
    deck->count = 0;
    for (size_t i = 0; i < depth; i++) {
        struct binary_call call;
        uint64_t address = stack[i] - 1 - writer->target->bias;
        if (!binary_code_call(writer->code, address, &call) ||
            str_is(call.function, "runtime.goexit")) {
            flush(writer, deck, ids);
            continue;
        }
        if (deck->count && !joins(deck, &call))
            flush(writer, deck, ids);
        if (deck->count == MAX_FRAMES)
            flush(writer, deck, ids);
        if (deck->count == 0)
            deck->address = address;
        deck->calls[deck->count++] = call;
    }
    flush(writer, deck, ids);
}

/* ---- samples ---- */

/* What sampled objects stand for (protomem.go, scaleHeapSample). */
static void scale(int64_t count, int64_t bytes, int64_t rate, uint64_t *values)
{
    double factor = 1;
    values[0] = values[1] = 0;
    if (count == 0 || bytes == 0)
        return;
    if (rate > 1)
        factor = 1 / (1 - exp(-((double)bytes / (double)count) / (double)rate));
    values[0] = rate > 1 ? (uint64_t)(int64_t)((double)count * factor) : (uint64_t)count;
    values[1] = rate > 1 ? (uint64_t)(int64_t)((double)bytes * factor) : (uint64_t)bytes;
}

static void add_size_label(struct writer *writer, const struct live_counts *counts)
{
    if (counts->allocs == 0 || counts->alloc_bytes < counts->allocs)
        return;
    sb_clear(&writer->inner);
    add_number(&writer->inner, 1, text_id(writer, STR("bytes")));
    add_number(&writer->inner, 3, counts->alloc_bytes / counts->allocs);
    add_message(&writer->part, 3, sb_str(&writer->inner));
}

static void add_sample(struct writer *writer, struct deck *deck, const struct live_bucket *bucket,
                       int64_t rate)
{
    const struct live_counts *counts = &bucket->published;
    uint64_t values[4];
    struct sb ids, packed;
    sb_init(&ids, writer->target->memory);
    sb_init(&packed, writer->target->memory);
    size_t first = first_shown(writer, bucket);
    add_stack(writer, deck, bucket->stack + first, bucket->depth - first, &ids);
    scale((int64_t)counts->allocs, (int64_t)counts->alloc_bytes, rate, values);
    scale((int64_t)(counts->allocs - counts->frees),
          (int64_t)(counts->alloc_bytes - counts->free_bytes), rate, values + 2);
    for (size_t i = 0; i < COUNT_OF(values); i++)
        add_varint(&packed, values[i]);
    sb_clear(&writer->part);
    add_message(&writer->part, 1, sb_str(&ids));
    add_message(&writer->part, 2, sb_str(&packed));
    add_size_label(writer, counts);
    add_message(&writer->out, PROFILE_SAMPLE, sb_str(&writer->part));
    sb_release(&packed);
    sb_release(&ids);
}

/* ---- the whole ---- */

static void add_time(struct writer *writer)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    add_number(&writer->out, PROFILE_TIME,
               (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

static void add_heap_head(struct writer *writer, int64_t rate)
{
    add_value_type(writer, PROFILE_PERIOD_TYPE, STR("space"), STR("bytes"));
    add_number(&writer->out, PROFILE_PERIOD, (uint64_t)rate);
    add_value_type(writer, PROFILE_SAMPLE_TYPE, STR("alloc_objects"), STR("count"));
    add_value_type(writer, PROFILE_SAMPLE_TYPE, STR("alloc_space"), STR("bytes"));
    add_value_type(writer, PROFILE_SAMPLE_TYPE, STR("inuse_objects"), STR("count"));
    add_value_type(writer, PROFILE_SAMPLE_TYPE, STR("inuse_space"), STR("bytes"));
    add_time(writer);
}

/* Bytes in use by the process's own profile are what the last collection but one left alive. */
static void add_comment(struct writer *writer)
{
    struct str text = STR(
        "unheap: up to now. Allocations since the last collection but one are in it, so in use "
        "counts garbage that is not yet freed too; the process's own profile does not show these.");
    add_number(&writer->out, PROFILE_COMMENT, text_id(writer, text));
}

/* The executable, as /proc/PID/maps would have it: everything from its first to its last byte. */
static void add_mapping(struct writer *writer)
{
    size_t count;
    const struct binary_segment *segments = binary_code_segments(writer->code, &count);
    uint64_t start = UINT64_MAX, limit = 0;
    for (size_t i = 0; i < count; i++) {
        if (!segments[i].executable)
            continue;
        start = segments[i].address < start ? segments[i].address : start;
        uint64_t end = segments[i].address + segments[i].memory_size;
        limit = end > limit ? end : limit;
    }
    sb_clear(&writer->part);
    add_number(&writer->part, 1, 1);
    add_number(&writer->part, 2, start + writer->target->bias);
    add_number(&writer->part, 3, limit + writer->target->bias);
    add_number(&writer->part, 5, text_id(writer, writer->target->executable));
    struct str gnu = writer->code->gnu_build_id;
    add_number(&writer->part, 6, text_id(writer, gnu.len ? gnu : writer->code->build_id));
    add_number(&writer->part, 7, 1);
    add_number(&writer->part, 8, 1);
    add_number(&writer->part, 9, 1);
    add_number(&writer->part, 10, 1);
    add_message(&writer->out, PROFILE_MAPPING, sb_str(&writer->part));
}

static void pack(struct str bytes, const struct memory *memory, struct sb *out)
{
    enum { LEVEL = 6 };
    struct libdeflate_compressor *compressor = libdeflate_alloc_compressor(LEVEL);
    if (!compressor)
        memory->exhausted(memory->ctx, bytes.len);
    size_t most = libdeflate_gzip_compress_bound(compressor, bytes.len);
    char *packed = memory_get(memory, most);
    size_t n = libdeflate_gzip_compress(compressor, bytes.ptr, bytes.len, packed, most);
    sb_addn(out, packed, n);
    memory_put(memory, packed);
    libdeflate_free_compressor(compressor);
}

static void writer_init(struct writer *writer, const struct live_target *target)
{
    const struct memory *memory = target->memory;
    *writer = (struct writer){.target = target, .code = target->program->code};
    sb_init(&writer->out, memory);
    sb_init(&writer->part, memory);
    sb_init(&writer->inner, memory);
    intern_init(&writer->strings, memory);
    map_init(&writer->functions, memory);
    map_init(&writer->locations, memory);
}

static void writer_release(struct writer *writer)
{
    sb_release(&writer->out);
    sb_release(&writer->part);
    sb_release(&writer->inner);
    intern_release(&writer->strings);
    map_release(&writer->functions);
    map_release(&writer->locations);
}

static void finish(struct writer *writer, struct deck *deck, struct sb *out)
{
    const struct memory *memory = writer->target->memory;
    add_mapping(writer);
    for (uint32_t i = 0; i < writer->strings.len; i++)
        add_message(&writer->out, PROFILE_STRING, intern_str(&writer->strings, i));
    pack(sb_str(&writer->out), memory, out);
    binary_code_drop(writer->code);
    writer_release(writer);
    memory_put(memory, deck);
}

void live_heap_write(const struct live_target *target, const struct live_heap *heap, struct sb *out)
{
    struct writer writer;
    struct deck *deck = memory_get(target->memory, sizeof(*deck));
    writer_init(&writer, target);
    add_heap_head(&writer, heap->rate);
    if (heap->current)
        add_comment(&writer);
    for (size_t i = 0; i < heap->buckets.len; i++)
        add_sample(&writer, deck, &heap->buckets.at[i], heap->rate);
    finish(&writer, deck, out);
}

/* ---- goroutines ---- */

static void add_goroutines(struct writer *writer, struct deck *deck,
                           const struct live_goroutine_group *group)
{
    struct sb ids, packed;
    sb_init(&ids, writer->target->memory);
    sb_init(&packed, writer->target->memory);
    add_stack(writer, deck, group->stack, group->depth, &ids);
    add_varint(&packed, group->count);
    sb_clear(&writer->part);
    add_message(&writer->part, 1, sb_str(&ids));
    add_message(&writer->part, 2, sb_str(&packed));
    add_message(&writer->out, PROFILE_SAMPLE, sb_str(&writer->part));
    sb_release(&packed);
    sb_release(&ids);
}

void live_goroutines_write(const struct live_target *target,
                           const struct live_goroutines *goroutines, struct sb *out)
{
    struct writer writer;
    struct deck *deck = memory_get(target->memory, sizeof(*deck));
    writer_init(&writer, target);
    add_value_type(&writer, PROFILE_PERIOD_TYPE, STR("goroutine"), STR("count"));
    add_number(&writer.out, PROFILE_PERIOD, 1);
    add_value_type(&writer, PROFILE_SAMPLE_TYPE, STR("goroutine"), STR("count"));
    add_time(&writer);
    for (size_t i = 0; i < goroutines->groups.len; i++)
        add_goroutines(&writer, deck, &goroutines->groups.at[i]);
    finish(&writer, deck, out);
}
