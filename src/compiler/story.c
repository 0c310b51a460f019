/* story: one explanation of gc, read when somebody asks.
 *
 *   pos:   flow: DST <- OPS SRC:             (an arrow; " = " before Go 1.25)
 *   pos:     from EXPR (WHY) at POS
 *   pos:   warning: truncated explanation due to assignment cycle; ...
 *
 * OPS is "&" for an address, or a "*" for each dereference (escape/solve.go, explainFlow). */
#include "compiler/compiler_int.h"

static const struct {
    struct str gc_text;
    const char *sentence;
} reasons[FLOW_REASON_COUNT] = {
#define X(name, text, sentence) {{text, sizeof(text) - 1}, sentence},
#include "reasons.h"
#undef X
};

const char *flow_reason_text(enum flow_reason reason)
{
    return (unsigned)reason < FLOW_REASON_COUNT ? reasons[reason].gc_text.ptr : "";
}

const char *flow_reason_sentence(enum flow_reason reason)
{
    return (unsigned)reason < FLOW_REASON_COUNT ? reasons[reason].sentence : "";
}

static enum flow_reason reason_of(struct str why)
{
    for (unsigned i = FLOW_NONE + 1; i < FLOW_OTHER; i++) {
        if (str_equal(reasons[i].gc_text, why))
            return (enum flow_reason)i;
    }
    return FLOW_OTHER;
}

/* A story under construction: the steps of the arena, and the flow that lines belong to. */
struct telling {
    struct arena *arena;
    struct story *story;
    size_t cap;
    struct story_step flow; /* destination, source, derefs of the open flow */
    bool open;              /* a flow was read and no step of it was added yet */
    struct position at;     /* of the whole story */
};

static void step_add(struct telling *telling, struct story_step step)
{
    struct story *story = telling->story;
    if (story->count == LIMIT_STORY_STEPS) {
        story->truncated = true;
        return;
    }
    if (story->count == telling->cap) {
        size_t cap = telling->cap ? 2 * telling->cap : 8;
        struct story_step *steps = ARENA_ARRAY(telling->arena, struct story_step, cap);
        if (story->count)
            memcpy(steps, story->steps, story->count * sizeof(*steps));
        story->steps = steps;
        telling->cap = cap;
    }
    story->steps[story->count++] = step;
}

/* A flow without a "from" line is a step of its own. */
static void flow_close(struct telling *telling)
{
    if (!telling->open)
        return;
    struct story_step step = telling->flow;
    step.first_of_flow = true;
    step.reason = FLOW_NONE;
    step.path = telling->at.path;
    step.line = telling->at.line;
    step.column = telling->at.column;
    step_add(telling, step);
    telling->open = false;
}

static void flow_read(struct telling *telling, struct str text)
{
    flow_close(telling);
    static const struct str arrow = {" \xe2\x86\x90 ", 5}, equals = {" = ", 3};
    struct str mark = str_find(text, arrow) >= 0 ? arrow : equals;
    ptrdiff_t at = str_find(text, mark);
    if (at < 0)
        return;
    struct story_step flow = {.destination = str_slice(text, 0, (size_t)at)};
    struct str source = str_skip(text, (size_t)at + mark.len);
    if (str_ends(source, STR(":")))
        source.len--;
    if (source.len && source.ptr[0] == '&') {
        flow.derefs = -1;
        source = str_skip(source, 1);
    }
    while (source.len && source.ptr[0] == '*') {
        flow.derefs++;
        source = str_skip(source, 1);
    }
    flow.source = source;
    telling->flow = flow;
    telling->open = true;
}

/* "EXPR (WHY) at POS": read from the end, for EXPR may hold anything. */
static void from_read(struct telling *telling, struct str text)
{
    struct position position = {0};
    for (size_t at = text.len; at >= 5; at--) {
        struct str tail = str_skip(text, at - 5);
        if (tail.ptr[0] != ')' || !str_starts(tail, STR(") at ")))
            continue;
        struct str where = str_skip(text, at);
        if (!position_whole(where, &position))
            position = (struct position){.path = where};
        text = str_slice(text, 0, at - 5);
        break;
    }
    ptrdiff_t bracket = str_find_last(text, '(');
    if (bracket < 1)
        return;
    struct story_step step = telling->flow;
    step.first_of_flow = telling->open;
    step.reason = reason_of(str_skip(text, (size_t)bracket + 1));
    step.expression = str_slice(text, 0, (size_t)bracket - 1);
    if (step.reason == FLOW_OTHER) /* keeps gc's words */
        step.expression = (struct str){text.ptr, text.len + 1};
    step.path = position.path;
    step.line = position.line;
    step.column = position.column;
    telling->open = false;
    step_add(telling, step);
}

static void explanation_read(struct telling *telling, struct str line)
{
    if (!position_leading(line, &telling->at))
        return;
    struct str text = str_skip(line, telling->at.length);
    if (str_starts(text, STR("    from ")))
        from_read(telling, str_skip(text, 9));
    else if (str_starts(text, STR("  flow: ")))
        flow_read(telling, str_skip(text, 8));
    else if (str_starts(text, STR("  warning: truncated")))
        telling->story->truncated = true;
}

/* The record that holds the explanation; NULL when there is none. */
static const struct message *story_head(const struct compiler *compiler,
                                        const struct message *message)
{
    if (message->kind == MESSAGE_STORY_ESCAPES || message->kind == MESSAGE_STORY_LEAKS)
        return message;
    return message->story ? &compiler->messages.at[message->story - 1] : NULL;
}

struct str story_text(const struct compiler *compiler, const struct message *head)
{
    if (head->story_bytes == 0)
        return STR_NONE;
    const struct file *file = &compiler->sources.at[head->source].file;
    struct str source = {(const char *)file->bytes, file->size};
    size_t at = (size_t)(head->text.ptr + head->text.len - source.ptr);
    while (at < source.len && source.ptr[at] != '\n')
        at++;
    return str_slice(source, at + 1, at + 1 + head->story_bytes);
}

void story_read(const struct compiler *compiler, const struct message *message,
                struct arena *arena, struct story *story)
{
    *story = (struct story){0};
    const struct message *head = story_head(compiler, message);
    if (!head || head->story_bytes == 0)
        return;
    struct telling telling = {.arena = arena, .story = story};
    struct str rest = story_text(compiler, head);
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        if (str_ends(line, STR("\r")))
            line.len--;
        explanation_read(&telling, line);
    }
    flow_close(&telling);
}
