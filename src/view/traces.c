/* traces.c: -traces: every sample with its stack (internal/report printTraces). */
#include "view/view_int.h"

static const char separator[] =
    "-----------+-------------------------------------------------------\n";

/* ---- labels ---- */

enum { KEYS = 10 }; /* the column of the keys */

struct label_lines {
    VEC(struct str) lines;
};

static int compare_lines(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* One line for all values of the key at labels[i]; returns where the next key begins. */
static uint32_t add_label_line(struct report *report, const struct view_label *labels,
                               uint32_t count, uint32_t i, struct label_lines *lines)
{
    const struct view *view = report->view;
    uint32_t key = labels[i].key;
    bool numeric = labels[i].numeric;
    struct str unit = label_units_get(&report->units, view, key);
    const char *before = "";
    struct sb sb;
    sb_init(&sb, view->memory);
    struct str name = view_str(view, key);
    size_t width = show_width(name);
    sb_repeat(&sb, ' ', width < KEYS ? KEYS - width : 0);
    sb_add(&sb, name);
    sb_adds(&sb, ":  ");
    for (; i < count && labels[i].key == key && labels[i].numeric == numeric; i++) {
        sb_adds(&sb, before);
        if (numeric)
            units_add(&sb, labels[i].number, unit, STR("auto"));
        else
            sb_add(&sb, view_str(view, labels[i].text));
        before = " ";
    }
    sb_addc(&sb, '\n');
    VEC_PUSH(view->memory, &lines->lines, str_copy(&report->arena, sb_str(&sb)));
    sb_release(&sb);
    return i;
}

/* Texts, then numbers, each sorted as they are written. */
static void add_labels(struct report *report, struct view_span set, bool numeric)
{
    const struct view_label *labels = report->view->labels.at + set.first;
    struct label_lines lines = {{0}};
    for (uint32_t i = 0; i < set.count;) {
        if (labels[i].numeric == numeric)
            i = add_label_line(report, labels, set.count, i, &lines);
        else
            i++;
    }
    if (lines.lines.len > 1)
        qsort(lines.lines.at, lines.lines.len, sizeof(*lines.lines.at), compare_lines);
    for (size_t i = 0; i < lines.lines.len; i++)
        sb_add(report->out, lines.lines.at[i]);
    VEC_RELEASE(report->view->memory, &lines.lines);
}

/* The lines of a set of labels, made once. */
static struct str label_text(struct report *report, struct str *texts, uint32_t set)
{
    if (texts[set].ptr)
        return texts[set];
    struct sb own, *out = report->out;
    sb_init(&own, report->view->memory);
    report->out = &own;
    add_labels(report, report->view->label_sets.at[set], false);
    add_labels(report, report->view->label_sets.at[set], true);
    report->out = out;
    texts[set] = str_copy(&report->arena, sb_str(&own));
    sb_release(&own);
    return texts[set];
}

/* ---- samples ---- */

enum {
    AMOUNT = 10, /* the amount's column */
    MARGIN = 13, /* it and what separates it from the name */
    AMOUNTS = 1 << 10,
};

/* An amount as it stands in its column: most recur. */
struct shown {
    bool known;
    int64_t value;
    struct amount_text text;
};

struct writer {
    struct graph *graph;
    struct str *labels;    /* by set of labels: its lines */
    struct str *locations; /* by location: its lines, without amount; no pointer: not yet made */
    struct shown *amounts; /* by a hash of the value: the last one met */
};

static const struct amount_text *amount_text(struct writer *writer, int64_t value)
{
    struct shown *shown = &writer->amounts[hash_mix((uint64_t)value, 0) % AMOUNTS];
    if (!shown->known || shown->value != value)
        *shown = (struct shown){true, value, show_amount(writer->graph->report, value)};
    return &shown->text;
}

/* Made once: most locations stand in many stacks. */
static struct str location_text(struct writer *writer, uint32_t location)
{
    struct graph *graph = writer->graph;
    uint32_t first = graph->location_first[location], end = graph->location_first[location + 1];
    struct sb sb;
    sb_init(&sb, graph->report->view->memory);
    for (uint32_t slot = first; slot < end; slot++) {
        sb_repeat(&sb, ' ', MARGIN);
        sb_add(&sb, graph_place_name(graph, graph->slots.at[slot]));
        sb_adds(&sb, slot + 1 != end ? " (inline)\n" : "\n");
    }
    writer->locations[location] = str_copy(&graph->report->arena, sb_str(&sb));
    sb_release(&sb);
    return writer->locations[location];
}

/* How much text the frames are; all of it is there from then on. */
static size_t frames_length(struct writer *writer, const uint32_t *locations, uint32_t count)
{
    size_t len = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct str text = writer->locations[locations[i]];
        if (!text.ptr)
            text = location_text(writer, locations[i]);
        len += text.len;
    }
    return len;
}

/* The amount stands before the innermost call. */
static void add_frames(struct writer *writer, struct view_span stack, const char *amount)
{
    struct sb *out = writer->graph->report->out;
    const uint32_t *locations = writer->graph->report->view->stack_locations.at + stack.first;
    size_t len = frames_length(writer, locations, stack.count), width = strlen(amount);
    if (!len)
        return;
    sb_repeat(out, ' ', width < AMOUNT ? AMOUNT - width : 0);
    sb_addn(out, amount, width);
    size_t skipped = AMOUNT; /* of the first text's margin */
    char *at = sb_extend(out, len - skipped);
    for (uint32_t i = 0; at && i < stack.count; i++) {
        struct str text = writer->locations[locations[i]];
        if (!text.len)
            continue;
        memcpy(at, text.ptr + skipped, text.len - skipped);
        at += text.len - skipped;
        skipped = 0;
    }
}

static void add_samples(struct graph *graph)
{
    struct report *report = graph->report;
    const struct view *view = report->view;
    struct writer writer = {
        .graph = graph,
        .labels = ARENA_ARRAY(&report->arena, struct str, view->label_sets.len + 1),
        .locations = ARENA_ARRAY(&report->arena, struct str, view->locations.len + 1),
        .amounts = ARENA_ARRAY(&report->arena, struct shown, AMOUNTS)};
    for (size_t i = 0; i < view->samples.len; i++) {
        struct view_span stack = view_stack(view, i);
        if (!stack.count)
            continue;
        sb_addn(report->out, separator, sizeof(separator) - 1);
        sb_add(report->out, label_text(report, writer.labels, view->samples.at[i].labels));
        int64_t value = divided(report_value(report, i), report_divisor(report, i));
        add_frames(&writer, stack, amount_text(&writer, value)->text);
        show_flush(report);
    }
}

enum status traces_write(struct report *report)
{
    struct graph graph;
    header_profile(report, report->out);
    graph_init(&graph, report);
    add_samples(&graph);
    sb_adds(report->out, separator);
    graph_release(&graph);
    return STATUS_OK;
}
