/* decoder.c: opens and closes the disassemblers, one pair for each thread. */
#include "decoder.h"

struct decoder *decoder_new(enum machine machine, const struct memory *memory)
{
    struct decoder *decoder = memory_get(memory, sizeof(*decoder));
    *decoder = (struct decoder){.memory = memory, .machine = machine};
    if (machine == MACHINE_AMD64) {
        ZydisDecoderInit(&decoder->full, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
        ZydisDecoderInit(&decoder->minimal, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
        ZydisDecoderEnableMode(&decoder->minimal, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
        return decoder;
    }
    if (cs_open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &decoder->arm64) != CS_ERR_OK)
        memory->exhausted(memory->ctx, 0); /* it fails for want of memory only */
    cs_option(decoder->arm64, CS_OPT_DETAIL, CS_OPT_ON);
    decoder->instruction = cs_malloc(decoder->arm64);
    if (!decoder->instruction)
        memory->exhausted(memory->ctx, sizeof(cs_insn));
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder->instruction)
        cs_free(decoder->instruction, 1);
    if (decoder->arm64)
        cs_close(&decoder->arm64);
    memory_put(decoder->memory, decoder);
}

void decoder_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                    struct action *action)
{
    const struct instruction *instruction = &body->list.at[index];
    bool amd64 = decoder->machine == MACHINE_AMD64;
    if (instruction->flow == FLOW_CALL) {
        const struct target *target = targets_at(body->targets, body_target(body, instruction));
        enum call_effect effect = target ? target->effect : CALL_ORDINARY;
        memset(action, 0, sizeof(*action));
        if (amd64)
            amd64_call(effect, action);
        else
            arm64_call(effect, action);
        return;
    }
    if (amd64)
        amd64_action(decoder, body, index, action);
    else
        arm64_action(decoder, body, index, action);
}

int argument_register(enum machine machine, int index)
{
    return machine == MACHINE_AMD64 ? amd64_argument(index) : arm64_argument(index);
}
