/* From a token to the expression and statement around it, by brackets and their roles. */
#include "syntax_int.h"

uint32_t first_token_of_line(const struct syntax_file *file, uint32_t line)
{
    size_t low = 0, high = file->token_count - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (file->tokens[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return (uint32_t)low;
}

/* Back over what stands before a type's name: "[]", "map[K]", "*", "chan", "<-". A star counts only
 * when such a bracket or a channel stands before it; else it could multiply. */
static uint32_t type_prefix_begin(const struct syntax_file *file, uint32_t index)
{
    for (;;) {
        uint32_t before = index;
        while (kind_before(file, before) == TOKEN_MUL)
            before--;
        switch (kind_before(file, before)) {
        case TOKEN_RBRACK:
            if (role_at(file, before - 1) != ROLE_LENGTH)
                return index;
            index = match_at(file, before - 1);
            if (kind_before(file, index) == TOKEN_MAP)
                index--;
            break;
        case TOKEN_CHAN:
            index = before - 1;
            if (kind_before(file, index) == TOKEN_ARROW)
                index--;
            break;
        case TOKEN_ARROW:
            if (kind_before(file, before - 1) != TOKEN_CHAN)
                return index;
            index = before - 2;
            break;
        default:
            return index;
        }
    }
}

/* The first token of the type whose last token is at index. */
static uint32_t type_begin(const struct syntax_file *file, uint32_t index)
{
    enum token_kind kind = kind_at(file, index);
    if (kind == TOKEN_RBRACK && role_at(file, index) == ROLE_INDEX)
        index = match_at(file, index) - 1; /* G[T] */
    else if (kind == TOKEN_RBRACE && role_at(file, index) == ROLE_FIELDS)
        index = match_at(file, index) - 1; /* struct { } */
    else if (kind == TOKEN_RPAREN && role_at(file, index) == ROLE_PARAMS)
        index = match_at(file, index);
    while (kind_at(file, index) == TOKEN_LPAREN && kind_before(file, index) == TOKEN_RPAREN &&
           role_at(file, index - 1) == ROLE_PARAMS)
        index = match_at(file, index - 1); /* results, then parameters */
    if (kind_at(file, index) == TOKEN_LPAREN && kind_before(file, index) == TOKEN_FUNC)
        index--;
    if (index >= 2 && kind_at(file, index) == TOKEN_IDENT &&
        kind_before(file, index) == TOKEN_PERIOD)
        index -= 2;
    return type_prefix_begin(file, index);
}

/* Back from a closing bracket to the last token of what it belongs to, or to the operand's first
 * token, which *done says. */
static uint32_t before_bracket(const struct syntax_file *file, uint32_t close, bool *done)
{
    uint32_t open = match_at(file, close);
    *done = true;
    switch (role_at(file, close)) {
    case ROLE_CALL:
        *done = kind_before(file, open) == TOKEN_RBRACE && role_at(file, open - 1) == ROLE_FIELDS;
        return *done ? type_begin(file, open - 1) : open - 1;
    case ROLE_INDEX:
        *done = false;
        return open - 1;
    case ROLE_ASSERT:
        *done = open < 2;
        return open < 2 ? open : open - 2;
    case ROLE_LITERAL: {
        enum token_kind before = kind_before(file, open);
        bool bare = before == TOKEN_LBRACE || before == TOKEN_COMMA || before == TOKEN_COLON;
        return bare || open == 0 ? open : type_begin(file, open - 1);
    }
    case ROLE_BODY: {
        uint32_t function = function_with_body(file, open);
        return function == SYNTAX_NONE ? open : file->functions[function].func;
    }
    case ROLE_FIELDS:
    case ROLE_PARAMS:
        return type_begin(file, close);
    default:
        return open;
    }
}

uint32_t operand_begin(const struct syntax_file *file, uint32_t index)
{
    bool done = false;
    while (!done) {
        enum token_kind kind = kind_at(file, index);
        if (kind == TOKEN_RPAREN || kind == TOKEN_RBRACK || kind == TOKEN_RBRACE) {
            if (match_at(file, index) == end_token(file))
                return index;
            index = before_bracket(file, index, &done);
        } else if (kind_before(file, index) == TOKEN_PERIOD && index >= 2 &&
                   ends_operand(file, index - 2)) {
            index -= 2;
        } else {
            done = true;
            if (kind == TOKEN_IDENT)
                index = type_prefix_begin(file, index);
        }
    }
    return index;
}

bool begins_statement(const struct syntax_file *file, uint32_t index)
{
    if (index == 0)
        return true;
    switch (kind_at(file, index - 1)) {
    case TOKEN_SEMICOLON:
        return true;
    case TOKEN_LBRACE:
        return is_block(file, index - 1) || role_at(file, index - 1) == ROLE_BODY;
    case TOKEN_COLON: {
        uint32_t open = file->inside[index];
        return is_block(file, open) || role_at(file, open) == ROLE_BODY;
    }
    default:
        return false;
    }
}

bool begins_element(const struct syntax_file *file, uint32_t index)
{
    switch (kind_before(file, index)) {
    case TOKEN_LBRACE:
    case TOKEN_LPAREN:
    case TOKEN_LBRACK:
    case TOKEN_COMMA:
    case TOKEN_SEMICOLON:
        return true;
    default:
        return false;
    }
}

bool is_binary(const struct syntax_file *file, uint32_t index)
{
    return index > 0 && ends_operand(file, index - 1);
}

uint32_t element_end(const struct syntax_file *file, uint32_t index, uint32_t close)
{
    while (index < close && kind_at(file, index) != TOKEN_COMMA)
        index = step(file, index);
    return index < close ? index : close;
}

uint32_t element_count(const struct syntax_file *file, uint32_t open)
{
    uint32_t close = match_at(file, open), count = 0;
    for (uint32_t i = open + 1; i < close; i = element_end(file, i, close) + 1)
        count++;
    return count;
}

uint32_t element_index(const struct syntax_file *file, uint32_t open, uint32_t index)
{
    uint32_t count = 0;
    for (uint32_t i = open + 1; (i = element_end(file, i, index)) < index; i++)
        count++;
    return count;
}

/* Is the element at index, without a type of its own, a key of its literal? */
static bool is_key(const struct syntax_file *file, uint32_t open)
{
    return kind_at(file, skip_bracket(file, open)) == TOKEN_COLON;
}

/* The type of the elements of the literal type [*from, to), or an empty one. */
static void element_type(const struct syntax_file *file, uint32_t *from, uint32_t *to, bool key)
{
    switch (kind_at(file, *from)) {
    case TOKEN_LBRACK:
        *from = skip_bracket(file, *from);
        break;
    case TOKEN_MAP:
        if (key) {
            *to = match_at(file, *from + 1);
            *from += 2;
        } else {
            *from = skip_bracket(file, *from + 1);
        }
        break;
    default: /* a named type: its elements are not in sight */
        *from = *to = 0;
    }
}

void literal_type(const struct syntax_file *file, uint32_t open, uint32_t *from, uint32_t *to,
                  bool *pointer)
{
    uint32_t at[64]; /* literals that leave their type out, the innermost first */
    size_t depth = 0;
    *from = *to = 0;
    *pointer = false;
    for (;;) {
        enum token_kind before = kind_before(file, open);
        if (before != TOKEN_LBRACE && before != TOKEN_COMMA && before != TOKEN_COLON)
            break;
        uint32_t outer = file->inside[open];
        if (role_at(file, outer) != ROLE_LITERAL || depth == COUNT_OF(at))
            return;
        at[depth++] = open;
        open = outer;
    }
    if (open == 0)
        return;
    *from = type_begin(file, open - 1);
    *to = open;
    while (depth > 0 && *from < *to) {
        element_type(file, from, to, is_key(file, at[--depth]));
        *pointer = kind_at(file, *from) == TOKEN_MUL && *from < *to;
        *from += *pointer;
    }
}

enum token_kind literal_type_kind(const struct syntax_file *file, uint32_t open)
{
    uint32_t from, to;
    bool pointer;
    literal_type(file, open, &from, &to, &pointer);
    return from < to ? kind_at(file, from) : TOKEN_END;
}

/* Binding strength of binary operators (specification, "Operator precedence"); 0 for others. */
static int precedence(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_LOR:
        return 1;
    case TOKEN_LAND:
        return 2;
    case TOKEN_EQL:
    case TOKEN_NEQ:
    case TOKEN_LSS:
    case TOKEN_LEQ:
    case TOKEN_GTR:
    case TOKEN_GEQ:
        return 3;
    case TOKEN_ADD:
    case TOKEN_SUB:
    case TOKEN_OR:
    case TOKEN_XOR:
        return 4;
    default:
        return kind >= TOKEN_MUL && kind <= TOKEN_AND_NOT ? 5 : 0;
    }
}

/* Where the operand [from, to) without operators is positioned: at its last suffix. */
static uint32_t operand_position(const struct syntax_file *file, uint32_t from, uint32_t to)
{
    uint32_t last = to - 1;
    switch (kind_at(file, last)) {
    case TOKEN_RPAREN:
    case TOKEN_RBRACK:
    case TOKEN_RBRACE: {
        uint32_t open = match_at(file, last);
        if (role_at(file, last) == ROLE_ASSERT)
            return open - 1;
        return role_at(file, last) == ROLE_BODY || open >= to ? from : open;
    }
    case TOKEN_IDENT:
        return kind_before(file, last) == TOKEN_PERIOD && last > from ? last - 1 : last;
    default:
        return from;
    }
}

uint32_t expression_position(const struct syntax_file *file, uint32_t from, uint32_t to)
{
    uint32_t found = to;
    int lowest = 6;
    for (uint32_t i = from; i < to;) {
        enum token_kind kind = kind_at(file, i);
        int strength = i > from && is_binary(file, i) ? precedence(kind) : 0;
        if (strength > 0 && strength <= lowest) {
            lowest = strength;
            found = i;
        }
        i = step(file, i);
    }
    if (found < to || from >= to)
        return found < to ? found : from;
    switch (kind_at(file, from)) {
    case TOKEN_MUL:
    case TOKEN_AND:
    case TOKEN_NOT:
    case TOKEN_SUB:
    case TOKEN_ADD:
    case TOKEN_XOR:
    case TOKEN_ARROW:
        return from; /* a unary operator */
    default:
        return operand_position(file, from, to);
    }
}

bool is_assigned(const struct syntax_file *file, uint32_t index)
{
    enum token_kind kind = kind_at(file, index);
    if (kind == TOKEN_ASSIGN || kind == TOKEN_DEFINE || kind == TOKEN_INC || kind == TOKEN_DEC ||
        is_assignment_op(kind))
        return true;
    uint32_t open = file->inside[index];
    if (kind != TOKEN_COMMA || !(is_block(file, open) || role_at(file, open) == ROLE_BODY))
        return false;
    uint32_t end = statement_end(file, index);
    while (index < end && kind_at(file, index) != TOKEN_ASSIGN &&
           kind_at(file, index) != TOKEN_DEFINE)
        index = step(file, index);
    return index < end;
}

/* ---- text ---- */

static bool has_comment(const struct syntax_file *file, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i + 1 < to; i++) {
        const struct token *token = &file->tokens[i];
        uint32_t end = token->offset + token->len;
        if (memchr(file->text.ptr + end, '/', file->tokens[i + 1].offset - end))
            return true;
    }
    return false;
}

static bool is_wordlike(enum token_kind kind)
{
    return kind == TOKEN_IDENT || is_literal(kind) || kind >= TOKEN_BREAK;
}

/* Does a blank belong between the tokens before and at index? Where there was one; or, when the
 * text is to be tight, only where leaving it out would join two words. */
static bool needs_blank(const struct syntax_file *file, uint32_t index, bool tight)
{
    const struct token *token = &file->tokens[index], *before = token - 1;
    if (before->offset + before->len == token->offset)
        return false;
    return !tight || before->kind == TOKEN_COMMA ||
           (is_wordlike(before->kind) && is_wordlike(token->kind));
}

/* The tokens in one line, with the semicolons that line ends stand for. */
static struct str rejoin(const struct syntax_file *file, uint32_t from, uint32_t to, bool tight,
                         struct arena *arena)
{
    size_t len = 0, used = 0;
    for (uint32_t i = from; i < to; i++)
        len += file->tokens[i].len + 2;
    char *text = arena_text(arena, len);
    for (uint32_t i = from; i < to; i++) {
        const struct token *token = &file->tokens[i];
        if (i > from && needs_blank(file, i, tight))
            text[used++] = ' ';
        memcpy(text + used, file->text.ptr + token->offset, token->len);
        used += token->len;
        if (token->len == 0)
            text[used++] = ';';
    }
    return (struct str){text, used};
}

struct str text_between(const struct syntax_file *file, uint32_t from, uint32_t to,
                        struct arena *arena)
{
    if (from >= to || to >= file->token_count)
        return STR_NONE;
    if (has_comment(file, from, to))
        return rejoin(file, from, to, false, arena);
    struct str first = text_at(file, from), last = text_at(file, to - 1);
    return str_span(first.ptr, last.ptr + last.len);
}

struct str text_in_line(const struct syntax_file *file, uint32_t from, uint32_t to,
                        struct arena *arena)
{
    struct str text = text_between(file, from, to, arena);
    return str_find_char(text, '\n') < 0 ? text : rejoin(file, from, to, true, arena);
}

struct str callee_text(const struct syntax_file *file, uint32_t from, uint32_t open,
                       struct arena *arena)
{
    if (open > 0 && role_at(file, open - 1) == ROLE_BODY)
        return STR("func literal");
    return text_in_line(file, from, open, arena);
}
