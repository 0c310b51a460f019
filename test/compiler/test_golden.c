/* test_golden.c: what gc really prints, from Go 1.21 to 1.26, for golden/forms.
 *
 * The texts were made in golden/forms with each toolchain of the module proxy:
 *   GOTOOLCHAIN=go1.21.13 go build -gcflags=-m=2 ./... 2>../forms.go1.21.13.m2.txt
 * and with -gcflags=-m for the m1 text. The wanted dumps were looked through by hand. */
#include "compiler_test.h"

static const struct golden {
    const char *version, *range;
    bool names_functions;
} goldens[] = {
    {"1.21.13", "go1.24 or older", false}, {"1.22.12", "go1.22 to go1.24", false},
    {"1.23.12", "go1.22 to go1.24", false}, {"1.24.13", "go1.22 to go1.24", false},
    {"1.25.5", "go1.25 or newer", true},   {"1.26.8", "go1.25 or newer", true},
};

static const char *golden_path(char *path, const char *version, const char *rest)
{
    const char *root = getenv("ROOT");
    snprintf(path, 4096, "%s/test/compiler/golden/forms.go%s.%s", root ? root : ".", version, rest);
    return path;
}

static void golden_read(struct reading *reading, const char *version)
{
    char path[4096];
    read_path(reading, golden_path(path, version, "m2.txt"));
    assert_int_equal(reading->status, STATUS_OK);
}

static void every_line_is_understood(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goldens); i++) {
        struct reading reading;
        golden_read(&reading, goldens[i].version);
        assert_int_equal(diag_count(reading.sink), 0);
        assert_int_equal(reading.compiler->level, 2);
        assert_text(reading.compiler->go_version, goldens[i].range);
        reading_release(&reading);
    }
}

static bool has_verdict(const struct message *message)
{
    return message->kind == MESSAGE_ESCAPES || message->kind == MESSAGE_MOVED_TO_HEAP ||
           message->kind == MESSAGE_LEAKS || message->kind == MESSAGE_LEAKS_CONTENT ||
           message->kind == MESSAGE_LEAKS_RESULT;
}

/* Each verdict has a story of its own; each story has steps, with reasons that are known. */
static void every_verdict_has_its_story(void **state)
{
    (void)state;
    struct arena arena;
    arena_init(&arena, &plenty);
    for (size_t i = 0; i < COUNT_OF(goldens); i++) {
        struct reading reading;
        golden_read(&reading, goldens[i].version);
        const struct compiler *compiler = reading.compiler;
        bool *taken = calloc(compiler->messages.len + 1, sizeof(*taken));
        for (size_t j = 0; j < compiler->messages.len; j++) {
            const struct message *message = &compiler->messages.at[j];
            if (!has_verdict(message))
                continue;
            assert_true(message->story > 0);
            assert_false(taken[message->story]);
            taken[message->story] = true;
            struct story story;
            story_read(compiler, message, &arena, &story);
            assert_true(story.count > 0);
            for (size_t k = 0; k < story.count; k++)
                assert_int_not_equal(story.steps[k].reason, FLOW_OTHER);
        }
        free(taken);
        reading_release(&reading);
    }
    arena_release(&arena);
}

static void functions_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(goldens); i++) {
        struct reading reading;
        golden_read(&reading, goldens[i].version);
        const struct compiler *compiler = reading.compiler;
        for (size_t j = 0; j < compiler->messages.len; j++) {
            const struct message *message = &compiler->messages.at[j];
            if (message->kind == MESSAGE_STORY_ESCAPES)
                assert_int_equal(message_names_function(message), goldens[i].names_functions);
        }
        static const char *const verdicts[][2] = {
            {"moved to heap: local", "moved"},         {"moved to heap: count", "moved"},
            {"make([]byte, 1", "makes"}, {"\"<\" + name + \">\" escapes", "strings"},
        };
        for (size_t j = 0; j < COUNT_OF(verdicts); j++) {
            bool moved = verdicts[j][0][0] == 'm' && verdicts[j][0][1] == 'o';
            const struct message *message =
                message_with(compiler, moved ? MESSAGE_MOVED_TO_HEAP : MESSAGE_ESCAPES,
                             verdicts[j][0]);
            assert_id(compiler, message->function, verdicts[j][1]);
        }
        reading_release(&reading);
    }
}

/* Level 2 comes back byte by byte. */
static void the_text_comes_back(void **state)
{
    (void)state;
    struct sb out;
    sb_init(&out, &plenty);
    for (size_t i = 0; i < COUNT_OF(goldens); i++) {
        struct reading reading;
        char path[4096];
        golden_read(&reading, goldens[i].version);
        sb_clear(&out);
        for (size_t j = 0; j < reading.compiler->packages.len; j++)
            compiler_print_gc(reading.compiler, j, 2, &out);
        size_t n;
        char *wanted = file_text(golden_path(path, goldens[i].version, "m2.txt"), &n);
        assert_string_equal(out.text, wanted);
        free(wanted);
        reading_release(&reading);
    }
    sb_release(&out);
}

/* What -m prints is what -m=2 prints without its additions. */
static void level_1_follows_from_level_2(void **state)
{
    (void)state;
    struct reading reading;
    char path[4096];
    struct sb out;
    sb_init(&out, &plenty);
    golden_read(&reading, "1.26.8");
    for (size_t j = 0; j < reading.compiler->packages.len; j++)
        compiler_print_gc(reading.compiler, j, 1, &out);
    size_t n;
    char *wanted = file_text(golden_path(path, "1.26.8", "m1.txt"), &n);
    assert_string_equal(out.text, wanted);
    free(wanted);
    sb_release(&out);
    reading_release(&reading);
}

/* Everything that is read, message by message, with all stories. UPDATE=1 in the environment writes
 * what comes out as what is wanted. */
static void the_dump_is_as_wanted(void **state)
{
    (void)state;
    static const char *const versions[] = {"1.21.13", "1.26.8"};
    for (size_t i = 0; i < COUNT_OF(versions); i++) {
        struct reading reading;
        char path[4096];
        struct sb out;
        sb_init(&out, &plenty);
        golden_read(&reading, versions[i]);
        const struct compiler *compiler = reading.compiler;
        dump(compiler, &out);
        for (size_t j = 0; j < compiler->messages.len; j++) {
            if (!has_verdict(&compiler->messages.at[j]))
                continue;
            sb_addf(&out, "\n%.*s\n", STR_ARGS(compiler->messages.at[j].text));
            dump_story(compiler, &compiler->messages.at[j], &out);
        }
        golden_path(path, versions[i], "want");
        if (getenv("UPDATE")) {
            FILE *file = fopen(path, "wb");
            fwrite(out.text, 1, out.len, file);
            fclose(file);
        }
        size_t n;
        char *wanted = file_text(path, &n);
        assert_string_equal(out.text, wanted);
        free(wanted);
        sb_release(&out);
        reading_release(&reading);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_line_is_understood), cmocka_unit_test(every_verdict_has_its_story),
        cmocka_unit_test(functions_are_known),      cmocka_unit_test(the_text_comes_back),
        cmocka_unit_test(level_1_follows_from_level_2), cmocka_unit_test(the_dump_is_as_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
