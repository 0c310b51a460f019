/* prof_shell.c: `unheap prof FILE`: a prompt, as pprof's (google/pprof
 * internal/driver/interactive.go). Reports go to standard output, all else to standard error. */
#include "prof.h"

#include <stdio.h>

enum answer { GO_ON, END };

static void say(struct sb *sb)
{
    fprintf(stderr, "%.*s\n", STR_ARGS(sb_str(sb)));
    sb_clear(sb);
}

static void forget_diagnostics(struct cmd *cmd)
{
    diag_sink_free(cmd->sink);
    cmd->sink = diag_sink_new(&cmd->memory);
}

/* Tells what went wrong since, and forgets it. What is no matter of a file takes a line, as in
 * pprof: who types sees what it is about, and the hints are for command lines. */
static void tell_diagnostics(struct cmd *cmd)
{
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    for (size_t i = 0; i < diag_count(cmd->sink); i++)
        (diag_at(cmd->sink, i)->file.len ? diag_format : diag_format_short)(
            diag_at(cmd->sink, i), &sb);
    fwrite(sb.text, 1, sb.len, stderr);
    sb_release(&sb);
    forget_diagnostics(cmd);
}

/* ---- name=value ---- */

/* A sample type is looked up at once, and kept by its name. */
static bool check_sample_index(struct prof_shell *shell, struct str *value)
{
    uint32_t index;
    const char *text = arena_strndup(&shell->arena, value->ptr ? value->ptr : "", value->len);
    if (view_type_find(shell->view, text, shell->cmd->sink, &index)) {
        tell_diagnostics(shell->cmd);
        return false;
    }
    *value = view_type_name(shell->view, index);
    return true;
}

static bool is_bool(const struct prof_variable *variable, struct str name)
{
    return variable->kind == PROF_BOOL || !str_is(name, variable->name);
}

/* What a line gives a variable; a comment may end it. */
static struct str value_of(struct str text)
{
    ptrdiff_t comment = -1;
    for (size_t i = 0; i + 3 <= text.len; i++)
        if (memcmp(text.ptr + i, "//:", 3) == 0)
            comment = (ptrdiff_t)i;
    return str_trim(comment < 0 ? text : str_slice(text, 0, (size_t)comment));
}

/* True when the line named a variable, whatever came of it. */
static bool assign(struct prof_shell *shell, struct str line)
{
    struct str rest = line, name = str_trim(str_cut(&rest, '=')), value = value_of(rest);
    const struct prof_variable *variable = prof_variable_find(name);
    struct sb why;
    if (!variable)
        return false;
    sb_init(&why, &shell->cmd->memory);
    if (!rest.ptr && !is_bool(variable, name))
        sb_addf(&why, "please specify a value, e.g. %.*s=<val>", STR_ARGS(name));
    else if (!str_is(name, "sample_index") || check_sample_index(shell, &value))
        (void)prof_variable_set(shell->flags, name, value, &shell->arena, &why);
    if (why.len)
        say(&why);
    sb_release(&why);
    return true;
}

/* ---- lines ---- */

static struct str first_word(struct str line)
{
    size_t n = 0;
    while (n < line.len && line.ptr[n] > ' ')
        n++;
    return str_slice(line, 0, n);
}

static enum answer run_report(struct prof_shell *shell, struct str line)
{
    struct prof_flags once = *shell->flags;
    if (prof_shell_parse(shell, line, &once)) {
        struct view *copy = prof_samples_view(shell->samples, shell->view, once.command->report,
                                              &once.settings, shell->cmd->sink);
        if (copy)
            (void)prof_report(shell->cmd, &once, copy, true);
        view_free(copy);
        tell_diagnostics(shell->cmd);
    }
    return GO_ON;
}

static enum answer run_line(struct prof_shell *shell, struct str line)
{
    struct str word = first_word(line);
    if (assign(shell, line) || !word.len)
        return GO_ON;
    if (str_is(word, "o") || str_is(word, "options"))
        prof_shell_options(shell);
    else if (str_is(word, "exit") || str_is(word, "quit") || str_is(word, "q"))
        return END;
    else if (str_is(word, "help"))
        prof_shell_help(str_trim(str_skip(line, word.len)));
    else
        return run_report(shell, line);
    return GO_ON;
}

/* "inuse_space" chooses a sample type, "mean_..." its mean; ":" clears the filters. */
static enum answer expand(struct prof_shell *shell, struct str line)
{
    static const char *const filters[] = {"focus", "ignore", "hide", "tagfocus", "tagignore"};
    struct str type = line;
    struct sb sb;
    bool total = str_starts(line, STR("total_")), mean = str_starts(line, STR("mean_"));
    if (str_is(line, ":")) {
        sb_init(&sb, &shell->cmd->memory);
        for (size_t i = 0; i < COUNT_OF(filters); i++)
            (void)prof_variable_set(shell->flags, str_from(filters[i]), STR_NONE, &shell->arena,
                                    &sb);
        sb_release(&sb);
        return GO_ON;
    }
    for (size_t i = 0; i < view_type_count(shell->view); i++) {
        struct str name = view_type_name(shell->view, i);
        bool plain = str_equal(type, name);
        if (!plain && !((total || mean) && str_equal(str_skip(line, total ? 6 : 5), name)))
            continue;
        if (!plain)
            shell->flags->settings.mean = mean;
        shell->flags->settings.sample_index = arena_strndup(&shell->arena, name.ptr, name.len);
        return GO_ON;
    }
    return run_line(shell, line);
}

/* ---- all of it ---- */

static void greet(struct prof_shell *shell)
{
    struct cmd *cmd = shell->cmd;
    struct sb out, notes;
    sb_init(&out, &cmd->memory);
    sb_init(&notes, &cmd->memory);
    enum status status = view_write(shell->view, VIEW_GREETING, &shell->flags->settings, cmd->sink,
                                    &notes, &out);
    fprintf(stderr, "%.*s%.*s", STR_ARGS(sb_str(&notes)),
            STR_ARGS(status ? STR_NONE : sb_str(&out)));
    fputs("Entering interactive mode (type \"help\" for commands, \"o\" for options)\n", stderr);
    sb_release(&out);
    sb_release(&notes);
}

int prof_shell(struct cmd *cmd, struct prof_flags *flags, const struct prof_samples *samples,
               struct view *view)
{
    struct prof_shell shell = {.cmd = cmd, .flags = flags, .samples = samples, .view = view};
    struct str text;
    arena_init(&shell.arena, &cmd->memory);
    (void)cmd_diagnose(cmd); /* of the sources, in full */
    forget_diagnostics(cmd);
    flags->settings.compact_labels = true;
    greet(&shell);
    struct prof_line *line = prof_line_new(&shell);
    while (prof_line_read(line, &text) && expand(&shell, str_trim(text)) == GO_ON)
        ;
    prof_line_free(line);
    arena_release(&shell.arena);
    return EXIT_CLEAN;
}
