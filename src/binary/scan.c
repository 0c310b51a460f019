/* scan.c: finds the calls into the allocator, on all processors.
 *
 * First the code is searched for bytes that would be such a call; most functions have none and
 * are never disassembled. A function with a candidate is then read instruction by instruction
 * from its start: what does not begin at an instruction is no call. Each job takes a range of
 * functions and puts its finds into its own list; the lists are joined in order, so that the
 * result is the same on any number of threads. */
#include "scan.h"

/* What is put into a map is an extra: looked for nearby, and never at the cost of arguments. */
enum { FUNCTIONS_PER_JOB = 512, TRIES_PER_MAP = 3, MAP_STEPS = 300, MAP_JOB_STEPS = 1 << 14 };

struct scan {
    const struct binary *binary;
    const struct targets *targets;
    struct found_list *jobs;
    struct worker *workers;
};

struct worker {
    struct decoder *decoder;
    struct body body;
    struct record record; /* of the function in hand */
    struct budget budget; /* of the job in hand */
    struct budget maps;   /* the same for what is put into maps */
    struct limits map_limits;
    unsigned map_tries;   /* how many more assignments of the function are followed to their map */
};

/* ---- candidates ---- */

static bool is_target(const struct targets *targets, uint64_t address)
{
    if (address < targets->min || address > targets->max)
        return false;
    const struct target *target = targets_at(targets, address);
    return target && target->callee;
}

/* E8 and E9: call and jump. Conditional jumps to another function are not made by compilers, and
 * hand-written code that would make them does not allocate. */
static bool amd64_has_candidate(const struct targets *targets, uint64_t entry,
                                const unsigned char *bytes, uint32_t size)
{
    for (uint32_t i = 0; i + 5 <= size; i++)
        if ((bytes[i] & 0xfe) == 0xe8 &&
            is_target(targets, entry + i + 5 + (uint64_t)(int64_t)(int32_t)read_u32(bytes + i + 1)))
            return true;
    return false;
}

static bool arm64_has_candidate(const struct targets *targets, uint64_t entry,
                                const unsigned char *bytes, uint32_t size)
{
    for (uint32_t i = 0; i + 4 <= size; i += 4) {
        uint32_t word = read_u32(bytes + i);
        uint64_t distance = (uint64_t)(((word & 0x3ffffff) ^ 0x2000000) - INT64_C(0x2000000)) * 4;
        if ((word & 0x7c000000) == 0x14000000 && is_target(targets, entry + i + distance))
            return true;
    }
    return false;
}

/* ---- one function ---- */

/* The value of the callee's integer argument `index`. */
static struct value argument(struct worker *worker, uint32_t at, int index, bool is_number)
{
    int number = index < 0 ? -1 : argument_register(worker->body.image->machine, index);
    if (number < 0)
        return (struct value){VALUE_UNKNOWN, 0};
    return track_register(worker->decoder, &worker->body, at, number, is_number,
                          &worker->budget);
}

static void add_frames(struct worker *worker, struct found_list *job, struct found *found)
{
    struct binary_frame frames[LIMIT_BINARY_INLINED];
    size_t max = worker->budget.limits->max[BINARY_LIMIT_INLINED];
    size_t count = record_position(&worker->record, found->offset, frames, max);
    if (worker->budget.lines == 0)
        worker->budget.cut[BINARY_LIMIT_LINE_STEPS]++;
    else if (count > max)
        worker->budget.cut[BINARY_LIMIT_INLINED]++;
    count = count < max ? count : max;
    found->first_frame = (uint32_t)job->frames.len;
    found->frame_count = (uint32_t)count;
    for (size_t i = 0; i < count; i++)
        VEC_PUSH(worker->body.memory, &job->frames, frames[i]);
}

static void add_found(struct worker *worker, struct found_list *job, uint32_t function, uint32_t at,
                      const struct target *target)
{
    const struct instruction *instruction = &worker->body.list.at[at];
    struct found found = {.function = function, .offset = instruction->offset, .target = target,
                          .tail_call = instruction->flow == FLOW_JUMP};
    found.type = argument(worker, at, target->callee->type, false);
    found.size = argument(worker, at, target->callee->size, true);
    found.count = argument(worker, at, target->callee->count, true);
    if (target->callee->kind == BINARY_KIND_MAKE_MAP && target->callee->type < 0)
        worker->map_tries += TRIES_PER_MAP;
    if (target->callee->kind == BINARY_KIND_MAP_GROWTH && worker->map_tries > 0) {
        worker->map_tries--;
        found.map = track_register(worker->decoder, &worker->body, at,
                                   argument_register(worker->body.image->machine, 1), false,
                                   &worker->maps);
    }
    add_frames(worker, job, &found);
    VEC_PUSH(worker->body.memory, &job->calls, found);
}

/* The function's call at an offset; its calls are those from `first` on. */
static struct found *found_at(struct found_list *job, size_t first, uint32_t offset)
{
    size_t low = first, high = job->calls.len;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (job->calls.at[middle].offset < offset)
            low = middle + 1;
        else
            high = middle;
    }
    bool is_it = low < job->calls.len && job->calls.at[low].offset == offset;
    return is_it ? &job->calls.at[low] : NULL;
}

/* makemap_small is not told a type; what is put into the map that it gives is. */
static void link_maps(struct worker *worker, struct found_list *job, size_t first)
{
    for (size_t i = first; i < job->calls.len; i++) {
        const struct found *use = &job->calls.at[i];
        if (use->map.kind != VALUE_RESULT)
            continue;
        uint32_t offset = worker->body.list.at[use->map.number].offset;
        struct found *made = found_at(job, first, offset);
        if (made && made->target->callee->kind == BINARY_KIND_MAKE_MAP)
            made->used_as = value_meet(made->used_as, use->type);
    }
}

/* A jump to the function's own start is the way back from growing the stack. */
static void scan_body(struct worker *worker, struct found_list *job, uint32_t function)
{
    const struct body *body = &worker->body;
    size_t first = job->calls.len;
    worker->map_tries = 0;
    for (uint32_t i = 0; i < body->list.len; i++) {
        const struct instruction *instruction = &body->list.at[i];
        if (instruction->flow != FLOW_CALL && instruction->flow != FLOW_JUMP)
            continue;
        uint64_t to = body_target(body, instruction);
        if (!is_target(body->targets, to) ||
            (instruction->flow == FLOW_JUMP && to == body->entry))
            continue;
        add_found(worker, job, function, i, targets_at(body->targets, to));
    }
    link_maps(worker, job, first);
}

static void scan_function(struct scan *scan, struct worker *worker, struct found_list *job,
                          uint32_t number)
{
    const struct binary_function *function = &scan->binary->functions[number];
    const unsigned char *bytes = image_at(scan->binary->image, function->entry, function->size);
    if (!bytes)
        return;
    if (function->size > worker->budget.limits->max[BINARY_LIMIT_FUNCTION_BYTES]) {
        worker->budget.cut[BINARY_LIMIT_FUNCTION_BYTES]++;
        return;
    }
    bool amd64 = scan->binary->image->machine == MACHINE_AMD64;
    bool (*has_candidate)(const struct targets *, uint64_t, const unsigned char *, uint32_t) =
        amd64 ? amd64_has_candidate : arm64_has_candidate;
    if (!has_candidate(scan->targets, function->entry, bytes, function->size) ||
        !record_open(scan->binary->module, number, &worker->record))
        return;
    worker->record.work = &worker->budget.lines;
    body_read(&worker->body, worker->decoder, function->entry, bytes, function->size);
    scan_body(worker, job, number);
}

/* The code of these functions is not looked at again: half of what a large program would keep
 * resident. */
static void drop_code(const struct binary *binary, size_t first, size_t end)
{
    const struct binary_function *last = &binary->functions[end - 1];
    uint64_t from = image_offset(binary->image, binary->functions[first].entry);
    uint64_t to = image_offset(binary->image, last->entry);
    if (binary->opened && from != DIAG_NO_OFFSET && to != DIAG_NO_OFFSET && from < to)
        file_drop(&binary->opened_file, from, to + last->size);
}

static void run_job(void *ctx, size_t index, unsigned number)
{
    struct scan *scan = ctx;
    struct worker *worker = &scan->workers[number];
    if (!worker->decoder)
        worker->decoder = decoder_new(scan->binary->image->machine, scan->binary->memory);
    worker->budget.limits = scan->binary->image->limits;
    worker->budget.lines = worker->budget.limits->max[BINARY_LIMIT_LINE_STEPS];
    worker->budget.instructions = worker->budget.limits->max[BINARY_LIMIT_JOB_STEPS];
    worker->map_limits.max[BINARY_LIMIT_TRACK_STEPS] = MAP_STEPS;
    worker->maps.limits = &worker->map_limits;
    worker->maps.instructions = MAP_JOB_STEPS;
    size_t end = (index + 1) * FUNCTIONS_PER_JOB;
    if (end > scan->binary->function_count)
        end = scan->binary->function_count;
    for (size_t i = index * FUNCTIONS_PER_JOB; i < end; i++)
        scan_function(scan, worker, &scan->jobs[index], (uint32_t)i);
    drop_code(scan->binary, index * FUNCTIONS_PER_JOB, end);
}

/* ---- all of them ---- */

static void join_job(const struct binary *binary, struct found_list *job, struct found_list *out)
{
    const struct memory *memory = binary->memory;
    size_t room = binary->image->limits->max[BINARY_LIMIT_SITES] - out->calls.len;
    size_t count = job->calls.len < room ? job->calls.len : room;
    limits_cut(binary->image, BINARY_LIMIT_SITES, job->calls.len - count);
    for (size_t k = 0; k < count; k++) {
        struct found found = job->calls.at[k];
        found.first_frame += (uint32_t)out->frames.len;
        VEC_PUSH(memory, &out->calls, found);
    }
    for (size_t k = 0; k < job->frames.len; k++)
        VEC_PUSH(memory, &out->frames, job->frames.at[k]);
    VEC_RELEASE(memory, &job->calls);
    VEC_RELEASE(memory, &job->frames);
}

void scan_calls(const struct binary *binary, const struct targets *targets,
                struct workers *workers, struct found_list *out)
{
    struct arena arena;
    size_t jobs = (binary->function_count + FUNCTIONS_PER_JOB - 1) / FUNCTIONS_PER_JOB;
    unsigned count = workers_count(workers);
    arena_init(&arena, binary->memory);
    struct scan scan = {.binary = binary, .targets = targets,
                        .jobs = ARENA_ARRAY(&arena, struct found_list, jobs),
                        .workers = ARENA_ARRAY(&arena, struct worker, count)};
    for (unsigned i = 0; i < count; i++)
        scan.workers[i].body = (struct body){.image = binary->image, .targets = targets,
                                             .memory = binary->memory};
    workers_run(workers, jobs, run_job, &scan);
    for (size_t i = 0; i < jobs; i++)
        join_job(binary, &scan.jobs[i], out);
    for (unsigned i = 0; i < count; i++) {
        for (int k = 0; k < BINARY_LIMIT_COUNT; k++)
            limits_cut(binary->image, (enum binary_limit)k, scan.workers[i].budget.cut[k]);
        if (scan.workers[i].decoder)
            decoder_free(scan.workers[i].decoder);
        body_release(&scan.workers[i].body);
    }
    arena_release(&arena);
}
