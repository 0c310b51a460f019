/* dot.c: -dot: the graph in Graphviz's language (internal/graph/dotgraph.go). */
#include "view/view_int.h"

#include <math.h>

struct dot {
    struct graph *graph;
    struct shortener shortener;
    double max_flat;
    size_t *ids;     /* by node, from 1 */
    bool *has_boxes; /* by node */
};

/* ---- texts ---- */

/* Quotes and backslashes escaped, lines left-justified. */
static void add_escaped(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (c == '\n') {
            sb_adds(out, "\\l");
            continue;
        }
        if (c == '\\' || c == '"')
            sb_addc(out, '\\');
        sb_addc(out, c);
    }
}

/* A short name, cut into lines where it has dots or colons. */
static void add_name_lines(struct dot *dot, struct sb *out, struct str name)
{
    struct sb sb;
    sb_init(&sb, dot->graph->report->view->memory);
    add_escaped(&sb, names_shortened(&dot->shortener, name, &dot->graph->report->arena));
    for (struct str rest = sb_str(&sb); rest.len;) {
        size_t skip = 1;
        if (str_starts(rest, STR("[...]"))) {
            sb_adds(out, "[\xe2\x80\xa6]");
            skip = 5;
        } else if (str_starts(rest, STR("::"))) {
            sb_adds(out, "\\n");
            skip = 2;
        } else if (rest.ptr[0] == '.') {
            sb_adds(out, "\\n");
        } else {
            sb_addc(out, rest.ptr[0]);
        }
        rest = str_skip(rest, skip);
    }
    sb_release(&sb);
}

static void add_node_name(struct dot *dot, const struct place *place)
{
    const struct view *view = dot->graph->report->view;
    struct sb *out = dot->graph->report->out;
    if (place->address)
        sb_addf(out, "%016llx\\n", (unsigned long long)place->address);
    if (place->name) {
        add_name_lines(dot, out, view_str(view, place->name));
        sb_adds(out, "\\n");
    }
    if (place->line || place->file) {
        if (place->file)
            sb_add(out, names_base(view_str(view, place->file)));
        if (place->line)
            sb_addf(out, ":%lld", (long long)place->line);
        if (place->line && place->column)
            sb_addf(out, ":%lld", (long long)place->column);
        sb_adds(out, "\\n");
    } else if (!place->name && place->objfile) {
        sb_addf(out, "[%.*s]\\n", STR_ARGS(names_base(view_str(view, place->objfile))));
    } else if (!place->name) {
        sb_adds(out, "<unknown>\\n");
    }
}

/* ---- colours ---- */

struct color_text {
    char text[8];
};

static unsigned channel(double value)
{
    return isnan(value) ? 0 : (unsigned char)(int)(value * 255.0);
}

/* Green for a loss, grey for nothing, red for much; light ones for backgrounds. */
static struct color_text color(double score, bool background)
{
    struct color_text result;
    double saturation = background ? 0.1 : 1.0, value = background ? 0.93 : 0.7;
    if (!isnan(score)) /* a share of nothing */
        score = fmax(-1.0, fmin(1.0, score));
    if (fabs(score) < 0.2)
        saturation *= fabs(score) / 0.2;
    double strength = pow(fabs(score), 1.0 - 0.7);
    double faded = value * (1 - saturation * strength);
    double red = score < 0 ? faded : value, green = score < 0 ? value : faded;
    snprintf(result.text, sizeof(result.text), "#%02x%02x%02x", channel(red), channel(green),
             channel(value * (1 - saturation)));
    return result;
}

/* ---- nodes ---- */

static const char *trimmed(const char *text)
{
    while (*text == ' ')
        text++;
    return text;
}

static void add_amounts(struct report *report, int64_t flat, int64_t cum)
{
    struct sb *out = report->out;
    struct percent_text part = units_percent(flat, report->total);
    if (flat)
        sb_addf(out, "%s (%s)", show_amount(report, flat).text, trimmed(part.text));
    else
        sb_addc(out, '0');
    if (cum == flat)
        return;
    part = units_percent(cum, report->total);
    sb_addf(out, "%sof %s (%s)", flat ? "\\n" : " ", show_amount(report, cum).text,
            trimmed(part.text));
}

static int font_size(const struct dot *dot, int64_t flat)
{
    double size = (double)absolute(flat);
    if (dot->max_flat == 0 || flat == 0 || size > dot->max_flat)
        return 8;
    return 8 + (int)ceil(16.0 * sqrt(size / dot->max_flat));
}

static void add_node(struct dot *dot, uint32_t index)
{
    struct report *report = dot->graph->report;
    struct sb *out = report->out;
    const struct node *node = &dot->graph->nodes.at[index];
    int64_t flat = node_flat(node), cum = node_cum(node);
    double share = (double)cum / (double)absolute(report->total);
    size_t id = dot->ids[index];
    sb_addf(out, "N%zu [label=\"", id);
    add_node_name(dot, graph_place(dot->graph, index));
    add_amounts(report, flat, cum);
    sb_addf(out, "\" id=\"node%zu\" fontsize=%d shape=box tooltip=\"", id, font_size(dot, flat));
    add_escaped(out, graph_name(dot->graph, index));
    sb_addf(out, " (%s)\" color=\"%s\" fillcolor=\"%s\"]\n", show_amount(report, cum).text,
            color(share, false).text, color(share, true).text);
}

/* ---- edges ---- */

/* 1 to max + 1, by the edge's share of the total. */
static int thickness(int64_t weight, int64_t total, int64_t max)
{
    int64_t part = absolute(divided((int64_t)((uint64_t)weight * (uint64_t)max), total));
    return 1 + (int)(part < max ? part : max);
}

static void add_tooltip(struct dot *dot, const struct edge *edge, const char *amount)
{
    struct sb *out = dot->graph->report->out;
    sb_addc(out, '"');
    add_escaped(out, graph_name(dot->graph, edge->src));
    sb_addf(out, " %s ", edge->residual ? "..." : "->");
    add_escaped(out, graph_name(dot->graph, edge->dest));
    sb_addf(out, " (%s)\"", amount);
}

static void add_edge(struct dot *dot, const struct edge *edge)
{
    struct report *report = dot->graph->report;
    struct sb *out = report->out;
    int64_t weight = divided(edge->weight, edge->weight_div), total = report->total;
    struct amount_text amount = show_amount(report, weight);
    sb_addf(out, "N%zu -> N%zu [label=\" %s%s\"", dot->ids[edge->src], dot->ids[edge->dest],
            amount.text, edge->inlined ? "\\n (inline)" : "");
    if (total) {
        int heavy = thickness(weight, total, 100), wide = thickness(weight, total, 5);
        if (heavy > 1)
            sb_addf(out, " weight=%d", heavy);
        if (wide > 1)
            sb_addf(out, " penwidth=%d", wide);
        sb_addf(out, " color=\"%s\"", color((double)weight / (double)absolute(total), false).text);
    }
    sb_adds(out, " tooltip=");
    add_tooltip(dot, edge, amount.text);
    sb_adds(out, " labeltooltip=");
    add_tooltip(dot, edge, amount.text);
    sb_addf(out, "%s%s]\n", edge->residual ? " style=\"dotted\"" : "",
            dot->has_boxes[edge->src] ? " minlen=2" : "");
}

/* ---- the drawing ---- */

static struct str title_of(const struct view *view)
{
    if (!view->mappings.len || !view->mappings.at[0].file)
        return STR("");
    return names_base(view_str(view, view->mappings.at[0].file));
}

/* A box with the header's lines; its name is the first of them. */
static void add_legend(struct dot *dot, const struct trim_counts *counts)
{
    struct report *report = dot->graph->report;
    struct sb *out = report->out, sb;
    struct str title = title_of(report->view);
    sb_init(&sb, report->view->memory);
    header_graph(dot->graph, counts, true, &sb);
    struct str labels = str_slice(sb_str(&sb), 0, sb.len ? sb.len - 1 : 0);
    sb_adds(out, "subgraph cluster_L { \"");
    add_escaped(out, header_first_label(report->view, labels));
    sb_adds(out, "\" [shape=box fontsize=16 label=\"");
    add_escaped(out, labels);
    sb_adds(out, "\\l\"");
    if (title.len)
        sb_addf(out, " tooltip=\"%.*s\"", STR_ARGS(title));
    sb_adds(out, "] }\n");
    sb_release(&sb);
}

static void add_nodes(struct dot *dot)
{
    struct graph *graph = dot->graph;
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t node = graph->order.at[i];
        double flat = (double)absolute(node_flat(&graph->nodes.at[node]));
        dot->ids[node] = i + 1;
        if (flat > dot->max_flat)
            dot->max_flat = flat;
    }
    for (size_t i = 0; i < graph->order.len; i++) {
        uint32_t node = graph->order.at[i];
        add_node(dot, node);
        dot->has_boxes[node] = nodelets_write(graph, node, i + 1);
    }
}

static void draw(struct dot *dot, const struct trim_counts *counts)
{
    struct graph *graph = dot->graph;
    struct sb *out = graph->report->out;
    struct str title = title_of(graph->report->view);
    size_t count;
    sb_addf(out, "digraph \"%.*s\" {\n", STR_ARGS(title.len ? title : STR("unnamed")));
    sb_adds(out, "node [style=filled fillcolor=\"#f8f8f8\"]\n");
    add_legend(dot, counts);
    add_nodes(dot);
    uint32_t *edges = order_all_edges(graph, &count);
    for (size_t i = 0; i < count; i++)
        add_edge(dot, &graph->edges.at[edges[i]]);
    sb_adds(out, "}\n");
}

enum status dot_write(struct report *report)
{
    struct graph graph;
    struct dot dot = {.graph = &graph};
    graph_init(&graph, report);
    struct trim_counts counts = trim_graph(&graph);
    trim_select_unit(&graph);
    dot.ids = ARENA_ARRAY(&report->arena, size_t, graph.nodes.len + 1);
    dot.has_boxes = ARENA_ARRAY(&report->arena, bool, graph.nodes.len + 1);
    shortener_init(&dot.shortener);
    draw(&dot, &counts);
    shortener_release(&dot.shortener);
    graph_release(&graph);
    return STATUS_OK;
}
