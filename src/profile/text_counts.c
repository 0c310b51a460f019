/* text_counts.c: Go's other profiles in text form: goroutines and threads, which are counted, and
 * what waited for locks, which is measured.
 *
 * The forms (runtime/pprof/pprof.go printCountProfile and writeProfileInternal):
 *
 *   goroutine profile: total 6                --- mutex:          (or contention:)
 *   5 @ 0x47dbee 0x4158ee                     cycles/second=2596128343
 *   # labels: {"user":"7"}                    sampling period=1
 *                                             1679056195 199 @ 0x4da038 0x4d9fba
 *
 * The second holds cycles and events. They are scaled to all events by the period, and cycles to
 * nanoseconds, as pprof has it (google/pprof profile/legacy_profile.go parseContentionSample). */
#include "profile/text_form.h"

/* ---- goroutine, threadcreate ---- */

static bool read_count_header(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    struct str line, name;
    int64_t total;
    do {
        line = str_trim(text_take_line(reader));
    } while ((!line.len || line.ptr[0] == '#') && reader->rest.len);
    name = str_cut(&line, ' ');
    if (!str_starts(line, STR("profile: total ")))
        return text_fail(reader, "the first line should be 'NAME profile: total N'");
    line = str_skip(line, sizeof("profile: total ") - 1);
    if (!text_take_number(&line, &total) || line.len)
        return text_fail(reader, "the total at the line's end is not a number");
    profile->types[0].type = intern_add(&profile->strings, name);
    profile->types[0].unit = intern_add(&profile->strings, STR("count"));
    profile->type_count = 1;
    profile->period_type = profile->types[0];
    profile->period = 1;
    return true;
}

static bool take_count(struct text_reader *reader, struct str *line)
{
    if (text_take_number(line, &reader->values[0]) && text_take_char(line, '@'))
        return true;
    return text_fail(reader, "a line 'N @ 0x...' or a comment was expected");
}

static void add_values(struct text_reader *reader, uint32_t stack)
{
    struct profile_sample sample = {.stack = stack, .label_set = reader->label_set};
    build_sample(reader->profile, sample, reader->values);
}

static void take_comment(struct text_reader *reader, struct str line)
{
    if (reader->bucket_open && str_starts(line, STR("# labels:")))
        reader->label_set = text_labels(reader->profile, line);
}

enum status profile_count_text_read(const struct profile_input *input, struct profile **out)
{
    static const struct text_form form = {
        .read_header = read_count_header,
        .take_values = take_count,
        .add = add_values,
        .comment = take_comment,
        .ends_at_rule = true,
    };
    return text_form_read(&form, input, out);
}

/* ---- mutex, block ---- */

static int64_t times(int64_t value, int64_t factor)
{
    int64_t product;
    if (__builtin_mul_overflow(value, factor, &product))
        return (value < 0) == (factor < 0) ? INT64_MAX : INT64_MIN;
    return product;
}

/* "sampling period=1" */
static bool take_attribute(struct text_reader *reader, struct str line)
{
    struct str key = str_trim(str_cut(&line, '='));
    int64_t milliseconds = 0, discarded, *target = NULL;
    if (str_is(key, "cycles/second"))
        target = &reader->cycles;
    else if (str_is(key, "sampling period"))
        target = &reader->rate;
    else if (str_is(key, "ms since reset"))
        target = &milliseconds;
    else if (str_is(key, "discarded samples"))
        target = &discarded;
    if (!target)
        return text_fail(reader, "this is no line of a contention profile's header");
    if (!text_take_number(&line, target) || str_trim(line).len)
        return text_fail(reader, "after the =, a number was expected");
    if (target == &milliseconds && times(milliseconds, 1000000) > 0)
        reader->profile->duration_nanos = times(milliseconds, 1000000);
    return true;
}

static bool read_contention_header(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    reader->rate = 1;
    text_take_line(reader);
    while (reader->rest.len) {
        struct text_reader before = *reader;
        struct str line = str_trim(text_take_line(reader));
        if (!str_contains(line, STR("="))) {
            reader->rest = before.rest;
            reader->line = before.line;
            break;
        }
        if (!take_attribute(reader, line))
            return false;
    }
    profile->types[0] = text_type(profile, "contentions", "count");
    profile->types[1] = text_type(profile, "delay", "nanoseconds");
    profile->type_count = 2;
    profile->period_type = profile->types[0];
    profile->period = reader->rate;
    return true;
}

static int64_t to_nanoseconds(const struct text_reader *reader, int64_t cycles)
{
    double per_nanosecond = (double)reader->cycles / 1e9;
    return text_to_int64((double)cycles * (double)reader->rate / per_nanosecond);
}

static bool take_contention(struct text_reader *reader, struct str *line)
{
    int64_t delay, events;
    if (!text_take_number(line, &delay) || !text_take_number(line, &events) ||
        !text_take_char(line, '@'))
        return text_fail(reader, "a line 'CYCLES EVENTS @ 0x...' or a comment was expected");
    if (reader->rate > 0 && reader->cycles > 0)
        delay = to_nanoseconds(reader, delay);
    if (reader->rate > 0)
        events = times(events, reader->rate);
    reader->values[0] = events;
    reader->values[1] = delay;
    return true;
}

enum status profile_contention_text_read(const struct profile_input *input, struct profile **out)
{
    static const struct text_form form = {
        .read_header = read_contention_header,
        .take_values = take_contention,
        .add = add_values,
        .ends_at_rule = true,
    };
    return text_form_read(&form, input, out);
}
