/* test_join.c: the whole join on a small module, with a profile and the compiler's words as text.
 */
#include "evidence_test.h"

#include <unistd.h>

/* ---- the module ---- */

static const char go_mod[] = "module example.com/shop\n\ngo 1.26\n";

static const char source[] =
    "package main\n"                              /* 1 */
    "\n"
    "type order struct{ a [12]int64 }\n"          /* 3 */
    "\n"
    "var orders []*order\n"                       /* 5 */
    "\n"
    "func keep(o *order) {\n"                     /* 7 */
    "\torders[0] = o\n"
    "}\n"                                         /* 9 */
    "\n"
    "func add() {\n"                              /* 11 */
    "\tkeep(&order{})\n"
    "}\n"                                         /* 13 */
    "\n"
    "func grow(list []int) []int {\n"             /* 15 */
    "\treturn append(list, 1)\n"
    "}\n"                                         /* 17 */
    "\n"
    "func count(m map[int]int) {\n"               /* 19 */
    "\tm[1]++\n"
    "}\n"                                         /* 21 */
    "\n"
    "func main() {\n"                             /* 23 */
    "\tadd()\n"
    "}\n"                                         /* 25 */
    "\n"
    "func (o *order) first() int64 { return o.a[0] }\n";

static const char diagnostics[] =
    "# example.com/shop\n"
    "./main.go:7:6: cannot inline keep: marked go:noinline\n"
    "./main.go:11:6: cannot inline add: marked go:noinline\n"
    "./main.go:15:6: cannot inline grow: marked go:noinline\n"
    "./main.go:19:6: cannot inline count: marked go:noinline\n"
    "./main.go:23:6: cannot inline main: marked go:noinline\n"
    "./main.go:7:11: parameter o leaks to {heap} for keep with derefs=0:\n"
    "./main.go:7:11:   flow: {heap} \xe2\x86\x90 o:\n"
    "./main.go:7:11:     from orders[0] = o (assign) at ./main.go:8:12\n"
    "./main.go:7:11: leaking param: o\n"
    "./main.go:12:7: &order{} escapes to heap in add:\n"
    "./main.go:12:7:   flow: {heap} \xe2\x86\x90 &{storage for &order{}}:\n"
    "./main.go:12:7:     from &order{} (spill) at ./main.go:12:7\n"
    "./main.go:12:7:     from keep(&order{}) (call parameter) at ./main.go:12:6\n"
    "./main.go:12:7: &order{} escapes to heap\n"
    "./main.go:15:11: leaking param: list to result ~r0 level=0\n"
    "./main.go:16:15: append escapes to heap\n"
    "./main.go:19:12: m does not escape\n";

/* Frames of the text profile; /ci is where the program was built. */
#define STORE "#\t0x10\tmain.add+0x1\t/ci/shop/main.go:12\n"
#define GROW "#\t0x20\tmain.grow+0x1\t/ci/shop/main.go:16\n"
#define COUNT "#\t0x30\tmain.count+0x1\t/ci/shop/main.go:20\n"
#define MAIN "#\t0x90\tmain.main+0x1\t/ci/shop/main.go:24\n"

/* ---- one join ---- */

struct joined {
    char dir[64];
    struct diag_sink *sink;
    struct workers *workers;
    struct profile *profile;
    struct compiler *compiler;
    struct evidence *evidence;
};

static void put_file(const char *dir, const char *name, const char *text)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    struct joined *joined = calloc(1, sizeof(*joined));
    snprintf(joined->dir, sizeof(joined->dir), "/tmp/unheap-join-XXXXXX");
    assert_non_null(mkdtemp(joined->dir));
    put_file(joined->dir, "go.mod", go_mod);
    put_file(joined->dir, "main.go", source);
    joined->sink = diag_sink_new(&plenty);
    joined->workers = workers_new(&plenty, 1);
    *state = joined;
    return 0;
}

static void remove_file(const char *dir, const char *name)
{
    char path[128];
    snprintf(path, sizeof(path), "%s/%s", dir, name);
    unlink(path);
}

static void close_join(struct joined *joined)
{
    evidence_free(joined->evidence);
    compiler_free(joined->compiler);
    profile_free(joined->profile);
    joined->evidence = NULL;
    joined->compiler = NULL;
    joined->profile = NULL;
}

static int tear_down(void **state)
{
    struct joined *joined = *state;
    close_join(joined);
    workers_free(joined->workers);
    diag_sink_free(joined->sink);
    remove_file(joined->dir, "go.mod");
    remove_file(joined->dir, "main.go");
    rmdir(joined->dir);
    free(joined);
    return 0;
}

static enum status join_with(struct joined *joined, const char *profile, const char *text,
                             const struct evidence_request *request)
{
    static const char *const patterns[] = {"./..."};
    struct compiler_request wanted = {.dir = joined->dir, .patterns = patterns, .pattern_count = 1};
    assert_int_equal(profile_read_bytes((const unsigned char *)profile, strlen(profile),
                                        STR("profile"), &plenty, joined->sink, &joined->profile),
                     STATUS_OK);
    struct compiler_text said = {str_from(text), STR("diagnostics")};
    assert_int_equal(compiler_read_text(&said, &wanted, joined->workers, &plenty, joined->sink,
                                        &joined->compiler), STATUS_OK);
    struct evidence_request asked = request ? *request : (struct evidence_request){0};
    asked.dir = joined->dir;
    return evidence_join(&asked, joined->profile, joined->compiler, &plenty,
                         joined->sink, &joined->evidence);
}

/* E1 and E2 in exact integers. */
static void assert_sums(const struct evidence *evidence)
{
    int64_t causes = 0, sites = 0, unexplained = 0;
    for (size_t i = 0; i < evidence->cause_count; i++) {
        int64_t parts = 0;
        for (size_t k = 0; k < evidence->causes[i].part_count; k++)
            parts += evidence->causes[i].parts[k].value;
        assert_int_equal(parts, evidence->causes[i].measure.value);
        causes += parts;
    }
    for (size_t i = 0; i < evidence->site_count; i++)
        sites += evidence->sites[i].measure.value;
    for (size_t i = 0; i < evidence->unexplained_count; i++)
        unexplained += evidence->unexplained[i].value;
    assert_int_equal(causes, evidence->explained);
    assert_int_equal(sites, evidence->explained);
    assert_int_equal(evidence->explained + unexplained, evidence->total);
    assert_int_equal(evidence->total, profile_total(evidence->profile, evidence->type));
}

static const struct evidence *join(struct joined *joined, const char *profile)
{
    assert_int_equal(join_with(joined, profile, diagnostics, NULL), STATUS_OK);
    assert_sums(joined->evidence);
    return joined->evidence;
}

static void assert_cause(const struct evidence *evidence, size_t rank, enum cause_category category,
                         uint32_t line, int64_t value)
{
    assert_true(rank < evidence->cause_count);
    const struct cause *cause = &evidence->causes[rank];
    assert_string_equal(cause_category_name(cause->category), cause_category_name(category));
    assert_int_equal(cause->place.line, line);
    assert_int_equal(cause->measure.value, value);
    assert_int_equal(cause->id, rank + 1);
}

static void assert_told(const struct joined *joined, enum diag_code code)
{
    for (size_t i = 0; i < diag_count(joined->sink); i++)
        if (diag_at(joined->sink, i)->code == code)
            return;
    fail_msg("%s is not told", diag_code_name(code));
}

/* ---- tests ---- */

/* A profile of the form that Go writes: the runtime's frames are not shown. */
#define PROFILE                                                   \
    "heap profile: 3: 288 [30: 3000] @ heap/2\n"                  \
    "3: 288 [20: 1920] @ 0x10 0x90\n" STORE MAIN                  \
    "0: 0 [5: 600] @ 0x20 0x90\n" GROW MAIN                       \
    "0: 0 [5: 480] @ 0x30 0x90\n" COUNT MAIN

static void three_causes(void **state)
{
    struct joined *joined = *state;
    const struct evidence *evidence = join(joined, PROFILE);
    assert_int_equal(evidence->total, 3000);
    assert_int_equal(evidence->explained, 3000);
    assert_int_equal(evidence->cause_count, 3);
    assert_cause(evidence, 0, CAUSE_GLOBAL, 8, 1920); /* at the store in keep */
    assert_cause(evidence, 1, CAUSE_SLICE_GROWTH, 16, 600);
    assert_cause(evidence, 2, CAUSE_MAP_GROWTH, 20, 480);
    assert_str(evidence->sites[0].text, "&order{} escapes to heap");
    assert_int_equal(evidence->sites[0].size, 96);
    assert_str(evidence->sites[0].function, "main.add");
    assert_str(evidence->sites[0].package, "example.com/shop");
    assert_int_equal(evidence->sites[2].verdict, VERDICT_NONE);
    assert_int_equal(evidence->sites[2].kind, SITE_MAP_GROWTH);
    assert_int_equal(evidence->quality.matched, 3000);
}

static void another_sample_type(void **state)
{
    struct joined *joined = *state;
    struct evidence_request request = {.sample_type = STR("inuse_space")};
    assert_int_equal(join_with(joined, PROFILE, diagnostics, &request), STATUS_OK);
    assert_sums(joined->evidence);
    assert_int_equal(joined->evidence->total, 288);
    assert_int_equal(joined->evidence->cause_count, 1);
    assert_cause(joined->evidence, 0, CAUSE_GLOBAL, 8, 288);
    assert_str(joined->evidence->type_name, "inuse_space");
}

static void an_unknown_sample_type(void **state)
{
    struct joined *joined = *state;
    struct evidence_request request = {.sample_type = STR("cpu")};
    assert_int_equal(join_with(joined, PROFILE, diagnostics, &request), STATUS_BAD_INPUT);
    assert_null(joined->evidence);
    assert_told(joined, DIAG_PROFILE_SAMPLE_TYPE);
}

/* Other producers show the runtime's frames: the one that own code entered tells what happened. */
static void runtime_frames_on_top(void **state)
{
    struct joined *joined = *state;
    const struct evidence *evidence = join(
        joined,
        "heap profile: 0: 0 [9: 900] @ heap/2\n"
        "0: 0 [4: 500] @ 0x1 0x2 0x30 0x90\n"
        "#\t0x1\truntime.mallocgc+0x1\t/usr/local/go/src/runtime/malloc.go:1000\n"
        "#\t0x2\truntime.newobject+0x1\t/usr/local/go/src/runtime/malloc.go:1700\n"
        "#\t0x3\tinternal/runtime/maps.(*Map).growToTable+0x1\t/usr/local/go/src/internal/runtime/"
        "maps/map.go:600\n"
        "#\t0x4\truntime.mapassign_fast64+0x1\t/usr/local/go/src/runtime/map_fast64.go:40\n" COUNT
            MAIN "0: 0 [5: 400] @ 0x1 0x20 0x90\n"
        "#\t0x1\truntime.mallocgc+0x1\t/usr/local/go/src/runtime/malloc.go:1000\n"
        "#\t0x5\truntime.growslice+0x1\t/usr/local/go/src/runtime/slice.go:200\n" GROW MAIN);
    assert_int_equal(evidence->explained, 900);
    assert_int_equal(evidence->cause_count, 2);
    assert_cause(evidence, 0, CAUSE_MAP_GROWTH, 20, 500);
    assert_cause(evidence, 1, CAUSE_SLICE_GROWTH, 16, 400);
    assert_str(evidence->sites[0].function, "main.count");
}

static void nothing_but_runtime(void **state)
{
    struct joined *joined = *state;
    const struct evidence *evidence = join(
        joined,
        "heap profile: 0: 0 [9: 900] @ heap/2\n"
        "0: 0 [4: 500] @ 0x1 0x2 0x3 0x4\n"
        "#\t0x1\truntime.newobject+0x1\t/usr/local/go/src/runtime/malloc.go:1700\n"
        "#\t0x2\truntime.malg+0x1\t/usr/local/go/src/runtime/proc.go:5200\n"
        "#\t0x3\truntime.newproc1+0x1\t/usr/local/go/src/runtime/proc.go:5300\n"
        "#\t0x4\truntime.systemstack+0x1\t/usr/local/go/src/runtime/asm_amd64.s:500\n"
        "0: 0 [5: 400] @ 0x10 0x90\n" STORE MAIN);
    assert_int_equal(evidence->explained, 900);
    assert_cause(evidence, 0, CAUSE_RUNTIME, 5200, 500);
    assert_str(evidence->causes[0].function, "runtime.malg");
    assert_int_equal(evidence->sites[0].kind, SITE_GO);
}

static void an_address_without_symbols(void **state)
{
    struct joined *joined = *state;
    const struct evidence *evidence = join(joined, "heap profile: 0: 0 [9: 900] @ heap/2\n"
                                                   "0: 0 [4: 500] @ 0x10 0x90\n" STORE MAIN
                                                   "0: 0 [5: 400] @ 0x7700\n");
    assert_int_equal(evidence->explained, 500);
    assert_int_equal(evidence->unexplained_count, 1);
    assert_int_equal(evidence->unexplained[0].value, 400);
    assert_true(str_contains(evidence->unexplained[0].why, STR("no symbols")));
}

static void a_line_without_reason(void **state)
{
    struct joined *joined = *state;
    const struct evidence *evidence = join(
        joined, "heap profile: 0: 0 [9: 502] @ heap/2\n"
                "0: 0 [4: 500] @ 0x10 0x90\n" STORE MAIN
                "0: 0 [5: 2] @ 0x40\n#\t0x40\tmain.main+0x1\t/ci/shop/main.go:25\n");
    assert_int_equal(evidence->explained, 500);
    assert_int_equal(evidence->unexplained_count, 1);
    assert_str(evidence->unexplained[0].function, "main.main");
    assert_int_equal(evidence->unexplained[0].place.line, 25);
}

static void a_mapped_path(void **state)
{
    struct joined *joined = *state;
    char map[128];
    snprintf(map, sizeof(map), "/ci/shop=%s", joined->dir);
    const char *maps[] = {"/nowhere=/else", map};
    struct evidence_request request = {.maps = maps, .map_count = 2};
    assert_int_equal(join_with(joined, PROFILE, diagnostics, &request), STATUS_OK);
    assert_sums(joined->evidence);
    assert_int_equal(joined->evidence->quality.by_mapping, 3000);
    assert_int_equal(joined->evidence->quality.by_import_path, 0);
    close_join(joined);
    request.map_count = 1; /* the first does not apply */
    assert_int_equal(join_with(joined, PROFILE, diagnostics, &request), STATUS_OK);
    assert_int_equal(joined->evidence->quality.by_mapping, 0);
    assert_int_equal(joined->evidence->quality.by_import_path, 3000);
}

static void another_program(void **state)
{
    struct joined *joined = *state;
    assert_int_equal(join_with(joined,
                               "heap profile: 0: 0 [9: 900] @ heap/2\n"
                               "0: 0 [9: 900] @ 0x10\n"
                               "#\t0x10\texample.com/other/mill.Grind+0x1\t/src/mill/grind.go:12\n",
                               diagnostics, NULL), STATUS_BAD_INPUT);
    assert_null(joined->evidence);
    assert_told(joined, DIAG_JOIN_FOREIGN);
}

static void another_commit(void **state)
{
    struct joined *joined = *state;
    assert_int_equal(join_with(joined,
                               "heap profile: 0: 0 [13: 600] @ heap/2\n"
                               "0: 0 [4: 500] @ 0x10 0x90\n" STORE MAIN
                               "0: 0 [9: 100] @ 0x10 0x90\n"
                               "#\t0x10\tmain.gone+0x1\t/ci/shop/main.go:12\n" MAIN,
                               diagnostics, NULL), STATUS_OK);
    assert_sums(joined->evidence);
    assert_told(joined, DIAG_JOIN_PARTIAL);
    assert_int_equal(joined->evidence->explained, 500);
    close_join(joined);
    assert_int_equal(join_with(joined,
                               "heap profile: 0: 0 [13: 950] @ heap/2\n"
                               "0: 0 [4: 50] @ 0x10 0x90\n" STORE MAIN
                               "0: 0 [9: 900] @ 0x10 0x90\n"
                               "#\t0x10\tmain.gone+0x1\t/ci/shop/main.go:12\n" MAIN,
                               diagnostics, NULL), STATUS_BAD_INPUT);
    assert_told(joined, DIAG_JOIN_FOREIGN);
}

/* With -m alone there are verdicts and no stories: the allocation itself is the cause. */
static void verdicts_without_stories(void **state)
{
    struct joined *joined = *state;
    assert_int_equal(join_with(joined, PROFILE,
                               "# example.com/shop\n"
                               "./main.go:27:17: can inline (*order).first\n"
                               "./main.go:7:11: leaking param: o\n"
                               "./main.go:12:7: &order{} escapes to heap\n"
                               "./main.go:15:11: leaking param: list to result ~r0 level=0\n"
                               "./main.go:16:15: append escapes to heap\n"
                               "./main.go:19:12: m does not escape\n",
                               NULL), STATUS_OK);
    assert_sums(joined->evidence);
    assert_int_equal(joined->evidence->explained, 3000);
    assert_int_equal(joined->evidence->causes[0].place.line, 12);
    assert_int_equal(joined->evidence->causes[0].category, CAUSE_OTHER);
}

static void equal_input_equal_output(void **state)
{
    struct joined *joined = *state;
    const struct evidence *evidence = join(joined, PROFILE);
    uint32_t causes[3], sites[3];
    struct sb first;
    sb_init(&first, &plenty);
    for (size_t i = 0; i < 3; i++) {
        causes[i] = evidence->sample_cause[i];
        sites[i] = evidence->sample_site[i];
        assert_true(causes[i] < 3 && sites[i] < 3);
        sb_add(&first, evidence->causes[i].text);
        sb_add(&first, evidence->causes[i].advice);
    }
    close_join(joined);
    evidence = join(joined, PROFILE);
    struct sb second;
    sb_init(&second, &plenty);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(causes[i], evidence->sample_cause[i]);
        assert_int_equal(sites[i], evidence->sample_site[i]);
        sb_add(&second, evidence->causes[i].text);
        sb_add(&second, evidence->causes[i].advice);
    }
    assert_true(str_equal(sb_str(&first), sb_str(&second)));
    sb_release(&first);
    sb_release(&second);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(three_causes),
        TEST(another_sample_type),
        TEST(an_unknown_sample_type),
        TEST(runtime_frames_on_top),
        TEST(nothing_but_runtime),
        TEST(an_address_without_symbols),
        TEST(a_line_without_reason),
        TEST(a_mapped_path),
        TEST(another_program),
        TEST(another_commit),
        TEST(verdicts_without_stories),
        TEST(equal_input_equal_output),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
