/* test_bin_page.c: the page of `bin -html` escapes what comes from a binary and says what it leaves
 * out. */
#include "report_test.h"

#include "binary/binary.h"

#include <string.h>

/* A program with `count` equal sites, or with as many of different types. */
static void render(size_t count, bool types_differ, struct sb *page)
{
    struct binary_function function = {.name = STR("main.<script>")};
    struct arena arena;
    struct str callee = STR("runtime.newobject");
    struct binary binary = {.memory = &sample_memory, .functions = &function, .function_count = 1,
                            .path = STR("example.com/<b>")};
    struct binary_site site = {.file = STR("/x/main.go"), .line = 3, .type = 1, .size = 8,
                               .count = -1, .kind = BINARY_KIND_APPEND};
    uint32_t *numbers = calloc(count + 1, sizeof(*numbers));
    assert_non_null(numbers);
    arena_init(&arena, &sample_memory);
    VEC_PUSH(&sample_memory, &binary.callees, callee);
    for (uint32_t i = 0; i < (types_differ ? count : 1); i++) {
        char name[32];
        snprintf(name, sizeof(name), "main.T\"&%u", i);
        struct binary_type type = {.name = str_copy(&arena, str_from(name))};
        site.type = i + 1;
        numbers[i] = i;
        VEC_PUSH(&sample_memory, &binary.types, type);
        VEC_PUSH(&sample_memory, &binary.sites, site);
    }
    struct report_bin report = {.binary = &binary, .sites = numbers, .count = count};
    report_bin_html(&report, page);
    VEC_RELEASE(&sample_memory, &binary.types);
    VEC_RELEASE(&sample_memory, &binary.callees);
    VEC_RELEASE(&sample_memory, &binary.sites);
    arena_release(&arena);
    free(numbers);
}

static void test_escaped(void **state)
{
    struct sb page;
    (void)state;
    sb_init(&page, &sample_memory);
    render(1, false, &page);
    assert_null(strstr(page.text, "<b>"));
    assert_null(strstr(page.text, "main.<script>"));
    assert_non_null(strstr(page.text, "main.T&quot;&amp;"));
    assert_null(strstr(page.text, "The first"));
    sb_release(&page);
}

static void test_limit(void **state)
{
    struct sb page;
    (void)state;
    sb_init(&page, &sample_memory);
    render(LIMIT_PAGE_BIN_SITES + 1, false, &page);
    assert_non_null(strstr(page.text, "The first 10,000 of 10,001"));
    sb_clear(&page);
    render(LIMIT_PAGE_BIN_ROWS + 1, true, &page);
    assert_non_null(strstr(page.text, "The first 500 of 501"));
    sb_release(&page);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_escaped),
                                       cmocka_unit_test(test_limit)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
