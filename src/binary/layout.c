/* layout.c: finding a type by its name, and the fields of a struct. */
#include "types.h"

enum { PART_ONE = TYPE_BYTES, PART_TWO = TYPE_BYTES + 8, PART_THREE = TYPE_BYTES + 16,
       FIELD_BYTES = 24 };

static uint64_t field_count(const struct binary *binary, uint64_t address)
{
    uint64_t count = descriptor_part(binary, address, PART_THREE);
    uint64_t max = binary->image->limits->max[BINARY_LIMIT_FIELDS];
    if (count <= max)
        return count;
    limits_cut(binary->image, BINARY_LIMIT_FIELDS, count - max);
    return max;
}

/* The types that a type is made of join the list, to be looked at in their turn. */
static void add_parts(struct binary *binary, uint64_t address, unsigned kind)
{
    if (kind == GO_KIND_STRUCT) {
        uint64_t fields = descriptor_part(binary, address, PART_TWO);
        uint64_t count = field_count(binary, address);
        for (uint64_t i = 0; i < count; i++)
            type_at(binary, descriptor_part(binary, fields + i * FIELD_BYTES, 8));
    } else if (kind == GO_KIND_MAP) {
        type_at(binary, descriptor_part(binary, address, PART_ONE));
        type_at(binary, descriptor_part(binary, address, PART_TWO));
    } else if (kind == GO_KIND_POINTER || kind == GO_KIND_SLICE || kind == GO_KIND_ARRAY ||
               kind == GO_KIND_CHAN) {
        type_at(binary, descriptor_part(binary, address, PART_ONE));
    }
}

/* Is the name the wanted one behind a package path that ends in one of these characters? */
static bool is_behind_path(struct str name, struct str wanted, const char *ends)
{
    if (wanted.len == 0 || name.len <= wanted.len || !str_ends(name, wanted))
        return false;
    size_t path = name.len - wanted.len;
    for (size_t i = 0; i < path; i++)
        if (strchr("*[]{}()<> ", name.ptr[i]))
            return false;
    return strchr(ends, name.ptr[path - 1]) != NULL;
}

/* "http.Request" for "net/http.Request", "*http.Request" for "*net/http.Request". */
static bool fits(struct str name, struct str wanted)
{
    while (name.len && wanted.len && name.ptr[0] == wanted.ptr[0] && strchr("*[]", name.ptr[0])) {
        name = str_skip(name, 1);
        wanted = str_skip(wanted, 1);
    }
    return is_behind_path(name, wanted, "/");
}

uint32_t binary_type_find(struct binary *binary, struct str name)
{
    uint32_t found = 0;
    size_t fitting = 0;
    for (size_t i = 0; i < binary->types.len; i++) {
        struct binary_type type = binary->types.at[i];
        if (str_equal(type.name, name))
            return (uint32_t)i + 1;
        if (fits(type.name, name)) {
            found = (uint32_t)i + 1;
            fitting++;
        }
        if (type.address)
            add_parts(binary, type.address, type.kind);
    }
    return fitting == 1 ? found : 0;
}

size_t binary_type_near(const struct binary *binary, struct str name, struct str *names, size_t max)
{
    size_t count = 0;
    for (size_t i = 0; i < binary->types.len && count < max; i++)
        if (is_behind_path(binary->types.at[i].name, name, "/."))
            names[count++] = binary->types.at[i].name;
    return count;
}

static void fill_field(struct binary *binary, uint64_t at, struct binary_field *field)
{
    field->name = name_text(binary, descriptor_part(binary, at, 0), &field->embedded);
    field->offset = descriptor_part(binary, at, 16);
    if (binary->type_table->minor <= 18) { /* offsetEmbed: both in one word */
        field->embedded = field->offset & 1;
        field->offset >>= 1;
    }
    uint32_t number = type_at(binary, descriptor_part(binary, at, 8));
    if (number == 0)
        return;
    const struct binary_type *type = &binary->types.at[number - 1];
    field->type = type->name;
    field->size = type->size;
    field->align = type->align;
    field->pointer_bytes = type->pointer_bytes;
}

struct binary_field *binary_type_fields(struct binary *binary, uint32_t type, size_t *count)
{
    uint64_t address = binary->types.at[type - 1].address;
    *count = 0;
    if (binary->types.at[type - 1].kind != GO_KIND_STRUCT || !address)
        return NULL;
    uint64_t number = field_count(binary, address);
    uint64_t fields = descriptor_part(binary, address, PART_TWO);
    struct binary_field *list = ARENA_ARRAY(&binary->arena, struct binary_field, number);
    for (uint64_t i = 0; i < number; i++)
        fill_field(binary, fields + i * FIELD_BYTES, &list[i]);
    *count = number;
    return list;
}
