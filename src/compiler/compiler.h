/* compiler: what gc itself says about the heap, and why.
 *
 * Reads the text of `go build -gcflags=-m` or `-m=2` (Go 1.21 to 1.26), a directory of
 * `-json=0,file://DIR` logs, or asks the user's own go command. The text of the whole standard
 * library is 150 MB and 1.3 million lines, of which some 120 thousand matter: so reading is one
 * scan over a mapped file, in pieces on all processors, that keeps a small record for each message
 * that matters and leaves explanations where they are until somebody asks for them (story_read).
 * This room knows nothing of profiles. The message forms and where they come from are the table in
 * messages.h (cmd/compile/internal/escape, inline, devirtualize; facts page section 5).
 *
 * Invariants
 * C1. Every record's text lies inside one source's bytes and is valid until compiler_free.
 * C2. Records are in the order of the text, package by package; equal lines stay as many as there
 *     are.
 * C3. package, path and function ids are ids of `strings`.
 * C4. A record's line is 1-based; column is 1-based bytes, or 0 where gc gives none (255 and more).
 *     path and line are 0 for the few messages that gc prints without a position. */
#ifndef UNHEAP_COMPILER_H
#define UNHEAP_COMPILER_H

#include "base/base.h"

/* What a message says. The forms stand in messages.h. */
enum message_kind {
    MESSAGE_NONE,
    MESSAGE_MOVED_TO_HEAP,  /* moved to heap: v */
    MESSAGE_ESCAPES,        /* e escapes to heap */
    MESSAGE_STAYS,          /* e does not escape (an expression, or a parameter) */
    MESSAGE_LEAKS,          /* leaking param: p */
    MESSAGE_LEAKS_CONTENT,  /* leaking param content: p */
    MESSAGE_LEAKS_RESULT,   /* leaking param: p to result r level=n */
    MESSAGE_CAN_INLINE,     /* can inline F [with cost N as: ...] */
    MESSAGE_CANNOT_INLINE,  /* cannot inline F: reason */
    MESSAGE_INLINING_CALL,  /* inlining call to F */
    MESSAGE_DEVIRTUALIZING, /* devirtualizing x.M to T */
    MESSAGE_CAPTURING,      /* F capturing by value|ref: v (...) */
    MESSAGE_ZERO_COPY,      /* zero-copy string->[]byte conversion */
    MESSAGE_STORY_ESCAPES,  /* e escapes to heap in F:  (head of an explanation) */
    MESSAGE_STORY_LEAKS,    /* parameter p leaks to L for F with derefs=N:  (head of an
                               explanation) */
    MESSAGE_OTHER,          /* one of the forms nothing is made of; see messages.h */
    MESSAGE_KIND_COUNT
};

/* What kind of allocation an expression is: the contract's list (reference/cli.md, Sites). */
enum site_kind {
#define X(name, text) SITE_##name,
#include "site_kinds.h"
#undef X
    SITE_KIND_COUNT
};
const char *site_kind_name(enum site_kind kind);
/* From the compiler's printed expression: "&T{...}" is composite, "make([]int, n)" make_slice
 * ... */
enum site_kind site_kind_of(enum message_kind message, struct str expression);

/* One message that matters. 48 bytes; there are some 300 thousand for the standard library. */
struct message {
    struct str text;       /* the whole message without its position: "&T{} escapes to heap" */
    uint32_t path;         /* string id of the file as printed ("./x.go",
                              "/usr/local/go/src/...") */
    uint32_t package;      /* index into packages */
    uint32_t line;
    uint16_t column;
    uint8_t kind;          /* enum message_kind */
    uint8_t source;        /* which source's bytes text lies in */
    uint32_t story;        /* for ESCAPES and MOVED_TO_HEAP: index + 1 of the STORY_ESCAPES record
                              that explains it; for LEAKS*: of a STORY_LEAKS record; 0 when there is
                              none */
    uint32_t story_bytes;  /* for STORY_*: how many bytes of explanation follow its line */
    uint32_t function;     /* string id, for kinds that name one: STORY_* (of "in F", 1.25+), INLINE
                              kinds; for the others found by position and story, 0 when unknown. As
                              gc prints it: relative to its package ("(*T).M", "F.func1") */
};

/* A "# importpath" of the text. */
struct compiled_package {
    uint32_t import_path; /* string id: "net/http", without " [p.test]" */
    uint32_t for_test;    /* string id of "p.test" for a test variant, else 0 */
    uint32_t directory;   /* string id: where most of its files lie, as printed; 0 when unknown */
    uint32_t name;        /* string id of the package name when the go command told it ("main"),
                             else 0 */
    bool standard;
    bool wanted; /* matched by the patterns that were asked for */
    bool own;    /* or of a module that can be changed here: go.mod's, go.work's, a replaced one */
    uint32_t first_message, message_count;
};

struct compiler_source {
    struct file file;
    struct str name;
};

/* A function gc judged: CAN_INLINE and CANNOT_INLINE records by name. */
struct judged_function {
    uint32_t message;     /* index of the record */
    uint32_t package;     /* index into packages */
    bool can_inline;
    uint32_t cost;        /* 0 when not given */
    uint32_t budget;      /* of "cost N exceeds budget M", else 0 */
    struct str reason;    /* of "cannot inline" */
    struct str name;      /* "(*T).M" */
};
/* Where inlining copied an expression from; known from JSON logs only. */
struct inline_place {
    uint32_t path; /* string id */
    uint32_t line, column;
};
struct inlined_copy {
    size_t offset; /* of a message's text in its source */
    uint32_t first, count; /* in inline_places */
};

/* Everything gc said. Constant once read; may be shared by threads. */
struct compiler {
    const struct memory *memory;
    struct arena arena;
    struct intern strings;
    VEC(struct message) messages;
    size_t most_messages; /* LIMIT_COMPILER_RECORDS, unless a test says otherwise */
    VEC(struct compiled_package) packages;
    VEC(struct compiler_source) sources;
    VEC(struct judged_function) judged; /* CAN_INLINE and CANNOT_INLINE, in the order of messages */
    VEC(struct inlined_copy) inlined_copies; /* by offset */
    VEC(struct inline_place) inline_places;
    uint32_t *package_of_path; /* by string id of a path: string id of its import path, or 0 */
    size_t package_of_path_len;
    struct str go_version; /* "go1.26.8"; when the text does not tell, a range: "go1.25 or newer" */
    unsigned level;        /* 1 or 2: which -m the text was made with */
    bool from_json;
};

/* What to ask for, and how. Zero is the default for each. */
struct compiler_request {
    const char *dir;             /* -C; NULL: the current directory */
    const char *const *patterns; /* packages as the go command takes them */
    size_t pattern_count;
    bool tests;                  /* test variants too */
    const char *tags, *goos, *goarch, *pgo; /* pgo NULL: "off" */
    bool only_named;             /* -gcflags=-m=2 for the named packages only, not all= */
    /* Called now and then while the go command runs; false stops it. May be NULL. */
    bool (*progress)(void *ctx, size_t packages_done, size_t bytes);
    void *progress_ctx;
};

/* Runs `go list -export -deps -gcflags=all=-m=2` (it compiles, replays cached diagnostics and does
 * not link) and reads what it prints. Errors of the module's own build are told through the sink,
 * verbatim, as COMPILER_BUILD. */
NODISCARD enum status compiler_run(const struct compiler_request *request,
                                   struct workers *workers, const struct memory *memory,
                                   struct diag_sink *sink, struct compiler **out);
/* Reads text or logs: a file (plain, gzip, zstd), a directory of JSON logs, or "-". patterns decide
 * which packages are `wanted`; "./..." is resolved with the go.mod at or above dir. */
NODISCARD enum status compiler_read(const char *path, const struct compiler_request *request,
                                    struct workers *workers, const struct memory *memory,
                                    struct diag_sink *sink, struct compiler **out);
/* The same of bytes in memory, which are copied; name is for messages. */
struct compiler_text {
    struct str bytes, name;
};
NODISCARD enum status compiler_read_text(const struct compiler_text *text,
                                         const struct compiler_request *request,
                                         struct workers *workers, const struct memory *memory,
                                         struct diag_sink *sink, struct compiler **out);
void compiler_free(struct compiler *compiler);

/* ---- unit.c: one package, as `go vet` describes it to its -vettool ---- */

/* What of a vet.cfg matters here (cmd/go/internal/work, vetConfig). Texts lie in the arena and end
 * in a zero byte. */
struct compiler_unit {
    const struct memory *memory;
    struct arena arena;
    struct str id;          /* "p" or "p [p.test]" */
    struct str import_path; /* "p" */
    struct str dir;
    struct str language;    /* "go1.24" */
    struct str *files;      /* absolute, after cgo */
    size_t file_count;
    struct str imports;     /* as lines of an importcfg */
    struct str facts;       /* file to write for those that import it */
    struct str output;      /* file that standard output goes to; empty: standard output (before
                               Go 1.26) */
    bool only_facts;        /* a dependency: nothing is told of it */
    bool is_program;        /* for the caller to set: its clause says "package main" */
};
/* name is for messages. The unit is released whatever the status is. */
NODISCARD enum status compiler_unit_read(struct str bytes, struct str name,
                                         const struct memory *memory, struct diag_sink *sink,
                                         struct compiler_unit *unit);
void compiler_unit_release(struct compiler_unit *unit);
/* Runs the compiler of the go command on the PATH over the unit's files and reads what it says; the
 * unit's package is the one that is wanted. Writes files beside unit->facts. */
NODISCARD enum status compiler_unit_run(const struct compiler_unit *unit, struct workers *workers,
                                        struct diag_sink *sink, struct compiler **out);

static inline struct str compiler_str(const struct compiler *compiler, uint32_t id)
{
    return intern_str(&compiler->strings, id);
}

/* Does import_path match a go package pattern ("./...", "std", "net/...", "example.com/x")?
 * module_path and module_dir resolve "./" patterns; both may be empty. */
bool package_matches(struct str import_path, bool standard, struct str pattern,
                     struct str module_path, struct str relative_dir);

/* The lowest -m that prints such a message: 1 or 2; 0 when only other debugging flags do. */
unsigned message_level(struct str text);

/* Does the message itself say which function it lies in ("in F", "for F" of Go 1.25 and newer)?
 * Else its function was found by position. */
bool message_names_function(const struct message *message);

/* The places between a message's position, which is that of the outermost call, and where the
 * expression is written: from the second outermost call to the expression itself. NULL when it was
 * not inlined, or when the witness does not tell (text never does). */
const struct inline_place *compiler_inlined_at(const struct compiler *compiler,
                                               const struct message *message, size_t *count);

/* ---- stories: one explanation, step by step ---- */

/* gc's reasons for a step: X(NAME, "gc's words", "a sentence in plain words") in reasons.h. */
enum flow_reason {
#define X(name, gc_text, sentence) FLOW_##name,
#include "reasons.h"
#undef X
    FLOW_REASON_COUNT
};
const char *flow_reason_text(enum flow_reason reason);
const char *flow_reason_sentence(enum flow_reason reason);
/* Is something put into a variable, a field, an element? */
bool flow_is_assignment(enum flow_reason reason);

/* Parts of the expressions of stories; pieces of their text. */
/* "orders[id]" of "orders[id] = o" and of ":="; empty for what is no assignment. */
struct str expression_target(struct str expression);
/* Takes the next of the parts that stand between commas outside of brackets and quotes; false when
 * there are no more. */
bool expression_next_part(struct str *rest, struct str *part);
/* "fmt.errorf" of "fmt.errorf(fmt.format, fmt.a...)"; empty for what does not end in a call. */
struct str expression_called(struct str expression);
/* "list" of "append(list, x)" and "copy(list, x)"; empty for other calls. */
struct str expression_filled(struct str expression);

/* One "from expr (why) at pos" line, or, for a flow without such a line, the flow itself (reason
 * FLOW_NONE, expression empty). */
struct story_step {
    struct str destination; /* of the flow it belongs to: "{heap}", "~r0", "o", "{storage for
                               &T{}}" */
    struct str source;      /* "o", "{storage for &T{...}}" */
    int derefs;             /* -1 for "&", 0, or the number of "*" before the source */
    enum flow_reason reason;
    struct str expression;  /* "o.next = p" */
    struct str path;        /* of the position, as printed */
    uint32_t line, column;
    bool first_of_flow;     /* the first step of its "flow:" line */
};

struct story {
    struct story_step *steps;
    size_t count;
    bool truncated; /* gc said so (golang.org/issue/35518), or LIMIT_STORY_STEPS was reached */
};

/* Parses the explanation of a message (or of a STORY_ record itself). Steps are in the arena, their
 * texts in the source. count is 0 when there is none. Thread-safe. */
void story_read(const struct compiler *compiler, const struct message *message,
                struct arena *arena, struct story *story);

/* Step `index` as a sentence: "o := &T{...}: is assigned to o". */
void story_tell(const struct story *story, size_t index, struct sb *out);

/* gc's own lines of one package, with its "# importpath" and its explanations, as -m (level 1) or
 * -m=2 prints them. */
void compiler_print_gc(const struct compiler *compiler, size_t package, unsigned level,
                       struct sb *out);

/* ---- looking things up ---- */

/* Built once over a struct compiler: messages by place, functions by name. Constant afterwards. */
struct compiler_index;
struct compiler_index *compiler_index_new(const struct compiler *compiler,
                                          const struct memory *memory);
void compiler_index_free(struct compiler_index *index);

/* The import path of the package that a printed path belongs to: instances of generic code and
 * inlined positions name files of other packages. 0 when unknown. */
uint32_t compiler_index_package_of_path(const struct compiler_index *index, uint32_t path);

/* Messages at (import path of the file's package, base name of the file, line), whichever package
 * printed them. Returns indexes into compiler->messages in text order; valid as long as the index.
 * Paths are compared by import path and base name only (DESIGN: the checkout is often
 * elsewhere). */
const uint32_t *compiler_index_at(const struct compiler_index *index, struct str import_path,
                                  struct str base_name, uint32_t line, size_t *count);
/* Is there any message for this file? (To tell "wrong commit" from "no message on this line".) */
bool compiler_index_has_file(const struct compiler_index *index, struct str import_path,
                             struct str base_name);

/* By import path and gc's name ("(*T).M", "F.func1", type arguments as "[...]" or whole). NULL when
 * unknown. */
const struct judged_function *compiler_index_function(const struct compiler_index *index,
                                                      struct str import_path, struct str name);
/* The judged function declared last at or before the line in that file: where a line is, in lack of
 * better knowledge. NULL when there is none. */
const struct judged_function *compiler_index_enclosing(const struct compiler_index *index,
                                                       struct str import_path,
                                                       struct str base_name, uint32_t line);
/* All import paths with this package name's "main": indexes into packages. */
const uint32_t *compiler_index_mains(const struct compiler_index *index, size_t *count);

/* Splits a symbol of Go's symbol table or a profile, "net/http.(*conn).serve", into import path
 * ("net/http", with %2e decoded into the arena) and gc's name ("(*conn).serve"). Type arguments in
 * the name become "[...]". */
void symbol_split(struct str symbol, struct arena *arena, struct str *import_path,
                  struct str *name);
/* A name with its type arguments as "[...]". */
struct str symbol_shorten(struct str name, struct arena *arena);

#endif
