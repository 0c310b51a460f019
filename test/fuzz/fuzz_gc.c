/* fuzz_gc.c: any bytes as a log with traces of the collector, in pieces; what comes out adds up. */
#include "live/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_gc: memory ran out");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct memory memory = {give_up, NULL};
    struct gc_trace trace;
    struct gc_summary summary;
    if (n < 1)
        return 0;
    size_t piece = (size_t)bytes[0] + 1;
    gc_trace_init(&trace, STR("fuzz"), &memory, NULL);
    for (size_t at = 1; at < n; at += piece)
        gc_trace_feed(&trace, (const char *)bytes + at, n - at < piece ? n - at : piece);
    gc_trace_finish(&trace);
    gc_summarize(&trace, 1 << 20, &summary);
    if (summary.cycles != trace.cycles.len || summary.pauses != 2 * summary.cycles ||
        summary.forced > summary.cycles || summary.spiral > summary.cycles)
        BUG("the summary does not add up");
    gc_trace_release(&trace);
    return 0;
}
