/* test_run.c: asking the go command, with a go of our own on the PATH that says what a test needs
 * and writes down how it was asked. */
#include "compiler_test.h"

#include <sys/stat.h>
#include <unistd.h>

static char scratch[64];
static char *old_path;

static void put_file(const char *name, const char *content, int mode)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    chmod(path, (mode_t)mode);
}

static int set_up(void **state)
{
    (void)state;
    char path[4096];
    snprintf(scratch, sizeof(scratch), "%s", "/tmp/unheap_run_XXXXXX");
    if (!mkdtemp(scratch))
        return -1;
    old_path = strdup(getenv("PATH"));
    snprintf(path, sizeof(path), "%s:%s", scratch, old_path);
    setenv("PATH", path, 1);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[128];
    setenv("PATH", old_path, 1);
    free(old_path);
    snprintf(command, sizeof(command), "rm -r %s", scratch);
    return system(command);
}

/* go prints `packages` and `messages` and ends with `code`; asked for its version, it tells one. */
static void go_says(const char *packages, const char *messages, int code)
{
    char script[1024];
    snprintf(script, sizeof(script),
             "#!/bin/sh\n[ \"$1\" = env ] && echo go1.26.8 && exit\n"
             "{ echo \"GOOS=$GOOS GOARCH=$GOARCH in $(basename \"$PWD\")\"; for word; do "
             "echo \"$word\"; done; } >%s/asked\n"
             "cat %s/packages; cat %s/messages >&2; exit %d\n", scratch, scratch, scratch, code);
    put_file("go", script, 0755);
    put_file("packages", packages, 0644);
    put_file("messages", messages, 0644);
}

static void run(struct reading *reading, const struct compiler_request *request)
{
    *reading = (struct reading){.sink = diag_sink_new(&plenty)};
    reading->workers = workers_new(&plenty, 1);
    reading->status = compiler_run(request, reading->workers, &plenty, reading->sink,
                                   &reading->compiler);
}

#define PACKAGES                                                                                 \
    "{\n\t\"Dir\": \"/opt/go/src/fmt\",\n\t\"ImportPath\": \"fmt\",\n\t\"Name\": \"fmt\",\n"     \
    "\t\"Standard\": true,\n\t\"DepOnly\": true\n}\n"                                            \
    "{\n\t\"Dir\": \"/m/empty\",\n\t\"ImportPath\": \"example.com/m/empty\",\n"                  \
    "\t\"Name\": \"empty\"\n}\n"                                                                 \
    "{\n\t\"Dir\": \"/m\",\n\t\"ImportPath\": \"example.com/m [example.com/m.test]\",\n"         \
    "\t\"Name\": \"main\",\n\t\"ForTest\": \"example.com/m\"\n}\n"
#define MESSAGES                                                                       \
    "# fmt\n/opt/go/src/fmt/print.go:3:6: can inline f with cost 2 as: func() {  }\n" \
    "go: downloading example.com/x v1.0.0\n"                                           \
    "# example.com/m [example.com/m.test]\n./m.go:3:6: moved to heap: x\n"

static void packages_and_messages_are_joined(void **state)
{
    (void)state;
    go_says(PACKAGES, MESSAGES, 0);
    struct compiler_request request = {.dir = scratch};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_OK);
    assert_int_equal(diag_count(reading.sink), 0);
    const struct compiler *compiler = reading.compiler;
    assert_text(compiler->go_version, "go1.26.8");
    assert_int_equal(compiler->packages.len, 3);
    const struct compiled_package *fmt = &compiler->packages.at[0];
    assert_true(fmt->standard && !fmt->wanted);
    assert_id(compiler, fmt->name, "fmt");
    const struct compiled_package *program = &compiler->packages.at[1];
    assert_true(program->wanted && !program->standard);
    assert_id(compiler, program->name, "main");
    assert_id(compiler, program->for_test, "example.com/m.test");
    const struct compiled_package *empty = &compiler->packages.at[2];
    assert_id(compiler, empty->import_path, "example.com/m/empty");
    assert_int_equal(empty->message_count, 0);
    assert_true(empty->wanted);
    reading_release(&reading);
}

static char *asked(void)
{
    char path[256];
    size_t n;
    snprintf(path, sizeof(path), "%s/asked", scratch);
    return file_text(path, &n);
}

static void go_is_asked_in_the_right_way(void **state)
{
    (void)state;
    go_says(PACKAGES, MESSAGES, 0);
    static const char *const patterns[] = {"./...", "-odd"};
    struct compiler_request request = {.dir = scratch, .patterns = patterns, .pattern_count = 2,
                                       .tests = true, .tags = "a,b", .goos = "plan9",
                                       .goarch = "arm", .pgo = "cpu.pb"};
    struct reading reading;
    char wanted[512];
    run(&reading, &request);
    reading_release(&reading);
    char *words = asked();
    snprintf(wanted, sizeof(wanted),
             "GOOS=plan9 GOARCH=arm in %s\nlist\n-export\n-deps\n"
             "-json=ImportPath,Name,Dir,Standard,ForTest,DepOnly,Module\n-pgo=cpu.pb\n"
             "-gcflags=all=-m=2\n-test\n-tags=a,b\n--\n./...\n-odd\n", scratch + 5);
    assert_string_equal(words, wanted);
    free(words);
    request = (struct compiler_request){.dir = scratch, .only_named = true};
    run(&reading, &request);
    reading_release(&reading);
    words = asked();
    snprintf(wanted, sizeof(wanted),
             "GOOS= GOARCH= in %s\nlist\n-export\n-deps\n"
             "-json=ImportPath,Name,Dir,Standard,ForTest,DepOnly,Module\n-pgo=off\n"
             "-gcflags=-m=2\n--\n.\n",
             scratch + 5);
    assert_string_equal(words, wanted);
    free(words);
}

static void errors_of_the_build_are_told(void **state)
{
    (void)state;
    go_says(PACKAGES, "# good\n./good.go:3:6: can inline f\n# bad\nbad/x.go:3:23: undefined: y\n"
                      "\tbad/x.go:3:6: other\ngo: downloading a v1\ngo: it failed\n", 1);
    struct compiler_request request = {.dir = scratch};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_CHILD);
    assert_null(reading.compiler);
    assert_text(diag_with(&reading, DIAG_COMPILER_BUILD)->message,
                "bad/x.go:3:23: undefined: y\n\tbad/x.go:3:6: other\ngo: it failed");
    reading_release(&reading);
}

static void a_silent_failure_is_told(void **state)
{
    (void)state;
    go_says(PACKAGES, "", 3);
    struct compiler_request request = {.dir = scratch};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_CHILD);
    assert_int_equal(count_diags(&reading, DIAG_COMPILER_BUILD), 1);
    reading_release(&reading);
}

static void no_packages_are_told(void **state)
{
    (void)state;
    go_says("", "go: warning: \"./...\" matched no packages\n", 0);
    struct compiler_request request = {.dir = scratch};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_NOT_FOUND);
    assert_contains(diag_with(&reading, DIAG_COMPILER_EMPTY)->message, "matched no packages");
    reading_release(&reading);
}

static void no_go_is_told(void **state)
{
    (void)state;
    setenv("PATH", "/nowhere", 1);
    struct compiler_request request = {.dir = scratch};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_NOT_FOUND);
    assert_int_equal(count_diags(&reading, DIAG_COMPILER_NO_GO), 1);
    setenv("PATH", old_path, 1);
    reading_release(&reading);
}

static void no_directory_is_told(void **state)
{
    (void)state;
    go_says(PACKAGES, MESSAGES, 0);
    struct compiler_request request = {.dir = "/nowhere/at/all"};
    struct reading reading;
    run(&reading, &request);
    assert_int_not_equal(reading.status, STATUS_OK);
    assert_int_equal(count_diags(&reading, DIAG_COMPILER_NO_GO), 0);
    assert_int_equal(count_diags(&reading, DIAG_CHILD_START), 1);
    reading_release(&reading);
}

static bool stop(void *ctx, size_t packages_done, size_t bytes)
{
    (void)bytes;
    *(size_t *)ctx = packages_done;
    return false;
}

static void progress_may_stop_it(void **state)
{
    (void)state;
    go_says(PACKAGES, MESSAGES, 0);
    size_t packages = 0;
    struct compiler_request request = {.dir = scratch, .progress = stop, .progress_ctx = &packages};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_INTERRUPTED);
    assert_int_equal(packages, 2);
    reading_release(&reading);
}

static void damaged_descriptions_are_no_crash(void **state)
{
    (void)state;
    go_says("{\"ImportPath\": 5}{\"ImportPath\":\"p\"}[]{}{\"Impo", MESSAGES, 0);
    struct compiler_request request = {.dir = scratch};
    struct reading reading;
    run(&reading, &request);
    assert_int_equal(reading.status, STATUS_OK);
    reading_release(&reading);
}

#define WITH_GO(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_GO(packages_and_messages_are_joined), WITH_GO(go_is_asked_in_the_right_way),
        WITH_GO(errors_of_the_build_are_told),     WITH_GO(a_silent_failure_is_told),
        WITH_GO(no_packages_are_told),             WITH_GO(no_go_is_told),
        WITH_GO(no_directory_is_told),             WITH_GO(progress_may_stop_it),
        WITH_GO(damaged_descriptions_are_no_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
