/* test_diag.c: diagnostics are kept whole and in order, counted, and printable. */
#include <pthread.h>

#include "base_test.h"

static void a_diagnostic_is_copied(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    char file[] = "a.go";
    diag_add(sink, DIAG_COMPILER_LINE, str_from(file), 12, DIAG_NO_OFFSET, "got %d, want %s", 5,
             "six");
    memset(file, 'x', sizeof(file));
    const struct diag *diag = diag_at(sink, 0);
    assert_int_equal(diag->code, DIAG_COMPILER_LINE);
    assert_str(diag->file, "a.go");
    assert_str(diag->message, "got 5, want six");
    assert_int_equal(diag->line, 12);
    assert_true(diag->offset == DIAG_NO_OFFSET);
    diag_sink_free(sink);
    diag_sink_free(NULL);
}

static void only_errors_are_errors(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    diag_add(sink, DIAG_FILE_OPEN, STR_NONE, 0, DIAG_NO_OFFSET, "error");
    diag_add(sink, DIAG_COMPILER_LINE, STR_NONE, 0, DIAG_NO_OFFSET, "warning");
    diag_add(sink, DIAG_SOURCE_READ, STR_NONE, 0, DIAG_NO_OFFSET, "note");
    assert_int_equal(diag_count(sink), 3);
    assert_int_equal(diag_errors(sink), 1);
    assert_int_equal(diag_dropped(sink), 0);
    diag_sink_free(sink);
}

static void more_than_the_ceiling_are_counted(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    for (int i = 0; i < LIMIT_DIAGNOSTICS + 7; i++)
        diag_add(sink, i % 2 ? DIAG_FILE_OPEN : DIAG_SOURCE_READ, STR_NONE, 0, DIAG_NO_OFFSET,
                 "number %d", i);
    assert_int_equal(diag_count(sink), LIMIT_DIAGNOSTICS);
    assert_int_equal(diag_dropped(sink), 7);
    assert_int_equal(diag_errors(sink), LIMIT_DIAGNOSTICS / 2 + 3);
    assert_str(diag_at(sink, LIMIT_DIAGNOSTICS - 1)->message, "number 999");
    diag_sink_free(sink);
}

static void a_long_message_is_cut(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    for (int n = LIMIT_DIAGNOSTIC_BYTES - 1; n <= LIMIT_DIAGNOSTIC_BYTES; n++)
        diag_add(sink, DIAG_USAGE, STR_NONE, 0, DIAG_NO_OFFSET, "%0*d", n, 7);
    struct str whole = diag_at(sink, 0)->message;
    struct str cut = diag_at(sink, 1)->message;
    assert_int_equal(whole.len, LIMIT_DIAGNOSTIC_BYTES - 1);
    assert_true(str_ends(whole, STR("07")));
    assert_int_equal(cut.len, LIMIT_DIAGNOSTIC_BYTES - 1);
    assert_true(str_ends(cut, STR("00...")));
    diag_sink_free(sink);
}

static void assert_formatted(struct str file, uint64_t line, uint64_t offset,
                             const char *expected)
{
    struct diag_sink *sink = diag_sink_new(&plenty);
    diag_add(sink, DIAG_FILE_READ, file, line, offset, "no luck");
    struct sb out;
    sb_init(&out, &plenty);
    sb_adds(&out, "> ");
    diag_format(diag_at(sink, 0), &out);
    assert_string_equal(out.text, expected);
    sb_release(&out);
    diag_sink_free(sink);
}

static void the_place_comes_first(void **state)
{
    (void)state;
    assert_formatted(STR("a.go"), 3, DIAG_NO_OFFSET,
                     "> a.go:3: error: no luck [file-read]\n"
                     "  check the disk or the pipe and try again\n");
    assert_formatted(STR("a.pb"), 0, 0,
                     "> a.pb: byte 0: error: no luck [file-read]\n"
                     "  check the disk or the pipe and try again\n");
    assert_formatted(STR("a.go"), 0, DIAG_NO_OFFSET,
                     "> a.go: error: no luck [file-read]\n"
                     "  check the disk or the pipe and try again\n");
    assert_formatted(STR_NONE, 0, DIAG_NO_OFFSET,
                     "> error: no luck [file-read]\n"
                     "  check the disk or the pipe and try again\n");
    assert_formatted(STR_NONE, 4, DIAG_NO_OFFSET,
                     "> line 4: error: no luck [file-read]\n"
                     "  check the disk or the pipe and try again\n");
    assert_formatted(STR_NONE, 0, 9,
                     "> byte 9: error: no luck [file-read]\n"
                     "  check the disk or the pipe and try again\n");
}

static void severities_are_named(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    struct sb out;
    sb_init(&out, &plenty);
    diag_add(sink, DIAG_COMPILER_LINE, STR_NONE, 0, DIAG_NO_OFFSET, "odd");
    diag_add(sink, DIAG_SOURCE_READ, STR_NONE, 0, DIAG_NO_OFFSET, "gone");
    diag_format(diag_at(sink, 0), &out);
    diag_format(diag_at(sink, 1), &out);
    assert_non_null(strstr(out.text, "warning: odd [compiler-line]\n"));
    assert_non_null(strstr(out.text, "\nnote: gone [source-read]\n"));
    sb_release(&out);
    diag_sink_free(sink);
}

static void foreign_bytes_cannot_play_with_the_terminal(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    diag_add(sink, DIAG_USAGE, STR("a\x1b[2J"), 0, DIAG_NO_OFFSET, "\r\x7f\tok\nü");
    struct sb out;
    sb_init(&out, &plenty);
    diag_format(diag_at(sink, 0), &out);
    assert_string_equal(out.text, "a\\x1b[2J: error: \\x0d\\x7f\tok\nü [usage]\n"
                                  "  see the verb's -h\n");
    sb_release(&out);
    diag_sink_free(sink);
}

static void each_code_has_a_name_of_its_own_and_a_hint(void **state)
{
    (void)state;
    for (int a = 0; a < DIAG_CODE_COUNT; a++) {
        assert_true(strlen(diag_hint((enum diag_code)a)) > 10);
        assert_true(diag_severity((enum diag_code)a) <= DIAG_NOTE);
        for (int b = 0; b < a; b++)
            assert_string_not_equal(diag_code_name((enum diag_code)a),
                                    diag_code_name((enum diag_code)b));
    }
}

static void ask_beyond_the_last(void)
{
    diag_at(diag_sink_new(&plenty), 0);
}

static void there_is_none_beyond_the_last(void **state)
{
    (void)state;
    assert_bug(ask_beyond_the_last, "diag_at");
}

enum { WRITERS = 4, EACH = 400 };

static void *add_many(void *ctx)
{
    for (int i = 0; i < EACH; i++) {
        diag_add(ctx, DIAG_FILE_OPEN, STR("file"), 1, DIAG_NO_OFFSET, "number %d", i);
        if (diag_count(ctx))
            assert_str(diag_at(ctx, 0)->file, "file");
    }
    return NULL;
}

static void threads_may_add_at_a_time(void **state)
{
    (void)state;
    struct diag_sink *sink = diag_sink_new(&plenty);
    pthread_t threads[WRITERS];
    for (int i = 0; i < WRITERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, add_many, sink), 0);
    for (int i = 0; i < WRITERS; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(diag_count(sink), LIMIT_DIAGNOSTICS);
    assert_int_equal(diag_dropped(sink), WRITERS * EACH - LIMIT_DIAGNOSTICS);
    assert_int_equal(diag_errors(sink), WRITERS * EACH);
    for (size_t i = 0; i < diag_count(sink); i++)
        assert_true(str_starts(diag_at(sink, i)->message, STR("number ")));
    diag_sink_free(sink);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_diagnostic_is_copied),
        cmocka_unit_test(only_errors_are_errors),
        cmocka_unit_test(more_than_the_ceiling_are_counted),
        cmocka_unit_test(a_long_message_is_cut),
        cmocka_unit_test(the_place_comes_first),
        cmocka_unit_test(severities_are_named),
        cmocka_unit_test(foreign_bytes_cannot_play_with_the_terminal),
        cmocka_unit_test(each_code_has_a_name_of_its_own_and_a_hint),
        cmocka_unit_test(there_is_none_beyond_the_last),
        cmocka_unit_test(threads_may_add_at_a_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
