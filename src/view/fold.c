/* fold.c: the samples of a protobuf profile, the bulk of it, as they come (F1, F2), and what
 * becomes of them when the file is read. */
#include "view/decode_int.h"

void fold_init(struct fold *fold, const struct decode_input *input, const struct memory *memory)
{
    *fold = (struct fold){.how = input->fold, .unshared = input->unshared,
                          .last_unit = UINT64_MAX};
    map_init(&fold->large_index, memory);
    map_init(&fold->units_met, memory);
}

void fold_release(struct fold *fold, const struct memory *memory)
{
    VEC_RELEASE(memory, &fold->large_ids);
    VEC_RELEASE(memory, &fold->labels);
    VEC_RELEASE(memory, &fold->label_sets);
    VEC_RELEASE(memory, &fold->by_stack);
    map_release(&fold->large_index);
    map_release(&fold->units_met);
    slots_release(memory, &fold->label_index);
    slots_release(memory, &fold->by_key);
}

/* ---- stacks ---- */

/* Room for so many pushes without a look. */
static void reserve_locations(struct view *view, size_t more)
{
    while (view->stack_locations.cap - view->stack_locations.len < more)
        view->stack_locations.at =
            vec_grow(view->memory, view->stack_locations.at, &view->stack_locations.cap,
                     sizeof(*view->stack_locations.at));
}

static uint32_t large_number(struct decoder *decoder, uint64_t id)
{
    struct fold *fold = &decoder->fold;
    bool is_new;
    uint64_t *slot = map_put(&fold->large_index, id, &is_new);
    if (is_new) {
        *slot = fold->large_ids.len;
        VEC_PUSH(decoder->view->memory, &fold->large_ids, id);
    }
    return LARGE_ID + (uint32_t)*slot;
}

static inline uint32_t number_of(struct decoder *decoder, uint64_t id)
{
    return id < LARGE_ID ? (uint32_t)id : large_number(decoder, id);
}

/* Numbers of up to three bytes, which nearly all are, without a look for the end. */
static void add_packed_locations(struct decoder *decoder, struct bytes bytes)
{
    struct view *view = decoder->view;
    reserve_locations(view, (size_t)(bytes.end - bytes.at)); /* an id takes a byte or more */
    uint32_t *out = view->stack_locations.at + view->stack_locations.len;
    while (bytes.at < bytes.end) {
        uint64_t id = bytes.at[0];
        if (id < 0x80) {
            bytes.at++;
        } else if (bytes.end - bytes.at >= 3 && bytes.at[1] < 0x80) {
            id = (id & 0x7f) | (uint64_t)bytes.at[1] << 7;
            bytes.at += 2;
        } else if (bytes.end - bytes.at >= 3 && bytes.at[2] < 0x80) {
            id = (id & 0x7f) | (uint64_t)(bytes.at[1] & 0x7f) << 7 | (uint64_t)bytes.at[2] << 14;
            bytes.at += 3;
        } else if (!decode_varint(&bytes, &id)) {
            decoder->failed = true;
            return;
        }
        *out++ = number_of(decoder, id);
    }
    view->stack_locations.len = (size_t)(out - view->stack_locations.at);
}

static void add_locations(struct decoder *decoder, const struct field *field)
{
    if (field->wire == WIRE_VARINT)
        VEC_PUSH(decoder->view->memory, &decoder->view->stack_locations,
                 number_of(decoder, field->value));
    else
        add_packed_locations(decoder, decode_body(decoder, field));
}

static uint32_t take_stack(struct decoder *decoder, size_t first)
{
    struct view *view = decoder->view;
    struct view_span span = {first, (uint32_t)(view->stack_locations.len - first)};
    if (!decoder->fold.unshared)
        return tables_stack(view, first);
    VEC_PUSH(view->memory, &view->stacks, span);
    return (uint32_t)view->stacks.len - 1;
}

/* ---- values ---- */

struct values {
    int64_t at[LIMIT_PROFILE_SAMPLE_TYPES];
    uint32_t count;
};

static void add_value(struct decoder *decoder, struct values *values, uint64_t value)
{
    if (values->count < COUNT_OF(values->at))
        values->at[values->count++] = (int64_t)value;
    else
        decoder->failed = true;
}

static void add_values(struct decoder *decoder, const struct field *field, struct values *values)
{
    uint64_t value = field->value;
    if (field->wire == WIRE_VARINT) {
        add_value(decoder, values, value);
        return;
    }
    for (struct bytes bytes = decode_body(decoder, field); bytes.at < bytes.end;) {
        decoder->failed |= !decode_varint(&bytes, &value);
        if (decoder->failed)
            return;
        add_value(decoder, values, value);
    }
}

/* ---- labels ---- */

/* Of a label all fields are numbers. */
static inline bool next_label_field(struct decoder *decoder, struct bytes *bytes,
                                    struct field *field)
{
    const unsigned char *at = bytes->at;
    if (bytes->end - at < 2 || at[0] >= 0x80 || (at[0] & 7) != WIRE_VARINT || at[1] >= 0x80)
        return decode_field(decoder, bytes, field);
    field->number = at[0] >> 3;
    field->wire = WIRE_VARINT;
    field->value = at[1];
    bytes->at += 2;
    return true;
}

/* A number that is 0 and has no unit is no label (google/pprof profile/encode.go postDecode). */
static void add_label(struct decoder *decoder, struct bytes bytes)
{
    struct fold *fold = &decoder->fold;
    struct view_label label = {0};
    struct field field;
    while (next_label_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            label.key = decode_text_index(decoder, &field);
        else if (field.number == 2)
            label.text = decode_text_index(decoder, &field);
        else if (field.number == 3)
            label.number = (int64_t)decode_number(decoder, &field);
        else if (field.number == 4)
            label.unit = decode_text_index(decoder, &field);
    }
    label.numeric = label.text == 0;
    label.with_unit = label.numeric && label.unit != 0;
    if (label.numeric && !label.number && !label.unit)
        return;
    if (!label.numeric)
        label.number = label.unit = 0;
    if (label.key > fold->text_max)
        fold->text_max = label.key;
    if (label.text > fold->text_max)
        fold->text_max = label.text;
    if (label.unit > fold->text_max)
        fold->text_max = label.unit;
    VEC_PUSH(decoder->view->memory, &fold->labels, label);
}

/* The newest labels[first..len) as a number of label_sets + 1; cut off if they are there. */
static uint32_t label_set(struct decoder *decoder, size_t first)
{
    struct fold *fold = &decoder->fold;
    uint32_t count = (uint32_t)(fold->labels.len - first);
    if (!count)
        return 0;
    uint64_t hash = tables_hash_labels(fold->labels.at + first, count);
    size_t at = slots_start(&fold->label_index, hash);
    for (uint32_t id; (id = slots_next(&fold->label_index, hash, &at)) != SLOT_NONE;) {
        struct view_span known = fold->label_sets.at[id];
        if (known.count != count ||
            !tables_labels_equal(fold->labels.at + known.first, fold->labels.at + first, count))
            continue;
        fold->labels.len = first;
        return id + 1;
    }
    slots_insert(decoder->view->memory, &fold->label_index, hash, (uint32_t)fold->label_sets.len);
    VEC_PUSH(decoder->view->memory, &fold->label_sets, ((struct view_span){first, count}));
    return (uint32_t)fold->label_sets.len;
}

/* Which units the numbers of a key have is told to the user, whatever else becomes of labels. */
static bool brings_unit(struct fold *fold, size_t first)
{
    bool any = false;
    for (size_t i = first; i < fold->labels.len; i++) {
        const struct view_label *label = &fold->labels.at[i];
        uint64_t pair = (uint64_t)label->key << 32 | label->unit;
        bool is_new = false;
        if (!label->numeric || pair == fold->last_unit)
            continue;
        (void)map_put(&fold->units_met, pair, &is_new);
        fold->last_unit = pair;
        any |= is_new;
    }
    return any;
}

/* ---- samples ---- */

static void push_sample(struct decoder *decoder, struct view_sample sample,
                        const struct values *values)
{
    struct view *view = decoder->view;
    VEC_PUSH(view->memory, &view->samples, sample);
    for (uint32_t i = 0; i < values->count; i++)
        VEC_PUSH(view->memory, &view->values, values->at[i]);
}

/* What is below zero counts in full in a total, and what is all zero is passed over where the order
 * of samples counts: such samples stay alone. */
static bool can_fold(const struct values *values)
{
    int64_t all = 0;
    for (uint32_t i = 0; i < values->count; i++)
        all |= values->at[i];
    return all > 0;
}

/* The sample of this stack alone, or NONE when there is none yet: then the next one is. */
static uint32_t find_by_stack(struct decoder *decoder, struct view_sample sample)
{
    struct view *view = decoder->view;
    struct fold *fold = &decoder->fold;
    while (fold->by_stack.len <= sample.stack)
        VEC_PUSH(view->memory, &fold->by_stack, 0);
    uint32_t *slot = &fold->by_stack.at[sample.stack];
    if (*slot)
        return *slot - 1;
    *slot = (uint32_t)view->samples.len + 1;
    return NONE;
}

/* The same by stack and labels. */
static uint32_t find_by_key(struct decoder *decoder, struct view_sample sample)
{
    struct view *view = decoder->view;
    struct slots *slots = &decoder->fold.by_key;
    uint64_t hash = hash_mix(sample.stack, sample.labels);
    size_t at = slots_start(slots, hash);
    for (uint32_t id; (id = slots_next(slots, hash, &at)) != SLOT_NONE;)
        if (view->samples.at[id].stack == sample.stack &&
            view->samples.at[id].labels == sample.labels)
            return id;
    slots_insert(view->memory, slots, hash, (uint32_t)view->samples.len);
    return NONE;
}

static void add_sample(struct decoder *decoder, struct view_sample sample,
                       const struct values *values)
{
    struct view *view = decoder->view;
    enum view_fold how = decoder->fold.how;
    uint32_t known = NONE;
    if (how == VIEW_FOLD_STACKS && !sample.labels && can_fold(values))
        known = find_by_stack(decoder, sample);
    else if (how != VIEW_FOLD_NONE && can_fold(values))
        known = find_by_key(decoder, sample);
    if (known == NONE) {
        push_sample(decoder, sample, values);
        return;
    }
    int64_t *sums = view->values.at + (size_t)known * values->count;
    for (uint32_t i = 0; i < values->count; i++)
        sums[i] = added(sums[i], values->at[i]);
}

static void check_values(struct decoder *decoder, const struct values *values)
{
    if (decoder->view->samples.len == 0)
        decoder->fold.value_count = values->count;
    decoder->failed |= values->count == 0 || values->count != decoder->fold.value_count;
}

/* A text may be the mark of a base, whose samples are the total; which text it is stands later in
 * the file. */
static bool has_text(const struct fold *fold, size_t first)
{
    for (size_t i = first; i < fold->labels.len; i++)
        if (!fold->labels.at[i].numeric)
            return true;
    return false;
}

void fold_sample(struct decoder *decoder, struct bytes bytes)
{
    struct view *view = decoder->view;
    struct fold *fold = &decoder->fold;
    size_t first_location = view->stack_locations.len, first_label = fold->labels.len;
    struct values values;
    struct field field;
    values.count = 0;
    while (decode_short_field(decoder, &bytes, &field)) {
        if (field.number == 1)
            add_locations(decoder, &field);
        else if (field.number == 2)
            add_values(decoder, &field, &values);
        else if (field.number == 3)
            add_label(decoder, decode_body(decoder, &field));
    }
    check_values(decoder, &values);
    if (decoder->failed)
        return;
    bool new_unit = fold->how == VIEW_FOLD_STACKS && brings_unit(fold, first_label);
    if (fold->how == VIEW_FOLD_STACKS && !new_unit && !has_text(fold, first_label))
        fold->labels.len = first_label;
    struct view_sample sample = {take_stack(decoder, first_location),
                                 label_set(decoder, first_label)};
    add_sample(decoder, sample, &values);
}

/* ---- when all is read ---- */

static void resolve_stacks(struct decoder *decoder)
{
    struct view *view = decoder->view;
    const struct fold *fold = &decoder->fold;
    bool missing = false;
    for (size_t i = 0; i < view->stack_locations.len; i++) {
        uint32_t *number = &view->stack_locations.at[i];
        uint64_t id = *number < LARGE_ID ? *number : fold->large_ids.at[*number - LARGE_ID];
        *number = decode_index(&decoder->locations, id);
        missing |= *number == NONE;
    }
    decoder->failed |= missing;
}

/* By set of the file + 1: ours. */
static uint32_t *resolve_labels(struct decoder *decoder)
{
    struct view *view = decoder->view;
    const struct fold *fold = &decoder->fold;
    uint32_t *sets = memory_get(view->memory, (fold->label_sets.len + 1) * sizeof(*sets));
    sets[0] = 0;
    for (size_t i = 0; i < fold->label_sets.len; i++) {
        struct view_span set = fold->label_sets.at[i];
        size_t first = view->labels.len;
        for (uint32_t j = 0; j < set.count; j++) {
            struct view_label label = fold->labels.at[set.first + j];
            decode_resolve_text(decoder, &label.key);
            decode_resolve_text(decoder, &label.text);
            decode_resolve_text(decoder, &label.unit);
            VEC_PUSH(view->memory, &view->labels, label);
        }
        sets[i + 1] = decoder->failed ? 0 : tables_label_set(view, first);
    }
    return sets;
}

void fold_resolve(struct decoder *decoder)
{
    struct view *view = decoder->view;
    const struct fold *fold = &decoder->fold;
    decoder->failed |= fold->text_max >= decoder->strings.len && fold->text_max > 0;
    decoder->failed |= view->samples.len > 0 && fold->value_count != view->types.len;
    if (decoder->failed)
        return;
    resolve_stacks(decoder);
    uint32_t *sets = resolve_labels(decoder);
    for (size_t i = 0; i < view->samples.len; i++)
        view->samples.at[i].labels = sets[view->samples.at[i].labels];
    memory_put(view->memory, sets);
}
