/* Through the callers: what becomes of a value that a function returns.
 *
 * gc's explanation ends at the result. The profile knows who called, and the caller's source tells
 * what it does with the result: stores it, sends it, returns it in turn, or lets it die. Whether a
 * method or function that gets it keeps it, gc's parameter tags tell.
 *
 * F1. A value dies in its caller only if every use is known and none keeps it.
 * F2. With several uses that keep it, none of them alone dominates (evidence.h, E3).
 * F3. A call that hands its argument or receiver back ("return q") is no end: what becomes of its
 *     result becomes of the value.
 * F4. Reading a field may take out what lies inside the value. That is a way only as long as none
 *     is known that keeps the whole.
 * F5. What is still in use is kept by what lives long: of several uses that keep a value the one
 *     that stores it in a global is what holds it, when there is just one. */
#include "evidence_int.h"

enum { MAX_FATES = 64 };

/* ---- parameters ---- */

static enum leak leak_of_kind(const struct message *message)
{
    switch (message->kind) {
    case MESSAGE_STAYS: return LEAK_NONE;
    case MESSAGE_LEAKS_CONTENT: return LEAK_CONTENT;
    case MESSAGE_LEAKS_RESULT:
        return str_ends(message->text, STR("level=0")) ? LEAK_RESULT : LEAK_CONTENT;
    case MESSAGE_LEAKS: case MESSAGE_MOVED_TO_HEAP: return LEAK_HEAP;
    default: return LEAK_UNKNOWN;
    }
}

/* The strongest tag among the messages at a parameter's position. No message: it is scalar, unnamed
 * or unused, and flows nowhere (facts page section 5, "Not printed"). */
static enum leak leak_at(const struct atlas *atlas, struct str import_path, struct str base_name,
                         uint32_t line, uint32_t column, uint32_t *message)
{
    size_t count;
    const uint32_t *at = compiler_index_at(atlas->index, import_path, base_name, line, &count);
    enum leak leak = LEAK_NONE;
    for (size_t i = 0; i < count; i++) {
        const struct message *found = &atlas->compiler->messages.at[at[i]];
        enum leak this = found->column == column ? leak_of_kind(found) : LEAK_UNKNOWN;
        if (this > leak) {
            leak = this;
            *message = at[i];
        }
    }
    return leak;
}

enum leak parameter_leak(struct atlas *atlas, struct str import_path, struct str name, int number,
                         uint32_t *message)
{
    *message = NONE;
    struct source *source;
    struct str path;
    const struct syntax_function *function =
        callee_declared(atlas, import_path, name, &source, &path);
    if (!function)
        return LEAK_UNKNOWN;
    if (number >= (int)function->param_count && function->param_count > 0 &&
        str_starts(function->params[function->param_count - 1].type, STR("...")))
        number = (int)function->param_count - 1;
    if (number < -1 || number >= (int)function->param_count ||
        (number == -1 && function->receiver.type.len == 0))
        return LEAK_UNKNOWN;
    const struct syntax_param *param = number < 0 ? &function->receiver : &function->params[number];
    return leak_at(atlas, import_path, source->base_name, param->line, param->column, message);
}

/* ---- fates ---- */

struct follower {
    struct tracer *tracer;
    const struct located *caller;
    struct source *source;
    const struct located *callee;
    const struct followed_value *value;
};

static enum callee_kind resolve_use(const struct follower *follower, const struct fate *fate,
                                    struct callee *callee)
{
    struct called called = {fate->callee, fate->line};
    return callee_resolve(follower->tracer->sites, follower->caller, follower->source, &called,
                          callee);
}

/* message: the parameter's tag, or NONE. */
static enum leak leak_of_use(const struct follower *follower, const struct fate *fate,
                             uint32_t *message)
{
    struct atlas *atlas = follower->tracer->atlas;
    struct arena *arena = follower->tracer->arena;
    struct str name;
    *message = NONE;
    if (fate->kind == FATE_RECEIVER) {
        const struct followed_value *value = follower->value;
        if (value->type.len == 0)
            return LEAK_UNKNOWN;
        if (callee_hides_type(follower->tracer->sites, follower->callee, value->result))
            return LEAK_HEAP;
        name = arena_fmt(arena, "(*%.*s).%.*s", STR_ARGS(value->type), STR_ARGS(fate->callee));
        enum leak leak = parameter_leak(atlas, value->type_path, name, -1, message);
        if (leak != LEAK_UNKNOWN)
            return leak;
        name = arena_fmt(arena, "%.*s.%.*s", STR_ARGS(value->type), STR_ARGS(fate->callee));
        return parameter_leak(atlas, value->type_path, name, -1, message) == LEAK_UNKNOWN
                   ? LEAK_UNKNOWN : LEAK_NONE; /* a value receiver gets a copy */
    }
    struct callee callee;
    switch (resolve_use(follower, fate, &callee)) {
    case CALLEE_FUNCTION:
        return parameter_leak(atlas, callee.import_path, callee.name, (int)fate->index, message);
    case CALLEE_INTERFACE: return LEAK_HEAP;
    default: return LEAK_UNKNOWN;
    }
}

/* What gc says of the closure around a use: without a word (it is called directly, or inlined) or
 * when it stays, what its body does with the value is not known. */
static enum ending ending_in_closure(const struct follower *follower, const struct fate *fate)
{
    const struct atlas *atlas = follower->tracer->atlas;
    const struct syntax_file *syntax = &follower->source->syntax;
    uint32_t id = syntax_function_at(syntax, fate->line);
    if (id == SYNTAX_NONE || !syntax->functions[id].is_literal)
        return ENDING_UNKNOWN;
    const struct syntax_function *literal = &syntax->functions[id];
    size_t count;
    const uint32_t *at = compiler_index_at(atlas->index, follower->caller->import_path,
                                           follower->caller->base_name, literal->line, &count);
    for (size_t i = 0; i < count; i++) {
        const struct message *message = &atlas->compiler->messages.at[at[i]];
        if (message->kind == MESSAGE_ESCAPES && message->column == literal->column)
            return ENDING_KEPT;
    }
    return ENDING_UNKNOWN;
}

/* Does this use keep the value alive beyond the caller? */
static enum ending ending_of(const struct follower *follower, const struct fate *fate)
{
    uint32_t message;
    switch (fate->kind) {
    case FATE_READ: return follower->value->contained ? ENDING_UNKNOWN : ENDING_DIES;
    case FATE_DISCARDED: return ENDING_DIES;
    case FATE_RETURNED: return ENDING_RETURNED;
    case FATE_GLOBAL: case FATE_FIELD: case FATE_ELEMENT: case FATE_APPENDED: case FATE_IN_LITERAL:
    case FATE_SENT: case FATE_SPAWNED: return ENDING_KEPT;
    case FATE_CAPTURED: return ending_in_closure(follower, fate);
    case FATE_RECEIVER: case FATE_ARGUMENT: {
        enum leak leak = leak_of_use(follower, fate, &message);
        bool stays = leak == LEAK_NONE || (leak == LEAK_CONTENT && !follower->value->contained);
        return stays ? ENDING_DIES : leak == LEAK_HEAP ? ENDING_KEPT : ENDING_UNKNOWN;
    }
    default: return ENDING_UNKNOWN;
    }
}

/* A store into something that is a package-level variable, or lies in one. */
static enum cause_category category_of_store(const struct follower *follower,
                                             const struct fate *fate)
{
    const struct located *caller = follower->caller;
    struct step step = {.import_path = caller->import_path, .base_name = caller->base_name,
                        .place = {.file = caller->file, .line = fate->line}};
    bool global = fate->target_global ||
                  target_is_global(follower->tracer->atlas, &step, fate->target);
    return global ? CAUSE_GLOBAL : CAUSE_CONTAINER;
}

static bool calls_interface(const struct follower *follower, const struct fate *fate)
{
    struct callee callee;
    if (fate->kind == FATE_RECEIVER)
        return callee_hides_type(follower->tracer->sites, follower->callee,
                                 follower->value->result);
    return resolve_use(follower, fate, &callee) == CALLEE_INTERFACE;
}

static enum cause_category category_of_fate(const struct follower *follower,
                                            const struct fate *fate)
{
    switch (fate->kind) {
    case FATE_GLOBAL: return CAUSE_GLOBAL;
    case FATE_FIELD: case FATE_ELEMENT: case FATE_APPENDED:
        return category_of_store(follower, fate);
    case FATE_IN_LITERAL: return CAUSE_CONTAINER;
    case FATE_SENT: return CAUSE_CHANNEL;
    case FATE_CAPTURED: return CAUSE_CLOSURE;
    case FATE_SPAWNED: return CAUSE_GO_DEFER;
    case FATE_ARGUMENT: case FATE_RECEIVER:
        return calls_interface(follower, fate) ? CAUSE_UNKNOWN_CALL : CAUSE_PARAMETER;
    case FATE_RETURNED: return CAUSE_RETURNED;
    default: return CAUSE_OTHER;
    }
}

/* ---- steps in the caller ---- */

static uint32_t caller_step(const struct follower *follower, enum step_class class, uint32_t line,
                            uint32_t column, struct str text, enum cause_category category)
{
    struct tracer *tracer = follower->tracer;
    const struct located *caller = follower->caller;
    sb_clear(&tracer->text);
    sb_addf(&tracer->text, "%.*s/%.*s", STR_ARGS(caller->import_path), STR_ARGS(caller->base_name));
    bool added;
    struct step_key key = {.class = class,
                           .place = sb_str(&tracer->text),
                           .line = line,
                           .column = column,
                           .expression = text};
    uint32_t id = steps_add(tracer->steps, tracer->atlas->memory, &key, &added);
    if (!added)
        return id;
    struct step *step = &tracer->steps->at.at[id];
    *step = (struct step){.class = class, .category = category, .own = caller->own,
                          .function = caller->symbol, .expression = text,
                          .import_path = caller->import_path, .base_name = caller->base_name};
    step->place = (struct place){.line = line, .column = column};
    step->place.file = atlas_display(tracer->atlas, caller->import_path, caller->base_name,
                                     caller->file);
    return id;
}

static const char *fate_sentence(enum fate_kind kind)
{
    switch (kind) {
    case FATE_GLOBAL: return "stores it in the package-level variable";
    case FATE_FIELD: return "stores it in";
    case FATE_ELEMENT: return "stores it in";
    case FATE_APPENDED: return "appends it to";
    case FATE_IN_LITERAL: return "puts it into a literal";
    case FATE_SENT: return "sends it on";
    case FATE_CAPTURED: return "captures it in a closure";
    case FATE_SPAWNED: return "hands it to a go or defer statement";
    case FATE_ARGUMENT: return "passes it to";
    case FATE_RECEIVER: return "calls its method";
    case FATE_RETURNED: return "returns it to its own caller";
    default: return "uses it in a way the tokens do not tell";
    }
}

static uint32_t fate_step(const struct follower *follower, const struct fate *fate)
{
    enum step_class class = fate->kind == FATE_RETURNED ? STEP_RETURN : STEP_FATE;
    uint32_t id = caller_step(follower, class, fate->line, fate->column, fate->text,
                              category_of_fate(follower, fate));
    struct step *step = &follower->tracer->steps->at.at[id];
    if (step->sentence.len > 0)
        return id;
    step->detail = fate->target.len > 0 ? fate->target : fate->callee;
    struct str caller = atlas_function_title(follower->tracer->atlas, step->function);
    step->sentence = arena_fmt(follower->tracer->arena, "%.*s %s%s%.*s", STR_ARGS(caller),
                               fate_sentence(fate->kind), step->detail.len > 0 ? " " : "",
                               STR_ARGS(step->detail));
    return id;
}

/* The step "it dies here; only the call that was not inlined put it on the heap". One for a
 * constructor, wherever it is called. */
static uint32_t constructor_step(const struct follower *follower)
{
    if (follower->value->needs_heap != CAUSE_OTHER)
        return size_step(follower->tracer, follower->value->site, follower->value->needs_heap,
                         STR("the value dies in its caller, but its size needs the heap"));
    struct tracer *tracer = follower->tracer;
    const struct located *callee = &tracer->atlas->functions[follower->value->maker];
    sb_clear(&tracer->text);
    sb_add(&tracer->text, callee->symbol);
    bool added;
    struct step_key key = {.class = STEP_CONSTRUCTOR, .place = sb_str(&tracer->text)};
    uint32_t id = steps_add(tracer->steps, tracer->atlas->memory, &key, &added);
    if (!added)
        return id;
    struct step *step = &tracer->steps->at.at[id];
    *step = (struct step){.class = STEP_CONSTRUCTOR, .category = CAUSE_CONSTRUCTOR_NOT_INLINED,
                          .own = callee->own, .function = callee->symbol,
                          .title = atlas_function_title(tracer->atlas, callee->symbol),
                          .import_path = callee->import_path, .base_name = callee->base_name};
    const struct judged_function *judged =
        compiler_index_function(tracer->atlas->index, callee->import_path, callee->name);
    if (judged) {
        const struct message *declared = &tracer->atlas->compiler->messages.at[judged->message];
        step->place = (struct place){.line = declared->line, .column = declared->column};
        step->detail = judged->reason;
    }
    step->place.file = atlas_display(tracer->atlas, callee->import_path, callee->base_name,
                                     callee->file);
    step->sentence =
        arena_fmt(tracer->arena,
                  "the value dies in its caller: only because %.*s was not inlined%s%.*s%s does "
                  "it need the heap",
                  STR_ARGS(callee->name), step->detail.len > 0 ? " (" : "", STR_ARGS(step->detail),
                  step->detail.len > 0 ? ")" : "");
    return id;
}

/* ---- one call ---- */

/* The steps of a use that alone keeps the value: the use, and how the callee keeps what it is
 * given. */
static void keep_by(const struct follower *follower, const struct fate *fate, uint32_t step,
                    struct continuation *next)
{
    uint32_t message = NONE;
    const struct flow *flow = NULL;
    if (fate->kind == FATE_ARGUMENT || fate->kind == FATE_RECEIVER)
        leak_of_use(follower, fate, &message);
    if (message != NONE)
        flow = flow_of(follower->tracer, message, NULL);
    size_t count = flow ? flow->count : 0;
    next->steps = ARENA_ARRAY(follower->tracer->arena, uint32_t, count + 1);
    next->steps[0] = step;
    for (size_t i = 0; i < count; i++)
        next->steps[i + 1] = flow->steps[i];
    next->step_count = count + 1;
}

static bool stores_in_global(const struct follower *follower, const struct continuation *next)
{
    for (size_t i = 0; i < next->step_count; i++)
        if (follower->tracer->steps->at.at[next->steps[i]].category == CAUSE_GLOBAL)
            return true;
    return false;
}

/* F5: the only one of several keeping uses that is, or leads to, a store in a global. */
static bool settle_by_global(const struct follower *follower, const struct fate *fates,
                             size_t count, struct continuation *next)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (ending_of(follower, &fates[i]) != ENDING_KEPT)
            continue;
        struct continuation kept;
        keep_by(follower, &fates[i], fate_step(follower, &fates[i]), &kept);
        if (!stores_in_global(follower, &kept))
            continue;
        next->steps = kept.steps;
        next->step_count = kept.step_count;
        found++;
    }
    if (found == 1)
        next->ending = ENDING_KEPT;
    else
        next->step_count = 0;
    return found == 1;
}

static void settle(const struct follower *follower, const struct fate *fates, size_t count,
                   struct continuation *next)
{
    struct arena *arena = follower->tracer->arena;
    uint32_t *kept = ARENA_ARRAY(arena, uint32_t, count + 1);
    const struct fate *keeper = NULL, *read = NULL;
    size_t keeping = 0, unknown = 0, returned = 0;
    for (size_t i = 0; i < count; i++) {
        enum ending ending = ending_of(follower, &fates[i]);
        if (ending == ENDING_DIES)
            continue;
        if (fates[i].kind == FATE_READ) { /* F4 */
            read = &fates[i];
            continue;
        }
        unknown += ending == ENDING_UNKNOWN;
        if (ending == ENDING_RETURNED) {
            next->result = fates[i].index;
            returned++;
        }
        kept[keeping++] = fate_step(follower, &fates[i]);
        keeper = &fates[i];
    }
    if (keeping == 0 && read) {
        unknown++;
        kept[keeping++] = fate_step(follower, read);
    }
    next->ending = keeping == 0 ? ENDING_DIES : unknown > 0 ? ENDING_UNKNOWN
                   : returned == keeping ? ENDING_RETURNED : ENDING_KEPT;
    if (keeping == 0) { /* F1 */
        kept[0] = constructor_step(follower);
        next->steps = kept;
        next->step_count = 1;
    } else if (keeping == 1 && unknown == 0) {
        keep_by(follower, keeper, kept[0], next);
    } else if (!follower->tracer->in_use || !settle_by_global(follower, fates, count, next)) {
        next->others = kept; /* F2 */
        next->other_count = keeping;
    }
}

/* "M" of "(*T[...]).M", "F" of "F[...]". */
static struct str last_name(struct str name)
{
    name = root_function(name).len < name.len ? name : str_trim(name);
    size_t end = name.len, begin;
    int depth = 0;
    for (begin = name.len; begin > 0; begin--) {
        char c = name.ptr[begin - 1];
        depth += (c == ']') - (c == '[');
        if (c == '[' && depth == 0)
            end = begin - 1;
        if (c == '.' && depth == 0)
            break;
    }
    return str_slice(name, begin, end);
}

/* Which result a parameter leaks to, from its tag "... to result ~r0 level=0"; NONE for a named
 * one. */
static uint32_t leaked_result(const struct atlas *atlas, uint32_t message)
{
    struct str text = atlas->compiler->messages.at[message].text;
    ptrdiff_t at = str_find(text, STR(" to result ~r"));
    uint64_t number;
    if (at < 0)
        return NONE;
    text = str_skip(text, (size_t)at + sizeof(" to result ~r") - 1);
    ptrdiff_t end = str_find_char(text, ' ');
    return end > 0 && str_to_u64(str_slice(text, 0, (size_t)end), &number) ? (uint32_t)number
                                                                           : NONE;
}

/* The fates of what a call hands back; *found false when it hands nothing back. */
static size_t fates_handed_back(const struct follower *follower, uint32_t function,
                                const struct fate *fate, struct fate **fates, bool *found)
{
    struct tracer *tracer = follower->tracer;
    uint32_t message = NONE;
    *found = false;
    if ((fate->kind != FATE_ARGUMENT && fate->kind != FATE_RECEIVER) ||
        leak_of_use(follower, fate, &message) != LEAK_RESULT)
        return 0;
    struct fate_query query = {.function = function, .line = fate->line,
                               .callee = last_name(fate->callee),
                               .result = leaked_result(tracer->atlas, message)};
    return query.result == NONE ? 0
           : syntax_fates_of(&follower->source->syntax, &query, tracer->arena, fates, found);
}

static bool has_fate(const struct fate *fates, size_t count, const struct fate *fate)
{
    for (size_t i = 0; i < count; i++)
        if (fates[i].kind == fate->kind && fates[i].line == fate->line &&
            fates[i].column == fate->column)
            return true;
    return false;
}

/* F3: every fate of the value and of what hands it back, each once. */
static size_t follow_handed_back(const struct follower *follower, uint32_t function,
                                 struct fate **fates, size_t count)
{
    if (count > MAX_FATES)
        return count;
    struct fate *all = ARENA_ARRAY(follower->tracer->arena, struct fate, MAX_FATES), *more;
    bool *handed_back = ARENA_ARRAY(follower->tracer->arena, bool, MAX_FATES);
    memcpy(all, *fates ? *fates : all, count * sizeof(*all));
    for (size_t i = 0; i < count; i++) {
        size_t added = fates_handed_back(follower, function, &all[i], &more, &handed_back[i]);
        for (size_t k = 0; k < added && count < MAX_FATES; k++)
            if (!has_fate(all, count, &more[k]))
                all[count++] = more[k];
        if (count == MAX_FATES) /* too many: it stays an unknown use */
            handed_back[i] = false;
    }
    size_t kept = 0;
    for (size_t i = 0; i < count; i++)
        if (!handed_back[i])
            all[kept++] = all[i];
    *fates = all;
    return kept;
}

static void follow(struct follower *follower, uint32_t line, struct continuation *next)
{
    struct tracer *tracer = follower->tracer;
    const struct located *caller = follower->caller;
    next->call_step = NONE;
    follower->source = atlas_source(tracer->atlas, caller->import_path, caller->base_name,
                                    caller->file);
    if (!follower->source)
        return;
    uint32_t function = syntax_function_named(&follower->source->syntax, caller->name);
    if (function == SYNTAX_NONE)
        function = syntax_function_at(&follower->source->syntax, line);
    if (function == SYNTAX_NONE)
        return;
    struct fate *fates;
    bool found;
    struct fate_query query = {.function = function, .line = line,
                               .callee = last_name(follower->callee->name),
                               .result = follower->value->result};
    size_t count =
        syntax_fates_of(&follower->source->syntax, &query, tracer->arena, &fates, &found);
    if (!found)
        return;
    struct str text = str_trim(syntax_line(&follower->source->syntax, line));
    next->call_step = caller_step(follower, STEP_CALL, line, 0, text, CAUSE_OTHER);
    struct step *step = &tracer->steps->at.at[next->call_step];
    if (step->sentence.len == 0)
        step->sentence = arena_fmt(tracer->arena, "%.*s gets it",
                                   STR_ARGS(atlas_function_title(tracer->atlas, step->function)));
    count = follow_handed_back(follower, function, &fates, count);
    settle(follower, fates, count, next);
}

const struct continuation *follow_call(struct tracer *tracer, uint32_t caller, uint32_t line,
                                       const struct followed_value *value)
{
    uint64_t key = hash_mix(hash_mix(caller, line), hash_mix(value->callee, value->result));
    key = hash_mix(key, hash_mix(str_hash(value->type), value->maker));
    key = hash_mix(key, value->needs_heap == CAUSE_OTHER ? NONE : value->site);
    key = hash_mix(key, value->contained);
    bool added;
    uint64_t *at = map_put(&tracer->fates, key, &added);
    if (!added)
        return (const struct continuation *)(uintptr_t)*at;
    struct continuation *next = ARENA_NEW(tracer->arena, struct continuation);
    *at = (uint64_t)(uintptr_t)next;
    struct follower follower = {.tracer = tracer, .caller = &tracer->atlas->functions[caller],
                                .callee = &tracer->atlas->functions[value->callee],
                                .value = value};
    follow(&follower, line, next);
    return next;
}
