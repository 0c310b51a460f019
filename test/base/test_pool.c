/* test_pool.c: buffers come in classes, come back, and are kept up to a number. */
#include "base_test.h"

static void capacities_are_powers_of_two(void **state)
{
    (void)state;
    static const struct {
        size_t wanted, cap;
    } cases[] = {
        {0, 512},        {1, 512},         {511, 512},
        {512, 512},      {513, 1024},      {1024, 1024},
        {1025, 2048},    {65537, 131072},  {(2 << 20) + 1, 4 << 20},
        {4 << 20, 4 << 20}, {(4 << 20) + 1, (4 << 20) + 1}, {9999999, 9999999},
    };
    struct pool pool;
    pool_init(&pool, &plenty);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t cap;
        unsigned char *buf = pool_get(&pool, cases[i].wanted, &cap);
        assert_int_equal(cap, cases[i].cap);
        memset(buf, 1, cap);
        pool_put(&pool, buf, cap);
    }
    pool_release(&pool);
}

static void a_buffer_put_back_is_used_again(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, &plenty);
    size_t cap, other_cap;
    char *first = pool_get(&pool, 5000, &cap);
    pool_put(&pool, first, cap);
    char *other_class = pool_get(&pool, 20000, &other_cap);
    assert_ptr_not_equal(other_class, first);
    assert_int_equal(pool.reuses, 0);
    assert_ptr_equal(pool_get(&pool, 8000, &cap), first);
    assert_int_equal(pool.gets, 3);
    assert_int_equal(pool.reuses, 1);
    pool_put(&pool, first, cap);
    pool_put(&pool, other_class, other_cap);
    pool_release(&pool);
}

static void few_are_kept_of_each_class(void **state)
{
    (void)state;
    enum { MANY = POOL_KEEP + 5 };
    struct pool pool;
    pool_init(&pool, &plenty);
    void *bufs[MANY];
    size_t cap;
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < MANY; i++)
            bufs[i] = pool_get(&pool, 600, &cap);
        for (int i = 0; i < MANY; i++)
            pool_put(&pool, bufs[i], cap);
    }
    assert_int_equal(pool.gets, 2 * MANY);
    assert_int_equal(pool.reuses, POOL_KEEP);
    pool_release(&pool);
    assert_int_equal(pool.gets, 0);
}

static void large_buffers_are_not_kept(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, &plenty);
    size_t cap;
    for (int i = 0; i < 3; i++) {
        void *buf = pool_get(&pool, (4 << 20) + 1, &cap);
        pool_put(&pool, buf, cap);
    }
    assert_int_equal(pool.reuses, 0);
    pool_release(&pool);
}

static void put_with_a_wrong_size(void)
{
    struct pool pool;
    pool_init(&pool, &plenty);
    size_t cap;
    void *buf = pool_get(&pool, 700, &cap);
    pool_put(&pool, buf, 700);
}

static void a_wrong_size_is_a_bug(void **state)
{
    (void)state;
    assert_bug(put_with_a_wrong_size, "pool_put");
}

#ifdef BASE_ASAN
static void free_buffers_are_poisoned(void **state)
{
    (void)state;
    struct pool pool;
    pool_init(&pool, &plenty);
    size_t cap;
    char *buf = pool_get(&pool, 512, &cap);
    pool_put(&pool, buf, cap);
    assert_true(__asan_address_is_poisoned(buf));
    assert_true(__asan_address_is_poisoned(buf + 511));
    assert_ptr_equal(pool_get(&pool, 512, &cap), buf);
    assert_null(__asan_region_is_poisoned(buf, 512));
    pool_put(&pool, buf, cap);
    pool_release(&pool);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(capacities_are_powers_of_two),
        cmocka_unit_test(a_buffer_put_back_is_used_again),
        cmocka_unit_test(few_are_kept_of_each_class),
        cmocka_unit_test(large_buffers_are_not_kept),
        cmocka_unit_test(a_wrong_size_is_a_bug),
#ifdef BASE_ASAN
        cmocka_unit_test(free_buffers_are_poisoned),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
