/* fuzz_unpack.c: any bytes as a packed file.
 *
 * Whatever unpacks must do so again, with the same result, under a ceiling that just holds it, and
 * must be refused under one that is a byte lower. */
#include <stdlib.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { CEILING = 4 << 20 };

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_unpack: a small ceiling, and yet memory ran out");
}

static enum status unpack_up_to(struct str packed, size_t max_bytes, uint64_t *hash, size_t *size)
{
    const struct memory memory = {give_up, NULL};
    struct diag_sink *sink = diag_sink_new(&memory);
    struct str out;
    enum status status = unpack(packed, max_bytes, &memory, STR("input"), sink, &out);
    if (diag_count(sink) != (status != STATUS_OK))
        BUG("fuzz_unpack: every failure has its diagnostic, and only failures have one");
    if (status == STATUS_OK) {
        *hash = str_hash(out);
        *size = out.len;
        memory_put(&memory, (void *)out.ptr);
    }
    diag_sink_free(sink);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct str packed = {(const char *)bytes, n};
    uint64_t hash, hash_again = 0;
    size_t size, size_again = 0;
    if (unpack_up_to(packed, CEILING, &hash, &size) != STATUS_OK)
        return 0;
    if (size > CEILING)
        BUG("fuzz_unpack: more than the ceiling");
    if (unpack_up_to(packed, size, &hash_again, &size_again) != STATUS_OK ||
        hash_again != hash || size_again != size)
        BUG("fuzz_unpack: another result under the ceiling that just holds it");
    if (size > 0 && unpack_up_to(packed, size - 1, &hash_again, &size_again) != STATUS_LIMIT)
        BUG("fuzz_unpack: a ceiling that is too low was passed");
    return 0;
}
