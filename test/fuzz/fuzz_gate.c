/* Foreign bytes as a baseline and as a policy. What is taken as a baseline must come out of a
 * second reading of its own writing unchanged. */
#include <stdint.h>
#include <stdlib.h>

#include "gate/gate.h"

static void exhausted(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    abort();
}

static void baseline_read(struct str bytes, const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct gate_list list, again;
    struct sb first, second;
    sb_init(&first, memory);
    sb_init(&second, memory);
    if (gate_baseline_read(bytes, STR("fuzz"), memory, sink, &list) == STATUS_OK) {
        gate_baseline_write(&list, &first);
        if (gate_baseline_read(sb_str(&first), STR("again"), memory, sink, &again) != STATUS_OK)
            abort();
        gate_baseline_write(&again, &second);
        if (!str_equal(sb_str(&first), sb_str(&second)))
            abort();
        gate_list_release(&again);
    }
    gate_list_release(&list);
    sb_release(&first);
    sb_release(&second);
    diag_sink_free(sink);
}

static void policy_read(struct str bytes, const struct memory *memory)
{
    struct diag_sink *sink = diag_sink_new(memory);
    struct gate_policy policy;
    gate_policy_init(&policy, memory);
    enum status status =
        gate_policy_read(bytes, STR("fuzz"), STR("2026-11-27"), sink, &policy);
    if (status && diag_errors(sink) == 0)
        abort();
    gate_policy_release(&policy);
    diag_sink_free(sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct memory memory = {.exhausted = exhausted};
    struct str bytes = {(const char *)data, size};
    baseline_read(bytes, &memory);
    policy_read(bytes, &memory);
    return 0;
}
