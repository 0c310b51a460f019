/* unheap prof: the profile as `go tool pprof` shows it. */
#include "prof.h"

#include <stdio.h>
#include <stdlib.h>

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

/* A report that only goes to standard output may be written while it is made. */
static bool is_streamed(const struct prof_flags *flags)
{
    return !(flags->output && *flags->output) && !flags->command->draw && !flags->command->suffix;
}

static int draw_and_put(struct cmd *cmd, const struct prof_flags *flags, struct str text,
                        bool in_shell)
{
    struct sb drawing;
    if (!flags->command->draw)
        return prof_put(cmd, flags, text, in_shell);
    sb_init(&drawing, &cmd->memory);
    int code = prof_draw(cmd, flags->command->draw, text, &drawing);
    if (code == EXIT_CLEAN)
        code = prof_put(cmd, flags, sb_str(&drawing), in_shell);
    sb_release(&drawing);
    return code;
}

int prof_report(struct cmd *cmd, const struct prof_flags *flags, struct view *view, bool in_shell)
{
    struct sb out, notes;
    int code = EXIT_COULD_NOT;
    sb_init(&out, &cmd->memory);
    sb_init(&notes, &cmd->memory);
    struct view_settings settings = flags->settings;
    struct stream stream = {cmd, EXIT_CLEAN};
    settings.aside = write_piece;
    settings.flush_ctx = &stream;
    if (is_streamed(flags))
        settings.flush = write_piece;
    enum status status =
        view_write(view, flags->command->report, &settings, cmd->sink, &notes, &out);
    fwrite(notes.text, 1, notes.len, stderr);
    if (!status && stream.code == EXIT_CLEAN)
        code = draw_and_put(cmd, flags, sb_str(&out), in_shell);
    sb_release(&out);
    sb_release(&notes);
    return code;
}

/* pprof's default is a folder that hardly anybody has. */
static const char *binary_path(struct sb *sb)
{
    const char *path = getenv("PPROF_BINARY_PATH"), *home = getenv("HOME");
    if (path && *path)
        return path;
    sb_addf(sb, "%s/pprof/binaries", home ? home : "");
    return sb->text;
}

/* The shell and the server make one report after the other, of every kind. */
static bool makes_many_reports(const struct prof_flags *flags)
{
    return flags->http || (!flags->flame && !flags->json && !flags->command);
}

static enum view_fold fold_for(const struct prof_flags *flags)
{
    enum view_report report = flags->flame  ? VIEW_CALLS
                              : flags->json ? VIEW_GRAPH
                                            : flags->command->report;
    return view_fold_for(report, &flags->settings, &flags->sources);
}

/* Then all samples are wanted: the profile is kept (prof_save.c). */
static bool has_remote(const struct view_sources *sources)
{
    bool any = false;
    for (size_t i = 0; i < sources->path_count; i++)
        any |= profile_is_address(sources->paths[i]);
    for (size_t i = 0; i < sources->base_count; i++)
        any |= profile_is_address(sources->bases[i]);
    return any;
}

/* flags->sources.fold says how much of it is kept. */
static enum status load(struct cmd *cmd, struct prof_flags *flags, struct prof_programs *programs,
                        struct view **view)
{
    struct sb notes;
    bool fetched = false;
    sb_init(&notes, &cmd->memory);
    flags->sources.programs = &programs->face;
    flags->sources.notes = &notes;
    flags->sources.binary_path = binary_path(&programs->folders);
    flags->sources.workers = cmd->workers;
    flags->sources.options.fetching = prof_say_fetching;
    flags->sources.fetched = &fetched;
    enum status status = view_load(&flags->sources, &cmd->memory, cmd->sink, view);
    fwrite(notes.text, 1, notes.len, stderr);
    flags->sources.notes = NULL;
    flags->sources.fetched = NULL;
    sb_release(&notes);
    if (!status && fetched)
        prof_save(cmd, *view);
    return status;
}

static int show_often(struct cmd *cmd, struct prof_flags *flags, struct prof_programs *programs)
{
    struct prof_samples samples;
    struct view *view;
    int code = EXIT_COULD_NOT;
    prof_samples_init(&samples, cmd, flags);
    if (!load(cmd, flags, programs, &view)) {
        code = flags->http ? prof_http(cmd, flags, &samples, view)
                           : prof_shell(cmd, flags, &samples, view);
        view_free(view);
    }
    prof_samples_release(&samples);
    return code;
}

static int show_once(struct cmd *cmd, struct prof_flags *flags, struct prof_programs *programs)
{
    struct view *view;
    flags->sources.fold = has_remote(&flags->sources) ? VIEW_FOLD_NONE : fold_for(flags);
    if (load(cmd, flags, programs, &view))
        return EXIT_COULD_NOT;
    int code = flags->json    ? prof_json(cmd, flags, view)
               : flags->flame ? prof_flame(cmd, flags, view)
                              : prof_report(cmd, flags, view, false);
    view_free(view);
    return code;
}

int verb_prof(struct cmd *cmd, int argc, char **argv)
{
    struct prof_flags flags;
    struct prof_programs programs;
    if (objects_asked(argc, argv))
        return verb_prof_objects(cmd, argc, argv);
    memory_keep_freed();
    int code = prof_flags_parse(cmd, &flags, argc, argv);
    prof_programs_init(&programs, cmd);
    if (code < 0) {
        code = makes_many_reports(&flags) ? show_often(cmd, &flags, &programs)
                                          : show_once(cmd, &flags, &programs);
        (void)cmd_diagnose(cmd); /* as in pprof, one bad source of several is no failure */
    }
    prof_programs_release(&programs);
    prof_flags_release(cmd, &flags);
    return code;
}
