/* bin_json.c: schema unheap.bin/1 (reference/cli.md). The fields of the contract come first in a
 * site, ours follow.
 *
 * A large program has a hundred thousand sites, so a site is written straight into the text; only
 * what needs escapes goes through jansson. */
#include "report_int.h"

#include "binary/binary.h"

static bool is_plain(struct str text)
{
    for (size_t i = 0; i < text.len; i++)
        if (text.ptr[i] < 0x20 || text.ptr[i] > 0x7e || text.ptr[i] == '"' || text.ptr[i] == '\\')
            return false;
    return true;
}

static void put_text(struct json_out *json, const char *name, struct str text)
{
    if (!is_plain(text)) {
        json_write(json, name, json_new_text(json, text));
        return;
    }
    if (!json->first)
        sb_addc(json->out, ',');
    json->first = false;
    sb_addc(json->out, '"');
    sb_adds(json->out, name);
    sb_adds(json->out, "\":\"");
    sb_add(json->out, text);
    sb_addc(json->out, '"');
}

static void put_word(struct json_out *json, const char *name, const char *word)
{
    if (!json->first)
        sb_addc(json->out, ',');
    json->first = false;
    sb_addf(json->out, "\"%s\":%s", name, word);
}

static void put_number(struct json_out *json, const char *name, int64_t number)
{
    char text[24];
    char *at = text + sizeof(text);
    uint64_t left = (uint64_t)number; /* counts and sizes: never below 0 here */
    *--at = 0;
    do
        *--at = (char)('0' + left % 10);
    while ((left /= 10) != 0);
    put_word(json, name, at);
}

static void put_number_or_null(struct json_out *json, const char *name, int64_t number)
{
    if (number < 0)
        put_word(json, name, "null");
    else
        put_number(json, name, number);
}

static struct str shown_path(const struct report_bin *report, struct str path)
{
    return str_starts(path, report->directory) ? str_skip(path, report->directory.len) : path;
}

static void put_frames(struct json_out *json, const struct report_bin *report,
                       const struct binary_site *site)
{
    json_begin(json, "inlined", '[');
    for (uint32_t i = 0; i < site->inlined_count; i++) {
        const struct binary_frame *frame = &report->binary->frames.at[site->first_inlined + i];
        json_begin(json, NULL, '{');
        put_text(json, "function", frame->function);
        put_text(json, "file", shown_path(report, frame->file));
        put_number(json, "line", frame->line);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_type(struct json_out *json, const struct report_bin *report,
                     const struct binary_site *site)
{
    if (site->type)
        put_text(json, "type", report->binary->types.at[site->type - 1].name);
    else
        put_word(json, "type", "null");
    put_number_or_null(json, "size", site->size);
    put_number_or_null(json, "count", site->count);
}

/* What a heap profile would show of one such object, where that is known. */
static void put_heap_bytes(struct json_out *json, const struct report_bin *report,
                           const struct binary_site *site)
{
    const struct binary_type *type =
        site->type ? &report->binary->types.at[site->type - 1] : NULL;
    uint64_t bytes;
    if (type && type->address)
        put_number(json, "pointer_bytes", (int64_t)type->pointer_bytes);
    if (!type || !binary_site_bytes(report->binary, site, &bytes))
        return;
    put_number(json, "heap_bytes", (int64_t)bytes);
}

static void put_site(struct json_out *json, const struct report_bin *report,
                     const struct binary_site *site)
{
    const struct binary *binary = report->binary;
    json_begin(json, NULL, '{');
    put_text(json, "function", binary->functions[site->function].name);
    put_text(json, "file", shown_path(report, site->file));
    put_number(json, "line", site->line);
    put_number(json, "offset", site->offset);
    put_text(json, "callee", binary->callees.at[site->callee]);
    put_text(json, "kind", str_from(binary_kind_name((enum binary_kind)site->kind)));
    put_type(json, report, site);
    put_frames(json, report, site);
    put_text(json, "status", str_from(binary_status_name((enum binary_status)site->status)));
    if (site->inlined_count)
        put_text(json, "written_in", site->written_in);
    if (site->used_as)
        put_text(json, "used_as", binary->types.at[site->used_as - 1].name);
    put_heap_bytes(json, report, site);
    if (site->tail_call)
        put_word(json, "tail_call", "true");
    json_end(json, '}');
}

static void put_pairs(struct json_out *json, const char *name, const struct binary_setting *pairs,
                      size_t count)
{
    json_begin(json, name, '[');
    for (size_t i = 0; i < count; i++) {
        json_begin(json, NULL, '{');
        put_text(json, "key", pairs[i].key);
        put_text(json, "value", pairs[i].value);
        json_end(json, '}');
    }
    json_end(json, ']');
}

static void put_cuts(struct json_out *json, const struct binary *binary)
{
    json_begin(json, "cut", '[');
    for (int i = 0; i < BINARY_LIMIT_COUNT; i++) {
        enum binary_limit limit = (enum binary_limit)i;
        if (binary_cut(binary, limit) == 0)
            continue;
        json_begin(json, NULL, '{');
        put_text(json, "limit", str_from(binary_limit_name(limit)));
        put_text(json, "table", str_from(binary_limit_table(limit)));
        put_text(json, "what", str_from(binary_limit_beyond(limit)));
        put_number(json, "count", (int64_t)binary_cut(binary, limit));
        json_end(json, '}');
    }
    json_end(json, ']');
}

void report_bin_json(const struct report_bin *report, struct sb *out)
{
    const struct binary *binary = report->binary;
    struct json_out json;
    json_out_init(&json, binary->memory, out, false);
    json_begin(&json, NULL, '{');
    put_text(&json, "schema", STR("unheap.bin/1"));
    put_text(&json, "goos", binary->goos);
    put_text(&json, "goarch", binary->goarch);
    put_text(&json, "go_version", binary->go_version);
    put_text(&json, "build_id", binary->build_id);
    put_number(&json, "functions", (int64_t)binary->function_count);
    put_text(&json, "path", binary->path);
    put_pairs(&json, "settings", binary->settings.at, binary->settings.len);
    put_pairs(&json, "modules", binary->modules.at, binary->modules.len);
    put_cuts(&json, binary);
    json_begin(&json, "sites", '[');
    for (size_t i = 0; i < report->count; i++) {
        put_site(&json, report, &binary->sites.at[report->sites[i]]);
        bin_flush(report, out);
    }
    json_end(&json, ']');
    json_end(&json, '}');
    sb_addc(out, '\n');
    json_out_release(&json);
}
