/* Flags as Go's users have them in their fingers: one dash or two, -flag=value or -flag value. */
#include "cmd.h"

#include <stdio.h>
#include <stdlib.h>

static void print_help(const char *usage, const struct flag *flags, size_t count)
{
    fputs(usage, stdout);
    fputs("\nflags:\n", stdout);
    for (size_t i = 0; i < count; i++) {
        char left[64];
        snprintf(left, sizeof(left), "-%s%s%s", flags[i].name, flags[i].argument ? " " : "",
                 flags[i].argument ? flags[i].argument : "");
        printf("  %-24s %s\n", left, flags[i].help);
    }
}

static const struct flag *find_flag(const struct flag *flags, size_t count, struct str name)
{
    for (size_t i = 0; i < count; i++)
        if (str_is(name, flags[i].name))
            return &flags[i];
    return NULL;
}

static bool set_bool(const struct flag *flag, const char *value)
{
    static const char *const yes[] = {"true", "1", "t", "T", "TRUE", "True"};
    static const char *const no[] = {"false", "0", "f", "F", "FALSE", "False"};
    for (size_t i = 0; i < COUNT_OF(yes); i++) {
        if (strcmp(value, yes[i]) == 0 || strcmp(value, no[i]) == 0) {
            *(bool *)flag->target = strcmp(value, yes[i]) == 0;
            return true;
        }
    }
    return false;
}

static void append_to_list(struct cmd *cmd, struct flag_list *list, const char *value)
{
    if (list->len == list->cap)
        list->at = vec_grow(&cmd->memory, list->at, &list->cap, sizeof(*list->at));
    list->at[list->len++] = value;
}

/* false when the value is not of the flag's kind. */
static bool set_flag(struct cmd *cmd, const struct flag *flag, const char *value)
{
    uint64_t number;
    switch (flag->kind) {
    case FLAG_BOOL:
        return set_bool(flag, value);
    case FLAG_STRING:
        *(const char **)flag->target = value;
        return true;
    case FLAG_LIST:
        append_to_list(cmd, flag->target, value);
        return true;
    case FLAG_UNSIGNED:
        if (!str_to_u64(str_from(value), &number) || number > LIMIT_FLAG_NUMBER)
            return false;
        *(unsigned *)flag->target = (unsigned)number;
        return true;
    }
    BUG("unknown kind of flag");
}

static int mistake(const struct cmd *cmd, const char *what, const char *name, const char *value)
{
    fprintf(stderr, "unheap %s: %s: %s%s%s\nsee unheap %s -h\n", cmd->verb, what, name,
            value ? " " : "", value ? value : "", cmd->verb);
    return EXIT_USAGE;
}

static int unknown_flag(const struct cmd *cmd, const struct flag *flags, size_t count,
                        struct str name)
{
    struct nearest nearest;
    nearest_init(&nearest, name);
    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, flags[i].name);
    fprintf(stderr, "unheap %s: there is no such flag: -%.*s\n", cmd->verb, STR_ARGS(name));
    if (nearest.name)
        fprintf(stderr, "did you mean -%s?\n", nearest.name);
    fprintf(stderr, "see unheap %s -h\n", cmd->verb);
    return EXIT_USAGE;
}

static bool wants_help(struct str name)
{
    return str_is(name, "h") || str_is(name, "help");
}

int flags_parse(struct cmd *cmd, const char *usage, const struct flag *flags, size_t flag_count,
                struct arguments *arguments)
{
    int argc = arguments->argc;
    char **argv = arguments->argv;
    for (int i = 0; i < argc; i++) {
        const char *word = argv[i];
        if (word[0] != '-' || word[1] == '\0') {
            argv[arguments->count++] = argv[i];
            continue;
        }
        if (strcmp(word, "--") == 0) {
            while (++i < argc)
                argv[arguments->count++] = argv[i];
            break;
        }
        struct str rest = str_from(word + (word[1] == '-' ? 2 : 1));
        struct str name = str_cut(&rest, '=');
        if (wants_help(name)) {
            print_help(usage, flags, flag_count);
            return fflush(stdout) ? EXIT_COULD_NOT : EXIT_CLEAN;
        }
        const struct flag *flag = find_flag(flags, flag_count, name);
        if (!flag)
            return unknown_flag(cmd, flags, flag_count, name);
        const char *value = rest.ptr ? rest.ptr : flag->kind == FLAG_BOOL ? "true" : NULL;
        if (!value && i + 1 < argc)
            value = argv[++i];
        if (!value)
            return mistake(cmd, "this flag needs a value", word, flag->argument);
        if (!set_flag(cmd, flag, value))
            return mistake(cmd, "this is no value for the flag", word, value);
    }
    return -1;
}
