/* gate -init, -install-hook: the first five minutes. */
#include "gate.h"

#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static const char first_policy[] =
    "# What may be new on the heap. Everything here may be left out; see unheap's README.\n"
    "# packages = [\"./...\"]             # when the command line names none\n"
    "# exclude = [\"internal/mocks/...\"]\n"
    "generated = false                  # files marked \"Code generated ... DO NOT EDIT.\"\n"
    "tests = false\n"
    "\n"
    "# [severity]                       # off, note, warning or error\n"
    "# converted_to_interface = \"warning\"\n"
    "# compiler = \"note\"                # other verdicts of another Go version\n"
    "\n"
    "# [budgets]                        # at most so many sites, old ones too\n"
    "# \"internal/codec/...\" = 0\n"
    "\n"
    "# [[allow]]\n"
    "# function = \"server.(*Conn).log\"\n"
    "# reason = \"only when debugging\"\n"
    "# expires = 2027-01-31\n";

static enum status policy_write(struct gate_run *run, bool *written)
{
    struct cmd *cmd = run->cmd;
    struct sb path;
    sb_init(&path, &cmd->memory);
    if (str_equal(run->here, run->module_dir))
        sb_adds(&path, ".unheap.toml");
    else
        sb_addf(&path, "%.*s/.unheap.toml", STR_ARGS(run->module_dir));
    *written = !run->flags->config && !file_exists(path.text);
    enum status status = STATUS_OK;
    if (*written)
        status = file_write_atomic(path.text, STR(first_policy), &cmd->memory, cmd->sink);
    sb_release(&path);
    return status;
}

/* The category that most sites have. */
static enum cause_category commonest(const struct gate_list *list, size_t *count)
{
    size_t counts[CAUSE_CATEGORY_COUNT] = {0};
    enum cause_category best = CAUSE_OTHER;
    for (size_t i = 0; i < list->sites.len; i++)
        counts[list->sites.at[i].category]++;
    for (unsigned i = 0; i < CAUSE_CATEGORY_COUNT; i++) {
        if (counts[i] > counts[best])
            best = (enum cause_category)i;
    }
    *count = counts[best];
    return best;
}

static void found_print(const struct gate_run *run, const struct gate_list *list, bool written)
{
    size_t generated = 0, most;
    for (size_t i = 0; i < list->sites.len; i++)
        generated += list->sites.at[i].generated;
    enum cause_category category = commonest(list, &most);
    printf("%zu allocation sites on the heap in %zu packages (%.*s)\n", list->sites.len,
           list->packages.len, STR_ARGS(list->go_version));
    printf("%zu of them in generated files, which the gate leaves alone\n", generated);
    if (most > 0)
        printf("most often: %s (%zu)\n", cause_category_title(category), most);
    printf("policy: .unheap.toml%s\n", written ? "" : " (was there, left as it is)");
    printf("baseline: %s\n\n", run->baseline);
    puts("next:\n"
         "  git add .unheap.toml .unheap && git commit -m 'unheap gate'\n"
         "  unheap gate ./...             (in CI; exit 3 when something is new)\n"
         "  unheap gate -install-hook     (before each commit)");
}

int gate_init(struct gate_run *run, const struct gate_list *list)
{
    bool written;
    if (file_exists(run->baseline)) {
        diag_add(run->cmd->sink, DIAG_GATE_BASELINE, str_from(run->baseline), 0, DIAG_NO_OFFSET,
                 "there is a baseline already; -init begins a new one only where there is none");
        return EXIT_COULD_NOT;
    }
    if (policy_write(run, &written))
        return EXIT_COULD_NOT;
    found_print(run, list, written);
    return fflush(stdout) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* ---- the hook ---- */

static const char hook[] =
    "#!/bin/sh\n"
    "# unheap gate: nothing new on the heap without somebody saying so.\n"
    "# git commit --no-verify passes it by once; remove this file to be rid of it.\n"
    "exec unheap gate ./...\n";

static int hook_write(struct gate_run *run, const char *path)
{
    struct cmd *cmd = run->cmd;
    struct file file;
    if (file_exists(path)) {
        bool own = file_open(&file, path, &cmd->memory, cmd->sink) == STATUS_OK;
        if (own) {
            own = str_contains((struct str){(const char *)file.bytes, file.size},
                               STR("unheap gate"));
            file_close(&file);
        }
        if (!own) {
            diag_add(cmd->sink, DIAG_FILE_WRITE, str_from(path), 0, DIAG_NO_OFFSET,
                     "there is another hook; add the line \"unheap gate ./...\" to it");
            return EXIT_COULD_NOT;
        }
    }
    if (cmd_make_dirs(path) || file_write_atomic(path, STR(hook), &cmd->memory, cmd->sink) ||
        chmod(path, 0755) != 0)
        return EXIT_COULD_NOT;
    printf("%s runs unheap gate before each commit\n", path);
    return fflush(stdout) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

int gate_install_hook(struct gate_run *run)
{
    static const char *const words[] = {"rev-parse", "--git-path", "hooks/pre-commit", NULL};
    struct sb out, path;
    sb_init(&out, &run->cmd->memory);
    sb_init(&path, &run->cmd->memory);
    int code = EXIT_COULD_NOT;
    if (gate_git(run->cmd, run->flags->dir, words, &out, NULL)) {
        struct str name = str_trim(sb_str(&out));
        if (run->flags->dir && name.len && name.ptr[0] != '/')
            sb_addf(&path, "%s/", run->flags->dir);
        sb_add(&path, name);
        code = hook_write(run, path.text);
    } else {
        diag_add(run->cmd->sink, DIAG_GATE_NO_GIT, STR_NONE, 0, DIAG_NO_OFFSET,
                 "-install-hook needs git and a work tree of it");
    }
    sb_release(&out);
    sb_release(&path);
    return code;
}
