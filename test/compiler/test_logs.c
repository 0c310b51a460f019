/* test_logs.c: directories of -json=0 logs. */
#include "compiler_test.h"

#include <sys/stat.h>
#include <unistd.h>

static char scratch[64];

static int scratch_make(void **state)
{
    (void)state;
    snprintf(scratch, sizeof(scratch), "%s", "/tmp/unheap_logs_XXXXXX");
    return mkdtemp(scratch) ? 0 : -1;
}

static int scratch_remove(void **state)
{
    (void)state;
    char command[128];
    snprintf(command, sizeof(command), "rm -r %s", scratch);
    return system(command);
}

static void put_file(const char *name, const char *content)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", scratch, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
}

static void put_dir(const char *name)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", scratch, name);
    assert_int_equal(mkdir(path, 0755), 0);
}

#define HEADER(package, file)                                                            \
    "{\"version\":0,\"package\":\"" package "\",\"goos\":\"linux\",\"goarch\":\"amd64\"," \
    "\"gc_version\":\"go1.26.8\",\"file\":\"" file "\"}\n"
#define RANGE(line, column)                                                           \
    "\"range\":{\"start\":{\"line\":" #line ",\"character\":" #column "},\"end\":{" \
    "\"line\":" #line ",\"character\":" #column "}}"
#define RECORD(line, column, code, message)                                      \
    "{" RANGE(line, column) ",\"severity\":3,\"code\":\"" code "\",\"source\":" \
    "\"go compiler\",\"message\":\"" message "\""
#define PLAIN(line, column, code, message) RECORD(line, column, code, message) "}\n"
#define RELATED(uri, line, column, message)                                         \
    "{\"location\":{\"uri\":\"" uri "\"," RANGE(line, column) "},\"message\":\"" message "\"}"

static void logs_say_what_text_says(void **state)
{
    (void)state;
    put_dir("example.com%2Fm%2Flib");
    put_file("src.go", "package lib\n\nfunc newOrder(id int) *Order { return &Order{id} }\n\n"
                       "func (o *List[T]) Push(v T) {}\n");
    char log[4096];
    snprintf(log, sizeof(log),
             "{\"version\":0,\"package\":\"example.com/m/lib\",\"gc_version\":\"go1.26.8\","
             "\"file\":\"%s/src.go\"}\n%s", scratch,
             PLAIN(3, 6, "canInlineFunction", "cost: 5")
             RECORD(3, 39, "escape", "\\u0026Order{...} escapes to heap")
             ",\"relatedInformation\":["
             RELATED("file:///a%20b/src.go", 3, 39,
                     "escflow:    flow: ~r0 \xe2\x86\x90 \\u0026{storage for "
                     "\\u0026Order{...}}:") ","
             RELATED("file:///a%20b/src.go", 3, 32, "escflow:      from return x (return)") "]}\n"
             PLAIN(3, 39, "escape", "")
             PLAIN(4, 1, "nilcheck", "")
             PLAIN(5, 19, "cannotInlineFunction", "marked go:noinline")
             RECORD(6, 3, "escapes", "x escapes to heap") "}\n"
             RECORD(7, 3, "escapes", "append(y, z) escapes to heap") "}\n"
             PLAIN(7, 3, "escape", "")
             PLAIN(8, 3, "leak", "parameter p leaks to {heap} with derefs=0")
             PLAIN(8, 3, "leak", "parameter p leaks to ~r0 with derefs=1")
             PLAIN(8, 9, "leak", "parameter q leaks to {heap} with derefs=2")
             PLAIN(8, 9, "leak", "parameter q leaks to ~r0 with derefs=1")
             PLAIN(9, 300, "escapes", "wide escapes to heap"));
    put_file("example.com%2Fm%2Flib/src.json", log);
    struct reading reading;
    read_path(&reading, scratch);
    assert_int_equal(reading.status, STATUS_OK);
    const struct compiler *compiler = reading.compiler;
    assert_true(compiler->from_json);
    assert_text(compiler->go_version, "go1.26.8");
    assert_int_equal(compiler->level, 2);
    assert_id(compiler, compiler->packages.at[0].import_path, "example.com/m/lib");
    struct sb out;
    sb_init(&out, &plenty);
    for (size_t i = 0; i < compiler->messages.len; i++) {
        const struct message *message = &compiler->messages.at[i];
        sb_addf(&out, "%u:%u %.*s\n", message->line, message->column, STR_ARGS(message->text));
    }
    assert_string_equal(out.text,
                        "3:6 can inline newOrder with cost 5 as: {}\n"
                        "3:39 &Order{...} escapes to heap:\n"
                        "3:39 &Order{...} escapes to heap\n"
                        "5:19 cannot inline (*List[...]).Push: marked go:noinline\n"
                        "6:3 x escapes to heap:\n"
                        "6:3 moved to heap: x\n"
                        "7:3 append(y, z) escapes to heap:\n"
                        "7:3 append escapes to heap\n"
                        "8:3 parameter p leaks to {heap} with derefs=0:\n"
                        "8:3 leaking param: p\n"
                        "8:3 parameter p leaks to ~r0 with derefs=1:\n"
                        "8:9 parameter q leaks to {heap} with derefs=2:\n"
                        "8:9 leaking param content: q\n"
                        "8:9 parameter q leaks to ~r0 with derefs=1:\n"
                        "8:9 leaking param: q to result ~r0 level=1\n"
                        "9:0 wide escapes to heap:\n"
                        "9:0 moved to heap: wide\n");
    sb_clear(&out);
    dump_story(compiler, message_with(compiler, MESSAGE_ESCAPES, "&Order"), &out);
    assert_string_equal(out.text, "~r0<-{storage for &Order{...}} -1 RETURN return x "
                                  "at /a b/src.go:3:32\n");
    assert_id(compiler, message_with(compiler, MESSAGE_ESCAPES, "&Order")->function, "newOrder");
    sb_release(&out);
    reading_release(&reading);
}

static void inlined_copies_tell_their_way(void **state)
{
    (void)state;
    put_dir("p");
    put_file("p/x.json",
             HEADER("p", "/p/x.go")
             RECORD(62, 20, "escape", "\\u0026T{...} escapes to heap") ",\"relatedInformation\":["
             RELATED("file:///fmt/errors.go", 31, 19, "inlineLoc") ","
             RELATED("file:///errors/errors.go", 65, 9, "inlineLoc") ","
             RELATED("file:///p/x.go", 62, 20, "escflow:    flow: {heap} = \\u0026x:") ","
             RELATED("file:///fmt/errors.go", 1, 1, "inlineLoc") "]}\n"
             PLAIN(62, 20, "escape", "")
             RECORD(63, 1, "escapes", "y escapes to heap") "}\n");
    struct reading reading;
    read_path(&reading, scratch);
    const struct compiler *compiler = reading.compiler;
    size_t count;
    const struct inline_place *places =
        compiler_inlined_at(compiler, message_with(compiler, MESSAGE_ESCAPES, "&T"), &count);
    assert_int_equal(count, 2);
    assert_id(compiler, places[0].path, "/fmt/errors.go");
    assert_int_equal(places[0].line, 31);
    assert_id(compiler, places[1].path, "/errors/errors.go");
    assert_int_equal(places[1].column, 9);
    (void)compiler_inlined_at(compiler, message_with(compiler, MESSAGE_MOVED_TO_HEAP, "y"), &count);
    assert_int_equal(count, 0);
    reading_release(&reading);
}

/* The compiler names all programs "main"; their directories tell them apart. */
static void programs_get_their_import_paths(void **state)
{
    (void)state;
    put_dir("main");
    put_dir("cmd");
    put_file("go.mod", "module example.com/m\n");
    char log[1024];
    snprintf(log, sizeof(log),
             "{\"version\":0,\"package\":\"main\",\"gc_version\":\"go1.26.8\",\"file\":"
             "\"%s/cmd/tool.go\"}\n%s", scratch,
             RECORD(3, 1, "escapes", "x escapes to heap") "}\n");
    put_file("main/tool.json", log);
    put_file("main/type.json", HEADER("main", "/nowhere/src/sync/atomic/type.go")
             RECORD(5, 1, "escapes", "y escapes to heap") "}\n");
    struct reading reading;
    read_path(&reading, scratch);
    const struct compiler *compiler = reading.compiler;
    assert_int_equal(compiler->packages.len, 1);
    assert_id(compiler, compiler->packages.at[0].import_path, "example.com/m/cmd");
    assert_int_equal(compiler->packages.at[0].message_count, 4);
    reading_release(&reading);
}

static void one_packages_directory_is_enough(void **state)
{
    (void)state;
    put_file("x.json", HEADER("p", "/p/x.go") RECORD(3, 1, "escapes", "x escapes to heap") "}\n");
    struct reading reading;
    read_path(&reading, scratch);
    assert_int_equal(count_kind(reading.compiler, MESSAGE_MOVED_TO_HEAP), 1);
    reading_release(&reading);
}

static void damaged_lines_are_told_once(void **state)
{
    (void)state;
    put_dir("p");
    put_file("p/x.json", HEADER("p", "/p/x.go") "{\"range\":\n[1,2]\n{}\n{\"code\":5}\nnull\n"
             RECORD(3, 1, "escapes", "x escapes to heap") "}\n"
             RECORD(4, 1, "leak", "parameter") "}\n"
             RECORD(5, 1, "escape", "y") ",\"relatedInformation\":[3,{},\"x\"]}\n"
             "{\"range\":{\"sta");
    struct reading reading;
    read_path(&reading, scratch);
    assert_int_equal(reading.status, STATUS_OK);
    assert_int_equal(count_diags(&reading, DIAG_COMPILER_LINE), 1);
    assert_int_equal(diag_with(&reading, DIAG_COMPILER_LINE)->line, 2);
    assert_int_equal(count_kind(reading.compiler, MESSAGE_MOVED_TO_HEAP), 1);
    assert_int_equal(count_kind(reading.compiler, MESSAGE_ESCAPES), 1);
    reading_release(&reading);
}

static void other_directories_are_refused(void **state)
{
    (void)state;
    put_file("package.json", "{\"name\": \"something else\"}\n");
    put_file("notes.txt", "hello\n");
    struct reading reading;
    read_path(&reading, scratch);
    assert_int_equal(reading.status, STATUS_BAD_INPUT);
    assert_int_equal(count_diags(&reading, DIAG_COMPILER_TEXT), 1);
    reading_release(&reading);
}

static void too_many_files_are_refused(void **state)
{
    (void)state;
    char path[256];
    for (int i = 0; i <= LIMIT_LOG_FILES; i++) {
        snprintf(path, sizeof(path), "%s/%d.json", scratch, i);
        FILE *file = fopen(path, "w");
        assert_non_null(file);
        fclose(file);
    }
    struct reading reading;
    read_path(&reading, scratch);
    assert_int_equal(reading.status, STATUS_LIMIT);
    assert_contains(diag_with(&reading, DIAG_COMPILER_LIMIT)->message, "LIMIT_LOG_FILES");
    reading_release(&reading);
}

#define IN_SCRATCH(test) cmocka_unit_test_setup_teardown(test, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(logs_say_what_text_says),
        IN_SCRATCH(inlined_copies_tell_their_way),
        IN_SCRATCH(programs_get_their_import_paths),
        IN_SCRATCH(one_packages_directory_is_enough),
        IN_SCRATCH(damaged_lines_are_told_once),
        IN_SCRATCH(other_directories_are_refused),
        IN_SCRATCH(too_many_files_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
