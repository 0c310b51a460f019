/* gather.c: one run's samples added up by line, function and cause, for each side alone. */
#include "compare/compare_int.h"

#include <stdio.h>

/* What one sample adds. */
struct amount {
    double value, unseen, chance, samples, missing, atoms, sizes;
    int64_t size; /* of one object; 0 when unknown */
};

struct reading {
    struct gather *gather;
    struct gather_side *side;
    const struct gather_run *run;
    uint32_t *names, *files; /* of the profile's functions: string ids + 1; 0: not yet asked */
};

void gather_init(struct gather *gather, const struct memory *memory)
{
    *gather = (struct gather){.memory = memory};
    intern_init(&gather->strings, memory);
    for (int side = 0; side < COMPARE_SIDES; side++)
        for (int kind = 0; kind < COMPARE_ROW_KINDS; kind++)
            map_init(&gather->sides[side].tables[kind].ids, memory);
}

void gather_release(struct gather *gather)
{
    for (int side = 0; side < COMPARE_SIDES; side++)
        for (int kind = 0; kind < COMPARE_ROW_KINDS; kind++) {
            struct side_table *table = &gather->sides[side].tables[kind];
            map_release(&table->ids);
            VEC_RELEASE(gather->memory, &table->rows);
        }
    intern_release(&gather->strings);
    tree_free(gather->tree);
}

/* ---- what a sample is worth ---- */

static struct amount amount_of(const struct profile_sampler *sampler, uint32_t type, size_t sample,
                               double factor)
{
    const struct profile *profile = sampler->profile;
    struct profile_sampling sampling = profile_sampling(sampler, sample);
    struct amount amount = {.value = (double)profile_value(profile, sample, type) * factor,
                            .size = profile->samples.at[sample].object_bytes,
                            .samples = sampling.objects};
    double weight = sampling.weight * factor;
    amount.chance = sampling.objects * weight * weight;
    amount.unseen = amount.chance * (1 - sampling.seen);
    amount.missing = sampling.objects * weight * (1 - sampling.seen);
    amount.atoms = amount.unseen * sampling.seen;
    if (sampling.size > 0)
        amount.sizes = sampling.objects * weight *
                       (sampler->bytes ? sampling.size : 1 / sampling.size);
    if (sampling.objects == 0) /* the profile does not tell: as if it were one object */
        amount.chance = amount.unseen = amount.value * amount.value;
    return amount;
}

static void sum_add(struct side_sum *sum, const struct amount *amount)
{
    sum->value += amount->value;
    sum->unseen += amount->unseen;
    sum->chance += amount->chance;
    sum->missing += amount->missing;
    sum->atoms += amount->atoms;
    sum->sizes += amount->sizes;
    sum->samples += amount->samples;
    sum->run += amount->value;
}

static void sum_end_run(struct side_sum *sum)
{
    sum->squares += sum->run * sum->run;
    sum->run = 0;
}

/* ---- rows ---- */

static struct side_row *table_row(const struct memory *memory, struct side_table *table,
                                  const struct side_row *wanted)
{
    uint64_t key = hash_mix((uint64_t)wanted->key << 32 | wanted->line, wanted->text);
    bool added;
    uint64_t *id = map_put(&table->ids, key, &added);
    if (added) {
        VEC_PUSH(memory, &table->rows, *wanted);
        *id = table->rows.len;
    }
    return &table->rows.at[*id - 1];
}

static void add_row(struct reading *reading, enum compare_rows kind, const struct side_row *wanted,
                    const struct amount *amount)
{
    struct side_row *row = table_row(reading->gather->memory, &reading->side->tables[kind], wanted);
    sum_add(&row->sum, amount);
    if (amount->size > 0 && kind != COMPARE_CAUSES)
        row->sizes |= UINT64_C(1) << (hash_mix((uint64_t)amount->size, 0) >> 58);
}

/* A name that the profile's function has in all runs. */
static uint32_t name_of(struct reading *reading, uint32_t function, bool file)
{
    const struct profile *profile = reading->run->profile;
    uint32_t *known = file ? &reading->files[function] : &reading->names[function];
    if (*known == 0) {
        const struct profile_function *at = &profile->functions.at[function];
        struct str text = profile_string(profile, file ? at->file : at->name);
        *known = intern_add(&reading->gather->strings, text) + 1;
    }
    return *known - 1;
}

static uint32_t address_name(struct gather *gather, uint64_t address)
{
    char text[32];
    snprintf(text, sizeof(text), "0x%llx", (unsigned long long)address);
    return intern_add(&gather->strings, str_from(text));
}

/* The line that allocates: the innermost frame of the stack's leaf. */
static struct side_row line_of(struct reading *reading, size_t sample)
{
    const struct profile *profile = reading->run->profile;
    const struct profile_stack *stack = &profile->stacks.at[profile->samples.at[sample].stack];
    struct side_row row = {0};
    if (stack->count == 0) {
        row.key = intern_add(&reading->gather->strings, STR("(no stack)"));
        return row;
    }
    const struct profile_location *leaf =
        &profile->locations.at[profile->stack_locations.at[stack->first]];
    if (leaf->frame_count == 0) {
        row.key = address_name(reading->gather, leaf->address);
        return row;
    }
    const struct profile_frame *frame = &profile->frames.at[leaf->first_frame];
    int64_t start = profile->functions.at[frame->function].start_line;
    row.key = name_of(reading, frame->function, false);
    row.file = name_of(reading, frame->function, true);
    row.line = frame->line > 0 && frame->line < UINT32_MAX ? (uint32_t)frame->line : 0;
    row.start = start > 0 && start < UINT32_MAX ? (uint32_t)start : 0;
    return row;
}

/* A cause is known by its category, the function its step is in, and its text. */
static struct side_row cause_of(struct reading *reading, size_t sample)
{
    const struct evidence *evidence = reading->run->evidence;
    struct intern *strings = &reading->gather->strings;
    uint32_t index = evidence->sample_cause[sample];
    struct side_row row = {0};
    if (index == EVIDENCE_NONE) {
        row.text = intern_add(strings, STR("unexplained"));
        row.key = row.text;
        return row;
    }
    const struct cause *cause = &evidence->causes[index];
    struct sb key;
    sb_init(&key, reading->gather->memory);
    sb_addf(&key, "%s\n%.*s", cause_category_name(cause->category), STR_ARGS(cause->function));
    if (cause->function.len == 0)
        sb_addf(&key, "\n%.*s", STR_ARGS(cause->text));
    row.key = intern_add(strings, sb_str(&key));
    sb_release(&key);
    struct str text = cause->text.len ? cause->text
                                      : str_from(cause_category_title(cause->category));
    row.text = intern_add(strings, text);
    row.file = intern_add(strings, cause->place.file);
    row.line = cause->place.line;
    row.sizes = UINT64_C(1) << (str_hash(cause->text) >> 58); /* of one text rather than another */
    return row;
}

/* ---- a run ---- */

static void add_sample(struct reading *reading, const struct profile_sampler *sampler,
                       uint32_t type, size_t sample)
{
    struct amount amount = amount_of(sampler, type, sample, reading->run->factor);
    if (amount.value == 0)
        return;
    struct side_row line = line_of(reading, sample), function = line;
    function.line = function.start = 0;
    add_row(reading, COMPARE_LINES, &line, &amount);
    add_row(reading, COMPARE_FUNCTIONS, &function, &amount);
    if (reading->run->evidence) {
        struct side_row cause = cause_of(reading, sample);
        add_row(reading, COMPARE_CAUSES, &cause, &amount);
    }
}

static void add_total(struct gather_side *side, const struct gather_run *run, uint32_t index)
{
    uint32_t type = run->profile_types[index];
    if (type == PROFILE_NONE)
        return;
    struct profile_sampler sampler = profile_sampler(run->profile, type);
    for (size_t i = 0; i < run->profile->samples.len; i++) {
        struct amount amount = amount_of(&sampler, type, i, run->factor);
        sum_add(&side->totals[index], &amount);
    }
    sum_end_run(&side->totals[index]);
}

static void end_run(struct gather_side *side)
{
    for (int kind = 0; kind < COMPARE_ROW_KINDS; kind++) {
        struct side_table *table = &side->tables[kind];
        for (size_t i = 0; i < table->rows.len; i++)
            sum_end_run(&table->rows.at[i].sum);
    }
}

void gather_add(struct gather *gather, enum compare_side side, const struct gather_run *run)
{
    size_t functions = run->profile->functions.len;
    struct reading reading = {.gather = gather, .side = &gather->sides[side], .run = run};
    reading.names = memory_get(gather->memory, 2 * functions * sizeof(*reading.names));
    memset(reading.names, 0, 2 * functions * sizeof(*reading.names));
    reading.files = reading.names + functions;
    uint32_t type = run->profile_types[gather->selected];
    struct profile_sampler sampler = profile_sampler(run->profile, type);
    for (size_t i = 0; i < run->profile->samples.len; i++)
        add_sample(&reading, &sampler, type, i);
    for (uint32_t i = 0; i < gather->type_count; i++)
        add_total(reading.side, run, i);
    end_run(reading.side);
    reading.side->runs++;
    reading.side->factors += run->factor;
    reading.side->rates += sampler.rate;
    reading.side->unknown_rate |= run->profile->period <= 0;
    memory_put(gather->memory, reading.names);
    if (gather->tree)
        tree_add(gather->tree, &gather->strings, side, run, type);
}
