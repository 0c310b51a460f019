/* The outline of a file: package, imports, package-level variables, and its functions under the
 * names that gc gives them.
 *
 * Names of literals follow cmd/compile/internal/ir/func.go, closureName, of Go 1.24 and later: the
 * n-th literal directly in F is F.func<n>, the n-th directly in a literal L is L.<n>, counted in
 * order of appearance. (In 1.22 and 1.23 wrappers of go and defer took numbers out of the same
 * sequence, and which statements need a wrapper cannot be told from tokens.) */
#include <assert.h>
#include <stdlib.h>

#include "syntax_int.h"

/* ---- declarations at package level ---- */

static bool is_declaration_keyword(enum token_kind kind)
{
    return kind == TOKEN_IMPORT || kind == TOKEN_CONST || kind == TOKEN_VAR ||
           kind == TOKEN_TYPE || kind == TOKEN_FUNC;
}

/* The next specification of the group that the cursor is in; false at the group's end. */
static bool next_in_group(const struct syntax_file *file, struct declaration_cursor *cursor,
                          struct declaration *declaration)
{
    while (cursor->next < cursor->group_end && kind_at(file, cursor->next) == TOKEN_SEMICOLON)
        cursor->next++;
    if (cursor->next >= cursor->group_end) {
        cursor->next = cursor->group_end + 1;
        cursor->group_end = 0;
        return false;
    }
    uint32_t end = statement_end(file, cursor->next);
    if (end > cursor->group_end || end == cursor->next)
        end = cursor->group_end;
    *declaration = (struct declaration){cursor->keyword, cursor->next, end, cursor->index++};
    cursor->next = end;
    return true;
}

static bool enter_group(const struct syntax_file *file, struct declaration_cursor *cursor)
{
    uint32_t open = cursor->next + 1;
    uint32_t match = match_at(file, open);
    if (kind_at(file, open) != TOKEN_LPAREN || match == end_token(file))
        return false;
    cursor->keyword = kind_at(file, cursor->next);
    cursor->group_end = match;
    cursor->next = open + 1;
    cursor->index = 0;
    return true;
}

bool next_declaration(const struct syntax_file *file, struct declaration_cursor *cursor,
                      struct declaration *declaration)
{
    while (cursor->group_end || cursor->next < end_token(file)) {
        if (cursor->group_end) {
            if (next_in_group(file, cursor, declaration))
                return true;
            continue;
        }
        enum token_kind keyword = kind_at(file, cursor->next);
        if (!is_declaration_keyword(keyword)) {
            cursor->next = step(file, cursor->next);
            continue;
        }
        if (keyword != TOKEN_FUNC && enter_group(file, cursor))
            continue;
        uint32_t begin = cursor->next + (keyword != TOKEN_FUNC);
        uint32_t end = statement_end(file, begin);
        *declaration = (struct declaration){keyword, begin, end, 0};
        cursor->next = end > cursor->next ? end : cursor->next + 1;
        return true;
    }
    return false;
}

/* ---- parameters ---- */

/* Does the entry [from, to) of a parameter list begin with a name that a type follows? */
static bool is_named_entry(const struct syntax_file *file, uint32_t from, uint32_t to)
{
    if (kind_at(file, from) != TOKEN_IDENT || from + 1 >= to)
        return false;
    enum token_kind next = kind_at(file, from + 1);
    if (next == TOKEN_LBRACK && role_at(file, from + 1) == ROLE_INDEX)
        return false; /* G[T] */
    return next == TOKEN_ELLIPSIS || begins_type(next);
}

static struct syntax_param param_at(const struct syntax_file *file, uint32_t index)
{
    const struct token *token = &file->tokens[index];
    return (struct syntax_param){.line = token->line, .column = token->column};
}

/* In a list with names, "a, b T" gives each name the type of the next entry that has one. */
static void share_types(struct syntax_param *params, uint32_t count)
{
    struct str type = STR_NONE;
    for (uint32_t i = count; i > 0; i--) {
        if (params[i - 1].type.len == 0)
            params[i - 1].type = type;
        type = params[i - 1].type;
    }
}

/* ParameterList between the parentheses open and close. Either all entries have names or none has
 * (specification, "Function types"). */
static struct syntax_param *read_params(const struct syntax_file *file, uint32_t open,
                                        uint32_t *count, struct arena *arena)
{
    uint32_t close = match_at(file, open), entries = 0;
    bool named = false;
    if (close == end_token(file))
        return NULL;
    for (uint32_t i = open + 1; i < close; entries++) {
        uint32_t end = element_end(file, i, close);
        named |= is_named_entry(file, i, end);
        i = end + 1;
    }
    struct syntax_param *params = ARENA_ARRAY(arena, struct syntax_param, entries);
    for (uint32_t i = open + 1; i < close; ++*count) {
        uint32_t end = element_end(file, i, close);
        struct syntax_param *param = &params[*count];
        *param = param_at(file, i);
        if (named)
            param->name = text_at(file, i);
        param->type = text_between(file, named ? i + 1 : i, end, arena);
        i = end + 1;
    }
    if (named)
        share_types(params, *count);
    return params;
}

static void read_results(const struct syntax_file *file, const struct signature *signature,
                         struct syntax_function *function, struct arena *arena)
{
    if (signature->results == 0)
        return;
    if (kind_at(file, signature->results) == TOKEN_LPAREN) {
        function->results =
            read_params(file, signature->results, &function->result_count, arena);
        return;
    }
    function->results = ARENA_NEW(arena, struct syntax_param);
    *function->results = param_at(file, signature->results);
    function->results->type =
        text_between(file, signature->results, signature->results_end, arena);
    function->result_count = 1;
}

/* ---- names ---- */

struct outline {
    struct syntax_file *file;
    struct arena *arena;
    uint32_t *literals; /* by function: how many literals lie directly in it */
    uint32_t package_literals, inits, blank_literals;
};

static char *put(char *at, struct str text)
{
    if (text.len > 0)
        memcpy(at, text.ptr, text.len);
    return at + text.len;
}

static struct str format(struct arena *arena, struct str a, const char *b, struct str c)
{
    struct str middle = str_from(b);
    size_t len = a.len + middle.len + c.len;
    char *text = arena_text(arena, len);
    put(put(put(text, a), middle), c);
    return (struct str){text, len};
}

static struct str decimal(struct arena *arena, uint32_t number)
{
    char *text = arena_text(arena, 10);
    size_t pos = 10;
    do {
        text[--pos] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    return (struct str){text + pos, 10 - pos};
}

/* The type name of a receiver: "T", "*T", "*List[K, V]", with parentheses anywhere; empty for
 * "()". */
static struct str receiver_name(const struct syntax_file *file, uint32_t open, struct arena *arena)
{
    uint32_t close = match_at(file, open), name = 0;
    bool pointer = false, generic = false;
    for (uint32_t i = open + 1; i < close; i++) {
        enum token_kind kind = kind_at(file, i);
        pointer |= kind == TOKEN_MUL;
        if (kind == TOKEN_IDENT)
            name = i;
        if (kind == TOKEN_LBRACK) {
            generic = true;
            break;
        }
    }
    if (name == 0)
        return STR_NONE;
    struct str text = format(arena, text_at(file, name), generic ? "[...]" : "", STR_NONE);
    return pointer ? format(arena, STR("(*"), "", format(arena, text, ")", STR_NONE)) : text;
}

static struct str declared_name(struct outline *outline, const struct signature *signature)
{
    struct syntax_file *file = outline->file;
    struct str name = text_at(file, signature->name);
    if (signature->receiver) {
        struct str receiver = receiver_name(file, signature->receiver, outline->arena);
        return receiver.len == 0 ? name : format(outline->arena, receiver, ".", name);
    }
    if (str_is(name, "init"))
        return format(outline->arena, name, ".", decimal(outline->arena, outline->inits++));
    if (signature->type_params)
        return format(outline->arena, name, "[...]", STR_NONE);
    return name;
}

static struct str literal_name(struct outline *outline, uint32_t parent)
{
    struct arena *arena = outline->arena;
    if (parent == SYNTAX_NONE)
        return format(arena, STR("init"), ".func", decimal(arena, ++outline->package_literals));
    const struct syntax_function *outer = &outline->file->functions[parent];
    if (str_is(outer->name, "_"))
        return format(arena, STR("glob."), ".func", decimal(arena, ++outline->blank_literals));
    struct str number = decimal(arena, ++outline->literals[parent]);
    return format(arena, outer->name, outer->is_literal ? "." : ".func", number);
}

/* ---- functions ---- */

/* The innermost function before the last one whose body holds the token. */
static uint32_t enclosing_function(const struct syntax_file *file, uint32_t token)
{
    uint32_t function = file->function_count == 0 ? SYNTAX_NONE
                                                  : (uint32_t)file->function_count - 1;
    while (function != SYNTAX_NONE && file->functions[function].body_end < token)
        function = file->functions[function].parent;
    return function;
}

static void add_function(struct outline *outline, uint32_t func,
                         const struct signature *signature)
{
    struct syntax_file *file = outline->file;
    uint32_t parent = enclosing_function(file, func);
    struct syntax_function *function = &file->functions[file->function_count];
    bool literal = signature->name == 0;
    const struct token *position = &file->tokens[literal ? func : func + 1];
    *function = (struct syntax_function){
        .parent = parent,
        .is_literal = literal,
        .func = func,
        .line = position->line,
        .column = position->column,
        .body_begin = signature->after,
        .body_end = match_at(file, signature->after),
        .first_line = file->tokens[func].line,
    };
    function->last_line = file->tokens[function->body_end].line;
    function->name =
        literal ? literal_name(outline, parent) : declared_name(outline, signature);
    function->params =
        read_params(file, signature->params, &function->param_count, outline->arena);
    read_results(file, signature, function, outline->arena);
    uint32_t receivers = 0;
    struct syntax_param *receiver = NULL;
    if (signature->receiver)
        receiver = read_params(file, signature->receiver, &receivers, outline->arena);
    if (receivers > 0)
        function->receiver = receiver[0];
    assert(parent == SYNTAX_NONE || parent < file->function_count); /* S3 */
    file->function_count++;
}

static void find_functions(struct outline *outline)
{
    struct syntax_file *file = outline->file;
    size_t count = 0;
    for (uint32_t i = 0; i < file->token_count; i++)
        count += file->tokens[i].kind == TOKEN_FUNC;
    file->functions = ARENA_ARRAY(outline->arena, struct syntax_function, count);
    outline->literals = ARENA_ARRAY(outline->arena, uint32_t, count);
    uint32_t last_body = 0;
    for (uint32_t i = 0; i < file->token_count; i++) {
        if (file->tokens[i].kind != TOKEN_FUNC)
            continue;
        struct signature signature = syntax_signature(file, i);
        /* The type in `func f() func() {` has the same brace after it. */
        if (role_at(file, signature.after) != ROLE_BODY || signature.after <= last_body ||
            kind_at(file, signature.after) != TOKEN_LBRACE)
            continue;
        last_body = signature.after;
        add_function(outline, i, &signature);
    }
}

/* ---- package, imports, globals ---- */

/* The text of a string literal without its quotes; import paths need no escapes. */
static struct str unquoted(struct str literal)
{
    if (literal.len < 2)
        return STR_NONE;
    return str_slice(literal, 1, literal.len - 1);
}

static void add_import(struct syntax_file *file, const struct declaration *declaration)
{
    uint32_t index = declaration->begin;
    struct syntax_import *import = &file->imports[file->import_count];
    *import = (struct syntax_import){0};
    if (kind_at(file, index) == TOKEN_IDENT || kind_at(file, index) == TOKEN_PERIOD)
        import->name = text_at(file, index++);
    if (kind_at(file, index) != TOKEN_STRING || index >= declaration->end)
        return;
    import->path = unquoted(text_at(file, index));
    file->import_count++;
}

/* IdentifierList = identifier { "," identifier } at the beginning of a specification. */
static void add_globals(struct syntax_file *file, const struct declaration *declaration)
{
    uint32_t index = declaration->begin;
    while (index < declaration->end && kind_at(file, index) == TOKEN_IDENT) {
        struct str name = text_at(file, index);
        if (!str_is(name, "_"))
            file->globals[file->global_count++] = name;
        if (kind_at(file, index + 1) != TOKEN_COMMA)
            return;
        index += 2;
    }
}

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* How many names declarations of this kind can give at most. */
static size_t count_names(const struct syntax_file *file, enum token_kind keyword)
{
    struct declaration_cursor cursor = {0};
    struct declaration declaration;
    size_t count = 0;
    while (next_declaration(file, &cursor, &declaration)) {
        if (declaration.keyword != keyword)
            continue;
        count++;
        for (uint32_t i = declaration.begin; kind_at(file, i) == TOKEN_IDENT; i += 2)
            count++;
    }
    return count;
}

static void find_declarations(struct outline *outline)
{
    struct syntax_file *file = outline->file;
    file->imports = ARENA_ARRAY(outline->arena, struct syntax_import,
                                count_names(file, TOKEN_IMPORT));
    file->globals = ARENA_ARRAY(outline->arena, struct str, count_names(file, TOKEN_VAR));
    struct declaration_cursor cursor = {0};
    struct declaration declaration;
    while (next_declaration(file, &cursor, &declaration)) {
        if (declaration.keyword == TOKEN_IMPORT)
            add_import(file, &declaration);
        else if (declaration.keyword == TOKEN_VAR)
            add_globals(file, &declaration);
    }
    qsort(file->globals, file->global_count, sizeof(*file->globals), compare_names);
}

void syntax_read(struct syntax_file *file, struct str text, struct arena *arena)
{
    if (text.ptr == NULL)
        text = STR("");
    *file = (struct syntax_file){.text = str_slice(text, 0, LIMIT_SOURCE_BYTES)};
    syntax_scan(file, arena);
    syntax_shape(file, arena);
    if (kind_at(file, 0) == TOKEN_PACKAGE && kind_at(file, 1) == TOKEN_IDENT)
        file->package = text_at(file, 1);
    struct outline outline = {.file = file, .arena = arena};
    find_functions(&outline);
    find_declarations(&outline);
}

/* ---- looking functions up ---- */

uint32_t syntax_function_at(const struct syntax_file *file, uint32_t line)
{
    uint32_t found = SYNTAX_NONE;
    for (uint32_t i = 0; i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        if (function->first_line > line)
            break;
        /* Deeper than what was found, and not merely beside it. */
        if (function->last_line >= line && function->parent == found)
            found = i;
    }
    return found;
}

uint32_t syntax_function_named(const struct syntax_file *file, struct str name)
{
    for (uint32_t i = 0; i < file->function_count; i++) {
        if (str_equal(file->functions[i].name, name))
            return i;
    }
    return SYNTAX_NONE;
}
