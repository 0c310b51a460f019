/* The name somebody meant: of a table of names, the one a typing mistake or two away. */
#include "cmd.h"

/* Longer words are no typing mistake of a verb or a flag. */
enum { LONGEST_NAME = 32 };

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* Letters to insert, remove, replace or swap with their neighbour until `a` is `b`: the optimal
 * string alignment distance (Damerau 1964), by the table of Wagner and Fischer (1974), three rows
 * of which are kept. */
static unsigned typing_distance(struct str a, struct str b)
{
    unsigned rows[3][LONGEST_NAME + 1];
    for (size_t j = 0; j <= b.len; j++)
        rows[0][j] = (unsigned)j;
    for (size_t i = 1; i <= a.len; i++) {
        unsigned *row = rows[i % 3];
        const unsigned *above = rows[(i - 1) % 3], *two_above = rows[(i + 1) % 3];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned replaced = above[j - 1] + (a.ptr[i - 1] != b.ptr[j - 1]);
            row[j] = least(replaced, 1 + least(above[j], row[j - 1]));
            if (i > 1 && j > 1 && a.ptr[i - 1] == b.ptr[j - 2] && a.ptr[i - 2] == b.ptr[j - 1])
                row[j] = least(row[j], 1 + two_above[j - 2]);
        }
    }
    return rows[a.len % 3][b.len];
}

void nearest_init(struct nearest *nearest, struct str meant)
{
    /* One mistake in a short word, one more for each further four letters. */
    *nearest = (struct nearest){.meant = meant, .distance = 2 + (unsigned)least(meant.len / 4, 3)};
}

void nearest_offer(struct nearest *nearest, const char *name)
{
    struct str offered = str_from(name);
    if (nearest->meant.len > LONGEST_NAME || offered.len > LONGEST_NAME)
        return;
    unsigned distance = typing_distance(nearest->meant, offered);
    if (distance < nearest->distance && distance < offered.len) {
        nearest->distance = distance;
        nearest->name = name;
    }
}
