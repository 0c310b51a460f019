/* goroutines.c: where goroutines stand, read from outside (runtime/proc.go, traceback.go).
 *
 * A goroutine that waits has its program counter and stack pointer in its g (sched; in a system
 * call syscallpc, syscallsp). From there frames are found as the runtime's unwinder does: pclntab
 * says how far the stack pointer stands below the frame at each instruction; above the frame stands
 * the return address (amd64), or it is the frame's lowest word (arm64).
 *
 * G1. All is read in batches: hundreds of g in one call, then hundreds of stacks.
 * G2. A goroutine that runs again before its stack was read may leave a stack that makes no sense:
 *     then an address is not in the code, and it is skipped and counted; or it tells what was. */
#include "live_int.h"

#include <stdlib.h>

enum {
    BATCH = 256, G_BYTES = 512, FIRST_STACK = 2048,
    STATUS_IDLE = 0, STATUS_RUNNING = 2, STATUS_DEAD = 6, STATUS_SCAN = 0x1000,
    STATUS_DEAD_EXTRA = 10, WORD = 8, LEN_OFFSET = 8,
};

/* What is needed of a g. */
struct subject {
    uint64_t pc, sp, low, high, created_by, start;
    bool running;
    unsigned char *stack; /* from sp on */
    size_t size;
};

struct walk {
    const struct live_target *target;
    const struct layout *layout;
    struct live_goroutines *out;
    struct map groups; /* hash of a stack -> index + 1 */
    unsigned char *bytes;    /* BATCH of G_BYTES */
    unsigned char *stacks;   /* BATCH of FIRST_STACK */
    unsigned char *deep;     /* one of LIMIT_LIVE_STACK_BYTES, made when it is needed */
    uint64_t deep_bytes;     /* read so far */
    uint64_t frames[LIMIT_LIVE_STACK];
    bool created, arm64;
    uint8_t wrapper; /* abi.FuncIDWrapper of this release */
};

static uint64_t word_at(const unsigned char *bytes)
{
    uint64_t word;
    memcpy(&word, bytes, sizeof(word));
    return word;
}

static uint64_t field(const struct walk *walk, const unsigned char *g, enum layout_field name)
{
    int32_t at = layout_offset(walk->layout, name);
    return at < 0 || at + WORD > G_BYTES ? 0 : word_at(g + at);
}

/* ---- groups ---- */

static void add_group(struct walk *walk, const uint64_t *stack, size_t depth)
{
    struct live_goroutines *out = walk->out;
    uint64_t key = hash_bytes(stack, depth * sizeof(*stack));
    bool is_new;
    for (;; key++) {
        uint64_t *place = map_put(&walk->groups, key, &is_new);
        if (is_new) {
            uint64_t *copy = ARENA_ARRAY(&out->arena, uint64_t, depth + 1);
            memcpy(copy, stack, depth * sizeof(*stack));
            *place = out->groups.len;
            struct live_goroutine_group group = {.stack = copy, .depth = depth, .count = 1};
            VEC_PUSH(out->memory, &out->groups, group);
            return;
        }
        struct live_goroutine_group *group = &out->groups.at[*place];
        if (group->depth == depth && memcmp(group->stack, stack, depth * sizeof(*stack)) == 0) {
            group->count++;
            return;
        }
    }
}

static int by_count(const void *a, const void *b)
{
    const struct live_goroutine_group *left = a, *right = b;
    if (left->count != right->count)
        return left->count < right->count ? 1 : -1;
    size_t depth = left->depth < right->depth ? left->depth : right->depth;
    for (size_t i = 0; i < depth; i++)
        if (left->stack[i] != right->stack[i])
            return left->stack[i] < right->stack[i] ? -1 : 1;
    return (left->depth > right->depth) - (left->depth < right->depth);
}

/* ---- frames ---- */

/* The logical frames at a place of the code: what was inlined there, and the function; wrappers
 * that the compiler made are not shown (elideWrapperCalling). Returns the new depth. */
static size_t add_frames(struct walk *walk, uint64_t address, size_t depth, bool *last)
{
    const struct binary_code *code = walk->target->program->code;
    uint64_t bias = walk->target->bias;
    struct binary_call call;
    *last = false;
    for (unsigned i = 0; i < LIMIT_BINARY_INLINED && depth < LIMIT_LIVE_STACK; i++) {
        if (!binary_code_call(code, address, &call))
            return 0;
        *last = !call.inlined && str_is(call.function, "runtime.goexit");
        if (call.func_id != walk->wrapper && !*last)
            walk->frames[depth++] = address + 1 + bias;
        if (!call.inlined)
            break;
        address = call.parent;
    }
    return depth;
}

/* The bytes at an address of the goroutine's stack. */
static bool stack_word(const struct subject *subject, uint64_t address, uint64_t *word)
{
    if (address < subject->sp || address - subject->sp + WORD > subject->size)
        return false;
    *word = word_at(subject->stack + (address - subject->sp));
    return true;
}

/* One step outwards: false at the end, or where the stack that was read ends (then *sp is beyond
 * it). */
static bool step(const struct walk *walk, const struct subject *subject, uint64_t address,
                 uint64_t *sp, uint64_t *pc)
{
    uint32_t bytes;
    if (!binary_code_stack_bytes(walk->target->program->code, address, &bytes) ||
        bytes > LIMIT_LIVE_STACK_BYTES)
        return false;
    uint64_t frame = *sp + bytes;
    if (walk->arm64) {
        bool read = stack_word(subject, *sp, pc);
        *sp = bytes ? frame : subject->high;
        return read && bytes;
    }
    *sp = frame + WORD;
    return stack_word(subject, frame, pc);
}

enum outcome { DONE, MORE, SENSELESS };

/* Frames from the innermost to the start. MORE: the stack goes on beyond what was read. */
static enum outcome unwind(struct walk *walk, const struct subject *subject, size_t *depth)
{
    const struct binary_code *code = walk->target->program->code;
    uint64_t pc = subject->pc, sp = subject->sp, bias = walk->target->bias;
    bool last = false, first = true;
    *depth = 0;
    while (!last && *depth < LIMIT_LIVE_STACK) {
        struct binary_call call;
        uint64_t address = pc - bias - 1;
        /* One that has not run yet stands at its first instruction. */
        if (first && binary_code_call(code, pc - bias, &call) && call.entry == pc - bias)
            address++;
        first = false;
        size_t before = *depth;
        *depth = add_frames(walk, address, before, &last);
        if (*depth == 0 && before == 0 && !last)
            return SENSELESS;
        if (*depth < before)
            return SENSELESS;
        if (!last && !step(walk, subject, address, &sp, &pc))
            return sp > subject->sp + subject->size - WORD && sp < subject->high ? MORE
                                                                                 : SENSELESS;
    }
    return DONE;
}

/* ---- one goroutine ---- */

static bool read_deep(struct walk *walk, struct subject *subject)
{
    uint64_t size = subject->high - subject->sp;
    if (size > LIMIT_LIVE_STACK_BYTES)
        size = LIMIT_LIVE_STACK_BYTES;
    if (walk->deep_bytes + size > LIMIT_LIVE_DEEP_BYTES)
        return false;
    walk->deep_bytes += size;
    if (!walk->deep)
        walk->deep = memory_get(walk->target->memory, LIMIT_LIVE_STACK_BYTES);
    if (size <= subject->size || !live_read(walk->target, subject->sp, walk->deep, (size_t)size))
        return false;
    subject->stack = walk->deep;
    subject->size = (size_t)size;
    return true;
}

static bool add_single(struct walk *walk, uint64_t address)
{
    bool last;
    size_t depth = add_frames(walk, address - walk->target->bias, 0, &last);
    if (depth)
        add_group(walk, walk->frames, depth);
    return depth > 0;
}

static void take(struct walk *walk, struct subject *subject)
{
    size_t depth = 0;
    walk->out->count++;
    walk->out->running += subject->running;
    if (walk->created || subject->running) {
        /* gopc is a return address; the first goroutine was made by no go statement */
        if (!(walk->created && add_single(walk, subject->created_by - 1)) &&
            !add_single(walk, subject->start))
            walk->out->skipped++;
        return;
    }
    enum outcome outcome = unwind(walk, subject, &depth);
    if (outcome == MORE && read_deep(walk, subject))
        outcome = unwind(walk, subject, &depth);
    if ((outcome != DONE && depth == 0) || walk->out->arena.bytes > LIMIT_LIVE_PROFILE_BYTES)
        walk->out->skipped++;
    else
        add_group(walk, walk->frames, depth);
}

/* isSystemGoroutine: started by a function of the runtime, but for main and a few others. */
static bool is_system(const struct walk *walk, uint64_t start)
{
    struct binary_call call;
    if (!binary_code_call(walk->target->program->code, start - walk->target->bias, &call))
        return true;
    return str_starts(call.function, STR("runtime.")) &&
           !str_is(call.function, "runtime.main") &&
           !str_is(call.function, "runtime.handleAsyncEvent");
}

static bool take_fields(const struct walk *walk, const unsigned char *g, struct subject *subject)
{
    uint32_t status = (uint32_t)field(walk, g, FIELD_G_STATUS) & (STATUS_SCAN - 1);
    uint64_t syscall = field(walk, g, FIELD_G_SYSCALL_SP);
    *subject = (struct subject){
        .pc = syscall ? field(walk, g, FIELD_G_SYSCALL_PC) : field(walk, g, FIELD_G_PC),
        .sp = syscall ? syscall : field(walk, g, FIELD_G_SP),
        .low = field(walk, g, FIELD_G_STACK_LOW), .high = field(walk, g, FIELD_G_STACK_HIGH),
        .created_by = field(walk, g, FIELD_G_CREATED_BY), .start = field(walk, g, FIELD_G_START),
        .running = status == STATUS_RUNNING};
    if (status == STATUS_IDLE || status == STATUS_DEAD || status == STATUS_DEAD_EXTRA)
        return false;
    return !is_system(walk, subject->start);
}

static bool has_stack(const struct subject *subject)
{
    return subject->sp >= subject->low && subject->sp < subject->high && subject->sp % WORD == 0;
}

/* ---- batches ---- */

static bool read_batch(const struct walk *walk, const uint64_t *list, size_t count)
{
    struct live_piece pieces[BATCH];
    for (size_t i = 0; i < count; i++)
        pieces[i] = (struct live_piece){
            .address = list[i], .to = walk->bytes + i * G_BYTES,
            .size = (size_t)layout_offset(walk->layout, FIELD_G_BYTES) < G_BYTES
                        ? (size_t)layout_offset(walk->layout, FIELD_G_BYTES)
                        : G_BYTES};
    return live_read_pieces(walk->target, pieces, count);
}

static void read_stacks(struct walk *walk, struct subject *subjects, size_t count)
{
    struct live_piece pieces[BATCH];
    size_t wanted = 0;
    for (size_t i = 0; i < count; i++) {
        struct subject *subject = &subjects[i];
        if (subject->running || walk->created || !has_stack(subject))
            continue;
        uint64_t size = subject->high - subject->sp;
        subject->stack = walk->stacks + i * FIRST_STACK;
        subject->size = size < FIRST_STACK ? (size_t)size : FIRST_STACK;
        pieces[wanted++] = (struct live_piece){subject->sp, subject->stack, subject->size};
    }
    if (wanted && !live_read_pieces(walk->target, pieces, wanted))
        for (size_t i = 0; i < count; i++)
            if (subjects[i].stack &&
                !live_read(walk->target, subjects[i].sp, subjects[i].stack, subjects[i].size))
                subjects[i].size = 0;
}

static void take_batch(struct walk *walk, const uint64_t *list, size_t count)
{
    struct subject subjects[BATCH];
    size_t used = 0;
    if (!read_batch(walk, list, count)) {
        walk->out->skipped += count;
        return;
    }
    for (size_t i = 0; i < count; i++)
        used += take_fields(walk, walk->bytes + i * G_BYTES, &subjects[used]);
    read_stacks(walk, subjects, used);
    for (size_t i = 0; i < used; i++) {
        if (subjects[i].stack || subjects[i].running || walk->created)
            take(walk, &subjects[i]);
        else
            walk->out->skipped++;
    }
}

static bool walk_all(struct walk *walk, uint64_t list, uint64_t count)
{
    uint64_t addresses[BATCH];
    for (uint64_t i = 0; i < count; i += BATCH) {
        size_t n = count - i < BATCH ? (size_t)(count - i) : BATCH;
        if (!live_read(walk->target, list + i * WORD, addresses, n * WORD))
            return false;
        take_batch(walk, addresses, n);
    }
    return true;
}

/* ---- the whole ---- */

/* internal/abi/symtab.go: the last of its list in each release. */
static uint8_t wrapper_id(unsigned minor)
{
    return minor < 22 ? 21 : minor < 25 ? 22 : 23;
}

static void walk_init(struct walk *walk, const struct live_target *target, bool created,
                      struct live_goroutines *out)
{
    memset(walk, 0, sizeof(*walk));
    walk->target = target;
    walk->layout = layout_of(target);
    walk->out = out;
    walk->created = created;
    walk->arm64 = str_is(target->program->code->goarch, "arm64");
    walk->wrapper = wrapper_id(target->minor);
    walk->bytes = memory_get(target->memory, (size_t)BATCH * G_BYTES);
    walk->stacks = memory_get(target->memory, (size_t)BATCH * FIRST_STACK);
    memset(walk->bytes, 0, (size_t)BATCH * G_BYTES);
    map_init(&walk->groups, target->memory);
}

static void walk_release(struct walk *walk)
{
    map_release(&walk->groups);
    memory_put(walk->target->memory, walk->bytes);
    memory_put(walk->target->memory, walk->stacks);
    memory_put(walk->target->memory, walk->deep);
    binary_code_drop(walk->target->program->code);
}

enum status live_goroutines_read(const struct live_target *target, bool created,
                                 struct diag_sink *sink, struct live_goroutines *goroutines)
{
    uint64_t list = 0, count = 0;
    *goroutines = (struct live_goroutines){.memory = target->memory};
    arena_init(&goroutines->arena, target->memory);
    if (!live_variable_u64(target, LIVE_VARIABLE_ALLGS, 0, &list) ||
        !live_variable_u64(target, LIVE_VARIABLE_ALLGS, LEN_OFFSET, &count)) {
        diag_add(sink, DIAG_LIVE_UNKNOWN, target->executable, 0, DIAG_NO_OFFSET,
                 "process %d: runtime.allgs, the list of goroutines, is not found", target->pid);
        return STATUS_BAD_INPUT;
    }
    struct walk *walk = memory_get(target->memory, sizeof(*walk));
    walk_init(walk, target, created, goroutines);
    bool read = walk_all(walk, list, count < LIMIT_LIVE_GOROUTINES ? count : LIMIT_LIVE_GOROUTINES);
    walk_release(walk);
    memory_put(target->memory, walk);
    if (goroutines->groups.len)
        qsort(goroutines->groups.at, goroutines->groups.len, sizeof(*goroutines->groups.at),
              by_count);
    if (read && goroutines->count)
        return STATUS_OK;
    diag_add(sink, DIAG_LIVE_ENDED, target->name, 0, DIAG_NO_OFFSET,
             "process %d: its goroutines cannot be read", target->pid);
    return STATUS_NOT_FOUND;
}

void live_goroutines_release(struct live_goroutines *goroutines)
{
    VEC_RELEASE(goroutines->memory, &goroutines->groups);
    arena_release(&goroutines->arena);
}
