/* program.c: executables, opened once for each build.
 *
 * moduledata lies at the same place of the file in each process that runs it, so it is searched for
 * in the first one's memory (relocated there) and then known. */
#include "live_int.h"

#include <errno.h>
#include <sys/stat.h>

enum { SCAN_BYTES = 64 << 10, POINTER = 8 };

static struct live_program *find_program(struct live *live, const struct stat *info)
{
    for (struct live_program *one = live->programs; one; one = one->next)
        if (one->device == info->st_dev && one->inode == info->st_ino &&
            one->size == (uint64_t)info->st_size &&
            one->modified == (uint64_t)info->st_mtim.tv_sec * 1000000000u +
                                 (uint64_t)info->st_mtim.tv_nsec)
            return one;
    return NULL;
}

static void free_program(struct live *live, struct live_program **at)
{
    struct live_program *program = *at;
    *at = program->next;
    binary_code_free(program->code);
    memory_put(live->memory, program);
    live->program_count--;
}

/* Of those that nobody uses the oldest goes. */
static void make_room(struct live *live)
{
    struct live_program **oldest = NULL;
    if (live->program_count < LIMIT_LIVE_PROGRAMS)
        return;
    for (struct live_program **at = &live->programs; *at; at = &(*at)->next)
        if ((*at)->users == 0)
            oldest = at;
    if (oldest)
        free_program(live, oldest);
}

enum status program_open(struct live *live, const char *path, struct diag_sink *sink,
                         struct live_program **out)
{
    struct stat info;
    struct binary_code *code;
    *out = NULL;
    if (stat(path, &info) != 0) {
        diag_add(sink, DIAG_FILE_OPEN, str_from(path), 0, DIAG_NO_OFFSET, "cannot open: %s",
                 strerror(errno));
        return STATUS_IO;
    }
    struct live_program *program = find_program(live, &info);
    if (!program) {
        enum status status = binary_code_open(path, path, live->memory, sink, &code);
        if (status != STATUS_OK)
            return status;
        make_room(live);
        program = memory_get(live->memory, sizeof(*program));
        *program = (struct live_program){
            .next = live->programs, .code = code, .device = info.st_dev, .inode = info.st_ino,
            .size = (uint64_t)info.st_size,
            .modified = (uint64_t)info.st_mtim.tv_sec * 1000000000u +
                        (uint64_t)info.st_mtim.tv_nsec};
        live->programs = program;
        live->program_count++;
    }
    program->users++;
    *out = program;
    return STATUS_OK;
}

void program_release(struct live *live, struct live_program *program)
{
    (void)live;
    if (program)
        program->users--;
}

/* ---- moduledata and variables ---- */

static bool try_module(struct live_program *program, const struct live_target *target,
                       uint64_t address)
{
    unsigned char bytes[BINARY_MODULE_BYTES];
    if (!live_read(target, address, bytes, sizeof(bytes)) ||
        !binary_code_place(program->code, bytes, target->bias))
        return false;
    program->variables[LIVE_VARIABLE_FIRST_MODULE] = address - target->bias;
    return true;
}

static bool scan_block(struct live_program *program, const struct live_target *target,
                       uint64_t address, size_t n)
{
    unsigned char bytes[SCAN_BYTES];
    uint64_t wanted = program->code->pclntab + target->bias;
    if (!live_read(target, address, bytes, n))
        return false;
    for (size_t i = 0; i + POINTER <= n; i += POINTER) {
        uint64_t value;
        memcpy(&value, bytes + i, sizeof(value));
        if (value == wanted && try_module(program, target, address + i))
            return true;
    }
    return false;
}

/* moduledata begins with the address of pclntab; it lies in written data. */
static bool scan_module(struct live_program *program, const struct live_target *target)
{
    size_t count;
    uint64_t left = LIMIT_LIVE_SCAN_BYTES;
    const struct binary_segment *segments = binary_code_segments(program->code, &count);
    for (size_t i = 0; i < count; i++) {
        if (!segments[i].writable)
            continue;
        uint64_t start = (segments[i].address + POINTER - 1) & ~(uint64_t)(POINTER - 1);
        uint64_t end = segments[i].address + segments[i].file_size;
        for (uint64_t at = start; at < end && left > 0; at += SCAN_BYTES) {
            size_t n = end - at < SCAN_BYTES ? (size_t)(end - at) : SCAN_BYTES;
            if (scan_block(program, target, at + target->bias, n))
                return true;
            left -= left < n ? left : n;
        }
    }
    return false;
}

static void find_variables(struct live_program *program)
{
    const char *names[LIVE_VARIABLE_COUNT];
    for (int i = 0; i < LIVE_VARIABLE_COUNT; i++)
        names[i] = live_variable_name((enum live_variable)i);
    program->stripped = !binary_code_symbols(program->code, names, LIVE_VARIABLE_COUNT,
                                             program->variables);
}

enum status program_place(struct live_program *program, struct live_target *target,
                          struct diag_sink *sink)
{
    if (program->placed)
        return STATUS_OK;
    find_variables(program);
    uint64_t known = program->variables[LIVE_VARIABLE_FIRST_MODULE];
    if ((!known || !try_module(program, target, known + target->bias)) &&
        !scan_module(program, target)) {
        diag_add(sink, DIAG_LIVE_UNKNOWN, target->executable, 0, DIAG_NO_OFFSET,
                 "process %d: moduledata, the runtime's record about its code, was not found in "
                 "its memory",
                 target->pid);
        return STATUS_BAD_INPUT;
    }
    program->placed = true;
    if (program->stripped)
        recipes_apply(target);
    binary_code_drop(program->code);
    return STATUS_OK;
}
