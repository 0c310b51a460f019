/* go vet -vettool=$(which unheap): the gate, a package at a time, called by the go command.
 *
 * The protocol is unitchecker's (golang.org/x/tools/go/analysis): "-V=full" says which tool this
 * is, "-flags" which flags it has, "[-json] DIR/vet.cfg" describes a package. The go command keeps
 * what passed under a key of the package and of what -V=full prints; what is found also depends on
 * the policy, the baseline and the profile, so their contents are part of that line. Packages that
 * are only imported are asked about too: for them a file of facts is all that is wanted. */
#include "gate.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "report/report.h"
#include "syntax/syntax.h"

bool vettool_asked(int argc, char **argv)
{
    const char *last = argc > 0 ? argv[argc - 1] : "";
    bool only_flags = true;
    for (int i = 0; i + 1 < argc; i++)
        only_flags &= argv[i][0] == '-';
    return argc > 0 && only_flags &&
           (strncmp(last, "-V", 2) == 0 || strcmp(last, "-flags") == 0 ||
            strcmp(last, "--flags") == 0 || str_ends(str_from(last), STR(".cfg")));
}

/* ---- -V=full ---- */

static uint64_t file_hash(const char *path, const struct memory *memory, uint64_t hash)
{
    struct diag_sink *quiet = diag_sink_new(memory); /* no file is an answer, too */
    struct file file;
    hash = hash_mix(hash, 1);
    if (path && file_exists(path) && file_open(&file, path, memory, quiet) == STATUS_OK) {
        hash = hash_mix(hash, hash_bytes((const char *)file.bytes, file.size));
        file_close(&file);
    }
    diag_sink_free(quiet);
    return hash;
}

/* Of what decides in one module, but for its packages. */
static uint64_t module_hash(struct cmd *cmd, const char *dir, uint64_t hash)
{
    const struct gate_flags flags = {.dir = dir};
    struct gate_run run = {.cmd = cmd, .flags = &flags};
    struct diag_sink *told = cmd->sink;
    cmd->sink = diag_sink_new(&cmd->memory); /* mistakes are told when a package is asked about */
    enum status status = gate_open(&run);
    diag_sink_free(cmd->sink);
    cmd->sink = told;
    struct sb path;
    sb_init(&path, &cmd->memory);
    sb_addf(&path, "%.*s/.unheap.toml", STR_ARGS(run.module_dir));
    hash = file_hash(path.text, &cmd->memory, hash_mix(hash, status));
    hash = file_hash(run.baseline, &cmd->memory, hash);
    hash = file_hash(run.profile, &cmd->memory, hash);
    sb_release(&path);
    gate_close(&run);
    return hash;
}

/* The modules of a go.work: whatever in it is a folder. */
static uint64_t workspace_hash(struct cmd *cmd, uint64_t hash)
{
    struct arena arena;
    struct sb path;
    struct file file;
    arena_init(&arena, &cmd->memory);
    sb_init(&path, &cmd->memory);
    struct str root = gate_find_up(NULL, "go.work", &arena);
    sb_addf(&path, "%.*s/go.work", STR_ARGS(root));
    if (root.len && file_open(&file, path.text, &cmd->memory, cmd->sink) == STATUS_OK) {
        struct str rest = {(const char *)file.bytes, file.size};
        while (rest.len) {
            struct str line = str_trim(str_cut(&rest, '\n'));
            if (str_starts(line, STR("use ")))
                line = str_trim(str_skip(line, sizeof("use ") - 1));
            sb_clear(&path);
            sb_addf(&path, "%.*s/%.*s", STR_ARGS(root), STR_ARGS(line));
            if (line.len && dir_exists(path.text))
                hash = module_hash(cmd, path.text, hash);
        }
        file_close(&file);
    }
    sb_release(&path);
    arena_release(&arena);
    return hash;
}

static int tell_version(struct cmd *cmd)
{
    uint64_t program = file_hash("/proc/self/exe", &cmd->memory, 1);
    uint64_t settings = workspace_hash(cmd, module_hash(cmd, NULL, 2));
    printf("unheap version %s buildID=%016" PRIx64 "%016" PRIx64 "\n", UNHEAP_VERSION, program,
           settings);
    return fflush(stdout) ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* ---- a package ---- */

/* "package main", and are all its files test files? */
static void clauses_read(struct cmd *cmd, struct compiler_unit *unit, bool *only_tests)
{
    struct arena arena;
    struct file file;
    *only_tests = true;
    for (size_t i = 0; i < unit->file_count; i++)
        *only_tests &= str_ends(unit->files[i], STR("_test.go"));
    if (file_open(&file, unit->files[0].ptr, &cmd->memory, cmd->sink) != STATUS_OK)
        return;
    struct syntax_file syntax;
    arena_init(&arena, &cmd->memory);
    syntax_read(&syntax, (struct str){(const char *)file.bytes, file.size}, &arena);
    unit->is_program = str_is(syntax.package, "main");
    arena_release(&arena);
    file_close(&file);
}

/* Standard output goes where the go command wants it. */
static enum status output_write(struct cmd *cmd, const struct compiler_unit *unit,
                                struct str text)
{
    if (unit->output.len)
        return file_write_atomic(unit->output.ptr, text, &cmd->memory, cmd->sink);
    return cmd_print(cmd, text) ? STATUS_IO : STATUS_OK;
}

/* What fails goes into the JSON, if there is to be one: then the go command tells it and sets the
 * exit code. What only warns is told on standard error in any case. */
static int verdict_tell(struct gate_run *run, const struct compiler_unit *unit,
                        const struct gate_verdict *verdict)
{
    struct cmd *cmd = run->cmd;
    const struct report_gate report = {.verdict = verdict, .root = STR("/"), .here = run->here,
                                       .against = "the baseline"};
    struct sb out, lines;
    sb_init(&out, &cmd->memory);
    sb_init(&lines, &cmd->memory);
    int code = verdict->fails ? EXIT_COULD_NOT : EXIT_CLEAN; /* as vet has it */
    report_gate_vet_lines(&report, false, &lines);
    if (run->flags->json) {
        report_gate_vet_json(&report, unit->id, &out);
        code = output_write(cmd, unit, sb_str(&out)) ? EXIT_COULD_NOT : EXIT_CLEAN;
    } else {
        report_gate_vet_lines(&report, true, &lines);
    }
    fwrite(lines.text ? lines.text : "", 1, lines.len, stderr);
    sb_release(&lines);
    sb_release(&out);
    return code;
}

static int unit_judge(struct gate_run *run, const struct compiler_unit *unit,
                      const struct gate_list *old)
{
    struct cmd *cmd = run->cmd;
    struct compiler *compiler = NULL;
    struct profile *profile = NULL;
    if (compiler_unit_run(unit, cmd->workers, cmd->sink, &compiler))
        return EXIT_COULD_NOT;
    struct gate_list new;
    const struct gate_request request = {.compiler = compiler, .dir = unit->dir.ptr,
                                         .module_dir = run->module_dir,
                                         .only_dir = unit->dir};
    gate_collect(&request, &cmd->memory, &new);
    compiler_free(compiler);
    int code = EXIT_COULD_NOT;
    if (gate_cost_profile(run, &profile) == STATUS_OK) {
        const struct gate_question question = {.old = old, .new = &new, .policy = &run->policy,
                                               .profile = profile, .module_dir = run->module_dir};
        struct gate_verdict verdict;
        gate_judge(&question, &cmd->memory, &verdict);
        code = verdict_tell(run, unit, &verdict);
        gate_verdict_release(&verdict);
    }
    profile_free(profile);
    gate_list_release(&new);
    return code;
}

static int unit_gate(struct cmd *cmd, struct compiler_unit *unit, bool json)
{
    const struct gate_flags flags = {.dir = unit->dir.ptr, .json = json};
    struct gate_run run = {.cmd = cmd, .flags = &flags};
    struct gate_list old;
    bool only_tests;
    int code = EXIT_COULD_NOT;
    clauses_read(cmd, unit, &only_tests);
    if (gate_open(&run) == STATUS_OK) {
        if (only_tests && !run.policy.tests) {
            code = EXIT_CLEAN;
        } else {
            if (gate_old_side(&run, &old) == STATUS_OK)
                code = unit_judge(&run, unit, &old);
            gate_list_release(&old);
        }
    }
    gate_close(&run);
    return code;
}

/* Those that import the package find their facts here. Nothing is lost when it is cut off, and
 * there is one for each package of the standard library: so it is written without ceremony. */
static int facts_write(struct cmd *cmd, const struct compiler_unit *unit)
{
    FILE *file = fopen(unit->facts.ptr, "w");
    bool good = file && fputs("unheap has no facts\n", file) >= 0;
    if ((file && fclose(file)) || !good) {
        diag_add(cmd->sink, DIAG_FILE_WRITE, unit->facts, 0, DIAG_NO_OFFSET,
                 "the facts cannot be written");
        return EXIT_COULD_NOT;
    }
    return EXIT_CLEAN;
}

static int unit_work(struct cmd *cmd, const char *path, bool json)
{
    struct compiler_unit unit;
    struct file file;
    if (file_open(&file, path, &cmd->memory, cmd->sink))
        return EXIT_COULD_NOT;
    struct str bytes = {(const char *)file.bytes, file.size};
    int code = EXIT_COULD_NOT;
    if (compiler_unit_read(bytes, str_from(path), &cmd->memory, cmd->sink, &unit) == STATUS_OK) {
        code = unit.only_facts ? EXIT_CLEAN : unit_gate(cmd, &unit, json);
        if (!code)
            code = facts_write(cmd, &unit);
    }
    compiler_unit_release(&unit);
    file_close(&file);
    return code;
}

static const char flag_list[] =
    "[{\"Name\":\"json\",\"Bool\":true,\"Usage\":\"what is new on the heap as JSON\"}]\n";

int verb_vettool(struct cmd *cmd, int argc, char **argv)
{
    const char *last = argv[argc - 1];
    bool json = false;
    int code;
    for (int i = 0; i + 1 < argc; i++)
        json |= strcmp(argv[i], "-json") == 0 || strcmp(argv[i], "-json=true") == 0 ||
                strcmp(argv[i], "--json") == 0;
    if (strncmp(last, "-V", 2) == 0)
        code = tell_version(cmd);
    else if (last[0] == '-')
        code = cmd_print(cmd, str_from(flag_list));
    else
        code = unit_work(cmd, last, json);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}
