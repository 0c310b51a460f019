/* file.c: reading and writing files.
 *
 * Buffers that grow while a descriptor or a directory is open grow by memory_try_resize: the call
 * of `exhausted` may jump over us, so what is open is closed before it. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base_int.h"

enum {
    READ_UP_TO = 64 << 10, /* longer files are mapped; these are cheaper to read */
    READ_FIRST = 64 << 10,
    TMP_TRIES = 100,
};

static enum status tell(struct diag_sink *sink, enum diag_code code, struct str path,
                        const char *doing, int errno_value)
{
    diag_add(sink, code, path, 0, DIAG_NO_OFFSET, "cannot %s: %s", doing, strerror(errno_value));
    bool missing = errno_value == ENOENT || errno_value == ENOTDIR;
    return missing ? STATUS_NOT_FOUND : STATUS_IO;
}

static enum status tell_limit(struct diag_sink *sink, struct str path, const char *limit_name,
                              size_t max)
{
    diag_add(sink, DIAG_FILE_LIMIT, path, 0, DIAG_NO_OFFSET,
             "more than unheap takes in: the ceiling is %zu (%s)", max, limit_name);
    return STATUS_LIMIT;
}

/* ---- reading ---- */

static ssize_t read_some(int fd, void *buf, size_t n)
{
    ssize_t got;
    do
        got = read(fd, buf, n);
    while (got < 0 && errno == EINTR);
    return got;
}

struct growing {
    unsigned char *bytes;
    size_t size, cap;
    int error; /* of read(2), or ENOMEM */
};

/* Reads until the end, an error, or one byte over max. */
static void read_until(struct growing *into, int fd, size_t first, size_t max)
{
    while (into->size <= max) {
        if (into->size == into->cap) {
            size_t cap = capacity_after(into->cap, into->size + 1, first, max + 1);
            void *grown = memory_try_resize(into->bytes, cap);
            if (!grown) {
                into->error = ENOMEM;
                return;
            }
            into->bytes = grown;
            into->cap = cap;
        }
        ssize_t got = read_some(fd, into->bytes + into->size, into->cap - into->size);
        if (got < 0)
            into->error = errno;
        if (got <= 0)
            return;
        into->size += (size_t)got;
    }
}

/* Gives the part back that was not needed. */
static unsigned char *shrink(struct growing *grown)
{
    void *fitting = memory_try_resize(grown->bytes, grown->size);
    return fitting ? fitting : grown->bytes;
}

enum status file_read_all(struct file *file, const struct read_request *request,
                          const struct memory *memory, struct diag_sink *sink)
{
    struct growing into = {0};
    read_until(&into, request->fd, request->size_hint, request->max_bytes);
    if (!into.error && into.size <= request->max_bytes) {
        *file = (struct file){.memory = memory, .bytes = shrink(&into), .size = into.size};
        return STATUS_OK;
    }
    memory_put(memory, into.bytes);
    if (into.error == ENOMEM) {
        close(request->fd);
        memory_exhausted(memory, into.cap);
    }
    if (into.error)
        return tell(sink, DIAG_FILE_READ, request->name, "read", into.error);
    return tell_limit(sink, request->name, request->limit_name, request->max_bytes);
}

/* False where this kind of file cannot be mapped: then it is read. */
static bool map_file(struct file *file, int fd, size_t size, const struct memory *memory)
{
    void *bytes = mmap(NULL, size, PROT_READ, MAP_PRIVATE, fd, 0);
    if (bytes == MAP_FAILED)
        return false;
    madvise(bytes, size, MADV_SEQUENTIAL); /* advice: nothing depends on it */
    *file = (struct file){.memory = memory, .bytes = bytes, .size = size, .mapped = true};
    return true;
}

static enum status read_or_map(struct file *file, struct read_request *request,
                               const struct memory *memory, struct diag_sink *sink)
{
    struct stat facts;
    if (fstat(request->fd, &facts))
        return tell(sink, DIAG_FILE_READ, request->name, "look at it", errno);
    if (S_ISDIR(facts.st_mode)) {
        diag_add(sink, DIAG_FILE_OPEN, request->name, 0, DIAG_NO_OFFSET,
                 "this is a directory, expected a file");
        return STATUS_IO;
    }
    /* Files of /proc say size 0 and have content: only what is read to the end is believed. */
    bool sized = S_ISREG(facts.st_mode) && facts.st_size > 0;
    if (sized && (uint64_t)facts.st_size > request->max_bytes)
        return tell_limit(sink, request->name, request->limit_name, request->max_bytes);
    if (sized && facts.st_size > READ_UP_TO && lseek(request->fd, 0, SEEK_CUR) == 0 &&
        map_file(file, request->fd, (size_t)facts.st_size, memory))
        return STATUS_OK;
    if (sized)
        request->size_hint = (size_t)facts.st_size + 1; /* one more, to see the end */
    return file_read_all(file, request, memory, sink);
}

static int open_retrying(const char *path, int flags, mode_t mode)
{
    int fd;
    do
        fd = open(path, flags | O_CLOEXEC | O_NOCTTY, mode);
    while (fd < 0 && errno == EINTR);
    return fd;
}

static enum status open_stdin(struct file *file, const struct memory *memory,
                              struct diag_sink *sink)
{
    struct read_request request = {.fd = STDIN_FILENO, .size_hint = READ_FIRST,
                                   .max_bytes = LIMIT_STDIN_BYTES,
                                   .limit_name = "LIMIT_STDIN_BYTES",
                                   .name = STR("standard input")};
    return read_or_map(file, &request, memory, sink);
}

enum status file_open(struct file *file, const char *path, const struct memory *memory,
                      struct diag_sink *sink)
{
    *file = (struct file){.memory = memory};
    if (strcmp(path, "-") == 0)
        return open_stdin(file, memory, sink);
    int fd = open_retrying(path, O_RDONLY, 0);
    if (fd < 0)
        return tell(sink, DIAG_FILE_OPEN, str_from(path), "open", errno);
    struct read_request request = {.fd = fd, .size_hint = READ_FIRST,
                                   .max_bytes = LIMIT_FILE_BYTES,
                                   .limit_name = "LIMIT_FILE_BYTES", .name = str_from(path)};
    enum status status = read_or_map(file, &request, memory, sink);
    close(fd);
    return status;
}

void file_close(struct file *file)
{
    if (file->mapped)
        munmap((void *)file->bytes, file->size);
    else
        memory_put(file->memory, (void *)file->bytes);
    *file = (struct file){.memory = file->memory};
}

void file_drop(const struct file *file, size_t from, size_t to)
{
    if (!file->mapped)
        return;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    to = (to < file->size ? to : file->size) / page * page;
    from = from <= to ? (from + page - 1) / page * page : to;
    if (from < to)
        madvise((char *)file->bytes + from, to - from, MADV_DONTNEED); /* advice */
}

/* ---- writing ---- */

bool file_write_all(int fd, struct str bytes)
{
    while (bytes.len > 0) {
        ssize_t n = write(fd, bytes.ptr, bytes.len);
        if (n < 0 && errno != EINTR)
            return false;
        if (n > 0)
            bytes = str_skip(bytes, (size_t)n);
    }
    return true;
}

/* A new file beside `target`; *path gets its name. Not mkstemp: that leaves out the umask. */
static int open_tmp(const char *target, struct sb *path)
{
    int fd = -1;
    for (int try = 0; fd < 0 && try < TMP_TRIES; try++) {
        sb_clear(path);
        sb_addf(path, "%s.%ld-%d.tmp", target, (long)getpid(), try);
        fd = open_retrying(path->text, O_WRONLY | O_CREAT | O_EXCL, 0666);
        if (fd < 0 && errno != EEXIST)
            break;
    }
    return fd;
}

/* Makes the rename itself durable. Some file systems cannot; the file is whole all the same. */
static void sync_dir_of(const char *path, struct sb *dir)
{
    sb_clear(dir);
    struct str name = str_dir_name(str_from(path));
    sb_add(dir, name.ptr ? name : STR("."));
    sb_adds(dir, "/");
    int fd = open_retrying(dir->text, O_RDONLY | O_DIRECTORY, 0);
    if (fd < 0)
        return;
    fsync(fd);
    close(fd);
}

/* `facts` are the old file's, NULL when there is none. */
static bool fill_tmp(int fd, struct str bytes, const struct stat *facts)
{
    bool filled = (!facts || fchmod(fd, facts->st_mode & 07777) == 0) &&
                  file_write_all(fd, bytes) && fsync(fd) == 0;
    int error = errno;
    bool closed = close(fd) == 0;
    if (!filled)
        errno = error;
    return filled && closed;
}

static enum status replace_file(const char *target, struct str bytes, const struct stat *facts,
                                struct sb *path, struct diag_sink *sink)
{
    struct str name = str_from(target);
    int fd = open_tmp(target, path);
    if (fd < 0)
        return tell(sink, DIAG_FILE_WRITE, name, "make a file beside it", errno);
    if (fill_tmp(fd, bytes, facts) && rename(path->text, target) == 0) {
        sync_dir_of(target, path);
        return STATUS_OK;
    }
    int error = errno;
    unlink(path->text);
    return tell(sink, DIAG_FILE_WRITE, name, "write", error);
}

enum status file_write_atomic(const char *path, struct str bytes, const struct memory *memory,
                              struct diag_sink *sink)
{
    struct stat facts;
    bool exists = stat(path, &facts) == 0;
    if (exists && !S_ISREG(facts.st_mode)) {
        diag_add(sink, DIAG_FILE_WRITE, str_from(path), 0, DIAG_NO_OFFSET,
                 "this is not a regular file, so it cannot be replaced");
        return STATUS_IO;
    }
    struct sb tmp_path;
    sb_init(&tmp_path, memory);
    char *target = exists ? realpath(path, NULL) : NULL; /* a link stays a link */
    enum status status = replace_file(target ? target : path, bytes, exists ? &facts : NULL,
                                      &tmp_path, sink);
    free(target);
    sb_release(&tmp_path);
    return status;
}

/* ---- looking ---- */

bool file_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && !S_ISDIR(facts.st_mode);
}

bool file_is_regular(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode);
}

uint64_t file_size(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISREG(facts.st_mode) ? (uint64_t)facts.st_size : 0;
}

bool dir_exists(const char *path)
{
    struct stat facts;
    return stat(path, &facts) == 0 && S_ISDIR(facts.st_mode);
}

struct listing {
    VEC(char) texts; /* each name with its NUL */
    size_t count;
};

/* False when there is no memory. */
static bool add_name(struct listing *listing, const char *name)
{
    size_t n = strlen(name) + 1;
    size_t len = listing->texts.len;
    if (listing->texts.cap - len < n) {
        size_t cap = capacity_after(listing->texts.cap, len + n, READ_FIRST, PTRDIFF_MAX);
        void *grown = memory_try_resize(listing->texts.at, cap);
        if (!grown)
            return false;
        listing->texts.at = grown;
        listing->texts.cap = cap;
    }
    memcpy(listing->texts.at + len, name, n);
    listing->texts.len += n;
    listing->count++;
    return true;
}

/* Up to one name over max. 0, or what readdir or memory answered. */
static int read_names(struct listing *listing, DIR *handle, size_t max)
{
    struct dirent *entry;
    errno = 0;
    while (listing->count <= max && (entry = readdir(handle))) {
        bool self_or_parent = strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0;
        if (!self_or_parent && !add_name(listing, entry->d_name))
            return ENOMEM;
        errno = 0;
    }
    return errno;
}

static int compare_names(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

static struct str *sorted_names(const struct listing *listing, struct arena *arena)
{
    char *text = arena_text(arena, listing->texts.len);
    if (listing->texts.len)
        memcpy(text, listing->texts.at, listing->texts.len);
    struct str *names = ARENA_ARRAY(arena, struct str, listing->count);
    for (size_t i = 0; i < listing->count; i++) {
        names[i] = str_from(text);
        text += names[i].len + 1;
    }
    if (listing->count)
        qsort(names, listing->count, sizeof(*names), compare_names);
    return names;
}

enum status dir_list_up_to(const char *path, struct arena *arena, struct str **names, size_t *count,
                           struct diag_sink *sink, size_t max_names)
{
    DIR *handle = opendir(path);
    if (!handle)
        return tell(sink, DIAG_FILE_OPEN, str_from(path), "open the directory", errno);
    struct listing listing = {0};
    int error = read_names(&listing, handle, max_names);
    closedir(handle);
    enum status status = STATUS_OK;
    if (error == ENOMEM) {
        memory_put(arena->memory, listing.texts.at);
        memory_exhausted(arena->memory, listing.texts.cap);
    } else if (error) {
        status = tell(sink, DIAG_FILE_READ, str_from(path), "read the directory", error);
    } else if (listing.count > max_names) {
        status = tell_limit(sink, str_from(path), "LIMIT_DIR_NAMES", max_names);
    } else {
        *names = sorted_names(&listing, arena);
        *count = listing.count;
    }
    VEC_RELEASE(arena->memory, &listing.texts);
    return status;
}

enum status dir_list(const char *path, struct arena *arena, struct str **names, size_t *count,
                     struct diag_sink *sink)
{
    return dir_list_up_to(path, arena, names, count, sink, LIMIT_DIR_NAMES);
}
