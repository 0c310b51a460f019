/* image_pe.c: a Windows executable as the loader would lay it out at the address it asks for (PE
 * Format, Microsoft). Its pointers hold those addresses already. */
#include "image.h"

enum {
    NEW_HEADER = 0x3c, /* in the DOS header: where the COFF header is */
    COFF_BYTES = 24,   /* with the signature before it */
    COFF_MACHINE = 4,
    COFF_SECTIONS = 6,
    COFF_OPTIONAL_SIZE = 20,
    OPTIONAL_BYTES = 112, /* of PE32+, without directories */
    OPTIONAL_ENTRY = 16,
    OPTIONAL_BASE = 24,
    SECTION_BYTES = 40,
    SECTION_SIZE = 8,
    SECTION_ADDRESS = 12,
    SECTION_RAW_SIZE = 16,
    SECTION_RAW = 20,
    SECTION_FLAGS = 36,
    MACHINE_CODE_AMD64 = 0x8664,
    MACHINE_CODE_ARM64 = 0xaa64,
    MAGIC_PE32_PLUS = 0x20b,
};
static const uint32_t executes = 0x20000000, writes = 0x80000000;

static enum status check_machine(struct image *image, const unsigned char *coff, uint64_t offset)
{
    unsigned machine = read_u16(coff + COFF_MACHINE);
    if (machine == MACHINE_CODE_AMD64 || machine == MACHINE_CODE_ARM64) {
        image->machine = machine == MACHINE_CODE_AMD64 ? MACHINE_AMD64 : MACHINE_ARM64;
        return STATUS_OK;
    }
    diag_add(image->sink, DIAG_BINARY_MACHINE, image->name, 0, offset + COFF_MACHINE,
             "this Windows program is for machine 0x%x; amd64 (0x8664) and arm64 (0xaa64) can be "
             "read", machine);
    return STATUS_BAD_INPUT;
}

static enum status add_section(struct image *image, const unsigned char *header, uint64_t base)
{
    uint64_t size = read_u32(header + SECTION_SIZE), raw = read_u32(header + SECTION_RAW_SIZE);
    uint32_t flags = read_u32(header + SECTION_FLAGS);
    struct segment segment = {.address = base + read_u32(header + SECTION_ADDRESS),
                              .size = size && size < raw ? size : raw,
                              .offset = read_u32(header + SECTION_RAW),
                              .executable = flags & executes, .writable = flags & writes};
    return image_add_segment(image, &segment, "the section table");
}

enum status image_open_pe(struct image *image)
{
    const unsigned char *head = image_file_at(image, 0, NEW_HEADER + 4);
    uint64_t at = head ? read_u32(head + NEW_HEADER) : UINT64_MAX;
    const unsigned char *coff = image_file_at(image, at, COFF_BYTES + OPTIONAL_BYTES);
    if (!coff || memcmp(coff, "PE\0\0", 4) != 0)
        return image_fail(image, DIAG_BINARY_FORMAT, 0,
                          "this is a DOS program, or a Windows program whose PE header is missing");
    enum status status = check_machine(image, coff, at);
    if (status != STATUS_OK)
        return status;
    const unsigned char *optional = coff + COFF_BYTES;
    unsigned count = read_u16(coff + COFF_SECTIONS);
    if (read_u16(optional) != MAGIC_PE32_PLUS)
        return image_fail(image, DIAG_BINARY_DAMAGED, at + COFF_BYTES,
                          "the optional header is not that of a 64-bit Windows program");
    uint64_t table = at + COFF_BYTES + read_u16(coff + COFF_OPTIONAL_SIZE);
    const unsigned char *sections = image_file_at(image, table, (uint64_t)count * SECTION_BYTES);
    if (!sections)
        return image_fail(image, DIAG_BINARY_DAMAGED, table,
                          "the section table reaches beyond the end of the file");
    uint64_t base = read_u64(optional + OPTIONAL_BASE);
    image->entry = base + read_u32(optional + OPTIONAL_ENTRY);
    image->goos = STR("windows");
    for (unsigned i = 0; i < count && status == STATUS_OK; i++)
        status = add_section(image, sections + i * SECTION_BYTES, base);
    return status;
}
