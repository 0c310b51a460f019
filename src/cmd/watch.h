/* watch.h: what the files of `unheap watch` share. */
#ifndef UNHEAP_CMD_WATCH_H
#define UNHEAP_CMD_WATCH_H

#include "cmd.h"

/* ---- watch_past.c ---- */

/* Shows what the history holds of the `seconds` before its newest row, as text or as lines of JSON.
 * Returns the exit code. */
int watch_show_past(struct cmd *cmd, const char *path, double seconds, bool json);

/* ---- watch_lines.c: -json ---- */

struct watch_lines {
    uint64_t lost; /* since the last that was written */
    bool closed;   /* nobody reads any more */
};
/* For struct watch_options. A reader who does not keep up loses lines, and is then told how many;
 * the daemon does not wait for him, and goes on when he has gone. */
void watch_lines_write(struct watch_lines *lines, struct str json);

#endif
