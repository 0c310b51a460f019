/* group.c: several sources to one view. */
#include "view/view_int.h"

/* Sources that can be read again are merged as they come, one in memory at a time, as long as all
 * are alike. Where one is not, all are read once more and kept until all are there. */
struct group {
    struct loader *loader;
    const char *const *paths;
    size_t count, told; /* of the first `told` sources is said what there is to say */
    bool *failed;       /* of those */
    uint32_t *first;    /* by source, see repeats_find */
    int64_t *times;     /* by source: how many have its bytes, itself and later ones */
    enum status status; /* of the last that failed */
};

static bool can_repeat(const struct group *group)
{
    for (size_t i = 0; i < group->count; i++)
        if (!file_is_regular(group->paths[i]))
            return false;
    return group->count > 1;
}

static bool is_repeat(const struct group *group, size_t source)
{
    return group->first[source] != source;
}

static void find_repeats(struct group *group)
{
    repeats_find(group->paths, group->count, group->loader->memory, group->first);
    for (size_t i = 0; i < group->count; i++)
        group->times[i] = 1;
    for (size_t i = 0; i < group->count; i++)
        group->times[group->first[i]] += is_repeat(group, i);
}

/* ---- ahead, on all processors ---- */

/* While what was read last is merged, by one worker, the others read what comes next. Each source
 * is read with texts of its own, since a table of them belongs to one thread. */
struct ahead {
    struct group *group;
    struct combiner *combiner;
    struct view **now, **next; /* by place in a wave; NULL: to be read otherwise */
    size_t now_count, next_count, next_first;
    bool alike;
};

static void read_ahead(struct ahead *ahead, size_t place)
{
    struct loader loader = *ahead->group->loader;
    size_t source = ahead->next_first + place;
    ahead->next[place] = NULL;
    if (is_repeat(ahead->group, source))
        return;
    loader.strings = tables_strings_new(loader.memory, &loader.shared);
    ++*loader.shared;
    ahead->next[place] = load_quietly(&loader, ahead->group->paths[source]);
    tables_strings_drop(loader.memory, loader.strings, loader.shared);
}

static enum status take(struct ahead *ahead, size_t place, struct view **view)
{
    struct loader *loader = ahead->group->loader;
    *view = ahead->now[place];
    if (!*view)
        return load_one(loader, ahead->group->paths[ahead->group->told], view);
    tables_adopt(*view, loader->strings, loader->shared);
    load_finish(loader, *view);
    return STATUS_OK;
}

/* A source that was read before counted then, once for each time it comes. One that cannot be read
 * is told again. */
static void merge_next(struct ahead *ahead, size_t place)
{
    struct group *group = ahead->group;
    size_t source = group->told;
    struct view *view;
    bool counted = is_repeat(group, source) && !group->failed[group->first[source]];
    enum status status = counted ? STATUS_OK : take(ahead, place, &view);
    group->failed[group->told++] = status != STATUS_OK;
    if (status)
        group->status = status;
    else if (!counted)
        ahead->alike = combiner_add(ahead->combiner, view, group->times[source]);
}

static void merge_wave(struct ahead *ahead)
{
    for (size_t i = 0; i < ahead->now_count; i++)
        if (ahead->alike)
            merge_next(ahead, i);
        else
            view_free(ahead->now[i]);
}

static void work(void *ctx, size_t index, unsigned worker)
{
    (void)worker;
    if (index == 0)
        merge_wave(ctx);
    else
        read_ahead(ctx, index - 1);
}

static void run_waves(struct ahead *ahead, struct workers *workers)
{
    size_t count = ahead->group->count, width = workers_count(workers);
    while (ahead->now_count || (ahead->next_first < count && ahead->alike)) {
        size_t left = ahead->alike ? count - ahead->next_first : 0;
        ahead->next_count = left < width ? left : width;
        workers_run(workers, 1 + ahead->next_count, work, ahead);
        struct view **read = ahead->next;
        ahead->next = ahead->now;
        ahead->now = read;
        ahead->now_count = ahead->next_count;
        ahead->next_first += ahead->next_count;
    }
}

/* False when one is unlike the others. NULL in *out when none could be read. */
static bool load_alike(struct group *group, struct view **out)
{
    const struct memory *memory = group->loader->memory;
    find_repeats(group);
    struct workers *own = group->loader->sources->workers ? NULL : workers_new(memory, 1);
    struct workers *workers = own ? own : group->loader->sources->workers;
    size_t bytes = workers_count(workers) * sizeof(struct view *);
    struct ahead ahead = {.group = group, .combiner = combiner_new(memory), .alike = true,
                          .now = memory_get(memory, bytes), .next = memory_get(memory, bytes)};
    run_waves(&ahead, workers);
    if (own)
        workers_free(own);
    memory_put(memory, ahead.now);
    memory_put(memory, ahead.next);
    *out = combiner_end(ahead.combiner);
    return ahead.alike;
}

/* ---- all at a time ---- */

static size_t load_each(struct group *group, struct view **all)
{
    struct loader loader = *group->loader;
    struct view_sources quiet = *loader.sources;
    struct diag_sink *nobody = diag_sink_new(loader.memory);
    size_t loaded = 0;
    quiet.notes = NULL;
    loader.fold = VIEW_FOLD_NONE;
    for (size_t i = 0; i < group->count; i++) {
        bool told = i < group->told;
        if (told && group->failed[i])
            continue;
        loader.sources = told ? &quiet : group->loader->sources;
        loader.sink = told ? nobody : group->loader->sink;
        enum status status = load_one(&loader, group->paths[i], &all[loaded]);
        loaded += !status;
        if (status)
            group->status = status;
    }
    diag_sink_free(nobody);
    return loaded;
}

static enum status load_and_combine(struct group *group, struct view **out)
{
    const struct memory *memory = group->loader->memory;
    struct view **all = memory_get(memory, (group->count + 1) * sizeof(*all));
    size_t loaded = load_each(group, all);
    enum status status = group->status;
    if (loaded) {
        status = combine_views(all, loaded, group->loader->sink);
        *out = status ? NULL : all[0];
        for (size_t i = 0; status && i < loaded; i++)
            view_free(all[i]);
    }
    memory_put(memory, all);
    return status;
}

/* A single profile, too, loses the sample types that it has twice. */
static enum status load_single(struct loader *loader, const char *path, struct view **out)
{
    enum status status = load_one(loader, path, out);
    if (!status)
        status = combine_views(out, 1, loader->sink);
    if (status) {
        view_free(*out);
        *out = NULL;
    }
    return status;
}

enum status group_load(struct loader *loader, const char *const *paths, size_t count,
                              struct view **out)
{
    struct group group = {.loader = loader, .paths = paths, .count = count};
    enum status status;
    *out = NULL;
    loader->workers = count == 1 ? loader->sources->workers : NULL;
    if (count == 1)
        return load_single(loader, paths[0], out);
    group.failed = memory_get(loader->memory, count);
    group.first = memory_get(loader->memory, count * sizeof(*group.first));
    group.times = memory_get(loader->memory, count * sizeof(*group.times));
    if (can_repeat(&group) && load_alike(&group, out)) {
        status = *out ? STATUS_OK : group.status;
    } else {
        view_free(*out);
        *out = NULL;
        status = load_and_combine(&group, out);
    }
    memory_put(loader->memory, group.failed);
    memory_put(loader->memory, group.first);
    memory_put(loader->memory, group.times);
    return status;
}

