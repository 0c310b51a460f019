/* test_read.c: a small executable read whole, and what is refused. */
#include "binary_test.h"

#include <elf.h>

static void sites_of_a_small_program(void **state)
{
    (void)state;
    struct small small;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    struct binary *binary = small_read(&small, sink);
    assert_non_null(binary);
    assert_int_equal(binary->function_count, 2);
    assert_true(str_is(binary->go_version, "go1.26.8"));
    assert_true(str_is(binary->path, "example.com/small"));
    assert_int_equal(binary->sites.len, 1);
    const struct binary_site *site = &binary->sites.at[0];
    assert_true(str_is(binary->functions[site->function].name, "main.main"));
    assert_true(str_is(binary->callees.at[site->callee], "runtime.newobject"));
    assert_int_equal(site->offset, 7);
    assert_int_equal(site->line, 9);
    assert_true(str_is(site->file, "/src/main.go"));
    assert_int_equal(site->status, BINARY_RESOLVED);
    assert_true(str_is(binary->types.at[site->type - 1].name, "main.T"));
    assert_int_equal(site->size, 24);
    assert_int_equal(site->count, 1);
    binary_free(binary);
    diag_sink_free(sink);
}

static void check_other_format(void (*as)(struct small *small))
{
    struct small small;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    as(&small);
    struct binary *binary = small_read(&small, sink);
    assert_non_null(binary);
    assert_int_equal(binary->sites.len, 1);
    assert_true(str_is(binary->types.at[binary->sites.at[0].type - 1].name, "main.T"));
    assert_int_equal(binary_load_address(binary), 0);
    binary_free(binary);
    diag_sink_free(sink);
}

static void other_formats(void **state)
{
    (void)state;
    check_other_format(small_as_pe);
    check_other_format(small_as_macho);
}

static void sites_by_place(void **state)
{
    (void)state;
    struct small small;
    size_t count;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    struct binary *binary = small_read(&small, sink);
    struct binary_index *index = binary_index_new(binary);
    const uint32_t *found = binary_index_at(index, STR("main.go"), 9, &count);
    assert_non_null(found);
    assert_int_equal(count, 1);
    assert_null(binary_index_at(index, STR("main.go"), 8, &count));
    assert_null(binary_index_at(index, STR("other.go"), 9, &count));
    assert_true(binary_index_has_sites_of(index, STR("main.go")));
    assert_false(binary_index_has_sites_of(index, STR("other.go")));
    assert_non_null(binary_function_at(binary, SMALL_BASE + SMALL_MAIN + 63));
    assert_null(binary_function_at(binary, SMALL_BASE + SMALL_TEXT_END));
    assert_null(binary_function_at(binary, SMALL_BASE + SMALL_TEXT - 1));
    struct binary_frame frame;
    assert_int_equal(binary_position(binary, &binary->functions[1], 0, &frame, 1), 1);
    assert_int_equal(frame.line, 7);
    assert_true(str_is(frame.function, "main.main"));
    binary_index_free(index);
    binary_free(binary);
    diag_sink_free(sink);
}

static void a_build_against_itself(void **state)
{
    (void)state;
    struct small small, without;
    size_t count;
    struct diag_sink *sink = diag_sink_new(&plenty);
    small_usual(&small);
    small_make(&without, MACHINE_AMD64, "\xc3", 1);
    struct binary *one = small_read(&small, sink), *other = small_read(&without, sink);
    struct binary_change *changes = binary_diff(one, one, &count);
    assert_int_equal(count, 0);
    memory_put(&plenty, changes);
    changes = binary_diff(one, other, &count);
    assert_int_equal(count, 1);
    assert_int_equal(changes[0].old_sites, 1);
    assert_int_equal(changes[0].new_sites, 0);
    memory_put(&plenty, changes);
    binary_free(one);
    binary_free(other);
    diag_sink_free(sink);
}

/* ---- what is refused ---- */

struct damage {
    const char *what;
    size_t at;
    uint64_t value;
    unsigned width; /* bytes of value; 0: the file is cut at `at` */
    enum diag_code code;
};

static const struct damage damages[] = {
    {"no ELF", 0, 0, 4, DIAG_BINARY_FORMAT},
    {"DOS", 0, 0x5a4d, 4, DIAG_BINARY_FORMAT},
    {"universal", 0, 0xbebafeca, 4, DIAG_BINARY_FORMAT},
    {"empty", 0, 0, 0, DIAG_BINARY_FORMAT},
    {"cut in the header", 40, 0, 0, DIAG_BINARY_DAMAGED},
    {"cut in the program headers", 100, 0, 0, DIAG_BINARY_DAMAGED},
    {"cut in a segment", SMALL_MODULE, 0, 0, DIAG_BINARY_DAMAGED},
    {"32 bit", EI_CLASS, ELFCLASS32, 1, DIAG_BINARY_MACHINE},
    {"big-endian", EI_DATA, ELFDATA2MSB, 1, DIAG_BINARY_MACHINE},
    {"another machine", offsetof(Elf64_Ehdr, e_machine), EM_RISCV, 2, DIAG_BINARY_MACHINE},
    {"an object file", offsetof(Elf64_Ehdr, e_type), ET_REL, 2, DIAG_BINARY_FORMAT},
    {"no segments", offsetof(Elf64_Ehdr, e_phnum), 0, 2, DIAG_BINARY_DAMAGED},
    {"UPX", 0x1e0, 0x21585055, 4, DIAG_BINARY_PACKED},
    {"old buildinfo", SMALL_INFO + 15, 0, 1, DIAG_BINARY_NOT_GO},
    {"long version", SMALL_INFO + 32, 0x7fffffff, 4, DIAG_BINARY_DAMAGED},
    {"no pclntab", SMALL_PCLNTAB, 0, 4, DIAG_BINARY_NOT_GO},
    {"pclntab of Go 1.16", SMALL_PCLNTAB, 0xfffffffa, 4, DIAG_BINARY_NOT_GO},
    {"tables out of order", SMALL_PCLNTAB + 40, 0x10, 8, DIAG_BINARY_NOT_GO},
    {"tables beyond the end", SMALL_PCLNTAB + 64, UINT64_MAX, 8, DIAG_BINARY_NOT_GO},
    {"no functions", SMALL_PCLNTAB + 8, 0, 8, DIAG_BINARY_DAMAGED},
    {"too many functions", SMALL_PCLNTAB + 8, UINT64_MAX, 8, DIAG_BINARY_DAMAGED},
    {"functions overlap", SMALL_PCLNTAB + 0xc8, 0x7f000000, 4, DIAG_BINARY_DAMAGED},
    {"record beyond the end", SMALL_PCLNTAB + 0xc4, 0xffffff00, 4, DIAG_BINARY_DAMAGED},
    {"name beyond the end", SMALL_PCLNTAB + 0xe4, 0xffffff00, 4, DIAG_BINARY_DAMAGED},
    {"no moduledata", SMALL_MODULE, 0, 8, DIAG_BINARY_NOT_GO},
    {"code elsewhere", SMALL_MODULE + 176, 0, 8, DIAG_BINARY_NOT_GO},
};

static const struct damage pe_damages[] = {
    {"no PE header", 0x40, 0, 4, DIAG_BINARY_FORMAT},
    {"PE header beyond the end", 0x3c, 0xfffffff0, 4, DIAG_BINARY_FORMAT},
    {"Windows on 386", 0x44, 0x14c, 2, DIAG_BINARY_MACHINE},
    {"32-bit optional header", 0x58, 0x10b, 2, DIAG_BINARY_DAMAGED},
    {"section table beyond the end", 0x46, 0xffff, 2, DIAG_BINARY_DAMAGED},
    {"no sections", 0x46, 0, 2, DIAG_BINARY_DAMAGED},
    {"section beyond the end", 0xc8 + 20, 0xffffff00, 4, DIAG_BINARY_DAMAGED},
    {"UPX for Windows", 0x180, 0x21585055, 4, DIAG_BINARY_PACKED},
};

static const struct damage macho_damages[] = {
    {"macOS on PowerPC", 4, 18, 4, DIAG_BINARY_MACHINE},
    {"a Mach-O object", 12, 1, 4, DIAG_BINARY_FORMAT},
    {"cut in the Mach-O header", 20, 0, 0, DIAG_BINARY_DAMAGED},
    {"commands beyond the end", 16, 0xffffffff, 4, DIAG_BINARY_DAMAGED},
    {"command without a size", 36, 0, 4, DIAG_BINARY_DAMAGED},
    {"segment beyond the end", 32 + 48, UINT64_MAX, 8, DIAG_BINARY_DAMAGED},
    {"chained fixups", 32, 0x80000034, 4, DIAG_BINARY_FORMAT},
    {"no commands", 16, 0, 4, DIAG_BINARY_DAMAGED},
};

static void check_damages(const struct damage *list, size_t count,
                          void (*as)(struct small *small))
{
    for (size_t i = 0; i < count; i++) {
        const struct damage *damage = &list[i];
        struct small small;
        struct diag_sink *sink = diag_sink_new(&plenty);
        small_usual(&small);
        if (as)
            as(&small);
        memcpy(small.bytes + damage->at, &damage->value, damage->width);
        if (damage->width == 0)
            small.len = damage->at;
        assert_null(small_read(&small, sink));
        print_message("%s: %.*s\n", damage->what, STR_ARGS(diag_at(sink, 0)->message));
        assert_int_equal(diag_count(sink), 1);
        assert_int_equal(diag_at(sink, 0)->code, damage->code);
        diag_sink_free(sink);
    }
}

static void damaged_files_are_refused(void **state)
{
    (void)state;
    check_damages(damages, COUNT_OF(damages), NULL);
    check_damages(pe_damages, COUNT_OF(pe_damages), small_as_pe);
    check_damages(macho_damages, COUNT_OF(macho_damages), small_as_macho);
}

/* Whatever single byte is changed: an error or a result, never a crash; and indexes hold (N2). */
static void change_any_byte(void (*as)(struct small *small))
{
    for (size_t at = 0; at < SMALL_SIZE; at++) {
        struct small small;
        struct diag_sink *sink = diag_sink_new(&plenty);
        small_usual(&small);
        if (as)
            as(&small);
        small.bytes[at] ^= (unsigned char)(at % 3 == 0 ? 0x80 : 0xff);
        struct binary *binary = small_read(&small, sink);
        for (size_t i = 0; binary && i < binary->sites.len; i++) {
            const struct binary_site *site = &binary->sites.at[i];
            assert_true(site->function < binary->function_count);
            assert_true(site->type <= binary->types.len);
            assert_true(site->first_inlined + site->inlined_count <= binary->frames.len);
        }
        binary_free(binary);
        diag_sink_free(sink);
    }
}

static void any_byte_changed(void **state)
{
    (void)state;
    change_any_byte(NULL);
    change_any_byte(small_as_pe);
    change_any_byte(small_as_macho);
}

static void too_large(void **state)
{
    (void)state;
    struct small small;
    struct workers *workers = workers_new(&plenty, 1);
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct binary *binary;
    small_usual(&small);
    struct str bytes = {(const char *)small.bytes, LIMIT_BINARY_BYTES + 1};
    assert_int_equal(binary_read_bytes(bytes, STR("large"), workers, &plenty, sink, &binary),
                     STATUS_LIMIT);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_BINARY_LIMIT);
    workers_free(workers);
    diag_sink_free(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sites_of_a_small_program), cmocka_unit_test(sites_by_place),
        cmocka_unit_test(a_build_against_itself),   cmocka_unit_test(damaged_files_are_refused),
        cmocka_unit_test(any_byte_changed),         cmocka_unit_test(too_large),
        cmocka_unit_test(other_formats),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
