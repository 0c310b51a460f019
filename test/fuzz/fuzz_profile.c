/* fuzz_profile.c: any bytes as a profile, protobuf or text, packed or not.
 *
 * What is refused has exactly one error; what is read has no dangling index (P4), can be dumped,
 * doubled by merging it with itself, and is nothing when subtracted from itself. Read in parts by
 * several threads it is the same. */
#include <stdlib.h>

#include "profile/profile_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

/* Small, so that the fuzzer does not spend its time on large profiles. */
static const struct profile_limits limits = {
    .stacks = 5000, .samples = 5000, .frames = 300, .http_bytes = 1, .part_bytes = 40};

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_profile: memory ran out");
}

static void check(bool good)
{
    if (!good)
        BUG("fuzz_profile: an index that leads nowhere");
}

static void check_locations(const struct profile *profile)
{
    for (size_t i = 0; i < profile->locations.len; i++) {
        const struct profile_location *location = &profile->locations.at[i];
        check(location->mapping == PROFILE_NONE || location->mapping < profile->mappings.len);
        for (uint32_t j = 0; j < location->frame_count; j++) {
            check((size_t)location->first_frame + j < profile->frames.len);
            check(profile->frames.at[location->first_frame + j].function <
                  profile->functions.len);
        }
    }
}

static void check_samples(const struct profile *profile)
{
    struct profile_frame frames[300];
    check(profile->values.len == profile->samples.len * profile->type_count);
    for (size_t i = 0; i < profile->samples.len; i++) {
        check(profile->samples.at[i].stack < profile->stacks.len);
        check(profile->samples.at[i].label_set < profile->label_sets.len);
        check(profile_frames(profile, i, frames, NULL, COUNT_OF(frames)) <= limits.frames);
    }
}

static struct profile *read(const struct profile_input *input)
{
    struct profile *profile;
    size_t said = diag_count(input->sink);
    enum status status = profile_read_input(input, &profile);
    check((status == STATUS_OK) == (profile != NULL));
    check(diag_count(input->sink) - said == (status != STATUS_OK));
    return profile;
}

/* Mappings of one name that are told apart by their place alone are one when merged: then so are
 * addresses in them. */
static bool has_twin_mappings(const struct profile *profile)
{
    for (size_t i = 0; i < profile->mappings.len; i++)
        for (size_t j = 0; j < i; j++)
            if (profile->mappings.at[i].file == profile->mappings.at[j].file ||
                profile->mappings.at[i].build_id)
                return true;
    return false;
}

static void check_profile(struct profile *profile, const struct profile_input *input)
{
    struct profile *same = read(input);
    struct sb text;
    size_t samples = profile->samples.len;
    check_locations(profile);
    check_samples(profile);
    sb_init(&text, input->memory);
    profile_dump(profile, &text);
    sb_release(&text);
    profile_index_make(profile, limits);
    check(profile_merge(profile, same, 1, input->name, input->sink) == STATUS_OK);
    profile_index_drop(profile);
    check(profile->samples.len == samples || has_twin_mappings(profile));
    check_locations(profile);
    check_samples(profile);
    profile_free(same);
    same = read(input);
    struct profile *other = read(input);
    check(profile_subtract(same, other, input->sink) == STATUS_OK);
    profile_free(same);
    profile_free(other);
}

static void check_same(const struct profile *a, const struct profile *b)
{
    struct sb first, second;
    sb_init(&first, a->memory);
    sb_init(&second, a->memory);
    profile_dump(a, &first);
    profile_dump(b, &second);
    check(str_equal(sb_str(&first), sb_str(&second)));
    check(a->locations.len == b->locations.len && a->mappings.len == b->mappings.len);
    sb_release(&first);
    sb_release(&second);
}

static void check_parts(const struct profile *profile, struct profile_input input)
{
    struct workers *workers = workers_new(input.memory, 3);
    for (int apart = 0; apart < 2; apart++) {
        input.apart = apart;
        input.workers = NULL;
        struct profile *alone = read(&input);
        input.workers = workers;
        struct profile *parts = read(&input);
        check((profile != NULL) == (alone != NULL) && (profile != NULL) == (parts != NULL));
        if (alone && parts)
            check_same(alone, parts);
        profile_free(alone);
        profile_free(parts);
    }
    workers_free(workers);
}

/* As text, of a size that is read in parts. */
static bool may_have_parts(const struct profile_input *input)
{
    const char *what;
    struct str bytes = {(const char *)input->bytes, input->size};
    if (input->size < 2 * limits.part_bytes)
        return false;
    enum sniff_kind kind = profile_sniff(bytes, &what);
    return kind == SNIFF_HEAP_TEXT || kind == SNIFF_COUNT_TEXT || kind == SNIFF_CONTENTION_TEXT;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    const struct memory memory = {give_up, NULL};
    struct profile_input input = {.bytes = bytes,
                                  .size = n,
                                  .name = STR("input"),
                                  .memory = &memory,
                                  .sink = diag_sink_new(&memory),
                                  .limits = limits};
    struct profile *profile = read(&input);
    if (may_have_parts(&input))
        check_parts(profile, input);
    if (profile)
        check_profile(profile, &input);
    profile_free(profile);
    diag_sink_free(input.sink);
    return 0;
}
