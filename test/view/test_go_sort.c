/* test_go_sort.c: the order is sorted, and that of equals is Go's (the wanted one was printed by a
 * program of Go 1.26 that sorts the same pairs with sort.Sort by their first number alone). */
#include "view_test.h"

struct pair {
    int key, number;
};

static bool by_key(const void *a, const void *b)
{
    return ((const struct pair *)a)->key < ((const struct pair *)b)->key;
}

static void sort_pairs(struct pair *pairs, void **items, size_t count, int kinds)
{
    uint32_t random = 7;
    for (size_t i = 0; i < count; i++) {
        random = random * 1664525u + 1013904223u;
        pairs[i] = (struct pair){(int)((random >> 16) % (uint32_t)kinds), (int)i};
        items[i] = &pairs[i];
    }
    go_sort(items, count, by_key);
}

static unsigned digest(void **items, size_t count)
{
    unsigned sum = 0;
    for (size_t i = 0; i < count; i++)
        sum = sum * 31 + (unsigned)((const struct pair *)items[i])->number;
    return sum;
}

static void test_equals_stand_as_in_go(void **state)
{
    enum { MOST = 3000 };
    static const struct {
        size_t count;
        int kinds;
        unsigned digest;
    } cases[] = {
        {0, 1, 0u},
        {1, 1, 0u},
        {12, 3, 1717659160u},
        {13, 3, 697987756u},
        {49, 5, 4264441042u},
        {50, 5, 2451723743u},
        {51, 1, 3083686713u},
        {80, 7, 2558430488u},
        {80, 100, 2529262454u},
        {200, 2, 1200801392u},
        {1000, 10, 4151343638u},
        {1000, 100000, 285289574u},
        {2999, 40, 616199719u},
        {3000, 3, 1947990126u},
    };
    static struct pair pairs[MOST];
    static void *items[MOST];
    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        sort_pairs(pairs, items, cases[i].count, cases[i].kinds);
        for (size_t j = 1; j < cases[i].count; j++)
            assert_false(by_key(items[j], items[j - 1]));
        assert_int_equal(digest(items, cases[i].count), cases[i].digest);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_equals_stand_as_in_go),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
