/* sites.c: from calls and the values of their arguments to sites with type, size and position. */
#include "scan.h"
#include "types.h"

enum {
    MAP_BYTES = 48,     /* runtime.hmap up to 1.23; internal/runtime/maps.Map */
    CHAN_BYTES = 96,    /* runtime.hchan */
    MAX_COUNT = 1 << 30,
};

/* ---- kinds ---- */

/* The compiler's record for a closure: its code, then what it captured (cmd/compile/internal/
 * typecheck, ClosureType and MethodValueType: the fields are F, then X0, X1 ..., or F and R). */
static enum binary_kind kind_of_record(struct str type)
{
    if (str_starts(type, STR("struct { F uintptr; R ")))
        return BINARY_KIND_METHOD_VALUE;
    if (str_starts(type, STR("struct { F uintptr; ")))
        return BINARY_KIND_CLOSURE;
    return BINARY_KIND_NEW;
}

/* mallocgc without a type: the runtime's own; one object for several small variables, zeroed
 * (ssagen/ssa.go, flushPendingHeapAllocations); or make and copy in one, not zeroed
 * (walk/builtin.go, walkMakeSliceCopy). */
static enum binary_kind kind_of(const struct binary *binary, const struct binary_site *site,
                                const struct callee *callee, const struct found *found)
{
    if (callee->kind != BINARY_KIND_NEW)
        return callee->kind;
    if (site->type)
        return kind_of_record(binary->types.at[site->type - 1].name);
    if (callee->size < 0)
        return BINARY_KIND_NEW; /* newobject of a type that only a dictionary knows */
    if (str_starts(binary->functions[site->function].name, STR("runtime.")))
        return BINARY_KIND_RUNTIME;
    return found->count.kind == VALUE_NUMBER && found->count.number == 1 ? BINARY_KIND_NEW
                                                                         : BINARY_KIND_MAKE_SLICE;
}

/* ---- type, size, count ---- */

static void take_fixed(struct binary *binary, const struct callee *callee,
                       struct binary_site *site)
{
    struct binary_type type = {.name = str_from(callee->type_name),
                               .size = callee->bytes > 0 ? (uint64_t)callee->bytes : 0};
    site->size = callee->bytes;
    if (type.name.len)
        site->type = type_named(binary, &type);
}

static void take_count(const struct callee *callee, const struct found *found,
                       struct binary_site *site)
{
    if (callee->kind == BINARY_KIND_NEW && site->type)
        site->count = 1;
    if (callee->kind != BINARY_KIND_NEW && callee->count >= 0 &&
        found->count.kind == VALUE_NUMBER && found->count.number <= MAX_COUNT)
        site->count = (int64_t)found->count.number;
}

/* What is allocated first for a map or a channel is not of the type that the argument tells. */
static int64_t size_by_kind(const struct binary *binary, const struct callee *callee,
                            const struct binary_site *site)
{
    const struct binary_type *type = &binary->types.at[site->type - 1];
    bool made = callee->kind == BINARY_KIND_MAKE_MAP || callee->kind == BINARY_KIND_MAP_GROWTH ||
                callee->kind == BINARY_KIND_MAKE_CHAN;
    if (made && type->kind == GO_KIND_MAP)
        return MAP_BYTES;
    if (made && type->kind == GO_KIND_CHAN) {
        const unsigned char *element =
            descriptor_at(binary, descriptor_part(binary, type->address, TYPE_BYTES));
        uint64_t bytes = element ? read_u64(element) : 0;
        return site->count > 0 && bytes <= MAX_COUNT ? CHAN_BYTES + site->count * (int64_t)bytes
                                                     : CHAN_BYTES;
    }
    return type->size <= INT64_MAX ? (int64_t)type->size : BINARY_NO_NUMBER;
}

/* mallocgc takes no type for bytes without pointers. */
static bool is_untyped(const struct callee *callee, const struct found *found)
{
    return callee->type >= 0 && callee->size >= 0 && found->type.kind == VALUE_NUMBER &&
           found->type.number == 0;
}

static void take_size(struct binary *binary, const struct callee *callee,
                      const struct found *found, struct binary_site *site)
{
    if (site->type && site->size == BINARY_NO_NUMBER && callee->type >= 0)
        site->size = size_by_kind(binary, callee, site);
    if (callee->size >= 0 && found->size.kind == VALUE_NUMBER &&
        found->size.number <= INT64_MAX)
        site->size = (int64_t)found->size.number;
}

static enum binary_status status_of(const struct callee *callee, const struct found *found,
                                    const struct binary_site *site)
{
    if (callee->type < 0 && callee->size < 0)
        return site->type ? BINARY_RESOLVED : BINARY_PARTIAL;
    if (site->type)
        return BINARY_RESOLVED;
    if (is_untyped(callee, found) || callee->type < 0)
        return site->size >= 0 ? BINARY_RESOLVED : BINARY_PARTIAL;
    return site->size >= 0 || site->count >= 0 ? BINARY_PARTIAL : BINARY_UNRESOLVED;
}

/* ---- positions ---- */

static void take_position(struct binary *binary, const struct found *found,
                          struct binary_site *site)
{
    site->written_in = binary->functions[site->function].name;
    if (found->frame_count == 0)
        return;
    const struct binary_frame *innermost = &binary->frames.at[found->first_frame];
    site->written_in = innermost->function;
    site->file = innermost->file;
    site->line = innermost->line;
    site->first_inlined = found->first_frame + 1;
    site->inlined_count = found->frame_count - 1;
}

static void add_site(struct binary *binary, const struct found *found)
{
    const struct callee *callee = found->target->callee;
    struct binary_site site = {.function = found->function, .offset = found->offset,
                               .callee = found->target->name, .tail_call = found->tail_call,
                               .size = BINARY_NO_NUMBER, .count = BINARY_NO_NUMBER,
                               .on_stack = callee->bytes == 0};
    if (callee->type < 0)
        take_fixed(binary, callee, &site);
    else if (found->type.kind == VALUE_NUMBER && found->type.number != 0)
        site.type = type_at(binary, found->type.number);
    if (found->used_as.kind == VALUE_NUMBER && callee->type < 0)
        site.used_as = type_at(binary, found->used_as.number);
    take_count(callee, found, &site);
    take_size(binary, callee, found, &site);
    site.status = (uint8_t)status_of(callee, found, &site);
    site.kind = (uint8_t)kind_of(binary, &site, callee, found);
    take_position(binary, found, &site);
    struct binary_function *function = &binary->functions[site.function];
    if (function->site_count++ == 0)
        function->first_site = (uint32_t)binary->sites.len;
    VEC_PUSH(binary->memory, &binary->sites, site);
}

void sites_make(struct binary *binary, struct found_list *found)
{
    binary->frames.at = found->frames.at;
    binary->frames.len = found->frames.len;
    binary->frames.cap = found->frames.cap;
    memset(&found->frames, 0, sizeof(found->frames));
    for (size_t i = 0; i < found->calls.len; i++)
        add_site(binary, &found->calls.at[i]);
}
