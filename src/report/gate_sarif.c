/* gate_sarif: SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), as GitHub's code scanning and
 * golangci-lint's readers take it: at most LIMIT_SARIF_RESULTS results, the story as a code flow,
 * fingerprints that stay when lines move. */
#include "gate_int.h"

#include <inttypes.h>
#include <stdio.h>

/* The work of one document. */
struct sarif {
    struct json_out json;
    const struct report_gate *report;
    struct gate_columns columns;
};

static json_t *message_json(struct json_out *json, struct str text)
{
    json_t *message = json_new_object(json);
    json_put(json, message, "text", json_new_text(json, text));
    return message;
}

/* A path as a URI reference: RFC 3986, unreserved characters and "/" stay. */
static json_t *uri_json(struct json_out *json, struct str path)
{
    struct sb out;
    sb_init(&out, json->memory);
    if (path.len && path.ptr[0] == '/')
        sb_adds(&out, "file://");
    for (size_t i = 0; i < path.len; i++) {
        unsigned char c = (unsigned char)path.ptr[i];
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     strchr("/._~-", c);
        if (plain && c)
            sb_addc(&out, (char)c);
        else
            sb_addf(&out, "%%%02X", c);
    }
    json_t *uri = json_new_text(json, sb_str(&out));
    sb_release(&out);
    return uri;
}

static json_t *location_json(struct sarif *sarif, const struct place *place, struct str text)
{
    struct json_out *json = &sarif->json;
    struct sb path;
    sb_init(&path, json->memory);
    gate_path(sarif->report, place->file, &path);
    json_t *artifact = json_new_object(json), *region = json_new_object(json);
    json_put(json, artifact, "uri", uri_json(json, sb_str(&path)));
    if (path.len && path.text[0] != '/')
        json_put(json, artifact, "uriBaseId", json_new_text(json, STR("%SRCROOT%")));
    json_put(json, region, "startLine", json_new_number(json, place->line ? place->line : 1));
    if (place->column)
        json_put(json, region, "startColumn",
                 json_new_number(json, gate_column_utf16(&sarif->columns, place)));
    json_t *physical = json_new_object(json), *location = json_new_object(json);
    json_put(json, physical, "artifactLocation", artifact);
    json_put(json, physical, "region", region);
    json_put(json, location, "physicalLocation", physical);
    if (text.len)
        json_put(json, location, "message", message_json(json, text));
    sb_release(&path);
    return location;
}

static json_t *flow_json(struct sarif *sarif, const struct gate_site *site)
{
    struct json_out *json = &sarif->json;
    json_t *steps = json_new_list(json);
    for (size_t i = 0; i < site->story_count; i++) {
        json_t *step = json_new_object(json);
        json_put(json, step, "location",
                 location_json(sarif, &site->story[i].place, site->story[i].text));
        json_push(json, steps, step);
    }
    json_t *thread = json_new_object(json), *threads = json_new_list(json);
    json_put(json, thread, "locations", steps);
    json_push(json, threads, thread);
    json_t *flow = json_new_object(json), *flows = json_new_list(json);
    json_put(json, flow, "threadFlows", threads);
    json_push(json, flows, flow);
    return flows;
}

static const char *level_of(enum gate_severity severity)
{
    return severity == GATE_ERROR ? "error" : severity == GATE_WARNING ? "warning" : "note";
}

static json_t *properties_json(struct json_out *json, const struct gate_item *item)
{
    json_t *properties = json_new_object(json);
    json_put(json, properties, "function", json_new_text(json, item->site->function));
    json_put(json, properties, "kind",
             json_new_text(json, str_from(site_kind_name(item->site->kind))));
    if (item->finding && item->finding->cost.known) {
        json_put(json, properties, "estimatedBytes",
                 json_new_number(json, item->finding->cost.bytes));
        json_put(json, properties, "ground", json_new_text(json, item->finding->cost.ground));
    }
    return properties;
}

static json_t *result_json(struct sarif *sarif, const struct gate_item *item)
{
    struct json_out *json = &sarif->json;
    const struct gate_site *site = item->site;
    const struct place place = {site->shown, site->line, site->column};
    char print[32];
    snprintf(print, sizeof(print), "%016" PRIx64, gate_fingerprint(item));
    json_t *result = json_new_object(json), *locations = json_new_list(json);
    json_t *prints = json_new_object(json);
    json_put(json, result, "ruleId", json_new_text(json, item->rule));
    json_put(json, result, "level", json_new_text(json, str_from(level_of(item->severity))));
    struct sb text;
    sb_init(&text, json->memory);
    sb_addf(&text, "%.*s. ", STR_ARGS(item->message));
    gate_item_advice(site, &text);
    json_put(json, result, "message", message_json(json, sb_str(&text)));
    sb_release(&text);
    json_push(json, locations, location_json(sarif, &place, STR_NONE));
    json_put(json, result, "locations", locations);
    json_put(json, prints, "unheapSite/v1", json_new_text(json, str_from(print)));
    json_put(json, result, "partialFingerprints", prints);
    if (site->story_count)
        json_put(json, result, "codeFlows", flow_json(sarif, site));
    json_put(json, result, "properties", properties_json(json, item));
    return result;
}

static json_t *rule_json(struct json_out *json, const char *id, const char *title, struct str help)
{
    json_t *rule = json_new_object(json);
    json_put(json, rule, "id", json_new_text(json, str_from(id)));
    json_put(json, rule, "shortDescription", message_json(json, str_from(title)));
    json_put(json, rule, "help", message_json(json, help));
    return rule;
}

static json_t *driver_json(struct json_out *json)
{
    json_t *rules = json_new_list(json);
    for (unsigned i = 0; i < CAUSE_CATEGORY_COUNT; i++) {
        enum cause_category category = (enum cause_category)i;
        json_push(json, rules, rule_json(json, cause_category_name(category),
                                         cause_category_title(category),
                                         cause_category_advice(category)));
    }
    json_push(json, rules, rule_json(json, "budget", "more on the heap than the budget allows",
                                     STR("Take a site off the heap, or raise the budget.")));
    json_push(json, rules, rule_json(json, "noescape", "on the heap where an annotation says none",
                                     STR("Take it off the heap, or take the annotation away.")));
    json_t *driver = json_new_object(json), *tool = json_new_object(json);
    json_put(json, driver, "name", json_new_text(json, STR("unheap")));
    json_put(json, driver, "rules", rules);
    json_put(json, tool, "driver", driver);
    return tool;
}

/* Where relative paths are relative to. */
static json_t *bases_json(struct sarif *sarif)
{
    struct json_out *json = &sarif->json;
    json_t *bases = json_new_object(json), *root = json_new_object(json);
    json_put(json, root, "uri", uri_json(json, sarif->report->root));
    json_put(json, bases, "%SRCROOT%", root);
    return bases;
}

static void run_write(struct sarif *sarif, const struct gate_items *items)
{
    struct json_out *json = &sarif->json;
    json_begin(json, NULL, '{');
    json_write(json, "tool", driver_json(json));
    json_write(json, "columnKind", json_new_text(json, STR("utf16CodeUnits")));
    if (sarif->report->root.len)
        json_write(json, "originalUriBaseIds", bases_json(sarif));
    json_begin(json, "results", '[');
    for (size_t i = 0; i < items->list.len && i < LIMIT_SARIF_RESULTS; i++)
        json_write(json, NULL, result_json(sarif, &items->list.at[i]));
    json_end(json, ']');
    json_end(json, '}');
}

void report_gate_sarif(const struct report_gate *report, struct sb *out)
{
    struct gate_items items;
    struct sarif sarif = {.report = report};
    const struct memory *memory = report->verdict->memory;
    gate_items_init(&items, report->verdict);
    gate_columns_init(&sarif.columns, memory);
    json_out_init(&sarif.json, memory, out, false);
    json_begin(&sarif.json, NULL, '{');
    json_write(&sarif.json, "$schema",
               json_new_text(&sarif.json, STR("https://json.schemastore.org/sarif-2.1.0.json")));
    json_write(&sarif.json, "version", json_new_text(&sarif.json, STR("2.1.0")));
    json_begin(&sarif.json, "runs", '[');
    run_write(&sarif, &items);
    json_end(&sarif.json, ']');
    json_end(&sarif.json, '}');
    json_out_release(&sarif.json);
    sb_addc(out, '\n');
    gate_columns_release(&sarif.columns);
    gate_items_release(&items);
}
