/* java.c: profiles of Java agents (google/pprof profile/legacy_java_profile.go).
 *
 *   --- heapz 1 ---                       or --- contentionz 1 ---
 *   format = java
 *   resolution = bytes                    the unit of the first number
 *   sampling period = 100                 of a contention profile; "ms since reset" too
 *       7048 5 @ 0x00000003 0x00000001    AMOUNT COUNT @ places, which are no addresses of code
 *
 *   0x00000001 com.example.Foo.run (Foo.java:100)
 *   0x00000002 libfoo (/usr/lib/libfoo.so)
 *   0x00000003 GC
 *
 * A heap profile's numbers are what was sampled, every 512 KB. CPU profiles (cpu.c) end with the
 * same names. */
#include "profile/legacy.h"
#include "profile/text_form.h"

/* ---- the names of places ---- */

struct place {
    uint64_t number;
    struct str function, file; /* of the text; function.ptr is NULL when it has no name */
    int64_t line;
};
struct namer {
    struct profile *profile;
    VEC(struct place) places;
    struct map by_number; /* index of its place + 1 */
    struct map files;     /* by function's name: its file. The first line that has it says so. */
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Cuts "NAME (REST)" at its last blank before a bracket: gives REST, *name what is before. STR_NONE
 * when there is none. */
static struct str take_brackets(struct str text, struct str *name)
{
    if (!str_ends(text, STR(")")))
        return STR_NONE;
    for (size_t i = text.len - 1; i > 0; i--) {
        if (text.ptr[i] != '(' || !is_blank(text.ptr[i - 1]))
            continue;
        *name = str_slice(text, 0, i - 1);
        return str_slice(text, i + 1, text.len - 1);
    }
    return STR_NONE;
}

/* "Foo.java:100", or the path of a library. Numbers that are none of a line count as 0. */
static void read_file(struct place *place, struct str text)
{
    ptrdiff_t colon = str_find_last(text, ':');
    struct str digits = colon > 0 ? str_skip(text, (size_t)colon + 1) : STR_NONE;
    struct str rest = str_skip(digits, str_starts(digits, STR("-")));
    size_t count = 0;
    while (count < rest.len && rest.ptr[count] >= '0' && rest.ptr[count] <= '9')
        count++;
    if (count && count == rest.len) {
        place->file = str_slice(text, 0, (size_t)colon);
        if (!str_to_i64(digits, &place->line) || place->line < 0)
            place->line = 0;
        return;
    }
    while (text.len > 1 && str_ends(text, STR("/")))
        text.len--;
    place->file = text.len == 1 ? text : text.len ? str_base_name(text) : STR(".");
}

static void read_name(struct place *place, struct str text)
{
    struct str name = STR_NONE, file = take_brackets(text, &name);
    place->file = STR_NONE;
    place->line = 0;
    place->function = text;
    if (file.ptr) {
        place->function = name.ptr ? name : STR("");
        read_file(place, file);
    } else if (str_contains(text, STR("generated stub/JIT"))) {
        place->function = STR("STUB");
    }
}

/* "0x00000001 name": cuts the number's digits off; false when the line is none of a place. */
static bool take_number(struct str *line, struct str *digits)
{
    if (!str_starts(*line, STR("0x")))
        return false;
    struct str text = str_skip(*line, 2);
    size_t count = text_count_hex(text);
    if (!count || count == text.len || !is_blank(text.ptr[count]))
        return false;
    *digits = str_slice(text, 0, count);
    *line = str_trim(str_skip(text, count));
    return true;
}

static const char *read_names(struct namer *namer, struct str text, const char **fault)
{
    while (text.len) {
        struct str line = str_trim(str_cut(&text, '\n')), digits;
        uint64_t number, *index;
        bool added;
        *fault = line.ptr;
        if (!take_number(&line, &digits))
            continue;
        if (!text_to_hex(digits, &number))
            return "the number of this place has more than 64 bits";
        index = map_get(&namer->by_number, number);
        if (!index)
            continue;
        struct place *place = &namer->places.at[*index];
        read_name(place, line);
        uint32_t name = intern_add(&namer->profile->strings, place->function);
        uint64_t *file = map_put(&namer->files, name, &added);
        if (added)
            *file = intern_add(&namer->profile->strings, place->file);
    }
    return NULL;
}

/* ---- locations ---- */

static void find_places(struct namer *namer, const struct legacy_stacks *stacks)
{
    for (size_t i = 0; i < stacks->addresses.len; i++) {
        struct place place = {.number = stacks->addresses.at[i]};
        bool added;
        uint64_t *index = map_put(&namer->by_number, place.number, &added);
        if (!added)
            continue;
        *index = namer->places.len;
        VEC_PUSH(namer->profile->memory, &namer->places, place);
    }
}

/* Places without a name belong to a mapping of all memory. */
static uint32_t whole_mapping(struct profile *profile)
{
    if (!profile->mappings.len)
        VEC_PUSH(profile->memory, &profile->mappings,
                 ((struct profile_mapping){.limit = UINT64_MAX}));
    return 0;
}

static uint32_t make_location(struct namer *namer, const struct place *place)
{
    struct profile *profile = namer->profile;
    struct profile_location location = {.mapping = PROFILE_NONE,
                                        .first_frame = (uint32_t)profile->frames.len};
    if (place->function.ptr) {
        uint32_t name = intern_add(&profile->strings, place->function);
        struct profile_function function = {.name = name, .system_name = name,
                                            .file = (uint32_t)*map_get(&namer->files, name)};
        struct profile_frame frame = {.function = build_function(profile, &function),
                                      .line = place->line};
        VEC_PUSH(profile->memory, &profile->frames, frame);
        location.frame_count = 1;
    } else if (place->number) {
        location.mapping = whole_mapping(profile);
    }
    if (!profile->index->apart) {
        uint32_t id = build_location(profile, &location);
        profile->frames.len -= location.frame_count && profile->locations.at[id].first_frame !=
                                                           location.first_frame;
        return id;
    }
    VEC_PUSH(profile->memory, &profile->locations, location); /* pprof tells them apart */
    return (uint32_t)profile->locations.len - 1;
}

static void add_samples(struct namer *namer, const struct legacy_stacks *stacks,
                        const uint32_t *locations)
{
    struct profile *profile = namer->profile;
    for (size_t i = 0; i < stacks->samples.len; i++) {
        const struct legacy_sample *from = &stacks->samples.at[i];
        size_t first = profile->stack_locations.len;
        for (size_t j = 0; j < from->count; j++) {
            uint64_t number = stacks->addresses.at[from->first + j];
            VEC_PUSH(profile->memory, &profile->stack_locations,
                     locations[*map_get(&namer->by_number, number)]);
        }
        struct profile_sample sample = {.stack = build_stack(profile, first),
                                        .object_bytes = from->object_bytes};
        build_sample(profile, sample, from->values);
    }
}

const char *java_names(struct profile *profile, const struct legacy_stacks *stacks, struct str text,
                       const char **fault, const char **limit)
{
    struct namer namer = {.profile = profile};
    map_init(&namer.by_number, profile->memory);
    map_init(&namer.files, profile->memory);
    find_places(&namer, stacks);
    const char *problem = read_names(&namer, text, fault);
    if (!problem) {
        uint32_t *locations = memory_get(profile->memory,
                                         (namer.places.len + 1) * sizeof(*locations));
        for (size_t i = 0; i < namer.places.len; i++)
            locations[i] = make_location(&namer, &namer.places.at[i]);
        add_samples(&namer, stacks, locations);
        memory_put(profile->memory, locations);
        (void)build_over_limit(profile, limit);
    }
    VEC_RELEASE(profile->memory, &namer.places);
    map_release(&namer.by_number);
    map_release(&namer.files);
    return problem;
}

/* ---- heapz and contentionz ---- */

struct java_reader {
    struct text_reader text;
    struct legacy_stacks stacks;
    bool heap;
};

static bool take_attribute(struct java_reader *reader, struct str line)
{
    struct profile *profile = reader->text.profile;
    struct str value = line, key = str_trim(str_cut(&value, '='));
    int64_t number;
    value = str_trim(value);
    if (str_is(key, "format"))
        return str_is(value, "java") || text_fail(&reader->text, "only the format java is known");
    if (str_is(key, "resolution")) {
        const char *objects = reader->heap ? "inuse_objects" : "contentions";
        const char *amount = reader->heap ? "inuse_space" : "delay";
        profile->types[0] = text_type(profile, objects, "count");
        profile->types[1].type = intern_add(&profile->strings, str_from(amount));
        profile->types[1].unit = intern_add(&profile->strings, value);
        profile->type_count = 2;
        return true;
    }
    if (reader->heap || (!str_is(key, "sampling period") && !str_is(key, "ms since reset")))
        return text_fail(&reader->text, "this is no line of a Java profile's header");
    if (!str_to_i64(value, &number))
        return text_fail(&reader->text, "after the =, a number was expected");
    if (str_is(key, "sampling period")) {
        profile->period_type = text_type(profile, "contentions", "count");
        profile->period = number;
    } else {
        profile->duration_nanos = (int64_t)((uint64_t)number * 1000000);
    }
    return true;
}

static bool read_header(struct java_reader *reader)
{
    struct text_reader *text = &reader->text;
    reader->heap = str_contains(text_take_line(text), STR("heapz"));
    while (text->rest.len) {
        struct text_reader before = *text;
        struct str line = str_trim(text_take_line(text));
        if (!line.len)
            continue;
        if (!str_contains(line, STR("="))) {
            text->rest = before.rest;
            text->line = before.line;
            break;
        }
        if (!take_attribute(reader, line))
            return false;
    }
    return text->profile->type_count ||
           text_fail(text, "before the first stack, a line 'resolution = UNIT' was expected");
}

/* "7048 5 @ 0x3 0x1": false when the line is something else. */
static bool take_numbers(struct str *line, int64_t *amount, int64_t *count)
{
    return line->len && line->ptr[0] != '-' && text_take_number(line, amount) && line->len &&
           is_blank(line->ptr[0]) && text_take_number(line, count) && *count >= 0 &&
           text_take_char(line, '@') && line->len && is_blank(line->ptr[0]);
}

static bool take_places(struct java_reader *reader, struct str line, size_t *count)
{
    uint64_t number;
    *count = 0;
    for (; text_take_hex(&line, &number); ++*count)
        VEC_PUSH(reader->text.profile->memory, &reader->stacks.addresses, number);
    text_skip_blanks(&line);
    if (line.len)
        return text_fail(&reader->text, "after the @, places like 0x4a2b3c were expected");
    return legacy_depth_allowed(reader->text.input, *count) ||
           text_fail_limit(&reader->text, "LIMIT_PROFILE_FRAMES");
}

static bool scale(struct java_reader *reader, struct legacy_sample *sample)
{
    enum { SAMPLED_EVERY = 512 << 10 };
    int64_t *values = sample->values;
    uint64_t period = (uint64_t)reader->text.profile->period;
    if (reader->heap) {
        if (!values[0])
            return text_fail(&reader->text, "there are bytes but no objects");
        sample->object_bytes = values[1] / values[0];
        text_scale(SAMPLED_EVERY, &values[0], &values[1]);
    } else if (period) {
        values[0] = (int64_t)((uint64_t)values[0] * period);
        values[1] = (int64_t)((uint64_t)values[1] * period);
    }
    return true;
}

/* Takes the lines of samples. What is behind them are the names. */
static bool read_samples(struct java_reader *reader)
{
    struct text_reader *text = &reader->text;
    while (text->rest.len) {
        struct text_reader before = *text;
        struct str line = str_trim(text_take_line(text));
        struct legacy_sample sample = {.first = reader->stacks.addresses.len};
        if (!line.len)
            continue;
        if (!take_numbers(&line, &sample.values[1], &sample.values[0])) {
            text->rest = before.rest;
            text->line = before.line;
            return true;
        }
        if (!text->line_ended)
            return text_fail(text, "the file ends in the middle of this line");
        if (!take_places(reader, line, &sample.count) || !scale(reader, &sample))
            return false;
        VEC_PUSH(text->profile->memory, &reader->stacks.samples, sample);
    }
    return true;
}

static bool name_places(struct java_reader *reader)
{
    struct text_reader *text = &reader->text;
    const char *fault = NULL, *limit = NULL;
    const char *problem = java_names(text->profile, &reader->stacks, text->rest, &fault, &limit);
    for (const char *at = text->rest.ptr; problem && at < fault; at++)
        text->line += *at == '\n';
    text->line += problem != NULL;
    if (limit)
        return text_fail_limit(text, limit);
    return !problem || text_fail(text, problem);
}

enum status profile_java_text_read(const struct profile_input *input, struct profile **out)
{
    struct java_reader reader = {0};
    struct text_reader *text = &reader.text;
    text->input = input;
    text->profile = profile_new(input->memory, input->limits);
    text->rest = (struct str){(const char *)input->bytes, input->size};
    text->profile->index->apart = input->apart;
    text->profile->from_text = true;
    (void)(read_header(&reader) && read_samples(&reader) && name_places(&reader));
    legacy_stacks_release(&reader.stacks, input->memory);
    return legacy_finish(text->profile, text->status, out);
}
