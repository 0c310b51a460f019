/* profile_top.c: what `go tool pprof -top` does, by unheap's profile room: reads a profile, sums
 * flat and cumulative values by function name and prints the first lines. For profile_bench.sh.
 *
 *   profile_top [-sample_index=TYPE] [-n=ROWS] FILE...
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "profile/profile.h"

struct row {
    uint32_t name;
    int64_t flat, cum;
    size_t seen_in; /* the last sample that was added to cum, + 1 */
};

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "no memory for %zu bytes\n", wanted);
    exit(1);
}

static int by_flat(const void *a, const void *b)
{
    const struct row *x = a, *y = b;
    if (x->flat != y->flat)
        return x->flat < y->flat ? 1 : -1;
    return (x->cum < y->cum) - (x->cum > y->cum);
}

static void add_sample(const struct profile *profile, size_t sample, uint32_t type,
                       struct row *rows)
{
    struct profile_frame frames[LIMIT_PROFILE_FRAMES];
    size_t count = profile_frames(profile, sample, frames, NULL, LIMIT_PROFILE_FRAMES);
    int64_t value = profile_value(profile, sample, type);
    for (size_t i = 0; i < count; i++) {
        struct row *row = &rows[profile->functions.at[frames[i].function].name];
        if (i == 0)
            row->flat += value;
        if (row->seen_in == sample + 1)
            continue;
        row->seen_in = sample + 1;
        row->cum += value;
    }
}

static void print_top(const struct profile *profile, uint32_t type, size_t rows_wanted,
                      const struct memory *memory)
{
    size_t count = profile->strings.len;
    struct row *rows = memory_get(memory, count * sizeof(*rows));
    memset(rows, 0, count * sizeof(*rows));
    for (size_t i = 0; i < count; i++)
        rows[i].name = (uint32_t)i;
    for (size_t i = 0; i < profile->samples.len; i++)
        if (profile_value(profile, i, type))
            add_sample(profile, i, type, rows);
    qsort(rows, count, sizeof(*rows), by_flat);
    printf("total %lld\n", (long long)profile_total(profile, type));
    for (size_t i = 0; i < count && i < rows_wanted && rows[i].cum; i++)
        printf("%lld %lld %.*s\n", (long long)rows[i].flat, (long long)rows[i].cum,
               STR_ARGS(profile_string(profile, rows[i].name)));
    memory_put(memory, rows);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* Standard error: it is measured from outside; this tells reading from adding up. */
static void print_times(double started, double was_read, const struct profile *profile)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    fprintf(stderr, "read %.3f s, added up %.3f s, %zu samples, %zu stacks, peak %ld KiB\n",
            was_read - started, now() - was_read, profile->samples.len, profile->stacks.len,
            usage.ru_maxrss);
}

int main(int argc, char **argv)
{
    struct memory memory = {.exhausted = exhausted};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct profile *profile;
    struct str type = STR_NONE;
    uint64_t rows = 50;
    int first = 1;
    for (; first < argc && argv[first][0] == '-'; first++) {
        struct str value = str_from(argv[first]), name = str_cut(&value, '=');
        if (str_is(name, "-sample_index"))
            type = value;
        else if (!str_is(name, "-n") || !str_to_u64(value, &rows))
            return 2;
    }
    if (first == argc)
        return 2;
    double started = now();
    if (profile_read((const char *const *)argv + first, (size_t)(argc - first), NULL, &memory, sink,
                     &profile))
        return 1;
    double was_read = now();
    int index = profile_type_index(profile, type);
    if (index < 0)
        return 1;
    print_top(profile, (uint32_t)index, rows, &memory);
    print_times(started, was_read, profile);
    profile_free(profile);
    diag_sink_free(sink);
    return 0;
}
