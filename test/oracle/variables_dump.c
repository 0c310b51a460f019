/* variables_dump.c: where an executable has the runtime's variables, from its file alone, for
 * test/oracle/runtime.sh: "name place" a line, by symbol or, in a stripped one, by recipe. Places
 * count from firstmoduledata, since what the linker leaves out may move all of them. */
#include <stdio.h>
#include <stdlib.h>

#include "live/live_int.h"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    exit(1);
}

/* The file's segments, as the loader would place them. */
struct image {
    struct file file;
    struct binary_code *code;
};

static bool read_piece(const struct image *image, const struct live_piece *piece)
{
    size_t count;
    const struct binary_segment *segments = binary_code_segments(image->code, &count);
    for (size_t i = 0; i < count; i++) {
        uint64_t at = piece->address - segments[i].address;
        if (at >= segments[i].file_size || piece->size > segments[i].file_size - at)
            continue;
        memcpy(piece->to, image->file.bytes + segments[i].offset + at, piece->size);
        return true;
    }
    return false;
}

static bool read_image(void *ctx, const struct live_piece *pieces, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!read_piece(ctx, &pieces[i]))
            return false;
    return true;
}

static int fail(const struct memory *memory, const struct diag_sink *sink)
{
    struct sb text;
    sb_init(&text, memory);
    for (size_t i = 0; i < diag_count(sink); i++)
        diag_format(diag_at(sink, i), &text);
    fwrite(text.text, 1, text.len, stderr);
    sb_release(&text);
    return 1;
}

int main(int argc, char **argv)
{
    const struct memory memory = {.exhausted = exhausted};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct live *live = live_new(&memory);
    struct image image;
    const struct live_reader reader = {.read = read_image, .ctx = &image};
    struct live_target *target;
    if (argc != 2 || file_open(&image.file, argv[1], &memory, sink) ||
        binary_code_open(argv[1], argv[1], &memory, sink, &image.code) ||
        target_of_image(live, argv[1], &reader, sink, &target))
        return fail(&memory, sink);
    for (int i = 0; i < LIVE_VARIABLE_COUNT; i++) {
        uint64_t address = live_variable(target, (enum live_variable)i);
        if (address)
            printf("%s %lld\n", live_variable_name((enum live_variable)i),
                   (long long)(address - live_variable(target, LIVE_VARIABLE_FIRST_MODULE)));
    }
    live_detach(target);
    binary_code_free(image.code);
    file_close(&image.file);
    live_free(live);
    diag_sink_free(sink);
    return 0;
}
