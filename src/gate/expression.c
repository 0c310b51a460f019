/* expression: what gc's words say about an allocation, made comparable. */
#include "gate_int.h"

/* Does the bracket at `at` hold type arguments? They follow a name directly, and gc prints an
 * index the same way: only what begins like a type of an instance is taken. */
static bool holds_type_arguments(struct str text, size_t at)
{
    struct str inside = str_skip(text, at + 1);
    return at > 0 && str_starts(inside, STR("go.shape."));
}

/* Index of the partner of the bracket at `at`, or of the text's end. */
static size_t closing_of(struct str text, size_t at)
{
    int depth = 0;
    for (size_t i = at; i < text.len; i++) {
        depth += (text.ptr[i] == '[') - (text.ptr[i] == ']');
        if (depth == 0)
            return i;
    }
    return text.len;
}

struct str gate_expression(struct str subject, struct arena *arena)
{
    if (!str_contains(subject, STR("go.shape.")))
        return str_copy(arena, subject);
    struct sb out;
    sb_init(&out, arena->memory);
    for (size_t i = 0; i < subject.len; i++) {
        if (subject.ptr[i] == '[' && holds_type_arguments(subject, i)) {
            sb_adds(&out, "[...]");
            i = closing_of(subject, i);
            continue;
        }
        sb_addc(&out, subject.ptr[i]);
    }
    struct str text = str_copy(arena, sb_str(&out));
    sb_release(&out);
    return text;
}

uint64_t gate_unqualified_hash(struct str text)
{
    uint64_t hash = 3;
    size_t word = 0;
    for (size_t i = 0; i <= text.len; i++) {
        char c = i < text.len ? text.ptr[i] : 0;
        if (is_name_byte(c))
            continue;
        if (c != '.' || i == word || (i + 1 < text.len && text.ptr[i + 1] == '.'))
            hash = hash_mix(hash_mix(hash, hash_bytes(text.ptr + word, i - word)), (uint64_t)c);
        word = i + 1;
    }
    return hash;
}

/* "orders" of "orders[id].next". */
static struct str root_of(struct str target)
{
    target = str_trim(target);
    while (target.len && (target.ptr[0] == '*' || target.ptr[0] == '('))
        target = str_skip(target, 1);
    for (size_t i = 0; i < target.len; i++) {
        if (memchr(".[()", target.ptr[i], 4))
            return str_slice(target, 0, i);
    }
    return target;
}

uint64_t gate_global_key(struct str package, struct str name)
{
    return hash_mix(hash_bytes(package.ptr ? package.ptr : "", package.len),
                    hash_bytes(name.ptr ? name.ptr : "", name.len));
}

/* Declared at package level, or qualified by an imported package. */
static bool is_global(const struct gate_scope *scope, struct str root)
{
    const struct syntax_file *syntax = scope->syntax;
    if (map_get(scope->globals, gate_global_key(scope->package, root)))
        return true;
    for (size_t i = 0; i < syntax->import_count; i++) {
        struct str path = syntax->imports[i].path;
        if (str_equal(syntax->imports[i].name, root) || str_equal(str_base_name(path), root))
            return true;
    }
    return false;
}

/* Does "a, b.c = x, y" or "append(a, x)" store in a global? */
static bool fills_global(const struct gate_scope *scope, struct str expression)
{
    struct str targets = expression_filled(expression), target;
    if (targets.len == 0)
        targets = expression_target(expression);
    while (expression_next_part(&targets, &target)) {
        struct str root = root_of(target);
        if (root.len && is_global(scope, root))
            return true;
    }
    return false;
}

static enum cause_category assignment_category(const struct story_step *step,
                                               const struct gate_scope *scope)
{
    if (fills_global(scope, step->expression))
        return CAUSE_GLOBAL;
    return str_is(step->destination, "{heap}") ? CAUSE_CONTAINER : CAUSE_OTHER;
}

/* Is what is called a value: an interface's method, or a function in a variable? gc prints calls
 * whose callee it knows as F(x), pkg.F(x), (*T).M(recv, x) and T.M(recv, x). */
static bool calls_value(const struct story_step *step, const struct gate_scope *scope)
{
    ptrdiff_t at = str_find_char(step->expression, '(');
    struct str root = root_of(str_slice(step->expression, 0, at > 0 ? (size_t)at : 0));
    if (!root.len || !scope->syntax->token_count)
        return false;
    return map_get(scope->globals, gate_global_key(scope->package, root)) ||
           syntax_variable_type(scope->syntax, root, step->line, scope->arena).len;
}

static enum cause_category step_category(const struct story_step *step,
                                         const struct gate_scope *scope)
{
    bool filled = step->reason == FLOW_CALL_PARAMETER && expression_filled(step->expression).len;
    if (filled || flow_is_assignment(step->reason))
        return assignment_category(step, scope);
    if (step->reason == FLOW_CALL_PARAMETER && calls_value(step, scope))
        return CAUSE_UNKNOWN_CALL;
    switch (step->reason) {
    case FLOW_CALL_PARAMETER: return CAUSE_PARAMETER;
    case FLOW_STRUCT_LITERAL_ELEMENT: case FLOW_ARRAY_LITERAL_ELEMENT: return CAUSE_CONTAINER;
    default: return cause_category_of_reason(step->reason);
    }
}

/* What a kind of allocation says when its story says nothing more. */
static enum cause_category kind_category(enum site_kind kind)
{
    switch (kind) {
    case SITE_INTERFACE: case SITE_VARIADIC: return CAUSE_INTERFACE;
    case SITE_STRING_CONCAT: case SITE_STRING_TO_BYTES: case SITE_BYTES_TO_STRING:
    case SITE_RUNES: return CAUSE_STRING_BUILDING;
    case SITE_APPEND: return CAUSE_SLICE_GROWTH;
    case SITE_CLOSURE: case SITE_METHOD_VALUE: return CAUSE_CLOSURE;
    case SITE_GO: case SITE_DEFER: return CAUSE_GO_DEFER;
    case SITE_MAKE_CHAN: return CAUSE_CHANNEL_MADE;
    default: return CAUSE_OTHER;
    }
}

/* A conversion's remedy is not to convert, unless something keeps the value for good. */
static bool conversion_outranks(enum site_kind kind, enum cause_category category)
{
    if (kind != SITE_INTERFACE && kind != SITE_VARIADIC)
        return false;
    return category == CAUSE_CONTAINER || category > CAUSE_INTERFACE;
}

/* What grows or is built anew is mended where that happens, wherever it goes then, as `hot` ranks
 * it; but in a global it is kept for good. */
static bool growth_outranks(enum cause_category by_kind, enum cause_category category)
{
    bool at_the_site = by_kind == CAUSE_SLICE_GROWTH || by_kind == CAUSE_STRING_BUILDING ||
                       by_kind == CAUSE_CHANNEL_MADE;
    return at_the_site && category != CAUSE_GLOBAL;
}

/* ORDER: of the steps of a story the one whose category stands first in categories.h counts. */
enum cause_category gate_category(enum site_kind kind, const struct story *story,
                                  const struct gate_scope *scope)
{
    enum cause_category best = CAUSE_OTHER;
    for (size_t i = 0; i < story->count; i++) {
        enum cause_category category = step_category(&story->steps[i], scope);
        if (category < best)
            best = category;
    }
    enum cause_category by_kind = kind_category(kind);
    bool of_kind = best == CAUSE_OTHER || conversion_outranks(kind, best) ||
                   growth_outranks(by_kind, best);
    return of_kind && by_kind != CAUSE_OTHER ? by_kind : best;
}
