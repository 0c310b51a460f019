/* What the files of this room share. Token indexes are uint32_t; `file->token_count - 1` is
 * TOKEN_END, and every index that is asked for beyond it answers as TOKEN_END does. */
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
    ROLE_BLOCK,       /* { } of if, else, and bare blocks */
    ROLE_LOOP,        /* { } of for */
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
/* The index after the bracket at index and what is in it. */
uint32_t skip_bracket(const struct syntax_file *file, uint32_t index);
/* Over the token at index, or over the whole of the bracket that it opens. */
uint32_t step(const struct syntax_file *file, uint32_t index);
/* Does { at index (or } ) enclose statements of if, for, switch, select or of a bare block? */
bool is_block(const struct syntax_file *file, uint32_t index);
/* The token that ends the simple statement or specification that index is in: a semicolon, the
 * colon of a case or label, a closing bracket, the { of a block, or TOKEN_END. */
uint32_t statement_end(const struct syntax_file *file, uint32_t index);

/* The parts of a function declaration, literal or type; 0 where there is none. */
struct signature {
    uint32_t receiver;      /* ( */
    uint32_t name;          /* identifier */
    uint32_t type_params;   /* [ */
    uint32_t params;        /* ( */
    uint32_t results, results_end; /* [results, results_end), with parentheses if there are any */
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
/* ---- walk.c: from a token to the expression and statement around it ---- */

/* The first token at or after the line's beginning. */
uint32_t first_token_of_line(const struct syntax_file *file, uint32_t line);

static inline bool is_on_line(const struct syntax_file *file, uint32_t index, uint32_t line)
{
    return index < file->token_count && file->tokens[index].line == line;
}
/* The first token of the operand (with its selectors, indexes and calls) whose last token is at
 * index; for a conversion or composite literal with its type. */
uint32_t operand_begin(const struct syntax_file *file, uint32_t index);
/* Is the token the first one of a statement? */
bool begins_statement(const struct syntax_file *file, uint32_t index);
/* Is it the first one of an element of the literal, list or group around it? */
bool begins_element(const struct syntax_file *file, uint32_t index);
/* Is the operator at index between two operands, not before one? */
bool is_binary(const struct syntax_file *file, uint32_t index);
/* The comma after the list element at index, or the closing bracket at close. */
uint32_t element_end(const struct syntax_file *file, uint32_t index, uint32_t close);
/* The elements between the bracket at open and its partner. */
uint32_t element_count(const struct syntax_file *file, uint32_t open);
/* Which element of the bracket at open index lies in, from 0. */
uint32_t element_index(const struct syntax_file *file, uint32_t open, uint32_t index);
/* The type of the composite literal with { at open: [*from, *to), empty when it cannot be told. The
 * types of elements that leave theirs out are taken from around them; *pointer then says that the
 * element is &T{}. */
void literal_type(const struct syntax_file *file, uint32_t open, uint32_t *from, uint32_t *to,
                  bool *pointer);
/* The first token's kind of that type, or TOKEN_END. */
enum token_kind literal_type_kind(const struct syntax_file *file, uint32_t open);
/* The token where gc positions the expression [from, to): the operator, the dot of a selector, the
 * bracket of an index, call or literal. */
uint32_t expression_position(const struct syntax_file *file, uint32_t from, uint32_t to);

/* Does an assignment, ++ or -- follow the operand before index, on a statement's left side? */
bool is_assigned(const struct syntax_file *file, uint32_t index);
/* Source text of tokens [from, to), without comments. Lives in the file's text or in the arena. */
struct str text_between(const struct syntax_file *file, uint32_t from, uint32_t to,
                        struct arena *arena);
/* The same, joined when it lies on several lines. */
struct str text_in_line(const struct syntax_file *file, uint32_t from, uint32_t to,
                        struct arena *arena);

/* What is called: [from, open) before the parenthesis; "func literal" for one. */
struct str callee_text(const struct syntax_file *file, uint32_t from, uint32_t open,
                       struct arena *arena);

/* ---- names.c: what a name means ---- */

enum binding_kind { BINDING_PARAM, BINDING_VAR, BINDING_DEFINE, BINDING_RANGE, BINDING_OTHER };
struct binding {
    enum binding_kind kind;
    uint32_t token; /* the declaring identifier; 0 for parameters */
    uint32_t op;    /* := ; for VAR what follows the names: a type, = or ; */
    uint32_t index; /* among the names declared with it */
    uint32_t begin, end; /* the scope: tokens [begin, end) */
    const struct syntax_param *param;
};
struct bindings {
    struct binding *at;
    size_t count;
};
/* All declarations of a name in the outermost function around the given one. */
void find_bindings(const struct syntax_file *file, uint32_t function, struct str name,
                   struct arena *arena, struct bindings *bindings);
/* The declaration that a mention means; NULL when it is not local. */
const struct binding *resolve(const struct bindings *bindings, uint32_t mention);
/* Does a function around the identifier at index declare what it means? */
bool is_local(const struct syntax_file *file, uint32_t index, struct arena *arena);
/* Is the identifier at index a mention of a variable of that name (or of something that hides it),
 * and not a field, method, label or parameter? */
bool is_variable_mention(const struct syntax_file *file, uint32_t index);
/* The first token of the names that := at define declares. */
uint32_t define_begin(const struct syntax_file *file, uint32_t define);
/* The function with { at body, or SYNTAX_NONE. */
uint32_t function_with_body(const struct syntax_file *file, uint32_t body);
/* The innermost function whose body holds the token, or SYNTAX_NONE. */
uint32_t function_of_token(const struct syntax_file *file, uint32_t index);

/* ---- uses.c: what becomes of an expression's value ---- */

struct use {
    bool none;         /* it is no use: the left side of an assignment */
    uint32_t variable; /* the local variable's name on the left side that gets the value, else 0 */
    struct fate fate;  /* when it is neither of these: kind, index, callee, target */
};
/* How the value of the expression [from, to) (if it is a call: of its result number `result`) is
 * used. */
struct use find_use(const struct syntax_file *file, uint32_t from, uint32_t to, uint32_t result,
                    struct arena *arena);

/* ---- variables.c: types that declarations show ---- */

/* What a type is, as far as this file tells. */
enum type_shape {
    SHAPE_UNKNOWN,
    SHAPE_MAP,
    SHAPE_SLICE,
    SHAPE_CHAN,
    SHAPE_STRING,
    SHAPE_NUMBER,
    SHAPE_OTHER, /* arrays, pointers, functions, structs, interfaces, bool */
};
enum type_shape type_shape(const struct syntax_file *file, struct str type);
/* The type of the expression [from, to), of its result number `result` if it is a call, as source
 * text; empty when it cannot be told. */
struct str expression_type(const struct syntax_file *file, uint32_t from, uint32_t to,
                           uint32_t result, struct arena *arena);
/* Is it the name of a predeclared type? */
bool is_basic_type(struct str name);
/* Does the file declare a type of that name at package level? [*from, *to) is its definition. */
bool find_type(const struct syntax_file *file, struct str name, uint32_t *from, uint32_t *to);

#endif
