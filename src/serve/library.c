/* library.c: libmicrohttpd and GnuTLS are found at run time. */
#include "serve_int.h"

#include <dlfcn.h>

/* The names of the libraries in Debian 12 and in newer and older releases. */
static const char *const server_names[] = {"libmicrohttpd.so.12", "libmicrohttpd.so.13",
                                           "libmicrohttpd.so"};
static const char *const tls_names[] = {"libgnutls.so.30", "libgnutls.so"};

static void *open_first(const char *const *names, size_t count)
{
    void *handle = NULL;
    for (size_t i = 0; i < count && !handle; i++)
        handle = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
    return handle;
}

static enum status say_missing(struct diag_sink *sink, const char *what)
{
    diag_add(sink, DIAG_SERVE_LIBRARY, STR_NONE, 0, DIAG_NO_OFFSET, "%s cannot be loaded", what);
    return STATUS_NOT_FOUND;
}

enum status library_load(struct library *library, bool tls, struct diag_sink *sink)
{
    *library = (struct library){.handle = open_first(server_names, COUNT_OF(server_names))};
    if (!library->handle)
        return say_missing(sink, "libmicrohttpd");
    bool whole = true;
#define X(name)                                                             \
    library->name = (__typeof__(name) *)dlsym(library->handle, #name);      \
    whole &= library->name != NULL;
    SERVE_FUNCTIONS(X)
#undef X
    if (whole && tls) {
        library->tls_handle = open_first(tls_names, COUNT_OF(tls_names));
        if (library->tls_handle)
            library->gnutls_certificate_verify_peers2 =
                (__typeof__(gnutls_certificate_verify_peers2) *)dlsym(
                    library->tls_handle, "gnutls_certificate_verify_peers2");
        whole = library->gnutls_certificate_verify_peers2 != NULL;
    }
    if (whole)
        return STATUS_OK;
    library_release(library);
    return say_missing(sink, tls ? "libmicrohttpd with GnuTLS" : "a new enough libmicrohttpd");
}

void library_release(struct library *library)
{
    if (library->tls_handle)
        dlclose(library->tls_handle);
    if (library->handle)
        dlclose(library->handle);
    *library = (struct library){0};
}
