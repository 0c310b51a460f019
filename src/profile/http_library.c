/* http_library.c: libcurl is found at run time. */
#include "profile/http_library.h"

#include "profile/profile.h"

/* Of the builds with OpenSSL (Debian, Fedora, Alpine) and with GnuTLS (Debian), and macOS's own. */
static const char *const names[] = {"libcurl.so.4", "libcurl-gnutls.so.4", "libcurl.4.dylib"};

bool http_library_load(struct http_library *library)
{
#define X(name) {"curl_" #name, &library->name},
    const struct library_function functions[] = {HTTP_FUNCTIONS(X)};
#undef X
    library->handle = library_open(names, COUNT_OF(names), functions, COUNT_OF(functions));
    return library->handle != NULL;
}

void *profile_http_hold(void)
{
    return library_open(names, COUNT_OF(names), NULL, 0);
}

void http_library_release(struct http_library *library)
{
    library_close(library->handle);
}
