/* Sentences for people: what a cause is, what to do about it, and its story. */
#include "evidence_int.h"

#include <stdio.h>

const char *cause_category_name(enum cause_category category)
{
    static const char *const names[] = {
#define X(name, json, title, advice) json,
#include "categories.h"
#undef X
    };
    return names[category];
}

const char *cause_category_title(enum cause_category category)
{
    static const char *const titles[] = {
#define X(name, json, title, advice) title,
#include "categories.h"
#undef X
    };
    return titles[category];
}

struct str cause_category_advice(enum cause_category category)
{
    static const struct str advice[] = {
#define X(name, json, title, text) {text, sizeof(text) - 1},
#include "categories.h"
#undef X
    };
    return advice[category];
}

enum cause_category cause_category_of_reason(enum flow_reason reason)
{
    static const struct {
        enum flow_reason reason;
        enum cause_category category;
    } categories[] = {
        {FLOW_SEND, CAUSE_CHANNEL},
        {FLOW_CAPTURED, CAUSE_CLOSURE},
        {FLOW_REFERENCE, CAUSE_CLOSURE},
        {FLOW_CALLEE_OPERAND, CAUSE_UNKNOWN_CALL},
        {FLOW_RETURN, CAUSE_RETURNED},
        {FLOW_TOO_LARGE, CAUSE_TOO_LARGE},
        {FLOW_TOO_ALIGNED, CAUSE_TOO_LARGE},
        {FLOW_NON_CONSTANT_SIZE, CAUSE_DYNAMIC_SIZE},
        {FLOW_SLICE_LITERAL_ELEMENT, CAUSE_CONTAINER},
        {FLOW_MAP_LITERAL_KEY, CAUSE_CONTAINER},
        {FLOW_MAP_LITERAL_VALUE, CAUSE_CONTAINER},
        {FLOW_KEY_OF_MAP_PUT, CAUSE_CONTAINER},
        {FLOW_APPENDEE_SLICE, CAUSE_CONTAINER},
        {FLOW_APPENDED_SLICE, CAUSE_CONTAINER},
        {FLOW_COPIED_SLICE, CAUSE_CONTAINER},
    };
    for (size_t i = 0; i < COUNT_OF(categories); i++)
        if (categories[i].reason == reason)
            return categories[i].category;
    return CAUSE_OTHER;
}

const char *site_verdict_name(enum site_verdict verdict)
{
    static const char *const names[] = {"heap", "stack", "maybe", "elided", "none"};
    return names[verdict];
}

struct str arena_fmt(struct arena *arena, const char *fmt, ...)
{
    va_list args, again;
    va_start(args, fmt);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, fmt, args);
    va_end(args);
    char *text = arena_text(arena, (size_t)n + 1);
    vsnprintf(text, (size_t)n + 1, fmt, again);
    va_end(again);
    return (struct str){text, (size_t)n};
}

struct str tell_flow_step(struct arena *arena, const struct story *story, size_t index)
{
    struct sb sb;
    sb_init(&sb, arena->memory);
    story_tell(story, index, &sb);
    struct str text = str_copy(arena, sb_str(&sb));
    sb_release(&sb);
    return text;
}

/* ---- what a cause is ---- */

/* "orders[id] = o" -> "orders[id]"; the whole text when it is no assignment. */
static struct str left_side(struct str expression)
{
    ptrdiff_t at = str_find(expression, STR(" = "));
    return at > 0 ? str_slice(expression, 0, (size_t)at) : expression;
}

/* The allocation without gc's words about it: "append(s.items, x)". */
static struct str allocation_text(const struct site *site)
{
    struct str text = site->text;
    ptrdiff_t bar = str_find(text, STR(" | "));
    if (bar > 0)
        text = str_slice(text, 0, (size_t)bar);
    if (str_starts(text, STR("moved to heap: ")))
        return str_skip(text, 15);
    if (str_starts(text, STR("... argument")))
        return STR("the slice of variadic arguments");
    ptrdiff_t verdict = str_find(text, STR(" escapes to heap"));
    if (verdict < 0)
        verdict = str_find(text, STR(" does not escape"));
    return verdict < 0 ? text : str_slice(text, 0, (size_t)verdict);
}

/* gc prints what it made of the source: shapes of generic code, results of inlined calls ("~r0"),
 * nodes that have no form in Go. Then the source itself is clearer. */
bool tell_prefers_source(const struct site *site)
{
    return str_find(site->text, STR("[go.shape.")) >= 0 ||
           str_find(site->text, STR("<node ")) >= 0 || str_find(site->text, STR("~r")) >= 0 ||
           str_starts(site->text, STR("append "));
}

/* The allocation that gives most; a library's with the function that it stands in. */
static struct str largest_value(struct arena *arena, const struct cause_facts *facts)
{
    struct str text = facts->written.len > 0 ? facts->written : allocation_text(facts->largest);
    if (text.len == 0)
        text = STR("a value");
    if (facts->library.len == 0)
        return text;
    return arena_fmt(arena, "%.*s in %.*s", STR_ARGS(text), STR_ARGS(facts->library));
}

static struct str values(struct arena *arena, const struct cause_facts *facts)
{
    if (facts->site_count == 1)
        return largest_value(arena, facts);
    if (!facts->leads)
        return arena_fmt(arena, "%zu allocations", facts->site_count);
    return arena_fmt(arena, "%.*s and %zu more", STR_ARGS(largest_value(arena, facts)),
                     facts->site_count - 1);
}

/* gc prints a called function, "fmt.errorf(fmt.format, fmt.a...)": its name is enough. */
static struct str called(struct arena *arena, struct str expression)
{
    ptrdiff_t paren = str_find_char(str_skip(expression, 1), '(');
    struct str name = paren < 0 ? expression : str_slice(expression, 0, (size_t)paren + 1);
    struct str in_c = name_in_c(name);
    return in_c.len > 0 ? arena_fmt(arena, "C.%.*s", STR_ARGS(in_c)) : name;
}

static struct str tell_site_cause(struct arena *arena, const struct cause_facts *facts)
{
    const struct site *site = facts->largest;
    struct str what = facts->written.len > 0 ? facts->written : allocation_text(site);
    if (what.len == 0)
        what = facts->step->expression.len > 0 ? facts->step->expression : site->reason;
    const char *verb = cause_category_title(facts->category);
    if (facts->category == CAUSE_OTHER || facts->category == CAUSE_CLOSURE)
        return arena_fmt(arena, "%.*s escapes%s", STR_ARGS(what),
                         facts->category == CAUSE_CLOSURE ? " with what it captures" : "");
    return arena_fmt(arena, "%s: %.*s", verb, STR_ARGS(what));
}

static struct str tell_conversion(struct arena *arena, const struct cause_facts *facts,
                                  struct str what, struct str where)
{
    const struct step *step = facts->step;
    const char *boxed =
        facts->site_count == 1 ? "converted to an interface" : "converted to interfaces";
    switch (step->category) {
    case CAUSE_PARAMETER: case CAUSE_UNKNOWN_CALL:
        where = step->detail.len > 0 ? step->detail : called(arena, step->expression);
        return arena_fmt(arena, "%.*s %s for %.*s", STR_ARGS(what), boxed, STR_ARGS(where));
    case CAUSE_RETURNED:
        return arena_fmt(arena, "%.*s %s and returned", STR_ARGS(what), boxed);
    case CAUSE_CONTAINER:
        return arena_fmt(arena, "%.*s %s and stored in %.*s", STR_ARGS(what), boxed,
                         STR_ARGS(where));
    default:
        return arena_fmt(arena, "%.*s %s", STR_ARGS(what), boxed);
    }
}

/* Is what comes to a call of gc's story its receiver: "v" of "v.Parent()"? gc prints the receiver
 * of a method it knows as the first argument; only an interface's stands before the dot. */
static bool is_receiver(const struct step *step)
{
    return step->class == STEP_FLOW && step->passed.len > 0 &&
           str_starts(step->expression, step->passed) &&
           str_starts(str_skip(step->expression, step->passed.len), STR("."));
}

static struct str tell_flow_cause(struct arena *arena, const struct cause_facts *facts)
{
    const struct step *step = facts->step;
    struct str what = values(arena, facts);
    struct str where = step->detail.len > 0 ? step->detail : left_side(step->expression);
    switch (facts->category) {
    case CAUSE_GLOBAL:
        return arena_fmt(arena, "%.*s stored in the global %.*s", STR_ARGS(what), STR_ARGS(where));
    case CAUSE_CONTAINER:
        return arena_fmt(arena, "%.*s stored in %.*s", STR_ARGS(what), STR_ARGS(where));
    case CAUSE_CHANNEL:
        return arena_fmt(arena, "%.*s sent on a channel: %.*s", STR_ARGS(what),
                         STR_ARGS(step->expression));
    case CAUSE_CLOSURE:
        if (facts->site_count == 1 && facts->largest->kind == SITE_CLOSURE)
            return STR("a closure that escapes, with what it captures");
        return arena_fmt(arena, "%.*s captured by a closure that escapes", STR_ARGS(what));
    case CAUSE_INTERFACE:
        return tell_conversion(arena, facts, what, where);
    case CAUSE_UNKNOWN_CALL:
        if (step->class != STEP_FATE)
            where = called(arena, step->expression);
        return arena_fmt(arena, "%.*s passed %s %.*s, which the compiler cannot see into",
                         STR_ARGS(what), is_receiver(step) ? "as receiver to" : "to",
                         STR_ARGS(where));
    case CAUSE_PARAMETER:
        return arena_fmt(arena, "%.*s passed to %.*s, which keeps it", STR_ARGS(what),
                         STR_ARGS(step->detail.len > 0 ? step->detail
                                                       : called(arena, step->expression)));
    case CAUSE_RETURNED:
        return arena_fmt(arena, "%.*s returned to the caller", STR_ARGS(what));
    case CAUSE_LOOP:
        return arena_fmt(arena, "%.*s kept across iterations: %.*s", STR_ARGS(what),
                         STR_ARGS(step->expression));
    default:
        return arena_fmt(arena, "%s: %.*s", cause_category_title(facts->category), STR_ARGS(what));
    }
}

struct str tell_cause(struct arena *arena, const struct cause_facts *facts)
{
    const struct step *step = facts->step;
    switch (step->class) {
    case STEP_SITE:
        return tell_site_cause(arena, facts);
    case STEP_CONSTRUCTOR:
        return arena_fmt(arena, "%.*s was not inlined%s%.*s",
                         STR_ARGS(step->title), step->detail.len > 0 ? ": " : "",
                         STR_ARGS(step->detail));
    case STEP_PAYING_CALL:
        return arena_fmt(arena, "call of %.*s", STR_ARGS(step->title));
    default:
        return tell_flow_cause(arena, facts);
    }
}

/* ---- what to do ---- */

static bool is_noinline(const struct cause_facts *facts)
{
    return facts->step->class == STEP_CONSTRUCTOR &&
           str_starts(facts->step->detail, STR("marked go:noinline"));
}

static bool is_pool(const struct cause_facts *facts)
{
    return facts->from_pool;
}

static bool is_kept_by_library(const struct cause_facts *facts)
{
    return facts->step->class == STEP_PAYING_CALL && facts->category == CAUSE_PARAMETER;
}

static bool is_stored_function(const struct cause_facts *facts)
{
    enum site_kind kind = facts->largest->kind;
    return facts->category == CAUSE_CONTAINER &&
           (kind == SITE_CLOSURE || kind == SITE_METHOD_VALUE);
}

/* C may keep what it gets a pointer to, unless it is told not to (Go 1.24, cmd/cgo). */
static bool is_passed_to_c(const struct cause_facts *facts)
{
    return facts->category == CAUSE_PARAMETER && name_in_c(facts->step->expression).len > 0;
}

static bool calls_c(const struct cause_facts *facts)
{
    return facts->step->class == STEP_PAYING_CALL && str_starts(facts->step->title, STR("C."));
}

/* A value in place of the pointer would be boxed, which allocates too. */
static bool is_stored_boxed(const struct cause_facts *facts)
{
    enum site_kind kind = facts->largest->kind;
    return facts->category == CAUSE_CONTAINER && facts->boxed &&
           (kind == SITE_NEW || kind == SITE_COMPOSITE || kind == SITE_VARIABLE);
}

static bool is_stored_container(const struct cause_facts *facts)
{
    enum site_kind kind = facts->largest->kind;
    return facts->category == CAUSE_CONTAINER &&
           (kind == SITE_MAKE_SLICE || kind == SITE_SLICE_LITERAL || kind == SITE_MAKE_MAP ||
            kind == SITE_MAP_LITERAL);
}

/* The first entries of a map take a group of one size (internal/runtime/maps, group.go). */
static bool is_small_map(const struct cause_facts *facts)
{
    return facts->category == CAUSE_MAP_GROWTH && facts->largest->kind == SITE_MAP_GROWTH &&
           facts->largest->size > 0;
}

static bool is_passed_buffer(const struct cause_facts *facts)
{
    enum site_kind kind = facts->largest->kind;
    return (kind == SITE_MAKE_SLICE || kind == SITE_STRING_TO_BYTES) &&
           (facts->category == CAUSE_RETURNED || facts->category == CAUSE_UNKNOWN_CALL ||
            facts->category == CAUSE_PARAMETER);
}

static bool is_returned_map(const struct cause_facts *facts)
{
    return facts->largest->kind == SITE_MAKE_MAP && facts->category == CAUSE_RETURNED;
}

static bool calls_package(const struct cause_facts *facts, const char *package)
{
    return facts->step->class == STEP_PAYING_CALL &&
           str_starts(facts->step->detail, str_from(package));
}

static bool calls_testing(const struct cause_facts *facts)
{
    return calls_package(facts, "testing.");
}

static bool calls_fmt(const struct cause_facts *facts)
{
    return calls_package(facts, "fmt.");
}

static bool calls_reflect(const struct cause_facts *facts)
{
    return calls_package(facts, "reflect.");
}

/* What grows is a bytes.Buffer, a strings.Builder or the like, under whatever writes to it. */
static bool grows_buffer(const struct cause_facts *facts)
{
    struct str package = facts->largest->package;
    return facts->step->class == STEP_PAYING_CALL && facts->category == CAUSE_SLICE_GROWTH &&
           (str_is(package, "bytes") || str_is(package, "strings") ||
            str_is(package, "internal/bytealg"));
}

static bool calls_json(const struct cause_facts *facts)
{
    return calls_package(facts, "encoding/json.");
}

/* Some allocations need other words than their category; the first that fits. */
static struct str special_advice(const struct cause_facts *facts)
{
    static const struct {
        bool (*fits)(const struct cause_facts *facts);
        struct str advice;
    } rules[] = {
#define X(fits, text) {fits, {text, sizeof(text) - 1}},
#include "special_advice.h"
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        if (rules[i].fits(facts))
            return rules[i].advice;
    return STR_NONE;
}

struct str tell_advice(struct arena *arena, const struct cause_facts *facts)
{
    struct str advice = special_advice(facts);
    if (advice.len == 0)
        advice = cause_category_advice(facts->category);
    const struct place *place = &facts->step->place;
    const struct place *site = &facts->largest->place;
    if (place->line == 0 || (place->line == site->line && str_equal(place->file, site->file)))
        return advice;
    return arena_fmt(arena, "%.*s Change %.*s:%u; the allocation is at %.*s:%u.", STR_ARGS(advice),
                     STR_ARGS(str_base_name(place->file)), place->line,
                     STR_ARGS(str_base_name(site->file)), site->line);
}

/* ---- stories ---- */

void tell_story(struct arena *arena, const struct steps *steps, const struct group *group,
                struct told_step **story, size_t *count)
{
    *story = ARENA_ARRAY(arena, struct told_step, group->link_count);
    *count = 0;
    for (size_t i = 0; i < group->link_count; i++) {
        const struct step *step = &steps->at.at[group->links[i].step];
        if (step->sentence.len == 0)
            continue;
        (*story)[*count].place = step->place;
        (*story)[(*count)++].text = step->sentence;
    }
}
