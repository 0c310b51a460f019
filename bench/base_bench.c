/* base_bench.c: what the memory practice of this program brings, measured beside malloc in one run.
 *
 * Each line is the median of RUNS runs; where two ways are compared their runs alternate, so that
 * both meet the same machine. Every allocated object is written to, as a program would. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/base.h"

enum {
    RUNS = 7,
    REQUESTS = 400,  /* lifetimes: what an arena is cleared after */
    OBJECTS = 1000,  /* in one lifetime */
    BUFFERS = 4,     /* in use at a time */
    APPENDS = 50000, /* to one text of about a megabyte */
    NAMES = 200000,
    KEYS = 1000000,
};

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "base_bench: out of memory (%zu bytes)\n", wanted);
    exit(1);
}

static const struct memory memory = {give_up, NULL};

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values)
{
    qsort(values, RUNS, sizeof(*values), compare_doubles);
    return values[RUNS / 2];
}

/* One way of doing a thing: returns how many operations it did. */
typedef size_t (*way)(void *ctx);

static double ns_per_op(way run, void *ctx)
{
    double start = now();
    size_t ops = run(ctx);
    return (now() - start) / (double)ops;
}

static void compare(const char *what, way ours, way theirs, void *ctx)
{
    double our_times[RUNS], their_times[RUNS];
    for (int i = 0; i < RUNS; i++) {
        their_times[i] = ns_per_op(theirs, ctx);
        our_times[i] = ns_per_op(ours, ctx);
    }
    double our = median(our_times), their = median(their_times);
    printf("%-46s %9.1f %9.1f %8.1fx\n", what, our, their, their / our);
}

static void measure(const char *what, way ours, void *ctx)
{
    double times[RUNS];
    for (int i = 0; i < RUNS; i++)
        times[i] = ns_per_op(ours, ctx);
    printf("%-46s %9.1f\n", what, median(times));
}

static uint64_t next_number(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

/* Sizes as programs have them: mostly small, few large. */
static size_t mixed_size(uint64_t *random)
{
    static const unsigned short sizes[16] = {16, 16, 16, 24, 24, 32, 32, 40,
                                             48, 48, 64, 64, 96, 128, 256, 512};
    return sizes[next_number(random) % 16];
}

/* ---- arena ---- */

static size_t use_malloc(uint64_t random)
{
    static const size_t ops = (size_t)REQUESTS * OBJECTS;
    void *objects[OBJECTS];
    for (int request = 0; request < REQUESTS; request++) {
        for (int i = 0; i < OBJECTS; i++) {
            objects[i] = malloc(mixed_size(&random));
            *(volatile uint64_t *)objects[i] = random;
        }
        for (int i = 0; i < OBJECTS; i++)
            free(objects[i]);
    }
    return ops;
}

static size_t use_arena(uint64_t random)
{
    static const size_t ops = (size_t)REQUESTS * OBJECTS;
    struct arena arena;
    arena_init(&arena, &memory);
    for (int request = 0; request < REQUESTS; request++) {
        for (int i = 0; i < OBJECTS; i++)
            *(volatile uint64_t *)arena_alloc(&arena, mixed_size(&random)) = random;
        arena_clear(&arena);
    }
    arena_release(&arena);
    return ops;
}

static size_t malloc_here(void *ctx)
{
    (void)ctx;
    return use_malloc(1);
}

static size_t arena_here(void *ctx)
{
    (void)ctx;
    return use_arena(1);
}

static void malloc_job(void *ctx, size_t index, unsigned worker)
{
    (void)ctx;
    (void)worker;
    use_malloc(index);
}

static void arena_job(void *ctx, size_t index, unsigned worker)
{
    (void)ctx;
    (void)worker;
    use_arena(index);
}

static size_t malloc_everywhere(void *workers)
{
    size_t jobs = 2 * workers_count(workers);
    workers_run(workers, jobs, malloc_job, NULL);
    return jobs * REQUESTS * OBJECTS;
}

static size_t arena_everywhere(void *workers)
{
    size_t jobs = 2 * workers_count(workers);
    workers_run(workers, jobs, arena_job, NULL);
    return jobs * REQUESTS * OBJECTS;
}

static void bench_arena(void)
{
    struct workers *workers = workers_new(&memory, 0);
    char what[64];
    compare("arena | malloc, small objects, 1 thread", arena_here, malloc_here, NULL);
    snprintf(what, sizeof(what), "arena | malloc, small objects, %u threads",
             workers_count(workers));
    compare(what, arena_everywhere, malloc_everywhere, workers);
    workers_free(workers);
}

/* ---- pool ---- */

struct buffers {
    size_t min, max; /* sizes */
    size_t rounds;
};

/* A byte on every page: what a buffer that is filled costs beyond the filling. */
static void touch(char *buf, size_t n)
{
    for (size_t i = 0; i < n; i += 4096)
        ((volatile char *)buf)[i] = 1;
}

/* Spread evenly over the powers of two. */
static size_t buffer_size(const struct buffers *buffers, uint64_t *random)
{
    size_t size = buffers->min;
    while (size < buffers->max && next_number(random) % 4)
        size *= 2;
    return size - next_number(random) % (size / 4);
}

static size_t malloc_buffers(void *ctx)
{
    const struct buffers *buffers = ctx;
    char *bufs[BUFFERS] = {NULL};
    uint64_t random = 5;
    for (size_t i = 0; i < buffers->rounds; i++) {
        size_t n = buffer_size(buffers, &random);
        free(bufs[i % BUFFERS]);
        bufs[i % BUFFERS] = malloc(n);
        touch(bufs[i % BUFFERS], n);
    }
    for (int i = 0; i < BUFFERS; i++)
        free(bufs[i]);
    return buffers->rounds;
}

static size_t pool_buffers(void *ctx)
{
    const struct buffers *buffers = ctx;
    char *bufs[BUFFERS] = {NULL};
    size_t caps[BUFFERS];
    uint64_t random = 5;
    struct pool pool;
    pool_init(&pool, &memory);
    for (size_t i = 0; i < buffers->rounds; i++) {
        size_t n = buffer_size(buffers, &random);
        if (bufs[i % BUFFERS])
            pool_put(&pool, bufs[i % BUFFERS], caps[i % BUFFERS]);
        bufs[i % BUFFERS] = pool_get(&pool, n, &caps[i % BUFFERS]);
        touch(bufs[i % BUFFERS], n);
    }
    for (int i = 0; i < BUFFERS; i++)
        pool_put(&pool, bufs[i], caps[i]);
    pool_release(&pool);
    return buffers->rounds;
}

static void bench_pool(void)
{
    static const struct {
        const char *what;
        struct buffers buffers;
    } cases[] = {
        {"pool | malloc, buffers of 512 B", {512, 512, 2000000}},
        {"pool | malloc, buffers of 4 KiB", {4096, 4096, 1000000}},
        {"pool | malloc, buffers of 64 KiB", {65536, 65536, 100000}},
        {"pool | malloc, buffers of 1 MiB", {1 << 20, 1 << 20, 20000}},
        {"pool | malloc, buffers of 512 B to 1 MiB", {512, 1 << 20, 200000}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        compare(cases[i].what, pool_buffers, malloc_buffers, (void *)&cases[i].buffers);
}

/* ---- string builder ---- */

static size_t append_with_realloc(void *ctx)
{
    struct str piece = *(struct str *)ctx;
    char *text = NULL;
    size_t len = 0;
    for (int i = 0; i < APPENDS; i++) {
        text = realloc(text, len + piece.len + 1);
        memcpy(text + len, piece.ptr, piece.len + 1);
        len += piece.len;
    }
    free(text);
    return APPENDS;
}

static size_t append_with_builder(void *ctx)
{
    struct str piece = *(struct str *)ctx;
    struct sb sb;
    sb_init(&sb, &memory);
    for (int i = 0; i < APPENDS; i++)
        sb_add(&sb, piece);
    sb_release(&sb);
    return APPENDS;
}

/* As many texts as one would write at a time: each append finds the heap's end taken. */
static size_t append_to_many_with_realloc(void *ctx)
{
    struct str piece = *(struct str *)ctx;
    char *texts[16] = {NULL};
    size_t lens[16] = {0};
    for (int i = 0; i < APPENDS; i++) {
        int k = i % 16;
        texts[k] = realloc(texts[k], lens[k] + piece.len + 1);
        memcpy(texts[k] + lens[k], piece.ptr, piece.len + 1);
        lens[k] += piece.len;
    }
    for (int k = 0; k < 16; k++)
        free(texts[k]);
    return APPENDS;
}

static size_t append_to_many_with_builders(void *ctx)
{
    struct str piece = *(struct str *)ctx;
    struct sb texts[16];
    for (int k = 0; k < 16; k++)
        sb_init(&texts[k], &memory);
    for (int i = 0; i < APPENDS; i++)
        sb_add(&texts[i % 16], piece);
    for (int k = 0; k < 16; k++)
        sb_release(&texts[k]);
    return APPENDS;
}

static void bench_builder(void)
{
    struct str piece = STR("a piece of 20 bytes.");
    compare("builder | realloc, 1 text of 1 MB", append_with_builder, append_with_realloc, &piece);
    compare("builder | realloc, 16 texts at a time", append_to_many_with_builders,
            append_to_many_with_realloc, &piece);
}

/* ---- tables ---- */

struct names {
    struct arena arena;
    struct str *texts;
    struct intern intern;
    struct map map;
};

static void names_init(struct names *names)
{
    arena_init(&names->arena, &memory);
    names->texts = ARENA_ARRAY(&names->arena, struct str, NAMES);
    for (int i = 0; i < NAMES; i++) {
        char text[96];
        int n = snprintf(text, sizeof(text), "example.org/service/internal/pkg%d.(*T%d).Method%d",
                         i % 300, i % 7000, i);
        names->texts[i] = str_copy(&names->arena, (struct str){text, (size_t)n});
    }
    intern_init(&names->intern, &memory);
    map_init(&names->map, &memory);
}

static void names_release(struct names *names)
{
    map_release(&names->map);
    intern_release(&names->intern);
    arena_release(&names->arena);
}

static size_t intern_new(void *ctx)
{
    struct names *names = ctx;
    intern_release(&names->intern);
    intern_init(&names->intern, &memory);
    for (int i = 0; i < NAMES; i++)
        intern_add(&names->intern, names->texts[i]);
    return NAMES;
}

static size_t intern_known(void *ctx)
{
    struct names *names = ctx;
    uint64_t random = 1;
    for (int i = 0; i < NAMES; i++)
        intern_add(&names->intern, names->texts[next_number(&random) % NAMES]);
    return NAMES;
}

static size_t map_new(void *ctx)
{
    struct map *map = &((struct names *)ctx)->map;
    map_release(map);
    for (uint64_t key = 0; key < KEYS; key++) {
        bool added;
        *map_put(map, key << 20, &added) = key;
    }
    return KEYS;
}

static size_t map_known(void *ctx)
{
    struct map *map = &((struct names *)ctx)->map;
    uint64_t random = 1, sum = 0;
    for (int i = 0; i < KEYS; i++)
        sum += *map_get(map, next_number(&random) % KEYS << 20);
    return sum ? KEYS : 0;
}

static size_t map_unknown(void *ctx)
{
    struct map *map = &((struct names *)ctx)->map;
    uint64_t random = 1;
    size_t found = 0;
    for (int i = 0; i < KEYS; i++)
        found += map_get(map, (next_number(&random) << 20) + 1) != NULL;
    return found ? 0 : KEYS;
}

static size_t hash_names(void *ctx)
{
    struct names *names = ctx;
    uint64_t sum = 0;
    for (int i = 0; i < NAMES; i++)
        sum += str_hash(names->texts[i]);
    return sum ? NAMES : 0;
}

static void bench_tables(void)
{
    struct names names;
    names_init(&names);
    measure("hash of a name of 50 to 60 bytes", hash_names, &names);
    measure("intern, 200,000 new names", intern_new, &names);
    measure("intern, known names, any order", intern_known, &names);
    measure("map, 1,000,000 new keys", map_new, &names);
    measure("map, known keys, any order", map_known, &names);
    measure("map, unknown keys, any order", map_unknown, &names);
    names_release(&names);
}

int main(void)
{
    printf("%-46s %9s %9s %9s\n", "ns per operation, medians of 7 runs", "ours", "theirs", "ratio");
    bench_arena();
    bench_pool();
    bench_builder();
    bench_tables();
    return 0;
}
