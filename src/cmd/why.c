/* unheap why: why is this on the heap? The compiler alone, its reasoning retold. */
#include "why.h"

#include <stdio.h>

static const char usage[] =
    "usage: unheap why [flags] [PACKAGES...]\n"
    "       unheap why [flags] FILE:LINE\n\n"
    "Prints the compiler's own line for each heap allocation, and below it the way of the value,\n"
    "from where it is allocated to what makes it outlive its function.\n\n"
    "  unheap why ./...\n"
    "  unheap why server.go:120\n"
    "  unheap why -format=gc -level=2 ./...          (what go build -gcflags=-m=2 prints)\n"
    "  unheap why -diagnostics build.txt ./...       (no Go needed)\n";

static bool format_read(const struct why_flags *flags, enum why_format *format)
{
    static const char *const names[] = {"text", "gc", "json"};
    *format = flags->json ? WHY_JSON : WHY_TEXT;
    if (!flags->format)
        return true;
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        if (strcmp(flags->format, names[i]) == 0) {
            *format = (enum why_format)i;
            return true;
        }
    }
    return false;
}

/* ---- asking ---- */

/* The directory of FILE as the go command takes it: absolute or beginning with "./". A path that
 * names no file is taken as one of an import path, "net/http/server.go". */
static const char *line_pattern(const struct why_line *line, struct arena *arena)
{
    struct str dir = str_dir_name(line->path);
    if (line->path.ptr && line->path.ptr[0] == '/')
        return dir.len ? arena_strndup(arena, dir.ptr, dir.len) : "/";
    return dir.len ? arena_strndup(arena, dir.ptr, dir.len) : ".";
}

static enum status ask(struct cmd *cmd, const struct why_flags *flags, const struct why_line *line,
                       const struct compiler_request *packages, struct compiler **compiler)
{
    struct arena arena;
    arena_init(&arena, &cmd->memory);
    struct compiler_request request = *packages;
    const char *pattern = line->file.len ? line_pattern(line, &arena) : NULL;
    if (pattern) {
        request.patterns = &pattern;
        request.pattern_count = flags->diagnostics ? 0 : 1;
        request.tests |= str_ends(line->path, STR("_test.go"));
    }
    enum status status = cmd_compiler(cmd, flags->diagnostics, &request, compiler);
    arena_release(&arena);
    return status;
}

/* ---- answering ---- */

static int answer(struct cmd *cmd, const struct why_flags *flags, enum why_format format,
                  const struct compiler *compiler, const struct why_line *line)
{
    struct why_view view = {.cmd = cmd, .flags = flags, .line = *line};
    const struct said_request request = {
        .compiler = compiler, .dir = flags->dir, .all = format == WHY_JSON,
        .fits = line->file.len ? why_line_fits : NULL, .ctx = &view};
    said_init(&view.said, &request, &cmd->memory);
    int code;
    if (format == WHY_GC) {
        code = why_print_gc(&view);
    } else {
        said_collect(&view.said);
        code = format == WHY_JSON ? why_print_json(&view) : why_print_text(&view);
    }
    said_release(&view.said);
    return code;
}

/* A file that only the diagnostics know may lie on another machine. */
static bool is_missing(struct cmd *cmd, const struct why_flags *flags, const struct why_line *line)
{
    if (!line->file.len || line->exists || flags->diagnostics)
        return false;
    diag_add(cmd->sink, DIAG_FILE_OPEN, line->file, 0, DIAG_NO_OFFSET,
             "there is no such file below %s", flags->dir ? flags->dir : "the current directory");
    return true;
}

static int why(struct cmd *cmd, const struct why_flags *flags, enum why_format format,
               const char *const *arguments, size_t argument_count)
{
    struct arena arena;
    arena_init(&arena, &cmd->memory);
    struct why_line line = {.line = 0};
    if (argument_count == 1)
        (void)why_line_read(arguments[0], flags->dir, &arena, &line);
    struct compiler_request request = {
        .dir = flags->dir, .patterns = arguments, .pattern_count = argument_count,
        .tests = flags->tests, .tags = flags->tags, .goos = flags->goos, .goarch = flags->goarch,
        .pgo = flags->pgo, .only_named = true, .progress = cmd_compiler_progress,
        .progress_ctx = cmd};
    struct compiler *compiler = NULL;
    int code = EXIT_COULD_NOT;
    if (!is_missing(cmd, flags, &line) && ask(cmd, flags, &line, &request, &compiler) == STATUS_OK)
        code = answer(cmd, flags, format, compiler, &line);
    compiler_free(compiler);
    arena_release(&arena);
    int told = cmd_diagnose(cmd);
    return code ? code : told;
}

int verb_why(struct cmd *cmd, int argc, char **argv)
{
    struct why_flags flags = {.level = 1};
    const struct flag list[] = {
        {"C", FLAG_STRING, &flags.dir, "DIR", "the module's folder"},
        {"format", FLAG_STRING, &flags.format, "FORMAT",
         "text (default), gc: the compiler's own lines, json: schema unheap.why/1"},
        {"json", FLAG_BOOL, &flags.json, NULL, "the same as -format=json"},
        {"level", FLAG_UNSIGNED, &flags.level, "N", "-format=gc: the lines of -m (1) or -m=2 (2)"},
        {"diagnostics", FLAG_STRING, &flags.diagnostics, "FILE|DIR",
         "the compiler's -m=2 text or -json=0 logs, instead of running go"},
        {"tests", FLAG_BOOL, &flags.tests, NULL, "test files too"},
        {"tags", FLAG_STRING, &flags.tags, "T,T", "build tags"},
        {"goos", FLAG_STRING, &flags.goos, "OS", "analyse for this system"},
        {"goarch", FLAG_STRING, &flags.goarch, "ARCH", "analyse for this architecture"},
        {"pgo", FLAG_STRING, &flags.pgo, "FILE", "build with this CPU profile (default off)"},
    };
    struct arguments words = {.argc = argc, .argv = argv};
    int code = flags_parse(cmd, usage, list, COUNT_OF(list), &words);
    size_t count = words.count;
    enum why_format format = WHY_TEXT;
    if (code < 0 && (!format_read(&flags, &format) || flags.level < 1 || flags.level > 2)) {
        fputs("unheap why: -format is text, gc or json; -level is 1 or 2\n\n", stderr);
        fputs(usage, stderr);
        code = EXIT_USAGE;
    }
    if (code < 0)
        code = why(cmd, &flags, format, (const char *const *)argv, count);
    return code;
}
