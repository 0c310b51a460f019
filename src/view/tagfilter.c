/* tagfilter.c: -tagfocus, -tagignore, -tagshow, -taghide, and the units of numeric labels
 * (google/pprof internal/driver/driver_focus.go, profile/filter.go, profile/profile.go
 * NumLabelUnits). */
#include "view/view_int.h"

/* ---- units ---- */

static struct label_unit *find_unit(struct label_units *units, uint32_t key)
{
    for (size_t i = 0; i < units->list.len; i++)
        if (units->list.at[i].key == key)
            return &units->list.at[i];
    return NULL;
}

struct str label_units_get(const struct label_units *units, const struct view *view, uint32_t key)
{
    for (size_t i = 0; i < units->list.len; i++)
        if (units->list.at[i].key == key)
            return view_str(view, units->list.at[i].unit);
    return STR("");
}

struct unit_clash {
    uint32_t key, unit;
};

struct unit_clashes {
    VEC(struct unit_clash) list;
};

static void add_clash(struct unit_clashes *clashes, const struct view *view, uint32_t key,
                      uint32_t unit)
{
    for (size_t i = 0; i < clashes->list.len; i++)
        if (clashes->list.at[i].key == key && clashes->list.at[i].unit == unit)
            return;
    VEC_PUSH(view->memory, &clashes->list, ((struct unit_clash){key, unit}));
    struct unit_clash *at = clashes->list.at;
    for (size_t i = clashes->list.len - 1; i > 0; i--) {
        if (str_compare(view_str(view, at[i - 1].unit), view_str(view, at[i].unit)) <= 0)
            break;
        struct unit_clash swapped = at[i];
        at[i] = at[i - 1];
        at[i - 1] = swapped;
    }
}

static void note_label(struct label_units *units, struct unit_clashes *clashes, struct view *view,
                       const struct view_label *label)
{
    struct label_unit *known = find_unit(units, label->key);
    if (!known) {
        VEC_PUSH(view->memory, &units->list, ((struct label_unit){label->key, 0}));
        known = &units->list.at[units->list.len - 1];
    }
    if (!label->unit)
        return;
    if (!known->unit)
        known->unit = label->unit;
    else if (known->unit != label->unit)
        add_clash(clashes, view, label->key, label->unit);
}

static void tell_clashes(const struct label_units *units, const struct unit_clashes *clashes,
                         const struct view *view, struct sb *notes)
{
    for (size_t i = 0; i < units->list.len; i++) {
        const struct label_unit *unit = &units->list.at[i];
        const char *before = NULL;
        for (size_t j = 0; j < clashes->list.len; j++) {
            if (clashes->list.at[j].key != unit->key)
                continue;
            if (!before)
                sb_addf(notes, "For tag %.*s used unit %.*s, also encountered unit(s) ",
                        STR_ARGS(view_str(view, unit->key)), STR_ARGS(view_str(view, unit->unit)));
            sb_adds(notes, before ? before : "");
            sb_add(notes, view_str(view, clashes->list.at[j].unit));
            before = ", ";
        }
        if (before)
            sb_addc(notes, '\n');
    }
}

/* Where no unit was met, the key itself is taken for one. */
static void guess_units(struct label_units *units, struct view *view)
{
    for (size_t i = 0; i < units->list.len; i++) {
        struct label_unit *unit = &units->list.at[i];
        struct str key = view_str(view, unit->key);
        if (unit->unit)
            continue;
        bool bytes = str_is(key, "alignment") || str_is(key, "request");
        unit->unit = bytes ? view_intern(view, STR("bytes")) : unit->key;
    }
}

void label_units_find(struct label_units *units, struct view *view, struct sb *notes)
{
    struct unit_clashes clashes = {{0}};
    bool *seen = memory_get(view->memory, view->label_sets.len);
    memset(seen, 0, view->label_sets.len);
    for (size_t i = 0; i < view->samples.len; i++) {
        uint32_t set = view->samples.at[i].labels;
        if (seen[set])
            continue;
        seen[set] = true;
        struct view_span span = view->label_sets.at[set];
        for (uint32_t j = 0; j < span.count; j++)
            if (view->labels.at[span.first + j].numeric)
                note_label(units, &clashes, view, &view->labels.at[span.first + j]);
    }
    tell_clashes(units, &clashes, view, notes);
    guess_units(units, view);
    memory_put(view->memory, seen);
    VEC_RELEASE(view->memory, &clashes.list);
}

/* ---- one filter ---- */

/* "32kb", ":64kb", "4mb:", "12kb:64mb". */
struct tag_range {
    bool valid, has_low, has_high;
    double low, high;
    struct str unit;
};

struct tag_filter {
    const struct filter_ctx *ctx;
    bool set;
    struct str key; /* only labels of this key; or no pointer */
    struct tag_range range;
    struct regex *patterns[64];
    size_t pattern_count;
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c | 32) >= 'a' && (c | 32) <= 'z';
}

/* Takes a number with its unit off the front. */
static bool take_amount(struct str *text, int64_t *value, struct str *unit)
{
    size_t i = text->len && (text->ptr[0] == '+' || text->ptr[0] == '-');
    size_t begin = i && text->ptr[0] == '+', end;
    while (i < text->len && is_digit(text->ptr[i]))
        i++;
    if (!str_to_i64(str_slice(*text, begin, i), value))
        return false;
    for (end = i; end < text->len && is_letter(text->ptr[end]);)
        end++;
    *unit = str_slice(*text, i, end);
    *text = str_skip(*text, end);
    return true;
}

static struct tag_range parse_range(struct str text)
{
    struct tag_range range = {0};
    int64_t value;
    struct str unit;
    bool colon_first = str_starts(text, STR(":"));
    text = str_skip(text, colon_first);
    if (!take_amount(&text, &value, &unit))
        return range;
    struct view_amount first = units_scale(value, unit, unit);
    range.unit = first.unit;
    range.low = range.high = first.value;
    range.has_low = !colon_first;
    range.has_high = colon_first || !text.len;
    range.valid = !text.len;
    if (text.len != 0 && !colon_first && text.ptr[0] == ':') {
        text = str_skip(text, 1);
        range.valid = !text.len;
        if (text.len && take_amount(&text, &value, &unit) && !text.len) {
            struct view_amount second = units_scale(value, unit, range.unit);
            range.has_high = true;
            range.high = second.value;
            range.valid = str_equal(second.unit, range.unit);
        }
    }
    return range;
}

static bool range_contains(const struct tag_range *range, int64_t value, struct str unit)
{
    struct view_amount amount = units_scale(value, unit, range->unit);
    return str_equal(amount.unit, range->unit) && (!range->has_low || amount.value >= range->low) &&
           (!range->has_high || amount.value <= range->high);
}

static enum status add_pattern(struct tag_filter *filter, struct str pattern, const char *name)
{
    char err[400];
    struct diag_sink *sink = filter->ctx->sink;
    if (filter->pattern_count == COUNT_OF(filter->patterns)) {
        diag_add(sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "%s: more than %zu patterns", name,
                 COUNT_OF(filter->patterns));
        return STATUS_LIMIT;
    }
    struct regex *regex = regex_compile(pattern.ptr, pattern.len, err, sizeof(err));
    if (!regex) {
        diag_add(sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "parsing %s regexp: %s", name, err);
        return STATUS_BAD_INPUT;
    }
    filter->patterns[filter->pattern_count++] = regex;
    return STATUS_OK;
}

static enum status compile(struct tag_filter *filter, const char *setting, const char *name)
{
    struct str text = str_from(setting);
    filter->set = text.len > 0;
    if (!filter->set)
        return STATUS_OK;
    if (str_find_char(text, '=') >= 0)
        filter->key = str_cut(&text, '=');
    filter->range = parse_range(text);
    if (filter->range.valid) {
        sb_addf(filter->ctx->notes, "%s:Interpreted '%.*s' as range, not regexp\n", name,
                STR_ARGS(text));
        return STATUS_OK;
    }
    enum status status = STATUS_OK;
    for (struct str rest = text; rest.ptr && !status;)
        status = add_pattern(filter, str_cut(&rest, ','), name);
    return status;
}

static void release(struct tag_filter *filter)
{
    for (size_t i = 0; i < filter->pattern_count; i++)
        regex_free(filter->patterns[i]);
    filter->pattern_count = 0;
}

static bool any_in_range(const struct tag_filter *filter, const struct view_span *set)
{
    const struct view *view = filter->ctx->view;
    for (uint32_t i = 0; i < set->count; i++) {
        const struct view_label *label = &view->labels.at[set->first + i];
        struct str key = view_str(view, label->key);
        if (!label->numeric || (filter->key.ptr && !str_equal(filter->key, key)))
            continue;
        struct str unit = label_units_get(filter->ctx->units, view, label->key);
        if (range_contains(&filter->range, label->number, unit))
            return true;
    }
    return false;
}

/* Whether a text label fits the pattern: its value, or where no key is asked for, "key:value". */
static bool label_fits(const struct tag_filter *filter, const struct view_label *label,
                       const struct regex *regex)
{
    const struct view *view = filter->ctx->view;
    struct str key = view_str(view, label->key), text = view_str(view, label->text);
    if (filter->key.ptr)
        return str_equal(filter->key, key) && regex_matches(regex, text.ptr, text.len);
    struct sb sb;
    sb_init(&sb, view->memory);
    sb_add(&sb, key);
    sb_addc(&sb, ':');
    sb_add(&sb, text);
    bool fits = regex_matches(regex, sb.text, sb.len);
    sb_release(&sb);
    return fits;
}

static bool any_fits(const struct tag_filter *filter, const struct view_span *set,
                     const struct regex *regex)
{
    for (uint32_t i = 0; i < set->count; i++) {
        const struct view_label *label = &filter->ctx->view->labels.at[set->first + i];
        if (!label->numeric && label_fits(filter, label, regex))
            return true;
    }
    return false;
}

/* With a key one pattern is enough, without all must fit. */
static bool set_fits(const struct tag_filter *filter, const struct view_span *set)
{
    if (filter->range.valid)
        return any_in_range(filter, set);
    for (size_t i = 0; i < filter->pattern_count; i++)
        if (any_fits(filter, set, filter->patterns[i]) == (filter->key.ptr != NULL))
            return filter->key.ptr != NULL;
    return filter->key.ptr == NULL;
}

/* ---- samples ---- */

struct tag_choice {
    struct view *view;
    const struct tag_filter *focus, *ignore;
    unsigned char *judged; /* by label set: 0 not yet */
    bool focus_met, ignore_met;
};
enum { JUDGED = 1, FITS_FOCUS = 2, FITS_IGNORE = 4 };

static bool keep_by_labels(void *ctx, size_t sample)
{
    struct tag_choice *choice = ctx;
    uint32_t index = choice->view->samples.at[sample].labels;
    unsigned char *judged = &choice->judged[index];
    if (!*judged) {
        const struct view_span *set = &choice->view->label_sets.at[index];
        *judged = JUDGED;
        if (!choice->focus->set || set_fits(choice->focus, set))
            *judged |= FITS_FOCUS;
        if (choice->ignore->set && set_fits(choice->ignore, set))
            *judged |= FITS_IGNORE;
    }
    choice->focus_met |= (*judged & FITS_FOCUS) != 0;
    choice->ignore_met |= (*judged & FITS_IGNORE) != 0;
    return (*judged & FITS_FOCUS) && !(*judged & FITS_IGNORE);
}

static void choose_samples(struct filter_ctx *ctx, const struct tag_filter *focus,
                           const struct tag_filter *ignore)
{
    struct view *view = ctx->view;
    struct tag_choice choice = {.view = view, .focus = focus, .ignore = ignore};
    choice.judged = memory_get(view->memory, view->label_sets.len);
    memset(choice.judged, 0, view->label_sets.len);
    tables_keep_samples(view, keep_by_labels, &choice);
    memory_put(view->memory, choice.judged);
    filter_note(ctx->notes, !focus->set || choice.focus_met, "TagFocus");
    filter_note(ctx->notes, !ignore->set || choice.ignore_met, "TagIgnore");
}

/* ---- -tagshow and -taghide: labels, not samples ---- */

/* By set of labels: a sample that is still there has it. */
static bool *used_label_sets(const struct view *view)
{
    size_t size = view->label_sets.len * sizeof(bool);
    bool *used = memset(memory_get(view->memory, size), 0, size);
    for (size_t i = 0; i < view->samples.len; i++)
        used[view->samples.at[i].labels] = true;
    return used;
}

static void hide_labels(struct filter_ctx *ctx, struct matcher *show, struct matcher *hide)
{
    struct view *view = ctx->view;
    bool show_met = false, hide_met = false, *used = used_label_sets(view);
    for (size_t s = 0; s < view->label_sets.len; s++) {
        if (!used[s])
            continue;
        struct view_span *set = &view->label_sets.at[s];
        struct view_label *labels = view->labels.at + set->first;
        uint32_t kept = 0;
        for (uint32_t i = 0; i < set->count; i++) {
            bool shown = !show->regex || matcher_matches(show, view, labels[i].key);
            bool hidden = matcher_matches(hide, view, labels[i].key);
            show_met |= shown;
            hide_met |= hidden;
            if (shown && !hidden)
                labels[kept++] = labels[i];
        }
        set->count = kept;
    }
    memory_put(view->memory, used);
    filter_note(ctx->notes, !show->regex || show_met, "TagShow");
    filter_note(ctx->notes, !hide->regex || hide_met, "TagHide");
}

static enum status apply_show_hide(struct filter_ctx *ctx)
{
    struct matcher show, hide = {0};
    const struct view_settings *settings = ctx->settings;
    enum status status = matcher_init(&show, settings->tagshow, "tagshow", ctx->view, ctx->sink);
    if (!status)
        status = matcher_init(&hide, settings->taghide, "taghide", ctx->view, ctx->sink);
    if (!status && (show.regex || hide.regex))
        hide_labels(ctx, &show, &hide);
    matcher_release(&show, ctx->view->memory);
    matcher_release(&hide, ctx->view->memory);
    return status;
}

enum status tagfilter_apply(struct filter_ctx *ctx)
{
    struct tag_filter focus = {.ctx = ctx}, ignore = {.ctx = ctx};
    enum status status = compile(&focus, ctx->settings->tagfocus, "tagfocus");
    if (!status)
        status = compile(&ignore, ctx->settings->tagignore, "tagignore");
    if (!status) {
        if (focus.set || ignore.set)
            choose_samples(ctx, &focus, &ignore);
        status = apply_show_hide(ctx);
    }
    release(&focus);
    release(&ignore);
    return status;
}
