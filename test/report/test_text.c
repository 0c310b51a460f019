/* `hot` on the terminal: widths, colours, what is shown and what is not; and the whole text against
 * testdata/shop-80.txt and shop-100.txt. After a wanted change make these again with
 * `report_test_page shop text 80 >test/report/testdata/shop-80.txt`, and read them. */
#include "report_test.h"

static struct sb render(enum sample_kind kind, const struct report_style *style)
{
    struct evidence *evidence = sample_new(kind, &sample_memory);
    struct sb out;
    sb_init(&out, &sample_memory);
    report_hot_text(evidence, style, &out);
    sample_free(evidence);
    return out;
}

/* The text without its escape sequences. */
static struct sb without_paint(const struct sb *text)
{
    struct sb plain;
    sb_init(&plain, &sample_memory);
    for (size_t i = 0; i < text->len; i++) {
        if (text->text[i] != '\x1b') {
            sb_addc(&plain, text->text[i]);
            continue;
        }
        assert_int_equal(text->text[++i], '[');
        while (text->text[i] != 'm')
            i++;
    }
    return plain;
}

static size_t widest(struct str text)
{
    size_t width = 0;
    while (text.ptr) {
        size_t line = utf8_width(str_cut(&text, '\n'));
        width = line > width ? line : width;
    }
    return width;
}

static void test_no_line_is_too_long(void **state)
{
    (void)state;
    static const unsigned columns[] = {60, 72, 80, 95, 96, 100, 120, 200};
    for (enum sample_kind kind = SAMPLE_SHOP; kind <= SAMPLE_EMPTY; kind++)
        for (size_t i = 0; i < COUNT_OF(columns) * 2; i++) {
            struct report_style style = {.columns = columns[i / 2], .color = i % 2, .stories = 9};
            struct sb text = render(kind, &style), plain = without_paint(&text);
            assert_in_range(widest(sb_str(&plain)), 1, style.columns); /* T1 */
            sb_release(&plain);
            sb_release(&text);
        }
}

static void test_escape_sequences_only_in_colour(void **state)
{
    (void)state;
    for (enum sample_kind kind = SAMPLE_SHOP; kind <= SAMPLE_EMPTY; kind++) {
        struct sb text = render(kind, &(struct report_style){.columns = 100});
        assert_null(memchr(text.text, '\x1b', text.len)); /* T2 */
        sb_release(&text);
    }
    struct sb text = render(SAMPLE_SHOP, &(struct report_style){.columns = 100, .color = true});
    assert_non_null(memchr(text.text, '\x1b', text.len));
    assert_non_null(strstr(text.text, "█"));
    sb_release(&text);
}

/* Each line ends with no paint on: pagers forget it there. */
static void test_paint_ends_with_its_line(void **state)
{
    (void)state;
    struct sb text = render(SAMPLE_SHOP, &(struct report_style){.columns = 80, .color = true});
    struct str rest = sb_str(&text);
    while (rest.ptr) {
        struct str line = str_cut(&rest, '\n');
        ptrdiff_t on = 0, off = 0;
        for (size_t i = 0; i + 3 < line.len; i++)
            if (line.ptr[i] == '\x1b')
                *(memcmp(line.ptr + i, "\x1b[0m", 4) ? &on : &off) += 1;
        assert_int_equal(on, off);
    }
    sb_release(&text);
}

static void test_the_same_evidence_gives_the_same_bytes(void **state)
{
    (void)state;
    struct report_style style = {.columns = 100, .color = true};
    struct sb first = render(SAMPLE_SHOP, &style), second = render(SAMPLE_SHOP, &style);
    assert_string_equal(first.text, second.text);
    sb_release(&first);
    sb_release(&second);
}

static size_t count_of(const struct sb *text, const char *part)
{
    size_t count = 0;
    for (const char *at = text->text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static void test_rows_and_stories(void **state)
{
    (void)state;
    struct sb text = render(SAMPLE_SHOP, &(struct report_style){.columns = 100, .rows = 3});
    assert_int_equal(count_of(&text, "How it gets to the heap"), 3);
    assert_non_null(strstr(text.text, "4 more causes: 861.50MB (33.8%); -n shows more"));
    sb_release(&text);
    text = render(SAMPLE_SHOP, &(struct report_style){.columns = 100, .stories = 1});
    assert_int_equal(count_of(&text, "How it gets to the heap"), 1);
    assert_null(strstr(text.text, "more causes"));
    sb_release(&text);
}

/* A cause that few samples stand behind has no rank among the others, and no story. */
static void test_weak_causes_stand_apart(void **state)
{
    (void)state;
    struct sb text = render(SAMPLE_SHOP, &(struct report_style){.columns = 100, .stories = 9});
    const char *group = strstr(text.text, "too few samples to rank");
    const char *weak = strstr(text.text, "captured by the closure");
    assert_non_null(group);
    assert_true(weak > group);
    assert_null(strstr(weak + 1, "captured by the closure"));
    assert_int_equal(count_of(&text, "How it gets to the heap"), 7);
    sb_release(&text);
}

static void test_what_must_be_known_first(void **state)
{
    (void)state;
    struct evidence *evidence = sample_new(SAMPLE_SHOP, &sample_memory);
    struct sb notices;
    sb_init(&notices, &sample_memory);
    fact_notices(evidence, &notices);
    assert_null(strstr(notices.text, "do not know"));
    evidence->quality.unknown_function = evidence->total / 10;
    sb_clear(&notices);
    fact_notices(evidence, &notices);
    assert_non_null(strstr(notices.text, "note: 10.2% of the bytes lie in functions that"));
    evidence->quality.unknown_function = evidence->total / 2;
    evidence->explained = evidence->total / 2;
    sb_clear(&notices);
    fact_notices(evidence, &notices);
    assert_non_null(strstr(notices.text, "warning: 50.2%"));
    assert_non_null(strstr(notices.text, "such as vendor.example/blob.decode"));
    assert_non_null(strstr(notices.text, "note: 50.0% of the bytes have no explanation"));
    assert_null(strstr(notices.text, "below zero"));
    evidence->causes[0].measure.value = -1;
    sb_clear(&notices);
    fact_notices(evidence, &notices);
    assert_non_null(strstr(notices.text, "figures below zero"));
    sb_release(&notices);
    sample_free(evidence);
}

static void matches_file(unsigned columns, const char *file)
{
    char path[4096], want[32768];
    const char *root = getenv("ROOT");
    snprintf(path, sizeof(path), "%s/test/report/testdata/%s", root ? root : ".", file);
    FILE *stream = fopen(path, "r");
    assert_non_null(stream);
    want[fread(want, 1, sizeof(want) - 1, stream)] = '\0';
    fclose(stream);
    struct sb text = render(SAMPLE_SHOP, &(struct report_style){.columns = columns});
    assert_string_equal(text.text, want);
    sb_release(&text);
}

static void test_the_whole_text(void **state)
{
    (void)state;
    matches_file(80, "shop-80.txt");
    matches_file(100, "shop-100.txt");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_no_line_is_too_long),
        cmocka_unit_test(test_escape_sequences_only_in_colour),
        cmocka_unit_test(test_paint_ends_with_its_line),
        cmocka_unit_test(test_the_same_evidence_gives_the_same_bytes),
        cmocka_unit_test(test_rows_and_stories), cmocka_unit_test(test_weak_causes_stand_apart),
        cmocka_unit_test(test_what_must_be_known_first), cmocka_unit_test(test_the_whole_text),
    };
    return cmocka_run_group_tests_name("report_hot_text", tests, NULL, NULL);
}
