/* json.c: what a webhook is told (schema unheap.watch.event/1), and lines of samples and events, of
 * now and of the history (unheap.watch/1). */
#include <math.h>
#include <time.h>
#include <unistd.h>

#include "watch_int.h"

enum { HOST_BYTES = 256 };

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

static void add_figures(struct sb *out, const struct watch_sample *sample)
{
    add_number(out, "limit", sample->limit == LIVE_NO_LIMIT ? INFINITY : (double)sample->limit);
    for (int i = 0; i < WATCH_FIGURES; i++)
        add_number(out, watch_figure_name(i), watch_figure_value(sample, i));
    add_number(out, "growth_per_second", sample->growth_rate);
}

/* Instead of the last comma. */
static void add_end(struct sb *out)
{
    out->text[out->len - 1] = '}';
}

void event_write(const struct watch *watch, const struct watch_sample *sample,
                 const struct occasion *occasion)
{
    char host[HOST_BYTES] = "", stamp[64];
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
    add_figures(out, sample);
    if (occasion->capture[0])
        add_text(out, "capture", occasion->capture);
    else
        sb_adds(out, "\"capture\":null,");
    add_end(out);
}

/* ---- lines ---- */

/* One whose process is not known has neither pid nor name. */
static void begin_line(struct sb *out, const char *kind, double at, int pid, const char *name)
{
    sb_addf(out, "{\"schema\":\"unheap.watch/1\",\"kind\":\"%s\",\"at\":%.3f,", kind, at);
    if (!*name)
        return;
    add_number(out, "pid", pid);
    add_text(out, "name", name);
}

static void add_event(struct sb *out, const char *kind, const char *rule, const char *text)
{
    add_text(out, "event", kind);
    add_text(out, "trigger", rule);
    add_text(out, "text", text);
    add_end(out);
}

void line_of_sample(const struct target *target, struct sb *out)
{
    begin_line(out, "sample", target->sample.wall, target->pid, target->name);
    add_figures(out, &target->sample);
    add_end(out);
}

void line_of_event(const struct target *target, double wall, const struct history_event *event,
                   struct sb *out)
{
    begin_line(out, "event", wall, target ? target->pid : 0, target ? target->name : "");
    add_event(out, event->kind, event->rule, event->text);
}

void watch_past_sample_json(const struct watch_past_sample *sample, struct sb *out)
{
    begin_line(out, "sample", sample->at, sample->process.pid, sample->process.name);
    for (int i = 0; i < WATCH_COLUMNS; i++)
        add_number(out, watch_column_name(i), sample->values[i]);
    add_end(out);
}

void watch_past_event_json(const struct watch_past_event *event, struct sb *out)
{
    begin_line(out, "event", event->at, event->process.pid, event->process.name);
    add_event(out, event->kind, event->rule, event->text);
}
