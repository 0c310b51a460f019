/* prof.h: what the files of the verb prof share. */
#ifndef UNHEAP_CMD_PROF_H
#define UNHEAP_CMD_PROF_H

#include "cmd.h"
#include "view/view.h"

struct prof_flags {
    struct view_settings settings;
    struct view_sources sources;
    struct flag_list bases, diff_bases;
    enum view_report report;
    bool has_report;
    const char *output;
};

/* -1 to go on, else the exit code. The flags point into argv. */
int prof_flags_parse(struct cmd *cmd, struct prof_flags *flags, int argc, char **argv);
void prof_flags_release(struct cmd *cmd, struct prof_flags *flags);

#endif
