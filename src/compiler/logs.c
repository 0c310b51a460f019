/* logs: a directory of -json=0,file://DIR logs, as text that says the same.
 *
 * DIR/<escaped package>/<escaped base name>.json; each file begins with a line that names the
 * package, the compiler and the source file (cmd/compile/internal/logopt, log_opts.go). DIR may
 * also be one package's directory. Files are read side by side and put together in the order of
 * their names. */
#include "compiler/log_int.h"

struct log_job {
    const struct memory *memory;
    struct diag_sink *sink;
    struct log_text *texts; /* by file */
    size_t count;
};

static void log_work(void *ctx, size_t index, unsigned worker)
{
    (void)worker;
    struct log_job *job = ctx;
    struct log_text *text = &job->texts[index];
    struct file file;
    if (file_open_unpacked(&file, text->path, job->memory, job->sink) != STATUS_OK)
        return;
    log_file_read(text, (struct str){(const char *)file.bytes, file.size}, job->sink);
    file_close(&file);
}

/* ---- finding the files ---- */

struct log_names {
    struct arena *arena;
    const struct memory *memory;
    struct diag_sink *sink;
    VEC(const char *) paths;
};

static const char *path_below(struct arena *arena, const char *dir, struct str name)
{
    size_t dir_len = strlen(dir);
    char *path = arena_text(arena, dir_len + name.len + 2);
    memcpy(path, dir, dir_len);
    path[dir_len] = '/';
    memcpy(path + dir_len + 1, name.ptr, name.len);
    path[dir_len + 1 + name.len] = '\0';
    return path;
}

static enum status dir_walk(struct log_names *names, const char *dir, unsigned depth)
{
    struct str *entries;
    size_t count;
    enum status status = dir_list(dir, names->arena, &entries, &count, names->sink);
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const char *path = path_below(names->arena, dir, entries[i]);
        if (depth > 0 && dir_exists(path))
            status = dir_walk(names, path, depth - 1);
        else if (str_ends(entries[i], STR(".json")) || str_ends(entries[i], STR(".json.gz")))
            VEC_PUSH(names->memory, &names->paths, path);
        if (names->paths.len > LIMIT_LOG_FILES) {
            diag_add(names->sink, DIAG_COMPILER_LIMIT, str_from(dir), 0, DIAG_NO_OFFSET,
                     "more than %d files (LIMIT_LOG_FILES)", LIMIT_LOG_FILES);
            status = STATUS_LIMIT;
        }
    }
    return status;
}

/* ---- putting together ---- */

/* Offsets of copies become those of the whole text. */
static void copies_append(struct compiler *compiler, const struct log_text *text, size_t offset)
{
    for (size_t i = 0; i < text->copies.len; i++) {
        struct inlined_copy copy = text->copies.at[i];
        copy.offset += offset;
        copy.first += (uint32_t)compiler->inline_places.len;
        VEC_PUSH(compiler->memory, &compiler->inlined_copies, copy);
    }
    for (size_t i = 0; i < text->places.len; i++) {
        struct inline_place place = text->places.at[i];
        place.path = intern_add(&compiler->strings, intern_str(&text->strings, place.path));
        VEC_PUSH(compiler->memory, &compiler->inline_places, place);
    }
}

/* All programs have the package path "main" in logs (the compiler runs with -p main): their import
 * path is that of their source's directory. Instances of other packages' functions lie in files of
 * theirs and go with the program before them, or the first one. */
static struct str program_of(struct compiler *compiler, const struct log_text *text)
{
    struct arena *arena = &compiler->arena;
    struct str dir = str_dir_name(text->source);
    char *path = arena_strndup(arena, dir.ptr ? dir.ptr : "", dir.len);
    struct str import_path = dir.len ? import_path_of_dir(path, compiler->memory, arena) : STR_NONE;
    bool library = str_starts(import_path, STR("std/")) || str_starts(import_path, STR("cmd/")) ||
                   str_contains(dir, STR("/pkg/mod/"));
    return library ? STR_NONE : import_path;
}

static void programs_name(struct compiler *compiler, struct log_job *job)
{
    struct str program = STR_NONE;
    for (size_t i = 0; i < job->count && program.len == 0; i++) {
        if (str_is(job->texts[i].package, "main"))
            program = program_of(compiler, &job->texts[i]);
    }
    for (size_t i = 0; i < job->count && program.len; i++) {
        struct log_text *text = &job->texts[i];
        if (!str_is(text->package, "main"))
            continue;
        struct str own = program_of(compiler, text);
        program = own.len ? own : program;
        text->package = program;
    }
}

static void texts_append(struct compiler *compiler, struct log_job *job, struct sb *out)
{
    struct str package = STR_NONE;
    programs_name(compiler, job);
    for (size_t i = 0; i < job->count; i++) {
        const struct log_text *text = &job->texts[i];
        if (text->package.len && !str_equal(text->package, package))
            sb_addf(out, "# %.*s\n", STR_ARGS(text->package));
        if (text->package.len)
            package = text->package;
        copies_append(compiler, text, out->len);
        sb_add(out, sb_str(&text->text));
        if (text->version.len && compiler->go_version.len == 0)
            compiler->go_version = str_copy(&compiler->arena, text->version);
    }
}

static enum status texts_read(struct compiler *compiler, const struct log_names *names,
                              struct workers *workers, struct sb *out)
{
    struct log_job job = {.memory = names->memory, .sink = names->sink, .count = names->paths.len};
    job.texts = ARENA_ARRAY(names->arena, struct log_text, job.count);
    for (size_t i = 0; i < job.count; i++)
        log_text_init(&job.texts[i], names->paths.at[i], names->memory);
    workers_run(workers, job.count, log_work, &job);
    texts_append(compiler, &job, out);
    size_t files = 0;
    for (size_t i = 0; i < job.count; i++) {
        files += job.texts[i].version.len > 0;
        log_text_release(&job.texts[i]);
    }
    return files ? STATUS_OK : STATUS_BAD_INPUT;
}

enum status logs_read(const char *dir, struct compiler *compiler, struct workers *workers,
                      struct sb *text, struct diag_sink *sink)
{
    struct arena arena;
    arena_init(&arena, compiler->memory);
    struct log_names names = {.arena = &arena, .memory = compiler->memory, .sink = sink};
    enum status status = dir_walk(&names, dir, 1);
    if (status == STATUS_OK)
        status = texts_read(compiler, &names, workers, text);
    if (status == STATUS_BAD_INPUT)
        diag_add(sink, DIAG_COMPILER_TEXT, str_from(dir), 0, DIAG_NO_OFFSET,
                 "no log of the Go compiler in this directory; files DIR/PACKAGE/FILE.json whose "
                 "first line names a gc_version were expected");
    VEC_RELEASE(names.memory, &names.paths);
    arena_release(&arena);
    return status;
}

/* ---- inlined copies ---- */

const struct inline_place *compiler_inlined_at(const struct compiler *compiler,
                                               const struct message *message, size_t *count)
{
    *count = 0;
    if (compiler->inlined_copies.len == 0)
        return NULL;
    const char *start = (const char *)compiler->sources.at[message->source].file.bytes;
    size_t offset = (size_t)(message->text.ptr - start);
    size_t from = 0, to = compiler->inlined_copies.len;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (compiler->inlined_copies.at[middle].offset < offset)
            from = middle + 1;
        else
            to = middle;
    }
    if (from == compiler->inlined_copies.len || compiler->inlined_copies.at[from].offset != offset)
        return NULL;
    const struct inlined_copy *copy = &compiler->inlined_copies.at[from];
    *count = copy->count;
    return &compiler->inline_places.at[copy->first];
}
