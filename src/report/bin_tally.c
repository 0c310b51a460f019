/* bin_tally.c: a binary's sites added up by package, type or kind. */
#include "report_int.h"

#include "binary/binary.h"

#include <stdlib.h>

struct str report_package_of(struct str function)
{
    ptrdiff_t bracket = str_find_char(function, '[');
    if (bracket >= 0)
        function = str_slice(function, 0, (size_t)bracket);
    ptrdiff_t slash = str_find_last(function, '/');
    ptrdiff_t dot = str_find_char(str_skip(function, (size_t)(slash + 1)), '.');
    return dot < 0 ? function : str_slice(function, 0, (size_t)(slash + 1 + dot));
}

static struct str group_name(const struct report_bin *report, enum bin_group group,
                             const struct binary_site *site)
{
    if (group == BIN_BY_KIND)
        return str_from(binary_kind_name((enum binary_kind)site->kind));
    if (group == BIN_BY_PACKAGE)
        return report_package_of(report->binary->functions[site->function].name);
    if (site->type || site->used_as)
        return report->binary->types.at[(site->type ? site->type : site->used_as) - 1].name;
    return site->status == BINARY_RESOLVED ? STR("bytes without a type") : STR("unknown");
}

static void count_site(struct bin_tallies *tallies, const struct report_bin *report,
                       const struct binary_site *site)
{
    uint32_t id = intern_add(&tallies->names, group_name(report, tallies->group, site));
    uint64_t bytes;
    while (tallies->list.len <= id) {
        struct bin_tally tally = {.name =
                                      intern_str(&tallies->names, (uint32_t)tallies->list.len)};
        VEC_PUSH(report->binary->memory, &tallies->list, tally);
    }
    struct bin_tally *tally = &tallies->list.at[id];
    tally->sites++;
    tally->resolved += site->status == BINARY_RESOLVED;
    if (binary_site_bytes(report->binary, site, &bytes))
        tally->bytes += bytes;
}

static int by_sites(const void *a, const void *b)
{
    const struct bin_tally *left = a, *right = b;
    if (left->sites != right->sites)
        return left->sites < right->sites ? 1 : -1;
    return str_compare(left->name, right->name);
}

void bin_tally(const struct report_bin *report, enum bin_group group, struct bin_tallies *tallies)
{
    *tallies = (struct bin_tallies){.memory = report->binary->memory, .group = group};
    intern_init(&tallies->names, tallies->memory);
    for (size_t i = 0; i < report->count; i++)
        count_site(tallies, report, &report->binary->sites.at[report->sites[i]]);
    if (tallies->list.len)
        qsort(tallies->list.at, tallies->list.len, sizeof(struct bin_tally), by_sites);
    while (tallies->list.len && tallies->list.at[tallies->list.len - 1].sites == 0)
        tallies->list.len--; /* the empty text that every table of names has */
}

void bin_tallies_release(struct bin_tallies *tallies)
{
    VEC_RELEASE(tallies->memory, &tallies->list);
    intern_release(&tallies->names);
}
