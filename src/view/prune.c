/* prune.c: frames that are cut off every stack (google/pprof profile/prune.go), and patterns whose
 * answers are remembered. */
#include "view/view_int.h"

/* ---- patterns ---- */

enum status matcher_init(struct matcher *matcher, const char *pattern, const char *what,
                         const struct view *view, struct diag_sink *sink)
{
    char err[400];
    *matcher = (struct matcher){0};
    if (!pattern || !*pattern)
        return STATUS_OK;
    matcher->regex = regex_compile(pattern, strlen(pattern), err, sizeof(err));
    if (!matcher->regex) {
        diag_add(sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "parsing %s regexp: %s", what, err);
        return STATUS_BAD_INPUT;
    }
    matcher->count = view->strings->len;
    matcher->known = memory_get(view->memory, matcher->count + 1);
    memset(matcher->known, 0, matcher->count + 1);
    return STATUS_OK;
}

void matcher_release(struct matcher *matcher, const struct memory *memory)
{
    if (!matcher->regex)
        return;
    regex_free(matcher->regex);
    memory_put(memory, matcher->known);
    matcher->regex = NULL;
}

bool matcher_matches(struct matcher *matcher, const struct view *view, uint32_t text)
{
    if (!matcher->regex)
        return false;
    if (text < matcher->count && matcher->known[text])
        return matcher->known[text] == 2;
    struct str string = view_str(view, text);
    bool matches = regex_matches(matcher->regex, string.ptr, string.len);
    if (text < matcher->count)
        matcher->known[text] = matches ? 2 : 1;
    return matches;
}

/* ---- what a profile wants dropped ---- */

enum { PRUNE_BELOW = 1, PRUNE_WITH = 2 }; /* the location stays with its outer lines, or goes too */

static struct regex *whole_name(struct view *view, uint32_t pattern)
{
    char err[8];
    struct sb sb;
    sb_init(&sb, view->memory);
    sb_adds(&sb, "^(");
    sb_add(&sb, view_str(view, pattern));
    sb_adds(&sb, ")$");
    struct regex *regex = regex_compile(sb.text, sb.len, err, sizeof(err));
    sb_release(&sb);
    return regex;
}

static bool is_dropped(const struct view *view, const struct view_line *line,
                       const struct regex *drop, const struct regex *keep)
{
    uint32_t id = line->function == NONE ? 0 : view->functions.at[line->function].name;
    if (!id)
        return false;
    struct str name = names_simplified(view_str(view, id));
    return regex_matches(drop, name.ptr, name.len) &&
           (!keep || !regex_matches(keep, name.ptr, name.len));
}

/* The outermost line to be dropped takes all lines inside it along. */
static unsigned char prune_location(struct view *view, struct view_location *location,
                                    const struct regex *drop, const struct regex *keep)
{
    uint32_t i = location->line_count;
    while (i > 0 && !is_dropped(view, &view->lines.at[location->first_line + i - 1], drop, keep))
        i--;
    if (i == 0)
        return 0;
    if (i == location->line_count)
        return PRUNE_BELOW | PRUNE_WITH;
    location->first_line += i;
    location->line_count -= i;
    return PRUNE_BELOW;
}

/* From the root: what comes before the first frame that stays is not touched. */
static void prune_stack(const struct view *view, struct view_span *stack,
                        const unsigned char *pruned)
{
    const uint32_t *locations = view->stack_locations.at + stack->first;
    bool found_other = false;
    for (uint32_t i = stack->count; i-- > 0;) {
        unsigned char how = pruned[locations[i]];
        if (how && found_other) {
            uint32_t cut = i + (how & PRUNE_WITH ? 1 : 0);
            stack->first += cut;
            stack->count -= cut;
            return;
        }
        found_other |= !how;
    }
}

static void prune(struct view *view, const struct regex *drop, const struct regex *keep)
{
    unsigned char *pruned = memory_get(view->memory, view->locations.len + 1);
    for (size_t i = 0; i < view->locations.len; i++)
        pruned[i] = prune_location(view, &view->locations.at[i], drop, keep);
    for (size_t i = 0; i < view->stacks.len; i++)
        prune_stack(view, &view->stacks.at[i], pruned);
    memory_put(view->memory, pruned);
}

void prune_uninteresting(struct view *view)
{
    if (!view->drop_frames)
        return;
    struct regex *drop = whole_name(view, view->drop_frames), *keep = NULL;
    bool good = drop != NULL;
    if (good && view->keep_frames) {
        keep = whole_name(view, view->keep_frames);
        good = keep != NULL;
    }
    if (good)
        prune(view, drop, keep);
    if (drop)
        regex_free(drop);
    if (keep)
        regex_free(keep);
}

/* ---- -prune_from ---- */

static bool cut_below(struct view *view, struct view_location *location,
                      const struct regex *pattern)
{
    for (uint32_t i = 0; i < location->line_count; i++) {
        if (!is_dropped(view, &view->lines.at[location->first_line + i], pattern, NULL))
            continue;
        location->first_line += i;
        location->line_count -= i;
        return true;
    }
    return false;
}

void prune_from(struct view *view, struct regex *pattern)
{
    bool *cut = memory_get(view->memory, view->locations.len + 1);
    for (size_t i = 0; i < view->locations.len; i++)
        cut[i] = cut_below(view, &view->locations.at[i], pattern);
    for (size_t i = 0; i < view->stacks.len; i++) {
        struct view_span *stack = &view->stacks.at[i];
        for (uint32_t j = 0; j < stack->count; j++) {
            if (!cut[view->stack_locations.at[stack->first + j]])
                continue;
            stack->first += j;
            stack->count -= j;
            break;
        }
    }
    memory_put(view->memory, cut);
}
