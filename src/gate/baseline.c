/* baseline: the sites that somebody has agreed to, one a line.
 *
 * No lines, columns or messages: an edit changes only what it touches, and two branches that add
 * different sites merge. Each list ends in a null, so that the last element's line is like all
 * others. */
#include "gate_int.h"

#include <jansson.h>

static int to_sb(const char *bytes, size_t n, void *ctx)
{
    sb_addn(ctx, bytes, n);
    return 0;
}

static void text_add(struct sb *out, struct str text)
{
    json_t *value = json_stringn(text.ptr ? text.ptr : "", text.len);
    if (value)
        json_dump_callback(value, to_sb, out, JSON_ENCODE_ANY);
    else
        sb_adds(out, "\"\""); /* not UTF-8: gc quotes such texts, so there are none */
    json_decref(value);
}

static void member_add(struct sb *out, const char *name, struct str text)
{
    sb_addf(out, "%c\"%s\":", out->text[out->len - 1] == '\n' ? '{' : ',', name);
    text_add(out, text);
}

static void site_add(struct sb *out, const struct gate_site *site)
{
    const struct gate_marks *marks = &site->marks;
    member_add(out, "package", site->package);
    member_add(out, "function", site->function);
    member_add(out, "kind", str_from(site_kind_name(site->kind)));
    member_add(out, "expression", site->expression);
    member_add(out, "type", site->type);
    sb_addf(out, ",\"ordinal\":%u", site->ordinal);
    member_add(out, "category", str_from(cause_category_name(site->category)));
    member_add(out, "file", site->file);
    sb_addf(out, ",\"marks\":\"%08x.%08x.%08x.%08x.%08x.%08x\"},\n", marks->code,
            marks->like, marks->shape, marks->source, marks->near, marks->around);
}

void gate_baseline_write(const struct gate_list *list, struct sb *out)
{
    sb_adds(out, "{\"schema\":\"unheap.gate-baseline/1\",\n\"go_version\":");
    text_add(out, list->go_version);
    sb_adds(out, ",\n\"sites\":[\n");
    for (size_t i = 0; i < list->sites.len; i++)
        site_add(out, &list->sites.at[i]);
    sb_adds(out, "null],\n\"modules\":[\n");
    for (size_t i = 0; i < list->modules.len; i++) {
        member_add(out, "path", list->modules.at[i].path);
        member_add(out, "version", list->modules.at[i].version);
        sb_adds(out, "},\n");
    }
    sb_adds(out, "null],\n\"functions\":[\n");
    for (size_t i = 0; i < list->functions.len; i++) {
        if (i == 0 || list->functions.at[i] != list->functions.at[i - 1])
            sb_addf(out, "\"%08x\",\n", list->functions.at[i]);
    }
    sb_adds(out, "null]}\n");
}

/* ---- what this run does not speak of ---- */

static bool is_asked_for(const struct gate_list *list, struct str package,
                         const char *const *patterns, size_t pattern_count)
{
    for (size_t i = 0; i < list->packages.len; i++) {
        if (str_equal(list->packages.at[i], package))
            return true;
    }
    for (size_t i = 0; i < pattern_count; i++) {
        if (gate_pattern_fits(str_from(patterns[i]), package, list->module))
            return true;
    }
    return false;
}

static void site_carry(struct gate_list *list, const struct gate_site *site)
{
    struct gate_site copy = *site;
    struct str *texts[] = {&copy.package, &copy.function, &copy.file, &copy.expression, &copy.type};
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        *texts[i] = str_copy(&list->arena, *texts[i]);
    VEC_PUSH(list->memory, &list->sites, copy);
    VEC_PUSH(list->memory, &list->functions, copy.marks.source);
}

void gate_baseline_carry(struct gate_list *list, const struct gate_list *old,
                         const char *const *patterns, size_t pattern_count)
{
    for (size_t i = 0; i < old->sites.len; i++) {
        const struct gate_site *site = &old->sites.at[i];
        if (!is_asked_for(list, site->package, patterns, pattern_count))
            site_carry(list, site);
    }
    gate_list_sort(list);
}
