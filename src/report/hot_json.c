/* hot_json.c: schema unheap.hot/1 (reference/cli.md). The fields of the contract come first, in its
 * order; ours follow. */
#include <stdio.h>

#include "report_int.h"

static void put_text(struct json_out *json, json_t *object, const char *name, struct str text)
{
    json_put(json, object, name, json_new_text(json, text));
}

static void put_text_if(struct json_out *json, json_t *object, const char *name, struct str text)
{
    if (text.len)
        put_text(json, object, name, text);
}

static void put_number(struct json_out *json, json_t *object, const char *name, int64_t number)
{
    json_put(json, object, name, json_new_number(json, number));
}

static int64_t clamp(uint64_t number)
{
    return number > INT64_MAX ? INT64_MAX : (int64_t)number;
}

/* "c1", "s17" */
static json_t *new_id(struct json_out *json, char letter, uint32_t id)
{
    char text[16];
    int n = snprintf(text, sizeof(text), "%c%u", letter, id);
    return json_new_text(json, (struct str){text, (size_t)n});
}

static json_t *new_site_id(struct json_out *json, const struct evidence *evidence, uint32_t site)
{
    return new_id(json, 's', evidence->sites[site].id);
}

static json_t *new_cause_id(struct json_out *json, const struct evidence *evidence,
                            uint32_t cause)
{
    if (cause >= evidence->cause_count)
        return json_null();
    return new_id(json, 'c', evidence->causes[cause].id);
}

static void put_place(struct json_out *json, json_t *object, const struct place *place)
{
    put_text(json, object, "file", place->file);
    put_number(json, object, "line", place->line);
    put_number(json, object, "column", place->column);
}

static void put_measure(struct json_out *json, json_t *object, const struct measure *measure,
                        int64_t total)
{
    put_number(json, object, "value", measure->value);
    json_put(json, object, "share",
             json_new_fraction(json, amount_fraction(measure->value, total)));
    put_number(json, object, "low", measure->low);
    put_number(json, object, "high", measure->high);
    put_number(json, object, "samples", clamp(measure->samples));
}

json_t *hot_json_story(struct json_out *json, const struct told_step *story, size_t story_count)
{
    json_t *list = json_new_list(json);
    for (size_t i = 0; i < story_count; i++) {
        json_t *step = json_new_object(json);
        put_place(json, step, &story[i].place);
        put_text(json, step, "text", story[i].text);
        json_push(json, list, step);
    }
    return list;
}

static json_t *new_site_ids(struct json_out *json, const struct evidence *evidence,
                            const struct cause *cause, size_t part_count)
{
    json_t *list = json_new_list(json);
    for (size_t i = 0; i < part_count; i++)
        json_push(json, list, new_site_id(json, evidence, cause->parts[i].site));
    return list;
}

static json_t *new_parts(struct json_out *json, const struct evidence *evidence,
                         const struct cause *cause, size_t part_count)
{
    json_t *list = json_new_list(json);
    for (size_t i = 0; i < part_count; i++) {
        json_t *part = json_new_object(json);
        json_put(json, part, "site", new_site_id(json, evidence, cause->parts[i].site));
        put_number(json, part, "value", cause->parts[i].value);
        json_push(json, list, part);
    }
    return list;
}

json_t *hot_json_cause(struct json_out *json, const struct evidence *evidence, size_t cause_index,
                       size_t max_parts)
{
    const struct cause *cause = &evidence->causes[cause_index];
    size_t part_count = cause->part_count < max_parts ? cause->part_count : max_parts;
    json_t *object = json_new_object(json);
    json_put(json, object, "id", new_id(json, 'c', cause->id));
    put_text(json, object, "text", cause->text);
    put_place(json, object, &cause->place);
    put_text(json, object, "category", str_from(cause_category_name(cause->category)));
    put_measure(json, object, &cause->measure, evidence->total);
    json_put(json, object, "sites", new_site_ids(json, evidence, cause, part_count));
    json_put(json, object, "story", hot_json_story(json, cause->story, cause->story_count));
    put_text(json, object, "title", str_from(cause_category_title(cause->category)));
    put_text_if(json, object, "function", cause->function);
    put_text(json, object, "advice", cause->advice);
    json_put(json, object, "supported", json_new_bool(json, cause->supported));
    json_put(json, object, "parts", new_parts(json, evidence, cause, part_count));
    return object;
}

static json_t *new_inlined_at(struct json_out *json, const struct site *site)
{
    json_t *list = json_new_list(json);
    for (size_t i = 0; i < site->inlined_count; i++) {
        const struct place_frame *frame = &site->inlined_at[i];
        json_t *call = json_new_object(json);
        put_text(json, call, "function", frame->function);
        put_text(json, call, "file", frame->place.file);
        put_number(json, call, "line", frame->place.line);
        if (frame->place.column)
            put_number(json, call, "column", frame->place.column);
        json_push(json, list, call);
    }
    return list;
}

static json_t *new_site(struct json_out *json, const struct evidence *evidence,
                        const struct site *site)
{
    json_t *object = json_new_object(json);
    json_put(json, object, "id", new_id(json, 's', site->id));
    put_text(json, object, "package", site->package);
    put_text(json, object, "function", site->function);
    put_place(json, object, &site->place);
    put_text(json, object, "kind", str_from(site_kind_name(site->kind)));
    put_text_if(json, object, "text", site->text);
    put_number(json, object, "copies", site->copies);
    if (site->inlined_count)
        json_put(json, object, "inlined_at", new_inlined_at(json, site));
    put_text_if(json, object, "type", site->type);
    if (site->size)
        put_number(json, object, "size", clamp(site->size));
    put_text_if(json, object, "callee", site->callee);
    put_text(json, object, "verdict", str_from(site_verdict_name(site->verdict)));
    put_text(json, object, "reason", site->reason);
    json_put(json, object, "cause", new_cause_id(json, evidence, site->cause));
    put_measure(json, object, &site->measure, evidence->total);
    put_number(json, object, "cumulative", site->cumulative);
    json_put(json, object, "ambiguous", json_new_bool(json, site->ambiguous));
    return object;
}

json_t *hot_json_site(struct json_out *json, const struct evidence *evidence, size_t site_index)
{
    return new_site(json, evidence, &evidence->sites[site_index]);
}

json_t *hot_json_unexplained(struct json_out *json, const struct unexplained *unexplained)
{
    json_t *object = json_new_object(json);
    put_text(json, object, "function", unexplained->function);
    put_text(json, object, "file", unexplained->place.file);
    put_number(json, object, "line", unexplained->place.line);
    put_number(json, object, "value", unexplained->value);
    put_text(json, object, "why", unexplained->why);
    return object;
}

static json_t *new_match(struct json_out *json, const struct match_quality *quality)
{
    json_t *object = json_new_object(json);
    put_number(json, object, "matched", quality->matched);
    put_number(json, object, "unknown_function", quality->unknown_function);
    put_number(json, object, "unknown_package", quality->unknown_package);
    put_number(json, object, "by_mapping", quality->by_mapping);
    put_number(json, object, "by_import_path", quality->by_import_path);
    put_text_if(json, object, "first_unknown", quality->first_unknown);
    return object;
}

static void write_head(struct json_out *json, const struct evidence *evidence)
{
    json_write(json, "schema", json_new_text(json, STR("unheap.hot/1")));
    json_write(json, "go_version", json_new_text(json, evidence->go_version));
    json_write(json, "sample_type", json_new_text(json, evidence->type_name));
    json_write(json, "unit", json_new_text(json, evidence->unit));
    json_write(json, "total", json_new_number(json, evidence->total));
    json_write(json, "explained", json_new_number(json, evidence->explained));
}

static void write_lists(struct json_out *json, const struct evidence *evidence)
{
    json_begin(json, "unexplained", '[');
    for (size_t i = 0; i < evidence->unexplained_count; i++)
        json_write(json, NULL, hot_json_unexplained(json, &evidence->unexplained[i]));
    json_end(json, ']');
    json_begin(json, "causes", '[');
    for (size_t i = 0; i < evidence->cause_count; i++)
        json_write(json, NULL, hot_json_cause(json, evidence, i, SIZE_MAX));
    json_end(json, ']');
    json_begin(json, "sites", '[');
    for (size_t i = 0; i < evidence->site_count; i++)
        json_write(json, NULL, hot_json_site(json, evidence, i));
    for (size_t i = 0; i < evidence->elided_count; i++)
        json_write(json, NULL, new_site(json, evidence, &evidence->elided[i]));
    json_end(json, ']');
}

void report_hot_json(const struct evidence *evidence, struct sb *out)
{
    struct json_out json;
    json_out_init(&json, out->memory, out, false);
    json_begin(&json, NULL, '{');
    write_head(&json, evidence);
    write_lists(&json, evidence);
    json_write(&json, "match", new_match(&json, &evidence->quality));
    if (evidence->other_ranking.len)
        json_write(&json, "other_ranking", json_new_text(&json, evidence->other_ranking));
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
