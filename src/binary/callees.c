/* callees.c: which functions of a program are of interest to a reader of calls. */
#include "binary_int.h"

static const struct callee table[] = {
#define X(symbol, from, to, kind, type, size, count, type_name, bytes) \
    {symbol, from, to, BINARY_KIND_##kind, type, size, count, type_name, bytes},
#include "callees.h"
#undef X
};

static const char *const kind_names[] = {
#define X(name, text) text,
#include "binary_kinds.h"
#undef X
};

/* Functions that do not come back: what the compiler ends a block with (ssagen/ssa.go, rtcall with
 * returns false, and walk's calls of gopanic, throw and block). A '*' ends a prefix. */
static const char *const endings[] = {
    "runtime.panicIndex*",    "runtime.panicSlice*",       "runtime.panicdivide",
    "runtime.panicshift",     "runtime.panicoverflow",     "runtime.panicfloat",
    "runtime.panicmem",       "runtime.panicmakeslicelen", "runtime.panicmakeslicecap",
    "runtime.panicdottypeE",  "runtime.panicdottypeI",     "runtime.panicnildottype",
    "runtime.panicwrap",      "runtime.panicrangestate",   "runtime.panicunsafeslice*",
    "runtime.panicBounds",    "runtime.panicunsafestring*", "runtime.goPanic*",
    "runtime.gopanic",        "runtime.throw",             "runtime.fatal",
    "runtime.block",          "runtime.throwinit",         "runtime.panicExtend*",
};

const char *binary_kind_name(enum binary_kind kind)
{
    return kind_names[kind];
}

const char *binary_status_name(enum binary_status status)
{
    static const char *const names[] = {"resolved", "partial", "unresolved"};
    return names[status];
}

static bool fits(const char *symbol, struct str function)
{
    size_t len = strlen(symbol);
    if (symbol[len - 1] == '*')
        return function.len >= len - 1 && memcmp(function.ptr, symbol, len - 1) == 0 &&
               str_find_char(str_skip(function, len - 1), '.') < 0;
    return function.len == len && memcmp(function.ptr, symbol, len) == 0;
}

/* The table's entry for a function of that version, or NULL. */
static const struct callee *find_callee(struct str function, unsigned minor)
{
    for (size_t i = 0; i < COUNT_OF(table); i++)
        if (fits(table[i].symbol, function) &&
            minor >= table[i].from && minor <= table[i].to)
            return &table[i];
    return NULL;
}

static enum call_effect effect_of(struct str function)
{
    if (str_starts(function, STR("runtime.gcWriteBarrier")))
        return CALL_KEEPS;
    if (str_is(function, "runtime.duffzero") || str_is(function, "runtime.duffcopy"))
        return CALL_BLOCK_COPY;
    for (size_t i = 0; i < COUNT_OF(endings); i++)
        if (fits(endings[i], function))
            return CALL_ENDS;
    return CALL_ORDINARY;
}

/* All entries begin with one of these; most functions of a program do not. */
static bool may_fit(struct str name)
{
    return str_starts(name, STR("runtime.")) || str_starts(name, STR("reflect.")) ||
           str_starts(name, STR("internal/"));
}

static void add_target(struct targets *targets, struct binary *binary,
                       const struct binary_function *function, unsigned minor)
{
    struct target target = {.callee = find_callee(function->name, minor),
                            .effect = effect_of(function->name)};
    uint64_t max = binary->image->limits->max[BINARY_LIMIT_CALLEES];
    bool added;
    if (!target.callee && target.effect == CALL_ORDINARY)
        return;
    if (target.callee && binary->callees.len == max) {
        limits_cut(binary->image, BINARY_LIMIT_CALLEES, 1);
        return;
    }
    if (target.callee) {
        target.name = (uint16_t)binary->callees.len;
        VEC_PUSH(binary->memory, &binary->callees, function->name);
        if (function->entry < targets->min)
            targets->min = function->entry;
        if (function->entry > targets->max)
            targets->max = function->entry;
    }
    VEC_PUSH(binary->memory, &targets->list, target);
    *map_put(&targets->by_entry, function->entry, &added) = targets->list.len;
}

void targets_find(struct targets *targets, struct binary *binary)
{
    unsigned minor = go_minor(binary->go_version);
    map_init(&targets->by_entry, binary->memory);
    targets->min = UINT64_MAX;
    targets->max = 0;
    if (minor == 0) /* pclntab's layout tells on which side of 1.20 it is */
        minor = binary->module->new_layout ? 26 : 18;
    for (size_t i = 0; i < binary->function_count; i++)
        if (may_fit(binary->functions[i].name))
            add_target(targets, binary, &binary->functions[i], minor);
}

const struct target *targets_at(const struct targets *targets, uint64_t address)
{
    const uint64_t *number = map_get(&targets->by_entry, address);
    return number ? &targets->list.at[*number - 1] : NULL;
}
