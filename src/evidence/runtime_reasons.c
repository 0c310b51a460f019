/* Allocations that have no escape verdict.
 *
 * "Does not escape" is not "does not allocate", and much of what allocates is no escape question at
 * all: a map that grows, a channel, a goroutine. The symbol through which the runtime was entered
 * says which, where the profile shows it; else what stands on the line of source says it. */
#include "evidence_int.h"

#define TEXT(literal) {literal, sizeof(literal) - 1}

static const struct {
    struct str start;
    enum site_kind kind;
    enum cause_category category;
    struct str text;
} symbols[] = {
#define X(start, kind, category, text) \
    {TEXT(start), SITE_##kind, CAUSE_##category, TEXT(text)},
#include "runtime_symbols.h"
#undef X
};

bool reason_of_symbol(struct str symbol, struct runtime_reason *reason)
{
    for (size_t i = 0; i < COUNT_OF(symbols); i++) {
        if (!str_starts(symbol, symbols[i].start))
            continue;
        *reason = (struct runtime_reason){.kind = symbols[i].kind, .category = symbols[i].category,
                                          .text = symbols[i].text};
        reason->general = str_is(symbols[i].start, "runtime.") ||
                          str_is(symbols[i].start, "internal/runtime/");
        return true;
    }
    return false;
}

/* What a construct means when the compiler gave its line no verdict; `always`: also when the tokens
 * alone do not prove it (an index expression may be a slice's, a plus may add numbers). */
static const struct {
    enum construct_kind construct;
    bool always;
    enum site_kind kind;
    enum cause_category category;
    struct str text;
} constructs[] = {
    {CONSTRUCT_MAP_ASSIGN, false, SITE_MAP_GROWTH, CAUSE_MAP_GROWTH,
     TEXT("an assignment makes the map grow")},
    {CONSTRUCT_MAKE_CHAN, true, SITE_MAKE_CHAN, CAUSE_CHANNEL_MADE,
     TEXT("make of a channel: always on the heap")},
    {CONSTRUCT_APPEND, true, SITE_APPEND, CAUSE_SLICE_GROWTH,
     TEXT("append grows the slice's memory")},
    {CONSTRUCT_MAKE_MAP, true, SITE_MAKE_MAP, CAUSE_MAP_GROWTH,
     TEXT("a map with room for more than one group of entries")},
    {CONSTRUCT_MAP_LITERAL, true, SITE_MAP_LITERAL, CAUSE_MAP_GROWTH,
     TEXT("the literal's entries make the map grow")},
    {CONSTRUCT_TO_STRING, true, SITE_BYTES_TO_STRING, CAUSE_STRING_BUILDING,
     TEXT("bytes are copied into a new string")},
    {CONSTRUCT_TO_BYTES, true, SITE_STRING_TO_BYTES, CAUSE_STRING_BUILDING,
     TEXT("a string is copied into new bytes")},
    {CONSTRUCT_TO_RUNES, true, SITE_RUNES, CAUSE_STRING_BUILDING,
     TEXT("a string is decoded into new runes")},
    {CONSTRUCT_CONCAT, false, SITE_STRING_CONCAT, CAUSE_STRING_BUILDING,
     TEXT("strings are concatenated into a new one")},
    {CONSTRUCT_GO, true, SITE_GO, CAUSE_GO_DEFER, TEXT("a goroutine is started")},
    {CONSTRUCT_DEFER, false, SITE_DEFER, CAUSE_GO_DEFER,
     TEXT("a defer record on the heap: the defer stands in a loop")},
    {CONSTRUCT_MAKE_SLICE, true, SITE_MAKE_SLICE, CAUSE_DYNAMIC_SIZE,
     TEXT("make of a slice whose size is known only when it runs")},
    {CONSTRUCT_SELECT, true, SITE_RUNTIME, CAUSE_RUNTIME,
     TEXT("wait records of a select statement")},
    {CONSTRUCT_CONCAT, true, SITE_STRING_CONCAT, CAUSE_STRING_BUILDING,
     TEXT("strings are concatenated into a new one")},
    {CONSTRUCT_MAP_ASSIGN, true, SITE_MAP_GROWTH, CAUSE_MAP_GROWTH,
     TEXT("an assignment makes the map grow")},
};

/* Calls whose callee's frames a profile hides or never had. */
static bool reason_of_call(const struct construct *call, struct runtime_reason *reason)
{
    if (str_starts(call->callee, STR("C."))) {
        *reason = (struct runtime_reason){.kind = SITE_CGO, .category = CAUSE_RUNTIME,
                                          .text = STR("memory of a call into C")};
        return true;
    }
    return str_starts(call->callee, STR("runtime.")) && reason_of_symbol(call->callee, reason);
}

/* What the runtime allocates for an operation that is no construct of its own: looked for last. */
static const struct {
    struct str mark, text;
} operations[] = {
    {TEXT("<-"), TEXT("a wait record of a blocked send or receive")},
    {TEXT("range "), TEXT("a wait record of a blocked receive")},
    {TEXT("range "), TEXT("a wait record of a blocked receive: a range over a channel")},
    {TEXT(".("), TEXT("the cache of a type assertion or type switch")},
    {TEXT("("), TEXT("the cache of a conversion between interfaces, for an argument or result")},
};

static bool reason_of_operation(struct str text, struct runtime_reason *reason)
{
    for (size_t i = 0; i < COUNT_OF(operations); i++) {
        if (!str_contains(text, operations[i].mark))
            continue;
        *reason = (struct runtime_reason){.kind = SITE_RUNTIME, .category = CAUSE_RUNTIME,
                                          .text = operations[i].text, .expression = text};
        return true;
    }
    return false;
}

static bool reason_of_construct(const struct construct *found, size_t count,
                                struct runtime_reason *reason)
{
    for (size_t rule = 0; rule < COUNT_OF(constructs); rule++)
        for (size_t i = 0; i < count; i++) {
            if (found[i].kind != constructs[rule].construct ||
                !(found[i].certain || constructs[rule].always))
                continue;
            *reason = (struct runtime_reason){
                .kind = constructs[rule].kind, .category = constructs[rule].category,
                .text = constructs[rule].text, .expression = found[i].text,
                .column = found[i].column};
            return true;
        }
    return false;
}

/* The first token of a line, or the end. */
static size_t token_on_line(const struct syntax_file *file, uint32_t line)
{
    size_t low = 0, high = file->token_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (file->tokens[middle].line < line)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* An entry of a map's literal is an assignment on its own line
 * (cmd/compile/internal/walk/complit.go, maplit). */
static bool reason_of_literal(const struct syntax_file *file, uint32_t line, struct arena *arena,
                              struct runtime_reason *reason)
{
    size_t token = token_on_line(file, line);
    uint32_t open = token < file->token_count ? file->inside[token] : (uint32_t)file->token_count;
    if (open >= file->token_count || file->tokens[token].line != line)
        return false;
    struct construct *found;
    size_t count = syntax_constructs(file, file->tokens[open].line, arena, &found);
    for (size_t i = 0; i < count; i++) {
        if (found[i].kind != CONSTRUCT_MAP_LITERAL || found[i].column != file->tokens[open].column)
            continue;
        *reason = (struct runtime_reason){
            .kind = SITE_MAP_LITERAL, .category = CAUSE_MAP_GROWTH, .expression = found[i].text,
            .column = file->tokens[token].column,
            .text = STR("the literal's entries make the map grow")};
        return true;
    }
    return false;
}

static struct str without_comment(struct str line)
{
    ptrdiff_t comment = str_find(line, STR("//"));
    return str_trim(comment < 0 ? line : str_slice(line, 0, (size_t)comment));
}

/* "s" of a line "s = append(s, x)"; empty for other lines. */
static struct str grown_slice(struct str line)
{
    ptrdiff_t at = str_find(line, STR("= append("));
    struct str name = at > 0 ? str_trim(str_slice(line, 0, (size_t)at)) : STR_NONE;
    struct str first = str_skip(line, (size_t)at + sizeof("= append(") - 1);
    return name.len > 0 && str_starts(first, name) ? name : STR_NONE;
}

static bool is_result(const struct syntax_function *function, struct str name)
{
    for (uint32_t i = 0; i < function->result_count; i++)
        if (str_equal(function->results[i].name, name))
            return true;
    return false;
}

/* Does a statement hand on the slice itself: "return f(s)", "return" of a named result,
 * "p.list = s"? */
static bool hands_on_slice(const struct syntax_function *function, struct str statement,
                           struct str name)
{
    if (str_starts(statement, STR("return ")))
        return true;
    if (str_is(statement, "return"))
        return name.len > 0 && is_result(function, name);
    ptrdiff_t at = str_find(statement, STR("= "));
    struct str values = at > 0 ? str_skip(statement, (size_t)at + 2) : STR_NONE;
    while (name.len > 0 && values.ptr)
        if (str_equal(str_trim(str_cut(&values, ',')), name))
            return true;
    return false;
}

/* Go 1.26 and newer: a slice that append made on the stack is copied to the heap where it leaves
 * its variable, in the one return or assignment that does it (runtime.moveSlice,
 * cmd/compile/internal/slice). */
static bool reason_of_moved_slice(const struct syntax_file *file, uint32_t line,
                                  struct runtime_reason *reason)
{
    uint32_t id = syntax_function_at(file, line);
    struct str text = without_comment(syntax_line(file, line));
    if (id == SYNTAX_NONE)
        return false;
    const struct syntax_function *function = &file->functions[id];
    for (uint32_t at = function->first_line; at < line; at++) {
        struct str before = syntax_line(file, at);
        struct str slice = grown_slice(before);
        if (!str_contains(before, STR("append(")) || !hands_on_slice(function, text, slice))
            continue;
        *reason = (struct runtime_reason){
            .kind = SITE_APPEND, .category = CAUSE_SLICE_GROWTH,
            .expression = slice.len > 0 ? slice : text,
            .text = STR("an appended slice is copied to the heap when it leaves the function")};
        return true;
    }
    return false;
}

bool reason_of_line(const struct syntax_file *file, uint32_t line, struct arena *arena,
                    struct runtime_reason *reason)
{
    struct construct *found;
    size_t count = syntax_constructs(file, line, arena, &found);
    if (reason_of_construct(found, count, reason) || reason_of_literal(file, line, arena, reason))
        return true;
    for (size_t i = 0; i < count; i++)
        if (found[i].kind == CONSTRUCT_CALL && reason_of_call(&found[i], reason)) {
            reason->expression = found[i].text;
            reason->column = found[i].column;
            return true;
        }
    return reason_of_moved_slice(file, line, reason) ||
           reason_of_operation(str_trim(syntax_line(file, line)), reason);
}
