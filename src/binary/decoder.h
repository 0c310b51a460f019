/* decoder.h: the two disassemblers, for the files that use them. */
#ifndef UNHEAP_BINARY_DECODER_H
#define UNHEAP_BINARY_DECODER_H

#include "binary_int.h"

#include <Zydis/Zydis.h>
#include <capstone/capstone.h>

/* Capstone, loaded for arm64 only: its tables of all machines would take 3 MB of every verb. */
#define CAPSTONE_FUNCTIONS(X) \
    X(open)                   \
    X(option)                 \
    X(malloc)                 \
    X(free)                   \
    X(close)                  \
    X(regs_access)            \
    X(disasm_iter)

struct capstone {
    void *handle;
#define X(name) __typeof__(cs_##name) *name;
    CAPSTONE_FUNCTIONS(X)
#undef X
};

struct decoder {
    const struct memory *memory;
    enum machine machine;
    ZydisDecoder minimal, full; /* lengths only; operands too */
    struct capstone capstone;
    csh arm64;
    cs_insn *instruction;
};

#endif
