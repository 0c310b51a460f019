/* serve.c: a server's life: from its options to a listening socket, and its end. */
#include "serve_int.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>

static enum status say(struct diag_sink *sink, const struct serve_options *options,
                       enum diag_code code, const char *what)
{
    diag_add(sink, code, str_from(options->listen), 0, DIAG_NO_OFFSET, "%s", what);
    return STATUS_BAD_INPUT;
}

/* ---- what may be asked for ---- */

static enum status check_options(const struct serve_options *options, union address *address,
                                 struct diag_sink *sink)
{
    bool checked = options->open || options->token || options->tls_client_ca;
    if (!address_read(str_from(options->listen), address))
        return say(sink, options, DIAG_SERVE_ADDRESS, "this is no address to listen on");
    if (options->token && !*options->token)
        return say(sink, options, DIAG_SERVE_OPEN, "the token is empty");
    if (!address_is_loopback(address) && !checked)
        return say(sink, options, DIAG_SERVE_OPEN,
                   "this address is reached from elsewhere, and anybody could read");
    if (!address_is_loopback(address) && !options->tls_cert && !options->open)
        return say(sink, options, DIAG_SERVE_OPEN,
                   "this address is reached from elsewhere, and what is sent could be read");
    if (!options->tls_cert != !options->tls_key)
        return say(sink, options, DIAG_SERVE_OPEN, "TLS needs both a certificate and its key");
    if (options->tls_client_ca && !options->tls_cert)
        return say(sink, options, DIAG_SERVE_OPEN,
                   "client certificates need TLS: a certificate and its key");
    return STATUS_OK;
}

/* ---- TLS ---- */

static enum status read_pem(struct serve *serve, const char *path, struct sb *text,
                            struct diag_sink *sink)
{
    struct file file;
    if (!path)
        return STATUS_OK;
    enum status status = file_open(&file, path, serve->memory, sink);
    if (status)
        return status;
    if (file.size > LIMIT_SERVE_PEM_BYTES) {
        diag_add(sink, DIAG_FILE_LIMIT, str_from(path), 0, DIAG_NO_OFFSET,
                 "larger than LIMIT_SERVE_PEM_BYTES, %d bytes", LIMIT_SERVE_PEM_BYTES);
        status = STATUS_LIMIT;
    } else {
        sb_addn(text, file.bytes, file.size);
    }
    file_close(&file);
    return status;
}

static enum status read_pems(struct serve *serve, struct diag_sink *sink)
{
    const struct serve_options *options = &serve->options;
    enum status status = read_pem(serve, options->tls_cert, &serve->cert, sink);
    if (!status)
        status = read_pem(serve, options->tls_key, &serve->key, sink);
    if (!status)
        status = read_pem(serve, options->tls_client_ca, &serve->client_ca, sink);
    return status;
}

/* ---- the server ---- */

enum { OPTIONS_MAX = 12 };

static size_t list_options(struct serve *serve, union address *address,
                           struct MHD_OptionItem *items)
{
    size_t n = 0;
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_SOCK_ADDR, 0, address};
    items[n++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_LIMIT, LIMIT_SERVE_CONNECTIONS, NULL};
    items[n++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_TIMEOUT, LIMIT_SERVE_IDLE_SECONDS, NULL};
    items[n++] =
        (struct MHD_OptionItem){MHD_OPTION_CONNECTION_MEMORY_LIMIT, LIMIT_SERVE_HEAD_BYTES, NULL};
    items[n++] =
        (struct MHD_OptionItem){MHD_OPTION_LISTEN_BACKLOG_SIZE, LIMIT_SERVE_CONNECTIONS, NULL};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_NOTIFY_CONNECTION,
                                         (intptr_t)patience_notify, serve};
    if (serve->options.tls_cert) {
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_CERT, 0, serve->cert.text};
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_KEY, 0, serve->key.text};
    }
    if (serve->options.tls_client_ca)
        items[n++] = (struct MHD_OptionItem){MHD_OPTION_HTTPS_MEM_TRUST, 0, serve->client_ca.text};
    items[n++] = (struct MHD_OptionItem){MHD_OPTION_END, 0, NULL};
    return n;
}

static enum status start(struct serve *serve, union address *address, struct diag_sink *sink)
{
    struct MHD_OptionItem items[OPTIONS_MAX];
    unsigned flags = MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_POLL;
    if (list_options(serve, address, items) > OPTIONS_MAX)
        BUG("serve: more options than there is room for");
    if (serve->options.tls_cert)
        flags |= MHD_USE_TLS;
    if (address->any.sa_family == AF_INET6)
        flags |= MHD_USE_IPv6;
    if (!patience_start(serve))
        return say(sink, &serve->options, DIAG_SERVE_ADDRESS, "no thread can be started");
    errno = 0;
    serve->daemon = serve->library.MHD_start_daemon(flags, 0, NULL, NULL, answer_request, serve,
                                                    MHD_OPTION_ARRAY, items, MHD_OPTION_END);
    if (serve->daemon)
        return STATUS_OK;
    diag_add(sink, DIAG_SERVE_ADDRESS, str_from(serve->options.listen), 0, DIAG_NO_OFFSET,
             "cannot listen there: %s",
             errno ? strerror(errno) : "the certificate or its key is not usable");
    return STATUS_NETWORK;
}

static void note_address(struct serve *serve, const union address *address)
{
    const union MHD_DaemonInfo *info =
        serve->library.MHD_get_daemon_info(serve->daemon, MHD_DAEMON_INFO_BIND_PORT);
    sb_adds(&serve->address, serve->options.tls_cert ? "https://" : "http://");
    address_show(address, info ? info->port : 0, &serve->address);
}

enum status serve_start(const struct serve_options *options, const struct memory *memory,
                        struct diag_sink *sink, struct serve **out)
{
    union address address;
    *out = NULL;
    enum status status = check_options(options, &address, sink);
    if (status)
        return status;
    struct serve *serve = memory_get(memory, sizeof(*serve));
    *serve = (struct serve){.memory = memory, .options = *options};
    sb_init(&serve->cert, memory);
    sb_init(&serve->key, memory);
    sb_init(&serve->client_ca, memory);
    sb_init(&serve->address, memory);
    serve->own_names = options->own_names && address_is_loopback(&address);
    status = read_pems(serve, sink);
    if (!status)
        status = library_load(&serve->library, options->tls_client_ca != NULL, sink);
    if (!status)
        status = start(serve, &address, sink);
    if (status) {
        serve_stop(serve);
        return status;
    }
    note_address(serve, &address);
    *out = serve;
    return STATUS_OK;
}

void serve_stop(struct serve *serve)
{
    if (!serve)
        return;
    if (serve->daemon)
        serve->library.MHD_stop_daemon(serve->daemon);
    patience_stop(serve);
    library_release(&serve->library);
    sb_release(&serve->cert);
    sb_release(&serve->key);
    sb_release(&serve->client_ca);
    sb_release(&serve->address);
    memory_put(serve->memory, serve);
}

const char *serve_address(const struct serve *serve)
{
    return serve->address.text;
}
