/* arm64.c: what A64 instructions do to registers and stack slots.
 *
 * The forms that carry constants, addresses and copies are told by their bits (Arm ARM DDI 0487,
 * C4); which registers anything else writes is asked of Capstone. */
#include "decoder.h"

enum { REGISTER_SP = 31, ARGUMENTS = 16, LOOK_BACK = 24 };

int arm64_argument(int index)
{
    return index >= 0 && index < ARGUMENTS ? index : -1; /* R0 to R15: abi-internal.md, arm64 */
}

/* ---- the list of instructions ---- */

static int64_t sign_extend(uint32_t value, unsigned bits)
{
    uint64_t sign = UINT64_C(1) << (bits - 1);
    return (int64_t)((value ^ sign) - sign);
}

static enum flow flow_of(uint32_t word)
{
    if ((word & 0xfc000000) == 0x14000000)
        return FLOW_JUMP; /* B */
    if ((word & 0xfc000000) == 0x94000000 || (word & 0xfffffc1f) == 0xd63f0000)
        return FLOW_CALL; /* BL, BLR */
    if ((word & 0xff000010) == 0x54000000 || (word & 0x7e000000) == 0x34000000 ||
        (word & 0x7e000000) == 0x36000000)
        return FLOW_BRANCH; /* B.cond, CBZ and CBNZ, TBZ and TBNZ */
    if ((word & 0xfffffc1f) == 0xd61f0000)
        return FLOW_INDIRECT; /* BR */
    if ((word & 0xfffffc1f) == 0xd65f0000 || (word & 0xffe0001f) == 0xd4200000 ||
        (word & 0xffff0000) == 0)
        return FLOW_END; /* RET, BRK, UDF */
    return FLOW_NEXT;
}

/* Distance of a direct branch, in bytes. */
static int64_t distance(uint32_t word)
{
    if ((word & 0x7c000000) == 0x14000000)
        return sign_extend(word & 0x3ffffff, 26) * 4;
    if ((word & 0x7e000000) == 0x36000000)
        return sign_extend(word >> 5 & 0x3fff, 14) * 4;
    return sign_extend(word >> 5 & 0x7ffff, 19) * 4;
}

void arm64_list(struct body *body)
{
    for (uint32_t offset = 0; body->size - offset >= 4; offset += 4) {
        uint32_t word = read_u32(body->bytes + offset);
        struct instruction instruction = {.offset = offset, .length = 4, .target = BODY_OUTSIDE,
                                          .flow = (uint8_t)flow_of(word)};
        if (instruction.flow == FLOW_JUMP || instruction.flow == FLOW_BRANCH) {
            uint64_t target = offset + (uint64_t)distance(word);
            if (target < body->size)
                instruction.target = (uint32_t)target;
        }
        VEC_PUSH(body->memory, &body->list, instruction);
    }
}

static uint32_t word_at(const struct body *body, uint32_t index)
{
    return read_u32(body->bytes + body->list.at[index].offset);
}

uint64_t arm64_target(const struct body *body, const struct instruction *instruction)
{
    uint32_t word = read_u32(body->bytes + instruction->offset);
    if ((word & 0x7c000000) != 0x14000000 && instruction->flow != FLOW_BRANCH)
        return 0;
    return body->entry + instruction->offset + (uint64_t)distance(word);
}

/* ---- what one instruction does ---- */

static struct place place_of(uint32_t number)
{
    return (struct place){.number = (int32_t)number};
}

static struct effect *add_effect(struct action *action, enum effect_kind kind, struct place to)
{
    struct effect *effect = &action->effects[action->count++];
    *effect = (struct effect){.kind = kind, .to = to, .from = PLACE_NONE, .other = PLACE_NONE,
                              .width = 8};
    return effect;
}

static bool move_form(uint32_t word, struct action *action)
{
    uint32_t to = word & 31, shift = (word >> 21 & 3) * 16;
    uint64_t number = (uint64_t)(word >> 5 & 0xffff) << shift;
    bool wide = word >> 31;
    if ((word & 0x7f800000) == 0x52800000) { /* MOVZ */
        add_effect(action, EFFECT_CONSTANT, place_of(to))->number = (int64_t)number;
    } else if ((word & 0x7f800000) == 0x12800000) { /* MOVN */
        add_effect(action, EFFECT_CONSTANT, place_of(to))->number =
            (int64_t)(wide ? ~number : ~number & UINT32_MAX);
    } else if ((word & 0xffe0ffe0) == 0xaa0003e0) { /* ORR rd, xzr, rm */
        uint32_t from = word >> 16 & 31;
        struct effect *effect =
            add_effect(action, from == 31 ? EFFECT_CONSTANT : EFFECT_COPY, place_of(to));
        effect->from = place_of(from);
    } else if ((word & 0xffe00c00) == 0x9a800000) { /* CSEL */
        struct effect *effect = add_effect(action, EFFECT_SELECT, place_of(to));
        effect->from = place_of(word >> 5 & 31);
        effect->other = place_of(word >> 16 & 31);
        if (effect->from.number == 31 || effect->other.number == 31)
            effect->kind = EFFECT_UNKNOWN;
    } else {
        return false;
    }
    return true;
}

/* ADD and SUB of an immediate, ADR and ADRP. */
static bool address_form(uint32_t word, uint64_t address, struct action *action)
{
    uint32_t to = word & 31, from = word >> 5 & 31;
    if ((word & 0xbf800000) == 0x91000000 || (word & 0xff800000) == 0xd1000000) {
        int64_t number = (int64_t)(word >> 10 & 0xfff) << (word & 0x400000 ? 12 : 0);
        struct effect *effect = add_effect(action, EFFECT_ADD, place_of(to));
        effect->from = place_of(from);
        effect->number = word & 0x40000000 ? -number : number;
        if (from == REGISTER_SP) {
            effect->kind = EFFECT_UNKNOWN;
            action->takes_stack = to != REGISTER_SP;
            action->taken = (int32_t)effect->number;
        }
        return true;
    }
    if ((word & 0x1f000000) != 0x10000000)
        return false;
    int64_t pages = sign_extend((word >> 5 & 0x7ffff) << 2 | (word >> 29 & 3), 21);
    struct effect *effect = add_effect(action, EFFECT_CONSTANT, place_of(to));
    effect->number = word >> 31 ? (int64_t)(address & ~UINT64_C(0xfff)) + pages * 4096
                                : (int64_t)address + pages;
    return true;
}

static void load(uint32_t to, uint32_t base, int64_t number, struct action *action)
{
    if (base == REGISTER_SP) {
        add_effect(action, EFFECT_COPY, place_of(to))->from =
            (struct place){.slot = true, .number = (int32_t)number};
        return;
    }
    struct effect *effect = add_effect(action, EFFECT_LOAD, place_of(to));
    effect->from = place_of(base);
    effect->number = number;
}

static void store(uint32_t from, int64_t number, struct action *action)
{
    struct place slot = {.slot = true, .number = (int32_t)number};
    struct effect *effect =
        add_effect(action, from == 31 ? EFFECT_CONSTANT : EFFECT_COPY, slot);
    effect->from = place_of(from);
}

/* Loads of eight bytes, and stores of eight bytes to the stack. */
static bool memory_form(uint32_t word, uint64_t address, struct action *action)
{
    uint32_t one = word & 31, base = word >> 5 & 31, two = word >> 10 & 31;
    int64_t scaled = (int64_t)(word >> 10 & 0xfff) * 8;
    int64_t unscaled = sign_extend(word >> 12 & 0x1ff, 9);
    int64_t pair = sign_extend(word >> 15 & 0x7f, 7) * 8;
    if ((word & 0xffc00000) == 0xf9400000) { /* LDR */
        load(one, base, scaled, action);
    } else if ((word & 0xffe00c00) == 0xf8400000) { /* LDUR */
        load(one, base, unscaled, action);
    } else if ((word & 0xffc00000) == 0xa9400000) { /* LDP: the base may be the first target */
        load(one, base, pair, action);
        load(two, base, pair + 8, action);
    } else if ((word & 0xff000000) == 0x58000000) { /* LDR literal */
        struct effect *effect = add_effect(action, EFFECT_LOAD, place_of(one));
        effect->number = (int64_t)address + sign_extend(word >> 5 & 0x7ffff, 19) * 4;
    } else if (base != REGISTER_SP) {
        return false;
    } else if ((word & 0xffc00000) == 0xf9000000) { /* STR */
        store(one, scaled, action);
    } else if ((word & 0xffe00c00) == 0xf8000000) { /* STUR */
        store(one, unscaled, action);
    } else if ((word & 0xffc00000) == 0xa9000000) { /* STP */
        store(one, pair, action);
        store(two, pair + 8, action);
    } else {
        return false;
    }
    return true;
}

/* ---- all others: what they write is lost ---- */

static int number_of(uint16_t name)
{
    if (name >= ARM64_REG_X0 && name <= ARM64_REG_X28)
        return name - ARM64_REG_X0;
    if (name >= ARM64_REG_W0 && name <= ARM64_REG_W30)
        return name - ARM64_REG_W0;
    if (name == ARM64_REG_X29 || name == ARM64_REG_X30)
        return name == ARM64_REG_X29 ? 29 : 30;
    return name == ARM64_REG_SP || name == ARM64_REG_WSP ? REGISTER_SP : -1;
}

/* MOV of a bit mask: ORR rd, xzr, #mask. */
static bool mask_form(uint32_t word, const cs_arm64 *detail, struct action *action)
{
    if ((word & 0x7f8003e0) != 0x320003e0 || detail->op_count == 0)
        return false;
    const cs_arm64_op *last = &detail->operands[detail->op_count - 1];
    if (last->type != ARM64_OP_IMM)
        return false;
    add_effect(action, EFFECT_CONSTANT, place_of(word & 31))->number =
        word >> 31 ? last->imm : last->imm & UINT32_MAX;
    return true;
}

static void lose_slots(const struct decoder *decoder, struct action *action)
{
    const cs_arm64 *detail = &decoder->instruction->detail->arm64;
    for (unsigned i = 0; i < detail->op_count; i++) {
        const cs_arm64_op *operand = &detail->operands[i];
        if (operand->type != ARM64_OP_MEM || operand->mem.base != ARM64_REG_SP ||
            decoder->instruction->mnemonic[0] != 's' || action->count == EFFECTS_MAX)
            continue;
        struct place place = {.slot = true, .number = operand->mem.disp};
        /* Two vectors of 128 bits, doubled. */
        add_effect(action, EFFECT_UNKNOWN, place)->width = 64;
    }
}

static void lose_written(const struct decoder *decoder, struct action *action)
{
    cs_regs read, written;
    uint8_t read_count, written_count;
    if (decoder->capstone.regs_access(decoder->arm64, decoder->instruction, read, &read_count,
                                      written, &written_count) != CS_ERR_OK) {
        action->lost = UINT64_MAX;
        return;
    }
    for (unsigned i = 0; i < written_count; i++)
        if (number_of(written[i]) >= 0)
            action->lost |= UINT64_C(1) << number_of(written[i]);
    lose_slots(decoder, action);
}

static void other_form(const struct decoder *decoder, uint32_t word, uint64_t address,
                       const unsigned char *bytes, struct action *action)
{
    size_t size = 4;
    if (!decoder->capstone.disasm_iter(decoder->arm64, &bytes, &size, &address,
                                       decoder->instruction)) {
        action->lost = UINT64_MAX;
    } else if (!mask_form(word, &decoder->instruction->detail->arm64, action)) {
        lose_written(decoder, action);
        if ((word & 0x1f) != 31) /* the usual place of a target, in case it is not told */
            action->lost |= UINT64_C(1) << (word & 31);
    }
}

void arm64_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                  struct action *action)
{
    uint32_t word = word_at(body, index);
    uint64_t address = body->entry + body->list.at[index].offset;
    memset(action, 0, sizeof(*action));
    enum flow flow = (enum flow)body->list.at[index].flow;
    if (flow == FLOW_BRANCH || flow == FLOW_JUMP || flow == FLOW_END || flow == FLOW_INDIRECT)
        return;
    if (!move_form(word, action) && !address_form(word, address, action) &&
        !memory_form(word, address, action))
        other_form(decoder, word, address, body->bytes + body->list.at[index].offset, action);
    if ((action->lost >> REGISTER_SP & 1) || ((word & 0xbf8003ff) == 0x910003ff) ||
        ((word & 0xff8003ff) == 0xd10003ff))
        action->moves_stack = true;
}

void arm64_call(enum call_effect effect, struct action *action)
{
    static const int block_copy[] = {16, 17, 20, 21, 26, 27}; /* duff_arm64.s; 16, 17: the linker */
    if (effect == CALL_KEEPS) {
        action->lost = UINT64_C(1) << 25 | UINT64_C(1) << 27; /* asm_arm64.s, gcWriteBarrier */
    } else if (effect == CALL_BLOCK_COPY) {
        for (size_t i = 0; i < COUNT_OF(block_copy); i++)
            action->lost |= UINT64_C(1) << block_copy[i];
    } else {
        action->lost = UINT64_MAX & ~(UINT64_C(1) << REGISTER_SP);
    }
}

/* ---- jump tables ---- */

/* LDR xt, [xb, xi, LSL #3]; BR xt, with xb an ADRP and ADD shortly before. */
static int table_base(const struct body *body, uint32_t index, uint32_t *load)
{
    uint32_t jump = word_at(body, index) >> 5 & 31;
    for (uint32_t i = index; i > 0 && index - i < 4; i--) {
        uint32_t word = word_at(body, i - 1);
        if ((word & 0xffe0fc00) == 0xf8607800 && (word & 31) == jump) {
            *load = i - 1;
            return word >> 5 & 31;
        }
    }
    return -1;
}

uint64_t arm64_jump_table(const struct decoder *decoder, const struct body *body, uint32_t index)
{
    uint32_t from;
    int64_t added = 0;
    int base = table_base(body, index, &from);
    if (base < 0)
        return 0;
    for (uint32_t i = from; i > 0 && index - i < LOOK_BACK; i--) {
        struct action action;
        arm64_action(decoder, body, i - 1, &action);
        if (body->list.at[i - 1].flow == FLOW_CALL || (action.lost >> base & 1))
            return 0;
        if (action.count == 0 || action.effects[0].to.slot || action.effects[0].to.number != base)
            continue;
        if (action.effects[0].kind == EFFECT_CONSTANT)
            return (uint64_t)(action.effects[0].number + added);
        if (action.effects[0].kind != EFFECT_ADD || action.effects[0].from.number != base)
            return 0;
        added += action.effects[0].number;
    }
    return 0;
}
