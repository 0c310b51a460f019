/* From the bytes an object needs to the bytes a heap profile shows.
 *
 * mallocgc (runtime/malloc.go, Go 1.26) samples with the size of the slot, header included:
 * elemsize of the span in mallocgcTiny, the class in mallocgcSmallNoscan and
 * mallocgcSmallScanHeader, whole pages in mallocgcLarge. So does Go 1.21, which has no header yet
 * (mallocgc: size is rounded to the class before profilealloc). */
#include "syntax.h"

enum {
    MAX_SMALL_SIZE = 32768,
    HEADER_SIZE = 8,
    MAX_SIZE_WITHOUT_HEADER = 512, /* 8 * 64: one bit of the span's bitmap for each word */
    TINY_SIZE = 16,
    PAGE_SIZE = 8192,
};

/* internal/runtime/gc/sizeclasses.go, SizeClassToSize; the same since Go 1.16. */
static const uint16_t class_sizes[] = {
    0,     8,     16,    24,    32,    48,    64,    80,    96,    112,   128,   144,
    160,   176,   192,   208,   224,   240,   256,   288,   320,   352,   384,   416,
    448,   480,   512,   576,   640,   704,   768,   896,   1024,  1152,  1280,  1408,
    1536,  1792,  2048,  2304,  2688,  3072,  3200,  3456,  4096,  4864,  5376,  6144,
    6528,  6784,  6912,  8192,  9472,  9728,  10240, 10880, 12288, 13568, 14336, 16384,
    18432, 19072, 20480, 21760, 24576, 27264, 28672, 32768,
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

uint64_t syntax_profiled_size(uint64_t size, bool has_pointers)
{
    if (size == 0)
        return 0; /* runtime.zerobase */
    if (size > MAX_SMALL_SIZE - HEADER_SIZE) {
        uint64_t pages = size / PAGE_SIZE + (size % PAGE_SIZE != 0);
        return pages > UINT64_MAX / PAGE_SIZE ? UINT64_MAX : pages * PAGE_SIZE;
    }
    if (size < TINY_SIZE && !has_pointers)
        return TINY_SIZE;
    return class_of(has_pointers && size > MAX_SIZE_WITHOUT_HEADER ? size + HEADER_SIZE : size);
}
