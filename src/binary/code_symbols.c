/* code_symbols.c: addresses by name from .symtab, where the program still has it (ELF, symbol
 * table). */
#include "binary_int.h"

#include <elf.h>

struct symbol_table {
    const char *symbols, *names;
    size_t count, names_size;
};

static bool in_file(struct str file, uint64_t offset, uint64_t size)
{
    return offset <= file.len && size <= file.len - offset;
}

static bool section_at(struct str file, const Elf64_Ehdr *header, uint64_t i, Elf64_Shdr *section)
{
    uint64_t at = header->e_shoff + i * sizeof(*section);
    if (i >= header->e_shnum || !in_file(file, at, sizeof(*section)))
        return false;
    memcpy(section, file.ptr + at, sizeof(*section));
    return true;
}

static bool find_table(struct str file, struct symbol_table *table)
{
    Elf64_Ehdr header;
    Elf64_Shdr section, names;
    memcpy(&header, file.ptr, sizeof(header)); /* its size was checked when it was opened */
    if (header.e_shentsize != sizeof(section))
        return false;
    for (uint64_t i = 0; section_at(file, &header, i, &section); i++) {
        if (section.sh_type != SHT_SYMTAB || !in_file(file, section.sh_offset, section.sh_size) ||
            !section_at(file, &header, section.sh_link, &names) ||
            !in_file(file, names.sh_offset, names.sh_size))
            continue;
        *table = (struct symbol_table){.symbols = file.ptr + section.sh_offset,
                                       .count = section.sh_size / sizeof(Elf64_Sym),
                                       .names = file.ptr + names.sh_offset,
                                       .names_size = names.sh_size};
        return true;
    }
    return false;
}

static bool is_named(const struct symbol_table *table, uint64_t at, const char *name)
{
    size_t len = strlen(name);
    return at < table->names_size && len < table->names_size - at &&
           memcmp(table->names + at, name, len + 1) == 0;
}

static void take_symbol(const struct symbol_table *table, size_t i, const char *const *names,
                        size_t count, uint64_t *addresses)
{
    Elf64_Sym symbol;
    memcpy(&symbol, table->symbols + i * sizeof(symbol), sizeof(symbol));
    if (symbol.st_shndx == SHN_UNDEF || symbol.st_value == 0)
        return;
    for (size_t k = 0; k < count; k++)
        if (addresses[k] == 0 && is_named(table, symbol.st_name, names[k]))
            addresses[k] = symbol.st_value;
}

bool binary_code_symbols(const struct binary_code *code, const char *const *names, size_t count,
                         uint64_t *addresses)
{
    struct symbol_table table;
    memset(addresses, 0, count * sizeof(*addresses));
    if (!find_table(code->parts->image->file, &table))
        return false;
    for (size_t i = 0; i < table.count; i++)
        take_symbol(&table, i, names, count, addresses);
    return true;
}
