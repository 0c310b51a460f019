/* profile_int.h: what the files of this room share with each other and nobody else.
 *
 * How bytes become a profile:
 *   read.c    a source to bytes; http.c fetches, sniff.c says what they look like
 *   pb.c      bytes to protobuf fields
 *   decode.c, decode_sample.c   fields to a profile that still holds the file's own numbers, with
 *             decode_message.c (names of fields) and decode_ids.c (numbers for ids)
 *   resolve.c the file's numbers to indices, equal things made one
 *   text*.c   Go's text forms, straight to a profile; also those of C++ heaps, locks and threads
 *   cpu.c, java.c   forms of gperftools and of Java agents, with legacy.c; maps.c a memory map
 *   build.c   "put this into the profile unless it is there": functions, locations, stacks, ...
 *   merge.c   one profile into another, added or subtracted
 *   query.c, dump.c   what the other rooms ask
 */
#ifndef UNHEAP_PROFILE_INT_H
#define UNHEAP_PROFILE_INT_H

#include "profile/profile.h"

/* The ceilings that a reader obeys. The product uses profile_limits_default; tests lower them,
 * since nobody makes 64 million stacks to see a diagnostic. */
struct profile_limits {
    size_t stacks, samples, frames, http_bytes;
    size_t part_bytes; /* no smaller part of a text profile gets a thread of its own */
};
struct profile_limits profile_limits_default(void);

/* The bytes being read and where to complain. `file` is the mapped file behind the bytes, or NULL:
 * what has been read of it is given back to the kernel. */
struct profile_input {
    const unsigned char *bytes;
    size_t size;
    struct str name;
    bool unpacked; /* offsets count unpacked bytes */
    const struct file *file;
    bool apart; /* equal samples of a text form stay apart, against P3 */
    struct workers *workers; /* for the parts of a large text form; or NULL */
    const struct memory *memory;
    struct diag_sink *sink;
    struct profile_limits limits;
};

/* ---- pb.c: protobuf's wire format ---- */

/* Wire types (protobuf encoding documentation, "Message Structure"). 3 and 4 are the groups of
 * proto 2, which profile.proto has none of: they are rejected. */
enum { PB_VARINT = 0, PB_FIXED64 = 1, PB_BYTES = 2, PB_FIXED32 = 5 };

struct pb {
    const unsigned char *at, *end;
};
struct pb_field {
    uint64_t number;
    unsigned wire;
    uint64_t value;             /* of a varint or fixed field */
    struct pb bytes;            /* of a PB_BYTES field */
    const unsigned char *start; /* of the field's key */
};

/* Reads one varint; false when it is cut off or longer than ten bytes. Nearly all are keys, lengths
 * and location ids of one to three bytes. */
bool pb_varint_slow(struct pb *pb, uint64_t *value);
static inline bool pb_varint(struct pb *pb, uint64_t *value)
{
    const unsigned char *at = pb->at;
    if (pb->end - at < 3)
        return pb_varint_slow(pb, value);
    if (at[0] < 0x80) {
        *value = at[0];
        pb->at = at + 1;
    } else if (at[1] < 0x80) {
        *value = (at[0] & 0x7fu) | (uint32_t)at[1] << 7;
        pb->at = at + 2;
    } else if (at[2] < 0x80) {
        *value = (at[0] & 0x7fu) | (at[1] & 0x7fu) << 7 | (uint32_t)at[2] << 14;
        pb->at = at + 3;
    } else {
        return pb_varint_slow(pb, value);
    }
    return true;
}
/* Reads the next field of a message that is not at its end. NULL when that worked, else what is
 * wrong in words. */
const char *pb_next(struct pb *pb, struct pb_field *field);

/* ---- build.c: things are put in once ---- */

/* Lives while a profile is being made or merged into (profile->index); NULL otherwise. */
struct profile_index {
    bool apart; /* samples are not looked up */
    struct slots functions, locations, stacks, label_sets, samples;
    struct profile_limits limits;
};

/* An empty profile with an index. */
struct profile *profile_new(const struct memory *memory, struct profile_limits limits);
/* Makes the index again from what the profile holds. */
void profile_index_make(struct profile *profile, struct profile_limits limits);
void profile_index_drop(struct profile *profile);

/* Each gives the index of what is equal to its argument, which is put in unless it is there. */
uint32_t build_function(struct profile *profile, const struct profile_function *function);
/* The frames stand in profile->frames already, at `first_frame`. */
uint32_t build_location(struct profile *profile, const struct profile_location *location);
/* The stack is stack_locations[first..len), the newest part; it is cut off again when the profile
 * has that stack. */
uint32_t build_stack(struct profile *profile, size_t first);
/* The same for labels[first..len). The caller has sorted them. */
uint32_t build_label_set(struct profile *profile, size_t first);
/* Adds values (type_count of them) to the sample with these properties (P3). They may be a later
 * part of the profile's own values. */
void build_sample(struct profile *profile, struct profile_sample sample, const int64_t *values);
/* True when a ceiling was passed: the limit's name is in *limit. */
bool build_over_limit(const struct profile *profile, const char **limit);

/* Sorts labels[first..len) by key, text and number. */
void profile_labels_sort(struct profile *profile, size_t first);

/* ---- decode*.c, resolve.c: protobuf ---- */

/* The messages of profile.proto, for diagnostics. */
enum message_kind {
    MESSAGE_PROFILE,
    MESSAGE_TYPE,
    MESSAGE_SAMPLE,
    MESSAGE_LABEL,
    MESSAGE_MAPPING,
    MESSAGE_LOCATION,
    MESSAGE_LINE,
    MESSAGE_FUNCTION,
};

struct message {
    struct pb pb;
    enum message_kind kind;
    uint64_t number; /* 1 for the first of its kind; 0 when it is the only one */
};

/* Ids of the file (any 64-bit number) to numbers 0, 1, ... in order of first mention. Go and pprof
 * number from 1 upwards: those ids are looked up in an array, the others in a map. */
struct id_table {
    VEC(uint32_t) dense; /* number + 1 by id; 0 is free */
    struct map sparse;
    uint64_t dense_limit;
};

/* Where a location, function or mapping was first named, and whether it was ever defined. */
struct mention {
    uint64_t offset, id;
    uint32_t number; /* of the sample, location or line that named it */
    bool defined;
};

struct decode {
    const struct profile_input *input;
    struct profile *profile; /* ids in it are the file's until resolve */
    VEC(uint32_t) strings;   /* the file's string index to the profile's */
    struct id_table location_ids, function_ids, mapping_ids;
    VEC(struct mention) locations, functions, mappings; /* by number */
    VEC(struct mention) label_sets;                     /* by raw label set: where first seen */
    VEC(uint32_t) comments;                             /* file's string indices */
    int64_t values[LIMIT_PROFILE_SAMPLE_TYPES];         /* of the sample being read */
    uint64_t counts[MESSAGE_FUNCTION + 1];
    uint64_t header_strings[4]; /* drop_frames, keep_frames, default_sample_type, doc_url */
    uint64_t type_strings[2 * LIMIT_PROFILE_SAMPLE_TYPES], period_strings[2];
    uint32_t type_count, value_count;
    bool seen_time;
    enum status status; /* sticky: set by the first failure */
};

/* Reads a protobuf that is not packed. */
NODISCARD enum status profile_decode(const struct profile_input *input, struct profile **out);

/* Each says it once and sets decode->status; false always, so that a reader can return it. */
bool decode_fail(struct decode *decode, const unsigned char *where, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool decode_fail_at(struct decode *decode, uint64_t offset, const char *fmt, ...)
    PRINTF_LIKE(3, 4);
bool decode_fail_limit(struct decode *decode, const char *limit);
bool message_fail(struct decode *decode, const struct message *message,
                  const struct pb_field *field, const char *problem);
/* Reads the next field; false at the end and on failure (see decode->status). */
bool message_next(struct decode *decode, struct message *message, struct pb_field *field);
bool message_want(struct decode *decode, const struct message *message,
                  const struct pb_field *field, unsigned wire);

/* "sample", "location", ... */
const char *message_name(enum message_kind kind);

void id_table_init(struct id_table *table, const struct profile_input *input);
void id_table_release(const struct memory *memory, struct id_table *table);
/* The number of an id, a new one when it is named for the first time, which is noted as `where`. */
uint32_t decode_location_number(struct decode *decode, uint64_t id, const unsigned char *where);
uint32_t decode_function_number(struct decode *decode, uint64_t id, const unsigned char *where);
uint32_t decode_mapping_number(struct decode *decode, uint64_t id, const unsigned char *where);
/* Marks a definition; false (and said) when the id is 0 or was defined before. */
bool decode_define(struct decode *decode, struct mention *mention, enum message_kind kind,
                   const unsigned char *where);
/* Reads one sample. */
bool decode_sample(struct decode *decode, struct pb body);
/* Makes the profile's numbers indices, once all is read. */
bool decode_resolve(struct decode *decode);

/* ---- text.c, text_symbols.c: the text form ---- */

/* A comment line, taken apart; entry 0 and name 0 where the line has none. */
struct text_frame {
    uint64_t address, entry;
    uint32_t name, file; /* string ids */
    int64_t line;
    uint32_t alone; /* index + 1 of the location that this line makes alone; 0: not yet known */
    bool is_frame;
};

/* All comment lines seen so far. */
struct text_symbols {
    struct profile *profile;
    struct intern lines;
    uint32_t *guesses; /* by a hash of an address: a line that began with it, or 0 */
    VEC(struct text_frame) frames; /* by line number */
    struct map places;
    VEC(uint32_t) locations; /* by node of the tree */
};

/* Locations go into `profile`, which must have an index. */
void text_symbols_init(struct text_symbols *symbols, struct profile *profile);
void text_symbols_release(struct text_symbols *symbols);
/* The number of a line that begins with "#\t"; 0 when it names no frame. */
uint32_t text_symbols_line(struct text_symbols *symbols, struct str line);
/* The number of the line that may stand for a frame of this address, as the line has it; 0 when
 * there was none. It is fetched from memory meanwhile: in two steps, the second later. */
uint32_t text_symbols_guess(const struct text_symbols *symbols, uint64_t address);
void text_symbols_fetch(const struct text_symbols *symbols, uint32_t line);
/* Puts the locations of a bucket's lines, leaf first, at the end of the profile's stack_locations.
 * */
void text_symbols_stack(struct text_symbols *symbols, const uint32_t *lines, size_t count);
/* Takes blanks, 0x and up to 16 hexadecimal digits off the text. */
bool text_take_hex(struct str *text, uint64_t *value);

/* Reads a text heap profile. */
NODISCARD enum status profile_heap_text_read(const struct profile_input *input,
                                             struct profile **out);
NODISCARD enum status profile_count_text_read(const struct profile_input *input,
                                              struct profile **out);
NODISCARD enum status profile_contention_text_read(const struct profile_input *input,
                                                   struct profile **out);

/* ---- cpu.c, java.c, text_threads.c, with legacy.c and maps.c: other old forms ---- */

NODISCARD enum status profile_thread_text_read(const struct profile_input *input,
                                               struct profile **out);
NODISCARD enum status profile_java_text_read(const struct profile_input *input,
                                             struct profile **out);
NODISCARD enum status profile_cpu_read(const struct profile_input *input, struct profile **out);
/* Whether the bytes begin as such a CPU profile does. */
bool cpu_is_profile(struct str bytes);

/* ---- sniff.c ---- */

enum sniff_kind {
    SNIFF_PROTOBUF,  /* or at least nothing else that is known */
    SNIFF_HEAP_TEXT, /* Go's or tcmalloc's text heap profile */
    SNIFF_COUNT_TEXT, /* goroutine, threadcreate, a program's own */
    SNIFF_CONTENTION_TEXT,    /* mutex, block */
    SNIFF_THREAD_TEXT,        /* of C++ programs */
    SNIFF_JAVA_TEXT,          /* heap and contention of Java */
    SNIFF_CPU,                /* gperftools' binary form, of C++ and Java */
    SNIFF_FOREIGN,            /* known to be no profile */
};
/* What the first bytes look like; *what gets words for it ("an HTML page"). */
enum sniff_kind profile_sniff(struct str bytes, const char **what);
/* The first line or so, cleaned of anything that does not print. */
void profile_snippet(struct str bytes, char *text, size_t cap);

/* ---- read.c, http.c ---- */

/* Reads bytes of any form, packed or not. */
NODISCARD enum status profile_read_input(const struct profile_input *input, struct profile **out);
/* Fetches into *body, which the caller has initialised. *address is what was really asked for,
 * without a password, in the caller's arena. */
NODISCARD enum status profile_fetch(const char *url, const struct profile_options *options,
                                    const struct profile_input *input, struct arena *arena,
                                    struct sb *body, struct str *address);
bool profile_is_url(const char *source);
bool profile_is_host_port(struct str source);

/* ---- merge.c ---- */

/* Adds source's samples times sign (1 or -1) to profile, which must have an index. */
NODISCARD enum status profile_merge(struct profile *profile, const struct profile *source, int sign,
                                    struct str name, struct diag_sink *sink);
/* Adds what stood behind profile's part in the same file, as if it had been read there: samples of
 * zeros too. The profile has an index; headers are not looked at. */
void profile_append(struct profile *profile, const struct profile *part);
void profile_drop_zero_samples(struct profile *profile);

#endif
