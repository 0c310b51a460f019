/* policy: what a team decided about the heap: .unheap.toml. Its keys are the tables below; the JSON
 * schema of the same is examples/ci/policy.schema.json. */
#include "gate_int.h"

struct policy_reader {
    struct gate_policy *policy;
    struct str name, today;
    struct diag_sink *sink;
    bool failed;
    uint32_t element; /* of the [[allow]] at hand */
};

static const char *const severity_names[GATE_SEVERITY_COUNT] = {"off", "note", "warning", "error"};

const char *gate_severity_name(enum gate_severity severity)
{
    return severity_names[severity];
}

void gate_policy_init(struct gate_policy *policy, const struct memory *memory)
{
    *policy = (struct gate_policy){.fallback = GATE_ERROR, .by_compiler = GATE_NOTE,
                                   .by_dependency = GATE_ERROR, .hot_share = 1};
    arena_init(&policy->arena, memory);
}

void gate_policy_release(struct gate_policy *policy)
{
    const struct memory *memory = policy->arena.memory;
    VEC_RELEASE(memory, &policy->packages);
    VEC_RELEASE(memory, &policy->exclude);
    VEC_RELEASE(memory, &policy->budgets);
    VEC_RELEASE(memory, &policy->allows);
    arena_release(&policy->arena);
}

/* ---- mistakes ---- */

static void mistake(struct policy_reader *reader, const struct toml_entry *entry, const char *what)
{
    diag_add(reader->sink, DIAG_GATE_POLICY, reader->name, entry->line, DIAG_NO_OFFSET,
             "%.*s%s%.*s: %s", STR_ARGS(entry->table), entry->table.len ? "." : "",
             STR_ARGS(entry->key), what);
    reader->failed = true;
}

static bool is_kind(struct policy_reader *reader, const struct toml_entry *entry,
                    enum toml_kind kind)
{
    static const char *const wanted[] = {"a text in quotes was expected", "a number was expected",
                                         "true or false was expected",
                                         "a list of texts was expected: [\"...\", \"...\"]"};
    if (entry->kind == kind)
        return true;
    mistake(reader, entry, wanted[kind]);
    return false;
}

static struct str keep(struct policy_reader *reader, struct str text)
{
    return str_copy(&reader->policy->arena, text);
}

/* ---- tables ---- */

static void ignore_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    for (size_t i = 0; is_kind(reader, entry, TOML_TEXTS) && i < entry->text_count; i++) {
        unsigned kind = 0;
        while (kind < SITE_KIND_COUNT &&
               !str_is(entry->texts[i], site_kind_name((enum site_kind)kind)))
            kind++;
        if (kind < SITE_KIND_COUNT)
            reader->policy->ignored[kind] = true;
        else
            mistake(reader, entry, "there is no such kind of allocation");
    }
}

static void list_set(struct policy_reader *reader, const struct toml_entry *entry, bool exclude)
{
    struct gate_policy *policy = reader->policy;
    for (size_t i = 0; is_kind(reader, entry, TOML_TEXTS) && i < entry->text_count; i++) {
        struct str pattern = keep(reader, entry->texts[i]);
        if (exclude)
            VEC_PUSH(policy->arena.memory, &policy->exclude, pattern);
        else
            VEC_PUSH(policy->arena.memory, &policy->packages, pattern);
    }
}

static void top_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    struct gate_policy *policy = reader->policy;
    if (str_is(entry->key, "packages") || str_is(entry->key, "exclude")) {
        list_set(reader, entry, str_is(entry->key, "exclude"));
    } else if (str_is(entry->key, "ignore_kinds")) {
        ignore_set(reader, entry);
    } else if (str_is(entry->key, "baseline")) {
        if (is_kind(reader, entry, TOML_TEXT))
            policy->baseline = keep(reader, entry->text);
    } else if (str_is(entry->key, "tests") || str_is(entry->key, "generated")) {
        bool *target = str_is(entry->key, "tests") ? &policy->tests : &policy->generated;
        if (is_kind(reader, entry, TOML_BOOL))
            *target = entry->truth;
    } else {
        mistake(reader, entry, "there is no such key; known are packages, exclude, ignore_kinds, "
                               "baseline, tests, generated");
    }
}

static bool severity_read(struct policy_reader *reader, const struct toml_entry *entry,
                          enum gate_severity *severity)
{
    if (!is_kind(reader, entry, TOML_TEXT))
        return false;
    for (unsigned i = 0; i < GATE_SEVERITY_COUNT; i++) {
        if (str_is(entry->text, severity_names[i])) {
            *severity = (enum gate_severity)i;
            return true;
        }
    }
    mistake(reader, entry, "a severity is off, note, warning or error");
    return false;
}

static void severity_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    struct gate_policy *policy = reader->policy;
    enum gate_severity severity;
    if (!severity_read(reader, entry, &severity))
        return;
    if (str_is(entry->key, "default")) {
        policy->fallback = severity;
    } else if (str_is(entry->key, "compiler")) {
        policy->by_compiler = severity;
    } else if (str_is(entry->key, "dependency")) {
        policy->by_dependency = severity;
    } else {
        unsigned category = 0;
        while (category < CAUSE_CATEGORY_COUNT &&
               !str_is(entry->key, cause_category_name((enum cause_category)category)))
            category++;
        if (category == CAUSE_CATEGORY_COUNT) {
            mistake(reader, entry, "there is no such category");
            return;
        }
        policy->by_category[category] = severity;
        policy->set_category[category] = true;
    }
}

static void budget_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    struct gate_policy *policy = reader->policy;
    if (!is_kind(reader, entry, TOML_NUMBER))
        return;
    if (entry->number < 0 || entry->number > LIMIT_FLAG_NUMBER) {
        mistake(reader, entry, "a budget is a number of sites, at most LIMIT_FLAG_NUMBER");
        return;
    }
    struct gate_budget budget = {keep(reader, entry->key), (uint64_t)entry->number};
    VEC_PUSH(policy->arena.memory, &policy->budgets, budget);
}

static void profile_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    struct gate_policy *policy = reader->policy;
    if (str_is(entry->key, "file")) {
        if (is_kind(reader, entry, TOML_TEXT))
            policy->profile = keep(reader, entry->text);
    } else if (str_is(entry->key, "hot_share")) {
        if (is_kind(reader, entry, TOML_NUMBER))
            policy->hot_share = entry->number;
    } else {
        mistake(reader, entry, "there is no such key; known are file, hot_share");
    }
}

/* ---- what is allowed ---- */

static void allow_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    struct gate_policy *policy = reader->policy;
    if (entry->element != reader->element || policy->allows.len == 0) {
        VEC_PUSH(policy->arena.memory, &policy->allows, ((struct gate_allow){.line = entry->line}));
        reader->element = entry->element;
    }
    struct gate_allow *allow = &policy->allows.at[policy->allows.len - 1];
    const struct {
        const char *name;
        struct str *target;
    } keys[] = {{"package", &allow->package}, {"function", &allow->function},
                {"expression", &allow->expression}, {"kind", &allow->kind},
                {"category", &allow->category}, {"reason", &allow->reason},
                {"expires", &allow->expires}};
    for (size_t i = 0; i < COUNT_OF(keys); i++) {
        if (!str_is(entry->key, keys[i].name))
            continue;
        if (is_kind(reader, entry, TOML_TEXT))
            *keys[i].target = keep(reader, entry->text);
        return;
    }
    mistake(reader, entry, "there is no such key; known are package, function, expression, kind, "
                           "category, reason, expires");
}

static bool is_date(struct str text)
{
    uint64_t year, month, day;
    return text.len == 10 && text.ptr[4] == '-' && text.ptr[7] == '-' &&
           str_to_u64(str_slice(text, 0, 4), &year) && str_to_u64(str_slice(text, 5, 7), &month) &&
           str_to_u64(str_slice(text, 8, 10), &day) && month >= 1 && month <= 12 && day >= 1 &&
           day <= 31;
}

static void allow_mistake(struct policy_reader *reader, const struct gate_allow *allow,
                          const char *what)
{
    diag_add(reader->sink, DIAG_GATE_POLICY, reader->name, allow->line, DIAG_NO_OFFSET,
             "[[allow]]: %s", what);
    reader->failed = true;
}

static void allow_check(struct policy_reader *reader, struct gate_allow *allow)
{
    if (!allow->reason.len)
        allow_mistake(reader, allow, "it needs a reason");
    if (!allow->package.len && !allow->function.len && !allow->expression.len)
        allow_mistake(reader, allow, "it needs a package, a function or an expression");
    if (allow->expires.len && !is_date(allow->expires))
        allow_mistake(reader, allow, "expires is a date like 2027-01-31");
    allow->expired = allow->expires.len && str_compare(allow->expires, reader->today) < 0;
    if (allow->expired)
        diag_add(reader->sink, DIAG_GATE_EXPIRED, reader->name, allow->line, DIAG_NO_OFFSET,
                 "what was allowed until %.*s is allowed no more: %.*s", STR_ARGS(allow->expires),
                 STR_ARGS(allow->reason));
}

/* ---- the file ---- */

static void entry_set(struct policy_reader *reader, const struct toml_entry *entry)
{
    static const struct {
        const char *table;
        bool is_list;
        void (*set)(struct policy_reader *, const struct toml_entry *);
    } tables[] = {{"", false, top_set}, {"severity", false, severity_set},
                  {"budgets", false, budget_set}, {"profile", false, profile_set},
                  {"allow", true, allow_set}};
    for (size_t i = 0; i < COUNT_OF(tables); i++) {
        if (str_is(entry->table, tables[i].table) && entry->in_list == tables[i].is_list) {
            tables[i].set(reader, entry);
            return;
        }
    }
    mistake(reader, entry, "there is no such table; known are [severity], [budgets], [profile] and "
                           "[[allow]]");
}

enum status gate_policy_read(struct str bytes, struct str name, struct str today,
                             struct diag_sink *sink, struct gate_policy *policy)
{
    struct policy_reader reader = {policy, name, today, sink, false, 0};
    struct toml toml = {.arena = &policy->arena, .memory = policy->arena.memory};
    enum status status = toml_read(bytes, name, sink, &toml);
    for (size_t i = 0; i < toml.entries.len; i++)
        entry_set(&reader, &toml.entries.at[i]);
    for (size_t i = 0; i < policy->allows.len; i++)
        allow_check(&reader, &policy->allows.at[i]);
    policy->file = keep(&reader, name);
    toml_release(&toml);
    return status ? status : reader.failed ? STATUS_BAD_INPUT : STATUS_OK;
}

bool gate_budget_read(struct gate_policy *policy, const char *argument)
{
    struct str text = str_from(argument);
    ptrdiff_t at = str_find_last(text, '=');
    uint64_t limit;
    if (at <= 0 || !str_to_u64(str_trim(str_skip(text, (size_t)at + 1)), &limit))
        return false;
    struct str pattern = str_trim(str_slice(text, 0, (size_t)at));
    struct gate_budget budget = {str_copy(&policy->arena, pattern), limit};
    VEC_PUSH(policy->arena.memory, &policy->budgets, budget);
    return pattern.len > 0;
}

/* ---- asking it ---- */

/* "a/..." fits "a" and what is below it; "..." alone everything. */
static bool path_fits(struct str pattern, struct str path)
{
    if (str_is(pattern, "..."))
        return true;
    if (!str_ends(pattern, STR("/...")))
        return str_equal(pattern, path);
    struct str root = str_slice(pattern, 0, pattern.len - 4);
    return str_starts(path, root) && (path.len == root.len || path.ptr[root.len] == '/');
}

bool gate_pattern_fits(struct str pattern, struct str import_path, struct str module)
{
    if (path_fits(pattern, import_path))
        return true;
    if (!module.len || !str_starts(import_path, module))
        return false;
    struct str inside = str_skip(import_path, module.len);
    if (inside.len && inside.ptr[0] != '/')
        return false;
    inside = str_skip(inside, 1);
    if (str_is(pattern, ".") || str_is(pattern, "./"))
        return inside.len == 0;
    if (str_starts(pattern, STR("./")))
        pattern = str_skip(pattern, 2);
    while (str_ends(pattern, STR("/")))
        pattern.len--;
    return path_fits(pattern, inside);
}

bool gate_policy_takes(const struct gate_policy *policy, const struct gate_list *list,
                       const struct gate_site *site)
{
    if (policy->ignored[site->kind] || (site->generated && !policy->generated) ||
        (site->test && !policy->tests))
        return false;
    for (size_t i = 0; i < policy->exclude.len; i++) {
        if (gate_pattern_fits(policy->exclude.at[i], site->package, list->module))
            return false;
    }
    return true;
}
