/* why: JSON, schema unheap.why/1, written one site after another. */
#include "why.h"

#include <jansson.h>

/* JSON is UTF-8; a damaged text need not be. */
static json_t *json_text(struct why_view *view, struct str text)
{
    json_t *value = json_stringn(text.ptr ? text.ptr : "", text.len);
    if (value)
        return value;
    char *plain = arena_strndup(&view->said.arena, text.ptr, text.len);
    for (size_t i = 0; i < text.len; i++)
        plain[i] = (unsigned char)plain[i] < 0x80 ? plain[i] : '?';
    return json_stringn(plain, text.len);
}

static int to_sb(const char *bytes, size_t n, void *ctx)
{
    sb_addn(ctx, bytes, n);
    return 0;
}

static void put(struct why_view *view, json_t *object, const char *name, struct str text)
{
    json_object_set_new(object, name, json_text(view, text));
}

static void put_place(struct why_view *view, json_t *object, struct str printed, uint32_t line,
                      uint32_t column)
{
    uint32_t id = intern_find(&view->said.compiler->strings, printed);
    put(view, object, "file", id ? said_file(&view->said, id) : printed);
    json_object_set_new(object, "line", json_integer(line));
    json_object_set_new(object, "column", json_integer(column));
}

/* The steps, and the last one's words as the reason. */
static json_t *story_json(struct why_view *view, const struct message *message, struct sb *reason)
{
    struct arena arena;
    arena_init(&arena, &view->cmd->memory);
    struct story story;
    story_read(view->said.compiler, message, &arena, &story);
    json_t *steps = json_array();
    for (size_t i = 0; i < story.count; i++) {
        json_t *step = json_object();
        put_place(view, step, story.steps[i].path, story.steps[i].line, story.steps[i].column);
        sb_clear(reason);
        story_tell(&story, i, reason);
        put(view, step, "text", sb_str(reason));
        json_array_append_new(steps, step);
    }
    arena_release(&arena);
    return steps;
}

static struct str plain_reason(enum said_verdict verdict, enum site_kind kind)
{
    if (verdict == SAID_MAYBE)
        return str_from(said_maybe_reason(kind));
    return verdict == SAID_STACK ? STR("it does not outlive its function") : STR_NONE;
}

/* Where a site is: where gc says it is, which for inlined copies is the outermost call. */
static void put_plain_place(struct why_view *view, const struct said_site *site, json_t *object,
                            struct sb *scratch)
{
    const struct message *message = &view->said.compiler->messages.at[site->message];
    put(view, object, "package", said_package(&view->said, message));
    sb_clear(scratch);
    said_function(&view->said, site, scratch);
    put(view, object, "function", sb_str(scratch));
    put_place(view, object, compiler_str(view->said.compiler, message->path), message->line,
              message->column);
    json_object_set_new(object, "inlined_at", json_array());
}

static void put_inline_place(struct why_view *view, json_t *object,
                             const struct inline_place *place, struct sb *scratch)
{
    sb_clear(scratch);
    said_symbol(&view->said, said_package_of_path(&view->said, place->path),
                said_source_function(&view->said, place), scratch);
    put(view, object, "function", sb_str(scratch));
    put_place(view, object, compiler_str(view->said.compiler, place->path), place->line,
              place->column);
}

/* JSON logs tell where an inlined expression is written, and the calls that brought it here. */
static void put_copied_place(struct why_view *view, const struct said_site *site, json_t *object,
                             struct sb *scratch)
{
    const struct message *message = &view->said.compiler->messages.at[site->message];
    size_t count;
    const struct inline_place *places = compiler_inlined_at(view->said.compiler, message, &count);
    if (count == 0) {
        put_plain_place(view, site, object, scratch);
        return;
    }
    put(view, object, "package", said_package_of_path(&view->said, places[count - 1].path));
    put_inline_place(view, object, &places[count - 1], scratch);
    json_t *calls = json_array();
    for (size_t i = count - 1; i > 0; i--) {
        json_t *call = json_object();
        put_inline_place(view, call, &places[i - 1], scratch);
        json_array_append_new(calls, call);
    }
    json_t *outermost = json_object();
    put_plain_place(view, site, outermost, scratch);
    json_object_del(outermost, "inlined_at");
    json_object_del(outermost, "package");
    json_array_append_new(calls, outermost);
    json_object_set_new(object, "inlined_at", calls);
}

static json_t *site_json(struct why_view *view, const struct said_site *site, struct sb *scratch)
{
    const struct message *message = &view->said.compiler->messages.at[site->message];
    enum said_verdict verdict = said_verdict_of(message);
    struct str subject = said_subject(message);
    enum site_kind kind = site_kind_of((enum message_kind)message->kind, subject);
    json_t *object = json_object();
    put_copied_place(view, site, object, scratch);
    put(view, object, "text", message->text);
    put(view, object, "kind", str_from(site_kind_name(kind)));
    put(view, object, "verdict", str_from(said_verdict_name(verdict)));
    struct str type = said_type(kind, subject);
    if (type.len)
        put(view, object, "type", type);
    sb_clear(scratch);
    json_t *story = story_json(view, message, scratch);
    put(view, object, "reason", scratch->len ? sb_str(scratch) : plain_reason(verdict, kind));
    json_object_set_new(object, "story", story);
    return object;
}

static void header_print(struct why_view *view, struct sb *out)
{
    json_t *version = json_text(view, view->said.compiler->go_version);
    sb_adds(out, "{\"schema\":\"unheap.why/1\",\"go_version\":");
    json_dump_callback(version, to_sb, out, JSON_ENCODE_ANY);
    sb_addf(out, ",\"witness\":\"compiler\",\"packages\":%zu,\"sites\":[",
            view->said.package_count);
    json_decref(version);
}

int why_print_json(struct why_view *view)
{
    struct sb out, scratch;
    sb_init(&out, &view->cmd->memory);
    sb_init(&scratch, &view->cmd->memory);
    header_print(view, &out);
    int code = EXIT_CLEAN;
    bool first = true;
    for (size_t i = 0; i < view->said.list.len && code == EXIT_CLEAN; i++) {
        const struct said_site *site = &view->said.list.at[i];
        if (site->parameter ||
            said_verdict_of(&view->said.compiler->messages.at[site->message]) == SAID_NONE)
            continue;
        sb_adds(&out, first ? "\n" : ",\n");
        first = false;
        json_t *object = site_json(view, site, &scratch);
        json_dump_callback(object, to_sb, &out, JSON_COMPACT);
        json_decref(object);
        code = why_flush(view, &out, false);
    }
    sb_adds(&out, "\n]}\n");
    if (code == EXIT_CLEAN)
        code = why_flush(view, &out, true);
    sb_release(&out);
    sb_release(&scratch);
    return code;
}
