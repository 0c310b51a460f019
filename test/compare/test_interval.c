/* test_interval.c: the 95 % interval of a change against simulated sampling, and how often chance
 * alone is called significant.
 *
 * Everything goes the product's own way: streams of allocations are sampled as Go samples them, put
 * into profiles with the roundings of Go's writer, and compared; the interval must hold the truth,
 * which is known. What is printed is what BENCHMARKS.md quotes. */
#include "compare_test.h"

#include <math.h>

static void assert_between(double low, double value, double high, const char *what)
{
    if (value < low || value > high)
        fail_msg("%s: %.2f is not within %.2f and %.2f", what, value, low, high);
}

/* ---- coverage ---- */

/* Many lines at a time: each line of one profile is one trial. */
enum { LINES = 2500 };

struct tally {
    double held, tried;
};

static double percent_of(const struct tally *tally)
{
    return 100 * tally->held / tally->tried;
}

static void fill(struct stream *streams, double size, double count)
{
    for (uint32_t i = 0; i < LINES; i++) {
        static char names[LINES][16];
        snprintf(names[i], sizeof(names[i]), "main.f%u", i);
        streams[i] = (struct stream){.function = names[i], .line = 10, .start = 1, .size = size,
                                     .count = count};
    }
}

/* Go's writer rounds each size's value down. */
static double slack_of(double truth)
{
    return 1e-6 * (fabs(truth) + 1) + 16;
}

static bool holds(const struct change *change, double truth)
{
    return change->low - slack_of(truth) <= truth && truth <= change->high + slack_of(truth);
}

static void count_held(const struct comparison *comparison, double truth, struct tally *tally)
{
    for (size_t i = 0; i < comparison->row_count[COMPARE_LINES]; i++) {
        const struct change *change = &comparison->rows[COMPARE_LINES][i].change;
        tally->tried++;
        tally->held += holds(change, truth);
    }
}

/* Of the lines that OLD was seen to have `old` of: NEW has `ratio` times as much. */
static void count_ratios(const struct comparison *comparison, double old, double ratio,
                         struct tally *tally)
{
    for (size_t i = 0; i < comparison->row_count[COMPARE_LINES]; i++) {
        const struct change *change = &comparison->rows[COMPARE_LINES][i].change;
        double slack = slack_of(old) / old;
        if (change->ratio_high <= 0)
            continue;
        tally->tried++;
        tally->held += change->ratio_low - slack <= ratio && ratio <= change->ratio_high + slack;
    }
}

/* OLD has objects of which about `expected` are sampled, NEW `ratio` times as many. */
static double coverage(double size, double expected, double ratio, uint64_t *chance)
{
    static struct stream streams[LINES];
    double objects = round(expected / (1 - exp(-size / RATE)));
    struct tally tally = {0, 0};
    fill(streams, size, objects);
    struct profile *old = sampled_profile(streams, LINES, RATE, chance);
    fill(streams, size, round(objects * ratio));
    struct profile *new = sampled_profile(streams, LINES, RATE, chance);
    if (new->samples.len == 0) { /* gone everywhere: something must be left to be a profile */
        const struct stream other = {"main.other", 1, 1, 1 << 20, 1000};
        profile_free(new);
        new = sampled_profile(&other, 1, RATE, chance);
    }
    struct comparison *comparison = compare_profiles(old, new);
    count_held(comparison, size * (round(objects * ratio) - objects), &tally);
    if (ratio == 0) /* the other line is no trial */
        tally.tried--;
    compare_free(comparison);
    return percent_of(&tally);
}

static const double sizes[] = {16, 512, 8192, 100000, 524288};
static const double ratios[] = {0, 0.3, 0.5, 0.9, 1, 1.1, 1.5, 2, 3};

/* From 5 sampled objects on, each size and change alone, and their mean, is within 93 and 97 %;
 * what is gone altogether is held a little oftener, for OLD's objects may be there unseen. */
static void many_samples(void **state)
{
    (void)state;
    static const double expected[] = {10, 30, 100, 1000};
    uint64_t chance = 0x9e3779b97f4a7c15u;
    double sum = 0, cases = 0, least = 100, most = 0;
    for (size_t s = 0; s < COUNT_OF(sizes); s++)
        for (size_t e = 0; e < COUNT_OF(expected); e++)
            for (size_t r = 0; r < COUNT_OF(ratios); r++) {
                double held = coverage(sizes[s], expected[e], ratios[r], &chance);
                char what[80];
                snprintf(what, sizeof(what), "%.0f bytes, %.0f sampled, times %.1f", sizes[s],
                         expected[e], ratios[r]);
                assert_between(93, held, ratios[r] == 0 ? 98 : 97, what);
                sum += held;
                cases++;
                least = fmin(least, held);
                most = fmax(most, held);
            }
    print_message("# 10 to 1,000 sampled objects: held in %.2f %% (mean of %.0f cases; %.1f to "
                  "%.1f %%)\n", sum / cases, cases, least, most);
    assert_between(94, sum / cases, 96, "mean");
}

/* With few samples only whole numbers are seen, so that the coverage jumps with the truth: its mean
 * is what is promised, and that no case is far below. Under three it is conservative. */
static void few_samples(void **state)
{
    (void)state;
    uint64_t chance = 0x2545f4914f6cdd1du;
    double sum = 0, cases = 0, least = 100, fewest = 0, few = 0;
    for (size_t s = 0; s < COUNT_OF(sizes); s++)
        for (double expected = 0.5; expected < 9; expected += 0.7)
            for (size_t r = 0; r < COUNT_OF(ratios); r += 2) {
                double held = coverage(sizes[s], expected, ratios[r], &chance);
                least = fmin(least, held);
                *(expected < 3 ? &fewest : &sum) += held;
                *(expected < 3 ? &few : &cases) += 1;
            }
    print_message("# 3 to 9 sampled objects: held in %.2f %%; under 3: %.2f %%; worst case %.1f "
                  "%%\n", sum / cases, fewest / few, least);
    assert_between(93, sum / cases, 97, "3 to 9");
    assert_between(95, fewest / few, 100, "under 3");
    assert_between(86, least, 100, "worst"); /* two objects as large as the rate */
}

/* A line that allocates objects of four sizes, in other proportions in OLD than in NEW. */
static void mixed_sizes(void **state)
{
    (void)state;
    static const double mixes[][2][4] = {
        {{40, 40, 10, 3}, {40, 40, 10, 3}}, {{100, 10, 2, 1}, {10, 10, 10, 10}},
        {{3, 0, 0, 12}, {30, 0, 0, 3}},     {{5, 5, 5, 5}, {15, 15, 15, 15}},
    };
    static const double mixed[] = {48, 2048, 65536, 300000};
    uint64_t chance = 0xda942042e4dd58b5u;
    double sum = 0, cases = 0;
    for (size_t m = 0; m < COUNT_OF(mixes); m++) {
        struct tally tally = {0, 0};
        for (int trial = 0; trial < 3000; trial++) {
            struct profile *sides[2];
            double truth[2] = {0, 0};
            for (int side = 0; side < 2; side++) {
                struct stream streams[4];
                for (int i = 0; i < 4; i++) {
                    double objects = round(mixes[m][side][i] / (1 - exp(-mixed[i] / RATE)));
                    streams[i] = (struct stream){"main.f", 10, 1, mixed[i], objects};
                    truth[side] += objects * mixed[i];
                }
                sides[side] = sampled_profile(streams, 4, RATE, &chance);
            }
            struct comparison *comparison = compare_profiles(sides[0], sides[1]);
            count_held(comparison, truth[1] - truth[0], &tally);
            compare_free(comparison);
        }
        assert_between(92, percent_of(&tally), 98, "mix");
        sum += percent_of(&tally);
        cases++;
    }
    print_message("# four sizes on one line: held in %.2f %%\n", sum / cases);
    assert_between(93, sum / cases, 97, "mixes");
}

/* Objects as large as the rate are seen or not: with few of them, chance has few outcomes. What is
 * promised is that none of the cases is far below. */
static void large_objects(void **state)
{
    (void)state;
    static const double larger[] = {0.5, 1, 2, 4, 8}, counts[] = {1, 2, 5, 20};
    uint64_t chance = 0xb5297a4d3f84d5b5u;
    double least = 100;
    for (size_t s = 0; s < COUNT_OF(larger); s++)
        for (size_t c = 0; c < COUNT_OF(counts); c++)
            for (double ratio = 1; ratio < 3; ratio++) {
                double size = larger[s] * RATE, seen = counts[c] * (1 - exp(-larger[s]));
                least = fmin(least, coverage(size, seen, ratio, &chance));
            }
    print_message("# 1 to 20 objects of 256 kB to 4 MB: held in %.1f %% or more\n", least);
    assert_between(92.5, least, 100, "worst");
}

/* Small objects of which one side may have seen none, beside large ones: counted in objects, those
 * that are not seen weigh ten thousand times those that are. */
static void unseen_are_heavier(void **state)
{
    (void)state;
    enum { PAIRS = 3000 };
    uint64_t chance = 0x68e31da4f27c6d15u;
    const struct stream mix[] = {{"main.f", 10, 1, 48, 32768}, {"main.f", 10, 1, 262144, 5},
                                 {"main.other", 1, 1, 1 << 20, 100}}; /* some profile must be */
    struct tally tally = {0, 0};
    for (int pair = 0; pair < PAIRS; pair++) {
        struct profile *old = sampled_profile(mix, 3, RATE, &chance);
        struct comparison *comparison =
            compare_typed(old, sampled_profile(mix, 3, RATE, &chance), "alloc_objects");
        for (size_t i = 0; i < comparison->row_count[COMPARE_LINES]; i++) {
            const struct compare_row *row = &comparison->rows[COMPARE_LINES][i];
            tally.tried += str_is(row->function, "main.f");
            tally.held += str_is(row->function, "main.f") && holds(&row->change, 0);
        }
        compare_free(comparison);
    }
    print_message("# light and heavy objects: held in %.2f %%\n", percent_of(&tally));
    assert_between(93, percent_of(&tally), 98, "light and heavy");
}

/* One side sampled more finely than the other: 2 to 10 objects of one, many or all of the other. */
static void other_rates(void **state)
{
    (void)state;
    static const double rates[][2] = {{1, RATE}, {4096, RATE}, {RATE, 4096}, {RATE, 65536}};
    static const char *const types[] = {"alloc_space", "alloc_objects"};
    enum { FEWER = 600 };
    static struct stream streams[LINES];
    uint64_t chance = 0x1b56c4e9f3a7d2c1u;
    for (size_t r = 0; r < COUNT_OF(rates); r++)
        for (size_t t = 0; t < COUNT_OF(types); t++) {
            struct tally held = {0, 0}, divided = {0, 0};
            size_t false_ones = 0;
            for (double expected = 2; expected < 12; expected += 4) {
                double objects = round(expected * RATE / 64), value = objects * (t ? 1 : 64);
                fill(streams, 64, objects);
                struct profile *old = sampled_profile(streams, FEWER, rates[r][0], &chance);
                struct profile *new = sampled_profile(streams, FEWER, rates[r][1], &chance);
                struct comparison *comparison = compare_typed(old, new, types[t]);
                count_held(comparison, 0, &held);
                count_ratios(comparison, value, 1, &divided);
                false_ones += comparison->verdicts[COMPARE_LINES][COMPARE_SIGNIFICANT];
                compare_free(comparison);
            }
            print_message("# rates %.0f and %.0f, %s: held in %.2f %%, ratios in %.2f %%, %zu of "
                          "%.0f lines falsely significant\n", rates[r][0], rates[r][1], types[t],
                          percent_of(&held), percent_of(&divided), false_ones, held.tried);
            assert_between(93, percent_of(&held), 98, "other rates");
            assert_between(93, percent_of(&divided), 98, "ratios at other rates");
            assert_int_equal(false_ones, 0);
        }
}

/* ---- several runs ---- */

/* Lines whose true values vary from run to run with a relative spread; OLD's and NEW's means are
 * the same for all but that NEW's are `ratio` times. */
static struct comparison *varied_runs(size_t runs, double spread, double ratio, uint64_t *chance)
{
    enum { MOST = 10, VARIED = 400 };
    static struct stream streams[LINES];
    struct profile *sides[2][MOST];
    for (int side = 0; side < 2; side++)
        for (size_t run = 0; run < runs; run++) {
            fill(streams, 1024, 0);
            for (uint32_t i = 0; i < VARIED; i++) {
                double mean = 512.0 * (20 + i % 60) * (side ? ratio : 1);
                streams[i].count = fmax(0, mean * (1 + spread * normal_number(chance)));
            }
            sides[side][run] = sampled_profile(streams, VARIED, RATE, chance);
        }
    return compare_runs(sides[0], runs, sides[1], runs, COMPARE_AS_IS);
}

static void runs_that_vary(void **state)
{
    (void)state;
    static const double spreads[] = {0, 0.05, 0.2, 0.5};
    uint64_t chance = 0x853c49e6748fea9bu;
    for (size_t runs = 2; runs <= 5; runs += 3)
        for (size_t s = 0; s < COUNT_OF(spreads); s++) {
            struct tally tally = {0, 0};
            double false_ones = 0;
            for (int trial = 0; trial < 10; trial++) {
                struct comparison *comparison = varied_runs(runs, spreads[s], 1, &chance);
                count_held(comparison, 0, &tally);
                false_ones += (double)comparison->verdicts[COMPARE_LINES][COMPARE_SIGNIFICANT];
                compare_free(comparison);
            }
            print_message("# %zu runs a side that vary by %.0f %%: held in %.2f %%, %.0f of %.0f "
                          "lines falsely significant\n", runs, 100 * spreads[s],
                          percent_of(&tally), false_ones, tally.tried);
            assert_between(93, percent_of(&tally), 99, "runs");
            assert_between(0, false_ones, 1, "false ones");
        }
}

/* Runs that vary as a whole: the lines are no proof apart from each other. */
static void runs_that_vary_together(void **state)
{
    (void)state;
    enum { PAIRS = 60, TOGETHER = 200 };
    static struct stream streams[LINES];
    uint64_t chance = 0x94d049bb133111ebu;
    int with_any = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
        struct profile *sides[2][2];
        for (int i = 0; i < 4; i++) {
            fill(streams, 1024, round(512 * 40 * fmax(0, 1 + 0.2 * normal_number(&chance))));
            sides[i / 2][i % 2] = sampled_profile(streams, TOGETHER, RATE, &chance);
        }
        struct comparison *comparison = compare_runs(sides[0], 2, sides[1], 2, COMPARE_AS_IS);
        with_any += comparison->verdicts[COMPARE_LINES][COMPARE_SIGNIFICANT] > 0;
        compare_free(comparison);
    }
    print_message("# 2 runs a side that vary by 20 %% as a whole: %d of %d pairs have anything "
                  "significant\n", with_any, PAIRS);
    assert_true(with_any <= PAIRS / 10);
}

/* What the runs of both sides show again and again is found. */
static void runs_that_differ(void **state)
{
    (void)state;
    uint64_t chance = 0x5851f42d4c957f2du;
    for (size_t runs = 2; runs <= 5; runs += 3) {
        struct comparison *comparison = varied_runs(runs, 0.1, 2.5, &chance);
        size_t found = comparison->verdicts[COMPARE_LINES][COMPARE_SIGNIFICANT];
        print_message("# %zu runs a side, times 2.5: %zu of %zu lines significant\n", runs, found,
                      comparison->row_count[COMPARE_LINES]);
        assert_true(found > comparison->row_count[COMPARE_LINES] * 8 / 10);
        compare_free(comparison);
    }
}

/* ---- nothing changed ---- */

/* A program of 400 lines from rare to frequent, small to large. */
static struct profile *usual_run(double rate, uint64_t *chance)
{
    static struct stream streams[LINES];
    enum { USUAL = 400 };
    fill(streams, 0, 0);
    for (uint32_t i = 0; i < USUAL; i++) {
        streams[i].size = 16.0 * pow(2, i % 17);
        streams[i].count = ceil(RATE * pow(1.4, i % 19) / 4 / streams[i].size);
    }
    return sampled_profile(streams, USUAL, rate, chance);
}

static void nothing_changed(void **state)
{
    (void)state;
    enum { PAIRS = 1000 };
    uint64_t chance = 0xd1342543de82ef95u;
    size_t pairs_with_any = 0, rows = 0, outside = 0;
    for (int pair = 0; pair < PAIRS; pair++) {
        struct profile *old = usual_run(RATE, &chance);
        struct comparison *comparison = compare_profiles(old, usual_run(RATE, &chance));
        const size_t *verdicts = comparison->verdicts[COMPARE_LINES];
        pairs_with_any += verdicts[COMPARE_SIGNIFICANT] > 0;
        rows += comparison->row_count[COMPARE_LINES];
        outside += verdicts[COMPARE_SIGNIFICANT] + verdicts[COMPARE_POSSIBLE];
        compare_free(comparison);
    }
    print_message("# A/A: %zu of %d pairs have anything significant; the intervals alone exclude "
                  "zero for %.2f %% of %zu lines\n", pairs_with_any, PAIRS,
                  100.0 * (double)outside / (double)rows, rows);
    assert_true(pairs_with_any <= PAIRS / 50);
    assert_between(0, 100.0 * (double)outside / (double)rows, 5, "lines outside");
}

/* With rate 1 all is seen: equal runs are equal, and a difference is exact. */
static void all_is_seen(void **state)
{
    (void)state;
    uint64_t chance = 1;
    const struct stream old[] = {{"main.f", 10, 1, 64, 1000}, {"main.g", 20, 15, 128, 500}};
    const struct stream new[] = {{"main.f", 10, 1, 64, 1000}, {"main.g", 20, 15, 128, 900}};
    struct comparison *comparison = compare_profiles(sampled_profile(old, 2, 1, &chance),
                                                     sampled_profile(new, 2, 1, &chance));
    const struct change *same = &row_of_line(comparison, "main.f", 10)->change;
    const struct change *more = &row_of_line(comparison, "main.g", 20)->change;
    assert_true(same->delta == 0 && same->low == 0 && same->high == 0);
    assert_int_equal(same->verdict, COMPARE_NOISE);
    assert_true(more->delta == 51200 && more->low == 51200 && more->high == 51200);
    assert_int_equal(more->verdict, COMPARE_SIGNIFICANT);
    compare_free(comparison);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_samples),     cmocka_unit_test(few_samples),
        cmocka_unit_test(mixed_sizes),      cmocka_unit_test(large_objects),
        cmocka_unit_test(unseen_are_heavier),
        cmocka_unit_test(other_rates),      cmocka_unit_test(runs_that_vary),
        cmocka_unit_test(runs_that_vary_together),
        cmocka_unit_test(runs_that_differ), cmocka_unit_test(nothing_changed),
        cmocka_unit_test(all_is_seen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
