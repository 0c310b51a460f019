/* load.c: from sources to one view (google/pprof internal/driver/fetch.go). */
#include "view/view_int.h"

/* ---- one source ---- */

static enum status load_converted(struct loader *loader, struct profile *profile, struct view **out)
{
    *out = convert_profile(profile, loader->strings, loader->shared);
    profile_free(profile);
    return STATUS_OK;
}

/* What is no faultless protobuf profile the profile room looks at: it may be a text profile, or it
 * says what is wrong. */
static enum status load_bytes(struct loader *loader, const struct file *file, const char *path,
                              struct view **out)
{
    struct profile *profile;
    struct decode_input input = {.bytes = file->bytes, .size = file->size, .fold = loader->fold};
    *out = decode_profile(&input, loader->strings, loader->shared, loader->memory);
    if (*out)
        return STATUS_OK;
    enum status status = profile_read_samples(file, str_from(path), loader->workers,
                                              loader->memory, loader->sink, &profile);
    return status ? status : load_converted(loader, profile, out);
}

/* What was fetched is read as a file's bytes. */
static enum status load_url(struct loader *loader, const char *path, struct view **out)
{
    struct sb body;
    struct arena arena;
    struct str name;
    sb_init(&body, loader->memory);
    arena_init(&arena, loader->memory);
    enum status status = profile_fetch_bytes(path, &loader->sources->options, &arena,
                                             loader->sink, &body, &name);
    if (!status) {
        struct file file = {.memory = loader->memory,
                            .bytes = (const unsigned char *)body.text, .size = body.len};
        status = load_bytes(loader, &file, arena_strndup(&arena, name.ptr, name.len), out);
    }
    if (!status && loader->sources->fetched)
        *loader->sources->fetched = true;
    arena_release(&arena);
    sb_release(&body);
    return status;
}

/* A large file is never in memory as a whole. NULL when it is not large, or not faultless. */
static struct view *load_stream(const struct loader *loader, const char *path)
{
    enum { LARGE_PACKED = 8 << 20 }; /* smaller ones unpack faster in one go */
    struct decode_input input = {.stream = stream_open(path, loader->memory),
                                 .fold = loader->fold};
    struct view *view = NULL;
    if (input.stream && stream_packed_size(input.stream) > LARGE_PACKED)
        view = decode_profile(&input, loader->strings, loader->shared, loader->memory);
    stream_close(input.stream);
    return view;
}

static enum status load_file(struct loader *loader, const char *path, struct view **out)
{
    struct file file;
    *out = load_stream(loader, path);
    if (*out)
        return STATUS_OK;
    enum status status = file_open_unpacked(&file, path, loader->memory, loader->sink);
    if (status)
        return status;
    status = load_bytes(loader, &file, path, out);
    file_close(&file);
    return status;
}

struct view *load_quietly(const struct loader *loader, const char *path)
{
    struct file file;
    struct view *view = load_stream(loader, path);
    struct diag_sink *nobody = diag_sink_new(loader->memory);
    if (!view && !file_open_unpacked(&file, path, loader->memory, nobody)) {
        struct decode_input input = {.bytes = file.bytes, .size = file.size, .unshared = true};
        view = decode_profile(&input, loader->strings, loader->shared, loader->memory);
        file_close(&file);
    }
    diag_sink_free(nobody);
    return view;
}

/* A profile without mappings gets one, which may stand for any address. */
static void ensure_mapping(struct view *view)
{
    if (view->mappings.len)
        return;
    VEC_PUSH(view->memory, &view->mappings, ((struct view_mapping){.id = 1}));
    for (size_t i = 0; i < view->locations.len; i++)
        view->locations.at[i].mapping = 0;
}

static void name_program(struct view *view, const struct view_sources *sources)
{
    struct view_mapping *first = view->mappings.at;
    if (sources->binary)
        first->file = view_intern(view, str_from(sources->binary));
    if (sources->build_id && !first->build_id)
        first->build_id = view_intern(view, str_from(sources->build_id));
}

void load_finish(const struct loader *loader, struct view *view)
{
    symbolize_locate(view, loader->sources);
    ensure_mapping(view);
    name_program(view, loader->sources);
}

enum status load_one(struct loader *loader, const char *path, struct view **out)
{
    bool remote = !file_exists(path) && profile_is_address(path);
    enum status status = remote ? load_url(loader, path, out) : load_file(loader, path, out);
    if (!status)
        load_finish(loader, *out);
    return status;
}

/* ---- all of it ---- */

/* Every sample's labels without those that `drop` names, and with `mark` unless it is NULL. */
static void relabel(struct view *view, const struct view_label *mark,
                    bool (*drop)(const struct view_label *label, const struct view_label *mark))
{
    uint32_t *made = memory_get(view->memory, view->label_sets.len * sizeof(*made));
    size_t count = view->label_sets.len;
    for (size_t i = 0; i < count; i++) {
        struct view_span set = view->label_sets.at[i];
        size_t first = view->labels.len;
        for (uint32_t j = 0; j < set.count; j++) {
            struct view_label label = view->labels.at[set.first + j];
            if (!drop(&label, mark))
                VEC_PUSH(view->memory, &view->labels, label);
        }
        if (mark)
            VEC_PUSH(view->memory, &view->labels, *mark);
        made[i] = tables_label_set(view, first);
    }
    for (size_t i = 0; i < view->samples.len; i++)
        view->samples.at[i].labels = made[view->samples.at[i].labels];
    memory_put(view->memory, made);
}

static bool is_marked(const struct view_label *label, const struct view_label *mark)
{
    return !label->numeric && label->key == mark->key;
}

/* Samples of a -diff_base are marked, so that percentages can refer to them. */
static void mark_base(struct view *view)
{
    struct view_label mark = {.key = view_intern(view, STR("pprof::base")),
                              .text = view_intern(view, STR("true"))};
    relabel(view, &mark, is_marked);
}

/* What protobuf cannot say, so that it is gone from a profile that was written and read back. */
static bool is_bare_zero(const struct view_label *label, const struct view_label *mark)
{
    (void)mark;
    return label->numeric && !label->number && !label->unit;
}

/* Text profiles alone have such labels. */
static bool has_bare_zero(const struct view *view)
{
    for (size_t i = 0; i < view->labels.len; i++)
        if (is_bare_zero(&view->labels.at[i], NULL))
            return true;
    return false;
}

static enum status subtract(struct loader *loader, struct view **view, struct view *base)
{
    const struct view_sources *sources = loader->sources;
    double ratios[LIMIT_PROFILE_SAMPLE_TYPES];
    struct view *both[2] = {*view, base};
    if (sources->diff_base)
        mark_base(base);
    enum status status = STATUS_OK;
    if (sources->normalize)
        status = combine_normalize(*view, base, loader->sink);
    for (size_t i = 0; i < base->types.len; i++)
        ratios[i] = -1;
    combine_scale(base, ratios);
    if (!status)
        status = combine_views(both, 2, loader->sink);
    *view = both[0];
    if (status)
        view_free(both[1]);
    return status;
}

/* A mapping whose name is an address on the net stands for no file. */
static void forget_urls(struct view *view)
{
    for (size_t i = 0; i < view->mappings.len; i++) {
        struct view_mapping *mapping = &view->mappings.at[i];
        struct str file = view_str(view, mapping->file);
        size_t n = 0;
        while (n < file.len && ((file.ptr[n] | 32) >= 'a') && ((file.ptr[n] | 32) <= 'z'))
            n++;
        if (!mapping->build_id && n && n < file.len && file.ptr[n] == ':')
            mapping->file = 0;
    }
}

/* pprof asks the server for names that are missing, and takes its mappings to have names then: also
 * where none was missing and nothing was asked (internal/symbolz Symbolize). net/http/pprof answers
 * that question to GET alone, and pprof POSTs, so no more of it is done here. */
static void mark_named(struct view *view)
{
    bool *unnamed = memory_get(view->memory, view->mappings.len + 1);
    memset(unnamed, 0, view->mappings.len + 1);
    for (size_t i = 0; i < view->locations.len; i++) {
        const struct view_location *location = &view->locations.at[i];
        if (!location->line_count && location->address &&
            location->mapping < view->mappings.len)
            unnamed[location->mapping] = true;
    }
    for (size_t i = 0; i < view->mappings.len; i++)
        view->mappings.at[i].has_functions |= !unnamed[i];
    memory_put(view->memory, unnamed);
}

static void tidy(struct view *view, const struct view_sources *sources)
{
    view->programs = sources->programs;
    if (!sources->keep_names && !sources->remote && sources->programs)
        symbolize_view(view, sources);
    if (!sources->keep_names && !sources->local && sources->fetched && *sources->fetched)
        mark_named(view);
    if (!sources->keep_names)
        demangle_names(view, sources->force, sources->demangle);
    prune_uninteresting(view);
    forget_urls(view);
    if (sources->comment && *sources->comment)
        VEC_PUSH(view->memory, &view->comments, view_intern(view, str_from(sources->comment)));
    if (sources->repacked && has_bare_zero(view))
        relabel(view, NULL, is_bare_zero);
}

static enum status load_all(struct loader *loader, struct view **out)
{
    const struct view_sources *sources = loader->sources;
    struct view *view = NULL, *base = NULL;
    enum status status = group_load(loader, sources->paths, sources->path_count, &view);
    if (!status && sources->base_count) {
        status = group_load(loader, sources->bases, sources->base_count, &base);
        if (!status)
            status = subtract(loader, &view, base);
    }
    if (status) {
        view_free(view);
        return status;
    }
    if (!view)
        BUG("view_load without a source");
    tidy(view, sources);
    *out = view;
    return STATUS_OK;
}

enum status view_load(const struct view_sources *sources, const struct memory *memory,
                      struct diag_sink *sink, struct view **out)
{
    struct loader loader = {.sources = sources, .memory = memory, .sink = sink,
                            .fold = sources->fold};
    loader.strings = tables_strings_new(memory, &loader.shared);
    ++*loader.shared; /* while loading, so that it outlives a failed source */
    *out = NULL;
    enum status status = load_all(&loader, out);
    tables_strings_drop(memory, loader.strings, loader.shared);
    return status;
}
