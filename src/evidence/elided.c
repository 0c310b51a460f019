/* Does it really allocate? What the compiler puts on the heap in the own packages, and the shipped
 * program makes no call for: constants in read-only data, small numbers, objects without size.
 *
 * L1. Only functions that the program has are judged, with the literals in them as one: what the
 *     linker left out, or what was inlined everywhere, says nothing.
 * L2. A call anywhere in the function at the expression's line speaks for it, when it could be of
 *     that kind; one that came with an inlined body, whatever its kind. So "elided" may be missed,
 *     and is never said of what allocates on its own line. */
#include "evidence_int.h"

struct elider {
    struct joiner *joiner;
    struct map functions; /* hash of a symbol -> 1 */
    struct map merged;    /* the same of functions with a call that several variables may share */
    struct map seen;      /* hash of place and text -> 1 */
    VEC(struct site) found;
};

static bool add_once(struct map *map, uint64_t key)
{
    bool added;
    *map_put(map, key, &added) = 1;
    return added;
}

/* ---- names ---- */

/* In symbols the dots of the last element of an import path are escaped (cmd/internal/objabi,
 * PathToPrefix). */
static struct str symbol_of(const struct elider *elider, const struct compiled_package *package,
                            struct str name)
{
    const struct compiler *compiler = elider->joiner->atlas->compiler;
    const struct binary *binary = elider->joiner->request->binary;
    struct arena *arena = &elider->joiner->scratch;
    struct str path = compiler_str(compiler, package->import_path);
    if (str_equal(path, binary->path))
        return arena_fmt(arena, "main.%.*s", STR_ARGS(name));
    if (str_is(compiler_str(compiler, package->name), "main"))
        return STR_NONE; /* another program's */
    ptrdiff_t slash = str_find_last(path, '/');
    char *text = arena_text(arena, 3 * path.len + name.len + 2);
    size_t len = 0;
    for (size_t i = 0; i < path.len; i++) {
        bool escaped = (ptrdiff_t)i > slash && path.ptr[i] == '.';
        memcpy(text + len, escaped ? "%2e" : path.ptr + i, escaped ? 3 : 1);
        len += escaped ? 3 : 1;
    }
    text[len++] = '.';
    memcpy(text + len, name.ptr, name.len);
    return (struct str){text, len + name.len};
}

static void index_functions(struct elider *elider)
{
    const struct binary *binary = elider->joiner->request->binary;
    for (size_t i = 0; i < binary->function_count; i++)
        add_once(&elider->functions, str_hash(binary->functions[i].name));
    for (size_t i = 0; i < binary->sites.len; i++) {
        const struct binary_site *site = &binary->sites.at[i];
        struct str symbol = binary->functions[site->function].name;
        if (site->kind == BINARY_KIND_NEW && site->type == 0)
            add_once(&elider->merged, str_hash(root_function(symbol)));
    }
}

/* Several small variables without pointers may be one object; the call has the line of the first
 * (cmd/compile/internal/ssagen/ssa.go, newHeapaddr). */
static bool may_be_merged(const struct elider *elider, const struct candidate *candidate,
                          struct str symbol)
{
    return candidate->kind == SITE_VARIABLE && map_get(&elider->merged, str_hash(symbol));
}

/* ---- one message ---- */

static struct str reason_of(const struct candidate *candidate)
{
    if (candidate->kind == SITE_INTERFACE && candidate->expression.len > 0 &&
        strchr("\"`'0123456789", candidate->expression.ptr[0]))
        return STR("a constant in an interface lies in read-only data: no call into the "
                   "allocator");
    return STR("the shipped program has no call into the allocator for it on this line");
}

static void judge(struct elider *elider, const struct compiled_package *package, uint32_t index)
{
    struct joiner *joiner = elider->joiner;
    struct atlas *atlas = joiner->atlas;
    const struct message *message = &atlas->compiler->messages.at[index];
    struct candidate candidate;
    if (!sites_candidate_of(atlas->compiler, index, &candidate))
        return;
    struct str path = compiler_str(atlas->compiler, package->import_path);
    struct str file = compiler_str(atlas->compiler, message->path), base = str_base_name(file);
    const struct judged_function *function =
        compiler_index_enclosing(atlas->index, path, base, message->line);
    if (!function || str_find_char(function->name, '[') >= 0)
        return;
    struct str symbol = symbol_of(elider, package, root_function(function->name));
    if (!symbol.len || !map_get(&elider->functions, str_hash(symbol)) ||
        may_be_merged(elider, &candidate, symbol) ||
        shipped_may_allocate(atlas->shipped, &candidate, symbol, base, message->line) ||
        !add_once(&elider->seen,
                  hash_mix(hash_mix(str_hash(symbol), str_hash(message->text)),
                           (uint64_t)message->line << 16 | message->column)))
        return;
    struct site site = {.package = path, .function = symbol, .kind = candidate.kind, .copies = 1,
                        .text = message->text, .verdict = VERDICT_ELIDED, .cause = NONE};
    site.function = str_copy(&joiner->evidence->arena, symbol);
    site.place = (struct place){.file = atlas_display(atlas, path, base, file),
                                .line = message->line, .column = message->column};
    site.reason = reason_of(&candidate);
    VEC_PUSH(atlas->memory, &elider->found, site);
}

static void judge_package(struct elider *elider, const struct compiled_package *package)
{
    for (uint32_t i = 0; i < package->message_count; i++)
        judge(elider, package, package->first_message + i);
}

void build_elided(struct joiner *joiner)
{
    struct elider elider = {.joiner = joiner};
    struct evidence *evidence = joiner->evidence;
    const struct compiler *compiler = joiner->atlas->compiler;
    if (!joiner->atlas->shipped)
        return;
    map_init(&elider.functions, evidence->memory);
    map_init(&elider.merged, evidence->memory);
    map_init(&elider.seen, evidence->memory);
    index_functions(&elider);
    for (size_t i = 0; i < compiler->packages.len; i++)
        if (compiler->packages.at[i].wanted)
            judge_package(&elider, &compiler->packages.at[i]);
    evidence->elided = ARENA_ARRAY(&evidence->arena, struct site, elider.found.len + 1);
    evidence->elided_count = elider.found.len;
    if (elider.found.len)
        memcpy(evidence->elided, elider.found.at, elider.found.len * sizeof(*evidence->elided));
    sites_sort(evidence->elided, evidence->elided_count);
    for (size_t i = 0; i < evidence->elided_count; i++)
        evidence->elided[i].id = (uint32_t)(evidence->site_count + i) + 1;
    VEC_RELEASE(evidence->memory, &elider.found);
    map_release(&elider.functions);
    map_release(&elider.merged);
    map_release(&elider.seen);
}
