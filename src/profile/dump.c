/* dump.c: a profile as stable text: one line for each fact, in the order of the profile, strings
 * between quotes where they may hold anything. No addresses: they differ from run to run. */
#include "profile/profile_int.h"

static void add_quoted(struct sb *out, struct str text)
{
    sb_addc(out, '"');
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.ptr[i];
        if (c == '"' || c == '\\')
            sb_addf(out, "\\%c", c);
        else if (c < 0x20 || c == 0x7f)
            sb_addf(out, "\\x%02x", c);
        else
            sb_addc(out, (char)c);
    }
    sb_addc(out, '"');
}

static void add_string_line(const struct profile *profile, struct sb *out, const char *what,
                            uint32_t id)
{
    if (!id)
        return;
    sb_addf(out, "%s ", what);
    add_quoted(out, profile_string(profile, id));
    sb_addc(out, '\n');
}

static void dump_types(const struct profile *profile, struct sb *out)
{
    for (uint32_t i = 0; i < profile->type_count; i++)
        sb_addf(out, "type %.*s/%.*s\n", STR_ARGS(profile_type_name(profile, i)),
                STR_ARGS(profile_type_unit(profile, i)));
    add_string_line(profile, out, "default", profile->default_type);
    sb_addf(out, "period %.*s/%.*s %lld\n",
            STR_ARGS(profile_string(profile, profile->period_type.type)),
            STR_ARGS(profile_string(profile, profile->period_type.unit)),
            (long long)profile->period);
}

static void dump_mappings(const struct profile *profile, struct sb *out)
{
    for (size_t i = 0; i < profile->mappings.len; i++) {
        const struct profile_mapping *mapping = &profile->mappings.at[i];
        sb_adds(out, "mapping ");
        add_quoted(out, profile_string(profile, mapping->file));
        sb_addc(out, ' ');
        add_quoted(out, profile_string(profile, mapping->build_id));
        sb_adds(out, mapping->has_functions ? " functions" : "");
        sb_adds(out, mapping->has_filenames ? " filenames" : "");
        sb_adds(out, mapping->has_line_numbers ? " lines" : "");
        sb_adds(out, mapping->has_inline_frames ? " inlines\n" : "\n");
    }
}

static void dump_header(const struct profile *profile, struct sb *out)
{
    sb_addf(out, "profile %s, of %u\n", profile_kind_name(profile_kind(profile)),
            profile->source_count);
    dump_types(profile, out);
    sb_addf(out, "time %lld duration %lld\n", (long long)profile->time_nanos,
            (long long)profile->duration_nanos);
    add_string_line(profile, out, "drop", profile->drop_frames);
    add_string_line(profile, out, "keep", profile->keep_frames);
    add_string_line(profile, out, "doc", profile->doc_url);
    for (size_t i = 0; i < profile->comments.len; i++) {
        sb_adds(out, "comment ");
        add_quoted(out, profile_string(profile, profile->comments.at[i]));
        sb_addc(out, '\n');
    }
    dump_mappings(profile, out);
}

static void dump_label(const struct profile *profile, const struct profile_label *label,
                       struct sb *out)
{
    sb_addc(out, ' ');
    add_quoted(out, profile_string(profile, label->key));
    sb_addc(out, '=');
    if (label->text) {
        add_quoted(out, profile_string(profile, label->text));
        return;
    }
    sb_addf(out, "%lld%.*s", (long long)label->number,
            STR_ARGS(profile_string(profile, label->unit)));
}

static void dump_frame(const struct profile *profile, const struct profile_frame *frame,
                       bool outer, struct sb *out)
{
    const struct profile_function *function = &profile->functions.at[frame->function];
    sb_adds(out, outer ? "  " : "  (inlined) ");
    add_quoted(out, profile_string(profile, function->name));
    sb_addc(out, ' ');
    add_quoted(out, profile_string(profile, function->file));
    sb_addf(out, ":%lld", (long long)frame->line);
    if (frame->column)
        sb_addf(out, ":%u", frame->column);
    if (function->start_line)
        sb_addf(out, " start %lld", (long long)function->start_line);
    sb_addc(out, '\n');
}

static void dump_stack(const struct profile *profile, const struct profile_stack *stack,
                       struct sb *out)
{
    for (uint32_t i = 0; i < stack->count; i++) {
        uint32_t id = profile->stack_locations.at[stack->first + i];
        const struct profile_location *location = &profile->locations.at[id];
        if (!location->frame_count)
            sb_adds(out, "  (no symbol)\n");
        for (uint32_t j = 0; j < location->frame_count; j++)
            dump_frame(profile, &profile->frames.at[location->first_frame + j],
                       j + 1 == location->frame_count, out);
    }
}

static void dump_sample(const struct profile *profile, size_t index, struct sb *out)
{
    const struct profile_sample *sample = &profile->samples.at[index];
    const struct profile_label_set *set = &profile->label_sets.at[sample->label_set];
    sb_adds(out, "sample");
    for (uint32_t i = 0; i < profile->type_count; i++)
        sb_addf(out, " %lld", (long long)profile_value(profile, index, i));
    if (sample->object_bytes)
        sb_addf(out, " bytes=%lld", (long long)sample->object_bytes);
    for (uint32_t i = 0; i < set->count; i++)
        dump_label(profile, &profile->labels.at[set->first + i], out);
    sb_addc(out, '\n');
    dump_stack(profile, &profile->stacks.at[sample->stack], out);
}

void profile_dump(const struct profile *profile, struct sb *out)
{
    dump_header(profile, out);
    for (size_t i = 0; i < profile->samples.len; i++)
        dump_sample(profile, i, out);
}
