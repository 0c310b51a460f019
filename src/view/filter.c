/* filter.c: -focus, -ignore, -hide, -show, -show_from and what they leave (google/pprof
 * profile/filter.go, internal/driver/driver_focus.go). Locations are judged first, then stacks. */
#include "view/view_int.h"

enum { FOCUSED = 1, IGNORED = 2, HIDDEN = 4 };

struct name_filter {
    struct view *view;
    struct matcher focus, ignore, hide, show, show_from, prune_from;
    bool focus_met, ignore_met, hide_met, show_met, show_from_met;
    unsigned char *marks; /* by location */
    bool *kept;           /* by stack */
};

void filter_note(struct sb *notes, bool matched, const char *option)
{
    if (!matched)
        sb_addf(notes, "%s expression matched no samples\n", option);
}

/* ---- locations ---- */

static bool line_matches(struct matcher *matcher, const struct view *view,
                         const struct view_line *line)
{
    const struct view_function *function = &view->functions.at[line->function];
    return matcher_matches(matcher, view, function->name) ||
           matcher_matches(matcher, view, function->file);
}

static bool mapping_matches(struct matcher *matcher, const struct view *view,
                            const struct view_location *location)
{
    return location->mapping != NONE &&
           matcher_matches(matcher, view, view->mappings.at[location->mapping].file);
}

static bool location_matches(struct matcher *matcher, const struct view *view,
                             const struct view_location *location)
{
    for (uint32_t i = 0; i < location->line_count; i++)
        if (line_matches(matcher, view, &view->lines.at[location->first_line + i]))
            return true;
    return mapping_matches(matcher, view, location);
}

/* Leaves the lines whose answer is `wanted`. */
static void keep_lines(struct matcher *matcher, struct view *view, struct view_location *location,
                       bool wanted)
{
    struct view_line *lines = view->lines.at + location->first_line;
    uint32_t kept = 0;
    if (mapping_matches(matcher, view, location)) {
        if (!wanted)
            location->line_count = 0;
        return;
    }
    for (uint32_t i = 0; i < location->line_count; i++)
        if (line_matches(matcher, view, &lines[i]) == wanted)
            lines[kept++] = lines[i];
    location->line_count = kept;
}

static unsigned char judge_focus(struct name_filter *filter, const struct view_location *location)
{
    if (filter->ignore.regex && location_matches(&filter->ignore, filter->view, location)) {
        filter->ignore_met = true;
        return IGNORED;
    }
    if (!filter->focus.regex || location_matches(&filter->focus, filter->view, location)) {
        filter->focus_met = true;
        return FOCUSED;
    }
    return 0;
}

static bool judge_hidden(struct name_filter *filter, struct view_location *location)
{
    bool hidden = false;
    if (filter->hide.regex && location_matches(&filter->hide, filter->view, location)) {
        filter->hide_met = true;
        keep_lines(&filter->hide, filter->view, location, false);
        hidden = location->line_count == 0;
    }
    if (filter->show.regex) {
        keep_lines(&filter->show, filter->view, location, true);
        if (location->line_count)
            filter->show_met = true;
        else
            hidden = true;
    }
    return hidden;
}

/* ---- stacks ---- */

static bool stack_is_focused(const uint32_t *locations, uint32_t count, const unsigned char *marks)
{
    bool focused = false;
    for (uint32_t i = 0; i < count; i++) {
        if (marks[locations[i]] & IGNORED)
            return false;
        focused |= marks[locations[i]] & FOCUSED;
    }
    return focused;
}

/* False when nothing is left of it. */
static bool hide_in_stack(uint32_t *locations, struct view_span *stack, const unsigned char *marks)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < stack->count; i++)
        if (!(marks[locations[i]] & HIDDEN))
            locations[kept++] = locations[i];
    stack->count = kept;
    return kept > 0;
}

static bool keep_by_stack(void *ctx, size_t sample)
{
    const struct name_filter *filter = ctx;
    return filter->kept[filter->view->samples.at[sample].stack];
}

static void filter_by_names(struct name_filter *filter)
{
    struct view *view = filter->view;
    bool any_hidden = false;
    for (size_t i = 0; i < view->locations.len; i++) {
        filter->marks[i] = judge_focus(filter, &view->locations.at[i]);
        if (judge_hidden(filter, &view->locations.at[i])) {
            filter->marks[i] |= HIDDEN;
            any_hidden = true;
        }
    }
    for (size_t i = 0; i < view->stacks.len; i++) {
        struct view_span *stack = &view->stacks.at[i];
        uint32_t *locations = view->stack_locations.at + stack->first;
        filter->kept[i] = stack_is_focused(locations, stack->count, filter->marks) &&
                          (!any_hidden || hide_in_stack(locations, stack, filter->marks));
    }
    tables_keep_samples(view, keep_by_stack, filter);
}

/* Lines outside the outermost that matches go away. */
static bool show_from_location(struct name_filter *filter, struct view_location *location)
{
    struct view *view = filter->view;
    if (mapping_matches(&filter->show_from, view, location))
        return true;
    uint32_t i = location->line_count;
    while (i > 0 &&
           !line_matches(&filter->show_from, view, &view->lines.at[location->first_line + i - 1]))
        i--;
    if (i)
        location->line_count = i;
    return i > 0;
}

static void filter_show_from(struct name_filter *filter)
{
    struct view *view = filter->view;
    for (size_t i = 0; i < view->locations.len; i++) {
        filter->marks[i] = show_from_location(filter, &view->locations.at[i]);
        filter->show_from_met |= filter->marks[i];
    }
    for (size_t i = 0; i < view->stacks.len; i++) {
        struct view_span *stack = &view->stacks.at[i];
        while (stack->count &&
               !filter->marks[view->stack_locations.at[stack->first + stack->count - 1]])
            stack->count--;
        filter->kept[i] = stack->count > 0;
    }
    tables_keep_samples(view, keep_by_stack, filter);
}

/* ---- all of them ---- */

static enum status compile_all(struct name_filter *filter, struct filter_ctx *ctx)
{
    const struct view_settings *settings = ctx->settings;
    const struct {
        struct matcher *matcher;
        const char *pattern, *what;
    } list[] = {
        {&filter->focus, settings->focus, "focus"},
        {&filter->ignore, settings->ignore, "ignore"},
        {&filter->hide, settings->hide, "hide"},
        {&filter->show, settings->show, "show"},
        {&filter->show_from, settings->show_from, "show_from"},
        {&filter->prune_from, settings->prune_from, "prune_from"},
    };
    for (size_t i = 0; i < COUNT_OF(list); i++) {
        enum status status =
            matcher_init(list[i].matcher, list[i].pattern, list[i].what, filter->view, ctx->sink);
        if (status)
            return status;
    }
    return STATUS_OK;
}

static void apply_names(struct name_filter *filter, struct filter_ctx *ctx)
{
    struct view *view = filter->view;
    filter->marks = memory_get(view->memory, view->locations.len + 1);
    filter->kept = memory_get(view->memory, view->stacks.len + 1);
    if (filter->focus.regex || filter->ignore.regex || filter->hide.regex || filter->show.regex)
        filter_by_names(filter);
    filter_note(ctx->notes, !filter->focus.regex || filter->focus_met, "Focus");
    filter_note(ctx->notes, !filter->ignore.regex || filter->ignore_met, "Ignore");
    filter_note(ctx->notes, !filter->hide.regex || filter->hide_met, "Hide");
    filter_note(ctx->notes, !filter->show.regex || filter->show_met, "Show");
    if (filter->show_from.regex)
        filter_show_from(filter);
    filter_note(ctx->notes, !filter->show_from.regex || filter->show_from_met, "ShowFrom");
    memory_put(view->memory, filter->marks);
    memory_put(view->memory, filter->kept);
}

enum status filter_apply(struct filter_ctx *ctx)
{
    struct name_filter filter = {.view = ctx->view};
    enum status status = compile_all(&filter, ctx);
    if (!status) {
        apply_names(&filter, ctx);
        status = tagfilter_apply(ctx);
    }
    if (!status && filter.prune_from.regex)
        prune_from(ctx->view, filter.prune_from.regex);
    const struct memory *memory = ctx->view->memory;
    matcher_release(&filter.focus, memory);
    matcher_release(&filter.ignore, memory);
    matcher_release(&filter.hide, memory);
    matcher_release(&filter.show, memory);
    matcher_release(&filter.show_from, memory);
    matcher_release(&filter.prune_from, memory);
    return status;
}
