/* collect: what the compiler says about the heap, as a list of sites with their marks. */
#include "gate_int.h"

/* The work of one collection. */
struct collector {
    const struct gate_request *request;
    struct gate_list *list;
    struct said said;
    struct gate_copies *copies;
    struct map globals;        /* package-level variables of all files */
    struct gate_source source; /* of the file at hand */
    struct str shown, file;    /* its names */
    struct sb scratch;
};

/* The path relative to the module's folder; as it is when it lies elsewhere. */
static struct str module_path(const struct collector *collector, struct str path)
{
    struct str root = collector->request->module_dir;
    if (root.len && str_starts(path, root) && path.len > root.len && path.ptr[root.len] == '/')
        return str_skip(path, root.len + 1);
    return path;
}

/* Absolute, where that can be told. */
static struct str full_path(struct collector *collector, struct str shown)
{
    if (shown.len == 0 || shown.ptr[0] == '/')
        return shown;
    sb_clear(&collector->scratch);
    sb_addf(&collector->scratch, "%.*s/%.*s", STR_ARGS(collector->said.here), STR_ARGS(shown));
    return str_copy(&collector->list->arena, sb_str(&collector->scratch));
}

static void file_enter(struct collector *collector, struct str shown)
{
    struct arena *arena = &collector->list->arena;
    gate_source_close(&collector->source);
    struct str full = full_path(collector, shown);
    gate_source_open(&collector->source, full, collector->list->memory);
    struct str inside = module_path(collector, full);
    collector->file = str_copy(arena, str_equal(inside, full) ? shown : inside);
    if (!collector->request->elsewhere) {
        collector->shown = str_copy(arena, shown);
        return;
    }
    sb_clear(&collector->scratch);
    sb_addf(&collector->scratch, "%.*s%.*s", STR_ARGS(collector->request->shown_dir),
            STR_ARGS(collector->file));
    collector->shown = str_copy(arena, sb_str(&collector->scratch));
}

/* ---- stories ---- */

static struct str step_file(struct collector *collector, struct str printed)
{
    uint32_t id = intern_find(&collector->said.compiler->strings, printed);
    struct str shown = id ? said_file(&collector->said, id) : printed;
    return str_copy(&collector->list->arena, shown);
}

static void story_keep(struct collector *collector, const struct story *story,
                       struct gate_site *site)
{
    struct arena *arena = &collector->list->arena;
    site->story = ARENA_ARRAY(arena, struct told_step, story->count ? story->count : 1);
    site->story_count = story->count;
    for (size_t i = 0; i < story->count; i++) {
        const struct story_step *step = &story->steps[i];
        sb_clear(&collector->scratch);
        story_tell(story, i, &collector->scratch);
        site->story[i].text = str_copy(arena, sb_str(&collector->scratch));
        site->story[i].place = (struct place){step_file(collector, step->path), step->line,
                                              step->column};
    }
    if (story->count)
        site->reason = site->story[story->count - 1].text;
}

/* ---- one site ---- */

static struct str site_type(struct collector *collector, const struct message *message,
                            enum site_kind kind, struct str expression)
{
    if (kind != SITE_VARIABLE)
        return str_copy(&collector->list->arena, said_type(kind, expression));
    if (!collector->source.syntax.function_count)
        return STR_NONE;
    struct arena *arena = &collector->list->arena;
    return str_copy(arena, syntax_variable_type(&collector->source.syntax, expression,
                                                message->line, arena));
}

static struct gate_site site_make(struct collector *collector, const struct said_site *said)
{
    const struct compiler *compiler = collector->said.compiler;
    const struct message *message = &compiler->messages.at[said->message];
    struct arena *arena = &collector->list->arena;
    struct gate_site site = {
        .file = collector->file, .shown = collector->shown, .line = message->line,
        .column = message->column, .copies = 1, .generated = collector->source.generated,
        .test = str_ends(collector->file, STR("_test.go"))};
    site.package = str_copy(arena, said_package(&collector->said, message));
    sb_clear(&collector->scratch);
    said_function(&collector->said, said, &collector->scratch);
    site.function = str_copy(arena, sb_str(&collector->scratch));
    site.text = str_copy(arena, message->text);
    site.expression = gate_expression(said_subject(message), arena);
    site.kind = site_kind_of((enum message_kind)message->kind, said_subject(message));
    site.type = gate_expression(site_type(collector, message, site.kind, site.expression), arena);
    site.marks = gate_source_marks(&collector->source, message->line, message->column);
    struct arena scratch;
    arena_init(&scratch, collector->list->memory);
    struct story story;
    story_read(compiler, message, &scratch, &story);
    story_keep(collector, &story, &site);
    const struct gate_scope scope = {&collector->source.syntax, &collector->globals, site.package,
                                     &scratch};
    site.category = gate_category(site.kind, &story, &scope);
    arena_release(&scratch);
    if (!site.reason.len)
        site.reason = str_from(cause_category_title(site.category));
    return site;
}

/* The place where nothing may be; SIZE_MAX when the line is not in one. Those of a file come last
 * in the list. */
static size_t annotation_at(const struct gate_list *list, struct str shown, uint32_t line)
{
    for (size_t i = list->annotations.len; i > 0; i--) {
        const struct gate_annotation *annotation = &list->annotations.at[i - 1];
        if (!str_equal(annotation->shown, shown))
            break;
        if (annotation->first <= line && line <= annotation->last)
            return i - 1;
    }
    return SIZE_MAX;
}

static void breach_check(struct collector *collector, const struct gate_site *site)
{
    struct gate_list *list = collector->list;
    size_t at = annotation_at(list, site->shown, site->line);
    if (at == SIZE_MAX)
        return;
    struct gate_site *copy = ARENA_NEW(&list->arena, struct gate_site);
    *copy = *site;
    VEC_PUSH(list->memory, &list->breaches, ((struct gate_breach){(uint32_t)at, copy}));
}

/* Instances of generic code repeat a place and its words; they and copies count for the site that
 * is written. */
static bool same_place(const struct gate_site *a, const struct gate_site *b)
{
    return a->line == b->line && a->column == b->column && str_equal(a->file, b->file) &&
           gate_unqualified_hash(a->expression) == gate_unqualified_hash(b->expression);
}

/* Equal places lie together, but for what stands between on the same column. */
static struct gate_site *told(struct gate_list *list, const struct gate_site *site)
{
    for (size_t i = list->sites.len; i > 0; i--) {
        struct gate_site *before = &list->sites.at[i - 1];
        if (before->line != site->line || !str_equal(before->file, site->file))
            return NULL;
        if (same_place(before, site))
            return before;
    }
    return NULL;
}

static void site_add(struct collector *collector, const struct said_site *said)
{
    const struct message *message = &collector->said.compiler->messages.at[said->message];
    struct gate_list *list = collector->list;
    bool copy = gate_is_copy(collector->copies, message);
    if (copy && annotation_at(list, collector->shown, message->line) == SIZE_MAX)
        return;
    struct gate_site site = site_make(collector, said);
    site.copies = said->times;
    struct gate_site *before = told(list, &site);
    if (before) {
        if (site.expression.len < before->expression.len)
            *before = site; /* as its own package's code calls it */
        return;
    }
    breach_check(collector, &site);
    if (!copy)
        VEC_PUSH(list->memory, &list->sites, site);
}

/* ---- all files ---- */

static void globals_keep(struct collector *collector, struct str package)
{
    const struct syntax_file *syntax = &collector->source.syntax;
    bool added;
    for (size_t i = 0; i < syntax->global_count; i++)
        *map_put(&collector->globals, gate_global_key(package, syntax->globals[i]), &added) = 1;
}

/* Functions and variables of each file that a wanted package was made of. */
static void files_read(struct collector *collector)
{
    const struct compiler *compiler = collector->said.compiler;
    bool *seen = ARENA_ARRAY(&collector->said.arena, bool, compiler->strings.len + 1);
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *package = &compiler->packages.at[i];
        for (size_t k = 0; package->wanted && k < package->message_count; k++) {
            const struct message *message = &compiler->messages.at[package->first_message + k];
            bool own = message->path < compiler->package_of_path_len &&
                       compiler->package_of_path[message->path] == package->import_path;
            if (!message->path || seen[message->path] || !own)
                continue;
            seen[message->path] = true;
            file_enter(collector, said_file(&collector->said, message->path));
            gate_source_functions(&collector->source, collector->list);
            globals_keep(collector, compiler_str(compiler, package->import_path));
        }
    }
}

static void packages_keep(struct collector *collector)
{
    const struct compiler *compiler = collector->said.compiler;
    struct gate_list *list = collector->list;
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *package = &compiler->packages.at[i];
        if (package->wanted)
            VEC_PUSH(list->memory, &list->packages,
                     str_copy(&list->arena, compiler_str(compiler, package->import_path)));
    }
}

/* Sites of other packages' files are instances of their generic code. */
static bool is_own(struct collector *collector, const struct said_site *said)
{
    const struct compiler *compiler = collector->said.compiler;
    struct str only = collector->request->only_dir;
    if (only.len)
        return str_equal(str_dir_name(full_path(collector, collector->said.files.at[said->file])),
                         only);
    const struct message *message = &compiler->messages.at[said->message];
    struct str package = said_package_of_path(&collector->said, message->path);
    if (!package.len)
        return true;
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *known = &compiler->packages.at[i];
        if (known->wanted && str_equal(compiler_str(compiler, known->import_path), package))
            return true;
    }
    return false;
}

static void sites_read(struct collector *collector)
{
    uint32_t file = UINT32_MAX;
    for (size_t i = 0; i < collector->said.list.len; i++) {
        const struct said_site *said = &collector->said.list.at[i];
        if (!is_own(collector, said))
            continue;
        if (said->file != file) {
            file = said->file;
            file_enter(collector, collector->said.files.at[file]);
            gate_source_annotations(&collector->source, collector->shown, collector->list);
        }
        site_add(collector, said);
    }
}

void gate_collect(const struct gate_request *request, const struct memory *memory,
                  struct gate_list *list)
{
    gate_list_init(list, memory);
    struct collector collector = {.request = request, .list = list};
    sb_init(&collector.scratch, memory);
    map_init(&collector.globals, memory);
    arena_init(&collector.source.arena, memory);
    const struct said_request asked = {.compiler = request->compiler, .dir = request->dir};
    said_init(&collector.said, &asked, memory);
    said_collect(&collector.said);
    said_collapse(&collector.said);
    collector.copies = gate_copies_new(&collector.said, memory);
    list->go_version = str_copy(&list->arena, request->compiler->go_version);
    gate_module_read(request->module_dir, list);
    packages_keep(&collector);
    files_read(&collector);
    sites_read(&collector);
    gate_list_sort(list);
    gate_copies_free(collector.copies);
    map_release(&collector.globals);
    gate_source_close(&collector.source);
    said_release(&collector.said);
    sb_release(&collector.scratch);
}
