/* tell.c: what is said to whoever started the watch, and what time it is. */
#include <stdio.h>
#include <time.h>

#include "watch_int.h"

double clock_wall(void)
{
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

void watch_tell(struct watch *watch, const char *fmt, ...)
{
    struct sb line;
    va_list args;
    sb_init(&line, watch->memory);
    va_start(args, fmt);
    sb_vaddf(&line, fmt, args);
    va_end(args);
    watch->options.tell(watch->options.ctx, sb_str(&line));
    sb_release(&line);
}
