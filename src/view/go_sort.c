/* go_sort.c: puts things into the order that Go's sort.Sort leaves them in. That is a sort which
 * does not keep equals in their order, so where pprof's own comparison leaves ties (nodes of a
 * tree, labels that weigh the same with another sign), what it prints depends on each step.
 *
 * The method is pattern-defeating quicksort (O. Peters, arXiv:2106.05123) with Go's constants
 * (sort/zsortinterface.go). Ranges are [from, end). */
#include "view/view_int.h"

enum {
    FEW = 12,           /* so many are sorted by insertion */
    MANY = 50,          /* from so many on, the pivot is a median of medians, and runs are mended */
    MENDED_PAIRS = 5,
    SWAPS_WHEN_FALLING = 12,
};

struct sorter {
    void **items;
    bool (*less)(const void *a, const void *b);
};

static bool less(const struct sorter *sorter, size_t a, size_t b)
{
    return sorter->less(sorter->items[a], sorter->items[b]);
}

static void swap(const struct sorter *sorter, size_t a, size_t b)
{
    void *item = sorter->items[a];
    sorter->items[a] = sorter->items[b];
    sorter->items[b] = item;
}

/* ---- the two plain methods ---- */

static void sort_by_insertion(const struct sorter *sorter, size_t from, size_t end)
{
    for (size_t i = from + 1; i < end; i++)
        for (size_t j = i; j > from && less(sorter, j, j - 1); j--)
            swap(sorter, j, j - 1);
}

static void sift_down(const struct sorter *sorter, size_t root, size_t count, size_t from)
{
    for (;;) {
        size_t child = 2 * root + 1;
        if (child >= count)
            return;
        if (child + 1 < count && less(sorter, from + child, from + child + 1))
            child++;
        if (!less(sorter, from + root, from + child))
            return;
        swap(sorter, from + root, from + child);
        root = child;
    }
}

static void sort_by_heap(const struct sorter *sorter, size_t from, size_t end)
{
    size_t count = end - from;
    for (size_t i = (count - 1) / 2 + 1; i-- > 0;)
        sift_down(sorter, i, count, from);
    for (size_t i = count; i-- > 0;) {
        swap(sorter, from, from + i);
        sift_down(sorter, 0, i, from);
    }
}

/* ---- pivots ---- */

enum hint { HINT_NONE, HINT_RISING, HINT_FALLING };

static void order_two(const struct sorter *sorter, size_t *a, size_t *b, unsigned *swaps)
{
    if (!less(sorter, *b, *a))
        return;
    size_t other = *a;
    *a = *b;
    *b = other;
    ++*swaps;
}

static size_t median(const struct sorter *sorter, size_t a, size_t b, size_t c, unsigned *swaps)
{
    order_two(sorter, &a, &b, swaps);
    order_two(sorter, &b, &c, swaps);
    order_two(sorter, &a, &b, swaps);
    return b;
}

static size_t choose_pivot(const struct sorter *sorter, size_t from, size_t end, enum hint *hint)
{
    size_t quarter = (end - from) / 4;
    size_t i = from + quarter, j = from + 2 * quarter, k = from + 3 * quarter;
    unsigned swaps = 0;
    if (end - from >= MANY) {
        i = median(sorter, i - 1, i, i + 1, &swaps);
        j = median(sorter, j - 1, j, j + 1, &swaps);
        k = median(sorter, k - 1, k, k + 1, &swaps);
    }
    j = median(sorter, i, j, k, &swaps); /* more than FEW here */
    *hint = swaps == 0 ? HINT_RISING : swaps == SWAPS_WHEN_FALLING ? HINT_FALLING : HINT_NONE;
    return j;
}

/* ---- parts ---- */

struct part {
    size_t middle;
    bool was_parted; /* nothing had to move */
};

/* Steps i and j towards each other over what already stands right. */
static void close_in(const struct sorter *sorter, size_t pivot, size_t *i, size_t *j)
{
    while (*i <= *j && less(sorter, *i, pivot))
        ++*i;
    while (*i <= *j && !less(sorter, *j, pivot))
        --*j;
}

/* Smaller ones to the left of the pivot, the others to its right. */
static struct part part(const struct sorter *sorter, size_t from, size_t end, size_t pivot)
{
    size_t i = from + 1, j = end - 1;
    bool moved = false;
    swap(sorter, from, pivot);
    for (;;) {
        close_in(sorter, from, &i, &j);
        if (i > j)
            break;
        swap(sorter, i++, j--);
        moved = true;
    }
    swap(sorter, j, from);
    return (struct part){j, !moved};
}

/* Those equal to the pivot to the left, where nothing is smaller; gives where the others begin. */
static size_t part_equals(const struct sorter *sorter, size_t from, size_t end, size_t pivot)
{
    size_t i = from + 1, j = end - 1;
    swap(sorter, from, pivot);
    for (;;) {
        while (i <= j && !less(sorter, from, i))
            i++;
        while (i <= j && less(sorter, from, j))
            j--;
        if (i > j)
            return i;
        swap(sorter, i++, j--);
    }
}

/* ---- patterns ---- */

/* Mends a few pairs; true when all is sorted then. */
static bool mend(const struct sorter *sorter, size_t from, size_t end)
{
    size_t i = from + 1;
    for (unsigned pair = 0; pair < MENDED_PAIRS; pair++) {
        while (i < end && !less(sorter, i, i - 1))
            i++;
        if (i == end)
            return true;
        if (end - from < MANY)
            return false;
        swap(sorter, i, i - 1);
        for (size_t j = i - 1; i - from >= 2 && j >= 1 && less(sorter, j, j - 1); j--)
            swap(sorter, j, j - 1);
        for (size_t j = i + 1; end - i >= 2 && j < end && less(sorter, j, j - 1); j++)
            swap(sorter, j, j - 1);
    }
    return false;
}

static void scatter(const struct sorter *sorter, size_t from, size_t end)
{
    size_t count = end - from, ceiling = 1;
    uint64_t random = count; /* xorshift64, seeded with the length */
    while (ceiling <= count)
        ceiling *= 2;
    size_t first = from + count / 4 * 2 - 1;
    for (size_t i = first; i < first + 3; i++) {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        size_t other = (size_t)random & (ceiling - 1);
        swap(sorter, i, from + (other >= count ? other - count : other));
    }
}

static void reverse(const struct sorter *sorter, size_t from, size_t end)
{
    for (size_t i = from, j = end - 1; i < j;)
        swap(sorter, i++, j--);
}

/* ---- all ---- */

struct state {
    size_t from, end;
    unsigned bad_left; /* so many unbalanced parts are put up with */
    bool balanced, parted;
};

static void sort_range(const struct sorter *sorter, size_t from, size_t end, unsigned bad_left);

/* Parts the range; sorts the smaller part and leaves the larger in the state. */
static void split(const struct sorter *sorter, struct state *state, size_t pivot)
{
    struct part parts = part(sorter, state->from, state->end, pivot);
    size_t left = parts.middle - state->from, right = state->end - parts.middle;
    size_t least = (state->end - state->from) / 8;
    state->parted = parts.was_parted;
    state->balanced = (left < right ? left : right) >= least;
    if (left < right) {
        sort_range(sorter, state->from, parts.middle, state->bad_left);
        state->from = parts.middle + 1;
    } else {
        sort_range(sorter, parts.middle + 1, state->end, state->bad_left);
        state->end = parts.middle;
    }
}

static size_t prepare_pivot(const struct sorter *sorter, struct state *state, enum hint *hint)
{
    size_t pivot = choose_pivot(sorter, state->from, state->end, hint);
    if (*hint != HINT_FALLING)
        return pivot;
    reverse(sorter, state->from, state->end);
    *hint = HINT_RISING;
    return state->end - 1 - (pivot - state->from);
}

static void sort_range(const struct sorter *sorter, size_t from, size_t end, unsigned bad_left)
{
    struct state state = {from, end, bad_left, true, true};
    while (state.end - state.from > FEW) {
        enum hint hint;
        if (state.bad_left == 0) {
            sort_by_heap(sorter, state.from, state.end);
            return;
        }
        if (!state.balanced) {
            scatter(sorter, state.from, state.end);
            state.bad_left--;
        }
        size_t pivot = prepare_pivot(sorter, &state, &hint);
        if (state.balanced && state.parted && hint == HINT_RISING &&
            mend(sorter, state.from, state.end))
            return;
        if (state.from > 0 && !less(sorter, state.from - 1, pivot))
            state.from = part_equals(sorter, state.from, state.end, pivot);
        else
            split(sorter, &state, pivot);
    }
    sort_by_insertion(sorter, state.from, state.end);
}

void go_sort(void **items, size_t count, bool (*is_less)(const void *a, const void *b))
{
    struct sorter sorter = {items, is_less};
    unsigned bits = 0;
    while (count >> bits)
        bits++;
    sort_range(&sorter, 0, count, bits);
}
