/* raw.c: -raw: the profile itself as text (google/pprof profile/profile.go String). */
#include "view/view_int.h"

#include <time.h>

/* ---- times ---- */

/* As Go writes a time.Time: up to nine decimals, the zone as offset and as name. */
static void add_time(struct sb *out, int64_t nanos)
{
    int64_t part = nanos % 1000000000;
    time_t seconds = (time_t)(nanos / 1000000000);
    struct tm tm;
    char text[80];
    if (part < 0) {
        part += 1000000000;
        seconds--;
    }
    if (!localtime_r(&seconds, &tm) || !strftime(text, sizeof(text), "%Y-%m-%d %H:%M:%S", &tm))
        return;
    sb_addf(out, "Time: %s", text);
    if (part) {
        char decimals[16];
        snprintf(decimals, sizeof(decimals), "%09d", (int)part);
        size_t len = 9;
        while (decimals[len - 1] == '0')
            len--;
        sb_addf(out, ".%.*s", (int)len, decimals);
    }
    if (strftime(text, sizeof(text), " %z %Z", &tm))
        sb_adds(out, text);
    sb_addc(out, '\n');
}

/* A number with `decimals` places, without zeros at its end. */
static void add_decimal(struct sb *sb, uint64_t value, unsigned decimals)
{
    uint64_t scale = 1;
    for (unsigned i = 0; i < decimals; i++)
        scale *= 10;
    uint64_t part = value % scale;
    sb_addf(sb, "%llu", (unsigned long long)(value / scale));
    if (!part)
        return;
    while (part % 10 == 0) {
        part /= 10;
        decimals--;
    }
    sb_addf(sb, ".%0*llu", (int)decimals, (unsigned long long)part);
}

/* Go's time.Duration: "1h2m3.5s", "1.5ms". */
static void add_go_duration(struct sb *sb, int64_t nanos)
{
    uint64_t n = nanos < 0 ? 0 - (uint64_t)nanos : (uint64_t)nanos;
    const uint64_t second = 1000000000;
    if (nanos < 0)
        sb_addc(sb, '-');
    if (n < second) {
        unsigned decimals = n < 1000 ? 0 : n < 1000000 ? 3 : 6;
        add_decimal(sb, n, decimals);
        sb_adds(sb, decimals == 0 ? "ns" : decimals == 3 ? "\xc2\xb5s" : "ms");
        return;
    }
    uint64_t minutes = n / (60 * second);
    if (minutes >= 60)
        sb_addf(sb, "%lluh", (unsigned long long)(minutes / 60));
    if (minutes)
        sb_addf(sb, "%llum", (unsigned long long)(minutes % 60));
    add_decimal(sb, n % (60 * second), 9);
    sb_addc(sb, 's');
}

/* pprof asks for four places and gets four characters. */
static void add_duration(struct report *report)
{
    struct sb sb;
    size_t end = 0;
    sb_init(&sb, report->view->memory);
    if (report->view->duration_nanos)
        add_go_duration(&sb, report->view->duration_nanos);
    for (int i = 0; i < 4 && end < sb.len; i++)
        do
            end++;
        while (end < sb.len && (sb.text[end] & 0xc0) == 0x80);
    sb_addf(report->out, "Duration: %.*s\n", (int)end, sb.text ? sb.text : "");
    sb_release(&sb);
}

/* ---- parts ---- */

static void add_header(struct report *report)
{
    const struct view *view = report->view;
    struct sb *out = report->out;
    for (size_t i = 0; i < view->comments.len; i++)
        sb_addf(out, "Comment: %.*s\n", STR_ARGS(view_str(view, view->comments.at[i])));
    if (view->doc_url)
        sb_addf(out, "Doc: %.*s\n", STR_ARGS(view_str(view, view->doc_url)));
    sb_addf(out, "PeriodType: %.*s %.*s\n", STR_ARGS(view_str(view, view->period_type.type)),
            STR_ARGS(view_str(view, view->period_type.unit)));
    sb_addf(out, "Period: %lld\n", (long long)view->period);
    if (view->time_nanos)
        add_time(out, view->time_nanos);
    if (view->duration_nanos)
        add_duration(report);
}

static void add_types(struct report *report)
{
    const struct view *view = report->view;
    sb_adds(report->out, "Samples:\n");
    for (size_t i = 0; i < view->types.len; i++) {
        bool preferred = view->types.at[i].type == view->default_type;
        sb_addf(report->out, "%s%.*s/%.*s%s", i ? " " : "",
                STR_ARGS(view_str(view, view->types.at[i].type)),
                STR_ARGS(view_str(view, view->types.at[i].unit)), preferred ? "[dflt]" : "");
    }
    sb_addc(report->out, '\n');
}

static int compare_texts(const void *a, const void *b)
{
    return str_compare(*(const struct str *)a, *(const struct str *)b);
}

/* "key:[value value]" for the values of the key at labels[i]. */
static uint32_t add_values(struct report *report, struct view_span set, uint32_t i, struct sb *sb)
{
    const struct view *view = report->view;
    const struct view_label *labels = view->labels.at + set.first, *first = &labels[i];
    sb_addf(sb, "%.*s:[", STR_ARGS(view_str(view, first->key)));
    for (; i < set.count && labels[i].key == first->key && labels[i].numeric == first->numeric;
         i++) {
        if (&labels[i] != first)
            sb_addc(sb, ' ');
        if (!labels[i].numeric)
            sb_add(sb, view_str(view, labels[i].text));
        else
            sb_addf(sb, "%lld", (long long)labels[i].number);
        if (labels[i].with_unit)
            sb_addf(sb, " %.*s", STR_ARGS(view_str(view, labels[i].unit)));
    }
    sb_addc(sb, ']');
    return i;
}

static void add_labels(struct report *report, struct view_span set, bool numeric)
{
    VEC(struct str) texts = {0};
    const struct memory *memory = report->view->memory;
    struct sb sb;
    sb_init(&sb, memory);
    for (uint32_t i = 0; i < set.count;) {
        if (report->view->labels.at[set.first + i].numeric != numeric) {
            i++;
            continue;
        }
        sb_clear(&sb);
        i = add_values(report, set, i, &sb);
        VEC_PUSH(memory, &texts, str_copy(&report->arena, sb_str(&sb)));
    }
    if (texts.len > 1)
        qsort(texts.at, texts.len, sizeof(*texts.at), compare_texts);
    for (size_t i = 0; i < texts.len; i++) {
        sb_adds(report->out, i ? " " : "                ");
        sb_add(report->out, texts.at[i]);
    }
    if (texts.len)
        sb_addc(report->out, '\n');
    VEC_RELEASE(memory, &texts);
    sb_release(&sb);
}

static void add_sample(struct report *report, size_t index)
{
    const struct view *view = report->view;
    struct view_span stack = view_stack(view, index), set = view_labels(view, index);
    for (size_t i = 0; i < view->types.len; i++)
        sb_addf(report->out, " %10lld", (long long)view_values(view, index)[i]);
    sb_adds(report->out, ": ");
    for (uint32_t i = 0; i < stack.count; i++) {
        uint32_t location = view->stack_locations.at[stack.first + i];
        sb_addf(report->out, "%llu ", (unsigned long long)view->locations.at[location].id);
    }
    sb_addc(report->out, '\n');
    if (!set.count)
        return;
    add_labels(report, set, false);
    add_labels(report, set, true);
}

static void add_line(struct report *report, const struct view_line *line)
{
    const struct view *view = report->view;
    const struct view_function *function = &view->functions.at[line->function];
    sb_addf(report->out, "%.*s %.*s:%lld:%lld s=%lld", STR_ARGS(view_str(view, function->name)),
            STR_ARGS(view_str(view, function->file)), (long long)line->line,
            (long long)line->column, (long long)function->start_line);
    if (function->name != function->system_name)
        sb_addf(report->out, "(%.*s)", STR_ARGS(view_str(view, function->system_name)));
}

static void add_hex(struct sb *out, uint64_t value)
{
    sb_addf(out, "0x%llx", (unsigned long long)value);
}

static void add_location(struct report *report, const struct view_location *location)
{
    const struct view *view = report->view;
    sb_addf(report->out, "%6llu: ", (unsigned long long)location->id);
    add_hex(report->out, location->address);
    sb_addc(report->out, ' ');
    if (location->mapping != NONE)
        sb_addf(report->out, "M=%llu ",
                (unsigned long long)view->mappings.at[location->mapping].id);
    if (location->folded)
        sb_adds(report->out, "[F] ");
    for (uint32_t i = 0; i < location->line_count; i++) {
        if (i)
            sb_adds(report->out, "\n             ");
        add_line(report, &view->lines.at[location->first_line + i]);
    }
    sb_addc(report->out, '\n');
}

static void add_mapping(struct report *report, const struct view_mapping *mapping)
{
    const struct view *view = report->view;
    struct sb *out = report->out;
    sb_addf(out, "%llu: ", (unsigned long long)mapping->id);
    add_hex(out, mapping->start);
    sb_addc(out, '/');
    add_hex(out, mapping->limit);
    sb_addc(out, '/');
    add_hex(out, mapping->offset);
    sb_addf(out, " %.*s %.*s %s%s%s%s\n", STR_ARGS(view_str(view, mapping->file)),
            STR_ARGS(view_str(view, mapping->build_id)), mapping->has_functions ? "[FN]" : "",
            mapping->has_filenames ? "[FL]" : "", mapping->has_line_numbers ? "[LN]" : "",
            mapping->has_inline_frames ? "[IN]" : "");
}

enum status raw_write(struct report *report)
{
    const struct view *view = report->view;
    add_header(report);
    add_types(report);
    for (size_t i = 0; i < view->samples.len; i++) {
        add_sample(report, i);
        show_flush(report);
    }
    sb_adds(report->out, "Locations\n");
    for (size_t i = 0; i < view->locations.len; i++)
        add_location(report, &view->locations.at[i]);
    sb_adds(report->out, "Mappings\n");
    for (size_t i = 0; i < view->mappings.len; i++)
        add_mapping(report, &view->mappings.at[i]);
    return STATUS_OK;
}
