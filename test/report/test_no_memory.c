/* Each allocation of a report made to fail once, jansson's own among them. */
#include "../base/failing_memory.h"
#include "report/report_int.h"
#include "sample.h"

/* Little enough that failing each allocation takes no time: one cause, two sites, four samples. */
static struct evidence *small_evidence(const struct memory *memory)
{
    struct evidence *evidence = sample_new(SAMPLE_SHOP, memory);
    struct cause *cause = &evidence->causes[0];
    evidence->site_count = 2;
    evidence->cause_count = evidence->unexplained_count = 1;
    cause->parts[0].site = 0;
    cause->part_count = cause->edge_count = 1;
    cause->node_count = cause->story_count = 2;
    ((struct profile *)evidence->profile)->samples.len = 4;
    return evidence;
}

static const struct report_style style = {.columns = 100, .color = true, .command = "unheap hot"};

static void write_text(const struct memory *memory)
{
    struct evidence *evidence = small_evidence(memory);
    struct sb out;
    sb_init(&out, memory);
    report_hot_text(evidence, &style, &out);
    sb_release(&out);
    sample_free(evidence);
}

static void write_json(const struct memory *memory)
{
    struct evidence *evidence = small_evidence(memory);
    struct sb out;
    sb_init(&out, memory);
    report_hot_json(evidence, &out);
    sb_release(&out);
    sample_free(evidence);
}

static void write_html(const struct memory *memory)
{
    struct evidence *evidence = small_evidence(memory);
    struct sb out;
    sb_init(&out, memory);
    report_hot_html(evidence, &style, &out);
    sb_release(&out);
    sample_free(evidence);
}

static void test_text(void **state)
{
    (void)state;
    fail_each_allocation(write_text);
}

static void test_json(void **state)
{
    (void)state;
    fail_each_allocation(write_json);
}

static void test_html(void **state)
{
    (void)state;
    fail_each_allocation(write_html);
}

int main(void)
{
    json_set_alloc_funcs(failing_malloc, failing_free);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text), cmocka_unit_test(test_json), cmocka_unit_test(test_html),
    };
    return cmocka_run_group_tests_name("no memory for a report", tests, NULL, NULL);
}
