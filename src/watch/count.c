/* count.c: what came of the rules: into the history, and counted for the metrics. */
#include "watch_int.h"

void watch_count(struct watch *watch, struct target *target, size_t rule, const char *kind,
                 const char *text)
{
    struct history_event event = {.kind = kind, .rule = watch->options.rules[rule].name,
                                  .text = text};
    (void)history_event(watch, &event, target);
    pthread_mutex_lock(&watch->lock);
    uint64_t *count = count_of(&watch->counts[rule], kind);
    if (count)
        ++*count;
    pthread_mutex_unlock(&watch->lock);
}
