/* gate_json: the gate's verdict for scripts, schema unheap.gate/1 (reference/cli.md). */
#include "gate_int.h"

static void text_put(struct json_out *json, json_t *object, const char *name, struct str text)
{
    json_put(json, object, name, json_new_text(json, text));
}

/* A baseline has no lines: of what went away only the file is known. */
static json_t *number_or_null(struct json_out *json, uint32_t number)
{
    return number ? json_new_number(json, number) : json_null();
}

static json_t *site_json(struct json_out *json, const struct gate_site *site)
{
    json_t *object = json_new_object(json);
    text_put(json, object, "package", site->package);
    text_put(json, object, "function", site->function);
    text_put(json, object, "file", site->shown);
    json_put(json, object, "line", number_or_null(json, site->line));
    json_put(json, object, "column", number_or_null(json, site->column));
    text_put(json, object, "kind", str_from(site_kind_name(site->kind)));
    text_put(json, object, "text", site->text.len ? site->text : site->expression);
    text_put(json, object, "expression", site->expression);
    text_put(json, object, "verdict", STR("heap"));
    if (site->type.len)
        text_put(json, object, "type", site->type);
    text_put(json, object, "category", str_from(cause_category_name(site->category)));
    text_put(json, object, "reason",
             site->reason.len ? site->reason : str_from(cause_category_title(site->category)));
    json_put(json, object, "copies", json_new_number(json, site->copies));
    json_put(json, object, "story", hot_json_story(json, site->story, site->story_count));
    json_put(json, object, "inlined_at", json_new_list(json));
    return object;
}

static void cost_put(struct json_out *json, json_t *object, const struct gate_cost *cost)
{
    if (!cost->known)
        return;
    json_t *estimate = json_new_object(json);
    json_put(json, estimate, "bytes", json_new_number(json, cost->bytes));
    json_put(json, estimate, "share", json_new_fraction(json, cost->share / 100));
    json_put(json, estimate, "hot", json_new_bool(json, cost->hot));
    text_put(json, estimate, "ground", cost->ground);
    json_put(json, object, "estimate", estimate);
}

static json_t *finding_json(struct json_out *json, const struct gate_finding *finding)
{
    json_t *object = site_json(json, finding->site);
    text_put(json, object, "severity", str_from(gate_severity_name(finding->severity)));
    text_put(json, object, "cause", str_from(gate_cause_name(finding->cause)));
    cost_put(json, object, &finding->cost);
    if (finding->allow)
        text_put(json, object, "allowed", finding->allow->reason);
    if (finding->site->line) {
        struct sb advice;
        sb_init(&advice, json->memory);
        gate_item_advice(finding->site, &advice);
        text_put(json, object, "advice", sb_str(&advice));
        sb_release(&advice);
    }
    return object;
}

static void findings_write(struct json_out *json, const char *name,
                           const struct gate_finding *findings, size_t count)
{
    json_begin(json, name, '[');
    for (size_t i = 0; i < count; i++)
        json_write(json, NULL, finding_json(json, &findings[i]));
    json_end(json, ']');
}

static void overruns_write(struct json_out *json, const struct gate_verdict *verdict)
{
    json_begin(json, "budgets", '[');
    for (size_t i = 0; i < verdict->overruns.len; i++) {
        const struct gate_overrun *overrun = &verdict->overruns.at[i];
        json_t *object = json_new_object(json);
        text_put(json, object, "pattern", overrun->pattern);
        json_put(json, object, "limit", json_new_number(json, (int64_t)overrun->limit));
        json_put(json, object, "count", json_new_number(json, (int64_t)overrun->count));
        json_t *sites = json_new_list(json);
        for (size_t k = 0; k < overrun->count; k++)
            json_push(json, sites, site_json(json, overrun->sites[k]));
        json_put(json, object, "sites", sites);
        json_write(json, NULL, object);
    }
    json_end(json, ']');
}

static void breaches_write(struct json_out *json, const struct gate_verdict *verdict)
{
    json_begin(json, "annotations", '[');
    for (size_t i = 0; i < verdict->breaches.len; i++) {
        const struct gate_breach *breach = verdict->breaches.at[i];
        const struct gate_annotation *annotation =
            &verdict->new->annotations.at[breach->annotation];
        json_t *object = json_new_object(json);
        text_put(json, object, "directive", annotation->directive);
        json_put(json, object, "line", json_new_number(json, annotation->line));
        json_put(json, object, "site", site_json(json, breach->site));
        json_write(json, NULL, object);
    }
    json_end(json, ']');
}

void report_gate_json(const struct report_gate *report, struct sb *out)
{
    const struct gate_verdict *verdict = report->verdict;
    struct json_out json;
    json_out_init(&json, verdict->memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.gate/1")));
    json_write(&json, "go_version", json_new_text(&json, verdict->new->go_version));
    json_write(&json, "old_go_version", json_new_text(&json, verdict->old->go_version));
    findings_write(&json, "new", verdict->found.at, verdict->found.len);
    findings_write(&json, "fixed", verdict->fixed.at, verdict->fixed.len);
    findings_write(&json, "changed", verdict->changed.at, verdict->changed.len);
    findings_write(&json, "allowed", verdict->allowed.at, verdict->allowed.len);
    overruns_write(&json, verdict);
    breaches_write(&json, verdict);
    json_write(&json, "moved", json_new_number(&json, (int64_t)verdict->moved));
    json_write(&json, "kept", json_new_number(&json, (int64_t)verdict->kept));
    json_write(&json, "verdict", json_new_text(&json, verdict->fails ? STR("fail") : STR("pass")));
    json_end(&json, '}');
    json_out_release(&json);
    sb_addc(out, '\n');
}
