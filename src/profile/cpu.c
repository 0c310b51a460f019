/* cpu.c: CPU profiles of gperftools and of Java agents in their binary form (google/pprof
 * profile/legacy_profile.go parseCPU; gperftools docs/cpuprofile-fileformat.html).
 *
 * The file is a sequence of words of 4 or 8 bytes in the byte order of the machine it was made on:
 *
 *   0 3 KIND PERIOD 0            KIND 0 C++, 1 Java; the period in microseconds
 *   COUNT DEPTH ADDRESS...       a stack, leaf first, and how often it was met; again and again
 *   0 1 0                        the end
 *
 * Then, as text, the memory map (C++) or the names of the addresses (Java). */
#include "profile/legacy.h"
#include "profile/text_form.h"

struct words {
    const unsigned char *at, *end;
    size_t size; /* 4 or 8 */
    bool big;    /* most significant byte first */
};

static bool take(struct words *words, uint64_t *value)
{
    if ((size_t)(words->end - words->at) < words->size)
        return false;
    *value = 0;
    for (size_t i = 0; i < words->size; i++)
        *value = *value << 8 | words->at[words->big ? i : words->size - 1 - i];
    words->at += words->size;
    return true;
}

struct header {
    struct words words; /* behind the header */
    uint64_t period;    /* microseconds */
    bool java;
};

static bool find_header(struct str bytes, struct header *header)
{
    const unsigned char *start = (const unsigned char *)bytes.ptr;
    for (unsigned kind = 0; kind < 4; kind++) {
        struct words words = {start, start + bytes.len, kind < 2 ? 4 : 8, kind & 1};
        uint64_t head[5] = {1, 0, 0, 0, 0};
        for (size_t i = 0; i < COUNT_OF(head); i++)
            if (!take(&words, &head[i]))
                return false;
        if (head[0] == 0 && head[1] == 3 && head[2] <= 1 && head[3] > 0 && head[4] == 0) {
            *header = (struct header){words, head[3], head[2] == 1};
            return true;
        }
    }
    return false;
}

bool cpu_is_profile(struct str bytes)
{
    struct header header;
    return bytes.len > 4 && !bytes.ptr[0] && find_header(bytes, &header);
}

struct cpu_reader {
    const struct profile_input *input;
    struct profile *profile;
    struct header header;
    struct legacy_stacks stacks;
    enum status status;
};

static bool fail(struct cpu_reader *reader, const unsigned char *where, const char *problem)
{
    diag_add(reader->input->sink, DIAG_PROFILE_DAMAGED, reader->input->name, 0,
             (uint64_t)(where - reader->input->bytes), "%s", problem);
    reader->status = STATUS_BAD_INPUT;
    return false;
}

static bool fail_limit(struct cpu_reader *reader, const char *limit)
{
    diag_add(reader->input->sink, DIAG_PROFILE_LIMIT, reader->input->name, 0, DIAG_NO_OFFSET,
             "the profile is larger than %s allows", limit);
    reader->status = STATUS_LIMIT;
    return false;
}

/* ---- samples ---- */

static bool read_addresses(struct cpu_reader *reader, uint64_t depth)
{
    struct words *words = &reader->header.words;
    for (uint64_t i = 0; i < depth; i++) {
        uint64_t address = 0;
        if (!take(words, &address))
            BUG("the depth was checked");
        /* All but the leaf are return addresses; Java's are none of code. */
        VEC_PUSH(reader->input->memory, &reader->stacks.addresses,
                 address - (i > 0 && !reader->header.java));
    }
    return true;
}

/* False at the end too. */
static bool read_sample(struct cpu_reader *reader)
{
    struct words *words = &reader->header.words;
    struct legacy_stacks *stacks = &reader->stacks;
    const unsigned char *start = words->at;
    uint64_t hits, depth;
    if (words->at == words->end)
        return false;
    if (!take(words, &hits) || !take(words, &depth))
        return fail(reader, start, "the file ends here; a count and a depth were expected");
    if (depth > (size_t)(words->end - words->at) / words->size)
        return fail(reader, start, "this stack is deeper than the rest of the file; "
                                   "it was cut off, or is no CPU profile");
    if (!legacy_depth_allowed(reader->input, depth))
        return fail_limit(reader, "LIMIT_PROFILE_FRAMES");
    struct legacy_sample sample = {.first = stacks->addresses.len, .count = depth};
    read_addresses(reader, depth);
    if (hits == 0 && depth == 1 && stacks->addresses.at[sample.first] == 0) {
        stacks->addresses.len--;
        return false;
    }
    sample.values[0] = (int64_t)hits;
    sample.values[1] = (int64_t)(hits * (uint64_t)reader->profile->period);
    VEC_PUSH(reader->input->memory, &stacks->samples, sample);
    return true;
}

/* ---- what the profiler itself put into the stacks ---- */

/* The address that nearly every stack has second; false when there is none. */
static bool find_second(const struct legacy_stacks *stacks, const struct memory *memory,
                        uint64_t *address)
{
    enum { ONE_OTHER_OF = 32 };
    size_t count = stacks->samples.len, enough = count - count / ONE_OTHER_OF;
    struct map counts;
    bool found = false, added;
    map_init(&counts, memory);
    for (size_t i = 0; i < count && !found; i++) {
        const struct legacy_sample *sample = &stacks->samples.at[i];
        if (sample->count < 2)
            continue;
        *address = stacks->addresses.at[sample->first + 1];
        found = ++*map_put(&counts, *address, &added) >= enough;
    }
    map_release(&counts);
    return found;
}

static void remove_second(struct legacy_stacks *stacks, uint64_t address)
{
    for (size_t i = 0; i < stacks->samples.len; i++) {
        struct legacy_sample *sample = &stacks->samples.at[i];
        uint64_t *stack = stacks->addresses.at + sample->first;
        if (sample->count < 2 || stack[1] != address)
            continue;
        stack[1] = stack[0]; /* the leaf moves up */
        sample->first++;
        sample->count--;
    }
}

/* Up to two frames of the signal's delivery stand between the leaf and its caller. */
static void remove_handler(struct cpu_reader *reader)
{
    uint64_t address;
    for (int i = 0; i < 2 && find_second(&reader->stacks, reader->input->memory, &address); i++)
        remove_second(&reader->stacks, address);
}

/* ---- all ---- */

static bool add_native(struct cpu_reader *reader)
{
    const struct words *words = &reader->header.words;
    const char *limit;
    remove_handler(reader);
    legacy_locations(reader->profile, &reader->stacks);
    maps_place(reader->profile,
               str_span((const char *)words->at, (const char *)words->end),
               reader->input->apart);
    return legacy_samples(reader->profile, &reader->stacks, &limit) || fail_limit(reader, limit);
}

static bool add_java(struct cpu_reader *reader)
{
    const struct words *words = &reader->header.words;
    struct str names = str_span((const char *)words->at, (const char *)words->end);
    const char *where, *limit = NULL;
    const char *problem = java_names(reader->profile, &reader->stacks, names, &where, &limit);
    if (limit)
        return fail_limit(reader, limit);
    return !problem || fail(reader, (const unsigned char *)where, problem);
}

enum status profile_cpu_read(const struct profile_input *input, struct profile **out)
{
    struct cpu_reader reader = {.input = input,
                                .profile = profile_new(input->memory, input->limits)};
    struct profile *profile = reader.profile;
    if (!find_header((struct str){(const char *)input->bytes, input->size}, &reader.header))
        BUG("profile_cpu_read of something else");
    profile->index->apart = input->apart;
    profile->types[0] = text_type(profile, "samples", "count");
    profile->types[1] = text_type(profile, "cpu", "nanoseconds");
    profile->type_count = 2;
    profile->period_type = profile->types[1];
    profile->period = (int64_t)(reader.header.period * 1000);
    while (read_sample(&reader))
        ;
    if (!reader.status)
        (void)(reader.header.java ? add_java(&reader) : add_native(&reader));
    legacy_stacks_release(&reader.stacks, input->memory);
    return legacy_finish(profile, reader.status, out);
}
