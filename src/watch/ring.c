/* ring.c: the folder of captures: names that sort by time, and no more of them than was said.
 *
 * R1. Captures of this run are newer than all others, in the order in which they were written: the
 *     clock on the wall, which their names have, may be set back. */
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

/* ---- which is older (R1) ---- */

struct entry {
    struct str name;
    uint64_t order; /* in which this run wrote it; 0: it did not */
};

static int by_age(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    if (left->order != right->order)
        return left->order < right->order ? -1 : 1;
    return str_compare(left->name, right->name);
}

static void note_order(struct watch *watch, struct str name, uint64_t order)
{
    bool added;
    *map_put(&watch->written, str_hash(name), &added) = order;
}

/* The captures in the folder, the oldest first; the rest is cleared of what was left. */
static struct entry *list_captures(struct watch *watch, struct arena *arena, struct sb *path,
                                   size_t *kept)
{
    struct str *names = NULL;
    size_t count = 0;
    struct diag_sink *sink = diag_sink_new(watch->memory);
    if (dir_list(watch->options.dir, arena, &names, &count, sink))
        count = 0;
    diag_sink_free(sink);
    struct entry *entries = ARENA_ARRAY(arena, struct entry, count + 1);
    *kept = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t *order = map_get(&watch->written, str_hash(names[i]));
        if (is_ours(names[i]))
            entries[(*kept)++] = (struct entry){names[i], order ? *order : 0};
        else
            remove_left(watch, names[i], path);
    }
    qsort(entries, *kept, sizeof(*entries), by_age);
    return entries;
}

/* From the newest on: what is beyond the number or the size goes. The newest stays in any case. */
void ring_trim(struct watch *watch, const char *newest)
{
    struct arena arena;
    struct sb path;
    size_t count, kept = 0;
    int64_t bytes = 0;
    arena_init(&arena, watch->memory);
    sb_init(&path, watch->memory);
    note_order(watch, str_base_name(str_from(newest)), ++watch->orders);
    const struct entry *entries = list_captures(watch, &arena, &path, &count);
    map_clear(&watch->written);
    while (count > 0) {
        const struct entry *entry = &entries[--count];
        bytes += size_of(watch, entry->name, &path);
        kept++;
        if (kept > 1 && (kept > watch->options.keep || bytes > watch->options.keep_bytes))
            unlink(path.text);
        else if (entry->order)
            note_order(watch, entry->name, entry->order);
    }
    sb_release(&path);
    arena_release(&arena);
}
