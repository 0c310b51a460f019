/* library.c: libmicrohttpd and GnuTLS are found at run time. */
#include "serve_int.h"

/* The names of the libraries in Debian 12 and in newer and older releases. */
static const char *const server_names[] = {"libmicrohttpd.so.12", "libmicrohttpd.so.13",
                                           "libmicrohttpd.so"};
static const char *const tls_names[] = {"libgnutls.so.30", "libgnutls.so"};

static enum status say_missing(struct diag_sink *sink, const char *what)
{
    diag_add(sink, DIAG_SERVE_LIBRARY, STR_NONE, 0, DIAG_NO_OFFSET,
             "there is no %s of a version that is known here", what);
    return STATUS_NOT_FOUND;
}

enum status library_load(struct library *library, bool tls, struct diag_sink *sink)
{
#define X(name) {#name, &library->name},
    const struct library_function server[] = {SERVE_FUNCTIONS(X)}, tls_functions[] = {
        X(gnutls_certificate_verify_peers2)
    };
#undef X
    *library = (struct library){0};
    library->handle = library_open(server_names, COUNT_OF(server_names), server, COUNT_OF(server));
    if (!library->handle)
        return say_missing(sink, "libmicrohttpd");
    if (!tls)
        return STATUS_OK;
    library->tls_handle = library_open(tls_names, COUNT_OF(tls_names), tls_functions,
                                       COUNT_OF(tls_functions));
    if (library->tls_handle)
        return STATUS_OK;
    library_release(library);
    return say_missing(sink, "libgnutls");
}

void library_release(struct library *library)
{
    library_close(library->tls_handle);
    library_close(library->handle);
    *library = (struct library){0};
}
