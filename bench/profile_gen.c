/* profile_gen.c: writes a synthetic Go heap profile of a wanted size, for profile_bench.sh.
 *
 *   profile_gen MEGABYTES [RUN] > heap.pb
 *   profile_gen -few MEGABYTES > heap.pb
 *   profile_gen -text MEGABYTES > heap.txt
 *
 * Shaped like what Go's runtime writes for a large service: thousands of packages' worth of
 * functions with names of usual length, a call graph walked at random from a few roots to a depth
 * of about 30, half of the call sites with inlined frames, four values, object sizes of Go's size
 * classes as "bytes" labels, stacks that share their outer part with others, the string table last.
 * The text form is that of debug=1, without inlined frames. -few: as from a program that writes a
 * sample for every event, the same 2,000 stacks over and over. Another RUN gives other samples of
 * the same program. The same arguments give the same bytes. */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    CALLEES = 4,        /* call sites of a function */
    PACKAGE = 12,       /* functions of a package */
    ROOTS = 8,          /* functions that goroutines start with */
    DEPTH_MIN = 12,
    DEPTH_SPAN = 36,
    SAMPLE_BYTES = 112, /* about what a sample takes, to choose the numbers of things */
    BUCKET_BYTES = 5000, /* the same of a bucket in text form */
    FEW_STACKS = 2000,
};

struct buf {
    unsigned char *bytes;
    size_t len, cap;
};

static const uint64_t random_first = 0x2545f4914f6cdd1d;
static uint64_t random_state = 0x2545f4914f6cdd1d;

/* xorshift64*: the same everywhere, unlike rand() */
static uint32_t random_below(uint32_t n)
{
    random_state ^= random_state >> 12;
    random_state ^= random_state << 25;
    random_state ^= random_state >> 27;
    return (uint32_t)((random_state * 0x2545f4914f6cdd1dU) >> 33) % n;
}

static void put_bytes(struct buf *buf, const void *bytes, size_t n)
{
    if (buf->len + n > buf->cap) {
        buf->cap = (buf->len + n) * 2;
        buf->bytes = realloc(buf->bytes, buf->cap);
        if (!buf->bytes)
            exit(1);
    }
    memcpy(buf->bytes + buf->len, bytes, n);
    buf->len += n;
}

static void put_varint(struct buf *buf, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    for (; value >= 0x80; value >>= 7)
        bytes[n++] = (unsigned char)(value | 0x80);
    bytes[n++] = (unsigned char)value;
    put_bytes(buf, bytes, n);
}

static void put_number(struct buf *buf, unsigned field, uint64_t value)
{
    if (!value)
        return;
    put_varint(buf, field << 3);
    put_varint(buf, value);
}

static void put_message(struct buf *buf, unsigned field, struct buf *message)
{
    put_varint(buf, field << 3 | 2);
    put_varint(buf, message->len);
    put_bytes(buf, message->bytes, message->len);
    message->len = 0;
}

/* Written out when large, so that the generator stays small. */
static void flush(struct buf *buf)
{
    fwrite(buf->bytes, 1, buf->len, stdout);
    buf->len = 0;
}

/* ---- the program that was "profiled" ---- */

/* String ids: 0 "", then these, then a name and a file for each function. */
static const char *const fixed_strings[] = {
    "",        "space", "bytes",       "alloc_objects", "count", "alloc_space", "inuse_objects",
    "inuse_space", "/srv/app/service", "f00dfacecafe"};
enum { S_SPACE = 1, S_BYTES, S_ALLOC_OBJECTS, S_COUNT, S_ALLOC_SPACE, S_INUSE_OBJECTS,
       S_INUSE_SPACE, S_FILE, S_BUILD_ID, S_FUNCTIONS };

static uint32_t function_count;

static uint64_t location_id(uint32_t function, uint32_t site)
{
    return (uint64_t)function * CALLEES + site + 1;
}

static unsigned long long address_of(uint32_t function, uint32_t site)
{
    return 0x400000 + 37 * location_id(function, site);
}

/* Whom a call site calls: the graph is fixed by arithmetic, so it need not be stored. Calls go down
 * through layers, as in programs: a callee has a higher number than its caller, within a window. */
static uint32_t callee(uint32_t function, uint32_t site)
{
    uint64_t mixed = (function * 2654435761U + site * 40503U + 12345) * 0x9e3779b97f4a7c15U;
    return (function + 1 + (uint32_t)(mixed >> 32) % (function_count / 30 + 1)) % function_count;
}

/* A small helper of the same package. */
static uint32_t helper(uint32_t function, uint32_t site)
{
    uint32_t other = function / PACKAGE * PACKAGE + site;
    return other == function ? function / PACKAGE * PACKAGE + CALLEES : other;
}

static void put_line(struct buf *location, struct buf *message, uint32_t function, uint32_t line)
{
    put_number(message, 1, function + 1);
    put_number(message, 2, line);
    put_message(location, 4, message);
}

static void put_location(struct buf *out, uint32_t function, uint32_t site)
{
    static struct buf location, line;
    uint32_t inlined = random_below(4); /* 0 and 1: none */
    put_number(&location, 1, location_id(function, site));
    put_number(&location, 2, 1);
    put_number(&location, 3, address_of(function, site));
    for (uint32_t i = 2; i <= inlined; i++)
        put_line(&location, &line, helper(function, (site + i) % CALLEES),
                 10 + random_below(40));
    put_line(&location, &line, function, 20 + site * 7 + random_below(300));
    put_message(out, 4, &location);
}

static void put_function(struct buf *out, uint32_t function)
{
    static struct buf message;
    put_number(&message, 1, function + 1);
    put_number(&message, 2, S_FUNCTIONS + 2 * function);
    put_number(&message, 3, S_FUNCTIONS + 2 * function);
    put_number(&message, 4, S_FUNCTIONS + 2 * function + 1);
    put_number(&message, 5, 10 + function % 700);
    put_message(out, 5, &message);
}

static void put_function_strings(struct buf *out, uint32_t function)
{
    char text[200];
    uint32_t package = function / PACKAGE;
    snprintf(text, sizeof(text), "example.com/platform/internal/pkg%u/store.(*Handler%u).Process%u",
             package, function % 97, function);
    put_varint(out, 6 << 3 | 2);
    put_varint(out, strlen(text));
    put_bytes(out, text, strlen(text));
    snprintf(text, sizeof(text), "/srv/build/example.com/platform/internal/pkg%u/store/f%u.go",
             package, function);
    put_varint(out, 6 << 3 | 2);
    put_varint(out, strlen(text));
    put_bytes(out, text, strlen(text));
}

/* ---- samples ---- */

/* A walk from a root; most walks keep a good part of the one before, as stacks of one service do.
 * */
static uint32_t walk(uint32_t *functions, uint32_t *sites, uint32_t old_depth)
{
    uint32_t depth = DEPTH_MIN + random_below(DEPTH_SPAN), kept = 0;
    if (old_depth && random_below(8))
        kept = old_depth - random_below(old_depth < 12 ? old_depth : 12);
    if (!kept)
        functions[kept++] = random_below(ROOTS);
    if (depth < kept)
        depth = kept;
    sites[kept - 1] = random_below(CALLEES);
    for (uint32_t i = kept; i < depth; i++) {
        functions[i] = callee(functions[i - 1], sites[i - 1]);
        sites[i] = random_below(CALLEES);
    }
    return depth;
}

static void put_values(struct buf *sample, uint64_t size)
{
    static struct buf packed;
    uint64_t count = 1 + random_below(400), live = random_below(3) ? 0 : random_below(40);
    put_varint(&packed, count * (524288 / size + 1));
    put_varint(&packed, count * (524288 / size + 1) * size);
    put_varint(&packed, live);
    put_varint(&packed, live * size);
    put_message(sample, 2, &packed);
}

static void put_sample(struct buf *out, const uint32_t *functions, const uint32_t *sites,
                       uint32_t depth)
{
    static struct buf sample, packed, label;
    static const uint16_t sizes[] = {16,  24,  32,  48,  64,   80,   96,   112,
                                     128, 192, 256, 512, 1024, 2048, 4096, 8192};
    uint64_t size = sizes[random_below(16)];
    for (uint32_t i = depth; i-- > 0;)
        put_varint(&packed, location_id(functions[i], sites[i]));
    put_values(&sample, size);
    put_message(&sample, 1, &packed);
    put_number(&label, 1, S_BYTES);
    put_number(&label, 3, size);
    put_message(&sample, 3, &label);
    put_message(out, 2, &sample);
}

static void print_frame(uint32_t function, uint32_t site)
{
    uint32_t package = function / PACKAGE;
    printf("#\t0x%llx\texample.com/platform/internal/pkg%u/store.(*Handler%u).Process%u+0x%x"
           "\t\t/srv/build/example.com/platform/internal/pkg%u/store/f%u.go:%u\n",
           address_of(function, site), package, function % 97, function, 16 + 37 * site, package,
           function, 20 + site * 7);
}

static void print_bucket(const uint32_t *functions, const uint32_t *sites, uint32_t depth)
{
    unsigned size = 16U << random_below(10), count = 1 + random_below(40), live = random_below(3);
    printf("%u: %u [%u: %u] @", live, live * size, count + live, (count + live) * size);
    for (uint32_t i = depth; i-- > 0;)
        printf(" 0x%llx", address_of(functions[i], sites[i]) + 1);
    printf("\n");
    for (uint32_t i = depth; i-- > 0;)
        print_frame(functions[i], sites[i]);
    printf("\n");
}

enum form { FORM_PROTO, FORM_FEW, FORM_TEXT };

static void put_samples(struct buf *out, uint32_t count, enum form form)
{
    uint32_t functions[DEPTH_MIN + DEPTH_SPAN + 1], sites[DEPTH_MIN + DEPTH_SPAN + 1], depth = 0;
    uint64_t first = random_state;
    for (uint32_t i = 0; i < count; i++) {
        if (form == FORM_FEW && i % FEW_STACKS == 0) {
            random_state = first;
            depth = 0;
        }
        depth = walk(functions, sites, depth);
        if (form == FORM_TEXT)
            print_bucket(functions, sites, depth);
        else
            put_sample(out, functions, sites, depth);
        flush(out);
    }
}

/* ---- all of it ---- */

static void put_type(struct buf *out, unsigned field, uint64_t type, uint64_t unit)
{
    static struct buf message;
    put_number(&message, 1, type);
    put_number(&message, 2, unit);
    put_message(out, field, &message);
}

static void put_mapping(struct buf *out)
{
    static struct buf message;
    put_number(&message, 1, 1);
    put_number(&message, 2, 0x400000);
    put_number(&message, 3, 0x40000000);
    put_number(&message, 5, S_FILE);
    put_number(&message, 6, S_BUILD_ID);
    put_number(&message, 7, 1);
    put_number(&message, 8, 1);
    put_number(&message, 9, 1);
    put_number(&message, 10, 1);
    put_message(out, 3, &message);
}

static void put_all(struct buf *out, uint64_t bytes, enum form form, uint64_t run)
{
    /* A tenth is symbols, as in profiles of large services. */
    function_count = (uint32_t)(bytes / 2400 / PACKAGE + 10) * PACKAGE;
    put_type(out, 11, S_SPACE, S_BYTES);
    put_number(out, 12, 524288);
    put_type(out, 1, S_ALLOC_OBJECTS, S_COUNT);
    put_type(out, 1, S_ALLOC_SPACE, S_BYTES);
    put_type(out, 1, S_INUSE_OBJECTS, S_COUNT);
    put_type(out, 1, S_INUSE_SPACE, S_BYTES);
    put_mapping(out);
    for (uint32_t i = 0; i < function_count; i++) {
        put_function(out, i);
        for (uint32_t site = 0; site < CALLEES; site++)
            put_location(out, i, site);
        flush(out);
    }
    random_state = random_first + run * 0x9e3779b97f4a7c15U;
    put_samples(out, (uint32_t)(bytes * 85 / 100 / SAMPLE_BYTES), form);
    for (size_t i = 0; i < sizeof(fixed_strings) / sizeof(fixed_strings[0]); i++) {
        put_varint(out, 6 << 3 | 2);
        put_varint(out, strlen(fixed_strings[i]));
        put_bytes(out, fixed_strings[i], strlen(fixed_strings[i]));
    }
    for (uint32_t i = 0; i < function_count; i++)
        put_function_strings(out, i);
    put_number(out, 9, 1700000000000000000);
    flush(out);
}

static void print_all(struct buf *out, uint64_t bytes)
{
    function_count = (uint32_t)(bytes / 24000 / PACKAGE + 10) * PACKAGE;
    printf("heap profile: 1: 1 [2: 2] @ heap/1048576\n");
    put_samples(out, (uint32_t)(bytes / BUCKET_BYTES), FORM_TEXT);
    printf("\n# runtime.MemStats\n");
}

int main(int argc, char **argv)
{
    enum form form = FORM_PROTO;
    if (argc > 1 && !strcmp(argv[1], "-text"))
        form = FORM_TEXT;
    else if (argc > 1 && !strcmp(argv[1], "-few"))
        form = FORM_FEW;
    char **numbers = argv + 1 + (form != FORM_PROTO);
    double megabytes = *numbers ? strtod(numbers[0], NULL) : 0;
    uint64_t run = *numbers && numbers[1] ? strtoull(numbers[1], NULL, 10) : 0;
    static struct buf out;
    if (megabytes <= 0) {
        fprintf(stderr, "usage: profile_gen [-few|-text] MEGABYTES [RUN] > heap.pb\n");
        return 2;
    }
    if (form == FORM_TEXT)
        print_all(&out, (uint64_t)(megabytes * 1e6));
    else
        put_all(&out, (uint64_t)(megabytes * 1e6), form, run);
    free(out.bytes);
    return fflush(stdout) != 0;
}
