/* text_heap.c: Go's heap profile in text form (`/debug/pprof/heap?debug=1`).
 *
 * The form (runtime/pprof/pprof.go writeHeapInternal):
 *
 *   heap profile: INUSE_OBJECTS: INUSE_BYTES [ALLOC_OBJECTS: ALLOC_BYTES] @ heap/RATE
 *   3: 1536 [10: 5120] @ 0x4a2b3c 0x4a2000
 *
 *   # runtime.MemStats
 *   # Alloc = ...
 *
 * RATE is twice runtime.MemProfileRate. The numbers are what was sampled: they are scaled up here,
 * as for protobuf profiles Go itself does (runtime/pprof/protomem.go scaleHeapSample). */
#include "profile/text_form.h"

#include <math.h>

/* "3: 1536 [10: 5120] @": allocated first, as in the order of sample types. */
static bool take_counts(struct str *text, int64_t counts[4])
{
    return text_take_number(text, &counts[2]) && text_take_char(text, ':') &&
           text_take_number(text, &counts[3]) && text_take_char(text, '[') &&
           text_take_number(text, &counts[0]) && text_take_char(text, ':') &&
           text_take_number(text, &counts[1]) && text_take_char(text, ']') &&
           text_take_char(text, '@');
}

/* ---- the header ---- */

/* What the word after the @ says about sampling (google/pprof profile/legacy_profile.go
 * parseHeapHeader): whether buckets are to be scaled, and what divides the number after it. */
struct sampling {
    const char *word;
    bool scaled, counted; /* counted: the header holds the buckets' sums */
    bool freed;           /* the numbers in brackets tell allocated from in use */
    int64_t divisor;      /* 0: the rate is 1 */
};
static const struct sampling samplings[] = {
    {"heap", true, true, true, 2},          /* Go, and old C++ profilers */
    {"heap_v2", true, false, true, 1},      /* tcmalloc */
    {"heapz_v2", true, false, true, 1},     /* tcmalloc's server */
    {"heapprofile", false, false, true, 0}, /* not sampled */
    {"growth", false, false, false, 0},
    {"growthz", false, false, false, 0},
    {"fragmentation", false, false, false, 0},
    {"fragmentationz", false, false, false, 0},
};

static bool read_sampling(struct text_reader *reader, struct str text)
{
    text_skip_blanks(&text);
    struct str word = text;
    ptrdiff_t slash = str_find_char(text, '/');
    int64_t number = 0;
    if (slash >= 0) {
        word = str_slice(text, 0, (size_t)slash);
        struct str digits = str_skip(text, (size_t)slash + 1);
        if (str_trim(digits).len && (!text_take_number(&digits, &number) || number < 0))
            return text_fail(reader, "the sampling rate at the line's end is not a number");
    }
    for (size_t i = 0; i < COUNT_OF(samplings); i++) {
        if (!str_is(str_trim(word), samplings[i].word))
            continue;
        reader->scaled = samplings[i].scaled;
        reader->counted = samplings[i].counted;
        reader->has_alloc &= samplings[i].freed;
        reader->rate = samplings[i].divisor ? number / samplings[i].divisor : 1;
        return true;
    }
    return text_fail(reader, "after the @ of the first line, heap/RATE was expected");
}

/* Where allocated and in use are the same the writer did not tell them apart. */
static void set_types(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    if (reader->has_alloc) {
        profile->types[0] = text_type(profile, "alloc_objects", "count");
        profile->types[1] = text_type(profile, "alloc_space", "bytes");
        profile->types[2] = text_type(profile, "inuse_objects", "count");
        profile->types[3] = text_type(profile, "inuse_space", "bytes");
    } else {
        profile->types[0] = text_type(profile, "objects", "count");
        profile->types[1] = text_type(profile, "space", "bytes");
    }
    profile->type_count = reader->has_alloc ? 4 : 2;
    profile->period_type = text_type(profile, "space", "bytes");
    profile->period = reader->rate;
}

static bool read_header(struct text_reader *reader)
{
    struct str line = str_trim(text_take_line(reader));
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

/* One divided by the chance that an object of this size is sampled at all: 1 - exp(-size/rate). */
void text_scale(int64_t rate, int64_t *count, int64_t *bytes)
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
    *count = text_to_int64((double)*count * factor);
    *bytes = text_to_int64((double)*bytes * factor);
}

static bool check_counts(struct text_reader *reader)
{
    for (size_t i = 0; i < 4; i += 2) {
        if (reader->values[i] == 0 && reader->values[i + 1] != 0)
            return text_fail(reader, "there are bytes but no objects");
        if (reader->values[i] == INT64_MIN) /* its quotient by -1 does not exist */
            return text_fail(reader, "the number of objects is out of range");
    }
    return true;
}


static bool take_values(struct text_reader *reader, struct str *line)
{
    if (!take_counts(line, reader->values))
        return text_fail(reader, "a line 'N: BYTES [N: BYTES] @ 0x...' or a comment was expected");
    if (!check_counts(reader))
        return false;
    for (size_t i = 0; i < 4; i++)
        if (reader->values[i] > 0) /* so that the parts of a file may be added up in any order */
            reader->sums[i] = add_saturating(reader->sums[i], reader->values[i]);
    return true;
}

static void add(struct text_reader *reader, uint32_t stack)
{
    struct profile_sample sample = {.stack = stack};
    int64_t *values = reader->values;
    for (size_t i = reader->has_alloc ? 0 : 2; i < 4; i += 2) {
        if (values[i])
            sample.object_bytes = values[i + 1] / values[i];
        if (reader->scaled)
            text_scale(reader->rate, &values[i], &values[i + 1]);
    }
    build_sample(reader->profile, sample, reader->has_alloc ? values : values + 2);
}

static void comment(struct text_reader *reader, struct str line)
{
    if (str_starts(line, STR("# runtime.MemStats")))
        reader->has_trailer = true;
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

static const struct text_form form = {
    .read_header = read_header,
    .take_values = take_values,
    .add = add,
    .comment = comment,
    .check_complete = check_complete,
};

enum status profile_heap_text_read(const struct profile_input *input, struct profile **out)
{
    return text_form_read(&form, input, out);
}
