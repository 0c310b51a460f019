/* symbols.c: what go tool pprof asks of an executable: its symbol table, and where its code would
 * be loaded (cmd/internal/objfile/elf.go). A stripped executable has its functions from pclntab. */
#include "binary_int.h"

#include <elf.h>

enum { SYMBOL_BYTES = 24, SYMBOL_VALUE = 8, SYMBOL_SIZE = 16 };

/* The symbols' names; ends in a NUL that may be beyond the last name. */
static struct str name_at(struct str names, uint32_t offset)
{
    struct str rest = str_skip(names, offset);
    const char *end = rest.len ? memchr(rest.ptr, 0, rest.len) : NULL;
    return end ? str_span(rest.ptr, end) : STR_NONE;
}

static struct str section_bytes(const struct image *image, const char *name)
{
    const struct section *section = image_section(image, name);
    if (!section || section->offset > image->file.len)
        return STR_NONE;
    return str_slice(image->file, section->offset, section->offset + section->size);
}

static size_t read_table(struct binary *binary, struct binary_symbol *list)
{
    struct str table = section_bytes(binary->image, ".symtab");
    struct str names = section_bytes(binary->image, ".strtab");
    size_t count = 0;
    for (size_t at = SYMBOL_BYTES; at + SYMBOL_BYTES <= table.len; at += SYMBOL_BYTES) {
        const unsigned char *entry = (const unsigned char *)table.ptr + at;
        struct binary_symbol symbol = {.name = name_at(names, read_u32(entry)),
                                       .address = read_u64(entry + SYMBOL_VALUE),
                                       .size = read_u64(entry + SYMBOL_SIZE),
                                       .entry = at};
        if (symbol.name.len && (symbol.address || symbol.size))
            list[count++] = symbol;
    }
    return count;
}

static size_t read_functions(const struct binary *binary, struct binary_symbol *list)
{
    for (size_t i = 0; i < binary->function_count; i++)
        list[i] = (struct binary_symbol){.name = binary->functions[i].name,
                                         .address = binary->functions[i].entry,
                                         .size = binary->functions[i].size,
                                         .entry = UINT64_MAX / 2};
    return binary->function_count;
}

const struct binary_symbol *binary_symbols(struct binary *binary, size_t *count)
{
    size_t max = section_bytes(binary->image, ".symtab").len / SYMBOL_BYTES;
    bool stripped = max == 0;
    if (stripped)
        max = binary->function_count;
    struct binary_symbol *list = ARENA_ARRAY(&binary->arena, struct binary_symbol, max + 1);
    *count = stripped ? read_functions(binary, list) : read_table(binary, list);
    return list;
}

uint64_t binary_load_address(const struct binary *binary)
{
    struct str file = binary->image->file;
    Elf64_Ehdr header;
    if (file.len < sizeof(header) || memcmp(file.ptr, ELFMAG, SELFMAG) != 0)
        return 0;
    memcpy(&header, file.ptr, sizeof(header));
    for (size_t i = 0; i < header.e_phnum; i++) {
        Elf64_Phdr program;
        uint64_t at = header.e_phoff + i * sizeof(program);
        if (header.e_phoff > file.len || at + sizeof(program) > file.len)
            return 0;
        memcpy(&program, file.ptr + at, sizeof(program));
        if (program.p_type == PT_LOAD && (program.p_flags & PF_X))
            return program.p_vaddr - (program.p_align ? program.p_vaddr % program.p_align : 0);
    }
    return 0;
}
