/* text_symbols.c: the comment lines of a text heap profile, which name the frames of a bucket.
 *
 *   #   0x4a2b3b   main.fill+0x1b   /src/main.go:12     (columns set apart by tabs)
 *
 * They are nine tenths of such a file, and the same few thousand lines come again and again: each
 * distinct line is taken apart once, and what stands for it afterwards is its number.
 *
 *   T1. A comment line is a logical frame. Inlined frames have addresses of their own
 *       (runtime/traceback.go tracebackPCs); old versions gave several lines the same. Either way
 *       the lines of one compiled function share its entry address, which is the line's address
 *       less its offset. Within such a run the last line names the compiled function, and each line
 *       with that name ends a location: what comes before it was inlined into it (P1).
 *   T2. lines.len == frames.len: a line's number is its id in `lines` and its index in `frames`;
 *       number 0 is no line.
 *   T3. guesses[hash of an address] is any line or 0: whoever uses it compares the line.
 *   T4. A location of several lines is found by them in a tree: places[node, line] is the node
 *       below, node 0 the root, locations[node] the location that ends there or PROFILE_NONE. */
#include "profile/profile_int.h"

enum { GUESS_BITS = 16 };

void text_symbols_init(struct text_symbols *symbols, struct profile *profile)
{
    memset(symbols, 0, sizeof(*symbols));
    symbols->profile = profile;
    intern_init(&symbols->lines, profile->memory);
    symbols->guesses = memory_get(profile->memory, sizeof(*symbols->guesses) << GUESS_BITS);
    memset(symbols->guesses, 0, sizeof(*symbols->guesses) << GUESS_BITS);
    map_init(&symbols->places, profile->memory);
    VEC_PUSH(profile->memory, &symbols->frames, (struct text_frame){0});
    VEC_PUSH(profile->memory, &symbols->locations, PROFILE_NONE);
}

void text_symbols_release(struct text_symbols *symbols)
{
    const struct memory *memory = symbols->places.memory;
    intern_release(&symbols->lines);
    memory_put(memory, symbols->guesses);
    map_release(&symbols->places);
    VEC_RELEASE(memory, &symbols->frames);
    VEC_RELEASE(memory, &symbols->locations);
}

/* ---- one line ---- */

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
static struct str split_offset(struct str column, struct text_frame *frame)
{
    ptrdiff_t plus = str_find_last(column, '+');
    uint64_t offset;
    if (plus < 0)
        return column;
    struct str digits = str_skip(column, (size_t)plus + 1);
    if (!text_take_hex(&digits, &offset) || offset > frame->address)
        return column;
    frame->entry = frame->address - offset;
    return str_slice(column, 0, (size_t)plus);
}

static struct str split_line(struct str column, struct text_frame *frame)
{
    ptrdiff_t colon = str_find_last(column, ':');
    if (colon < 0 || !str_to_i64(str_skip(column, (size_t)colon + 1), &frame->line))
        return column;
    return str_slice(column, 0, (size_t)colon);
}

/* A line without an address is no frame, and no fault: comments are for people. */
static struct text_frame parse_line(struct text_symbols *symbols, struct str line)
{
    struct text_frame frame = {0};
    struct str text = str_skip(line, 1);
    struct str column = take_column(&text);
    if (!text_take_hex(&column, &frame.address))
        return frame;
    struct intern *strings = &symbols->profile->strings;
    frame.is_frame = true;
    frame.name = intern_add(strings, split_offset(take_column(&text), &frame));
    frame.file = intern_add(strings, split_line(take_column(&text), &frame));
    return frame;
}

static uint32_t *guess_at(const struct text_symbols *symbols, uint64_t address)
{
    return &symbols->guesses[address * 0x9e3779b97f4a7c15u >> (64 - GUESS_BITS)];
}

uint32_t text_symbols_line(struct text_symbols *symbols, struct str line)
{
    uint32_t number = intern_add(&symbols->lines, line);
    if (number == symbols->frames.len) { /* T2 */
        struct text_frame frame = parse_line(symbols, line);
        VEC_PUSH(symbols->profile->memory, &symbols->frames, frame);
    }
    const struct text_frame *frame = &symbols->frames.at[number];
    if (!frame->is_frame)
        return 0;
    *guess_at(symbols, frame->address) = number;
    return number;
}

uint32_t text_symbols_guess(const struct text_symbols *symbols, uint64_t address)
{
    uint32_t line = *guess_at(symbols, address);
    __builtin_prefetch(&symbols->lines.strings[line]);
    __builtin_prefetch(&symbols->frames.at[line]);
    return line;
}

void text_symbols_fetch(const struct text_symbols *symbols, uint32_t line)
{
    enum { CACHE_LINE = 64 };
    struct str text = symbols->lines.strings[line];
    for (size_t at = 0; at < text.len; at += CACHE_LINE)
        __builtin_prefetch(text.ptr + at);
}

/* ---- the lines of one bucket ---- */

static uint32_t new_location(struct text_symbols *symbols, const uint32_t *lines, size_t count)
{
    struct profile *profile = symbols->profile;
    size_t old_len = profile->frames.len, old_locations = profile->locations.len;
    struct profile_location location = {
        .address = symbols->frames.at[lines[0]].address,
        .mapping = PROFILE_NONE,
        .first_frame = (uint32_t)old_len,
    };
    for (size_t i = 0; i < count && symbols->frames.at[lines[i]].name; i++) {
        const struct text_frame *frame = &symbols->frames.at[lines[i]];
        struct profile_function function = {
            .name = frame->name, .system_name = frame->name, .file = frame->file};
        struct profile_frame added = {.function = build_function(profile, &function),
                                      .line = frame->line};
        VEC_PUSH(profile->memory, &profile->frames, added);
        location.frame_count++;
    }
    uint32_t id = build_location(profile, &location);
    if (id < old_locations)
        profile->frames.len = old_len;
    return id;
}

static uint32_t location_of_one(struct text_symbols *symbols, uint32_t line)
{
    if (!symbols->frames.at[line].alone)
        symbols->frames.at[line].alone = new_location(symbols, &line, 1) + 1;
    return symbols->frames.at[line].alone - 1;
}

static uint32_t location_of(struct text_symbols *symbols, const uint32_t *lines, size_t count)
{
    uint32_t node = 0;
    if (count == 1)
        return location_of_one(symbols, lines[0]);
    for (size_t i = 0; i < count; i++) {
        bool added;
        uint64_t *below = map_put(&symbols->places, (uint64_t)node << 32 | lines[i], &added);
        if (added) {
            *below = symbols->locations.len;
            VEC_PUSH(symbols->profile->memory, &symbols->locations, PROFILE_NONE);
        }
        node = (uint32_t)*below;
    }
    if (symbols->locations.at[node] == PROFILE_NONE) /* T4 */
        symbols->locations.at[node] = new_location(symbols, lines, count);
    return symbols->locations.at[node];
}

void text_symbols_stack(struct text_symbols *symbols, const uint32_t *lines, size_t count)
{
    struct profile *profile = symbols->profile;
    const struct text_frame *frames = symbols->frames.at;
    for (size_t first = 0; first < count;) {
        const struct text_frame *leaf = &frames[lines[first]];
        size_t run = first; /* the last line of the same compiled function (T1) */
        while (leaf->entry && run + 1 < count && frames[lines[run + 1]].entry == leaf->entry)
            run++;
        size_t last = first;
        while (last < run && frames[lines[last]].name != frames[lines[run]].name)
            last++;
        uint32_t id = location_of(symbols, lines + first, last - first + 1);
        VEC_PUSH(profile->memory, &profile->stack_locations, id);
        first = last + 1;
    }
}
