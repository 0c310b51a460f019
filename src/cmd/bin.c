/* unheap bin: where a shipped program allocates, what type, how much. */
#include "cmd.h"

#include "binary/binary.h"
#include "objects/objects.h"
#include "profile/profile.h"
#include "regex/regex.h"
#include "report/report.h"

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
    "  unheap bin -diff ./server.old ./server\n"
    "  unheap bin -layout net/http.Request ./server\n"
    "  unheap bin -profile heap.pb.gz ./server             (bytes for each type)\n";

struct bin_flags {
    const char *symbols, *package, *type, *kind, *layout, *by, *profile, *sample_index, *html;
    unsigned rows;
    bool json, diff;
};

/* ---- which sites ---- */

struct filters {
    struct regex *symbols, *package, *type, *kind; /* NULL: takes all */
};

static bool filter_open(struct cmd *cmd, const char *flag, const char *text, struct regex **filter)
{
    char why[300];
    if (!text)
        return true;
    *filter = regex_compile(text, strlen(text), why, sizeof(why));
    if (!*filter)
        diag_add(cmd->sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "-%s: %s", flag, why);
    return *filter != NULL;
}

static bool filters_open(struct cmd *cmd, const struct bin_flags *flags, struct filters *filters)
{
    *filters = (struct filters){0};
    return filter_open(cmd, "symbols", flags->symbols, &filters->symbols) &&
           filter_open(cmd, "package", flags->package, &filters->package) &&
           filter_open(cmd, "type", flags->type, &filters->type) &&
           filter_open(cmd, "kind", flags->kind, &filters->kind);
}

static void filters_release(struct filters *filters)
{
    regex_free(filters->symbols);
    regex_free(filters->package);
    regex_free(filters->type);
    regex_free(filters->kind);
}

static bool fits(const struct regex *filter, struct str text)
{
    return !filter || regex_matches(filter, text.ptr, text.len);
}

static bool site_fits(const struct binary *binary, const struct binary_site *site,
                      const struct filters *filters)
{
    struct str function = binary->functions[site->function].name;
    uint32_t number = site->type ? site->type : site->used_as;
    struct str type = number ? binary->types.at[number - 1].name : STR_NONE;
    return fits(filters->symbols, function) &&
           fits(filters->package, report_package_of(function)) && fits(filters->type, type) &&
           fits(filters->kind, str_from(binary_kind_name((enum binary_kind)site->kind)));
}

/* ---- the reports ---- */

/* What was printed is not kept. */
struct printing {
    struct cmd *cmd;
    int code;
};

static void print_part(void *ctx, struct sb *out)
{
    struct printing *printing = ctx;
    if (printing->code == EXIT_CLEAN)
        printing->code = cmd_print(printing->cmd, sb_str(out));
    sb_clear(out);
}

static bool write_page(struct cmd *cmd, const char *path, const struct report_bin *report)
{
    struct sb page;
    sb_init(&page, &cmd->memory);
    report_bin_html(report, &page);
    enum status status = file_write_atomic(path, sb_str(&page), &cmd->memory, cmd->sink);
    sb_release(&page);
    return status == STATUS_OK;
}

static int bin_report(struct cmd *cmd, const struct bin_flags *flags, enum bin_group group,
                      const struct binary *binary, struct sb *out)
{
    struct filters filters;
    char room[4096];
    struct printing printing = {.cmd = cmd, .code = EXIT_CLEAN};
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
        snprintf(room + strlen(room), 2, "/");
        report.directory = str_from(room);
    }
    if (diag_count(cmd->sink) == 0) {
        report.flush = print_part;
        report.flush_ctx = &printing;
    }
    if (good && flags->html && !write_page(cmd, flags->html, &report))
        printing.code = EXIT_COULD_NOT;
    if (good && flags->json)
        report_bin_json(&report, out);
    else if (good)
        report_bin_text(&report, &style, out);
    memory_put(&cmd->memory, sites);
    return good ? printing.code : EXIT_USAGE;
}

static int no_type(struct cmd *cmd, const char *name, const struct binary *binary)
{
    enum { SHOWN = 5 };
    struct str near[SHOWN];
    struct sb text;
    size_t count = binary_type_near(binary, str_from(name), near, SHOWN);
    sb_init(&text, &cmd->memory);
    for (size_t i = 0; i < count; i++)
        sb_addf(&text, "%s%.*s", i ? ", " : "; is it one of these: ", STR_ARGS(near[i]));
    diag_add(cmd->sink, DIAG_BINARY_NO_TYPE, str_from(name), 0, DIAG_NO_OFFSET,
             "no one type that the program allocates, or that these are made of, has this name%.*s",
             STR_ARGS(sb_str(&text)));
    sb_release(&text);
    return EXIT_COULD_NOT;
}

static int bin_layout(struct cmd *cmd, const struct bin_flags *flags, struct binary *binary,
                      struct sb *out)
{
    uint32_t type = binary_type_find(binary, str_from(flags->layout));
    struct sb page;
    if (!type)
        return no_type(cmd, flags->layout, binary);
    sb_init(&page, &cmd->memory);
    report_bin_layout_html(binary, type, &page);
    enum status status = STATUS_OK;
    if (flags->html)
        status = file_write_atomic(flags->html, sb_str(&page), &cmd->memory, cmd->sink);
    sb_release(&page);
    if (flags->json)
        report_bin_layout_json(binary, type, out);
    else
        report_bin_layout_text(binary, type, out);
    return status ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* What each type cost: the profile's bytes by the types of the calls they were allocated by. */
static int bin_profile(struct cmd *cmd, const struct bin_flags *flags,
                       const struct binary *binary, struct sb *out)
{
    struct profile_options options = {.workers = cmd->workers};
    struct profile *profile = NULL;
    struct objects *objects = NULL;
    struct objects_request request = {.sample_type = str_from(flags->sample_index),
                                      .binary = binary};
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal,
                                 .rows = flags->rows};
    enum status status =
        profile_read(&flags->profile, 1, &options, &cmd->memory, cmd->sink, &profile);
    if (!status)
        status = objects_read(profile, &request, &cmd->memory, str_from(flags->profile),
                              cmd->sink, &objects);
    if (!status && flags->json)
        report_objects_json(objects, true, out);
    else if (!status)
        report_objects_text(objects, true, &style, out);
    objects_free(objects);
    profile_free(profile);
    return status ? EXIT_COULD_NOT : EXIT_CLEAN;
}

/* Prints what was made, unless something went wrong. */
static int finish(struct cmd *cmd, int code, struct sb *out)
{
    if (cmd_diagnose(cmd) != EXIT_CLEAN && code == EXIT_CLEAN)
        code = EXIT_COULD_NOT;
    if (code == EXIT_CLEAN)
        code = cmd_print(cmd, sb_str(out));
    sb_release(out);
    return code;
}

static int bin_one(struct cmd *cmd, const struct bin_flags *flags, enum bin_group group,
                   const char *path)
{
    struct binary *binary;
    struct sb out;
    if (binary_read(path, cmd->workers, &cmd->memory, cmd->sink, &binary) != STATUS_OK)
        return cmd_diagnose(cmd);
    sb_init(&out, &cmd->memory);
    int code = flags->layout    ? bin_layout(cmd, flags, binary, &out)
               : flags->profile ? bin_profile(cmd, flags, binary, &out)
                                : bin_report(cmd, flags, group, binary, &out);
    code = finish(cmd, code, &out);
    binary_free(binary);
    return code;
}

static int bin_diff(struct cmd *cmd, const struct bin_flags *flags, char **paths)
{
    struct binary *old = NULL, *new = NULL;
    struct report_style style = {.columns = cmd->columns, .rows = flags->rows};
    struct sb out;
    size_t count;
    sb_init(&out, &cmd->memory);
    if (binary_read(paths[0], cmd->workers, &cmd->memory, cmd->sink, &old) == STATUS_OK &&
        binary_read(paths[1], cmd->workers, &cmd->memory, cmd->sink, &new) == STATUS_OK) {
        struct binary_change *changes = binary_diff(old, new, &count);
        if (flags->json)
            report_bin_diff_json(changes, count, &cmd->memory, &out);
        else
            report_bin_diff_text(changes, count, &style, &out);
        memory_put(&cmd->memory, changes);
    }
    int code = finish(cmd, EXIT_CLEAN, &out);
    binary_free(old);
    binary_free(new);
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
    if ((flags->diff || flags->profile) && flags->html)
        return usage_error("-html shows the calls of one executable, or -layout");
    if (flags->diff && count != 2)
        return usage_error("-diff takes two executables, the old and the new");
    if (flags->diff)
        return bin_diff(cmd, flags, argv);
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
        {"package", FLAG_STRING, &flags.package, "RE", "only functions of packages that match"},
        {"layout", FLAG_STRING, &flags.layout, "TYPE", "a type's fields, padding, best order"},
        {"profile", FLAG_STRING, &flags.profile, "FILE|URL",
         "what each type cost in this heap profile (unheap.types/1)"},
        {"sample_index", FLAG_STRING, &flags.sample_index, "TYPE",
         "-profile: alloc_space (default), alloc_objects, inuse_space, inuse_objects"},
        {"diff", FLAG_BOOL, &flags.diff, NULL, "what the second executable adds and loses"},
        {"html", FLAG_STRING, &flags.html, "FILE", "write a self-contained page too"},
        {"by", FLAG_STRING, &flags.by, "WHAT", "count by function, package, type or kind"},
        {"n", FLAG_UNSIGNED, &flags.rows, "N", "show N functions or rows (default all)"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    size_t count = words.count;
    return code < 0 ? bin(cmd, &flags, argv, count) : code;
}
