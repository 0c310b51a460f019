/* text_parts.c: a large text profile, read by several threads.
 *
 * Its stacks are cut into parts of about the same size. Each is read into a profile of its own, and
 * these are put together in the file's order: what is met first gets the smaller number, as when
 * one thread reads it all.
 *
 *   S1. A part begins where a bucket does, so no bucket belongs to two.
 *   S2. Where a part is faulty, or ends before its bytes do (at a memory map), nothing read counts:
 *       the file is then read by one thread, which knows the lines' numbers. */
#include "profile/text_form.h"

enum { PARTS_MAX = 8 }; /* putting them together is one thread's work */

struct parts {
    const struct text_form *form;
    struct profile_input input; /* whose sink nobody asks */
    struct text_reader readers[PARTS_MAX];
    unsigned count;
};

/* ---- cutting ---- */

static unsigned part_count(const struct profile_input *input)
{
    size_t count = input->workers ? workers_count(input->workers) : 1;
    size_t large_enough = input->size / input->limits.part_bytes;
    if (count > PARTS_MAX)
        count = PARTS_MAX;
    return (unsigned)(count < large_enough ? count : large_enough);
}

/* Where the first bucket after `at` begins, else the end. Comments begin with #. */
static size_t bucket_start(struct str text, size_t at)
{
    for (;;) {
        ptrdiff_t newline = str_find_char(str_skip(text, at), '\n');
        if (newline < 0)
            return text.len;
        at += (size_t)newline + 1;
        if (at < text.len && text.ptr[at] >= '0' && text.ptr[at] <= '9')
            return at;
    }
}

/* All but the first reader are still empty. */
static void cut(struct parts *parts)
{
    const struct text_reader *first = &parts->readers[0];
    struct text_reader header = *first;
    size_t start = 0;
    for (unsigned i = 0; i < parts->count; i++) {
        size_t end = header.rest.len;
        struct text_reader *reader = &parts->readers[i];
        if (i + 1 < parts->count)
            end = bucket_start(header.rest, header.rest.len / parts->count * (i + 1));
        if (i > 0) {
            *reader = header;
            text_reader_start(reader, &parts->input);
            reader->profile->type_count = header.profile->type_count;
        }
        reader->rest = str_slice(header.rest, start, end);
        reader->dropped = (size_t)((const unsigned char *)reader->rest.ptr - parts->input.bytes);
        start = end;
    }
}

/* ---- reading ---- */

static void read_part(void *ctx, size_t index, unsigned worker)
{
    struct parts *parts = ctx;
    (void)worker;
    (void)text_read_lines(&parts->readers[index]);
}

/* S2 */
static bool are_whole(const struct parts *parts)
{
    for (unsigned i = 0; i < parts->count; i++)
        if (parts->readers[i].status || (parts->readers[i].ended && i + 1 < parts->count))
            return false;
    return true;
}

static void append(struct text_reader *all, struct text_reader *part)
{
    profile_append(all->profile, part->profile);
    for (size_t i = 0; i < COUNT_OF(all->sums); i++)
        all->sums[i] = add_saturating(all->sums[i], part->sums[i]);
    all->has_trailer |= part->has_trailer;
    all->map = part->map;
}

static bool put_together(struct parts *parts, struct profile **out)
{
    struct text_reader *all = &parts->readers[0];
    const char *limit;
    if (!are_whole(parts))
        return false;
    for (unsigned i = 1; i < parts->count; i++)
        append(all, &parts->readers[i]);
    return !build_over_limit(all->profile, &limit) && text_reader_finish(all, out);
}

/* ---- all of it ---- */

static bool read_parts(struct parts *parts, struct profile **out)
{
    struct text_reader *first = &parts->readers[0];
    unsigned count = parts->count;
    first->form = parts->form;
    first->rest = (struct str){(const char *)parts->input.bytes, parts->input.size};
    parts->count = 1;
    text_reader_start(first, &parts->input);
    if (!parts->form->read_header(first))
        return false;
    parts->count = count;
    cut(parts);
    workers_run(parts->input.workers, count, read_part, parts);
    return put_together(parts, out);
}

bool text_parts_read(const struct text_form *form, const struct profile_input *input,
                     struct profile **out)
{
    struct parts parts = {.form = form, .input = *input, .count = part_count(input)};
    if (parts.count < 2)
        return false;
    parts.input.sink = diag_sink_new(input->memory);
    bool read = read_parts(&parts, out);
    for (unsigned i = 0; i < parts.count; i++)
        text_reader_release(&parts.readers[i]);
    diag_sink_free(parts.input.sink);
    return read;
}
