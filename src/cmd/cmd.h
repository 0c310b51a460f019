/* cmd: the command line. One file per verb; the only room that prints, exits and holds state. */
#ifndef UNHEAP_CMD_H
#define UNHEAP_CMD_H

#include "base/base.h"

/* A release sets it. */
#ifndef UNHEAP_VERSION
#define UNHEAP_VERSION "0.1"
#endif

/* Exit codes of the contract (reference/cli.md). */
enum { EXIT_CLEAN = 0, EXIT_COULD_NOT = 1, EXIT_USAGE = 2, EXIT_FINDINGS = 3 };

/* What every verb gets. */
struct cmd {
    const char *verb; /* its name, for "see unheap VERB -h" */
    struct memory memory;
    struct diag_sink *sink;
    struct workers *workers;
    bool stdout_terminal, stderr_terminal;
    bool pipe_widened; /* once much text goes to standard output */
    unsigned columns;
    int64_t progress_milliseconds; /* when the progress line was last drawn */
};

/* A flag as Go's flag package has it: -name value, -name=value, --name; booleans -name,
 * -name=false. */
enum flag_kind { FLAG_BOOL, FLAG_STRING, FLAG_UNSIGNED, FLAG_LIST };
struct flag_list {
    const char **at;
    size_t len, cap;
};
struct flag {
    const char *name;
    enum flag_kind kind;
    void *target;     /* bool *, const char **, unsigned *, struct flag_list * */
    const char *argument; /* "FILE" in the help */
    const char *help;
};
/* A verb's words after its name. */
struct arguments {
    int argc;
    char **argv;
    size_t count; /* of arguments left at the front of argv, once the flags are parsed */
};
/* Parses the words: flags may stand before and after arguments, "--" ends them. Arguments are moved
 * to the front of argv. -h and -help print `usage` and the flags on standard output. Returns -1 to
 * go on, else the exit code (0 after help, 2 after a mistake). */
int flags_parse(struct cmd *cmd, const char *usage, const struct flag *flags, size_t flag_count,
                struct arguments *arguments);

/* ---- nearest.c: the name somebody meant ----
 * Offer all names; `name` is then the one a typing mistake or two away (the first of equals), or
 * NULL. The names offered must outlive it. */
struct nearest {
    struct str meant;
    const char *name;
    unsigned distance; /* a name must be nearer than this */
};
void nearest_init(struct nearest *nearest, struct str meant);
void nearest_offer(struct nearest *nearest, const char *name);

/* Writes to standard output; a failed write (a closed pipe, a full disk) is exit code 1. */
int cmd_print(struct cmd *cmd, struct str text);
/* Tells all collected diagnostics on standard error; returns EXIT_COULD_NOT if there is an error.
 */
int cmd_diagnose(struct cmd *cmd);
/* The go command's progress (compiler_request.progress, with the struct cmd as its context), a line
 * on standard error, on a terminal only, at most ten times a second. */
bool cmd_compiler_progress(void *cmd, size_t packages_done, size_t bytes);
void cmd_progress_wipe(struct cmd *cmd);

/* ---- witness.c: for verbs that ask the compiler ---- */

struct profile;
struct compiler;
struct compiler_request;
/* What the compiler says: from the file or folder `diagnostics`, or where that is NULL by running
 * go, with the progress told meanwhile. */
NODISCARD enum status cmd_compiler(struct cmd *cmd, const char *diagnostics,
                                   const struct compiler_request *request,
                                   struct compiler **compiler);
/* Test files are taken in when the profile names them. */
bool cmd_names_tests(const struct profile *profile);
/* GOROOT, else the folder above the go command's on the PATH, else NULL. Either points into `room`
 * or the environment. */
const char *cmd_find_goroot(char *room, size_t size);
/* GOMODCACHE, else GOPATH/pkg/mod, else ~/go/pkg/mod (cmd/go, "go help environment"). */
const char *cmd_find_modcache(char *room, size_t size);

/* ---- objects.c: prof -sizes, prof -types ---- */

bool objects_asked(int argc, char **argv); /* the words ask for one of them */
int verb_prof_objects(struct cmd *cmd, int argc, char **argv);

/* ---- vettool.c: what `go vet -vettool` calls ---- */

bool vettool_asked(int argc, char **argv); /* the words are those of its protocol */
int verb_vettool(struct cmd *cmd, int argc, char **argv);

/* Makes the folders that lead to a file; false when they are there afterwards. */
bool cmd_make_dirs(const char *path);

int verb_gate(struct cmd *cmd, int argc, char **argv);
int verb_hot(struct cmd *cmd, int argc, char **argv);
int verb_why(struct cmd *cmd, int argc, char **argv);
int verb_prof(struct cmd *cmd, int argc, char **argv);
int verb_diff(struct cmd *cmd, int argc, char **argv);
int verb_bin(struct cmd *cmd, int argc, char **argv);
/* What does the collector do to latency? */
int verb_gc(struct cmd *cmd, int argc, char **argv);
/* A daemon that samples, answers with metrics and acts. */
int verb_watch(struct cmd *cmd, int argc, char **argv);
/* Where did the memory limit go? */
int verb_ledger(struct cmd *cmd, int argc, char **argv);
/* One heap profile, now, from outside. */
int verb_capture(struct cmd *cmd, int argc, char **argv);
int verb_version(struct cmd *cmd, int argc, char **argv);

#endif
