/* list: the sites of one state of a module, in a total order. */
#include "gate_int.h"

#include <stdlib.h>

void gate_list_init(struct gate_list *list, const struct memory *memory)
{
    *list = (struct gate_list){.memory = memory};
    arena_init(&list->arena, memory);
}

void gate_list_release(struct gate_list *list)
{
    VEC_RELEASE(list->memory, &list->sites);
    VEC_RELEASE(list->memory, &list->functions);
    VEC_RELEASE(list->memory, &list->modules);
    VEC_RELEASE(list->memory, &list->packages);
    VEC_RELEASE(list->memory, &list->annotations);
    VEC_RELEASE(list->memory, &list->breaches);
    arena_release(&list->arena);
}

/* What makes two sites "otherwise equal". */
static int identity_order(const struct gate_site *a, const struct gate_site *b)
{
    int order = str_compare(a->package, b->package);
    if (!order)
        order = str_compare(a->function, b->function);
    if (!order)
        order = str_compare(str_from(site_kind_name(a->kind)), str_from(site_kind_name(b->kind)));
    if (!order)
        order = str_compare(a->expression, b->expression);
    return order ? order : str_compare(a->type, b->type);
}

static int number_order(uint32_t a, uint32_t b)
{
    return (a > b) - (a < b);
}

int gate_site_order(const void *left, const void *right)
{
    const struct gate_site *a = left, *b = right;
    int order = identity_order(a, b);
    if (!order)
        order = number_order(a->ordinal, b->ordinal);
    if (!order)
        order = str_compare(a->file, b->file);
    if (!order)
        order = number_order(a->line, b->line);
    if (!order)
        order = number_order(a->column, b->column);
    return order ? order : number_order(a->marks.code, b->marks.code);
}

static int hash_order(const void *left, const void *right)
{
    return number_order(*(const uint32_t *)left, *(const uint32_t *)right);
}

void gate_list_asks(struct gate_list *list, const struct gate_list *other)
{
    for (size_t i = 0; i < other->sites.len; i++) {
        struct str package = other->sites.at[i].package;
        if (i == 0 || !str_equal(package, other->sites.at[i - 1].package))
            VEC_PUSH(list->memory, &list->packages, str_copy(&list->arena, package));
    }
}

void gate_list_sort(struct gate_list *list)
{
    struct gate_site *sites = list->sites.at;
    if (list->sites.len)
        qsort(sites, list->sites.len, sizeof(*sites), gate_site_order);
    for (size_t i = 0; i < list->sites.len; i++) {
        bool equal = i > 0 && identity_order(&sites[i - 1], &sites[i]) == 0;
        sites[i].ordinal = equal ? sites[i - 1].ordinal + 1 : 1;
    }
    if (list->functions.len)
        qsort(list->functions.at, list->functions.len, sizeof(uint32_t), hash_order);
    if (list->packages.len)
        qsort(list->packages.at, list->packages.len, sizeof(struct str), gate_str_order);
}
