/* What a name means: the declarations of local names and how far they reach.
 *
 * Scopes follow the specification, "Declarations and scope": a variable is known from the end of
 * the specification or simple statement that declares it to the end of the innermost block, where
 * headers of if, for and switch, and each clause, are blocks of their own.
 *
 * N1. Bindings are in the order of their declarations.
 * N2. The scopes of one name nest or are apart; the innermost around a mention is the one that
 *     begins last. */
#include "syntax_int.h"

struct finder {
    const struct syntax_file *file;
    struct arena *arena;
    struct str name;
    struct bindings *bindings;
    size_t cap;
};

static void add_binding(struct finder *finder, struct binding binding)
{
    struct bindings *bindings = finder->bindings;
    if (bindings->count == finder->cap) {
        finder->cap = finder->cap ? finder->cap * 2 : 8;
        struct binding *at = ARENA_ARRAY(finder->arena, struct binding, finder->cap);
        if (bindings->count > 0)
            memcpy(at, bindings->at, bindings->count * sizeof(*at));
        bindings->at = at;
    }
    bindings->at[bindings->count++] = binding;
}

/* The end of the clause that index is in: the next case or default, or the } of the switch. */
static uint32_t clause_end(const struct syntax_file *file, uint32_t index, uint32_t close)
{
    while (index < close) {
        enum token_kind kind = kind_at(file, index);
        if (kind == TOKEN_CASE || kind == TOKEN_DEFAULT)
            return index;
        index = step(file, index);
    }
    return close;
}

/* The end of the innermost block (or clause) around index. */
static uint32_t block_end(const struct syntax_file *file, uint32_t index)
{
    uint32_t open = index < file->token_count ? file->inside[index] : end_token(file);
    while (open < file->token_count && kind_at(file, open) != TOKEN_LBRACE)
        open = file->inside[open];
    if (open >= file->token_count)
        return end_token(file);
    uint32_t close = match_at(file, open);
    return role_at(file, open) == ROLE_CLAUSES ? clause_end(file, index, close) : close;
}

/* The { of the block whose header holds index, or TOKEN_END. */
static uint32_t header_block(const struct syntax_file *file, uint32_t index)
{
    uint32_t end = statement_end(file, index);
    for (int semicolons = 0; kind_at(file, end) == TOKEN_SEMICOLON && semicolons < 3; semicolons++)
        end = statement_end(file, end + 1);
    return kind_at(file, end) == TOKEN_LBRACE ? end : end_token(file);
}

/* After the } that ends the if, for or switch statement whose header holds index: one token further
 * than the scopes of the block's own names, which may repeat those of the header. */
static uint32_t header_end(const struct syntax_file *file, uint32_t index)
{
    uint32_t open = header_block(file, index);
    uint32_t close = match_at(file, open);
    while (kind_at(file, close) == TOKEN_RBRACE && kind_at(file, close + 1) == TOKEN_ELSE) {
        uint32_t next = close + 2;
        if (kind_at(file, next) == TOKEN_IF)
            next = header_block(file, next + 1);
        if (kind_at(file, next) != TOKEN_LBRACE)
            break;
        close = match_at(file, next);
    }
    return close < end_token(file) ? close + 1 : close;
}

/* Is the simple statement that begins at index the guard of a type switch: "x := y.(type) {"? */
static bool is_type_guard(const struct syntax_file *file, uint32_t end)
{
    return end >= 3 && role_at(file, end) == ROLE_CLAUSES && kind_at(file, end - 2) == TOKEN_TYPE;
}

/* Where the names end that a simple statement declares, which ends at `end`; begin is its first
 * token. */
static uint32_t scope_end(const struct syntax_file *file, uint32_t begin, uint32_t end)
{
    switch (kind_before(file, begin)) {
    case TOKEN_IF:
    case TOKEN_FOR:
    case TOKEN_SWITCH:
        return header_end(file, begin);
    case TOKEN_CASE:
        return clause_end(file, begin, block_end(file, begin));
    default:
        return is_type_guard(file, end) ? match_at(file, end) + 1 : block_end(file, begin);
    }
}

static bool is_declared(const struct bindings *bindings, uint32_t begin, uint32_t end)
{
    for (size_t i = bindings->count; i > 0; i--) {
        const struct binding *binding = &bindings->at[i - 1];
        if (binding->end == end && binding->begin <= begin)
            return true;
    }
    return false;
}

uint32_t define_begin(const struct syntax_file *file, uint32_t define)
{
    uint32_t begin = define;
    while (kind_before(file, begin) == TOKEN_IDENT) {
        begin--;
        if (kind_before(file, begin) != TOKEN_COMMA)
            break;
        begin--;
    }
    return begin;
}

/* ShortVarDecl = IdentifierList ":=" ExpressionList, also in range clauses and type switches. It
 * declares only names that are new in their block. */
static void find_define(struct finder *finder, uint32_t define)
{
    const struct syntax_file *file = finder->file;
    uint32_t begin = define_begin(file, define);
    for (uint32_t i = begin; i < define; i += 2) {
        if (!str_equal(text_at(file, i), finder->name))
            continue;
        uint32_t end = statement_end(file, define);
        uint32_t scope = scope_end(file, begin, end);
        bool is_range = kind_at(file, define + 1) == TOKEN_RANGE;
        enum token_kind before = kind_before(file, begin);
        bool header = before == TOKEN_FOR || before == TOKEN_IF || before == TOKEN_SWITCH;
        if (!header && is_declared(finder->bindings, end, scope))
            return;
        add_binding(finder, (struct binding){
                                .kind = is_range ? BINDING_RANGE : BINDING_DEFINE,
                                .token = i,
                                .op = define,
                                .index = (i - begin) / 2,
                                .begin = end,
                                .end = scope,
                            });
        return;
    }
}

/* VarSpec, ConstSpec or TypeSpec at index. */
static void find_spec(struct finder *finder, uint32_t index, enum token_kind keyword)
{
    const struct syntax_file *file = finder->file;
    uint32_t begin = index;
    for (; kind_at(file, index) == TOKEN_IDENT; index += 2) {
        if (str_equal(text_at(file, index), finder->name)) {
            uint32_t after = index;
            while (kind_at(file, after + 1) == TOKEN_COMMA)
                after += 2;
            add_binding(finder, (struct binding){
                                    .kind = keyword == TOKEN_VAR ? BINDING_VAR : BINDING_OTHER,
                                    .token = index,
                                    .op = after + 1,
                                    .index = (index - begin) / 2,
                                    .begin = statement_end(file, index),
                                    .end = block_end(file, begin),
                                });
        }
        if (kind_at(file, index + 1) != TOKEN_COMMA)
            return;
    }
}

static void find_local_declaration(struct finder *finder, uint32_t keyword)
{
    const struct syntax_file *file = finder->file;
    enum token_kind kind = kind_at(file, keyword);
    if (role_at(file, keyword + 1) != ROLE_DECLS) {
        find_spec(finder, keyword + 1, kind);
        return;
    }
    uint32_t close = match_at(file, keyword + 1);
    for (uint32_t i = keyword + 2; i < close; i++) {
        find_spec(finder, i, kind);
        uint32_t end = statement_end(file, i);
        i = end > i ? end : i;
    }
}

static void find_in_params(struct finder *finder, uint32_t function,
                           const struct syntax_param *params, uint32_t count)
{
    const struct syntax_function *owner = &finder->file->functions[function];
    for (uint32_t i = 0; i < count; i++) {
        if (!str_equal(params[i].name, finder->name))
            continue;
        add_binding(finder, (struct binding){
                                .kind = BINDING_PARAM,
                                .param = &params[i],
                                .begin = owner->body_begin,
                                .end = owner->body_end,
                            });
    }
}

static void find_function_params(struct finder *finder, uint32_t function)
{
    const struct syntax_function *owner = &finder->file->functions[function];
    find_in_params(finder, function, &owner->receiver, owner->receiver.type.len > 0);
    find_in_params(finder, function, owner->params, owner->param_count);
    find_in_params(finder, function, owner->results, owner->result_count);
}

uint32_t function_with_body(const struct syntax_file *file, uint32_t body)
{
    size_t low = 0, high = file->function_count;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (file->functions[middle].body_begin < body)
            low = middle + 1;
        else
            high = middle;
    }
    bool found = low < file->function_count && file->functions[low].body_begin == body;
    return found ? (uint32_t)low : SYNTAX_NONE;
}

void find_bindings(const struct syntax_file *file, uint32_t function, struct str name,
                   struct arena *arena, struct bindings *bindings)
{
    *bindings = (struct bindings){0};
    if (function == SYNTAX_NONE)
        return;
    while (file->functions[function].parent != SYNTAX_NONE)
        function = file->functions[function].parent;
    const struct syntax_function *outer = &file->functions[function];
    struct finder finder = {.file = file, .arena = arena, .name = name, .bindings = bindings};
    for (uint32_t i = outer->body_begin; i < outer->body_end; i++) {
        switch (kind_at(file, i)) {
        case TOKEN_LBRACE:
            if (role_at(file, i) == ROLE_BODY)
                find_function_params(&finder, function_with_body(file, i));
            break;
        case TOKEN_DEFINE:
            find_define(&finder, i);
            break;
        case TOKEN_VAR:
        case TOKEN_CONST:
        case TOKEN_TYPE:
            if (kind_before(file, i) != TOKEN_LPAREN) /* x.(type) */
                find_local_declaration(&finder, i);
            break;
        default:
            break;
        }
    }
}

const struct binding *resolve(const struct bindings *bindings, uint32_t mention)
{
    const struct binding *found = NULL;
    for (size_t i = 0; i < bindings->count; i++) {
        const struct binding *binding = &bindings->at[i];
        bool declares = binding->kind != BINDING_PARAM && binding->token == mention;
        if (declares)
            return binding;
        bool covers = binding->begin <= mention && mention < binding->end;
        if (covers && (found == NULL || binding->begin >= found->begin))
            found = binding;
    }
    return found;
}

bool is_local(const struct syntax_file *file, uint32_t index, struct arena *arena)
{
    struct bindings bindings;
    find_bindings(file, function_of_token(file, index), text_at(file, index), arena, &bindings);
    return resolve(&bindings, index) != NULL;
}

bool is_variable_mention(const struct syntax_file *file, uint32_t index)
{
    if (kind_at(file, index) != TOKEN_IDENT || kind_before(file, index) == TOKEN_PERIOD)
        return false;
    switch (kind_before(file, index)) {
    case TOKEN_GOTO:
    case TOKEN_BREAK:
    case TOKEN_CONTINUE:
        return false;
    default:
        break;
    }
    uint32_t open = file->inside[index];
    if (role_at(file, open) == ROLE_PARAMS || role_at(file, open) == ROLE_FIELDS)
        return false;
    if (kind_at(file, index + 1) != TOKEN_COLON)
        return true;
    if (role_at(file, open) == ROLE_LITERAL && begins_element(file, index))
        return literal_type_kind(file, open) == TOKEN_MAP; /* else the name of a field */
    return !begins_statement(file, index); /* a label */
}

uint32_t function_of_token(const struct syntax_file *file, uint32_t index)
{
    uint32_t open = index < file->token_count ? file->inside[index] : end_token(file);
    while (open < file->token_count && role_at(file, open) != ROLE_BODY)
        open = file->inside[open];
    return open < file->token_count ? function_with_body(file, open) : SYNTAX_NONE;
}
