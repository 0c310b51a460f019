/* watch_lines.c: samples and events on standard output as they come, without waiting for who reads
 * them: a pipe that is ready takes PIPE_BUF bytes at once (pipe(7)), and lines are shorter. */
#include "watch.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <unistd.h>

enum { LOST_BYTES = 100 };

static bool is_ready(void)
{
    struct pollfd out = {.fd = STDOUT_FILENO, .events = POLLOUT};
    return poll(&out, 1, 0) == 1;
}

static bool write_line(struct watch_lines *lines, struct str json)
{
    if (file_write_all(STDOUT_FILENO, json) && file_write_all(STDOUT_FILENO, STR("\n")))
        return true;
    fprintf(stderr, "unheap watch: standard output: %s; no more lines\n", strerror(errno));
    lines->closed = true;
    return false;
}

void watch_lines_write(struct watch_lines *lines, struct str json)
{
    char lost[LOST_BYTES];
    if (lines->closed)
        return;
    if (!is_ready()) {
        lines->lost++;
        return;
    }
    if (lines->lost) {
        int n = snprintf(lost, sizeof(lost),
                         "{\"schema\":\"unheap.watch/1\",\"kind\":\"lost\",\"lines\":%" PRIu64 "}",
                         lines->lost);
        if (!write_line(lines, (struct str){lost, (size_t)n}))
            return;
    }
    lines->lost = 0;
    (void)write_line(lines, json);
}
