/* The flame graph's tree: sums, cuts, and the order of calls. */
#include "report_test.h"

/* F3 for each node, and what the header promises of the order. */
static void check_tree(const struct call_tree *flame)
{
    size_t count = flame->nodes.len;
    int64_t *sums = memory_get(&sample_memory, count * sizeof(*sums));
    memset(sums, 0, count * sizeof(*sums));
    for (size_t i = 1; i < count; i++) {
        const struct call_node *node = &flame->nodes.at[i];
        assert_true(node->parent < i);
        assert_true(node->value >= flame->least);
        assert_int_not_equal(node->call, PROFILE_NONE);
        sums[node->parent] += node->value;
        if (i > 1 && flame->nodes.at[i - 1].parent == node->parent)
            assert_true(flame->nodes.at[i - 1].value >= node->value);
    }
    for (size_t i = 0; i < flame->selfs.len; i++)
        sums[flame->selfs.at[i].node] += flame->selfs.at[i].value;
    for (size_t i = 0; i < count; i++)
        assert_int_equal(sums[i], flame->nodes.at[i].value);
    memory_put(&sample_memory, sums);
}

static void check_causes(const struct call_tree *flame, const struct evidence *evidence)
{
    for (size_t i = 0; i < evidence->cause_count; i++) {
        int64_t sum = 0;
        for (size_t j = 0; j < flame->selfs.len; j++)
            if (flame->selfs.at[j].label == i)
                sum += flame->selfs.at[j].value;
        assert_int_equal(sum, evidence->causes[i].measure.value);
    }
}

static void test_sums_hold_whatever_is_cut(void **state)
{
    (void)state;
    static const struct {
        enum sample_kind kind;
        int64_t parts;
        size_t max_nodes;
    } cases[] = {{SAMPLE_SHOP, 1 << 30, 20000}, {SAMPLE_SHOP, 10, 20000}, {SAMPLE_SHOP, 1 << 30, 9},
                 {SAMPLE_SHOP, 1 << 30, 0},     {SAMPLE_BIG, 2000, 20000},
                 {SAMPLE_BIG, 1 << 30, 500}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct evidence *evidence = sample_new(cases[i].kind, &sample_memory);
        struct call_tree flame;
        bool below_zero;
        int64_t least = evidence->total / cases[i].parts;
        flame_build(&flame, evidence, least ? least : 1, cases[i].max_nodes, &below_zero);
        assert_int_equal(flame.total, evidence->total); /* E2 */
        assert_int_equal(flame.nodes.at[0].value, evidence->total);
        check_tree(&flame);
        check_causes(&flame, evidence);
        call_tree_release(&flame);
        sample_free(evidence);
    }
}

static bool has_child(const struct call_tree *flame, size_t parent)
{
    for (size_t i = parent + 1; i < flame->nodes.len; i++)
        if (flame->nodes.at[i].parent == parent)
            return true;
    return false;
}

/* With a ceiling, no node that was opened is cheaper than one of the same tree that was not, though
 * it has children. */
static void test_the_ceiling_keeps_what_is_dear(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_BIG, &sample_memory);
    struct call_tree all, some;
    bool below_zero;
    flame_build(&all, evidence, evidence->total / 2000, 20000, &below_zero);
    flame_build(&some, evidence, evidence->total / 2000, 20, &below_zero);
    assert_in_range(some.nodes.len, 20, all.nodes.len - 1);
    int64_t cheapest_opened = INT64_MAX, dearest_closed = 0;
    for (size_t i = 0; i < some.nodes.len; i++) {
        int64_t value = some.nodes.at[i].value;
        if (has_child(&some, i))
            cheapest_opened = value < cheapest_opened ? value : cheapest_opened;
        else
            dearest_closed = value > dearest_closed ? value : dearest_closed;
    }
    assert_true(cheapest_opened >= dearest_closed);
    check_tree(&some);
    call_tree_release(&all);
    call_tree_release(&some);
    sample_free(evidence);
}

static uint32_t add_function(struct profile *profile, const char *name)
{
    struct profile_function function = {.name = intern_add(&profile->strings, str_from(name))};
    VEC_PUSH(profile->memory, &profile->functions, function);
    return (uint32_t)(profile->functions.len - 1);
}

/* main -> (outer, with inlined inner in it) -> an address without a name -> leaf. */
static struct evidence *inlined_evidence(int64_t value)
{
    struct evidence *evidence = sample_new(SAMPLE_EMPTY, &sample_memory);
    struct profile *profile = (struct profile *)evidence->profile;
    static const struct profile_location locations[] = {
        {.first_frame = 0, .frame_count = 1}, {.first_frame = 1, .frame_count = 2},
        {.first_frame = 3, .frame_count = 0}, {.first_frame = 3, .frame_count = 1}};
    static const char *const names[] = {"main", "inner", "outer", "leaf"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        struct profile_frame frame = {.function = add_function(profile, names[i])};
        VEC_PUSH(&sample_memory, &profile->frames, frame);
        VEC_PUSH(&sample_memory, &profile->locations, locations[i]);
        VEC_PUSH(&sample_memory, &profile->stack_locations, (uint32_t)(COUNT_OF(names) - 1 - i));
    }
    struct profile_stack stack = {0, 4};
    struct profile_sample sample = {0};
    VEC_PUSH(&sample_memory, &profile->stacks, stack);
    VEC_PUSH(&sample_memory, &profile->samples, sample);
    VEC_PUSH(&sample_memory, &profile->values, value);
    evidence->sample_cause = memory_get(&sample_memory, sizeof(uint32_t));
    evidence->sample_cause[0] = EVIDENCE_NONE;
    evidence->total = value;
    return evidence;
}

static void test_inlined_calls_stand_in_their_order(void **state)
{
    (void)state;
    static const char *const want[] = {"main", "outer", "inner", "leaf"};
    struct evidence *evidence = inlined_evidence(100);
    struct call_tree flame;
    bool below_zero;
    flame_build(&flame, evidence, 1, 100, &below_zero);
    assert_int_equal(flame.nodes.len, 5);
    for (uint32_t i = 0; i < 4; i++) {
        const struct profile *profile = evidence->profile;
        uint32_t name = profile->functions.at[flame.nodes.at[i + 1].call].name;
        assert_true(str_is(profile_string(profile, name), want[i]));
        assert_int_equal(flame.nodes.at[i + 1].parent, i);
    }
    check_tree(&flame);
    call_tree_release(&flame);
    sample_free(evidence);
}

static void test_values_below_zero_are_left_out_and_told(void **state)
{
    (void)state;
    struct evidence *evidence = inlined_evidence(-5);
    struct call_tree flame;
    bool below_zero;
    flame_build(&flame, evidence, 1, 100, &below_zero);
    assert_int_equal(flame.nodes.len, 1);
    assert_int_equal(flame.total, 0);
    assert_true(below_zero);
    call_tree_release(&flame);
    sample_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums_hold_whatever_is_cut),
        cmocka_unit_test(test_the_ceiling_keeps_what_is_dear),
        cmocka_unit_test(test_inlined_calls_stand_in_their_order),
        cmocka_unit_test(test_values_below_zero_are_left_out_and_told),
    };
    return cmocka_run_group_tests_name("flame", tests, NULL, NULL);
}
