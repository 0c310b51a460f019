/* test_intern.c: equal texts get one number, different ones different numbers, in order. */
#include "base_test.h"

enum { NAMES = 200000 };

static struct str name_of(char *buf, size_t size, int number)
{
    return (struct str){buf, (size_t)snprintf(buf, size, "pkg/path.Func%d", number)};
}

static void the_empty_text_is_0(void **state)
{
    (void)state;
    struct intern intern;
    intern_init(&intern, &plenty);
    assert_int_equal(intern_add(&intern, STR("")), 0);
    assert_int_equal(intern_add(&intern, STR_NONE), 0);
    assert_int_equal(intern_find(&intern, STR_NONE), 0);
    assert_str(intern_str(&intern, 0), "");
    assert_int_equal(intern.len, 1);
    intern_release(&intern);
}

static void numbers_count_up_and_stay(void **state)
{
    (void)state;
    struct intern intern;
    intern_init(&intern, &plenty);
    char buf[64];
    for (int round = 0; round < 2; round++) {
        for (int i = 1; i <= NAMES; i++)
            assert_int_equal(intern_add(&intern, name_of(buf, sizeof(buf), i)), i);
    }
    assert_int_equal(intern.len, NAMES + 1);
    for (uint32_t i = 1; i <= NAMES; i++) {
        struct str name = name_of(buf, sizeof(buf), (int)i);
        assert_true(str_equal(intern_str(&intern, i), name));
        assert_int_equal(intern_find(&intern, name), i);
    }
    assert_int_equal(intern_find(&intern, STR("pkg/path.Func")), 0);
    intern_release(&intern);
}

static void texts_are_copied_and_do_not_move(void **state)
{
    (void)state;
    struct intern intern;
    intern_init(&intern, &plenty);
    char buf[64] = "first";
    uint32_t id = intern_add(&intern, (struct str){buf, 5});
    const char *kept = intern_str(&intern, id).ptr;
    memset(buf, 'x', sizeof(buf));
    for (int i = 0; i < 1000; i++)
        intern_add(&intern, name_of(buf, sizeof(buf), i));
    assert_ptr_equal(intern_str(&intern, id).ptr, kept);
    assert_string_equal(kept, "first"); /* NUL follows */
    intern_release(&intern);
}

static void any_bytes(void **state)
{
    (void)state;
    struct intern intern;
    intern_init(&intern, &plenty);
    assert_int_equal(intern_add(&intern, STR("a")), 1);
    assert_int_equal(intern_add(&intern, STR("a\0")), 2);
    assert_int_equal(intern_add(&intern, STR("a\0\0")), 3);
    assert_int_equal(intern_add(&intern, STR("\0")), 4);
    assert_int_equal(intern_add(&intern, STR("a\0")), 2);
    intern_release(&intern);
}

/* intern_add's is LIMIT_INTERNED_BYTES; 16 bytes here. */
static void the_ceiling_is_exhausted(void **state)
{
    (void)state;
    struct ending ending;
    ending_init(&ending);
    struct intern intern;
    intern_init(&intern, &ending.memory);
    assert_int_equal(intern_add_up_to(&intern, STR("1234567"), 16), 1);
    assert_exhausts(&ending, intern_add_up_to(&intern, STR("12345678"), 16));
    assert_exhausts(&ending, intern_add_up_to(&intern, STR("12345678901234567"), 16));
    assert_int_equal(intern_add_up_to(&intern, STR("1234567"), 16), 1); /* there already */
    assert_int_equal(intern_add_up_to(&intern, STR("abcdefg"), 16), 2); /* 8 + 8 = 16 */
    assert_exhausts(&ending, intern_add_up_to(&intern, STR("z"), 16));
    assert_int_equal(intern.len, 3);
    intern_release(&intern);
}

static void ask_for_a_foreign_id(void)
{
    struct intern intern;
    intern_init(&intern, &plenty);
    intern_str(&intern, 1);
}

static void a_foreign_id_is_a_bug(void **state)
{
    (void)state;
    assert_bug(ask_for_a_foreign_id, "intern_str");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_empty_text_is_0),
        cmocka_unit_test(numbers_count_up_and_stay),
        cmocka_unit_test(texts_are_copied_and_do_not_move),
        cmocka_unit_test(any_bytes),
        cmocka_unit_test(the_ceiling_is_exhausted),
        cmocka_unit_test(a_foreign_id_is_a_bug),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
