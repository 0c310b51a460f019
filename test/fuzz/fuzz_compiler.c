/* fuzz_compiler.c: any bytes as the compiler's text or log: records, stories, index, gc's lines. */
#include "compiler/compiler_int.h"
#include "compiler/log_int.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    abort();
}

static const struct memory memory = {memory_must_not_end, NULL};

static void look_at_messages(const struct compiler *compiler)
{
    struct arena arena;
    struct sb out;
    arena_init(&arena, &memory);
    sb_init(&out, &memory);
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        struct story story;
        story_read(compiler, message, &arena, &story);
        for (size_t j = 0; j < story.count; j++)
            story_tell(&story, j, &out);
        struct message_parts parts =
            message_parts_of((enum message_kind)message->kind, message->text);
        (void)site_kind_of((enum message_kind)message->kind, parts.subject);
        struct str import_path, name;
        symbol_split(message->text, &arena, &import_path, &name);
    }
    for (size_t i = 0; i < compiler->packages.len; i++) {
        compiler_print_gc(compiler, i, 1, &out);
        compiler_print_gc(compiler, i, 2, &out);
    }
    sb_release(&out);
    arena_release(&arena);
}

static void look_up(const struct compiler *compiler)
{
    struct compiler_index *index = compiler_index_new(compiler, &memory);
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        struct str path = compiler_str(compiler, message->path);
        struct str package =
            compiler_str(compiler, compiler_index_package_of_path(index, message->path));
        size_t count;
        (void)compiler_index_at(index, package, path_base(path), message->line, &count);
        (void)compiler_index_enclosing(index, package, path_base(path), message->line);
        (void)compiler_index_function(index, package, compiler_str(compiler, message->function));
    }
    compiler_index_free(index);
}

static void read_text(struct str bytes, struct diag_sink *sink)
{
    struct compiler_request request = {.dir = "/nowhere"};
    struct compiler_text text = {bytes, STR("fuzz")};
    struct workers *workers = workers_new(&memory, 1);
    struct compiler *compiler = NULL;
    if (compiler_read_text(&text, &request, workers, &memory, sink, &compiler) == STATUS_OK) {
        look_at_messages(compiler);
        look_up(compiler);
    }
    compiler_free(compiler);
    workers_free(workers);
}

static void read_log(struct str bytes, struct diag_sink *sink)
{
    struct log_text text;
    log_text_init(&text, "fuzz", &memory);
    log_file_read(&text, bytes, sink);
    if (text.text.len)
        read_text(sb_str(&text.text), sink);
    log_text_release(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str all = {(const char *)bytes, n};
    struct diag_sink *sink = diag_sink_new(&memory);
    if (n && bytes[0] == '{')
        read_log(all, sink);
    else
        read_text(all, sink);
    diag_sink_free(sink);
    return 0;
}
