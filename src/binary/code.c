/* code.c: the tables of a program that runs, read where they lie: no lists, no copies.
 *
 * What the loader changes (relocations) is not needed: pclntab holds offsets only, and the few
 * addresses in moduledata are taken from the running program. */
#include "binary_int.h"

static struct module *module_of(const struct binary_code *code)
{
    return code->parts->module;
}

/* The section ".note.gnu.build-id": lengths of name and id, type, "GNU", the id. */
static struct str gnu_build_id(struct binary *parts)
{
    enum { HEAD = 16, TYPE = 3, MOST = 64 };
    const struct section *section = image_section(parts->image, ".note.gnu.build-id");
    const unsigned char *at = section ? image_at(parts->image, section->address, HEAD) : NULL;
    uint32_t size = at ? read_u32(at + 4) : 0;
    if (size == 0 || size > MOST || read_u32(at + 8) != TYPE)
        return STR("");
    at = image_at(parts->image, section->address + HEAD, size);
    if (!at)
        return STR("");
    char *text = arena_text(&parts->arena, (size_t)2 * size);
    for (uint32_t i = 0; i < size; i++) {
        text[2 * i] = "0123456789abcdef"[at[i] >> 4];
        text[2 * i + 1] = "0123456789abcdef"[at[i] & 15];
    }
    return (struct str){text, (size_t)2 * size};
}

static enum status open_tables(struct binary_code *code)
{
    struct binary *parts = code->parts;
    enum status status = image_open(parts->image);
    if (status == STATUS_OK)
        status = buildinfo_read(parts->image, parts);
    if (status == STATUS_OK)
        status = module_find_table(parts->image, parts->module);
    if (status != STATUS_OK)
        return status;
    code->go_version = parts->go_version;
    code->build_id = parts->build_id;
    code->goarch = parts->image->machine == MACHINE_AMD64 ? STR("amd64") : STR("arm64");
    code->minor = go_minor(parts->go_version);
    code->gnu_build_id = gnu_build_id(parts);
    code->pclntab = parts->module->pclntab;
    code->entry = parts->image->entry;
    return STATUS_OK;
}

static struct binary *parts_new(const struct memory *memory, struct diag_sink *sink,
                                const char *name)
{
    struct binary *parts = memory_get(memory, sizeof(*parts));
    *parts = (struct binary){.memory = memory};
    arena_init(&parts->arena, memory);
    parts->image = ARENA_NEW(&parts->arena, struct image);
    parts->module = ARENA_NEW(&parts->arena, struct module);
    *parts->image = (struct image){.memory = memory, .sink = sink, .as_it_lies = true,
                                   .limits = ARENA_NEW(&parts->arena, struct limits),
                                   .name = str_copy(&parts->arena, str_from(name))};
    limits_init(parts->image->limits);
    arena_init(&parts->image->arena, memory);
    return parts;
}

enum status binary_code_open(const char *path, const char *name, const struct memory *memory,
                             struct diag_sink *sink, struct binary_code **out)
{
    struct file file;
    enum status status = file_open(&file, path, memory, sink);
    *out = NULL;
    if (status != STATUS_OK)
        return status;
    struct binary_code *code = memory_get(memory, sizeof(*code));
    *code = (struct binary_code){.memory = memory, .parts = parts_new(memory, sink, name)};
    code->parts->opened = true;
    code->parts->opened_file = file;
    code->parts->image->file = (struct str){(const char *)file.bytes, file.size};
    status = open_tables(code);
    code->parts->image->sink = NULL; /* it may end before the code does; nothing more is told */
    if (status == STATUS_OK)
        *out = code;
    else
        binary_code_free(code);
    return status;
}

void binary_code_free(struct binary_code *code)
{
    if (!code)
        return;
    binary_free(code->parts);
    memory_put(code->memory, code);
}

void binary_code_drop(const struct binary_code *code)
{
    file_drop(&code->parts->opened_file, 0, code->parts->opened_file.size);
}

const struct binary_segment *binary_code_segments(const struct binary_code *code, size_t *count)
{
    *count = code->parts->image->loaded.len;
    return code->parts->image->loaded.at;
}

bool binary_code_place(struct binary_code *code, const unsigned char *bytes, uint64_t bias)
{
    struct module *module = module_of(code);
    if (!module_take(module, bytes, bias))
        return false;
    code->text = module->text;
    code->text_end = module->text_end;
    code->func_data = module->func_data;
    return true;
}

bool binary_code_call(const struct binary_code *code, uint64_t address, struct binary_call *call)
{
    struct record record;
    if (!record_at(module_of(code), address, &record))
        return false;
    record_call(&record, (uint32_t)(address - record.entry), call);
    return true;
}

bool binary_code_stack_bytes(const struct binary_code *code, uint64_t address, uint32_t *bytes)
{
    struct record record;
    if (!record_at(module_of(code), address, &record))
        return false;
    int32_t value = record_stack_bytes(&record, (uint32_t)(address - record.entry));
    *bytes = value < 0 ? 0 : (uint32_t)value;
    return value >= 0;
}

bool binary_code_function(const struct binary_code *code, struct str name, uint64_t *entry,
                          uint32_t *size)
{
    return code->text != 0 && module_function_named(module_of(code), name, entry, size);
}
