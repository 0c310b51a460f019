/* prof_shell_words.c: what the shell's words mean: a report's line, help, the list of variables,
 * completion (google/pprof internal/driver/interactive.go). */
#include "prof.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- a report's line: NAME [argument] [N] [focus]... [-ignore]... [>FILE] ---- */

struct words {
    struct str *at;
    size_t count, next;
    struct str name; /* of the command, when its digits became the first argument */
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static struct words split(struct str line, struct arena *arena)
{
    struct words words = {.at = ARENA_ARRAY(arena, struct str, line.len / 2 + 2)};
    for (size_t i = 0; i < line.len;) {
        size_t from = i;
        while (i < line.len && !is_blank(line.ptr[i]))
            i++;
        if (i > from)
            words.at[words.count++] = str_slice(line, from, i);
        else
            i++;
    }
    return words;
}

static const char *text_of(struct str word, struct arena *arena)
{
    return arena_strndup(arena, word.ptr ? word.ptr : "", word.len);
}

static bool read_count(struct str word, int64_t *count)
{
    bool plus = str_starts(word, STR("+"));
    return str_to_i64(plus ? str_skip(word, 1) : word, count) && *count >= INT32_MIN &&
           *count <= INT32_MAX;
}

/* "top10" is "top 10": the name ends before the digits, unless there is nothing else. */
static struct str without_digits(struct str name)
{
    size_t digits = 0;
    while (digits < name.len && name.ptr[name.len - 1 - digits] >= '0' &&
           name.ptr[name.len - 1 - digits] <= '9')
        digits++;
    return digits < name.len ? str_slice(name, 0, name.len - digits) : name;
}

static const struct prof_command *find_command(struct words *words)
{
    struct str full = words->at[0], name = without_digits(full);
    const struct prof_command *command = prof_command_find(full);
    words->next = 1;
    if (command || name.len == full.len)
        return command;
    command = prof_command_find(name);
    words->at[0] = str_skip(full, name.len); /* read as its first argument */
    words->next = 0;
    words->name = name;
    return command;
}

static bool refuse(const char *fmt, struct str what)
{
    fprintf(stderr, fmt, STR_ARGS(what));
    fputc('\n', stderr);
    return false;
}

/* Patterns that are given one after the other are alternatives. */
static const char *joined(const char *before, struct str word, struct arena *arena)
{
    size_t n = before ? strlen(before) : 0;
    char *text = arena_text(arena, n + word.len + 2);
    size_t bar = n && word.len;
    if (n)
        memcpy(text, before, n);
    text[n] = '|';
    if (word.len)
        memcpy(text + n + bar, word.ptr, word.len);
    text[n + bar + word.len] = '\0';
    return text;
}

struct asked {
    const char *focus, *ignore;
};

static bool read_word(struct words *words, struct prof_flags *once, struct asked *asked,
                      struct arena *arena)
{
    struct str word = words->at[words->next++];
    if (read_count(word, &once->settings.nodecount))
        return true;
    if (word.ptr[0] == '>') {
        if (word.len == 1 && words->next == words->count)
            return refuse("unexpected end of line after >%.*s", STR_NONE);
        word = word.len == 1 ? words->at[words->next++] : str_skip(word, 1);
        once->output = text_of(word, arena);
    } else if (str_is(word, "-cum") || str_is(word, "--cum")) {
        once->settings.cum = true;
    } else if (word.ptr[0] == '-') {
        asked->ignore = joined(asked->ignore, str_skip(word, 1), arena);
    } else {
        asked->focus = joined(asked->focus, word, arena);
    }
    return true;
}

static void apply(struct prof_flags *once, const struct asked *asked)
{
    struct view_settings *settings = &once->settings;
    bool tags = once->command->report == VIEW_TAGS;
    if (asked->focus && *asked->focus)
        *(tags ? &settings->tagfocus : &settings->focus) = asked->focus;
    if (asked->ignore && *asked->ignore)
        *(tags ? &settings->tagignore : &settings->ignore) = asked->ignore;
    if (settings->nodecount == -1 && once->command->report == VIEW_TOP)
        settings->nodecount = 10;
}

static bool unknown_command(const struct words *words)
{
    struct str name = words->name.len ? words->name : words->at[0];
    struct str value = words->next < words->count ? words->at[words->next] : STR("<val>");
    if (!prof_variable_find(name))
        return refuse("unrecognized command: \"%.*s\"", name);
    fprintf(stderr, "did you mean: %.*s=%.*s\n", STR_ARGS(name), STR_ARGS(value));
    return false;
}

bool prof_shell_parse(struct prof_shell *shell, struct str line, struct prof_flags *once)
{
    struct arena *arena = &shell->arena;
    struct words words = split(line, arena);
    struct asked asked = {0};
    once->command = find_command(&words);
    if (!once->command)
        return unknown_command(&words);
    if (once->command->argument) {
        if (words.next == words.count)
            return refuse("command %.*s requires an argument", str_from(once->command->name));
        once->settings.argument = text_of(words.at[words.next++], arena);
    }
    while (words.next < words.count)
        if (!read_word(&words, once, &asked, arena))
            return false;
    apply(once, &asked);
    return true;
}

/* ---- help ---- */

static void help_for(const char *name, const char *help)
{
    fprintf(stderr, "    %-16s %s\n", name, help);
}

static void help_all(void)
{
    fputs("  Commands, as NAME [n] [focus]... [-ignore]... [-cum] [>file]:\n", stderr);
    for (size_t i = 0; i < PROF_COMMAND_COUNT; i++)
        help_for(prof_command_at(i)->name, prof_command_at(i)->help);
    help_for("o/options", "the variables and their values");
    help_for("q/quit/exit/^D", "leave");
    help_for(":", "clear focus, ignore, hide, tagfocus, tagignore");
    help_for("<sample type>", "show this type of values; total_ or mean_ before it too");
    fputs("\n  Variables, as NAME=value:\n", stderr);
    for (size_t i = 0; i < prof_variable_count(); i++)
        help_for(prof_variable_at(i)->name, prof_variable_at(i)->help);
}

void prof_shell_help(struct str topic)
{
    const struct prof_command *command = prof_command_find(topic);
    const struct prof_variable *variable = prof_variable_find(topic);
    if (!topic.len)
        help_all();
    else if (command)
        fprintf(stderr, "%s\n  %s%s [n] [focus]... [-ignore]... [-cum] [>file]\n", command->help,
                command->name, command->argument ? " RE" : "");
    else if (variable)
        fprintf(stderr, "%s\n", variable->help);
    else
        fprintf(stderr, "Unknown command: %.*s\n", STR_ARGS(topic));
}

/* ---- the list of variables ---- */

static void add_choices(struct str rest, struct sb *out)
{
    for (const char *before = "["; rest.ptr; before = " | ") {
        sb_adds(out, before);
        sb_add(out, str_cut(&rest, '|'));
    }
    sb_adds(out, "]");
}

static void add_types(const struct view *view, struct sb *out)
{
    for (size_t i = 0; i < view_type_count(view); i++)
        sb_addf(out, "%s%.*s", i ? " | " : "[", STR_ARGS(view_type_name(view, i)));
    sb_adds(out, "]");
}

static void show_variable(struct prof_shell *shell, const struct prof_variable *variable,
                          struct sb *value, struct sb *comment)
{
    bool samples = strcmp(variable->name, "sample_index") == 0;
    prof_variable_show(variable, shell->flags, value);
    if (samples && !value->len)
        sb_add(value, view_type_name(shell->view, view_type_count(shell->view) - 1));
    if (variable->kind == PROF_CHOICE)
        add_choices(strcmp(variable->name, "sort") == 0
                        ? STR("cum|flat")
                        : STR("addresses|filefunctions|files|functions|lines"),
                    comment);
    else if (samples)
        add_types(shell->view, comment);
    else if (strcmp(variable->name, "nodecount") == 0 && str_is(sb_str(value), "-1"))
        sb_adds(comment, "default");
    if (!value->len)
        sb_adds(value, variable->kind == PROF_CHOICE ? "(default)" : "\"\"");
    fprintf(stderr, "  %-25s = %-20s %s%s\n", variable->name, value->text,
            comment->len ? "//: " : "", comment->len ? comment->text : "");
}

void prof_shell_options(struct prof_shell *shell)
{
    struct sb value, comment;
    sb_init(&value, &shell->cmd->memory);
    sb_init(&comment, &shell->cmd->memory);
    for (size_t i = 0; i < prof_variable_count(); i++) {
        sb_clear(&value);
        sb_clear(&comment);
        if (strcmp(prof_variable_at(i)->name, "source_path") != 0)
            show_variable(shell, prof_variable_at(i), &value, &comment);
    }
    sb_release(&value);
    sb_release(&comment);
}

/* ---- completion ---- */

/* What starts like the word, if it is just one thing. */
static struct str complete_name(struct str word)
{
    struct str found = STR_NONE;
    size_t count = 0;
    for (size_t i = 0; i < PROF_COMMAND_COUNT; i++)
        if (str_starts(str_from(prof_command_at(i)->name), word) && ++count)
            found = str_from(prof_command_at(i)->name);
    for (size_t i = 0; i < prof_variable_count(); i++) {
        const struct prof_variable *variable = prof_variable_at(i);
        struct str rest = str_from(variable->choices);
        if (str_starts(str_from(variable->name), word) && ++count)
            found = str_from(variable->name);
        while (rest.ptr) {
            struct str choice = str_cut(&rest, '|');
            if (str_starts(choice, word) && ++count)
                found = choice;
        }
    }
    return count == 1 ? found : word;
}

static struct str complete_function(const struct view *view, struct str word)
{
    struct str found = STR_NONE;
    for (size_t i = 0; i < view_function_count(view); i++) {
        struct str name = view_function_name(view, i);
        if (!str_contains(name, word) || str_equal(name, found))
            continue;
        if (found.ptr)
            return word;
        found = name;
    }
    return found.ptr ? found : word;
}

struct str prof_shell_complete(struct prof_shell *shell, struct str line, struct arena *arena)
{
    struct words words = split(line, arena);
    struct sb sb;
    if (!words.count)
        return line;
    struct str *last = &words.at[words.count - 1];
    bool minus = str_starts(*last, STR("-"));
    if (words.count == 1 || (words.count == 2 && str_is(words.at[0], "help")))
        *last = complete_name(*last);
    else if (prof_command_find(words.at[0]) && !str_is(words.at[0], "tags"))
        *last = complete_function(shell->view, str_skip(*last, minus));
    else
        return line;
    sb_init(&sb, arena->memory);
    for (size_t i = 0; i < words.count; i++)
        sb_addf(&sb, "%s%s%.*s", i ? " " : "",
                minus && words.count > 1 && i + 1 == words.count ? "-" : "",
                STR_ARGS(words.at[i]));
    struct str completed = str_copy(arena, sb_str(&sb));
    sb_release(&sb);
    return completed;
}
