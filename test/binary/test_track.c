/* test_track.c: what is known of an argument before a call. Each case is main.main's code; the call
 * of runtime.newobject lies 64 bytes before it, the descriptor of main.T 0x1c0 bytes after its
 * start. Unknown must stay unknown (N3). */
#include "binary_test.h"

struct code {
    const char *what;
    enum machine machine;
    const char *bytes;
    size_t len;
    bool known;
};
#define CODE(what, machine, bytes, known) {what, MACHINE_##machine, bytes, sizeof(bytes) - 1, known}

static const struct code codes[] = {
    /* lea rax,[rip+T]; call */
    CODE("address", AMD64, "\x48\x8d\x05\xb9\x01\x00\x00\xe8\xb4\xff\xff\xff\xc3", true),
    /* lea rcx,[rip+T]; mov rax,rcx; call */
    CODE("copied", AMD64,
         "\x48\x8d\x0d\xb9\x01\x00\x00\x48\x89\xc8\xe8\xb1\xff\xff\xff\xc3", true),
    /* lea rcx,[rip+T]; mov [rsp+8],rcx; mov rax,[rsp+8]; call */
    CODE("spilled", AMD64,
         "\x48\x8d\x0d\xb9\x01\x00\x00\x48\x89\x4c\x24\x08\x48\x8b\x44\x24\x08"
         "\xe8\xaa\xff\xff\xff\xc3", true),
    /* the same, with lea rdx,[rsp+8] in between */
    CODE("spilled, address taken", AMD64,
         "\x48\x8d\x0d\xb9\x01\x00\x00\x48\x89\x4c\x24\x08\x48\x8d\x54\x24\x08"
         "\x48\x8b\x44\x24\x08\xe8\xa5\xff\xff\xff\xc3", false),
    /* the same, with a 4-byte store of eax into the slot's upper half */
    CODE("spilled, half overwritten", AMD64,
         "\x48\x8d\x0d\xb9\x01\x00\x00\x48\x89\x4c\x24\x08\x89\x44\x24\x0c"
         "\x48\x8b\x44\x24\x08\xe8\xa6\xff\xff\xff\xc3", false),
    /* lea; push rax moves the stack; mov rax,[rsp+8] */
    CODE("spilled, stack moved", AMD64,
         "\x48\x8d\x0d\xb9\x01\x00\x00\x48\x89\x4c\x24\x08\x50\x48\x8b\x44\x24\x08"
         "\xe8\xa9\xff\xff\xff\xc3", false),
    /* test bl,bl; jz +7; lea rax,[rip+T]; call: rax is an argument on the other way */
    CODE("one way only", AMD64,
         "\x84\xdb\x74\x07\x48\x8d\x05\xb5\x01\x00\x00\xe8\xb0\xff\xff\xff\xc3", false),
    /* test; jz else; lea T; jmp end; else: lea T; end: call */
    CODE("both ways alike", AMD64,
         "\x84\xdb\x74\x09\x48\x8d\x05\xb5\x01\x00\x00\xeb\x07\x48\x8d\x05\xac\x01\x00\x00"
         "\xe8\xa7\xff\xff\xff\xc3", true),
    /* lea rax,[T]; dec rcx; jnz back to dec; call: a loop that keeps it */
    CODE("kept around a loop", AMD64,
         "\x48\x8d\x05\xb9\x01\x00\x00\x48\xff\xc9\x75\xfb\xe8\xaf\xff\xff\xff\xc3", true),
    /* lea rax,[T]; inc rax; dec rcx; jnz to inc; call: a loop that changes it */
    CODE("changed around a loop", AMD64,
         "\x48\x8d\x05\xb9\x01\x00\x00\x48\xff\xc0\x48\xff\xc9\x75\xf8\xe8\xac\xff\xff\xff\xc3",
         false),
    /* lea rax,[T]; call newobject; call newobject: the first call loses it */
    CODE("lost by a call", AMD64, "\xe8\xbb\xff\xff\xff\xe8\xb6\xff\xff\xff\xc3", false),
    /* lea rax,[T-8]; add rax,8; call */
    CODE("added to", AMD64,
         "\x48\x8d\x05\xb1\x01\x00\x00\x48\x83\xc0\x08\xe8\xb0\xff\xff\xff\xc3", true),
    /* lea; mov al,1: a partial write */
    CODE("partly written", AMD64,
         "\x48\x8d\x05\xb9\x01\x00\x00\xb0\x01\xe8\xb2\xff\xff\xff\xc3", false),
    /* lea; jmp rcx somewhere in the function: any leader may be reached */
    CODE("tail call", AMD64, "\x48\x8d\x05\xb9\x01\x00\x00\xe9\xb4\xff\xff\xff\xc3", true),
    /* adrp x0, page of T (same page); add x0,x0,#0x400; bl newobject */
    CODE("arm64 address", ARM64,
         "\x00\x00\x00\x90\x00\x00\x10\x91\xee\xff\xff\x97\xc0\x03\x5f\xd6", true),
    /* adrp x1; add x1; mov x0,x1; bl */
    CODE("arm64 copied", ARM64,
         "\x01\x00\x00\x90\x21\x00\x10\x91\xe0\x03\x01\xaa\xed\xff\xff\x97\xc0\x03\x5f\xd6", true),
    /* adrp x1; add x1; stp x1,x2,[sp,#16]; ldp x3,x0 -> ldr x0,[sp,#16]; bl */
    CODE("arm64 spilled in a pair", ARM64,
         "\x01\x00\x00\x90\x21\x00\x10\x91\xe1\x0b\x01\xa9\xe0\x0b\x40\xf9"
         "\xec\xff\xff\x97\xc0\x03\x5f\xd6", true),
    /* adrp x0; add x0; eor x0,x0,x1; bl */
    CODE("arm64 mixed", ARM64,
         "\x00\x00\x00\x90\x00\x00\x10\x91\x00\x00\x01\xca\xed\xff\xff\x97\xc0\x03\x5f\xd6",
         false),
    /* adrp x0; add x0; cbz x1, +8; mov x0,x2; bl */
    CODE("arm64 one way only", ARM64,
         "\x00\x00\x00\x90\x00\x00\x10\x91\x41\x00\x00\xb4\xe0\x03\x02\xaa"
         "\xec\xff\xff\x97\xc0\x03\x5f\xd6", false),
};

static void types_are_tracked(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(codes); i++) {
        struct small small;
        struct diag_sink *sink = diag_sink_new(&plenty);
        small_make(&small, codes[i].machine, codes[i].bytes, codes[i].len);
        struct binary *binary = small_read(&small, sink);
        assert_non_null(binary);
        print_message("%s: %zu sites\n", codes[i].what, binary->sites.len);
        assert_true(binary->sites.len >= 1);
        const struct binary_site *site = &binary->sites.at[binary->sites.len - 1];
        assert_int_equal(site->status, codes[i].known ? BINARY_RESOLVED : BINARY_UNRESOLVED);
        assert_int_equal(site->type != 0, codes[i].known);
        binary_free(binary);
        diag_sink_free(sink);
    }
}

static void heap_bytes(void **state)
{
    (void)state;
    struct small small;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    struct binary *binary = small_read(&small, sink);
    assert_int_equal(binary_heap_bytes(binary, 0, false), 0);
    assert_int_equal(binary_heap_bytes(binary, 24, true), 24);
    assert_int_equal(binary_heap_bytes(binary, 25, true), 32);
    assert_int_equal(binary_heap_bytes(binary, 512, true), 512);
    assert_int_equal(binary_heap_bytes(binary, 513, false), 576);
    assert_int_equal(binary_heap_bytes(binary, 572, true), 640); /* with a header of 8 */
    assert_int_equal(binary_heap_bytes(binary, 32768, false), 32768);
    assert_int_equal(binary_heap_bytes(binary, 32769, false), 40960);
    binary_free(binary);
    diag_sink_free(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(types_are_tracked),
        cmocka_unit_test(heap_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
