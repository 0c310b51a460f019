/* syntax: Go source read by its tokens.
 *
 * A scanner for Go (specification, "Lexical elements", with automatic semicolons) and, on the
 * tokens, the few questions that the join asks: which function is a line in; what on this line
 * allocates at run time; what becomes of a call's result; how large is a type. It is not a parser
 * of Go: it answers from the shape of tokens, says UNKNOWN where the shape does not tell, and
 * never guesses. Broken source is read as far as it goes. This room knows nothing of types'
 * meaning across packages, of compilers or of profiles.
 *
 * S1. Tokens are in source order; the last one is TOKEN_END. Offsets are bytes, lines 1-based,
 *     columns 1-based bytes.
 * S2. `match` of a bracket token is the index of its partner, or of TOKEN_END when it has none (or
 *     lies deeper than LIMIT_SYNTAX_DEPTH). Matched pairs nest.
 * S3. Function bodies nest or are apart; a closure's parent has a smaller index. */
#ifndef UNHEAP_SYNTAX_H
#define UNHEAP_SYNTAX_H

#include "base/base.h"

enum token_kind {
#define X(name, text) TOKEN_##name,
#include "tokens.h"
#undef X
    TOKEN_KIND_COUNT
};

struct token {
    uint32_t offset, len;
    uint32_t line, column;
    uint32_t match; /* for ( [ { ) ] }: see S2; else 0 */
    enum token_kind kind;
};

/* A parameter, result or receiver; the type is source text without comments, blanks as written. */
struct syntax_param {
    struct str name; /* empty when unnamed; "_" as written */
    struct str type; /* "...T" for the variadic one */
    uint32_t line, column;
};

/* A function declaration or literal with a body. */
struct syntax_function {
    struct str name;          /* gc's: "F", "T.M", "(*T).M", "F.func1", "F.func1.2", "init.0", type
                                 parameters as profiles show them: "F[...]", "(*List[...]).Push".
                                 Literals at package level are "init.func1" in source order; gc
                                 numbers them, and functions init, through the whole package */
    uint32_t parent;          /* of a literal: index of the enclosing function, or SYNTAX_NONE */
    bool is_literal;
    uint32_t func;            /* token index of "func" */
    uint32_t line, column;    /* as gc positions it: of what follows "func" (the name, or a method's
                                 receiver), or of "func" itself in a literal */
    uint32_t body_begin, body_end; /* token indexes of { and } */
    uint32_t first_line, last_line; /* of "func" and of the closing } */
    struct syntax_param *params, *results;
    uint32_t param_count, result_count;
    struct syntax_param receiver; /* type empty when there is none */
};
#define SYNTAX_NONE UINT32_MAX

struct syntax_import {
    struct str name; /* as written, else empty */
    struct str path;
};

/* One scanned file. Constant once read; text and everything else live in the arena it was given. */
struct syntax_file {
    struct str text;
    struct str package; /* the package clause's name */
    struct token *tokens;
    size_t token_count;
    const unsigned char *roles; /* by token: what a bracket is; for this room alone */
    const uint32_t *inside; /* by token: the matched opening bracket around it, else token_count */
    struct syntax_function *functions; /* by position of their body's begin */
    size_t function_count;
    struct syntax_import *imports;
    size_t import_count;
    struct str *globals; /* names of package-level variables declared in this file, sorted */
    size_t global_count;
    const char **line_starts; /* line_starts[line - 1]; line_count + 1 entries */
    size_t line_count;
};

/* Scans text, which must outlive the file. Never fails. Files over LIMIT_SOURCE_BYTES are cut
 * there. */
void syntax_read(struct syntax_file *file, struct str text, struct arena *arena);
/* A line without its end; empty when there is no such line. */
struct str syntax_line(const struct syntax_file *file, uint32_t line);
/* The innermost function whose text covers the line; SYNTAX_NONE at package level. When several
 * literals lie on one line, the first one. */
uint32_t syntax_function_at(const struct syntax_file *file, uint32_t line);
/* By gc's name; SYNTAX_NONE when absent. */
uint32_t syntax_function_named(const struct syntax_file *file, struct str name);

/* Where in a function's body an expression or simple statement stands that gc printed: line and
 * column as gc positions it. false when it stands there not at all, or several times. */
bool syntax_find_text(const struct syntax_file *file, uint32_t function, struct str text,
                      struct arena *arena, uint32_t *line, uint32_t *column);

/* ---- what on a line allocates at run time ---- */

/* `certain` is true where nothing else is said. */
enum construct_kind {
    CONSTRUCT_MAP_ASSIGN, /* m[k] = v, m[k]++, m[k] op= v; certain: m is known to be a map; left out
                             when it is known to be something else */
    CONSTRUCT_MAKE_CHAN,
    CONSTRUCT_MAKE_MAP,
    CONSTRUCT_MAKE_SLICE, /* not certain, like MAKE_MAP: make of a T that this file does not define;
                             a MAKE_MAP then where there is no size */
    CONSTRUCT_NEW,
    CONSTRUCT_APPEND,
    CONSTRUCT_GO,
    CONSTRUCT_DEFER,      /* certain: inside a loop of its function */
    CONSTRUCT_CONCAT,     /* +, += ; certain: an operand is known to be a string; left out when one
                             is known to be a number, or all are literals */
    CONSTRUCT_TO_STRING,  /* string(x); of these three, a T(x) with a T that this file defines so is
                             not certain */
    CONSTRUCT_TO_BYTES,   /* []byte(x) */
    CONSTRUCT_TO_RUNES,   /* []rune(x) */
    CONSTRUCT_FUNC,       /* func literal */
    CONSTRUCT_COMPOSITE,  /* &T{...}, also where elements of []*T leave it out */
    CONSTRUCT_SLICE_LITERAL, /* []T{...}, or a T that this file defines so */
    CONSTRUCT_MAP_LITERAL,   /* map[K]V{...}, likewise */
    CONSTRUCT_CALL,       /* any other call (not of built-in functions, not a conversion to a
                             predeclared type); callee is its expression; certain: it cannot be a
                             conversion to a named type */
    CONSTRUCT_SELECT,     /* select statement */
    CONSTRUCT_KIND_COUNT
};

struct construct {
    enum construct_kind kind;
    uint32_t line, column; /* where gc positions it: "(" for calls, make, new, append; the operand
                              of a conversion; "&"; "{" of literals; "func"; the last "+" of a
                              sum; "[" of the map's index; the keywords */
    bool certain;
    struct str text;       /* the expression, from the first of its tokens on that line to its end
                              or the line's */
    struct str callee;     /* for CALL: "pkg.F", "x.y.M", "F", in one line; "func literal" */
    struct str target;     /* for MAP_ASSIGN: "m"; for APPEND: the first argument */
};
const char *construct_kind_name(enum construct_kind kind);
/* Constructs whose position lies on the line, by column, in the arena. */
size_t syntax_constructs(const struct syntax_file *file, uint32_t line, struct arena *arena,
                         struct construct **constructs);

/* ---- what becomes of a value ---- */

enum fate_kind {
    FATE_READ,        /* x.f, *x, x[i], x == nil, len(x): nothing keeps the pointer */
    FATE_DISCARDED,   /* an expression statement, or assigned to _ */
    FATE_RETURNED,    /* return x (index: which result) */
    FATE_GLOBAL,      /* g = x with a g that no function around declares, pkg.G = x */
    FATE_FIELD,       /* a.f = x, including *p = x */
    FATE_ELEMENT,     /* m[k] = x, s[i] = x */
    FATE_APPENDED,    /* append(s, x) */
    FATE_IN_LITERAL,  /* T{f: x}, []T{x}, map[K]V{k: x} */
    FATE_SENT,        /* ch <- x */
    FATE_CAPTURED,    /* mentioned in a func literal inside the function */
    FATE_ARGUMENT,    /* f(..., x, ...): callee, index of the argument from 0 */
    FATE_RECEIVER,    /* x.M(...): method */
    FATE_SPAWNED,     /* go f(x), defer f(x), go x.M() */
    FATE_ADDRESS,     /* &x, &x.f */
    FATE_CONVERTED,   /* []T(x) and the like. Conversions that keep the pointer, x.(T), any(x),
                         (*T)(x), x[a:b], are followed instead; T(x) of an unknown T is ARGUMENT */
    FATE_UNKNOWN,
    FATE_KIND_COUNT
};

struct fate {
    enum fate_kind kind;
    uint32_t line, column; /* of the use */
    uint32_t index;        /* FATE_ARGUMENT, FATE_RETURNED */
    struct str callee;     /* FATE_ARGUMENT: "pkg.F", "F", "x.M"; FATE_RECEIVER: "M" */
    struct str target;     /* what it is stored in: "orders", "s.items", "ch" */
    bool target_global;    /* the root of target is declared at package level */
    struct str text;       /* the statement or expression, one line */
    struct str variable;   /* the variable that carried the value there; empty when used directly */
};

/* The calls of `callee` (by its last name: "NewOrder", "(*T).M" gives "M") at a line of a function
 * (or with SYNTAX_NONE, outside of functions), and which result of theirs is asked for. */
struct fate_query {
    uint32_t function, line;
    struct str callee;
    uint32_t result;
};

/* What becomes of the result: its direct use, or all uses of the local variables that it is
 * assigned to, in the order of the source, followed through copies `y := x` (up to
 * LIMIT_FOLLOWED_CALLS variables, beyond which a copy is FATE_UNKNOWN). Uses before the assignment
 * do not count unless a loop leads back to them. Returns the count; 0 with *found false when there
 * is no such call. With *found true a count of 0 means that the value is never looked at again. */
size_t syntax_fates_of(const struct syntax_file *file, const struct fate_query *query,
                       struct arena *arena, struct fate **fates, bool *found);
const char *fate_kind_name(enum fate_kind kind);

/* ---- how large is a type ---- */

/* Type declarations of packages, read from their directories when first asked for; sizes and
 * alignments for linux/amd64 as gc has them (cmd/compile/internal/types/size.go). One thread. */
struct syntax_types;
/* find_dir(ctx, import_path) gives the directory of a package, or an empty text; it is copied. */
struct syntax_types *syntax_types_new(const struct memory *memory,
                                      struct str (*find_dir)(void *ctx, struct str import_path),
                                      void *ctx);
void syntax_types_free(struct syntax_types *types);
/* How many files and folders could not be read; their declarations are simply not known. first gets
 * the path of one of them, valid as long as types. */
size_t syntax_types_unread(const struct syntax_types *types, struct str *first);
struct type_size {
    uint64_t size, align;
    bool has_pointers;
};
/* The size of a type expression as written in the given package ("Order", "[]byte", "lib.T",
 * "struct { a int; b *T }", "map[string]int", "List[int]"); file gives the imports (and, where the
 * package cannot be found, the types it declares) and may be NULL. false when it cannot be told:
 * type parameters, types declared in functions, missing source, two declarations under build tags
 * that are not known (cgo). */
bool syntax_size_of(struct syntax_types *types, struct str import_path,
                    const struct syntax_file *file, struct str type, struct type_size *size);
/* A declared type: "*store.Orders" as the package and the name, whatever the importing file calls
 * them. Texts live as long as the types. */
struct syntax_named {
    struct str import_path, name; /* path empty for error, any and interface{ ... } */
    bool pointer;                 /* a "*" stands before it */
    bool interface;               /* it is declared as an interface */
};
/* What a type expression names, with arguments like those of syntax_size_of; type arguments are
 * not looked at. false for anything but [ "*" ] TypeName and interfaces, and what is not found. */
bool syntax_named_of(struct syntax_types *types, struct str import_path,
                     const struct syntax_file *file, struct str type, struct syntax_named *named);
/* The type of a struct's field, promoted ones too; false when it cannot be told. */
bool syntax_field_of(struct syntax_types *types, const struct syntax_named *named,
                     struct str field, struct syntax_named *found);
/* The declared type of a local variable or parameter of a function, as source text: from "var x T",
 * "x := T{...}", "x := &T{...}", "x := make(T, ...)", "x := T(...)", parameters, receivers and
 * results. Empty when the declaration does not show it. line: where the variable is declared. */
struct str syntax_variable_type(const struct syntax_file *file, struct str variable, uint32_t line,
                                struct arena *arena);

#endif
