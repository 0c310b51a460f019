/* How large is what a message speaks of?
 *
 * Types come from gc's text and the source; sizes from the declarations (syntax_size_of). A profile
 * shows size classes, so that is what candidates are compared by. A candidate of which nothing is
 * known may have any size. */
#include "evidence_int.h"

#include "allocator/allocator.h"

/* ---- types ---- */

/* The type that an expression allocates, as its package would write it. */
static struct str allocated_type(const struct candidate *candidate, const struct source *source,
                                 uint32_t line, struct arena *arena)
{
    struct str text = candidate->expression;
    if (candidate->kind == SITE_VARIABLE)
        return source ? syntax_variable_type(&source->syntax, text, line, arena) : STR_NONE;
    if (candidate->kind == SITE_COMPOSITE && str_starts(text, STR("&"))) {
        ptrdiff_t brace = str_find_char(text, '{');
        return brace < 1 ? STR_NONE : str_slice(text, 1, (size_t)brace);
    }
    if (candidate->kind == SITE_NEW && str_starts(text, STR("new(")) && text.len > 5)
        return str_slice(text, 4, text.len - 1);
    return STR_NONE;
}

/* How many elements a composite literal or call has, by the tokens behind its "{" or "("; 0 when
 * keys may number them. */
static uint64_t listed_elements(const struct syntax_file *file, uint32_t line, uint32_t column)
{
    size_t i = 0;
    while (i < file->token_count &&
           (file->tokens[i].line < line ||
            (file->tokens[i].line == line && file->tokens[i].column < column)))
        i++;
    if (i >= file->token_count ||
        (file->tokens[i].kind != TOKEN_LBRACE && file->tokens[i].kind != TOKEN_LPAREN))
        return 0;
    uint64_t count = 0;
    bool inside = false;
    for (size_t end = file->tokens[i++].match; i < end && i < file->token_count; i++) {
        const struct token *token = &file->tokens[i];
        if (token->kind == TOKEN_COLON)
            return 0;
        inside = token->kind != TOKEN_COMMA && (inside || token->kind != TOKEN_SEMICOLON);
        count += token->kind == TOKEN_COMMA;
        if (token->kind == TOKEN_LPAREN || token->kind == TOKEN_LBRACK ||
            token->kind == TOKEN_LBRACE)
            i = token->match > i ? token->match : i;
    }
    return count + inside;
}

/* make([]T, n) and []T{...} hold elements; returns their type, the count when it is constant. */
static struct str element_type(const struct sites *sites, const struct candidate *candidate,
                               const struct source *source, uint64_t *count)
{
    struct str text = candidate->expression;
    *count = 0;
    if (candidate->kind == SITE_SLICE_LITERAL && str_ends(text, STR("{...}"))) {
        uint32_t at = candidate->written_message != NONE ? candidate->written_message
                                                         : candidate->message;
        const struct message *message = &sites->atlas->compiler->messages.at[at];
        if (source)
            *count = listed_elements(&source->syntax, message->line, message->column);
        return str_slice(text, 2, text.len - 5);
    }
    if (candidate->kind != SITE_MAKE_SLICE || !str_starts(text, STR("make([]")))
        return STR_NONE;
    text = str_slice(text, 7, text.len - 1);
    ptrdiff_t comma = str_find_last(text, ',');
    if (comma < 0)
        return STR_NONE;
    if (!str_to_u64(str_trim(str_skip(text, (size_t)comma + 1)), count))
        *count = 0;
    struct str type = str_slice(text, 0, (size_t)comma);
    ptrdiff_t earlier = str_find(type, STR(", "));
    return earlier < 0 ? type : str_slice(type, 0, (size_t)earlier);
}

static bool size_type(struct sites *sites, struct str import_path, const struct source *source,
                      struct str type, struct type_size *size)
{
    return syntax_size_of(sites_types(sites), import_path, source ? &source->syntax : NULL, type,
                          size);
}

static void add_class(struct candidate *candidate, uint64_t size, bool has_pointers)
{
    if (candidate->class_count < COUNT_OF(candidate->classes))
        candidate->classes[candidate->class_count++] =
            allocator_slot_bytes(size, has_pointers, ALLOCATOR_NEWEST);
}

bool may_have_size(const struct candidate *candidate, uint64_t object_bytes)
{
    for (size_t i = 0; i < candidate->class_count; i++)
        if (candidate->classes[i] == object_bytes)
            return true;
    return candidate->class_count == 0;
}

/* ---- maps ---- */

/* "map[K]V" at the start of a text: K and V. V ends before "{", "," or ")" outside of brackets. */
static bool map_types(struct str text, struct str *key, struct str *value)
{
    if (!str_starts(text, STR("map[")))
        return false;
    size_t i = 4;
    for (int depth = 1; i < text.len && depth > 0; i++)
        depth += (text.ptr[i] == '[') - (text.ptr[i] == ']');
    *key = str_slice(text, 4, i - 1);
    size_t begin = i;
    for (int depth = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (depth == 0 && (c == ',' || c == ')' || (c == '{' && i > begin)))
            break;
        depth += (c == '[' || c == '(') - (c == ']' || c == ')');
    }
    *value = str_slice(text, begin, i);
    return key->len > 0 && value->len > 0;
}

/* A map without many entries is a header of 48 bytes and one group of 8 entries
 * (internal/runtime/maps, map.go; Go 1.21 to 1.23: a bucket that ends in a pointer,
 * runtime/map.go). Keys and values over 128 bytes are kept as pointers. Of a map with a hint
 * nothing is known. */
static void size_map(struct sites *sites, const struct located *written,
                     const struct source *source, struct candidate *candidate)
{
    enum { HEADER = 48, SLOTS = 8, MAX_INLINE = 128 };
    struct str text = candidate->expression, key, value;
    struct type_size of_key, of_value;
    bool made = str_starts(text, STR("make("));
    if (!map_types(made ? str_skip(text, 5) : text, &key, &value))
        return;
    candidate->type = arena_fmt(sites->arena, "map[%.*s]%.*s", STR_ARGS(key), STR_ARGS(value));
    if ((made && str_find(text, STR(", ")) >= 0) || str_find(value, STR("struct {")) >= 0 ||
        !size_type(sites, written->import_path, source, key, &of_key) ||
        !size_type(sites, written->import_path, source, value, &of_value))
        return;
    uint64_t k = of_key.size > MAX_INLINE ? 8 : of_key.size;
    uint64_t v = of_value.size > MAX_INLINE ? 8 : of_value.size;
    uint64_t align = of_key.align > of_value.align ? of_key.align : of_value.align;
    align = align > 0 ? align : 1;
    bool pointers = of_key.has_pointers || of_value.has_pointers || of_key.size > MAX_INLINE ||
                    of_value.size > MAX_INLINE;
    add_class(candidate, HEADER, true);
    add_class(candidate, SLOTS + SLOTS * ((k + v + align - 1) / align * align), pointers);
    add_class(candidate, SLOTS + SLOTS * (k + v) + 8, true);
}

/* ---- arguments ---- */

static const struct message *written_message(const struct sites *sites,
                                             const struct candidate *candidate)
{
    uint32_t at =
        candidate->written_message != NONE ? candidate->written_message : candidate->message;
    return &sites->atlas->compiler->messages.at[at];
}

/* "... argument": as many elements as the call has arguments for the variadic parameter, of its
 * type. */
static void size_variadic(struct sites *sites, const struct located *written,
                          struct source *source, struct candidate *candidate)
{
    const struct message *message = written_message(sites, candidate);
    struct construct *found;
    size_t count =
        syntax_constructs(&source->syntax, message->line, sites->arena, &found), at = 0;
    while (at < count &&
           (found[at].kind != CONSTRUCT_CALL || found[at].column != message->column))
        at++;
    struct callee callee;
    struct called called = {at < count ? found[at].callee : STR_NONE, message->line};
    if (at == count ||
        callee_resolve(sites, written, source, &called, &callee) != CALLEE_FUNCTION)
        return;
    struct source *home;
    struct str path;
    const struct syntax_function *function =
        callee_declared(sites->atlas, callee.import_path, callee.name, &home, &path);
    uint64_t given = listed_elements(&source->syntax, message->line, message->column);
    if (!function || function->param_count == 0 || given < function->param_count)
        return;
    struct str type = function->params[function->param_count - 1].type;
    struct type_size size;
    if (!str_starts(type, STR("...")) ||
        !size_type(sites, callee.import_path, home, str_trim(str_skip(type, 3)), &size))
        return;
    candidate->type =
        arena_fmt(sites->arena, "[]%.*s", STR_ARGS(str_trim(str_skip(type, 3))));
    candidate->size = size.size * (given - function->param_count + 1);
    add_class(candidate, candidate->size, size.has_pointers);
}

/* "n" of "n" and of sums and the like "n + 1": their type is that of n. */
static struct str leading_variable(struct str expression)
{
    size_t end = 0;
    while (end < expression.len && !strchr(" .([{", expression.ptr[end]))
        end++;
    struct str rest = str_skip(expression, end);
    bool arithmetic = rest.len > 3 && rest.ptr[0] == ' ' && rest.ptr[2] == ' ' &&
                      strchr("+-*/%&|^", rest.ptr[1]) != NULL &&
                      str_find_char(rest, '.') < 0 && str_find_char(rest, '(') < 0;
    return rest.len == 0 || arithmetic ? str_slice(expression, 0, end) : STR_NONE;
}

/* The type of what is converted to an interface; empty when it cannot be told. */
static struct str converted_type(struct sites *sites, const struct source *source, uint32_t line,
                                 struct str expression)
{
    struct str variable = leading_variable(expression);
    if (variable.len > 0)
        return syntax_variable_type(&source->syntax, variable, line, sites->arena);
    ptrdiff_t brace = str_find(expression, STR("{...}"));
    if (brace < 0)
        brace = str_find(expression, STR("{}"));
    return brace > 0 && expression.ptr[0] != '&' ? str_slice(expression, 0, (size_t)brace)
                                                 : STR_NONE;
}

/* "x.M" with a method M of x's type is a function that holds x: gc prints a field that is
 * converted to an interface in the same way. */
static bool is_method_value(struct sites *sites, const struct located *written,
                            const struct source *source, uint32_t line, struct str expression)
{
    for (size_t i = 0; i < expression.len; i++)
        if (strchr("([{ \"`", expression.ptr[i]))
            return false;
    struct callee callee;
    struct called called = {expression, line};
    return str_find_char(expression, '.') > 0 &&
           callee_resolve(sites, written, source, &called, &callee) == CALLEE_FUNCTION &&
           str_find_char(callee.name, '.') > 0;
}

static void size_converted(struct sites *sites, const struct located *written,
                           struct source *source, uint32_t line, struct candidate *candidate)
{
    struct type_size size;
    if (is_method_value(sites, written, source, line, candidate->expression)) {
        candidate->kind = SITE_METHOD_VALUE;
        return;
    }
    struct str type = converted_type(sites, source, line, candidate->expression);
    if (type.len == 0 || str_starts(type, STR("*")) ||
        !size_type(sites, written->import_path, source, type, &size) || size.size == 0)
        return;
    candidate->type = str_copy(sites->arena, type);
    candidate->size = size.size;
    add_class(candidate, size.size, size.has_pointers);
}

/* ---- one candidate ---- */

void size_candidate(struct sites *sites, const struct located *written, uint32_t line,
                    struct candidate *candidate)
{
    struct source *source = atlas_source(sites->atlas, written->import_path, written->base_name,
                                         written->file);
    struct type_size size;
    uint64_t count;
    if (candidate->kind == SITE_MAKE_MAP || candidate->kind == SITE_MAP_LITERAL) {
        size_map(sites, written, source, candidate);
        return;
    }
    if (source && candidate->kind == SITE_VARIADIC) {
        size_variadic(sites, written, source, candidate);
        return;
    }
    if (source && candidate->kind == SITE_INTERFACE) {
        size_converted(sites, written, source, line, candidate);
        return;
    }
    struct str type = element_type(sites, candidate, source, &count);
    if (type.len > 0) {
        candidate->type = arena_fmt(sites->arena, "[]%.*s", STR_ARGS(type));
        if (count > 0 && size_type(sites, written->import_path, source, type, &size) &&
            size.size < UINT64_MAX / count) {
            candidate->size = size.size * count;
            add_class(candidate, candidate->size, size.has_pointers);
        }
        return;
    }
    candidate->type = allocated_type(candidate, source, line, sites->arena);
    if (candidate->type.len == 0)
        return;
    candidate->type = str_copy(sites->arena, candidate->type);
    if (size_type(sites, written->import_path, source, candidate->type, &size)) {
        candidate->size = size.size;
        add_class(candidate, size.size, size.has_pointers);
    }
}
