/* amd64_length.c: how long an x86-64 instruction is, for the forms that compiled Go code is made
 * of.
 *
 * Half of a reader's time went into lengths when the disassembler gave them all. The tables here
 * are those of the Intel SDM, volume 2, appendix A, in one byte for each opcode; what has no entry
 * (VEX, rare or invalid forms, uncommon prefixes) is left to the disassembler. */
#include "binary_int.h"

/* What follows the opcode. */
enum {
    ASK = 0,         /* not known here */
    BARE = 1,        /* nothing */
    MODRM = 2,
    BYTE = 4,        /* an immediate of one byte */
    WORD = 8,        /* of four; two with the operand size prefix */
    WIDE = 16,       /* as WORD, or eight with REX.W */
    TEST = 32,       /* group 3: an immediate for reg 0 and 1 */
    PACKED = 64,     /* not with 0xf2 or 0xf3 before it */
};

static const unsigned char one_byte[256] = {
#define ALU(at) \
    [at] = MODRM, [at + 1] = MODRM, [at + 2] = MODRM, [at + 3] = MODRM, [at + 4] = BYTE, \
    [at + 5] = WORD
    ALU(0x00), ALU(0x08), ALU(0x10), ALU(0x18), ALU(0x20), ALU(0x28), ALU(0x30), ALU(0x38),
#undef ALU
    [0x50 ... 0x5f] = BARE,
    [0x63] = MODRM,
    [0x68] = WORD,
    [0x69] = MODRM | WORD,
    [0x6a] = BYTE,
    [0x6b] = MODRM | BYTE,
    [0x70 ... 0x7f] = BYTE,
    [0x80] = MODRM | BYTE,
    [0x81] = MODRM | WORD,
    [0x83] = MODRM | BYTE,
    [0x84 ... 0x8b] = MODRM,
    [0x8d] = MODRM,
    [0x90] = BARE,
    [0x98 ... 0x99] = BARE,
    [0xa4 ... 0xa5] = BARE,
    [0xa8] = BYTE,
    [0xa9] = WORD,
    [0xaa ... 0xab] = BARE,
    [0xb0 ... 0xb7] = BYTE,
    [0xb8 ... 0xbf] = WIDE,
    [0xc0 ... 0xc1] = MODRM | BYTE,
    [0xc3] = BARE,
    [0xc6] = MODRM | BYTE,
    [0xc7] = MODRM | WORD,
    [0xc9] = BARE,
    [0xcc] = BARE,
    [0xd0 ... 0xd3] = MODRM,
    [0xe8 ... 0xe9] = WORD,
    [0xeb] = BYTE,
    [0xf6] = MODRM | BYTE | TEST,
    [0xf7] = MODRM | WORD | TEST,
    [0xfe ... 0xff] = MODRM,
};

/* After 0x0f. */
static const unsigned char two_bytes[256] = {
    [0x05] = BARE,
    [0x0b] = BARE,
    [0x10 ... 0x11] = MODRM,
    [0x1f] = MODRM,
    [0x28 ... 0x29] = MODRM | PACKED,
    [0x2a] = MODRM,
    [0x2c ... 0x2d] = MODRM,
    [0x2e ... 0x2f] = MODRM | PACKED,
    [0x40 ... 0x4f] = MODRM,
    [0x51] = MODRM,
    [0x54] = MODRM | PACKED,
    [0x57] = MODRM | PACKED,
    [0x58 ... 0x59] = MODRM,
    [0x5a] = MODRM,
    [0x5c ... 0x5f] = MODRM,
    [0x80 ... 0x8f] = WORD,
    [0x90 ... 0x9f] = MODRM,
    [0xa3] = MODRM,
    [0xaf] = MODRM,
    [0xb6 ... 0xb7] = MODRM,
    [0xba] = MODRM | BYTE,
    [0xbc ... 0xbf] = MODRM,
    [0xc8 ... 0xcf] = BARE,
    [0xef] = MODRM | PACKED,
};

enum { OPERAND_SIZE = 0x66, NOT_EQUAL = 0xf2, REPEAT = 0xf3, ESCAPE = 0x0f, LONGEST = 15 };

/* ModRM with what belongs to it: SIB and displacement. */
static unsigned modrm_bytes(const unsigned char *at)
{
    unsigned mod = at[0] >> 6, rm = at[0] & 7;
    if (mod == 3)
        return 1;
    unsigned bytes = 1 + (rm == 4);
    if (mod == 1)
        return bytes + 1;
    if (mod == 2 || rm == 5)
        return bytes + 4;
    return bytes + (rm == 4 && (at[1] & 7) == 5 ? 4 : 0);
}

/* Forms that are no instruction, or another one, for some values of reg. */
static bool is_odd(unsigned opcode, unsigned modrm)
{
    unsigned reg = modrm >> 3 & 7;
    bool from_register = modrm >> 6 == 3;
    switch (opcode) {
    case 0x8d: return from_register;
    case 0xc6: case 0xc7: return reg != 0;
    case 0xfe: return reg > 1;
    case 0xff: return reg == 7 || reg == 3 || reg == 5;
    case AMD64_TWO_BYTES | 0xba: return reg < 4;
    default: return false;
    }
}

static unsigned immediate_bytes(unsigned form, unsigned modrm, bool narrow, bool wide)
{
    if (form & TEST && (modrm >> 3 & 7) > 1)
        return 0;
    if (form & BYTE)
        return 1;
    if (form & WIDE && wide)
        return 8;
    return form & (WORD | WIDE) ? (narrow ? 2 : 4) : 0;
}

static bool is_jump(unsigned opcode, unsigned form)
{
    return opcode == 0xe8 || opcode == 0xe9 || opcode == 0xeb || (opcode & ~15u) == 0x70 ||
           (opcode & AMD64_TWO_BYTES && form == WORD);
}

unsigned amd64_quick_length(const unsigned char *at, size_t rest, struct amd64_opcode *found)
{
    if (rest < LONGEST)
        return 0;
    bool repeated = at[0] == NOT_EQUAL || at[0] == REPEAT, narrow = at[0] == OPERAND_SIZE;
    bool prefixed = repeated || narrow, wide = false;
    unsigned i = prefixed;
    if ((at[i] & 0xf0) == 0x40)
        wide = at[i++] & 8;
    bool escaped = at[i] == ESCAPE;
    i += escaped;
    unsigned form = escaped ? two_bytes[at[i]] : one_byte[at[i]];
    unsigned opcode = at[i] | (escaped ? AMD64_TWO_BYTES : 0), modrm = at[i + 1];
    bool jumps = is_jump(opcode, form);
    *found = (struct amd64_opcode){opcode, modrm};
    i++;
    if (form == ASK || (jumps && prefixed) || (form & PACKED && repeated) ||
        (form & MODRM && is_odd(opcode, modrm)))
        return 0;
    if (form & MODRM)
        i += modrm_bytes(at + i);
    return i + immediate_bytes(form, modrm, narrow && !wide, wide);
}
