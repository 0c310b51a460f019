/* url.c: a target that tells its figures itself, over HTTP: /metrics or /debug/vars of a Go
 * service.
 *
 * Where the address has no path, both are tried until one answers; that one is asked from then on.
 * A service that does not answer is down, and asked again. Its profile comes from
 * /debug/pprof/heap. */
#include <math.h>
#include <stdio.h>

#include "watch_int.h"

static const char *const paths[] = {"/metrics", "/debug/vars"};

/* Up to and without the path. */
static struct str server_of(struct str url)
{
    ptrdiff_t scheme = str_find(url, STR("://"));
    size_t start = scheme < 0 ? 0 : (size_t)scheme + 3;
    ptrdiff_t slash = str_find_char(str_skip(url, start), '/');
    return slash < 0 ? url : str_slice(url, 0, start + (size_t)slash);
}

static bool has_path(struct str url)
{
    return server_of(url).len + 1 < url.len;
}

void url_open(struct watch *watch)
{
    struct target *target = target_new(watch, 0);
    struct str server = server_of(str_from(watch->options.url));
    ptrdiff_t scheme = str_find(server, STR("://"));
    struct str name = scheme < 0 ? server : str_skip(server, (size_t)scheme + 3);
    snprintf(target->name, sizeof(target->name), "%.*s", STR_ARGS(name));
    target->named = target->remote = true;
    watch_take(watch, target);
}

static bool ask(struct watch *watch, const char *path, struct watch_sample *sample,
                struct diag_sink *sink)
{
    struct str url = str_from(watch->options.url), server = server_of(url);
    struct sb whole, body;
    sb_init(&whole, watch->memory);
    sb_init(&body, watch->memory);
    if (path)
        sb_addf(&whole, "%.*s%s", STR_ARGS(server), path);
    else
        sb_add(&whole, url);
    bool good = !watch->options.fetch(watch->options.ctx, whole.text, watch->memory, sink, &body) &&
                live_exposition_read(sb_str(&body), &sample->runtime, &sample->usage);
    sb_release(&body);
    sb_release(&whole);
    return good;
}

static bool ask_all(struct watch *watch, struct watch_sample *sample, struct diag_sink *sink)
{
    if (has_path(str_from(watch->options.url)))
        return ask(watch, NULL, sample, sink);
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        size_t path = (watch->url_path + i) % COUNT_OF(paths);
        live_exposition_init(&sample->runtime, &sample->usage);
        if (ask(watch, paths[path], sample, sink)) {
            watch->url_path = path;
            return true;
        }
    }
    return false;
}

bool url_read(struct watch *watch, struct watch_sample *sample)
{
    struct diag_sink *sink = diag_sink_new(watch->memory);
    live_exposition_init(&sample->runtime, &sample->usage);
    bool good = ask_all(watch, sample, sink);
    if (!good && !watch->url_told)
        watch_tell(watch, "%s: %.*s", watch->options.url,
                   STR_ARGS(diag_count(sink) ? diag_at(sink, 0)->message
                                             : STR("no figures of a Go program")));
    watch->url_told = !good;
    diag_sink_free(sink);
    return good;
}

enum status url_capture(struct watch *watch, struct diag_sink *sink, struct sb *profile)
{
    struct sb whole;
    sb_init(&whole, watch->memory);
    sb_addf(&whole, "%.*s/debug/pprof/heap", STR_ARGS(server_of(str_from(watch->options.url))));
    enum status status = watch->options.fetch(watch->options.ctx, whole.text, watch->memory, sink,
                                              profile);
    sb_release(&whole);
    return status;
}
