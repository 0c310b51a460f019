/* fuzz_view.c: any bytes as a profile in view's own decoder, and every report of what it takes,
 * with filters. The first byte chooses the settings. */
#include "base/base_int.h"
#include "view/view_int.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_view: memory ran out");
}

static const struct memory fuzz_memory = {give_up, NULL};

static void choose(struct view_settings *settings, unsigned choice)
{
    static const char *const patterns[] = {NULL, "a", "^$|m", "."};
    view_settings_init(settings);
    settings->granularity = (enum view_granularity)(choice % (VIEW_ADDRESSES + 1));
    settings->focus = patterns[choice & 3];
    settings->hide = patterns[choice >> 2 & 1];
    settings->show_from = patterns[choice >> 3 & 1];
    settings->prune_from = patterns[choice >> 4 & 1];
    settings->tagroot = choice & 32 ? "bytes,a" : NULL;
    settings->tagfocus = choice & 64 ? "1b:" : NULL;
    settings->mean = choice & 128;
    settings->call_tree = choice & 1;
    settings->noinlines = choice & 2;
    settings->argument = ".";
}

static void read_calls(struct view *view, const struct view_settings *settings,
                       struct diag_sink *sink, struct sb *notes)
{
    struct view_calls calls;
    if (view_calls_read(view, settings, 50, sink, notes, &calls))
        return;
    for (size_t i = 1; i < calls.tree.nodes.len; i++)
        if (!calls.names[calls.tree.nodes.at[i].call].ptr)
            BUG("a call without a name");
    view_calls_release(&calls);
}

static void read_graph(struct view *view, const struct view_settings *settings,
                       struct diag_sink *sink, struct sb *notes)
{
    struct view_graph graph;
    if (view_graph_read(view, settings, sink, notes, &graph))
        return;
    for (size_t i = 0; i < graph.edge_count; i++)
        if (graph.edges[i].from >= graph.node_count || graph.edges[i].to >= graph.node_count)
            BUG("an edge to no node");
    view_graph_release(&graph);
}

static void report_all(struct view *view, const struct view_settings *settings)
{
    struct diag_sink *sink = diag_sink_new(view->memory);
    for (int kind = 0; kind < VIEW_REPORT_COUNT; kind++) {
        struct view *copy = view_copy(view);
        struct sb out, notes;
        sb_init(&out, view->memory);
        sb_init(&notes, view->memory);
        if (kind == VIEW_CALLS)
            read_calls(copy, settings, sink, &notes);
        else if (kind == VIEW_GRAPH)
            read_graph(copy, settings, sink, &notes);
        else
            (void)!view_write(copy, (enum view_report)kind, settings, sink, &notes, &out);
        sb_release(&out);
        sb_release(&notes);
        view_free(copy);
    }
    diag_sink_free(sink);
}

/* A profile less itself is nothing. */
static void subtract_itself(struct view *view)
{
    struct diag_sink *sink = diag_sink_new(view->memory);
    struct view *both[2] = {view_copy(view), view_copy(view)};
    double ratios[LIMIT_PROFILE_SAMPLE_TYPES];
    for (size_t i = 0; i < view->types.len; i++)
        ratios[i] = -1;
    combine_scale(both[1], ratios);
    bool merged = !combine_views(both, 2, sink);
    view_free(both[0]);
    if (!merged)
        view_free(both[1]);
    diag_sink_free(sink);
}

static struct view *decode(const struct decode_input *input, struct intern *strings,
                           unsigned *shared)
{
    return decode_profile(input, strings, shared, &fuzz_memory);
}

/* In small pieces the same comes out as of the whole. */
static void decode_in_pieces(const struct view *view, const uint8_t *bytes, size_t n,
                             enum view_fold fold)
{
    struct file file = {.memory = &fuzz_memory, .bytes = memory_get(&fuzz_memory, n), .size = n};
    memcpy((void *)(uintptr_t)file.bytes, bytes, n);
    if (packing_of(bytes, n) != PACKING_NONE || n == 0) {
        file_close(&file);
        return;
    }
    struct stream *stream = stream_of(&file, unpack_limits(LIMIT_UNPACKED_BYTES));
    struct decode_input input = {.stream = stream, .window = 16, .fold = fold};
    unsigned *shared;
    struct intern *strings = tables_strings_new(&fuzz_memory, &shared);
    ++*shared;
    struct view *again = decode(&input, strings, shared);
    stream_close(stream);
    if (!again != !view)
        BUG("fuzz_view: in pieces it is another profile");
    if (view && (again->samples.len != view->samples.len ||
                 again->stack_locations.len != view->stack_locations.len ||
                 again->label_sets.len != view->label_sets.len))
        BUG("fuzz_view: in pieces it has other samples");
    view_free(again);
    intern_release(strings);
    memory_put(&fuzz_memory, strings);
    memory_put(&fuzz_memory, shared);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct view_settings settings;
    unsigned *shared;
    if (n < 1)
        return 0;
    struct intern *strings = tables_strings_new(&fuzz_memory, &shared);
    ++*shared;
    enum view_fold fold = (enum view_fold)(bytes[0] % (VIEW_FOLD_STACKS + 1));
    struct decode_input input = {.bytes = bytes + 1, .size = n - 1, .fold = fold};
    struct view *view = decode(&input, strings, shared);
    decode_in_pieces(view, bytes + 1, n - 1, fold);
    if (view) {
        choose(&settings, bytes[0]);
        demangle_names(view, bytes[0] & 1, bytes[0] >> 1 & 3);
        prune_uninteresting(view);
        report_all(view, &settings);
        subtract_itself(view);
        view_free(view);
    }
    intern_release(strings);
    memory_put(&fuzz_memory, strings);
    memory_put(&fuzz_memory, shared);
    return 0;
}
