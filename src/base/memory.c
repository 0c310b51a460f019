/* memory.c: the bottom of all allocation; the only caller of malloc in the product.
 *
 * Sizes over PTRDIFF_MAX are refused before the C library sees them: such an object could not be
 * indexed anyway, and sanitizers abort on them instead of answering NULL. */
#include <link.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

#include "base/base_int.h"

void *memory_try_resize(void *ptr, size_t n)
{
    return n > PTRDIFF_MAX ? NULL : realloc(ptr, n ? n : 1);
}

void memory_exhausted(const struct memory *memory, size_t wanted)
{
    memory->exhausted(memory->ctx, wanted);
    BUG("struct memory: `exhausted` returned"); /* B1 */
}

void *memory_get(const struct memory *memory, size_t n)
{
    void *ptr = n > PTRDIFF_MAX ? NULL : malloc(n ? n : 1);
    if (!ptr)
        memory_exhausted(memory, n);
    return ptr;
}

void *memory_resize(const struct memory *memory, void *ptr, size_t n)
{
    void *resized = memory_try_resize(ptr, n);
    if (!resized)
        memory_exhausted(memory, n);
    return resized;
}

void memory_put(const struct memory *memory, void *ptr)
{
    (void)memory;
    free(ptr);
}

size_t memory_product(const struct memory *memory, size_t count, size_t size)
{
    size_t product;
    if (__builtin_mul_overflow(count, size, &product))
        memory_exhausted(memory, SIZE_MAX);
    return product;
}

void memory_keep_freed(void)
{
#ifdef __GLIBC__
    enum { MAPPED_FROM = 4 << 20, KEPT = 32 << 20 };
    mallopt(M_MMAP_THRESHOLD, MAPPED_FROM);
    mallopt(M_TRIM_THRESHOLD, KEPT);
#endif
}

/* ---- giving back ---- */

/* A segment that may not be written is a file's page as it is (nothing is linked with relocations
 * in code), so that dropping it loses nothing. */
static int drop_segments(struct dl_phdr_info *object, size_t size, void *ctx)
{
    const uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
    (void)size;
    (void)ctx;
    for (size_t i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *segment = &object->dlpi_phdr[i];
        uintptr_t start = object->dlpi_addr + segment->p_vaddr;
        uintptr_t end = (start + segment->p_filesz) & ~(page - 1);
        start = (start + page - 1) & ~(page - 1);
        if (segment->p_type == PT_LOAD && !(segment->p_flags & PF_W) && end > start)
            (void)madvise((void *)start, end - start, MADV_DONTNEED);
    }
    return 0;
}

void memory_give_back(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    dl_iterate_phdr(drop_segments, NULL);
}
