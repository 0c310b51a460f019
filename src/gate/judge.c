/* judge: the whole comparison, one flat pipeline: pair, sort out why something changed, ask the
 * policy, count budgets, look at annotations, put the dearest first. */
#include "gate_int.h"

#include <stdlib.h>

const char *gate_cause_name(enum gate_cause cause)
{
    static const char *const names[] = {"edit", "compiler", "dependency"};
    return names[cause];
}

struct judge {
    const struct gate_question *question;
    struct gate_verdict *verdict;
    const struct memory *memory;
    struct gate_costs *costs;
    struct gate_pairs pairs;
    bool *in_question; /* of old sites */
    bool compiler_changed;
};

/* ---- why something changed ---- */

static bool knows_function(const struct gate_list *list, uint32_t hash)
{
    size_t low = 0, high = list->functions.len;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        if (list->functions.at[mid] < hash)
            low = mid + 1;
        else
            high = mid;
    }
    return hash && low < list->functions.len && list->functions.at[low] == hash;
}

/* The function is, word for word, what it was: then what it is made with has changed. */
static enum gate_cause cause_of(const struct judge *judge, const struct gate_list *other,
                                const struct gate_site *site)
{
    if (site->given)
        return site->given->cause;
    if (!knows_function(other, site->marks.source))
        return GATE_BY_EDIT;
    if (judge->compiler_changed)
        return GATE_BY_COMPILER;
    return judge->verdict->upgrades.len ? GATE_BY_DEPENDENCY : GATE_BY_EDIT;
}

static bool has_module(const struct gate_list *list, const struct gate_module *module)
{
    for (size_t i = 0; i < list->modules.len; i++) {
        if (str_equal(list->modules.at[i].path, module->path) &&
            str_equal(list->modules.at[i].version, module->version))
            return true;
    }
    return false;
}

static void upgrades_find(struct judge *judge)
{
    const struct gate_list *old = judge->question->old, *new = judge->question->new;
    for (size_t i = 0; i < new->modules.len; i++) {
        if (!has_module(old, &new->modules.at[i]))
            VEC_PUSH(judge->memory, &judge->verdict->upgrades, new->modules.at[i]);
    }
}

/* ---- policy ---- */

/* "*" stands for any text: after a mismatch the last one takes a byte more. */
static bool glob_fits(struct str pattern, struct str text)
{
    size_t p = 0, t = 0, star = SIZE_MAX, taken = 0;
    while (t < text.len) {
        if (p < pattern.len && pattern.ptr[p] == '*') {
            star = p++;
            taken = t;
        } else if (p < pattern.len && pattern.ptr[p] == text.ptr[t]) {
            p++, t++;
        } else if (star != SIZE_MAX) {
            p = star + 1;
            t = ++taken;
        } else {
            return false;
        }
    }
    while (p < pattern.len && pattern.ptr[p] == '*')
        p++;
    return p == pattern.len;
}

static bool allow_fits(const struct gate_allow *allow, const struct gate_list *list,
                       const struct gate_site *site)
{
    ptrdiff_t slash = str_find_last(site->function, '/');
    struct str last = str_skip(site->function, (size_t)(slash + 1));
    struct str name = last;
    str_cut(&name, '.');
    return (!allow->package.len ||
            gate_pattern_fits(allow->package, site->package, list->module)) &&
           (!allow->function.len || glob_fits(allow->function, site->function) ||
            glob_fits(allow->function, last) || glob_fits(allow->function, name)) &&
           (!allow->expression.len || glob_fits(allow->expression, site->expression)) &&
           (!allow->kind.len || str_is(allow->kind, site_kind_name(site->kind))) &&
           (!allow->category.len || str_is(allow->category, cause_category_name(site->category)));
}

static const struct gate_allow *allow_of(const struct judge *judge, const struct gate_site *site)
{
    const struct gate_policy *policy = judge->question->policy;
    for (size_t i = 0; i < policy->allows.len; i++) {
        if (!policy->allows.at[i].expired &&
            allow_fits(&policy->allows.at[i], judge->question->new, site))
            return &policy->allows.at[i];
    }
    return NULL;
}

static enum gate_severity severity_of(const struct judge *judge, const struct gate_finding *finding)
{
    const struct gate_policy *policy = judge->question->policy;
    enum cause_category category = finding->site->category;
    enum gate_severity severity =
        policy->set_category[category] ? policy->by_category[category] : policy->fallback;
    if (finding->cause == GATE_BY_COMPILER)
        severity = policy->by_compiler;
    else if (finding->cause == GATE_BY_DEPENDENCY && policy->by_dependency < severity)
        severity = policy->by_dependency;
    bool cold = finding->cost.known && !finding->cost.hot;
    return cold && severity > GATE_WARNING ? GATE_WARNING : severity;
}

/* ---- pairs ---- */

/* Was the site's package looked at this time? One that is gone is, when the patterns name it. */
static bool is_in_question(const struct judge *judge, const struct gate_site *site)
{
    const struct gate_question *question = judge->question;
    for (size_t i = 0; i < question->new->packages.len; i++) {
        if (str_equal(question->new->packages.at[i], site->package))
            return true;
    }
    for (size_t i = 0; i < question->pattern_count; i++) {
        struct str pattern = str_from(question->patterns[i]);
        if (gate_pattern_fits(pattern, site->package, question->new->module))
            return true;
    }
    return false;
}

static bool any_single(const struct judge *judge)
{
    for (size_t i = 0; i < judge->question->new->sites.len; i++) {
        if (judge->pairs.of_new[i] == GATE_UNPAIRED)
            return true;
    }
    return false;
}

/* Pairs new sites with old ones of the packages in question. A site may also have come from a
 * package that was not asked about: then its function is there no more. Files are read for that
 * only when something new is left over. */
static void sites_pair(struct judge *judge)
{
    const struct gate_list *old = judge->question->old, *new = judge->question->new;
    struct arena *arena = &judge->verdict->arena;
    judge->pairs.of_old = ARENA_ARRAY(arena, int32_t, old->sites.len + 1);
    judge->pairs.of_new = ARENA_ARRAY(arena, int32_t, new->sites.len + 1);
    judge->in_question = ARENA_ARRAY(arena, bool, old->sites.len + 1);
    bool *aside = ARENA_ARRAY(arena, bool, old->sites.len + 1);
    bool any_aside = false;
    for (size_t i = 0; i < old->sites.len; i++) {
        judge->in_question[i] = is_in_question(judge, &old->sites.at[i]);
        aside[i] = !judge->in_question[i];
        any_aside |= aside[i];
    }
    gate_match(old, new, aside, &judge->pairs);
    if (!any_aside || !judge->question->module_dir.len || !any_single(judge))
        return;
    gate_source_still_there(old, judge->question->module_dir, aside);
    gate_match(old, new, aside, &judge->pairs);
}

/* ---- findings ---- */

static void new_judge(struct judge *judge, const struct gate_site *site)
{
    struct gate_verdict *verdict = judge->verdict;
    const struct gate_policy *policy = judge->question->policy;
    struct gate_finding finding = {.site = site,
                                   .cause = cause_of(judge, judge->question->old, site)};
    if (site->given && site->given->cost.known)
        finding.cost = site->given->cost;
    else if (judge->costs)
        finding.cost = gate_cost_of(judge->costs, site, policy->hot_share, &verdict->arena);
    finding.severity = severity_of(judge, &finding);
    finding.allow = allow_of(judge, site);
    if (finding.severity == GATE_OFF)
        return;
    if (finding.allow) {
        VEC_PUSH(judge->memory, &verdict->allowed, finding);
        return;
    }
    verdict->fails |= finding.severity == GATE_ERROR;
    if (finding.cause == GATE_BY_COMPILER)
        VEC_PUSH(judge->memory, &verdict->changed, finding);
    else
        VEC_PUSH(judge->memory, &verdict->found, finding);
}

static bool is_moved(const struct gate_site *a, const struct gate_site *b)
{
    return !str_equal(a->package, b->package) || !str_equal(a->function, b->function) ||
           !str_equal(a->file, b->file);
}

static void new_side(struct judge *judge)
{
    const struct gate_list *old = judge->question->old, *new = judge->question->new;
    for (size_t i = 0; i < new->sites.len; i++) {
        const struct gate_site *site = &new->sites.at[i];
        if (!gate_policy_takes(judge->question->policy, new, site))
            continue;
        int32_t pair = judge->pairs.of_new[i];
        if (pair == GATE_UNPAIRED)
            new_judge(judge, site);
        else if (is_moved(&old->sites.at[pair], site))
            judge->verdict->moved++;
        else
            judge->verdict->kept++;
    }
}

static void old_side(struct judge *judge)
{
    const struct gate_list *old = judge->question->old;
    for (size_t i = 0; i < old->sites.len; i++) {
        const struct gate_site *site = &old->sites.at[i];
        if (judge->pairs.of_old[i] != GATE_UNPAIRED || !judge->in_question[i] ||
            !gate_policy_takes(judge->question->policy, judge->question->new, site))
            continue;
        struct gate_finding finding = {.site = site, .severity = GATE_NOTE,
                                       .cause = cause_of(judge, judge->question->new, site)};
        VEC_PUSH(judge->memory, &judge->verdict->fixed, finding);
    }
}

/* ---- budgets and annotations ---- */

static bool counts_for(const struct judge *judge, const struct gate_budget *budget,
                       const struct gate_site *site)
{
    const struct gate_list *new = judge->question->new;
    return gate_pattern_fits(budget->pattern, site->package, new->module) &&
           gate_policy_takes(judge->question->policy, new, site) && !allow_of(judge, site);
}

static void budget_check(struct judge *judge, const struct gate_budget *budget)
{
    const struct gate_list *new = judge->question->new;
    struct gate_verdict *verdict = judge->verdict;
    struct gate_overrun overrun = {.pattern = budget->pattern, .limit = budget->limit};
    for (size_t i = 0; i < new->sites.len; i++)
        overrun.count += counts_for(judge, budget, &new->sites.at[i]);
    if (overrun.count <= overrun.limit)
        return;
    overrun.sites = ARENA_ARRAY(&verdict->arena, const struct gate_site *, overrun.count);
    size_t at = 0;
    for (size_t i = 0; i < new->sites.len; i++) {
        if (counts_for(judge, budget, &new->sites.at[i]))
            overrun.sites[at++] = &new->sites.at[i];
    }
    VEC_PUSH(judge->memory, &verdict->overruns, overrun);
    verdict->fails = true;
}

static void breaches_check(struct judge *judge)
{
    const struct gate_list *new = judge->question->new;
    for (size_t i = 0; i < new->breaches.len; i++) {
        const struct gate_breach *breach = &new->breaches.at[i];
        if (allow_of(judge, breach->site))
            continue;
        VEC_PUSH(judge->memory, &judge->verdict->breaches, breach);
        judge->verdict->fails = true;
    }
}

/* ---- order ---- */

static int finding_order(const void *left, const void *right)
{
    const struct gate_finding *a = left, *b = right;
    if (a->severity != b->severity)
        return a->severity > b->severity ? -1 : 1;
    if (a->cost.bytes != b->cost.bytes)
        return a->cost.bytes > b->cost.bytes ? -1 : 1;
    if (a->cost.share != b->cost.share)
        return a->cost.share > b->cost.share ? -1 : 1;
    int order = str_compare(a->site->file, b->site->file);
    if (!order)
        order = (a->site->line > b->site->line) - (a->site->line < b->site->line);
    if (!order)
        order = (a->site->column > b->site->column) - (a->site->column < b->site->column);
    return order ? order : gate_site_order(a->site, b->site);
}

static void findings_sort(struct gate_verdict *verdict)
{
    if (verdict->found.len)
        qsort(verdict->found.at, verdict->found.len, sizeof(*verdict->found.at), finding_order);
    if (verdict->changed.len)
        qsort(verdict->changed.at, verdict->changed.len, sizeof(*verdict->changed.at),
              finding_order);
}

void gate_judge(const struct gate_question *question, const struct memory *memory,
                struct gate_verdict *verdict)
{
    *verdict = (struct gate_verdict){.memory = memory, .old = question->old, .new = question->new,
                                     .policy = question->policy, .measured = question->measured};
    arena_init(&verdict->arena, memory);
    struct judge judge = {.question = question, .verdict = verdict, .memory = memory};
    judge.compiler_changed = !str_equal(question->old->go_version, question->new->go_version);
    if (question->profile)
        judge.costs = gate_costs_new(question->profile, memory);
    upgrades_find(&judge);
    sites_pair(&judge);
    new_side(&judge);
    old_side(&judge);
    for (size_t i = 0; i < question->policy->budgets.len; i++)
        budget_check(&judge, &question->policy->budgets.at[i]);
    breaches_check(&judge);
    findings_sort(verdict);
    gate_costs_free(judge.costs);
}

void gate_verdict_release(struct gate_verdict *verdict)
{
    VEC_RELEASE(verdict->memory, &verdict->found);
    VEC_RELEASE(verdict->memory, &verdict->changed);
    VEC_RELEASE(verdict->memory, &verdict->allowed);
    VEC_RELEASE(verdict->memory, &verdict->fixed);
    VEC_RELEASE(verdict->memory, &verdict->overruns);
    VEC_RELEASE(verdict->memory, &verdict->breaches);
    VEC_RELEASE(verdict->memory, &verdict->upgrades);
    arena_release(&verdict->arena);
}
