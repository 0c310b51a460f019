/* serve_int.h: what the files of this room share. */
#ifndef UNHEAP_SERVE_INT_H
#define UNHEAP_SERVE_INT_H

#include <gnutls/gnutls.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>

#include "serve/serve.h"

/* ---- library.c: libmicrohttpd, loaded when needed ---- */

/* The functions that are used, by their own names. gnutls_* may be NULL: then there is no TLS. */
#define SERVE_FUNCTIONS(X)        \
    X(MHD_start_daemon)           \
    X(MHD_stop_daemon)            \
    X(MHD_get_daemon_info)        \
    X(MHD_get_connection_info)    \
    X(MHD_create_response_from_buffer_with_free_callback_cls) \
    X(MHD_add_response_header)    \
    X(MHD_queue_response)         \
    X(MHD_destroy_response)       \
    X(MHD_lookup_connection_value)
struct library {
    void *handle, *tls_handle;
#define X(name) __typeof__(name) *name;
    SERVE_FUNCTIONS(X)
#undef X
    __typeof__(gnutls_certificate_verify_peers2) *gnutls_certificate_verify_peers2;
};
NODISCARD enum status library_load(struct library *library, bool tls, struct diag_sink *sink);
void library_release(struct library *library);

/* ---- address.c: where to listen ---- */

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};
/* False when the text is no address. */
bool address_read(struct str text, union address *address);
bool address_is_loopback(const union address *address);
/* Of a Host header: "localhost:8080", "127.0.0.1", "[::1]:8080". */
bool address_names_loopback(struct str host);
/* "127.0.0.1:9273" with the port that was bound. */
void address_show(const union address *address, unsigned port, struct sb *out);

/* ---- serve.c ---- */

struct guest;
struct patience { /* private to patience.c */
    pthread_mutex_t lock;
    pthread_cond_t wake;
    pthread_t thread;
    struct guest *guests; /* connections that are open */
    bool running, ending;
};
struct serve {
    const struct memory *memory;
    struct serve_options options;
    struct library library;
    struct MHD_Daemon *daemon;
    struct patience patience;
    struct sb cert, key, client_ca; /* PEM texts */
    struct sb address;              /* as it is shown */
    bool own_names;                 /* options.own_names, and on loopback */
};

/* ---- patience.c: how long one request may take ---- */

bool patience_start(struct serve *serve);
/* After the daemon was stopped. */
void patience_stop(struct serve *serve);
/* MHD_NotifyConnectionCallback, with the server as its context. */
void patience_notify(void *ctx, struct MHD_Connection *connection, void **socket_context,
                     enum MHD_ConnectionNotificationCode code);
/* A whole request has come: its time begins anew, for the answer. */
void patience_answered(struct serve *serve, struct MHD_Connection *connection);

/* ---- answer.c: one request ---- */
enum MHD_Result answer_request(void *ctx, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state);

#endif
