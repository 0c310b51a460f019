/* unheap watch -history FILE: what was seen before the end, read back. */
#include "watch.h"

#include "report/report.h"
#include "watch/watch.h"

static const size_t PIECE_BYTES = 64 << 10;

/* ---- lines of JSON ---- */

struct lines {
    struct cmd *cmd;
    struct sb out;
    int code;
};

static void flush(struct lines *lines, size_t room)
{
    if (lines->out.len <= room)
        return;
    if (!lines->code)
        lines->code = cmd_print(lines->cmd, sb_str(&lines->out));
    sb_clear(&lines->out);
}

static void write_sample(void *ctx, const struct watch_past_sample *sample)
{
    struct lines *lines = ctx;
    watch_past_sample_json(sample, &lines->out);
    sb_addc(&lines->out, '\n');
    flush(lines, PIECE_BYTES);
}

static void write_event(void *ctx, const struct watch_past_event *event)
{
    struct lines *lines = ctx;
    watch_past_event_json(event, &lines->out);
    sb_addc(&lines->out, '\n');
    flush(lines, PIECE_BYTES);
}

static int show_lines(struct cmd *cmd, const char *path, double seconds)
{
    struct lines lines = {.cmd = cmd};
    struct watch_past_visitor visitor = {write_sample, write_event, &lines};
    struct watch_past_span span = {0};
    sb_init(&lines.out, &cmd->memory);
    enum status status = watch_past_read(path, seconds, &visitor, cmd->sink, &span);
    flush(&lines, 0);
    sb_release(&lines.out);
    int told = cmd_diagnose(cmd);
    return status ? EXIT_COULD_NOT : told ? told : lines.code;
}

/* ---- text ---- */

static int show_text(struct cmd *cmd, const char *path, double seconds)
{
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal};
    struct watch_past_span span = {0};
    struct report_past past;
    struct watch_past_visitor visitor = {report_past_sample, report_past_event, &past};
    struct sb out;
    report_past_init(&past, &span, &style, &cmd->memory);
    sb_init(&out, &cmd->memory);
    enum status status = watch_past_read(path, seconds, &visitor, cmd->sink, &span);
    int code = EXIT_COULD_NOT;
    if (!status) {
        report_past_text(&past, &style, &out);
        code = cmd_print(cmd, sb_str(&out));
    }
    sb_release(&out);
    report_past_release(&past);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int watch_show_past(struct cmd *cmd, const char *path, double seconds, bool json)
{
    return json ? show_lines(cmd, path, seconds) : show_text(cmd, path, seconds);
}
