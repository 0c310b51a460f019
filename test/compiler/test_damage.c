/* test_damage.c: damaged text is read as far as it goes; nothing it holds can do harm. */
#include "compiler_test.h"

static char *golden(size_t *n)
{
    char path[4096];
    const char *root = getenv("ROOT");
    snprintf(path, sizeof(path), "%s/test/compiler/golden/forms.go1.26.8.m2.txt",
             root ? root : ".");
    return file_text(path, n);
}

/* Looks at everything that was read. */
static void look(const struct compiler *compiler)
{
    struct sb out;
    sb_init(&out, &plenty);
    dump(compiler, &out);
    for (size_t i = 0; i < compiler->messages.len; i++)
        dump_story(compiler, &compiler->messages.at[i], &out);
    for (size_t i = 0; i < compiler->packages.len; i++)
        compiler_print_gc(compiler, i, 2, &out);
    struct compiler_index *index = compiler_index_new(compiler, &plenty);
    compiler_index_free(index);
    sb_release(&out);
}

static void read_and_look(const char *bytes, size_t n)
{
    struct reading reading;
    char *exact = malloc(n ? n : 1); /* so that ASan sees a read past the end */
    if (n)
        memcpy(exact, bytes, n);
    read_bytes(&reading, exact, n, 1);
    if (reading.status == STATUS_OK)
        look(reading.compiler);
    else
        assert_true(diag_count(reading.sink) > 0);
    reading_release(&reading);
    free(exact);
}

static void text_may_end_anywhere(void **state)
{
    (void)state;
    size_t n;
    char *text = golden(&n);
    for (size_t end = 0; end < n; end += end < 2000 ? 7 : 211)
        read_and_look(text, end);
    free(text);
}

static void text_may_begin_anywhere(void **state)
{
    (void)state;
    size_t n;
    char *text = golden(&n);
    for (size_t start = 0; start < n; start += 173)
        read_and_look(text + start, n - start);
    free(text);
}

/* A small generator of our own: the same bytes are broken in every run. */
static uint32_t next_random(uint32_t *seed)
{
    *seed = *seed * 1664525u + 1013904223u;
    return *seed >> 8;
}

static void bytes_may_change(void **state)
{
    (void)state;
    size_t n;
    char *text = golden(&n);
    uint32_t seed = 7;
    static const char odd[] = "\n\r:# (){}[]&*=\0\xff\xe2\x86\x90\"";
    for (int round = 0; round < 150; round++) {
        char *broken = malloc(n);
        memcpy(broken, text, n);
        for (int i = 0; i < 40; i++)
            broken[next_random(&seed) % n] = odd[next_random(&seed) % (sizeof(odd) - 1)];
        read_and_look(broken, n);
        free(broken);
    }
    free(text);
}

static void lines_may_be_lost(void **state)
{
    (void)state;
    size_t n;
    char *text = golden(&n);
    uint32_t seed = 11;
    for (int round = 0; round < 60; round++) {
        struct sb kept;
        sb_init(&kept, &plenty);
        struct str rest = {text, n};
        while (rest.ptr) {
            struct str line = str_cut(&rest, '\n');
            if (next_random(&seed) % 4)
                sb_addf(&kept, "%.*s\n", STR_ARGS(line));
        }
        read_and_look(kept.text, kept.len);
        sb_release(&kept);
    }
    free(text);
}

static void explanations_without_head_are_no_fault(void **state)
{
    (void)state;
    struct reading reading;
    read_text(&reading, "./x.go:3:17:   flow: {heap} = &x:\n"
                        "./x.go:3:17:     from &x (address-of) at ./x.go:3:32\n"
                        "./x.go:3:17: moved to heap: x\n");
    assert_int_equal(reading.compiler->messages.len, 1);
    assert_int_equal(count_diags(&reading, DIAG_COMPILER_LINE), 0);
    reading_release(&reading);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_may_end_anywhere),  cmocka_unit_test(text_may_begin_anywhere),
        cmocka_unit_test(bytes_may_change),       cmocka_unit_test(lines_may_be_lost),
        cmocka_unit_test(explanations_without_head_are_no_fault),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
