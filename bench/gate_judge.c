/* The gate's comparison alone: two baselines are read and judged, again and again; the fastest run
 * of each counts. Prints: sites, seconds to read one, seconds to judge. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "gate/gate.h"

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    fprintf(stderr, "gate_judge: out of memory (%zu bytes)\n", wanted);
    exit(1);
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec * 1e-9;
}

struct figures {
    size_t sites;
    double read, judge;
};

static int run(struct str bytes[2], const struct memory *memory, struct diag_sink *sink,
               struct figures *best)
{
    struct gate_list lists[2];
    double begun = now(), judged = begun;
    int failed = gate_baseline_read(bytes[0], STR("old"), memory, sink, &lists[0]) != STATUS_OK;
    double read = now();
    failed |= gate_baseline_read(bytes[1], STR("new"), memory, sink, &lists[1]) != STATUS_OK;
    if (!failed) {
        static const char *const all[] = {"..."};
        struct gate_policy policy;
        struct gate_verdict verdict;
        gate_policy_init(&policy, memory);
        const struct gate_question question = {.old = &lists[0], .new = &lists[1],
                                               .policy = &policy, .patterns = all,
                                               .pattern_count = 1};
        double ready = now();
        gate_judge(&question, memory, &verdict);
        judged = now() - ready;
        best->sites = lists[1].sites.len;
        gate_verdict_release(&verdict);
        gate_policy_release(&policy);
    }
    best->read = best->read > 0 && best->read < read - begun ? best->read : read - begun;
    best->judge = best->judge > 0 && best->judge < judged ? best->judge : judged;
    gate_list_release(&lists[0]);
    gate_list_release(&lists[1]);
    return failed;
}

int main(int argc, char **argv)
{
    const struct memory memory = {.exhausted = give_up};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct file files[2];
    struct str bytes[2];
    struct figures best = {0};
    int failed = argc != 3;
    for (int i = 0; !failed && i < 2; i++) {
        failed = file_open(&files[i], argv[i + 1], &memory, sink) != STATUS_OK;
        bytes[i] = (struct str){(const char *)files[i].bytes, failed ? 0 : files[i].size};
    }
    for (int i = 0; !failed && i < 11; i++)
        failed = run(bytes, &memory, sink, &best);
    if (failed) {
        fprintf(stderr, "usage: gate_judge OLD NEW   (baselines)\n");
        return 1;
    }
    printf("%zu %.4f %.4f\n", best.sites, best.read, best.judge);
    diag_sink_free(sink);
    return 0;
}
