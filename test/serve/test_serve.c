/* The HTTP server: what it answers, whom it refuses, and what clients cannot make it do. */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "serve/serve.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fail_msg("out of memory: %zu", wanted);
    abort();
}
static const struct memory memory = {give_up, NULL};

static void answer_hello(void *ctx, const struct serve_request *request,
                         struct serve_response *response)
{
    ++*(int *)ctx;
    struct str who = serve_query(request, "who");
    sb_addf(response->body, "hello %.*s at %.*s", STR_ARGS(who), STR_ARGS(request->path));
}

static void answer_large(void *ctx, const struct serve_request *request,
                         struct serve_response *response)
{
    (void)ctx;
    (void)request;
    response->type = "application/octet-stream";
    sb_repeat(response->body, 'x', 5000000);
}

static void answer_moved(void *ctx, const struct serve_request *request,
                         struct serve_response *response)
{
    (void)ctx;
    (void)request;
    response->status = 302;
    response->location = "/hello";
}

static const struct serve_route routes[] = {
    {"/hello", answer_hello}, {"/below/", answer_hello}, {"/large", answer_large},
    {"/moved", answer_moved},
};

struct fixture {
    struct diag_sink *sink;
    struct serve *serve;
    int hellos;
};

static enum status begin(struct fixture *fixture, struct serve_options options)
{
    *fixture = (struct fixture){.sink = diag_sink_new(&memory)};
    options.routes = routes;
    options.route_count = COUNT_OF(routes);
    options.ctx = &fixture->hellos;
    return serve_start(&options, &memory, fixture->sink, &fixture->serve);
}

static void end(struct fixture *fixture)
{
    serve_stop(fixture->serve);
    diag_sink_free(fixture->sink);
}

static unsigned port_of(const struct serve *serve)
{
    return (unsigned)strtoul(strrchr(serve_address(serve), ':') + 1, NULL, 10);
}

static int dial(const struct fixture *fixture)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port_of(fixture->serve)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

/* Sends a request and reads the answer to its end; the caller frees the text. */
static char *ask(const struct fixture *fixture, const char *request, size_t *n)
{
    size_t cap = 1 << 16;
    char *text = malloc(cap);
    int fd = dial(fixture);
    ssize_t got;
    *n = 0;
    assert_int_equal(send(fd, request, strlen(request), MSG_NOSIGNAL), strlen(request));
    while ((got = recv(fd, text + *n, cap - *n - 1, 0)) > 0) {
        *n += (size_t)got;
        if (cap - *n < 1 << 12)
            text = realloc(text, cap *= 2);
    }
    text[*n] = 0;
    close(fd);
    return text;
}

static void check_answer(const struct fixture *fixture, const char *request, const char *status,
                         const char *part)
{
    size_t n;
    char *answer = ask(fixture, request, &n);
    if (!strstr(answer, status) || !strstr(answer, part))
        fail_msg("%s: %s", request, answer);
    free(answer);
}

#define GET(path) "GET " path " HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"

static void test_routes_answer(void **state)
{
    struct fixture fixture;
    (void)state;
    assert_int_equal(begin(&fixture, (struct serve_options){.listen = "127.0.0.1:0"}), STATUS_OK);
    assert_true(str_starts(str_from(serve_address(fixture.serve)), STR("http://127.0.0.1:")));
    check_answer(&fixture, GET("/hello?who=a%20b"), "200 OK", "hello a b at /hello");
    check_answer(&fixture, GET("/below/this"), "200 OK", "hello  at /below/this");
    check_answer(&fixture, GET("/hello/below"), "404", "nothing here");
    check_answer(&fixture, GET("/"), "404", "nothing here");
    check_answer(&fixture, GET("/moved"), "302", "Location: /hello");
    check_answer(&fixture, GET("/hello"), "200 OK", "X-Content-Type-Options: nosniff");
    assert_int_equal(fixture.hellos, 3);
    end(&fixture);
}

static void test_only_get_and_head(void **state)
{
    struct fixture fixture;
    size_t n;
    (void)state;
    assert_int_equal(begin(&fixture, (struct serve_options){.listen = "localhost:0"}), STATUS_OK);
    check_answer(&fixture, "POST /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           "Content-Length: 2\r\n\r\nab", "405", "");
    char *answer =
        ask(&fixture, "HEAD /large HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", &n);
    assert_non_null(strstr(answer, "Content-Length: 5000000"));
    assert_in_range(n, 1, 2000);
    free(answer);
    answer = ask(&fixture, GET("/large"), &n);
    assert_in_range(n, 5000000, 5002000);
    free(answer);
    end(&fixture);
}

static void test_a_token_is_wanted(void **state)
{
    struct fixture fixture;
    struct serve_options options = {.listen = ":0", .token = "secret"};
    (void)state;
    assert_int_equal(begin(&fixture, options), STATUS_OK);
    check_answer(&fixture, GET("/hello"), "401", "WWW-Authenticate: Bearer");
    check_answer(&fixture, GET("/nowhere"), "401", "token");
    check_answer(&fixture, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           "Authorization: Bearer secre\r\n\r\n", "401", "");
    check_answer(&fixture, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           "Authorization: Bearer secrets\r\n\r\n", "401", "");
    check_answer(&fixture, "GET /hello HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                           "Authorization: Bearer secret\r\n\r\n", "200", "hello");
    assert_int_equal(fixture.hellos, 1);
    end(&fixture);
}

static void check_refused(struct serve_options options, enum diag_code code, const char *part)
{
    struct fixture fixture;
    assert_int_not_equal(begin(&fixture, options), STATUS_OK);
    assert_null(fixture.serve);
    const struct diag *diag = diag_at(fixture.sink, 0);
    assert_int_equal(diag->code, code);
    if (!str_contains(diag->message, str_from(part)))
        fail_msg("%.*s", STR_ARGS(diag->message));
    end(&fixture);
}

static void test_what_is_refused_at_the_start(void **state)
{
    (void)state;
    check_refused((struct serve_options){.listen = "nonsense"}, DIAG_SERVE_ADDRESS, "no address");
    check_refused((struct serve_options){.listen = "127.0.0.1:65536"}, DIAG_SERVE_ADDRESS, "no ad");
    check_refused((struct serve_options){.listen = "example.com:80"}, DIAG_SERVE_ADDRESS, "no ad");
    check_refused((struct serve_options){.listen = "0.0.0.0:0"}, DIAG_SERVE_OPEN, "anybody");
    check_refused((struct serve_options){.listen = "[::]:0"}, DIAG_SERVE_OPEN, "anybody");
    check_refused((struct serve_options){.listen = "0.0.0.0:0", .token = "x"}, DIAG_SERVE_OPEN,
                  "could be read");
    check_refused((struct serve_options){.listen = ":0", .token = ""}, DIAG_SERVE_OPEN, "empty");
    check_refused((struct serve_options){.listen = ":0", .tls_cert = "x"}, DIAG_SERVE_OPEN, "both");
    check_refused((struct serve_options){.listen = ":0", .tls_client_ca = "x"}, DIAG_SERVE_OPEN,
                  "need TLS");
    check_refused((struct serve_options){.listen = ":0", .tls_cert = "/nowhere/c", .tls_key = "k"},
                  DIAG_FILE_OPEN, "");
    check_refused((struct serve_options){.listen = ":0", .tls_cert = "/dev/zero", .tls_key = "k"},
                  DIAG_FILE_LIMIT, "");
    char large[] = "/tmp/unheap-serve-XXXXXX";
    int fd = mkstemp(large);
    assert_int_equal(ftruncate(fd, LIMIT_SERVE_PEM_BYTES + 1), 0);
    close(fd);
    check_refused((struct serve_options){.listen = ":0", .tls_cert = large, .tls_key = "k"},
                  DIAG_FILE_LIMIT, "LIMIT_SERVE_PEM_BYTES");
    unlink(large);
    check_refused((struct serve_options){.listen = ":0", .tls_cert = "/etc/passwd",
                                         .tls_key = "/etc/passwd"},
                  DIAG_SERVE_ADDRESS, "certificate");
}

static void test_a_port_that_is_taken(void **state)
{
    struct fixture fixture;
    char taken[40];
    (void)state;
    assert_int_equal(begin(&fixture, (struct serve_options){.listen = "127.0.0.1:0"}), STATUS_OK);
    snprintf(taken, sizeof(taken), "127.0.0.1:%u", port_of(fixture.serve));
    check_refused((struct serve_options){.listen = taken}, DIAG_SERVE_ADDRESS, "in use");
    end(&fixture);
}

/* A head without end is answered with an error, not with memory (S3). */
static void test_a_head_that_is_too_large(void **state)
{
    struct fixture fixture;
    size_t n, size = 2 * LIMIT_SERVE_HEAD_BYTES;
    char *request = malloc(size + 100);
    (void)state;
    assert_int_equal(begin(&fixture, (struct serve_options){.listen = ":0"}), STATUS_OK);
    int head = snprintf(request, 100, "GET /hello HTTP/1.1\r\nHost: x\r\nX-Long: ");
    memset(request + head, 'a', size);
    memcpy(request + head + size, "\r\n\r\n", 5);
    char *answer = ask(&fixture, request, &n);
    assert_true(n == 0 || strstr(answer, "431") || strstr(answer, "400") || strstr(answer, "413"));
    assert_int_equal(fixture.hellos, 0);
    free(answer);
    free(request);
    check_answer(&fixture, GET("/hello"), "200 OK", "hello");
    end(&fixture);
}

/* Connections that say nothing hold their places, not the server. */
static void test_silent_connections(void **state)
{
    enum { SILENT = 100 };
    struct fixture fixture;
    int silent[SILENT];
    (void)state;
    assert_int_equal(begin(&fixture, (struct serve_options){.listen = ":0"}), STATUS_OK);
    for (int i = 0; i < SILENT; i++) {
        silent[i] = dial(&fixture);
        assert_int_equal(send(silent[i], "GET /hel", 8, MSG_NOSIGNAL), 8);
    }
    for (int i = 0; i < 20; i++)
        check_answer(&fixture, GET("/hello"), "200 OK", "hello");
    for (int i = 0; i < SILENT; i++)
        close(silent[i]);
    check_answer(&fixture, GET("/hello"), "200 OK", "hello");
    end(&fixture);
}

static void test_more_connections_than_are_allowed(void **state)
{
    enum { MANY = LIMIT_SERVE_CONNECTIONS + 40 };
    struct fixture fixture;
    static int many[MANY];
    (void)state;
    assert_int_equal(begin(&fixture, (struct serve_options){.listen = ":0"}), STATUS_OK);
    for (int i = 0; i < MANY; i++)
        many[i] = dial(&fixture);
    for (int i = 0; i < MANY; i++)
        close(many[i]);
    check_answer(&fixture, GET("/hello"), "200 OK", "hello");
    end(&fixture);
}

/* ---- TLS, with certificates made for the test ---- */

static void make_certificates(const char *dir)
{
    char line[1000];
    snprintf(line, sizeof(line),
             "cd %s && exec >/dev/null 2>&1 && "
             "openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 "
             "-subj /CN=ca && for n in server client; do openssl req -newkey rsa:2048 -nodes "
             "-keyout $n.key -out $n.csr -subj /CN=localhost && openssl x509 -req -in $n.csr "
             "-CA ca.pem -CAkey ca.key -CAcreateserial -out $n.pem -days 2; done && "
             "openssl req -x509 -newkey rsa:2048 -nodes -keyout stranger.key -out stranger.pem "
             "-days 2 -subj /CN=stranger",
             dir);
    assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
}

static size_t drop(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

/* The status of the answer; 0 when there is none. */
static long fetch(const struct fixture *fixture, const char *dir, const char *client)
{
    char url[100], ca[300], cert[300], key[300];
    long status = 0;
    CURL *curl = curl_easy_init();
    snprintf(url, sizeof(url), "https://localhost:%u/hello", port_of(fixture->serve));
    snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_CAINFO, ca);
    curl_easy_setopt(curl, CURLOPT_TIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, drop);
    if (client) {
        snprintf(cert, sizeof(cert), "%s/%s.pem", dir, client);
        snprintf(key, sizeof(key), "%s/%s.key", dir, client);
        curl_easy_setopt(curl, CURLOPT_SSLCERT, cert);
        curl_easy_setopt(curl, CURLOPT_SSLKEY, key);
    }
    if (curl_easy_perform(curl) == CURLE_OK)
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    curl_easy_cleanup(curl);
    return status;
}

static void test_client_certificates(void **state)
{
    struct fixture fixture;
    char dir[] = "/tmp/unheap-serve-XXXXXX", cert[100], key[100], ca[100], line[120];
    (void)state;
    assert_non_null(mkdtemp(dir));
    make_certificates(dir);
    snprintf(cert, sizeof(cert), "%s/server.pem", dir);
    snprintf(key, sizeof(key), "%s/server.key", dir);
    snprintf(ca, sizeof(ca), "%s/ca.pem", dir);
    struct serve_options options = {.listen = "0.0.0.0:0", .tls_cert = cert, .tls_key = key,
                                    .tls_client_ca = ca};
    assert_int_equal(begin(&fixture, options), STATUS_OK);
    assert_true(str_starts(str_from(serve_address(fixture.serve)), STR("https://0.0.0.0:")));
    assert_int_equal(fetch(&fixture, dir, "client"), 200);
    assert_int_not_equal(fetch(&fixture, dir, NULL), 200);
    assert_int_not_equal(fetch(&fixture, dir, "stranger"), 200);
    assert_int_equal(fixture.hellos, 1);
    end(&fixture);
    snprintf(line, sizeof(line), "rm -rf %s", dir);
    assert_int_equal(system(line), 0); /* NOLINT(cert-env33-c) */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_routes_answer),
        cmocka_unit_test(test_only_get_and_head),
        cmocka_unit_test(test_a_token_is_wanted),
        cmocka_unit_test(test_what_is_refused_at_the_start),
        cmocka_unit_test(test_a_port_that_is_taken),
        cmocka_unit_test(test_a_head_that_is_too_large),
        cmocka_unit_test(test_silent_connections),
        cmocka_unit_test(test_more_connections_than_are_allowed),
        cmocka_unit_test(test_client_certificates),
    };
    return cmocka_run_group_tests_name("serve", tests, NULL, NULL);
}
