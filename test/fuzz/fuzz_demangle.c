/* fuzz_demangle.c: any bytes as a mangled name, in all details. What is refused leaves nothing
 * behind, and the same name gives the same text. */
#include <stdlib.h>

#include "demangle/demangle.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void give_up(void *ctx, size_t wanted)
{
    (void)ctx;
    (void)wanted;
    BUG("fuzz_demangle: memory ran out");
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const struct memory memory = {give_up, NULL};
    struct str name = {(const char *)bytes, n};
    for (enum demangle_detail detail = DEMANGLE_NAME; detail <= DEMANGLE_FULL; detail++) {
        struct sb first, second;
        sb_init(&first, &memory);
        sb_init(&second, &memory);
        bool good = demangle_name(name, detail, &first);
        if (good != (first.len > 0) || demangle_name(name, detail, &second) != good ||
            !str_equal(sb_str(&first), sb_str(&second)))
            BUG("fuzz_demangle: not the same twice");
        sb_release(&first);
        sb_release(&second);
    }
    return 0;
}
