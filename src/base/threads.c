/* threads.c: a pool of workers that share the indices of a job.
 *
 * T1. `open` is true from workers_run's start until the first of those at work finds every index
 *     handed out. A worker joins a job only while it is open; one that wakes late just sleeps on.
 * T2. `busy` counts the workers inside a job. workers_run returns when the job is closed and busy
 *     is 0: from then on no worker touches the job's ctx. */
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#include "base/base_int.h"

struct job {
    void (*work)(void *ctx, size_t index, unsigned worker);
    void *ctx;
    size_t count;
};

struct worker {
    struct workers *pool;
    unsigned number;
    pthread_t thread;
};

struct workers {
    const struct memory *memory;
    unsigned count;            /* the calling thread, number 0, included */
    atomic_size_t next;        /* the next index of the job */
    pthread_mutex_t lock;      /* over everything below */
    pthread_cond_t work_there; /* a job was opened, or the pool ends */
    pthread_cond_t all_done;   /* busy became 0 */
    struct job job;
    unsigned busy;
    bool open, ending;
    struct worker threads[LIMIT_THREADS]; /* by number; 0 is unused */
};

static void take_indices(struct workers *pool, struct job job, unsigned number)
{
    size_t index;
    while ((index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed)) < job.count)
        job.work(job.ctx, index, number);
}

/* With the lock held; gives it up while working. */
static void join_job(struct workers *pool, unsigned number)
{
    struct job job = pool->job;
    pool->busy++; /* T2 */
    pthread_mutex_unlock(&pool->lock);
    take_indices(pool, job, number);
    pthread_mutex_lock(&pool->lock);
    pool->open = false; /* T1 */
    if (--pool->busy == 0)
        pthread_cond_signal(&pool->all_done);
}

static void *worker_main(void *ctx)
{
    struct worker *self = ctx;
    struct workers *pool = self->pool;
    pthread_mutex_lock(&pool->lock);
    while (!pool->ending) {
        if (pool->open)
            join_job(pool, self->number);
        else
            pthread_cond_wait(&pool->work_there, &pool->lock);
    }
    pthread_mutex_unlock(&pool->lock);
    return NULL;
}

/* As many as this process may use, which can be fewer than the machine has. */
static unsigned processors(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) == 0)
        return (unsigned)CPU_COUNT(&set);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    return online > 0 ? (unsigned)online : 1;
}

/* Signals are for the thread that started the program: workers block all. */
static void start_threads(struct workers *pool, unsigned wanted)
{
    sigset_t all, old;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &old);
    while (pool->count < wanted) {
        struct worker *worker = &pool->threads[pool->count];
        *worker = (struct worker){.pool = pool, .number = pool->count};
        if (pthread_create(&worker->thread, NULL, worker_main, worker))
            break; /* the pool is smaller, not an error */
        pool->count++;
    }
    pthread_sigmask(SIG_SETMASK, &old, NULL);
}

struct workers *workers_new(const struct memory *memory, unsigned count)
{
    struct workers *pool = memory_get(memory, sizeof(*pool));
    memset(pool, 0, sizeof(*pool));
    pool->memory = memory;
    pool->count = 1;
    pthread_mutex_init(&pool->lock, NULL); /* without attributes none of these can fail */
    pthread_cond_init(&pool->work_there, NULL);
    pthread_cond_init(&pool->all_done, NULL);
    if (count == 0)
        count = processors();
    start_threads(pool, count < LIMIT_THREADS ? count : LIMIT_THREADS);
    return pool;
}

void workers_free(struct workers *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->lock);
    pool->ending = true;
    pthread_cond_broadcast(&pool->work_there);
    pthread_mutex_unlock(&pool->lock);
    for (unsigned number = 1; number < pool->count; number++)
        pthread_join(pool->threads[number].thread, NULL);
    pthread_cond_destroy(&pool->all_done);
    pthread_cond_destroy(&pool->work_there);
    pthread_mutex_destroy(&pool->lock);
    memory_put(pool->memory, pool);
}

unsigned workers_count(const struct workers *pool)
{
    return pool->count;
}

static void run_alone(const struct job *job)
{
    for (size_t index = 0; index < job->count; index++)
        job->work(job->ctx, index, 0);
}

static void run_together(struct workers *pool, const struct job *job)
{
    pthread_mutex_lock(&pool->lock);
    if (pool->open || pool->busy)
        BUG("workers_run: called from inside a job of the same pool");
    pool->job = *job;
    pool->open = true;
    atomic_store_explicit(&pool->next, 0, memory_order_relaxed); /* the lock publishes it */
    pthread_cond_broadcast(&pool->work_there);
    join_job(pool, 0);
    while (pool->busy)
        pthread_cond_wait(&pool->all_done, &pool->lock);
    pthread_mutex_unlock(&pool->lock);
}

void workers_run(struct workers *pool, size_t count,
                 void (*work)(void *ctx, size_t index, unsigned worker), void *ctx)
{
    struct job job = {work, ctx, count};
    if (pool->count == 1 || count <= 1)
        run_alone(&job);
    else
        run_together(pool, &job);
}
