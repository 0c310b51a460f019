/* allocator: what Go's allocator makes of the size of an object. Knows nothing else of Go; for the
 * witnesses that speak of sizes. */
#ifndef UNHEAP_ALLOCATOR_H
#define UNHEAP_ALLOCATOR_H

#include <stdbool.h>
#include <stdint.h>

/* For those who do not know the version. */
enum { ALLOCATOR_NEWEST = 26 };
/* The bytes of the slot that an object gets in Go 1.minor: its size class with the header that some
 * have, the block that tiny objects without pointers share, or whole pages. 0 for size 0;
 * UINT64_MAX when that does not fit. A heap profile shows it for the object (mallocgc samples with
 * elemsize of the span). */
uint64_t allocator_slot_bytes(uint64_t size, bool has_pointers, unsigned minor);
/* Does it share its slot with others? */
bool allocator_is_tiny(uint64_t size, bool has_pointers);
/* The bytes of a size class by its number, as the runtime counts them: 1 to 67. 0 for others; class
 * 0 is that of large objects. */
enum { ALLOCATOR_CLASSES = 68 };
uint64_t allocator_class_bytes(unsigned number);

#endif
