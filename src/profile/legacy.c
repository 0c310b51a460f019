/* legacy.c: from stacks of addresses to a profile's samples, for the readers of old forms. */
#include "profile/legacy.h"

#include "profile/text_form.h"

void legacy_stacks_release(struct legacy_stacks *stacks, const struct memory *memory)
{
    VEC_RELEASE(memory, &stacks->addresses);
    VEC_RELEASE(memory, &stacks->samples);
}

static uint32_t location_of(struct profile *profile, uint64_t address)
{
    struct profile_location location = {.address = address,
                                        .mapping = PROFILE_NONE,
                                        .first_frame = (uint32_t)profile->frames.len};
    return build_location(profile, &location);
}

void legacy_locations(struct profile *profile, const struct legacy_stacks *stacks)
{
    for (size_t i = 0; i < stacks->samples.len; i++) {
        const struct legacy_sample *sample = &stacks->samples.at[i];
        for (size_t j = 0; j < sample->count; j++)
            location_of(profile, stacks->addresses.at[sample->first + j]);
    }
}

bool legacy_samples(struct profile *profile, const struct legacy_stacks *stacks, const char **limit)
{
    struct map ids; /* by address: what maps_place did to a location is no part of its address */
    bool added;
    map_init(&ids, profile->memory);
    for (size_t i = 0; i < profile->locations.len; i++)
        *map_put(&ids, profile->locations.at[i].address, &added) = i;
    for (size_t i = 0; i < stacks->samples.len; i++) {
        const struct legacy_sample *from = &stacks->samples.at[i];
        const uint64_t *addresses = from->count ? stacks->addresses.at + from->first : NULL;
        size_t first = profile->stack_locations.len;
        for (size_t j = 0; j < from->count; j++)
            if (j != 1 || addresses[0] != addresses[1] + 1)
                VEC_PUSH(profile->memory, &profile->stack_locations,
                         (uint32_t)*map_get(&ids, addresses[j]));
        struct profile_sample sample = {.stack = build_stack(profile, first),
                                        .object_bytes = from->object_bytes};
        build_sample(profile, sample, from->values);
    }
    map_release(&ids);
    return !build_over_limit(profile, limit);
}

enum status legacy_finish(struct profile *profile, enum status status, struct profile **out)
{
    *out = NULL;
    if (status) {
        profile_free(profile);
        return status;
    }
    text_set_frames(profile);
    profile->source_count = 1;
    profile_index_drop(profile);
    *out = profile;
    return STATUS_OK;
}
