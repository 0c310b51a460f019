/* diff.c: what a new build allocates that the old one did not, and the other way round.
 *
 * Addresses, offsets and lines move with every change; so sites are told apart by the function that
 * holds them, the function they are written in, the callee, and what they allocate. Two sites that
 * are equal in all of that are counted. */
#include "binary_int.h"

#include <stdlib.h>

struct sites {
    const struct binary *binary;
    struct binary_change *list; /* one for each site, sorted */
    size_t count;
};

static int compare_numbers(int64_t a, int64_t b)
{
    return a < b ? -1 : a > b;
}

static int compare(const void *a, const void *b)
{
    const struct binary_change *left = a, *right = b;
    int order = str_compare(left->function, right->function);
    if (order == 0)
        order = str_compare(left->written_in, right->written_in);
    if (order == 0)
        order = str_compare(left->callee, right->callee);
    if (order == 0)
        order = str_compare(left->type, right->type);
    if (order == 0)
        order = compare_numbers(left->size, right->size);
    return order != 0 ? order : compare_numbers(left->count, right->count);
}

static void sites_sort(struct sites *sites, const struct binary *binary)
{
    sites->binary = binary;
    sites->count = binary->sites.len;
    sites->list = memory_get(binary->memory, sizeof(*sites->list) * sites->count);
    for (size_t i = 0; i < sites->count; i++) {
        const struct binary_site *site = &binary->sites.at[i];
        sites->list[i] = (struct binary_change){
            .function = binary->functions[site->function].name, .written_in = site->written_in,
            .callee = binary->callees.at[site->callee], .size = site->size,
            .type = site->type ? binary->types.at[site->type - 1].name : STR_NONE,
            .count = site->count, .file = site->file, .line = site->line};
    }
    qsort(sites->list, sites->count, sizeof(*sites->list), compare);
}

/* How many equal sites stand at `from`. */
static uint32_t run_length(const struct sites *sites, size_t from)
{
    size_t end = from + 1;
    while (end < sites->count && compare(&sites->list[from], &sites->list[end]) == 0)
        end++;
    return (uint32_t)(end - from);
}

struct binary_change *binary_diff(const struct binary *old, const struct binary *new,
                                  size_t *count)
{
    struct sites before, after;
    VEC(struct binary_change) changes = {0};
    size_t i = 0, k = 0;
    sites_sort(&before, old);
    sites_sort(&after, new);
    while (i < before.count || k < after.count) {
        int order = i == before.count  ? 1
                    : k == after.count ? -1
                                       : compare(&before.list[i], &after.list[k]);
        struct binary_change change = order < 0 ? before.list[i] : after.list[k];
        change.old_sites = order <= 0 ? run_length(&before, i) : 0;
        change.new_sites = order >= 0 ? run_length(&after, k) : 0;
        i += change.old_sites;
        k += change.new_sites;
        if (change.old_sites != change.new_sites)
            VEC_PUSH(new->memory, &changes, change);
    }
    memory_put(old->memory, before.list);
    memory_put(new->memory, after.list);
    *count = changes.len;
    return changes.at;
}
