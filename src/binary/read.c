/* read.c: the way through a binary: image, buildinfo, tables, calls, sites. */
#include "scan.h"

static void find_sites(struct binary *binary, struct workers *workers)
{
    struct targets targets = {0};
    struct found_list found = {0};
    targets_find(&targets, binary);
    scan_calls(binary, &targets, workers, &found);
    sites_make(binary, &found);
    VEC_RELEASE(binary->memory, &found.calls);
    VEC_RELEASE(binary->memory, &targets.list);
    map_release(&targets.by_entry);
}

static enum status read_tables(struct binary *binary)
{
    enum status status = image_open(binary->image);
    if (status == STATUS_OK)
        status = buildinfo_read(binary->image, binary);
    if (status == STATUS_OK)
        status = module_open(binary->image, binary->module);
    if (status == STATUS_OK)
        status = module_functions(binary->module, binary);
    if (status == STATUS_OK)
        binary->type_table = type_table_new(binary);
    return status;
}

static struct binary *binary_new(const struct memory *memory, struct diag_sink *sink,
                                 struct str name)
{
    struct binary *binary = memory_get(memory, sizeof(*binary));
    *binary = (struct binary){.memory = memory};
    arena_init(&binary->arena, memory);
    binary->image = ARENA_NEW(&binary->arena, struct image);
    binary->module = ARENA_NEW(&binary->arena, struct module);
    *binary->image = (struct image){.memory = memory, .sink = sink,
                                    .limits = ARENA_NEW(&binary->arena, struct limits),
                                    .name = str_copy(&binary->arena, name)};
    limits_init(binary->image->limits);
    arena_init(&binary->image->arena, memory);
    return binary;
}

/* Without workers the sites are not looked for. */
static enum status read_image(struct binary *binary, struct workers *workers, struct binary **out)
{
    enum status status;
    struct image *image = binary->image;
    if (image->file.len > image->limits->max[BINARY_LIMIT_BYTES])
        status = limits_refuse(image, BINARY_LIMIT_BYTES, DIAG_NO_OFFSET, image->file.len);
    else
        status = read_tables(binary);
    if (status == STATUS_OK && workers)
        status = decoder_check(image->machine, binary->memory, image->sink);
    if (status == STATUS_OK) {
        if (workers)
            find_sites(binary, workers);
        *out = binary;
    } else {
        binary_free(binary);
        *out = NULL;
    }
    return status;
}

enum status binary_read_bytes(struct str bytes, struct str name, struct workers *workers,
                              const struct memory *memory, struct diag_sink *sink,
                              struct binary **out)
{
    struct binary *binary = binary_new(memory, sink, name);
    binary->image->file = bytes;
    return read_image(binary, workers, out);
}

enum status binary_read_within(const struct limits *limits, struct str bytes,
                               const struct memory *memory, struct diag_sink *sink,
                               struct binary **out)
{
    struct binary *binary = binary_new(memory, sink, STR("executable"));
    struct workers *workers = workers_new(memory, 1);
    binary->image->file = bytes;
    *binary->image->limits = *limits;
    enum status status = read_image(binary, workers, out);
    workers_free(workers);
    return status;
}

enum status binary_open(const char *path, const struct memory *memory, struct diag_sink *sink,
                        struct binary **out)
{
    return binary_read(path, NULL, memory, sink, out);
}

enum status binary_read(const char *path, struct workers *workers, const struct memory *memory,
                        struct diag_sink *sink, struct binary **out)
{
    struct file file;
    enum status status = file_open(&file, path, memory, sink);
    *out = NULL;
    if (status != STATUS_OK)
        return status;
    struct binary *binary = binary_new(memory, sink, str_from(path));
    binary->opened = true;
    binary->opened_file = file;
    binary->image->file = (struct str){(const char *)file.bytes, file.size};
    return read_image(binary, workers, out);
}

void binary_free(struct binary *binary)
{
    if (!binary)
        return;
    if (binary->type_table)
        type_table_release(binary->type_table);
    VEC_RELEASE(binary->memory, &binary->settings);
    VEC_RELEASE(binary->memory, &binary->modules);
    VEC_RELEASE(binary->memory, &binary->sites);
    VEC_RELEASE(binary->memory, &binary->frames);
    VEC_RELEASE(binary->memory, &binary->types);
    VEC_RELEASE(binary->memory, &binary->callees);
    image_release(binary->image);
    if (binary->opened)
        file_close(&binary->opened_file);
    const struct memory *memory = binary->memory;
    arena_release(&binary->arena);
    memory_put(memory, binary);
}
