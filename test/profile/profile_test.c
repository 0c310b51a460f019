/* profile_test.c: see profile_test.h. */
#include "profile_test.h"

static void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "memory ended: %zu bytes wanted\n", wanted);
    abort();
}

const struct memory plenty = {memory_must_not_end, NULL};

/* ---- writing ---- */

void put_raw(struct message_writer *writer, const void *bytes, size_t n)
{
    assert_true(writer->len + n <= sizeof(writer->bytes));
    if (n)
        memcpy(writer->bytes + writer->len, bytes, n);
    writer->len += n;
}

void put_varint(struct message_writer *writer, uint64_t value)
{
    unsigned char byte;
    for (; value >= 0x80; value >>= 7) {
        byte = (unsigned char)(value | 0x80);
        put_raw(writer, &byte, 1);
    }
    byte = (unsigned char)value;
    put_raw(writer, &byte, 1);
}

void put_number(struct message_writer *writer, unsigned field, uint64_t value)
{
    put_varint(writer, field << 3 | PB_VARINT);
    put_varint(writer, value);
}

static void put_body(struct message_writer *writer, unsigned field, const void *bytes, size_t n)
{
    put_varint(writer, field << 3 | PB_BYTES);
    put_varint(writer, n);
    put_raw(writer, bytes, n);
}

void put_text(struct message_writer *writer, unsigned field, const char *text)
{
    put_body(writer, field, text, strlen(text));
}

void put_message(struct message_writer *writer, unsigned field,
                 const struct message_writer *message)
{
    put_body(writer, field, message->bytes, message->len);
}

void put_packed(struct message_writer *writer, unsigned field, const uint64_t *values)
{
    struct message_writer packed = {.len = 0};
    for (; *values != END; values++)
        put_varint(&packed, *values);
    put_message(writer, field, &packed);
}

void put_type(struct message_writer *profile, unsigned field, uint64_t type, uint64_t unit)
{
    struct message_writer message = {.len = 0};
    put_number(&message, 1, type);
    put_number(&message, 2, unit);
    put_message(profile, field, &message);
}

void put_function(struct message_writer *profile, uint64_t id, uint64_t name, uint64_t file)
{
    struct message_writer message = {.len = 0};
    put_number(&message, 1, id);
    put_number(&message, 2, name);
    put_number(&message, 3, name);
    put_number(&message, 4, file);
    put_number(&message, 5, 5);
    put_message(profile, 5, &message);
}

void put_location(struct message_writer *profile, uint64_t id, uint64_t address,
                  const uint64_t *functions)
{
    struct message_writer message = {.len = 0};
    put_number(&message, 1, id);
    put_number(&message, 3, address);
    for (uint64_t line = 10; *functions != END; functions++, line++) {
        struct message_writer frame = {.len = 0};
        put_number(&frame, 1, *functions);
        put_number(&frame, 2, line);
        put_message(&message, 4, &frame);
    }
    put_message(profile, 4, &message);
}

void put_sample(struct message_writer *profile, const uint64_t *locations, const uint64_t *values,
                uint64_t bytes)
{
    struct message_writer message = {.len = 0}, label = {.len = 0};
    put_packed(&message, 1, locations);
    put_packed(&message, 2, values);
    if (bytes) {
        put_number(&label, 1, S_BYTES);
        put_number(&label, 3, bytes);
        put_message(&message, 3, &label);
    }
    put_message(profile, 2, &message);
}

void put_strings(struct message_writer *profile, const char *const *strings)
{
    for (; *strings; strings++)
        put_text(profile, 6, *strings);
}

void put_usual_head(struct message_writer *profile)
{
    put_type(profile, 11, S_SPACE, S_BYTES);
    put_number(profile, 12, 524288);
    put_type(profile, 1, S_OBJECTS, S_COUNT);
    put_type(profile, 1, S_SPACE, S_BYTES);
    put_sample(profile, LIST(1, 2), LIST(10, 480), 48);
    put_sample(profile, LIST(2), LIST(3, 96), 32);
}

void put_usual_tail(struct message_writer *profile)
{
    static const char *const strings[] = {"",         "inuse_space", "bytes",     "inuse_objects",
                                          "count",    "main.leaf",   "main.mid",  "main.main",
                                          "/src/m.go", NULL};
    LOCATION(profile, 1, 0x1000, 1, 2);
    LOCATION(profile, 2, 0x2000, 3);
    put_function(profile, 1, S_LEAF, S_FILE);
    put_function(profile, 2, S_MID, S_FILE);
    put_function(profile, 3, S_MAIN, S_FILE);
    put_strings(profile, strings);
}

void put_usual(struct message_writer *profile)
{
    put_usual_head(profile);
    put_usual_tail(profile);
}

/* ---- reading ---- */

void reading_init(struct reading *reading)
{
    memset(reading, 0, sizeof(*reading));
    reading->sink = diag_sink_new(&plenty);
    sb_init(&reading->dump, &plenty);
    reading->code = DIAG_CODE_COUNT;
}

void reading_release(struct reading *reading)
{
    profile_free(reading->profile);
    diag_sink_free(reading->sink);
    sb_release(&reading->dump);
}

void reading_take(struct reading *reading, enum status status, struct profile *profile)
{
    reading->status = status;
    reading->profile = profile;
    if (diag_count(reading->sink)) {
        reading->diag = diag_at(reading->sink, 0);
        reading->code = reading->diag->code;
    }
    assert_int_equal(status == STATUS_OK, profile != NULL);
    assert_int_equal(status == STATUS_OK, diag_errors(reading->sink) == 0);
    if (!profile)
        return;
    assert_null(profile->index);
    assert_sound(profile);
    profile_dump(profile, &reading->dump);
}

void read_bytes(struct reading *reading, const void *bytes, size_t n)
{
    struct profile *profile;
    reading_init(reading);
    enum status status = profile_read_bytes(bytes, n, STR("test.pb"), &plenty, reading->sink,
                                            &profile);
    reading_take(reading, status, profile);
}

void read_message(struct reading *reading, const struct message_writer *message)
{
    /* Exactly as many bytes as there are, so that a read past them is seen by ASan. */
    unsigned char *bytes = malloc(message->len ? message->len : 1);
    assert_non_null(bytes);
    memcpy(bytes, message->bytes, message->len);
    read_bytes(reading, bytes, message->len);
    free(bytes);
}

static void read_by(struct reading *reading, struct str bytes, struct workers *workers,
                    struct profile_limits limits)
{
    struct profile *profile;
    reading_init(reading);
    struct profile_input input = {.bytes = (const unsigned char *)bytes.ptr,
                                  .size = bytes.len,
                                  .name = STR("test.pb"),
                                  .memory = &plenty,
                                  .sink = reading->sink,
                                  .workers = workers,
                                  .limits = limits};
    enum status status = profile_read_input(&input, &profile);
    reading_take(reading, status, profile);
}

void read_limited(struct reading *reading, const void *bytes, size_t n,
                  struct profile_limits limits)
{
    read_by(reading, (struct str){bytes, n}, NULL, limits);
}

void read_in_parts(struct reading *reading, struct str text, struct profile_limits limits)
{
    struct workers *workers = workers_new(&plenty, 6);
    read_by(reading, text, workers, limits);
    workers_free(workers);
}

static void assert_labels_sound(const struct profile *profile, const struct profile_label_set *set)
{
    assert_true((size_t)set->first + set->count <= profile->labels.len);
    for (uint32_t i = 0; i < set->count; i++) {
        const struct profile_label *label = &profile->labels.at[set->first + i];
        assert_true(label->key < profile->strings.len);
        assert_true(label->text < profile->strings.len);
        assert_true(label->unit < profile->strings.len);
    }
}

static void assert_location_sound(const struct profile *profile,
                                  const struct profile_location *location)
{
    assert_true(location->mapping == PROFILE_NONE || location->mapping < profile->mappings.len);
    for (uint32_t i = 0; i < location->frame_count; i++) {
        assert_true((size_t)location->first_frame + i < profile->frames.len);
        assert_true(profile->frames.at[location->first_frame + i].function <
                    profile->functions.len);
    }
}

static void assert_samples_sound(const struct profile *profile)
{
    assert_true(profile->values.len == profile->samples.len * profile->type_count);
    for (size_t i = 0; i < profile->samples.len; i++) {
        const struct profile_sample *sample = &profile->samples.at[i];
        assert_true(sample->stack < profile->stacks.len);
        assert_true(sample->label_set < profile->label_sets.len);
        for (size_t j = 0; j < i && i < 50; j++) { /* P3 */
            const struct profile_sample *other = &profile->samples.at[j];
            assert_false(other->stack == sample->stack && other->label_set == sample->label_set &&
                         other->object_bytes == sample->object_bytes);
        }
    }
}

void assert_sound(const struct profile *profile)
{
    assert_true(profile->label_sets.len > 0);
    assert_int_equal(profile->label_sets.at[0].count, 0);
    assert_true(profile->type_count > 0);
    for (size_t i = 0; i < profile->functions.len; i++) {
        assert_true(profile->functions.at[i].name < profile->strings.len);
        assert_true(profile->functions.at[i].system_name < profile->strings.len);
        assert_true(profile->functions.at[i].file < profile->strings.len);
    }
    for (size_t i = 0; i < profile->locations.len; i++)
        assert_location_sound(profile, &profile->locations.at[i]);
    for (size_t i = 0; i < profile->stacks.len; i++) {
        const struct profile_stack *stack = &profile->stacks.at[i];
        assert_true(stack->first + stack->count <= profile->stack_locations.len);
    }
    for (size_t i = 0; i < profile->stack_locations.len; i++)
        assert_true(profile->stack_locations.at[i] < profile->locations.len);
    for (size_t i = 0; i < profile->label_sets.len; i++)
        assert_labels_sound(profile, &profile->label_sets.at[i]);
    assert_samples_sound(profile);
}

void assert_has(const struct reading *reading, const char *part)
{
    assert_int_equal(reading->status, STATUS_OK);
    if (!strstr(reading->dump.text, part))
        fail_msg("no '%s' in\n%s", part, reading->dump.text);
}

void assert_has_not(const struct reading *reading, const char *part)
{
    assert_int_equal(reading->status, STATUS_OK);
    if (strstr(reading->dump.text, part))
        fail_msg("'%s' in\n%s", part, reading->dump.text);
}

void assert_refused(const struct reading *reading, enum diag_code code, const char *part)
{
    assert_int_not_equal(reading->status, STATUS_OK);
    assert_true(diag_count(reading->sink) > 0);
    assert_string_equal(diag_code_name(reading->code), diag_code_name(code));
    if (!str_contains(reading->diag->message, str_from(part)))
        fail_msg("'%.*s' has no '%s'", STR_ARGS(reading->diag->message), part);
}

size_t count_lines(const struct reading *reading, const char *prefix)
{
    struct str rest = sb_str(&reading->dump);
    size_t count = 0;
    while (rest.ptr)
        count += str_starts(str_cut(&rest, '\n'), str_from(prefix));
    return count;
}
