/* mappings.c: what a process has mapped, by what it is for: /proc/PID/smaps (proc(5)). */
#include "live_int.h"

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

/* Where Go's heap begins on Linux (runtime/malloc.go, arenaBaseHint); since Go 1.26 it may begin
 * anywhere, but then the mappings have names where the kernel can name them. */
static const uint64_t heap_start = UINT64_C(0xc000000000);
static const uint64_t heap_end = UINT64_C(0x10000000000);

struct reading {
    struct live_mappings *mappings;
    struct live_mapping *current;
    struct str executable;
    bool any;
};

const char *live_mapping_words(enum live_mapping_kind kind)
{
    static const char *const words[LIVE_MAPPING_KINDS] = {
        "Go heap", "Go runtime, other", "executable", "libraries", "mapped files", "C heap (brk)",
        "main thread's stack", "shared memory", "anonymous, unnamed", "kernel's own"};
    return words[kind];
}

static bool to_hex(struct str text, uint64_t *value)
{
    *value = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')) || *value >> 60)
            return false;
        *value = *value << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return text.len > 0;
}

static enum live_mapping_kind kind_of_unnamed(const struct live_mapping *mapping)
{
    return mapping->start >= heap_start && mapping->start < heap_end ? LIVE_MAPPING_GO_HEAP
                                                                     : LIVE_MAPPING_ANONYMOUS;
}

static enum live_mapping_kind kind_of(const struct reading *reading,
                                      const struct live_mapping *mapping, struct str flags)
{
    static const char *const stacks[] = {"[stack]", "[anon: Go: gsignal stack]"};
    struct str name = mapping->name;
    if (str_starts(name, STR("[anon: Go: heap")) || str_is(name, "[anon: Go: gc bits]"))
        return str_is(name, "[anon: Go: gc bits]") ? LIVE_MAPPING_GO_OTHER : LIVE_MAPPING_GO_HEAP;
    if (str_starts(name, STR("[anon: Go:")))
        return LIVE_MAPPING_GO_OTHER;
    if (str_is(name, "[heap]"))
        return LIVE_MAPPING_C_HEAP;
    for (size_t i = 0; i < COUNT_OF(stacks); i++)
        if (str_is(name, stacks[i]))
            return LIVE_MAPPING_STACK;
    if (name.len == 0 || str_starts(name, STR("[anon:")))
        return kind_of_unnamed(mapping);
    if (name.ptr[0] == '[')
        return LIVE_MAPPING_KERNEL;
    if (str_starts(name, STR("/dev/shm/")) || str_starts(name, STR("/memfd:")) ||
        str_starts(name, STR("/SYSV")) || str_is(name, "/dev/zero"))
        return LIVE_MAPPING_SHARED;
    if (str_equal(name, reading->executable))
        return LIVE_MAPPING_EXECUTABLE;
    if (str_contains(str_base_name(name), STR(".so")) || (flags.len > 2 && flags.ptr[2] == 'x'))
        return LIVE_MAPPING_LIBRARY;
    return LIVE_MAPPING_FILE;
}

/* "c000000000-c000400000 rw-p 00000000 00:00 0   [anon: Go: heap]" */
static void take_head(struct reading *reading, struct str line)
{
    struct live_mappings *mappings = reading->mappings;
    struct str range = kernel_word(&line);
    struct str start = str_cut(&range, '-');
    struct live_mapping mapping = {0};
    if (!range.ptr || !to_hex(start, &mapping.start) || !to_hex(range, &mapping.end))
        return;
    struct str flags = kernel_word(&line);
    for (int i = 0; i < 3; i++)
        (void)kernel_word(&line);
    mapping.name = str_copy(&mappings->arena, str_trim(line));
    mapping.kind = kind_of(reading, &mapping, flags);
    const struct live_mapping *last = reading->current;
    if (last && last->kind == LIVE_MAPPING_EXECUTABLE && last->end == mapping.start &&
        mapping.name.len == 0)
        mapping.kind = LIVE_MAPPING_EXECUTABLE; /* its variables that start as zero */
    VEC_PUSH(mappings->memory, &mappings->list, mapping);
    reading->current = &mappings->list.at[mappings->list.len - 1];
}

static void take_line(void *ctx, struct str line)
{
    struct reading *reading = ctx;
    struct live_mapping *current = reading->current;
    int64_t value;
    reading->any = true;
    if (!current || (line.len && !(line.ptr[0] >= 'A' && line.ptr[0] <= 'Z'))) {
        take_head(reading, line);
        return;
    }
    if ((value = kernel_value(line, "Rss")) >= 0) {
        current->resident = value;
        reading->mappings->resident[current->kind] += value;
        reading->mappings->total += value;
    } else if ((value = kernel_value(line, "Pss")) >= 0) {
        current->proportional = value;
    } else if ((value = kernel_value(line, "Anonymous")) >= 0) {
        current->anonymous = value;
        reading->mappings->anonymous[current->kind] += value;
    } else if ((value = kernel_value(line, "Swap")) >= 0) {
        current->swapped = value;
    }
}

enum status live_mappings_read(const char *root, int pid, const struct memory *memory,
                               struct diag_sink *sink, struct live_mappings *mappings)
{
    char path[LIVE_PATH_BYTES], link[LIVE_PATH_BYTES];
    struct reading reading = {.mappings = mappings};
    *mappings = (struct live_mappings){.memory = memory};
    arena_init(&mappings->arena, memory);
    snprintf(path, sizeof(path), "%s/proc/%d/exe", root, pid);
    ssize_t n = readlink(path, link, sizeof(link));
    reading.executable = (struct str){link, n > 0 ? (size_t)n : 0};
    snprintf(path, sizeof(path), "%s/proc/%d/smaps", root, pid);
    bool read = kernel_file_lines(path, take_line, &reading);
    if (read && reading.any)
        return STATUS_OK;
    if (!read && (errno == EACCES || errno == EPERM)) {
        process_refused(pid, "its smaps may not be read", errno, sink);
        return STATUS_IO;
    }
    diag_add(sink, DIAG_LIVE_ENDED, STR_NONE, 0, DIAG_NO_OFFSET,
             "process %d: its smaps cannot be read: %s", pid,
             read ? "it is empty" : strerror(errno));
    return STATUS_NOT_FOUND;
}

/* ---- the heap, where mappings have no names ---- */

enum { ARENA_BYTES = 64 << 20, ARENAS = 4096 };

/* runtime.mheap_.allArenas: a slice of numbers, each of 64 MiB of addresses; on amd64 they count
 * from the lowest of the 48-bit addresses (arenaBaseOffset). */
static size_t read_arenas(const struct live_target *target, uint32_t *arenas)
{
    uint64_t slice[2];
    int32_t at = layout_offset(layout_of(target), FIELD_ALL_ARENAS);
    uint64_t heap = live_variable(target, LIVE_VARIABLE_MHEAP);
    if (!heap || at < 0 || !live_read(target, heap + (uint64_t)at, slice, sizeof(slice)))
        return 0;
    size_t count = slice[1] < ARENAS ? (size_t)slice[1] : ARENAS;
    return live_read(target, slice[0], arenas, count * sizeof(*arenas)) ? count : 0;
}

static bool in_arenas(uint64_t address, const uint32_t *arenas, size_t count, bool amd64)
{
    uint64_t base = amd64 ? UINT64_C(1) << 47 : 0;
    uint64_t number = ((address + base) & ((UINT64_C(1) << 48) - 1)) / ARENA_BYTES;
    for (size_t i = 0; i < count; i++)
        if (arenas[i] == number)
            return true;
    return false;
}

static void move(struct live_mappings *mappings, struct live_mapping *mapping,
                 enum live_mapping_kind kind)
{
    mappings->resident[mapping->kind] -= mapping->resident;
    mappings->anonymous[mapping->kind] -= mapping->anonymous;
    mappings->resident[kind] += mapping->resident;
    mappings->anonymous[kind] += mapping->anonymous;
    mapping->kind = kind;
}

void live_mappings_place_heap(struct live_mappings *mappings, const struct live_target *target)
{
    uint32_t *arenas = ARENA_ARRAY(&mappings->arena, uint32_t, ARENAS);
    bool amd64 = !str_is(target->program->code->goarch, "arm64");
    size_t count = read_arenas(target, arenas);
    for (size_t i = 0; count && i < mappings->list.len; i++) {
        struct live_mapping *mapping = &mappings->list.at[i];
        bool heap = in_arenas(mapping->start, arenas, count, amd64);
        if (mapping->kind == LIVE_MAPPING_ANONYMOUS && heap)
            move(mappings, mapping, LIVE_MAPPING_GO_HEAP);
        else if (mapping->kind == LIVE_MAPPING_GO_HEAP && mapping->name.len == 0 && !heap)
            move(mappings, mapping, LIVE_MAPPING_ANONYMOUS);
    }
}

void live_mappings_release(struct live_mappings *mappings)
{
    VEC_RELEASE(mappings->memory, &mappings->list);
    arena_release(&mappings->arena);
}
