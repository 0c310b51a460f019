/* read.c: from sources to one profile: what a source is, where its bytes come from, which reader
 * gets them, and the merging of several. */
#include <stdio.h>

#include "profile/profile_int.h"

/* ---- bytes ---- */

static enum status say(const struct profile_input *input, enum diag_code code, const char *message)
{
    diag_add(input->sink, code, input->name, 0, DIAG_NO_OFFSET, "%s", message);
    return STATUS_BAD_INPUT;
}

static enum status say_foreign(const struct profile_input *input, const char *what)
{
    char snippet[100];
    profile_snippet((struct str){(const char *)input->bytes, input->size}, snippet,
                    sizeof(snippet));
    diag_add(input->sink, DIAG_PROFILE_FORMAT, input->name, 0, 0,
             "this is not a profile but %s; it begins with '%s'", what, snippet);
    return STATUS_BAD_INPUT;
}

/* Reads bytes that are not packed. */
static enum status read_plain(const struct profile_input *input, struct profile **out)
{
    const char *what;
    *out = NULL;
    if (!input->size)
        return say(input, DIAG_PROFILE_DAMAGED, "it is empty (0 bytes)");
    switch (profile_sniff((struct str){(const char *)input->bytes, input->size}, &what)) {
    case SNIFF_HEAP_TEXT:
        return profile_heap_text_read(input, out);
    case SNIFF_COUNT_TEXT:
        return profile_count_text_read(input, out);
    case SNIFF_CONTENTION_TEXT:
        return profile_contention_text_read(input, out);
    case SNIFF_THREAD_TEXT:
        return profile_thread_text_read(input, out);
    case SNIFF_JAVA_TEXT:
        return profile_java_text_read(input, out);
    case SNIFF_CPU:
        return profile_cpu_read(input, out);
    case SNIFF_FOREIGN:
        return say_foreign(input, what);
    case SNIFF_PROTOBUF:
        break;
    }
    return profile_decode(input, out);
}

/* The packed bytes are not looked at again, so a mapped file of them need not stay in memory. */
static enum status unpack_input(const struct profile_input *input, struct str *unpacked)
{
    struct str packed = {(const char *)input->bytes, input->size};
    enum status status = unpack(packed, LIMIT_UNPACKED_BYTES, input->memory, input->name,
                                input->sink, unpacked);
    if (input->file)
        file_drop(input->file, 0, input->size);
    return status;
}

/* Packed once or, where a proxy packed what was packed already, twice. */
enum status profile_read_input(const struct profile_input *input, struct profile **out)
{
    struct profile_input plain = *input;
    void *held = NULL;
    *out = NULL;
    for (int layer = 0; layer < 2 && packing_of(plain.bytes, plain.size) != PACKING_NONE; layer++) {
        struct str unpacked;
        enum status status = unpack_input(&plain, &unpacked);
        memory_put(input->memory, held);
        if (status)
            return status;
        held = (void *)unpacked.ptr;
        plain.bytes = held;
        plain.size = unpacked.len;
        plain.unpacked = true;
        plain.file = NULL;
    }
    enum status status = read_plain(&plain, out);
    memory_put(input->memory, held);
    return status;
}

static enum status read_bytes(const unsigned char *bytes, size_t n, struct profile_input input,
                              struct profile **out)
{
    input.bytes = bytes;
    input.size = n;
    input.limits = profile_limits_default();
    return profile_read_input(&input, out);
}

enum status profile_read_bytes(const unsigned char *bytes, size_t n, struct str name,
                               const struct memory *memory, struct diag_sink *sink,
                               struct profile **out)
{
    struct profile_input input = {.name = name, .memory = memory, .sink = sink};
    return read_bytes(bytes, n, input, out);
}

enum status profile_read_samples(const struct file *file, struct str name,
                                 struct workers *workers, const struct memory *memory,
                                 struct diag_sink *sink, struct profile **out)
{
    struct profile_input input = {.name = name, .memory = memory, .sink = sink, .file = file,
                                  .workers = workers, .apart = true};
    return read_bytes(file->bytes, file->size, input, out);
}

/* ---- sources ---- */

static enum status read_file(const char *path, struct profile_input *input, struct profile **out)
{
    struct file file;
    enum status status = file_open(&file, path, input->memory, input->sink);
    if (status)
        return status;
    input->bytes = file.bytes;
    input->size = file.size;
    input->file = &file;
    status = profile_read_input(input, out);
    input->file = NULL;
    file_close(&file);
    return status;
}

/* What was fetched must be a profile: an answer that is something else is a fault of the address,
 * not of a file, and is said so. */
static enum status check_answer(const struct profile_input *input, struct str bytes)
{
    const char *what = "nothing at all (0 bytes)";
    char snippet[100] = "";
    if (bytes.len && profile_sniff(bytes, &what) != SNIFF_FOREIGN)
        return STATUS_OK;
    profile_snippet(bytes, snippet, sizeof(snippet));
    diag_add(input->sink, DIAG_HTTP_NOT_PROFILE, input->name, 0, DIAG_NO_OFFSET,
             "the answer is %s%s%s%s", what, snippet[0] ? "; it begins with '" : "", snippet,
             snippet[0] ? "'" : "");
    return STATUS_BAD_INPUT;
}

static enum status fetch(const char *url, const struct profile_options *options,
                         struct profile_input *input, struct arena *arena, struct sb *body)
{
    enum status status = profile_fetch(url, options, input, arena, body, &input->name);
    return status ? status : check_answer(input, sb_str(body));
}

static enum status read_url(const char *url, const struct profile_options *options,
                            struct profile_input *input, struct profile **out)
{
    struct sb body;
    struct arena arena;
    sb_init(&body, input->memory);
    arena_init(&arena, input->memory);
    enum status status = fetch(url, options, input, &arena, &body);
    if (!status) {
        input->bytes = (const unsigned char *)body.text;
        input->size = body.len;
        status = profile_read_input(input, out);
    }
    arena_release(&arena);
    sb_release(&body);
    return status;
}

/* Once or twice, as profile_read_input. */
static enum status unpack_body(const struct profile_input *input, struct sb *body)
{
    enum status status = STATUS_OK;
    for (int layer = 0; layer < 2 && !status; layer++) {
        struct str unpacked;
        if (packing_of((const unsigned char *)body->text, body->len) == PACKING_NONE)
            break;
        status = unpack(sb_str(body), LIMIT_UNPACKED_BYTES, input->memory, input->name,
                        input->sink, &unpacked);
        if (status)
            break;
        sb_clear(body);
        sb_add(body, unpacked);
        memory_put(input->memory, (void *)(uintptr_t)unpacked.ptr);
    }
    return status;
}

enum status profile_fetch_bytes(const char *url, const struct profile_options *options,
                                struct arena *arena, struct diag_sink *sink, struct sb *body,
                                struct str *name)
{
    struct profile_input input = {.memory = body->memory, .sink = sink,
                                  .limits = profile_limits_default()};
    enum status status = fetch(url, options, &input, arena, body);
    *name = input.name;
    return status ? status : unpack_body(&input, body);
}

bool profile_is_address(const char *source)
{
    return profile_is_url(source) ||
           (!file_exists(source) && profile_is_host_port(str_from(source)));
}

static enum status read_source(const char *source, const struct profile_options *options,
                               struct profile_input *input, struct profile **out)
{
    input->name = str_is(str_from(source), "-") ? STR("standard input") : str_from(source);
    *out = NULL;
    if (profile_is_address(source))
        return read_url(source, options, input, out);
    return read_file(source, input, out);
}

static enum status merge_source(struct profile *into, struct profile *next, struct str name,
                                struct diag_sink *sink)
{
    if (!into->index)
        profile_index_make(into, profile_limits_default());
    enum status status = profile_merge(into, next, 1, name, sink);
    into->source_count += next->source_count;
    return status;
}

static enum status read_all(const char *const *sources, size_t count,
                            const struct profile_options *options, struct profile_input *input,
                            struct profile **all)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count && !status; i++) {
        struct profile *next;
        status = read_source(sources[i], options, input, &next);
        if (status)
            break;
        if (*all) {
            status = merge_source(*all, next, str_from(sources[i]), input->sink);
            profile_free(next);
        } else {
            *all = next;
        }
    }
    return status;
}

enum status profile_read(const char *const *sources, size_t count,
                         const struct profile_options *options, const struct memory *memory,
                         struct diag_sink *sink, struct profile **out)
{
    static const struct profile_options defaults;
    struct profile *all = NULL;
    struct profile_input input = {
        .memory = memory, .sink = sink, .limits = profile_limits_default(),
        .workers = options ? options->workers : NULL};
    *out = NULL;
    if (!count)
        BUG("profile_read without a source");
    if (count > LIMIT_PROFILES) {
        diag_add(sink, DIAG_PROFILE_LIMIT, STR_NONE, 0, DIAG_NO_OFFSET,
                 "%zu profiles are more than LIMIT_PROFILES (%d) allows", count, LIMIT_PROFILES);
        return STATUS_LIMIT;
    }
    enum status status = read_all(sources, count, options ? options : &defaults, &input, &all);
    if (status) {
        profile_free(all);
        return status;
    }
    profile_index_drop(all);
    if (count > 1)
        profile_drop_zero_samples(all);
    *out = all;
    return STATUS_OK;
}
