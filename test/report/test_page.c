/* The page as text: whole, self-contained, not to be broken out of, and of bounded size. What it
 * looks like and does is tested in a browser (test/page/). With arguments it writes a document:
 * render.c. */
#include "render.h"
#include "report_test.h"
#include "report/report.h"

enum { MOST_BYTES = 12 << 20 }; /* what LIMIT_PAGE_* add up to, for names of sane length */

static struct sb page_of(const struct evidence *evidence)
{
    struct sb out;
    sb_init(&out, &sample_memory);
    report_hot_html(evidence, &(struct report_style){.columns = 80, .command = "unheap <hot>"},
                    &out);
    return out;
}

static size_t count_of(const struct sb *text, const char *part)
{
    size_t count = 0, n = strlen(part);
    for (size_t i = 0; i + n <= text->len; i++)
        count += memcmp(text->text + i, part, n) == 0;
    return count;
}

/* The data that stands in the page, and how long it is. */
static json_t *data_of(const struct sb *page)
{
    static const char head[] = "<script type=\"application/json\" id=\"data\">";
    const char *start = strstr(page->text, head);
    assert_non_null(start);
    start += sizeof(head) - 1;
    const char *end = strstr(start, "</script>");
    assert_non_null(end);
    json_error_t error;
    json_t *data = json_loadb(start, (size_t)(end - start), JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                              &error);
    if (!data)
        fail_msg("%s at %d", error.text, error.position);
    return data;
}

static void test_nothing_breaks_out(void **state)
{
    (void)state;
    for (enum sample_kind kind = SAMPLE_SHOP; kind <= SAMPLE_EMPTY; kind++) {
        struct evidence *evidence = sample_new(kind, &sample_memory);
        struct sb page = page_of(evidence);
        assert_int_equal(count_of(&page, "<script"), 2);
        assert_int_equal(count_of(&page, "</script>"), 2);
        assert_int_equal(count_of(&page, "<!--"), 0);
        assert_int_equal(count_of(&page, "<img"), 0);
        assert_int_equal(count_of(&page, "</html>"), 1);
        json_decref(data_of(&page));
        sb_release(&page);
        sample_free(evidence);
    }
}

static void test_nothing_is_fetched(void **state)
{
    (void)state;
    static const char *const forbidden[] = {" src=", "@import", "url(", "<link rel=\"stylesheet",
                                            "fetch(", "XMLHttpRequest", "innerHTML", "eval("};
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct sb page = page_of(evidence);
    for (size_t i = 0; i < COUNT_OF(forbidden); i++)
        assert_int_equal(count_of(&page, forbidden[i]), 0);
    assert_int_equal(count_of(&page, "default-src 'none'"), 1);
    assert_int_equal(count_of(&page, "{{"), 0);
    sb_release(&page);
    sample_free(evidence);
}

static void test_the_data_is_the_evidence(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct sb page = page_of(evidence);
    json_t *data = data_of(&page);
    assert_int_equal(json_array_size(json_object_get(data, "causes")), evidence->cause_count);
    assert_int_equal(json_array_size(json_object_get(data, "sites")), evidence->site_count);
    assert_int_equal(json_array_size(json_object_get(data, "files")), 6);
    assert_string_equal(json_string_value(json_object_get(data, "command")), "unheap <hot>");
    json_t *flame = json_object_get(data, "flame");
    size_t nodes = json_array_size(json_object_get(flame, "parent"));
    assert_true(nodes > 20);
    assert_int_equal(json_array_size(json_object_get(flame, "value")), nodes);
    assert_int_equal(json_array_size(json_object_get(flame, "name")), nodes);
    json_decref(data);
    sb_release(&page);
    sample_free(evidence);
}

static void test_ceilings(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_BIG, &sample_memory);
    struct sb page = page_of(evidence);
    assert_in_range(page.len, 1 << 20, MOST_BYTES);
    json_t *data = data_of(&page);
    assert_int_equal(json_array_size(json_object_get(data, "causes")), LIMIT_PAGE_CAUSES);
    assert_int_equal(json_array_size(json_object_get(data, "sites")), LIMIT_PAGE_SITES);
    assert_int_equal(json_array_size(json_object_get(data, "elided")), LIMIT_PAGE_ELIDED);
    assert_int_equal(json_integer_value(json_object_get(data, "elided_count")),
                     evidence->elided_count);
    assert_int_equal(json_integer_value(json_object_get(data, "cause_count")),
                     evidence->cause_count);
    json_t *flame = json_object_get(data, "flame");
    assert_in_range(json_array_size(json_object_get(flame, "parent")), 2, LIMIT_PAGE_FLAME_NODES);
    assert_int_equal(json_integer_value(json_object_get(flame, "least")),
                     evidence->total / LIMIT_PAGE_FLAME_PARTS);
    json_decref(data);
    sb_release(&page);
    sample_free(evidence);
}

static void test_ceiling_of_what_is_unexplained(void **state)
{
    (void)state;
    enum { MANY = LIMIT_PAGE_UNEXPLAINED + 7 };
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct unexplained *many = ARENA_ARRAY(&evidence->arena, struct unexplained, MANY);
    for (size_t i = 0; i < MANY; i++)
        many[i] = evidence->unexplained[0];
    evidence->unexplained = many;
    evidence->unexplained_count = MANY;
    struct sb page = page_of(evidence);
    json_t *data = data_of(&page);
    assert_int_equal(json_array_size(json_object_get(data, "unexplained")),
                     LIMIT_PAGE_UNEXPLAINED);
    assert_int_equal(json_integer_value(json_object_get(data, "unexplained_count")), MANY);
    json_decref(data);
    sb_release(&page);
    sample_free(evidence);
}

/* More steps and parts than a picture and a list can hold: the dearest stay, edges stay whole. */
static void test_ceilings_of_one_cause(void **state)
{
    (void)state;
    enum { MANY = 500 };
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct cause *cause = &evidence->causes[0];
    cause->nodes = ARENA_ARRAY(&evidence->arena, struct flow_node, MANY);
    cause->edges = ARENA_ARRAY(&evidence->arena, struct flow_edge, MANY);
    cause->parts = ARENA_ARRAY(&evidence->arena, struct cause_part, MANY);
    for (uint32_t i = 0; i < MANY; i++) {
        cause->nodes[i].kind = i ? FLOW_NODE_SITE : FLOW_NODE_HEAP;
        cause->nodes[i].value = i;
        cause->edges[i] = (struct flow_edge){i, 0, i};
    }
    cause->node_count = cause->edge_count = cause->part_count = MANY;
    struct sb page = page_of(evidence);
    json_t *data = data_of(&page);
    json_t *object = json_array_get(json_object_get(data, "causes"), 0);
    assert_int_equal(json_array_size(json_object_get(object, "nodes")), LIMIT_PAGE_GRAPH_NODES);
    assert_int_equal(json_array_size(json_object_get(object, "edges")), LIMIT_PAGE_GRAPH_NODES);
    assert_int_equal(json_array_size(json_object_get(object, "parts")), LIMIT_PAGE_PARTS);
    assert_int_equal(json_integer_value(json_object_get(object, "part_count")), MANY);
    assert_int_equal(json_integer_value(json_object_get(object, "nodes_cut")),
                     MANY - LIMIT_PAGE_GRAPH_NODES);
    json_t *last = json_array_get(json_object_get(object, "nodes"), LIMIT_PAGE_GRAPH_NODES - 1);
    assert_int_equal(json_integer_value(json_object_get(last, "value")),
                     MANY - LIMIT_PAGE_GRAPH_NODES + 1);
    json_decref(data);
    sb_release(&page);
    sample_free(evidence);
}

static void test_without_scripts_there_is_the_text(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct sb page = page_of(evidence);
    assert_non_null(strstr(page.text, "<noscript>"));
    assert_non_null(strstr(page.text, "How it gets to the heap"));
    assert_non_null(strstr(page.text, "internal/order/order.go:45  &amp;Order{...} is allocated"));
    assert_non_null(strstr(page.text, "<title>unheap hot: alloc_space 2.49GB</title>"));
    sb_release(&page);
    sample_free(evidence);
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return render_main(argc, argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_breaks_out), cmocka_unit_test(test_nothing_is_fetched),
        cmocka_unit_test(test_the_data_is_the_evidence), cmocka_unit_test(test_ceilings),
        cmocka_unit_test(test_ceiling_of_what_is_unexplained),
        cmocka_unit_test(test_ceilings_of_one_cause),
        cmocka_unit_test(test_without_scripts_there_is_the_text),
    };
    return cmocka_run_group_tests_name("report_hot_html", tests, NULL, NULL);
}
