/* link: pairs each verdict with the explanation that gc printed for it, and names the function that
 * a message lies in.
 *
 * gc analyses functions in batches (escape.Batch): while it walks a batch it prints explanations,
 * and when it is done the batch's verdicts (batch.finish). So
 * L1. A verdict's story stands before it, in the same batch; a batch begins where an explanation
 *     follows a verdict.
 * L2. Story and verdict have the same position and subject. Two values of one position and subject
 *     (a literal and its conversion to an interface) take the stories in order. Where gc has put a
 *     constant for a variable in between (escape.go, rewriteWithLiterals: "make([]int, n)" becomes
 *     "make([]int, 10)"), the position alone decides.
 * L3. A parameter's verdict has the story with its target and derefs; several verdicts of a
 *     parameter have a story each. */
#include "compiler/compiler_int.h"

/* ---- stories by place ---- */

/* The stories of one place in this batch: index + 1 of the first and the last. */
struct story_slot {
    uint32_t head, tail;
};
/* Stories of one place that are looked at for one verdict: real texts have a handful. */
enum { STORY_CANDIDATES = 256 };
struct story_table {
    const struct link_job *job;
    struct story_slot *slots; /* open addressing; head 0 is free */
    size_t mask;
    uint32_t *next; /* by story, from `first` on: index + 1 of the next one of the place, or 0 */
    bool *used;     /* a verdict took it */
    size_t first;
    size_t batch; /* L1 */
};

static const struct message *message_at(const struct story_table *table, size_t i)
{
    return &table->job->compiler->messages.at[i];
}

static const struct message_note *note_at(const struct link_job *job, size_t i)
{
    return &job->notes[i - job->first_message];
}

/* Of a message without a line the path says nothing: gc prints "<unknown line number>" or none. */
static bool same_place(const struct message *a, const struct message *b)
{
    return a->line == b->line && a->column == b->column && (a->line == 0 || a->path == b->path);
}

static bool is_story(const struct message *message)
{
    return message->kind == MESSAGE_STORY_ESCAPES || message->kind == MESSAGE_STORY_LEAKS;
}

static bool is_parameter_verdict(const struct message *message)
{
    return message->kind == MESSAGE_LEAKS || message->kind == MESSAGE_LEAKS_CONTENT ||
           message->kind == MESSAGE_LEAKS_RESULT;
}

static bool is_verdict(const struct message *message)
{
    return message->kind == MESSAGE_ESCAPES || message->kind == MESSAGE_MOVED_TO_HEAP ||
           message->kind == MESSAGE_STAYS || is_parameter_verdict(message);
}

/* The slot of a place: free, or that of its stories. */
static struct story_slot *slot_of(const struct story_table *table, const struct message *place)
{
    uint64_t line = (uint64_t)place->line << 32 | place->column;
    size_t at = hash_mix(line, place->line ? place->path : 0) & table->mask;
    while (table->slots[at].head &&
           !same_place(message_at(table, table->slots[at].head - 1), place))
        at = (at + 1) & table->mask;
    return &table->slots[at];
}

static void story_put(struct story_table *table, size_t story)
{
    struct story_slot *slot = slot_of(table, message_at(table, story));
    if (slot->head && slot->tail - 1 >= table->batch)
        table->next[slot->tail - 1 - table->first] = (uint32_t)story + 1;
    else
        slot->head = (uint32_t)story + 1;
    slot->tail = (uint32_t)story + 1;
}

/* How well a story explains a verdict; 0: not at all. */
static unsigned fitness(const struct story_table *table, size_t story, size_t verdict)
{
    const struct message *told = message_at(table, story), *message = message_at(table, verdict);
    const struct message_note *a = note_at(table->job, story);
    const struct message_note *b = note_at(table->job, verdict);
    bool parameter = is_parameter_verdict(message);
    bool same_subject = a->subject == b->subject;
    if (parameter != (told->kind == MESSAGE_STORY_LEAKS) || (parameter && !same_subject))
        return 0;
    if (!parameter)
        return table->used[story - table->first] ? 0 : 1 + same_subject; /* L2 */
    if (message->kind == MESSAGE_LEAKS_RESULT)
        return a->target == b->target ? 1 + (a->derefs == b->derefs) : 0; /* L3 */
    unsigned same_derefs = (message->kind == MESSAGE_LEAKS) == (a->derefs == 0);
    return 1 + 2 * same_derefs + a->to_heap;
}

/* Index + 1 of the verdict's story, 0 when there is none. */
static uint32_t story_find(struct story_table *table, size_t verdict)
{
    struct story_slot *slot = slot_of(table, message_at(table, verdict));
    if (!slot->head || slot->tail - 1 < table->batch)
        return 0;
    while (slot->head != slot->tail && table->used[slot->head - 1 - table->first])
        slot->head = table->next[slot->head - 1 - table->first];
    uint32_t best = 0, story = slot->head;
    unsigned best_fitness = 0;
    for (unsigned n = 0; story && n < STORY_CANDIDATES; n++) {
        unsigned fits = fitness(table, story - 1, verdict);
        if (fits > best_fitness) {
            best_fitness = fits;
            best = story;
        }
        story = table->next[story - 1 - table->first];
    }
    if (best && !is_parameter_verdict(message_at(table, verdict)))
        table->used[best - 1 - table->first] = true;
    return best;
}

static void story_table_init(struct story_table *table, const struct link_job *job,
                             const struct compiled_package *package, struct arena *arena)
{
    size_t count = package->message_count, slots = 16;
    while (slots < 2 * count)
        slots *= 2;
    *table = (struct story_table){
        .job = job,
        .slots = ARENA_ARRAY(arena, struct story_slot, slots),
        .mask = slots - 1,
        .next = ARENA_ARRAY(arena, uint32_t, count + 1),
        .used = ARENA_ARRAY(arena, bool, count + 1),
        .first = package->first_message,
        .batch = package->first_message,
    };
}

static void stories_link(const struct link_job *job, const struct compiled_package *package,
                         struct arena *arena)
{
    struct story_table table;
    story_table_init(&table, job, package, arena);
    struct message *messages = job->compiler->messages.at;
    bool after_verdict = false;
    for (size_t i = package->first_message; i < table.first + package->message_count; i++) {
        if (is_verdict(&messages[i])) {
            messages[i].story = messages[i].kind == MESSAGE_STAYS ? 0 : story_find(&table, i);
            after_verdict = true;
        } else if (is_story(&messages[i]) || messages[i].kind == MESSAGE_CAPTURING) {
            if (after_verdict)
                table.batch = i; /* L1 */
            after_verdict = false;
            if (is_story(&messages[i]))
                story_put(&table, i);
        }
    }
}

/* ---- functions by position ---- */

/* What a message tells about the function at its place, in the order in which messages of one place
 * must be looked at. */
enum place_role {
    ROLE_FACT,     /* names the function it lies in */
    ROLE_DECLARED, /* the declaration of a function, or the closure's "func" */
    ROLE_LITERAL,  /* a func literal: lies outside of the closure that is declared there */
    ROLE_ASKED     /* does not say where it lies */
};

/* The functions that are open at a place, outermost first: string ids. */
enum { OPEN_FUNCTIONS = 64 };
struct open_functions {
    const struct compiler *compiler;
    uint32_t at[OPEN_FUNCTIONS];
    size_t len;
    uint64_t declared_at; /* place of the last declaration */
};

/* Is `inner` a closure in `outer`: "F.func1", "F-range1" of "F"? */
static bool is_closure_of(const struct compiler *compiler, uint32_t inner, uint32_t outer)
{
    struct str a = compiler_str(compiler, inner), b = compiler_str(compiler, outer);
    return a.len > b.len && str_starts(a, b) && (a.ptr[b.len] == '.' || a.ptr[b.len] == '-');
}

/* Closures that gc makes up around go and defer statements have no text that could hold
 * anything. */
static bool is_wrapper(struct str name)
{
    ptrdiff_t dot = str_find_last(name, '.');
    struct str last = str_skip(name, (size_t)(dot + 1));
    return str_starts(last, STR("gowrap")) || str_starts(last, STR("deferwrap"));
}

/* Of several functions declared at one place (instances, and wrappers that gc adds for pointer
 * receivers and promoted methods) the first counts: wrappers come last. */
static void function_declared(struct open_functions *open, uint32_t function, uint64_t place)
{
    if (open->declared_at == place || is_wrapper(compiler_str(open->compiler, function)))
        return;
    while (open->len && !is_closure_of(open->compiler, function, open->at[open->len - 1]))
        open->len--;
    if (open->len == OPEN_FUNCTIONS)
        open->len--;
    open->at[open->len++] = function;
    open->declared_at = place;
}

/* The function around the closure "F.func1" or "F.func1.2" by its name; 0 when it has no
 * messages. */
static uint32_t function_around(const struct compiler *compiler, uint32_t closure)
{
    struct str name = compiler_str(compiler, closure);
    ptrdiff_t dot = str_find_last(name, '.'), dash = str_find_last(name, '-');
    ptrdiff_t end = dash > dot ? dash : dot;
    return end > 0 ? intern_find(&compiler->strings, str_slice(name, 0, (size_t)end)) : 0;
}

/* The function that something at this place lies in. */
static uint32_t function_here(const struct open_functions *open, enum place_role role,
                              uint64_t place)
{
    if (open->len == 0)
        return 0;
    uint32_t innermost = open->at[open->len - 1];
    if (role != ROLE_LITERAL || open->declared_at != place)
        return innermost;
    return open->len > 1 ? open->at[open->len - 2] : function_around(open->compiler, innermost);
}

/* Package-level values are computed in functions that gc makes up, which are declared nowhere. */
static bool is_initialiser(struct str name)
{
    return str_is(name, "init") || str_starts(name, STR("map.init."));
}

/* Something is known to lie in `function` here: what was opened inside it has ended. Functions that
 * were not opened say nothing: copies of closures ("Caller.Callee.func1"), wrappers of methods. */
static void function_seen(struct open_functions *open, uint32_t function)
{
    for (size_t i = open->len; i > 0; i--) {
        if (open->at[i - 1] == function) {
            open->len = i;
            return;
        }
    }
    if (open->len == 0 || is_initialiser(compiler_str(open->compiler, function))) {
        open->at[0] = function;
        open->len = 1;
    }
}

static enum place_role role_of(const struct message *message, const struct message_note *note)
{
    if (message->kind == MESSAGE_CAN_INLINE || message->kind == MESSAGE_CANNOT_INLINE)
        return ROLE_DECLARED;
    if (message->function)
        return ROLE_FACT;
    return note->literal ? ROLE_LITERAL : ROLE_ASKED;
}

/* Path, line, column and role in one key; lines end below 1 << 20 in gc's text. */
static uint64_t place_key(const struct message *message, enum place_role role)
{
    uint64_t line = message->line < 0x1fffff ? message->line : 0x1fffff;
    uint64_t column = message->column ? message->column : 0xffff;
    return (uint64_t)(message->path & 0xffffff) << 39 | line << 18 | column << 2 | role;
}

/* Messages in the order of their places. */
static struct sort_pair *by_place(const struct link_job *job,
                                  const struct compiled_package *package, struct arena *arena,
                                  size_t *count)
{
    struct sort_pair *pairs = ARENA_ARRAY(arena, struct sort_pair, package->message_count + 1);
    size_t n = 0;
    for (size_t i = 0; i < package->message_count; i++) {
        size_t index = package->first_message + i;
        const struct message *message = &job->compiler->messages.at[index];
        if (message->path == 0 || message->line == 0 || message->kind == MESSAGE_INLINING_CALL)
            continue;
        enum place_role role = role_of(message, note_at(job, index));
        pairs[n++] = (struct sort_pair){place_key(message, role), (uint32_t)index};
    }
    sort_pairs(pairs, n, arena);
    *count = n;
    return pairs;
}

static void functions_name(const struct link_job *job, const struct compiled_package *package,
                           struct arena *arena)
{
    size_t count;
    struct sort_pair *pairs = by_place(job, package, arena, &count);
    struct open_functions open = {.compiler = job->compiler};
    uint32_t path = 0;
    for (size_t i = 0; i < count; i++) {
        struct message *message = &job->compiler->messages.at[pairs[i].value];
        enum place_role role = (enum place_role)(pairs[i].key & 3);
        uint64_t place = pairs[i].key >> 2;
        if (message->path != path)
            open.len = 0;
        path = message->path;
        if (role == ROLE_FACT)
            function_seen(&open, message->function);
        else if (role != ROLE_DECLARED)
            message->function = function_here(&open, role, place);
        else if (message->function)
            function_declared(&open, message->function, place);
    }
}

/* A story knows its function better than a position does. */
static void functions_from_stories(struct compiler *compiler,
                                   const struct compiled_package *package)
{
    for (size_t i = 0; i < package->message_count; i++) {
        struct message *message = &compiler->messages.at[package->first_message + i];
        if (message->story && compiler->messages.at[message->story - 1].function)
            message->function = compiler->messages.at[message->story - 1].function;
    }
}

void package_link(const struct link_job *job, struct compiled_package *package,
                  struct arena *arena)
{
    arena_clear(arena);
    stories_link(job, package, arena);
    functions_from_stories(job->compiler, package);
    functions_name(job, package, arena);
    functions_from_stories(job->compiler, package);
}
