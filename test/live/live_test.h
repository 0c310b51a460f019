/* live_test.h: what the tests of this room share: a small Go executable in a file, and an image of
 * the memory of a process that runs it. */
#ifndef UNHEAP_TEST_LIVE_TEST_H
#define UNHEAP_TEST_LIVE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "live/live_int.h"

extern const struct memory plenty; /* memory that must not end */

/* Where things lie. The file has two segments: code with pclntab, and data; in memory the data goes
 * on beyond the file's. The heap is not part of the file. */
enum {
    IMAGE_CODE = 0x400000,
    IMAGE_TEXT = 0x401000,      /* functions of FUNCTION_BYTES each */
    FUNCTION_BYTES = 0x100,
    IMAGE_FRAME = 16,           /* bytes of stack of each function, in all of it */
    IMAGE_DATA = 0x600000,
    IMAGE_MODULE = 0x600100,    /* runtime.firstmoduledata */
    IMAGE_VARIABLES = 0x600400, /* 64 bytes for each live_variable */
    IMAGE_DATA_SIZE = 0x2000,
    IMAGE_HEAP = 0x7000000,
    IMAGE_HEAP_SIZE = 0x40000,
};

/* The program's functions, in order: each starts on line 10 times its number, plus 10. The last has
 * another inlined from its byte 0x40 on, and that one runtime.mallocgc from 0x60 on. */
enum {
    IN_MALLOCGC, IN_NEWOBJECT, IN_GOEXIT, IN_MAIN, IN_WORK, IN_HELPER, IMAGE_FUNCTIONS
};

struct image_test {
    char path[64];
    struct live *live;
    struct diag_sink *sink;
    struct live_target *target;
    unsigned char data[IMAGE_DATA_SIZE], heap[IMAGE_HEAP_SIZE];
    unsigned reads, fail_at; /* the fail_at-th read fails, when not 0 */
    void (*before_read)(struct image_test *image); /* what the process does meanwhile */
};

/* Writes the executable of go1.MINOR, attaches. */
struct image_test *image_new(unsigned machine, unsigned minor, bool stripped);
void image_free(struct image_test *image);
/* Writes into the image's memory. */
void image_put(struct image_test *image, uint64_t address, const void *bytes, size_t n);
void image_u64(struct image_test *image, uint64_t address, uint64_t value);
uint64_t image_variable(enum live_variable variable); /* its address */
/* A return address in a function. */
uint64_t image_pc(int function, uint32_t offset);
bool image_says(const struct image_test *image, enum diag_code code, const char *words);

#endif
