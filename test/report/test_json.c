/* unheap.hot/1: the contract's fields, exact sums, and names that are not UTF-8. The same documents
 * are checked from the outside by test/page/check_json.py. */
#include "report_test.h"

static json_t *document_of(const struct evidence *evidence)
{
    struct sb out;
    sb_init(&out, &sample_memory);
    report_hot_json(evidence, &out);
    assert_int_equal(out.text[out.len - 1], '\n');
    json_error_t error;
    json_t *document = json_loadb(out.text, out.len, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL,
                                 &error);
    if (!document)
        fail_msg("%s at %d", error.text, error.position);
    sb_release(&out);
    return document;
}

static json_int_t number_of(const json_t *object, const char *name)
{
    json_t *number = json_object_get(object, name);
    assert_true(json_is_integer(number));
    return json_integer_value(number);
}

static json_int_t sum_of(const json_t *document, const char *list)
{
    json_int_t sum = 0;
    size_t i;
    json_t *element;
    json_array_foreach(json_object_get(document, list), i, element) {
        sum += number_of(element, "value");
    }
    return sum;
}

static void test_every_byte_once(void **state)
{
    (void)state;
    for (enum sample_kind kind = SAMPLE_SHOP; kind <= SAMPLE_EMPTY; kind++) {
        struct evidence *evidence = sample_new(kind, &sample_memory);
        json_t *document = document_of(evidence);
        assert_int_equal(number_of(document, "total"), evidence->total);
        assert_int_equal(sum_of(document, "causes"), number_of(document, "explained"));
        assert_int_equal(number_of(document, "explained") + sum_of(document, "unexplained"),
                         number_of(document, "total")); /* E1 */
        json_decref(document);
        sample_free(evidence);
    }
}

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

static void test_fields_of_the_contract(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    json_t *document = document_of(evidence);
    assert_string_equal(text_of(document, "schema"), "unheap.hot/1");
    assert_string_equal(text_of(document, "sample_type"), "alloc_space");
    json_t *cause = json_array_get(json_object_get(document, "causes"), 0);
    assert_string_equal(text_of(cause, "id"), "c1");
    assert_string_equal(text_of(cause, "category"), "stored_in_global");
    assert_string_equal(text_of(cause, "file"), "internal/order/order.go");
    assert_true(json_is_true(json_object_get(cause, "supported")));
    double share = json_real_value(json_object_get(cause, "share"));
    assert_true(share > 0.2 && share < 0.3);
    json_t *site = json_array_get(json_object_get(document, "sites"), 0);
    assert_string_equal(text_of(site, "id"), "s1");
    assert_string_equal(text_of(site, "cause"), "c3");
    assert_string_equal(text_of(site, "kind"), "make_slice");
    assert_string_equal(text_of(site, "verdict"), "heap");
    json_decref(document);
    sample_free(evidence);
}

static void test_what_is_unknown_is_left_out(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct site *site = &evidence->sites[0];
    site->text = site->type = STR_NONE;
    site->size = 0;
    site->inlined_count = 0;
    site->cause = EVIDENCE_NONE;
    json_t *document = document_of(evidence);
    json_t *object = json_array_get(json_object_get(document, "sites"), 0);
    assert_null(json_object_get(object, "text"));
    assert_null(json_object_get(object, "type"));
    assert_null(json_object_get(object, "size"));
    assert_null(json_object_get(object, "inlined_at"));
    assert_true(json_is_null(json_object_get(object, "cause")));
    json_decref(document);
    sample_free(evidence);
}

static void test_whole_numbers_stay_whole(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    evidence->sites[0].measure = (struct measure){INT64_MAX, INT64_MIN, INT64_MAX, UINT64_MAX};
    evidence->sites[0].size = UINT64_MAX;
    json_t *document = document_of(evidence);
    json_t *object = json_array_get(json_object_get(document, "sites"), 0);
    assert_int_equal(number_of(object, "value"), INT64_MAX);
    assert_int_equal(number_of(object, "low"), INT64_MIN);
    assert_int_equal(number_of(object, "samples"), INT64_MAX);
    assert_int_equal(number_of(object, "size"), INT64_MAX);
    json_decref(document);
    sample_free(evidence);
}

static void test_names_come_back_as_they_were(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    evidence->causes[0].text = STR("quote \" back \\ </script> \x1b tab\t \xc3\xa4 nul\0end");
    evidence->causes[1].text = STR("bad \xff \xed\xa0\x80");
    json_t *document = document_of(evidence), *causes = json_object_get(document, "causes");
    json_t *text = json_object_get(json_array_get(causes, 0), "text");
    assert_int_equal(json_string_length(text), evidence->causes[0].text.len);
    assert_memory_equal(json_string_value(text), evidence->causes[0].text.ptr,
                        evidence->causes[0].text.len);
    assert_string_equal(text_of(json_array_get(causes, 1), "text"),
                        "bad \xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
    json_decref(document);
    sample_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_once), cmocka_unit_test(test_fields_of_the_contract),
        cmocka_unit_test(test_what_is_unknown_is_left_out),
        cmocka_unit_test(test_whole_numbers_stay_whole),
        cmocka_unit_test(test_names_come_back_as_they_were),
    };
    return cmocka_run_group_tests_name("report_hot_json", tests, NULL, NULL);
}
