/* match: which old site is which new one.
 *
 * Passes from the strictest to the most lenient; each pairs what is still single on both sides and
 * has an equal key: of several the ones that stand in the likest surroundings, then in the order of
 * the lists. A pass that looks beyond the function asks for equal words of the statement or an
 * equal shape of the whole function, so that something new does not hide behind something else that
 * went away. */
#include "gate_int.h"

#include <limits.h>
#include <stdlib.h>

/* What a pass compares. Marks of 0, where there was no source, are never equal. */
enum match_part {
    PART_PACKAGE = 1 << 0,
    PART_FUNCTION = 1 << 1,
    PART_OUTER = 1 << 2,      /* the declared function: closures may have other numbers */
    PART_KIND = 1 << 3,
    PART_EXPRESSION = 1 << 4,
    PART_PLAIN = 1 << 5,      /* the expression without qualifiers of packages */
    PART_CODE = 1 << 6,
    PART_LIKE = 1 << 7,
    PART_SHAPE = 1 << 8,
    PART_TYPE = 1 << 9,
    PART_ALIKE = 1 << 10,     /* no part of the key: statements differ by at most NEAR_BITS */
};

/* Of 32. Unrelated statements differ by about 16; a word or two of a line are up to 8. */
enum { NEAR_BITS = 8 };

static const unsigned passes[] = {
    /* the same */
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_EXPRESSION | PART_TYPE | PART_CODE,
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_EXPRESSION | PART_CODE,
    /* another closure came before it */
    PART_PACKAGE | PART_OUTER | PART_KIND | PART_EXPRESSION | PART_CODE,
    /* names in its statement changed */
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_EXPRESSION | PART_LIKE,
    /* a call in it is inlined now, or no more: gc prints it otherwise */
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_CODE,
    /* the function or its variables have another name */
    PART_PACKAGE | PART_SHAPE | PART_KIND | PART_EXPRESSION | PART_LIKE,
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_LIKE,
    PART_PACKAGE | PART_SHAPE | PART_KIND | PART_LIKE,
    /* the function is in another package */
    PART_SHAPE | PART_KIND | PART_PLAIN | PART_LIKE,
    /* the statement is in another function, here or in another package */
    PART_PACKAGE | PART_KIND | PART_EXPRESSION | PART_CODE,
    PART_KIND | PART_PLAIN | PART_CODE,
    /* the statement around it changed */
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_EXPRESSION,
    PART_PACKAGE | PART_OUTER | PART_KIND | PART_EXPRESSION,
    /* the expression was edited */
    PART_PACKAGE | PART_FUNCTION | PART_KIND | PART_ALIKE,
};

static uint64_t str_part(uint64_t key, struct str text)
{
    return hash_mix(key, hash_bytes(text.ptr ? text.ptr : "", text.len));
}

/* "a.F" of "a.F.func1.2". */
static struct str outer_function(struct str function)
{
    ptrdiff_t at = str_find(function, STR(".func"));
    return at < 0 ? function : str_slice(function, 0, (size_t)at);
}

/* 0 when the pass does not apply. */
static uint64_t site_key(const struct gate_site *site, unsigned parts)
{
    uint64_t key = hash_mix(parts, 1);
    if ((parts & (PART_CODE | PART_LIKE) && !site->marks.like) ||
        (parts & PART_SHAPE && !site->marks.shape) || (parts & PART_ALIKE && !site->marks.near))
        return 0;
    if (parts & PART_PACKAGE)
        key = str_part(key, site->package);
    if (parts & PART_FUNCTION)
        key = str_part(key, site->function);
    if (parts & PART_OUTER)
        key = str_part(key, outer_function(site->function));
    if (parts & PART_KIND)
        key = hash_mix(key, site->kind);
    if (parts & PART_EXPRESSION)
        key = str_part(key, site->expression);
    if (parts & PART_PLAIN)
        key = hash_mix(key, gate_unqualified_hash(site->expression));
    if (parts & PART_TYPE)
        key = str_part(key, site->type);
    if (parts & PART_CODE)
        key = hash_mix(key, site->marks.code);
    if (parts & PART_LIKE)
        key = hash_mix(key, site->marks.like);
    if (parts & PART_SHAPE)
        key = hash_mix(key, site->marks.shape);
    return key ? key : 1;
}

/* A site in one pass. */
struct candidate {
    uint64_t key;
    bool is_new;
    uint32_t index;
};

static int candidate_order(const void *left, const void *right)
{
    const struct candidate *a = left, *b = right;
    if (a->key != b->key)
        return a->key < b->key ? -1 : 1;
    if (a->is_new != b->is_new)
        return a->is_new - b->is_new;
    return (a->index > b->index) - (a->index < b->index);
}

/* The work of one comparison: what is still single. */
struct matcher {
    const struct gate_list *lists[2]; /* old, new */
    int32_t *pairs[2];
    const bool *aside; /* of old ones */
    struct candidate *candidates;
};

static size_t candidates_gather(struct matcher *matcher, unsigned parts)
{
    size_t count = 0;
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < matcher->lists[side]->sites.len; i++) {
            if (matcher->pairs[side][i] != GATE_UNPAIRED ||
                (side == 0 && matcher->aside && matcher->aside[i]))
                continue;
            uint64_t key = site_key(&matcher->lists[side]->sites.at[i], parts);
            if (key)
                matcher->candidates[count++] = (struct candidate){key, side == 1, (uint32_t)i};
        }
    }
    return count;
}

static void pair(struct matcher *matcher, uint32_t old, uint32_t new)
{
    matcher->pairs[0][old] = (int32_t)new;
    matcher->pairs[1][new] = (int32_t)old;
}

/* In the statement and around it. */
static unsigned bits_apart(const struct matcher *matcher, uint32_t old, uint32_t new, bool alike)
{
    const struct gate_marks *a = &matcher->lists[0]->sites.at[old].marks;
    const struct gate_marks *b = &matcher->lists[1]->sites.at[new].marks;
    if (!a->near || !b->near)
        return 0;
    unsigned statement = (unsigned)__builtin_popcount(a->near ^ b->near);
    unsigned around = (unsigned)__builtin_popcount(a->around ^ b->around);
    return alike && statement > NEAR_BITS ? UINT_MAX : statement + around;
}

/* Pairs old with new ones that are so many bits apart. */
static void pair_apart(struct matcher *matcher, const size_t range[3], unsigned bits, bool alike)
{
    const struct candidate *at = matcher->candidates;
    for (size_t i = range[0]; i < range[1]; i++) {
        for (size_t k = range[1]; k < range[2]; k++) {
            if (matcher->pairs[0][at[i].index] == GATE_UNPAIRED &&
                matcher->pairs[1][at[k].index] == GATE_UNPAIRED &&
                bits_apart(matcher, at[i].index, at[k].index, alike) == bits)
                pair(matcher, at[i].index, at[k].index);
        }
    }
}

/* The nearest first. */
static void nearest_pair(struct matcher *matcher, const size_t range[3], bool alike)
{
    enum { FURTHEST = 64 };
    for (unsigned bits = 0; bits <= FURTHEST; bits++)
        pair_apart(matcher, range, bits, alike);
}

/* Pairs the old ones [range[0], range[1]) with the new ones [range[1], range[2]). Groups are small;
 * in one of thousands the order has to do. */
static void group_pair(struct matcher *matcher, const size_t range[3], unsigned parts)
{
    enum { MOST_PAIRS = 1 << 12 };
    const struct candidate *at = matcher->candidates;
    size_t old = range[1] - range[0], new = range[2] - range[1];
    bool alike = (parts & PART_ALIKE) != 0;
    if (old * new <= MOST_PAIRS && (alike || old * new > 1))
        nearest_pair(matcher, range, alike);
    else if (!alike)
        for (size_t i = 0; i < old && i < new; i++)
            pair(matcher, at[range[0] + i].index, at[range[1] + i].index);
}

static void pass_run(struct matcher *matcher, unsigned parts)
{
    size_t count = candidates_gather(matcher, parts);
    if (count == 0)
        return;
    const struct candidate *at = matcher->candidates;
    qsort(matcher->candidates, count, sizeof(*matcher->candidates), candidate_order);
    for (size_t from = 0, to; from < count; from = to) {
        size_t middle = from;
        for (to = from; to < count && at[to].key == at[from].key; to++)
            middle += !at[to].is_new;
        const size_t range[3] = {from, middle, to};
        group_pair(matcher, range, parts);
    }
}

void gate_match(const struct gate_list *old, const struct gate_list *new, const bool *aside,
                const struct gate_pairs *pairs)
{
    struct matcher matcher = {{old, new}, {pairs->of_old, pairs->of_new}, aside, NULL};
    for (int side = 0; side < 2; side++) {
        for (size_t i = 0; i < matcher.lists[side]->sites.len; i++)
            matcher.pairs[side][i] = GATE_UNPAIRED;
    }
    size_t all = old->sites.len + new->sites.len;
    matcher.candidates = memory_get(old->memory, (all + 1) * sizeof(struct candidate));
    for (size_t i = 0; i < COUNT_OF(passes); i++)
        pass_run(&matcher, passes[i]);
    memory_put(old->memory, matcher.candidates);
}
