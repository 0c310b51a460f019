/* compiler_test.h: what the tests of this room share: reading text, with the result as text. */
#ifndef UNHEAP_TEST_COMPILER_TEST_H
#define UNHEAP_TEST_COMPILER_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "compiler/compiler_int.h"

extern const struct memory plenty; /* memory that must not end */

struct reading {
    enum status status;
    struct compiler *compiler;
    struct diag_sink *sink;
    struct workers *workers;
};

/* Reads text, a file or a directory with a number of workers. */
void read_text(struct reading *reading, const char *text);
void read_bytes(struct reading *reading, const char *bytes, size_t n, unsigned workers);
void read_path(struct reading *reading, const char *path);
void read_request(struct reading *reading, const char *text,
                  const struct compiler_request *request);
void reading_release(struct reading *reading);

/* A whole file, NUL-terminated; free it. */
char *file_text(const char *path, size_t *n);

/* One line for each message: "path:line:col kind function package -> story's line | text". */
void dump(const struct compiler *compiler, struct sb *out);
/* The steps of a message's story, one a line: "dst<-src derefs REASON expression at path:line:col".
 * */
void dump_story(const struct compiler *compiler, const struct message *message, struct sb *out);

/* The first message of a kind whose text holds `part`; fails the test when there is none. */
const struct message *message_with(const struct compiler *compiler, enum message_kind kind,
                                   const char *part);
size_t count_kind(const struct compiler *compiler, enum message_kind kind);
size_t count_diags(const struct reading *reading, enum diag_code code);
/* The first diagnostic with this code; fails the test when there is none. */
const struct diag *diag_with(const struct reading *reading, enum diag_code code);
void assert_text(struct str text, const char *wanted);
void assert_id(const struct compiler *compiler, uint32_t id, const char *wanted);
void assert_contains(struct str text, const char *part);

#endif
