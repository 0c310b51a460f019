/* http_post.c: telling another program something by HTTP: one POST of JSON. */
#include "profile/http_library.h"
#include "profile/profile_int.h"

struct post {
    struct http_library curl;
    CURL *transfer;
    struct curl_slist *headers;
    char problem[CURL_ERROR_SIZE];
};

static size_t drop_answer(char *bytes, size_t size, size_t count, void *ctx)
{
    (void)bytes;
    (void)ctx;
    return size * count;
}

/* Sets an option unless one before it failed. */
#define SET(option, value)                                              \
    do {                                                                \
        if (!code)                                                      \
            code = post->curl.easy_setopt(post->transfer, (option), (value)); \
    } while (0)

static CURLcode set_options(struct post *post, const char *url, struct str body)
{
    CURLcode code = CURLE_OK;
    SET(CURLOPT_URL, url);
#if LIBCURL_VERSION_NUM >= 0x075500
    SET(CURLOPT_PROTOCOLS_STR, "http,https");
#else
    SET(CURLOPT_PROTOCOLS, (long)(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
    SET(CURLOPT_ERRORBUFFER, post->problem);
    SET(CURLOPT_WRITEFUNCTION, drop_answer);
    SET(CURLOPT_HTTPHEADER, post->headers);
    SET(CURLOPT_POSTFIELDSIZE, (long)body.len);
    SET(CURLOPT_POSTFIELDS, body.ptr);
    SET(CURLOPT_TIMEOUT, (long)LIMIT_POST_SECONDS);
    return code;
}

static enum status say(struct diag_sink *sink, const char *url, const char *what)
{
    diag_add(sink, DIAG_HTTP_FAILED, str_from(url), 0, DIAG_NO_OFFSET, "%s", what);
    return STATUS_NETWORK;
}

static enum status send_body(struct post *post, const char *url, struct str body,
                             struct diag_sink *sink)
{
    char what[80];
    long http_status = 0;
    CURLcode code = set_options(post, url, body);
    if (!code)
        code = post->curl.easy_perform(post->transfer);
    if (code)
        return say(sink, url,
                   post->problem[0] ? post->problem : post->curl.easy_strerror(code));
    post->curl.easy_getinfo(post->transfer, CURLINFO_RESPONSE_CODE, &http_status);
    if (http_status >= 200 && http_status < 300)
        return STATUS_OK;
    snprintf(what, sizeof(what), "the server answered with HTTP status %ld", http_status);
    return say(sink, url, what);
}

enum status profile_post_json(const char *url, struct str body, struct diag_sink *sink)
{
    struct post post = {.transfer = NULL};
    if (!http_library_load(&post.curl) || post.curl.global_init(CURL_GLOBAL_DEFAULT))
        return say(sink, url, "libcurl cannot be loaded");
    enum status status = STATUS_NETWORK;
    post.transfer = post.curl.easy_init();
    post.headers = post.curl.slist_append(NULL, "Content-Type: application/json");
    if (post.transfer && post.headers)
        status = send_body(&post, url, body, sink);
    post.curl.slist_free_all(post.headers);
    post.curl.easy_cleanup(post.transfer);
    post.curl.global_cleanup();
    http_library_release(&post.curl);
    return status;
}
