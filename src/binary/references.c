/* references.c: which variables a function's instructions name.
 *
 * amd64: operands relative to the instruction pointer (Go addresses all data so). arm64: ADRP with
 * the ADD, load or store that completes it (Arm ARM DDI 0487, C4.1), register by register in the
 * order of the code; that is how Go's assembler writes each access. */
#include "binary/decoder.h"

struct gather {
    const struct binary_code *code;
    uint64_t entry;
    const unsigned char *bytes;
    uint32_t size;
    struct binary_reference *list;
    size_t count, max;
};

static bool is_variable(const struct binary_code *code, uint64_t address)
{
    size_t count;
    const struct binary_segment *segments = binary_code_segments(code, &count);
    for (size_t i = 0; i < count; i++)
        if (address - segments[i].address < segments[i].memory_size)
            return segments[i].writable;
    return false;
}

static void add_reference(struct gather *gather, uint32_t offset, uint64_t address, unsigned width,
                          bool stores)
{
    if (gather->count < gather->max && is_variable(gather->code, address))
        gather->list[gather->count++] = (struct binary_reference){
            .address = address, .offset = offset, .width = (uint8_t)width, .stores = stores};
}

/* ---- amd64 ---- */

static void take_operands(struct gather *gather, uint32_t offset,
                          const ZydisDecodedInstruction *decoded,
                          const ZydisDecodedOperand *operands)
{
    for (unsigned i = 0; i < decoded->operand_count; i++) {
        const ZydisDecodedOperand *operand = &operands[i];
        if (operand->type != ZYDIS_OPERAND_TYPE_MEMORY ||
            operand->mem.base != ZYDIS_REGISTER_RIP)
            continue;
        uint64_t address = gather->entry + offset + decoded->length +
                           (uint64_t)operand->mem.disp.value;
        bool taken = decoded->mnemonic == ZYDIS_MNEMONIC_LEA;
        add_reference(gather, offset, address, taken ? 0 : operand->size / 8,
                      operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE);
    }
}

static void gather_amd64(const struct decoder *decoder, struct gather *gather)
{
    uint32_t offset = 0;
    while (offset < gather->size) {
        ZydisDecodedInstruction decoded;
        ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
        if (!ZYAN_SUCCESS(ZydisDecoderDecodeFull(&decoder->full, gather->bytes + offset,
                                                 gather->size - offset, &decoded, operands))) {
            offset++;
            continue;
        }
        take_operands(gather, offset, &decoded, operands);
        offset += decoded.length;
    }
}

/* ---- arm64 ---- */

enum { REGISTERS = 32 };

static uint64_t page_of(uint32_t word, uint64_t address)
{
    uint64_t pages = (uint64_t)(word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3);
    uint64_t sign = UINT64_C(1) << 20;
    return (address & ~UINT64_C(0xfff)) + (((pages ^ sign) - sign) << 12);
}

/* ADD of an immediate completes an address; LDR and STR of an unsigned offset use one. */
static void use_page(struct gather *gather, uint32_t offset, uint32_t word, uint64_t *pages)
{
    uint32_t from = word >> 5 & 31, to = word & 31, number = word >> 10 & 0xfff;
    if ((word & 0xff800000) == 0x91000000) {
        uint64_t address = pages[from] + (word >> 22 & 1 ? number << 12 : number);
        if (pages[from])
            add_reference(gather, offset, address, 0, false);
        pages[to] = 0; /* the address of a part of it is not a new variable */
    } else if ((word & 0x3b000000) == 0x39000000) {
        unsigned scale = word >> 30;
        bool stores = (word >> 22 & 3) == 0, vector = word >> 26 & 1;
        if (pages[from])
            add_reference(gather, offset, pages[from] + ((uint64_t)number << scale), 1u << scale,
                          stores);
        if (!stores && !vector)
            pages[to] = 0;
    }
}

static void gather_arm64(struct gather *gather)
{
    uint64_t pages[REGISTERS] = {0};
    for (uint32_t offset = 0; gather->size - offset >= 4; offset += 4) {
        uint32_t word = read_u32(gather->bytes + offset);
        if ((word & 0x9f000000) == 0x90000000)
            pages[word & 31] = page_of(word, gather->entry + offset);
        else
            use_page(gather, offset, word, pages);
    }
}

size_t binary_code_references(const struct binary_code *code, uint64_t entry, uint32_t size,
                              struct binary_reference *references, size_t max)
{
    const struct image *image = code->parts->image;
    struct gather gather = {.code = code, .entry = entry, .bytes = image_at(image, entry, size),
                            .size = size, .list = references, .max = max};
    if (!gather.bytes || size > LIMIT_BINARY_FUNCTION_BYTES)
        return 0;
    if (image->machine == MACHINE_ARM64) {
        gather_arm64(&gather);
        return gather.count;
    }
    struct decoder *decoder = decoder_new(image->machine, code->memory);
    gather_amd64(decoder, &gather);
    decoder_free(decoder);
    return gather.count;
}
