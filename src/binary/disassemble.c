/* disassemble.c: code as text in the Go assembler's syntax.
 *
 * `go tool objdump` writes it: it is where the people who read it have Go, it knows every
 * instruction of the two machines in that syntax, and it is what go tool pprof shows. It is run
 * once for all symbols, on a copy of the executable in which the others are no code, and these are
 * shorter by the byte that pprof leaves out (so that its last instruction is cut as there). */
#include "binary_int.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { ENTRY_BYTES = 24, ENTRY_SECTION = 6, ENTRY_SIZE = 16 };

/* ---- the copy ---- */

/* The symbol table as the copy has it. */
static char *patched_table(const struct binary *binary, const struct section *section,
                           const struct binary_request *request)
{
    char *table = memory_get(binary->memory, section->size);
    memcpy(table, binary->image->file.ptr + section->offset, section->size);
    for (size_t at = 0; at + ENTRY_BYTES <= section->size; at += ENTRY_BYTES)
        memset(table + at + ENTRY_SECTION, 0, 2); /* SHN_UNDEF */
    for (size_t i = 0; i < request->count; i++) {
        const struct binary_symbol *symbol = &request->symbols[i];
        uint64_t size = symbol->size - 1;
        if (symbol->entry + ENTRY_BYTES > section->size)
            continue;
        memcpy(table + symbol->entry + ENTRY_SECTION,
               binary->image->file.ptr + section->offset + symbol->entry + ENTRY_SECTION, 2);
        memcpy(table + symbol->entry + ENTRY_SIZE, &size, sizeof(size));
    }
    return table;
}

static bool write_copy(const struct binary *binary, const struct binary_request *request, int fd)
{
    const struct section *section = image_section(binary->image, ".symtab");
    struct str file = binary->image->file;
    if (!section || section->offset > file.len || file.len - section->offset < section->size)
        return file_write_all(fd, file);
    char *table = patched_table(binary, section, request);
    bool good = file_write_all(fd, str_slice(file, 0, section->offset)) &&
                file_write_all(fd, (struct str){table, section->size}) &&
                file_write_all(fd, str_skip(file, section->offset + section->size));
    memory_put(binary->memory, table);
    return good;
}

/* ---- what objdump says ---- */

struct reader {
    const struct binary_request *request;
    struct sb line, err;
    struct str name; /* of the symbol whose lines come, in the arena */
    size_t symbol;   /* its number; beyond the last until its first line */
    struct arena arena;
};

/* Symbols may share an address, and may share a name. */
static size_t find_symbol(const struct reader *reader, uint64_t address)
{
    size_t i = 0;
    while (i < reader->request->count &&
           (reader->request->symbols[i].address != address ||
            !str_equal(reader->request->symbols[i].name, reader->name)))
        i++;
    return i;
}

/* "TEXT main.run(SB) /src/main.go" */
static void take_head(struct reader *reader, struct str rest)
{
    ptrdiff_t end = str_find(rest, STR("(SB)"));
    arena_clear(&reader->arena);
    reader->name = str_copy(&reader->arena, str_slice(rest, 0, end < 0 ? rest.len : (size_t)end));
    reader->symbol = reader->request->count;
}

/* "  file.go:12\t\t0x401000\t\t4883ec18\t\tSUBQ $0x18, SP\t" */
static void take_instruction(struct reader *reader, struct str rest)
{
    struct str fields[4] = {{0}};
    size_t count = 0;
    uint64_t number = 0;
    char address[32];
    while (rest.ptr && count < COUNT_OF(fields)) {
        struct str field = str_cut(&rest, '\t');
        if (field.len)
            fields[count++] = field;
    }
    ptrdiff_t colon = str_find_last(fields[0], ':');
    if (count < COUNT_OF(fields) || colon < 0)
        return;
    snprintf(address, sizeof(address), "%.*s", STR_ARGS(fields[1]));
    struct binary_line line = {.address = strtoull(address, NULL, 16), .text = fields[3],
                               .file = str_trim(str_slice(fields[0], 0, (size_t)colon))};
    if (str_to_u64(str_skip(fields[0], (size_t)colon + 1), &number))
        line.line = (uint32_t)number;
    if (reader->symbol == reader->request->count)
        reader->symbol = find_symbol(reader, line.address);
    if (reader->symbol < reader->request->count)
        reader->request->take(reader->request->ctx, reader->symbol, &line);
}

static bool take_output(void *ctx, const char *bytes, size_t n)
{
    struct reader *reader = ctx;
    struct str rest = {bytes, n};
    while (rest.len) {
        ptrdiff_t end = str_find_char(rest, '\n');
        sb_add(&reader->line, end < 0 ? rest : str_slice(rest, 0, (size_t)end));
        if (end < 0)
            return true;
        struct str line = sb_str(&reader->line);
        if (str_starts(line, STR("TEXT ")))
            take_head(reader, str_skip(line, 5));
        else
            take_instruction(reader, line);
        sb_clear(&reader->line);
        rest = str_skip(rest, (size_t)end + 1);
    }
    return true;
}

static bool take_error(void *ctx, const char *bytes, size_t n)
{
    struct reader *reader = ctx;
    if (reader->err.len < LIMIT_DIAGNOSTIC_BYTES)
        sb_addn(&reader->err, bytes, n);
    return true;
}

static enum status run(struct reader *reader, const struct binary *binary, const char *path,
                       struct diag_sink *sink)
{
    const char *const argv[] = {"go", "tool", "objdump", path, NULL};
    struct child_request request = {
        .argv = argv, .on_stdout = take_output, .on_stderr = take_error, .ctx = reader};
    int code;
    enum status status = child_run(&request, binary->memory, sink, &code);
    if (status || code == 0)
        return status;
    diag_add(sink, DIAG_BINARY_DISASSEMBLE, binary->image->name, 0, DIAG_NO_OFFSET,
             "go tool objdump: %.*s", STR_ARGS(str_trim(sb_str(&reader->err))));
    return STATUS_CHILD;
}

static enum status run_on_copy(struct reader *reader, const struct binary *binary,
                               struct diag_sink *sink)
{
    const char *folder = getenv("TMPDIR");
    struct sb path;
    sb_init(&path, binary->memory);
    sb_addf(&path, "%s/unheapXXXXXX", folder && *folder ? folder : "/tmp");
    int fd = mkstemp(path.text);
    enum status status = STATUS_IO;
    bool good = fd >= 0 && write_copy(binary, reader->request, fd);
    if (fd >= 0)
        good = close(fd) == 0 && good;
    if (good)
        status = run(reader, binary, path.text, sink);
    else
        diag_add(sink, DIAG_FILE_WRITE, str_from(path.text), 0, DIAG_NO_OFFSET, "%s",
                 strerror(errno));
    if (fd >= 0)
        unlink(path.text);
    sb_release(&path);
    return status;
}

enum status binary_disassemble(const struct binary *binary, const struct binary_request *request,
                               struct diag_sink *sink)
{
    struct reader reader = {.request = request};
    if (!image_section(binary->image, ".symtab")) {
        diag_add(sink, DIAG_BINARY_DISASSEMBLE, binary->image->name, 0, DIAG_NO_OFFSET,
                 "the program is stripped; go tool objdump needs its symbol table");
        return STATUS_BAD_INPUT;
    }
    sb_init(&reader.line, binary->memory);
    sb_init(&reader.err, binary->memory);
    arena_init(&reader.arena, binary->memory);
    enum status status = run_on_copy(&reader, binary, sink);
    sb_release(&reader.line);
    sb_release(&reader.err);
    arena_release(&reader.arena);
    return status;
}
