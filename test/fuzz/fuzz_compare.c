/* fuzz_compare.c: any two profiles, compared: the first two bytes say how long the first one is.
 * The rows add up to the totals, each change lies in its interval, and no figure is no number. The
 * bytes are a rule for -fail-on too, which is refused or judged. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "compare/compare.h"
#include "objects/objects.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    _Exit(0);
}

static const struct memory memory = {.exhausted = exhausted};

static void demand(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "fuzz_compare: %s\n", what);
    abort();
}

static void check_change(const struct change *change)
{
    double slack = 1e-6 * (fabs(change->old) + fabs(change->new));
    demand(!isnan(change->low) && !isnan(change->high), "a limit is no number");
    demand(change->low <= change->delta + slack && change->delta - slack <= change->high,
           "a change is outside of its interval");
    demand(change->p >= 0 && change->p <= 1, "a p-value is none");
}

static void check_rows(const struct comparison *comparison, enum compare_rows kind)
{
    const struct change *total = &comparison->totals[comparison->selected].change;
    double sums[2] = {0, 0}, sizes = 1;
    for (size_t i = 0; i < comparison->row_count[kind]; i++) {
        const struct change *change = &comparison->rows[kind][i].change;
        check_change(change);
        sums[0] += change->old;
        sums[1] += change->new;
        sizes += fabs(change->old) + fabs(change->new);
    }
    demand(fabs(sums[0] - total->old) <= 1e-6 * sizes, "OLD's rows do not add up");
    demand(fabs(sums[1] - total->new) <= 1e-6 * sizes, "NEW's rows do not add up");
}

static void check_rule(struct str text, const struct comparison *comparison)
{
    struct compare_rule rule;
    size_t first = 0;
    if (!compare_rule_parse(text, &rule))
        (void)compare_rule_broken(&rule, comparison, &first);
}

/* By size and by type, values add up (unless they pass the ends of int64). */
static void check_objects(const struct profile *profile, struct diag_sink *sink)
{
    struct objects_request request = {0};
    struct objects *objects;
    if (objects_read(profile, &request, &memory, STR("fuzz"), sink, &objects))
        return;
    double sums[2] = {0, 0}, sizes = 1;
    for (size_t i = 0; i < objects->size_count; i++) {
        sums[0] += (double)objects->by_size[i].measure.value;
        sizes += fabs((double)objects->by_size[i].measure.value);
    }
    for (size_t i = 0; i < objects->type_count; i++)
        sums[1] += (double)objects->by_type[i].measure.value;
    bool exact = sizes < 1e15;
    demand(!exact || fabs(sums[0] - (double)objects->total) < 1, "sizes do not add up");
    demand(!exact || fabs(sums[1] - (double)objects->total) < 1, "types do not add up");
    objects_free(objects);
}

static bool add(struct comparison *comparison, enum compare_side side, struct str bytes,
                struct diag_sink *sink)
{
    struct compare_run run = {.work = 1, .name = STR("fuzz")};
    struct profile *profile;
    if (profile_read_bytes((const unsigned char *)bytes.ptr, bytes.len, run.name, &memory, sink,
                           &profile))
        return false;
    run.profile = profile;
    check_objects(profile, sink);
    enum status status = compare_add(comparison, side, &run, sink);
    profile_free(profile);
    return status == STATUS_OK;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n < 2)
        return 0;
    struct str all = {(const char *)bytes + 2, n - 2};
    size_t first = ((size_t)bytes[0] << 8 | bytes[1]) % (all.len + 1);
    struct compare_request request = {.tree = true};
    struct comparison *comparison = compare_new(&request, &memory);
    struct diag_sink *sink = diag_sink_new(&memory);
    if (add(comparison, COMPARE_OLD, str_slice(all, 0, first), sink) &&
        add(comparison, COMPARE_NEW, str_skip(all, first), sink)) {
        compare_finish(comparison);
        check_rows(comparison, COMPARE_LINES);
        check_rows(comparison, COMPARE_FUNCTIONS);
        check_rule(all, comparison);
    }
    check_rule(all, &(struct comparison){.memory = &memory});
    diag_sink_free(sink);
    compare_free(comparison);
    return 0;
}
