/* test_decode.c: protobuf profiles, as usual and as odd as the format allows. */
#include "profile_test.h"

static void the_usual_profile(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    read_message(&reading, &writer);
    assert_int_equal(reading.status, STATUS_OK);
    assert_string_equal(reading.dump.text,
                        "profile a heap profile, of 1\n"
                        "type inuse_objects/count\n"
                        "type inuse_space/bytes\n"
                        "period inuse_space/bytes 524288\n"
                        "time 0 duration 0\n"
                        "sample 10 480 bytes=48\n"
                        "  (inlined) \"main.leaf\" \"/src/m.go\":10 start 5\n"
                        "  \"main.mid\" \"/src/m.go\":11 start 5\n"
                        "  \"main.main\" \"/src/m.go\":10 start 5\n"
                        "sample 3 96 bytes=32\n"
                        "  \"main.main\" \"/src/m.go\":10 start 5\n");
    reading_release(&reading);
}

/* The order of definitions and uses does not matter: not even strings must come last. */
static void definitions_may_come_first(void **state)
{
    (void)state;
    struct message_writer usual = {.len = 0}, turned = {.len = 0};
    struct reading a, b;
    put_usual(&usual);
    put_usual_tail(&turned);
    put_usual_head(&turned);
    read_message(&a, &usual);
    read_message(&b, &turned);
    assert_string_equal(a.dump.text, b.dump.text);
    reading_release(&a);
    reading_release(&b);
}

static void repeated_fields_may_be_packed_or_not(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_number(&sample, 2, 7);
    put_number(&sample, 1, 2);
    PACKED(&sample, 1, 1);
    put_number(&sample, 1, 2);
    PACKED(&sample, 2, 8);
    put_message(&writer, 2, &sample);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 7 8\n"
                         "  \"main.main\" \"/src/m.go\":10 start 5\n"
                         "  (inlined) \"main.leaf\" \"/src/m.go\":10 start 5\n"
                         "  \"main.mid\" \"/src/m.go\":11 start 5\n"
                         "  \"main.main\" \"/src/m.go\":10 start 5\n");
    reading_release(&reading);
}

static void ids_may_be_any_number(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    uint64_t huge = UINT64_MAX, middle = UINT64_C(1) << 40;
    put_usual(&writer);
    put_sample(&writer, LIST(huge, middle), LIST(5, 5), 0);
    LOCATION(&writer, huge, 1, huge - 1);
    LOCATION(&writer, middle, 2, middle);
    put_function(&writer, huge - 1, S_LEAF, S_FILE);
    put_function(&writer, middle, S_MID, S_FILE);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 5 5\n"
                         "  \"main.leaf\" \"/src/m.go\":10 start 5\n"
                         "  \"main.mid\" \"/src/m.go\":10 start 5\n");
    reading_release(&reading);
}

/* P3: what is equal once all names are known is one sample, however the file tells it apart. */
static void equal_samples_are_one(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_sample(&writer, LIST(1, 2), LIST(1, 48), 48);
    /* The same again through other ids for the same location and function. */
    LOCATION(&writer, 77, 0x1000, 88, 2);
    put_function(&writer, 88, S_LEAF, S_FILE);
    put_sample(&writer, LIST(77, 2), LIST(100, 4800), 48);
    put_sample(&writer, LIST(77, 2), LIST(1, 64), 64);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 111 5328 bytes=48\n");
    assert_int_equal(count_lines(&reading, "sample "), 3);
    assert_int_equal(reading.profile->functions.len, 3);
    assert_int_equal(reading.profile->locations.len, 2);
    reading_release(&reading);
}

static void other_lines_make_another_location(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, location = {.len = 0}, line = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_number(&line, 1, 3);
    put_number(&line, 2, 10);
    put_number(&line, 3, 17); /* only the column differs */
    put_number(&location, 1, 9);
    put_number(&location, 3, 0x2000);
    put_message(&location, 4, &line);
    put_message(&writer, 4, &location);
    put_sample(&writer, LIST(9), LIST(1, 32), 32);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 1 32 bytes=32\n  \"main.main\" \"/src/m.go\":10:17 start 5\n");
    assert_has(&reading, "sample 3 96 bytes=32\n");
    reading_release(&reading);
}

static void unknown_fields_are_passed_over(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0};
    struct reading reading;
    put_text(&writer, 1000, "from the future");
    put_number(&writer, 99, 12);
    put_raw(&writer, "\xd9\x01" "12345678", 10); /* field 27, eight bytes */
    put_raw(&writer, "\xdd\x01" "1234", 6);      /* the same, four bytes */
    put_usual(&writer);
    put_number(&sample, 44, 1);
    PACKED(&sample, 1, 2);
    PACKED(&sample, 2, 0, 0);
    put_text(&sample, 45, "x");
    put_message(&writer, 2, &sample);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 0 0\n");
    assert_int_equal(reading.profile->samples.len, 3);
    reading_release(&reading);
}

/* ---- labels ---- */

static void put_label(struct message_writer *sample, uint64_t key, uint64_t text, uint64_t number,
                      uint64_t unit)
{
    struct message_writer label = {.len = 0};
    put_number(&label, 1, key);
    put_number(&label, 2, text);
    put_number(&label, 3, number);
    put_number(&label, 4, unit);
    put_message(sample, 3, &label);
}

static void put_labelled(struct message_writer *writer, struct message_writer *sample)
{
    PACKED(sample, 1, 2);
    PACKED(sample, 2, 1, 16);
    put_message(writer, 2, sample);
    sample->len = 0;
}

static void labels_are_kept_and_sorted(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_label(&sample, S_MID, 0, UINT64_MAX, S_COUNT); /* -1 count */
    put_label(&sample, S_BYTES, 0, 16, 0);
    put_label(&sample, S_LEAF, S_FILE, 0, 0);
    put_labelled(&writer, &sample);
    put_label(&sample, S_LEAF, S_FILE, 0, 0);
    put_label(&sample, S_BYTES, 0, 16, 0);
    put_label(&sample, S_MID, 0, UINT64_MAX, S_COUNT);
    put_label(&sample, S_COUNT, 0, 0, 0); /* says nothing */
    put_labelled(&writer, &sample);
    read_message(&reading, &writer);
    assert_has(&reading,
               "sample 2 32 bytes=16 \"main.leaf\"=\"/src/m.go\" \"main.mid\"=-1count\n");
    reading_release(&reading);
}

static void only_a_plain_number_of_bytes_is_the_object_size(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_label(&sample, S_BYTES, S_MID, 0, 0); /* a text */
    put_labelled(&writer, &sample);
    put_label(&sample, S_BYTES, 0, 7, S_COUNT); /* another unit */
    put_labelled(&writer, &sample);
    put_label(&sample, S_BYTES, 0, 16, S_BYTES); /* its own unit */
    put_label(&sample, S_BYTES, 0, 24, 0);       /* a second one stays a label */
    put_labelled(&writer, &sample);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 1 16 \"bytes\"=\"main.mid\"\n");
    assert_has(&reading, "sample 1 16 \"bytes\"=7count\n");
    assert_has(&reading, "sample 1 16 bytes=16 \"bytes\"=24\n");
    reading_release(&reading);
}

/* ---- the rest of a profile ---- */

static void the_header_is_kept(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    put_number(&writer, 7, S_LEAF);
    put_number(&writer, 8, S_MID);
    put_number(&writer, 9, 1700000000);
    put_number(&writer, 10, 30);
    put_number(&writer, 13, S_FILE);
    PACKED(&writer, 13, S_COUNT, S_MAIN);
    put_number(&writer, 14, S_OBJECTS);
    put_number(&writer, 15, S_MAIN);
    read_message(&reading, &writer);
    assert_has(&reading, "default \"inuse_objects\"\n");
    assert_has(&reading, "time 1700000000 duration 30\n");
    assert_has(&reading, "drop \"main.leaf\"\nkeep \"main.mid\"\ndoc \"main.main\"\n"
                         "comment \"/src/m.go\"\ncomment \"count\"\ncomment \"main.main\"\n");
    reading_release(&reading);
}

static void put_mapping(struct message_writer *writer, uint64_t id, uint64_t start, uint64_t file)
{
    struct message_writer mapping = {.len = 0};
    put_number(&mapping, 1, id);
    put_number(&mapping, 2, start);
    put_number(&mapping, 3, start + 0x1000);
    put_number(&mapping, 5, file);
    put_number(&mapping, 7, 1);
    put_message(writer, 3, &mapping);
}

static void put_mapped_location(struct message_writer *writer, uint64_t id, uint64_t mapping)
{
    struct message_writer location = {.len = 0};
    put_number(&location, 1, id);
    put_number(&location, 2, mapping);
    put_number(&location, 5, 1);
    put_message(writer, 4, &location);
}

/* The first mapping is the program, whichever a location names first. */
static void mappings_stand_in_their_order(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_mapped_location(&writer, 50, 8);
    put_mapped_location(&writer, 51, 7);
    put_mapped_location(&writer, 52, 12345); /* there is none: as in pprof, no fault */
    put_usual(&writer);
    put_mapping(&writer, 7, 0x400000, S_MAIN);
    put_mapping(&writer, 8, 0x900000, S_FILE);
    put_sample(&writer, LIST(50, 51, 52), LIST(1, 1), 0);
    read_message(&reading, &writer);
    assert_has(&reading, "mapping \"main.main\" \"\" functions\nmapping \"/src/m.go\"");
    assert_has(&reading, "sample 1 1\n  (no symbol)\n  (no symbol)\n  (no symbol)\n");
    const struct profile *profile = reading.profile;
    const uint32_t *ids = profile->stack_locations.at + profile->stacks.at[2].first;
    assert_int_equal(profile->locations.at[ids[0]].mapping, 1);
    assert_int_equal(profile->locations.at[ids[1]].mapping, 0);
    assert_true(profile->locations.at[ids[2]].mapping == PROFILE_NONE);
    assert_true(profile->locations.at[ids[0]].folded);
    reading_release(&reading);
}

static void a_profile_without_samples_is_read(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_type(&writer, 1, S_OBJECTS, S_COUNT);
    put_usual_tail(&writer);
    read_message(&reading, &writer);
    assert_has(&reading, "type inuse_objects/count\n");
    assert_int_equal(reading.profile->samples.len, 0);
    assert_true(profile_total(reading.profile, 0) == 0);
    reading_release(&reading);
}

static void a_sample_may_have_no_stack(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0}, sample = {.len = 0};
    struct reading reading;
    PACKED(&sample, 2, 4, 5);
    put_message(&writer, 2, &sample);
    put_usual(&writer);
    put_message(&writer, 2, &sample);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 8 10\nsample 10 480 bytes=48\n");
    reading_release(&reading);
}

static void sums_stop_at_the_ends_of_int64(void **state)
{
    (void)state;
    struct message_writer writer = {.len = 0};
    struct reading reading;
    put_usual(&writer);
    for (int i = 0; i < 3; i++)
        put_sample(&writer, LIST(1), LIST(INT64_MAX / 2, (uint64_t)(INT64_MIN / 2)), 8);
    read_message(&reading, &writer);
    assert_has(&reading, "sample 9223372036854775807 -9223372036854775808 bytes=8\n");
    assert_true(profile_total(reading.profile, 0) == INT64_MAX);
    reading_release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_usual_profile),
        cmocka_unit_test(definitions_may_come_first),
        cmocka_unit_test(repeated_fields_may_be_packed_or_not),
        cmocka_unit_test(ids_may_be_any_number),
        cmocka_unit_test(equal_samples_are_one),
        cmocka_unit_test(other_lines_make_another_location),
        cmocka_unit_test(unknown_fields_are_passed_over),
        cmocka_unit_test(labels_are_kept_and_sorted),
        cmocka_unit_test(only_a_plain_number_of_bytes_is_the_object_size),
        cmocka_unit_test(the_header_is_kept),
        cmocka_unit_test(mappings_stand_in_their_order),
        cmocka_unit_test(a_profile_without_samples_is_read),
        cmocka_unit_test(a_sample_may_have_no_stack),
        cmocka_unit_test(sums_stop_at_the_ends_of_int64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
