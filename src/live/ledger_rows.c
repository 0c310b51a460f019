/* ledger_rows.c: rows of a ledger, put in one below the other, and what is left over of one.
 *
 * L1. The children of a row add up to it. Whatever is left over becomes a row of its own with a
 *     name that says what it can be; it is negative where more is counted below than above, since
 *     the two were counted at different moments or by different rules.
 * L2. What is not known has no row: its bytes are in the remainder. */
#include "live_int.h"

#include <stdarg.h>
#include <stdio.h>

#include "ledger_int.h"

enum { NAME_BYTES = 200 };

static struct str text_of(struct ledger_maker *maker, const char *fmt, va_list args)
{
    char text[NAME_BYTES];
    int n = vsnprintf(text, sizeof(text), fmt, args);
    size_t len = n < 0 ? 0 : n < NAME_BYTES ? (size_t)n : NAME_BYTES - 1;
    return str_copy(&maker->ledger->arena, (struct str){text, len});
}

struct str ledger_text(struct ledger_maker *maker, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    struct str text = text_of(maker, fmt, args);
    va_end(args);
    return text;
}

int ledger_row(struct ledger_maker *maker, int parent, struct str name, int64_t bytes,
               const char *source)
{
    struct live_ledger *ledger = maker->ledger;
    if (bytes == LIVE_UNKNOWN)
        return LEDGER_NO_ROW;
    unsigned depth = parent < 0 ? 0 : ledger->rows.at[parent].depth + 1;
    struct live_ledger_row row = {.name = name, .bytes = bytes, .parent = parent, .depth = depth,
                                  .source = str_from(source), .note = STR("")};
    VEC_PUSH(ledger->memory, &ledger->rows, row);
    return (int)ledger->rows.len - 1;
}

void ledger_note(struct ledger_maker *maker, int row, struct str note)
{
    if (row >= 0)
        maker->ledger->rows.at[row].note = note;
}

static int64_t left_over(const struct live_ledger *ledger, int parent)
{
    int64_t left = ledger->rows.at[parent].bytes;
    for (size_t i = (size_t)parent + 1; i < ledger->rows.len; i++)
        if (ledger->rows.at[i].parent == parent)
            left -= ledger->rows.at[i].bytes;
    return left;
}

static bool has_children(const struct live_ledger *ledger, int parent)
{
    for (size_t i = (size_t)parent + 1; i < ledger->rows.len; i++)
        if (ledger->rows.at[i].parent == parent)
            return true;
    return false;
}

int64_t ledger_close(struct ledger_maker *maker, int parent, struct str more, struct str less)
{
    struct live_ledger *ledger = maker->ledger;
    if (parent < 0 || !has_children(ledger, parent))
        return 0;
    int64_t left = left_over(ledger, parent);
    if (left == 0)
        return 0;
    struct live_ledger_row row = {.name = left > 0 ? more : less, .bytes = left, .parent = parent,
                                  .depth = ledger->rows.at[parent].depth + 1, .remainder = true,
                                  .source = STR("difference"), .note = STR("")};
    VEC_PUSH(ledger->memory, &ledger->rows, row);
    return left;
}
