/* prof_line.c: lines for the shell. On a terminal libedit edits, remembers and completes them; it
 * is loaded only then, so that nobody else pays for it, and where it is missing lines are read as
 * they come. */
#include "prof.h"

#include <errno.h>
#include <histedit.h>
#include <stdio.h>
#include <unistd.h>

#define PROMPT "(pprof) "

enum { HISTORY_LINES = 1000 };

/* The functions of libedit that are used, under their names. */
struct editor {
    void *library;
    EditLine *(*el_init)(const char *, FILE *, FILE *, FILE *);
    void (*el_end)(EditLine *);
    int (*el_set)(EditLine *, int, ...);
    const char *(*el_gets)(EditLine *, int *);
    const LineInfo *(*el_line)(EditLine *);
    int (*el_insertstr)(EditLine *, const char *);
    void (*el_deletestr)(EditLine *, int);
    History *(*history_init)(void);
    void (*history_end)(History *);
    int (*history)(History *, HistEvent *, int, ...);
};

struct prof_line {
    struct prof_shell *shell;
    struct editor editor;
    EditLine *edit; /* NULL: plain lines */
    History *history;
    struct sb plain; /* what was read; plain lines are cut off it from `at` on */
    size_t at;
};

static bool load_editor(struct editor *editor)
{
    static const char *const names[] = {"libedit.so.2", "libedit.so.0", "libedit.so"};
    const struct library_function functions[] = {
        {"el_init", &editor->el_init},           {"el_end", &editor->el_end},
        {"el_set", &editor->el_set},             {"el_gets", &editor->el_gets},
        {"el_line", &editor->el_line},           {"el_insertstr", &editor->el_insertstr},
        {"el_deletestr", &editor->el_deletestr}, {"history_init", &editor->history_init},
        {"history_end", &editor->history_end},   {"history", &editor->history},
    };
    editor->library = library_open(names, COUNT_OF(names), functions, COUNT_OF(functions));
    return editor->library != NULL;
}

static char *prompt(EditLine *edit)
{
    (void)edit;
    static char text[] = PROMPT;
    return text;
}

/* libedit's callbacks get no context of ours that could be reached without its own functions. */
static struct prof_line *current;

/* Replaces what stands before the cursor. */
static unsigned char complete(EditLine *edit, int key)
{
    struct editor *editor = &current->editor;
    const LineInfo *info = editor->el_line(edit);
    struct str before = str_span(info->buffer, info->cursor);
    struct arena arena;
    (void)key;
    arena_init(&arena, &current->shell->cmd->memory);
    struct str text = prof_shell_complete(current->shell, before, &arena);
    bool changed = !str_equal(text, before);
    const char *copy = arena_strndup(&arena, text.ptr ? text.ptr : "", text.len);
    if (changed) {
        editor->el_deletestr(edit, (int)before.len);
        editor->el_insertstr(edit, copy);
    }
    arena_release(&arena);
    return changed ? CC_REFRESH : CC_ERROR;
}

static void start_editing(struct prof_line *line)
{
    struct editor *editor = &line->editor;
    HistEvent event;
    if (!isatty(STDIN_FILENO) || !load_editor(editor))
        return;
    line->edit = editor->el_init("unheap", stdin, stderr, stderr);
    if (!line->edit)
        return;
    line->history = editor->history_init();
    editor->history(line->history, &event, H_SETSIZE, HISTORY_LINES);
    editor->el_set(line->edit, EL_PROMPT, prompt);
    editor->el_set(line->edit, EL_SIGNAL, 1); /* Ctrl-C gives the terminal back as it was */
    editor->el_set(line->edit, EL_EDITOR, "emacs");
    editor->el_set(line->edit, EL_HIST, editor->history, line->history);
    current = line;
    editor->el_set(line->edit, EL_ADDFN, "unheap-complete", "completes a word", complete);
    editor->el_set(line->edit, EL_BIND, "^I", "unheap-complete", NULL);
}

struct prof_line *prof_line_new(struct prof_shell *shell)
{
    struct prof_line *line = memory_get(&shell->cmd->memory, sizeof(*line));
    *line = (struct prof_line){.shell = shell};
    sb_init(&line->plain, &shell->cmd->memory);
    start_editing(line);
    return line;
}

static bool read_edited(struct prof_line *line, struct str *text)
{
    HistEvent event;
    int n;
    const char *read = line->editor.el_gets(line->edit, &n);
    if (!read || n <= 0)
        return false;
    *text = (struct str){read, (size_t)n};
    if (str_trim(*text).len)
        line->editor.history(line->history, &event, H_ENTER, read);
    return true;
}

/* False at the end of the input. */
static bool read_more(struct prof_line *line)
{
    char buf[4096];
    ssize_t n = read(STDIN_FILENO, buf, sizeof(buf));
    if (n < 0 && errno == EINTR)
        return true;
    if (n > 0)
        sb_addn(&line->plain, buf, (size_t)n);
    return n > 0 && !line->plain.full;
}

static bool read_plain(struct prof_line *line, struct str *text)
{
    ptrdiff_t end;
    if (line->at == line->plain.len) {
        sb_clear(&line->plain);
        line->at = 0;
    }
    do
        end = str_find_char(str_skip(sb_str(&line->plain), line->at), '\n');
    while (end < 0 && read_more(line));
    *text = str_skip(sb_str(&line->plain), line->at);
    if (end >= 0)
        *text = str_slice(*text, 0, (size_t)end);
    line->at = end < 0 ? line->plain.len : line->at + (size_t)end + 1;
    return end >= 0 || text->len > 0;
}

bool prof_line_read(struct prof_line *line, struct str *text)
{
    if (line->edit)
        return read_edited(line, text);
    return cmd_print(line->shell->cmd, STR(PROMPT)) == EXIT_CLEAN && read_plain(line, text);
}

void prof_line_free(struct prof_line *line)
{
    if (line->history)
        line->editor.history_end(line->history);
    if (line->edit)
        line->editor.el_end(line->edit);
    library_close(line->editor.library);
    sb_release(&line->plain);
    memory_put(&line->shell->cmd->memory, line);
}
