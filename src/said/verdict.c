/* said: what a message means for the heap. Facts: escape analysis decides where a value may live,
 * but some that may live on the stack have a buffer of fixed size there and go to the heap beyond
 * it (cmd/compile/internal/walk; runtime/string.go: 32 bytes for strings, 32 runes; variable make
 * and append since Go 1.25). */
#include "said.h"

const char *said_verdict_name(enum said_verdict verdict)
{
    static const char *const names[] = {"heap", "stack", "maybe", "none"};
    return names[verdict];
}

struct str said_subject(const struct message *message)
{
    static const struct {
        enum message_kind kind;
        struct str prefix, suffix;
    } forms[] = {
        {MESSAGE_MOVED_TO_HEAP, {"moved to heap: ", 15}, {"", 0}},
        {MESSAGE_ESCAPES, {"", 0}, {" escapes to heap", 16}},
        {MESSAGE_STAYS, {"", 0}, {" does not escape", 16}},
    };
    struct str text = message->text;
    for (size_t i = 0; i < COUNT_OF(forms); i++) {
        if (message->kind == forms[i].kind)
            return str_slice(text, forms[i].prefix.len, text.len - forms[i].suffix.len);
    }
    return text;
}

static bool is_number(struct str text)
{
    uint64_t value;
    return str_to_u64(str_trim(text), &value);
}

/* Are the sizes of "make(T, n, m)" written as numbers? Before Go 1.25 others always escape. */
static bool has_constant_size(struct str expression)
{
    ptrdiff_t comma = -1;
    int depth = 0;
    for (size_t i = 0; i < expression.len && comma < 0; i++) {
        char c = expression.ptr[i];
        depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        if (c == ',' && depth == 1)
            comma = (ptrdiff_t)i;
    }
    if (comma < 0)
        return true;
    struct str rest = str_slice(expression, (size_t)comma + 1, expression.len - 1);
    while (rest.ptr) {
        if (!is_number(str_cut(&rest, ',')))
            return false;
    }
    return true;
}

const char *said_maybe_reason(enum site_kind kind)
{
    switch (kind) {
    case SITE_MAKE_SLICE:
        return "its size is known only at run time: beyond 32 bytes it goes to the heap";
    case SITE_MAKE_MAP:
        return "its size is known only at run time: beyond 8 entries it goes to the heap";
    case SITE_APPEND:
        return "it starts in a buffer on the stack; growing beyond 32 bytes goes to the heap";
    case SITE_STRING_CONCAT: case SITE_STRING_TO_BYTES: case SITE_BYTES_TO_STRING:
        return "it has a buffer of 32 bytes on the stack; longer ones go to the heap";
    case SITE_RUNES:
        return "it has a buffer of 32 runes on the stack; longer ones go to the heap";
    default:
        return NULL;
    }
}

enum said_verdict said_verdict_of(const struct message *message)
{
    if (message->kind == MESSAGE_ESCAPES || message->kind == MESSAGE_MOVED_TO_HEAP)
        return SAID_HEAP;
    if (message->kind != MESSAGE_STAYS)
        return SAID_NONE;
    struct str subject = said_subject(message);
    enum site_kind kind = site_kind_of(MESSAGE_STAYS, subject);
    bool sized = kind == SITE_MAKE_SLICE || kind == SITE_MAKE_MAP;
    if (!said_maybe_reason(kind) || (sized && has_constant_size(subject)))
        return SAID_STACK;
    return SAID_MAYBE;
}

struct str said_type(enum site_kind kind, struct str subject)
{
    size_t from = 0;
    char end = '{';
    if (kind == SITE_COMPOSITE)
        from = 1;
    else if (kind == SITE_NEW && str_starts(subject, STR("new(")))
        from = 4, end = ')';
    else if (kind == SITE_MAKE_SLICE || kind == SITE_MAKE_MAP || kind == SITE_MAKE_CHAN)
        from = 5, end = ',';
    else if (kind != SITE_SLICE_LITERAL && kind != SITE_MAP_LITERAL)
        return STR_NONE;
    struct str rest = str_skip(subject, from);
    ptrdiff_t at = str_find_last(rest, end);
    if (at < 0 && end == ',')
        at = str_find_last(rest, ')');
    return at < 0 ? STR_NONE : str_slice(rest, 0, (size_t)at);
}
