/* text_threads.c: the stacks of a C++ program's threads (google/pprof profile/legacy_profile.go
 * parseThread).
 *
 *   --- threadz 1 ---
 *
 *   --- Thread 7f794ab90940 (name: main/14748) stack: ---
 *     PC: 0x00bc8f1c: helper(arg *)            or addresses alone
 *     0x0040be31: main
 *   --- Thread 7f794ab90941 (name: worker/14749) stack: ---
 *     [same as previous thread]
 *   --- Memory map: ---
 *
 * Each thread counts one. Numbers in hexadecimal are addresses wherever they stand on a line. */
#include "profile/legacy.h"
#include "profile/text_form.h"

struct thread_reader {
    struct text_reader text;
    struct legacy_stacks stacks;
    struct str line; /* the one that ended the last stack */
};

static bool is_rule(struct str line)
{
    return str_starts(line, STR("---"));
}

/* "--- Thread 7f79 (name: main/14748) stack: ---", anywhere in the line. */
static bool is_thread(struct str line)
{
    ptrdiff_t at = str_find(line, STR("--- Thread "));
    if (at < 0)
        return false;
    line = str_skip(line, (size_t)at + sizeof("--- Thread ") - 1);
    size_t digits = text_count_hex(line);
    ptrdiff_t end = str_find(line, STR(") stack: ---"));
    if (!digits || end < 0 || !str_starts(str_skip(line, digits), STR(" (name: ")))
        return false;
    struct str name = str_slice(line, digits, (size_t)end);
    ptrdiff_t slash = str_find_last(name, '/');
    struct str id = str_skip(name, (size_t)slash + 1);
    for (size_t i = 0; i < id.len; i++)
        if (id.ptr[i] < '0' || id.ptr[i] > '9')
            return false;
    return slash >= 0 && id.len;
}

/* The line stays in reader->line. False at the end. */
static bool next_line(struct thread_reader *reader)
{
    if (!reader->text.rest.len)
        return false;
    reader->line = str_trim(text_take_line(&reader->text));
    return true;
}

static bool take_addresses(struct thread_reader *reader, struct legacy_sample *sample)
{
    struct str rest = reader->line;
    for (ptrdiff_t at; (at = str_find(rest, STR("0x"))) >= 0;) {
        uint64_t address;
        struct str digits = str_skip(rest, (size_t)at);
        rest = str_skip(digits, 2);
        if (!rest.len || !text_is_hex(rest.ptr[0]))
            continue;
        if (!text_take_hex(&digits, &address))
            return text_fail(&reader->text, "this line has an address of more than 64 bits");
        rest = digits;
        VEC_PUSH(reader->text.profile->memory, &reader->stacks.addresses,
                 address - (sample->count > 0)); /* all but the leaf are return addresses */
        sample->count++;
    }
    return legacy_depth_allowed(reader->text.input, sample->count) ||
           text_fail_limit(&reader->text, "LIMIT_PROFILE_FRAMES");
}

/* Reads a stack up to the rule behind it. */
static bool read_thread(struct thread_reader *reader)
{
    struct legacy_stacks *stacks = &reader->stacks;
    struct legacy_sample sample = {.first = stacks->addresses.len, .values = {1, 0}};
    bool same = false;
    for (;;) {
        if (!next_line(reader))
            return text_fail(&reader->text, "the file ends here, before '--- Memory map: ---'");
        if (is_rule(reader->line) || text_is_memory_map(reader->line))
            break;
        if (str_contains(reader->line, STR("same as previous thread")))
            same = true;
        else if (!take_addresses(reader, &sample))
            return false;
    }
    if (!same && sample.count)
        VEC_PUSH(reader->text.profile->memory, &stacks->samples, sample);
    else if (stacks->samples.len)
        stacks->samples.at[stacks->samples.len - 1].values[0]++;
    return true;
}

static bool read_threads(struct thread_reader *reader)
{
    while (!text_is_memory_map(reader->line)) {
        if (str_starts(reader->line, STR("---- no stack trace for")))
            break;
        if (!is_thread(reader->line))
            return text_fail(&reader->text,
                             "'--- Thread ID (name: NAME/PID) stack: ---' was expected");
        if (!read_thread(reader))
            return false;
    }
    return true;
}

/* Finds the first rule behind the title, where there is a title. */
static bool read_title(struct thread_reader *reader)
{
    while (next_line(reader) && (!reader->line.len || reader->line.ptr[0] == '#'))
        ;
    if (!str_contains(reader->line, STR("--- threadz ")))
        return true;
    while (next_line(reader))
        if (str_starts(reader->line, STR("-")) || text_is_memory_map(reader->line))
            return true;
    return text_fail(&reader->text, "the file ends here, before the first thread");
}

static bool add_threads(struct thread_reader *reader)
{
    struct profile *profile = reader->text.profile;
    const char *limit;
    while (!text_is_memory_map(reader->line) && next_line(reader))
        ;
    legacy_locations(profile, &reader->stacks);
    maps_place(profile, reader->text.rest, reader->text.input->apart);
    return legacy_samples(profile, &reader->stacks, &limit) ||
           text_fail_limit(&reader->text, limit);
}

enum status profile_thread_text_read(const struct profile_input *input, struct profile **out)
{
    struct thread_reader reader = {
        .text = {.input = input,
                 .profile = profile_new(input->memory, input->limits),
                 .rest = {(const char *)input->bytes, input->size}}};
    struct profile *profile = reader.text.profile;
    profile->index->apart = input->apart;
    profile->from_text = true;
    profile->types[0] = text_type(profile, "thread", "count");
    profile->type_count = 1;
    profile->period_type = profile->types[0];
    profile->period = 1;
    (void)(read_title(&reader) && read_threads(&reader) && add_threads(&reader));
    legacy_stacks_release(&reader.stacks, input->memory);
    return legacy_finish(profile, reader.text.status, out);
}
