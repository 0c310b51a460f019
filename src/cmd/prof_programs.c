/* prof_programs.c: what a view asks about executables, answered by the room `binary`. Each is read
 * once, without its allocation sites. */
#include "prof.h"

#include "binary/binary.h"

struct prof_program {
    struct prof_programs *programs;
    struct binary *binary;
    struct str path;
};

static struct prof_program *find(const struct prof_programs *programs, struct str path)
{
    for (size_t i = 0; i < programs->list.len; i++)
        if (str_equal(programs->list.at[i]->path, path))
            return programs->list.at[i];
    return NULL;
}

/* As Go says it: "open /bin/app: no such file or directory". */
static void say_why(struct str path, const struct diag *diag, struct sb *why)
{
    struct str message = diag->message, prefix = STR("cannot open: ");
    bool plain = str_starts(message, prefix) && message.len > prefix.len;
    if (plain)
        message = str_skip(message, prefix.len);
    sb_addf(why, "open %.*s: ", STR_ARGS(path));
    if (plain)
        sb_addc(why, (char)(message.ptr[0] | 32));
    sb_add(why, plain ? str_skip(message, 1) : message);
}

static void *open_program(void *ctx, struct str path, struct sb *why)
{
    struct prof_programs *programs = ctx;
    const struct memory *memory = &programs->cmd->memory;
    struct prof_program *program = find(programs, path);
    if (program)
        return program;
    struct diag_sink *sink = diag_sink_new(memory);
    struct arena arena;
    struct binary *binary;
    arena_init(&arena, memory);
    if (binary_open(arena_strndup(&arena, path.ptr ? path.ptr : "", path.len), memory, sink,
                    &binary) == STATUS_OK) {
        program = ARENA_NEW(&binary->arena, struct prof_program);
        *program = (struct prof_program){programs, binary, str_copy(&binary->arena, path)};
        VEC_PUSH(memory, &programs->list, program);
    } else if (diag_count(sink)) {
        say_why(path, diag_at(sink, 0), why);
    }
    arena_release(&arena);
    diag_sink_free(sink);
    return program;
}

static uint64_t load_address(void *program)
{
    return binary_load_address(((struct prof_program *)program)->binary);
}

/* The innermost line, and the function whose code it is. */
static bool position(void *at, uint64_t address, struct view_position *position)
{
    const struct binary *binary = ((struct prof_program *)at)->binary;
    const struct binary_function *function = binary_function_at(binary, address);
    struct binary_frame frame[LIMIT_BINARY_INLINED];
    if (!function || !binary_position(binary, function, (uint32_t)(address - function->entry),
                                      frame, COUNT_OF(frame)))
        return false;
    *position = (struct view_position){function->name, frame[0].file, frame[0].line};
    return true;
}

static void symbols(void *at, void (*take)(void *to, const struct view_symbol *symbol), void *to)
{
    size_t count;
    const struct binary_symbol *list = binary_symbols(((struct prof_program *)at)->binary, &count);
    for (size_t i = 0; i < count; i++)
        take(to, &(struct view_symbol){list[i].name, list[i].address, list[i].size,
                                       list[i].entry});
}

static void take_line(void *to, size_t symbol, const struct binary_line *line)
{
    const struct view_code *code = to;
    code->take(code->to, symbol,
               &(struct view_instruction){line->address, line->text, line->file, line->line});
}

static enum status disassemble(void *at, const struct view_code *code, struct diag_sink *sink)
{
    const struct prof_program *program = at;
    const struct memory *memory = &program->programs->cmd->memory;
    struct binary_symbol *symbols = memory_get(memory, code->count * sizeof(*symbols));
    for (size_t i = 0; i < code->count; i++)
        symbols[i] = (struct binary_symbol){code->symbols[i].name, code->symbols[i].address,
                                            code->symbols[i].size, code->symbols[i].entry};
    struct binary_request request = {symbols, code->count, take_line, (void *)(uintptr_t)code};
    enum status status = binary_disassemble(program->binary, &request, sink);
    memory_put(memory, symbols);
    return status;
}

void prof_programs_init(struct prof_programs *programs, struct cmd *cmd)
{
    *programs = (struct prof_programs){.cmd = cmd};
    sb_init(&programs->folders, &cmd->memory);
    programs->face = (struct view_programs){.ctx = programs, .open = open_program,
                                            .load_address = load_address, .position = position,
                                            .symbols = symbols, .disassemble = disassemble};
}

void prof_programs_release(struct prof_programs *programs)
{
    for (size_t i = 0; i < programs->list.len; i++)
        binary_free(programs->list.at[i]->binary);
    VEC_RELEASE(&programs->cmd->memory, &programs->list);
    sb_release(&programs->folders);
}
