/* kernel_file.c: small files of /proc and /sys, read onto the stack, and the ways they are written:
 * "NAME VALUE" or "Name: VALUE kB" lines, single numbers, "max". */
#include "live_int.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

bool kernel_file_read(struct kernel_file *file, const char *path)
{
    size_t len = 0;
    int fd;
    file->text = STR_NONE;
    do
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    while (fd < 0 && errno == EINTR);
    if (fd < 0)
        return false;
    while (len < sizeof(file->bytes)) {
        ssize_t n = read(fd, file->bytes + len, sizeof(file->bytes) - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    close(fd);
    file->text = (struct str){file->bytes, len};
    return len > 0;
}

bool kernel_file_in(struct kernel_file *file, const char *folder, const char *name)
{
    char path[LIVE_PATH_BYTES + 64];
    if (!folder[0] || snprintf(path, sizeof(path), "%s/%s", folder, name) >= (int)sizeof(path)) {
        file->text = STR_NONE;
        return false;
    }
    return kernel_file_read(file, path);
}

bool kernel_file_of_process(struct kernel_file *file, const char *root, int pid, const char *name)
{
    char folder[LIVE_PATH_BYTES];
    if (snprintf(folder, sizeof(folder), "%s/proc/%d", root, pid) >= (int)sizeof(folder)) {
        file->text = STR_NONE;
        return false;
    }
    return kernel_file_in(file, folder, name);
}

/* Whole lines of what is in the buffer; returns how much of it is left over. */
static size_t tell_lines(char *bytes, size_t len, bool at_end, kernel_line_teller *tell, void *ctx)
{
    size_t from = 0;
    for (size_t i = 0; i < len; i++) {
        if (bytes[i] != '\n')
            continue;
        tell(ctx, (struct str){bytes + from, i - from});
        from = i + 1;
    }
    if (from < len && (at_end || from == 0)) {
        tell(ctx, (struct str){bytes + from, len - from});
        return 0;
    }
    memmove(bytes, bytes + from, len - from);
    return len - from;
}

bool kernel_file_lines(const char *path, kernel_line_teller *tell, void *ctx)
{
    char bytes[KERNEL_FILE_BYTES];
    size_t len = 0, total = 0;
    ssize_t n = 1;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return false;
    while (n > 0 && total < LIMIT_LIVE_MAPS_BYTES) {
        n = read(fd, bytes + len, sizeof(bytes) - len);
        if (n < 0 && errno == EINTR) {
            n = 1;
            continue;
        }
        len += n > 0 ? (size_t)n : 0;
        total += n > 0 ? (size_t)n : 0;
        if (n <= 0 || len == sizeof(bytes))
            len = tell_lines(bytes, len, n <= 0, tell, ctx);
    }
    close(fd);
    return n == 0;
}

/* ---- words ---- */

struct str kernel_word(struct str *text)
{
    size_t from = 0, to;
    while (from < text->len && (text->ptr[from] == ' ' || text->ptr[from] == '\t'))
        from++;
    for (to = from; to < text->len && text->ptr[to] != ' ' && text->ptr[to] != '\t'; to++)
        continue;
    struct str word = str_slice(*text, from, to);
    *text = str_skip(*text, to);
    return word;
}

int64_t kernel_number(struct str word)
{
    uint64_t value;
    bool minus = word.len && word.ptr[0] == '-';
    word = minus ? str_skip(word, 1) : word;
    if (str_is(word, "max") || str_is(word, "unlimited"))
        return LIVE_NO_LIMIT;
    if (!str_to_u64(word, &value))
        return LIVE_UNKNOWN;
    if (value > INT64_MAX)
        return LIVE_NO_LIMIT;
    return minus ? -(int64_t)value : (int64_t)value;
}

static struct str kernel_line(struct str text, const char *key)
{
    while (text.ptr) {
        struct str line = str_cut(&text, '\n');
        struct str name = str_from(key);
        if (str_starts(line, name) && line.len > name.len &&
            (line.ptr[name.len] == ' ' || line.ptr[name.len] == ':' ||
             line.ptr[name.len] == '\t')) {
            size_t skip = name.len;
            while (skip < line.len && strchr(" :\t", line.ptr[skip]))
                skip++;
            return str_trim(str_skip(line, skip));
        }
    }
    return STR_NONE;
}

int64_t kernel_value(struct str text, const char *key)
{
    struct str rest = kernel_line(text, key);
    struct str number = kernel_word(&rest), unit = kernel_word(&rest);
    int64_t value = number.len ? kernel_number(number) : LIVE_UNKNOWN;
    bool kilobytes = str_is(unit, "kB");
    if (!kilobytes || value < 0 || value == LIVE_NO_LIMIT)
        return value;
    return value > INT64_MAX / 1024 ? LIVE_NO_LIMIT : value * 1024;
}

int64_t kernel_file_number(const char *folder, const char *name)
{
    struct kernel_file file;
    if (!kernel_file_in(&file, folder, name))
        return LIVE_UNKNOWN;
    return kernel_number(str_trim(file.text));
}

/* "some avg10=1.50 avg60=0.00 avg300=0.00 total=457500": percent, and microseconds. */
static double pressure_value(struct str line, const char *key)
{
    double value = 0, place = 1;
    bool fraction = false;
    ptrdiff_t at = str_find(line, str_from(key));
    if (at < 0)
        return LIVE_UNKNOWN_SHARE;
    struct str text = str_skip(line, (size_t)at + strlen(key));
    struct str digits = kernel_word(&text);
    for (size_t i = 0; i < digits.len; i++) {
        char c = digits.ptr[i];
        if (c == '.' && !fraction) {
            fraction = true;
            continue;
        }
        if (c < '0' || c > '9')
            return LIVE_UNKNOWN_SHARE;
        place = fraction ? place / 10 : 1;
        value = fraction ? value + (c - '0') * place : value * 10 + (c - '0');
    }
    return digits.len ? value : LIVE_UNKNOWN_SHARE;
}

static double scaled(double value, double by)
{
    return value < 0 ? LIVE_UNKNOWN_SHARE : value / by;
}

void kernel_pressure(struct str text, struct live_pressure *pressure)
{
    static const double percent = 100, microseconds = 1e6;
    struct str some = kernel_line(text, "some"), full = kernel_line(text, "full");
    pressure->some10 = scaled(pressure_value(some, "avg10="), percent);
    pressure->some60 = scaled(pressure_value(some, "avg60="), percent);
    pressure->some300 = scaled(pressure_value(some, "avg300="), percent);
    pressure->some_seconds = scaled(pressure_value(some, "total="), microseconds);
    pressure->full10 = scaled(pressure_value(full, "avg10="), percent);
    pressure->full60 = scaled(pressure_value(full, "avg60="), percent);
    pressure->full300 = scaled(pressure_value(full, "avg300="), percent);
    pressure->full_seconds = scaled(pressure_value(full, "total="), microseconds);
}
