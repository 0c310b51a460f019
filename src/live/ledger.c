/* ledger.c: what is in a ledger, from the limit down (L1 and L2 stand in ledger_rows.c).
 *
 * L3. Names are unique; where there are several processes their rows carry the number. */
#include "live_int.h"

#include "ledger_int.h"

static struct str name_in(struct ledger_maker *maker, const struct live_ledger_process *process,
                          const char *name)
{
    if (maker->input->process_count == 1)
        return ledger_text(maker, "%s", name);
    return ledger_text(maker, "%s (%d)", name, process->usage.pid);
}

/* ---- the Go heap ---- */

static void add_live(struct ledger_maker *maker, const struct live_ledger_process *process,
                     int parent)
{
    bool profiled = process == &maker->input->processes[maker->input->main];
    int live = ledger_row(maker, parent, name_in(maker, process, "live heap"),
                          process->runtime->live, "Go runtime");
    ledger_note(maker, live, STR("what the last collection found in use"));
    if (live >= 0 && profiled)
        ledger_add_sites(maker, live);
}

static void add_objects(struct ledger_maker *maker, const struct live_ledger_process *process,
                        int in_use)
{
    const struct live_runtime *runtime = process->runtime;
    int objects = ledger_row(maker, in_use, name_in(maker, process, "objects"),
                             runtime->heap_objects, "Go runtime");
    if (objects >= 0) {
        add_live(maker, process, objects);
        (void)ledger_close(
            maker, objects, name_in(maker, process, "allocated since, and garbage"),
            name_in(maker, process, "freed since the last collection was done"));
    }
    (void)ledger_close(maker, in_use, name_in(maker, process, "unused in spans (fragmentation)"),
                       name_in(maker, process, "counted twice in spans"));
}

/* Below `parent`, which is as much of the heap as is resident or mapped. */
static void add_heap(struct ledger_maker *maker, const struct live_ledger_process *process,
                     int parent)
{
    const struct live_runtime *runtime = process->runtime;
    int in_use = ledger_row(maker, parent, name_in(maker, process, "Go heap in use"),
                            runtime->heap_in_use, "Go runtime");
    if (in_use >= 0)
        add_objects(maker, process, in_use);
    ledger_note(maker,
                ledger_row(maker, parent, name_in(maker, process, "Go heap free, kept for reuse"),
                           runtime->heap_free, "Go runtime"),
                STR("given back bit by bit, at once under GOMEMLIMIT"));
    int stacks = ledger_row(maker, parent, name_in(maker, process, "Go stacks"), runtime->stacks,
                            "Go runtime");
    if (runtime->goroutines >= 0)
        ledger_note(maker, stacks,
                    ledger_text(maker, "%lld goroutines", (long long)runtime->goroutines));
}

static int64_t sum_of_metadata(const struct live_runtime *runtime)
{
    const int64_t parts[] = {runtime->metadata, runtime->profiling, runtime->other,
                             runtime->system_stacks};
    int64_t sum = LIVE_UNKNOWN;
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i] >= 0)
            sum = parts[i] + (sum < 0 ? 0 : sum);
    return sum;
}

/* ---- a process by its mappings ---- */

static void add_heap_mappings(struct ledger_maker *maker,
                              const struct live_ledger_process *process, int parent)
{
    int64_t bytes = process->mappings->anonymous[LIVE_MAPPING_GO_HEAP];
    int heap = ledger_row(maker, parent, name_in(maker, process, "Go heap, resident"),
                          bytes ? bytes : LIVE_UNKNOWN, "smaps");
    if (heap < 0 || !process->runtime)
        return;
    add_heap(maker, process, heap);
    (void)ledger_close(maker, heap,
                       name_in(maker, process, "work buffers; released, still resident"),
                       name_in(maker, process, "mapped by Go, never touched: not resident"));
}

/* Metadata has mappings with names since Go 1.25, where the kernel can name them; else it is among
 * the unnamed, and what is there beyond it is not Go's. Returns what is not Go's. */
static int64_t add_other_mappings(struct ledger_maker *maker,
                                  const struct live_ledger_process *process, int parent)
{
    const int64_t *anonymous = process->mappings->anonymous;
    int64_t named = anonymous[LIVE_MAPPING_GO_OTHER], unnamed = anonymous[LIVE_MAPPING_ANONYMOUS];
    int64_t counted = process->runtime ? sum_of_metadata(process->runtime) : LIVE_UNKNOWN;
    int64_t hidden = counted > named ? counted - named : 0;
    hidden = hidden < unnamed ? hidden : unnamed;
    if (named + hidden > 0)
        ledger_note(maker,
                    ledger_row(maker, parent, name_in(maker, process, "Go metadata"),
                               named + hidden, "smaps, Go runtime"),
                    STR("spans, bitmaps, profiling, the runtime's own stacks"));
    return unnamed - hidden;
}

static void add_mapping_kinds(struct ledger_maker *maker,
                              const struct live_ledger_process *process, int parent)
{
    static const enum live_mapping_kind kinds[] = {
        LIVE_MAPPING_EXECUTABLE, LIVE_MAPPING_C_HEAP, LIVE_MAPPING_LIBRARY, LIVE_MAPPING_STACK,
        LIVE_MAPPING_FILE};
    static const char *const names[] = {"variables of the executable", "C heap (brk)",
                                        "variables of libraries", "stack of the main thread",
                                        "changed pages of mapped files"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (process->mappings->anonymous[kinds[i]])
            (void)ledger_row(maker, parent, name_in(maker, process, names[i]),
                             process->mappings->anonymous[kinds[i]], "smaps");
}

static bool has_libraries(const struct live_ledger_process *process)
{
    return process->mappings->resident[LIVE_MAPPING_LIBRARY] > 0;
}

static void split_by_mappings(struct ledger_maker *maker,
                              const struct live_ledger_process *process, int parent)
{
    add_heap_mappings(maker, process, parent);
    int64_t rest = add_other_mappings(maker, process, parent);
    add_mapping_kinds(maker, process, parent);
    (void)ledger_close(
        maker, parent,
        name_in(maker, process, !process->runtime       ? "anonymous memory"
                                : has_libraries(process) ? "not Go: C allocations, thread stacks"
                                                         : "unnamed mappings of the runtime"),
        name_in(maker, process, "changed while it was read"));
    if (process != &maker->input->processes[maker->input->main])
        return;
    maker->ledger->facts.go = process->mappings->anonymous[LIVE_MAPPING_GO_HEAP];
    if (process->runtime)
        maker->ledger->facts.not_go = process->mappings->anonymous[LIVE_MAPPING_C_HEAP] +
                                      (has_libraries(process) ? rest : 0);
}

/* ---- a process by what its runtime counts alone ---- */

static int64_t mapped_by_go(const struct live_runtime *runtime)
{
    if (runtime->total < 0)
        return LIVE_UNKNOWN;
    return runtime->heap_released > 0 ? runtime->total - runtime->heap_released : runtime->total;
}

static int add_mapped(struct ledger_maker *maker, const struct live_ledger_process *process,
                      int parent)
{
    int mapped = ledger_row(maker, parent, name_in(maker, process, "mapped by the Go runtime"),
                            mapped_by_go(process->runtime), "Go runtime");
    if (mapped < 0)
        return mapped;
    ledger_note(maker, mapped, STR("what GOMEMLIMIT governs"));
    add_heap(maker, process, mapped);
    int metadata = ledger_row(maker, mapped, name_in(maker, process, "Go metadata"),
                              sum_of_metadata(process->runtime), "Go runtime");
    ledger_note(maker, metadata, STR("spans, bitmaps, profiling, the runtime's own stacks"));
    (void)ledger_close(maker, mapped, name_in(maker, process, "other memory of the runtime"),
                       name_in(maker, process, "counted at another moment"));
    return mapped;
}

static void split_by_runtime(struct ledger_maker *maker,
                             const struct live_ledger_process *process, int parent)
{
    if (!process->runtime || add_mapped(maker, process, parent) < 0)
        return;
    int64_t left = ledger_close(maker, parent,
                                name_in(maker, process, "not Go: C allocations, mapped files"),
                                name_in(maker, process,
                                        "mapped by Go, never touched: not resident"));
    if (process == &maker->input->processes[maker->input->main])
        maker->ledger->facts.not_go = left > 0 ? left : 0;
}

static void split(struct ledger_maker *maker, const struct live_ledger_process *process, int row)
{
    if (row >= 0 && process->mappings)
        split_by_mappings(maker, process, row);
    else if (row >= 0)
        split_by_runtime(maker, process, row);
}

/* ---- roots ---- */

static int64_t sum_anonymous(const struct live_mappings *mappings)
{
    int64_t sum = 0;
    for (int i = 0; i < LIVE_MAPPING_KINDS; i++)
        sum += mappings->anonymous[i];
    return sum;
}

static int64_t anonymous_of(const struct live_ledger_process *process)
{
    return process->mappings ? sum_anonymous(process->mappings)
                             : process->usage.resident_anonymous;
}

static void add_files(struct ledger_maker *maker, const struct live_ledger_process *process,
                      int parent)
{
    const struct live_mappings *mappings = process->mappings;
    for (int i = 0; mappings && i < LIVE_MAPPING_KINDS; i++) {
        int64_t pages = mappings->resident[i] - mappings->anonymous[i];
        if (pages > 0 && i != LIVE_MAPPING_GO_HEAP && i != LIVE_MAPPING_ANONYMOUS)
            (void)ledger_row(
                maker, parent,
                ledger_text(maker, "pages of %s", live_mapping_words((enum live_mapping_kind)i)),
                pages, "smaps");
    }
    if (mappings)
        return;
    (void)ledger_row(maker, parent, STR("pages of files"), process->usage.resident_file, "status");
    (void)ledger_row(maker, parent, STR("shared memory"), process->usage.resident_shared,
                     "status");
}

/* The process alone: its resident memory; without that what its runtime mapped. */
static void add_process_root(struct ledger_maker *maker, const struct live_ledger_process *process)
{
    int64_t resident = process->mappings ? process->mappings->total : process->usage.resident;
    int64_t anonymous = anonymous_of(process);
    const char *source = process->mappings ? "smaps" : process->usage.pid ? "status" : "metrics";
    int root = ledger_row(maker, LEDGER_NO_ROW, STR("resident memory"), resident, source);
    if (root < 0) {
        if (process->runtime)
            (void)add_mapped(maker, process, LEDGER_NO_ROW);
        return;
    }
    if (anonymous < 0) {
        split_by_runtime(maker, process, root);
        return;
    }
    int private = ledger_row(maker, root, STR("anonymous"), anonymous, source);
    split(maker, process, private);
    add_files(maker, process, root);
    (void)ledger_close(maker, root, STR("other pages"), STR("changed while it was read"));
}

/* ---- a cgroup ---- */

static void add_processes(struct ledger_maker *maker, int anonymous)
{
    const struct live_ledger_input *input = maker->input;
    for (size_t i = 0; i < input->process_count; i++) {
        const struct live_ledger_process *process = &input->processes[i];
        struct str name = ledger_text(maker, "%s (process %d)", process->usage.name,
                                      process->usage.pid);
        int row = ledger_row(maker, anonymous, name, anonymous_of(process),
                             process->mappings ? "smaps" : "status");
        ledger_note(maker, row, process->go_version);
        split(maker, process, row);
    }
    (void)ledger_close(maker, anonymous,
                       input->process_count ? STR("other processes, and pages of ended ones")
                                            : STR("processes that are not known"),
                       STR("counted at another moment (processes)"));
}

static int64_t minus(int64_t a, int64_t b)
{
    return a < 0 || b < 0 ? LIVE_UNKNOWN : a - b;
}

static void add_working_set(struct ledger_maker *maker, int parent)
{
    const struct live_group_usage *group = maker->input->group;
    int set = ledger_row(maker, parent, STR("working set"), group->working_set, "cgroup");
    if (set < 0)
        return;
    ledger_note(maker, set, STR("what kubelet evicts by"));
    int anonymous = ledger_row(maker, set, STR("anonymous"), group->anonymous, "cgroup");
    if (anonymous >= 0)
        add_processes(maker, anonymous);
    int64_t active = minus(minus(group->file, group->inactive_file),
                           group->shared > 0 ? group->shared : 0);
    if (group->shared > 0)
        (void)ledger_row(maker, set, STR("shared memory and tmpfs"), group->shared, "cgroup");
    (void)ledger_row(maker, set, STR("file pages in active use"), active, "cgroup");
    (void)ledger_row(maker, set, STR("kernel memory"), group->kernel, "cgroup");
    (void)ledger_close(maker, set,
                       group->kernel < 0 ? STR("kernel memory and what is not yet counted")
                                         : STR("not yet counted by kind"),
                       STR("counted at another moment"));
}

static void add_group_root(struct ledger_maker *maker)
{
    const struct live_group_usage *group = maker->input->group;
    bool limited = group->limit >= 0 && group->limit != LIVE_NO_LIMIT;
    int limit = LEDGER_NO_ROW;
    if (limited) {
        limit = ledger_row(maker, LEDGER_NO_ROW, STR("limit"), group->limit, "cgroup");
        ledger_note(maker, limit,
                    group->limit_above
                        ? ledger_text(maker, "set above %s", maker->input->cgroup->path)
                        : ledger_text(maker, "of %s", maker->input->cgroup->path));
    }
    int usage = ledger_row(maker, limit, STR("in use"), group->usage, "cgroup");
    if (usage >= 0) {
        add_working_set(maker, usage);
        ledger_note(maker,
                    ledger_row(maker, usage, STR("file pages not lately used"),
                               group->inactive_file, "cgroup"),
                    STR("page cache; goes when memory is wanted"));
        (void)ledger_close(maker, usage, STR("not yet counted"), STR("counted twice"));
    }
    (void)ledger_close(maker, limit, STR("not in use"), STR("above the limit"));
}

/* ---- facts ---- */

static void take_group_facts(struct ledger_maker *maker)
{
    struct live_ledger_facts *facts = &maker->ledger->facts;
    const struct live_group_usage *group = maker->input->group;
    facts->limit = facts->usage = facts->working_set = facts->cache = facts->kernel = LIVE_UNKNOWN;
    if (!group)
        return;
    facts->limit = group->limit;
    facts->usage = group->usage;
    facts->working_set = group->working_set;
    facts->cache = group->file;
    facts->kernel = group->kernel;
    facts->anonymous = group->anonymous;
}

static void take_runtime_facts(struct ledger_maker *maker,
                               const struct live_ledger_process *process)
{
    struct live_ledger_facts *facts = &maker->ledger->facts;
    const struct live_runtime *runtime = &maker->ledger->runtime;
    facts->live = runtime->live;
    facts->garbage = minus(runtime->heap_objects, runtime->live);
    facts->unused = minus(runtime->heap_in_use, runtime->heap_objects);
    facts->free = runtime->heap_free;
    facts->stacks = runtime->stacks;
    facts->metadata = sum_of_metadata(runtime);
    facts->since_start = process->interval <= 0 || !process->then;
    if (!facts->since_start) {
        maker->ledger->then = *process->then;
        maker->ledger->interval = process->interval;
    }
    if (runtime->allocated < 0)
        return;
    double seconds = facts->since_start ? process->usage.age_seconds : process->interval;
    int64_t bytes = facts->since_start ? runtime->allocated
                                       : runtime->allocated - process->then->allocated;
    if (seconds > 0 && bytes >= 0)
        facts->allocation_rate = (double)bytes / seconds;
}

void live_ledger_make(const struct live_ledger_input *input, const struct memory *memory,
                      struct live_ledger *ledger)
{
    struct ledger_maker maker = {.input = input, .ledger = ledger};
    memset(ledger, 0, sizeof(*ledger));
    memset(&ledger->facts, 0xff, sizeof(ledger->facts)); /* LIVE_UNKNOWN */
    memset(&ledger->runtime, 0xff, sizeof(ledger->runtime));
    ledger->memory = memory;
    ledger->facts.allocation_rate = LIVE_UNKNOWN_SHARE;
    ledger->facts.since_start = true;
    arena_init(&ledger->arena, memory);
    if (input->profile)
        ledger_read_sites(&maker);
    take_group_facts(&maker);
    if (input->process_count) {
        const struct live_ledger_process *process = &input->processes[input->main];
        if (process->runtime)
            ledger->runtime = *process->runtime;
        if (process->sizes)
            ledger->sizes = *process->sizes;
        take_runtime_facts(&maker, process);
        ledger->facts.resident = process->usage.resident;
        if (!input->group)
            ledger->facts.anonymous = anonymous_of(process);
    }
    if (input->group)
        add_group_root(&maker);
    else if (input->process_count)
        add_process_root(&maker, &input->processes[input->main]);
}

void live_ledger_release(struct live_ledger *ledger)
{
    VEC_RELEASE(ledger->memory, &ledger->rows);
    VEC_RELEASE(ledger->memory, &ledger->sites);
    VEC_RELEASE(ledger->memory, &ledger->causes);
    arena_release(&ledger->arena);
}
