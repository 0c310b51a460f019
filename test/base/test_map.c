/* test_map.c: the map against a plain array, and hashing against what hashing must do. */
#include "base_test.h"

enum { ENTRIES = 200000 };

/* ---- hashing ---- */

static void every_bit_of_every_length_counts(void **state)
{
    (void)state;
    unsigned char bytes[80];
    uint64_t random = 3;
    for (size_t i = 0; i < sizeof(bytes); i++)
        bytes[i] = (unsigned char)next_number(&random);
    for (size_t n = 0; n <= sizeof(bytes); n++) {
        uint64_t hash = hash_bytes(bytes, n);
        assert_true(n == 0 || hash != hash_bytes(bytes, n - 1));
        for (size_t bit = 0; bit < 8 * n; bit++) {
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            assert_true(hash != hash_bytes(bytes, n));
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
        }
    }
}

static void place_does_not_count(void **state)
{
    (void)state;
    char bytes[200];
    for (size_t n = 0; n < 60; n++) {
        for (size_t at = 0; at < 17; at++) {
            for (size_t i = 0; i < n; i++)
                bytes[at + i] = (char)('a' + i);
            bytes[at + n] = (char)at; /* must not be looked at */
            assert_true(hash_bytes(bytes + at, n) == hash_bytes("abcdefghijklmnopqrstuvwxyz{|}~"
                        "\x7f\x80\x81\x82\x83\x84\x85\x86\x87\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f"
                        "\x90\x91\x92\x93\x94\x95\x96\x97\x98\x99\x9a\x9b\x9c\x9d", n));
        }
    }
}

static void zeros_of_each_length_differ(void **state)
{
    (void)state;
    static const char zeros[300];
    uint64_t hashes[300];
    for (size_t n = 0; n < 300; n++) {
        hashes[n] = hash_bytes(zeros, n);
        for (size_t k = 0; k < n; k++)
            assert_true(hashes[k] != hashes[n]);
    }
}

/* Flipping one bit of the input should flip each bit of the hash half of the time. */
static void bits_spread(void **state)
{
    (void)state;
    enum { ROUNDS = 2000 };
    static const size_t lengths[] = {1, 4, 7, 8, 12, 16, 24, 31, 48};
    uint64_t random = 77;
    for (size_t i = 0; i < COUNT_OF(lengths); i++) {
        unsigned flips[64] = {0};
        unsigned char bytes[48];
        for (int round = 0; round < ROUNDS; round++) {
            for (size_t k = 0; k < sizeof(bytes); k++)
                bytes[k] = (unsigned char)(next_number(&random) >> 20);
            uint64_t before = hash_bytes(bytes, lengths[i]);
            size_t bit = (next_number(&random) >> 20) % (8 * lengths[i]);
            bytes[bit / 8] ^= (unsigned char)(1 << bit % 8);
            uint64_t changed = before ^ hash_bytes(bytes, lengths[i]);
            for (int k = 0; k < 64; k++)
                flips[k] += changed >> k & 1;
        }
        for (int k = 0; k < 64; k++) /* 10 standard deviations of 22 around a half */
            assert_in_range(flips[k], ROUNDS / 2 - 220, ROUNDS / 2 + 220);
    }
}

/* Numbers that step by a power of two, the keys that a poor hash piles up. */
static void regular_keys_fill_slots_evenly(void **state)
{
    (void)state;
    enum { SLOTS = 1024, KEYS = 64 * SLOTS };
    for (unsigned shift = 0; shift < 48; shift++) {
        unsigned filled[SLOTS] = {0};
        for (uint64_t key = 0; key < KEYS; key++)
            filled[hash_mix(key << shift, 0) % SLOTS]++;
        for (size_t i = 0; i < SLOTS; i++) /* 64 on average, standard deviation 8 */
            assert_in_range(filled[i], 8, 128);
    }
}

static void mixing_depends_on_both_and_on_order(void **state)
{
    (void)state;
    assert_true(hash_mix(1, 2) != hash_mix(2, 1));
    assert_true(hash_mix(0, 0) != hash_mix(0, 1));
    assert_true(hash_mix(0, 0) != hash_mix(1, 0));
    assert_true(hash_mix(5, 7) == hash_mix(5, 7));
}

/* ---- the map ---- */

static uint64_t key_of(uint64_t i)
{
    return i * 0x10000; /* 0 among them */
}

static void what_was_put_is_got(void **state)
{
    (void)state;
    struct map map;
    map_init(&map, &plenty);
    bool added;
    for (uint64_t i = 0; i < ENTRIES; i++) {
        uint64_t *value = map_put(&map, key_of(i), &added);
        assert_true(added);
        assert_int_equal(*value, 0);
        *value = i + 1;
    }
    assert_int_equal(map.len, ENTRIES);
    for (uint64_t i = 0; i < ENTRIES; i++) {
        assert_int_equal(*map_get(&map, key_of(i)), i + 1);
        assert_int_equal(*map_put(&map, key_of(i), &added), i + 1);
        assert_false(added);
        assert_null(map_get(&map, key_of(i) + 1));
    }
    assert_int_equal(map.len, ENTRIES);
    map_release(&map);
}

static void the_edge_keys(void **state)
{
    (void)state;
    static const uint64_t keys[] = {0, 1, UINT64_MAX, (uint64_t)1 << 63};
    struct map map;
    map_init(&map, &plenty);
    bool added;
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        assert_null(map_get(&map, keys[i]));
        *map_put(&map, keys[i], &added) = 10 + i;
        assert_true(added);
        assert_int_equal(map.len, i + 1);
    }
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        assert_int_equal(*map_put(&map, keys[i], &added), 10 + i);
        assert_false(added);
    }
    map_release(&map);
}

static void key_0_survives_growth(void **state)
{
    (void)state;
    struct map map;
    map_init(&map, &plenty);
    bool added;
    *map_put(&map, 0, &added) = 99;
    for (uint64_t key = 1; key < 5000; key++)
        *map_put(&map, key, &added) = key;
    assert_int_equal(*map_get(&map, 0), 99);
    assert_int_equal(map.len, 5000);
    map_release(&map);
}

/* Full to the last slot, a search for what is not there would never end. */
static void a_quarter_of_the_slots_stays_free(void **state)
{
    (void)state;
    struct map map;
    map_init(&map, &plenty);
    bool added;
    for (uint64_t key = 1; key < 3000; key++) {
        map_put(&map, key, &added);
        assert_true(map.len * 4 <= map.slot_count * 3);
    }
    map_release(&map);
}

static void an_empty_map_has_nothing(void **state)
{
    (void)state;
    struct map map;
    map_init(&map, &plenty);
    assert_null(map_get(&map, 0));
    assert_null(map_get(&map, 1));
    map_clear(&map);
    map_release(&map);
}

static void clear_forgets_all(void **state)
{
    (void)state;
    struct map map;
    map_init(&map, &plenty);
    bool added;
    for (uint64_t key = 0; key < 100; key++)
        *map_put(&map, key, &added) = 5;
    map_clear(&map);
    assert_int_equal(map.len, 0);
    for (uint64_t key = 0; key < 100; key++)
        assert_null(map_get(&map, key));
    assert_int_equal(*map_put(&map, 0, &added), 0);
    assert_true(added);
    map_release(&map);
}

/* map_put's is LIMIT_MAP_ENTRIES; 10 here. */
static void the_ceiling_is_exhausted(void **state)
{
    (void)state;
    struct ending ending;
    ending_init(&ending);
    struct map map;
    map_init(&map, &ending.memory);
    bool added;
    for (uint64_t key = 0; key < 10; key++)
        map_put_up_to(&map, key, &added, 10);
    assert_exhausts(&ending, map_put_up_to(&map, 10, &added, 10));
    assert_non_null(map_put_up_to(&map, 9, &added, 10)); /* there already */
    assert_false(added);
    assert_int_equal(map.len, 10);
    map_release(&map);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_bit_of_every_length_counts),
        cmocka_unit_test(place_does_not_count),
        cmocka_unit_test(zeros_of_each_length_differ),
        cmocka_unit_test(bits_spread),
        cmocka_unit_test(regular_keys_fill_slots_evenly),
        cmocka_unit_test(mixing_depends_on_both_and_on_order),
        cmocka_unit_test(what_was_put_is_got),
        cmocka_unit_test(the_edge_keys),
        cmocka_unit_test(key_0_survives_growth),
        cmocka_unit_test(a_quarter_of_the_slots_stays_free),
        cmocka_unit_test(an_empty_map_has_nothing),
        cmocka_unit_test(clear_forgets_all),
        cmocka_unit_test(the_ceiling_is_exhausted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
