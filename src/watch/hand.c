/* hand.c: the daemon's hand, a process of its own that was started before the daemon gave up what
 * it does not need: it sends webhooks and runs commands, and cannot read the memory of others.
 *
 * Requests come over a socket that keeps messages apart; each is done by a child of the hand, so
 * that a slow receiver holds up nobody, and its end comes back over the same socket.
 *
 * D1. A delivery waits in the history until it has arrived; a restart takes it up again.
 * D2. What does not arrive is tried again after 1, 2, 4 ... BACK_OFF_MOST seconds, DELIVERY_TRIES
 *     times. */
#include <errno.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "watch_int.h"

enum { EVENT_BYTES = 4096, DELIVERY_TRIES = 20, BACK_OFF_MOST = 300, ANSWER_BYTES = 512 };

struct request {
    uint64_t number;
    bool command; /* else a webhook */
    char event[EVENT_BYTES], rule[WATCH_RULE_BYTES], capture[LIVE_PATH_BYTES];
    char name[LIVE_NAME_BYTES];
    int pid;
};
struct answer {
    uint64_t number;
    bool good;
    char why[ANSWER_BYTES];
};
struct delivery {
    struct delivery *next;
    struct request request;
    size_t rule;
    int64_t row;     /* in the history */
    unsigned tries;
    double due;
    bool under_way;
};
struct hand {
    struct task task;
    int socket;
    uint64_t numbers;
    struct delivery *deliveries;
    size_t count;
};

/* ---- in the hand ---- */

struct errand {
    const struct watch_options *options;
    const struct memory *memory;
    const struct request *request;
    int socket;
};

static bool send_webhook(const struct errand *errand, struct answer *answer)
{
    struct diag_sink *sink = diag_sink_new(errand->memory);
    if (!errand->options->post(errand->options->ctx, errand->options->webhook,
                               str_from(errand->request->event), errand->memory, sink))
        return true;
    if (diag_count(sink))
        snprintf(answer->why, sizeof(answer->why), "%.*s", STR_ARGS(diag_at(sink, 0)->message));
    return false;
}

static bool run_command(const struct errand *errand, struct answer *answer)
{
    const struct request *request = errand->request;
    char event[EVENT_BYTES + 32], rule[WATCH_RULE_BYTES + 32], capture[LIVE_PATH_BYTES + 32];
    char pid[64], name[LIVE_NAME_BYTES + 32];
    snprintf(event, sizeof(event), "UNHEAP_EVENT=%s", request->event);
    snprintf(rule, sizeof(rule), "UNHEAP_TRIGGER=%s", request->rule);
    snprintf(capture, sizeof(capture), "UNHEAP_CAPTURE=%s", request->capture);
    snprintf(pid, sizeof(pid), "UNHEAP_PID=%d", request->pid);
    snprintf(name, sizeof(name), "UNHEAP_NAME=%s", request->name);
    const char *const words[] = {"sh", "-c", errand->options->command, NULL};
    const char *const variables[] = {event, rule, capture, pid, name, NULL};
    struct child_request child = {.argv = words, .extra_env = variables};
    int exit_code = 1;
    struct diag_sink *sink = diag_sink_new(errand->memory);
    enum status status = child_run(&child, errand->memory, sink, &exit_code);
    if (!status && exit_code == 0)
        return true;
    snprintf(answer->why, sizeof(answer->why), status ? "it cannot be started" : "exit status %d",
             exit_code);
    return false;
}

static int do_errand(void *ctx, int out_fd)
{
    struct errand *errand = ctx;
    struct answer answer = {.number = errand->request->number};
    (void)out_fd;
    answer.good = errand->request->command ? run_command(errand, &answer)
                                           : send_webhook(errand, &answer);
    (void)!send(errand->socket, &answer, sizeof(answer), 0);
    return 0;
}

/* Ends when the daemon's end of the socket is closed. */
static int hand_work(void *ctx, int out_fd)
{
    struct errand *errand = ctx;
    struct request *request = memory_get(errand->memory, sizeof(*request));
    ssize_t n;
    (void)out_fd;
    confine_hand(errand->options->command != NULL);
    signal(SIGCHLD, SIG_IGN); /* errands are not waited for */
    while ((n = recv(errand->socket, request, sizeof(*request), 0)) != 0) {
        struct task task;
        if (n < 0 && errno == EINTR)
            continue;
        if (n != (ssize_t)sizeof(*request))
            return 1;
        errand->request = request;
        if (task_start(&task, do_errand, errand)) {
            struct answer answer = {.number = request->number, .why = "no process"};
            (void)!send(errand->socket, &answer, sizeof(answer), 0);
        } else {
            close(task.fd);
        }
    }
    return 0;
}

/* ---- in the daemon ---- */

static enum status start(struct watch *watch, struct hand *hand)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends))
        return STATUS_IO;
    struct errand errand = {&watch->options, watch->memory, NULL, ends[1]};
    enum status status = task_start(&hand->task, hand_work, &errand);
    close(ends[1]);
    hand->socket = ends[0];
    return status;
}

enum status hand_start(struct watch *watch)
{
    if (!watch->options.webhook && !watch->options.command)
        return STATUS_OK;
    watch->hand = memory_get(watch->memory, sizeof(*watch->hand));
    *watch->hand = (struct hand){.task = {-1, -1}, .socket = -1};
    enum status status = start(watch, watch->hand);
    if (status)
        diag_add(watch->sink, DIAG_CHILD_START, STR_NONE, 0, DIAG_NO_OFFSET,
                 "no process can be started for webhooks and commands: %s", strerror(errno));
    else if (watch->history)
        history_waiting(watch);
    return status;
}

void hand_stop(struct watch *watch)
{
    struct hand *hand = watch->hand;
    if (!hand)
        return;
    while (hand->deliveries) {
        struct delivery *delivery = hand->deliveries;
        hand->deliveries = delivery->next;
        memory_put(watch->memory, delivery);
    }
    if (hand->socket >= 0)
        close(hand->socket);
    task_stop(&hand->task);
    memory_put(watch->memory, hand);
    watch->hand = NULL;
}

int hand_fd(const struct watch *watch)
{
    return watch->hand ? watch->hand->socket : -1;
}

static struct delivery *add(struct watch *watch, size_t rule)
{
    struct hand *hand = watch->hand;
    if (hand->count >= LIMIT_WATCH_DELIVERIES) {
        watch_tell(watch, "%s: LIMIT_WATCH_DELIVERIES events wait already: this one is not sent",
                   watch->options.rules[rule].name);
        return NULL;
    }
    struct delivery *delivery = memory_get(watch->memory, sizeof(*delivery));
    memset(delivery, 0, sizeof(*delivery));
    struct delivery **end = &hand->deliveries;
    while (*end)
        end = &(*end)->next;
    *end = delivery;
    hand->count++;
    delivery->rule = rule;
    delivery->request.number = ++hand->numbers;
    snprintf(delivery->request.rule, sizeof(delivery->request.rule), "%s",
             watch->options.rules[rule].name);
    return delivery;
}

static void fill(struct request *request, const struct occasion *occasion)
{
    struct str event = sb_str(occasion->event);
    if (event.len < sizeof(request->event))
        memcpy(request->event, event.ptr, event.len);
    snprintf(request->capture, sizeof(request->capture), "%s", occasion->capture);
    snprintf(request->name, sizeof(request->name), "%s", occasion->name);
    request->pid = occasion->pid;
}

static void hand_deliver(struct watch *watch, const struct occasion *occasion)
{
    unsigned actions = watch->options.rules[occasion->rule].actions;
    struct delivery *delivery;
    if (!watch->hand)
        return;
    if (watch->options.webhook && (!actions || actions & WATCH_WEBHOOK) &&
        (delivery = add(watch, occasion->rule)) != NULL) {
        struct history_event event = {.kind = "webhook", .text = occasion->event->text, .waits = 1,
                                      .rule = watch->options.rules[occasion->rule].name};
        fill(&delivery->request, occasion);
        delivery->row = history_event(watch, &event, NULL); /* D1 */
    }
    if (watch->options.command && (!actions || actions & WATCH_COMMAND) &&
        (delivery = add(watch, occasion->rule)) != NULL) {
        fill(&delivery->request, occasion);
        delivery->request.command = true;
    }
}

void occasion_deliver(struct watch *watch, size_t rule, int pid, const char *name,
                      const char *capture, const struct watch_sample *sample)
{
    struct sb event;
    if (!watch->hand)
        return;
    sb_init(&event, watch->memory);
    struct occasion occasion = {rule, pid, name, capture, &event};
    event_write(watch, sample, &occasion);
    hand_deliver(watch, &occasion);
    sb_release(&event);
}

void hand_take_up(struct watch *watch, int64_t row, const char *rule, const char *event)
{
    for (size_t i = 0; i < watch->options.rule_count; i++) {
        if (strcmp(watch->options.rules[i].name, rule) != 0)
            continue;
        struct delivery *delivery = add(watch, i);
        if (!delivery)
            return;
        snprintf(delivery->request.event, sizeof(delivery->request.event), "%s", event);
        delivery->row = row;
        return;
    }
}

/* ---- sending and hearing ---- */

void hand_send(struct watch *watch, double now)
{
    struct hand *hand = watch->hand;
    for (struct delivery *one = hand_fd(watch) >= 0 ? hand->deliveries : NULL; one;
         one = one->next) {
        if (one->under_way || now < one->due)
            continue;
        ssize_t n = send(hand->socket, &one->request, sizeof(one->request),
                         MSG_DONTWAIT | MSG_NOSIGNAL);
        one->under_way = n == (ssize_t)sizeof(one->request);
        one->due = now + 1;
    }
}

static void forget(struct watch *watch, struct delivery *delivery)
{
    struct delivery **place = &watch->hand->deliveries;
    while (*place != delivery)
        place = &(*place)->next;
    *place = delivery->next;
    watch->hand->count--;
    memory_put(watch->memory, delivery);
}

static void arrived(struct watch *watch, struct delivery *delivery)
{
    if (delivery->row)
        history_done(watch, delivery->row);
    watch_count(watch, NULL, delivery->rule, delivery->request.command ? "command" : "delivered",
                "");
    forget(watch, delivery);
}

static void not_arrived(struct watch *watch, struct delivery *delivery, const char *why)
{
    const char *rule = watch->options.rules[delivery->rule].name;
    bool command = delivery->request.command;
    if (command || ++delivery->tries >= DELIVERY_TRIES) {
        if (delivery->row)
            history_done(watch, delivery->row);
        watch_count(watch, NULL, delivery->rule, command ? "command" : "not delivered", why);
        watch_tell(watch, "%s: %s: %s", rule,
                   command ? "the command" : "the webhook, given up", why);
        forget(watch, delivery);
        return;
    }
    double wait = fmin(BACK_OFF_MOST, exp2(delivery->tries - 1));
    delivery->under_way = false;
    delivery->due = clock_now() + wait;
    watch_tell(watch, "%s: the webhook: %s; again in %.0f s", rule, why, wait);
}

/* It was killed, perhaps for memory. Confined, the daemon cannot start another; what waits in the
 * history is delivered after a restart (D1). */
static void lose_hand(struct watch *watch)
{
    close(watch->hand->socket);
    watch->hand->socket = -1;
    watch_tell(watch, "the process that sends webhooks and runs commands has ended: none are sent "
                      "or run until unheap is started again");
}

void hand_hear(struct watch *watch)
{
    struct answer answer;
    ssize_t n = -1;
    while (hand_fd(watch) >= 0 &&
           (n = recv(watch->hand->socket, &answer, sizeof(answer), MSG_DONTWAIT)) ==
               (ssize_t)sizeof(answer)) {
        struct delivery *one = watch->hand->deliveries;
        while (one && one->request.number != answer.number)
            one = one->next;
        answer.why[sizeof(answer.why) - 1] = 0;
        if (one && answer.good)
            arrived(watch, one);
        else if (one)
            not_arrived(watch, one, answer.why);
    }
    if (n == 0)
        lose_hand(watch);
}

double hand_due(const struct watch *watch)
{
    double due = INFINITY;
    const struct delivery *first = hand_fd(watch) >= 0 ? watch->hand->deliveries : NULL;
    for (const struct delivery *one = first; one; one = one->next)
        if (!one->under_way)
            due = fmin(due, one->due);
    return due;
}
