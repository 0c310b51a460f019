/* unheap watch: a daemon beside Go processes: metrics, triggers, and a profile before the end. */
#include "watch.h"

#include "profile/profile.h"
#include "serve/serve.h"
#include "watch/watch.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: unheap watch [flags] PID... | -cgroup PATH | -match RE | -url URL\n"
    "       unheap watch -history FILE [-since TIME] [-json]\n\n"
    "Looks at Go processes from outside, answers with metrics for Prometheus, and writes a heap\n"
    "profile when a trigger says so, before the kernel kills.\n\n"
    "  unheap watch -dir /var/lib/unheap -trigger 'rss>85%' -trigger 'time_to_oom<60s' 4711\n"
    "  unheap watch -match '^shop' -trigger 'growth>20%/1m' -trigger 'goroutines>10000'\n"
    "  unheap watch -cgroup /sys/fs/cgroup/system.slice/shop.service\n"
    "  unheap watch -history /var/lib/unheap/history.db -since 1h   (shows what was seen)\n";

static const char grammar[] =
    "\nA trigger: conditions joined by \"and\", then what goes with them:\n"
    "  [NAME:] FIGURE > AMOUNT | growth[(FIGURE)] > AMOUNT/TIME   [for TIME] [cool TIME]\n"
    "  [do capture+webhook+run]\n"
    "Amounts: 85% (of the memory limit), 512MB, 10000, 15%, 60s. Figures:\n";

enum { DEFAULT_KEEP = 20, DEFAULT_SITES = 10, FETCH_SECONDS = 5, TOKEN_BYTES = 4096 };
static const char default_listen[] = "127.0.0.1:9273", default_rule[] = "used>85%";

struct watch_flags {
    const char *listen, *dir, *cgroup, *match, *interval, *limit, *keep_bytes, *root;
    const char *webhook, *command, *url;
    const char *history, *history_bytes, *history_every;
    const char *tls_cert, *tls_key, *tls_client_ca, *token_file;
    struct flag_list triggers;
    unsigned keep, sites;
    const char *sites_every, *duration, *since;
    bool exit_with_target, json;
    double past; /* seconds of the history that are shown */
    char token[TOKEN_BYTES];
};

/* ---- what is answered ---- */

/* However many ask at the same time: the figures are written once in ANSWER_SECONDS. */
struct answers {
    struct watch *watch;
    const struct memory *memory;
    struct serve_shared *made[2]; /* plain, OpenMetrics */
    double made_at[2];
};
static const double ANSWER_SECONDS = 0.1;

static void answer_metrics(void *ctx, const struct serve_request *request,
                           struct serve_response *response)
{
    struct answers *answers = ctx;
    bool open = watch_wants_open_metrics(request->accept);
    double now = clock_now();
    if (!answers->made[open] || now - answers->made_at[open] > ANSWER_SECONDS) {
        serve_shared_release(answers->made[open]);
        answers->made[open] = serve_shared_new(answers->memory);
        answers->made_at[open] = now;
        watch_metrics(answers->watch, open, serve_shared_body(answers->made[open]));
    }
    response->shared = answers->made[open];
    response->type = open ? "application/openmetrics-text; version=1.0.0; charset=utf-8"
                          : "text/plain; version=0.0.4; charset=utf-8";
}

static void answer_index(void *ctx, const struct serve_request *request,
                         struct serve_response *response)
{
    (void)ctx;
    if (!str_is(request->path, "/")) {
        response->status = 404;
        sb_adds(response->body, "there is nothing here; /metrics has the figures\n");
        return;
    }
    sb_adds(response->body, "unheap watch\n\n/metrics  figures for Prometheus\n");
}

static const struct serve_route routes[] = {{"/metrics", answer_metrics}, {"/", answer_index}};

static void tell(void *ctx, struct str line)
{
    char stamp[64];
    struct tm parts;
    time_t now = time(NULL);
    (void)ctx;
    localtime_r(&now, &parts);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%S%z", &parts);
    fprintf(stderr, "%s %.*s\n", stamp, STR_ARGS(line));
}

static void write_line(void *ctx, struct str json)
{
    watch_lines_write(ctx, json);
}

static enum status post(void *ctx, const char *url, struct str body, const struct memory *memory,
                        struct diag_sink *sink)
{
    (void)ctx;
    (void)memory;
    return profile_post_json(url, body, sink);
}

static enum status fetch(void *ctx, const char *url, const struct memory *memory,
                         struct diag_sink *sink, struct sb *body)
{
    const struct profile_options options = {.timeout_seconds = FETCH_SECONDS};
    (void)ctx;
    return profile_fetch_text(url, &options, memory, sink, body);
}

/* ---- flags ---- */

static int mistake(const char *flag, const char *value, const char *wanted)
{
    fprintf(stderr, "unheap watch: -%s %s: %s\n", flag, value, wanted);
    return EXIT_USAGE;
}

/* A flag that takes an amount: one of the two places. */
struct amount {
    const char *flag, *given;
    double *seconds;
    int64_t *bytes;
    double least, most;
    const char *wanted;
};

static bool read_amount(const struct amount *amount)
{
    struct str text = str_from(amount->given);
    if (amount->bytes)
        return watch_bytes_parse(text, amount->bytes) && *amount->bytes >= amount->least &&
               *amount->bytes <= amount->most;
    return watch_seconds_parse(text, amount->seconds) && *amount->seconds >= amount->least &&
           *amount->seconds <= amount->most;
}

static int read_amounts(struct watch_flags *flags, struct watch_options *options)
{
    const struct amount amounts[] = {
        {"interval", flags->interval, &options->interval, NULL, 0.01, 3600,
         "give a time, 10ms to 1h, as in 1s"},
        {"limit", flags->limit, NULL, &options->limit, 1, 0x1p62,
         "give a number of bytes, as in 512MB"},
        {"keep-bytes", flags->keep_bytes, NULL, &options->keep_bytes, 1, 0x1p62,
         "give a number of bytes, as in 256MB"},
        {"history-bytes", flags->history_bytes, NULL, &options->history_bytes, 1 << 20, 0x1p62,
         "give a number of bytes of at least 1MB, as in 32MB"},
        {"history-every", flags->history_every, &options->history_every, NULL, 0, INFINITY,
         "give a time, as in 10s"},
        {"sites-every", flags->sites_every, &options->sites_every, NULL, 0, INFINITY,
         "give a time, as in 30s"},
        {"for", flags->duration, &options->duration, NULL, 0, INFINITY, "give a time, as in 1h"},
        {"since", flags->since, &flags->past, NULL, 0, INFINITY, "give a time, as in 1h"},
    };
    for (size_t i = 0; i < COUNT_OF(amounts); i++)
        if (amounts[i].given && !read_amount(&amounts[i]))
            return mistake(amounts[i].flag, amounts[i].given, amounts[i].wanted);
    if (flags->sites > WATCH_SITES_MAX)
        return mistake("sites", "", "give a number of lines of at most 50");
    if (flags->keep == 0)
        return mistake("keep", "0", "give a number of files of at least 1");
    return -1;
}

static int read_rules(struct cmd *cmd, const struct watch_flags *flags,
                      struct watch_options *options)
{
    size_t count = flags->triggers.len;
    bool none = count == 0 && flags->dir;
    struct watch_rule *rules = memory_get(&cmd->memory, (count + 1) * sizeof(*rules));
    options->rules = rules;
    options->rule_count = none ? 1 : count;
    for (size_t i = 0; i < options->rule_count; i++) {
        struct str text = str_from(none ? default_rule : flags->triggers.at[i]);
        if (!watch_rule_parse(text, cmd->sink, &rules[i])) {
            cmd_diagnose(cmd);
            return EXIT_USAGE;
        }
    }
    return -1;
}

static bool has_target(const struct watch_options *options)
{
    return options->pid_count || options->cgroup || options->match || options->url;
}

static int read_pids(struct cmd *cmd, char **words, size_t count, struct watch_options *options)
{
    int *pids = memory_get(&cmd->memory, (count + 1) * sizeof(*pids));
    options->pids = pids;
    options->pid_count = count;
    for (size_t i = 0; i < count; i++) {
        uint64_t pid;
        if (!str_to_u64(str_from(words[i]), &pid) || pid == 0 || pid > INT32_MAX) {
            fprintf(stderr, "unheap watch: %s is no process id; -match finds processes by name\n",
                    words[i]);
            return EXIT_USAGE;
        }
        pids[i] = (int)pid;
    }
    if (has_target(options) || options->history)
        return -1;
    fprintf(stderr, "unheap watch: give process ids, or -cgroup, -match or -url\n\n%s", usage);
    return EXIT_USAGE;
}

/* A token on the command line could be read by everybody in /proc: it comes from a file. */
static int read_token(struct cmd *cmd, struct watch_flags *flags)
{
    struct file file;
    if (!flags->token_file)
        return -1;
    if (file_open(&file, flags->token_file, &cmd->memory, cmd->sink)) {
        cmd_diagnose(cmd);
        return EXIT_COULD_NOT;
    }
    struct str token = str_trim((struct str){(const char *)file.bytes, file.size});
    bool fits = token.len > 0 && token.len < sizeof(flags->token);
    if (fits)
        snprintf(flags->token, sizeof(flags->token), "%.*s", STR_ARGS(token));
    file_close(&file);
    return fits ? -1 : mistake("token-file", flags->token_file, "it holds no token");
}

/* ---- the daemon ---- */

static int stop_signals(void)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigprocmask(SIG_BLOCK, &signals, NULL); /* before threads start, which inherit it */
    return signalfd(-1, &signals, SFD_CLOEXEC);
}

/* The server's threads inherit what the thread that starts it has given up. */
struct starting {
    struct cmd *cmd;
    const struct serve_options *options;
    struct watch *watch;
    struct serve *serve;
    enum status status;
};

static void *start_answering(void *ctx)
{
    struct starting *starting = ctx;
    watch_confine_answers(starting->watch);
    starting->status = serve_start(starting->options, &starting->cmd->memory, starting->cmd->sink,
                                   &starting->serve);
    return NULL;
}

static enum status start_server(struct starting *starting)
{
    pthread_t thread;
    if (pthread_create(&thread, NULL, start_answering, starting))
        return STATUS_CHILD;
    pthread_join(thread, NULL);
    return starting->status;
}

/* Each process that is watched takes some files. */
static void allow_files(void)
{
    struct rlimit files;
    if (getrlimit(RLIMIT_NOFILE, &files))
        return;
    files.rlim_cur = files.rlim_max;
    (void)setrlimit(RLIMIT_NOFILE, &files);
}

static int run(struct cmd *cmd, const struct watch_flags *flags,
               const struct watch_options *options)
{
    allow_files();
    void *kept = options->url ? profile_http_hold() : NULL;
    struct watch *watch;
    int stop_fd = stop_signals();
    if (stop_fd < 0) {
        fprintf(stderr, "unheap watch: signalfd: %s\n", strerror(errno));
        return EXIT_COULD_NOT;
    }
    enum status status = watch_new(options, &cmd->memory, cmd->sink, &watch);
    struct answers answers = {.watch = watch, .memory = &cmd->memory};
    struct serve_options server = {
        .listen = flags->listen ? flags->listen : default_listen,
        .tls_cert = flags->tls_cert, .tls_key = flags->tls_key,
        .tls_client_ca = flags->tls_client_ca,
        .token = flags->token_file ? flags->token : NULL,
        .routes = routes, .route_count = COUNT_OF(routes), .ctx = &answers,
    };
    struct starting starting = {cmd, &server, watch, NULL, STATUS_OK};
    if (!status)
        status = start_server(&starting);
    if (!status) {
        fprintf(stderr, "unheap watch: %s/metrics\n", serve_address(starting.serve));
        watch_confine(watch);
        status = watch_run(watch, stop_fd);
    }
    serve_stop(starting.serve);
    serve_shared_release(answers.made[0]);
    serve_shared_release(answers.made[1]);
    watch_free(watch);
    library_close(kept);
    close(stop_fd);
    int told = cmd_diagnose(cmd);
    return status ? EXIT_COULD_NOT : told;
}

/* A history and nobody to watch: it is shown. */
static int run_or_show(struct cmd *cmd, const struct watch_flags *flags,
                       const struct watch_options *options)
{
    if (!has_target(options))
        return watch_show_past(cmd, options->history, flags->past, flags->json);
    return run(cmd, flags, options);
}

static int watch(struct cmd *cmd, struct watch_flags *flags, char **words, size_t count)
{
    struct watch_lines lines = {0};
    struct watch_options options = {
        .cgroup = flags->cgroup, .match = flags->match, .dir = flags->dir, .keep = flags->keep,
        .root = flags->root ? flags->root : "", .exit_with_target = flags->exit_with_target,
        .webhook = flags->webhook, .command = flags->command, .tell = tell, .post = post,
        .url = flags->url, .fetch = fetch, .sites = flags->sites,
        .interval = 1, .limit = LIVE_NO_LIMIT, .keep_bytes = INT64_C(256) << 20,
        .history_bytes = INT64_C(32) << 20, .history_every = 10, .sites_every = 30,
        .line = flags->json ? write_line : NULL, .ctx = &lines,
    };
    char history[PATH_MAX];
    snprintf(history, sizeof(history), "%s/history.db", flags->dir ? flags->dir : "");
    options.history = flags->history;
    int code = read_amounts(flags, &options);
    if (code < 0)
        code = read_pids(cmd, words, count, &options);
    if (!options.history && flags->dir)
        options.history = history;
    if (code < 0)
        code = read_rules(cmd, flags, &options);
    if (code < 0)
        code = read_token(cmd, flags);
    if (code < 0)
        code = run_or_show(cmd, flags, &options);
    memory_put(&cmd->memory, (void *)(uintptr_t)options.rules);
    memory_put(&cmd->memory, (void *)(uintptr_t)options.pids);
    return code;
}

/* The usage, with the figures that triggers know. */
static void full_usage(struct sb *out)
{
    sb_adds(out, usage);
    sb_adds(out, grammar);
    for (int i = 0; i < WATCH_FIGURES; i++)
        sb_addf(out, "  %-12s %s\n", watch_figure_name(i), watch_figure_help(i));
}

int verb_watch(struct cmd *cmd, int argc, char **argv)
{
    struct watch_flags flags = {.keep = DEFAULT_KEEP, .sites = DEFAULT_SITES, .past = 3600};
    const struct flag list[] = {
        {"trigger", FLAG_LIST, &flags.triggers, "RULE",
         "when to act, may be repeated (with -dir and none: used>85%)"},
        {"dir", FLAG_STRING, &flags.dir, "DIR", "write heap profiles there"},
        {"keep", FLAG_UNSIGNED, &flags.keep, "N", "keep so many of them, the newest (20)"},
        {"keep-bytes", FLAG_STRING, &flags.keep_bytes, "BYTES", "and no more together (256MB)"},
        {"webhook", FLAG_STRING, &flags.webhook, "URL",
         "POST a JSON event there, again and again until it arrives"},
        {"run", FLAG_STRING, &flags.command, "COMMAND",
         "run it by sh, with UNHEAP_TRIGGER, _PID, _NAME, _CAPTURE and _EVENT (the JSON) set"},
        {"listen", FLAG_STRING, &flags.listen, "ADDR",
         "answer there (127.0.0.1:9273); beyond this machine only with TLS and the flags below"},
        {"history", FLAG_STRING, &flags.history, "FILE",
         "an SQLite database of samples and events (with -dir: DIR/history.db); alone: show it"},
        {"history-bytes", FLAG_STRING, &flags.history_bytes, "BYTES", "its size, at most (32MB)"},
        {"history-every", FLAG_STRING, &flags.history_every, "TIME",
         "between two rows of a process (10s)"},
        {"cgroup", FLAG_STRING, &flags.cgroup, "PATH", "all processes of a cgroup"},
        {"match", FLAG_STRING, &flags.match, "RE",
         "all processes whose name or command line fits a regular expression"},
        {"url", FLAG_STRING, &flags.url, "URL",
         "a Go service that tells its figures itself: its /metrics or /debug/vars"},
        {"interval", FLAG_STRING, &flags.interval, "TIME",
         "between two samples (1s); sooner by itself when the limit is near"},
        {"limit", FLAG_STRING, &flags.limit, "BYTES",
         "the memory limit, where no cgroup sets the one that counts"},
        {"sites", FLAG_UNSIGNED, &flags.sites, "N",
         "so many lines that hold most memory among the metrics (10)"},
        {"sites-every", FLAG_STRING, &flags.sites_every, "TIME",
         "between two looks at them, of one process after the other (30s)"},
        {"tls-cert", FLAG_STRING, &flags.tls_cert, "FILE", "certificate of the server, PEM"},
        {"tls-key", FLAG_STRING, &flags.tls_key, "FILE", "its key"},
        {"tls-client-ca", FLAG_STRING, &flags.tls_client_ca, "FILE",
         "let in who has a certificate of this CA"},
        {"token-file", FLAG_STRING, &flags.token_file, "FILE",
         "let in who sends the token in this file (Authorization: Bearer)"},
        {"root", FLAG_STRING, &flags.root, "DIR", "where the host's /proc and /sys are mounted"},
        {"json", FLAG_BOOL, &flags.json, NULL,
         "write samples and events to standard output, a line of JSON each"},
        {"since", FLAG_STRING, &flags.since, "TIME",
         "with -history alone: show so much of it, to its newest row (1h)"},
        {"for", FLAG_STRING, &flags.duration, "TIME", "end after so long"},
        {"exit-with-target", FLAG_BOOL, &flags.exit_with_target, NULL,
         "end when all named processes have ended"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    struct sb text;
    sb_init(&text, &cmd->memory);
    full_usage(&text);
    int code = flags_parse(cmd, text.text, list, COUNT_OF(list), &words);
    if (code < 0)
        code = watch(cmd, &flags, argv, words.count);
    sb_release(&text);
    memory_put(&cmd->memory, flags.triggers.at);
    return code;
}
