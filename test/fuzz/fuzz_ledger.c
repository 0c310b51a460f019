/* fuzz_ledger.c: any bytes as a report of hot for a ledger, and as what an HTTP endpoint says
 * about its process. What is taken adds up: shares from 0 to 1, nothing more live than there
 * was. */
#include "live/live.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_ledger: memory ran out");
}

static void read_causes(struct str report, const struct memory *memory)
{
    const struct live_ledger_input input = {0};
    const struct live_ledger_site sites[] = {{STR("main.a"), STR("a.go"), 5, 1000, 100},
                                             {STR("fmt.Sprintf"), STR("print.go"), 240, 400, 40}};
    struct diag_sink *sink = diag_sink_new(memory);
    struct live_ledger ledger;
    live_ledger_make(&input, memory, &ledger);
    for (size_t i = 0; i < COUNT_OF(sites); i++)
        VEC_PUSH(memory, &ledger.sites, sites[i]);
    enum status status = live_ledger_add_causes(&ledger, report, STR("fuzz"), sink);
    if ((status == STATUS_OK) != (diag_count(sink) == 0))
        BUG("a report is refused without a word, or taken with one");
    for (size_t i = 0; i < ledger.causes.len; i++) {
        const struct live_ledger_cause *cause = &ledger.causes.at[i];
        if (!(cause->share >= 0 && cause->share <= 1) || cause->in_use < 0)
            BUG("a cause makes no sense");
    }
    live_ledger_release(&ledger);
    diag_sink_free(sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct memory memory = {give_up, NULL};
    const struct str text = {(const char *)bytes, n};
    struct live_runtime runtime;
    struct live_usage usage;
    read_causes(text, &memory);
    live_exposition_init(&runtime, &usage);
    (void)live_exposition_read(text, &runtime, &usage);
    return 0;
}
