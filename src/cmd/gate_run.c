/* gate_run.c: one run of the gate: its module, policy, paths, and the two sides it compares. */
#include "gate.h"

#include <limits.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* ---- setting up ---- */

static struct str today(char *room, size_t size)
{
    time_t now = time(NULL);
    struct tm day;
    return (struct str){room, strftime(room, size, "%Y-%m-%d", gmtime_r(&now, &day))};
}

struct str gate_path_here(struct gate_run *run, struct str module, struct str path)
{
    struct sb full;
    sb_init(&full, &run->cmd->memory);
    struct str found = path;
    if (module.len && path.len > module.len && str_starts(path, module) &&
        path.ptr[module.len] == '/') {
        sb_addf(&full, "%.*s%.*s", STR_ARGS(run->module_dir), STR_ARGS(str_skip(path, module.len)));
        if (file_exists(full.text))
            found = str_copy(&run->arena, sb_str(&full));
    }
    sb_release(&full);
    bool below = str_starts(found, run->here) && found.len > run->here.len + 1 &&
                 found.ptr[run->here.len] == '/';
    return below ? str_skip(found, run->here.len + 1) : found;
}

static enum status policy_read(struct gate_run *run)
{
    struct cmd *cmd = run->cmd;
    char room[16];
    struct sb path;
    sb_init(&path, &cmd->memory);
    if (run->flags->config)
        sb_adds(&path, run->flags->config);
    else if (str_equal(run->here, run->module_dir))
        sb_adds(&path, ".unheap.toml");
    else
        sb_addf(&path, "%.*s/.unheap.toml", STR_ARGS(run->module_dir));
    enum status status = STATUS_OK;
    if (run->flags->config || file_exists(path.text)) {
        struct file file;
        status = file_open(&file, path.text, &cmd->memory, cmd->sink);
        if (!status) {
            struct str bytes = {(const char *)file.bytes, file.size};
            status = gate_policy_read(bytes, sb_str(&path), today(room, sizeof(room)), cmd->sink,
                                      &run->policy);
            file_close(&file);
        }
    }
    sb_release(&path);
    return status;
}

static void paths_set(struct gate_run *run)
{
    char room[PATH_MAX];
    run->here = str_copy(&run->arena, str_from(getcwd(room, sizeof(room)) ? room : ""));
    run->module_dir = gate_find_up(run->flags->dir, "go.mod", &run->arena);
    if (!run->module_dir.len)
        run->module_dir = str_copy(&run->arena, str_from(realpath(
            run->flags->dir ? run->flags->dir : ".", room) ? room : "."));
}

static void baseline_set(struct gate_run *run)
{
    struct str named = run->policy.baseline.len ? run->policy.baseline
                                                : STR(".unheap/baseline.json");
    struct sb path;
    sb_init(&path, &run->cmd->memory);
    bool below = str_equal(run->here, run->module_dir) || named.ptr[0] == '/';
    if (!below)
        sb_addf(&path, "%.*s/", STR_ARGS(run->module_dir));
    sb_add(&path, named);
    run->baseline = run->flags->baseline
                        ? run->flags->baseline
                        : str_copy(&run->arena, sb_str(&path)).ptr;
    sb_release(&path);
}

/* The command line's, else the policy's, else none. */
static void profile_set(struct gate_run *run)
{
    struct str named = run->policy.profile;
    run->profile = run->flags->profile;
    if (run->profile || !named.len)
        return;
    struct sb path;
    sb_init(&path, &run->cmd->memory);
    if (named.ptr[0] != '/')
        sb_addf(&path, "%.*s/", STR_ARGS(run->module_dir));
    sb_add(&path, named);
    run->profile = str_copy(&run->arena, sb_str(&path)).ptr;
    sb_release(&path);
}

enum status gate_open(struct gate_run *run)
{
    arena_init(&run->arena, &run->cmd->memory);
    gate_policy_init(&run->policy, &run->cmd->memory);
    paths_set(run);
    enum status status = policy_read(run);
    run->policy.tests |= run->flags->tests;
    baseline_set(run);
    profile_set(run);
    return status;
}

void gate_close(struct gate_run *run)
{
    gate_policy_release(&run->policy);
    arena_release(&run->arena);
}

/* ---- what is compared ---- */

static bool progress(void *ctx, size_t packages_done, size_t bytes)
{
    const struct gate_run *run = ctx;
    return !(run->is_stopped && run->is_stopped()) &&
           cmd_compiler_progress(run->cmd, packages_done, bytes);
}

enum status gate_ask(struct gate_run *run, const struct gate_request *where,
                     struct gate_list *list)
{
    struct cmd *cmd = run->cmd;
    const struct gate_flags *flags = run->flags;
    const struct compiler_request request = {
        .dir = where->dir, .patterns = run->patterns, .pattern_count = run->pattern_count,
        .tests = run->policy.tests, .tags = flags->tags, .goos = flags->goos,
        .goarch = flags->goarch, .only_named = true, .progress = progress,
        .progress_ctx = run};
    struct compiler *compiler = NULL;
    enum status status =
        cmd_compiler(cmd, where->elsewhere ? NULL : flags->diagnostics, &request, &compiler);
    struct gate_request asked = *where;
    asked.compiler = compiler;
    if (!status)
        gate_collect(&asked, &cmd->memory, list);
    else
        gate_list_init(list, &cmd->memory);
    compiler_free(compiler);
    return status;
}

enum status gate_old_side(struct gate_run *run, struct gate_list *list)
{
    struct cmd *cmd = run->cmd;
    struct file file;
    if (!file_exists(run->baseline)) {
        gate_list_init(list, &cmd->memory);
        diag_add(cmd->sink, DIAG_GATE_NO_BASELINE, str_from(run->baseline), 0, DIAG_NO_OFFSET,
                 "there is no baseline");
        return STATUS_NOT_FOUND;
    }
    enum status status = file_open(&file, run->baseline, &cmd->memory, cmd->sink);
    if (status) {
        gate_list_init(list, &cmd->memory);
        return status;
    }
    struct str bytes = {(const char *)file.bytes, file.size};
    status = gate_baseline_read(bytes, str_from(run->baseline), &cmd->memory, cmd->sink, list);
    file_close(&file);
    return status;
}

enum status gate_cost_profile(struct gate_run *run, struct profile **profile)
{
    struct cmd *cmd = run->cmd;
    const struct profile_options options = {.workers = cmd->workers};
    if (!run->profile)
        return STATUS_OK;
    return profile_read(&run->profile, 1, &options, &cmd->memory, cmd->sink, profile);
}
