/* answer.c: one request: may it read, which route answers it, and the answer on its way. */
#include "serve_int.h"

#include <stdio.h>

struct query {
    const struct library *library;
    struct MHD_Connection *connection;
};

struct str serve_query(const struct serve_request *request, const char *name)
{
    const struct query *query = request->query;
    return str_from(query->library->MHD_lookup_connection_value(query->connection,
                                                                MHD_GET_ARGUMENT_KIND, name));
}

/* ---- who may read (S2) ---- */

/* Takes the same time wherever the texts differ. */
static bool equal_in_constant_time(struct str a, struct str b)
{
    unsigned char differs = a.len != b.len;
    for (size_t i = 0; i < a.len; i++)
        differs |= (unsigned char)(a.ptr[i] ^ b.ptr[b.len ? i % b.len : 0]);
    return !differs;
}

static bool has_token(const struct serve *serve, struct MHD_Connection *connection)
{
    struct str header = str_from(serve->library.MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_AUTHORIZATION));
    struct str scheme = STR("Bearer "), wanted = str_from(serve->options.token);
    return wanted.len && str_starts(header, scheme) &&
           equal_in_constant_time(str_skip(header, scheme.len), wanted);
}

static bool has_certificate(const struct serve *serve, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = serve->library.MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_GNUTLS_SESSION);
    unsigned problems = 1;
    return info && info->tls_session &&
           serve->library.gnutls_certificate_verify_peers2((gnutls_session_t)info->tls_session,
                                                           &problems) == 0 &&
           problems == 0;
}

static bool may_read(const struct serve *serve, struct MHD_Connection *connection)
{
    if (serve->options.tls_client_ca && has_certificate(serve, connection))
        return true;
    if (serve->options.token && has_token(serve, connection))
        return true;
    return !serve->options.tls_client_ca && !serve->options.token;
}

/* ---- the answer ---- */

static struct sb *new_body(const struct memory *memory)
{
    struct sb *body = memory_get(memory, sizeof(*body));
    sb_init(body, memory);
    return body;
}

static void free_body(void *ctx)
{
    struct sb *body = ctx;
    const struct memory *memory = body->memory;
    sb_release(body);
    memory_put(memory, body);
}

struct serve_shared {
    struct sb body;
    unsigned holders;
};

struct serve_shared *serve_shared_new(const struct memory *memory)
{
    struct serve_shared *shared = memory_get(memory, sizeof(*shared));
    shared->holders = 1;
    sb_init(&shared->body, memory);
    return shared;
}

struct sb *serve_shared_body(struct serve_shared *shared)
{
    return &shared->body;
}

void serve_shared_release(struct serve_shared *shared)
{
    if (!shared || --shared->holders)
        return;
    const struct memory *memory = shared->body.memory;
    sb_release(&shared->body);
    memory_put(memory, shared);
}

static void free_shared(void *ctx)
{
    serve_shared_release(ctx);
}

static struct MHD_Response *make_answer(const struct library *library,
                                        const struct serve_response *response)
{
    struct serve_shared *shared = response->shared;
    struct sb *body = response->body;
    if (!shared) {
        struct MHD_Response *answer =
            library->MHD_create_response_from_buffer_with_free_callback_cls(body->len, body->text,
                                                                            free_body, body);
        if (!answer)
            free_body(body);
        return answer;
    }
    free_body(body);
    shared->holders++;
    struct MHD_Response *answer = library->MHD_create_response_from_buffer_with_free_callback_cls(
        shared->body.len, shared->body.text, free_shared, shared);
    if (!answer)
        serve_shared_release(shared);
    return answer;
}

static enum MHD_Result send_answer(const struct serve *serve, struct MHD_Connection *connection,
                            const struct serve_response *response)
{
    const struct library *library = &serve->library;
    struct MHD_Response *answer = make_answer(library, response);
    if (!answer)
        return MHD_NO;
    library->MHD_add_response_header(answer, MHD_HTTP_HEADER_CONTENT_TYPE, response->type);
    library->MHD_add_response_header(answer, "X-Content-Type-Options", "nosniff");
    library->MHD_add_response_header(answer, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
    if (response->location)
        library->MHD_add_response_header(answer, MHD_HTTP_HEADER_LOCATION, response->location);
    if (response->file_name) {
        char text[128];
        snprintf(text, sizeof(text), "attachment;filename=%s", response->file_name);
        library->MHD_add_response_header(answer, "Content-Disposition", text);
    }
    if (response->status == MHD_HTTP_UNAUTHORIZED)
        library->MHD_add_response_header(answer, MHD_HTTP_HEADER_WWW_AUTHENTICATE, "Bearer");
    enum MHD_Result result = library->MHD_queue_response(connection, response->status, answer);
    library->MHD_destroy_response(answer);
    return result;
}

static const struct serve_route *find_route(const struct serve *serve, struct str path)
{
    for (size_t i = 0; i < serve->options.route_count; i++) {
        struct str route = str_from(serve->options.routes[i].path);
        if (str_equal(path, route) || (str_ends(route, STR("/")) && str_starts(path, route)))
            return &serve->options.routes[i];
    }
    return NULL;
}

static void refuse(struct serve_response *response, unsigned status, const char *why)
{
    response->status = status;
    sb_addf(response->body, "%s\n", why);
}

static bool asks_for_another(const struct serve *serve, struct MHD_Connection *connection)
{
    struct str host = str_from(serve->library.MHD_lookup_connection_value(
        connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_HOST));
    return serve->own_names && !address_names_loopback(host);
}

static void respond(const struct serve *serve, struct query *query, const char *url,
                    const char *method, struct serve_response *response)
{
    struct serve_request request = {
        .path = str_from(url),
        .accept = str_from(serve->library.MHD_lookup_connection_value(
            query->connection, MHD_HEADER_KIND, MHD_HTTP_HEADER_ACCEPT)),
        .query = query,
    };
    const struct serve_route *route = find_route(serve, request.path);
    if (!may_read(serve, query->connection))
        refuse(response, MHD_HTTP_UNAUTHORIZED, "a token or a client certificate is wanted");
    else if (asks_for_another(serve, query->connection))
        refuse(response, MHD_HTTP_FORBIDDEN, "this server is asked for as localhost only");
    else if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
        refuse(response, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD are answered");
    else if (!route)
        refuse(response, MHD_HTTP_NOT_FOUND, "there is nothing here");
    else
        route->answer(serve->options.ctx, &request, response);
}

enum MHD_Result answer_request(void *ctx, struct MHD_Connection *connection, const char *url,
                               const char *method, const char *version, const char *upload,
                               size_t *upload_size, void **state)
{
    struct serve *serve = ctx;
    struct query query = {&serve->library, connection};
    struct serve_response response = {.status = MHD_HTTP_OK, .type = "text/plain; charset=utf-8",
                                      .body = new_body(serve->memory)};
    (void)version;
    (void)upload;
    (void)upload_size;
    (void)state;
    patience_answered(serve, connection);
    respond(serve, &query, url, method, &response);
    if (response.body->full) { /* cut off is not what was asked for */
        sb_clear(response.body);
        refuse(&response, MHD_HTTP_INTERNAL_SERVER_ERROR, "the answer is too large");
    }
    return send_answer(serve, connection, &response);
}
