/* weblist.c: -weblist: which instructions belong to which lines (internal/report source.go
 * newSourcePrinter). The code around addresses with samples is read from the executable; addresses
 * whose executable is not there stand for themselves, with the lines the profile has. */
#include "view/weblist.h"

enum { AROUND = 500, MAX_RANGES = 25 }; /* bytes on both sides of an address; ranges at most */

/* ---- addresses with samples ---- */

struct collector {
    struct weblist *list;
    uint64_t *synthetic; /* by location without an address: the one it got, 0 none yet */
    uint64_t next;
    bool has_address; /* the pattern is a number: what lies there is meant */
    uint64_t address;
};

static uint64_t address_of(struct collector *collector, uint32_t index)
{
    const struct view_location *location = &collector->list->report->view->locations.at[index];
    if (location->address)
        return location->address;
    if (!collector->synthetic[index])
        collector->synthetic[index] = collector->next++;
    return collector->synthetic[index];
}

static struct web_address *entry_of(struct collector *collector, uint64_t address)
{
    struct weblist *list = collector->list;
    bool added;
    uint64_t *index = map_put(&list->by_address, address, &added);
    if (added) {
        *index = list->addresses.len;
        VEC_PUSH(list->report->view->memory, &list->addresses,
                 ((struct web_address){.address = address, .location = NONE}));
    }
    return &list->addresses.at[*index];
}

static bool text_matches(const struct report *report, uint32_t text)
{
    struct str name = view_str(report->view, text);
    return regex_matches(report->symbol, name.ptr, name.len);
}

static void mark(struct collector *collector, struct web_address *entry, uint32_t location,
                 const struct view_line *line)
{
    const struct view_function *function =
        &collector->list->report->view->functions.at[line->function];
    bool added;
    map_put(&collector->list->interest, function->name, &added);
    map_put(&collector->list->interest, function->system_name, &added);
    if (entry->location == NONE)
        entry->location = location;
}

static void match_location(struct collector *collector, struct web_address *entry, uint32_t index)
{
    const struct report *report = collector->list->report;
    const struct view *view = report->view;
    const struct view_location *location = &view->locations.at[index];
    const struct view_line *lines = view->lines.at + location->first_line;
    if (!location->line_count)
        return;
    if (collector->has_address && entry->address == collector->address) {
        mark(collector, entry, index, &lines[location->line_count - 1]);
        return;
    }
    bool file = location->mapping != NONE &&
                text_matches(report, view->mappings.at[location->mapping].file);
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct view_function *function = &view->functions.at[lines[i].function];
        if ((i == 0 && file) || text_matches(report, function->name) ||
            text_matches(report, function->system_name) || text_matches(report, function->file))
            mark(collector, entry, index, &lines[i]);
    }
}

static void collect_sample(struct collector *collector, size_t sample)
{
    struct report *report = collector->list->report;
    const struct view *view = report->view;
    struct view_span stack = view_stack(view, sample);
    int64_t value = divided(report_value(report, sample), report_divisor(report, sample));
    for (uint32_t i = stack.count; i-- > 0;) {
        uint32_t index = view->stack_locations.at[stack.first + i];
        struct web_address *entry = entry_of(collector, address_of(collector, index));
        entry->cum = added(entry->cum, value);
        if (i == 0)
            entry->flat = added(entry->flat, value);
        match_location(collector, entry, index);
    }
}

static void name_functions(struct weblist *list)
{
    const struct view *view = list->report->view;
    bool added;
    for (size_t i = 0; i < view->functions.len; i++)
        *map_put(&list->pretty, view->functions.at[i].system_name, &added) =
            view->functions.at[i].name;
}

static int compare_addresses(const void *a, const void *b)
{
    const struct web_address *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

static void collect(struct weblist *list)
{
    const struct view *view = list->report->view;
    const char *argument = list->report->settings.argument;
    char *end;
    struct collector collector = {.list = list, .next = 1};
    collector.address = strtoull(argument, &end, 0);
    collector.has_address = *argument >= '0' && *argument <= '9' && !*end;
    size_t size = (view->locations.len + 1) * sizeof(*collector.synthetic);
    collector.synthetic = memory_get(view->memory, size);
    memset(collector.synthetic, 0, size);
    for (size_t i = 0; i < view->mappings.len; i++)
        if (collector.next < view->mappings.at[i].limit)
            collector.next = view->mappings.at[i].limit;
    for (size_t i = 0; i < view->samples.len; i++)
        collect_sample(&collector, i);
    memory_put(view->memory, collector.synthetic);
    name_functions(list);
    if (list->addresses.len)
        qsort(list->addresses.at, list->addresses.len, sizeof(*list->addresses.at),
              compare_addresses);
}

/* ---- instructions below lines ---- */

struct frame {
    uint32_t function;
    struct str file;
    int64_t line;
};

static uint32_t path_id(struct weblist *list, struct str file)
{
    static const struct str prefixes[] = {{"/proc/self/cwd/", 15}, {"./", 2}};
    for (size_t i = 0; i < COUNT_OF(prefixes); i++)
        if (str_starts(file, prefixes[i]))
            file = str_skip(file, prefixes[i].len);
    file = file.len ? names_clean_path(file, &list->report->arena) : STR(".");
    return view_intern(list->report->view, file);
}

/* Puts the instruction below the line of each of its frames that is looked for. */
static void add_frames(struct weblist *list, size_t instruction, const struct frame *frames,
                       size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (!map_get(&list->interest, frames[i].function))
            continue;
        struct web_call *calls = ARENA_ARRAY(&list->report->arena, struct web_call, i + 1);
        for (size_t j = 0; j < i; j++)
            calls[j] = (struct web_call){frames[i - 1 - j].file, frames[i - 1 - j].line};
        struct web_entry entry = {.file = path_id(list, frames[i].file),
                                  .function = frames[i].function,
                                  .line = frames[i].line,
                                  .order = list->entries.len,
                                  .instruction = instruction,
                                  .calls = calls,
                                  .call_count = i};
        VEC_PUSH(list->report->view->memory, &list->entries, entry);
    }
}

static size_t add_instruction(struct weblist *list, const struct web_instruction *instruction)
{
    bool added;
    uint64_t *index = map_put(&list->by_instruction, instruction->address, &added);
    if (added) {
        *index = list->instructions.len;
        VEC_PUSH(list->report->view->memory, &list->instructions, *instruction);
    }
    list->instructions.at[*index] = *instruction;
    return *index;
}

/* An address whose executable is not there. */
static void add_known(struct weblist *list, const struct web_address *entry)
{
    const struct view *view = list->report->view;
    const struct view_location *location = &view->locations.at[entry->location];
    struct arena *arena = &list->report->arena;
    struct frame *frames = ARENA_ARRAY(arena, struct frame, location->line_count + 1);
    struct web_instruction instruction = {
        .address = entry->address, .length = 1, .shown = entry->address};
    for (uint32_t i = 0; i < location->line_count; i++) {
        const struct view_line *line = &view->lines.at[location->first_line + i];
        const struct view_function *function = &view->functions.at[line->function];
        frames[i] = (struct frame){function->name, view_str(view, function->file), line->line};
    }
    if (location->line_count) {
        instruction.file = frames[0].file;
        instruction.line = frames[0].line;
    }
    add_frames(list, add_instruction(list, &instruction), frames, location->line_count);
}

/* ---- code around addresses ---- */

struct range {
    uint64_t begin, end; /* of the profile's addresses */
    uint64_t moved;
    void *program;
    int64_t score;
};
/* A piece of code that was read. */
struct piece {
    uint64_t address;
    struct str text, file; /* text.ptr is NULL outside of all ranges */
    int64_t line;
};
struct code {
    struct weblist *list;
    VEC(struct range) ranges;
    VEC(struct range *) chosen; /* the heaviest first */
    void *program;              /* that is being read */
    VEC(struct view_symbol) symbols;
    VEC(struct piece) pieces;
};

/* A range that lies before its mapping's start goes on below it; that is how pprof counts. */
static void widen(struct range *range, const struct view_mapping *mapping)
{
    range->begin = mapping->start - range->begin >= AROUND ? range->begin - AROUND : mapping->start;
    range->end = mapping->limit - range->end >= AROUND ? range->end + AROUND : mapping->limit;
}

/* Addresses near each other share a range. Returns the index behind the last of them. */
static size_t find_range(struct code *code, void *const *programs, size_t first, uint64_t moved)
{
    const struct weblist *list = code->list;
    const struct view *view = list->report->view;
    const struct web_address *entry = list->addresses.at;
    const struct view_mapping *mapping =
        &view->mappings.at[view->locations.at[entry[first].location].mapping];
    struct range range = {.begin = entry[first].address, .end = entry[first].address,
                          .moved = moved, .program = programs[first], .score = entry[first].flat};
    size_t i = first + 1;
    for (; i < list->addresses.len; i++) {
        if (!programs[i])
            continue;
        if (entry[i].address > range.end + 2 * AROUND || entry[i].address >= mapping->limit)
            break;
        range.end = entry[i].address;
        range.score = added(range.score, entry[i].flat);
    }
    widen(&range, mapping);
    VEC_PUSH(view->memory, &code->ranges, range);
    return i;
}

static bool is_heavier(const void *a, const void *b)
{
    return ((const struct range *)a)->score > ((const struct range *)b)->score;
}

static void choose_ranges(struct code *code)
{
    const struct memory *memory = code->list->report->view->memory;
    for (size_t i = 0; i < code->ranges.len; i++)
        VEC_PUSH(memory, &code->chosen, &code->ranges.at[i]);
    go_sort((void **)code->chosen.at, code->chosen.len, is_heavier);
    if (code->chosen.len > MAX_RANGES)
        code->chosen.len = MAX_RANGES;
}

static void find_ranges(struct code *code)
{
    struct weblist *list = code->list;
    struct view *view = list->report->view;
    size_t count = list->addresses.len;
    void **programs = ARENA_ARRAY(&list->report->arena, void *, count + 1);
    uint64_t *moved = ARENA_ARRAY(&list->report->arena, uint64_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct web_address *entry = &list->addresses.at[i];
        uint32_t mapping = entry->location == NONE ? NONE
                                                   : view->locations.at[entry->location].mapping;
        struct sb why;
        sb_init(&why, view->memory);
        programs[i] = mapping != NONE && view->programs
                          ? symbolize_open(view, mapping, &moved[i], &why)
                          : NULL;
        sb_release(&why);
        if (entry->location != NONE && !programs[i])
            add_known(list, entry);
    }
    for (size_t i = 0; i < count;)
        i = programs[i] ? find_range(code, programs, i, moved[i]) : i + 1;
    choose_ranges(code);
}

/* Whether [from, to), as the executable has it, is part of a range. */
static bool is_wanted(const struct code *code, uint64_t from, uint64_t to)
{
    for (size_t i = 0; i < code->chosen.len; i++) {
        const struct range *range = code->chosen.at[i];
        if (range->program == code->program && from < range->end - range->moved &&
            to > range->begin - range->moved)
            return true;
    }
    return false;
}

static void take_symbol(void *to, const struct view_symbol *symbol)
{
    struct code *code = to;
    struct view_symbol whole = *symbol;
    whole.size++; /* the reader leaves the last byte out, as -disasm has it */
    if (symbol->size && is_wanted(code, symbol->address, symbol->address + symbol->size))
        VEC_PUSH(code->list->report->view->memory, &code->symbols, whole);
}

static void take_piece(void *to, size_t symbol, const struct view_instruction *instruction)
{
    enum { LONGEST = 16 }; /* bytes of an instruction, and one */
    struct code *code = to;
    struct arena *arena = &code->list->report->arena;
    struct piece piece = {.address = instruction->address, .line = instruction->line};
    (void)symbol;
    if (is_wanted(code, piece.address, piece.address + LONGEST)) {
        piece.text = str_copy(arena, instruction->text);
        piece.file = str_copy(arena, instruction->file);
    }
    VEC_PUSH(code->list->report->view->memory, &code->pieces, piece);
}

static int compare_pieces(const void *a, const void *b)
{
    const struct piece *x = a, *y = b;
    return x->address < y->address ? -1 : x->address > y->address;
}

/* What the line tables say, as the executable's reader has it. */
static size_t frames_of(struct code *code, const struct piece *piece, struct frame *frame)
{
    struct view *view = code->list->report->view;
    struct view_position position;
    if (!view->programs->position(code->program, piece->address, &position))
        return 0;
    *frame = (struct frame){view_intern(view, position.function), position.file, position.line};
    return 1;
}

/* An instruction without a line belongs to the line before, if that is near. */
static void list_range(struct code *code, const struct range *range)
{
    enum { NEAR = 32 };
    struct frame frame, last = {0};
    size_t last_count = 0;
    uint64_t last_address = 0, begin = range->begin - range->moved,
             end = range->end - range->moved;
    for (size_t i = 0; i < code->pieces.len && code->pieces.at[i].address < end; i++) {
        const struct piece *piece = &code->pieces.at[i];
        bool is_last = i + 1 == code->pieces.len || code->pieces.at[i + 1].address >= end;
        uint64_t next = is_last ? piece->address + 1 : code->pieces.at[i + 1].address;
        if (next <= begin || next == piece->address || !piece->text.ptr)
            continue;
        size_t count = frames_of(code, piece, &frame);
        struct web_instruction instruction = {.address = piece->address + range->moved,
                                              .length = next - piece->address,
                                              .shown = piece->address,
                                              .text = piece->text};
        if (count) {
            instruction.file = frame.file;
            instruction.line = frame.line;
        }
        size_t index = add_instruction(code->list, &instruction);
        if (count && frame.line) {
            last = frame;
            last_count = count;
            last_address = piece->address;
        } else if (last_count && piece->address - last_address <= NEAR) {
            frame = last;
            count = last_count;
        }
        add_frames(code->list, index, &frame, count);
    }
}

static enum status read_program(struct code *code, void *program)
{
    struct report *report = code->list->report;
    const struct view_programs *programs = report->view->programs;
    code->program = program;
    code->symbols.len = code->pieces.len = 0;
    programs->symbols(program, take_symbol, code);
    struct view_code request = {code->symbols.at, code->symbols.len, take_piece, code};
    enum status status = code->symbols.len ? programs->disassemble(program, &request, report->sink)
                                           : STATUS_OK;
    if (code->pieces.len)
        qsort(code->pieces.at, code->pieces.len, sizeof(*code->pieces.at), compare_pieces);
    return status;
}

/* Where code cannot be read, which the sink was told, the lines that the profile has are left. */
static void list_known(struct weblist *list, const struct range *range)
{
    for (size_t i = 0; i < list->addresses.len; i++) {
        const struct web_address *entry = &list->addresses.at[i];
        if (entry->location != NONE && entry->address - range->begin < range->end - range->begin)
            add_known(list, entry);
    }
}

static void list_code(struct code *code)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < code->chosen.len; i++) {
        const struct range *range = code->chosen.at[i];
        if (range->program != code->program)
            status = read_program(code, range->program);
        if (status)
            list_known(code->list, range);
        else
            list_range(code, range);
    }
}

/* ---- all ---- */

/* A sample may point into the middle of an instruction. */
static void weigh(struct weblist *list)
{
    for (size_t i = 0; i < list->instructions.len; i++) {
        struct web_instruction *instruction = &list->instructions.at[i];
        size_t low = 0, high = list->addresses.len;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (list->addresses.at[middle].address < instruction->address)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < list->addresses.len &&
               list->addresses.at[low].address - instruction->address < instruction->length;
             low++) {
            instruction->flat = added(instruction->flat, list->addresses.at[low].flat);
            instruction->cum = added(instruction->cum, list->addresses.at[low].cum);
        }
    }
}

static int compare_entries(const void *a, const void *b, void *view)
{
    const struct web_entry *x = a, *y = b;
    int order = x->file == y->file
                    ? 0
                    : str_compare(view_str(view, x->file), view_str(view, y->file));
    if (order || x->line != y->line)
        return order ? order : x->line < y->line ? -1 : 1;
    return x->order < y->order ? -1 : 1;
}

static void release(struct weblist *list, struct code *code)
{
    const struct memory *memory = list->report->view->memory;
    VEC_RELEASE(memory, &code->ranges);
    VEC_RELEASE(memory, &code->chosen);
    VEC_RELEASE(memory, &code->symbols);
    VEC_RELEASE(memory, &code->pieces);
    VEC_RELEASE(memory, &list->addresses);
    VEC_RELEASE(memory, &list->instructions);
    VEC_RELEASE(memory, &list->entries);
    map_release(&list->by_address);
    map_release(&list->by_instruction);
    map_release(&list->interest);
    map_release(&list->pretty);
}

static enum status write_list(struct weblist *list, struct code *code)
{
    collect(list);
    if (!list->interest.len)
        return show_no_match(list->report);
    find_ranges(code);
    list_code(code);
    weigh(list);
    if (list->entries.len)
        qsort_r(list->entries.at, list->entries.len, sizeof(*list->entries.at), compare_entries,
                list->report->view);
    weblist_page(list);
    return STATUS_OK;
}

enum status weblist_write(struct report *report)
{
    struct weblist list = {.report = report};
    struct code code = {.list = &list};
    map_init(&list.by_address, report->view->memory);
    map_init(&list.by_instruction, report->view->memory);
    map_init(&list.interest, report->view->memory);
    map_init(&list.pretty, report->view->memory);
    enum status status = write_list(&list, &code);
    release(&list, &code);
    return status;
}
