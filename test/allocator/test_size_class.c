/* test_size_class.c: slots at the borders of tiny, small, header and pages. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocator/allocator.h"

static void slots(void **state)
{
    static const struct {
        uint64_t size;
        bool has_pointers;
        unsigned minor;
        uint64_t slot;
    } cases[] = {
        {0, false, 26, 0},         {1, false, 26, 16},        {8, true, 26, 8},
        {15, false, 26, 16},       {16, false, 26, 16},       {25, true, 26, 32},
        {512, true, 26, 512},      {513, false, 26, 576},     {572, true, 26, 640},
        {572, true, 21, 576},      {568, true, 22, 576},      {32760, true, 26, 32768},
        {32761, true, 26, 32768},  {32768, false, 18, 32768}, {32769, false, 26, 40960},
        {UINT64_MAX, false, 26, UINT64_MAX},
    };
    (void)state;
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
        assert_int_equal(
            allocator_slot_bytes(cases[i].size, cases[i].has_pointers, cases[i].minor),
            cases[i].slot);
    assert_true(allocator_is_tiny(15, false));
    assert_false(allocator_is_tiny(0, false));
    assert_false(allocator_is_tiny(8, true));
    assert_false(allocator_is_tiny(16, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
