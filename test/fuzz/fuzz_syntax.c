/* Go source, whole or broken, through every question that the room syntax answers. */
#include <stdint.h>
#include <stdlib.h>

#include "allocator/allocator.h"
#include "syntax/syntax.h"

/* Questions asked of each input; more of them would only make the runs slow. */
enum { MAX_LINES = 100, MAX_NAMES = 60 };

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    abort();
}

static struct str no_dir(void *ctx, struct str import_path)
{
    (void)ctx;
    (void)import_path;
    return STR_NONE;
}

static void ask_lines(const struct syntax_file *file, struct arena *arena)
{
    for (uint32_t line = 0; line <= file->line_count + 1 && line < MAX_LINES; line++) {
        struct construct *constructs;
        syntax_function_at(file, line);
        syntax_line(file, line);
        syntax_constructs(file, line, arena, &constructs);
    }
}

/* Each name as if it were called, and as a variable. */
static void ask_names(const struct syntax_file *file, struct syntax_types *types,
                      struct arena *arena)
{
    size_t asked = 0;
    for (size_t i = 0; i < file->token_count && asked < MAX_NAMES; i++) {
        const struct token *token = &file->tokens[i];
        if (token->kind != TOKEN_IDENT)
            continue;
        asked++;
        struct str name = {file->text.ptr + token->offset, token->len};
        struct fate_query query = {syntax_function_at(file, token->line), token->line, name,
                                   token->column % 2};
        struct fate *fates;
        bool found;
        syntax_fates_of(file, &query, arena, &fates, &found);
        struct str type = syntax_variable_type(file, name, token->line, arena);
        struct type_size size;
        if (syntax_size_of(types, STR("p"), file, type, &size))
            allocator_slot_bytes(size.size, size.has_pointers, ALLOCATOR_NEWEST);
    }
}

static void ask_types(const struct syntax_file *file, struct syntax_types *types)
{
    struct type_size size;
    for (size_t i = 0; i < file->function_count && i < MAX_NAMES; i++) {
        const struct syntax_function *function = &file->functions[i];
        if (syntax_function_named(file, function->name) > i)
            abort();
        for (uint32_t k = 0; k < function->param_count; k++)
            syntax_size_of(types, STR("p"), file, function->params[k].type, &size);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct memory memory = {exhausted, NULL};
    struct arena arena;
    struct syntax_file file;
    arena_init(&arena, &memory);
    struct syntax_types *types = syntax_types_new(&memory, no_dir, NULL);
    syntax_read(&file, (struct str){(const char *)bytes, n}, &arena);
    ask_lines(&file, &arena);
    ask_names(&file, types, &arena);
    ask_types(&file, types);
    struct type_size size;
    syntax_size_of(types, STR("p"), &file, file.text, &size);
    syntax_types_free(types);
    arena_release(&arena);
    return 0;
}
