/* sites.c: which lines hold the most memory, for the metrics: read now and then by a child process,
 * of one target after the other, for it costs more than all else.
 *
 * The child answers with lines "bytes TAB function TAB file:line", the largest first. */
#include <stdlib.h>
#include <unistd.h>

#include "profile/profile.h"
#include "watch_int.h"

struct site {
    uint32_t function;
    int64_t line, bytes;
};
struct tally {
    const struct memory *memory;
    const struct profile *profile;
    struct map index;
    VEC(struct site) sites;
};

/* ---- in the child ---- */

static bool is_runtime(struct str function)
{
    return str_starts(function, STR("runtime.")) || str_starts(function, STR("internal/runtime/"));
}

/* A capture holds no frames of the allocator in front; others of the runtime are passed over. */
static bool find_frame(const struct profile *profile, size_t sample, struct profile_frame *frame)
{
    struct profile_frame frames[LIMIT_PROFILE_FRAMES];
    size_t count = profile_frames(profile, sample, frames, NULL, COUNT_OF(frames));
    size_t shown = 0;
    count = count < COUNT_OF(frames) ? count : COUNT_OF(frames);
    while (shown + 1 < count &&
           is_runtime(profile_string(profile,
                                     profile->functions.at[frames[shown].function].name)))
        shown++;
    if (count)
        *frame = frames[shown];
    return count > 0;
}

static void add_sample(struct tally *tally, size_t sample, uint32_t type)
{
    struct profile_frame frame;
    bool is_new;
    int64_t bytes = profile_value(tally->profile, sample, type);
    if (bytes <= 0 || !find_frame(tally->profile, sample, &frame))
        return;
    uint64_t key = hash_mix(frame.function, (uint64_t)frame.line);
    uint64_t *place = map_put(&tally->index, key, &is_new);
    if (is_new) {
        *place = tally->sites.len;
        VEC_PUSH(tally->memory, &tally->sites,
                 ((struct site){.function = frame.function, .line = frame.line}));
    }
    tally->sites.at[*place].bytes += bytes;
}

static int by_bytes(const void *a, const void *b)
{
    const struct site *left = a, *right = b;
    return left->bytes < right->bytes ? 1 : left->bytes > right->bytes ? -1 : 0;
}

/* The file's name with the folder it is in: enough to find it, short enough for a label. */
static struct str short_path(struct str path)
{
    struct str folder = str_base_name(str_dir_name(path)), name = str_base_name(path);
    return folder.len ? str_span(folder.ptr, name.ptr + name.len) : name;
}

static void write_sites(const struct tally *tally, size_t most, struct sb *out)
{
    for (size_t i = 0; i < tally->sites.len && i < most; i++) {
        const struct site *site = &tally->sites.at[i];
        const struct profile_function *function = &tally->profile->functions.at[site->function];
        struct str path = short_path(profile_string(tally->profile, function->file));
        sb_addf(out, "%" PRId64 "\t%.*s\t%.*s:%" PRId64 "\n", site->bytes,
                STR_ARGS(profile_string(tally->profile, function->name)), STR_ARGS(path),
                site->line);
    }
}

int sites_work(const struct watch *watch, const struct target *target, int out_fd)
{
    const struct memory *memory = watch->memory;
    struct diag_sink *sink = diag_sink_new(memory);
    struct live_heap heap;
    struct profile *profile;
    struct sb bytes, out;
    sb_init(&bytes, memory);
    sb_init(&out, memory);
    if (live_heap_read(target->live, true, sink, &heap) || target_is_another(watch, target))
        return 1;
    live_heap_write(target->live, &heap, &bytes);
    if (profile_read_bytes((const unsigned char *)bytes.text, bytes.len, STR("heap"), memory, sink,
                           &profile))
        return 1;
    int type = profile_type_index(profile, STR("inuse_space"));
    struct tally tally = {.memory = memory, .profile = profile};
    map_init(&tally.index, memory);
    for (size_t i = 0; type >= 0 && i < profile->samples.len; i++)
        add_sample(&tally, i, (uint32_t)type);
    if (tally.sites.len)
        qsort(tally.sites.at, tally.sites.len, sizeof(*tally.sites.at), by_bytes);
    write_sites(&tally, watch->options.sites, &out);
    return write(out_fd, out.text ? out.text : "", out.len) == (ssize_t)out.len ? 0 : 1;
}

/* ---- in the daemon ---- */

static void copy(char *to, struct str text)
{
    size_t n = text.len < SITE_BYTES - 1 ? text.len : SITE_BYTES - 1;
    memcpy(to, text.ptr ? text.ptr : "", n);
    to[n] = 0;
}

void sites_take(struct watch *watch, struct target *target, struct str answer)
{
    struct target_site *sites = memory_get(watch->memory, SITES_MAX * sizeof(*sites));
    size_t count = 0;
    while (answer.ptr && count < watch->options.sites && count < SITES_MAX) {
        struct str line = str_cut(&answer, '\n'), bytes = str_cut(&line, '\t');
        if (!str_to_i64(bytes, &sites[count].bytes))
            continue;
        copy(sites[count].function, str_cut(&line, '\t'));
        copy(sites[count].line, line);
        count++;
    }
    pthread_mutex_lock(&watch->lock);
    memory_put(watch->memory, target->sites);
    target->sites = memory_resize(watch->memory, sites, (count + 1) * sizeof(*sites));
    target->site_count = count;
    pthread_mutex_unlock(&watch->lock);
}

void sites_look(struct watch *watch, double now)
{
    if (!watch->options.sites || now < watch->sites_at || !watch->targets.len)
        return;
    watch->sites_at = now + watch->options.sites_every;
    for (size_t i = 0; i < watch->targets.len; i++) {
        struct target *target = watch->targets.at[watch->sites_next++ % watch->targets.len];
        if (!target->live || target->ended)
            continue;
        sites_start(watch, target);
        return;
    }
}
