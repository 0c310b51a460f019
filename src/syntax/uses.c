/* What becomes of the value of one expression, told from the tokens after and before it.
 *
 * The expression is widened step by step: over parentheses, slicing, type assertions and
 * conversions that keep the pointer. After each step what follows it decides (a selector, an
 * index, an operator), else what stands before it (an operator, a keyword), else the list or
 * bracket that it is in.
 *
 * U1. [from, to) is always a whole operand, so what follows binds to it first.
 * U2. Every step decides or widens; so there are at most as many steps as tokens. */
#include <assert.h>

#include "syntax_int.h"

struct climber {
    const struct syntax_file *file;
    struct arena *arena;
    uint32_t from, to;
    uint32_t result;
    bool spread; /* x... */
    bool decided;
    struct use use;
};

static void decide(struct climber *climber, enum fate_kind kind)
{
    climber->use.fate.kind = kind;
    climber->decided = true;
}

static void widen(struct climber *climber, uint32_t from, uint32_t to)
{
    assert(from <= climber->from && to >= climber->to &&
           to - from > climber->to - climber->from); /* U2 */
    climber->from = from;
    climber->to = to;
}

/* The call or conversion around lives on as a value of one result. */
static void become(struct climber *climber, uint32_t from, uint32_t to)
{
    widen(climber, from, to);
    climber->result = 0;
}

static bool is_address_of(const struct climber *climber)
{
    return kind_before(climber->file, climber->from) == TOKEN_AND &&
           !is_binary(climber->file, climber->from - 1);
}

static bool is_spawned(const struct climber *climber, uint32_t call)
{
    enum token_kind before = kind_before(climber->file, call);
    return before == TOKEN_GO || before == TOKEN_DEFER;
}

/* A part of the value is looked at, or its address is taken. */
static void decide_part(struct climber *climber)
{
    decide(climber, is_address_of(climber) ? FATE_ADDRESS : FATE_READ);
}

static void set_target(struct climber *climber, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = climber->file;
    climber->use.fate.target = text_in_line(file, from, to, climber->arena);
    while (from < to && (kind_at(file, from) == TOKEN_MUL || kind_at(file, from) == TOKEN_LPAREN ||
                         kind_at(file, from) == TOKEN_AND))
        from++;
    climber->use.fate.target_global =
        kind_at(file, from) == TOKEN_IDENT && !is_local(file, from, climber->arena);
}

/* ---- what follows ---- */

/* Does the file declare a method of that name? Then x.M without a call is a method value. */
static bool is_method(const struct syntax_file *file, struct str name)
{
    for (size_t i = 0; i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        ptrdiff_t dot = str_find_last(function->name, '.');
        if (function->receiver.type.len > 0 && dot >= 0 &&
            str_equal(str_skip(function->name, (size_t)dot + 1), name))
            return true;
    }
    return false;
}

/* x.(T), x.M(...), x.f */
static void after_dot(struct climber *climber)
{
    const struct syntax_file *file = climber->file;
    uint32_t name = climber->to + 1;
    if (role_at(file, name) == ROLE_ASSERT) {
        become(climber, climber->from, match_at(file, name) + 1);
        return;
    }
    bool called = role_at(file, name + 1) == ROLE_CALL && kind_at(file, name + 1) == TOKEN_LPAREN;
    bool assigned = is_assigned(file, name + 1);
    if (called || (!assigned && kind_at(file, name + 1) != TOKEN_PERIOD &&
                   is_method(file, text_at(file, name)))) {
        climber->use.fate.callee = text_at(file, name);
        bool spawned = called && is_spawned(climber, climber->from);
        decide(climber, spawned ? FATE_SPAWNED : FATE_RECEIVER);
        return;
    }
    decide_part(climber);
}

/* x[i], x[a:b] */
static void after_bracket(struct climber *climber)
{
    const struct syntax_file *file = climber->file;
    uint32_t open = climber->to, close = match_at(file, open);
    if (role_at(file, open) != ROLE_INDEX) {
        decide(climber, FATE_UNKNOWN);
        return;
    }
    for (uint32_t i = open + 1; i < close; i = step(file, i)) {
        if (kind_at(file, i) == TOKEN_COLON) {
            become(climber, climber->from, close + 1);
            return;
        }
    }
    decide_part(climber);
}

static bool is_binary_operator(enum token_kind kind)
{
    return (kind >= TOKEN_ADD && kind <= TOKEN_AND_NOT) || kind == TOKEN_LAND ||
           kind == TOKEN_LOR || kind == TOKEN_EQL || kind == TOKEN_NEQ || kind == TOKEN_LSS ||
           kind == TOKEN_LEQ || kind == TOKEN_GTR || kind == TOKEN_GEQ;
}

/* True when what follows the expression was all that had to be looked at in this step. */
static bool look_after(struct climber *climber)
{
    const struct syntax_file *file = climber->file;
    enum token_kind next = kind_at(file, climber->to);
    switch (next) {
    case TOKEN_PERIOD:
        after_dot(climber);
        return true;
    case TOKEN_LBRACK:
        after_bracket(climber);
        return true;
    case TOKEN_LPAREN:
        decide(climber, is_spawned(climber, climber->from) ? FATE_SPAWNED : FATE_READ);
        return true;
    case TOKEN_ELLIPSIS:
        widen(climber, climber->from, climber->to + 1);
        climber->spread = true;
        return true;
    case TOKEN_ASSIGN:
    case TOKEN_DEFINE:
    case TOKEN_COMMA:
        climber->use.none = climber->decided = is_assigned(file, climber->to);
        return climber->decided;
    case TOKEN_INC:
    case TOKEN_DEC:
    case TOKEN_ARROW: /* something is sent to it */
        decide(climber, FATE_READ);
        return true;
    default:
        if (!is_assignment_op(next) && !is_binary_operator(next))
            return false;
        decide(climber, FATE_READ);
        return true;
    }
}

/* ---- arguments ---- */

enum argument_effect { EFFECT_CALL, EFFECT_READ, EFFECT_SAME, EFFECT_APPEND, EFFECT_NEW };

/* What the predeclared function or type of that name does with an argument. */
static enum argument_effect predeclared_effect(struct str name)
{
    static const struct {
        const char *name;
        enum argument_effect effect;
    } effects[] = {
        {"append", EFFECT_APPEND}, {"len", EFFECT_READ},     {"cap", EFFECT_READ},
        {"copy", EFFECT_READ},     {"delete", EFFECT_READ},  {"clear", EFFECT_READ},
        {"close", EFFECT_READ},    {"print", EFFECT_READ},   {"println", EFFECT_READ},
        {"min", EFFECT_READ},      {"max", EFFECT_READ},     {"complex", EFFECT_READ},
        {"real", EFFECT_READ},     {"imag", EFFECT_READ},    {"make", EFFECT_READ},
        {"new", EFFECT_NEW},       {"any", EFFECT_SAME},     {"error", EFFECT_SAME},
    };
    for (size_t i = 0; i < COUNT_OF(effects); i++) {
        if (str_is(name, effects[i].name))
            return effects[i].effect;
    }
    return is_basic_type(name) ? EFFECT_READ : EFFECT_CALL;
}

/* The effect of a conversion to a type that is not a mere name: [callee, open). */
static enum argument_effect conversion_effect(const struct climber *climber, uint32_t callee,
                                              uint32_t open)
{
    const struct syntax_file *file = climber->file;
    if (kind_at(file, callee) == TOKEN_LPAREN && kind_at(file, callee + 1) == TOKEN_MUL &&
        match_at(file, callee) + 1 == open) {
        bool called = kind_at(file, callee + 2) == TOKEN_IDENT &&
                      is_local(file, callee + 2, climber->arena); /* (*f)(x) */
        return called ? EFFECT_CALL : EFFECT_SAME;
    }
    struct str text = text_between(file, callee, open, climber->arena);
    return str_is(text, "unsafe.Pointer") ? EFFECT_SAME : EFFECT_CALL;
}

static enum argument_effect effect_of(const struct climber *climber, uint32_t callee, uint32_t open)
{
    const struct syntax_file *file = climber->file;
    uint32_t from, to;
    if (callee + 1 != open || kind_at(file, callee) != TOKEN_IDENT)
        return conversion_effect(climber, callee, open);
    struct str name = text_at(file, callee);
    if (is_local(file, callee, climber->arena))
        return EFFECT_CALL;
    return find_type(file, name, &from, &to) ? EFFECT_SAME : predeclared_effect(name);
}

/* []byte(x) copies; what other conversions to type literals do, depends. */
static bool is_type_literal(const struct syntax_file *file, uint32_t callee, uint32_t open)
{
    enum token_kind kind = kind_at(file, callee);
    return kind == TOKEN_LBRACK || kind == TOKEN_MAP || kind == TOKEN_CHAN ||
           role_at(file, open - 1) == ROLE_FIELDS;
}

static void decide_conversion(struct climber *climber, uint32_t callee, uint32_t open)
{
    struct str text = text_between(climber->file, callee, open, climber->arena);
    if (kind_at(climber->file, callee) == TOKEN_INTERFACE)
        become(climber, callee, match_at(climber->file, open) + 1);
    else
        decide(climber, str_is(text, "[]byte") || str_is(text, "[]rune") ? FATE_READ
                                                                          : FATE_CONVERTED);
}

static void decide_append(struct climber *climber, uint32_t callee, uint32_t open, uint32_t index)
{
    const struct syntax_file *file = climber->file;
    uint32_t close = match_at(file, open);
    if (index == 0) { /* the result may be the same slice */
        become(climber, callee, close + 1);
        return;
    }
    if (climber->spread) {
        decide(climber, FATE_READ); /* its elements are copied */
        return;
    }
    set_target(climber, open + 1, element_end(file, open + 1, close));
    decide(climber, FATE_APPENDED);
}

static void decide_argument(struct climber *climber, uint32_t open)
{
    const struct syntax_file *file = climber->file;
    uint32_t callee = operand_begin(file, open - 1);
    uint32_t index = element_index(file, open, climber->from);
    struct fate *fate = &climber->use.fate;
    if (is_type_literal(file, callee, open)) {
        decide_conversion(climber, callee, open);
        return;
    }
    switch (effect_of(climber, callee, open)) {
    case EFFECT_READ:
        decide(climber, FATE_READ);
        return;
    case EFFECT_SAME:
        become(climber, callee, match_at(file, open) + 1);
        return;
    case EFFECT_APPEND:
        decide_append(climber, callee, open, index);
        return;
    case EFFECT_NEW:
        fate->target = text_in_line(file, callee, match_at(file, open) + 1, climber->arena);
        decide(climber, FATE_IN_LITERAL);
        return;
    case EFFECT_CALL:
        break;
    }
    fate->callee = callee_text(file, callee, open, climber->arena);
    fate->index = index + (element_count(file, open) == 1 ? climber->result : 0);
    decide(climber, is_spawned(climber, callee) ? FATE_SPAWNED : FATE_ARGUMENT);
}

/* ---- assignments ---- */

/* The first token of the left side of the assignment at op. */
static uint32_t left_begin(const struct syntax_file *file, uint32_t op)
{
    uint32_t index = op;
    while (index > 0) {
        uint32_t before = index - 1;
        switch (kind_at(file, before)) {
        case TOKEN_SEMICOLON:
        case TOKEN_COLON:
        case TOKEN_LBRACE:
        case TOKEN_LPAREN:
        case TOKEN_VAR:
        case TOKEN_IF:
        case TOKEN_FOR:
        case TOKEN_SWITCH:
        case TOKEN_CASE:
            return index;
        case TOKEN_RPAREN:
        case TOKEN_RBRACK:
        case TOKEN_RBRACE:
            if (match_at(file, before) > before)
                return index;
            index = match_at(file, before);
            break;
        default:
            index = before;
        }
    }
    return index;
}

static bool is_imported(const struct syntax_file *file, struct str name)
{
    for (size_t i = 0; i < file->import_count; i++) {
        const struct syntax_import *import = &file->imports[i];
        struct str known = import->name.len > 0 ? import->name : str_base_name(import->path);
        if (str_equal(known.len > 0 ? known : import->path, name))
            return true;
    }
    return false;
}

/* pkg.G */
static bool is_foreign_global(const struct climber *climber, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = climber->file;
    return from + 3 == to && kind_at(file, from) == TOKEN_IDENT &&
           kind_at(file, from + 1) == TOKEN_PERIOD && is_imported(file, text_at(file, from)) &&
           !is_local(file, from, climber->arena);
}

/* The value goes to the operand [from, to) of an assignment's left side. */
static void decide_target(struct climber *climber, uint32_t from, uint32_t to, bool declares)
{
    const struct syntax_file *file = climber->file;
    enum token_kind last = kind_before(file, to);
    bool is_name = declares || from + 1 == to;
    bool package_level = declares && function_of_token(file, from) == SYNTAX_NONE;
    set_target(climber, from, declares ? from + 1 : to);
    if (is_name && str_is(text_at(file, from), "_")) {
        climber->use.fate = (struct fate){0};
        decide(climber, FATE_DISCARDED);
    } else if (is_name && kind_at(file, from) == TOKEN_IDENT) {
        bool global = package_level || climber->use.fate.target_global;
        climber->use.variable = global ? 0 : from;
        decide(climber, FATE_GLOBAL);
    } else if (is_foreign_global(climber, from, to)) {
        decide(climber, FATE_GLOBAL);
    } else if (last == TOKEN_RBRACK && kind_at(file, from) != TOKEN_MUL) {
        decide(climber, FATE_ELEMENT);
    } else if (last == TOKEN_IDENT || kind_at(file, from) == TOKEN_MUL) {
        decide(climber, FATE_FIELD);
    } else {
        decide(climber, FATE_UNKNOWN);
    }
}

/* The value is number `index` on the right of the assignment at op. */
static void decide_assignment(struct climber *climber, uint32_t op, uint32_t index)
{
    const struct syntax_file *file = climber->file;
    uint32_t end = statement_end(file, op);
    bool defines = kind_at(file, op) == TOKEN_DEFINE;
    uint32_t from = defines ? define_begin(file, op) : left_begin(file, op);
    bool declares = defines || kind_before(file, from) == TOKEN_VAR ||
                    role_at(file, file->inside[op]) == ROLE_DECLS;
    if (element_end(file, op + 1, end) == end)
        index = climber->result;
    uint32_t to = element_end(file, from, op);
    for (; index > 0 && to < op; index--) {
        from = to + 1;
        to = element_end(file, from, op);
    }
    if (index > 0 || from >= to)
        decide(climber, FATE_UNKNOWN);
    else
        decide_target(climber, from, to, declares);
}

/* ---- what stands before ---- */

/* Over a bracket backwards, or over one token. */
static uint32_t step_back(const struct syntax_file *file, uint32_t index)
{
    uint32_t before = index - 1, match = match_at(file, before);
    switch (kind_at(file, before)) {
    case TOKEN_RPAREN:
    case TOKEN_RBRACK:
    case TOKEN_RBRACE:
        return match < before ? match : before;
    default:
        return before;
    }
}

static void decide_return(struct climber *climber, uint32_t keyword, uint32_t index)
{
    uint32_t end = statement_end(climber->file, keyword + 1);
    bool alone = element_end(climber->file, keyword + 1, end) == end;
    climber->use.fate.index = alone ? climber->result : index;
    decide(climber, FATE_RETURNED);
}

/* After a comma in a statement: which list is it? */
static void decide_in_statement(struct climber *climber)
{
    const struct syntax_file *file = climber->file;
    uint32_t commas = 0;
    for (uint32_t i = climber->from; i > 0; i = step_back(file, i)) {
        switch (kind_at(file, i - 1)) {
        case TOKEN_COMMA:
            commas++;
            break;
        case TOKEN_ASSIGN:
        case TOKEN_DEFINE:
            decide_assignment(climber, i - 1, commas);
            return;
        case TOKEN_RETURN:
            decide_return(climber, i - 1, commas);
            return;
        case TOKEN_CASE:
            decide(climber, FATE_READ);
            return;
        case TOKEN_SEMICOLON:
        case TOKEN_LBRACE:
        case TOKEN_LPAREN:
        case TOKEN_LBRACK:
            decide(climber, FATE_UNKNOWN);
            return;
        default:
            break;
        }
    }
    decide(climber, FATE_UNKNOWN);
}

/* The literal is { at open. */
static void decide_in_literal(struct climber *climber, uint32_t open)
{
    uint32_t from, to;
    bool pointer;
    literal_type(climber->file, open, &from, &to, &pointer);
    climber->use.fate.target = text_in_line(climber->file, from, to, climber->arena);
    climber->use.fate.target_global = function_of_token(climber->file, open) == SYNTAX_NONE;
    decide(climber, FATE_IN_LITERAL);
}

/* m[x]: an assignment to m[x] keeps x as the key. */
static void decide_in_index(struct climber *climber, uint32_t open)
{
    const struct syntax_file *file = climber->file;
    if (role_at(file, open) != ROLE_INDEX || open == 0 ||
        !is_assigned(file, match_at(file, open) + 1)) {
        decide(climber, FATE_READ);
        return;
    }
    set_target(climber, operand_begin(file, open - 1), open);
    decide(climber, FATE_ELEMENT);
}

/* After an opening bracket or a comma or colon in it. */
static void decide_in_bracket(struct climber *climber, uint32_t open)
{
    const struct syntax_file *file = climber->file;
    switch (role_at(file, open)) {
    case ROLE_CALL:
        decide_argument(climber, open);
        break;
    case ROLE_GROUP:
        if (kind_at(file, climber->to) == TOKEN_RPAREN && open + 1 == climber->from)
            widen(climber, open, climber->to + 1);
        else
            decide(climber, FATE_UNKNOWN);
        break;
    case ROLE_LITERAL:
        decide_in_literal(climber, open);
        break;
    case ROLE_INDEX:
    case ROLE_LENGTH:
        decide_in_index(climber, open);
        break;
    default:
        if (kind_before(file, climber->from) == TOKEN_COMMA)
            decide_in_statement(climber);
        else
            decide(climber, FATE_DISCARDED);
    }
}

/* <-x, ch <- x */
static void decide_arrow(struct climber *climber)
{
    const struct syntax_file *file = climber->file;
    uint32_t arrow = climber->from - 1;
    if (!is_binary(file, arrow)) {
        decide(climber, FATE_READ);
        return;
    }
    set_target(climber, operand_begin(file, arrow - 1), arrow);
    decide(climber, FATE_SENT);
}

static bool is_unary_operator(enum token_kind kind)
{
    return kind == TOKEN_NOT || kind == TOKEN_TILDE;
}

static void look_before(struct climber *climber)
{
    const struct syntax_file *file = climber->file;
    enum token_kind before = kind_before(file, climber->from);
    switch (before) {
    case TOKEN_LPAREN:
    case TOKEN_LBRACK:
    case TOKEN_LBRACE:
        decide_in_bracket(climber, climber->from - 1);
        break;
    case TOKEN_COMMA:
    case TOKEN_COLON:
        decide_in_bracket(climber, file->inside[climber->from]);
        break;
    case TOKEN_ASSIGN:
    case TOKEN_DEFINE:
        decide_assignment(climber, climber->from - 1, 0);
        break;
    case TOKEN_RETURN:
        decide_return(climber, climber->from - 1, 0);
        break;
    case TOKEN_ARROW:
        decide_arrow(climber);
        break;
    case TOKEN_AND:
        decide_part(climber);
        break;
    case TOKEN_SEMICOLON: /* the condition or tag of a header ends at its block */
        decide(climber, is_block(file, climber->to) ? FATE_READ : FATE_DISCARDED);
        break;
    case TOKEN_GO:
    case TOKEN_DEFER:
    case TOKEN_END:
        decide(climber, FATE_DISCARDED);
        break;
    default:
        decide(climber, before >= TOKEN_BREAK || is_binary_operator(before) ||
                                is_assignment_op(before) || is_unary_operator(before)
                            ? FATE_READ
                            : FATE_UNKNOWN);
    }
}

struct use find_use(const struct syntax_file *file, uint32_t from, uint32_t to, uint32_t result,
                    struct arena *arena)
{
    struct climber climber = {
        .file = file, .arena = arena, .from = from, .to = to, .result = result};
    climber.use.fate.kind = FATE_UNKNOWN;
    while (!climber.decided) {
        if (!look_after(&climber))
            look_before(&climber);
    }
    return climber.use;
}
