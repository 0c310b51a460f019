/* gate -old-profile, -new-profile: which lines of a benchmark allocate more than before, and really
 * so. What is "new" is what grew significantly (compare.h, M6); how much of the profile that is
 * decides whether it fails or warns, by the policy's hot_share. */
#include "gate.h"

#include <math.h>

#include "compare/compare.h"
#include "report/report.h"

static enum status side_add(struct gate_run *run, struct comparison *comparison,
                            enum compare_side side, const struct flag_list *files)
{
    struct cmd *cmd = run->cmd;
    const struct profile_options options = {.workers = cmd->workers};
    enum status first = STATUS_OK;
    for (size_t i = 0; i < files->len; i++) {
        struct profile *profile = NULL;
        enum status status =
            profile_read(&files->at[i], 1, &options, &cmd->memory, cmd->sink, &profile);
        const struct compare_run read = {.profile = profile, .work = 1,
                                         .name = str_from(files->at[i])};
        if (!status)
            status = compare_add(comparison, side, &read, cmd->sink);
        profile_free(profile);
        first = first ? first : status;
    }
    return first;
}

/* ---- one line ---- */

static struct str amounts_text(const struct comparison *comparison, const struct change *change,
                               struct arena *arena)
{
    struct sb out;
    sb_init(&out, arena->memory);
    sb_addf(&out, "%.*s ", STR_ARGS(comparison->type));
    report_amount(&out, llround(change->old), comparison->unit);
    sb_adds(&out, " -> ");
    report_amount(&out, llround(change->new), comparison->unit);
    struct str text = str_copy(arena, sb_str(&out));
    sb_release(&out);
    return text;
}

static struct str ground_text(const struct comparison *comparison, const struct change *change,
                              double share, struct arena *arena)
{
    struct sb out;
    sb_init(&out, arena->memory);
    report_amount(&out, llround(change->delta), comparison->unit);
    sb_adds(&out, " more, as the profiles measure it; 95 % of such intervals, here ");
    report_amount(&out, llround(change->low), comparison->unit);
    sb_adds(&out, " to ");
    report_amount(&out, llround(change->high), comparison->unit);
    sb_addf(&out, ", hold the true change; it is %.1f %% of the new profile", share);
    struct str text = str_copy(arena, sb_str(&out));
    sb_release(&out);
    return text;
}

static struct gate_site site_of(struct gate_run *run, const struct comparison *comparison,
                                const struct compare_row *row, struct gate_list *list)
{
    struct arena *arena = &list->arena;
    struct str package, name;
    symbol_split(row->function, arena, &package, &name);
    struct gate_site site = {
        .package = str_copy(arena, package), .function = str_copy(arena, row->function),
        .file = str_copy(arena, row->place.file), .line = row->place.line, .kind = SITE_OTHER,
        .category = CAUSE_OTHER, .copies = 1, .reason = STR("measured"),
        .text = amounts_text(comparison, &row->change, arena),
        .test = str_ends(row->place.file, STR("_test.go"))};
    site.shown = gate_path_here(run, list->module, site.file);
    struct sb line;
    sb_init(&line, arena->memory);
    sb_addf(&line, "%.*s:%u", STR_ARGS(str_base_name(site.file)), site.line);
    site.expression = str_copy(arena, sb_str(&line));
    sb_release(&line);
    return site;
}

/* Both sides' copies of a line are equal, so that it pairs with itself. */
static void row_add(struct gate_run *run, const struct comparison *comparison,
                    const struct compare_row *row, struct gate_list *list)
{
    const struct change *change = &row->change;
    double total = comparison->totals[comparison->selected].change.new;
    double share = total > 0 ? 100 * change->delta / total : 0;
    struct gate_site site = site_of(run, comparison, row, list);
    struct gate_given *given = ARENA_NEW(&list->arena, struct gate_given);
    *given = (struct gate_given){.cause = GATE_BY_EDIT};
    given->cost = (struct gate_cost){
        .known = true, .bytes = llround(change->delta), .share = share,
        .hot = share >= run->policy.hot_share,
        .ground = ground_text(comparison, change, share, &list->arena)};
    site.given = given;
    VEC_PUSH(list->memory, &list->sites, site);
}

static void rows_add(struct gate_run *run, const struct comparison *comparison,
                     struct gate_list *old, struct gate_list *new)
{
    for (size_t i = 0; i < comparison->row_count[COMPARE_LINES]; i++) {
        const struct compare_row *row = &comparison->rows[COMPARE_LINES][i];
        bool real = row->change.verdict == COMPARE_SIGNIFICANT;
        if (!real || row->change.delta < 0)
            row_add(run, comparison, row, old);
        if (!real || row->change.delta > 0)
            row_add(run, comparison, row, new);
    }
}

enum status gate_of_profiles(struct gate_run *run, struct gate_list *old, struct gate_list *new)
{
    struct cmd *cmd = run->cmd;
    struct sb here;
    gate_list_init(old, &cmd->memory);
    sb_init(&here, &cmd->memory);
    sb_addf(&here, "%.*s/", STR_ARGS(run->here));
    const struct compare_request request = {.sample_type = str_from(run->flags->sample_index),
                                            .directory = sb_str(&here)};
    struct comparison *comparison = compare_new(&request, &cmd->memory);
    enum status status = side_add(run, comparison, COMPARE_OLD, &run->flags->old_profiles);
    enum status second = side_add(run, comparison, COMPARE_NEW, &run->flags->new_profiles);
    status = status ? status : second;
    if (!status) {
        compare_finish(comparison);
        gate_module_read(run->module_dir, new);
        gate_module_read(run->module_dir, old);
        rows_add(run, comparison, old, new);
        gate_list_sort(old);
        gate_list_sort(new);
        gate_list_asks(new, old);
    }
    compare_free(comparison);
    sb_release(&here);
    return status;
}
