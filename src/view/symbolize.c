/* symbolize.c: names for addresses, from the executables that the profile names (internal/driver
 * fetch.go locateBinaries, internal/symbolizer doLocalSymbolize). An address gets one line: that of
 * the innermost call, with the name of the function whose code it is. */
#include "view/view_int.h"

static void note(const struct view_sources *sources, const char *fmt, ...) PRINTF_LIKE(2, 3);

static void note(const struct view_sources *sources, const char *fmt, ...)
{
    va_list args;
    if (!sources->notes)
        return;
    va_start(args, fmt);
    sb_vaddf(sources->notes, fmt, args);
    va_end(args);
    sb_addc(sources->notes, '\n');
}

/* ---- where the executable is ---- */

/* FOLDER/NAME if it can be read. The reader of executables says nothing of the build id, so that a
 * mapping with one takes no file from the search path. */
static bool try_file(struct view *view, const struct view_sources *sources, size_t index,
                     struct str folder, const char *fmt, struct str name)
{
    struct sb sb, why;
    char tail[4200];
    snprintf(tail, sizeof(tail), fmt, STR_ARGS(name));
    sb_init(&sb, view->memory);
    sb_init(&why, view->memory);
    sb_addf(&sb, "%.*s/%s", STR_ARGS(folder), tail);
    struct arena arena;
    arena_init(&arena, view->memory);
    struct str path = str_copy(&arena, names_clean_path(sb_str(&sb), &arena));
    struct view_mapping *mapping = &view->mappings.at[index];
    bool found = sources->programs->open(sources->programs->ctx, path, &why) != NULL;
    if (found && mapping->build_id)
        note(sources, "Ignoring local file %.*s: build-id mismatch (%.*s != )", STR_ARGS(path),
             STR_ARGS(view_str(view, mapping->build_id)));
    found = found && !mapping->build_id;
    if (found)
        mapping->file = view_intern(view, path);
    arena_release(&arena);
    sb_release(&sb);
    sb_release(&why);
    return found;
}

static void locate(struct view *view, const struct view_sources *sources, size_t index)
{
    static const char *const forms[] = {"%.*s", "%.*s.debug"};
    struct str rest = str_from(sources->binary_path);
    struct str file = view_str(view, view->mappings.at[index].file);
    while (rest.len && file.len) {
        struct str folder = str_cut(&rest, ':');
        if (folder.len && (try_file(view, sources, index, folder, forms[0], names_base(file)) ||
                           try_file(view, sources, index, folder, forms[0], file) ||
                           try_file(view, sources, index, folder, forms[1], file)))
            return;
    }
}

void symbolize_locate(struct view *view, const struct view_sources *sources)
{
    for (size_t i = 0; sources->programs && sources->binary_path && i < view->mappings.len; i++)
        locate(view, sources, i);
}

/* ---- names ---- */

struct symbolizer {
    struct view *view;
    const struct view_programs *programs;
    struct map functions; /* hash of name and file to its index + 1 */
};

static uint32_t add_function(struct symbolizer *symbolizer, const struct view_position *position)
{
    struct view *view = symbolizer->view;
    bool is_new;
    struct view_function function = {.id = view->functions.len + 1,
                                     .name = view_intern(view, position->function),
                                     .file = view_intern(view, position->file)};
    function.system_name = function.name;
    uint64_t *slot = map_put(&symbolizer->functions,
                             (uint64_t)function.name << 32 | function.file, &is_new);
    if (is_new) {
        *slot = view->functions.len;
        VEC_PUSH(view->memory, &view->functions, function);
    }
    return (uint32_t)*slot;
}

static void name_location(struct symbolizer *symbolizer, struct view_location *location,
                          void *program, uint64_t moved)
{
    struct view *view = symbolizer->view;
    struct view_mapping *mapping = &view->mappings.at[location->mapping];
    struct view_position position;
    if (!symbolizer->programs->position(program, location->address - moved, &position))
        return;
    mapping->has_functions |= position.function.len > 0;
    mapping->has_filenames |= position.file.len > 0;
    mapping->has_line_numbers |= position.line != 0;
    mapping->has_inline_frames = true;
    location->first_line = (uint32_t)view->lines.len;
    location->line_count = 1;
    location->folded = false;
    struct view_line line = {.function = add_function(symbolizer, &position),
                             .line = position.line};
    VEC_PUSH(view->memory, &view->lines, line);
}

static bool has_locations(const struct view *view, size_t mapping)
{
    for (size_t i = 0; i < view->locations.len; i++)
        if (view->locations.at[i].mapping == mapping)
            return true;
    return false;
}

/* The kernel's, the GPU's, and what stands for no file. */
static bool has_no_symbols(struct str file)
{
    struct str base = names_base(file);
    return str_starts(base, STR("[")) || str_starts(base, STR("linux-vdso")) ||
           str_starts(file, STR("/dev/dri/")) || str_is(file, "//anon") ||
           str_starts(file, STR("http://")) || str_starts(file, STR("https://"));
}

/* How far the program's code was moved when it was loaded. */
static uint64_t moved_by(const struct view_programs *programs, void *program,
                         const struct view_mapping *mapping)
{
    return mapping->start ? mapping->start - programs->load_address(program) : 0;
}

/* False when its file is missing. */
static bool name_mapping(struct symbolizer *symbolizer, const struct view_sources *sources,
                         uint32_t index)
{
    struct view *view = symbolizer->view;
    const struct view_mapping *mapping = &view->mappings.at[index];
    struct str file = view_str(view, mapping->file), id = view_str(view, mapping->build_id);
    struct sb why;
    sb_init(&why, view->memory);
    void *program = symbolizer->programs->open(symbolizer->programs->ctx, file, &why);
    if (!program)
        note(sources, "Local symbolization failed for %.*s%s%.*s%s: %s",
             STR_ARGS(names_base(file)), id.len ? " (build ID " : "", STR_ARGS(id),
             id.len ? ")" : "", why.len ? why.text : "");
    uint64_t moved = program ? moved_by(symbolizer->programs, program, mapping) : 0;
    for (size_t i = 0; program && i < view->locations.len; i++)
        if (view->locations.at[i].mapping == index)
            name_location(symbolizer, &view->locations.at[i], program, moved);
    sb_release(&why);
    return program != NULL;
}

void symbolize_view(struct view *view, const struct view_sources *sources)
{
    struct symbolizer symbolizer = {.view = view, .programs = sources->programs};
    bool missing = false;
    map_init(&symbolizer.functions, view->memory);
    for (uint32_t i = 0; i < view->mappings.len; i++) {
        const struct view_mapping *mapping = &view->mappings.at[i];
        bool named = mapping->has_functions || mapping->has_filenames || mapping->has_line_numbers;
        if (!has_locations(view, i) || (named && !sources->force) ||
            has_no_symbols(view_str(view, mapping->file)))
            continue;
        if (!mapping->file && i == 0)
            note(sources, "Main binary filename not available.");
        else if (!mapping->file || !name_mapping(&symbolizer, sources, i))
            missing = true;
    }
    map_release(&symbolizer.functions);
    if (missing)
        note(sources, "Some binary filenames not available. Symbolization may be incomplete.\n"
                      "Try setting PPROF_BINARY_PATH to the search path for local binaries.");
}

/* ---- programs, for -disasm ---- */

void *symbolize_open(const struct view *view, uint32_t mapping, uint64_t *moved, struct sb *why)
{
    const struct view_mapping *at = &view->mappings.at[mapping];
    void *program = view->programs->open(view->programs->ctx, view_str(view, at->file), why);
    *moved = program ? moved_by(view->programs, program, at) : 0;
    return program;
}
