/* gate -base-rev: another revision's sites, from a work tree of its own in a temporary folder. It
 * is taken away again whatever happens: on failure, and on the signals that end a program. */
#include "gate.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static bool keep_output(void *ctx, const char *bytes, size_t n)
{
    if (ctx)
        sb_addn(ctx, bytes, n);
    return true;
}

/* Where the two outputs of git go. */
struct git_output {
    struct sb *out, *err;
};

static bool on_stdout(void *ctx, const char *bytes, size_t n)
{
    return keep_output(((struct git_output *)ctx)->out, bytes, n);
}

static bool on_stderr(void *ctx, const char *bytes, size_t n)
{
    return keep_output(((struct git_output *)ctx)->err, bytes, n);
}

bool gate_git(struct cmd *cmd, const char *dir, const char *const *words, struct sb *out,
              struct sb *err)
{
    enum { MAX_WORDS = 16 };
    const char *argv[MAX_WORDS + 2] = {"git"};
    for (size_t i = 0; words[i] && i < MAX_WORDS; i++)
        argv[i + 1] = words[i];
    struct git_output output = {out, err};
    static const char *const plain[] = {"LC_ALL=C", "GIT_TERMINAL_PROMPT=0", NULL};
    const struct child_request request = {.argv = argv, .dir = dir, .extra_env = plain,
                                          .on_stdout = on_stdout, .on_stderr = on_stderr,
                                          .ctx = &output};
    struct diag_sink *quiet = diag_sink_new(&cmd->memory); /* the caller says what is missing */
    int code = -1;
    enum status status = child_run(&request, &cmd->memory, quiet, &code);
    diag_sink_free(quiet);
    return status == STATUS_OK && code == 0;
}

/* One line of git's, without its end; empty when git was not content. */
static struct str git_line(struct gate_run *run, const char *const *words)
{
    struct sb out;
    sb_init(&out, &run->cmd->memory);
    bool good = gate_git(run->cmd, run->flags->dir, words, &out, NULL);
    struct str line = good ? str_copy(&run->arena, str_trim(sb_str(&out))) : STR_NONE;
    sb_release(&out);
    return line;
}

/* ---- what can be wrong ---- */

static enum status refuse(struct gate_run *run, enum diag_code code, const char *what,
                          struct str detail)
{
    diag_add(run->cmd->sink, code, STR_NONE, 0, DIAG_NO_OFFSET, "%s%s%.*s", what,
             detail.len ? ": " : "", STR_ARGS(detail));
    return STATUS_BAD_INPUT;
}

/* Of what go builds from. */
static bool is_source(struct str path)
{
    return str_ends(path, STR(".go")) || str_ends(path, STR("go.mod")) ||
           str_ends(path, STR("go.sum")) || str_ends(path, STR(".s")) ||
           str_ends(path, STR(".go\"")) || str_ends(path, STR("/"));
}

static enum status dirty_check(struct gate_run *run)
{
    static const char *const words[] = {"status", "--porcelain", "--", ".", NULL};
    struct sb out;
    sb_init(&out, &run->cmd->memory);
    bool good = gate_git(run->cmd, run->flags->dir, words, &out, NULL);
    struct str rest = sb_str(&out);
    enum status status = STATUS_OK;
    while (good && !run->flags->dirty && rest.len && !status) {
        struct str path = str_skip(str_cut(&rest, '\n'), 3);
        bool own = str_contains(path, STR(".unheap/"));
        if (is_source(path) && !own)
            status = refuse(run, DIAG_GATE_DIRTY,
                            "the work tree has changes that are not committed", path);
    }
    sb_release(&out);
    return status;
}

static enum status revision_check(struct gate_run *run)
{
    static const char *const inside[] = {"rev-parse", "--is-inside-work-tree", NULL};
    static const char *const shallow[] = {"rev-parse", "--is-shallow-repository", NULL};
    if (!str_is(git_line(run, inside), "true"))
        return refuse(run, DIAG_GATE_NO_GIT, "-base-rev needs git and a work tree of it", STR_NONE);
    struct sb name;
    sb_init(&name, &run->cmd->memory);
    sb_addf(&name, "%s^{commit}", run->flags->base_rev);
    const char *const verify[] = {"rev-parse", "--verify", "--quiet", "--end-of-options", name.text,
                                  NULL};
    struct str commit = git_line(run, verify);
    sb_release(&name);
    if (commit.len)
        return STATUS_OK;
    struct str revision = str_from(run->flags->base_rev);
    if (str_is(git_line(run, shallow), "true"))
        return refuse(run, DIAG_GATE_SHALLOW, "this clone is shallow and has no such revision",
                      revision);
    return refuse(run, DIAG_GATE_REVISION, "there is no such revision", revision);
}

/* ---- the work tree ---- */

/* Set by the signals that would end the program; the go command's progress stops then. The only
 * way to tell a signal handler from the rest is a global. */
static volatile sig_atomic_t stop_wanted;

static void on_signal(int number)
{
    stop_wanted = number;
}

static const int stopping[] = {SIGINT, SIGTERM, SIGHUP};
struct saved_signals {
    struct sigaction was[COUNT_OF(stopping)];
};

static void signals_catch(struct saved_signals *saved)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT_OF(stopping); i++)
        sigaction(stopping[i], &action, &saved->was[i]);
}

/* A signal that came meanwhile now does what it would have done. */
static void signals_restore(const struct saved_signals *saved)
{
    for (size_t i = 0; i < COUNT_OF(stopping); i++)
        sigaction(stopping[i], &saved->was[i], NULL);
    if (stop_wanted)
        raise(stop_wanted);
}

static bool is_stopped(void)
{
    return stop_wanted != 0;
}

static void tree_remove(struct gate_run *run, const char *folder, const char *tree)
{
    const char *const remove_words[] = {"worktree", "remove", "--force", "--force", tree, NULL};
    static const char *const prune[] = {"worktree", "prune", NULL};
    if (!gate_git(run->cmd, run->flags->dir, remove_words, NULL, NULL))
        gate_git(run->cmd, run->flags->dir, prune, NULL, NULL);
    (void)rmdir(folder);
}

/* Paths for people: of this tree, as if the site were still in it. */
static struct str shown_dir(struct gate_run *run)
{
    struct str module = run->module_dir, here = run->here;
    struct sb out;
    sb_init(&out, &run->cmd->memory);
    if (str_starts(module, here) && module.len > here.len && module.ptr[here.len] == '/')
        sb_addf(&out, "%.*s/", STR_ARGS(str_skip(module, here.len + 1)));
    else if (!str_equal(module, here))
        sb_addf(&out, "%.*s/", STR_ARGS(module));
    struct str dir = str_copy(&run->arena, sb_str(&out));
    sb_release(&out);
    return dir;
}

static enum status tree_ask(struct gate_run *run, const char *tree, struct gate_list *list)
{
    static const char *const prefix_words[] = {"rev-parse", "--show-prefix", NULL};
    struct str prefix = git_line(run, prefix_words);
    struct sb dir;
    sb_init(&dir, &run->cmd->memory);
    sb_addf(&dir, "%s/%.*s", tree, STR_ARGS(prefix));
    enum status status = STATUS_OK;
    if (!dir_exists(dir.text)) {
        status = refuse(run, DIAG_GATE_REVISION, "the revision does not have this folder", prefix);
    } else {
        const struct gate_request where = {
            .dir = dir.text, .module_dir = gate_find_up(dir.text, "go.mod", &run->arena),
            .elsewhere = true, .shown_dir = shown_dir(run)};
        status = gate_ask(run, &where, list);
    }
    sb_release(&dir);
    return status;
}

static enum status tree_add(struct gate_run *run, const char *tree, struct gate_list *list)
{
    const char *const add[] = {"worktree", "add", "--detach", "--quiet", tree,
                               run->flags->base_rev, NULL};
    struct sb err;
    sb_init(&err, &run->cmd->memory);
    enum status status;
    if (gate_git(run->cmd, run->flags->dir, add, NULL, &err))
        status = tree_ask(run, tree, list);
    else
        status = refuse(run, DIAG_GATE_REVISION, "git cannot check the revision out",
                        str_trim(sb_str(&err)));
    sb_release(&err);
    return status;
}

enum status gate_of_revision(struct gate_run *run, struct gate_list *list)
{
    gate_list_init(list, &run->cmd->memory);
    enum status status = revision_check(run);
    if (!status)
        status = dirty_check(run);
    if (status)
        return status;
    const char *tmp = getenv("TMPDIR");
    struct sb folder, tree;
    sb_init(&folder, &run->cmd->memory);
    sb_init(&tree, &run->cmd->memory);
    sb_addf(&folder, "%s/unheap-XXXXXX", tmp && tmp[0] ? tmp : "/tmp");
    struct saved_signals saved;
    signals_catch(&saved);
    run->is_stopped = is_stopped;
    if (!mkdtemp(folder.text)) {
        diag_add(run->cmd->sink, DIAG_FILE_WRITE, sb_str(&folder), 0, DIAG_NO_OFFSET, "%s",
                 strerror(errno));
        status = STATUS_IO;
    } else {
        sb_addf(&tree, "%s/tree", folder.text);
        status = tree_add(run, tree.text, list);
        tree_remove(run, folder.text, tree.text);
    }
    run->is_stopped = NULL;
    signals_restore(&saved);
    sb_release(&folder);
    sb_release(&tree);
    return status;
}
