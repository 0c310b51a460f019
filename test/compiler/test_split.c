/* test_split.c: the same result for any number of workers and wherever pieces are cut. */
#include "compiler_test.h"

/* Some 5 MB: golden text of several versions, again and again, each as a package of its own, and
 * one package larger than a piece. */
static char *large_text(size_t *n)
{
    static const char *const versions[] = {"1.21.13", "1.26.8"};
    const char *root = getenv("ROOT");
    struct sb text;
    sb_init(&text, &plenty);
    for (int round = 0; round < 180; round++) {
        char path[4096];
        size_t size;
        snprintf(path, sizeof(path), "%s/test/compiler/golden/forms.go%s.m2.txt",
                 root ? root : ".", versions[round % 2]);
        char *golden = file_text(path, &size);
        const char *body = strchr(golden, '\n') + 1;
        if (round < 60)
            sb_addf(&text, "# example.com/forms%d\n", round);
        else if (round == 60)
            sb_adds(&text, "# example.com/large\n");
        sb_adds(&text, body);
        free(golden);
    }
    *n = text.len;
    return text.text;
}

static void fingerprint(const struct compiler *compiler, struct sb *out)
{
    dump(compiler, out);
    for (size_t i = 0; i < compiler->packages.len; i++) {
        const struct compiled_package *package = &compiler->packages.at[i];
        sb_addf(out, "%u %u %u %u %u\n", package->import_path, package->directory, package->name,
                package->first_message, package->message_count);
    }
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        sb_addf(out, "%u %u %u %u\n", message->path, message->function, message->story,
                message->story_bytes);
    }
    for (size_t i = 0; i < compiler->judged.len; i++)
        sb_addf(out, "%u %u %.*s\n", compiler->judged.at[i].message, compiler->judged.at[i].package,
                STR_ARGS(compiler->judged.at[i].name));
}

static void workers_make_no_difference(void **state)
{
    (void)state;
    size_t n;
    char *text = large_text(&n);
    assert_true(n > 2 * (2 << 20)); /* several pieces */
    struct sb first, other;
    sb_init(&first, &plenty);
    sb_init(&other, &plenty);
    for (unsigned workers = 1; workers <= 8; workers++) {
        struct reading reading;
        read_bytes(&reading, text, n, workers);
        struct sb *out = workers > 1 ? &other : &first;
        sb_clear(out);
        fingerprint(reading.compiler, out);
        if (workers > 1)
            assert_true(str_equal(sb_str(&first), sb_str(&other)));
        reading_release(&reading);
    }
    sb_release(&first);
    sb_release(&other);
    memory_put(&plenty, text);
}

/* P1: a piece starts at a line, and not at one of an explanation. */
static void pieces_start_where_they_may(void **state)
{
    (void)state;
    static const char text[] = "# p\n"
                               "./x.go:3:17: x escapes to heap in F:\n"
                               "./x.go:3:17:   flow: {heap} = &x:\n"
                               "./x.go:3:17:     from &x (address-of) at ./x.go:3:32\n"
                               "./x.go:3:17: moved to heap: x\n"
                               "last line without end";
    struct str all = {text, sizeof(text) - 1};
    for (size_t from = 0; from <= all.len; from++) {
        size_t at = piece_boundary(all, from);
        assert_true(at >= from && at <= all.len);
        if (at == 0 || at == all.len)
            continue;
        assert_int_equal(text[at - 1], '\n');
        struct str rest = str_skip(all, at);
        assert_false(str_starts(rest, STR("./x.go:3:17:   ")));
    }
    assert_int_equal(piece_boundary(all, 1), 4);
    assert_int_equal(piece_boundary(all, 10), (size_t)(strstr(text, "./x.go:3:17: moved") - text));
}

/* Explanations that go on over the edge of a piece stay with their head. */
static void long_stories_stay_whole(void **state)
{
    (void)state;
    struct sb text;
    sb_init(&text, &plenty);
    size_t edge = 2 << 20;
    while (text.len < edge - 100)
        sb_adds(&text, "./filler.go:1:6: can inline f\n");
    sb_adds(&text, "./x.go:3:17: x escapes to heap in F:\n");
    for (int i = 0; i < 40; i++)
        sb_adds(&text, "./x.go:3:17:   flow: {heap} \xe2\x86\x90 &x:\n");
    sb_adds(&text, "./x.go:3:17: moved to heap: x\n");
    assert_true(text.len > edge);
    struct reading reading;
    read_bytes(&reading, text.text, text.len, 2);
    struct arena arena;
    arena_init(&arena, &plenty);
    struct story story;
    const struct message *moved = message_with(reading.compiler, MESSAGE_MOVED_TO_HEAP, "x");
    story_read(reading.compiler, moved, &arena, &story);
    assert_int_equal(story.count, 40);
    arena_release(&arena);
    reading_release(&reading);
    sb_release(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(workers_make_no_difference),
        cmocka_unit_test(pieces_start_where_they_may),
        cmocka_unit_test(long_stories_stay_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
