/* count.c: what happened and what came of the rules: into the history, as a line for whoever reads
 * along, and counted for the metrics. */
#include "watch_int.h"

void watch_note(struct watch *watch, struct target *target, const struct history_event *event)
{
    struct sb line;
    (void)history_event(watch, event, target);
    if (!watch->options.line)
        return;
    sb_init(&line, watch->memory);
    line_of_event(target, clock_wall(), event, &line);
    watch->options.line(watch->options.ctx, sb_str(&line));
    sb_release(&line);
}

void watch_count(struct watch *watch, struct target *target, size_t rule, const char *kind,
                 const char *text)
{
    watch_note(watch, target,
               &(struct history_event){.kind = kind, .rule = watch->options.rules[rule].name,
                                       .text = text});
    pthread_mutex_lock(&watch->lock);
    uint64_t *count = count_of(&watch->counts[rule], kind);
    if (count)
        ++*count;
    pthread_mutex_unlock(&watch->lock);
}
