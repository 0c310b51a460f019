/* binary_test.h: what the tests of this room share: a writer of small Go executables. */
#ifndef UNHEAP_TEST_BINARY_TEST_H
#define UNHEAP_TEST_BINARY_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "binary/binary_int.h"

extern const struct memory plenty; /* memory that must not end */

/* Where things lie in the small executable: one segment for all, at BASE. */
enum {
    SMALL_BASE = 0x400000,
    SMALL_TEXT = 0x200,     /* two functions of 64 bytes: runtime.newobject, main.main */
    SMALL_MAIN = 0x240,
    SMALL_TEXT_END = 0x280,
    SMALL_INFO = 0x280,     /* buildinfo */
    SMALL_TYPE = 0x400,     /* the descriptor of main.T, 24 bytes */
    SMALL_NAMES = 0x440,
    SMALL_PCLNTAB = 0x480,
    SMALL_MODULE = 0x700,
    SMALL_SECTIONS = 0x900, /* room for their headers and names; used by those who want them */
    SMALL_SIZE = 0xa00,
};
struct small {
    unsigned char bytes[SMALL_SIZE];
    size_t len;
};
/* An executable of Go 1.26 for the machine, whose main.main has this code. */
void small_make(struct small *small, enum machine machine, const void *code, size_t n);
void small_u32(struct small *small, size_t at, uint32_t value);
void small_u64(struct small *small, size_t at, uint64_t value);
/* LEA RAX, [rip + type]; CALL runtime.newobject; RET. */
void small_usual(struct small *small);

/* The same program in a Windows or macOS file: other headers, everything else where it was. */
void small_as_pe(struct small *small);
void small_as_macho(struct small *small);

/* Reads bytes on one thread. The sink is the caller's. */
struct binary *small_read(const struct small *small, struct diag_sink *sink);

#endif
