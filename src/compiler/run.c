/* run: asks the user's own go command.
 *
 * `go list -export -deps` compiles what is not in the build cache, replays the diagnostics of what
 * is, and links nothing. Its standard error is gc's text; its standard output describes the
 * packages. GOFLAGS and the go.mod of the user's directory hold as they do for `go build`. */
#include <jansson.h>
#include <stdio.h>

#include "compiler/compiler_int.h"

/* ---- the command ---- */

enum { FIXED_ARGUMENTS = 16 };

struct go_command {
    const char *const *argv;
    const char *env[3];
    const char *dir;
};

static const char *join_text(struct arena *arena, const char *a, const char *b)
{
    size_t a_len = strlen(a), b_len = strlen(b);
    char *text = arena_text(arena, a_len + b_len + 1);
    memcpy(text, a, a_len);
    memcpy(text + a_len, b, b_len + 1);
    return text;
}

static void command_environment(struct go_command *command, const struct compiler_request *request,
                                struct arena *arena)
{
    size_t n = 0;
    if (request->goos && request->goos[0])
        command->env[n++] = join_text(arena, "GOOS=", request->goos);
    if (request->goarch && request->goarch[0])
        command->env[n++] = join_text(arena, "GOARCH=", request->goarch);
    command->env[n] = NULL;
    command->dir = request->dir && request->dir[0] ? request->dir : NULL;
}

static void list_command(struct go_command *command, const struct compiler_request *request,
                         struct arena *arena)
{
    const char **argv =
        ARENA_ARRAY(arena, const char *, FIXED_ARGUMENTS + request->pattern_count + 2);
    size_t n = 0;
    argv[n++] = "go";
    argv[n++] = "list";
    argv[n++] = "-export";
    argv[n++] = "-deps";
    argv[n++] = "-json=ImportPath,Name,Dir,Standard,ForTest,DepOnly,Module";
    argv[n++] = join_text(arena, "-pgo=", request->pgo ? request->pgo : "off");
    argv[n++] = request->only_named ? "-gcflags=-m=2" : "-gcflags=all=-m=2";
    if (request->tests)
        argv[n++] = "-test";
    if (request->tags && request->tags[0])
        argv[n++] = join_text(arena, "-tags=", request->tags);
    argv[n++] = "--";
    for (size_t i = 0; i < request->pattern_count; i++)
        argv[n++] = request->patterns[i];
    command->argv = argv;
    command_environment(command, request, arena);
}

/* ---- what it prints ---- */

struct listening {
    const struct compiler_request *request;
    struct sb messages, packages;
    size_t package_count;
};

static bool on_stderr(void *ctx, const char *bytes, size_t n)
{
    struct listening *listening = ctx;
    sb_addn(&listening->messages, bytes, n);
    struct str rest = {bytes, n};
    for (ptrdiff_t at; (at = str_find_char(rest, '#')) >= 0; rest = str_skip(rest, (size_t)at + 1))
        listening->package_count += at == 0 || rest.ptr[at - 1] == '\n';
    if (listening->messages.full)
        return false;
    return !listening->request->progress ||
           listening->request->progress(listening->request->progress_ctx, listening->package_count,
                                        listening->messages.len);
}

static bool on_stdout(void *ctx, const char *bytes, size_t n)
{
    struct listening *listening = ctx;
    sb_addn(&listening->packages, bytes, n);
    return !listening->packages.full;
}

static bool on_signal(void *ctx)
{
    const struct listening *listening = ctx;
    return !listening->request->progress ||
           listening->request->progress(listening->request->progress_ctx, listening->package_count,
                                        listening->messages.len);
}

/* Runs go; a missing program is told as COMPILER_NO_GO. */
static enum status go_run(const struct go_command *command, struct listening *listening,
                          const struct memory *memory, struct diag_sink *sink, int *exit_code)
{
    struct child_request child = {.argv = command->argv, .dir = command->dir,
                                  .extra_env = command->env, .on_stdout = on_stdout,
                                  .on_stderr = on_stderr, .ctx = listening,
                                  .on_signal = on_signal};
    struct diag_sink *quiet = diag_sink_new(memory);
    enum status status = child_run(&child, memory, quiet, exit_code);
    for (size_t i = 0; i < diag_count(quiet); i++) {
        const struct diag *diag = diag_at(quiet, i);
        bool missing = status == STATUS_NOT_FOUND && !(command->dir && !dir_exists(command->dir));
        diag_add(sink, missing ? DIAG_COMPILER_NO_GO : diag->code, diag->file, 0, DIAG_NO_OFFSET,
                 "%.*s", STR_ARGS(diag->message));
    }
    diag_sink_free(quiet);
    return status;
}

/* "go1.26.8" of the toolchain that the directory's go.mod chooses. */
static struct str go_version(const struct compiler_request *request, struct compiler *compiler)
{
    static const char *const argv[] = {"go", "env", "GOVERSION", NULL};
    struct go_command command = {.argv = argv};
    command_environment(&command, request, &compiler->arena);
    struct compiler_request silent = {.dir = request->dir};
    struct listening listening = {.request = &silent};
    sb_init(&listening.messages, compiler->memory);
    sb_init(&listening.packages, compiler->memory);
    struct diag_sink *quiet = diag_sink_new(compiler->memory);
    int exit_code = 0;
    struct str version = compiler->go_version;
    if (go_run(&command, &listening, compiler->memory, quiet, &exit_code) == STATUS_OK &&
        exit_code == 0)
        version = str_copy(&compiler->arena, str_trim(sb_str(&listening.packages)));
    diag_sink_free(quiet);
    sb_release(&listening.messages);
    sb_release(&listening.packages);
    return version;
}

/* ---- the packages it lists ---- */

struct listing {
    VEC(struct listed_package) packages;
    struct arena *arena;
};

static struct str text_member(const json_t *object, const char *name, struct arena *arena)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return STR_NONE;
    return str_copy(arena, (struct str){json_string_value(value), json_string_length(value)});
}

/* Of the module in hand, of another one of the workspace, or of one that is replaced by a folder
 * (which has no version): code that whoever asks can change. */
static bool is_own_module(const json_t *module)
{
    const json_t *replaced = json_object_get(module, "Replace");
    return json_is_true(json_object_get(module, "Main")) ||
           (replaced && !json_object_get(replaced, "Version"));
}

static struct listed_package package_of(const json_t *object, struct arena *arena)
{
    struct listed_package package = {
        .import_path = text_member(object, "ImportPath", arena),
        .name = text_member(object, "Name", arena),
        .directory = text_member(object, "Dir", arena),
        .standard = json_is_true(json_object_get(object, "Standard")),
        .wanted = !json_is_true(json_object_get(object, "DepOnly")),
        .own = is_own_module(json_object_get(object, "Module")),
    };
    struct str rest = package.import_path; /* "p [q.test]" */
    struct str path = str_cut(&rest, ' ');
    if (rest.len > 2 && rest.ptr[0] == '[') {
        package.import_path = path;
        package.for_test = str_slice(rest, 1, rest.len - 1);
    }
    return package;
}

/* The output is one JSON object after another. */
static void listing_read(struct listing *listing, struct str text, const struct memory *memory)
{
    size_t at = 0;
    while (at < text.len) {
        json_error_t error;
        json_t *object = json_loadb(text.ptr + at, text.len - at, JSON_DISABLE_EOF_CHECK, &error);
        if (!object)
            return;
        struct listed_package package = package_of(object, listing->arena);
        if (package.import_path.len)
            VEC_PUSH(memory, &listing->packages, package);
        json_decref(object);
        at += error.position > 0 ? (size_t)error.position : 1;
    }
}

/* Listed packages have a name and an answer to "was it asked for"; those that gc said nothing about
 * are added, for their names and directories. */
static void packages_complete(struct compiler *compiler, const struct listing *listing)
{
    struct map known;
    map_init(&known, compiler->memory);
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *package = &compiler->packages.at[i];
        bool added;
        uint64_t key = (uint64_t)package->import_path << 32 | package->for_test;
        *map_put(&known, key, &added) = i + 1;
    }
    for (size_t i = 0; i < listing->packages.len; i++) {
        const struct listed_package *listed = &listing->packages.at[i];
        uint32_t import_path = intern_add(&compiler->strings, listed->import_path);
        uint32_t for_test = intern_add(&compiler->strings, listed->for_test);
        const uint64_t *found = map_get(&known, (uint64_t)import_path << 32 | for_test);
        struct compiled_package package = {.import_path = import_path, .for_test = for_test,
                                           .first_message = (uint32_t)compiler->messages.len};
        if (!found)
            VEC_PUSH(compiler->memory, &compiler->packages, package);
        size_t index = found ? (size_t)*found - 1 : compiler->packages.len - 1;
        struct compiled_package *known_package = &compiler->packages.at[index];
        known_package->name = intern_add(&compiler->strings, listed->name);
        known_package->standard = listed->standard;
        known_package->wanted = listed->wanted;
        known_package->own = listed->wanted || listed->own;
    }
    map_release(&known);
}

static size_t wanted_count(const struct listing *listing)
{
    size_t count = 0;
    for (size_t i = 0; i < listing->packages.len; i++)
        count += listing->packages.at[i].wanted;
    return count;
}

/* ---- all together ---- */

static enum status run_failed(const struct listening *listening, struct diag_sink *sink)
{
    struct str text = str_trim(sb_str(&listening->messages));
    if (listening->messages.full || listening->packages.full) {
        diag_add(sink, DIAG_COMPILER_LIMIT, STR("go list"), 0, DIAG_NO_OFFSET,
                 "it printed more than %zu bytes (LIMIT_BUILDER_BYTES)",
                 (size_t)LIMIT_BUILDER_BYTES);
        return STATUS_LIMIT;
    }
    diag_add(sink, DIAG_COMPILER_EMPTY, STR_NONE, 0, DIAG_NO_OFFSET, "no packages match%s%.*s",
             text.len ? ": " : "", STR_ARGS(text));
    return STATUS_NOT_FOUND;
}

/* The child's text becomes the compiler's source. */
static enum status take_messages(struct compiler *compiler, struct listening *listening,
                                 bool failed, struct workers *workers, struct diag_sink *sink)
{
    size_t n = listening->messages.len;
    unsigned char *bytes = memory_get(compiler->memory, 1);
    if (listening->messages.text) {
        memory_put(compiler->memory, bytes);
        bytes = (unsigned char *)listening->messages.text;
        sb_init(&listening->messages, compiler->memory);
    }
    struct file file = file_of_bytes(bytes, n, compiler->memory);
    size_t errors = diag_errors(sink);
    enum status status =
        compiler_add_source(compiler, &file, STR("go list"), failed, workers, sink);
    if (status == STATUS_OK && failed && diag_errors(sink) == errors)
        diag_add(sink, DIAG_COMPILER_BUILD, STR("go list"), 0, DIAG_NO_OFFSET,
                 "the go command failed and did not say why");
    return status == STATUS_OK && failed ? STATUS_CHILD : status;
}

static enum status listen(const struct compiler_request *request, struct listening *listening,
                          struct compiler *compiler, struct diag_sink *sink, bool *failed)
{
    struct go_command command;
    list_command(&command, request, &compiler->arena);
    int exit_code = 0;
    enum status status = go_run(&command, listening, compiler->memory, sink, &exit_code);
    if (status == STATUS_INTERRUPTED && (listening->messages.full || listening->packages.full))
        return run_failed(listening, sink);
    *failed = exit_code != 0;
    return status;
}

static enum status interpret(const struct compiler_request *request, struct listening *listening,
                             bool failed, struct compiler *compiler, struct workers *workers,
                             struct diag_sink *sink)
{
    struct listing listing = {.arena = &compiler->arena};
    listing_read(&listing, sb_str(&listening->packages), compiler->memory);
    enum status status;
    if (wanted_count(&listing) == 0 && str_find(sb_str(&listening->messages), STR("# ")) != 0)
        status = run_failed(listening, sink);
    else
        status = take_messages(compiler, listening, failed, workers, sink);
    if (status == STATUS_OK) {
        packages_complete(compiler, &listing);
        struct listed_packages listed = {listing.packages.at, listing.packages.len};
        paths_resolve(compiler, listed, str_from(request->dir));
        compiler->go_version = go_version(request, compiler);
        compiler->level = 2;
    }
    VEC_RELEASE(compiler->memory, &listing.packages);
    return status;
}

enum status compiler_run(const struct compiler_request *request, struct workers *workers,
                         const struct memory *memory, struct diag_sink *sink,
                         struct compiler **out)
{
    static const char *const here[] = {"."};
    struct compiler_request asked = *request;
    if (asked.pattern_count == 0) {
        asked.patterns = here;
        asked.pattern_count = 1;
    }
    struct compiler *compiler = compiler_new(memory);
    struct listening listening = {.request = &asked};
    sb_init(&listening.messages, memory);
    sb_init(&listening.packages, memory);
    bool failed = false;
    enum status status = listen(&asked, &listening, compiler, sink, &failed);
    if (status == STATUS_OK)
        status = interpret(&asked, &listening, failed, compiler, workers, sink);
    sb_release(&listening.messages);
    sb_release(&listening.packages);
    if (status == STATUS_OK)
        *out = compiler;
    else
        compiler_free(compiler);
    return status;
}
