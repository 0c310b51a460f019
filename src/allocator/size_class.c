/* size_class.c: from the bytes of an object to those of its slot.
 *
 * Sources: runtime/malloc.go (mallocgcTiny, mallocgcSmallNoscan, mallocgcSmallScanHeader,
 * mallocgcLarge; mallocgc before Go 1.23), runtime/mbitmap.go (heapBitsInSpan). */
#include "allocator.h"

#include "base/base.h"

enum {
    FIRST_WITH_HEADER = 22,        /* since Go 1.22, before objects with pointers ... */
    HEADER_BYTES = 8,
    MAX_WITHOUT_HEADER = 512,      /* ... that are larger: one bit of the span's bitmap a word */
    MAX_SMALL_BYTES = 32768,
    TINY_BYTES = 16,
    PAGE_BYTES = 8192,
};

/* internal/runtime/gc/sizeclasses.go (runtime/sizeclasses.go up to 1.25); the same since 1.16. */
static const uint16_t class_sizes[] = {
    8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,   160,
    176,   192,   208,   224,   240,   256,   288,   320,   352,   384,   416,   448,
    480,   512,   576,   640,   704,   768,   896,   1024,  1152,  1280,  1408,  1536,
    1792,  2048,  2304,  2688,  3072,  3200,  3456,  4096,  4864,  5376,  6144,  6528,
    6784,  6912,  8192,  9472,  9728,  10240, 10880, 12288, 13568, 14336, 16384, 18432,
    19072, 20480, 21760, 24576, 27264, 28672, 32768,
};

static uint64_t class_of(uint64_t size)
{
    size_t low = 0, high = COUNT_OF(class_sizes) - 1;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (class_sizes[middle] < size)
            low = middle + 1;
        else
            high = middle;
    }
    return class_sizes[low];
}

bool allocator_is_tiny(uint64_t size, bool has_pointers)
{
    return size > 0 && size < TINY_BYTES && !has_pointers;
}

/* From 32,760 bytes on it is pages since Go 1.22; up to 32,768 that is the largest class. */
uint64_t allocator_slot_bytes(uint64_t size, bool has_pointers, unsigned minor)
{
    bool header = minor >= FIRST_WITH_HEADER && has_pointers && size > MAX_WITHOUT_HEADER;
    if (size == 0)
        return 0; /* runtime.zerobase */
    if (size > MAX_SMALL_BYTES - HEADER_BYTES) {
        uint64_t pages = size / PAGE_BYTES + (size % PAGE_BYTES != 0);
        return pages > UINT64_MAX / PAGE_BYTES ? UINT64_MAX : pages * PAGE_BYTES;
    }
    if (allocator_is_tiny(size, has_pointers))
        return TINY_BYTES;
    return class_of(header ? size + HEADER_BYTES : size);
}

uint64_t allocator_class_bytes(unsigned number)
{
    _Static_assert(COUNT_OF(class_sizes) == ALLOCATOR_CLASSES - 1, "runtime.numSizeClasses");
    return number > 0 && number < ALLOCATOR_CLASSES ? class_sizes[number - 1] : 0;
}
