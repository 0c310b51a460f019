/* test_target.c: what attaching says when there is nothing to attach to. */
#include "live_test.h"

#include <elf.h>
#include <sys/wait.h>
#include <unistd.h>

static void expect(int pid, enum status wanted, enum diag_code code, const char *words)
{
    struct live *live = live_new(&plenty);
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct live_target *target;
    assert_int_equal(live_attach(live, pid, sink, &target), wanted);
    assert_null(target);
    assert_int_equal(diag_count(sink), 1);
    assert_int_equal(diag_at(sink, 0)->code, code);
    assert_true(str_contains(diag_at(sink, 0)->message, str_from(words)));
    diag_sink_free(sink);
    live_free(live);
}

static void test_no_process(void **state)
{
    (void)state;
    expect(0x7ffffffe, STATUS_NOT_FOUND, DIAG_LIVE_NO_PROCESS, "there is no such process");
    expect(-1, STATUS_NOT_FOUND, DIAG_LIVE_NO_PROCESS, "there is no such process");
    expect(0, STATUS_NOT_FOUND, DIAG_LIVE_NO_PROCESS, "there is no such process");
}

static void test_zombie(void **state)
{
    (void)state;
    siginfo_t info;
    pid_t child = fork();
    if (child == 0)
        _exit(0);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    expect(child, STATUS_NOT_FOUND, DIAG_LIVE_NO_PROCESS, "it has ended");
    waitpid(child, NULL, 0);
}

static void test_not_go(void **state)
{
    (void)state;
    expect(getpid(), STATUS_BAD_INPUT, DIAG_BINARY_NOT_GO, "pclntab");
}

static void test_proc_file(void **state)
{
    (void)state;
    struct sb text;
    struct diag_sink *sink = diag_sink_new(&plenty);
    sb_init(&text, &plenty);
    assert_int_equal(live_proc_file(getpid(), "maps", sink, &text), STATUS_OK);
    assert_true(str_contains(sb_str(&text), STR("[stack]")));
    assert_int_equal(live_proc_file(0x7ffffffe, "maps", sink, &text), STATUS_NOT_FOUND);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_LIVE_NO_PROCESS);
    assert_int_equal(live_proc_file(getpid(), "no such file", NULL, &text), STATUS_NOT_FOUND);
    sb_release(&text);
    diag_sink_free(sink);
}

/* The reader of a process: this one's own memory, and what is not there. */
static void test_reading(void **state)
{
    (void)state;
    uint64_t numbers[2] = {41, 42}, got[2] = {0};
    struct live_process *process = process_open(getpid(), &plenty);
    struct live_piece pieces[] = {
        {.address = (uint64_t)(uintptr_t)&numbers[1], .to = &got[0], .size = 8},
        {.address = (uint64_t)(uintptr_t)&numbers[0], .to = &got[1], .size = 8},
    };
    assert_true(process_read(process, pieces, 2));
    assert_true(got[0] == 42 && got[1] == 41);
    pieces[1].address = 8;
    assert_false(process_read(process, pieces, 2));
    assert_false(process_read(process, pieces, LIVE_PIECES + 1));
    process_close(process);
}

static void test_refused(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    process_refused(7, "its memory may not be read", 1, sink);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_LIVE_REFUSED);
    assert_true(str_contains(diag_at(sink, 0)->message, STR("CAP_SYS_PTRACE")));
    assert_true(str_contains(diag_at(sink, 0)->message, STR("shareProcessNamespace")));
    diag_sink_free(sink);
}

static void test_names(void **state)
{
    (void)state;
    assert_string_equal(live_variable_name(LIVE_VARIABLE_MHEAP), "runtime.mheap_");
    assert_string_equal(live_variable_name(LIVE_VARIABLE_MBUCKETS), "runtime.mbuckets");
}

/* What the image says is found by the symbols, or by looking for moduledata. */
static void check_image(unsigned machine, bool stripped)
{
    struct image_test *image = image_new(machine, 26, stripped);
    const struct live_target *target = image->target;
    uint64_t value = 0;
    uint32_t low = 0;
    image_u64(image, image_variable(LIVE_VARIABLE_ALLGLEN), UINT64_C(7) << 32 | 5);
    assert_int_equal(target->minor, 26);
    assert_int_equal(live_variable(target, LIVE_VARIABLE_FIRST_MODULE), IMAGE_MODULE);
    assert_int_equal(live_variable_u64(target, LIVE_VARIABLE_ALLGLEN, 0, &value), !stripped);
    assert_int_equal(live_variable_u32(target, LIVE_VARIABLE_ALLGLEN, 4, &low), !stripped);
    assert_true(stripped || (value == (UINT64_C(7) << 32 | 5) && low == 7));
    assert_false(live_read_u32(target, IMAGE_HEAP + IMAGE_HEAP_SIZE - 2, &low));
    assert_false(live_read_u64(target, 0, &value));
    struct live_piece none = {.address = IMAGE_HEAP, .to = &value, .size = 0};
    assert_true(live_read_pieces(target, &none, 1));
    assert_false(live_is_same(target)); /* it is no process */
    image_free(image);
}

static void test_images(void **state)
{
    (void)state;
    check_image(EM_X86_64, false);
    check_image(EM_X86_64, true);
    check_image(EM_AARCH64, false);
    check_image(EM_AARCH64, true);
}

static void expect_call(const struct image_test *image, uint64_t address, const char *function,
                        uint32_t line, uint64_t parent)
{
    struct binary_call call;
    assert_true(binary_code_call(image->target->program->code, address, &call));
    assert_true(str_is(call.function, function));
    assert_true(str_is(call.file, "/src/main.go"));
    assert_int_equal(call.line, line);
    assert_int_equal(call.inlined, parent != 0);
    assert_int_equal(call.parent, parent);
}

static void test_positions(void **state)
{
    (void)state;
    struct binary_call call;
    uint64_t entry;
    uint32_t size;
    struct image_test *image = image_new(EM_AARCH64, 26, false);
    const struct binary_code *code = image->target->program->code;
    expect_call(image, image_pc(IN_MAIN, 0), "main.main", 40, 0);
    expect_call(image, image_pc(IN_HELPER, 0x3c), "main.helper", 60, 0);
    expect_call(image, image_pc(IN_HELPER, 0x40), "main.work", 60, image_pc(IN_HELPER, 0x3f));
    expect_call(image, image_pc(IN_HELPER, 0xfc), "runtime.mallocgc", 60,
                image_pc(IN_HELPER, 0x5f));
    assert_false(binary_code_call(code, IMAGE_TEXT - 1, &call));
    assert_false(binary_code_call(code, image_pc(IMAGE_FUNCTIONS, 0), &call));
    assert_true(binary_code_function(code, STR("main.work"), &entry, &size));
    assert_true(entry == image_pc(IN_WORK, 0) && size == FUNCTION_BYTES);
    assert_false(binary_code_function(code, STR("main.wor"), &entry, &size));
    assert_false(binary_code_function(code, STR("main.works"), &entry, &size));
    image_free(image);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_process), cmocka_unit_test(test_zombie),
        cmocka_unit_test(test_not_go),     cmocka_unit_test(test_proc_file),
        cmocka_unit_test(test_reading),    cmocka_unit_test(test_refused),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_images),     cmocka_unit_test(test_positions),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
