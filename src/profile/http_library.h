/* http_library.h: libcurl, loaded when a profile is fetched (http_library.c): with the libraries it
 * needs itself it is two thirds of what a verb would carry. */
#ifndef PROFILE_HTTP_LIBRARY_H
#define PROFILE_HTTP_LIBRARY_H

#include <curl/curl.h>

#include "base/base.h"

#define HTTP_FUNCTIONS(X) \
    X(global_init)        \
    X(global_cleanup)     \
    X(url)                \
    X(url_cleanup)        \
    X(url_dup)            \
    X(url_get)            \
    X(url_set)            \
    X(url_strerror)       \
    X(free)               \
    X(easy_init)          \
    X(easy_cleanup)       \
    X(easy_setopt)        \
    X(easy_getinfo)       \
    X(easy_perform)       \
    X(easy_strerror)      \
    X(slist_append)       \
    X(slist_free_all)

struct http_library {
    void *handle;
#define X(name) __typeof__(curl_##name) *name;
    HTTP_FUNCTIONS(X)
#undef X
};

/* The functions of libcurl, without their prefix. False when it is not there; then nothing is to be
 * released. */
NODISCARD bool http_library_load(struct http_library *library);
void http_library_release(struct http_library *library);

#endif
