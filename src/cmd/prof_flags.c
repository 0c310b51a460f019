/* prof_flags.c: pprof's flags, as `unheap prof` takes them (google/pprof internal/driver/cli.go,
 * config.go). */
#include "prof.h"

#include <stdio.h>

static const char usage[] =
    "usage: unheap prof [REPORT] [flags] [BINARY] PROFILE...\n\n"
    "Shows profiles as `go tool pprof` does, byte for byte, at a fraction of the time and memory.\n"
    "Several profiles are merged. A PROFILE is a file, - or an http address. Without a REPORT it\n"
    "asks for commands.\n\n"
    "  unheap prof -top heap.pb.gz\n"
    "  unheap prof -peek 'json.*Decode' -sample_index=alloc_space heap.pb.gz\n"
    "  unheap prof -list 'main\\.handle' -base before.pb.gz after.pb.gz\n"
    "  unheap prof -sizes heap.pb.gz         (-sizes -h: by size of objects; -types: by Go type)\n";

/* What has to be looked at once more after parsing. */
struct raw_flags {
    bool reports[PROF_COMMAND_COUNT];
    const char *arguments[PROF_COMMAND_COUNT];
    bool cum, flat;
    bool granularity[VIEW_ADDRESSES + 1];
    bool inuse_space, inuse_objects, alloc_space, alloc_objects;
    bool total_delay, contentions, mean_delay;
    const char *nodecount, *nodefraction, *edgefraction, *divide_by, *seconds, *timeout;
    const char *symbolize, *unused;
};

static int mistake(const char *fmt, const char *what)
{
    fputs("unheap prof: ", stderr);
    fprintf(stderr, fmt, what);
    fputs("\nsee unheap prof -h\n", stderr);
    return EXIT_USAGE;
}

/* ---- numbers ---- */

static bool read_double(const char *text, double *value)
{
    return !text || prof_number_read(text, value);
}

static bool read_integer(const char *text, int64_t *value)
{
    return !text || prof_integer_read(text, value);
}

static int read_numbers(const struct raw_flags *raw, struct prof_flags *flags)
{
    int64_t seconds = 0, timeout = 0;
    struct view_settings *settings = &flags->settings;
    if (!read_integer(raw->nodecount, &settings->nodecount))
        return mistake("-nodecount: %s is no number", raw->nodecount);
    if (!read_double(raw->nodefraction, &settings->nodefraction))
        return mistake("-nodefraction: %s is no number", raw->nodefraction);
    if (!read_double(raw->edgefraction, &settings->edgefraction))
        return mistake("-edgefraction: %s is no number", raw->edgefraction);
    if (!read_double(raw->divide_by, &settings->divide_by))
        return mistake("-divide_by: %s is no number", raw->divide_by);
    if (!read_integer(raw->seconds, &seconds) || seconds > LIMIT_FLAG_NUMBER)
        return mistake("-seconds: %s is no number of seconds", raw->seconds);
    if (!read_integer(raw->timeout, &timeout) || timeout > LIMIT_FLAG_NUMBER)
        return mistake("-timeout: %s is no number of seconds", raw->timeout);
    flags->sources.options.seconds = seconds > 0 ? (unsigned)seconds : 0;
    flags->sources.options.timeout_seconds = timeout > 0 ? (unsigned)timeout : 0;
    return -1;
}

/* ---- choices ---- */

static bool is_graph(const struct prof_command *command)
{
    return !command->suffix && (command->report == VIEW_TOP || command->report == VIEW_TREE ||
                                command->report == VIEW_DOT);
}

static int choose_report(struct raw_flags *raw, struct prof_flags *flags)
{
    int count = 0;
    for (size_t i = 0; i < PROF_COMMAND_COUNT; i++) {
        const char *argument = raw->arguments[i];
        if (!raw->reports[i] && !(argument && *argument))
            continue;
        flags->command = prof_command_at(i);
        flags->settings.argument = argument;
        count++;
    }
    bool picture = flags->command && strcmp(flags->command->name, "svg") == 0;
    if (flags->flame && !picture)
        count++;
    if (flags->json && (flags->flame || (flags->command && !is_graph(flags->command))))
        return mistake("-json goes alone, or with -top, -tree or -dot%s", "");
    return count > 1 ? mistake("must set at most one output format%s", "") : -1;
}

static int choose_granularity(const struct raw_flags *raw, struct prof_flags *flags)
{
    int count = 0;
    for (size_t i = 0; i < COUNT_OF(raw->granularity); i++) {
        if (!raw->granularity[i])
            continue;
        flags->settings.granularity = (enum view_granularity)i;
        count++;
    }
    flags->settings.cum = raw->cum;
    if (count > 1)
        return mistake("conflicting options set: %s",
                       "only one of -functions, -filefunctions, -files, -lines, -addresses");
    return raw->cum && raw->flat ? mistake("conflicting options set: %s", "-cum and -flat") : -1;
}

static void choose_sample_index(const struct raw_flags *raw, struct prof_flags *flags)
{
    const struct {
        bool set;
        const char *name, *flag;
    } shortcuts[] = {
        {raw->total_delay, "delay", "-total_delay"},
        {raw->mean_delay, "delay", "-mean_delay"},
        {raw->contentions, "contentions", "-contentions"},
        {raw->inuse_space, "inuse_space", "-inuse_space"},
        {raw->inuse_objects, "inuse_objects", "-inuse_objects"},
        {raw->alloc_space, "alloc_space", "-alloc_space"},
        {raw->alloc_objects, "alloc_objects", "-alloc_objects"},
    };
    const char **index = &flags->settings.sample_index;
    for (size_t i = 0; i < COUNT_OF(shortcuts); i++) {
        if (!shortcuts[i].set)
            continue;
        if (*index && **index)
            fprintf(stderr, "Multiple value selections, ignoring %s\n", shortcuts[i].flag);
        else
            *index = shortcuts[i].name;
    }
    flags->settings.mean |= raw->mean_delay;
}

static bool is_word(struct str word, const char *wanted)
{
    return word.ptr && word.len == strlen(wanted) && strncasecmp(word.ptr, wanted, word.len) == 0;
}

static bool choose_demangling(struct view_sources *sources, struct str option)
{
    static const struct {
        const char *name;
        enum view_demangle how;
    } modes[] = {{"demangle=full", VIEW_FULL_NAMES},
                 {"demangle=none", VIEW_SYSTEM_NAMES},
                 {"demangle=templates", VIEW_TEMPLATE_NAMES}};
    for (size_t i = 0; i < COUNT_OF(modes); i++) {
        if (!is_word(option, modes[i].name))
            continue;
        sources->demangle = modes[i].how;
        sources->force = true;
        return true;
    }
    return is_word(option, "demangle=default");
}

static void choose_symbolizing(const struct raw_flags *raw, struct prof_flags *flags)
{
    struct view_sources *sources = &flags->sources;
    struct str rest = str_from(raw->symbolize);
    while (rest.ptr) {
        struct str option = str_cut(&rest, ':');
        if (is_word(option, "none") || is_word(option, "no")) {
            sources->keep_names = true;
            return;
        }
        bool remote = is_word(option, "remote");
        if (remote || is_word(option, "local") || is_word(option, "fastlocal")) {
            sources->remote = remote;
            sources->local = !remote;
        } else if (is_word(option, "force")) {
            sources->force = true;
        } else if (option.len && !choose_demangling(sources, option)) {
            fprintf(stderr,
                    "ignoring unrecognized symbolization option: %s\nexpecting -symbolize="
                    "[local|fastlocal|remote|none][:force][:demangle=[none|full|templates|default]"
                    "\n",
                    raw->symbolize);
        }
    }
}

/* The last of several -base counts, as in pprof, and an empty one is none. */
static bool last_base(const struct flag_list *list, struct view_sources *sources)
{
    bool any = list->len > 0 && *list->at[list->len - 1];
    sources->bases = any ? &list->at[list->len - 1] : sources->bases;
    sources->base_count = any ? 1 : sources->base_count;
    return any;
}

static int choose_bases(struct prof_flags *flags)
{
    struct view_sources *sources = &flags->sources;
    bool base = last_base(&flags->bases, sources);
    sources->diff_base = last_base(&flags->diff_bases, sources);
    if (base && sources->diff_base)
        return mistake("-base and -diff_base flags cannot both be specified%s", "");
    if (sources->normalize && !sources->base_count)
        return mistake("must have base profile to normalize by%s", "");
    return -1;
}

/* A first argument that is an executable is the program, not a profile. */
static bool is_executable(const char *path)
{
    static const char *const magics[] = {("\x7f" "ELF"), "MZ", "\xcf\xfa\xed\xfe",
                                         "\xfe\xed\xfa\xcf"};
    char head[5] = "";
    FILE *file = fopen(path, "rb");
    if (!file)
        return false;
    size_t n = fread(head, 1, 4, file);
    fclose(file);
    for (size_t i = 0; i < COUNT_OF(magics); i++)
        if (n >= strlen(magics[i]) && memcmp(head, magics[i], strlen(magics[i])) == 0)
            return true;
    return false;
}

static int choose_sources(struct prof_flags *flags, char **argv, size_t count)
{
    size_t skip = count > 1 && is_executable(argv[0]);
    flags->sources.binary = skip ? argv[0] : NULL;
    flags->sources.paths = (const char *const *)argv + skip;
    flags->sources.path_count = count - skip;
    if (count == 0)
        return mistake("no profile source specified%s", "");
    if (flags->http && !*flags->http)
        flags->http = NULL;
    if (flags->http && (flags->command || flags->flame || flags->json))
        return mistake("-http is not compatible with an output format on the command line%s", "");
    if (flags->no_browser && !flags->http)
        return mistake("-no_browser only makes sense with -http%s", "");
    return choose_bases(flags);
}

/* ---- all of them ---- */

static int parse(struct cmd *cmd, struct raw_flags *raw, struct prof_flags *flags, int argc,
                 char **argv, size_t *count);

int prof_flags_parse(struct cmd *cmd, struct prof_flags *flags, int argc, char **argv)
{
    struct raw_flags raw = {0};
    size_t count;
    *flags = (struct prof_flags){0};
    view_settings_init(&flags->settings);
    int code = parse(cmd, &raw, flags, argc, argv, &count);
    if (code < 0)
        code = read_numbers(&raw, flags);
    if (code < 0)
        code = choose_report(&raw, flags);
    if (code < 0)
        code = choose_granularity(&raw, flags);
    if (code < 0)
        code = choose_sources(flags, argv, count);
    if (code < 0) {
        choose_sample_index(&raw, flags);
        choose_symbolizing(&raw, flags);
    }
    return code;
}

static struct flag report_flag(struct raw_flags *raw, size_t index)
{
    const struct prof_command *command = prof_command_at(index);
    if (command->argument)
        return (struct flag){command->name, FLAG_STRING, &raw->arguments[index], command->argument,
                             command->help};
    return (struct flag){command->name, FLAG_BOOL, &raw->reports[index], NULL, command->help};
}

static int parse(struct cmd *cmd, struct raw_flags *raw, struct prof_flags *flags, int argc,
                 char **argv, size_t *count)
{
    struct view_settings *s = &flags->settings;
    struct view_sources *from = &flags->sources;
    const struct flag options[] = {
        {"flame", FLAG_BOOL, &flags->flame, NULL,
         "report: a page with flame graph, packages, timeline; with -svg a picture"},
        {"html", FLAG_BOOL, &flags->flame, NULL, "report: the same page"},
        {"json", FLAG_BOOL, &flags->json, NULL, "report: what -top and -dot show, as JSON"},
        {"http", FLAG_STRING, &flags->http, "HOST:PORT", "pages there, until Ctrl-C"},
        {"no_browser", FLAG_BOOL, &flags->no_browser, NULL, "taken: none is opened in any case"},
        {"output", FLAG_STRING, &flags->output, "FILE", "write the report there"},
        {"sample_index", FLAG_STRING, &s->sample_index, "TYPE", "which values: name or number"},
        {"inuse_space", FLAG_BOOL, &raw->inuse_space, NULL, "-sample_index=inuse_space"},
        {"inuse_objects", FLAG_BOOL, &raw->inuse_objects, NULL, "-sample_index=inuse_objects"},
        {"alloc_space", FLAG_BOOL, &raw->alloc_space, NULL, "-sample_index=alloc_space"},
        {"alloc_objects", FLAG_BOOL, &raw->alloc_objects, NULL, "-sample_index=alloc_objects"},
        {"total_delay", FLAG_BOOL, &raw->total_delay, NULL, "-sample_index=delay"},
        {"contentions", FLAG_BOOL, &raw->contentions, NULL, "-sample_index=contentions"},
        {"mean_delay", FLAG_BOOL, &raw->mean_delay, NULL, "-mean -sample_index=delay"},
        {"mean", FLAG_BOOL, &s->mean, NULL, "values per first value (bytes per object)"},
        {"cum", FLAG_BOOL, &raw->cum, NULL, "sort by cumulative weight"},
        {"flat", FLAG_BOOL, &raw->flat, NULL, "sort by own weight (default)"},
        {"focus", FLAG_STRING, &s->focus, "RE", "only samples through a match"},
        {"ignore", FLAG_STRING, &s->ignore, "RE", "no samples through a match"},
        {"show", FLAG_STRING, &s->show, "RE", "only frames that match"},
        {"hide", FLAG_STRING, &s->hide, "RE", "no frames that match"},
        {"show_from", FLAG_STRING, &s->show_from, "RE", "frames from the highest match down"},
        {"prune_from", FLAG_STRING, &s->prune_from, "RE", "frames from the lowest match up"},
        {"tagfocus", FLAG_STRING, &s->tagfocus, "T", "only samples with label: RE, k=RE, 1kb:4kb"},
        {"tagignore", FLAG_STRING, &s->tagignore, "T", "no samples with label"},
        {"tagshow", FLAG_STRING, &s->tagshow, "RE", "only labels whose key matches"},
        {"taghide", FLAG_STRING, &s->taghide, "RE", "no labels whose key matches"},
        {"tagroot", FLAG_STRING, &s->tagroot, "KEYS", "labels as frames at the root"},
        {"tagleaf", FLAG_STRING, &s->tagleaf, "KEYS", "labels as frames at the leaf"},
        {"relative_percentages", FLAG_BOOL, &s->relative_percentages, NULL, "of what is left"},
        {"nodecount", FLAG_STRING, &raw->nodecount, "N", "how many nodes at most"},
        {"nodefraction", FLAG_STRING, &raw->nodefraction, "F", "hide nodes below F*total (0.005)"},
        {"edgefraction", FLAG_STRING, &raw->edgefraction, "F", "hide edges below F*total (0.001)"},
        {"trim", FLAG_BOOL, &s->trim, NULL, "honour these three (default true)"},
        {"drop_negative", FLAG_BOOL, &s->drop_negative, NULL, "no places that became lighter"},
        {"call_tree", FLAG_BOOL, &s->call_tree, NULL, "-dot, -callgrind: a tree by call path"},
        {"compact_labels", FLAG_BOOL, &s->compact_labels, NULL, "short header"},
        {"divide_by", FLAG_STRING, &raw->divide_by, "F", "divide all values"},
        {"unit", FLAG_STRING, &s->unit, "UNIT", "of amounts: MB, ms, auto, minimum"},
        {"noinlines", FLAG_BOOL, &s->noinlines, NULL, "inlined calls count for their caller"},
        {"showcolumns", FLAG_BOOL, &s->showcolumns, NULL, "with -lines: columns too"},
        {"functions", FLAG_BOOL, &raw->granularity[VIEW_FUNCTIONS], NULL, "nodes: functions"},
        {"filefunctions", FLAG_BOOL, &raw->granularity[VIEW_FILEFUNCTIONS], NULL,
         "nodes: functions and files"},
        {"files", FLAG_BOOL, &raw->granularity[VIEW_FILES], NULL, "nodes: files"},
        {"lines", FLAG_BOOL, &raw->granularity[VIEW_LINES], NULL, "nodes: lines"},
        {"addresses", FLAG_BOOL, &raw->granularity[VIEW_ADDRESSES], NULL, "nodes: addresses"},
        {"base", FLAG_LIST, &flags->bases, "PROFILE", "subtract this"},
        {"diff_base", FLAG_LIST, &flags->diff_bases, "PROFILE", "compare with this"},
        {"normalize", FLAG_BOOL, &from->normalize, NULL, "scale to the base's total first"},
        {"source_path", FLAG_STRING, &s->source_path, "DIRS", "where sources are looked for"},
        {"trim_path", FLAG_STRING, &s->trim_path, "DIRS", "taken off the profile's paths"},
        {"symbolize", FLAG_STRING, &raw->symbolize, "HOW", "none, local, remote, force"},
        {"buildid", FLAG_STRING, &from->build_id, "ID", "of the program, if it has none"},
        {"add_comment", FLAG_STRING, &from->comment, "TEXT", "adds a comment to the profile"},
        {"seconds", FLAG_STRING, &raw->seconds, "N", "URL: profile this long"},
        {"timeout", FLAG_STRING, &raw->timeout, "N", "URL: seconds for the transfer"},
        {"tls_ca", FLAG_STRING, &from->options.tls_ca, "FILE", "https: certificate authority"},
        {"tls_cert", FLAG_STRING, &from->options.tls_cert, "FILE", "https: client certificate"},
        {"tls_key", FLAG_STRING, &from->options.tls_key, "FILE", "https: client key"},
        {"tools", FLAG_STRING, &raw->unused, "DIRS", "taken and not needed"},
        {"intel_syntax", FLAG_BOOL, &flags->intel_syntax, NULL, "taken and not needed"},
    };
    struct flag list[PROF_COMMAND_COUNT + COUNT_OF(options)];
    struct arguments words = {.argc = argc, .argv = argv};
    for (size_t i = 0; i < PROF_COMMAND_COUNT; i++)
        list[i] = report_flag(raw, i);
    memcpy(list + PROF_COMMAND_COUNT, options, sizeof(options));
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    *count = words.count;
    return code;
}

void prof_flags_release(struct cmd *cmd, struct prof_flags *flags)
{
    memory_put(&cmd->memory, flags->bases.at);
    memory_put(&cmd->memory, flags->diff_bases.at);
}
