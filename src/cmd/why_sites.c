/* why: which messages are shown, in which order, and how their places read. */
#include "why.h"

#include <stdlib.h>
#include <unistd.h>

/* ---- places ---- */

/* text without the "." and ".." elements it begins with or holds; absolute stays absolute. */
static struct str clean_path(struct str path, struct arena *arena)
{
    char *text = arena_text(arena, path.len + 1);
    size_t len = 0;
    bool absolute = path.len && path.ptr[0] == '/';
    struct str rest = path;
    while (rest.ptr) {
        struct str element = str_cut(&rest, '/');
        if (element.len == 0 || str_is(element, "."))
            continue;
        if (str_is(element, "..") && len > 0) {
            ptrdiff_t slash = str_find_last((struct str){text, len}, '/');
            len = slash < 0 ? 0 : (size_t)slash;
            continue;
        }
        if (len > 0 || absolute)
            text[len++] = '/';
        memcpy(text + len, element.ptr, element.len);
        len += element.len;
    }
    return (struct str){text, len};
}

static struct str join(struct str dir, struct str path, struct arena *arena)
{
    char *text = arena_text(arena, dir.len + path.len + 1);
    if (dir.len)
        memcpy(text, dir.ptr, dir.len);
    text[dir.len] = '/';
    memcpy(text + dir.len + 1, path.ptr, path.len);
    return clean_path((struct str){text, dir.len + path.len + 1}, arena);
}

static bool file_is_there(struct str path, struct arena *arena)
{
    return file_exists(arena_strndup(arena, path.ptr, path.len));
}

static struct str path_for_people(struct why_view *view, struct str printed)
{
    struct str path = printed;
    if (path.len == 0 || path.ptr[0] == '<')
        return path;
    if (path.ptr[0] != '/') {
        path = join(view->base, printed, &view->arena);
        bool plain = printed.ptr[0] != '.';
        if (plain && !file_is_there(path, &view->arena))
            return printed; /* of -trimpath */
    }
    if (view->here.len && str_starts(path, view->here) && path.len > view->here.len &&
        path.ptr[view->here.len] == '/')
        return str_skip(path, view->here.len + 1);
    return path;
}

static uint32_t file_index(struct why_view *view, uint32_t path)
{
    if (!view->file_of_path[path]) {
        struct str text = compiler_str(view->compiler, path);
        VEC_PUSH(&view->cmd->memory, &view->files, path_for_people(view, text));
        view->file_of_path[path] = (uint32_t)view->files.len;
    }
    return view->file_of_path[path] - 1;
}

struct str why_file(struct why_view *view, uint32_t path)
{
    uint32_t index = file_index(view, path); /* may move files.at */
    return view->files.at[index];
}

/* ---- functions ---- */

struct str why_package(const struct why_view *view, const struct message *message)
{
    const struct compiler *compiler = view->compiler;
    struct str home = why_package_of_path(view, message->path);
    uint32_t printer = compiler->packages.at[message->package].import_path;
    return home.len ? home : compiler_str(compiler, printer);
}

/* Import path as symbols have it: dots behind the last slash and odd bytes as %xx
 * (cmd/internal/objabi, PathToPrefix). */
static void prefix_print(struct str import_path, struct sb *out)
{
    ptrdiff_t slash = str_find_last(import_path, '/');
    for (size_t i = 0; i < import_path.len; i++) {
        unsigned char c = (unsigned char)import_path.ptr[i];
        bool dot = c == '.' && (ptrdiff_t)i > slash;
        if (c <= ' ' || dot || c == '%' || c == '"' || c >= 0x7f)
            sb_addf(out, "%%%02x", c);
        else
            sb_addc(out, (char)c);
    }
}

/* Type arguments as profiles have them: "[...]". */
static void name_print(struct str name, struct sb *out)
{
    int depth = 0;
    for (size_t i = 0; i < name.len; i++) {
        char c = name.ptr[i];
        if (c == '[' && depth++ == 0)
            sb_adds(out, "[...]");
        if (depth == 0)
            sb_addc(out, c);
        depth -= c == ']' && depth > 0;
    }
}

/* Symbols of programs begin with "main". */
static bool is_program(const struct compiler *compiler, struct str package)
{
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *known = &compiler->packages.at[i];
        if (str_equal(compiler_str(compiler, known->import_path), package))
            return str_is(compiler_str(compiler, known->name), "main");
    }
    return false;
}

void why_symbol(const struct why_view *view, struct str package, struct str name, struct sb *out)
{
    if (name.len == 0)
        return;
    prefix_print(is_program(view->compiler, package) ? STR("main") : package, out);
    sb_addc(out, '.');
    name_print(name, out);
}

void why_function(const struct why_view *view, const struct why_site *site, struct sb *out)
{
    const struct message *message = &view->compiler->messages.at[site->message];
    why_symbol(view, why_package(view, message), site->function, out);
}

struct str why_package_of_path(const struct why_view *view, uint32_t path)
{
    const struct compiler *compiler = view->compiler;
    uint32_t package = path < compiler->package_of_path_len ? compiler->package_of_path[path] : 0;
    return compiler_str(compiler, package);
}

/* ---- which ---- */

/* A test variant repeats what the plain package says, except of its test files. */
static bool repeats_plain(const struct why_view *view, const struct message *message)
{
    const struct compiler *compiler = view->compiler;
    const struct compiled_package *package = &compiler->packages.at[message->package];
    if (!package->for_test ||
        str_ends(compiler_str(compiler, message->path), STR("_test.go")))
        return false;
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *other = &compiler->packages.at[i];
        if (other->import_path == package->import_path && !other->for_test)
            return true;
    }
    return false;
}

static bool is_identifier(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (memchr(" ()[]{}\"'`+-*/&.,:;<>=!|", text.ptr[i], 25))
            return false;
    }
    return text.len > 0 && !str_is(text, "append");
}

/* gc says "x does not escape" of parameters and of expressions alike. It tells a function's
 * parameters before its expressions (escape.go, batch.finish), so a name is a parameter's until the
 * function's first expression was told. */
struct parameter_sense {
    struct map told; /* functions whose expressions were told */
};

static bool is_parameter(struct parameter_sense *sense, const struct message *message)
{
    if (message->kind == MESSAGE_LEAKS || message->kind == MESSAGE_LEAKS_CONTENT ||
        message->kind == MESSAGE_LEAKS_RESULT)
        return true;
    if (message->kind != MESSAGE_STAYS && message->kind != MESSAGE_ESCAPES &&
        message->kind != MESSAGE_MOVED_TO_HEAP)
        return false;
    bool added;
    if (message->kind == MESSAGE_STAYS && is_identifier(why_subject(message)) &&
        !map_get(&sense->told, message->function))
        return true;
    *map_put(&sense->told, message->function, &added) = 1;
    return false;
}

static bool is_shown(struct why_view *view, const struct message *message, bool all)
{
    if (!message->path || compiler_str(view->compiler, message->path).ptr[0] == '<' ||
        message->kind == MESSAGE_STORY_ESCAPES || message->kind == MESSAGE_STORY_LEAKS)
        return false;
    enum why_verdict verdict = why_verdict_of(message);
    bool asked = view->line.file.len ? why_line_fits(view, message)
                                     : verdict == WHY_HEAP || (all && verdict != WHY_NONE);
    return asked && !repeats_plain(view, message);
}

/* The function that gc's text tells or lets guess; of calls that are inlined, it names the
 * callee. */
static struct str told_function(const struct why_view *view, const struct message *message)
{
    if (message->kind == MESSAGE_INLINING_CALL)
        return STR_NONE;
    return compiler_str(view->compiler, message->function);
}

static void package_collect(struct why_view *view, size_t index, bool all)
{
    const struct compiled_package *package = &view->compiler->packages.at[index];
    struct parameter_sense sense;
    map_init(&sense.told, &view->cmd->memory);
    for (size_t i = 0; i < package->message_count; i++) {
        uint32_t at = (uint32_t)(package->first_message + i);
        const struct message *message = &view->compiler->messages.at[at];
        bool parameter = is_parameter(&sense, message);
        if (!is_shown(view, message, all))
            continue;
        struct why_site site = {at, file_index(view, message->path), 1, parameter,
                                told_function(view, message)};
        VEC_PUSH(&view->cmd->memory, &view->sites, site);
    }
    map_release(&sense.told);
}

/* ---- in which order ---- */

static int number_order(uint64_t a, uint64_t b)
{
    return (a > b) - (a < b);
}

static int site_order(const void *left, const void *right, void *ctx)
{
    const struct why_view *view = ctx;
    const struct why_site *a = left, *b = right;
    const struct message *x = &view->compiler->messages.at[a->message];
    const struct message *y = &view->compiler->messages.at[b->message];
    int order = a->file == b->file ? 0
                                   : str_compare(view->files.at[a->file], view->files.at[b->file]);
    if (!order)
        order = number_order(x->line, y->line);
    if (!order)
        order = number_order(x->column - 1u, y->column - 1u); /* an unknown 0 comes last */
    if (!order)
        order = str_compare(x->text, y->text);
    return order ? order : number_order(a->message, b->message);
}

/* What speaks of parameters is no allocation, and shown only on a chosen line. */
static void parameters_drop(struct why_view *view)
{
    size_t kept = 0;
    for (size_t i = 0; i < view->sites.len; i++) {
        if (!view->sites.at[i].parameter)
            view->sites.at[kept++] = view->sites.at[i];
    }
    view->sites.len = kept;
}

void why_collect(struct why_view *view, bool all)
{
    for (size_t i = 0; i < view->compiler->packages.len; i++) {
        if (!view->compiler->packages.at[i].wanted)
            continue;
        view->package_count++;
        package_collect(view, i, all);
    }
    if (view->sites.len)
        qsort_r(view->sites.at, view->sites.len, sizeof(*view->sites.at), site_order, view);
    why_ask_source(view);
    if (view->line.file.len == 0)
        parameters_drop(view);
}

static bool same_site(const struct why_view *view, const struct why_site *a,
                      const struct why_site *b)
{
    const struct message *x = &view->compiler->messages.at[a->message];
    const struct message *y = &view->compiler->messages.at[b->message];
    return str_equal(view->files.at[a->file], view->files.at[b->file]) && x->line == y->line &&
           x->column == y->column && str_equal(x->text, y->text);
}

void why_collapse(struct why_view *view)
{
    size_t kept = 0;
    for (size_t i = 0; i < view->sites.len; i++) {
        if (kept && same_site(view, &view->sites.at[kept - 1], &view->sites.at[i]))
            view->sites.at[kept - 1].times++;
        else
            view->sites.at[kept++] = view->sites.at[i];
    }
    view->sites.len = kept;
}

/* ---- the view ---- */

static struct str current_dir(struct arena *arena)
{
    char buf[4096];
    return getcwd(buf, sizeof(buf)) ? str_copy(arena, str_from(buf)) : STR_NONE;
}

void why_view_init(struct why_view *view, struct cmd *cmd, const struct why_flags *flags,
                   const struct compiler *compiler, const struct why_line *line)
{
    *view = (struct why_view){.cmd = cmd, .compiler = compiler, .flags = flags, .line = *line};
    arena_init(&view->arena, &cmd->memory);
    view->here = view->base = current_dir(&view->arena);
    struct str dir = str_from(flags->dir);
    if (dir.len)
        view->base = dir.ptr[0] == '/' ? clean_path(dir, &view->arena)
                                       : join(view->here, dir, &view->arena);
    view->file_of_path = ARENA_ARRAY(&view->arena, uint32_t, compiler->strings.len + 1);
}

void why_view_release(struct why_view *view)
{
    VEC_RELEASE(&view->cmd->memory, &view->files);
    VEC_RELEASE(&view->cmd->memory, &view->sites);
    arena_release(&view->arena);
}
