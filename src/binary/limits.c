/* limits.c: how much is read, and what was left out. */
#include "binary_int.h"

static const struct {
    const char *name, *table, *beyond;
    uint64_t max;
} limits[] = {
#define X(name, table, beyond) {"LIMIT_BINARY_" #name, table, beyond, LIMIT_BINARY_##name},
#include "binary_limits.h"
#undef X
};

void limits_init(struct limits *mine)
{
    memset(mine, 0, sizeof(*mine));
    for (size_t i = 0; i < BINARY_LIMIT_COUNT; i++)
        mine->max[i] = limits[i].max;
}

const char *binary_limit_name(enum binary_limit limit)
{
    return limits[limit].name;
}

const char *binary_limit_table(enum binary_limit limit)
{
    return limits[limit].table;
}

const char *binary_limit_beyond(enum binary_limit limit)
{
    return limits[limit].beyond;
}

uint64_t binary_cut(const struct binary *binary, enum binary_limit limit)
{
    return binary->image ? binary->image->limits->cut[limit] : 0;
}

void limits_cut(const struct image *image, enum binary_limit limit, uint64_t count)
{
    uint64_t before = image->limits->cut[limit];
    image->limits->cut[limit] += count;
    if (count == 0 || before != 0 || !image->sink)
        return;
    diag_add(image->sink, DIAG_BINARY_CUT, image->name, 0, DIAG_NO_OFFSET,
             "%s: %s beyond %s (%llu) are left out", limits[limit].table, limits[limit].beyond,
             limits[limit].name, (unsigned long long)image->limits->max[limit]);
}

enum status limits_refuse(const struct image *image, enum binary_limit limit, uint64_t offset,
                          uint64_t count)
{
    diag_add(image->sink, DIAG_BINARY_LIMIT, image->name, 0, offset,
             "%s: it has %llu %s; %s is %llu", limits[limit].table, (unsigned long long)count,
             limits[limit].beyond, limits[limit].name,
             (unsigned long long)image->limits->max[limit]);
    return STATUS_LIMIT;
}
