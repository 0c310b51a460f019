/* patience.c: a request and its answer have a time in which they must be through. A byte now and
 * then keeps a connection from being idle; this ends it all the same.
 *
 * P1. A connection is on the list from its start until the library says that it is closed, which it
 *     does before it closes the descriptor: so shutting down one that is on the list, under the
 *     lock, never hits another's. */
#include "serve_int.h"

#include <sys/socket.h>
#include <time.h>

struct guest {
    struct guest *next;
    int fd;
    int64_t since; /* seconds; when it came, or was answered last */
};

static int64_t seconds_now(void)
{
    return (int64_t)clock_now();
}

void patience_notify(void *ctx, struct MHD_Connection *connection, void **socket_context,
                     enum MHD_ConnectionNotificationCode code)
{
    struct serve *serve = ctx;
    struct patience *patience = &serve->patience;
    pthread_mutex_lock(&patience->lock);
    if (code == MHD_CONNECTION_NOTIFY_STARTED) {
        const union MHD_ConnectionInfo *info = serve->library.MHD_get_connection_info(
            connection, MHD_CONNECTION_INFO_CONNECTION_FD);
        struct guest *guest = memory_get(serve->memory, sizeof(*guest));
        *guest = (struct guest){patience->guests, info ? info->connect_fd : -1, seconds_now()};
        patience->guests = guest;
        *socket_context = guest;
    } else {
        struct guest **place = &patience->guests;
        while (*place && *place != *socket_context)
            place = &(*place)->next;
        if (*place)
            *place = (*place)->next;
        memory_put(serve->memory, *socket_context);
        *socket_context = NULL;
    }
    pthread_mutex_unlock(&patience->lock);
}

void patience_answered(struct serve *serve, struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info = serve->library.MHD_get_connection_info(
        connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    struct guest *guest = info ? info->socket_context : NULL;
    pthread_mutex_lock(&serve->patience.lock);
    if (guest)
        guest->since = seconds_now();
    pthread_mutex_unlock(&serve->patience.lock);
}

static void *look_after(void *ctx)
{
    struct patience *patience = ctx;
    pthread_mutex_lock(&patience->lock);
    while (!patience->ending) {
        struct timespec wake;
        int64_t now = seconds_now();
        for (const struct guest *guest = patience->guests; guest; guest = guest->next)
            if (now - guest->since > LIMIT_SERVE_REQUEST_SECONDS)
                (void)shutdown(guest->fd, SHUT_RDWR); /* P1 */
        clock_gettime(CLOCK_MONOTONIC, &wake);
        wake.tv_sec += 1 + LIMIT_SERVE_REQUEST_SECONDS / 8;
        pthread_cond_timedwait(&patience->wake, &patience->lock, &wake);
    }
    pthread_mutex_unlock(&patience->lock);
    return NULL;
}

bool patience_start(struct serve *serve)
{
    struct patience *patience = &serve->patience;
    pthread_condattr_t monotonic;
    pthread_mutex_init(&patience->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&patience->wake, &monotonic);
    pthread_condattr_destroy(&monotonic);
    patience->running = pthread_create(&patience->thread, NULL, look_after, patience) == 0;
    return patience->running;
}

void patience_stop(struct serve *serve)
{
    struct patience *patience = &serve->patience;
    if (!patience->running)
        return;
    pthread_mutex_lock(&patience->lock);
    patience->ending = true;
    pthread_cond_signal(&patience->wake);
    pthread_mutex_unlock(&patience->lock);
    pthread_join(patience->thread, NULL);
    pthread_cond_destroy(&patience->wake);
    pthread_mutex_destroy(&patience->lock);
    patience->running = false;
}
