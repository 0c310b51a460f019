/* amd64_quick.c: what the most common instructions do, without a disassembler: MOV and LEA of 64
 * bits, constants, and those that write no register and no memory.
 *
 * Two of three instructions that values are followed through are REX.W 89, 8B or 8D, one of five
 * compares or jumps; to decode all their operands took a third of a reader's time. The forms are
 * those of the Intel SDM, volume 2, chapters 2.1.3 and 2.1.5 and appendix A. What is found here
 * must be what amd64_decoded_action finds (test/binary/test_quick.c compares every form). */
#include "binary_int.h"

enum { MOV_STORE = 0x89, MOV_LOAD = 0x8b, LEA = 0x8d, NONE = -1, SP = 4 };

/* A ModRM operand: a register, or memory at base + displacement. */
struct operand {
    bool memory, indexed, rip;
    int number; /* the register, or the base; NONE when there is no base */
    int32_t displacement;
    unsigned length; /* bytes after the opcode */
};

static int32_t signed_byte(unsigned char byte)
{
    return byte < 0x80 ? byte : byte - 0x100;
}

/* False for memory without a base, which Go's compiler does not use. */
static bool read_sib(const unsigned char *at, unsigned rex, struct operand *operand)
{
    unsigned sib = at[1], index = (sib >> 3 & 7) | (rex & 2) << 2;
    operand->length++;
    operand->indexed = index != SP;
    operand->number = (int)((sib & 7) | (rex & 1) << 3);
    return (at[0] >> 6) != 0 || (sib & 7) != 5;
}

static bool read_operand(const unsigned char *at, unsigned rex, struct operand *operand)
{
    unsigned mod = at[0] >> 6, rm = at[0] & 7;
    *operand = (struct operand){.memory = mod != 3, .number = (int)(rm | (rex & 1) << 3),
                                .length = 1};
    if (!operand->memory)
        return true;
    if (rm == SP && !read_sib(at, rex, operand))
        return false;
    operand->rip = mod == 0 && rm == 5;
    if (mod == 1) {
        operand->displacement = signed_byte(at[operand->length++]);
    } else if (mod == 2 || operand->rip) {
        operand->displacement = (int32_t)read_u32(at + operand->length);
        operand->length += 4;
    }
    if (operand->rip)
        operand->number = NONE;
    return true;
}

static bool is_slot(const struct operand *operand)
{
    return operand->memory && operand->number == SP && !operand->indexed;
}

static struct place slot_of(const struct operand *operand)
{
    return (struct place){.slot = true, .number = operand->displacement};
}

static struct effect *put(struct action *action, enum effect_kind kind, struct place to)
{
    struct effect *effect = &action->effects[action->count++];
    *effect = (struct effect){.kind = kind, .to = to, .from = PLACE_NONE, .other = PLACE_NONE,
                              .width = 8};
    if (!to.slot && to.number == SP)
        action->moves_stack = true;
    return effect;
}

/* base + displacement, or the address itself; next: of the instruction after this one. */
static void take_address(const struct operand *operand, uint64_t next, struct effect *effect)
{
    effect->number = operand->displacement;
    if (operand->rip)
        effect->number += (int64_t)next;
    else
        effect->from = (struct place){.number = operand->number};
}

static void load(const struct operand *operand, struct place to, uint64_t next,
                 struct action *action)
{
    if (!operand->memory)
        put(action, EFFECT_COPY, to)->from = (struct place){.number = operand->number};
    else if (is_slot(operand))
        put(action, EFFECT_COPY, to)->from = slot_of(operand);
    else if (operand->indexed)
        put(action, EFFECT_UNKNOWN, to);
    else
        take_address(operand, next, put(action, EFFECT_LOAD, to));
}

static void store(const struct operand *operand, struct place from, struct action *action)
{
    if (!operand->memory)
        put(action, EFFECT_COPY, (struct place){.number = operand->number})->from = from;
    else if (is_slot(operand))
        put(action, EFFECT_COPY, slot_of(operand))->from = from;
}

static void address(const struct operand *operand, struct place to, uint64_t next,
                    struct action *action)
{
    struct effect *effect = put(action, operand->rip ? EFFECT_CONSTANT : EFFECT_ADD, to);
    if (operand->indexed)
        effect->kind = EFFECT_UNKNOWN;
    else
        take_address(operand, next, effect);
    if (operand->number == SP) {
        action->takes_stack = true;
        action->taken = operand->displacement;
        effect->kind = EFFECT_UNKNOWN;
    }
}

/* XOR of a register with itself, and MOV of four bytes to one: its upper half is cleared (Intel
 * SDM, volume 1, 3.4.1.1). */
static bool quick_constant(const struct body *body, const struct instruction *instruction,
                           struct action *action)
{
    const unsigned char *at = body->bytes + instruction->offset;
    unsigned rex = (at[0] & 0xf0) == 0x40 ? at[0] : 0;
    size_t opcode = rex != 0;
    if (instruction->length == opcode + 2 && at[opcode] == 0x31 && at[opcode + 1] >= 0xc0) {
        int a = (int)((at[opcode + 1] >> 3 & 7) | (rex & 4) << 1);
        int b = (int)((at[opcode + 1] & 7) | (rex & 1) << 3);
        if (a == b)
            put(action, EFFECT_CONSTANT, (struct place){.number = a});
        return a == b;
    }
    if (instruction->length != opcode + 5 || (at[opcode] & 0xf8) != 0xb8)
        return false;
    int number = (int)((at[opcode] & 7) | (rex & 1) << 3);
    put(action, EFFECT_CONSTANT, (struct place){.number = number})->number =
        read_u32(at + opcode + 1);
    return true;
}

/* ADD and SUB of a byte to a register of 64 bits, but for the stack pointer. */
static bool quick_add(const struct body *body, const struct instruction *instruction,
                      struct action *action)
{
    const unsigned char *at = body->bytes + instruction->offset;
    if (instruction->length != 4 || (at[0] & 0xfa) != 0x48 || at[1] != 0x83 || at[2] < 0xc0)
        return false;
    unsigned reg = at[2] >> 3 & 7;
    struct place place = {.number = (int)((at[2] & 7) | (at[0] & 1) << 3)};
    if ((reg != 0 && reg != 5) || place.number == SP)
        return false;
    struct effect *effect = put(action, EFFECT_ADD, place);
    effect->from = place;
    effect->number = reg == 0 ? signed_byte(at[3]) : -signed_byte(at[3]);
    return true;
}

/* CMP, TEST, conditional jumps and NOPs. */
static bool writes_nothing(const struct body *body, const struct instruction *instruction)
{
    struct amd64_opcode found;
    if (amd64_quick_length(body->bytes + instruction->offset, body->size - instruction->offset,
                           &found) != instruction->length)
        return false;
    unsigned opcode = found.opcode;
    if ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0x38 && opcode <= 0x3d) ||
        (opcode >= (AMD64_TWO_BYTES | 0x80) && opcode <= (AMD64_TWO_BYTES | 0x8f)))
        return true;
    switch (opcode) {
    case 0x84: case 0x85: case 0xa8: case 0xa9: case AMD64_TWO_BYTES | 0x1f: return true;
    case 0x90: return instruction->length == 1; /* with a REX prefix it may exchange registers */
    case 0x80: case 0x81: case 0x83: return (found.modrm >> 3 & 7) == 7;
    default: return false;
    }
}

static bool quick_move(const struct body *body, const struct instruction *instruction,
                       struct action *action)
{
    const unsigned char *at = body->bytes + instruction->offset;
    if (instruction->length < 3 || (at[0] & 0xf8) != 0x48 ||
        (at[1] != MOV_STORE && at[1] != MOV_LOAD && at[1] != LEA))
        return false;
    struct operand operand;
    unsigned char copy[16] = {0}; /* what is cut off is read as zeros, and refused by its length */
    memcpy(copy, at, instruction->length < sizeof(copy) ? instruction->length : sizeof(copy));
    if (!read_operand(copy + 2, at[0], &operand) || operand.length + 2 != instruction->length ||
        (at[1] == LEA && !operand.memory))
        return false;
    struct place other = {.number = (int)((at[2] >> 3 & 7) | (at[0] & 4) << 1)};
    uint64_t next = body->entry + instruction->offset + instruction->length;
    if (at[1] == MOV_STORE)
        store(&operand, other, action);
    else if (at[1] == MOV_LOAD)
        load(&operand, other, next, action);
    else
        address(&operand, other, next, action);
    return true;
}

bool amd64_quick_action(const struct body *body, uint32_t index, struct action *action)
{
    const struct instruction *instruction = &body->list.at[index];
    return quick_move(body, instruction, action) || quick_constant(body, instruction, action) ||
           quick_add(body, instruction, action) ||
           writes_nothing(body, instruction);
}
