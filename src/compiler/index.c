/* index: messages by place, functions by name. Built once, then constant.
 *
 * A place is (import path, base name, line): the checkout is often not where the program was built,
 * but its import paths and file names are the same.
 * I1. by_line holds every message with a known file once, ordered by file, line, and text.
 * I2. judged_by_line holds every judged function with a known file, ordered by file and place.
 * I3. Lookups allocate nothing and write nothing. */
#include "compiler/compiler_int.h"

struct index_file {
    struct str import_path, base_name;
    size_t first, count;               /* in by_line */
    size_t first_judged, judged_count; /* in judged_by_line */
};

struct compiler_index {
    const struct compiler *compiler;
    struct arena arena;
    VEC(struct index_file) files;
    struct map file_numbers;  /* hash of (import path, base name) -> number + 1 */
    uint32_t *file_of_path;   /* by string id of a path: number + 1 */
    uint32_t *by_line;        /* I1 */
    uint32_t *judged_by_line; /* I2: indexes into judged */
    struct map functions;     /* hash of (import path, short name) -> index into judged + 1 */
    uint32_t *next_same;      /* by judged: index + 1 of the next one with the same hash */
    VEC(uint32_t) mains;
};

/* ---- names with type arguments ---- */

/* Walks a name as if its type arguments were "...": the next byte, or -1 at the end. */
static int short_next(struct str name, size_t *at)
{
    if (*at >= name.len)
        return -1;
    int c = (unsigned char)name.ptr[(*at)++];
    if (c != '[')
        return c;
    for (int depth = 1; *at < name.len && depth > 0; ++*at)
        depth += (name.ptr[*at] == '[') - (name.ptr[*at] == ']');
    return c;
}

static uint64_t short_hash(struct str import_path, struct str name)
{
    uint64_t hash = str_hash(import_path);
    size_t at = 0;
    for (int c; (c = short_next(name, &at)) >= 0;)
        hash = (hash ^ (uint64_t)c) * 0x100000001b3u;
    return hash_mix(hash, name.len ? 1 : 0);
}

static bool short_equal(struct str a, struct str b)
{
    size_t at_a = 0, at_b = 0;
    for (;;) {
        int c = short_next(a, &at_a);
        if (c != short_next(b, &at_b))
            return false;
        if (c < 0)
            return true;
    }
}

/* ---- files ---- */

static uint64_t file_hash(struct str import_path, struct str base_name)
{
    return hash_mix(str_hash(import_path), str_hash(base_name));
}

static struct str import_path_of(const struct compiler *compiler, uint32_t path)
{
    uint32_t id =
        path < compiler->package_of_path_len ? compiler->package_of_path[path] : 0;
    return compiler_str(compiler, id);
}

/* Number + 1 of the file that a printed path names; 0 when its package is not known. */
static uint32_t file_number(struct compiler_index *index, uint32_t path)
{
    const struct compiler *compiler = index->compiler;
    if (path >= compiler->package_of_path_len || !compiler->package_of_path[path])
        return 0;
    if (index->file_of_path[path])
        return index->file_of_path[path];
    struct index_file file = {
        .import_path = import_path_of(compiler, path),
        .base_name = path_base(compiler_str(compiler, path)),
    };
    bool added;
    uint64_t *number =
        map_put(&index->file_numbers, file_hash(file.import_path, file.base_name), &added);
    if (added) {
        VEC_PUSH(compiler->memory, &index->files, file);
        *number = index->files.len;
    }
    index->file_of_path[path] = (uint32_t)*number;
    return (uint32_t)*number;
}

static const struct index_file *file_find(const struct compiler_index *index,
                                          struct str import_path, struct str base_name)
{
    const uint64_t *number = map_get(&index->file_numbers, file_hash(import_path, base_name));
    if (!number)
        return NULL;
    const struct index_file *file = &index->files.at[*number - 1];
    bool same =
        str_equal(file->import_path, import_path) && str_equal(file->base_name, base_name);
    return same ? file : NULL;
}

/* ---- building ---- */

/* Sorted pairs with key file, line, column of what has a known file. */
static struct sort_pair *places_sort(struct compiler_index *index, struct arena *scratch,
                                     bool judged, size_t *count)
{
    const struct compiler *compiler = index->compiler;
    size_t all = judged ? compiler->judged.len : compiler->messages.len, n = 0;
    struct sort_pair *pairs = ARENA_ARRAY(scratch, struct sort_pair, all + 1);
    for (size_t i = 0; i < all; i++) {
        size_t at = judged ? compiler->judged.at[i].message : i;
        const struct message *message = &compiler->messages.at[at];
        uint64_t file = message->line ? file_number(index, message->path) : 0;
        uint64_t column = judged ? message->column : 0;
        if (file)
            pairs[n++] = (struct sort_pair){
                file << 40 | (uint64_t)(message->line & 0xffffff) << 16 | column, (uint32_t)i};
    }
    sort_pairs(pairs, n, scratch);
    *count = n;
    return pairs;
}

static void by_line_build(struct compiler_index *index, struct arena *scratch)
{
    size_t count;
    struct sort_pair *pairs = places_sort(index, scratch, false, &count);
    index->by_line = ARENA_ARRAY(&index->arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct index_file *file = &index->files.at[(pairs[i].key >> 40) - 1];
        if (file->count++ == 0)
            file->first = i;
        index->by_line[i] = pairs[i].value;
    }
}

static void judged_by_line_build(struct compiler_index *index, struct arena *scratch)
{
    size_t count;
    struct sort_pair *pairs = places_sort(index, scratch, true, &count);
    index->judged_by_line = ARENA_ARRAY(&index->arena, uint32_t, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct index_file *file = &index->files.at[(pairs[i].key >> 40) - 1];
        if (file->judged_count++ == 0)
            file->first_judged = i;
        index->judged_by_line[i] = pairs[i].value;
    }
}

/* Instances of generic functions are printed in each package that uses them; they belong to the
 * package whose file they are in. Wrappers at <autogenerated> belong to the one that prints
 * them. */
static struct str home_of(const struct compiler *compiler, const struct judged_function *judged)
{
    struct str home = import_path_of(compiler, compiler->messages.at[judged->message].path);
    if (home.len)
        return home;
    return compiler_str(compiler, compiler->packages.at[judged->package].import_path);
}

static void functions_build(struct compiler_index *index)
{
    const struct compiler *compiler = index->compiler;
    index->next_same = ARENA_ARRAY(&index->arena, uint32_t, compiler->judged.len + 1);
    for (size_t i = compiler->judged.len; i-- > 0;) { /* backwards: the chain is in text order */
        const struct judged_function *judged = &compiler->judged.at[i];
        bool added;
        uint64_t *first = map_put(&index->functions,
                                  short_hash(home_of(compiler, judged), judged->name), &added);
        index->next_same[i] = (uint32_t)*first;
        *first = i + 1;
    }
}

static void mains_build(struct compiler_index *index)
{
    const struct compiler *compiler = index->compiler;
    for (size_t i = 0; i < compiler->packages.len; i++) {
        if (str_is(compiler_str(compiler, compiler->packages.at[i].name), "main"))
            VEC_PUSH(compiler->memory, &index->mains, (uint32_t)i);
    }
}

struct compiler_index *compiler_index_new(const struct compiler *compiler,
                                          const struct memory *memory)
{
    struct compiler_index *index = memory_get(memory, sizeof(*index));
    *index = (struct compiler_index){.compiler = compiler};
    arena_init(&index->arena, memory);
    map_init(&index->file_numbers, memory);
    map_init(&index->functions, memory);
    index->file_of_path = ARENA_ARRAY(&index->arena, uint32_t, compiler->strings.len + 1);
    struct arena scratch;
    arena_init(&scratch, memory);
    by_line_build(index, &scratch);
    judged_by_line_build(index, &scratch);
    arena_release(&scratch);
    functions_build(index);
    mains_build(index);
    return index;
}

void compiler_index_free(struct compiler_index *index)
{
    if (!index)
        return;
    const struct memory *memory = index->arena.memory;
    VEC_RELEASE(index->compiler->memory, &index->files);
    VEC_RELEASE(index->compiler->memory, &index->mains);
    map_release(&index->file_numbers);
    map_release(&index->functions);
    arena_release(&index->arena);
    memory_put(memory, index);
}

/* ---- asking ---- */

uint32_t compiler_index_package_of_path(const struct compiler_index *index, uint32_t path)
{
    const struct compiler *compiler = index->compiler;
    return path < compiler->package_of_path_len ? compiler->package_of_path[path] : 0;
}

/* The first position of by_line[from, to) whose line is at least `line`. */
static size_t line_lower(const struct compiler_index *index, size_t from, size_t to, uint32_t line)
{
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (index->compiler->messages.at[index->by_line[middle]].line < line)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

const uint32_t *compiler_index_at(const struct compiler_index *index, struct str import_path,
                                  struct str base_name, uint32_t line, size_t *count)
{
    const struct index_file *file = file_find(index, import_path, base_name);
    *count = 0;
    if (!file)
        return NULL;
    size_t end = file->first + file->count;
    size_t from = line_lower(index, file->first, end, line);
    size_t to = line_lower(index, from, end, line + 1);
    *count = to - from;
    return &index->by_line[from];
}

bool compiler_index_has_file(const struct compiler_index *index, struct str import_path,
                             struct str base_name)
{
    return file_find(index, import_path, base_name) != NULL;
}

const struct judged_function *compiler_index_function(const struct compiler_index *index,
                                                      struct str import_path, struct str name)
{
    const struct compiler *compiler = index->compiler;
    const uint64_t *first = map_get(&index->functions, short_hash(import_path, name));
    const struct judged_function *found = NULL;
    for (uint64_t i = first ? *first : 0; i; i = index->next_same[i - 1]) {
        const struct judged_function *judged = &compiler->judged.at[i - 1];
        if (!str_equal(home_of(compiler, judged), import_path))
            continue;
        if (str_equal(judged->name, name))
            return judged;
        if (!found && short_equal(judged->name, name))
            found = judged;
    }
    return found;
}

const struct judged_function *compiler_index_enclosing(const struct compiler_index *index,
                                                       struct str import_path,
                                                       struct str base_name, uint32_t line)
{
    const struct index_file *file = file_find(index, import_path, base_name);
    if (!file)
        return NULL;
    const struct compiler *compiler = index->compiler;
    size_t from = file->first_judged, to = from + file->judged_count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        const struct judged_function *judged =
            &compiler->judged.at[index->judged_by_line[middle]];
        if (compiler->messages.at[judged->message].line <= line)
            from = middle + 1;
        else
            to = middle;
    }
    return from == file->first_judged ? NULL
                                      : &compiler->judged.at[index->judged_by_line[from - 1]];
}

const uint32_t *compiler_index_mains(const struct compiler_index *index, size_t *count)
{
    *count = index->mains.len;
    return index->mains.at;
}
