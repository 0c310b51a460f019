/* match.c: which row of OLD is which of NEW (C1, C2 of compare.h).
 *
 * Rows of one key are aligned in order, as texts are by a diff: a pair costs how far its lines are
 * from where the function's own move would have put them, a row without partner costs ALONE. */
#include "compare/compare_int.h"

#include <stdlib.h>

enum {
    ALONE = 30,
    FAR = 50,          /* lines: farther costs no more, so that order counts */
    OTHER_SIZES = 40,  /* objects of no common size: likely another allocation */
    MAX_CELLS = 1 << 20,
    MAX_SHIFTS = 64,   /* lines of a function whose distances are counted */
};

/* Rows of one key on one side, by line. */
struct run {
    const struct side_row *rows;
    const uint32_t *order;
    size_t count;
};

static const struct side_row *row_at(const struct run *run, size_t i)
{
    return &run->rows[run->order[i]];
}

/* ---- what a pair costs ---- */

/* How far the function moved: by its first line; else the distance that most pairs of lines have.
 */
static int64_t shift_of(const struct run *old, const struct run *new)
{
    uint32_t old_start = row_at(old, 0)->start, new_start = row_at(new, 0)->start;
    if (old_start && new_start)
        return (int64_t)new_start - old_start;
    int64_t best = 0;
    size_t most = 0, m = old->count < MAX_SHIFTS ? old->count : MAX_SHIFTS;
    size_t n = new->count < MAX_SHIFTS ? new->count : MAX_SHIFTS;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            int64_t shift = (int64_t)row_at(new, j)->line - row_at(old, i)->line;
            size_t same = 0;
            for (size_t a = 0, b = 0; a < m && b < n;) {
                int64_t apart = (int64_t)row_at(new, b)->line - row_at(old, a)->line - shift;
                same += apart == 0;
                a += apart >= 0;
                b += apart <= 0;
            }
            bool nearer = llabs(shift) < llabs(best);
            if (same > most || (same == most && nearer)) {
                most = same;
                best = shift;
            }
        }
    }
    return best;
}

static int pair_cost(const struct side_row *old, const struct side_row *new, int64_t shift)
{
    int64_t apart = llabs((int64_t)new->line - old->line - shift);
    int cost = apart < FAR ? (int)apart : FAR;
    if (old->sizes && new->sizes && !(old->sizes & new->sizes))
        cost += OTHER_SIZES;
    return cost;
}

/* ---- aligning ---- */

struct aligning {
    struct run old, new;
    struct arena *arena;
    struct match *matches;
    size_t count;
};

static void put_match(struct aligning *aligning, uint32_t old, uint32_t new)
{
    aligning->matches[aligning->count++] = (struct match){{old, new}};
}

/* Functions with thousands of lines, which generators write: equal places only. */
static void align_exactly(struct aligning *aligning, int64_t shift)
{
    size_t i = 0, j = 0;
    while (i < aligning->old.count || j < aligning->new.count) {
        int64_t apart = 0;
        if (i < aligning->old.count && j < aligning->new.count)
            apart = (int64_t)row_at(&aligning->new, j)->line - row_at(&aligning->old, i)->line -
                    shift;
        else
            apart = i < aligning->old.count ? 1 : -1;
        put_match(aligning, apart >= 0 ? aligning->old.order[i] : MATCH_NONE,
                  apart <= 0 ? aligning->new.order[j] : MATCH_NONE);
        i += apart >= 0;
        j += apart <= 0;
    }
}

/* Walks the table of costs: best[i][j] is the least cost of what follows. */
static void walk(struct aligning *aligning, const int *best, int64_t shift)
{
    size_t m = aligning->old.count, n = aligning->new.count, width = n + 1;
    for (size_t i = 0, j = 0; i < m || j < n;) {
        int here = best[i * width + j];
        if (i < m && j < n &&
            here == best[(i + 1) * width + j + 1] +
                        pair_cost(row_at(&aligning->old, i), row_at(&aligning->new, j), shift)) {
            put_match(aligning, aligning->old.order[i++], aligning->new.order[j++]);
        } else if (i < m && here == best[(i + 1) * width + j] + ALONE) {
            put_match(aligning, aligning->old.order[i++], MATCH_NONE);
        } else {
            put_match(aligning, MATCH_NONE, aligning->new.order[j++]);
        }
    }
}

static void align_in_order(struct aligning *aligning, int64_t shift)
{
    size_t m = aligning->old.count, n = aligning->new.count, width = n + 1;
    int *best = memory_get(aligning->arena->memory, (m + 1) * width * sizeof(*best));
    for (size_t i = m + 1; i-- > 0;) {
        for (size_t j = n + 1; j-- > 0;) {
            int *cell = &best[i * width + j];
            *cell = i == m ? (int)(n - j) * ALONE : (int)(m - i) * ALONE;
            if (i == m || j == n)
                continue;
            int down = best[(i + 1) * width + j] + ALONE, right = best[i * width + j + 1] + ALONE;
            int pair = best[(i + 1) * width + j + 1] +
                       pair_cost(row_at(&aligning->old, i), row_at(&aligning->new, j), shift);
            *cell = down < right ? down : right;
            *cell = pair < *cell ? pair : *cell;
        }
    }
    walk(aligning, best, shift);
    memory_put(aligning->arena->memory, best);
}

static void align(struct aligning *aligning)
{
    size_t m = aligning->old.count, n = aligning->new.count;
    if (m == 1 && n == 1) {
        put_match(aligning, aligning->old.order[0], aligning->new.order[0]);
        return;
    }
    int64_t shift = m && n ? shift_of(&aligning->old, &aligning->new) : 0;
    if (m == 0 || n == 0 || (m + 1) > MAX_CELLS / (n + 1))
        align_exactly(aligning, shift);
    else
        align_in_order(aligning, shift);
}

/* ---- all keys ---- */

static int by_key(const void *left, const void *right, void *ctx)
{
    const struct side_row *rows = ctx;
    const struct side_row *a = &rows[*(const uint32_t *)left], *b = &rows[*(const uint32_t *)right];
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->line != b->line)
        return a->line < b->line ? -1 : 1;
    return a->text < b->text ? -1 : a->text > b->text;
}

static uint32_t *sorted(const struct side_table *table, struct arena *arena)
{
    uint32_t *order = ARENA_ARRAY(arena, uint32_t, table->rows.len + 1);
    for (size_t i = 0; i < table->rows.len; i++)
        order[i] = (uint32_t)i;
    if (table->rows.len > 1)
        qsort_r(order, table->rows.len, sizeof(*order), by_key, table->rows.at);
    return order;
}

/* Cuts the rows of `key` off the front. */
static struct run take(const struct side_table *table, const uint32_t *order, size_t *at,
                       uint32_t key)
{
    struct run run = {table->rows.at, order + *at, 0};
    while (*at < table->rows.len && table->rows.at[order[*at]].key == key) {
        run.count++;
        ++*at;
    }
    return run;
}

struct match *match_rows(const struct side_table *old, const struct side_table *new,
                         struct arena *arena, size_t *count)
{
    struct aligning aligning = {.arena = arena};
    const uint32_t *old_order = sorted(old, arena), *new_order = sorted(new, arena);
    size_t i = 0, j = 0;
    aligning.matches = ARENA_ARRAY(arena, struct match, old->rows.len + new->rows.len + 1);
    while (i < old->rows.len || j < new->rows.len) {
        uint32_t key = UINT32_MAX;
        if (i < old->rows.len)
            key = old->rows.at[old_order[i]].key;
        if (j < new->rows.len && new->rows.at[new_order[j]].key < key)
            key = new->rows.at[new_order[j]].key;
        aligning.old = take(old, old_order, &i, key);
        aligning.new = take(new, new_order, &j, key);
        align(&aligning);
    }
    *count = aligning.count;
    return aligning.matches;
}
