/* UTF-8, cutting, wrapping, places and names: what all the documents are written with. */
#include "report_test.h"

static struct sb out;

static int setup(void **state)
{
    (void)state;
    sb_init(&out, &sample_memory);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    sb_release(&out);
    return 0;
}

static void wrote(const char *want)
{
    assert_string_equal(out.text, want);
    sb_clear(&out);
}

/* The Unicode standard, table 3-8, and what may not be in UTF-8 at all. */
static void test_malformed_bytes_are_replaced(void **state)
{
    (void)state;
    static const struct {
        struct str text;
        const char *want;
    } cases[] = {
        {STR("plain"), "plain"},
        {STR("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
        {STR("\x80"), "\xef\xbf\xbd"},
        {STR("\xc0\xaf"), "\xef\xbf\xbd\xef\xbf\xbd"},                  /* overlong */
        {STR("\xe0\x9f\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  /* overlong */
        {STR("\xed\xa0\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},  /* surrogate */
        {STR("\xf4\x90\x80\x80"), "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {STR("\xe2\x82"), "\xef\xbf\xbd\xef\xbf\xbd"},                  /* cut off */
        {STR("\xe2\x82x"), "\xef\xbf\xbd\xef\xbf\xbdx"},
        {STR("\xf4\x8f\xbf\xbf"), "\xf4\x8f\xbf\xbf"},                  /* the last code point */
        {STR("\xee\x80\x80"), "\xee\x80\x80"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        utf8_add_valid(&out, cases[i].text);
        wrote(cases[i].want);
    }
}

static void test_every_code_point_survives(void **state)
{
    (void)state;
    for (uint32_t code = 0; code < 0x110000; code += code < 0x1000 ? 1 : 251) {
        if (code >= 0xd800 && code < 0xe000)
            continue;
        utf8_add(&out, code);
        size_t pos = 0;
        assert_int_equal(utf8_next(sb_str(&out), &pos), code);
        assert_int_equal(pos, out.len);
        sb_clear(&out);
    }
}

static void test_a_line_cannot_steer_a_terminal(void **state)
{
    (void)state;
    utf8_add_line(&out, STR("a\tb\r\nc"));
    wrote("a b  c");
    utf8_add_line(&out, STR("\x1b[2J\x07\x7f\xc2\x9b\0"));
    wrote("\xef\xbf\xbd[2J\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    utf8_add_line(&out, STR("\xe2\x80\xae" "x\xe2\x81\xa6\xe2\x80\x8f"));
    wrote("\xef\xbf\xbdx\xef\xbf\xbd\xef\xbf\xbd");
}

static void test_fit(void **state)
{
    (void)state;
    report_fit(&out, STR("abcdef"), 6);
    wrote("abcdef");
    report_fit(&out, STR("abcdefg"), 6);
    wrote("abcde…");
    report_fit(&out, STR("ääääää"), 4);
    wrote("äää…");
    report_fit(&out, STR("abc"), 1);
    wrote("…");
    report_fit(&out, STR("abc"), 0);
    wrote("");
    report_fit(&out, STR_NONE, 3);
    wrote("");
    report_fit(&out, STR("\xff\xff\xff\xff"), 2);
    wrote("\xef\xbf\xbd…");
}

static void test_columns(void **state)
{
    (void)state;
    column_left(&out, STR("ä"), 3);
    wrote("ä  ");
    column_right(&out, STR("ä"), 3);
    wrote("  ä");
    column_left(&out, STR("abcd"), 3);
    wrote("ab…");
    column_right(&out, STR("abcd"), 3);
    wrote("ab…");
}

static void test_wrap(void **state)
{
    (void)state;
    wrap_add(&out, STR("one two three"), 2, 9);
    wrote("one two\n  three\n");
    wrap_add(&out, STR("aaaaaaaaaa bb"), 0, 4);
    wrote("aaaa\naaaa\naa\nbb\n");
    wrap_add(&out, STR(""), 4, 10);
    wrote("\n");
    wrap_add(&out, STR("  a  "), 20, 10);
    wrote("a\n");
    wrap_add(&out, STR("call of encoding/json.MarshalIndent"), 0, 20);
    wrote("call of\nencoding/json.\nMarshalIndent\n");
    wrap_add(&out, STR("a/bbbbbbbb"), 0, 6);
    wrote("a/bbbb\nbbbb\n");
    wrap_add(&out, STR("äöü äöü"), 0, 3);
    wrote("äöü\näöü\n");
}

static void place_is(const char *file, uint32_t line, size_t width, const char *want)
{
    struct place place = {str_from(file), line, 1};
    place_add(&out, &place, width);
    wrote(want);
}

static void test_places_lose_folders_first(void **state)
{
    (void)state;
    place_is("internal/order/order.go", 131, 40, "internal/order/order.go:131");
    place_is("internal/order/order.go", 131, 27, "internal/order/order.go:131");
    place_is("internal/order/order.go", 131, 26, "…/order/order.go:131");
    place_is("internal/order/order.go", 131, 20, "…/order/order.go:131");
    place_is("internal/order/order.go", 131, 19, "…/order.go:131");
    place_is("internal/order/order.go", 131, 13, "order.go:131");
    place_is("internal/order/order.go", 131, 11, "order.…:131");
    place_is("x.go", 0, 10, "x.go");
    place_is("", 0, 20, "(no source)");
}

static void test_short_functions(void **state)
{
    (void)state;
    static const char *const cases[][2] = {
        {"net/http.(*conn).serve", "http.(*conn).serve"},
        {"main.main", "main.main"},
        {"example.com/a/b.F[go.shape/x]", "b.F[go.shape/x]"},
        {"a/b.(*T[c/d]).M", "b.(*T[c/d]).M"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sb_add(&out, function_short(str_from(cases[i][0])));
        wrote(cases[i][1]);
    }
}

static void test_expressions(void **state)
{
    (void)state;
    struct site site = {.text = STR("&T{...} escapes to heap"), .type = STR("T")};
    assert_true(str_is(fact_expression(&site), "&T{...}"));
    site.text = STR("moved to heap: buf");
    assert_true(str_is(fact_expression(&site), "buf"));
    site.text = STR_NONE;
    assert_true(str_is(fact_expression(&site), "T"));
    site.type = STR_NONE;
    site.reason = STR("the map grows");
    assert_true(str_is(fact_expression(&site), "the map grows"));
    site.reason = STR_NONE;
    site.kind = SITE_MAP_GROWTH;
    assert_true(str_is(fact_expression(&site), "map_growth"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_malformed_bytes_are_replaced),
        cmocka_unit_test(test_every_code_point_survives),
        cmocka_unit_test(test_a_line_cannot_steer_a_terminal), cmocka_unit_test(test_fit),
        cmocka_unit_test(test_columns), cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_places_lose_folders_first), cmocka_unit_test(test_short_functions),
        cmocka_unit_test(test_expressions),
    };
    return cmocka_run_group_tests_name("words", tests, setup, teardown);
}
