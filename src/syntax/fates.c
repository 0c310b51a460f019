/* What becomes of a call's result in the function that called.
 *
 * F1. A variable is followed once; the first LIMIT_FOLLOWED_CALLS that are met.
 * F2. Fates are in source order for each variable, variables in the order in which they are met. */
#include "syntax_int.h"

/* A local variable that holds the value from a token on. */
struct carrier {
    struct binding binding;
    struct str name;
    uint32_t assigned; /* the token of its name in the assignment */
};

struct tracker {
    const struct syntax_file *file;
    struct arena *arena;
    struct fate *fates;
    size_t count, cap;
    struct carrier carriers[LIMIT_FOLLOWED_CALLS];
    size_t carrier_count;
};

const char *fate_kind_name(enum fate_kind kind)
{
    static const char *const names[] = {
        [FATE_READ] = "read",         [FATE_DISCARDED] = "discarded", [FATE_RETURNED] = "returned",
        [FATE_GLOBAL] = "global",     [FATE_FIELD] = "field",         [FATE_ELEMENT] = "element",
        [FATE_APPENDED] = "appended", [FATE_IN_LITERAL] = "in_literal", [FATE_SENT] = "sent",
        [FATE_CAPTURED] = "captured", [FATE_ARGUMENT] = "argument",   [FATE_RECEIVER] = "receiver",
        [FATE_SPAWNED] = "spawned",   [FATE_ADDRESS] = "address",
        [FATE_CONVERTED] = "converted",
        [FATE_UNKNOWN] = "unknown",
    };
    _Static_assert(COUNT_OF(names) == FATE_KIND_COUNT, "a name for each kind");
    return names[kind];
}

/* The line of the token without blanks, comments and the brace of a block at its end. */
static struct str line_of_token(const struct syntax_file *file, uint32_t token)
{
    uint32_t line = file->tokens[token].line;
    uint32_t from = first_token_of_line(file, line), to = token;
    while (is_on_line(file, to + 1, line) && file->tokens[to + 1].len > 0)
        to++;
    if (to > token && kind_at(file, to) == TOKEN_LBRACE && is_block(file, to))
        to--;
    struct str first = text_at(file, from), last = text_at(file, to);
    struct str text = str_span(first.ptr, last.ptr + last.len);
    ptrdiff_t end = str_find_char(text, '\n'); /* a literal of several lines */
    return end < 0 ? text : str_slice(text, 0, (size_t)end);
}

static void add_fate(struct tracker *tracker, struct fate fate, uint32_t token, struct str variable)
{
    if (tracker->count == tracker->cap) {
        tracker->cap = tracker->cap ? tracker->cap * 2 : 8;
        struct fate *fates = ARENA_ARRAY(tracker->arena, struct fate, tracker->cap);
        if (tracker->count > 0)
            memcpy(fates, tracker->fates, tracker->count * sizeof(*fates));
        tracker->fates = fates;
    }
    fate.line = tracker->file->tokens[token].line;
    fate.column = tracker->file->tokens[token].column;
    fate.text = line_of_token(tracker->file, token);
    fate.variable = variable;
    tracker->fates[tracker->count++] = fate;
}

/* ---- variables ---- */

/* A named result carries the value to the caller: `return` alone is enough. */
static void add_named_result(struct tracker *tracker, const struct binding *binding, uint32_t token)
{
    const struct syntax_file *file = tracker->file;
    for (size_t i = 0; binding->kind == BINDING_PARAM && i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        for (uint32_t k = 0; k < function->result_count; k++) {
            if (binding->param == &function->results[k]) {
                struct fate fate = {.kind = FATE_RETURNED, .index = k};
                add_fate(tracker, fate, token, text_at(file, token));
            }
        }
    }
}

/* The value is assigned to the local variable whose name is at token. */
static void add_carrier(struct tracker *tracker, uint32_t token)
{
    struct bindings bindings;
    struct str name = text_at(tracker->file, token);
    find_bindings(tracker->file, function_of_token(tracker->file, token), name, tracker->arena,
                  &bindings);
    const struct binding *binding = resolve(&bindings, token);
    if (binding == NULL) {
        add_fate(tracker, (struct fate){.kind = FATE_UNKNOWN}, token, STR_NONE);
        return;
    }
    for (size_t i = 0; i < tracker->carrier_count; i++) {
        const struct binding *known = &tracker->carriers[i].binding;
        if (str_equal(tracker->carriers[i].name, name) && known->begin == binding->begin &&
            known->end == binding->end) /* F1 */
            return;
    }
    if (tracker->carrier_count == COUNT_OF(tracker->carriers)) {
        add_fate(tracker, (struct fate){.kind = FATE_UNKNOWN}, token, name);
        return;
    }
    tracker->carriers[tracker->carrier_count++] = (struct carrier){*binding, name, token};
    add_named_result(tracker, binding, token);
}

static void add_use(struct tracker *tracker, uint32_t from, uint32_t to, uint32_t result,
                    struct str variable)
{
    struct use use = find_use(tracker->file, from, to, result, tracker->arena);
    if (use.none)
        return;
    if (use.variable)
        add_carrier(tracker, use.variable);
    else
        add_fate(tracker, use.fate, from, variable);
}

/* Does a loop within the variable's scope lead from the assignment back to an earlier token? */
static bool loop_leads_back(const struct syntax_file *file, const struct carrier *carrier,
                            uint32_t token)
{
    for (uint32_t open = file->inside[carrier->assigned]; open < file->token_count;
         open = file->inside[open]) {
        if (open < carrier->binding.begin)
            return false;
        if (role_at(file, open) == ROLE_LOOP && open < token)
            return true;
    }
    return false;
}

/* The last function literal that was found to capture the variable, so that each is told once. */
static bool is_captured(const struct syntax_file *file, const struct carrier *carrier,
                        uint32_t mention, uint32_t *function)
{
    uint32_t home = function_of_token(file, carrier->assigned);
    uint32_t declared = carrier->binding.kind == BINDING_PARAM
                            ? function_with_body(file, carrier->binding.begin)
                            : function_of_token(file, carrier->binding.token);
    *function = function_of_token(file, mention);
    return *function != home && *function != declared;
}

static void follow(struct tracker *tracker, const struct carrier *carrier)
{
    const struct syntax_file *file = tracker->file;
    struct bindings bindings;
    find_bindings(file, function_of_token(file, carrier->assigned), carrier->name, tracker->arena,
                  &bindings);
    uint32_t statement = statement_end(file, carrier->assigned), last_capture = SYNTAX_NONE;
    for (uint32_t i = carrier->binding.begin; i < carrier->binding.end; i++) {
        if (kind_at(file, i) != TOKEN_IDENT || !str_equal(text_at(file, i), carrier->name) ||
            i == carrier->assigned || !is_variable_mention(file, i))
            continue;
        const struct binding *binding = resolve(&bindings, i);
        uint32_t function;
        if (binding == NULL || binding->begin != carrier->binding.begin ||
            binding->end != carrier->binding.end)
            continue;
        if (is_captured(file, carrier, i, &function)) {
            if (function != last_capture)
                add_fate(tracker, (struct fate){.kind = FATE_CAPTURED}, i, carrier->name);
            last_capture = function;
        } else if (i >= statement || loop_leads_back(file, carrier, i)) {
            add_use(tracker, i, i + 1, 0, carrier->name);
        }
    }
}

/* ---- calls ---- */

/* "pkg.(*T).M[...]" gives "M". */
static struct str last_name(struct str callee)
{
    if (str_ends(callee, STR("[...]")))
        callee.len -= 5;
    ptrdiff_t dot = str_find_last(callee, '.');
    return dot < 0 ? callee : str_skip(callee, (size_t)dot + 1);
}

/* The parenthesis of the call whose function's last name is at index; 0 when it is not called. */
static uint32_t call_of_name(const struct syntax_file *file, uint32_t index)
{
    uint32_t open = index + 1;
    if (kind_at(file, open) == TOKEN_LBRACK && role_at(file, open) == ROLE_INDEX)
        open = match_at(file, open) + 1; /* F[T](x) */
    return kind_at(file, open) == TOKEN_LPAREN && role_at(file, open) == ROLE_CALL ? open : 0;
}

static void track_call(struct tracker *tracker, const struct fate_query *query, uint32_t index,
                       bool *found)
{
    const struct syntax_file *file = tracker->file;
    uint32_t open = call_of_name(file, index);
    if (open == 0 || function_of_token(file, index) != query->function)
        return;
    if (file->tokens[open].line != query->line && file->tokens[index].line != query->line)
        return;
    *found = true;
    add_use(tracker, operand_begin(file, index), match_at(file, open) + 1, query->result, STR_NONE);
}

size_t syntax_fates_of(const struct syntax_file *file, const struct fate_query *query,
                       struct arena *arena, struct fate **fates, bool *found)
{
    struct tracker tracker = {.file = file, .arena = arena};
    struct str name = last_name(query->callee);
    *found = false;
    *fates = NULL;
    /* A name stands on another line than its parenthesis only with type arguments between. */
    uint32_t i = first_token_of_line(file, query->line);
    for (; is_on_line(file, i, query->line); i++) {
        if (kind_at(file, i) == TOKEN_IDENT && str_equal(text_at(file, i), name))
            track_call(&tracker, query, i, found);
    }
    for (size_t k = 0; k < tracker.carrier_count; k++)
        follow(&tracker, &tracker.carriers[k]);
    *fates = tracker.fates;
    return tracker.count;
}
