/* text_form.h: what the files that read the text forms of profiles share (text.c). */
#ifndef UNHEAP_PROFILE_TEXT_FORM_H
#define UNHEAP_PROFILE_TEXT_FORM_H

#include "profile/profile_int.h"

struct text_reader;

/* One form. Functions that return false have said why by text_fail. */
struct text_form {
    /* Takes the lines before the first bucket and sets the profile's sample types. */
    bool (*read_header)(struct text_reader *reader);
    /* Takes the numbers of a bucket, and the @ after them, off its line into reader->values. */
    bool (*take_values)(struct text_reader *reader, struct str *line);
    /* The bucket is complete: adds its sample. */
    void (*add)(struct text_reader *reader, uint32_t stack);
    /* A line with # that is none of a stack; NULL: nobody wants it. */
    void (*comment)(struct text_reader *reader, struct str line);
    /* At the end; NULL: the form cannot tell. */
    bool (*check_complete)(struct text_reader *reader);
    bool ends_at_rule; /* a line --- ends the stacks, else only a memory map does */
};

struct text_reader {
    const struct text_form *form;
    const struct profile_input *input;
    struct profile *profile;
    struct str rest;
    uint64_t line; /* number of the line last taken */
    bool line_ended;
    bool scaled, counted, has_alloc, has_trailer; /* heap */
    int64_t rate;               /* heap: bytes between samples; contention: events */
    int64_t cycles;             /* contention: of the processor, a second; 0 unknown */
    int64_t header[4], sums[4]; /* heap: alloc objects, alloc bytes, inuse objects, inuse bytes */
    int64_t values[4];          /* of the open bucket */
    bool bucket_open;
    VEC(uint64_t) addresses; /* of the open bucket */
    VEC(uint32_t) guesses;   /* by address: the line that may tell its name, or 0 */
    size_t next_address;     /* behind that of the last comment */
    uint32_t label_set; /* of the open bucket */
    VEC(uint32_t) comments; /* its lines, by number */
    struct text_symbols symbols;
    struct str map; /* at the end: what stands below the line above a memory map */
    bool ended;     /* a line ended the stacks */
    size_t dropped; /* offset: what stands before was given back to the kernel */
    enum status status;
};

/* Says what is wrong with the line last taken, once. Returns false. */
bool text_fail(struct text_reader *reader, const char *problem);
bool text_fail_limit(struct text_reader *reader, const char *limit);
/* The next line without its end. */
struct str text_take_line(struct text_reader *reader);
void text_skip_blanks(struct str *text);
/* Each skips blanks and takes one thing off the text; false when it is not there. */
bool text_take_char(struct str *text, char c);
bool text_take_number(struct str *text, int64_t *value);
bool text_is_hex(char c); /* a digit 0 to 9 or a to f */
/* How many hexadecimal digits, of either case, the text begins with. */
size_t text_count_hex(struct str text);
/* The value of such digits; false when it has more than 64 bits. */
bool text_to_hex(struct str digits, uint64_t *value);
/* Whether the line stands above a memory map. */
bool text_is_memory_map(struct str line);
/* text_frames.c: sets drop_frames and keep_frames by the profile's kind. */
void text_set_frames(struct profile *profile);
/* Cut towards zero; out of range the nearest. Not for NaN. */
int64_t text_to_int64(double value);
/* text_heap.c: from what was sampled to what there was, at one sample every `rate` bytes. */
void text_scale(int64_t rate, int64_t *count, int64_t *bytes);
/* text_labels.c: the set of labels that a comment line of a goroutine profile names; 0 when it
 * names none. */
uint32_t text_labels(struct profile *profile, struct str line);
struct profile_type text_type(struct profile *profile, const char *type, const char *unit);

/* ---- text.c: a reader's steps ---- */

/* Gives it a profile and no lines yet; form, rest and what the header says are the caller's. */
void text_reader_start(struct text_reader *reader, const struct profile_input *input);
/* Reads all buckets of `rest`. False: text_fail said why. */
bool text_read_lines(struct text_reader *reader);
/* The profile is complete, and the caller's. False: text_fail said what is missing. */
bool text_reader_finish(struct text_reader *reader, struct profile **out);
void text_reader_release(struct text_reader *reader);

/* text_parts.c: all of it. */
NODISCARD enum status text_form_read(const struct text_form *form,
                                     const struct profile_input *input, struct profile **out);

#endif
