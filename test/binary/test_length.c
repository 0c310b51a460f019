/* test_length.c: the quick lengths against the disassembler's, over every opcode of both maps with
 * every ModRM, the prefixes that are understood and all REX. */
#include "binary_test.h"

#include <Zydis/Zydis.h>

enum { ROOM = 24 };

struct counts {
    size_t same, asked, differing;
};

static void compare(const ZydisDecoder *decoder, const unsigned char *bytes, struct counts *counts)
{
    ZydisDecodedInstruction decoded;
    struct amd64_opcode found;
    unsigned length = amd64_quick_length(bytes, ROOM, &found);
    if (length == 0) {
        counts->asked++;
        return;
    }
    bool good =
        ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(decoder, NULL, bytes, ROOM, &decoded));
    if (good && decoded.length == length && decoded.opcode == (found.opcode & 0xff)) {
        counts->same++;
        return;
    }
    if (counts->differing++ < 8)
        print_message("# %02x %02x %02x %02x %02x: %u, the disassembler %s %u\n", bytes[0],
                      bytes[1], bytes[2], bytes[3], bytes[4], length, good ? "has" : "refuses",
                      decoded.length);
}

static void compare_opcode(const ZydisDecoder *decoder, unsigned char *bytes, size_t at,
                           struct counts *counts)
{
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        for (unsigned sib = 0x20; sib < 0x28; sib++) {
            bytes[at] = (unsigned char)modrm;
            bytes[at + 1] = (unsigned char)sib;
            compare(decoder, bytes, counts);
        }
    }
}

static void test_lengths(void **state)
{
    (void)state;
    static const unsigned char prefixes[] = {0, 0x66, 0xf2, 0xf3};
    ZydisDecoder decoder;
    struct counts counts = {0};
    ZydisDecoderInit(&decoder, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderEnableMode(&decoder, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
    for (size_t p = 0; p < COUNT_OF(prefixes); p++) {
        for (unsigned rex = 0x3f; rex < 0x50; rex++) {
            for (unsigned opcode = 0; opcode < 512; opcode++) {
                unsigned char bytes[ROOM] = {0};
                size_t at = 0;
                if (prefixes[p])
                    bytes[at++] = prefixes[p];
                if (rex >= 0x40)
                    bytes[at++] = (unsigned char)rex;
                if (opcode >= 256)
                    bytes[at++] = 0x0f;
                bytes[at++] = (unsigned char)opcode;
                compare_opcode(&decoder, bytes, at, &counts);
            }
        }
    }
    print_message("# %zu lengths are the same, %zu were left to the disassembler\n", counts.same,
                  counts.asked);
    assert_int_equal(counts.differing, 0);
    assert_true(counts.same > 1000000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_lengths)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
