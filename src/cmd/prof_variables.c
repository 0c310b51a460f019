/* prof_variables.c: pprof's variables by name, as its shell sets and shows them (google/pprof
 * internal/driver/config.go). */
#include "prof.h"


#define AT(field) offsetof(struct prof_flags, field)
#define GRANULARITIES "functions|filefunctions|files|lines|addresses"

static const struct prof_variable variables[] = {
    {"call_tree", "-dot, -callgrind: a tree by call path", PROF_BOOL, NULL,
     AT(settings.call_tree)},
    {"compact_labels", "short header", PROF_BOOL, NULL, AT(settings.compact_labels)},
    {"divide_by", "divide all values by this", PROF_NUMBER, NULL, AT(settings.divide_by)},
    {"drop_negative", "no places that became lighter", PROF_BOOL, NULL,
     AT(settings.drop_negative)},
    {"edgefraction", "hide edges below this part of the total", PROF_NUMBER, NULL,
     AT(settings.edgefraction)},
    {"focus", "only samples through a match", PROF_TEXT, NULL, AT(settings.focus)},
    {"granularity", "what a node stands for", PROF_CHOICE, GRANULARITIES,
     AT(settings.granularity)},
    {"hide", "no frames that match", PROF_TEXT, NULL, AT(settings.hide)},
    {"ignore", "no samples through a match", PROF_TEXT, NULL, AT(settings.ignore)},
    {"intel_syntax", "taken and not needed", PROF_BOOL, NULL, AT(intel_syntax)},
    {"mean", "values per first value (bytes per object)", PROF_BOOL, NULL, AT(settings.mean)},
    {"nodecount", "how many nodes at most", PROF_INTEGER, NULL, AT(settings.nodecount)},
    {"nodefraction", "hide nodes below this part of the total", PROF_NUMBER, NULL,
     AT(settings.nodefraction)},
    {"noinlines", "inlined calls count for their caller", PROF_BOOL, NULL,
     AT(settings.noinlines)},
    {"normalize", "scale to the base's total first", PROF_BOOL, NULL, AT(sources.normalize)},
    {"output", "write the report to this file", PROF_TEXT, NULL, AT(output)},
    {"prune_from", "frames from the lowest match up", PROF_TEXT, NULL, AT(settings.prune_from)},
    {"relative_percentages", "percentages of what the filters leave", PROF_BOOL, NULL,
     AT(settings.relative_percentages)},
    {"sample_index", "which values: name or number", PROF_TEXT, NULL, AT(settings.sample_index)},
    {"show", "only frames that match", PROF_TEXT, NULL, AT(settings.show)},
    {"show_from", "frames from the highest match down", PROF_TEXT, NULL, AT(settings.show_from)},
    {"showcolumns", "with lines: columns too", PROF_BOOL, NULL, AT(settings.showcolumns)},
    {"sort", "by what", PROF_CHOICE, "cum|flat", AT(settings.cum)},
    {"source_path", "where sources are looked for", PROF_TEXT, NULL, AT(settings.source_path)},
    {"tagfocus", "only samples with label: RE, key=RE, 1kb:4kb", PROF_TEXT, NULL,
     AT(settings.tagfocus)},
    {"taghide", "no labels whose key matches", PROF_TEXT, NULL, AT(settings.taghide)},
    {"tagignore", "no samples with label", PROF_TEXT, NULL, AT(settings.tagignore)},
    {"tagleaf", "labels as frames at the leaf", PROF_TEXT, NULL, AT(settings.tagleaf)},
    {"tagroot", "labels as frames at the root", PROF_TEXT, NULL, AT(settings.tagroot)},
    {"tagshow", "only labels whose key matches", PROF_TEXT, NULL, AT(settings.tagshow)},
    {"trim", "honour nodecount, nodefraction, edgefraction", PROF_BOOL, NULL, AT(settings.trim)},
    {"trim_path", "taken off the profile's paths", PROF_TEXT, NULL, AT(settings.trim_path)},
    {"unit", "of amounts: MB, ms, auto, minimum", PROF_TEXT, NULL, AT(settings.unit)},
};

size_t prof_variable_count(void)
{
    return COUNT_OF(variables);
}

const struct prof_variable *prof_variable_at(size_t index)
{
    return &variables[index];
}

/* The number of a choice; -1 when it is none. */
static int choice_number(const struct prof_variable *variable, struct str name)
{
    struct str rest = str_from(variable->choices);
    for (int i = 0; rest.ptr; i++)
        if (str_equal(str_cut(&rest, '|'), name))
            return i;
    return -1;
}

const struct prof_variable *prof_variable_find(struct str name)
{
    for (size_t i = 0; i < COUNT_OF(variables); i++)
        if (str_is(name, variables[i].name) || choice_number(&variables[i], name) >= 0)
            return &variables[i];
    return NULL;
}

/* ---- values as text ---- */

static void show_choice(const struct prof_variable *variable, const struct prof_flags *flags,
                        struct sb *out)
{
    struct str rest = str_from(variable->choices), name = STR_NONE;
    int number = strcmp(variable->name, "sort") == 0 ? !flags->settings.cum
                                                     : (int)flags->settings.granularity - 1;
    for (int i = 0; rest.ptr && i <= number; i++)
        name = str_cut(&rest, '|');
    sb_add(out, number < 0 ? STR_NONE : name);
}

void prof_variable_show(const struct prof_variable *variable, const struct prof_flags *flags,
                        struct sb *out)
{
    const char *at = (const char *)flags + variable->offset;
    switch (variable->kind) {
    case PROF_BOOL:
        sb_adds(out, *(const bool *)at ? "true" : "false");
        return;
    case PROF_INTEGER:
        sb_addf(out, "%lld", (long long)*(const int64_t *)at);
        return;
    case PROF_NUMBER:
        prof_number_show(*(const double *)at, out);
        return;
    case PROF_TEXT:
        sb_add(out, str_from(*(const char *const *)at));
        return;
    case PROF_CHOICE:
        show_choice(variable, flags, out);
        return;
    }
    BUG("unknown kind of variable");
}

/* ---- values from text ---- */

static bool matches_any(struct str text, const char *const *words, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (text.ptr && text.len == strlen(words[i]) &&
            strncasecmp(text.ptr, words[i], text.len) == 0)
            return true;
    return false;
}

/* Nothing counts as yes, as in `mean` alone. What is neither leaves the value. */
static bool read_bool(struct str text, bool *value)
{
    static const char *const yes[] = {"true", "t", "yes", "y", "1"};
    static const char *const no[] = {"false", "f", "no", "n", "0"};
    bool is_yes = !text.len || matches_any(text, yes, COUNT_OF(yes));
    if (!is_yes && !matches_any(text, no, COUNT_OF(no)))
        return false;
    *value = is_yes;
    return true;
}

/* What chooses by its name, as in lines=true, has a narrower yes (strconv.ParseBool). */
static bool is_chosen(struct str text)
{
    static const char *const yes[] = {"1", "t", "T", "TRUE", "true", "True"};
    for (size_t i = 0; i < COUNT_OF(yes); i++)
        if (str_is(text, yes[i]))
            return true;
    return false;
}

static bool set_choice(struct prof_flags *flags, const struct prof_variable *variable,
                       struct str name)
{
    int number = choice_number(variable, name);
    if (number < 0)
        return false;
    if (strcmp(variable->name, "sort") == 0)
        flags->settings.cum = number == 0;
    else
        flags->settings.granularity = (enum view_granularity)(number + 1);
    return true;
}

static bool set_value(struct prof_flags *flags, const struct prof_variable *variable,
                      struct str value, struct arena *arena)
{
    char *at = (char *)flags + variable->offset;
    const char *text = arena_strndup(arena, value.ptr ? value.ptr : "", value.len);
    switch (variable->kind) {
    case PROF_BOOL:
        return read_bool(value, (bool *)at);
    case PROF_INTEGER:
        return str_to_i64(str_starts(value, STR("+")) ? str_skip(value, 1) : value, (int64_t *)at);
    case PROF_NUMBER:
        return prof_number_read(text, (double *)at);
    case PROF_TEXT:
        *(const char **)at = text;
        return true;
    case PROF_CHOICE:
        return set_choice(flags, variable, value);
    }
    BUG("unknown kind of variable");
}

bool prof_variable_set(struct prof_flags *flags, struct str name, struct str value,
                       struct arena *arena, struct sb *why)
{
    const struct prof_variable *variable = prof_variable_find(name);
    if (!variable)
        BUG("no such variable");
    if (!str_is(name, variable->name)) { /* lines=true */
        if (!is_chosen(value)) {
            sb_addf(why, "unknown config field \"%.*s\"", STR_ARGS(name));
            return false;
        }
        value = name;
    }
    if (set_value(flags, variable, value, arena))
        return true;
    if (variable->kind == PROF_BOOL)
        sb_addf(why, "illegal value \"%.*s\" for bool variable", STR_ARGS(value));
    else
        sb_addf(why, "invalid \"%s\" value \"%.*s\"", variable->name, STR_ARGS(value));
    return false;
}
