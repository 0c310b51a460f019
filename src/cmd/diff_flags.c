/* diff_flags.c: the command line of `unheap diff`. */
#include "diff.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char usage[] =
    "usage: unheap diff [flags] OLD NEW\n"
    "       unheap diff [flags] OLD1 OLD2... -- NEW1 NEW2...\n\n"
    "What changed between two heap profiles, by line, function and cause, and is it real? Each\n"
    "change has a 95% interval from the sampling. Several profiles a side count the difference\n"
    "from run to run too. Let benchmarks do equal work (go test -benchtime=1000x), or scale.\n\n"
    "  unheap diff before.pb.gz after.pb.gz\n"
    "  unheap diff -sample_index=inuse_space -per requests=30000 before.pb.gz after.pb.gz\n"
    "  unheap diff -fail-on 'alloc_space>+5%' -format=markdown main.pb.gz pr.pb.gz\n"
    "  unheap diff -html diff.html old1.pb.gz old2.pb.gz -- new1.pb.gz new2.pb.gz\n"
    "  unheap diff -by=cause -packages ./... -old_C ../before before.pb.gz after.pb.gz\n\n"
    "-fail-on RULE, e.g. 'alloc_space>+5%', 'inuse_space>+10MB', 'total>500MB' (of NEW itself),\n"
    "'alloc_objects>+10k', 'site>+20%', 'function:json.Marshal>+1MB': exit code 3 when a change\n"
    "is beyond it and significant; with 'measured' behind it whatever the noise, with 'sure' when\n"
    "the whole 95% range is beyond it.\n";

static int mistake(const char *fmt, ...) PRINTF_LIKE(1, 2);
static int mistake(const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    fputs("unheap diff: ", stderr);
    vfprintf(stderr, fmt, args);
    fputs("\nsee unheap diff -h\n", stderr);
    va_end(args);
    return EXIT_USAGE;
}

/* ---- words with a closed set of values ---- */

struct word {
    const char *name;
    int value;
};

static int pick(const char *flag, const char *given, const struct word *words, size_t count,
                int *value)
{
    if (!given)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(given, words[i].name) != 0)
            continue;
        *value = words[i].value;
        return -1;
    }
    char list[100] = "";
    for (size_t i = 0, len = 0; i < count && len < sizeof(list); i++)
        len += (size_t)snprintf(list + len, sizeof(list) - len, "%s%s", i ? ", " : "",
                                words[i].name);
    return mistake("-%s is one of %s, not %s", flag, list, given);
}

static int pick_words(struct diff_flags *flags)
{
    static const struct word scales[] = {
        {"none", COMPARE_AS_IS}, {"total", COMPARE_BY_TOTAL}, {"time", COMPARE_BY_TIME}};
    static const struct word bys[] = {
        {"line", DIFF_BY_LINE}, {"function", DIFF_BY_FUNCTION}, {"cause", DIFF_BY_CAUSE}};
    static const struct word formats[] = {
        {"text", DIFF_TEXT}, {"markdown", DIFF_MARKDOWN}, {"json", DIFF_JSON}};
    int scale = COMPARE_AS_IS, by = DIFF_BY_LINE, format = DIFF_TEXT;
    int code = pick("normalize", flags->typed.normalize, scales, COUNT_OF(scales), &scale);
    if (code < 0)
        code = pick("by", flags->typed.by, bys, COUNT_OF(bys), &by);
    if (code < 0)
        code = pick("format", flags->typed.format, formats, COUNT_OF(formats), &format);
    flags->scale = (enum compare_scale)scale;
    flags->by = (enum report_diff_by)by;
    flags->format = flags->typed.json ? DIFF_JSON : (enum diff_format)format;
    if (code < 0 && flags->typed.json && flags->typed.format && format != DIFF_JSON)
        return mistake("-json and -format=%s are two formats: give one", flags->typed.format);
    return code;
}

/* ---- -per NAME=OLD[,NEW] ---- */

/* "120", or "120+118+125": one for each run. */
static bool parse_counts(struct str text, double *counts, size_t runs)
{
    size_t given = 0;
    struct str rest = text;
    while (rest.ptr) {
        char number[64], *end;
        struct str piece = str_trim(str_cut(&rest, '+'));
        if (piece.len == 0 || piece.len >= sizeof(number) || given == runs)
            return false;
        memcpy(number, piece.ptr, piece.len);
        number[piece.len] = '\0';
        double count = strtod(number, &end);
        if (*end != '\0' || !(count > 0) || count > 1e18)
            return false;
        counts[given++] = count;
    }
    for (size_t i = 1; given == 1 && i < runs; i++)
        counts[i] = counts[0];
    return given == 1 || given == runs;
}

static int parse_per(struct cmd *cmd, struct diff_flags *flags)
{
    struct str rest = str_from(flags->typed.per);
    if (!rest.ptr)
        return -1;
    struct str name = str_trim(str_cut(&rest, '=')), old = str_cut(&rest, ',');
    struct str new = rest.ptr ? rest : old;
    if (name.len == 0 || name.len >= sizeof(flags->work_name))
        return mistake("-per wants NAME=COUNT or NAME=OLD,NEW, not %s", flags->typed.per);
    memcpy(flags->work_name, name.ptr, name.len);
    const struct str counts[] = {old, new};
    for (int side = 0; side < COMPARE_SIDES; side++) {
        size_t runs = flags->sides[side].count;
        flags->work[side] = memory_get(&cmd->memory, runs * sizeof(double));
        if (!parse_counts(counts[side], flags->work[side], runs))
            return mistake("-per wants counts above zero, NAME=COUNT or NAME=OLD,NEW (for each "
                           "run: A+B), not %s", flags->typed.per);
    }
    if (flags->scale != COMPARE_AS_IS)
        return mistake("-per and -normalize are two ways to scale: give one");
    flags->scale = COMPARE_PER_WORK;
    return -1;
}

/* ---- -fail-on ---- */

static int parse_rules(struct diff_flags *flags)
{
    for (size_t i = 0; i < flags->typed.rules.len; i++) {
        if (flags->rule_count == MAX_RULES)
            return mistake("more than %d rules", MAX_RULES);
        struct compare_rule *rule = &flags->rules[flags->rule_count++];
        const char *text = flags->typed.rules.at[i];
        const char *wrong = compare_rule_parse(str_from(text), rule);
        if (wrong)
            return mistake("-fail-on '%s': %s; write it like 'alloc_space>+5%%' or "
                           "'site>+1MB'", text, wrong);
        if (rule->subject == RULE_CAUSE && !flags->causes)
            return mistake("-fail-on '%s': causes need -packages or -diagnostics", text);
    }
    return -1;
}

/* ---- the two sides ---- */

static int name_side(struct diff_side *side)
{
    int n = snprintf(side->name, sizeof(side->name), "%s", side->sources[0]);
    if (side->count > 1 && n >= 0 && (size_t)n < sizeof(side->name))
        snprintf(side->name + n, sizeof(side->name) - (size_t)n, " and %zu more", side->count - 1);
    return -1;
}

static int split_sides(struct diff_flags *flags, const char *const *old, size_t old_count,
                       const char *const *new, size_t new_count)
{
    if (old_count + new_count == 2 && (old_count == 2 || new_count == 2)) {
        new = old_count == 2 ? old + 1 : new + 1;
        old = new - 1;
        old_count = new_count = 1;
    }
    if (old_count == 0 || new_count == 0)
        return mistake("give OLD and NEW, or OLD... -- NEW...");
    if (old_count > LIMIT_PROFILES || new_count > LIMIT_PROFILES)
        return mistake("more than LIMIT_PROFILES (%d) profiles on one side", LIMIT_PROFILES);
    flags->sides[COMPARE_OLD].sources = old;
    flags->sides[COMPARE_OLD].count = old_count;
    flags->sides[COMPARE_NEW].sources = new;
    flags->sides[COMPARE_NEW].count = new_count;
    name_side(&flags->sides[COMPARE_OLD]);
    return name_side(&flags->sides[COMPARE_NEW]);
}

/* OLD's code is taken to be NEW's unless it is said where it is. */
static int place_causes(struct diff_flags *flags)
{
    struct diff_side *old = &flags->sides[COMPARE_OLD], *new = &flags->sides[COMPARE_NEW];
    new->dir = flags->typed.dir;
    new->diagnostics = flags->typed.diagnostics;
    old->dir = flags->typed.old_dir ? flags->typed.old_dir : new->dir;
    old->diagnostics = flags->typed.old_diagnostics;
    if (!old->diagnostics && !flags->typed.old_dir)
        old->diagnostics = new->diagnostics;
    flags->causes = flags->packages.len || new->diagnostics || old->diagnostics;
    if (flags->by == DIFF_BY_CAUSE && !flags->causes)
        return mistake("-by=cause needs -packages or -diagnostics");
    return -1;
}

static int check_all(struct cmd *cmd, struct diff_flags *flags)
{
    flags->sample_index = str_from(flags->typed.sample_index);
    int code = pick_words(flags);
    if (code < 0)
        code = place_causes(flags);
    if (code < 0)
        code = parse_per(cmd, flags);
    if (code < 0)
        code = parse_rules(flags);
    if (code < 0 && flags->rows > LIMIT_REPORT_ROWS)
        code = mistake("-n is at most LIMIT_REPORT_ROWS (%d)", LIMIT_REPORT_ROWS);
    return code;
}

/* Where "--" stands, or argc. */
static int find_dashes(int argc, char **argv)
{
    for (int i = 0; i < argc; i++)
        if (strcmp(argv[i], "--") == 0)
            return i;
    return argc;
}

int diff_flags_parse(struct cmd *cmd, struct diff_flags *flags, int argc, char **argv)
{
    *flags = (struct diff_flags){0};
    const struct flag list[] = {
        {"sample_index", FLAG_STRING, &flags->typed.sample_index, "TYPE",
         "alloc_space (default), alloc_objects, inuse_space, inuse_objects"},
        {"fail-on", FLAG_LIST, &flags->typed.rules, "RULE", "exit 3 when broken; may be repeated"},
        {"by", FLAG_STRING, &flags->typed.by, "WHAT", "rows: line (default), function, cause"},
        {"normalize", FLAG_STRING, &flags->typed.normalize, "HOW",
         "none (default), total (shares), time (per second of the profiles' duration)"},
        {"per", FLAG_STRING, &flags->typed.per, "NAME=N[,N]",
         "per request or so: how many there were, in OLD and NEW"},
        {"n", FLAG_UNSIGNED, &flags->rows, "N", "how many rows to show (30)"},
        {"json", FLAG_BOOL, &flags->typed.json, NULL, "one JSON document, schema unheap.diff/1"},
        {"format", FLAG_STRING, &flags->typed.format, "FORMAT", "text, markdown, json"},
        {"html", FLAG_STRING, &flags->html, "FILE", "write a page with a differential flame graph"},
        {"packages", FLAG_LIST, &flags->packages, "PATTERN",
         "your own code, for causes (./...); may be repeated"},
        {"diagnostics", FLAG_STRING, &flags->typed.diagnostics, "FILE|DIR",
         "the compiler's -m=2 text or -json=0 logs for NEW, instead of running go"},
        {"old_diagnostics", FLAG_STRING, &flags->typed.old_diagnostics, "FILE|DIR",
         "the same for OLD (default: NEW's)"},
        {"C", FLAG_STRING, &flags->typed.dir, "DIR", "the module's folder, for causes"},
        {"old_C", FLAG_STRING, &flags->typed.old_dir, "DIR", "that of OLD's code (default: -C)"},
        {"map", FLAG_LIST, &flags->maps, "FROM=TO", "rewrite the start of the profiles' paths"},
        {"tags", FLAG_STRING, &flags->tags, "T,T", "build tags"},
        {"seconds", FLAG_UNSIGNED, &flags->seconds, "N", "URL: profile this long (a delta)"},
        {"timeout", FLAG_UNSIGNED, &flags->timeout, "N", "URL: seconds for the whole transfer"},
        {"tls_ca", FLAG_STRING, &flags->tls_ca, "FILE", "https: certificate authority"},
        {"tls_cert", FLAG_STRING, &flags->tls_cert, "FILE", "https: client certificate"},
        {"tls_key", FLAG_STRING, &flags->tls_key, "FILE", "https: client key"},
    };
    int dashes = find_dashes(argc, argv);
    struct arguments old = {.argc = dashes, .argv = argv}, new = {.argv = argv + dashes + 1};
    if (dashes < argc)
        new.argc = argc - dashes - 1;
    int code = -1;
    if (new.argc > 0 && find_dashes(new.argc, new.argv) < new.argc)
        code = mistake("there are two sides, so one -- between them");
    if (code < 0)
        code = flags_parse(cmd, usage, list, COUNT_OF(list), &old);
    if (code < 0 && new.argc)
        code = flags_parse(cmd, usage, list, COUNT_OF(list), &new);
    if (code < 0)
        code = split_sides(flags, (const char *const *)old.argv, old.count,
                           (const char *const *)new.argv, new.count);
    return code < 0 ? check_all(cmd, flags) : code;
}

void diff_flags_release(struct cmd *cmd, struct diff_flags *flags)
{
    memory_put(&cmd->memory, flags->typed.rules.at);
    memory_put(&cmd->memory, flags->packages.at);
    memory_put(&cmd->memory, flags->maps.at);
    memory_put(&cmd->memory, flags->work[COMPARE_OLD]);
    memory_put(&cmd->memory, flags->work[COMPARE_NEW]);
}
