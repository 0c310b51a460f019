/* baseline_read: a baseline is refused whole when anything is wrong with it: a gate that passes
 * over what it cannot read would let things through. */
#include "gate_int.h"

#include <jansson.h>
#include <stdio.h>

#define SCHEMA "unheap.gate-baseline/"

struct baseline_reader {
    struct str bytes, name;
    struct diag_sink *sink;
    struct gate_list *list;
};

/* ---- conflicts ---- */

static bool is_marker(struct str line)
{
    return str_starts(line, STR("<<<<<<<")) || str_starts(line, STR(">>>>>>>")) ||
           str_starts(line, STR("|||||||")) || str_starts(line, STR("======="));
}

static bool has_conflicts(const struct baseline_reader *reader)
{
    struct str rest = reader->bytes;
    struct sb lines;
    sb_init(&lines, reader->list->memory);
    uint64_t first = 0;
    for (uint64_t line = 1; rest.ptr; line++) {
        if (!is_marker(str_cut(&rest, '\n')))
            continue;
        sb_addf(&lines, "%s%llu", first ? ", " : "", (unsigned long long)line);
        first = first ? first : line;
    }
    if (first)
        diag_add(reader->sink, DIAG_GATE_CONFLICT, reader->name, first, DIAG_NO_OFFSET,
                 "there are merge conflict markers in lines %s", lines.text);
    sb_release(&lines);
    return first != 0;
}

/* ---- elements ---- */

/* The line of the n-th element of a list, by the file's own form: one a line behind its head. */
static uint64_t element_line(const struct baseline_reader *reader, const char *list, size_t n)
{
    struct str rest = reader->bytes;
    for (uint64_t line = 1; rest.ptr; line++) {
        if (str_starts(str_trim(str_cut(&rest, '\n')), str_from(list)))
            return line + 1 + n;
    }
    return 0;
}

static enum status damaged(const struct baseline_reader *reader, uint64_t line, const char *what)
{
    diag_add(reader->sink, DIAG_GATE_BASELINE, reader->name, line, DIAG_NO_OFFSET, "%s", what);
    return STATUS_BAD_INPUT;
}

static bool member_text(const struct baseline_reader *reader, const json_t *object,
                        const char *name, struct str *text)
{
    const json_t *value = json_object_get(object, name);
    if (!json_is_string(value))
        return false;
    *text = str_copy(&reader->list->arena,
                     (struct str){json_string_value(value), json_string_length(value)});
    return true;
}

/* Kinds and categories of newer versions are "other": fields may be added, never renamed. */
static enum site_kind kind_read(struct str text)
{
    for (unsigned i = 0; i < SITE_KIND_COUNT; i++) {
        if (str_is(text, site_kind_name((enum site_kind)i)))
            return (enum site_kind)i;
    }
    return SITE_OTHER;
}

static enum cause_category category_read(struct str text)
{
    for (unsigned i = 0; i < CAUSE_CATEGORY_COUNT; i++) {
        if (str_is(text, cause_category_name((enum cause_category)i)))
            return (enum cause_category)i;
    }
    return CAUSE_OTHER;
}

/* Eight hexadecimal digits, without a sign or blanks. */
static bool hash_read(struct str text, uint32_t *hash)
{
    *hash = 0;
    for (size_t i = 0; i < text.len; i++) {
        char c = text.ptr[i];
        if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f')))
            return false;
        *hash = *hash << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
    }
    return text.len == 8;
}

static bool marks_read(struct str text, struct gate_marks *marks)
{
    uint32_t *parts[] = {&marks->code, &marks->like, &marks->shape, &marks->source,
                         &marks->near, &marks->around};
    enum { NEEDED = 4 };
    for (size_t i = 0; i < COUNT_OF(parts) && (i < NEEDED || text.ptr); i++) {
        if (!hash_read(str_cut(&text, '.'), parts[i]))
            return false;
    }
    return !text.ptr;
}

static bool site_read(const struct baseline_reader *reader, const json_t *object)
{
    struct gate_site site = {.copies = 1};
    struct str kind, category, marks;
    const json_t *ordinal = json_object_get(object, "ordinal");
    if (!member_text(reader, object, "package", &site.package) ||
        !member_text(reader, object, "function", &site.function) ||
        !member_text(reader, object, "kind", &kind) ||
        !member_text(reader, object, "expression", &site.expression) ||
        !member_text(reader, object, "type", &site.type) ||
        !member_text(reader, object, "category", &category) ||
        !member_text(reader, object, "file", &site.file) ||
        !member_text(reader, object, "marks", &marks) || !marks_read(marks, &site.marks) ||
        !json_is_integer(ordinal) || json_integer_value(ordinal) < 1 ||
        json_integer_value(ordinal) > INT32_MAX)
        return false;
    site.ordinal = (uint32_t)json_integer_value(ordinal);
    site.kind = kind_read(kind);
    site.category = category_read(category);
    site.shown = site.file;
    site.test = str_ends(site.file, STR("_test.go"));
    VEC_PUSH(reader->list->memory, &reader->list->sites, site);
    return true;
}

static bool module_read(const struct baseline_reader *reader, const json_t *object)
{
    struct gate_module module;
    if (!member_text(reader, object, "path", &module.path) ||
        !member_text(reader, object, "version", &module.version))
        return false;
    VEC_PUSH(reader->list->memory, &reader->list->modules, module);
    return true;
}

static bool function_read(const struct baseline_reader *reader, const json_t *value)
{
    uint32_t hash;
    if (!json_is_string(value) || !hash_read(str_from(json_string_value(value)), &hash))
        return false;
    VEC_PUSH(reader->list->memory, &reader->list->functions, hash);
    return true;
}

static enum status list_read(const struct baseline_reader *reader, const json_t *root,
                             const char *name,
                             bool (*read)(const struct baseline_reader *, const json_t *))
{
    const json_t *list = json_object_get(root, name);
    char text[64];
    if (!json_is_array(list)) {
        snprintf(text, sizeof(text), "the list \"%s\" is missing", name);
        return damaged(reader, 1, text);
    }
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *element = json_array_get(list, i);
        if (json_is_null(element) || read(reader, element))
            continue;
        char head[32];
        snprintf(head, sizeof(head), "\"%s\":[", name);
        snprintf(text, sizeof(text), "this element of \"%s\" is not one", name);
        return damaged(reader, element_line(reader, head, i), text);
    }
    return STATUS_OK;
}

/* ---- the whole ---- */

static enum status schema_check(const struct baseline_reader *reader, const json_t *root)
{
    struct str schema = str_from(json_string_value(json_object_get(root, "schema")));
    uint64_t version;
    if (!str_starts(schema, STR(SCHEMA)) ||
        !str_to_u64(str_skip(schema, sizeof(SCHEMA) - 1), &version) || version == 0)
        return damaged(reader, 1, "this is no baseline: its schema is not " SCHEMA "1");
    if (version == 1)
        return STATUS_OK;
    diag_add(reader->sink, DIAG_GATE_NEWER, reader->name, 1, DIAG_NO_OFFSET,
             "the baseline has schema " SCHEMA "%llu; this unheap reads " SCHEMA "1",
             (unsigned long long)version);
    return STATUS_BAD_INPUT;
}

static enum status root_read(const struct baseline_reader *reader, const json_t *root)
{
    enum status status = schema_check(reader, root);
    if (!status && !member_text(reader, root, "go_version", &reader->list->go_version))
        status = damaged(reader, 2, "\"go_version\" is missing");
    if (!status)
        status = list_read(reader, root, "sites", site_read);
    if (!status)
        status = list_read(reader, root, "modules", module_read);
    if (!status)
        status = list_read(reader, root, "functions", function_read);
    return status;
}

enum status gate_baseline_read(struct str bytes, struct str name, const struct memory *memory,
                               struct diag_sink *sink, struct gate_list *list)
{
    gate_list_init(list, memory);
    struct baseline_reader reader = {bytes, name, sink, list};
    if (has_conflicts(&reader))
        return STATUS_BAD_INPUT;
    json_error_t error;
    const char *text = bytes.len ? bytes.ptr : "";
    json_t *root = json_loadb(text, bytes.len, JSON_REJECT_DUPLICATES, &error);
    if (!root)
        return damaged(&reader, error.line > 0 ? (uint64_t)error.line : 1, error.text);
    enum status status = root_read(&reader, root);
    json_decref(root);
    if (!status)
        gate_list_sort(list);
    return status;
}
