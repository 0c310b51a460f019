/* test_rank.c: which steps become causes, on groups made by hand (evidence.h E1 and E3, rank.c R1
 * to R4). */
#include "evidence_test.h"

struct ranking_case {
    struct steps steps;
    struct arena arena;
    struct group groups[64];
    size_t group_count;
    struct ranked *ranked;
    size_t count;
};

static int set_up(void **state)
{
    struct ranking_case *made = calloc(1, sizeof(*made));
    steps_init(&made->steps, &plenty);
    arena_init(&made->arena, &plenty);
    *state = made;
    return 0;
}

static int tear_down(void **state)
{
    struct ranking_case *made = *state;
    steps_release(&made->steps, &plenty);
    arena_release(&made->arena);
    free(made);
    return 0;
}

/* ---- making ---- */

static uint32_t step_at(struct ranking_case *made, enum step_class class,
                        enum cause_category category, bool own, uint32_t line)
{
    bool added;
    struct step_key key = {.class = class,
                           .place = STR("example/main.go"),
                           .line = line,
                           .column = 1,
                           .expression = STR("x")};
    uint32_t id = steps_add(&made->steps, &plenty, &key, &added);
    made->steps.at.at[id] = (struct step){.class = class, .category = category, .own = own,
                                          .expression = STR("x"),
                                          .place = {STR("main.go"), line, 1}};
    return id;
}

static uint32_t own_step(struct ranking_case *made, enum cause_category category, uint32_t line)
{
    return step_at(made, STEP_FLOW, category, true, line);
}

static uint32_t site_step(struct ranking_case *made, uint32_t line)
{
    return step_at(made, STEP_SITE, CAUSE_OTHER, true, line);
}

/* A group of `value` that goes through steps[0..count), all of which dominate. */
static struct group *group_of(struct ranking_case *made, int64_t value, const uint32_t *steps,
                              size_t count)
{
    struct group *group = &made->groups[made->group_count];
    *group = (struct group){.site = (uint32_t)made->group_count++, .value = value, .samples = 2,
                            .variance = 10, .cause = NONE, .link_count = count};
    group->links = ARENA_ARRAY(&made->arena, struct trace_link, count);
    for (size_t i = 0; i < count; i++)
        group->links[i] = (struct trace_link){.step = steps[i], .dominates = true};
    return group;
}
#define GROUP(made, value, ...)                                \
    group_of(made, value, (const uint32_t[]){__VA_ARGS__},     \
             sizeof((const uint32_t[]){__VA_ARGS__}) / sizeof(uint32_t))

/* Ranks, and checks E1: each group has one cause and the causes add up to the groups. */
static void rank(struct ranking_case *made)
{
    made->count = rank_groups(made->groups, made->group_count, &made->steps, &plenty, &made->arena,
                              &made->ranked);
    int64_t *sums = ARENA_ARRAY(&made->arena, int64_t, made->count + 1);
    double *samples = ARENA_ARRAY(&made->arena, double, made->count + 1);
    for (size_t i = 0; i < made->group_count; i++) {
        assert_true(made->groups[i].cause < made->count);
        sums[made->groups[i].cause] += made->groups[i].value;
        samples[made->groups[i].cause] += made->groups[i].samples;
    }
    for (size_t i = 0; i < made->count; i++) {
        assert_int_equal(made->ranked[i].value, sums[i]);
        assert_true(made->ranked[i].samples == samples[i]);
        assert_true(made->ranked[i].variance == 5 * samples[i]);
    }
}

static void assert_cause(const struct ranking_case *made, size_t rank, uint32_t step, int64_t value)
{
    assert_true(rank < made->count);
    assert_int_equal(made->ranked[rank].step, step);
    assert_int_equal(made->ranked[rank].value, value);
}

/* ---- tests ---- */

static void nothing_has_no_causes(void **state)
{
    struct ranking_case *made = *state;
    rank(made);
    assert_int_equal(made->count, 0);
}

static void one_store_takes_all_that_goes_through_it(void **state)
{
    struct ranking_case *made = *state;
    uint32_t store = own_step(made, CAUSE_GLOBAL, 90);
    GROUP(made, 100, site_step(made, 10), store);
    GROUP(made, 200, site_step(made, 20), own_step(made, CAUSE_PARAMETER, 21), store);
    GROUP(made, 50, site_step(made, 30), store);
    uint32_t send = own_step(made, CAUSE_CHANNEL, 95);
    GROUP(made, 300, site_step(made, 40), send);
    rank(made);
    assert_int_equal(made->count, 2);
    assert_cause(made, 0, store, 350);
    assert_cause(made, 1, send, 300);
}

static void what_the_first_takes_is_gone_for_the_second(void **state)
{
    struct ranking_case *made = *state;
    uint32_t left = own_step(made, CAUSE_GLOBAL, 1), right = own_step(made, CAUSE_CHANNEL, 2);
    GROUP(made, 10, site_step(made, 10), left);
    GROUP(made, 100, site_step(made, 11), left, right);
    GROUP(made, 20, site_step(made, 12), right);
    rank(made);
    assert_cause(made, 0, right, 120); /* 120 before 110 */
    assert_cause(made, 1, left, 10);
}

static void only_dominating_steps_count(void **state)
{
    struct ranking_case *made = *state;
    uint32_t first = own_step(made, CAUSE_GLOBAL, 1), second = own_step(made, CAUSE_CHANNEL, 2);
    uint32_t site = step_at(made, STEP_SITE, CAUSE_OTHER, true, 9);
    struct group *group = GROUP(made, 100, site, first, second);
    group->links[1].dominates = group->links[2].dominates = false;
    rank(made);
    assert_int_equal(made->count, 1);
    assert_cause(made, 0, site, 100);
}

static void own_code_before_libraries(void **state)
{
    struct ranking_case *made = *state;
    uint32_t library = step_at(made, STEP_FLOW, CAUSE_GLOBAL, false, 1);
    uint32_t call = step_at(made, STEP_PAYING_CALL, CAUSE_LIBRARY_CALL, true, 2);
    uint32_t other_call = step_at(made, STEP_PAYING_CALL, CAUSE_LIBRARY_CALL, true, 3);
    GROUP(made, 100, step_at(made, STEP_SITE, CAUSE_OTHER, false, 9), library, call);
    GROUP(made, 100, step_at(made, STEP_SITE, CAUSE_OTHER, false, 9), library, other_call);
    rank(made);
    assert_int_equal(made->count, 2);
    assert_cause(made, 0, call, 100); /* equal: the place decides */
    assert_cause(made, 1, other_call, 100);
}

static void a_library_body_inlined_here_is_no_own_step_for_its_own_allocations(void **state)
{
    struct ranking_case *made = *state;
    uint32_t body = own_step(made, CAUSE_GLOBAL, 1);
    made->steps.at.at[body].library_body = true;
    uint32_t call = step_at(made, STEP_PAYING_CALL, CAUSE_LIBRARY_CALL, true, 1);
    GROUP(made, 100, step_at(made, STEP_SITE, CAUSE_OTHER, false, 9), body, call);
    rank(made);
    assert_cause(made, 0, call, 100);
    GROUP(made, 100, site_step(made, 10), body);
    made->groups[0].cause = made->groups[1].cause = NONE;
    rank(made);
    assert_int_equal(made->count, 2);
    assert_cause(made, 0, body, 100); /* an own allocation stored by it */
    assert_cause(made, 1, call, 100);
}

static void known_remedies_before_assignments(void **state)
{
    struct ranking_case *made = *state;
    uint32_t assign = own_step(made, CAUSE_OTHER, 1), store = own_step(made, CAUSE_CONTAINER, 2);
    uint32_t other = own_step(made, CAUSE_CONTAINER, 3);
    GROUP(made, 100, site_step(made, 10), assign, store);
    GROUP(made, 100, site_step(made, 11), assign, other);
    rank(made);
    assert_int_equal(made->count, 2); /* though the assignment carries both */
    assert_cause(made, 0, store, 100);
    assert_cause(made, 1, other, 100);
}

static void callers_split_a_returned_value(void **state)
{
    struct ranking_case *made = *state;
    uint32_t back = step_at(made, STEP_RETURN, CAUSE_RETURNED, true, 1);
    uint32_t keeps = step_at(made, STEP_FATE, CAUSE_GLOBAL, true, 2);
    uint32_t drops = step_at(made, STEP_CONSTRUCTOR, CAUSE_CONSTRUCTOR_NOT_INLINED, true, 3);
    uint32_t sends = step_at(made, STEP_FATE, CAUSE_CHANNEL, true, 4);
    uint32_t site = site_step(made, 9);
    GROUP(made, 40, site, back, keeps)->followed = true;
    GROUP(made, 35, site, back, drops)->followed = true;
    GROUP(made, 25, site, back, sends)->followed = true;
    rank(made);
    assert_int_equal(made->count, 3);
    assert_cause(made, 0, keeps, 40);
    assert_cause(made, 1, drops, 35);
    assert_cause(made, 2, sends, 25);
}

static void a_returned_value_of_unknown_callers_is_returned(void **state)
{
    struct ranking_case *made = *state;
    uint32_t back = step_at(made, STEP_RETURN, CAUSE_RETURNED, true, 1);
    uint32_t again = step_at(made, STEP_RETURN, CAUSE_RETURNED, true, 2);
    uint32_t site = site_step(made, 9);
    GROUP(made, 40, site, back, again);
    rank(made);
    assert_cause(made, 0, back, 40); /* R4: of returns the one nearest to the allocation */
}

static void of_equal_steps_the_category_decides(void **state)
{
    struct ranking_case *made = *state;
    uint32_t parameter = own_step(made, CAUSE_PARAMETER, 1),
             global = own_step(made, CAUSE_GLOBAL, 2);
    uint32_t dynamic = own_step(made, CAUSE_DYNAMIC_SIZE, 3);
    GROUP(made, 7, site_step(made, 10), parameter, global, dynamic);
    rank(made);
    assert_cause(made, 0, global, 7);
}

static void of_equal_categories_the_step_nearest_to_the_heap(void **state)
{
    struct ranking_case *made = *state;
    uint32_t last = own_step(made, CAUSE_CONTAINER, 1), first = own_step(made, CAUSE_CONTAINER, 2);
    GROUP(made, 7, site_step(made, 10), first, last);
    rank(made);
    assert_cause(made, 0, last, 7);
}

static void of_all_equal_the_place(void **state)
{
    struct ranking_case *made = *state;
    uint32_t later = own_step(made, CAUSE_CHANNEL, 20), earlier = own_step(made, CAUSE_CHANNEL, 3);
    GROUP(made, 7, site_step(made, 10), later);
    GROUP(made, 7, site_step(made, 11), earlier);
    rank(made);
    assert_cause(made, 0, earlier, 7);
    assert_cause(made, 1, later, 7);
}

static void negative_values_rank_by_their_size(void **state)
{
    struct ranking_case *made = *state;
    uint32_t less = own_step(made, CAUSE_GLOBAL, 1), more = own_step(made, CAUSE_GLOBAL, 2);
    uint32_t both = own_step(made, CAUSE_CHANNEL, 3);
    GROUP(made, -500, site_step(made, 10), less);
    GROUP(made, 100, site_step(made, 11), more);
    GROUP(made, 30, site_step(made, 12), both);
    GROUP(made, -30, site_step(made, 13), both);
    rank(made);
    assert_int_equal(made->count, 3);
    assert_cause(made, 0, less, -500);
    assert_cause(made, 1, more, 100);
    assert_cause(made, 2, both, 0);
}

static void groups_of_nothing_have_a_cause_too(void **state)
{
    struct ranking_case *made = *state;
    GROUP(made, 0, site_step(made, 10), own_step(made, CAUSE_GLOBAL, 1));
    rank(made);
    assert_int_equal(made->count, 1);
    assert_int_equal(made->ranked[0].value, 0);
}

static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* Whatever the groups: E1 holds, causes fall in size, and order of arrival changes nothing (E4). */
static void chance_groups_add_up(void **state)
{
    struct ranking_case *made = *state;
    uint64_t chance = 0x9e3779b97f4a7c15u;
    uint32_t steps[40];
    for (uint32_t i = 0; i < 40; i++)
        steps[i] = own_step(made, (enum cause_category)(next_number(&chance) % CAUSE_OTHER), i + 1);
    for (int round = 0; round < 200; round++) {
        made->group_count = 0;
        while (made->group_count < COUNT_OF(made->groups)) { /* a way has each step once */
            uint64_t first = next_number(&chance) % 13;
            GROUP(made, (int64_t)(next_number(&chance) % 1000), steps[3 * first],
                  steps[3 * first + 1 + next_number(&chance) % 2],
                  steps[(3 * first + 3 + next_number(&chance) % 37) % 40]);
        }
        rank(made);
        for (size_t i = 1; i < made->count; i++)
            assert_true(made->ranked[i - 1].value >= made->ranked[i].value);
        struct ranked *before = made->ranked;
        size_t count = made->count;
        for (size_t i = 0; i < made->group_count; i++)
            made->groups[i].cause = NONE;
        for (size_t i = 0; i < made->group_count / 2; i++) {
            struct group swap = made->groups[i];
            made->groups[i] = made->groups[made->group_count - 1 - i];
            made->groups[made->group_count - 1 - i] = swap;
        }
        rank(made);
        assert_int_equal(made->count, count);
        for (size_t i = 0; i < count; i++)
            assert_cause(made, i, before[i].step, before[i].value);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(nothing_has_no_causes),
        TEST(one_store_takes_all_that_goes_through_it),
        TEST(what_the_first_takes_is_gone_for_the_second),
        TEST(only_dominating_steps_count),
        TEST(own_code_before_libraries),
        TEST(a_library_body_inlined_here_is_no_own_step_for_its_own_allocations),
        TEST(known_remedies_before_assignments),
        TEST(callers_split_a_returned_value),
        TEST(a_returned_value_of_unknown_callers_is_returned),
        TEST(of_equal_steps_the_category_decides),
        TEST(of_equal_categories_the_step_nearest_to_the_heap),
        TEST(of_all_equal_the_place),
        TEST(negative_values_rank_by_their_size),
        TEST(groups_of_nothing_have_a_cause_too),
        TEST(chance_groups_add_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
