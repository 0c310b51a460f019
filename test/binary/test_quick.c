/* test_quick.c: what the quick reader says of an instruction against what the disassembler's
 * operands say: every opcode of both maps with every ModRM, all REX and the prefixes that are
 * understood. */
#include "binary_test.h"

enum { ROOM = 24, MOVES = 3 };

struct counts {
    size_t same, asked, differing;
};

static bool same_action(const struct action *a, const struct action *b)
{
    bool same = a->count == b->count && a->lost == b->lost && a->moves_stack == b->moves_stack &&
                a->takes_stack == b->takes_stack && a->taken == b->taken;
    for (unsigned i = 0; same && i < a->count; i++) {
        const struct effect *x = &a->effects[i], *y = &b->effects[i];
        bool unknown = x->kind == EFFECT_UNKNOWN; /* where from is of no meaning then */
        same = x->kind == y->kind && x->to.slot == y->to.slot && x->to.number == y->to.number &&
               x->width == y->width &&
               (unknown || (x->from.slot == y->from.slot && x->from.number == y->from.number &&
                            x->other.number == y->other.number && x->number == y->number));
    }
    return same;
}

/* body: with one instruction in its list. */
static void compare(const struct decoder *decoder, struct body *body, struct counts *counts)
{
    const unsigned char *bytes = body->bytes;
    struct amd64_opcode found;
    struct action quick = {0}, decoded = {0};
    body->list.at[0].length = (uint8_t)amd64_quick_length(bytes, ROOM, &found);
    if (body->list.at[0].length == 0 || !amd64_quick_action(body, 0, &quick)) {
        counts->asked++;
        return;
    }
    amd64_decoded_action(decoder, body, 0, &decoded);
    bool same = same_action(&quick, &decoded);
    counts->same += same;
    counts->differing += !same;
    if (!same && counts->differing < 8)
        print_message("# %02x %02x %02x %02x %02x differs\n", bytes[0], bytes[1], bytes[2],
                      bytes[3], bytes[4]);
}

static void compare_opcode(const struct decoder *decoder, const unsigned char *prefix,
                           unsigned opcode, struct counts *counts)
{
    static const unsigned char sibs[] = {0x24, 0x25, 0x2c, 0xe0};
    unsigned char bytes[ROOM] = {0};
    struct body body = {.bytes = bytes, .size = ROOM, .entry = 0x401000, .memory = &plenty};
    struct instruction instruction = {0};
    VEC_PUSH(&plenty, &body.list, instruction);
    size_t at = 0;
    for (size_t i = 0; i < 2; i++)
        if (prefix[i])
            bytes[at++] = prefix[i];
    if (opcode & AMD64_TWO_BYTES)
        bytes[at++] = 0x0f;
    bytes[at++] = (unsigned char)opcode;
    memcpy(bytes + at + 2, "\x81\x02\xfd\xff\x7f", 5);
    for (unsigned modrm = 0; modrm < 256; modrm++) {
        for (size_t i = 0; i < COUNT_OF(sibs); i++) {
            bytes[at] = (unsigned char)modrm;
            bytes[at + 1] = sibs[i];
            compare(decoder, &body, counts);
        }
    }
    VEC_RELEASE(&plenty, &body.list);
}

static void quick_is_what_is_decoded(void **state)
{
    (void)state;
    static const unsigned char before[] = {0, 0x66, 0xf2, 0xf3};
    struct decoder *decoder = decoder_new(MACHINE_AMD64, &plenty);
    struct counts counts = {0};
    for (size_t p = 0; p < COUNT_OF(before); p++) {
        for (unsigned rex = 0x3f; rex < 0x50; rex++) {
            const unsigned char prefix[2] = {before[p], rex == 0x3f ? 0 : (unsigned char)rex};
            for (unsigned opcode = 0; opcode < 512; opcode++)
                compare_opcode(decoder, prefix, opcode, &counts);
        }
    }
    decoder_free(decoder);
    print_message("# %zu the same, %zu left to the disassembler\n", counts.same, counts.asked);
    assert_true(counts.same > 8 * MOVES * 256);
    assert_int_equal(counts.differing, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quick_is_what_is_decoded)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
