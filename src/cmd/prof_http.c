/* prof_http.c: `unheap prof -http=HOST:PORT`: the views of pprof's web page (google/pprof
 * internal/driver/webui.go), with the names its parameters have there. One reader at a time. */
#include "prof.h"

#include <signal.h>
#include <stdio.h>

#include "report/report.h"
#include "serve/serve.h"

enum { TOP_ROWS = 500, MOST_FUNCTIONS = 50 }; /* as pprof's pages have it */

struct shown {
    struct cmd *cmd;
    const struct prof_flags *flags;
    const struct prof_samples *samples;
    const struct view *view;
    struct sb location; /* of the redirect that is being answered */
};

/* One answer while it is made. */
struct answer {
    struct shown *site;
    const struct serve_request *request;
    struct serve_response *response;
    struct prof_flags flags; /* as the query has them */
    struct arena arena;
    struct sb notes, text;
};

/* ---- the query ---- */

static const struct {
    const char *name, *variable;
} parameters[] = {
    {"f", "focus"},          {"i", "ignore"},        {"h", "hide"},
    {"s", "show"},           {"sf", "show_from"},    {"prunefrom", "prune_from"},
    {"tf", "tagfocus"},      {"ti", "tagignore"},    {"ts", "tagshow"},
    {"th", "taghide"},       {"si", "sample_index"}, {"g", "granularity"},
    {"sort", "sort"},        {"n", "nodecount"},     {"nf", "nodefraction"},
    {"ef", "edgefraction"},  {"trim", "trim"},       {"unit", "unit"},
    {"mean", "mean"},        {"rel", "relative_percentages"},
    {"dropneg", "drop_negative"}, {"calltree", "call_tree"}, {"compact", "compact_labels"},
    {"noinlines", "noinlines"}, {"showcolumns", "showcolumns"}, {"intel", "intel_syntax"},
    {"norm", "normalize"},
};

static bool read_query(struct answer *answer)
{
    struct sb why;
    bool good = true;
    sb_init(&why, &answer->site->cmd->memory);
    for (size_t i = 0; i < COUNT_OF(parameters) && good; i++) {
        struct str value = serve_query(answer->request, parameters[i].name);
        if (value.len)
            good = prof_variable_set(&answer->flags, str_from(parameters[i].variable), value,
                                     &answer->arena, &why);
    }
    if (!good)
        sb_addf(&answer->notes, "%s\n", why.text);
    sb_release(&why);
    return good;
}

/* ---- texts in a page ---- */

static void add_escaped(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        const char *entity = c == '<' ? "&lt;" : c == '>' ? "&gt;" : c == '&' ? "&amp;"
                             : c == '"' ? "&quot;" : NULL;
        if (entity)
            sb_adds(out, entity);
        else
            sb_addc(out, c);
    }
}

static void add_percent_coded(struct sb *out, struct str text)
{
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        bool plain = (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') || c == '_' ||
                     c == '.' || c == '-';
        sb_addf(out, plain ? "%c" : "%%%02X", c);
    }
}

/* "/ui/top?f=main&si=alloc_space", with `name` as `value` instead. */
static void write_address(const struct serve_request *request, struct sb *out, const char *path,
                          const char *name, struct str value)
{
    const char *before = "?";
    sb_adds(out, path);
    for (size_t i = 0; i < COUNT_OF(parameters); i++) {
        bool other = name && strcmp(parameters[i].name, name) == 0;
        struct str text = other ? value : serve_query(request, parameters[i].name);
        if (!text.len)
            continue;
        sb_addf(out, "%s%s=", before, parameters[i].name);
        add_percent_coded(out, text);
        before = "&";
    }
}

static struct str address_of(struct answer *answer, const char *path, const char *name,
                             struct str value)
{
    struct sb out;
    sb_init(&out, &answer->site->cmd->memory);
    write_address(answer->request, &out, path, name, value);
    struct str copy = str_copy(&answer->arena, sb_str(&out));
    sb_release(&out);
    return copy;
}

/* The same in an attribute. */
static void add_address(struct answer *answer, struct sb *out, const char *path, const char *name,
                        struct str value)
{
    add_escaped(out, address_of(answer, path, name, value));
}

static const char style[] =
    ":root{color-scheme:light dark;--line:#8884}"
    "body{margin:0;background:Canvas;color:CanvasText;font:14px system-ui,sans-serif}"
    "nav{display:flex;flex-wrap:wrap;gap:.9rem;align-items:center;padding:.5rem 1rem;"
    "border-bottom:1px solid var(--line)}"
    "nav a[aria-current]{font-weight:bold;text-decoration:none}"
    "main{padding:.5rem 1rem;overflow:auto}pre{margin:0;font:12px ui-monospace,monospace}"
    "input,select,button{font:inherit}input[type=text]{width:14rem;max-width:60vw}"
    "form,details div{display:flex;flex-wrap:wrap;gap:.3rem .9rem;align-items:center}"
    "summary{cursor:pointer}label{white-space:nowrap}.graph{overflow:auto}"
    ".graph svg{background:#fff;vertical-align:top}"
    "#fit:checked~.graph svg{max-width:100%;height:auto}"
    "table{border-collapse:collapse;font-variant-numeric:tabular-nums}"
    "th,td{padding:.15rem .6rem;text-align:right;white-space:nowrap}"
    "th:last-child,td:last-child{text-align:left;min-width:16rem;"
    "white-space:normal;overflow-wrap:anywhere}"
    "thead th{position:sticky;top:0;background:Canvas;border-bottom:1px solid var(--line)}"
    "tbody tr:hover{background:#8882}tbody a{font-size:12px}"
    "td[style]{background:linear-gradient(90deg,#c604 var(--share),transparent 0)}";

static const struct {
    const char *path, *title;
} views[] = {{"/ui/top", "Top"},       {"/ui/graph", "Graph"},   {"/ui/flamegraph", "Flame graph"},
             {"/ui/peek", "Peek"},     {"/ui/source", "Source"}, {"/ui/disasm", "Disassembly"},
             {"/ui/tree", "Tree"},     {"/ui/traces", "Traces"}, {"/ui/download", "Download"}};

/* The filters that pprof's page has in its menu "Refine"; all else that was asked for stays. */
static const struct {
    const char *name, *title;
} filters[] = {{"f", "Focus"}, {"i", "Ignore"},     {"h", "Hide"},
               {"s", "Show"},  {"sf", "Show from"}, {"tf", "Tag focus"}};

static bool is_filter(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(filters); i++)
        if (strcmp(filters[i].name, name) == 0)
            return true;
    return false;
}

static void add_field(struct answer *answer, struct sb *out, const char *kind, const char *name)
{
    sb_addf(out, "<input type=\"%s\" name=\"%s\" value=\"", kind, name);
    add_escaped(out, serve_query(answer->request, name));
    sb_adds(out, "\">");
}

static void add_granularities(struct answer *answer, struct sb *out)
{
    static const char *const names[] = {"", "functions", "filefunctions", "files", "lines",
                                        "addresses"};
    struct str asked = serve_query(answer->request, "g");
    sb_adds(out, "<label>By <select name=\"g\">");
    for (size_t i = 0; i < COUNT_OF(names); i++)
        sb_addf(out, "<option value=\"%s\"%s>%s</option>", names[i],
                str_is(asked, names[i]) ? " selected" : "", *names[i] ? names[i] : "default");
    sb_adds(out, "</select></label>");
}

/* Fields that are empty say nothing (read_query). What is filtered by stands open. */
static void add_form(struct answer *answer, struct sb *out)
{
    bool open = serve_query(answer->request, "g").len > 0;
    for (size_t i = 1; i < COUNT_OF(filters); i++)
        open = open || serve_query(answer->request, filters[i].name).len > 0;
    sb_adds(out, "<form>");
    for (size_t i = 0; i < COUNT_OF(filters); i++) {
        sb_addf(out, "<label>%s ", filters[i].title);
        add_field(answer, out, "text", filters[i].name);
        sb_adds(out, "</label>");
        if (i == 0)
            sb_addf(out, "<details%s><summary>Refine</summary><div>", open ? " open" : "");
    }
    add_granularities(answer, out);
    for (size_t i = 0; i < COUNT_OF(parameters); i++)
        if (!is_filter(parameters[i].name) && strcmp(parameters[i].name, "g") != 0 &&
            serve_query(answer->request, parameters[i].name).len)
            add_field(answer, out, "hidden", parameters[i].name);
    sb_adds(out, "<button>Apply</button></div></details></form>");
}

static void add_navigation(struct answer *answer, struct sb *out)
{
    const struct view *view = answer->site->view;
    sb_adds(out, "<nav aria-label=\"Views\">");
    for (size_t i = 0; i < COUNT_OF(views); i++) {
        sb_adds(out, "<a href=\"");
        add_address(answer, out, views[i].path, NULL, STR_NONE);
        sb_addf(out, "\"%s>%s</a>", str_is(answer->request->path, views[i].path)
                                        ? " aria-current=\"page\"" : "", views[i].title);
    }
    sb_adds(out, "<span>|</span>");
    for (size_t i = 0; i < view_type_count(view); i++) {
        sb_adds(out, "<a href=\"");
        add_address(answer, out, "", "si", view_type_name(view, i));
        struct str asked = serve_query(answer->request, "si");
        bool here = str_equal(asked, view_type_name(view, i));
        sb_addf(out, "\"%s>", here ? " aria-current=\"true\"" : "");
        add_escaped(out, view_type_name(view, i));
        sb_adds(out, "</a>");
    }
    add_form(answer, out);
    sb_adds(out, "</nav>");
}

/* `text` is markup already when `is_markup`. */
static void write_page(struct answer *answer, struct str text, bool is_markup)
{
    struct sb *out = answer->response->body;
    answer->response->type = "text/html; charset=utf-8";
    sb_addf(out, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
                 "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
                 "style-src 'unsafe-inline'; img-src 'self'; base-uri 'none'; "
                 "form-action 'self'\">"
                 "<meta name=\"viewport\" content=\"width=device-width\">"
                 "<title>unheap prof</title><style>%s</style>", style);
    add_navigation(answer, out);
    sb_adds(out, "<main>");
    if (answer->notes.len) {
        sb_adds(out, "<pre role=\"status\">");
        add_escaped(out, sb_str(&answer->notes));
        sb_adds(out, "</pre>");
    }
    if (is_markup) {
        sb_add(out, text);
    } else {
        sb_adds(out, "<pre>");
        add_escaped(out, text);
        sb_adds(out, "</pre>");
    }
    sb_adds(out, "</main></html>\n");
}

/* ---- the table of /ui/top ---- */

static void add_amount(int64_t value, const struct view_graph *graph, struct sb *out)
{
    if (graph->ratio != 1)
        value = (int64_t)((double)value * graph->ratio);
    view_amount(value, graph->unit, graph->shown_unit, out);
}

static void add_amount_cells(struct answer *answer, int64_t value, const struct view_graph *graph)
{
    struct sb *out = &answer->text;
    double share = graph->total ? 100.0 * (double)value / (double)graph->total : 0;
    sb_adds(out, "<td>");
    add_amount(value, graph, out);
    sb_addf(out, "<td style=\"--share:%.2f%%\">%.2f%%", share, share);
}

/* A link to a view of that one function; the parameter is a regular expression. */
static void add_link(struct answer *answer, const char *path, struct str name, const char *title)
{
    struct sb pattern;
    sb_init(&pattern, &answer->site->cmd->memory);
    sb_addc(&pattern, '^');
    for (size_t i = 0; i < name.len; i++)
        sb_addf(&pattern, strchr(".*+?()|[]{}^$\\", name.ptr[i]) ? "\\%c" : "%c", name.ptr[i]);
    sb_adds(&pattern, "( |$)"); /* the file and line follow the name in Peek */
    sb_adds(&answer->text, " <a href=\"");
    add_address(answer, &answer->text, path, "f", sb_str(&pattern));
    sb_addf(&answer->text, "\">%s</a>", title);
    sb_release(&pattern);
}

static void add_row(struct answer *answer, const struct view_graph *graph, size_t index,
                    int64_t *sum)
{
    const struct view_graph_node *node = &graph->nodes[index];
    struct sb *out = &answer->text;
    *sum += node->flat; /* of parts of the total, so it cannot overflow by more than the profile */
    sb_adds(out, "<tr>");
    add_amount_cells(answer, node->flat, graph);
    sb_addf(out, "<td>%.2f%%",
            graph->total ? 100.0 * (double)*sum / (double)graph->total : 0.0);
    add_amount_cells(answer, node->cum, graph);
    sb_adds(out, "<td>");
    add_escaped(out, node->name);
    if (node->function.len) {
        add_link(answer, "/ui/peek", node->function, "peek");
        add_link(answer, "/ui/source", node->function, "source");
    }
    sb_adds(out, "\n");
}

static void add_sort_header(struct answer *answer, const char *by, const char *title)
{
    sb_adds(&answer->text, "<th scope=\"col\"><a href=\"");
    add_address(answer, &answer->text, "", "sort", str_from(by));
    sb_addf(&answer->text, "\">%s</a><th scope=\"col\">%s%%", title, title);
}

static void add_table(struct answer *answer, const struct view_graph *graph)
{
    struct sb *out = &answer->text;
    int64_t sum = 0;
    sb_addf(out, "<p>%.*s, in all ", STR_ARGS(graph->type));
    add_amount(graph->total, graph, out);
    sb_addf(out, "; %zu rows", graph->node_count);
    if (graph->dropped_nodes)
        sb_addf(out, ", %zu too light to show", graph->dropped_nodes);
    sb_adds(out, "</p><table><thead><tr>");
    add_sort_header(answer, "flat", "Flat");
    sb_adds(out, "<th scope=\"col\">Sum%");
    add_sort_header(answer, "cum", "Cum");
    sb_adds(out, "<th scope=\"col\">Name</thead><tbody>\n");
    for (size_t i = 0; i < graph->node_count; i++)
        add_row(answer, graph, i, &sum);
    sb_adds(out, "</tbody></table>");
}

/* ---- one answer ---- */

static void begin(struct answer *answer, struct shown *site, const struct serve_request *request,
                  struct serve_response *response)
{
    *answer = (struct answer){
        .site = site, .request = request, .response = response, .flags = *site->flags};
    arena_init(&answer->arena, &site->cmd->memory);
    sb_init(&answer->notes, &site->cmd->memory);
    sb_init(&answer->text, &site->cmd->memory);
    site->cmd->sink = diag_sink_new(&site->cmd->memory);
}

static void end(struct answer *answer)
{
    diag_sink_free(answer->site->cmd->sink);
    answer->site->cmd->sink = NULL;
    sb_release(&answer->text);
    sb_release(&answer->notes);
    arena_release(&answer->arena);
}

/* What went wrong is told in the page. */
static void take_diagnostics(struct answer *answer)
{
    const struct diag_sink *sink = answer->site->cmd->sink;
    for (size_t i = 0; i < diag_count(sink); i++)
        diag_format_short(diag_at(sink, i), &answer->notes);
}

/* The page says why; scripts look at the status, which is pprof's. */
static void write_refusal(struct answer *answer)
{
    answer->response->status = 400;
    write_page(answer, STR_NONE, false);
}

/* The profile for this answer, to be used up; NULL when there is none, which is told. */
static struct view *view_for(struct answer *answer, enum view_report report)
{
    return prof_samples_view(answer->site->samples, answer->site->view, report,
                             &answer->flags.settings, answer->site->cmd->sink);
}

static bool write_report(struct answer *answer, enum view_report report)
{
    struct view *view = view_for(answer, report);
    bool good = view && view_write(view, report, &answer->flags.settings,
                                   answer->site->cmd->sink, &answer->notes,
                                   &answer->text) == STATUS_OK;
    view_free(view);
    take_diagnostics(answer);
    return good;
}

static bool make_report(struct answer *answer, enum view_report report)
{
    if (!read_query(answer))
        return false;
    if (report == VIEW_PEEK)
        answer->flags.settings.granularity = VIEW_LINES;
    return write_report(answer, report);
}

static void answer_text(struct shown *site, const struct serve_request *request,
                        struct serve_response *response, enum view_report report)
{
    struct answer answer;
    begin(&answer, site, request, response);
    struct view_settings *settings = &answer.flags.settings;
    struct str focus = serve_query(request, "f");
    settings->argument = focus.len ? arena_strndup(&answer.arena, focus.ptr, focus.len) : ".";
    settings->most_functions = MOST_FUNCTIONS;
    if (make_report(&answer, report))
        write_page(&answer, sb_str(&answer.text), false);
    else
        write_refusal(&answer);
    end(&answer);
}

#define TEXT_ROUTE(name, report)                                                                  \
    static void name(void *ctx, const struct serve_request *request,                              \
                     struct serve_response *response)                                             \
    {                                                                                             \
        answer_text(ctx, request, response, report);                                              \
    }
TEXT_ROUTE(answer_peek, VIEW_PEEK)
TEXT_ROUTE(answer_source, VIEW_LIST)
TEXT_ROUTE(answer_disasm, VIEW_DISASM)
TEXT_ROUTE(answer_tree, VIEW_TREE)
TEXT_ROUTE(answer_traces, VIEW_TRACES)

static void say_no_page(struct serve_response *response)
{
    response->status = 404;
    sb_adds(response->body, "there is no such page; the views are at /ui/\n");
}

static void redirect(struct shown *site, const struct serve_request *request,
                     struct serve_response *response, unsigned status, const char *to)
{
    sb_clear(&site->location);
    write_address(request, &site->location, to, NULL, STR_NONE);
    response->status = status;
    response->location = site->location.text;
}

/* As pprof: all else leads to /ui, and the views are below it; the flame graph comes first. */
static void answer_root(void *ctx, const struct serve_request *request,
                        struct serve_response *response)
{
    redirect(ctx, request, response, 307, "/ui/");
}

static void answer_ui(void *ctx, const struct serve_request *request,
                      struct serve_response *response)
{
    if (str_is(request->path, "/ui/") || str_is(request->path, "/ui/flamegraph2") ||
        str_is(request->path, "/ui/flamegraphold"))
        redirect(ctx, request, response, 301, "/ui/flamegraph");
    else
        say_no_page(response);
}

/* Browsers ask for one; the picture is a bar of each length. */
static void answer_icon(void *ctx, const struct serve_request *request,
                        struct serve_response *response)
{
    (void)ctx;
    (void)request;
    response->type = "image/svg+xml";
    sb_adds(response->body,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 16 16\" fill=\"#c60\">"
            "<path d=\"M1 2h14v3H1zM1 6.500h9v3H1zM1 11h5v3H1z\"/></svg>");
}

static void answer_top(void *ctx, const struct serve_request *request,
                       struct serve_response *response)
{
    struct answer answer;
    struct view_graph graph;
    begin(&answer, ctx, request, response);
    struct view_settings *settings = &answer.flags.settings;
    bool good = read_query(&answer);
    struct view *view = good ? view_for(&answer, VIEW_GRAPH) : NULL;
    settings->nodecount = TOP_ROWS;
    good = view && view_graph_read(view, settings, answer.site->cmd->sink, &answer.notes,
                                   &graph) == STATUS_OK;
    take_diagnostics(&answer);
    if (good) {
        add_table(&answer, &graph);
        view_graph_release(&graph);
        write_page(&answer, sb_str(&answer.text), true);
    } else {
        write_refusal(&answer);
    }
    view_free(view);
    end(&answer);
}

static void answer_graph(void *ctx, const struct serve_request *request,
                         struct serve_response *response)
{
    struct answer answer;
    struct sb svg;
    begin(&answer, ctx, request, response);
    sb_init(&svg, &answer.site->cmd->memory);
    bool good = make_report(&answer, VIEW_DOT);
    bool drawn = good && !prof_draw(answer.site->cmd, "svg", sb_str(&answer.text), &svg);
    ptrdiff_t start = str_find(sb_str(&svg), STR("<svg")); /* after what is no part of a page */
    sb_clear(&answer.text);
    if (drawn && start >= 0) {
        sb_addf(&answer.text,
                "<input type=\"checkbox\" id=\"fit\" checked><label for=\"fit\"> Fit the width"
                "</label><div class=\"graph\" tabindex=\"0\" role=\"region\" "
                "aria-label=\"Graph\">%s</div>",
                svg.text + start);
        write_page(&answer, sb_str(&answer.text), true);
    } else {
        if (good)
            sb_adds(&answer.notes, "The graph needs Graphviz's program dot.\n");
        write_refusal(&answer);
        response->status = good ? 501 : 400;
    }
    sb_release(&svg);
    end(&answer);
}

/* All views but this one, and this one of the other sample types, with gaps. */
static size_t flame_links(struct answer *answer, struct report_calls_link **links)
{
    const struct view *view = answer->site->view;
    size_t count = 0, types = view_type_count(view);
    *links = ARENA_ARRAY(&answer->arena, struct report_calls_link, COUNT_OF(views) + types + 2);
    for (size_t i = 0; i < COUNT_OF(views); i++)
        if (!str_is(answer->request->path, views[i].path))
            (*links)[count++] = (struct report_calls_link){
                str_from(views[i].title), address_of(answer, views[i].path, NULL, STR_NONE)};
    count++; /* a gap */
    for (size_t i = 0; i < types; i++)
        (*links)[count++] = (struct report_calls_link){
            view_type_name(view, i), address_of(answer, "", "si", view_type_name(view, i))};
    return count + 1;
}

static void answer_flame(void *ctx, const struct serve_request *request,
                         struct serve_response *response)
{
    struct answer answer;
    struct view_calls calls;
    begin(&answer, ctx, request, response);
    struct view *view = read_query(&answer) ? view_for(&answer, VIEW_CALLS) : NULL;
    if (view &&
        view_calls_read(view, &answer.flags.settings, LIMIT_PAGE_FLAME_NODES,
                        answer.site->cmd->sink, &answer.notes, &calls) == STATUS_OK) {
        struct report_calls_link *links;
        size_t count = flame_links(&answer, &links);
        const struct report_calls_link functions[] = {
            {STR("Source"), address_of(&answer, "/ui/source", NULL, STR_NONE)},
            {STR("Peek"), address_of(&answer, "/ui/peek", NULL, STR_NONE)}};
        struct report_calls report = {.calls = &calls,
                                      .command = str_from(answer.flags.sources.paths[0]),
                                      .links = links, .link_count = count,
                                      .function_links = functions,
                                      .function_link_count = COUNT_OF(functions)};
        response->type = "text/html; charset=utf-8";
        report_calls_html(&report, response->body);
        view_calls_release(&calls);
    } else {
        take_diagnostics(&answer);
        write_refusal(&answer);
    }
    view_free(view);
    end(&answer);
}

static void answer_download(void *ctx, const struct serve_request *request,
                            struct serve_response *response)
{
    struct answer answer;
    begin(&answer, ctx, request, response);
    view_settings_init(&answer.flags.settings); /* all of the profile, whatever the query has */
    if (write_report(&answer, VIEW_PROTO)) {
        response->type = "application/vnd.google.protobuf+gzip";
        response->file_name = "profile.pb.gz";
        sb_add(response->body, sb_str(&answer.text));
    } else {
        write_refusal(&answer);
    }
    end(&answer);
}

/* ---- the server ---- */

static const struct serve_route routes[] = {
    {"/ui/top", answer_top},       {"/ui/peek", answer_peek},     {"/ui/source", answer_source},
    {"/ui/disasm", answer_disasm}, {"/ui/tree", answer_tree},     {"/ui/traces", answer_traces},
    {"/ui/flamegraph", answer_flame}, {"/ui/download", answer_download},
    {"/favicon.ico", answer_icon}, {"/ui/graph", answer_graph},   {"/ui/", answer_ui},
    {"/", answer_root},
};

static void wait_for_signal(const sigset_t *signals)
{
    int number;
    while (sigwait(signals, &number) != 0)
        ;
}

int prof_http(struct cmd *cmd, const struct prof_flags *flags, const struct prof_samples *samples,
              const struct view *view)
{
    struct cmd own = *cmd; /* answers have diagnostics of their own */
    struct shown site = {.cmd = &own, .flags = flags, .samples = samples, .view = view};
    struct serve_options options = {.listen = flags->http, .routes = routes, .open = true,
                                    .own_names = true, .route_count = COUNT_OF(routes),
                                    .ctx = &site};
    struct serve *serve;
    sigset_t signals, before;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, &before); /* before threads start, which inherit it */
    int code = EXIT_COULD_NOT;
    sb_init(&site.location, &cmd->memory);
    if (serve_start(&options, &cmd->memory, cmd->sink, &serve) == STATUS_OK) {
        fprintf(stderr, "Serving web UI on %s\nCtrl-C stops it\n", serve_address(serve));
        wait_for_signal(&signals);
        serve_stop(serve);
        code = EXIT_CLEAN;
    }
    sb_release(&site.location);
    sigprocmask(SIG_SETMASK, &before, NULL);
    return code;
}
