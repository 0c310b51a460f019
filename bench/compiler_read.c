/* compiler_read.c: reads a text of the compiler and prints the seconds that takes, with records and
 * stories paired, the seconds of the index, and the peak of resident memory. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

#include "compiler/compiler.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "compiler_read: out of memory (%zu bytes)\n", wanted);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    const struct memory memory = {give_up, NULL};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct workers *workers = workers_new(&memory, 0);
    struct compiler_request request = {.dir = "/"};
    struct compiler *compiler = NULL;
    double start = now();
    if (argc != 2 || compiler_read(argv[1], &request, workers, &memory, sink, &compiler)) {
        fprintf(stderr, "usage: compiler_read FILE\n");
        return 1;
    }
    double read = now();
    struct compiler_index *index = compiler_index_new(compiler, &memory);
    double indexed = now();
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    printf("%.4f %.4f %ld %zu %u\n", read - start, indexed - read, usage.ru_maxrss / 1024,
           compiler->messages.len, workers_count(workers));
    compiler_index_free(index);
    compiler_free(compiler);
    workers_free(workers);
    diag_sink_free(sink);
    return 0;
}
