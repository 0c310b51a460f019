/* binary_test.c: see binary_test.h. */
#include "binary_test.h"

#include <elf.h>

static void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "memory ended: %zu bytes wanted\n", wanted);
    abort();
}

const struct memory plenty = {memory_must_not_end, NULL};

void small_u32(struct small *small, size_t at, uint32_t value)
{
    assert_true(at + 4 <= sizeof(small->bytes));
    memcpy(small->bytes + at, &value, 4);
}

void small_u64(struct small *small, size_t at, uint64_t value)
{
    assert_true(at + 8 <= sizeof(small->bytes));
    memcpy(small->bytes + at, &value, 8);
}

static void put(struct small *small, size_t at, const void *bytes, size_t n)
{
    assert_true(at + n <= sizeof(small->bytes));
    memcpy(small->bytes + at, bytes, n);
}

static void put_headers(struct small *small, enum machine machine)
{
    Elf64_Ehdr header = {.e_type = ET_EXEC, .e_version = EV_CURRENT, .e_phoff = sizeof(header),
                         .e_machine = machine == MACHINE_AMD64 ? EM_X86_64 : EM_AARCH64,
                         .e_ehsize = sizeof(header), .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = 2};
    Elf64_Phdr segments[2] = {
        {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = SMALL_TEXT,
         .p_vaddr = SMALL_BASE + SMALL_TEXT, .p_filesz = SMALL_TEXT_END - SMALL_TEXT,
         .p_memsz = SMALL_TEXT_END - SMALL_TEXT},
        {.p_type = PT_LOAD, .p_flags = PF_R, .p_offset = SMALL_TEXT_END,
         .p_vaddr = SMALL_BASE + SMALL_TEXT_END, .p_filesz = SMALL_SIZE - SMALL_TEXT_END,
         .p_memsz = SMALL_SIZE - SMALL_TEXT_END}};
    memcpy(header.e_ident, ELFMAG, SELFMAG);
    header.e_ident[EI_CLASS] = ELFCLASS64;
    header.e_ident[EI_DATA] = ELFDATA2LSB;
    header.e_ident[EI_VERSION] = EV_CURRENT;
    put(small, 0, &header, sizeof(header));
    put(small, sizeof(header), segments, sizeof(segments));
}

static void put_info(struct small *small)
{
    static const char head[16] = "\xff Go buildinf:\x08\x02";
    static const char modules[] = "0123456789abcdefpath\texample.com/small\n"
                                  "mod\texample.com/small\tv1.0.0\t\nbuild\tGOARCH=amd64\n"
                                  "build\tGOOS=linux\nfedcba9876543210";
    size_t at = SMALL_INFO + 32;
    put(small, SMALL_INFO, head, sizeof(head));
    small->bytes[at] = 8;
    put(small, at + 1, "go1.26.8", 8);
    small->bytes[at + 9] = sizeof(modules) - 1;
    assert_true(sizeof(modules) - 1 < 0x80);
    put(small, at + 10, modules, sizeof(modules) - 1);
}

/* main.T is a struct of 24 bytes with pointers in the first 8; without fields here. */
static void put_type(struct small *small)
{
    small_u64(small, SMALL_TYPE, 24);
    small_u64(small, SMALL_TYPE + 8, 8);
    put(small, SMALL_TYPE + 20, "\x04\x08\x08\x08", 4); /* named, aligned to 8; kind int64 */
    small->bytes[SMALL_TYPE + 23] = 6;
    small_u32(small, SMALL_TYPE + 40, SMALL_NAMES - SMALL_TYPE);
    put(small, SMALL_NAMES, "\x01\x06main.T", 8);
}

/* Header, names, units, files, pc tables; then the functions' index and records. */
static void put_pclntab(struct small *small)
{
    static const char names[] = "runtime.newobject\0main.main";
    enum { NAMES = 0x50, UNITS = 0x70, FILES = 0x80, PCS = 0xa0, FUNCTIONS = 0xc0 };
    size_t at = SMALL_PCLNTAB;
    put(small, at, "\xf1\xff\xff\xff\0\0\1\x8", 8);
    small_u64(small, at + 8, 2);
    small_u64(small, at + 16, 1);
    small_u64(small, at + 32, NAMES);
    small_u64(small, at + 40, UNITS);
    small_u64(small, at + 48, FILES);
    small_u64(small, at + 56, PCS);
    small_u64(small, at + 64, FUNCTIONS);
    put(small, at + NAMES, names, sizeof(names));
    put(small, at + FILES, "/src/main.go", 13);
    put(small, at + PCS, "\0\x02\x40\0\x10\x07\x04\x39\0", 9); /* at 1: file 0; at 4: lines 7, 9 */
    for (uint32_t i = 0; i < 2; i++) {
        size_t record = at + FUNCTIONS + 0x20 + i * 0x40;
        small_u32(small, at + FUNCTIONS + 8 * i, i * 64);
        small_u32(small, at + FUNCTIONS + 8 * i + 4, 0x20 + i * 0x40);
        small_u32(small, record, i * 64);
        small_u32(small, record + 4, i * 18);
        small_u32(small, record + 20, 1);
        small_u32(small, record + 24, 4);
    }
    small_u32(small, at + FUNCTIONS + 16, 128);
}

static void put_module(struct small *small)
{
    static const uint64_t fields[][2] = {
        {0, SMALL_PCLNTAB},   {8, SMALL_PCLNTAB + 0x50}, {160, SMALL_TEXT},
        {168, SMALL_TEXT_END}, {176, SMALL_TEXT},         {184, SMALL_TEXT_END},
        {296, SMALL_TYPE},     {304, SMALL_PCLNTAB},      {320, SMALL_NAMES}};
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        small_u64(small, SMALL_MODULE + fields[i][0], SMALL_BASE + fields[i][1]);
}

void small_make(struct small *small, enum machine machine, const void *code, size_t n)
{
    memset(small, 0, sizeof(*small));
    small->len = SMALL_SIZE;
    put_headers(small, machine);
    memset(small->bytes + SMALL_TEXT, machine == MACHINE_AMD64 ? 0xcc : 0,
           SMALL_TEXT_END - SMALL_TEXT);
    assert_true(n <= SMALL_TEXT_END - SMALL_MAIN);
    put(small, SMALL_MAIN, code, n);
    put_info(small);
    put_type(small);
    put_pclntab(small);
    put_module(small);
}

void small_usual(struct small *small)
{
    static const char code[] = "\x48\x8d\x05\xb9\x01\x00\x00\xe8\xb4\xff\xff\xff\xc3";
    small_make(small, MACHINE_AMD64, code, sizeof(code) - 1);
}

/* The two pieces of put_headers. */
static const struct {
    uint32_t offset, size;
    bool executable;
} pieces[] = {{SMALL_TEXT, SMALL_TEXT_END - SMALL_TEXT, true},
              {SMALL_TEXT_END, SMALL_SIZE - SMALL_TEXT_END, false}};

void small_as_pe(struct small *small)
{
    enum { COFF = 0x40, OPTIONAL = COFF + 24, TABLE = OPTIONAL + 112 };
    memset(small->bytes, 0, SMALL_TEXT);
    put(small, 0, "MZ", 2);
    small_u32(small, 0x3c, COFF);
    put(small, COFF, "PE\0\0\x64\x86\x02\0", 8);
    put(small, COFF + 20, "\x70", 1);
    put(small, OPTIONAL, "\x0b\x02", 2);
    small_u64(small, OPTIONAL + 24, SMALL_BASE);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        size_t at = TABLE + 40 * i;
        small_u32(small, at + 8, pieces[i].size);
        small_u32(small, at + 12, pieces[i].offset);
        small_u32(small, at + 16, pieces[i].size);
        small_u32(small, at + 20, pieces[i].offset);
        small_u32(small, at + 36, pieces[i].executable ? 0x60000020 : 0x40000040);
    }
}

void small_as_macho(struct small *small)
{
    memset(small->bytes, 0, SMALL_TEXT);
    put(small, 0, "\xcf\xfa\xed\xfe\x07\0\0\x01\0\0\0\0\x02\0\0\0\x02", 17);
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        size_t at = 32 + 72 * i;
        small_u32(small, at, 0x19);
        small_u32(small, at + 4, 72);
        small_u64(small, at + 24, SMALL_BASE + pieces[i].offset);
        small_u64(small, at + 40, pieces[i].offset);
        small_u64(small, at + 48, pieces[i].size);
        small_u32(small, at + 60, pieces[i].executable ? 5 : 1);
    }
}

struct binary *small_read(const struct small *small, struct diag_sink *sink)
{
    struct workers *workers = workers_new(&plenty, 1);
    struct binary *binary;
    struct str bytes = {(const char *)small->bytes, small->len};
    enum status status =
        binary_read_bytes(bytes, STR("small"), workers, &plenty, sink, &binary);
    workers_free(workers);
    assert_int_equal(status == STATUS_OK, binary != NULL);
    return binary;
}
