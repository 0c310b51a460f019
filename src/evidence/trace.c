/* An allocation's way to the heap: gc's steps, then the callers', then the call in own code that a
 * library's allocation is paid by.
 *
 * T1. Links are in order from the allocation to the heap; link 0 is the allocation itself and
 *     always dominates.
 * T2. A link dominates if every known way leads through it: all of gc's one explanation do; of an
 *     ambiguous site's explanations only the steps that all of them share; of a caller's uses only
 *     a single one (follow.c F2).
 * T3. Samples with the same site and links are one group. */
#include "evidence_int.h"

#include <math.h>

void tracer_init(struct tracer *tracer, struct atlas *atlas, struct sites *sites,
                 const struct points *points, struct steps *steps, struct arena *arena)
{
    *tracer = (struct tracer){.atlas = atlas, .sites = sites, .points = points, .steps = steps,
                              .arena = arena};
    arena_init(&tracer->scratch, atlas->memory);
    intern_init(&tracer->keys, atlas->memory);
    map_init(&tracer->flows, atlas->memory);
    map_init(&tracer->fates, atlas->memory);
    sb_init(&tracer->text, atlas->memory);
}

void tracer_release(struct tracer *tracer)
{
    VEC_RELEASE(tracer->atlas->memory, &tracer->groups);
    VEC_RELEASE(tracer->atlas->memory, &tracer->links);
    map_release(&tracer->flows);
    map_release(&tracer->fates);
    intern_release(&tracer->keys);
    arena_release(&tracer->scratch);
    sb_release(&tracer->text);
}

/* ---- the allocation itself ---- */

static enum cause_category category_of_kind(enum site_kind kind)
{
    switch (kind) {
    case SITE_APPEND: return CAUSE_SLICE_GROWTH;
    case SITE_STRING_CONCAT: case SITE_STRING_TO_BYTES: case SITE_BYTES_TO_STRING: case SITE_RUNES:
        return CAUSE_STRING_BUILDING;
    case SITE_GO: case SITE_DEFER: return CAUSE_GO_DEFER;
    case SITE_MAKE_CHAN: return CAUSE_CHANNEL_MADE;
    default: return CAUSE_OTHER;
    }
}

/* The category of an allocation whose remedy is at the allocation itself: growth, strings,
 * channels; CAUSE_OTHER for those whose way to the heap matters. */
static enum cause_category category_of_site(const struct site_entry *site)
{
    if (site->candidate_count == 0)
        return site->runtime_category;
    enum cause_category category = category_of_kind(site->kind);
    if (category != CAUSE_OTHER || site->verdict != VERDICT_MAYBE)
        return category;
    bool map = site->kind == SITE_MAKE_MAP || site->kind == SITE_MAP_LITERAL;
    return map ? CAUSE_MAP_GROWTH : CAUSE_DYNAMIC_SIZE;
}

static void link_step(struct tracer *tracer, uint32_t step, bool dominates)
{
    for (size_t i = 0; i < tracer->links.len; i++)
        if (tracer->links.at[i].step == step) {
            tracer->links.at[i].dominates |= dominates;
            return;
        }
    struct trace_link link = {.step = step, .dominates = dominates};
    VEC_PUSH(tracer->atlas->memory, &tracer->links, link);
}

/* library: it is no code of whoever asks, though it may be inlined in such. */
static void link_site(struct tracer *tracer, uint32_t index, bool library)
{
    const struct site_entry *site = &tracer->sites->entries.at[index];
    bool added;
    sb_clear(&tracer->text);
    sb_addf(&tracer->text, "%u", index);
    struct step_key key = {.class = STEP_SITE, .place = sb_str(&tracer->text)};
    uint32_t id = steps_add(tracer->steps, tracer->atlas->memory, &key, &added);
    if (added) {
        struct step *step = &tracer->steps->at.at[id];
        const struct located *written = &tracer->atlas->functions[site->function];
        *step = (struct step){.class = STEP_SITE, .category = category_of_site(site),
                              .own = !library, .function = written->symbol,
                              .import_path = written->import_path,
                              .base_name = written->base_name};
        step->place = (struct place){.line = site->line, .column = site->column};
        step->place.file = atlas_display(tracer->atlas, written->import_path, written->base_name,
                                         written->file);
        step->expression = site->text.len > 0 ? site->text : site->source;
        step->sentence = site->reason.len > 0 ? site->reason : site->text;
        if (site->source.len > 0)
            step->sentence = arena_fmt(tracer->arena, "%.*s: %.*s", STR_ARGS(site->source),
                                       STR_ARGS(site->reason));
    }
    link_step(tracer, id, true);
}

/* ---- gc's steps ---- */

static const struct located *compiled_function(const struct tracer *tracer, uint32_t point_index,
                                               uint32_t *function)
{
    const struct point *point = &tracer->points->points.at[point_index];
    *function = tracer->points->frames.at[point->first_frame + point->frame_count - 1].function;
    return &tracer->atlas->functions[*function];
}

static bool in_all(const struct flow *const *flows, size_t count, uint32_t step)
{
    for (size_t i = 0; i < count; i++) {
        bool found = false;
        for (size_t k = 0; k < flows[i]->count && !found; k++)
            found = flows[i]->steps[k] == step;
        if (!found)
            return false;
    }
    return true;
}

uint32_t size_step(struct tracer *tracer, uint32_t index, enum cause_category category,
                   struct str sentence)
{
    const struct site_entry *site = &tracer->sites->entries.at[index];
    const struct located *written = &tracer->atlas->functions[site->function];
    sb_clear(&tracer->text);
    sb_addf(&tracer->text, "%u", index);
    bool added;
    struct step_key key = {.class = STEP_SIZE, .place = sb_str(&tracer->text)};
    uint32_t id = steps_add(tracer->steps, tracer->atlas->memory, &key, &added);
    if (!added)
        return id;
    struct step *step = &tracer->steps->at.at[id];
    *step = (struct step){.class = STEP_SIZE, .category = category, .own = written->own,
                          .function = written->symbol, .import_path = written->import_path,
                          .base_name = written->base_name, .expression = site->text,
                          .sentence = sentence,
                          .place = {.line = site->line, .column = site->column}};
    step->place.file = atlas_display(tracer->atlas, written->import_path, written->base_name,
                                     written->file);
    return id;
}

/* A size is decided at the allocation, though gc names the outermost call that it was inlined
 * into. */
static uint32_t step_for_site(struct tracer *tracer, uint32_t step, uint32_t site)
{
    const struct step *told = &tracer->steps->at.at[step];
    bool size = told->category == CAUSE_TOO_LARGE || told->category == CAUSE_DYNAMIC_SIZE;
    const struct site_entry *entry = &tracer->sites->entries.at[site];
    if (!size || !tracer->atlas->functions[entry->function].own)
        return step;
    return size_step(tracer, site, told->category, told->sentence);
}

/* Returns the flow when there is just one. */
static const struct flow *link_flows(struct tracer *tracer, const struct verdict *verdict,
                                     uint32_t point)
{
    uint32_t function;
    const struct located *compiled = compiled_function(tracer, point, &function);
    const struct site_entry *site = &tracer->sites->entries.at[verdict->site];
    bool remedy_at_site = category_of_site(site) != CAUSE_OTHER;
    const struct flow *flows[VERDICT_MESSAGES];
    for (size_t i = 0; i < verdict->message_count; i++)
        flows[i] = flow_of(tracer, verdict->messages[i], compiled);
    for (size_t i = 0; i < verdict->message_count; i++)
        for (size_t k = 0; k < flows[i]->count; k++) {
            uint32_t step = flows[i]->steps[k];
            bool dominates = !remedy_at_site && in_all(flows, verdict->message_count, step);
            link_step(tracer, step_for_site(tracer, step, verdict->site), dominates);
        }
    return verdict->message_count == 1 && !remedy_at_site ? flows[0] : NULL;
}

/* ---- callers ---- */

struct frames {
    struct profile_frame at[LIMIT_PROFILE_FRAMES];
    size_t count, next;
};

static void read_frames(const struct tracer *tracer, size_t sample, uint32_t point_index,
                        struct frames *frames)
{
    const struct point *point = &tracer->points->points.at[point_index];
    frames->count = profile_frames(tracer->atlas->profile, sample, frames->at, NULL,
                                   LIMIT_PROFILE_FRAMES);
    if (frames->count > LIMIT_PROFILE_FRAMES)
        frames->count = LIMIT_PROFILE_FRAMES;
    frames->next = point->inside_runtime ? frames->count
                                         : (size_t)point->skipped + point->frame_count;
}

static bool link_callers(struct tracer *tracer, const struct frames *frames,
                         struct followed_value value)
{
    for (size_t depth = 0; depth < LIMIT_FOLLOWED_CALLS; depth++) {
        if (frames->next + depth >= frames->count)
            return false;
        const struct profile_frame *caller = &frames->at[frames->next + depth];
        if (caller->line <= 0)
            return false;
        const struct continuation *next =
            follow_call(tracer, caller->function, (uint32_t)caller->line, &value);
        if (next->call_step != NONE)
            link_step(tracer, next->call_step, true);
        for (size_t i = 0; i < next->step_count; i++)
            link_step(tracer, next->steps[i], true);
        for (size_t i = 0; i < next->other_count; i++)
            link_step(tracer, next->others[i], false);
        if (next->ending != ENDING_RETURNED)
            return next->ending == ENDING_DIES || (next->ending == ENDING_KEPT &&
                                                   next->step_count > 0);
        value.callee = caller->function;
        value.result = next->result;
    }
    return false;
}

/* gc's limits for the stack (cmd/compile/internal/ir/cfg.go: MaxStackVarSize,
 * MaxImplicitStackVarSize). */
enum { MAX_STACK_VARIABLE = 128 * 1024, MAX_STACK_IMPLICIT = 64 * 1024 };

static enum cause_category reason_for_heap(const struct site_entry *site)
{
    for (size_t i = 0; i < site->candidate_count; i++) {
        const struct candidate *candidate = &site->candidates[i];
        uint64_t limit = candidate->kind == SITE_VARIABLE ? MAX_STACK_VARIABLE : MAX_STACK_IMPLICIT;
        if (candidate->runtime_sized)
            return CAUSE_DYNAMIC_SIZE;
        if (candidate->size > limit)
            return CAUSE_TOO_LARGE;
    }
    return CAUSE_OTHER;
}

static bool follow_returned(struct tracer *tracer, const struct frames *frames,
                            const struct verdict *verdict, const struct flow *flow, uint32_t point)
{
    uint32_t function;
    const struct located *compiled = compiled_function(tracer, point, &function);
    if (!flow || !flow->returned || !compiled->own)
        return false;
    const struct site_entry *site = &tracer->sites->entries.at[verdict->site];
    struct followed_value value = {.maker = function, .callee = function, .result = flow->result,
                                   .contained = flow->contained, .site = verdict->site,
                                   .needs_heap = reason_for_heap(site)};
    value.type_path = tracer->atlas->functions[site->function].import_path;
    if (!flow->contained && site->candidate_count == 1 && site->kind != SITE_INTERFACE)
        value.type = site->candidates[0].type;
    return link_callers(tracer, frames, value);
}

static uint32_t function_of_step(const struct tracer *tracer, const struct step *step)
{
    struct source *source = atlas_source(tracer->atlas, step->import_path, step->base_name,
                                         step->place.file);
    return source ? syntax_function_at(&source->syntax, step->place.line) : SYNTAX_NONE;
}

/* Is a step no more than the way on from a call: to the next one, to a variable, or into what some
 * other function stores? */
static bool passes_on(const struct tracer *tracer, const struct step *step,
                      const struct step *payer)
{
    switch (step->category) {
    case CAUSE_UNKNOWN_CALL: case CAUSE_PARAMETER: case CAUSE_LOOP: return true;
    case CAUSE_CONTAINER:
        return !str_equal(step->place.file, payer->place.file) ||
               function_of_step(tracer, step) != function_of_step(tracer, payer);
    default: return step->class == STEP_PAYING_CALL;
    }
}

/* What a library allocates is paid by the call that made it, not by a later one that it is passed
 * to (bufio.NewWriter, not the Writer's first method; Request.WithContext, not the handler's
 * ServeHTTP). */
static void leave_later_calls(struct tracer *tracer, uint32_t payer)
{
    for (size_t i = 0; i < tracer->links.len; i++) {
        struct trace_link *link = &tracer->links.at[i];
        const struct step *steps = tracer->steps->at.at;
        if (link->step != payer && passes_on(tracer, &steps[link->step], &steps[payer]))
            link->dominates = false;
    }
}

/* ---- groups ---- */

/* Is the function that returns the value called by a sync.Pool? */
static bool made_for_pool(const struct tracer *tracer, const struct frames *frames)
{
    const struct located *functions = tracer->atlas->functions;
    return frames->next < frames->count &&
           str_is(functions[frames->at[frames->next].function].symbol, "sync.(*Pool).Get");
}

static uint32_t group_of_links(struct tracer *tracer, uint32_t site, bool followed, bool from_pool)
{
    sb_clear(&tracer->text);
    sb_addn(&tracer->text, &site, sizeof(site));
    for (size_t i = 0; i < tracer->links.len; i++) {
        uint32_t word = tracer->links.at[i].step << 1 | tracer->links.at[i].dominates;
        sb_addn(&tracer->text, &word, sizeof(word));
    }
    uint32_t id = intern_add(&tracer->keys, sb_str(&tracer->text));
    if (id <= tracer->groups.len)
        return id - 1;
    struct group group = {.site = site, .followed = followed, .from_pool = from_pool,
                          .link_count = tracer->links.len, .cause = NONE};
    group.links = ARENA_ARRAY(tracer->arena, struct trace_link, tracer->links.len);
    memcpy(group.links, tracer->links.at, tracer->links.len * sizeof(*group.links));
    VEC_PUSH(tracer->atlas->memory, &tracer->groups, group);
    return id - 1;
}

/* The call that pays for a library's allocation; NONE for own code's, and when none called. */
static uint32_t payer_of_sample(struct tracer *tracer, const struct verdict *verdict,
                                const struct frames *frames, bool *library)
{
    uint32_t function = tracer->sites->entries.at[verdict->site].function;
    *library = !tracer->atlas->functions[function].own;
    if (*library)
        return payer_of_stack(tracer, frames->at, frames->count);
    uint32_t payer =
        verdict->message_count == 1 ? payer_of_message(tracer, verdict->messages[0]) : NONE;
    *library = payer != NONE;
    return payer;
}

uint32_t tracer_group(struct tracer *tracer, size_t sample, const struct verdict *verdict,
                      uint32_t point)
{
    struct frames frames;
    read_frames(tracer, sample, point, &frames);
    tracer->links.len = 0;
    bool library;
    uint32_t payer = payer_of_sample(tracer, verdict, &frames, &library);
    link_site(tracer, verdict->site, library); /* T1 */
    const struct flow *flow = NULL;
    if (verdict->message_count > 0)
        flow = link_flows(tracer, verdict, point);
    bool followed = follow_returned(tracer, &frames, verdict, flow, point);
    if (payer != NONE) {
        leave_later_calls(tracer, payer);
        link_step(tracer, payer, true);
    }
    return group_of_links(tracer, verdict->site, followed, made_for_pool(tracer, &frames));
}
