/* unheap prof -sizes, unheap prof -types: a heap profile by size and by Go type of its objects. */
#include "cmd.h"

#include "compiler/compiler.h"
#include "objects/objects.h"
#include "report/report.h"

#include <limits.h>
#include <stdio.h>
#include <unistd.h>

static const char usage[] =
    "usage: unheap prof -sizes [flags] PROFILE...\n"
    "       unheap prof -types [flags] [BINARY] PROFILE...\n\n"
    "A heap profile by the size of its objects (size class, count, waste), or by their Go type:\n"
    "from the program that made the profile, or from the compiler's diagnostics.\n\n"
    "  unheap prof -sizes heap.pb.gz\n"
    "  unheap prof -types -sample_index=inuse_space ./service heap.pb.gz\n"
    "  unheap prof -types -packages ./... heap.pb.gz\n";

struct objects_flags {
    bool sizes, types, json, inuse_space, inuse_objects, alloc_space, alloc_objects;
    const char *sample_index, *diagnostics, *dir, *tags;
    struct flag_list packages, maps;
    unsigned rows;
};

/* Everything that is read for one report. */
struct reading {
    struct profile *profile;
    struct binary *binary;
    struct compiler *compiler;
    struct evidence *evidence;
};

static struct str sample_type(const struct objects_flags *flags)
{
    if (flags->sample_index)
        return str_from(flags->sample_index);
    return flags->inuse_space     ? STR("inuse_space")
           : flags->inuse_objects ? STR("inuse_objects")
           : flags->alloc_objects ? STR("alloc_objects")
           : flags->alloc_space   ? STR("alloc_space")
                                  : STR_NONE;
}

static bool is_program(const char *path)
{
    unsigned char magic[4] = {0};
    FILE *file = fopen(path, "rb");
    size_t n = file ? fread(magic, 1, sizeof(magic), file) : 0;
    if (file)
        (void)fclose(file);
    return n == sizeof(magic) && memcmp(magic, "\177ELF", sizeof(magic)) == 0;
}

static enum status read_compiler(struct cmd *cmd, const struct objects_flags *flags,
                                 struct reading *reading)
{
    static const char *const everything[] = {"./..."};
    char goroot[PATH_MAX], modcache[PATH_MAX];
    struct compiler_request request = {
        .dir = flags->dir, .tags = flags->tags,
        .patterns = flags->packages.len ? flags->packages.at : everything,
        .pattern_count = flags->packages.len ? flags->packages.len : 1,
        .tests = cmd_names_tests(reading->profile),
        .progress = cmd_compiler_progress, .progress_ctx = cmd};
    enum status status = cmd_compiler(cmd, flags->diagnostics, &request, &reading->compiler);
    if (status)
        return status;
    struct evidence_request join = {
        .dir = flags->dir, .sample_type = sample_type(flags),
        .maps = flags->maps.at, .map_count = flags->maps.len,
        .goroot = cmd_find_goroot(goroot, sizeof(goroot)),
        .modcache = cmd_find_modcache(modcache, sizeof(modcache))};
    return evidence_join(&join, reading->profile, reading->compiler, &cmd->memory, cmd->sink,
                         &reading->evidence);
}

static enum status read_all(struct cmd *cmd, const struct objects_flags *flags,
                            const char *const *sources, size_t count, struct reading *reading)
{
    const struct profile_options options = {.workers = cmd->workers};
    enum status status = STATUS_OK;
    if (count > 1 && is_program(sources[0])) {
        status = binary_read(sources[0], cmd->workers, &cmd->memory, cmd->sink, &reading->binary);
        sources++;
        count--;
    }
    if (!status)
        status = profile_read(sources, count, &options, &cmd->memory, cmd->sink,
                              &reading->profile);
    bool asked = flags->packages.len || flags->diagnostics;
    if (!status && asked && profile_kind(reading->profile) == PROFILE_HEAP)
        status = read_compiler(cmd, flags, reading);
    return status;
}

static int write_report(struct cmd *cmd, const struct objects_flags *flags,
                        const struct objects *objects)
{
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal,
                                 .rows = flags->rows};
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    if (flags->json)
        report_objects_json(objects, flags->types, &sb);
    else
        report_objects_text(objects, flags->types, &style, &sb);
    int code = cmd_print(cmd, sb_str(&sb));
    sb_release(&sb);
    return code;
}

static int report(struct cmd *cmd, const struct objects_flags *flags, const char *const *sources,
                  size_t count)
{
    struct reading reading = {0};
    struct objects *objects = NULL;
    int code = EXIT_COULD_NOT;
    enum status status = read_all(cmd, flags, sources, count, &reading);
    if (!status) {
        struct objects_request request = {.sample_type = sample_type(flags),
                                          .binary = reading.binary,
                                          .evidence = reading.evidence};
        status = objects_read(reading.profile, &request, &cmd->memory,
                              str_from(sources[count - 1]), cmd->sink, &objects);
    }
    if (!status)
        code = write_report(cmd, flags, objects);
    objects_free(objects);
    evidence_free(reading.evidence);
    compiler_free(reading.compiler);
    binary_free(reading.binary);
    profile_free(reading.profile);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

static int mistake(const char *what)
{
    fprintf(stderr, "unheap prof: %s\nsee unheap prof -sizes -h\n", what);
    return EXIT_USAGE;
}

static int check(const struct objects_flags *flags, size_t count)
{
    if (flags->sizes && flags->types)
        return mistake("-sizes and -types are two reports: give one");
    if (flags->rows > LIMIT_REPORT_ROWS)
        return mistake("-n is at most LIMIT_REPORT_ROWS (100000)");
    if (count == 0)
        return mistake("there is no profile");
    return count > LIMIT_PROFILES ? mistake("more than LIMIT_PROFILES (1000) profiles") : -1;
}

bool objects_asked(int argc, char **argv)
{
    for (int i = 0; i < argc && strcmp(argv[i], "--") != 0; i++) {
        const char *word = argv[i];
        if (word[0] == '-' && (strcmp(word + 1 + (word[1] == '-'), "sizes") == 0 ||
                               strcmp(word + 1 + (word[1] == '-'), "types") == 0))
            return true;
    }
    return false;
}

int verb_prof_objects(struct cmd *cmd, int argc, char **argv)
{
    struct objects_flags flags = {0};
    const struct flag list[] = {
        {"sizes", FLAG_BOOL, &flags.sizes, NULL, "by the size of the objects"},
        {"types", FLAG_BOOL, &flags.types, NULL, "by their Go type"},
        {"sample_index", FLAG_STRING, &flags.sample_index, "TYPE",
         "alloc_space (default), alloc_objects, inuse_space, inuse_objects"},
        {"inuse_space", FLAG_BOOL, &flags.inuse_space, NULL, "-sample_index=inuse_space"},
        {"inuse_objects", FLAG_BOOL, &flags.inuse_objects, NULL, "-sample_index=inuse_objects"},
        {"alloc_space", FLAG_BOOL, &flags.alloc_space, NULL, "-sample_index=alloc_space"},
        {"alloc_objects", FLAG_BOOL, &flags.alloc_objects, NULL, "-sample_index=alloc_objects"},
        {"n", FLAG_UNSIGNED, &flags.rows, "N", "how many rows to show (40)"},
        {"json", FLAG_BOOL, &flags.json, NULL,
         "one JSON document, schema unheap.sizes/1 or unheap.types/1"},
        {"packages", FLAG_LIST, &flags.packages, "PATTERN",
         "-types: ask the compiler about these (./...); may be repeated"},
        {"diagnostics", FLAG_STRING, &flags.diagnostics, "FILE|DIR",
         "-types: the compiler's -m=2 text or -json=0 logs, instead of running go"},
        {"C", FLAG_STRING, &flags.dir, "DIR", "the module's folder"},
        {"map", FLAG_LIST, &flags.maps, "FROM=TO", "rewrite the start of the profile's paths"},
        {"tags", FLAG_STRING, &flags.tags, "T,T", "build tags"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    if (code < 0)
        code = check(&flags, words.count);
    if (code < 0)
        code = report(cmd, &flags, (const char *const *)argv, words.count);
    memory_put(&cmd->memory, flags.packages.at);
    memory_put(&cmd->memory, flags.maps.at);
    return code;
}
