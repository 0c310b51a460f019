/* decoder.c: opens and closes the disassemblers, one pair for each thread. */
#include "decoder.h"

static bool load_capstone(struct capstone *capstone)
{
    static const char *const names[] = {"libcapstone.so.4", "libcapstone.so.5", "libcapstone.so"};
#define X(name) {"cs_" #name, &capstone->name},
    const struct library_function functions[] = {CAPSTONE_FUNCTIONS(X)};
#undef X
    capstone->handle = library_open(names, COUNT_OF(names), functions, COUNT_OF(functions));
    return capstone->handle != NULL;
}

static bool open_arm64(struct decoder *decoder)
{
    const struct capstone *capstone = &decoder->capstone;
    const struct memory *memory = decoder->memory;
    if (!load_capstone(&decoder->capstone))
        return false;
    if (capstone->open(CS_ARCH_ARM64, CS_MODE_LITTLE_ENDIAN, &decoder->arm64) != CS_ERR_OK)
        memory->exhausted(memory->ctx, 0); /* it fails for want of memory only */
    capstone->option(decoder->arm64, CS_OPT_DETAIL, CS_OPT_ON);
    decoder->instruction = capstone->malloc(decoder->arm64);
    if (!decoder->instruction)
        memory->exhausted(memory->ctx, sizeof(cs_insn));
    return true;
}

static void open_amd64(struct decoder *decoder)
{
    ZydisDecoderInit(&decoder->full, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderInit(&decoder->minimal, ZYDIS_MACHINE_MODE_LONG_64, ZYDIS_STACK_WIDTH_64);
    ZydisDecoderEnableMode(&decoder->minimal, ZYDIS_DECODER_MODE_MINIMAL, ZYAN_TRUE);
}

struct decoder *decoder_new(enum machine machine, const struct memory *memory)
{
    struct decoder *decoder = memory_get(memory, sizeof(*decoder));
    *decoder = (struct decoder){.memory = memory, .machine = machine};
    if (machine == MACHINE_AMD64) {
        open_amd64(decoder);
    } else if (!open_arm64(decoder)) {
        decoder_free(decoder);
        return NULL;
    }
    return decoder;
}

enum status decoder_check(enum machine machine, const struct memory *memory, struct diag_sink *sink)
{
    struct decoder *decoder = decoder_new(machine, memory);
    if (decoder) {
        decoder_free(decoder);
        return STATUS_OK;
    }
    diag_add(sink, DIAG_BINARY_DISASSEMBLER, STR_NONE, 0, DIAG_NO_OFFSET,
             "there is no Capstone of a version that is known here, which reads arm64 code");
    return STATUS_NOT_FOUND;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder->instruction)
        decoder->capstone.free(decoder->instruction, 1);
    if (decoder->arm64)
        decoder->capstone.close(&decoder->arm64);
    library_close(decoder->capstone.handle);
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
