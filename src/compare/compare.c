/* compare.c: runs in, judged rows out. Read compare_finish at the bottom first. */
#include "compare/compare_int.h"

#include <math.h>
#include <stdlib.h>

struct comparison *compare_new(const struct compare_request *request, const struct memory *memory)
{
    struct comparison *comparison = memory_get(memory, sizeof(*comparison));
    *comparison = (struct comparison){.memory = memory, .request = *request};
    arena_init(&comparison->arena, memory);
    comparison->gather = memory_get(memory, sizeof(*comparison->gather));
    gather_init(comparison->gather, memory);
    if (request->tree)
        comparison->gather->tree = tree_new(memory, LIMIT_COMPARE_NODES);
    return comparison;
}

static void drop_gather(struct comparison *comparison)
{
    if (!comparison->gather)
        return;
    gather_release(comparison->gather);
    memory_put(comparison->memory, comparison->gather);
    comparison->gather = NULL;
}

void compare_free(struct comparison *comparison)
{
    if (!comparison)
        return;
    drop_gather(comparison);
    arena_release(&comparison->arena);
    memory_put(comparison->memory, comparison);
}

/* ---- a run comes in ---- */

static void refuse_type(const struct profile *profile, struct str wanted, struct str name,
                        struct diag_sink *sink)
{
    struct sb list;
    sb_init(&list, profile->memory);
    for (uint32_t i = 0; i < profile->type_count; i++)
        sb_addf(&list, "%s%.*s", i ? ", " : "", STR_ARGS(profile_type_name(profile, i)));
    diag_add(sink, DIAG_PROFILE_SAMPLE_TYPE, name, 0, DIAG_NO_OFFSET,
             "the profile has no sample type %.*s; it has %.*s", STR_ARGS(wanted),
             STR_ARGS(sb_str(&list)));
    sb_release(&list);
}

/* The first run says which sample types there are, and which is looked at. */
static enum status choose_types(struct comparison *comparison, const struct profile *profile,
                                struct str name, struct diag_sink *sink)
{
    struct gather *gather = comparison->gather;
    struct str wanted = comparison->request.sample_type;
    if (wanted.len == 0 && profile_type_index(profile, STR("alloc_space")) >= 0)
        wanted = STR("alloc_space");
    int selected = profile_type_index(profile, wanted);
    if (selected < 0) {
        refuse_type(profile, wanted, name, sink);
        return STATUS_BAD_INPUT;
    }
    gather->selected = (uint32_t)selected;
    gather->type_count = profile->type_count;
    for (uint32_t i = 0; i < profile->type_count; i++) {
        gather->types[i] = intern_add(&gather->strings, profile_type_name(profile, i));
        gather->units[i] = intern_add(&gather->strings, profile_type_unit(profile, i));
    }
    return STATUS_OK;
}

static enum status find_types(struct comparison *comparison, struct gather_run *run,
                              struct str name, struct diag_sink *sink)
{
    struct gather *gather = comparison->gather;
    for (uint32_t i = 0; i < gather->type_count; i++) {
        struct str type = intern_str(&gather->strings, gather->types[i]);
        int index = type.len ? profile_type_index(run->profile, type) : (int)i;
        run->profile_types[i] = index < 0 ? PROFILE_NONE : (uint32_t)index;
    }
    if (run->profile_types[gather->selected] != PROFILE_NONE)
        return STATUS_OK;
    refuse_type(run->profile, intern_str(&gather->strings, gather->types[gather->selected]), name,
                sink);
    return STATUS_BAD_INPUT;
}

static enum status check_profile(const struct profile *profile, struct str name,
                                 struct diag_sink *sink)
{
    enum profile_kind kind = profile_kind(profile);
    if (kind != PROFILE_HEAP) {
        diag_add(sink, DIAG_PROFILE_KIND, name, 0, DIAG_NO_OFFSET,
                 "this is %s; diff needs heap profiles", profile_kind_name(kind));
        return STATUS_BAD_INPUT;
    }
    if (profile->samples.len == 0) {
        diag_add(sink, DIAG_PROFILE_EMPTY, name, 0, DIAG_NO_OFFSET, "the profile has no samples");
        return STATUS_BAD_INPUT;
    }
    return STATUS_OK;
}

static enum status choose_factor(const struct comparison *comparison, struct gather_run *gathered,
                                 const struct compare_run *run, struct diag_sink *sink)
{
    const struct profile *profile = run->profile;
    uint32_t type = gathered->profile_types[comparison->gather->selected];
    double by = 1;
    switch (comparison->request.scale) {
    case COMPARE_AS_IS: break;
    case COMPARE_BY_TOTAL: by = (double)profile_total(profile, type); break;
    case COMPARE_BY_TIME: by = (double)profile->duration_nanos / 1e9; break;
    case COMPARE_PER_WORK: by = run->work; break;
    }
    gathered->factor = 1 / by;
    if (by > 0)
        return STATUS_OK;
    if (comparison->request.scale == COMPARE_BY_TIME)
        diag_add(sink, DIAG_COMPARE_SCALE, run->name, 0, DIAG_NO_OFFSET,
                 "the profile says no duration (only one taken over some seconds does)");
    else
        diag_add(sink, DIAG_COMPARE_SCALE, run->name, 0, DIAG_NO_OFFSET,
                 "the profile's total of %.*s is not above zero",
                 STR_ARGS(profile_type_name(profile, type)));
    return STATUS_BAD_INPUT;
}

enum status compare_add(struct comparison *comparison, enum compare_side side,
                        const struct compare_run *run, struct diag_sink *sink)
{
    struct gather *gather = comparison->gather;
    struct gather_run gathered = {.profile = run->profile, .evidence = run->evidence};
    enum status status = check_profile(run->profile, run->name, sink);
    if (!status && gather->type_count == 0)
        status = choose_types(comparison, run->profile, run->name, sink);
    if (!status)
        status = find_types(comparison, &gathered, run->name, sink);
    if (!status)
        status = choose_factor(comparison, &gathered, run, sink);
    if (!status)
        gather_add(gather, side, &gathered);
    return status;
}

/* ---- final units ---- */

/* What the sums of the scaled runs are multiplied with. */
static double multiplier(const struct comparison *comparison)
{
    const struct gather *gather = comparison->gather;
    const struct gather_side *new = &gather->sides[COMPARE_NEW];
    if (comparison->request.scale != COMPARE_BY_TOTAL)
        return 1;
    double harmonic = new->factors / new->runs; /* mean of 1/total */
    return 1 / harmonic;
}

static struct str unit_of(struct comparison *comparison, struct str unit)
{
    struct sb text;
    sb_init(&text, comparison->memory);
    sb_add(&text, unit);
    if (comparison->request.scale == COMPARE_BY_TIME)
        sb_adds(&text, "/second");
    struct str copy = str_copy(&comparison->arena, sb_str(&text));
    sb_release(&text);
    return copy;
}

static struct side_measure measure_side(const struct comparison *comparison,
                                        enum compare_side index, const struct side_sum *sum)
{
    const struct gather_side *side = &comparison->gather->sides[index];
    double runs = side->runs, scale = multiplier(comparison) / runs, square = scale * scale;
    struct side_measure measure = {.value = sum->value * scale,
                                   .unseen = sum->unseen * square,
                                   .chance = sum->chance * square,
                                   .samples = sum->samples,
                                   .sizes = sum->sizes * scale,
                                   .rate = side->rates / runs,
                                   .exposure = side->factors / runs * scale,
                                   .freedom = runs - 1};
    if (sum->atoms > 0) {
        measure.atom = sum->atoms / sum->missing * scale;
        measure.missed = sum->missing * sum->missing / sum->atoms;
    }
    double spread = sum->squares - sum->value * sum->value / runs;
    if (measure.freedom > 0 && spread > 0)
        measure.spread = spread * square * runs * runs / measure.freedom;
    measure.expected = sum->chance * square * runs;
    return measure;
}

/* M2: what an unseen object is worth: the sampling rate in bytes, as many objects as the other
 * side's would be here. */
static void measure_unseen(struct side_measure *measures)
{
    for (int side = 0; side < COMPARE_SIDES; side++) {
        struct side_measure *here = &measures[side];
        const struct side_measure *there = &measures[1 - side];
        double weight = here->rate;
        if (there->value > 0) {
            double each = there->chance / there->value / there->exposure;
            double solid = (there->chance - there->unseen) / there->value / there->exposure;
            each *= verdict_weight(there, here->rate) / verdict_weight(there, there->rate);
            here->other = fmax(each - solid, 0) * here->exposure;
            weight = here->bytes ? here->rate : each;
        }
        here->zero = weight * here->exposure;
    }
}

static void measure_pair(const struct comparison *comparison, uint32_t type,
                         const struct side_sum *const *sums, struct side_measure *measures)
{
    static const struct side_sum nothing = {0};
    const struct gather *gather = comparison->gather;
    for (int side = 0; side < COMPARE_SIDES; side++) {
        measures[side] = measure_side(comparison, (enum compare_side)side,
                                      sums[side] ? sums[side] : &nothing);
        measures[side].bytes = str_is(intern_str(&gather->strings, gather->units[type]), "bytes");
    }
    measure_unseen(measures);
}

/* ---- rows ---- */

static struct str shown_path(struct comparison *comparison, struct str path)
{
    struct str below = comparison->request.directory;
    if (below.len && str_starts(path, below))
        path = str_skip(path, below.len);
    return str_copy(&comparison->arena, path);
}

/* The part of a key that is the function: of a cause it stands behind the category. */
static struct str key_function(struct str key, enum compare_rows kind)
{
    if (kind != COMPARE_CAUSES)
        return key;
    struct str rest = key;
    (void)str_cut(&rest, '\n');
    return str_cut(&rest, '\n');
}

static struct compare_row row_of(struct comparison *comparison, enum compare_rows kind,
                                 const struct side_row *old, const struct side_row *new)
{
    const struct intern *strings = &comparison->gather->strings;
    const struct side_row *shown = new ? new : old;
    if (!shown)
        BUG("a match of nothing");
    struct str function = key_function(intern_str(strings, shown->key), kind);
    struct compare_row row = {.function = str_copy(&comparison->arena, function),
                              .text = str_copy(&comparison->arena,
                                               intern_str(strings, shown->text)),
                              .in_old = old != NULL, .in_new = new != NULL};
    row.place.file = shown_path(comparison, intern_str(strings, shown->file));
    row.place.line = shown->line;
    if (old && new && old->line != new->line)
        row.old_line = old->line;
    return row;
}

static int by_rank(const void *left, const void *right)
{
    const struct compare_row *a = left, *b = right;
    if (a->change.verdict != b->change.verdict)
        return a->change.verdict > b->change.verdict ? -1 : 1;
    double a_size = fabs(a->change.delta), b_size = fabs(b->change.delta);
    if (a_size != b_size)
        return a_size > b_size ? -1 : 1;
    int names = str_compare(a->function, b->function);
    if (names)
        return names;
    if (a->place.line != b->place.line)
        return a->place.line < b->place.line ? -1 : 1;
    return str_compare(a->text, b->text);
}

static bool runs_are_many(const struct comparison *comparison)
{
    const struct gather_side *sides = comparison->gather->sides;
    return sides[COMPARE_OLD].runs > 1 || sides[COMPARE_NEW].runs > 1;
}

static void judge_rows(struct comparison *comparison, enum compare_rows kind,
                       struct side_measure (*pairs)[COMPARE_SIDES], struct arena *scratch)
{
    struct compare_row *rows = comparison->rows[kind];
    size_t count = comparison->row_count[kind];
    struct dispersion dispersion = verdict_dispersion(pairs, count, scratch);
    struct change **changes = ARENA_ARRAY(scratch, struct change *, count + 1);
    for (size_t i = 0; i < count; i++) {
        rows[i].change = verdict_change(pairs[i], &dispersion);
        changes[i] = &rows[i].change;
    }
    double family = verdict_many(changes, count, scratch);
    double factor = common_factor(rows, count, scratch);
    if (factor > 0 && runs_are_many(comparison) &&
        comparison->totals[comparison->selected].change.verdict != COMPARE_SIGNIFICANT)
        verdict_together(changes, count, factor);
    if (kind == COMPARE_LINES) {
        comparison->family = family;
        comparison->dispersion = dispersion.told ? dispersion.all : 0;
    }
    for (size_t i = 0; i < count; i++)
        comparison->verdicts[kind][rows[i].change.verdict]++;
    if (count > 1)
        qsort(rows, count, sizeof(*rows), by_rank);
}

static void make_rows(struct comparison *comparison, enum compare_rows kind, struct arena *scratch)
{
    struct gather *gather = comparison->gather;
    struct side_table *tables[] = {&gather->sides[COMPARE_OLD].tables[kind],
                                   &gather->sides[COMPARE_NEW].tables[kind]};
    size_t count;
    struct match *matches = match_rows(tables[0], tables[1], scratch, &count);
    struct compare_row *rows = ARENA_ARRAY(&comparison->arena, struct compare_row, count + 1);
    struct side_measure(*pairs)[COMPARE_SIDES] =
        arena_zalloc(scratch, count + 1, sizeof(*pairs));
    for (size_t i = 0; i < count; i++) {
        const struct side_row *sides[COMPARE_SIDES] = {NULL, NULL};
        const struct side_sum *sums[COMPARE_SIDES] = {NULL, NULL};
        for (int side = 0; side < COMPARE_SIDES; side++) {
            if (matches[i].rows[side] == MATCH_NONE)
                continue;
            sides[side] = &tables[side]->rows.at[matches[i].rows[side]];
            sums[side] = &sides[side]->sum;
        }
        rows[i] = row_of(comparison, kind, sides[0], sides[1]);
        measure_pair(comparison, gather->selected, sums, pairs[i]);
    }
    comparison->rows[kind] = rows;
    comparison->row_count[kind] = count;
    judge_rows(comparison, kind, pairs, scratch);
}

static void make_totals(struct comparison *comparison, struct arena *scratch)
{
    struct gather *gather = comparison->gather;
    comparison->totals =
        ARENA_ARRAY(&comparison->arena, struct compare_total, gather->type_count);
    comparison->total_count = gather->type_count;
    comparison->selected = gather->selected;
    for (uint32_t i = 0; i < gather->type_count; i++) {
        struct side_measure pair[1][COMPARE_SIDES];
        const struct side_sum *sums[] = {&gather->sides[0].totals[i], &gather->sides[1].totals[i]};
        struct compare_total *total = &comparison->totals[i];
        measure_pair(comparison, i, sums, pair[0]);
        struct dispersion dispersion = verdict_dispersion(pair, 1, scratch);
        total->change = verdict_change(pair[0], &dispersion);
        verdict_total(&total->change);
        total->type = str_copy(&comparison->arena, intern_str(&gather->strings, gather->types[i]));
        total->unit = unit_of(comparison, intern_str(&gather->strings, gather->units[i]));
        total->selected = i == gather->selected;
    }
    comparison->type = comparison->totals[gather->selected].type;
    comparison->unit = comparison->totals[gather->selected].unit;
}

static double shared_part(const struct comparison *comparison)
{
    double all = 0, shared = 0;
    for (size_t i = 0; i < comparison->row_count[COMPARE_FUNCTIONS]; i++) {
        const struct compare_row *row = &comparison->rows[COMPARE_FUNCTIONS][i];
        double both = fabs(row->change.old) + fabs(row->change.new);
        all += both;
        shared += row->in_old && row->in_new ? both : 0;
    }
    return all > 0 ? shared / all : 1;
}

void compare_finish(struct comparison *comparison)
{
    struct gather *gather = comparison->gather;
    struct arena scratch;
    double scales[COMPARE_SIDES];
    arena_init(&scratch, comparison->memory);
    make_totals(comparison, &scratch);
    for (int kind = 0; kind < COMPARE_ROW_KINDS; kind++)
        make_rows(comparison, (enum compare_rows)kind, &scratch);
    const struct change *total = &comparison->totals[comparison->selected].change;
    if (comparison->request.scale == COMPARE_AS_IS && total->verdict != COMPARE_NOISE)
        comparison->factor = common_factor(comparison->rows[COMPARE_LINES],
                                           comparison->row_count[COMPARE_LINES], &scratch);
    comparison->shared = shared_part(comparison);
    for (int side = 0; side < COMPARE_SIDES; side++) {
        const struct gather_side *from = &gather->sides[side];
        comparison->runs[side] = from->runs;
        comparison->rates[side] = from->unknown_rate ? 0 : from->rates / from->runs;
        scales[side] = multiplier(comparison) / gather->sides[side].runs;
    }
    if (gather->tree)
        tree_finish(gather->tree, &gather->strings, scales, comparison);
    arena_release(&scratch);
    drop_gather(comparison);
}
