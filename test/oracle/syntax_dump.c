/* Prints what the room syntax makes of Go files, for comparison with the Go toolchain: see
 * syntax_*.sh. `syntax_dump tokens|outline|constructs` reads file names from standard input, one a
 * line; `syntax_dump sizes SRC` reads "import/path Type" and finds packages in SRC and SRC/vendor;
 * `syntax_dump variables SRC` reads "import/path file.go line name"; `syntax_dump profiled` reads
 * "size pointers". */
#include <stdio.h>
#include <stdlib.h>

#include "allocator/allocator.h"
#include "syntax/syntax_int.h"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    abort();
}

/* FNV-1a over kind, offset and line of each token, as syntax_oracle.go makes it. Inserted
 * semicolons have no offset of their own in our scanner and stand elsewhere in go/scanner: only
 * their kind counts. */
static uint64_t add_number(uint64_t hash, uint64_t number)
{
    for (int i = 0; i < 4; i++)
        hash = (hash ^ ((number >> (8 * i)) & 255)) * 1099511628211u;
    return hash;
}

static void dump_tokens(const char *path, const struct syntax_file *file)
{
    uint64_t hash = 14695981039346656037u;
    for (size_t i = 0; i < file->token_count; i++) {
        const struct token *token = &file->tokens[i];
        for (const char *name = syntax_token_name(token->kind); *name; name++)
            hash = (hash ^ (unsigned char)*name) * 1099511628211u;
        if (token->len == 0)
            continue;
        hash = add_number(hash, token->offset);
        hash = add_number(hash, token->line);
        hash = add_number(hash, token->column);
    }
    printf("%s %zu %016llx\n", path, file->token_count, (unsigned long long)hash);
}

/* Without blanks: go/ast knows the tokens of a type, not the blanks between them. */
static void print_dense(struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        if (!strchr(" \t\r\n", text.ptr[i]))
            putchar(text.ptr[i]);
    }
}

static void print_params(const struct syntax_param *params, uint32_t count)
{
    putchar('(');
    for (uint32_t i = 0; i < count; i++) {
        printf("%.*s:", STR_ARGS(params[i].name));
        print_dense(params[i].type);
        putchar(';');
    }
    putchar(')');
}

static void dump_outline(const char *path, const struct syntax_file *file)
{
    for (size_t i = 0; i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        printf("%s:%u:%u: func %.*s %u-%u ", path, function->line, function->column,
               STR_ARGS(function->name), function->first_line, function->last_line);
        print_params(&function->receiver, function->receiver.type.len > 0);
        print_params(function->params, function->param_count);
        print_params(function->results, function->result_count);
        putchar('\n');
    }
    for (size_t i = 0; i < file->import_count; i++)
        printf("%s: import %.*s %.*s\n", path, STR_ARGS(file->imports[i].name),
               STR_ARGS(file->imports[i].path));
    for (size_t i = 0; i < file->global_count; i++)
        printf("%s: var %.*s\n", path, STR_ARGS(file->globals[i]));
    printf("%s: package %.*s\n", path, STR_ARGS(file->package));
}

static void dump_constructs(const char *path, const struct syntax_file *file, struct arena *arena)
{
    for (uint32_t line = 1; line <= file->line_count; line++) {
        struct construct *at;
        size_t count = syntax_constructs(file, line, arena, &at);
        for (size_t i = 0; i < count; i++)
            printf("%s:%u:%u: %s %d |%.*s|%.*s|%.*s\n", path, at[i].line, at[i].column,
                   construct_kind_name(at[i].kind), at[i].certain, STR_ARGS(at[i].text),
                   STR_ARGS(at[i].callee), STR_ARGS(at[i].target));
    }
}

struct finder {
    const char *src;
    char path[4096];
};

static struct str find_dir(void *ctx, struct str import_path)
{
    struct finder *finder = ctx;
    static const char *const below[] = {"", "/vendor"};
    for (size_t i = 0; i < COUNT_OF(below); i++) {
        snprintf(finder->path, sizeof(finder->path), "%s%s/%.*s", finder->src, below[i],
                 STR_ARGS(import_path));
        if (dir_exists(finder->path))
            return str_from(finder->path);
    }
    return STR_NONE;
}

static void dump_sizes(const struct memory *memory, const char *src)
{
    struct finder finder = {.src = src};
    struct syntax_types *types = syntax_types_new(memory, find_dir, &finder);
    char line[4096];
    while (fgets(line, sizeof(line), stdin)) {
        struct str name = str_trim(str_from(line)), path = str_cut(&name, ' ');
        struct type_size size;
        if (syntax_size_of(types, path, NULL, name, &size))
            printf("%.*s %.*s %llu %llu %s\n", STR_ARGS(path), STR_ARGS(name),
                   (unsigned long long)size.size, (unsigned long long)size.align,
                   size.has_pointers ? "true" : "false");
    }
    syntax_types_free(types);
}

/* One file is kept: questions come package by package, file by file. */
struct reader {
    const struct memory *memory;
    struct diag_sink *sink;
    struct arena arena;
    char path[8192];
    struct file bytes;
    struct syntax_file syntax;
};

static const struct syntax_file *read_once(struct reader *reader, const char *path)
{
    if (strcmp(path, reader->path) == 0)
        return &reader->syntax;
    if (reader->path[0])
        file_close(&reader->bytes);
    arena_clear(&reader->arena);
    snprintf(reader->path, sizeof(reader->path), "%s", path);
    if (file_open(&reader->bytes, path, reader->memory, reader->sink))
        abort();
    struct str text = {(const char *)reader->bytes.bytes, reader->bytes.size};
    syntax_read(&reader->syntax, text, &reader->arena);
    return &reader->syntax;
}

static void dump_variables(const struct memory *memory, const char *src)
{
    struct finder finder = {.src = src};
    struct syntax_types *types = syntax_types_new(memory, find_dir, &finder);
    struct reader reader = {.memory = memory, .sink = diag_sink_new(memory)};
    arena_init(&reader.arena, memory);
    char line[4096], path[8192];
    while (fgets(line, sizeof(line), stdin)) {
        struct str rest = str_trim(str_from(line)), package = str_cut(&rest, ' ');
        struct str name = str_cut(&rest, ' '), number = str_cut(&rest, ' ');
        uint64_t at = 0;
        snprintf(path, sizeof(path), "%.*s/%.*s", STR_ARGS(find_dir(&finder, package)),
                 STR_ARGS(name));
        const struct syntax_file *file = read_once(&reader, path);
        if (!str_to_u64(number, &at))
            abort();
        struct str type = syntax_variable_type(file, rest, (uint32_t)at, &reader.arena);
        struct type_size size;
        bool known = syntax_size_of(types, package, file, type, &size);
        printf("%.*s %.*s %llu %.*s %lld ", STR_ARGS(package), STR_ARGS(name),
               (unsigned long long)at, STR_ARGS(rest), known ? (long long)size.size : -1);
        print_dense(type);
        putchar('\n');
    }
    file_close(&reader.bytes);
    arena_release(&reader.arena);
    diag_sink_free(reader.sink);
    syntax_types_free(types);
}

static void dump_profiled(void)
{
    char line[256];
    while (fgets(line, sizeof(line), stdin)) {
        struct str rest = str_trim(str_from(line)), number = str_cut(&rest, ' ');
        uint64_t size = 0;
        if (!str_to_u64(number, &size))
            abort();
        printf("%.*s %.*s %llu\n", STR_ARGS(number), STR_ARGS(rest),
               (unsigned long long)allocator_slot_bytes(size, str_is(rest, "true"),
                                                        ALLOCATOR_NEWEST));
    }
}

static void dump_files(const struct memory *memory, const char *what)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct arena arena;
    arena_init(&arena, memory);
    char path[4096];
    while (fgets(path, sizeof(path), stdin)) {
        path[strcspn(path, "\n")] = '\0';
        struct file bytes;
        if (file_open(&bytes, path, memory, sink))
            continue;
        struct syntax_file file;
        syntax_read(&file, (struct str){(const char *)bytes.bytes, bytes.size}, &arena);
        if (strcmp(what, "tokens") == 0)
            dump_tokens(path, &file);
        else if (strcmp(what, "outline") == 0)
            dump_outline(path, &file);
        else
            dump_constructs(path, &file, &arena);
        file_close(&bytes);
        arena_clear(&arena);
    }
    arena_release(&arena);
    diag_sink_free(sink);
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    struct memory memory = {exhausted, NULL};
    if (strcmp(what, "sizes") == 0)
        dump_sizes(&memory, argc > 2 ? argv[2] : ".");
    else if (strcmp(what, "variables") == 0)
        dump_variables(&memory, argc > 2 ? argv[2] : ".");
    else if (strcmp(what, "profiled") == 0)
        dump_profiled();
    else
        dump_files(&memory, what);
    return 0;
}
