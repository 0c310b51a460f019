/* module.c: finds the tables the Go runtime keeps about its own code: pclntab, by section or by its
 * first bytes, and moduledata, which points to it.
 *
 * Sources: runtime/symtab.go (pcHeader, moduledata), internal/abi/symtab.go (the magic numbers),
 * cmd/link/internal/ld/symtab.go (the order of moduledata's fields). */
#include "binary_int.h"

enum {
    MAGIC_118 = 0xf0, /* 0xfffffff0: Go 1.18 and 1.19 */
    MAGIC_120 = 0xf1, /* 0xfffffff1: Go 1.20 and newer */
    HEADER_BYTES = 8 + 8 * 8,
    RECORD_INDEX_BYTES = 8,
    POINTER = 8,
};

/* Where fields of moduledata lie. Go 1.20 added covctrs and ecovctrs before `end`; what follows
 * gofunc (1.26 has epclntab there) is not read. */
enum {
    FIELD_NAMES = 8,     /* the first of six slices */
    FIELD_MIN_PC = 160,
    FIELD_TEXT = 176,
    FIELD_END_TEXT = 184,
    FIELD_TYPES_118 = 280,
    FIELD_TYPES_120 = 296,
    FIELD_FUNC_DATA = 24, /* after types, etypes, rodata */
    MODULE_BYTES = 360,
};

static enum status damaged(const struct module *module, uint64_t offset, const char *what)
{
    uint64_t start = image_offset(module->image, module->pclntab);
    diag_add(module->image->sink, DIAG_BINARY_DAMAGED, module->image->name, 0, start + offset,
             "pclntab: %s", what);
    return STATUS_BAD_INPUT;
}

static bool is_magic(const unsigned char *at)
{
    return (at[0] == MAGIC_118 || at[0] == MAGIC_120) && at[1] == 0xff && at[2] == 0xff &&
           at[3] == 0xff && at[4] == 0 && at[5] == 0 && (at[6] == 1 || at[6] == 4) &&
           at[7] == POINTER;
}

/* Is this pclntab's header? The tables follow it in this order (cmd/link/internal/ld/pcln.go). */
static bool is_header(const unsigned char *at, uint64_t size)
{
    if (size < HEADER_BYTES || !is_magic(at))
        return false;
    uint64_t before = HEADER_BYTES;
    for (size_t i = 0; i < 5; i++) {
        uint64_t offset = read_u64(at + 32 + 8 * i);
        if (offset < before || offset > size)
            return false;
        before = offset;
    }
    return true;
}

static bool header_at(const struct image *image, uint64_t address, struct module *module)
{
    uint64_t size;
    const unsigned char *at = image_rest(image, address, &size);
    if (!at || !is_header(at, size))
        return false;
    module->pclntab = address;
    module->at = at;
    module->size = size;
    return true;
}

/* ---- the search for moduledata ---- */

static unsigned long field(const unsigned char *at, size_t offset)
{
    return read_u64(at + offset);
}

/* Does moduledata lie here? It points to pclntab, then to the table of names in it, and to code. */
static bool is_module(const struct module *module, const unsigned char *at, uint64_t bias)
{
    if (field(at, 0) - bias != module->pclntab ||
        field(at, FIELD_NAMES) - bias != module->pclntab + module->names)
        return false;
    uint64_t text = field(at, FIELD_TEXT), end = field(at, FIELD_END_TEXT);
    return text < end && image_executable(module->image, text - bias) &&
           field(at, FIELD_MIN_PC) - text <= end - text;
}

static const unsigned char *search_segment(const struct module *module,
                                           const struct segment *segment)
{
    uint64_t first = (0 - segment->address) % POINTER;
    for (uint64_t i = first; i + MODULE_BYTES <= segment->size; i += POINTER)
        if (read_u64(segment->bytes + i) == module->pclntab &&
            is_module(module, segment->bytes + i, 0))
            return segment->bytes + i;
    return NULL;
}

static void take_module(struct module *module, const unsigned char *at, uint64_t bias)
{
    size_t types = module->new_layout ? FIELD_TYPES_120 : FIELD_TYPES_118;
    module->text = field(at, FIELD_TEXT) - bias;
    module->text_end = field(at, FIELD_END_TEXT) - bias;
    module->types = field(at, types) - bias;
    module->types_end = field(at, types + POINTER) - bias;
    module->func_data = field(at, types + FIELD_FUNC_DATA) - bias;
}

bool module_take(struct module *module, const unsigned char *bytes, uint64_t bias)
{
    if (!is_module(module, bytes, bias) ||
        field(bytes, FIELD_END_TEXT) - field(bytes, FIELD_TEXT) > UINT32_MAX)
        return false;
    take_module(module, bytes, bias);
    return true;
}

static bool find_module(struct module *module)
{
    for (size_t i = 0; i < module->image->segments.len; i++) {
        const struct segment *segment = &module->image->segments.at[i];
        if (segment->executable && !segment->writable && module->image->segments.len > 1)
            continue;
        const unsigned char *at = search_segment(module, segment);
        if (at) {
            module->address = segment->address + (uint64_t)(at - segment->bytes);
            take_module(module, at, 0);
            return true;
        }
    }
    return false;
}

/* ---- the search for pclntab ---- */

static void read_header(struct module *module)
{
    module->new_layout = module->at[0] == MAGIC_120;
    module->quantum = module->at[6];
    module->function_count = read_u64(module->at + 8);
    module->file_count = read_u64(module->at + 16);
    module->text_start = read_u64(module->at + 24);
    module->names = read_u64(module->at + 32);
    module->units = read_u64(module->at + 40);
    module->files = read_u64(module->at + 48);
    module->pcs = read_u64(module->at + 56);
    module->functions = read_u64(module->at + 64);
}

/* By its section; the linker's name for it depends on the kind of executable. */
static bool find_by_section(const struct image *image, struct module *module)
{
    static const char *const names[] = {".gopclntab", ".data.rel.ro.gopclntab"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        const struct section *section = image_section(image, names[i]);
        if (section && header_at(image, section->address, module))
            return true;
    }
    return false;
}

/* By its first bytes, among all data: what a header starts must also be what moduledata names. */
static bool search_headers(const struct image *image, const struct segment *segment,
                           struct module *module, bool (*check)(struct module *module))
{
    uint64_t first = (0 - segment->address) % POINTER;
    for (uint64_t i = first; i + HEADER_BYTES <= segment->size; i += POINTER) {
        if (!is_magic(segment->bytes + i) ||
            !header_at(image, segment->address + i, module))
            continue;
        read_header(module);
        if (check(module))
            return true;
    }
    return false;
}

static enum status not_found(const struct image *image)
{
    diag_add(image->sink, DIAG_BINARY_NOT_GO, image->name, 0, DIAG_NO_OFFSET,
             "the file has no pclntab, the Go runtime's table of functions (that of Go 1.18 or "
             "newer was looked for by section and by content)");
    return STATUS_BAD_INPUT;
}

static bool counts_fit(const struct module *module)
{
    return module->function_count > 0 && module->function_count <= module->size &&
           module->function_count * RECORD_INDEX_BYTES + 4 <= module->size - module->functions;
}

static enum status check_header(const struct module *module)
{
    if (!is_header(module->at, module->size))
        return damaged(module, 0, "its header names tables beyond the end of its segment");
    if (!counts_fit(module))
        return damaged(module, 8, "the number of functions does not fit the table of functions");
    if (module->function_count > module->image->limits->max[BINARY_LIMIT_FUNCTIONS])
        return limits_refuse(module->image, BINARY_LIMIT_FUNCTIONS,
                             image_offset(module->image, module->pclntab) + 8,
                             module->function_count);
    if (module->text_end - module->text > UINT32_MAX)
        return damaged(module, 24, "moduledata: the code is larger than 4 GiB");
    return STATUS_OK;
}

enum status module_open(const struct image *image, struct module *module)
{
    module->image = image;
    bool found = find_by_section(image, module);
    if (found) {
        read_header(module);
        found = find_module(module);
        if (!found)
            return damaged(module, 0, "nothing in the data points to it (moduledata is missing)");
    }
    for (size_t i = 0; !found && i < image->segments.len; i++)
        found = search_headers(image, &image->segments.at[i], module, find_module);
    return found ? check_header(module) : not_found(image);
}

/* The functions follow the header, and the first one's code lies at the start. */
static bool looks_whole(struct module *module)
{
    return counts_fit(module) && read_u32(module->at + module->functions) <= UINT32_MAX / 2;
}

enum status module_find_table(const struct image *image, struct module *module)
{
    module->image = image;
    bool found = find_by_section(image, module);
    if (found)
        read_header(module);
    for (size_t i = 0; !found && i < image->segments.len; i++)
        found = search_headers(image, &image->segments.at[i], module, looks_whole);
    return found ? check_header(module) : not_found(image);
}
