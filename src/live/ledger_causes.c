/* ledger_causes.c: the causes of a report of `hot`, with what the ledger's own profile says of
 * their sites: how much of what is live now would go with a cause.
 *
 * A site of the report and one of the ledger are the same when function, line and file name are.
 * A line of a library is many allocations of many causes; what is live of it is then shared
 * among them as the report shares its bytes. */
#include "live_int.h"

#include <jansson.h>
#include <stdlib.h>

#include "ledger_int.h"

#define SCHEMA "unheap.hot/1"

struct place { /* a line that allocates, as both have it */
    double all;                          /* bytes in the report, of all causes */
    const struct live_ledger_site *site; /* NULL: the ledger's profile has none */
};
struct causes_reader {
    struct live_ledger *ledger;
    struct str name;
    struct diag_sink *sink;
    VEC(struct place) places;
    struct map by_place; /* hash of function, line, file name: index into places */
    struct map by_id;    /* hash of a site's id: index into places */
};

static enum status refuse(const struct causes_reader *reader, uint64_t line, const char *why)
{
    diag_add(reader->sink, DIAG_LEDGER_CAUSES, reader->name, line, DIAG_NO_OFFSET, "%s", why);
    return STATUS_BAD_INPUT;
}

static struct str text_in(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_string(value)
               ? (struct str){json_string_value(value), json_string_length(value)}
               : STR("");
}

static double number_in(const json_t *object, const char *name)
{
    const json_t *value = json_object_get(object, name);
    return json_is_number(value) ? json_number_value(value) : 0;
}

static int64_t line_in(const json_t *object)
{
    const json_t *value = json_object_get(object, "line");
    return json_is_integer(value) ? (int64_t)json_integer_value(value) : 0;
}

static uint64_t key_of(struct str function, struct str file, int64_t line)
{
    return hash_mix(hash_mix(str_hash(function), str_hash(str_base_name(file))), (uint64_t)line);
}

/* ---- places ---- */

static size_t place_of(struct causes_reader *reader, uint64_t key)
{
    bool added;
    uint64_t *index = map_put(&reader->by_place, key, &added);
    if (added) {
        *index = reader->places.len;
        VEC_PUSH(reader->ledger->memory, &reader->places, (struct place){0});
    }
    return *index;
}

static void take_ledger_sites(struct causes_reader *reader)
{
    for (size_t i = 0; i < reader->ledger->sites.len; i++) {
        const struct live_ledger_site *site = &reader->ledger->sites.at[i];
        size_t index = place_of(reader, key_of(site->function, site->file, site->line));
        reader->places.at[index].site = site;
    }
}

static void take_report_sites(struct causes_reader *reader, const json_t *root)
{
    size_t index;
    json_t *site;
    json_array_foreach(json_object_get(root, "sites"), index, site) {
        size_t place = place_of(reader, key_of(text_in(site, "function"), text_in(site, "file"),
                                               line_in(site)));
        bool added;
        reader->places.at[place].all += number_in(site, "value");
        *map_put(&reader->by_id, str_hash(text_in(site, "id")), &added) = place;
    }
}

/* ---- causes ---- */

/* What is live of one part of a cause: "parts":[{"site":"s1","value":4096},...]. */
static double live_of_part(const struct causes_reader *reader, const json_t *part)
{
    const uint64_t *index = map_get(&reader->by_id, str_hash(text_in(part, "site")));
    if (!index)
        return 0;
    const struct place *place = &reader->places.at[*index];
    double value = number_in(part, "value");
    if (!place->site || place->all <= 0 || value <= 0)
        return 0;
    double share = value < place->all ? value / place->all : 1;
    return share * (double)place->site->in_use;
}

static enum status take_cause(struct causes_reader *reader, const json_t *object)
{
    struct live_ledger *ledger = reader->ledger;
    double share = number_in(object, "share"), live = 0;
    size_t index;
    json_t *part;
    if (!json_is_object(object) || !json_is_string(json_object_get(object, "text")) ||
        !(share >= 0 && share <= 1))
        return refuse(reader, 0, "a cause has no text, or its share is not from 0 to 1");
    json_array_foreach(json_object_get(object, "parts"), index, part)
        live += live_of_part(reader, part);
    struct live_ledger_cause cause = {
        .text = str_copy(&ledger->arena, text_in(object, "text")),
        .file = str_copy(&ledger->arena, text_in(object, "file")),
        .id = str_copy(&ledger->arena, text_in(object, "id")),
        .line = line_in(object), .share = share, .in_use = (int64_t)live};
    VEC_PUSH(ledger->memory, &ledger->causes, cause);
    return STATUS_OK;
}

static enum status take_causes(struct causes_reader *reader, const json_t *root)
{
    const json_t *list = json_object_get(root, "causes");
    if (!json_is_array(list))
        return refuse(reader, 0, "\"causes\" is missing");
    if (json_array_size(list) > LIMIT_LEDGER_CAUSES)
        return refuse(reader, 0, "there are more causes than LIMIT_LEDGER_CAUSES");
    for (size_t i = 0; i < json_array_size(list); i++) {
        enum status status = take_cause(reader, json_array_get(list, i));
        if (status)
            return status;
    }
    return STATUS_OK;
}

static int by_share(const void *a, const void *b)
{
    const struct live_ledger_cause *left = a, *right = b;
    if (left->share != right->share)
        return left->share < right->share ? 1 : -1;
    return str_compare(left->id, right->id);
}

static enum status check_head(const struct causes_reader *reader, const json_t *root)
{
    if (!str_is(text_in(root, "schema"), SCHEMA))
        return refuse(reader, 0, "this is no report of hot: its schema is not " SCHEMA);
    if (!str_is(text_in(root, "sample_type"), "alloc_space"))
        return refuse(reader, 0, "the report does not rank by alloc_space, the bytes that are "
                                 "allocated");
    return STATUS_OK;
}

static enum status take_report(struct causes_reader *reader, const json_t *root)
{
    enum status status = check_head(reader, root);
    if (status)
        return status;
    take_ledger_sites(reader);
    take_report_sites(reader, root);
    status = take_causes(reader, root);
    struct live_ledger *ledger = reader->ledger;
    if (ledger->causes.len)
        qsort(ledger->causes.at, ledger->causes.len, sizeof(*ledger->causes.at), by_share);
    return status;
}

enum status live_ledger_add_causes(struct live_ledger *ledger, struct str report, struct str name,
                                   struct diag_sink *sink)
{
    struct causes_reader reader = {.ledger = ledger, .name = name, .sink = sink};
    json_error_t error;
    json_t *root = json_loadb(report.len ? report.ptr : "", report.len, 0, &error);
    if (!root)
        return refuse(&reader, error.line > 0 ? (uint64_t)error.line : 1, error.text);
    map_init(&reader.by_place, ledger->memory);
    map_init(&reader.by_id, ledger->memory);
    enum status status = take_report(&reader, root);
    map_release(&reader.by_place);
    map_release(&reader.by_id);
    VEC_RELEASE(ledger->memory, &reader.places);
    json_decref(root);
    return status;
}
