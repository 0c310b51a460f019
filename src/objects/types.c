/* types.c: which type a sample's objects have. */
#include "objects/objects_int.h"

#include "allocator/allocator.h"

enum { MAX_CANDIDATES = 64, NAMED_CANDIDATES = 3, TINY_BLOCK = 16 };

void typing_init(struct typing *typing, const struct profile *profile,
                 const struct objects_request *request, struct arena *arena)
{
    *typing = (struct typing){.profile = profile, .request = request, .arena = arena};
    sb_init(&typing->scratch, arena->memory);
    if (request->binary)
        typing->index = binary_index_new(request->binary);
}

void typing_release(struct typing *typing)
{
    binary_index_free(typing->index);
    sb_release(&typing->scratch);
}

/* ---- the binary ---- */

/* Where the bracket that opens at `at` ends. */
static size_t bracket_end(struct str text, size_t at)
{
    int depth = 0;
    for (; at < text.len; at++) {
        depth += (text.ptr[at] == '[') - (text.ptr[at] == ']');
        if (depth == 0)
            break;
    }
    return at;
}

static bool is_left_out(struct str text, size_t at)
{
    return str_starts(str_skip(text, at), STR("[...]"));
}

/* Profiles write type arguments as "[...]" (those of Go 1.26 in whole), the binary in whole: what
 * is left out on one side fits everything. */
static bool same_function(struct str a, struct str b)
{
    size_t i = 0, j = 0;
    while (i < a.len && j < b.len) {
        if (a.ptr[i] != b.ptr[j])
            return false;
        if (is_left_out(a, i) || is_left_out(b, j)) {
            i = bracket_end(a, i);
            j = bracket_end(b, j);
        }
        i++;
        j++;
    }
    return i >= a.len && j >= b.len;
}

/* Maps and channels are made of several objects (hmap or Map, groups, directory; hchan and what its
 * elements lie in): theirs have any size. */
static bool has_parts(const struct binary_site *site)
{
    return site->kind == BINARY_KIND_MAKE_MAP || site->kind == BINARY_KIND_MAKE_CHAN;
}

/* How many elements one run of a site makes; 0 when that is not told. */
static int64_t count_of_site(const struct binary_site *site)
{
    if (site->kind == BINARY_KIND_MAKE_CHAN)
        return 0; /* its size is that of all parts */
    if (site->count >= 0)
        return site->count;
    switch ((enum binary_kind)site->kind) {
    case BINARY_KIND_NEW:
    case BINARY_KIND_CLOSURE:
    case BINARY_KIND_METHOD_VALUE:
    case BINARY_KIND_INTERFACE:
    case BINARY_KIND_MAKE_MAP: return 1;
    default: return 0;
    }
}

static bool has_pointers(const struct binary *binary, const struct binary_site *site)
{
    return site->type && binary->types.at[site->type - 1].pointer_bytes > 0;
}

/* The slot of a site's objects; 0 when their number or size is not constant. */
static uint64_t slot_of_site(const struct binary *binary, const struct binary_site *site)
{
    int64_t count = count_of_site(site);
    if (site->size <= 0 || count <= 0 || site->size > INT64_MAX / count)
        return 0;
    return allocator_slot_bytes((uint64_t)(site->size * count), has_pointers(binary, site),
                                ALLOCATOR_NEWEST);
}

static bool fits(const struct binary *binary, const struct binary_site *site, uint64_t slot)
{
    uint64_t own = slot_of_site(binary, site);
    return own == 0 || slot == 0 || own == slot || has_parts(site);
}

static struct str type_of_site(struct typing *typing, const struct binary_site *site)
{
    const struct binary *binary = typing->request->binary;
    uint32_t known = site->type ? site->type : site->used_as;
    struct str name = known ? binary->types.at[known - 1].name : STR_NONE;
    switch ((enum binary_kind)site->kind) {
    case BINARY_KIND_STRING_CONCAT:
    case BINARY_KIND_BYTES_TO_STRING: return STR("string");
    case BINARY_KIND_STRING_TO_BYTES: return STR("[]uint8");
    case BINARY_KIND_RUNES: return STR("[]int32");
    case BINARY_KIND_MAKE_SLICE:
    case BINARY_KIND_APPEND: break;
    default: return name;
    }
    if (name.len == 0)
        return name;
    sb_clear(&typing->scratch);
    sb_addf(&typing->scratch, "[]%.*s", STR_ARGS(name));
    return str_copy(typing->arena, sb_str(&typing->scratch));
}

/* The candidates' types, each once, as "A or B"; of more than a few only their number helps. */
static struct str join_names(struct typing *typing, const struct str *names, size_t count)
{
    sb_clear(&typing->scratch);
    for (size_t i = 0; i < count && i < NAMED_CANDIDATES; i++)
        sb_addf(&typing->scratch, "%s%.*s", i ? " or " : "", STR_ARGS(names[i]));
    if (count > NAMED_CANDIDATES)
        sb_adds(&typing->scratch, " or ...");
    return str_copy(typing->arena, sb_str(&typing->scratch));
}

/* Keeps them in order. */
static size_t add_name(struct str *names, size_t count, struct str name)
{
    size_t at = 0;
    while (at < count && str_compare(names[at], name) < 0)
        at++;
    if (count == MAX_CANDIDATES || (at < count && str_equal(names[at], name)))
        return count;
    memmove(names + at + 1, names + at, (count - at) * sizeof(*names));
    names[at] = name;
    return count + 1;
}

/* What one line's sites come to for objects in such slots: exact ones before those that may have
 * any size. */
struct choice {
    struct str names[MAX_CANDIDATES];
    size_t count;
    uint64_t size;
    bool unnamed; /* a candidate has no name */
};

static void choose(struct typing *typing, const uint32_t *sites, size_t count,
                   const struct profile_frame *frame, struct choice *choice)
{
    const struct binary *binary = typing->request->binary;
    const struct profile_function *function = &typing->profile->functions.at[frame->function];
    struct str name = profile_string(typing->profile, function->name);
    for (size_t i = 0; i < count; i++) {
        const struct binary_site *site = &binary->sites.at[sites[i]];
        if (site->on_stack || !same_function(site->written_in, name))
            continue;
        if (choice->size && !fits(binary, site, choice->size))
            continue;
        struct str type = type_of_site(typing, site);
        choice->unnamed = choice->unnamed || type.len == 0;
        if (type.len)
            choice->count = add_name(choice->names, choice->count, type);
    }
}

/* The own size of the candidates' objects, when it is the same for all of that type. Small ones
 * without pointers share a block (mallocgcTiny): of those nothing can be said. */
static uint64_t size_of_type(const struct binary *binary, const uint32_t *sites, size_t count,
                             uint64_t slot)
{
    uint64_t size = 0;
    for (size_t i = 0; i < count; i++) {
        const struct binary_site *site = &binary->sites.at[sites[i]];
        uint64_t own = slot_of_site(binary, site);
        if (own == 0 || own != slot)
            continue;
        uint64_t bytes = (uint64_t)(site->size * count_of_site(site));
        if ((size && size != bytes) || (bytes < TINY_BLOCK && !has_pointers(binary, site)))
            return 0;
        size = bytes;
    }
    return size;
}

static struct object_type type_by_binary(struct typing *typing, const struct profile_frame *frame,
                                         uint64_t slot)
{
    const struct profile_function *function = &typing->profile->functions.at[frame->function];
    struct str file = str_base_name(profile_string(typing->profile, function->file));
    struct choice choice = {.size = slot};
    size_t count;
    if (frame->line <= 0 || frame->line > UINT32_MAX)
        return (struct object_type){0};
    const uint32_t *sites = binary_index_at(typing->index, file, (uint32_t)frame->line, &count);
    choose(typing, sites, count, frame, &choice);
    if (choice.count == 0 || choice.unnamed)
        return (struct object_type){0};
    struct object_type type = {.witness = OBJECT_BINARY};
    type.name = choice.count == 1 ? choice.names[0]
                                  : join_names(typing, choice.names, choice.count);
    if (choice.count == 1)
        type.size = size_of_type(typing->request->binary, sites, count, slot);
    return type;
}

/* ---- the compiler ---- */

/* Sites whose kind tells what is made where gc names no type. */
static struct str type_of_kind(enum site_kind kind)
{
    switch (kind) {
    case SITE_STRING_CONCAT:
    case SITE_BYTES_TO_STRING: return STR("string");
    case SITE_STRING_TO_BYTES: return STR("[]byte");
    case SITE_RUNES: return STR("[]rune");
    case SITE_CLOSURE:
    case SITE_METHOD_VALUE: return STR("func");
    case SITE_MAP_GROWTH: return STR("map (its tables)");
    default: return STR_NONE;
    }
}

static struct object_type type_by_compiler(const struct evidence *evidence, size_t sample,
                                           uint64_t slot)
{
    uint32_t index = evidence->sample_site[sample];
    if (index == EVIDENCE_NONE)
        return (struct object_type){0};
    const struct site *site = &evidence->sites[index];
    struct object_type type = {.name = site->type.len ? site->type : type_of_kind(site->kind)};
    if (type.name.len == 0)
        return type;
    type.witness = OBJECT_COMPILER;
    bool fixed = site->kind == SITE_NEW || site->kind == SITE_COMPOSITE ||
                 site->kind == SITE_VARIABLE || site->size != slot; /* else it is the profile's */
    bool fitting = fixed && site->size > TINY_BLOCK && site->size <= slot &&
                   (allocator_slot_bytes(site->size, true, ALLOCATOR_NEWEST) == slot ||
                    allocator_slot_bytes(site->size, false, ALLOCATOR_NEWEST) == slot);
    type.size = fitting ? site->size : 0;
    return type;
}

/* The call that allocates. bytealg.MakeNoZero is the runtime's own (runtime/slice.go), but profiles
 * keep its frame, as they do of all that is not named runtime. */
static bool allocating_frame(const struct profile *profile, size_t sample,
                             struct profile_frame *frame)
{
    struct profile_frame frames[2];
    size_t count = profile_frames(profile, sample, frames, NULL, COUNT_OF(frames));
    if (count == 0)
        return false;
    struct str name = profile_string(profile, profile->functions.at[frames[0].function].name);
    *frame = frames[count > 1 && str_is(name, "internal/bytealg.MakeNoZero") ? 1 : 0];
    return true;
}

struct object_type typing_of(struct typing *typing, size_t sample, uint64_t slot)
{
    struct object_type type = {0};
    struct profile_frame frame;
    if (typing->index && allocating_frame(typing->profile, sample, &frame))
        type = type_by_binary(typing, &frame, slot);
    if (type.name.len == 0 && typing->request->evidence)
        type = type_by_compiler(typing->request->evidence, sample, slot);
    return type;
}
