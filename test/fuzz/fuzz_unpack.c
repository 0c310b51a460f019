/* fuzz_unpack.c: any bytes as a packed file. Whatever unpacks must do so again, with the same result,
 * under a ceiling that just holds it, and must be refused under one that is a byte lower. */
#include <stdlib.h>

#include "base/base.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

enum { CEILING = 4 << 20 };

static void give_up(void *ctx, size_t wanted) {
    (void)ctx;
    (void)wanted;
    BUG("fuzz_unpack: a small ceiling, and yet memory ran out");
}

static enum status unpack_up_to(const uint8_t *bytes, size_t n, size_t max_bytes, uint64_t *hash,
                                size_t *size) {
    const struct memory memory = {give_up, NULL};
    struct diag_sink *sink = diag_sink_new(&memory);
    unsigned char *out;
    enum status status = unpack(bytes, n, max_bytes, &memory, STR("input"), sink, &out, size);
    if (diag_count(sink) != (status != STATUS_OK))
        BUG("fuzz_unpack: every failure has its diagnostic, and only failures have one");
    if (status == STATUS_OK) {
        *hash = hash_bytes(out, *size);
        memory_put(&memory, out);
    }
    diag_sink_free(sink);
    return status;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n) {
    uint64_t hash, hash_again = 0;
    size_t size, size_again = 0;
    if (unpack_up_to(bytes, n, CEILING, &hash, &size) != STATUS_OK)
        return 0;
    if (size > CEILING)
        BUG("fuzz_unpack: more than the ceiling");
    if (unpack_up_to(bytes, n, size, &hash_again, &size_again) != STATUS_OK ||
        hash_again != hash || size_again != size)
        BUG("fuzz_unpack: another result under the ceiling that just holds it");
    if (size > 0 && unpack_up_to(bytes, n, size - 1, &hash_again, &size_again) != STATUS_LIMIT)
        BUG("fuzz_unpack: a ceiling that is too low was passed");
    return 0;
}
