/* sampled.c: allocations sampled as Go samples them, put into profiles. (It reads the private
 * header of profile, which does not go together with that of the compiler's room.) */
#include <stdarg.h>
#include <setjmp.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "profile/profile_int.h"

#include "sampled.h"

/* ---- chance ---- */

static double share(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return ((double)(*state >> 11) + 1) * 0x1p-53;
}

double normal_number(uint64_t *chance)
{
    double radius = sqrt(-2 * log(share(chance)));
    return radius * cos(6.283185307179586 * share(chance));
}

/* A countdown of exponentially distributed bytes; the object that takes it below zero is sampled.
 * Objects between two samples are skipped at once: the countdown knows no past. */
double sampled_objects(double size, double count, double rate, uint64_t *chance)
{
    double seen = 0;
    if (rate <= 1)
        return round(count);
    for (double i = 0;;) {
        i += floor(-log(share(chance)) * rate / size);
        if (i >= round(count))
            return seen;
        seen++;
        i++;
    }
}

/* ---- profiles ---- */

static uint32_t function_of(struct profile *profile, const struct stream *stream)
{
    struct profile_function function = {.start_line = stream->start};
    function.name = intern_add(&profile->strings, str_from(stream->function));
    function.system_name = function.name;
    function.file = intern_add(&profile->strings, STR("/src/app/main.go"));
    return build_function(profile, &function);
}

static uint32_t stack_of(struct profile *profile, const struct stream *stream)
{
    struct profile_frame frame = {.function = function_of(profile, stream), .line = stream->line};
    size_t frames = profile->frames.len, first = profile->stack_locations.len;
    VEC_PUSH(profile->memory, &profile->frames, frame);
    struct profile_location location = {.mapping = PROFILE_NONE, .frame_count = 1,
                                        .first_frame = (uint32_t)frames,
                                        .address = 4096 + stream->line};
    uint32_t id = build_location(profile, &location);
    VEC_PUSH(profile->memory, &profile->stack_locations, id);
    return build_stack(profile, first);
}

static void add_stream(struct profile *profile, const struct stream *stream, double rate,
                       uint64_t *chance)
{
    double seen = rate > 1 ? 1 - exp(-stream->size / rate) : 1;
    double sampled = sampled_objects(stream->size, stream->count, rate, chance);
    if (sampled == 0)
        return;
    double objects = sampled / seen;
    int64_t values[] = {(int64_t)objects, (int64_t)(objects * stream->size), (int64_t)objects,
                        (int64_t)(objects * stream->size)};
    struct profile_sample sample = {.stack = stack_of(profile, stream),
                                    .object_bytes = (int64_t)stream->size};
    build_sample(profile, sample, values);
}

struct profile *sampled_profile(const struct stream *streams, size_t count, double rate,
                                uint64_t *chance)
{
    static const char *const types[] = {"alloc_objects", "alloc_space", "inuse_objects",
                                        "inuse_space"};
    struct profile *profile = profile_new(&plenty, profile_limits_default());
    profile->type_count = 4;
    profile->period = (int64_t)rate;
    for (uint32_t i = 0; i < 4; i++) {
        profile->types[i].type = intern_add(&profile->strings, str_from(types[i]));
        profile->types[i].unit =
            intern_add(&profile->strings, i % 2 ? STR("bytes") : STR("count"));
    }
    uint32_t empty = build_label_set(profile, profile->labels.len);
    assert_int_equal(empty, 0);
    for (size_t i = 0; i < count; i++)
        add_stream(profile, &streams[i], rate, chance);
    profile_index_drop(profile);
    return profile;
}
