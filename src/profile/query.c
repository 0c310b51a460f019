/* query.c: what the other rooms ask a profile. */
#include "profile/profile_int.h"

struct str profile_string(const struct profile *profile, uint32_t id)
{
    return intern_str(&profile->strings, id);
}

struct str profile_type_name(const struct profile *profile, uint32_t type)
{
    return profile_string(profile, profile->types[type].type);
}

struct str profile_type_unit(const struct profile *profile, uint32_t type)
{
    return profile_string(profile, profile->types[type].unit);
}

static int find_type(const struct profile *profile, struct str name)
{
    for (uint32_t i = 0; i < profile->type_count; i++)
        if (str_equal(profile_type_name(profile, i), name))
            return (int)i;
    return -1;
}

int profile_type_index(const struct profile *profile, struct str name)
{
    if (name.len)
        return find_type(profile, name);
    int preferred = -1;
    if (profile->default_type)
        preferred = find_type(profile, profile_string(profile, profile->default_type));
    return preferred >= 0 ? preferred : (int)profile->type_count - 1;
}

/* ORDER: enum profile_kind. */
static const char *const kind_names[] = {
    "a heap profile",
    "a CPU profile",
    "a goroutine profile",
    "a mutex or block profile",
    "a threadcreate profile",
    "a profile of another kind",
};
_Static_assert(COUNT_OF(kind_names) == PROFILE_OTHER + 1, "a name for each kind");

const char *profile_kind_name(enum profile_kind kind)
{
    return kind_names[kind];
}

/* A sample type that only one kind of profile has. Go's writers: runtime/pprof/protomem.go,
 * proto.go and pprof.go; "space" alone is that of text profiles that do not tell allocated from in
 * use. */
struct type_kind {
    const char *type;
    enum profile_kind kind;
};
static const struct type_kind type_kinds[] = {
    {"alloc_space", PROFILE_HEAP},       {"inuse_space", PROFILE_HEAP},
    {"alloc_objects", PROFILE_HEAP},     {"inuse_objects", PROFILE_HEAP},
    {"space", PROFILE_HEAP},             {"cpu", PROFILE_CPU},
    {"goroutine", PROFILE_GOROUTINE},    {"goroutines", PROFILE_GOROUTINE},
    {"contentions", PROFILE_CONTENTION}, {"threadcreate", PROFILE_THREADCREATE},
};

enum profile_kind profile_kind(const struct profile *profile)
{
    for (size_t i = 0; i < COUNT_OF(type_kinds); i++)
        if (find_type(profile, str_from(type_kinds[i].type)) >= 0)
            return type_kinds[i].kind;
    return PROFILE_OTHER;
}

int64_t profile_total(const struct profile *profile, uint32_t type)
{
    int64_t total = 0;
    for (size_t i = 0; i < profile->samples.len; i++)
        total = add_saturating(total, profile_value(profile, i, type));
    return total;
}

size_t profile_frames(const struct profile *profile, size_t sample, struct profile_frame *frames,
                      bool *outer, size_t max)
{
    const struct profile_stack *stack = &profile->stacks.at[profile->samples.at[sample].stack];
    size_t count = 0;
    for (uint32_t i = 0; i < stack->count; i++) {
        uint32_t id = profile->stack_locations.at[stack->first + i];
        const struct profile_location *location = &profile->locations.at[id];
        for (uint32_t j = 0; j < location->frame_count; j++, count++) {
            if (count >= max)
                continue;
            frames[count] = profile->frames.at[location->first_frame + j];
            if (outer)
                outer[count] = j + 1 == location->frame_count;
        }
    }
    return count;
}
