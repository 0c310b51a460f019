/* test_query.c: what the other rooms ask a profile: kinds, sample types, frames. And the ceilings.
 * */
#include "profile_test.h"

/* A profile with these sample types, all in "count", and one sample. */
static void read_types(struct reading *reading, const char *default_type, const char *const *types)
{
    struct message_writer writer = {.len = 0}, sample = {.len = 0}, values = {.len = 0};
    put_text(&writer, 6, "");
    put_text(&writer, 6, "count");
    put_text(&writer, 6, default_type);
    for (uint64_t i = 0; types[i]; i++) {
        put_text(&writer, 6, types[i]);
        put_type(&writer, 1, 3 + i, 1);
        put_varint(&values, i + 1);
    }
    put_message(&sample, 2, &values);
    put_message(&writer, 2, &sample);
    put_number(&writer, 14, 2);
    read_message(reading, &writer);
    assert_int_equal(reading->status, STATUS_OK);
}

#define TYPES(...) ((const char *const[]){__VA_ARGS__, NULL})

static void kinds_go_by_sample_types(void **state)
{
    (void)state;
    static const struct {
        const char *types[5];
        enum profile_kind kind;
        const char *name;
    } cases[] = {
        {{"alloc_objects", "alloc_space", "inuse_objects", "inuse_space"}, PROFILE_HEAP,
         "a heap profile"},
        {{"inuse_objects", "inuse_space"}, PROFILE_HEAP, "a heap profile"},
        {{"objects", "space"}, PROFILE_HEAP, "a heap profile"},
        {{"samples", "cpu"}, PROFILE_CPU, "a CPU profile"},
        {{"goroutine"}, PROFILE_GOROUTINE, "a goroutine profile"},
        {{"contentions", "delay"}, PROFILE_CONTENTION, "a mutex or block profile"},
        {{"threadcreate"}, PROFILE_THREADCREATE, "a threadcreate profile"},
        {{"wall"}, PROFILE_OTHER, "a profile of another kind"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading reading;
        read_types(&reading, "", cases[i].types);
        assert_int_equal(profile_kind(reading.profile), cases[i].kind);
        assert_string_equal(profile_kind_name(cases[i].kind), cases[i].name);
        reading_release(&reading);
    }
}

static void sample_types_are_found_by_name(void **state)
{
    (void)state;
    struct reading reading;
    read_types(&reading, "", TYPES("alloc_space", "inuse_space"));
    assert_int_equal(profile_type_index(reading.profile, STR("alloc_space")), 0);
    assert_int_equal(profile_type_index(reading.profile, STR("inuse_space")), 1);
    assert_int_equal(profile_type_index(reading.profile, STR("alloc")), -1);
    assert_int_equal(profile_type_index(reading.profile, STR_NONE), 1);
    assert_true(str_is(profile_type_name(reading.profile, 0), "alloc_space"));
    assert_true(str_is(profile_type_unit(reading.profile, 0), "count"));
    assert_true(profile_value(reading.profile, 0, 1) == 2);
    reading_release(&reading);
    read_types(&reading, "alloc_space", TYPES("alloc_space", "inuse_space"));
    assert_int_equal(profile_type_index(reading.profile, STR_NONE), 0);
    reading_release(&reading);
    read_types(&reading, "what", TYPES("alloc_space", "inuse_space"));
    assert_int_equal(profile_type_index(reading.profile, STR_NONE), 1);
    reading_release(&reading);
}

static void frames_come_leaf_first(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    struct profile_frame frames[3];
    bool outer[3];
    put_usual(&writer);
    read_message(&reading, &writer);
    assert_int_equal(profile_frames(reading.profile, 0, frames, outer, 3), 3);
    static const char *const names[] = {"main.leaf", "main.mid", "main.main"};
    for (size_t i = 0; i < 3; i++) {
        uint32_t name = reading.profile->functions.at[frames[i].function].name;
        assert_true(str_is(profile_string(reading.profile, name), names[i]));
        assert_int_equal(outer[i], i > 0);
    }
    /* Too little room: what fits is filled in, the count is the whole. */
    frames[2].line = 99;
    assert_int_equal(profile_frames(reading.profile, 0, frames, NULL, 2), 3);
    assert_int_equal(frames[2].line, 99);
    assert_int_equal(profile_frames(reading.profile, 0, NULL, NULL, 0), 3);
    reading_release(&reading);
}

/* ---- ceilings ---- */

static void assert_limit(const struct message_writer *writer, struct profile_limits limits,
                         const char *name)
{
    struct reading reading;
    read_limited(&reading, writer->bytes, writer->len, limits);
    assert_int_equal(reading.status, STATUS_LIMIT);
    assert_refused(&reading, DIAG_PROFILE_LIMIT, name);
    reading_release(&reading);
}

static void assert_fits(const struct message_writer *writer, struct profile_limits limits)
{
    struct reading reading;
    read_limited(&reading, writer->bytes, writer->len, limits);
    assert_int_equal(reading.status, STATUS_OK);
    reading_release(&reading);
}

static void each_ceiling_of_a_protobuf_is_named(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct profile_limits limits = profile_limits_default(), fitting = {2, 2, 3, 1, 1};
    put_usual(&writer);
    assert_fits(&writer, fitting);
    limits.stacks = 1;
    assert_limit(&writer, limits, "LIMIT_PROFILE_STACKS");
    limits = profile_limits_default();
    limits.samples = 1;
    assert_limit(&writer, limits, "LIMIT_PROFILE_SAMPLES");
    limits = profile_limits_default();
    limits.frames = 2; /* two locations, three frames */
    assert_limit(&writer, limits, "LIMIT_PROFILE_FRAMES");
    limits.frames = 1;
    assert_limit(&writer, limits, "LIMIT_PROFILE_FRAMES");
}

static void each_ceiling_of_a_text_is_named(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct profile_limits limits = profile_limits_default(), fitting = {2, 2, 2, 1, 1};
    static const char text[] = "heap profile: 2: 2 [2: 3] @ heap/2\n"
                               "1: 1 [1: 1] @ 0x1 0x2\n1: 1 [1: 1] @ 0x2\n";
    put_raw(&writer, text, strlen(text));
    assert_fits(&writer, fitting);
    limits.stacks = 1;
    assert_limit(&writer, limits, "LIMIT_PROFILE_STACKS");
    limits = profile_limits_default();
    limits.samples = 1;
    assert_limit(&writer, limits, "LIMIT_PROFILE_SAMPLES");
    limits = profile_limits_default();
    limits.frames = 1;
    assert_limit(&writer, limits, "LIMIT_PROFILE_FRAMES");
}

static void sample_types_have_a_ceiling(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0}, values = {.len = 0};
    for (int i = 0; i < LIMIT_PROFILE_SAMPLE_TYPES; i++) {
        put_type(&writer, 1, 0, 0);
        put_varint(&values, 1);
    }
    put_text(&writer, 6, "");
    put_message(&sample, 2, &values);
    put_message(&writer, 2, &sample);
    assert_fits(&writer, profile_limits_default());
    put_type(&writer, 1, 0, 0);
    assert_limit(&writer, profile_limits_default(), "LIMIT_PROFILE_SAMPLE_TYPES");
    writer.len = 0;
    put_varint(&values, 1);
    sample.len = 0;
    put_message(&sample, 2, &values);
    put_type(&writer, 1, 0, 0);
    put_message(&writer, 2, &sample);
    struct reading reading;
    read_message(&reading, &writer);
    assert_refused(&reading, DIAG_PROFILE_DAMAGED, "LIMIT_PROFILE_SAMPLE_TYPES");
    reading_release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_go_by_sample_types),
        cmocka_unit_test(sample_types_are_found_by_name),
        cmocka_unit_test(frames_come_leaf_first),
        cmocka_unit_test(each_ceiling_of_a_protobuf_is_named),
        cmocka_unit_test(each_ceiling_of_a_text_is_named),
        cmocka_unit_test(sample_types_have_a_ceiling),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
