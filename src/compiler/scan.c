/* scan: one piece of gc's text, line by line, into records.
 *
 * Four of five bytes are explanations. Their lines begin with the very bytes of their head's
 * position and two blanks, so they cost one comparison each; only other lines are looked into. Of
 * those the long "can inline ... as: ..." are decided by their first bytes and last byte
 * (messages.h). */
#include "compiler/compiler_int.h"

struct scanner {
    struct piece *piece;
    const struct memory *memory;
    struct position position; /* of the last line that had one: paths repeat */
    struct str path;          /* the path that path_id stands for */
    uint32_t path_id;
    struct str story_prefix; /* "path:line:col:   ", how explanation lines of the open story
                                begin */
    size_t story;            /* the open story's index + 1; 0 when none is open */
};

/* The line at the front of *rest, without its end; *rest is left behind the line's end. */
static struct str line_cut(struct str *rest)
{
    const char *end = memchr(rest->ptr, '\n', rest->len);
    size_t len = end ? (size_t)(end - rest->ptr) : rest->len;
    struct str line = {rest->ptr, len};
    size_t used = end ? len + 1 : len;
    *rest = (struct str){rest->ptr + used, rest->len - used};
    if (line.len && line.ptr[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool is_explanation(struct str line)
{
    struct position position = {0};
    return position_leading(line, &position) && line.len >= position.length + 2 &&
           memcmp(line.ptr + position.length, "  ", 2) == 0;
}

size_t piece_boundary(struct str text, size_t from)
{
    if (from == 0 || from >= text.len)
        return from == 0 ? 0 : text.len;
    const char *end = memchr(text.ptr + from - 1, '\n', text.len - from + 1);
    if (!end)
        return text.len;
    struct str rest = str_span(end + 1, text.ptr + text.len);
    while (rest.len) {
        struct str before = rest;
        if (!is_explanation(line_cut(&rest)))
            return (size_t)(before.ptr - text.ptr); /* P1 */
    }
    return text.len;
}

/* ---- packages ---- */

static bool is_word(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if ((unsigned char)text.ptr[i] <= ' ')
            return false;
    }
    return text.len > 0;
}

/* "# import/path" or "# import/path [p.test]"; false for other lines that begin with '#'. */
static bool header_read(struct scanner *scanner, struct str line)
{
    if (line.len < 3 || line.ptr[0] != '#' || line.ptr[1] != ' ')
        return false;
    struct piece *piece = scanner->piece;
    struct str rest = str_trim(str_skip(line, 2));
    struct str path = str_cut(&rest, ' ');
    bool variant = rest.len > 2 && rest.ptr[0] == '[' && rest.ptr[rest.len - 1] == ']';
    if (!is_word(path) || path.ptr[0] == '[' || (rest.len && !variant))
        return false;
    struct piece_package package = {
        .import_path = str_copy(&piece->arena, path),
        .for_test = variant ? str_copy(&piece->arena, str_slice(rest, 1, rest.len - 1)) : STR_NONE,
        .first_message = (uint32_t)piece->messages.len,
    };
    VEC_PUSH(scanner->memory, &piece->packages, package);
    return true;
}

/* ---- messages ---- */

static uint32_t name_hash(struct str name)
{
    uint64_t hash = hash_bytes(name.ptr ? name.ptr : "", name.len);
    return (uint32_t)(hash ^ hash >> 32);
}

/* gc prints names of other packages qualified in explanations, but not in verdicts. */
static struct str unqualified(struct str name)
{
    ptrdiff_t dot = str_find_last(name, '.');
    return dot >= 0 && name.len && name.ptr[0] != '{' ? str_skip(name, (size_t)dot + 1) : name;
}

static struct message_note note_of(enum message_kind kind, const struct message_parts *parts)
{
    struct message_note note = {.derefs = (uint16_t)parts->derefs};
    struct str subject = parts->subject;
    if (kind == MESSAGE_STORY_LEAKS || kind == MESSAGE_LEAKS_RESULT || kind == MESSAGE_LEAKS ||
        kind == MESSAGE_LEAKS_CONTENT)
        subject = unqualified(subject);
    else if (kind == MESSAGE_STORY_ESCAPES && str_starts(subject, STR("append(")))
        subject = STR("append");
    note.subject = name_hash(subject);
    note.target = name_hash(unqualified(parts->target));
    note.to_heap = str_is(parts->target, "{heap}");
    note.literal = str_is(subject, "func literal");
    return note;
}

static uint32_t path_id(struct scanner *scanner)
{
    if (!str_equal(scanner->path, scanner->position.path)) {
        scanner->path = scanner->position.path;
        scanner->path_id = intern_add(&scanner->piece->strings, scanner->path);
    }
    return scanner->path_id;
}

static void judge(struct scanner *scanner, const struct message *message)
{
    struct judged_function judged = {.message = (uint32_t)scanner->piece->messages.len};
    judgement_read((enum message_kind)message->kind, message->text, &judged);
    VEC_PUSH(scanner->memory, &scanner->piece->judged, judged);
}

/* What a message of this form says of the compiler that printed it. */
static void version_narrow(struct piece *piece, const struct form_facts *facts)
{
    if (facts->since > piece->since)
        piece->since = facts->since;
    if (facts->until && facts->until < piece->until)
        piece->until = facts->until;
    if (facts->level > piece->level)
        piece->level = facts->level;
}

static void parameter_story_narrow(struct piece *piece, bool names_function)
{
    struct form_facts facts = {MESSAGE_NONE, 2, names_function ? 25 : 0, names_function ? 0 : 24};
    version_narrow(piece, &facts);
}

static void story_open(struct scanner *scanner, struct str line)
{
    scanner->story = scanner->piece->messages.len;
    scanner->story_prefix = str_slice(line, 0, scanner->position.length);
}

/* Keeps a message; line begins with scanner->position (which is empty for one without). */
static void message_add(struct scanner *scanner, struct str line, enum message_form form)
{
    struct piece *piece = scanner->piece;
    const struct position *position = &scanner->position;
    struct form_facts facts = {.kind = MESSAGE_OTHER};
    struct str text = str_skip(line, position->length);
    if (form != FORM_COUNT) {
        facts = message_form_facts(form);
        version_narrow(piece, &facts);
    }
    struct message_parts parts = message_parts_of(facts.kind, text);
    struct message message = {
        .text = text,
        .path = position->path.len ? path_id(scanner) : 0,
        .package = (uint32_t)piece->packages.len - 1,
        .line = position->line,
        .column = position->column > UINT16_MAX ? UINT16_MAX : (uint16_t)position->column,
        .kind = (uint8_t)facts.kind,
        .source = piece->source,
        .function = parts.function.len ? intern_add(&piece->strings, parts.function) : 0,
    };
    if (facts.kind == MESSAGE_CAN_INLINE || facts.kind == MESSAGE_CANNOT_INLINE)
        judge(scanner, &message);
    VEC_PUSH(scanner->memory, &piece->messages, message);
    VEC_PUSH(scanner->memory, &piece->notes, note_of(facts.kind, &parts));
    if (facts.kind == MESSAGE_STORY_LEAKS)
        parameter_story_narrow(piece, parts.function.len > 0);
    if (facts.kind == MESSAGE_STORY_ESCAPES || facts.kind == MESSAGE_STORY_LEAKS)
        story_open(scanner, line);
}

/* ---- lines ---- */

/* Lines of the go command between those of the compiler: its own remarks, and "build -v" names. */
static bool is_go_remark(const struct piece *piece, struct str line)
{
    if (line.len == 0 || is_word(line) || str_starts(line, STR("go: downloading ")))
        return true;
    return !piece->failed && str_starts(line, STR("go: ")); /* else it may say why */
}

static void odd_add(struct scanner *scanner, struct str line, bool positioned)
{
    struct piece *piece = scanner->piece;
    piece->odd_count++;
    if (piece->odd.len == PIECE_ODD_LINES)
        return;
    struct odd_line odd = {
        .text = str_copy(&piece->arena, str_slice(line, 0, 4096)),
        .line = piece->lines,
        .package = (uint32_t)piece->packages.len - 1,
        .positioned = positioned,
    };
    VEC_PUSH(scanner->memory, &piece->odd, odd);
}

/* gc prints a few messages without any position (variables that range-over-func makes up). */
static void unplaced_read(struct scanner *scanner, struct str line)
{
    struct position kept = scanner->position;
    enum message_form form = message_form_of(line);
    if (form == FORM_COUNT || line.len > LIMIT_COMPILER_LINE_BYTES) {
        if (!is_go_remark(scanner->piece, line))
            odd_add(scanner, line, false);
        return;
    }
    scanner->position = (struct position){0};
    message_add(scanner, line, form);
    scanner->position = kept;
}

static void line_read(struct scanner *scanner, struct str line)
{
    if (header_read(scanner, line))
        return;
    if (line.len > LIMIT_COMPILER_LINE_BYTES || !position_leading(line, &scanner->position)) {
        unplaced_read(scanner, line);
        return;
    }
    struct str text = str_skip(line, scanner->position.length);
    if (str_starts(text, STR("  "))) /* an explanation whose head is missing */
        return;
    enum message_form form = message_form_of(text);
    if (form == FORM_COUNT)
        odd_add(scanner, line, true);
    message_add(scanner, line, form);
}

/* Is this line part of the open story's explanation? */
static bool story_goes_on(const struct scanner *scanner, struct str line)
{
    size_t n = scanner->story_prefix.len;
    return scanner->story && line.len > n + 2 && line.ptr[n] == ' ' && line.ptr[n + 1] == ' ' &&
           memcmp(line.ptr, scanner->story_prefix.ptr, n) == 0;
}

static void piece_init(struct piece *piece, const struct memory *memory)
{
    arena_init(&piece->arena, memory);
    intern_init(&piece->strings, memory);
    piece->until = UINT32_MAX;
    struct piece_package continued = {.continued = true};
    VEC_PUSH(memory, &piece->packages, continued);
}

void piece_scan(struct piece *piece, const struct memory *memory)
{
    piece_init(piece, memory);
    struct scanner scanner = {.piece = piece, .memory = memory};
    struct str rest = piece->text;
    while (rest.len) {
        const char *start = rest.ptr;
        struct str line = line_cut(&rest);
        if (story_goes_on(&scanner, line)) {
            struct message *head = &piece->messages.at[scanner.story - 1];
            head->story_bytes += (uint32_t)(rest.ptr - start);
        } else {
            scanner.story = 0;
            line_read(&scanner, line);
        }
        piece->lines++;
    }
}

void piece_release(struct piece *piece, const struct memory *memory)
{
    arena_release(&piece->arena);
    intern_release(&piece->strings);
    VEC_RELEASE(memory, &piece->messages);
    VEC_RELEASE(memory, &piece->notes);
    VEC_RELEASE(memory, &piece->packages);
    VEC_RELEASE(memory, &piece->judged);
    VEC_RELEASE(memory, &piece->odd);
}
