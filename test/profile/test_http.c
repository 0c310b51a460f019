/* test_http.c: profiles from endpoints that behave, and from those that do not. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "profile_test.h"

struct server {
    pid_t pid;
    int input; /* closed to end it */
    int plain, tls, tls_client;
    char folder[64], cert[128], key[128];
};

static void start_python(const struct server *server, int input, int output)
{
    const char *root = getenv("ROOT");
    char script[4096];
    snprintf(script, sizeof(script), "%s/test/profile/http_server.py", root ? root : ".");
    dup2(input, STDIN_FILENO);
    dup2(output, STDOUT_FILENO);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    execlp("python3", "python3", script, server->folder, (char *)NULL);
    _exit(127);
}

static int start_server(void **state)
{
    struct server *server = calloc(1, sizeof(*server));
    int in[2], out[2];
    *state = server;
    for (const char *const *name = (const char *const[]){"http_proxy", "https_proxy", "all_proxy",
                                                         "HTTPS_PROXY", "ALL_PROXY", NULL};
         *name; name++)
        unsetenv(*name);
    snprintf(server->folder, sizeof(server->folder), "/tmp/unheap-test-XXXXXX");
    if (!mkdtemp(server->folder) || pipe(in) || pipe(out))
        return -1;
    snprintf(server->cert, sizeof(server->cert), "%s/cert.pem", server->folder);
    snprintf(server->key, sizeof(server->key), "%s/key.pem", server->folder);
    server->pid = fork();
    if (server->pid == 0)
        start_python(server, in[0], out[1]);
    close(in[0]);
    close(out[1]);
    server->input = in[1];
    FILE *ports = fdopen(out[0], "r");
    int got = fscanf(ports, "%d %d %d", &server->plain, &server->tls, &server->tls_client);
    fclose(ports);
    return got == 3 ? 0 : -1;
}

static int stop_server(void **state)
{
    struct server *server = *state;
    close(server->input);
    kill(server->pid, SIGTERM);
    waitpid(server->pid, NULL, 0);
    unlink(server->cert);
    unlink(server->key);
    rmdir(server->folder);
    free(server);
    return 0;
}

/* ---- asking ---- */

static void ask_with(struct reading *reading, const char *source,
                     const struct profile_options *options)
{
    struct profile *profile;
    reading_init(reading);
    enum status status = profile_read(&source, 1, options, &plenty, reading->sink, &profile);
    reading_take(reading, status, profile);
}

static const char *url_of(char *url, size_t cap, const char *scheme, int port, const char *path)
{
    snprintf(url, cap, "%s127.0.0.1:%d%s", scheme, port, path);
    return url;
}

static void ask(struct reading *reading, const struct server *server, const char *scheme,
                const char *path)
{
    char url[300];
    ask_with(reading, url_of(url, sizeof(url), scheme, server->plain, path), NULL);
}

static void assert_objects(struct reading *reading, const char *count)
{
    char line[60];
    snprintf(line, sizeof(line), "sample %s %s %s %s ", count, count, count, count);
    assert_has(reading, line);
    reading_release(reading);
}

static void addresses_are_completed(void **state)
{
    const struct server *server = *state;
    struct reading reading;
    ask(&reading, server, "http://", "");
    assert_objects(&reading, "1");
    ask(&reading, server, "http://", "/");
    assert_objects(&reading, "1");
    ask(&reading, server, "", "");
    assert_objects(&reading, "1");
    ask(&reading, server, "", "/debug/pprof/allocs");
    assert_objects(&reading, "7");
    ask(&reading, server, "http://user:secret@", "/debug/pprof/heap?seconds=3");
    assert_objects(&reading, "3");
}

static void a_port_alone_is_this_machine(void **state)
{
    const struct server *server = *state;
    char source[20];
    struct reading reading;
    snprintf(source, sizeof(source), ":%d", server->plain);
    ask_with(&reading, source, NULL);
    assert_objects(&reading, "1");
}

static void seconds_become_part_of_the_address(void **state)
{
    const struct server *server = *state;
    struct profile_options options = {.seconds = 9};
    struct reading reading;
    char url[300];
    url_of(url, sizeof(url), "http://", server->plain, "");
    ask_with(&reading, url, &options);
    assert_objects(&reading, "9");
    /* In place of those that stand there, and beside what else does. */
    url_of(url, sizeof(url), "http://", server->plain, "/debug/pprof/heap?gc=1&seconds=30&x=%20y");
    ask_with(&reading, url, &options);
    assert_objects(&reading, "9");
}

static void redirects_are_followed_but_not_for_ever(void **state)
{
    const struct server *server = *state;
    struct reading reading;
    ask(&reading, server, "http://", "/redirect/2"); /* the third leads to the profile */
    assert_objects(&reading, "5");
    ask(&reading, server, "http://", "/redirect/3");
    assert_refused(&reading, DIAG_HTTP_FAILED,
                   "too many redirects: at most 3 are followed (LIMIT_HTTP_REDIRECTS)");
    assert_int_equal(reading.status, STATUS_NETWORK);
    reading_release(&reading);
}

static void redirects_do_not_leave_http(void **state)
{
    const struct server *server = *state;
    struct reading reading;
    ask(&reading, server, "http://", "/to/?file:///etc/passwd");
    assert_refused(&reading, DIAG_HTTP_FAILED, "the transfer failed");
    reading_release(&reading);
    ask(&reading, server, "http://", "/to/?ftp://127.0.0.1/x");
    assert_refused(&reading, DIAG_HTTP_FAILED, "the transfer failed");
    reading_release(&reading);
}

/* ---- answers that are no profile ---- */

static void other_answers_are_shown(void **state)
{
    static const struct {
        const char *path;
        enum diag_code code;
        const char *part;
    } cases[] = {
        {"/debug/pprof/", DIAG_HTTP_NOT_PROFILE,
         "the answer is an HTML page; it begins with '<html> <head> <title>/debug/pprof/"},
        {"/json", DIAG_HTTP_NOT_PROFILE, "the answer is JSON; it begins with '{\"error\""},
        {"/text", DIAG_HTTP_NOT_PROFILE, "the answer is some other text; it begins with 'OK"},
        {"/empty", DIAG_HTTP_NOT_PROFILE, "the answer is nothing at all (0 bytes)"},
        {"/nothing", DIAG_HTTP_FAILED, "HTTP status 204"},
        {"/missing", DIAG_HTTP_FAILED, "HTTP status 404: '404 page not found"},
        {"/error", DIAG_HTTP_FAILED, "HTTP status 500: 'Could not enable profiling: in use"},
        {"/damaged", DIAG_UNPACK_DAMAGED, ""},
        {"/short", DIAG_HTTP_FAILED, "the transfer failed"},
        {"/garbage", DIAG_HTTP_FAILED, "the transfer failed"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct reading reading;
        ask(&reading, *state, "http://", cases[i].path);
        assert_refused(&reading, cases[i].code, cases[i].part);
        assert_true(str_ends(reading.diag->file, str_from(cases[i].path)));
        reading_release(&reading);
    }
}

static void what_takes_too_long_is_given_up(void **state)
{
    const struct server *server = *state;
    struct profile_options options = {.timeout_seconds = 1};
    static const char *const paths[] = {"/hang", "/drip"};
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        struct reading reading;
        char url[300];
        ask_with(&reading, url_of(url, sizeof(url), "http://", server->plain, paths[i]), &options);
        assert_refused(&reading, DIAG_HTTP_FAILED, "the time limit is 1 seconds (-timeout)");
        reading_release(&reading);
    }
}

static void too_long_an_answer_is_cut_off(void **state)
{
    const struct server *server = *state;
    struct reading reading;
    struct arena arena;
    struct sb body;
    struct str address;
    char url[300];
    struct profile_options options = {0};
    reading_init(&reading);
    arena_init(&arena, &plenty);
    sb_init(&body, &plenty);
    struct profile_input input = {
        .memory = &plenty, .sink = reading.sink, .limits = {.http_bytes = 100000}};
    enum status status = profile_fetch(url_of(url, sizeof(url), "http://", server->plain, "/big"),
                                       &options, &input, &arena, &body, &address);
    reading_take(&reading, status, NULL);
    assert_refused(&reading, DIAG_HTTP_FAILED, "the ceiling is 100000 bytes (LIMIT_HTTP_BYTES)");
    assert_true(body.len <= 100000);
    sb_release(&body);
    arena_release(&arena);
    reading_release(&reading);
}

/* ---- nobody there ---- */

static void nobody_answers(void **state)
{
    (void)state;
    struct reading reading;
    ask_with(&reading, "http://user:secret@127.0.0.1:1/", NULL);
    assert_refused(&reading, DIAG_HTTP_FAILED, "nobody answers there");
    assert_true(str_is(reading.diag->file, "http://user@127.0.0.1:1/debug/pprof/heap"));
    reading_release(&reading);
}

static void what_is_no_address_is_said(void **state)
{
    (void)state;
    struct reading reading;
    ask_with(&reading, "http://[::1", NULL);
    assert_refused(&reading, DIAG_HTTP_FAILED, "this is no address that can be asked");
    reading_release(&reading);
    ask_with(&reading, "ftp://127.0.0.1/heap.pb.gz", NULL);
    assert_refused(&reading, DIAG_HTTP_FAILED, "only http:// and https:// are spoken");
    reading_release(&reading);
    ask_with(&reading, "file:///etc/passwd", NULL);
    assert_refused(&reading, DIAG_HTTP_FAILED, "only http:// and https:// are spoken");
    reading_release(&reading);
}

static void hosts_and_ports_are_told_from_files(void **state)
{
    (void)state;
    static const char *const addresses[] = {"localhost:6060", "10.0.0.1:80/debug/pprof/allocs",
                                            "[::1]:6060", ":6060", "a-b.c_d:1", "h:65535"};
    static const char *const others[] = {"heap.pb.gz", "C:\\heap",   "a:b",     "h:0",
                                         "h:65536",    "dir/x:6060", "a b:1",   "h:",
                                         "",           "h:99999999999999999999"};
    for (size_t i = 0; i < COUNT_OF(addresses); i++)
        assert_true(profile_is_host_port(str_from(addresses[i])));
    for (size_t i = 0; i < COUNT_OF(others); i++)
        assert_false(profile_is_host_port(str_from(others[i])));
}

/* ---- TLS ---- */

static void certificates_are_checked(void **state)
{
    const struct server *server = *state;
    struct profile_options trusting = {.tls_ca = server->cert}, careless = {.tls_insecure = true};
    struct reading reading;
    char url[300];
    url_of(url, sizeof(url), "https://", server->tls, "/");
    ask_with(&reading, url, NULL);
    assert_refused(&reading, DIAG_HTTP_FAILED, "certificate");
    reading_release(&reading);
    ask_with(&reading, url, &trusting);
    assert_objects(&reading, "1");
    ask_with(&reading, url, &careless);
    assert_objects(&reading, "1");
    url_of(url, sizeof(url), "https+insecure://", server->tls, "/debug/pprof/allocs");
    ask_with(&reading, url, NULL);
    assert_objects(&reading, "7");
}

static void a_certificate_of_our_own_is_shown(void **state)
{
    const struct server *server = *state;
    struct profile_options nameless = {.tls_ca = server->cert},
                           named = {.tls_ca = server->cert,
                                    .tls_cert = server->cert,
                                    .tls_key = server->key},
                           missing = {.tls_ca = "/nonexistent/ca.pem"};
    struct reading reading;
    char url[300];
    url_of(url, sizeof(url), "https://", server->tls_client, "/");
    ask_with(&reading, url, &nameless);
    assert_refused(&reading, DIAG_HTTP_FAILED, "the transfer failed");
    reading_release(&reading);
    ask_with(&reading, url, &missing);
    assert_refused(&reading, DIAG_HTTP_FAILED, "/nonexistent/ca.pem");
    reading_release(&reading);
    ask_with(&reading, url, &named);
    assert_objects(&reading, "1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_completed),
        cmocka_unit_test(a_port_alone_is_this_machine),
        cmocka_unit_test(seconds_become_part_of_the_address),
        cmocka_unit_test(redirects_are_followed_but_not_for_ever),
        cmocka_unit_test(redirects_do_not_leave_http),
        cmocka_unit_test(other_answers_are_shown),
        cmocka_unit_test(what_takes_too_long_is_given_up),
        cmocka_unit_test(too_long_an_answer_is_cut_off),
        cmocka_unit_test(nobody_answers),
        cmocka_unit_test(what_is_no_address_is_said),
        cmocka_unit_test(hosts_and_ports_are_told_from_files),
        cmocka_unit_test(certificates_are_checked),
        cmocka_unit_test(a_certificate_of_our_own_is_shown),
    };
    return cmocka_run_group_tests(tests, start_server, stop_server);
}
