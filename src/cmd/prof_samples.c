/* prof_samples.c: the shell and the server make one report after the other of a profile. For most
 * them samples of equal stack and labels are added up, so memory grows with what is distinct; for
 * those that show every sample the sources are read again. */
#include "prof.h"

#include <sys/stat.h>

struct prof_stamp {
    dev_t device;
    ino_t file;
    off_t size;
    struct timespec changed;
};

static size_t source_count(const struct view_sources *sources)
{
    return sources->path_count + sources->base_count;
}

static const char *source_at(const struct view_sources *sources, size_t index)
{
    return index < sources->path_count ? sources->paths[index]
                                       : sources->bases[index - sources->path_count];
}

/* False when it is no regular file: then it may be read once only. */
static bool read_stamp(const char *path, struct prof_stamp *stamp)
{
    struct stat facts;
    if (stat(path, &facts) || !S_ISREG(facts.st_mode))
        return false;
    *stamp = (struct prof_stamp){facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim};
    return true;
}

static bool is_unchanged(const char *path, const struct prof_stamp *stamp)
{
    struct prof_stamp now;
    return read_stamp(path, &now) && now.device == stamp->device && now.file == stamp->file &&
           now.size == stamp->size && now.changed.tv_sec == stamp->changed.tv_sec &&
           now.changed.tv_nsec == stamp->changed.tv_nsec;
}

void prof_samples_init(struct prof_samples *samples, struct cmd *cmd, struct prof_flags *flags)
{
    struct view_sources *sources = &flags->sources;
    size_t count = source_count(sources), regular = 0;
    *samples = (struct prof_samples){.cmd = cmd, .sources = sources};
    samples->stamps = memory_get(&cmd->memory, count * sizeof(*samples->stamps));
    while (regular < count && read_stamp(source_at(sources, regular), &samples->stamps[regular]))
        regular++;
    bool again = regular == count;
    sources->repacked = true;
    sources->fold = again ? view_fold_for(VIEW_TAGS, &flags->settings, sources) : VIEW_FOLD_NONE;
}

void prof_samples_release(struct prof_samples *samples)
{
    memory_put(&samples->cmd->memory, samples->stamps);
}

static bool are_unchanged(const struct prof_samples *samples, struct diag_sink *sink)
{
    for (size_t i = 0; i < source_count(samples->sources); i++) {
        const char *path = source_at(samples->sources, i);
        if (is_unchanged(path, &samples->stamps[i]))
            continue;
        diag_add(sink, DIAG_PROFILE_CHANGED, str_from(path), 0, DIAG_NO_OFFSET,
                 "it has changed since it was read, and this report needs every sample");
        return false;
    }
    return true;
}

/* What there was to say of the sources has been said. */
static struct view *read_again(const struct prof_samples *samples, struct diag_sink *sink)
{
    const struct memory *memory = &samples->cmd->memory;
    struct view_sources sources = *samples->sources;
    struct view *view = NULL;
    if (!are_unchanged(samples, sink))
        return NULL;
    struct diag_sink *own = diag_sink_new(memory);
    sources.fold = VIEW_FOLD_NONE;
    sources.notes = NULL;
    if (view_load(&sources, memory, own, &view)) {
        view = NULL;
        diag_add(sink, DIAG_PROFILE_CHANGED, STR_NONE, 0, DIAG_NO_OFFSET,
                 "what was read before cannot be read any more");
    }
    diag_sink_free(own);
    return view;
}

struct view *prof_samples_view(const struct prof_samples *samples, const struct view *kept,
                               enum view_report report, const struct view_settings *settings,
                               struct diag_sink *sink)
{
    bool needs_all = view_fold_for(report, settings, samples->sources) == VIEW_FOLD_NONE;
    if (needs_all && samples->sources->fold != VIEW_FOLD_NONE)
        return read_again(samples, sink);
    return view_copy(kept);
}
