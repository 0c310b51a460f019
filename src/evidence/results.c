/* What the join found, as sites, causes and unexplained rows for the outside. */
#include "evidence_int.h"

#include <stdlib.h>

/* ---- sites ---- */

static int by_value(int64_t a, int64_t b)
{
    return (a < b) - (a > b);
}

static int compare_place(const struct place *a, const struct place *b)
{
    int order = str_compare(a->file, b->file);
    if (order == 0)
        order = (a->line > b->line) - (a->line < b->line);
    return order != 0 ? order : (a->column > b->column) - (a->column < b->column);
}

static int compare_sites(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    int order = by_value(a->measure.value, b->measure.value);
    if (order == 0)
        order = compare_place(&a->place, &b->place);
    if (order == 0)
        order = str_compare(a->function, b->function);
    return order != 0 ? order : str_compare(a->text, b->text);
}

void sites_sort(struct site *list, size_t count)
{
    qsort(list, count, sizeof(*list), compare_sites);
}

static struct place place_of(struct joiner *joiner, uint32_t function, uint32_t line,
                             uint32_t column)
{
    const struct located *located = &joiner->atlas->functions[function];
    return (struct place){.file = atlas_display(joiner->atlas, located->import_path,
                                                located->base_name, located->file),
                          .line = line, .column = column};
}

static void fill_inlined(struct joiner *joiner, uint32_t point_index, struct site *site)
{
    const struct point *point = &joiner->points.points.at[point_index];
    if (point->frame_count < 2)
        return;
    site->inlined_count = point->frame_count - 1;
    site->inlined_at = ARENA_ARRAY(&joiner->evidence->arena, struct place_frame,
                                   site->inlined_count);
    for (size_t i = 0; i < site->inlined_count; i++) {
        const struct profile_frame *frame = &joiner->points.frames.at[point->first_frame + i + 1];
        site->inlined_at[i].function = joiner->atlas->functions[frame->function].symbol;
        site->inlined_at[i].place = place_of(joiner, frame->function,
                                             frame->line > 0 ? (uint32_t)frame->line : 0, 0);
    }
}

static void fill_type(const struct site_entry *entry, const struct site_sum *sum,
                      struct site *site)
{
    if (entry->candidate_count == 1) {
        site->type = entry->candidates[0].type;
        site->size = entry->candidates[0].size;
        site->callee = entry->candidates[0].callee;
        if (str_contains(site->type, STR("<node ")))
            site->type = STR_NONE; /* gc's word for a type parameter's */
    } else if (entry->candidate_count == 0) {
        site->type = entry->type;
        site->callee = entry->callee;
    }
    if (site->size == 0 && sum->object_bytes > 0)
        site->size = (uint64_t)sum->object_bytes;
}

static struct str reason_of_site(const struct joiner *joiner, const struct site_entry *entry,
                                 const struct group *group)
{
    if (entry->reason.len > 0)
        return entry->reason;
    if (entry->verdict == VERDICT_STACK)
        return arena_fmt(&joiner->evidence->arena,
                         "the compiler says it does not escape; the shipped program calls %.*s "
                         "here all the same", STR_ARGS(entry->candidates[0].callee));
    if (entry->verdict == VERDICT_MAYBE && entry->candidates[0].callee.len)
        return arena_fmt(&joiner->evidence->arena,
                         "does not escape, but its size is known only when it runs: what does not "
                         "fit the stack buffer is allocated by %.*s",
                         STR_ARGS(entry->candidates[0].callee));
    if (entry->verdict == VERDICT_MAYBE)
        return STR(
            "does not escape, but its size is known only when it runs: what does not fit the "
            "stack buffer is allocated");
    struct str reason = STR("escapes to heap");
    for (size_t i = 0; i < group->link_count; i++) {
        const struct step *step = &joiner->steps.at.at[group->links[i].step];
        if (step->class != STEP_SITE && step->class != STEP_PAYING_CALL && step->sentence.len > 0)
            reason = step->sentence;
    }
    return reason;
}

static void fill_site(struct joiner *joiner, size_t index, struct site *site)
{
    const struct site_entry *entry = &joiner->sites.entries.at[index];
    const struct site_sum *sum = &joiner->site_sums.at[index];
    const struct located *written = &joiner->atlas->functions[entry->function];
    const struct group *group = &joiner->tracer.groups.at[sum->best_group];
    site->id = (uint32_t)index; /* until they are sorted */
    site->package = written->import_path;
    site->function = written->symbol;
    site->place = place_of(joiner, entry->function, entry->line, entry->column);
    site->kind = entry->kind;
    site->text = entry->text;
    site->verdict = entry->verdict;
    site->reason = reason_of_site(joiner, entry, group);
    site->copies = sum->copies;
    site->cause = group->cause;
    site->measure = measure_of(sum->value, sum->samples, sum->variance);
    site->ambiguous = entry->ambiguous;
    struct source *source = atlas_source(joiner->atlas, written->import_path, written->base_name,
                                         written->file);
    site->source_path = source ? source->path : STR_NONE;
    fill_type(entry, sum, site);
    fill_inlined(joiner, sum->best_point, site);
    tell_story(&joiner->evidence->arena, &joiner->steps, group, &site->story, &site->story_count);
}

void build_sites(struct joiner *joiner)
{
    struct evidence *evidence = joiner->evidence;
    size_t count = joiner->sites.entries.len;
    evidence->sites = ARENA_ARRAY(&evidence->arena, struct site, count + 1);
    evidence->site_count = count;
    for (size_t i = 0; i < count; i++)
        fill_site(joiner, i, &evidence->sites[i]);
    sites_sort(evidence->sites, count);
}

/* ---- causes ---- */

/* Fewer sampled objects than this and a wide interval: the value cannot carry its rank. */
enum { FEW_SAMPLES = 10 };

static bool is_supported(const struct measure *measure)
{
    return measure->samples >= FEW_SAMPLES || (double)measure->low >= 0.75 * (double)measure->value;
}

static int64_t rank_value(const struct cause *cause)
{
    return cause->supported ? cause->measure.value : cause->measure.low;
}

static int compare_causes(const void *left, const void *right)
{
    const struct cause *a = left, *b = right;
    int order = by_value(rank_value(a), rank_value(b));
    if (order == 0)
        order = by_value(a->measure.value, b->measure.value);
    if (order == 0)
        order = compare_place(&a->place, &b->place);
    return order != 0 ? order : str_compare(a->text, b->text);
}

static int compare_parts(const void *left, const void *right)
{
    const struct cause_part *a = left, *b = right;
    int order = by_value(a->value, b->value);
    return order != 0 ? order : (a->site > b->site) - (a->site < b->site);
}

/* Adds the groups of one cause up by site; parts name sites by rank. */
static void fill_parts(struct joiner *joiner, const uint32_t *groups, size_t count,
                       const uint32_t *site_rank, struct cause *cause)
{
    struct map sums;
    map_init(&sums, joiner->atlas->memory);
    cause->parts = ARENA_ARRAY(&joiner->evidence->arena, struct cause_part, count);
    for (size_t i = 0; i < count; i++) {
        const struct group *group = &joiner->tracer.groups.at[groups[i]];
        bool added;
        uint64_t *at = map_put(&sums, group->site, &added);
        if (added) {
            *at = cause->part_count++;
            cause->parts[*at].site = site_rank[group->site];
        }
        add_to_sum(&cause->parts[*at].value, group->value);
    }
    map_release(&sums);
    qsort(cause->parts, cause->part_count, sizeof(*cause->parts), compare_parts);
}

/* A value boxed in an interface is best not boxed, wherever the box goes. */
static enum cause_category category_of_flow(const struct step *step, enum site_kind largest)
{
    switch (step->category) {
    case CAUSE_PARAMETER: case CAUSE_UNKNOWN_CALL: case CAUSE_RETURNED: case CAUSE_CONTAINER:
    case CAUSE_OTHER:
        return largest == SITE_INTERFACE ? CAUSE_INTERFACE : step->category;
    default:
        return step->category;
    }
}

/* The last step by which own code's value goes to the heap in a call; NULL for a library's
 * allocation. */
static const struct step *step_at_call(const struct joiner *joiner, const struct group *group,
                                       const struct step *call)
{
    const struct step *steps = joiner->steps.at.at, *found = NULL;
    for (size_t i = 0; i < group->link_count && steps[group->links[0].step].own; i++) {
        const struct step *step = &steps[group->links[i].step];
        if (step->class == STEP_FLOW && step->category != CAUSE_OTHER &&
            step->place.line == call->place.line &&
            str_equal(step->place.file, call->place.file))
            found = step;
    }
    return found;
}

/* What most of a cause's bytes are decides between categories: a library call may be string
 * building, growth, or just a library's. */
static enum cause_category category_of_cause(const struct joiner *joiner, const struct step *step,
                                             const struct cause *cause,
                                             const struct group *largest_group)
{
    enum site_kind largest = joiner->evidence->sites[cause->parts[0].site].kind;
    if (step->class == STEP_PAYING_CALL && step_at_call(joiner, largest_group, step))
        step = step_at_call(joiner, largest_group, step);
    if (step->class != STEP_PAYING_CALL)
        return category_of_flow(step, largest);
    if (str_starts(step->detail, STR("fmt.")) || str_starts(step->detail, STR("log.")))
        return CAUSE_INTERFACE;
    switch (largest) {
    case SITE_STRING_CONCAT: case SITE_STRING_TO_BYTES: case SITE_BYTES_TO_STRING: case SITE_RUNES:
        return CAUSE_STRING_BUILDING;
    case SITE_APPEND: return CAUSE_SLICE_GROWTH;
    case SITE_MAP_GROWTH: return CAUSE_MAP_GROWTH;
    default: return CAUSE_LIBRARY_CALL;
    }
}

static uint32_t largest_group(const struct joiner *joiner, const uint32_t *groups, size_t count)
{
    uint32_t best = groups[0];
    for (size_t i = 1; i < count; i++)
        if (joiner->tracer.groups.at[groups[i]].value > joiner->tracer.groups.at[best].value)
            best = groups[i];
    return best;
}

static struct str source_of_step(struct joiner *joiner, const struct step *step)
{
    if (step->base_name.len == 0)
        return STR_NONE;
    struct source *source = atlas_source(joiner->atlas, step->import_path, step->base_name,
                                         step->place.file);
    return source ? source->path : STR_NONE;
}

/* The construct at the site's position, when it is clearer than gc's text. */
static struct str written_text(struct joiner *joiner, const struct site *site)
{
    struct source *source =
        tell_prefers_source(site)
            ? atlas_source(joiner->atlas, site->package, str_base_name(site->place.file),
                           site->source_path)
            : NULL;
    struct construct *found;
    size_t count = source ? syntax_constructs(&source->syntax, site->place.line,
                                              &joiner->evidence->arena, &found) : 0;
    for (size_t i = 0; i < count; i++)
        if (found[i].column == site->place.column)
            return found[i].kind == CONSTRUCT_APPEND && found[i].target.len > 0 ? found[i].target
                                                                                : found[i].text;
    return STR_NONE;
}

/* The function of a library that a group's allocation stands in, when own code's step is its cause;
 * else empty. */
static struct str library_of(const struct joiner *joiner, const struct group *group,
                             const struct step *cause)
{
    const struct step *site = &joiner->steps.at.at[group->links[0].step];
    if (site->own || !cause->own || site->class != STEP_SITE || cause->class == STEP_PAYING_CALL)
        return STR_NONE;
    return atlas_function_title(joiner->atlas, site->function);
}

static bool is_boxed(const struct joiner *joiner, const struct group *group)
{
    for (size_t i = 0; i < group->link_count; i++)
        if (joiner->steps.at.at[group->links[i].step].boxes)
            return true;
    return false;
}

static void fill_cause(struct joiner *joiner, size_t index, const uint32_t *groups, size_t count,
                       const uint32_t *site_rank, struct cause *cause)
{
    struct arena *arena = &joiner->evidence->arena;
    const struct ranked *ranked = &joiner->ranked[index];
    const struct step *step = &joiner->steps.at.at[ranked->step];
    cause->id = (uint32_t)index; /* until they are sorted */
    cause->measure = measure_of(ranked->value, ranked->samples, ranked->variance);
    cause->supported = is_supported(&cause->measure);
    cause->function = step->function;
    cause->place = step->place;
    fill_parts(joiner, groups, count, site_rank, cause);
    struct cause_facts facts = {.step = step, .site_count = cause->part_count,
                                .largest = &joiner->evidence->sites[cause->parts[0].site]};
    const struct group *largest =
        &joiner->tracer.groups.at[largest_group(joiner, groups, count)];
    facts.category = category_of_cause(joiner, step, cause, largest);
    facts.written = written_text(joiner, facts.largest);
    facts.library = library_of(joiner, largest, step);
    facts.boxed = is_boxed(joiner, largest);
    facts.leads = 2 * (double)cause->parts[0].value > (double)cause->measure.value;
    facts.from_pool = largest->from_pool;
    cause->category = facts.category;
    cause->text = tell_cause(arena, &facts);
    cause->advice = tell_advice(arena, &facts);
    cause->source_path = source_of_step(joiner, step);
    tell_story(arena, &joiner->steps, largest, &cause->story, &cause->story_count);
    draw_cause(joiner, ranked->step, groups, count, cause);
}

/* Group indexes by cause, and within a cause by value: starts[c]..starts[c + 1]. */
struct grouped {
    uint32_t *groups;
    size_t *starts;
};

static struct grouped group_by_cause(struct joiner *joiner)
{
    const struct group *groups = joiner->tracer.groups.at;
    size_t count = joiner->tracer.groups.len;
    struct grouped grouped;
    grouped.groups = ARENA_ARRAY(&joiner->scratch, uint32_t, count + 1);
    grouped.starts = ARENA_ARRAY(&joiner->scratch, size_t, joiner->ranked_count + 2);
    for (size_t i = 0; i < count; i++)
        grouped.starts[groups[i].cause + 1]++;
    for (size_t i = 1; i <= joiner->ranked_count; i++)
        grouped.starts[i] += grouped.starts[i - 1];
    size_t *fill = ARENA_ARRAY(&joiner->scratch, size_t, joiner->ranked_count + 1);
    for (size_t i = 0; i < count; i++) {
        size_t cause = groups[i].cause;
        grouped.groups[grouped.starts[cause] + fill[cause]++] = (uint32_t)i;
    }
    return grouped;
}

static int compare_values(const void *left, const void *right, void *ctx)
{
    const struct group *groups = ctx;
    uint32_t a = *(const uint32_t *)left, b = *(const uint32_t *)right;
    int order = by_value(groups[a].value, groups[b].value);
    return order != 0 ? order : (a > b) - (a < b);
}

static void number_results(struct joiner *joiner, const uint32_t *cause_rank)
{
    struct evidence *evidence = joiner->evidence;
    for (size_t i = 0; i < evidence->site_count; i++) {
        evidence->sites[i].id = (uint32_t)i + 1;
        evidence->sites[i].cause = cause_rank[evidence->sites[i].cause];
    }
    for (size_t i = 0; i < evidence->cause_count; i++)
        evidence->causes[i].id = (uint32_t)i + 1;
}

static void build_samples(struct joiner *joiner, const uint32_t *site_rank,
                          const uint32_t *cause_rank)
{
    struct evidence *evidence = joiner->evidence;
    size_t count = evidence->profile->samples.len;
    evidence->sample_site = ARENA_ARRAY(&evidence->arena, uint32_t, count + 1);
    evidence->sample_cause = ARENA_ARRAY(&evidence->arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        evidence->sample_site[i] = evidence->sample_cause[i] = EVIDENCE_NONE;
        if (joiner->sample_group[i] == NONE)
            continue;
        const struct group *group = &joiner->tracer.groups.at[joiner->sample_group[i]];
        evidence->sample_site[i] = site_rank[group->site];
        evidence->sample_cause[i] = cause_rank[group->cause];
    }
}

void build_causes(struct joiner *joiner)
{
    struct evidence *evidence = joiner->evidence;
    uint32_t *site_rank = ARENA_ARRAY(&joiner->scratch, uint32_t, evidence->site_count + 1);
    uint32_t *cause_rank = ARENA_ARRAY(&joiner->scratch, uint32_t, joiner->ranked_count + 1);
    for (size_t i = 0; i < evidence->site_count; i++)
        site_rank[evidence->sites[i].id] = (uint32_t)i;
    struct grouped grouped = group_by_cause(joiner);
    evidence->causes = ARENA_ARRAY(&evidence->arena, struct cause, joiner->ranked_count + 1);
    evidence->cause_count = joiner->ranked_count;
    for (size_t i = 0; i < joiner->ranked_count; i++) {
        uint32_t *groups = grouped.groups + grouped.starts[i];
        size_t count = grouped.starts[i + 1] - grouped.starts[i];
        qsort_r(groups, count, sizeof(*groups), compare_values, joiner->tracer.groups.at);
        fill_cause(joiner, i, groups, count, site_rank, &evidence->causes[i]);
    }
    qsort(evidence->causes, evidence->cause_count, sizeof(*evidence->causes), compare_causes);
    for (size_t i = 0; i < evidence->cause_count; i++)
        cause_rank[evidence->causes[i].id] = (uint32_t)i;
    build_samples(joiner, site_rank, cause_rank);
    number_results(joiner, cause_rank);
}

/* ---- unexplained ---- */

static int compare_unexplained(const void *left, const void *right)
{
    const struct unexplained *a = left, *b = right;
    int order = by_value(a->value, b->value);
    if (order == 0)
        order = compare_place(&a->place, &b->place);
    if (order == 0)
        order = str_compare(a->function, b->function);
    return order != 0 ? order : str_compare(a->why, b->why);
}

void build_unexplained(struct joiner *joiner)
{
    struct evidence *evidence = joiner->evidence;
    size_t count = joiner->unexplained.len;
    evidence->unexplained = ARENA_ARRAY(&evidence->arena, struct unexplained, count + 1);
    for (size_t i = 0; i < count; i++) {
        const struct unexplained_sum *sum = &joiner->unexplained.at[i];
        if (sum->value == 0)
            continue;
        struct unexplained *row = &evidence->unexplained[evidence->unexplained_count++];
        row->value = sum->value;
        row->why = sum->why;
        if (sum->function == NONE)
            continue;
        row->function = joiner->atlas->functions[sum->function].symbol;
        row->place = place_of(joiner, sum->function, sum->line, 0);
    }
    qsort(evidence->unexplained, evidence->unexplained_count, sizeof(*evidence->unexplained),
          compare_unexplained);
}
