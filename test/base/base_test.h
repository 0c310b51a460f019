/* base_test.h: what the tests of this room share: memory whose end can be watched, death that can
 * be watched, and scratch folders. */
#ifndef UNHEAP_TEST_BASE_TEST_H
#define UNHEAP_TEST_BASE_TEST_H

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/base_int.h"

static inline void memory_must_not_end(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "memory ended: %zu bytes wanted\n", wanted);
    abort();
}

static const struct memory plenty = {memory_must_not_end, NULL};

/* Memory whose end jumps to `out`. */
struct ending {
    struct memory memory;
    jmp_buf out;
    size_t wanted;
};

static inline void jump_out(void *ctx, size_t wanted)
{
    struct ending *ending = ctx;
    ending->wanted = wanted;
    longjmp(ending->out, 1);
}

static inline void ending_init(struct ending *ending)
{
    memset(ending, 0, sizeof(*ending));
    ending->memory = (struct memory){jump_out, ending};
}

/* Passes when evaluating `what` runs out of the memory of `ending`. */
#define assert_exhausts(ending, what)                \
    do {                                             \
        if (setjmp((ending)->out) == 0) {            \
            (void)(what);                            \
            fail_msg("%s: not out of memory", #what); \
        }                                            \
    } while (0)

/* Passes when `run` dies of BUG() with `text` on standard error. */
static inline void assert_bug(void (*run)(void), const char *text)
{
    int ends[2];
    assert_int_equal(pipe(ends), 0);
    pid_t pid = fork();
    assert_true(pid >= 0);
    if (pid == 0) {
        dup2(ends[1], STDERR_FILENO);
        run();
        _exit(0);
    }
    close(ends[1]);
    char said[4096];
    size_t len = 0;
    ssize_t got;
    while (len < sizeof(said) - 1 && (got = read(ends[0], said + len, sizeof(said) - 1 - len)) > 0)
        len += (size_t)got;
    said[len] = '\0';
    close(ends[0]);
    int state;
    assert_int_equal(waitpid(pid, &state, 0), pid);
    assert_true(WIFSIGNALED(state));
    assert_int_equal(WTERMSIG(state), SIGABRT);
    assert_non_null(strstr(said, text));
}

static inline void assert_str(struct str actual, const char *expected)
{
    if (!str_is(actual, expected))
        fail_msg("\"%.*s\" is not \"%s\"", STR_ARGS(actual), expected);
}

/* Passes when the sink's last diagnostic has this code and `part` in its message. */
static inline void assert_last_diag(const struct diag_sink *sink, enum diag_code code,
                                    const char *part)
{
    assert_true(diag_count(sink) > 0);
    const struct diag *diag = diag_at(sink, diag_count(sink) - 1);
    assert_string_equal(diag_code_name(diag->code), diag_code_name(code));
    if (!str_contains(diag->message, str_from(part)))
        fail_msg("\"%.*s\" has no \"%s\"", STR_ARGS(diag->message), part);
}

/* Repeatable numbers: xorshift, as any will do. */
static inline uint64_t next_number(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* A folder of its own for one test: setup and teardown for cmocka. */
struct scratch {
    char dir[64];
    char path[256]; /* of scratch_path's last answer */
};

static inline int scratch_setup(void **state)
{
    struct scratch *scratch = calloc(1, sizeof(*scratch));
    snprintf(scratch->dir, sizeof(scratch->dir), "/tmp/unheap-test-XXXXXX");
    *state = scratch;
    return mkdtemp(scratch->dir) ? 0 : -1;
}

static inline int scratch_teardown(void **state)
{
    struct scratch *scratch = *state;
    char command[128];
    snprintf(command, sizeof(command), "rm -rf '%s'", scratch->dir);
    int result = system(command);
    free(scratch);
    return result;
}

static inline const char *scratch_path(struct scratch *scratch, const char *name)
{
    snprintf(scratch->path, sizeof(scratch->path), "%s/%s", scratch->dir, name);
    return scratch->path;
}

static inline void put_file(const char *path, const void *bytes, size_t n)
{
    FILE *out = fopen(path, "wb");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
}

#endif
