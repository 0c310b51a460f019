/* The types of variables, as far as their declarations show them.
 *
 * No type checking: a declaration with a type, or a value whose form names one (a literal, make,
 * new, a conversion to a known type, a call of a function of the same file), or a variable of
 * which this is known. Everything else has no answer. */
#include "syntax_int.h"

/* How many expressions are looked at for one answer: "x := y" leads to y, "x.f" to x. */
enum { MAX_TYPE_STEPS = 32 };

struct asker {
    const struct syntax_file *file;
    struct arena *arena;
    int steps;
};

static struct str type_of(struct asker *asker, uint32_t from, uint32_t to, uint32_t result);

/* ---- names of types ---- */

bool is_basic_type(struct str name)
{
    static const char *const names[] = {
        "string", "int",   "byte",   "bool",   "error",  "any",     "int64",      "uint64",
        "uint8",  "int32", "uint32", "rune",   "uint",   "float64", "float32",    "int8",
        "int16",  "uint16", "uintptr", "complex64", "complex128",
    };
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (str_is(name, names[i]))
            return true;
    }
    return false;
}

bool find_type(const struct syntax_file *file, struct str name, uint32_t *from, uint32_t *to)
{
    struct declaration_cursor cursor = {0};
    struct declaration declaration;
    while (next_declaration(file, &cursor, &declaration)) {
        uint32_t begin = declaration.begin;
        if (declaration.keyword != TOKEN_TYPE || !str_equal(text_at(file, begin), name))
            continue;
        begin++;
        if (kind_at(file, begin) == TOKEN_ASSIGN)
            begin++;
        *from = begin;
        *to = declaration.end;
        return true;
    }
    return false;
}

static enum type_shape shape_of_tokens(const struct syntax_file *file, uint32_t from, int steps)
{
    switch (kind_at(file, from)) {
    case TOKEN_MAP:
        return SHAPE_MAP;
    case TOKEN_LBRACK:
        return kind_at(file, from + 1) == TOKEN_RBRACK ? SHAPE_SLICE : SHAPE_OTHER;
    case TOKEN_CHAN:
    case TOKEN_ARROW:
        return SHAPE_CHAN;
    case TOKEN_IDENT:
        break;
    default:
        return SHAPE_OTHER;
    }
    struct str name = text_at(file, from);
    uint32_t to;
    if (kind_at(file, from + 1) == TOKEN_PERIOD)
        return SHAPE_UNKNOWN;
    if (str_is(name, "string"))
        return SHAPE_STRING;
    if (str_is(name, "any") || str_is(name, "error") || str_is(name, "bool"))
        return SHAPE_OTHER;
    if (is_basic_type(name))
        return SHAPE_NUMBER;
    if (steps == 0 || !find_type(file, name, &from, &to))
        return SHAPE_UNKNOWN;
    return shape_of_tokens(file, from, steps - 1);
}

enum type_shape type_shape(const struct syntax_file *file, struct str type)
{
    static const struct {
        const char *prefix;
        enum type_shape shape;
    } shapes[] = {
        {"map[", SHAPE_MAP}, {"[]", SHAPE_SLICE},    {"chan ", SHAPE_CHAN},
        {"chan<", SHAPE_CHAN}, {"<-chan", SHAPE_CHAN}, {"[", SHAPE_OTHER},
        {"*", SHAPE_OTHER},  {"func", SHAPE_OTHER},  {"struct", SHAPE_OTHER},
        {"interface", SHAPE_OTHER},
    };
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        if (str_starts(type, str_from(shapes[i].prefix)))
            return shapes[i].shape;
    }
    uint32_t from, to;
    if (str_is(type, "string"))
        return SHAPE_STRING;
    if (is_basic_type(type) && !str_is(type, "any") && !str_is(type, "error"))
        return str_is(type, "bool") ? SHAPE_OTHER : SHAPE_NUMBER;
    if (type.len == 0 || !find_type(file, type, &from, &to))
        return SHAPE_UNKNOWN;
    return shape_of_tokens(file, from, MAX_TYPE_STEPS);
}

static struct str with_prefix(struct arena *arena, const char *prefix, struct str type)
{
    if (type.len == 0)
        return STR_NONE;
    size_t len = strlen(prefix);
    char *text = arena_text(arena, len + type.len);
    memcpy(text, prefix, len);
    memcpy(text + len, type.ptr, type.len);
    return (struct str){text, len + type.len};
}

/* ---- expressions ---- */

static struct str literal_token_type(enum token_kind kind)
{
    switch (kind) {
    case TOKEN_STRING:
        return STR("string");
    case TOKEN_INT:
        return STR("int");
    case TOKEN_FLOAT:
        return STR("float64");
    case TOKEN_CHAR:
        return STR("rune");
    case TOKEN_IMAGINARY:
        return STR("complex128");
    default:
        return STR_NONE;
    }
}

/* The type that a declaration gives; `result` as in expression_type. */
static struct str binding_type(struct asker *asker, const struct binding *binding);

/* The binding of a package-level variable of this file. */
static bool find_global(const struct syntax_file *file, struct str name, struct binding *binding)
{
    struct declaration_cursor cursor = {0};
    struct declaration declaration;
    while (next_declaration(file, &cursor, &declaration)) {
        if (declaration.keyword != TOKEN_VAR)
            continue;
        for (uint32_t i = declaration.begin; kind_at(file, i) == TOKEN_IDENT; i += 2) {
            if (str_equal(text_at(file, i), name)) {
                uint32_t op = i + 1;
                while (kind_at(file, op) == TOKEN_COMMA)
                    op += 2;
                *binding = (struct binding){.kind = BINDING_VAR,
                                            .token = i,
                                            .op = op,
                                            .index = (i - declaration.begin) / 2};
                return true;
            }
            if (kind_at(file, i + 1) != TOKEN_COMMA)
                break;
        }
    }
    return false;
}

static struct str name_type(struct asker *asker, uint32_t token)
{
    struct str name = text_at(asker->file, token);
    if (str_is(name, "true") || str_is(name, "false"))
        return STR("bool");
    struct bindings bindings;
    find_bindings(asker->file, function_of_token(asker->file, token), name, asker->arena,
                  &bindings);
    const struct binding *binding = resolve(&bindings, token);
    struct binding global;
    if (binding)
        return binding_type(asker, binding);
    return find_global(asker->file, name, &global) ? binding_type(asker, &global) : STR_NONE;
}

/* The type of a call or conversion whose operand is the name at `token`. */
static struct str named_call_type(struct asker *asker, uint32_t token, uint32_t open,
                                  uint32_t result)
{
    const struct syntax_file *file = asker->file;
    struct str name = text_at(file, token);
    uint32_t close = match_at(file, open), from, to;
    uint32_t first_end = element_end(file, open + 1, close);
    struct str first = text_between(file, open + 1, first_end, asker->arena);
    bool first_is_type = skip_type(file, open + 1) == first_end;
    if (is_local(file, token, asker->arena))
        return STR_NONE;
    if (str_is(name, "make"))
        return first;
    if (str_is(name, "new"))
        return first_is_type ? with_prefix(asker->arena, "*", first) : STR_NONE;
    if (str_is(name, "append"))
        return type_of(asker, open + 1, first_end, 0);
    if (str_is(name, "len") || str_is(name, "cap") || str_is(name, "copy"))
        return STR("int");
    if (is_basic_type(name) || find_type(file, name, &from, &to))
        return name;
    uint32_t function = syntax_function_named(file, name);
    if (function == SYNTAX_NONE || result >= file->functions[function].result_count)
        return STR_NONE;
    return file->functions[function].results[result].type;
}

/* The type of x.M(...) with M before open, if this file declares that method for x's type. */
static struct str method_call_type(struct asker *asker, uint32_t from, uint32_t open,
                                   uint32_t result)
{
    const struct syntax_file *file = asker->file;
    if (open < from + 3 || kind_at(file, open - 2) != TOKEN_PERIOD)
        return STR_NONE;
    struct str type = type_of(asker, from, open - 2, 0), method = text_at(file, open - 1);
    if (str_starts(type, STR("*")))
        type = str_skip(type, 1);
    for (size_t i = 0; type.len > 0 && i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        struct str receiver = function->receiver.type;
        if (str_starts(receiver, STR("*")))
            receiver = str_skip(receiver, 1);
        bool named = str_ends(function->name, method) && function->name.len > method.len &&
                     function->name.ptr[function->name.len - method.len - 1] == '.';
        if (named && str_equal(receiver, type) && result < function->result_count)
            return function->results[result].type;
    }
    return STR_NONE;
}

/* The type of the call or conversion [from, to) whose parenthesis is at open. */
static struct str call_type(struct asker *asker, uint32_t from, uint32_t open, uint32_t result)
{
    const struct syntax_file *file = asker->file;
    if (kind_at(file, from) == TOKEN_IDENT)
        return open == from + 1 ? named_call_type(asker, from, open, result)
                                : method_call_type(asker, from, open, result);
    if (kind_at(file, from) == TOKEN_LPAREN && open == match_at(file, from) + 1 &&
        kind_at(file, from + 1) == TOKEN_MUL) /* (*T)(x) */
        return text_between(file, from + 1, open - 1, asker->arena);
    bool type_literal = kind_at(file, from) == TOKEN_LBRACK || kind_at(file, from) == TOKEN_MAP ||
                        kind_at(file, from) == TOKEN_CHAN;
    return type_literal ? text_between(file, from, open, asker->arena) : STR_NONE;
}

/* The type behind the bracket that "[...]T" or "map[K]V" has; empty for other types. */
static struct str element_of(struct str type)
{
    size_t i = str_starts(type, STR("map[")) ? 3 : 0;
    int depth = 0;
    for (; i < type.len; i++) {
        depth += (type.ptr[i] == '[') - (type.ptr[i] == ']');
        if (depth == 0)
            break;
    }
    return i == 0 || i >= type.len ? STR_NONE : str_skip(type, i + 1);
}

/* The type of x[i] or x[a:b] with [ at open. */
static struct str index_type(struct asker *asker, uint32_t from, uint32_t open)
{
    const struct syntax_file *file = asker->file;
    struct str type = type_of(asker, from, open, 0);
    for (uint32_t i = open + 1; i < match_at(file, open); i = step(file, i)) {
        if (kind_at(file, i) == TOKEN_COLON) /* arrays and pointers to them become slices */
            return str_starts(type, STR("[]")) || str_is(type, "string") ? type : STR_NONE;
    }
    return str_is(type, "string") ? STR("byte") : element_of(type);
}

/* The type of an expression that ends with a bracket. */
static struct str bracket_type(struct asker *asker, uint32_t from, uint32_t to, uint32_t result)
{
    const struct syntax_file *file = asker->file;
    uint32_t open = match_at(file, to - 1);
    if (operand_begin(file, to - 1) != from || open >= to)
        return STR_NONE;
    switch (role_at(file, to - 1)) {
    case ROLE_GROUP:
        return type_of(asker, from + 1, to - 1, 0);
    case ROLE_CALL:
        return call_type(asker, from, open, result);
    case ROLE_ASSERT:
        if (kind_at(file, open + 1) == TOKEN_TYPE)
            return STR_NONE; /* each clause of a type switch has its own */
        return result == 0 ? text_between(file, open + 1, to - 1, asker->arena) : STR("bool");
    case ROLE_LITERAL:
    case ROLE_BODY:
        return text_between(file, from, open, asker->arena);
    case ROLE_INDEX:
        return result == 0 ? index_type(asker, from, open) : STR("bool");
    default:
        return STR_NONE;
    }
}

/* The type of operands joined by operators: comparisons are bool, sums are what an operand is. */
static struct str operator_type(struct asker *asker, uint32_t from, uint32_t to)
{
    const struct syntax_file *file = asker->file;
    uint32_t op = expression_position(file, from, to);
    switch (kind_at(file, op)) {
    case TOKEN_EQL:
    case TOKEN_NEQ:
    case TOKEN_LSS:
    case TOKEN_LEQ:
    case TOKEN_GTR:
    case TOKEN_GEQ:
    case TOKEN_LAND:
    case TOKEN_LOR:
        return STR("bool");
    case TOKEN_ADD:
        for (uint32_t i = from; i < to; i++) {
            if (kind_at(file, i) == TOKEN_STRING && file->inside[i] == file->inside[op])
                return STR("string");
        }
        if (op == from)
            return STR_NONE;
        /* An untyped constant takes the type of the other operand. */
        bool constant = op == from + 1 && is_literal(kind_at(file, from));
        return constant ? type_of(asker, op + 1, to, 0) : type_of(asker, from, op, 0);
    default:
        return STR_NONE;
    }
}

/* The type of a field of the struct that this file defines under the name `type`. */
static struct str field_type(struct asker *asker, struct str type, struct str field)
{
    const struct syntax_file *file = asker->file;
    uint32_t from, to;
    if (str_starts(type, STR("*")))
        type = str_skip(type, 1);
    if (!find_type(file, type, &from, &to) || kind_at(file, from) != TOKEN_STRUCT)
        return STR_NONE;
    uint32_t open = from + 1, close = match_at(file, open);
    for (uint32_t i = open + 1; i < close; i = step(file, i)) {
        if (kind_at(file, i) != TOKEN_IDENT || !begins_element(file, i) ||
            !str_equal(text_at(file, i), field))
            continue;
        while (kind_at(file, i + 1) == TOKEN_COMMA)
            i += 2;
        return text_between(file, i + 1, skip_type(file, i + 1), asker->arena);
    }
    return STR_NONE;
}

/* x.f, with what is before the dot an operand of its own. */
static struct str selector_type(struct asker *asker, uint32_t from, uint32_t to)
{
    if (to < from + 3 || operand_begin(asker->file, to - 1) != from)
        return STR_NONE;
    struct str type = type_of(asker, from, to - 2, 0);
    return type.len == 0 ? type : field_type(asker, type, text_at(asker->file, to - 1));
}

/* The type of what comes out of a channel. */
static struct str received_type(struct str channel)
{
    if (str_starts(channel, STR("<-chan ")))
        return str_skip(channel, 7);
    return str_starts(channel, STR("chan ")) ? str_skip(channel, 5) : STR_NONE;
}

static struct str type_of(struct asker *asker, uint32_t from, uint32_t to, uint32_t result)
{
    const struct syntax_file *file = asker->file;
    if (from >= to || asker->steps == 0)
        return STR_NONE;
    asker->steps--;
    enum token_kind first = kind_at(file, from), last = kind_at(file, to - 1);
    if (from + 1 == to)
        return first == TOKEN_IDENT ? name_type(asker, from) : literal_token_type(first);
    if (first == TOKEN_AND && operand_begin(file, to - 1) == from + 1)
        return with_prefix(asker->arena, "*", type_of(asker, from + 1, to, 0));
    if (first == TOKEN_MUL) {
        struct str pointer = type_of(asker, from + 1, to, 0);
        return str_starts(pointer, STR("*")) ? str_skip(pointer, 1) : STR_NONE;
    }
    if (first == TOKEN_ARROW)
        return result == 0 ? received_type(type_of(asker, from + 1, to, 0)) : STR("bool");
    struct str type = STR_NONE;
    if (last == TOKEN_RPAREN || last == TOKEN_RBRACK || last == TOKEN_RBRACE)
        type = bracket_type(asker, from, to, result);
    else if (last == TOKEN_IDENT && kind_before(file, to - 1) == TOKEN_PERIOD)
        type = selector_type(asker, from, to);
    return type.len > 0 ? type : operator_type(asker, from, to);
}

struct str expression_type(const struct syntax_file *file, uint32_t from, uint32_t to,
                           uint32_t result, struct arena *arena)
{
    struct asker asker = {file, arena, MAX_TYPE_STEPS};
    return type_of(&asker, from, to, result);
}

/* ---- declarations ---- */

/* "a, b = x, y" or "a, b = f()": the type of value number index of [begin, end). */
static struct str value_type(struct asker *asker, uint32_t begin, uint32_t end, uint32_t index)
{
    const struct syntax_file *file = asker->file;
    uint32_t from = begin, to = element_end(file, from, end);
    if (to >= end) /* one value for all names */
        return type_of(asker, from, to, index);
    for (uint32_t i = 0; i < index; i++) {
        if (to >= end)
            return STR_NONE;
        from = to + 1;
        to = element_end(file, from, end);
    }
    return type_of(asker, from, to, 0);
}

/* The type of range variable number index over a value of the given type. */
static struct str ranged_type(struct str type, uint32_t index)
{
    if (str_is(type, "string"))
        return index == 0 ? STR("int") : STR("rune");
    if (str_starts(type, STR("*")))
        type = str_skip(type, 1);
    if (index == 0)
        return str_starts(type, STR("[")) ? STR("int") : STR_NONE;
    return element_of(type);
}

static struct str binding_type(struct asker *asker, const struct binding *binding)
{
    const struct syntax_file *file = asker->file;
    uint32_t end = statement_end(file, binding->op);
    switch (binding->kind) {
    case BINDING_PARAM:
        if (str_starts(binding->param->type, STR("...")))
            return with_prefix(asker->arena, "[]", str_trim(str_skip(binding->param->type, 3)));
        return binding->param->type;
    case BINDING_VAR:
        if (kind_at(file, binding->op) != TOKEN_ASSIGN)
            return text_between(file, binding->op, skip_type(file, binding->op), asker->arena);
        return value_type(asker, binding->op + 1, end, binding->index);
    case BINDING_DEFINE:
        return value_type(asker, binding->op + 1, end, binding->index);
    case BINDING_RANGE:
        return ranged_type(type_of(asker, binding->op + 2, end, 0), binding->index);
    case BINDING_OTHER:
        break;
    }
    return STR_NONE;
}

/* ---- by line ---- */

static const struct syntax_param *param_on_line(const struct syntax_param *params, uint32_t count,
                                                struct str name, uint32_t line)
{
    for (uint32_t i = 0; i < count; i++) {
        if (params[i].line == line && str_equal(params[i].name, name))
            return &params[i];
    }
    return NULL;
}

static const struct syntax_param *find_param(const struct syntax_file *file, struct str name,
                                             uint32_t line)
{
    for (size_t i = 0; i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        if (function->first_line > line)
            break;
        const struct syntax_param *param = param_on_line(&function->receiver, 1, name, line);
        if (!param)
            param = param_on_line(function->params, function->param_count, name, line);
        if (!param)
            param = param_on_line(function->results, function->result_count, name, line);
        if (param)
            return param;
    }
    return NULL;
}

/* The token on the line that declares the name, else the first that mentions it, else END. */
static uint32_t token_on_line(const struct syntax_file *file, struct str name, uint32_t line)
{
    uint32_t mention = end_token(file);
    for (uint32_t i = first_token_of_line(file, line); is_on_line(file, i, line); i++) {
        if (kind_at(file, i) != TOKEN_IDENT || !str_equal(text_at(file, i), name) ||
            kind_before(file, i) == TOKEN_PERIOD)
            continue;
        enum token_kind after = kind_at(file, i + 1);
        if (after == TOKEN_DEFINE || after == TOKEN_COMMA || kind_before(file, i) == TOKEN_VAR)
            return i;
        if (mention == end_token(file) && is_variable_mention(file, i))
            mention = i;
    }
    return mention;
}

struct str syntax_variable_type(const struct syntax_file *file, struct str variable, uint32_t line,
                                struct arena *arena)
{
    struct asker asker = {file, arena, MAX_TYPE_STEPS};
    const struct syntax_param *param = find_param(file, variable, line);
    if (param && variable.len > 0)
        return binding_type(&asker, &(struct binding){.kind = BINDING_PARAM, .param = param});
    uint32_t token = token_on_line(file, variable, line);
    return token == end_token(file) ? STR_NONE : name_type(&asker, token);
}
