/* test_names.c: symbols, package patterns, import paths of printed paths, kinds of expressions. */
#include "compiler_test.h"

static void symbols_are_split(void **state)
{
    (void)state;
    static const struct {
        const char *symbol, *import_path, *name;
    } cases[] = {
        {"main.main", "main", "main"},
        {"main.(*Svc).Do.func1", "main", "(*Svc).Do.func1"},
        {"net/http.(*conn).serve", "net/http", "(*conn).serve"},
        {"net/http.HandlerFunc.ServeHTTP", "net/http", "HandlerFunc.ServeHTTP"},
        {"example.com/x.F", "example.com/x", "F"},
        {"gopkg.in/yaml%2ev3.(*Decoder).Decode", "gopkg.in/yaml.v3", "(*Decoder).Decode"},
        {"example.com/a%20b.F", "example.com/a b", "F"},
        {"slices.SortFunc[go.shape.[]example.com/x.T,go.shape.int]", "slices", "SortFunc[...]"},
        {"slices.SortFunc[...]", "slices", "SortFunc[...]"},
        {"sync/atomic.(*Pointer[go.shape.struct { a/b.T }]).Load", "sync/atomic",
         "(*Pointer[...]).Load"},
        {"a/b.Map[...].func1", "a/b", "Map[...].func1"},
        {"a/b.F[x[y.z]].G[w]", "a/b", "F[...].G[...]"},
        {"runtime.mallocgc", "runtime", "mallocgc"},
        {"a.b/c%2ed.init.0", "a.b/c.d", "init.0"},
        {"memeqbody", "", "memeqbody"},
        {"", "", ""},
        {"a/b", "", "a/b"},
        {"x%2", "", "x%2"},
        {"x%zz.F", "x%zz", "F"},
        {"p.F[", "p", "F[...]"},
    };
    struct arena arena;
    arena_init(&arena, &plenty);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct str import_path, name;
        symbol_split(str_from(cases[i].symbol), &arena, &import_path, &name);
        assert_text(import_path, cases[i].import_path);
        assert_text(name, cases[i].name);
    }
    arena_release(&arena);
}

static void patterns_match_as_in_the_go_command(void **state)
{
    (void)state;
    static const struct {
        const char *import_path, *pattern, *module, *dir;
        bool standard, matches;
    } cases[] = {
        {"example.com/m", "./...", "example.com/m", "", false, true},
        {"example.com/m/a/b", "./...", "example.com/m", "", false, true},
        {"example.com/mm", "./...", "example.com/m", "", false, false},
        {"example.com/m/a/b", "./a/...", "example.com/m", "", false, true},
        {"example.com/m/a", "./a/...", "example.com/m", "", false, true},
        {"example.com/m/ab", "./a/...", "example.com/m", "", false, false},
        {"example.com/m/a", "./a", "example.com/m", "", false, true},
        {"example.com/m/a/b", "./a", "example.com/m", "", false, false},
        {"example.com/m", ".", "example.com/m", "", false, true},
        {"example.com/m/a", ".", "example.com/m", "", false, false},
        {"example.com/m/a", ".", "example.com/m", "a", false, true},
        {"example.com/m/a/b", "./...", "example.com/m", "a", false, true},
        {"example.com/m/c", "./...", "example.com/m", "a", false, false},
        {"example.com/m/c", "../c", "example.com/m", "a", false, true},
        {"example.com/m", "..", "example.com/m", "a", false, true},
        {"example.com/m/c", "../...", "example.com/m", "a", false, true},
        {"example.com/m/a", "./a/", "example.com/m", "", false, true},
        {"net/http", "net/http/", "", "", true, true},
        {"net/http", "net/...", "", "", true, true},
        {"net", "net/...", "", "", true, true},
        {"network", "net/...", "", "", true, false},
        {"net/http", "net/http", "", "", true, true},
        {"net/http", "std", "", "", true, true},
        {"example.com/m", "std", "", "", false, false},
        {"cmd/go", "std", "", "", true, false},
        {"cmd/go", "cmd", "", "", true, true},
        {"example.com/m", "all", "", "", false, true},
        {"example.com/m/x/y", "example.com/.../y", "", "", false, true},
        {"example.com/m/x/y", "....com/...", "", "", false, true},
        {"example.com/m", "...", "", "", false, true},
        {"anything", "./...", "", "", false, true},
        {"fmt", "./...", "", "", true, false},
        {"fmt", "", "", "", true, false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        bool matches = package_matches(str_from(cases[i].import_path), cases[i].standard,
                                       str_from(cases[i].pattern), str_from(cases[i].module),
                                       str_from(cases[i].dir));
        if (matches != cases[i].matches)
            fail_msg("%s %s in %s/%s", cases[i].import_path, cases[i].pattern, cases[i].module,
                     cases[i].dir);
    }
}

static void import_paths_follow_from_the_form_of_a_path(void **state)
{
    (void)state;
    static const struct {
        const char *path, *import_path;
    } cases[] = {
        {"/go/pkg/mod/example.com/x@v1.2.3/f.go", "example.com/x"},
        {"/go/pkg/mod/example.com/x@v1.2.3/sub/f.go", "example.com/x/sub"},
        {"/go/pkg/mod/github.com/!burnt!sushi/toml@v1.0.0/f.go", "github.com/BurntSushi/toml"},
        {"/go/pkg/mod/golang.org/toolchain@v0.0.1-go1.21.1.linux-amd64/src/net/http/f.go",
         "net/http"},
        {"/opt/go/src/net/http/server.go", "net/http"},
        {"/opt/go/src/vendor/golang.org/x/net/dns/f.go", "vendor/golang.org/x/net/dns"},
        {"/srv/u/m/vendor/github.com/x/y/f.go", "github.com/x/y"},
        {"net/http/server.go", "net/http"},
        {"example.com/x@v1.2.3/sub/f.go", "example.com/x/sub"},
        {"./x.go", ""},
        {"../x.go", ""},
        {"x.go", ""},
        {"<autogenerated>", ""},
        {"/somewhere/x.go", ""},
    };
    struct arena arena;
    arena_init(&arena, &plenty);
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_text(import_path_by_form(str_from(cases[i].path), &arena), cases[i].import_path);
    arena_release(&arena);
}

static void windows_paths_have_parts_too(void **state)
{
    (void)state;
    assert_text(path_base(STR("C:\\a\\x.go")), "x.go");
    assert_text(path_dir(STR("C:\\a\\x.go")), "C:\\a");
    assert_text(path_base(STR("/a/x.go")), "x.go");
    assert_text(path_dir(STR("x.go")), "");
}

static void expressions_have_kinds(void **state)
{
    (void)state;
    static const struct {
        const char *expression;
        enum site_kind kind;
    } cases[] = {
        {"&Order{...}", SITE_COMPOSITE}, {"&[]int{...}", SITE_COMPOSITE},
        {"new(T)", SITE_NEW},
        {"make([]int, n)", SITE_MAKE_SLICE}, {"make(Bytes, 3)", SITE_MAKE_SLICE},
        {"make(map[string]int)", SITE_MAKE_MAP}, {"make(chan int, 3)", SITE_MAKE_CHAN},
        {"[]int{...}", SITE_SLICE_LITERAL}, {"map[string]int{}", SITE_MAP_LITERAL},
        {"append", SITE_APPEND}, {"append(x, y)", SITE_APPEND}, {"func literal", SITE_CLOSURE},
        {"... argument", SITE_VARIADIC}, {"([]byte)(s)", SITE_STRING_TO_BYTES},
        {"string(b)", SITE_BYTES_TO_STRING}, {"([]rune)(s)", SITE_RUNES},
        {"\"a\" + b", SITE_STRING_CONCAT}, {"a + b", SITE_STRING_CONCAT},
        {"f(\"x - y\") + b", SITE_STRING_CONCAT},
        {"\"a\" + strconv.Itoa(n + 1)", SITE_STRING_CONCAT},
        {"n + 1", SITE_INTERFACE}, {"n - m", SITE_INTERFACE}, {"a + b * c", SITE_INTERFACE},
        {"x.f", SITE_INTERFACE}, {"5", SITE_INTERFACE}, {"\"text + more\"", SITE_INTERFACE},
        {"T{...}", SITE_INTERFACE}, {"", SITE_INTERFACE}, {"\"unclosed", SITE_INTERFACE},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        enum site_kind kind = site_kind_of(MESSAGE_ESCAPES, str_from(cases[i].expression));
        if (kind != cases[i].kind)
            fail_msg("%s: %s", cases[i].expression, site_kind_name(kind));
    }
    assert_int_equal(site_kind_of(MESSAGE_MOVED_TO_HEAP, STR("x")), SITE_VARIABLE);
    assert_int_equal(site_kind_of(MESSAGE_MOVED_TO_HEAP, STR(".autotmp_3")), SITE_NEW);
    assert_string_equal(site_kind_name(SITE_MAKE_SLICE), "make_slice");
    assert_string_equal(site_kind_name(SITE_OTHER), "other");
}

static void sorting_is_stable(void **state)
{
    (void)state;
    enum { COUNT = 5000 };
    struct sort_pair pairs[COUNT];
    uint32_t seed = 3;
    for (uint32_t i = 0; i < COUNT; i++) {
        seed = seed * 1664525u + 1013904223u;
        pairs[i] = (struct sort_pair){(uint64_t)(seed >> 20) << 40 | (seed >> 28), i};
    }
    struct arena arena;
    arena_init(&arena, &plenty);
    sort_pairs(pairs, COUNT, &arena);
    for (size_t i = 1; i < COUNT; i++) {
        assert_true(pairs[i - 1].key <= pairs[i].key);
        if (pairs[i - 1].key == pairs[i].key)
            assert_true(pairs[i - 1].value < pairs[i].value);
    }
    arena_release(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(symbols_are_split),
        cmocka_unit_test(patterns_match_as_in_the_go_command),
        cmocka_unit_test(import_paths_follow_from_the_form_of_a_path),
        cmocka_unit_test(windows_paths_have_parts_too),
        cmocka_unit_test(expressions_have_kinds),
        cmocka_unit_test(sorting_is_stable),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
