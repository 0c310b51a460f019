/* amd64.c: what x86-64 instructions do to registers and stack slots, decoded by Zydis.
 *
 * Instruction forms are those of the Intel SDM, volume 2. Only what compiled Go code uses to
 * carry constants, addresses and copies is understood; everything else that writes a register
 * loses it. */
#include "decoder.h"

enum { REGISTER_SP = 4, NO_REGISTER = -1, LOOK_BACK = 24 };

/* Integer arguments of Go's internal ABI (cmd/compile/abi-internal.md, amd64): AX, BX, CX, DI, SI,
 * R8, R9, R10, R11, by their hardware numbers. */
static const int arguments[] = {0, 3, 1, 7, 6, 8, 9, 10, 11};

int amd64_argument(int index)
{
    return index >= 0 && (size_t)index < COUNT_OF(arguments) ? arguments[index] : NO_REGISTER;
}

/* ---- the list of instructions ---- */

static uint32_t within(const struct body *body, uint64_t target)
{
    return target < body->size ? (uint32_t)target : BODY_OUTSIDE;
}

/* By opcode alone; modrm_reg is of no meaning for opcodes without ModRM. */
static enum flow flow_one_byte(unsigned opcode, unsigned modrm_reg)
{
    if (opcode == 0xe8)
        return FLOW_CALL;
    if (opcode == 0xe9 || opcode == 0xeb)
        return FLOW_JUMP;
    if ((opcode >= 0x70 && opcode <= 0x7f) || (opcode >= 0xe0 && opcode <= 0xe3))
        return FLOW_BRANCH;
    if (opcode == 0xc3 || opcode == 0xc2 || opcode == 0xcc || opcode == 0xf4)
        return FLOW_END; /* ret, int3, hlt */
    if (opcode == 0xff && (modrm_reg == 4 || modrm_reg == 5))
        return FLOW_INDIRECT;
    if (opcode == 0xff && (modrm_reg == 2 || modrm_reg == 3))
        return FLOW_CALL;
    return FLOW_NEXT;
}

static enum flow flow_of(unsigned opcode, unsigned modrm_reg)
{
    if (!(opcode & AMD64_TWO_BYTES))
        return flow_one_byte(opcode, modrm_reg);
    opcode &= 0xff;
    if (opcode >= 0x80 && opcode <= 0x8f)
        return FLOW_BRANCH;
    return opcode == 0x0b ? FLOW_END : FLOW_NEXT; /* ud2 */
}

/* The relative target of a jump: its last one or four bytes, as the opcode has it. */
static uint32_t jump_target(const struct body *body, const struct instruction *instruction,
                            unsigned opcode)
{
    uint64_t next = (uint64_t)instruction->offset + instruction->length;
    const unsigned char *end = body->bytes + next;
    bool near = opcode == 0xe9 || opcode & AMD64_TWO_BYTES;
    int64_t distance = near ? (int32_t)read_u32(end - 4) : (int8_t)end[-1];
    return within(body, next + (uint64_t)distance);
}

/* The decoder runs in its minimal mode, which finds lengths and immediates. */
static void decode_length(const struct decoder *decoder, const struct body *body,
                          struct instruction *instruction)
{
    ZydisDecodedInstruction decoded;
    uint32_t offset = instruction->offset;
    if (!ZYAN_SUCCESS(ZydisDecoderDecodeInstruction(&decoder->minimal, NULL, body->bytes + offset,
                                                    body->size - offset, &decoded)))
        return;
    enum flow flow = FLOW_NEXT;
    bool legacy = decoded.encoding == ZYDIS_INSTRUCTION_ENCODING_LEGACY;
    if (legacy && decoded.opcode_map == ZYDIS_OPCODE_MAP_DEFAULT)
        flow = flow_of(decoded.opcode, decoded.raw.modrm.reg);
    else if (legacy && decoded.opcode_map == ZYDIS_OPCODE_MAP_0F)
        flow = flow_of(decoded.opcode | AMD64_TWO_BYTES, 0);
    instruction->length = decoded.length;
    instruction->flow = (uint8_t)flow;
    if ((flow == FLOW_JUMP || flow == FLOW_BRANCH) && decoded.raw.imm[0].is_relative)
        instruction->target = within(
            body, (uint64_t)offset + decoded.length + (uint64_t)decoded.raw.imm[0].value.s);
}

void amd64_list(const struct decoder *decoder, struct body *body)
{
    uint32_t offset = 0;
    while (offset < body->size) {
        struct instruction instruction = {.offset = offset, .length = 1, .target = BODY_OUTSIDE};
        const unsigned char *at = body->bytes + offset;
        struct amd64_opcode found;
        unsigned length = amd64_quick_length(at, body->size - offset, &found);
        if (length == 0) {
            decode_length(decoder, body, &instruction);
        } else {
            enum flow flow = flow_of(found.opcode, found.modrm >> 3 & 7);
            instruction.length = (uint8_t)length;
            instruction.flow = (uint8_t)flow;
            if (flow == FLOW_JUMP || flow == FLOW_BRANCH)
                instruction.target = jump_target(body, &instruction, found.opcode);
        }
        VEC_PUSH(body->memory, &body->list, instruction);
        offset += instruction.length;
    }
}

/* Calls and long jumps: the four bytes at the end are relative to the next instruction. */
uint64_t amd64_target(const struct body *body, const struct instruction *instruction)
{
    const unsigned char *at = body->bytes + instruction->offset;
    uint64_t next = body->entry + instruction->offset + instruction->length;
    bool direct = (instruction->length == 5 && (at[0] == 0xe8 || at[0] == 0xe9)) ||
                  (instruction->length == 6 && at[0] == 0x0f && (at[1] & 0xf0) == 0x80);
    if (!direct)
        return 0;
    return next + (uint64_t)(int64_t)(int32_t)read_u32(at + instruction->length - 4);
}

/* ---- what one instruction does ---- */

struct full {
    ZydisDecodedInstruction decoded;
    ZydisDecodedOperand operands[ZYDIS_MAX_OPERAND_COUNT];
    uint64_t next; /* address of the instruction after it */
};

static bool decode(const struct decoder *decoder, const struct body *body, uint32_t index,
                   struct full *full)
{
    const struct instruction *instruction = &body->list.at[index];
    full->next = body->entry + instruction->offset + instruction->length;
    return ZYAN_SUCCESS(ZydisDecoderDecodeFull(
        &decoder->full, body->bytes + instruction->offset, instruction->length, &full->decoded,
        full->operands));
}

/* 0 to 15 for the general registers of any width, by hardware number. */
static int number_of(ZydisRegister name)
{
    ZydisRegister wide = ZydisRegisterGetLargestEnclosing(ZYDIS_MACHINE_MODE_LONG_64, name);
    if (wide < ZYDIS_REGISTER_RAX || wide > ZYDIS_REGISTER_R15)
        return NO_REGISTER;
    return ZydisRegisterGetId(wide);
}

static struct place place_of(int number)
{
    return (struct place){.number = number};
}

static bool is_stack_slot(const ZydisDecodedOperand *operand)
{
    return operand->type == ZYDIS_OPERAND_TYPE_MEMORY &&
           operand->mem.base == ZYDIS_REGISTER_RSP && operand->mem.index == ZYDIS_REGISTER_NONE &&
           operand->mem.disp.value >= INT32_MIN && operand->mem.disp.value <= INT32_MAX;
}

static struct effect *add_effect(struct action *action, enum effect_kind kind, struct place to)
{
    struct effect *effect = &action->effects[action->count++];
    *effect = (struct effect){.kind = kind, .to = to, .from = PLACE_NONE, .other = PLACE_NONE,
                              .width = 8};
    return effect;
}

/* Where an address is computed: rip-relative, or from one register. False for scaled indexes. */
static bool address_effect(const struct full *full, const ZydisDecodedOperand *memory,
                           struct effect *effect)
{
    if (memory->mem.index != ZYDIS_REGISTER_NONE || memory->mem.segment == ZYDIS_REGISTER_FS ||
        memory->mem.segment == ZYDIS_REGISTER_GS)
        return false;
    effect->number = memory->mem.disp.value;
    if (memory->mem.base == ZYDIS_REGISTER_RIP) {
        effect->number += (int64_t)full->next;
        return true;
    }
    int base = number_of(memory->mem.base);
    if (base == NO_REGISTER)
        return false;
    effect->from = place_of(base);
    return true;
}

static void load_effect(const struct full *full, struct place to, struct action *action)
{
    const ZydisDecodedOperand *memory = &full->operands[1];
    if (is_stack_slot(memory)) {
        add_effect(action, EFFECT_COPY, to)->from =
            (struct place){.slot = true, .number = (int32_t)memory->mem.disp.value};
        return;
    }
    struct effect *effect = add_effect(action, EFFECT_LOAD, to);
    if (!address_effect(full, memory, effect))
        effect->kind = EFFECT_UNKNOWN;
}

/* MOV r, x. A write of 32 bits clears the upper half (Intel SDM volume 1, 3.4.1.1); a copy of 32
 * bits from another register may cut it, and is not followed, but from itself. */
static void move_to_register(const struct full *full, struct action *action)
{
    const ZydisDecodedOperand *to = &full->operands[0], *from = &full->operands[1];
    struct place place = place_of(number_of(to->reg.value));
    if (place.number == NO_REGISTER)
        return;
    if (from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE && to->size >= 32) {
        uint64_t value = from->imm.value.u;
        add_effect(action, EFFECT_CONSTANT, place)->number =
            (int64_t)(to->size == 32 ? value & UINT32_MAX : value);
    } else if (from->type == ZYDIS_OPERAND_TYPE_REGISTER && to->size == 64 &&
               number_of(from->reg.value) != NO_REGISTER) {
        add_effect(action, EFFECT_COPY, place)->from = place_of(number_of(from->reg.value));
    } else if (from->type == ZYDIS_OPERAND_TYPE_MEMORY && to->size == 64) {
        load_effect(full, place, action);
    } else {
        add_effect(action, EFFECT_UNKNOWN, place);
    }
}

static void move_to_slot(const struct full *full, struct action *action)
{
    const ZydisDecodedOperand *to = &full->operands[0], *from = &full->operands[1];
    struct place place = {.slot = true, .number = (int32_t)to->mem.disp.value};
    struct effect *effect = add_effect(action, EFFECT_UNKNOWN, place);
    effect->width = (uint8_t)(to->size / 8);
    if (to->size != 64 || full->decoded.mnemonic != ZYDIS_MNEMONIC_MOV)
        return;
    if (from->type == ZYDIS_OPERAND_TYPE_IMMEDIATE) {
        effect->kind = EFFECT_CONSTANT;
        effect->number = from->imm.value.s;
    } else if (from->type == ZYDIS_OPERAND_TYPE_REGISTER &&
               number_of(from->reg.value) != NO_REGISTER) {
        effect->kind = EFFECT_COPY;
        effect->from = place_of(number_of(from->reg.value));
    }
}

static void lea(const struct full *full, struct action *action)
{
    const ZydisDecodedOperand *memory = &full->operands[1];
    struct place to = place_of(number_of(full->operands[0].reg.value));
    if (to.number == NO_REGISTER)
        return;
    struct effect *effect = add_effect(action, EFFECT_ADD, to);
    if (full->operands[0].size != 64 || !address_effect(full, memory, effect))
        effect->kind = EFFECT_UNKNOWN;
    else if (effect->from.number == NO_REGISTER)
        effect->kind = EFFECT_CONSTANT;
    if (memory->mem.base == ZYDIS_REGISTER_RSP) {
        action->takes_stack = true;
        action->taken = (int32_t)memory->mem.disp.value;
        effect->kind = EFFECT_UNKNOWN;
    }
}

static bool same_register(const struct full *full)
{
    return full->operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER &&
           full->operands[1].type == ZYDIS_OPERAND_TYPE_REGISTER &&
           full->operands[0].reg.value == full->operands[1].reg.value;
}

/* ADD or SUB of a constant. */
static bool add_constant(const struct full *full, struct action *action)
{
    const ZydisDecodedOperand *to = &full->operands[0], *by = &full->operands[1];
    if (to->type != ZYDIS_OPERAND_TYPE_REGISTER || to->size != 64 ||
        by->type != ZYDIS_OPERAND_TYPE_IMMEDIATE || number_of(to->reg.value) == REGISTER_SP)
        return false;
    struct effect *effect = add_effect(action, EFFECT_ADD, place_of(number_of(to->reg.value)));
    effect->from = effect->to;
    effect->number =
        full->decoded.mnemonic == ZYDIS_MNEMONIC_SUB ? -by->imm.value.s : by->imm.value.s;
    return true;
}

/* INC and DEC are what the compiler makes of +1 and -1. */
static bool step_by_one(const struct full *full, struct action *action)
{
    const ZydisDecodedOperand *to = &full->operands[0];
    if (to->type != ZYDIS_OPERAND_TYPE_REGISTER || to->size != 64)
        return false;
    struct effect *effect = add_effect(action, EFFECT_ADD, place_of(number_of(to->reg.value)));
    effect->from = effect->to;
    effect->number = full->decoded.mnemonic == ZYDIS_MNEMONIC_INC ? 1 : -1;
    return true;
}

static bool conditional_move(const struct full *full, struct action *action)
{
    const ZydisDecodedOperand *to = &full->operands[0], *from = &full->operands[1];
    if (full->decoded.meta.category != ZYDIS_CATEGORY_CMOV || to->size != 64 ||
        from->type != ZYDIS_OPERAND_TYPE_REGISTER)
        return false;
    struct effect *effect =
        add_effect(action, EFFECT_SELECT, place_of(number_of(to->reg.value)));
    effect->from = effect->to;
    effect->other = place_of(number_of(from->reg.value));
    return true;
}

/* The forms that are understood; false for all others. */
static bool known_form(const struct full *full, struct action *action)
{
    switch (full->decoded.mnemonic) {
    case ZYDIS_MNEMONIC_MOV:
        if (full->operands[0].type == ZYDIS_OPERAND_TYPE_REGISTER) {
            move_to_register(full, action);
            return true;
        }
        if (is_stack_slot(&full->operands[0])) {
            move_to_slot(full, action);
            return true;
        }
        return false;
    case ZYDIS_MNEMONIC_LEA:
        lea(full, action);
        return true;
    case ZYDIS_MNEMONIC_XOR:
        if (same_register(full) && full->operands[0].size >= 32) {
            add_effect(action, EFFECT_CONSTANT, place_of(number_of(full->operands[0].reg.value)));
            return true;
        }
        return false;
    case ZYDIS_MNEMONIC_ADD:
    case ZYDIS_MNEMONIC_SUB:
        return add_constant(full, action);
    case ZYDIS_MNEMONIC_INC:
    case ZYDIS_MNEMONIC_DEC:
        return step_by_one(full, action);
    default:
        return conditional_move(full, action);
    }
}

/* Whatever is not understood: all it writes is lost. */
static void lose_written(const struct full *full, struct action *action)
{
    for (unsigned i = 0; i < full->decoded.operand_count; i++) {
        const ZydisDecodedOperand *operand = &full->operands[i];
        if (!(operand->actions & ZYDIS_OPERAND_ACTION_MASK_WRITE))
            continue;
        if (operand->type == ZYDIS_OPERAND_TYPE_REGISTER) {
            int number = number_of(operand->reg.value);
            if (number != NO_REGISTER)
                action->lost |= UINT64_C(1) << number;
        } else if (is_stack_slot(operand) && action->count < EFFECTS_MAX) {
            struct place place = {.slot = true, .number = (int32_t)operand->mem.disp.value};
            add_effect(action, EFFECT_UNKNOWN, place)->width =
                (uint8_t)(operand->size / 8 > 64 ? 255 : operand->size / 8);
        }
    }
    action->moves_stack = (action->lost >> REGISTER_SP) & 1;
}

void amd64_call(enum call_effect effect, struct action *action)
{
    static const int block_copy[] = {6, 7, 12, 13}; /* SI, DI, R12, R13: duff_amd64.s */
    if (effect == CALL_KEEPS) {
        action->lost = UINT64_C(1) << 11; /* R11: asm_amd64.s, gcWriteBarrier */
    } else if (effect == CALL_BLOCK_COPY) {
        for (size_t i = 0; i < COUNT_OF(block_copy); i++)
            action->lost |= UINT64_C(1) << block_copy[i];
    } else {
        action->lost = 0xffff & ~(UINT64_C(1) << REGISTER_SP);
    }
}

void amd64_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                  struct action *action)
{
    memset(action, 0, sizeof(*action));
    if (!amd64_quick_action(body, index, action))
        amd64_decoded_action(decoder, body, index, action);
}

void amd64_decoded_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                          struct action *action)
{
    struct full full;
    if (!decode(decoder, body, index, &full)) {
        action->lost = UINT64_MAX;
        action->moves_stack = true;
        return;
    }
    if (!known_form(&full, action))
        lose_written(&full, action);
    for (unsigned i = 0; i < action->count; i++)
        if (!action->effects[i].to.slot && action->effects[i].to.number == REGISTER_SP)
            action->moves_stack = true;
}

/* ---- jump tables ---- */

/* JMP [base + 8 * index], with base a rip-relative LEA shortly before (ssa/op JUMPTABLE). */
uint64_t amd64_jump_table(const struct decoder *decoder, const struct body *body, uint32_t index)
{
    struct full jump;
    if (!decode(decoder, body, index, &jump) ||
        jump.operands[0].type != ZYDIS_OPERAND_TYPE_MEMORY || jump.operands[0].mem.scale != 8)
        return 0;
    int base = number_of(jump.operands[0].mem.base);
    for (uint32_t i = index; base != NO_REGISTER && i > 0 && index - i < LOOK_BACK; i--) {
        struct action action;
        amd64_action(decoder, body, i - 1, &action);
        for (unsigned k = 0; k < action.count; k++)
            if (!action.effects[k].to.slot && action.effects[k].to.number == base)
                return action.effects[k].kind == EFFECT_CONSTANT
                           ? (uint64_t)(action.effects[k].number + jump.operands[0].mem.disp.value)
                           : 0;
        if (body->list.at[i - 1].flow == FLOW_CALL || (action.lost >> base & 1))
            return 0;
    }
    return 0;
}
