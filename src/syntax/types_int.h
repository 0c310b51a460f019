/* What the files about types' sizes share: packages on disk, constants, sizes. */
#ifndef UNHEAP_SYNTAX_TYPES_INT_H
#define UNHEAP_SYNTAX_TYPES_INT_H

#include "syntax_int.h"

/* ---- build_tags.c: which files belong to a build for linux/amd64 ---- */

enum build_answer { BUILD_NO, BUILD_MAYBE, BUILD_YES };
/* By the name of a file: tests, hidden files, suffixes of other systems and processors. */
bool build_takes_name(struct str name);
/* By the //go:build line before the package clause; MAYBE when it depends on tags that only the
 * build knows (cgo). */
enum build_answer build_takes_text(struct str text);

/* ---- packages.c: declarations of packages on disk ---- */

struct package_file {
    struct file bytes;
    bool uncertain;             /* BUILD_MAYBE */
    struct syntax_file *syntax; /* NULL until a name is found in the text */
};
struct type_package {
    struct str path;
    struct package_file *files;
    size_t file_count;
    bool opened; /* files may be read; false when there is no such directory */
    struct type_package *next;
};

struct syntax_types {
    const struct memory *memory;
    struct arena arena;
    struct diag_sink *sink; /* files that cannot be read are simply not there */
    struct str (*find_dir)(void *ctx, struct str import_path);
    void *find_ctx;
    struct type_package *packages;
    struct map names; /* looked for in a package: -> struct known_name * */
    struct map sizes; /* of named types: address of their file and token -> struct known_size * */
};

/* A place where names have a meaning. */
struct scope {
    struct type_package *package;
    const struct syntax_file *file;     /* its imports, and where the tokens are */
    const struct type_arguments *arguments; /* of the generic type that is defined here, or NULL */
};
enum { MAX_TYPE_ARGUMENTS = 8 };
struct type_arguments {
    struct scope scope; /* where the arguments are written */
    uint32_t count;
    struct str names[MAX_TYPE_ARGUMENTS];
    uint32_t from[MAX_TYPE_ARGUMENTS], to[MAX_TYPE_ARGUMENTS];
};

/* A declaration at package level. */
struct declared {
    struct scope scope;
    struct declaration declaration;
    uint32_t name;         /* token */
    uint32_t values_begin; /* for constants: the = of its specification, or of the one it repeats */
    uint32_t values_end;
};
struct type_package *package_at(struct syntax_types *types, struct str path);
/* The package that a qualifier means in a file; NULL when it cannot be told. */
struct type_package *package_imported(struct syntax_types *types, const struct syntax_file *file,
                                      struct str qualifier);
/* The declaration of a type or constant (keyword); false when there is none, or more than one. */
bool package_declares(struct syntax_types *types, struct type_package *package, struct str name,
                      enum token_kind keyword, struct declared *declared);

/* ---- sizes.c and constants.c ---- */

/* One question. All recursion spends `budget` and is counted in `depth`, whatever the source is. */
struct sizer {
    struct syntax_types *types;
    const struct syntax_file *fallback; /* for a package that cannot be opened, or NULL */
    uint32_t budget;
    int depth;
};
enum { MAX_SIZER_DEPTH = 64, SIZER_BUDGET = 1 << 20 };
/* One step down; false when that is one too many. Undone by depth--. */
static inline bool sizer_enter(struct sizer *sizer)
{
    if (sizer->budget == 0 || sizer->depth >= MAX_SIZER_DEPTH)
        return false;
    sizer->budget--;
    sizer->depth++;
    return true;
}
/* package_declares, or the fallback for a package that is not there. */
bool find_declared(const struct sizer *sizer, const struct scope *scope, struct str name,
                   enum token_kind keyword, struct declared *declared);

/* The size of the type [from, to). */
bool size_type(struct sizer *sizer, const struct scope *scope, uint32_t from, uint32_t to,
               struct type_size *size);
/* FieldDecl = ( IdentifierList Type | [ "*" ] TypeName [ TypeArgs ] ) [ Tag ] in tokens
 * [from, to). Sets where the type begins; returns how many fields it declares. */
uint32_t field_names(const struct syntax_file *file, uint32_t from, uint32_t to, uint32_t *type);
/* The expression as a type's definition in a file of its own, with the imports of the other (which
 * may be NULL). Returns the token at which the type begins. */
uint32_t read_type(const struct syntax_file *file, struct str type, struct arena *arena,
                   struct syntax_file *out);
/* Integer constants, with room for both signs of 64 bits. */
__extension__ typedef __int128 wide;
struct constant {
    wide value;
    int bits; /* of a typed unsigned constant: what ^ inverts; else 0 */
};
/* The value of the constant expression [from, to); iota is that of its specification. */
bool constant_value(struct sizer *sizer, const struct scope *scope, uint32_t from, uint32_t to,
                    wide iota, struct constant *constant);

#endif
