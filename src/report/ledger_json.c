/* ledger_json.c: `ledger -json`, schema "unheap.ledger/1". Bytes, seconds, shares from 0 to 1. */
#include "ledger_int.h"

static void put_text(struct json_out *json, json_t *object, const char *name, struct str text)
{
    json_put(json, object, name, json_new_text(json, text));
}

static void put_bytes(struct json_out *json, json_t *object, const char *name, int64_t bytes)
{
    if (bytes != LIVE_UNKNOWN && bytes != LIVE_NO_LIMIT)
        json_put(json, object, name, json_new_number(json, bytes));
}

static void write_row(struct json_out *json, const struct live_ledger *ledger, size_t index)
{
    const struct live_ledger_row *row = &ledger->rows.at[index];
    json_t *object = json_new_object(json);
    put_text(json, object, "name", row->name);
    json_put(json, object, "bytes", json_new_number(json, row->bytes));
    if (row->parent >= 0)
        put_text(json, object, "of", ledger->rows.at[row->parent].name);
    else
        json_put(json, object, "of", json_null());
    put_text(json, object, "source", row->source);
    put_text(json, object, "note", row->note);
    json_put(json, object, "remainder", json_new_bool(json, row->remainder));
    json_write(json, NULL, object);
}

static void write_site(struct json_out *json, const struct live_ledger_site *site,
                       struct str directory)
{
    bool below = directory.len && str_starts(site->file, directory);
    json_t *object = json_new_object(json);
    put_text(json, object, "function", site->function);
    put_text(json, object, "file", below ? str_skip(site->file, directory.len) : site->file);
    json_put(json, object, "line", json_new_number(json, site->line));
    json_put(json, object, "value", json_new_number(json, site->in_use));
    json_put(json, object, "allocated", json_new_number(json, site->allocated));
    json_write(json, NULL, object);
}

static void write_proposals(struct json_out *json, const struct live_ledger *ledger)
{
    struct ledger_proposal proposals[LEDGER_PROPOSALS];
    size_t count = ledger_propose(ledger, proposals);
    json_begin(json, "proposals", '[');
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_new_object(json);
        put_text(json, object, "setting", str_from(proposals[i].setting));
        put_text(json, object, "value", str_from(proposals[i].value));
        put_text(json, object, "reason", sb_str(&proposals[i].reason));
        json_write(json, NULL, object);
        sb_release(&proposals[i].reason);
    }
    json_end(json, ']');
}

static void put_load(struct json_out *json, json_t *object, const struct live_load *load)
{
    json_put(json, object, "allocation_rate", json_new_fraction(json, load->allocation_rate));
    json_put(json, object, "cycles_per_second", json_new_fraction(json, load->cycles_per_second));
    if (load->cpu_share >= 0) {
        json_put(json, object, "cpu_share", json_new_fraction(json, load->cpu_share));
        json_put(json, object, "assist_share", json_new_fraction(json, load->assist_share));
        json_put(json, object, "idle_share", json_new_fraction(json, load->idle_share));
    }
    json_put(json, object, "cycles", json_new_number(json, load->cycles));
    json_put(json, object, "bytes_per_cycle",
             json_new_number(json, (int64_t)load->bytes_per_cycle));
    json_put(json, object, "goal", json_new_number(json, (int64_t)load->goal));
    json_put(json, object, "heap_peak", json_new_number(json, (int64_t)load->peak));
    json_put(json, object, "live", json_new_number(json, (int64_t)load->live));
}

/* What is taken away; nothing for the program as it is. */
static void put_change(struct json_out *json, json_t *object, const struct ledger_change *change)
{
    if (change->site) {
        put_text(json, object, "without_function", change->site->function);
        json_put(json, object, "without_line", json_new_number(json, change->site->line));
    } else if (change->cause) {
        put_text(json, object, "without_cause", change->cause->id);
        put_text(json, object, "text", change->cause->text);
        put_text(json, object, "file", change->cause->file);
        json_put(json, object, "line", json_new_number(json, change->cause->line));
    } else if (change->all) {
        json_put(json, object, "without_all", json_new_bool(json, true));
    } else {
        return;
    }
    json_put(json, object, "share", json_new_fraction(json, change->share));
    json_put(json, object, "live_less", json_new_number(json, (int64_t)change->live_less));
}

static void write_loads(struct json_out *json, const struct live_ledger *ledger)
{
    struct ledger_change changes[LEDGER_CHANGES];
    size_t count = ledger_changes(ledger, changes);
    json_begin(json, "load", '[');
    for (size_t i = 0; i < count; i++) {
        json_t *object = json_new_object(json);
        put_change(json, object, &changes[i]);
        put_load(json, object, &changes[i].load);
        json_write(json, NULL, object);
    }
    json_end(json, ']');
}

static void write_sizes(struct json_out *json, const struct live_sizes *sizes)
{
    json_begin(json, "sizes", '[');
    for (size_t i = 0; i < sizes->count; i++) {
        json_t *object = json_new_object(json);
        json_put(json, object, "size", json_new_number(json, (int64_t)sizes->list[i].size));
        json_put(json, object, "objects", json_new_number(json, sizes->list[i].objects));
        json_put(json, object, "bytes", json_new_number(json, sizes->list[i].bytes));
        json_write(json, NULL, object);
    }
    json_end(json, ']');
}

static void write_runtime(struct json_out *json, const struct live_runtime *runtime)
{
    json_t *object = json_new_object(json);
    put_bytes(json, object, "heap_in_use", runtime->heap_in_use);
    put_bytes(json, object, "live", runtime->live);
    put_bytes(json, object, "goal", runtime->goal);
    put_bytes(json, object, "gogc", runtime->gogc);
    put_bytes(json, object, "memory_limit", runtime->memory_limit);
    put_bytes(json, object, "goroutines", runtime->goroutines);
    put_bytes(json, object, "allocated", runtime->allocated);
    put_bytes(json, object, "cycles", runtime->cycles);
    put_bytes(json, object, "forced", runtime->forced);
    put_bytes(json, object, "heap_scan", runtime->heap_scan);
    put_bytes(json, object, "processors", runtime->processors);
    if (runtime->cpu_gc >= 0) {
        json_put(json, object, "cpu_gc", json_new_fraction(json, runtime->cpu_gc));
        json_put(json, object, "cpu_idle_mark", json_new_fraction(json, runtime->cpu_idle_mark));
        json_put(json, object, "cpu_assist", json_new_fraction(json, runtime->cpu_assist));
        json_put(json, object, "cpu_pause", json_new_fraction(json, runtime->cpu_pause));
        json_put(json, object, "cpu_total", json_new_fraction(json, runtime->cpu_total));
    }
    json_write(json, "runtime", object);
}

void report_ledger_json(const struct report_ledger *report, struct sb *out)
{
    const struct live_ledger *ledger = report->ledger;
    struct json_out json;
    struct sb sentence;
    sb_init(&sentence, out->memory);
    ledger_explain(ledger, &sentence);
    json_out_init(&json, out->memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.ledger/1")));
    json_write(&json, "title", json_new_text(&json, report->title));
    json_write(&json, "text", json_new_text(&json, sb_str(&sentence)));
    json_write(&json, "missing", json_new_text(&json, report->missing));
    json_begin(&json, "rows", '[');
    for (size_t i = 0; i < ledger->rows.len; i++)
        write_row(&json, ledger, i);
    json_end(&json, ']');
    json_begin(&json, "sites", '[');
    for (size_t i = 0; i < ledger->sites.len; i++)
        write_site(&json, &ledger->sites.at[i], report->directory);
    json_end(&json, ']');
    write_sizes(&json, &ledger->sizes);
    write_runtime(&json, &ledger->runtime);
    write_proposals(&json, ledger);
    write_loads(&json, ledger);
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
    sb_release(&sentence);
}
