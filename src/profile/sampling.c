/* sampling.c: what a sample's value stands for: how many objects were really seen, and what each of
 * them was scaled up to. */
#include "profile/profile.h"

#include <math.h>

/* The partner of a type: "alloc_objects" of "alloc_space". */
static uint32_t partner(const struct profile *profile, struct str name, const char *kind)
{
    char wanted[64];
    ptrdiff_t line = str_find_char(name, '_');
    struct str family = line < 0 ? STR_NONE : str_slice(name, 0, (size_t)line + 1);
    if (family.len + strlen(kind) >= sizeof(wanted))
        return PROFILE_NONE;
    if (family.len)
        memcpy(wanted, family.ptr, family.len);
    memcpy(wanted + family.len, kind, strlen(kind) + 1);
    int index = profile_type_index(profile, str_from(wanted));
    return index < 0 ? PROFILE_NONE : (uint32_t)index;
}

struct profile_sampler profile_sampler(const struct profile *profile, uint32_t type)
{
    struct str name = profile_type_name(profile, type);
    struct profile_sampler sampler = {.profile = profile};
    sampler.objects = partner(profile, name, "objects");
    sampler.space = partner(profile, name, "space");
    sampler.bytes = str_is(profile_type_unit(profile, type), "bytes");
    sampler.rate = profile->period > 1 ? (double)profile->period : 1;
    return sampler;
}

struct profile_sampling profile_sampling(const struct profile_sampler *sampler, size_t sample)
{
    const struct profile *profile = sampler->profile;
    struct profile_sampling sampling = {.seen = 1};
    if (sampler->objects == PROFILE_NONE || sampler->space == PROFILE_NONE)
        return sampling;
    double objects = fabs((double)profile_value(profile, sample, sampler->objects));
    double space = fabs((double)profile_value(profile, sample, sampler->space));
    double size = (double)profile->samples.at[sample].object_bytes;
    if (size > 0 && space > 0)
        objects = space / size; /* Go rounds both down: of large objects, bytes tell the count */
    else if (objects > 0)
        size = space / objects;
    else
        return sampling;
    if (sampler->rate > 1 && size > 0)
        sampling.seen = -expm1(-size / sampler->rate);
    sampling.size = size;
    sampling.objects = objects * sampling.seen;
    sampling.weight = (sampler->bytes ? size : 1) / sampling.seen;
    return sampling;
}
