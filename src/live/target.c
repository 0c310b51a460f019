/* target.c: attaching to a process and reading it. */
#include "live_int.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <unistd.h>

enum { PATH_BYTES = 64, OLDEST_MINOR = 18, NEWEST_MINOR = 26 };

const char *live_variable_name(enum live_variable variable)
{
    static const char *const names[] = {
#define X(name, symbol) symbol,
#include "live_variables.h"
#undef X
    };
    return names[variable];
}

struct live *live_new(const struct memory *memory)
{
    struct live *live = memory_get(memory, sizeof(*live));
    *live = (struct live){.memory = memory};
    return live;
}

void live_free(struct live *live)
{
    while (live->programs) {
        struct live_program *program = live->programs;
        live->programs = program->next;
        binary_code_free(program->code);
        memory_put(live->memory, program);
    }
    memory_put(live->memory, live->scratch);
    memory_put(live->memory, live);
}

/* ---- attaching ---- */

static struct str own(const struct memory *memory, struct str text)
{
    char *copy = memory_get(memory, text.len + 1);
    if (text.len)
        memcpy(copy, text.ptr, text.len);
    copy[text.len] = 0;
    return (struct str){copy, text.len};
}

static enum status no_process(int pid, const char *why, struct diag_sink *sink)
{
    diag_add(sink, DIAG_LIVE_NO_PROCESS, STR_NONE, 0, DIAG_NO_OFFSET, "process %d: %s", pid, why);
    return STATUS_NOT_FOUND;
}

static enum status check_process(struct live_target *target, struct diag_sink *sink)
{
    bool zombie;
    if (target->pid <= 0 || !process_stat(target->pid, &target->start_time, &zombie))
        return no_process(target->pid, "there is no such process", sink);
    if (zombie)
        return no_process(target->pid, "it has ended; its parent has not taken notice yet", sink);
    return STATUS_OK;
}

static void take_names(struct live_target *target, const char *path)
{
    struct sb text;
    char link[PATH_MAX];
    ssize_t n = readlink(path, link, sizeof(link));
    struct str executable = {link, n > 0 ? (size_t)n : 0};
    struct str deleted = STR(" (deleted)");
    if (str_ends(executable, deleted))
        executable = str_slice(executable, 0, executable.len - deleted.len);
    target->executable = own(target->memory, executable);
    sb_init(&text, target->memory);
    (void)process_read_file(target->pid, "comm", &text);
    target->name = own(target->memory, str_trim(sb_str(&text)));
    sb_release(&text);
}

/* Before anything of it is opened: may it be read at all? Reading /proc/PID/exe, auxv and memory
 * needs the same permission (ptrace(2), PTRACE_MODE_READ; memory: PTRACE_MODE_ATTACH). */
static enum status check_access(struct live_target *target, const char *path,
                                struct diag_sink *sink)
{
    char link[8];
    if (readlink(path, link, sizeof(link)) >= 0)
        return STATUS_OK;
    if (errno == EACCES || errno == EPERM) {
        process_refused(target->pid, "its executable may not be opened", errno, sink);
        return STATUS_IO;
    }
    bool zombie;
    uint64_t start;
    if (process_stat(target->pid, &start, &zombie) && !zombie)
        return no_process(target->pid, "it has no executable: it is a thread of the kernel", sink);
    return no_process(target->pid, "it has just ended", sink);
}

static enum status check_version(const struct live_target *target, struct diag_sink *sink)
{
    if (target->minor > NEWEST_MINOR)
        diag_add(sink, DIAG_LIVE_VERSION, target->executable, 0, DIAG_NO_OFFSET,
                 "process %d was built with %.*s; the newest known release is go1.%d",
                 target->pid, STR_ARGS(target->go_version), NEWEST_MINOR);
    if (target->minor >= OLDEST_MINOR)
        return STATUS_OK;
    diag_add(sink, DIAG_LIVE_UNKNOWN, target->executable, 0, DIAG_NO_OFFSET,
             "process %d: its Go release cannot be told (buildinfo says \"%.*s\"); the layout of "
             "the runtime's records depends on it",
             target->pid, STR_ARGS(target->go_version));
    return STATUS_BAD_INPUT;
}

/* The lowest address of code in the file: what the kernel calls the start of code, without the
 * bias (fs/binfmt_elf.c, load_elf_binary). */
static uint64_t file_code(const struct live_program *program)
{
    size_t count;
    uint64_t lowest = UINT64_MAX;
    const struct binary_segment *segments = binary_code_segments(program->code, &count);
    for (size_t i = 0; i < count; i++)
        if (segments[i].executable && segments[i].address < lowest)
            lowest = segments[i].address;
    return lowest;
}

static bool find_bias(const struct live_target *target, uint64_t *bias)
{
    uint64_t address;
    if (process_entry(target->pid, target->memory, &address)) {
        *bias = address - target->program->code->entry;
        return true;
    }
    int error = errno;
    if (process_start_code(target->pid, &address)) {
        *bias = address - file_code(target->program);
        return true;
    }
    errno = error;
    return false;
}

static enum status find_place(struct live_target *target, struct diag_sink *sink)
{
    uint64_t first;
    if (!find_bias(target, &target->bias)) {
        process_refused(target->pid, "its auxv may not be read", errno, sink);
        return STATUS_IO;
    }
    target->process = process_open(target->pid, target->memory);
    target->reader = (struct live_reader){.read = process_read, .ctx = target->process};
    if (live_read_u64(target, target->program->code->pclntab + target->bias, &first))
        return program_place(target->program, target, sink);
    if (errno == EPERM || errno == EACCES) {
        process_refused(target->pid, "its memory may not be read", errno, sink);
        return STATUS_IO;
    }
    diag_add(sink, DIAG_LIVE_ENDED, STR_NONE, 0, DIAG_NO_OFFSET,
             "process %d: its memory cannot be read: %s", target->pid, strerror(errno));
    return STATUS_NOT_FOUND;
}

static enum status open_program(struct live_target *target, const char *path,
                                struct diag_sink *sink)
{
    enum status status = program_open(target->live, path, sink, &target->program);
    if (status != STATUS_OK)
        return status;
    target->go_version = target->program->code->go_version;
    target->minor = target->program->code->minor;
    return check_version(target, sink);
}

static enum status attach(struct live_target *target, struct diag_sink *sink)
{
    char path[PATH_BYTES];
    snprintf(path, sizeof(path), "/proc/%d/exe", target->pid);
    enum status status = check_process(target, sink);
    if (status == STATUS_OK)
        status = check_access(target, path, sink);
    if (status != STATUS_OK)
        return status;
    take_names(target, path);
    status = open_program(target, path, sink);
    return status == STATUS_OK ? find_place(target, sink) : status;
}

static enum status finish(struct live_target *target, enum status status, struct live_target **out)
{
    *out = target;
    if (status != STATUS_OK) {
        live_detach(target);
        *out = NULL;
    }
    return status;
}

enum status live_attach(struct live *live, int pid, struct diag_sink *sink,
                        struct live_target **out)
{
    struct live_target *target = memory_get(live->memory, sizeof(*target));
    *target = (struct live_target){.memory = live->memory, .live = live, .pid = pid};
    return finish(target, attach(target, sink), out);
}

enum status target_of_image(struct live *live, const char *path, const struct live_reader *reader,
                            struct diag_sink *sink, struct live_target **out)
{
    struct live_target *target = memory_get(live->memory, sizeof(*target));
    *target = (struct live_target){.memory = live->memory, .live = live, .reader = *reader};
    target->name = own(target->memory, STR_NONE);
    target->executable = own(target->memory, str_from(path));
    enum status status = open_program(target, path, sink);
    if (status == STATUS_OK)
        status = program_place(target->program, target, sink);
    return finish(target, status, out);
}

void live_detach(struct live_target *target)
{
    if (!target)
        return;
    process_close(target->process);
    program_release(target->live, target->program);
    memory_put(target->memory, (void *)(uintptr_t)target->executable.ptr);
    memory_put(target->memory, (void *)(uintptr_t)target->name.ptr);
    memory_put(target->memory, target);
}

bool live_is_same(const struct live_target *target)
{
    uint64_t start, bias;
    bool zombie;
    return process_stat(target->pid, &start, &zombie) && !zombie && start == target->start_time &&
           find_bias(target, &bias) && bias == target->bias;
}

/* ---- reading ---- */

bool live_read_pieces(const struct live_target *target, const struct live_piece *pieces,
                      size_t count)
{
    return target->reader.read(target->reader.ctx, pieces, count);
}

bool live_read(const struct live_target *target, uint64_t address, void *to, size_t n)
{
    struct live_piece piece = {.address = address, .to = to, .size = n};
    return live_read_pieces(target, &piece, 1);
}

bool live_read_u64(const struct live_target *target, uint64_t address, uint64_t *value)
{
    return live_read(target, address, value, sizeof(*value));
}

bool live_read_u32(const struct live_target *target, uint64_t address, uint32_t *value)
{
    return live_read(target, address, value, sizeof(*value));
}

uint64_t live_variable(const struct live_target *target, enum live_variable variable)
{
    uint64_t address = target->program->variables[variable];
    return address ? address + target->bias : 0;
}

bool live_variable_u64(const struct live_target *target, enum live_variable variable,
                       uint64_t offset, uint64_t *value)
{
    uint64_t address = live_variable(target, variable);
    return address && live_read_u64(target, address + offset, value);
}

bool live_variable_u32(const struct live_target *target, enum live_variable variable,
                       uint64_t offset, uint32_t *value)
{
    uint64_t address = live_variable(target, variable);
    return address && live_read_u32(target, address + offset, value);
}
