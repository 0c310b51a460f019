/* Types that declarations show: variables/all.go says them itself, in the comment of each line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"

static void types_are_as_the_comments_say(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct syntax_file file;
    syntax_read(&file, fixture_text(&fixture, "variables/all.go"), &fixture.arena);
    size_t asked = 0;
    for (uint32_t line = 4; line <= file.line_count; line++) {
        struct str text = syntax_line(&file, line);
        ptrdiff_t mark = str_find(text, STR("// "));
        if (mark < 0)
            continue;
        struct str wanted = str_skip(text, (size_t)mark + 3), name = str_cut(&wanted, ' ');
        struct str type = syntax_variable_type(&file, name, line, &fixture.arena);
        if (!str_equal(type, wanted.ptr ? wanted : STR("")))
            fail_msg("line %u: wanted \"%.*s\" for %.*s, got \"%.*s\"", line, STR_ARGS(wanted),
                     STR_ARGS(name), STR_ARGS(type));
        asked++;
    }
    assert_in_range(asked, 60, 1000);
    fixture_release(&fixture);
}

static void unknown_lines_and_names_have_no_type(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct syntax_file file;
    fixture_read(&fixture, "package p\nfunc f(x int) {}\n", &file);
    assert_int_equal(syntax_variable_type(&file, STR("x"), 2, &fixture.arena).len, 3);
    assert_int_equal(syntax_variable_type(&file, STR("y"), 2, &fixture.arena).len, 0);
    assert_int_equal(syntax_variable_type(&file, STR("x"), 1, &fixture.arena).len, 0);
    assert_int_equal(syntax_variable_type(&file, STR("x"), 99, &fixture.arena).len, 0);
    assert_int_equal(syntax_variable_type(&file, STR(""), 2, &fixture.arena).len, 0);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_as_the_comments_say),
        cmocka_unit_test(unknown_lines_and_names_have_no_type),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
