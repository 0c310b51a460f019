/* Sizes of types: packages in types/, and the size that a heap profile shows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "allocator/allocator.h"
#include "data.h"

struct finder {
    char path[1024];
    int calls;
};

/* "example.com/lib" is in types/lib. */
static struct str find_dir(void *ctx, struct str import_path)
{
    struct finder *finder = ctx;
    const char *root = getenv("ROOT");
    struct str prefix = STR("example.com/");
    finder->calls++;
    if (!str_starts(import_path, prefix))
        return STR_NONE;
    struct str name = str_skip(import_path, prefix.len);
    snprintf(finder->path, sizeof(finder->path), "%s/test/syntax/types/%.*s", root ? root : ".",
             STR_ARGS(name));
    return str_from(finder->path);
}

struct sized {
    const char *type;
    uint64_t size, align; /* size UNKNOWN: no answer is wanted */
    bool has_pointers;
};
#define UNKNOWN UINT64_MAX

/* The known ones are what unsafe.Sizeof and unsafe.Alignof of Go 1.26 say for amd64. */
static const struct sized shop[] = {
    {"int", 8, 8, false},
    {"Empty", 0, 1, false},
    {"Small", 1, 1, false},
    {"Padded", 24, 8, false},
    {"Trailing", 8, 4, false},
    {"OnlyEmpty", 0, 1, false},
    {"Order", 80, 8, true},
    {"Item", 192, 8, true},
    {"Alias", 80, 8, true},
    {"Named", 24, 8, false},
    {"*Unknown", 8, 8, true},
    {"[]Unknown", 24, 8, true},
    {"map[string]Unknown", 8, 8, true},
    {"chan Unknown", 8, 8, true},
    {"<-chan Unknown", 8, 8, true},
    {"func(Unknown) Unknown", 8, 8, true},
    {"Iface", 16, 8, true},
    {"Func", 8, 8, true},
    {"interface{ M() }", 16, 8, true},
    {"Pair[string, int8]", 32, 8, true},
    {"Pair[int8, *Loop]", 24, 8, true},
    {"Lists", 64, 8, true},
    {"Many", 4, 1, false},
    {"Masked", 240, 1, false},
    {"Chars", 6, 1, false},
    {"Digits", 35, 1, false},
    {"Unsig", 3, 1, false},
    {"Self", 64, 8, false},
    {"Params", 128, 8, true},
    {"Handle", 4, 4, false},
    {"struct { a int8; b *Order }", 16, 8, true},
    {"struct{}", 0, 1, false},
    {"[N]struct{ a int8; b int16 }", 64, 2, false},
    {"[0]*Order", 0, 8, false},
    {"(Padded)", 24, 8, false},
    {"lib.Unit", 4, 2, false},
    {"lib.Generic[Padded]", 24, 8, false},
    {"unsafe.Pointer", 8, 8, true},
    {"complex128", 16, 8, false},
    {"Missing", UNKNOWN, 0, false},
    {"Unknown", UNKNOWN, 0, false},
    {"Loop", UNKNOWN, 0, false},
    {"Huge", UNKNOWN, 0, false},
    {"Big2", UNKNOWN, 0, false},
    {"Pair", UNKNOWN, 0, false},
    {"Pair[int]", UNKNOWN, 0, false},
    {"Order[int]", UNKNOWN, 0, false},
    {"OnlyInTests", UNKNOWN, 0, false},
    {"Hidden", UNKNOWN, 0, false},
    {"[...]int", UNKNOWN, 0, false},
    {"[-1]int", UNKNOWN, 0, false},
    {"[1.5]int", UNKNOWN, 0, false},
    {"[N / 0]int", UNKNOWN, 0, false},
    {"[1 << 200]int", UNKNOWN, 0, false},
    {"lib.Missing", UNKNOWN, 0, false},
    {"nowhere.T", UNKNOWN, 0, false},
    {"int int", UNKNOWN, 0, false},
    {"int; x", UNKNOWN, 0, false},
    {"", UNKNOWN, 0, false},
    {"struct {", UNKNOWN, 0, false},
    {"[", UNKNOWN, 0, false},
};

static const struct sized tags[] = {
    {"Always", 1, 1, false},
    {"OnlyCgo", 1, 1, false},
    {"Chosen", 8, 8, false},
    {"Maybe", UNKNOWN, 0, false},
    {"Never", UNKNOWN, 0, false},
};

static void compare(struct syntax_types *types, struct str path, const struct syntax_file *file,
                    const struct sized *wanted, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct type_size size = {0};
        bool known = syntax_size_of(types, path, file, str_from(wanted[i].type), &size);
        bool right = known ? size.size == wanted[i].size && size.align == wanted[i].align &&
                                 size.has_pointers == wanted[i].has_pointers
                           : wanted[i].size == UNKNOWN;
        if (!right)
            fail_msg("%s: %s, size %llu align %llu pointers %d", wanted[i].type,
                     known ? "known" : "unknown", (unsigned long long)size.size,
                     (unsigned long long)size.align, size.has_pointers);
    }
}

static void sizes_are_those_of_gc(void **state)
{
    (void)state;
    struct fixture fixture;
    struct finder finder = {0};
    struct syntax_file file;
    fixture_init(&fixture);
    struct syntax_types *types = syntax_types_new(&fixture.memory, find_dir, &finder);
    fixture_read(&fixture, "package p\nimport (\n\"example.com/lib\"\n\"example.com/nowhere\"\n)\n",
                 &file);
    compare(types, STR("example.com/shop"), &file, shop, COUNT_OF(shop));
    compare(types, STR("example.com/tags"), NULL, tags, COUNT_OF(tags));
    int calls = finder.calls;
    compare(types, STR("example.com/shop"), &file, shop, COUNT_OF(shop)); /* now remembered */
    assert_int_equal(finder.calls, calls);
    syntax_types_free(types);
    fixture_release(&fixture);
}

/* Where the package cannot be found, its file at hand still declares something. */
static void the_file_stands_in_for_a_missing_package(void **state)
{
    (void)state;
    struct fixture fixture;
    struct finder finder = {0};
    struct syntax_file file;
    fixture_init(&fixture);
    struct syntax_types *types = syntax_types_new(&fixture.memory, find_dir, &finder);
    fixture_read(&fixture, "package p\nconst N = 3\ntype T struct { a [N]int; b U }\ntype U *T\n",
                 &file);
    static const struct sized wanted[] = {{"T", 32, 8, true}, {"V", UNKNOWN, 0, false}};
    compare(types, STR("elsewhere"), &file, wanted, COUNT_OF(wanted));
    compare(types, STR("elsewhere"), NULL, wanted + 1, 1);
    syntax_types_free(types);
    syntax_types_free(NULL);
    fixture_release(&fixture);
}

/* Types that double at each level would take for ever without a budget. */
static void doubling_types_end_without_an_answer(void **state)
{
    (void)state;
    struct fixture fixture;
    struct finder finder = {0};
    struct syntax_file file;
    struct sb text;
    fixture_init(&fixture);
    struct syntax_types *types = syntax_types_new(&fixture.memory, find_dir, &finder);
    sb_init(&text, &fixture.memory);
    sb_adds(&text, "package p\n");
    for (int i = 0; i < 60; i++)
        sb_addf(&text, "type T%d struct{ a, b, c, d T%d; e T%d }\nconst c%d = c%d + c%d\n", i,
                i + 1, i + 1, i, i + 1, i + 1);
    sb_adds(&text, "type T60 int8\nconst c60 = 1\n");
    fixture_read(&fixture, text.text, &file);
    static const struct sized wanted[] = {
        {"T0", UNKNOWN, 0, false}, {"[c0]int", UNKNOWN, 0, false}, {"T55", 3125, 1, false}};
    compare(types, STR("elsewhere"), &file, wanted, COUNT_OF(wanted));
    sb_release(&text);
    syntax_types_free(types);
    fixture_release(&fixture);
}

/* Seen in profiles of Go 1.26 with MemProfileRate 1, but for the last two. */
static void profiled_sizes_are_those_of_the_runtime(void **state)
{
    (void)state;
    static const struct {
        uint64_t size;
        bool has_pointers;
        uint64_t profiled;
    } seen[] = {
        {0, false, 0},         {1, false, 16},        {8, false, 16},        {8, true, 8},
        {15, false, 16},       {16, false, 16},       {17, false, 24},       {24, true, 24},
        {512, true, 512},      {513, false, 576},     {520, true, 576},      {1024, false, 1024},
        {1024, true, 1152},    {32760, true, 32768},  {32761, false, 32768}, {32768, true, 32768},
        {33000, false, 40960}, {49152, true, 49152},  {1 << 20, false, 1 << 20},
        {UINT64_MAX, false, UINT64_MAX},
    };
    for (size_t i = 0; i < COUNT_OF(seen); i++)
        assert_int_equal(
            allocator_slot_bytes(seen[i].size, seen[i].has_pointers, ALLOCATOR_NEWEST),
            seen[i].profiled);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sizes_are_those_of_gc),
        cmocka_unit_test(the_file_stands_in_for_a_missing_package),
        cmocka_unit_test(doubling_types_end_without_an_answer),
        cmocka_unit_test(profiled_sizes_are_those_of_the_runtime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
