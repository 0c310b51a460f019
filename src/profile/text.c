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
 *   T4. A bucket's comment lines leave out the frames that Go hides: runtime functions at the leaf
 *       and runtime.goexit. So where there are lines they are the stack, as in Go's protobuf form,
 *       and the addresses count only where there are none. T1 to T3 stand in text_symbols.c. */
#include <math.h>
#include <stdio.h>

#include "profile/profile_int.h"

/* What has been read of a mapped file is given back to the kernel in steps of this size. */
#define DROP_STEP ((size_t)8 << 20)

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
    struct str addresses; /* of the open bucket, as written */
    size_t address_count;
    VEC(uint32_t) comments; /* its lines, by number */
    struct text_symbols symbols;
    size_t dropped;
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

/* Value + 1 of a lower-case hexadecimal digit; 0 is none. */
static const unsigned char hex_digits[256] = {
    ['0'] = 1, ['1'] = 2,  ['2'] = 3,  ['3'] = 4,  ['4'] = 5,  ['5'] = 6,  ['6'] = 7,  ['7'] = 8,
    ['8'] = 9, ['9'] = 10, ['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15, ['f'] = 16,
};

/* 0x and up to 16 digits. */
bool text_take_hex(struct str *text, uint64_t *value)
{
    const char *at = text->ptr, *end = at + text->len;
    uint64_t result = 0;
    unsigned digit;
    while (at < end && (*at == ' ' || *at == '\t'))
        at++;
    if (end - at < 3 || at[0] != '0' || at[1] != 'x')
        return false;
    const char *digits = at += 2;
    for (; at < end && (digit = hex_digits[(unsigned char)*at]) != 0; at++)
        result = result << 4 | (digit - 1);
    if (at == digits || at - digits > 16)
        return false;
    *text = str_span(at, end);
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

/* The stack of a bucket without comment lines. */
static void add_addresses(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    struct str rest = reader->addresses;
    uint64_t address;
    while (text_take_hex(&rest, &address)) {
        struct profile_location location = {.address = address - 1,
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
    if (reader->comments.len > reader->input->limits.frames ||
        reader->address_count > reader->input->limits.frames)
        return text_fail_limit(reader, "LIMIT_PROFILE_FRAMES");
    if (reader->comments.len)
        text_symbols_stack(&reader->symbols, reader->comments.at, reader->comments.len);
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

/* Checked now, while the line number is known; used only if no comment lines follow (T4). */
static bool check_addresses(struct text_reader *reader, struct str text)
{
    uint64_t address;
    reader->addresses = text;
    reader->address_count = 0;
    reader->comments.len = 0;
    while (text_take_hex(&text, &address))
        reader->address_count++;
    skip_blanks(&text);
    return !text.len || text_fail(reader, "after the @, addresses like 0x4a2b3c were expected");
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
    if (!check_counts(reader) || !check_addresses(reader, line))
        return false;
    for (size_t i = 0; i < 4; i++)
        reader->sums[i] = add_saturating(reader->sums[i], reader->bucket[i]);
    reader->bucket_open = true;
    return true;
}

static void read_comment(struct text_reader *reader, struct str line)
{
    if (str_starts(line, STR("# runtime.MemStats")))
        reader->has_trailer = true;
    if (!reader->bucket_open || line.len < 2 || line.ptr[1] != '\t')
        return;
    uint32_t number = text_symbols_line(&reader->symbols, line);
    if (!number)
        return;
    if (reader->comments.len)
        text_symbols_follow(&reader->symbols, reader->comments.at[reader->comments.len - 1],
                            number);
    VEC_PUSH(reader->input->memory, &reader->comments, number);
}

/* Takes the line that followed the last one elsewhere, if it follows here too: so it mostly is,
 * towards the root of a stack, and need not be searched for its end nor looked up. */
static bool read_expected(struct text_reader *reader)
{
    if (!reader->bucket_open || !reader->comments.len)
        return false;
    uint32_t last = reader->comments.at[reader->comments.len - 1];
    uint32_t number = reader->symbols.frames.at[last].next;
    struct str line = intern_str(&reader->symbols.lines, number);
    if (!number || reader->rest.len <= line.len || reader->rest.ptr[line.len] != '\n' ||
        memcmp(reader->rest.ptr, line.ptr, line.len) != 0)
        return false;
    VEC_PUSH(reader->input->memory, &reader->comments, number);
    reader->rest = str_span(reader->rest.ptr + line.len + 1, reader->rest.ptr + reader->rest.len);
    reader->line++;
    return true;
}

/* ---- all of it ---- */

/* Buckets begin with a number, so that most lines need not be searched. */
static bool is_memory_map(struct str line)
{
    if (hex_digits[(unsigned char)line.ptr[0]])
        return false;
    return str_contains(line, STR("MAPPED_LIBRARIES:")) ||
           str_contains(line, STR("--- Memory map: ---"));
}

static void drop_read(struct text_reader *reader)
{
    size_t pos = reader->input->size - reader->rest.len;
    if (!reader->input->file || pos - reader->dropped < DROP_STEP)
        return;
    file_drop(reader->input->file, reader->dropped, pos);
    reader->dropped = pos;
}

static bool read_lines(struct text_reader *reader)
{
    while (reader->rest.len) {
        if (read_expected(reader))
            continue;
        drop_read(reader);
        struct str line = str_trim(take_line(reader));
        if (!line.len)
            continue;
        if (line.ptr[0] == '#')
            read_comment(reader, line);
        else if (is_memory_map(line))
            break;
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
    text_symbols_init(&reader.symbols, reader.profile);
    if (read_header(&reader) && read_lines(&reader) && check_complete(&reader)) {
        reader.profile->source_count = 1;
        profile_index_drop(reader.profile);
        *out = reader.profile;
        reader.profile = NULL;
    }
    profile_free(reader.profile);
    text_symbols_release(&reader.symbols);
    VEC_RELEASE(input->memory, &reader.comments);
    return reader.status;
}
