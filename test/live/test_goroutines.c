/* Goroutines in images of memory: stacks are followed on both machines, and whatever stands in a
 * hostile process's memory comes to an end. */
#include "live_test.h"

#include <elf.h>

enum {
    LIST = IMAGE_HEAP, G = IMAGE_HEAP + 0x1000, G_SIZE = 0x400, STACK = IMAGE_HEAP + 0x8000,
    STACK_SIZE = 0x1000, WAITING = 4, DEAD = 6,
};

static uint64_t offset_of(const struct image_test *image, enum layout_field field)
{
    return (uint64_t)layout_offset(layout_of(image->target), field);
}

static void put_field(struct image_test *image, int g, enum layout_field field, uint64_t value)
{
    image_u64(image, G + (uint64_t)g * G_SIZE + offset_of(image, field), value);
}

static uint64_t stack_of(int g)
{
    return STACK + (uint64_t)g * STACK_SIZE;
}

/* Goroutine g waits in main.work, called by main.helper at `at`, called by runtime.goexit. */
static void put_goroutine(struct image_test *image, int g, uint32_t at, uint32_t status)
{
    bool arm64 = str_is(image->target->program->code->goarch, "arm64");
    uint64_t sp = stack_of(g) + 0x100, step = IMAGE_FRAME + (arm64 ? 0 : 8);
    uint64_t place = arm64 ? sp : sp + IMAGE_FRAME;
    image_u64(image, LIST + 8 * (uint64_t)g, G + (uint64_t)g * G_SIZE);
    put_field(image, g, FIELD_G_STACK_LOW, stack_of(g));
    put_field(image, g, FIELD_G_STACK_HIGH, stack_of(g) + STACK_SIZE);
    put_field(image, g, FIELD_G_SP, sp);
    put_field(image, g, FIELD_G_PC, image_pc(IN_WORK, 8));
    put_field(image, g, FIELD_G_START, image_pc(IN_HELPER, 0));
    put_field(image, g, FIELD_G_CREATED_BY, image_pc(IN_MAIN, 12));
    image_u64(image, G + (uint64_t)g * G_SIZE + offset_of(image, FIELD_G_STATUS), status);
    image_u64(image, place, image_pc(IN_HELPER, at));
    image_u64(image, place + step, image_pc(IN_GOEXIT, 8));
}

static struct image_test *new_process(unsigned machine, unsigned count)
{
    struct image_test *image = image_new(machine, 26, false);
    image_u64(image, image_variable(LIVE_VARIABLE_ALLGS), LIST);
    image_u64(image, image_variable(LIVE_VARIABLE_ALLGS) + 8, count);
    return image;
}

static void test_stacks(void **state)
{
    static const unsigned machines[] = {EM_X86_64, EM_AARCH64};
    (void)state;
    for (size_t i = 0; i < COUNT_OF(machines); i++) {
        struct live_goroutines found;
        struct image_test *image = new_process(machines[i], 4);
        put_goroutine(image, 0, 8, WAITING);
        put_goroutine(image, 1, 12, WAITING);
        put_goroutine(image, 2, 8, WAITING);
        put_goroutine(image, 3, 8, DEAD);
        assert_int_equal(live_goroutines_read(image->target, false, image->sink, &found),
                         STATUS_OK);
        assert_int_equal(found.count, 3);
        assert_int_equal(found.skipped, 0);
        assert_int_equal(found.groups.len, 2);
        assert_int_equal(found.groups.at[0].count, 2);
        assert_int_equal(found.groups.at[0].depth, 2);
        assert_true(found.groups.at[0].stack[0] == image_pc(IN_WORK, 8));
        assert_true(found.groups.at[0].stack[1] == image_pc(IN_HELPER, 8));
        live_goroutines_release(&found);
        assert_int_equal(live_goroutines_read(image->target, true, image->sink, &found),
                         STATUS_OK);
        assert_int_equal(found.groups.len, 1);
        assert_int_equal(found.groups.at[0].count, 3);
        live_goroutines_release(&found);
        image_free(image);
    }
}

static void test_there_are_none(void **state)
{
    struct live_goroutines found;
    struct image_test *image = new_process(EM_X86_64, 0);
    (void)state;
    assert_int_equal(live_goroutines_read(image->target, false, image->sink, &found),
                     STATUS_NOT_FOUND);
    assert_true(image_says(image, DIAG_LIVE_ENDED, "goroutines"));
    live_goroutines_release(&found);
    image->target->program->variables[LIVE_VARIABLE_ALLGS] = 0;
    assert_int_equal(live_goroutines_read(image->target, false, image->sink, &found),
                     STATUS_BAD_INPUT);
    live_goroutines_release(&found);
    image_free(image);
}

/* Any bytes at all, with addresses among them that lead into the image. */
static void test_nonsense(void **state)
{
    enum { RUNS = 300, GOROUTINES = 16 };
    uint64_t random = 1;
    (void)state;
    for (int run = 0; run < RUNS; run++) {
        struct live_goroutines found;
        struct image_test *image = new_process(run % 2 ? EM_X86_64 : EM_AARCH64, GOROUTINES);
        for (size_t at = 0; at < IMAGE_HEAP_SIZE; at += 8) {
            random = random * UINT64_C(6364136223846793005) + 1442695040888963407;
            uint64_t value = random >> 20;
            image_u64(image, IMAGE_HEAP + at,
                      random & 1   ? image_pc((int)(value % IMAGE_FUNCTIONS), value >> 8 & 255)
                      : random & 2 ? IMAGE_HEAP + value % IMAGE_HEAP_SIZE
                                   : value);
        }
        for (int g = 0; g < GOROUTINES; g++)
            put_goroutine(image, g, (uint32_t)(random >> (g + 8)) & 255, WAITING);
        image->fail_at = run % 5 ? 0 : (unsigned)run / 5 + 1;
        (void)!live_goroutines_read(image->target, run % 3 == 0, image->sink, &found);
        assert_true(found.groups.len <= GOROUTINES);
        live_goroutines_release(&found);
        image_free(image);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stacks),
        cmocka_unit_test(test_there_are_none),
        cmocka_unit_test(test_nonsense),
    };
    return cmocka_run_group_tests_name("goroutines", tests, NULL, NULL);
}
