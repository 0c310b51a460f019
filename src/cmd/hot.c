/* unheap hot: what do I change first? Profile and compiler, joined and ranked. */
#include "cmd.h"

#include "binary/binary.h"
#include "compiler/compiler.h"
#include "evidence/evidence.h"
#include "profile/profile.h"
#include "report/report.h"

#include <stdio.h>

static const char usage[] =
    "usage: unheap hot -profile FILE|URL [flags] [PACKAGES...]\n\n"
    "Ranks the causes that put bytes on the heap: the compiler's reasons, weighed with a heap\n"
    "profile. PACKAGES are your own code (default ./...): causes are looked for there.\n\n"
    "  unheap hot -profile heap.pb.gz ./...\n"
    "  unheap hot -profile localhost:6060 -sample_index=inuse_space -html heap.html ./...\n"
    "  unheap hot -profile heap.pb.gz -diagnostics build.txt ./...    (no Go needed)\n";

struct hot_flags {
    const char *dir, *base, *sample_index, *binary, *diagnostics, *html, *tags, *goos, *goarch;
    const char *pgo;
    const char *tls_ca, *tls_cert, *tls_key;
    struct flag_list profiles, maps;
    unsigned rows, stories, seconds, timeout;
    const char *command; /* as it was typed, for the page's head */
    bool json;
};

/* ---- the profile ---- */

static enum status check_profile(struct cmd *cmd, const struct profile *profile, const char *name)
{
    enum profile_kind kind = profile_kind(profile);
    if (kind != PROFILE_HEAP) {
        diag_add(cmd->sink, DIAG_PROFILE_KIND, str_from(name), 0, DIAG_NO_OFFSET,
                 "this is %s; hot needs a heap profile", profile_kind_name(kind));
        return STATUS_BAD_INPUT;
    }
    if (profile->samples.len == 0) {
        diag_add(cmd->sink, DIAG_PROFILE_EMPTY, str_from(name), 0, DIAG_NO_OFFSET,
                 "the profile has no samples");
        return STATUS_BAD_INPUT;
    }
    return STATUS_OK;
}

static enum status subtract_base(struct cmd *cmd, const struct hot_flags *flags,
                                 const struct profile_options *options, struct profile *profile)
{
    struct profile *base;
    enum status status = profile_read(&flags->base, 1, options, &cmd->memory, cmd->sink, &base);
    if (status == STATUS_OK) {
        status = profile_subtract(profile, base, cmd->sink);
        profile_free(base);
    }
    return status;
}

static enum status read_profile(struct cmd *cmd, const struct hot_flags *flags,
                                struct profile **profile)
{
    struct profile_options options = {.seconds = flags->seconds, .timeout_seconds = flags->timeout,
                                      .tls_ca = flags->tls_ca, .tls_cert = flags->tls_cert,
                                      .tls_key = flags->tls_key,
                                      .workers = cmd->workers};
    enum status status = profile_read(flags->profiles.at, flags->profiles.len, &options,
                                      &cmd->memory, cmd->sink, profile);
    if (status == STATUS_OK)
        status = check_profile(cmd, *profile, flags->profiles.at[0]);
    if (status == STATUS_OK && flags->base)
        status = subtract_base(cmd, flags, &options, *profile);
    return status;
}

/* ---- the compiler ---- */

static enum status read_compiler(struct cmd *cmd, const struct hot_flags *flags,
                                 const struct profile *profile, const char *const *patterns,
                                 size_t pattern_count, struct compiler **compiler)
{
    static const char *const everything[] = {"./..."};
    struct compiler_request request = {
        .dir = flags->dir, .patterns = pattern_count ? patterns : everything,
        .pattern_count = pattern_count ? pattern_count : 1, .tests = cmd_names_tests(profile),
        .tags = flags->tags, .goos = flags->goos, .goarch = flags->goarch, .pgo = flags->pgo,
        .progress = cmd_compiler_progress, .progress_ctx = cmd};
    return cmd_compiler(cmd, flags->diagnostics, &request, compiler);
}

/* ---- the shipped program ---- */

static enum status read_shipped(struct cmd *cmd, const struct hot_flags *flags,
                                struct binary **binary)
{
    if (!flags->binary)
        return STATUS_OK;
    return binary_read(flags->binary, cmd->workers, &cmd->memory, cmd->sink, binary);
}

/* ---- the report ---- */

static int write_html(struct cmd *cmd, const struct hot_flags *flags,
                      const struct evidence *evidence, const struct report_style *style)
{
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    report_hot_html(evidence, style, &sb);
    enum status status = file_write_atomic(flags->html, sb_str(&sb), &cmd->memory, cmd->sink);
    sb_release(&sb);
    return status ? EXIT_COULD_NOT : EXIT_CLEAN;
}

static int write_report(struct cmd *cmd, const struct hot_flags *flags,
                        const struct evidence *evidence)
{
    struct report_style style = {.columns = cmd->columns, .color = cmd->stdout_terminal,
                                 .rows = flags->rows, .stories = flags->stories,
                                 .command = flags->command};
    int code = flags->html ? write_html(cmd, flags, evidence, &style) : EXIT_CLEAN;
    struct sb sb;
    sb_init(&sb, &cmd->memory);
    if (flags->json)
        report_hot_json(evidence, &sb);
    else
        report_hot_text(evidence, &style, &sb);
    int printed = cmd_print(cmd, sb_str(&sb));
    sb_release(&sb);
    return code ? code : printed;
}

static int join_and_report(struct cmd *cmd, const struct hot_flags *flags,
                           const struct profile *profile, const struct compiler *compiler,
                           const struct binary *binary)
{
    char goroot[4096], modcache[4096];
    struct evidence_request request = {
        .dir = flags->dir, .sample_type = str_from(flags->sample_index),
        .binary = binary, .maps = flags->maps.at, .map_count = flags->maps.len,
        .goroot = cmd_find_goroot(goroot, sizeof(goroot)),
        .modcache = cmd_find_modcache(modcache, sizeof(modcache))};
    struct evidence *evidence;
    if (evidence_join(&request, profile, compiler, &cmd->memory, cmd->sink,
                      &evidence))
        return EXIT_COULD_NOT;
    int code = write_report(cmd, flags, evidence);
    evidence_free(evidence);
    return code;
}

static int hot(struct cmd *cmd, const struct hot_flags *flags, const char *const *patterns,
               size_t pattern_count)
{
    struct profile *profile = NULL;
    struct compiler *compiler = NULL;
    struct binary *binary = NULL;
    int code = EXIT_COULD_NOT;
    if (!read_profile(cmd, flags, &profile) && !read_shipped(cmd, flags, &binary) &&
        !read_compiler(cmd, flags, profile, patterns, pattern_count, &compiler))
        code = join_and_report(cmd, flags, profile, compiler, binary);
    binary_free(binary);
    compiler_free(compiler);
    profile_free(profile);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int verb_hot(struct cmd *cmd, int argc, char **argv)
{
    struct hot_flags flags = {0};
    const struct flag list[] = {
        {"profile", FLAG_LIST, &flags.profiles, "FILE|URL",
         "heap profile: file, - or http address; several are merged"},
        {"base", FLAG_STRING, &flags.base, "FILE|URL", "subtract this earlier profile"},
        {"sample_index", FLAG_STRING, &flags.sample_index, "TYPE",
         "alloc_space (default: GC load), inuse_space (what fills the limit), *_objects"},
        {"diagnostics", FLAG_STRING, &flags.diagnostics, "FILE|DIR",
         "the compiler's -m=2 text or -json=0 logs, instead of running go"},
        {"binary", FLAG_STRING, &flags.binary, "FILE",
         "the program that was profiled: its calls tell types, sizes and lines apart"},
        {"C", FLAG_STRING, &flags.dir, "DIR", "the module's folder"},
        {"map", FLAG_LIST, &flags.maps, "FROM=TO", "rewrite the start of the profile's paths"},
        {"n", FLAG_UNSIGNED, &flags.rows, "N", "how many causes to show (20)"},
        {"stories", FLAG_UNSIGNED, &flags.stories, "N", "how many of them with their story (3)"},
        {"html", FLAG_STRING, &flags.html, "FILE", "write a self-contained page too"},
        {"json", FLAG_BOOL, &flags.json, NULL, "one JSON document, schema unheap.hot/1"},
        {"seconds", FLAG_UNSIGNED, &flags.seconds, "N", "URL: profile this long (a delta)"},
        {"timeout", FLAG_UNSIGNED, &flags.timeout, "N", "URL: seconds for the whole transfer"},
        {"tls_ca", FLAG_STRING, &flags.tls_ca, "FILE", "https: certificate authority"},
        {"tls_cert", FLAG_STRING, &flags.tls_cert, "FILE", "https: client certificate"},
        {"tls_key", FLAG_STRING, &flags.tls_key, "FILE", "https: client key"},
        {"tags", FLAG_STRING, &flags.tags, "T,T", "build tags"},
        {"goos", FLAG_STRING, &flags.goos, "OS", "analyse for this system"},
        {"goarch", FLAG_STRING, &flags.goarch, "ARCH", "analyse for this architecture"},
        {"pgo", FLAG_STRING, &flags.pgo, "FILE", "build with this CPU profile (default off)"},
    };
    struct sb command;
    sb_init(&command, &cmd->memory);
    sb_adds(&command, "unheap hot");
    for (int i = 0; i < argc; i++)
        sb_addf(&command, " %s", argv[i]);
    flags.command = command.text;
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    size_t count = words.count;
    if (code < 0 && flags.profiles.len == 0) {
        fputs("unheap hot: -profile is missing\n\n", stderr);
        fputs(usage, stderr);
        code = EXIT_USAGE;
    }
    if (code < 0)
        code = hot(cmd, &flags, (const char *const *)argv, count);
    sb_release(&command);
    memory_put(&cmd->memory, flags.profiles.at);
    memory_put(&cmd->memory, flags.maps.at);
    return code;
}
