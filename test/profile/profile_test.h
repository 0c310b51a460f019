/* profile_test.h: what the tests of this room share: a writer of protobufs, so that odd ones can be
 * made, and reading with the result as text. */
#ifndef UNHEAP_TEST_PROFILE_TEST_H
#define UNHEAP_TEST_PROFILE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "profile/profile_int.h"

extern const struct memory plenty; /* memory that must not end */

/* ---- writing protobufs ---- */

struct message_writer {
    unsigned char bytes[16384];
    size_t len;
};

void put_raw(struct message_writer *writer, const void *bytes, size_t n);
void put_varint(struct message_writer *writer, uint64_t value);
/* A field of each wire type. put_number also writes zeros. */
void put_number(struct message_writer *writer, unsigned field, uint64_t value);
void put_text(struct message_writer *writer, unsigned field, const char *text);
void put_message(struct message_writer *writer, unsigned field,
                 const struct message_writer *message);
/* A packed repeated field; the list ends with END. */
#define END UINT64_C(0xfeedfacefeedface)
void put_packed(struct message_writer *writer, unsigned field, const uint64_t *values);
#define PACKED(writer, field, ...) put_packed((writer), (field), (uint64_t[]){__VA_ARGS__, END})

/* Parts of a profile. Strings are given by their index. */
void put_type(struct message_writer *profile, unsigned field, uint64_t type, uint64_t unit);
void put_function(struct message_writer *profile, uint64_t id, uint64_t name, uint64_t file);
/* A location with one line for each function id; its lines are 10, 11, ... */
void put_location(struct message_writer *profile, uint64_t id, uint64_t address,
                  const uint64_t *functions);
#define LOCATION(profile, id, address, ...) \
    put_location((profile), (id), (address), (uint64_t[]){__VA_ARGS__, END})
/* A sample with an object size, unless that is 0. */
void put_sample(struct message_writer *profile, const uint64_t *locations, const uint64_t *values,
                uint64_t bytes);
#define LIST(...) ((uint64_t[]){__VA_ARGS__, END})
void put_strings(struct message_writer *profile, const char *const *strings);

/* The usual small heap profile: main.leaf inlined into main.mid, called by main.main; two samples.
 * */
enum { S_SPACE = 1, S_BYTES, S_OBJECTS, S_COUNT, S_LEAF, S_MID, S_MAIN, S_FILE, S_STRINGS };
void put_usual_head(struct message_writer *profile);
void put_usual_tail(struct message_writer *profile); /* functions, locations, strings */
void put_usual(struct message_writer *profile);

/* ---- reading ---- */

struct reading {
    enum status status;
    struct profile *profile;
    struct diag_sink *sink;
    struct sb dump;      /* of the profile; empty when there is none */
    enum diag_code code; /* the first diagnostic's code, or DIAG_CODE_COUNT */
    const struct diag *diag; /* the first one */
};

void reading_init(struct reading *reading);
void reading_release(struct reading *reading);
/* Takes a status and the profile that came with it into a reading. */
void reading_take(struct reading *reading, enum status status, struct profile *profile);
void read_bytes(struct reading *reading, const void *bytes, size_t n);
void read_message(struct reading *reading, const struct message_writer *message);
void read_limited(struct reading *reading, const void *bytes, size_t n,
                  struct profile_limits limits);
/* The same by several threads. */
void read_in_parts(struct reading *reading, struct str text, struct profile_limits limits);
/* Passes when all of P1 to P4 that can be checked holds. */
void assert_sound(const struct profile *profile);
void assert_has(const struct reading *reading, const char *part);
void assert_has_not(const struct reading *reading, const char *part);
/* Passes when reading failed with this code and `part` in the message. */
void assert_refused(const struct reading *reading, enum diag_code code, const char *part);
size_t count_lines(const struct reading *reading, const char *prefix);

#endif
