/* Reads and compares the data of data.h. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "data.h"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    fail_msg("out of memory, %zu bytes wanted", wanted);
    abort();
}

void fixture_init(struct fixture *fixture)
{
    fixture->memory = (struct memory){exhausted, NULL};
    arena_init(&fixture->arena, &fixture->memory);
    fixture->sink = diag_sink_new(&fixture->memory);
}

void fixture_release(struct fixture *fixture)
{
    arena_release(&fixture->arena);
    diag_sink_free(fixture->sink);
}

/* ROOT is where scripts/run-tests.sh stands; tests started by hand run in the project's folder. */
static const char *full_path(struct fixture *fixture, const char *path)
{
    const char *root = getenv("ROOT");
    struct sb sb;
    sb_init(&sb, &fixture->memory);
    sb_addf(&sb, "%s/test/syntax/%s", root ? root : ".", path);
    const char *full = str_copy(&fixture->arena, sb_str(&sb)).ptr;
    sb_release(&sb);
    return full;
}

struct str fixture_text(struct fixture *fixture, const char *path)
{
    struct file file;
    if (file_open(&file, full_path(fixture, path), &fixture->memory, fixture->sink))
        fail_msg("%s cannot be read", path);
    struct str text =
        str_copy(&fixture->arena, (struct str){(const char *)file.bytes, file.size});
    file_close(&file);
    return text;
}

void fixture_read(struct fixture *fixture, const char *text, struct syntax_file *file)
{
    syntax_read(file, str_from(text), &fixture->arena);
}

/* Line by line, so that a failure names the line. */
static size_t compare(const char *name, struct str wanted, struct str got)
{
    size_t lines = 0;
    while (wanted.ptr || got.ptr) {
        struct str want_line = str_cut(&wanted, '\n'), got_line = str_cut(&got, '\n');
        lines++;
        if (!str_equal(want_line, got_line))
            fail_msg("%s:%zu: wanted \"%.*s\", got \"%.*s\"", name, lines, STR_ARGS(want_line),
                     STR_ARGS(got_line));
    }
    return lines;
}

static size_t compare_file(struct fixture *fixture, const char *go, const char *want,
                           void (*print)(struct fixture *, const struct syntax_file *, struct sb *))
{
    struct syntax_file file;
    struct sb out;
    size_t lines = 0;
    sb_init(&out, &fixture->memory);
    syntax_read(&file, fixture_text(fixture, go), &fixture->arena);
    print(fixture, &file, &out);
    if (getenv("UNHEAP_UPDATE_WANT"))
        assert_int_equal(file_write_atomic(full_path(fixture, want), sb_str(&out),
                                           &fixture->memory, fixture->sink),
                         STATUS_OK);
    else
        lines = compare(want, fixture_text(fixture, want), sb_str(&out));
    sb_release(&out);
    return lines;
}

size_t fixture_compare_folder(const char *folder,
                              void (*print)(struct fixture *fixture, const struct syntax_file *file,
                                            struct sb *out))
{
    struct fixture fixture;
    fixture_init(&fixture);
    struct str *names;
    size_t count, lines = 0;
    assert_int_equal(dir_list(full_path(&fixture, folder), &fixture.arena, &names, &count,
                              fixture.sink),
                     STATUS_OK);
    for (size_t i = 0; i < count; i++) {
        if (!str_ends(names[i], STR(".go")))
            continue;
        char go[256], want[256];
        snprintf(go, sizeof(go), "%s/%.*s", folder, STR_ARGS(names[i]));
        snprintf(want, sizeof(want), "%s/%.*s.want", folder, (int)names[i].len - 3, names[i].ptr);
        lines += compare_file(&fixture, go, want, print);
    }
    fixture_release(&fixture);
    return lines;
}
