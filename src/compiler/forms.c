/* forms: which of gc's message forms a text has, and the names it holds. The table is
 * messages.h. */
#include "compiler/compiler_int.h"

/* One row of the table, lengths counted by the compiler. */
struct form_row {
    struct form_facts facts;
    struct str prefix, inside, suffix;
};

static const struct form_row form_rows[FORM_COUNT] = {
#define TEXT(literal) {(literal), sizeof(literal) - 1}
#define X(name, kind, level, since, until, prefix, inside, suffix) \
    {{MESSAGE_##kind, level, since, until}, TEXT(prefix), TEXT(inside), TEXT(suffix)},
#include "messages.h"
#undef X
#undef TEXT
};

/* Most rows are refused by their first or last byte, without a call. */
static bool form_fits(const struct form_row *row, struct str text)
{
    if (text.len < row->prefix.len + row->suffix.len || text.len == 0)
        return false;
    if (row->prefix.len && (text.ptr[0] != row->prefix.ptr[0] || !str_starts(text, row->prefix)))
        return false;
    if (row->suffix.len && (text.ptr[text.len - 1] != row->suffix.ptr[row->suffix.len - 1] ||
                            !str_ends(text, row->suffix)))
        return false;
    struct str middle = str_slice(text, row->prefix.len, text.len - row->suffix.len);
    return row->inside.len == 0 || str_find(middle, row->inside) >= 0;
}

enum message_form message_form_of(struct str text)
{
    for (unsigned form = 0; form < FORM_COUNT; form++) {
        if (form_fits(&form_rows[form], text))
            return (enum message_form)form;
    }
    return FORM_COUNT;
}

struct form_facts message_form_facts(enum message_form form)
{
    return form_rows[form].facts;
}

/* Cuts text at the first separator: what is before it, and after it in *rest. */
static struct str cut_first(struct str text, struct str separator, struct str *rest)
{
    ptrdiff_t at = str_find(text, separator);
    *rest = at < 0 ? STR_NONE : str_skip(text, (size_t)at + separator.len);
    return at < 0 ? text : str_slice(text, 0, (size_t)at);
}

/* The same at the last separator; *rest is STR_NONE when there is none. */
static struct str cut_last(struct str text, struct str separator, struct str *rest)
{
    for (size_t at = text.len; at >= separator.len; at--) {
        struct str part = str_slice(text, at - separator.len, at);
        if (part.ptr[0] == separator.ptr[0] && str_equal(part, separator)) {
            *rest = str_skip(text, at);
            return str_slice(text, 0, at - separator.len);
        }
    }
    *rest = STR_NONE;
    return text;
}

static struct str without_end(struct str text, struct str end)
{
    return str_ends(text, end) ? str_slice(text, 0, text.len - end.len) : text;
}

static unsigned small_number(struct str digits)
{
    uint64_t value = 0;
    if (!str_to_u64(digits, &value))
        return 0;
    return value > UINT16_MAX ? UINT16_MAX : (unsigned)value;
}

/* "e escapes to heap in F:", before Go 1.25 "e escapes to heap:". */
static struct message_parts story_escapes_parts(struct str text)
{
    struct message_parts parts = {0};
    parts.subject = cut_last(text, STR(" escapes to heap in "), &parts.function);
    if (parts.function.ptr)
        parts.function = without_end(parts.function, STR(":"));
    else
        parts.subject = without_end(text, STR(" escapes to heap:"));
    return parts;
}

/* "parameter p leaks to L for F with derefs=N:", before Go 1.25 without "for F". L may hold " for "
 * itself ("{storage for x}"), so the last one counts, and only where L then still ends as it
 * must. */
static struct message_parts story_leaks_parts(struct str text)
{
    struct message_parts parts = {0};
    struct str rest, derefs;
    parts.subject = cut_first(str_skip(text, sizeof("parameter ") - 1), STR(" leaks to "), &rest);
    parts.target = cut_last(rest, STR(" with derefs="), &derefs);
    parts.derefs = small_number(without_end(derefs, STR(":")));
    struct str function;
    struct str target = cut_last(parts.target, STR(" for "), &function);
    if (function.ptr && (!str_starts(target, STR("{")) || str_ends(target, STR("}")))) {
        parts.target = target;
        parts.function = function;
    }
    return parts;
}

/* "leaking param: p to result r level=n" */
static struct message_parts leaks_result_parts(struct str text)
{
    struct message_parts parts = {0};
    struct str rest, level;
    parts.subject = cut_first(str_skip(text, sizeof("leaking param: ") - 1), STR(" to result "),
                              &rest);
    parts.target = cut_last(rest, STR(" level="), &level);
    parts.derefs = small_number(level);
    return parts;
}

/* "F capturing by ref: v (addr=false assign=true width=8)" */
static struct message_parts capturing_parts(struct str text)
{
    struct message_parts parts = {0};
    struct str rest, facts;
    parts.function = cut_first(text, STR(" capturing by "), &rest);
    (void)cut_first(rest, STR(": "), &rest);
    parts.subject = cut_last(rest, STR(" (addr="), &facts);
    return parts;
}

/* The name of "cannot inline F: reason" ends at the first ": " outside of brackets: the name of an
 * instance may hold struct types with tags. */
static struct str cannot_inline_name(struct str text)
{
    int depth = 0;
    for (size_t i = 0; i + 1 < text.len; i++) {
        depth += (text.ptr[i] == '[') - (text.ptr[i] == ']');
        if (depth <= 0 && text.ptr[i] == ':' && text.ptr[i + 1] == ' ')
            return str_slice(text, 0, i);
    }
    return without_end(text, STR(":"));
}

static struct message_parts devirtualizing_parts(struct str text)
{
    struct message_parts parts = {0};
    struct str rest;
    (void)cut_first(text, STR("devirtualizing "), &rest);
    parts.subject = cut_first(rest, STR(" to "), &parts.target);
    return parts;
}

struct message_parts message_parts_of(enum message_kind kind, struct str text)
{
    struct message_parts parts = {0};
    struct str rest;
    switch (kind) {
    case MESSAGE_MOVED_TO_HEAP:
        parts.subject = str_skip(text, sizeof("moved to heap: ") - 1);
        return parts;
    case MESSAGE_ESCAPES:
        parts.subject = without_end(text, STR(" escapes to heap"));
        return parts;
    case MESSAGE_STAYS:
        parts.subject = without_end(text, STR(" does not escape"));
        return parts;
    case MESSAGE_LEAKS:
        parts.subject = str_skip(text, sizeof("leaking param: ") - 1);
        return parts;
    case MESSAGE_LEAKS_CONTENT:
        parts.subject = str_skip(text, sizeof("leaking param content: ") - 1);
        return parts;
    case MESSAGE_LEAKS_RESULT:
        return leaks_result_parts(text);
    case MESSAGE_CAN_INLINE:
        text = str_skip(text, sizeof("can inline ") - 1);
        parts.function = cut_first(text, STR(" with cost "), &rest);
        return parts;
    case MESSAGE_CANNOT_INLINE:
        parts.function = cannot_inline_name(str_skip(text, sizeof("cannot inline ") - 1));
        return parts;
    case MESSAGE_INLINING_CALL:
        text = str_skip(text, sizeof("inlining call to ") - 1);
        parts.function = cut_first(text, STR(" with score "), &rest);
        return parts;
    case MESSAGE_DEVIRTUALIZING:
        return devirtualizing_parts(text);
    case MESSAGE_CAPTURING:
        return capturing_parts(text);
    case MESSAGE_STORY_ESCAPES:
        return story_escapes_parts(text);
    case MESSAGE_STORY_LEAKS:
        return story_leaks_parts(text);
    default:
        return parts;
    }
}

/* The digits after `words` in the text; 0 when the words do not occur. */
static uint32_t number_after(struct str text, struct str words)
{
    ptrdiff_t at = str_find(text, words);
    uint32_t value = 0;
    if (at < 0)
        return 0;
    for (size_t i = (size_t)at + words.len; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.ptr[i] - '0';
        if (digit > 9 || value > (UINT32_MAX - 9) / 10)
            break;
        value = value * 10 + digit;
    }
    return value;
}

void judgement_read(enum message_kind kind, struct str text, struct judged_function *judged)
{
    judged->can_inline = kind == MESSAGE_CAN_INLINE;
    judged->reason = STR_NONE;
    judged->cost = judged->budget = 0;
    if (judged->can_inline) {
        judged->cost = number_after(text, STR(" with cost "));
        return;
    }
    struct str name = message_parts_of(kind, text).function;
    judged->reason = str_trim(str_skip(text, sizeof("cannot inline ") - 1 + name.len + 1));
    judged->cost = number_after(judged->reason, STR("cost "));
    judged->budget = number_after(judged->reason, STR(" exceeds budget "));
}

bool message_names_function(const struct message *message)
{
    enum message_kind kind = (enum message_kind)message->kind;
    if (kind != MESSAGE_STORY_ESCAPES && kind != MESSAGE_STORY_LEAKS)
        return kind == MESSAGE_CAPTURING;
    return message_parts_of(kind, message->text).function.len > 0;
}

unsigned message_level(struct str text)
{
    enum message_form form = message_form_of(text);
    return form == FORM_COUNT ? 1 : form_rows[form].facts.level;
}
