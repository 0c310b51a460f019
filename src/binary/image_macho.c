/* image_macho.c: a macOS executable as the loader would lay it out at the addresses it names
 * (mach-o/loader.h). The Go linker leaves these addresses in its pointers; where another linker
 * made chains of them instead, that is told. */
#include "image.h"

enum {
    HEADER_BYTES = 32,
    HEADER_CPU = 4,
    HEADER_TYPE = 12,
    HEADER_COMMANDS = 16,
    COMMAND_BYTES = 8, /* kind and size of each */
    SEGMENT_BYTES = 72,
    SEGMENT_NAME = 8,
    SEGMENT_ADDRESS = 24,
    SEGMENT_OFFSET = 40,
    SEGMENT_SIZE = 48,
    SEGMENT_PROTECTION = 60,
    CPU_AMD64 = 0x01000007,
    CPU_ARM64 = 0x0100000c,
    TYPE_OBJECT = 1,
    COMMAND_SEGMENT = 0x19,
    PROTECTION_WRITE = 2,
    PROTECTION_EXECUTE = 4,
};
static const uint32_t command_chains = 0x80000034; /* LC_DYLD_CHAINED_FIXUPS */

static enum status check_machine(struct image *image, const unsigned char *head)
{
    uint32_t cpu = read_u32(head + HEADER_CPU);
    if (cpu != CPU_AMD64 && cpu != CPU_ARM64) {
        diag_add(image->sink, DIAG_BINARY_MACHINE, image->name, 0, HEADER_CPU,
                 "this macOS program is for processor 0x%x; amd64 (0x1000007) and arm64 "
                 "(0x100000c) can be read", (unsigned)cpu);
        return STATUS_BAD_INPUT;
    }
    image->machine = cpu == CPU_AMD64 ? MACHINE_AMD64 : MACHINE_ARM64;
    if (read_u32(head + HEADER_TYPE) == TYPE_OBJECT)
        return image_fail(image, DIAG_BINARY_FORMAT, HEADER_TYPE,
                          "this Mach-O file is not linked: an executable is expected");
    return STATUS_OK;
}

/* The loader takes the right to write from __DATA_CONST when it has filled it. */
static enum status add_segment(struct image *image, const unsigned char *command, uint64_t size)
{
    if (size < SEGMENT_BYTES)
        return STATUS_OK;
    uint32_t protection = read_u32(command + SEGMENT_PROTECTION);
    bool constant = memcmp(command + SEGMENT_NAME, "__DATA_CONST", 13) == 0;
    struct segment segment = {.address = read_u64(command + SEGMENT_ADDRESS),
                              .size = read_u64(command + SEGMENT_SIZE),
                              .offset = read_u64(command + SEGMENT_OFFSET),
                              .executable = protection & PROTECTION_EXECUTE,
                              .writable = protection & PROTECTION_WRITE && !constant};
    return image_add_segment(image, &segment, "the load commands");
}

static enum status read_command(struct image *image, uint64_t at, uint64_t *size)
{
    const unsigned char *command = image_file_at(image, at, COMMAND_BYTES);
    *size = command ? read_u32(command + 4) : 0;
    if (*size < COMMAND_BYTES || !image_file_at(image, at, *size))
        return image_fail(image, DIAG_BINARY_DAMAGED, at,
                          "the load commands reach beyond the end of the file");
    if (read_u32(command) == command_chains)
        return image_fail(image, DIAG_BINARY_FORMAT, at,
                          "the pointers of this macOS program are chained fixups, which are not "
                          "read; build it with CGO_ENABLED=0 or -ldflags=-linkmode=internal");
    return read_u32(command) == COMMAND_SEGMENT ? add_segment(image, command, *size) : STATUS_OK;
}

enum status image_open_macho(struct image *image)
{
    const unsigned char *head = image_file_at(image, 0, HEADER_BYTES);
    if (!head)
        return image_fail(image, DIAG_BINARY_DAMAGED, image->file.len,
                          "the Mach-O header ends before its 32 bytes");
    enum status status = check_machine(image, head);
    uint64_t at = HEADER_BYTES, size;
    image->goos = STR("darwin");
    for (uint32_t left = read_u32(head + HEADER_COMMANDS); left > 0 && !status; left--) {
        status = read_command(image, at, &size);
        at += size;
    }
    return status;
}
