/* process.c: a process as /proc shows it, and its memory (process_vm_readv(2), proc(5)). */
#include "live_int.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/uio.h>
#include <unistd.h>

enum { PATH_BYTES = 64, READ_BYTES = 16 << 10, START_TIME_FIELD = 22, STATE_FIELD = 3,
       START_CODE_FIELD = 26, STAT_BYTES = 4096 };

struct live_process {
    const struct memory *memory;
    int pid;
    int memory_fd; /* /proc/PID/mem, where process_vm_readv is not to be had; -1: not open */
};

static int open_file(int pid, const char *name)
{
    char path[PATH_BYTES];
    int fd;
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    do
        fd = open(path, O_RDONLY | O_CLOEXEC);
    while (fd < 0 && errno == EINTR);
    return fd;
}

bool process_read_file(int pid, const char *name, struct sb *out)
{
    char bytes[READ_BYTES];
    ssize_t n;
    int fd = open_file(pid, name);
    size_t start = out->len;
    if (fd < 0)
        return false;
    while ((n = read(fd, bytes, sizeof(bytes))) != 0) {
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 || out->len - start > LIMIT_LIVE_MAPS_BYTES)
            break;
        sb_addn(out, bytes, (size_t)n);
    }
    int error = n < 0 ? errno : EFBIG;
    close(fd);
    errno = error;
    return n == 0;
}

/* The fields after the name, which may hold anything, the last ')' ends it. */
static bool stat_field(struct str text, unsigned number, struct str *field)
{
    ptrdiff_t end = str_find_last(text, ')');
    if (end < 0)
        return false;
    struct str rest = str_skip(text, (size_t)end + 2);
    for (unsigned i = STATE_FIELD; rest.ptr; i++) {
        *field = str_cut(&rest, ' ');
        if (i == number)
            return true;
    }
    return false;
}

static struct str read_stat(int pid, char *bytes, size_t size)
{
    int fd = open_file(pid, "stat");
    ssize_t n = fd < 0 ? -1 : read(fd, bytes, size);
    if (fd >= 0)
        close(fd);
    return (struct str){bytes, n > 0 ? (size_t)n : 0};
}

bool process_start_code(int pid, uint64_t *address)
{
    char bytes[STAT_BYTES];
    struct str field;
    return stat_field(read_stat(pid, bytes, sizeof(bytes)), START_CODE_FIELD, &field) &&
           str_to_u64(field, address) && *address > 1;
}

bool process_stat(int pid, uint64_t *start_time, bool *zombie)
{
    char bytes[STAT_BYTES];
    struct str state, field;
    struct str text = read_stat(pid, bytes, sizeof(bytes));
    if (!stat_field(text, STATE_FIELD, &state) || !stat_field(text, START_TIME_FIELD, &field))
        return false;
    *zombie = str_is(state, "Z") || str_is(state, "X");
    return str_to_u64(field, start_time);
}

bool process_entry(int pid, const struct memory *memory, uint64_t *entry)
{
    struct sb text;
    bool found = false;
    sb_init(&text, memory);
    if (process_read_file(pid, "auxv", &text)) {
        for (size_t at = 0; at + sizeof(Elf64_auxv_t) <= text.len; at += sizeof(Elf64_auxv_t)) {
            Elf64_auxv_t one;
            memcpy(&one, text.text + at, sizeof(one));
            if (one.a_type == AT_ENTRY) {
                *entry = one.a_un.a_val;
                found = true;
            }
        }
    }
    int error = found ? 0 : errno;
    sb_release(&text);
    errno = error;
    return found;
}

/* ---- memory ---- */

struct live_process *process_open(int pid, const struct memory *memory)
{
    struct live_process *process = memory_get(memory, sizeof(*process));
    *process = (struct live_process){.memory = memory, .pid = pid, .memory_fd = -1};
    return process;
}

void process_close(struct live_process *process)
{
    if (!process)
        return;
    if (process->memory_fd >= 0)
        close(process->memory_fd);
    memory_put(process->memory, process);
}

static bool read_from_file(struct live_process *process, const struct live_piece *pieces,
                           size_t count)
{
    if (process->memory_fd < 0)
        process->memory_fd = open_file(process->pid, "mem");
    if (process->memory_fd < 0)
        return false;
    for (size_t i = 0; i < count; i++) {
        ssize_t n;
        do
            n = pread(process->memory_fd, pieces[i].to, pieces[i].size,
                      (off_t)pieces[i].address);
        while (n < 0 && errno == EINTR);
        if (n < 0 || (size_t)n != pieces[i].size)
            return false;
    }
    return true;
}

static bool read_at_once(struct live_process *process, const struct live_piece *pieces,
                         size_t count)
{
    struct iovec here[LIVE_PIECES], there[LIVE_PIECES];
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        here[i] = (struct iovec){.iov_base = pieces[i].to, .iov_len = pieces[i].size};
        there[i] = (struct iovec){.iov_base = (void *)(uintptr_t)pieces[i].address,
                                  .iov_len = pieces[i].size};
        wanted += pieces[i].size;
    }
    ssize_t n = process_vm_readv(process->pid, here, count, there, count, 0);
    if (n < 0)
        return false;
    errno = EFAULT; /* for a part only */
    return (size_t)n == wanted;
}

/* A seccomp filter refuses the call with EPERM (Docker's up to kernel 4.8) or ENOSYS; the file may
 * still be read then. */
bool process_read(void *ctx, const struct live_piece *pieces, size_t count)
{
    struct live_process *process = ctx;
    if (count > LIVE_PIECES)
        return false;
    if (process->memory_fd >= 0)
        return read_from_file(process, pieces, count);
    if (read_at_once(process, pieces, count))
        return true;
    if (errno != ENOSYS && errno != EPERM)
        return false;
    return read_from_file(process, pieces, count);
}

/* ---- permissions ---- */

static bool read_small(const char *path, char *text, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t n = fd < 0 ? -1 : read(fd, text, size - 1);
    if (fd >= 0)
        close(fd);
    text[n > 0 ? n : 0] = 0;
    return n > 0;
}

void process_refused(int pid, const char *what, int error, struct diag_sink *sink)
{
    char scope[16];
    bool limited = read_small("/proc/sys/kernel/yama/ptrace_scope", scope, sizeof(scope)) &&
                   scope[0] != '0';
    diag_add(sink, DIAG_LIVE_REFUSED, STR_NONE, 0, DIAG_NO_OFFSET,
             "process %d: %s: %s. Reading another process's memory needs %s CAP_SYS_PTRACE "
             "(docker run --cap-add SYS_PTRACE; in a pod securityContext.capabilities.add: "
             "[SYS_PTRACE], with shareProcessNamespace: true so that a sidecar sees the process)",
             pid, what, strerror(error),
             limited ? "here, where the sysctl kernel.yama.ptrace_scope is not 0, the capability"
                     : "the same user, a process that may be dumped, or the capability");
}

enum status live_proc_file(int pid, const char *name, struct diag_sink *sink, struct sb *out)
{
    char path[PATH_BYTES];
    if (process_read_file(pid, name, out))
        return STATUS_OK;
    int error = errno;
    bool gone = error == ENOENT || error == ESRCH;
    snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
    if (sink && (error == EACCES || error == EPERM))
        process_refused(pid, path, error, sink);
    else if (sink && gone)
        diag_add(sink, DIAG_LIVE_NO_PROCESS, STR_NONE, 0, DIAG_NO_OFFSET,
                 "there is no %s: no process has the number %d", path, pid);
    else if (sink)
        diag_add(sink, DIAG_FILE_READ, str_from(path), 0, DIAG_NO_OFFSET, "cannot read: %s",
                 strerror(error));
    return gone ? STATUS_NOT_FOUND : STATUS_IO;
}
