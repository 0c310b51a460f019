/* test_scale.c: how values are scaled (as they are, by total, by time, by work), what is refused,
 * and the call tree. */
#include "compare_test.h"

#include <math.h>

static uint64_t chance = 0x9e3779b97f4a7c15u;

static struct profile *profile_of(double f, double g, int64_t seconds)
{
    const struct stream streams[] = {{"main.f", 10, 1, 1024, f}, {"main.g", 20, 15, 1024, g}};
    struct profile *profile = sampled_profile(streams, 2, 1, &chance);
    profile->duration_nanos = seconds * 1000000000;
    return profile;
}

static struct comparison *scaled(struct profile *old, struct profile *new,
                                 enum compare_scale scale)
{
    return compare_runs(&old, 1, &new, 1, scale);
}

static void assert_values(const struct comparison *comparison, const char *function, uint32_t line,
                          double old, double new)
{
    const struct change *change = &row_of_line(comparison, function, line)->change;
    if (fabs(change->old - old) > 1e-6 * old || fabs(change->new - new) > 1e-6 * new)
        fail_msg("%s: %g -> %g, wanted %g -> %g", function, change->old, change->new, old, new);
}

static void by_total(void **state)
{
    (void)state;
    struct comparison *comparison =
        scaled(profile_of(100, 300, 0), profile_of(400, 400, 0), COMPARE_BY_TOTAL);
    assert_values(comparison, "main.f", 10, 200 * 1024.0, 400 * 1024.0);
    assert_values(comparison, "main.g", 20, 600 * 1024.0, 400 * 1024.0);
    compare_free(comparison);
}

static void by_time(void **state)
{
    (void)state;
    struct comparison *comparison =
        scaled(profile_of(100, 300, 10), profile_of(400, 600, 20), COMPARE_BY_TIME);
    assert_values(comparison, "main.f", 10, 10 * 1024.0, 20 * 1024.0);
    assert_values(comparison, "main.g", 20, 30 * 1024.0, 30 * 1024.0);
    assert_true(str_is(comparison->unit, "bytes/second"));
    compare_free(comparison);
}

/* Twice the work in NEW, and twice the allocations: nothing changed, and it is not significant. */
static void by_work(void **state)
{
    (void)state;
    struct compare_request request = {.scale = COMPARE_PER_WORK};
    struct comparison *comparison = compare_new(&request, &plenty);
    struct diag_sink *sink = diag_sink_new(&plenty);
    const struct stream old[] = {{"main.f", 10, 1, 1024, 50000}};
    const struct stream new[] = {{"main.f", 10, 1, 1024, 100000}};
    for (int side = 0; side < COMPARE_SIDES; side++) {
        struct profile *profile = sampled_profile(side ? new : old, 1, RATE, &chance);
        struct compare_run run = {.profile = profile, .work = side ? 2000 : 1000,
                                  .name = STR("run")};
        assert_int_equal(compare_add(comparison, (enum compare_side)side, &run, sink), STATUS_OK);
        profile_free(profile);
    }
    compare_finish(comparison);
    const struct change *change = &row_of_line(comparison, "main.f", 10)->change;
    assert_true(change->old > 40000 && change->old < 62000);
    assert_true(change->low < 0 && change->high > 0 && change->p > 0.001);
    compare_free(comparison);
    diag_sink_free(sink);
}

static void several_runs_are_their_mean(void **state)
{
    (void)state;
    struct profile *old[] = {profile_of(100, 300, 0), profile_of(300, 300, 0)};
    struct profile *new[] = {profile_of(400, 600, 0)};
    struct comparison *comparison = compare_runs(old, 2, new, 1, COMPARE_AS_IS);
    assert_values(comparison, "main.f", 10, 200 * 1024.0, 400 * 1024.0);
    assert_int_equal(comparison->runs[COMPARE_OLD], 2);
    compare_free(comparison);
}

static void no_duration_no_time(void **state)
{
    (void)state;
    struct compare_request request = {.scale = COMPARE_BY_TIME};
    struct comparison *comparison = compare_new(&request, &plenty);
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct profile *profile = profile_of(1, 1, 0);
    struct compare_run run = {.profile = profile, .work = 1, .name = STR("run")};
    assert_int_equal(compare_add(comparison, COMPARE_OLD, &run, sink), STATUS_BAD_INPUT);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_COMPARE_SCALE);
    profile_free(profile);
    compare_free(comparison);
    diag_sink_free(sink);
}

/* Everything times 1.5, as a benchmark of more rounds has it; nothing; each line in its own way. */
static void one_factor_is_told(void **state)
{
    (void)state;
    static const char *const names[] = {"main.a", "main.b", "main.c", "main.d", "main.e"};
    for (int round = 0; round < 3; round++) {
        struct stream old[5], new[5];
        for (uint32_t i = 0; i < 5; i++) {
            old[i] = (struct stream){names[i], i + 1, 1, 1024, 51200.0 * (i + 1)};
            new[i] = old[i];
            new[i].count *= round == 0 ? 1.5 : round == 1 ? 1 : 1.2 + i % 2;
        }
        struct profile *before = sampled_profile(old, 5, RATE, &chance);
        struct profile *after = sampled_profile(new, 5, RATE, &chance);
        struct comparison *comparison = scaled(before, after, COMPARE_AS_IS);
        if (round == 0)
            assert_true(comparison->factor > 1.3 && comparison->factor < 1.7);
        else
            assert_true(comparison->factor == 0);
        compare_free(comparison);
    }
}

/* Beyond the ceiling (LIMIT_COMPARE_NODES; here 3) calls end in their callers; no byte is lost. */
static void a_tree_that_is_too_large_is_cut(void **state)
{
    (void)state;
    struct compare_request request = {0};
    struct comparison *comparison = compare_new(&request, &plenty);
    struct diag_sink *sink = diag_sink_new(&plenty);
    comparison->gather->tree = tree_new(&plenty, 3);
    for (int side = 0; side < COMPARE_SIDES; side++) {
        const struct stream streams[] = {{"main.f", 1, 1, 64, 10}, {"main.g", 2, 1, 64, 20},
                                         {"main.h", 3, 1, 64, 30}, {"main.i", 4, 1, 64, 40}};
        struct profile *profile = sampled_profile(streams, 4, 1, &chance);
        struct compare_run run = {.profile = profile, .work = 1, .name = STR("run")};
        assert_int_equal(compare_add(comparison, (enum compare_side)side, &run, sink), STATUS_OK);
        profile_free(profile);
    }
    compare_finish(comparison);
    assert_true(comparison->tree_cut);
    assert_int_equal(comparison->node_count, 3);
    assert_true(comparison->nodes[0].value[COMPARE_OLD] == 6400);
    assert_true(comparison->nodes[0].value[COMPARE_NEW] == 6400);
    compare_free(comparison);
    diag_sink_free(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(by_total),
        cmocka_unit_test(by_time),
        cmocka_unit_test(by_work),
        cmocka_unit_test(several_runs_are_their_mean),
        cmocka_unit_test(no_duration_no_time),
        cmocka_unit_test(one_factor_is_told),
        cmocka_unit_test(a_tree_that_is_too_large_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
