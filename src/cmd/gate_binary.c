/* gate -old-binary, -new-binary: which allocations were added to the shipped program.
 *
 * A site is a call into the allocator where it is written: copies that inlining made of it count
 * once. Executables hold no statements, so a function's sites are told apart by what they allocate
 * and counted; lines may move. The program also holds its dependencies and the standard library:
 * what another version of Go or of a module brought is told as such. */
#include "gate.h"

#include "binary/binary.h"

/* One copy of the code at a place. */
struct chain {
    uint64_t place;
    uint32_t calls;
};

/* A place where allocations are written. Two copies that are inlined in one line look like one
 * chain with twice the calls, so of all chains the one with the fewest calls tells how many are
 * written. */
struct written {
    const struct binary_site *site;
    uint32_t calls, copies;
};

/* The work of listing one executable. */
struct lister {
    struct gate_run *run;
    const struct binary *binary, *other;
    struct gate_list *list;
    struct map chains;          /* of a chain of inlining: index + 1 */
    struct map places;          /* of a place: index + 1 */
    VEC(struct chain) all;
    VEC(struct written) written;
};

static uint64_t text_hash(uint64_t hash, struct str text)
{
    return hash_mix(hash, hash_bytes(text.ptr ? text.ptr : "", text.len));
}

static struct str type_of(const struct lister *lister, const struct binary_site *site)
{
    return site->type ? lister->binary->types.at[site->type - 1].name : STR_NONE;
}

/* Where and what, without the copies. */
static uint64_t place_hash(const struct lister *lister, const struct binary_site *site)
{
    struct arena scratch;
    arena_init(&scratch, lister->list->memory);
    uint64_t hash = text_hash(site->kind, symbol_shorten(site->written_in, &scratch));
    arena_release(&scratch);
    hash = text_hash(text_hash(hash, site->file), type_of(lister, site));
    return hash_mix(hash, site->line);
}

static uint64_t chain_hash(const struct lister *lister, const struct binary_site *site,
                           uint64_t hash)
{
    hash = hash_mix(hash, site->function);
    for (uint32_t i = 0; i < site->inlined_count; i++) {
        const struct binary_frame *frame = &lister->binary->frames.at[site->first_inlined + i];
        hash = hash_mix(text_hash(hash, frame->function), frame->line);
    }
    return hash;
}

/* ---- why it is there ---- */

static bool is_below(struct str package, struct str module)
{
    return module.len && str_starts(package, module) &&
           (package.len == module.len || package.ptr[module.len] == '/');
}

/* The first element of an import path that is not the standard library's has a dot, by the go
 * command's rule for paths that can be fetched. */
static bool is_standard(const struct binary *binary, struct str package)
{
    struct str rest = package;
    return !is_below(package, binary->main_module) && str_find_char(str_cut(&rest, '/'), '.') < 0 &&
           !str_is(package, "main");
}

static struct str version_in(const struct binary *binary, struct str package, struct str *module)
{
    for (size_t i = 1; i < binary->modules.len; i++) {
        if (is_below(package, binary->modules.at[i].key)) {
            *module = binary->modules.at[i].key;
            return binary->modules.at[i].value;
        }
    }
    return STR_NONE;
}

static enum gate_cause cause_of(const struct binary *binary, const struct binary *other,
                                struct str package)
{
    if (is_standard(binary, package))
        return str_equal(binary->go_version, other->go_version) ? GATE_BY_EDIT : GATE_BY_COMPILER;
    struct str module = STR_NONE, same = STR_NONE;
    struct str version = version_in(binary, package, &module);
    if (module.len && !str_equal(version, version_in(other, package, &same)))
        return GATE_BY_DEPENDENCY;
    return GATE_BY_EDIT;
}

/* ---- one site ---- */

static struct str fmt(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

static struct str fmt(struct arena *arena, const char *format, ...)
{
    struct sb out;
    sb_init(&out, arena->memory);
    va_list args;
    va_start(args, format);
    sb_vaddf(&out, format, args);
    va_end(args);
    struct str text = str_copy(arena, sb_str(&out));
    sb_release(&out);
    return text;
}

static enum site_kind kind_of(const struct binary_site *site)
{
    const char *name = binary_kind_name((enum binary_kind)site->kind);
    for (unsigned i = 0; i < SITE_KIND_COUNT; i++) {
        if (strcmp(site_kind_name((enum site_kind)i), name) == 0)
            return (enum site_kind)i;
    }
    return SITE_OTHER;
}

static struct gate_site site_make(struct lister *lister, const struct binary_site *from)
{
    struct arena *arena = &lister->list->arena;
    const struct binary *binary = lister->binary;
    struct str callee = binary->callees.at[from->callee], type = type_of(lister, from);
    struct str package, name;
    struct gate_site site = {.kind = kind_of(from), .category = CAUSE_OTHER, .line = from->line,
                             .copies = 1, .reason = STR("a call in the executable")};
    site.function = str_copy(arena, symbol_shorten(from->written_in, arena));
    symbol_split(site.function, arena, &package, &name);
    site.package = str_copy(arena, str_is(package, "main") && binary->path.len ? binary->path
                                                                               : package);
    site.file = str_copy(arena, from->file);
    site.shown = gate_path_here(lister->run, binary->main_module, site.file);
    site.type = str_copy(arena, type);
    site.expression = fmt(arena, "%.*s%s%.*s", STR_ARGS(callee), type.len ? " of " : "",
                          STR_ARGS(type));
    uint64_t bytes;
    site.text = binary_site_bytes(binary, from, &bytes)
                    ? fmt(arena, "%.*s, %llu bytes", STR_ARGS(site.expression),
                          (unsigned long long)bytes)
                    : site.expression;
    struct gate_given *given = ARENA_NEW(arena, struct gate_given);
    *given = (struct gate_given){.cause = cause_of(binary, lister->other, site.package)};
    site.given = given;
    return site;
}

static void site_count(struct lister *lister, const struct binary_site *site)
{
    bool added;
    uint64_t place = place_hash(lister, site) | 1;
    uint64_t *index = map_put(&lister->chains, chain_hash(lister, site, place) | 1, &added);
    if (added) {
        VEC_PUSH(lister->list->memory, &lister->all, ((struct chain){place, 0}));
        *index = lister->all.len;
    }
    lister->all.at[*index - 1].calls++;
    index = map_put(&lister->places, place, &added);
    if (added) {
        VEC_PUSH(lister->list->memory, &lister->written, ((struct written){site, UINT32_MAX, 0}));
        *index = lister->written.len;
    }
}

static void sites_count(struct lister *lister)
{
    for (size_t i = 0; i < lister->binary->sites.len; i++) {
        if (!lister->binary->sites.at[i].on_stack)
            site_count(lister, &lister->binary->sites.at[i]);
    }
    for (size_t i = 0; i < lister->all.len; i++) {
        const struct chain *chain = &lister->all.at[i];
        struct written *written =
            &lister->written.at[*(uint64_t *)map_get(&lister->places, chain->place) - 1];
        written->copies++;
        if (chain->calls < written->calls)
            written->calls = chain->calls;
    }
}

/* ---- both ---- */

static void about_program(struct lister *lister)
{
    const struct binary *binary = lister->binary;
    struct gate_list *list = lister->list;
    list->go_version = str_copy(&list->arena, binary->go_version);
    list->module = str_copy(&list->arena, binary->main_module);
    for (size_t i = 1; i < binary->modules.len; i++) {
        struct gate_module module = {str_copy(&list->arena, binary->modules.at[i].key),
                                     str_copy(&list->arena, binary->modules.at[i].value)};
        VEC_PUSH(list->memory, &list->modules, module);
    }
}

static void list_make(struct gate_run *run, const struct binary *binary,
                      const struct binary *other, struct gate_list *list)
{
    struct lister lister = {.run = run, .binary = binary, .other = other, .list = list};
    map_init(&lister.chains, list->memory);
    map_init(&lister.places, list->memory);
    about_program(&lister);
    sites_count(&lister);
    for (size_t i = 0; i < lister.written.len; i++) {
        struct gate_site site = site_make(&lister, lister.written.at[i].site);
        site.copies = lister.written.at[i].copies;
        for (uint32_t k = 0; k < lister.written.at[i].calls; k++)
            VEC_PUSH(list->memory, &list->sites, site);
    }
    gate_list_sort(list);
    VEC_RELEASE(list->memory, &lister.written);
    VEC_RELEASE(list->memory, &lister.all);
    map_release(&lister.chains);
    map_release(&lister.places);
}

enum status gate_of_binaries(struct gate_run *run, struct gate_list *old, struct gate_list *new)
{
    struct cmd *cmd = run->cmd;
    struct binary *binaries[2] = {NULL, NULL};
    gate_list_init(old, &cmd->memory);
    enum status status = binary_read(run->flags->old_binary, cmd->workers, &cmd->memory, cmd->sink,
                                     &binaries[0]);
    enum status second = binary_read(run->flags->new_binary, cmd->workers, &cmd->memory, cmd->sink,
                                     &binaries[1]);
    status = status ? status : second;
    if (!status) {
        list_make(run, binaries[0], binaries[1], old);
        list_make(run, binaries[1], binaries[0], new);
        gate_list_asks(new, old);
    }
    binary_free(binaries[0]);
    binary_free(binaries[1]);
    return status;
}
