/* pclntab.c: functions, and the file, line and inlined chain of each instruction.
 *
 * Sources: runtime/runtime2.go (_func), runtime/symtab.go (functab, pcvalue, funcfile),
 * runtime/symtabinl.go (inlinedCall). Two layouts: Go 1.18 and 1.19, and from Go 1.20 on. */
#include "binary_int.h"

/* _func: entryOff, nameOff, args, deferreturn, pcsp, pcfile, pcln, npcdata, cuOffset, [startLine,]
 * funcID, flag, pad, nfuncdata; then npcdata and nfuncdata offsets. */
enum {
    FUNC_NAME = 4,
    FUNC_STACK = 16,
    FUNC_FILES = 20,
    FUNC_LINES = 24,
    FUNC_PCDATA_COUNT = 28,
    FUNC_UNIT = 32,
    FUNC_START_LINE = 36, /* since Go 1.20 */
    FUNC_ID_118 = 36,
    FUNC_ID_120 = 40,
    FUNC_BYTES_118 = 40,
    FUNC_BYTES_120 = 44,
    PCDATA_INLINE_INDEX = 2,
    FUNCDATA_INLINE_TREE = 3,
    MAX_PCDATA = 1000,
};

/* inlinedCall: Go 1.18: parent int16, funcID, pad, file, line, func, parentPc; Go 1.20: funcID,
 * pad, nameOff, parentPc, startLine. */
enum {
    INLINED_BYTES_118 = 20,
    INLINED_NAME_118 = 12,
    INLINED_PARENT_118 = 16,
    INLINED_BYTES_120 = 16,
    INLINED_NAME_120 = 4,
    INLINED_PARENT_120 = 8,
    INLINED_START_120 = 12,
    INLINED_ID_118 = 2,
    INLINED_ID_120 = 0,
};

static struct str text_at(const struct module *module, uint64_t offset, uint64_t end)
{
    if (offset >= end)
        return STR_NONE;
    const char *text = (const char *)module->at + offset;
    const char *stop = memchr(text, 0, end - offset);
    return stop ? str_span(text, stop) : STR_NONE;
}

static struct str module_name(const struct module *module, uint32_t offset)
{
    return text_at(module, module->names + offset, module->units);
}

static struct str file_name(const struct module *module, uint32_t unit, int32_t number)
{
    if (number < 0)
        return STR_NONE;
    uint64_t at = module->units + ((uint64_t)unit + (uint64_t)number) * 4;
    if (at + 4 > module->files)
        return STR_NONE;
    uint32_t offset = read_u32(module->at + at);
    return offset == UINT32_MAX ? STR_NONE
                                : text_at(module, module->files + offset, module->pcs);
}

/* ---- the list of functions ---- */

static enum status damaged(const struct module *module, uint64_t offset, const char *what,
                           size_t function)
{
    diag_add(module->image->sink, DIAG_BINARY_DAMAGED, module->image->name, 0,
             image_offset(module->image, module->pclntab) + offset,
             "pclntab, table of functions, entry %zu: %s", function, what);
    return STATUS_BAD_INPUT;
}

static const unsigned char *record_bytes(const struct module *module, uint32_t offset)
{
    uint64_t size = module->size - module->functions;
    uint64_t bytes = module->new_layout ? FUNC_BYTES_120 : FUNC_BYTES_118;
    if (offset > size || size - offset < bytes)
        return NULL;
    return module->at + module->functions + offset;
}

/* ---- one at a time ---- */

static uint32_t entry_of(const struct module *module, uint64_t i)
{
    return read_u32(module->at + module->functions + 8 * i);
}

static bool open_bytes(const struct module *module, uint64_t i, struct record *record);

bool record_at(const struct module *module, uint64_t address, struct record *record)
{
    uint64_t offset = address - module->text;
    uint64_t low = 0, high = module->function_count;
    if (address < module->text || address >= module->text_end)
        return false;
    while (high - low > 1) { /* at[low] <= offset < at[high] */
        uint64_t middle = low + (high - low) / 2;
        if (entry_of(module, middle) <= offset)
            low = middle;
        else
            high = middle;
    }
    return open_bytes(module, low, record) && address - record->entry < record->size;
}

bool module_function_named(const struct module *module, struct str name, uint64_t *entry,
                           uint32_t *size)
{
    for (uint64_t i = 0; i < module->function_count; i++) {
        const unsigned char *bytes =
            record_bytes(module, read_u32(module->at + module->functions + 8 * i + 4));
        uint64_t at = bytes ? module->names + read_u32(bytes + FUNC_NAME) : UINT64_MAX;
        uint32_t start = entry_of(module, i), end = entry_of(module, i + 1);
        if (at >= module->units || module->units - at <= name.len || start > end ||
            memcmp(module->at + at, name.ptr, name.len) != 0 || module->at[at + name.len] != 0)
            continue;
        *entry = module->text + start;
        *size = end - start;
        return true;
    }
    return false;
}

static enum status read_function(const struct module *module, size_t i,
                                 struct binary_function *function, uint32_t *record)
{
    uint64_t at = module->functions + 8 * i;
    uint32_t entry = read_u32(module->at + at), next = read_u32(module->at + at + 8);
    if (next < entry || next > module->text_end - module->text)
        return damaged(module, at, "functions overlap, or end beyond the code", i);
    *record = read_u32(module->at + at + 4);
    const unsigned char *bytes = record_bytes(module, *record);
    if (!bytes)
        return damaged(module, at + 4, "its record lies beyond the end of the table", i);
    *function = (struct binary_function){
        .name = module_name(module, read_u32(bytes + FUNC_NAME)), .entry = module->text + entry,
        .size = next - entry,
        .start_line = module->new_layout ? read_u32(bytes + FUNC_START_LINE) : 0};
    if (!function->name.ptr)
        return damaged(module, at, "its name lies outside of the table of names", i);
    return STATUS_OK;
}

enum status module_functions(struct module *module, struct binary *binary)
{
    size_t count = (size_t)module->function_count;
    uint32_t *records = ARENA_ARRAY(&binary->arena, uint32_t, count);
    binary->functions = ARENA_ARRAY(&binary->arena, struct binary_function, count);
    for (size_t i = 0; i < count; i++) {
        enum status status = read_function(module, i, &binary->functions[i], &records[i]);
        if (status != STATUS_OK)
            return status;
    }
    binary->function_count = count;
    module->list = binary->functions;
    module->records = records;
    return STATUS_OK;
}

/* ---- one function's record ---- */

static void find_inline_tree(const struct module *module, const unsigned char *bytes,
                             struct record *record)
{
    uint64_t head = module->new_layout ? FUNC_BYTES_120 : FUNC_BYTES_118;
    uint32_t pcdata = read_u32(bytes + FUNC_PCDATA_COUNT);
    unsigned funcdata = bytes[head - 1];
    uint64_t rest = (uint64_t)(module->at + module->size - bytes);
    if (pcdata <= PCDATA_INLINE_INDEX || funcdata <= FUNCDATA_INLINE_TREE || pcdata > MAX_PCDATA ||
        rest < head + 4 * ((uint64_t)pcdata + funcdata))
        return;
    uint32_t tree = read_u32(bytes + head + 4 * ((uint64_t)pcdata + FUNCDATA_INLINE_TREE));
    record->tables[PC_INLINE_INDEX].start = read_u32(bytes + head + 4 * PCDATA_INLINE_INDEX);
    record->inline_tree = tree == UINT32_MAX ? 0 : module->func_data + tree;
}

static void take_record(const struct module *module, const unsigned char *bytes,
                        struct record *record)
{
    record->module = module;
    record->unit = read_u32(bytes + FUNC_UNIT);
    record->tables[PC_STACK].start = read_u32(bytes + FUNC_STACK);
    record->tables[PC_FILES].start = read_u32(bytes + FUNC_FILES);
    record->tables[PC_LINES].start = read_u32(bytes + FUNC_LINES);
    record->start_line = module->new_layout ? read_u32(bytes + FUNC_START_LINE) : 0;
    record->func_id = bytes[module->new_layout ? FUNC_ID_120 : FUNC_ID_118];
    find_inline_tree(module, bytes, record);
}

bool record_open(const struct module *module, size_t function, struct record *record)
{
    const struct binary_function *entry = &module->list[function];
    const unsigned char *bytes = record_bytes(module, module->records[function]);
    if (!bytes)
        return false;
    *record = (struct record){.entry = entry->entry, .size = entry->size, .name = entry->name};
    take_record(module, bytes, record);
    return true;
}

static bool open_bytes(const struct module *module, uint64_t i, struct record *record)
{
    const unsigned char *bytes =
        record_bytes(module, read_u32(module->at + module->functions + 8 * i + 4));
    uint32_t start = entry_of(module, i), end = entry_of(module, i + 1);
    if (!bytes || start >= end || end > module->text_end - module->text)
        return false;
    *record = (struct record){.entry = module->text + start, .size = end - start,
                              .name = module_name(module, read_u32(bytes + FUNC_NAME))};
    take_record(module, bytes, record);
    return record->name.ptr != NULL;
}

static int32_t zigzag(uint32_t value)
{
    return (int32_t)(value & 1 ? ~(value >> 1) : value >> 1);
}

static bool table_restart(const struct module *module, struct pc_table *table)
{
    if (table->start == 0 || table->start >= module->functions - module->pcs)
        return false;
    table->at = module->at + module->pcs + table->start;
    table->from = table->to = 0;
    table->value = UINT32_MAX; /* -1; wraps like Go's int32 */
    return true;
}

/* The next pair: by how much the value changes, and for how many bytes it then holds. */
static bool table_step(const struct module *module, struct pc_table *table)
{
    const unsigned char *end = module->at + module->functions;
    uint32_t change, step;
    if (!read_varint(&table->at, end, &change) || (change == 0 && table->to != 0) ||
        !read_varint(&table->at, end, &step) || step == 0)
        return false;
    table->value += (uint32_t)zigzag(change);
    table->from = table->to;
    table->to += (uint64_t)step * module->quantum;
    return true;
}

static bool may_work(struct record *record)
{
    if (!record->work)
        return true;
    if (*record->work == 0)
        return false;
    --*record->work;
    return true;
}

/* The value at an offset from the function's entry; -1 when there is none. */
static int32_t table_value(struct record *record, unsigned number, uint32_t offset)
{
    struct pc_table *table = &record->tables[number];
    if ((!table->at || offset < table->from) && !table_restart(record->module, table))
        return -1;
    while (offset >= table->to) {
        if (!may_work(record) || !table_step(record->module, table)) {
            table->start = 0; /* damaged: not tried again */
            table->at = NULL;
            return -1;
        }
    }
    return (int32_t)table->value;
}

/* ---- positions ---- */

struct inlined {
    struct str name;
    uint32_t parent; /* offset in the function of the call's place */
    uint32_t start_line;
    uint8_t func_id;
};

static bool inlined_at(const struct record *record, int32_t index, struct inlined *inlined)
{
    bool new_layout = record->module->new_layout;
    uint64_t bytes = new_layout ? INLINED_BYTES_120 : INLINED_BYTES_118;
    const unsigned char *at =
        image_at(record->module->image, record->inline_tree + (uint64_t)index * bytes, bytes);
    if (!at)
        return false;
    uint32_t name = read_u32(at + (new_layout ? INLINED_NAME_120 : INLINED_NAME_118));
    inlined->name = module_name(record->module, name);
    inlined->parent = read_u32(at + (new_layout ? INLINED_PARENT_120 : INLINED_PARENT_118));
    inlined->start_line = new_layout ? read_u32(at + INLINED_START_120) : 0;
    inlined->func_id = at[new_layout ? INLINED_ID_120 : INLINED_ID_118];
    return inlined->name.ptr != NULL && inlined->parent < record->size;
}

static void fill_frame(struct record *record, uint32_t offset, struct str function,
                       struct binary_frame *frame)
{
    int32_t line = table_value(record, PC_LINES, offset);
    int32_t file = table_value(record, PC_FILES, offset);
    frame->function = function;
    frame->file = file_name(record->module, record->unit, file);
    frame->line = line > 0 ? (uint32_t)line : 0;
}

/* From inside outwards, as the runtime's inlineUnwinder goes: the tree's entry names the function
 * that was inlined and where in this function's code its call stood. That lies before or after:
 * the outer places are looked up in a copy, so that the next site's can go on from here. */
size_t record_position(struct record *record, uint32_t offset, struct binary_frame *frames,
                       size_t max)
{
    size_t count = 0;
    struct record outer, *reader = record;
    struct inlined inlined;
    while (record->inline_tree) {
        int32_t index = table_value(reader, PC_INLINE_INDEX, offset);
        if (index < 0 || !inlined_at(record, index, &inlined))
            break;
        if (count == max)
            return max + 1;
        fill_frame(reader, offset, inlined.name, &frames[count++]);
        offset = inlined.parent;
        if (reader == record) {
            outer = *record;
            reader = &outer;
        }
    }
    if (count == max)
        return max + 1;
    fill_frame(reader, offset, record->name, &frames[count]);
    return count + 1;
}

int32_t record_stack_bytes(struct record *record, uint32_t offset)
{
    return table_value(record, PC_STACK, offset);
}

void record_call(struct record *record, uint32_t offset, struct binary_call *call)
{
    struct inlined inlined;
    struct binary_frame frame;
    int32_t index = record->inline_tree ? table_value(record, PC_INLINE_INDEX, offset) : -1;
    *call = (struct binary_call){.function = record->name, .start_line = record->start_line,
                                 .entry = record->entry, .func_id = record->func_id};
    if (index >= 0 && inlined_at(record, index, &inlined)) {
        call->function = inlined.name;
        call->start_line = inlined.start_line;
        call->func_id = inlined.func_id;
        call->parent = record->entry + inlined.parent;
        call->inlined = true;
    }
    fill_frame(record, offset, call->function, &frame);
    call->file = frame.file;
    call->line = frame.line;
}
