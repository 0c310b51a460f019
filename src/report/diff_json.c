/* diff_json.c: `diff -json`, schema "unheap.diff/1". */
#include "report_int.h"

#include <math.h>

struct diff_json {
    struct json_out *json;
    const struct report_diff *report;
    size_t max_rows;
    bool whole; /* values are sums of whole bytes: limits are rounded to such */
};

static json_t *number(struct diff_json *ctx, double value)
{
    if (fabs(value) < 9e18 && (ctx->whole || value == floor(value) || fabs(value) >= 1e6))
        return json_new_number(ctx->json, llround(value));
    return json_new_fraction(ctx->json, value);
}

static void put_number(struct diff_json *ctx, json_t *object, const char *name, double value)
{
    json_put(ctx->json, object, name, number(ctx, value));
}

static void put_text(struct diff_json *ctx, json_t *object, const char *name, struct str text)
{
    json_put(ctx->json, object, name, json_new_text(ctx->json, text));
}

/* Absent where there is nothing to divide by; the upper one also where there is no limit. */
static void put_ratios(struct diff_json *ctx, json_t *object, const struct change *change)
{
    if (change->ratio_high <= 0)
        return;
    json_put(ctx->json, object, "ratio_low", json_new_fraction(ctx->json, change->ratio_low));
    if (!isinf(change->ratio_high))
        json_put(ctx->json, object, "ratio_high",
                 json_new_fraction(ctx->json, change->ratio_high));
}

static void put_change(struct diff_json *ctx, json_t *object, const struct change *change)
{
    put_number(ctx, object, "old", change->old);
    put_number(ctx, object, "new", change->new);
    put_number(ctx, object, "delta", change->delta);
    put_number(ctx, object, "low", change->low);
    put_number(ctx, object, "high", change->high);
    put_ratios(ctx, object, change);
    json_put(ctx->json, object, "significant",
             json_new_bool(ctx->json, change->verdict == COMPARE_SIGNIFICANT));
    put_text(ctx, object, "verdict", str_from(compare_verdict_name(change->verdict)));
    json_put(ctx->json, object, "p", json_new_fraction(ctx->json, change->p));
    json_put(ctx->json, object, "old_samples",
             json_new_number(ctx->json, llround(change->samples[COMPARE_OLD])));
    json_put(ctx->json, object, "new_samples",
             json_new_number(ctx->json, llround(change->samples[COMPARE_NEW])));
}

static struct str state_of(const struct compare_row *row)
{
    if (!row->in_old)
        return STR("new");
    return row->in_new ? STR("both") : STR("gone");
}

static void write_row(struct diff_json *ctx, enum compare_rows kind, const struct compare_row *row)
{
    json_t *object = json_new_object(ctx->json);
    if (kind == COMPARE_CAUSES)
        put_text(ctx, object, "text", row->text);
    put_text(ctx, object, "function", row->function);
    put_text(ctx, object, "file", row->place.file);
    if (kind != COMPARE_FUNCTIONS)
        json_put(ctx->json, object, "line", json_new_number(ctx->json, row->place.line));
    if (row->old_line)
        json_put(ctx->json, object, "old_line", json_new_number(ctx->json, row->old_line));
    put_text(ctx, object, "state", state_of(row));
    put_change(ctx, object, &row->change);
    json_write(ctx->json, NULL, object);
}

static void write_rows(struct diff_json *ctx, enum compare_rows kind, const char *name)
{
    const struct comparison *comparison = ctx->report->comparison;
    json_begin(ctx->json, name, '[');
    for (size_t i = 0; i < comparison->row_count[kind] && i < ctx->max_rows; i++)
        write_row(ctx, kind, &comparison->rows[kind][i]);
    json_end(ctx->json, ']');
}

static void write_totals(struct diff_json *ctx)
{
    const struct comparison *comparison = ctx->report->comparison;
    json_begin(ctx->json, "totals", '[');
    for (size_t i = 0; i < comparison->total_count; i++) {
        json_t *object = json_new_object(ctx->json);
        put_text(ctx, object, "sample_type", comparison->totals[i].type);
        put_text(ctx, object, "unit", comparison->totals[i].unit);
        put_change(ctx, object, &comparison->totals[i].change);
        json_write(ctx->json, NULL, object);
    }
    json_end(ctx->json, ']');
}

static void write_rules(struct diff_json *ctx)
{
    json_begin(ctx->json, "rules", '[');
    for (size_t i = 0; i < ctx->report->rule_count; i++) {
        const struct report_rule *rule = &ctx->report->rules[i];
        json_t *object = json_new_object(ctx->json);
        put_text(ctx, object, "rule", rule->rule->text);
        json_put(ctx->json, object, "failed", json_new_bool(ctx->json, rule->broken > 0));
        json_put(ctx->json, object, "count", json_new_number(ctx->json, rule->broken));
        json_write(ctx->json, NULL, object);
    }
    json_end(ctx->json, ']');
}

static const char *scale_name(enum compare_scale scale)
{
    static const char *const names[] = {"none", "total", "time", "work"};
    return names[scale];
}

static void write_head(struct diff_json *ctx)
{
    const struct comparison *comparison = ctx->report->comparison;
    const struct change *total = &comparison->totals[comparison->selected].change;
    struct json_out *json = ctx->json;
    json_write(json, "sample_type", json_new_text(json, comparison->type));
    json_write(json, "unit", json_new_text(json, comparison->unit));
    json_write(json, "old_total", number(ctx, total->old));
    json_write(json, "new_total", number(ctx, total->new));
    json_write(json, "old_runs", json_new_number(json, comparison->runs[COMPARE_OLD]));
    json_write(json, "new_runs", json_new_number(json, comparison->runs[COMPARE_NEW]));
    json_write(json, "scale",
               json_new_text(json, str_from(scale_name(comparison->request.scale))));
    if (ctx->report->work)
        json_write(json, "per", json_new_text(json, str_from(ctx->report->work)));
    json_write(json, "common_factor", json_new_fraction(json, comparison->factor));
    json_write(json, "dispersion", json_new_fraction(json, comparison->dispersion));
}

void diff_json_body(struct json_out *json, const struct report_diff *report, size_t max_rows)
{
    const struct comparison *comparison = report->comparison;
    struct diff_json ctx = {.json = json, .report = report, .max_rows = max_rows};
    ctx.whole = comparison->request.scale == COMPARE_AS_IS && comparison->runs[0] == 1 &&
                comparison->runs[1] == 1;
    write_head(&ctx);
    write_totals(&ctx);
    write_rows(&ctx, COMPARE_LINES, "sites");
    write_rows(&ctx, COMPARE_FUNCTIONS, "functions");
    if (comparison->row_count[COMPARE_CAUSES])
        write_rows(&ctx, COMPARE_CAUSES, "causes");
    if (report->rule_count)
        write_rules(&ctx);
}

void report_diff_json(const struct report_diff *report, struct sb *out)
{
    struct json_out json;
    json_out_init(&json, out->memory, out, false);
    json_begin(&json, NULL, '{');
    json_write(&json, "schema", json_new_text(&json, STR("unheap.diff/1")));
    diff_json_body(&json, report, SIZE_MAX);
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
