/* test_memory.c: memory never comes back NULL, and its end is told once and for good. */
#include "base_test.h"

static void no_bytes_is_a_pointer(void **state)
{
    (void)state;
    void *ptr = memory_get(&plenty, 0);
    assert_non_null(ptr);
    ptr = memory_resize(&plenty, ptr, 0);
    assert_non_null(ptr);
    memory_put(&plenty, ptr);
    memory_put(&plenty, NULL);
}

static void resize_keeps_the_bytes(void **state)
{
    (void)state;
    char *ptr = memory_resize(&plenty, NULL, 5);
    memcpy(ptr, "abcd", 5);
    ptr = memory_resize(&plenty, ptr, 100000);
    assert_string_equal(ptr, "abcd");
    memory_put(&plenty, ptr);
}

static void too_much_is_told_with_its_size(void **state)
{
    (void)state;
    struct ending ending;
    ending_init(&ending);
    assert_exhausts(&ending, memory_get(&ending.memory, (size_t)PTRDIFF_MAX + 1));
    assert_int_equal(ending.wanted, (size_t)PTRDIFF_MAX + 1);
    assert_exhausts(&ending, memory_resize(&ending.memory, NULL, SIZE_MAX));
    assert_int_equal(ending.wanted, SIZE_MAX);
}

static void products_that_overflow_are_told(void **state)
{
    (void)state;
    struct ending ending;
    ending_init(&ending);
    assert_int_equal(memory_product(&ending.memory, 1000, 1000), 1000000);
    assert_int_equal(memory_product(&ending.memory, 0, SIZE_MAX), 0);
    assert_int_equal(memory_product(&ending.memory, SIZE_MAX, 1), SIZE_MAX);
    assert_exhausts(&ending, memory_product(&ending.memory, SIZE_MAX / 2 + 1, 2));
}

static void a_failed_try_leaves_the_bytes(void **state)
{
    (void)state;
    char *ptr = memory_get(&plenty, 4);
    memcpy(ptr, "abc", 4);
    assert_null(memory_try_resize(ptr, SIZE_MAX));
    assert_string_equal(ptr, "abc");
    memory_put(&plenty, ptr);
}

static void return_anyway(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
}

static void run_out_and_return(void)
{
    struct memory returning = {return_anyway, NULL};
    memory_put(&returning, memory_get(&returning, SIZE_MAX));
}

static void exhausted_must_not_return(void **state)
{
    (void)state;
    assert_bug(run_out_and_return, "`exhausted` returned");
}

static void break_an_invariant(void)
{
    BUG("the roof is on fire");
}

static void a_bug_says_where(void **state)
{
    (void)state;
    assert_bug(break_an_invariant, "the roof is on fire");
    assert_bug(break_an_invariant, "test_memory.c:");
}

/* ---- growing ---- */

static void capacities_double_up_to_the_ceiling(void **state)
{
    (void)state;
    assert_int_equal(capacity_after(0, 1, 8, 100), 8);
    assert_int_equal(capacity_after(8, 9, 8, 100), 16);
    assert_int_equal(capacity_after(8, 60, 8, 100), 60);
    assert_int_equal(capacity_after(64, 65, 8, 100), 100);
    assert_int_equal(capacity_after(64, 100, 8, 100), 100);
    assert_int_equal(capacity_after(64, 101, 8, 100), 0);
    assert_int_equal(capacity_after(0, 1, 8, 4), 4);
    assert_int_equal(capacity_after(SIZE_MAX - 1, SIZE_MAX, 8, SIZE_MAX), SIZE_MAX);
}

static void a_vector_keeps_what_was_pushed(void **state)
{
    (void)state;
    VEC(uint64_t) numbers = {0};
    for (uint64_t i = 0; i < 10000; i++)
        VEC_PUSH(&plenty, &numbers, i * i);
    assert_int_equal(numbers.len, 10000);
    assert_true(numbers.cap >= 10000 && numbers.cap < 20000);
    for (uint64_t i = 0; i < 10000; i++)
        assert_int_equal(numbers.at[i], i * i);
    VEC_RELEASE(&plenty, &numbers);
    assert_null(numbers.at);
    assert_int_equal(numbers.len + numbers.cap, 0);
    VEC_PUSH(&plenty, &numbers, 7); /* usable again */
    assert_int_equal(numbers.at[0], 7);
    VEC_RELEASE(&plenty, &numbers);
}

static void a_vector_that_cannot_grow_is_untouched(void **state)
{
    (void)state;
    struct ending ending;
    ending_init(&ending);
    size_t cap = (size_t)1 << 61;
    assert_exhausts(&ending, vec_grow(&ending.memory, NULL, &cap, 16));
    assert_int_equal(cap, (size_t)1 << 61);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_bytes_is_a_pointer),
        cmocka_unit_test(resize_keeps_the_bytes),
        cmocka_unit_test(too_much_is_told_with_its_size),
        cmocka_unit_test(products_that_overflow_are_told),
        cmocka_unit_test(a_failed_try_leaves_the_bytes),
        cmocka_unit_test(exhausted_must_not_return),
        cmocka_unit_test(a_bug_says_where),
        cmocka_unit_test(capacities_double_up_to_the_ceiling),
        cmocka_unit_test(a_vector_keeps_what_was_pushed),
        cmocka_unit_test(a_vector_that_cannot_grow_is_untouched),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
