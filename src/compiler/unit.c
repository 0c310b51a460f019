/* unit: one package as the go command describes it to a `go vet -vettool`, compiled for its
 * diagnostics (cmd/go/internal/work, vetConfig; cmd/compile's flags).
 *
 * The description names the files, after cgo, and the compiled packages that they import: enough to
 * call the compiler alone, without another go command that would have to be told tags and
 * overlays. What it leaves out is the contents of embedded files; the compiler only needs to be
 * told of some file for each pattern. Temporary files lie beside the one that the go command wants
 * to have written, in a folder that it removes. */
#include <jansson.h>

#include "compiler/compiler_int.h"

/* ---- reading ---- */

static struct str member(const json_t *object, const char *name, struct arena *arena)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return STR_NONE;
    return str_copy(arena, (struct str){json_string_value(value), json_string_length(value)});
}

static void files_read(const json_t *root, struct compiler_unit *unit)
{
    const json_t *list = json_object_get(root, "GoFiles");
    size_t count = json_array_size(list);
    unit->files = ARENA_ARRAY(&unit->arena, struct str, count + 1);
    for (size_t i = 0; i < count; i++) {
        const json_t *name = json_array_get(list, i);
        if (json_is_string(name))
            unit->files[unit->file_count++] = str_copy(
                &unit->arena, (struct str){json_string_value(name), json_string_length(name)});
    }
}

/* The lines of an importcfg: "packagefile p=f" and "importmap a=b". */
static void imports_read(json_t *root, const char *name, const char *word, struct sb *out)
{
    const char *key;
    json_t *value;
    json_object_foreach(json_object_get(root, name), key, value)
    {
        const char *text = json_string_value(value);
        bool same = text && strcmp(word, "importmap") == 0 && strcmp(text, key) == 0;
        if (text && !same)
            sb_addf(out, "%s %s=%s\n", word, key, text);
    }
}

enum status compiler_unit_read(struct str bytes, struct str name, const struct memory *memory,
                               struct diag_sink *sink, struct compiler_unit *unit)
{
    json_error_t error;
    *unit = (struct compiler_unit){.memory = memory};
    arena_init(&unit->arena, memory);
    json_t *root = json_loadb(bytes.len ? bytes.ptr : "", bytes.len, 0, &error);
    unit->id = member(root, "ID", &unit->arena);
    unit->dir = member(root, "Dir", &unit->arena);
    unit->language = member(root, "GoVersion", &unit->arena);
    unit->facts = member(root, "VetxOutput", &unit->arena);
    unit->output = member(root, "Stdout", &unit->arena);
    unit->only_facts = json_is_true(json_object_get(root, "VetxOnly"));
    struct str path = member(root, "ImportPath", &unit->arena);
    unit->import_path = str_cut(&path, ' '); /* "p [p.test]" */
    files_read(root, unit);
    struct sb imports;
    sb_init(&imports, memory);
    imports_read(root, "ImportMap", "importmap", &imports);
    imports_read(root, "PackageFile", "packagefile", &imports);
    unit->imports = str_copy(&unit->arena, sb_str(&imports));
    sb_release(&imports);
    json_decref(root);
    if (unit->import_path.len && unit->file_count && unit->facts.len)
        return STATUS_OK;
    diag_add(sink, DIAG_COMPILER_UNIT, name, root ? 0 : (uint64_t)error.line, DIAG_NO_OFFSET,
             "this does not describe a package: ImportPath, GoFiles or VetxOutput is missing");
    return STATUS_BAD_INPUT;
}

void compiler_unit_release(struct compiler_unit *unit)
{
    arena_release(&unit->arena);
}

/* ---- the compiler and its world ---- */

/* What `go env` says, in the order of `env_names`. */
enum { ENV_TOOLS, ENV_VERSION, ENV_ROOT, ENV_FIRST_PASSED, ENV_COUNT = ENV_FIRST_PASSED + 3 };
static const char *const env_words[] = {"go", "env", "GOTOOLDIR", "GOVERSION", "GOROOT", "GOOS",
                                        "GOARCH", "GOEXPERIMENT", NULL};

static bool keep(void *ctx, const char *bytes, size_t n)
{
    sb_addn(ctx, bytes, n);
    return !((struct sb *)ctx)->full;
}

static enum status ask_env(const struct compiler_unit *unit, struct arena *arena,
                           struct diag_sink *sink, struct str values[ENV_COUNT])
{
    struct sb out;
    sb_init(&out, unit->memory);
    const struct child_request child = {.argv = env_words,
                                        .dir = unit->dir.len ? unit->dir.ptr : NULL,
                                        .on_stdout = keep, .on_stderr = keep, .ctx = &out};
    struct diag_sink *quiet = diag_sink_new(unit->memory);
    int code = 0;
    enum status status = child_run(&child, unit->memory, quiet, &code);
    diag_sink_free(quiet);
    if (status || code) {
        diag_add(sink, DIAG_COMPILER_NO_GO, STR("go env"), 0, DIAG_NO_OFFSET, "%s%.*s",
                 status ? "it does not run" : "", STR_ARGS(str_trim(sb_str(&out))));
        status = STATUS_CHILD;
    }
    struct str rest = str_copy(arena, sb_str(&out));
    for (size_t i = 0; i < ENV_COUNT; i++)
        values[i] = str_trim(str_cut(&rest, '\n'));
    sb_release(&out);
    return status;
}

/* ---- embedded files ---- */

/* "//go:embed a b" and quoted patterns, as words. */
static void patterns_add(struct str line, json_t *patterns)
{
    for (struct str rest = str_trim(line); rest.len; rest = str_trim(rest)) {
        bool quoted = rest.ptr[0] == '"' || rest.ptr[0] == '`';
        char end = quoted ? rest.ptr[0] : ' ';
        rest = str_skip(rest, quoted);
        struct str word = str_cut(&rest, end);
        json_t *files = json_array();
        json_array_append_new(files, json_string("file"));
        json_t *key = json_stringn(word.ptr, word.len);
        if (key)
            json_object_set_new(patterns, json_string_value(key), files);
        else
            json_decref(files);
        json_decref(key);
    }
}

static void embeds_find(const struct compiler_unit *unit, struct str path, json_t *patterns,
                        struct diag_sink *quiet)
{
    struct file file;
    if (file_open(&file, path.ptr, unit->memory, quiet) != STATUS_OK)
        return;
    struct str rest = {(const char *)file.bytes, file.size};
    while (rest.ptr && rest.len) {
        struct str line = str_trim(str_cut(&rest, '\n'));
        if (str_starts(line, STR("//go:embed ")))
            patterns_add(str_skip(line, sizeof("//go:embed ") - 1), patterns);
    }
    file_close(&file);
}

static int to_sb(const char *bytes, size_t n, void *ctx)
{
    sb_addn(ctx, bytes, n);
    return 0;
}

/* An embedcfg in which each pattern stands for one and the same file. */
static void embeds_tell(const struct compiler_unit *unit, struct sb *out)
{
    json_t *root = json_object(), *patterns = json_object(), *files = json_object();
    struct diag_sink *quiet = diag_sink_new(unit->memory); /* the compiler tells what it misses */
    for (size_t i = 0; i < unit->file_count; i++)
        embeds_find(unit, unit->files[i], patterns, quiet);
    diag_sink_free(quiet);
    json_object_set_new(files, "file", json_string(unit->files[0].ptr));
    json_object_set_new(root, "Patterns", patterns);
    json_object_set_new(root, "Files", files);
    json_dump_callback(root, to_sb, out, JSON_SORT_KEYS);
    json_decref(root);
}

/* ---- the call ---- */

/* Beside the facts: "DIR/vet.out.NAME". */
static const char *beside(const struct compiler_unit *unit, const char *name, struct arena *arena)
{
    char *text = arena_text(arena, unit->facts.len + strlen(name) + 1);
    memcpy(text, unit->facts.ptr, unit->facts.len);
    memcpy(text + unit->facts.len, name, strlen(name) + 1);
    return text;
}

static const char *text_of(struct arena *arena, const struct memory *memory, const char *head,
                           struct str tail)
{
    struct sb out;
    sb_init(&out, memory);
    sb_addf(&out, "%s%.*s", head, STR_ARGS(tail));
    const char *text = str_copy(arena, sb_str(&out)).ptr;
    sb_release(&out);
    return text;
}

/* "go1.24" of "go1.24.3" and "go1.24rc1": a language version has no patch. */
static struct str language_of(struct str version)
{
    size_t at = sizeof("go1") - 1;
    if (version.len > at && version.ptr[at] == '.')
        at++;
    while (at < version.len && version.ptr[at] >= '0' && version.ptr[at] <= '9')
        at++;
    return str_slice(version, 0, at < version.len ? at : version.len);
}

static enum status inputs_write(const struct compiler_unit *unit, struct arena *arena,
                                struct diag_sink *sink)
{
    struct sb embeds;
    sb_init(&embeds, unit->memory);
    embeds_tell(unit, &embeds);
    enum status status = file_write_atomic(beside(unit, ".importcfg", arena), unit->imports,
                                           unit->memory, sink);
    if (!status)
        status = file_write_atomic(beside(unit, ".embedcfg", arena), sb_str(&embeds), unit->memory,
                                   sink);
    sb_release(&embeds);
    return status;
}

static const char *const *words_of(const struct compiler_unit *unit, struct arena *arena,
                                   const struct str env[ENV_COUNT])
{
    enum { FIXED = 16 };
    const char **words = ARENA_ARRAY(arena, const char *, FIXED + unit->file_count + 1);
    size_t n = 0;
    words[n++] = text_of(arena, unit->memory, "", env[ENV_TOOLS]);
    words[n - 1] = text_of(arena, unit->memory, words[n - 1], STR("/compile"));
    words[n++] = "-m=2";
    words[n++] = "-p";
    words[n++] = unit->import_path.ptr;
    words[n++] = "-o";
    words[n++] = beside(unit, ".a", arena);
    words[n++] = "-importcfg";
    words[n++] = beside(unit, ".importcfg", arena);
    words[n++] = "-embedcfg";
    words[n++] = beside(unit, ".embedcfg", arena);
    if (unit->language.len)
        words[n++] = text_of(arena, unit->memory, "-lang=", language_of(unit->language));
    if (env[ENV_ROOT].len && str_starts(unit->dir, env[ENV_ROOT]))
        words[n++] = "-std";
    for (size_t i = 0; i < unit->file_count; i++)
        words[n++] = unit->files[i].ptr;
    return words;
}

/* The compiler's own words, under a head as the go command prints it. */
static enum status compile(const struct compiler_unit *unit, struct arena *arena,
                           const struct str env[ENV_COUNT], struct diag_sink *sink,
                           struct sb *out)
{
    const char *passed[ENV_COUNT - ENV_FIRST_PASSED + 1] = {NULL};
    static const char *const names[] = {"GOOS=", "GOARCH=", "GOEXPERIMENT="};
    for (size_t i = 0; i < COUNT_OF(names); i++)
        passed[i] = text_of(arena, unit->memory, names[i], env[ENV_FIRST_PASSED + i]);
    const struct child_request child = {
        .argv = words_of(unit, arena, env), .dir = unit->dir.len ? unit->dir.ptr : NULL,
        .extra_env = passed, .on_stdout = keep, .on_stderr = keep, .ctx = out};
    int code = 0;
    sb_addf(out, "# %.*s\n", STR_ARGS(unit->import_path));
    enum status status = child_run(&child, unit->memory, sink, &code);
    if (status == STATUS_OK && code != 0) {
        diag_add(sink, DIAG_COMPILER_BUILD, unit->import_path, 0, DIAG_NO_OFFSET, "%.*s",
                 STR_ARGS(str_trim(sb_str(out))));
        status = STATUS_CHILD;
    }
    return status;
}

/* gc does not say that a package is a program; its clause does. */
static void program_mark(const struct compiler_unit *unit, struct compiler *compiler)
{
    if (!unit->is_program)
        return;
    uint32_t name = intern_add(&compiler->strings, STR("main"));
    for (size_t i = 0; i < compiler->packages.len; i++)
        compiler->packages.at[i].name = compiler->packages.at[i].wanted ? name : 0;
}

enum status compiler_unit_run(const struct compiler_unit *unit, struct workers *workers,
                              struct diag_sink *sink, struct compiler **out)
{
    struct arena arena;
    struct sb text;
    struct str env[ENV_COUNT];
    arena_init(&arena, unit->memory);
    sb_init(&text, unit->memory);
    enum status status = ask_env(unit, &arena, sink, env);
    if (!status)
        status = inputs_write(unit, &arena, sink);
    if (!status)
        status = compile(unit, &arena, env, sink, &text);
    if (!status) {
        const char *pattern = unit->import_path.ptr;
        const struct compiler_request request = {
            .dir = unit->dir.len ? unit->dir.ptr : NULL, .patterns = &pattern, .pattern_count = 1};
        const struct compiler_text source = {sb_str(&text), unit->import_path};
        status = compiler_read_text(&source, &request, workers, unit->memory, sink, out);
    }
    if (!status) {
        (*out)->go_version = str_copy(&(*out)->arena, env[ENV_VERSION]);
        (*out)->level = 2;
        program_mark(unit, *out);
    }
    sb_release(&text);
    arena_release(&arena);
    return status;
}
