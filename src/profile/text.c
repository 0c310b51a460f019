/* text.c: Go's heap profile in text form (`/debug/pprof/heap?debug=1`).
 *
 * The form (runtime/pprof/pprof.go writeHeapInternal, printStackRecord):
 *
 *   heap profile: INUSE_OBJECTS: INUSE_BYTES [ALLOC_OBJECTS: ALLOC_BYTES] @ heap/RATE
 *   3: 1536 [10: 5120] @ 0x4a2b3c 0x4a2000
 *   #   0x4a2b3b   main.fill+0x1b   /src/main.go:12     (columns set apart by tabs)
 *   #   0x4a1fff   main.main+0xff   /src/main.go:40
 *
 *   # runtime.MemStats
 *   # Alloc = ...
 *
 * RATE is twice runtime.MemProfileRate. The numbers are what was sampled: they are scaled up here,
 * as for protobuf profiles Go itself does (runtime/pprof/protomem.go scaleHeapSample). Addresses
 * are return addresses; those of the comment lines are already one less.
 *
 *   T1. A comment line is a logical frame. Inlined frames have addresses of their own
 *       (runtime/traceback.go tracebackPCs); old versions gave several lines the same. Either way
 *       the lines of one compiled function share its entry address, which is the line's address
 *       less its offset. Within such a run the last line names the compiled function, and each line
 *       with that name ends a location: what comes before it was inlined into it (P1).
 *   T2. A bucket's comment lines leave out the frames that Go hides: runtime functions at the leaf
 *       and runtime.goexit. So where there are lines they are the stack, as in Go's protobuf form,
 *       and the addresses count only where there are none. */
#include <math.h>
#include <stdio.h>

#include "profile/profile_int.h"

struct text_frame {
    uint64_t address, entry;
    uint32_t name, file; /* string ids */
    int64_t line;
};

struct text_reader {
    const struct profile_input *input;
    struct profile *profile;
    struct str rest;
    uint64_t line; /* number of the line last taken */
    bool line_ended;
    bool scaled, counted, has_alloc, has_trailer;
    int64_t rate;
    int64_t header[4], sums[4]; /* alloc objects, alloc bytes, inuse objects, inuse bytes */
    int64_t bucket[4];          /* raw, in the same order */
    bool bucket_open;
    VEC(uint64_t) addresses;
    VEC(struct text_frame) frames;
    enum status status;
};

static bool text_fail(struct text_reader *reader, const char *problem)
{
    if (!reader->status)
        diag_add(reader->input->sink, DIAG_PROFILE_DAMAGED, reader->input->name, reader->line,
                 DIAG_NO_OFFSET, "%s", problem);
    reader->status = STATUS_BAD_INPUT;
    return false;
}

static bool text_fail_limit(struct text_reader *reader, const char *limit)
{
    if (!reader->status)
        diag_add(reader->input->sink, DIAG_PROFILE_LIMIT, reader->input->name, reader->line,
                 DIAG_NO_OFFSET, "the profile is larger than %s allows", limit);
    reader->status = STATUS_LIMIT;
    return false;
}

static struct str take_line(struct text_reader *reader)
{
    ptrdiff_t end = str_find_char(reader->rest, '\n');
    size_t len = end < 0 ? reader->rest.len : (size_t)end;
    struct str line = str_slice(reader->rest, 0, len);
    reader->line_ended = end >= 0;
    reader->rest = str_skip(reader->rest, len + (end >= 0));
    reader->line++;
    return line;
}

/* ---- numbers and words of a line ---- */

static void skip_blanks(struct str *text)
{
    while (text->len && (text->ptr[0] == ' ' || text->ptr[0] == '\t'))
        *text = str_skip(*text, 1);
}

static bool take_char(struct str *text, char c)
{
    skip_blanks(text);
    if (!text->len || text->ptr[0] != c)
        return false;
    *text = str_skip(*text, 1);
    return true;
}

static bool take_number(struct str *text, int64_t *value)
{
    skip_blanks(text);
    size_t len = text->len && text->ptr[0] == '-';
    while (len < text->len && text->ptr[len] >= '0' && text->ptr[len] <= '9')
        len++;
    if (!str_to_i64(str_slice(*text, 0, len), value))
        return false;
    *text = str_skip(*text, len);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return -1;
}

/* 0x and up to 16 digits. */
static bool take_hex(struct str *text, uint64_t *value)
{
    skip_blanks(text);
    if (!str_starts(*text, STR("0x")))
        return false;
    size_t len = 2;
    uint64_t result = 0;
    for (; len < text->len && hex_digit(text->ptr[len]) >= 0; len++)
        result = result << 4 | (uint64_t)hex_digit(text->ptr[len]);
    if (len == 2 || len > 18)
        return false;
    *text = str_skip(*text, len);
    *value = result;
    return true;
}

/* "3: 1536 [10: 5120] @": allocated first, as in the order of sample types. */
static bool take_counts(struct str *text, int64_t counts[4])
{
    return take_number(text, &counts[2]) && take_char(text, ':') &&
           take_number(text, &counts[3]) && take_char(text, '[') &&
           take_number(text, &counts[0]) && take_char(text, ':') &&
           take_number(text, &counts[1]) && take_char(text, ']') && take_char(text, '@');
}

/* ---- the header ---- */

/* What the word after the @ says about sampling (google/pprof profile/legacy_profile.go
 * parseHeapHeader): whether buckets are to be scaled, and what divides the number after it. */
struct sampling {
    const char *word;
    bool scaled, counted; /* counted: the header holds the buckets' sums */
    int64_t divisor;      /* 0: the rate is 1 */
};
static const struct sampling samplings[] = {
    {"heap", true, true, 2},          /* Go, and old C++ profilers */
    {"heap_v2", true, false, 1},      /* tcmalloc */
    {"heapz_v2", true, false, 1},     /* tcmalloc's server */
    {"heapprofile", false, false, 0}, /* not sampled */
    {"growth", false, false, 0},
    {"growthz", false, false, 0},
    {"fragmentation", false, false, 0},
    {"fragmentationz", false, false, 0},
};

static bool read_sampling(struct text_reader *reader, struct str text)
{
    skip_blanks(&text);
    struct str word = text;
    ptrdiff_t slash = str_find_char(text, '/');
    int64_t number = 0;
    if (slash >= 0) {
        word = str_slice(text, 0, (size_t)slash);
        struct str digits = str_skip(text, (size_t)slash + 1);
        if (str_trim(digits).len && (!take_number(&digits, &number) || number < 0))
            return text_fail(reader, "the sampling rate at the line's end is not a number");
    }
    for (size_t i = 0; i < COUNT_OF(samplings); i++) {
        if (!str_is(str_trim(word), samplings[i].word))
            continue;
        reader->scaled = samplings[i].scaled;
        reader->counted = samplings[i].counted;
        reader->rate = samplings[i].divisor ? number / samplings[i].divisor : 1;
        return true;
    }
    return text_fail(reader, "after the @ of the first line, heap/RATE was expected");
}

static struct profile_type type_of(struct profile *profile, const char *type, const char *unit)
{
    return (struct profile_type){.type = intern_add(&profile->strings, str_from(type)),
                                 .unit = intern_add(&profile->strings, str_from(unit))};
}

/* Where allocated and in use are the same the writer did not tell them apart. */
static void set_types(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    if (reader->has_alloc) {
        profile->types[0] = type_of(profile, "alloc_objects", "count");
        profile->types[1] = type_of(profile, "alloc_space", "bytes");
        profile->types[2] = type_of(profile, "inuse_objects", "count");
        profile->types[3] = type_of(profile, "inuse_space", "bytes");
    } else {
        profile->types[0] = type_of(profile, "objects", "count");
        profile->types[1] = type_of(profile, "space", "bytes");
    }
    profile->type_count = reader->has_alloc ? 4 : 2;
    profile->period_type = type_of(profile, "space", "bytes");
    profile->period = reader->rate;
}

static bool read_header(struct text_reader *reader)
{
    struct str line = str_trim(take_line(reader));
    struct str text = str_skip(line, sizeof("heap profile:") - 1);
    const int64_t *header = reader->header;
    if (!str_starts(line, STR("heap profile:")) || !take_counts(&text, reader->header))
        return text_fail(reader, "the first line should be "
                                 "'heap profile: N: BYTES [N: BYTES] @ heap/RATE'");
    reader->has_alloc = (header[0] != header[2] && header[0] != 0) ||
                        (header[1] != header[3] && header[1] != 0);
    if (!read_sampling(reader, text))
        return false;
    set_types(reader);
    return true;
}

/* ---- one bucket ---- */

static bool same_name(const struct text_frame *a, const struct text_frame *b)
{
    return a->name == b->name && a->entry == b->entry;
}

/* Puts frames[first..last] into the profile as one location (T1). */
static void add_location(struct text_reader *reader, size_t first, size_t last)
{
    struct profile *profile = reader->profile;
    size_t old_len = profile->frames.len;
    struct profile_location location = {
        .address = reader->frames.at[first].address,
        .mapping = PROFILE_NONE,
        .first_frame = (uint32_t)old_len,
    };
    for (size_t i = first; i <= last && reader->frames.at[i].name; i++) {
        const struct text_frame *frame = &reader->frames.at[i];
        struct profile_function function = {
            .name = frame->name, .system_name = frame->name, .file = frame->file};
        struct profile_frame added = {.function = build_function(profile, &function),
                                      .line = frame->line};
        VEC_PUSH(profile->memory, &profile->frames, added);
        location.frame_count++;
    }
    size_t count = profile->locations.len;
    uint32_t id = build_location(profile, &location);
    if (id < count)
        profile->frames.len = old_len;
    VEC_PUSH(profile->memory, &profile->stack_locations, id);
}

static void add_frames(struct text_reader *reader)
{
    const struct text_frame *frames = reader->frames.at;
    size_t count = reader->frames.len;
    for (size_t first = 0; first < count;) {
        size_t run = first; /* the last line of the same compiled function */
        uint64_t entry = frames[first].entry;
        while (entry && run + 1 < count && frames[run + 1].entry == entry)
            run++;
        size_t last = first;
        while (last < run && !same_name(&frames[last], &frames[run]))
            last++;
        add_location(reader, first, last);
        first = last + 1;
    }
}

static void add_addresses(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    for (size_t i = 0; i < reader->addresses.len; i++) {
        struct profile_location location = {.address = reader->addresses.at[i] - 1,
                                            .mapping = PROFILE_NONE,
                                            .first_frame = (uint32_t)profile->frames.len};
        uint32_t id = build_location(profile, &location);
        VEC_PUSH(profile->memory, &profile->stack_locations, id);
    }
}

static int64_t to_int64(double value)
{
    if (value >= 0x1p63)
        return INT64_MAX;
    return value > -0x1p63 ? (int64_t)value : INT64_MIN;
}

/* One divided by the chance that an object of this size is sampled at all: 1 - exp(-size/rate). */
static void scale(int64_t rate, int64_t *count, int64_t *bytes)
{
    if (*count == 0 || *bytes == 0) {
        *count = *bytes = 0;
        return;
    }
    if (rate <= 1)
        return;
    double size = (double)*bytes / (double)*count;
    /* May be infinite, but is never multiplied by 0: there is no NaN to convert. */
    double factor = 1 / (1 - exp(-size / (double)rate));
    *count = to_int64((double)*count * factor);
    *bytes = to_int64((double)*bytes * factor);
}

static bool close_bucket(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    size_t first = profile->stack_locations.len;
    const char *limit;
    if (!reader->bucket_open)
        return true;
    reader->bucket_open = false;
    if (reader->frames.len > reader->input->limits.frames ||
        reader->addresses.len > reader->input->limits.frames)
        return text_fail_limit(reader, "LIMIT_PROFILE_FRAMES");
    if (reader->frames.len)
        add_frames(reader);
    else
        add_addresses(reader);
    struct profile_sample sample = {.stack = build_stack(profile, first)};
    int64_t *values = reader->bucket;
    for (size_t i = reader->has_alloc ? 0 : 2; i < 4; i += 2) {
        if (values[i])
            sample.object_bytes = values[i + 1] / values[i];
        if (reader->scaled)
            scale(reader->rate, &values[i], &values[i + 1]);
    }
    build_sample(profile, sample, reader->has_alloc ? values : values + 2);
    return build_over_limit(profile, &limit) ? text_fail_limit(reader, limit) : true;
}

static bool read_addresses(struct text_reader *reader, struct str text)
{
    reader->addresses.len = 0;
    reader->frames.len = 0;
    for (skip_blanks(&text); text.len; skip_blanks(&text)) {
        uint64_t address;
        if (!take_hex(&text, &address))
            return text_fail(reader, "after the @, addresses like 0x4a2b3c were expected");
        VEC_PUSH(reader->input->memory, &reader->addresses, address);
    }
    return true;
}

static bool check_counts(struct text_reader *reader)
{
    for (size_t i = 0; i < 4; i += 2) {
        if (reader->bucket[i] == 0 && reader->bucket[i + 1] != 0)
            return text_fail(reader, "there are bytes but no objects");
        if (reader->bucket[i] == INT64_MIN) /* its quotient by -1 does not exist */
            return text_fail(reader, "the number of objects is out of range");
    }
    return true;
}

static bool read_bucket(struct text_reader *reader, struct str line)
{
    if (!reader->line_ended)
        return text_fail(reader, "the file ends in the middle of this line");
    if (!take_counts(&line, reader->bucket))
        return text_fail(reader, "a line 'N: BYTES [N: BYTES] @ 0x...' or a comment was expected");
    if (!check_counts(reader) || !read_addresses(reader, line))
        return false;
    for (size_t i = 0; i < 4; i++)
        reader->sums[i] = add_saturating(reader->sums[i], reader->bucket[i]);
    reader->bucket_open = true;
    return true;
}

/* ---- comment lines ---- */

static struct str take_column(struct str *text)
{
    while (text->len && text->ptr[0] == '\t')
        *text = str_skip(*text, 1);
    ptrdiff_t tab = str_find_char(*text, '\t');
    size_t len = tab < 0 ? text->len : (size_t)tab;
    struct str column = str_slice(*text, 0, len);
    *text = str_skip(*text, len);
    return column;
}

/* "main.fill+0x1b": the name, and the address of the function's first instruction. */
static void split_offset(struct str column, struct text_frame *frame, struct str *name)
{
    ptrdiff_t plus = str_find_last(column, '+');
    uint64_t offset;
    *name = column;
    if (plus < 0)
        return;
    struct str digits = str_skip(column, (size_t)plus + 1);
    if (!take_hex(&digits, &offset) || offset > frame->address)
        return;
    *name = str_slice(column, 0, (size_t)plus);
    frame->entry = frame->address - offset;
}

static void split_line(struct str column, struct text_frame *frame, struct str *file)
{
    ptrdiff_t colon = str_find_last(column, ':');
    *file = column;
    if (colon >= 0 && str_to_i64(str_skip(column, (size_t)colon + 1), &frame->line))
        *file = str_slice(column, 0, (size_t)colon);
}

/* A line that is no frame is no fault: comments are for people. */
static void read_comment(struct text_reader *reader, struct str line)
{
    struct str text = str_skip(line, 1), name, file;
    struct text_frame frame = {0};
    if (str_starts(line, STR("# runtime.MemStats")))
        reader->has_trailer = true;
    if (!reader->bucket_open || !str_starts(text, STR("\t")))
        return;
    struct str column = take_column(&text);
    if (!take_hex(&column, &frame.address))
        return;
    split_offset(take_column(&text), &frame, &name);
    split_line(take_column(&text), &frame, &file);
    frame.name = intern_add(&reader->profile->strings, name);
    frame.file = intern_add(&reader->profile->strings, file);
    VEC_PUSH(reader->input->memory, &reader->frames, frame);
}

/* ---- all of it ---- */

static bool is_memory_map(struct str line)
{
    return str_contains(line, STR("MAPPED_LIBRARIES:")) ||
           str_contains(line, STR("--- Memory map: ---"));
}

static bool read_lines(struct text_reader *reader)
{
    while (reader->rest.len) {
        struct str line = str_trim(take_line(reader));
        if (is_memory_map(line))
            break;
        if (!line.len)
            continue;
        if (line.ptr[0] == '#')
            read_comment(reader, line);
        else if (!close_bucket(reader) || !read_bucket(reader, line))
            return false;
    }
    return close_bucket(reader);
}

/* Go's header holds the sums of all buckets, but for one byte more (writeHeapInternal says why). A
 * file without the trailer whose buckets hold less was cut off between two lines. */
static bool check_complete(struct text_reader *reader)
{
    if (reader->has_trailer || !reader->counted)
        return true;
    for (size_t i = 0; i < 4; i++) {
        int64_t missing = add_saturating(reader->header[i], -(i == 1));
        if (reader->sums[i] < missing && reader->header[i] > 0)
            return text_fail(reader, "the file ends here, before all that its first line counts");
    }
    return true;
}

enum status profile_text_read(const struct profile_input *input, struct profile **out)
{
    struct text_reader reader = {
        .input = input,
        .profile = profile_new(input->memory, input->limits),
        .rest = {(const char *)input->bytes, input->size},
    };
    *out = NULL;
    if (read_header(&reader) && read_lines(&reader) && check_complete(&reader)) {
        reader.profile->source_count = 1;
        profile_index_drop(reader.profile);
        *out = reader.profile;
        reader.profile = NULL;
    }
    profile_free(reader.profile);
    VEC_RELEASE(input->memory, &reader.addresses);
    VEC_RELEASE(input->memory, &reader.frames);
    return reader.status;
}
