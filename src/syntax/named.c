/* Which declared type an expression means, and what its fields are.
 *
 * For the join these two answers tell what "s.repo.Save(x)" calls: a method of a type that is
 * known, or of an interface, of which nothing is. */
#include "types_int.h"

enum { MAX_EMBEDDED_DEPTH = 4, MAX_ALIASES = 4 };

/* ---- a type's name ---- */

static bool is_interface(const struct declared *declared)
{
    const struct syntax_file *file = declared->scope.file;
    uint32_t type = declared->name + 1;
    if (role_at(file, type) == ROLE_TYPE_PARAMS)
        type = match_at(file, type) + 1;
    type += kind_at(file, type) == TOKEN_ASSIGN;
    return kind_at(file, type) == TOKEN_INTERFACE;
}

static bool give_named(const struct declared *declared, bool pointer, struct syntax_named *named)
{
    const struct type_package *package = declared->scope.package;
    *named = (struct syntax_named){.name = text_at(declared->scope.file, declared->name),
                                   .pointer = pointer, .interface = is_interface(declared)};
    if (package)
        named->import_path = package->path;
    return package != NULL;
}

/* TypeName = identifier [ "." identifier ] in tokens [from, to), found where it is declared. */
static bool find_type_name(const struct sizer *sizer, const struct scope *scope, uint32_t from,
                      uint32_t to, struct declared *declared)
{
    const struct syntax_file *file = scope->file;
    if (kind_at(file, from) != TOKEN_IDENT || from >= to)
        return false;
    if (kind_at(file, from + 1) != TOKEN_PERIOD)
        return find_declared(sizer, scope, text_at(file, from), TOKEN_TYPE, declared);
    struct type_package *package = package_imported(sizer->types, file, text_at(file, from));
    return package && package_declares(sizer->types, package, text_at(file, from + 2), TOKEN_TYPE,
                                       declared);
}

/* error, any and interface{ ... }: interfaces that no package declares. */
static bool is_known_interface(const struct syntax_file *file, uint32_t from, uint32_t to,
                               struct syntax_named *named)
{
    struct str text = text_at(file, from);
    bool literal = kind_at(file, from) == TOKEN_INTERFACE;
    if (!literal && (from + 1 != to || (!str_is(text, "error") && !str_is(text, "any"))))
        return false;
    *named = (struct syntax_named){.name = literal ? STR("any") : text, .interface = true};
    return true;
}

/* The type in [from, to): "*" before it is taken off, aliases are followed. */
static bool name_type(const struct sizer *sizer, const struct scope *scope, uint32_t from,
                      uint32_t to, struct syntax_named *named, struct declared *declared)
{
    struct scope at = *scope;
    bool pointer = false;
    for (int i = 0; i < MAX_ALIASES; i++) {
        bool starred = kind_at(at.file, from) == TOKEN_MUL;
        pointer |= starred;
        from += starred;
        if (is_known_interface(at.file, from, to, named))
            return true;
        if (!find_type_name(sizer, &at, from, to, declared))
            return false;
        if (kind_at(declared->scope.file, declared->name + 1) != TOKEN_ASSIGN)
            return give_named(declared, pointer, named);
        at = declared->scope;
        from = declared->name + 2;
        to = declared->declaration.end;
    }
    return false;
}

bool syntax_named_of(struct syntax_types *types, struct str import_path,
                     const struct syntax_file *file, struct str type, struct syntax_named *named)
{
    struct arena arena;
    struct syntax_file expression;
    struct sizer sizer = {types, file, SIZER_BUDGET, 0};
    struct declared declared;
    if (type.len == 0 || type.len > LIMIT_SOURCE_BYTES / 2)
        return false;
    arena_init(&arena, types->memory);
    uint32_t from = read_type(file, type, &arena, &expression);
    struct scope scope = {.package = package_at(types, import_path), .file = &expression};
    bool known = name_type(&sizer, &scope, from, skip_type(&expression, from), named, &declared);
    if (known && named->import_path.len == 0) /* its text must not lie in the expression */
        named->name = str_is(named->name, "error") ? STR("error") : STR("any");
    arena_release(&arena);
    return known;
}

/* ---- fields ---- */

/* One question about a field: where it is looked for, and what it is. */
struct field_search {
    const struct sizer *sizer;
    struct str field;
    struct syntax_named *found;
    int depth;
};

static bool search_struct(struct field_search *search, const struct declared *declared);

/* FieldDecl = ( IdentifierList Type | [ "*" ] TypeName [ TypeArgs ] ) [ Tag ] in [from, to): is one
 * of its names the field's, or does its embedded type have the field? */
static bool search_field(struct field_search *search, const struct scope *scope, uint32_t from,
                         uint32_t to)
{
    const struct syntax_file *file = scope->file;
    uint32_t type;
    struct declared declared;
    struct syntax_named embedded;
    field_names(file, from, to, &type);
    for (uint32_t i = from; i < type; i += 2)
        if (str_equal(text_at(file, i), search->field))
            return name_type(search->sizer, scope, type, skip_type(file, type), search->found,
                             &declared);
    if (type != from ||
        !name_type(search->sizer, scope, from, skip_type(file, from), &embedded, &declared) ||
        embedded.import_path.len == 0)
        return false;
    if (str_equal(embedded.name, search->field)) {
        *search->found = embedded;
        return true;
    }
    return search_struct(search, &declared);
}

static bool search_struct(struct field_search *search, const struct declared *declared)
{
    const struct syntax_file *file = declared->scope.file;
    uint32_t type = declared->name + 1;
    if (role_at(file, type) == ROLE_TYPE_PARAMS)
        type = match_at(file, type) + 1;
    uint32_t open = type + 1, close = match_at(file, open);
    if (kind_at(file, type) != TOKEN_STRUCT || close == end_token(file) ||
        search->depth >= MAX_EMBEDDED_DEPTH)
        return false;
    search->depth++;
    bool found = false;
    for (uint32_t i = open + 1; i < close && !found;) {
        uint32_t end = statement_end(file, i);
        found = end > i && search_field(search, &declared->scope, i, end);
        i = end + 1;
    }
    search->depth--;
    return found;
}

bool syntax_field_of(struct syntax_types *types, const struct syntax_named *named,
                     struct str field, struct syntax_named *found)
{
    struct sizer sizer = {types, NULL, SIZER_BUDGET, 0};
    struct declared declared;
    if (named->import_path.len == 0)
        return false;
    struct type_package *package = package_at(types, named->import_path);
    struct field_search search = {.sizer = &sizer, .field = field, .found = found};
    return package_declares(types, package, named->name, TOKEN_TYPE, &declared) &&
           search_struct(&search, &declared);
}
