/* unheap bin: where a shipped program allocates, what type, how much. */
#include "cmd.h"

#include "binary/binary.h"
#include "report/report.h"

#include <regex.h>
#include <stdio.h>
#include <unistd.h>

static const char usage[] =
    "usage: unheap bin [flags] EXECUTABLE\n"
    "       unheap bin -diff OLD NEW\n\n"
    "Lists each call into Go's allocator with the type and size that it allocates, from the\n"
    "executable alone: no source, no Go, no symbols are needed.\n\n"
    "  unheap bin ./server\n"
    "  unheap bin -symbols '^main\\.' ./server\n"
    "  unheap bin -type 'net/http\\.Request' ./server      (who allocates it?)\n"
    "  unheap bin -by type -n 20 ./server\n"
    "  unheap bin -layout net/http.Request ./server\n";

struct bin_flags {
    const char *symbols, *package, *type, *kind, *layout, *by;
    unsigned rows;
    bool json, diff;
};

/* ---- which sites ---- */

struct filter {
    regex_t expression;
    bool used;
};
struct filters {
    struct filter symbols, package, type, kind;
};

static bool filter_open(struct cmd *cmd, const char *flag, const char *text, struct filter *filter)
{
    char why[200];
    filter->used = text != NULL;
    if (!text)
        return true;
    int code = regcomp(&filter->expression, text, REG_EXTENDED | REG_NOSUB);
    if (code == 0)
        return true;
    regerror(code, &filter->expression, why, sizeof(why));
    filter->used = false;
    diag_add(cmd->sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "-%s %s: %s", flag, text, why);
    return false;
}

static bool filters_open(struct cmd *cmd, const struct bin_flags *flags, struct filters *filters)
{
    memset(filters, 0, sizeof(*filters));
    return filter_open(cmd, "symbols", flags->symbols, &filters->symbols) &&
           filter_open(cmd, "package", flags->package, &filters->package) &&
           filter_open(cmd, "type", flags->type, &filters->type) &&
           filter_open(cmd, "kind", flags->kind, &filters->kind);
}

static void filters_release(struct filters *filters)
{
    struct filter *const all[] = {&filters->symbols, &filters->package, &filters->type,
                                  &filters->kind};
    for (size_t i = 0; i < COUNT_OF(all); i++)
        if (all[i]->used)
            regfree(&all[i]->expression);
}

static bool fits(const struct filter *filter, struct str text)
{
    char room[4096];
    if (!filter->used)
        return true;
    snprintf(room, sizeof(room), "%.*s", STR_ARGS(text));
    return regexec(&filter->expression, room, 0, NULL, 0) == 0;
}

static bool site_fits(const struct binary *binary, const struct binary_site *site,
                      const struct filters *filters)
{
    struct str function = binary->functions[site->function].name;
    struct str type = site->type ? binary->types.at[site->type - 1].name : STR_NONE;
    return fits(&filters->symbols, function) && fits(&filters->package, function) &&
           fits(&filters->type, type) &&
           fits(&filters->kind, str_from(binary_kind_name((enum binary_kind)site->kind)));
}

/* ---- the reports ---- */

static int bin_report(struct cmd *cmd, const struct bin_flags *flags, enum bin_group group,
                      const struct binary *binary, struct sb *out)
{
    struct filters filters;
    char room[4096];
    struct report_bin report = {.binary = binary, .group = group};
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal,
                                 .rows = flags->rows};
    uint32_t *sites = memory_get(&cmd->memory, sizeof(*sites) * binary->sites.len);
    bool good = filters_open(cmd, flags, &filters);
    for (size_t i = 0; good && i < binary->sites.len; i++)
        if (site_fits(binary, &binary->sites.at[i], &filters))
            sites[report.count++] = (uint32_t)i;
    filters_release(&filters);
    report.sites = sites;
    if (getcwd(room, sizeof(room) - 1)) {
        strcat(room, "/");
        report.directory = str_from(room);
    }
    if (good && flags->json)
        report_bin_json(&report, out);
    else if (good)
        report_bin_text(&report, &style, out);
    memory_put(&cmd->memory, sites);
    return good ? EXIT_CLEAN : EXIT_USAGE;
}

static int bin_one(struct cmd *cmd, const struct bin_flags *flags, enum bin_group group,
                   const char *path)
{
    struct binary *binary;
    struct sb out;
    int code = EXIT_CLEAN;
    if (binary_read(path, cmd->workers, &cmd->memory, cmd->sink, &binary) != STATUS_OK)
        return cmd_diagnose(cmd);
    sb_init(&out, &cmd->memory);
    code = bin_report(cmd, flags, group, binary, &out);
    if (cmd_diagnose(cmd) != EXIT_CLEAN && code == EXIT_CLEAN)
        code = EXIT_COULD_NOT;
    if (code == EXIT_CLEAN)
        code = cmd_print(cmd, sb_str(&out));
    sb_release(&out);
    binary_free(binary);
    return code;
}

static bool read_group(const char *text, enum bin_group *group)
{
    static const char *const names[] = {"function", "package", "type", "kind"};
    *group = BIN_BY_FUNCTION;
    for (size_t i = 0; text && i < COUNT_OF(names); i++) {
        if (strcmp(text, names[i]) == 0) {
            *group = (enum bin_group)i;
            return true;
        }
    }
    return text == NULL;
}

static int usage_error(const char *what)
{
    fprintf(stderr, "unheap bin: %s\n\n%s", what, usage);
    return EXIT_USAGE;
}

static int bin(struct cmd *cmd, const struct bin_flags *flags, char **argv, size_t count)
{
    enum bin_group group;
    if (!read_group(flags->by, &group))
        return usage_error("-by takes function, package, type or kind");
    if (count != 1)
        return usage_error(count ? "one executable at a time" : "the executable is missing");
    return bin_one(cmd, flags, group, argv[0]);
}

int verb_bin(struct cmd *cmd, int argc, char **argv)
{
    struct bin_flags flags = {0};
    const struct flag list[] = {
        {"json", FLAG_BOOL, &flags.json, NULL, "write JSON (unheap.bin/1)"},
        {"symbols", FLAG_STRING, &flags.symbols, "RE", "only functions whose symbol matches"},
        {"type", FLAG_STRING, &flags.type, "RE", "only sites whose type matches"},
        {"kind", FLAG_STRING, &flags.kind, "RE", "only sites of this kind (new, append, ...)"},
        {"by", FLAG_STRING, &flags.by, "WHAT", "count by function, package, type or kind"},
        {"n", FLAG_UNSIGNED, &flags.rows, "N", "show N functions or rows (default all)"},
    };
    size_t count;
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), argc, argv, &count);
    return code < 0 ? bin(cmd, &flags, argv, count) : code;
}
