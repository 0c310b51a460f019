/* What the files of this room share. Token indexes are uint32_t; `file->token_count - 1` is TOKEN_END,
 * and every index that is asked for beyond it answers as TOKEN_END does. */
#ifndef UNHEAP_SYNTAX_INT_H
#define UNHEAP_SYNTAX_INT_H

#include "syntax.h"

/* What a bracket is for. Set on both partners of a matched pair; brackets without a partner have
 * ROLE_NONE. */
enum role {
    ROLE_NONE,
    ROLE_GROUP,       /* ( ) around an expression or a type */
    ROLE_CALL,        /* ( ) of a call or conversion */
    ROLE_ASSERT,      /* x.( ) */
    ROLE_PARAMS,      /* ( ) of receiver, parameters, results, methods of interfaces */
    ROLE_DECLS,       /* import ( ), var ( ) ... */
    ROLE_INDEX,       /* x[i], x[a:b], G[T] */
    ROLE_TYPE_PARAMS, /* func F[T any], type G[T any] */
    ROLE_LENGTH,      /* [ ] that belongs to an array, slice or map type */
    ROLE_BODY,        /* { } of a function */
    ROLE_BLOCK,
    ROLE_CLAUSES,     /* { } of switch and select */
    ROLE_FIELDS,      /* { } of struct and interface types */
    ROLE_LITERAL,     /* { } of composite literals */
};

static inline enum token_kind kind_at(const struct syntax_file *file, size_t index)
{
    return index < file->token_count ? file->tokens[index].kind : TOKEN_END;
}

static inline enum role role_at(const struct syntax_file *file, size_t index)
{
    return index < file->token_count ? (enum role)file->roles[index] : ROLE_NONE;
}

/* The index of TOKEN_END. */
static inline uint32_t end_token(const struct syntax_file *file)
{
    return (uint32_t)file->token_count - 1;
}

static inline uint32_t match_at(const struct syntax_file *file, uint32_t index)
{
    return index < file->token_count ? file->tokens[index].match : end_token(file);
}

/* The kind of the token before; TOKEN_END at the beginning. */
static inline enum token_kind kind_before(const struct syntax_file *file, uint32_t index)
{
    return index > 0 ? kind_at(file, index - 1) : TOKEN_END;
}

static inline struct str text_at(const struct syntax_file *file, size_t index)
{
    if (index >= file->token_count)
        return STR_NONE;
    const struct token *token = &file->tokens[index];
    return (struct str){file->text.ptr + token->offset, token->len};
}

static inline bool is_assignment_op(enum token_kind kind)
{
    return kind >= TOKEN_ADD_ASSIGN && kind <= TOKEN_AND_NOT_ASSIGN;
}

static inline bool is_literal(enum token_kind kind)
{
    return kind >= TOKEN_INT && kind <= TOKEN_STRING;
}

/* ---- scanner.c ---- */

/* Fills text's tokens and lines. Brackets have no partners yet. */
void syntax_scan(struct syntax_file *file, struct arena *arena);
/* As package go/token calls it. */
const char *syntax_token_name(enum token_kind kind);

/* ---- shape.c: what each bracket is ---- */

/* Requires syntax_scan; provides `match`, `inside` and `roles`. */
void syntax_shape(struct syntax_file *file, struct arena *arena);
/* Can the token be the last one of an operand: of what a binary operator, a selector or a call's
 * parenthesis can follow? */
bool ends_operand(const struct syntax_file *file, uint32_t index);
/* Can a type begin with this token? */
bool begins_type(enum token_kind kind);
/* The index after the type that begins at index; index itself when there is none. */
uint32_t skip_type(const struct syntax_file *file, uint32_t index);
/* The semicolon (or closing bracket, or TOKEN_END) that ends the statement or specification whose
 * tokens include index. */
uint32_t statement_end(const struct syntax_file *file, uint32_t index);

/* The parts of a function declaration, literal or type; 0 where there is none. */
struct signature {
    uint32_t receiver;      /* ( */
    uint32_t name;          /* identifier */
    uint32_t type_params;   /* [ */
    uint32_t params;        /* ( */
    uint32_t results, results_end; /* [results, results_end), with the parentheses if there are any */
    uint32_t after;         /* the token after all that; { when there is a body */
};
/* func is the index of a TOKEN_FUNC. */
struct signature syntax_signature(const struct syntax_file *file, uint32_t func);

/* ---- outline.c ---- */

/* Calls of next_declaration walk the declarations at package level: one for each specification. */
struct declaration {
    enum token_kind keyword; /* TOKEN_IMPORT, _CONST, _VAR, _TYPE, _FUNC */
    uint32_t begin, end;     /* tokens of the specification; a function's begin with "func" */
    uint32_t index;          /* within its group: iota */
};
struct declaration_cursor {
    uint32_t next;      /* token */
    uint32_t group_end; /* the ) of a group; 0 outside */
    enum token_kind keyword;
    uint32_t index;
};
bool next_declaration(const struct syntax_file *file, struct declaration_cursor *cursor,
                      struct declaration *declaration);
/* Source text of tokens [from, to), without comments. Lives in the file's text or in the arena. */
struct str text_between(const struct syntax_file *file, uint32_t from, uint32_t to,
                        struct arena *arena);

#endif
