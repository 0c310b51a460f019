/* ring.c: the folder of captures: names that sort by time, and no more of them than was said. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "watch_int.h"

#define PREFIX "unheap-"
#define SUFFIX ".pb.gz"
enum { PART_BYTES = 40, STAMP_BYTES = 64, LEFT_SECONDS = 60 };

static void add_plain(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len && i < PART_BYTES; i++) {
        char c = text.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    c == '.' || c == '_';
        sb_addc(out, word ? c : c == '>' ? '+' : c == '<' ? '-' : '_');
    }
}

/* The time comes first, so that names sort by it. */
void ring_name(const struct watch *watch, const struct target *target, size_t rule, double wall,
               struct sb *path)
{
    char stamp[STAMP_BYTES];
    struct tm parts;
    time_t seconds = (time_t)wall;
    gmtime_r(&seconds, &parts);
    strftime(stamp, sizeof(stamp), "%Y%m%dT%H%M%S", &parts);
    sb_addf(path, "%s/" PREFIX "%s.%03dZ-", watch->options.dir, stamp,
            (int)((wall - (double)seconds) * 1000));
    add_plain(path, str_from(target->name));
    sb_addf(path, "-%d-", target->pid);
    add_plain(path, str_from(watch->options.rules[rule].name));
    sb_adds(path, SUFFIX);
}

struct entry {
    struct str name;
    int64_t size;
};

static bool is_ours(struct str name)
{
    return str_starts(name, STR(PREFIX)) && str_ends(name, STR(SUFFIX));
}

static int64_t size_of(const struct watch *watch, struct str name, struct sb *path)
{
    struct stat info;
    sb_clear(path);
    sb_addf(path, "%s/%.*s", watch->options.dir, STR_ARGS(name));
    return stat(path->text, &info) == 0 ? (int64_t)info.st_size : 0;
}

/* What a capture was writing when it was killed: such a file is renamed within milliseconds, so
 * after a minute nobody is at it, here or in another container. */
static void remove_left(const struct watch *watch, struct str name, struct sb *path)
{
    struct stat info;
    if (!str_starts(name, STR(PREFIX)) || !str_ends(name, STR(".tmp")))
        return;
    sb_clear(path);
    sb_addf(path, "%s/%.*s", watch->options.dir, STR_ARGS(name));
    if (stat(path->text, &info) == 0 && time(NULL) - info.st_mtime > LEFT_SECONDS)
        unlink(path->text);
}

/* From the newest on: what is beyond the number or the size goes. The newest stays in any case. */
void ring_trim(struct watch *watch)
{
    struct arena arena;
    struct sb path;
    struct str *names = NULL;
    size_t count = 0, kept = 0;
    int64_t bytes = 0;
    arena_init(&arena, watch->memory);
    sb_init(&path, watch->memory);
    struct diag_sink *sink = diag_sink_new(watch->memory);
    if (dir_list(watch->options.dir, &arena, &names, &count, sink))
        count = 0;
    while (count > 0) {
        struct str name = names[--count];
        if (!is_ours(name)) {
            remove_left(watch, name, &path);
            continue;
        }
        bytes += size_of(watch, name, &path);
        kept++;
        if (kept > 1 && (kept > watch->options.keep || bytes > watch->options.keep_bytes))
            unlink(path.text);
    }
    diag_sink_free(sink);
    sb_release(&path);
    arena_release(&arena);
}
