/* What on a line allocates at run time, by the form of expressions and statements.
 *
 * Positions are those that gc gives the nodes (cmd/compile/internal/syntax, nodes.go and
 * parser.go), because the line of a heap profile's frame is the line of the position. */
#include <stdlib.h>

#include "syntax_int.h"

struct collector {
    const struct syntax_file *file;
    struct arena *arena;
    uint32_t line;
    struct construct *at;
    size_t count, cap;
};

const char *construct_kind_name(enum construct_kind kind)
{
    static const char *const names[] = {
        [CONSTRUCT_MAP_ASSIGN] = "map_assign", [CONSTRUCT_MAKE_CHAN] = "make_chan",
        [CONSTRUCT_MAKE_MAP] = "make_map",     [CONSTRUCT_MAKE_SLICE] = "make_slice",
        [CONSTRUCT_NEW] = "new",               [CONSTRUCT_APPEND] = "append",
        [CONSTRUCT_GO] = "go",                 [CONSTRUCT_DEFER] = "defer",
        [CONSTRUCT_CONCAT] = "concat",         [CONSTRUCT_TO_STRING] = "to_string",
        [CONSTRUCT_TO_BYTES] = "to_bytes",     [CONSTRUCT_TO_RUNES] = "to_runes",
        [CONSTRUCT_FUNC] = "func",             [CONSTRUCT_COMPOSITE] = "composite",
        [CONSTRUCT_SLICE_LITERAL] = "slice_literal", [CONSTRUCT_MAP_LITERAL] = "map_literal",
        [CONSTRUCT_CALL] = "call",             [CONSTRUCT_SELECT] = "select",
    };
    _Static_assert(COUNT_OF(names) == CONSTRUCT_KIND_COUNT, "a name for each kind");
    return names[kind];
}

/* The part of the tokens [from, to) that lies on the collector's line. */
static struct str text_on_line(const struct collector *collector, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = collector->file;
    struct str line = syntax_line(file, collector->line);
    uint32_t first = first_token_of_line(file, collector->line);
    if (from < first)
        from = first;
    if (from >= to || to > file->token_count || line.ptr == NULL)
        return STR_NONE;
    const char *begin = file->text.ptr + file->tokens[from].offset;
    struct str last = text_at(file, to - 1);
    const char *end = last.ptr + last.len, *line_end = line.ptr + line.len;
    if (end > line_end)
        end = line_end;
    return begin < end ? str_trim(str_span(begin, end)) : STR_NONE;
}

static void grow(struct collector *collector)
{
    collector->cap = collector->cap ? collector->cap * 2 : 8;
    struct construct *at = ARENA_ARRAY(collector->arena, struct construct, collector->cap);
    if (collector->count > 0)
        memcpy(at, collector->at, collector->count * sizeof(*at));
    collector->at = at;
}

/* Adds the expression [from, to) if its position is on the line; NULL when it is not. */
static struct construct *add(struct collector *collector, enum construct_kind kind,
                             uint32_t position, uint32_t from, uint32_t to)
{
    const struct token *token = &collector->file->tokens[position];
    if (token->line != collector->line)
        return NULL;
    if (collector->count == collector->cap)
        grow(collector);
    struct construct *construct = &collector->at[collector->count++];
    *construct = (struct construct){
        .kind = kind,
        .line = token->line,
        .column = token->column,
        .certain = true,
        .text = text_on_line(collector, from, to),
    };
    return construct;
}

/* ---- calls and conversions ---- */

static bool is_silent_builtin(struct str name)
{
    static const char *const names[] = {
        "len",   "cap",  "copy",  "delete",  "panic", "print", "println", "recover",
        "close", "real", "imag", "complex", "min",   "max",   "clear",
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(name, names[i]))
            return true;
    }
    return false;
}

/* make(T, ...) with the parenthesis at open. */
static void add_make(struct collector *collector, uint32_t from, uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t close = match_at(file, open);
    uint32_t type_end = element_end(file, open + 1, close);
    struct str type = text_between(file, open + 1, type_end, collector->arena);
    bool sized = type_end < close, certain = true;
    enum construct_kind kind = sized ? CONSTRUCT_MAKE_SLICE : CONSTRUCT_MAKE_MAP;
    switch (type_shape(file, type)) {
    case SHAPE_MAP:
        kind = CONSTRUCT_MAKE_MAP;
        break;
    case SHAPE_SLICE:
        kind = CONSTRUCT_MAKE_SLICE;
        break;
    case SHAPE_CHAN:
        kind = CONSTRUCT_MAKE_CHAN;
        break;
    default:
        certain = false;
    }
    struct construct *construct = add(collector, kind, open, from, close + 1);
    if (construct)
        construct->certain = certain;
}

static void add_append(struct collector *collector, uint32_t from, uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t close = match_at(file, open);
    struct construct *construct = add(collector, CONSTRUCT_APPEND, open, from, close + 1);
    if (construct)
        construct->target = text_between(file, open + 1, element_end(file, open + 1, close),
                                         collector->arena);
}

/* A conversion is positioned at its operand. */
static void add_conversion(struct collector *collector, enum construct_kind kind, uint32_t from,
                           uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t close = match_at(file, open);
    uint32_t end = kind_before(file, close) == TOKEN_COMMA ? close - 1 : close;
    bool constant = kind == CONSTRUCT_TO_STRING && open + 2 == end &&
                    is_literal(kind_at(file, open + 1));
    if (open + 1 < end && !constant)
        add(collector, kind, expression_position(file, open + 1, end), from, close + 1);
}

static void add_other_call(struct collector *collector, uint32_t from, uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t close = match_at(file, open);
    struct construct *construct = add(collector, CONSTRUCT_CALL, open, from, close + 1);
    if (construct == NULL)
        return;
    construct->callee = callee_text(file, from, open, collector->arena);
    bool spread = kind_before(file, close) == TOKEN_ELLIPSIS;
    enum token_kind before = kind_before(file, open);
    bool plain_name = before == TOKEN_IDENT || before == TOKEN_RBRACK ||
                      (before == TOKEN_RPAREN && role_at(file, open - 1) == ROLE_GROUP);
    construct->certain = !plain_name || spread || element_count(file, open) != 1;
}

/* A conversion to the type of this file whose definition begins at `type`: to one like []byte or
 * string it may copy, which the operand's type decides. */
static void add_named_conversion(struct collector *collector, uint32_t from, uint32_t open,
                                 uint32_t type)
{
    const struct syntax_file *file = collector->file;
    struct str definition = text_between(file, type, skip_type(file, type), collector->arena);
    size_t before = collector->count;
    if (str_is(definition, "string"))
        add_conversion(collector, CONSTRUCT_TO_STRING, from, open);
    else if (str_is(definition, "[]byte"))
        add_conversion(collector, CONSTRUCT_TO_BYTES, from, open);
    else if (str_is(definition, "[]rune"))
        add_conversion(collector, CONSTRUCT_TO_RUNES, from, open);
    if (collector->count > before)
        collector->at[before].certain = false;
}

/* A call of, or conversion to, something with a name alone. */
static void add_named_call(struct collector *collector, uint32_t from, uint32_t open)
{
    struct str name = text_at(collector->file, from);
    uint32_t type, type_end;
    if (str_is(name, "make"))
        add_make(collector, from, open);
    else if (str_is(name, "new"))
        add(collector, CONSTRUCT_NEW, open, from, match_at(collector->file, open) + 1);
    else if (str_is(name, "append"))
        add_append(collector, from, open);
    else if (str_is(name, "string"))
        add_conversion(collector, CONSTRUCT_TO_STRING, from, open);
    else if (find_type(collector->file, name, &type, &type_end))
        add_named_conversion(collector, from, open, type);
    else if (!is_silent_builtin(name) && !is_basic_type(name))
        add_other_call(collector, from, open);
}

/* Is the operand [from, open) a type: []T, map[K]V, (*T) of this file ...? */
static bool is_type_operand(const struct syntax_file *file, uint32_t from, uint32_t open)
{
    uint32_t type, type_end;
    switch (kind_at(file, from)) {
    case TOKEN_LBRACK:
    case TOKEN_MAP:
    case TOKEN_CHAN:
        return true;
    case TOKEN_LPAREN:
        return kind_at(file, from + 1) == TOKEN_MUL && from + 4 == open &&
               find_type(file, text_at(file, from + 2), &type, &type_end);
    default:
        return role_at(file, open - 1) == ROLE_FIELDS;
    }
}

static void add_call(struct collector *collector, uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t from = operand_begin(file, open - 1);
    struct str last = text_at(file, open - 1);
    if (from + 1 == open && kind_at(file, from) == TOKEN_IDENT) {
        add_named_call(collector, from, open);
        return;
    }
    bool is_slice = kind_at(file, from) == TOKEN_LBRACK && from + 3 == open;
    if (is_slice && (str_is(last, "byte") || str_is(last, "uint8")))
        add_conversion(collector, CONSTRUCT_TO_BYTES, from, open);
    else if (is_slice && (str_is(last, "rune") || str_is(last, "int32")))
        add_conversion(collector, CONSTRUCT_TO_RUNES, from, open);
    else if (!is_type_operand(file, from, open))
        add_other_call(collector, from, open);
}

/* ---- literals ---- */

/* &T{...}: the ampersand stands before the type; T{...}: slices and maps. */
static void add_literal(struct collector *collector, uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t from, to, end = match_at(file, open) + 1;
    bool pointer;
    literal_type(file, open, &from, &to, &pointer);
    bool own_type = from < to && to == open;
    uint32_t begin = own_type ? from : open;
    if (own_type && kind_before(file, from) == TOKEN_AND && !is_binary(file, from - 1)) {
        add(collector, CONSTRUCT_COMPOSITE, from - 1, from - 1, end);
        if (kind_at(file, from) != TOKEN_LBRACK && kind_at(file, from) != TOKEN_MAP)
            return;
    }
    if (pointer) {
        add(collector, CONSTRUCT_COMPOSITE, open, begin, end);
        return;
    }
    switch (type_shape(file, text_between(file, from, to, collector->arena))) {
    case SHAPE_SLICE:
        add(collector, CONSTRUCT_SLICE_LITERAL, open, begin, end);
        break;
    case SHAPE_MAP:
        add(collector, CONSTRUCT_MAP_LITERAL, open, begin, end);
        break;
    default:
        break;
    }
}

static void add_func(struct collector *collector, uint32_t func)
{
    const struct syntax_file *file = collector->file;
    struct signature signature = syntax_signature(file, func);
    uint32_t function = function_with_body(file, signature.after);
    if (function == SYNTAX_NONE || file->functions[function].func != func ||
        !file->functions[function].is_literal)
        return;
    add(collector, CONSTRUCT_FUNC, func, func, file->functions[function].body_end + 1);
}

/* ---- statements ---- */

/* Does a loop of the same function hold the token? */
static bool in_loop(const struct syntax_file *file, uint32_t index)
{
    for (uint32_t open = file->inside[index]; open < file->token_count; open = file->inside[open]) {
        if (role_at(file, open) == ROLE_LOOP)
            return true;
        if (role_at(file, open) == ROLE_BODY)
            return false;
    }
    return false;
}

static void add_statement(struct collector *collector, uint32_t keyword, enum construct_kind kind)
{
    const struct syntax_file *file = collector->file;
    struct construct *construct =
        add(collector, kind, keyword, keyword, statement_end(file, keyword));
    if (construct && kind == CONSTRUCT_DEFER)
        construct->certain = in_loop(file, keyword);
}

/* The shape of what is indexed: the operand [from, to). */
static enum type_shape operand_shape(struct collector *collector, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = collector->file;
    struct str type = expression_type(file, from, to, 0, collector->arena);
    if (str_starts(type, STR("*[")))
        return SHAPE_OTHER;
    return type_shape(file, type);
}

static void add_map_assign(struct collector *collector, uint32_t open)
{
    const struct syntax_file *file = collector->file;
    uint32_t close = match_at(file, open), after = close + 1;
    if (open == 0 || !is_assigned(file, after))
        return;
    uint32_t from = operand_begin(file, open - 1);
    enum type_shape shape = operand_shape(collector, from, open);
    bool string_key = open + 2 == close && kind_at(file, open + 1) == TOKEN_STRING;
    if (shape != SHAPE_MAP && shape != SHAPE_UNKNOWN)
        return;
    struct construct *construct =
        add(collector, CONSTRUCT_MAP_ASSIGN, open, from, statement_end(file, after));
    if (construct == NULL)
        return;
    construct->certain = shape == SHAPE_MAP || string_key;
    construct->target = text_in_line(file, from, open, collector->arena);
}

/* ---- sums ---- */

/* What the operands of a sum tell of it. */
struct sum {
    bool number, string, variable;
};

/* Does the token end a sum, seen from within? */
static bool ends_sum(const struct syntax_file *file, uint32_t index)
{
    enum token_kind kind = kind_at(file, index);
    switch (kind) {
    case TOKEN_END:
    case TOKEN_COMMA:
    case TOKEN_SEMICOLON:
    case TOKEN_COLON:
    case TOKEN_ASSIGN:
    case TOKEN_DEFINE:
    case TOKEN_ELLIPSIS:
    case TOKEN_LAND:
    case TOKEN_LOR:
    case TOKEN_EQL:
    case TOKEN_NEQ:
    case TOKEN_LSS:
    case TOKEN_GTR:
    case TOKEN_LEQ:
    case TOKEN_GEQ:
        return true;
    case TOKEN_ARROW:
        return is_binary(file, index);
    default:
        return is_assignment_op(kind);
    }
}

static bool is_statement_keyword(enum token_kind kind)
{
    return kind >= TOKEN_BREAK && kind != TOKEN_FUNC && kind != TOKEN_STRUCT &&
           kind != TOKEN_INTERFACE && kind != TOKEN_MAP && kind != TOKEN_CHAN;
}

/* The first token of the sum around index. */
static uint32_t sum_begin(const struct syntax_file *file, uint32_t index)
{
    while (index > 0) {
        uint32_t before = index - 1;
        switch (kind_at(file, before)) {
        case TOKEN_LPAREN:
        case TOKEN_LBRACK:
        case TOKEN_LBRACE:
            return index;
        case TOKEN_RPAREN:
        case TOKEN_RBRACK:
        case TOKEN_RBRACE:
            if (match_at(file, before) > before)
                return index;
            before = match_at(file, before);
            break;
        default:
            if (ends_sum(file, before) || is_statement_keyword(kind_at(file, before)))
                return index;
        }
        index = before;
    }
    return index;
}

static uint32_t sum_end(const struct syntax_file *file, uint32_t index)
{
    for (;;) {
        switch (kind_at(file, index)) {
        case TOKEN_RPAREN:
        case TOKEN_RBRACK:
        case TOKEN_RBRACE:
            return index;
        default:
            if (is_block(file, index) || ends_sum(file, index))
                return index;
            index = step(file, index);
        }
    }
}

/* One operand [from, to) of a sum. */
static void weigh_operand(struct collector *collector, struct sum *sum, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = collector->file;
    enum token_kind kind = kind_at(file, from);
    if (from + 1 == to && is_literal(kind)) {
        sum->string |= kind == TOKEN_STRING;
        sum->number |= kind != TOKEN_STRING;
        return;
    }
    sum->variable = true;
    if (kind == TOKEN_SUB || kind == TOKEN_ADD || kind == TOKEN_XOR) {
        sum->number = true;
        return;
    }
    enum type_shape shape = operand_shape(collector, from, to);
    sum->string |= shape == SHAPE_STRING;
    sum->number |= shape == SHAPE_NUMBER;
}

/* Looks at the operands of [from, to); returns the last binary + of its top level, 0 when none. */
static uint32_t weigh_sum(struct collector *collector, struct sum *sum, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = collector->file;
    uint32_t last = 0, operand = from;
    for (uint32_t i = from; i < to && !sum->number;) {
        enum token_kind kind = kind_at(file, i);
        if (i > from && kind >= TOKEN_ADD && kind <= TOKEN_AND_NOT && is_binary(file, i)) {
            sum->number |= kind != TOKEN_ADD;
            weigh_operand(collector, sum, operand, i);
            operand = i + 1;
            last = i;
        }
        i = step(file, i);
    }
    if (operand < to && !sum->number)
        weigh_operand(collector, sum, operand, to);
    return last;
}

/* A sum is one node at its last +, whichever of its signs lie on the line. */
static void add_concat(struct collector *collector, uint32_t plus)
{
    const struct syntax_file *file = collector->file;
    if (!is_binary(file, plus))
        return;
    uint32_t from = sum_begin(file, plus), to = sum_end(file, plus);
    struct sum sum = {0};
    uint32_t last = weigh_sum(collector, &sum, from, to);
    if (last != plus || sum.number || !sum.variable)
        return;
    struct construct *construct = add(collector, CONSTRUCT_CONCAT, plus, from, to);
    if (construct)
        construct->certain = sum.string;
}

static void add_concat_assign(struct collector *collector, uint32_t op)
{
    const struct syntax_file *file = collector->file;
    uint32_t end = statement_end(file, op);
    struct sum sum = {0};
    if (op == 0)
        return;
    uint32_t from = operand_begin(file, op - 1);
    weigh_operand(collector, &sum, from, op);
    weigh_sum(collector, &sum, op + 1, end);
    if (sum.number)
        return;
    struct construct *construct = add(collector, CONSTRUCT_CONCAT, op, from, end);
    if (construct)
        construct->certain = sum.string;
}

/* ---- all of a line ---- */

static void look_at_bracket(struct collector *collector, uint32_t index)
{
    switch (role_at(collector->file, index)) {
    case ROLE_CALL:
        if (index > 0)
            add_call(collector, index);
        break;
    case ROLE_LITERAL:
        add_literal(collector, index);
        break;
    case ROLE_INDEX:
        add_map_assign(collector, index);
        break;
    default:
        break;
    }
}

static void look_at(struct collector *collector, uint32_t index)
{
    switch (kind_at(collector->file, index)) {
    case TOKEN_LPAREN:
    case TOKEN_LBRACE:
    case TOKEN_LBRACK:
        look_at_bracket(collector, index);
        break;
    case TOKEN_FUNC:
        add_func(collector, index);
        break;
    case TOKEN_GO:
        add_statement(collector, index, CONSTRUCT_GO);
        break;
    case TOKEN_DEFER:
        add_statement(collector, index, CONSTRUCT_DEFER);
        break;
    case TOKEN_SELECT:
        add(collector, CONSTRUCT_SELECT, index, index, index + 1);
        break;
    case TOKEN_ADD:
        add_concat(collector, index);
        break;
    case TOKEN_ADD_ASSIGN:
        add_concat_assign(collector, index);
        break;
    default:
        break;
    }
}

static int compare_columns(const void *a, const void *b)
{
    const struct construct *left = a, *right = b;
    if (left->column != right->column)
        return left->column < right->column ? -1 : 1;
    return (left->kind > right->kind) - (left->kind < right->kind);
}

size_t syntax_constructs(const struct syntax_file *file, uint32_t line, struct arena *arena,
                         struct construct **constructs)
{
    struct collector collector = {.file = file, .arena = arena, .line = line};
    *constructs = NULL;
    if (line == 0)
        return 0;
    uint32_t index = first_token_of_line(file, line);
    while (kind_before(file, index) == TOKEN_LPAREN)
        index--; /* a conversion whose operand begins this line */
    for (; index < file->token_count && file->tokens[index].line <= line; index++)
        look_at(&collector, index);
    if (collector.count > 1)
        qsort(collector.at, collector.count, sizeof(*collector.at), compare_columns);
    *constructs = collector.at;
    return collector.count;
}
