/* http.c: profiles from `net/http/pprof`, by libcurl.
 *
 * An endpoint is foreign input like any file: the body has a ceiling, the transfer a time limit,
 * redirects are counted, and only http and https are spoken, redirects included.
 *
 * libcurl's global state: curl_global_init counts its callers and, since 7.84.0, may be called from
 * any thread (libcurl's documentation, libcurl-thread). So each fetch takes it and gives it back,
 * and this room needs no state of its own. */
#include "profile/http_library.h"
#include "profile/profile_int.h"

#include <stdio.h>

#define DEFAULT_PATH "/debug/pprof/heap"
#define INSECURE_SCHEME "https+insecure://"

enum { CONNECT_SECONDS = 10, PORT_MAX = 65535 };

/* ---- what is an address ---- */

bool profile_is_url(const char *source)
{
    return str_contains(str_from(source), STR("://"));
}

static bool is_host(struct str host)
{
    for (size_t i = 0; i < host.len; i++) {
        char c = host.ptr[i];
        bool word = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
        if (!word && c != '.' && c != '-' && c != '_')
            return false;
    }
    return true;
}

/* "localhost:6060", "[::1]:6060/debug/pprof/allocs", ":6060" */
bool profile_is_host_port(struct str source)
{
    struct str path = source, authority = str_cut(&path, '/');
    ptrdiff_t colon = str_find_last(authority, ':');
    uint64_t port;
    if (colon < 0 || !str_to_u64(str_skip(authority, (size_t)colon + 1), &port) ||
        port == 0 || port > PORT_MAX)
        return false;
    struct str host = str_slice(authority, 0, (size_t)colon);
    return is_host(host) || (str_starts(host, STR("[")) && str_ends(host, STR("]")));
}

/* ---- one transfer ---- */

struct fetch {
    struct http_library curl;
    const struct profile_options *options;
    const struct profile_input *input;
    struct sb *body;
    CURLU *address;
    CURL *transfer;
    bool insecure, too_large;
    unsigned seconds; /* that the server takes, by the flag or in the address */
    char problem[CURL_ERROR_SIZE];
};

static enum status fetch_fail(const struct fetch *fetch, struct str name, const char *what,
                              const char *detail)
{
    diag_add(fetch->input->sink, DIAG_HTTP_FAILED, name, 0, DIAG_NO_OFFSET, "%s%s%s", what,
             *detail ? ": " : "", detail);
    return STATUS_NETWORK;
}

static size_t take_body(char *bytes, size_t size, size_t count, void *ctx)
{
    struct fetch *fetch = ctx;
    size_t n = size * count;
    if (n > fetch->input->limits.http_bytes - fetch->body->len) {
        fetch->too_large = true;
        return 0; /* ends the transfer */
    }
    sb_addn(fetch->body, bytes, n);
    return n;
}

/* "seconds=N" that stands in the address, as pprof takes it (driver/fetch.go adjustURL). */
static unsigned seconds_of(const struct fetch *fetch)
{
    char *query = NULL;
    uint64_t seconds = 0;
    if (!fetch->curl.url_get(fetch->address, CURLUPART_QUERY, &query, 0)) {
        struct str rest = str_from(query), key = STR("seconds=");
        while (rest.ptr && !seconds) {
            struct str pair = str_cut(&rest, '&');
            if (str_starts(pair, key) && (!str_to_u64(str_skip(pair, key.len), &seconds) ||
                                          seconds > LIMIT_FLAG_NUMBER))
                seconds = 0;
        }
    }
    fetch->curl.free(query);
    return (unsigned)seconds;
}

/* Makes "seconds=N" part of the query, in place of one that stands there. */
static CURLUcode set_seconds(const struct fetch *fetch, CURLU *address)
{
    char *query = NULL;
    struct sb made;
    CURLUcode code = fetch->curl.url_get(address, CURLUPART_QUERY, &query, 0);
    if (code && code != CURLUE_NO_QUERY)
        return code;
    sb_init(&made, fetch->input->memory);
    struct str rest = str_from(query);
    while (rest.ptr) {
        struct str pair = str_cut(&rest, '&');
        if (!str_starts(pair, STR("seconds=")))
            sb_addf(&made, "%.*s&", STR_ARGS(pair));
    }
    sb_addf(&made, "seconds=%u", fetch->options->seconds);
    fetch->curl.free(query);
    code = fetch->curl.url_set(address, CURLUPART_QUERY, made.text, 0);
    sb_release(&made);
    return code;
}

static CURLUcode set_path(const struct fetch *fetch, CURLU *address)
{
    char *path;
    CURLUcode code = fetch->curl.url_get(address, CURLUPART_PATH, &path, 0);
    if (code)
        return code;
    bool none = !strcmp(path, "/") || !*path;
    fetch->curl.free(path);
    return none ? fetch->curl.url_set(address, CURLUPART_PATH, DEFAULT_PATH, 0) : CURLUE_OK;
}

/* The address as it is asked for, for diagnostics: a password in it is not shown. */
static struct str shown_address(const struct fetch *fetch, struct arena *arena)
{
    CURLU *copy = fetch->curl.url_dup(fetch->address);
    char *text = NULL;
    struct str shown = STR("the address");
    if (copy && !fetch->curl.url_set(copy, CURLUPART_PASSWORD, NULL, 0) &&
        !fetch->curl.url_get(copy, CURLUPART_URL, &text, 0))
        shown = str_copy(arena, str_from(text));
    fetch->curl.free(text);
    fetch->curl.url_cleanup(copy);
    return shown;
}

/* Takes the address apart and completes it. https+insecure is pprof's own scheme (google/pprof
 * internal/transport). */
static CURLUcode parse_address(struct fetch *fetch, const char *url)
{
    struct sb full;
    struct str text = str_from(url);
    sb_init(&full, fetch->input->memory);
    fetch->insecure = str_starts(text, STR(INSECURE_SCHEME));
    if (fetch->insecure)
        sb_addf(&full, "https://%s", url + sizeof(INSECURE_SCHEME) - 1);
    else if (profile_is_url(url))
        sb_add(&full, text);
    else
        sb_addf(&full, "http://%s%s", *url == ':' ? "localhost" : "", url);
    CURLUcode code = fetch->curl.url_set(fetch->address, CURLUPART_URL, full.text,
                                  CURLU_NON_SUPPORT_SCHEME);
    sb_release(&full);
    if (!code)
        code = set_path(fetch, fetch->address);
    if (!code && fetch->options->seconds)
        code = set_seconds(fetch, fetch->address);
    return code;
}

static bool is_http(const struct fetch *fetch)
{
    char *scheme = NULL;
    bool http = !fetch->curl.url_get(fetch->address, CURLUPART_SCHEME, &scheme, 0) &&
                (!strcmp(scheme, "http") || !strcmp(scheme, "https"));
    fetch->curl.free(scheme);
    return http;
}

/* The time the whole transfer may take: the seconds asked for are waited for by the server. */
static long time_limit(const struct fetch *fetch)
{
    if (fetch->options->timeout_seconds)
        return (long)fetch->options->timeout_seconds;
    return (long)fetch->seconds + LIMIT_HTTP_SECONDS;
}

/* Sets an option unless one before it failed. */
#define SET(option, value)                                                       \
    do {                                                                         \
        if (!code)                                                               \
            code = fetch->curl.easy_setopt(fetch->transfer, (option), (value)); \
    } while (0)

static CURLcode set_protocols(const struct fetch *fetch)
{
    CURLcode code = CURLE_OK;
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
    SET(CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
    SET(CURLOPT_REDIR_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    return code;
}

static CURLcode set_tls(const struct fetch *fetch)
{
    const struct profile_options *options = fetch->options;
    CURLcode code = CURLE_OK;
    if (options->tls_ca)
        SET(CURLOPT_CAINFO, options->tls_ca);
    if (options->tls_cert)
        SET(CURLOPT_SSLCERT, options->tls_cert);
    if (options->tls_key)
        SET(CURLOPT_SSLKEY, options->tls_key);
    if (fetch->insecure || options->tls_insecure) {
        SET(CURLOPT_SSL_VERIFYPEER, 0L);
        SET(CURLOPT_SSL_VERIFYHOST, 0L);
    }
    return code;
}

/* CURLOPT_NOSIGNAL is left alone: libcurl then sees to it that a connection that is closed under it
 * does not end the program by SIGPIPE. */
static CURLcode set_options(struct fetch *fetch)
{
    CURLcode code = set_protocols(fetch);
    SET(CURLOPT_CURLU, fetch->address);
    SET(CURLOPT_ERRORBUFFER, fetch->problem);
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_WRITEDATA, fetch);
    SET(CURLOPT_FOLLOWLOCATION, 1L);
    SET(CURLOPT_MAXREDIRS, (long)LIMIT_HTTP_REDIRECTS);
    SET(CURLOPT_CONNECTTIMEOUT, (long)CONNECT_SECONDS);
    SET(CURLOPT_TIMEOUT, time_limit(fetch));
    SET(CURLOPT_USERAGENT, "unheap");
    return code ? code : set_tls(fetch);
}

/* ---- what came of it ---- */

static enum status say_transfer(struct fetch *fetch, struct str name, CURLcode code)
{
    char detail[CURL_ERROR_SIZE + 80];
    const char *why = fetch->problem[0] ? fetch->problem : fetch->curl.easy_strerror(code);
    if (fetch->too_large) {
        snprintf(detail, sizeof(detail), "the ceiling is %zu bytes (LIMIT_HTTP_BYTES)",
                 fetch->input->limits.http_bytes);
        return fetch_fail(fetch, name, "the answer is too long", detail);
    }
    switch (code) {
    case CURLE_OPERATION_TIMEDOUT:
        snprintf(detail, sizeof(detail), "the time limit is %ld seconds (-timeout); %s",
                 time_limit(fetch), why);
        return fetch_fail(fetch, name, "no complete answer in time", detail);
    case CURLE_TOO_MANY_REDIRECTS:
        snprintf(detail, sizeof(detail), "at most %d are followed (LIMIT_HTTP_REDIRECTS)",
                 LIMIT_HTTP_REDIRECTS);
        return fetch_fail(fetch, name, "too many redirects", detail);
    case CURLE_COULDNT_CONNECT:
    case CURLE_COULDNT_RESOLVE_HOST:
        return fetch_fail(fetch, name, "nobody answers there", why);
    default:
        return fetch_fail(fetch, name, "the transfer failed", why);
    }
}

static enum status say_http_status(struct fetch *fetch, struct str name, long http_status)
{
    char what[60], snippet[100], detail[120];
    struct str body = sb_str(fetch->body);
    profile_snippet(body, snippet, sizeof(snippet));
    snprintf(what, sizeof(what), "the server answered with HTTP status %ld", http_status);
    snprintf(detail, sizeof(detail), "'%s'", snippet);
    return fetch_fail(fetch, name, what, body.len ? detail : "");
}

static enum status transfer(struct fetch *fetch, struct str name)
{
    long http_status = 0;
    CURLcode code = set_options(fetch);
    if (!code)
        code = fetch->curl.easy_perform(fetch->transfer);
    if (code)
        return say_transfer(fetch, name, code);
    fetch->curl.easy_getinfo(fetch->transfer, CURLINFO_RESPONSE_CODE, &http_status);
    if (http_status != 200)
        return say_http_status(fetch, name, http_status);
    return STATUS_OK;
}

static enum status fetch_address(struct fetch *fetch, const char *url, struct arena *arena,
                                 struct str *name)
{
    CURLUcode code = parse_address(fetch, url);
    if (code)
        return fetch_fail(fetch, *name, "this is no address that can be asked",
                          fetch->curl.url_strerror(code));
    *name = shown_address(fetch, arena);
    if (!is_http(fetch))
        return fetch_fail(fetch, *name, "only http:// and https:// are spoken", "");
    fetch->seconds = seconds_of(fetch);
    if (fetch->options->fetching)
        fetch->options->fetching(*name, fetch->options->seconds);
    return transfer(fetch, *name);
}

static enum status fetch_with_library(struct fetch *fetch, const char *url, struct arena *arena,
                                      struct str *address)
{
    enum status status = STATUS_NETWORK;
    fetch->address = fetch->curl.url();
    fetch->transfer = fetch->curl.easy_init();
    if (fetch->address && fetch->transfer)
        status = fetch_address(fetch, url, arena, address);
    else
        fetch_fail(fetch, *address, "libcurl has no memory", "");
    fetch->curl.easy_cleanup(fetch->transfer);
    fetch->curl.url_cleanup(fetch->address);
    return status;
}

static enum status say_no_library(struct diag_sink *sink)
{
    diag_add(sink, DIAG_HTTP_LIBRARY, STR_NONE, 0, DIAG_NO_OFFSET,
             "there is no libcurl of a version that is known here, which fetches profiles");
    return STATUS_NOT_FOUND;
}

enum status profile_fetch(const char *url, const struct profile_options *options,
                          const struct profile_input *input, struct arena *arena, struct sb *body,
                          struct str *address)
{
    struct fetch fetch = {.options = options, .input = input, .body = body};
    enum status status = STATUS_NETWORK;
    *address = STR("the address");
    if (!http_library_load(&fetch.curl))
        return say_no_library(input->sink);
    if (!fetch.curl.global_init(CURL_GLOBAL_DEFAULT)) {
        status = fetch_with_library(&fetch, url, arena, address);
        fetch.curl.global_cleanup();
    } else {
        fetch_fail(&fetch, *address, "libcurl cannot be started", "");
    }
    http_library_release(&fetch.curl);
    return status;
}

enum status profile_fetch_text(const char *url, const struct profile_options *options,
                               const struct memory *memory, struct diag_sink *sink,
                               struct sb *body)
{
    struct arena arena;
    struct str address;
    const struct profile_input input = {.memory = memory, .sink = sink,
                                        .limits = profile_limits_default()};
    arena_init(&arena, memory);
    enum status status = profile_fetch(url, options, &input, &arena, body, &address);
    arena_release(&arena);
    return status;
}
