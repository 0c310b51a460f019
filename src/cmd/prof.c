/* unheap prof: the profile as `go tool pprof` shows it. */
#include "prof.h"

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

/* A device or a pipe is written to as it is, a file whole or not at all. */
static int write_special(const char *path, struct str text)
{
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(text.ptr, 1, text.len, file) == text.len;
    if (file)
        good = fclose(file) == 0 && good;
    if (!good)
        fprintf(stderr, "unheap: %s: %s\n", path, strerror(errno));
    return good ? EXIT_CLEAN : EXIT_COULD_NOT;
}

static int write_output(struct cmd *cmd, const char *path, struct str text)
{
    struct stat status;
    fprintf(stderr, "Generating report in %s\n", path);
    if (stat(path, &status) == 0 && !S_ISREG(status.st_mode))
        return write_special(path, text);
    return file_write_atomic(path, text, &cmd->memory, cmd->sink) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

static bool is_binary(enum view_report report)
{
    return report == VIEW_PROTO || report == VIEW_TOPPROTO;
}

static int put_report(struct cmd *cmd, const struct prof_flags *flags, struct str text)
{
    if (flags->output && *flags->output)
        return write_output(cmd, flags->output, text);
    if (is_binary(flags->report) && cmd->stdout_terminal) {
        fputs("unheap prof: a profile is no text for a terminal: use -output FILE\n", stderr);
        return EXIT_USAGE;
    }
    return cmd_print(cmd, text);
}

struct stream {
    struct cmd *cmd;
    int code;
};

static void write_piece(void *ctx, struct str text)
{
    struct stream *stream = ctx;
    if (stream->code == EXIT_CLEAN)
        stream->code = cmd_print(stream->cmd, text);
}

static int report(struct cmd *cmd, const struct prof_flags *flags, struct view *view)
{
    struct sb out, notes;
    int code = EXIT_COULD_NOT;
    sb_init(&out, &cmd->memory);
    sb_init(&notes, &cmd->memory);
    struct view_settings settings = flags->settings;
    struct stream stream = {cmd, EXIT_CLEAN};
    if (!flags->output || !*flags->output) {
        settings.flush = write_piece;
        settings.flush_ctx = &stream;
    }
    enum status status = view_write(view, flags->report, &settings, cmd->sink, &notes, &out);
    fwrite(notes.text, 1, notes.len, stderr);
    if (!status && stream.code == EXIT_CLEAN)
        code = put_report(cmd, flags, sb_str(&out));
    sb_release(&out);
    sb_release(&notes);
    return code;
}

int verb_prof(struct cmd *cmd, int argc, char **argv)
{
    struct prof_flags flags;
    struct view *view = NULL;
    int code = prof_flags_parse(cmd, &flags, argc, argv);
    if (code < 0) {
        code = EXIT_COULD_NOT;
        if (!view_load(&flags.sources, &cmd->memory, cmd->sink, &view))
            code = report(cmd, &flags, view);
        view_free(view);
        (void)cmd_diagnose(cmd); /* as in pprof, one bad source of several is no failure */
    }
    prof_flags_release(cmd, &flags);
    return code;
}
