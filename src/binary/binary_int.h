/* binary_int.h: what the files of this room share.
 *
 *   image     the file as the loader would lay it out: segments, relocations applied
 *   module    pclntab and moduledata: functions, positions, where types lie
 *   types     descriptors, by address
 *   body      one function's instructions and the edges between them
 *   track     what a register holds before a call */
#ifndef UNHEAP_BINARY_INT_H
#define UNHEAP_BINARY_INT_H

#include "binary.h"

/* ---- limits.c ---- */

struct image;
struct limits {
    uint64_t max[BINARY_LIMIT_COUNT]; /* LIMIT_BINARY_...; tests set less */
    uint64_t cut[BINARY_LIMIT_COUNT]; /* how many were left out */
};
void limits_init(struct limits *mine);
/* `count` more are left out: the first time, that is told. One thread. */
void limits_cut(const struct image *image, enum binary_limit limit, uint64_t count);
/* The file is beyond a limit that refuses it. */
NODISCARD enum status limits_refuse(const struct image *image, enum binary_limit limit,
                                    uint64_t offset, uint64_t count);
/* binary_read_bytes with other limits. */
NODISCARD enum status binary_read_within(const struct limits *limits, struct str bytes,
                                         const struct memory *memory, struct diag_sink *sink,
                                         struct binary **out);

/* ---- image.c, relocate.c ---- */

enum machine { MACHINE_AMD64, MACHINE_ARM64 };

/* A piece of the program's address space that has bytes in the file. */
struct segment {
    uint64_t address, size; /* bytes in the file, not what is zero-filled beyond */
    const unsigned char *bytes;
    uint64_t offset;        /* in the file, for messages */
    bool executable, writable;
};

struct section {
    struct str name;
    uint64_t address, size, offset;
};

struct image {
    const struct memory *memory;
    struct arena arena;
    struct str file, name;  /* all its bytes; its name for messages */
    struct str goos;        /* what its format is for */
    struct diag_sink *sink;
    struct limits *limits;
    enum machine machine;
    VEC(struct segment) segments;
    VEC(struct section) sections;
    uint64_t relro_address, relro_size; /* written by the loader, then read-only */
    uint64_t dynamic_address, dynamic_size, entry;
    bool as_it_lies;        /* no relocation is applied: the program that runs has them */
    VEC(struct binary_segment) loaded; /* with what is zero-filled too; only when as_it_lies */
};

/* Reads the headers of image->file; the segments point into it. */
NODISCARD enum status image_open(struct image *image);
void image_release(struct image *image);
/* n bytes at an address, or NULL when they are not all in one segment. */
const unsigned char *image_at(const struct image *image, uint64_t address, uint64_t n);
/* From an address to the end of its segment; *n gets how many bytes. NULL when there are none. */
const unsigned char *image_rest(const struct image *image, uint64_t address, uint64_t *n);
/* The same when nothing can change them while the program runs. */
const unsigned char *image_constant(const struct image *image, uint64_t address, uint64_t n);
const struct section *image_section(const struct image *image, const char *name);
/* Where in the file an address lies; DIAG_NO_OFFSET when nowhere. */
uint64_t image_offset(const struct image *image, uint64_t address);
bool image_executable(const struct image *image, uint64_t address);
/* Applies the relocations that need no other file: a position-independent executable has its
 * pointers there. */
NODISCARD enum status image_relocate(struct image *image);

static inline uint16_t read_u16(const unsigned char *at)
{
    return (uint16_t)(at[0] | at[1] << 8);
}
static inline uint32_t read_u32(const unsigned char *at)
{
    uint32_t value;
    memcpy(&value, at, 4); /* this machine and the two we read are little-endian */
    return value;
}
static inline uint64_t read_u64(const unsigned char *at)
{
    uint64_t value;
    memcpy(&value, at, 8);
    return value;
}
/* A varint of at most five bytes; false when it does not end before `end`. */
bool read_varint(const unsigned char **at, const unsigned char *end, uint32_t *value);

/* ---- buildinfo.c ---- */

/* Fills what buildinfo and the build id tell; a program without them is none the worse. */
NODISCARD enum status buildinfo_read(const struct image *image, struct binary *binary);
/* The minor version of "go1.26.8"; 0 when it cannot be told. */
unsigned go_minor(struct str version);

/* ---- module.c, pclntab.c ---- */

/* Offsets in pclntab are checked once, when it is opened; what single functions point to is checked
 * where it is used. */
struct module {
    const struct image *image;
    uint64_t pclntab;         /* address */
    const unsigned char *at;  /* its bytes, up to the end of the segment */
    uint64_t size;
    unsigned quantum;         /* of instruction lengths */
    bool new_layout;          /* Go 1.20 and newer */
    uint64_t function_count, file_count;
    uint64_t text_start;      /* of the header; 0 since Go 1.26 */
    uint64_t names, units, files, pcs, functions; /* offsets of the tables in pclntab */
    uint64_t text, text_end, types, types_end, func_data;
    uint64_t address;         /* of moduledata */
    const struct binary_function *list; /* by address, as in binary */
    const uint32_t *records;  /* offset of each function's record from `functions` */
};

/* Finds and checks pclntab and moduledata. */
NODISCARD enum status module_open(const struct image *image, struct module *module);
/* Only pclntab, which position independence leaves as it is. */
NODISCARD enum status module_find_table(const struct image *image, struct module *module);
/* Are these bytes moduledata of the program, loaded `bias` above its addresses? Takes what it
 * tells. */
bool module_take(struct module *module, const unsigned char *bytes, uint64_t bias);
/* Fills binary's functions. */
NODISCARD enum status module_functions(struct module *module, struct binary *binary);

/* A pcvalue table (runtime/symtab.go, pcvalue), and how far it was read: offsets that go up are
 * found in one pass over it. */
struct pc_table {
    uint32_t start;           /* offset in `pcs`; 0: there is none */
    const unsigned char *at;  /* the next pair; NULL: from the start */
    uint64_t from, to;        /* the offsets that `value` holds for */
    uint32_t value;
};
enum { PC_STACK, PC_FILES, PC_LINES, PC_INLINE_INDEX, PC_TABLES };

/* A function's record, ready for use. It remembers how far its tables were read. */
struct record {
    const struct module *module;
    uint64_t entry;
    uint32_t size;
    struct pc_table tables[PC_TABLES];
    uint64_t *work;           /* steps left; may be NULL */
    uint32_t unit;            /* its first entry in the table of units */
    uint64_t inline_tree;     /* address; 0: none */
    uint32_t start_line;      /* 0 before Go 1.20 */
    uint8_t func_id;
    struct str name;
};
bool record_open(const struct module *module, size_t function, struct record *record);
/* The same without module->list, for functions that are looked up one at a time: the function that
 * holds an address. */
bool record_at(const struct module *module, uint64_t address, struct record *record);
/* The function of this name, by looking at all. */
bool module_function_named(const struct module *module, struct str name, uint64_t *entry,
                           uint32_t *size);
/* How many bytes of the stack the function has taken at an offset; -1 when that is not known. */
int32_t record_stack_bytes(struct record *record, uint32_t offset);
/* The innermost call at an offset. */
void record_call(struct record *record, uint32_t offset, struct binary_call *call);
/* What it may cost to read positions is bounded by *work, when that is set after record_open. */
/* Frames from the innermost outwards; returns how many there are, or max + 1 when they are more
 * than max (then the innermost are written). */
size_t record_position(struct record *record, uint32_t offset, struct binary_frame *frames,
                       size_t max);

/* ---- callees.c ---- */

struct callee {
    const char *symbol;
    unsigned from, to;
    enum binary_kind kind;
    int type, size, count; /* numbers of integer arguments */
    const char *type_name;
    int64_t bytes;
};

/* Calls that are not like others. */
enum call_effect {
    CALL_ORDINARY,    /* every register is lost */
    CALL_ENDS,        /* does not come back */
    CALL_KEEPS,       /* loses none that hold arguments (gcWriteBarrier*) */
    CALL_BLOCK_COPY,  /* duffzero, duffcopy */
};

/* Functions of interest by address. Constant once made. */
struct target {
    const struct callee *callee;
    enum call_effect effect;
    uint16_t name; /* index into binary->callees, when callee is set */
};
struct targets {
    struct map by_entry; /* entry -> target number + 1 */
    VEC(struct target) list;
    uint64_t min, max; /* of the allocator's functions */
};
void targets_find(struct targets *targets, struct binary *binary);
const struct target *targets_at(const struct targets *targets, uint64_t address);

/* ---- body.c: one function's instructions ---- */

enum flow { FLOW_NEXT, FLOW_BRANCH, FLOW_JUMP, FLOW_CALL, FLOW_END, FLOW_INDIRECT };

struct instruction {
    uint32_t offset;
    uint32_t target;  /* BRANCH, JUMP: offset in the function, or BODY_OUTSIDE */
    uint8_t length, flow;
    bool leader;      /* something jumps here */
};
#define BODY_OUTSIDE UINT32_MAX

struct edge {
    uint32_t to, from; /* indexes of instructions */
};

struct decoder;
struct body {
    const struct image *image;
    const struct targets *targets;
    const struct memory *memory;
    uint64_t entry;
    const unsigned char *bytes;
    uint32_t size;
    VEC(struct instruction) list;
    VEC(struct edge) edges; /* by `to` */
    bool lost;              /* an indirect jump whose targets are not known */
    VEC(int32_t) taken;     /* distances from the stack pointer whose address is taken ... */
    bool taken_known;       /* ... when somebody asked */
};
/* Reads the function's instructions. The body is used again and again; release it at last. */
void body_read(struct body *body, const struct decoder *decoder, uint64_t entry,
               const unsigned char *bytes, uint32_t size);
void body_release(struct body *body);
/* Where a direct call or jump leads; 0 when it is none. */
uint64_t body_target(const struct body *body, const struct instruction *instruction);
bool body_falls_through(const struct body *body, uint32_t index);

/* ---- amd64.c, arm64.c: what an instruction does, as far as it matters here ---- */

/* A place that holds a value: a register (0 to 31), or a stack slot, by its distance from the stack
 * pointer. */
struct place {
    bool slot;
    int32_t number;
};
#define PLACE_NONE ((struct place){false, -1})

enum effect_kind {
    EFFECT_UNKNOWN,  /* writes the place with something not understood */
    EFFECT_CONSTANT,
    EFFECT_COPY,     /* of `from` */
    EFFECT_ADD,      /* from + number */
    EFFECT_LOAD,     /* eight bytes at from + number */
    EFFECT_SELECT,   /* from or other */
};
struct effect {
    enum effect_kind kind;
    struct place to, from, other;
    int64_t number;
    uint8_t width; /* bytes written to a slot */
};
enum { EFFECTS_MAX = 2 };
struct action {
    struct effect effects[EFFECTS_MAX];
    unsigned count;
    uint64_t lost;       /* registers written with something not understood, a bit for each */
    bool moves_stack;    /* changes the stack pointer */
    bool takes_stack;    /* makes an address in the frame ... */
    int32_t taken;       /* ... this one */
};

/* A decoder belongs to one thread. NULL when the disassembler of that machine is not there, which
 * decoder_check says in words. */
struct decoder *decoder_new(enum machine machine, const struct memory *memory);
NODISCARD enum status decoder_check(enum machine machine, const struct memory *memory,
                                    struct diag_sink *sink);
void decoder_free(struct decoder *decoder);
/* What the instruction does; of a call, what the callee leaves. */
void decoder_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                    struct action *action);
/* The register of integer argument `index` in Go's internal ABI; -1 when there are not as many. */
int argument_register(enum machine machine, int index);

/* The same for each machine. _list fills body->list; _target is where a direct call or jump leads,
 * 0 when it is none; _jump_table is the address of the table of code addresses that the indirect
 * jump reads, 0 when it is not understood. */
void amd64_list(const struct decoder *decoder, struct body *body);
uint64_t amd64_target(const struct body *body, const struct instruction *instruction);
void amd64_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                  struct action *action);
/* The two ways to find it; the action is empty before. The quick one knows few instructions
 * (amd64_quick.c), and is false for the others. */
void amd64_decoded_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                          struct action *action);
bool amd64_quick_action(const struct body *body, uint32_t index, struct action *action);
void amd64_call(enum call_effect effect, struct action *action);
uint64_t amd64_jump_table(const struct decoder *decoder, const struct body *body, uint32_t index);
int amd64_argument(int index);
/* The length of an instruction, when its form is one of the common ones; else 0. opcode is its last
 * byte, with AMD64_TWO_BYTES after 0x0f; modrm the byte behind it. `rest` bytes can be read. */
enum { AMD64_TWO_BYTES = 0x100 };
struct amd64_opcode {
    unsigned opcode, modrm;
};
unsigned amd64_quick_length(const unsigned char *at, size_t rest, struct amd64_opcode *found);
void arm64_list(struct body *body);
uint64_t arm64_target(const struct body *body, const struct instruction *instruction);
void arm64_action(const struct decoder *decoder, const struct body *body, uint32_t index,
                  struct action *action);
void arm64_call(enum call_effect effect, struct action *action);
uint64_t arm64_jump_table(const struct decoder *decoder, const struct body *body, uint32_t index);
int arm64_argument(int index);

/* ---- track.c ---- */

enum value_kind { VALUE_NONE, VALUE_NUMBER, VALUE_ARGUMENT, VALUE_RESULT, VALUE_UNKNOWN };
/* What the functions in hand may still cost. */
struct budget {
    const struct limits *limits;
    uint64_t lines, instructions;
    uint64_t cut[BINARY_LIMIT_COUNT];
};
struct value {
    enum value_kind kind;
    uint64_t number; /* or the register that held it on entry; the index of the call it came from */
};
/* Of a place that is reached with either. */
struct value value_meet(struct value a, struct value b);
/* What the register holds before the instruction. `is_number`: a number is wanted, not the address
 * of a type; then stack slots that a pointer might reach are not believed. */
struct value track_register(const struct decoder *decoder, struct body *body, uint32_t index,
                            int number, bool is_number, struct budget *budget);

/* ---- types.c ---- */

struct type_table {
    struct map by_address; /* -> index + 1, 0 for what is no descriptor */
    struct sb text;        /* where names are put together */
    unsigned minor;        /* of the Go version */
    bool swiss_maps;
};
struct type_table *type_table_new(struct binary *binary);
void type_table_release(struct type_table *table);
/* Decodes what lies there: 0 when it is no type descriptor, else index + 1 into binary->types. */
uint32_t type_at(struct binary *binary, uint64_t address);
/* A type that has no descriptor to point to, told apart by its name. */
uint32_t type_named(struct binary *binary, const struct binary_type *wanted);

#endif
