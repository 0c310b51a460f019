/* types.c: type descriptors, as the Go runtime has them (internal/abi/type.go; runtime/type.go
 * before Go 1.21). The common part has been the same 48 bytes since Go 1.18. */
#include "types.h"

#include "allocator/allocator.h"

const unsigned char *descriptor_at(const struct binary *binary, uint64_t address)
{
    const struct module *module = binary->module;
    if (address < module->types || address >= module->types_end || address % 8 != 0)
        return NULL;
    const unsigned char *at = image_at(module->image, address, TYPE_BYTES);
    if (!at || descriptor_kind(at) == 0 || descriptor_kind(at) > GO_KIND_MAX)
        return NULL;
    uint64_t size = read_u64(at), pointer_bytes = read_u64(at + TYPE_POINTER_BYTES);
    unsigned align = at[TYPE_ALIGN];
    if (pointer_bytes > size || align == 0 || align > 64 || (align & (align - 1)) != 0)
        return NULL;
    return at;
}

uint64_t descriptor_part(const struct binary *binary, uint64_t address, size_t offset)
{
    const unsigned char *at = image_at(binary->image, address + offset, 8);
    return at ? read_u64(at) : 0;
}

static uint32_t push_type(struct binary *binary, const struct binary_type *type)
{
    VEC_PUSH(binary->memory, &binary->types, *type);
    return (uint32_t)binary->types.len;
}

static bool has_room(const struct binary *binary)
{
    const struct image *image = binary->image;
    bool many = binary->types.len >= image->limits->max[BINARY_LIMIT_TYPES];
    bool large = binary->arena.bytes >= image->limits->max[BINARY_LIMIT_NAMES];
    if (many || large)
        limits_cut(image, many ? BINARY_LIMIT_TYPES : BINARY_LIMIT_NAMES, 1);
    return !many && !large;
}

/* The number of the type at an address, decoded when it is first asked for. */
uint32_t type_at(struct binary *binary, uint64_t address)
{
    const uint64_t *known = map_get(&binary->type_table->by_address, address);
    if (known)
        return (uint32_t)*known;
    const unsigned char *at = descriptor_at(binary, address);
    uint32_t number = 0;
    if (at && has_room(binary)) {
        struct binary_type type = {.address = address, .size = read_u64(at),
                                   .pointer_bytes = read_u64(at + TYPE_POINTER_BYTES),
                                   .kind = (uint8_t)descriptor_kind(at), .align = at[TYPE_ALIGN]};
        type.name = type_name(binary, address);
        if (type.name.len)
            number = push_type(binary, &type);
    }
    bool added;
    *map_put(&binary->type_table->by_address, address, &added) = number;
    return number;
}

uint32_t type_named(struct binary *binary, const struct binary_type *wanted)
{
    for (size_t i = 0; i < binary->types.len; i++)
        if (binary->types.at[i].address == 0 && str_equal(binary->types.at[i].name, wanted->name))
            return (uint32_t)i + 1;
    return push_type(binary, wanted);
}

struct type_table *type_table_new(struct binary *binary)
{
    struct type_table *table = ARENA_NEW(&binary->arena, struct type_table);
    unsigned minor = go_minor(binary->go_version);
    map_init(&table->by_address, binary->memory);
    sb_init(&table->text, binary->memory);
    table->minor = minor ? minor : binary->module->new_layout ? 26 : 18;
    table->swiss_maps = table->minor >= 24;
    for (size_t i = 0; i < binary->settings.len; i++)
        if (str_is(binary->settings.at[i].key, "GOEXPERIMENT") &&
            str_contains(binary->settings.at[i].value, STR("noswissmap")))
            table->swiss_maps = false;
    return table;
}

void type_table_release(struct type_table *table)
{
    map_release(&table->by_address);
    sb_release(&table->text);
}

/* ---- what the allocator makes of a size ---- */

uint64_t binary_heap_bytes(const struct binary *binary, uint64_t size, bool has_pointers)
{
    if (allocator_is_tiny(size, has_pointers))
        return size;
    return allocator_slot_bytes(size, has_pointers, binary->type_table->minor);
}

/* Maps and channels are more than one object; strings and growing slices vary. */
static bool is_one_object(const struct binary_site *site)
{
    return site->kind == BINARY_KIND_NEW || site->kind == BINARY_KIND_CLOSURE ||
           site->kind == BINARY_KIND_METHOD_VALUE || site->kind == BINARY_KIND_MAKE_SLICE ||
           site->kind == BINARY_KIND_INTERFACE;
}

bool binary_site_bytes(const struct binary *binary, const struct binary_site *site,
                       uint64_t *bytes)
{
    const struct binary_type *type = site->type ? &binary->types.at[site->type - 1] : NULL;
    int64_t count = site->kind == BINARY_KIND_INTERFACE ? 1 : site->count;
    if (!type || !is_one_object(site) || site->size < 0 || count < 0 ||
        (count > 0 && site->size > INT64_MAX / count))
        return false;
    bool has_pointers = type->pointer_bytes != 0 || str_is(type->name, "string") ||
                        str_is(type->name, "[]uint8");
    *bytes = binary_heap_bytes(binary, (uint64_t)(site->size * count), has_pointers);
    return true;
}
