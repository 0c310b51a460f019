/* said: which messages are shown, in which order, and how their places read. */
#include "said.h"

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

static struct str path_for_people(struct said *sites, struct str printed)
{
    struct str path = printed;
    if (path.len == 0 || path.ptr[0] == '<')
        return path;
    if (path.ptr[0] != '/') {
        path = join(sites->base, printed, &sites->arena);
        bool plain = printed.ptr[0] != '.';
        if (plain && !file_is_there(path, &sites->arena))
            return printed; /* of -trimpath */
    }
    if (sites->here.len && str_starts(path, sites->here) && path.len > sites->here.len &&
        path.ptr[sites->here.len] == '/')
        return str_skip(path, sites->here.len + 1);
    return path;
}

static uint32_t file_index(struct said *sites, uint32_t path)
{
    if (!sites->file_of_path[path]) {
        struct str text = compiler_str(sites->compiler, path);
        VEC_PUSH(sites->memory, &sites->files, path_for_people(sites, text));
        sites->file_of_path[path] = (uint32_t)sites->files.len;
    }
    return sites->file_of_path[path] - 1;
}

struct str said_file(struct said *sites, uint32_t path)
{
    uint32_t index = file_index(sites, path); /* may move files.at */
    return sites->files.at[index];
}

/* ---- functions ---- */

struct str said_package(const struct said *sites, const struct message *message)
{
    const struct compiler *compiler = sites->compiler;
    struct str home = said_package_of_path(sites, message->path);
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

void said_symbol(const struct said *sites, struct str package, struct str name, struct sb *out)
{
    if (name.len == 0)
        return;
    prefix_print(is_program(sites->compiler, package) ? STR("main") : package, out);
    sb_addc(out, '.');
    name_print(name, out);
}

void said_function(const struct said *sites, const struct said_site *site, struct sb *out)
{
    const struct message *message = &sites->compiler->messages.at[site->message];
    said_symbol(sites, said_package(sites, message), site->function, out);
}

struct str said_package_of_path(const struct said *sites, uint32_t path)
{
    const struct compiler *compiler = sites->compiler;
    uint32_t package = path < compiler->package_of_path_len ? compiler->package_of_path[path] : 0;
    return compiler_str(compiler, package);
}

/* ---- which ---- */

/* A test variant repeats what the plain package says, except of its test files. */
static bool repeats_plain(const struct said *sites, const struct message *message)
{
    const struct compiler *compiler = sites->compiler;
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
    if (message->kind == MESSAGE_STAYS && is_identifier(said_subject(message)) &&
        !map_get(&sense->told, message->function))
        return true;
    *map_put(&sense->told, message->function, &added) = 1;
    return false;
}

static bool is_shown(const struct said *sites, const struct message *message)
{
    if (!message->path || compiler_str(sites->compiler, message->path).ptr[0] == '<' ||
        message->kind == MESSAGE_STORY_ESCAPES || message->kind == MESSAGE_STORY_LEAKS)
        return false;
    enum said_verdict verdict = said_verdict_of(message);
    const struct said_request *request = &sites->request;
    bool asked = request->fits ? request->fits(request->ctx, message)
                               : verdict == SAID_HEAP || (request->all && verdict != SAID_NONE);
    return asked && !repeats_plain(sites, message);
}

/* The function that gc's text tells or lets guess; of calls that are inlined, it names the
 * callee. */
static struct str told_function(const struct said *sites, const struct message *message)
{
    if (message->kind == MESSAGE_INLINING_CALL)
        return STR_NONE;
    return compiler_str(sites->compiler, message->function);
}

static void package_collect(struct said *sites, size_t index)
{
    const struct compiled_package *package = &sites->compiler->packages.at[index];
    struct parameter_sense sense;
    map_init(&sense.told, sites->memory);
    for (size_t i = 0; i < package->message_count; i++) {
        uint32_t at = (uint32_t)(package->first_message + i);
        const struct message *message = &sites->compiler->messages.at[at];
        bool parameter = is_parameter(&sense, message);
        if (!is_shown(sites, message))
            continue;
        struct said_site site = {at, file_index(sites, message->path), 1, parameter,
                                told_function(sites, message)};
        VEC_PUSH(sites->memory, &sites->list, site);
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
    const struct said *sites = ctx;
    const struct said_site *a = left, *b = right;
    const struct message *x = &sites->compiler->messages.at[a->message];
    const struct message *y = &sites->compiler->messages.at[b->message];
    int order = 0;
    if (a->file != b->file)
        order = str_compare(sites->files.at[a->file], sites->files.at[b->file]);
    if (!order)
        order = number_order(x->line, y->line);
    if (!order)
        order = number_order(x->column - 1u, y->column - 1u); /* an unknown 0 comes last */
    if (!order)
        order = str_compare(x->text, y->text);
    return order ? order : number_order(a->message, b->message);
}

/* What speaks of parameters is no allocation, and shown only on a chosen line. */
static void parameters_drop(struct said *sites)
{
    size_t kept = 0;
    for (size_t i = 0; i < sites->list.len; i++) {
        if (!sites->list.at[i].parameter)
            sites->list.at[kept++] = sites->list.at[i];
    }
    sites->list.len = kept;
}

void said_collect(struct said *sites)
{
    for (size_t i = 0; i < sites->compiler->packages.len; i++) {
        if (!sites->compiler->packages.at[i].wanted)
            continue;
        sites->package_count++;
        package_collect(sites, i);
    }
    if (sites->list.len)
        qsort_r(sites->list.at, sites->list.len, sizeof(*sites->list.at), site_order, sites);
    said_ask_source(sites);
    if (!sites->request.fits)
        parameters_drop(sites);
}

static bool same_site(const struct said *sites, const struct said_site *a,
                      const struct said_site *b)
{
    const struct message *x = &sites->compiler->messages.at[a->message];
    const struct message *y = &sites->compiler->messages.at[b->message];
    return str_equal(sites->files.at[a->file], sites->files.at[b->file]) && x->line == y->line &&
           x->column == y->column && str_equal(x->text, y->text);
}

void said_collapse(struct said *sites)
{
    size_t kept = 0;
    for (size_t i = 0; i < sites->list.len; i++) {
        if (kept && same_site(sites, &sites->list.at[kept - 1], &sites->list.at[i]))
            sites->list.at[kept - 1].times++;
        else
            sites->list.at[kept++] = sites->list.at[i];
    }
    sites->list.len = kept;
}

/* ---- the sites ---- */

static struct str current_dir(struct arena *arena)
{
    char buf[4096];
    return getcwd(buf, sizeof(buf)) ? str_copy(arena, str_from(buf)) : STR_NONE;
}

void said_init(struct said *sites, const struct said_request *request,
                const struct memory *memory)
{
    *sites = (struct said){
        .memory = memory, .compiler = request->compiler, .request = *request};
    arena_init(&sites->arena, memory);
    sites->here = sites->base = current_dir(&sites->arena);
    struct str dir = str_from(request->dir);
    if (dir.len)
        sites->base = dir.ptr[0] == '/' ? clean_path(dir, &sites->arena)
                                        : join(sites->here, dir, &sites->arena);
    sites->file_of_path = ARENA_ARRAY(&sites->arena, uint32_t, request->compiler->strings.len + 1);
}

void said_release(struct said *sites)
{
    VEC_RELEASE(sites->memory, &sites->files);
    VEC_RELEASE(sites->memory, &sites->list);
    arena_release(&sites->arena);
}
