/* unheap gate: did this change put something new on the heap? */
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>

#include "report/report.h"

static const char usage[] =
    "usage: unheap gate [flags] [PACKAGES...]\n\n"
    "Compares what is on the heap now with a baseline, or with another revision. Lines that move,\n"
    "names that change and new copies made by inlining are nothing new.\n\n"
    "  unheap gate -init                        (begins: writes .unheap.toml and the baseline)\n"
    "  unheap gate ./...                        (exit 3 when there is something new)\n"
    "  unheap gate -update ./...                (accepts what there is)\n"
    "  unheap gate -base-rev origin/main ./...  (no baseline file)\n"
    "  unheap gate -format=github -profile prod.pb.gz ./...\n"
    "  unheap gate -old-profile base.pb.gz -new-profile pr.pb.gz   (lines that allocate more)\n"
    "  unheap gate -old-binary base/server -new-binary server      (allocations added to it)\n"
    "  go vet -vettool=$(which unheap) ./...                       (a package at a time, cached)\n"
    "\n"
    "Exit codes: 0 nothing new, 3 something new, 1 could not tell, 2 usage.\n";

static bool format_read(const struct gate_flags *flags, enum gate_format *format)
{
    static const char *const names[GATE_FORMAT_COUNT] = {"text", "json", "sarif", "github",
                                                         "markdown", "gitlab", "junit"};
    *format = flags->json ? GATE_JSON : GATE_TEXT;
    if (!flags->format)
        return true;
    for (size_t i = 0; i < GATE_FORMAT_COUNT; i++) {
        if (strcmp(flags->format, names[i]) == 0) {
            *format = (enum gate_format)i;
            return true;
        }
    }
    return false;
}

/* The sites of the work tree. */
static enum status ask_here(struct gate_run *run, struct gate_list *list)
{
    const struct gate_request where = {.dir = run->flags->dir, .module_dir = run->module_dir};
    return gate_ask(run, &where, list);
}

/* ---- answering ---- */

/* What the new side is compared with, for people. */
static const char *old_name(const struct gate_run *run)
{
    const struct gate_flags *flags = run->flags;
    if (flags->base_rev)
        return flags->base_rev;
    if (flags->old_binary)
        return flags->old_binary;
    return flags->old_profiles.len ? flags->old_profiles.at[0] : NULL;
}

static int print(struct gate_run *run, const struct gate_verdict *verdict)
{
    struct cmd *cmd = run->cmd;
    struct str root = gate_find_up(run->flags->dir, ".git", &run->arena);
    struct sb slash, out;
    sb_init(&slash, &cmd->memory);
    sb_init(&out, &cmd->memory);
    sb_addf(&slash, "%.*s/", STR_ARGS(root.len ? root : run->module_dir));
    const char *against = old_name(run);
    const struct report_gate report = {
        .verdict = verdict, .root = sb_str(&slash), .here = run->here,
        .against = against ? against : "the baseline",
        .name = str_from(against ? NULL : run->baseline)};
    const struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal};
    switch (run->format) {
    case GATE_TEXT: report_gate_text(&report, &style, &out); break;
    case GATE_JSON: report_gate_json(&report, &out); break;
    case GATE_SARIF: report_gate_sarif(&report, &out); break;
    case GATE_GITHUB: report_gate_github(&report, &out); break;
    case GATE_MARKDOWN: report_gate_markdown(&report, &out); break;
    case GATE_GITLAB: report_gate_gitlab(&report, &out); break;
    default: report_gate_junit(&report, &out); break;
    }
    int code = cmd_print(cmd, sb_str(&out));
    sb_release(&out);
    sb_release(&slash);
    return code;
}

static int judge(struct gate_run *run, const struct gate_list *old, const struct gate_list *new)
{
    struct cmd *cmd = run->cmd;
    struct profile *profile = NULL;
    if (gate_cost_profile(run, &profile))
        return EXIT_COULD_NOT;
    const struct gate_question question = {
        .old = old, .new = new, .policy = &run->policy, .patterns = run->patterns,
        .pattern_count = run->pattern_count, .profile = profile, .module_dir = run->module_dir,
        .measured = run->flags->old_profiles.len > 0};
    struct gate_verdict verdict;
    gate_judge(&question, &cmd->memory, &verdict);
    int code = print(run, &verdict);
    if (!code && verdict.fails)
        code = EXIT_FINDINGS;
    gate_verdict_release(&verdict);
    profile_free(profile);
    return code;
}

/* ---- -update ---- */

static int baseline_write(struct gate_run *run, const struct gate_list *list)
{
    struct cmd *cmd = run->cmd;
    struct sb out;
    sb_init(&out, &cmd->memory);
    gate_baseline_write(list, &out);
    enum status status = STATUS_OK;
    if (cmd_make_dirs(run->baseline) || out.full)
        diag_add(cmd->sink, DIAG_FILE_WRITE, str_from(run->baseline), 0, DIAG_NO_OFFSET,
                 "its folder cannot be made");
    else
        status = file_write_atomic(run->baseline, sb_str(&out), &cmd->memory, cmd->sink);
    sb_release(&out);
    return status || diag_errors(cmd->sink) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* What an update changes is told before it is written; a damaged baseline is not replaced. */
static int update(struct gate_run *run, struct gate_list *new)
{
    struct gate_list old;
    bool exists = file_exists(run->baseline);
    if (exists) {
        if (gate_old_side(run, &old)) {
            gate_list_release(&old);
            return EXIT_COULD_NOT;
        }
        gate_baseline_carry(new, &old, run->patterns, run->pattern_count);
        gate_list_release(&old);
    }
    int code = baseline_write(run, new);
    if (!code)
        fprintf(stderr, "%s: %zu sites %s\n", run->baseline, new->sites.len,
                exists ? "are the new baseline" : "are the baseline");
    return code;
}

/* ---- the run ---- */

static int compare(struct gate_run *run, struct gate_list *new)
{
    struct gate_list old;
    enum status status;
    if (run->flags->old_profiles.len)
        status = gate_of_profiles(run, &old, new);
    else if (run->flags->old_binary)
        status = gate_of_binaries(run, &old, new);
    else
        status = run->flags->base_rev ? gate_of_revision(run, &old) : gate_old_side(run, &old);
    if (!status && !run->flags->old_profiles.len && !run->flags->old_binary)
        status = ask_here(run, new);
    int code = status ? EXIT_COULD_NOT : judge(run, &old, new);
    gate_list_release(&old);
    return code;
}

static int work(struct gate_run *run)
{
    struct gate_list new;
    int code;
    gate_list_init(&new, &run->cmd->memory);
    if (run->flags->install_hook)
        code = gate_install_hook(run);
    else if (!run->flags->update && !run->flags->init)
        code = compare(run, &new);
    else if (ask_here(run, &new))
        code = EXIT_COULD_NOT;
    else
        code = run->flags->init ? gate_init(run, &new) : update(run, &new);
    if (!code && run->flags->init)
        code = baseline_write(run, &new);
    gate_list_release(&new);
    return code;
}

/* The command line's packages, else the policy's, else all. */
static void patterns_set(struct gate_run *run, const char *const *arguments, size_t count)
{
    static const char *const all[] = {"./..."};
    run->patterns = count ? arguments : all;
    run->pattern_count = count ? count : 1;
    size_t named = count ? 0 : run->policy.packages.len;
    if (!named)
        return;
    const char **list = ARENA_ARRAY(&run->arena, const char *, named);
    for (size_t i = 0; i < named; i++)
        list[i] = run->policy.packages.at[i].ptr;
    run->patterns = list;
    run->pattern_count = named;
}

static int gate(struct gate_run *run, const char *const *arguments, size_t count)
{
    int code = EXIT_COULD_NOT;
    bool ready = gate_open(run) == STATUS_OK;
    for (size_t i = 0; ready && i < run->flags->budgets.len; i++) {
        if (gate_budget_read(&run->policy, run->flags->budgets.at[i]))
            continue;
        fprintf(stderr, "unheap gate: -budget is PATTERN=N, not %s\n\n%s",
                run->flags->budgets.at[i], usage);
        code = EXIT_USAGE;
        ready = false;
    }
    if (ready) {
        patterns_set(run, arguments, count);
        code = work(run);
    }
    gate_close(run);
    int told = cmd_diagnose(run->cmd);
    return code ? code : told;
}

static bool is_consistent(const struct gate_flags *flags)
{
    int modes = flags->update + flags->init + flags->install_hook + (flags->base_rev != NULL) +
                (flags->old_binary != NULL) + (flags->old_profiles.len > 0);
    return modes <= 1 && !(flags->baseline && flags->base_rev) &&
           !flags->old_binary == !flags->new_binary &&
           !flags->old_profiles.len == !flags->new_profiles.len;
}

int verb_gate(struct cmd *cmd, int argc, char **argv)
{
    struct gate_flags flags = {.dir = NULL};
    const struct flag list[] = {
        {"C", FLAG_STRING, &flags.dir, "DIR", "the module's folder"},
        {"baseline", FLAG_STRING, &flags.baseline, "FILE", "default .unheap/baseline.json"},
        {"base-rev", FLAG_STRING, &flags.base_rev, "REV", "compare with this git revision"},
        {"dirty", FLAG_BOOL, &flags.dirty, NULL, "-base-rev with changes that are not committed"},
        {"update", FLAG_BOOL, &flags.update, NULL, "what there is now becomes the baseline"},
        {"init", FLAG_BOOL, &flags.init, NULL, "write .unheap.toml and a first baseline"},
        {"install-hook", FLAG_BOOL, &flags.install_hook, NULL, "run the gate before each commit"},
        {"profile", FLAG_STRING, &flags.profile, "FILE",
         "production's heap profile: what is new where it is hot fails, elsewhere warns"},
        {"old-profile", FLAG_LIST, &flags.old_profiles, "FILE",
         "instead of code: heap profiles of the base; again for each run"},
        {"new-profile", FLAG_LIST, &flags.new_profiles, "FILE", "and of the change"},
        {"sample_index", FLAG_STRING, &flags.sample_index, "TYPE",
         "of -old-profile and -new-profile: alloc_space (default), alloc_objects, ..."},
        {"old-binary", FLAG_STRING, &flags.old_binary, "FILE",
         "instead of code: the executable of the base"},
        {"new-binary", FLAG_STRING, &flags.new_binary, "FILE", "and of the change"},
        {"budget", FLAG_LIST, &flags.budgets, "PATTERN=N", "at most N sites in these packages"},
        {"format", FLAG_STRING, &flags.format, "FORMAT",
         "text (default), json, sarif, github, markdown, gitlab, junit"},
        {"json", FLAG_BOOL, &flags.json, NULL, "the same as -format=json"},
        {"config", FLAG_STRING, &flags.config, "FILE", "default .unheap.toml beside go.mod"},
        {"diagnostics", FLAG_STRING, &flags.diagnostics, "FILE|DIR",
         "the compiler's -m=2 text or -json=0 logs, instead of running go"},
        {"tests", FLAG_BOOL, &flags.tests, NULL, "test files too"},
        {"tags", FLAG_STRING, &flags.tags, "T,T", "build tags"},
        {"goos", FLAG_STRING, &flags.goos, "OS", "analyse for this system"},
        {"goarch", FLAG_STRING, &flags.goarch, "ARCH", "analyse for this architecture"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    struct gate_run run = {.cmd = cmd, .flags = &flags};
    if (code < 0 && (!format_read(&flags, &run.format) || !is_consistent(&flags))) {
        fputs("unheap gate: -format is text, json, sarif, github, markdown, gitlab or junit; one "
              "of -update, -init, -install-hook, -base-rev, -old-profile and -old-binary at a "
              "time; -old-... and -new-... go together\n\n",
              stderr);
        fputs(usage, stderr);
        code = EXIT_USAGE;
    }
    if (code < 0)
        code = gate(&run, (const char *const *)argv, words.count);
    memory_put(&cmd->memory, flags.budgets.at);
    memory_put(&cmd->memory, flags.old_profiles.at);
    memory_put(&cmd->memory, flags.new_profiles.at);
    return code;
}
