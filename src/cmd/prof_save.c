/* prof_save.c: what was fetched over the net is kept in a file, since asking again gives another
 * profile (google/pprof internal/driver/fetch.go). */
#include "prof.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

void prof_say_fetching(struct str address, unsigned seconds)
{
    fprintf(stderr, "Fetching profile over HTTP from %.*s\n", STR_ARGS(address));
    if (seconds >= 60)
        fprintf(stderr, "Please wait... (%um%us)\n", seconds / 60, seconds % 60);
    else if (seconds)
        fprintf(stderr, "Please wait... (%us)\n", seconds);
}

/* With a slash at its end, the first of pprof's folders that can be had. */
static bool find_folder(struct sb *path)
{
    const char *own = getenv("PPROF_TMPDIR"), *home = getenv("HOME"), *tmp = getenv("TMPDIR");
    const struct {
        const char *folder, *below;
    } places[] = {{own, ""}, {home, "/pprof"}, {tmp && *tmp ? tmp : "/tmp", ""}};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        if (!places[i].folder || !*places[i].folder)
            continue;
        sb_clear(path);
        sb_addf(path, "%s%s/", places[i].folder, places[i].below);
        if (!cmd_make_dirs(path->text) && access(path->text, W_OK | X_OK) == 0)
            return true;
        fprintf(stderr, "Could not use temp dir %.*s: %s\n", (int)path->len - 1, path->text,
                strerror(errno));
    }
    return false;
}

/* A name from a profile, which may hold anything. */
static void add_name(struct sb *out, struct str name)
{
    for (size_t i = 0; i < name.len; i++)
        sb_addc(out, (unsigned char)name.ptr[i] <= ' ' || name.ptr[i] == '/' ? '_' : name.ptr[i]);
    sb_addc(out, '.');
}

/* "pprof.server.inuse_space." */
static void add_names(const struct view *view, struct sb *out)
{
    struct str path = view_program_path(view);
    sb_adds(out, "pprof.");
    if (path.len)
        add_name(out, str_skip(path, (size_t)(str_find_last(path, '/') + 1)));
    for (size_t i = 0; i < view_type_count(view); i++)
        add_name(out, view_type_name(view, i));
}

static void write_profile(struct cmd *cmd, const struct view *view, struct str profile)
{
    struct sb folder, names, path;
    sb_init(&folder, &cmd->memory);
    sb_init(&names, &cmd->memory);
    sb_init(&path, &cmd->memory);
    add_names(view, &names);
    if (find_folder(&folder) &&
        prof_write_new(&path, folder.text, names.text, "pb.gz", profile) == EXIT_CLEAN)
        fprintf(stderr, "Saved profile in %s\n", path.text);
    else
        fputs("Could not save profile\n", stderr);
    sb_release(&path);
    sb_release(&names);
    sb_release(&folder);
}

void prof_save(struct cmd *cmd, const struct view *view)
{
    struct view_settings plain;
    struct view *copy = view_copy(view);
    struct sb out, notes;
    sb_init(&out, &cmd->memory);
    sb_init(&notes, &cmd->memory);
    view_settings_init(&plain);
    if (view_write(copy, VIEW_PROTO, &plain, cmd->sink, &notes, &out) == STATUS_OK)
        write_profile(cmd, view, sb_str(&out));
    view_free(copy);
    sb_release(&notes);
    sb_release(&out);
}
