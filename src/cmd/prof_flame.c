/* prof_flame.c: `unheap prof -flame`: the tree of calls of all profiles together, and for a
 * timeline of each alone. */
#include "prof.h"

#include "report/report.h"

#include <stdio.h>

/* What is to be said of a source was said when all were merged, and is not said again. */
static enum status read_source(struct cmd *cmd, const struct prof_flags *flags, size_t index,
                               struct view_calls *calls)
{
    struct view_sources one = flags->sources;
    struct view *view;
    struct sb notes;
    sb_init(&notes, &cmd->memory);
    one.paths += index;
    one.path_count = 1;
    one.notes = &notes;
    enum status status = view_load(&one, &cmd->memory, cmd->sink, &view);
    if (!status)
        status = view_calls_read(view, &flags->settings, 0, cmd->sink, &notes, calls);
    view_free(view);
    sb_release(&notes);
    return status;
}

/* Of several profiles that nothing is subtracted from, and that are no standard input, which can be
 * read only once. */
static bool has_timeline(const struct prof_flags *flags)
{
    for (size_t i = 0; i < flags->sources.path_count; i++)
        if (strcmp(flags->sources.paths[i], "-") == 0)
            return false;
    return flags->sources.path_count > 1 && !flags->sources.base_count;
}

static int write_page(struct cmd *cmd, const struct prof_flags *flags,
                      const struct report_calls *report)
{
    struct sb out;
    sb_init(&out, &cmd->memory);
    if (flags->command)
        report_calls_svg(report, &out);
    else
        report_calls_html(report, &out);
    int code = flags->output && *flags->output ? prof_put(cmd, flags, sb_str(&out), false)
                                               : cmd_print(cmd, sb_str(&out));
    sb_release(&out);
    return code;
}

/* A source that could not be read is left out. */
static int write_with_sources(struct cmd *cmd, const struct prof_flags *flags,
                              struct report_calls *report)
{
    size_t count = has_timeline(flags) && !flags->command ? flags->sources.path_count : 0;
    struct report_calls_source *sources = memory_get(&cmd->memory, count * sizeof(*sources));
    struct view_calls *calls = memory_get(&cmd->memory, count * sizeof(*calls));
    for (size_t i = 0; i < count; i++) {
        size_t next = report->source_count;
        if (read_source(cmd, flags, i, &calls[next]))
            continue;
        sources[next] =
            (struct report_calls_source){str_from(flags->sources.paths[i]), &calls[next]};
        report->source_count++;
    }
    report->sources = sources;
    int code = write_page(cmd, flags, report);
    for (size_t i = 0; i < report->source_count; i++)
        view_calls_release(&calls[i]);
    memory_put(&cmd->memory, calls);
    memory_put(&cmd->memory, sources);
    return code;
}

int prof_flame(struct cmd *cmd, const struct prof_flags *flags, struct view *view)
{
    struct view_calls calls;
    struct sb command, notes;
    sb_init(&notes, &cmd->memory);
    enum status status = view_calls_read(view, &flags->settings, LIMIT_PAGE_FLAME_NODES, cmd->sink,
                                         &notes, &calls);
    fwrite(notes.text, 1, notes.len, stderr);
    sb_release(&notes);
    if (status)
        return EXIT_COULD_NOT;
    sb_init(&command, &cmd->memory);
    for (size_t i = 0; i < flags->sources.path_count; i++)
        sb_addf(&command, "%s%s", i ? " " : "", flags->sources.paths[i]);
    struct report_calls report = {.calls = &calls, .command = sb_str(&command)};
    int code = write_with_sources(cmd, flags, &report);
    sb_release(&command);
    view_calls_release(&calls);
    return code;
}
