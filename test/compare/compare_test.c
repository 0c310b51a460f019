/* compare_test.c: profiles compared, for the tests of this room. */
#include "compare_test.h"

static void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "memory ended: %zu bytes wanted\n", wanted);
    abort();
}

const struct memory plenty = {memory_must_not_end, NULL};

static void add(struct comparison *comparison, enum compare_side side, struct profile *profile,
                struct diag_sink *sink)
{
    struct compare_run run = {.profile = profile, .work = 1, .name = STR("run")};
    assert_int_equal(compare_add(comparison, side, &run, sink), STATUS_OK);
}

static struct comparison *compare_all(struct profile **old, size_t old_count,
                                      struct profile **new, size_t new_count,
                                      const struct compare_request *request)
{
    struct comparison *comparison = compare_new(request, &plenty);
    struct diag_sink *sink = diag_sink_new(&plenty);
    for (size_t i = 0; i < old_count; i++)
        add(comparison, COMPARE_OLD, old[i], sink);
    for (size_t i = 0; i < new_count; i++)
        add(comparison, COMPARE_NEW, new[i], sink);
    compare_finish(comparison);
    diag_sink_free(sink);
    for (size_t i = 0; i < old_count; i++)
        profile_free(old[i]);
    for (size_t i = 0; i < new_count; i++)
        profile_free(new[i]);
    return comparison;
}

struct comparison *compare_runs(struct profile **old, size_t old_count, struct profile **new,
                                size_t new_count, enum compare_scale scale)
{
    const struct compare_request request = {.scale = scale};
    return compare_all(old, old_count, new, new_count, &request);
}

struct comparison *compare_typed(struct profile *old, struct profile *new, const char *type)
{
    const struct compare_request request = {.sample_type = str_from(type)};
    return compare_all(&old, 1, &new, 1, &request);
}

struct comparison *compare_profiles(struct profile *old, struct profile *new)
{
    return compare_runs(&old, 1, &new, 1, COMPARE_AS_IS);
}

const struct compare_row *row_of_line(const struct comparison *comparison, const char *function,
                                      uint32_t line)
{
    for (size_t i = 0; i < comparison->row_count[COMPARE_LINES]; i++) {
        const struct compare_row *row = &comparison->rows[COMPARE_LINES][i];
        if (str_is(row->function, function) && row->place.line == line)
            return row;
    }
    fail_msg("there is no row %s:%u", function, line);
    return NULL;
}
