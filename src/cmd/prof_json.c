/* prof_json.c: `unheap prof -json`: the nodes and edges that -top and -dot show, as data. */
#include "prof.h"

#include "report/report.h"

#include <stdio.h>

int prof_json(struct cmd *cmd, const struct prof_flags *flags, struct view *view)
{
    struct view_graph graph;
    struct sb notes, out;
    sb_init(&notes, &cmd->memory);
    enum status status = view_graph_read(view, &flags->settings, cmd->sink, &notes, &graph);
    fwrite(notes.text, 1, notes.len, stderr);
    sb_release(&notes);
    if (status)
        return EXIT_COULD_NOT;
    sb_init(&out, &cmd->memory);
    report_prof_json(&graph, &cmd->memory, &out);
    view_graph_release(&graph);
    int code = flags->output && *flags->output ? prof_put(cmd, flags, sb_str(&out), false)
                                               : cmd_print(cmd, sb_str(&out));
    sb_release(&out);
    return code;
}
