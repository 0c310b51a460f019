/* How large a type is, from its definition.
 *
 * The layout is gc's for amd64 (cmd/compile/internal/types/size.go, CalcSize and CalcStructSize;
 * go/types/gcsizes.go tells the same): fields in order, each at its alignment; a struct that ends
 * in a field of size 0 but has a size gets a byte more; the whole is rounded to the largest
 * alignment.
 *
 * Z1. Every recursion takes from the budget and is counted in depth, so that a type which contains
 *     itself, or doubles with each level, ends without an answer.
 * Z2. A known size is below 2**50: gc refuses larger types (types.MaxWidth). */
#include <assert.h>

#include "types_int.h"

#define MAX_WIDTH ((uint64_t)1 << 50)

struct known_size {
    const struct syntax_file *file;
    uint32_t token;
    bool known;
    struct type_size size;
};

struct syntax_types *syntax_types_new(const struct memory *memory,
                                      struct str (*find_dir)(void *ctx, struct str import_path),
                                      void *ctx)
{
    struct syntax_types *types = memory_get(memory, sizeof(*types));
    *types = (struct syntax_types){.memory = memory, .find_dir = find_dir, .find_ctx = ctx};
    arena_init(&types->arena, memory);
    map_init(&types->names, memory);
    map_init(&types->sizes, memory);
    types->sink = diag_sink_new(memory);
    return types;
}

size_t syntax_types_unread(const struct syntax_types *types, struct str *first)
{
    size_t count = diag_count(types->sink) + diag_dropped(types->sink);
    *first = count > 0 ? diag_at(types->sink, 0)->file : STR_NONE;
    return count;
}

void syntax_types_free(struct syntax_types *types)
{
    if (types == NULL)
        return;
    for (struct type_package *package = types->packages; package; package = package->next) {
        for (size_t i = 0; i < package->file_count; i++)
            file_close(&package->files[i].bytes);
    }
    const struct memory *memory = types->memory;
    diag_sink_free(types->sink);
    map_release(&types->names);
    map_release(&types->sizes);
    arena_release(&types->arena);
    memory_put(memory, types);
}

static bool give(struct type_size *size, uint64_t bytes, uint64_t align, bool has_pointers)
{
    *size = (struct type_size){bytes, align, has_pointers};
    return true;
}

static uint64_t round_up(uint64_t n, uint64_t align)
{
    return (n + align - 1) / align * align;
}

static bool basic_size(struct str name, struct type_size *size)
{
    static const struct {
        const char *name;
        unsigned char size, align;
        bool has_pointers;
    } basics[] = {
        {"bool", 1, 1, false},      {"byte", 1, 1, false},       {"uint8", 1, 1, false},
        {"int8", 1, 1, false},      {"int16", 2, 2, false},      {"uint16", 2, 2, false},
        {"int32", 4, 4, false},     {"uint32", 4, 4, false},     {"rune", 4, 4, false},
        {"float32", 4, 4, false},   {"int64", 8, 8, false},      {"uint64", 8, 8, false},
        {"float64", 8, 8, false},   {"int", 8, 8, false},        {"uint", 8, 8, false},
        {"uintptr", 8, 8, false},   {"complex64", 8, 4, false},  {"complex128", 16, 8, false},
        {"string", 16, 8, true},    {"error", 16, 8, true},      {"any", 16, 8, true},
    };
    for (size_t i = 0; i < COUNT_OF(basics); i++) {
        if (str_is(name, basics[i].name))
            return give(size, basics[i].size, basics[i].align, basics[i].has_pointers);
    }
    return false;
}

/* ---- structs and arrays ---- */

struct layout {
    uint64_t offset, align;
    bool has_pointers, ends_empty;
};

static bool add_field(struct layout *layout, const struct type_size *field)
{
    layout->offset = round_up(layout->offset, field->align) + field->size;
    layout->ends_empty = field->size == 0;
    layout->has_pointers |= field->has_pointers;
    if (field->align > layout->align)
        layout->align = field->align;
    return layout->offset < MAX_WIDTH; /* Z2 */
}

uint32_t field_names(const struct syntax_file *file, uint32_t from, uint32_t to, uint32_t *type)
{
    uint32_t names = 0, index = from;
    *type = from;
    if (kind_at(file, from) != TOKEN_IDENT)
        return 1;
    enum token_kind next = kind_at(file, from + 1);
    if (from + 1 >= to || next == TOKEN_PERIOD || next == TOKEN_STRING ||
        (next == TOKEN_LBRACK && role_at(file, from + 1) == ROLE_INDEX))
        return 1; /* embedded */
    while (kind_at(file, index) == TOKEN_IDENT) {
        names++;
        index++;
        if (kind_at(file, index) != TOKEN_COMMA)
            break;
        index++;
    }
    *type = index;
    return names;
}

static bool add_fields(struct sizer *sizer, const struct scope *scope, struct layout *layout,
                       uint32_t from, uint32_t to)
{
    struct type_size field;
    uint32_t type, count = field_names(scope->file, from, to, &type);
    uint32_t end = skip_type(scope->file, type);
    if (end > to || end == type || !size_type(sizer, scope, type, end, &field))
        return false;
    for (uint32_t i = 0; i < count; i++) {
        if (!add_field(layout, &field))
            return false;
    }
    return true;
}

/* StructType = "struct" "{" { FieldDecl ";" } "}" with { at open */
static bool struct_size(struct sizer *sizer, const struct scope *scope, uint32_t open,
                        struct type_size *size)
{
    const struct syntax_file *file = scope->file;
    uint32_t close = match_at(file, open);
    struct layout layout = {.align = 1};
    if (kind_at(file, open) != TOKEN_LBRACE || close == end_token(file))
        return false;
    for (uint32_t i = open + 1; i < close;) {
        uint32_t end = statement_end(file, i);
        if (end > i && !add_fields(sizer, scope, &layout, i, end))
            return false;
        i = end + 1;
    }
    if (layout.offset > 0 && layout.ends_empty)
        layout.offset++;
    return give(size, round_up(layout.offset, layout.align), layout.align, layout.has_pointers);
}

/* ArrayType = "[" Length "]" Type with [ at open */
static bool array_size(struct sizer *sizer, const struct scope *scope, uint32_t open, uint32_t to,
                       struct type_size *size)
{
    uint32_t close = match_at(scope->file, open);
    struct type_size element;
    struct constant length;
    if (close >= to)
        return false;
    if (close == open + 1)
        return give(size, 24, 8, true);
    if (!constant_value(sizer, scope, open + 1, close, 0, &length) || length.value < 0 ||
        !size_type(sizer, scope, close + 1, to, &element))
        return false;
    if (element.size > 0 && length.value >= (wide)(MAX_WIDTH / element.size))
        return false; /* Z2 */
    uint64_t bytes = element.size * (uint64_t)length.value;
    return give(size, bytes, element.align, element.has_pointers && length.value > 0);
}

/* ---- names ---- */

/* Binds the type parameters of the declaration, whose [ is at open, to the arguments in [ at
 * `arguments`, as far as there are any. */
static bool bind_arguments(const struct declared *declared, uint32_t open,
                           const struct scope *scope, uint32_t arguments,
                           struct type_arguments *bound)
{
    const struct syntax_file *file = declared->scope.file;
    uint32_t close = match_at(file, open), end = match_at(scope->file, arguments);
    uint32_t argument = arguments + 1;
    bound->scope = *scope;
    bound->count = 0;
    for (uint32_t i = open + 1; i < close; i = element_end(file, i, close) + 1) {
        if (bound->count == MAX_TYPE_ARGUMENTS || argument >= end)
            return false;
        uint32_t argument_end = element_end(scope->file, argument, end);
        bound->names[bound->count] = text_at(file, i);
        bound->from[bound->count] = argument;
        bound->to[bound->count++] = argument_end;
        argument = argument_end + 1;
    }
    return true;
}

/* sync/atomic's mark for 64-bit alignment: an empty struct that the compiler knows by name. */
static bool is_align64(const struct declared *declared)
{
    const struct type_package *package = declared->scope.package;
    return package && str_is(text_at(declared->scope.file, declared->name), "align64") &&
           (str_is(package->path, "sync/atomic") ||
            str_is(package->path, "internal/runtime/atomic"));
}

/* The size of a declared type; arguments is the [ of its type arguments in scope, or 0. */
static bool declared_size(struct sizer *sizer, const struct declared *declared,
                          const struct scope *scope, uint32_t arguments, struct type_size *size)
{
    const struct syntax_file *file = declared->scope.file;
    uint32_t type = declared->name + 1;
    struct scope inner = declared->scope;
    struct type_arguments bound;
    if (role_at(file, type) == ROLE_TYPE_PARAMS) {
        if (arguments == 0 || !bind_arguments(declared, type, scope, arguments, &bound))
            return false;
        inner.arguments = &bound;
        type = match_at(file, type) + 1;
    } else if (arguments != 0) {
        return false;
    }
    type += kind_at(file, type) == TOKEN_ASSIGN;
    if (is_align64(declared))
        return give(size, 0, 8, false);
    return size_type(sizer, &inner, type, declared->declaration.end, size);
}

/* The same, remembered for types without arguments. */
static bool remembered_size(struct sizer *sizer, const struct declared *declared,
                            const struct scope *scope, uint32_t arguments, struct type_size *size)
{
    struct syntax_types *types = sizer->types;
    uint64_t key = hash_mix((uint64_t)(uintptr_t)declared->scope.file, declared->name);
    bool lasting = !arguments && declared->scope.package && declared->scope.package->opened;
    uint64_t *at = lasting ? map_get(&types->sizes, key) : NULL;
    if (at) {
        const struct known_size *known = (const struct known_size *)(uintptr_t)*at;
        *size = known->size;
        if (known->file == declared->scope.file && known->token == declared->name)
            return known->known;
    }
    bool known = declared_size(sizer, declared, scope, arguments, size);
    /* Without an answer for lack of depth or budget, another question may have one. */
    if (known && lasting && !at) {
        struct known_size *entry = ARENA_NEW(&types->arena, struct known_size);
        *entry = (struct known_size){declared->scope.file, declared->name, true, *size};
        bool added;
        *map_put(&types->sizes, key, &added) = (uint64_t)(uintptr_t)entry;
    }
    return known;
}

/* The number of the type parameter with that name; NONE when it is none. */
static uint32_t parameter_number(const struct type_arguments *arguments, struct str name)
{
    for (uint32_t i = 0; i < arguments->count; i++) {
        if (str_equal(arguments->names[i], name))
            return i;
    }
    return SYNTAX_NONE;
}

static bool plain_name_size(struct sizer *sizer, const struct scope *scope, uint32_t name,
                            uint32_t arguments, struct type_size *size)
{
    struct str text = text_at(scope->file, name);
    const struct type_arguments *bound = scope->arguments;
    uint32_t number = bound ? parameter_number(bound, text) : SYNTAX_NONE;
    struct declared declared;
    if (bound && number != SYNTAX_NONE)
        return size_type(sizer, &bound->scope, bound->from[number], bound->to[number], size);
    if (basic_size(text, size))
        return true;
    if (!find_declared(sizer, scope, text, TOKEN_TYPE, &declared))
        return false;
    return remembered_size(sizer, &declared, scope, arguments, size);
}

static bool qualified_size(struct sizer *sizer, const struct scope *scope, uint32_t qualifier,
                           uint32_t arguments, struct type_size *size)
{
    const struct syntax_file *file = scope->file;
    struct str name = text_at(file, qualifier + 2);
    struct declared declared;
    if (str_is(text_at(file, qualifier), "unsafe") && str_is(name, "Pointer"))
        return give(size, 8, 8, true);
    struct type_package *package =
        package_imported(sizer->types, file, text_at(file, qualifier));
    if (!package || !package_declares(sizer->types, package, name, TOKEN_TYPE, &declared))
        return false;
    return remembered_size(sizer, &declared, scope, arguments, size);
}

/* TypeName = identifier [ "." identifier ] [ "[" types "]" ] */
static bool named_size(struct sizer *sizer, const struct scope *scope, uint32_t from, uint32_t to,
                       struct type_size *size)
{
    const struct syntax_file *file = scope->file;
    bool is_qualified = kind_at(file, from + 1) == TOKEN_PERIOD;
    uint32_t after = from + (is_qualified ? 3 : 1);
    uint32_t arguments = 0;
    if (after < to && kind_at(file, after) == TOKEN_LBRACK && match_at(file, after) < to) {
        arguments = after;
        after = match_at(file, after) + 1;
    }
    if (after != to)
        return false;
    return is_qualified ? qualified_size(sizer, scope, from, arguments, size)
                        : plain_name_size(sizer, scope, from, arguments, size);
}

/* ---- all types ---- */

static bool size_by_form(struct sizer *sizer, const struct scope *scope, uint32_t from, uint32_t to,
                         struct type_size *size)
{
    const struct syntax_file *file = scope->file;
    switch (kind_at(file, from)) {
    case TOKEN_IDENT:
        return named_size(sizer, scope, from, to, size);
    case TOKEN_MUL:
    case TOKEN_MAP:
    case TOKEN_CHAN:
    case TOKEN_ARROW:
    case TOKEN_FUNC:
        return give(size, 8, 8, true);
    case TOKEN_INTERFACE:
        return give(size, 16, 8, true);
    case TOKEN_LBRACK:
        return array_size(sizer, scope, from, to, size);
    case TOKEN_STRUCT:
        return struct_size(sizer, scope, from + 1, size);
    case TOKEN_LPAREN:
        return match_at(file, from) < to &&
               size_type(sizer, scope, from + 1, match_at(file, from), size);
    default:
        return false;
    }
}

bool size_type(struct sizer *sizer, const struct scope *scope, uint32_t from, uint32_t to,
               struct type_size *size)
{
    if (from >= to || !sizer_enter(sizer))
        return false; /* Z1 */
    bool known = size_by_form(sizer, scope, from, to, size);
    sizer->depth--;
    assert(!known || (size->size < MAX_WIDTH && size->align >= 1)); /* Z2 */
    return known;
}

uint32_t read_type(const struct syntax_file *file, struct str type, struct arena *arena,
                   struct syntax_file *out)
{
    enum { FIRST_TOKEN = 6 }; /* package p ; type _ = */
    static const struct str before = {"package p\ntype _ = ", 19};
    char *text = arena_text(arena, before.len + type.len + 1);
    memcpy(text, before.ptr, before.len);
    memcpy(text + before.len, type.ptr, type.len);
    text[before.len + type.len] = '\n';
    syntax_read(out, (struct str){text, before.len + type.len + 1}, arena);
    if (file) {
        out->imports = file->imports;
        out->import_count = file->import_count;
    }
    return FIRST_TOKEN;
}

bool syntax_size_of(struct syntax_types *types, struct str import_path,
                    const struct syntax_file *file, struct str type, struct type_size *size)
{
    struct syntax_file expression;
    struct arena arena;
    struct sizer sizer = {types, file, SIZER_BUDGET, 0};
    if (type.len == 0 || type.len > LIMIT_SOURCE_BYTES / 2)
        return false;
    arena_init(&arena, types->memory);
    uint32_t from = read_type(file, type, &arena, &expression);
    struct scope scope = {.package = package_at(types, import_path), .file = &expression};
    uint32_t end = skip_type(&expression, from);
    bool whole = kind_at(&expression, end) == TOKEN_SEMICOLON && end + 1 == end_token(&expression);
    bool known = whole && size_type(&sizer, &scope, from, end, size);
    arena_release(&arena);
    return known;
}
