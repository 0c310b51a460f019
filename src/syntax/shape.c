/* What each bracket is: the partner of each, and its role.
 *
 * One pass finds partners, a second one, with the partners known, finds roles. The roles answer
 * what a parser would have to: is `T {` a literal or a block, `f (` a call or a declaration, `a [`
 * an index or an array type. The rules are those of the specification: composite literals of plain
 * names are not allowed in the header of if, for and switch ("Composite literals"), so the first
 * brace there that does not follow a type like []T opens the block.
 *
 * H1. A token that has a role was matched, and its partner has the same role.
 * H2. Roles are decided from left to right; those of a function's signature when its "func" is
 *     seen. */
#include <assert.h>

#include "syntax_int.h"

/* ---- partners ---- */

struct open_brackets {
    uint32_t at[LIMIT_SYNTAX_DEPTH];
    uint32_t depth, braces; /* braces: how many of them are { */
    uint32_t too_deep;      /* open brackets beyond the limit */
};

static enum token_kind partner_of(enum token_kind closing)
{
    if (closing == TOKEN_RPAREN)
        return TOKEN_LPAREN;
    return closing == TOKEN_RBRACK ? TOKEN_LBRACK : TOKEN_LBRACE;
}

static void open_bracket(struct syntax_file *file, struct open_brackets *open, uint32_t index)
{
    file->tokens[index].match = end_token(file);
    if (open->depth == LIMIT_SYNTAX_DEPTH) {
        open->too_deep++;
        return;
    }
    open->at[open->depth++] = index;
    open->braces += file->tokens[index].kind == TOKEN_LBRACE;
}

/* How many open brackets to drop before the partner of a closing one is on top, or -1 when it has
 * none. Braces are the stronger ones: they end what was left open in them, parentheses do not. */
static int drops_to_partner(const struct syntax_file *file, const struct open_brackets *open,
                            enum token_kind wanted)
{
    if (wanted == TOKEN_LBRACE && open->braces == 0)
        return -1;
    for (uint32_t i = open->depth; i > 0; i--) {
        enum token_kind kind = file->tokens[open->at[i - 1]].kind;
        if (kind == wanted)
            return (int)(open->depth - i);
        if (kind == TOKEN_LBRACE)
            return -1;
    }
    return -1;
}

static void close_bracket(struct syntax_file *file, struct open_brackets *open, uint32_t index)
{
    struct token *token = &file->tokens[index];
    token->match = end_token(file);
    if (open->too_deep > 0) {
        open->too_deep--;
        return;
    }
    int drops = drops_to_partner(file, open, partner_of(token->kind));
    if (drops < 0)
        return;
    open->depth -= (uint32_t)drops + 1;
    uint32_t partner = open->at[open->depth];
    open->braces -= token->kind == TOKEN_RBRACE;
    token->match = partner;
    file->tokens[partner].match = index;
}

static void match_brackets(struct syntax_file *file)
{
    struct open_brackets open;
    open.depth = open.braces = open.too_deep = 0;
    for (uint32_t i = 0; i < file->token_count; i++) {
        switch (file->tokens[i].kind) {
        case TOKEN_LPAREN:
        case TOKEN_LBRACK:
        case TOKEN_LBRACE:
            open_bracket(file, &open, i);
            break;
        case TOKEN_RPAREN:
        case TOKEN_RBRACK:
        case TOKEN_RBRACE:
            close_bracket(file, &open, i);
            break;
        default:
            break;
        }
    }
}

/* ---- types and signatures, by their tokens ---- */

bool begins_type(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_IDENT:
    case TOKEN_MUL:
    case TOKEN_LBRACK:
    case TOKEN_MAP:
    case TOKEN_CHAN:
    case TOKEN_ARROW:
    case TOKEN_FUNC:
    case TOKEN_STRUCT:
    case TOKEN_INTERFACE:
    case TOKEN_LPAREN:
        return true;
    default:
        return false;
    }
}

uint32_t step(const struct syntax_file *file, uint32_t index)
{
    switch (kind_at(file, index)) {
    case TOKEN_LPAREN:
    case TOKEN_LBRACK:
    case TOKEN_LBRACE: {
        uint32_t match = match_at(file, index);
        return match == end_token(file) ? index + 1 : match + 1;
    }
    default:
        return index + 1;
    }
}

bool is_block(const struct syntax_file *file, uint32_t index)
{
    switch (role_at(file, index)) {
    case ROLE_BLOCK:
    case ROLE_LOOP:
    case ROLE_CLAUSES:
        return true;
    default:
        return false;
    }
}

uint32_t skip_bracket(const struct syntax_file *file, uint32_t index)
{
    uint32_t match = match_at(file, index);
    return match == end_token(file) ? match : match + 1;
}

/* TypeName = identifier [ "." identifier ] [ "[" types "]" ] */
static uint32_t skip_type_name(const struct syntax_file *file, uint32_t index)
{
    index++;
    if (kind_at(file, index) == TOKEN_PERIOD && kind_at(file, index + 1) == TOKEN_IDENT)
        index += 2;
    return kind_at(file, index) == TOKEN_LBRACK ? skip_bracket(file, index) : index;
}

uint32_t skip_type(const struct syntax_file *file, uint32_t index)
{
    for (;;) {
        switch (kind_at(file, index)) {
        case TOKEN_IDENT:
            return skip_type_name(file, index);
        case TOKEN_MUL:
        case TOKEN_TILDE:
        case TOKEN_ELLIPSIS:
        case TOKEN_ARROW:
        case TOKEN_CHAN:
        case TOKEN_MAP:
            index++;
            break;
        case TOKEN_LBRACK:
            index = skip_bracket(file, index);
            break;
        case TOKEN_FUNC:
            index++;
            if (kind_at(file, index) != TOKEN_LPAREN)
                return index;
            index = skip_bracket(file, index);
            if (!begins_type(kind_at(file, index)))
                return index;
            break;
        case TOKEN_STRUCT:
        case TOKEN_INTERFACE:
            index++;
            return kind_at(file, index) == TOKEN_LBRACE ? skip_bracket(file, index) : index;
        case TOKEN_LPAREN:
            return skip_bracket(file, index);
        default:
            return index;
        }
    }
}

/* Method declarations begin a line at package level: "func (r T) M(". In "= func(x T) G[int] {" it
 * is the result that looks like a name. */
static bool has_receiver(const struct syntax_file *file, uint32_t func)
{
    enum token_kind before = kind_before(file, func);
    if (before != TOKEN_SEMICOLON && before != TOKEN_END)
        return false;
    if (kind_at(file, func + 1) != TOKEN_LPAREN || file->inside[func] != file->token_count)
        return false;
    uint32_t name = skip_bracket(file, func + 1);
    enum token_kind after = kind_at(file, name + 1);
    return kind_at(file, name) == TOKEN_IDENT &&
           (after == TOKEN_LPAREN || after == TOKEN_LBRACK);
}

struct signature syntax_signature(const struct syntax_file *file, uint32_t func)
{
    struct signature signature = {0};
    uint32_t index = func + 1;
    if (has_receiver(file, func)) {
        signature.receiver = index;
        index = skip_bracket(file, index);
    }
    if (kind_at(file, index) == TOKEN_IDENT) {
        signature.name = index++;
        if (kind_at(file, index) == TOKEN_LBRACK) {
            signature.type_params = index;
            index = skip_bracket(file, index);
        }
    }
    if (kind_at(file, index) == TOKEN_LPAREN) {
        signature.params = index;
        index = skip_bracket(file, index);
    }
    if (begins_type(kind_at(file, index))) {
        signature.results = index;
        index = skip_type(file, index);
        signature.results_end = index;
    }
    signature.after = index;
    return signature;
}

uint32_t statement_end(const struct syntax_file *file, uint32_t index)
{
    while (index < end_token(file)) {
        switch (kind_at(file, index)) {
        case TOKEN_SEMICOLON:
        case TOKEN_COLON: /* of a case or label */
        case TOKEN_RPAREN:
        case TOKEN_RBRACK:
        case TOKEN_RBRACE:
            return index;
        case TOKEN_LBRACE:
            if (is_block(file, index))
                return index;
            break;
        default:
            break;
        }
        index = step(file, index);
    }
    return end_token(file);
}

/* ---- roles ---- */

struct shape {
    struct syntax_file *file;
    unsigned char *roles;
    uint32_t *inside;
    uint32_t open;          /* the innermost open bracket that has a partner, else token_count */
    uint32_t signature_end; /* within [func, signature_end) "func" begins a type */
    uint32_t depth;
    /* By depth: the if, for, switch or select whose block has not been seen yet. */
    enum token_kind headers[LIMIT_SYNTAX_DEPTH + 1];
};

static void set_role(struct shape *shape, uint32_t index, enum role role)
{
    uint32_t match = match_at(shape->file, index);
    if (match == end_token(shape->file))
        return; /* H1 */
    shape->roles[index] = shape->roles[match] = (unsigned char)role;
}

static enum role role_around(const struct shape *shape)
{
    return role_at(shape->file, shape->open);
}

/* Is the token at index the last one of a type such as []T, map[K]*T, []func() or struct{}, which
 * no header can end with? */
static bool ends_type_literal(const struct syntax_file *file, uint32_t index)
{
    for (;;) {
        switch (kind_at(file, index)) {
        case TOKEN_RBRACE:
            return role_at(file, index) == ROLE_FIELDS;
        case TOKEN_RBRACK:
            if (role_at(file, index) == ROLE_LENGTH)
                return true;
            index = match_at(file, index); /* the arguments of G[T] */
            break;
        case TOKEN_RPAREN:
            if (role_at(file, index) != ROLE_PARAMS)
                return false;
            index = match_at(file, index);
            break;
        case TOKEN_IDENT:
            if (kind_before(file, index) == TOKEN_PERIOD)
                index--;
            break;
        case TOKEN_MUL:
        case TOKEN_CHAN:
        case TOKEN_ARROW:
        case TOKEN_FUNC:
            break;
        default:
            return false;
        }
        if (index == 0 || index >= end_token(file))
            return false;
        index--;
    }
}

bool ends_operand(const struct syntax_file *file, uint32_t index)
{
    enum token_kind kind = kind_at(file, index);
    switch (kind) {
    case TOKEN_IDENT:
        return true;
    case TOKEN_RPAREN:
        return role_at(file, index) != ROLE_PARAMS;
    case TOKEN_RBRACK:
        return role_at(file, index) == ROLE_INDEX;
    case TOKEN_RBRACE:
        return role_at(file, index) == ROLE_LITERAL || role_at(file, index) == ROLE_BODY;
    default:
        return is_literal(kind);
    }
}

/* "func" after these is a type and never a literal. */
static bool is_func_type(const struct shape *shape, uint32_t func)
{
    const struct syntax_file *file = shape->file;
    if (func < shape->signature_end)
        return true;
    switch (kind_before(file, func)) {
    case TOKEN_RBRACK:
    case TOKEN_CHAN:
        return true;
    case TOKEN_MUL:
        return !ends_operand(file, func - 2);
    case TOKEN_ARROW:
        return kind_before(file, func - 1) == TOKEN_CHAN;
    case TOKEN_RPAREN:
        return role_at(file, func - 1) == ROLE_PARAMS;
    default:
        return false;
    }
}

static void shape_func(struct shape *shape, uint32_t func)
{
    const struct syntax_file *file = shape->file;
    bool is_type = is_func_type(shape, func);
    struct signature signature = syntax_signature(file, func);
    if (signature.receiver)
        set_role(shape, signature.receiver, ROLE_PARAMS);
    if (signature.type_params)
        set_role(shape, signature.type_params, ROLE_TYPE_PARAMS);
    if (signature.params)
        set_role(shape, signature.params, ROLE_PARAMS);
    if (signature.results && kind_at(file, signature.results) == TOKEN_LPAREN)
        set_role(shape, signature.results, ROLE_PARAMS);
    if (!is_type && signature.params && kind_at(file, signature.after) == TOKEN_LBRACE)
        set_role(shape, signature.after, ROLE_BODY);
    bool broken = signature.after == end_token(file); /* it says nothing of the rest */
    if (signature.after > shape->signature_end && !broken)
        shape->signature_end = signature.after;
}

static bool in_interface(const struct shape *shape)
{
    return role_around(shape) == ROLE_FIELDS &&
           kind_before(shape->file, shape->open) == TOKEN_INTERFACE;
}

static bool separates(enum token_kind before)
{
    return before == TOKEN_LBRACE || before == TOKEN_SEMICOLON || before == TOKEN_LPAREN ||
           before == TOKEN_COMMA;
}

/* "(" after an identifier: a call, a method of an interface, or a type in parentheses. */
static enum role paren_after_name(struct shape *shape, uint32_t index)
{
    const struct syntax_file *file = shape->file;
    enum token_kind before = kind_before(file, index - 1);
    if (in_interface(shape) && separates(before)) {
        uint32_t results = skip_bracket(file, index);
        if (kind_at(file, results) == TOKEN_LPAREN)
            set_role(shape, results, ROLE_PARAMS);
        return ROLE_PARAMS;
    }
    if (role_around(shape) == ROLE_FIELDS || before == TOKEN_TYPE)
        return ROLE_GROUP;
    return ROLE_CALL;
}

static enum role paren_role(struct shape *shape, uint32_t index)
{
    const struct syntax_file *file = shape->file;
    switch (kind_before(file, index)) {
    case TOKEN_PERIOD:
        return ROLE_ASSERT;
    case TOKEN_IMPORT:
    case TOKEN_VAR:
    case TOKEN_CONST:
    case TOKEN_TYPE:
        return ROLE_DECLS;
    case TOKEN_IDENT:
        return paren_after_name(shape, index);
    case TOKEN_RPAREN:
        return ROLE_CALL;
    case TOKEN_RBRACK:
        return role_at(file, index - 1) == ROLE_LENGTH ? ROLE_GROUP : ROLE_CALL;
    case TOKEN_RBRACE:
        return role_at(file, index - 1) == ROLE_BLOCK ? ROLE_GROUP : ROLE_CALL;
    default:
        return ROLE_GROUP;
    }
}

/* Does [ at index, after the name of a type that is being declared, open type parameters (and not
 * the length of an array)? The specification leaves `[P *C]` to be an array, "Type parameter
 * declarations". */
static bool opens_type_params(const struct syntax_file *file, uint32_t index)
{
    if (kind_at(file, index + 1) != TOKEN_IDENT)
        return false;
    switch (kind_at(file, index + 2)) {
    case TOKEN_IDENT:
    case TOKEN_COMMA:
    case TOKEN_INTERFACE:
    case TOKEN_TILDE:
    case TOKEN_LBRACK:
    case TOKEN_FUNC:
    case TOKEN_CHAN:
    case TOKEN_MAP:
    case TOKEN_STRUCT:
        return true;
    default:
        return false;
    }
}

/* Is the identifier at index, which a [ follows, the name that a declaration gives? */
static bool is_declared_name(const struct shape *shape, uint32_t index)
{
    enum token_kind before = kind_before(shape->file, index);
    if (before == TOKEN_VAR || before == TOKEN_TYPE || before == TOKEN_CONST)
        return true;
    switch (role_around(shape)) {
    case ROLE_PARAMS:
    case ROLE_FIELDS:
    case ROLE_DECLS:
        return separates(before);
    default:
        return false;
    }
}

static bool in_type_declaration(const struct shape *shape, uint32_t name)
{
    const struct syntax_file *file = shape->file;
    return kind_before(file, name) == TOKEN_TYPE ||
           (role_around(shape) == ROLE_DECLS && kind_before(file, shape->open) == TOKEN_TYPE &&
            separates(kind_before(file, name)));
}

static enum role bracket_after_name(const struct shape *shape, uint32_t index)
{
    const struct syntax_file *file = shape->file;
    uint32_t name = index - 1;
    if (in_type_declaration(shape, name))
        return opens_type_params(file, index) ? ROLE_TYPE_PARAMS : ROLE_LENGTH;
    switch (kind_at(file, skip_bracket(file, index))) {
    case TOKEN_IDENT:
    case TOKEN_STRUCT:
    case TOKEN_INTERFACE:
    case TOKEN_MAP:
    case TOKEN_CHAN:
    case TOKEN_FUNC:
        return ROLE_LENGTH; /* nothing of these can follow an index on its line */
    case TOKEN_MUL:
    case TOKEN_LBRACK:
    case TOKEN_LPAREN:
    case TOKEN_ARROW:
        return is_declared_name(shape, name) ? ROLE_LENGTH : ROLE_INDEX;
    default:
        return ROLE_INDEX;
    }
}

static enum role bracket_role(const struct shape *shape, uint32_t index)
{
    const struct syntax_file *file = shape->file;
    enum token_kind next = kind_at(file, index + 1);
    if (next == TOKEN_RBRACK || next == TOKEN_ELLIPSIS)
        return ROLE_LENGTH;
    switch (kind_before(file, index)) {
    case TOKEN_IDENT:
        return bracket_after_name(shape, index);
    case TOKEN_RPAREN:
        return role_at(file, index - 1) == ROLE_PARAMS ? ROLE_LENGTH : ROLE_INDEX;
    case TOKEN_RBRACK:
        return role_at(file, index - 1) == ROLE_INDEX ? ROLE_INDEX : ROLE_LENGTH;
    case TOKEN_RBRACE:
        return role_at(file, index - 1) == ROLE_LITERAL ? ROLE_INDEX : ROLE_LENGTH;
    case TOKEN_STRING:
        return ROLE_INDEX;
    default:
        return ROLE_LENGTH;
    }
}

/* { while a header waits for its block. */
static enum role brace_in_header(struct shape *shape, uint32_t index)
{
    if (ends_type_literal(shape->file, index - 1))
        return ROLE_LITERAL;
    enum token_kind header = shape->headers[shape->depth];
    shape->headers[shape->depth] = TOKEN_END;
    if (header == TOKEN_SWITCH || header == TOKEN_SELECT)
        return ROLE_CLAUSES;
    return header == TOKEN_FOR ? ROLE_LOOP : ROLE_BLOCK;
}

static enum role brace_role(struct shape *shape, uint32_t index)
{
    const struct syntax_file *file = shape->file;
    enum token_kind before = kind_before(file, index);
    if (before == TOKEN_STRUCT || before == TOKEN_INTERFACE)
        return ROLE_FIELDS;
    if (shape->headers[shape->depth] != TOKEN_END)
        return brace_in_header(shape, index);
    switch (before) {
    case TOKEN_IDENT:
    case TOKEN_RBRACK:
        return ROLE_LITERAL;
    case TOKEN_RBRACE:
    case TOKEN_RPAREN:
        return ends_type_literal(file, index - 1) ? ROLE_LITERAL : ROLE_BLOCK;
    case TOKEN_LBRACE:
    case TOKEN_COMMA:
    case TOKEN_COLON:
        return role_around(shape) == ROLE_LITERAL ? ROLE_LITERAL : ROLE_BLOCK;
    default:
        return ROLE_BLOCK;
    }
}

static void shape_opening(struct shape *shape, uint32_t index)
{
    const struct token *token = &shape->file->tokens[index];
    if (token->match == end_token(shape->file))
        return;
    if (shape->roles[index] == ROLE_NONE) {
        enum role role = token->kind == TOKEN_LPAREN   ? paren_role(shape, index)
                         : token->kind == TOKEN_LBRACK ? bracket_role(shape, index)
                                                       : brace_role(shape, index);
        set_role(shape, index, role);
    }
    shape->open = index;
    shape->depth++;
    assert(shape->depth <= LIMIT_SYNTAX_DEPTH); /* S2: deeper ones have no partner */
    shape->headers[shape->depth] = TOKEN_END;
}

static void shape_closing(struct shape *shape, uint32_t index)
{
    uint32_t match = match_at(shape->file, index);
    if (match == end_token(shape->file))
        return;
    assert(match == shape->open && shape->depth > 0); /* S2: pairs nest */
    shape->open = shape->inside[index] = shape->inside[match];
    shape->depth--;
}

static void find_roles(struct shape *shape)
{
    const struct syntax_file *file = shape->file;
    for (uint32_t i = 0; i < file->token_count; i++) {
        shape->inside[i] = shape->open;
        switch (file->tokens[i].kind) {
        case TOKEN_FUNC:
            shape_func(shape, i);
            break;
        case TOKEN_IF:
        case TOKEN_FOR:
        case TOKEN_SWITCH:
        case TOKEN_SELECT:
            shape->headers[shape->depth] = file->tokens[i].kind;
            break;
        case TOKEN_LPAREN:
        case TOKEN_LBRACK:
        case TOKEN_LBRACE:
            shape_opening(shape, i);
            break;
        case TOKEN_RPAREN:
        case TOKEN_RBRACK:
        case TOKEN_RBRACE:
            shape_closing(shape, i);
            break;
        default:
            break;
        }
    }
}

void syntax_shape(struct syntax_file *file, struct arena *arena)
{
    match_brackets(file);
    struct shape shape = {
        .file = file,
        .roles = arena_zalloc(arena, file->token_count, 1),
        .inside = arena_alloc(arena, file->token_count * sizeof(uint32_t)),
        .open = (uint32_t)file->token_count,
    };
    for (size_t i = 0; i < COUNT_OF(shape.headers); i++)
        shape.headers[i] = TOKEN_END;
    file->roles = shape.roles;
    file->inside = shape.inside;
    find_roles(&shape);
}
