/* test_merge.c: profiles added and subtracted, as google/pprof does it. */
#include "profile_test.h"

static struct profile *profile_of(const struct message_writer *writer)
{
    struct reading reading;
    read_message(&reading, writer);
    assert_int_equal(reading.status, STATUS_OK);
    struct profile *profile = reading.profile;
    reading.profile = NULL;
    reading_release(&reading);
    return profile;
}

static struct profile *usual_profile(void)
{
    struct message_writer writer = {.len = 0};
    put_usual(&writer);
    return profile_of(&writer);
}

/* profile becomes profile + sign * other; both are used up, the sum is in the reading. */
static void merge(struct reading *reading, struct profile *profile, struct profile *other, int sign)
{
    reading_init(reading);
    enum status status;
    if (sign > 0) {
        profile_index_make(profile, profile_limits_default());
        status = profile_merge(profile, other, sign, STR("other.pb"), reading->sink);
        profile_index_drop(profile);
    } else {
        status = profile_subtract(profile, other, reading->sink);
    }
    profile_free(other);
    if (status) {
        profile_free(profile);
        profile = NULL;
    }
    reading_take(reading, status, profile);
}

static void a_profile_twice_is_doubled(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, usual_profile(), usual_profile(), 1);
    assert_has(&reading, "sample 20 960 bytes=48\n");
    assert_has(&reading, "sample 6 192 bytes=32\n");
    assert_int_equal(count_lines(&reading, "sample "), 2);
    assert_int_equal(reading.profile->functions.len, 3);
    assert_int_equal(reading.profile->locations.len, 2);
    assert_int_equal(reading.profile->frames.len, 3);
    reading_release(&reading);
}

static void a_profile_less_itself_is_empty(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, usual_profile(), usual_profile(), -1);
    assert_int_equal(reading.status, STATUS_OK);
    assert_int_equal(reading.profile->samples.len, 0);
    assert_int_equal(reading.profile->values.len, 0);
    reading_release(&reading);
}

/* Same strings and ids, other order: nothing may depend on either. */
static struct profile *other_profile(void)
{
    static const char *const strings[] = {"",          "/src/m.go",   "main.main", "count", "bytes",
                                          "inuse_objects", "inuse_space", "main.new",  NULL};
    struct message_writer writer = {.len = 0}, sample = {.len = 0}, label = {.len = 0};
    put_strings(&writer, strings);
    put_type(&writer, 1, 5, 3);
    put_type(&writer, 1, 6, 4);
    put_type(&writer, 11, 6, 4);
    put_number(&writer, 12, 1000000);
    put_number(&writer, 9, 77);
    put_number(&writer, 10, 5);
    put_number(&writer, 13, 7);
    put_number(&writer, 14, 5);
    LOCATION(&writer, 40, 0x2000, 4); /* main.main, as location 2 of the usual one */
    LOCATION(&writer, 41, 0x9000, 5);
    put_function(&writer, 4, 2, 1);
    put_function(&writer, 5, 7, 1);
    PACKED(&sample, 1, 40);
    PACKED(&sample, 2, 1, 32);
    put_number(&label, 1, 4);
    put_number(&label, 3, 32);
    put_message(&sample, 3, &label);
    put_message(&writer, 2, &sample);
    sample.len = 0;
    PACKED(&sample, 1, 41, 40);
    PACKED(&sample, 2, 2, 200);
    put_message(&writer, 2, &sample);
    sample.len = 0;
    PACKED(&sample, 1, 41);
    PACKED(&sample, 2, 0, 0); /* goes away when merged */
    put_message(&writer, 2, &sample);
    return profile_of(&writer);
}

static void what_is_the_same_is_found_by_content(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, usual_profile(), other_profile(), 1);
    assert_has(&reading, "sample 10 480 bytes=48\n");
    assert_has(&reading, "sample 4 128 bytes=32\n  \"main.main\"");
    assert_has(&reading, "sample 2 200\n  \"main.new\" \"/src/m.go\":10 start 5\n  \"main.main\"");
    assert_int_equal(count_lines(&reading, "sample "), 3);
    assert_int_equal(reading.profile->functions.len, 4);
    reading_release(&reading);
}

static void headers_are_combined(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, usual_profile(), other_profile(), 1);
    assert_has(&reading, "default \"inuse_objects\"\nperiod inuse_space/bytes 1000000\n");
    assert_has(&reading, "time 77 duration 5\ncomment \"main.new\"\n");
    reading_release(&reading);
    merge(&reading, other_profile(), other_profile(), 1);
    assert_has(&reading, "time 77 duration 10\ncomment \"main.new\"\n");
    assert_int_equal(count_lines(&reading, "comment "), 1);
    reading_release(&reading);
}

static void what_only_the_base_has_becomes_negative(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, usual_profile(), other_profile(), -1);
    assert_has(&reading, "sample 2 64 bytes=32\n");
    assert_has(&reading, "sample -2 -200\n");
    assert_true(profile_total(reading.profile, 1) == 480 + 64 - 200);
    reading_release(&reading);
}

/* ---- mappings ---- */

static struct profile *mapped_profile(uint64_t start, const char *build_id)
{
    const char *strings[] = {"", "space", "bytes", "main.f", "/m.go", "/bin/app", build_id, NULL};
    struct message_writer writer = {.len = 0}, mapping = {.len = 0}, location = {.len = 0};
    struct message_writer line = {.len = 0};
    put_type(&writer, 1, 1, 2);
    put_number(&mapping, 1, 1);
    put_number(&mapping, 2, start);
    put_number(&mapping, 3, start + 0x5000);
    put_number(&mapping, 5, 5);
    put_number(&mapping, 6, 6);
    put_message(&writer, 3, &mapping);
    put_number(&location, 1, 1);
    put_number(&location, 2, 1);
    put_number(&location, 3, start + 0x123);
    put_number(&line, 1, 1);
    put_number(&line, 2, 8);
    put_message(&location, 4, &line);
    put_message(&writer, 4, &location);
    put_function(&writer, 1, 3, 4);
    put_sample(&writer, LIST(1), LIST(100), 0);
    put_strings(&writer, strings);
    return profile_of(&writer);
}

static void a_program_loaded_elsewhere_is_the_same(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, mapped_profile(0x400000, "id"), mapped_profile(0x7f0000000000, "id"), 1);
    assert_has(&reading, "sample 200\n");
    assert_int_equal(reading.profile->mappings.len, 1);
    assert_int_equal(reading.profile->locations.len, 1);
    reading_release(&reading);
}

static void another_build_is_another_program(void **state)
{
    (void)state;
    struct reading reading;
    merge(&reading, mapped_profile(0x400000, "id"), mapped_profile(0x400000, "other"), 1);
    assert_int_equal(count_lines(&reading, "sample 100"), 2);
    assert_int_equal(reading.profile->mappings.len, 2);
    reading_release(&reading);
}

/* ---- what does not fit ---- */

static void other_sample_types_are_refused(void **state)
{
    (void)state;
    struct reading reading;
    struct profile *other = mapped_profile(1, "id");
    merge(&reading, usual_profile(), other, 1);
    assert_refused(&reading, DIAG_PROFILE_MISMATCH, "its sample types are space/bytes");
    assert_true(str_contains(reading.diag->message,
                             STR("of the other profile are inuse_objects/count, inuse_space")));
    assert_true(str_is(reading.diag->file, "other.pb"));
    reading_release(&reading);
    merge(&reading, usual_profile(), mapped_profile(1, "id"), -1);
    assert_refused(&reading, DIAG_PROFILE_MISMATCH, "its sample types are space/bytes");
    reading_release(&reading);
}

static void another_period_type_is_refused(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_type(&writer, 11, S_COUNT, S_COUNT);
    merge(&reading, usual_profile(), profile_of(&writer), 1);
    assert_refused(&reading, DIAG_PROFILE_MISMATCH, "(sampled by count)");
    reading_release(&reading);
}

static void sums_saturate_when_subtracting(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_usual_head(&writer);
    put_sample(&writer, LIST(1), LIST((uint64_t)INT64_MIN, 5), 0);
    put_usual_tail(&writer);
    merge(&reading, usual_profile(), profile_of(&writer), -1);
    assert_has(&reading, "sample 9223372036854775807 -5\n");
    reading_release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_profile_twice_is_doubled),
        cmocka_unit_test(a_profile_less_itself_is_empty),
        cmocka_unit_test(what_is_the_same_is_found_by_content),
        cmocka_unit_test(headers_are_combined),
        cmocka_unit_test(what_only_the_base_has_becomes_negative),
        cmocka_unit_test(a_program_loaded_elsewhere_is_the_same),
        cmocka_unit_test(another_build_is_another_program),
        cmocka_unit_test(other_sample_types_are_refused),
        cmocka_unit_test(another_period_type_is_refused),
        cmocka_unit_test(sums_saturate_when_subtracting),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
