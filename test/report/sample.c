/* sample.c: the evidence of sample.h, from tables.
 *
 * Lines are given by a piece of their text, so that the sources may change. Every site has two
 * samples for each of its causes; sums are made from the tables, so E1 and E2 hold by construction,
 * and the tests check them again from the outside. */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#define SHOP "test/report/testdata/shop/"
#define COMMAND_PACKAGE "example.com/shop/"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    abort();
}
const struct memory sample_memory = {.exhausted = exhausted};

/* ---- the tables ---- */

/* Calls, outermost first, by the short names of `functions`. */
struct row {
    const char *file, *needle, *function, *stack, *text, *type, *reason;
    enum site_kind kind;
    enum site_verdict verdict;
    unsigned size, copies;
    int64_t value;      /* kB for the first cause */
    unsigned cause;
    int64_t other;      /* kB for the second, if any */
    unsigned other_cause;
    bool ambiguous;
};

enum {
    ORDERS, BUFFER, FORMAT, LINES, QUOTE, EVENTS, CLOSURES, CONCAT, CAUSES
};

#define HTTP "conn ServeHTTP Handler handle "
static const struct row rows[] = {
    {"order.go", "o := &Order{", "order.fromRequest", HTTP "postOrder Parse fromRequest",
     "&Order{...} escapes to heap", "order.Order", "assigned to the map orders", SITE_COMPOSITE,
     VERDICT_HEAP, 128, 1, 181248, ORDERS, 0, 0, false},
    {"order.go", "return &Item{", "order.newItem", HTTP "postOrder Parse fromRequest newItem",
     "&Item{...} escapes to heap", "order.Item", "appended to o.Items", SITE_COMPOSITE,
     VERDICT_HEAP, 32, 2, 302080, ORDERS, 0, 0, false},
    {"order.go", "Raw:      append", "order.fromRequest", HTTP "postOrder Parse fromRequest",
     "append escapes to heap", "[]uint8", "kept by the order", SITE_APPEND, VERDICT_HEAP, 0, 1,
     96256, ORDERS, 0, 0, false},
    {"order.go", "o.Items = append", "order.fromRequest", HTTP "postOrder Parse fromRequest", "",
     "[]*order.Item", "growth of a slice in append", SITE_APPEND, VERDICT_NONE, 0, 1, 78848,
     ORDERS, 0, 0, false},
    {"order.go", "o.Notes = append", "order.fromRequest", HTTP "postOrder Parse fromRequest",
     "\"note: \" + note escapes to heap", "string", "kept by the order", SITE_STRING_CONCAT,
     VERDICT_HEAP, 0, 1, 44032, ORDERS, 12288, CONCAT, true},
    {"order.go", "orders[o.ID] = o", "order.Save", HTTP "postOrder Save", "", "map[string]*Order",
     "growth of a map", SITE_MAP_GROWTH, VERDICT_NONE, 0, 1, 28672, ORDERS, 0, 0, false},
    {"api.go", "buf := make([]byte", "api.(*call).body", HTTP "postOrder body",
     "make([]byte, max(readSize, c.r.ContentLength)) escapes to heap", "[]uint8",
     "its size is not known when compiling", SITE_MAKE_SLICE, VERDICT_HEAP, 0, 1, 402432, BUFFER,
     0, 0, false},
    {"api.go", "body = append(body", "api.(*call).body", HTTP "postOrder body", "", "[]uint8",
     "growth of a slice in append", SITE_APPEND, VERDICT_NONE, 0, 1, 61440, BUFFER, 0, 0, false},
    {"render.go", "return fmt.Sprintf(\"%s,%s", "render.row", HTTP "getReport Report row",
     "... argument does not escape", "[]any", "allocated in fmt.Sprintf", SITE_VARIADIC,
     VERDICT_NONE, 0, 1, 148480, FORMAT, 0, 0, false},
    {"render.go", "o.ID, o.Customer, len", "render.row", HTTP "getReport Report row",
     "o.ID escapes to heap", "string", "converted to any for fmt", SITE_INTERFACE, VERDICT_HEAP,
     16, 1, 33792, FORMAT, 0, 0, true},
    {"render.go", "%d.%02d", "render.Money", HTTP "getReport Report row Money",
     "cents / 100 escapes to heap", "int64", "converted to any for fmt", SITE_INTERFACE,
     VERDICT_HEAP, 8, 3, 22528, FORMAT, 0, 0, false},
    {"order.go", "fmt.Sprintf(\"o-%d\"", "order.Range", HTTP "getReport Range",
     "n escapes to heap", "int", "converted to any for fmt", SITE_INTERFACE, VERDICT_HEAP, 8, 1,
     18432, FORMAT, 0, 0, false},
    {"order.go", "order %s: not found", "order.Find", HTTP "getReport Range Find",
     "id escapes to heap", "string", "converted to any for fmt", SITE_INTERFACE, VERDICT_HEAP, 16,
     1, 27648, FORMAT, 0, 0, false},
    {"order.go", "order: not understood", "order.Parse", HTTP "postOrder Parse",
     "... argument escapes to heap", "[]any", "passed to fmt.Errorf", SITE_VARIADIC, VERDICT_HEAP,
     16, 1, 2048, FORMAT, 0, 0, false},
    {"order.go", "order %q of %s", "order.Parse", HTTP "postOrder Parse",
     "req.Customer escapes to heap", "string", "converted to any for fmt", SITE_INTERFACE,
     VERDICT_HEAP, 16, 1, 1536, FORMAT, 0, 0, false},
    {"api.go", "body: %w", "api.(*call).body", HTTP "postOrder body",
     "&fmt.wrapError{...} escapes", "fmt.wrapError", "allocated in fmt.Errorf", SITE_COMPOSITE,
     VERDICT_NONE, 32, 1, 1024, FORMAT, 0, 0, false},
    {"api.go", "%d items for %s", "api.postOrder.func1", HTTP "finish func1",
     "o.Customer escapes to heap", "string", "converted to any for fmt", SITE_INTERFACE,
     VERDICT_HEAP, 16, 1, 16384, FORMAT, 0, 0, false},
    {"api.go", "log.Printf", "api.handle.func1.1", HTTP "finish func1", "r.Method escapes to heap",
     "string", "converted to any for log", SITE_INTERFACE, VERDICT_HEAP, 16, 1, 30720, FORMAT, 0,
     0, false},
    {"api.go", "lines\\n", "api.postLogs", HTTP "postLogs", "n escapes to heap", "int",
     "converted to any for fmt", SITE_INTERFACE, VERDICT_HEAP, 8, 1, 3072, FORMAT, 0, 0, false},
    {"logline.go", "line := &Line{", "logline.parse", HTTP "postLogs Ingest parse",
     "&Line{...} escapes to heap", "logline.Line", "appended to lines", SITE_COMPOSITE,
     VERDICT_HEAP, 56, 1, 52224, LINES, 0, 0, false},
    {"logline.go", "Fields: map[string]string{}", "logline.parse", HTTP "postLogs Ingest parse",
     "map[string]string{} escapes to heap", "map[string]string", "held by the line",
     SITE_MAP_LITERAL, VERDICT_HEAP, 48, 1, 46080, LINES, 0, 0, true},
    {"logline.go", "line.Fields[key] = value", "logline.parse", HTTP "postLogs Ingest parse", "",
     "map[string]string", "growth of a map", SITE_MAP_GROWTH, VERDICT_NONE, 0, 1, 88064, LINES, 0,
     0, false},
    {"logline.go", "line.Message += word", "logline.parse", HTTP "postLogs Ingest parse",
     "line.Message + (word + \" \") escapes to heap", "string", "held by the line",
     SITE_STRING_CONCAT, VERDICT_HEAP, 0, 1, 9216, LINES, 41984, CONCAT, false},
    {"logline.go", "lines = append(lines", "logline.keep", HTTP "postLogs Ingest keep", "",
     "[]*logline.Line", "growth of a slice in append", SITE_APPEND, VERDICT_NONE, 0, 1, 12288,
     LINES, 0, 0, false},
    {"strings/strings.go", "", "strings.genSplit", HTTP "postLogs Ingest parse genSplit",
     "make([]string, n) escapes to heap", "[]string", "its size is not known when compiling",
     SITE_MAKE_SLICE, VERDICT_HEAP, 0, 1, 25600, LINES, 0, 0, false},
    {"quote.go", "q := &quote{}", "order.newQuote", HTTP "postOrder Parse fromRequest newQuote",
     "&quote{} escapes to heap", "order.quote", "returned, and newQuote is not inlined",
     SITE_COMPOSITE, VERDICT_HEAP, 1168, 1, 176128, QUOTE, 0, 0, false},
    {"feed.go", "events <- &Event{Kind", "feed.Publish", HTTP "finish func1 Publish",
     "&Event{...} escapes to heap", "feed.Event", "sent on the channel events", SITE_COMPOSITE,
     VERDICT_HEAP, 56, 1, 39936, EVENTS, 0, 0, false},
    {"feed.go", "events <- &Event{reply", "feed.Recent", HTTP "getFeed Recent",
     "&Event{...} escapes to heap", "feed.Event", "sent on the channel events", SITE_COMPOSITE,
     VERDICT_HEAP, 56, 1, 3072, EVENTS, 0, 0, false},
    {"feed.go", "reply := make(chan", "feed.Recent", HTTP "getFeed Recent",
     "make(chan []*Event, 1) escapes to heap", "chan []*feed.Event", "sent with the event",
     SITE_MAKE_CHAN, VERDICT_HEAP, 104, 1, 5120, EVENTS, 0, 0, false},
    {"api.go", "c := &call{", "api.handle.func1", HTTP "", "&call{...} escapes to heap",
     "api.call", "captured by a closure that escapes", SITE_COMPOSITE, VERDICT_HEAP, 64, 1, 11264,
     CLOSURES, 0, 0, false},
    {"api.go", "c.later(func() {", "api.handle.func1", HTTP "", "func literal escapes to heap",
     "func()", "kept in c.after", SITE_CLOSURE, VERDICT_HEAP, 32, 1, 9728, CLOSURES, 0, 0, false},
    {"api.go", "c.after = append", "api.(*call).later", HTTP "later", "", "[]func()",
     "growth of a slice in append", SITE_APPEND, VERDICT_NONE, 0, 2, 5120, CLOSURES, 0, 0, false},
    {"api.go", "c.later(func() {\n\t\tfeed", "api.postOrder", HTTP "postOrder",
     "func literal escapes to heap", "func()", "kept in c.after", SITE_CLOSURE, VERDICT_HEAP, 32,
     1, 6144, CLOSURES, 0, 0, false},
    {"render.go", "out += row(o)", "render.Report", HTTP "getReport Report",
     "out + row(o) escapes to heap", "string", "string concatenation", SITE_STRING_CONCAT,
     VERDICT_HEAP, 0, 1, 331776, CONCAT, 0, 0, false},
    {"render.go", "\"sum,\" + Money", "render.Report", HTTP "getReport Report",
     "out + (\"sum,\" + Money(sum) + \"\\n\") escapes to heap", "string", "string concatenation",
     SITE_STRING_CONCAT, VERDICT_HEAP, 0, 1, 21504, CONCAT, 0, 0, false},
    {"api.go", "strings.Split(string(body)", "api.postLogs", HTTP "postLogs",
     "string(body) escapes to heap", "string", "conversion of []byte to string",
     SITE_BYTES_TO_STRING, VERDICT_HEAP, 0, 1, 35840, CONCAT, 0, 0, false},
    {"encoding/json/decode.go", "", "encoding/json.Unmarshal", HTTP "postOrder Parse Unmarshal",
     "d escapes to heap", "json.decodeState", "moved to heap: passed to an interface call",
     SITE_VARIABLE, VERDICT_HEAP, 240, 1, 15360, CONCAT, 0, 0, false},
    {"encoding/json/decode.go", "", "encoding/json.(*decodeState).literalStore",
     HTTP "postOrder Parse Unmarshal literalStore", "string(s) escapes to heap", "string",
     "conversion of []byte to string", SITE_BYTES_TO_STRING, VERDICT_HEAP, 0, 1, 29696, CONCAT, 0,
     0, false},
    {"quote.go", "q := newQuote(o.Items, \"\")", "order.(*Order).Dearest",
     HTTP "getReport Report row Dearest", "&quote{} escapes to heap", "order.quote",
     "returned, and newQuote is not inlined", SITE_COMPOSITE, VERDICT_HEAP, 1168, 1, 118784, QUOTE,
     0, 0, false},
    {"order.go", "found = append(found, o)", "order.Range", HTTP "getReport Range", "",
     "[]*order.Order", "growth of a slice in append", SITE_APPEND, VERDICT_NONE, 0, 1, 7168,
     CONCAT, 0, 0, false},
};

/* Short names of `stack` and what the profile calls them. */
static const char *const functions[][2] = {
    {"conn", "net/http.(*conn).serve"},
    {"ServeHTTP", "net/http.(*ServeMux).ServeHTTP"},
    {"Handler", "net/http.HandlerFunc.ServeHTTP"},
    {"handle", COMMAND_PACKAGE "api.handle.func1"},
    {"postOrder", COMMAND_PACKAGE "api.postOrder"},
    {"getReport", COMMAND_PACKAGE "api.getReport"},
    {"postLogs", COMMAND_PACKAGE "api.postLogs"},
    {"getFeed", COMMAND_PACKAGE "api.getFeed"},
    {"finish", COMMAND_PACKAGE "api.(*call).finish"},
    {"later", COMMAND_PACKAGE "api.(*call).later"},
    {"body", COMMAND_PACKAGE "api.(*call).body"},
    {"func1", COMMAND_PACKAGE "api.postOrder.func1"},
    {"Parse", COMMAND_PACKAGE "order.Parse"},
    {"fromRequest", COMMAND_PACKAGE "order.fromRequest"},
    {"newItem", COMMAND_PACKAGE "order.newItem"},
    {"newQuote", COMMAND_PACKAGE "order.newQuote"},
    {"Save", COMMAND_PACKAGE "order.Save"},
    {"Find", COMMAND_PACKAGE "order.Find"},
    {"Range", COMMAND_PACKAGE "order.Range"},
    {"Dearest", COMMAND_PACKAGE "order.(*Order).Dearest"},
    {"Report", COMMAND_PACKAGE "render.Report"},
    {"row", COMMAND_PACKAGE "render.row"},
    {"Money", COMMAND_PACKAGE "render.Money"},
    {"Ingest", COMMAND_PACKAGE "logline.Ingest"},
    {"parse", COMMAND_PACKAGE "logline.parse"},
    {"keep", COMMAND_PACKAGE "logline.keep"},
    {"Publish", COMMAND_PACKAGE "feed.Publish"},
    {"Recent", COMMAND_PACKAGE "feed.Recent"},
    {"genSplit", "strings.genSplit"},
    {"Unmarshal", "encoding/json.Unmarshal"},
    {"literalStore", "encoding/json.(*decodeState).literalStore"},
};

struct story_row {
    const char *file, *needle, *text;
};
struct cause_row {
    enum cause_category category;
    const char *file, *needle, *function, *text, *advice;
    struct story_row story[6];
    bool supported;
};

static const struct cause_row cause_rows[CAUSES] = {
    [ORDERS] = {CAUSE_GLOBAL, "order.go", "orders[o.ID] = o", "order.Save",
     "stored in the global map orders",
     "orders keeps every order that was ever saved: bound it or evict at order.go:69, and hold "
     "items as values ([]Item in order.go:21) so that one allocation holds them all.",
     {{"order.go", "o := &Order{", "&Order{...} is allocated"},
      {"order.go", "o := &Order{", "and assigned to o"},
      {"order.go", "return o\n", "which fromRequest returns"},
      {"order.go", "return fromRequest", "to Parse, which returns it as well"},
      {"api.go", "order.Save(o)", "to postOrder, which passes it to Save as o"},
      {"order.go", "orders[o.ID] = o",
       "there it is stored in the global map orders, which outlives every call"}},
     true},
    [BUFFER] = {CAUSE_DYNAMIC_SIZE, "api.go", "buf := make([]byte", "api.(*call).body",
     "a buffer of unknown size for each request",
     "Take the buffer at api.go:50 from a sync.Pool of []byte by size class and give it back when "
     "the body was read.",
     {{"api.go", "buf := make([]byte",
       "make([]byte, max(readSize, c.r.ContentLength)) is allocated"},
      {"api.go", "buf := make([]byte",
       "its length is only known at run time, so it cannot be part of a stack frame"}},
     true},
    [FORMAT] = {CAUSE_INTERFACE, "render.go", "return fmt.Sprintf(\"%s,%s", "render.row",
     "converted to any for fmt.Sprintf",
     "Write the row with strconv.AppendInt and append into one reused []byte at render.go:18.",
     {{"render.go", "o.ID, o.Customer, len", "o.ID is converted to any, which takes its address"},
      {"render.go", "return fmt.Sprintf(\"%s,%s", "and put into the []any of the call's arguments"},
      {"render.go", "return fmt.Sprintf(\"%s,%s",
       "fmt.Sprintf keeps its arguments in a *pp that is reached through an interface"}},
     true},
    [LINES] = {CAUSE_CONTAINER, "logline.go", "lines = append(lines", "logline.keep",
     "appended to the global slice lines",
     "Keep lines as values in logline.go:16 and bound how many are kept.",
     {{"logline.go", "line := &Line{", "&Line{...} is allocated"},
      {"logline.go", "return line", "and returned by parse"},
      {"logline.go", "keep(parse(text))", "to Ingest, which passes it to keep"},
      {"logline.go", "lines = append(lines", "there it is appended to lines, a global"}},
     true},
    [QUOTE] = {CAUSE_CONSTRUCTOR_NOT_INLINED, "quote.go", "func newQuote", "order.newQuote",
     "newQuote is not inlined: cost 131 exceeds budget 80",
     "Split newQuote at quote.go:24: an outer function that makes the quote and can be inlined, "
     "and fillQuote(q, items) for the loop. Both callers drop the quote, so it then stays on their "
     "stack.",
     {{"quote.go", "q := &quote{}", "&quote{} is allocated"},
      {"quote.go", "return q\n", "and returned"},
      {"order.go", "q := newQuote(o.Items, req", "to fromRequest, which does not keep it"},
      {"quote.go", "func newQuote",
       "but newQuote cannot be inlined (cost 131 exceeds budget 80), so what it returns must be on "
       "the heap"}},
     true},
    [EVENTS] = {CAUSE_CHANNEL, "feed.go", "events <- &Event{Kind", "feed.Publish",
     "sent on the channel events",
     "Make events a chan Event at feed.go:9: some words more are copied, nothing is allocated.",
     {{"feed.go", "events <- &Event{Kind", "&Event{...} is allocated"},
      {"feed.go", "events <- &Event{Kind",
       "and sent on events: its receiver is another goroutine"}},
     true},
    [CLOSURES] = {CAUSE_CLOSURE, "api.go", "c.later(func() {", "api.handle.func1",
     "captured by the closure passed to later",
     "Pass what the access log needs as a value to a method instead of a closure at api.go:23.",
     {{"api.go", "c := &call{", "&call{...} is allocated"},
      {"api.go", "c.later(func() {", "and captured by a func literal"},
      {"api.go", "c.after = append", "which later appends to c.after"}},
     false},
    [CONCAT] = {CAUSE_STRING_BUILDING, "render.go", "out += row(o)", "render.Report",
     "string concatenation in a loop",
     "Use one strings.Builder with Grow(len(orders) * 80) at render.go:10.",
     {{"render.go", "out += row(o)", "out + row(o) makes a new string that holds all rows so far"},
      {"render.go", "return out", "and the last one is returned"}},
     true},
};

/* ---- sources ---- */

static const char *root(void)
{
    const char *dir = getenv("ROOT");
    return dir ? dir : ".";
}

static char *slurp(const char *file, struct arena *arena)
{
    char path[4096];
    snprintf(path, sizeof(path), "%s/" SHOP "%s", root(), file);
    char *text = arena_text(arena, 1 << 16);
    FILE *stream = fopen(path, "r");
    if (!stream)
        return NULL;
    size_t n = fread(text, 1, (1 << 16) - 1, stream);
    text[n] = '\0';
    fclose(stream);
    return text;
}

static uint32_t line_of(const char *file, const char *needle, struct arena *arena)
{
    char *text = slurp(file, arena);
    char *found = text && *needle ? strstr(text, needle) : NULL;
    if (!text || !*needle)
        return 117;
    if (!found) {
        fprintf(stderr, "sample: %s has no line with %s\n", file, needle);
        abort();
    }
    uint32_t line = 1;
    for (char *p = text; p < found; p++)
        line += *p == '\n';
    return line;
}

static struct str join(struct arena *arena, const char *a, const char *b)
{
    size_t n = strlen(a) + strlen(b);
    char *text = arena_text(arena, n + 1);
    snprintf(text, n + 1, "%s%s", a, b);
    return (struct str){text, n};
}

/* "internal/order/order.go" for the shop's own files, absolute for others. */
static struct str shown_file(struct arena *arena, const char *file)
{
    static const char *const packages[][2] = {
        {"order.go", "internal/order/"}, {"quote.go", "internal/order/"},
        {"api.go", "internal/api/"},     {"logline.go", "internal/logline/"},
        {"feed.go", "internal/feed/"},   {"render.go", "internal/render/"},
    };
    for (size_t i = 0; i < COUNT_OF(packages); i++)
        if (strcmp(file, packages[i][0]) == 0)
            return join(arena, packages[i][1], file);
    return join(arena, "/usr/lib/go/src/", file);
}

static struct str readable_file(struct arena *arena, const char *file)
{
    if (strchr(file, '/'))
        return STR_NONE;
    return join(arena, join(arena, root(), "/" SHOP).ptr, file);
}

static struct place place_of(struct arena *arena, const char *file, const char *needle)
{
    return (struct place){shown_file(arena, file), line_of(file, needle, arena), *needle ? 2 : 0};
}

static struct str function_of(struct arena *arena, const char *function)
{
    bool own = strncmp(function, "encoding", 8) != 0 && strncmp(function, "strings", 7) != 0;
    return join(arena, own ? COMMAND_PACKAGE : "", function);
}

/* ---- the profile ---- */

static uint32_t add_function(struct profile *profile, const char *name)
{
    uint32_t id = intern_add(&profile->strings, str_from(name));
    for (uint32_t i = 0; i < profile->functions.len; i++)
        if (profile->functions.at[i].name == id)
            return i;
    struct profile_function function = {.name = id, .system_name = id};
    VEC_PUSH(profile->memory, &profile->functions, function);
    return (uint32_t)(profile->functions.len - 1);
}

static const char *long_name(const char *alias, size_t n)
{
    for (size_t i = 0; i < COUNT_OF(functions); i++)
        if (strlen(functions[i][0]) == n && memcmp(functions[i][0], alias, n) == 0)
            return functions[i][1];
    abort();
}

/* A location of its own for each call: as if nothing were inlined, but for the first call. */
static uint32_t add_stack(struct profile *profile, const char *aliases)
{
    uint32_t locations[64];
    size_t n = 0;
    while (*aliases) {
        size_t len = strcspn(aliases, " ");
        struct profile_frame frame = {.function = add_function(profile, long_name(aliases, len))};
        struct profile_location location = {.first_frame = (uint32_t)profile->frames.len,
                                            .frame_count = 1};
        VEC_PUSH(profile->memory, &profile->frames, frame);
        VEC_PUSH(profile->memory, &profile->locations, location);
        locations[n++] = (uint32_t)(profile->locations.len - 1);
        aliases += len + (aliases[len] == ' ');
    }
    struct profile_stack stack = {profile->stack_locations.len, (uint32_t)n};
    while (n)
        VEC_PUSH(profile->memory, &profile->stack_locations, locations[--n]);
    VEC_PUSH(profile->memory, &profile->stacks, stack);
    return (uint32_t)(profile->stacks.len - 1);
}

struct profile_join {
    VEC(uint32_t) sites, causes;
};

static void add_sample(struct profile *profile, struct profile_join *joined, uint32_t stack,
                       int64_t value, uint32_t site, uint32_t cause)
{
    struct profile_sample sample = {.stack = stack, .object_bytes = 64};
    VEC_PUSH(profile->memory, &profile->samples, sample);
    VEC_PUSH(profile->memory, &profile->values, value);
    VEC_PUSH(profile->memory, &joined->sites, site);
    VEC_PUSH(profile->memory, &joined->causes, cause);
}

static struct profile *new_profile(const struct memory *memory)
{
    struct profile *profile = memory_get(memory, sizeof(*profile));
    *profile = (struct profile){.memory = memory, .type_count = 1, .period = 524288,
                                .time_nanos = 1767225600000000000, .source_count = 1};
    intern_init(&profile->strings, memory);
    profile->types[0].type = intern_add(&profile->strings, STR("alloc_space"));
    profile->types[0].unit = intern_add(&profile->strings, STR("bytes"));
    return profile;
}

static void free_profile(struct profile *profile)
{
    const struct memory *memory = profile->memory;
    VEC_RELEASE(memory, &profile->functions);
    VEC_RELEASE(memory, &profile->frames);
    VEC_RELEASE(memory, &profile->locations);
    VEC_RELEASE(memory, &profile->stack_locations);
    VEC_RELEASE(memory, &profile->stacks);
    VEC_RELEASE(memory, &profile->samples);
    VEC_RELEASE(memory, &profile->values);
    intern_release(&profile->strings);
    memory_put(memory, profile);
}

/* ---- evidence ---- */

static struct measure measure_for(int64_t value)
{
    uint64_t samples = (uint64_t)value / 524288 + 1;
    int64_t spread = 1;
    while (spread * spread < (int64_t)samples)
        spread++;
    int64_t half = value / spread * 2;
    return (struct measure){value, half > value ? 0 : value - half, value + half, samples};
}

static void fill_site(struct evidence *evidence, uint32_t i)
{
    struct arena *arena = &evidence->arena;
    const struct row *row = &rows[i];
    struct site *site = &evidence->sites[i];
    struct str function = function_of(arena, row->function);
    ptrdiff_t dot = str_find_char(str_skip(function, strlen("example.com/")), '.');
    *site = (struct site){
        .id = i + 1, .function = function,
        .package = str_slice(function, 0, dot > 0 ? (size_t)dot + strlen("example.com/") : 0),
        .place = place_of(arena, row->file, row->needle), .kind = row->kind,
        .text = str_from(row->text), .type = str_from(row->type), .size = row->size,
        .verdict = row->verdict, .reason = str_from(row->reason), .copies = row->copies,
        .cause = row->cause, .measure = measure_for((row->value + row->other) * 1024),
        .cumulative = (row->value + row->other) * 1024, .ambiguous = row->ambiguous,
        .source_path = readable_file(arena, row->file),
    };
    if (row->copies > 1) {
        site->inlined_at = ARENA_ARRAY(arena, struct place_frame, 1);
        site->inlined_at[0] = (struct place_frame){function, site->place};
        site->inlined_count = 1;
    }
    site->story = ARENA_ARRAY(arena, struct told_step, 2);
    site->story[0] = (struct told_step){site->place, join(arena, row->type, " is allocated")};
    site->story[1] = (struct told_step){site->place, site->reason};
    site->story_count = 2;
}

static void add_row_samples(struct evidence *evidence, struct profile *profile,
                            struct profile_join *joined, uint32_t i)
{
    const struct row *row = &rows[i];
    uint32_t stack = add_stack(profile, row->stack);
    int64_t bytes = row->value * 1024;
    add_sample(profile, joined, stack, bytes / 3, i, row->cause);
    add_sample(profile, joined, stack, bytes - bytes / 3, i, row->cause);
    if (row->other)
        add_sample(profile, joined, stack, row->other * 1024, i, row->other_cause);
    evidence->explained += bytes + row->other * 1024;
}

static int by_part_value(const void *left, const void *right)
{
    const struct cause_part *a = left, *b = right;
    return a->value != b->value ? (a->value > b->value ? -1 : 1) : (a->site < b->site ? -1 : 1);
}

static int64_t part_of(uint32_t site, unsigned cause)
{
    const struct row *row = &rows[site];
    return (row->cause == cause ? row->value : 0) * 1024 +
           (row->other && row->other_cause == cause ? row->other : 0) * 1024;
}

static void fill_parts(struct evidence *evidence, struct cause *cause, unsigned index)
{
    cause->parts = ARENA_ARRAY(&evidence->arena, struct cause_part, COUNT_OF(rows));
    int64_t value = 0;
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        if (part_of(i, index) == 0)
            continue;
        cause->parts[cause->part_count++] = (struct cause_part){i, part_of(i, index)};
        value += part_of(i, index);
    }
    qsort(cause->parts, cause->part_count, sizeof(*cause->parts), by_part_value);
    cause->measure = measure_for(value);
}

/* Sites flow into the story's middle steps in turn, those into one another, the last into the
 * cause, and that into the heap. */
static void fill_graph(struct evidence *evidence, struct cause *cause)
{
    size_t steps = cause->story_count > 2 ? cause->story_count - 2 : 0;
    size_t count = 2 + steps + cause->part_count;
    cause->nodes = ARENA_ARRAY(&evidence->arena, struct flow_node, count);
    cause->edges = ARENA_ARRAY(&evidence->arena, struct flow_edge, count);
    int64_t whole = cause->measure.value;
    cause->nodes[0] = (struct flow_node){FLOW_NODE_HEAP, STR("heap"), {STR_NONE, 0, 0}, whole};
    cause->nodes[1] = (struct flow_node){FLOW_NODE_CAUSE, cause->text, cause->place, whole};
    cause->edges[cause->edge_count++] = (struct flow_edge){1, 0, whole};
    for (size_t i = 0; i < steps; i++) {
        const struct told_step *step = &cause->story[cause->story_count - 2 - i];
        cause->nodes[2 + i] =
            (struct flow_node){FLOW_NODE_STEP, step->text, step->place, 0};
    }
    cause->node_count = 2 + steps;
    for (size_t i = 0; i < cause->part_count; i++) {
        const struct site *site = &evidence->sites[cause->parts[i].site];
        uint32_t entry = steps ? (uint32_t)(2 + steps - 1 - (i % 2 && steps > 1)) : 1;
        struct str text = site->text.len ? site->text : site->type;
        cause->nodes[cause->node_count] =
            (struct flow_node){FLOW_NODE_SITE, text, site->place, cause->parts[i].value};
        cause->edges[cause->edge_count++] =
            (struct flow_edge){(uint32_t)cause->node_count++, entry, cause->parts[i].value};
        for (uint32_t step = entry; step > 1; step--)
            cause->nodes[step].value += cause->parts[i].value;
    }
    for (uint32_t step = 2; step < 2 + steps; step++)
        cause->edges[cause->edge_count++] =
            (struct flow_edge){step, step - 1, cause->nodes[step].value};
}

static void fill_cause(struct evidence *evidence, unsigned index)
{
    struct arena *arena = &evidence->arena;
    const struct cause_row *row = &cause_rows[index];
    struct cause *cause = &evidence->causes[index];
    *cause = (struct cause){
        .category = row->category, .text = str_from(row->text),
        .function = function_of(arena, row->function),
        .place = place_of(arena, row->file, row->needle), .advice = str_from(row->advice),
        .supported = row->supported, .source_path = readable_file(arena, row->file),
    };
    fill_parts(evidence, cause, index);
    cause->story = ARENA_ARRAY(arena, struct told_step, COUNT_OF(row->story));
    for (size_t i = 0; i < COUNT_OF(row->story) && row->story[i].file; i++)
        cause->story[cause->story_count++] = (struct told_step){
            place_of(arena, row->story[i].file, row->story[i].needle),
            str_from(row->story[i].text)};
    fill_graph(evidence, cause);
}

/* ---- ranking: sites and causes by value, samples renumbered ---- */

static int by_site_value(const void *left, const void *right)
{
    const struct site *a = left, *b = right;
    return a->measure.value != b->measure.value ? (a->measure.value > b->measure.value ? -1 : 1)
                                                : (a->id < b->id ? -1 : 1);
}

static int by_cause_value(const void *left, const void *right)
{
    const struct cause *a = left, *b = right;
    return a->measure.value > b->measure.value ? -1 : 1;
}

static void rank_sites(struct evidence *evidence)
{
    uint32_t place[COUNT_OF(rows) + 1];
    qsort(evidence->sites, evidence->site_count, sizeof(struct site), by_site_value);
    for (uint32_t i = 0; i < evidence->site_count; i++) {
        place[evidence->sites[i].id - 1] = i;
        evidence->sites[i].id = i + 1;
    }
    for (size_t i = 0; i < evidence->cause_count; i++)
        for (size_t j = 0; j < evidence->causes[i].part_count; j++)
            evidence->causes[i].parts[j].site = place[evidence->causes[i].parts[j].site];
    for (size_t i = 0; i < evidence->profile->samples.len; i++)
        if (evidence->sample_site[i] != EVIDENCE_NONE)
            evidence->sample_site[i] = place[evidence->sample_site[i]];
}

static void rank_causes(struct evidence *evidence)
{
    uint32_t place[CAUSES];
    for (uint32_t i = 0; i < CAUSES; i++)
        evidence->causes[i].id = i;
    qsort(evidence->causes, CAUSES, sizeof(struct cause), by_cause_value);
    for (uint32_t i = 0; i < CAUSES; i++) {
        place[evidence->causes[i].id] = i;
        evidence->causes[i].id = i + 1;
    }
    for (size_t i = 0; i < evidence->site_count; i++)
        evidence->sites[i].cause = place[evidence->sites[i].cause];
    for (size_t i = 0; i < evidence->profile->samples.len; i++)
        if (evidence->sample_cause[i] != EVIDENCE_NONE)
            evidence->sample_cause[i] = place[evidence->sample_cause[i]];
}

static void add_unexplained(struct evidence *evidence, struct profile *profile,
                            struct profile_join *joined)
{
    static const struct unexplained unexplained[] = {
        {{"vendor.example/blob.decode", 26}, {{"/build/blob/decode.go", 21}, 88, 0}, 4194304,
         {"the package is not among the diagnostics", 40}},
        {{"example.com/shop/api.getFeed", 28}, {{"internal/api/api.go", 19}, 210, 0},
         1048576, {"the file ends at line 100: another commit?", 42}},
    };
    evidence->unexplained = ARENA_ARRAY(&evidence->arena, struct unexplained, 2);
    memcpy(evidence->unexplained, unexplained, sizeof(unexplained));
    evidence->unexplained_count = COUNT_OF(unexplained);
    uint32_t stack = add_stack(profile, HTTP "getFeed");
    for (size_t i = 0; i < COUNT_OF(unexplained); i++) {
        add_sample(profile, joined, stack, unexplained[i].value, EVIDENCE_NONE, EVIDENCE_NONE);
        evidence->total += unexplained[i].value;
    }
}

/* What the binary has no call for: a constant converted, and an array it keeps on the stack. */
static void add_elided(struct evidence *evidence)
{
    const struct site elided[] = {
        {.id = 90, .function = STR("example.com/shop/api.route"),
         .place = {STR("internal/api/api.go"), 31, 14}, .kind = SITE_INTERFACE,
         .text = STR("\"no such order\" escapes to heap"), .copies = 1,
         .verdict = VERDICT_ELIDED},
        {.id = 91, .function = STR("example.com/shop/store.(*Store).Find"),
         .place = {STR("internal/store/store.go"), 57, 10}, .kind = SITE_MAKE_SLICE,
         .text = STR("make([]byte, 16) escapes to heap"), .copies = 1,
         .verdict = VERDICT_ELIDED},
    };
    evidence->elided = ARENA_ARRAY(&evidence->arena, struct site, COUNT_OF(elided));
    memcpy(evidence->elided, elided, sizeof(elided));
    evidence->elided_count = COUNT_OF(elided);
}

static struct evidence *new_evidence(const struct memory *memory)
{
    struct evidence *evidence = memory_get(memory, sizeof(*evidence));
    *evidence = (struct evidence){.memory = memory, .type_name = STR("alloc_space"),
                                  .unit = STR("bytes"), .go_version = STR("go1.26.8")};
    arena_init(&evidence->arena, memory);
    evidence->profile = new_profile(memory);
    return evidence;
}

static void fill_shop(struct evidence *evidence)
{
    struct profile *profile = (struct profile *)evidence->profile;
    struct profile_join joined = {0};
    evidence->site_count = COUNT_OF(rows);
    evidence->sites = ARENA_ARRAY(&evidence->arena, struct site, COUNT_OF(rows));
    for (uint32_t i = 0; i < COUNT_OF(rows); i++) {
        fill_site(evidence, i);
        add_row_samples(evidence, profile, &joined, i);
    }
    evidence->total = evidence->explained;
    add_unexplained(evidence, profile, &joined);
    add_elided(evidence);
    evidence->cause_count = CAUSES;
    evidence->causes = ARENA_ARRAY(&evidence->arena, struct cause, CAUSES);
    for (unsigned i = 0; i < CAUSES; i++)
        fill_cause(evidence, i);
    evidence->sample_site = joined.sites.at;
    evidence->sample_cause = joined.causes.at;
    rank_sites(evidence);
    rank_causes(evidence);
    evidence->quality = (struct match_quality){.matched = evidence->total / 100 * 99,
        .unknown_function = 1048576, .unknown_package = 4194304, .by_import_path = evidence->total,
        .first_unknown = STR("vendor.example/blob.decode")};
    evidence->other_ranking = STR("by inuse_space, which fills the limit, \"stored in the global "
                                  "map orders\" alone holds 61.2%");
}

/* ---- the other kinds ---- */

/* For terminals, JSON, HTML attributes and elements, scripts, and readers from right to left. */
static const struct str hostile[] = {
    STR("</script><script>window.hostile = 1</script>"),
    STR("<img src=x onerror=\"window.hostile = 2\">"),
    STR("<!--<script>\x1b[2J\x1b]0;title\x07"),
    STR("\xff\xfe bad \xc3( \xe2\x82 \xed\xa0\x80 \xf4\x90\x80\x80 bytes\0 inside"),
    STR("'\"` onmouseover='window.hostile = 3' \\u003c "
        "\xe2\x80\xae" "desrever\xe2\x80\xac &lt;b&gt;"),
    STR("{{data}}{{title}}]]></style>\r\n\tindented\x85"),
};

static void break_out(struct evidence *evidence)
{
    struct profile *profile = (struct profile *)evidence->profile;
    for (size_t i = 0; i < evidence->site_count; i++) {
        struct site *site = &evidence->sites[i];
        site->function = hostile[i % COUNT_OF(hostile)];
        site->text = hostile[(i + 1) % COUNT_OF(hostile)];
        site->reason = hostile[(i + 2) % COUNT_OF(hostile)];
        site->story[0].text = hostile[(i + 3) % COUNT_OF(hostile)];
    }
    for (size_t i = 0; i < evidence->cause_count; i++) {
        struct cause *cause = &evidence->causes[i];
        cause->text = hostile[i % COUNT_OF(hostile)];
        cause->advice = hostile[(i + 1) % COUNT_OF(hostile)];
        cause->function = hostile[(i + 2) % COUNT_OF(hostile)];
        cause->place.file = cause->story[0].place.file = STR(
            "/srv/build/module/cache/of/a/machine/with/long/names/example.com/a-rather-long-module-"
            "name@v1.36.12-0.20260101000000-abcdefabcdef/internal/package/with_a_long_name.go");
        cause->story[1].text = STR(
            "anIdentifierOfALengthThatNoScreenHasEverSeenBeforeBecauseNoPersonWouldWriteIt."
            "ButAGeneratorOfCodeDoesSoWithoutAnyShameAtAll");
        for (size_t j = 0; j < cause->node_count; j++) {
            cause->nodes[j].text = hostile[(i + j) % COUNT_OF(hostile)];
            cause->nodes[j].value = 176507453 + (int64_t)j;
        }
    }
    for (size_t i = 0; i < profile->functions.len; i++)
        profile->functions.at[i].name =
            intern_add(&profile->strings, hostile[i % COUNT_OF(hostile)]);
    evidence->elided[1].text = hostile[0];
    evidence->elided[1].function = hostile[1];
    evidence->unexplained[0].function = hostile[0];
    evidence->unexplained[0].why = hostile[1];
    evidence->other_ranking = hostile[2];
    evidence->go_version = hostile[4];
}

enum { BIG_CAUSES = 900, BIG_SITES = 9000, BIG_DEPTH = 40, BIG_SAMPLES = 60000 };

static struct str numbered(struct arena *arena, const char *text, size_t number)
{
    char buf[128];
    snprintf(buf, sizeof(buf), "%s%zu", text, number);
    return join(arena, buf, "");
}

static void fill_big_cause(struct evidence *evidence, uint32_t i)
{
    struct arena *arena = &evidence->arena;
    struct cause *cause = &evidence->causes[i];
    size_t parts = BIG_SITES / BIG_CAUSES;
    *cause = (struct cause){.id = i + 1,
        .category = (enum cause_category)(i % CAUSE_CATEGORY_COUNT),
        .text = numbered(arena, "cause number ", i), .supported = i < 300,
        .place = {numbered(arena, "big/file", i % 700), i + 1, 1}, .part_count = parts};
    cause->parts = ARENA_ARRAY(arena, struct cause_part, parts);
    cause->nodes = ARENA_ARRAY(arena, struct flow_node, parts + 2);
    cause->edges = ARENA_ARRAY(arena, struct flow_edge, parts + 1);
    for (uint32_t j = 0; j < parts; j++)
        cause->parts[j].site = i * (uint32_t)parts + j;
    cause->nodes[0] = (struct flow_node){FLOW_NODE_HEAP, STR("heap"), {STR_NONE, 0, 0}, 0};
    cause->nodes[1] = (struct flow_node){FLOW_NODE_CAUSE, cause->text, cause->place, 0};
    cause->edges[0] = (struct flow_edge){1, 0, 0};
    cause->node_count = cause->edge_count = 2;
    cause->edge_count = 1;
}

/* Deterministic numbers without a pattern (Knuth, TAOCP 3.3.4: the MMIX constants). */
static uint64_t next_number(uint64_t *state)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return *state >> 33;
}

static uint32_t add_big_stack(struct profile *profile, uint64_t *state)
{
    struct profile_stack stack = {profile->stack_locations.len, BIG_DEPTH};
    uint32_t locations[BIG_DEPTH];
    for (uint32_t depth = 0; depth < BIG_DEPTH; depth++)
        locations[BIG_DEPTH - 1 - depth] =
            depth < 4 ? depth : (uint32_t)(next_number(state) % (depth * 8));
    for (uint32_t depth = 0; depth < BIG_DEPTH; depth++)
        VEC_PUSH(profile->memory, &profile->stack_locations, locations[depth]);
    VEC_PUSH(profile->memory, &profile->stacks, stack);
    return (uint32_t)(profile->stacks.len - 1);
}

static void add_big_samples(struct evidence *evidence, struct profile_join *joined)
{
    struct profile *profile = (struct profile *)evidence->profile;
    uint64_t state = 1;
    for (uint32_t i = 0; i < BIG_DEPTH * 8; i++) {
        char name[64];
        snprintf(name, sizeof(name), "example.com/big/package%u.(*Type).Method%u", i % 20, i);
        struct profile_frame frame = {.function = add_function(profile, name)};
        struct profile_location location = {.first_frame = i, .frame_count = 1};
        VEC_PUSH(profile->memory, &profile->frames, frame);
        VEC_PUSH(profile->memory, &profile->locations, location);
    }
    for (uint32_t i = 0; i < BIG_SAMPLES; i++) {
        uint32_t site = (uint32_t)(next_number(&state) % BIG_SITES);
        uint32_t cause = site / (BIG_SITES / BIG_CAUSES);
        int64_t value = (int64_t)(next_number(&state) % 100000) + 1;
        add_sample(profile, joined, add_big_stack(profile, &state), value, site, cause);
        evidence->sites[site].measure = measure_for(evidence->sites[site].measure.value + value);
        evidence->causes[cause].parts[site % (BIG_SITES / BIG_CAUSES)].value += value;
        struct measure *measure = &evidence->causes[cause].measure;
        *measure = measure_for(measure->value + value);
        evidence->total += value;
    }
}

static void fill_big(struct evidence *evidence)
{
    struct arena *arena = &evidence->arena;
    struct profile_join joined = {0};
    evidence->site_count = BIG_SITES;
    evidence->sites = ARENA_ARRAY(arena, struct site, BIG_SITES);
    evidence->cause_count = BIG_CAUSES;
    evidence->causes = ARENA_ARRAY(arena, struct cause, BIG_CAUSES);
    for (uint32_t i = 0; i < BIG_SITES; i++)
        evidence->sites[i] = (struct site){.id = i + 1, .function = numbered(arena, "big.F", i),
            .place = {numbered(arena, "big/file", i % 700), i + 1, 1}, .copies = 1,
            .text = numbered(arena, "expression ", i), .cause = i / (BIG_SITES / BIG_CAUSES)};
    for (uint32_t i = 0; i < BIG_CAUSES; i++)
        fill_big_cause(evidence, i);
    add_big_samples(evidence, &joined);
    evidence->explained = evidence->total;
    evidence->sample_site = joined.sites.at;
    evidence->sample_cause = joined.causes.at;
    evidence->elided_count = BIG_SITES;
    evidence->elided = ARENA_ARRAY(arena, struct site, BIG_SITES);
    for (uint32_t i = 0; i < BIG_SITES; i++)
        evidence->elided[i] = (struct site){.id = BIG_SITES + i + 1, .copies = 1,
            .function = numbered(arena, "big.F", i), .text = numbered(arena, "constant ", i),
            .place = {numbered(arena, "big/file", i % 700), i + 1, 1}, .verdict = VERDICT_ELIDED};
}

struct evidence *sample_new(enum sample_kind kind, const struct memory *memory)
{
    struct evidence *evidence = new_evidence(memory);
    if (kind == SAMPLE_SHOP || kind == SAMPLE_HOSTILE)
        fill_shop(evidence);
    if (kind == SAMPLE_HOSTILE)
        break_out(evidence);
    if (kind == SAMPLE_BIG)
        fill_big(evidence);
    return evidence;
}

void sample_free(struct evidence *evidence)
{
    const struct memory *memory = evidence->memory;
    memory_put(memory, evidence->sample_site);
    memory_put(memory, evidence->sample_cause);
    free_profile((struct profile *)evidence->profile);
    arena_release(&evidence->arena);
    memory_put(memory, evidence);
}
