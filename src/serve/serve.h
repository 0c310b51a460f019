/* serve: a small HTTP server for pages and figures.
 *
 * A table of routes, each a function that appends its answer to a string builder. Meant for a
 * handful of readers: a person's browser, a Prometheus. Only on loopback unless told otherwise, and
 * elsewhere only with a token or client certificates (S2), or where `open` says that all may read.
 *
 * S1. Answers are made one at a time, on the server's own thread: routes need no locks among
 *     themselves, but must not touch what the caller's thread changes.
 * S2. A request that may not read gets 401 and nothing else, whatever its path.
 * S3. What a client can make grow has a ceiling: connections, bytes of a request's head, seconds
 *     without a byte, seconds for all of a request (limits.h, LIMIT_SERVE_*). Only GET and HEAD are
 *     answered; bodies of requests are not read.
 *
 * GNU libmicrohttpd does the work. It is loaded when a server is started, so that no other command
 * pays for it and for its TLS library. */
#ifndef UNHEAP_SERVE_H
#define UNHEAP_SERVE_H

#include "base/base.h"

struct serve_request {
    struct str path;   /* "/flamegraph", decoded; no query */
    struct str accept; /* the header, empty when there is none */
    void *query;       /* private; see serve_query */
};
/* A parameter of the query, decoded; STR_NONE when it is not there. Valid while the answer is
 * made. */
struct str serve_query(const struct serve_request *request, const char *name);

/* An answer that many readers get: made once, given back when the last has it. Only for routes, on
 * the server's thread (S1), and after serve_stop. */
struct serve_shared;
struct serve_shared *serve_shared_new(const struct memory *memory);
struct sb *serve_shared_body(struct serve_shared *shared);
/* The maker's hold on it; NULL is nothing. */
void serve_shared_release(struct serve_shared *shared);

struct serve_response {
    unsigned status;      /* 200 unless it is set */
    const char *type;     /* "text/plain; charset=utf-8" unless it is set; static */
    const char *location; /* of a redirect, or NULL; must live until the next answer */
    const char *file_name; /* a browser keeps the answer under this name; static, or NULL */
    struct sb *body;
    struct serve_shared *shared; /* when it is set, instead of the body */
};

/* The first route whose path fits answers: the path itself, or what is below it when it ends in
 * "/". */
struct serve_route {
    const char *path;
    void (*answer)(void *ctx, const struct serve_request *request,
                   struct serve_response *response);
};

struct serve_options {
    const char *listen; /* "127.0.0.1:9273", "[::1]:9273", "localhost:0", ":9273" (loopback);
                           port 0: any that is free */
    const char *tls_cert, *tls_key;  /* PEM files: speaks TLS */
    const char *tls_client_ca;       /* PEM file: and asks clients for a certificate of this CA */
    const char *token;               /* wants "Authorization: Bearer TOKEN" */
    bool own_names; /* on loopback: only for who asks for localhost or a loopback address, else 403;
                       a page from elsewhere whose name was made to lead here (DNS rebinding) asks
                       for its own */
    bool open; /* beyond loopback without a token too: whoever started it has said so */
    const struct serve_route *routes;
    size_t route_count;
    void *ctx; /* for the routes */
};

struct serve;
/* Starts answering. Failures are told: an address that is no address, a port that is taken, files
 * that cannot be read, an address beyond loopback without token and client certificates, the
 * library not there. The options' texts must live as long as the server. */
NODISCARD enum status serve_start(const struct serve_options *options, const struct memory *memory,
                                  struct diag_sink *sink, struct serve **out);
/* Waits for the answer that is being made, closes all connections. NULL is nothing. */
void serve_stop(struct serve *serve);
/* Where it listens, "http://127.0.0.1:9273"; valid as long as the server. */
const char *serve_address(const struct serve *serve);

#endif
