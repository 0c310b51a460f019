/* prof.h: what the files of the verb prof share. */
#ifndef UNHEAP_CMD_PROF_H
#define UNHEAP_CMD_PROF_H

#include "cmd.h"
#include "view/view.h"

/* A report by the name it has as a flag and in the shell. */
struct prof_command {
    const char *name, *help;
    enum view_report report;
    const char *argument; /* "RE" when it takes one, else NULL */
    const char *draw;     /* the graph is drawn in this format of Graphviz, or NULL */
    const char *suffix;   /* on a terminal it goes to a file that ends so, or NULL */
    const char *viewers;  /* programs that show it, the first there is, with | between; or NULL */
};
enum { PROF_COMMAND_COUNT = 25 };
const struct prof_command *prof_command_at(size_t index);
/* NULL when there is none. */
const struct prof_command *prof_command_find(struct str name);

struct prof_flags {
    struct view_settings settings;
    struct view_sources sources;
    struct flag_list bases, diff_bases;
    const struct prof_command *command; /* NULL: the shell */
    const char *output;
    bool flame; /* the page, or with -svg the picture, of the tree of calls */
    bool json;  /* the graph as data */
    bool intel_syntax;
    const char *http; /* the address to serve views at, or NULL */
    bool no_browser;  /* none is opened in any case */
};

/* -1 to go on, else the exit code. The flags point into argv. */
int prof_flags_parse(struct cmd *cmd, struct prof_flags *flags, int argc, char **argv);
void prof_flags_release(struct cmd *cmd, struct prof_flags *flags);

/* ---- prof.c ---- */

/* Makes flags->command's report of the view, which it uses up, and puts it where it belongs.
 * `in_shell`: what is no text never goes to standard output. Returns an exit code. */
int prof_report(struct cmd *cmd, const struct prof_flags *flags, struct view *view, bool in_shell);

/* ---- prof_programs.c: executables, for names of addresses and -disasm ---- */

struct prof_programs {
    struct cmd *cmd;
    VEC(struct prof_program *) list;
    struct sb folders; /* where executables are looked for */
    struct view_programs face;
};
/* programs->face is for view_load; it points to `programs`. */
void prof_programs_init(struct prof_programs *programs, struct cmd *cmd);
void prof_programs_release(struct prof_programs *programs);

/* ---- prof_flame.c: flame graph, treemap and timeline ---- */

/* As prof_report, for flags->flame: the page on standard output or in a file. */
int prof_flame(struct cmd *cmd, const struct prof_flags *flags, struct view *view);

/* ---- prof_json.c ---- */

/* As prof_report, for flags->json. */
int prof_json(struct cmd *cmd, const struct prof_flags *flags, struct view *view);

/* ---- prof_samples.c: for the shell and the server ---- */

struct prof_samples {
    struct cmd *cmd;
    const struct view_sources *sources;
    struct prof_stamp *stamps; /* of all sources, as they were when the profile was read */
};
/* Before the profile is read: sets how much of it is kept, in flags->sources, which it points to.
 */
void prof_samples_init(struct prof_samples *samples, struct cmd *cmd, struct prof_flags *flags);
void prof_samples_release(struct prof_samples *samples);
/* A view for one report to use up: a copy of `kept`, or all samples, read again. NULL when a source
 * has changed since, which is told. */
struct view *prof_samples_view(const struct prof_samples *samples, const struct view *kept,
                               enum view_report report, const struct view_settings *settings,
                               struct diag_sink *sink);

/* ---- prof_http.c ---- */

/* Serves pages of the view at flags->http until SIGINT or SIGTERM. Returns an exit code. */
int prof_http(struct cmd *cmd, const struct prof_flags *flags, const struct prof_samples *samples,
              const struct view *view);

/* ---- prof_output.c: where a report goes ---- */

/* `text` is the finished report. */
int prof_put(struct cmd *cmd, const struct prof_flags *flags, struct str text, bool in_shell);
/* Writes FOLDER/NAME001.SUFFIX, or with the first number that is free, and leaves its path in
 * `path`; the folder's text ends in "/". */
int prof_write_new(struct sb *path, const char *folder, const char *name, const char *suffix,
                   struct str text);
/* Has Graphviz's `dot` draw a graph. */
int prof_draw(struct cmd *cmd, const char *format, struct str graph, struct sb *out);

/* ---- prof_numbers.c: numbers as Go reads and shows them ---- */

/* As ParseFloat. False, and the value stays, when the text is no number or too large for one. */
bool prof_number_read(const char *text, double *value);
/* As ParseInt with base 0, so with Go's prefixes for other bases. */
bool prof_integer_read(const char *text, int64_t *value);
/* Appends it as fmt's %v. */
void prof_number_show(double value, struct sb *out);

/* ---- prof_save.c: of what comes over the net ---- */

/* As profile_options.fetching wants it. */
void prof_say_fetching(struct str address, unsigned seconds);
/* Writes the profile to a new file in one of pprof's folders, and says which. */
void prof_save(struct cmd *cmd, const struct view *view);

/* ---- prof_variables.c: pprof's variables, by name ---- */

enum prof_kind { PROF_BOOL, PROF_INTEGER, PROF_NUMBER, PROF_TEXT, PROF_CHOICE };
struct prof_variable {
    const char *name, *help;
    enum prof_kind kind;
    const char *choices; /* of PROF_CHOICE: with | between */
    size_t offset;       /* in struct prof_flags */
};
size_t prof_variable_count(void);
const struct prof_variable *prof_variable_at(size_t index);
/* By its name, or by that of one of its choices; NULL when there is none. */
const struct prof_variable *prof_variable_find(struct str name);
/* Appends its value as text. */
void prof_variable_show(const struct prof_variable *variable, const struct prof_flags *flags,
                        struct sb *out);
/* Sets name=value (a choice is set by choice=true); the text lives in the arena. False when the
 * value does not fit, with why appended to `why`. */
bool prof_variable_set(struct prof_flags *flags, struct str name, struct str value,
                       struct arena *arena, struct sb *why);

/* ---- prof_shell.c, prof_shell_words.c, prof_line.c ---- */

/* Reads commands until the end of standard input. */
int prof_shell(struct cmd *cmd, struct prof_flags *flags, const struct prof_samples *samples,
               struct view *view);

struct prof_shell {
    struct cmd *cmd;
    struct prof_flags *flags;
    const struct prof_samples *samples;
    struct view *view;
    struct arena arena; /* texts of variables */
};
/* What to do for a line of words: a report with the variables for this one time. False when it is
 * no report's line, told on standard error. */
bool prof_shell_parse(struct prof_shell *shell, struct str line, struct prof_flags *once);
/* The line with its last word completed, where just one thing fits; in the arena. */
struct str prof_shell_complete(struct prof_shell *shell, struct str line, struct arena *arena);
void prof_shell_help(struct str topic);
void prof_shell_options(struct prof_shell *shell);

/* Lines from a terminal with editing, history and completion, else from standard input as it is. */
struct prof_line;
struct prof_line *prof_line_new(struct prof_shell *shell);
/* False at the end. The line is valid until the next. */
bool prof_line_read(struct prof_line *line, struct str *text);
void prof_line_free(struct prof_line *line);

#endif
