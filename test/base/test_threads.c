/* test_threads.c: every index is worked on exactly once, by workers with numbers in range. */
#include <pthread.h>
#include <stdatomic.h>

#include "base_test.h"

enum { MANY = 10000 };

struct tally {
    unsigned workers;
    atomic_uint done[MANY];
    atomic_uint out_of_range;
    uint64_t squares[MANY];
};

static void tally_work(void *ctx, size_t index, unsigned worker)
{
    struct tally *tally = ctx;
    atomic_fetch_add(&tally->done[index], 1);
    if (worker >= tally->workers)
        atomic_fetch_add(&tally->out_of_range, 1);
    tally->squares[index] = index * index;
}

static void assert_all_once(struct workers *workers, size_t count)
{
    struct tally *tally = memory_get(&plenty, sizeof(*tally));
    memset(tally, 0, sizeof(*tally));
    tally->workers = workers_count(workers);
    workers_run(workers, count, tally_work, tally);
    for (size_t i = 0; i < MANY; i++) {
        assert_int_equal(tally->done[i], i < count);
        assert_int_equal(tally->squares[i], i < count ? i * i : 0);
    }
    assert_int_equal(tally->out_of_range, 0);
    memory_put(&plenty, tally);
}

static void each_index_once(void **state)
{
    (void)state;
    static const unsigned pools[] = {1, 2, 3, 8, LIMIT_THREADS};
    static const size_t counts[] = {0, 1, 2, 3, 7, 64, 1000, MANY};
    for (size_t i = 0; i < COUNT_OF(pools); i++) {
        struct workers *workers = workers_new(&plenty, pools[i]);
        assert_int_equal(workers_count(workers), pools[i]);
        for (size_t k = 0; k < COUNT_OF(counts); k++)
            assert_all_once(workers, counts[k]);
        workers_free(workers);
    }
}

static void many_small_jobs_in_a_row(void **state)
{
    (void)state;
    struct workers *workers = workers_new(&plenty, 4);
    struct tally *tally = memory_get(&plenty, sizeof(*tally));
    memset(tally, 0, sizeof(*tally));
    tally->workers = 4;
    for (unsigned round = 1; round <= 3000; round++) {
        workers_run(workers, 5, tally_work, tally);
        for (size_t i = 0; i < 5; i++)
            assert_int_equal(tally->done[i], round);
    }
    memory_put(&plenty, tally);
    workers_free(workers);
}

static void pool_sizes(void **state)
{
    (void)state;
    struct workers *workers = workers_new(&plenty, 0);
    assert_in_range(workers_count(workers), 1, LIMIT_THREADS);
    long online = sysconf(_SC_NPROCESSORS_ONLN);
    assert_true(workers_count(workers) <= (unsigned long)online);
    workers_free(workers);
    workers = workers_new(&plenty, LIMIT_THREADS + 1);
    assert_int_equal(workers_count(workers), LIMIT_THREADS);
    workers_free(workers);
    workers_free(NULL);
}

struct meeting {
    pthread_barrier_t all_here;
    unsigned numbers[3];
};

/* Returns only when three indices are under way at a time: so three threads must be. */
static void meet(void *ctx, size_t index, unsigned worker)
{
    struct meeting *meeting = ctx;
    meeting->numbers[index] = worker;
    pthread_barrier_wait(&meeting->all_here);
}

static void workers_work_at_a_time(void **state)
{
    (void)state;
    struct workers *workers = workers_new(&plenty, 3);
    struct meeting meeting;
    for (int round = 0; round < 50; round++) {
        pthread_barrier_init(&meeting.all_here, NULL, 3);
        workers_run(workers, 3, meet, &meeting);
        pthread_barrier_destroy(&meeting.all_here);
        assert_int_equal(meeting.numbers[0] + meeting.numbers[1] + meeting.numbers[2], 0 + 1 + 2);
        assert_true(meeting.numbers[0] != meeting.numbers[1]);
    }
    workers_free(workers);
}

static void note_thread(void *ctx, size_t index, unsigned worker)
{
    pthread_t *threads = ctx;
    assert_int_equal(worker, 0);
    threads[index] = pthread_self();
}

static void a_pool_of_one_is_the_calling_thread(void **state)
{
    (void)state;
    struct workers *workers = workers_new(&plenty, 1);
    pthread_t threads[5];
    workers_run(workers, 5, note_thread, threads);
    for (int i = 0; i < 5; i++)
        assert_true(pthread_equal(threads[i], pthread_self()));
    workers_free(workers);
}

struct arenas {
    struct arena of[4];
    struct str texts[MANY];
};

static void write_text(void *ctx, size_t index, unsigned worker)
{
    struct arenas *arenas = ctx;
    char text[32];
    int n = snprintf(text, sizeof(text), "text %zu", index * 3);
    arenas->texts[index] = str_copy(&arenas->of[worker], (struct str){text, (size_t)n});
}

/* The way that the product works: an arena for each worker, results by index. */
static void results_do_not_depend_on_who_did_what(void **state)
{
    (void)state;
    uint64_t hashes[3];
    static const unsigned pools[] = {1, 2, 4};
    for (int i = 0; i < 3; i++) {
        struct arenas *arenas = memory_get(&plenty, sizeof(*arenas));
        for (int k = 0; k < 4; k++)
            arena_init(&arenas->of[k], &plenty);
        struct workers *workers = workers_new(&plenty, pools[i]);
        workers_run(workers, MANY, write_text, arenas);
        workers_free(workers);
        hashes[i] = 0;
        for (int k = 0; k < MANY; k++)
            hashes[i] = hash_mix(hashes[i], str_hash(arenas->texts[k]));
        for (int k = 0; k < 4; k++)
            arena_release(&arenas->of[k]);
        memory_put(&plenty, arenas);
    }
    assert_true(hashes[0] == hashes[1] && hashes[1] == hashes[2]);
}

static void run_inside(void *ctx, size_t index, unsigned worker)
{
    (void)index;
    (void)worker;
    workers_run(ctx, 10, note_thread, NULL);
}

static void run_a_job_in_a_job(void)
{
    struct workers *workers = workers_new(&plenty, 2);
    workers_run(workers, 10, run_inside, workers);
}

static void a_job_in_a_job_is_a_bug(void **state)
{
    (void)state;
    assert_bug(run_a_job_in_a_job, "workers_run");
}

static void check_mask(void *ctx, size_t index, unsigned worker)
{
    struct meeting *meeting = ctx;
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    meeting->numbers[index] = worker > 0 && sigismember(&mask, SIGINT) == 1;
    pthread_barrier_wait(&meeting->all_here);
}

static void signals_are_for_the_calling_thread(void **state)
{
    (void)state;
    struct workers *workers = workers_new(&plenty, 3);
    struct meeting meeting;
    pthread_barrier_init(&meeting.all_here, NULL, 3);
    workers_run(workers, 3, check_mask, &meeting);
    pthread_barrier_destroy(&meeting.all_here);
    assert_int_equal(meeting.numbers[0] + meeting.numbers[1] + meeting.numbers[2], 2);
    sigset_t mask;
    pthread_sigmask(SIG_SETMASK, NULL, &mask);
    assert_int_equal(sigismember(&mask, SIGINT), 0);
    workers_free(workers);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_index_once),
        cmocka_unit_test(many_small_jobs_in_a_row),
        cmocka_unit_test(pool_sizes),
        cmocka_unit_test(workers_work_at_a_time),
        cmocka_unit_test(a_pool_of_one_is_the_calling_thread),
        cmocka_unit_test(results_do_not_depend_on_who_did_what),
        cmocka_unit_test(a_job_in_a_job_is_a_bug),
        cmocka_unit_test(signals_are_for_the_calling_thread),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
