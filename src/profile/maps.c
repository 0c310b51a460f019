/* maps.c: the memory map behind the stacks of a profile in one of pprof's old forms.
 *
 *   00400000-004d5000 r-xp 00000000 08:01 1234   /bin/app     as in /proc/PID/maps
 *   40000000-40015000: /lib/libc.so (@1000) abc123            brief: file, offset, build id
 *   build=/path/to/binary                                     from here on, $build means that
 *
 * A line may begin with what Google's logging puts there ("I0101 00:00:00 1 main.cc:12] "). Lines
 * that say nothing are passed over, as there is no telling what else a program writes there. What
 * is then made of the mappings follows google/pprof profile/profile.go massageMappings and
 * legacy_profile.go remapMappingIDs. */
#include "profile/legacy.h"
#include "profile/text_form.h"
#include "regex/regex.h"

#define HEX "([0-9A-Fa-f]+)"
#define RANGE "^\\s*(?:0x)?" HEX "[\\s-]?\\s*(?:0x)?" HEX ":?(?:\\s+([-rwxp]+))?"

/* A text that $name stands for. */
struct variable {
    struct str name, value;
};
struct map_reader {
    struct profile *profile;
    struct regex *log, *full, *brief;
    VEC(struct variable) variables; /* their texts are in the arena */
    struct arena arena;
    struct sb line;
};

static struct regex *compile(const char *pattern)
{
    char err[200];
    struct regex *regex = regex_compile(pattern, strlen(pattern), err, sizeof(err));
    if (!regex)
        BUG("a pattern of our own does not compile");
    return regex;
}

/* ---- one line ---- */

static struct str group(const struct regex_group *groups, size_t index)
{
    return (struct str){groups[index].at, groups[index].at ? groups[index].len : 0};
}

/* Code is what can be executed; of a brief line that says nothing of it, it may be. */
static bool add_mapping(struct map_reader *reader, const struct str parts[6])
{
    struct profile_mapping mapping = {0};
    struct profile *profile = reader->profile;
    if (parts[2].len && str_find_char(parts[2], 'x') < 0)
        return true;
    if (!text_to_hex(parts[0], &mapping.start) || !text_to_hex(parts[1], &mapping.limit) ||
        !text_to_hex(parts[4], &mapping.offset))
        return false;
    mapping.file = intern_add(&profile->strings, parts[3]);
    mapping.build_id = intern_add(&profile->strings, parts[5]);
    VEC_PUSH(profile->memory, &profile->mappings, mapping);
    return true;
}

/* False when the line is none of a mapping. */
static bool read_mapping(struct map_reader *reader, struct str line)
{
    struct regex_group g[7];
    if (regex_groups(reader->full, line.ptr, line.len, g, 6))
        return add_mapping(reader, (const struct str[6]){group(g, 1), group(g, 2), group(g, 3),
                                                         group(g, 5), group(g, 4), STR_NONE});
    if (regex_groups(reader->brief, line.ptr, line.len, g, 7))
        return add_mapping(reader, (const struct str[6]){group(g, 1), group(g, 2), group(g, 3),
                                                         group(g, 4), group(g, 5), group(g, 6)});
    return false;
}

static void read_variable(struct map_reader *reader, struct str line)
{
    struct str rest = line, name = str_trim(str_cut(&rest, '='));
    if (!rest.ptr)
        return;
    struct variable variable = {str_copy(&reader->arena, name),
                                str_copy(&reader->arena, str_trim(rest))};
    VEC_PUSH(reader->profile->memory, &reader->variables, variable);
}

static const struct variable *variable_at(const struct map_reader *reader, struct str text)
{
    for (size_t i = 0; i < reader->variables.len; i++)
        if (str_starts(text, reader->variables.at[i].name))
            return &reader->variables.at[i];
    return NULL;
}

/* Values are not looked through again. */
static struct str replaced(struct map_reader *reader, struct str line)
{
    sb_clear(&reader->line);
    while (line.len) {
        const struct variable *variable =
            line.ptr[0] == '$' ? variable_at(reader, str_skip(line, 1)) : NULL;
        if (variable)
            sb_add(&reader->line, variable->value);
        else
            sb_addc(&reader->line, line.ptr[0]);
        line = str_skip(line, variable ? variable->name.len + 1 : 1);
    }
    return sb_str(&reader->line);
}

static void read_line(struct map_reader *reader, struct str line)
{
    struct regex_group prefix;
    if (str_ends(line, STR("\r")))
        line.len--;
    if (regex_groups(reader->log, line.ptr, line.len, &prefix, 1))
        line = str_skip(line, prefix.len);
    if (reader->variables.len && str_find_char(line, '$') >= 0)
        line = replaced(reader, line);
    if (line.len && !read_mapping(reader, line))
        read_variable(reader, line);
}

static void read_map(struct profile *profile, struct str map)
{
    struct map_reader reader = {
        .profile = profile,
        .log = compile("^[^\\[\\]]+:[0-9]+\\]\\s"),
        .full = compile(RANGE "(?:\\s+" HEX ")?\\s+[0-9A-Fa-f]+:[0-9A-Fa-f]+\\s+[0-9]+"
                              "(?:\\s+(\\S+))?"),
        .brief = compile(RANGE "(?:\\s+(\\S+))?(?:\\s+\\(@" HEX "\\))?(?:\\s+" HEX ")?"),
    };
    arena_init(&reader.arena, profile->memory);
    sb_init(&reader.line, profile->memory);
    while (map.len)
        read_line(&reader, str_cut(&map, '\n'));
    sb_release(&reader.line);
    arena_release(&reader.arena);
    VEC_RELEASE(profile->memory, &reader.variables);
    regex_free(reader.log);
    regex_free(reader.full);
    regex_free(reader.brief);
}

/* ---- what the lines mean ---- */

static bool differ(uint32_t a, uint32_t b)
{
    return a && b && a != b;
}

/* Whether b is the same file's next part. */
static bool continues(const struct profile_mapping *a, const struct profile_mapping *b)
{
    if (differ(a->file, b->file) || differ(a->build_id, b->build_id) || a->limit != b->start)
        return false;
    return !a->offset || !b->offset || a->offset + (a->limit - a->start) == b->offset;
}

static void join_parts(struct profile *profile)
{
    struct profile_mapping *mappings = profile->mappings.at;
    size_t kept = 0;
    for (size_t i = 1; i < profile->mappings.len; i++) {
        struct profile_mapping *last = &mappings[kept];
        if (!continues(last, &mappings[i])) {
            mappings[++kept] = mappings[i];
            continue;
        }
        last->limit = mappings[i].limit;
        last->file = mappings[i].file ? mappings[i].file : last->file;
        last->build_id = mappings[i].build_id ? mappings[i].build_id : last->build_id;
    }
    if (profile->mappings.len)
        profile->mappings.len = kept + 1;
}

/* "libc.so", "libc.so.6", "libfoo.so_1" */
static bool is_library(struct str file)
{
    for (size_t i = 0; i + 3 <= file.len; i++) {
        struct str rest = str_skip(file, i);
        if (!str_starts(rest, STR(".so")))
            continue;
        if (rest.len == 3 ||
            (rest.len > 4 && strchr("._", rest.ptr[3]) && rest.ptr[4] >= '0' && rest.ptr[4] <= '9'))
            return true;
    }
    return false;
}

static bool is_program(struct str file)
{
    struct str deleted = STR("(deleted)");
    while (str_starts(file, deleted))
        file = str_skip(file, deleted.len);
    while (str_ends(file, deleted))
        file.len -= deleted.len;
    return file.len && file.ptr[0] != '[' && !is_library(file);
}

/* The program itself comes first. */
static void put_program_first(struct profile *profile)
{
    struct profile_mapping *mappings = profile->mappings.at;
    for (size_t i = 0; i < profile->mappings.len; i++) {
        if (!is_program(profile_string(profile, mappings[i].file)))
            continue;
        struct profile_mapping program = mappings[i];
        mappings[i] = mappings[0];
        mappings[0] = program;
        return;
    }
}

/* Where part of the program was mapped elsewhere (to large pages), its file's start is guessed. */
static void mend_program(struct profile *profile)
{
    enum { USUAL_START = 0x400000 };
    struct profile_mapping *mappings = profile->mappings.at;
    if (profile->mappings.len > 1 &&
        str_starts(profile_string(profile, mappings[0].file), STR("/anon_hugepage")) &&
        mappings[0].limit == mappings[1].start) {
        memmove(mappings, mappings + 1, (profile->mappings.len - 1) * sizeof(*mappings));
        profile->mappings.len--;
    }
    if (profile->mappings.len && mappings[0].start - mappings[0].offset == USUAL_START) {
        mappings[0].start = USUAL_START;
        mappings[0].offset = 0;
    }
}

static uint32_t find_mapping(struct profile *profile, uint64_t address, size_t count)
{
    struct profile_mapping *mappings = profile->mappings.at;
    for (size_t i = 0; i < count; i++)
        if (mappings[i].start <= address && address < mappings[i].limit)
            return (uint32_t)i;
    /* The first part of a file may be missing from the map. */
    for (size_t i = 0; i < count; i++) {
        struct profile_mapping *mapping = &mappings[i];
        if (!mapping->offset || mapping->start - mapping->offset > address ||
            address >= mapping->start)
            continue;
        mapping->start -= mapping->offset;
        mapping->offset = 0;
        return (uint32_t)i;
    }
    return PROFILE_NONE;
}

/* Locations in no mapping share one of all memory. */
static void place_locations(struct profile *profile)
{
    size_t count = profile->mappings.len;
    for (size_t i = 0; i < profile->locations.len; i++) {
        struct profile_location *location = &profile->locations.at[i];
        if (!location->address)
            continue;
        location->mapping = find_mapping(profile, location->address, profile->mappings.len);
        if (location->mapping != PROFILE_NONE)
            continue;
        if (profile->mappings.len == count)
            VEC_PUSH(profile->memory, &profile->mappings,
                     ((struct profile_mapping){.limit = UINT64_MAX}));
        location->mapping = (uint32_t)count;
    }
}

void maps_place(struct profile *profile, struct str map, bool always)
{
    if (map.len)
        read_map(profile, map);
    if (!profile->mappings.len && !always)
        return;
    join_parts(profile);
    put_program_first(profile);
    mend_program(profile);
    place_locations(profile);
}
