/* binary: what a compiled Go program says about its own allocations.
 *
 * Reads an executable of Go 1.18 to 1.26 (ELF, PE, Mach-O; amd64 and arm64), stripped or not, from
 * the tables that the Go runtime itself needs: buildinfo, pclntab, moduledata, type descriptors.
 * Neither a symbol table nor DWARF is looked at. What comes out is one site for each direct call or
 * tail call into the allocator, with what it allocates where the arguments tell. This room knows
 * nothing of Go source, compilers and profiles.
 *
 * Invariants
 * N1. Sites are in the order of their addresses; a function's sites lie side by side.
 * N2. Every index leads somewhere: site.function, site.type - 1, site.first_inlined with
 *     inlined_count.
 * N3. A type or a number that is given was derived from the instructions on every way to the call;
 *     where one way is not understood, or two ways differ, it is not given. Nothing is guessed.
 * N4. Texts live as long as the binary. */
#ifndef UNHEAP_BINARY_H
#define UNHEAP_BINARY_H

#include "base/base.h"

/* The kinds of allocation that a callee shows: the names of the contract (reference/cli.md). */
enum binary_kind {
#define X(name, text) BINARY_KIND_##name,
#include "binary_kinds.h"
#undef X
    BINARY_KIND_COUNT
};
const char *binary_kind_name(enum binary_kind kind);

/* The ceilings, in the order of binary_limits.h. */
enum binary_limit {
#define X(name, table, beyond) BINARY_LIMIT_##name,
#include "binary_limits.h"
#undef X
    BINARY_LIMIT_COUNT
};
const char *binary_limit_name(enum binary_limit limit);
const char *binary_limit_table(enum binary_limit limit);
const char *binary_limit_beyond(enum binary_limit limit);

/* How much of a site's type and size is known. PARTIAL: one of them. */
enum binary_status { BINARY_RESOLVED, BINARY_PARTIAL, BINARY_UNRESOLVED };
const char *binary_status_name(enum binary_status status);

/* A function of pclntab. */
struct binary_function {
    struct str name;       /* as in the symbol table, type arguments whole */
    uint64_t entry;        /* virtual address */
    uint32_t size;         /* up to the next function, padding included */
    uint32_t start_line;   /* of "func"; 0 before Go 1.20 */
    uint32_t first_site, site_count;
};

/* One step outwards of an inlined position: the function that holds the call, and where. */
struct binary_frame {
    struct str function, file;
    uint32_t line;
};

enum { BINARY_NO_NUMBER = -1 };

struct binary_site {
    uint32_t function;     /* index into functions: the symbol that holds the instruction */
    uint32_t offset;       /* of the instruction from the symbol's start */
    uint16_t callee;       /* index into callees */
    uint8_t kind, status;  /* enum binary_kind, enum binary_status */
    bool tail_call;        /* a jump, not a call */
    bool on_stack;         /* the callee is of the allocator's family, but this record is not on the
                              heap (deferprocStack) */
    uint32_t type;         /* index + 1 into types; 0 when unknown, or when there is none */
    uint32_t used_as;      /* of a map made without a type (makemap_small): index + 1 of the type
                              that what is put into it says, 0 when nothing does; the map may have
                              been made under another name of that type */
    uint32_t line;
    struct str written_in; /* the innermost function: of the inlined copy, else the symbol */
    struct str file;
    int64_t size;          /* bytes of one element, or BINARY_NO_NUMBER */
    int64_t count;         /* elements, when constant, or BINARY_NO_NUMBER */
    uint32_t first_inlined, inlined_count; /* the chain outwards, in frames */
};

/* A type descriptor that a site names, or a part of one. */
struct binary_type {
    struct str name;       /* with whole package paths: "*net/http.Request" */
    uint64_t address;      /* 0 for types that only the callee's meaning gives */
    uint64_t size;
    uint64_t pointer_bytes; /* the prefix that may hold pointers; 0: none */
    uint8_t kind;          /* of internal/abi.Kind */
    uint8_t align;
};

struct binary_setting {
    struct str key, value;
};

/* A whole program. Constant once read; may be shared by threads. */
struct binary {
    const struct memory *memory;
    struct arena arena;
    struct str go_version, goos, goarch, build_id;
    struct str path, main_module;         /* of buildinfo; empty when it has none */
    VEC(struct binary_setting) settings;  /* "build" lines: -tags, GOAMD64, vcs.revision ... */
    VEC(struct binary_setting) modules;   /* path and version, the main module first */
    struct binary_function *functions;    /* by address */
    size_t function_count;
    VEC(struct binary_site) sites;
    VEC(struct binary_frame) frames;
    VEC(struct binary_type) types;        /* those of sites first, in order of appearance */
    VEC(struct str) callees;              /* "runtime.newobject" */
    struct image *image;
    struct module *module;
    struct type_table *type_table;
    struct file opened_file; /* when binary_read opened it */
    bool opened;
};

/* Reads a file and lists its sites. Failures are told to the sink with the offset in the file and
 * the name of the table; so is what is left out, also later, when types are asked for: the sink
 * must outlive the binary. */
NODISCARD enum status binary_read(const char *path, struct workers *workers,
                                  const struct memory *memory, struct diag_sink *sink,
                                  struct binary **out);
/* The same of bytes, which must outlive the binary; name is for messages. */
NODISCARD enum status binary_read_bytes(struct str bytes, struct str name, struct workers *workers,
                                        const struct memory *memory, struct diag_sink *sink,
                                        struct binary **out);
/* The file without its sites: functions and positions only, in a fraction of the time. */
NODISCARD enum status binary_open(const char *path, const struct memory *memory,
                                  struct diag_sink *sink, struct binary **out);
void binary_free(struct binary *binary);
/* How many of what a limit holds in check were left out; 0 when all was read. */
uint64_t binary_cut(const struct binary *binary, enum binary_limit limit);

/* ---- looking things up ---- */

/* The function that holds an address; NULL when none does. */
const struct binary_function *binary_function_at(const struct binary *binary, uint64_t address);
/* Its offset's position, and the chain outwards as at most `max` frames; returns how many were
 * written (the first is the innermost, the last is the symbol itself where all found room). */
size_t binary_position(const struct binary *binary, const struct binary_function *function,
                       uint32_t offset, struct binary_frame *frames, size_t max);

/* The site whose instruction holds the address, or ends where it is: a return address, and the
 * byte before it, lead to the call. NULL when it is no call into the allocator. */
const struct binary_site *binary_call_at(const struct binary *binary, uint64_t address);
/* How far above its own addresses the program was loaded, when its bytes at this offset of the file
 * were mapped at `start`. False when no segment holds them. */
bool binary_load_bias(const struct binary *binary, uint64_t start, uint64_t offset,
                      uint64_t *bias);

/* ---- as go tool pprof looks at it ---- */

struct binary_symbol {
    struct str name;
    uint64_t address, size;
    uint64_t entry; /* its offset in the symbol table */
};
/* The symbol table, in its order; of a stripped executable the functions of pclntab. Made anew at
 * each call, in the binary's arena. */
const struct binary_symbol *binary_symbols(struct binary *binary, size_t *count);
/* Where the first page of its code lies before it is moved; 0 when there is none. */
uint64_t binary_load_address(const struct binary *binary);

/* An instruction in the Go assembler's syntax; its texts are valid for the call that gives it. */
struct binary_line {
    uint64_t address;
    struct str text, file; /* the file's base name */
    uint32_t line;
};
/* Gets the instructions of each symbol in order; not all of one symbol's need come at once. */
struct binary_request {
    const struct binary_symbol *symbols;
    size_t count;
    void (*take)(void *ctx, size_t symbol, const struct binary_line *line);
    void *ctx;
};
/* The code of symbols, but for the last byte of each, as go tool pprof asks for it. Runs
 * `go tool objdump`. */
NODISCARD enum status binary_disassemble(const struct binary *binary,
                                         const struct binary_request *request,
                                         struct diag_sink *sink);

/* Sites by where they are written: base name of the file and line. Built once; indexes into sites,
 * in order of address. */
struct binary_index;
struct binary_index *binary_index_new(const struct binary *binary);
void binary_index_free(struct binary_index *index);
const uint32_t *binary_index_at(const struct binary_index *index, struct str base_name,
                                uint32_t line, size_t *count);
/* Has the file any site? */
bool binary_index_has_sites_of(const struct binary_index *index, struct str base_name);

/* ---- types ---- */

/* The bytes the allocator hands out for an object: its size class or whole pages (mallocgc). */
uint64_t binary_heap_bytes(const struct binary *binary, uint64_t size, bool has_pointers);

/* What one run of the site takes from the heap, rounded as the allocator does. False when that is
 * not a constant, or not known. */
bool binary_site_bytes(const struct binary *binary, const struct binary_site *site,
                       uint64_t *bytes);

/* A struct's field. */
struct binary_field {
    struct str name, type;
    uint64_t offset, size, align, pointer_bytes;
    bool embedded;
};
/* The type with this name among those the program allocates and those they are made of; 0 or
 * index + 1. "http.Request" is taken for "net/http.Request" when only one type fits. */
uint32_t binary_type_find(struct binary *binary, struct str name);
/* After that: names that end in this one, for a message; returns how many were written. */
size_t binary_type_near(const struct binary *binary, struct str name, struct str *names,
                        size_t max);
/* Its fields, in the binary's arena; count is 0 for what is not a struct. */
struct binary_field *binary_type_fields(struct binary *binary, uint32_t type, size_t *count);

/* ---- the code of a running program: tables only, nothing listed, little memory ---- */

/* An executable's tables, read where they lie in the mapped file; its pages are dropped again with
 * binary_code_drop. Addresses are those of the file (without the place a position-independent
 * executable is loaded at). One thread. */
struct binary_code {
    const struct memory *memory;
    struct str go_version, goarch, build_id;
    struct str gnu_build_id;    /* in hexadecimal digits, as profiles have it; may be empty */
    unsigned minor;             /* of Go 1.x; 0 when buildinfo does not tell */
    uint64_t entry;             /* where the file starts to run */
    uint64_t pclntab;
    uint64_t text, text_end;    /* 0 until binary_code_place */
    uint64_t func_data;         /* what inline trees are relative to */
    struct binary *parts;       /* private */
};
/* A piece of the file's address space as the loader lays it out. */
struct binary_segment {
    uint64_t address, file_size, memory_size, offset;
    bool executable, writable;
};
/* Opens path, which is called `name` in messages. Failures are told to the sink: not ELF, another
 * machine, no Go of 1.18 or newer. */
NODISCARD enum status binary_code_open(const char *path, const char *name,
                                       const struct memory *memory, struct diag_sink *sink,
                                       struct binary_code **out);
void binary_code_free(struct binary_code *code);
/* Tells the system that the file's pages are not needed soon. */
void binary_code_drop(const struct binary_code *code);
/* Its loaded segments; count gets how many. Valid as long as the code. */
const struct binary_segment *binary_code_segments(const struct binary_code *code, size_t *count);

/* moduledata as the running program has it tells where code starts and ends. Are these
 * BINARY_MODULE_BYTES bytes it, in a program loaded `bias` above the file's addresses? Then
 * positions can be asked for. Everything before that needs no moduledata. */
enum { BINARY_MODULE_BYTES = 360 };
bool binary_code_place(struct binary_code *code, const unsigned char *bytes, uint64_t bias);

/* One entry of a traceback: runtime.Frame of the call before a return address. */
struct binary_call {
    struct str function, file;
    uint32_t line, start_line; /* start_line: 0 before Go 1.20 */
    uint64_t entry;            /* of the function that was compiled */
    uint64_t parent;           /* where the caller of an inlined function stands; 0: not inlined */
    uint8_t func_id;           /* internal/abi.FuncID of the function */
    bool inlined;
};
/* The innermost call at an address (runtime/symtab.go, Frames.Next); false outside of Go code. */
bool binary_code_call(const struct binary_code *code, uint64_t address, struct binary_call *call);
/* How far the stack pointer stands below the function's frame at an address (runtime/symtab.go,
 * funcspdelta); false when that is not known. */
bool binary_code_stack_bytes(const struct binary_code *code, uint64_t address, uint32_t *bytes);
/* The function with this name; false when there is none. Needs binary_code_place. */
bool binary_code_function(const struct binary_code *code, struct str name, uint64_t *entry,
                          uint32_t *size);

/* A place in writable data that an instruction of a function names. */
struct binary_reference {
    uint64_t address;
    uint32_t offset; /* of the instruction from the function's entry */
    uint8_t width;   /* bytes read or written; 0: the address is taken */
    bool stores;
};
/* Those of the function at entry, in the order of its instructions; returns how many were written
 * (at most max). */
size_t binary_code_references(const struct binary_code *code, uint64_t entry, uint32_t size,
                              struct binary_reference *references, size_t max);

/* Looks names up in .symtab, all in one pass: addresses[i] is 0 for what is not there. False when
 * the executable is stripped. */
bool binary_code_symbols(const struct binary_code *code, const char *const *names, size_t count,
                         uint64_t *addresses);

/* ---- two builds ---- */

/* One kind of site of either build: what does not move when addresses or lines do. */
struct binary_change {
    struct str function, written_in, callee, type;
    int64_t size, count;
    uint32_t old_sites, new_sites;
    struct str file; /* of the first such site in the build that has more of them */
    uint32_t line;
};
/* Kinds of sites whose number differs, by function. The result is memory_get'd. */
struct binary_change *binary_diff(const struct binary *old, const struct binary *new,
                                  size_t *count);

#endif
