/* image.c: an executable as the loader would lay it out: which format it has, and ELF (ELF 64-bit
 * object file format; libelf reads the headers, each range is checked against the file here). */
#include "image.h"

#include <gelf.h>
#include <libelf.h>

/* UPX writes its name behind the program headers (src/p_lx_elf.cpp, struct l_info). */
enum { UPX_SEARCHED = 4096 };

enum status image_fail(const struct image *image, enum diag_code code, uint64_t offset,
                       const char *what)
{
    diag_add(image->sink, code, image->name, 0, offset, "%s", what);
    return STATUS_BAD_INPUT;
}

static bool in_file(const struct image *image, uint64_t offset, uint64_t size)
{
    return offset <= image->file.len && size <= image->file.len - offset;
}

const unsigned char *image_file_at(const struct image *image, uint64_t offset, uint64_t n)
{
    return in_file(image, offset, n) ? (const unsigned char *)image->file.ptr + offset : NULL;
}

enum status image_add_segment(struct image *image, const struct segment *segment,
                              const char *table)
{
    struct segment added = *segment;
    if (segment->size == 0)
        return STATUS_OK;
    if (image->segments.len == image->limits->max[BINARY_LIMIT_SEGMENTS])
        return limits_refuse(image, BINARY_LIMIT_SEGMENTS, segment->offset,
                             image->segments.len + 1);
    added.bytes = image_file_at(image, segment->offset, segment->size);
    if (added.bytes && segment->address + segment->size >= segment->address) {
        VEC_PUSH(image->memory, &image->segments, added);
        return STATUS_OK;
    }
    diag_add(image->sink, DIAG_BINARY_DAMAGED, image->name, 0, segment->offset,
             "%s: entry %zu: its %llu bytes reach beyond the end of the file (%zu)", table,
             image->segments.len, (unsigned long long)segment->size, image->file.len);
    return STATUS_BAD_INPUT;
}

const unsigned char *image_rest(const struct image *image, uint64_t address, uint64_t *n)
{
    for (size_t i = 0; i < image->segments.len; i++) {
        const struct segment *segment = &image->segments.at[i];
        if (address - segment->address < segment->size) {
            *n = segment->size - (address - segment->address);
            return segment->bytes + (address - segment->address);
        }
    }
    *n = 0;
    return NULL;
}

const unsigned char *image_at(const struct image *image, uint64_t address, uint64_t n)
{
    uint64_t rest;
    const unsigned char *at = image_rest(image, address, &rest);
    return at && n <= rest ? at : NULL;
}

static bool is_constant(const struct image *image, uint64_t address, uint64_t n)
{
    if (n <= image->relro_size && address - image->relro_address <= image->relro_size - n)
        return true;
    for (size_t i = 0; i < image->segments.len; i++) {
        const struct segment *segment = &image->segments.at[i];
        if (address - segment->address < segment->size && !segment->writable)
            return true;
    }
    for (size_t i = 0; i < image->sections.len; i++) {
        const struct section *section = &image->sections.at[i];
        if (address - section->address < section->size &&
            str_starts(section->name, STR(".data.rel.ro")))
            return true;
    }
    return false;
}

const unsigned char *image_constant(const struct image *image, uint64_t address, uint64_t n)
{
    return is_constant(image, address, n) ? image_at(image, address, n) : NULL;
}

const struct section *image_section(const struct image *image, const char *name)
{
    for (size_t i = 0; i < image->sections.len; i++)
        if (str_is(image->sections.at[i].name, name))
            return &image->sections.at[i];
    return NULL;
}

uint64_t image_offset(const struct image *image, uint64_t address)
{
    for (size_t i = 0; i < image->segments.len; i++) {
        const struct segment *segment = &image->segments.at[i];
        if (address - segment->address < segment->size)
            return segment->offset + (address - segment->address);
    }
    return DIAG_NO_OFFSET;
}

bool image_executable(const struct image *image, uint64_t address)
{
    for (size_t i = 0; i < image->segments.len; i++) {
        const struct segment *segment = &image->segments.at[i];
        if (address - segment->address < segment->size)
            return segment->executable;
    }
    return false;
}

bool read_varint(const unsigned char **at, const unsigned char *end, uint32_t *value)
{
    uint32_t result = 0;
    for (unsigned shift = 0; shift < 35 && *at < end; shift += 7) {
        unsigned char byte = *(*at)++;
        result |= (uint32_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80)) {
            *value = result;
            return true;
        }
    }
    return false;
}

/* ---- opening ---- */

static enum status check_class(struct image *image)
{
    const char *bytes = image->file.ptr;
    if (image->file.len < sizeof(Elf64_Ehdr))
        return image_fail(image, DIAG_BINARY_DAMAGED, image->file.len,
                    "the ELF header ends before its 64 bytes");
    if (bytes[EI_CLASS] != ELFCLASS64 || bytes[EI_DATA] != ELFDATA2LSB)
        return image_fail(image, DIAG_BINARY_MACHINE, EI_CLASS,
                    "this is a 32-bit or big-endian program; amd64 and arm64 can be read");
    return STATUS_OK;
}

static enum status check_header(struct image *image, const GElf_Ehdr *header)
{
    if (header->e_machine == EM_X86_64) {
        image->machine = MACHINE_AMD64;
    } else if (header->e_machine == EM_AARCH64) {
        image->machine = MACHINE_ARM64;
    } else {
        diag_add(image->sink, DIAG_BINARY_MACHINE, image->name, 0, offsetof(Elf64_Ehdr, e_machine),
                 "this program is for ELF machine %u; amd64 (62) and arm64 (183) can be read",
                 (unsigned)header->e_machine);
        return STATUS_BAD_INPUT;
    }
    if (header->e_type != ET_EXEC && header->e_type != ET_DYN)
        return image_fail(image, DIAG_BINARY_FORMAT, offsetof(Elf64_Ehdr, e_type),
                    "this ELF file is not linked: an executable or a shared object is expected");
    return STATUS_OK;
}

static enum status add_segment(struct image *image, const GElf_Phdr *header)
{
    if (header->p_type == PT_GNU_RELRO) {
        image->relro_address = header->p_vaddr;
        image->relro_size = header->p_memsz;
    }
    if (header->p_type == PT_DYNAMIC) {
        image->dynamic_address = header->p_vaddr;
        image->dynamic_size = header->p_filesz;
    }
    if (header->p_type == PT_LOAD && image->as_it_lies) {
        struct binary_segment loaded = {
            .address = header->p_vaddr, .file_size = header->p_filesz,
            .memory_size = header->p_memsz, .offset = header->p_offset,
            .executable = header->p_flags & PF_X, .writable = header->p_flags & PF_W};
        VEC_PUSH(image->memory, &image->loaded, loaded);
    }
    if (header->p_type != PT_LOAD || header->p_filesz == 0)
        return STATUS_OK;
    struct segment segment = {.address = header->p_vaddr, .size = header->p_filesz,
                              .offset = header->p_offset, .executable = header->p_flags & PF_X,
                              .writable = header->p_flags & PF_W};
    return image_add_segment(image, &segment, "the program headers");
}

static enum status read_segments(struct image *image, Elf *elf)
{
    size_t count;
    if (elf_getphdrnum(elf, &count) != 0)
        return image_fail(image, DIAG_BINARY_DAMAGED, offsetof(Elf64_Ehdr, e_phnum),
                    "the ELF program headers cannot be counted");
    if (count > image->limits->max[BINARY_LIMIT_SEGMENTS])
        return limits_refuse(image, BINARY_LIMIT_SEGMENTS, offsetof(Elf64_Ehdr, e_phnum), count);
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr header;
        if (!gelf_getphdr(elf, (int)i, &header))
            return image_fail(image, DIAG_BINARY_DAMAGED, offsetof(Elf64_Ehdr, e_phoff),
                        "the ELF program headers reach beyond the end of the file");
        enum status status = add_segment(image, &header);
        if (status != STATUS_OK)
            return status;
    }
    return STATUS_OK;
}

static void add_section(struct image *image, const GElf_Shdr *header, const char *name)
{
    bool wanted = header->sh_flags & SHF_ALLOC || header->sh_type == SHT_SYMTAB ||
                  header->sh_type == SHT_STRTAB;
    if (!wanted || !name ||
        (header->sh_type != SHT_NOBITS && !in_file(image, header->sh_offset, header->sh_size)))
        return;
    if (image->sections.len == image->limits->max[BINARY_LIMIT_SECTIONS]) {
        limits_cut(image, BINARY_LIMIT_SECTIONS, 1);
        return;
    }
    struct section section = {.name = str_copy(&image->arena, str_from(name)),
                              .address = header->sh_addr, .size = header->sh_size,
                              .offset = header->sh_offset};
    VEC_PUSH(image->memory, &image->sections, section);
}

/* Sections are a help, not a need: a file without them, or with bad ones, is searched instead. */
static void read_sections(struct image *image, Elf *elf)
{
    size_t names;
    GElf_Shdr header;
    if (elf_getshdrstrndx(elf, &names) != 0)
        return;
    for (Elf_Scn *scn = elf_nextscn(elf, NULL); scn; scn = elf_nextscn(elf, scn))
        if (gelf_getshdr(scn, &header))
            add_section(image, &header, elf_strptr(elf, names, header.sh_name));
}

static enum status check_packed(const struct image *image)
{
    struct str head = str_slice(image->file, 0, UPX_SEARCHED);
    ptrdiff_t at = str_find(head, STR("UPX!"));
    if (at < 0)
        return STATUS_OK;
    return image_fail(image, DIAG_BINARY_PACKED, (uint64_t)at, "the file is packed with UPX");
}

static enum status read_elf(struct image *image, Elf *elf)
{
    GElf_Ehdr header;
    if (elf_kind(elf) != ELF_K_ELF || !gelf_getehdr(elf, &header))
        return image_fail(image, DIAG_BINARY_DAMAGED, 0, "the ELF header cannot be read");
    image->entry = header.e_entry;
    enum status status = check_header(image, &header);
    if (status == STATUS_OK)
        status = read_segments(image, elf);
    if (status != STATUS_OK)
        return status;
    read_sections(image, elf);
    return image->as_it_lies ? STATUS_OK : image_relocate(image);
}

static enum status open_elf(struct image *image)
{
    enum status status = check_class(image);
    if (status != STATUS_OK)
        return status;
    elf_version(EV_CURRENT);
    /* libelf takes the bytes as writable but, for a file of this machine's order, only reads. */
    Elf *elf = elf_memory((char *)(uintptr_t)image->file.ptr, image->file.len);
    if (!elf)
        return image_fail(image, DIAG_BINARY_DAMAGED, 0, "the ELF header cannot be read");
    status = read_elf(image, elf);
    elf_end(elf);
    return status;
}

static bool begins(const struct image *image, const char *bytes, size_t n)
{
    return image->file.len >= n && memcmp(image->file.ptr, bytes, n) == 0;
}

static enum status open_format(struct image *image)
{
    if (begins(image, ELFMAG, SELFMAG))
        return open_elf(image);
    if (begins(image, "MZ", 2))
        return image_open_pe(image);
    if (begins(image, "\xcf\xfa\xed\xfe", 4))
        return image_open_macho(image);
    if (begins(image, "\xca\xfe\xba\xbe", 4))
        return image_fail(image, DIAG_BINARY_FORMAT, 0,
                          "this macOS file holds programs for several processors; take one out: "
                          "lipo -thin arm64 -output ONE FILE");
    return image_fail(image, DIAG_BINARY_FORMAT, 0,
                      "an executable is expected (ELF, PE or Mach-O): the file begins otherwise");
}

enum status image_open(struct image *image)
{
    enum status status = check_packed(image);
    if (status == STATUS_OK)
        status = open_format(image);
    if (status == STATUS_OK && image->segments.len == 0)
        return image_fail(image, DIAG_BINARY_DAMAGED, 0, "the file has no segment to load");
    return status;
}

void image_release(struct image *image)
{
    VEC_RELEASE(image->memory, &image->segments);
    VEC_RELEASE(image->memory, &image->sections);
    VEC_RELEASE(image->memory, &image->loaded);
    arena_release(&image->arena);
}
