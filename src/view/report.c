/* report.c: from settings to a report: what each report overrides, which values it shows, and in
 * which order filters and totals come (internal/driver/driver.go). */
#include "view/view_int.h"

/* ---- what a report overrides ---- */

struct report_kind {
    enum status (*write)(struct report *report);
    bool untrimmed;    /* shows everything, however small */
    bool unlimited;    /* no number of nodes unless asked for */
    bool all_addresses; /* shows addresses whatever the granularity */
};

/* ORDER: enum view_report. */
static const struct report_kind kinds[] = {
    {text_write, false, true, false},
    {tree_write, false, false, false},
    {tree_write, true, false, false},
    {traces_write, false, false, false},
    {raw_write, true, false, true},
    {tags_write, false, false, false},
    {comments_write, false, false, false},
    {dot_write, false, false, false},
    {callgrind_write, true, false, true},
    {proto_write, true, false, true},
    {topproto_write, false, true, false},
    {list_write, true, false, false},
    {weblist_write, true, false, true},
    {disasm_write, true, false, true},
    {NULL, false, false, false},
    {calls_write, true, false, false},
    {graph_write, false, true, false},
};
_Static_assert(COUNT_OF(kinds) == VIEW_REPORT_COUNT, "a row for each report");

enum { DRAWN_NODES = 80 };

void view_settings_init(struct view_settings *settings)
{
    *settings = (struct view_settings){.unit = "minimum", .nodecount = -1, .nodefraction = 0.005,
                                       .edgefraction = 0.001, .trim = true, .divide_by = 1};
}

static void override_settings(struct view_settings *settings, enum view_report kind)
{
    if (settings->nodecount == -1)
        settings->nodecount = kinds[kind].unlimited ? 0 : DRAWN_NODES;
    if (kinds[kind].all_addresses)
        settings->granularity = VIEW_ADDRESSES;
    if (kind == VIEW_LIST)
        settings->granularity = VIEW_LINES;
    if (kind == VIEW_WEBLIST)
        settings->noinlines = false;
    if (kind == VIEW_DISASM) /* else an inlined call and its caller would count at one address */
        settings->noinlines = true;
    if (settings->trim && !kinds[kind].untrimmed)
        return;
    settings->nodecount = 0;
    settings->nodefraction = settings->edgefraction = 0;
}

/* ---- what may be added up before ---- */

static bool asks_for_labels(enum view_report kind, const struct view_settings *settings)
{
    const char *const patterns[] = {settings->tagfocus, settings->tagignore, settings->tagshow,
                                    settings->taghide, settings->tagroot, settings->tagleaf};
    for (size_t i = 0; i < COUNT_OF(patterns); i++)
        if (patterns[i] && *patterns[i])
            return true;
    return kind == VIEW_TAGS || kind == VIEW_DOT;
}

/* A tree takes its nodes in the order of samples. Normalizing rounds each sample, and so does a
 * mean of -weblist. Of several sources, samples of equal stack and labels may be above zero here
 * and below there. */
enum view_fold view_fold_for(enum view_report kind, const struct view_settings *settings,
                             const struct view_sources *sources)
{
    if (kind == VIEW_TRACES || kind == VIEW_RAW || kind == VIEW_PROTO || kind == VIEW_GREETING ||
        settings->call_tree || sources->normalize || (kind == VIEW_WEBLIST && settings->mean))
        return VIEW_FOLD_NONE;
    if (asks_for_labels(kind, settings) || sources->path_count > 1 || sources->base_count)
        return VIEW_FOLD_SAMPLES;
    return VIEW_FOLD_STACKS;
}

/* ---- sample types ---- */

static enum status say_types(const struct view *view, const char *wanted, struct diag_sink *sink)
{
    struct sb sb;
    sb_init(&sb, view->memory);
    for (size_t i = 0; i < view->types.len; i++)
        sb_addf(&sb, "%s%.*s", i ? " " : "", STR_ARGS(view_type_name(view, i)));
    diag_add(sink, DIAG_PROFILE_SAMPLE_TYPE, STR_NONE, 0, DIAG_NO_OFFSET,
             "sample_index \"%s\" must be one of: [%s]", wanted, sb.text ? sb.text : "");
    sb_release(&sb);
    return STATUS_BAD_INPUT;
}

static uint32_t default_index(const struct view *view)
{
    for (uint32_t i = 0; i < view->types.len && view->default_type; i++)
        if (view->types.at[i].type == view->default_type)
            return i;
    return (uint32_t)view->types.len - 1;
}

/* By number, by name, or by the name without "inuse_", as old profiles have it. */
enum status view_type_find(const struct view *view, const char *name, struct diag_sink *sink,
                           uint32_t *index)
{
    struct str wanted = str_from(name), plain = wanted;
    uint64_t number;
    struct str digits = str_skip(wanted, str_starts(wanted, STR("+"))); /* as Go's Atoi */
    *index = default_index(view);
    if (!wanted.len)
        return STATUS_OK;
    if (str_to_u64(digits, &number)) {
        *index = (uint32_t)number;
        if (number < view->types.len)
            return STATUS_OK;
        diag_add(sink, DIAG_PROFILE_SAMPLE_TYPE, STR_NONE, 0, DIAG_NO_OFFSET,
                 "sample_index %.*s is outside the range [0..%zu]", STR_ARGS(wanted),
                 view->types.len - 1);
        return STATUS_BAD_INPUT;
    }
    if (str_starts(wanted, STR("inuse_")))
        plain = str_skip(wanted, 6);
    for (uint32_t i = 0; i < view->types.len; i++) {
        struct str type = view_type_name(view, i);
        if (!str_equal(type, wanted) && !str_equal(type, plain))
            continue;
        *index = i;
        return STATUS_OK;
    }
    return say_types(view, name, sink);
}

size_t view_type_count(const struct view *view)
{
    return view->types.len;
}

struct str view_type_name(const struct view *view, size_t index)
{
    return view_str(view, view->types.at[index].type);
}

static enum status choose_values(struct report *report)
{
    struct view *view = report->view;
    enum status status =
        view_type_find(view, report->settings.sample_index, report->sink, &report->type);
    if (status)
        return status;
    if (report->settings.divide_by == 0) {
        diag_add(report->sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "zero divisor specified");
        return STATUS_BAD_INPUT;
    }
    report->ratio = 1 / report->settings.divide_by;
    report->type_name = view_str(view, view->types.at[report->type].type);
    report->type_unit = view_str(view, view->types.at[report->type].unit);
    report->unit = str_from(report->settings.unit);
    return STATUS_OK;
}

/* ---- the total ---- */

static bool *base_marks(const struct view *view)
{
    uint32_t key = intern_find(view->strings, STR("pprof::base"));
    uint32_t yes = intern_find(view->strings, STR("true"));
    bool *marks = memory_get(view->memory, view->label_sets.len);
    for (size_t i = 0; i < view->label_sets.len; i++) {
        struct view_span set = view->label_sets.at[i];
        marks[i] = false;
        for (uint32_t j = 0; key && j < set.count; j++) {
            const struct view_label *label = &view->labels.at[set.first + j];
            marks[i] |= !label->numeric && label->key == key && label->text == yes;
        }
    }
    return marks;
}

/* Of a difference, what the base had is all. */
static void compute_total(struct report *report)
{
    const struct view *view = report->view;
    bool *is_base = base_marks(view);
    int64_t all = 0, all_divisor = 0, base = 0, base_divisor = 0;
    for (size_t i = 0; i < view->samples.len; i++) {
        int64_t value = absolute(report_value(report, i)), divisor = report_divisor(report, i);
        all = added(all, value);
        all_divisor = added(all_divisor, divisor);
        if (!is_base[view->samples.at[i].labels])
            continue;
        base = added(base, value);
        base_divisor = added(base_divisor, divisor);
    }
    memory_put(view->memory, is_base);
    report->total = base > 0 ? divided(base, base_divisor) : divided(all, all_divisor);
}

/* ---- all of it ---- */

static enum status compile_symbol(struct report *report)
{
    char err[400];
    const char *pattern = report->settings.argument;
    if (!pattern)
        return STATUS_OK;
    report->symbol = regex_compile(pattern, strlen(pattern), err, sizeof(err));
    if (report->symbol)
        return STATUS_OK;
    diag_add(report->sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET,
             "parsing argument regexp %s: %s", pattern, err);
    return STATUS_BAD_INPUT;
}

/* Of everything, whatever the filters. */
static enum status greet(struct report *report)
{
    enum status status = choose_values(report);
    if (status)
        return status;
    compute_total(report);
    header_profile(report, report->out);
    if (report->total == 0 && report->view->types.len > 1)
        sb_adds(report->out, "The default type of sample holds nothing.\n"
                             "Choose another: sample_index=NAME, or its name alone.\n");
    return STATUS_OK;
}

static enum status run(struct report *report, struct sb *notes)
{
    struct view *view = report->view;
    struct filter_ctx ctx = {view, &report->settings, &report->units, report->sink, notes};
    bool relative = report->settings.relative_percentages;
    label_units_find(&report->units, view, notes);
    if (report->kind == VIEW_GREETING)
        return greet(report);
    tagroot_apply(&ctx);
    enum status status = relative ? filter_apply(&ctx) : STATUS_OK;
    if (!status)
        status = choose_values(report);
    if (!status)
        status = compile_symbol(report);
    if (status)
        return status;
    compute_total(report);
    if (!relative)
        status = filter_apply(&ctx);
    if (status)
        return status;
    aggregate_apply(view, &report->settings);
    return kinds[report->kind].write(report);
}

static enum status run_once(struct report *report, struct sb *notes)
{
    const struct memory *memory = report->view->memory;
    override_settings(&report->settings, report->kind);
    arena_init(&report->arena, memory);
    enum status status = run(report, notes);
    if (report->symbol)
        regex_free(report->symbol);
    VEC_RELEASE(memory, &report->units.list);
    arena_release(&report->arena);
    return status;
}

enum status view_write(struct view *view, enum view_report kind,
                       const struct view_settings *settings, struct diag_sink *sink,
                       struct sb *notes, struct sb *out)
{
    struct report report = {
        .view = view, .kind = kind, .settings = *settings, .sink = sink, .out = out};
    if (kind == VIEW_CALLS || kind == VIEW_GRAPH)
        BUG("data is no text");
    return run_once(&report, notes);
}

enum status view_calls_read(struct view *view, const struct view_settings *settings,
                            size_t max_nodes, struct diag_sink *sink, struct sb *notes,
                            struct view_calls *out)
{
    struct calls_request request = {max_nodes, out};
    struct report report = {.view = view, .kind = VIEW_CALLS, .settings = *settings, .sink = sink,
                            .calls = &request};
    return run_once(&report, notes);
}

enum status view_graph_read(struct view *view, const struct view_settings *settings,
                            struct diag_sink *sink, struct sb *notes, struct view_graph *out)
{
    struct report report = {.view = view, .kind = VIEW_GRAPH, .settings = *settings, .sink = sink,
                            .graph = out};
    return run_once(&report, notes);
}
