/* test_names.c: paths and names of functions; wanted is what Go and pprof give. */
#include "view_test.h"

static void clean_paths(void **state)
{
    static const char *const pairs[][2] = {
        {"", "."}, {"/", "/"}, {"//", "/"}, {"a", "a"}, {"a/", "a"}, {"a//b", "a/b"},
        {"./a", "a"}, {"a/.", "a"}, {"a/..", "."}, {"a/../b", "b"}, {"../a", "../a"},
        {"../../a/..", "../.."}, {"/..", "/"}, {"/../a", "/a"}, {"/a/../../b", "/b"},
        {"a/b/../../..", ".."}, {"/a/b/.hidden/c", "/a/b/.hidden/c"}, {"a/..b", "a/..b"},
    };
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct str clean = names_clean_path(str_from(pairs[i][0]), &arena);
        if (!str_is(clean, pairs[i][1]))
            fail_msg("%s: %.*s, not %s", pairs[i][0], STR_ARGS(clean), pairs[i][1]);
    }
    arena_release(&arena);
}

static void base_names(void **state)
{
    (void)state;
    assert_text(names_base(STR("")), ".");
    assert_text(names_base(STR("/")), "/");
    assert_text(names_base(STR("/a/b")), "b");
    assert_text(names_base(STR("/a/b//")), "b");
    assert_text(names_base(STR("b")), "b");
}

static void trimmed_paths(void **state)
{
    (void)state;
    struct str path = STR("/build/shop/cart/cart.go");
    assert_text(names_trim_path(path, "/build", NULL), "shop/cart/cart.go");
    assert_text(names_trim_path(path, "/other:/build/shop/", NULL), "cart/cart.go");
    assert_text(names_trim_path(path, "/buil", NULL), "/build/shop/cart/cart.go");
    assert_text(names_trim_path(path, NULL, "/mine/shop"), "cart/cart.go");
    assert_text(names_trim_path(path, "/x", "/mine/shop"), "/build/shop/cart/cart.go");
    assert_text(names_trim_path(STR("/proc/self/cwd/a.c"), NULL, NULL), "a.c");
    assert_text(names_trim_path(STR("/proc/self/cwd/./a.c"), NULL, NULL), "a.c");
}

static void simplified(void **state)
{
    (void)state;
    assert_text(names_simplified(STR("f(int)")), "f");
    assert_text(names_simplified(STR(".f")), "f");
    assert_text(names_simplified(STR("(anonymous namespace)::f(int)")), "(anonymous namespace)::f");
    assert_text(names_simplified(STR("T::operator()(int)")), "T::operator()");
    assert_text(names_simplified(STR("main.(*T).m")), "main.");
}

static void shortened(void **state)
{
    static const char *const pairs[][2] = {
        {"github.com/a/b.(*T).M", "b.(*T).M"},
        {"github.com/a/b/v3.F", "b.F"},
        {"example.com/v2/x/c.F", "c.F"},
        {"main.main", "main.main"},
        {"com.example.web.Handler.handle(Request)", "Handler.handle"},
        {"com.example.web.Handler.<init>", "Handler.<init>"},
        {"(anonymous namespace)::f", "f"},
        {"std::chrono::Clock::now", "Clock::now"},
        {"malloc", "malloc"},
    };
    (void)state;
    struct shortener shortener;
    struct arena arena;
    shortener_init(&shortener);
    arena_init(&arena, &plenty);
    for (size_t i = 0; i < COUNT_OF(pairs); i++) {
        struct str name = names_shortened(&shortener, str_from(pairs[i][0]), &arena);
        if (!str_is(name, pairs[i][1]))
            fail_msg("%s: %.*s, not %s", pairs[i][0], STR_ARGS(name), pairs[i][1]);
    }
    arena_release(&arena);
    shortener_release(&shortener);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clean_paths), cmocka_unit_test(base_names),
        cmocka_unit_test(trimmed_paths), cmocka_unit_test(simplified),
        cmocka_unit_test(shortened),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
