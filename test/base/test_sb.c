/* test_sb.c: the string builder grows, ends in NUL, and stops at its ceiling. */
#include "base_test.h"

static void it_starts_empty(void **state)
{
    (void)state;
    struct sb sb;
    sb_init(&sb, &plenty);
    assert_string_equal(sb.text, "");
    assert_int_equal(sb_str(&sb).len, 0);
    sb_release(&sb);
}

static void appends_follow_each_other(void **state)
{
    (void)state;
    struct sb sb;
    sb_init(&sb, &plenty);
    sb_add(&sb, STR("ab"));
    sb_add(&sb, STR_NONE);
    sb_adds(&sb, "cd");
    sb_addc(&sb, 'e');
    sb_addn(&sb, "fgh", 2);
    sb_addf(&sb, "%d-%s", 12, "x");
    sb_addf(&sb, "%s", "");
    sb_repeat(&sb, '.', 3);
    sb_repeat(&sb, '.', 0);
    assert_string_equal(sb.text, "abcdefg12-x...");
    assert_int_equal(sb.len, 14);
    sb_clear(&sb);
    assert_string_equal(sb.text, "");
    sb_release(&sb);
    assert_null(sb.text);
}

/* Every length over the first two growths, so that each append meets a full buffer once. */
static void every_append_at_every_length(void **state)
{
    (void)state;
    char expected[400];
    for (size_t len = 0; len < 300; len++) {
        for (int kind = 0; kind < 4; kind++) {
            struct sb sb;
            sb_init(&sb, &plenty);
            sb_repeat(&sb, 'x', len);
            if (kind == 0)
                sb_addf(&sb, "%s%d", "ab", 7);
            else if (kind == 1)
                sb_adds(&sb, "ab7");
            else if (kind == 2)
                sb_addn(&sb, "ab7", 3);
            else
                sb_addc(&sb, 'a'), sb_addc(&sb, 'b'), sb_addc(&sb, '7');
            memset(expected, 'x', len);
            memcpy(expected + len, "ab7", 4);
            assert_int_equal(sb.len, len + 3);
            assert_string_equal(sb.text, expected);
            sb_release(&sb);
        }
    }
}

static void a_long_format_is_whole(void **state)
{
    (void)state;
    struct sb sb;
    sb_init(&sb, &plenty);
    sb_addf(&sb, "%0100000d|", 7);
    assert_int_equal(sb.len, 100001);
    assert_memory_equal(sb.text + 99998, "07|", 4);
    sb_release(&sb);
}

static void any_byte_may_be_in_it(void **state)
{
    (void)state;
    struct sb sb;
    sb_init(&sb, &plenty);
    sb_addn(&sb, "a\0b", 3);
    assert_int_equal(sb_str(&sb).len, 3);
    assert_memory_equal(sb.text, "a\0b", 4);
    sb_release(&sb);
}

static void the_ceiling_leaves_an_append_out_whole(void **state)
{
    (void)state;
    struct sb sb;
    sb_init(&sb, &plenty);
    assert_true(sb_reserve_up_to(&sb, 200, 200));
    sb_repeat(&sb, 'x', 200);
    assert_true(sb_reserve_up_to(&sb, 0, 200));
    assert_false(sb_reserve_up_to(&sb, 1, 200));
    assert_true(sb.full);
    assert_false(sb_reserve_up_to(&sb, 0, 200)); /* S2 */
    sb_addc(&sb, 'y');
    sb_adds(&sb, "y");
    sb_addf(&sb, "%d", 1);
    sb_repeat(&sb, 'y', 2);
    assert_int_equal(sb.len, 200);
    sb_clear(&sb);
    assert_false(sb.full);
    sb_adds(&sb, "again");
    assert_string_equal(sb.text, "again");
    sb_release(&sb);
}

static void more_than_the_ceiling_at_once(void **state)
{
    (void)state;
    struct sb sb;
    sb_init(&sb, &plenty);
    sb_adds(&sb, "kept");
    sb_repeat(&sb, 'x', LIMIT_BUILDER_BYTES);
    assert_true(sb.full);
    assert_string_equal(sb.text, "kept");
    sb_clear(&sb);
    sb_repeat(&sb, 'x', SIZE_MAX);
    assert_true(sb.full);
    assert_string_equal(sb.text, "");
    sb_release(&sb);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_starts_empty),
        cmocka_unit_test(appends_follow_each_other),
        cmocka_unit_test(every_append_at_every_length),
        cmocka_unit_test(a_long_format_is_whole),
        cmocka_unit_test(any_byte_may_be_in_it),
        cmocka_unit_test(the_ceiling_leaves_an_append_out_whole),
        cmocka_unit_test(more_than_the_ceiling_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
