/* gate_vet: the verdict about one package as `go vet` takes it: lines with a position, or, since Go
 * 1.26, JSON as golang.org/x/tools/go/analysis/unitchecker writes it, which the go command turns
 * into such lines. */
#include "gate_int.h"

static void posn_add(const struct report_gate *report, const struct place *place, struct sb *out)
{
    if (place->file.len && place->file.ptr[0] != '/' && place->file.ptr[0] != '<')
        sb_addf(out, "%.*s/", STR_ARGS(report->here));
    sb_addf(out, "%.*s:%u", STR_ARGS(place->file), place->line);
    if (place->column)
        sb_addf(out, ":%u", place->column);
}

static json_t *posn_json(struct json_out *json, const struct report_gate *report,
                         const struct place *place)
{
    struct sb out;
    sb_init(&out, json->memory);
    posn_add(report, place, &out);
    json_t *text = json_new_text(json, sb_str(&out));
    sb_release(&out);
    return text;
}

/* What is told of an item, in one line. */
static void message_add(const struct gate_item *item, struct sb *out)
{
    sb_addf(out, "%.*s. ", STR_ARGS(item->message));
    gate_item_advice(item->site, out);
}

static json_t *steps_json(struct json_out *json, const struct report_gate *report,
                          const struct gate_site *site)
{
    json_t *steps = json_new_list(json);
    for (size_t i = 0; i < site->story_count; i++) {
        json_t *step = json_new_object(json);
        json_put(json, step, "posn", posn_json(json, report, &site->story[i].place));
        json_put(json, step, "end", posn_json(json, report, &site->story[i].place));
        json_put(json, step, "message", json_new_text(json, site->story[i].text));
        json_push(json, steps, step);
    }
    return steps;
}

static json_t *diagnostic_json(struct json_out *json, const struct report_gate *report,
                               const struct gate_item *item)
{
    const struct place place = {item->site->shown, item->site->line, item->site->column};
    json_t *object = json_new_object(json);
    struct sb message;
    sb_init(&message, json->memory);
    message_add(item, &message);
    json_put(json, object, "category", json_new_text(json, item->rule));
    json_put(json, object, "posn", posn_json(json, report, &place));
    json_put(json, object, "end", posn_json(json, report, &place));
    json_put(json, object, "message", json_new_text(json, sb_str(&message)));
    if (item->site->story_count)
        json_put(json, object, "related", steps_json(json, report, item->site));
    sb_release(&message);
    return object;
}

void report_gate_vet_json(const struct report_gate *report, struct str id, struct sb *out)
{
    struct gate_items items;
    struct json_out json;
    gate_items_init(&items, report->verdict);
    json_out_init(&json, report->verdict->memory, out, false);
    json_begin(&json, NULL, '{');
    if (report->verdict->fails) {
        char *name = arena_strndup(&items.arena, id.ptr, id.len);
        json_begin(&json, name, '{');
        json_begin(&json, "unheap", '[');
        for (size_t i = 0; i < items.list.len; i++) {
            if (items.list.at[i].severity == GATE_ERROR)
                json_write(&json, NULL, diagnostic_json(&json, report, &items.list.at[i]));
        }
        json_end(&json, ']');
        json_end(&json, '}');
    }
    json_end(&json, '}');
    json_out_release(&json);
    sb_addc(out, '\n');
    gate_items_release(&items);
}

void report_gate_vet_lines(const struct report_gate *report, bool failing, struct sb *out)
{
    struct gate_items items;
    gate_items_init(&items, report->verdict);
    for (size_t i = 0; i < items.list.len; i++) {
        const struct gate_item *item = &items.list.at[i];
        const struct place place = {item->site->shown, item->site->line, item->site->column};
        if ((item->severity == GATE_ERROR) != failing)
            continue;
        posn_add(report, &place, out);
        sb_adds(out, failing ? ": " : ": warning: ");
        message_add(item, out);
        sb_addc(out, '\n');
    }
    gate_items_release(&items);
}
