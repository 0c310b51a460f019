/* live_test.c: writes a small Go executable and serves the memory of a process that runs it. */
#include "live_test.h"

#include <elf.h>
#include <unistd.h>

enum {
    TABLE = 0x2000,  /* of pclntab in the code segment */
    NAMES = 0x80, UNITS = 0x200, FILES = 0x220, PCS = 0x260, FUNCTIONS = 0x400,
    INFO = 0x3010,   /* buildinfo, in the data segment */
    TREE = 0x1900,   /* inline tree */
    CODE_SIZE = 0x3000,
    SYMBOLS = 0x6000, SYMBOL_NAMES = 0x7000, SECTIONS = 0x8000,
    FILE_SIZE = 0x8200,
    DATA_OFFSET = 0x3000,
    RECORD_BYTES = 44,
};

static void no_memory(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    abort();
}
const struct memory plenty = {.exhausted = no_memory};

static const char *const function_names[IMAGE_FUNCTIONS] = {
    "runtime.mallocgc", "runtime.newobject", "runtime.goexit",
    "main.main", "main.work", "main.helper",
};

static void put_u32(unsigned char *at, uint32_t value)
{
    memcpy(at, &value, 4);
}
static void put_u64(unsigned char *at, uint64_t value)
{
    memcpy(at, &value, 8);
}

/* ---- pclntab ---- */

static uint32_t name_offset(int function)
{
    uint32_t at = 1;
    for (int i = 0; i < function; i++)
        at += (uint32_t)strlen(function_names[i]) + 1;
    return at;
}

/* A table of one value for the whole function, or of three for the one with inlined code. */
static uint32_t put_values(unsigned char *pcs, uint32_t *used, int32_t first, bool inlining,
                           unsigned quantum)
{
    const int32_t values[3] = {first, inlining ? 0 : first, inlining ? 1 : first};
    const uint32_t bytes[3] = {0x40, 0x20, FUNCTION_BYTES - 0x60};
    uint32_t start = *used;
    int32_t value = -1;
    for (int i = 0; i < (inlining ? 3 : 1); i++) {
        int32_t change = values[i] - value;
        uint32_t zigzag = change < 0 ? (uint32_t)-change * 2 - 1 : (uint32_t)change * 2;
        uint32_t step = (inlining ? bytes[i] : FUNCTION_BYTES) / quantum;
        for (; zigzag >= 0x80; zigzag >>= 7)
            pcs[(*used)++] = (unsigned char)(zigzag | 0x80);
        pcs[(*used)++] = (unsigned char)zigzag;
        for (; step >= 0x80; step >>= 7)
            pcs[(*used)++] = (unsigned char)(step | 0x80);
        pcs[(*used)++] = (unsigned char)step;
        value = values[i];
    }
    pcs[(*used)++] = 0;
    return start;
}

static void put_function(unsigned char *table, int i, uint32_t *pcs, unsigned quantum)
{
    bool inlining = i == IN_HELPER;
    uint32_t record = (IMAGE_FUNCTIONS + 1) * 8 + (uint32_t)i * 80;
    unsigned char *at = table + FUNCTIONS + record;
    put_u32(table + FUNCTIONS + 8 * i, (uint32_t)i * FUNCTION_BYTES);
    put_u32(table + FUNCTIONS + 8 * i + 4, record);
    put_u32(at, (uint32_t)i * FUNCTION_BYTES);
    put_u32(at + 4, name_offset(i));
    put_u32(at + 16, put_values(table + PCS, pcs, IMAGE_FRAME, false, quantum));
    put_u32(at + 20, put_values(table + PCS, pcs, 0, false, quantum));
    put_u32(at + 24, put_values(table + PCS, pcs, 10 * i + 10, false, quantum));
    put_u32(at + 28, 3); /* pcdata */
    put_u32(at + 36, (uint32_t)(10 * i + 9));
    at[43] = 4; /* funcdata */
    put_u32(at + RECORD_BYTES + 8, inlining ? put_values(table + PCS, pcs, -1, true, quantum) : 0);
    put_u32(at + RECORD_BYTES + 12 + 12, inlining ? 0 : UINT32_MAX);
}

static void put_table(unsigned char *table, unsigned quantum)
{
    static const unsigned char magic[] = {0xf1, 0xff, 0xff, 0xff, 0, 0};
    const uint64_t header[] = {IMAGE_FUNCTIONS, 1, 0, NAMES, UNITS, FILES, PCS, FUNCTIONS};
    uint32_t pcs = 1;
    memcpy(table, magic, sizeof(magic));
    table[6] = (unsigned char)quantum;
    table[7] = 8;
    memcpy(table + 8, header, sizeof(header));
    for (int i = 0; i < IMAGE_FUNCTIONS; i++)
        memcpy(table + NAMES + name_offset(i), function_names[i], strlen(function_names[i]));
    put_u32(table + UNITS, 1);
    memcpy(table + FILES + 1, "/src/main.go", 13);
    for (int i = 0; i < IMAGE_FUNCTIONS; i++)
        put_function(table, i, &pcs, quantum);
    put_u32(table + FUNCTIONS + (size_t)8 * IMAGE_FUNCTIONS, IMAGE_FUNCTIONS * FUNCTION_BYTES);
}

/* main.helper has main.work inlined at 0x40, and that runtime.mallocgc at 0x60. */
static void put_tree(unsigned char *tree)
{
    put_u32(tree + 4, name_offset(IN_WORK));
    put_u32(tree + 8, 0x3f);
    put_u32(tree + 12, 49);
    put_u32(tree + 16 + 4, name_offset(IN_MALLOCGC));
    put_u32(tree + 16 + 8, 0x5f);
    put_u32(tree + 16 + 12, 9);
}

/* ---- the file ---- */

static void put_info(unsigned char *at, unsigned minor)
{
    memcpy(at, "\xff Go buildinf:\x08\x02", 16);
    int n = snprintf((char *)at + 33, 32, "go1.%u.1", minor);
    at[32] = (unsigned char)n;
}

static void put_headers(unsigned char *bytes, unsigned machine, bool stripped)
{
    Elf64_Ehdr header = {.e_type = ET_EXEC, .e_machine = (Elf64_Half)machine, .e_version = 1,
                         .e_entry = IMAGE_TEXT, .e_phoff = sizeof(Elf64_Ehdr),
                         .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr),
                         .e_phnum = 2, .e_shentsize = sizeof(Elf64_Shdr)};
    memcpy(header.e_ident, "\x7f" "ELF\2\1\1", 7);
    if (!stripped) {
        header.e_shoff = SECTIONS;
        header.e_shnum = 3;
        header.e_shstrndx = 2;
    }
    Elf64_Phdr segments[2] = {
        {.p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_vaddr = IMAGE_CODE, .p_filesz = CODE_SIZE,
         .p_memsz = CODE_SIZE},
        {.p_type = PT_LOAD, .p_flags = PF_R | PF_W, .p_vaddr = IMAGE_DATA, .p_offset = DATA_OFFSET,
         .p_filesz = 0x1000, .p_memsz = IMAGE_DATA_SIZE}};
    memcpy(bytes, &header, sizeof(header));
    memcpy(bytes + sizeof(header), segments, sizeof(segments));
}

static void put_symbols(unsigned char *bytes)
{
    size_t names = 1;
    for (int i = 0; i < LIVE_VARIABLE_COUNT; i++) {
        const char *name = live_variable_name((enum live_variable)i);
        Elf64_Sym symbol = {.st_name = (Elf64_Word)names, .st_shndx = 1,
                            .st_value = image_variable((enum live_variable)i)};
        memcpy(bytes + SYMBOLS + sizeof(symbol) * (size_t)i, &symbol, sizeof(symbol));
        memcpy(bytes + SYMBOL_NAMES + names, name, strlen(name));
        names += strlen(name) + 1;
    }
    Elf64_Shdr sections[3] = {
        {.sh_type = SHT_NULL},
        {.sh_type = SHT_SYMTAB, .sh_offset = SYMBOLS, .sh_link = 2,
         .sh_size = sizeof(Elf64_Sym) * LIVE_VARIABLE_COUNT, .sh_entsize = sizeof(Elf64_Sym)},
        {.sh_type = SHT_STRTAB, .sh_offset = SYMBOL_NAMES, .sh_size = names}};
    memcpy(bytes + SECTIONS, sections, sizeof(sections));
}

static void write_file(const struct image_test *image, unsigned machine, unsigned minor,
                       bool stripped)
{
    unsigned char *bytes = calloc(1, FILE_SIZE);
    assert_non_null(bytes);
    put_headers(bytes, machine, stripped);
    put_info(bytes + INFO, minor);
    put_table(bytes + TABLE, machine == EM_AARCH64 ? 4 : 1);
    put_tree(bytes + TREE);
    if (!stripped)
        put_symbols(bytes);
    FILE *file = fopen(image->path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, FILE_SIZE, file), FILE_SIZE);
    assert_int_equal(fclose(file), 0);
    free(bytes);
}

/* ---- memory ---- */

static unsigned char *memory_of(struct image_test *image, uint64_t address, size_t n)
{
    if (address - IMAGE_DATA < IMAGE_DATA_SIZE && n <= IMAGE_DATA_SIZE - (address - IMAGE_DATA))
        return image->data + (address - IMAGE_DATA);
    if (address - IMAGE_HEAP < IMAGE_HEAP_SIZE && n <= IMAGE_HEAP_SIZE - (address - IMAGE_HEAP))
        return image->heap + (address - IMAGE_HEAP);
    return NULL;
}

static bool read_image(void *ctx, const struct live_piece *pieces, size_t count)
{
    struct image_test *image = ctx;
    if (image->before_read)
        image->before_read(image);
    if (++image->reads == image->fail_at)
        return false;
    for (size_t i = 0; i < count; i++) {
        const unsigned char *at = memory_of(image, pieces[i].address, pieces[i].size);
        if (!at)
            return false;
        memcpy(pieces[i].to, at, pieces[i].size);
    }
    return true;
}

void image_put(struct image_test *image, uint64_t address, const void *bytes, size_t n)
{
    unsigned char *at = memory_of(image, address, n);
    assert_non_null(at);
    memcpy(at, bytes, n);
}

void image_u64(struct image_test *image, uint64_t address, uint64_t value)
{
    image_put(image, address, &value, 8);
}

uint64_t image_variable(enum live_variable variable)
{
    return variable == LIVE_VARIABLE_FIRST_MODULE ? IMAGE_MODULE
                                                  : IMAGE_VARIABLES + 64 * (uint64_t)variable;
}

uint64_t image_pc(int function, uint32_t offset)
{
    return IMAGE_TEXT + (uint64_t)function * FUNCTION_BYTES + offset;
}

static void put_module(struct image_test *image)
{
    unsigned char *at = image->data + (IMAGE_MODULE - IMAGE_DATA);
    uint64_t table = IMAGE_CODE + TABLE, text_end = image_pc(IMAGE_FUNCTIONS, 0);
    put_u64(at, table);
    put_u64(at + 8, table + NAMES);
    put_u64(at + 160, IMAGE_TEXT);
    put_u64(at + 176, IMAGE_TEXT);
    put_u64(at + 184, text_end);
    put_u64(at + 296 + 24, IMAGE_CODE + TREE);
}

struct image_test *image_new(unsigned machine, unsigned minor, bool stripped)
{
    struct image_test *image = calloc(1, sizeof(*image));
    struct live_reader reader = {.read = read_image, .ctx = image};
    assert_non_null(image);
    snprintf(image->path, sizeof(image->path), "/tmp/live-test-%d-XXXXXX", (int)getpid());
    int fd = mkstemp(image->path);
    assert_true(fd >= 0);
    close(fd);
    write_file(image, machine, minor, stripped);
    put_module(image);
    image->live = live_new(&plenty);
    image->sink = diag_sink_new(&plenty);
    enum status status = target_of_image(image->live, image->path, &reader, image->sink,
                                         &image->target);
    if (status != STATUS_OK)
        fail_msg("%s", diag_at(image->sink, 0)->message.ptr);
    return image;
}

void image_free(struct image_test *image)
{
    live_detach(image->target);
    live_free(image->live);
    diag_sink_free(image->sink);
    unlink(image->path);
    free(image);
}

bool image_says(const struct image_test *image, enum diag_code code, const char *words)
{
    for (size_t i = 0; i < diag_count(image->sink); i++) {
        const struct diag *diag = diag_at(image->sink, i);
        if (diag->code == code && str_contains(diag->message, str_from(words)))
            return true;
    }
    return false;
}
