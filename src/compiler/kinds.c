/* kinds: what kind of allocation a printed expression is.
 *
 * gc prints expressions through its own printer (cmd/compile/internal/ir, fmt.go): "&T{...}",
 * "make([]int, n)", "func literal", "... argument", "([]byte)(s)", "string(b)". What no form tells
 * is a conversion to an interface: then gc prints the operand alone. */
#include "compiler/compiler_int.h"

static const char *const kind_names[SITE_KIND_COUNT] = {
#define X(name, text) text,
#include "site_kinds.h"
#undef X
};

const char *site_kind_name(enum site_kind kind)
{
    return (unsigned)kind < SITE_KIND_COUNT ? kind_names[kind] : "other";
}

struct kind_form {
    enum site_kind kind;
    struct str prefix, suffix;
};
#define FORM(kind, prefix, suffix) \
    {SITE_##kind, {prefix, sizeof(prefix) - 1}, {suffix, sizeof(suffix) - 1}}
/* The first that fits. */
static const struct kind_form kind_forms[] = {
    FORM(CLOSURE, "func literal", ""),
    FORM(VARIADIC, "... argument", ""),
    FORM(APPEND, "append", ""),
    FORM(NEW, "new(", ")"),
    FORM(MAKE_MAP, "make(map[", ")"),
    FORM(MAKE_CHAN, "make(chan ", ")"),
    FORM(MAKE_CHAN, "make(<-chan ", ")"),
    FORM(MAKE_SLICE, "make(", ")"),
    FORM(STRING_TO_BYTES, "([]byte)(", ")"),
    FORM(STRING_TO_BYTES, "([]uint8)(", ")"),
    FORM(RUNES, "([]rune)(", ")"),
    FORM(RUNES, "([]int32)(", ")"),
    FORM(BYTES_TO_STRING, "string(", ")"),
    FORM(MAP_LITERAL, "map[", "}"),
    FORM(SLICE_LITERAL, "[]", "}"),
};
#undef FORM

/* Skips a quoted text; returns the index behind it. */
static size_t skip_quoted(struct str text, size_t at)
{
    char quote = text.ptr[at++];
    while (at < text.len && text.ptr[at] != quote)
        at += text.ptr[at] == '\\' && quote != '`' ? 2 : 1;
    return at + 1;
}

/* The operators and literals of an expression, outside of all brackets. */
struct outline {
    bool plus, other_operator, quoted, number;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static struct outline outline_of(struct str text)
{
    struct outline outline = {0};
    int depth = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        bool spaced = i > 0 && i + 1 < text.len && text.ptr[i - 1] == ' ' && text.ptr[i + 1] == ' ';
        if (c == '"' || c == '`' || c == '\'') {
            outline.quoted |= depth == 0 && c != '\'';
            i = skip_quoted(text, i) - 1;
            continue;
        }
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        if (depth != 0)
            continue;
        outline.plus |= c == '+' && spaced;
        outline.other_operator |= c != '+' && spaced && memchr("-*/%&|^<>", c, 9) != NULL;
        outline.number |= is_digit(c) && (i == 0 || text.ptr[i - 1] == ' ');
    }
    return outline;
}

/* "x.M" may be a method value or a field converted to an interface: gc prints both so, and the
 * second is far more frequent. */
enum site_kind site_kind_of(enum message_kind message, struct str expression)
{
    if (message == MESSAGE_MOVED_TO_HEAP) /* new(x) of Go 1.26 is a copy in an .autotmp */
        return str_starts(expression, STR(".autotmp_")) ? SITE_NEW : SITE_VARIABLE;
    for (size_t i = 0; i < COUNT_OF(kind_forms); i++) {
        if (str_starts(expression, kind_forms[i].prefix) &&
            str_ends(expression, kind_forms[i].suffix))
            return kind_forms[i].kind;
    }
    if (expression.len && expression.ptr[0] == '&')
        return SITE_COMPOSITE;
    struct outline outline = outline_of(expression);
    if (outline.plus && !outline.other_operator && (outline.quoted || !outline.number))
        return SITE_STRING_CONCAT;
    return SITE_INTERFACE;
}
