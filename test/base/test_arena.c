/* test_arena.c: arenas hand out bytes that are apart, aligned and theirs until cleared. */
#include "base_test.h"

enum { OBJECTS = 20000 };

static bool aligned(const void *ptr)
{
    return (uintptr_t)ptr % _Alignof(max_align_t) == 0;
}

static size_t mixed_size(uint64_t *random)
{
    uint64_t number = next_number(random);
    return number % 50 == 0 ? number % 20000 : number % 200;
}

static void objects_are_aligned_and_apart(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    unsigned char **objects = memory_get(&plenty, OBJECTS * sizeof(*objects));
    uint64_t random = 1;
    size_t total = 0;
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t n = mixed_size(&random);
        objects[i] = i % 3 ? arena_alloc(&arena, n) : (void *)arena_text(&arena, n);
        assert_true(i % 3 == 0 || aligned(objects[i]));
        memset(objects[i], (int)(i & 0xff), n);
        total += n;
    }
    assert_int_equal(arena.bytes, total);
    random = 1;
    for (size_t i = 0; i < OBJECTS; i++) {
        size_t n = mixed_size(&random);
        for (size_t k = 0; k < n; k++)
            assert_int_equal(objects[i][k], i & 0xff);
    }
    memory_put(&plenty, objects);
    arena_release(&arena);
}

static void nothing_is_something(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    void *first = arena_alloc(&arena, 0);
    assert_non_null(first);
    assert_ptr_not_equal(first, arena_alloc(&arena, 0));
    assert_non_null(arena_text(&arena, 0));
    assert_non_null(ARENA_ARRAY(&arena, int, 0));
    assert_int_equal(arena.bytes, 0);
    arena_release(&arena);
}

static void zeroed_is_zero_after_reuse(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    memset(arena_alloc(&arena, 1000), 0xff, 1000);
    arena_clear(&arena);
    const unsigned char *bytes = ARENA_ARRAY(&arena, unsigned char, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(bytes[i], 0);
    arena_release(&arena);
}

static void blocks_double_from_4_kib_to_1_mib(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    size_t expected = 4 << 10;
    const char *end = NULL;
    for (int blocks = 0; blocks < 12;) {
        char *object = arena_alloc(&arena, 64);
        if (arena.end == end)
            continue;
        end = arena.end;
        blocks++;
        assert_int_equal(end - object, expected);
        expected = expected < 1 << 20 ? 2 * expected : expected;
    }
    arena_release(&arena);
}

static void large_objects_do_not_end_a_block(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    arena_alloc(&arena, 64);
    const char *next = arena.next;
    unsigned char *large = arena_alloc(&arena, 3 << 20);
    memset(large, 1, 3 << 20);
    assert_true(aligned(large));
    assert_ptr_equal(arena.next, next);
    assert_ptr_equal(arena_alloc(&arena, 64), next);
    arena_release(&arena);
}

static void an_object_over_a_quarter_has_a_block_of_its_own(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    arena_alloc(&arena, 64);
    char *next = arena.next;
    arena_alloc(&arena, 5000); /* the next block would have 8 KiB */
    assert_ptr_equal(arena.next, next);
    arena_release(&arena);
}

static void a_large_first_object_is_fine(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    memset(arena_alloc(&arena, 5000), 1, 5000);
    memset(arena_alloc(&arena, 1), 1, 1);
    arena_release(&arena);
}

static void clear_keeps_the_largest_block(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    for (int i = 0; i < 1000; i++)
        arena_alloc(&arena, 100);
    char *large = arena_alloc(&arena, 500000);
    for (int round = 0; round < 3; round++) {
        arena_clear(&arena);
        assert_int_equal(arena.bytes, 0);
        assert_ptr_equal(arena_alloc(&arena, 100), large);
        assert_true(arena.end - arena.next >= 499000);
    }
    arena_release(&arena);
}

static void clear_and_release_of_an_empty_arena(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    arena_clear(&arena);
    arena_release(&arena);
    assert_non_null(arena_alloc(&arena, 10)); /* a released arena is an initialised one */
    arena_release(&arena);
}

static void copies_end_in_nul(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    assert_string_equal(arena_strndup(&arena, "abcdef", 3), "abc");
    assert_string_equal(arena_strndup(&arena, NULL, 0), "");
    struct str copy = str_copy(&arena, STR("x\0y"));
    assert_int_equal(copy.len, 3);
    assert_memory_equal(copy.ptr, "x\0y", 4);
    assert_string_equal(str_copy(&arena, STR_NONE).ptr, "");
    arena_release(&arena);
}

static void too_much_is_told_and_the_arena_lives_on(void **state)
{
    (void)state;
    struct ending ending;
    ending_init(&ending);
    struct arena arena;
    arena_init(&arena, &ending.memory);
    char *before = arena_strndup(&arena, "before", 6);
    volatile size_t most = SIZE_MAX; /* volatile: else the compiler sees what is wrong */
    assert_exhausts(&ending, arena_alloc(&arena, most));
    assert_exhausts(&ending, arena_alloc(&arena, most - 64));
    assert_exhausts(&ending, arena_alloc(&arena, most / 2 - 8));
    assert_exhausts(&ending, arena_text(&arena, most));
    assert_exhausts(&ending, arena_zalloc(&arena, SIZE_MAX / 2, 3));
    assert_exhausts(&ending, arena_strndup(&arena, "", SIZE_MAX));
    assert_int_equal(arena.bytes, 7);
    assert_string_equal(arena_strndup(&arena, "after", 5), "after");
    assert_string_equal(before, "before");
    arena_release(&arena);
}

#ifdef BASE_ASAN
static void unused_bytes_are_poisoned(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    char *object = arena_alloc(&arena, 20);
    char *text = arena_text(&arena, 3);
    assert_int_equal(__asan_region_is_poisoned(object, 20) != NULL, false);
    assert_true(__asan_address_is_poisoned(object + 20));
    assert_true(__asan_address_is_poisoned(text + 3));
    arena_alloc(&arena, 100000);
    arena_clear(&arena);
    object = arena_alloc(&arena, 20);
    assert_true(__asan_address_is_poisoned(object + 20));
    arena_clear(&arena);
    assert_true(__asan_address_is_poisoned(object));
    arena_release(&arena);
}
#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(objects_are_aligned_and_apart),
        cmocka_unit_test(nothing_is_something),
        cmocka_unit_test(zeroed_is_zero_after_reuse),
        cmocka_unit_test(blocks_double_from_4_kib_to_1_mib),
        cmocka_unit_test(large_objects_do_not_end_a_block),
        cmocka_unit_test(an_object_over_a_quarter_has_a_block_of_its_own),
        cmocka_unit_test(a_large_first_object_is_fine),
        cmocka_unit_test(clear_keeps_the_largest_block),
        cmocka_unit_test(clear_and_release_of_an_empty_arena),
        cmocka_unit_test(copies_end_in_nul),
        cmocka_unit_test(too_much_is_told_and_the_arena_lives_on),
#ifdef BASE_ASAN
        cmocka_unit_test(unused_bytes_are_poisoned),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
