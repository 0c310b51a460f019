/* type_name.c: the names of types, with whole package paths.
 *
 * A descriptor's own text has package names only ("*http.Request"). So a defined type's name is
 * its package path (internal/abi.UncommonType) and the part of the text after the package name;
 * of other types the name is put together from their parts, in the words of the Go
 * specification, as the linker and DWARF have it. */
#include "types.h"

enum {
    PART_ONE = TYPE_BYTES,      /* Elem; of maps Key; of interfaces and structs PkgPath */
    PART_TWO = TYPE_BYTES + 8,  /* Len is after Slice; of maps Elem; Dir; the slice of fields */
    PART_THREE = TYPE_BYTES + 16,
    FUNC_COUNTS = TYPE_BYTES,
    FUNC_BYTES = TYPE_BYTES + 8,
    UNCOMMON_BYTES = 16,
    VARIADIC = 0x8000,
    NAME_HAS_TAG = 2,
    RECEIVE_ONLY = 1,
    SEND_ONLY = 2,
    FIELD_BYTES = 24,
    METHOD_BYTES = 8,
    MAP_BYTES_SWISS = 112,      /* internal/abi/map.go (map_swiss.go in 1.24 and 1.25) */
    MAP_BYTES_OLD = 88,         /* internal/abi/type.go, OldMapType */
};

struct naming {
    struct binary *binary;
    struct sb *out;
    unsigned depth;
    bool bad;
};

static void add_type(struct naming *naming, uint64_t address);

/* ---- abi.Name: flags, length, text; then a tag, and a package's name offset ---- */

struct str name_text(const struct binary *binary, uint64_t address, bool *embedded)
{
    uint64_t rest;
    const unsigned char *at = image_rest(binary->image, address, &rest);
    uint32_t len;
    if (!at || rest < 2)
        return STR_NONE;
    const unsigned char *end = at + rest;
    if (embedded)
        *embedded = *at & 8;
    at++;
    if (!read_varint(&at, end, &len) || len > (uint64_t)(end - at))
        return STR_NONE;
    if (len > binary->image->limits->max[BINARY_LIMIT_TYPE_NAME]) {
        limits_cut(binary->image, BINARY_LIMIT_TYPE_NAME, 1);
        return STR_NONE;
    }
    return (struct str){(const char *)at, len};
}

static struct str name_at_offset(const struct binary *binary, uint32_t offset)
{
    return offset ? name_text(binary, binary->module->types + offset, NULL) : STR_NONE;
}

static struct str own_text(const struct binary *binary, const unsigned char *at)
{
    struct str text = name_at_offset(binary, read_u32(at + TYPE_TEXT));
    return at[TYPE_FLAGS] & FLAG_EXTRA_STAR && text.len ? str_skip(text, 1) : text;
}

/* How long the descriptor is up to its UncommonType. */
static size_t bytes_of_kind(const struct binary *binary, unsigned kind)
{
    switch (kind) {
    case GO_KIND_POINTER:
    case GO_KIND_SLICE:
    case GO_KIND_FUNC:
        return TYPE_BYTES + 8;
    case GO_KIND_CHAN:
        return TYPE_BYTES + 16;
    case GO_KIND_ARRAY:
        return TYPE_BYTES + 24;
    case GO_KIND_STRUCT:
    case GO_KIND_INTERFACE:
        return TYPE_BYTES + 32;
    case GO_KIND_MAP:
        return binary->type_table->swiss_maps ? MAP_BYTES_SWISS : MAP_BYTES_OLD;
    default:
        return TYPE_BYTES;
    }
}

static struct str package_path(const struct binary *binary, uint64_t address,
                               const unsigned char *at)
{
    if (!(at[TYPE_FLAGS] & FLAG_UNCOMMON))
        return STR_NONE;
    const unsigned char *uncommon =
        image_at(binary->image, address + bytes_of_kind(binary, descriptor_kind(at)), 4);
    return uncommon ? name_at_offset(binary, read_u32(uncommon)) : STR_NONE;
}

/* After the last dot that is not within type arguments. */
static struct str after_package(struct str text)
{
    size_t nesting = 0;
    for (size_t i = text.len; i > 0; i--) {
        char c = text.ptr[i - 1];
        if (c == ']')
            nesting++;
        else if (c == '[' && nesting > 0)
            nesting--;
        else if (c == '.' && nesting == 0)
            return str_skip(text, i);
    }
    return text;
}

static void add_defined(struct naming *naming, uint64_t address, const unsigned char *at)
{
    struct str text = own_text(naming->binary, at);
    struct str path = package_path(naming->binary, address, at);
    if (text.len == 0)
        naming->bad = true;
    if (path.len == 0 || str_is(path, "go.shape")) {
        sb_add(naming->out, text); /* predeclared: int, error; a shape's text has whole paths */
        return;
    }
    sb_add(naming->out, path);
    sb_addc(naming->out, '.');
    sb_add(naming->out, after_package(text));
}

/* ---- types without a name ---- */

static uint64_t part(const struct naming *naming, uint64_t address, size_t offset)
{
    return descriptor_part(naming->binary, address, offset);
}

static void add_array(struct naming *naming, uint64_t address)
{
    sb_addf(naming->out, "[%llu]", (unsigned long long)part(naming, address, PART_THREE));
    add_type(naming, part(naming, address, PART_ONE));
}

static void add_chan(struct naming *naming, uint64_t address)
{
    uint64_t direction = part(naming, address, PART_TWO);
    uint64_t element = part(naming, address, PART_ONE);
    const unsigned char *at = descriptor_at(naming->binary, element);
    bool receives = at && descriptor_kind(at) == GO_KIND_CHAN && !(at[TYPE_FLAGS] & FLAG_NAMED) &&
                    part(naming, element, PART_TWO) == RECEIVE_ONLY &&
                    direction != RECEIVE_ONLY && direction != SEND_ONLY;
    sb_adds(naming->out, direction == RECEIVE_ONLY ? "<-chan "
                         : direction == SEND_ONLY  ? "chan<- "
                                                   : "chan ");
    if (receives) /* chan (<-chan T) */
        sb_addc(naming->out, '(');
    add_type(naming, element);
    if (receives)
        sb_addc(naming->out, ')');
}

static void add_params(struct naming *naming, uint64_t address, unsigned count, bool variadic)
{
    for (unsigned i = 0; i < count && !naming->bad; i++) {
        uint64_t type = part(naming, address, 8 * (size_t)i);
        if (i > 0)
            sb_adds(naming->out, ", ");
        if (variadic && i + 1 == count) { /* its type is a slice's */
            sb_adds(naming->out, "...");
            type = part(naming, type, PART_ONE);
        }
        add_type(naming, type);
    }
}

/* "(in) out", as it follows "func" or a method's name. */
static void add_signature(struct naming *naming, uint64_t address)
{
    const unsigned char *at = image_at(naming->binary->image, address, FUNC_BYTES);
    if (!at || descriptor_kind(at) != GO_KIND_FUNC) {
        naming->bad = true;
        return;
    }
    unsigned in = read_u16(at + FUNC_COUNTS), out = read_u16(at + FUNC_COUNTS + 2);
    uint64_t list =
        address + FUNC_BYTES + (at[TYPE_FLAGS] & FLAG_UNCOMMON ? UNCOMMON_BYTES : 0);
    unsigned results = out & (VARIADIC - 1);
    sb_addc(naming->out, '(');
    add_params(naming, list, in, out & VARIADIC);
    sb_addc(naming->out, ')');
    if (results == 0)
        return;
    sb_adds(naming->out, results > 1 ? " (" : " ");
    add_params(naming, list + 8 * (uint64_t)in, results, false);
    if (results > 1)
        sb_addc(naming->out, ')');
}

static bool is_exported(struct str name)
{
    return name.len && ((name.ptr[0] >= 'A' && name.ptr[0] <= 'Z') ||
                        (unsigned char)name.ptr[0] >= 0x80);
}

/* Names that are not exported belong to a package, which is part of the type's identity: the linker
 * and DWARF write it before them. */
static void add_qualified(struct naming *naming, struct str name, struct str path)
{
    if (!is_exported(name) && path.len) {
        sb_add(naming->out, path);
        sb_addc(naming->out, '.');
    }
    sb_add(naming->out, name);
}

/* The package of a struct's fields or of an interface's methods. */
static struct str path_of(const struct naming *naming, uint64_t address)
{
    uint64_t name = part(naming, address, PART_ONE);
    return name ? name_text(naming->binary, name, NULL) : STR_NONE;
}

/* The tag follows the name (internal/abi.Name); written as Go quotes it. */
static void add_tag(struct naming *naming, uint64_t name)
{
    uint64_t rest;
    const unsigned char *at = image_rest(naming->binary->image, name, &rest);
    uint32_t len;
    if (!at || rest < 2 || !(*at & NAME_HAS_TAG))
        return;
    const unsigned char *end = at + rest;
    at++;
    if (!read_varint(&at, end, &len) || len > (uint64_t)(end - at))
        return;
    at += len;
    if (!read_varint(&at, end, &len) || len > (uint64_t)(end - at))
        return;
    if (len > naming->binary->image->limits->max[BINARY_LIMIT_TYPE_NAME]) {
        limits_cut(naming->binary->image, BINARY_LIMIT_TYPE_NAME, 1);
        return;
    }
    sb_adds(naming->out, " \"");
    for (uint32_t i = 0; i < len; i++) {
        if (at[i] == '"' || at[i] == '\\')
            sb_addc(naming->out, '\\');
        sb_addc(naming->out, (char)at[i]);
    }
    sb_addc(naming->out, '"');
}

/* Does an embedded field have the name that its type gives it? Not through an alias, nor when it is
 * a predeclared or an instantiated type: then the linker and DWARF write "name = type"
 * (cmd/compile/internal/types/fmt.go, fldconv). */
static bool is_named_by_type(const struct naming *naming, uint64_t type, struct str name,
                             struct str path)
{
    const unsigned char *at = descriptor_at(naming->binary, type);
    if (at && descriptor_kind(at) == GO_KIND_POINTER && !(at[TYPE_FLAGS] & FLAG_NAMED)) {
        type = part(naming, type, PART_ONE);
        at = descriptor_at(naming->binary, type);
    }
    if (!at || !(at[TYPE_FLAGS] & FLAG_NAMED))
        return false;
    return str_equal(name, after_package(own_text(naming->binary, at))) &&
           (is_exported(name) || str_equal(path, package_path(naming->binary, type, at)));
}

static void add_field(struct naming *naming, uint64_t address, struct str path)
{
    uint64_t type = part(naming, address, 8);
    bool embedded = false;
    struct str name =
        name_text(naming->binary, part(naming, address, 0), &embedded);
    if (naming->binary->type_table->minor <= 18) /* offsetEmbed */
        embedded = part(naming, address, 16) & 1;
    if (name.len == 0)
        naming->bad = true;
    if (!embedded || !is_named_by_type(naming, type, name, path)) {
        add_qualified(naming, name, path);
        sb_adds(naming->out, embedded ? " = " : " ");
    }
    add_type(naming, type);
    add_tag(naming, part(naming, address, 0));
}

static void add_struct(struct naming *naming, uint64_t address)
{
    uint64_t fields = part(naming, address, PART_TWO), count = part(naming, address, PART_THREE);
    struct str path = path_of(naming, address);
    sb_adds(naming->out, count ? "struct { " : "struct {}");
    for (uint64_t i = 0; i < count && !naming->bad; i++) {
        if (i > 0)
            sb_adds(naming->out, "; ");
        add_field(naming, fields + i * FIELD_BYTES, path);
    }
    if (count)
        sb_adds(naming->out, " }");
}

static void add_interface(struct naming *naming, uint64_t address)
{
    uint64_t methods = part(naming, address, PART_TWO), count = part(naming, address, PART_THREE);
    struct str path = path_of(naming, address);
    sb_adds(naming->out, count ? "interface { " : "interface {}");
    for (uint64_t i = 0; i < count && !naming->bad; i++) {
        const unsigned char *at =
            image_at(naming->binary->image, methods + i * METHOD_BYTES, METHOD_BYTES);
        struct str name = at ? name_at_offset(naming->binary, read_u32(at)) : STR_NONE;
        naming->bad |= name.len == 0;
        if (i > 0)
            sb_adds(naming->out, "; ");
        add_qualified(naming, name, path);
        if (at)
            add_signature(naming, naming->binary->module->types + read_u32(at + 4));
    }
    if (count)
        sb_adds(naming->out, " }");
}

static void add_literal(struct naming *naming, uint64_t address, const unsigned char *at)
{
    switch (descriptor_kind(at)) {
    case GO_KIND_POINTER:
    case GO_KIND_SLICE:
        sb_adds(naming->out, descriptor_kind(at) == GO_KIND_POINTER ? "*" : "[]");
        add_type(naming, part(naming, address, PART_ONE));
        break;
    case GO_KIND_ARRAY:
        add_array(naming, address);
        break;
    case GO_KIND_MAP:
        sb_adds(naming->out, "map[");
        add_type(naming, part(naming, address, PART_ONE));
        sb_addc(naming->out, ']');
        add_type(naming, part(naming, address, PART_TWO));
        break;
    case GO_KIND_CHAN:
        add_chan(naming, address);
        break;
    case GO_KIND_FUNC:
        sb_adds(naming->out, "func");
        add_signature(naming, address);
        break;
    case GO_KIND_STRUCT:
        add_struct(naming, address);
        break;
    case GO_KIND_INTERFACE:
        add_interface(naming, address);
        break;
    default:
        add_defined(naming, address, at);
    }
}

/* Told once for each name. */
static bool is_too_much(const struct naming *naming)
{
    const struct image *image = naming->binary->image;
    bool deep = naming->depth >= image->limits->max[BINARY_LIMIT_TYPE_DEPTH];
    bool large = naming->out->len > image->limits->max[BINARY_LIMIT_TYPE_NAME];
    if ((deep || large) && !naming->bad)
        limits_cut(image, deep ? BINARY_LIMIT_TYPE_DEPTH : BINARY_LIMIT_TYPE_NAME, 1);
    return deep || large;
}

static void add_type(struct naming *naming, uint64_t address)
{
    const unsigned char *at = descriptor_at(naming->binary, address);
    if (!at || is_too_much(naming)) {
        naming->bad = true;
        return;
    }
    naming->depth++;
    if (at[TYPE_FLAGS] & FLAG_NAMED)
        add_defined(naming, address, at);
    else
        add_literal(naming, address, at);
    naming->depth--;
}

/* Where the parts lead nowhere or too deep, the descriptor's own text is taken. */
struct str type_name(struct binary *binary, uint64_t address)
{
    struct naming naming = {.binary = binary, .out = &binary->type_table->text};
    sb_clear(naming.out);
    add_type(&naming, address);
    const unsigned char *at = descriptor_at(binary, address);
    if (naming.bad && at)
        return str_copy(&binary->arena, own_text(binary, at));
    return str_copy(&binary->arena, sb_str(naming.out));
}
