/* read: from files to a struct compiler.
 *
 * The way of a text: cut into pieces at line ends (piece_boundary), each scanned by some worker and
 * its pages given back, then merged in order: ids of a piece become ids of all, and last the
 * packages are linked side by side. Nothing of this depends on the number of workers (P2). */
#include "compiler/compiler_int.h"

enum { PIECE_BYTES = 2 << 20, SOURCES_MAX = 255 };

struct compiler *compiler_new(const struct memory *memory)
{
    struct compiler *compiler = memory_get(memory, sizeof(*compiler));
    *compiler = (struct compiler){.memory = memory, .level = 1,
                                  .most_messages = LIMIT_COMPILER_RECORDS};
    arena_init(&compiler->arena, memory);
    intern_init(&compiler->strings, memory);
    return compiler;
}

void compiler_free(struct compiler *compiler)
{
    if (!compiler)
        return;
    const struct memory *memory = compiler->memory;
    for (size_t i = 0; i < compiler->sources.len; i++)
        file_close(&compiler->sources.at[i].file);
    VEC_RELEASE(memory, &compiler->messages);
    VEC_RELEASE(memory, &compiler->packages);
    VEC_RELEASE(memory, &compiler->sources);
    VEC_RELEASE(memory, &compiler->judged);
    VEC_RELEASE(memory, &compiler->inlined_copies);
    VEC_RELEASE(memory, &compiler->inline_places);
    intern_release(&compiler->strings);
    arena_release(&compiler->arena);
    memory_put(memory, compiler);
}

struct file file_of_bytes(unsigned char *bytes, size_t n, const struct memory *memory)
{
    return (struct file){.memory = memory, .bytes = bytes, .size = n, .mapped = false};
}

/* ---- pieces ---- */

struct reading {
    struct compiler *compiler;
    struct str name;
    bool failed;
    const struct file *file;
    struct str text;
    struct piece *pieces;
    size_t piece_count;
    /* Of the merged text: */
    size_t first_message, first_package, first_judged;
    struct message_note *notes;
    uint32_t **ids;           /* by piece: from its string ids to the compiler's */
    size_t *message_offsets;  /* by piece */
    size_t *package_offsets;  /* by piece: what its package 0 is */
    struct arena *scratches;  /* by worker */
};

static void pieces_cut(struct reading *reading, uint8_t source, struct arena *arena)
{
    size_t most = reading->text.len / PIECE_BYTES + 1, start = 0;
    reading->pieces = ARENA_ARRAY(arena, struct piece, most);
    for (size_t i = 1; start < reading->text.len; i++) {
        size_t end = piece_boundary(reading->text, i * PIECE_BYTES);
        if (end < start)
            end = start;
        if (end > start) {
            struct piece *piece = &reading->pieces[reading->piece_count++];
            piece->text = str_slice(reading->text, start, end);
            piece->source = source;
            piece->failed = reading->failed;
        }
        start = end;
    }
}

static void piece_work(void *ctx, size_t index, unsigned worker)
{
    (void)worker;
    struct reading *reading = ctx;
    struct piece *piece = &reading->pieces[index];
    piece_scan(piece, reading->compiler->memory);
    size_t from = (size_t)(piece->text.ptr - reading->text.ptr);
    file_drop(reading->file, from, from + piece->text.len);
}

/* ---- merging, in the order of the text ---- */

static void strings_merge(struct compiler *compiler, const struct piece *piece, uint32_t *ids)
{
    for (size_t id = 1; id < piece->strings.len; id++)
        ids[id] = intern_add(&compiler->strings, intern_str(&piece->strings, (uint32_t)id));
}

static void package_begin(struct compiler *compiler, const struct piece_package *from,
                          size_t first_message)
{
    struct compiled_package package = {
        .import_path = intern_add(&compiler->strings, from->import_path),
        .for_test = intern_add(&compiler->strings, from->for_test),
        .first_message = (uint32_t)first_message,
    };
    VEC_PUSH(compiler->memory, &compiler->packages, package);
}

/* Adds the piece's packages. Messages before the first header of a text get a package without an
 * import path. */
static void packages_merge(struct reading *reading, size_t index)
{
    const struct piece *piece = &reading->pieces[index];
    struct compiler *compiler = reading->compiler;
    size_t offset = reading->message_offsets[index];
    size_t before_header =
        piece->packages.len > 1 ? piece->packages.at[1].first_message : piece->messages.len;
    if (compiler->packages.len == reading->first_package && before_header)
        package_begin(compiler, &piece->packages.at[0], offset);
    reading->package_offsets[index] = compiler->packages.len - 1;
    for (size_t i = 1; i < piece->packages.len; i++) {
        const struct piece_package *package = &piece->packages.at[i];
        package_begin(compiler, package, offset + package->first_message);
    }
}

static void judged_merge(struct reading *reading, size_t index)
{
    const struct piece *piece = &reading->pieces[index];
    struct compiler *compiler = reading->compiler;
    for (size_t i = 0; i < piece->judged.len; i++) {
        struct judged_function judged = piece->judged.at[i];
        uint32_t package = piece->messages.at[judged.message].package;
        judged.package = (uint32_t)(reading->package_offsets[index] + package);
        judged.message += (uint32_t)reading->message_offsets[index];
        VEC_PUSH(compiler->memory, &compiler->judged, judged);
    }
}

static void odd_merge(struct piece *piece, size_t package_offset, uint64_t lines)
{
    for (size_t i = 0; i < piece->odd.len; i++) {
        piece->odd.at[i].package += (uint32_t)package_offset;
        piece->odd.at[i].line += lines;
    }
}

/* Copies a piece's messages to their place, with the ids of all. */
static void messages_work(void *ctx, size_t index, unsigned worker)
{
    (void)worker;
    struct reading *reading = ctx;
    struct piece *piece = &reading->pieces[index];
    const uint32_t *ids = reading->ids[index];
    size_t offset = reading->message_offsets[index];
    for (size_t i = 0; i < piece->messages.len; i++) {
        struct message message = piece->messages.at[i];
        message.path = ids[message.path];
        message.function = ids[message.function];
        message.package += (uint32_t)reading->package_offsets[index];
        reading->compiler->messages.at[offset + i] = message;
    }
    if (piece->notes.len)
        memcpy(reading->notes + (offset - reading->first_message), piece->notes.at,
               piece->notes.len * sizeof(*piece->notes.at));
}

static void packages_count(struct reading *reading)
{
    struct compiler *compiler = reading->compiler;
    for (size_t i = reading->first_package; i < compiler->packages.len; i++) {
        size_t end = i + 1 < compiler->packages.len ? compiler->packages.at[i + 1].first_message
                                                    : compiler->messages.len;
        struct compiled_package *package = &compiler->packages.at[i];
        package->message_count = (uint32_t)(end - package->first_message);
    }
}

static void messages_reserve(struct compiler *compiler, size_t count)
{
    if (count > compiler->messages.cap) {
        compiler->messages.at =
            memory_resize(compiler->memory, compiler->messages.at,
                          count * sizeof(*compiler->messages.at));
        compiler->messages.cap = count;
    }
    compiler->messages.len = count;
}

/* Everything that must be done in order: strings, packages, judgements. */
static void pieces_merge(struct reading *reading, struct workers *workers, struct arena *arena)
{
    struct compiler *compiler = reading->compiler;
    size_t messages = reading->first_message;
    uint64_t lines = 0;
    for (size_t i = 0; i < reading->piece_count; i++) {
        struct piece *piece = &reading->pieces[i];
        reading->ids[i] = ARENA_ARRAY(arena, uint32_t, piece->strings.len + 1);
        reading->message_offsets[i] = messages;
        strings_merge(compiler, piece, reading->ids[i]);
        packages_merge(reading, i);
        judged_merge(reading, i);
        odd_merge(piece, reading->package_offsets[i], lines);
        lines += piece->lines;
        messages += piece->messages.len;
    }
    messages_reserve(compiler, messages);
    reading->notes = (struct message_note *)arena_alloc(
        arena, (messages - reading->first_message + 1) * sizeof(*reading->notes));
    workers_run(workers, reading->piece_count, messages_work, reading);
    packages_count(reading);
    packages_locate(compiler, reading->first_package, reading->first_judged);
}

static void link_work(void *ctx, size_t index, unsigned worker)
{
    struct reading *reading = ctx;
    struct link_job job = {reading->compiler, reading->notes, reading->first_message};
    package_link(&job, &reading->compiler->packages.at[reading->first_package + index],
                 &reading->scratches[worker]);
}

static void packages_link(struct reading *reading, struct workers *workers, struct arena *arena)
{
    unsigned count = workers_count(workers);
    reading->scratches = ARENA_ARRAY(arena, struct arena, count);
    for (unsigned i = 0; i < count; i++)
        arena_init(&reading->scratches[i], reading->compiler->memory);
    workers_run(workers, reading->compiler->packages.len - reading->first_package, link_work,
                reading);
    for (unsigned i = 0; i < count; i++)
        arena_release(&reading->scratches[i]);
}

static void level_and_version(struct reading *reading)
{
    unsigned since = 0, until = UINT32_MAX;
    for (size_t i = 0; i < reading->piece_count; i++) {
        const struct piece *piece = &reading->pieces[i];
        if (piece->level > reading->compiler->level)
            reading->compiler->level = piece->level;
        since = piece->since > since ? piece->since : since;
        until = piece->until < until ? piece->until : until;
    }
    compiler_version_from_text(reading->compiler, since, until);
}

static size_t records_of(const struct reading *reading)
{
    size_t count = reading->first_message;
    for (size_t i = 0; i < reading->piece_count; i++)
        count += reading->pieces[i].messages.len;
    return count;
}

static enum status reading_run(struct reading *reading, struct workers *workers,
                               struct diag_sink *sink, struct arena *arena)
{
    workers_run(workers, reading->piece_count, piece_work, reading);
    if (records_of(reading) > reading->compiler->most_messages) {
        diag_add(sink, DIAG_COMPILER_LIMIT, reading->name, 0, DIAG_NO_OFFSET,
                 "%zu messages, at most %zu (LIMIT_COMPILER_RECORDS) are read",
                 records_of(reading), reading->compiler->most_messages);
        return STATUS_LIMIT;
    }
    reading->ids = ARENA_ARRAY(arena, uint32_t *, reading->piece_count + 1);
    reading->message_offsets = ARENA_ARRAY(arena, size_t, reading->piece_count + 1);
    reading->package_offsets = ARENA_ARRAY(arena, size_t, reading->piece_count + 1);
    pieces_merge(reading, workers, arena);
    packages_link(reading, workers, arena);
    level_and_version(reading);
    struct odd_lines odd = {reading->compiler, reading->pieces, reading->piece_count,
                            reading->name, reading->failed};
    odd_lines_tell(&odd, sink);
    return STATUS_OK;
}

enum status compiler_add_source(struct compiler *compiler, struct file *file, struct str name,
                                bool failed, struct workers *workers, struct diag_sink *sink)
{
    if (compiler->sources.len == SOURCES_MAX)
        BUG("more sources than a message can name");
    struct compiler_source source = {*file, str_copy(&compiler->arena, name)};
    VEC_PUSH(compiler->memory, &compiler->sources, source);
    *file = (struct file){.memory = file->memory};
    struct arena arena;
    arena_init(&arena, compiler->memory);
    struct reading reading = {
        .compiler = compiler,
        .name = source.name,
        .failed = failed,
        .file = &source.file,
        .text = {(const char *)source.file.bytes, source.file.size},
        .first_message = compiler->messages.len,
        .first_package = compiler->packages.len,
        .first_judged = compiler->judged.len,
    };
    pieces_cut(&reading, (uint8_t)(compiler->sources.len - 1), &arena);
    enum status status = reading_run(&reading, workers, sink, &arena);
    for (size_t i = 0; i < reading.piece_count; i++)
        piece_release(&reading.pieces[i], compiler->memory);
    arena_release(&arena);
    return status;
}

/* ---- the public ways in ---- */

/* Neither a header nor a message: not what gc prints. */
static enum status check_content(const struct compiler *compiler, struct str name,
                                 struct diag_sink *sink)
{
    if (compiler->messages.len == 0 && compiler->packages.len == 0) {
        diag_add(sink, DIAG_COMPILER_TEXT, name, 0, DIAG_NO_OFFSET,
                 "no message of the Go compiler in it; lines such as \"./x.go:3:6: can inline f\" "
                 "were expected");
        return STATUS_BAD_INPUT;
    }
    if (compiler->level < 2 && compiler->messages.len)
        diag_add(sink, DIAG_COMPILER_LEVEL, name, 0, DIAG_NO_OFFSET,
                 "the text was made with -m; it holds no explanations");
    return STATUS_OK;
}

static enum status finish(struct compiler *compiler, const struct compiler_request *request,
                          struct str name, struct diag_sink *sink)
{
    struct arena scratch;
    arena_init(&scratch, compiler->memory);
    enum status status = check_content(compiler, name, sink);
    if (status == STATUS_OK) {
        packages_mark(compiler, request, &scratch);
        paths_resolve(compiler, (struct listed_packages){NULL, 0}, str_from(request->dir));
    }
    arena_release(&scratch);
    return status;
}

/* Hands the compiler to the caller, or frees it when something failed. */
static enum status hand_over(struct compiler *compiler, enum status status, struct compiler **out)
{
    if (status == STATUS_OK)
        *out = compiler;
    else
        compiler_free(compiler);
    return status;
}

static enum status logs_as_text(const char *dir, struct compiler *compiler, struct file *file,
                                struct workers *workers, struct diag_sink *sink)
{
    struct sb text;
    sb_init(&text, compiler->memory);
    enum status status = logs_read(dir, compiler, workers, &text, sink);
    compiler->from_json = true;
    compiler->level = 2;
    if (status == STATUS_OK) {
        unsigned char *bytes = memory_get(compiler->memory, text.len + 1);
        memcpy(bytes, text.text ? text.text : "", text.len);
        *file = file_of_bytes(bytes, text.len, compiler->memory);
    }
    sb_release(&text);
    return status;
}

enum status compiler_read(const char *path, const struct compiler_request *request,
                          struct workers *workers, const struct memory *memory,
                          struct diag_sink *sink, struct compiler **out)
{
    struct compiler *compiler = compiler_new(memory);
    struct file file = {.memory = memory};
    struct str name = str_from(path);
    enum status status = dir_exists(path) ? logs_as_text(path, compiler, &file, workers, sink)
                                          : file_open_unpacked(&file, path, memory, sink);
    if (status == STATUS_OK)
        status = compiler_add_source(compiler, &file, name, false, workers, sink);
    if (status == STATUS_OK)
        status = finish(compiler, request, name, sink);
    return hand_over(compiler, status, out);
}

enum status compiler_read_text(const struct compiler_text *text,
                               const struct compiler_request *request, struct workers *workers,
                               const struct memory *memory, struct diag_sink *sink,
                               struct compiler **out)
{
    struct compiler *compiler = compiler_new(memory);
    unsigned char *copy = memory_get(memory, text->bytes.len + 1);
    if (text->bytes.len)
        memcpy(copy, text->bytes.ptr, text->bytes.len);
    struct file file = file_of_bytes(copy, text->bytes.len, memory);
    enum status status =
        compiler_add_source(compiler, &file, text->name, false, workers, sink);
    if (status == STATUS_OK)
        status = finish(compiler, request, text->name, sink);
    return hand_over(compiler, status, out);
}
