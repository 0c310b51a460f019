/* The outline: outline/x.want lists what is found in outline/x.go; and where lines are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"

static void print_params(const char *name, const struct syntax_param *params, uint32_t count,
                         struct sb *out)
{
    for (uint32_t i = 0; i < count; i++)
        sb_addf(out, "    %s %.*s | %.*s | %u:%u\n", name, STR_ARGS(params[i].name),
                STR_ARGS(params[i].type), params[i].line, params[i].column);
}

static void print_outline(struct fixture *fixture, const struct syntax_file *file, struct sb *out)
{
    (void)fixture;
    sb_addf(out, "package %.*s\n", STR_ARGS(file->package));
    for (size_t i = 0; i < file->import_count; i++)
        sb_addf(out, "import %.*s \"%.*s\"\n", STR_ARGS(file->imports[i].name),
                STR_ARGS(file->imports[i].path));
    for (size_t i = 0; i < file->global_count; i++)
        sb_addf(out, "var %.*s\n", STR_ARGS(file->globals[i]));
    for (size_t i = 0; i < file->function_count; i++) {
        const struct syntax_function *function = &file->functions[i];
        sb_addf(out, "%u:%u %.*s lines %u to %u", function->line, function->column,
                STR_ARGS(function->name), function->first_line, function->last_line);
        if (function->parent != SYNTAX_NONE)
            sb_addf(out, " in %.*s", STR_ARGS(file->functions[function->parent].name));
        sb_adds(out, "\n");
        print_params("receiver", &function->receiver, function->receiver.type.len > 0, out);
        print_params("param", function->params, function->param_count, out);
        print_params("result", function->results, function->result_count, out);
    }
}

static void outlines_are_as_wanted(void **state)
{
    (void)state;
    size_t lines = fixture_compare_folder("outline", print_outline);
    assert_true(getenv("UNHEAP_UPDATE_WANT") || lines > 80);
}

static const char source[] = "package p\n"                      /* 1 */
                             "var x = func() int { return 1 }\n" /* 2 */
                             "func A() {\n"                      /* 3 */
                             "    f(func() {\n"                  /* 4 */
                             "        g(func() {}, func() {})\n" /* 5 */
                             "    })\n"                          /* 6 */
                             "}\n"                               /* 7 */
                             "\n"                                /* 8 */
                             "func B() {}\n";                    /* 9 */

static void lines_belong_to_the_innermost_function(void **state)
{
    (void)state;
    static const char *const names[] = {"", "init.func1", "A", "A.func1", "A.func1.1", "A.func1",
                                        "A", "", "B", "", ""};
    struct fixture fixture;
    struct syntax_file file;
    fixture_init(&fixture);
    fixture_read(&fixture, source, &file);
    for (uint32_t line = 1; line <= COUNT_OF(names); line++) {
        uint32_t function = syntax_function_at(&file, line);
        struct str name = function == SYNTAX_NONE ? STR("") : file.functions[function].name;
        assert_true(str_is(name, names[line - 1]));
    }
    fixture_release(&fixture);
}

static void functions_are_found_by_name(void **state)
{
    (void)state;
    struct fixture fixture;
    struct syntax_file file;
    fixture_init(&fixture);
    fixture_read(&fixture, source, &file);
    assert_int_equal(syntax_function_named(&file, STR("A.func1.2")), 4);
    assert_int_equal(syntax_function_named(&file, STR("B")), 5);
    assert_int_equal(syntax_function_named(&file, STR("C")), SYNTAX_NONE);
    fixture_release(&fixture);
}

/* What is broken does not hide what is not. */
static void broken_source_is_read_as_far_as_it_goes(void **state)
{
    (void)state;
    struct fixture fixture;
    struct syntax_file file;
    fixture_init(&fixture);
    fixture_read(&fixture,
                 "package\nfunc (\nfunc A( {\nfunc B() { x( }\nfunc C() {}\nfunc D() { {\n", &file);
    assert_int_equal(file.package.len, 0);
    assert_int_not_equal(syntax_function_named(&file, STR("B")), SYNTAX_NONE);
    assert_int_not_equal(syntax_function_named(&file, STR("C")), SYNTAX_NONE);
    assert_int_equal(syntax_function_named(&file, STR("D")), SYNTAX_NONE); /* never ends */
    syntax_read(&file, STR_NONE, &fixture.arena);
    assert_int_equal(file.token_count, 1);
    assert_int_equal(file.line_count, 1);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(outlines_are_as_wanted),
        cmocka_unit_test(lines_belong_to_the_innermost_function),
        cmocka_unit_test(functions_are_found_by_name),
        cmocka_unit_test(broken_source_is_read_as_far_as_it_goes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
