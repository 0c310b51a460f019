/* text.c: the text forms of profiles (`/debug/pprof/heap?debug=1`): lines, stacks, comments; what
 * the numbers before them mean is a form's matter (text_heap.c, text_counts.c).
 *
 *   a header: which profile this is
 *   NUMBERS @ 0x4a2b3c 0x4a2000
 *   #   0x4a2b3b   main.fill+0x1b   /src/main.go:12     (columns set apart by tabs)
 *   #   0x4a1fff   main.main+0xff   /src/main.go:40
 *   MAPPED_LIBRARIES:
 *   a memory map, in profiles of C++ programs (maps.c)
 *
 * (runtime/pprof/pprof.go writeHeapInternal, printCountProfile, writeProfileInternal,
 * printStackRecord.) Addresses are return addresses; those of the comment lines are already one
 * less.
 *
 *   T5. A bucket's comment lines leave out the frames that Go hides: runtime functions at the leaf
 *       and runtime.goexit. So where there are lines they are the stack, as in Go's protobuf form,
 *       and the addresses count only where there are none. T1 to T4 stand in text_symbols.c. */
#include "profile/legacy.h"
#include "profile/text_form.h"

/* What has been read of a mapped file is given back to the kernel in steps of this size. */
#define DROP_STEP ((size_t)8 << 20)

bool text_fail(struct text_reader *reader, const char *problem)
{
    if (!reader->status)
        diag_add(reader->input->sink, DIAG_PROFILE_DAMAGED, reader->input->name, reader->line,
                 DIAG_NO_OFFSET, "%s", problem);
    reader->status = STATUS_BAD_INPUT;
    return false;
}

bool text_fail_limit(struct text_reader *reader, const char *limit)
{
    if (!reader->status)
        diag_add(reader->input->sink, DIAG_PROFILE_LIMIT, reader->input->name, reader->line,
                 DIAG_NO_OFFSET, "the profile is larger than %s allows", limit);
    reader->status = STATUS_LIMIT;
    return false;
}

struct str text_take_line(struct text_reader *reader)
{
    ptrdiff_t end = str_find_char(reader->rest, '\n');
    size_t len = end < 0 ? reader->rest.len : (size_t)end;
    struct str line = str_slice(reader->rest, 0, len);
    reader->line_ended = end >= 0;
    reader->rest = str_skip(reader->rest, len + (end >= 0));
    reader->line++;
    return line;
}

/* ---- one bucket ---- */

/* The stack of a bucket without comment lines. */
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

static bool close_bucket(struct text_reader *reader)
{
    struct profile *profile = reader->profile;
    size_t first = profile->stack_locations.len;
    const char *limit;
    if (!reader->bucket_open)
        return true;
    reader->bucket_open = false;
    if (reader->comments.len > reader->input->limits.frames ||
        reader->addresses.len > reader->input->limits.frames)
        return text_fail_limit(reader, "LIMIT_PROFILE_FRAMES");
    if (reader->comments.len)
        text_symbols_stack(&reader->symbols, reader->comments.at, reader->comments.len);
    else
        add_addresses(reader);
    reader->form->add(reader, build_stack(profile, first));
    return build_over_limit(profile, &limit) ? text_fail_limit(reader, limit) : true;
}

/* They are the stack if no comment lines follow (T5), else they tell which lines will. */
static bool take_addresses(struct text_reader *reader, struct str text)
{
    const struct memory *memory = reader->input->memory;
    uint64_t address;
    reader->addresses.len = reader->guesses.len = reader->comments.len = 0;
    reader->next_address = 0;
    while (text_take_hex(&text, &address)) {
        VEC_PUSH(memory, &reader->addresses, address);
        VEC_PUSH(memory, &reader->guesses, text_symbols_guess(&reader->symbols, address - 1));
    }
    for (size_t i = 0; i < reader->guesses.len; i++)
        text_symbols_fetch(&reader->symbols, reader->guesses.at[i]);
    text_skip_blanks(&text);
    return !text.len || text_fail(reader, "after the @, addresses like 0x4a2b3c were expected");
}

static bool read_bucket(struct text_reader *reader, struct str line)
{
    if (!reader->line_ended)
        return text_fail(reader, "the file ends in the middle of this line");
    if (!reader->form->take_values(reader, &line) || !take_addresses(reader, line))
        return false;
    reader->bucket_open = true;
    reader->label_set = 0;
    return true;
}

/* The next comment is about the address behind this one; a few at the leaf may have none (T5). */
static void pass_address(struct text_reader *reader, uint64_t address)
{
    enum { HIDDEN_MAX = 16 };
    for (size_t i = reader->next_address;
         i < reader->addresses.len && i < reader->next_address + HIDDEN_MAX; i++) {
        if (reader->addresses.at[i] - 1 != address)
            continue;
        reader->next_address = i + 1;
        return;
    }
}

static void read_comment(struct text_reader *reader, struct str line)
{
    if (reader->form->comment)
        reader->form->comment(reader, line);
    if (!reader->bucket_open || line.len < 2 || line.ptr[1] != '\t')
        return;
    uint32_t number = text_symbols_line(&reader->symbols, line);
    if (!number)
        return;
    VEC_PUSH(reader->input->memory, &reader->comments, number);
    pass_address(reader, reader->symbols.frames.at[number].address);
}

/* Takes the line that told the next address's name before, if it stands here again: so it mostly
 * does, and need not be searched for its end nor looked up. */
static bool read_expected(struct text_reader *reader)
{
    if (!reader->bucket_open || reader->next_address >= reader->guesses.len)
        return false;
    uint32_t number = reader->guesses.at[reader->next_address];
    struct str line = reader->symbols.lines.strings[number];
    if (!number || reader->rest.len <= line.len || reader->rest.ptr[line.len] != '\n' ||
        memcmp(reader->rest.ptr, line.ptr, line.len) != 0)
        return false;
    VEC_PUSH(reader->input->memory, &reader->comments, number);
    reader->rest = str_span(reader->rest.ptr + line.len + 1, reader->rest.ptr + reader->rest.len);
    reader->line++;
    reader->next_address++;
    return true;
}

/* ---- all of it ---- */

/* Buckets begin with a number, so that most lines need not be searched. */
static bool is_end(const struct text_reader *reader, struct str line)
{
    if (text_is_hex(line.ptr[0]))
        return false;
    return text_is_memory_map(line) ||
           (reader->form->ends_at_rule && str_starts(line, STR("---")));
}

bool text_is_memory_map(struct str line)
{
    return str_contains(line, STR("MAPPED_LIBRARIES:")) ||
           str_contains(line, STR("--- Memory map: ---"));
}

/* The last line taken ended the stacks. */
static void find_map(struct text_reader *reader, struct str line)
{
    while (!text_is_memory_map(line) && reader->rest.len)
        line = text_take_line(reader);
    reader->map = reader->rest;
}

static void drop_read(struct text_reader *reader)
{
    size_t pos = (size_t)((const unsigned char *)reader->rest.ptr - reader->input->bytes);
    if (!reader->input->file || pos - reader->dropped < DROP_STEP)
        return;
    file_drop(reader->input->file, reader->dropped, pos);
    reader->dropped = pos;
}

bool text_read_lines(struct text_reader *reader)
{
    struct str line = STR_NONE;
    while (reader->rest.len) {
        if (read_expected(reader))
            continue;
        drop_read(reader);
        line = str_trim(text_take_line(reader));
        if (!line.len)
            continue;
        if (line.ptr[0] == '#')
            read_comment(reader, line);
        else if ((reader->ended = is_end(reader, line)))
            break;
        else if (!close_bucket(reader) || !read_bucket(reader, line))
            return false;
    }
    if (!close_bucket(reader))
        return false;
    find_map(reader, line);
    return true;
}

void text_reader_start(struct text_reader *reader, const struct profile_input *input)
{
    reader->input = input;
    reader->profile = profile_new(input->memory, input->limits);
    reader->profile->index->apart = input->apart;
    text_symbols_init(&reader->symbols, reader->profile);
}

bool text_reader_finish(struct text_reader *reader, struct profile **out)
{
    struct profile *profile = reader->profile;
    if (reader->form->check_complete && !reader->form->check_complete(reader))
        return false;
    maps_place(profile, reader->map, reader->input->apart);
    text_set_frames(profile);
    profile->source_count = 1;
    profile->from_text = true;
    profile_index_drop(profile);
    *out = profile;
    reader->profile = NULL;
    return true;
}

void text_reader_release(struct text_reader *reader)
{
    profile_free(reader->profile);
    text_symbols_release(&reader->symbols);
    VEC_RELEASE(reader->input->memory, &reader->comments);
    VEC_RELEASE(reader->input->memory, &reader->addresses);
    VEC_RELEASE(reader->input->memory, &reader->guesses);
}
