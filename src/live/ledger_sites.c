/* ledger_sites.c: a heap profile summed up by the lines that allocate: of each stack the innermost
 * frame that is not the runtime's. */
#include "live_int.h"

#include <stdlib.h>

#include "ledger_int.h"
#include "profile/profile.h"

enum { SHOWN = 8 };

static bool is_runtime(struct str function)
{
    return str_starts(function, STR("runtime.")) || str_starts(function, STR("internal/runtime/"));
}

/* The frame that allocates; the innermost when all are the runtime's. */
static bool find_frame(const struct profile *profile, size_t sample, struct profile_frame *frame)
{
    struct profile_frame frames[LIMIT_PROFILE_FRAMES];
    size_t count = profile_frames(profile, sample, frames, NULL, LIMIT_PROFILE_FRAMES);
    count = count < LIMIT_PROFILE_FRAMES ? count : LIMIT_PROFILE_FRAMES;
    for (size_t i = 0; i < count; i++) {
        const struct profile_function *function = &profile->functions.at[frames[i].function];
        *frame = frames[i];
        if (!is_runtime(profile_string(profile, function->name)))
            return true;
    }
    if (count)
        *frame = frames[0];
    return count > 0;
}

static struct live_ledger_site *site_of(struct ledger_maker *maker, struct map *index,
                                        const struct profile_frame *frame)
{
    struct live_ledger *ledger = maker->ledger;
    const struct profile *profile = maker->input->profile;
    const struct profile_function *function = &profile->functions.at[frame->function];
    bool is_new;
    uint64_t key = hash_mix((uint64_t)function->name << 32 | function->file,
                            (uint64_t)frame->line);
    uint64_t *place = map_put(index, key, &is_new);
    if (is_new) {
        struct live_ledger_site site = {
            .function = str_copy(&ledger->arena, profile_string(profile, function->name)),
            .file = str_copy(&ledger->arena, profile_string(profile, function->file)),
            .line = frame->line};
        *place = ledger->sites.len;
        VEC_PUSH(ledger->memory, &ledger->sites, site);
    }
    return &ledger->sites.at[*place];
}

static int by_size(const void *a, const void *b)
{
    const struct live_ledger_site *left = a, *right = b;
    if (left->in_use != right->in_use)
        return left->in_use < right->in_use ? 1 : -1;
    if (left->allocated != right->allocated)
        return left->allocated < right->allocated ? 1 : -1;
    int order = str_compare(left->function, right->function);
    return order ? order : (left->line > right->line) - (left->line < right->line);
}

void ledger_read_sites(struct ledger_maker *maker)
{
    const struct profile *profile = maker->input->profile;
    struct live_ledger *ledger = maker->ledger;
    int in_use = profile_type_index(profile, STR("inuse_space"));
    int allocated = profile_type_index(profile, STR("alloc_space"));
    struct map index;
    map_init(&index, ledger->memory);
    for (size_t i = 0; i < profile->samples.len; i++) {
        struct profile_frame frame;
        if (!find_frame(profile, i, &frame))
            continue;
        struct live_ledger_site *site = site_of(maker, &index, &frame);
        site->in_use += in_use < 0 ? 0 : profile_value(profile, i, (uint32_t)in_use);
        site->allocated += allocated < 0 ? 0 : profile_value(profile, i, (uint32_t)allocated);
    }
    map_release(&index);
    for (size_t i = 0; i < ledger->sites.len; i++) {
        ledger->profile_in_use += ledger->sites.at[i].in_use;
        ledger->profile_allocated += ledger->sites.at[i].allocated;
    }
    if (ledger->sites.len)
        qsort(ledger->sites.at, ledger->sites.len, sizeof(*ledger->sites.at), by_size);
}

static bool is_used(const struct live_ledger *ledger, struct str name)
{
    for (size_t i = 0; i < ledger->rows.len; i++)
        if (str_equal(ledger->rows.at[i].name, name))
            return true;
    return false;
}

void ledger_add_sites(struct ledger_maker *maker, int live)
{
    struct live_ledger *ledger = maker->ledger;
    int64_t shown = 0;
    for (size_t i = 0; i < ledger->sites.len && i < SHOWN && ledger->sites.at[i].in_use > 0; i++) {
        const struct live_ledger_site *site = &ledger->sites.at[i];
        struct str name = ledger_text(maker, "%.*s %.*s:%lld", STR_ARGS(site->function),
                                      STR_ARGS(str_base_name(site->file)), (long long)site->line);
        if (is_used(ledger, name))
            continue;
        (void)ledger_row(maker, live, name, site->in_use, "profile");
        shown += site->in_use;
    }
    if (shown == 0)
        return;
    if (ledger->profile_in_use > shown)
        (void)ledger_row(maker, live, STR("other sites"), ledger->profile_in_use - shown,
                         "profile");
    (void)ledger_close(maker, live, STR("not in the profile (sampling, time)"),
                       STR("more in the profile (sampling, time)"));
}
