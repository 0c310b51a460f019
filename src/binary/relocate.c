/* relocate.c: fills in the pointers of a position-independent executable.
 *
 * Only what needs no other file: base-relative relocations, and symbols that the file itself
 * defines (System V ABI, AMD64 supplement 4.4; ELF for the Arm 64-bit Architecture, 5.7). They are
 * written into copies of the segments they lie in. */
#include "binary_int.h"

#include <elf.h>

struct dynamic {
    uint64_t table, size, symbols;
};

static const struct segment *segment_of(const struct image *image, uint64_t address)
{
    for (size_t i = 0; i < image->segments.len; i++)
        if (address - image->segments.at[i].address < image->segments.at[i].size)
            return &image->segments.at[i];
    return NULL;
}

/* The segment's own bytes, copied when first written to. */
static unsigned char *writable(struct image *image, bool *copied, uint64_t address)
{
    const struct segment *found = segment_of(image, address);
    if (!found || found->size - (address - found->address) < 8)
        return NULL;
    size_t index = (size_t)(found - image->segments.at);
    struct segment *segment = &image->segments.at[index];
    if (!copied[index]) {
        unsigned char *copy = arena_alloc(&image->arena, segment->size);
        memcpy(copy, segment->bytes, segment->size);
        segment->bytes = copy;
        copied[index] = true;
    }
    return (unsigned char *)(uintptr_t)segment->bytes + (address - segment->address);
}

static bool is_relative(const struct image *image, uint32_t type)
{
    return image->machine == MACHINE_AMD64 ? type == R_X86_64_RELATIVE
                                           : type == R_AARCH64_RELATIVE;
}

static bool is_symbol(const struct image *image, uint32_t type)
{
    if (image->machine == MACHINE_AMD64)
        return type == R_X86_64_64 || type == R_X86_64_GLOB_DAT;
    return type == R_AARCH64_ABS64 || type == R_AARCH64_GLOB_DAT;
}

static bool relocation_value(const struct image *image, const struct dynamic *dynamic,
                             const Elf64_Rela *rela, uint64_t *value)
{
    uint32_t type = (uint32_t)ELF64_R_TYPE(rela->r_info);
    *value = (uint64_t)rela->r_addend;
    if (is_relative(image, type))
        return true;
    if (!is_symbol(image, type) || !dynamic->symbols)
        return false;
    const unsigned char *at = image_at(
        image, dynamic->symbols + ELF64_R_SYM(rela->r_info) * sizeof(Elf64_Sym), sizeof(Elf64_Sym));
    if (!at)
        return false;
    Elf64_Sym symbol;
    memcpy(&symbol, at, sizeof(symbol));
    *value += symbol.st_value;
    return symbol.st_shndx != SHN_UNDEF;
}

static enum status apply_table(struct image *image, const struct dynamic *dynamic, bool *copied)
{
    const unsigned char *at = image_at(image, dynamic->table, dynamic->size);
    if (!at) {
        diag_add(image->sink, DIAG_BINARY_DAMAGED, image->name, 0,
                 image_offset(image, dynamic->table),
                 "the relocation table (DT_RELA, %llu bytes) lies outside of the file",
                 (unsigned long long)dynamic->size);
        return STATUS_BAD_INPUT;
    }
    for (uint64_t i = 0; i + sizeof(Elf64_Rela) <= dynamic->size; i += sizeof(Elf64_Rela)) {
        Elf64_Rela rela;
        uint64_t value;
        memcpy(&rela, at + i, sizeof(rela));
        if (!relocation_value(image, dynamic, &rela, &value))
            continue;
        unsigned char *to = writable(image, copied, rela.r_offset);
        if (to)
            memcpy(to, &value, 8);
    }
    return STATUS_OK;
}

/* DT_RELR needs nothing: there the addend stands in place (generic ABI, "Relative Relocation
 * Table"), and addresses here are those of a file loaded at 0. */
static void read_dynamic(const struct image *image, struct dynamic *dynamic)
{
    uint64_t size = image->dynamic_size;
    const unsigned char *at = image_at(image, image->dynamic_address, size);
    for (uint64_t i = 0; at && i + sizeof(Elf64_Dyn) <= size; i += sizeof(Elf64_Dyn)) {
        Elf64_Dyn entry;
        memcpy(&entry, at + i, sizeof(entry));
        if (entry.d_tag == DT_NULL)
            return;
        if (entry.d_tag == DT_RELA)
            dynamic->table = entry.d_un.d_ptr;
        else if (entry.d_tag == DT_RELASZ)
            dynamic->size = entry.d_un.d_val;
        else if (entry.d_tag == DT_SYMTAB)
            dynamic->symbols = entry.d_un.d_ptr;
    }
}

enum status image_relocate(struct image *image)
{
    struct dynamic dynamic = {0};
    bool copied[LIMIT_BINARY_SEGMENTS] = {false};
    read_dynamic(image, &dynamic);
    return dynamic.size ? apply_table(image, &dynamic, copied) : STATUS_OK;
}
