/* unheap gc: what does the collector do to latency? Traces of GODEBUG=gctrace=1. */
#include "cmd.h"

#include "live/live.h"
#include "report/report.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

static const char usage[] =
    "usage: unheap gc [flags] FILE|-\n"
    "       unheap gc [flags] OLD NEW\n\n"
    "Reads what a Go program writes with GODEBUG=gctrace=1, also out of its log: pauses, cycles,\n"
    "processors, heap, and what they mean. On a pipe it follows along.\n\n"
    "  GODEBUG=gctrace=1 ./svc 2>&1 | unheap gc -\n"
    "  unheap gc -limit 512MB svc.log\n"
    "  unheap gc -html trace.html before.log after.log\n";

struct gc_flags {
    const char *limit_text, *html;
    int64_t limit;
    bool json;
};

/* ---- the limit ---- */

/* As GOMEMLIMIT has it ("512MiB", runtime/debug SetMemoryLimit), or with kB, MB, GB of 1024 as this
 * program writes bytes. */
static bool read_limit(struct str text, int64_t *limit)
{
    static const struct {
        const char *name;
        unsigned shift;
    } units[] = {{"", 0},    {"B", 0},    {"KiB", 10}, {"kB", 10}, {"KB", 10}, {"MiB", 20},
                 {"MB", 20}, {"GiB", 30}, {"GB", 30},  {"TiB", 40}, {"TB", 40}};
    size_t digits = 0;
    uint64_t number;
    while (digits < text.len && text.ptr[digits] >= '0' && text.ptr[digits] <= '9')
        digits++;
    if (!str_to_u64(str_slice(text, 0, digits), &number))
        return false;
    for (size_t i = 0; i < COUNT_OF(units); i++) {
        if (!str_is(str_skip(text, digits), units[i].name) ||
            number > (uint64_t)INT64_MAX >> units[i].shift)
            continue;
        *limit = (int64_t)(number << units[i].shift);
        return number > 0;
    }
    return false;
}

/* ---- reading ---- */

struct follower {
    struct cmd *cmd;
    const struct gc_flags *flags;
    struct gc_trace *trace;
    size_t shown; /* how many cycles the picture on the terminal has */
};

/* A terminal that reads from a pipe sees the figures grow. */
static void redraw(struct follower *follower)
{
    struct report_style style = {.columns = follower->cmd->columns, .color = true};
    struct gc_summary summary;
    struct sb out;
    if (follower->trace->cycles.len == follower->shown)
        return;
    follower->shown = follower->trace->cycles.len;
    gc_summarize(follower->trace, follower->flags->limit, &summary);
    sb_init(&out, &follower->cmd->memory);
    sb_adds(&out, "\x1b[H\x1b[J");
    report_gc_text(&(struct report_gc){.trace = follower->trace, .summary = &summary}, &style,
                   &out);
    (void)cmd_print(follower->cmd, sb_str(&out));
    sb_release(&out);
}

static enum status say_failed(struct follower *follower, const char *path)
{
    diag_add(follower->cmd->sink, DIAG_FILE_READ, str_from(path), 0, DIAG_NO_OFFSET, "%s",
             strerror(errno));
    return STATUS_IO;
}

static enum status read_all(struct follower *follower, int fd, const char *path)
{
    enum { MILLISECONDS = 1000 };
    static const size_t size = 1 << 16;
    bool drawn = follower->cmd->stdout_terminal && !follower->flags->json && fd == STDIN_FILENO;
    char *buf = memory_get(&follower->cmd->memory, size);
    enum status status = STATUS_OK;
    for (;;) {
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        if (drawn && poll(&wait, 1, MILLISECONDS) == 0) {
            redraw(follower);
            continue;
        }
        ssize_t n = read(fd, buf, size);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            status = say_failed(follower, path);
        if (n <= 0)
            break;
        gc_trace_feed(follower->trace, buf, (size_t)n);
    }
    gc_trace_finish(follower->trace);
    memory_put(&follower->cmd->memory, buf);
    return status;
}

static enum status check_trace(struct cmd *cmd, const struct gc_trace *trace)
{
    enum { SEVERAL = 3 };
    if (trace->damaged)
        diag_add(cmd->sink, DIAG_GC_DAMAGED, trace->name, 0, DIAG_NO_OFFSET,
                 "%llu of %llu lines begin like a trace and do not go on like one",
                 (unsigned long long)trace->damaged, (unsigned long long)trace->lines);
    if (trace->amid >= SEVERAL)
        diag_add(cmd->sink, DIAG_GC_MIXED, trace->name, 0, DIAG_NO_OFFSET,
                 "the count of cycles goes back %llu times and not to 1: these look like lines of "
                 "several programs, and no figure is of one of them",
                 (unsigned long long)trace->amid);
    if (trace->cycles.len)
        return STATUS_OK;
    diag_add(cmd->sink, DIAG_GC_EMPTY, trace->name, 0, DIAG_NO_OFFSET,
             "none of %llu lines is one of GODEBUG=gctrace=1 (\"gc 1 @0.012s 2%%: ...\")",
             (unsigned long long)trace->lines);
    return STATUS_BAD_INPUT;
}

static enum status read_trace(struct cmd *cmd, const struct gc_flags *flags, const char *path,
                              struct gc_trace *trace)
{
    struct follower follower = {cmd, flags, trace, 0};
    bool piped = strcmp(path, "-") == 0;
    gc_trace_init(trace, str_from(path), &cmd->memory, cmd->sink);
    int fd = piped ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) {
        diag_add(cmd->sink, DIAG_FILE_OPEN, str_from(path), 0, DIAG_NO_OFFSET, "cannot open: %s",
                 strerror(errno));
        return STATUS_NOT_FOUND;
    }
    enum status status = read_all(&follower, fd, path);
    if (!piped)
        close(fd);
    return status ? status : check_trace(cmd, trace);
}

/* ---- the report ---- */

static int write_page(struct cmd *cmd, const char *path, const struct report_gc *reports,
                      size_t count)
{
    struct sb page;
    sb_init(&page, &cmd->memory);
    report_gc_html(&reports[count - 1], count > 1 ? &reports[0] : NULL, &page);
    enum status status = file_write_atomic(path, sb_str(&page), &cmd->memory, cmd->sink);
    sb_release(&page);
    return status ? EXIT_COULD_NOT : EXIT_CLEAN;
}

static int write_report(struct cmd *cmd, const struct gc_flags *flags,
                        const struct report_gc *reports, size_t count)
{
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal};
    struct sb out;
    sb_init(&out, &cmd->memory);
    if (flags->json)
        report_gc_json(&reports[count - 1], count > 1 ? &reports[0] : NULL, &out);
    else if (count > 1)
        report_gc_compare_text(&reports[0], &reports[1], &style, &out);
    else
        report_gc_text(&reports[0], &style, &out);
    int code = cmd_print(cmd, sb_str(&out));
    sb_release(&out);
    return code;
}

static int gc(struct cmd *cmd, const struct gc_flags *flags, char **paths, size_t count)
{
    struct gc_trace traces[2];
    struct gc_summary summaries[2];
    struct report_gc reports[2];
    enum status status = STATUS_OK;
    for (size_t i = 0; i < count; i++) {
        enum status failed = read_trace(cmd, flags, paths[i], &traces[i]);
        status = failed ? failed : status;
        gc_summarize(&traces[i], flags->limit, &summaries[i]);
        reports[i] = (struct report_gc){&traces[i], &summaries[i], str_from(paths[i])};
    }
    int code = status ? EXIT_COULD_NOT : EXIT_CLEAN;
    if (!status && flags->html)
        code = write_page(cmd, flags->html, reports, count);
    if (!code)
        code = write_report(cmd, flags, reports, count);
    for (size_t i = 0; i < count; i++)
        gc_trace_release(&traces[i]);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int verb_gc(struct cmd *cmd, int argc, char **argv)
{
    struct gc_flags flags = {0};
    const struct flag list[] = {
        {"limit", FLAG_STRING, &flags.limit_text, "BYTES",
         "the memory limit, as in 512MB: how far is it"},
        {"html", FLAG_STRING, &flags.html, "FILE",
         "a page with heap, pauses and processors over time too"},
        {"json", FLAG_BOOL, &flags.json, NULL, "one JSON document, schema unheap.gc/1"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    if (code >= 0)
        return code;
    if (flags.limit_text && !read_limit(str_from(flags.limit_text), &flags.limit)) {
        fprintf(stderr, "unheap gc: -limit %s is no number of bytes, as in 512MB\n",
                flags.limit_text);
        return EXIT_USAGE;
    }
    if (words.count < 1 || words.count > 2) {
        fprintf(stderr, "unheap gc: give one trace, or two to compare\n\n%s", usage);
        return EXIT_USAGE;
    }
    return gc(cmd, &flags, argv, words.count);
}
