/* calls_svg.c: `prof -flame -svg`: the flame graph as a picture that needs no script. */
#include <stdlib.h>

#include "report_int.h"
#include "view/view.h"

enum { WIDTH = 1200, ROW = 18, MARGIN = 6, HEAD = 26, COLOURS = 8 };

struct drawing {
    const struct view_calls *calls;
    struct sb *out;
    struct intern packages;
    unsigned char *ranks; /* by id of a package: its place among the dearest, COLOURS for others */
    double *left; /* by node: where its frame begins */
    unsigned *depth;
    unsigned rows;
};

/* As the pages have them (page/style.css), told apart by colour-blind readers. */
static const char style[] =
    "text{font:11px ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:#14181d}"
    ".head{fill:#56606b}rect{stroke:#fff;stroke-width:.5}.root{fill:#e4e7eb}"
    ".c0{fill:#77aadd}.c1{fill:#ee8866}.c2{fill:#eedd88}.c3{fill:#44bb99}.c4{fill:#ffaabb}"
    ".c5{fill:#bbcc33}.c6{fill:#99ddff}.c7{fill:#b7a0dc}.c8{fill:#c3c9d0}"
    "@media(prefers-color-scheme:dark){rect{stroke:#11151a}.head{fill:#9ba6b2}}";

/* ---- colours: as in the page, the packages in which most ends have one each ---- */

static struct str package_of(struct str name)
{
    return report_package_of(call_function(name));
}

static uint32_t find_dearest(const struct drawing *drawing, const int64_t *sums)
{
    uint32_t best = 0;
    for (uint32_t id = 1; id < drawing->packages.len; id++) {
        if (sums[id] <= 0 || drawing->ranks[id] < COLOURS)
            continue;
        if (!best || sums[id] > sums[best] ||
            (sums[id] == sums[best] && str_compare(intern_str(&drawing->packages, id),
                                                   intern_str(&drawing->packages, best)) < 0))
            best = id;
    }
    return best;
}

static void rank_packages(struct drawing *drawing)
{
    const struct view_calls *calls = drawing->calls;
    const struct memory *memory = drawing->out->memory;
    intern_init(&drawing->packages, memory);
    for (size_t call = 0; call < calls->call_count; call++)
        if (calls->cum[call])
            intern_add(&drawing->packages, package_of(calls->names[call]));
    size_t count = drawing->packages.len;
    int64_t *sums = memory_get(memory, count * sizeof(*sums)); /* by id */
    memset(sums, 0, count * sizeof(*sums));
    for (size_t call = 0; call < calls->call_count; call++)
        if (calls->flat[call])
            add_to_sum(&sums[intern_find(&drawing->packages, package_of(calls->names[call]))],
                       calls->flat[call]);
    drawing->ranks = memory_get(memory, count);
    memset(drawing->ranks, COLOURS, count);
    for (unsigned rank = 0; rank < COLOURS; rank++) {
        uint32_t id = find_dearest(drawing, sums);
        if (id)
            drawing->ranks[id] = (unsigned char)rank;
    }
    memory_put(memory, sums);
}

static unsigned rank_of(const struct drawing *drawing, struct str name)
{
    return drawing->ranks[intern_find(&drawing->packages, package_of(name))];
}

/* ---- frames ---- */

static double scale(const struct drawing *drawing)
{
    int64_t total = drawing->calls->tree.total;
    return total > 0 ? (double)(WIDTH - 2 * MARGIN) / (double)total : 0;
}

/* Parents stand before their children, and siblings together: each begins where the one before it
 * ends. */
static void place_all(struct drawing *drawing, double *next)
{
    const struct call_tree *tree = &drawing->calls->tree;
    double per_value = scale(drawing);
    drawing->left[0] = next[0] = MARGIN;
    drawing->depth[0] = 0;
    for (size_t i = 1; i < tree->nodes.len; i++) {
        const struct call_node *node = &tree->nodes.at[i];
        drawing->left[i] = next[i] = next[node->parent];
        next[node->parent] += (double)node->value * per_value;
        drawing->depth[i] = drawing->depth[node->parent] + 1;
        if ((double)node->value * per_value >= 1 && drawing->depth[i] >= drawing->rows)
            drawing->rows = drawing->depth[i] + 1;
    }
}

/* "encoding/json.(*encodeState).marshal" as "json.(*encodeState).marshal". */
static struct str without_folders(struct str name)
{
    struct str function = call_function(name);
    name = str_skip(name, (size_t)(function.ptr - name.ptr));
    return str_skip(name, (size_t)(str_find_last(report_package_of(function), '/') + 1));
}

static void add_label(struct drawing *drawing, size_t index, struct str name, double width)
{
    struct sb *out = drawing->out, text;
    unsigned y = HEAD + drawing->depth[index] * ROW;
    if (width <= 24)
        return;
    sb_init(&text, out->memory);
    report_fit(&text, without_folders(name), (size_t)((width - 6) / 6.7));
    sb_addf(out, "<text x=\"%.1f\" y=\"%u\">", drawing->left[index] + 3, y + 13);
    page_add_escaped(out, sb_str(&text));
    sb_adds(out, "</text>");
    sb_release(&text);
}

static void add_frame(struct drawing *drawing, size_t index)
{
    const struct call_node *node = &drawing->calls->tree.nodes.at[index];
    struct str name = index ? drawing->calls->names[node->call] : STR("all");
    double width = (double)node->value * scale(drawing);
    unsigned y = HEAD + drawing->depth[index] * ROW;
    if (width < 1)
        return;
    struct sb *out = drawing->out, text;
    sb_init(&text, out->memory);
    sb_addf(&text, "%.*s: ", STR_ARGS(name));
    view_amount(node->value, drawing->calls->unit, STR("auto"), &text);
    sb_addf(&text, ", %.1f%%",
            100.0 * (double)node->value / (double)drawing->calls->tree.total);
    sb_adds(out, "<g><title>");
    page_add_escaped(out, sb_str(&text));
    if (index)
        sb_addf(out, "</title><rect class=\"c%u\"",
                rank_of(drawing, name));
    else
        sb_adds(out, "</title><rect class=\"root\"");
    sb_addf(out, " x=\"%.1f\" y=\"%u\" width=\"%.1f\" height=\"%d\"/>", drawing->left[index], y,
            width, ROW);
    add_label(drawing, index, name, width);
    sb_adds(out, "</g>\n");
    sb_release(&text);
}

static void add_head(struct drawing *drawing, struct str command)
{
    struct sb *out = drawing->out, line;
    unsigned height = HEAD + drawing->rows * ROW + MARGIN;
    sb_addf(out,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %u\" width=\"%d\" "
            "height=\"%u\" role=\"img\">\n<style>%s</style>\n",
            WIDTH, height, WIDTH, height, style);
    sb_init(&line, out->memory);
    sb_addf(&line, "%.*s ", STR_ARGS(drawing->calls->type));
    view_amount(drawing->calls->tree.total, drawing->calls->unit, STR("auto"), &line);
    sb_addf(&line, "  %.*s", STR_ARGS(command));
    sb_addf(out, "<text class=\"head\" x=\"%d\" y=\"17\">", MARGIN);
    page_add_escaped(out, sb_str(&line));
    sb_adds(out, "</text>\n");
    sb_release(&line);
}

void report_calls_svg(const struct report_calls *report, struct sb *out)
{
    const struct memory *memory = out->memory;
    size_t count = report->calls->tree.nodes.len;
    struct drawing drawing = {.calls = report->calls, .out = out, .rows = 1};
    drawing.left = memory_get(memory, count * sizeof(*drawing.left));
    drawing.depth = memory_get(memory, count * sizeof(*drawing.depth));
    double *next = memory_get(memory, count * sizeof(*next));
    rank_packages(&drawing);
    place_all(&drawing, next);
    add_head(&drawing, report->command);
    for (size_t i = 0; i < count; i++)
        add_frame(&drawing, i);
    sb_adds(out, "</svg>\n");
    intern_release(&drawing.packages);
    memory_put(memory, drawing.ranks);
    memory_put(memory, next);
    memory_put(memory, drawing.depth);
    memory_put(memory, drawing.left);
}
