/* A library to preload that makes one call of the C library fail.
 *
 *   UNHEAP_FAIL_ALLOC=n  the n-th allocation fails with ENOMEM
 *   UNHEAP_FAIL_IO=n     the n-th file call fails: ENOSPC where bytes are written, else EIO
 *   UNHEAP_FAIL_ON=1     all calls from the n-th on fail, not only that one
 *   UNHEAP_FAIL_REPORT=F appends "fired alloc malloc 17" for each failure made (for the first one
 *                        only, with UNHEAP_FAIL_ON) and "count alloc 123 io 45" at the end to F
 *
 * Calls that the C library makes to itself do not pass here, so stdio's own reads and writes are
 * seen at fopen, fread, fwrite, fflush and fclose. The program's children are left alone: the
 * constructor takes LD_PRELOAD out of the environment. */
/* The plain and the 64-bit names are wrapped one by one; the macro would make them the same. */
#undef _FILE_OFFSET_BITS

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

struct fault {
    const char *name;
    atomic_ulong calls;
    unsigned long at; /* 1-based; 0 is never */
};
static struct fault alloc_fault = {.name = "alloc"}, io_fault = {.name = "io"};
static bool persistent;
static bool ready;
static int report_fd = -1;

/* By system call, so that the report itself is never failed or counted. */
static void report(const char *line)
{
    if (report_fd >= 0)
        syscall(SYS_write, report_fd, line, strlen(line));
}

static unsigned long env_number(const char *name)
{
    const char *text = getenv(name);
    return text != NULL ? strtoul(text, NULL, 10) : 0;
}

__attribute__((constructor)) static void fault_start(void)
{
    unsetenv("LD_PRELOAD");
    alloc_fault.at = env_number("UNHEAP_FAIL_ALLOC");
    io_fault.at = env_number("UNHEAP_FAIL_IO");
    persistent = env_number("UNHEAP_FAIL_ON") != 0;
    const char *path = getenv("UNHEAP_FAIL_REPORT");
    if (path != NULL)
        report_fd = (int)syscall(SYS_openat, AT_FDCWD, path,
                                 O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
    ready = true;
}

__attribute__((destructor)) static void fault_end(void)
{
    ready = false;
    char line[100];
    snprintf(line, sizeof(line), "count alloc %lu io %lu\n", atomic_load(&alloc_fault.calls),
             atomic_load(&io_fault.calls));
    report(line);
}

/* Counts one call of `function` and says whether it is to fail. */
static bool fails(struct fault *fault, const char *function, int error)
{
    if (!ready)
        return false;
    unsigned long call = atomic_fetch_add(&fault->calls, 1) + 1;
    if (fault->at == 0 || call < fault->at || (call > fault->at && !persistent))
        return false;
    if (call == fault->at) {
        char line[100];
        snprintf(line, sizeof(line), "fired %s %s %lu\n", fault->name, function, call);
        report(line);
    }
    errno = error;
    return true;
}

/* The next definition of this function, looked up once. */
#define REAL(name)                                           \
    static __typeof__(&name) real;                           \
    if (real == NULL)                                        \
        real = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

#define ALLOC_FAILS(name) fails(&alloc_fault, #name, ENOMEM)
#define IO_FAILS(name, error) fails(&io_fault, #name, error)

/* ---- allocation ---- */

void *malloc(size_t n)
{
    REAL(malloc);
    return ALLOC_FAILS(malloc) ? NULL : real(n);
}

/* dlsym may call calloc before the real one is known; this much is enough for it. */
void *calloc(size_t count, size_t n)
{
    static _Alignas(max_align_t) char first_bytes[4096];
    static size_t used;
    static bool looking;
    static __typeof__(&calloc) real;
    if (real == NULL && looking) {
        size_t start = (used + 15) & ~(size_t)15;
        used = start + count * n;
        return used <= sizeof(first_bytes) ? first_bytes + start : NULL;
    }
    if (real == NULL) {
        looking = true;
        real = (__typeof__(&calloc))dlsym(RTLD_NEXT, "calloc");
        looking = false;
    }
    return ALLOC_FAILS(calloc) ? NULL : real(count, n);
}

void *realloc(void *ptr, size_t n)
{
    REAL(realloc);
    return ALLOC_FAILS(realloc) ? NULL : real(ptr, n);
}

void *aligned_alloc(size_t alignment, size_t n)
{
    REAL(aligned_alloc);
    return ALLOC_FAILS(aligned_alloc) ? NULL : real(alignment, n);
}

int posix_memalign(void **ptr, size_t alignment, size_t n)
{
    REAL(posix_memalign);
    return ALLOC_FAILS(posix_memalign) ? ENOMEM : real(ptr, alignment, n);
}

/* ---- mapping: of memory it is an allocation, of a file it is a read ---- */

#define MMAP(name)                                                                  \
    void *name(void *at, size_t n, int protection, int flags, int fd, off_t offset) \
    {                                                                               \
        REAL(name);                                                                 \
        if (fd < 0 ? ALLOC_FAILS(name) : IO_FAILS(name, EIO))                       \
            return MAP_FAILED;                                                      \
        return real(at, n, protection, flags, fd, offset);                          \
    }
MMAP(mmap)
MMAP(mmap64)

/* ---- files ---- */

/* Opening takes a mode only when it may make the file. */
static mode_t mode_of(int flags, va_list args)
{
    return (flags & (O_CREAT | __O_TMPFILE)) != 0 ? va_arg(args, mode_t) : 0;
}

#define OPEN(name)                                \
    int name(const char *path, int flags, ...)    \
    {                                             \
        REAL(name);                               \
        va_list args;                             \
        va_start(args, flags);                    \
        mode_t mode = mode_of(flags, args);       \
        va_end(args);                             \
        if (IO_FAILS(name, EIO))                  \
            return -1;                            \
        return real(path, flags, mode);           \
    }
OPEN(open)
OPEN(open64)

#define OPENAT(name)                                    \
    int name(int dir, const char *path, int flags, ...) \
    {                                                   \
        REAL(name);                                     \
        va_list args;                                   \
        va_start(args, flags);                          \
        mode_t mode = mode_of(flags, args);             \
        va_end(args);                                   \
        if (IO_FAILS(name, EIO))                        \
            return -1;                                  \
        return real(dir, path, flags, mode);            \
    }
OPENAT(openat)
OPENAT(openat64)

/* A plain wrapper: name(parameters) hands `args` on, or sets `error` and gives `bad`. */
#define WRAP(type, name, parameters, args, error, bad)    \
    type name parameters                                  \
    {                                                     \
        REAL(name);                                       \
        return IO_FAILS(name, error) ? (bad) : real args; \
    }
WRAP(ssize_t, read, (int fd, void *buf, size_t n), (fd, buf, n), EIO, -1)
WRAP(ssize_t, pread, (int fd, void *buf, size_t n, off_t at), (fd, buf, n, at), EIO, -1)
WRAP(ssize_t, pread64, (int fd, void *buf, size_t n, off64_t at), (fd, buf, n, at), EIO, -1)
WRAP(int, fstat, (int fd, struct stat *st), (fd, st), EIO, -1)
WRAP(int, fstat64, (int fd, struct stat64 *st), (fd, st), EIO, -1)
WRAP(int, fsync, (int fd), (fd), EIO, -1)
WRAP(int, rename, (const char *from, const char *to), (from, to), EIO, -1)
WRAP(FILE *, fopen, (const char *path, const char *mode), (path, mode), EIO, NULL)
WRAP(FILE *, fopen64, (const char *path, const char *mode), (path, mode), EIO, NULL)

/* Standard error is spared, here and below: the message about the failure is what is looked for. */
ssize_t write(int fd, const void *buf, size_t n)
{
    REAL(write);
    return fd != STDERR_FILENO && IO_FAILS(write, ENOSPC) ? -1 : real(fd, buf, n);
}

/* ---- stdio: a failure also leaves the stream's error mark, which ferror reads ---- */

#define STREAM_ERROR 0x20 /* glibc's _IO_ERR_SEEN, libio.h */
#define WRAP_STREAM(type, name, parameters, args, file, error, bad) \
    type name parameters                                            \
    {                                                               \
        REAL(name);                                                 \
        if (file == stderr || !IO_FAILS(name, error))               \
            return real args;                                       \
        file->_flags |= STREAM_ERROR;                               \
        return bad;                                                 \
    }
WRAP_STREAM(size_t, fread, (void *buf, size_t size, size_t n, FILE *in), (buf, size, n, in), in,
            EIO, 0)
WRAP_STREAM(size_t, fwrite, (const void *buf, size_t size, size_t n, FILE *out),
            (buf, size, n, out), out, ENOSPC, 0)

/* fflush(NULL) flushes all streams; then there is none to mark. */
int fflush(FILE *out)
{
    REAL(fflush);
    if (out == stderr || !IO_FAILS(fflush, ENOSPC))
        return real(out);
    if (out != NULL)
        out->_flags |= STREAM_ERROR;
    return EOF;
}

/* A failed close has still closed. */
int close(int fd)
{
    REAL(close);
    int answer = real(fd);
    return IO_FAILS(close, EIO) ? -1 : answer;
}

int fclose(FILE *file)
{
    REAL(fclose);
    int answer = real(file);
    return IO_FAILS(fclose, ENOSPC) ? EOF : answer;
}
