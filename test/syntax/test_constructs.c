/* What on a line allocates at run time: constructs/x.want lists all constructs of constructs/x.go.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"

static void print_constructs(struct fixture *fixture, const struct syntax_file *file,
                             struct sb *out)
{
    for (uint32_t line = 1; line <= file->line_count; line++) {
        struct construct *at;
        size_t count = syntax_constructs(file, line, &fixture->arena, &at);
        for (size_t i = 0; i < count; i++) {
            sb_addf(out, "%u:%u %s%s | %.*s", at[i].line, at[i].column,
                    construct_kind_name(at[i].kind), at[i].certain ? "" : "?",
                    STR_ARGS(at[i].text));
            if (at[i].callee.len > 0)
                sb_addf(out, " | callee %.*s", STR_ARGS(at[i].callee));
            if (at[i].target.len > 0)
                sb_addf(out, " | target %.*s", STR_ARGS(at[i].target));
            sb_addc(out, '\n');
        }
    }
}

static void constructs_are_as_wanted(void **state)
{
    (void)state;
    size_t lines = fixture_compare_folder("constructs", print_constructs);
    assert_true(getenv("UNHEAP_UPDATE_WANT") || lines > 100);
}

static void lines_that_do_not_exist_have_none(void **state)
{
    (void)state;
    struct fixture fixture;
    fixture_init(&fixture);
    struct syntax_file file;
    struct construct *at;
    fixture_read(&fixture, "package p\nvar x = new(int)\n", &file);
    assert_int_equal(syntax_constructs(&file, 0, &fixture.arena, &at), 0);
    assert_int_equal(syntax_constructs(&file, 2, &fixture.arena, &at), 1);
    assert_int_equal(syntax_constructs(&file, 3, &fixture.arena, &at), 0);
    assert_int_equal(syntax_constructs(&file, UINT32_MAX, &fixture.arena, &at), 0);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(constructs_are_as_wanted),
        cmocka_unit_test(lines_that_do_not_exist_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
