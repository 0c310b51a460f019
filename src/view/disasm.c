/* disasm.c: -disasm: machine code with what its instructions weigh (internal/report PrintAssembly).
 *
 * Nodes are addresses here. A symbol of an executable that fits the pattern is shown when nodes lie
 * in it; a node's weight stands at the last instruction that starts at or before it. */
#include "view/view_int.h"

struct row {
    uint64_t address;
    struct str text, file;
    uint32_t function;
    int64_t line, flat, flat_div, cum, cum_div;
};

struct disasm_symbol {
    struct view_symbol symbol;
    void *program;
    uint64_t moved;
    uint32_t *nodes; /* by address */
    size_t count;
    int64_t flat; /* of all of it, where the heaviest are looked for */
    VEC(struct row) rows;
};

struct disasm {
    struct graph graph;
    struct report *report;
    bool has_address; /* the pattern is a number: the symbol that holds it is meant */
    uint64_t address;
    VEC(struct disasm_symbol) symbols;
    size_t found; /* symbols that fit, with nodes or not */
    void *program; /* whose symbols are being looked at */
    uint64_t moved;
};

/* ---- which symbols ---- */

static uint64_t address_of(const struct disasm *disasm, uint32_t node)
{
    return graph_place(&disasm->graph, node)->address;
}

static int compare_addresses(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;
    return x[0] != y[0] ? (x[0] < y[0] ? -1 : 1) : x[1] < y[1] ? -1 : x[1] > y[1];
}

/* The nodes in the symbol, by address. */
static void collect_nodes(struct disasm *disasm, struct disasm_symbol *symbol)
{
    const struct graph *graph = &disasm->graph;
    const struct memory *memory = disasm->report->view->memory;
    uint64_t last = symbol->symbol.address + symbol->symbol.size - 1;
    VEC(uint64_t) pairs = {0};
    for (size_t i = 0; i < graph->order.len; i++) {
        uint64_t address = address_of(disasm, graph->order.at[i]) - symbol->moved;
        if (address < symbol->symbol.address || address >= last)
            continue;
        VEC_PUSH(memory, &pairs, address);
        VEC_PUSH(memory, &pairs, graph->order.at[i]);
    }
    symbol->count = pairs.len / 2;
    symbol->nodes = ARENA_ARRAY(&disasm->report->arena, uint32_t, symbol->count + 1);
    if (pairs.len)
        qsort(pairs.at, symbol->count, 2 * sizeof(*pairs.at), compare_addresses);
    for (size_t i = 0; i < symbol->count; i++)
        symbol->nodes[i] = (uint32_t)pairs.at[2 * i + 1];
    VEC_RELEASE(memory, &pairs);
}

static bool fits(const struct disasm *disasm, const struct view_symbol *symbol)
{
    if (regex_matches(disasm->report->symbol, symbol->name.ptr, symbol->name.len))
        return true;
    return disasm->has_address && symbol->address <= disasm->address &&
           disasm->address - symbol->address < symbol->size;
}

static void take_symbol(void *to, const struct view_symbol *symbol)
{
    struct disasm *disasm = to;
    if (!symbol->size || !fits(disasm, symbol))
        return;
    disasm->found++;
    struct disasm_symbol entry = {
        .symbol = *symbol, .program = disasm->program, .moved = disasm->moved};
    collect_nodes(disasm, &entry);
    if (entry.count)
        VEC_PUSH(disasm->report->view->memory, &disasm->symbols, entry);
}

/* Is a function of this executable among the nodes that fit? */
static bool is_wanted(struct disasm *disasm, const struct view_mapping *mapping)
{
    struct graph *graph = &disasm->graph;
    if (disasm->has_address && mapping->start <= disasm->address &&
        disasm->address <= mapping->limit)
        return true;
    for (size_t i = 0; mapping->file && i < graph->order.len; i++) {
        struct str name = graph_name(graph, graph->order.at[i]);
        if (graph_place(graph, graph->order.at[i])->objfile == mapping->file &&
            regex_matches(disasm->report->symbol, name.ptr, name.len))
            return true;
    }
    return false;
}

static int compare_symbols(const void *a, const void *b)
{
    const struct disasm_symbol *x = a, *y = b;
    int order = str_compare(x->symbol.name, y->symbol.name);
    if (order)
        return order;
    return x->symbol.address < y->symbol.address ? -1 : x->symbol.address > y->symbol.address;
}

static int64_t own_weight(const struct disasm *disasm, const struct disasm_symbol *symbol)
{
    int64_t flat = 0;
    for (size_t i = 0; i < symbol->count; i++)
        flat = added(flat, disasm->graph.nodes.at[symbol->nodes[i]].flat);
    return flat;
}

static int compare_weights(const void *a, const void *b)
{
    const struct disasm_symbol *x = a, *y = b;
    if (x->flat != y->flat)
        return x->flat > y->flat ? -1 : 1;
    return compare_symbols(a, b);
}

static void keep_heaviest(struct disasm *disasm)
{
    size_t most = disasm->report->settings.most_functions;
    if (!most || !disasm->symbols.len)
        return;
    for (size_t i = 0; i < disasm->symbols.len; i++)
        disasm->symbols.at[i].flat = own_weight(disasm, &disasm->symbols.at[i]);
    qsort(disasm->symbols.at, disasm->symbols.len, sizeof(*disasm->symbols.at), compare_weights);
    if (disasm->symbols.len > most)
        disasm->symbols.len = most; /* none has rows yet */
}

static void find_symbols(struct disasm *disasm)
{
    struct view *view = disasm->report->view;
    for (uint32_t i = 0; view->programs && i < view->mappings.len; i++) {
        struct sb why;
        if (!is_wanted(disasm, &view->mappings.at[i]))
            continue;
        sb_init(&why, view->memory);
        disasm->program = symbolize_open(view, i, &disasm->moved, &why);
        if (disasm->program)
            view->programs->symbols(disasm->program, take_symbol, disasm);
        else
            show_aside(disasm->report, sb_str(&why));
        sb_release(&why);
    }
    if (disasm->symbols.len)
        qsort(disasm->symbols.at, disasm->symbols.len, sizeof(*disasm->symbols.at),
              compare_symbols);
}

/* ---- one symbol ---- */

/* What the samples know and the executable does not is taken from them. */
static void add_node(struct disasm *disasm, struct row *row, uint32_t index)
{
    const struct view *view = disasm->report->view;
    const struct node *node = &disasm->graph.nodes.at[index];
    const struct place *place = graph_place(&disasm->graph, index);
    row->flat = added(row->flat, node->flat);
    row->flat_div = added(row->flat_div, node->flat_div);
    row->cum = added(row->cum, node->cum);
    row->cum_div = added(row->cum_div, node->cum_div);
    if (place->file && !row->file.len)
        row->file = names_base(view_str(view, place->file));
    if (!row->line)
        row->line = place->line;
    if (!row->function)
        row->function = place->name;
}

static void weigh(struct disasm *disasm, struct disasm_symbol *symbol)
{
    size_t next = 0;
    for (size_t i = 0; i < symbol->rows.len; i++) {
        uint64_t end = i + 1 < symbol->rows.len ? symbol->rows.at[i + 1].address : UINT64_MAX;
        while (next < symbol->count &&
               address_of(disasm, symbol->nodes[next]) - symbol->moved < end)
            add_node(disasm, &symbol->rows.at[i], symbol->nodes[next++]);
    }
}

enum { SHORT_TEXT = 40, INDENT = 74 };

static void write_row(struct report *report, const struct row *row, struct str place)
{
    struct sb *out = report->out;
    bool beside = place.len && row->text.len < SHORT_TEXT;
    if (place.len && !beside)
        sb_addf(out, "%*s;%.*s\n", INDENT, "", STR_ARGS(place));
    sb_addf(out, "%10s %10s %10llx: %.*s",
            show_amount_or_dot(report, divided(row->flat, row->flat_div)).text,
            show_amount_or_dot(report, divided(row->cum, row->cum_div)).text,
            (unsigned long long)row->address, STR_ARGS(row->text));
    if (beside) {
        sb_repeat(out, ' ', SHORT_TEXT - row->text.len);
        sb_addf(out, ";%.*s", STR_ARGS(place));
    }
    sb_addc(out, '\n');
}

static void write_rows(struct report *report, const struct disasm_symbol *symbol)
{
    struct row before = {0};
    struct sb place;
    sb_init(&place, report->view->memory);
    for (size_t i = 0; i < symbol->rows.len; i++) {
        const struct row *row = &symbol->rows.at[i];
        sb_clear(&place);
        if (row->function != before.function || !str_equal(row->file, before.file) ||
            row->line != before.line) {
            if (row->function)
                sb_addf(&place, "%.*s ", STR_ARGS(view_str(report->view, row->function)));
            sb_add(&place, row->file);
            if (row->file.len && row->line)
                sb_addf(&place, ":%lld", (long long)row->line);
            before = *row;
        }
        write_row(report, row, sb_str(&place));
    }
    sb_release(&place);
}

static void write_symbol(struct disasm *disasm, struct disasm_symbol *symbol)
{
    struct report *report = disasm->report;
    int64_t flat = 0, cum = 0;
    for (size_t i = 0; i < symbol->count; i++) {
        flat = added(flat, disasm->graph.nodes.at[symbol->nodes[i]].flat);
        cum = added(cum, disasm->graph.nodes.at[symbol->nodes[i]].cum);
    }
    weigh(disasm, symbol);
    sb_addf(report->out, "ROUTINE ======================== %.*s\n", STR_ARGS(symbol->symbol.name));
    sb_addf(report->out, "%10s %10s (flat, cum) %s of Total\n", show_amount(report, flat).text,
            show_amount(report, cum).text, units_percent(cum, report->total).text);
    write_rows(report, symbol);
}

/* ---- code ---- */

/* Symbols of one program: which they are among all. */
struct code_reader {
    struct disasm *disasm;
    const size_t *numbers;
};

static void take_instruction(void *to, size_t symbol, const struct view_instruction *instruction)
{
    const struct code_reader *reader = to;
    struct report *report = reader->disasm->report;
    struct disasm_symbol *entry = &reader->disasm->symbols.at[reader->numbers[symbol]];
    struct row row = {.address = instruction->address,
                      .text = str_copy(&report->arena, instruction->text),
                      .file = str_copy(&report->arena, instruction->file),
                      .line = instruction->line};
    VEC_PUSH(report->view->memory, &entry->rows, row);
}

/* All symbols of the program that the first of them belongs to, at once. */
static enum status read_code(struct disasm *disasm, size_t first)
{
    struct report *report = disasm->report;
    size_t all = disasm->symbols.len, count = 0;
    struct view_symbol *symbols = arena_alloc(&report->arena, all * sizeof(*symbols));
    size_t *numbers = arena_alloc(&report->arena, all * sizeof(*numbers));
    for (size_t i = first; i < all; i++) {
        if (disasm->symbols.at[i].program != disasm->symbols.at[first].program)
            continue;
        numbers[count] = i;
        symbols[count++] = disasm->symbols.at[i].symbol;
    }
    struct code_reader reader = {disasm, numbers};
    struct view_code code = {symbols, count, take_instruction, &reader};
    return report->view->programs->disassemble(disasm->symbols.at[first].program, &code,
                                               report->sink);
}

static bool is_first_of_program(const struct disasm *disasm, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (disasm->symbols.at[i].program == disasm->symbols.at[index].program)
            return false;
    return true;
}

static enum status read_all_code(struct disasm *disasm)
{
    enum status status = STATUS_OK;
    for (size_t i = 0; i < disasm->symbols.len && !status; i++)
        if (is_first_of_program(disasm, i))
            status = read_code(disasm, i);
    return status;
}

/* ---- all ---- */

static enum status no_symbol(const struct disasm *disasm)
{
    if (!disasm->has_address) {
        diag_add(disasm->report->sink, DIAG_PROFILE_NO_MATCH, STR_NONE, 0, DIAG_NO_OFFSET,
                 "no matches found for regexp %s", disasm->report->settings.argument);
        return STATUS_NOT_FOUND;
    }
    diag_add(disasm->report->sink, DIAG_PROFILE_NO_MATCH, STR_NONE, 0, DIAG_NO_OFFSET,
             disasm->found ? "address 0x%llx found in binary, but the corresponding symbols do not "
                             "have samples in the profile"
                           : "no matches found for address 0x%llx",
             (unsigned long long)disasm->address);
    return STATUS_BAD_INPUT;
}

enum status disasm_write(struct report *report)
{
    struct disasm disasm = {.report = report};
    enum status status;
    char *end;
    const char *argument = report->settings.argument;
    disasm.address = strtoull(argument, &end, 0);
    disasm.has_address = *argument >= '0' && *argument <= '9' && !*end;
    graph_init(&disasm.graph, report);
    disasm.graph.sums_only = true;
    graph_fill(&disasm.graph);
    find_symbols(&disasm);
    keep_heaviest(&disasm);
    sb_addf(report->out, "Total: %s\n", show_amount(report, report->total).text);
    if (disasm.symbols.len)
        status = read_all_code(&disasm);
    else
        status = no_symbol(&disasm);
    for (size_t i = 0; i < disasm.symbols.len; i++) {
        if (!status)
            write_symbol(&disasm, &disasm.symbols.at[i]);
        VEC_RELEASE(report->view->memory, &disasm.symbols.at[i].rows);
    }
    VEC_RELEASE(report->view->memory, &disasm.symbols);
    graph_release(&disasm.graph);
    return status;
}
