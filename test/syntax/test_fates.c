/* What becomes of a call's result: fates/x.go asks at each line with a comment "// ask NewT
 * [result]", fates/x.want has the answers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"

static void print_fate(const struct fate *fate, struct sb *out)
{
    sb_addf(out, "  %u:%u %s", fate->line, fate->column, fate_kind_name(fate->kind));
    if (fate->kind == FATE_ARGUMENT || fate->kind == FATE_RETURNED)
        sb_addf(out, " %u", fate->index);
    if (fate->callee.len > 0)
        sb_addf(out, " callee=%.*s", STR_ARGS(fate->callee));
    if (fate->target.len > 0)
        sb_addf(out, " target=%.*s%s", STR_ARGS(fate->target),
                fate->target_global ? " (package level)" : "");
    if (fate->variable.len > 0)
        sb_addf(out, " through %.*s", STR_ARGS(fate->variable));
    sb_addf(out, " | %.*s\n", STR_ARGS(fate->text));
}

static void ask(struct fixture *fixture, const struct syntax_file *file, uint32_t line,
                struct str question, struct sb *out)
{
    struct str rest = question;
    struct fate_query query = {.function = syntax_function_at(file, line), .line = line};
    uint64_t result = 0;
    query.callee = str_cut(&rest, ' ');
    if (rest.ptr)
        assert_true(str_to_u64(rest, &result));
    query.result = (uint32_t)result;
    struct fate *fates;
    bool found;
    size_t count = syntax_fates_of(file, &query, &fixture->arena, &fates, &found);
    sb_addf(out, "%u: %.*s%s\n", line, STR_ARGS(question), found ? "" : ": no such call");
    for (size_t i = 0; i < count; i++)
        print_fate(&fates[i], out);
}

static void print_fates(struct fixture *fixture, const struct syntax_file *file, struct sb *out)
{
    for (uint32_t line = 1; line <= file->line_count; line++) {
        struct str text = syntax_line(file, line);
        ptrdiff_t mark = str_find(text, STR("// ask "));
        if (mark >= 0)
            ask(fixture, file, line, str_skip(text, (size_t)mark + 7), out);
    }
}

static void fates_are_as_wanted(void **state)
{
    (void)state;
    size_t lines = fixture_compare_folder("fates", print_fates);
    assert_true(getenv("UNHEAP_UPDATE_WANT") || lines > 200);
}

/* Copies beyond LIMIT_FOLLOWED_CALLS variables are not followed, and that is told. */
static void copies_are_followed_up_to_the_limit(void **state)
{
    (void)state;
    struct fixture fixture;
    struct syntax_file file;
    struct sb text;
    fixture_init(&fixture);
    sb_init(&text, &fixture.memory);
    sb_adds(&text, "package p\nfunc f() {\nx0 := NewT()\n");
    for (int i = 0; i < LIMIT_FOLLOWED_CALLS + 5; i++)
        sb_addf(&text, "x%d := x%d\n", i + 1, i);
    sb_addf(&text, "keep(x%d)\n}\n", LIMIT_FOLLOWED_CALLS + 5);
    fixture_read(&fixture, text.text, &file);
    struct fate_query query = {.line = 3, .callee = STR("p.NewT")};
    struct fate *fates;
    bool found;
    size_t count = syntax_fates_of(&file, &query, &fixture.arena, &fates, &found);
    assert_true(found);
    assert_int_equal(count, 1);
    assert_int_equal(fates[0].kind, FATE_UNKNOWN);
    assert_int_equal(fates[0].line, 3 + LIMIT_FOLLOWED_CALLS);
    query.line = 4;
    assert_int_equal(syntax_fates_of(&file, &query, &fixture.arena, &fates, &found), 0);
    assert_false(found);
    sb_release(&text);
    fixture_release(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fates_are_as_wanted),
        cmocka_unit_test(copies_are_followed_up_to_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
