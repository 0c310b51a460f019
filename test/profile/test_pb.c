/* test_pb.c: protobuf's wire format, at its edges. */
#include "profile_test.h"

static bool varint_of(const void *bytes, size_t n, uint64_t *value, size_t *used)
{
    unsigned char *copy = malloc(n + 1); /* of exact size below, for ASan */
    unsigned char *exact = realloc(copy, n ? n : 1);
    memcpy(exact, bytes, n);
    struct pb pb = {exact, exact + n};
    bool good = pb_varint(&pb, value);
    *used = (size_t)(pb.at - exact);
    free(exact);
    return good;
}

static void varints_of_every_length_come_back(void **state)
{
    (void)state;
    for (unsigned bit = 0; bit < 64; bit++) {
        for (int less = 0; less < 2; less++) {
            struct message_writer writer = {.len = 0};
            uint64_t wanted = (UINT64_C(1) << bit) - (uint64_t)less, value;
            size_t used;
            put_varint(&writer, wanted);
            assert_true(varint_of(writer.bytes, writer.len, &value, &used));
            assert_true(value == wanted);
            assert_int_equal(used, writer.len);
            for (size_t cut = 0; cut < writer.len; cut++)
                assert_false(varint_of(writer.bytes, cut, &value, &used));
        }
    }
}

static void a_padded_varint_is_read_and_an_endless_one_is_not(void **state)
{
    (void)state;
    uint64_t value;
    size_t used;
    assert_true(varint_of("\x81\x80\x80\x80\x00", 5, &value, &used));
    assert_true(value == 1);
    assert_true(varint_of("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10, &value, &used));
    assert_true(value == UINT64_MAX);
    assert_false(varint_of("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", 11, &value, &used));
}

static const char *next_of(const char *bytes, size_t n, struct pb_field *field)
{
    struct pb pb = {(const unsigned char *)bytes, (const unsigned char *)bytes + n};
    return pb_next(&pb, field);
}

static void fields_of_each_wire_type(void **state)
{
    (void)state;
    struct pb_field field;
    assert_null(next_of("\x08\x96\x01", 3, &field));
    assert_int_equal(field.number, 1);
    assert_true(field.value == 150);
    assert_null(next_of("\x11\1\2\3\4\5\6\7\x80", 9, &field));
    assert_true(field.value == UINT64_C(0x8007060504030201));
    assert_null(next_of("\x1d\1\2\3\4", 5, &field));
    assert_true(field.value == 0x04030201);
    assert_null(next_of("\x22\x02hi", 4, &field));
    assert_int_equal(field.number, 4);
    assert_int_equal(field.bytes.end - field.bytes.at, 2);
}

static void groups_and_unknown_wire_types_are_refused(void **state)
{
    (void)state;
    struct pb_field field;
    for (char wire = 3; wire < 8; wire++) {
        char bytes[10] = {(char)(8 | wire), 1, 1, 1, 1};
        if (wire != 5)
            assert_non_null(strstr(next_of(bytes, sizeof(bytes), &field), "wire type"));
    }
}

static void what_is_cut_off_is_said(void **state)
{
    (void)state;
    struct pb_field field;
    assert_non_null(next_of("\x80", 1, &field));
    assert_non_null(next_of("\x08", 1, &field));
    assert_non_null(next_of("\x08\x80", 2, &field));
    assert_non_null(next_of("\x11\1\2\3\4\5\6\7", 8, &field));
    assert_non_null(next_of("\x1d\1\2\3", 4, &field));
    assert_non_null(next_of("\x22", 1, &field));
    assert_non_null(next_of("\x22\x03hi", 4, &field));
    assert_non_null(next_of("\x22\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01hi", 13, &field));
}

static void field_numbers_are_in_range(void **state)
{
    (void)state;
    struct pb_field field;
    assert_non_null(next_of("\x00\x01", 2, &field));
    assert_non_null(next_of("\xf8\xff\xff\xff\x1f\x01", 6, &field));
    assert_null(next_of("\xf8\xff\xff\xff\x0f\x01", 6, &field));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(varints_of_every_length_come_back),
        cmocka_unit_test(a_padded_varint_is_read_and_an_endless_one_is_not),
        cmocka_unit_test(fields_of_each_wire_type),
        cmocka_unit_test(groups_and_unknown_wire_types_are_refused),
        cmocka_unit_test(what_is_cut_off_is_said),
        cmocka_unit_test(field_numbers_are_in_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
