/* decoder.h: the two disassemblers, for the files that use them. */
#ifndef UNHEAP_BINARY_DECODER_H
#define UNHEAP_BINARY_DECODER_H

#include "binary_int.h"

#include <Zydis/Zydis.h>
#include <capstone/capstone.h>

struct decoder {
    const struct memory *memory;
    enum machine machine;
    ZydisDecoder minimal, full; /* lengths only; operands too */
    csh arm64;
    cs_insn *instruction;
};

#endif
