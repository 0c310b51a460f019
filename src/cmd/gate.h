/* gate: what the files of this verb share. */
#ifndef UNHEAP_CMD_GATE_H
#define UNHEAP_CMD_GATE_H

#include "cmd.h"
#include "compiler/compiler.h"
#include "gate/gate.h"

enum gate_format {
    GATE_TEXT, GATE_JSON, GATE_SARIF, GATE_GITHUB, GATE_MARKDOWN, GATE_GITLAB, GATE_JUNIT,
    GATE_FORMAT_COUNT
};

struct gate_flags {
    const char *dir, *baseline, *base_rev, *profile, *format, *diagnostics, *config;
    const char *tags, *goos, *goarch;
    const char *old_binary, *new_binary, *sample_index;
    struct flag_list old_profiles, new_profiles;
    struct flag_list budgets;
    bool json, update, init, install_hook, tests, dirty;
};

/* One run of the gate. */
struct gate_run {
    struct cmd *cmd;
    const struct gate_flags *flags;
    enum gate_format format;
    struct arena arena;
    const char *const *patterns;
    size_t pattern_count;
    struct str here;         /* the current directory, absolute */
    struct str module_dir;   /* absolute; the -C folder when there is no go.mod */
    const char *baseline;    /* path */
    const char *profile;     /* path of what new sites are weighed by; NULL: none */
    struct gate_policy policy;
    bool (*is_stopped)(void); /* while it is not NULL: a signal asked to stop */
};

/* ---- gate_git.c ---- */

/* Runs git with these words (NULL ends them) in dir; what it prints goes to `out` and `err` (either
 * may be NULL). True when git ran and was content. */
bool gate_git(struct cmd *cmd, const char *dir, const char *const *words, struct sb *out,
              struct sb *err);
/* The sites of a revision, analysed in a work tree of its own that is gone afterwards. */
NODISCARD enum status gate_of_revision(struct gate_run *run, struct gate_list *list);

/* ---- gate_setup.c ---- */

/* -init and -install-hook; the exit code. */
int gate_init(struct gate_run *run, const struct gate_list *list);
int gate_install_hook(struct gate_run *run);

/* ---- gate_measured.c ---- */

/* Two groups of profiles as lists: lines that grew are on the new side only, those that shrank on
 * the old one only. */
NODISCARD enum status gate_of_profiles(struct gate_run *run, struct gate_list *old,
                                       struct gate_list *new);

/* ---- gate_binary.c ---- */

/* The allocations of two executables as lists. */
NODISCARD enum status gate_of_binaries(struct gate_run *run, struct gate_list *old,
                                       struct gate_list *new);

/* ---- gate_run.c ---- */

/* A path of a profile or an executable, for people: one of this module ("module/x.go" with
 * -trimpath) or below the current directory as a relative path. */
struct str gate_path_here(struct gate_run *run, struct str module, struct str path);

/* Finds the module of flags->dir, reads its policy and settles what follows from it. gate_close in
 * any case. */
NODISCARD enum status gate_open(struct gate_run *run);
void gate_close(struct gate_run *run);
/* Reads the baseline; the list is to be released in any case. */
NODISCARD enum status gate_old_side(struct gate_run *run, struct gate_list *list);
/* Reads the profile that new sites are weighed by; it stays NULL where there is none. */
NODISCARD enum status gate_cost_profile(struct gate_run *run, struct profile **profile);

/* Asks the compiler about the packages in where->dir; `compiler` is filled in. */
NODISCARD enum status gate_ask(struct gate_run *run, const struct gate_request *where,
                               struct gate_list *list);

#endif
