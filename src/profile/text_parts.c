/* text_parts.c: a text profile as a whole: a large one is read by several threads.
 *
 * Its stacks are then cut into parts of about the same size, each read into a profile of its own.
 * These are put together in the file's order: what is met first gets the smaller number, as when
 * one thread reads it all.
 *
 *   S1. A part begins where a bucket does, so no bucket belongs to two.
 *   S2. The samples of all but the first part stay apart until they are put together: sums that
 *       saturate depend on the order.
 *   S3. Where a part is faulty, or ends before its bytes do (at a memory map), nothing read counts:
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
    if (!input->workers)
        return 1;
    size_t count = input->size / input->limits.part_bytes, threads = workers_count(input->workers);
    if (count > threads)
        count = threads;
    return count < PARTS_MAX ? (unsigned)count : PARTS_MAX;
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
            reader->profile->index->apart = true; /* S2 */
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

/* S3 */
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

/* False, and nothing said, where the file is too small for that, where there are no workers, or
 * where it is faulty. */
static bool read_by_several(const struct text_form *form, const struct profile_input *input,
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

enum status text_form_read(const struct text_form *form, const struct profile_input *input,
                           struct profile **out)
{
    struct text_reader reader = {.form = form,
                                 .rest = {(const char *)input->bytes, input->size}};
    *out = NULL;
    if (read_by_several(form, input, out))
        return STATUS_OK;
    text_reader_start(&reader, input);
    if (form->read_header(&reader) && text_read_lines(&reader))
        (void)text_reader_finish(&reader, out);
    text_reader_release(&reader);
    return reader.status;
}
