/* expression: the parts of what gc prints in a story: "orders[id] = o", "append(list, &o, x)". */
#include "compiler/compiler_int.h"

bool flow_is_assignment(enum flow_reason reason)
{
    return reason == FLOW_ASSIGN || reason == FLOW_ASSIGN_PAIR ||
           reason == FLOW_ASSIGN_PAIR_DOT_TYPE || reason == FLOW_ASSIGN_PAIR_MAPR ||
           reason == FLOW_ASSIGN_PAIR_RECEIVE;
}

struct str expression_target(struct str expression)
{
    ptrdiff_t at = str_find(expression, STR(" = "));
    ptrdiff_t define = str_find(expression, STR(" := "));
    if (define >= 0 && (at < 0 || define < at))
        at = define;
    return at < 0 ? STR_NONE : str_slice(expression, 0, (size_t)at);
}

bool expression_next_part(struct str *rest, struct str *part)
{
    int depth = 0;
    char quote = '\0';
    size_t end = 0;
    if (!rest->ptr)
        return false;
    for (; end < rest->len && (depth > 0 || quote || rest->ptr[end] != ','); end++) {
        char c = rest->ptr[end];
        if (quote) {
            end += c == '\\' && quote != '`';
            quote = c == quote ? '\0' : quote;
        } else if (c == '"' || c == '`' || c == '\'') {
            quote = c;
        }
        if (!quote)
            depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
    }
    end = end < rest->len ? end : rest->len;
    *part = str_trim(str_slice(*rest, 0, end));
    *rest = end < rest->len ? str_skip(*rest, end + 1) : STR_NONE;
    return true;
}

struct str expression_called(struct str expression)
{
    if (expression.len == 0 || expression.ptr[expression.len - 1] != ')')
        return STR_NONE;
    int depth = 0;
    for (size_t i = expression.len; i-- > 0;) {
        depth += expression.ptr[i] == ')';
        depth -= expression.ptr[i] == '(';
        if (depth == 0)
            return str_slice(expression, 0, i);
    }
    return STR_NONE;
}

struct str expression_filled(struct str expression)
{
    struct str name = expression_called(expression);
    if (!str_is(name, "append") && !str_is(name, "copy"))
        return STR_NONE;
    struct str arguments = str_slice(expression, name.len + 1, expression.len - 1), first;
    return expression_next_part(&arguments, &first) ? first : STR_NONE;
}
