/* test_names.c: names of functions and packages, and reasons that only the run time has. */
#include "evidence_test.h"

static void roots_of_closures_and_wrappers(void **state)
{
    (void)state;
    static const struct {
        const char *name, *root;
    } cases[] = {
        {"F", "F"},
        {"F.func1", "F"},
        {"F.func1.2", "F"},
        {"F.func2.1.3", "F"},
        {"F.gowrap1", "F"},
        {"F.deferwrap12", "F"},
        {"F-range1", "F"},
        {"F.func1-range2", "F"},
        {"F.G.func3", "F.G"},          /* a literal of G, whose body was inlined into F */
        {"(*T).M", "(*T).M"},
        {"(*T).M-fm", "(*T).M"},
        {"(*T).M.func1", "(*T).M"},
        {"T.M-fm", "T.M"},
        {"init", "init"},
        {"init.0", "init.0"},
        {"init.func5", "init"},
        {"F.function", "F.function"},  /* no number behind it: not gc's */
        {"F.functions.func1", "F.functions"},
        {"(*funcs).M.func1", "(*funcs).M"},
        {"(*T[...]).M.func1", "(*T[...]).M"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_str(root_function(str_from(cases[i].name)), cases[i].root);
}

static void names_of_packages(void **state)
{
    (void)state;
    static const struct {
        const char *path, *name;
    } cases[] = {
        {"fmt", "fmt"},
        {"net/http", "http"},
        {"github.com/gin-gonic/gin", "gin"},
        {"github.com/caddyserver/caddy/v2", "caddy"},
        {"gopkg.in/yaml.v3", "yaml"},
        {"example.com/v", "v"},
        {"example.com/video", "video"},
        {"", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_str(package_name_of_path(str_from(cases[i].path)), cases[i].name);
}

static void names_that_only_their_package_can_use(void **state)
{
    (void)state;
    assert_true(names_private(STR("~r0 = net.IP(net.addr[:])"), STR("net")));
    assert_true(names_private(STR("lib.~r0"), STR("lib")));
    assert_false(names_private(STR("net.IP(b)"), STR("net")));
    assert_false(names_private(STR("x.net.addr"), STR("net")));
    assert_false(names_private(STR("subnet.addr"), STR("net")));
    assert_false(names_private(STR("net."), STR("net")));
    assert_false(names_private(STR("net.addr"), STR_NONE));
}

static void slices_that_leave_their_variable(void **state)
{
    (void)state;
    static const char text[] = "package p\n" /* 1 */
                               "func f(n int) (list []int) {\n"
                               "\tlist = append(list, n)\n" /* 3 */
                               "\treturn // both\n"
                               "}\n" /* 5 */
                               "func g(p *T) {\n"
                               "\tvar s []int\n" /* 7 */
                               "\ts = append(s, 1)\n"
                               "\tp.n, p.list = 1, s\n" /* 9 */
                               "\tp.n = 2\n"
                               "\treturn\n" /* 11 */
                               "}\n";
    static const struct {
        uint32_t line;
        bool moves;
    } cases[] = {{4, true}, {9, true}, {10, false}, {11, false}};
    struct arena arena;
    arena_init(&arena, &plenty);
    struct syntax_file file;
    syntax_read(&file, STR(text), &arena);
    struct runtime_reason reason;
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_int_equal(reason_of_line(&file, cases[i].line, &arena, &reason), cases[i].moves);
    assert_true(reason_of_line(&file, 4, &arena, &reason));
    assert_str(reason.expression, "list");
    arena_release(&arena);
}

static void every_symbol_of_the_table_has_its_reason(void **state)
{
    (void)state;
    static const struct {
        struct str start;
        enum site_kind kind;
        enum cause_category category;
    } table[] = {
#define X(symbol, kind, category, text) \
    {{symbol, sizeof(symbol) - 1}, SITE_##kind, CAUSE_##category},
#include "evidence/runtime_symbols.h"
#undef X
    };
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct runtime_reason reason = {.text = STR_NONE};
        assert_true(reason_of_symbol(table[i].start, &reason));
        assert_int_equal(reason.kind, table[i].kind); /* no earlier row hides it */
        assert_int_equal(reason.category, table[i].category);
        assert_true(reason.text.len > 0);
    }
}

static void symbols_of_the_runtime(void **state)
{
    (void)state;
    static const struct {
        const char *symbol;
        enum site_kind kind;
        bool general;
    } cases[] = {
        {"runtime.growslice", SITE_APPEND, false},
        {"runtime.growsliceBuf", SITE_APPEND, false},
        {"runtime.mapassign_faststr", SITE_MAP_GROWTH, false},
        {"runtime.concatstring2", SITE_STRING_CONCAT, false},
        {"runtime.convT64", SITE_INTERFACE, false},
        {"runtime.malg", SITE_GO, false},
        {"runtime.gcenable", SITE_RUNTIME, true},
        {"internal/runtime/maps.(*table).grow", SITE_MAP_GROWTH, false},
        {"internal/runtime/syscall.Syscall6", SITE_RUNTIME, true},
        {"runtime/cgo.NewHandle", SITE_CGO, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct runtime_reason reason;
        assert_true(reason_of_symbol(str_from(cases[i].symbol), &reason));
        assert_int_equal(reason.kind, cases[i].kind);
        assert_int_equal(reason.general, cases[i].general);
    }
    struct runtime_reason reason;
    assert_false(reason_of_symbol(STR("main.main"), &reason));
    assert_false(reason_of_symbol(STR("runtimes.growslice"), &reason));
    assert_false(reason_of_symbol(STR_NONE, &reason));
}

static void lines_that_allocate_without_a_verdict(void **state)
{
    (void)state;
    static const char text[] = "package p\n"          /* 1 */
                               "func f() {\n"
                               "\tm[k] = v\n"         /* 3 */
                               "\tc := make(chan int)\n"
                               "\ts = append(s, 1)\n" /* 5 */
                               "\tgo g()\n"
                               "\t<-c\n"              /* 7 */
                               "\tx := y.(T)\n"
                               "\tfor range c {\n"    /* 9 */
                               "\t\tdefer g()\n"
                               "\t}\n"                /* 11 */
                               "\tname := \"a\" + b\n"
                               "\treturn\n"           /* 13 */
                               "}\n"
                               "var x = map[string]int{\n" /* 15 */
                               "\t\"a\": 1,\n"
                               "}\n"                     /* 17 */
                               "var y = []T{\n"
                               "\t{1},\n"               /* 19 */
                               "}\n";
    static const struct {
        uint32_t line;
        enum site_kind kind;
    } cases[] = {
        {4, SITE_MAKE_CHAN}, {5, SITE_APPEND}, {6, SITE_GO}, {7, SITE_RUNTIME}, {8, SITE_RUNTIME},
        {9, SITE_RUNTIME}, {10, SITE_DEFER}, {12, SITE_STRING_CONCAT}, {3, SITE_MAP_GROWTH},
        {15, SITE_MAP_LITERAL}, {16, SITE_MAP_LITERAL},
    };
    struct arena arena;
    arena_init(&arena, &plenty);
    struct syntax_file file;
    syntax_read(&file, STR(text), &arena);
    struct runtime_reason reason;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (!reason_of_line(&file, cases[i].line, &arena, &reason))
            fail_msg("line %u has no reason", cases[i].line);
        assert_int_equal(reason.kind, cases[i].kind);
    }
    assert_false(reason_of_line(&file, 13, &arena, &reason));
    assert_false(reason_of_line(&file, 19, &arena, &reason));
    assert_false(reason_of_line(&file, 99, &arena, &reason));
    arena_release(&arena);
}

static void categories_have_all_their_words(void **state)
{
    (void)state;
    for (int i = 0; i < CAUSE_CATEGORY_COUNT; i++) {
        assert_true(strlen(cause_category_name((enum cause_category)i)) > 3);
        assert_true(strlen(cause_category_title((enum cause_category)i)) > 3);
        for (int k = 0; k < i; k++)
            assert_string_not_equal(cause_category_name((enum cause_category)i),
                                    cause_category_name((enum cause_category)k));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roots_of_closures_and_wrappers),
        cmocka_unit_test(names_of_packages),
        cmocka_unit_test(every_symbol_of_the_table_has_its_reason),
        cmocka_unit_test(symbols_of_the_runtime),
        cmocka_unit_test(lines_that_allocate_without_a_verdict),
        cmocka_unit_test(names_that_only_their_package_can_use),
        cmocka_unit_test(slices_that_leave_their_variable),
        cmocka_unit_test(categories_have_all_their_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
