/* unheap diff: what changed between two profiles, or two groups of them, and is it real? */
#include "diff.h"

#include "compiler/compiler.h"
#include "evidence/evidence.h"
#include "profile/profile.h"

#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

struct diffing {
    struct cmd *cmd;
    const struct diff_flags *flags;
    struct comparison *comparison;
    struct compiler *compilers[COMPARE_SIDES]; /* NEW's may be OLD's too */
};

/* ---- causes ---- */

static bool equal_texts(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

static bool same_code(const struct diff_flags *flags)
{
    return equal_texts(flags->sides[0].dir, flags->sides[1].dir) &&
           equal_texts(flags->sides[0].diagnostics, flags->sides[1].diagnostics);
}

/* What the compiler says of one side's code, asked once. */
static enum status read_compiler(struct diffing *diffing, enum compare_side index,
                                 const struct profile *profile)
{
    static const char *const everything[] = {"./..."};
    const struct diff_flags *flags = diffing->flags;
    struct cmd *cmd = diffing->cmd;
    if (same_code(flags) && !diffing->compilers[index])
        diffing->compilers[index] = diffing->compilers[1 - index];
    if (diffing->compilers[index])
        return STATUS_OK;
    struct compiler_request request = {
        .dir = flags->sides[index].dir,
        .patterns = flags->packages.len ? flags->packages.at : everything,
        .pattern_count = flags->packages.len ? flags->packages.len : 1,
        .tests = cmd_names_tests(profile), .tags = flags->tags,
        .progress = cmd_compiler_progress, .progress_ctx = cmd};
    return cmd_compiler(cmd, flags->sides[index].diagnostics, &request,
                        &diffing->compilers[index]);
}

static enum status join(struct diffing *diffing, enum compare_side index,
                        const struct profile *profile, struct evidence **evidence)
{
    char goroot[PATH_MAX], modcache[PATH_MAX];
    const struct diff_flags *flags = diffing->flags;
    struct cmd *cmd = diffing->cmd;
    *evidence = NULL;
    if (!flags->causes)
        return STATUS_OK;
    enum status status = read_compiler(diffing, index, profile);
    if (status)
        return status;
    struct evidence_request request = {
        .dir = flags->sides[index].dir, .sample_type = flags->sample_index,
        .maps = flags->maps.at, .map_count = flags->maps.len,
        .goroot = cmd_find_goroot(goroot, sizeof(goroot)),
        .modcache = cmd_find_modcache(modcache, sizeof(modcache))};
    return evidence_join(&request, profile, diffing->compilers[index], &cmd->memory, cmd->sink,
                         evidence);
}

static void free_compilers(struct diffing *diffing)
{
    if (diffing->compilers[0] != diffing->compilers[1])
        compiler_free(diffing->compilers[0]);
    compiler_free(diffing->compilers[1]);
}

/* ---- runs ---- */

static enum status add_run(struct diffing *diffing, enum compare_side index, size_t run)
{
    const struct diff_flags *flags = diffing->flags;
    const struct diff_side *side = &flags->sides[index];
    struct cmd *cmd = diffing->cmd;
    struct profile_options options = {.seconds = flags->seconds, .timeout_seconds = flags->timeout,
                                      .tls_ca = flags->tls_ca, .tls_cert = flags->tls_cert,
                                      .tls_key = flags->tls_key,
                                      .workers = cmd->workers};
    struct profile *profile;
    struct evidence *evidence = NULL;
    enum status status = profile_read(&side->sources[run], 1, &options, &cmd->memory, cmd->sink,
                                      &profile);
    if (status)
        return status;
    if (profile_kind(profile) == PROFILE_HEAP) /* else compare_add says what it is */
        status = join(diffing, index, profile, &evidence);
    struct compare_run read = {.profile = profile, .evidence = evidence,
                               .work = flags->work[index] ? flags->work[index][run] : 1,
                               .name = str_from(side->sources[run])};
    if (!status)
        status = compare_add(diffing->comparison, index, &read, cmd->sink);
    evidence_free(evidence);
    profile_free(profile);
    return status;
}

/* All of them are looked at, so that one sees all that is wrong at once. */
static enum status add_runs(struct diffing *diffing)
{
    enum status first = STATUS_OK;
    for (int side = 0; side < COMPARE_SIDES; side++)
        for (size_t run = 0; run < diffing->flags->sides[side].count; run++) {
            enum status status = add_run(diffing, (enum compare_side)side, run);
            first = first ? first : status;
        }
    return first;
}

static void warn_same(struct diffing *diffing)
{
    const struct diff_side *old = &diffing->flags->sides[0], *new = &diffing->flags->sides[1];
    struct stat a, b;
    if (old->count > 1 || new->count > 1 || stat(old->sources[0], &a) != 0 ||
        stat(new->sources[0], &b) != 0 || a.st_dev != b.st_dev || a.st_ino != b.st_ino)
        return;
    diag_add(diffing->cmd->sink, DIAG_COMPARE_SAME, str_from(new->sources[0]), 0, DIAG_NO_OFFSET,
             "OLD and NEW are the same file: nothing can have changed");
}

/* ---- the report ---- */

/* A rule that these profiles cannot answer: why not, and what they have. */
static void refuse_rule(struct diffing *diffing, const struct compare_rule *rule, long why)
{
    const struct comparison *comparison = diffing->comparison;
    struct str type = rule->type.len ? rule->type : comparison->type;
    struct sb list;
    if (why == RULE_OTHER_UNIT) {
        diag_add(diffing->cmd->sink, DIAG_COMPARE_UNIT, STR_NONE, 0, DIAG_NO_OFFSET,
                 "-fail-on '%.*s': %.*s is measured in %s", STR_ARGS(rule->text), STR_ARGS(type),
                 rule->unit == RULE_BYTES ? "objects" : "bytes");
        return;
    }
    sb_init(&list, &diffing->cmd->memory);
    for (size_t i = 0; i < comparison->total_count; i++)
        sb_addf(&list, "%s%.*s", i ? ", " : "", STR_ARGS(comparison->totals[i].type));
    diag_add(diffing->cmd->sink, DIAG_PROFILE_SAMPLE_TYPE, STR_NONE, 0, DIAG_NO_OFFSET,
             "-fail-on '%.*s': the profiles have no sample type %.*s; they have %.*s",
             STR_ARGS(rule->text), STR_ARGS(type), STR_ARGS(sb_str(&list)));
    sb_release(&list);
}

/* 0 when no rule is broken. */
static int judge_rules(struct diffing *diffing, struct report_rule *rules)
{
    const struct diff_flags *flags = diffing->flags;
    int code = EXIT_CLEAN;
    for (size_t i = 0; i < flags->rule_count; i++) {
        rules[i].rule = &flags->rules[i];
        rules[i].broken = compare_rule_broken(&flags->rules[i], diffing->comparison,
                                              &rules[i].first);
        if (rules[i].broken > 0)
            code = code ? code : EXIT_FINDINGS;
        if (rules[i].broken >= 0)
            continue;
        refuse_rule(diffing, &flags->rules[i], rules[i].broken);
        rules[i].broken = 0;
        code = EXIT_USAGE;
    }
    return code;
}

static int write_html(struct cmd *cmd, const struct report_diff *report, const char *path)
{
    struct report_style style = {.columns = 100};
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    report_diff_html(report, &style, &sb);
    enum status status = file_write_atomic(path, sb_str(&sb), &cmd->memory, cmd->sink);
    sb_release(&sb);
    return status ? EXIT_COULD_NOT : EXIT_CLEAN;
}

static int write_report(struct cmd *cmd, const struct diff_flags *flags,
                        const struct report_diff *report)
{
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal,
                                 .rows = flags->rows};
    int code = flags->html ? write_html(cmd, report, flags->html) : EXIT_CLEAN;
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    switch (flags->format) {
    case DIFF_TEXT: report_diff_text(report, &style, &sb); break;
    case DIFF_MARKDOWN: report_diff_markdown(report, &style, &sb); break;
    case DIFF_JSON: report_diff_json(report, &sb); break;
    }
    int printed = cmd_print(cmd, sb_str(&sb));
    sb_release(&sb);
    return code ? code : printed;
}

static double work_sum(const struct diff_flags *flags, enum compare_side side)
{
    double sum = 0;
    for (size_t run = 0; flags->work[side] && run < flags->sides[side].count; run++)
        sum += flags->work[side][run];
    return sum;
}

static int finish(struct diffing *diffing)
{
    const struct diff_flags *flags = diffing->flags;
    struct report_rule rules[MAX_RULES];
    compare_finish(diffing->comparison);
    int judged = judge_rules(diffing, rules);
    struct report_diff report = {
        .comparison = diffing->comparison, .by = flags->by, .rules = rules,
        .rule_count = flags->rule_count,
        .old_name = flags->sides[COMPARE_OLD].name, .new_name = flags->sides[COMPARE_NEW].name,
        .work = flags->work[0] ? flags->work_name : NULL,
        .work_count = {work_sum(flags, COMPARE_OLD), work_sum(flags, COMPARE_NEW)}};
    if (judged == EXIT_USAGE)
        return judged;
    int written = write_report(diffing->cmd, flags, &report);
    return written ? written : judged;
}

static int diff(struct cmd *cmd, const struct diff_flags *flags)
{
    char here[PATH_MAX], directory[PATH_MAX + 1] = "";
    struct diffing diffing = {.cmd = cmd, .flags = flags};
    if (getcwd(here, sizeof(here)))
        snprintf(directory, sizeof(directory), "%s/", here);
    struct compare_request request = {.sample_type = flags->sample_index,
                                      .directory = str_from(directory), .scale = flags->scale,
                                      .tree = flags->html != NULL};
    diffing.comparison = compare_new(&request, &cmd->memory);
    int code = EXIT_COULD_NOT;
    warn_same(&diffing);
    if (!add_runs(&diffing))
        code = finish(&diffing);
    compare_free(diffing.comparison);
    free_compilers(&diffing);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int verb_diff(struct cmd *cmd, int argc, char **argv)
{
    struct diff_flags flags;
    int code = diff_flags_parse(cmd, &flags, argc, argv);
    if (code < 0)
        code = diff(cmd, &flags);
    diff_flags_release(cmd, &flags);
    return code;
}
