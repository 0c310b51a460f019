/* gc_json.c: `gc -json`, schema "unheap.gc/1". Bytes, seconds, shares from 0 to 1. */
#include "gc_int.h"

static void put_number(struct json_out *json, json_t *object, const char *name, int64_t number)
{
    json_put(json, object, name, json_new_number(json, number));
}

static void put_fraction(struct json_out *json, json_t *object, const char *name, double number)
{
    json_put(json, object, name, json_new_fraction(json, number));
}

static void write_cycle(struct json_out *json, const struct gc_trace *trace, size_t index)
{
    const struct gc_cycle *cycle = &trace->cycles.at[index];
    json_t *object = json_new_object(json);
    put_number(json, object, "number", cycle->number);
    put_number(json, object, "line", (int64_t)cycle->line);
    put_number(json, object, "run", cycle->run);
    put_fraction(json, object, "at", cycle->at);
    put_number(json, object, "percent", cycle->percent);
    put_fraction(json, object, "sweep_stop", cycle->sweep_stop);
    put_fraction(json, object, "mark", cycle->mark);
    put_fraction(json, object, "mark_stop", cycle->mark_stop);
    put_fraction(json, object, "cpu_stop", cycle->cpu_stop);
    put_fraction(json, object, "cpu_assist", cycle->assist);
    put_fraction(json, object, "cpu_background", cycle->background);
    put_fraction(json, object, "cpu_idle", cycle->idle);
    put_fraction(json, object, "cpu_share", gc_cycle_share(trace, index));
    put_number(json, object, "heap_start", cycle->heap_start);
    put_number(json, object, "heap_end", cycle->heap_end);
    put_number(json, object, "live", cycle->live);
    put_number(json, object, "goal", cycle->goal);
    if (cycle->stacks >= 0) {
        put_number(json, object, "stacks", cycle->stacks);
        put_number(json, object, "globals", cycle->globals);
    }
    put_number(json, object, "processors", cycle->processors);
    json_put(json, object, "forced", json_new_bool(json, cycle->forced));
    json_write(json, NULL, object);
}

static void write_scavenge(struct json_out *json, const struct gc_scavenge *scavenge)
{
    json_t *object = json_new_object(json);
    put_number(json, object, "line", (int64_t)scavenge->line);
    put_number(json, object, "after_cycle", (int64_t)scavenge->after_cycle);
    put_number(json, object, "background", scavenge->background);
    put_number(json, object, "eager", scavenge->eager);
    put_number(json, object, "released", scavenge->released);
    put_number(json, object, "used_percent", scavenge->used_percent);
    json_write(json, NULL, object);
}

static void put_heap(struct json_out *json, json_t *object, const struct gc_summary *summary)
{
    put_fraction(json, object, "allocation_rate", summary->allocation_rate);
    put_number(json, object, "live_first", summary->live_first);
    put_number(json, object, "live_last", summary->live_last);
    put_number(json, object, "live_max", summary->live_max);
    put_fraction(json, object, "live_growth", summary->live_growth);
    put_number(json, object, "peak", summary->peak);
    put_number(json, object, "goal_last", summary->goal_last);
    put_fraction(json, object, "headroom", summary->headroom);
    if (summary->limit) {
        put_number(json, object, "limit", summary->limit);
        put_number(json, object, "distance", summary->distance);
    }
}

void gc_json_summary(struct json_out *json, const char *name, const struct gc_summary *summary)
{
    struct sb text;
    json_t *object = json_new_object(json);
    sb_init(&text, json->memory);
    gc_explain(summary, &text);
    json_put(json, object, "text", json_new_text(json, sb_str(&text)));
    sb_release(&text);
    put_number(json, object, "cycles", (int64_t)summary->cycles);
    put_number(json, object, "forced", (int64_t)summary->forced);
    put_number(json, object, "runs", (int64_t)summary->runs);
    put_number(json, object, "processors", summary->processors);
    put_fraction(json, object, "seconds", summary->seconds);
    put_fraction(json, object, "cycles_per_minute", summary->cycles_per_minute);
    put_number(json, object, "pauses", (int64_t)summary->pauses);
    put_fraction(json, object, "pause_total", summary->pause_total);
    put_fraction(json, object, "pause_p50", summary->pause_p50);
    put_fraction(json, object, "pause_p95", summary->pause_p95);
    put_fraction(json, object, "pause_p99", summary->pause_p99);
    put_fraction(json, object, "pause_max", summary->pause_max);
    put_fraction(json, object, "cpu_share", summary->cpu_share);
    put_fraction(json, object, "assist_share", summary->assist_share);
    put_heap(json, object, summary);
    put_number(json, object, "death_spiral_cycles", (int64_t)summary->spiral);
    put_fraction(json, object, "death_spiral_at", summary->spiral_at);
    json_write(json, name, object);
}

void report_gc_json(const struct report_gc *report, const struct report_gc *old, struct sb *out)
{
    struct json_out json;
    json_out_init(&json, report->trace->memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.gc/1")));
    json_begin(&json, "cycles", '[');
    for (size_t i = 0; i < report->trace->cycles.len; i++)
        write_cycle(&json, report->trace, i);
    json_end(&json, ']');
    json_begin(&json, "scavenges", '[');
    for (size_t i = 0; i < report->trace->scavenges.len; i++)
        write_scavenge(&json, &report->trace->scavenges.at[i]);
    json_end(&json, ']');
    gc_json_summary(&json, "summary", report->summary);
    if (old)
        gc_json_summary(&json, "old_summary", old->summary);
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
