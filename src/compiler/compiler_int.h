/* compiler, the parts its files share. The contract for others is compiler.h. */
#ifndef UNHEAP_COMPILER_INT_H
#define UNHEAP_COMPILER_INT_H

#include "compiler/compiler.h"

/* ---- forms.c: the table of message forms ---- */

enum message_form {
#define X(name, kind, level, since, until, prefix, inside, suffix) FORM_##name,
#include "messages.h"
#undef X
    FORM_COUNT
};
struct form_facts {
    enum message_kind kind;
    unsigned level, since, until;
};
/* FORM_COUNT for a text of no known form. */
enum message_form message_form_of(struct str text);
struct form_facts message_form_facts(enum message_form form);
/* The function and expression that a message names, as parts of its text; empty when it names
 * none. */
struct message_parts {
    struct str function;
    struct str subject; /* expression, variable or parameter */
    struct str target;  /* where a parameter leaks to */
    unsigned derefs;    /* "derefs=n" or "level=n" */
};
struct message_parts message_parts_of(enum message_kind kind, struct str text);
/* "with cost N" or "cost N exceeds budget M" and the reason of a CAN_INLINE or CANNOT_INLINE. */
void judgement_read(enum message_kind kind, struct str text, struct judged_function *judged);

/* ---- position.c: "path:line:col: " ---- */

struct position {
    struct str path; /* empty for a message without a position */
    uint32_t line, column;
    size_t length; /* bytes up to and with the ": " before the message */
};
/* Does the line start with a position? "<unknown line number>: " is one with line 0. */
bool position_leading(struct str line, struct position *position);
/* Does "path:line[:col]" make up the whole text? */
bool position_whole(struct str text, struct position *position);

/* ---- scan.c: one piece of text ---- */

/* What link.c needs to pair verdicts with stories without touching the text again (the pages may
 * have been dropped): hashes of the names in it. One beside each message. */
struct message_note {
    uint32_t subject, target;
    uint16_t derefs;
    bool to_heap; /* the target is "{heap}" */
    bool literal; /* a func literal: its position is also that of the closure it declares */
};

/* A "# pkg" line's part of a piece. The first may continue the previous piece's last package. */
struct piece_package {
    struct str import_path, for_test; /* in the piece's arena */
    uint32_t first_message;
    bool continued;
};

/* Lines that are no messages: kept for diagnostics, at most PIECE_ODD_LINES of a piece. */
enum { PIECE_ODD_LINES = 64 };
struct odd_line {
    struct str text;  /* in the piece's arena */
    uint64_t line;    /* 0-based */
    uint32_t package; /* index of the piece's packages */
    bool positioned;  /* it has a position: a compile error or a form that is not known */
};

/* Invariants of pieces
 * P1. A piece starts and ends between two lines, never inside an explanation.
 * P2. Where pieces start depends on the text alone, not on the number of workers.
 * P3. Ids in a piece are of its own `strings`, story links are made after all pieces are merged. */
struct piece {
    struct str text;
    uint8_t source;
    bool failed; /* of a build that failed */
    struct arena arena;
    struct intern strings;
    VEC(struct message) messages;
    VEC(struct message_note) notes;
    VEC(struct piece_package) packages;
    VEC(struct judged_function) judged; /* message: of the piece; name: in its strings */
    VEC(struct odd_line) odd;
    uint64_t odd_count, lines;
    unsigned since, until, level;
};
void piece_scan(struct piece *piece, const struct memory *memory);
void piece_release(struct piece *piece, const struct memory *memory);
/* The first offset at or after `from` where a piece may start (P1, P2). */
size_t piece_boundary(struct str text, size_t from);

/* ---- read.c: from files to a struct compiler ---- */

struct compiler *compiler_new(const struct memory *memory);
/* Scans a source's text and appends what it says. Takes the file over, also when it fails. failed:
 * the go command said that the build failed, so that lines which are no messages are its errors. */
NODISCARD enum status compiler_add_source(struct compiler *compiler, struct file *file,
                                          struct str name, bool failed, struct workers *workers,
                                          struct diag_sink *sink);
/* A file of bytes that the compiler shall own: memory_get'd. */
struct file file_of_bytes(unsigned char *bytes, size_t n, const struct memory *memory);

/* What the go command knows of a package. */
struct listed_package {
    struct str import_path, for_test, name, directory;
    bool standard, wanted, own;
};
struct listed_packages {
    const struct listed_package *at;
    size_t len;
};

/* ---- odd.c: what is odd about a text ---- */
struct odd_lines {
    const struct compiler *compiler;
    const struct piece *pieces; /* packages and lines of their odd lines are those of all */
    size_t piece_count;
    struct str name;
    bool failed;
};
void odd_lines_tell(const struct odd_lines *odd, struct diag_sink *sink);

/* ---- version.c ---- */
/* Sets go_version from the forms that were seen, unless a path of a toolchain tells it. */
void compiler_version_from_text(struct compiler *compiler, unsigned since, unsigned until);

/* ---- link.c: after all text is merged ---- */

struct link_job {
    struct compiler *compiler;
    const struct message_note *notes; /* of messages from first_message on */
    size_t first_message;
};
/* Pairs a package's verdicts with their stories and names functions. The arena is scratch. */
void package_link(const struct link_job *job, struct compiled_package *package,
                  struct arena *arena);

/* ---- story.c ---- */
/* The explanation's lines of a STORY_ record, as printed; empty for others. */
struct str story_text(const struct compiler *compiler, const struct message *head);

/* ---- sort.c ---- */
struct sort_pair {
    uint64_t key;
    uint32_t value;
};
/* Sorts by key, stable. The arena is scratch. */
void sort_pairs(struct sort_pair *pairs, size_t count, struct arena *arena);

/* ---- paths.c: directories and import paths ---- */

/* Like str_dir_name and str_base_name, for Windows paths too. */
struct str path_dir(struct str path);
struct str path_base(struct str path);
/* dir, or the current directory joined with it, without "." and ".." elements. STR_NONE when the
 * current directory is not known. The text is in the arena or dir. */
struct str absolute_dir(struct str dir, struct arena *arena);
/* The directory of each package from `first` on, by its plain declarations; then names of other
 * packages' functions lose their qualifier. */
void packages_locate(struct compiler *compiler, size_t first_package, size_t first_judged);
/* Fills package_of_path for all printed paths. dir: what relative paths are relative to. */
void paths_resolve(struct compiler *compiler, struct listed_packages listed, struct str dir);
/* Import path by the form of the path alone (module cache, GOROOT, vendor, -trimpath); empty when
 * the form says nothing. The text is in the arena or in path. */
struct str import_path_by_form(struct str path, struct arena *arena);

/* ---- pattern.c ---- */
/* What the go.mod at or above a directory makes of it; empty when there is none. */
struct str import_path_of_dir(const char *dir, const struct memory *memory, struct arena *arena);
/* Marks standard and wanted packages of a text that came without the go command. */
void packages_mark(struct compiler *compiler, const struct compiler_request *request,
                   struct arena *arena);

/* ---- symbol.c ---- */
/* "%2e" is "."; the text is in the arena when it holds a "%". */
struct str percent_decode(struct str text, struct arena *arena);

/* ---- logs.c ---- */
/* Reads a directory of -json=0 logs into text that says the same. */
NODISCARD enum status logs_read(const char *dir, struct compiler *compiler,
                                struct workers *workers, struct sb *text, struct diag_sink *sink);

#endif
