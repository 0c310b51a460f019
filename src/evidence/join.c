/* The join, from a byte of a profile to a ranked cause. Read evidence_join at the bottom first;
 * each line of it is a file:
 *
 *   atlas     which package, file and source each name of the profile belongs to
 *   points    where each sample allocates, the runtime's own frames taken off
 *   sites     which allocation that is: the compiler's verdicts on that line, or a run-time reason
 *   trace     its way to the heap: flow (gc's explanation), follow (through the callers)
 *   rank      the steps that take most bytes off the heap, each byte once
 *   results   sites, causes and unexplained rows for the outside; tell, picture
 *
 * Two samples with the same site and the same way are one group: that is what is ranked. */
#include "evidence_int.h"

/* ---- sample types ---- */

static uint32_t type_named(const struct profile *profile, const char *name)
{
    int index = profile_type_index(profile, str_from(name));
    return index < 0 ? NONE : (uint32_t)index;
}

static void tell_types(const struct profile *profile, struct str wanted, struct diag_sink *sink)
{
    char list[512];
    size_t len = 0;
    list[0] = '\0';
    for (uint32_t i = 0; i < profile->type_count && len < sizeof(list) - 64; i++) {
        struct str name = profile_type_name(profile, i);
        name = str_slice(name, 0, 48);
        memcpy(list + len, i ? ", " : "", i ? 2 : 0);
        len += i ? 2 : 0;
        memcpy(list + len, name.ptr ? name.ptr : "", name.len);
        len += name.len;
        list[len] = '\0';
    }
    diag_add(sink, DIAG_PROFILE_SAMPLE_TYPE, STR_NONE, 0, DIAG_NO_OFFSET,
             "the profile has no sample type %.*s; it has %s", STR_ARGS(wanted), list);
}

/* The type that is asked for, its partner (objects for space), and the one to compare with. */
static enum status choose_types(struct joiner *joiner, const struct evidence_request *request,
                                struct diag_sink *sink)
{
    const struct profile *profile = joiner->evidence->profile;
    struct str wanted = request->sample_type;
    if (wanted.len == 0 && type_named(profile, "alloc_space") != NONE)
        wanted = STR("alloc_space");
    int type = profile_type_index(profile, wanted);
    if (type < 0) {
        tell_types(profile, wanted, sink);
        return STATUS_BAD_INPUT;
    }
    joiner->type = (uint32_t)type;
    struct str name = profile_type_name(profile, joiner->type);
    bool in_use = str_starts(name, STR("inuse")), alloc = str_starts(name, STR("alloc"));
    joiner->sampler = profile_sampler(profile, joiner->type);
    joiner->other_type = NONE;
    if (in_use || alloc)
        joiner->other_type = type_named(profile, alloc ? "inuse_space" : "alloc_space");
    joiner->evidence->type = joiner->type;
    joiner->evidence->type_name = name;
    joiner->evidence->unit = profile_type_unit(profile, joiner->type);
    joiner->evidence->total = profile_total(profile, joiner->type);
    return STATUS_OK;
}

/* ---- sampling ---- */

/* How many objects were really sampled behind a sample's value, and the variance of that value; the
 * mathematics stand in measure.c. */
static void sampling_of(const struct joiner *joiner, size_t sample, double *samples,
                        double *variance)
{
    struct profile_sampling sampling = profile_sampling(&joiner->sampler, sample);
    *samples = sampling.objects;
    *variance = sampling.objects * sampling.weight * sampling.weight * (1 - sampling.seen);
}

/* ---- adding up ---- */

static void add_to_site(struct joiner *joiner, const struct verdict *verdict, uint32_t point,
                        uint32_t group, size_t sample, int64_t value)
{
    const struct site_sum none = {.best_value = INT64_MIN, .best_group_value = INT64_MIN};
    while (joiner->site_sums.len <= verdict->site)
        VEC_PUSH(joiner->atlas->memory, &joiner->site_sums, none);
    struct site_sum *sum = &joiner->site_sums.at[verdict->site];
    double samples, variance;
    sampling_of(joiner, sample, &samples, &variance);
    add_to_sum(&sum->value, value);
    sum->samples += samples;
    sum->variance += variance;
    int64_t size = joiner->evidence->profile->samples.at[sample].object_bytes;
    sum->object_bytes = sum->object_bytes == 0 || sum->object_bytes == size ? size : -1;
    bool added;
    uint64_t *copy = map_put(&joiner->copy_sums, (uint64_t)verdict->site << 32 | point, &added);
    *copy = (uint64_t)add_saturating((int64_t)*copy, value);
    sum->copies += added;
    if ((int64_t)*copy > sum->best_value) {
        sum->best_value = (int64_t)*copy;
        sum->best_point = point;
    }
    struct group *at = &joiner->tracer.groups.at[group];
    add_to_sum(&at->value, value);
    at->samples += samples;
    at->variance += variance;
    if (joiner->other_type != NONE)
        add_to_sum(&at->other_value,
                   profile_value(joiner->evidence->profile, sample, joiner->other_type));
    if (at->value > sum->best_group_value) {
        sum->best_group_value = at->value;
        sum->best_group = group;
    }
}

static void add_unexplained(struct joiner *joiner, uint32_t point_index, struct str why,
                            int64_t value)
{
    const struct point *point = &joiner->points.points.at[point_index];
    struct unexplained_sum row = {.function = NONE, .why = why};
    if (point->frame_count > 0) {
        const struct profile_frame *frame = &joiner->points.frames.at[point->first_frame];
        row.function = frame->function;
        row.line = frame->line > 0 ? (uint32_t)frame->line : 0;
    }
    bool added;
    uint64_t key = hash_mix(hash_mix(row.function, row.line), str_hash(why));
    uint64_t *at = map_put(&joiner->unexplained_ids, key, &added);
    if (added) {
        *at = joiner->unexplained.len;
        VEC_PUSH(joiner->atlas->memory, &joiner->unexplained, row);
    }
    add_to_sum(&joiner->unexplained.at[*at].value, value);
}

/* E1: each sample gets a site and a group, or a reason why not. */
static void decide_samples(struct joiner *joiner)
{
    const struct profile *profile = joiner->evidence->profile;
    joiner->sample_group = ARENA_ARRAY(&joiner->scratch, uint32_t, profile->samples.len + 1);
    for (size_t i = 0; i < profile->samples.len; i++) {
        int64_t value = profile_value(profile, i, joiner->type);
        uint32_t point = joiner->points.of_sample[i];
        joiner->sample_group[i] = NONE;
        if (value == 0)
            continue;
        struct verdict verdict =
            sites_decide(&joiner->sites, point, profile->samples.at[i].object_bytes);
        if (verdict.site == NONE) {
            add_unexplained(joiner, point, verdict.why, value);
            continue;
        }
        uint32_t group = tracer_group(&joiner->tracer, i, &verdict, point);
        joiner->sample_group[i] = group;
        add_to_site(joiner, &verdict, point, group, i, value);
        add_to_sum(&joiner->evidence->explained, value);
    }
}

/* ---- cumulative ---- */

/* Bytes of all samples that have a site's function and line anywhere in their stack, each once. */
static void add_cumulative(struct joiner *joiner)
{
    struct evidence *evidence = joiner->evidence;
    const struct profile *profile = evidence->profile;
    struct map rows;
    map_init(&rows, joiner->atlas->memory);
    uint32_t *row_of_site = ARENA_ARRAY(&joiner->scratch, uint32_t, evidence->site_count + 1);
    int64_t *sums = ARENA_ARRAY(&joiner->scratch, int64_t, evidence->site_count + 1);
    size_t *seen = ARENA_ARRAY(&joiner->scratch, size_t, evidence->site_count + 1);
    for (size_t i = 0; i < evidence->site_count; i++) {
        const struct site_entry *entry = &joiner->sites.entries.at[evidence->sites[i].id];
        bool added;
        uint64_t *at = map_put(&rows, (uint64_t)entry->function << 32 | entry->line, &added);
        if (added)
            *at = i;
        row_of_site[i] = (uint32_t)*at;
    }
    struct profile_frame frames[LIMIT_PROFILE_FRAMES];
    for (size_t i = 0; i < profile->samples.len; i++) {
        int64_t value = profile_value(profile, i, joiner->type);
        if (value == 0)
            continue;
        size_t count = profile_frames(profile, i, frames, NULL, LIMIT_PROFILE_FRAMES);
        for (size_t f = 0; f < count && f < LIMIT_PROFILE_FRAMES; f++) {
            uint64_t *at = map_get(&rows, (uint64_t)frames[f].function << 32 |
                                              (uint32_t)frames[f].line);
            if (!at || seen[*at] == i + 1)
                continue;
            seen[*at] = i + 1;
            add_to_sum(&sums[*at], value);
        }
    }
    for (size_t i = 0; i < evidence->site_count; i++)
        evidence->sites[i].cumulative = sums[row_of_site[i]];
    map_release(&rows);
}

/* ---- does the profile belong to these sources? ---- */

static void add_quality(struct match_quality *quality, const struct located *located,
                        bool belongs, int64_t value)
{
    if (located->package && belongs) {
        add_to_sum(&quality->matched, value);
        add_to_sum(located->mapped ? &quality->by_mapping : &quality->by_import_path, value);
        return;
    }
    if (quality->first_unknown.len == 0 ||
        (!located->runtime && str_starts(quality->first_unknown, STR("runtime."))))
        quality->first_unknown = located->symbol; /* the runtime is no telling example */
    add_to_sum(located->package ? &quality->unknown_function : &quality->unknown_package, value);
}

/* A function of a package that was asked for. Other own code may be of another program. */
static bool any_wanted_frame(const struct joiner *joiner)
{
    const struct atlas *atlas = joiner->atlas;
    for (size_t i = 0; i < joiner->evidence->profile->functions.len; i++) {
        const struct located *located = &atlas->functions[i];
        bool wanted = atlas->all_own || !located->package || located->package->wanted;
        if (located->own && wanted)
            return true;
    }
    return false;
}

/* A function that tells which program a profile is of: of a main package, or of one whose path
 * begins with a host, as none of the standard library's does. */
static struct str telling_function(const struct joiner *joiner)
{
    const struct profile *profile = joiner->evidence->profile;
    for (size_t i = 0; i < profile->functions.len; i++) {
        struct str rest = joiner->atlas->functions[i].symbol;
        struct str first = str_cut(&rest, '/');
        if (str_starts(first, STR("main.")) || (rest.ptr && str_find_char(first, '.') > 0))
            return joiner->atlas->functions[i].symbol;
    }
    return joiner->evidence->quality.first_unknown;
}

static double share(int64_t part, int64_t whole)
{
    return whole == 0 ? 0 : 100.0 * (double)part / (double)whole;
}

static enum status judge_quality(struct joiner *joiner, struct diag_sink *sink)
{
    struct evidence *evidence = joiner->evidence;
    const struct profile *profile = evidence->profile;
    struct match_quality *quality = &evidence->quality;
    int64_t own = 0, own_unknown = 0;
    for (size_t i = 0; i < profile->samples.len; i++) {
        const struct point *point = &joiner->points.points.at[joiner->points.of_sample[i]];
        int64_t value = profile_value(profile, i, joiner->type);
        if (point->frame_count == 0 || value == 0)
            continue;
        const struct profile_frame *frame = &joiner->points.frames.at[point->first_frame];
        const struct located *located = &joiner->atlas->functions[frame->function];
        bool belongs = point->inside_runtime || sites_line_belongs(&joiner->sites, located,
                                                                   frame->line);
        add_quality(quality, located, belongs, value);
        add_to_sum(&own, located->own ? value : 0);
        add_to_sum(&own_unknown, located->own && !belongs ? value : 0);
    }
    if (evidence->total != 0 && !any_wanted_frame(joiner)) {
        diag_add(sink, DIAG_JOIN_FOREIGN, STR_NONE, 0, DIAG_NO_OFFSET,
                 "no function of the analysed packages occurs in the profile: they are different "
                 "programs (the profile has %.*s, for example)",
                 STR_ARGS(telling_function(joiner)));
        return STATUS_BAD_INPUT;
    }
    double unknown = share(own_unknown, own);
    if (unknown > 50) {
        diag_add(
            sink, DIAG_JOIN_FOREIGN, STR_NONE, 0, DIAG_NO_OFFSET,
            "%.1f%% of the bytes allocated in the analysed packages are at functions or lines "
            "that do not exist in them (%.*s, for example): profile and sources are of "
            "different commits",
            unknown, STR_ARGS(quality->first_unknown));
        return STATUS_BAD_INPUT;
    }
    if (unknown > 0.5)
        diag_add(
            sink, DIAG_JOIN_PARTIAL, STR_NONE, 0, DIAG_NO_OFFSET,
            "%.1f%% of the bytes allocated in the analysed packages are at functions or lines "
            "that do not exist in them (%.*s, for example)",
            unknown, STR_ARGS(quality->first_unknown));
    return STATUS_OK;
}

/* ---- the other question ---- */

/* alloc_space is what the collector works for, inuse_space what fills the limit: the first cause of
 * the one is often not that of the other. */
static void compare_rankings(struct joiner *joiner)
{
    struct evidence *evidence = joiner->evidence;
    if (joiner->other_type == NONE || evidence->cause_count == 0)
        return;
    int64_t *sums = ARENA_ARRAY(&joiner->scratch, int64_t, evidence->cause_count + 1);
    int64_t total = profile_total(evidence->profile, joiner->other_type);
    for (size_t i = 0; i < evidence->profile->samples.len; i++)
        if (evidence->sample_cause[i] != EVIDENCE_NONE)
            add_to_sum(&sums[evidence->sample_cause[i]],
                       profile_value(evidence->profile, i, joiner->other_type));
    size_t best = 0;
    for (size_t i = 1; i < evidence->cause_count; i++)
        if (sums[i] > sums[best])
            best = i;
    if (best == 0 || total <= 0 || sums[best] <= sums[0])
        return;
    struct str name = profile_type_name(evidence->profile, joiner->other_type);
    bool in_use = str_starts(name, STR("inuse"));
    evidence->other_ranking = arena_fmt(
        &evidence->arena,
        "By %.*s (%s) the first cause is another one: %s at %.*s:%u, with %.1f%% "
        "of it; it is number %u here.",
        STR_ARGS(name), in_use ? "what fills the memory limit" : "what the collector works for",
        cause_category_title(evidence->causes[best].category),
        STR_ARGS(str_base_name(evidence->causes[best].place.file)),
        evidence->causes[best].place.line, share(sums[best], total), evidence->causes[best].id);
}

static void tell_other_build(const struct joiner *joiner, struct diag_sink *sink)
{
    const struct shipped *shipped = joiner->atlas->shipped;
    if (shipped && !shipped_is_same_build(shipped))
        diag_add(sink, DIAG_JOIN_OTHER_BUILD, STR_NONE, 0, DIAG_NO_OFFSET,
                 "the profile's addresses are not those of the binary's functions and lines: the "
                 "profile is of another build");
}

/* ---- the pipeline ---- */

static void open_joiner(struct joiner *joiner, const struct evidence_request *request,
                        const struct compiler *compiler, struct diag_sink *sink)
{
    struct evidence *evidence = joiner->evidence;
    joiner->atlas = ARENA_NEW(&evidence->arena, struct atlas);
    evidence->atlas = joiner->atlas;
    evidence->go_version = compiler->go_version;
    arena_init(&joiner->scratch, evidence->memory);
    map_init(&joiner->copy_sums, evidence->memory);
    map_init(&joiner->unexplained_ids, evidence->memory);
    atlas_init(joiner->atlas, request, evidence->profile, compiler, &evidence->arena,
               sink);
    points_read(&joiner->points, joiner->atlas, evidence->memory);
    sites_init(&joiner->sites, joiner->atlas, &joiner->points, &evidence->arena);
    steps_init(&joiner->steps, evidence->memory);
    tracer_init(&joiner->tracer, joiner->atlas, &joiner->sites, &joiner->points, &joiner->steps,
                &evidence->arena);
    joiner->tracer.in_use = str_starts(evidence->type_name, STR("inuse"));
}

static void close_joiner(struct joiner *joiner)
{
    const struct memory *memory = joiner->evidence->memory;
    tracer_release(&joiner->tracer);
    steps_release(&joiner->steps, memory);
    sites_release(&joiner->sites);
    points_release(&joiner->points, memory);
    map_release(&joiner->copy_sums);
    map_release(&joiner->unexplained_ids);
    VEC_RELEASE(memory, &joiner->site_sums);
    VEC_RELEASE(memory, &joiner->unexplained);
    arena_release(&joiner->scratch);
}

static void join(struct joiner *joiner)
{
    decide_samples(joiner);
    joiner->ranked_count =
        rank_groups(joiner->tracer.groups.at, joiner->tracer.groups.len, &joiner->steps,
                    joiner->atlas->memory, &joiner->scratch, &joiner->ranked);
    build_sites(joiner);
    add_cumulative(joiner);
    build_causes(joiner);
    build_unexplained(joiner);
    build_elided(joiner);
    compare_rankings(joiner);
}

enum status evidence_join(const struct evidence_request *request, const struct profile *profile,
                          const struct compiler *compiler, const struct memory *memory,
                          struct diag_sink *sink, struct evidence **out)
{
    *out = NULL;
    struct evidence *evidence = memory_get(memory, sizeof(*evidence));
    *evidence = (struct evidence){.memory = memory, .profile = profile, .sink = sink};
    arena_init(&evidence->arena, memory);
    struct joiner joiner = {.evidence = evidence, .request = request};
    enum status status = choose_types(&joiner, request, sink);
    if (status == STATUS_OK) {
        open_joiner(&joiner, request, compiler, sink);
        status = judge_quality(&joiner, sink);
        if (status == STATUS_OK)
            join(&joiner);
        if (status == STATUS_OK)
            tell_other_build(&joiner, sink);
        close_joiner(&joiner);
    }
    if (status == STATUS_OK)
        *out = evidence;
    else
        evidence_free(evidence);
    return status;
}

void evidence_free(struct evidence *evidence)
{
    if (!evidence)
        return;
    if (evidence->atlas)
        atlas_release(evidence->atlas);
    arena_release(&evidence->arena);
    memory_put(evidence->memory, evidence);
}
