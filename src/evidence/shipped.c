/* What the shipped program says of a profile's allocations.
 *
 * "Escapes" is a verdict about a line; the call instruction is the fact. A profile names the
 * addresses of the calls. Where program and profile are of one build an address leads to exactly
 * one call, and so to one type and size; else the calls with the same functions and lines stand
 * for it. Candidates and calls of one such place are then paired:
 *
 * S1. A candidate and a call fit when the compiler makes that kind of call for that kind of
 *     expression, and no type or size that is known of both contradicts.
 * S2. A candidate and a call that fit only each other are a pair. Candidates that fit the same
 *     calls, as many as there are calls, are paired in order: gc evaluates from left to right and
 *     keeps the order of calls in memory (cmd/compile/internal/walk/order.go; calls carry the
 *     memory state, ssa/schedule.go).
 * S3. What no pair says stays as it was: nothing is guessed. */
#include "evidence_int.h"

#include "allocator/allocator.h"

enum { CALLS_MAX = 64, FRAMES_MAX = 64 };

struct shipped {
    const struct binary *binary;
    struct binary_index *index;
    const struct atlas *atlas;
    uint32_t *calls; /* by location of the profile: site + 1, 0 for none */
    bool same_build;
    struct map outer; /* hash of base name and line -> 1: places of inlined calls into the
                         allocator */
    bool outer_known;
};

/* ---- addresses ---- */

/* Names of instances: a profile has "[...]" where the symbol table has the arguments. */
static bool same_symbol(struct str a, struct str b)
{
    size_t i = 0, k = 0;
    while (i < a.len && k < b.len) {
        if (a.ptr[i] != b.ptr[k])
            return false;
        if (a.ptr[i] == '[') {
            for (int depth = 1; depth > 0 && ++i < a.len;)
                depth += (a.ptr[i] == '[') - (a.ptr[i] == ']');
            for (int depth = 1; depth > 0 && ++k < b.len;)
                depth += (b.ptr[k] == '[') - (b.ptr[k] == ']');
        }
        i++;
        k++;
    }
    return i >= a.len && k >= b.len;
}

static bool same_frame(const struct shipped *shipped, const struct profile_frame *frame,
                       struct str function, uint32_t line)
{
    const struct profile *profile = shipped->atlas->profile;
    return frame->line == (int64_t)line &&
           same_symbol(profile_string(profile, profile->functions.at[frame->function].name),
                       function);
}

/* Profiles leave the runtime's own frames out where they are innermost, inlined ones too
 * (runtime/pprof/protomem.go, hideRuntime): the program may know more frames there. */
static bool same_frames(const struct shipped *shipped, const struct profile_frame *frames,
                        size_t frame_count, const struct binary_frame *known, size_t known_count)
{
    if (frame_count > known_count || frame_count == 0)
        return false;
    size_t hidden = known_count - frame_count;
    for (size_t i = 0; i < hidden; i++)
        if (!str_starts(known[i].function, STR("runtime.")))
            return false;
    for (size_t i = 0; i < frame_count; i++)
        if (!same_frame(shipped, &frames[i], known[hidden + i].function, known[hidden + i].line))
            return false;
    return true;
}

/* Is the site at these functions and lines, innermost first? */
static bool at_frames(const struct shipped *shipped, const struct binary_site *site,
                      const struct profile_frame *frames, uint32_t count)
{
    struct binary_frame known[FRAMES_MAX];
    size_t known_count = (size_t)site->inlined_count + 1;
    if (known_count > FRAMES_MAX)
        return false;
    known[0] = (struct binary_frame){.function = site->written_in, .line = site->line};
    for (size_t i = 1; i < known_count; i++)
        known[i] = shipped->binary->frames.at[site->first_inlined + i - 1];
    return same_frames(shipped, frames, count, known, known_count);
}

/* Does the program have this location's functions and lines at its address? */
static bool at_address(const struct shipped *shipped, const struct profile_location *location,
                       uint64_t address)
{
    struct binary_frame known[FRAMES_MAX];
    const struct binary *binary = shipped->binary;
    const struct binary_function *function = binary_function_at(binary, address);
    if (!function)
        return false;
    uint32_t offset = (uint32_t)(address - function->entry);
    size_t count = binary_position(binary, function, offset, known, FRAMES_MAX);
    return same_frames(shipped,
                       shipped->atlas->profile->frames.at + location->first_frame,
                       location->frame_count, known, count);
}

static uint64_t own_address(const struct shipped *shipped, const struct profile_location *location)
{
    uint64_t bias = 0;
    if (location->mapping != PROFILE_NONE) {
        const struct profile_mapping *mapping =
            &shipped->atlas->profile->mappings.at[location->mapping];
        if (!binary_load_bias(shipped->binary, mapping->start, mapping->offset, &bias))
            bias = 0;
    }
    return location->address - bias;
}

/* A location whose innermost frames were left out has the address of the call that was inlined
 * (runtime/symtabinl.go, parentPc): then the one call below it that the program has. */
static const struct binary_site *hidden_call(const struct shipped *shipped,
                                             const struct profile_location *location,
                                             uint64_t address)
{
    const struct binary *binary = shipped->binary;
    const struct binary_function *function = binary_function_at(binary, address);
    const struct binary_site *found = NULL;
    for (uint32_t i = 0; function && i < function->site_count; i++) {
        const struct binary_site *site = &binary->sites.at[function->first_site + i];
        if (site->inlined_count < location->frame_count ||
            !at_frames(shipped, site,
                       shipped->atlas->profile->frames.at + location->first_frame,
                       location->frame_count))
            continue;
        if (found)
            return NULL;
        found = site;
    }
    return found;
}

/* One build, when nearly all that can be compared is where the program has it: merged profiles may
 * hold another program's too. */
static void find_calls(struct shipped *shipped)
{
    const struct profile *profile = shipped->atlas->profile;
    size_t compared = 0, same = 0;
    for (size_t i = 0; i < profile->locations.len; i++) {
        const struct profile_location *location = &profile->locations.at[i];
        if (location->frame_count == 0 || location->address == 0)
            continue;
        uint64_t address = own_address(shipped, location);
        compared++;
        if (!at_address(shipped, location, address) &&
            !at_address(shipped, location, address - 1)) /* a return address */
            continue;
        same++;
        const struct binary_site *call = binary_call_at(shipped->binary, address);
        if (!call)
            call = hidden_call(shipped, location, address);
        if (call)
            shipped->calls[i] = (uint32_t)(call - shipped->binary->sites.at) + 1;
    }
    shipped->same_build = compared > 0 && same * 10 >= compared * 9;
    if (!shipped->same_build)
        memset(shipped->calls, 0, sizeof(*shipped->calls) * profile->locations.len);
}

struct shipped *shipped_new(const struct binary *binary, const struct atlas *atlas)
{
    struct shipped *shipped = ARENA_NEW(atlas->arena, struct shipped);
    shipped->binary = binary;
    shipped->atlas = atlas;
    shipped->index = binary_index_new(binary);
    shipped->calls = ARENA_ARRAY(atlas->arena, uint32_t, atlas->profile->locations.len + 1);
    find_calls(shipped);
    return shipped;
}

void shipped_release(struct shipped *shipped)
{
    if (!shipped)
        return;
    binary_index_free(shipped->index);
    if (shipped->outer_known)
        map_release(&shipped->outer);
}

bool shipped_is_same_build(const struct shipped *shipped)
{
    return shipped->same_build;
}

uint32_t shipped_call(const struct shipped *shipped, uint32_t location)
{
    return shipped ? shipped->calls[location] : 0;
}

const struct binary_site *shipped_site(const struct shipped *shipped, uint32_t call)
{
    return &shipped->binary->sites.at[call - 1];
}

struct str shipped_callee(const struct shipped *shipped, const struct binary_site *site)
{
    return shipped->binary->callees.at[site->callee];
}

/* ---- what a call allocates ---- */

static const struct binary_type *type_of(const struct shipped *shipped,
                                         const struct binary_site *site)
{
    return site->type ? &shipped->binary->types.at[site->type - 1] : NULL;
}

static bool has_elements(const struct binary_site *site)
{
    return site->kind == BINARY_KIND_MAKE_SLICE || site->kind == BINARY_KIND_APPEND;
}

struct str shipped_type(const struct shipped *shipped, const struct binary_site *site,
                        struct arena *arena)
{
    const struct binary_type *type = type_of(shipped, site);
    if (!type || (type->address == 0 && site->kind != BINARY_KIND_INTERFACE))
        return STR_NONE; /* a string's bytes, a goroutine: no type of the program's */
    return has_elements(site) ? arena_fmt(arena, "[]%.*s", STR_ARGS(type->name)) : type->name;
}

/* Its bytes, when that is one number; else 0. */
static uint64_t shipped_size(const struct binary_site *site)
{
    if (site->size <= 0 || site->kind == BINARY_KIND_APPEND || site->kind == BINARY_KIND_GO ||
        site->kind == BINARY_KIND_MAKE_MAP || site->kind == BINARY_KIND_MAKE_CHAN ||
        site->kind == BINARY_KIND_MAP_GROWTH || site->kind == BINARY_KIND_STRING_CONCAT)
        return 0;
    if (!has_elements(site))
        return site->kind == BINARY_KIND_NEW || site->kind == BINARY_KIND_CLOSURE ||
                       site->kind == BINARY_KIND_METHOD_VALUE ||
                       site->kind == BINARY_KIND_INTERFACE
                   ? (uint64_t)site->size
                   : 0;
    return site->count > 0 && site->size <= INT64_MAX / site->count
               ? (uint64_t)(site->size * site->count) : 0;
}

/* ---- S1: what fits ---- */

#define BIT(kind) (UINT32_C(1) << BINARY_KIND_##kind)

/* Which calls gc makes for an expression of a kind; none named: any. */
static const uint32_t calls_for[SITE_KIND_COUNT] = {
    [SITE_NEW] = BIT(NEW),
    [SITE_COMPOSITE] = BIT(NEW),
    [SITE_VARIABLE] = BIT(NEW),
    [SITE_SLICE_LITERAL] = BIT(NEW),
    [SITE_VARIADIC] = BIT(NEW),
    [SITE_CLOSURE] = BIT(CLOSURE) | BIT(METHOD_VALUE),
    [SITE_METHOD_VALUE] = BIT(CLOSURE) | BIT(METHOD_VALUE),
    [SITE_MAKE_SLICE] = BIT(MAKE_SLICE) | BIT(NEW) | BIT(APPEND),
    [SITE_MAKE_MAP] = BIT(MAKE_MAP) | BIT(NEW) | BIT(MAP_GROWTH),
    [SITE_MAP_LITERAL] = BIT(MAKE_MAP) | BIT(NEW) | BIT(MAP_GROWTH),
    [SITE_MAKE_CHAN] = BIT(MAKE_CHAN),
    [SITE_APPEND] = BIT(APPEND),
    [SITE_INTERFACE] = BIT(INTERFACE) | BIT(NEW),
    [SITE_STRING_CONCAT] = BIT(STRING_CONCAT),
    [SITE_STRING_TO_BYTES] =
        BIT(STRING_TO_BYTES) | BIT(STRING_CONCAT) | BIT(MAKE_SLICE) | BIT(NEW),
    [SITE_BYTES_TO_STRING] = BIT(BYTES_TO_STRING),
    [SITE_RUNES] = BIT(RUNES),
    [SITE_MAP_GROWTH] = BIT(MAP_GROWTH),
    [SITE_GO] = BIT(GO) | BIT(CLOSURE),
    [SITE_DEFER] = BIT(DEFER) | BIT(CLOSURE),
};

/* make(Header) and FuncMap{...} do not show in gc's words that the named type is a map. */
static bool may_be_map(const struct candidate *candidate)
{
    return (candidate->kind == SITE_MAKE_SLICE &&
            !str_starts(candidate->expression, STR("make([]"))) ||
           (candidate->kind == SITE_INTERFACE && str_ends(candidate->expression, STR("}")));
}

static bool is_array(const struct shipped *shipped, const struct binary_site *site)
{
    const struct binary_type *type = type_of(shipped, site);
    return type && str_starts(type->name, STR("["));
}

static bool kind_fits(const struct shipped *shipped, const struct candidate *candidate,
                      const struct binary_site *site)
{
    uint32_t calls = calls_for[candidate->kind];
    if (may_be_map(candidate))
        calls |= BIT(MAKE_MAP) | BIT(MAP_GROWTH) | BIT(MAKE_CHAN) | BIT(NEW);
    if (candidate->kind == SITE_INTERFACE && str_find_char(candidate->expression, '.') > 0)
        calls |= BIT(METHOD_VALUE) | BIT(CLOSURE); /* x.M may be a method */
    if (site->kind == BINARY_KIND_NEW && !site->type)
        calls |= BIT(NEW); /* it may be anything */
    if (calls && !(calls >> site->kind & 1))
        return false;
    bool elements = candidate->kind == SITE_SLICE_LITERAL || candidate->kind == SITE_VARIADIC;
    return !elements || !site->type || is_array(shipped, site);
}

static bool is_name(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (strchr("[](){}*, ", text.ptr[i]))
            return false;
    return text.len > 0;
}

/* "Order", "shop.Order" and "example.com/shop.Order" may be one type; literals and instances are
 * not compared. */
static bool may_be_type(struct str source, struct str shipped)
{
    source = str_base_name(source);
    shipped = str_base_name(shipped);
    if (!is_name(source) || !is_name(shipped))
        return true;
    ptrdiff_t dot = str_find_last(source, '.'), other = str_find_last(shipped, '.');
    return str_equal(str_skip(source, (size_t)(dot + 1)), str_skip(shipped, (size_t)(other + 1)));
}

static bool fits(const struct shipped *shipped, const struct candidate *candidate,
                 const struct binary_site *site)
{
    uint64_t size = shipped_size(site);
    const struct binary_type *type = type_of(shipped, site);
    if (!kind_fits(shipped, candidate, site))
        return false;
    if (candidate->size && size && type && candidate->size != size)
        return false; /* without a type it may be several in one */
    if (site->kind != BINARY_KIND_NEW || !type || candidate->kind == SITE_INTERFACE)
        return true;
    return may_be_type(candidate->type, type->name);
}

/* ---- S2: pairs ---- */

struct pairing {
    const struct shipped *shipped;
    const struct binary_site *calls[CALLS_MAX]; /* of one place, by address */
    size_t call_count;
    struct candidate *candidates; /* by column */
    size_t candidate_count;
    uint64_t fits[CALLS_MAX]; /* by candidate, a bit for each call */
    int pair[CALLS_MAX];      /* by candidate; -1: none yet */
};

static size_t bits(uint64_t mask)
{
    return (size_t)__builtin_popcountll(mask);
}

static bool is_open(const struct pairing *pairing, size_t candidate)
{
    return pairing->pair[candidate] < 0 && pairing->fits[candidate] != 0;
}

static void take_pair(struct pairing *pairing, size_t candidate, int call)
{
    for (size_t i = 0; i < pairing->candidate_count; i++)
        pairing->fits[i] &= ~(UINT64_C(1) << call);
    pairing->fits[candidate] = UINT64_C(1) << call;
    pairing->pair[candidate] = call;
}

/* Candidates that fit just these calls, as many as there are calls, while nobody else wants one. */
static bool pair_group(struct pairing *pairing, uint64_t calls)
{
    size_t members = 0;
    for (size_t i = 0; i < pairing->candidate_count; i++) {
        if (!is_open(pairing, i) || !(pairing->fits[i] & calls))
            continue;
        if (pairing->fits[i] != calls)
            return false;
        members++;
    }
    if (members != bits(calls))
        return false;
    for (size_t i = 0; i < pairing->candidate_count; i++) {
        if (!is_open(pairing, i) || pairing->fits[i] != calls)
            continue;
        take_pair(pairing, i, __builtin_ctzll(calls));
        calls &= calls - 1;
    }
    return true;
}

/* As many candidates as calls: then each has its own, and one that fits a single call has that. */
static bool pair_forced(struct pairing *pairing)
{
    uint64_t wanted = 0;
    size_t open = 0, forced = SIZE_MAX;
    for (size_t i = 0; i < pairing->candidate_count; i++) {
        if (!is_open(pairing, i))
            continue;
        wanted |= pairing->fits[i];
        open++;
        if (bits(pairing->fits[i]) == 1)
            forced = i;
    }
    if (open != bits(wanted) || forced == SIZE_MAX)
        return false;
    take_pair(pairing, forced, __builtin_ctzll(pairing->fits[forced]));
    return true;
}

static bool pair_some(struct pairing *pairing)
{
    for (size_t i = 0; i < pairing->candidate_count; i++)
        if (is_open(pairing, i) && pair_group(pairing, pairing->fits[i]))
            return true;
    return pair_forced(pairing);
}

static void find_pairs(struct pairing *pairing)
{
    for (size_t i = 0; i < pairing->candidate_count; i++) {
        pairing->pair[i] = -1;
        pairing->fits[i] = 0;
        for (size_t k = 0; k < pairing->call_count; k++)
            if (fits(pairing->shipped, &pairing->candidates[i], pairing->calls[k]))
                pairing->fits[i] |= UINT64_C(1) << k;
    }
    while (pair_some(pairing))
        ;
}

/* ---- one point ---- */

static uint32_t column_of(const struct sites *sites, const struct candidate *candidate)
{
    uint32_t message = candidate->written_message != NONE ? candidate->written_message
                                                          : candidate->message;
    return sites->atlas->compiler->messages.at[message].column;
}

static void sort_by_column(const struct sites *sites, struct candidate *list, size_t count)
{
    for (size_t i = 1; i < count; i++) {
        struct candidate moved = list[i];
        size_t k = i;
        for (; k > 0 && column_of(sites, &list[k - 1]) > column_of(sites, &moved); k--)
            list[k] = list[k - 1];
        list[k] = moved;
    }
}

/* False when there are too many to pair. */
static bool add_call(const struct points *points, const struct point *point, uint32_t site,
                     struct pairing *pairing)
{
    const struct shipped *shipped = pairing->shipped;
    const struct binary_site *call = &shipped->binary->sites.at[site];
    if (call->on_stack ||
        !at_frames(shipped, call, points->frames.at + point->first_frame, point->frame_count))
        return true;
    if (pairing->call_count == CALLS_MAX)
        return false;
    pairing->calls[pairing->call_count++] = call;
    return true;
}

/* All calls at the point's functions and lines. */
static bool calls_at(const struct shipped *shipped, const struct points *points,
                     const struct point *point, struct pairing *pairing)
{
    const struct profile_frame *frame = &points->frames.at[point->first_frame];
    const struct located *written = &shipped->atlas->functions[frame->function];
    bool good = true;
    if (point->call) {
        const struct binary_function *function =
            &shipped->binary->functions[shipped_site(shipped, point->call)->function];
        for (uint32_t i = 0; good && i < function->site_count; i++)
            good = add_call(points, point, function->first_site + i, pairing);
        return good && pairing->call_count > 0;
    }
    if (frame->line <= 0 || frame->line > UINT32_MAX)
        return false;
    size_t count;
    const uint32_t *at = binary_index_at(shipped->index, written->base_name,
                                         (uint32_t)frame->line, &count);
    for (size_t i = 0; good && i < count; i++)
        good = add_call(points, point, at[i], pairing);
    return good && pairing->call_count > 0;
}

static uint64_t call_bit(const struct pairing *pairing, uint32_t call)
{
    for (size_t i = 0; i < pairing->call_count; i++)
        if (call && pairing->calls[i] == shipped_site(pairing->shipped, call))
            return UINT64_C(1) << i;
    return 0;
}

/* The candidate gets what all calls that may be its own agree about. */
static void take_type(struct sites *sites, const struct pairing *pairing, uint64_t calls,
                      struct candidate *candidate)
{
    const struct binary_site *first = NULL;
    for (size_t i = 0; i < pairing->call_count; i++) {
        if (!(calls >> i & 1))
            continue;
        if (first && (first->type != pairing->calls[i]->type ||
                      shipped_size(first) != shipped_size(pairing->calls[i])))
            return;
        first = pairing->calls[i];
    }
    if (!first)
        return;
    struct str type = shipped_type(sites->atlas->shipped, first, sites->arena);
    uint64_t size = shipped_size(first);
    const struct binary_type *described = type_of(sites->atlas->shipped, first);
    candidate->callee = shipped_callee(sites->atlas->shipped, first);
    if (type.len)
        candidate->type = type;
    if (first->kind == BINARY_KIND_MAKE_MAP && candidate->kind != SITE_MAP_LITERAL)
        candidate->kind = SITE_MAKE_MAP;
    if (first->kind == BINARY_KIND_MAKE_CHAN)
        candidate->kind = SITE_MAKE_CHAN;
    if (!size || !described)
        return;
    candidate->size = size;
    candidate->classes[0] =
        allocator_slot_bytes(size, described->pointer_bytes != 0, ALLOCATOR_NEWEST);
    candidate->class_count = 1;
}

size_t shipped_refine(struct sites *sites, const struct point *point, struct candidate *list,
                      size_t count)
{
    struct pairing pairing = {.shipped = sites->atlas->shipped, .candidates = list,
                              .candidate_count = count};
    if (!sites->atlas->shipped || count == 0 || count > CALLS_MAX || point->inside_runtime ||
        !calls_at(sites->atlas->shipped, sites->points, point, &pairing))
        return count;
    sort_by_column(sites, list, count);
    find_pairs(&pairing);
    uint64_t calls = call_bit(&pairing, point->call);
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        kept += (pairing.fits[i] & (calls ? calls : UINT64_MAX)) != 0;
    if (kept == 0)
        return count; /* S3 */
    size_t to = 0;
    for (size_t i = 0; i < count; i++) {
        uint64_t own = pairing.fits[i] & (calls ? calls : UINT64_MAX);
        if (!own)
            continue;
        list[to] = list[i];
        take_type(sites, &pairing, own, &list[to++]);
    }
    return to;
}

/* ---- any point ---- */

static uint64_t place_key(struct str base_name, uint32_t line)
{
    return hash_mix(str_hash(base_name), line);
}

static void index_outer(struct shipped *shipped)
{
    const struct binary *binary = shipped->binary;
    map_init(&shipped->outer, shipped->atlas->memory);
    for (size_t i = 0; i < binary->sites.len; i++) {
        const struct binary_site *site = &binary->sites.at[i];
        for (uint32_t k = 0; k < site->inlined_count; k++) {
            const struct binary_frame *frame = &binary->frames.at[site->first_inlined + k];
            bool added;
            map_put(&shipped->outer, place_key(str_base_name(frame->file), frame->line), &added);
        }
    }
    shipped->outer_known = true;
}

bool shipped_may_allocate(struct shipped *shipped, const struct candidate *candidate,
                          struct str function, struct str base_name, uint32_t line)
{
    size_t count;
    const uint32_t *at = binary_index_at(shipped->index, base_name, line, &count);
    for (size_t i = 0; i < count; i++) {
        const struct binary_site *site = &shipped->binary->sites.at[at[i]];
        bool own = str_starts(site->written_in, function);
        if (!site->on_stack && own && kind_fits(shipped, candidate, site))
            return true;
    }
    if (!shipped->outer_known)
        index_outer(shipped);
    return map_get(&shipped->outer, place_key(base_name, line)) != NULL;
}
