/* tags.c: -tags: what the samples' labels weigh, by key and value (internal/report printTags). */
#include "view/view_int.h"

struct tag_sums {
    struct report *report;
    VEC(uint32_t) keys;
    VEC(int64_t) totals; /* by key */
    VEC(struct tag) tags; /* group is the index of the key */
    struct map key_index, tag_index;
};

static uint32_t find_key(struct tag_sums *sums, uint32_t key)
{
    bool is_new;
    uint64_t *slot = map_put(&sums->key_index, key, &is_new);
    if (is_new) {
        *slot = sums->keys.len;
        VEC_PUSH(sums->report->view->memory, &sums->keys, key);
        VEC_PUSH(sums->report->view->memory, &sums->totals, 0);
    }
    return (uint32_t)*slot;
}

static uint32_t label_name(struct report *report, const struct view_label *label)
{
    struct view *view = report->view;
    struct sb sb;
    if (!label->numeric)
        return label->text;
    sb_init(&sb, view->memory);
    units_add(&sb, label->number, label_units_get(&report->units, view, label->key), report->unit);
    uint32_t name = view_intern(view, sb_str(&sb));
    sb_release(&sb);
    return name;
}

static void add_label(struct tag_sums *sums, const struct view_label *label, int64_t value)
{
    struct view *view = sums->report->view;
    uint32_t key = find_key(sums, label->key), name = label_name(sums->report, label);
    bool is_new;
    uint64_t *slot = map_put(&sums->tag_index, (uint64_t)key << 32 | name, &is_new);
    if (is_new) {
        *slot = sums->tags.len;
        VEC_PUSH(view->memory, &sums->tags,
                 ((struct tag){.name = view_str(view, name), .group = key}));
    }
    sums->tags.at[*slot].flat = added(sums->tags.at[*slot].flat, value);
    sums->totals.at[key] = added(sums->totals.at[key], value);
}

static void add_samples(struct tag_sums *sums)
{
    const struct report *report = sums->report;
    const struct view *view = report->view;
    size_t bytes = view->label_sets.len * sizeof(int64_t);
    int64_t *by_set = memory_get(view->memory, bytes);
    bool *used = memory_get(view->memory, view->label_sets.len);
    memset(by_set, 0, bytes);
    memset(used, 0, view->label_sets.len);
    for (size_t i = 0; i < view->samples.len; i++) {
        uint32_t set = view->samples.at[i].labels;
        by_set[set] = added(by_set[set], report_value(report, i));
        used[set] = true;
    }
    for (size_t i = 0; i < view->label_sets.len; i++)
        for (uint32_t j = 0; used[i] && j < view->label_sets.at[i].count; j++) {
            struct view_label label = view->labels.at[view->label_sets.at[i].first + j];
            add_label(sums, &label, by_set[i]);
        }
    memory_put(view->memory, by_set);
    memory_put(view->memory, used);
}

/* ---- the table ---- */

static struct str tag_cell(struct report *report, const struct tag *tag)
{
    struct sb sb;
    sb_init(&sb, report->view->memory);
    sb_adds(&sb, show_amount(report, tag->flat).text);
    if (report->total > 0)
        sb_addf(&sb, " (%s)", units_percent(tag->flat, report->total).text);
    sb_addc(&sb, ':');
    struct str cell = str_copy(&report->arena, sb_str(&sb));
    sb_release(&sb);
    return cell;
}

static void add_rows(struct report *report, struct tag **tags, size_t count, size_t indent)
{
    struct str *cells = ARENA_ARRAY(&report->arena, struct str, count + 1);
    size_t width = 0;
    for (size_t i = 0; i < count; i++) {
        cells[i] = tag_cell(report, tags[i]);
        if (show_width(cells[i]) + 1 > width)
            width = show_width(cells[i]) + 1;
    }
    for (size_t i = 0; i < count; i++) {
        sb_repeat(report->out, ' ', indent + width - show_width(cells[i]));
        sb_add(report->out, cells[i]);
        sb_addc(report->out, ' ');
        sb_add(report->out, tags[i]->name);
        sb_addc(report->out, '\n');
    }
}

static void add_key(struct tag_sums *sums, uint32_t key, struct str name)
{
    struct report *report = sums->report;
    struct tag **tags = arena_alloc(&report->arena, (sums->tags.len + 1) * sizeof(*tags));
    size_t count = 0;
    int64_t total = sums->totals.at[key];
    for (size_t i = 0; i < sums->tags.len; i++)
        if (sums->tags.at[i].group == key)
            tags[count++] = &sums->tags.at[i];
    order_tags(tags, count, true);
    sb_addc(report->out, ' ');
    sb_add(report->out, name);
    sb_addf(report->out, ": Total %s of ", show_amount(report, total).text);
    sb_adds(report->out, show_amount(report, report->total).text);
    if (report->total > 0)
        sb_addf(report->out, " (%s)", units_percent(total, report->total).text);
    sb_addc(report->out, '\n');
    add_rows(report, tags, count, show_width(name) + 2);
    sb_addc(report->out, '\n');
}

static void add_keys(struct tag_sums *sums)
{
    struct report *report = sums->report;
    size_t count = sums->keys.len;
    struct tag *names = ARENA_ARRAY(&report->arena, struct tag, count + 1);
    struct tag **order = ARENA_ARRAY(&report->arena, struct tag *, count + 1);
    for (uint32_t i = 0; i < count; i++) {
        names[i] = (struct tag){.name = view_str(report->view, sums->keys.at[i]), .group = i};
        order[i] = &names[i];
    }
    order_tags(order, count, true);
    for (size_t i = 0; i < count; i++)
        add_key(sums, order[i]->group, order[i]->name);
}

enum status tags_write(struct report *report)
{
    const struct memory *memory = report->view->memory;
    struct tag_sums sums = {.report = report};
    map_init(&sums.key_index, memory);
    map_init(&sums.tag_index, memory);
    add_samples(&sums);
    add_keys(&sums);
    VEC_RELEASE(memory, &sums.keys);
    VEC_RELEASE(memory, &sums.totals);
    VEC_RELEASE(memory, &sums.tags);
    map_release(&sums.key_index);
    map_release(&sums.tag_index);
    return STATUS_OK;
}
