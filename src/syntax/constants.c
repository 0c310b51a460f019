/* Integer constants: the lengths of arrays.
 *
 * Evaluates operators of the specification, "Constant expressions", on integers of the same package
 * and of imported ones; anything else (floats, strings, variables) has no answer.
 *
 * C1. A value's magnitude stays below 2**64, so products of two fit into `wide`. */
#include <assert.h>

#include "types_int.h"

struct evaluation {
    struct sizer *sizer;
    const struct scope *scope;
    const struct syntax_file *file;
    uint32_t pos, to;
    wide iota;
};

static bool binary(struct evaluation *evaluation, int lowest, struct constant *constant);

static bool fits(wide value)
{
    return value < ((wide)1 << 64) && value > -((wide)1 << 64); /* C1 */
}

/* int_lit = decimal | "0x" hexadecimal | "0o" or "0" octal | "0b" binary, with underscores */
static bool integer(struct str text, wide *value)
{
    unsigned base = 10;
    if (text.len > 1 && text.ptr[0] == '0') {
        char mark = (char)(text.ptr[1] | 0x20);
        base = mark == 'x' ? 16 : mark == 'b' ? 2 : 8;
        text = str_skip(text, base != 8 || mark == 'o' ? 2 : 1);
    }
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '_')
            continue;
        unsigned digit = c <= '9' ? (unsigned)(c - '0') : (unsigned)((c | 0x20) - 'a') + 10;
        if (digit >= base)
            return false;
        *value = *value * base + digit;
        if (!fits(*value))
            return false;
    }
    return true;
}

static int unsigned_bits(struct str type)
{
    static const struct {
        const char *name;
        int bits;
    } types[] = {{"uint8", 8},   {"byte", 8},  {"uint16", 16},  {"uint32", 32},
                 {"uint64", 64}, {"uint", 64}, {"uintptr", 64}};
    for (size_t i = 0; i < COUNT_OF(types); i++) {
        if (str_is(type, types[i].name))
            return types[i].bits;
    }
    return 0;
}

/* The value of a constant at package level. */
static bool declared_constant(struct sizer *sizer, const struct declared *declared,
                              struct constant *constant)
{
    const struct syntax_file *file = declared->scope.file;
    uint32_t begin = declared->declaration.begin;
    uint32_t from = declared->values_begin + 1, end = declared->values_end;
    uint32_t to = element_end(file, from, end);
    for (uint32_t i = (declared->name - begin) / 2; i > 0 && to < end; i--) {
        from = to + 1;
        to = element_end(file, from, end);
    }
    if (from >= to || !constant_value(sizer, &declared->scope, from, to,
                                      declared->declaration.index, constant))
        return false;
    struct str type = text_at(file, declared->values_begin - 1);
    if (unsigned_bits(type))
        constant->bits = unsigned_bits(type);
    return true;
}

static bool named(struct evaluation *evaluation, const struct scope *scope, uint32_t name,
                  struct constant *constant)
{
    struct declared declared;
    struct str text = text_at(evaluation->file, name);
    return find_declared(evaluation->sizer, scope, text, TOKEN_CONST, &declared) &&
           declared_constant(evaluation->sizer, &declared, constant);
}

/* unsafe.Sizeof(T{...}), unsafe.Sizeof(T(x)); evaluation->pos is after the parenthesis. */
static bool size_of_value(struct evaluation *evaluation, uint32_t open, struct constant *constant)
{
    const struct syntax_file *file = evaluation->file;
    uint32_t close = match_at(file, open), last = close - 1;
    struct type_size size;
    if (role_at(file, last) != ROLE_LITERAL && role_at(file, last) != ROLE_CALL)
        return false;
    if (operand_begin(file, last) != open + 1 ||
        !size_type(evaluation->sizer, evaluation->scope, open + 1, match_at(file, last), &size))
        return false;
    evaluation->pos = close + 1;
    *constant = (struct constant){(wide)size.size, 64};
    return true;
}

/* pkg.Name; evaluation->pos is at pkg. */
static bool qualified(struct evaluation *evaluation, struct constant *constant)
{
    const struct syntax_file *file = evaluation->file;
    struct str qualifier = text_at(file, evaluation->pos);
    uint32_t name = evaluation->pos + 2;
    evaluation->pos += 3;
    if (str_is(qualifier, "unsafe")) {
        bool called = str_is(text_at(file, name), "Sizeof") && role_at(file, name + 1) == ROLE_CALL;
        return called && size_of_value(evaluation, name + 1, constant);
    }
    struct scope scope = {.package = package_imported(evaluation->sizer->types, file, qualifier)};
    return scope.package && scope.package->opened && named(evaluation, &scope, name, constant);
}

/* T(x), with a predeclared integer type; evaluation->pos is at T. */
static bool converted(struct evaluation *evaluation, struct constant *constant)
{
    const struct syntax_file *file = evaluation->file;
    struct str type = text_at(file, evaluation->pos);
    uint32_t open = evaluation->pos + 1, close = match_at(file, open);
    if (!is_basic_type(type) ||
        !constant_value(evaluation->sizer, evaluation->scope, open + 1, close, evaluation->iota,
                        constant))
        return false;
    evaluation->pos = close + 1;
    constant->bits = unsigned_bits(type);
    return true;
}

/* Operand = int_lit | char_lit | "iota" | name | pkg.Name | T "(" x ")" | "(" x ")" */
static bool operand(struct evaluation *evaluation, struct constant *constant)
{
    const struct syntax_file *file = evaluation->file;
    uint32_t at = evaluation->pos;
    struct str text = text_at(file, at);
    *constant = (struct constant){0};
    if (at >= evaluation->to)
        return false;
    switch (kind_at(file, at)) {
    case TOKEN_INT:
        evaluation->pos++;
        return integer(text, &constant->value);
    case TOKEN_CHAR:
        evaluation->pos++;
        constant->value = text.len == 3 ? text.ptr[1] : 0;
        return text.len == 3;
    case TOKEN_LPAREN:
        evaluation->pos = match_at(file, at) + 1;
        return constant_value(evaluation->sizer, evaluation->scope, at + 1, evaluation->pos - 1,
                              evaluation->iota, constant);
    case TOKEN_IDENT:
        if (kind_at(file, at + 1) == TOKEN_PERIOD)
            return qualified(evaluation, constant);
        if (role_at(file, at + 1) == ROLE_CALL)
            return converted(evaluation, constant);
        evaluation->pos++;
        constant->value = evaluation->iota;
        return str_is(text, "iota") ||
               named(evaluation, evaluation->scope, at, constant);
    default:
        return false;
    }
}

/* UnaryExpr = Operand | ( "+" | "-" | "^" ) UnaryExpr */
static bool unary(struct evaluation *evaluation, struct constant *constant)
{
    enum token_kind op = kind_at(evaluation->file, evaluation->pos);
    if (op != TOKEN_ADD && op != TOKEN_SUB && op != TOKEN_XOR)
        return operand(evaluation, constant);
    evaluation->pos++;
    if (!sizer_enter(evaluation->sizer))
        return false;
    bool known = unary(evaluation, constant);
    evaluation->sizer->depth--;
    if (op == TOKEN_SUB)
        constant->value = -constant->value;
    if (op == TOKEN_XOR) {
        wide mask = constant->bits ? ((wide)1 << constant->bits) - 1 : -1;
        constant->value ^= mask;
    }
    return known && fits(constant->value);
}

static bool shift(wide value, wide count, bool left, wide *result)
{
    if (count < 0 || count > 64)
        return false;
    *result = left ? (wide)((unsigned __int128)value << (unsigned)count) : value >> (unsigned)count;
    return !left || (*result >> (unsigned)count) == value;
}

/* The value of `left op right`. */
static bool apply(enum token_kind op, wide left, wide right, wide *result)
{
    assert(fits(left) && fits(right)); /* C1 */
    switch (op) {
    case TOKEN_ADD: *result = left + right; break;
    case TOKEN_SUB: *result = left - right; break;
    case TOKEN_MUL: *result = left * right; break;
    case TOKEN_AND: *result = left & right; break;
    case TOKEN_OR: *result = left | right; break;
    case TOKEN_XOR: *result = left ^ right; break;
    case TOKEN_AND_NOT: *result = left & ~right; break;
    case TOKEN_SHL: return shift(left, right, true, result) && fits(*result);
    case TOKEN_SHR: return shift(left, right, false, result);
    case TOKEN_QUO:
    case TOKEN_REM:
        if (right == 0)
            return false;
        *result = op == TOKEN_QUO ? left / right : left % right;
        break;
    default:
        return false;
    }
    return fits(*result);
}

/* Only operators on integers; comparisons do not give one. */
static int strength(enum token_kind op)
{
    switch (op) {
    case TOKEN_ADD:
    case TOKEN_SUB:
    case TOKEN_OR:
    case TOKEN_XOR:
        return 1;
    default:
        return op >= TOKEN_MUL && op <= TOKEN_AND_NOT ? 2 : 0;
    }
}

/* BinaryExpr, with operators of at least the given strength. */
static bool binary(struct evaluation *evaluation, int lowest, struct constant *constant)
{
    if (!unary(evaluation, constant))
        return false;
    while (evaluation->pos < evaluation->to) {
        enum token_kind op = kind_at(evaluation->file, evaluation->pos);
        if (strength(op) == 0)
            return false;
        if (strength(op) < lowest)
            return true;
        struct constant right;
        evaluation->pos++;
        if (!binary(evaluation, strength(op) + 1, &right) ||
            !apply(op, constant->value, right.value, &constant->value))
            return false;
        if (constant->bits == 0 && op != TOKEN_SHL && op != TOKEN_SHR)
            constant->bits = right.bits;
    }
    return true;
}

bool constant_value(struct sizer *sizer, const struct scope *scope, uint32_t from, uint32_t to,
                    wide iota, struct constant *constant)
{
    struct evaluation evaluation = {sizer, scope, scope->file, from, to, iota};
    if (!sizer_enter(sizer))
        return false;
    bool known = binary(&evaluation, 1, constant);
    sizer->depth--;
    return known;
}
