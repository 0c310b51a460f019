/* Source lines: reading files that are odd, and how much of them the page carries. */
#include <sys/stat.h>
#include <unistd.h>

#include "report_test.h"

static char folder[] = "/tmp/unheap-sources-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static struct str path_of(struct arena *arena, const char *name)
{
    size_t n = sizeof(folder) + strlen(name) + 1;
    char *path = arena_text(arena, n);
    snprintf(path, n, "%s/%s", folder, name);
    return str_from(path);
}

static struct str write_file(struct arena *arena, const char *name, struct str bytes)
{
    struct str path = path_of(arena, name);
    FILE *stream = fopen(path.ptr, "w");
    assert_non_null(stream);
    assert_int_equal(fwrite(bytes.ptr, 1, bytes.len, stream), bytes.len);
    fclose(stream);
    return path;
}

static int drop_folder(void **state)
{
    (void)state;
    static const char *const names[] = {"a.go", "b.go", "c.go", "d.go"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
        remove(path);
    }
    return rmdir(folder);
}

static void test_lines(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &sample_memory);
    struct source_file source;
    struct str path = write_file(&arena, "a.go", STR("one\r\n\n\tthree\nlast"));
    assert_true(source_open(&source, path, &sample_memory, NULL));
    assert_int_equal(source.starts.len, 4);
    assert_true(str_is(source_line(&source, 1), "one"));
    assert_true(str_is(source_line(&source, 2), ""));
    assert_true(str_is(source_line(&source, 3), "\tthree"));
    assert_true(str_is(source_line(&source, 4), "last"));
    assert_int_equal(source_line(&source, 5).len, 0);
    assert_int_equal(source_line(&source, 0).len, 0);
    struct sb out;
    sb_init(&out, &sample_memory);
    source_add_line(&out, source_line(&source, 3), 4, 7);
    assert_string_equal(out.text, "    th…");
    sb_release(&out);
    source_close(&source);
    arena_release(&arena);
}

static void test_what_is_no_source(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &sample_memory);
    struct source_file source;
    assert_false(source_open(&source, STR_NONE, &sample_memory, NULL));
    assert_false(source_open(&source, STR("-"), &sample_memory, NULL));
    assert_false(source_open(&source, STR("a\0b"), &sample_memory, NULL));
    assert_false(source_open(&source, path_of(&arena, "missing.go"), &sample_memory, NULL));
    assert_false(source_open(&source, str_from(folder), &sample_memory, NULL));
    struct str path = write_file(&arena, "a.go", STR("binary\0file\n"));
    assert_false(source_open(&source, path, &sample_memory, NULL));
    path = write_file(&arena, "a.go", STR(""));
    assert_true(source_open(&source, path, &sample_memory, NULL));
    assert_int_equal(source.starts.len, 0);
    assert_int_equal(source_line(&source, 1).len, 0);
    source_close(&source);
    arena_release(&arena);
}

/* A source that was there when the join looked and is gone now is told, once, as a note. */
static void test_a_lost_source_is_told(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &sample_memory);
    struct diag_sink *sink = diag_sink_new(&sample_memory);
    struct source_file source;
    assert_false(source_open(&source, STR_NONE, &sample_memory, sink));
    assert_int_equal(diag_count(sink), 0);
    assert_false(source_open(&source, path_of(&arena, "missing.go"), &sample_memory, sink));
    assert_int_equal(diag_count(sink), 1);
    assert_int_equal(diag_at(sink, 0)->code, DIAG_SOURCE_READ);
    assert_int_equal(diag_errors(sink), 0);
    diag_sink_free(sink);
    arena_release(&arena);
}

/* ---- the page's files ---- */

static json_t *files_of(const struct evidence *evidence, const struct page_extent *extent)
{
    struct sb out;
    struct json_out json;
    sb_init(&out, &sample_memory);
    json_out_init(&json, &sample_memory, &out, false);
    json_begin(&json, NULL, '{');
    page_write_files(&json, evidence, extent);
    json_end(&json, '}');
    json_t *document = json_loads(out.text, 0, NULL);
    assert_non_null(document);
    json_out_release(&json);
    sb_release(&out);
    return document;
}

/* Four files of 100 lines of 10 bytes with a site each at line 50, but the last at 2 and 99; the
 * first is the dearest. */
static struct evidence *four_files(void)
{
    static const char *const names[] = {"a.go", "b.go", "c.go", "d.go"};
    struct evidence *evidence = sample_new(SAMPLE_EMPTY, &sample_memory);
    struct arena *arena = &evidence->arena;
    struct sb text;
    sb_init(&text, &sample_memory);
    for (int line = 1; line <= 100; line++)
        sb_addf(&text, "line %4d\n", line);
    evidence->sites = ARENA_ARRAY(arena, struct site, 5);
    evidence->site_count = 5;
    for (size_t i = 0; i < 4; i++)
        evidence->sites[i] = (struct site){.place = {str_from(names[i]), i < 3 ? 50 : 2, 0},
            .source_path = write_file(arena, names[i], sb_str(&text)),
            .measure = {.value = 1000 - (int64_t)i}};
    evidence->sites[4] = evidence->sites[3];
    evidence->sites[4].place.line = 99;
    evidence->sites[4].measure.value = -500;
    sb_release(&text);
    return evidence;
}

static const char *piece_text(const json_t *files, size_t file, size_t piece, json_int_t *first)
{
    json_t *pair = json_array_get(json_object_get(json_array_get(files, file), "pieces"), piece);
    *first = json_integer_value(json_array_get(pair, 0));
    return json_string_value(json_array_get(pair, 1));
}

static bool is_whole(const json_t *files, size_t file)
{
    return json_is_true(json_object_get(json_array_get(files, file), "whole"));
}

static size_t pieces(const json_t *files, size_t file)
{
    return json_array_size(json_object_get(json_array_get(files, file), "pieces"));
}

static void test_whole_files_then_parts_then_names(void **state)
{
    (void)state;
    struct evidence *evidence = four_files();
    struct page_extent extent = {.sites = 5, .whole_bytes = 2000, .excerpt_bytes = 120};
    json_t *document = files_of(evidence, &extent), *files = json_object_get(document, "files");
    assert_int_equal(json_array_size(files), 4);
    assert_true(is_whole(files, 0));
    assert_true(is_whole(files, 1));
    assert_false(is_whole(files, 2));
    json_int_t first;
    assert_string_equal(piece_text(files, 2, 0, &first),
                        "line   46\nline   47\nline   48\nline   49\nline   50\nline   51\n"
                        "line   52\nline   53\nline   54");
    assert_int_equal(first, 46);
    assert_int_equal(pieces(files, 3), 0); /* 110 bytes of excerpt, and 30 are left */
    json_decref(document);
    extent.whole_bytes = 0;
    extent.excerpt_bytes = 1 << 20;
    document = files_of(evidence, &extent);
    files = json_object_get(document, "files");
    assert_int_equal(pieces(files, 3), 2);
    piece_text(files, 3, 0, &first);
    assert_int_equal(first, 1);
    assert_string_equal(piece_text(files, 3, 1, &first),
                        "line   95\nline   96\nline   97\nline   98\nline   99\nline  100");
    json_decref(document);
    sample_free(evidence);
}

/* The files of the whole page, of a site in line 1 of a file of so many bytes, all in that line. */
static json_t *page_files(size_t bytes)
{
    struct evidence *evidence = four_files();
    struct report_style style = {.columns = 80, .command = "unheap hot"};
    struct sb text, out;
    struct json_out json;
    sb_init(&text, &sample_memory);
    sb_init(&out, &sample_memory);
    sb_repeat(&text, 'x', bytes);
    write_file(&evidence->arena, "a.go", sb_str(&text));
    evidence->sites[0].place.line = 1;
    evidence->site_count = 1;
    json_out_init(&json, &sample_memory, &out, false);
    page_write_data(&json, evidence, &style);
    json_t *document = json_loads(out.text, 0, NULL);
    assert_non_null(document);
    json_out_release(&json);
    sb_release(&out);
    sb_release(&text);
    sample_free(evidence);
    return document;
}

static void assert_carried(size_t bytes, bool whole, size_t piece_count)
{
    json_t *document = page_files(bytes), *files = json_object_get(document, "files");
    assert_int_equal(json_array_size(files), 1);
    assert_int_equal(is_whole(files, 0), whole);
    assert_int_equal(pieces(files, 0), piece_count);
    json_decref(document);
}

/* A line of more than LIMIT_PAGE_EXCERPT_BYTES, its end included, is too much around a site, but
 * may stand in a whole file of LIMIT_PAGE_SOURCE_BYTES. */
static void test_ceilings_of_sources(void **state)
{
    (void)state;
    _Static_assert(LIMIT_PAGE_EXCERPT_BYTES <= LIMIT_PAGE_SOURCE_BYTES, "else a part is more");
    assert_carried(LIMIT_PAGE_SOURCE_BYTES, true, 1);
    assert_carried(LIMIT_PAGE_SOURCE_BYTES + 1, false, 0);
}

static void test_long_lines_are_cut(void **state)
{
    (void)state;
    struct evidence *evidence = four_files();
    struct sb text;
    sb_init(&text, &sample_memory);
    sb_repeat(&text, 'x', 100000);
    write_file(&evidence->arena, "a.go", sb_str(&text));
    sb_release(&text);
    struct page_extent extent = {.sites = 1, .whole_bytes = 1 << 20};
    json_t *document = files_of(evidence, &extent), *files = json_object_get(document, "files");
    json_int_t first;
    assert_int_equal(strlen(piece_text(files, 0, 0, &first)), 400 + strlen("…"));
    json_decref(document);
    sample_free(evidence);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines), cmocka_unit_test(test_what_is_no_source),
        cmocka_unit_test(test_a_lost_source_is_told),
        cmocka_unit_test(test_whole_files_then_parts_then_names),
        cmocka_unit_test(test_ceilings_of_sources),
        cmocka_unit_test(test_long_lines_are_cut),
    };
    return cmocka_run_group_tests_name("sources", tests, make_folder, drop_folder);
}
