/* why: for people. gc's own line first, as `go build -gcflags=-m` prints it, then the story. */
#include "why.h"

#include <stdio.h>

enum { FLUSH_BYTES = 1 << 20, PLACE_WIDTH = 8 };

int why_flush(struct why_view *view, struct sb *out, bool all)
{
    if (!all && out->len < FLUSH_BYTES)
        return EXIT_CLEAN;
    int code = cmd_print(view->cmd, sb_str(out));
    sb_clear(out);
    return code;
}

/* ---- one site ---- */

/* "12:5" in the site's own file, "other.go:12:5" elsewhere. */
static void step_place(struct why_view *view, const struct message *message,
                       const struct story_step *step, struct sb *out)
{
    size_t start = out->len;
    if (!str_equal(step->path, compiler_str(view->said.compiler, message->path))) {
        uint32_t id = intern_find(&view->said.compiler->strings, step->path);
        sb_add(out, id ? said_file(&view->said, id) : step->path);
        sb_addc(out, ':');
    }
    sb_addf(out, "%u", step->line);
    if (step->column)
        sb_addf(out, ":%u", step->column);
    size_t width = out->len - start;
    sb_repeat(out, ' ', width < PLACE_WIDTH ? PLACE_WIDTH - width : 1);
}

static void story_print(struct why_view *view, const struct message *message, struct sb *out)
{
    struct arena arena;
    arena_init(&arena, &view->cmd->memory);
    struct story story;
    story_read(view->said.compiler, message, &arena, &story);
    for (size_t i = 0; i < story.count; i++) {
        sb_addf(out, "    %zu. ", i + 1);
        step_place(view, message, &story.steps[i], out);
        story_tell(&story, i, out);
        sb_addc(out, '\n');
    }
    if (story.truncated)
        sb_adds(out, "    (the compiler leaves out the rest: the way leads in a circle)\n");
    arena_release(&arena);
}

static void site_print(struct why_view *view, const struct said_site *site, struct sb *out)
{
    const struct message *message = &view->said.compiler->messages.at[site->message];
    sb_addf(out, "%.*s:%u", STR_ARGS(view->said.files.at[site->file]), message->line);
    if (message->column)
        sb_addf(out, ":%u", message->column);
    struct str text = message->text;
    if (message->kind == MESSAGE_CAN_INLINE) { /* its body may be pages long */
        ptrdiff_t body = str_find(text, STR(" as: "));
        text = body < 0 ? text : str_slice(text, 0, (size_t)body);
    }
    sb_addf(out, ": %.*s\n", STR_ARGS(text));
    if (site->times > 1)
        sb_addf(out, "    (%u times here: copies by inlining, instances, or a value and its "
                "conversion)\n", site->times);
    story_print(view, message, out);
    if (said_verdict_of(message) == SAID_MAYBE)
        sb_addf(out, "    %s\n",
                said_maybe_reason(site_kind_of(MESSAGE_STAYS, said_subject(message))));
}

/* ---- all of them, by file and function ---- */

/* The heading that was printed last. */
struct heading {
    struct sb text, scratch;
    bool printed;
    uint32_t file;
};

/* A site whose function is not known stays under the heading before it. */
static void heading_print(struct why_view *view, const struct said_site *site,
                          struct heading *heading, struct sb *out)
{
    sb_clear(&heading->scratch);
    sb_addf(&heading->scratch, "# %.*s", STR_ARGS(view->said.files.at[site->file]));
    if (site->function.len)
        sb_addc(&heading->scratch, ' ');
    said_function(&view->said, site, &heading->scratch);
    bool same_file = heading->printed && heading->file == site->file;
    if (same_file && (site->function.len == 0 ||
                      str_equal(sb_str(&heading->scratch), sb_str(&heading->text))))
        return;
    if (heading->printed)
        sb_addc(out, '\n');
    sb_add(out, sb_str(&heading->scratch));
    sb_addc(out, '\n');
    sb_clear(&heading->text);
    sb_add(&heading->text, sb_str(&heading->scratch));
    heading->printed = true;
    heading->file = site->file;
}

static const char *plural(size_t n)
{
    return n == 1 ? "" : "s";
}

/* How many heap allocations the sites are, copies counted. */
static size_t heap_count(const struct why_view *view)
{
    size_t count = 0;
    for (size_t i = 0; i < view->said.list.len; i++) {
        const struct said_site *site = &view->said.list.at[i];
        if (said_verdict_of(&view->said.compiler->messages.at[site->message]) == SAID_HEAP)
            count += site->times;
    }
    return count;
}

static void closing_print(const struct why_view *view)
{
    if (view->line.file.len) {
        if (view->said.list.len == 0)
            fprintf(stderr, "the compiler says nothing about line %u of %.*s\n", view->line.line,
                    STR_ARGS(view->line.file));
        return;
    }
    size_t count = heap_count(view);
    fprintf(stderr, "%zu heap allocation%s at %zu place%s in %zu package%s (%.*s)\n", count,
            plural(count), view->said.list.len, plural(view->said.list.len),
            view->said.package_count,
            plural(view->said.package_count), STR_ARGS(view->said.compiler->go_version));
}

int why_print_text(struct why_view *view)
{
    said_collapse(&view->said);
    struct sb out;
    struct heading heading = {.printed = false};
    sb_init(&out, &view->cmd->memory);
    sb_init(&heading.text, &view->cmd->memory);
    sb_init(&heading.scratch, &view->cmd->memory);
    int code = EXIT_CLEAN;
    for (size_t i = 0; i < view->said.list.len && code == EXIT_CLEAN; i++) {
        heading_print(view, &view->said.list.at[i], &heading, &out);
        site_print(view, &view->said.list.at[i], &out);
        code = why_flush(view, &out, false);
    }
    if (code == EXIT_CLEAN)
        code = why_flush(view, &out, true);
    if (code == EXIT_CLEAN)
        closing_print(view);
    sb_release(&heading.text);
    sb_release(&heading.scratch);
    sb_release(&out);
    return code;
}

int why_print_gc(struct why_view *view)
{
    struct sb out;
    sb_init(&out, &view->cmd->memory);
    int code = EXIT_CLEAN;
    for (size_t i = 0; i < view->said.compiler->packages.len && code == EXIT_CLEAN; i++) {
        if (!view->said.compiler->packages.at[i].wanted)
            continue;
        compiler_print_gc(view->said.compiler, i, view->flags->level, &out);
        code = why_flush(view, &out, false);
    }
    if (code == EXIT_CLEAN)
        code = why_flush(view, &out, true);
    sb_release(&out);
    return code;
}
