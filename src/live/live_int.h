/* live_int.h: what the files of this room share.
 *
 *   process    files of /proc, a process's memory
 *   program    an executable, open once for all who run it
 *   target     both together
 *   kernel_file, usage, mappings, cgroup, cgroup_usage     what the kernel counts
 *   layout, runtime                                        what the runtime counts */
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
/* Where its executable's code begins, field 26 of /proc/PID/stat: unlike auxv that needs no more
 * than CAP_SYS_PTRACE. False when it is kept from us (then it is 0 or 1). */
bool process_start_code(int pid, uint64_t *address);
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
    struct live_scratch *scratch;  /* runtime.c; NULL until it is needed */
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
void recipes_apply(const struct live_target *target);

/* ---- kernel_file.c ---- */

/* A file of /proc or /sys that fits on the stack; what is beyond is not read. */
enum { KERNEL_FILE_BYTES = 16 << 10 };
struct kernel_file {
    struct str text; /* STR_NONE when it is not there, so that every key is unknown */
    char bytes[KERNEL_FILE_BYTES];
};
/* False when there is no such file, or nothing in it. */
bool kernel_file_read(struct kernel_file *file, const char *path);
bool kernel_file_in(struct kernel_file *file, const char *folder, const char *name);
bool kernel_file_of_process(struct kernel_file *file, const char *root, int pid, const char *name);
/* Tells the lines of a file of any length (up to LIMIT_LIVE_MAPS_BYTES); one that is longer than
 * the buffer comes in pieces. False when it could not be read to its end. */
typedef void kernel_line_teller(void *ctx, struct str line);
bool kernel_file_lines(const char *path, kernel_line_teller *tell, void *ctx);
/* The next word of a line, which is moved behind it. */
struct str kernel_word(struct str *text);
/* "max" and "unlimited" are LIVE_NO_LIMIT; no number is LIVE_UNKNOWN. */
int64_t kernel_number(struct str word);
/* The number that follows the key in the line that begins with it; "kB" is taken into account.
 * LIVE_UNKNOWN where there is no such line. */
int64_t kernel_value(struct str text, const char *key);
/* Of a file with one number. */
int64_t kernel_file_number(const char *folder, const char *name);
/* PSI (Documentation/accounting/psi.rst). */
void kernel_pressure(struct str text, struct live_pressure *pressure);

/* ---- usage.c, runtime.c ---- */

/* Nothing is known yet. */
void usage_set_unknown(struct live_usage *usage, int pid);
void runtime_set_unknown(struct live_runtime *runtime);

/* ---- layout.c ---- */

enum layout_field {
#define X(name, parent, path) FIELD_##name,
#include "live_fields.h"
#undef X
    LAYOUT_FIELDS
};
/* Of the target's release, or of the newest that is known; never NULL. */
struct layout;
const struct layout *layout_of(const struct live_target *target);
/* Bytes from the start of the field's struct; -1 where the release has no such field. */
int32_t layout_offset(const struct layout *layout, enum layout_field field);

/* ---- target.c ---- */

/* A target whose memory is an image: for tests, and whatever else is no process. Loaded where the
 * file says. */
NODISCARD enum status target_of_image(struct live *live, const char *path,
                                      const struct live_reader *reader, struct diag_sink *sink,
                                      struct live_target **out);

#endif
