/* compiler_test.c: see compiler_test.h. */
#include "compiler_test.h"

static void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "memory ended: %zu bytes wanted\n", wanted);
    abort();
}

const struct memory plenty = {memory_must_not_end, NULL};

static void reading_init(struct reading *reading, unsigned workers)
{
    *reading = (struct reading){.sink = diag_sink_new(&plenty)};
    reading->workers = workers_new(&plenty, workers);
}

void read_bytes(struct reading *reading, const char *bytes, size_t n, unsigned workers)
{
    struct compiler_request request = {.dir = "/nowhere"};
    struct compiler_text text = {{bytes, n}, STR("text")};
    reading_init(reading, workers);
    reading->status = compiler_read_text(&text, &request, reading->workers, &plenty, reading->sink,
                                         &reading->compiler);
}

void read_text(struct reading *reading, const char *text)
{
    read_bytes(reading, text, strlen(text), 2);
}

void read_request(struct reading *reading, const char *text, const struct compiler_request *request)
{
    struct compiler_text bytes = {str_from(text), STR("text")};
    reading_init(reading, 1);
    reading->status = compiler_read_text(&bytes, request, reading->workers, &plenty, reading->sink,
                                         &reading->compiler);
}

void read_path(struct reading *reading, const char *path)
{
    struct compiler_request request = {.dir = "/nowhere"};
    reading_init(reading, 2);
    reading->status = compiler_read(path, &request, reading->workers, &plenty, reading->sink,
                                    &reading->compiler);
}

void reading_release(struct reading *reading)
{
    compiler_free(reading->compiler);
    workers_free(reading->workers);
    diag_sink_free(reading->sink);
}

char *file_text(const char *path, size_t *n)
{
    FILE *in = fopen(path, "rb");
    assert_non_null(in);
    fseek(in, 0, SEEK_END);
    long size = ftell(in);
    rewind(in);
    char *text = malloc((size_t)size + 1);
    *n = fread(text, 1, (size_t)size, in);
    assert_int_equal(*n, size);
    text[*n] = '\0';
    fclose(in);
    return text;
}

static const char *kind_text(unsigned kind)
{
    static const char *const names[MESSAGE_KIND_COUNT] = {
        "NONE", "MOVED_TO_HEAP", "ESCAPES", "STAYS", "LEAKS", "LEAKS_CONTENT", "LEAKS_RESULT",
        "CAN_INLINE", "CANNOT_INLINE", "INLINING_CALL", "DEVIRTUALIZING", "CAPTURING", "ZERO_COPY",
        "STORY_ESCAPES", "STORY_LEAKS", "OTHER"};
    return names[kind];
}

void dump(const struct compiler *compiler, struct sb *out)
{
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        const struct compiled_package *package = &compiler->packages.at[message->package];
        sb_addf(out, "%.*s:%u:%u %s", STR_ARGS(compiler_str(compiler, message->path)),
                message->line, message->column, kind_text(message->kind));
        if (message->function)
            sb_addf(out, " in %.*s", STR_ARGS(compiler_str(compiler, message->function)));
        sb_addf(out, " of %.*s", STR_ARGS(compiler_str(compiler, package->import_path)));
        if (message->story)
            sb_addf(out, " -> %.*s", STR_ARGS(compiler->messages.at[message->story - 1].text));
        sb_addf(out, " | %.*s\n", STR_ARGS(message->text));
    }
}

static const char *reason_name(enum flow_reason reason)
{
    static const char *const names[] = {
#define X(name, text, sentence) #name,
#include "compiler/reasons.h"
#undef X
    };
    return names[reason];
}

void dump_story(const struct compiler *compiler, const struct message *message, struct sb *out)
{
    struct arena arena;
    arena_init(&arena, &plenty);
    struct story story;
    story_read(compiler, message, &arena, &story);
    for (size_t i = 0; i < story.count; i++) {
        const struct story_step *step = &story.steps[i];
        sb_addf(out, "%s%.*s<-%.*s %d %s %.*s at %.*s:%u:%u\n", step->first_of_flow ? "" : " ",
                STR_ARGS(step->destination), STR_ARGS(step->source), step->derefs,
                reason_name(step->reason), STR_ARGS(step->expression), STR_ARGS(step->path),
                step->line, step->column);
    }
    if (story.truncated)
        sb_adds(out, "truncated\n");
    arena_release(&arena);
}

const struct message *message_with(const struct compiler *compiler, enum message_kind kind,
                                   const char *part)
{
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        if (message->kind == kind && str_contains(message->text, str_from(part)))
            return message;
    }
    fail_msg("no message with %s", part);
    return NULL;
}

size_t count_kind(const struct compiler *compiler, enum message_kind kind)
{
    size_t count = 0;
    for (size_t i = 0; i < compiler->messages.len; i++)
        count += compiler->messages.at[i].kind == kind;
    return count;
}

size_t count_diags(const struct reading *reading, enum diag_code code)
{
    size_t count = 0;
    for (size_t i = 0; i < diag_count(reading->sink); i++)
        count += diag_at(reading->sink, i)->code == code;
    return count;
}

const struct diag *diag_with(const struct reading *reading, enum diag_code code)
{
    for (size_t i = 0; i < diag_count(reading->sink); i++) {
        if (diag_at(reading->sink, i)->code == code)
            return diag_at(reading->sink, i);
    }
    fail_msg("no diagnostic %s", diag_code_name(code));
    return NULL;
}

void assert_text(struct str text, const char *wanted)
{
    if (!str_is(text, wanted))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARGS(text), wanted);
}

void assert_id(const struct compiler *compiler, uint32_t id, const char *wanted)
{
    assert_text(compiler_str(compiler, id), wanted);
}

void assert_contains(struct str text, const char *part)
{
    if (!str_contains(text, str_from(part)))
        fail_msg("no \"%s\" in \"%.*s\"", part, STR_ARGS(text));
}
