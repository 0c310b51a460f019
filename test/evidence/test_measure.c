/* test_measure.c: the 95 % interval against simulated sampling.
 *
 * The simulation does what Go does (runtime/malloc.go, nextSample and profilealloc): a countdown of
 * exponentially distributed bytes; the object that takes it below zero is sampled and a new
 * countdown begins. What is sampled is scaled as runtime/pprof/protomem.go does. The intervals made
 * of that are compared with what was really allocated. */
#include "evidence_test.h"

#include <math.h>

enum { RATE = 524288, TRIALS = 4000 };

/* ---- chance ---- */

static uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* In (0, 1]. */
static double next_share(uint64_t *state)
{
    return ((double)(next_number(state) >> 11) + 1) * 0x1p-53;
}

static double next_countdown(uint64_t *state)
{
    return -log(next_share(state)) * RATE;
}

/* ---- sampling ---- */

struct stream {
    double size;
    long count; /* objects of this size, allocated one after the other */
};

/* How many of a stream's objects are sampled. Objects between two samples are skipped at once: the
 * countdown knows no past. */
static long sample(const struct stream *stream, uint64_t *state)
{
    long seen = 0;
    for (long i = 0;;) {
        i += (long)(next_countdown(state) / stream->size);
        if (i >= stream->count)
            return seen;
        seen++;
        i++;
    }
}

/* One profile of these streams as join.c would add it up: false when nothing was sampled. */
static bool measure_once(const struct stream *streams, size_t count, uint64_t *state,
                         struct measure *measure, double *total)
{
    double value = 0, samples = 0, variance = 0;
    *total = 0;
    for (size_t i = 0; i < count; i++) {
        double seen = 1 - exp(-streams[i].size / RATE), weight = streams[i].size / seen;
        double sampled = (double)sample(&streams[i], state);
        value += sampled * weight;
        samples += sampled;
        variance += sampled * weight * weight * (1 - seen);
        *total += streams[i].size * (double)streams[i].count;
    }
    *measure = measure_of(llround(value), samples, variance);
    return samples > 0;
}

/* In how many of 100 profiles the interval holds the truth. */
static double coverage(const struct stream *streams, size_t count, uint64_t *state)
{
    long held = 0, measured = 0;
    for (int i = 0; i < TRIALS; i++) {
        struct measure measure;
        double total;
        if (!measure_once(streams, count, state, &measure, &total))
            continue;
        measured++;
        held += (double)measure.low <= total && total <= (double)measure.high;
    }
    assert_true(measured > TRIALS / 2);
    return 100.0 * (double)held / (double)measured;
}

/* Objects of one size of which about `expected` are sampled. */
static struct stream stream_of(double size, double expected)
{
    double seen = 1 - exp(-size / RATE);
    return (struct stream){.size = size, .count = lround(expected / seen)};
}

static void assert_between(double low, double value, double high)
{
    if (value < low || value > high)
        fail_msg("%.2f is not within %.2f and %.2f", value, low, high);
}

/* ---- tests ---- */

static void many_samples_of_one_size(void **state)
{
    (void)state;
    static const double sizes[] = {16, 512, 8192, 100000, 524288};
    static const double expected[] = {20, 50, 200, 1000};
    uint64_t chance = 0x9e3779b97f4a7c15u;
    for (size_t s = 0; s < COUNT_OF(sizes); s++)
        for (size_t e = 0; e < COUNT_OF(expected); e++) {
            struct stream stream = stream_of(sizes[s], expected[e]);
            assert_between(92.5, coverage(&stream, 1, &chance), 97.5);
        }
}

/* Of few objects only whole numbers are sampled, so the coverage jumps with the true number; its
 * mean is what is promised. */
static void few_samples(void **state)
{
    (void)state;
    static const double sizes[] = {64, 4096, 100000, 400000};
    uint64_t chance = 0x2545f4914f6cdd1du;
    for (size_t s = 0; s < COUNT_OF(sizes); s++) {
        double sum = 0;
        int cases = 0;
        for (double expected = 2.5; expected < 10; expected += 0.3, cases++) {
            struct stream stream = stream_of(sizes[s], expected);
            double share = coverage(&stream, 1, &chance);
            assert_between(88, share, 100);
            sum += share;
        }
        assert_between(93, sum / cases, 97);
    }
}

static void mixed_sizes(void **state)
{
    (void)state;
    static const double mixes[][4] = {
        {40, 40, 10, 3}, {5, 5, 5, 5}, {100, 10, 2, 1}, {1, 2, 10, 40}, {3, 0, 0, 12}, {2, 3, 1, 0},
    };
    static const double sizes[] = {48, 2048, 65536, 300000};
    uint64_t chance = 0xda942042e4dd58b5u;
    double sum = 0;
    for (size_t m = 0; m < COUNT_OF(mixes); m++) {
        struct stream streams[4];
        for (size_t i = 0; i < 4; i++)
            streams[i] = stream_of(sizes[i], mixes[m][i]);
        double share = coverage(streams, 4, &chance);
        assert_between(91, share, 99);
        sum += share;
    }
    assert_between(93, sum / COUNT_OF(mixes), 97);
}

static void objects_that_are_all_seen_leave_no_doubt(void **state)
{
    (void)state;
    struct measure measure = measure_of(123456789, 4, 0);
    assert_int_equal(measure.value, 123456789);
    assert_int_equal(measure.low, 123456789);
    assert_int_equal(measure.high, 123456789);
    assert_int_equal(measure.samples, 4);
}

static void the_value_lies_within(void **state)
{
    (void)state;
    for (double count = 1; count < 1e6; count *= 1.7) {
        double weight = 524320;
        int64_t value = llround(count * weight);
        struct measure measure = measure_of(value, count, count * weight * weight);
        assert_true(0 <= measure.low && measure.low < value && value < measure.high);
        struct measure negative = measure_of(-value, count, count * weight * weight);
        assert_int_equal(negative.value, -value);
        assert_int_equal(negative.low, -measure.high);
        assert_int_equal(negative.high, -measure.low);
    }
}

static void more_samples_narrow_it(void **state)
{
    (void)state;
    double before = 1e9;
    for (double count = 1; count < 1e6; count *= 2) {
        struct measure measure = measure_of(1000000000, count, 1e18 / count);
        double width = (double)(measure.high - measure.low) / 1e9;
        assert_true(width < before);
        before = width;
    }
    assert_between(0, before, 0.01);
}

static void a_difference_lost_in_noise_is_around_zero(void **state)
{
    (void)state;
    struct measure measure = measure_of(1000, 50, 1e12);
    assert_true(measure.low < 0 && measure.high > 0);
    assert_int_equal(measure.high - 1000, 1000 - measure.low);
    measure = measure_of(0, 2, 1e6);
    assert_true(measure.low < 0 && measure.high > 0);
}

static void nothing_overflows(void **state)
{
    (void)state;
    struct measure measure = measure_of(INT64_MAX, 1, 1e36);
    assert_int_equal(measure.high, INT64_MAX);
    measure = measure_of(INT64_MIN, 1, 1e36);
    assert_int_equal(measure.low, INT64_MIN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(many_samples_of_one_size),
        cmocka_unit_test(few_samples),
        cmocka_unit_test(mixed_sizes),
        cmocka_unit_test(objects_that_are_all_seen_leave_no_doubt),
        cmocka_unit_test(the_value_lies_within),
        cmocka_unit_test(more_samples_narrow_it),
        cmocka_unit_test(a_difference_lost_in_noise_is_around_zero),
        cmocka_unit_test(nothing_overflows),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
