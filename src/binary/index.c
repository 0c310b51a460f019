/* index.c: sites by where they are written, and positions by address. */
#include "binary_int.h"

#include <stdlib.h>

const struct binary_function *binary_function_at(const struct binary *binary, uint64_t address)
{
    size_t low = 0, high = binary->function_count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (binary->functions[middle].entry <= address)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == 0 || address - binary->functions[low - 1].entry >= binary->functions[low - 1].size)
        return NULL;
    return &binary->functions[low - 1];
}

size_t binary_position(const struct binary *binary, const struct binary_function *function,
                       uint32_t offset, struct binary_frame *frames, size_t max)
{
    struct record record;
    if (!record_open(binary->module, (size_t)(function - binary->functions), &record))
        return 0;
    size_t count = record_position(&record, offset, frames, max);
    return count < max ? count : max;
}

enum { CALL_BYTES_AMD64 = 5, CALL_BYTES_ARM64 = 4 };

const struct binary_site *binary_call_at(const struct binary *binary, uint64_t address)
{
    const struct binary_function *function = binary_function_at(binary, address - 1);
    uint64_t bytes =
        binary->image->machine == MACHINE_AMD64 ? CALL_BYTES_AMD64 : CALL_BYTES_ARM64;
    for (uint32_t i = 0; function && i < function->site_count; i++) {
        const struct binary_site *site = &binary->sites.at[function->first_site + i];
        uint64_t start = function->entry + site->offset;
        if (!site->tail_call && address > start && address <= start + bytes)
            return site;
    }
    return NULL;
}

/* The loader maps whole pages: the mapping may begin before the segment's own bytes. */
bool binary_load_bias(const struct binary *binary, uint64_t start, uint64_t offset,
                      uint64_t *bias)
{
    enum { PAGE = 65536 };
    for (size_t i = 0; i < binary->image->segments.len; i++) {
        const struct segment *segment = &binary->image->segments.at[i];
        if (!segment->executable || offset >= segment->offset + segment->size ||
            offset + PAGE <= segment->offset)
            continue;
        *bias = start - offset - (segment->address - segment->offset);
        return true;
    }
    return false;
}

/* Sites sorted by base name and line. */
struct binary_index {
    const struct binary *binary;
    uint32_t *order;
    size_t count;
};

static int compare_place(struct str name, uint32_t line, const struct binary_site *site)
{
    int order = str_compare(name, str_base_name(site->file));
    if (order != 0)
        return order;
    return line < site->line ? -1 : line > site->line;
}

static int by_place(const void *a, const void *b, void *ctx)
{
    const struct binary *binary = ctx;
    uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
    const struct binary_site *site = &binary->sites.at[left];
    int order = compare_place(str_base_name(site->file), site->line, &binary->sites.at[right]);
    return order != 0 ? order : left < right ? -1 : left > right;
}

struct binary_index *binary_index_new(const struct binary *binary)
{
    struct binary_index *index = memory_get(binary->memory, sizeof(*index));
    index->binary = binary;
    index->count = binary->sites.len;
    index->order = memory_get(binary->memory, sizeof(uint32_t) * index->count);
    for (size_t i = 0; i < index->count; i++)
        index->order[i] = (uint32_t)i;
    qsort_r(index->order, index->count, sizeof(uint32_t), by_place, (void *)(uintptr_t)binary);
    return index;
}

void binary_index_free(struct binary_index *index)
{
    if (!index)
        return;
    memory_put(index->binary->memory, index->order);
    memory_put(index->binary->memory, index);
}

/* The first site at or after the place. */
static size_t find_place(const struct binary_index *index, struct str name, uint32_t line)
{
    size_t low = 0, high = index->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (compare_place(name, line, &index->binary->sites.at[index->order[middle]]) > 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

const uint32_t *binary_index_at(const struct binary_index *index, struct str base_name,
                                uint32_t line, size_t *count)
{
    size_t first = find_place(index, base_name, line);
    *count = find_place(index, base_name, line + 1) - first;
    return *count ? index->order + first : NULL;
}

bool binary_index_has_sites_of(const struct binary_index *index, struct str base_name)
{
    size_t at = find_place(index, base_name, 0);
    return at < index->count &&
           str_equal(base_name, str_base_name(index->binary->sites.at[index->order[at]].file));
}
