/* live_int.h: what the files of this room share.
 *
 *   process    files of /proc, a process's memory
 *   program    an executable, open once for all who run it
 *   target     both together */
#ifndef UNHEAP_LIVE_INT_H
#define UNHEAP_LIVE_INT_H

#include "binary/binary.h"
#include "live.h"

/* ---- process.c ---- */

/* Field 22 of /proc/PID/stat and whether it is a zombie; false when there is no such process. */
bool process_stat(int pid, uint64_t *start_time, bool *zombie);
/* The file's whole text. errno tells why not. */
bool process_read_file(int pid, const char *name, struct sb *out);
/* Opens its memory. The reader's ctx is the process. */
struct live_process *process_open(int pid, const struct memory *memory);
void process_close(struct live_process *process);
bool process_read(void *ctx, const struct live_piece *pieces, size_t count);
/* Where it started to run, from /proc/PID/auxv: tells the place of a position-independent
 * executable. */
bool process_entry(int pid, const struct memory *memory, uint64_t *entry);
/* Says that reading was refused, and what would help here. */
void process_refused(int pid, const char *what, int error, struct diag_sink *sink);

/* ---- program.c ---- */

/* An executable, by device, inode, size and time. Addresses are the file's. */
struct live_program {
    struct live_program *next;
    uint64_t device, inode, size, modified;
    struct binary_code *code;
    unsigned users;
    bool placed;     /* moduledata was found; code->text is known */
    bool stripped;
    uint64_t variables[LIVE_VARIABLE_COUNT]; /* 0: not there */
};
struct live {
    const struct memory *memory;
    struct live_program *programs; /* the newest first */
    size_t program_count;
};
/* The program at a path, opened or shared; program_release it. */
NODISCARD enum status program_open(struct live *live, const char *path, struct diag_sink *sink,
                                   struct live_program **out);
void program_release(struct live *live, struct live_program *program);
/* Finds moduledata and the variables with a process that runs it. */
NODISCARD enum status program_place(struct live_program *program, struct live_target *target,
                                    struct diag_sink *sink);
/* ---- recipes.c ---- */

/* Finds variables of a stripped program by the code that uses them. What is found is a good guess,
 * and who reads there checks what he reads. */
void recipes_apply(struct live_program *program);

/* ---- target.c ---- */

/* A target whose memory is an image: for tests, and whatever else is no process. Loaded where the
 * file says. */
NODISCARD enum status target_of_image(struct live *live, const char *path,
                                      const struct live_reader *reader, struct diag_sink *sink,
                                      struct live_target **out);

#endif
