/* event.c: what a webhook is told, as JSON: schema unheap.watch.event/1. */
#include <math.h>
#include <time.h>
#include <unistd.h>

#include "watch_int.h"

static void add_text(struct sb *out, const char *name, const char *text)
{
    sb_addf(out, "\"%s\":\"", name);
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        if (c == '"' || c == '\\')
            sb_addf(out, "\\%c", c);
        else if (c < ' ' || c > '~')
            sb_addf(out, "\\u%04x", c);
        else
            sb_addc(out, (char)c);
    }
    sb_adds(out, "\",");
}

static void add_number(struct sb *out, const char *name, double value)
{
    if (isnan(value) || isinf(value))
        sb_addf(out, "\"%s\":null,", name);
    else
        sb_addf(out, "\"%s\":%.13g,", name, value);
}

void event_write(const struct watch *watch, const struct watch_sample *sample,
                 const struct occasion *occasion)
{
    char host[256] = "", stamp[64];
    const struct watch_rule *rule = &watch->options.rules[occasion->rule];
    struct sb *out = occasion->event;
    struct tm parts;
    time_t seconds = (time_t)sample->wall;
    gmtime_r(&seconds, &parts);
    strftime(stamp, sizeof(stamp), "%Y-%m-%dT%H:%M:%SZ", &parts);
    (void)gethostname(host, sizeof(host) - 1);
    sb_adds(out, "{\"schema\":\"unheap.watch.event/1\",");
    add_text(out, "time", stamp);
    add_text(out, "host", host);
    add_text(out, "trigger", rule->name);
    add_text(out, "rule", rule->text);
    add_number(out, "pid", occasion->pid);
    add_text(out, "name", occasion->name);
    add_number(out, "limit", sample->limit == LIVE_NO_LIMIT ? INFINITY : (double)sample->limit);
    for (int i = 0; i < WATCH_FIGURES; i++)
        add_number(out, watch_figure_name(i), watch_figure_value(sample, i));
    add_number(out, "growth_per_second", sample->growth_rate);
    if (occasion->capture[0])
        add_text(out, "capture", occasion->capture);
    else
        sb_adds(out, "\"capture\":null,");
    out->text[--out->len] = 0; /* the last comma */
    sb_addc(out, '}');
}
